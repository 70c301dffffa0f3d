// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/account-event.h"

#include "core/api-word.h"
#include "core/error.h"
#include "core/json.h"
#include "core/words.h"

#include <string.h>

typedef char *(*BuildLine)(const CoexJsonAt *value, const char *sentence);

typedef struct {
    const char *event;
    const char *sentence; /* for _(), NULL: nothing for people, or it is built */
    BuildLine build;      /* NULL: the sentence as it is */
    CoexLink link;
} EventRow;

typedef struct {
    const char *field;
    CoexEventKind kind;
    BuildLine build; /* NULL: nothing for people */
} FieldRow;

static const char *
text_of(const CoexJsonAt *object, const char *name)
{
    const char *text = coex_json_member_text(object, name);

    return text != NULL && *text != '\0' ? text : NULL;
}

char *
coex_account_event_flatten(char *text)
{
    GString *line;

    if (text == NULL)
        return NULL;
    line = g_string_sized_new(strlen(text));
    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        /* Embeddings and overrides of direction would turn what follows around. */
        if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069))
            continue;
        g_string_append_unichar(line, g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029 ? ' ' : c);
    }
    g_free(text);
    return g_string_free(line, FALSE);
}

/* ---- account_update -------------------------------------------------------------------------- */

static char *
build_removed(const CoexJsonAt *value, const char *sentence)
{
    static const struct {
        const char *reason;
        const char *meaning;
    } reasons[] = {
        { "ACCOUNT_DISCONNECTED", N_("it was disconnected in the WhatsApp Business app") },
        { "BUSINESS_DOWNGRADE", N_("the phone went from the WhatsApp Business app to WhatsApp") },
        { "CHANGE_NUMBER", N_("the number was changed on the phone") },
        { "COMPANION_INACTIVITY", N_("the linked device was not used for about 30 days") },
        { "PRIMARY_INACTIVITY", N_("the phone was not used for about 14 days") },
        { "USER_RE_REGISTERED", N_("the number was registered on a phone again") },
    };
    CoexJsonAt info = coex_json_member(value, "disconnection_info");
    const char *reason = text_of(&info, "reason");
    const char *why = reason;

    for (gsize i = 0; reason != NULL && i < G_N_ELEMENTS(reasons); i++) {
        if (strcmp(reasons[i].reason, reason) == 0)
            why = _(reasons[i].meaning);
    }
    if (why == NULL)
        return g_strdup(_("This number is no longer connected with the API. Connect it again at "
                          "the provider; until then nothing is sent, and what you type waits."));
    /* Translators: %s is the reason, such as "the number was changed on the phone" */
    return coex_say(_("This number is no longer connected with the API: %s. Connect it "
                      "again at the provider; until then nothing is sent, and what you type "
                      "waits."),
                    why);
}

/* What is restricted, and until when, where that is told. */
static char *
dup_restricted(const char *type, gint64 expiration)
{
    g_autofree char *what = coex_api_word_dup(COEX_API_WORD_RESTRICTION, type);
    g_autoptr(GDateTime) when = NULL;
    g_autofree char *end = NULL;

    if (expiration > 0)
        when = g_date_time_new_from_unix_utc(expiration);
    if (when != NULL)
        end = g_date_time_format(when, "%Y-%m-%d %H:%M UTC");
    if (what == NULL)
        what = g_strdup(_("not told what"));
    if (end == NULL)
        return g_steal_pointer(&what);
    /* Translators: what is restricted, and a date with a time */
    return coex_say(_("%s until %s"), what, end);
}

static char *
build_restriction(const CoexJsonAt *value, const char *sentence)
{
    CoexJsonAt list = coex_json_member(value, "restriction_info");
    g_autoptr(GString) all = g_string_new(NULL);
    guint n = coex_json_length(&list);

    for (guint i = 0; i < MIN(n, 10); i++) {
        CoexJsonAt info = coex_json_element(&list, i);
        CoexJsonAt expiration = coex_json_member(&info, "expiration");
        const char *remedy = text_of(&info, "remediation");
        g_autofree char *restricted =
            dup_restricted(text_of(&info, "restriction_type"), coex_json_int(&expiration, 0));

        g_string_append_printf(all, "%s%s", i > 0 ? "; " : "", restricted);
        if (remedy != NULL)
            g_string_append_printf(all, " (%s)", remedy);
    }
    if (all->len == 0)
        return g_strdup(_("WhatsApp has restricted this business account. See WhatsApp Manager for "
                          "the reason, and for how to appeal."));
    return coex_say(_("WhatsApp has restricted this business account: %s. See WhatsApp "
                      "Manager for the reason, and for how to appeal."),
                    all->str);
}

static char *
build_ban(const CoexJsonAt *value, const char *sentence)
{
    static const struct {
        const char *state;
        const char *meaning;
    } states[] = {
        { "DISABLE", N_("WhatsApp has disabled this business account") },
        { "REINSTATE", N_("WhatsApp has reinstated this business account") },
        { "SCHEDULE_FOR_DISABLE", N_("WhatsApp is going to disable this business account") },
    };
    CoexJsonAt info = coex_json_member(value, "ban_info");
    const char *state = text_of(&info, "waba_ban_state");
    const char *date = text_of(&info, "waba_ban_date");
    const char *meaning = sentence;

    for (gsize i = 0; state != NULL && i < G_N_ELEMENTS(states); i++) {
        if (strcmp(states[i].state, state) == 0)
            meaning = _(states[i].meaning);
    }
    if (date == NULL)
        /* Translators: %s is a sentence, such as "WhatsApp has disabled this business account" */
        return coex_say(_("%s. See WhatsApp Manager for the reason."), meaning);
    /* Translators: a sentence, such as "WhatsApp has disabled this business account", and a date */
    return coex_say(_("%s (%s). See WhatsApp Manager for the reason."), meaning, date);
}

static char *
build_violation(const CoexJsonAt *value, const char *sentence)
{
    CoexJsonAt info = coex_json_member(value, "violation_info");
    const char *type = text_of(&info, "violation_type");

    if (type == NULL)
        return g_strdup(_("WhatsApp reports a violation of its rules by this business account. See "
                          "WhatsApp Manager for what to change."));
    /* Translators: %s is the kind of violation, a word of WhatsApp's */
    return coex_say(_("WhatsApp reports a violation of its rules by this business account: "
                      "%s. See WhatsApp Manager for what to change."),
                    type);
}

static const EventRow account_events[] = {
    { .event = "PARTNER_REMOVED", .build = build_removed, .link = COEX_LINK_LOST },
    { .event = "ACCOUNT_OFFBOARDED",
      .sentence = N_("WhatsApp has paused the API for this number because the phone was changed or "
                     "registered again. It usually reconnects by itself within minutes: until then "
                     "nothing is sent, and what you type waits."),
      .link = COEX_LINK_LOST },
    { .event = "ACCOUNT_RECONNECTED",
      .sentence = N_("This number is connected with the API again. What was written in between is "
                     "on the phone only: look there. Linked devices must be linked again."),
      .link = COEX_LINK_BACK },
    { .event = "ACCOUNT_RESTRICTION", .build = build_restriction },
    { .event = "DISABLED_UPDATE",
      .sentence = N_("WhatsApp has changed the state of this business account"),
      .build = build_ban },
    { .event = "ACCOUNT_VIOLATION", .build = build_violation },
    { .event = "ACCOUNT_DELETED",
      .sentence = N_("This WhatsApp Business account was deleted: nothing is sent any more, and "
                     "what you type waits."),
      .link = COEX_LINK_LOST },
    { .event = "AD_ACCOUNT_LINKED" },
    { .event = "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE" },
    { .event = "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE" },
    { .event = "MM_LITE_TERMS_SIGNED" },
    { .event = "PARTNER_ADDED", .link = COEX_LINK_BACK },
    { .event = "PARTNER_APP_INSTALLED" },
    { .event = "PARTNER_APP_UNINSTALLED" },
    { .event = "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE" },
    { .event = "VOLUME_BASED_PRICING_TIER_UPDATE" },
};

/* That of the value's `event`, NULL: of none. */
static const EventRow *
find_row(const CoexJsonAt *value, const EventRow *rows, gsize n_rows)
{
    const char *event = text_of(value, "event");

    for (gsize i = 0; event != NULL && i < n_rows; i++) {
        if (strcmp(rows[i].event, event) == 0)
            return &rows[i];
    }
    return NULL;
}

CoexLink
coex_account_event_get_link(const CoexJsonAt *value)
{
    const EventRow *row = find_row(value, account_events, G_N_ELEMENTS(account_events));

    return row != NULL ? row->link : COEX_LINK_SAME;
}

static const EventRow security_events[] = {
    { .event = "PIN_CHANGED",
      .sentence = N_("The two-step verification PIN of this number was changed.") },
    { .event = "PIN_RESET_REQUEST",
      .sentence =
          N_("Somebody has asked to switch off the two-step verification PIN of this number.") },
    { .event = "PIN_REQUEST_SUCCESS",
      .sentence = N_("The two-step verification PIN of this number was switched off.") },
};

static char *
build_event(const CoexJsonAt *value, const EventRow *row)
{
    const char *sentence = row->sentence != NULL ? _(row->sentence) : NULL;

    return row->build != NULL ? row->build(value, sentence) : g_strdup(sentence);
}

static char *
build_account(const CoexJsonAt *value, const char *sentence)
{
    const EventRow *row = find_row(value, account_events, G_N_ELEMENTS(account_events));
    const char *event = text_of(value, "event");

    if (row != NULL)
        return build_event(value, row);
    /* Translators: %s is a word of WhatsApp's for it, or "not told what" */
    return coex_say(
        _("WhatsApp reports a change of the account that this version does not know: %s."),
        event != NULL ? event : _("not told what"));
}

static char *
build_security(const CoexJsonAt *value, const char *sentence)
{
    const EventRow *row = find_row(value, security_events, G_N_ELEMENTS(security_events));
    const char *event = text_of(value, "event");

    if (row != NULL)
        return build_event(value, row);
    return coex_say(_("WhatsApp reports a change of security that this version does not know: %s."),
                    event != NULL ? event : _("not told what"));
}

static char *
build_alert(const CoexJsonAt *value, const char *sentence)
{
    CoexJsonAt info = coex_json_member(value, "alert_info");
    const char *type = text_of(&info, "alert_type");
    g_autofree char *severity =
        coex_api_word_dup(COEX_API_WORD_SEVERITY, text_of(&info, "alert_severity"));
    const char *description = text_of(&info, "alert_description");
    g_autofree char *both =
        type != NULL && description != NULL ? g_strdup_printf("%s: %s", type, description) : NULL;
    const char *what = both;

    if (both == NULL)
        what = type != NULL ? type : description;
    if (what == NULL)
        what = _("see WhatsApp Manager");
    if (severity == NULL)
        /* Translators: %s is what WhatsApp says about it, or "see WhatsApp Manager" */
        return coex_say(_("WhatsApp alerts: %s"), what);
    /* Translators: how grave it is, and what WhatsApp says about it */
    return coex_say(_("WhatsApp alerts (%s): %s"), severity, what);
}

/* ---- the number: its quality, its limit, its name ---- */

static const EventRow quality_events[] = {
    { .event = "FLAGGED",
      .sentence = N_("WhatsApp rates the quality of this number as low: fewer messages that nobody "
                     "asked for, or its limit will be lowered") },
    { .event = "UNFLAGGED",
      .sentence = N_("WhatsApp does not rate the quality of this number as low any more") },
    { .event = "DOWNGRADE",
      .sentence = N_("WhatsApp has lowered the limit of people who may be written to first in a "
                     "day: send fewer messages that nobody asked for") },
    { .event = "UPGRADE",
      .sentence =
          N_("WhatsApp has raised the limit of people who may be written to first in a day") },
};

static char *
build_quality(const CoexJsonAt *value, const char *sentence)
{
    const EventRow *row = find_row(value, quality_events, G_N_ELEMENTS(quality_events));
    const char *told = text_of(value, "max_daily_conversations_per_business");
    g_autofree char *limit = coex_api_word_dup(
        COEX_API_WORD_LIMIT, told != NULL ? told : text_of(value, "current_limit"));

    if (row == NULL)
        return NULL;
    if (limit == NULL)
        /* Translators: the full stop at the end of a sentence */
        return coex_say(_("%s."), _(row->sentence));
    /* Translators: a sentence, and the limit */
    return coex_say(_("%s (%s)."), _(row->sentence), limit);
}

static char *
build_name(const CoexJsonAt *value, const char *sentence)
{
    const char *decision = text_of(value, "decision");
    const char *name = text_of(value, "requested_verified_name");
    const char *reason = text_of(value, "rejection_reason");

    if (decision == NULL || name == NULL)
        return NULL;
    if (strcmp(decision, "APPROVED") == 0)
        return coex_say(_("WhatsApp has approved the display name “%s”."), name);
    if (strcmp(decision, "REJECTED") != 0)
        return NULL;
    return coex_say(
        reason != NULL
            ? _("WhatsApp has rejected the display name “%s”: %s. Choose another in WhatsApp "
                "Manager.")
            : _("WhatsApp has rejected the display name “%s”. Choose another in WhatsApp Manager."),
        name, reason);
}

/* ---- templates ------------------------------------------------------------------------------- */

/* @name: of the template; NULL where nothing is to be said. */
static char *
dup_template_state(const char *event, const char *name)
{
    if (g_ascii_strcasecmp(event, "PAUSED") == 0)
        return coex_say(_("The template %s was paused by WhatsApp and cannot be sent for now"),
                        name);
    if (g_ascii_strcasecmp(event, "DISABLED") == 0)
        return coex_say(_("The template %s was disabled by WhatsApp and can no longer be sent"),
                        name);
    if (g_ascii_strcasecmp(event, "REJECTED") == 0)
        return coex_say(_("The template %s was rejected by WhatsApp"), name);
    return NULL;
}

static char *
build_template(const CoexJsonAt *value, const char *sentence)
{
    const char *event = text_of(value, "event");
    const char *name = text_of(value, "message_template_name");
    const char *language = text_of(value, "message_template_language");
    const char *word = text_of(value, "reason");
    g_autofree char *reason = coex_api_word_dup(COEX_API_WORD_REJECTION, word);
    g_autofree char *label = NULL;
    g_autofree char *state = NULL;

    if (event == NULL)
        return NULL;
    if (name == NULL)
        name = _("without a name");
    label = g_strdup_printf(language != NULL ? "%s (%s)" : "%s", name, language);
    state = dup_template_state(event, label);
    if (state == NULL || word == NULL || g_ascii_strcasecmp(word, "NONE") == 0)
        return state != NULL ? coex_say(_("%s."), state) : NULL;
    /* Translators: a sentence, and the reason */
    return coex_say(_("%s: %s."), state, reason);
}

/* ---- the table ------------------------------------------------------------------------------- */

static const FieldRow field_rows[] = {
    { "account_update", COEX_EVENT_ACCOUNT, build_account },
    { "account_alerts", COEX_EVENT_ACCOUNT, build_alert },
    { "security", COEX_EVENT_ACCOUNT, build_security },
    { "account_review_update", COEX_EVENT_ACCOUNT, NULL },
    { "account_settings_update", COEX_EVENT_ACCOUNT, NULL },
    { "automatic_events", COEX_EVENT_ACCOUNT, NULL },
    { "business_capability_update", COEX_EVENT_ACCOUNT, NULL },
    { "business_username_update", COEX_EVENT_ACCOUNT, NULL },
    { "consumer_profile", COEX_EVENT_ACCOUNT, NULL },
    { "flows", COEX_EVENT_ACCOUNT, NULL },
    { "partner_solutions", COEX_EVENT_ACCOUNT, NULL },
    { "payment_configuration_update", COEX_EVENT_ACCOUNT, NULL },
    { "phone_number_name_update", COEX_EVENT_ACCOUNT, build_name },
    { "phone_number_quality_update", COEX_EVENT_ACCOUNT, build_quality },
    { "message_template_status_update", COEX_EVENT_TEMPLATE, build_template },
    { "message_template_quality_update", COEX_EVENT_TEMPLATE, NULL },
    { "message_template_components_update", COEX_EVENT_TEMPLATE, NULL },
    { "message_template_category_update", COEX_EVENT_TEMPLATE, NULL },
    { "template_category_update", COEX_EVENT_TEMPLATE, NULL },
};

gboolean
coex_account_event_read(const char *field, const CoexJsonAt *value, CoexEventKind *ret_kind,
                        char **ret_line)
{
    for (gsize i = 0; i < G_N_ELEMENTS(field_rows); i++) {
        const FieldRow *row = &field_rows[i];

        if (strcmp(row->field, field) != 0)
            continue;
        *ret_kind = row->kind;
        *ret_line = coex_account_event_flatten(row->build != NULL ? row->build(value, NULL) : NULL);
        return TRUE;
    }
    return FALSE;
}

/* ---- chats between people and WhatsApp's agent ---- */

static gboolean
is_agent(const char *role)
{
    return role != NULL && (strstr(role, "agent") != NULL || strstr(role, "bot") != NULL);
}

char *
coex_account_event_handover(const CoexJsonAt *value)
{
    const char *type = text_of(value, "type");
    CoexJsonAt control = coex_json_member(value, type != NULL ? type : "control_passed");
    const char *from = text_of(&control, "previous_owner_role");
    const char *to = text_of(&control, "new_owner_role");

    if (from == NULL)
        from = text_of(&control, "previous_owner_app_role");
    if (to == NULL)
        to = text_of(&control, "new_owner_app_role");
    if (is_agent(to))
        return g_strdup(_("The Business Agent of WhatsApp answers in this chat now. A message "
                          "typed here takes it over."));
    if (is_agent(from) && g_strcmp0(to, "escalation") == 0)
        return g_strdup(
            _("The Business Agent of WhatsApp has handed this chat over: it is yours to answer."));
    if (is_agent(from))
        return g_strdup(_("The Business Agent of WhatsApp does not answer in this chat any more."));
    return coex_account_event_flatten(coex_say(
        _("WhatsApp reports that this chat changed hands: %s, from %s to %s."),
        type != NULL ? type : _("not told how"), from != NULL ? from : _("somebody not told"),
        to != NULL ? to : _("somebody not told")));
}

/* ---- elements of number-level values --------------------------------------------------------- */

char *
coex_account_event_error(const CoexJsonAt *error)
{
    CoexJsonAt code = coex_json_member(error, "code");
    CoexJsonAt data = coex_json_member(error, "error_data");
    const char *title = text_of(error, "title");
    const char *details = text_of(&data, "details");
    gint64 number = coex_json_int(&code, 0);

    if (details == NULL)
        details = text_of(error, "message");
    if (title != NULL && details != NULL && strcmp(title, details) == 0)
        details = NULL;
    return coex_account_event_flatten(
        coex_graph_code_explain((int)CLAMP(number, 0, G_MAXINT), title, details, FALSE));
}

/* One line for a call, when all of it is known. */
char *
coex_account_event_call(const CoexJsonAt *call, const char *who)
{
    CoexJsonAt duration = coex_json_member(call, "duration");
    const char *event = text_of(call, "event");
    const char *direction = text_of(call, "direction");
    gint64 seconds = coex_json_int(&duration, 0);

    /* A call by the business itself is no news here. */
    if (event == NULL || strcmp(event, "terminate") != 0 ||
        (direction != NULL && strcmp(direction, "USER_INITIATED") != 0))
        return NULL;
    if (seconds <= 0)
        return coex_account_event_flatten(coex_say(_("Missed call from %s."), who));
    if (seconds < 60)
        return coex_account_event_flatten(coex_say(_("Call from %s, %d s."), who, (int)seconds));
    return coex_account_event_flatten(
        coex_say(_("Call from %s, %" PRId64 " min."), who, (seconds + 30) / 60));
}

CoexWish
coex_account_event_get_wish(const CoexJsonAt *preference)
{
    const char *category = text_of(preference, "category");
    const char *value = text_of(preference, "value");

    if (category != NULL && strcmp(category, "marketing_messages") != 0)
        return COEX_WISH_NONE;
    if (g_strcmp0(value, "stop") == 0)
        return COEX_WISH_NO_MARKETING;
    return g_strcmp0(value, "resume") == 0 ? COEX_WISH_MARKETING : COEX_WISH_NONE;
}

char *
coex_account_event_preference(const CoexJsonAt *preference, const char *who)
{
    CoexWish wish = coex_account_event_get_wish(preference);
    const char *detail = text_of(preference, "detail");

    if (wish == COEX_WISH_NO_MARKETING)
        return coex_account_event_flatten(
            coex_say(_("%s wants no more marketing messages: do not send any."), who));
    if (wish == COEX_WISH_MARKETING)
        return coex_account_event_flatten(coex_say(_("%s accepts marketing messages again."), who));
    if (detail == NULL)
        return NULL;
    return coex_account_event_flatten(g_strdup_printf("%s: %s", who, detail));
}

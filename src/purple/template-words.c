// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/costs.h"
#include "core/country.h"
#include "core/peer.h"
#include "core/template.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/link.h"
#include "purple/template-picker.h"
#include "session/session.h"
#include <string.h>

/* What is said of a template and its values while one is chosen. */

#define EXAMPLE_CHARS 24
#define JOINED_CHARS 200

/* ---- who wants no marketing ---- */

static gboolean
is_marketing(const CoexTemplate *template_)
{
    return g_strcmp0(template_->category, "MARKETING") == 0;
}

static gboolean
wants_no_marketing(const CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);

    return person != NULL && person->no_marketing;
}

/* WhatsApp delivers none to numbers of the United States (Meta: pricing). */
static gboolean
is_american(const CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);

    return person != NULL ? g_str_has_prefix(person->display, "+1") : picker->name[0] == '1';
}

const char *
coex_picker_get_reservation(const CoexPicker *picker, const CoexTemplate *template_)
{
    if (!is_marketing(template_))
        return NULL;
    if (wants_no_marketing(picker))
        return _("they want no marketing");
    return is_american(picker) ? _("no marketing reaches +1") : NULL;
}

const char *
coex_picker_get_objection(const CoexPicker *picker)
{
    if (!is_marketing(picker->template_))
        return NULL;
    if (wants_no_marketing(picker))
        return _("This is marketing, and they have told WhatsApp that they want none from this "
                 "number: it may not be delivered, or be reported as spam.");
    return is_american(picker) ? _("This is marketing, and WhatsApp delivers none to numbers that "
                                   "begin with +1: it will not arrive.")
                               : NULL;
}

static const char *
name_category(const CoexTemplate *template_)
{
    if (template_->category == NULL)
        return _("no category");
    if (is_marketing(template_))
        return C_("template", "marketing");
    if (strcmp(template_->category, "UTILITY") == 0)
        return C_("template", "utility");
    if (strcmp(template_->category, "AUTHENTICATION") == 0)
        return C_("template", "authentication");
    return template_->category;
}

gboolean
coex_picker_has_held_file(const CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);
    CoexMediaKind kind;

    return person != NULL && coex_template_shows_file(picker->template_, -1, &kind) &&
           (person->held_kinds & 1u << kind) != 0;
}

/* Of who is new the number alone tells the country. */
static char *
dup_price(const CoexPicker *picker, const CoexPersonView *person)
{
    const CoexCosts *costs = coex_session_get_costs(picker->connection->session);
    g_auto(CoexPeer) peer = { 0 };
    const char *country = person != NULL ? person->country : NULL;

    if (person == NULL && coex_peer_parse(picker->name, &peer, NULL))
        country = coex_country_of_peer(&peer);
    if (costs == NULL || picker->template_->category == NULL)
        return NULL;
    return coex_costs_dup_price(costs, country, picker->template_->category);
}

char *
coex_picker_dup_cost(const CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);
    gint64 now = coex_session_get_time(picker->connection->session);
    gboolean is_free = person != NULL && person->window.free_until > now;
    g_autofree char *price = is_free ? NULL : dup_price(picker, person);

    return g_strdup_printf("%s, %s%s%s", name_category(picker->template_),
                           coex_template_get_cost(picker->template_, is_free),
                           price != NULL ? ": " : "", price != NULL ? price : "");
}

const char *
coex_picker_get_cost_hint(const CoexPicker *picker)
{
    CoexSession *session = picker->connection->session;
    const CoexPersonView *person = coex_session_find_person(session, picker->name);
    const CoexCosts *costs = coex_session_get_costs(session);
    gint64 now = coex_session_get_time(session);

    if (costs == NULL || (person != NULL && person->window.free_until > now) ||
        !coex_costs_are_used_up(costs, coex_costs_get_month(now)))
        return NULL;
    return _("This month's 1,000 free service messages are used up: this is billed, what is "
             "written on the phone is free.");
}

/* What to know of it before it is chosen: "marketing", "utility, low quality". */
static char *
dup_category(const CoexTemplate *template_)
{
    const char *quality = strcmp(template_->quality, "RED") == 0      ? _("low quality")
                          : strcmp(template_->quality, "YELLOW") == 0 ? _("medium quality")
                                                                      : NULL;

    return g_strjoin(", ", name_category(template_), quality, NULL);
}

char *
coex_picker_dup_refusal(const CoexTemplate *template_)
{
    /* Translators: a template's name, and what is in its way: “has an animation” */
    return coex_say(_("%s cannot be sent from here: it %s. Choose another template, or write "
                      "from the phone."),
                    template_->name, template_->obstacle);
}

char *
coex_picker_describe(const CoexPicker *picker, const CoexTemplate *template_, gsize max_chars)
{
    /* A value of the header is the first that is typed. */
    gboolean asks = template_->header != NULL && strstr(template_->header, "{{") != NULL;
    g_autofree char *all =
        g_strconcat(asks ? template_->header : "", asks ? " / " : "", template_->body, NULL);
    g_autofree char *words = coex_text_excerpt(all, max_chars);
    g_autofree char *category = dup_category(template_);
    const char *objection = coex_picker_get_reservation(picker, template_);

    /* The first words show where a list is narrow: what matters most comes first. */
    if (template_->obstacle != NULL && coex_host_get()->clips_forms)
        return g_strdup_printf("(%s) %s (%s)", template_->obstacle, template_->name,
                               template_->language);
    /* Translators: a template's name, its language, and what is in its way: “has an animation” */
    if (template_->obstacle != NULL)
        return coex_say(_("%s (%s) – cannot be sent from here: it %s"), template_->name,
                        template_->language, template_->obstacle);
    if (objection != NULL && coex_host_get()->clips_forms)
        return g_strdup_printf("(%s) %s (%s)", objection, template_->name, template_->language);
    if (objection != NULL)
        return g_strdup_printf("%s (%s) – %s: %s", template_->name, template_->language, objection,
                               words);
    return g_strdup_printf("%s (%s): %s – %s", template_->name, template_->language, words,
                           category);
}

char *
coex_picker_describe_variable(const CoexPicker *picker, const CoexTemplateVariable *variable)
{
    g_autofree char *example =
        variable->example != NULL ? coex_text_excerpt(variable->example, EXAMPLE_CHARS) : NULL;

    if (variable->optional)
        return coex_say(_("%s (may stay empty)"), variable->label);
    if (variable->kind == COEX_VALUE_FILE)
        return coex_say(variable->card < 0 && coex_picker_has_held_file(picker)
                            ? _("%s (a path or link, or = for the held one)")
                            : _("%s (a path or link)"),
                        variable->label);
    if (example == NULL || example[0] == '\0')
        return g_strdup(variable->label);
    /* Translators: what a value is, and an example of one */
    return coex_say(_("%s (e.g. %s)"), variable->label, example);
}

/* ---- lines ---- */

/* What has joined the texts that waited @before. */
static const char *
find_newest(const char *texts, const char *before)
{
    gsize length = before != NULL ? strlen(before) : 0;

    if (length > 0 && strncmp(texts, before, length) == 0 && texts[length] == '\n')
        return texts + length + 1;
    return texts;
}

void
coex_picker_tell_waiting(CoexPicker *picker, const char *before, const char *reason)
{
    const char *mark = coex_host_get_mark();
    g_autofree char *excerpt = coex_text_excerpt(find_newest(picker->parked, before), JOINED_CHARS);
    g_autofree char *line = coex_say(
        before != NULL ? _("This waits for your choice too: “%s”. Choose a template (%stemplate "
                           "lists them), or type %shold or %scancel.")
                       : _("This waits for your choice: “%s”. Choose a template (%stemplate lists "
                           "them), or type %shold or %scancel."),
        excerpt, mark, mark, mark);
    g_autofree char *verb =
        picker->stage == COEX_STAGE_VALUES && picker->connection->face->dup_verb != NULL
            ? picker->connection->face->dup_verb(picker)
            : NULL;
    /* Translators: %s is what is typed, such as !fill */
    g_autofree char *hint =
        verb != NULL ? coex_say(_("A value of the template is typed behind %s."), verb) : NULL;
    g_autofree char *all = reason != NULL ? g_strjoin(" ", reason, line, hint, NULL)
                                          : g_strjoin(" ", line, hint, NULL);
    g_autofree char *verb_line = g_strconcat(mark, "template", NULL);
    g_autofree char *target = coex_link_dup_command(
        picker->connection->account,
        coex_connection_get_buddy_name(picker->connection, picker->name), "template");

    coex_lines_notice_linked(picker->connection, picker->name, all, verb_line, target);
}

void
coex_picker_tell_no_catalogue(CoexPicker *picker, const GError *error)
{
    const char *mark = coex_host_get_mark();
    g_autofree char *failure =
        coex_say(_("The templates could not be fetched: %s"), error->message);
    /* Translators: a text that was typed, and twice the / or ! that commands begin with */
    g_autofree char *waiting = picker->parked != NULL
                                   ? coex_say(_("Your text waits: “%s”. Type %shold or %scancel."),
                                              picker->parked, mark, mark)
                                   : NULL;
    g_autofree char *line = g_strjoin(" ", failure, waiting, NULL);

    coex_lines_notice(picker->connection, picker->name, line);
}

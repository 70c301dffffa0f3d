// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-value.h"

#include "core/content.h"
#include "core/desk-send.h"
#include "core/json.h"
#include "core/message.h"
#include "core/account-event.h"
#include "core/text.h"
#include "core/webhook-book.h"
#include "core/webhook-history.h"
#include "core/webhook-label.h"
#include "core/webhook-people.h"
#include "core/webhook-pricing.h"
#include "core/webhook-system.h"
#include "core/words.h"

#include <string.h>

/* The end of the year 9999: what the calendar functions above us can still print. */
#define TIME_MAX G_GINT64_CONSTANT(253402300799)

/* What stands once in a value is copied into each of its events. Nothing longer is an id: or else a
 * delivery of 3 MB could become a hundred thousand times as much. */
#define ID_MAX 64 /* bytes of an account's id, a number, a field's name */

#define TEMPLATE_NAME_MAX 512 /* bytes, as WhatsApp has it */

#define STANDBY "standby"
#define HANDOVERS "messaging_handovers"

/* One `value` while it is read. */
typedef struct {
    GPtrArray *events; /* all of the delivery's */
    GRefString *field; /* as the following: the same for all of its events */
    GRefString *waba_id;
    GRefString *phone_number_id;
    GRefString *display_phone_number;
    gint64 time; /* of the entry, 0 */
    gboolean is_history;
    const CoexPeer *thread;    /* of the history, whom it is with; NULL */
    gboolean is_standby;       /* an agent of WhatsApp's holds these chats */
    CoexWebhookPeople *people; /* `contacts[]` of what is being read */
} Value;

/* @text, NULL when it has more than @max bytes. */
static const char *
bounded(const char *text, gsize max)
{
    return text != NULL && strnlen(text, max + 1) <= max ? text : NULL;
}

static GRefString *
share(const char *text)
{
    return text != NULL ? g_ref_string_new(text) : NULL;
}

static GRefString *
acquire(GRefString *text)
{
    return text != NULL ? g_ref_string_acquire(text) : NULL;
}

static CoexEvent *
add_event(Value *value, CoexEventKind kind)
{
    CoexEvent *event = coex_event_new(kind);

    event->field = acquire(value->field);
    event->waba_id = acquire(value->waba_id);
    event->phone_number_id = acquire(value->phone_number_id);
    event->display_phone_number = acquire(value->display_phone_number);
    event->time = value->time;
    event->keep_raw = TRUE;
    g_ptr_array_add(value->events, event);
    return event;
}

static gint64
usable_time(gint64 seconds)
{
    return seconds > 0 && seconds <= TIME_MAX ? seconds : 0;
}

/* The time that the element tells itself. */
static void
take_time(CoexEvent *event, const CoexJsonAt *at)
{
    CoexJsonAt told = coex_json_member(at, "timestamp");
    gint64 time = usable_time(coex_json_int(&told, 0));

    if (time > 0)
        event->time = time;
}

static void
add_line(Value *value, CoexEventKind kind, char *line)
{
    add_event(value, kind)->line = line;
}

/* ---- messages and echoes --------------------------------------------------------------------- */

typedef struct {
    CoexWebhookAddress from, to;
    const char *id;
    const char *group_id;
    const char *creation;                           /* how a message of the business was made */
    const char *desk;                               /* of ours that sent it (core/desk-send.h) */
    const char *local_id, *send_id, *template_name; /* with that */
    gint64 timestamp;
    CoexJsonAt context, referral, system;
    CoexJsonAt sent; /* of an agent's echo: the message as it was sent */
} RawMessage;

static const CoexJsonField message_fields[] = {
    { "from", COEX_JSON_TEXT, offsetof(RawMessage, from.number), COEX_JSON_OPTIONAL },
    { "from_user_id", COEX_JSON_TEXT, offsetof(RawMessage, from.user_id), COEX_JSON_OPTIONAL },
    { "from_parent_user_id", COEX_JSON_TEXT, offsetof(RawMessage, from.parent_user_id),
      COEX_JSON_OPTIONAL },
    { "to", COEX_JSON_TEXT, offsetof(RawMessage, to.number), COEX_JSON_OPTIONAL },
    { "to_user_id", COEX_JSON_TEXT, offsetof(RawMessage, to.user_id), COEX_JSON_OPTIONAL },
    { "to_parent_user_id", COEX_JSON_TEXT, offsetof(RawMessage, to.parent_user_id),
      COEX_JSON_OPTIONAL },
    { "id", COEX_JSON_TEXT, offsetof(RawMessage, id), COEX_JSON_OPTIONAL },
    { "group_id", COEX_JSON_TEXT, offsetof(RawMessage, group_id), COEX_JSON_OPTIONAL },
    { "timestamp", COEX_JSON_INT, offsetof(RawMessage, timestamp), COEX_JSON_OPTIONAL },
    { "context", COEX_JSON_OBJECT, offsetof(RawMessage, context), COEX_JSON_OPTIONAL },
    { "referral", COEX_JSON_OBJECT, offsetof(RawMessage, referral), COEX_JSON_OPTIONAL },
    { "system", COEX_JSON_OBJECT, offsetof(RawMessage, system), COEX_JSON_OPTIONAL },
    { "message", COEX_JSON_OBJECT, offsetof(RawMessage, sent), COEX_JSON_OPTIONAL },
    { COEX_DESK_MEMBER, COEX_JSON_STRING, offsetof(RawMessage, desk), COEX_JSON_OPTIONAL },
    { COEX_DESK_ID_MEMBER, COEX_JSON_STRING, offsetof(RawMessage, local_id), COEX_JSON_OPTIONAL },
    { COEX_DESK_SEND_MEMBER, COEX_JSON_STRING, offsetof(RawMessage, send_id), COEX_JSON_OPTIONAL },
    { COEX_DESK_TEMPLATE_MEMBER, COEX_JSON_STRING, offsetof(RawMessage, template_name),
      COEX_JSON_OPTIONAL },
    { "message_creation_type", COEX_JSON_TEXT, offsetof(RawMessage, creation), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* Whether this version has a use for all of it. */
static gboolean
is_understood(const CoexContent *content)
{
    const char *target = NULL;

    if (content->kind == COEX_CONTENT_PLACEHOLDER)
        return strcmp(content->type, "media_placeholder") == 0;
    if (content->kind == COEX_CONTENT_EDIT && content->edit.now != NULL)
        return content->edit.target != NULL && content->edit.now->kind == COEX_CONTENT_TEXT;
    if (coex_content_get_target(content, &target))
        return target != NULL && content->kind != COEX_CONTENT_EDIT;
    return content->kind == COEX_CONTENT_TEXT || content->kind == COEX_CONTENT_WELCOME;
}

/* Whether all that a message tells is in the CoexMessage. */
static gboolean
is_complete(const CoexMessage *message, const RawMessage *raw)
{
    CoexJsonAt product = coex_json_member(&raw->context, "referred_product");

    return is_understood(&message->content) && message->group_id == NULL && !message->from_ad &&
           !coex_json_at_exists(&product) && coex_peer_is_addressable(&message->peer);
}

/* Which machine wrote it in the business's name, NULL: a person did, as far as is told. */
static const char *
get_machine(const Value *value, const RawMessage *raw)
{
    if (value->is_standby)
        return COEX_BY_AGENT;
    if (raw->creation != NULL &&
        (strstr(raw->creation, "bot") != NULL || strstr(raw->creation, "agent") != NULL))
        return COEX_BY_BOT;
    return NULL;
}

static void
add_label(CoexMessage *message, const char *label)
{
    char *text = g_strconcat(label, message->content.text, NULL);

    g_free(message->content.text);
    message->content.text = text;
}

static void
read_content(const Value *value, const CoexJsonAt *at, const RawMessage *raw, CoexMessage *message)
{
    const char *machine = get_machine(value, raw);
    g_autofree char *forwarding = coex_webhook_label_dup_forwarding(&raw->context);
    g_autofree char *subject = coex_webhook_label_dup_subject(&raw->context, &raw->referral);
    g_autofree char *who = message->direction == COEX_INBOUND && message->group_id != NULL
                               ? coex_webhook_people_dup_display(value->people, &raw->from)
                               : NULL;
    g_autofree char *group = coex_webhook_label_dup_group(message->group_id, who);
    g_autofree char *mark =
        message->desk != NULL ? g_strdup_printf(COEX_BY_DESK "%s] ", message->desk) : NULL;

    coex_content_read(coex_json_at_exists(&raw->sent) ? &raw->sent : at, &message->content);
    if (subject != NULL)
        add_label(message, subject);
    if (forwarding != NULL)
        add_label(message, forwarding);
    if (group != NULL)
        add_label(message, group);
    if (message->direction == COEX_ECHO && machine != NULL)
        add_label(message, machine);
    if (message->desk != NULL)
        add_label(message, mark);
}

/* Whom an element of `messages` or of echoes is from or to. */
static void
read_peer(Value *value, const RawMessage *raw, CoexWebhookAddress *address, CoexMessage *message)
{
    gboolean is_system = message->direction == COEX_INBOUND && coex_json_at_exists(&raw->system);

    if (value->thread != NULL) {
        coex_peer_copy(&message->peer, value->thread);
        return;
    }
    if (message->direction == COEX_INBOUND)
        *address = raw->from;
    else
        *address = raw->to;
    if (message->direction == COEX_ECHO && address->number == NULL && address->user_id == NULL)
        coex_webhook_address_of_sent(&raw->sent, address);
    if (is_system)
        coex_webhook_system_read(&raw->system, &raw->from, address, message);
    coex_webhook_people_read(value->people, address, is_system, &message->peer,
                             &message->profile_name);
}

/* A question about a product and an answer to a call quote nothing, whatever id they have (Meta:
 * webhooks/reference/messages). */
static char *
dup_quoted(const RawMessage *raw)
{
    CoexJsonAt product = coex_json_member(&raw->context, "referred_product");
    const char *id = coex_json_member_text(&raw->context, "id");

    return id == NULL || *id == '\0' || coex_json_at_exists(&product) ||
                   g_str_has_prefix(id, "wacid.")
               ? NULL
               : g_strdup(id);
}

/* It can be told from no other. */
static void
add_nameless(Value *value, const CoexWebhookAddress *address)
{
    g_autofree char *who = coex_webhook_people_dup_display(value->people, address);

    if (value->is_history)
        add_event(value, COEX_EVENT_HISTORY);
    else
        add_line(value, COEX_EVENT_UNKNOWN,
                 coex_say(_("A message came without an id (%s): look at it on the phone."), who));
}

static void
read_message_as(Value *value, const CoexJsonAt *at, CoexDirection direction)
{
    RawMessage raw = { 0 };
    CoexWebhookAddress address = { 0 };
    g_autoptr(CoexMessage) message = coex_message_new();
    CoexEvent *event;

    coex_json_read(at, message_fields, &raw, NULL);
    message->direction = direction;
    read_peer(value, &raw, &address, message);
    if (raw.id == NULL || *raw.id == '\0') {
        add_nameless(value, &address);
        return;
    }
    message->wamid = g_strdup(raw.id);
    message->token = coex_wamid_dup_token(raw.id);
    message->time = usable_time(raw.timestamp);
    message->group_id = g_strdup(raw.group_id);
    message->desk =
        direction == COEX_ECHO && raw.desk != NULL ? coex_desk_name_clean(raw.desk) : NULL;
    if (message->desk != NULL) {
        message->local_id = g_strdup(bounded(raw.local_id, ID_MAX));
        message->send_id = g_strdup(bounded(raw.send_id, ID_MAX));
        message->template_name = g_strdup(bounded(raw.template_name, TEMPLATE_NAME_MAX));
    }
    message->in_standby = value->is_standby;
    message->from_ad = coex_json_at_exists(&raw.referral);
    message->ad_click = coex_webhook_label_dup_click(&raw.referral);
    message->context_wamid = dup_quoted(&raw);
    read_content(value, at, &raw, message);
    if (value->is_history)
        message->past_state = coex_webhook_history_get_state(at);
    event = add_event(value, value->is_history ? COEX_EVENT_PAST : COEX_EVENT_MESSAGE);
    event->keep_raw = !is_complete(message, &raw);
    event->message = g_steal_pointer(&message);
}

static void
read_echo(Value *value, const CoexJsonAt *at)
{
    read_message_as(value, at, COEX_ECHO);
}

/* The business's own messages may come among those of customers, also without the one they went to
 * (Meta: webhooks/reference/messages). */
static void
read_message(Value *value, const CoexJsonAt *at)
{
    gboolean is_ours = coex_webhook_people_is_own(value->people, coex_json_member_text(at, "from"));

    read_message_as(value, at, is_ours ? COEX_ECHO : COEX_INBOUND);
}

/* ---- statuses -------------------------------------------------------------------------------- */

typedef struct {
    const char *id;
    const char *status;
    gint64 timestamp;
    CoexWebhookAddress recipient;
    const char *parent_before; /* the key's name until May 2026 */
    const char *recipient_type;
    const char *opaque;
    const char *type;
    CoexJsonAt conversation, pricing, errors;
} RawStatus;

static const CoexJsonField status_fields[] = {
    { "id", COEX_JSON_TEXT, offsetof(RawStatus, id), COEX_JSON_OPTIONAL },
    { "status", COEX_JSON_TEXT, offsetof(RawStatus, status), COEX_JSON_OPTIONAL },
    { "timestamp", COEX_JSON_INT, offsetof(RawStatus, timestamp), COEX_JSON_OPTIONAL },
    { "recipient_id", COEX_JSON_TEXT, offsetof(RawStatus, recipient.number), COEX_JSON_OPTIONAL },
    { "recipient_user_id", COEX_JSON_TEXT, offsetof(RawStatus, recipient.user_id),
      COEX_JSON_OPTIONAL },
    { "recipient_parent_user_id", COEX_JSON_TEXT, offsetof(RawStatus, recipient.parent_user_id),
      COEX_JSON_OPTIONAL },
    { "parent_recipient_user_id", COEX_JSON_TEXT, offsetof(RawStatus, parent_before),
      COEX_JSON_OPTIONAL },
    { "recipient_type", COEX_JSON_TEXT, offsetof(RawStatus, recipient_type), COEX_JSON_OPTIONAL },
    { "biz_opaque_callback_data", COEX_JSON_TEXT, offsetof(RawStatus, opaque), COEX_JSON_OPTIONAL },
    { "type", COEX_JSON_TEXT, offsetof(RawStatus, type), COEX_JSON_OPTIONAL },
    { "conversation", COEX_JSON_OBJECT, offsetof(RawStatus, conversation), COEX_JSON_OPTIONAL },
    { "pricing", COEX_JSON_OBJECT, offsetof(RawStatus, pricing), COEX_JSON_OPTIONAL },
    { "errors", COEX_JSON_ARRAY, offsetof(RawStatus, errors), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* FALSE for a name that this version does not know. */
static gboolean
read_state(const char *name, CoexState *ret_state)
{
    for (CoexState state = COEX_STATE_SENT; state <= COEX_STATE_FAILED; state++) {
        if (name != NULL && g_ascii_strcasecmp(coex_state_get_name(state), name) == 0) {
            *ret_state = state;
            return TRUE;
        }
    }
    *ret_state = COEX_STATE_UNKNOWN;
    return FALSE;
}

static gboolean
member_is(const CoexJsonAt *object, const char *name, const char *text)
{
    return g_strcmp0(coex_json_member_text(object, name), text) == 0;
}

/* A conversation from an ad is free for longer than the window; only then its end is of use. */
static gint64
read_free_entry(const RawStatus *raw)
{
    CoexJsonAt origin = coex_json_member(&raw->conversation, "origin");
    CoexJsonAt expiration = coex_json_member(&raw->conversation, "expiration_timestamp");

    if (!member_is(&origin, "type", "referral_conversion") &&
        !member_is(&raw->pricing, "type", "free_entry_point"))
        return 0;
    return usable_time(coex_json_int(&expiration, 0));
}

static void
read_status_error(const RawStatus *raw, CoexStatus *status)
{
    CoexJsonAt error = coex_json_element(&raw->errors, 0);
    CoexJsonAt code = coex_json_member(&error, "code");
    CoexJsonAt data = coex_json_member(&error, "error_data");

    status->error_code = (int)CLAMP(coex_json_int(&code, 0), 0, G_MAXINT);
    status->error_title =
        coex_account_event_flatten(g_strdup(coex_json_member_text(&error, "title")));
    if (status->error_title == NULL)
        status->error_title =
            coex_account_event_flatten(g_strdup(coex_json_member_text(&error, "message")));
    status->error_details =
        coex_account_event_flatten(g_strdup(coex_json_member_text(&data, "details")));
}

static void
read_status(Value *value, const CoexJsonAt *at)
{
    RawStatus raw = { 0 };
    gboolean is_known;
    CoexStatus *status;
    CoexEvent *event;

    coex_json_read(at, status_fields, &raw, NULL);
    /* Calls and payments have statuses of their own; those of messages have no type. */
    if (raw.id == NULL || *raw.id == '\0' ||
        (raw.type != NULL && strcmp(raw.type, "message") != 0)) {
        add_event(value, COEX_EVENT_UNKNOWN);
        return;
    }
    if (raw.recipient.parent_user_id == NULL)
        raw.recipient.parent_user_id = raw.parent_before;
    status = coex_status_new();
    status->wamid = g_strdup(raw.id);
    status->token = coex_wamid_dup_token(raw.id);
    is_known = read_state(raw.status, &status->state);
    status->state_name = g_strdup(raw.status != NULL ? raw.status : "");
    status->time = usable_time(raw.timestamp);
    status->opaque = g_strdup(raw.opaque);
    status->free_entry_until = read_free_entry(&raw);
    if (g_strcmp0(raw.recipient_type, "group") != 0)
        coex_webhook_people_read(value->people, &raw.recipient, FALSE, &status->peer,
                                 &status->profile_name);
    read_status_error(&raw, status);
    coex_webhook_pricing_read(&raw.pricing, status);
    event = add_event(value, COEX_EVENT_STATUS);
    event->status = status;
    event->keep_raw = !is_known;
}

/* ---- the rest of what a value can hold ------------------------------------------------------- */

static void
read_error(Value *value, const CoexJsonAt *at)
{
    g_autofree char *told = coex_account_event_error(at);

    add_line(value, COEX_EVENT_ACCOUNT, coex_say(_("WhatsApp reports an error: %s"), told));
}

static void
read_thread(Value *value, const CoexJsonAt *at)
{
    CoexJsonAt messages = coex_json_member(at, "messages");
    guint n = coex_json_length(&messages);
    g_auto(CoexPeer) peer = { 0 };

    coex_webhook_history_read_peer(at, value->display_phone_number, &peer);
    value->thread = &peer;
    for (guint i = 0; i < n; i++) {
        CoexJsonAt message = coex_json_element(&messages, i);

        read_message_as(
            value, &message,
            coex_webhook_history_get_direction(&message, &peer, value->display_phone_number));
    }
    value->thread = NULL;
}

/* A chunk: what it tells of the whole comes after its messages. */
static void
read_history(Value *value, const CoexJsonAt *at)
{
    CoexJsonAt errors = coex_json_member(at, "errors");
    CoexJsonAt error = coex_json_element(&errors, 0);
    CoexJsonAt metadata = coex_json_member(at, "metadata");
    CoexJsonAt progress = coex_json_member(&metadata, "progress");
    CoexJsonAt threads = coex_json_member(at, "threads");
    guint n = coex_json_length(&threads);
    CoexEvent *event;

    for (guint i = 0; i < n; i++) {
        CoexJsonAt thread = coex_json_element(&threads, i);

        read_thread(value, &thread);
    }
    event = add_event(value, COEX_EVENT_HISTORY);
    event->keep_raw = !coex_json_at_is_array(&threads) && !coex_json_at_exists(&error);
    event->history_progress = (int)CLAMP(coex_json_int(&progress, -1), -1, 100);
    if (coex_json_at_exists(&error)) {
        g_autofree char *told = coex_account_event_error(&error);

        event->line = coex_say(_("The chat history was not shared: %s"), told);
    }
}

static void
read_state_sync(Value *value, const CoexJsonAt *at)
{
    CoexJsonAt metadata = coex_json_member(at, "metadata");
    CoexEvent *event = add_event(value, COEX_EVENT_CONTACT_CHANGE);

    coex_webhook_book_read(at, event);
    take_time(event, &metadata);
}

static void
read_groups(Value *value, const CoexJsonAt *list)
{
    add_event(value, COEX_EVENT_UNKNOWN);
}

static const CoexJsonField call_fields[] = {
    { "from", COEX_JSON_TEXT, offsetof(CoexWebhookAddress, number), COEX_JSON_OPTIONAL },
    { "from_user_id", COEX_JSON_TEXT, offsetof(CoexWebhookAddress, user_id), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static void
read_call(Value *value, const CoexJsonAt *at)
{
    CoexWebhookAddress address = { 0 };
    CoexEvent *event = add_event(value, COEX_EVENT_ACCOUNT);
    g_autofree char *who = NULL;

    coex_json_read(at, call_fields, &address, NULL);
    who = coex_webhook_people_dup_display(value->people, &address);
    event->line = coex_account_event_call(at, who);
    take_time(event, at);
}

static void
read_preference(Value *value, const CoexJsonAt *at)
{
    CoexEvent *event = add_event(value, COEX_EVENT_ACCOUNT);

    coex_webhook_book_read_wish(at, value->people, event);
    take_time(event, at);
}

typedef struct {
    CoexJsonAt sender;
    CoexWebhookAddress who;
    const char *wa_id;
} RawHandover;

static const CoexJsonField handover_fields[] = {
    { "sender", COEX_JSON_OBJECT, offsetof(RawHandover, sender), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static const CoexJsonField handover_sender_fields[] = {
    { "phone_number", COEX_JSON_TEXT, offsetof(RawHandover, who.number), COEX_JSON_OPTIONAL },
    { "wa_id", COEX_JSON_TEXT, offsetof(RawHandover, wa_id), COEX_JSON_OPTIONAL },
    { "user_id", COEX_JSON_TEXT, offsetof(RawHandover, who.user_id), COEX_JSON_OPTIONAL },
    { "parent_user_id", COEX_JSON_TEXT, offsetof(RawHandover, who.parent_user_id),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* An agent of WhatsApp's takes a chat or hands it over (Meta:
 * webhooks/reference/messaging_handovers).
 */
static void
read_handover(Value *value, const CoexJsonAt *object)
{
    RawHandover raw = { 0 };
    CoexEvent *event = add_event(value, COEX_EVENT_ACCOUNT);

    coex_json_read(object, handover_fields, &raw, NULL);
    coex_json_read(&raw.sender, handover_sender_fields, &raw, NULL);
    if (raw.who.number == NULL)
        raw.who.number = raw.wa_id;
    coex_peer_set(&event->peer, raw.who.number, raw.who.user_id, raw.who.parent_user_id);
    event->line = coex_account_event_handover(object);
    take_time(event, object);
}

/* ---- values ---------------------------------------------------------------------------------- */

typedef struct {
    const char *key;
    const char *field; /* of a value that came without one */
    void (*read_element)(Value *value, const CoexJsonAt *at);
    void (*read_list)(Value *value, const CoexJsonAt *list); /* NULL: element by element */
    const char *person_keys[2];                              /* of an element: number, BSUID */
} PartRow;

static const PartRow parts[] = {
    { "messages", "messages", read_message, NULL, { "from", "from_user_id" } },
    { "message_echoes", "smb_message_echoes", read_echo, NULL, { "to", "to_user_id" } },
    { "statuses", "messages", read_status, NULL, { "recipient_id", "recipient_user_id" } },
    { "errors", "messages", read_error, NULL, { NULL, NULL } },
    { "history", "history", read_history, NULL, { NULL, NULL } },
    { "state_sync", "smb_app_state_sync", read_state_sync, NULL, { NULL, NULL } },
    { "calls", "calls", read_call, NULL, { "from", "from_user_id" } },
    { "user_preferences", "user_preferences", read_preference, NULL, { "wa_id", "user_id" } },
    { "groups", "group_lifecycle_update", NULL, read_groups, { NULL, NULL } },
};

static void
read_part(Value *value, const PartRow *part, const CoexJsonAt *list)
{
    guint n = coex_json_length(list);
    gboolean is_odd = !coex_json_at_is_array(list);

    if (n > 0 && part->read_list != NULL) {
        part->read_list(value, list);
        return;
    }
    coex_webhook_people_enter(value->people, list, part->person_keys);
    for (guint i = 0; i < n; i++) {
        CoexJsonAt at = coex_json_element(list, i);

        if (coex_json_at_is_object(&at))
            part->read_element(value, &at);
        else
            is_odd = TRUE;
    }
    if (is_odd)
        add_event(value, COEX_EVENT_UNKNOWN);
}

typedef struct {
    CoexJsonAt metadata, waba_info, recipient;
    const char *phone_number_id;
    const char *display_phone_number;
    const char *phone_number;
    const char *waba_id;
    const char *event;
} RawValue;

static const CoexJsonField value_fields[] = {
    { "metadata", COEX_JSON_OBJECT, offsetof(RawValue, metadata), COEX_JSON_OPTIONAL },
    { "waba_info", COEX_JSON_OBJECT, offsetof(RawValue, waba_info), COEX_JSON_OPTIONAL },
    { "recipient", COEX_JSON_OBJECT, offsetof(RawValue, recipient), COEX_JSON_OPTIONAL },
    { "display_phone_number", COEX_JSON_TEXT, offsetof(RawValue, display_phone_number),
      COEX_JSON_OPTIONAL },
    { "phone_number", COEX_JSON_TEXT, offsetof(RawValue, phone_number), COEX_JSON_OPTIONAL },
    { "event", COEX_JSON_TEXT, offsetof(RawValue, event), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static const CoexJsonField metadata_fields[] = {
    { "phone_number_id", COEX_JSON_TEXT, offsetof(RawValue, phone_number_id), COEX_JSON_OPTIONAL },
    { "display_phone_number", COEX_JSON_TEXT, offsetof(RawValue, display_phone_number),
      COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static const CoexJsonField waba_info_fields[] = {
    { "waba_id", COEX_JSON_TEXT, offsetof(RawValue, waba_id), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* The lists of @object; TRUE when there is one, be it empty. */
static gboolean
read_lists(Value *value, const CoexJsonAt *object)
{
    gboolean has_part = FALSE;

    value->people = coex_webhook_people_new(object, value->display_phone_number);
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        CoexJsonAt list = coex_json_member(object, parts[i].key);

        has_part |= coex_json_at_exists(&list);
        if (coex_json_at_exists(&list))
            read_part(value, &parts[i], &list);
    }
    g_clear_pointer(&value->people, coex_webhook_people_free);
    return has_part;
}

static void
read_parts(Value *value, const CoexJsonAt *object)
{
    CoexJsonAt standby = coex_json_member(object, STANDBY);
    guint n_before = value->events->len;
    gboolean has_part;
    CoexEventKind kind;
    char *line;

    if (strcmp(value->field, HANDOVERS) == 0) {
        read_handover(value, object);
        return;
    }
    if (coex_account_event_read(value->field, object, &kind, &line)) {
        add_line(value, kind, line);
        /* What names neither may be another's. */
        if (strcmp(value->field, "account_update") == 0 &&
            (value->waba_id != NULL || value->display_phone_number != NULL))
            ((CoexEvent *)value->events->pdata[value->events->len - 1])->link =
                coex_account_event_get_link(object);
        return;
    }
    value->is_standby = strcmp(value->field, STANDBY) == 0;
    has_part = read_lists(value, object);
    /* All of it one level deeper (Meta: webhooks/reference/standby). */
    if (coex_json_at_is_object(&standby)) {
        value->is_standby = TRUE;
        has_part |= read_lists(value, &standby);
    }
    if (value->events->len == n_before)
        add_event(value, COEX_EVENT_UNKNOWN)->keep_raw = !has_part;
}

const char *
coex_webhook_value_guess_field(const CoexJsonAt *object)
{
    CoexJsonAt template_id = coex_json_member(object, "message_template_id");
    CoexJsonAt event = coex_json_member(object, "event");
    CoexJsonAt standby = coex_json_member(object, STANDBY);

    if (coex_json_at_is_object(&standby))
        return STANDBY;
    for (gsize i = 0; i < G_N_ELEMENTS(parts); i++) {
        CoexJsonAt list = coex_json_member(object, parts[i].key);

        if (coex_json_at_exists(&list))
            return parts[i].field;
    }
    if (coex_json_at_exists(&template_id))
        return "message_template_status_update";
    return coex_json_at_exists(&event) ? "account_update" : NULL;
}

void
coex_webhook_value_read(const CoexJsonAt *object, const char *field, const char *waba_id,
                        gint64 time, GPtrArray *events)
{
    RawValue raw = { 0 };
    Value value = { .events = events, .time = usable_time(time) };
    g_autofree char *number = NULL;

    coex_json_read(object, value_fields, &raw, NULL);
    coex_json_read(&raw.metadata, metadata_fields, &raw, NULL);
    /* `messaging_handovers` has the number here */
    if (!coex_json_at_exists(&raw.metadata))
        coex_json_read(&raw.recipient, metadata_fields, &raw, NULL);
    coex_json_read(&raw.waba_info, waba_info_fields, &raw, NULL);
    field = bounded(field, ID_MAX);
    if (field == NULL)
        field = coex_webhook_value_guess_field(object);
    /* In PARTNER_* events the entry's id is the partner's, and the account's may not be told. */
    if (raw.waba_id == NULL && raw.phone_number == NULL && raw.event != NULL &&
        g_str_has_prefix(raw.event, "PARTNER_"))
        waba_id = NULL;
    number = coex_number_normalize(
        raw.display_phone_number != NULL ? raw.display_phone_number : raw.phone_number, NULL);
    value.field = share(field != NULL ? field : "unknown");
    value.waba_id = share(bounded(raw.waba_id != NULL ? raw.waba_id : waba_id, ID_MAX));
    value.phone_number_id = share(bounded(raw.phone_number_id, ID_MAX));
    value.display_phone_number = share(number);
    value.is_history = strcmp(value.field, "history") == 0;
    read_parts(&value, object);
    g_clear_pointer(&value.field, g_ref_string_release);
    g_clear_pointer(&value.waba_id, g_ref_string_release);
    g_clear_pointer(&value.phone_number_id, g_ref_string_release);
    g_clear_pointer(&value.display_phone_number, g_ref_string_release);
}

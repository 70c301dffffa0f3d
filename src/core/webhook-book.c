// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-book.h"

#include "core/account-event.h"
#include "core/json.h"
#include "core/text.h"
#include "core/webhook-people.h"

/* As a profile's name (core/webhook-people.c). */
#define NAME_CHARS 128

typedef struct {
    const char *type;
    const char *action;
    CoexJsonAt contact;
    const char *full_name;
    const char *first_name;
    const char *number;
    const char *user_id;
    const char *parent_user_id;
    const char *username;
} RawEntry;

static const CoexJsonField entry_fields[] = {
    { "type", COEX_JSON_TEXT, offsetof(RawEntry, type), COEX_JSON_OPTIONAL },
    { "action", COEX_JSON_TEXT, offsetof(RawEntry, action), COEX_JSON_OPTIONAL },
    { "contact", COEX_JSON_OBJECT, offsetof(RawEntry, contact), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static const CoexJsonField contact_fields[] = {
    { "full_name", COEX_JSON_STRING, offsetof(RawEntry, full_name), COEX_JSON_OPTIONAL },
    { "first_name", COEX_JSON_STRING, offsetof(RawEntry, first_name), COEX_JSON_OPTIONAL },
    { "phone_number", COEX_JSON_TEXT, offsetof(RawEntry, number), COEX_JSON_OPTIONAL },
    { "user_id", COEX_JSON_TEXT, offsetof(RawEntry, user_id), COEX_JSON_OPTIONAL },
    { "parent_user_id", COEX_JSON_TEXT, offsetof(RawEntry, parent_user_id), COEX_JSON_OPTIONAL },
    { "username", COEX_JSON_TEXT, offsetof(RawEntry, username), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

/* NULL where nothing of it can be seen. */
static char *
dup_name(const RawEntry *raw)
{
    const char *name = raw->full_name != NULL ? raw->full_name : "";

    if (coex_text_is_blank(name))
        name = raw->first_name != NULL ? raw->first_name : "";
    return coex_text_is_blank(name) ? NULL : coex_text_excerpt(name, NAME_CHARS);
}

void
coex_webhook_book_read(const CoexJsonAt *at, CoexEvent *event)
{
    RawEntry raw = { 0 };
    gboolean is_added;

    coex_json_read(at, entry_fields, &raw, NULL);
    coex_json_read(&raw.contact, contact_fields, &raw, NULL);
    is_added = g_strcmp0(raw.action, "add") == 0 || g_strcmp0(raw.action, "edit") == 0;
    if ((raw.type != NULL && !g_str_equal(raw.type, "contact")) ||
        (!is_added && g_strcmp0(raw.action, "remove") != 0))
        return;
    coex_peer_set(&event->peer, raw.number, raw.user_id, raw.parent_user_id);
    if (!coex_peer_is_addressable(&event->peer))
        return;
    coex_peer_set_username(&event->peer, raw.username);
    event->name = is_added ? dup_name(&raw) : NULL;
    event->keep_raw = FALSE;
}

static const CoexJsonField wish_fields[] = {
    { "wa_id", COEX_JSON_TEXT, offsetof(CoexWebhookAddress, number), COEX_JSON_OPTIONAL },
    { "user_id", COEX_JSON_TEXT, offsetof(CoexWebhookAddress, user_id), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

void
coex_webhook_book_read_wish(const CoexJsonAt *at, const CoexWebhookPeople *people, CoexEvent *event)
{
    CoexWish wish = coex_account_event_get_wish(at);
    CoexWebhookAddress address = { 0 };
    g_autofree char *who = NULL;
    g_autofree char *name = NULL;

    coex_json_read(at, wish_fields, &address, NULL);
    who = coex_webhook_people_dup_display(people, &address);
    event->line = coex_account_event_preference(at, who);
    if (wish == COEX_WISH_NONE)
        return;
    coex_webhook_people_read(people, &address, FALSE, &event->peer, &name);
    event->keep_raw = !coex_peer_is_addressable(&event->peer);
    if (event->keep_raw)
        return;
    event->kind = COEX_EVENT_PREFERENCE;
    event->no_marketing = wish == COEX_WISH_NO_MARKETING;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/roster.h"
#include "purple/host.h"
#include "purple/nick.h"
#include "purple/options.h"

#define GROUP "WhatsApp"
#define SLICE_US 8000 /* of work between two turns of the host's main loop */
#define MAX_NAME 256

gboolean
coex_roster_lists_everybody(PurpleAccount *account)
{
    return strcmp(coex_options_get(account, "buddies"), "all") == 0;
}

const char *
coex_roster_get_name(CoexLogin *login, const char *name)
{
    PurpleBuddy *buddy = purple_find_buddy(login->account, name);

    return buddy != NULL ? purple_buddy_get_name(buddy) : name;
}

/* ---- one buddy ---- */

/* The whole phone book would be written to disk with every change of any buddy; the store knows it
 * anyway. What the user makes of a buddy is kept (keep_buddy). */
static void
set_saved(PurpleBuddy *buddy, gboolean saved)
{
    PurpleBlistNodeFlags flags = saved ? 0 : PURPLE_BLIST_NODE_FLAG_NO_SAVE;

    purple_blist_node_set_flags((PurpleBlistNode *)buddy, flags);
    purple_blist_node_set_flags((PurpleBlistNode *)purple_buddy_get_contact(buddy), flags);
}

static void
keep_buddy(CoexLogin *login, PurpleBuddy *buddy)
{
    if (!coex_host_get()->forgets_list && purple_buddy_get_contact(buddy) != NULL)
        set_saved(buddy, TRUE);
}

/* A contact of its own at the head of the group: libpurple walks the whole group to find its end.
 */
static PurpleBuddy *
add_buddy(CoexLogin *login, const char *name)
{
    PurpleBuddy *buddy = purple_buddy_new(login->account, name, NULL);
    PurpleContact *contact = purple_contact_new();
    PurpleGroup *group = purple_find_group(GROUP);

    if (group == NULL) {
        group = purple_group_new(GROUP);
        purple_blist_add_group(group, NULL);
    }
    purple_blist_add_contact(contact, group, NULL);
    purple_blist_add_buddy(buddy, contact, NULL, NULL);
    if (coex_host_get()->forgets_list || coex_roster_lists_everybody(login->account))
        set_saved(buddy, FALSE);
    return buddy;
}

/* Whether the user has left the buddy as we made it. */
static gboolean
is_untouched(PurpleBuddy *buddy)
{
    PurpleGroup *group = purple_buddy_get_group(buddy);

    return purple_buddy_get_local_buddy_alias(buddy) == NULL && group != NULL &&
           strcmp(purple_group_get_name(group), GROUP) == 0;
}

static void
set_presence(CoexLogin *login, PurpleBuddy *buddy, const CoexPersonView *person)
{
    const char *id = person->window.open ? "available" : "away";
    PurplePresence *presence = purple_buddy_get_presence(buddy);
    PurpleStatus *status = purple_presence_get_active_status(presence);

    if (status != NULL && strcmp(purple_status_get_id(status), id) == 0 &&
        g_strcmp0(purple_status_get_attr_string(status, "message"), person->label) == 0)
        return;
    purple_prpl_got_user_status(login->account, purple_buddy_get_name(buddy), id, "message",
                                person->label, NULL);
}

/* BitlBee makes the nick when a buddy comes online: the alias must be there. */
static void
set_alias(CoexLogin *login, PurpleBuddy *buddy, const CoexPersonView *person)
{
    g_autofree char *alias = coex_nick_dup_alias(login, person);
    const char *shown = purple_buddy_get_server_alias(buddy);

    if (alias != NULL && g_strcmp0(shown, alias) != 0)
        serv_got_alias(login->gc, purple_buddy_get_name(buddy), alias);
    /* The number as people write it; without a line that somebody is now known as that. */
    if (alias == NULL && !coex_host_get()->makes_nicks && g_strcmp0(shown, person->display) != 0)
        purple_blist_server_alias_buddy(buddy, person->display);
}

void
coex_roster_show(CoexLogin *login, const CoexPersonView *person)
{
    PurpleBuddy *buddy = purple_find_buddy(login->account, person->name);

    g_hash_table_remove(login->waiting, person->name);
    coex_nick_settle(login, person);
    if (buddy != NULL && !person->listed && is_untouched(buddy)) {
        purple_blist_remove_buddy(buddy);
        return;
    }
    if (buddy == NULL && !person->listed)
        return;
    if (buddy == NULL)
        buddy = add_buddy(login, person->name);
    set_alias(login, buddy, person);
    set_presence(login, buddy, person);
}

/* ---- many of them ---- */

static gboolean
on_slice(gpointer user_data)
{
    CoexLogin *login = user_data;
    gint64 end = g_get_monotonic_time() + SLICE_US;
    GHashTableIter iter;
    gpointer value;

    for (guint i = 0; i < login->unwanted->len; i++) {
        PurpleBuddy *buddy =
            purple_find_buddy(login->account, g_ptr_array_index(login->unwanted, i));
        if (buddy != NULL)
            purple_blist_remove_buddy(buddy);
    }
    g_ptr_array_set_size(login->unwanted, 0);

    while (g_get_monotonic_time() < end) {
        g_hash_table_iter_init(&iter, login->waiting);
        if (!g_hash_table_iter_next(&iter, NULL, &value)) {
            login->roster_timer = 0;
            return G_SOURCE_REMOVE;
        }
        g_autoptr(CoexPersonView) person = coex_person_view_ref(value);
        coex_roster_show(login, person);
    }
    return G_SOURCE_CONTINUE;
}

static void
schedule(CoexLogin *login)
{
    if (login->online && login->roster_timer == 0)
        login->roster_timer = purple_timeout_add(0, on_slice, login);
}

void
coex_roster_queue(CoexLogin *login, const CoexPersonView *person)
{
    CoexPersonView *view = coex_person_view_ref(person);

    g_hash_table_replace(login->waiting, view->name, view);
    schedule(login);
}

static void
on_aliased(PurpleBlistNode *node, const char *old_alias, CoexLogin *login)
{
    if (!login->over && PURPLE_BLIST_NODE_IS_BUDDY(node) &&
        purple_buddy_get_account((PurpleBuddy *)node) == login->account &&
        purple_buddy_get_local_buddy_alias((PurpleBuddy *)node) != NULL)
        keep_buddy(login, (PurpleBuddy *)node);
}

void
coex_roster_init(CoexLogin *login)
{
    /* The key belongs to the value. */
    login->waiting = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                           (GDestroyNotify)coex_person_view_unref);
    login->unwanted = g_ptr_array_new_with_free_func(g_free);
    coex_nick_init(login);
}

/* Whom the user added while the account was off. */
static void
pin_strangers(CoexLogin *login)
{
    g_autoptr(GSList) buddies = purple_find_buddies(login->account, NULL);

    for (GSList *l = buddies; l != NULL; l = l->next) {
        const char *name = purple_buddy_get_name(l->data);
        g_auto(CoexPeer) peer = { 0 };
        if (coex_session_find_person(login->session, name) == NULL &&
            coex_peer_parse(name, &peer, NULL))
            coex_session_pin(login->session, name);
    }
}

void
coex_roster_start(CoexLogin *login)
{
    purple_signal_connect(purple_blist_get_handle(), "blist-node-aliased", login->gc,
                          PURPLE_CALLBACK(on_aliased), login);
    pin_strangers(login);
    coex_nick_start(login);
    schedule(login);
}

void
coex_roster_clear(CoexLogin *login)
{
    if (login->roster_timer != 0)
        purple_timeout_remove(login->roster_timer);
    login->roster_timer = 0;
    g_clear_pointer(&login->waiting, g_hash_table_unref);
    g_clear_pointer(&login->unwanted, g_ptr_array_unref);
    coex_nick_clear(login);
}

/* ---- what the chat program asks ---- */

static const CoexPersonView *
view_of(PurpleBuddy *buddy)
{
    CoexLogin *login = coex_login_of_account(purple_buddy_get_account(buddy));

    return login != NULL ? coex_session_find_person(login->session, purple_buddy_get_name(buddy))
                         : NULL;
}

GList *
coex_roster_status_types(PurpleAccount *account)
{
    GList *types = NULL;

    types =
        g_list_append(types, purple_status_type_new_with_attrs(
                                 PURPLE_STATUS_AVAILABLE, "available", NULL, TRUE, TRUE, FALSE,
                                 "message", "Message", purple_value_new(PURPLE_TYPE_STRING), NULL));
    types = g_list_append(types, purple_status_type_new_with_attrs(
                                     PURPLE_STATUS_AWAY, "away", NULL, TRUE, TRUE, FALSE, "message",
                                     "Message", purple_value_new(PURPLE_TYPE_STRING), NULL));
    types = g_list_append(types, purple_status_type_new_full(PURPLE_STATUS_OFFLINE, "offline", NULL,
                                                             TRUE, TRUE, FALSE));
    return types;
}

char *
coex_roster_status_text(PurpleBuddy *buddy)
{
    const CoexPersonView *person = view_of(buddy);

    return person != NULL ? g_markup_escape_text(person->label, -1) : NULL;
}

static void
describe(CoexLogin *login, const CoexPersonView *person, PurpleNotifyUserInfo *info)
{
    g_autofree char *window = coex_session_describe_window(login->session, person->name);

    purple_notify_user_info_add_pair_plaintext(info, "WhatsApp", person->display);
    if (person->alias != NULL)
        purple_notify_user_info_add_pair_plaintext(info, "Name", person->alias);
    purple_notify_user_info_add_pair_plaintext(info, "Window", window);
    if (person->last_state != NULL)
        purple_notify_user_info_add_pair_plaintext(info, "Last message", person->last_state);
    if (person->n_parked > 0) {
        g_autofree char *count = g_strdup_printf("%u for your choice", person->n_parked);
        purple_notify_user_info_add_pair_plaintext(info, "Waiting", count);
    }
    if (person->n_held > 0) {
        g_autofree char *count = g_strdup_printf("%u until they write", person->n_held);
        purple_notify_user_info_add_pair_plaintext(info, "Held", count);
    }
}

void
coex_roster_tooltip(PurpleBuddy *buddy, PurpleNotifyUserInfo *info, gboolean full)
{
    CoexLogin *login = coex_login_of_account(purple_buddy_get_account(buddy));
    const CoexPersonView *person = view_of(buddy);

    if (person != NULL)
        describe(login, person, info);
}

void
coex_roster_get_info(PurpleConnection *gc, const char *who)
{
    CoexLogin *login = coex_login_of(gc);
    PurpleNotifyUserInfo *info;
    const CoexPersonView *person;

    if (login == NULL)
        return;

    info = purple_notify_user_info_new();
    person = coex_session_find_person(login->session, who);
    if (person != NULL)
        describe(login, person, info);
    else
        purple_notify_user_info_add_pair_plaintext(info, "WhatsApp", "nothing is known");
    purple_notify_userinfo(gc, who, info, NULL, NULL);
    purple_notify_user_info_destroy(info);
}

void
coex_roster_add_buddy(PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
    CoexLogin *login = coex_login_of(gc);
    const char *name = purple_buddy_get_name(buddy);
    g_auto(CoexPeer) peer = { 0 };
    g_autoptr(GError) error = NULL;

    if (login == NULL)
        return;
    if (coex_peer_parse(name, &peer, &error)) {
        coex_session_pin(login->session, name);
        return;
    }
    purple_notify_error(gc, "WhatsApp Business", "This buddy was not added", error->message);
    /* Who called still uses the buddy. */
    g_ptr_array_add(login->unwanted, g_strdup(name));
    schedule(login);
}

void
coex_roster_remove_buddy(PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
    CoexLogin *login = coex_login_of(gc);

    if (login == NULL)
        return;

    /* One of two entries of a person may go without hiding the person. */
    g_autoptr(GSList) all = purple_find_buddies(login->account, purple_buddy_get_name(buddy));
    if (g_slist_length(all) > 1)
        return;
    g_autofree char *name = coex_login_dup_name(login, purple_buddy_get_name(buddy));
    g_hash_table_remove(login->waiting, name);
    coex_session_unlist(login->session, name);
}

void
coex_roster_block(PurpleConnection *gc, const char *who)
{
    CoexLogin *login = coex_login_of(gc);

    if (login == NULL)
        return;

    g_autofree char *name = coex_login_dup_name(login, who);
    g_autofree char *title = coex_login_dup_title(login, name);
    g_autofree char *line = g_strdup_printf(
        "%s is blocked in %s only: what they write from now on is not shown here. To "
        "block them at WhatsApp, use the phone.",
        title, coex_host_get()->label);
    coex_login_notice(login, line);
}

void
coex_roster_move_buddy(PurpleConnection *gc, const char *who, const char *old_group,
                       const char *new_group)
{
    CoexLogin *login = coex_login_of(gc);
    PurpleBuddy *buddy = login != NULL ? purple_find_buddy(login->account, who) : NULL;

    if (buddy != NULL)
        keep_buddy(login, buddy);
}

/* There are no groups at WhatsApp. Without this operation libpurple would remove and add every
 * member. */
void
coex_roster_rename_group(PurpleConnection *gc, const char *old_name, PurpleGroup *group,
                         GList *moved)
{
}

const char *
coex_roster_normalize(const PurpleAccount *account, const char *who)
{
    static char buffer[MAX_NAME];
    g_autofree char *number = coex_number_normalize(who, NULL);
    const char *end = NULL;

    if (number != NULL) {
        g_snprintf(buffer, sizeof buffer, "+%s", number);
        return buffer;
    }
    g_strlcpy(buffer, who, sizeof buffer);
    /* The cut may have gone through a character. */
    g_utf8_validate(buffer, -1, &end);
    buffer[end - buffer] = '\0';
    g_strstrip(buffer);
    /* It names a log folder: one dot or two would be another's. */
    if (!coex_user_id_is_valid(buffer) && buffer[0] == '.')
        buffer[0] = '_';
    return buffer;
}

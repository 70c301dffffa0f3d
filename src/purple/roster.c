// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/roster.h"

#include "core/peer.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/host.h"
#include "purple/keep.h"
#include "purple/nick.h"
#include "purple/options.h"
#include "purple/own-number.h"
#include "purple/unseen.h"
#include "session/session.h"

#define SLICE_US 8000 /* of work between two turns of the host's main loop */
#define REVIEW_S 60   /* between looks at what the user made of buddies that are not saved */

gboolean
coex_roster_lists_everybody(PurpleAccount *account)
{
    return strcmp(coex_options_get(account, "buddies"), "all") == 0;
}

/* ---- one buddy ---- */

/* The whole phone book would be written to disk with every change of any buddy; the store knows it
 * anyway. */
static gboolean
is_saved(CoexConnection *connection)
{
    return !coex_host_get()->forgets_list && !coex_roster_lists_everybody(connection->account);
}

/* A contact of its own at the head of the group: libpurple walks the whole group to find its end.
 */
static void
add_buddy(CoexConnection *connection, const char *name)
{
    PurpleGroup *group = coex_keep_get_group();
    PurpleContact *contact;
    PurpleBuddy *buddy;

    if (group == NULL || connection->over || purple_find_buddy(connection->account, name) != NULL)
        return;
    buddy = purple_buddy_new(connection->account, name, NULL);
    contact = purple_contact_new();
    if (!is_saved(connection))
        coex_keep_hide(buddy, contact);
    purple_blist_add_contact(contact, group, NULL);
    purple_blist_add_buddy(buddy, contact, NULL, NULL);
}

/* As it was typed, to the plain number; then a person has one name in all places. */
static void
name_plainly(CoexConnection *connection, PurpleBuddy *buddy, const char *name)
{
    g_autofree char *typed = g_strdup(purple_buddy_get_name(buddy));

    if (strcmp(typed, name) == 0)
        return;
    coex_nick_move(connection, typed, name);
    purple_blist_rename_buddy(buddy, name);
}

/* What the list shows beside the name: whose words were not read, or who waits, and until when. A
 * narrow list cuts off the end. */
static char *
dup_message(const CoexPersonView *person)
{
    if (person->blocked)
        return g_strdup(_("Blocked"));
    g_autofree char *until = coex_window_dup_short_label(coex_person_view_get_stage(person),
                                                         coex_person_view_get_end(person));

    if (person->unread_since == 0 && person->waiting_since == 0)
        return coex_person_view_dup_label(person);
    /* Translators: %s is until when free text can be sent */
    return coex_say(person->unread_since > 0 ? _("Unread · %s") : _("Waits · %s"), until);
}

static void
set_presence(CoexConnection *connection, PurpleBuddy *buddy, const CoexPersonView *person)
{
    const char *id = person->window.open && !person->blocked ? "available" : "away";
    PurplePresence *presence = purple_buddy_get_presence(buddy);
    PurpleStatus *status = purple_presence_get_active_status(presence);
    g_autofree char *message = dup_message(person);

    if (status != NULL && strcmp(purple_status_get_id(status), id) == 0 &&
        g_strcmp0(purple_status_get_attr_string(status, "message"), message) == 0)
        return;
    purple_prpl_got_user_status(connection->account, purple_buddy_get_name(buddy), id, "message",
                                message, NULL);
}

static void
tell_new_alias(CoexConnection *connection, const char *name, const char *alias)
{
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, name, connection->account);

    if (conv == NULL)
        return;
    g_autofree char *title = coex_peer_dup_name_display(name);
    g_autofree char *line = coex_say(_("%s is now known as %s."), title, alias);
    g_autofree char *html = coex_text_escape(line);
    purple_conversation_write(conv, NULL, html, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LINKIFY,
                              time(NULL));
}

/* Not serv_got_alias(), which uses the buddy after others were told of it. FALSE: nothing was
 * changed. */
static gboolean
set_server_alias(CoexConnection *connection, const char *name, const char *alias)
{
    gboolean changed = FALSE;
    guint n = 0;

    for (guint i = 0; i == 0 || i < n; i++) {
        g_autoptr(GSList) all = purple_find_buddies(connection->account, name);
        PurpleBuddy *buddy = g_slist_nth_data(all, i);

        n = i == 0 ? g_slist_length(all) : n;
        if (buddy == NULL || g_strcmp0(purple_buddy_get_server_alias(buddy), alias) == 0)
            continue;
        changed = TRUE;
        purple_blist_server_alias_buddy(buddy, alias);
        if (connection->over)
            break;
    }
    return changed;
}

/* The name as the list shows it. Nicks are told apart by themselves. */
static char *
dup_called(CoexConnection *connection, const char *name)
{
    return coex_host_get()->makes_nicks ? g_strdup(name)
                                        : coex_own_number_mark(connection->account, name);
}

/* BitlBee makes the nick when a buddy comes online: the alias must be there. */
static void
set_alias(CoexConnection *connection, const CoexPersonView *person)
{
    g_autofree char *alias = coex_nick_dup_alias(connection, person);
    PurpleBuddy *buddy = purple_find_buddy(connection->account, person->name);
    g_autofree char *known = buddy != NULL ? g_strdup(purple_buddy_get_server_alias(buddy)) : NULL;

    if (alias == NULL && coex_host_get()->makes_nicks)
        return;
    /* The number as people write it; without a line that somebody is now known as that. */
    g_autofree char *called = dup_called(connection, alias != NULL ? alias : person->display);
    if (set_server_alias(connection, person->name, called) && alias != NULL && !connection->over &&
        !coex_own_number_is_same(known, called))
        tell_new_alias(connection, person->name, alias);
}

void
coex_roster_show(CoexConnection *shown_in, const CoexPersonView *view)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(shown_in);
    g_autoptr(CoexPersonView) person = coex_person_view_ref(view);
    PurpleBuddy *buddy = purple_find_buddy(connection->account, person->name);

    g_clear_pointer(&coex_contact_of(connection, person->name)->due, coex_person_view_unref);
    if (coex_connection_is_own(connection, person->name))
        return;
    if (buddy != NULL)
        name_plainly(connection, buddy, person->name);
    coex_nick_settle(connection, person);
    if (buddy != NULL && !person->listed && !coex_keep_is_touched(buddy)) {
        purple_blist_remove_buddy(buddy);
        return;
    }
    if (buddy == NULL && !person->listed)
        return;
    if (buddy == NULL)
        add_buddy(connection, person->name);
    if (!connection->over)
        set_alias(connection, person);
    buddy = connection->over ? NULL : purple_find_buddy(connection->account, person->name);
    if (buddy == NULL)
        return;
    if (is_saved(connection))
        coex_keep_save(buddy);
    set_presence(connection, buddy, person);
}

/* ---- many of them ---- */

static void
remove_unwanted(CoexConnection *connection, CoexContact *contact)
{
    g_autofree char *name = coex_connection_dup_name(connection, contact->name);
    gboolean is_known = coex_session_find_person(connection->session, name) != NULL;
    g_autoptr(GSList) all = purple_find_buddies(connection->account, contact->name);

    contact->unwanted = FALSE;
    coex_nick_move(connection, contact->name, is_known ? name : NULL);
    for (GSList *link = all; link != NULL && !connection->over; link = link->next) {
        if (strcmp(purple_buddy_get_name(link->data), contact->name) == 0)
            purple_blist_remove_buddy(link->data);
    }
}

static gboolean
on_slice(gpointer user_data)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(user_data);
    gint64 end = g_get_monotonic_time() + SLICE_US;

    while (!connection->over && g_get_monotonic_time() < end) {
        CoexContact *contact = g_queue_pop_head(&connection->due);

        if (contact == NULL) {
            connection->roster_timer = 0;
            return G_SOURCE_REMOVE;
        }
        if (contact->unwanted)
            remove_unwanted(connection, contact);
        if (!connection->over && contact->due != NULL)
            coex_roster_show(connection, contact->due);
    }
    return connection->over ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static void
schedule(CoexConnection *connection)
{
    if (connection->online && connection->roster_timer == 0)
        connection->roster_timer = purple_timeout_add(0, on_slice, connection);
}

/* Most of those who are known are not in the list, nor do they belong there. */
static gboolean
is_elsewhere(CoexConnection *connection, const CoexPersonView *person)
{
    return !person->listed && person->nick == NULL &&
           !g_hash_table_contains(connection->contacts, person->name) &&
           purple_find_buddy(connection->account, person->name) == NULL;
}

void
coex_roster_queue(CoexConnection *connection, const CoexPersonView *person)
{
    CoexContact *contact;

    if (is_elsewhere(connection, person))
        return;
    contact = coex_contact_of(connection, person->name);

    if (contact->due == NULL)
        g_queue_push_tail(&connection->due, contact);
    g_clear_pointer(&contact->due, coex_person_view_unref);
    contact->due = coex_person_view_ref(person);
    schedule(connection);
}

/* Before all others: it is in the list for no reason. */
static void
queue_unwanted(CoexConnection *connection, const char *name)
{
    CoexContact *contact = coex_contact_of(connection, name);

    contact->unwanted = TRUE;
    g_queue_push_head(&connection->due, contact);
    schedule(connection);
}

static gboolean
on_review(gpointer user_data)
{
    CoexConnection *connection = user_data;

    coex_keep_review(connection->account);
    return G_SOURCE_CONTINUE;
}

/* Whom the user added while the account was off. */
static void
pin_strangers(CoexConnection *connection)
{
    g_autoptr(GSList) buddies = purple_find_buddies(connection->account, NULL);

    for (GSList *l = buddies; l != NULL; l = l->next) {
        const char *name = purple_buddy_get_name(l->data);
        g_auto(CoexPeer) peer = { 0 };

        if (coex_connection_is_own(connection, name))
            queue_unwanted(connection, name);
        else if (coex_session_find_person(connection->session, name) == NULL &&
                 coex_peer_parse(name, &peer, NULL))
            coex_session_pin(connection->session, name);
    }
}

/* One more account is enabled, or one less, or has another name: everybody may be called otherwise
 * now. */
static void
call_anew(CoexConnection *connection)
{
    g_autoptr(GSList) buddies = purple_find_buddies(connection->account, NULL);

    for (GSList *l = buddies; l != NULL; l = l->next) {
        const CoexPersonView *person =
            coex_session_find_person(connection->session, purple_buddy_get_name(l->data));

        if (person != NULL)
            coex_roster_queue(connection, person);
    }
}

static void
on_account_switched(PurpleAccount *account, CoexConnection *connection)
{
    if (account != connection->account && !connection->over)
        call_anew(connection);
}

static void
on_account_named(PurpleAccount *account, const char *former, CoexConnection *connection)
{
    if (!connection->over)
        call_anew(connection);
}

static void
watch_accounts(CoexConnection *connection)
{
    void *accounts = purple_accounts_get_handle();

    purple_signal_connect(accounts, "account-enabled", connection->gc,
                          PURPLE_CALLBACK(on_account_switched), connection);
    purple_signal_connect(accounts, "account-disabled", connection->gc,
                          PURPLE_CALLBACK(on_account_switched), connection);
    purple_signal_connect(accounts, "account-alias-changed", connection->gc,
                          PURPLE_CALLBACK(on_account_named), connection);
}

void
coex_roster_start(CoexConnection *connection)
{
    coex_keep_start();
    watch_accounts(connection);
    if (!coex_host_get()->forgets_list && !is_saved(connection))
        connection->review_timer = purple_timeout_add_seconds(REVIEW_S, on_review, connection);
    pin_strangers(connection);
    coex_nick_start(connection);
    schedule(connection);
}

void
coex_roster_stop(CoexConnection *connection)
{
    if (connection->roster_timer != 0)
        purple_timeout_remove(connection->roster_timer);
    connection->roster_timer = 0;
    if (connection->review_timer != 0)
        purple_timeout_remove(connection->review_timer);
    connection->review_timer = 0;
    if (!coex_host_get()->forgets_list)
        coex_keep_review(connection->account);
}

/* ---- what the chat program asks ---- */

static const CoexPersonView *
view_of(PurpleBuddy *buddy)
{
    CoexConnection *connection = coex_connection_of_account(purple_buddy_get_account(buddy));

    return connection != NULL
               ? coex_session_find_person(connection->session, purple_buddy_get_name(buddy))
               : NULL;
}

GList *
coex_roster_status_types(PurpleAccount *account)
{
    GList *types = NULL;

    types = g_list_append(
        types, purple_status_type_new_with_attrs(PURPLE_STATUS_AVAILABLE, "available", NULL, TRUE,
                                                 TRUE, FALSE, "message", _("Message"),
                                                 purple_value_new(PURPLE_TYPE_STRING), NULL));
    types = g_list_append(types, purple_status_type_new_with_attrs(
                                     PURPLE_STATUS_AWAY, "away", NULL, TRUE, TRUE, FALSE, "message",
                                     _("Message"), purple_value_new(PURPLE_TYPE_STRING), NULL));
    types = g_list_append(types, purple_status_type_new_full(PURPLE_STATUS_OFFLINE, "offline", NULL,
                                                             TRUE, TRUE, FALSE));
    return types;
}

char *
coex_roster_status_text(PurpleBuddy *buddy)
{
    const CoexPersonView *person = view_of(buddy);

    if (person == NULL)
        return NULL;
    g_autofree char *message = dup_message(person);
    return g_markup_escape_text(message, -1);
}

static void
describe_since(PurpleNotifyUserInfo *info, const char *label, gint64 at)
{
    g_autoptr(GDateTime) since = at > 0 ? g_date_time_new_from_unix_local(at) : NULL;
    g_autofree char *when =
        /* Translators: strftime; behind “Not read:” or “Waits for an answer:” */
        since != NULL ? g_date_time_format(since, _("since %Y-%m-%d %H:%M")) : NULL;

    if (at > 0)
        purple_notify_user_info_add_pair_plaintext(info, label, when);
}

static void
describe(CoexConnection *connection, const CoexPersonView *person, PurpleNotifyUserInfo *info)
{
    const CoexContact *contact = coex_contact_of(connection, person->name);
    g_autofree char *window = coex_session_describe_window(connection->session, person->name);
    g_autofree char *blocked =
        /* Translators: behind “Blocked:”; %s is the / or ! that commands begin with */
        coex_say(_("at WhatsApp; %sunblock ends that"), coex_host_get_mark());

    if (person->blocked)
        purple_notify_user_info_add_pair_plaintext(info, _("Blocked"), blocked);
    /* Translators: of 24 hours, within which free text can be sent */
    purple_notify_user_info_add_pair_plaintext(info, _("Window"), window);
    describe_since(info, _("Not read"), person->unread_since);
    describe_since(info, _("Waits for an answer"), person->waiting_since);
    if (person->last_state != NULL)
        purple_notify_user_info_add_pair_plaintext(info, _("Last message"), person->last_state);
    if (contact->fetching != NULL)
        /* Translators: a file that is being fetched */
        purple_notify_user_info_add_pair_plaintext(info, _("Fetching"), contact->fetching);
    if (person->n_parked > 0) {
        g_autofree char *count = g_strdup_printf(
            COEX_PLURAL("%u for your choice", "%u for your choice", person->n_parked),
            person->n_parked);

        /* Translators: texts that wait for a decision */
        purple_notify_user_info_add_pair_plaintext(info, _("Waiting"), count);
    }
    if (person->no_marketing)
        purple_notify_user_info_add_pair_plaintext(info, _("Marketing"), _("not wanted"));
    if (person->n_held > 0) {
        g_autofree char *count = g_strdup_printf(
            COEX_PLURAL("%u until they write", "%u until they write", person->n_held),
            person->n_held);

        /* Translators: texts that are held until the person writes */
        purple_notify_user_info_add_pair_plaintext(info, _("Held"), count);
    }
}

void
coex_roster_tooltip(PurpleBuddy *buddy, PurpleNotifyUserInfo *info, gboolean full)
{
    CoexConnection *connection = coex_connection_of_account(purple_buddy_get_account(buddy));
    const CoexPersonView *person = view_of(buddy);

    if (person == NULL)
        return;

    /* The chat program heads it with the buddy's name, and adds what we called the buddy. */
    g_autofree char *number = coex_number_normalize(purple_buddy_get_name(buddy), NULL);
    if (number == NULL || strcmp(number, person->display + (person->display[0] == '+')) != 0)
        purple_notify_user_info_add_pair_plaintext(info, "WhatsApp", person->display);
    if (person->alias != NULL &&
        !coex_own_number_is_same(purple_buddy_get_server_alias(buddy), person->alias))
        purple_notify_user_info_add_pair_plaintext(info, _("Name"), person->alias);
    describe(connection, person, info);
}

void
coex_roster_get_info(PurpleConnection *gc, const char *who)
{
    CoexConnection *connection = coex_connection_of(gc);
    PurpleNotifyUserInfo *info;

    if (connection == NULL)
        return;
    if (coex_session_find_person(connection->session, who) != NULL) {
        coex_session_describe(connection->session, who);
        return;
    }
    info = purple_notify_user_info_new();
    purple_notify_user_info_add_pair_plaintext(info, "WhatsApp", _("nothing is known"));
    g_autofree char *title = coex_peer_dup_name_display(who);
    purple_notify_userinfo(gc, title, info, NULL, NULL);
    purple_notify_user_info_destroy(info);
}

void
coex_roster_show_facts(CoexConnection *connection, const CoexPersonView *person, char **facts)
{
    PurpleNotifyUserInfo *info = purple_notify_user_info_new();

    describe(connection, person, info);
    for (guint i = 0; facts[i] != NULL && facts[i + 1] != NULL; i += 2)
        purple_notify_user_info_add_pair_plaintext(info, facts[i], facts[i + 1]);
    purple_notify_userinfo(connection->gc, person->name, info, NULL, NULL);
    purple_notify_user_info_destroy(info);
}

/* In BitlBee two contacts with two nicks would be one person; elsewhere one may stand in two
 * groups.
 */
static gboolean
is_double(CoexConnection *connection, const char *spelling)
{
    g_autofree char *name = coex_connection_dup_name(connection, spelling);
    g_autoptr(GSList) all = purple_find_buddies(connection->account, spelling);

    return coex_host_get()->makes_nicks && strcmp(name, spelling) != 0 && all != NULL &&
           all->next != NULL;
}

/* Of whom nothing changes by it nothing is told. */
static void
queue_known(CoexConnection *connection, const char *spelling)
{
    const CoexPersonView *person = coex_session_find_person(connection->session, spelling);

    if (person != NULL && person->listed)
        coex_roster_queue(connection, person);
}

void
coex_roster_add_buddy(PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
    CoexConnection *connection = coex_connection_of(gc);
    const char *name = purple_buddy_get_name(buddy);
    g_auto(CoexPeer) peer = { 0 };
    g_autoptr(GError) error = NULL;

    if (connection == NULL)
        return;
    if (coex_peer_parse(name, &peer, &error) && !coex_connection_is_own(connection, name)) {
        if (is_double(connection, name))
            queue_unwanted(connection, name);
        else
            queue_known(connection, name);
        coex_session_pin(connection->session, name);
        return;
    }
    g_autofree char *primary = coex_say(_("%s was not added"), name);
    purple_notify_error(gc, _("WhatsApp Business"), primary,
                        error != NULL ? error->message
                                      : _("It is this account's own number: the business cannot "
                                          "write to itself. Add the customer's number."));
    /* Who called still uses the buddy. */
    queue_unwanted(connection, name);
}

void
coex_roster_remove_buddy(PurpleConnection *gc, PurpleBuddy *buddy, PurpleGroup *group)
{
    CoexConnection *connection = coex_connection_of(gc);

    if (connection == NULL)
        return;

    /* One of two entries of a person may go without hiding the person. */
    g_autoptr(GSList) all = purple_find_buddies(connection->account, purple_buddy_get_name(buddy));
    if (g_slist_length(all) > 1)
        return;
    g_autofree char *name = coex_connection_dup_name(connection, purple_buddy_get_name(buddy));
    g_clear_pointer(&coex_contact_of(connection, name)->due, coex_person_view_unref);
    coex_session_unlist(connection->session, name);
}

void
coex_roster_move_buddy(PurpleConnection *gc, const char *who, const char *old_group,
                       const char *new_group)
{
    CoexConnection *connection = coex_connection_of(gc);
    PurpleBuddy *buddy = connection != NULL ? purple_find_buddy(connection->account, who) : NULL;

    if (buddy != NULL)
        coex_keep_save(buddy);
}

/* There are no groups at WhatsApp. Without this operation libpurple would remove and add every
 * member. */
void
coex_roster_rename_group(PurpleConnection *gc, const char *old_name, PurpleGroup *group,
                         GList *moved)
{
    coex_keep_merge_group(group);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/block.h"

#include "account/account.h"
#include "account/call.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/api-block.h"
#include "core/api.h"
#include "core/error.h"
#include "core/person-view.h"
#include "core/window.h"
#include "core/words.h"
#include "store/rows.h"
#include <string.h>

#define SETTING "blocked" /* digits and BSUIDs, with blanks between */
#define PAGES_MAX 1000    /* of a list: WhatsApp takes 64,000 people */
#define AGAIN_MAX 3       /* how often it is begun anew that changes while it is read */
#define CHANGED_MEANWHILE 139102

struct CoexBlocks {
    GHashTable *addresses; /* char *, digits or BSUID */
    GHashTable *wishes;    /* gint64 -> Wish, under way, of that person */
    gboolean known;        /* the list was read in this login */
    guint n_answers;       /* to changes that were asked for */
};

typedef struct {
    gint64 person_id;
    gboolean block;
    int next; /* what was asked for meanwhile; -1: nothing */
} Wish;

CoexBlocks *
coex_blocks_new(void)
{
    CoexBlocks *blocks = g_new0(CoexBlocks, 1);

    blocks->addresses = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    blocks->wishes = g_hash_table_new_full(g_int64_hash, g_int64_equal, NULL, g_free);
    return blocks;
}

void
coex_blocks_free(CoexBlocks *blocks)
{
    g_hash_table_unref(blocks->addresses);
    g_hash_table_unref(blocks->wishes);
    g_free(blocks);
}

/* ---- who is on it ---- */

static gboolean
has_number(const CoexBlocks *blocks, const char *number)
{
    g_auto(GStrv) forms = NULL;

    if (number == NULL)
        return FALSE;
    if (g_hash_table_contains(blocks->addresses, number))
        return TRUE;
    forms = coex_number_list_forms(number);
    for (guint i = 0; forms[i] != NULL; i++)
        if (g_hash_table_contains(blocks->addresses, forms[i]))
            return TRUE;
    return FALSE;
}

gboolean
coex_blocks_has(const CoexAccount *account, const CoexPerson *person)
{
    const CoexBlocks *blocks = account->blocks;
    const CoexPeer *peer = &coex_people_now(account->people, (CoexPerson *)person)->peer;

    if (g_hash_table_size(blocks->addresses) == 0)
        return FALSE;
    return has_number(blocks, peer->wa_id) ||
           (peer->user_id != NULL && g_hash_table_contains(blocks->addresses, peer->user_id)) ||
           (peer->parent_user_id != NULL &&
            g_hash_table_contains(blocks->addresses, peer->parent_user_id));
}

static void
save(CoexAccount *account)
{
    g_autofree char **all =
        (char **)g_hash_table_get_keys_as_array(account->blocks->addresses, NULL);
    g_autofree char *text = g_strjoinv(" ", all);

    coex_account_put_setting(account, SETTING, *text != '\0' ? text : NULL);
}

void
coex_blocks_load(CoexAccount *account)
{
    const char *kept = coex_account_get_setting(account, SETTING);
    g_auto(GStrv) all = g_strsplit(kept != NULL ? kept : "", " ", -1);

    for (guint i = 0; all[i] != NULL; i++)
        if (*all[i] != '\0')
            g_hash_table_add(account->blocks->addresses, g_strdup(all[i]));
}

/* ---- telling ---- */

static void
tell_state(CoexAccount *account, const CoexPerson *person)
{
    CoexSessionEvent *event;

    coex_views_tell(account, person);
    event = coex_account_event_new(account, COEX_SESSION_BLOCKS);
    event->person = coex_person_view_ref(coex_views_get(account, person));
    coex_account_tell(account, event);
}

/* A wish that is not answered yet stands, too: the chat program's list has it already. */
static gboolean
will_be_blocked(CoexAccount *account, const CoexPerson *person)
{
    const Wish *wish = g_hash_table_lookup(account->blocks->wishes, &person->id);

    if (wish == NULL)
        return coex_blocks_has(account, person);
    return wish->next >= 0 ? wish->next > 0 : wish->block;
}

/* Who is not known here, or not any more, is blocked all the same. */
static void
add_unknown(CoexAccount *account, GStrvBuilder *names)
{
    GHashTableIter iter;
    gpointer address;

    g_hash_table_iter_init(&iter, account->blocks->addresses);
    while (g_hash_table_iter_next(&iter, &address, NULL))
        if (coex_people_find_named(account->people, address) == NULL)
            g_strv_builder_add(names, address);
}

void
coex_blocks_tell(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = coex_people_list(account->people);
    g_autoptr(GStrvBuilder) names = g_strv_builder_new();
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_BLOCKS);

    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = g_ptr_array_index(people, i);
        const CoexPersonView *told = coex_people_get_entry(account->people, person->id)->told;

        if (told != NULL && told->blocked != coex_blocks_has(account, person))
            coex_views_tell(account, person);
        if (will_be_blocked(account, person))
            g_strv_builder_add(names, person->name);
    }
    add_unknown(account, names);
    event->names = g_strv_builder_end(names);
    coex_account_tell(account, event);
}

char *
coex_blocks_dup_objection(const CoexAccount *account, const CoexPerson *person)
{
    g_autofree char *title = coex_account_dup_title(account, person);

    return coex_say(_("You have blocked %s at WhatsApp. %cunblock ends that."), title,
                    account->verb_mark);
}

/* ---- reading the list ---- */

typedef struct {
    GPtrArray *addresses;
    guint n_pages;
    guint n_again;
    guint n_answers; /* before its first page was asked for */
    char *cursor;    /* of the page that was asked for */
} Reading;

static void
reading_free(Reading *reading)
{
    g_ptr_array_unref(reading->addresses);
    g_free(reading->cursor);
    g_free(reading);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Reading, reading_free)

static void on_page(CoexAccount *account, const CoexResponse *response, GError **error,
                    gpointer data);

static void
ask_page(CoexAccount *account, Reading *reading)
{
    g_autoptr(CoexRequest) request = coex_api_list_blocked(&account->endpoint, reading->cursor);

    coex_account_call(account, request, on_page, reading, (GDestroyNotify)reading_free);
}

static void
take_list(CoexAccount *account, const Reading *reading)
{
    CoexBlocks *blocks = account->blocks;

    g_hash_table_remove_all(blocks->addresses);
    for (guint i = 0; i < reading->addresses->len; i++)
        g_hash_table_add(blocks->addresses, g_strdup(g_ptr_array_index(reading->addresses, i)));
    blocks->known = TRUE;
    save(account);
    coex_blocks_tell(account);
}

/* By the user here, whom an answer has told of it, or by somebody else. */
static gboolean
has_changed(const CoexAccount *account, const Reading *reading, const GError *error)
{
    return reading->n_answers != account->blocks->n_answers ||
           coex_error_get_graph_code(error) == CHANGED_MEANWHILE;
}

/* One that is changed while it is read is read from its beginning. */
static void
begin_again(CoexAccount *account, Reading *reading)
{
    reading->n_again++;
    reading->n_pages = 0;
    reading->n_answers = account->blocks->n_answers;
    g_ptr_array_set_size(reading->addresses, 0);
    g_clear_pointer(&reading->cursor, g_free);
    ask_page(account, reading);
}

/* Where it could not be read what was known last stays, and nobody needs to hear of it: what the
 * user asks of it will say so. */
static void
on_page(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(Reading) reading = data;
    g_autofree char *cursor = NULL;
    gboolean good =
        response != NULL && coex_api_read_blocked(response, reading->addresses, &cursor, error);
    gboolean changed = has_changed(account, reading, *error);

    if (changed && reading->n_again < AGAIN_MAX) {
        begin_again(account, g_steal_pointer(&reading));
        return;
    }
    if (good && !changed && cursor != NULL && g_strcmp0(cursor, reading->cursor) != 0 &&
        ++reading->n_pages < PAGES_MAX) {
        g_free(reading->cursor);
        reading->cursor = g_steal_pointer(&cursor);
        ask_page(account, g_steal_pointer(&reading));
        return;
    }
    if (good && !changed)
        take_list(account, reading);
    else
        g_debug("+%s: the list of blocked people could not be read, Graph code %d", account->number,
                coex_error_get_graph_code(*error));
}

void
coex_blocks_refresh(CoexAccount *account)
{
    Reading *reading = g_new0(Reading, 1);

    reading->addresses = g_ptr_array_new_with_free_func(g_free);
    reading->n_answers = account->blocks->n_answers;
    ask_page(account, reading);
}

/* ---- changing it ---- */

/* One address stands for the person, the same that WhatsApp was asked with: of who is forgotten
 * later nobody would know that two are one. */
static void
note_change(CoexAccount *account, const CoexPerson *person, gboolean block)
{
    GHashTable *addresses = account->blocks->addresses;
    const char *const all[] = { person->peer.wa_id, person->peer.other_wa_id, person->peer.user_id,
                                person->peer.parent_user_id };

    for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
        g_auto(GStrv) forms = NULL;

        if (all[i] == NULL)
            continue;
        if (block) {
            g_hash_table_add(addresses, g_strdup(all[i]));
            break;
        }
        g_hash_table_remove(addresses, all[i]);
        forms = coex_number_list_forms(all[i]);
        for (guint j = 0; forms[j] != NULL; j++)
            g_hash_table_remove(addresses, forms[j]);
    }
    save(account);
}

static void
tell_changed(CoexAccount *account, const CoexPerson *person, gboolean block)
{
    g_autofree char *title = coex_account_dup_title(account, person);

    if (block)
        coex_account_tell_notice(
            account, person,
            _("%s is blocked at WhatsApp: nothing comes from them and nothing goes to them until "
              "%cunblock. Whether the phone shows it, WhatsApp does not tell: look there."),
            title, account->verb_mark);
    else
        coex_account_tell_notice(
            account, person,
            _("%s is not blocked at WhatsApp any more. What they wrote meanwhile does not come."),
            title);
}

/* What is to be done about it, as a sentence. */
static void
tell_refused(CoexAccount *account, const CoexPerson *person, gboolean block, const GError *error)
{
    g_autofree char *title = coex_account_dup_title(account, person);

    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_WINDOW_CLOSED) && block)
        coex_account_tell_notice(
            account, person,
            _("%s was not blocked: WhatsApp lets a business do that only within 24 hours after "
              "they wrote. Try %cblock when they have written again, or block them on the phone."),
            title, account->verb_mark);
    else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_WINDOW_CLOSED))
        coex_account_tell_notice(
            account, person,
            _("%s was not unblocked: WhatsApp refuses it, since they wrote nothing within 24 "
              "hours. Unblock them on the phone, or try %cunblock later."),
            title, account->verb_mark);
    else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK) ||
             g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY))
        coex_account_tell_notice(
            account, person,
            /* Translators: %s is a person's name, then a sentence that says why. */
            block ? _("It is not known whether %s was blocked: %s Then type %cblock again.")
                  : _("It is not known whether %s was unblocked: %s Then type %cunblock again."),
            title, error->message, account->verb_mark);
    else
        coex_account_tell_notice(
            account, person, block ? _("%s was not blocked: %s") : _("%s was not unblocked: %s"),
            title, error->message);
}

static void ask_change(CoexAccount *account, CoexPerson *person, gboolean block);

static void
on_changed(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree gint64 *id = data;
    CoexPerson *person = coex_people_now(account->people, coex_people_by_id(account->people, *id));
    const Wish *wish = g_hash_table_lookup(account->blocks->wishes, id);
    gboolean block = wish->block;
    int next = wish->next;

    g_hash_table_remove(account->blocks->wishes, id);
    account->blocks->n_answers++;
    if (person->forgotten)
        return;
    if (response != NULL && coex_api_read_block(response, error)) {
        note_change(account, person, block);
        tell_changed(account, person, block);
    } else {
        tell_refused(account, person, block, *error);
    }
    if (next >= 0 && next != coex_blocks_has(account, person))
        ask_change(account, person, next);
    else
        tell_state(account, person);
}

static void
ask_change(CoexAccount *account, CoexPerson *person, gboolean block)
{
    g_autoptr(CoexRequest) request = coex_api_block(&account->endpoint, &person->peer, block);
    Wish *wish = g_new(Wish, 1);

    *wish = (Wish){ person->id, block, -1 };
    g_hash_table_insert(account->blocks->wishes, &wish->person_id, wish);
    coex_account_call(account, request, on_changed, g_memdup2(&person->id, sizeof person->id),
                      g_free);
}

/* What makes no sense to ask WhatsApp for; NULL: nothing. Free with g_free(). */
static char *
dup_obstacle(CoexAccount *account, const CoexPerson *person, gboolean block)
{
    g_autofree char *title = coex_account_dup_title(account, person);

    if (block && coex_blocks_has(account, person))
        return coex_say(_("%s is blocked already."), title);
    if (!block && account->blocks->known && !coex_blocks_has(account, person))
        return coex_say(_("%s is not blocked at WhatsApp through the API. If the phone has "
                          "blocked them, unblock them there."),
                        title);
    if (!coex_peer_is_addressable(&person->peer))
        return coex_say(_("No address of %s is known any more. Use the phone for it."), title);
    if (block && !coex_account_window(account, person).open)
        return coex_say(
            _("%s was not blocked: WhatsApp lets a business do that only within 24 hours after "
              "they wrote. Try %cblock when they have, or block them on the phone."),
            title, account->verb_mark);
    return NULL;
}

void
coex_blocks_change(CoexAccount *account, CoexPerson *person, gboolean block)
{
    Wish *wish = g_hash_table_lookup(account->blocks->wishes, &person->id);
    g_autofree char *obstacle = NULL;

    if (wish != NULL) {
        wish->next = block;
        return;
    }
    obstacle = dup_obstacle(account, person, block);
    if (obstacle == NULL) {
        ask_change(account, person, block);
        return;
    }
    coex_account_tell_notice(account, person, "%s", obstacle);
    tell_state(account, person);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/desk-sends.h"

#include "account/account.h"
#include "account/call.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/broadcast-id.h"
#include "core/desk-send.h"
#include "core/payload.h"
#include "core/relay.h"
#include "core/retry.h"
#include "core/timer.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"
#include <string.h>

#define SETTING "desk-send-"           /* and the copy's number, and the person's id */
#define MANY "many-"                   /* behind the number, of one that many get */
#define WAITING_MAX (16 * 1024 * 1024) /* bytes of copies that the relay does not have yet */
#define AT_ONCE_MAX (COEX_DESK_SEND_MAX - 1024) /* bytes that go to it at once */
#define EACH 2                                  /* bytes between two of them */
#define LINGER_US (3 * G_USEC_PER_SEC)          /* what many get goes so seldom */
#define SOON 20 /* tries that are not more than 2^SOON_ATTEMPT s apart */
#define SOON_ATTEMPT 1

/* What is not on disk for sure yet. */
typedef struct {
    char *key; /* of its setting */
    gboolean of_many;
    guint answers; /* index of the change that reads who else answered; of many: none is */
} Noted;

struct CoexDeskSends {
    GQueue keys;        /* of the settings, char *; the oldest first */
    GHashTable *noted;  /* local id -> Noted */
    gint64 next;        /* number of the next */
    gsize n_bytes;      /* of all of them */
    guint n_own;        /* of them, that are no broadcast's */
    GPtrArray *posting; /* keys of those under way; NULL: none is */
    gint64 posted_us;   /* when some left last, monotonic */
    gboolean full_told;
    gboolean refused_told;
    gboolean name_told;
    guint n_failures;
    gboolean failing; /* the relay did not take some, and is not asked again yet */
    GSource *retry;   /* when it is, or more of what many get may have come */
    GHashTable *told; /* person id -> gint64: when two answered at once, as was told last */
};

static void
noted_free(gpointer data)
{
    Noted *noted = data;

    g_free(noted->key);
    g_free(noted);
}

CoexDeskSends *
coex_desk_sends_new(void)
{
    CoexDeskSends *sends = g_new0(CoexDeskSends, 1);

    sends->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, noted_free);
    sends->told = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
    return sends;
}

void
coex_desk_sends_stop(CoexDeskSends *sends)
{
    coex_timer_clear(&sends->retry);
}

void
coex_desk_sends_free(CoexDeskSends *sends)
{
    coex_desk_sends_stop(sends);
    g_queue_clear_full(&sends->keys, g_free);
    g_clear_pointer(&sends->posting, g_ptr_array_unref);
    g_hash_table_unref(sends->noted);
    g_hash_table_unref(sends->told);
    g_free(sends);
}

/* ---- to the relay ---- */

static void post(CoexAccount *account);

static void
on_retry(gpointer data)
{
    CoexAccount *account = data;

    account->desk_sends->failing = FALSE;
    post(account);
}

static gsize
get_size(const CoexAccount *account, const char *key)
{
    const char *copy = coex_account_get_setting(account, key);

    return copy != NULL ? strlen(copy) : 0;
}

static gboolean
is_of_many(const char *key)
{
    return strstr(key, "-" MANY) != NULL;
}

/* The relay has it, or it is not wanted any more; on disk with @batch. */
static void
drop(CoexAccount *account, CoexBatch *batch, const char *key)
{
    CoexDeskSends *sends = account->desk_sends;
    GList *item = g_queue_find_custom(&sends->keys, key, (GCompareFunc)strcmp);

    if (item == NULL)
        return;
    sends->n_bytes -= get_size(account, item->data);
    sends->n_own -= !is_of_many(item->data);
    coex_account_note_setting(account, batch, item->data, NULL);
    g_free(item->data);
    g_queue_delete_link(&sends->keys, item);
}

/* The relay will never take it, whatever the reason. */
static gboolean
is_refused(const CoexResponse *response)
{
    static const guint others[] = { 401, 403, 404, 408, 429 };

    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        if (response->status == others[i])
            return FALSE;
    return response->status >= 400 && response->status < 500;
}

static void
tell_refused(CoexAccount *account, const CoexResponse *response)
{
    if (account->desk_sends->refused_told)
        return;
    account->desk_sends->refused_told = TRUE;
    coex_account_tell_notice(
        account, NULL,
        _("The relay does not take the copy of what was sent here (HTTP %u), so the other desks do "
          "not see it. Look whether the relay is of the same version."),
        response->status);
}

static void
on_posted(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    CoexDeskSends *sends = account->desk_sends;
    g_autoptr(GPtrArray) keys = g_steal_pointer(&sends->posting);
    CoexBatch *batch;
    gboolean refused = response != NULL && is_refused(response);

    if (response == NULL || (response->status != 200 && !refused)) {
        sends->failing = TRUE;
        coex_timer_start(
            &sends->retry,
            coex_retry_eager_ms(sends->n_failures++, SOON, SOON_ATTEMPT, g_random_double()),
            on_retry, account);
        return;
    }
    if (refused)
        tell_refused(account, response);
    sends->n_failures = 0;
    sends->full_told = FALSE;
    batch = coex_account_batch(account);
    for (guint i = 0; i < keys->len; i++)
        drop(account, batch, g_ptr_array_index(keys, i));
    coex_account_commit(account, batch);
    post(account);
}

/* As many as fit, from the oldest on, proven by the secret of today. */
static GStrv
take_copies(CoexAccount *account, GPtrArray *keys)
{
    g_autoptr(GStrvBuilder) copies = g_strv_builder_new();
    gsize n_bytes = 0;

    for (const GList *item = account->desk_sends->keys.head; item != NULL; item = item->next) {
        g_autofree char *copy =
            coex_desk_send_renew(coex_account_get_setting(account, item->data), account->verifier);

        n_bytes += strlen(copy) + EACH;
        if (keys->len > 0 && n_bytes > AT_ONCE_MAX)
            break;
        g_strv_builder_add(copies, copy);
        g_ptr_array_add(keys, g_strdup(item->data));
    }
    return g_strv_builder_end(copies);
}

/* So long what many get waits for more of it, monotonic; 0: not. */
static gint64
get_linger_us(const CoexDeskSends *sends)
{
    gint64 left_us = sends->posted_us + LINGER_US - g_get_monotonic_time();

    return sends->n_own == 0 && sends->n_bytes < AT_ONCE_MAX ? MAX(left_us, 0) : 0;
}

static void
post(CoexAccount *account)
{
    CoexDeskSends *sends = account->desk_sends;
    g_autoptr(CoexRequest) request = NULL;
    g_auto(GStrv) copies = NULL;
    g_autofree char *body = NULL;
    gint64 linger_us;

    if (sends->keys.length == 0 || sends->posting != NULL || sends->failing ||
        account->state != COEX_ACCOUNT_ONLINE)
        return;
    linger_us = get_linger_us(sends);
    coex_timer_clear(&sends->retry);
    if (linger_us > 0) {
        coex_timer_start(&sends->retry, linger_us / 1000 + 1, on_retry, account);
        return;
    }
    sends->posted_us = g_get_monotonic_time();
    sends->posting = g_ptr_array_new_with_free_func(g_free);
    copies = take_copies(account, sends->posting);
    body = coex_desk_send_join((const char *const *)copies);
    request = coex_relay_post(account->relay, account->relay_key, body);
    coex_account_call_other(account, request, on_posted, NULL, NULL);
}

static void
add(CoexAccount *account, char *key)
{
    CoexDeskSends *sends = account->desk_sends;

    g_queue_push_tail(&sends->keys, key);
    sends->n_bytes += get_size(account, key);
    sends->n_own += !is_of_many(key);
}

static int
compare_keys(gconstpointer one, gconstpointer other)
{
    return strcmp(*(const char *const *)one, *(const char *const *)other);
}

void
coex_desk_sends_start(CoexAccount *account)
{
    g_autoptr(GPtrArray) keys = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    if (*account->relay == '\0')
        return;
    g_hash_table_iter_init(&iter, account->settings);
    while (g_hash_table_iter_next(&iter, &key, NULL))
        if (g_str_has_prefix(key, SETTING))
            g_ptr_array_add(keys, key);
    g_ptr_array_sort(keys, compare_keys);
    for (guint i = 0; i < keys->len; i++)
        add(account, g_strdup(keys->pdata[i]));
    key = g_queue_peek_tail(&account->desk_sends->keys);
    if (key != NULL)
        account->desk_sends->next = g_ascii_strtoll((char *)key + strlen(SETTING), NULL, 10) + 1;
    post(account);
}

/* ---- two at once ---- */

void
coex_desk_sends_tell_both(CoexAccount *account, const CoexPerson *person, const CoexResult *answers)
{
    GHashTable *told = account->desk_sends->told;
    gint64 at = MAX(answers->own_at, answers->other_at);
    const gint64 *before = g_hash_table_lookup(told, &person->id);
    gboolean goes_on = before != NULL && at - *before <= COEX_AT_ONCE_S;

    /* One of this name may be this one, put back from a backup. */
    if (answers->own_at == 0 || answers->desk == NULL ||
        g_str_equal(answers->desk, account->desk_name) ||
        ABS(answers->own_at - answers->other_at) > COEX_AT_ONCE_S)
        return;
    g_hash_table_replace(told, g_memdup2(&person->id, sizeof person->id),
                         g_memdup2(&at, sizeof at));
    if (!goes_on)
        coex_account_tell_notice(account, person,
                                 _("The desk “%s” and this one both answered within a minute. Look "
                                   "at what stands here before you write on."),
                                 answers->desk);
}

void
coex_desk_sends_note_name(CoexAccount *account, const char *desk)
{
    if (!g_str_equal(desk, account->desk_name) || account->desk_sends->name_told)
        return;
    account->desk_sends->name_told = TRUE;
    coex_account_tell_notice(account, NULL,
                             /* Translators: the name of a desk. */
                             _("What came just now was sent by a desk that is called “%s”, as this "
                               "one is. Give each a name of its own by the option {@desk-name}. If "
                               "this one was put back from a backup, it is what it sent itself "
                               "since then."),
                             desk);
}

/* ---- what was accepted ---- */

static const char *
get_type(const CoexOutboxRow *row)
{
    if (row->media != NULL)
        return coex_media_get_type(row->media->kind);
    if (row->payload != NULL)
        return row->payload->type;
    return row->template_name != NULL ? "template" : "text";
}

static char *
write_copy(const CoexAccount *account, const CoexPerson *person, const CoexOutboxRow *row,
           const char *wamid, gint64 at)
{
    const CoexDeskSend send = {
        .desk = account->desk_name,
        .from = account->number,
        .local_id = row->local_id,
        .wamid = wamid,
        .number = person->peer.wa_id,
        .user_id = person->peer.user_id,
        .name = person->alias,
        .sent_at = at,
        .type = get_type(row),
        .text = row->text != NULL ? row->text : "",
        .media = row->media,
        .template_name = row->template_name,
        .context = row->context,
        .mark = coex_payload_is_mark(row->payload) ? row->payload->json : NULL,
    };

    return coex_desk_send_write(&send, account->verifier);
}

static void
tell_full(CoexAccount *account)
{
    if (account->desk_sends->full_told)
        return;
    account->desk_sends->full_told = TRUE;
    coex_account_tell_notice(
        account, NULL,
        _("The relay has not taken copies of what was sent here for long, and too many wait: the "
          "other desks will not see what is sent from now on until it takes them."));
}

void
coex_desk_sends_note(CoexAccount *account, CoexBatch *batch, const CoexOutboxRow *row,
                     const char *wamid, gint64 at)
{
    CoexDeskSends *sends = account->desk_sends;
    CoexPerson *person = coex_people_by_id(account->people, row->person_id);
    const Noted *before = g_hash_table_lookup(sends->noted, row->local_id);
    g_autofree char *copy = NULL;
    Noted *noted;

    if (*account->relay == '\0' || wamid == NULL || person == NULL || !coex_account_hears(account))
        return;
    if (sends->n_bytes >= WAITING_MAX) {
        tell_full(account);
        return;
    }
    copy = write_copy(account, coex_people_now(account->people, person), row, wamid, at);
    if (copy == NULL)
        return;
    noted = g_new(Noted, 1);
    noted->of_many = coex_broadcast_owns(row->local_id);
    if (!noted->of_many)
        noted->answers = coex_batch_read_answers(batch, row->person_id, at);
    noted->key = before != NULL
                     ? g_strdup(before->key)
                     : g_strdup_printf(SETTING "%012" G_GINT64_FORMAT "-%s%" G_GINT64_FORMAT,
                                       sends->next++, noted->of_many ? MANY : "", row->person_id);
    coex_account_note_setting(account, batch, noted->key, copy);
    g_hash_table_replace(sends->noted, g_strdup(row->local_id), noted);
}

void
coex_desk_sends_go(CoexAccount *account, const CoexBatch *batch, const CoexPerson *person,
                   const char *local_id)
{
    CoexDeskSends *sends = account->desk_sends;
    Noted *noted = g_hash_table_lookup(sends->noted, local_id);

    if (noted == NULL)
        return;
    add(account, g_steal_pointer(&noted->key));
    if (!noted->of_many)
        coex_desk_sends_tell_both(account, person, coex_batch_get_result(batch, noted->answers));
    g_hash_table_remove(sends->noted, local_id);
    post(account);
}

static void
forget(CoexAccount *account, CoexBatch *batch, gint64 person_id)
{
    g_autofree char *end = g_strdup_printf("-%" G_GINT64_FORMAT, person_id);
    GList *next;

    g_hash_table_remove(account->desk_sends->told, &person_id);
    for (GList *item = account->desk_sends->keys.head; item != NULL; item = next) {
        next = item->next;
        if (g_str_has_suffix(item->data, end))
            drop(account, batch, item->data);
    }
}

void
coex_desk_sends_forget(CoexAccount *account, const CoexPerson *person)
{
    const GPtrArray *others = coex_people_get_entry(account->people, person->id)->others;
    CoexBatch *batch = coex_account_batch(account);

    forget(account, batch, person->id);
    for (guint i = 0; others != NULL && i < others->len; i++)
        forget(account, batch, ((const CoexPerson *)others->pdata[i])->id);
    coex_account_commit(account, batch);
}

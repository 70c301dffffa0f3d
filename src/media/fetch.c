// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/fetch.h"

#include "account/account.h"
#include "account/call.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/retry.h"
#include "core/timer.h"
#include "core/window.h"
#include "core/words.h"
#include "media/files.h"
#include "media/progress.h"
#include "media/queue.h"
#include "net/download.h"
#include "net/http.h"
#include "store/store.h"
#include <string.h>
#include <glib/gstdio.h>

#define RUNNING_MAX 8
#define PAUSE_S 30 /* in an answer, without a byte */
#define SMALL_MAX (16 * 1000 * 1000)
#define TRIES_MAX 4
#define HOUR_S (60 * 60)
#define TAG_SETTING "media-tag"
#define LEFT_MIN 100                  /* of the queue: then what else is on disk is looked for */
#define AGAIN_US (5 * G_USEC_PER_SEC) /* after the disk refused */
#define SPARE 2 /* of the failures that the provider bears, for what another program does */

typedef CoexFetchJob Job;

struct CoexFetch {
    CoexHttp *http; /* of its own: large answers hold up nothing else. NULL before the first */
    char *tag;      /* of our unfinished files */
    CoexFetchQueue *queue;
    guint n_unreached; /* one after the other */
    gboolean is_ready; /* what a crash left is cleared away */
    gboolean has_more; /* on disk, beside the queue */
    gint64 pause_until_us;
    GSource *timer;
    GQueue failures; /* gint64 seconds, of answers that were refusals, oldest first */
    gboolean pause_told;
    gboolean slow_told; /* that the disk is */
};

static gboolean on_late(const CoexFetchJob *job);
static void pump(CoexAccount *account);
static void read_left(CoexAccount *account);

CoexFetch *
coex_fetch_new(void)
{
    CoexFetch *fetch = g_new0(CoexFetch, 1);

    fetch->queue = coex_fetch_queue_new(on_late);
    g_queue_init(&fetch->failures);
    return fetch;
}

void
coex_fetch_stop(CoexFetch *fetch)
{
    coex_timer_clear(&fetch->timer);
    coex_fetch_queue_cancel(fetch->queue);
    g_clear_pointer(&fetch->http, coex_http_free);
}

void
coex_fetch_free(CoexFetch *fetch)
{
    coex_fetch_stop(fetch);
    coex_fetch_queue_free(fetch->queue);
    g_queue_clear_full(&fetch->failures, g_free);
    g_free(fetch->tag);
    g_free(fetch);
}

static gboolean
is_asked(const Job *job)
{
    return (job->flags & COEX_LINE_ASKED) != 0;
}

static CoexPerson *
find_person(CoexAccount *account, const Job *job)
{
    return coex_people_now(account->people, coex_people_by_id(account->people, job->person_id));
}

/* ---- the queue ---- */

/* No request of the job is under way any more. */
static void
release(Job *job)
{
    coex_progress_end(job, NULL);
    coex_account_unref(coex_fetch_queue_end(job->account->fetch->queue, job));
}

static void
on_timer(gpointer data)
{
    pump(data);
}

static void
set_timer(CoexAccount *account, gint64 at_us)
{
    gint64 wait_us = MAX(at_us - g_get_monotonic_time(), 0);

    coex_timer_start(&account->fetch->timer, wait_us / 1000 + 1, on_timer, account);
}

/* ---- a disk that keeps files waiting ---- */

static void
tell_slow(CoexAccount *account)
{
    if (account->fetch->slow_told || account->state == COEX_ACCOUNT_ENDED)
        return;
    account->fetch->slow_told = TRUE;
    coex_account_tell_notice(
        account, NULL,
        _("Files that come are kept waiting: the disk that %s is on is slow, or does not answer. "
          "They go on by themselves, and nothing else waits for them."),
        account->media_folder);
}

static void
on_slow(gpointer data)
{
    Job *job = data;

    tell_slow(job->account);
    if (is_asked(job) && !job->slow)
        coex_progress_tell_slow(job->account, find_person(job->account, job), job->media,
                                job->message_id);
    job->slow = TRUE;
}

void
coex_fetch_tell_slow(CoexAccount *account, const CoexPerson *person, const CoexMediaRow *row)
{
    tell_slow(account);
    coex_progress_tell_slow(account, person, row->media, row->message_id);
}

/* ---- how a file ends ---- */

typedef struct {
    CoexAccount *account;
    Job *job; /* borrowed: lives until this comes */
} Ending;

/* What could not be written down has not happened: the file comes again, and finds itself. */
static void
take_back(CoexAccount *account, Job *job)
{
    job->ended = FALSE;
    job->not_before_us = g_get_monotonic_time() + AGAIN_US;
    pump(account);
}

static void
on_end(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autofree Ending *ending = user_data;
    CoexAccount *account = ending->account;

    if (error != NULL)
        take_back(account, ending->job);
    else
        coex_fetch_queue_remove(account->fetch->queue, ending->job);
    coex_account_take_lines(batch, error, account);
}

/* It is settled, for now or for ever: on disk and as a line, in one step. */
static void
end(Job *job, CoexMediaState state, const char *path, const char *line)
{
    CoexAccount *account = job->account;
    CoexBatch *batch = coex_account_batch(account);
    gint64 person_id = find_person(account, job)->id;
    gint64 now = coex_account_now(account);
    Ending *ending = g_new(Ending, 1);

    *ending = (Ending){ coex_account_ref(account), job };
    coex_batch_put_media(batch, job->message_id, state, path);
    if (state != COEX_MEDIA_GONE)
        coex_batch_add_file(batch, person_id, line, path, path != NULL ? job->flags : COEX_LINE_GET,
                            now);
    else
        coex_batch_add_line(batch, person_id, COEX_FEED_NOTICE, line, NULL, now);
    job->ended = TRUE;
    coex_progress_end(job, path);
    release(job);
    coex_store_commit(account->store, batch, on_end, ending);
}

/* The provider lets nobody in for a while who asks too often for what he does not get
 * (360dialog: messaging/media): stops before that. */
static gboolean
is_shut(CoexAccount *account)
{
    CoexFetch *fetch = account->fetch;
    guint max = account->endpoint.backend->media_failures_max;
    gint64 now = coex_account_now(account);
    const gint64 *oldest;
    g_autofree char *clock = NULL;

    while ((oldest = g_queue_peek_head(&fetch->failures)) != NULL && *oldest <= now - HOUR_S)
        g_free(g_queue_pop_head(&fetch->failures));
    if (max == 0 || oldest == NULL || fetch->failures.length + SPARE < max) {
        fetch->pause_told = FALSE;
        return FALSE;
    }
    set_timer(account, g_get_monotonic_time() + (*oldest + HOUR_S - now) * G_USEC_PER_SEC);
    clock = coex_window_describe_time(*oldest + HOUR_S, now);
    if (!fetch->pause_told)
        coex_account_tell_notice(
            account, NULL,
            /* Translators: the provider's name, how many, and a time of day */
            COEX_PLURAL(
                "%s has refused %u request for files within an hour. So that it does not shut this "
                "number out, files are fetched again from %s on.",
                "%s has refused %u requests for files within an hour. So that it does not shut "
                "this number out, files are fetched again from %s on.",
                fetch->failures.length),
            account->endpoint.backend->label, fetch->failures.length, clock);
    fetch->pause_told = TRUE;
    return TRUE;
}

/* How many may be under way: each of them may be refused. */
static guint
get_room(const CoexAccount *account)
{
    guint max = account->endpoint.backend->media_failures_max;

    return max == 0 ? RUNNING_MAX : MIN(RUNNING_MAX, max - SPARE - account->fetch->failures.length);
}

static void
note_status(CoexAccount *account, guint status)
{
    gint64 now = coex_account_now(account);

    if (status >= 400)
        g_queue_push_tail(&account->fetch->failures, g_memdup2(&now, sizeof now));
}

static void
fail(Job *job, const char *why)
{
    g_autofree char *label = coex_files_dup_label(job->media, job->message_id, NULL);
    g_autofree char *line =
        /* Translators: “[image #17]”, a sentence why, and what to type: leave “get” */
        coex_say(_("%s was not fetched: %s %cget #%" PRId64 " tries again."), label, why,
                 job->account->verb_mark, job->message_id);

    end(job, COEX_MEDIA_FAILED, NULL, line);
}

static void
give_up(Job *job)
{
    g_autofree char *label = coex_files_dup_label(job->media, job->message_id, NULL);
    /* Translators: %s is as “[image #17]” */
    g_autofree char *line = coex_say(_("%s is not at WhatsApp any more, which keeps files "
                                       "for some days only. The phone may have it."),
                                     label);

    end(job, COEX_MEDIA_GONE, NULL, line);
}

static void
offer(Job *job, gint64 size)
{
    const CoexFileFacts facts = { .size = size };
    g_autofree char *label =
        coex_files_dup_label(job->media, job->message_id, size >= 0 ? &facts : NULL);
    /* Translators: “[image #17]”, and what to type, as “!get #17”: leave “get” */
    g_autofree char *line = coex_say(_("%s: %cget #%" PRId64 " fetches it."), label,
                                     job->account->verb_mark, job->message_id);

    end(job, COEX_MEDIA_OFFERED, NULL, line);
}

/* It goes on later: at once with others, unless it was the way that failed. */
static void
put_off(Job *job, const GError *error)
{
    CoexAccount *account = job->account;
    CoexFetch *fetch = account->fetch;
    gboolean all = !g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY);
    guint n = all ? fetch->n_unreached++ : job->n_tries;
    gint64 until = g_get_monotonic_time() +
                   1000 * coex_retry_delay_ms(COEX_RETRY_BACKOFF, n, g_random_double());
    g_autofree char *label = coex_files_dup_label(job->media, job->message_id, NULL);

    job->n_tries++;
    if (!all && job->n_tries >= TRIES_MAX) {
        fail(job, error->message);
        return;
    }
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_STORE) && fetch->n_unreached == 1)
        coex_account_tell_notice(
            account, NULL,
            /* Translators: %s is a sentence: why */
            _("Files are not fetched for now, and are tried again by themselves. %s"),
            error->message);
    else if (job->n_tries == 3 || (is_asked(job) && job->n_tries == 1))
        coex_account_tell_notice(account, find_person(account, job),
                                 /* Translators: “[image #17]”, and a sentence why */
                                 _("%s is not here yet, and is tried again by itself: %s"), label,
                                 error->message);
    job->not_before_us = until;
    if (all)
        fetch->pause_until_us = until;
    release(job);
}

/* ---- one file ---- */

static gboolean
is_for_later(const GError *error)
{
    static const CoexErrorCode codes[] = { COEX_ERROR_NETWORK, COEX_ERROR_RATE_LIMITED,
                                           COEX_ERROR_RETRY, COEX_ERROR_STORE };

    for (guint i = 0; i < G_N_ELEMENTS(codes); i++) {
        if (g_error_matches(error, COEX_ERROR, codes[i]))
            return TRUE;
    }
    return FALSE;
}

static void
drop(const char *path)
{
    coex_files_remove_async((const char *const[]){ path, NULL }, NULL, NULL);
}

static void
on_taken(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Job *job = user_data;
    g_autoptr(CoexAccount) account = coex_account_ref(job->account);
    g_autoptr(GError) error = NULL;
    CoexFileFacts facts;
    g_autofree char *path = coex_files_take_finish(result, &facts, &error);
    g_autofree char *label =
        coex_files_dup_title(job->media, job->message_id, &facts, account->verb_mark);

    if (account->state == COEX_ACCOUNT_ENDED) {
        release(job);
        return;
    }
    if (find_person(account, job)->forgotten) {
        if (path != NULL)
            drop(path);
        release(job);
    } else if (path != NULL) {
        account->fetch->n_unreached = 0;
        account->fetch->slow_told &= job->slow;
        end(job, COEX_MEDIA_HERE, path, label);
    } else {
        put_off(job, error);
    }
    pump(account);
}

/* The same for the same message, so that a crash leaves no second copy; the key of this program's
 * unfinished files is known to nobody who only sees their names in the end. */
static char *
dup_mark(const Job *job)
{
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, job->message_id);
    const char *key = job->account->fetch->tag;
    g_autofree char *digest =
        g_compute_hmac_for_string(G_CHECKSUM_SHA256, (const guchar *)key, strlen(key), number, -1);

    return g_strdup_printf(" %.20s", digest);
}

static void
take_file(Job *job)
{
    CoexAccount *account = job->account;
    g_autofree char *title = coex_account_dup_title(account, find_person(account, job));
    g_autofree char *mark = account->media_is_served ? dup_mark(job) : NULL;
    g_autofree char *content = coex_media_dup_content(job->media);
    const CoexFilesPlace place = {
        account->media_folder, title, job->time, job->media, mark, content, account->media_for_group
    };

    coex_files_take_async(job->part, &place, on_slow, on_taken, job);
}

static void
on_downloaded(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Job *job = user_data;
    g_autoptr(CoexAccount) account = coex_account_ref(job->account);
    g_autoptr(GError) error = NULL;
    guint status = 0;
    gint64 size = coex_download_finish(result, &status, &error);

    if (account->state == COEX_ACCOUNT_ENDED) {
        release(job);
        return;
    }
    note_status(account, status);
    if (find_person(account, job)->forgotten)
        release(job);
    else if (size >= 0)
        take_file(job);
    else if (job->cancelled)
        offer(job, job->size);
    else if (is_for_later(error))
        put_off(job, error);
    else if (status >= 400 && !job->renewed) {
        job->renewed = TRUE;
        release(job);
    } else {
        fail(job, error->message);
    }
    pump(account);
}

/* Whether it is fetched without anybody's asking for it. */
static gboolean
is_wanted(const CoexAccount *account, const Job *job, gint64 size)
{
    if (is_asked(job) || account->media_auto == COEX_MEDIA_AUTO_ALL)
        return TRUE;
    if (account->media_auto == COEX_MEDIA_AUTO_NONE)
        return FALSE;
    return size < 0 ? job->media->kind == COEX_MEDIA_IMAGE ||
                          job->media->kind == COEX_MEDIA_STICKER || job->media->voice
                    : size <= SMALL_MAX;
}

/* What nobody may want yet is not told as coming; who asked knows. */
static gboolean
on_late(const Job *job)
{
    if (is_asked(job) || (job->work == NULL && !is_wanted(job->account, job, -1)))
        return FALSE;
    coex_progress_tell_late(job);
    return TRUE;
}

static void
on_wrote(gpointer job, gint64 n_bytes)
{
    coex_progress_note(job, n_bytes);
}

static void
download(Job *job, const CoexMediaLink *link)
{
    CoexAccount *account = job->account;
    CoexDownload what = {
        .endpoint = &account->endpoint,
        .url = link->url,
        .limit = account->media_limit,
        .size = link->size,
        .sha256 = job->media->sha256 != NULL ? job->media->sha256 : link->sha256,
        .slow = on_slow,
        .wrote = on_wrote,
    };

    if (link->size > account->media_limit) {
        g_autofree char *size = coex_files_dup_size(link->size);
        g_autofree char *why =
            /* Translators: a size, as “20 MB” */
            coex_say(_("It has %s, more than the option {@media-limit} allows."), size);

        fail(job, why);
        return;
    }
    what.path = job->part;
    if (account->fetch->http == NULL)
        account->fetch->http = coex_http_new(PAUSE_S, account->proxy);
    job->work = g_cancellable_new();
    coex_progress_begin(job, link->size);
    coex_download_async(account->fetch->http, &what, job->work, on_downloaded, job);
}

static void
on_link(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    Job *job = data;
    g_auto(CoexMediaLink) link = { .size = -1 };

    if (response != NULL)
        note_status(account, response->status);
    if (find_person(account, job)->forgotten) {
        release(job);
    } else if (response == NULL || !coex_api_read_media(response, &link, error)) {
        if (response != NULL && coex_api_is_gone(response, *error))
            give_up(job);
        else if (coex_retry_kind(*error) != COEX_RETRY_NEVER ||
                 g_error_matches(*error, COEX_ERROR, COEX_ERROR_AUTH))
            put_off(job, *error);
        else
            fail(job, (*error)->message);
    } else if (!is_wanted(account, job, link.size)) {
        offer(job, link.size);
    } else {
        download(job, &link);
    }
    pump(account);
}

static void
on_link_too_late(gpointer data)
{
    release(data);
}

static void
find_link(Job *job)
{
    CoexAccount *account = job->account;
    g_autoptr(CoexRequest) request = coex_api_find_media(&account->endpoint, job->media->id);

    coex_account_call(account, request, on_link, job, on_link_too_late);
}

static void
start(CoexAccount *account, Job *job)
{
    CoexFetch *fetch = account->fetch;

    coex_fetch_queue_begin(fetch->queue, job, coex_account_ref(account));
    if (job->part == NULL)
        job->part = coex_files_dup_part(account->media_folder, fetch->tag, job->message_id);
    if (job->media->kind == COEX_MEDIA_CARD)
        take_file(job);
    else if (account->media_auto == COEX_MEDIA_AUTO_NONE && !is_asked(job))
        offer(job, -1);
    else
        find_link(job);
}

static gboolean
is_forgotten(CoexAccount *account, const Job *job)
{
    return find_person(account, job)->forgotten;
}

/* What nobody wants any more, with what was written of it. */
static void
sweep(CoexAccount *account)
{
    CoexFetchQueue *queue = account->fetch->queue;
    g_autoptr(GPtrArray) over = coex_fetch_queue_find_over(queue, account, is_forgotten);

    for (guint i = 0; i < over->len; i++) {
        Job *job = over->pdata[i];

        if (job->part != NULL)
            coex_files_remove_part_async(job->part);
        coex_fetch_queue_remove(queue, job);
    }
}

static void
pump(CoexAccount *account)
{
    CoexFetch *fetch = account->fetch;
    gint64 at_us = 0;
    Job *job;

    sweep(account);
    if (account->state == COEX_ACCOUNT_ENDED || !fetch->is_ready)
        return;
    if (fetch->has_more && coex_fetch_queue_get_length(fetch->queue) < LEFT_MIN)
        read_left(account);
    while (!is_shut(account) && coex_fetch_queue_get_running(fetch->queue) < get_room(account)) {
        job = coex_fetch_queue_find_next(fetch->queue, fetch->pause_until_us, &at_us);
        if (job == NULL)
            break;
        start(account, job);
    }
    if (at_us != 0 && coex_fetch_queue_get_running(fetch->queue) < RUNNING_MAX)
        set_timer(account, at_us);
}

/* ---- for the rest of the account ---- */

gboolean
coex_fetch_is_on(const CoexAccount *account)
{
    return account->state != COEX_ACCOUNT_ENDED && *account->media_folder != '\0';
}

void
coex_fetch_note(CoexAccount *account, const GPtrArray *feed)
{
    for (guint i = 0; feed != NULL && coex_fetch_is_on(account) && i < feed->len; i++) {
        const CoexFeedItem *item = g_ptr_array_index(feed, i);

        if (item->account_id == account->id && item->media != NULL && item->media->id != NULL &&
            (item->kind == COEX_FEED_INBOUND || item->kind == COEX_FEED_ECHO))
            coex_fetch_queue_await(coex_fetch_queue_add(account->fetch->queue, item->message_id,
                                                        item->person_id, item->time, item->media));
    }
    pump(account);
}

static void
on_left(GPtrArray *rows, const GError *error, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL)
        coex_account_tell_store_error(account, error);
    account->fetch->has_more = rows != NULL && rows->len == COEX_STORE_MEDIA_MAX;
    for (guint i = 0; rows != NULL && i < rows->len; i++) {
        const CoexMediaRow *row = g_ptr_array_index(rows, i);

        coex_fetch_queue_add(account->fetch->queue, row->message_id, row->person_id, row->time,
                             row->media)
            ->flags |= row->state == COEX_MEDIA_WANTED ? COEX_LINE_ASKED : 0;
    }
    pump(account);
}

static void
read_left(CoexAccount *account)
{
    const CoexMediaQuery query = { .account_id = account->id };

    account->fetch->has_more = FALSE;
    coex_store_read_media(account->store, &query, on_left, coex_account_ref(account));
}

void
coex_fetch_forget(CoexAccount *account)
{
    pump(account);
}

static void
on_slow_start(gpointer account)
{
    tell_slow(account);
}

static void
on_cleared(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    account->fetch->is_ready = TRUE;
    read_left(account);
}

void
coex_fetch_start(CoexAccount *account)
{
    const char *tag = coex_account_get_setting(account, TAG_SETTING);

    if (!coex_fetch_is_on(account))
        return;
    account->fetch->tag = tag != NULL ? g_strdup(tag) : g_uuid_string_random();
    coex_account_put_setting(account, TAG_SETTING, account->fetch->tag);
    coex_files_clear_parts_async(account->media_folder, account->fetch->tag, on_slow_start,
                                 on_cleared, coex_account_ref(account));
}

void
coex_fetch_ask(CoexAccount *account, const CoexMediaRow *row, CoexLineFlags flags)
{
    CoexFetch *fetch = account->fetch;
    Job *job =
        coex_fetch_queue_add(fetch->queue, row->message_id, row->person_id, row->time, row->media);
    g_autofree char *label = coex_files_dup_label(job->media, job->message_id, NULL);
    CoexBatch *batch;

    if (job->ended)
        return; /* its line is on the way */
    batch = coex_account_batch(account);
    job->flags = flags;
    job->not_before_us = 0;
    job->n_tries = 0;
    job->cancelled = FALSE;
    fetch->pause_until_us = 0;
    coex_fetch_queue_prefer(fetch->queue, job);
    coex_batch_put_media(batch, job->message_id, COEX_MEDIA_WANTED, NULL);
    coex_account_commit(account, batch);
    /* Translators: %s is as “[image #17]” */
    coex_account_tell_notice(account, find_person(account, job), _("%s is being fetched."), label);
    pump(account);
}

void
coex_fetch_cancel(CoexAccount *account, gint64 message_id)
{
    Job *job = coex_fetch_queue_find(account->fetch->queue, message_id);

    if (job == NULL || job->work == NULL)
        return;
    job->cancelled = TRUE;
    g_cancellable_cancel(job->work);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/progress.h"

#include "account/account.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/person-view.h"
#include "core/timer.h"
#include "core/words.h"
#include "media/files.h"
#include "media/queue.h"

#define TOLD_AFTER_MS 2000
#define TOLD_EVERY_US (G_USEC_PER_SEC / 2)
#define MB (1000 * 1000)

/* "12 of 48 MB". */
static char *
dup_part(gint64 n_bytes, gint64 size)
{
    g_autofree char *part = coex_files_dup_size(n_bytes);
    g_autofree char *whole = size >= 0 ? coex_files_dup_size(size) : NULL;

    if (whole == NULL)
        return g_steal_pointer(&part);
    if (size >= MB && size < 10 * MB)
        /* Translators: as in “0.4 of 2.5 MB” */
        return coex_say(_("%.1f of %s"), (double)n_bytes / MB, whole);
    /* Translators: as in “12 of 48 MB” */
    return coex_say(_("%d of %s"), (int)(n_bytes / (size < MB ? 1000 : MB)), whole);
}

static CoexSessionEvent *
make_event(const CoexFetchJob *job, CoexTransferState state)
{
    CoexAccount *account = job->account;
    CoexPeople *people = account->people;
    CoexPerson *person = coex_people_now(people, coex_people_by_id(people, job->person_id));
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_FETCH);

    event->person = coex_person_view_ref(coex_views_get(account, person));
    event->asked = (job->flags & COEX_LINE_ASKED) != 0;
    event->transfer = (guint)job->message_id;
    event->state = state;
    return event;
}

static void
tell(const CoexFetchJob *job, CoexTransferState state, const char *path)
{
    g_autofree char *name =
        g_strdup_printf("%s #%" G_GINT64_FORMAT, coex_media_get_label(job->media), job->message_id);
    g_autofree char *part = dup_part(job->n_bytes, job->size);
    CoexSessionEvent *event;

    if (job->account->state == COEX_ACCOUNT_ENDED)
        return;
    event = make_event(job, state);
    event->text = g_strdup_printf("%s, %s", name, part);
    event->detail = state == COEX_TRANSFER_RUNS ? g_steal_pointer(&name) : g_strdup(path);
    event->step = (guint)job->n_bytes;
    event->n_steps = (guint)MAX(job->size, 0);
    coex_account_tell_in_turn(job->account, event);
}

void
coex_progress_tell_late(const CoexFetchJob *job)
{
    CoexSessionEvent *event;

    if (job->account->state == COEX_ACCOUNT_ENDED)
        return;
    event = make_event(job, COEX_TRANSFER_KEPT);
    /* Translators: a kind of file, as “image”, and its number */
    event->text = coex_say(_("[%s #%" PRId64 ", loading]"), coex_media_get_label(job->media),
                           job->message_id);
    coex_account_tell_in_turn(job->account, event);
}

void
coex_progress_tell_slow(CoexAccount *account, const CoexPerson *person, const CoexMedia *media,
                        gint64 message_id)
{
    g_autofree char *label = coex_files_dup_label(media, message_id, NULL);

    /* Translators: %s is as “[image #17]” */
    coex_account_tell_notice(
        account, person,
        _("%s is kept waiting: the disk is slow, or does not answer. It comes when it does."),
        label);
}

static void
on_long(gpointer data)
{
    CoexFetchJob *job = data;

    job->told_us = g_get_monotonic_time();
    tell(job, COEX_TRANSFER_RUNS, NULL);
}

void
coex_progress_begin(CoexFetchJob *job, gint64 size)
{
    job->size = size;
    job->n_bytes = 0;
    job->told_us = 0;
    coex_timer_start(&job->is_long, TOLD_AFTER_MS, on_long, job);
}

void
coex_progress_note(CoexFetchJob *job, gint64 n_bytes)
{
    gint64 now = g_get_monotonic_time();

    job->n_bytes = n_bytes;
    if (job->told_us == 0 || now - job->told_us < TOLD_EVERY_US)
        return;
    job->told_us = now;
    tell(job, COEX_TRANSFER_RUNS, NULL);
}

void
coex_progress_end(CoexFetchJob *job, const char *path)
{
    coex_timer_clear(&job->is_long);
    if (job->told_us != 0)
        tell(job, path != NULL ? COEX_TRANSFER_SENT : COEX_TRANSFER_FAILED, path);
    job->told_us = 0;
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/inbox-source-private.h"

#include "core/api.h"
#include "core/error.h"
#include "core/retry.h"
#include "core/timer.h"
#include "core/words.h"
#include "net/bell.h"
#include "net/http.h"
#include "net/suspend.h"

#define REQUEST_S 30
#define IDLE_MS                                                                                    \
    60000             /* between two questions while the bell is there; limits are not documented  \
                       */
#define DEAF_MS 20000 /* and while it is not */
#define AGAIN_MS 2000 /* after a ring, or something new: more may follow; then doubled */
#define QUIET_MAX 10
#define RINGS_PER_S 1 /* that bring a question about */
#define RINGS_BURST 10
#define LOOK_MS 10000 /* between looks whether the computer was suspended */
#define SUSPEND_US (5 * (gint64)G_USEC_PER_SEC)
#define AWAY_FAILURES 3 /* one that is only started anew is not worth a line */
#define SOON 10         /* tries that are not more than 2^SOON_ATTEMPT s apart */
#define SOON_ATTEMPT 2
#define RETRY_AFTER_MAX_S 3600

CoexInboxSource *
coex_inbox_source_ref(CoexInboxSource *inbox)
{
    inbox->refs++;
    return inbox;
}

void
coex_inbox_source_unref(CoexInboxSource *inbox)
{
    if (--inbox->refs > 0)
        return;
    coex_source_unref(inbox->source);
    g_hash_table_unref(inbox->known);
    g_free(inbox->access.url);
    g_free(inbox->access.token);
    g_free(inbox->number);
    g_free(inbox->phone_number_id);
    g_free(inbox->host);
    g_free(inbox);
}

gint64
coex_inbox_source_now(const CoexInboxSource *inbox)
{
    return inbox->spec.now(inbox->spec.source.data);
}

/* ---- when to ask next ---- */

static void
on_next(gpointer data)
{
    CoexInboxSource *inbox = data;

    if (inbox->rung)
        coex_pace_take(&inbox->pace, RINGS_PER_S, RINGS_BURST, g_get_monotonic_time());
    if (!inbox->seen_number)
        coex_inbox_source_ask(inbox, COEX_INBOX_ASK_USER);
    else
        coex_inbox_source_poll(inbox);
}

/* An Inbox that is started anew is back soon: it is asked often at first. */
void
coex_inbox_source_fail(CoexInboxSource *inbox, CoexInboxTrouble trouble, const char *why,
                       gint64 at_least_s)
{
    gint64 delay_ms =
        coex_retry_eager_ms(inbox->n_failures++, SOON, SOON_ATTEMPT, g_random_double());

    inbox->is_asking = FALSE;
    if (trouble != COEX_INBOX_WELL &&
        (trouble != COEX_INBOX_AWAY || inbox->n_failures >= AWAY_FAILURES))
        coex_inbox_tell_trouble(inbox, trouble, why);
    delay_ms = MAX(delay_ms, CLAMP(at_least_s, 0, RETRY_AFTER_MAX_S) * 1000);
    inbox->hold_us = at_least_s > 0 ? g_get_monotonic_time() + delay_ms * 1000 : 0;
    coex_timer_start(&inbox->next, delay_ms, on_next, inbox);
}

static void
wait_for_next(CoexInboxSource *inbox)
{
    gint64 now_us = g_get_monotonic_time();
    gint64 ring_us = MAX(coex_pace_peek(&inbox->pace, RINGS_PER_S, RINGS_BURST, now_us),
                         inbox->hold_us - now_us);
    gboolean is_open = coex_bell_is_open(inbox->bell);
    gint64 delay_ms = MIN(AGAIN_MS << MIN(inbox->n_quiet, QUIET_MAX), is_open ? IDLE_MS : DEAF_MS);

    inbox->was_deaf |= !is_open;
    if (inbox->rung)
        delay_ms = MAX(ring_us, 0) / 1000;
    coex_timer_start(&inbox->next, delay_ms, on_next, inbox);
}

void
coex_inbox_source_end_turn(CoexInboxSource *inbox)
{
    inbox->is_asking = FALSE;
    inbox->n_failures = 0;
    inbox->hold_us = 0;
    inbox->page_rows = COEX_INBOX_PAGE;
    coex_inbox_tell_back(inbox);
    wait_for_next(inbox);
}

/* ---- one answer ---- */

static void
take_user(CoexInboxSource *inbox, const CoexResponse *response)
{
    g_autoptr(GError) error = NULL;
    gboolean reads_all = TRUE;

    if (!coex_inbox_read_user(response, &reads_all, &error)) {
        coex_inbox_source_fail(inbox, COEX_INBOX_STRANGE, error->message, 0);
        return;
    }
    if (!reads_all && !inbox->told_part)
        coex_inbox_tell(
            inbox,
            _("The user behind the option {@inbox-token} may read a part of the conversations "
              "only, "
              "so the others do not come here. Let an admin of the Inbox allow it to read all."));
    inbox->told_part |= !reads_all;
    coex_inbox_source_ask(inbox, COEX_INBOX_ASK_NUMBER);
}

static void
begin_work(CoexInboxSource *inbox)
{
    inbox->seen_number = TRUE;
    coex_inbox_source_poll(inbox);
}

/* Where it cannot be read what is handed out says whose it is. */
static void
take_number(CoexInboxSource *inbox, const CoexResponse *response)
{
    g_autofree char *number = coex_inbox_read_number(response, NULL);

    if (number == NULL || g_str_equal(number, inbox->number)) {
        begin_work(inbox);
        return;
    }
    coex_inbox_source_fail(inbox, COEX_INBOX_OTHER_NUMBER, number, 0);
}

static void
take_body(CoexInboxSource *inbox, const CoexResponse *response)
{
    switch (inbox->step) {
    case COEX_INBOX_ASK_USER:
        take_user(inbox, response);
        break;
    case COEX_INBOX_ASK_NUMBER:
        take_number(inbox, response);
        break;
    case COEX_INBOX_ASK_NEW:
    case COEX_INBOX_ASK_PAGE:
    case COEX_INBOX_ASK_END:
    case COEX_INBOX_ASK_CHECK:
    case COEX_INBOX_ASK_ALL:
    case COEX_INBOX_ASK_AGAIN:
        coex_inbox_source_take_rows(inbox, response);
        break;
    }
}

static void
take_status(CoexInboxSource *inbox, const CoexResponse *response)
{
    guint status = response->status;
    gboolean is_away = status == 408 || status == 429 || status >= 500;
    gboolean is_list = inbox->step > COEX_INBOX_ASK_NUMBER;
    g_autofree char *why =
        coex_say(is_away ? _("%s answered with HTTP %u.") : _("%s answered with HTTP %u"),
                 inbox->host, status);

    if (status == 404 && inbox->step == COEX_INBOX_ASK_NUMBER) {
        begin_work(inbox);
        return;
    }
    if (status == 401 || status == 403)
        coex_inbox_source_fail(inbox, COEX_INBOX_WRONG_TOKEN, NULL, 0);
    else if (is_list && (status == 400 || status == 404 || status == 405))
        coex_inbox_source_fail(inbox, COEX_INBOX_NO_LIST, why, 0);
    else if (status == 404)
        coex_inbox_source_fail(inbox, COEX_INBOX_WRONG_URL, NULL, 0);
    else
        coex_inbox_source_fail(inbox, is_away ? COEX_INBOX_AWAY : COEX_INBOX_STRANGE, why,
                               response->retry_after_s);
}

/* Fewer rows may have an end. */
static void
take_flood(CoexInboxSource *inbox)
{
    if (inbox->step <= COEX_INBOX_ASK_NUMBER || inbox->page_rows == 1) {
        coex_inbox_source_fail(inbox, COEX_INBOX_STRANGE, _("its answer has no end"), 0);
        return;
    }
    inbox->page_rows = MAX(inbox->page_rows / 10, 1);
    coex_inbox_source_poll(inbox);
}

static void
on_answer(GObject *object, GAsyncResult *result, gpointer data)
{
    CoexInboxSource *inbox = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexResponse) response = coex_http_send_finish(result, &error);

    if (inbox->over) {
        coex_inbox_source_unref(inbox);
        return;
    }
    if (response != NULL && response->status == 200)
        take_body(inbox, response);
    else if (response != NULL)
        take_status(inbox, response);
    else if (g_error_matches(error, COEX_ERROR, COEX_ERROR_TOO_LARGE))
        take_flood(inbox);
    else
        coex_inbox_source_fail(inbox, COEX_INBOX_AWAY, error->message, 0);
    coex_inbox_source_unref(inbox);
}

static CoexRequest *
make_request(CoexInboxSource *inbox)
{
    switch (inbox->step) {
    case COEX_INBOX_ASK_USER:
        return coex_inbox_ask_user(&inbox->access);
    case COEX_INBOX_ASK_NUMBER:
        return coex_inbox_ask_number(&inbox->access);
    case COEX_INBOX_ASK_NEW:
    case COEX_INBOX_ASK_PAGE:
    case COEX_INBOX_ASK_END:
    case COEX_INBOX_ASK_CHECK:
    case COEX_INBOX_ASK_ALL:
    case COEX_INBOX_ASK_AGAIN:
        break;
    }
    return coex_inbox_source_ask_rows(inbox);
}

void
coex_inbox_source_ask(CoexInboxSource *inbox, CoexInboxStep step)
{
    g_autoptr(CoexRequest) request = NULL;

    coex_timer_clear(&inbox->next);
    inbox->step = step;
    inbox->is_asking = TRUE;
    request = make_request(inbox);
    coex_http_send_async(inbox->http, request, NULL, on_answer, coex_inbox_source_ref(inbox));
}

/* ---- the bell ---- */

/* At once, unless it is asked already or has to wait. */
static void
hurry(CoexInboxSource *inbox)
{
    inbox->rung = TRUE;
    if (!inbox->is_asking)
        wait_for_next(inbox);
}

static void
on_opened(gpointer data)
{
    hurry(data);
}

static void
on_rings(const char *bytes, gsize length, gpointer data)
{
    CoexInboxSource *inbox = data;
    const CoexInboxOwner owner = { inbox->number, inbox->phone_number_id };
    g_autoptr(GBytes) statuses = coex_inbox_read_frame(bytes, length, &owner);

    if (statuses != NULL && inbox->seen_number)
        coex_inbox_source_keep_frame(inbox, statuses);
    hurry(inbox);
}

/* The connections are dead after a suspend, and nobody says so. */
static void
on_look(gpointer data)
{
    CoexInboxSource *inbox = data;

    coex_timer_start(&inbox->look, LOOK_MS, on_look, inbox);
    if (coex_suspend_get_us() - inbox->slept_us < SUSPEND_US)
        return;
    inbox->slept_us = coex_suspend_get_us();
    coex_bell_renew(inbox->bell);
    inbox->rung = TRUE;
    if (!inbox->is_asking)
        coex_timer_start(&inbox->next, 0, on_next, inbox);
}

/* ---- its life ---- */

static void
hang_bell(CoexInboxSource *inbox)
{
    g_autofree char *url = coex_inbox_dup_bell(inbox->access.url);
    g_autofree char *greeting = coex_inbox_dup_greeting(&inbox->access);
    const CoexBellSpec spec = {
        url, greeting, COEX_INBOX_FRAME_MAX, inbox->spec.proxy, on_opened, on_rings, inbox
    };

    inbox->bell = coex_bell_new(&spec);
}

CoexInboxSource *
coex_inbox_source_new(const CoexInboxSpec *spec)
{
    CoexInboxSource *inbox = g_new0(CoexInboxSource, 1);

    inbox->refs = 1;
    inbox->spec = *spec;
    inbox->source = coex_source_new(&spec->source);
    inbox->access = (CoexInbox){ g_strdup(spec->url), g_strdup(spec->token) };
    inbox->number = g_strdup(spec->number);
    inbox->phone_number_id = g_strdup(spec->phone_number_id);
    inbox->host = coex_inbox_dup_host(spec->url);
    inbox->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    inbox->http = coex_http_new(REQUEST_S, spec->proxy);
    inbox->slept_us = coex_suspend_get_us();
    inbox->page_rows = COEX_INBOX_PAGE;
    coex_pace_init(&inbox->pace, RINGS_BURST, g_get_monotonic_time());
    inbox->was_deaf = TRUE;
    coex_inbox_place_read(&inbox->place, spec->place, coex_inbox_source_now(inbox));
    hang_bell(inbox);
    coex_timer_start(&inbox->next, 0, on_next, inbox);
    coex_timer_start(&inbox->look, LOOK_MS, on_look, inbox);
    return inbox;
}

void
coex_inbox_source_stop(CoexInboxSource *inbox)
{
    if (inbox->over)
        return;
    inbox->over = TRUE;
    coex_source_end(inbox->source);
    coex_timer_clear(&inbox->next);
    coex_timer_clear(&inbox->look);
    g_clear_pointer(&inbox->bell, coex_bell_free);
    g_clear_pointer(&inbox->http, coex_http_free);
}

void
coex_inbox_source_free(CoexInboxSource *inbox)
{
    coex_inbox_source_stop(inbox);
    coex_inbox_source_unref(inbox);
}

const char *
coex_inbox_source_get_bell_fault(const CoexInboxSource *inbox)
{
    const char *fault;

    if (inbox == NULL || inbox->over)
        return NULL;
    if (coex_bell_is_open(inbox->bell))
        return "";
    fault = coex_bell_get_fault(inbox->bell);
    return fault != NULL ? fault : _("it is not connected yet");
}

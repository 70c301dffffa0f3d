// SPDX-License-Identifier: GPL-2.0-or-later
#include "ingest/inbox-source-private.h"

#include "core/api.h"
#include "core/words.h"

#define OVERLAP_S 600          /* is read again each time: WhatsApp's time is no order of arrival */
#define FIRST_S (24 * 60 * 60) /* at the very first: who wrote then may still be answered */
#define TICKS_S (24 * 60 * 60) /* so far back a row may have got another status in silence */
#define CHECK_US (60 * 60 * (gint64)G_USEC_PER_SEC)
#define CHECKED_S (8 * 24 * 60 * 60) /* so long WhatsApp tries to deliver, and a day */
#define CLOSED_S 120                 /* so late rows may be that are not late */
#define DIRTY_MAX 3    /* readings that the count does not fit, before it is told and left so */
#define PAGES_MAX 5000 /* of one reading */

/* ---- the place ---- */

void
coex_inbox_place_read(CoexInboxPlace *place, const char *text, gint64 now)
{
    g_auto(GStrv) words = g_strsplit(text != NULL ? text : "", " ", 4);

    *place = (CoexInboxPlace){ now - FIRST_S, now - FIRST_S, 0, -1 };
    if (g_strv_length(words) != 4)
        return;
    *place =
        (CoexInboxPlace){ g_ascii_strtoll(words[0], NULL, 10), g_ascii_strtoll(words[1], NULL, 10),
                          g_ascii_strtoll(words[2], NULL, 10),
                          g_ascii_strtoll(words[3], NULL, 10) };
    /* a clock was wrong then, or is now */
    place->newest = MIN(place->newest, now);
}

char *
coex_inbox_place_dup(const CoexInboxPlace *place)
{
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GINT64_FORMAT,
                           place->newest, place->from, place->until, place->count);
}

gboolean
coex_inbox_place_is_same(const CoexInboxPlace *a, const CoexInboxPlace *b)
{
    return a->newest == b->newest && a->from == b->from && a->until == b->until &&
           a->count == b->count;
}

/* ---- a reading: from its oldest page to its newest ---- */

static gboolean
is_last_try(const CoexInboxSource *inbox)
{
    return inbox->told_short || inbox->n_dirty[inbox->is_check] + 1 >= DIRTY_MAX;
}

static void
begin_reading(CoexInboxSource *inbox, gint64 since, gint64 before, gboolean is_check)
{
    inbox->span = (CoexInboxSpan){ MAX(since, 0), before, inbox->page_rows, 0 };
    inbox->span_newest = 0;
    inbox->is_check = is_check;
    inbox->is_dirty = FALSE;
    inbox->is_short = FALSE;
    inbox->n_new = 0;
    inbox->n_read = 0;
    coex_inbox_source_ask(inbox, is_check ? COEX_INBOX_ASK_CHECK : COEX_INBOX_ASK_NEW);
}

void
coex_inbox_source_poll(CoexInboxSource *inbox)
{
    inbox->n_quiet = inbox->rung ? 0 : inbox->n_quiet + 1;
    inbox->rung = FALSE;
    begin_reading(inbox, inbox->place.newest - OVERLAP_S, 0, FALSE);
}

/* FALSE: it is to be done once more. */
static gboolean
finish_reading(CoexInboxSource *inbox)
{
    inbox->n_quiet = inbox->n_new > 0 ? 0 : inbox->n_quiet;
    inbox->n_meanwhile += inbox->was_away ? inbox->n_new : 0;
    if (inbox->is_dirty && !is_last_try(inbox)) {
        inbox->n_dirty[inbox->is_check]++;
        return FALSE;
    }
    inbox->n_dirty[inbox->is_check] = 0;
    if (inbox->is_short && !inbox->told_short) {
        inbox->told_short = TRUE;
        coex_inbox_tell(
            inbox, _("The Inbox says that it has more messages than it hands out, so something may "
                     "be missing here. Look at the phone; it is asked again from time to time."));
    }
    return TRUE;
}

static void
after_check(CoexInboxSource *inbox)
{
    inbox->checked_us = g_get_monotonic_time();
    inbox->was_deaf = FALSE;
    coex_inbox_source_end_turn(inbox);
}

static void
after_reading(CoexInboxSource *inbox)
{
    if (!finish_reading(inbox)) {
        inbox->rung = TRUE;
        coex_inbox_source_end_turn(inbox);
    } else if (inbox->is_check) {
        inbox->next_place.newest = inbox->place.newest;
        coex_inbox_source_keep(inbox, NULL, &inbox->next_place, after_check);
    } else if (inbox->checked_us == 0 || g_get_monotonic_time() - inbox->checked_us > CHECK_US) {
        coex_inbox_source_ask(inbox, COEX_INBOX_ASK_ALL);
    } else {
        coex_inbox_source_end_turn(inbox);
    }
}

static void
after_page(CoexInboxSource *inbox)
{
    if (inbox->step == COEX_INBOX_ASK_PAGE && inbox->span.offset > 0) {
        inbox->span.offset -= MIN(inbox->span.offset, inbox->span.limit);
        coex_inbox_source_ask(inbox, COEX_INBOX_ASK_PAGE);
    } else {
        after_reading(inbox);
    }
}

static void
take_rows(CoexInboxSource *inbox, const CoexInboxPage *page)
{
    CoexInboxPlace place = inbox->place;
    gboolean is_last = inbox->step != COEX_INBOX_ASK_PAGE || inbox->span.offset == 0;
    gboolean is_whole = !inbox->is_dirty || is_last_try(inbox);

    inbox->span_newest = MAX(inbox->span_newest, page->newest);
    if (!inbox->is_check && is_last && is_whole)
        place.newest = MAX(place.newest, MIN(inbox->span_newest, coex_inbox_source_now(inbox)));
    coex_inbox_source_keep(inbox, page->bodies, &place, after_page);
}

/* The reading begins at the end that is the oldest, so that what is older comes first. */
static void
begin_at_end(CoexInboxSource *inbox, guint end)
{
    inbox->span.offset = end - MIN(end, inbox->span.limit);
    coex_inbox_source_ask(inbox, COEX_INBOX_ASK_PAGE);
}

/* The newest page: all of it, or not. */
static void
take_first_page(CoexInboxSource *inbox, const CoexInboxPage *page)
{
    inbox->count = page->count;
    if (page->count <= page->n_rows || page->n_rows == 0) {
        inbox->is_short = page->count > page->n_rows;
        inbox->is_dirty = inbox->is_short;
        take_rows(inbox, page);
        return;
    }
    inbox->span.limit = page->n_rows;
    if (inbox->span.before == 0)
        inbox->span.before = page->newest;
    begin_at_end(inbox, (guint)page->count);
}

/* There is nothing where the count says that there is: the end is looked for, between what has rows
 * and what has none. */
static void
look_for_end(CoexInboxSource *inbox, gboolean has_rows)
{
    if (has_rows)
        inbox->has_rows = inbox->span.offset;
    else
        inbox->has_none = inbox->span.offset;
    if (inbox->has_none - inbox->has_rows > 1) {
        inbox->span.offset = inbox->has_rows + (inbox->has_none - inbox->has_rows) / 2;
        coex_inbox_source_ask(inbox, COEX_INBOX_ASK_END);
        return;
    }
    begin_at_end(inbox, inbox->has_none);
}

/* What came in between has moved the rest towards the end: that much is read once more, and all of
 * it too, since it may lie behind. */
static void
take_page(CoexInboxSource *inbox, const CoexInboxPage *page)
{
    gint64 growth = page->count - inbox->count;

    inbox->is_short |= page->n_rows < inbox->span.limit;
    inbox->is_dirty |= growth != 0 || inbox->is_short;
    if (page->n_rows == 0 && inbox->span.offset > inbox->span.limit) {
        inbox->has_rows = 0;
        look_for_end(inbox, FALSE);
        return;
    }
    if (growth > 0)
        inbox->span.offset += (guint)growth;
    inbox->count = page->count;
    take_rows(inbox, page);
}

/* ---- whether something came late ---- */

/* Where nobody rang, what was sent has got its ticks in silence. */
static void
begin_check(CoexInboxSource *inbox, gboolean is_as_before)
{
    gint64 until = inbox->next_place.until;
    gint64 since = inbox->place.from;

    if (is_as_before)
        since = MIN(inbox->place.until - OVERLAP_S, inbox->was_deaf ? until - TICKS_S : G_MAXINT64);
    begin_reading(inbox, since, until, TRUE);
}

static void
take_count(CoexInboxSource *inbox, const CoexInboxPage *page)
{
    if (inbox->step == COEX_INBOX_ASK_AGAIN) {
        begin_check(inbox, page->count == inbox->place.count);
        return;
    }
    inbox->next_place.count = page->count;
    if (inbox->place.count < 0)
        begin_check(inbox, FALSE);
    else
        coex_inbox_source_ask(inbox, COEX_INBOX_ASK_AGAIN);
}

/* ---- questions and answers ---- */

CoexRequest *
coex_inbox_source_ask_rows(CoexInboxSource *inbox)
{
    gint64 now = coex_inbox_source_now(inbox);
    CoexInboxSpan span = inbox->span;

    switch (inbox->step) {
    case COEX_INBOX_ASK_ALL:
        inbox->next_place =
            (CoexInboxPlace){ 0, MAX(inbox->place.from, now - CHECKED_S), now - CLOSED_S, -1 };
        span = (CoexInboxSpan){ inbox->next_place.from, inbox->next_place.until, 1, 0 };
        break;
    case COEX_INBOX_ASK_AGAIN:
        span = (CoexInboxSpan){ inbox->place.from, inbox->place.until, 1, 0 };
        break;
    case COEX_INBOX_ASK_END:
        span.limit = 1;
        break;
    case COEX_INBOX_ASK_USER:
    case COEX_INBOX_ASK_NUMBER:
    case COEX_INBOX_ASK_NEW:
    case COEX_INBOX_ASK_PAGE:
    case COEX_INBOX_ASK_CHECK:
        break;
    }
    return coex_inbox_ask_rows(&inbox->access, &span);
}

void
coex_inbox_source_take_rows(CoexInboxSource *inbox, const CoexResponse *response)
{
    const CoexInboxOwner owner = { inbox->number, inbox->phone_number_id };
    g_auto(CoexInboxPage) page = { 0 };
    g_autoptr(GError) error = NULL;

    if (!coex_inbox_read_page(response, &owner, &page, &error)) {
        coex_inbox_source_fail(inbox, COEX_INBOX_STRANGE, error->message, 0);
        return;
    }
    if (inbox->n_read >= PAGES_MAX) {
        coex_inbox_source_fail(inbox, COEX_INBOX_STRANGE, _("its list has no end"), 0);
        return;
    }
    inbox->n_read++;
    coex_inbox_tell_left_out(inbox, &page);
    switch (inbox->step) {
    case COEX_INBOX_ASK_ALL:
    case COEX_INBOX_ASK_AGAIN:
        take_count(inbox, &page);
        break;
    case COEX_INBOX_ASK_END:
        look_for_end(inbox, page.n_rows > 0);
        break;
    case COEX_INBOX_ASK_PAGE:
        take_page(inbox, &page);
        break;
    case COEX_INBOX_ASK_NEW:
    case COEX_INBOX_ASK_CHECK:
        take_first_page(inbox, &page);
        break;
    case COEX_INBOX_ASK_USER:
    case COEX_INBOX_ASK_NUMBER:
        break;
    }
}

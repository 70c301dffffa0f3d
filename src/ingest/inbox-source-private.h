// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/inbox.h"
#include "core/retry.h"
#include "core/trouble.h"
#include "ingest/inbox-source.h"

/* What the files of the Inbox's source share. */

typedef struct CoexBell CoexBell;
typedef struct CoexHttp CoexHttp;

/* What is wrong with the Inbox, each told once until it is well again. */
typedef enum {
    COEX_INBOX_WELL,
    COEX_INBOX_AWAY,
    COEX_INBOX_STRANGE, /* it answers, but not as an Inbox */
    COEX_INBOX_WRONG_TOKEN,
    COEX_INBOX_WRONG_URL,
    COEX_INBOX_OTHER_NUMBER,
    COEX_INBOX_NO_LIST, /* it lists one conversation at a time alone */
} CoexInboxTrouble;

typedef enum {
    COEX_INBOX_ASK_USER,
    COEX_INBOX_ASK_NUMBER,
    COEX_INBOX_ASK_NEW,   /* what is newer, its newest page */
    COEX_INBOX_ASK_PAGE,  /* the rest of it, or of a check, from its oldest page on */
    COEX_INBOX_ASK_END,   /* whether there is a row so far from the newest */
    COEX_INBOX_ASK_ALL,   /* how many there are in all that lies behind us now */
    COEX_INBOX_ASK_AGAIN, /* how many there are in what lay behind us at the last check */
    COEX_INBOX_ASK_CHECK, /* the newest page of what is read again */
} CoexInboxStep;

/* Where the Inbox was read to, as the setting keeps it. */
typedef struct {
    gint64 newest; /* seconds since 1970 */
    gint64 from;   /* of what was counted last */
    gint64 until;
    gint64 count; /* -1: nothing was */
} CoexInboxPlace;

struct CoexInboxSource {
    guint refs; /* its own, and one of each answer or commit that is awaited */
    gboolean over;
    CoexSource *source;
    CoexInboxSpec spec; /* its strings owned by the following */
    CoexInbox access;
    char *number;
    char *phone_number_id;
    char *host;
    CoexHttp *http;
    CoexBell *bell;
    CoexInboxPlace place;
    GHashTable *known; /* key of 32 bytes, as hex */
    guint n_frames;

    /* The question under way. */
    CoexInboxStep step;
    gboolean is_asking;
    gboolean rung;  /* since it was asked */
    CoexPace pace;  /* of the questions that rings bring about */
    gint64 hold_us; /* monotonic: the Inbox wants to be left alone until then; 0 */
    guint n_quiet;  /* turns in a row that nobody rang for, and that brought nothing */

    /* The reading that it is part of. */
    CoexInboxSpan span;
    gint64 count;
    gint64 span_newest;
    gboolean is_check;
    gboolean is_dirty; /* the count changed, or did not fit the rows */
    gboolean is_short; /* there were fewer rows than it said */
    guint n_dirty[2];  /* readings in a row, of either kind */
    guint n_new;       /* deliveries that were not here yet */
    guint n_read;      /* pages */
    guint has_rows;    /* where the end is looked for */
    guint has_none;
    CoexInboxPlace next_place; /* of a check */

    GSource *next;
    GSource *look;
    gint64 slept_us;
    gint64 checked_us; /* 0: not in this login */
    guint page_rows;   /* to ask for */
    gboolean was_deaf; /* nobody rang for a while, since the last check */
    guint n_failures;  /* in a row */
    CoexTrouble trouble;
    gboolean was_away; /* since then: */
    guint n_meanwhile;
    gboolean told_foreign;
    gboolean told_unreadable;
    gboolean told_short;
    gboolean told_part;

    gboolean seen_number;
};

/* ---- inbox-source.c: questions, and when they are asked ---- */

CoexInboxSource *coex_inbox_source_ref(CoexInboxSource *inbox);
void coex_inbox_source_unref(CoexInboxSource *inbox);
/* Seconds since 1970. */
gint64 coex_inbox_source_now(const CoexInboxSource *inbox);
void coex_inbox_source_ask(CoexInboxSource *inbox, CoexInboxStep step);
/* Tells it, and asks again later. WELL: what is wrong is told already. */
void coex_inbox_source_fail(CoexInboxSource *inbox, CoexInboxTrouble trouble, const char *why,
                            gint64 at_least_s);
/* All is read: the next question waits for a ring, or a while. */
void coex_inbox_source_end_turn(CoexInboxSource *inbox);

/* ---- inbox-read.c: what is read, and how far ---- */

/* @text NULL: nowhere yet. */
void coex_inbox_place_read(CoexInboxPlace *place, const char *text, gint64 now);
/* Free with g_free(). */
char *coex_inbox_place_dup(const CoexInboxPlace *place);
gboolean coex_inbox_place_is_same(const CoexInboxPlace *a, const CoexInboxPlace *b);
/* Begins to read what is new. */
void coex_inbox_source_poll(CoexInboxSource *inbox);
/* The question of the present step, where that is about rows. */
CoexRequest *coex_inbox_source_ask_rows(CoexInboxSource *inbox);
/* Its answer. */
void coex_inbox_source_take_rows(CoexInboxSource *inbox, const CoexResponse *response);

/* ---- inbox-keep.c: to the disk ---- */

/* Commits @bodies (NULL: none) and @place, and then calls @then. */
void coex_inbox_source_keep(CoexInboxSource *inbox, GPtrArray *bodies, const CoexInboxPlace *place,
                            void (*then)(CoexInboxSource *inbox));
/* A row that gets another status stands where it stood: the frame alone tells of it. */
void coex_inbox_source_keep_frame(CoexInboxSource *inbox, GBytes *statuses);

/* ---- inbox-told.c: what the user hears of it ---- */

/* A sentence. */
void coex_inbox_tell(CoexInboxSource *inbox, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* What is the same trouble is told once, and one that comes and goes not over and over. @why: what
 * was found, for AWAY a sentence; NULL where the trouble says all. */
void coex_inbox_tell_trouble(CoexInboxSource *inbox, CoexInboxTrouble trouble, const char *why);
/* All that it had is here. */
void coex_inbox_tell_back(CoexInboxSource *inbox);
/* What of a page was not taken. */
void coex_inbox_tell_left_out(CoexInboxSource *inbox, const CoexInboxPage *page);

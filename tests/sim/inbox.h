// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 360dialog's Inbox of one number, on loopback, in a thread of its own: takes the number's webhooks
 * at its URL, keeps their messages as rows, hands these out to who has the token, and rings at its
 * WebSocket, honestly or not. Strict: what the documented client would not ask is counted as a
 * complaint. Shares no code with the plugin.
 */
#pragma once

#include <glib.h>

typedef struct CoexSimInbox CoexSimInbox;

typedef enum {
    COEX_SIM_INBOX_HONEST,
    COEX_SIM_INBOX_AWAY,    /* 503; webhooks are taken */
    COEX_SIM_INBOX_BUSY,    /* 429 with Retry-After: 1 */
    COEX_SIM_INBOX_REFUSES, /* 401, whatever the token */
    COEX_SIM_INBOX_LOST,    /* 404 */
    COEX_SIM_INBOX_PAGE,    /* a page of HTML */
    COEX_SIM_INBOX_REDIRECTS,
    COEX_SIM_INBOX_NO_LIST, /* 400 without wa_id */
    COEX_SIM_INBOX_SHORT,   /* counts more than it hands out */
    COEX_SIM_INBOX_BOASTS,  /* counts a million */
    COEX_SIM_INBOX_REPEATS, /* each row twice */
    COEX_SIM_INBOX_FLOODS,  /* far more rows than were asked for */
    COEX_SIM_INBOX_ENDLESS,
    COEX_SIM_INBOX_DEEP,       /* JSON in JSON in JSON */
    COEX_SIM_INBOX_BREAKS_OFF, /* in the middle of an answer */
    COEX_SIM_INBOX_FOREIGN,    /* the rows are another number's */
    COEX_SIM_INBOX_NAMELESS,   /* their messages have no id */
    COEX_SIM_INBOX_ONE_ID,     /* their messages have one and the same */
} CoexSimInboxMood;

/* What its WebSocket does. */
typedef enum {
    COEX_SIM_BELL_RINGS,
    COEX_SIM_BELL_DEAF, /* there is none */
    COEX_SIM_BELL_SILENT,
    COEX_SIM_BELL_FLOODS,    /* thousands of frames at a time */
    COEX_SIM_BELL_PINGS,     /* of the protocol, without end */
    COEX_SIM_BELL_OVERSIZED, /* a frame of 4 MB */
    COEX_SIM_BELL_JUNK,      /* no JSON, and no UTF-8 */
    COEX_SIM_BELL_FOREIGN,   /* another number's statuses, which say that all failed */
    COEX_SIM_BELL_BARE,      /* without what happened in it, as stacks did before April 2026 */
} CoexSimBellMood;

/* Of +@number (digits), at http://127.0.0.1:<port>. */
CoexSimInbox *coex_sim_inbox_new(const char *number, const char *token);
/* Asserts that nothing was asked that is not documented. */
void coex_sim_inbox_free(CoexSimInbox *inbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexSimInbox, coex_sim_inbox_free)
/* Both live for ever. */
const char *coex_sim_inbox_get_url(const CoexSimInbox *inbox);
const char *coex_sim_inbox_get_webhook(const CoexSimInbox *inbox);

/* From the next answer on. */
void coex_sim_inbox_set_mood(CoexSimInbox *inbox, CoexSimInboxMood mood);
/* From now on; DEAF: who is connected is cut off. */
void coex_sim_inbox_set_bell(CoexSimInbox *inbox, CoexSimBellMood mood);
/* No more rows than that in one page; 0: as asked for. */
void coex_sim_inbox_clamp(CoexSimInbox *inbox, guint limit);
/* Whether the ends of a span do not count. */
void coex_sim_inbox_set_exclusive(CoexSimInbox *inbox, gboolean exclusive);
/* The user behind the token reads a part of the conversations. */
void coex_sim_inbox_withhold(CoexSimInbox *inbox);
/* Ends and begins again at the same port, with what it has. */
void coex_sim_inbox_kill(CoexSimInbox *inbox);
void coex_sim_inbox_restart(CoexSimInbox *inbox);
/* How often rows were asked for. */
guint coex_sim_inbox_n_asked(CoexSimInbox *inbox);
/* They are asked for for the @n-th time before the time is over. */
gboolean coex_sim_inbox_wait_asked(CoexSimInbox *inbox, guint n, guint timeout_ms);
/* How often somebody has come to the WebSocket with the token. */
guint coex_sim_inbox_n_greeted(CoexSimInbox *inbox);
/* Somebody comes for the @n-th time before the time is over. */
gboolean coex_sim_inbox_wait_greeted(CoexSimInbox *inbox, guint n, guint timeout_ms);

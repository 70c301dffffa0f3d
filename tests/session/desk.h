// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/error.h"
#include "session/session.h"
#include "sim/sim.h"

/* A desk: one business number with its simulated WhatsApp, a private database and a session whose
 * observer writes everything down. Tests are verbs on it: do something on one side, wait for what
 * must be told on the other. Waiting runs the default main context and fails the test after
 * DESK_PATIENCE_MS with a list of what was told instead. Whatever is told and never waited for
 * fails the test at its end, and so do complaints of the simulated number, timers and threads left
 * behind.
 *
 * People are named by the simulator's handles: ada and ben (number and BSUID), carla (BSUID and
 * username only), dana (number only, never wrote), fay (the fence, see desk_fence()). */

#define DESK_PATIENCE_MS (30000 * TEST_SLOWNESS)

typedef enum {
    DESK_PROGRESS,
    DESK_ONLINE,
    DESK_FAILED,
    DESK_PERSON,
    DESK_FEED,
    DESK_PROMPT,
    DESK_PROMPT_OVER,
    DESK_NOTICE,
    DESK_CATALOGUE,
    DESK_ASK,
    DESK_PAST,
    DESK_FACTS,
    DESK_FORGET,
    DESK_TRANSFER,
    DESK_FETCH,
    DESK_TICK,
    DESK_EXAMINED,
    DESK_BLOCKS,
    DESK_PICTURE,
    DESK_NAME,
    DESK_KINDS,
} DeskKind;

/* One call of the observer; members that its kind does not use are NULL or 0. */
typedef struct {
    DeskKind kind;
    char *name;   /* buddy name, NULL: the account's */
    char *text;   /* what is shown; the error's message; the registered URL */
    char *detail; /* prompt: the reason; feed: the explanation; ask: our URL */
    CoexFeedItem *item;
    gint code; /* of the error */
    gboolean taken;
} DeskEvent;

typedef struct {
    CoexSim *sim;
    gboolean owns_sim;
    CoexSessionConfig config; /* change it before desk_login() */
    CoexSession *session;     /* NULL while logged out */
    GPtrArray *events;        /* DeskEvent, this login's; taken ones too */
    GPtrArray *ignored;       /* globs of notices that may come */
    guint strict;             /* 1 << DeskKind: what must have been waited for */
    char *dir;
    gboolean owns_dir;
    char *listen;
    char *number;
    gint *clock_ahead_s; /* of the session's clock, atomic */
    gboolean logs;       /* asks for the phone's earlier chats for a log */
    guint quit_after;    /* free the session from within that many observer calls; 0: never */
    char *asked_id;      /* of the last question that has an id, NULL */
    guint n_calls;
    guint n_fences;
    guint disk_ms; /* that a logout may last longer, where the disk does not answer */
} Desk;

typedef void (*DeskTest)(Desk *desk);

typedef enum {
    DESK_BOTH,
    DESK_ONLY_META,
    DESK_ONLY_360DIALOG,
} DeskWhere;

/* Registers @test once per provider, each with a desk of its own that is not logged in yet. */
void desk_add(const char *path, DeskTest test);
void desk_add_at(DeskWhere where, const char *path, DeskTest test);

Desk *desk_new(CoexSimProvider provider);
/* A second desk at the same database and listener, for another number. */
Desk *desk_new_beside(const Desk *desk, const CoexSimIdentity *identity);
Desk *desk_new_beside_at(const Desk *desk, CoexSimProvider provider,
                         const CoexSimIdentity *identity);
/* A second desk for the same number, with a database of its own: it listens nowhere. Goes before
 * @desk does. */
Desk *desk_new_elsewhere(const Desk *desk);
void desk_free(Desk *desk); /* logs out and asserts that nothing is left */
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Desk, desk_free)

/* ---- life ---- */

void desk_start(Desk *desk);
void desk_prepare(Desk *desk); /* a session that logs nobody in */
void desk_login(Desk *desk);   /* start and wait until online */
void desk_logout(Desk *desk);  /* what was told and not waited for fails the test here */
void desk_restart(Desk *desk);

/* ---- the clock ---- */

/* Time passes, for us and for WhatsApp. No request may be under way (desk_wait_catalogue() after a
 * login): an answer from before the jump would look like a wrong clock. */
void desk_advance(Desk *desk, gint64 seconds);
/* Only our clock. */
void desk_set_clock_ahead(Desk *desk, gint seconds);
/* A disk without room: no file of this process, any thread's, grows beyond @bytes; 0: it has room.
 */
void desk_limit_files(gsize bytes);

/* ---- waiting; each takes what it waited for, returned events belong to the desk ---- */

/* The next line of that person's conversation must be this one. */
const DeskEvent *desk_wait_feed(Desk *desk, CoexFeedKind kind, const char *who, const char *glob);
/* A line of that conversation, not necessarily the next. */
const DeskEvent *desk_wait_any_feed(Desk *desk, CoexFeedKind kind, const char *who,
                                    const char *glob);
/* @who NULL: a line for the account. */
const DeskEvent *desk_wait_notice(Desk *desk, const char *who, const char *glob);
/* How far what was sent has come. */
const DeskEvent *desk_wait_tick(Desk *desk, const char *who, const char *glob);
const DeskEvent *desk_wait_prompt(Desk *desk, const char *who, const char *glob);
void desk_wait_prompt_over(Desk *desk, const char *who);
const DeskEvent *desk_wait_failed(Desk *desk, CoexErrorCode code, const char *glob);
const DeskEvent *desk_wait_ask(Desk *desk, const char *registered);
/* Of a file on its way out: "7 runs", "7 sent", "7 kept", "7 failed". */
const DeskEvent *desk_wait_transfer(Desk *desk, const char *glob);
/* Of a file that comes, and takes long: "image #17, 1 of 3 MB runs", "... here", "... failed", with
 * " asked" where it was. */
const DeskEvent *desk_wait_fetch(Desk *desk, const char *who, const char *glob);
const DeskEvent *desk_wait_catalogue(Desk *desk);
/* The name under which customers see the business. */
const DeskEvent *desk_wait_name(Desk *desk, const char *glob);
/* The business's own picture: "40 bytes", or "none". */
const DeskEvent *desk_wait_picture(Desk *desk, const char *glob);
/* What a search found: from or to whom, a line each, @who NULL: for the account. Earlier lines,
 * "in: …", "phone: …", "out: …", "failed: …", "unconfirmed: …" or
 * "notice: …", a line each, as in "in (edited) (deleted) (to quoted words): …". */
const DeskEvent *desk_wait_past(Desk *desk, const char *who, const char *glob);
/* "Label: text", a line each; @who NULL: of the account. */
const DeskEvent *desk_wait_facts(Desk *desk, const char *who, const char *glob);
/* Of an examination: its next line that matches; the last has all of them as its detail. */
const DeskEvent *desk_wait_examined(Desk *desk, const char *glob);
/* The person is to be forgotten; whoever waits answers with coex_session_forgotten(). The detail:
 * all that leads to the person, with blanks between. */
const DeskEvent *desk_wait_forget(Desk *desk, const char *who);
/* What the chat program's block list is to show: of @who "blocked" or "free"; NULL: the names of
 * all who are blocked, with blanks between. */
const DeskEvent *desk_wait_blocks(Desk *desk, const char *who, const char *glob);
/* Until the mirror shows it; @label and @last_state are globs. */
void desk_wait_window(Desk *desk, const char *who, gboolean open);
void desk_wait_label(Desk *desk, const char *who, const char *label);
void desk_wait_state(Desk *desk, const char *who, const char *last_state);
/* What the API accepts next; free with coex_sim_request_free(). */
CoexSimRequest *desk_wait_sent(Desk *desk, const char *who, const char *text);
/* Until @what was asked of the API @n times since the start. */
void desk_wait_requests(Desk *desk, const char *what, guint n);
/* Until @condition holds. @what says it in the failure. */
void desk_wait_until(Desk *desk, gboolean (*condition)(Desk *desk), const char *what);
/* Until no copy of a file waits to leave any more. */
void desk_wait_no_copies(Desk *desk);
/* Runs the main loop until @ms have passed: only where nothing can be waited for. */
void desk_run_ms(Desk *desk, guint ms);

/* Everything that was delivered before has been applied and told when this returns. */
void desk_fence(Desk *desk);

/* Ends the test with this and a list of what was told. */
void desk_fail(const Desk *desk, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* ---- looking ---- */

/* How many events of that kind with that glob were told in this login, taken or not. */
guint desk_count(const Desk *desk, DeskKind kind, const char *who, const char *glob);
const char *desk_name(const char *who); /* buddy name of a handle */
const CoexPersonView *desk_view(Desk *desk, const char *who);
/* What its presence says. */
void desk_assert_label(Desk *desk, const char *who, const char *glob);
const CoexTemplate *desk_template(Desk *desk, const char *name, const char *language);
gboolean desk_is_meta(const Desk *desk);

/* ---- doing ---- */

/* Notices that match may come, or not. */
void desk_ignore(Desk *desk, const char *glob);
gboolean desk_is_ignored(const Desk *desk, const DeskEvent *event);
/* Typed in the client. */
void desk_send(Desk *desk, const char *who, const char *markup);
/* The person writes, and it is shown: the window is open. */
void desk_hear(Desk *desk, const char *who, const char *text);
/* WhatsApp delivers one message object of field `messages`, @rest in it, dated @ago_s ago; @extra:
 * what stands beside `messages`, with a comma after it. */
void desk_deliver(Desk *desk, const char *extra, const char *token, gint64 ago_s, const char *rest);
/* Typed and shown. */
void desk_say(Desk *desk, const char *who, const char *text);
/* The API accepts it next. */
void desk_take(Desk *desk, const char *who, const char *text);
/* Typed, accepted, and then a status says that it failed. Returns the line. */
const DeskEvent *desk_say_in_vain(Desk *desk, const char *who, const char *text, int code);
void desk_resend(Desk *desk, const char *who);
/* Of a line's flags those that say what it offers. */
guint desk_get_offers(const DeskEvent *line);
void desk_assert_nothing_kept(Desk *desk, const char *who);

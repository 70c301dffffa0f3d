// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "account/events.h"
#include "core/catalogue.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "session/config.h"

typedef struct CoexCosts CoexCosts;
typedef struct CoexPayload CoexPayload;

/* One account's life as the chat program sees it. All functions are called, and all observer calls
 * come, in the main thread and its default main context; nothing here blocks on network, disk or
 * parsing. Hides the engine thread, the hub that receives for all accounts of the process, the
 * store and the outbox. */

#define COEX_CATALOGUE_FRESH_S (10 * 60)

/* What the session tells, in the order in which it came to pass. @event is the observer's during
 * the call; it may free the session from within. */
typedef void (*CoexSessionObserver)(const CoexSessionEvent *event, gpointer user_data);

/* What a login would find wrong with the options about the way to the provider and back: FALSE and
 * COEX_ERROR_INVALID_INPUT, with a sentence that marks the option (core/option-name.h). */
gboolean coex_session_check_options(const CoexSessionConfig *config, GError **error);

/* Nothing starts yet. What it tells calls options as @config says. */
CoexSession *coex_session_new(const CoexSessionConfig *config, CoexSessionObserver observer,
                              gpointer user_data);

/* Starts the login; ends in online or failed within 20 s, and 6 s more where another
 * program has the database and may be about to end. */
void coex_session_start(CoexSession *session);

/* Stops and frees at any moment; no observer call comes any more, not even from within one. What
 * was not finished goes on at the next login. Ends the threads with the last session (under 0.2 s).
 */
void coex_session_free(CoexSession *session);

/* A text typed for @name (digits, BSUID or a typed number; a new person is made) in the host's
 * markup. Everything that follows comes as a FEED, PROMPT or
 * NOTICE. FALSE and
 * COEX_ERROR_INVALID_INPUT for a name that is no address or a text that is empty. */
gboolean coex_session_send(CoexSession *session, const char *name, const char *markup,
                           GError **error);

/* As coex_session_send(), of a text that whoever sends it shows: no line comes for it. */
gboolean coex_session_send_shown(CoexSession *session, const char *name, const char *markup,
                                 GError **error);

/* A file of the user's for @name, with the words beside it as plain text (NULL: none). It is
 * copied at once, and its own line and all that follows come as FEED and NOTICE. @transfer: names
 * it in TRANSFER and to coex_session_cancel_file(), 0: nobody asks. FALSE and
 * COEX_ERROR_INVALID_INPUT for a name that is no address or a caption that is too long. */
gboolean coex_session_send_file(CoexSession *session, const char *name, const char *path,
                                const char *caption, guint transfer, GError **error);
/* The same of any sound, to be a voice message. */
gboolean coex_session_send_voice(CoexSession *session, const char *name, const char *path,
                                 guint transfer, GError **error);
/* The same of a picture in memory, @content, which is called @file_name. */
gboolean coex_session_send_picture(CoexSession *session, const char *name, const char *file_name,
                                   GBytes *content, const char *caption, GError **error);
/* As that, of one that whoever sends it shows: no line comes for it. */
gboolean coex_session_send_picture_shown(CoexSession *session, const char *name,
                                         const char *file_name, GBytes *content,
                                         const char *caption, GError **error);
/* The same, held until the person writes. */
gboolean coex_session_hold_picture(CoexSession *session, const char *name, const char *file_name,
                                   GBytes *content, const char *caption, GError **error);
/* Drops it, unless it is being sent already; a line says so. */
void coex_session_cancel_file(CoexSession *session, guint transfer);

/* A text that quotes a message, and a reaction to one, or its end: @words as for
 * coex_outbox_reply() and its neighbours. A NOTICE says why it cannot be done. */
void coex_session_reply(CoexSession *session, const char *name, const char *words);
void coex_session_react(CoexSession *session, const char *name, const char *words);
void coex_session_unreact(CoexSession *session, const char *name, const char *words);

/* Anything else that can be sent, but for a mark. FALSE as for coex_session_send(). */
gboolean coex_session_send_payload(CoexSession *session, const char *name,
                                   const CoexPayload *payload, GError **error);
/* Sends the message of the conversation @name that @which names, as in core/which.h, also to
 * @target. A NOTICE says what became of it. */
void coex_session_forward(CoexSession *session, const char *name, const char *which,
                          const char *target);

/* Sends an approved template with checked values (one per variable). Parked texts of the person
 * that were used as a value are dropped; others come back as a line. */
gboolean coex_session_send_template(CoexSession *session, const char *name,
                                    const CoexTemplate *template_, const char *const *values,
                                    GError **error);

/* The verbs of /hold, /cancel, /resend, /discard, /held: on the person's parked or last failed
 * texts; each answers with a notice when there is nothing to do. @name of held may be NULL:
 * everybody. */
void coex_session_hold(CoexSession *session, const char *name);
void coex_session_cancel(CoexSession *session, const char *name);
void coex_session_resend(CoexSession *session, const char *name);
void coex_session_discard(CoexSession *session, const char *name);
void coex_session_list_held(CoexSession *session, const char *name);
/* Changes, drops or sends what has that number in the list of what is held: "2 edit TEXT", "2
 * drop", "2 send".
 */
void coex_session_change_held(CoexSession *session, const char *name, const char *words);
/* Keeps @markup until the person writes, whatever the window is. */
gboolean coex_session_hold_text(CoexSession *session, const char *name, const char *markup,
                                GError **error);

/* Asks for the newest @limit lines with the person that are older than @before (seconds since 1970,
 * 0: all); PAST follows, or, with @on_demand and where there are none, a NOTICE. */
void coex_session_recall(CoexSession *session, const char *name, guint limit, gint64 before,
                         gboolean on_demand);
/* A conversation with the person is @open: what is sent to many stands in it from then on. Or it is
 * gone: earlier lines come again with the next message. */
void coex_session_note_open(CoexSession *session, const char *name, gboolean open);

/* Keeps a line of ours that is shown in the conversation after the next login; @name NULL: a notice
 * of the account. */
void coex_session_keep_line(CoexSession *session, const char *name, const char *text);

/* Orders the template for all of @buddies, which are names and what the user calls each ("" for
 * nothing) in turn and which it takes, of the group @group: ASK_BROADCAST follows, or a NOTICE. In
 * @values "{name}" stands for each one's name. @name: of the person in whose conversation the lines
 * come, NULL: the account's, here and in the next. */
void coex_session_plan_broadcast(CoexSession *session, const char *name, const char *group,
                                 const CoexTemplate *template_, const char *const *values,
                                 char **buddies);
/* @id: of the question that BEGIN and CANCEL answer, else NULL. */
void coex_session_broadcast(CoexSession *session, const char *name, CoexBroadcastStep step,
                            const char *id);

/* Blocks the person, also who is not known, at WhatsApp, or ends that; BLOCKS follows, with a
 * NOTICE. */
void coex_session_block(CoexSession *session, const char *name, gboolean block);

/* The user types to the person; what the option `typing` says of it is done. */
void coex_session_note_typing(CoexSession *session, const char *name);

/* The user saw the conversation. */
void coex_session_mark_seen(CoexSession *session, const char *name);
/* What the person wrote at @time was shown where nobody looks. */
void coex_session_mark_unseen(CoexSession *session, const char *name, gint64 time);

/* The user put the person into the buddy list, or took the person out (until the person writes). */
void coex_session_pin(CoexSession *session, const char *name);
void coex_session_unlist(CoexSession *session, const char *name);

/* Forgets the person, with all messages, files and what waits: FORGET follows, or a NOTICE that
 * says why not yet. */
void coex_session_forget(CoexSession *session, const char *name);
/* The answer to FORGET, with its `text`: the chat program has nothing of the person any more. A
 * notice tells the end. */
void coex_session_forgotten(CoexSession *session, const char *name);

/* The chat program calls the person by @nick: the user renamed it, or another protocol's contact
 * has the one that was given. Kept. */
void coex_session_take_nick(CoexSession *session, const char *name, const char *nick);

/* The file that is being fetched as @transfer (COEX_SESSION_FETCH) is not wanted any more; a line
 * says how to get it later. */
void coex_session_cancel_fetch(CoexSession *session, guint transfer);

/* Fetches a file of the conversation, or shows where it is: @which as in core/which.h. */
void coex_session_get_file(CoexSession *session, const char *name, const char *which,
                           gboolean play);

/* Asks the provider for the templates; CATALOGUE follows. */
void coex_session_refresh_templates(CoexSession *session);
/* The newest catalogue, NULL before the first. Borrowed. */
CoexCatalogue *coex_session_get_catalogue(CoexSession *session);
/* The templates that were sent lately, as for coex_catalogue_rank(). Borrowed; NULL before the
 * first catalogue. */
const char *const *coex_session_get_recent_templates(CoexSession *session);
/* Whether it is older than 10 minutes. */
gboolean coex_session_is_catalogue_stale(CoexSession *session);

/* The person by buddy name or any typed form of the number; NULL if unknown. Borrowed until control
 * returns to the main loop. */
const CoexPersonView *coex_session_find_person(CoexSession *session, const char *name);

/* Our time, corrected by the provider's clock. */
gint64 coex_session_get_time(CoexSession *session);

/* Asks what is known of the person beside the view: addresses, names, messages, sends; @name NULL:
 * of the account. FACTS follows. */
void coex_session_describe(CoexSession *session, const char *name);

/* Lists the last texts to the person and what became of each, in a NOTICE. */
void coex_session_list_sends(CoexSession *session, const char *name);

/* One line for /window. Free with g_free(). */
char *coex_session_describe_window(CoexSession *session, const char *name);

/* What messages cost, NULL: not read yet. Borrowed until control returns to the main loop. */
const CoexCosts *coex_session_get_costs(CoexSession *session);
/* The lines of /cost. Free with g_free(). */
char *coex_session_describe_costs(CoexSession *session);

/* Of the phone's earlier chats for the log, a day after the other. PAST_LOG follows, or nothing:
 * there are none; and PAST_LOG_BEGUN, so that what a kill leaves of a log is known, after BEGIN
 * with the @time of that log, which is 0 otherwise. */
void coex_session_log_next(CoexSession *session, CoexLogStep step, gint64 time);

/* Looks for words in all messages, blank: for more of the last ones; told in the conversation
 * @name, NULL: for the account. FOUND follows, or a line. */
void coex_session_search(CoexSession *session, const char *name, const char *words);

/* Asks WhatsApp for the phone's contacts and history, told to by the user; not @sure: ASK_SYNC
 * asks first. */
void coex_session_synchronise(CoexSession *session, gboolean sure);

/* Changes the profile that customers see: names of its parts and new values in turn, as
 * coex_profile_check() gives them. A NOTICE says what came of it. */
void coex_session_change_profile(CoexSession *session, const char *const *changes);

/* The user's answer to ASK_WEBHOOK; a no is remembered for that registered URL. */
void coex_session_answer_webhook(CoexSession *session, const char *registered_url, gboolean yes);
/* Registers again, or asks again, also after a no (account action). */
void coex_session_register_webhook(CoexSession *session);

/* Looks at the whole connection, and changes nothing; EXAMINED follows, a line after the other.
 * Also before coex_session_start(), or without it: then what only the database knows is not
 * checked. Not
 * @go_on: an examination that runs ends with what was found so far. One at a time. */
void coex_session_examine(CoexSession *session, gboolean go_on);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "event.h"

/* A chat program under a test's control: coex-headless in a process of its own, so that it can be
 * killed at any instant and started again on the same profile. Verbs say what the user does; what
 * the user is shown comes as events, waited for by condition, never by time. A wait that is not
 * fulfilled prints all events and the end of the debug log, and fails the test at once. */

typedef struct Host Host;

/* Milliseconds after which a wait has failed. */
#define HOST_PATIENCE_MS (40000 * TEST_SLOWNESS)

/* @ui_id: NULL for a host with forms and commands, "BitlBee" for one that behaves as that does.
 * @profile: a folder that outlives the host, or NULL for one of its own. Nothing is started yet. */
Host *host_new(const char *ui_id, const char *profile);

/* Ends the process in order, checks that it left nothing (timers, watches, forms, threads, no
 * GLib critical, the key told nowhere), and frees. Accepts NULL. */
void host_free(Host *host);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Host, host_free)

/* Another plugin than the built one, and its protocol id. */
void host_load_plugin(Host *host, const char *path, const char *protocol);

/* Called when a test fails, to print what else is known to stderr. */
void host_set_witness(Host *host, void (*print)(gpointer user_data), gpointer user_data);

/* An account with its options as pairs of key and value, before the first login. */
void host_account(Host *host, const char *number, const char *password, ...) G_GNUC_NULL_TERMINATED;
/* Another value for the account's option from the next start on; NULL as Pidgin stores a list in
 * which nothing is chosen. */
void host_set_option(Host *host, const char *number, const char *key, const char *value);
void host_set_password(Host *host, const char *number, const char *password);

const char *host_get_profile(const Host *host);

/* ---- life ---- */

/* Starts the process and waits until the plugin is loaded; done by host_login() too. */
void host_start(Host *host);
/* Logs in without waiting; the first account, or the one last used. */
void host_login(Host *host);
/* The same and waits for connected. */
void host_go_online(Host *host);
/* Logs out and waits for disconnected, which it gives. */
const HostEvent *host_logout(Host *host);
/* Ends in order and checks as host_free() does; the profile stays. */
void host_quit(Host *host);
/* kill -9: events already shown are still read. */
void host_kill(Host *host);
/* Which account the verbs are for from now on. */
void host_use(Host *host, const char *number);

/* ---- what the user does ---- */

/* Types a line and sends it off; a / is a command where the host has such. */
void host_type(Host *host, const char *who, const char *text);
/* The same with formatting, as markup. */
void host_type_html(Host *host, const char *who, const char *html);
/* Another plugin writes into the conversation and sends the same. */
void host_pounce(Host *host, const char *who, const char *text);
/* @path "": the chat program asks for it. */
void host_send_file(Host *host, const char *who, const char *path);
/* Puts the file among the chat program's pictures: the first is number 1, for <IMG ID="1">. */
void host_store_picture(Host *host, const char *path);
/* The user gives the account that icon. */
void host_choose_icon(Host *host, const char *path);
/* The chat program has that library loaded. */
void host_load_library(Host *host, const char *name);
/* And cancels it once host_has_left() told that WhatsApp has it, before the screen knows. */
void host_regret_file(Host *host, const char *who, const char *path);
void host_has_left(Host *host);
/* No file with @words in its path can be read, until this is called with "". */
void host_hang(Host *host, const char *words);
/* Cancels all transfers in their window. */
void host_cancel_transfers(Host *host);
/* Looks at a conversation, or with NULL at none. */
void host_look(Host *host, const char *who);
void host_pick_menu(Host *host, const char *who, const char *entry);
void host_pick_action(Host *host, const char *entry);
void host_remove_buddy(Host *host, const char *who);
/* "Block" and "Unblock", as in a buddy's menu; the block list tells it as EVENT_DENIED. */
void host_block(Host *host, const char *who);
void host_unblock(Host *host, const char *who);
/* The user begins to type, and nothing is sent; the next event tells when the chat program would
 * say so again, as EVENT_COMMAND "typing again in 20 s". */
void host_begin_typing(Host *host, const char *who);
/* @rule "everybody" or "nobody" may write, as in a window about privacy. */
void host_set_privacy(Host *host, const char *rule);
/* Adds somebody, as typed. */
void host_add_buddy(Host *host, const char *who);
/* Makes something of the buddy; gestures as in list.h. */
void host_touch(Host *host, const char *gesture, const char *who);
/* Another plugin does its worst, as in list.h. */
void host_spoil(Host *host, const char *signal, const char *act);
/* What the IRC client of a BitlBee does, as in irc.h. */
void host_irc(Host *host, const char *act);
/* The file of the buddy list, while the process does not run. Free with g_free(). */
char *host_read_list(const Host *host);

/* The newest open request: a row of its list, a field by id or label, a button. */
void host_request_select(Host *host, const char *row);
void host_request_set(Host *host, const char *field, const char *value);
void host_request_press(Host *host, const char *button);
void host_request_ok(Host *host);
void host_request_cancel(Host *host);

/* ---- what the user is shown ---- */

/* The first event not yet taken of that kind, person (NULL: any) and text (glob, NULL: any); takes
 * it. Earlier ones that do not fit stay. Borrowed from the host. */
const HostEvent *host_wait_for(Host *host, const char *kind, const char *who, const char *pattern);
/* The same with a limit of its own, and NULL when it has passed. */
const HostEvent *host_try_wait(Host *host, const char *kind, const char *who, const char *pattern,
                               guint timeout_ms);
/* A line shown: @flags must all be among its flags, such as "SEND|REMOTE_SEND". */
const HostEvent *host_wait_message(Host *host, const char *who, const char *flags,
                                   const char *pattern);
/* Waits until the buddy's tooltip has a pair whose value fits. */
void host_wait_tooltip(Host *host, const char *who, const char *pattern);

/* Everything that the process had to say up to this call is read. */
void host_sync(Host *host);
/* Takes all that was told so far: only what comes later is waited for. */
void host_skip(Host *host);
/* How many events fit, taken or not, since the first start; reads what is there. */
guint host_count(Host *host, const char *kind, const char *who, const char *pattern);
/* Messages of all times with all these flags; none of those in @flags_not. */
guint host_count_messages(Host *host, const char *who, const char *flags, const char *flags_not,
                          const char *pattern);
/* The id of the @n-th text field (from 0) of a request event; free with g_free(), NULL if none. */
char *host_request_field(const HostEvent *request, guint n);
/* The list's rows that contain @part. */
guint host_request_n_rows(const HostEvent *request, const char *part);
/* Fails, listing them, if there are messages or requests that were never taken. */
void host_assert_all_taken(Host *host);
/* Fails if anything was shown after @event that is no "disconnected", "closed" or offline status.
 */
void host_assert_silence_since(Host *host, const HostEvent *event);
/* Fails with all events unless @ok holds; @what says what should have. */
void host_assert(Host *host, gboolean ok, const char *what);
#define host_check(host, expression) host_assert(host, (expression), #expression)
/* Fails unless @text stands in the debug log. */
void host_assert_logged(Host *host, const char *text);
/* Waits until it does. */
void host_wait_logged(Host *host, const char *text);
/* Fails if @secret stands in the debug log. */
void host_assert_not_logged(Host *host, const char *secret);
/* Fails if anything was shown with a word in the letters of English, of three or more, but for
 * those of the regular expression @allowed. */
void host_assert_words(Host *host, const char *allowed);
/* Fails if @secret stands there or in anything that the host was told. */
void host_assert_kept(Host *host, const char *secret);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* One request that a listener receives and answers. But for coex_exchange_respond() all belongs to
 * the listener's own thread. */

typedef struct CoexExchange CoexExchange;
typedef struct CoexListenerHandler CoexListenerHandler;

const char *coex_exchange_get_method(const CoexExchange *exchange); /* "GET" or "POST" */
const char *coex_exchange_get_path(const CoexExchange *exchange);   /* decoded, without query */

/* Header by name without regard to case, without the blanks around its value, which are no part of
 * it; NULL when absent. FALSE in @ret_single (may be NULL) when it came more than once: then the
 * value is NULL. Belongs to the exchange. */
const char *coex_exchange_get_header(CoexExchange *exchange, const char *name,
                                     gboolean *ret_single);

/* Decoded; NULL when absent or not UTF-8. */
const char *coex_exchange_get_query(const CoexExchange *exchange, const char *name);

/* The handler's own state of this exchange. @destroy runs when the exchange is over, in whatever
 * thread ends it, also when the client went away in the middle of its body. */
void coex_exchange_set_data(CoexExchange *exchange, gpointer data, GDestroyNotify destroy);
gpointer coex_exchange_get_data(const CoexExchange *exchange);

/* The headers alone prove who this is: the connection keeps its place, however slow. An answer of
 * 2xx proves it too. */
void coex_exchange_set_proven(CoexExchange *exchange);

/* So many connections have a place of their own, beside those that anybody can have. */
#define COEX_EXCHANGE_GUESTS 2000
/* While there are more of them than this, none is kept after its answer: what a connection has once
 * used of its memory it holds as long as it lives. */
#define COEX_EXCHANGE_GUESTS_KEPT 200
/* Of which those who are one and the same have @max together.
 * coex_guests_unref() from any thread; connections hold on to it. */
typedef struct CoexGuests CoexGuests;
CoexGuests *coex_guests_new(guint max);
void coex_guests_unref(CoexGuests *guests);

/* The headers prove that this is one of @guests: it leaves its place to others, and takes one of
 * these. FALSE: all of these are taken, and the answer closes the connection. */
gboolean coex_exchange_make_guest(CoexExchange *exchange, CoexGuests *guests);

/* All that follows is @handler's, borrowed until the listener's end. From within the head only,
 * which then returns what that of @handler does. */
void coex_exchange_hand_over(CoexExchange *exchange, const CoexListenerHandler *handler,
                             gpointer user_data);

/* Plain-text body of the answer; copied. Before coex_exchange_respond(). */
void coex_exchange_set_text(CoexExchange *exchange, const char *text);
/* Likewise, of that type, which is static. A reference is held until it has left, or cannot. */
void coex_exchange_set_answer(CoexExchange *exchange, GBytes *bytes, const char *type);

/* Answers a completed exchange, from any thread, once; the exchange must not be used afterwards. */
void coex_exchange_respond(CoexExchange *exchange, guint status);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <libsoup/soup.h>

/* libsoup's sessions, and so the connections, of one CoexHttp: one session for all that its loop
 * sends, and one for each request that another thread sends. Hides for how long connections are
 * kept. Of use to net/http.c only; belongs to the thread (and its default main context) that made
 * it. */

typedef struct CoexProxy CoexProxy;
typedef struct CoexSessions CoexSessions;

/* @proxy is only read; NULL: none. Free with coex_sessions_free(). */
CoexSessions *coex_sessions_new(const CoexProxy *proxy);
void coex_sessions_free(CoexSessions *sessions);

/* The loop's; to unref. */
SoupSession *coex_sessions_get(CoexSessions *sessions);

/* One that nobody else has, with the connection of the request before, or without; to unref, or to
 * be given back when its request was answered. */
SoupSession *coex_sessions_take(CoexSessions *sessions);
void coex_sessions_give_back(CoexSessions *sessions, SoupSession *session);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "net/http.h"
#include "server.h"

/* Requests to a server, and waiting for what becomes of them. */

#define SECRET "EAAsecretKEY123" /* the key of each request */

/* Made for these tests: self-signed, for the name localhost. */
extern const char certificate_pem[];

/* @base: URL without the path. A send is a POST. */
CoexRequest *make_request(const char *base, gboolean is_send);
CoexRequest *request_to(Server *server, gboolean is_send);

/* For coex_http_send_async(); @user_data: where the result goes. */
void on_done(GObject *source, GAsyncResult *result, gpointer user_data);

/* Runs the loop until there is a result, and takes it. No error text has the key in it. */
CoexResponse *wait_for(GAsyncResult **slot, GError **error);
CoexResponse *perform(CoexHttp *http, const CoexRequest *request, GError **error);
void assert_status(CoexHttp *http, const CoexRequest *request, guint status);

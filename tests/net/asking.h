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

/* A file on its way. */
typedef struct {
    GAsyncResult *result; /* NULL: it is still on its way */
    gsize n_bytes;        /* that have left */
} Upload;

/* @upload stays where it is until upload_wait(). */
void upload_start(Upload *upload, CoexHttp *http, const char *base, const char *path,
                  GCancellable *cancellable);
/* The id that it got; free with g_free(). */
char *upload_wait(Upload *upload, GError **error);
/* Both. */
char *upload(CoexHttp *http, const char *base, const char *path, GError **error);

/* What the tests' own certificate says is believed from here on. To be unlinked at the end, and
 * freed. */
char *trust_tests(void);

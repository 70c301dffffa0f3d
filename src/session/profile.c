// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/profile.h"

#include "account/account.h"
#include "account/call.h"
#include "account/engine.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/profile.h"
#include "net/picture.h"

#define AGAIN_MS (24 * 60 * 60 * 1000) /* no webhook tells that it has changed */
#define RETRY_MS (10 * 60 * 1000)      /* where nobody answered */

struct CoexProfileWatch {
    GSource *again;
    char *picture_url; /* whose picture was told, or is being fetched; NULL: none was */
};

/* ---- the picture ---- */

static void
tell_picture(CoexAccount *account, GBytes *content)
{
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_PICTURE);

    event->content = content != NULL ? g_bytes_ref(content) : NULL;
    coex_account_tell(account, event);
}

static void
on_picture(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(CoexAccount) account = user_data;
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) content = coex_picture_fetch_finish(result, &error);

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (content != NULL) {
        tell_picture(account, content);
        return;
    }
    g_debug("+%s: no picture: %s", account->number, error->message);
    g_clear_pointer(&account->profile_watch->picture_url, g_free);
}

static void
look_at_picture(CoexAccount *account)
{
    CoexProfileWatch *watch = account->profile_watch;
    const char *url = account->profile->picture_url;

    if (g_strcmp0(watch->picture_url, url) == 0)
        return;
    g_free(watch->picture_url);
    watch->picture_url = g_strdup(url);
    if (*url == '\0')
        tell_picture(account, NULL);
    else
        coex_picture_fetch_async(account->http, &account->endpoint, url, account->cancellable,
                                 on_picture, coex_account_ref(account));
}

/* ---- all of it ---- */

typedef struct {
    void (*done)(CoexAccount *account);
} Wait;

static void
on_again(gpointer data)
{
    coex_profile_fetch(data, NULL);
}

static void
look_again(CoexAccount *account, const GError *error)
{
    gboolean unanswered = g_error_matches(error, COEX_ERROR, COEX_ERROR_NETWORK) ||
                          g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY);

    coex_timer_start(&account->profile_watch->again, unanswered ? RETRY_MS : AGAIN_MS, on_again,
                     account);
}

static void
on_profile(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree Wait *wait = data;
    CoexProfile *profile = response != NULL ? coex_api_read_profile(response, error) : NULL;

    if (profile != NULL) {
        coex_profile_free(account->profile);
        account->profile = profile;
        look_at_picture(account);
    } else {
        g_debug("+%s: no profile: %s", account->number, (*error)->message);
    }
    look_again(account, *error);
    if (wait->done != NULL)
        wait->done(account);
}

void
coex_profile_fetch(CoexAccount *account, void (*done)(CoexAccount *account))
{
    g_autoptr(CoexRequest) request = NULL;
    Wait *wait;

    if (account->endpoint.backend->needs_number_id && *account->endpoint.phone_number_id == '\0') {
        if (done != NULL)
            done(account);
        return;
    }
    request = coex_api_get_profile(&account->endpoint);
    wait = g_new(Wait, 1);
    *wait = (Wait){ done };
    coex_account_call(account, request, on_profile, wait, g_free);
}

CoexProfileWatch *
coex_profile_watch_new(void)
{
    return g_new0(CoexProfileWatch, 1);
}

void
coex_profile_watch_stop(CoexProfileWatch *watch)
{
    coex_timer_clear(&watch->again);
}

void
coex_profile_watch_free(CoexProfileWatch *watch)
{
    g_free(watch->picture_url);
    g_free(watch);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/profile.h"

#include "account/account.h"
#include "account/call.h"
#include "account/engine.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/profile-change.h"
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

void
coex_profile_take(CoexAccount *account, CoexProfile *profile)
{
    coex_profile_free(account->profile);
    account->profile = profile;
    look_at_picture(account);
}

static void
on_profile(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autofree Wait *wait = data;
    CoexProfile *profile = response != NULL ? coex_api_read_profile(response, error) : NULL;

    if (profile != NULL)
        coex_profile_take(account, profile);
    else
        g_debug("+%s: no profile: %s", account->number, (*error)->message);
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

/* ---- changing it ---- */

static char *
dup_labels(const char *const *changes)
{
    GString *labels = g_string_new(NULL);

    for (guint i = 0; changes[i] != NULL && changes[i + 1] != NULL; i += 2) {
        const CoexProfilePart *part = coex_profile_find_part(changes[i]);

        g_string_append_printf(labels, "%s%s", labels->len > 0 ? ", " : "", part->label);
    }
    return g_string_free(labels, FALSE);
}

/* What the provider refuses, and neither the network nor the key. */
static gboolean
is_refusal(const GError *error)
{
    return g_error_matches(error, COEX_ERROR, COEX_ERROR_PROTOCOL) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
}

static void
on_changed(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_auto(GStrv) changes = data;
    g_autofree char *labels = dup_labels((const char *const *)changes);

    if (response != NULL && coex_api_read_done(response, error)) {
        coex_account_tell_notice(account, NULL,
                                 "Changed in the profile, as customers see it now: %s.", labels);
        coex_profile_fetch(account, NULL);
        return;
    }
    coex_account_tell_notice(
        account, NULL, "Not changed in the profile: %s. %s%s", labels, (*error)->message,
        is_refusal(*error) ? " A number that is used on the phone, too, may have to be "
                             "changed there: Settings, Business profile."
                           : "");
}

void
coex_profile_change(CoexAccount *account, const char *const *changes)
{
    g_autoptr(CoexRequest) request = coex_api_set_profile(&account->endpoint, changes);

    coex_account_call(account, request, on_changed, g_strdupv((char **)changes),
                      (GDestroyNotify)g_strfreev);
}

/* ---- when ---- */

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

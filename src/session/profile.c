// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/profile.h"

#include "account/account.h"
#include "account/call.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/error.h"
#include "core/profile-change.h"
#include "core/profile.h"
#include "core/text.h"
#include "core/timer.h"
#include "core/words.h"
#include "net/picture.h"
#include <string.h>

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

static void
on_again(gpointer data)
{
    coex_profile_fetch(data);
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
    CoexProfile *profile = response != NULL ? coex_api_read_profile(response, error) : NULL;

    if (profile != NULL)
        coex_profile_take(account, profile);
    else
        g_debug("+%s: no profile: %s", account->number, (*error)->message);
    look_again(account, *error);
}

void
coex_profile_fetch(CoexAccount *account)
{
    g_autoptr(CoexRequest) request = NULL;

    if (account->endpoint.backend->needs_number_id && *account->endpoint.phone_number_id == '\0')
        return;
    request = coex_api_get_profile(&account->endpoint);
    coex_account_call(account, request, on_profile, NULL, NULL);
}

/* ---- changing it ---- */

/* Translators: Settings and Business profile are in the WhatsApp Business app. */
#define ON_THE_PHONE                                                                               \
    _("A number that is used on the phone, too, may have to be changed there: Settings, Business " \
      "profile.")

typedef struct {
    char **changes; /* names and values in turn */
    GError *doubt;  /* the answer to the change, where none says whether it was made; NULL */
} Change;

static void
change_free(gpointer data)
{
    Change *change = data;

    g_strfreev(change->changes);
    g_clear_error(&change->doubt);
    g_free(change);
}

/* Meta ends an address without a path with a slash. */
static gboolean
is_same_value(const char *one, const char *other)
{
    g_auto(GStrv) words = g_strsplit(one, " ", -1);
    g_auto(GStrv) others = g_strsplit(other, " ", -1);
    guint n = g_strv_length(words);
    gboolean same = n == g_strv_length(others);

    for (guint i = 0; same && i < n; i++) {
        gsize length = strlen(words[i]) - g_str_has_suffix(words[i], "/");

        same = strncmp(words[i], others[i], length) == 0 &&
               (others[i][length] == '\0' || strcmp(others[i] + length, "/") == 0);
    }
    return same;
}

/* Of the changes that stand in @profile, or do not; NULL: of all. "" for none. */
static char *
dup_labels(const Change *change, const CoexProfile *profile, gboolean stand)
{
    GString *labels = g_string_new(NULL);

    for (guint i = 0; change->changes[i] != NULL && change->changes[i + 1] != NULL; i += 2) {
        const CoexProfilePart *part = coex_profile_find_part(change->changes[i]);
        g_autofree char *value = profile != NULL ? coex_profile_dup_value(profile, part) : NULL;

        if (value == NULL || is_same_value(change->changes[i + 1], g_strstrip(value)) == stand)
            coex_text_list_add(labels, "%s", _(part->label));
    }
    return g_string_free(labels, FALSE);
}

static void
tell_outcome(CoexAccount *account, const Change *change, const CoexProfile *profile)
{
    g_autofree char *made = dup_labels(change, profile, TRUE);
    g_autofree char *missing = dup_labels(change, profile, FALSE);

    if (*made != '\0')
        coex_account_tell_notice(account, NULL,
                                 _("Changed in the profile, as customers see it now: %s."), made);
    if (*missing == '\0')
        return;
    if (change->doubt != NULL)
        coex_account_tell_notice(account, NULL, _("Not changed in the profile: %s. %s"), missing,
                                 change->doubt->message);
    else
        coex_account_tell_notice(account, NULL,
                                 /* Translators: parts of the profile, and one more sentence. */
                                 _("WhatsApp took the change, but the profile does not show it: "
                                   "%s. %s"),
                                 missing, ON_THE_PHONE);
}

/* What customers see is what stands there, whatever the answer to the change was. */
static void
on_read_back(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    Change *change = data;
    CoexProfile *profile = response != NULL ? coex_api_read_profile(response, error) : NULL;

    if (profile != NULL) {
        tell_outcome(account, change, profile);
        coex_profile_take(account, profile);
    } else {
        g_autofree char *labels = dup_labels(change, NULL, FALSE);

        coex_account_tell_notice(
            account, NULL, _("It is not known whether the profile was changed: %s. %s"), labels,
            change->doubt != NULL ? change->doubt->message : (*error)->message);
    }
    change_free(change);
}

/* What the provider refuses, and neither the network nor the key. */
static gboolean
is_refusal(const GError *error)
{
    return g_error_matches(error, COEX_ERROR, COEX_ERROR_PROTOCOL) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
}

/* Written, and not answered in full. */
static gboolean
is_doubtful(const GError *error)
{
    return g_error_matches(error, COEX_ERROR, COEX_ERROR_RETRY) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_UNCERTAIN) ||
           g_error_matches(error, COEX_ERROR, COEX_ERROR_TOO_LARGE);
}

static void
on_changed(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    Change *change = data;
    gboolean taken = response != NULL && coex_api_read_done(response, error);

    if (taken || is_doubtful(*error)) {
        g_autoptr(CoexRequest) request = coex_api_get_profile(&account->endpoint);

        change->doubt = taken ? NULL : g_error_copy(*error);
        coex_account_call(account, request, on_read_back, change, change_free);
    } else {
        g_autofree char *labels = dup_labels(change, NULL, FALSE);

        g_autofree char *why = is_refusal(*error)
                                   ? g_strjoin(" ", (*error)->message, ON_THE_PHONE, NULL)
                                   : g_strdup((*error)->message);

        coex_account_tell_notice(account, NULL, _("Not changed in the profile: %s. %s"), labels,
                                 why);
        change_free(change);
    }
}

void
coex_profile_change(CoexAccount *account, const char *const *changes)
{
    g_autoptr(CoexRequest) request = coex_api_set_profile(&account->endpoint, changes);
    Change *change = g_new0(Change, 1);

    change->changes = g_strdupv((char **)changes);
    coex_account_call(account, request, on_changed, change, change_free);
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

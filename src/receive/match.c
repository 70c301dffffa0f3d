// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/match.h"

#include "account/account.h"
#include "account/tell.h"
#include "core/backend.h"
#include "core/message.h"
#include "core/verifier.h"
#include "core/words.h"
#include <string.h>

#define UNREADABLE_EVERY_S (60 * 60)
/* Settings: where this number stands, as the provider told and as deliveries show. */
#define WABA_TOLD "told-waba"
#define WABA_DELIVERED "delivery-waba"

/* What was last said, and when. */
struct CoexMatcher {
    gint64 unreadable_told_at;
    char *other;      /* for whom webhooks with our secret came that are for nobody here, NULL */
    gboolean doubted; /* it was told that no webhook comes */
};

CoexMatcher *
coex_matcher_new(void)
{
    return g_new0(CoexMatcher, 1);
}

void
coex_matcher_free(CoexMatcher *matcher)
{
    g_free(matcher->other);
    g_free(matcher);
}

/* ---- whose is it ---- */

/* TRUE: what was kept under it can be applied. */
static gboolean
learn_number_id(CoexAccount *account, const CoexEvent *event)
{
    if (event->phone_number_id == NULL || !account->endpoint.backend->learns_number_id ||
        g_strcmp0(account->endpoint.phone_number_id, event->phone_number_id) == 0)
        return FALSE;
    coex_account_learn(account, &account->endpoint.phone_number_id, "phone-number-id",
                       event->phone_number_id);
    return TRUE;
}

static gboolean
take_waba(CoexAccount *account, const char *key, const char *waba_id)
{
    if (waba_id == NULL || g_strcmp0(coex_account_get_setting(account, key), waba_id) == 0)
        return FALSE;
    coex_account_put_setting(account, key, waba_id);
    return account->state == COEX_ACCOUNT_ONLINE;
}

/* The WABA of deliveries that name our number is ours, whatever the option says. */
static gboolean
learn_waba(CoexAccount *account, const CoexEvent *event)
{
    return (event->message != NULL || event->status != NULL) &&
           take_waba(account, WABA_DELIVERED, event->waba_id);
}

void
coex_match_learn_waba(CoexAccount *account, const char *waba_id)
{
    take_waba(account, WABA_TOLD, waba_id);
}

char **
coex_match_dup_wabas(const CoexAccount *account)
{
    const char *const known[] = {
        account->endpoint.waba_id,
        coex_account_get_setting(account, WABA_TOLD),
        coex_account_get_setting(account, WABA_DELIVERED),
    };
    g_autoptr(GPtrArray) wabas = g_ptr_array_new();

    for (guint i = 0; i < G_N_ELEMENTS(known); i++)
        if (known[i] != NULL && *known[i] != '\0' &&
            !g_ptr_array_find_with_equal_func(wabas, known[i], g_str_equal, NULL))
            g_ptr_array_add(wabas, (char *)known[i]);
    for (guint i = 0; i < wabas->len; i++)
        wabas->pdata[i] = g_strdup(wabas->pdata[i]);
    g_ptr_array_add(wabas, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&wabas), FALSE);
}

char *
coex_match_dup_waba_key(const char *waba_id, const CoexAccount *account)
{
    return account == NULL ? g_strconcat("waba:", waba_id, NULL)
                           : g_strconcat("waba:", waba_id, ":", account->number, NULL);
}

gboolean
coex_match_names_number(const CoexEvent *event)
{
    return event->phone_number_id != NULL || event->display_phone_number != NULL;
}

static CoexMatch
match_waba(const CoexAccount *account, const CoexEvent *event)
{
    g_auto(GStrv) wabas = coex_match_dup_wabas(account);

    if (event->waba_id == NULL || *wabas == NULL ||
        g_strv_contains((const char *const *)wabas, event->waba_id))
        return COEX_MATCH_OURS;
    return COEX_MATCH_OTHER;
}

CoexMatch
coex_match_event(CoexAccount *account, const char *secret_id, const CoexEvent *event,
                 gboolean *ret_learned)
{
    const char *own_id = account->endpoint.phone_number_id;

    if (secret_id == NULL || !coex_account_had_secret(account, secret_id))
        return COEX_MATCH_NONE;
    /* A secret that was another name's proves nothing but what names our number. */
    if (strstr(account->secret_ids, secret_id) == NULL &&
        g_strcmp0(event->display_phone_number, account->number) != 0)
        return COEX_MATCH_NONE;
    if (!coex_match_names_number(event))
        return match_waba(account, event);
    if (g_strcmp0(event->display_phone_number, account->number) == 0) {
        *ret_learned |= learn_number_id(account, event);
        *ret_learned |= learn_waba(account, event);
        return COEX_MATCH_OURS;
    }
    if (event->phone_number_id != NULL && g_strcmp0(event->phone_number_id, own_id) == 0) {
        *ret_learned |= learn_waba(account, event);
        return COEX_MATCH_OURS;
    }
    /* An app secret may serve several numbers; a secret header is this account's own. */
    return account->endpoint.backend->proof == COEX_PROOF_HEADER ? COEX_MATCH_MISMATCH
                                                                 : COEX_MATCH_OTHER;
}

void
coex_match_note_other(CoexAccount *account, const CoexEvent *event)
{
    char **whom = &account->match->other;

    g_free(*whom);
    if (event->display_phone_number != NULL)
        *whom = coex_say(_("A webhook arrives, but for the number +%s, and none for +%s."),
                         event->display_phone_number, account->number);
    else if (event->phone_number_id != NULL)
        *whom =
            coex_say(_("A webhook arrives, but for the number with the id %s, and none for +%s."),
                     event->phone_number_id, account->number);
    else
        *whom = coex_say(
            _("A webhook arrives, but for the WhatsApp Business account %s, and none for +%s."),
            event->waba_id, account->number);
    if (account->match->doubted)
        coex_match_tell_other(account, "");
}

gboolean
coex_match_tell_other(CoexAccount *account, const char *symptom)
{
    account->match->doubted = account->match->other == NULL;
    if (account->match->other == NULL || account->last_delivery_at > 0)
        return FALSE;
    coex_account_tell_notice(account, NULL, "%s%s%s %s", symptom, *symptom != '\0' ? " " : "",
                             account->match->other,
                             /* Translators: the README is in English: leave its heading */
                             _("Address and secret are right: look at which numbers' webhooks come "
                               "here. See “Connecting a number” in the README."));
    return TRUE;
}

void
coex_match_tell_unreadable(CoexAccount *account, const char *secret_id, const GError *error)
{
    gint64 now = coex_account_now(account);

    if (strstr(account->secret_ids, secret_id) == NULL ||
        ABS(now - account->match->unreadable_told_at) < UNREADABLE_EVERY_S)
        return;
    account->match->unreadable_told_at = now;
    coex_account_tell_notice(account, NULL,
                             _("A webhook came that could not be read, so something may be missing "
                               "here: look at the phone. It is kept for a later version. (%s)"),
                             error->message);
}

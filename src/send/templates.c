// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/templates.h"

#include "account/account.h"
#include "account/call.h"
#include "account/tell.h"
#include "core/api.h"
#include "core/backend.h"
#include "core/catalogue.h"
#include "core/error.h"
#include "core/template.h"
#include "core/words.h"
#include <string.h>

#define PAGES_MAX 100 /* of a catalogue: a provider that never ends does not keep us for ever */

#define RECENT_SETTING "recent-templates" /* "NAME/LANGUAGE", a line each, the newest first */

static char **
read_recent(CoexAccount *account)
{
    const char *kept = coex_account_get_setting(account, RECENT_SETTING);

    return g_strsplit(kept != NULL ? kept : "", "\n", -1);
}

void
coex_templates_note_used(CoexAccount *account, const CoexTemplate *template_)
{
    g_auto(GStrv) before = read_recent(account);
    g_autofree char *name = coex_catalogue_dup_recent_name(template_);
    g_auto(GStrv) recent = coex_catalogue_add_recent((const char *const *)before, name);
    g_autofree char *lines = g_strjoinv("\n", recent);

    coex_account_put_setting(account, RECENT_SETTING, lines);
}

static void
set_recent(CoexAccount *account)
{
    g_auto(GStrv) recent = read_recent(account);

    coex_catalogue_set_recent(account->catalogue, (const char *const *)recent);
}

void
coex_templates_load(CoexAccount *account)
{
    const char *kept = coex_account_get_setting(account, "catalogue");

    if (kept == NULL)
        return;
    account->catalogue = coex_catalogue_parse(kept, strlen(kept), NULL);
    if (account->catalogue == NULL)
        return;
    set_recent(account);
    coex_account_tell_catalogue(account, NULL);
}

typedef struct {
    GPtrArray *templates;
    guint n_pages;
} Fetch;

static void
fetch_free(Fetch *fetch)
{
    g_clear_pointer(&fetch->templates, g_ptr_array_unref);
    g_free(fetch);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Fetch, fetch_free)

static void on_page(CoexAccount *account, const CoexResponse *response, GError **error,
                    gpointer data);

static void
ask_page(CoexAccount *account, Fetch *fetch, const char *cursor)
{
    g_autoptr(CoexRequest) request = coex_api_list_templates(&account->endpoint, cursor);

    coex_account_call(account, request, on_page, fetch, (GDestroyNotify)fetch_free);
}

static void
fetch_done(CoexAccount *account, Fetch *fetch, const GError *error)
{
    g_autofree char *json = NULL;

    account->fetching_templates = FALSE;
    if (error != NULL) {
        if (account->awaits_templates)
            coex_account_tell_catalogue(account, error);
        account->awaits_templates = FALSE;
        return;
    }
    account->awaits_templates = FALSE;
    g_clear_pointer(&account->catalogue, coex_catalogue_unref);
    account->catalogue =
        coex_catalogue_new(g_steal_pointer(&fetch->templates), coex_account_now(account));
    set_recent(account);
    json = coex_catalogue_dup_json(account->catalogue);
    coex_account_put_setting(account, "catalogue", json);
    coex_account_tell_catalogue(account, NULL);
}

static void
on_page(CoexAccount *account, const CoexResponse *response, GError **error, gpointer data)
{
    g_autoptr(Fetch) fetch = data;
    g_autofree char *cursor = NULL;

    if (response != NULL)
        coex_api_read_templates(&account->endpoint, response, fetch->templates, &cursor, error);
    if (*error == NULL && cursor != NULL && ++fetch->n_pages < PAGES_MAX)
        ask_page(account, g_steal_pointer(&fetch), cursor);
    else
        fetch_done(account, fetch, *error);
}

void
coex_templates_refresh(CoexAccount *account, gboolean user_waits)
{
    Fetch *fetch;

    account->awaits_templates |= user_waits;
    if (account->fetching_templates)
        return;
    if (account->endpoint.backend->needs_waba && *account->endpoint.waba_id == '\0') {
        g_autoptr(GError) error =
            g_error_new_literal(COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                                _("Templates cannot be listed: fill in the account's option "
                                  "{@waba-id} (WhatsApp Manager, Account tools, Overview)."));

        if (account->awaits_templates)
            coex_account_tell_catalogue(account, error);
        account->awaits_templates = FALSE;
        return;
    }
    account->fetching_templates = TRUE;
    fetch = g_new0(Fetch, 1);
    fetch->templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    ask_page(account, fetch, NULL);
}

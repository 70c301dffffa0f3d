// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/set-up.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/peer.h"
#include "core/verifier.h"
#include "core/words.h"
#include "purple/host.h"
#include "purple/nick.h"
#include "purple/options.h"
#include "purple/proxy.h"
#include "purple/recall.h"
#include "purple/roster.h"
#include "purple/typed-path.h"
#include "session/session.h"
#include <string.h>

/* ---- the way to the provider and back ---- */

static void
read_way(PurpleAccount *account, const char *const *words, CoexSessionConfig *config)
{
    config->backend = coex_backend_lookup(coex_options_get(account, "provider"));
    config->key = words[0];
    config->api_url = coex_options_get(account, "api-url");
    config->phone_number_id = coex_options_get(account, "phone-number-id");
    config->waba_id = coex_options_get(account, "waba-id");
    config->app_secret = coex_options_get_secret(account, words, "app-secret");
    config->verify_token = coex_options_get_secret(account, words, "verify-token");
    config->listen = coex_options_get(account, "listen");
    config->webhook_path = coex_options_get(account, "webhook-path");
    config->webhook_header = coex_options_get_secret(account, words, "webhook-header");
    config->public_url = coex_options_get(account, "public-url");
    config->relay = coex_options_get(account, "relay");
    config->desk_name = coex_options_get(account, "desk-name");
    config->relay_key = coex_options_get_secret(account, words, "relay-key");
    config->inbox_url = coex_options_get(account, "inbox-url");
    config->inbox_token = coex_options_get_secret(account, words, "inbox-token");
    config->verb_mark = coex_host_get_mark()[0];
    config->program = coex_host_get()->label;
}

/* NULL and an error for a user name that is no number. */
static char *
dup_number(PurpleAccount *account, GError **error)
{
    char *number = coex_number_normalize(purple_account_get_username(account), error);

    if (number == NULL)
        g_prefix_error(error, "%s ", _("Username:"));
    return number;
}

/* Half a header would be taken for none, and the sentence about that would puzzle who typed it. */
static gboolean
check_header(const CoexSessionConfig *config, GError **error)
{
    g_autoptr(CoexVerifier) verifier = NULL;

    if (config->backend->proof != COEX_PROOF_HEADER || config->webhook_header[0] == '\0')
        return TRUE;
    verifier = coex_verifier_new(COEX_PROOF_HEADER, config->webhook_header);
    if (coex_verifier_get_header(verifier) != NULL)
        return TRUE;
    coex_error_say(
        error, COEX_ERROR_INVALID_INPUT, "%s%s%s",
        _("Option {@webhook-header}: it takes a name, a colon and a secret value, such as "
          "“X-Coex-Secret: a-long-random-text”."),
        coex_host_get()->splits_values ? " " : "",
        coex_host_get()->splits_values ? _("Type it in quotes, or without the blank.") : "");
    return FALSE;
}

/* ---- the rest ---- */

static CoexReceipts
read_receipts(PurpleAccount *account)
{
    const char *option = coex_options_get(account, "read-receipts");

    if (strcmp(option, "never") == 0)
        return COEX_RECEIPTS_NEVER;
    if (strcmp(option, "seen") == 0)
        return COEX_RECEIPTS_SEEN;
    return COEX_RECEIPTS_ANSWER;
}

static CoexTicks
read_ticks(PurpleAccount *account)
{
    const char *option = coex_options_get(account, "ticks");

    if (strcmp(option, "off") == 0)
        return COEX_TICKS_OFF;
    if (strcmp(option, "read") == 0)
        return COEX_TICKS_READ;
    return strcmp(option, "all") == 0 ? COEX_TICKS_ALL : COEX_TICKS_FAILURES;
}

/* "": there is none; NULL: what stands there is none. */
static char *
dup_rate_card(PurpleAccount *account, GError **error)
{
    g_autofree char *value = g_strstrip(g_strdup(coex_options_get(account, "rate-card")));
    g_autofree char *path = coex_typed_path_dup(value);
    g_autofree char *own = coex_typed_path_dup_folder();

    if (*value == '\0')
        return g_strdup("");
    if (path == NULL)
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("Option {@rate-card}: “%s” is no whole path, such as ~/prices.csv."),
                       value);
    else if (!coex_typed_path_may_read(path))
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("Option {@rate-card}: it has to be a file below %s here."), own);
    else
        return g_steal_pointer(&path);
    return NULL;
}

/* A number of this run of the chat program. */
static gint64
get_run(void)
{
    static gint64 run;

    if (run == 0)
        run = g_get_real_time();
    return run;
}

static void
read_rest(PurpleAccount *account, CoexSetUp *set_up)
{
    CoexSessionConfig *config = &set_up->config;

    config->number = set_up->number;
    config->proxy = &set_up->proxy;
    config->database = set_up->database;
    config->dup_option_name = coex_options_dup_name;
    config->receipts = read_receipts(account);
    config->ticks = read_ticks(account);
    config->typing = strcmp(coex_options_get(account, "typing"), "yes") == 0;
    config->rate_card = set_up->rate_card;
    config->opt_out_words = coex_options_get(account, "opt-out-words");
    config->list_everybody = coex_roster_lists_everybody(account);
    config->recall = coex_recall_get_limit(account);
    config->tells_seen = coex_host_get()->tells_seen;
    config->run = get_run();
    config->remind = strcmp(coex_options_get(account, "remind"), "yes") == 0;
    config->nick_style = coex_nick_style(account);
    config->media_folder = set_up->files.folder;
    config->media_auto = set_up->files.media_auto;
    config->media_limit = set_up->files.limit;
    config->media_for_group = set_up->files.for_group;
    config->media_is_served = set_up->files.url != NULL && *set_up->files.url != '\0';
}

static char *
dup_database(void)
{
    const char *folder =
        coex_host_get()->temporary_folder ? g_get_user_data_dir() : purple_user_dir();

    return g_build_filename(folder, "coex", "coex.db", NULL);
}

gboolean
coex_set_up_read(PurpleAccount *account, const char *password, CoexSetUp *ret_set_up,
                 GError **error)
{
    ret_set_up->words = coex_options_split_password(password);
    ret_set_up->database = dup_database();
    read_way(account, (const char *const *)ret_set_up->words, &ret_set_up->config);
    ret_set_up->number = dup_number(account, error);
    if (ret_set_up->number == NULL || !coex_options_check_lists(account, error) ||
        !coex_recall_check(account, error) ||
        !coex_file_options_read(account, &ret_set_up->files, error) ||
        !check_header(&ret_set_up->config, error) ||
        !coex_session_check_options(&ret_set_up->config, error) ||
        !coex_proxy_read(account, &ret_set_up->proxy, error))
        return FALSE;
    ret_set_up->rate_card = dup_rate_card(account, error);
    read_rest(account, ret_set_up);
    return ret_set_up->rate_card != NULL;
}

void
coex_set_up_clear(CoexSetUp *set_up)
{
    g_strfreev(set_up->words);
    g_free(set_up->number);
    g_free(set_up->database);
    g_free(set_up->rate_card);
    coex_file_options_clear(&set_up->files);
    coex_proxy_clear(&set_up->proxy);
}

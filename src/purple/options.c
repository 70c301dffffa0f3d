// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/options.h"
#include "core/backend.h"

typedef struct {
    const char *key;
    const char *label;
    const char *preset;
    gboolean secret;
    gboolean is_provider;   /* a list: each backend is a choice, the first the preset */
    const char *choices[7]; /* label, value, …; the first is the preset. None: a string */
} Option;

/* The labels say what the keys say: BitlBee's users see those, and every sentence names them. Who
 * sets an account up goes from the top down. */
static const Option options[] = {
    { .key = "provider", .label = "Provider", .is_provider = TRUE },
    { .key = "webhook-header",
      .label = "Webhook header (360dialog)",
      .preset = "",
      .secret = TRUE },
    { .key = "app-secret", .label = "App secret (Meta)", .preset = "", .secret = TRUE },
    { .key = "verify-token", .label = "Verify token (Meta)", .preset = "", .secret = TRUE },
    { .key = "public-url", .label = "Public URL of the webhook", .preset = "" },
    { .key = "listen", .label = "Listen on (address:port)", .preset = "127.0.0.1:8480" },
    { .key = "webhook-path", .label = "Webhook path", .preset = "/webhook" },
    { .key = "phone-number-id", .label = "Phone number id (Meta, if not found)", .preset = "" },
    { .key = "waba-id", .label = "WABA id (Meta, if not found)", .preset = "" },
    { .key = "api-url", .label = "API URL (empty: the provider's)", .preset = "" },
    { .key = "read-receipts",
      .label = "Read receipts",
      .choices = { "when answered", "answer", "when seen", "seen", "never", "never" } },
    { .key = "template-language", .label = "Template language (such as de)", .preset = "" },
    { .key = "remind",
      .label = "Remind an hour before a window closes",
      .choices = { "of who waits for an answer", "yes", "never", "no" } },
    { .key = "buddies",
      .label = "Buddies",
      .choices = { "last 90 days", "active", "everybody", "all" } },
};

static GList *
add_choice(GList *choices, const char *label, const char *value)
{
    PurpleKeyValuePair *pair = g_new0(PurpleKeyValuePair, 1);

    pair->key = g_strdup(label);
    pair->value = g_strdup(value);
    return g_list_append(choices, pair);
}

static PurpleAccountOption *
make_option(const Option *option)
{
    const CoexBackend *const *backends = coex_backend_list();
    PurpleAccountOption *made;
    GList *choices = NULL;

    for (guint i = 0; option->is_provider && backends[i] != NULL; i++)
        choices = add_choice(choices, backends[i]->label, backends[i]->id);
    for (const char *const *choice = option->choices; *choice != NULL; choice += 2)
        choices = add_choice(choices, choice[0], choice[1]);
    if (choices != NULL)
        return purple_account_option_list_new(option->label, option->key, choices);

    made = purple_account_option_string_new(option->label, option->key, option->preset);
    purple_account_option_set_masked(made, option->secret);
    return made;
}

GList *
coex_options_make_list(void)
{
    GList *list = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        list = g_list_append(list, make_option(&options[i]));
    return list;
}

static const char *
get_preset(const Option *option)
{
    if (option->is_provider)
        return coex_backend_list()[0]->id;
    return option->choices[0] != NULL ? option->choices[1] : option->preset;
}

const char *
coex_options_get(PurpleAccount *account, const char *key)
{
    const Option *option = options;
    const char *value;

    while (strcmp(option->key, key) != 0)
        option++;
    value = purple_account_get_string(account, key, NULL);
    return value != NULL ? value : get_preset(option);
}

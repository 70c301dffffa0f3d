// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/options.h"

#include "core/backend.h"
#include "core/error.h"
#include "core/option-name.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/notice.h"

typedef struct {
    const char *key;
    const char *label;
    const char *preset;
    const char *example; /* of what can be typed; NULL: the preset is one */
    gboolean secret;
    gboolean first;      /* needed for the first login */
    gboolean is_flat;    /* a list that is typed on a page of its own, which has no room for more */
    gboolean is_for_own; /* not for who sits at another machine */
    gboolean is_for_others; /* where there is no other way to ask for it */
    gboolean is_provider;   /* a list: each backend is a choice, the first the preset */
    const char *choices[9]; /* label, value, …; the first is the preset. None: a string */
} Option;

/* The labels say what the keys say: BitlBee's users see those, and every sentence names them. Who
 * sets an account up goes from the top down. */
static const Option options[] = {
    { .key = "provider", .label = N_("Provider"), .first = TRUE, .is_provider = TRUE },
    { .key = "webhook-header",
      .label = N_("Webhook header (360dialog)"),
      .preset = "",
      .first = TRUE,
      .secret = TRUE },
    { .key = "app-secret",
      .label = N_("App secret (Meta)"),
      .preset = "",
      .secret = TRUE,
      .first = TRUE },
    { .key = "verify-token", .label = N_("Verify token (Meta)"), .preset = "", .secret = TRUE },
    { .key = "public-url", .label = N_("Public URL of the webhook"), .preset = "", .first = TRUE },
    { .key = "listen",
      .label = N_("Listen on (address:port)"),
      .preset = "127.0.0.1:8480",
      .first = TRUE },
    { .key = "relay", .label = N_("Relay (URL)"), .preset = "" },
    { .key = "relay-key", .label = N_("Relay key"), .preset = "", .secret = TRUE },
    { .key = "inbox-url", .label = N_("Inbox URL (360dialog)"), .preset = "" },
    { .key = "inbox-token", .label = N_("Inbox token"), .preset = "", .secret = TRUE },
    { .key = "desk-name", .label = N_("Name of this desk"), .preset = "" },
    { .key = "webhook-path", .label = N_("Webhook path"), .preset = "/webhook" },
    { .key = "phone-number-id",
      .label = N_("Phone number id (Meta, if not found)"),
      .preset = "",
      .first = TRUE },
    { .key = "waba-id", .label = N_("WABA id (Meta, if not found)"), .preset = "", .first = TRUE },
    { .key = "api-url",
      .label = N_("API URL (empty: the provider's)"),
      .preset = "",
      .first = TRUE },
    { .key = "read-receipts",
      .label = N_("Read receipts"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "when answered"), "answer", NC_("choice", "when seen"), "seen",
                   NC_("choice", "never"), "never" } },
    { .key = "ticks",
      .label = N_("Ticks"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "failures"), "failures", NC_("choice", "read"), "read",
                   NC_("choice", "all"), "all", NC_("choice", "off"), "off" } },
    { .key = "typing",
      .label = N_("Show typing (marks read)"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "no"), "no", NC_("choice", "yes"), "yes" } },
    { .key = "doctor",
      .label = N_("Doctor: check the connection at login"),
      .is_for_others = TRUE,
      .choices = { NC_("choice", "no"), "no", NC_("choice", "yes"), "yes" } },
    { .key = "template-language", .label = N_("Template language (such as de)"), .preset = "" },
    { .key = "recall",
      .label = N_("Recall: earlier lines (0: none)"),
      .preset = "",
      .example = "10" },
    { .key = "rate-card", .label = N_("Rate card: prices, a CSV"), .preset = "" },
    { .key = "opt-out-words", .label = N_("Opt-out words, with commas"), .preset = "STOP" },
    { .key = "remind",
      .label = N_("Remind before windows close"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "yes"), "yes", NC_("choice", "no"), "no" } },
    { .key = "buddies",
      .label = N_("Buddies"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "last 90 days"), "active", NC_("choice", "everybody"), "all" } },
    { .key = "media-auto",
      .label = N_("Media auto"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "pictures, voice, up to 16 MB"), "small", NC_("choice", "all"),
                   "all", NC_("choice", "none"), "none" } },
    { .key = "media-folder", .label = N_("Media folder"), .preset = "" },
    { .key = "media-limit", .label = N_("Media limit (MB)"), .preset = "100" },
    { .key = "media-mode",
      .label = N_("Media mode"),
      .is_flat = TRUE,
      .choices = { NC_("choice", "you alone"), "0600", NC_("choice", "the folder's group"),
                   "0640" } },
    { .key = "media-open",
      .label = N_("Media open: program of /play"),
      .preset = "",
      .is_for_own = TRUE },
    { .key = "media-url", .label = N_("Media URL of that folder"), .preset = "" },
};

/* "seen" means "answer" where nobody knows what was seen, so it is not offered there. */
static gboolean
is_offered(const char *value)
{
    return strcmp(value, "seen") != 0 || coex_host_get()->tells_seen;
}

typedef struct {
    const char *label; /* as it always was typed, in English */
    const char *shown; /* the same in the user's language */
    const char *value;
} Choice;

/* The choices of a list, empty for any other option. */
static GArray *
list_choices(const Option *option)
{
    const CoexBackend *const *backends = coex_backend_list();
    GArray *choices = g_array_new(FALSE, FALSE, sizeof(Choice));

    for (guint i = 0; option->is_provider && backends[i] != NULL; i++) {
        Choice choice = { backends[i]->label, _(backends[i]->label), backends[i]->id };

        g_array_append_val(choices, choice);
    }
    for (const char *const *c = option->choices; *c != NULL; c += 2) {
        Choice choice = { c[0], g_dpgettext2(GETTEXT_PACKAGE, "choice", c[0]), c[1] };

        if (is_offered(choice.value))
            g_array_append_val(choices, choice);
    }
    return choices;
}

/* All but the last value, with commas; the last one in @ret_last. */
static char *
join_values(const GArray *choices, const char **ret_last)
{
    g_autoptr(GString) joined = g_string_new(NULL);

    for (guint i = 0; i + 1 < choices->len; i++)
        g_string_append_printf(joined, "%s%s", i == 0 ? "" : ", ",
                               g_array_index(choices, Choice, i).value);
    *ret_last = g_array_index(choices, Choice, choices->len - 1).value;
    return g_string_free(g_steal_pointer(&joined), FALSE);
}

static GList *
add_choice(GList *list, const Choice *choice)
{
    PurpleKeyValuePair *pair = g_new0(PurpleKeyValuePair, 1);

    pair->key = g_strdup(choice->shown);
    pair->value = g_strdup(choice->value);
    return g_list_append(list, pair);
}

static const char *
get_preset(const Option *option)
{
    if (option->is_provider)
        return coex_backend_list()[0]->id;
    return option->choices[0] != NULL ? option->choices[1] : option->preset;
}

/* BitlBee keeps a list's old value without a word when the new one is not spelled as it stands
 * there: where options are typed, a list is a string whose label names the values. */
static char *
dup_typed_label(const Option *option, const GArray *choices)
{
    const char *last;
    g_autofree char *values = join_values(choices, &last);

    /* Translators: an option and what can be typed there, the last of it apart: "Read receipts:
     * answer, seen or never" */
    return coex_say(_("%s: %s or %s"), _(option->label), values, last);
}

static PurpleAccountOption *
make_typed_list(const Option *option, const GArray *choices)
{
    g_autofree char *label = dup_typed_label(option, choices);

    return purple_account_option_string_new(label, option->key, get_preset(option));
}

static PurpleAccountOption *
make_option(const Option *option)
{
    g_autoptr(GArray) choices = list_choices(option);
    PurpleAccountOption *made;
    GList *list = NULL;

    if (choices->len > 0 && coex_host_get()->splits_values)
        return make_typed_list(option, choices);
    for (guint i = 0; i < choices->len; i++)
        list = add_choice(list, &g_array_index(choices, Choice, i));
    if (list != NULL)
        return purple_account_option_list_new(_(option->label), option->key, list);

    made = purple_account_option_string_new(_(option->label), option->key, option->preset);
    purple_account_option_set_masked(made, option->secret);
    return made;
}

/* What has no page of its own is in the account's form; what would do harm there is nowhere. */
static gboolean
is_in_form(const Option *option)
{
    const CoexHost *host = coex_host_get();

    if (host->serves_others)
        return !option->is_for_own;
    return !option->is_for_others && (option->first || !host->splits_options);
}

GList *
coex_options_make_list(void)
{
    GList *list = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (is_in_form(&options[i]))
            list = g_list_append(list, make_option(&options[i]));
    }
    return list;
}

/* The offered value that @typed spells, by itself or by its label; NULL: none. */
static const char *
find_value(const GArray *choices, const char *typed)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(typed));

    for (guint i = 0; i < choices->len; i++) {
        const Choice *choice = &g_array_index(choices, Choice, i);

        if (g_ascii_strcasecmp(choice->value, trimmed) == 0 ||
            g_ascii_strcasecmp(choice->label, trimmed) == 0 ||
            g_ascii_strcasecmp(choice->shown, trimmed) == 0)
            return choice->value;
    }
    return NULL;
}

const char *
coex_options_get(PurpleAccount *account, const char *key)
{
    const Option *option = options;
    const char *value;

    while (strcmp(option->key, key) != 0)
        option++;
    g_autoptr(GArray) choices = list_choices(option);
    value = purple_account_get_string(account, key, NULL);
    if (value != NULL && choices->len > 0)
        value = find_value(choices, value);
    return value != NULL ? value : get_preset(option);
}

/* ---- secrets behind the key ---- */

/* The value in "@key=value", NULL where @word is another's. */
static const char *
find_secret(const char *word, const char *key)
{
    gsize length = strlen(key);

    return g_ascii_strncasecmp(word, key, length) == 0 && word[length] == '=' ? word + length + 1
                                                                              : NULL;
}

static gboolean
is_secret(const char *word)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        if (options[i].secret && find_secret(word, options[i].key) != NULL)
            return TRUE;
    return FALSE;
}

char **
coex_options_split_password(const char *password)
{
    g_autofree char *trimmed = g_strstrip(g_strdup(password != NULL ? password : ""));
    g_auto(GStrv) split = g_strsplit_set(trimmed, ", \t\r\n", -1);
    g_autoptr(GPtrArray) words = g_ptr_array_new_with_free_func(g_free);

    g_ptr_array_add(words, g_strdup(split[0] != NULL ? split[0] : ""));
    for (guint i = 1; split[0] != NULL && split[i] != NULL; i++) {
        if (*split[i] == '\0')
            continue;
        if (!is_secret(split[i])) {
            const char *whole[] = { trimmed, NULL };

            return g_strdupv((char **)whole);
        }
        g_ptr_array_add(words, g_strdup(split[i]));
    }
    g_ptr_array_add(words, NULL);
    return (char **)g_ptr_array_free(g_steal_pointer(&words), FALSE);
}

const char *
coex_options_get_secret(PurpleAccount *account, const char *const *words, const char *key)
{
    for (guint i = 1; words[i] != NULL; i++) {
        const char *value = find_secret(words[i], key);

        if (value != NULL)
            return value;
    }
    return coex_options_get(account, key);
}

/* ---- lists ---- */

/* What is none of the values but is one elsewhere works as the default, as it always did. */
static gboolean
is_value_elsewhere(const Option *option, const char *typed)
{
    for (const char *const *c = option->choices; *c != NULL; c += 2)
        if (g_ascii_strcasecmp(c[1], typed) == 0)
            return TRUE;
    return FALSE;
}

gboolean
coex_options_check_lists(PurpleAccount *account, GError **error)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        const Option *option = &options[i];
        g_autoptr(GArray) choices = list_choices(option);
        const char *typed = purple_account_get_string(account, option->key, NULL);
        g_autofree char *values = NULL;
        const char *last;

        if (choices->len == 0 || typed == NULL || typed[0] == '\0' ||
            find_value(choices, typed) != NULL || is_value_elsewhere(option, typed))
            continue;
        values = join_values(choices, &last);
        /* Translators: an option's name, what was typed there, and what can be, the last apart:
         * "answer, seen and never". All of them stay as they are. */
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("Option {@%s}: “%s” is none. There are %s and %s."), option->key, typed,
                       values, last);
        return FALSE;
    }
    return TRUE;
}

/* Who has two accounts has two names for them, which libpurple is not told. */
static gboolean
is_alone(void)
{
    guint n = 0;

    for (GList *a = purple_accounts_get_all(); a != NULL; a = a->next)
        n += strcmp(purple_account_get_protocol_id(a->data), "prpl-coex") == 0;
    return n <= 1;
}

/* What is typed in BitlBee to set it. */
static char *
dup_typed(PurpleAccount *account, const char *key, const char *value)
{
    /* Translators: an option's name and value. What stands in quotes is typed as it is, but NAME.
     */
    if (is_alone())
        return coex_say(_("Type “account coex set %s %s”, with the account's name in "
                          "“account list” if that is not coex."),
                        key, value);
    return coex_say(_("Type “account NAME set %s %s”, where NAME is what “account list” calls %s."),
                    key, value, purple_account_get_username(account));
}

char *
coex_options_add_typed(PurpleAccount *account, const char *sentence, const char *key,
                       const char *value)
{
    g_autofree char *typed = dup_typed(account, key, value);

    return coex_host_get()->splits_values ? g_strconcat(sentence, " ", typed, NULL)
                                          : g_strdup(sentence);
}

/* ---- options in sentences ---- */

/* NULL: there is none of that key. */
static const Option *
find_option(const char *key)
{
    for (guint i = 0; i < G_N_ELEMENTS(options); i++)
        if (strcmp(options[i].key, key) == 0)
            return &options[i];
    return NULL;
}

char *
coex_options_dup_name(const char *key)
{
    const Option *option = find_option(key);

    if (option == NULL || !coex_host_get()->labels_options)
        return NULL;
    /* Translators: the label of an account's option, within a sentence */
    return coex_say(_("“%s”"), _(option->label));
}

char *
coex_options_dup_named(const char *sentence)
{
    return coex_option_names_write(sentence, coex_options_dup_name);
}

/* From now on the account's form has it: behind the others, for Finch pairs the options with the
 * fields of a form that is open by their order. */
static void
put_into_form(const Option *option)
{
    PurplePlugin *plugin = purple_find_prpl("prpl-coex");
    PurplePluginProtocolInfo *info = plugin != NULL ? PURPLE_PLUGIN_PROTOCOL_INFO(plugin) : NULL;

    for (GList *l = info != NULL ? info->protocol_options : NULL; l != NULL; l = l->next)
        if (g_strcmp0(purple_account_option_get_setting(l->data), option->key) == 0)
            return;
    if (info != NULL)
        info->protocol_options = g_list_append(info->protocol_options, make_option(option));
}

static const char *
get_example(const Option *option)
{
    if (option->example != NULL)
        return option->example;
    /* Translators: what stands for a value in “account coex set KEY VALUE” */
    return *get_preset(option) != '\0' ? get_preset(option) : _("VALUE");
}

char *
coex_options_dup_remedy(PurpleAccount *account, const char *sentence)
{
    const CoexHost *host = coex_host_get();
    g_autofree char *key = coex_option_names_find_first(sentence);
    const Option *option = key != NULL ? find_option(key) : NULL;
    char *named = coex_options_dup_named(sentence);
    const char *way;

    if (option != NULL && host->splits_values && !option->secret) {
        g_autofree char *bare = named;

        return coex_options_add_typed(account, bare, key, get_example(option));
    }
    if (option == NULL || !host->splits_options)
        return named;
    put_into_form(option);
    way = host->clips_forms ? _("Change it in the account's form: Alt+a, Accounts, Modify.")
                            : _("Change it under Accounts › Manage Accounts › Modify, on the "
                                "Advanced tab.");
    g_autofree char *bare = named;
    return g_strconcat(bare, " ", way, NULL);
}

/* ---- the other pages ---- */

/* A form that is higher than the screen cannot be used: what is about files has one of its own. */
static gboolean
is_on_page(const Option *option, gboolean about_files)
{
    return !option->first && !option->is_for_others &&
           g_str_has_prefix(option->key, "media-") == about_files;
}

static gboolean
is_typed(const Option *option)
{
    return option->choices[0] == NULL || option->is_flat;
}

static PurpleRequestField *
make_field(PurpleAccount *account, const Option *option)
{
    const char *value = coex_options_get(account, option->key);
    g_autoptr(GArray) choices = list_choices(option);
    PurpleRequestField *field;

    if (is_typed(option)) {
        g_autofree char *label =
            option->is_flat ? dup_typed_label(option, choices) : g_strdup(_(option->label));

        field = purple_request_field_string_new(option->key, label, value, FALSE);
        purple_request_field_string_set_masked(field, option->secret);
        return field;
    }
    field = purple_request_field_list_new(option->key, _(option->label));
    purple_request_field_list_set_multi_select(field, FALSE);
    for (guint i = 0; i < choices->len; i++) {
        const Choice *choice = &g_array_index(choices, Choice, i);

        purple_request_field_list_add(field, choice->shown, (gpointer)choice->value);
        if (strcmp(choice->value, value) == 0)
            purple_request_field_list_add_selected(field, choice->shown);
    }
    return field;
}

static const char *
read_field(PurpleRequestFields *fields, const Option *option)
{
    PurpleRequestField *field = purple_request_fields_get_field(fields, option->key);
    GList *selected;
    const char *value;

    if (is_typed(option)) {
        value = purple_request_field_string_get_value(field);
        return value != NULL ? value : "";
    }
    selected = purple_request_field_list_get_selected(field);
    return selected != NULL ? purple_request_field_list_get_data(field, selected->data) : NULL;
}

/* What is typed in the place of a list may be its value, or what stands for that in the user's
 * language. */
static const char *
get_meant(const Option *option, const char *typed)
{
    g_autoptr(GArray) choices = list_choices(option);
    const char *value = find_value(choices, typed);

    return value != NULL ? value : typed;
}

/* All of them, or none: what is wrong would keep the account from logging in, and this page from
 * being opened. */
static gboolean
keep_page(CoexConnection *connection, PurpleRequestFields *fields, gboolean *ret_changed,
          GError **error)
{
    PurpleAccount *account = connection->account;
    char *before[G_N_ELEMENTS(options)] = { NULL };
    gboolean fits;

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        const char *key = options[i].key;
        const char *value =
            purple_request_fields_exists(fields, key) ? read_field(fields, &options[i]) : NULL;

        if (value == NULL || strcmp(value, coex_options_get(account, key)) == 0)
            continue;
        before[i] = g_strdup(coex_options_get(account, key));
        purple_account_set_string(account, key, get_meant(&options[i], value));
        *ret_changed = TRUE;
    }
    fits = connection->check_options(connection, error);
    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (!fits && before[i] != NULL)
            purple_account_set_string(account, options[i].key, before[i]);
        g_free(before[i]);
    }
    return fits;
}

static void
on_page_ok(gpointer token, PurpleRequestFields *fields)
{
    CoexConnection *connection = coex_ask_take(token, NULL);
    g_autoptr(GError) error = NULL;
    gboolean changed = FALSE;

    if (connection == NULL)
        return;
    if (!keep_page(connection, fields, &changed, &error)) {
        g_autofree char *why = coex_options_dup_named(error->message);
        g_autofree char *line = coex_say(_("Nothing was kept: %s"), why);

        coex_notice_tell(connection, line);
    } else if (changed) {
        coex_notice_tell(connection,
                         _("The options are kept. They count when the account logs in again."));
    }
}

static void
on_page_cancel(gpointer token)
{
    coex_ask_take(token, NULL);
}

static void
open_page(CoexConnection *connection, const char *name, gboolean about_files)
{
    PurpleRequestFields *fields = purple_request_fields_new();
    PurpleRequestFieldGroup *group = purple_request_field_group_new(NULL);
    const char *number = purple_account_get_username(connection->account);
    g_autofree char *title = g_strdup_printf("%s: %s", name, number);
    gpointer token;
    void *ui;

    for (guint i = 0; i < G_N_ELEMENTS(options); i++) {
        if (is_on_page(&options[i], about_files))
            purple_request_field_group_add_field(group,
                                                 make_field(connection->account, &options[i]));
    }
    purple_request_fields_add_group(fields, group);
    coex_ask_close(connection, COEX_ASK_OPTIONS, "");
    token = coex_ask_new(connection, COEX_ASK_OPTIONS, "", PURPLE_REQUEST_FIELDS);
    /* The title says whose they are: on 80x24 there is room for no line above them. */
    ui = purple_request_fields(connection->gc, title, NULL, NULL, fields, _("OK"),
                               G_CALLBACK(on_page_ok), _("Cancel"), G_CALLBACK(on_page_cancel),
                               connection->account, NULL, NULL, token);
    coex_ask_opened(token, ui);
}

void
coex_options_open_page(CoexConnection *connection)
{
    open_page(connection, _("More options"), FALSE);
}

void
coex_options_open_files_page(CoexConnection *connection)
{
    open_page(connection, _("Options for files"), TRUE);
}

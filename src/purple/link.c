// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/link.h"

#include "core/words.h"
#include "purple/host.h"
#include <dlfcn.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#define SCHEME "coex-run:" /* account/buddy/command/signature */
#define KEY_BYTES 32

/* Pidgin's, by the types that they have there: a widget, and the link in it. */
typedef gboolean (*Activate)(gpointer imhtml, gpointer link);
typedef gboolean (*Register)(const char *name, Activate activate, gpointer context_menu);
typedef const char *(*GetUrl)(gpointer link);

static Register register_scheme; /* NULL: there are no links */
static GetUrl get_url;
static guint8 key[KEY_BYTES]; /* of this run */

/* ---- made ---- */

static char *
sign(const char *what)
{
    return g_compute_hmac_for_string(G_CHECKSUM_SHA256, key, sizeof key, what, -1);
}

char *
coex_link_dup_command(PurpleAccount *account, const char *who, const char *command)
{
    g_autofree char *own = g_uri_escape_string(purple_account_get_username(account), NULL, FALSE);
    g_autofree char *other = g_uri_escape_string(who, NULL, FALSE);
    g_autofree char *escaped = g_uri_escape_string(command, NULL, FALSE);
    g_autofree char *what = g_strjoin("/", own, other, escaped, NULL);
    g_autofree char *signature = sign(what);

    return register_scheme != NULL ? g_strconcat(SCHEME, what, "/", signature, NULL) : NULL;
}

/* ---- clicked ---- */

static PurpleConversation *
find_conversation(const char *own, const char *other)
{
    g_autofree char *username = g_uri_unescape_string(own, NULL);
    g_autofree char *who = g_uri_unescape_string(other, NULL);
    PurpleAccount *account = username != NULL ? purple_accounts_find(username, "prpl-coex") : NULL;

    return account != NULL && who != NULL
               ? purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, who, account)
               : NULL;
}

/* As if the command had been typed there. */
static void
run(PurpleConversation *conv, const char *escaped)
{
    g_autofree char *command = g_uri_unescape_string(escaped, NULL);
    g_autofree char *error = NULL;

    if (command == NULL)
        return;
    if (purple_cmd_do_command(conv, command, command, &error) != PURPLE_CMD_STATUS_OK)
        purple_conversation_write(conv, NULL, error != NULL ? error : _("That does not work now."),
                                  PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG, time(NULL));
}

static gboolean
on_activated(gpointer imhtml, gpointer link)
{
    const char *what = get_url(link) + strlen(SCHEME);
    g_auto(GStrv) parts = g_strsplit(what, "/", 0);
    const char *end = strrchr(what, '/');
    PurpleConversation *conv;

    if (g_strv_length(parts) != 4)
        return TRUE;

    g_autofree char *signed_part = g_strndup(what, (gsize)(end - what));
    g_autofree char *signature = sign(signed_part);
    conv = strcmp(signature, parts[3]) == 0 ? find_conversation(parts[0], parts[1]) : NULL;
    if (conv != NULL)
        run(conv, parts[2]);
    return TRUE;
}

/* ---- with the plugin ---- */

/* By name: the plugin loads in programs that have no windows, too. */
static gboolean
find_functions(void)
{
    void *program = dlopen(NULL, RTLD_LAZY);

    if (program == NULL)
        return FALSE;
    *(void **)&register_scheme = dlsym(program, "gtk_imhtml_class_register_protocol");
    *(void **)&get_url = dlsym(program, "gtk_imhtml_link_get_url");
    dlclose(program);
    return register_scheme != NULL && get_url != NULL;
}

void
coex_link_start(void)
{
    if (!coex_host_get()->runs_links || !find_functions() ||
        getrandom(key, sizeof key, 0) != sizeof key || !register_scheme(SCHEME, on_activated, NULL))
        register_scheme = NULL;
}

void
coex_link_stop(void)
{
    if (register_scheme != NULL)
        register_scheme(SCHEME, NULL, NULL);
    register_scheme = NULL;
}

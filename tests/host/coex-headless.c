// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * coex-headless: the plugin in a real libpurple without a screen. It reads commands on stdin and
 * prints each event as one line (event.h), or plays one conversation (--demo). End of input and
 * SIGTERM log off and end it with status 0.
 */
#include "client.h"
#include "demo.h"
#include "forms.h"
#include "irc.h"
#include "tools/hang.h"
#include <dlfcn.h>
#include <glib-unix.h>
#include <purple.h>
#include <signal.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char usage[] =
    "usage: coex-headless --plugin FILE --profile DIR [--ui ID] [--protocol ID] [--demo]\n"
    "         {--number +N --password-env VARIABLE [--option KEY[=VALUE]]...}...\n"
    "commands on stdin (\\n, \\t and \\\\ in TEXT are understood):\n"
    "  use NUMBER | login | logout | buddies | remove WHO | block WHO | sync TOKEN | quit\n"
    "  add WHO | touch GESTURE WHO | spoil SIGNAL ACT (see list.h)\n"
    "  say WHO TEXT | html WHO MARKUP | look [WHO] | tooltip WHO | menu WHO ENTRY | action ENTRY\n"
    "  pounce WHO TEXT | file WHO PATH | picture PATH | irc takeover|leave\n"
    "  library NAME | icon PATH\n"
    "  select ROW | set FIELD VALUE | press BUTTON\n";

typedef struct {
    const char *number;
    const char *password_env;
    GPtrArray *options; /* "key=value", or "key" for NULL */
} Login;

static struct {
    GMainLoop *loop;
    GMutex output;
    GPtrArray *logins; /* Login */
    char *number;      /* the account that commands are for */
    GString *input;
    gboolean demo;
    int exit_status;
} app;

/* ---- output ---- */

static void
on_event(const HostEvent *event, gpointer user_data)
{
    if (app.demo) {
        demo_on_event(event);
        return;
    }

    g_autofree char *line = host_event_to_line(event);
    g_autofree char *whole = g_strconcat(line, "\n", NULL);
    gsize length = strlen(whole);

    /* At once, since the process may be killed at the next instruction. */
    g_mutex_lock(&app.output);
    for (gsize done = 0; done < length;) {
        gssize n = write(STDOUT_FILENO, whole + done, length - done);
        if (n <= 0)
            break;
        done += (gsize)n;
    }
    g_mutex_unlock(&app.output);
}

/* ---- commands ---- */

static void
tell_refusal(const char *reason)
{
    if (reason != NULL)
        client_tell(host_event_new(EVENT_COMMAND, NULL, NULL, "refused", reason));
}

static void
do_use(const char *number, const char *rest)
{
    g_free(app.number);
    app.number = g_strdup(number);
}

static void
do_login(const char *first, const char *rest)
{
    client_login(app.number);
}

static void
do_logout(const char *first, const char *rest)
{
    client_logout(app.number);
}

static void
do_say(const char *who, const char *text)
{
    client_type(app.number, who, text);
}

static void
do_html(const char *who, const char *markup)
{
    client_type_html(app.number, who, markup);
}

static void
do_pounce(const char *who, const char *text)
{
    client_pounce(app.number, who, text);
}

static void
do_picture(const char *path, const char *rest)
{
    g_autofree char *name = g_path_get_basename(path);
    char *content;
    gsize length;

    if (g_file_get_contents(path, &content, &length, NULL))
        purple_imgstore_add_with_id(content, length, name);
}

static void
do_file(const char *who, const char *path)
{
    client_send_file(app.number, who, path);
}

static void
do_regret(const char *who, const char *path)
{
    tell_refusal(client_regret_file(app.number, who, path));
}

static void
do_hang(const char *words, const char *rest)
{
    if (*words != '\0')
        hang_begin("read", g_intern_string(words));
    else
        hang_end(0);
}

/* As a chat program that has it already. */
static void
do_library(const char *name, const char *rest)
{
    dlopen(name, RTLD_LAZY | RTLD_GLOBAL);
}

static void
do_icon(const char *path, const char *rest)
{
    char *content;
    gsize length;

    if (g_file_get_contents(path, &content, &length, NULL))
        purple_buddy_icons_set_account_icon(purple_accounts_find(app.number, "prpl-coex"),
                                            (guchar *)content, length);
}

static void
do_cancel(const char *first, const char *rest)
{
    client_cancel_transfers();
}

static void
do_look(const char *who, const char *rest)
{
    client_look(app.number, *who != '\0' ? who : NULL);
}

static void
do_tooltip(const char *who, const char *rest)
{
    client_tell_tooltip(app.number, who);
}

static void
do_menu(const char *who, const char *entry)
{
    client_pick_buddy_menu(app.number, who, entry);
}

static void
do_action(const char *entry, const char *rest)
{
    client_pick_account_menu(app.number, entry);
}

static void
do_buddies(const char *first, const char *rest)
{
    client_tell_buddies(app.number);
}

static void
do_remove(const char *who, const char *rest)
{
    client_remove_buddy(app.number, who);
}

static void
do_block(const char *who, const char *rest)
{
    client_block(app.number, who);
}

static void
do_unblock(const char *who, const char *rest)
{
    client_unblock(app.number, who);
}

static void
do_typing(const char *who, const char *rest)
{
    client_begin_typing(app.number, who);
}

static void
do_privacy(const char *rule, const char *rest)
{
    client_set_privacy(app.number, rule);
}

static void
do_add(const char *who, const char *rest)
{
    client_add_buddy(app.number, who);
}

static void
do_touch(const char *gesture, const char *who)
{
    if (!client_touch(app.number, gesture, who))
        tell_refusal("nothing to do that with");
}

static void
do_spoil(const char *signal, const char *act)
{
    client_spoil(app.number, signal, act);
}

static void
do_select(const char *row, const char *rest)
{
    tell_refusal(forms_select(row));
}

static void
do_set(const char *field, const char *value)
{
    tell_refusal(forms_set(field, value));
}

static void
do_press(const char *button, const char *rest)
{
    tell_refusal(forms_press(button));
}

static void
do_sync(const char *token, const char *rest)
{
    client_tell(host_event_new(EVENT_SYNC, NULL, NULL, NULL, token));
}

static void
do_irc(const char *act, const char *rest)
{
    tell_refusal(irc_act(act) ? NULL : "nothing that a client does");
}

static void
do_quit(const char *first, const char *rest)
{
    g_main_loop_quit(app.loop);
}

static const struct {
    const char *name;
    gboolean two; /* the first word is an argument of its own */
    void (*run)(const char *first, const char *rest);
} commands[] = {
    { "use", FALSE, do_use },         { "login", FALSE, do_login },
    { "logout", FALSE, do_logout },   { "say", TRUE, do_say },
    { "html", TRUE, do_html },        { "look", FALSE, do_look },
    { "tooltip", FALSE, do_tooltip }, { "menu", TRUE, do_menu },
    { "action", FALSE, do_action },   { "buddies", FALSE, do_buddies },
    { "remove", FALSE, do_remove },   { "select", FALSE, do_select },
    { "set", TRUE, do_set },          { "press", FALSE, do_press },
    { "sync", FALSE, do_sync },       { "quit", FALSE, do_quit },
    { "block", FALSE, do_block },     { "add", FALSE, do_add },
    { "typing", FALSE, do_typing },   { "unblock", FALSE, do_unblock },
    { "privacy", FALSE, do_privacy }, { "touch", TRUE, do_touch },
    { "spoil", TRUE, do_spoil },      { "pounce", TRUE, do_pounce },
    { "file", TRUE, do_file },        { "irc", FALSE, do_irc },
    { "picture", FALSE, do_picture }, { "regret", TRUE, do_regret },
    { "cancel", FALSE, do_cancel },   { "hang", FALSE, do_hang },
    { "library", FALSE, do_library }, { "icon", FALSE, do_icon },
};

static void
run_command(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 2);
    const char *arguments = words[0] != NULL && words[1] != NULL ? words[1] : "";

    for (guint i = 0; words[0] != NULL && i < G_N_ELEMENTS(commands); i++) {
        if (!g_str_equal(words[0], commands[i].name))
            continue;
        g_auto(GStrv) parts = g_strsplit(arguments, " ", commands[i].two ? 2 : 1);
        g_autofree char *first = host_unescape(parts[0] != NULL ? parts[0] : "");
        g_autofree char *rest = host_unescape(parts[0] != NULL && parts[1] != NULL ? parts[1] : "");
        commands[i].run(first, rest);
        return;
    }
    if (*line != '\0')
        tell_refusal("unknown command");
}

static gboolean
on_stdin(int fd, GIOCondition condition, gpointer user_data)
{
    char buffer[4096];
    gssize n = read(fd, buffer, sizeof buffer);

    if (n <= 0) {
        g_main_loop_quit(app.loop);
        return G_SOURCE_REMOVE;
    }
    g_string_append_len(app.input, buffer, n);

    char *end = NULL;
    while ((end = memchr(app.input->str, '\n', app.input->len)) != NULL) {
        g_autofree char *line = g_strndup(app.input->str, (gsize)(end - app.input->str));
        g_string_erase(app.input, 0, end - app.input->str + 1);
        run_command(line);
    }
    return G_SOURCE_CONTINUE;
}

/* ---- start ---- */

static Login *
last_login(void)
{
    return app.logins->len > 0 ? g_ptr_array_index(app.logins, app.logins->len - 1) : NULL;
}

/* FALSE for an option that does not exist or stands at the wrong place. */
static gboolean
read_option(ClientConfig *config, const char *name, const char *value)
{
    Login *login = last_login();

    if (g_str_equal(name, "--plugin")) {
        config->plugin = value;
    } else if (g_str_equal(name, "--profile")) {
        config->profile = value;
    } else if (g_str_equal(name, "--ui")) {
        config->ui_id = value;
    } else if (g_str_equal(name, "--protocol")) {
        config->protocol = value;
    } else if (g_str_equal(name, "--number")) {
        login = g_new0(Login, 1);
        login->number = value;
        login->options = g_ptr_array_new();
        g_ptr_array_add(app.logins, login);
    } else if (g_str_equal(name, "--password-env") && login != NULL) {
        login->password_env = value;
    } else if (g_str_equal(name, "--option") && login != NULL) {
        g_ptr_array_add(login->options, (gpointer)value);
    } else {
        return FALSE;
    }
    return TRUE;
}

static gboolean
read_options(ClientConfig *config, int argc, char **argv)
{
    app.logins = g_ptr_array_new();
    for (int i = 1; i < argc; i++) {
        if (g_str_equal(argv[i], "--demo")) {
            app.demo = TRUE;
            continue;
        }
        if (i + 1 >= argc || !read_option(config, argv[i], argv[i + 1]))
            return FALSE;
        i++;
    }
    return config->plugin != NULL && config->profile != NULL && app.logins->len > 0;
}

static gboolean
set_up(const Login *login)
{
    const char *password = login->password_env != NULL ? g_getenv(login->password_env) : NULL;

    client_add_account(login->number, password);
    for (guint i = 0; i < login->options->len; i++) {
        const char *option = g_ptr_array_index(login->options, i);
        const char *value = strchr(option, '=');
        g_autofree char *key = g_strndup(option, strcspn(option, "="));
        if (client_set_option(login->number, key, value != NULL ? value + 1 : NULL))
            continue;
        fprintf(stderr, "coex-headless: the plugin has no option %s\n", key);
        return FALSE;
    }
    return TRUE;
}

static gboolean
on_signal(gpointer user_data)
{
    g_main_loop_quit(app.loop);
    return G_SOURCE_CONTINUE;
}

static void
on_demo_finished(int exit_status)
{
    app.exit_status = exit_status;
    g_main_loop_quit(app.loop);
}

int
main(int argc, char **argv)
{
    ClientConfig config = { .on_event = on_event };
    g_autoptr(GError) error = NULL;

    if (!read_options(&config, argc, argv)) {
        fputs(usage, stderr);
        return 2;
    }
    /* BitlBee stays with English. */
    setlocale(g_strcmp0(config.ui_id, "BitlBee") == 0 ? LC_CTYPE : LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    app.loop = g_main_loop_new(NULL, FALSE);
    app.input = g_string_new(NULL);
    if (g_strcmp0(config.ui_id, "BitlBee") == 0)
        irc_start();
    if (!client_start(&config, &error)) {
        fprintf(stderr, "coex-headless: %s\n", error->message);
        return 1;
    }
    for (guint i = 0; i < app.logins->len; i++) {
        if (!set_up(g_ptr_array_index(app.logins, i)))
            return 1;
    }

    app.number = g_strdup(((Login *)g_ptr_array_index(app.logins, 0))->number);
    if (app.demo && !client_is_simulated(app.number)) {
        fputs("coex-headless: --demo writes to made-up people, so only to a simulated number\n",
              stderr);
        return 2;
    }
    if (!app.demo && isatty(STDIN_FILENO))
        fputs(usage, stderr);
    g_unix_signal_add(SIGTERM, on_signal, NULL);
    g_unix_signal_add(SIGINT, on_signal, NULL);
    if (app.demo)
        demo_start(app.number, on_demo_finished);
    else
        g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP | G_IO_ERR, on_stdin, NULL);
    g_main_loop_run(app.loop);
    client_stop();
    return app.exit_status;
}

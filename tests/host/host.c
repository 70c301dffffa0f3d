// SPDX-License-Identifier: GPL-2.0-or-later
#include "host-private.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define PASSWORD_ENV "COEX_HEADLESS_PASSWORD_%u"

/* ---- life ---- */

static void
account_free(gpointer data)
{
    Account *account = data;
    g_free(account->number);
    g_free(account->password);
    g_ptr_array_unref(account->keys);
    g_ptr_array_unref(account->values);
    g_free(account);
}

static char *
built(const char *name)
{
    const char *folder = g_getenv("COEX_BUILD_DIR");
    return g_build_filename(folder != NULL ? folder : "build/plain", name, NULL);
}

Host *
host_new(const char *ui_id, const char *profile)
{
    Host *host = g_new0(Host, 1);
    host->ui_id = g_strdup(ui_id != NULL ? ui_id : "coex-headless");
    host->own_profile = profile == NULL;
    host->profile = profile != NULL ? g_strdup(profile) : g_dir_make_tmp("coex-host-XXXXXX", NULL);
    g_assert_nonnull(host->profile);
    host->plugin = built("libcoex.so");
    host->protocol = g_strdup("prpl-coex");
    host->accounts = g_ptr_array_new_with_free_func(account_free);
    host->events = g_ptr_array_new_with_free_func((GDestroyNotify)host_event_free);
    host->unread = g_string_new(NULL);
    return host;
}

void
host_set_witness(Host *host, void (*print)(gpointer user_data), gpointer user_data)
{
    host->print_witness = print;
    host->witness = user_data;
}

void
host_load_plugin(Host *host, const char *path, const char *protocol)
{
    g_free(host->plugin);
    g_free(host->protocol);
    host->plugin = g_strdup(path);
    host->protocol = g_strdup(protocol);
}

static Account *
find_account(Host *host, const char *number)
{
    for (guint i = 0; i < host->accounts->len; i++) {
        Account *account = g_ptr_array_index(host->accounts, i);
        if (g_str_equal(account->number, number))
            return account;
    }
    g_error("the host has no account %s", number);
}

void
host_account(Host *host, const char *number, const char *password, ...)
{
    Account *account = g_new0(Account, 1);
    va_list pairs;

    account->number = g_strdup(number);
    account->password = g_strdup(password);
    account->keys = g_ptr_array_new_with_free_func(g_free);
    account->values = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(host->accounts, account);

    va_start(pairs, password);
    for (const char *key; (key = va_arg(pairs, const char *)) != NULL;)
        host_set_option(host, number, key, va_arg(pairs, const char *));
    va_end(pairs);
}

void
host_set_option(Host *host, const char *number, const char *key, const char *value)
{
    Account *account = find_account(host, number);

    for (guint i = 0; i < account->keys->len; i++) {
        if (!g_str_equal(g_ptr_array_index(account->keys, i), key))
            continue;
        g_free(account->values->pdata[i]);
        account->values->pdata[i] = g_strdup(value);
        return;
    }
    g_ptr_array_add(account->keys, g_strdup(key));
    g_ptr_array_add(account->values, g_strdup(value));
}

void
host_set_password(Host *host, const char *number, const char *password)
{
    Account *account = find_account(host, number);

    g_free(account->password);
    account->password = g_strdup(password);
}

const char *
host_get_profile(const Host *host)
{
    return host->profile;
}

static void
add(GPtrArray *argv, const char *name, const char *value)
{
    g_ptr_array_add(argv, g_strdup(name));
    g_ptr_array_add(argv, g_strdup(value));
}

static void
add_account(GPtrArray *argv, char ***environment, const Account *account, guint index)
{
    g_autofree char *variable = g_strdup_printf(PASSWORD_ENV, index);

    *environment = g_environ_setenv(*environment, variable, account->password, TRUE);
    add(argv, "--number", account->number);
    add(argv, "--password-env", variable);
    for (guint i = 0; i < account->keys->len; i++) {
        const char *value = g_ptr_array_index(account->values, i);
        g_autofree char *option = g_strconcat(g_ptr_array_index(account->keys, i),
                                              value != NULL ? "=" : NULL, value, NULL);
        add(argv, "--option", option);
    }
}

void
host_start(Host *host)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) environment = g_get_environ();
    g_autoptr(GError) error = NULL;

    if (host->pid != 0)
        return;
    g_ptr_array_add(argv, built("coex-headless"));
    add(argv, "--plugin", host->plugin);
    add(argv, "--protocol", host->protocol);
    add(argv, "--profile", host->profile);
    add(argv, "--ui", host->ui_id);
    for (guint i = 0; i < host->accounts->len; i++)
        add_account(argv, &environment, g_ptr_array_index(host->accounts, i), i);
    g_ptr_array_add(argv, NULL);

    g_string_truncate(host->unread, 0);
    g_spawn_async_with_pipes(NULL, (char **)argv->pdata, environment, G_SPAWN_DO_NOT_REAP_CHILD,
                             NULL, NULL, &host->pid, &host->to_child, &host->from_child, NULL,
                             &error);
    g_assert_no_error(error);
    host_wait_for(host, EVENT_READY, NULL, NULL);
    if (host->used != NULL)
        host_use(host, host->used);
}

static int
reap(Host *host)
{
    int status = 0;

    close(host->to_child);
    close(host->from_child);
    while (waitpid(host->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    g_spawn_close_pid(host->pid);
    host->pid = 0;
    return status;
}

/* ---- verbs ---- */

void
host_command(Host *host, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *line = g_strdup_vprintf(format, args);
    va_end(args);

    if (host->pid == 0)
        host_fail(host, "the host does not run");
    gssize length = (gssize)strlen(line);
    if (write(host->to_child, line, (gsize)length) != length)
        host_fail(host, "the host has ended by itself");
}

void
host_use(Host *host, const char *number)
{
    char *copy = g_strdup(number);

    g_free(host->used);
    host->used = copy;
    if (host->pid != 0)
        host_command(host, "use %s\n", copy);
}

void
host_login(Host *host)
{
    host_start(host);
    host_command(host, "login\n");
}

void
host_go_online(Host *host)
{
    host_login(host);
    host_wait_for(host, EVENT_CONNECTED, NULL, NULL);
}

const HostEvent *
host_logout(Host *host)
{
    host_command(host, "logout\n");
    return host_wait_for(host, EVENT_DISCONNECTED, NULL, NULL);
}

/* A command whose last argument is free text. */
static void
command_text(Host *host, const char *name, const char *first, const char *text)
{
    g_autofree char *escaped = host_escape(text);
    g_autofree char *escaped_first = host_escape(first);

    host_command(host, "%s %s%s%s\n", name, escaped_first, *first != '\0' ? " " : "", escaped);
}

void
host_type(Host *host, const char *who, const char *text)
{
    command_text(host, "say", who, text);
}

void
host_type_html(Host *host, const char *who, const char *html)
{
    command_text(host, "html", who, html);
}

void
host_pounce(Host *host, const char *who, const char *text)
{
    command_text(host, "pounce", who, text);
}

void
host_send_file(Host *host, const char *who, const char *path)
{
    command_text(host, "file", who, path);
}

void
host_store_picture(Host *host, const char *path)
{
    command_text(host, "picture", "", path);
}

void
host_choose_icon(Host *host, const char *path)
{
    command_text(host, "icon", "", path);
}

void
host_load_library(Host *host, const char *name)
{
    command_text(host, "library", "", name);
}

void
host_look(Host *host, const char *who)
{
    command_text(host, "look", "", who != NULL ? who : "");
}

void
host_pick_menu(Host *host, const char *who, const char *entry)
{
    command_text(host, "menu", who, entry);
}

void
host_pick_action(Host *host, const char *entry)
{
    command_text(host, "action", "", entry);
}

void
host_remove_buddy(Host *host, const char *who)
{
    command_text(host, "remove", "", who);
}

void
host_block(Host *host, const char *who)
{
    command_text(host, "block", "", who);
}

void
host_unblock(Host *host, const char *who)
{
    command_text(host, "unblock", "", who);
}

void
host_begin_typing(Host *host, const char *who)
{
    command_text(host, "typing", "", who);
}

void
host_set_privacy(Host *host, const char *rule)
{
    command_text(host, "privacy", "", rule);
}

void
host_add_buddy(Host *host, const char *who)
{
    command_text(host, "add", "", who);
}

void
host_irc(Host *host, const char *act)
{
    command_text(host, "irc", "", act);
}

void
host_spoil(Host *host, const char *signal, const char *act)
{
    command_text(host, "spoil", signal, act);
}

char *
host_read_list(const Host *host)
{
    g_autofree char *path = g_build_filename(host->profile, "blist.xml", NULL);
    char *text = NULL;

    g_assert_cmpint(host->pid, ==, 0);
    g_file_get_contents(path, &text, NULL, NULL);
    return text != NULL ? text : g_strdup("");
}

static void
check_refusal(Host *host)
{
    host_sync(host);
    for (guint i = 0; i < host->events->len; i++) {
        HostEvent *event = g_ptr_array_index(host->events, i);
        if (!event->taken && g_str_equal(event->kind, EVENT_COMMAND) &&
            g_str_equal(event->detail, "refused"))
            host_fail(host, "it cannot be done: %s", event->text);
    }
}

void
host_hang(Host *host, const char *words)
{
    host_command(host, "hang %s\n", words);
}

void
host_cancel_transfers(Host *host)
{
    host_command(host, "cancel\n");
}

void
host_regret_file(Host *host, const char *who, const char *path)
{
    command_text(host, "regret", who, path);
}

void
host_has_left(Host *host)
{
    g_autofree char *mark = g_build_filename(host->profile, FILE_LEFT, NULL);

    g_assert_true(g_file_set_contents(mark, "", -1, NULL));
    check_refusal(host);
}

void
host_touch(Host *host, const char *gesture, const char *who)
{
    command_text(host, "touch", gesture, who);
    check_refusal(host);
}

void
host_request_select(Host *host, const char *row)
{
    command_text(host, "select", "", row);
    check_refusal(host);
}

void
host_request_set(Host *host, const char *field, const char *value)
{
    command_text(host, "set", field, value);
    check_refusal(host);
}

void
host_request_press(Host *host, const char *button)
{
    command_text(host, "press", "", button);
    check_refusal(host);
}

void
host_request_ok(Host *host)
{
    host_request_press(host, "OK");
}

void
host_request_cancel(Host *host)
{
    host_request_press(host, "Cancel");
}

/* ---- the end ---- */

void
host_assert_not_logged(Host *host, const char *secret)
{
    g_autofree char *path = g_build_filename(host->profile, "debug.log", NULL);
    g_autofree char *text = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL) && strstr(text, secret) != NULL)
        host_fail(host, "the debug log holds the secret %s", secret);
}

void
host_assert_logged(Host *host, const char *text)
{
    g_autofree char *path = g_build_filename(host->profile, "debug.log", NULL);
    g_autofree char *log = NULL;

    if (!g_file_get_contents(path, &log, NULL, NULL) || strstr(log, text) == NULL)
        host_fail(host, "the debug log does not hold “%s”", text);
}

void
host_wait_logged(Host *host, const char *text)
{
    g_autofree char *path = g_build_filename(host->profile, "debug.log", NULL);
    gint64 until = g_get_monotonic_time() + HOST_PATIENCE_MS * 1000;

    for (;;) {
        g_autofree char *log = NULL;

        if (g_file_get_contents(path, &log, NULL, NULL) && strstr(log, text) != NULL)
            return;
        if (g_get_monotonic_time() > until)
            host_fail(host, "the debug log does not come to hold “%s”", text);
        host_sync(host);
    }
}

void
host_assert_kept(Host *host, const char *secret)
{
    host_assert_not_logged(host, secret);
    for (guint i = 0; i < host->events->len; i++) {
        const HostEvent *event = g_ptr_array_index(host->events, i);
        if (strstr(event->text, secret) != NULL || strstr(event->extra, secret) != NULL)
            host_fail(host, "%s tells the secret %s", event->kind, secret);
    }
}

static void
check_criticals(Host *host)
{
    for (guint i = 0; i < host->events->len; i++) {
        const HostEvent *event = g_ptr_array_index(host->events, i);
        if (g_str_equal(event->kind, EVENT_CRITICAL))
            host_fail(host, "critical: %s", event->text);
    }
}

void
host_quit(Host *host)
{
    if (host->pid == 0)
        return;

    host_command(host, "quit\n");
    const HostEvent *left = host_wait_for(host, EVENT_LEFT, NULL, NULL);
    if (!g_str_equal(left->text, "timers=0 inputs=0 requests=0 threads=0"))
        host_fail(host, "left behind: %s", left->text);

    int status = reap(host);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        host_fail(host, "the host ended with status 0x%x", (guint)status);
    check_criticals(host);
    for (guint i = 0; i < host->accounts->len; i++) {
        const Account *account = g_ptr_array_index(host->accounts, i);
        host_assert_kept(host, account->password);
    }
}

void
host_kill(Host *host)
{
    if (host->pid == 0)
        return;

    kill(host->pid, SIGKILL);
    while (host_read_more(host, g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000))
        continue;
    reap(host);
}

static void
remove_folder(const char *path)
{
    g_autoptr(GDir) folder = g_dir_open(path, 0, NULL);
    const char *name = NULL;

    while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
        g_autofree char *inside = g_build_filename(path, name, NULL);
        if (g_file_test(inside, G_FILE_TEST_IS_DIR) && !g_file_test(inside, G_FILE_TEST_IS_SYMLINK))
            remove_folder(inside);
        else
            g_unlink(inside);
    }
    g_rmdir(path);
}

void
host_free(Host *host)
{
    if (host == NULL)
        return;

    host_quit(host);
    if (host->own_profile)
        remove_folder(host->profile);
    g_free(host->ui_id);
    g_free(host->profile);
    g_free(host->plugin);
    g_free(host->protocol);
    g_free(host->used);
    g_ptr_array_unref(host->accounts);
    g_ptr_array_unref(host->events);
    g_string_free(host->unread, TRUE);
    g_free(host);
}

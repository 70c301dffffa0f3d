// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * purple-host SCREEN PLUGIN PROFILE NUMBER [KEY=VALUE]...: the measured chat program, libpurple
 * without a screen. Stamps each message it shows into the file SCREEN (screen.h) and watches its
 * own main loop. The password is in BENCH_KEY. Commands on stdin, each answered by a line: login
 * ("online MICROSECONDS" or "refused 0"), memory ("memory KB"), api URL (the same answer), peak
 * (the most memory since the last peak, "memory KB"), file NUMBER PATH, which sends it ("memory
 * KB"), crowd N, which makes it N buddies in a group, say TEXT, to the account's own number
 * ("memory KB" both); ends at the end of its input. Its first line, "bare KB", is its private
 * memory before the plugin is loaded.
 */
#include "screen.h"
#include <fcntl.h>
#include <glib-unix.h>
#include <purple.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define PROTOCOL "prpl-coex"
#define UI_ID "bench"

static struct {
    Screen *screen;
    GMainLoop *loop;
    PurpleAccount *account;
    gint64 login_at;
    gboolean refused; /* by the last login */
    gint64 turn_at;   /* when the main loop last began to work, and its thread's time then */
    gint64 turn_cpu_at;
} host;

static void
say(const char *word, gint64 number)
{
    printf("%s %" G_GINT64_FORMAT "\n", word, number);
    fflush(stdout);
}

/* ---- the main loop, timed between two polls ---- */

static gint64
get_cpu_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * G_USEC_PER_SEC + now.tv_nsec / 1000;
}

static gint
timed_poll(GPollFD *fds, guint n_fds, gint timeout)
{
    gint n;

    if (host.turn_at != 0) {
        host.screen->gap_us = MAX(host.screen->gap_us, g_get_monotonic_time() - host.turn_at);
        host.screen->gap_cpu_us = MAX(host.screen->gap_cpu_us, get_cpu_time() - host.turn_cpu_at);
    }
    n = g_poll(fds, n_fds, timeout);
    host.turn_at = g_get_monotonic_time();
    host.turn_cpu_at = get_cpu_time();
    return n;
}

typedef struct {
    PurpleInputFunction func;
    gpointer data;
} Input;

static gboolean
on_input(gint fd, GIOCondition condition, gpointer data)
{
    Input *input = data;
    int what = 0;

    if ((condition & (G_IO_IN | G_IO_HUP | G_IO_ERR)) != 0)
        what |= PURPLE_INPUT_READ;
    if ((condition & (G_IO_OUT | G_IO_HUP | G_IO_ERR | G_IO_NVAL)) != 0)
        what |= PURPLE_INPUT_WRITE;
    input->func(input->data, fd, what);
    return G_SOURCE_CONTINUE;
}

static guint
add_input(int fd, PurpleInputCondition condition, PurpleInputFunction func, gpointer data)
{
    g_autoptr(GSource) source = NULL;
    Input *input = g_new(Input, 1);
    GIOCondition io = G_IO_HUP | G_IO_ERR | G_IO_NVAL;

    *input = (Input){ func, data };
    io |= (condition & PURPLE_INPUT_READ) != 0 ? G_IO_IN : 0;
    io |= (condition & PURPLE_INPUT_WRITE) != 0 ? G_IO_OUT : 0;
    source = g_unix_fd_source_new(fd, io);
    g_source_set_callback(source, G_SOURCE_FUNC(on_input), input, g_free);
    return g_source_attach(source, NULL);
}

static PurpleEventLoopUiOps event_loop_ops = {
    .timeout_add = g_timeout_add,
    .timeout_remove = g_source_remove,
    .input_add = add_input,
    .input_remove = g_source_remove,
    .timeout_add_seconds = g_timeout_add_seconds,
};

/* ---- what is shown ---- */

static void
on_received(PurpleAccount *account, const char *sender, const char *message,
            PurpleConversation *conversation, PurpleMessageFlags flags)
{
    const char *text = strstr(message, "bench ");
    guint64 number = 0;

    if (strstr(message, "/" SCREEN_FILE) != NULL)
        g_atomic_int_inc(&host.screen->n_files);
    if (text != NULL)
        number = g_ascii_strtoull(text + strlen("bench "), NULL, 10);
    if (text == NULL || number >= SCREEN_MESSAGES)
        return;
    host.screen->shown_at[number] = g_get_monotonic_time();
    g_atomic_int_inc(&host.screen->n_shown);
}

/* A line of the account's. */
static void *
show_notice(PurpleNotifyMsgType type, const char *title, const char *primary, const char *secondary)
{
    g_auto(GStrv) words = g_strsplit_set(secondary != NULL ? secondary : "", " \n", -1);
    g_autofree char *text = g_strjoinv(" ", words);

    if (strstr(text, "earlier chats have arrived") != NULL)
        host.screen->past_at = g_get_monotonic_time();
    if (strstr(text, "broadcast yes sends it") != NULL)
        host.screen->asked_at = g_get_monotonic_time();
    return NULL;
}

static PurpleNotifyUiOps notify_ops = { .notify_message = show_notice };

static void
on_signed_on(PurpleConnection *connection)
{
    say("online", g_get_monotonic_time() - host.login_at);
}

static void
on_error(PurpleAccount *account, PurpleConnectionError error, const char *text)
{
    host.refused = TRUE;
}

static void
on_signed_off(PurpleConnection *connection)
{
    if (host.refused)
        say("refused", 0);
    host.refused = FALSE;
}

/* ---- commands ---- */

/* A figure of the kernel's about this program, -1: it has none. */
static gint64
read_kb(const char *path, const char *word)
{
    g_autofree char *text = NULL;
    const char *line = NULL;

    if (g_file_get_contents(path, &text, NULL, NULL))
        line = strstr(text, word);
    return line != NULL ? g_ascii_strtoll(line + strlen(word), NULL, 10) : -1;
}

static gint64
get_private_kb(void)
{
    return read_kb("/proc/self/smaps_rollup", "Private_Dirty:");
}

static gint64
take_peak_kb(void)
{
    gint64 peak = read_kb("/proc/self/status", "VmHWM:");
    FILE *file = fopen("/proc/self/clear_refs", "w");

    if (file == NULL || fputs("5", file) < 0 || fclose(file) != 0)
        g_error("the peak cannot be set back");
    return peak;
}

static void
send_file(const char *words)
{
    g_auto(GStrv) parts = g_strsplit(words, " ", 2);

    serv_send_file(purple_account_get_connection(host.account), parts[0], parts[1]);
}

static void
on_file_sent(PurpleXfer *xfer)
{
    g_atomic_int_inc(&host.screen->n_files);
}

static void
make_crowd(guint n)
{
    static guint n_made;
    PurpleGroup *group = purple_group_new(SCREEN_GROUP);

    purple_blist_add_group(group, NULL);
    for (; n_made < n; n_made++) {
        g_autofree char *name = g_strdup_printf(SCREEN_BUDDY, n_made);
        g_autofree char *alias = g_strdup_printf("Person %u", n_made);

        purple_blist_add_buddy(purple_buddy_new(host.account, name, alias), NULL, group, NULL);
    }
}

static void
say_to_own(const char *text)
{
    serv_send_im(purple_account_get_connection(host.account),
                 purple_account_get_username(host.account), text, 0);
}

static gboolean
on_command(gint fd, GIOCondition condition, gpointer data)
{
    char line[512];

    if (fgets(line, sizeof line, stdin) == NULL) {
        g_main_loop_quit(host.loop);
        return G_SOURCE_REMOVE;
    }
    if (g_str_has_prefix(line, "login")) {
        host.login_at = g_get_monotonic_time();
        purple_account_set_enabled(host.account, UI_ID, TRUE);
        if (purple_account_is_disconnected(host.account))
            purple_account_connect(host.account);
        return G_SOURCE_CONTINUE;
    }
    if (g_str_has_prefix(line, "api "))
        purple_account_set_string(host.account, "api-url", g_strstrip(line + strlen("api ")));
    if (g_str_has_prefix(line, "file "))
        send_file(g_strstrip(line + strlen("file ")));
    if (g_str_has_prefix(line, "crowd "))
        make_crowd((guint)g_ascii_strtoull(line + strlen("crowd "), NULL, 10));
    if (g_str_has_prefix(line, "say "))
        say_to_own(g_strstrip(line + strlen("say ")));
    say("memory", g_str_has_prefix(line, "peak") ? take_peak_kb() : get_private_kb());
    return G_SOURCE_CONTINUE;
}

/* ---- start ---- */

static void
map_screen(const char *path)
{
    int fd = open(path, O_RDWR | O_CLOEXEC);

    host.screen = mmap(NULL, sizeof *host.screen, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || host.screen == MAP_FAILED)
        g_error("%s cannot be mapped", path);
    close(fd);
}

static void
load_plugin(const char *path)
{
    g_autofree char *folder = g_path_get_dirname(path);

    purple_plugins_add_search_path(folder);
    purple_plugins_probe(G_MODULE_SUFFIX);
    if (purple_find_prpl(PROTOCOL) == NULL)
        g_error("%s does not load", path);
}

static void
make_account(const char *number, char **options)
{
    host.account = purple_account_new(number, PROTOCOL);
    purple_accounts_add(host.account);
    purple_account_set_password(host.account, g_getenv("BENCH_KEY"));
    for (; *options != NULL; options++) {
        g_auto(GStrv) pair = g_strsplit(*options, "=", 2);

        purple_account_set_string(host.account, pair[0], pair[1]);
    }
}

int
main(int argc, char **argv)
{
    static int handle;

    if (argc < 5)
        g_error("purple-host SCREEN PLUGIN PROFILE NUMBER [KEY=VALUE]...");
    map_screen(argv[1]);
    purple_util_set_user_dir(argv[3]);
    purple_eventloop_set_ui_ops(&event_loop_ops);
    purple_notify_set_ui_ops(&notify_ops);
    if (!purple_core_init(UI_ID))
        g_error("libpurple does not start");
    purple_set_blist(purple_blist_new());
    say("bare", get_private_kb());
    load_plugin(argv[2]);
    make_account(argv[4], argv + 5);
    purple_signal_connect(purple_conversations_get_handle(), "received-im-msg", &handle,
                          PURPLE_CALLBACK(on_received), NULL);
    purple_signal_connect(purple_connections_get_handle(), "signed-on", &handle,
                          PURPLE_CALLBACK(on_signed_on), NULL);
    purple_signal_connect(purple_connections_get_handle(), "signed-off", &handle,
                          PURPLE_CALLBACK(on_signed_off), NULL);
    purple_signal_connect(purple_accounts_get_handle(), "account-connection-error", &handle,
                          PURPLE_CALLBACK(on_error), NULL);
    purple_signal_connect(purple_xfers_get_handle(), "file-send-complete", &handle,
                          PURPLE_CALLBACK(on_file_sent), NULL);
    g_unix_fd_add(STDIN_FILENO, G_IO_IN | G_IO_HUP, on_command, NULL);
    host.loop = g_main_loop_new(NULL, FALSE);
    g_main_context_set_poll_func(NULL, timed_poll);
    g_main_loop_run(host.loop);
    purple_core_quit();
    g_main_loop_unref(host.loop);
    return 0;
}

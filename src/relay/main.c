// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/option-name.h"
#include "core/error.h"
#include "relay/check.h"
#include "relay/config.h"
#include "relay/console.h"
#include "relay/notify.h"
#include "relay/relay.h"
#include <glib-unix.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* What systemd does not start again: the configuration must be changed first. */
#define EXIT_CONFIG 2
/* As many as the listener can use, with the database's own. */
#define DESCRIPTORS 4096

static void
say(const char *line)
{
    g_autofree char *named = coex_option_names_write(line, NULL);

    fprintf(stderr, "%s\n", named);
}

/* A connection is a descriptor. */
static void
raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= DESCRIPTORS)
        return;
    limit.rlim_cur = MIN(limit.rlim_max, DESCRIPTORS);
    setrlimit(RLIMIT_NOFILE, &limit);
}

static gboolean
on_stop(gpointer data)
{
    g_main_loop_quit(data);
    return G_SOURCE_CONTINUE;
}

typedef struct {
    CoexRelay *relay;
    const char *file;
} Running;

static void
warn_of_readers(const char *file)
{
    struct stat info;

    if (stat(file, &info) == 0 && (info.st_mode & S_IROTH) != 0) {
        g_autofree char *line = g_strdup_printf(
            "Everybody on this computer can read the secrets in %s: chmod o-rwx %s.", file, file);

        say(line);
    }
}

/* Once at the start, and once where it is read again. */
static void
warn_of_all_readers(const char *file, const CoexRelayConfig *config)
{
    warn_of_readers(file);
    if (config->nats_credentials != NULL)
        warn_of_readers(config->nats_credentials);
}

static gboolean
on_reload(gpointer data)
{
    const Running *running = data;
    g_autofree char *state =
        g_strdup_printf("RELOADING=1\nMONOTONIC_USEC=%" G_GINT64_FORMAT, g_get_monotonic_time());
    g_autoptr(GError) error = NULL;
    CoexRelayConfig *config;

    coex_notify(state);
    config = coex_relay_config_read(running->file, &error);
    if (config != NULL) {
        warn_of_all_readers(running->file, config);
        coex_relay_reload(running->relay, config);
    } else {
        say(error->message);
        say("So nothing was changed.");
    }
    coex_notify("READY=1");
    return G_SOURCE_CONTINUE;
}

static int
run(const CoexRelayConfig *config, const char *file)
{
    g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
    g_autoptr(GError) error = NULL;
    Running running = { .file = file };

    raise_descriptors();
    g_unix_signal_add(SIGTERM, on_stop, loop);
    g_unix_signal_add(SIGINT, on_stop, loop);
    g_unix_signal_add(SIGHUP, on_reload, &running);
    running.relay = coex_relay_open(config, say, &error);
    if (running.relay == NULL) {
        say(error->message);
        return g_error_matches(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT) ? EXIT_CONFIG
                                                                            : EXIT_FAILURE;
    }
    coex_notify("READY=1");
    g_main_loop_run(loop);
    coex_notify("STOPPING=1");
    coex_relay_close(running.relay);
    say("Ended; all that was acknowledged is on disk.");
    return EXIT_SUCCESS;
}

/* How it stands, or what is left where it does not run. */
static int
tell_status(const CoexRelayConfig *config)
{
    g_autofree char *text = config->metrics != NULL ? coex_console_ask(config->metrics) : NULL;
    g_autoptr(GError) error = NULL;

    if (text == NULL && !g_file_test(config->database, G_FILE_TEST_EXISTS)) {
        say("There is no database yet where the configuration says: the relay did not run with it, "
            "or this user may not look there.");
        return EXIT_FAILURE;
    }
    if (text == NULL)
        text = coex_relay_dup_rest(config, &error);
    if (text != NULL) {
        fputs(text, stdout);
        return EXIT_SUCCESS;
    }
    if (g_error_matches(error, COEX_ERROR, COEX_ERROR_LOCKED))
        say("The relay runs, but was not told where to tell how it stands. Write "
            "metrics=127.0.0.1:9480 below [relay] and restart it.");
    else
        say(error->message);
    return EXIT_FAILURE;
}

/* "": it is to run. */
static gboolean
is_verb(const char *word)
{
    return *word == '\0' || g_str_equal(word, "status") || g_str_equal(word, "check");
}

static void
tell(const char *line)
{
    puts(line);
}

int
main(int argc, char **argv)
{
    g_autofree char *file = NULL;
    const char *verb;
    gboolean version = FALSE;
    const GOptionEntry entries[] = {
        { "config", 'c', 0, G_OPTION_ARG_FILENAME, &file, "What to receive, and for whom", "FILE" },
        { "version", 0, 0, G_OPTION_ARG_NONE, &version, "Tell the version, and end", NULL },
        G_OPTION_ENTRY_NULL
    };
    g_autoptr(GOptionContext) context = g_option_context_new("[status|check]");
    g_autoptr(CoexRelayConfig) config = NULL;
    g_autoptr(GError) error = NULL;

    setlocale(LC_ALL, "");
    umask(077);
    g_option_context_set_summary(context, "Takes WhatsApp's webhooks for desks that sleep.");
    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, &argc, &argv, &error)) {
        say(error->message);
        return EXIT_CONFIG;
    }
    if (version) {
        printf("coex-relay %s\n", COEX_VERSION);
        return EXIT_SUCCESS;
    }
    verb = argc > 1 ? argv[1] : "";
    if (file == NULL || argc > 2 || !is_verb(verb)) {
        say("It is called as: coex-relay --config FILE, and status or check behind that where it "
            "is to tell something.");
        return EXIT_CONFIG;
    }
    config = coex_relay_config_read(file, &error);
    if (config == NULL) {
        say(error->message);
        return EXIT_CONFIG;
    }
    if (g_str_equal(verb, "status"))
        return tell_status(config);
    if (g_str_equal(verb, "check"))
        return coex_relay_check(config, g_getenv("COEX_TOKEN"), tell) ? EXIT_SUCCESS : EXIT_FAILURE;
    warn_of_all_readers(file, config);
    return run(config, file);
}

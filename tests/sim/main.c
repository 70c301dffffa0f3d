// SPDX-License-Identifier: GPL-2.0-or-later
/* coex-sim: the simulated number as a program, with a console on its standard input. */
#include "console.h"

#include <gio/gio.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    char *provider;
    char *webhook;
    char *ready_file;
    CoexSimIdentity identity;
    int port;
    gboolean demo;
    gboolean serve;
} Options;

typedef struct {
    CoexSim *sim;
    GMainLoop *loop;
    gboolean stays; /* the end of standard input is not the end */
} Program;

static void
on_log(const char *line, gpointer user_data)
{
    fputs(line, stdout);
    fputc('\n', stdout);
    fflush(stdout);
}

static gboolean
on_signal(gpointer user_data)
{
    Program *program = user_data;

    g_main_loop_quit(program->loop);
    return G_SOURCE_CONTINUE;
}

static gboolean
on_input(GIOChannel *channel, GIOCondition condition, gpointer user_data)
{
    Program *program = user_data;
    g_autofree char *line = NULL;
    GIOStatus status = g_io_channel_read_line(channel, &line, NULL, NULL, NULL);

    if (status == G_IO_STATUS_AGAIN)
        return G_SOURCE_CONTINUE;
    if (status == G_IO_STATUS_NORMAL && coex_sim_console_run(program->sim, line))
        return G_SOURCE_CONTINUE;
    if (status == G_IO_STATUS_NORMAL || !program->stays)
        g_main_loop_quit(program->loop);
    return G_SOURCE_REMOVE;
}

static gboolean
parse_options(Options *options, int *argc, char ***argv)
{
    const GOptionEntry entries[] = {
        { "provider", 0, 0, G_OPTION_ARG_STRING, &options->provider, "360dialog (default) or meta",
          "NAME" },
        { "port", 0, 0, G_OPTION_ARG_INT, &options->port, "Port of the API (default: any)", "N" },
        { "webhook", 0, 0, G_OPTION_ARG_STRING, &options->webhook, "Where deliveries go", "URL" },
        { "ready-file", 0, 0, G_OPTION_ARG_FILENAME, &options->ready_file, "Written when listening",
          "FILE" },
        { "number", 0, 0, G_OPTION_ARG_STRING, &options->identity.number, "The business number",
          "+N" },
        { "phone-number-id", 0, 0, G_OPTION_ARG_STRING, &options->identity.phone_number_id,
          "Its id", "ID" },
        { "waba-id", 0, 0, G_OPTION_ARG_STRING, &options->identity.waba_id, "Its account's id",
          "ID" },
        { "demo", 0, 0, G_OPTION_ARG_NONE, &options->demo, "Customers write on their own", NULL },
        { "serve", 0, 0, G_OPTION_ARG_NONE, &options->serve, "Stay when standard input ends",
          NULL },
        G_OPTION_ENTRY_NULL
    };
    g_autoptr(GOptionContext) context =
        g_option_context_new("- a simulated WhatsApp Business number");
    g_autoptr(GError) error = NULL;

    g_option_context_add_main_entries(context, entries, NULL);
    if (!g_option_context_parse(context, argc, argv, &error)) {
        g_printerr("coex-sim: %s\n", error->message);
        return FALSE;
    }
    if (options->provider && !g_str_equal(options->provider, "meta") &&
        !g_str_equal(options->provider, "360dialog")) {
        g_printerr("coex-sim: --provider is 360dialog or meta\n");
        return FALSE;
    }
    options->identity.port = (guint)CLAMP(options->port, 0, G_MAXUINT16);
    return TRUE;
}

static char *
describe(CoexSim *sim)
{
    return g_strdup_printf(
        "API_URL=%s\nPROVIDER=%s\nNUMBER=%s\nKEY=%s\nAPP_SECRET=%s\nVERIFY_TOKEN=%s\n"
        "WEBHOOK_HEADER=%s\nPHONE_NUMBER_ID=%s\nWABA_ID=%s\n",
        coex_sim_get_url(sim), coex_sim_get_provider_name(sim), coex_sim_get_number(sim),
        coex_sim_get_key(sim), coex_sim_get_app_secret(sim), coex_sim_get_verify_token(sim),
        coex_sim_get_webhook_header(sim), coex_sim_get_phone_number_id(sim),
        coex_sim_get_waba_id(sim));
}

static gboolean
announce(CoexSim *sim, const Options *options)
{
    g_autofree char *text = describe(sim);
    g_autoptr(GError) error = NULL;

    fputs(text, stdout);
    fflush(stdout);
    if (!options->ready_file || g_file_set_contents(options->ready_file, text, -1, &error))
        return TRUE;
    g_printerr("coex-sim: %s\n", error->message);
    return FALSE;
}

static void
serve(CoexSim *sim, const Options *options)
{
    Program program = { sim, g_main_loop_new(NULL, FALSE), options->demo || options->serve };
    GIOChannel *input = g_io_channel_unix_new(STDIN_FILENO);
    guint sources[] = { g_unix_signal_add(SIGTERM, on_signal, &program),
                        g_unix_signal_add(SIGINT, on_signal, &program) };

    g_io_channel_set_encoding(input, NULL, NULL);
    g_io_add_watch(input, G_IO_IN | G_IO_HUP | G_IO_ERR, on_input, &program);
    if (options->demo)
        coex_sim_demo_start(sim);
    g_main_loop_run(program.loop);
    coex_sim_demo_stop();
    for (guint i = 0; i < G_N_ELEMENTS(sources); i++)
        g_source_remove(sources[i]);
    g_io_channel_unref(input);
    g_main_loop_unref(program.loop);
}

int
main(int argc, char **argv)
{
    Options options = { 0 };
    CoexSim *sim;
    int status = EXIT_FAILURE;

    if (!parse_options(&options, &argc, &argv))
        return EXIT_FAILURE;
    sim = coex_sim_new_full(g_strcmp0(options.provider, "meta") == 0 ? COEX_SIM_META
                                                                     : COEX_SIM_360DIALOG,
                            &options.identity);
    if (!sim) {
        g_printerr("coex-sim: port %d is taken\n", options.port);
        return EXIT_FAILURE;
    }
    coex_sim_set_log(sim, on_log, NULL);
    coex_sim_add_demo_people(sim);
    if (options.webhook)
        coex_sim_set_webhook(sim, options.webhook);
    if (announce(sim, &options)) {
        serve(sim, &options);
        status = EXIT_SUCCESS;
    }
    coex_sim_free(sim);
    return status;
}

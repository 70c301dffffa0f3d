// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: bench [SECTION]...\n"
    "Measures the plugin in a real libpurple against base rates taken in the same run, and prints\n"
    "one line a figure: what, ours, base, ours / base, what is demanded, and whether it is met.\n"
    "\n"
    "  ack     webhooks answered 200 when they are on disk, 32 kept connections, also with an\n"
    "          fsync of 5 ms; base: a bare libmicrohttpd and SQLite with group commit, which\n"
    "          checks the signature and does nothing else. The plugin parses, applies and shows\n"
    "          at the same time\n"
    "  mixed   answers to small webhooks while chunks of 3 MB arrive; same base\n"
    "  show    from the 200 to the text shown, one at a time (base: sent to 200 of the bare\n"
    "          receiver, which is one commit too); a storm of 10,000 messages\n"
    "  start   login with 50,000 people known; base: SQLite reading the same rows\n"
    "  memory  private memory above libpurple's own (base)\n"
    "  send    texts to an API on loopback, plain and TLS; base: a bare SoupSession\n"
    "  media   files from a server on loopback to the disk; base: curl (which must be\n"
    "          installed) and the same fdatasync; what 100 MB in and out cost the chat program\n"
    "  past    the phone's earlier chats, chunks of 3 MB, from the first request to the last of\n"
    "          them on disk, with messages shown meanwhile; base: json-glib and one transaction "
    "of\n"
    "          SQLite a chunk, nothing else\n"
    "  search  words in 100,000 messages; base: SQLite looking at each\n"
    "  crowd   a template to 10,000 people: until it is asked whether to, and what is noticed of\n"
    "          it\n"
    "  relay   webhooks answered 200 by coex-relay (base: by the plugin in the same run), from\n"
    "          there to a desk that waits, and to its screen (base: the plugin's own listener),\n"
    "          and all of them to a new desk; base: a bare SELECT\n"
    "  brokers webhooks answered 200 by one of two relays that share a log, and at the other one,\n"
    "          with one nats-server and with three of them; base: a relay alone. All of it is on\n"
    "          this machine\n"
    "\n"
    "Without a section all are run, in less than four minutes. Other work on the machine moves "
    "the\n"
    "figures: look at the ratios. Nothing but loopback is used.\n";

static const struct {
    const char *name;
    void (*run)(void);
} sections[] = {
    { "ack", bench_ack },     { "mixed", bench_mixed },   { "show", bench_show },
    { "start", bench_start }, { "memory", bench_memory }, { "send", bench_send },
    { "media", bench_media }, { "past", bench_past },     { "search", bench_search },
    { "crowd", bench_crowd }, { "relay", bench_relay },   { "brokers", bench_brokers },
};

static char *program_dir;

/* ---- the table ---- */

void
bench_section(const char *title)
{
    printf("\n%-46s %10s %10s %6s  %-12s\n", title, "ours", "base", "ratio", "demand");
    fflush(stdout);
}

static gboolean
is_met(const Figure *figure)
{
    switch (figure->demand) {
    case DEMAND_NONE:
        return TRUE;
    case DEMAND_AT_LEAST:
        return figure->value >= figure->limit;
    case DEMAND_AT_MOST:
        return figure->value <= figure->limit;
    case DEMAND_BASE_SHARE:
        return figure->value >= figure->limit * figure->base;
    }
    return FALSE;
}

static char *
format_demand(const Figure *figure)
{
    switch (figure->demand) {
    case DEMAND_NONE:
        break;
    case DEMAND_AT_LEAST:
        return g_strdup_printf(">= %.6g", figure->limit);
    case DEMAND_AT_MOST:
        return g_strdup_printf("<= %.6g", figure->limit);
    case DEMAND_BASE_SHARE:
        return g_strdup_printf(">= %.0f %%", figure->limit * 100);
    }
    return g_strdup("");
}

static char *
format_number(double number)
{
    if (number == 0)
        return g_strdup("-");
    return g_strdup_printf("%.*f", number < 100 ? 2 : 0, number);
}

void
bench_figure(const Figure *figure)
{
    g_autofree char *what = g_strdup_printf("  %s, %s", figure->what, figure->unit);
    g_autofree char *value = g_strdup_printf("%.*f", figure->value < 100 ? 2 : 0, figure->value);
    g_autofree char *base = format_number(figure->base);
    g_autofree char *ratio = format_number(figure->base != 0 ? figure->value / figure->base : 0);
    g_autofree char *demand = format_demand(figure);
    const char *verdict = "";

    if (figure->demand != DEMAND_NONE)
        verdict = is_met(figure) ? "PASS" : "short of it";
    printf("%-46s %10s %10s %6s  %-12s %s\n", what, value, base, ratio, demand, verdict);
    fflush(stdout);
}

/* ---- numbers ---- */

static gint
compare_times(gconstpointer a, gconstpointer b)
{
    gint64 left = *(const gint64 *)a;
    gint64 right = *(const gint64 *)b;

    return left < right ? -1 : left > right;
}

gint64
bench_quantile(GArray *times, guint part)
{
    if (times->len == 0)
        return 0;
    g_array_sort(times, compare_times);
    return g_array_index(times, gint64, MIN((guint64)times->len * part / 1000, times->len - 1));
}

static int
compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return left < right ? -1 : left > right;
}

double
bench_median(double *values, guint n)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return values[n / 2];
}

/* ---- running ---- */

char *
bench_program(const char *name)
{
    return g_build_filename(program_dir, name, NULL);
}

static gboolean
is_wanted(const char *name, char **wanted)
{
    return *wanted == NULL || g_strv_contains((const char *const *)wanted, name);
}

static gboolean
are_sections(char **names)
{
    for (; *names != NULL; names++) {
        gboolean known = FALSE;

        for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
            known |= g_str_equal(sections[i].name, *names);
        if (!known)
            return FALSE;
    }
    return TRUE;
}

int
main(int argc, char **argv)
{
    gint64 began = g_get_monotonic_time();
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);

    if (!are_sections(argv + 1)) {
        fputs(usage, argc == 2 && g_str_equal(argv[1], "--help") ? stdout : stderr);
        return argc == 2 && g_str_equal(argv[1], "--help") ? 0 : 2;
    }
    program_dir = g_path_get_dirname(self);
    printf("purple-coex " COEX_VERSION ", %u processors\n", g_get_num_processors());
    for (guint i = 0; i < G_N_ELEMENTS(sections); i++)
        if (is_wanted(sections[i].name, argv + 1))
            sections[i].run();
    printf("\n%.0f s in all\n", (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC);
    g_free(program_dir);
    return 0;
}

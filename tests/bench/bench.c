// SPDX-License-Identifier: GPL-2.0-or-later
#include "bench.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: bench [SECTION]...\n"
    "Measures the plugin in a real libpurple against base rates, and prints one line a figure:\n"
    "what, ours, base, ours / base, what is demanded, and whether it is met. What has a base is\n"
    "measured in five pairs, ours and base or base and ours by turns: ours, base and the ratio "
    "are\n"
    "medians, and beside the ratio stand the smallest and the largest of the five. A demand in x\n"
    "is of the ratio.\n"
    "\n"
    "  ack     webhooks answered 200 when they are on disk, 32 kept connections, also with an\n"
    "          fsync of 5 ms; base: a bare libmicrohttpd and SQLite with group commit, which\n"
    "          checks the signature and does nothing else. The plugin parses, applies and shows\n"
    "          at the same time\n"
    "  mixed   answers to small webhooks while chunks of 3 MB arrive; same base\n"
    "  show    from the 200 to the text shown, one at a time (base: sent to 200 of the bare\n"
    "          receiver, which is one commit too); a storm of 10,000 messages\n"
    "  start   login with 50,000 people known; base: SQLite reading the same rows\n"
    "  memory  private memory above libpurple's own (base), at rest; of people known what is "
    "ours,\n"
    "          without the buddies (base)\n"
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
    "Without a section all are run, in less than six minutes. Other work on the machine moves the\n"
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

/* The longest turn of a main loop and such, or the medians of pairs. */
typedef struct {
    const char *what;
    const char *unit;
    double ours;
    Demand demand;
    double limit;
    gboolean has_base;
    double base;
    double ratio, ratio_min, ratio_max;
} Row;

void
bench_section(const char *title)
{
    printf("\n%-49s %9s %9s %6s %6s %6s  %-10s\n", title, "ours", "base", "ratio", "min", "max",
           "demand");
    fflush(stdout);
}

static gboolean
is_met(const Row *row)
{
    switch (row->demand) {
    case DEMAND_NONE:
        return TRUE;
    case DEMAND_AT_LEAST:
        return row->ours >= row->limit;
    case DEMAND_AT_MOST:
        return row->ours <= row->limit;
    case DEMAND_RATIO_AT_LEAST:
        return row->ratio >= row->limit;
    case DEMAND_RATIO_AT_MOST:
        return row->ratio <= row->limit;
    }
    return FALSE;
}

static char *
format_demand(const Row *row)
{
    switch (row->demand) {
    case DEMAND_NONE:
        break;
    case DEMAND_AT_LEAST:
        return g_strdup_printf(">= %.6g", row->limit);
    case DEMAND_AT_MOST:
        return g_strdup_printf("<= %.6g", row->limit);
    case DEMAND_RATIO_AT_LEAST:
        return g_strdup_printf(">= %.2f x", row->limit);
    case DEMAND_RATIO_AT_MOST:
        return g_strdup_printf("<= %.2f x", row->limit);
    }
    return g_strdup("");
}

static char *
format_number(double number)
{
    return g_strdup_printf("%.*f", number < 100 ? 2 : 0, number);
}

/* Six characters. */
static char *
format_ratio(double ratio)
{
    return g_strdup_printf("%6.*f", ratio < 0.1 ? 3 : 2, ratio);
}

static char *
format_ratios(const Row *row)
{
    g_autofree char *ratio = format_ratio(row->ratio);
    g_autofree char *min = format_ratio(row->ratio_min);
    g_autofree char *max = format_ratio(row->ratio_max);

    if (!row->has_base)
        return g_strdup_printf("%9s %6s %6s %6s", "-", "-", "-", "-");
    return g_strdup_printf("%9.*f %s %s %s", row->base < 100 ? 2 : 0, row->base, ratio, min, max);
}

static void
print_row(const Row *row)
{
    g_autofree char *what = g_strdup_printf("  %s, %s", row->what, row->unit);
    g_autofree char *ours = format_number(row->ours);
    g_autofree char *ratios = format_ratios(row);
    g_autofree char *demand = format_demand(row);
    const char *verdict = "";

    if (row->demand != DEMAND_NONE)
        verdict = is_met(row) ? "PASS" : "short of it";
    printf("%-49s %9s %s  %-10s %s\n", what, ours, ratios, demand, verdict);
    fflush(stdout);
}

void
bench_figure(const Figure *figure)
{
    print_row(&(Row){ .what = figure->what,
                      .unit = figure->unit,
                      .ours = figure->value,
                      .demand = figure->demand,
                      .limit = figure->limit });
}

/* ---- pairs ---- */

static int
compare_doubles(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;

    return left < right ? -1 : left > right;
}

static double
get_median(const double values[BENCH_PAIRS])
{
    double sorted[BENCH_PAIRS];

    memcpy(sorted, values, sizeof sorted);
    qsort(sorted, BENCH_PAIRS, sizeof *sorted, compare_doubles);
    return sorted[BENCH_PAIRS / 2];
}

void
bench_pair(guint pair, Measure ours, Measure base, gpointer data)
{
    Measure first = pair % 2 == 0 ? ours : base;

    first(data, pair);
    (first == ours ? base : ours)(data, pair);
}

void
bench_compare(const Comparison *comparison)
{
    const Pairs *pairs = comparison->pairs;
    double ratios[BENCH_PAIRS];
    Row row = { .what = comparison->what,
                .unit = comparison->unit,
                .ours = get_median(pairs->ours),
                .demand = comparison->demand,
                .limit = comparison->limit,
                .has_base = TRUE,
                .base = get_median(pairs->base) };

    for (guint i = 0; i < BENCH_PAIRS; i++) {
        ratios[i] = pairs->ours[i] / pairs->base[i];
        row.ratio_min = i > 0 ? MIN(row.ratio_min, ratios[i]) : ratios[i];
        row.ratio_max = MAX(row.ratio_max, ratios[i]);
    }
    row.ratio = get_median(ratios);
    print_row(&row);
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

double
bench_rate(guint n, gint64 us)
{
    return n * (double)G_USEC_PER_SEC / (double)us;
}

/* ---- running ---- */

char *
bench_program(const char *name)
{
    return g_build_filename(program_dir, name, NULL);
}

char *
bench_copy(const char *path)
{
    char *copy = g_strconcat(path, ".copy", NULL);
    g_autoptr(GFile) from = g_file_new_for_path(path);
    g_autoptr(GFile) to = g_file_new_for_path(copy);
    g_autoptr(GError) error = NULL;

    if (!g_file_copy(from, to, G_FILE_COPY_NONE, NULL, NULL, NULL, &error))
        g_error("%s", error->message);
    return copy;
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

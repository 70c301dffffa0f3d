// SPDX-License-Identifier: GPL-2.0-or-later
#include "host-private.h"
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#define LOG_LINES 60

/* ---- reading ---- */

static void
take_lines(Host *host)
{
    char *end = NULL;

    while ((end = memchr(host->unread->str, '\n', host->unread->len)) != NULL) {
        *end = '\0';
        HostEvent *event = host_event_from_line(host->unread->str);
        g_string_erase(host->unread, 0, end - host->unread->str + 1);
        if (event == NULL)
            continue;
        event->index = host->events->len;
        g_ptr_array_add(host->events, event);
    }
}

gboolean
host_read_more(Host *host, gint64 deadline)
{
    char buffer[16384];
    gint64 left_ms = (deadline - g_get_monotonic_time()) / 1000;
    struct pollfd watched = { host->from_child, POLLIN, 0 };

    if (host->pid == 0 || left_ms < 0 || poll(&watched, 1, (int)left_ms) <= 0)
        return FALSE;

    gssize n = read(host->from_child, buffer, sizeof buffer);
    if (n <= 0)
        return FALSE;
    g_string_append_len(host->unread, buffer, n);
    take_lines(host);
    return TRUE;
}

static void
print_log(const Host *host)
{
    g_autofree char *path = g_build_filename(host->profile, "debug.log", NULL);
    g_autofree char *text = NULL;

    if (!g_file_get_contents(path, &text, NULL, NULL))
        return;
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    guint n = g_strv_length(lines);
    for (guint i = n > LOG_LINES ? n - LOG_LINES : 0; i < n; i++)
        g_printerr("# log: %s\n", lines[i]);
}

void
host_fail(Host *host, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *what = g_strdup_vprintf(format, args);
    va_end(args);

    for (guint i = 0; i < host->events->len; i++) {
        g_autofree char *line = host_event_to_line(g_ptr_array_index(host->events, i));
        g_printerr("# event %u: %s\n", i, line);
    }
    print_log(host);
    if (host->print_witness != NULL)
        host->print_witness(host->witness);
    if (host->pid != 0)
        kill(host->pid, SIGKILL);
    g_printerr("# %s: FAILED: %s\n", g_test_get_path(), what);
    _exit(1);
}

/* ---- events ---- */

static gboolean
has_flags(const char *flags, const char *wanted)
{
    g_auto(GStrv) present = g_strsplit(flags, "|", -1);
    g_auto(GStrv) asked = g_strsplit(wanted, "|", -1);

    for (guint i = 0; asked[i] != NULL; i++) {
        if (!g_strv_contains((const char *const *)present, asked[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean
lacks_flags(const char *flags, const char *unwanted)
{
    g_auto(GStrv) asked = g_strsplit(unwanted, "|", -1);

    for (guint i = 0; asked[i] != NULL; i++) {
        if (has_flags(flags, asked[i]))
            return FALSE;
    }
    return TRUE;
}

static gboolean
fits(const HostEvent *event, const char *kind, const char *who, const char *pattern)
{
    return g_str_equal(event->kind, kind) && (who == NULL || g_str_equal(event->who, who)) &&
           (pattern == NULL || g_pattern_match_simple(pattern, event->text));
}

static HostEvent *
find_untaken(Host *host, const char *kind, const char *who, const char *flags, const char *pattern)
{
    for (guint i = 0; i < host->events->len; i++) {
        HostEvent *event = g_ptr_array_index(host->events, i);
        if (!event->taken && fits(event, kind, who, pattern) &&
            (flags == NULL || has_flags(event->detail, flags))) {
            event->taken = TRUE;
            return event;
        }
    }
    return NULL;
}

const HostEvent *
host_try_wait(Host *host, const char *kind, const char *who, const char *pattern, guint timeout_ms)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)timeout_ms * 1000;
    HostEvent *event = NULL;

    while ((event = find_untaken(host, kind, who, NULL, pattern)) == NULL) {
        if (!host_read_more(host, deadline))
            return find_untaken(host, kind, who, NULL, pattern);
    }
    return event;
}

const HostEvent *
host_wait_for(Host *host, const char *kind, const char *who, const char *pattern)
{
    const HostEvent *event = host_try_wait(host, kind, who, pattern, HOST_PATIENCE_MS);

    if (event == NULL)
        host_fail(host, "no %s of %s with text %s", kind, who != NULL ? who : "anybody",
                  pattern != NULL ? pattern : "*");
    return event;
}

const HostEvent *
host_wait_message(Host *host, const char *who, const char *flags, const char *pattern)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000;
    HostEvent *event = NULL;

    while ((event = find_untaken(host, EVENT_MESSAGE, who, flags, pattern)) == NULL) {
        if (!host_read_more(host, deadline))
            host_fail(host, "no line with %s of %s: %s", flags, who, pattern);
    }
    return event;
}

void
host_sync(Host *host)
{
    g_autofree char *token = g_strdup_printf("%u", ++host->n_syncs);

    host_command(host, "sync %s\n", token);
    host_wait_for(host, EVENT_SYNC, NULL, token);
}

void
host_skip(Host *host)
{
    host_sync(host);
    for (guint i = 0; i < host->events->len; i++)
        ((HostEvent *)g_ptr_array_index(host->events, i))->taken = TRUE;
}

guint
host_count(Host *host, const char *kind, const char *who, const char *pattern)
{
    guint n = 0;

    if (host->pid != 0)
        host_sync(host);
    for (guint i = 0; i < host->events->len; i++)
        n += fits(g_ptr_array_index(host->events, i), kind, who, pattern);
    return n;
}

guint
host_count_messages(Host *host, const char *who, const char *flags, const char *flags_not,
                    const char *pattern)
{
    guint n = 0;

    if (host->pid != 0)
        host_sync(host);
    for (guint i = 0; i < host->events->len; i++) {
        const HostEvent *event = g_ptr_array_index(host->events, i);
        n += fits(event, EVENT_MESSAGE, who, pattern) && has_flags(event->detail, flags) &&
             (flags_not == NULL || lacks_flags(event->detail, flags_not));
    }
    return n;
}

void
host_wait_tooltip(Host *host, const char *who, const char *pattern)
{
    gint64 deadline = g_get_monotonic_time() + (gint64)HOST_PATIENCE_MS * 1000;

    while (g_get_monotonic_time() < deadline) {
        host_command(host, "tooltip %s\n", who);
        host_sync(host);
        if (find_untaken(host, EVENT_TOOLTIP, who, NULL, pattern) != NULL)
            return;
        host_read_more(host, g_get_monotonic_time() + 50 * 1000);
    }
    host_fail(host, "the tooltip of %s never said %s", who, pattern);
}

void
host_assert(Host *host, gboolean ok, const char *what)
{
    if (!ok)
        host_fail(host, "does not hold: %s", what);
}

void
host_assert_all_taken(Host *host)
{
    static const char *const kinds[] = { EVENT_MESSAGE, EVENT_REQUEST, NULL };

    host_sync(host);
    for (guint i = 0; i < host->events->len; i++) {
        const HostEvent *event = g_ptr_array_index(host->events, i);
        if (!event->taken && g_strv_contains(kinds, event->kind))
            host_fail(host, "unexpected %s: %s", event->kind, event->text);
    }
}

/* What a user sees of a form: without the ids and kinds of what stands in it. */
static char *
dup_labels(const char *extra)
{
    g_autoptr(GRegex) inner =
        g_regex_new("^(field \\S+ \\S+ |row\\*? \\S+ |button )", G_REGEX_MULTILINE, 0, NULL);

    return g_regex_replace_literal(inner, extra, -1, 0, "", 0, NULL);
}

/* Adds the words of @shown that do not fit @fine. */
static void
find_words(const char *shown, const GRegex *fine, GString *found)
{
    g_autoptr(GRegex) words =
        g_regex_new("(?<![\\w/.-])[A-Za-z][A-Za-z']{2,}(?![\\w/])", 0, 0, NULL);
    g_autoptr(GMatchInfo) match = NULL;

    for (g_regex_match(words, shown, 0, &match); g_match_info_matches(match);
         g_match_info_next(match, NULL)) {
        g_autofree char *word = g_match_info_fetch(match, 0);

        if (!g_regex_match(fine, word, 0, NULL))
            g_string_append_printf(found, "%s ", word);
    }
}

void
host_assert_words(Host *host, const char *allowed)
{
    g_autofree char *pattern = g_strdup_printf("^(%s)$", allowed);
    g_autoptr(GRegex) fine = g_regex_new(pattern, G_REGEX_CASELESS, 0, NULL);
    g_autoptr(GString) bad = g_string_new(NULL);

    for (guint i = 0; i < host->events->len; i++) {
        const HostEvent *event = g_ptr_array_index(host->events, i);
        gboolean is_form = g_str_equal(event->kind, EVENT_REQUEST);
        gboolean is_tip = g_str_equal(event->kind, EVENT_TOOLTIP);
        g_autofree char *labels = dup_labels(is_form ? event->extra : is_tip ? event->detail : "");
        g_autofree char *shown = g_strjoin("\n", event->text, labels, NULL);
        g_autoptr(GString) found = g_string_new(NULL);

        if (g_str_equal(event->kind, EVENT_COMMAND) || g_str_equal(event->kind, EVENT_SYNC))
            continue; /* said by the chat program itself */
        find_words(shown, fine, found);
        if (found->len > 0)
            g_string_append_printf(bad, "%s(%s: %s)\n", found->str, event->kind, shown);
    }
    if (bad->len > 0)
        host_fail(host, "not in the user's language:\n%s", bad->str);
}

void
host_assert_silence_since(Host *host, const HostEvent *event)
{
    static const char *const allowed[] = { EVENT_DISCONNECTED, EVENT_CLOSED, EVENT_STATUS,
                                           EVENT_SYNC, NULL };

    host_sync(host);
    for (guint i = event->index + 1; i < host->events->len; i++) {
        const HostEvent *later = g_ptr_array_index(host->events, i);
        if (!g_strv_contains(allowed, later->kind))
            host_fail(host, "%s after the end: %s", later->kind, later->text);
    }
}

/* ---- requests as events ---- */

char *
host_request_field(const HostEvent *request, guint n)
{
    g_auto(GStrv) lines = g_strsplit(request->extra, "\n", -1);

    for (guint i = 0; lines[i] != NULL; i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 4);
        if (g_strv_length(words) < 3 || !g_str_equal(words[0], "field") ||
            !g_str_equal(words[2], "string"))
            continue;
        if (n-- == 0)
            return g_strdup(words[1]);
    }
    return NULL;
}

guint
host_request_n_rows(const HostEvent *request, const char *part)
{
    g_auto(GStrv) lines = g_strsplit(request->extra, "\n", -1);
    guint n = 0;

    for (guint i = 0; lines[i] != NULL; i++)
        n += g_str_has_prefix(lines[i], "row") && strstr(lines[i], part) != NULL;
    return n;
}

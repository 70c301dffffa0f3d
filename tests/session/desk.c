// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include "core/backend.h"
#include "core/option-name.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

static guint n_sessions; /* of all desks */

static void
end_session(Desk *desk)
{
    coex_session_free(g_steal_pointer(&desk->session));
    n_sessions--;
}

/* On a busy machine; alone it is a few. One that waits for a request takes half a minute. */
#define LOGOUT_MAX_MS (5000 * TEST_SLOWNESS)
#define PROGRAM "tests"

typedef struct {
    const char *who;
    const char *number;
    const char *user_id;
    const char *name;
} Customer;

static const Customer customers[] = {
    { "ada", "+12025550101", "US.70214458810936652071", "Ada Lovelace" },
    { "ben", "+447700900112", "GB.31877200459163380254", "Ben Whitaker" },
    { "carla", NULL, "DE.40817263549081726354", "Carla" },
    { "dana", "+493023125017", NULL, "Dana Weber" },
    { "fay", "+493023125099", NULL, "Fay Fence" },
};

/* Lines that belong to every first login or first answer. */
static const char *const ordinary[] = {
    "No webhook has ever arrived.*",
    "One thing may be missing before messages arrive: *",
    "This account is ready for its first message. *",
    "No message can arrive here: *",
    "The first message has arrived, from *",
    "WhatsApp's API answers again, *",
    "Customers' messages are marked as read*",
    "* for an answer, *",
    /* a test that logs out need not wait for the answer to what it sends */
    "The connection ended while this was being sent: *",
};

const char *
desk_name(const char *who)
{
    for (guint i = 0; i < G_N_ELEMENTS(customers); i++)
        if (g_str_equal(customers[i].who, who))
            return customers[i].number != NULL ? customers[i].number + 1 : customers[i].user_id;
    return who;
}

/* ---- writing down ---- */

static void
event_free(DeskEvent *event)
{
    g_free(event->name);
    g_free(event->text);
    g_free(event->detail);
    g_clear_pointer(&event->item, coex_feed_item_unref);
    g_free(event);
}

static DeskEvent *
note(Desk *desk, DeskKind kind, const CoexPersonView *person, const char *text, const char *detail)
{
    DeskEvent *event = g_new0(DeskEvent, 1);

    event->kind = kind;
    event->name = person != NULL ? g_strdup(person->name) : NULL;
    event->text = g_strdup(text);
    event->detail = g_strdup(detail);
    g_ptr_array_add(desk->events, event);
    return event;
}

static void
note_line(Desk *desk, const CoexFeedItem *item, const CoexPersonView *person)
{
    DeskEvent *noted = note(desk, DESK_FEED, person, item->text, item->detail);

    g_assert_cmpint(item->person_id, ==, person->id);
    g_assert_cmpint(item->time, >, 0);
    noted->item = coex_feed_item_ref(item);
    /* nobody looks at anything by itself */
    if (desk->config.tells_seen &&
        (item->kind == COEX_FEED_INBOUND || item->flags & COEX_LINE_THEIRS))
        coex_session_mark_unseen(desk->session, person->name, item->time);
}

static void
note_facts(Desk *desk, const CoexSessionEvent *event)
{
    char **facts = event->facts;
    g_autoptr(GString) all = g_string_new(event->text);

    if (all->len > 0)
        g_string_append_c(all, '\n');
    for (guint i = 0; facts[i] != NULL; i += 2) {
        g_assert_nonnull(facts[i + 1]);
        g_string_append_printf(all, "%s: %s\n", facts[i], facts[i + 1]);
    }
    note(desk, DESK_FACTS, event->person, all->str, NULL);
}

static void
note_past(Desk *desk, const CoexPersonView *person, GPtrArray *lines, gboolean asked)
{
    static const char *const kinds[] = { "in",     "phone",  "typed",      "out",
                                         "failed", "notice", "unconfirmed" };
    g_autoptr(GString) all = g_string_new(NULL);

    for (guint i = 0; i < lines->len; i++) {
        const CoexFeedItem *line = g_ptr_array_index(lines, i);

        g_assert_cmpuint(line->kind, <, G_N_ELEMENTS(kinds));
        g_string_append_printf(
            all, "%s%s%s%s%s%s%s%s", i > 0 ? "\n" : "", kinds[line->kind],
            line->flags & COEX_LINE_EDITED ? " (edited)" : "",
            line->flags & COEX_LINE_BROADCAST ? " (broadcast)" : "",
            line->flags & COEX_LINE_DELETED ? " (deleted)" : "", line->quote != NULL ? " (to " : "",
            line->quote != NULL ? line->quote : "", line->quote != NULL ? ")" : "");
        if (line->detail != NULL)
            g_string_append_printf(all, " (%s)", line->detail);
        g_string_append_printf(all, ": %s", line->text);
    }
    note(desk, DESK_PAST, person, all->str, asked ? "asked" : NULL);
}

/* What a chat program would write into its log, as "log: …"; where there may be something, it asks.
 */
static void
note_log(Desk *desk, const CoexSessionEvent *event)
{
    g_autoptr(GString) all = g_string_new("log:");

    if (event->kind == COEX_SESSION_PAST_LOG_BEGUN)
        note(desk, DESK_PAST, NULL, "log begun", "log");
    else if (event->lines == NULL && desk->logs)
        coex_session_log_next(desk->session, COEX_LOG_ASK, 0);
    if (event->lines == NULL)
        return;
    if (event->detail != NULL)
        g_string_append_printf(all, " (half of %s at %" G_GINT64_FORMAT ")", event->detail,
                               event->log_at);
    for (guint i = 0; i < event->lines->len; i++)
        g_string_append_printf(all, " %s",
                               ((CoexFeedItem *)g_ptr_array_index(event->lines, i))->text);
    note(desk, DESK_PAST, event->person, all->str, "log");
}

static void
note_found(Desk *desk, const CoexSessionEvent *event)
{
    g_autoptr(GString) all = g_string_new(event->text);

    for (guint i = 0; i < event->lines->len; i++) {
        const CoexFeedItem *line = g_ptr_array_index(event->lines, i);

        g_string_append_printf(all, "\n%s %s%s: %s",
                               line->kind == COEX_FEED_INBOUND ? "from" : "to", line->detail,
                               line->flags & COEX_LINE_EDITED ? " (edited)" : "", line->text);
    }
    if (event->detail != NULL)
        g_string_append_printf(all, "\n%s", event->detail);
    note(desk, DESK_PAST, event->person, all->str, "found");
}

static void
note_failed(Desk *desk, const GError *error)
{
    g_autofree char *sentence = coex_option_names_write(error->message, NULL);

    g_assert_true(error->domain == COEX_ERROR);
    note(desk, DESK_FAILED, NULL, sentence, NULL)->code = error->code;
}

static void
note_fetch(Desk *desk, const CoexSessionEvent *event)
{
    static const char *const states[] = { "runs", "here", "kept", "failed" };
    g_autofree char *text =
        g_strdup_printf("%s %s%s", event->text, states[event->state], event->asked ? " asked" : "");

    g_assert_true(event->n_steps == 0 || event->step <= event->n_steps);
    note(desk, DESK_FETCH, event->person, text, event->detail);
}

static void
note_transfer(Desk *desk, const CoexSessionEvent *event)
{
    static const char *const states[] = { "runs", "sent", "kept", "failed" };
    g_autofree char *text = g_strdup_printf("%u %s", event->transfer, states[event->state]);

    if (event->kind == COEX_SESSION_FETCH) {
        note_fetch(desk, event);
        return;
    }
    g_assert_cmpuint(event->step, <=, event->n_steps);
    note(desk, DESK_TRANSFER, NULL, text, NULL);
}

/* Of the block list "blocked" or "free", of all: the names with blanks between. */
static void
note_names(Desk *desk, const CoexSessionEvent *event)
{
    g_autofree char *names = event->names != NULL ? g_strjoinv(" ", event->names) : NULL;
    DeskEvent *noted;

    if (event->kind == COEX_SESSION_FORGET) {
        noted = note(desk, DESK_FORGET, NULL, event->text, names);
        noted->name = g_strdup(event->text);
    } else if (event->person != NULL) {
        note(desk, DESK_BLOCKS, event->person, event->person->blocked ? "blocked" : "free", NULL);
    } else {
        note(desk, DESK_BLOCKS, NULL, names, NULL);
    }
}

/* Of what is a line of text. */
static DeskKind
get_kind(const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_PROMPT || event->kind == COEX_SESSION_PROMPT_OVER)
        return event->kind == COEX_SESSION_PROMPT ? DESK_PROMPT : DESK_PROMPT_OVER;
    if (event->kind == COEX_SESSION_ASK_BROADCAST || event->kind == COEX_SESSION_ASK_SYNC ||
        event->kind == COEX_SESSION_ASK_WEBHOOK)
        return DESK_ASK;
    if (event->kind == COEX_SESSION_TICK)
        return DESK_TICK;
    return event->kind == COEX_SESSION_NOTICE ? DESK_NOTICE : DESK_EXAMINED;
}

static void
note_own(Desk *desk, const CoexSessionEvent *event)
{
    GBytes *content = event->content;
    g_autofree char *text =
        content != NULL ? g_strdup_printf("%" G_GSIZE_FORMAT " bytes", g_bytes_get_size(content))
                        : g_strdup("none");

    if (event->kind == COEX_SESSION_NAME)
        note(desk, DESK_NAME, NULL, event->text, NULL);
    else
        note(desk, DESK_PICTURE, NULL, text, NULL);
}

static void
note_login(Desk *desk, const CoexSessionEvent *event)
{
    if (event->kind == COEX_SESSION_FAILED) {
        note_failed(desk, event->error);
        return;
    }
    if (event->kind == COEX_SESSION_ONLINE) {
        note(desk, DESK_ONLINE, NULL, "", NULL);
        return;
    }
    g_assert_cmpuint(event->step, <, event->n_steps);
    note(desk, DESK_PROGRESS, NULL, event->text, NULL);
}

static void
write_down(Desk *desk, const CoexSessionEvent *event)
{
    switch (event->kind) {
    case COEX_SESSION_PROGRESS:
    case COEX_SESSION_ONLINE:
    case COEX_SESSION_FAILED:
        note_login(desk, event);
        break;
    case COEX_SESSION_PERSON:
        note(desk, DESK_PERSON, event->person, "", event->person->last_state);
        break;
    case COEX_SESSION_FEED:
        note_line(desk, event->item, event->person);
        break;
    case COEX_SESSION_PROMPT:
    case COEX_SESSION_PROMPT_OVER:
    case COEX_SESSION_NOTICE:
    case COEX_SESSION_TICK:
    case COEX_SESSION_EXAMINED:
    case COEX_SESSION_ASK_BROADCAST:
    case COEX_SESSION_ASK_SYNC:
    case COEX_SESSION_ASK_WEBHOOK:
        note(desk, get_kind(event), event->person, event->text != NULL ? event->text : "",
             event->detail);
        break;
    case COEX_SESSION_PAST:
        note_past(desk, event->person, event->lines, event->asked);
        break;
    case COEX_SESSION_FACTS:
    case COEX_SESSION_BROADCAST:
        note_facts(desk, event);
        break;
    case COEX_SESSION_FORGET:
    case COEX_SESSION_BLOCKS:
        note_names(desk, event);
        break;
    case COEX_SESSION_CATALOGUE:
        note(desk, DESK_CATALOGUE, NULL, event->error != NULL ? event->error->message : "", NULL);
        break;
    case COEX_SESSION_PAST_LOG:
    case COEX_SESSION_PAST_LOG_BEGUN:
        note_log(desk, event);
        break;
    case COEX_SESSION_FOUND:
        note_found(desk, event);
        break;
    case COEX_SESSION_TRANSFER:
    case COEX_SESSION_FETCH:
        note_transfer(desk, event);
        break;
    case COEX_SESSION_NAME:
    case COEX_SESSION_PICTURE:
        note_own(desk, event);
        break;
    case COEX_SESSION_PEOPLE:
    case COEX_SESSION_COSTS:
    case COEX_SESSION_SKEW:
        g_assert_not_reached();
    }
}

/* Of the last question that has one. */
static void
keep_id(Desk *desk, const char *id)
{
    if (id == NULL)
        return;
    g_free(desk->asked_id);
    desk->asked_id = g_strdup(id);
}

static void
on_event(const CoexSessionEvent *event, gpointer user_data)
{
    Desk *desk = user_data;

    keep_id(desk, event->id);
    write_down(desk, event);
    if (++desk->n_calls == desk->quit_after)
        end_session(desk);
}

/* ---- making and ending ---- */

/* An engine that another desk keeps alive may be at work for this one after it was freed: how far
 * the clocks are ahead stays to the program's end. */
static gint *
new_clock(void)
{
    static GPtrArray *clocks;

    if (clocks == NULL)
        clocks = g_ptr_array_new();
    g_ptr_array_add(clocks, g_new0(gint, 1));
    return g_ptr_array_index(clocks, clocks->len - 1);
}

static gint64
desk_clock(gpointer clock_data)
{
    return g_get_real_time() / G_USEC_PER_SEC + g_atomic_int_get((gint *)clock_data);
}

static char *
make_dir(void)
{
    g_autoptr(GError) error = NULL;
    char *dir = g_dir_make_tmp("coex-desk-XXXXXX", &error);

    g_assert_no_error(error);
    return dir;
}

static void
set_webhook(Desk *desk)
{
    g_autofree char *url = g_strconcat("http://", desk->listen, "/webhook", NULL);

    coex_sim_set_webhook(desk->sim, url);
}

static void
configure(Desk *desk)
{
    const char *provider = coex_sim_get_provider_name(desk->sim);
    g_autofree char *database = g_build_filename(desk->dir, "coex", "coex.db", NULL);

    desk->number = g_strdup(coex_sim_get_number(desk->sim) + 1);
    desk->config = (CoexSessionConfig){
        .backend = coex_backend_lookup(provider),
        .number = desk->number,
        .key = coex_sim_get_key(desk->sim),
        .api_url = coex_sim_get_url(desk->sim),
        .listen = desk->listen,
        .database = g_intern_string(database),
        .program = PROGRAM,
        .clock = desk_clock,
        .clock_data = desk->clock_ahead_s,
    };
    if (desk_is_meta(desk)) {
        desk->config.phone_number_id = coex_sim_get_phone_number_id(desk->sim);
        desk->config.waba_id = coex_sim_get_waba_id(desk->sim);
        desk->config.app_secret = coex_sim_get_app_secret(desk->sim);
        desk->config.verify_token = coex_sim_get_verify_token(desk->sim);
    } else {
        desk->config.webhook_header = coex_sim_get_webhook_header(desk->sim);
    }
}

/* Takes @sim, @dir and @listen. */
static Desk *
desk_make(CoexSim *sim, char *dir, char *listen)
{
    Desk *desk = g_new0(Desk, 1);

    desk->sim = sim;
    desk->dir = dir;
    desk->listen = listen;
    desk->clock_ahead_s = new_clock();
    desk->events = g_ptr_array_new_with_free_func((GDestroyNotify)event_free);
    desk->ignored = g_ptr_array_new_with_free_func(g_free);
    desk->strict = 1 << DESK_TICK | 1 << DESK_FEED | 1 << DESK_PROMPT | 1 << DESK_NOTICE |
                   1 << DESK_FAILED | 1 << DESK_ASK | 1 << DESK_FORGET;
    for (guint i = 0; i < G_N_ELEMENTS(ordinary); i++)
        desk_ignore(desk, ordinary[i]);
    configure(desk);
    return desk;
}

static void
add_customers(CoexSim *sim)
{
    for (guint i = 0; i < G_N_ELEMENTS(customers); i++)
        coex_sim_add_customer(sim, customers[i].who, customers[i].number, customers[i].user_id,
                              customers[i].name);
    coex_sim_set_username(sim, "carla", "carla.k");
}

static Desk *
desk_make_with_sim(CoexSim *sim, char *dir, char *listen)
{
    Desk *desk = desk_make(sim, dir, listen);

    desk->owns_sim = TRUE;
    add_customers(sim);
    set_webhook(desk);
    if (g_getenv("COEX_TEST_VERBOSE") != NULL)
        coex_sim_set_log(sim, (CoexSimLogFunc)(void (*)(void))g_printerr, NULL);
    return desk;
}

Desk *
desk_new(CoexSimProvider provider)
{
    char *listen = g_strdup_printf("127.0.0.1:%u", coex_sim_find_port());
    Desk *desk = desk_make_with_sim(coex_sim_new(provider), make_dir(), listen);

    desk->owns_dir = TRUE;
    return desk;
}

Desk *
desk_new_beside(const Desk *desk, const CoexSimIdentity *identity)
{
    return desk_new_beside_at(desk, coex_sim_get_provider(desk->sim), identity);
}

Desk *
desk_new_beside_at(const Desk *desk, CoexSimProvider provider, const CoexSimIdentity *identity)
{
    return desk_make_with_sim(coex_sim_new_full(provider, identity), g_strdup(desk->dir),
                              g_strdup(desk->listen));
}

Desk *
desk_new_elsewhere(const Desk *desk)
{
    Desk *other = desk_make(desk->sim, make_dir(), g_strdup("off"));

    other->owns_dir = TRUE;
    return other;
}

static void
remove_dir(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
        g_autofree char *child = g_build_filename(path, name, NULL);

        if (g_file_test(child, G_FILE_TEST_IS_DIR))
            remove_dir(child);
        else
            g_unlink(child);
    }
    g_rmdir(path);
}

void
desk_free(Desk *desk)
{
    desk_logout(desk);
    if (desk->owns_sim) {
        coex_sim_assert_no_complaints(desk->sim);
        coex_sim_free(desk->sim);
    }
    if (desk->owns_dir)
        remove_dir(desk->dir);
    g_ptr_array_unref(desk->events);
    g_ptr_array_unref(desk->ignored);
    g_free(desk->dir);
    g_free(desk->listen);
    g_free(desk->number);
    g_free(desk->asked_id);
    g_free(desk);
}

/* ---- what is left ---- */

/* Sources of the default main context that wait for something: a timer shows as a timeout, all
 * else as a ready or polled source. */
static void
assert_context_empty(const Desk *desk)
{
    GMainContext *context = g_main_context_default();
    GPollFD fds[8];
    gint priority;
    gint timeout;
    gint n_fds;

    for (guint i = 0; i < 1000 && g_main_context_pending(context); i++)
        g_main_context_iteration(context, FALSE);
    g_assert_true(g_main_context_acquire(context));
    g_main_context_prepare(context, &priority);
    n_fds = g_main_context_query(context, G_MAXINT, &timeout, fds, G_N_ELEMENTS(fds));
    g_main_context_release(context);
    /* The context's own, and one of each session that another desk still has. */
    if (timeout != -1 || n_fds > 1 + (gint)n_sessions)
        desk_fail(desk, "the main context still has sources after the logout (timeout %d, %d fds)",
                  timeout, n_fds);
}

/* Ours and the listener's; what GLib keeps for all (its pools, its worker) comes and goes. */
static guint
count_threads(void)
{
    g_autoptr(GDir) dir = g_dir_open("/proc/self/task", 0, NULL);
    const char *id;
    guint n = 0;

    while ((id = g_dir_read_name(dir)) != NULL) {
        g_autofree char *path = g_build_filename("/proc/self/task", id, "comm", NULL);
        g_autofree char *name = NULL;

        if (g_file_get_contents(path, &name, NULL, NULL) && !g_str_has_prefix(name, "pool-") &&
            !g_str_has_prefix(name, "gmain") && !g_str_has_prefix(name, "gdbus") &&
            !g_str_has_prefix(name, "dconf"))
            n++;
    }
    return n;
}

gboolean
desk_is_ignored(const Desk *desk, const DeskEvent *event)
{
    gboolean is_line = event->kind == DESK_FEED && event->item->kind == COEX_FEED_NOTICE;

    if (event->kind != DESK_NOTICE && !is_line)
        return FALSE;
    for (guint i = 0; i < desk->ignored->len; i++)
        if (g_pattern_match_simple(g_ptr_array_index(desk->ignored, i), event->text))
            return TRUE;
    return FALSE;
}

static void
assert_all_taken(const Desk *desk)
{
    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        if (!event->taken && (desk->strict & 1 << event->kind) != 0 &&
            !desk_is_ignored(desk, event))
            desk_fail(desk, "told, and nobody waited for it: \"%s\"", event->text);
    }
}

/* ---- life ---- */

void
desk_prepare(Desk *desk)
{
    g_assert_null(desk->session);
    g_ptr_array_set_size(desk->events, 0);
    desk->n_calls = 0;
    desk->session = coex_session_new(&desk->config, on_event, desk);
    n_sessions++;
}

void
desk_start(Desk *desk)
{
    desk_prepare(desk);
    coex_session_start(desk->session);
}

void
desk_logout(Desk *desk)
{
    gint64 max_ms = LOGOUT_MAX_MS + (gint64)desk->disk_ms;
    gint64 began = g_get_monotonic_time();
    guint n_events;

    if (desk->session != NULL)
        end_session(desk);
    g_assert_cmpint(g_get_monotonic_time() - began, <, max_ms * G_TIME_SPAN_MILLISECOND);
    n_events = desk->events->len;
    assert_context_empty(desk);
    g_assert_cmpuint(desk->events->len, ==, n_events);
    assert_all_taken(desk);
}

void
desk_restart(Desk *desk)
{
    desk_logout(desk);
    desk_login(desk);
}

void
desk_advance(Desk *desk, gint64 seconds)
{
    g_atomic_int_add(desk->clock_ahead_s, (gint)seconds);
    coex_sim_advance_clock(desk->sim, seconds);
}

void
desk_limit_files(gsize bytes)
{
    struct rlimit limit;

    signal(SIGXFSZ, SIG_IGN);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    limit.rlim_cur = bytes > 0 ? bytes : limit.rlim_max;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
}

void
desk_set_clock_ahead(Desk *desk, gint seconds)
{
    g_atomic_int_set(desk->clock_ahead_s, seconds);
}

/* ---- registering ---- */

typedef struct {
    DeskTest test;
    CoexSimProvider provider;
} Case;

static gboolean
threads_are_back(guint n_before)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;

    /* a joined thread stays in /proc for a moment */
    while (count_threads() > n_before && g_get_monotonic_time() < end)
        g_thread_yield();
    return count_threads() <= n_before;
}

static void
run_case(gconstpointer data)
{
    const Case *now = data;
    guint n_threads = count_threads();
    Desk *desk = desk_new(now->provider);

    now->test(desk);
    desk_free(desk);
    g_assert_true(threads_are_back(n_threads));
}

static void
add_case(const char *path, DeskTest test, CoexSimProvider provider)
{
    g_autofree char *full =
        g_strconcat(path, provider == COEX_SIM_META ? "/meta" : "/360dialog", NULL);
    Case *one = g_new(Case, 1);

    *one = (Case){ test, provider };
    g_test_add_data_func_full(full, one, run_case, g_free);
}

void
desk_add_at(DeskWhere where, const char *path, DeskTest test)
{
    if (where != DESK_ONLY_360DIALOG)
        add_case(path, test, COEX_SIM_META);
    if (where != DESK_ONLY_META)
        add_case(path, test, COEX_SIM_360DIALOG);
}

void
desk_add(const char *path, DeskTest test)
{
    desk_add_at(DESK_BOTH, path, test);
}

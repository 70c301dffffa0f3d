// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

static const char *const kind_names[DESK_KINDS] = {
    "progress", "online",    "failed",   "person", "feed",    "prompt", "over",
    "notice",   "catalogue", "ask",      "past",   "facts",   "forget", "transfer",
    "fetch",    "tick",      "examined", "blocks", "picture", "name",
};

static const char *const feed_names[] = {
    "inbound", "echo",        "typed",   "sent",   "failed",
    "notice",  "unconfirmed", "arrived", "record", "file",
};

/* ---- failing ---- */

static void
dump(const Desk *desk, const char *title)
{
    g_printerr("# %s; told so far (* was waited for):\n", title);
    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        g_printerr("#  %c %-9s %-11s %s: \"%s\"%s%s\n", event->taken ? '*' : ' ',
                   kind_names[event->kind],
                   event->item != NULL ? feed_names[event->item->kind] : "",
                   event->name != NULL ? event->name : "-", event->text,
                   event->detail != NULL ? " / " : "", event->detail != NULL ? event->detail : "");
    }
}

void
desk_fail(const Desk *desk, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list args;

    va_start(args, format);
    text = g_strdup_vprintf(format, args);
    va_end(args);
    dump(desk, text);
    g_error("%s", text);
}

/* ---- waiting ---- */

static gboolean
on_timer(gpointer data)
{
    *(gboolean *)data = TRUE;
    return G_SOURCE_REMOVE;
}

/* One turn of the main loop, at most 50 ms long: conditions may lie outside of it. */
static void
turn(void)
{
    gboolean over = FALSE;
    guint timer = g_timeout_add(50, on_timer, &over);

    g_main_context_iteration(NULL, TRUE);
    if (!over)
        g_source_remove(timer);
}

void
desk_run_ms(Desk *desk, guint ms)
{
    gint64 end = g_get_monotonic_time() + (gint64)ms * 1000;

    while (g_get_monotonic_time() < end)
        turn();
}

void
desk_wait_until(Desk *desk, gboolean (*condition)(Desk *desk), const char *what)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;

    while (!condition(desk)) {
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "waited in vain: %s", what);
        turn();
    }
}

static gboolean
has_no_copies(Desk *desk)
{
    g_autofree char *above = g_path_get_dirname(desk->config.database);
    g_autofree char *folder = g_build_filename(above, "outgoing", desk->config.number, NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);

    return dir == NULL || g_dir_read_name(dir) == NULL;
}

void
desk_wait_no_copies(Desk *desk)
{
    desk_wait_until(desk, has_no_copies, "a copy of a file is left");
}

typedef struct {
    DeskKind kind;
    gint feed_kind; /* -1: any */
    const char *name;
    const char *glob;
    gboolean next; /* the oldest one of that kind and name must match */
} Wanted;

static gboolean
fits(const Wanted *wanted, const DeskEvent *event)
{
    return (wanted->feed_kind < 0 || (gint)event->item->kind == wanted->feed_kind) &&
           g_pattern_match_simple(wanted->glob, event->text);
}

static DeskEvent *
find_untaken(const Desk *desk, const Wanted *wanted)
{
    for (guint i = 0; i < desk->events->len; i++) {
        DeskEvent *event = g_ptr_array_index(desk->events, i);

        if (event->taken || event->kind != wanted->kind ||
            g_strcmp0(event->name, wanted->name) != 0)
            continue;
        if (fits(wanted, event))
            return event;
        if (wanted->next && !desk_is_ignored(desk, event))
            desk_fail(desk, "the next line should be %s \"%s\"", feed_names[wanted->feed_kind],
                      wanted->glob);
    }
    return NULL;
}

static DeskEvent *
wait_for(Desk *desk, const Wanted *wanted)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    DeskEvent *event;

    while ((event = find_untaken(desk, wanted)) == NULL) {
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "waited in vain for %s of %s: \"%s\"", kind_names[wanted->kind],
                      wanted->name != NULL ? wanted->name : "the account", wanted->glob);
        turn();
    }
    event->taken = TRUE;
    return event;
}

const DeskEvent *
desk_wait_feed(Desk *desk, CoexFeedKind kind, const char *who, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_FEED, (gint)kind, desk_name(who), glob, TRUE });
}

const DeskEvent *
desk_wait_any_feed(Desk *desk, CoexFeedKind kind, const char *who, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_FEED, (gint)kind, desk_name(who), glob, FALSE });
}

const DeskEvent *
desk_wait_notice(Desk *desk, const char *who, const char *glob)
{
    const char *name = who != NULL ? desk_name(who) : NULL;

    return wait_for(desk, &(Wanted){ DESK_NOTICE, -1, name, glob, FALSE });
}

const DeskEvent *
desk_wait_tick(Desk *desk, const char *who, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_TICK, -1, desk_name(who), glob, FALSE });
}

const DeskEvent *
desk_wait_prompt(Desk *desk, const char *who, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_PROMPT, -1, desk_name(who), glob, FALSE });
}

void
desk_wait_prompt_over(Desk *desk, const char *who)
{
    wait_for(desk, &(Wanted){ DESK_PROMPT_OVER, -1, desk_name(who), "*", FALSE });
}

const DeskEvent *
desk_wait_failed(Desk *desk, CoexErrorCode code, const char *glob)
{
    const DeskEvent *event = wait_for(desk, &(Wanted){ DESK_FAILED, -1, NULL, glob, FALSE });

    g_assert_cmpint(event->code, ==, code);
    return event;
}

const DeskEvent *
desk_wait_ask(Desk *desk, const char *registered)
{
    return wait_for(desk, &(Wanted){ DESK_ASK, -1, NULL, registered, FALSE });
}

const DeskEvent *
desk_wait_past(Desk *desk, const char *who, const char *glob)
{
    return wait_for(desk,
                    &(Wanted){ DESK_PAST, -1, who != NULL ? desk_name(who) : NULL, glob, FALSE });
}

const DeskEvent *
desk_wait_facts(Desk *desk, const char *who, const char *glob)
{
    return wait_for(desk,
                    &(Wanted){ DESK_FACTS, -1, who != NULL ? desk_name(who) : NULL, glob, FALSE });
}

const DeskEvent *
desk_wait_examined(Desk *desk, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_EXAMINED, -1, NULL, glob, FALSE });
}

const DeskEvent *
desk_wait_forget(Desk *desk, const char *who)
{
    return wait_for(desk, &(Wanted){ DESK_FORGET, -1, desk_name(who), "*", FALSE });
}

const DeskEvent *
desk_wait_blocks(Desk *desk, const char *who, const char *glob)
{
    return wait_for(desk,
                    &(Wanted){ DESK_BLOCKS, -1, who != NULL ? desk_name(who) : NULL, glob, FALSE });
}

const DeskEvent *
desk_wait_transfer(Desk *desk, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_TRANSFER, -1, NULL, glob, FALSE });
}

const DeskEvent *
desk_wait_fetch(Desk *desk, const char *who, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_FETCH, -1, desk_name(who), glob, FALSE });
}

const DeskEvent *
desk_wait_catalogue(Desk *desk)
{
    return wait_for(desk, &(Wanted){ DESK_CATALOGUE, -1, NULL, "*", FALSE });
}

const DeskEvent *
desk_wait_name(Desk *desk, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_NAME, -1, NULL, glob, FALSE });
}

const DeskEvent *
desk_wait_picture(Desk *desk, const char *glob)
{
    return wait_for(desk, &(Wanted){ DESK_PICTURE, -1, NULL, glob, FALSE });
}

void
desk_login(Desk *desk)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;

    desk_start(desk);
    while (desk_count(desk, DESK_ONLINE, NULL, "*") == 0) {
        if (desk_count(desk, DESK_FAILED, NULL, "*") > 0 || g_get_monotonic_time() > end)
            desk_fail(desk, "the login failed");
        turn();
    }
}

typedef gboolean (*ViewTest)(const CoexPersonView *view, gconstpointer wanted);

static void
wait_view(Desk *desk, const char *who, ViewTest test, gconstpointer wanted)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    const CoexPersonView *view;

    while ((view = desk_view(desk, who)) == NULL || !test(view, wanted)) {
        g_autofree char *label = view != NULL ? coex_person_view_dup_label(view) : NULL;

        if (g_get_monotonic_time() > end)
            desk_fail(desk, "the view of %s never became what it should: \"%s\", %s", who,
                      label != NULL ? label : "(unknown)",
                      view != NULL && view->last_state != NULL ? view->last_state : "-");
        turn();
    }
}

static gboolean
view_is_open(const CoexPersonView *view, gconstpointer wanted)
{
    return view->window.open == *(const gboolean *)wanted;
}

void
desk_wait_window(Desk *desk, const char *who, gboolean open)
{
    wait_view(desk, who, view_is_open, &open);
}

static gboolean
view_has_label(const CoexPersonView *view, gconstpointer wanted)
{
    g_autofree char *label = coex_person_view_dup_label(view);

    return g_pattern_match_simple(wanted, label);
}

void
desk_wait_label(Desk *desk, const char *who, const char *label)
{
    wait_view(desk, who, view_has_label, label);
}

static gboolean
view_has_state(const CoexPersonView *view, gconstpointer wanted)
{
    return view->last_state != NULL && g_pattern_match_simple(wanted, view->last_state);
}

void
desk_wait_state(Desk *desk, const char *who, const char *last_state)
{
    wait_view(desk, who, view_has_state, last_state);
}

CoexSimRequest *
desk_wait_sent(Desk *desk, const char *who, const char *text)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;
    CoexSimRequest *request;

    while ((request = coex_sim_next_sent(desk->sim, 0)) == NULL) {
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "nothing was sent; wanted for %s: \"%s\"", who, text);
        turn();
    }
    g_assert_cmpstr(request->who, ==, who);
    if (text != NULL)
        g_assert_cmpstr(request->text, ==, text);
    return request;
}

void
desk_wait_requests(Desk *desk, const char *what, guint n)
{
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;

    while (coex_sim_n_requests(desk->sim, what) < n) {
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "only %u of %u requests: %s", coex_sim_n_requests(desk->sim, what), n,
                      what);
        turn();
    }
}

/* Deliveries are applied in their order, so what fay writes last is told last; but for reactions
 * and pictures, which may be held still. */
/* More at once than is compared with what is held (receive/burst.c): that is released. All but the
 * first have been seen. */
#define FENCE_COPIES 65

static void
write_fence(Desk *desk, const char *text)
{
    g_autofree char *wamid = NULL;
    g_autofree char *value = NULL;

    coex_sim_begin_batch(desk->sim);
    wamid = coex_sim_customer_sends(desk->sim, "fay", text);
    value = g_strdup_printf(
        "{\"messages\":[{\"from\":\"%s\",\"id\":\"%s\",\"timestamp\":\"%" G_GINT64_FORMAT
        "\",\"type\":\"text\",\"text\":{\"body\":\"%s\"}}]}",
        desk_name("fay"), wamid, coex_sim_now(desk->sim), text);
    for (guint i = 1; i < FENCE_COPIES; i++)
        coex_sim_change(desk->sim, "messages", value);
    coex_sim_end_batch(desk->sim);
}

void
desk_fence(Desk *desk)
{
    g_autofree char *text = g_strdup_printf("fence %u", desk->n_fences++);
    gint64 end = g_get_monotonic_time() + DESK_PATIENCE_MS * G_TIME_SPAN_MILLISECOND;

    while (!coex_sim_wait_delivered(desk->sim, 0)) {
        if (g_get_monotonic_time() > end)
            desk_fail(desk, "deliveries are left over");
        turn();
    }
    write_fence(desk, text);
    desk_wait_feed(desk, COEX_FEED_INBOUND, "fay", text);
}

/* ---- looking ---- */

guint
desk_count(const Desk *desk, DeskKind kind, const char *who, const char *glob)
{
    guint n = 0;

    for (guint i = 0; i < desk->events->len; i++) {
        const DeskEvent *event = g_ptr_array_index(desk->events, i);

        n += event->kind == kind && (who == NULL || g_strcmp0(event->name, desk_name(who)) == 0) &&
             g_pattern_match_simple(glob, event->text);
    }
    return n;
}

const CoexPersonView *
desk_view(Desk *desk, const char *who)
{
    return coex_session_find_person(desk->session, desk_name(who));
}

void
desk_assert_label(Desk *desk, const char *who, const char *glob)
{
    const CoexPersonView *view = desk_view(desk, who);
    g_autofree char *label = view != NULL ? coex_person_view_dup_label(view) : NULL;

    if (label == NULL || !g_pattern_match_simple(glob, label))
        desk_fail(desk, "the label of %s is \"%s\" and not \"%s\"", who,
                  label != NULL ? label : "(unknown)", glob);
}

const CoexTemplate *
desk_template(Desk *desk, const char *name, const char *language)
{
    CoexCatalogue *catalogue = coex_session_get_catalogue(desk->session);
    const CoexTemplate *found =
        catalogue != NULL ? coex_catalogue_find(catalogue, name, language) : NULL;

    if (found == NULL)
        desk_fail(desk, "the catalogue has no %s", name);
    return found;
}

gboolean
desk_is_meta(const Desk *desk)
{
    return coex_sim_get_provider(desk->sim) == COEX_SIM_META;
}

/* ---- doing ---- */

void
desk_ignore(Desk *desk, const char *glob)
{
    g_ptr_array_add(desk->ignored, g_strdup(glob));
}

void
desk_send(Desk *desk, const char *who, const char *markup)
{
    g_autoptr(GError) error = NULL;

    coex_session_send(desk->session, desk_name(who), markup, &error);
    g_assert_no_error(error);
}

void
desk_hear(Desk *desk, const char *who, const char *text)
{
    g_free(coex_sim_customer_sends(desk->sim, who, text));
    desk_wait_feed(desk, COEX_FEED_INBOUND, who, text);
    desk_wait_window(desk, who, TRUE);
}

void
desk_deliver(Desk *desk, const char *extra, const char *token, gint64 ago_s, const char *rest)
{
    g_autofree char *value = g_strdup_printf(
        "{%s\"messages\":[{\"id\":\"wamid.%s\",\"timestamp\":\"%" G_GINT64_FORMAT "\",%s}]}", extra,
        token, coex_sim_now(desk->sim) - ago_s, rest);

    coex_sim_change(desk->sim, "messages", value);
}

/* ---- what several stories do ---- */

void
desk_take(Desk *desk, const char *who, const char *text)
{
    coex_sim_request_free(desk_wait_sent(desk, who, text));
}

void
desk_say(Desk *desk, const char *who, const char *text)
{
    desk_send(desk, who, text);
    desk_wait_feed(desk, COEX_FEED_TYPED, who, text);
}

const DeskEvent *
desk_say_in_vain(Desk *desk, const char *who, const char *text, int code)
{
    coex_sim_fail_next_async(desk->sim, code);
    desk_say(desk, who, text);
    desk_take(desk, who, text);
    return desk_wait_feed(desk, COEX_FEED_FAILED, who, text);
}

void
desk_resend(Desk *desk, const char *who)
{
    coex_session_resend(desk->session, desk_name(who));
}

guint
desk_get_offers(const DeskEvent *line)
{
    return line->item->flags & (COEX_LINE_RESEND | COEX_LINE_TEMPLATE | COEX_LINE_KEPT);
}

void
desk_assert_nothing_kept(Desk *desk, const char *who)
{
    desk_resend(desk, who);
    desk_wait_notice(desk, who, "There is nothing to send again.");
}

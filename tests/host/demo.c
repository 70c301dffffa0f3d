// SPDX-License-Identifier: GPL-2.0-or-later
#include "demo.h"
#include "client.h"
#include "forms.h"
#include <stdio.h>
#include <string.h>

#define WHOLE_S 28            /* the transcript ends by then, come what may */
#define PATIENCE_S 10         /* for one step */
#define PAUSE_MS 400          /* between a form and its answer, to be followed by eye */
#define CLOSED "493023125017" /* Dana: the simulated number's person whose window is closed */
#define TEMPLATE "order_update"

typedef enum {
    STEP_LOGIN,    /* until online */
    STEP_FIRST,    /* until a customer writes */
    STEP_ANSWER,   /* until the answer is shown */
    STEP_QUESTION, /* until it is asked what to do with the text */
    STEP_PROMPT,   /* until the list of templates opens */
    STEP_VALUES,   /* until the form for its values opens */
    STEP_CONFIRM,  /* until the finished message is shown */
    STEP_TEMPLATE, /* until it is sent */
    STEP_DELIVERY, /* until the tooltip says so */
    STEP_PHONE,    /* until the phone has written too */
    STEP_END,
} Step;

static const char *const missing[] = {
    [STEP_LOGIN] = "the login did not end",
    [STEP_FIRST] = "no customer wrote",
    [STEP_ANSWER] = "the answer was not sent",
    [STEP_QUESTION] = "nobody asked what to do with the text",
    [STEP_PROMPT] = "no list of templates opened",
    [STEP_VALUES] = "no form for the values opened",
    [STEP_CONFIRM] = "the finished message was not shown",
    [STEP_TEMPLATE] = "the template was not sent",
    [STEP_DELIVERY] = "no delivery was reported",
    [STEP_PHONE] = "the phone has not written",
    [STEP_END] = "",
};

static struct {
    char *number;
    void (*finished)(int exit_status);
    Step step;
    gint64 step_since;
    gint64 started;
    char *customer;
    gboolean phone_wrote;
} demo;

static void
enter(Step step)
{
    demo.step = step;
    demo.step_since = g_get_monotonic_time();
}

static void
finish(int exit_status)
{
    if (demo.step == STEP_END)
        return;
    enter(STEP_END);
    if (exit_status == 0)
        printf("\nThat was it: logging off.\n");
    fflush(stdout);
    demo.finished(exit_status);
}

/* Further lines of a text under its first one. */
static void
say(const char *head, const char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    printf("%s%s\n", head, lines[0] != NULL ? lines[0] : "");
    for (guint i = 1; lines[0] != NULL && lines[i] != NULL; i++)
        printf("%*s%s\n", (int)g_utf8_strlen(head, -1), "", lines[i]);
    fflush(stdout);
}

/* A line of the form's description (forms.h) as a person would see it; NULL to leave it out. */
static char *
draw(const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", 4);
    guint n_words = g_strv_length(words);

    if (n_words < 2)
        return NULL;
    if (g_str_equal(words[0], "button"))
        return g_strdup_printf("[ %s ]", strchr(line, ' ') + 1);
    if (g_str_has_prefix(words[0], "row"))
        return g_strdup_printf("  (%s) %s", g_str_has_suffix(words[0], "*") ? "x" : " ",
                               strchr(strchr(line, ' ') + 1, ' ') + 1);
    if (n_words < 4 || g_str_equal(words[2], "list"))
        return NULL;
    g_auto(GStrv) sides = g_strsplit(words[3], " = ", 2);
    return g_strdup_printf("  %s: %s", sides[0], sides[1] != NULL ? sides[1] : "");
}

static void
say_form(const HostEvent *event)
{
    g_auto(GStrv) lines = g_strsplit(event->extra, "\n", -1);

    g_auto(GStrv) parts = g_strsplit(event->text, " | ", 3);
    g_autofree char *text = g_strjoinv("\n", parts);

    printf("\n");
    say("    ", text);
    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *drawn = draw(lines[i]);
        if (drawn != NULL)
            printf("    %s\n", drawn);
    }
    fflush(stdout);
}

/* ---- what the user does ---- */

static gboolean
write_to_closed(gpointer data)
{
    enter(STEP_QUESTION);
    printf("\n");
    say("", "Now a person whose customer service window is closed:");
    say("you -> ", "Your parcel can be fetched now");
    client_type(demo.number, CLOSED, "Your parcel can be fetched now");
    return G_SOURCE_REMOVE;
}

static gboolean
ask_for_templates(gpointer data)
{
    say("you -> ", "/template");
    client_type(demo.number, CLOSED, "/template");
    return G_SOURCE_REMOVE;
}

static gboolean
answer_customer(gpointer data)
{
    enter(STEP_ANSWER);
    client_type(demo.number, demo.customer, "Thank you, we are looking into it & come back to you");
    return G_SOURCE_REMOVE;
}

static gboolean
press(const char *button)
{
    say("  you press ", button);
    const char *refusal = forms_press(button);
    if (refusal != NULL) {
        say("  ", refusal);
        finish(1);
    }
    return G_SOURCE_REMOVE;
}

static gboolean
pick_template(gpointer data)
{
    const char *refusal = forms_select(TEMPLATE);

    enter(STEP_VALUES);
    say("  you choose ", TEMPLATE);
    if (refusal != NULL) {
        say("  ", refusal);
        finish(1);
        return G_SOURCE_REMOVE;
    }
    return press("OK");
}

static gboolean
fill_in(gpointer data)
{
    static const char *const values[] = { "Dana", "A-17" };
    g_autofree char *extra = data;
    g_auto(GStrv) lines = g_strsplit(extra, "\n", -1);
    guint n = 0;

    enter(STEP_CONFIRM);
    for (guint i = 0; lines[i] != NULL && n < G_N_ELEMENTS(values); i++) {
        g_auto(GStrv) words = g_strsplit(lines[i], " ", 4);
        if (g_strv_length(words) < 3 || !g_str_equal(words[0], "field") ||
            !g_str_equal(words[2], "string"))
            continue;
        forms_set(words[1], values[n]);
        say("  you enter ", values[n++]);
    }
    return press("OK");
}

static gboolean
send_template(gpointer data)
{
    enter(STEP_TEMPLATE);
    return press("Send");
}

/* ---- what happens ---- */

static void
on_request(const HostEvent *event)
{
    say_form(event);
    if (demo.step == STEP_PROMPT)
        g_timeout_add(PAUSE_MS, pick_template, NULL);
    else if (demo.step == STEP_VALUES)
        g_timeout_add(PAUSE_MS, fill_in, g_strdup(event->extra));
    else if (demo.step == STEP_CONFIRM)
        g_timeout_add(PAUSE_MS, send_template, NULL);
}

static void
on_message(const HostEvent *event)
{
    gboolean ours = strstr(event->detail, "SEND") != NULL;
    gboolean elsewhere = strstr(event->detail, "REMOTE_SEND") != NULL;
    gboolean said_by_customer = strstr(event->detail, "RECV") != NULL;
    const char *name = client_get_alias(demo.number, event->who);
    g_autofree char *head = said_by_customer ? g_strdup_printf("%s: ", name)
                            : elsewhere      ? g_strdup_printf("(on the phone) you -> %s: ", name)
                            : ours           ? g_strdup_printf("you -> %s: ", name)
                                             : g_strdup_printf("(%s) ", name);

    say(head, event->text);
    demo.phone_wrote |= elsewhere;
    if (demo.step == STEP_FIRST && said_by_customer && !g_str_equal(event->who, CLOSED)) {
        demo.customer = g_strdup(event->who);
        g_timeout_add(PAUSE_MS, answer_customer, NULL);
        enter(STEP_ANSWER);
    } else if (demo.step == STEP_ANSWER && ours && !elsewhere &&
               g_strcmp0(event->who, demo.customer) == 0) {
        g_timeout_add(PAUSE_MS, write_to_closed, NULL);
    } else if (demo.step == STEP_QUESTION && strstr(event->text, "/template") != NULL &&
               g_str_equal(event->who, CLOSED)) {
        enter(STEP_PROMPT);
        g_timeout_add(PAUSE_MS, ask_for_templates, NULL);
    } else if (demo.step == STEP_TEMPLATE && ours && !elsewhere &&
               g_str_equal(event->who, CLOSED)) {
        enter(STEP_DELIVERY);
    }
}

void
demo_on_event(const HostEvent *event)
{
    if (demo.step == STEP_END || demo.number == NULL)
        return;

    if (g_str_equal(event->kind, EVENT_PROGRESS)) {
        say("  ... ", event->text);
    } else if (g_str_equal(event->kind, EVENT_CONNECTED)) {
        say("  ", "online");
        printf("\n");
        enter(STEP_FIRST);
    } else if (g_str_equal(event->kind, EVENT_DISCONNECTED)) {
        say("  offline: ", event->text);
        finish(1);
    } else if (g_str_equal(event->kind, EVENT_MESSAGE)) {
        on_message(event);
    } else if (g_str_equal(event->kind, EVENT_REQUEST)) {
        on_request(event);
    } else if (g_str_equal(event->kind, EVENT_NOTICE)) {
        say("  [notice] ", event->text);
    } else if (g_str_equal(event->kind, EVENT_TOOLTIP) && demo.step == STEP_DELIVERY &&
               (strstr(event->text, "elivered") != NULL || strstr(event->text, "ead") != NULL)) {
        say("  Dana's tooltip: ", event->text);
        printf("\n");
        enter(STEP_PHONE);
    }
}

static gboolean
on_tick(gpointer data)
{
    gint64 now = g_get_monotonic_time();

    if (demo.step == STEP_END)
        return G_SOURCE_REMOVE;
    if (demo.step == STEP_DELIVERY)
        client_tell_tooltip(demo.number, CLOSED);
    if (demo.step == STEP_PHONE && demo.phone_wrote)
        finish(0);
    else if (now - demo.step_since > PATIENCE_S * G_USEC_PER_SEC ||
             now - demo.started > WHOLE_S * G_USEC_PER_SEC) {
        say("Stopped: ", missing[demo.step]);
        finish(1);
    }
    return G_SOURCE_CONTINUE;
}

void
demo_start(const char *number, void (*finished)(int exit_status))
{
    demo.number = g_strdup(number);
    demo.finished = finished;
    demo.started = g_get_monotonic_time();
    enter(STEP_LOGIN);
    say("Logging in as ", number);
    g_timeout_add(500, on_tick, NULL);
    client_login(number);
}

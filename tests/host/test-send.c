// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* What the user types to people whose customer service window is open. */

static void
markup_becomes_whatsapp_text(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type_html(world->host, ADA, "Your <b>order</b> 😀 &amp; receipt<br>are ready");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Your *order* 😀 & receipt\nare ready") == 0);
    host_check(world->host, g_strcmp0(sent->to, "+" ADA) == 0);
    host_check(world->host, sent->recipient == NULL);
    host_check(world->host, sent->callback_data != NULL);

    const HostEvent *line = host_wait_message(world->host, ADA, "SEND", "*receipt\nare ready");
    host_assert(world->host, strstr(line->detail, "REMOTE_SEND") == NULL,
                "a local echo is not marked as sent elsewhere");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_check(world->host,
               host_count(world->host, EVENT_MESSAGE, ADA, "*receipt\nare ready") == 1);
}

static void
links_come_once(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Where?");
    host_type(world->host, ADA, "See https://example.com/a?b=1&c=2 for it");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "See https://example.com/a?b=1&c=2 for it") == 0);
}

static void
order_is_kept(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    for (guint i = 0; i < 5; i++) {
        g_autofree char *text = g_strdup_printf("part %u", i);
        host_type(world->host, ADA, text);
    }
    for (guint i = 0; i < 5; i++) {
        g_autofree char *text = g_strdup_printf("part %u", i);
        g_autoptr(CoexSimRequest) sent = world_next_sent(world);
        host_check(world->host, g_strcmp0(sent->text, text) == 0);
    }
}

static void
long_text_is_split(World *world)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) received = g_string_new(NULL);

    for (guint i = 0; i < 1000; i++)
        g_string_append_printf(text, "%sword%u", i > 0 ? " " : "", i);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Tell me all");
    host_type(world->host, ADA, text->str);
    while (received->len < text->len) {
        g_autoptr(CoexSimRequest) sent = world_next_sent(world);
        host_check(world->host, g_utf8_strlen(sent->text, -1) <= 4096);
        g_string_append_printf(received, "%s%s", received->len > 0 ? " " : "", sent->text);
    }
    host_check(world->host, g_str_equal(received->str, text->str));
}

/* The line must name the text, say what to do, and carry the code. */
static void
failure_is_explained(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, "Are you there?");

    const HostEvent *line = host_wait_for(world->host, EVENT_MESSAGE, ADA, "*131026*");
    host_check(world->host, strstr(line->text, "Are you there?") != NULL);
    host_check(world->host, strstr(line->text, world->bitlbee ? "!resend" : "/resend") != NULL);
    host_assert(world->host, strstr(line->detail, "NO_LOG") == NULL,
                "the log, which has the text, tells that it failed");
    host_assert(world->host, strstr(line->text, "template") == NULL,
                "no template is offered to who cannot be reached");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
    if (world->bitlbee)
        return;
    host_assert(world->host, strstr(line->detail, "ERROR") != NULL, "it stands there in red");
    host_assert(world->host, strstr(line->detail, "NICK") != NULL, "the tab shows it");
    host_assert(world->host, strstr(line->detail, "SYSTEM") == NULL,
                "a system line would be shown in black");
}

/* The line stands below the text, which need not be read twice. */
static void
failure_is_short(World *world)
{
    g_autoptr(GString) text = g_string_new("It begins");

    for (guint i = 0; i < 300; i++)
        g_string_append_printf(text, " word%u", i);
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, text->str);

    const HostEvent *line = host_wait_for(world->host, EVENT_MESSAGE, ADA, "*131026*");
    host_check(world->host, strstr(line->text, "It begins word0") != NULL);
    host_check(world->host, strstr(line->text, "word299") == NULL);
    host_check(world->host, strlen(line->text) < 600);
}

static void
arrival_after_failure_is_told(World *world)
{
    const char *resend = world->bitlbee ? "!resend" : "/resend";

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, "first try");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*131026*");
    g_autofree char *wamid = coex_sim_dup_last_sent(world->sim, "ada");
    coex_sim_status(world->sim, wamid, "delivered");

    const HostEvent *line =
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Arrived after all*first try*");
    host_assert(world->host, strstr(line->detail, "NO_LOG") == NULL,
                "the log, which tells that it failed, tells this too");
    host_type(world->host, ADA, resend);
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*nothing to send again*");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
}

static void
arrival_of_both_is_told(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, "first try");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*131026*");
    g_autofree char *wamid = coex_sim_dup_last_sent(world->sim, "ada");
    host_type(world->host, ADA, world->bitlbee ? "!resend" : "/resend");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    coex_sim_status(world->sim, wamid, "delivered");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*Arrived after all: *first try*twice*");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 2);
}

/* Pidgin shows 4096 bytes of a line of ours, and no more; this text stands nowhere else. */
static void
long_failure_is_told_whole(World *world)
{
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GString) told = g_string_new(NULL);

    for (guint i = 0; i < 350; i++)
        g_string_append_printf(text, "%sa&b<%u>", i > 0 ? " " : "", 1000 + i);
    host_go_online(world->host);
    host_type(world->host, NORA, text->str);
    host_wait_message(world->host, NORA, "SYSTEM", "*This waits for your choice*");
    host_logout(world->host);
    host_skip(world->host);
    host_go_online(world->host);
    while (strstr(told->str, "was closed when it was typed") == NULL) {
        const HostEvent *line = host_wait_message(world->host, NORA, "ERROR", "*");
        host_check(world->host, strlen(line->extra) <= 3500);
        g_string_append_printf(told, "%s%s", told->len > 0 ? " " : "", line->text);
    }
    host_check(world->host, strstr(told->str, text->str) != NULL);
}

/* A pounce's line: who sends it has written it, and what becomes of it is told as of any other. */
static void
pounce_is_shown_once(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_pounce(world->host, ADA, "Welcome back");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "Welcome back") == 0);
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "Welcome back") == 1);

    host_type(world->host, ADA, "typed");
    host_wait_message(world->host, ADA, "SEND", "typed");
    g_autoptr(CoexSimRequest) typed = world_next_sent(world);
    host_check(world->host, g_strcmp0(typed->text, "typed") == 0);
    coex_sim_fail_next_async(world->sim, 131026);
    host_pounce(world->host, ADA, "in vain");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*in vain*131026*");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "in vain") == 1);
}

/* What nobody would see is not sent. */
static void
invisible_text_is_none(World *world)
{
    static const char *const texts[] = { "\u200b\u200c\u2060", "\u2800 \u3164", "\u00ad",
                                         "\u202e" };

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        host_type(world->host, ADA, texts[i]);
        host_wait_for(world->host, EVENT_MESSAGE, ADA, "*no text in this message*");
    }
    host_type(world->host, ADA, "\U0001f44d\ufe0f");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "\U0001f44d\ufe0f") == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 1);
}

/* What heads the tooltip, the buddy's number and name, is not said again. */
static void
tooltip_is_short(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_wait_tooltip(world->host, ADA, "The window is open until*");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_TOOLTIP, ADA, "*" ADA "*") == 0);
    host_check(world->host, host_count(world->host, EVENT_TOOLTIP, ADA, "Ada*") == 0);
}

static void
resend_and_discard(World *world)
{
    const char *prefix = world->bitlbee ? "!" : "/";
    g_autofree char *resend = g_strconcat(prefix, "resend", NULL);
    g_autofree char *discard = g_strconcat(prefix, "discard", NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, "first try");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*131026*");
    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, "first try") == 0);

    host_type(world->host, ADA, resend);
    g_autoptr(CoexSimRequest) again = world_next_sent(world);
    host_check(world->host, g_strcmp0(again->text, "first try") == 0);

    coex_sim_fail_next_async(world->sim, 131026);
    host_type(world->host, ADA, "second text");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*second text*131026*");
    host_type(world->host, ADA, discard);
    host_type(world->host, ADA, "third text");
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    g_autoptr(CoexSimRequest) third = world_next_sent(world);
    host_check(world->host, g_strcmp0(second->text, "second text") == 0);
    host_check(world->host, g_strcmp0(third->text, "third text") == 0);
}

/* What one word sends again is told before it is typed. */
static void
offer_tells_how_many(World *world)
{
    static const char *const offers[] = { "sends it again", "sends it and another one again",
                                          "sends it and 2 others again" };
    const char *prefix = world->bitlbee ? "!" : "/";
    g_autofree char *resend = g_strconcat(prefix, "resend", NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    for (guint i = 0; i < G_N_ELEMENTS(offers); i++) {
        g_autofree char *text = g_strdup_printf("part %u", i);
        g_autofree char *line = g_strdup_printf("*%s*131026*%s %s,*", text, resend, offers[i]);

        coex_sim_fail_next_async(world->sim, 131026);
        host_type(world->host, ADA, text);
        host_wait_for(world->host, EVENT_MESSAGE, ADA, line);
        coex_sim_request_free(world_next_sent(world));
    }
    host_type(world->host, ADA, resend);
    for (guint i = 0; i < G_N_ELEMENTS(offers); i++) {
        g_autofree char *text = g_strdup_printf("part %u", i);
        g_autoptr(CoexSimRequest) again = world_next_sent(world);

        host_check(world->host, g_strcmp0(again->text, text) == 0);
    }
}

/* An IRC client cuts what is too long for IRC; pasted lines come as one message. */
static void
cut_line_is_joined(World *world)
{
    g_autofree char *part = g_strnfill(400, 'x');
    g_autofree char *typed = g_strconcat(part, " \nand <on>\nbelow", NULL);
    g_autofree char *expected = g_strconcat(part, " and <on>\nbelow", NULL);

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, typed);
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, expected) == 0);
}

/* The message went out although the answer was lost: the status that carries our id settles it. */
static void
lost_answer_is_not_sent_again(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_drop_next(world->sim, TRUE);
    host_type(world->host, ADA, "only once please");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_type(world->host, ADA, "and on");

    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->text, "only once please") == 0);
    host_check(world->host, g_strcmp0(second->text, "and on") == 0);
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 2);
    host_check(world->host, host_count_messages(world->host, ADA, "SEND", NULL,
                                                "only once please") == (world->bitlbee ? 0 : 1));
}

static void
status_before_the_answer(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_set_early_status(world->sim, TRUE);
    host_type(world->host, ADA, "quick");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_check(world->host, coex_sim_n_sent(world->sim, "ada") == 1);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "quick") == 1);
}

static void
overload_is_waited_out(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_fail_next(world->sim, 130429);
    host_type(world->host, ADA, "patient");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->text, "patient") == 0);
    host_check(world->host, coex_sim_n_requests(world->sim, "messages") == 2);
}

static void
answer_marks_as_read(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_check(world->host, coex_sim_n_requests(world->sim, "read") == 0);
    host_type(world->host, ADA, "Hi Ada");

    g_autoptr(CoexSimRequest) read = coex_sim_wait_request(world->sim, "read", HOST_PATIENCE_MS);
    host_assert(world->host, read != NULL, "the customer's message is marked as read");
}

static void
looking_marks_as_read(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "read-receipts", "seen");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_sync(world->host);
    host_check(world->host, coex_sim_n_requests(world->sim, "read") == 0);
    host_look(world->host, ADA);

    g_autoptr(CoexSimRequest) read = coex_sim_wait_request(world->sim, "read", HOST_PATIENCE_MS);
    host_assert(world->host, read != NULL, "the customer's message is marked as read");
}

static void
never_marks_as_read(World *world)
{
    host_set_option(world->host, coex_sim_get_number(world->sim), "read-receipts", "never");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_look(world->host, ADA);
    host_type(world->host, ADA, "Hi Ada");
    host_wait_tooltip(world->host, ADA, "*elivered*");
    host_check(world->host, coex_sim_n_requests(world->sim, "read") == 0);
}

static void
add_all(void)
{
    world_add("markup-becomes-whatsapp-text", NULL, markup_becomes_whatsapp_text);
    world_add("links-come-once", NULL, links_come_once);
    world_add("order-is-kept", NULL, order_is_kept);
    world_add("long-text-is-split", NULL, long_text_is_split);
    world_add("failure-is-explained", NULL, failure_is_explained);
    world_add("long-failure-is-told-whole", NULL, long_failure_is_told_whole);
    world_add("failure-is-short", NULL, failure_is_short);
    world_add("arrival-after-failure-is-told", NULL, arrival_after_failure_is_told);
    world_add("bitlbee/arrival-after-failure-is-told", "BitlBee", arrival_after_failure_is_told);
    world_add("arrival-of-both-is-told", NULL, arrival_of_both_is_told);
    world_add("pounce-is-shown-once", NULL, pounce_is_shown_once);
    world_add("invisible-text-is-none", NULL, invisible_text_is_none);
    world_add("bitlbee/cut-line-is-joined", "BitlBee", cut_line_is_joined);
    world_add("tooltip-is-short", NULL, tooltip_is_short);
    world_add("resend-and-discard", NULL, resend_and_discard);
    world_add("offer-tells-how-many", NULL, offer_tells_how_many);
    world_add("bitlbee/offer-tells-how-many", "BitlBee", offer_tells_how_many);
    world_add("lost-answer-is-not-sent-again", NULL, lost_answer_is_not_sent_again);
    world_add("status-before-the-answer", NULL, status_before_the_answer);
    world_add("overload-is-waited-out", NULL, overload_is_waited_out);
    world_add("answer-marks-as-read", NULL, answer_marks_as_read);
    world_add("looking-marks-as-read", NULL, looking_marks_as_read);
    world_add("never-marks-as-read", NULL, never_marks_as_read);
    world_add("bitlbee/failure-is-explained", "BitlBee", failure_is_explained);
    world_add("bitlbee/resend-and-discard", "BitlBee", resend_and_discard);
    world_add("finch/resend-and-discard", "gnt-purple", resend_and_discard);
    world_add("bitlbee/lost-answer-is-not-sent-again", "BitlBee", lost_answer_is_not_sent_again);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}

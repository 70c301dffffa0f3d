// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <string.h>

/* What customers write and what the phone sends, as the user is shown it. */

/* Nothing more of the past can come once a later text is shown. */
static void
wait_for_end(World *world)
{
    world_settle(world);
    g_free(coex_sim_customer_sends(world->sim, "ben", "the end"));
    host_wait_message(world->host, BEN, "RECV", "the end");
}

static void
text_delivered_three_times(World *world)
{
    host_go_online(world->host);
    coex_sim_duplicate_next(world->sim, 2);
    g_free(coex_sim_customer_sends_at(world->sim, "ada", "Is my order ready?",
                                      coex_sim_now(world->sim) - 3));

    const HostEvent *buddy = host_wait_for(world->host, EVENT_BUDDY, ADA, NULL);
    const HostEvent *line = host_wait_message(world->host, ADA, "RECV", "Is my order ready?");
    host_assert(world->host, buddy->index < line->index, "the buddy comes before the message");
    host_assert(world->host, ABS(line->time - (coex_sim_now(world->sim) - 3)) <= 2,
                "the line carries the message's own time");
    host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada Lovelace");
    wait_for_end(world);
    world_settle(world);

    host_assert(world->host, coex_sim_n_delivered(world->sim) >= 4, "it was delivered three times");
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "Is my order ready?") == 1);
    host_assert_all_taken(world->host);
}

static void
window_shows_as_presence(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");

    const HostEvent *status = host_wait_for(world->host, EVENT_STATUS, ADA, "Unread · *");
    host_check(world->host, g_str_equal(status->detail, "available"));
}

/* Who waits is told from who does not, also after a restart of the chat program. */
static void
unanswered_is_marked(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_look(world->host, ADA);
    host_wait_for(world->host, EVENT_STATUS, ADA, "Waits · *");
    world_customer_writes(world, "ben", BEN, "Hello");
    host_wait_for(world->host, EVENT_STATUS, BEN, "Unread · *");
    host_type(world->host, BEN, "Good morning");
    host_wait_for(world->host, EVENT_STATUS, BEN, "Open until *");
    host_quit(world->host);
    host_login(world->host);
    host_wait_for(world->host, EVENT_STATUS, ADA, "Waits · *");
    host_wait_for(world->host, EVENT_STATUS, BEN, "Open until *");
    host_wait_for(world->host, EVENT_NOTICE, NULL, "*1 person waits for an answer, *: Ada*");
}

/* What nobody looked at is told from what somebody did, over a restart, in list, tooltip and line;
 * where the chat program cannot tell, what was shown is seen. */
static void
unread_is_marked(World *world)
{
    host_go_online(world->host);
    host_look(world->host, NULL);
    world_customer_writes(world, "ada", ADA, "Hello");
    world_customer_writes(world, "ben", BEN, "Hello");
    host_wait_for(world->host, EVENT_STATUS, BEN, "Unread · *");
    host_skip(world->host);
    host_look(world->host, BEN);
    host_wait_for(world->host, EVENT_STATUS, BEN, "Waits · *");
    world_customer_writes(world, "ben", BEN, "You see this");
    host_look(world->host, NULL);
    host_wait_tooltip(world->host, ADA, "since 20*");
    host_quit(world->host);
    host_login(world->host);
    host_wait_for(world->host, EVENT_STATUS, ADA, "Unread · *");
    host_wait_for(world->host, EVENT_STATUS, BEN, "Waits · *");
    host_wait_for(world->host, EVENT_NOTICE, NULL,
                  "*2 people wait for an answer, *: Ada*, Ben*. Not read yet: Ada*.");
    /* a conversation that comes up by itself was not looked at */
    world_customer_writes(world, "ada", ADA, "Hello?");
    host_sync(world->host);
    host_check(world->host, host_count(world->host, EVENT_STATUS, ADA, "Waits · *") == 1);
    host_look(world->host, ADA);
    host_wait_for(world->host, EVENT_STATUS, ADA, "Waits · *");
    /* the one that came under the eyes never was unread */
    host_check(world->host, host_count(world->host, EVENT_STATUS, BEN, "Unread · *") == 1);
}

static void
shown_is_seen(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_wait_for(world->host, EVENT_STATUS, ADA, "Waits · *");
    host_quit(world->host);
    host_login(world->host);
    host_wait_for(world->host, EVENT_STATUS, ADA, "Waits · *");
    host_check(world->host, host_count(world->host, EVENT_STATUS, NULL, "Unread*") == 0);
}

/* Of customers, and of the phone. */
static void
check_struck(World *world, const char *theirs, const char *ours)
{
    const HostEvent *line;

    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", "~10~ 8 EUR"));
    line = host_wait_message(world->host, ADA, "RECV", "* 8 EUR");
    host_check(world->host, strcasestr(line->extra, theirs) != NULL);
    g_free(coex_sim_phone_sends(world->sim, "ada", "Now ~9~ 7 EUR"));
    line = host_wait_message(world->host, ADA, "SEND", "* 7 EUR");
    host_check(world->host, strcasestr(line->extra, ours) != NULL);
}

static void
struck_text_is_struck(World *world)
{
    check_struck(world, "<s>10</s> 8 EUR", "Now <s>9</s> 7 EUR");
}

/* Where nothing can be struck through: the old price must not read as the new one. */
static void
struck_text_keeps_its_tildes(World *world)
{
    check_struck(world, "~10~ 8 EUR", "Now ~9~ 7 EUR");
}

/* What WhatsApp itself says of a person is no word of theirs. */
static void
system_message_is_our_line(World *world)
{
    const HostEvent *line;

    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    g_free(coex_sim_customer_sends_type(
        world->sim, "ada", "system",
        "{\"body\":\"User A changed from 12025550101 to 12025550109\",\"type\":"
        "\"customer_identity_changed\"}"));
    line = host_wait_message(world->host, ADA, "SYSTEM", "*WhatsApp reports: *User A changed*");
    if (world->bitlbee)
        host_check(world->host, g_str_has_prefix(line->text, "* "));
}

static void
two_changes_in_one_delivery(World *world)
{
    host_go_online(world->host);
    coex_sim_begin_batch(world->sim);
    g_free(coex_sim_customer_sends(world->sim, "ada", "first change"));
    g_free(coex_sim_customer_sends(world->sim, "ben", "second change"));
    g_free(coex_sim_phone_sends(world->sim, "ada", "third, from the phone"));
    coex_sim_end_batch(world->sim);

    host_wait_message(world->host, ADA, "RECV", "first change");
    host_wait_message(world->host, BEN, "RECV", "second change");
    host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*third, from the phone");
    wait_for_end(world);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, NULL) == 2);
    host_assert_all_taken(world->host);
}

static void
echo_from_the_phone(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    coex_sim_duplicate_next(world->sim, 1);
    g_free(coex_sim_phone_sends(world->sim, "ada", "Good morning, it is ready"));

    const HostEvent *echo =
        host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*Good morning, it is ready");
    host_assert(world->host, ABS(echo->time - coex_sim_now(world->sim)) <= 5,
                "an echo has its own time");
    wait_for_end(world);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "*Good morning*") == 1);
    host_check(world->host, coex_sim_n_sent(world->sim, NULL) == 0);
    host_assert_all_taken(world->host);
}

static void
signature_is_demanded(World *world)
{
    host_go_online(world->host);
    g_autoptr(GBytes) unsigned_body = coex_sim_render_text(world->sim, "ada", "without signature");
    g_autoptr(GBytes) forged_body = coex_sim_render_text(world->sim, "ada", "wrongly signed");

    host_check(world->host,
               coex_sim_deliver_raw(world->sim, unsigned_body, COEX_SIM_SIGN_NONE) == 401);
    host_check(world->host,
               coex_sim_deliver_raw(world->sim, forged_body, COEX_SIM_SIGN_WRONG) == 401);
    host_check(world->host,
               coex_sim_deliver_raw(world->sim, unsigned_body, COEX_SIM_SIGN_GOOD) == 200);

    host_wait_message(world->host, ADA, "RECV", "without signature");
    wait_for_end(world);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, NULL) == 1);
}

static void
other_requests_are_refused(World *world)
{
    host_go_online(world->host);
    g_autoptr(GBytes) body = coex_sim_render_text(world->sim, "ada", "elsewhere");
    g_autofree char *other_path = g_strdup_printf("http://%s/other", world->listen);

    host_check(world->host, coex_sim_deliver_raw_to(world->sim, "POST", other_path, body,
                                                    COEX_SIM_SIGN_GOOD) == 404);
    host_check(world->host, coex_sim_deliver_raw_to(world->sim, "PUT", world->webhook, body,
                                                    COEX_SIM_SIGN_GOOD) == 405);
    wait_for_end(world);
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, NULL) == 0);
}

static void
marks_and_markup(World *world)
{
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", "*now* <b>&amp; \"quoted\"\nsecond line 😀"));

    const HostEvent *line = host_wait_message(world->host, ADA, "RECV", "*second line*");
    host_check(world->host, strstr(line->extra, "<b>now</b>") != NULL);
    host_check(world->host, strstr(line->extra, "&lt;b&gt;&amp;amp;") != NULL);
    host_check(world->host, strstr(line->text, "\nsecond line 😀") != NULL);
}

static guint
count_tags(const char *html)
{
    guint n = 0;

    for (const char *p = strchr(html, '<'); p != NULL; p = strchr(p + 1, '<'))
        n++;
    return n;
}

/* By whom else, and with a name that is not the customer's. */
static void
echo_is_told_apart(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    g_free(coex_sim_phone_sends(world->sim, "ada", "one\n/me two"));
    const HostEvent *echo = host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*one*");
    host_check(world->host, g_str_equal(echo->text, world->bitlbee ? "[phone] one\n[phone] /me two"
                                                                   : "[phone] one\n/me two"));
    host_type(world->host, ADA, "typed here");
    coex_sim_request_free(world_next_sent(world));
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "[phone]*") == 1);
}

/* What an agent of WhatsApp's answers is not from the phone. */
static void
agent_is_told_apart(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    g_autofree char *standby =
        g_strdup_printf("{\"standby\":{\"message_echoes\":[{\"id\":\"wamid.agent\",\"timestamp\":"
                        "\"%" G_GINT64_FORMAT "\",\"message\":{\"to\":\"" ADA
                        "\",\"type\":\"text\",\"text\":{\"body\":\"one\\ntwo\"}}}]}}",
                        coex_sim_now(world->sim));
    coex_sim_change(world->sim, "standby", standby);
    const HostEvent *echo = host_wait_message(world->host, ADA, "SEND|REMOTE_SEND", "*one*");
    host_check(world->host,
               g_str_equal(echo->text, world->bitlbee ? "[by the Business Agent] one\n"
                                                        "[by the Business Agent] two"
                                                      : "[by the Business Agent] one\ntwo"));
    host_check(world->host, host_count(world->host, EVENT_MESSAGE, ADA, "[phone]*") == 0);
    host_skip(world->host);
}

/* Pidgin shows what is inside the tags of a line that has more than 100, links of its own counted.
 */
static void
many_breaks_marks_and_addresses(World *world)
{
    static const char *const pieces[] = { "\n", "*a* _b_ ", "www.shop.example ", "a@b.example\n" };
    const char *forged = "<a href=\"https://evil.example/\">https://bank.example/</a> 5 < 6";

    host_go_online(world->host);
    for (guint i = 0; i < G_N_ELEMENTS(pieces); i++) {
        g_autoptr(GString) text = g_string_new(NULL);
        for (guint j = 0; j < 101; j++)
            g_string_append(text, pieces[i]);
        g_string_append(text, forged);
        g_free(coex_sim_customer_sends(world->sim, "ada", text->str));
        const HostEvent *line = host_wait_message(world->host, ADA, "RECV", "*bank.example*");
        host_check(world->host, g_str_has_suffix(line->text, forged));
        host_check(world->host, count_tags(line->extra) <= 80);
        host_check(world->host, i == 0 || strstr(line->detail, "NO_LINKIFY") != NULL);
        g_free(coex_sim_phone_sends(world->sim, "ada", text->str));
        const HostEvent *echo = host_wait_message(world->host, ADA, "SEND", "*bank.example*");
        host_check(world->host, g_str_has_suffix(echo->extra, line->extra));
    }
}

static void
action_of_a_customer_is_text(World *world)
{
    host_go_online(world->host);
    g_free(coex_sim_customer_sends(world->sim, "ada", "/me dances"));

    const HostEvent *line = host_wait_message(world->host, ADA, "RECV", "*/me dances");
    host_check(world->host, !g_str_has_prefix(line->extra, "/me"));
}

static void
other_types_are_one_line(World *world)
{
    g_autoptr(GBytes) image = g_bytes_new_static("JPEG", 4);
    g_autofree char *content =
        coex_sim_add_file(world->sim, "image/jpeg", NULL, "Broken part", image);

    host_go_online(world->host);
    g_free(coex_sim_customer_sends_type(world->sim, "ada", "image", content));
    g_free(coex_sim_customer_sends_type(
        world->sim, "ada", "location",
        "{\"latitude\":51.5,\"longitude\":-0.12,\"name\":\"Sample Cafe\"}"));
    g_free(coex_sim_customer_sends_type(world->sim, "ada", "hologram", "{\"body\":\"new kind\"}"));

    host_wait_message(world->host, ADA, "RECV", "*Broken part*");
    host_wait_message(world->host, ADA, "SYSTEM", "*4 bytes*");
    host_wait_message(world->host, ADA, "RECV", "*Sample Cafe*");
    host_wait_message(world->host, ADA, "RECV", "*hologram*");
    wait_for_end(world);
    host_assert_all_taken(world->host);
}

static void
placeholder_gives_way(World *world)
{
    host_go_online(world->host);
    g_autofree char *wamid = coex_sim_customer_sends_unavailable(world->sim, "ada");
    host_wait_message(world->host, ADA, "RECV", "*phone*");
    coex_sim_customer_sends_again(world->sim, "ada", wamid, "what it really said");
    host_wait_message(world->host, ADA, "RECV", "what it really said");
    coex_sim_redeliver_last(world->sim);
    wait_for_end(world);
    host_check(world->host,
               host_count(world->host, EVENT_MESSAGE, ADA, "what it really said") == 1);
}

/* A line of ours, which is no message of anybody's. */
static void
wait_line_of_ours(World *world, const char *text)
{
    g_autofree char *marked =
        g_strconcat(world->bitlbee ? "?" : "", world->bitlbee ? " " : "", text, NULL);
    const HostEvent *line = host_wait_message(world->host, ADA, "SYSTEM", marked);

    host_check(world->host, !world->bitlbee || g_str_has_prefix(line->text, "* "));
}

static void
about(World *world, const char *type, const char *format, const char *wamid)
{
    g_autoptr(GString) content = g_string_new(format);

    g_string_replace(content, "%s", wamid, 1);
    g_free(coex_sim_customer_sends_type(world->sim, "ada", type, content->str));
}

/* Words that are answered, changed, marked and taken back; and who types such lines. */
static void
messages_about_messages(World *world)
{
    g_autofree char *rye = NULL;

    host_go_online(world->host);
    rye = coex_sim_customer_sends(world->sim, "ada", "Do you have *rye*?");
    host_wait_message(world->host, ADA, "RECV", "Do you have *rye*?");
    host_type(world->host, ADA, "Yes");
    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_wait_tooltip(world->host, ADA, "*elivered*");
    g_free(coex_sim_customer_replies(world->sim, "ada", "Keep one", sent->wamid));
    host_wait_message(world->host, ADA, "RECV", "> Yes\nKeep one");
    g_free(coex_sim_customer_sends(world->sim, "ada", "> Yes, for free\nThank you"));
    host_wait_message(world->host, ADA, "RECV", "│ Yes, for free\nThank you");
    about(world, "reaction", "{\"message_id\":\"%s\",\"emoji\":\"👍\"}", sent->wamid);
    wait_line_of_ours(world, "They reacted with 👍 to “Yes”.");
    about(world, "edit",
          "{\"original_message_id\":\"%s\",\"message\":{\"type\":\"text\",\"text\":"
          "{\"body\":\"Do you have wheat?\"}}}",
          rye);
    wait_line_of_ours(world, "They edited: “Do you have wheat?” (before: “Do you have *rye*?”).");
    about(world, "revoke", "{\"original_message_id\":\"%s\"}", rye);
    wait_line_of_ours(world, "They deleted “Do you have wheat?”.");
    /* in Pidgin and Finch the kind of line tells, in BitlBee its beginning */
    g_free(coex_sim_customer_sends(world->sim, "ada", "* They deleted “Yes”."));
    host_wait_message(world->host, ADA, "RECV",
                      world->bitlbee ? "• They deleted “Yes”." : "? They deleted “Yes”.");
}

static void
person_without_number(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "carla", CARLA, "I have a username only");
    host_wait_for(world->host, EVENT_ALIAS, CARLA, "Carla Lane");
    host_type(world->host, CARLA, "Welcome, Carla");

    g_autoptr(CoexSimRequest) sent = world_next_sent(world);
    host_check(world->host, g_strcmp0(sent->recipient, CARLA) == 0);
    host_check(world->host, sent->to == NULL);
    host_check(world->host, g_strcmp0(sent->text, "Welcome, Carla") == 0);
    if (!world->bitlbee)
        host_wait_message(world->host, CARLA, "SEND", "Welcome, Carla");
}

/* Who has no name yet is shown with the number as people write it. */
static void
nameless_person_has_a_number(World *world)
{
    host_go_online(world->host);
    g_free(coex_sim_phone_sends(world->sim, "nora", "Your parcel is here"));
    host_wait_for(world->host, EVENT_ALIAS, NORA, "+" NORA);
    world_customer_writes(world, "nora", NORA, "On my way");
    host_wait_for(world->host, EVENT_ALIAS, NORA, "Nora North");
}

static void
alias_only_when_it_changes(World *world)
{
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "one");
    world_customer_writes(world, "ada", ADA, "two");
    coex_sim_set_name(world->sim, "ada", "Ada King");
    world_customer_writes(world, "ada", ADA, "three");
    host_wait_for(world->host, EVENT_ALIAS, ADA, "Ada King");
    wait_for_end(world);
    host_check(world->host, host_count(world->host, EVENT_ALIAS, ADA, NULL) == 2);
}

/* Who writes from a number that its owner has given up has a buddy of their own, whose name is no
 * number, and is answered there; also after a restart of the chat program. */
static void
second_owner_of_a_number(World *world)
{
    const char *stan = BEN "_2";

    host_go_online(world->host);
    world_customer_writes(world, "ben", BEN, "Soon I move");
    g_autofree char *moved =
        g_strdup_printf("{\"messages\":[{\"id\":\"wamid.moved\",\"timestamp\":\"%" G_GINT64_FORMAT
                        "\",\"from\":\"" BEN "\",\"type\":\"system\",\"system\":{\"body\":"
                        "\"Ben changed\",\"type\":\"user_changed_number\"}}]}",
                        coex_sim_now(world->sim));
    coex_sim_change(world->sim, "messages", moved);
    host_wait_for(world->host, EVENT_MESSAGE, BEN, "*Ben changed*");
    coex_sim_give_up_number(world->sim, "ben");
    coex_sim_advance_clock(world->sim, 2);
    coex_sim_add_customer(world->sim, "stan", "+" BEN, NULL, "Stan");
    world_customer_writes(world, "stan", stan, "Who is this?");
    host_type(world->host, stan, "A shop");
    g_autoptr(CoexSimRequest) first = world_next_sent(world);
    host_check(world->host, g_strcmp0(first->to, "+" BEN) == 0);
    host_wait_tooltip(world->host, stan, "*elivered*");
    host_quit(world->host);
    host_login(world->host);
    world_customer_writes(world, "stan", stan, "Which one?");
    host_type(world->host, stan, "Yours");
    g_autoptr(CoexSimRequest) second = world_next_sent(world);
    host_check(world->host, g_strcmp0(second->to, "+" BEN) == 0);
    host_check(world->host, g_strcmp0(second->text, "Yours") == 0);
}

static void
add_all(void)
{
    world_add("text-delivered-three-times", NULL, text_delivered_three_times);
    world_add("window-shows-as-presence", NULL, window_shows_as_presence);
    world_add("unanswered-is-marked", NULL, unanswered_is_marked);
    world_add("pidgin/struck-text-is-struck", "gtk-gaim", struck_text_is_struck);
    world_add("finch/struck-text-keeps-its-tildes", "gnt-purple", struck_text_keeps_its_tildes);
    world_add("bitlbee/struck-text-keeps-its-tildes", "BitlBee", struck_text_keeps_its_tildes);
    world_add("system-message-is-our-line", NULL, system_message_is_our_line);
    world_add("bitlbee/system-message-is-our-line", "BitlBee", system_message_is_our_line);
    world_add("unread-is-marked", NULL, unread_is_marked);
    world_add("pidgin/unread-is-marked", "gtk-gaim", unread_is_marked);
    world_add("bitlbee/shown-is-seen", "BitlBee", shown_is_seen);
    world_add("two-changes-in-one-delivery", NULL, two_changes_in_one_delivery);
    world_add("echo-from-the-phone", NULL, echo_from_the_phone);
    world_add("signature-is-demanded", NULL, signature_is_demanded);
    world_add("other-requests-are-refused", NULL, other_requests_are_refused);
    world_add("marks-and-markup", NULL, marks_and_markup);
    world_add("many-breaks-marks-and-addresses", NULL, many_breaks_marks_and_addresses);
    world_add("action-of-a-customer-is-text", NULL, action_of_a_customer_is_text);
    world_add("other-types-are-one-line", NULL, other_types_are_one_line);
    world_add("messages-about-messages", NULL, messages_about_messages);
    world_add("bitlbee/messages-about-messages", "BitlBee", messages_about_messages);
    world_add("placeholder-gives-way", NULL, placeholder_gives_way);
    world_add("person-without-number", NULL, person_without_number);
    world_add("nameless-person-has-a-number", NULL, nameless_person_has_a_number);
    world_add("alias-only-when-it-changes", NULL, alias_only_when_it_changes);
    world_add("echo-is-told-apart", NULL, echo_is_told_apart);
    world_add("bitlbee/echo-is-told-apart", "BitlBee", echo_is_told_apart);
    world_add("agent-is-told-apart", NULL, agent_is_told_apart);
    world_add("bitlbee/agent-is-told-apart", "BitlBee", agent_is_told_apart);
    world_add("bitlbee/echo-from-the-phone", "BitlBee", echo_from_the_phone);
    world_add("bitlbee/person-without-number", "BitlBee", person_without_number);
    world_add("second-owner-of-a-number", NULL, second_owner_of_a_number);
    world_add("bitlbee/second-owner-of-a-number", "BitlBee", second_owner_of_a_number);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}

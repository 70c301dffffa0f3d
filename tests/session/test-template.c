// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <json-glib/json-glib.h>
#include <string.h>

/* Templates with all that they can have: what leaves is what WhatsApp's own examples have. */

#define DATA "COEX_TEST_DATA"
#define FOREVER_MS "4099766400000" /* 1 Dec 2099 */

static char *
load(const char *file)
{
    g_autofree char *path = g_build_filename(g_getenv(DATA), "api", file, NULL);
    g_autoptr(GError) error = NULL;
    char *text = NULL;

    g_file_get_contents(path, &text, NULL, &error);
    g_assert_no_error(error);
    return text;
}

static JsonNode *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    JsonNode *node = json_from_string(text, &error);

    g_assert_no_error(error);
    return node;
}

/* Gives the number all definitions of the example list, approved, and one with a form. */
static void
open_shop(Desk *desk)
{
    g_autofree char *text = load("28_templates_list.meta.response.json");
    g_autoptr(JsonNode) root = parse(text);
    JsonArray *list = json_object_get_array_member(json_node_get_object(root), "data");

    for (guint i = 0; i < json_array_get_length(list); i++) {
        JsonNode *definition = json_array_get_element(list, i);
        g_autofree char *json = NULL;

        json_object_set_string_member(json_node_get_object(definition), "status", "APPROVED");
        json = json_to_string(definition, FALSE);
        coex_sim_add_template(desk->sim, json);
    }
    coex_sim_add_template(
        desk->sim,
        "{\"name\":\"book_a_slot\",\"language\":\"en_US\",\"category\":\"UTILITY\",\"components\":["
        "{"
        "\"type\":\"BODY\",\"text\":\"Book a slot.\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":"
        "\"FLOW\",\"text\":\"Book\",\"flow_id\":\"880011002200330\",\"flow_action\":\"NAVIGATE\","
        "\"navigate_screen\":\"START\"}]}]}");
    desk_login(desk);
    desk_wait_catalogue(desk);
}

static void
send(Desk *desk, const char *name, const char *language, const char *values)
{
    g_auto(GStrv) list = g_strsplit(values, "|", -1);
    g_autoptr(GError) error = NULL;

    coex_session_send_template(desk->session, desk_name("dana"),
                               desk_template(desk, name, language), (const char *const *)list,
                               &error);
    g_assert_no_error(error);
}

/* Of a button's index both kinds are seen: a number and its text. */
static void
normalise(JsonNode *node)
{
    if (JSON_NODE_HOLDS_ARRAY(node)) {
        JsonArray *array = json_node_get_array(node);

        for (guint i = 0; i < json_array_get_length(array); i++)
            normalise(json_array_get_element(array, i));
    } else if (JSON_NODE_HOLDS_OBJECT(node)) {
        JsonObject *object = json_node_get_object(node);
        g_autoptr(GList) keys = json_object_get_members(object);

        for (GList *key = keys; key; key = key->next) {
            JsonNode *member = json_object_get_member(object, key->data);

            normalise(member);
            if (g_str_equal(key->data, "index") &&
                json_node_get_value_type(member) == G_TYPE_INT64) {
                g_autofree char *text = g_strdup_printf("%d", (int)json_node_get_int(member));

                json_object_set_string_member(object, "index", text);
            }
        }
    }
}

/* The member "template" of a send. */
static char *
dup_template(const char *body, guint index)
{
    g_autoptr(JsonNode) root = parse(body);
    JsonNode *message = JSON_NODE_HOLDS_ARRAY(root)
                            ? json_array_get_element(json_node_get_array(root), index)
                            : root;
    JsonNode *template_ = json_object_get_member(json_node_get_object(message), "template");

    normalise(template_);
    return json_to_string(template_, TRUE);
}

/* What is sent next is the example, in which these words are replaced by those behind them. */
static void
take(Desk *desk, const char *file, guint index, const char *const *replaced)
{
    g_autoptr(CoexSimRequest) request = desk_wait_sent(desk, "dana", NULL);
    g_autofree char *text = load(file);
    g_autoptr(GString) example = g_string_new(text);
    g_autofree char *wanted = NULL;
    g_autofree char *got = dup_template(request->body, 0);

    for (; replaced && *replaced; replaced += 2)
        g_assert_cmpuint(g_string_replace(example, replaced[0], replaced[1], 0), >, 0);
    wanted = dup_template(example->str, index);
    g_assert_cmpstr(got, ==, wanted);
    desk_wait_state(desk, "dana", "delivered*");
}

/* Each example is sent through the face that the chat program has. */
static void
test_examples(Desk *desk)
{
    static const char *const picture[] = { "\"id\": \"1408826604139977\"",
                                           "\"link\": \"https://files.radhaus.example/a.jpg\"",
                                           NULL };
    static const char *const offer[] = { "1796083200000", FOREVER_MS, NULL };
    static const char *const cards[] = {
        "\"id\": \"701100220033441\"", "\"link\": \"https://files.radhaus.example/1.jpg\"",
        "\"id\": \"701100220033442\"", "\"link\": \"https://files.radhaus.example/2.jpg\"", NULL
    };
    static const struct {
        const char *file;
        guint index;
        const char *name;
        const char *language;
        const char *values; /* joined with | */
        const char *shown;
        const char *const *replaced;
    } cases[] = {
        { "18_template_positional_buttons.request.json", 0, "pickup_ready_v2", "de",
          "https://files.radhaus.example/a.jpg|Jana|2026-1107|https://radhaus.example/o/2026-1107|"
          "pickup:2026-1107:ok",
          "[image: https://files.radhaus.example/a.jpg]\nHallo Jana, dein Rad (Auftrag 2026-1107) "
          "ist fertig.\nRadhaus Mitte\n[Ich komme] [Auftrag: "
          "https://radhaus.example/o/2026-1107] [Anrufen]",
          picture },
        { "19_template_named.request.json", 0, "table_confirmed", "en_US", "Friday|Jana|4",
          "See you on Friday\nHi Jana, a table for 4 is booked.", NULL },
        { "20_template_currency_datetime_location.request.json", 0, "courier_on_the_way", "en_GB",
          "52.531677|13.381777|Radhaus Mitte|Invalidenstr. 117, Berlin|€49.90|27 November 2026, "
          "14:00",
          "[place: Radhaus Mitte, Invalidenstr. 117, Berlin, 52.531677, 13.381777]\nWe collect "
          "€49.90 on 27 November 2026, 14:00 at your door.",
          NULL },
        { "21_template_limited_time_offer.request.json", 0, "spring_lto", "en_US",
          "https://files.radhaus.example/lto.jpg|2099-12-01 00:00|Jana|RAD15|spring?c=RAD15",
          "[image: https://files.radhaus.example/lto.jpg]\nEnds soon! (until 2099-12-01 00:00 "
          "+00:00)\nJana, 15% off all tyres.\n[Copy offer code: RAD15] [Shop: "
          "https://radhaus.example/spring?c=RAD15]",
          offer },
        { "22_template_media_carousel.request.json", 0, "autumn_bikes", "en_US",
          "Jana|https://files.radhaus.example/1.jpg|gravel-2|https://files.radhaus.example/2.jpg|"
          "cargo-9|like:gravel-2|like:cargo-9",
          "New this autumn, Jana:\n– 1 –\n*[I like it] [Look: "
          "https://radhaus.example/b/gravel-2]\n– 2 –\n*/b/cargo-9]",
          cards },
        { "23_template_authentication.request.json", 0, "login_code", "en_US", "482913",
          "*482913* is your verification code. *\nThis code expires in 5 minutes.\n[Copy code]",
          NULL },
        { "24_template_flow_and_no_params.requests.json", 0, "book_a_slot", "en_US",
          "slot-8841|shop=mitte", "Book a slot.\n[Book]", NULL },
        { "24_template_flow_and_no_params.requests.json", 1, "we_are_open_again", "en_US", "",
          "We are open again.", NULL },
    };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_test_message("%s", cases[i].name);
        send(desk, cases[i].name, cases[i].language, cases[i].values);
        desk_wait_feed(desk, COEX_FEED_SENT, "dana", cases[i].shown);
        take(desk, cases[i].file, cases[i].index, cases[i].replaced);
    }
}

/* What nobody needs to say is not sent, or is WhatsApp's own word for nothing. */
static void
test_left_out(Desk *desk)
{
    g_autoptr(CoexSimRequest) reply = NULL;
    g_autoptr(CoexSimRequest) form = NULL;
    g_autoptr(CoexSimRequest) place = NULL;

    open_shop(desk);
    send(desk, "rate_us", "en_US", "Jana");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "How was your visit, Jana?*");
    reply = desk_wait_sent(desk, "dana", NULL);
    g_assert_null(strstr(reply->body, "button"));
    desk_wait_state(desk, "dana", "delivered*");
    send(desk, "book_a_slot", "en_US", "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "Book a slot.*");
    form = desk_wait_sent(desk, "dana", NULL);
    g_assert_nonnull(strstr(form->body, "\"flow_token\":\"unused\""));
    desk_wait_state(desk, "dana", "delivered*");
    send(desk, "courier_on_the_way", "en_GB", "52.5|13.4|||12|14:00");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[place: 52.5, 13.4]*");
    place = desk_wait_sent(desk, "dana", NULL);
    g_assert_null(strstr(place->body, "\"address\""));
    desk_wait_state(desk, "dana", "delivered*");
}

/* Without the answer the status tells that it left: whom it went to stands in the list all the
 * same. */
static void
test_unanswered(Desk *desk)
{
    g_autofree char *wamid = NULL;

    open_shop(desk);
    coex_sim_set_auto_status(desk->sim, FALSE);
    coex_sim_drop_next(desk->sim, TRUE);
    send(desk, "we_are_open_again", "en_US", "");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "We are open again.");
    desk_wait_notice(desk, "dana", "It is not clear whether this was sent: *");
    wamid = coex_sim_dup_last_sent(desk->sim, "dana");
    coex_sim_status(desk->sim, wamid, "delivered");
    desk_wait_feed(desk, COEX_FEED_RECORD, "dana", "Sent at *: We are open again.");
    desk_wait_state(desk, "dana", "delivered*");
    desk_fence(desk);
    g_assert_true(desk_view(desk, "dana")->listed);
    desk_restart(desk);
    desk_wait_catalogue(desk);
    g_assert_true(desk_view(desk, "dana")->listed);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 1);
}

/* An amount that may mean two things is sent as it was typed. */
static void
test_amounts(Desk *desk)
{
    static const struct {
        const char *typed;
        const char *amount; /* NULL: a text */
    } cases[] = {
        { "€49.90", "49900" },
        { "49,90 €", "49900" },
        { "EUR 1.234,5", "1234500" },
        { "1,234.50 GBP", "1234500" },
        { "€7", "7000" },
        { "€1,234", NULL },
        { "$5", NULL },
        { "€1.2.3", NULL },
        { "about €5", NULL },
        { "€5-6", NULL },
    };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *values = g_strdup_printf("52.5|13.4|||%s|today", cases[i].typed);
        g_autofree char *amount = g_strdup_printf("\"amount_1000\":%s", cases[i].amount);
        g_autofree char *text = g_strdup_printf("\"text\":\"%s\"", cases[i].typed);
        g_autoptr(CoexSimRequest) request = NULL;

        send(desk, "courier_on_the_way", "en_GB", values);
        desk_wait_feed(desk, COEX_FEED_SENT, "dana", "[place: *");
        request = desk_wait_sent(desk, "dana", NULL);
        g_assert_nonnull(strstr(request->body, cases[i].amount ? amount : text));
        desk_wait_state(desk, "dana", "delivered*");
    }
}

static void
redefine(Desk *desk, const char *url)
{
    g_autofree char *json = g_strdup_printf(
        "{\"name\":\"track_parcel\",\"language\":\"en_US\",\"status\":\"APPROVED\","
        "\"category\":\"UTILITY\",\"components\":[{\"type\":\"BODY\",\"text\":\"Your parcel is on "
        "its way.\"},{\"type\":\"BUTTONS\",\"buttons\":[{\"type\":\"URL\",\"text\":\"Track\","
        "\"url\":\"%s\"}]}]}",
        url);

    coex_sim_add_template(desk->sim, json);
    coex_session_refresh_templates(desk->session);
    desk_wait_catalogue(desk);
}

/* One that waits while what is behind its words changes is not sent otherwise; unchanged, it goes,
 * also after a restart. */
static void
test_changed_link(Desk *desk)
{
    g_autoptr(CoexSimRequest) request = NULL;

    open_shop(desk);
    coex_sim_fail_next(desk->sim, 131026);
    send(desk, "track_parcel", "en_US", "17");
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "*[Track: https://radhaus.example/t/17]");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "*[Track: https://radhaus.example/t/17]");
    redefine(desk, "https://elsewhere.example/{{1}}");
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "*[Track: https://radhaus.example/t/17]");
    desk_wait_feed(desk, COEX_FEED_FAILED, "dana", "*[Track: https://radhaus.example/t/17]");
    desk_wait_catalogue(desk);
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, "dana"), ==, 0);
    redefine(desk, "https://radhaus.example/t/{{1}}");
    desk_restart(desk);
    coex_session_resend(desk->session, desk_name("dana"));
    desk_wait_feed(desk, COEX_FEED_SENT, "dana", "*[Track: https://radhaus.example/t/17]");
    request = desk_wait_sent(desk, "dana", NULL);
    g_assert_cmpstr(request->values[0], ==, "17");
    desk_wait_state(desk, "dana", "delivered*");
}

/* What does not fit is said before anything leaves. */
static void
test_refused_here(Desk *desk)
{
    static const char *const cases[][4] = {
        { "track_parcel", "en_US", "a b", "*end of the link [Track]*blank*" },
        { "login_code", "en_US", "my code", "*digits and letters*" },
        { "courier_on_the_way", "en_GB", "520|13.4|||a|b", "*latitude*" },
        { "pickup_ready_v2", "de", "photo|Jana|1|1", "*picture*https://*" },
    };

    open_shop(desk);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) values = g_strsplit(cases[i][2], "|", -1);
        g_autoptr(GError) error = NULL;

        g_assert_false(coex_session_send_template(desk->session, desk_name("dana"),
                                                  desk_template(desk, cases[i][0], cases[i][1]),
                                                  (const char *const *)values, &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_true(g_pattern_match_simple(cases[i][3], error->message));
    }
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/template/examples", test_examples);
    desk_add("/template/left-out", test_left_out);
    desk_add("/template/unanswered", test_unanswered);
    desk_add("/template/amounts", test_amounts);
    desk_add("/template/changed-link", test_changed_link);
    desk_add("/template/refused-here", test_refused_here);
    return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "desk.h"

#include <string.h>

/* Every code that WhatsApp tells, as an answer to a send and as a status after it: what the line
 * says, and what becomes of the text. */

#define KEPT COEX_LINE_KEPT
#define AGAIN (COEX_LINE_RESEND | COEX_LINE_KEPT)
#define ANOTHER (COEX_LINE_TEMPLATE | COEX_LINE_KEPT)

/* What an answer with the code does to the text. */
typedef enum {
    FAILS,
    GOES_ON, /* by itself, in seconds */
    PACED,   /* by itself, and what comes next more slowly */
    WAITS,   /* by itself, in minutes */
    ACCESS,  /* the access is checked first; fails where that is good */
    ASKS,    /* the window is closed: template or hold */
    OPEN,    /* nobody knows whether it went: never by itself */
} Answer;

typedef struct {
    int code;
    Answer answer;
    guint offers;      /* of its line */
    const char *words; /* what happened, and the next step */
} Row;

/* Meta: support/error-codes; 360dialog passes them on. */
static const Row rows[] = {
    /* account and throttling */
    { 0, ACCESS, AGAIN, "The access token or API key was not accepted. Enter a valid one as*" },
    { 1, FAILS, AGAIN, "WhatsApp had a problem with this request. Try again in a moment.*" },
    { 2, GOES_ON, AGAIN, "WhatsApp has a temporary problem. Try again in a moment.*" },
    { 3, ACCESS, AGAIN, "*lacks a permission. Give it whatsapp_business_messaging and *" },
    { 4, WAITS, AGAIN, "The app has used up its requests for now. Try again in some minutes.*" },
    { 10, ACCESS, AGAIN, "*lacks a permission, or it was withdrawn. Give it whatsapp_business_*" },
    { 33, FAILS, AGAIN, "The phone number id or WABA id is wrong*WhatsApp Manager.*" },
    { 100, FAILS, AGAIN, "WhatsApp does not accept a part of this request. Check the text*" },
    { 190, ACCESS, AGAIN, "The access token *was not accepted*as the account's password.*" },
    { 200, ACCESS, AGAIN, "The access token has no access to this number. Assign *" },
    { 299, ACCESS, AGAIN, "The access token has no access to this number. Assign *" },
    { 368, FAILS, AGAIN, "Meta has restricted this account*Look at Account quality *" },
    { 803, FAILS, AGAIN, "Meta does not know an id*Compare the ids in the account's options *" },
    { 1013, FAILS, AGAIN, "This number does not use WhatsApp. Check the number.*" },
    { 80007, WAITS, AGAIN, "*has used up its requests for now. Try again in some minutes.*" },
    { 130429, GOES_ON, AGAIN, "The number sends faster than WhatsApp allows. Send more slowly.*" },
    { 130472, FAILS, 0, "*for an experiment. Answer from the phone, or wait until *" },
    { 130497, FAILS, AGAIN, "*people in this country. Reach the person another way.*" },
    /* messages */
    { 131000, OPEN, AGAIN, "*a reason it does not name. Look at the phone whether *" },
    { 131005, ACCESS, AGAIN, "*a permission is missing. Give the token whatsapp_business_*" },
    { 131008, FAILS, AGAIN, "A required part of the request is missing. Please report *" },
    { 131009, FAILS, AGAIN, "*does not accept a value in this message. Check the text *" },
    { 131016, GOES_ON, AGAIN, "WhatsApp is overloaded. Try again in a moment.*" },
    { 131020, FAILS, AGAIN, "This group cannot be used *. Use the phone for groups.*" },
    { 131021, FAILS, 0, "A number cannot write to itself. Write to another number.*" },
    { 131026, FAILS, AGAIN, "*perhaps this person is not on WhatsApp*Check the number, or *" },
    { 131030, FAILS, AGAIN, "*only write to people on its list. Add this person *" },
    { 131031, FAILS, AGAIN, "The WhatsApp account is locked. Look at Account quality *" },
    { 131037, FAILS, AGAIN, "*display name is not approved yet. Have it approved *" },
    { 131041, FAILS, AGAIN, "This group cannot be used *. Use the phone for groups.*" },
    { 131042, FAILS, AGAIN, "*without a payment method *free messages. Add or check *" },
    { 131045, FAILS, AGAIN, "*not registered properly. It has to be connected again *" },
    { 131047, ASKS, COEX_LINE_TEMPLATE | AGAIN,
      "The 24-hour window is closed. Send a template, or answer from the phone.*" },
    { 131048, FAILS, KEPT, "*people blocked or reported *. Wait some hours before *" },
    { 131049, FAILS, KEPT, "*did not deliver this marketing message*Wait at least a day *" },
    { 131050, FAILS, 0, "*does not want marketing messages *. Do not send it again.*" },
    { 131051, FAILS, AGAIN, "*does not support this type of message *. Use the phone *" },
    { 131052, FAILS, AGAIN, "*could not be fetched*Look at it on the phone, or ask *" },
    { 131053, FAILS, 0, "*does not accept this kind of file. Convert it *" },
    { 131055, FAILS, AGAIN, "This way of sending is not allowed*Ask the provider *" },
    { 131056, PACED, AGAIN, "Too many messages to this person *. Wait a minute *" },
    { 131057, GOES_ON, AGAIN, "The account is in maintenance at Meta. Try again in a moment.*" },
    { 131059, FAILS, AGAIN, "This group cannot be used *. Use the phone for groups.*" },
    { 131060, FAILS, AGAIN, "*does not hand this message to the API. Look at it on the phone.*" },
    { 131062, FAILS, AGAIN, "*phone number is hidden. Ask the person for the phone number.*" },
    { 131063, FAILS, ANOTHER, "Marketing messages are switched off *. Change the setting *" },
    { 131064, FAILS, ANOTHER, "*without a template is reached. Send a template, or wait.*" },
    { 131201, FAILS, AGAIN, "This group cannot be used *. Use the phone for groups.*" },
    { 131207, FAILS, AGAIN, "This group cannot be used *. Use the phone for groups.*" },
    { 131208, FAILS, AGAIN, "This group cannot be used *. Use the phone for groups.*" },
    /* templates */
    { 132000, FAILS, ANOTHER, "*needs another number of values. *fill in every field.*" },
    { 132001, FAILS, ANOTHER, "*does not exist in this language*. Refresh *choose again.*" },
    { 132005, FAILS, ANOTHER, "*too long with these values. Shorten the values.*" },
    { 132007, FAILS, ANOTHER, "*breaks one of WhatsApp's content rules. Choose another *" },
    { 132012, FAILS, ANOTHER, "A value has the wrong form *. Check the values.*" },
    { 132015, FAILS, ANOTHER, "Meta has paused this template. Choose another one, or *hours.*" },
    { 132016, FAILS, COEX_LINE_TEMPLATE, "*disabled this template for good. Choose another *" },
    { 132018, FAILS, ANOTHER, "*line breaks, tabs or many blanks. Write *on one line.*" },
    { 132068, FAILS, COEX_LINE_TEMPLATE, "The form *is blocked. Choose another template.*" },
    { 132069, FAILS, ANOTHER, "The form *too often in the last hour. Choose another *an hour.*" },
    /* the number's registration, and what the phone has */
    { 133000, FAILS, AGAIN, "*removal of the number is not finished. *connected again *" },
    { 133004, GOES_ON, AGAIN, "WhatsApp is not available right now. Try again in a moment.*" },
    { 133005, FAILS, AGAIN, "The PIN of the number is wrong. *connected again *" },
    { 133006, FAILS, AGAIN, "The number has to be verified again. *connected again *" },
    { 133008, FAILS, KEPT, "The PIN *was tried too often. Wait, then ask the provider.*" },
    { 133009, FAILS, KEPT, "The PIN *was tried too fast. Wait, then ask the provider.*" },
    { 133010, FAILS, AGAIN, "The number is not registered for the API. Check its connection *" },
    { 133015, FAILS, KEPT, "The number was just removed. Wait five minutes, then *" },
    { 133016, FAILS, KEPT, "*connected and removed too often. Wait, then ask the provider.*" },
    { 2593107, FAILS, AGAIN, "*already asked for once. To get them again, connect *" },
    { 2593108, FAILS, AGAIN, "*within 24 hours *. To get them, connect *" },
    { 2593109, FAILS, AGAIN, "*chose not to share its earlier chats. To share them, *" },
    /* what else there is */
    { 134011, FAILS, AGAIN, "The terms for payments are not accepted. Accept them *" },
    { 134100, FAILS, ANOTHER, "Only marketing templates *. Choose another template.*" },
    { 134101, FAILS, ANOTHER, "The template is being prepared *. Try it again in ten minutes.*" },
    { 134102, FAILS, ANOTHER, "The template is not available *. Choose another template.*" },
    { 135000, FAILS, AGAIN, "*does not accept this message and gives no reason. Write it *" },
    { 137000, FAILS, AGAIN, "This person's security code has changed. Make sure *" },
    { 139100, FAILS, AGAIN, "*could not be blocked or unblocked. Use the phone for it.*" },
    { 139101, FAILS, AGAIN, "The list of blocked people is full. Unblock somebody *" },
    { 139102, FAILS, AGAIN, "The list of blocked people is being changed *. Try again *" },
    { 139103, FAILS, AGAIN, "The list of blocked people could not be changed. Use the phone *" },
    { 139200, FAILS, ANOTHER, "*cannot be sent without a template. Send a template.*" },
    { 141002, FAILS, ANOTHER, "The template is not approved. Choose another template.*" },
    { 2388318, FAILS, ANOTHER, "*cannot be sent without a template. Send a template.*" },
    { 2388330, FAILS, ANOTHER, "*cannot be sent without a template. Send a template.*" },
    { 2494100, FAILS, AGAIN, "*in maintenance at Meta. Send it again in some minutes.*" },
    /* a code of tomorrow */
    { 424242, FAILS, AGAIN,
      "WhatsApp refused the request. Try again later, or use the phone. WhatsApp says: No further "
      "details. (code 424242*" },
};

/* Somebody who just wrote, for each code another: nobody gets more than WhatsApp lets through. */
static char *
meet(Desk *desk, guint index)
{
    char *who = g_strdup_printf("1303555%04u", index);
    g_autofree char *number = g_strconcat("+", who, NULL);

    coex_sim_add_customer(desk->sim, who, number, NULL, "Somebody");
    desk_hear(desk, who, "Hello");
    return who;
}

static void
assert_words(const DeskEvent *line, const Row *row, const char *end)
{
    g_autofree char *code = g_strdup_printf("(code %d%s", row->code, end);

    g_test_message("%d: %s", row->code, line->detail);
    g_assert_true(g_pattern_match_simple(row->words, line->detail));
    g_assert_cmphex(desk_get_offers(line), ==, row->offers);
    if (strstr(line->detail, "(HTTP 401, trace MadeUpTrace0001)") == NULL)
        g_assert_true(g_str_has_suffix(line->detail, code));
}

static void
refuse(Desk *desk, const Row *row, const char *who)
{
    g_autofree char *end = g_strdup_printf(", trace A%dxMadeUpTrace00)", row->code);

    coex_sim_fail_next(desk->sim, row->code);
    desk_say(desk, who, "In vain");
    assert_words(desk_wait_feed(desk, COEX_FEED_FAILED, who, "In vain"), row, end);
}

/* The access turns out to be good: it goes on at once; twice refused, it fails. */
static void
check_access(Desk *desk, const Row *row, const char *who)
{
    coex_sim_fail_next(desk->sim, row->code);
    desk_say(desk, who, "At once");
    desk_take(desk, who, "At once");
    coex_sim_fail_next(desk->sim, row->code);
    refuse(desk, row, who);
}

/* Too long for a test, but at the next login. */
static void
check_waits(Desk *desk, const Row *row, const char *who)
{
    guint n = coex_sim_n_requests(desk->sim, "messages");

    coex_sim_fail_next(desk->sim, row->code);
    desk_say(desk, who, "Later");
    desk_wait_requests(desk, "messages", n + 1);
    desk_fence(desk);
    g_assert_cmpuint(coex_sim_n_requests(desk->sim, "messages"), ==, n + 1);
    desk_restart(desk);
    desk_take(desk, who, "Later");
}

static void
check_asks(Desk *desk, const Row *row, const char *who)
{
    const DeskEvent *prompt;

    coex_sim_fail_next(desk->sim, row->code);
    desk_say(desk, who, "Too late");
    prompt = desk_wait_prompt(desk, who, "Too late");
    g_assert_true(g_pattern_match_simple("*24-hour window is closed*", prompt->detail));
    desk_wait_feed(desk, COEX_FEED_RECORD, who, "Not sent, since the window is closed: Too late");
    coex_session_hold(desk->session, desk_name(who));
    desk_wait_feed(desk, COEX_FEED_RECORD, who,
                   "Not sent yet, and held until they write: Too late");
    desk_hear(desk, who, "Hello?");
    desk_wait_feed(desk, COEX_FEED_RECORD, who, "Sent at *: Too late");
    desk_take(desk, who, "Too late");
}

static void
check_answer(Desk *desk, const Row *row, const char *who)
{
    switch (row->answer) {
    case FAILS:
        refuse(desk, row, who);
        break;
    case GOES_ON:
        coex_sim_fail_next(desk->sim, row->code);
        desk_say(desk, who, "In a moment");
        desk_take(desk, who, "In a moment");
        break;
    case PACED:
        coex_sim_fail_next(desk->sim, row->code);
        break;
    case WAITS:
        check_waits(desk, row, who);
        break;
    case ACCESS:
        check_access(desk, row, who);
        break;
    case ASKS:
        check_asks(desk, row, who);
        break;
    case OPEN:
        coex_sim_fail_next(desk->sim, row->code);
        desk_say(desk, who, "Who knows");
        desk_wait_notice(desk, who, "It is not clear whether this was sent: Who knows*");
        return;
    }
    desk_say(desk, who, "And this");
    desk_take(desk, who, "And this");
}

/* Refused in the answer. */
static void
test_answers(Desk *desk)
{
    g_autofree char *open = NULL;

    desk_login(desk);
    desk_wait_catalogue(desk);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *who = meet(desk, i);

        check_answer(desk, &rows[i], who);
        if (rows[i].answer == OPEN)
            open = g_steal_pointer(&who);
        else
            desk_wait_state(desk, who, "delivered*: And this");
    }
    desk_fence(desk);
    /* what is open is told as that in the end, and the user decides */
    desk_logout(desk);
    desk_advance(desk, 700);
    desk_login(desk);
    desk_wait_catalogue(desk);
    desk_wait_feed(desk, COEX_FEED_UNCONFIRMED, open, "Who knows");
    g_assert_cmpuint(coex_sim_n_sent(desk->sim, open), ==, 0);
    desk_resend(desk, open);
    desk_wait_feed(desk, COEX_FEED_SENT, open, "Who knows");
    desk_take(desk, open, "Who knows");
}

/* What /resend does then: as the line said. */
static void
check_resend(Desk *desk, const Row *row, const char *who)
{
    desk_resend(desk, who);
    if (!(row->offers & KEPT)) {
        desk_wait_notice(desk, who, "There is nothing to send again.");
    } else if (row->answer == ASKS) {
        desk_wait_prompt(desk, who, "In vain");
        coex_session_cancel(desk->session, desk_name(who));
        desk_wait_feed(desk, COEX_FEED_NOTICE, who, "Not sent: In vain");
    } else if (coex_graph_code_get_wait_s(row->code) > 0) {
        desk_wait_notice(desk, who, "Not sent again, since WhatsApp asks to wait until 20*");
    } else {
        desk_wait_feed(desk, COEX_FEED_SENT, who, "In vain");
        desk_take(desk, who, "In vain");
    }
}

/* Accepted, and told as failed by a status; but for 0, which is none there. */
static void
test_statuses(Desk *desk)
{
    desk_login(desk);
    desk_wait_catalogue(desk);
    for (guint i = 1; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *who = meet(desk, i);

        assert_words(desk_say_in_vain(desk, who, "In vain", rows[i].code), &rows[i], ")");
        check_resend(desk, &rows[i], who);
    }
    desk_fence(desk);
}

/* Meta's own words for what is in no table, with what its support asks for. */
static void
test_unknown(Desk *desk)
{
    g_autofree char *sent = NULL;
    const DeskEvent *line;

    desk_login(desk);
    desk_hear(desk, "ada", "Hello");
    coex_sim_fail_next_http(desk->sim, 400,
                            "{\"error\":{\"message\":\"(#990001) Brand new\",\"type\":\"OAuth\","
                            "\"code\":990001,\"fbtrace_id\":\"AbCdEfG\"}}");
    desk_say(desk, "ada", "One");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "One");
    g_assert_cmpstr(line->detail, ==,
                    "WhatsApp refused the request. Try again later, or use the phone. WhatsApp "
                    "says: Brand new. (code 990001, trace AbCdEfG)");
    coex_sim_set_auto_status(desk->sim, FALSE);
    desk_say(desk, "ada", "Two");
    desk_take(desk, "ada", "Two");
    sent = coex_sim_dup_last_sent(desk->sim, "ada");
    coex_sim_status_failed(desk->sim, sent, 990002, "A new reason", "This is why");
    line = desk_wait_feed(desk, COEX_FEED_FAILED, "ada", "Two");
    g_assert_cmpstr(line->detail, ==,
                    "WhatsApp refused the request. Try again later, or use the phone. WhatsApp "
                    "says: This is why. (code 990002)");
    coex_sim_set_auto_status(desk->sim, TRUE);
    desk_say(desk, "ada", "Three");
    desk_take(desk, "ada", "Three");
    desk_wait_state(desk, "ada", "delivered*: Three");
}

/* The gateway's own refusals have words and no code. */
static void
test_gateway(Desk *desk)
{
    static const struct {
        guint status;
        const char *said;
        const char *line; /* NULL: goes on by itself; "": nobody knows */
    } cases[] = {
        { 400, "endpoint rate limit", NULL },
        { 400, "API disabled", "*has switched off the API *Ask there why*says: API disabled. *" },
        { 400, "lack of payment", "*before its invoices are paid. Pay them there, *" },
        { 403, "overdue invoices", "*before its invoices are paid. Pay them there, *" },
        { 403, "endpoint is blocked", "*does not allow this request. Ask there *blocked. *" },
        { 404, "no such path", "*does not know this address. Check api-url *" },
        { 502, "WhatsApp for Business API not available", "" },
        { 555, "Who knows", "" },
    };

    desk_login(desk);
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *who = meet(desk, i);
        g_autofree char *body = g_strdup_printf("{\"meta\":{\"developer_message\":\"%s\","
                                                "\"success\":false,\"http_code\":%u}}",
                                                cases[i].said, cases[i].status);

        coex_sim_fail_next_http(desk->sim, cases[i].status, body);
        desk_say(desk, who, "Hello");
        if (cases[i].line == NULL) {
            desk_take(desk, who, "Hello");
        } else if (*cases[i].line == '\0') {
            desk_wait_notice(desk, who, "It is not clear whether this was sent: Hello*");
        } else {
            const DeskEvent *line = desk_wait_feed(desk, COEX_FEED_FAILED, who, "Hello");

            g_test_message("%s", line->detail);
            g_assert_true(g_pattern_match_simple(cases[i].line, line->detail));
            g_assert_cmphex(desk_get_offers(line), ==, AGAIN);
        }
    }
    desk_fence(desk);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    desk_add("/errors/answers", test_answers);
    desk_add("/errors/statuses", test_statuses);
    desk_add("/errors/unknown", test_unknown);
    desk_add_at(DESK_ONLY_360DIALOG, "/errors/gateway", test_gateway);
    return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "definition.h"

#include "core/error.h"
#include "core/template.h"
#include <string.h>

/* Whether values fit a template, and what becomes of them. */

#define NOW 1795348800 /* 22 Nov 2026 */

static CoexTemplate *
parse_parts(const char *components)
{
    return definition_parse_parts(components, "");
}

static CoexTemplate *
parse_body(const char *body)
{
    g_autofree char *component = g_strdup_printf("{'type':'BODY','text':'%s'}", body);

    return parse_parts(component);
}

#define BUTTONS(list) "{'type':'BUTTONS','buttons':[" list "]}"
#define REPLY "{'type':'QUICK_REPLY','text':'Yes'}"
#define URL_BUTTON BUTTONS("{'type':'URL','text':'Go','url':'https://x.de/{{1}}'}")
#define COUPON_BUTTON BUTTONS("{'type':'COPY_CODE','text':'Copy'}")
#define QUICK_REPLY BUTTONS(REPLY)
#define FLOW_BUTTON BUTTONS("{'type':'FLOW','text':'Fill in'}")
#define OFFER                                                                                      \
    "{'type':'LIMITED_TIME_OFFER','limited_time_offer':{'text':'Soon','has_expiration':true}}"

static void
test_values(void)
{
    static const struct {
        const char *in[4];
        const char *out; /* joined with |; NULL: error */
        gboolean cleaned;
        const char *error; /* part of its text */
    } cases[] = {
        { { "Bob", "A-17" }, "Bob|A-17", FALSE, NULL },
        { { " Bob\n", "\tA-17 " }, "Bob|A-17", FALSE, NULL },
        { { "Bob\nSmith", "x" }, "Bob Smith|x", TRUE, NULL },
        { { "a  b", "x" }, "a b|x", TRUE, NULL },
        { { "a\r\n\t b ", "x" }, "a b|x", TRUE, NULL },
        { { "a b", "x\xe2\x80\xa8y" }, "a b|x y", TRUE, NULL },
        { { "a\x01"
            "b",
            "x" },
          "a b|x",
          TRUE,
          NULL },
        { { "a\xc2\xa0"
            "b",
            "ü" },
          "a\xc2\xa0"
          "b|ü",
          FALSE,
          NULL },
        { { "\xff", "x" }, "\xef\xbf\xbd|x", FALSE, NULL },
        { { NULL }, NULL, FALSE, "{{1}}" },
        { { "a" }, NULL, FALSE, "{{2}}" },
        { { "a", " \n " }, NULL, FALSE, "{{2}}" },
        { { "a", "b", "c" }, NULL, FALSE, "takes 2, not 3" },
    };
    g_autoptr(CoexTemplate) template_ = parse_body("{{1}} {{2}}");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        gboolean cleaned = 7;
        g_auto(GStrv) values =
            coex_template_check_values(template_, cases[i].in, NOW, &cleaned, &error);

        if (cases[i].out) {
            g_autofree char *joined = g_strjoinv("|", values);

            g_assert_no_error(error);
            g_assert_cmpstr(joined, ==, cases[i].out);
            g_assert_cmpint(cleaned, ==, cases[i].cleaned);
        } else {
            g_assert_null(values);
            g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
            g_assert_nonnull(strstr(error->message, cases[i].error));
            g_assert_cmpint(cleaned, ==, 7);
        }
    }
}

static const struct {
    const char *part;
    const char *in[5];
    const char *out;   /* joined with |; NULL: error */
    const char *error; /* part of its text */
} part_cases[] = {
    { URL_BUTTON, { "17" }, "17", NULL },
    { URL_BUTTON, { "https://x.de/17?a=b" }, "17?a=b", NULL },
    { URL_BUTTON, { "https://x.de/" }, NULL, "behind https://x.de/" },
    { URL_BUTTON, { "HTTP://y.de/17" }, NULL, "a whole link that begins so, not" },
    { URL_BUTTON, { "a b" }, NULL, "Write %20" },
    { URL_BUTTON, { "ü" }, NULL, "“end of the link [Go]” has a blank" },
    { URL_BUTTON, { "" }, NULL, "“end of the link [Go]” is missing." },
    { COUPON_BUTTON, { "RAD15" }, "RAD15", NULL },
    { COUPON_BUTTON, { "RAD 15" }, NULL, "no blanks" },
    { COUPON_BUTTON, { "123456789012345678901" }, NULL, "at most 20 characters, not 21" },
    { "{'type':'HEADER','format':'LOCATION'}", { "52,53", " 13.4" }, "52.53|13.4||", NULL },
    { "{'type':'HEADER','format':'LOCATION'}",
      { "52.5", "13.4", "Radhaus", "Hof 1" },
      "52.5|13.4|Radhaus|Hof 1",
      NULL },
    { "{'type':'HEADER','format':'LOCATION'}", { "91", "13" }, NULL, "from -90 to 90" },
    { "{'type':'HEADER','format':'LOCATION'}", { "9", "x" }, NULL, "“longitude” is" },
    { "{'type':'HEADER','format':'LOCATION'}", { "nan", "9" }, NULL, "“latitude” is" },
    { "{'type':'HEADER','format':'LOCATION'}", { "9" }, NULL, "“longitude” is missing." },
    { "{'type':'HEADER','format':'LOCATION'}", { "9", "8", "", "Hof 1" }, NULL, "name" },
    { OFFER, { "2026-12-24 18:00" }, "2026-12-24 18:00 +00:00", NULL },
    { OFFER, { "24.12.2026 18:00" }, "2026-12-24 18:00 +00:00", NULL },
    { OFFER, { "2026-12-24" }, "2026-12-24 23:59 +00:00", NULL },
    { OFFER, { "2026-12-24 18:00 +02:00" }, "2026-12-24 18:00 +02:00", NULL },
    { OFFER, { "2026-11-01 18:00" }, NULL, "has passed" },
    { OFFER, { "soon" }, NULL, "is a day and a time" },
    { OFFER, { "2026-13-24 18:00" }, NULL, "is a day and a time" },
    { OFFER, { "2026-12-24 18:00 late" }, NULL, "is a day and a time" },
    { "{'type':'HEADER','format':'IMAGE'}", { "https://x.de/a.png" }, "https://x.de/a.png", NULL },
    { "{'type':'HEADER','format':'IMAGE'}", { "http://x.de/a.png" }, NULL, "https://" },
    { "{'type':'HEADER','format':'IMAGE'}", { "https://x.de/a b" }, NULL, "Write %20" },
    { QUICK_REPLY, { NULL }, "", NULL },
    { QUICK_REPLY, { "yes:17" }, "yes:17", NULL },
    { FLOW_BUTTON, { "token", "a=b, c = d" }, "token|a=b, c = d", NULL },
    { FLOW_BUTTON, { "token", "a" }, NULL, "are pairs" },
    { FLOW_BUTTON, { "token", "a=b, =c" }, NULL, "are pairs" },
};

/* What is no plain text is checked with a sentence, and rewritten where that helps. */
static void
test_values_of_parts(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(part_cases); i++) {
        g_autofree char *parts =
            g_strdup_printf("{'type':'BODY','text':'x'},%s", part_cases[i].part);
        g_autoptr(CoexTemplate) template_ = parse_parts(parts);
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) values =
            coex_template_check_values(template_, part_cases[i].in, NOW, NULL, &error);

        g_test_message("%s %s", part_cases[i].part, part_cases[i].in[0]);
        if (part_cases[i].out) {
            g_autofree char *joined = values ? g_strjoinv("|", values) : NULL;

            g_assert_no_error(error);
            g_assert_true(g_str_has_prefix(joined, part_cases[i].out));
            g_assert_cmpuint(strspn(joined + strlen(part_cases[i].out), "|"), ==,
                             strlen(joined + strlen(part_cases[i].out)));
        } else {
            g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
            g_assert_nonnull(strstr(error->message, part_cases[i].error));
        }
    }
}

/* A one-time code stands in the body and behind the button, and is asked for once. */
static void
test_code(void)
{
    static const char *const codes[][2] = {
        { "482913", NULL },
        { "48 29", "digits and letters only" },
        { "1234567890123456", "at most 15 characters" },
        { "https://x.de", "digits and letters only" },
    };
    g_autoptr(CoexTemplate) template_ =
        parse_parts("{'type':'BODY','text':'*{{1}}* is your code.'},{'type':'BUTTONS','buttons':[{'"
                    "type':'URL','text':'Copy','url':'https://www.whatsapp.com/otp/code/"
                    "?otp_type=COPY_CODE&code=otp{{1}}'}]}");

    g_assert_cmpuint(template_->variables->len, ==, 1);
    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        const char *const values[] = { codes[i][0], NULL };
        g_autoptr(GError) error = NULL;
        g_auto(GStrv) checked = coex_template_check_values(template_, values, NOW, NULL, &error);
        g_autofree char *text = coex_template_preview(template_, values);

        g_assert_true((checked != NULL) == (codes[i][1] == NULL));
        if (codes[i][1]) {
            g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
            g_assert_nonnull(strstr(error->message, codes[i][1]));
        } else {
            g_assert_no_error(error);
            g_assert_cmpstr(text, ==, "*482913* is your code.\n[Copy]");
        }
    }
}

/* 132005: said before it is refused. */
static void
test_too_long(void)
{
    g_autofree char *letters = g_strnfill(1100, 'x');
    const char *const values[] = { letters, NULL };
    const char *const short_values[] = { "12345678901234567890123456789012345678901234567890",
                                         NULL };
    g_autoptr(CoexTemplate) lone = parse_body("Hi {{1}}");
    g_autoptr(CoexTemplate) with_footer =
        parse_parts("{'type':'BODY','text':'Hi {{1}}'},{'type':'FOOTER','text':'f'}");
    g_autoptr(CoexTemplate) with_header = parse_parts(
        "{'type':'HEADER','format':'TEXT','text':'Until {{1}}, and not later'},{'type':'BODY',"
        "'text':'x'}");
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) fits = coex_template_check_values(lone, values, NOW, NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(fits);
    g_assert_null(coex_template_check_values(with_footer, values, NOW, NULL, &error));
    g_assert_nonnull(strstr(error->message, "1103 characters of 1024"));
    g_clear_error(&error);
    g_assert_null(coex_template_check_values(with_header, short_values, NOW, NULL, &error));
    g_assert_nonnull(strstr(error->message, "characters of 60"));
}

/* Kept values of an earlier version, which had none for what is optional. */
static void
test_takes(void)
{
    const char *const two[] = { "a", "b", NULL };
    const char *const one[] = { "a", NULL };
    const char *const none[] = { NULL };
    g_autoptr(CoexTemplate) template_ =
        parse_parts("{'type':'BODY','text':'Hi {{1}}'},{'type':'BUTTONS','buttons':[" REPLY "]}");

    g_assert_cmpuint(coex_template_count_asked(template_), ==, 1);
    g_assert_true(coex_template_takes(template_, one));
    g_assert_true(coex_template_takes(template_, two));
    g_assert_false(coex_template_takes(template_, none));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-values/texts", test_values);
    g_test_add_func("/template-values/parts", test_values_of_parts);
    g_test_add_func("/template-values/code", test_code);
    g_test_add_func("/template-values/too-long", test_too_long);
    g_test_add_func("/template-values/takes", test_takes);
    return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "definition.h"

#include "core/catalogue.h"
#include "core/template-match.h"
#include "core/template-offer.h"
#include "core/template.h"
#include <string.h>

/* What was typed against what the templates say, and the order of the list that follows from it. */

static CoexTemplate *
make(const char *name, const char *status, const char *body)
{
    g_autofree char *quoted = g_strdup_printf(
        "{'name':'%s','language':'en','status':'%s','quality_score':{'score':'RED'},"
        "'components':[{'type':'BODY','text':'%s'}]}",
        name, status, body);
    g_autoptr(GError) error = NULL;
    CoexTemplate *template_ = definition_parse(quoted, &error);

    g_assert_no_error(error);
    return template_;
}

static void
test_match(void)
{
    static const struct {
        const char *body;
        const char *text;
        const char *values; /* joined with |, NULL: the text is another */
        guint match;
    } cases[] = {
        { "Hi {{1}}, your order {{2}} is ready.", "Hi Bob, your order A-17 is ready.", "Bob|A-17",
          COEX_MATCH_WHOLE },
        { "Hi {{1}}, your order {{2}} is ready.", "hi Ann Lee,\\nyour ORDER 7  is ready.",
          "Ann Lee|7", COEX_MATCH_WHOLE },
        { "Hi {{2}}, no. {{1}}", "Hi Bob, no. 7", "7|Bob", COEX_MATCH_WHOLE },
        { "{{1}} and {{1}} again", "this and this again", "this", COEX_MATCH_WHOLE },
        { "{{1}} and {{1}} again", "this and that again", NULL, 50 },
        { "We are open again.", "We are open again.", "", COEX_MATCH_WHOLE },
        { "{{1}} {{2}}", "anything at all", NULL, 0 },
        { "{{1}}", "anything at all", NULL, 0 },
        { "Hi {{1}}{{2}}, you", "Hi Bob, you", NULL, 0 },
        { "Hi {{1}}, your order is ready.", "Hi , your order is ready.", NULL, 100 },
        { "Hi {{1}}, your order {{2}} is ready.", "The order is ready", NULL, 66 },
        { "Hi {{1}}, your order {{2}} is ready.", "order me a pizza right now please", NULL, 0 },
        { "Hi {{1}}, your order {{2}} is ready.", "", NULL, 0 },
        { "Dein Rad ist fertig, {{1}}", "DEIN RAD IST FÄRTIG", NULL, 75 },
        { "Hi {{1}}", "\xff\xff", NULL, 0 },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexTemplate) template_ = make("t", "APPROVED", cases[i].body);
        g_autofree char *text = g_strcompress(cases[i].text);
        g_auto(GStrv) values = coex_template_match_values(template_, text);
        g_autofree char *joined = values ? g_strjoinv("|", values) : NULL;

        g_test_message("%s", cases[i].body);
        g_assert_cmpstr(joined, ==, cases[i].values);
        g_assert_cmpuint(coex_template_match(template_, text), ==, cases[i].match);
    }
}

/* Long text and many variables cost no more than their length. */
static void
test_much(void)
{
    g_autoptr(GString) body = g_string_new("x");
    g_autofree char *letters = g_strnfill(100000, 'a');
    g_autoptr(CoexTemplate) template_ = NULL;

    for (guint i = 1; i < 200; i++)
        g_string_append_printf(body, " a {{%u}}", i);
    g_string_append(body, " z");
    template_ = make("t", "APPROVED", body->str);
    g_assert_cmpuint(coex_template_match(template_, letters), ==, 0);
}

static void
test_offer(void)
{
    g_autoptr(CoexTemplate) template_ =
        make("t", "APPROVED", "Hi {{1}}, your order {{2}} is ready.");
    g_auto(GStrv) typed =
        coex_template_offer(template_, "Ada", "Hi Bob, your order A-17 is ready.");
    g_auto(GStrv) other = coex_template_offer(template_, "Ada", "Something else");

    g_assert_cmpstr(typed[0], ==, "Bob");
    g_assert_cmpstr(typed[1], ==, "A-17");
    g_assert_cmpstr(other[0], ==, "Ada");
    g_assert_cmpstr(other[1], ==, "Something else");
}

static char *
list(const CoexCatalogue *catalogue, const char *text, const char *const *recent)
{
    g_autoptr(GPtrArray) found = coex_catalogue_search(catalogue, NULL, NULL);
    GString *out = g_string_new(NULL);

    coex_catalogue_rank(found, text, recent);
    for (guint i = 0; i < found->len; i++)
        g_string_append_printf(out, "%s%s", i > 0 ? " " : "",
                               ((CoexTemplate *)found->pdata[i])->name);
    return g_string_free(out, FALSE);
}

static void
test_order(void)
{
    static const char *const recent[] = { "delta/en", "bravo/en", "alpha/de", NULL };
    static const struct {
        const char *text;
        gboolean with_recent;
        const char *names;
    } cases[] = {
        { NULL, FALSE, "alpha bravo charlie delta paused stopped" },
        { NULL, TRUE, "delta bravo alpha charlie paused stopped" },
        { "Your bike is ready", TRUE, "bravo delta alpha charlie paused stopped" },
        { "charlie, your car is here", FALSE, "charlie alpha bravo delta paused stopped" },
        { "Nothing of that", FALSE, "alpha bravo charlie delta paused stopped" },
    };
    GPtrArray *templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    g_autoptr(CoexCatalogue) catalogue = coex_catalogue_new(templates, 1);

    g_ptr_array_add(templates, make("stopped", "DISABLED", "Your bike is ready"));
    g_ptr_array_add(templates, make("delta", "APPROVED", "Good morning"));
    g_ptr_array_add(templates, make("charlie", "APPROVED", "{{1}}, your car is here"));
    g_ptr_array_add(templates, make("bravo", "APPROVED", "Your bike is ready, {{1}}"));
    g_ptr_array_add(templates, make("paused", "PAUSED", "Your bike is ready"));
    g_ptr_array_add(templates, make("alpha", "APPROVED", "Good evening"));
    g_ptr_array_add(templates, make("never", "REJECTED", "Your bike is ready"));
    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *names =
            list(catalogue, cases[i].text, cases[i].with_recent ? recent : NULL);

        g_assert_cmpstr(names, ==, cases[i].names);
    }
    g_assert_nonnull(strstr(((CoexTemplate *)templates->pdata[0])->obstacle, "disabled"));
    g_assert_nonnull(strstr(((CoexTemplate *)templates->pdata[4])->obstacle, "paused"));
    g_assert_cmpstr(((CoexTemplate *)templates->pdata[1])->quality, ==, "RED");
}

static void
test_recent(void)
{
    g_auto(GStrv) list_ = coex_catalogue_add_recent(NULL, "a/en");
    g_autofree char *joined = NULL;

    for (guint i = 0; i < 10; i++) {
        g_autofree char *name = g_strdup_printf("%u/en", i % 9);
        char **more = coex_catalogue_add_recent((const char *const *)list_, name);

        g_strfreev(list_);
        list_ = more;
    }
    joined = g_strjoinv(" ", list_);
    g_assert_cmpstr(joined, ==, "0/en 8/en 7/en 6/en 5/en 4/en 3/en 2/en");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template-match/match", test_match);
    g_test_add_func("/template-match/much", test_much);
    g_test_add_func("/template-match/offer", test_offer);
    g_test_add_func("/template-match/order", test_order);
    g_test_add_func("/template-match/recent", test_recent);
    return g_test_run();
}

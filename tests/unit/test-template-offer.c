// SPDX-License-Identifier: GPL-2.0-or-later
#include "definition.h"

#include "core/json.h"
#include "core/template-offer.h"
#include "core/template.h"

#include <string.h>

static CoexTemplate *
parse_parts(const char *components)
{
    return definition_parse_parts(components, "");
}

static void
test_offer(void)
{
    static const struct {
        const char *components;
        const char *offer; /* joined by | */
    } cases[] = {
        { "{'type':'BODY','text':'Hi {{1}}, your order {{2}} is ready.','example':{'body_text':[["
          "'Bob','A-17']]}}",
          "Ada|" },
        { "{'type':'BODY','text':'Hallo *{{1}}*, {{2}} Bis bald.','example':{'body_text':[['Jana',"
          "'wir melden uns morgen wieder.']]}}",
          "Ada|TEXT" },
        { "{'type':'BODY','text':'Dear Mr. {{1}}, {{2}}'}", "Ada|TEXT" },
        { "{'type':'BODY','text':'{{1}}, your bike is ready.'}", "Ada" },
        { "{'type':'BODY','text':'How was your visit, {{1}}?'}", "Ada" },
        { "{'type':'BODY','text':'Hi {{1}}','example':{'body_text':[['4711']]}}", "" },
        { "{'type':'BODY','text':'{{1}}, ten o clock','example':{'body_text':[['Friday']]}}", "" },
        { "{'type':'BODY','text':'We have news: {{1}}'}", "TEXT" },
        { "{'type':'BODY','text':'News on {{1}}: {{2}}'}", "|" },
        { "{'type':'BODY','text':'It is late: {{1}}','example':{'body_text':[['traffic']]}}",
          "TEXT" },
        { "{'type':'BODY','text':'Your table in {{1}}','example':{'body_text':[['Berlin']]}}", "" },
        { "{'type':'BODY','text':'On {{1}} at {{2}}','example':{'body_text':[['27 November 2026, "
          "14:00','Main Street 5']]}}",
          "|" },
        { "{'type':'BODY','text':'From {{company_name}} to {{guest_name}}: {{reason}} ({{n}})'},"
          "{'type':'HEADER','format':'TEXT','text':'{{guest_name}}'}",
          "Ada||TEXT|" },
        { "{'type':'BODY','text':'Nothing'}", "" },
        { "{'type':'HEADER','format':'TEXT','text':'On {{1}}'},{'type':'BODY','text':'Dear {{1}}, "
          "at {{2}}.'}",
          "|Ada|" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexTemplate) template_ = parse_parts(cases[i].components);
        g_auto(GStrv) values = coex_template_offer(template_, "Ada", "TEXT");
        g_auto(GStrv) nothing = coex_template_offer(template_, NULL, NULL);
        g_autofree char *joined = g_strjoinv("|", values);

        g_test_message("%s", cases[i].components);
        g_assert_cmpstr(joined, ==, cases[i].offer);
        for (guint k = 0; k < template_->variables->len; k++)
            g_assert_cmpstr(nothing[k], ==, "");
    }
}

/* One value for one name: it is asked once, and sent wherever it stands. */
static void
test_name_in_both(void)
{
    static const char *const values[] = { "Ada", "Fri", NULL };
    g_autoptr(CoexTemplate) template_ =
        parse_parts("{'type':'BODY','text':'{{n}}, {{day}}? {{n}}','example':{"
                    "'body_text_named_params':[{'param_name':'n','example':'Bob'}]}},"
                    "{'type':'HEADER','format':'TEXT','text':'To {{n}}'}");
    g_autoptr(CoexTemplate) header_only = parse_parts(
        "{'type':'BODY','text':'x'},{'type':'HEADER','format':'TEXT','text':'To {{n}}'}");
    g_autofree char *preview = coex_template_preview(template_, values);
    const CoexTemplateVariable *first;
    CoexJsonWriter *writer = coex_json_writer_new();
    g_autofree char *json = NULL;
    g_autofree char *quoted = NULL;
    CoexJsonWriter *other = coex_json_writer_new();
    g_autofree char *header_json = NULL;

    g_assert_cmpuint(template_->variables->len, ==, 2);
    first = g_ptr_array_index(template_->variables, 0);
    g_assert_cmpstr(first->name, ==, "n");
    g_assert_cmpstr(first->example, ==, "Bob");
    g_assert_true(first->in_header && first->in_body);
    g_assert_cmpstr(preview, ==, "To Ada\nAda, Fri? Ada");
    coex_template_write(template_, values, NULL, writer);
    json = coex_json_writer_finish(writer);
    quoted = g_strdelimit(g_strdup(json), "\"", '\'');
    g_assert_nonnull(strstr(quoted, "'type':'header','parameters':[{'type':'text','parameter_name':"
                                    "'n','text':'Ada'}]"));
    g_assert_nonnull(strstr(quoted, "'type':'body','parameters':[{'type':'text','parameter_name':"
                                    "'n','text':'Ada'},{'type':'text','parameter_name':'day',"
                                    "'text':'Fri'}]"));
    coex_template_write(header_only, values, NULL, other);
    header_json = coex_json_writer_finish(other);
    g_assert_null(strstr(header_json, "body"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/name-in-both", test_name_in_both);
    g_test_add_func("/template/offer", test_offer);
    return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "definition.h"

#include "core/catalogue.h"

#include "core/error.h"
#include "core/json.h"
#include "core/template.h"
#include <string.h>

#define NOW 1795348800 /* 22 Nov 2026 */

static CoexTemplate *
parse_body(const char *body)
{
    g_autofree char *component = g_strdup_printf("{'type':'BODY','text':'%s'}", body);

    return definition_parse_parts(component, "");
}

static CoexCatalogue *
load_catalogue(const char *file, const char *member)
{
    g_autofree char *path = g_build_filename(g_getenv("COEX_TEST_DATA"), "api", file, NULL);
    g_autofree char *json = NULL;
    gsize length = 0;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexJson) doc = NULL;
    GPtrArray *templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    CoexJsonAt root, list;

    g_file_get_contents(path, &json, &length, &error);
    g_assert_no_error(error);
    doc = coex_json_parse(json, length, &error);
    g_assert_no_error(error);
    root = coex_json_root(doc);
    list = coex_json_member(&root, member);
    for (guint i = 0; i < coex_json_length(&list); i++) {
        CoexJsonAt at = coex_json_element(&list, i);
        CoexTemplate *template_ = coex_template_parse(&at, &error);

        g_assert_no_error(error);
        g_ptr_array_add(templates, template_);
    }
    return coex_catalogue_new(templates, 1795348800);
}

/* "header:day=Friday guest_name=Jana", for short. */
static char *
describe_variables(const CoexTemplate *template_)
{
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < template_->variables->len; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (variable->unasked)
            continue;
        if (variable->in_header || variable->in_body)
            g_string_append_printf(out, "%s%s%s=%s", i > 0 ? " " : "",
                                   variable->in_header ? "header:" : "", variable->name,
                                   variable->example ? variable->example : "-");
        else
            g_string_append_printf(out, "%s%s=%s", i > 0 ? " " : "", variable->label,
                                   variable->example ? variable->example : "-");
    }
    return g_string_free(out, FALSE);
}

static void
test_examples_of_meta(void)
{
    static const struct {
        const char *status;
        const char *variables;
        const char *obstacle;
    } rows[] = {
        { "APPROVED", "picture=https://… 1=Jana 2=2026-1107 end of the link [Auftrag]=2026-1107",
          NULL },
        { "APPROVED", "header:day=Friday guest_name=Jana seats=4", NULL },
        { "PAUSED",
          "picture=https://… end of the offer=2026-12-24 18:00 1=Jana code of [Copy offer "
          "code]=RAD15 end of the link [Shop]=spring",
          "is paused by WhatsApp" },
        { "APPROVED",
          "1=Jana picture of card 1=https://… end of the link [Look] of card 1=gravel-2 "
          "picture of card 2=https://… end of the link [Look] of card 2=cargo-9",
          NULL },
        { "APPROVED", "1=123456", NULL },
        { "APPROVED",
          "latitude=52.531677 longitude=13.381777 name of the place=- address of the place=- "
          "1=€49.90 2=27 November 2026, 14:00",
          NULL },
        { "REJECTED", "", NULL },
        { "PENDING", "", NULL },
    };
    g_autoptr(CoexCatalogue) catalogue =
        load_catalogue("28_templates_list.meta.response.json", "data");
    g_autoptr(GPtrArray) offered = coex_catalogue_search(catalogue, NULL, NULL);
    g_autofree char *json = coex_catalogue_dup_json(catalogue);
    g_autoptr(CoexJson) doc = coex_json_parse(json, strlen(json), NULL);
    CoexJsonAt root = coex_json_root(doc);
    CoexJsonAt list = coex_json_member(&root, "templates");

    g_assert_cmpuint(coex_json_length(&list), ==, G_N_ELEMENTS(rows));
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexJsonAt at = coex_json_element(&list, i);
        g_autoptr(CoexTemplate) template_ = coex_template_parse(&at, NULL);
        g_autofree char *variables = describe_variables(template_);

        g_assert_cmpstr(template_->status, ==, rows[i].status);
        g_assert_cmpstr(variables, ==, rows[i].variables);
        g_assert_cmpstr(template_->obstacle, ==, rows[i].obstacle);
    }
    g_assert_cmpuint(offered->len, ==, 6);
}

static void
test_examples_of_360dialog(void)
{
    g_autoptr(CoexCatalogue) catalogue =
        load_catalogue("29_templates_list.360dialog.response.json", "waba_templates");
    g_autoptr(GPtrArray) offered = coex_catalogue_search(catalogue, "", "de");
    const CoexTemplate *template_;

    g_assert_cmpuint(offered->len, ==, 1);
    template_ = g_ptr_array_index(offered, 0);
    g_assert_cmpstr(template_->name, ==, "pickup_ready_v2");
    g_assert_cmpstr(template_->language, ==, "de");
    g_assert_cmpstr(template_->category, ==, "UTILITY");
    g_assert_cmpstr(template_->status, ==, "APPROVED");
    g_assert_cmpstr(template_->body, ==, "Hallo {{1}}, dein Rad (Auftrag {{2}}) ist fertig.");
    g_assert_cmpstr(template_->footer, ==, "Radhaus Mitte");
    g_assert_cmpuint(g_strv_length(template_->buttons), ==, 3);
    g_assert_cmpstr(template_->buttons[1], ==, "Auftrag");
    g_assert_false(template_->named);
    g_assert_cmpint(coex_catalogue_get_fetched_at(catalogue), ==, 1795348800);
}

static void
test_variables(void)
{
    static const struct {
        const char *components;
        const char *members;
        const char *variables;
    } cases[] = {
        { "{'type':'BODY','text':'plain { {1} }} {{}} {{ }} {{a b}} {{1'}", "", "" },
        { "{'type':'body','text':'{{1}} {{2}}'}", "", "1=- 2=-" },
        { "{'type':'BODY','text':'{{ 2 }} {{1 }} {{2}}'}", "", "1=- 2=-" },
        { "{'type':'BODY','text':'{{10}} {{2}} {{7}}'}", "", "2=- 7=- 10=-" },
        { "{'type':'BODY','text':'{{2}} {{5}}','example':{'body_text':[['a','b']]}}", "",
          "2=a 5=b" },
        { "{'type':'BODY','text':'{{1}} {{2}}','example':{'body_text':['a','b']}}", "", "1=a 2=b" },
        { "{'type':'BODY','text':'{{1}} {{2}}','example':{'body_text':[['a']]}}", "", "1=a 2=-" },
        { "{'type':'BODY','text':'{{1}}','example':{'body_text':'a'}}", "", "1=-" },
        { "{'type':'BODY','text':'{{1}}','example':{'body_text':['a']}},"
          "{'type':'BODY','text':'{{1}}','example':{'body_text':['b']}}",
          "", "1=a" },
        { "{'type':'BODY','text':'{{1}}'},{'type':'HEADER','format':'TEXT','text':'{{1}}!',"
          "'example':{'header_text':['h']}}",
          "", "header:1=h 1=-" },
        { "{'type':'HEADER','text':'No format {{1}}'},{'type':'BODY','text':'x'}", "",
          "header:1=-" },
        { "{'type':'BODY','text':'{{b}} {{a}} {{b}}'}", "'parameter_format':'named'", "b=- a=-" },
        { "{'type':'BODY','text':'{{b}} {{a}}'}", "", "b=- a=-" },
        { "{'type':'BODY','text':'{{b}} {{1}}'}", "'parameter_format':'POSITIONAL'", "1=-" },
        { "{'type':'BODY','text':'{{n_1}}','example':{'body_text_named_params':[{'param_name':'x',"
          "'example':'no'},{'param_name':'n_1','example':'yes'},{'example':'no'}]}}",
          "'parameter_format':'NAMED'", "n_1=yes" },
        { "{'type':'HEADER','format':'text','text':'{{n}}'},{'type':'BODY','text':'{{n}}'}",
          "'parameter_format':'NAMED'", "header:n=-" },
        { "{'type':'BODY','text':'{{{1}}}'}", "", "1=-" },
        { "{'type':'BODY','text':'{{99999999999999999999999}}'}", "", "99999999999999999999999=-" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexTemplate) template_ =
            definition_parse_parts(cases[i].components, cases[i].members);
        g_autofree char *variables = describe_variables(template_);

        g_test_message("%s", cases[i].components);
        g_assert_cmpstr(variables, ==, cases[i].variables);
        g_assert_null(template_->obstacle);
    }
}

/* More than any approved template has: told as an obstacle, and no work that grows with it. */
static void
test_too_much(void)
{
    g_autoptr(GString) numbers = g_string_new("{'type':'BODY','text':'");
    g_autofree char *letters = g_strnfill(40000, 'x');
    g_autofree char *long_body = g_strdup_printf("{'type':'BODY','text':'%s'}", letters);
    g_autoptr(CoexTemplate) many = NULL;
    g_autoptr(CoexTemplate) large = definition_parse_parts(long_body, "");

    for (guint i = 1; i <= 100000; i++)
        g_string_append_printf(numbers, "{{%u}}", i);
    g_string_append(numbers, "'}");
    many = definition_parse_parts(numbers->str, "");
    g_assert_cmpuint(many->variables->len, ==, 200);
    g_assert_cmpstr(many->obstacle, ==, "has a text that is too long, needs too many values");
    g_assert_cmpstr(large->obstacle, ==, "has a text that is too long");
    g_assert_cmpint(g_utf8_strlen(large->body, -1), ==, 32768);
}

static void
test_obstacles(void)
{
    static const struct {
        const char *component;
        const char *obstacle;
    } cases[] = {
        { "{'type':'FOOTER','text':'f'}", NULL },
        { "{'type':'HEADER','format':'IMAGE'}", NULL },
        { "{'type':'header','format':'video'}", NULL },
        { "{'type':'HEADER','format':'GIF'}", "has an animation" },
        { "{'type':'HEADER','format':'DOCUMENT'}", NULL },
        { "{'type':'HEADER','format':'LOCATION'}", NULL },
        { "{'type':'HEADER','format':'PRODUCT'}", "needs products of a catalogue" },
        { "{'type':'HEADER','format':'HOLOGRAM'}", "has a header of an unknown kind" },
        { "{'type':'CAROUSEL','cards':[]}", "has no cards, or too many" },
        { "{'type':'CAROUSEL'}", "has no cards, or too many" },
        { "{'type':'CAROUSEL','cards':[{'components':[{'type':'HEADER','format':'PRODUCT'}]}]}",
          "needs products of a catalogue" },
        { "{'type':'CAROUSEL','cards':[7,8]}", NULL },
        { "{'type':'LIMITED_TIME_OFFER','limited_time_offer':{'text':'x','has_expiration':false}}",
          NULL },
        { "{'type':'LIMITED_TIME_OFFER','limited_time_offer':{'text':'x','has_expiration':true}}",
          NULL },
        { "{'type':'SMELL'}", "has a part of an unknown kind" },
        { "{}", "has a part of an unknown kind" },
        { "7", "has a part of an unknown kind" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *parts =
            g_strdup_printf("{'type':'BODY','text':'x'},%s", cases[i].component);
        g_autoptr(CoexTemplate) template_ = definition_parse_parts(parts, "");

        g_test_message("%s", cases[i].component);
        g_assert_cmpstr(template_->obstacle, ==, cases[i].obstacle);
    }
}

static void
test_obstacles_of_buttons(void)
{
    static const struct {
        const char *button;
        const char *obstacle;
    } buttons[] = {
        { "{'type':'QUICK_REPLY','text':'x'}", NULL },
        { "{'type':'quick_reply','text':'x'}", NULL },
        { "{'type':'PHONE_NUMBER','text':'x','phone_number':'+49'}", NULL },
        { "{'type':'VOICE_CALL','text':'x'}", NULL },
        { "{'type':'REQUEST_CONTACT_INFO'}", NULL },
        { "{'type':'CATALOG','text':'x'}", NULL },
        { "{'type':'URL','text':'x','url':'https://x.de'}", NULL },
        { "{'type':'URL','text':'x','url':'https://x.de/{{1}}'}", NULL },
        { "{'type':'URL','text':'x','url':'https://www.whatsapp.com/otp/code/"
          "?otp_type=COPY_CODE&code=otp{{1}}'}",
          NULL },
        { "{'type':'OTP','otp_type':'COPY_CODE'}", NULL },
        { "{'type':'COPY_CODE','example':'RAD'}", NULL },
        { "{'type':'FLOW','text':'x','flow_action':'NAVIGATE'}", NULL },
        { "{'type':'FLOW','text':'x'}", NULL },
        { "{'type':'FLOW','text':'x','flow_action':'data_exchange'}", NULL },
        { "{'type':'MPM','text':'x'}", "needs products of a catalogue" },
        { "{'type':'SPM','text':'x'}", "needs products of a catalogue" },
        { "{'type':'TELEPORT','text':'x'}", "has a button of an unknown kind" },
        { "{'text':'x'}", "has a button of an unknown kind" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(buttons); i++) {
        g_autofree char *parts =
            g_strdup_printf("{'type':'BODY','text':'x'},{'type':'BUTTONS','buttons':[%s,%s]}",
                            buttons[i].button, buttons[i].button);
        g_autoptr(CoexTemplate) template_ = definition_parse_parts(parts, "");

        g_test_message("%s", buttons[i].button);
        g_assert_cmpstr(template_->obstacle, ==, buttons[i].obstacle);
    }
}

static void
test_unreadable(void)
{
    static const char *const definitions[] = {
        "{}",
        "[]",
        "{'name':'x','language':'en','components':[]}",
        "{'name':'x','language':'en','components':[{'type':'BODY'}]}",
        "{'name':'x','language':'en','components':[{'type':'BODY','text':''}]}",
        "{'name':'x','language':'en'}",
        "{'name':'x','components':[{'type':'BODY','text':'b'}]}",
        "{'name':'','language':'en','components':[{'type':'BODY','text':'b'}]}",
        "{'name':7,'language':'en','components':[{'type':'BODY','text':'b'}]}",
        "{'name':'x','language':'en','components':{'type':'BODY','text':'b'}}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(definitions); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(definition_parse(definitions[i], &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    }
}

static void
test_approved(void)
{
    static const struct {
        const char *members;
        gboolean approved;
    } cases[] = {
        { "'status':'APPROVED'", TRUE },
        { "'status':'approved'", TRUE },
        { "'status':'PAUSED'", FALSE },
        { "'status':''", FALSE },
        { "'x':1", FALSE },
        { "'status':'APPROVED','source':'AUTO_GENERATED'", FALSE },
        { "'status':'APPROVED','source':'USER'", TRUE },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *json = g_strdup_printf(
            "{'name':'x','language':'en','components':[{'type':'BODY','text':'b'}],%s}",
            cases[i].members);
        g_autoptr(CoexTemplate) template_ = definition_parse(json, NULL);

        g_assert_cmpint(coex_template_is_approved(template_), ==, cases[i].approved);
    }
}

static void
test_no_values(void)
{
    const char *const used[] = { "Bob", "first second", NULL };
    g_autoptr(CoexTemplate) template_ = parse_body("We are open again.");
    g_auto(GStrv) values = coex_template_check_values(template_, NULL, NOW, NULL, NULL);

    g_assert_nonnull(values);
    g_assert_cmpuint(g_strv_length(values), ==, 0);
    g_assert_false(coex_template_carries(template_, NULL, "Bob"));
    g_assert_true(coex_template_carries(template_, used, "Bob"));
    g_assert_true(coex_template_carries(template_, used, "first\nsecond"));
    g_assert_false(coex_template_carries(template_, used, "first"));
    g_assert_true(coex_template_carries(template_, used, "we are\nopen again."));
}

static void
test_preview(void)
{
    static const struct {
        const char *components;
        const char *values[3];
        const char *text;
    } cases[] = {
        { "{'type':'BODY','text':'Hi {{1}}, no. {{2}}, {{1}}!'}",
          { "Bob", "7" },
          "Hi Bob, no. 7, Bob!" },
        { "{'type':'BODY','text':'Hi {{ 1 }} {{2}}'}", { "Bob" }, "Hi Bob {{2}}" },
        { "{'type':'BODY','text':'Hi {{1}} {{2}}'}", { " ", "a\nb" }, "Hi {{1}} a b" },
        { "{'type':'BODY','text':'Hi {{1}}'}", { "{{1}}" }, "Hi {{1}}" },
        { "{'type':'HEADER','format':'TEXT','text':'H {{1}}'},{'type':'BODY','text':'B {{1}}'},"
          "{'type':'FOOTER','text':'F'},{'type':'BUTTONS','buttons':[{'type':'QUICK_REPLY','text':'"
          "Yes'},"
          "{'type':'QUICK_REPLY','text':'No'}]}",
          { "h", "b" },
          "H h\nB b\nF\n[Yes] [No]" },
        { "{'type':'HEADER','format':'LOCATION'},{'type':'BODY','text':'b'}",
          { "52,5", "13.4" },
          "[place: 52,5, 13.4]\nb" },
        { "{'type':'BODY','text':'b'},{'type':'BUTTONS','buttons':[{'type':'URL','text':'Go','url':"
          "'https://x.de/{{1}}'},{'type':'COPY_CODE','text':'Copy'}]}",
          { "17" },
          "b\n[Go: https://x.de/17] [Copy: {{code}}]" },
        { "{'type':'BODY','text':'b'},{'type':'CAROUSEL','cards':[{'components':[{'type':'HEADER','"
          "format':'IMAGE'},{'type':'BODY','text':'{{1}}!'}]}]}",
          { "https://x.de/a.png", "New" },
          "b\n– 1 –\n[image: https://x.de/a.png]\nNew!" },
        { "{'type':'BODY','text':'a\\nb'}", { "too", "many" }, "a\nb" },
        { "{'type':'HEADER','format':'IMAGE'},{'type':'BODY','text':'b'}", { NULL }, "[image]\nb" },
        { "{'type':'LIMITED_TIME_OFFER','limited_time_offer':{'text':'Soon','has_expiration':true}}"
          ","
          "{'type':'BODY','text':'b'}",
          { NULL },
          "Soon (until {{end}})\nb" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexTemplate) template_ = definition_parse_parts(cases[i].components, "");
        g_autofree char *text = coex_template_preview(template_, cases[i].values);

        g_assert_cmpstr(text, ==, cases[i].text);
    }
}

static void
test_preview_without_values(void)
{
    g_autoptr(CoexTemplate) template_ = parse_body("Hi {{who}}");
    g_autofree char *text = coex_template_preview(template_, NULL);

    g_assert_cmpstr(text, ==, "Hi {{who}}");
}

static void
test_cost(void)
{
    static const char *const costs[][2] = {
        { "MARKETING", "billed as marketing" },
        { "utility", "billed as utility" },
        { "Authentication", "billed as authentication" },
        { "SOMETHING", "billed" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(costs); i++) {
        g_autofree char *json =
            g_strdup_printf("{'name':'x','language':'en','category':'%s','components':[{'type':"
                            "'BODY','text':'b'}]}",
                            costs[i][0]);
        g_autoptr(CoexTemplate) template_ = definition_parse(json, NULL);

        g_assert_cmpstr(coex_template_get_cost(template_, FALSE), ==, costs[i][1]);
        g_assert_cmpstr(coex_template_get_cost(template_, TRUE), ==,
                        "free: inside the free entry point");
    }
}

static void
test_write(void)
{
    static const struct {
        const char *components;
        const char *members;
        const char *values[4];
        const char *json; /* with ' for " */
    } cases[] = {
        { "{'type':'BODY','text':'open'}",
          "",
          { NULL },
          "{'template':{'name':'t','language':{'code':'en'}}}" },
        { "{'type':'BODY','text':'{{2}} {{1}} {{2}}'}",
          "",
          { "one", "two" },
          "{'template':{'name':'t','language':{'code':'en'},'components':[{'type':'body',"
          "'parameters':[{'type':'text','text':'one'},{'type':'text','text':'two'}]}]}}" },
        { "{'type':'BODY','text':'{{who}}'},{'type':'HEADER','format':'TEXT','text':'{{day}}'}",
          "'parameter_format':'NAMED'",
          { "Fri", "Bob" },
          "{'template':{'name':'t','language':{'code':'en'},'components':[{'type':'header',"
          "'parameters':[{'type':'text','parameter_name':'day','text':'Fri'}]},{'type':'body',"
          "'parameters':[{'type':'text','parameter_name':'who','text':'Bob'}]}]}}" },
        { "{'type':'HEADER','format':'TEXT','text':'{{1}}'},{'type':'BODY','text':'x'}",
          "",
          { "h" },
          "{'template':{'name':'t','language':{'code':'en'},'components':[{'type':'header',"
          "'parameters':[{'type':'text','text':'h'}]}]}}" },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(CoexTemplate) template_ =
            definition_parse_parts(cases[i].components, cases[i].members);
        CoexJsonWriter *writer = coex_json_writer_new();
        g_autofree char *json = NULL;
        g_autofree char *expected = g_strdelimit(g_strdup(cases[i].json), "'", '"');

        coex_template_write(template_, cases[i].values, NULL, writer);
        json = coex_json_writer_finish(writer);
        g_assert_cmpstr(json, ==, expected);
    }
}

/* A catalogue in one line: "name/language body" per template, separated by |. */
static CoexCatalogue *
make_catalogue(const char *line)
{
    g_auto(GStrv) entries = g_strsplit(line, "|", -1);
    GPtrArray *templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);

    for (char **entry = entries; *entry; entry++) {
        g_auto(GStrv) head = g_strsplit_set(*entry, "/ ", 3);
        g_autofree char *json = g_strdup_printf(
            "{'name':'%s','language':'%s','status':'%s','components':[{'type':'BODY','text':'%s'}]"
            "}",
            head[0], head[1], strstr(head[2], "(off)") ? "REJECTED" : "APPROVED", head[2]);

        g_ptr_array_add(templates, definition_parse(json, NULL));
    }
    return coex_catalogue_new(templates, 1);
}

static char *
search(const CoexCatalogue *catalogue, const char *query, const char *language)
{
    g_autoptr(GPtrArray) found = coex_catalogue_search(catalogue, query, language);
    GString *out = g_string_new(NULL);

    for (guint i = 0; i < found->len; i++) {
        const CoexTemplate *template_ = g_ptr_array_index(found, i);

        g_string_append_printf(out, "%s%s/%s", i > 0 ? " " : "", template_->name,
                               template_->language);
    }
    return g_string_free(out, FALSE);
}

static void
test_search(void)
{
    static const struct {
        const char *query;
        const char *language;
        const char *found;
    } cases[] = {
        { NULL, NULL, "ready/de ready/en_GB ready/en_US ready_late/de shop/fr" },
        { " ", "en_US", "ready/en_US ready/en_GB ready/de ready_late/de shop/fr" },
        { "", "en", "ready/en_GB ready/en_US ready/de ready_late/de shop/fr" },
        { "", "fr-CA", "shop/fr ready/de ready/en_GB ready/en_US ready_late/de" },
        { "READY", "en_GB", "ready/en_GB ready/en_US ready/de ready_late/de shop/fr" },
        { "ready", "fr", "shop/fr ready/de ready/en_GB ready/en_US ready_late/de" },
        { "late ready", NULL, "ready_late/de" },
        { "rea", NULL, "ready/de ready/en_GB ready/en_US ready_late/de shop/fr" },
        { "RÉPARÉ", NULL, "shop/fr" },
        { "your bike", NULL, "ready/en_GB ready/en_US" },
        { "bike nothing", NULL, "" },
        { "hidden", NULL, "" },
        { "\xff", NULL, "" },
    };
    g_autoptr(CoexCatalogue) catalogue = make_catalogue(
        "ready_late/de Später|shop/fr Réparé, Ready|ready/en_US Your bike|ready/en_GB "
        "Your bike|ready/de Dein Rad|hidden/de (off)");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *found = search(catalogue, cases[i].query, cases[i].language);

        g_test_message("query %s", cases[i].query);
        g_assert_cmpstr(found, ==, cases[i].found);
    }
}

/* What cannot be sent is in nobody's way, whatever its language and name. */
static void
test_search_unsendable(void)
{
    static const char *const names[] = { "ready", "readily", "late" };
    static const char *const headers[] = { "{'type':'HEADER','format':'GIF'},", "", "" };
    GPtrArray *templates = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    g_autoptr(CoexCatalogue) catalogue = coex_catalogue_new(templates, 1);
    g_autofree char *found = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *json =
            g_strdup_printf("{'name':'%s','language':'%s','status':'APPROVED','components':[%s"
                            "{'type':'BODY','text':'Ready'}]}",
                            names[i], i == 2 ? "fr" : "de", headers[i]);

        g_ptr_array_add(templates, definition_parse(json, NULL));
    }
    found = search(catalogue, "ready", "de");
    g_assert_cmpstr(found, ==, "readily/de late/fr ready/de");
    g_clear_pointer(&found, g_free);
    found = search(catalogue, NULL, "de");
    g_assert_cmpstr(found, ==, "readily/de late/fr ready/de");
}

static void
test_find(void)
{
    static const struct {
        const char *name;
        const char *language;
        const char *found; /* language */
    } cases[] = {
        { "a", "en_GB", "en_GB" }, { "a", "en_AU", "en_GB" }, { "a", "de", "de" },
        { "a", "DE", "de" },       { "a", "pl", "de" },       { "a", NULL, "de" },
        { "a", "fr", "de" },       { "A", "de", NULL },       { "off", "de", NULL },
        { NULL, "de", NULL },
    };
    g_autoptr(CoexCatalogue) catalogue =
        make_catalogue("a/en_US x|a/fr (off)|a/en_GB x|a/de x|off/de (off)");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const CoexTemplate *found =
            coex_catalogue_find(catalogue, cases[i].name, cases[i].language);

        g_assert_cmpstr(found ? found->language : NULL, ==, cases[i].found);
    }
}

/* As it is typed, in a language or not; a refusal lists those that there are. */
static void
test_find_typed(void)
{
    static const struct {
        const char *typed;
        const char *found;  /* language, NULL: none */
        const char *listed; /* in the error, NULL: none */
    } cases[] = {
        { "a", "en_GB", NULL },       { "a:de", "de", NULL },
        { "a:DE", "de", NULL },       { "a:en_us", "en_US", NULL },
        { "a:en-us", "en_US", NULL }, { "a:pt", "pt_BR", NULL },
        { "off:de", NULL, NULL },     { "b:de", NULL, NULL },
        { ":de", NULL, NULL },        { "", NULL, NULL },
        { "a:de  Bob", "de", NULL },  { "a Bob: x", "en_GB", NULL },
        { "a:en", NULL, "en_US" },    { "a:pt_PT", NULL, "en_US, en_GB, de, pt_BR" },
        { "a:fr", NULL, "pt_BR" },    { "a:", NULL, "pt_BR" },
        { "one:es", NULL, " it." },
    };
    g_autoptr(CoexCatalogue) catalogue =
        make_catalogue("a/en_US x|a/fr (off)|a/en_GB x|a/de x|a/pt_BR x|off/de (off)|one/it x");

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        const char *rest;
        const CoexTemplate *found =
            coex_catalogue_find_typed(catalogue, cases[i].typed, "en_GB", &rest, &error);

        g_assert_true(rest == cases[i].typed + strcspn(cases[i].typed, " "));
        g_assert_cmpstr(found ? found->language : NULL, ==, cases[i].found);
        if (cases[i].listed == NULL) {
            g_assert_no_error(error);
            continue;
        }
        g_assert_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT);
        g_assert_nonnull(strstr(error->message, cases[i].listed));
    }
}

static void
test_keeping(void)
{
    static const char *const damaged[] = { "", "{}", "[]", "{\"fetched_at\":1}",
                                           "{\"fetched_at\":1,\"templates\":{}}" };
    g_autoptr(CoexCatalogue) catalogue =
        load_catalogue("28_templates_list.meta.response.json", "data");
    g_autofree char *json = coex_catalogue_dup_json(catalogue);
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexCatalogue) again = coex_catalogue_parse(json, strlen(json), &error);
    g_autofree char *json_again = NULL;
    g_autoptr(CoexCatalogue) empty = coex_catalogue_new(g_ptr_array_new(), 0);
    g_autofree char *empty_json = coex_catalogue_dup_json(empty);
    g_autoptr(CoexCatalogue) empty_again = NULL;

    g_assert_no_error(error);
    json_again = coex_catalogue_dup_json(again);
    g_assert_cmpstr(json_again, ==, json);
    g_assert_cmpint(coex_catalogue_get_fetched_at(again), ==, 1795348800);
    empty_again = coex_catalogue_parse(empty_json, strlen(empty_json), &error);
    g_assert_no_error(error);
    g_assert_null(coex_catalogue_find(empty_again, "x", NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(damaged); i++) {
        g_assert_null(coex_catalogue_parse(damaged[i], strlen(damaged[i]), &error));
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
        g_clear_error(&error);
    }
}

static void
test_counted(void)
{
    g_autoptr(CoexTemplate) first = parse_body("x");
    g_autoptr(CoexTemplate) second = coex_template_ref(first);
    g_autoptr(CoexCatalogue) catalogue = make_catalogue("a/de x");
    g_autoptr(CoexCatalogue) other = coex_catalogue_ref(catalogue);

    g_assert_true(first == second);
    g_assert_true(catalogue == other);
    coex_template_unref(NULL);
    coex_catalogue_unref(NULL);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/template/examples-of-meta", test_examples_of_meta);
    g_test_add_func("/template/examples-of-360dialog", test_examples_of_360dialog);
    g_test_add_func("/template/variables", test_variables);
    g_test_add_func("/template/obstacles", test_obstacles);
    g_test_add_func("/template/too-much", test_too_much);
    g_test_add_func("/template/obstacles-of-buttons", test_obstacles_of_buttons);
    g_test_add_func("/template/unreadable", test_unreadable);
    g_test_add_func("/template/approved", test_approved);
    g_test_add_func("/template/no-values", test_no_values);
    g_test_add_func("/template/preview", test_preview);
    g_test_add_func("/template/preview-without-values", test_preview_without_values);
    g_test_add_func("/template/cost", test_cost);
    g_test_add_func("/template/write", test_write);
    g_test_add_func("/template/search", test_search);
    g_test_add_func("/template/search-unsendable", test_search_unsendable);
    g_test_add_func("/template/find", test_find);
    g_test_add_func("/template/find-typed", test_find_typed);
    g_test_add_func("/template/keeping", test_keeping);
    g_test_add_func("/template/counted", test_counted);
    return g_test_run();
}

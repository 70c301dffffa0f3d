// SPDX-License-Identifier: GPL-2.0-or-later
#include "fuzz.h"

#include "core/json.h"
#include "core/template.h"
#include "core/typed-line.h"
#include "core/catalogue.h"
#include <string.h>

/* Input: values as typed in a line, words to search for, then a catalogue as it is kept. */

/* The values that a text of the message takes, in the variables' order. */
static GPtrArray *
find_values(const CoexTemplate *template_, char **checked, gboolean in_header)
{
    GPtrArray *values = g_ptr_array_new();

    for (guint i = 0; i < template_->variables->len; i++) {
        const CoexTemplateVariable *variable = template_->variables->pdata[i];

        g_assert_true(variable->optional || !variable->unasked);
        if (variable->card < 0 && (in_header ? variable->in_header : variable->in_body))
            g_ptr_array_add(values, checked[i]);
    }
    return values;
}

static const char *
get_text(const CoexJsonAt *parameter)
{
    CoexJsonAt currency = coex_json_member(parameter, "currency");
    CoexJsonAt time = coex_json_member(parameter, "date_time");
    const char *text = coex_json_member_text(parameter, "text");

    if (text == NULL)
        text = coex_json_member_text(&currency, "fallback_value");
    return text != NULL ? text : coex_json_member_text(&time, "fallback_value");
}

static void
check_texts(const CoexJsonAt *components, const char *type, const GPtrArray *values)
{
    for (guint i = 0; i < coex_json_length(components); i++) {
        CoexJsonAt component = coex_json_element(components, i);
        CoexJsonAt parameters = coex_json_member(&component, "parameters");

        if (g_strcmp0(coex_json_member_text(&component, "type"), type) != 0)
            continue;
        g_assert_cmpuint(coex_json_length(&parameters), ==, values->len);
        for (guint j = 0; j < values->len; j++) {
            CoexJsonAt parameter = coex_json_element(&parameters, j);

            g_assert_cmpstr(get_text(&parameter), ==, values->pdata[j]);
        }
        return;
    }
    g_assert_cmpuint(values->len, ==, 0);
}

/* What is sent is JSON and has one parameter for each variable of a text, in their order, whatever
 * the definition and the values hold. */
static void
check_written(const CoexTemplate *template_, char **checked)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    g_autofree char *json = NULL;
    g_autoptr(CoexJson) doc = NULL;
    g_autoptr(GPtrArray) in_header = find_values(template_, checked, TRUE);
    g_autoptr(GPtrArray) in_body = find_values(template_, checked, FALSE);
    CoexJsonAt root, object, components;

    coex_template_write(template_, (const char *const *)checked, NULL, writer);
    json = coex_json_writer_finish(writer);
    doc = coex_json_parse(json, strlen(json), NULL);
    g_assert_nonnull(doc);
    root = coex_json_root(doc);
    object = coex_json_member(&root, "template");
    components = coex_json_member(&object, "components");
    if (in_header->len > 0)
        check_texts(&components, "header", in_header);
    check_texts(&components, "body", in_body);
}

/* What can be sent is offered first, and nothing that may not be. */
static void
check_found(GPtrArray *found)
{
    gboolean has_obstacle = FALSE;

    for (guint i = 0; i < found->len; i++) {
        const CoexTemplate *template_ = found->pdata[i];

        g_assert_true(coex_template_is_listed(template_));
        g_assert_true(template_->obstacle != NULL || !has_obstacle);
        has_obstacle = template_->obstacle != NULL;
    }
}

static void
check_template(const CoexTemplate *template_, char **values)
{
    const char *const *given = (const char *const *)values;
    g_autofree char *preview = coex_template_preview(template_, given);
    GError *error = NULL;
    gboolean is_cleaned;
    g_auto(GStrv) checked =
        coex_template_check_values(template_, given, 1795348800, &is_cleaned, &error);

    fuzz_check_utf8(preview);
    fuzz_check_error(checked != NULL, error);
    if (checked == NULL)
        return;
    g_assert_cmpuint(g_strv_length(checked), ==, template_->variables->len);
    g_assert_true(coex_template_takes(template_, (const char *const *)checked));
    check_written(template_, checked);
}

/* The definitions are kept as they came: read back, the list is the same. */
static void
check_kept(const CoexCatalogue *catalogue)
{
    g_autofree char *json = coex_catalogue_dup_json(catalogue);
    g_autoptr(CoexCatalogue) back = coex_catalogue_parse(json, strlen(json), NULL);
    g_autofree char *again = back != NULL ? coex_catalogue_dup_json(back) : NULL;

    g_assert_cmpstr(json, ==, again);
}

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    FuzzInput input = { (const char *)data, size };
    g_autofree char *typed = fuzz_take_line(&input);
    g_autofree char *query = fuzz_take_line(&input);
    gsize length;
    g_autofree char *json = fuzz_take_bytes(&input, &length);
    g_auto(GStrv) values = coex_typed_line_split_values(typed, "text that waits");
    GError *error = NULL;
    g_autoptr(CoexCatalogue) catalogue = coex_catalogue_parse(json, length, &error);
    g_autoptr(GPtrArray) all = NULL;
    g_autoptr(GPtrArray) found = NULL;
    const CoexTemplate *named;

    fuzz_check_error(catalogue != NULL, error);
    if (catalogue == NULL)
        return 0;
    all = coex_catalogue_search(catalogue, NULL, "de");
    check_found(all);
    for (guint i = 0; i < all->len; i++)
        check_template(all->pdata[i], values);
    found = coex_catalogue_search(catalogue, query, "en_US");
    check_found(found);
    g_assert_cmpuint(found->len, <=, all->len);
    named = coex_catalogue_find(catalogue, query, "de");
    if (named != NULL)
        g_assert_true(strcmp(named->name, query) == 0 && coex_template_is_approved(named));
    check_kept(catalogue);
    return 0;
}

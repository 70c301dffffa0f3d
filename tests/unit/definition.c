// SPDX-License-Identifier: GPL-2.0-or-later
#include "definition.h"

#include "core/json.h"
#include <string.h>

CoexTemplate *
definition_parse(const char *quoted, GError **error)
{
    g_autofree char *json = g_strdelimit(g_strdup(quoted), "'", '"');
    g_autoptr(CoexJson) doc = coex_json_parse(json, strlen(json), error);
    CoexJsonAt root;

    g_assert_nonnull(doc);
    root = coex_json_root(doc);
    return coex_template_parse(&root, error);
}

CoexTemplate *
definition_parse_parts(const char *components, const char *members)
{
    g_autofree char *quoted = g_strdup_printf("{'name':'t','language':'en','status':'APPROVED','"
                                              "category':'UTILITY'%s%s,'components':[%s]}",
                                              *members ? "," : "", members, components);
    g_autoptr(GError) error = NULL;
    CoexTemplate *template_ = definition_parse(quoted, &error);

    g_assert_no_error(error);
    return template_;
}

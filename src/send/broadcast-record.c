// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/broadcast-record.h"

#include "account/account.h"
#include "core/broadcast-id.h"
#include "core/catalogue.h"
#include "core/error.h"
#include "core/json.h"
#include "core/template.h"
#include "core/words.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define SETTING "broadcast"
#define ELSEWHERE "broadcast-elsewhere"

CoexBroadcastRecord *
coex_broadcast_record_new(const char *group, const CoexTemplate *template_,
                          const char *const *values, gint64 now)
{
    g_autofree char *content_id =
        coex_broadcast_dup_content_id(template_->name, template_->language, values);
    CoexBroadcastRecord *record = g_new0(CoexBroadcastRecord, 1);

    record->id = coex_broadcast_dup_id(content_id, g_random_int());
    record->at = now;
    record->group = g_strdup(group);
    record->template_name = g_strdup(template_->name);
    record->template_language = g_strdup(template_->language);
    record->category = g_strdup(template_->category);
    record->text = coex_template_dup_wording(template_, values);
    record->values = g_strdupv((char **)values);
    record->people = g_array_new(FALSE, FALSE, sizeof(gint64));
    record->names = g_ptr_array_new_with_free_func(g_free);
    return record;
}

void
coex_broadcast_record_free(CoexBroadcastRecord *record)
{
    g_free(record->id);
    g_free(record->group);
    g_free(record->template_name);
    g_free(record->template_language);
    g_free(record->category);
    g_free(record->text);
    g_strfreev(record->values);
    g_array_unref(record->people);
    g_ptr_array_unref(record->names);
    g_free(record->end);
    g_free(record);
}

void
coex_broadcast_record_add(CoexBroadcastRecord *record, gint64 person_id, const char *name)
{
    g_array_append_val(record->people, person_id);
    g_ptr_array_add(record->names, g_strdup(name != NULL ? name : ""));
}

/* ---- what it says ---- */

static char *
dup_other_category(const CoexTemplate *template_, const char *category)
{
    g_autofree char *before = g_utf8_strdown(category, -1);
    g_autofree char *after = g_utf8_strdown(template_->category, -1);

    /* Translators: a template's name, and two of WhatsApp's categories, in English. */
    return coex_say(_("WhatsApp has made the template %s, which was %s, one of %s."),
                    template_->name, before, after);
}

char *
coex_broadcast_record_dup_objection(const CoexBroadcastRecord *record, const CoexAccount *account,
                                    const CoexTemplate **ret_template)
{
    const CoexTemplate *now = account->catalogue != NULL
                                  ? coex_catalogue_find(account->catalogue, record->template_name,
                                                        record->template_language)
                                  : NULL;
    g_autofree char *text = NULL;

    if (now == NULL || !g_str_equal(now->language, record->template_language))
        return coex_say(_("WhatsApp does not offer the template %s any more: it was paused, "
                          "changed or removed. WhatsApp Manager tells why."),
                        record->template_name);
    if (now->obstacle != NULL)
        return coex_say(_("The template %s cannot be sent: %s"), now->name, now->obstacle);
    if (!g_str_equal(now->category, record->category))
        return dup_other_category(now, record->category);
    text = coex_template_dup_wording(now, (const char *const *)record->values);
    if (!g_str_equal(text, record->text))
        return coex_say(_("The text of the template %s has changed."), now->name);
    if (ret_template != NULL)
        *ret_template = now;
    return NULL;
}

char **
coex_broadcast_record_fill(const CoexBroadcastRecord *record, const char *name)
{
    g_autoptr(GStrvBuilder) filled = g_strv_builder_new();

    for (guint i = 0; record->values[i] != NULL; i++) {
        g_auto(GStrv) parts = g_strsplit(record->values[i], COEX_BROADCAST_NAME, -1);
        g_autofree char *value = NULL;

        if (parts[0] != NULL && parts[1] != NULL && *name == '\0')
            return NULL;
        value = g_strjoinv(name, parts);
        g_strv_builder_add(filled, value);
    }
    return g_strv_builder_end(filled);
}

/* ---- as JSON ---- */

static char *
write_record(const CoexBroadcastRecord *record)
{
    CoexJsonWriter *writer = coex_json_writer_new();

    coex_json_writer_string(writer, "id", record->id);
    coex_json_writer_int(writer, "at", record->at);
    coex_json_writer_string(writer, "group", record->group);
    coex_json_writer_string(writer, "template", record->template_name);
    coex_json_writer_string(writer, "language", record->template_language);
    coex_json_writer_string(writer, "category", record->category);
    coex_json_writer_string(writer, "text", record->text);
    if (record->end != NULL)
        coex_json_writer_string(writer, "end", record->end);
    coex_json_writer_array(writer, "values");
    for (guint i = 0; record->values[i] != NULL; i++)
        coex_json_writer_string(writer, NULL, record->values[i]);
    coex_json_writer_end(writer);
    coex_json_writer_array(writer, "people");
    for (guint i = 0; i < record->people->len; i++) {
        coex_json_writer_int(writer, NULL, g_array_index(record->people, gint64, i));
        coex_json_writer_string(writer, NULL, g_ptr_array_index(record->names, i));
    }
    coex_json_writer_end(writer);
    return coex_json_writer_finish(writer);
}

static char *
dup_text(const CoexJsonAt *at)
{
    const char *text = coex_json_text(at);

    return g_strdup(text != NULL ? text : "");
}

static char *
dup_member(const CoexJsonAt *root, const char *name)
{
    CoexJsonAt at = coex_json_member(root, name);

    return dup_text(&at);
}

static char **
read_values(const CoexJsonAt *list)
{
    g_autoptr(GStrvBuilder) values = g_strv_builder_new();

    for (guint i = 0; i < coex_json_length(list); i++) {
        CoexJsonAt value = coex_json_element(list, i);
        g_autofree char *text = dup_text(&value);

        g_strv_builder_add(values, text);
    }
    return g_strv_builder_end(values);
}

static void
read_people(CoexBroadcastRecord *record, const CoexJsonAt *list)
{
    for (guint i = 0; i + 1 < coex_json_length(list); i += 2) {
        CoexJsonAt id = coex_json_element(list, i);
        CoexJsonAt name = coex_json_element(list, i + 1);

        coex_broadcast_record_add(record, coex_json_int(&id, 0), coex_json_text(&name));
    }
}

CoexBroadcastRecord *
coex_broadcast_record_load(CoexAccount *account)
{
    const char *json = coex_account_get_setting(account, SETTING);
    g_autoptr(CoexJson) doc = json != NULL ? coex_json_parse(json, strlen(json), NULL) : NULL;
    CoexBroadcastRecord *record;
    CoexJsonAt root, at, values, people;

    if (doc == NULL)
        return NULL;
    root = coex_json_root(doc);
    at = coex_json_member(&root, "at");
    values = coex_json_member(&root, "values");
    people = coex_json_member(&root, "people");
    record = g_new0(CoexBroadcastRecord, 1);
    record->id = dup_member(&root, "id");
    record->at = coex_json_int(&at, 0);
    record->group = dup_member(&root, "group");
    record->template_name = dup_member(&root, "template");
    record->template_language = dup_member(&root, "language");
    record->category = dup_member(&root, "category");
    record->text = dup_member(&root, "text");
    record->end = g_strdup(coex_json_member_text(&root, "end"));
    record->values = read_values(&values);
    record->people = g_array_new(FALSE, FALSE, sizeof(gint64));
    record->names = g_ptr_array_new_with_free_func(g_free);
    read_people(record, &people);
    return record;
}

gboolean
coex_broadcast_was_any(const CoexAccount *account)
{
    return coex_account_get_setting(account, SETTING) != NULL ||
           coex_account_get_setting(account, ELSEWHERE) != NULL;
}

void
coex_broadcast_note_copied(CoexAccount *account, CoexBatch *batch)
{
    if (coex_account_get_setting(account, ELSEWHERE) == NULL)
        coex_account_note_setting(account, batch, ELSEWHERE, "1");
}

void
coex_broadcast_record_put(const CoexBroadcastRecord *record, CoexAccount *account, CoexBatch *batch)
{
    g_autofree char *json = write_record(record);

    coex_account_note_setting(account, batch, SETTING, json);
}

/* ---- whether it may go on ---- */

static char *
dup_permit_path(const CoexAccount *account)
{
    return g_strconcat(account->outgoing, ".broadcast", NULL);
}

gboolean
coex_broadcast_record_permit(const CoexBroadcastRecord *record, const CoexAccount *account,
                             GError **error)
{
    g_autofree char *path = dup_permit_path(account);
    g_autofree char *folder = g_path_get_dirname(path);
    g_autoptr(GError) cause = NULL;

    if (g_mkdir_with_parents(folder, 0700) == 0 &&
        g_file_set_contents_full(path, record->id, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &cause))
        return TRUE;
    coex_error_say(
        error, COEX_ERROR_STORE,
        _("%s cannot be written: %s. Check the rights and the free space of its folder."), path,
        cause != NULL ? cause->message : g_strerror(errno));
    return FALSE;
}

void
coex_broadcast_forbid(const CoexAccount *account)
{
    g_autofree char *path = dup_permit_path(account);

    g_unlink(path);
}

gboolean
coex_broadcast_record_is_permitted(const CoexBroadcastRecord *record, const CoexAccount *account)
{
    g_autofree char *path = dup_permit_path(account);
    g_autofree char *id = NULL;

    return g_file_get_contents(path, &id, NULL, NULL) && g_str_equal(id, record->id);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/template-picker.h"

#include "core/template-match.h"
#include "core/template.h"
#include "core/text.h"
#include "core/typed-line.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/typed-path.h"
#include "session/session.h"
#include "session/shown-file.h"

CoexPicker *
coex_picker_new(CoexConnection *connection, const char *name)
{
    CoexPicker *picker = g_new0(CoexPicker, 1);

    picker->connection = connection;
    picker->name = name;
    picker->shown = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    return picker;
}

static void
forget_sent(CoexPicker *picker)
{
    g_clear_pointer(&picker->sent, coex_template_unref);
    g_clear_pointer(&picker->sent_values, g_strfreev);
}

void
coex_picker_free(CoexPicker *picker)
{
    g_free(picker->parked);
    g_free(picker->sentence);
    g_free(picker->query);
    g_clear_pointer(&picker->template_, coex_template_unref);
    g_strfreev(picker->values);
    g_clear_pointer(&picker->left, coex_template_unref);
    g_strfreev(picker->left_values);
    forget_sent(picker);
    g_ptr_array_unref(picker->shown);
    g_free(picker->awaited_words);
    g_free(picker);
}

gboolean
coex_picker_has_parked(CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);

    return picker->parked != NULL || (person != NULL && person->n_parked > 0);
}

static gboolean
is_window_open(const CoexPicker *picker)
{
    const CoexPersonView *person =
        coex_session_find_person(picker->connection->session, picker->name);

    return person != NULL && person->window.open;
}

static gboolean
has_changed(const CoexPicker *picker)
{
    return picker->has_news || (picker->seen_closed && is_window_open(picker));
}

/* What has come to pass since the last step was shown. Free with g_free(). */
static char *
dup_change(const CoexPicker *picker)
{
    if (is_window_open(picker) && picker->lost)
        return coex_say(_("The window is open again: a plain text can be sent, too, and "
                          "%sresend sends what waited."),
                        coex_host_get_mark());
    if (is_window_open(picker) && picker->seen_closed)
        return g_strdup(_("The window is open again: a plain text can be sent, too."));
    return g_strdup(picker->lost ? _("Nothing waits for this choice any more.")
                                 : _("Another text waits by now."));
}

static void
add_change(CoexPicker *picker)
{
    g_autofree char *change = has_changed(picker) ? dup_change(picker) : NULL;
    g_autofree char *sentence = g_steal_pointer(&picker->sentence);

    if (sentence != NULL)
        picker->sentence = g_strjoin(" ", sentence, change, NULL);
    else
        picker->sentence = g_steal_pointer(&change);
    picker->has_news = FALSE;
    picker->seen_closed = !is_window_open(picker);
}

/* In the order they had, behind the others. */
static void
put_reserved_last(const CoexPicker *picker, GPtrArray *templates)
{
    g_autoptr(GPtrArray) last = g_ptr_array_new();

    for (guint i = 0; i < templates->len;) {
        if (coex_picker_get_reservation(picker, templates->pdata[i]) != NULL)
            g_ptr_array_add(last, g_ptr_array_steal_index(templates, i));
        else
            i++;
    }
    g_ptr_array_extend(templates, last, NULL, NULL);
}

static void
show(CoexPicker *picker)
{
    add_change(picker);
    picker->confirm_row = 0;
    picker->warned =
        picker->stage == COEX_STAGE_CONFIRM && coex_picker_get_objection(picker) != NULL;
    picker->connection->face->show[picker->stage](picker);
}

static void
say(CoexPicker *picker, const char *sentence)
{
    g_free(picker->sentence);
    picker->sentence = g_strdup(sentence);
}

static void
forget_template(CoexPicker *picker)
{
    picker->look = 0;
    g_clear_pointer(&picker->template_, coex_template_unref);
    g_clear_pointer(&picker->values, g_strfreev);
    picker->cleaned = FALSE;
}

/* For when it is chosen again; takes both, which may be NULL. */
static void
keep(CoexPicker *picker, CoexTemplate *template_, char **values)
{
    g_clear_pointer(&picker->left, coex_template_unref);
    g_clear_pointer(&picker->left_values, g_strfreev);
    picker->left = template_;
    picker->left_values = values;
    picker->failed = FALSE;
}

/* To the beginning; the parked texts stay, and the list that was shown last: its numbers stand on
 * the screen. */
static void
reset(CoexPicker *picker, CoexStage stage)
{
    forget_template(picker);
    if (stage == COEX_STAGE_IDLE) {
        keep(picker, NULL, NULL);
        picker->lost = FALSE;
        picker->seen_closed = FALSE;
        picker->has_news = FALSE;
        if (picker->connection->face->is_closed_after)
            g_clear_pointer(&picker->query, g_free);
    }
    g_clear_pointer(&picker->awaited_words, g_free);
    picker->awaits_catalogue = FALSE;
    picker->stage = stage;
}

static void
set_values(CoexPicker *picker, const char *const *values)
{
    char **copy = g_strdupv((char **)values);

    g_strfreev(picker->values);
    picker->values = copy;
}

GPtrArray *
coex_picker_find(CoexPicker *picker)
{
    CoexCatalogue *catalogue = coex_session_get_catalogue(picker->connection->session);
    GPtrArray *found;

    if (catalogue == NULL)
        return g_ptr_array_new();
    found = coex_catalogue_search(catalogue, picker->query, picker->connection->language);
    if (picker->query == NULL)
        coex_catalogue_rank(found, picker->parked,
                            coex_session_get_recent_templates(picker->connection->session));
    put_reserved_last(picker, found);
    return found;
}

/* ---- the steps ---- */

static void
await_catalogue(CoexPicker *picker, const char *words)
{
    g_autoptr(CoexConnection) connection = coex_connection_ref(picker->connection);

    reset(picker, COEX_STAGE_IDLE);
    picker->awaits_catalogue = TRUE;
    picker->awaited_words = g_strdup(words);
    if (picker->sentence != NULL)
        coex_lines_notice(picker->connection, picker->name, picker->sentence);
    say(picker, NULL);
    coex_lines_notice(picker->connection, picker->name,
                      _("The templates are being fetched from WhatsApp."));
    if (!connection->over)
        coex_session_refresh_templates(connection->session);
}

/* The values of what was chosen, and did not come about. */
static void
show_failed(CoexPicker *picker)
{
    picker->failed = FALSE;
    set_values(picker, (const char *const *)picker->left_values);
    g_clear_pointer(&picker->template_, coex_template_unref);
    picker->template_ = coex_template_ref(picker->left);
    picker->stage = COEX_STAGE_VALUES;
    show(picker);
}

void
coex_picker_start(CoexPicker *picker, const char *words)
{
    CoexSession *session = picker->connection->session;
    CoexCatalogue *catalogue = coex_session_get_catalogue(session);
    g_autofree char *stripped = g_strstrip(g_strdup(words != NULL ? words : ""));

    if (catalogue == NULL) {
        await_catalogue(picker, stripped);
        return;
    }
    if (coex_session_is_catalogue_stale(session))
        coex_session_refresh_templates(session);
    if (*stripped == '\0' && picker->failed) {
        show_failed(picker);
        return;
    }

    g_autoptr(GError) error = NULL;
    const char *rest;
    const CoexTemplate *found =
        coex_catalogue_find_typed(catalogue, stripped, picker->connection->language, &rest, &error);

    if (found == NULL) {
        if (error != NULL)
            coex_lines_notice(picker->connection, picker->name, error->message);
        else
            coex_picker_search(picker, stripped);
        return;
    }

    g_auto(GStrv) values = coex_typed_line_split_values(rest, picker->parked);
    reset(picker, COEX_STAGE_LIST);
    coex_picker_pick(picker, (CoexTemplate *)found, (const char *const *)values);
}

void
coex_picker_search(CoexPicker *picker, const char *query)
{
    g_autofree char *kept = query != NULL && query[0] != '\0' ? g_strdup(query) : NULL;

    if (coex_session_get_catalogue(picker->connection->session) == NULL) {
        await_catalogue(picker, kept);
        return;
    }
    reset(picker, COEX_STAGE_LIST);
    g_free(picker->query);
    picker->query = g_steal_pointer(&kept);
    g_ptr_array_set_size(picker->shown, 0);
    show(picker);
}

void
coex_picker_refresh(CoexPicker *picker)
{
    await_catalogue(picker, NULL);
}

/* Whether the text that waits is the template's, with all of its values. */
static gboolean
fill_from_text(CoexPicker *picker)
{
    g_auto(GStrv) values = picker->parked != NULL
                               ? coex_template_match_values(picker->template_, picker->parked)
                               : NULL;
    guint n_asked = coex_template_count_asked(picker->template_);

    for (guint i = 0; values != NULL && i < n_asked; i++) {
        if (*values[i] == '\0')
            return FALSE;
    }
    if (values != NULL)
        coex_picker_fill(picker, (const char *const *)values);
    return values != NULL;
}

void
coex_picker_pick(CoexPicker *picker, CoexTemplate *template_, const char *const *values)
{
    CoexTemplate *picked = coex_template_ref(template_);

    if (picked->obstacle != NULL) {
        g_autofree char *sentence = coex_picker_dup_refusal(picked);
        g_autofree char *query = g_strdup(picker->query);

        coex_template_unref(picked);
        if (!picker->connection->face->is_closed_after && picker->shown->len > 0) {
            /* The list stands there still, with the numbers that it had. */
            reset(picker, COEX_STAGE_LIST);
            coex_lines_notice(picker->connection, picker->name, sentence);
            return;
        }
        say(picker, sentence);
        coex_picker_search(picker, query);
        return;
    }

    forget_template(picker);
    picker->awaits_catalogue = FALSE;
    picker->template_ = picked;
    picker->stage = COEX_STAGE_VALUES;
    if (picker->left != NULL && strcmp(picker->left->name, picked->name) == 0 &&
        strcmp(picker->left->language, picked->language) == 0)
        set_values(picker, (const char *const *)picker->left_values);
    if (values != NULL || coex_template_count_asked(picked) == 0)
        coex_picker_fill(picker, values);
    else if (picker->values != NULL || !fill_from_text(picker))
        show(picker);
}

/* With whole paths where files are given by such; NULL, with a sentence, where one may not be. */
static char **
dup_whole_values(const CoexPicker *picker, const char *const *values, char **ret_why)
{
    const CoexTemplate *template_ = picker->template_;
    const char *parked = picker->parked;
    g_auto(GStrv) whole = g_strdupv((char **)values);

    for (guint i = 0; i < template_->variables->len && whole[i] != NULL; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);
        char *path;

        if (variable->kind != COEX_VALUE_FILE && parked == NULL && strcmp(whole[i], "=") == 0) {
            *ret_why =
                g_strdup(_("= stands for the text that waits, and none does. Type the value."));
            return NULL;
        }
        if (variable->kind != COEX_VALUE_FILE)
            continue;
        /* "=" stands for a text that waits, too. */
        path = g_strcmp0(whole[i], parked) == 0 && parked != NULL
                   ? g_strdup(COEX_VALUE_HELD)
                   : coex_typed_path_dup_allowed(g_strstrip(whole[i]), ret_why);
        if (path == NULL)
            return NULL;
        g_free(whole[i]);
        whole[i] = path;
    }
    return g_steal_pointer(&whole);
}

/* ---- files that the template shows ---- */

typedef struct {
    CoexConnection *connection; /* a reference, with which the picker lives */
    CoexPicker *picker;
    guint look;
    guint i; /* of the value */
} Look;

static void
refuse_values(CoexPicker *picker, const char *why)
{
    picker->stage = COEX_STAGE_VALUES;
    say(picker, why);
    show(picker);
}

static void look_from(CoexPicker *picker, guint first);

static void
on_looked(const char *why, gpointer user_data)
{
    g_autofree Look *look = user_data;
    g_autoptr(CoexConnection) connection = look->connection;
    CoexPicker *picker = look->picker;

    if (connection->over || picker->look != look->look)
        return;
    if (why == NULL) {
        look_from(picker, look->i + 1);
        return;
    }
    picker->look = 0;
    refuse_values(picker, why);
}

/* One after the other; then comes the last question. */
static void
look_from(CoexPicker *picker, guint first)
{
    static guint last_look;
    const GPtrArray *variables = picker->template_->variables;
    CoexMediaKind kind;

    for (guint i = first; i < variables->len && picker->values[i] != NULL; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(variables, i);
        Look *look;

        if (variable->kind != COEX_VALUE_FILE || !g_path_is_absolute(picker->values[i]) ||
            !coex_template_shows_file(picker->template_, variable->card, &kind))
            continue;
        picker->look = ++last_look;
        look = g_new(Look, 1);
        *look = (Look){ coex_connection_ref(picker->connection), picker, picker->look, i };
        coex_shown_file_look(picker->values[i], kind, on_looked, look);
        return;
    }
    picker->look = 0;
    picker->stage = COEX_STAGE_CONFIRM;
    show(picker);
}

void
coex_picker_fill(CoexPicker *picker, const char *const *typed)
{
    const char *const none[] = { NULL };
    g_autofree char *why = NULL;
    g_auto(GStrv) whole = dup_whole_values(picker, typed != NULL ? typed : none, &why);
    const char *const *values = (const char *const *)whole;
    g_autoptr(GError) error = NULL;
    char **checked;

    picker->stage = COEX_STAGE_VALUES;
    picker->cleaned = FALSE;
    if (whole == NULL) {
        set_values(picker, typed);
        refuse_values(picker, why);
        return;
    }
    checked = coex_template_check_values(picker->template_, values,
                                         coex_session_get_time(picker->connection->session),
                                         &picker->cleaned, &error);
    if (checked == NULL) {
        set_values(picker, values);
        refuse_values(picker, error->message);
        return;
    }
    g_strfreev(picker->values);
    picker->values = checked;
    look_from(picker, 0);
}

void
coex_picker_back(CoexPicker *picker)
{
    if (picker->stage != COEX_STAGE_CONFIRM || coex_template_count_asked(picker->template_) == 0) {
        g_autofree char *query = g_strdup(picker->query);

        keep(picker, g_steal_pointer(&picker->template_), g_steal_pointer(&picker->values));
        coex_picker_search(picker, query);
        return;
    }
    picker->stage = COEX_STAGE_VALUES;
    show(picker);
}

void
coex_picker_join(CoexPicker *picker, const char *text)
{
    g_autofree char *markup = coex_text_escape(text);
    g_autoptr(GError) error = NULL;

    reset(picker, COEX_STAGE_IDLE);
    picker->reopens = coex_session_send(picker->connection->session, picker->name, markup, &error);
    if (picker->reopens)
        return;
    say(picker, error->message);
    coex_picker_search(picker, text);
}

/* The catalogue's present definition of the chosen template, if the message would still be the one
 * that the user saw; else NULL. */
static const CoexTemplate *
find_unchanged(CoexPicker *picker)
{
    CoexCatalogue *catalogue = coex_session_get_catalogue(picker->connection->session);
    const CoexTemplate *seen = picker->template_;
    const CoexTemplate *now =
        catalogue != NULL ? coex_catalogue_find(catalogue, seen->name, seen->language) : NULL;

    if (now == NULL || g_strcmp0(now->language, seen->language) != 0 || now->obstacle != NULL)
        return NULL;

    const char *const *values = (const char *const *)picker->values;
    g_autofree char *preview_seen = coex_template_preview(seen, values);
    g_autofree char *preview_now = coex_template_preview(now, values);
    return strcmp(preview_seen, preview_now) == 0 ? now : NULL;
}

void
coex_picker_send(CoexPicker *picker)
{
    CoexSession *session = picker->connection->session;
    g_autoptr(GError) error = NULL;

    if (picker->stage != COEX_STAGE_CONFIRM)
        return;
    if (has_changed(picker) || (!picker->warned && coex_picker_get_objection(picker) != NULL)) {
        show(picker);
        return;
    }
    coex_ask_close(picker->connection, COEX_ASK_TEMPLATE, picker->name);

    const CoexTemplate *now = find_unchanged(picker);
    g_autoptr(CoexTemplate) template_ = now != NULL ? coex_template_ref(now) : NULL;
    if (template_ == NULL) {
        g_autofree char *sentence = coex_say(
            _("Nothing was sent: the template %s is not there any more as it was, or is paused."),
            picker->template_->name);

        say(picker, sentence);
        coex_picker_search(picker, NULL);
        return;
    }

    g_auto(GStrv) values = g_steal_pointer(&picker->values);
    reset(picker, COEX_STAGE_IDLE);
    if (coex_session_send_template(session, picker->name, template_, (const char *const *)values,
                                   &error)) {
        picker->decided = picker->parked != NULL;
        forget_sent(picker);
        picker->sent = g_steal_pointer(&template_);
        picker->sent_values = g_steal_pointer(&values);
        return;
    }
    say(picker, error->message);
    coex_picker_search(picker, NULL);
}

void
coex_picker_hold(CoexPicker *picker)
{
    if (picker->lost && !coex_picker_has_parked(picker)) {
        g_autofree char *line = dup_change(picker);
        g_autofree char *nothing = g_strconcat(_("There is nothing to hold."), " ", line, NULL);

        reset(picker, COEX_STAGE_IDLE);
        coex_ask_close(picker->connection, COEX_ASK_TEMPLATE, picker->name);
        coex_lines_notice(picker->connection, picker->name, nothing);
        return;
    }
    reset(picker, COEX_STAGE_IDLE);
    forget_sent(picker);
    picker->decided = picker->parked != NULL;
    coex_ask_close(picker->connection, COEX_ASK_TEMPLATE, picker->name);
    coex_session_hold(picker->connection->session, picker->name);
}

gboolean
coex_picker_cancel(CoexPicker *picker)
{
    gboolean was_open = picker->stage != COEX_STAGE_IDLE || picker->awaits_catalogue;
    gboolean has_parked = coex_picker_has_parked(picker);

    reset(picker, COEX_STAGE_IDLE);
    forget_sent(picker);
    picker->decided = picker->parked != NULL;
    coex_ask_close(picker->connection, COEX_ASK_TEMPLATE, picker->name);
    if (has_parked)
        coex_session_cancel(picker->connection->session, picker->name);
    return was_open || has_parked;
}

/* ---- what comes from below ---- */

static gboolean
is_asked(const CoexPicker *picker)
{
    return picker->connection->face->is_asked(picker);
}

static void
point_at(CoexPicker *picker)
{
    if (!picker->connection->over && picker->connection->face->point_at != NULL)
        picker->connection->face->point_at(picker);
}

/* Asks what to do with what waits. A form would take the keys of who goes on typing. */
static void
offer(CoexPicker *picker, const char *reason)
{
    if (picker->connection->face->takes_keys) {
        coex_picker_tell_waiting(picker, NULL, reason);
        return;
    }
    say(picker, reason);
    coex_picker_start(picker, NULL);
    point_at(picker);
}

/* Takes what was sent last for what is chosen next. */
static void
take_back_sent(CoexPicker *picker)
{
    keep(picker, g_steal_pointer(&picker->sent), g_steal_pointer(&picker->sent_values));
}

/* What was chosen did not come about. */
static void
ask_again(CoexPicker *picker, const char *reason)
{
    gboolean was_sent = picker->sent != NULL;

    picker->decided = FALSE;
    take_back_sent(picker);
    picker->failed = was_sent;
    offer(picker, reason);
}

void
coex_picker_note_failed(CoexPicker *picker, const char *text)
{
    g_autofree char *sent =
        picker->sent != NULL
            ? coex_template_preview(picker->sent, (const char *const *)picker->sent_values)
            : NULL;

    if (picker->stage == COEX_STAGE_IDLE && g_strcmp0(sent, text) == 0)
        take_back_sent(picker);
}

void
coex_picker_park(CoexPicker *picker, const char *text, const char *reason)
{
    gboolean waits = picker->connection->face->takes_keys && picker->parked != NULL;
    gboolean joins = is_asked(picker) || picker->look != 0 || waits;
    gboolean reopens = picker->reopens;
    g_autofree char *before = g_steal_pointer(&picker->parked);

    picker->lost = FALSE;
    picker->reopens = FALSE;
    picker->parked = g_strdup(text);
    if (picker->decided && g_strcmp0(text, before) == 0) {
        ask_again(picker, reason);
        return;
    }
    /* A text that was on its way when the user chose shares the fate of the others. */
    if (picker->awaits_catalogue || picker->decided)
        return;
    if (reopens) {
        coex_picker_start(picker, NULL);
        return;
    }
    if (joins) {
        picker->has_news = picker->stage == COEX_STAGE_CONFIRM;
        coex_picker_tell_waiting(picker, before, NULL);
        return;
    }
    offer(picker, reason);
}

void
coex_picker_unpark(CoexPicker *picker)
{
    if (picker->parked == NULL)
        return;

    g_clear_pointer(&picker->parked, g_free);
    picker->reopens = FALSE;
    picker->lost = !picker->decided;
    picker->has_news = picker->lost;
    picker->decided = FALSE;
    if (picker->awaits_catalogue || picker->stage == COEX_STAGE_IDLE ||
        (picker->connection->face->is_closed_after && !is_asked(picker)))
        reset(picker, COEX_STAGE_IDLE);
}

void
coex_picker_take_catalogue(CoexPicker *picker, const GError *error)
{
    CoexConnection *connection = picker->connection;
    g_autofree char *words = NULL;

    if (!picker->awaits_catalogue)
        return;

    picker->awaits_catalogue = FALSE;
    words = g_steal_pointer(&picker->awaited_words);
    if (error != NULL)
        coex_picker_tell_no_catalogue(picker, error);
    if (!connection->over && coex_session_get_catalogue(connection->session) != NULL) {
        coex_picker_start(picker, words);
        point_at(picker);
    }
}

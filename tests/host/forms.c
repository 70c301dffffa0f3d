// SPDX-License-Identifier: GPL-2.0-or-later
#include "forms.h"
#include <purple.h>
#include <string.h>

typedef struct {
    guint id;
    PurpleRequestType type;
    PurpleAccount *account;
    char *who;
    PurpleRequestFields *fields; /* of a form */
    char *input;                 /* of an input: what is put in so far */
    GPtrArray *labels;           /* of the buttons */
    GPtrArray *callbacks;
    void *user_data;
} Form;

static struct {
    gboolean bitlbee;
    FormsTell tell;
    GPtrArray *open; /* Form, newest last */
    guint last_id;
} forms;

static const char *
type_name(PurpleRequestType type)
{
    return type == PURPLE_REQUEST_FIELDS  ? "fields"
           : type == PURPLE_REQUEST_INPUT ? "input"
                                          : "action";
}

static Form *
form_new(PurpleRequestType type, PurpleAccount *account, const char *who, void *user_data)
{
    Form *form = g_new0(Form, 1);
    form->id = ++forms.last_id;
    form->type = type;
    form->account = account;
    form->who = g_strdup(who);
    form->labels = g_ptr_array_new_with_free_func(g_free);
    form->callbacks = g_ptr_array_new();
    form->user_data = user_data;
    return form;
}

static void
form_free(gpointer data)
{
    Form *form = data;
    g_free(form->who);
    g_free(form->input);
    g_clear_pointer(&form->fields, purple_request_fields_destroy);
    g_ptr_array_unref(form->labels);
    g_ptr_array_unref(form->callbacks);
    g_free(form);
}

static void
add_button(Form *form, const char *label, GCallback callback)
{
    g_ptr_array_add(form->labels, g_strdup(label != NULL ? label : ""));
    g_ptr_array_add(form->callbacks, (gpointer)callback);
}

static Form *
newest(void)
{
    guint n = forms.open != NULL ? forms.open->len : 0;
    return n > 0 ? g_ptr_array_index(forms.open, n - 1) : NULL;
}

guint
forms_count(void)
{
    return forms.open != NULL ? forms.open->len : 0;
}

/* ---- telling ---- */

static GPtrArray *
all_fields(PurpleRequestFields *fields)
{
    GPtrArray *all = g_ptr_array_new();

    for (GList *g = purple_request_fields_get_groups(fields); g != NULL; g = g->next) {
        for (GList *f = purple_request_field_group_get_fields(g->data); f != NULL; f = f->next)
            g_ptr_array_add(all, f->data);
    }
    return all;
}

static char *
field_value(PurpleRequestField *field)
{
    switch (purple_request_field_get_type(field)) {
    case PURPLE_REQUEST_FIELD_STRING:
        if (purple_request_field_string_is_masked(field))
            return g_strdup("***");
        return g_strdup(purple_request_field_string_get_value(field));
    case PURPLE_REQUEST_FIELD_INTEGER:
        return g_strdup_printf("%d", purple_request_field_int_get_value(field));
    case PURPLE_REQUEST_FIELD_BOOLEAN:
        return g_strdup(purple_request_field_bool_get_value(field) ? "1" : "0");
    case PURPLE_REQUEST_FIELD_CHOICE:
        return g_strdup(g_list_nth_data(purple_request_field_choice_get_labels(field),
                                        (guint)purple_request_field_choice_get_value(field)));
    default:
        return g_strdup("");
    }
}

static const char *
field_type_name(PurpleRequestField *field)
{
    static const char *const names[] = { "none",    "string",      "integer",  "boolean",
                                         "choice",  "list",        "label",    "image",
                                         "account", "certificate", "datasheet" };
    guint type = purple_request_field_get_type(field);

    return type < G_N_ELEMENTS(names) ? names[type] : "unknown";
}

static void
describe_field(PurpleRequestField *field, GString *out)
{
    g_autofree char *value = field_value(field);
    const char *label = purple_request_field_get_label(field);

    g_string_append_printf(out, "field %s %s %s = %s\n", purple_request_field_get_id(field),
                           field_type_name(field), label != NULL ? label : "",
                           value != NULL ? value : "");
    if (purple_request_field_get_type(field) != PURPLE_REQUEST_FIELD_LIST)
        return;

    for (GList *i = purple_request_field_list_get_items(field); i != NULL; i = i->next) {
        gboolean selected = purple_request_field_list_is_selected(field, i->data);
        g_string_append_printf(out, "row%s %s %s\n", selected ? "*" : "",
                               purple_request_field_get_id(field), (const char *)i->data);
    }
}

static char *
describe(const Form *form)
{
    GString *out = g_string_new(NULL);

    if (form->fields != NULL) {
        g_autoptr(GPtrArray) fields = all_fields(form->fields);
        for (guint i = 0; i < fields->len; i++)
            describe_field(g_ptr_array_index(fields, i), out);
    }
    if (form->type == PURPLE_REQUEST_INPUT)
        g_string_append_printf(out, "field input string  = %s\n",
                               form->input != NULL ? form->input : "");
    for (guint i = 0; i < form->labels->len; i++)
        g_string_append_printf(out, "button %s\n",
                               (const char *)g_ptr_array_index(form->labels, i));
    return g_string_free(out, FALSE);
}

static void
tell_crash(const char *what)
{
    forms.tell(host_event_new(EVENT_CRITICAL, NULL, NULL, "host", what));
}

static void *
open_form(Form *form, const char *title, const char *primary, const char *secondary)
{
    g_autofree char *text =
        g_strdup_printf("%s | %s | %s", title != NULL ? title : "", primary != NULL ? primary : "",
                        secondary != NULL ? secondary : "");
    HostEvent *event = host_event_new(
        EVENT_REQUEST, form->account != NULL ? purple_account_get_username(form->account) : NULL,
        form->who, type_name(form->type), text);

    event->time = form->id;
    g_free(event->extra);
    event->extra = describe(form);
    g_ptr_array_add(forms.open, form);
    forms.tell(event);
    if (form->account == NULL)
        tell_crash("a request without an account ends BitlBee");
    return form;
}

/* ---- libpurple's side ---- */

/* the signature is PurpleRequestUiOps's */
static void *
on_request_input(const char *title, const char *primary, const char *secondary,
                 const char *default_value, gboolean multiline, gboolean masked, gchar *hint,
                 const char *ok_text, GCallback ok_cb, const char *cancel_text, GCallback cancel_cb,
                 PurpleAccount *account, const char *who, PurpleConversation *conv, void *user_data)
{
    Form *form = form_new(PURPLE_REQUEST_INPUT, account, who, user_data);
    form->input = g_strdup(default_value);
    add_button(form, ok_text, ok_cb);
    add_button(form, cancel_text, cancel_cb);
    return open_form(form, title, primary, secondary);
}

/* the signature is PurpleRequestUiOps's */
static void *
on_request_action(const char *title, const char *primary, const char *secondary, int default_action,
                  PurpleAccount *account, const char *who, PurpleConversation *conv,
                  void *user_data, size_t action_count, va_list actions)
{
    Form *form = form_new(PURPLE_REQUEST_ACTION, account, who, user_data);

    for (size_t i = 0; i < action_count; i++) {
        const char *label = va_arg(actions, const char *);
        add_button(form, label, va_arg(actions, GCallback));
    }
    return open_form(form, title, primary, secondary);
}

/* the signature is PurpleRequestUiOps's */
static void *
on_request_fields(const char *title, const char *primary, const char *secondary,
                  PurpleRequestFields *fields, const char *ok_text, GCallback ok_cb,
                  const char *cancel_text, GCallback cancel_cb, PurpleAccount *account,
                  const char *who, PurpleConversation *conv, void *user_data)
{
    Form *form = form_new(PURPLE_REQUEST_FIELDS, account, who, user_data);
    form->fields = fields;
    add_button(form, ok_text, ok_cb);
    add_button(form, cancel_text, cancel_cb);
    return open_form(form, title, primary, secondary);
}

static void
on_close_request(PurpleRequestType type, void *ui_handle)
{
    guint index = 0;

    if (!g_ptr_array_find(forms.open, ui_handle, &index)) {
        tell_crash("a request was closed twice");
        return;
    }

    Form *form = ui_handle;
    HostEvent *event = host_event_new(
        EVENT_CLOSED, form->account != NULL ? purple_account_get_username(form->account) : NULL,
        form->who, type_name(form->type), NULL);
    event->time = form->id;
    g_ptr_array_remove_index(forms.open, index);
    forms.tell(event);
}

static PurpleRequestUiOps form_ops = {
    .request_input = on_request_input,
    .request_action = on_request_action,
    .request_fields = on_request_fields,
    .close_request = on_close_request,
};

static PurpleRequestUiOps bitlbee_ops = {
    .request_input = on_request_input,
    .request_action = on_request_action,
    .close_request = on_close_request,
};

void
forms_init(gboolean bitlbee, FormsTell tell)
{
    forms.bitlbee = bitlbee;
    forms.tell = tell;
    forms.open = g_ptr_array_new_with_free_func(form_free);
    purple_request_set_ui_ops(bitlbee ? &bitlbee_ops : &form_ops);
}

/* ---- the user's side ---- */

static gboolean
select_row(PurpleRequestField *list, const char *row)
{
    for (GList *i = purple_request_field_list_get_items(list); i != NULL; i = i->next) {
        if (strstr(i->data, row) == NULL)
            continue;
        purple_request_field_list_clear_selected(list);
        purple_request_field_list_add_selected(list, i->data);
        return TRUE;
    }
    return FALSE;
}

const char *
forms_select(const char *row)
{
    Form *form = newest();

    if (form == NULL || form->fields == NULL)
        return "no form is open";

    g_autoptr(GPtrArray) fields = all_fields(form->fields);
    for (guint i = 0; i < fields->len; i++) {
        PurpleRequestField *field = g_ptr_array_index(fields, i);
        if (purple_request_field_get_type(field) == PURPLE_REQUEST_FIELD_LIST)
            return select_row(field, row) ? NULL : "no such row";
    }
    return "the form has no list";
}

static gboolean
choose(PurpleRequestField *field, const char *label)
{
    int index = 0;

    for (GList *i = purple_request_field_choice_get_labels(field); i != NULL; i = i->next) {
        if (g_str_equal(i->data, label)) {
            purple_request_field_choice_set_value(field, index);
            return TRUE;
        }
        index++;
    }
    return FALSE;
}

static const char *
set_field(PurpleRequestField *field, const char *value)
{
    switch (purple_request_field_get_type(field)) {
    case PURPLE_REQUEST_FIELD_STRING:
        purple_request_field_string_set_value(field, *value != '\0' ? value : NULL);
        return NULL;
    case PURPLE_REQUEST_FIELD_INTEGER:
        purple_request_field_int_set_value(field, (int)g_ascii_strtoll(value, NULL, 10));
        return NULL;
    case PURPLE_REQUEST_FIELD_BOOLEAN:
        purple_request_field_bool_set_value(field, g_str_equal(value, "1"));
        return NULL;
    case PURPLE_REQUEST_FIELD_LIST:
        return select_row(field, value) ? NULL : "no such row";
    case PURPLE_REQUEST_FIELD_CHOICE:
        return choose(field, value) ? NULL : "no such choice";
    default:
        return "a field of a type that hosts show differently";
    }
}

const char *
forms_set(const char *id, const char *value)
{
    Form *form = newest();

    if (form == NULL)
        return "no form is open";
    if (form->type == PURPLE_REQUEST_INPUT) {
        g_free(form->input);
        /* BitlBee hands over what came from IRC with its markup escaped. */
        form->input = forms.bitlbee ? g_markup_escape_text(value, -1) : g_strdup(value);
        return NULL;
    }
    if (form->fields == NULL)
        return "the open one has no fields";

    g_autoptr(GPtrArray) fields = all_fields(form->fields);
    for (guint i = 0; i < fields->len; i++) {
        PurpleRequestField *field = g_ptr_array_index(fields, i);
        if (g_str_equal(purple_request_field_get_id(field), id) ||
            g_strcmp0(purple_request_field_get_label(field), id) == 0)
            return set_field(field, value);
    }
    return "no such field";
}

static gboolean
label_matches(const char *label, const char *wanted)
{
    if (forms.bitlbee && g_str_equal(wanted, "yes"))
        return strstr(label, "Accept") != NULL || strstr(label, "OK") != NULL;
    if (forms.bitlbee && g_str_equal(wanted, "no"))
        return strstr(label, "Reject") != NULL || strstr(label, "Cancel") != NULL;

    g_autofree char *bare = purple_text_strip_mnemonic(label);
    return g_ascii_strcasecmp(bare, wanted) == 0;
}

static void
call_back(Form *form, guint button)
{
    gpointer callback = g_ptr_array_index(form->callbacks, button);

    if (callback == NULL)
        return;
    if (form->type == PURPLE_REQUEST_FIELDS)
        ((PurpleRequestFieldsCb)callback)(form->user_data, form->fields);
    else if (form->type == PURPLE_REQUEST_INPUT)
        ((PurpleRequestInputCb)callback)(form->user_data, form->input != NULL ? form->input : "");
    else
        /* Pidgin counts them from the other end. */
        ((PurpleRequestActionCb)callback)(form->user_data, (int)(form->labels->len - 1 - button));
}

const char *
forms_press(const char *wanted)
{
    Form *form = newest();
    guint button = 0;

    if (form == NULL)
        return "no form is open";
    while (button < form->labels->len &&
           !label_matches(g_ptr_array_index(form->labels, button), wanted))
        button++;
    if (button == form->labels->len)
        return "no such button";
    if (form->fields != NULL && button == 0 &&
        !purple_request_fields_all_required_filled(form->fields))
        return "a required field is empty";

    PurpleRequestType type = form->type;
    PurpleAccount *account = form->account;
    guint id = form->id;
    call_back(form, button);

    /* The host closes it after the callback; a plugin that has done so by then brings Pidgin down.
     * Those of an account that went off meanwhile libpurple itself has closed. */
    gboolean still_open = FALSE;
    for (guint i = 0; i < forms.open->len; i++)
        still_open |= ((Form *)g_ptr_array_index(forms.open, i))->id == id;
    if (still_open)
        purple_request_close(type, form);
    else if (account == NULL || (g_list_find(purple_accounts_get_all(), account) != NULL &&
                                 !purple_account_is_disconnected(account)))
        tell_crash("a request was closed in its own callback");
    return NULL;
}

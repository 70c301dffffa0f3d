// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/choice.h"
#include "core/typed-line.h"
#include "core/text.h"
#include "purple/ask.h"
#include "purple/contact.h"
#include "purple/conversation.h"
#include "purple/dialogue.h"
#include "purple/host.h"
#include "purple/prompt.h"

#define EXAMPLE_CHARS 24
#define JOINED_CHARS 200

void
coex_choice_free(CoexChoice *choice)
{
    g_free(choice->name);
    g_free(choice->parked);
    g_free(choice->sentence);
    g_free(choice->query);
    g_clear_pointer(&choice->template_, coex_template_unref);
    g_strfreev(choice->values);
    g_clear_pointer(&choice->left, coex_template_unref);
    g_strfreev(choice->left_values);
    g_ptr_array_unref(choice->shown);
    g_free(choice->awaited_words);
    g_free(choice);
}

CoexChoice *
coex_choice_of(CoexConnection *login, const char *name)
{
    CoexContact *contact = coex_contact_of(login, name);
    CoexChoice *choice = contact->choice;

    if (choice != NULL)
        return choice;

    choice = g_new0(CoexChoice, 1);
    choice->login = login;
    choice->name = g_strdup(name);
    choice->shown = g_ptr_array_new_with_free_func((GDestroyNotify)coex_template_unref);
    contact->choice = choice;
    return choice;
}

gboolean
coex_choice_has_parked(CoexChoice *choice)
{
    const CoexPersonView *person = coex_session_find_person(choice->login->session, choice->name);

    return choice->parked != NULL || (person != NULL && person->n_parked > 0);
}

static gboolean
is_window_open(const CoexChoice *choice)
{
    const CoexPersonView *person = coex_session_find_person(choice->login->session, choice->name);

    return person != NULL && person->window.open;
}

static gboolean
has_changed(const CoexChoice *choice)
{
    return choice->has_news || (choice->seen_closed && is_window_open(choice));
}

/* What has come to pass since the last step was shown. Free with g_free(). */
static char *
dup_change(const CoexChoice *choice)
{
    if (is_window_open(choice) && choice->lost)
        return g_strdup_printf("The window is open again: a plain text can be sent, too, and "
                               "%sresend sends what waited.",
                               coex_host_get_mark());
    if (is_window_open(choice) && choice->seen_closed)
        return g_strdup("The window is open again: a plain text can be sent, too.");
    return g_strdup(choice->lost ? "Nothing waits for this choice any more."
                                 : "Another text waits by now.");
}

static void
add_change(CoexChoice *choice)
{
    g_autofree char *change = has_changed(choice) ? dup_change(choice) : NULL;
    g_autofree char *sentence = g_steal_pointer(&choice->sentence);

    if (change != NULL && sentence != NULL)
        choice->sentence = g_strconcat(sentence, " ", change, NULL);
    else if (change != NULL)
        choice->sentence = g_steal_pointer(&change);
    else
        choice->sentence = g_steal_pointer(&sentence);
    choice->has_news = FALSE;
    choice->seen_closed = !is_window_open(choice);
}

static void
show(CoexChoice *choice)
{
    add_change(choice);
    if (coex_host_has_forms())
        coex_prompt_show(choice);
    else
        coex_dialogue_show(choice);
}

static void
say(CoexChoice *choice, const char *sentence)
{
    g_free(choice->sentence);
    choice->sentence = g_strdup(sentence);
}

static void
forget_template(CoexChoice *choice)
{
    g_clear_pointer(&choice->template_, coex_template_unref);
    g_clear_pointer(&choice->values, g_strfreev);
    choice->cleaned = FALSE;
}

/* To the beginning; the parked texts stay, and the list that was shown last: its numbers stand on
 * the screen. */
static void
reset(CoexChoice *choice, CoexStage stage)
{
    forget_template(choice);
    if (stage == COEX_STAGE_IDLE) {
        g_clear_pointer(&choice->left, coex_template_unref);
        g_clear_pointer(&choice->left_values, g_strfreev);
        choice->lost = FALSE;
        choice->seen_closed = FALSE;
        choice->has_news = FALSE;
        if (coex_host_has_forms())
            g_clear_pointer(&choice->query, g_free);
    }
    g_clear_pointer(&choice->awaited_words, g_free);
    choice->awaits_catalogue = FALSE;
    choice->stage = stage;
}

static void
set_values(CoexChoice *choice, const char *const *values)
{
    char **copy = g_strdupv((char **)values);

    g_strfreev(choice->values);
    choice->values = copy;
}

char **
coex_choice_split(CoexChoice *choice, const char *text)
{
    return coex_typed_line_split_values(text, choice->parked);
}

GPtrArray *
coex_choice_find(CoexChoice *choice)
{
    CoexCatalogue *catalogue = coex_session_get_catalogue(choice->login->session);

    if (catalogue == NULL)
        return g_ptr_array_new();
    return coex_catalogue_search(catalogue, choice->query, choice->login->language);
}

static const char *
name_category(const CoexTemplate *template_)
{
    if (template_->category == NULL)
        return "no category";
    if (strcmp(template_->category, "MARKETING") == 0)
        return "marketing";
    if (strcmp(template_->category, "UTILITY") == 0)
        return "utility";
    if (strcmp(template_->category, "AUTHENTICATION") == 0)
        return "authentication";
    return template_->category;
}

char *
coex_choice_describe(const CoexTemplate *template_, gsize max_chars)
{
    g_autofree char *words = coex_text_excerpt(template_->body, max_chars);

    /* The first words show where a list is narrow: what matters most comes first. */
    if (template_->obstacle != NULL && coex_host_get()->clips_forms)
        return g_strdup_printf("(%s) %s (%s)", template_->obstacle, template_->name,
                               template_->language);
    if (template_->obstacle != NULL)
        return g_strdup_printf("%s (%s) – cannot be sent from here: %s", template_->name,
                               template_->language, template_->obstacle);
    return g_strdup_printf("%s (%s): %s – %s", template_->name, template_->language, words,
                           name_category(template_));
}

char *
coex_choice_describe_variable(const CoexTemplateVariable *variable)
{
    const char *where = variable->in_body ? "" : " of the header";
    g_autofree char *example =
        variable->example != NULL ? coex_text_excerpt(variable->example, EXAMPLE_CHARS) : NULL;

    if (example == NULL || example[0] == '\0')
        return g_strdup_printf("{{%s}}%s", variable->name, where);
    return g_strdup_printf("{{%s}}%s (e.g. %s)", variable->name, where, example);
}

/* ---- the steps ---- */

static void
await_catalogue(CoexChoice *choice, const char *words)
{
    g_autoptr(CoexConnection) login = coex_login_ref(choice->login);

    reset(choice, COEX_STAGE_IDLE);
    choice->awaits_catalogue = TRUE;
    choice->awaited_words = g_strdup(words);
    if (choice->sentence != NULL)
        coex_conversation_notice(choice->login, choice->name, choice->sentence);
    say(choice, NULL);
    coex_conversation_notice(choice->login, choice->name,
                             "The templates are being fetched from WhatsApp.");
    if (!login->over)
        coex_session_refresh_templates(login->session);
}

void
coex_choice_start(CoexChoice *choice, const char *words)
{
    CoexSession *session = choice->login->session;
    CoexCatalogue *catalogue = coex_session_get_catalogue(session);
    g_autofree char *stripped = g_strstrip(g_strdup(words != NULL ? words : ""));

    if (catalogue == NULL) {
        await_catalogue(choice, stripped);
        return;
    }
    if (coex_session_is_catalogue_stale(session))
        coex_session_refresh_templates(session);

    gsize length = strcspn(stripped, " \t\n");
    g_autofree char *name = g_strndup(stripped, length);
    const CoexTemplate *found =
        length > 0 ? coex_catalogue_find(catalogue, name, choice->login->language) : NULL;

    if (found == NULL) {
        coex_choice_search(choice, stripped);
        return;
    }

    g_autofree char *rest = g_strstrip(g_strdup(stripped + length));
    g_auto(GStrv) values = coex_choice_split(choice, rest);
    reset(choice, COEX_STAGE_LIST);
    coex_choice_pick(choice, (CoexTemplate *)found, (const char *const *)values);
}

void
coex_choice_search(CoexChoice *choice, const char *query)
{
    g_autofree char *kept = query != NULL && query[0] != '\0' ? g_strdup(query) : NULL;

    if (coex_session_get_catalogue(choice->login->session) == NULL) {
        await_catalogue(choice, kept);
        return;
    }
    reset(choice, COEX_STAGE_LIST);
    g_free(choice->query);
    choice->query = g_steal_pointer(&kept);
    g_ptr_array_set_size(choice->shown, 0);
    show(choice);
}

void
coex_choice_refresh(CoexChoice *choice)
{
    await_catalogue(choice, NULL);
}

void
coex_choice_pick(CoexChoice *choice, CoexTemplate *template_, const char *const *values)
{
    CoexTemplate *picked = coex_template_ref(template_);

    if (picked->obstacle != NULL) {
        g_autofree char *sentence = g_strdup_printf("%s cannot be sent from here, because it %s.",
                                                    picked->name, picked->obstacle);
        g_autofree char *query = g_strdup(choice->query);
        say(choice, sentence);
        coex_template_unref(picked);
        coex_choice_search(choice, query);
        return;
    }

    forget_template(choice);
    choice->awaits_catalogue = FALSE;
    choice->template_ = picked;
    choice->stage = COEX_STAGE_VALUES;
    if (choice->left != NULL && strcmp(choice->left->name, picked->name) == 0 &&
        strcmp(choice->left->language, picked->language) == 0)
        set_values(choice, (const char *const *)choice->left_values);
    if (values != NULL || picked->variables->len == 0)
        coex_choice_fill(choice, values);
    else
        show(choice);
}

void
coex_choice_fill(CoexChoice *choice, const char *const *values)
{
    const char *const none[] = { NULL };
    g_autoptr(GError) error = NULL;
    char **checked;

    if (values == NULL)
        values = none;

    choice->stage = COEX_STAGE_VALUES;
    choice->cleaned = FALSE;
    checked = coex_template_check_values(choice->template_, values, &choice->cleaned, &error);
    if (checked == NULL) {
        set_values(choice, values);
        say(choice, error->message);
    } else {
        g_strfreev(choice->values);
        choice->values = checked;
        choice->stage = COEX_STAGE_CONFIRM;
    }
    show(choice);
}

void
coex_choice_back(CoexChoice *choice)
{
    if (choice->stage != COEX_STAGE_CONFIRM || choice->template_->variables->len == 0) {
        g_autofree char *query = g_strdup(choice->query);
        g_clear_pointer(&choice->left, coex_template_unref);
        g_clear_pointer(&choice->left_values, g_strfreev);
        choice->left = g_steal_pointer(&choice->template_);
        choice->left_values = g_steal_pointer(&choice->values);
        coex_choice_search(choice, query);
        return;
    }
    choice->stage = COEX_STAGE_VALUES;
    show(choice);
}

void
coex_choice_join(CoexChoice *choice, const char *text)
{
    g_autofree char *markup = coex_text_escape(text);
    g_autoptr(GError) error = NULL;

    reset(choice, COEX_STAGE_IDLE);
    if (coex_session_send(choice->login->session, choice->name, markup, &error))
        return;
    say(choice, error->message);
    coex_choice_search(choice, text);
}

/* The catalogue's present definition of the chosen template, if the message would still be the one
 * that the user saw; else NULL. */
static const CoexTemplate *
find_unchanged(CoexChoice *choice)
{
    CoexCatalogue *catalogue = coex_session_get_catalogue(choice->login->session);
    const CoexTemplate *seen = choice->template_;
    const CoexTemplate *now =
        catalogue != NULL ? coex_catalogue_find(catalogue, seen->name, seen->language) : NULL;

    if (now == NULL || g_strcmp0(now->language, seen->language) != 0 || now->obstacle != NULL)
        return NULL;

    const char *const *values = (const char *const *)choice->values;
    g_autofree char *preview_seen = coex_template_preview(seen, values);
    g_autofree char *preview_now = coex_template_preview(now, values);
    return strcmp(preview_seen, preview_now) == 0 ? now : NULL;
}

void
coex_choice_send(CoexChoice *choice)
{
    CoexSession *session = choice->login->session;
    g_autoptr(GError) error = NULL;

    if (choice->stage != COEX_STAGE_CONFIRM)
        return;
    if (has_changed(choice)) {
        show(choice);
        return;
    }
    coex_ask_close(choice->login, choice->name);

    const CoexTemplate *now = find_unchanged(choice);
    g_autoptr(CoexTemplate) template_ = now != NULL ? coex_template_ref(now) : NULL;
    if (template_ == NULL) {
        g_autofree char *sentence = g_strdup_printf(
            "Nothing was sent: the template %s is not there any more as it was, or is paused.",
            choice->template_->name);
        say(choice, sentence);
        coex_choice_search(choice, NULL);
        return;
    }

    g_auto(GStrv) values = g_steal_pointer(&choice->values);
    reset(choice, COEX_STAGE_IDLE);
    if (coex_session_send_template(session, choice->name, template_, (const char *const *)values,
                                   &error)) {
        choice->decided = choice->parked != NULL;
        return;
    }
    say(choice, error->message);
    coex_choice_search(choice, NULL);
}

void
coex_choice_hold(CoexChoice *choice)
{
    if (choice->lost && !coex_choice_has_parked(choice)) {
        g_autofree char *line = dup_change(choice);
        g_autofree char *nothing = g_strconcat("There is nothing to hold. ", line, NULL);
        reset(choice, COEX_STAGE_IDLE);
        coex_ask_close(choice->login, choice->name);
        coex_conversation_notice(choice->login, choice->name, nothing);
        return;
    }
    reset(choice, COEX_STAGE_IDLE);
    choice->decided = choice->parked != NULL;
    coex_ask_close(choice->login, choice->name);
    coex_session_hold(choice->login->session, choice->name);
}

gboolean
coex_choice_cancel(CoexChoice *choice)
{
    gboolean was_open = choice->stage != COEX_STAGE_IDLE || choice->awaits_catalogue;
    gboolean has_parked = coex_choice_has_parked(choice);

    reset(choice, COEX_STAGE_IDLE);
    choice->decided = choice->parked != NULL;
    coex_ask_close(choice->login, choice->name);
    if (has_parked)
        coex_session_cancel(choice->login->session, choice->name);
    return was_open || has_parked;
}

/* ---- what comes from below ---- */

/* What has joined the texts that waited @before. */
static const char *
find_newest(const char *texts, const char *before)
{
    gsize length = before != NULL ? strlen(before) : 0;

    if (length > 0 && strncmp(texts, before, length) == 0 && texts[length] == '\n')
        return texts + length + 1;
    return texts;
}

/* Without a second question; what was typed has gone from the entry box, so it is repeated. */
static void
tell_joined(CoexChoice *choice, const char *before)
{
    const char *mark = coex_host_get_mark();
    g_autofree char *excerpt = coex_text_excerpt(find_newest(choice->parked, before), JOINED_CHARS);
    g_autofree char *line =
        g_strdup_printf("This waits for your choice%s: “%s”. Choose a template (%stemplate lists "
                        "them), or type %shold or %scancel.",
                        before != NULL ? " too" : "", excerpt, mark, mark, mark);

    coex_conversation_notice(choice->login, choice->name, line);
}

/* Pidgin tells nobody when a question with buttons is closed by the window's own, so such a one may
 * be gone that counts as open here; the line says how to be asked again. */
static gboolean
is_asked(const CoexChoice *choice)
{
    if (coex_host_has_forms())
        return coex_ask_is_open(choice->login, choice->name, PURPLE_REQUEST_FIELDS) ||
               coex_ask_is_open(choice->login, choice->name, PURPLE_REQUEST_ACTION);
    return choice->stage == COEX_STAGE_CONFIRM ||
           (choice->stage != COEX_STAGE_IDLE && choice->parked != NULL);
}

void
coex_choice_park(CoexConnection *parked_in, const char *name, const char *text, const char *reason)
{
    g_autoptr(CoexConnection) login = coex_login_ref(parked_in);
    CoexChoice *choice = coex_choice_of(login, name);
    gboolean joins = is_asked(choice);
    g_autofree char *before = g_steal_pointer(&choice->parked);

    choice->lost = FALSE;
    choice->parked = g_strdup(text);
    /* A text that was on its way when the user chose shares the fate of the others. */
    if (choice->awaits_catalogue || choice->decided)
        return;
    if (joins) {
        choice->has_news = choice->stage == COEX_STAGE_CONFIRM;
        tell_joined(choice, before);
        return;
    }
    say(choice, reason);
    coex_choice_start(choice, NULL);
    coex_prompt_point_at(choice);
}

void
coex_choice_unpark(CoexConnection *login, const char *name)
{
    CoexChoice *choice = coex_contact_of(login, name)->choice;

    if (choice == NULL || choice->parked == NULL)
        return;

    g_clear_pointer(&choice->parked, g_free);
    choice->lost = !choice->decided;
    choice->has_news = choice->lost;
    choice->decided = FALSE;
    if (choice->awaits_catalogue || choice->stage == COEX_STAGE_IDLE ||
        (coex_host_has_forms() && !is_asked(choice)))
        reset(choice, COEX_STAGE_IDLE);
}

static void
tell_no_catalogue(CoexChoice *choice, const GError *error)
{
    const char *mark = coex_host_get_mark();
    g_autoptr(GString) line = g_string_new(NULL);

    g_string_printf(line, "The templates could not be fetched: %s", error->message);
    if (choice->parked != NULL)
        g_string_append_printf(line, " Your text waits: “%s”. Type %shold or %scancel.",
                               choice->parked, mark, mark);
    coex_conversation_notice(choice->login, choice->name, line->str);
}

void
coex_choice_take_catalogue(CoexConnection *login, const GError *error)
{
    g_autoptr(GList) contacts = g_hash_table_get_values(login->contacts);

    for (GList *l = contacts; l != NULL && !login->over; l = l->next) {
        CoexChoice *choice = ((CoexContact *)l->data)->choice;
        g_autofree char *words = NULL;

        if (choice == NULL || !choice->awaits_catalogue)
            continue;

        choice->awaits_catalogue = FALSE;
        words = g_steal_pointer(&choice->awaited_words);
        if (error != NULL)
            tell_no_catalogue(choice, error);
        if (!login->over && coex_session_get_catalogue(login->session) != NULL) {
            coex_choice_start(choice, words);
            coex_prompt_point_at(choice);
        }
    }
}

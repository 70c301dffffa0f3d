// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/broadcast.h"

#include "core/catalogue.h"
#include "core/person-view.h"
#include "core/template.h"
#include "core/text.h"
#include "core/typed-line.h"
#include "core/words.h"
#include "purple/ask.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/lines.h"
#include "purple/own-number.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <string.h>

#define VERB "broadcast"
#define COLUMNS 56
#define LINE_MAX_CHARS 400 /* of the names to whom the same happened, in a conversation */

/* @name NULL: to the account. */
static void
tell(CoexConnection *connection, const char *name, const char *line)
{
    if (name != NULL)
        coex_lines_notice(connection, name, line);
    else
        coex_unseen_tell(connection, line);
}

/* ---- which group ---- */

static char *
fold(const char *text, gssize length)
{
    g_autofree char *composed = g_utf8_normalize(text, length, G_NORMALIZE_ALL_COMPOSE);

    return g_utf8_casefold(composed != NULL ? composed : "", -1);
}

/* Without regard to case only where none is written just so. NULL: there is none. */
static PurpleGroup *
find_group(const char *name, gsize length)
{
    g_autofree char *folded = fold(name, (gssize)length);
    PurpleGroup *found = NULL;

    for (PurpleBlistNode *node = purple_blist_get_root(); node != NULL;
         node = purple_blist_node_get_sibling_next(node)) {
        const char *other =
            PURPLE_BLIST_NODE_IS_GROUP(node) ? purple_group_get_name((PurpleGroup *)node) : NULL;
        g_autofree char *other_folded = other != NULL ? fold(other, -1) : NULL;

        if (other == NULL || *other == '\0')
            continue;
        if (strlen(other) == length && memcmp(other, name, length) == 0)
            return (PurpleGroup *)node;
        if (found == NULL && g_str_equal(other_folded, folded))
            found = (PurpleGroup *)node;
    }
    return found;
}

/* What stands in quotes at the beginning of @words, the rest in @ret_rest; NULL: nothing does. */
static const char *
find_quoted(const char *words, gsize *ret_length, const char **ret_rest)
{
    static const char *const quotes[][2] = { { "\"", "\"" }, { "“", "”" }, { "„", "“" } };

    for (guint i = 0; i < G_N_ELEMENTS(quotes); i++) {
        const char *begin, *end;

        if (!g_str_has_prefix(words, quotes[i][0]))
            continue;
        begin = words + strlen(quotes[i][0]);
        end = strstr(begin, quotes[i][1]);
        if (end == NULL)
            return NULL;
        *ret_length = (gsize)(end - begin);
        *ret_rest = end + strlen(quotes[i][1]);
        return begin;
    }
    return NULL;
}

/* The group with the longest name with which @words begin, before a blank. */
static PurpleGroup *
take_group(const char *words, const char **ret_rest)
{
    gsize length = strlen(words);
    const char *quoted = find_quoted(words, &length, ret_rest);

    if (quoted != NULL)
        return find_group(quoted, length);
    for (; length > 0; length--) {
        PurpleGroup *group =
            words[length] == ' ' || words[length] == '\0' ? find_group(words, length) : NULL;

        if (group == NULL)
            continue;
        *ret_rest = words + length;
        return group;
    }
    return NULL;
}

static void
add_buddies(CoexConnection *connection, PurpleBlistNode *contact, GStrvBuilder *buddies)
{
    for (PurpleBlistNode *node = purple_blist_node_get_first_child(contact); node != NULL;
         node = purple_blist_node_get_sibling_next(node)) {
        PurpleBuddy *buddy = (PurpleBuddy *)node;
        const char *alias;

        if (!PURPLE_BLIST_NODE_IS_BUDDY(node) ||
            purple_buddy_get_account(buddy) != connection->account)
            continue;
        alias = purple_buddy_get_local_buddy_alias(buddy);
        g_strv_builder_add(buddies, purple_buddy_get_name(buddy));
        g_strv_builder_add(buddies, alias != NULL ? alias : "");
    }
}

/* Of this account: name as it was typed, and what the user calls it. Whose it is takes longer to
 * find out than this thread may for thousands. */
static char **
list_buddies(CoexConnection *connection, PurpleGroup *group)
{
    g_autoptr(GStrvBuilder) buddies = g_strv_builder_new();

    for (PurpleBlistNode *node = purple_blist_node_get_first_child((PurpleBlistNode *)group);
         node != NULL; node = purple_blist_node_get_sibling_next(node))
        add_buddies(connection, node, buddies);
    return g_strv_builder_end(buddies);
}

/* ---- what is typed ---- */

static void
tell_no_group(CoexConnection *connection, const char *name)
{
    g_autoptr(GString) all = g_string_new(NULL);
    g_autofree char *line = NULL;

    for (PurpleBlistNode *node = purple_blist_get_root(); node != NULL;
         node = purple_blist_node_get_sibling_next(node))
        if (PURPLE_BLIST_NODE_IS_GROUP(node))
            coex_text_list_add(all, _("“%s”"), purple_group_get_name((PurpleGroup *)node));
    /* Translators: names of groups, and the / or ! that commands begin with */
    if (all->len > 0)
        line = coex_say(
            _("Nothing was sent: that begins with no group of the buddy list. There are %s. "
              "%sbroadcast GROUP TEMPLATE value | value sends a template to everybody in one."),
            all->str, coex_host_get_mark());
    else
        line = coex_say(
            _("Nothing was sent: the buddy list has no groups. %sbroadcast GROUP TEMPLATE value | "
              "value sends a template to everybody in one."),
            coex_host_get_mark());
    tell(connection, name, line);
}

static void
plan(CoexConnection *connection, const char *name, const char *words)
{
    static const char *const none[] = { NULL };
    CoexCatalogue *catalogue = coex_session_get_catalogue(connection->session);
    const char *rest = NULL;
    PurpleGroup *group = take_group(words, &rest);
    g_autofree char *called = NULL;
    g_auto(GStrv) values = NULL;
    const CoexTemplate *template_ = NULL;
    g_autoptr(GError) error = NULL;

    if (group == NULL) {
        tell_no_group(connection, name);
        return;
    }
    rest += strspn(rest, " ");
    called = g_strndup(rest, strcspn(rest, " "));
    if (catalogue != NULL)
        template_ = coex_catalogue_find_typed(catalogue, rest, connection->language, &rest, &error);
    if (error != NULL) {
        g_autofree char *line = coex_say(_("Nothing was sent: %s"), error->message);

        tell(connection, name, line);
        return;
    }
    if (template_ == NULL) {
        g_autofree char *line =
            coex_say(_("Nothing was sent: there is no template “%s”. Its name stands behind "
                       "that of the group; %stemplate lists them all."),
                     called, coex_host_get_mark());

        tell(connection, name, line);
        return;
    }
    values = coex_typed_line_split_values(rest, NULL);
    coex_session_plan_broadcast(connection->session, name, purple_group_get_name(group), template_,
                                values != NULL ? (const char *const *)values : none,
                                list_buddies(connection, group));
}

static void
begin(CoexConnection *connection, const char *name)
{
    g_autofree char *id = g_steal_pointer(&connection->broadcast_id);

    coex_ask_close(connection, COEX_ASK_BROADCAST, NULL);
    coex_session_broadcast(connection->session, name, COEX_BROADCAST_BEGIN, id != NULL ? id : "");
}

void
coex_broadcast_run(CoexConnection *connection, const char *where, const char *words)
{
    const char *name = where != NULL && coex_session_find_person(connection->session, where) != NULL
                           ? where
                           : NULL;
    g_autofree char *line = g_strstrip(coex_text_without_isolates(words));

    if (*line == '\0')
        coex_session_broadcast(connection->session, name, COEX_BROADCAST_REPORT, NULL);
    else if (g_ascii_strcasecmp(line, "stop") == 0)
        coex_session_broadcast(connection->session, name, COEX_BROADCAST_STOP, NULL);
    else if (g_ascii_strcasecmp(line, "yes") == 0)
        begin(connection, name);
    else
        plan(connection, name, line);
}

gboolean
coex_broadcast_take(CoexConnection *connection, const char *markup)
{
    g_autofree char *plain = coex_text_from_markup(markup);
    g_autofree char *line = g_strstrip(g_strdup(plain));
    const char *word = line + (*line == '/' || *line == '!');
    const char *rest = word + strlen(VERB);

    if (g_ascii_strncasecmp(word, VERB, strlen(VERB)) != 0 || (*rest != '\0' && *rest != ' '))
        return FALSE;
    coex_broadcast_run(connection, NULL, rest);
    return TRUE;
}

/* ---- the question ---- */

static void
on_answer(gpointer token, int button)
{
    g_autofree char *name = NULL;
    CoexConnection *connection = coex_ask_take(token, &name);
    g_autofree char *id = NULL;

    if (connection == NULL)
        return;
    id = g_steal_pointer(&connection->broadcast_id);
    if (id != NULL)
        coex_session_broadcast(
            connection->session, *name != '\0' ? name : NULL,
            button == COEX_ASK_YES ? COEX_BROADCAST_BEGIN : COEX_BROADCAST_CANCEL, id);
}

/* One at a time, wherever it was ordered. */
void
coex_broadcast_ask(CoexConnection *connection, const CoexSessionEvent *event)
{
    const char *name = event->person != NULL ? event->person->name : NULL;
    g_autofree char *wrapped = coex_text_wrap(event->detail, COLUMNS);
    g_autofree char *account = coex_own_number_dup_title(connection->account);
    g_autofree char *title = coex_say(_("Broadcast from %s"), account);
    g_autofree char *order = NULL;
    g_autofree char *line = NULL;

    coex_ask_close(connection, COEX_ASK_BROADCAST, NULL);
    g_free(connection->broadcast_id);
    connection->broadcast_id = g_strdup(event->id);
    if (coex_ask_yes_no(connection,
                        &(CoexQuestion){ COEX_ASK_BROADCAST, name != NULL ? name : "", title,
                                         event->text, wrapped },
                        on_answer))
        return;
    /* Translators: %s is the / or ! that commands begin with */
    order = coex_say(_("Nothing was sent yet: %sbroadcast yes sends it."), coex_host_get_mark());
    line = g_strdup_printf("%s %s\n%s", event->text, event->detail, order);
    tell(connection, name, line);
}

/* ---- what became of it ---- */

static char *
dup_lines(const CoexSessionEvent *event)
{
    g_autoptr(GString) lines = g_string_new(event->text);

    for (guint i = 0; event->facts[i] != NULL && event->facts[i + 1] != NULL; i += 2) {
        g_autofree char *names = coex_text_excerpt(event->facts[i + 1], LINE_MAX_CHARS);

        g_string_append_printf(lines, "\n%s: %s", event->facts[i], names);
    }
    return g_string_free(g_steal_pointer(&lines), FALSE);
}

static char *
dup_html(const CoexSessionEvent *event)
{
    g_autoptr(GString) html = g_string_new(NULL);

    for (guint i = 0; event->facts[i] != NULL && event->facts[i + 1] != NULL; i += 2) {
        g_autofree char *fate = coex_text_escape(event->facts[i]);
        g_autofree char *names = coex_text_escape(event->facts[i + 1]);

        g_string_append_printf(html, "%s<b>%s</b><br>%s", i > 0 ? "<br><br>" : "", fate, names);
    }
    return g_string_free(g_steal_pointer(&html), FALSE);
}

void
coex_broadcast_show(CoexConnection *connection, const CoexSessionEvent *event)
{
    g_autofree char *lines = NULL;

    if (coex_host_get()->has_own_conversation) {
        g_autofree char *html = dup_html(event);
        g_autofree char *wrapped = coex_text_wrap(event->text, COLUMNS);

        purple_notify_formatted(connection->gc, _("Broadcast"), wrapped, NULL, html, NULL, NULL);
        return;
    }
    lines = dup_lines(event);
    tell(connection, event->person != NULL ? event->person->name : NULL, lines);
}

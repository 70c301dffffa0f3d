// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/content-card.h"

#include "core/json.h"
#include "core/media.h"
#include "core/words.h"
#include <glib.h>
#include <string.h>

#define CARDS_MAX 20
#define ITEMS_MAX 20  /* numbers and so on of one card */
#define FOLDED_MAX 75 /* bytes, of which none is half a character (RFC 2426, 2.6) */
#define TYPE_MAX 20
#define VALUE_MAX 1000 /* bytes */

/* ---- lines ---- */

/* As RFC 2426, 5 wants what is text; what is no text at all goes. */
static void
append_escaped(GString *line, const char *text)
{
    gsize n = 0;

    for (const char *p = text; *p != '\0' && n < VALUE_MAX; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        n += (gsize)(g_utf8_next_char(p) - p);
        if (c == '\n')
            g_string_append(line, "\\n");
        else if (c == '\\' || c == ';' || c == ',')
            g_string_append_printf(line, "\\%c", (char)c);
        else if (!g_unichar_iscntrl(c) && c != 0x2028 && c != 0x2029)
            g_string_append_unichar(line, c);
    }
}

/* Folded, and ended. */
static void
append_line(GString *card, const GString *line)
{
    gsize room = FOLDED_MAX;

    for (const char *p = line->str; *p != '\0'; p = g_utf8_next_char(p)) {
        gsize length = (gsize)(g_utf8_next_char(p) - p);

        if (length > room) {
            g_string_append(card, "\r\n ");
            room = FOLDED_MAX - 1;
        }
        g_string_append_len(card, p, (gssize)length);
        room -= length;
    }
    g_string_append(card, "\r\n");
}

static gboolean
is_told(const CoexJsonAt *object, const char *name)
{
    const char *text = coex_json_member_text(object, name);

    return text != NULL && *text != '\0';
}

/* "NAME:first;second", of the members of @object; nothing where none of them is told. */
static gboolean
append_parts(GString *card, const char *name, const CoexJsonAt *object, const char *const *members)
{
    g_autoptr(GString) line = g_string_new(name);
    gboolean any = FALSE;

    for (guint i = 0; members[i] != NULL; i++) {
        const char *text = coex_json_member_text(object, members[i]);

        g_string_append_c(line, i == 0 ? ':' : ';');
        if (text != NULL)
            append_escaped(line, text);
        any |= is_told(object, members[i]);
    }
    if (any)
        append_line(card, line);
    return any;
}

/* ";TYPE=WORK": a word and nothing else. */
static void
append_type(GString *line, const CoexJsonAt *item)
{
    const char *type = coex_json_member_text(item, "type");

    if (type == NULL || *type == '\0' || strlen(type) > TYPE_MAX)
        return;
    for (const char *p = type; *p != '\0'; p++)
        if (!g_ascii_isalpha(*p))
            return;
    g_autofree char *upper = g_ascii_strup(type, -1);
    g_string_append_printf(line, ";TYPE=%s", strcmp(upper, "MOBILE") == 0 ? "CELL" : upper);
}

/* A line for each object of the array @list that has one of the @members. */
static gboolean
append_list(GString *card, const char *name, const CoexJsonAt *of, const char *list,
            const char *const *members)
{
    CoexJsonAt items = coex_json_member(of, list);
    gboolean any = FALSE;

    for (guint i = 0; i < MIN(coex_json_length(&items), ITEMS_MAX); i++) {
        CoexJsonAt item = coex_json_element(&items, i);
        g_autoptr(GString) head = g_string_new(name);

        append_type(head, &item);
        any |= append_parts(card, head->str, &item, members);
    }
    return any;
}

/* ---- cards ---- */

static char *
dup_name(const CoexJsonAt *card)
{
    static const char *const parts[] = { "prefix",    "first_name", "middle_name",
                                         "last_name", "suffix",     NULL };
    CoexJsonAt name = coex_json_member(card, "name");
    CoexJsonAt phones = coex_json_member(card, "phones");
    CoexJsonAt phone = coex_json_element(&phones, 0);
    g_autoptr(GString) joined = g_string_new(NULL);

    if (is_told(&name, "formatted_name"))
        return g_strdup(coex_json_member_text(&name, "formatted_name"));
    for (guint i = 0; parts[i] != NULL; i++)
        if (is_told(&name, parts[i]))
            g_string_append_printf(joined, "%s%s", joined->len > 0 ? " " : "",
                                   coex_json_member_text(&name, parts[i]));
    if (joined->len == 0 && is_told(&phone, "phone"))
        g_string_append(joined, coex_json_member_text(&phone, "phone"));
    return g_strdup(joined->len > 0 ? joined->str : _("Contact"));
}

static void
append_names(GString *text, const CoexJsonAt *card, const char *name)
{
    static const char *const parts[] = { "last_name", "first_name", "middle_name",
                                         "prefix",    "suffix",     NULL };
    CoexJsonAt names = coex_json_member(card, "name");
    g_autoptr(GString) line = g_string_new("FN:");

    append_escaped(line, name);
    append_line(text, line);
    if (append_parts(text, "N", &names, parts))
        return;
    /* there must be one */
    g_string_assign(line, "N:");
    append_escaped(line, name);
    g_string_append(line, ";;;;");
    append_line(text, line);
}

/* FALSE: the card tells nothing that an address book would keep. */
static gboolean
append_card(GString *text, const CoexJsonAt *card, const char *name)
{
    static const char *const phone[] = { "phone", NULL };
    static const char *const email[] = { "email", NULL };
    static const char *const url[] = { "url", NULL };
    static const char *const address[] = { "none",  "none", "street",  "city",
                                           "state", "zip",  "country", NULL };
    static const char *const org[] = { "company", "department", NULL };
    static const char *const title[] = { "title", NULL };
    static const char *const birthday[] = { "birthday", NULL };
    CoexJsonAt work = coex_json_member(card, "org");
    gboolean any;

    g_string_append(text, "BEGIN:VCARD\r\nVERSION:3.0\r\n");
    append_names(text, card, name);
    any = append_list(text, "TEL", card, "phones", phone);
    any |= append_list(text, "EMAIL", card, "emails", email);
    any |= append_list(text, "ADR", card, "addresses", address);
    any |= append_list(text, "URL", card, "urls", url);
    append_parts(text, "ORG", &work, org);
    append_parts(text, "TITLE", &work, title);
    append_parts(text, "BDAY", card, birthday);
    g_string_append(text, "END:VCARD\r\n");
    return any;
}

CoexMedia *
coex_content_card_read(const CoexJsonAt *cards)
{
    g_autoptr(GString) text = g_string_new(NULL);
    guint n = MIN(coex_json_length(cards), CARDS_MAX);
    g_autofree char *first = NULL;
    gboolean any = FALSE;

    for (guint i = 0; i < n; i++) {
        CoexJsonAt card = coex_json_element(cards, i);
        g_autofree char *name = dup_name(&card);

        any |= append_card(text, &card, name);
        if (first == NULL)
            first = g_strdup_printf("%s.vcf", name);
    }
    return any ? coex_media_new_with_content(COEX_MEDIA_CARD, first, "text/vcard", text->str)
               : NULL;
}

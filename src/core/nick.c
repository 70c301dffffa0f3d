// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/nick.h"

#include <string.h>

#define DIGITS_MIN 4 /* of a number behind a name */

struct CoexNicks {
    GHashTable *owners; /* folded nick -> owner */
};

/* ---- what a nick is made of ---- */

/* At most @max bytes, no character torn. */
static void
cut(GString *text, gsize max)
{
    const char *end = NULL;

    if (text->len <= max)
        return;
    g_string_truncate(text, max);
    g_utf8_validate(text->str, -1, &end);
    g_string_truncate(text, (gsize)(end - text->str));
}

static char *
to_script(CoexNickStyle style, const char *name)
{
    g_autofree char *valid = g_utf8_make_valid(name != NULL ? name : "", -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_DEFAULT_COMPOSE);

    return style == COEX_NICKS_NAMES_UTF8 ? g_steal_pointer(&composed)
                                          : g_str_to_ascii(composed, "C");
}

char *
coex_nick_letters(CoexNickStyle style, const char *name)
{
    g_autofree char *text = to_script(style, name);
    GString *letters = g_string_new(NULL);
    gboolean is_name = FALSE;

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        is_name |= g_unichar_isalpha(c);
        if (letters->len == 0 && g_ascii_isdigit((char)MIN(c, 0x7f)))
            g_string_append_c(letters, '_');
        if (g_unichar_isalnum(c) || (letters->len > 0 && g_unichar_ismark(c)))
            g_string_append_unichar(letters, c);
    }
    if (!is_name)
        g_string_truncate(letters, 0);
    cut(letters, COEX_NICK_MAX);
    return g_string_free(letters, FALSE);
}

gboolean
coex_nick_fits(CoexNickStyle style, const char *nick)
{
    return *nick != '\0' && !g_ascii_isdigit(*nick) && strlen(nick) <= COEX_NICK_MAX + 1 &&
           (style == COEX_NICKS_NAMES_UTF8 ? g_utf8_validate(nick, -1, NULL)
                                           : g_str_is_ascii(nick));
}

/* ---- who has which ---- */

/* IRC takes {}|^ for the small letters of []\~. */
static char *
fold(const char *nick)
{
    g_autofree char *valid = g_utf8_make_valid(nick, -1);
    g_autofree char *composed = g_utf8_normalize(valid, -1, G_NORMALIZE_ALL_COMPOSE);
    char *folded = g_utf8_casefold(composed, -1);

    for (char *p = folded; *p != '\0'; p++) {
        const char *big = strchr("[]\\~", *p);
        if (big != NULL)
            *p = "{}|^"[big - "[]\\~"];
    }
    return folded;
}

gboolean
coex_nick_is_same(const char *one, const char *other)
{
    g_autofree char *key = fold(one);
    g_autofree char *other_key = fold(other);

    return g_str_equal(key, other_key);
}

CoexNicks *
coex_nicks_new(void)
{
    CoexNicks *nicks = g_new0(CoexNicks, 1);

    nicks->owners = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return nicks;
}

void
coex_nicks_free(CoexNicks *nicks)
{
    if (nicks == NULL)
        return;
    g_hash_table_unref(nicks->owners);
    g_free(nicks);
}

const char *
coex_nicks_get_owner(CoexNicks *nicks, const char *nick)
{
    g_autofree char *key = fold(nick);

    return g_hash_table_lookup(nicks->owners, key);
}

void
coex_nicks_take(CoexNicks *nicks, const char *nick, const char *owner)
{
    g_hash_table_replace(nicks->owners, fold(nick), g_strdup(owner));
}

void
coex_nicks_drop(CoexNicks *nicks, const char *nick, const char *owner)
{
    g_autofree char *key = fold(nick);

    if (g_strcmp0(g_hash_table_lookup(nicks->owners, key), owner) == 0)
        g_hash_table_remove(nicks->owners, key);
}

/* ---- giving one ---- */

/* @head as far as there is room before @mark and @tail. */
static char *
join(const char *head, const char *mark, const char *tail)
{
    g_autoptr(GString) nick = g_string_new(head);
    gsize tail_length = MIN(strlen(tail), COEX_NICK_MAX - 1);

    cut(nick, COEX_NICK_MAX - strlen(mark) - tail_length);
    g_string_append(nick, mark);
    g_string_append(nick, tail + strlen(tail) - tail_length);
    return g_string_free(g_steal_pointer(&nick), FALSE);
}

/* Takes @nick, and keeps it in @ret_nick, unless it is somebody's. */
static gboolean
try_nick(CoexNicks *nicks, const char *owner, char *nick, char **ret_nick)
{
    if (coex_nicks_get_owner(nicks, nick) != NULL) {
        g_free(nick);
        return FALSE;
    }
    coex_nicks_take(nicks, nick, owner);
    *ret_nick = nick;
    return TRUE;
}

/* The last digits of @number, more and more of them. */
static gboolean
try_digits(CoexNicks *nicks, const char *owner, const char *head, const char *mark,
           const char *number, char **ret_nick)
{
    gsize length = strlen(number);

    for (gsize n = DIGITS_MIN; n <= MIN(length, COEX_NICK_MAX - 1); n++)
        if (try_nick(nicks, owner, join(head, mark, number + length - n), ret_nick))
            return TRUE;
    return FALSE;
}

/* Of a BSUID, what can stand in a nick. */
static char *
dup_digits(const char *address)
{
    g_autoptr(GString) digits = g_string_new(NULL);

    for (const char *p = address; *p != '\0'; p++)
        if (g_ascii_isalnum(*p))
            g_string_append_c(digits, *p);
    return g_string_free(g_steal_pointer(&digits), FALSE);
}

/* Ours end so, where a name alone does not do. */
static gboolean
ends_in_digit(const char *letters)
{
    const char *last = g_utf8_find_prev_char(letters, letters + strlen(letters));
    gunichar c = last != NULL ? g_utf8_get_char(last) : 0;

    return g_unichar_isalnum(c) && !g_unichar_isalpha(c);
}

char *
coex_nicks_give(CoexNicks *nicks, const char *owner, CoexNickStyle style, const char *name,
                const char *address, const char *own_number)
{
    g_autofree char *digits = dup_digits(address);
    g_autofree char *number = join("", g_ascii_isdigit(*digits) ? "_" : "", digits);
    g_autofree char *letters =
        style == COEX_NICKS_NUMBERS ? g_strdup("") : coex_nick_letters(style, name);
    gboolean is_name = *letters != '\0';
    gboolean imitates = ends_in_digit(letters);
    const char *head = is_name ? letters : number;
    char *nick = NULL;

    if ((!imitates && try_nick(nicks, owner, g_strdup(head), &nick)) ||
        (is_name && try_digits(nicks, owner, letters, imitates ? "_" : "", digits, &nick)) ||
        try_digits(nicks, owner, head, "_", own_number, &nick))
        return nick;

    for (guint n = 2;; n++) {
        g_autofree char *count = g_strdup_printf("%u", n);
        if (try_nick(nicks, owner, join(head, "_", count), &nick))
            return nick;
    }
}

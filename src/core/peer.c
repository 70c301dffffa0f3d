// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/peer.h"

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"

#include <string.h>

/* E.164; no number with its country code is shorter than seven digits. */
#define NUMBER_MIN_DIGITS 7
#define NUMBER_MAX_DIGITS 15
#define COUNTRY 2 /* digits of the codes of those countries that have several forms */
#define USER_ID_MAX_TAIL 140
#define USERNAME_MAX 100

void
coex_peer_clear(CoexPeer *peer)
{
    g_clear_pointer(&peer->wa_id, g_free);
    g_clear_pointer(&peer->other_wa_id, g_free);
    g_clear_pointer(&peer->user_id, g_free);
    g_clear_pointer(&peer->parent_user_id, g_free);
    g_clear_pointer(&peer->username, g_free);
}

void
coex_peer_copy(CoexPeer *ret_copy, const CoexPeer *peer)
{
    ret_copy->wa_id = g_strdup(peer->wa_id);
    ret_copy->other_wa_id = g_strdup(peer->other_wa_id);
    ret_copy->user_id = g_strdup(peer->user_id);
    ret_copy->parent_user_id = g_strdup(peer->parent_user_id);
    ret_copy->username = g_strdup(peer->username);
}

gboolean
coex_peer_is_addressable(const CoexPeer *peer)
{
    return peer->wa_id != NULL || peer->user_id != NULL || peer->parent_user_id != NULL;
}

gboolean
coex_user_id_is_valid(const char *text)
{
    gsize tail;

    if (text == NULL || !g_ascii_isupper(text[0]) || !g_ascii_isupper(text[1]) || text[2] != '.')
        return FALSE;
    if (strstr(text, "..") != NULL)
        return FALSE;
    for (tail = 0; g_ascii_isalnum(text[3 + tail]) || text[3 + tail] == '.'; tail++)
        continue;
    return text[3 + tail] == '\0' && tail >= 1 && tail <= USER_ID_MAX_TAIL;
}

/* Blanks and the marks that people write numbers with, in any script's width. */
static gboolean
is_number_mark(gunichar c)
{
    return g_unichar_isspace(c) || g_unichar_type(c) == G_UNICODE_DASH_PUNCTUATION ||
           g_unichar_type(c) == G_UNICODE_FORMAT || (c < 0x80 && strchr("().-/", (int)c) != NULL);
}

/* The digits of a number as typed, "00" in front gone; NULL when something else stands in it. */
static char *
number_digits(const char *text)
{
    g_autoptr(GString) digits = g_string_new(NULL);
    gboolean international = FALSE;
    const char *trunk = strstr(text, "(0)");

    for (const char *p = text; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        /* "+49 (0) 30": the zero is for callers inside the country. */
        if (p == trunk && digits->len > 0) {
            p += 2;
            continue;
        }
        if (c == '+' && digits->len == 0 && !international)
            international = TRUE;
        else if (c < 0x80 && g_ascii_isdigit((char)c))
            g_string_append_c(digits, (char)c);
        else if (!is_number_mark(c))
            return NULL;
    }
    if (!international && g_str_has_prefix(digits->str, "00"))
        g_string_erase(digits, 0, 2);
    return g_string_free(g_steal_pointer(&digits), FALSE);
}

char *
coex_number_normalize(const char *text, GError **error)
{
    g_autofree char *digits = NULL;

    if (text != NULL && g_utf8_validate(text, -1, NULL))
        digits = number_digits(text);
    if (digits == NULL || *digits == '\0') {
        g_set_error_literal(
            error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
            _("This is not a phone number: write it with country code, as in +49 30 1234567."));
        return NULL;
    }
    if (*digits == '0') {
        g_set_error_literal(
            error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
            _("The number lacks its country code: write +49 30 1234567 instead of 030 1234567."));
        return NULL;
    }
    if (strlen(digits) < NUMBER_MIN_DIGITS || strlen(digits) > NUMBER_MAX_DIGITS) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("A phone number has %d to %d digits with its country code, this one has %d."),
                    NUMBER_MIN_DIGITS, NUMBER_MAX_DIGITS, (int)strlen(digits));
        return NULL;
    }
    return g_steal_pointer(&digits);
}

/* ---- one number, written in several ways ---- */

/* @number with @insert in the place of the @n_drop digits from @at on. */
static void
add_form(GStrvBuilder *forms, const char *number, gsize at, gsize n_drop, const char *insert)
{
    g_autofree char *form =
        g_strdup_printf("%.*s%s%s", (int)at, number, insert, number + at + n_drop);

    g_strv_builder_add(forms, form);
}

static gboolean
is_between(char digit, char first, char last)
{
    return digit >= first && digit <= last;
}

/* Mobiles got a 9 after the area's code; numbers on land begin with 2 to 5 there, and some new
 * mobiles with 9 and such a digit, which are others (Anatel, resolution 553). */
static void
add_brazilian(GStrvBuilder *forms, const char *number, gsize length)
{
    if (length == 12 && is_between(number[4], '6', '9'))
        add_form(forms, number, 4, 0, "9");
    else if (length == 13 && number[4] == '9' && is_between(number[5], '6', '9'))
        add_form(forms, number, 4, 1, "");
}

/* A 1 before the ten digits of a mobile, until 2019 (IFT). */
static void
add_mexican(GStrvBuilder *forms, const char *number, gsize length)
{
    if (length == 12 && is_between(number[2], '2', '9'))
        add_form(forms, number, 2, 0, "1");
    else if (length == 13 && number[2] == '1' && is_between(number[3], '2', '9'))
        add_form(forms, number, 2, 1, "");
}

/* A 9 before the ten digits of a mobile or, inside the country, a 15 behind the area's code, which
 * has two digits in 11 and else three or four (ENACOM). */
static void
add_argentine(GStrvBuilder *forms, const char *number, gsize length)
{
    gsize area = g_str_has_prefix(number + 2, "11") ? 2 : 3;

    if (length == 12 && is_between(number[2], '1', '3')) {
        add_form(forms, number, 2, 0, "9");
    } else if (length == 13 && number[2] == '9' && is_between(number[3], '1', '3')) {
        add_form(forms, number, 2, 1, "");
    } else if (length == 14 && is_between(number[2], '1', '3')) {
        if (area == 3 && strncmp(number + 2 + area, "15", 2) != 0)
            area = 4;
        if (strncmp(number + 2 + area, "15", 2) != 0)
            return;
        g_autofree char *plain =
            g_strdup_printf("%.*s%s", (int)(2 + area), number, number + 4 + area);
        g_strv_builder_add(forms, plain);
        add_form(forms, plain, 2, 0, "9");
    }
}

char **
coex_number_list_forms(const char *number)
{
    g_autoptr(GStrvBuilder) forms = g_strv_builder_new();
    gsize length = strlen(number);

    if (length >= 12 && g_str_has_prefix(number, "55"))
        add_brazilian(forms, number, length);
    else if (length >= 12 && g_str_has_prefix(number, "52"))
        add_mexican(forms, number, length);
    else if (length >= 12 && g_str_has_prefix(number, "54"))
        add_argentine(forms, number, length);
    return g_strv_builder_end(forms);
}

static gboolean
is_form_of(const char *one, const char *other)
{
    g_auto(GStrv) forms = coex_number_list_forms(other);

    return g_strv_contains((const char *const *)forms, one);
}

gboolean
coex_number_is_same(const char *one, const char *other)
{
    /* All forms begin with the country's code. */
    if (one == NULL || other == NULL || strncmp(one, other, COUNTRY) != 0)
        return FALSE;
    return strcmp(one, other) == 0 || is_form_of(one, other) || is_form_of(other, one);
}

void
coex_peer_set(CoexPeer *peer, const char *number, const char *user_id, const char *parent_user_id)
{
    char *digits = coex_number_normalize(number, NULL);

    if (digits != NULL) {
        g_free(peer->wa_id);
        peer->wa_id = digits;
    }
    if (coex_user_id_is_valid(user_id)) {
        g_free(peer->user_id);
        peer->user_id = g_strdup(user_id);
    }
    if (coex_user_id_is_valid(parent_user_id)) {
        g_free(peer->parent_user_id);
        peer->parent_user_id = g_strdup(parent_user_id);
    }
}

void
coex_peer_set_username(CoexPeer *peer, const char *username)
{
    if (username == NULL || !g_utf8_validate(username, -1, NULL))
        return;
    if (*username == '@')
        username++;
    if (*username == '\0' || strlen(username) > USERNAME_MAX)
        return;
    for (const char *p = username; *p != '\0'; p = g_utf8_next_char(p)) {
        gunichar c = g_utf8_get_char(p);

        if (!g_unichar_isgraph(c) || g_unichar_type(c) == G_UNICODE_FORMAT)
            return;
    }
    g_free(peer->username);
    peer->username = g_strdup(username);
}

gboolean
coex_peer_parse(const char *text, CoexPeer *ret_peer, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    g_autofree char *trimmed = g_strstrip(coex_text_without_bidi(valid));

    memset(ret_peer, 0, sizeof *ret_peer);
    if (coex_user_id_is_valid(trimmed)) {
        ret_peer->user_id = g_steal_pointer(&trimmed);
        return TRUE;
    }
    if (*trimmed == '@') {
        g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                            _("WhatsApp cannot be asked for a user name: use the person's number, "
                              "as in +49 30 1234567, or wait until they write."));
        return FALSE;
    }
    ret_peer->wa_id = coex_number_normalize(trimmed, error);
    return ret_peer->wa_id != NULL;
}

char *
coex_peer_dup_name(const CoexPeer *peer)
{
    if (peer->wa_id != NULL)
        return g_strdup(peer->wa_id);
    return g_strdup(peer->user_id != NULL ? peer->user_id : peer->parent_user_id);
}

char *
coex_peer_dup_display(const CoexPeer *peer)
{
    if (peer->wa_id != NULL)
        return g_strconcat("+", peer->wa_id, NULL);
    if (peer->username != NULL)
        return g_strconcat("@", peer->username, NULL);
    if (peer->user_id != NULL || peer->parent_user_id != NULL)
        return g_strdup(peer->user_id != NULL ? peer->user_id : peer->parent_user_id);
    return g_strdup(_("somebody unknown"));
}

char *
coex_peer_dup_name_display(const char *name)
{
    g_auto(CoexPeer) peer = { 0 };

    return coex_peer_parse(name, &peer, NULL) ? coex_peer_dup_display(&peer) : g_strdup(name);
}

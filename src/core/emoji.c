// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/emoji.h"

#include "core/error.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define SHOWN_MAX 20 /* characters of what is none */

#define VARIATION 0xfe0f /* shows the character before it as a picture */
#define JOINER 0x200d
#define KEYCAP 0x20e3

typedef struct {
    const char *name;
    const char *emoji;
} Name;

/* As chat programs call them. */
static const Name names[] = {
    { "+1", "👍" },
    { "-1", "👎" },
    { "100", "💯" },
    { "angry", "😠" },
    { "balloon", "🎈" },
    { "beer", "🍺" },
    { "bell", "🔔" },
    { "birthday", "🎂" },
    { "blush", "😊" },
    { "broken_heart", "💔" },
    { "bulb", "💡" },
    { "cake", "🍰" },
    { "calendar", "📅" },
    { "car", "🚗" },
    { "check", "✅" },
    { "clap", "👏" },
    { "coffee", "☕" },
    { "confused", "😕" },
    { "cry", "😢" },
    { "eyes", "👀" },
    { "fire", "🔥" },
    { "flexed_biceps", "💪" },
    { "gift", "🎁" },
    { "grin", "😁" },
    { "grinning", "😀" },
    { "handshake", "🤝" },
    { "heart", "❤️" },
    { "heart_eyes", "😍" },
    { "hourglass", "⌛" },
    { "hugs", "🤗" },
    { "joy", "😂" },
    { "kiss", "😘" },
    { "laughing", "😆" },
    { "muscle", "💪" },
    { "ok", "🆗" },
    { "ok_hand", "👌" },
    { "open_mouth", "😮" },
    { "package", "📦" },
    { "party", "🎉" },
    { "phone", "☎️" },
    { "point_up", "☝️" },
    { "pray", "🙏" },
    { "question", "❓" },
    { "rage", "😡" },
    { "raised_hands", "🙌" },
    { "rocket", "🚀" },
    { "rofl", "🤣" },
    { "rose", "🌹" },
    { "sad", "😢" },
    { "scream", "😱" },
    { "shrug", "🤷" },
    { "slightly_smiling_face", "🙂" },
    { "smile", "😄" },
    { "smiley", "😃" },
    { "sob", "😭" },
    { "star", "⭐" },
    { "sunglasses", "😎" },
    { "sunny", "☀️" },
    { "sweat_smile", "😅" },
    { "tada", "🎉" },
    { "thanks", "🙏" },
    { "thinking", "🤔" },
    { "thumbsdown", "👎" },
    { "thumbsup", "👍" },
    { "truck", "🚚" },
    { "unamused", "😒" },
    { "v", "✌️" },
    { "warning", "⚠️" },
    { "wave", "👋" },
    { "white_check_mark", "✅" },
    { "wink", "😉" },
    { "wow", "😮" },
    { "x", "❌" },
    { "yum", "😋" },
};

/* What may begin an emoji; letters and digits do not. */
static const struct {
    gunichar first, last;
} pictures[] = {
    { 0x00a9, 0x00a9 },   { 0x00ae, 0x00ae },   { 0x203c, 0x203c },   { 0x2049, 0x2049 },
    { 0x2122, 0x2122 },   { 0x2139, 0x2139 },   { 0x2194, 0x2199 },   { 0x21a9, 0x21aa },
    { 0x231a, 0x231b },   { 0x2328, 0x2328 },   { 0x23cf, 0x23cf },   { 0x23e9, 0x23f3 },
    { 0x23f8, 0x23fa },   { 0x24c2, 0x24c2 },   { 0x25aa, 0x25ab },   { 0x25b6, 0x25b6 },
    { 0x25c0, 0x25c0 },   { 0x25fb, 0x25fe },   { 0x2600, 0x2604 },   { 0x260e, 0x260e },
    { 0x2611, 0x2611 },   { 0x2614, 0x2615 },   { 0x2618, 0x2618 },   { 0x261d, 0x261d },
    { 0x2620, 0x2620 },   { 0x2622, 0x2623 },   { 0x2626, 0x2626 },   { 0x262a, 0x262a },
    { 0x262e, 0x262f },   { 0x2638, 0x263a },   { 0x2640, 0x2640 },   { 0x2642, 0x2642 },
    { 0x2648, 0x2653 },   { 0x265f, 0x2660 },   { 0x2663, 0x2663 },   { 0x2665, 0x2666 },
    { 0x2668, 0x2668 },   { 0x267b, 0x267b },   { 0x267e, 0x267f },   { 0x2692, 0x2697 },
    { 0x2699, 0x2699 },   { 0x269b, 0x269c },   { 0x26a0, 0x26a1 },   { 0x26a7, 0x26a7 },
    { 0x26aa, 0x26ab },   { 0x26b0, 0x26b1 },   { 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },
    { 0x26c8, 0x26c8 },   { 0x26ce, 0x26cf },   { 0x26d1, 0x26d1 },   { 0x26d3, 0x26d4 },
    { 0x26e9, 0x26ea },   { 0x26f0, 0x26f5 },   { 0x26f7, 0x26fa },   { 0x26fd, 0x26fd },
    { 0x2702, 0x2702 },   { 0x2705, 0x2705 },   { 0x2708, 0x270d },   { 0x270f, 0x270f },
    { 0x2712, 0x2712 },   { 0x2714, 0x2714 },   { 0x2716, 0x2716 },   { 0x271d, 0x271d },
    { 0x2721, 0x2721 },   { 0x2728, 0x2728 },   { 0x2733, 0x2734 },   { 0x2744, 0x2744 },
    { 0x2747, 0x2747 },   { 0x274c, 0x274c },   { 0x274e, 0x274e },   { 0x2753, 0x2755 },
    { 0x2757, 0x2757 },   { 0x2763, 0x2764 },   { 0x2795, 0x2797 },   { 0x27a1, 0x27a1 },
    { 0x27b0, 0x27b0 },   { 0x27bf, 0x27bf },   { 0x2934, 0x2935 },   { 0x2b05, 0x2b07 },
    { 0x2b1b, 0x2b1c },   { 0x2b50, 0x2b50 },   { 0x2b55, 0x2b55 },   { 0x3030, 0x3030 },
    { 0x303d, 0x303d },   { 0x3297, 0x3297 },   { 0x3299, 0x3299 },   { 0x1f004, 0x1f004 },
    { 0x1f0cf, 0x1f0cf }, { 0x1f170, 0x1f171 }, { 0x1f17e, 0x1f17f }, { 0x1f18e, 0x1f18e },
    { 0x1f191, 0x1f19a }, { 0x1f201, 0x1f202 }, { 0x1f21a, 0x1f21a }, { 0x1f22f, 0x1f22f },
    { 0x1f232, 0x1f23a }, { 0x1f250, 0x1f251 }, { 0x1f300, 0x1f3fa }, { 0x1f400, 0x1f64f },
    { 0x1f680, 0x1f6ff }, { 0x1f7e0, 0x1f7f0 }, { 0x1f900, 0x1f9ff }, { 0x1fa70, 0x1faff },
};

static gboolean
is_picture(gunichar c)
{
    for (gsize i = 0; i < G_N_ELEMENTS(pictures); i++) {
        if (c >= pictures[i].first && c <= pictures[i].last)
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_flag_letter(gunichar c)
{
    return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Goes with the picture before it: its form, a skin tone, the letters of a region's flag. */
static gboolean
is_addition(gunichar c)
{
    return c == VARIATION || (c >= 0x1f3fb && c <= 0x1f3ff) || (c >= 0xe0020 && c <= 0xe007f);
}

/* Behind one picture at @p; NULL: there is none. */
static const char *
skip_picture(const char *p)
{
    if (!is_picture(g_utf8_get_char(p)))
        return NULL;
    p = g_utf8_next_char(p);
    while (is_addition(g_utf8_get_char(p)))
        p = g_utf8_next_char(p);
    return p;
}

static const char *
skip_flag(const char *p)
{
    const char *second = g_utf8_next_char(p);

    return is_flag_letter(g_utf8_get_char(p)) && is_flag_letter(g_utf8_get_char(second))
               ? g_utf8_next_char(second)
               : NULL;
}

static const char *
skip_keycap(const char *p)
{
    if (strchr("0123456789#*", *p) == NULL)
        return NULL;
    p++;
    if (g_utf8_get_char(p) == VARIATION)
        p = g_utf8_next_char(p);
    return g_utf8_get_char(p) == KEYCAP ? g_utf8_next_char(p) : NULL;
}

static gboolean
is_emoji(const char *text)
{
    const char *p = *text == '\0' ? NULL : skip_flag(text);

    if (*text == '\0')
        return FALSE;
    if (p == NULL)
        p = skip_keycap(text);
    if (p != NULL)
        return *p == '\0';
    p = skip_picture(text);
    while (p != NULL && g_utf8_get_char(p) == JOINER)
        p = skip_picture(g_utf8_next_char(p));
    return p != NULL && *p == '\0';
}

/* NULL: it is no name of one. */
static const char *
find_name(const char *text)
{
    gsize n = strlen(text);
    g_autofree char *inside = NULL;

    if (n > 2 && *text == ':' && text[n - 1] == ':')
        inside = g_strndup(text + 1, n - 2);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        if (g_ascii_strcasecmp(names[i].name, inside != NULL ? inside : text) == 0)
            return names[i].emoji;
    }
    return NULL;
}

char *
coex_emoji_parse(const char *text, GError **error)
{
    g_autofree char *valid = g_utf8_make_valid(text != NULL ? text : "", -1);
    const char *named = find_name(g_strstrip(valid));
    g_autofree char *shown = coex_text_excerpt(valid, SHOWN_MAX);

    if (named != NULL)
        return g_strdup(named);
    if (is_emoji(valid))
        return g_steal_pointer(&valid);
    if (*valid == '\0')
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("A reaction is one emoji, such as 👍, or its name, such as thumbsup, heart, "
                      "joy, pray or white_check_mark."));
    else
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       _("“%s” is no emoji. A reaction is one, such as 👍, or its name, such as "
                         "thumbsup, heart, joy, pray or white_check_mark."),
                       shown);
    return NULL;
}

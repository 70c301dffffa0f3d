// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/opus.h"

#include <string.h>

/* The first page of a voice message, and one that ends at @granule. Bytes of sound are of no
 * matter. */
static GByteArray *
make_voice(guint64 granule, guint serial)
{
    static const guint8 head[] = "OggS\0\2\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\1\x13"
                                 "OpusHead\1\1\x38\1\x80\xbb\0\0\0\0";
    guint8 page[30] = "OggS\0\4";
    GByteArray *file = g_byte_array_new();

    for (guint i = 0; i < 8; i++)
        page[6 + i] = (guint8)(granule >> 8 * i);
    page[14] = (guint8)serial;
    page[26] = 1;
    page[27] = 2;
    g_byte_array_append(file, head, sizeof head - 1);
    g_byte_array_append(file, page, sizeof page);
    return file;
}

static guint
read_all(const GByteArray *file)
{
    return coex_opus_read_seconds(file->data, MIN(file->len, COEX_OPUS_HEAD), file->data,
                                  file->len);
}

static void
test_length(void)
{
    static const struct {
        guint64 granule;
        guint seconds;
    } rows[] = {
        { 312 + 7 * 48000, 7 },
        { 312 + 48000 * 61 + 23999, 61 },
        { 312 + 48000 * 61 + 24000, 62 },
        { 313, 1 },
        { 312, 0 },
        { 0, 0 },
        { G_MAXUINT64, 0 },
        { G_MAXUINT64 - 1, 0 },
        { (guint64)48000 * 60 * 60 * 25, 0 },
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GByteArray) file = make_voice(rows[i].granule, 7);

        g_assert_cmpuint(read_all(file), ==, rows[i].seconds);
    }
}

/* Another stream's page says nothing of this one, nor does one that ends no packet. */
static void
test_last_page(void)
{
    g_autoptr(GByteArray) file = make_voice(312 + 5 * 48000, 7);
    g_autoptr(GByteArray) other = make_voice(312 + 9 * 48000, 8);
    g_autoptr(GByteArray) open = make_voice(G_MAXUINT64, 7);

    g_byte_array_append(file, other->data + other->len - 30, 30);
    g_byte_array_append(file, open->data + open->len - 30, 30);
    g_assert_cmpuint(read_all(file), ==, 5);
}

/* The last page says that it is the last, and ends with the file. */
static void
test_whole(void)
{
    g_autoptr(GByteArray) file = make_voice(312 + 5 * 48000, 7);
    g_autoptr(GByteArray) other = make_voice(312 + 5 * 48000, 8);

    g_assert_true(coex_opus_is_whole(file->data, file->len, file->data, file->len));
    for (guint length = 0; length < file->len; length++)
        g_assert_false(coex_opus_is_whole(file->data, length, file->data, length));
    g_assert_false(coex_opus_is_whole(file->data, file->len, other->data, other->len));
    g_byte_array_append(file, (const guint8 *)"x", 1);
    g_assert_false(coex_opus_is_whole(file->data, file->len, file->data, file->len));
    g_byte_array_set_size(file, file->len - 1);
    file->data[file->len - 30 + 5] = 0;
    g_assert_false(coex_opus_is_whole(file->data, file->len, file->data, file->len));
    g_assert_cmpuint(read_all(file), ==, 5);
}

/* Whatever is cut or changed: an answer, and not one byte beyond. */
static void
test_hostile(void)
{
    g_autoptr(GByteArray) file = make_voice(312 + 7 * 48000, 7);

    for (guint length = 0; length < file->len - 3; length++) {
        g_autofree guint8 *part = g_memdup2(file->data, length);

        g_assert_cmpuint(coex_opus_read_seconds(part, length, part, length), ==, 0);
    }
    for (guint i = 0; i < file->len; i++) {
        for (guint value = 0; value < 256; value++) {
            g_autoptr(GByteArray) changed = make_voice(312 + 7 * 48000, 7);

            changed->data[i] = (guint8)value;
            g_assert_cmpuint(read_all(changed), <=, 24 * 60 * 60);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/opus/length", test_length);
    g_test_add_func("/opus/last-page", test_last_page);
    g_test_add_func("/opus/whole", test_whole);
    g_test_add_func("/opus/hostile", test_hostile);
    return g_test_run();
}

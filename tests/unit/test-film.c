// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/film.h"

#define BYTES(text) text, sizeof(text) - 1
#define BOX(length, name) "\0\0\0" length name
#define HEAD BOX("\x10", "ftyp") "isom\0\0\0\0"
#define TAIL BOX("\x10", "mdat") "12345678"
#define TRACK(code) BOX("\x18", "stsd") "\0\0\0\0\0\0\0\1\0\0\0\x08" code

static const struct {
    const char *bytes;
    gsize length;
    gboolean is_film;
    gboolean playable;
    gboolean has_notes;
} rows[] = {
    { BYTES(HEAD BOX("\x20", "moov") TRACK("avc1") TAIL), TRUE, TRUE, FALSE },
    { BYTES(HEAD BOX("\x38", "moov") TRACK("avc1") TRACK("mp4a") TAIL), TRUE, TRUE, FALSE },
    { BYTES(HEAD TAIL BOX("\x38", "moov") TRACK("avc1") TRACK("Opus")), TRUE, FALSE, FALSE },
    { BYTES(HEAD BOX("\x20", "moov") TRACK("hvc1") TAIL), TRUE, FALSE, FALSE },
    { BYTES(HEAD BOX("\x28", "moov") TRACK("avc1") BOX("\x08", "\xa9xyz") TAIL), TRUE, TRUE, TRUE },
    /* long and open lengths */
    { BYTES(HEAD BOX("\1", "moov") "\0\0\0\0\0\0\0\x28" TRACK("avc1") TAIL), TRUE, TRUE, FALSE },
    { BYTES(HEAD BOX("\x20", "moov") TRACK("avc1") BOX("\0", "mdat") "xyz"), TRUE, TRUE, FALSE },
    /* a part is missing, or something is left over */
    { BYTES(HEAD BOX("\x20", "moov") TRACK("avc1")), FALSE, FALSE, FALSE },
    { BYTES(HEAD TAIL), FALSE, FALSE, FALSE },
    { BYTES(HEAD BOX("\x20", "moov") TRACK("avc1") BOX("\x10", "mdat") "123"), FALSE, FALSE,
      FALSE },
    { BYTES(HEAD BOX("\x20", "moov") TRACK("avc1") TAIL "xyz"), FALSE, FALSE, FALSE },
    { BYTES(HEAD BOX("\7", "moov") TAIL), FALSE, FALSE, FALSE },
    { BYTES(HEAD BOX("\1", "moov") "\xff\xff\xff\xff\xff\xff\xff\xff" TAIL), FALSE, FALSE, FALSE },
    { BYTES(TAIL BOX("\x20", "moov") TRACK("avc1")), FALSE, FALSE, FALSE },
    { BYTES(""), FALSE, FALSE, FALSE },
};

static void
test_known(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        CoexFilm film;

        g_test_message("case %u", i);
        g_assert_cmpint(coex_film_read((const guint8 *)rows[i].bytes, rows[i].length, &film), ==,
                        rows[i].is_film);
        if (!rows[i].is_film)
            continue;
        g_assert_cmpint(film.playable, ==, rows[i].playable);
        g_assert_cmpint(film.has_notes, ==, rows[i].has_notes);
    }
}

/* Cut anywhere, each in a block of just its size: nothing is read beyond. */
static void
test_cut(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        for (gsize n = 0; n < rows[i].length; n++) {
            g_autofree guint8 *cut = g_memdup2(rows[i].bytes, n);
            CoexFilm film;

            coex_film_read(cut, n, &film);
        }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/film/known", test_known);
    g_test_add_func("/film/cut", test_cut);
    return g_test_run();
}

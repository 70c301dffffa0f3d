// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/film.h"

#include <string.h>

typedef struct {
    const guint8 *at;
    gsize length;
} Bytes;

static guint64
read_number(const guint8 *at, guint n)
{
    guint64 number = 0;

    for (guint i = 0; i < n; i++)
        number = number << 8 | at[i];
    return number;
}

/* 4.2: how long the box at the beginning is, with its head; 0: it does not end there. */
static guint64
get_box_length(const Bytes *rest)
{
    guint64 length;

    if (rest->length < 8)
        return 0;
    length = read_number(rest->at, 4);
    if (length == 0)
        return rest->length;
    if (length == 1 && rest->length >= 16)
        length = read_number(rest->at + 8, 8);
    return length >= 8 && length <= rest->length ? length : 0;
}

/* 8.5.2: what the first entry of a track's description is called stands 16 bytes behind it. */
static gboolean
is_playable(Bytes movie)
{
    static const char *const foreign[] = {
        "hvc1", "hev1", "dvh1", "dvhe", "av01", "vp08", "vp09", "mp4v", "s263",
        "jpeg", "ap4h", "apch", "apcn", "apcs", "samr", "sawb", "twos", "sowt",
        "lpcm", "ac-3", "ec-3", "alac", "Opus", "fLaC", ".mp3",
    };
    const guint8 *found;

    while ((found = memmem(movie.at, movie.length, "stsd", 4)) != NULL) {
        gsize skipped = (gsize)(found - movie.at) + 4;

        movie.at += skipped;
        movie.length -= skipped;
        for (gsize i = 0; movie.length >= 16 && i < G_N_ELEMENTS(foreign); i++) {
            if (memcmp(movie.at + 12, foreign[i], 4) == 0)
                return FALSE;
        }
    }
    return TRUE;
}

static gboolean
has_notes(const Bytes *movie)
{
    return memmem(movie->at, movie->length, "\xa9xyz", 4) != NULL ||
           memmem(movie->at, movie->length, "location", 8) != NULL ||
           memmem(movie->at, movie->length, "loci", 4) != NULL;
}

gboolean
coex_film_read(const guint8 *at, gsize length, CoexFilm *ret_film)
{
    Bytes rest = { at, length };
    gboolean has_content = FALSE;
    gboolean has_movie = FALSE;

    *ret_film = (CoexFilm){ 0 };
    if (length < 8 || memcmp(at + 4, "ftyp", 4) != 0)
        return FALSE;
    while (rest.length > 0) {
        guint64 n = get_box_length(&rest);
        Bytes box = { rest.at, (gsize)n };

        if (n == 0)
            return FALSE;
        has_content |= memcmp(rest.at + 4, "mdat", 4) == 0;
        if (memcmp(rest.at + 4, "moov", 4) == 0) {
            has_movie = TRUE;
            ret_film->playable = is_playable(box);
            ret_film->has_notes = has_notes(&box);
        }
        rest.at += n;
        rest.length -= (gsize)n;
    }
    return has_movie && has_content;
}

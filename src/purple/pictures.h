// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Pictures that stand in a text that is typed, as Pidgin's "Insert Image" puts them there. */

typedef struct CoexConnection CoexConnection;

/* Whether there is a picture of the chat program's in @markup, also one that it has no more. */
gboolean coex_pictures_are_in(const char *markup);

typedef enum {
    COEX_PICTURES_TYPED,
    COEX_PICTURES_SHOWN, /* their lines stand in the conversation already */
    COEX_PICTURES_HELD,  /* until the person writes */
} CoexPicturesWay;

/* Sends what is in @markup, if there are pictures in it: one with all the text as its caption, more
 * in the order of the texts and pictures.
 * What cannot be sent, a line says, with the text. FALSE: there is no picture. */
gboolean coex_pictures_send(CoexConnection *connection, const char *name, const char *markup,
                            CoexPicturesWay way);

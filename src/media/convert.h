// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gio/gio.h>

/* Sound and film made what WhatsApp plays, by ffmpeg where this computer has it: in a process of
 * its own, with little of the processor, bounded in time and space, and gone with this one. Never
 * in a thread that runs a loop: it takes minutes. */

typedef struct {
    const char *from;
    const char *to;   /* made, or replaced */
    const char *mime; /* of @from */
    gint64 max;       /* bytes of @to */
    gboolean voice;   /* Opus in mono; else H.264 and AAC in MP4 */
    gboolean as_is;   /* it is that already, and only packed anew */
} CoexConversion;

/* Whether there is such a program, and a way from that type. */
gboolean coex_convert_is_possible(const char *mime);

/* One at a time in the whole program. FALSE: COEX_ERROR_INVALID_INPUT: it does not work out;
 * G_IO_ERROR_BUSY, at once: another one is under way; G_IO_ERROR_CANCELLED. What is at @to is
 * whatever the program has made of it. */
gboolean coex_convert(const CoexConversion *what, GCancellable *cancellable, GError **error);

/* Whether one is under way. Any thread. */
gboolean coex_convert_is_busy(void);

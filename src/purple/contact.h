// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* All that is known of one person between log on and log off beside what the session knows: one
 * entry, whatever part of the plugin needs it. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPersonView CoexPersonView;
typedef struct CoexPicker CoexPicker;

typedef struct {
    char *name;                     /* the person's, or of a buddy that can be nobody */
    CoexPicker *picker;             /* NULL: no template was asked for yet */
    PurpleMessageFlags typed_flags; /* that came with the last line typed */
    GPtrArray *past;                /* CoexFeedItem, for the line that comes; NULL: none */
    CoexPersonView *due;            /* what the buddy list does not show yet; NULL: nothing */
    gboolean unwanted;              /* a buddy that cannot be one, to be taken out of the list */
    char *fetching;                 /* how far a file of theirs is, NULL: none takes long */
    gboolean speaks_next;           /* the next file that goes to them is a voice message */
    char *caption;                  /* for the next file that goes to them; NULL: none */
    char *nick;                     /* of the user's choice, told the session; NULL */
} CoexContact;

/* Name -> CoexContact, owning both. */
GHashTable *coex_contact_table_new(void);

/* The contact of that name, made when there is none. Lives as long as the connection's memory. */
CoexContact *coex_contact_of(CoexConnection *connection, const char *name);

/* Its picker, idle if there was none; lives as long. */
CoexPicker *coex_contact_get_picker(CoexConnection *connection, const char *name);

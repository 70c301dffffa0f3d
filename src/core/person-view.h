// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/window.h"
#include <glib.h>

/* A person as the user sees one. Immutable; borrowed during the call unless a reference is taken.
 */
typedef struct CoexPersonView {
    gint64 id;
    char *name;    /* buddy name: digits or BSUID; never changes */
    char *alias;   /* name in the phone's book, else the profile's, else username; NULL */
    char *given;   /* the name in the phone's book, else the profile's, as it is; NULL */
    char *display; /* "+49…", "@name" or BSUID */
    char *nick;    /* NULL where there are none (nick_style) */
    CoexWindow window;
    char *label;           /* presence text of the window */
    gint64 label_end;      /* the end of the window that it tells */
    CoexWindowStage stage; /* of the window */
    gint64 waiting_since;  /* for an answer, 0: does not wait */
    gint64 unread_since;   /* wrote what was not seen yet, 0: nothing; where that can be told */
    char *last_state;      /* tooltip: "delivered 14:03: Yes, 10 to 15 h.", NULL */
    const char *country;   /* of the number, two letters; NULL: not known. Static */
    gboolean no_marketing; /* wants no marketing messages */
    gboolean blocked;      /* at WhatsApp: nothing comes and nothing goes */
    gboolean listed;       /* belongs into the buddy list */
    guint n_parked;        /* texts that wait for the user's choice */
    guint n_held;          /* texts that wait for the person */
    guint held_kinds;      /* 1 << CoexMediaKind: of the files among them */
    guint n_resend;        /* texts that coex_session_resend() would send again */
} CoexPersonView;
CoexPersonView *coex_person_view_ref(const CoexPersonView *view);
void coex_person_view_unref(CoexPersonView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexPersonView, coex_person_view_unref)

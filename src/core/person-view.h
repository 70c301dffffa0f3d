// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/window.h"
#include <glib.h>

/* A person as the user sees one. Immutable; borrowed during the call unless a reference is taken.
 * There is one for everybody known, tens of thousands of them: one block of memory each, and no
 * text in it that can be made from the rest. */
typedef struct CoexPersonView {
    gint64 id;
    const char *name;       /* buddy name: digits or BSUID; never changes */
    const char *alias;      /* name in the phone's book, else the profile's, else username; NULL */
    const char *given;      /* the name in the phone's book, else the profile's, as it is; NULL */
    const char *display;    /* "+49…", "@name" or BSUID */
    const char *nick;       /* NULL where there are none (nick_style) */
    const char *same_as;    /* the title of who this turned out to be; mostly NULL: nobody else */
    const char *last_state; /* tooltip: "delivered 14:03: Yes, 10 to 15 h.", NULL */
    const char *country;    /* of the number, two letters; NULL: not known. Static */
    CoexWindow window;
    gint64 told_at;       /* by the account's clock */
    gint64 waiting_since; /* for an answer, 0: does not wait */
    gint64 unread_since;  /* wrote what was not seen yet, 0: nothing; where that can be told */
    gatomicrefcount refs;
    guint n_parked;         /* texts that wait for the user's choice */
    guint n_held;           /* texts that wait for the person */
    guint held_kinds;       /* 1 << CoexMediaKind: of the files among them */
    guint n_resend;         /* texts that coex_session_resend() would send again */
    guint no_marketing : 1; /* wants no marketing messages */
    guint blocked : 1;      /* at WhatsApp: nothing comes and nothing goes */
    guint listed : 1;       /* belongs into the buddy list */
} CoexPersonView;

/* Copies @parts with all texts. */
CoexPersonView *coex_person_view_new(const CoexPersonView *parts);
CoexPersonView *coex_person_view_ref(const CoexPersonView *view);
void coex_person_view_unref(CoexPersonView *view);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexPersonView, coex_person_view_unref)

/* Whether all is the same that a user can see. */
gboolean coex_person_view_equal(const CoexPersonView *a, const CoexPersonView *b);

/* How far the window was when it was told, and the end that goes with that, 0 for none. */
CoexWindowStage coex_person_view_get_stage(const CoexPersonView *view);
gint64 coex_person_view_get_end(const CoexPersonView *view);
/* Presence text: of the window, as coex_window_dup_label(), or who this turned out to be. Free with
 * g_free(). */
char *coex_person_view_dup_label(const CoexPersonView *view);

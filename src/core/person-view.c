// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/person-view.h"

#include "core/words.h"
#include <string.h>

static const gsize texts[] = {
    G_STRUCT_OFFSET(CoexPersonView, name),       G_STRUCT_OFFSET(CoexPersonView, alias),
    G_STRUCT_OFFSET(CoexPersonView, given),      G_STRUCT_OFFSET(CoexPersonView, display),
    G_STRUCT_OFFSET(CoexPersonView, nick),       G_STRUCT_OFFSET(CoexPersonView, same_as),
    G_STRUCT_OFFSET(CoexPersonView, last_state),
};

static const char **
text_of(CoexPersonView *view, guint i)
{
    return &G_STRUCT_MEMBER(const char *, view, texts[i]);
}

/* The text before it that is the same: most people's alias is the name that was given. */
static const char *
find_same(CoexPersonView *view, guint i)
{
    const char *before = i > 0 ? *text_of(view, i - 1) : NULL;

    return before != NULL && strcmp(before, *text_of(view, i)) == 0 ? before : NULL;
}

CoexPersonView *
coex_person_view_new(const CoexPersonView *parts)
{
    CoexPersonView from = *parts;
    gsize sizes[G_N_ELEMENTS(texts)] = { 0 }; /* 0: it needs no place of its own */
    gsize size = sizeof *parts;
    CoexPersonView *view;
    char *place;

    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (*text_of(&from, i) != NULL && find_same(&from, i) == NULL)
            sizes[i] = strlen(*text_of(&from, i)) + 1;
        size += sizes[i];
    }
    view = g_malloc(size);
    *view = from;
    g_atomic_ref_count_init(&view->refs);
    place = (char *)(view + 1);
    for (guint i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (sizes[i] > 0)
            *text_of(view, i) = memcpy(place, *text_of(&from, i), sizes[i]);
        else if (*text_of(&from, i) != NULL)
            *text_of(view, i) = *text_of(view, i - 1);
        place += sizes[i];
    }
    return view;
}

CoexPersonView *
coex_person_view_ref(const CoexPersonView *view)
{
    CoexPersonView *taken = (CoexPersonView *)view;

    g_atomic_ref_count_inc(&taken->refs);
    return taken;
}

void
coex_person_view_unref(CoexPersonView *view)
{
    if (g_atomic_ref_count_dec(&view->refs))
        g_free(view);
}

static gboolean
has_same_label(const CoexPersonView *a, const CoexPersonView *b)
{
    return g_strcmp0(a->same_as, b->same_as) == 0 &&
           coex_window_is_label_same(a->window, a->told_at, b->window, b->told_at);
}

gboolean
coex_person_view_equal(const CoexPersonView *a, const CoexPersonView *b)
{
    return g_strcmp0(a->alias, b->alias) == 0 && g_strcmp0(a->given, b->given) == 0 &&
           g_str_equal(a->display, b->display) && g_strcmp0(a->nick, b->nick) == 0 &&
           a->window.open == b->window.open && a->window.expires_at == b->window.expires_at &&
           a->window.free_until == b->window.free_until && has_same_label(a, b) &&
           a->waiting_since == b->waiting_since && a->unread_since == b->unread_since &&
           g_strcmp0(a->last_state, b->last_state) == 0 && a->no_marketing == b->no_marketing &&
           a->blocked == b->blocked && a->country == b->country && a->listed == b->listed &&
           a->n_parked == b->n_parked && a->n_held == b->n_held && a->held_kinds == b->held_kinds &&
           a->n_resend == b->n_resend;
}

CoexWindowStage
coex_person_view_get_stage(const CoexPersonView *view)
{
    return coex_window_get_stage(view->window, view->told_at);
}

gint64
coex_person_view_get_end(const CoexPersonView *view)
{
    return coex_person_view_get_stage(view) == COEX_WINDOW_FREE ? view->window.free_until
                                                                : view->window.expires_at;
}

char *
coex_person_view_dup_label(const CoexPersonView *view)
{
    if (view->same_as == NULL)
        return coex_window_dup_label(view->window, view->told_at);
    /* Translators: %s is a person's name */
    return coex_say(_("Same person as %s"), view->same_as);
}

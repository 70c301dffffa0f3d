// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/person-view.h"

CoexPersonView *
coex_person_view_ref(const CoexPersonView *view)
{
    return g_atomic_rc_box_acquire((CoexPersonView *)view);
}

static void
view_clear(CoexPersonView *view)
{
    g_free(view->name);
    g_free(view->alias);
    g_free(view->given);
    g_free(view->display);
    g_free(view->nick);
    g_free(view->label);
    g_free(view->last_state);
}

void
coex_person_view_unref(CoexPersonView *view)
{
    g_atomic_rc_box_release_full(view, (GDestroyNotify)view_clear);
}

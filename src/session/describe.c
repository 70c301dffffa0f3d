// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/costs.h"
#include "core/person-view.h"
#include "core/window.h"
#include "core/words.h"
#include "session/session.h"

/* Sentences about what the session knows. */

char *
coex_session_describe_window(CoexSession *session, const char *name)
{
    const CoexPersonView *view = coex_session_find_person(session, name);
    CoexWindow window = { 0 };

    if (view != NULL)
        window = view->window;
    return coex_window_describe(window, coex_session_get_time(session));
}

char *
coex_session_describe_costs(CoexSession *session)
{
    const CoexCosts *costs = coex_session_get_costs(session);

    if (costs == NULL)
        return g_strdup(_("What messages cost is not read yet. Ask again in a moment."));
    return coex_costs_describe(costs, coex_session_get_time(session));
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/events.h"

#include "core/catalogue.h"
#include "core/costs.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "core/profile.h"

void
coex_session_event_free(CoexSessionEvent *event)
{
    g_clear_pointer(&event->person, coex_person_view_unref);
    g_clear_pointer(&event->people, g_ptr_array_unref);
    g_clear_pointer(&event->item, coex_feed_item_unref);
    g_clear_pointer(&event->lines, g_ptr_array_unref);
    g_strfreev(event->facts);
    coex_profile_free(event->profile);
    g_strfreev(event->names);
    g_clear_pointer(&event->catalogue, coex_catalogue_unref);
    g_clear_pointer(&event->content, g_bytes_unref);
    g_clear_pointer(&event->costs, coex_costs_unref);
    g_clear_error(&event->error);
    g_free(event->id);
    g_free(event->text);
    g_free(event->detail);
    g_free(event);
}

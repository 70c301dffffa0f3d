// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/broadcast-id.h"

#include <string.h>

#define PREFIX "bc-" /* no UUID begins so */
#define CONTENT_LENGTH 20

char *
coex_broadcast_dup_content_id(const char *name, const char *language, const char *const *values)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

    /* With the NUL, which no value has. */
    g_checksum_update(sum, (const guchar *)name, (gssize)strlen(name) + 1);
    g_checksum_update(sum, (const guchar *)language, (gssize)strlen(language) + 1);
    for (guint i = 0; values[i] != NULL; i++)
        g_checksum_update(sum, (const guchar *)values[i], (gssize)strlen(values[i]) + 1);
    return g_strndup(g_checksum_get_string(sum), CONTENT_LENGTH);
}

char *
coex_broadcast_dup_id(const char *content_id, guint32 number)
{
    return g_strdup_printf("%s-%08x", content_id, number);
}

char *
coex_broadcast_dup_prefix(const char *id)
{
    return g_strdup_printf(PREFIX "%s-", id);
}

char *
coex_broadcast_dup_local_id(const char *id, gint64 person_id)
{
    return g_strdup_printf(PREFIX "%s-%" G_GINT64_FORMAT, id, person_id);
}

gboolean
coex_broadcast_says_the_same(const char *local_id, const char *id)
{
    return coex_broadcast_owns(local_id) &&
           strncmp(local_id + strlen(PREFIX), id, CONTENT_LENGTH) == 0;
}

int
coex_broadcast_compare(const char *local_id, const char *id)
{
    return strncmp(local_id + strlen(PREFIX), id, strlen(id));
}

gboolean
coex_broadcast_owns(const char *local_id)
{
    return local_id != NULL && g_str_has_prefix(local_id, PREFIX);
}

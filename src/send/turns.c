// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/turns.h"

typedef struct {
    gint64 person_id;
    GQueue ids; /* char *, never empty */
} Line;

struct CoexTurns {
    GQueue lines;          /* Line, owned; whose turn is next first */
    GHashTable *by_person; /* gint64 -> Line, borrowed */
};

static void
line_free(gpointer data)
{
    Line *line = data;

    g_queue_clear_full(&line->ids, g_free);
    g_free(line);
}

CoexTurns *
coex_turns_new(void)
{
    CoexTurns *turns = g_new0(CoexTurns, 1);

    g_queue_init(&turns->lines);
    turns->by_person = g_hash_table_new(g_int64_hash, g_int64_equal);
    return turns;
}

void
coex_turns_free(CoexTurns *turns)
{
    g_hash_table_unref(turns->by_person);
    g_queue_clear_full(&turns->lines, line_free);
    g_free(turns);
}

void
coex_turns_add(CoexTurns *turns, gint64 person_id, const char *id)
{
    Line *line = g_hash_table_lookup(turns->by_person, &person_id);

    if (line == NULL) {
        line = g_new0(Line, 1);
        line->person_id = person_id;
        g_queue_init(&line->ids);
        g_queue_push_tail(&turns->lines, line);
        g_hash_table_insert(turns->by_person, &line->person_id, line);
    }
    g_queue_push_tail(&line->ids, g_strdup(id));
}

char *
coex_turns_take(CoexTurns *turns)
{
    Line *line = g_queue_pop_head(&turns->lines);
    char *id;

    if (line == NULL)
        return NULL;
    id = g_queue_pop_head(&line->ids);
    if (!g_queue_is_empty(&line->ids)) {
        g_queue_push_tail(&turns->lines, line);
    } else {
        g_hash_table_remove(turns->by_person, &line->person_id);
        line_free(line);
    }
    return id;
}

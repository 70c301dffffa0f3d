// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Whom a broadcast would reach with what, and whom not and why, before anything of it is sent.
 * Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBroadcastOrder CoexBroadcastOrder;
typedef struct CoexBroadcastRecord CoexBroadcastRecord;
typedef struct CoexPerson CoexPerson;
typedef struct CoexTemplate CoexTemplate;

#define COEX_BROADCAST_PER_S 10             /* that leave; half of what the number may send */
#define COEX_BROADCAST_DAY_S (24 * 60 * 60) /* so long nobody gets the same again */
#define COEX_BROADCAST_LATELY_S                                                                    \
    (3 * COEX_BROADCAST_DAY_S) /* so long it is said who got the like                              \
                                */

typedef struct CoexBroadcastPlan {
    CoexBroadcastRecord *record;
    CoexTemplate *template_;
    char *first;         /* what the first of them reads */
    GPtrArray *left_out; /* CoexBroadcastGroup */
    GPtrArray *again;    /* the same, by desk, "" for this one: who got the like of it lately */
    guint n_free;        /* of those who get it: inside a free entry point */
    GHashTable *prices;  /* char * -> guint: to how many others at that price; "": none is known */
} CoexBroadcastPlan;
void coex_broadcast_plan_free(CoexBroadcastPlan *plan);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexBroadcastPlan, coex_broadcast_plan_free)

/* @sends (CoexSend): what was sent of its template lately, by whichever desk. NULL and
 * COEX_ERROR_INVALID_INPUT, a sentence, where it cannot be sent to anybody. */
CoexBroadcastPlan *coex_broadcast_plan_new(CoexAccount *account, const CoexBroadcastOrder *order,
                                           GPtrArray *sends, GError **error);

/* "Send order_update to 12 people of “Bakers”?", and what there is to know. Free with g_free(). */
char *coex_broadcast_plan_dup_question(const CoexBroadcastPlan *plan);
char *coex_broadcast_plan_dup_details(const CoexBroadcastPlan *plan, const CoexAccount *account);

/* Why the person, NULL for who is not known any more, must not get a template of @category now,
 * that was asked about at @asked_at; NULL: may. Static. */
const char *coex_broadcast_get_obstacle(const CoexAccount *account, const CoexPerson *person,
                                        const char *category, gint64 asked_at);

/* People for one reason, or to whom the same happened. */
typedef struct {
    char *reason;
    GString *titles; /* of the first of them, with commas between */
    guint n;
} CoexBroadcastGroup;
/* Adds somebody called @title to the one of @groups that has this @reason, which is made where
 * there is none. Its titles end after @titles_max of them. */
void coex_broadcast_group_add(GPtrArray *groups, const char *reason, const char *title,
                              guint titles_max);
/* "Ada, Ben and 3 more". Free with g_free(). */
char *coex_broadcast_group_dup_titles(const CoexBroadcastGroup *group, guint titles_max);
void coex_broadcast_group_free(gpointer group);

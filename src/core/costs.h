// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a number's messages cost: how many were delivered in a month of which class, as the statuses
 * told (`pricing`), and the prices. Months are those of UTC, since WhatsApp does not tell another
 * zone. Immutable, counted, for any thread. */

typedef struct CoexRateCard CoexRateCard;

/* Delivered service messages a number and month that are not billed (Meta: pricing, since 1 Oct
 * 2026). */
#define COEX_COSTS_FREE 1000

/* Messages of one month, category, type and country. */
typedef struct {
    guint month;    /* 202611 */
    char *category; /* "marketing" */
    char *type;     /* "regular": billed; "free_customer_service", "free_entry_point" */
    char *country;  /* two letters; "" where it is not known */
    gint64 n;
} CoexCost;
void coex_cost_free(gpointer cost);

typedef struct CoexCosts {
    GPtrArray *rows;    /* CoexCost */
    CoexRateCard *card; /* NULL: none */
} CoexCosts;

/* Refers to both; @card may be NULL. */
CoexCosts *coex_costs_new(GPtrArray *rows, CoexRateCard *card);
CoexCosts *coex_costs_ref(CoexCosts *costs);
void coex_costs_unref(CoexCosts *costs);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexCosts, coex_costs_unref)

/* 202611; @time: seconds since 1970. */
guint coex_costs_get_month(gint64 time);
guint coex_costs_get_month_before(guint month);
/* "November 2026". Free with g_free(). */
char *coex_costs_dup_month(guint month);

/* Whether all service messages of @month that are free were sent, and the next is billed. */
gboolean coex_costs_are_used_up(const CoexCosts *costs, guint month);

/* "EUR 0.1131" for one of @category (in any letters) to @country (NULL: not known). NULL: no price
 * is known. Free with g_free(). */
char *coex_costs_dup_price(const CoexCosts *costs, const char *country, const char *category);

/* The classes of the month of @now in one line: "service: 412 of 1,000 service messages, 0 billed;
 * utility: 3 billed". Free with g_free(). */
char *coex_costs_summarize(const CoexCosts *costs, gint64 now);
/* What /cost tells of the month of @now and the one before, a line each. Free with g_free(). */
char *coex_costs_describe(const CoexCosts *costs, gint64 now);

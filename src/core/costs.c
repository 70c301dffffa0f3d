// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/costs.h"

#include "core/rate-card.h"
#include "core/words.h"
#include <string.h>

#define INSIGHTS "https://business.facebook.com/wa/manage/"
#define SERVICE "service"
#define UTILITY "utility"
#define BILLED "regular"
#define FREE_SERVICE "free_customer_service"

void
coex_cost_free(gpointer data)
{
    CoexCost *cost = data;

    g_free(cost->category);
    g_free(cost->type);
    g_free(cost->country);
    g_free(cost);
}

CoexCosts *
coex_costs_new(GPtrArray *rows, CoexRateCard *card)
{
    CoexCosts *costs = g_atomic_rc_box_new0(CoexCosts);

    costs->rows = g_ptr_array_ref(rows);
    costs->card = card != NULL ? coex_rate_card_ref(card) : NULL;
    return costs;
}

CoexCosts *
coex_costs_ref(CoexCosts *costs)
{
    return g_atomic_rc_box_acquire(costs);
}

static void
clear(gpointer data)
{
    CoexCosts *costs = data;

    g_ptr_array_unref(costs->rows);
    coex_rate_card_unref(costs->card);
}

void
coex_costs_unref(CoexCosts *costs)
{
    if (costs != NULL)
        g_atomic_rc_box_release_full(costs, clear);
}

/* ---- months ---- */

guint
coex_costs_get_month(gint64 time)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_utc(time);

    return at != NULL ? (guint)(g_date_time_get_year(at) * 100 + g_date_time_get_month(at)) : 0;
}

guint
coex_costs_get_month_before(guint month)
{
    return month % 100 > 1 ? month - 1 : (month / 100 - 1) * 100 + 12;
}

char *
coex_costs_dup_month(guint month)
{
    g_autoptr(GDateTime) first =
        g_date_time_new_utc((int)(month / 100), CLAMP((int)(month % 100), 1, 12), 1, 0, 0, 0);

    /* Translators: strftime: a month and its year; %OB in place of %B where the month alone has
     * another form */
    return first != NULL ? g_date_time_format(first, _("%B %Y")) : g_strdup("");
}

/* ---- counting ---- */

/* @type NULL: any. */
static gint64
count(const CoexCosts *costs, guint month, const char *category, const char *type)
{
    gint64 n = 0;

    for (guint i = 0; i < costs->rows->len; i++) {
        const CoexCost *cost = g_ptr_array_index(costs->rows, i);

        if (cost->month == month && g_str_equal(cost->category, category) &&
            (type == NULL || g_str_equal(cost->type, type)))
            n += cost->n;
    }
    return n;
}

/* Of service, not billed for being among the first. */
static gint64
count_free(const CoexCosts *costs, guint month)
{
    return count(costs, month, SERVICE, FREE_SERVICE);
}

gboolean
coex_costs_are_used_up(const CoexCosts *costs, guint month)
{
    return count_free(costs, month) >= COEX_COSTS_FREE || count(costs, month, SERVICE, BILLED) > 0;
}

/* ---- prices ---- */

/* Without a row of its own a service message costs what one of utility does (Meta: pricing). */
static gboolean
find_price(const CoexCosts *costs, const char *country, const char *category,
           const char **ret_currency, gint64 *ret_price)
{
    if (costs->card == NULL || country == NULL)
        return FALSE;
    return coex_rate_card_find(costs->card, country, category, ret_currency, ret_price) ||
           (g_str_equal(category, SERVICE) &&
            coex_rate_card_find(costs->card, country, UTILITY, ret_currency, ret_price));
}

char *
coex_costs_dup_price(const CoexCosts *costs, const char *country, const char *category)
{
    g_autofree char *lower = g_ascii_strdown(category, -1);
    const char *currency;
    gint64 price;

    return find_price(costs, country, lower, &currency, &price)
               ? coex_rate_card_dup_price(currency, price)
               : NULL;
}

/* ---- the page ---- */

static gboolean
is_billed(const CoexCost *cost)
{
    return !g_str_has_prefix(cost->type, "free");
}

/* What the billed ones of a class cost, by currency, and how many have no price. */
static void
add_sums(const CoexCosts *costs, guint month, const char *category, GString *line)
{
    g_autoptr(GHashTable) sums = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    gint64 n_without = 0;
    GHashTableIter iter;
    gpointer currency, sum;

    for (guint i = 0; costs->card != NULL && i < costs->rows->len; i++) {
        const CoexCost *cost = g_ptr_array_index(costs->rows, i);
        const char *of = NULL;
        gint64 price = 0;

        if (cost->month != month || !is_billed(cost) || !g_str_equal(cost->category, category))
            continue;
        if (!find_price(costs, cost->country, category, &of, &price)) {
            n_without += cost->n;
            continue;
        }
        gint64 *so_far = g_hash_table_lookup(sums, of);
        price = price * cost->n + (so_far != NULL ? *so_far : 0);
        g_hash_table_replace(sums, (gpointer)of, g_memdup2(&price, sizeof price));
    }
    g_hash_table_iter_init(&iter, sums);
    while (g_hash_table_iter_next(&iter, &currency, &sum)) {
        g_autofree char *text = coex_rate_card_dup_sum(currency, *(gint64 *)sum);

        g_string_append(line, ", ");
        /* Translators: a sum of money */
        coex_say_more(line, _("about %s"), text);
    }
    if (n_without == 0)
        return;
    g_string_append(line, ", ");
    g_string_append_printf(line,
                           COEX_PLURAL("%" PRId64 " without a price", "%" PRId64 " without a price",
                                       (gulong)n_without),
                           n_without);
}

static const char *
get_category_label(const char *category)
{
    static const char *const labels[] = {
        NC_("category of messages", "authentication"),
        NC_("category of messages", "authentication-international"),
        NC_("category of messages", "marketing"),
        NC_("category of messages", "referral_conversion"),
        NC_("category of messages", "service"),
        NC_("category of messages", "utility"),
        NC_("category of messages", "other"),
    };

    for (guint i = 0; i < G_N_ELEMENTS(labels); i++)
        if (g_str_equal(labels[i], category))
            return g_dpgettext2(GETTEXT_PACKAGE, "category of messages", labels[i]);
    return category;
}

/* Takes @part. */
static void
add_part(GString *line, char *part)
{
    g_string_append_printf(line, "%s, ", part);
    g_free(part);
}

static void
add_class(const CoexCosts *costs, guint month, const char *category, GString *lines)
{
    gint64 n_billed = 0, n_entry = 0;
    gint64 n_free = count(costs, month, category, FREE_SERVICE);

    for (guint i = 0; i < costs->rows->len; i++) {
        const CoexCost *cost = g_ptr_array_index(costs->rows, i);

        if (cost->month != month || !g_str_equal(cost->category, category))
            continue;
        n_billed += is_billed(cost) ? cost->n : 0;
        n_entry += !is_billed(cost) && !g_str_equal(cost->type, FREE_SERVICE) ? cost->n : 0;
    }
    g_string_append_printf(lines, "\n%s: ", get_category_label(category));
    if (g_str_equal(category, SERVICE))
        add_part(lines, g_strdup_printf(COEX_PLURAL("%" PRId64 " of 1,000 service messages",
                                                    "%" PRId64 " of 1,000 service messages",
                                                    (gulong)n_free),
                                        n_free));
    else if (n_free > 0)
        add_part(lines,
                 g_strdup_printf(
                     COEX_PLURAL("%" PRId64 " free", "%" PRId64 " free", (gulong)n_free), n_free));
    if (n_entry > 0)
        add_part(lines,
                 g_strdup_printf(COEX_PLURAL("%" PRId64 " free after an ad",
                                             "%" PRId64 " free after an ad", (gulong)n_entry),
                                 n_entry));
    g_string_append_printf(
        lines, COEX_PLURAL("%" PRId64 " billed", "%" PRId64 " billed", (gulong)n_billed), n_billed);
    if (n_billed > 0)
        add_sums(costs, month, category, lines);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The classes that the month has, by name; service in any case where @also_service. */
static GPtrArray *
list_classes(const CoexCosts *costs, guint month, gboolean also_service)
{
    GPtrArray *classes = g_ptr_array_new();

    if (also_service)
        g_ptr_array_add(classes, (gpointer)SERVICE);
    for (guint i = 0; i < costs->rows->len; i++) {
        const CoexCost *cost = g_ptr_array_index(costs->rows, i);

        if (cost->month == month && cost->n > 0 &&
            !g_ptr_array_find_with_equal_func(classes, cost->category, g_str_equal, NULL))
            g_ptr_array_add(classes, cost->category);
    }
    g_ptr_array_sort(classes, compare_names);
    return classes;
}

static void
add_month(const CoexCosts *costs, guint month, gboolean is_this, GString *lines)
{
    g_autoptr(GPtrArray) classes = list_classes(costs, month, is_this);
    g_autofree char *name = coex_costs_dup_month(month);

    if (lines->len > 0)
        g_string_append_c(lines, '\n');
    if (classes->len == 0)
        /* Translators: a month */
        coex_say_more(lines, _("%s: nothing was counted"), name);
    else if (is_this)
        /* Translators: a month; a list follows */
        coex_say_more(lines, _("%s (UTC), delivered through the API:"), name);
    else
        g_string_append_printf(lines, "%s:", name);
    for (guint i = 0; i < classes->len; i++)
        add_class(costs, month, g_ptr_array_index(classes, i), lines);
}

char *
coex_costs_summarize(const CoexCosts *costs, gint64 now)
{
    guint month = coex_costs_get_month(now);
    g_autoptr(GPtrArray) classes = list_classes(costs, month, TRUE);
    GString *lines = g_string_new(NULL);

    for (guint i = 0; i < classes->len; i++)
        add_class(costs, month, g_ptr_array_index(classes, i), lines);
    g_string_erase(lines, 0, 1);
    g_string_replace(lines, "\n", "; ", 0);
    return g_string_free(lines, FALSE);
}

char *
coex_costs_describe(const CoexCosts *costs, gint64 now)
{
    GString *lines = g_string_new(NULL);
    guint month = coex_costs_get_month(now);

    add_month(costs, month, TRUE, lines);
    add_month(costs, coex_costs_get_month_before(month), FALSE, lines);
    g_string_append_c(lines, '\n');
    /* Translators: Insights is a page of WhatsApp Manager's; %s is its address */
    coex_say_more(lines, _("What did not come here is in WhatsApp Manager, Insights: %s"),
                  INSIGHTS);
    return g_string_free(lines, FALSE);
}

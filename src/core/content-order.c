// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/content-order.h"

#include "core/json.h"
#include "core/text.h"
#include "core/words.h"
#include <glib.h>
#include <string.h>

#define ITEMS_MAX 50 /* shown; all are summed */
#define SHOWN_MAX 60 /* characters of a product's number */
#define DECIMALS 4   /* that are counted with */
#define SCALE 10000  /* ten to the power of that */
#define AMOUNT_MAX G_GINT64_CONSTANT(1000000000000000)
#define TOTALS_MAX 5

/* ISO 4217: all others have two. */
static guint
get_decimals(const char *currency)
{
    static const char *const none[] = { "BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                        "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                        "VND", "VUV", "XAF", "XOF", "XPF", NULL };
    static const char *const three[] = { "BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND", NULL };

    if (g_strv_contains(none, currency))
        return 0;
    return g_strv_contains(three, currency) ? 3 : 2;
}

static gboolean
is_currency(const char *text)
{
    return text != NULL && strlen(text) == 3 && g_ascii_isupper(text[0]) &&
           g_ascii_isupper(text[1]) && g_ascii_isupper(text[2]);
}

/* "12.5", times SCALE. FALSE for whatever cannot be told exactly. */
static gboolean
read_amount(const char *text, gint64 *ret_amount)
{
    gint64 amount = 0;
    guint n_decimals = 0;
    gboolean has_point = FALSE;

    if (text == NULL || !g_ascii_isdigit(*text))
        return FALSE;
    for (; *text != '\0'; text++) {
        if (*text == '.' && !has_point) {
            has_point = TRUE;
            continue;
        }
        if (!g_ascii_isdigit(*text) || (has_point && ++n_decimals > DECIMALS) ||
            amount > AMOUNT_MAX)
            return FALSE;
        amount = amount * 10 + (*text - '0');
    }
    for (; n_decimals < DECIMALS; n_decimals++)
        amount *= 10;
    *ret_amount = amount;
    return amount <= AMOUNT_MAX;
}

/* As many decimals as the currency has, and more where there is more to tell. */
static char *
dup_amount(gint64 amount, const char *currency)
{
    guint n = get_decimals(currency);
    g_autofree char *decimals = g_strdup_printf("%0*d", DECIMALS, (int)(amount % SCALE));
    gsize length = strlen(decimals);

    while (length > n && decimals[length - 1] == '0')
        decimals[--length] = '\0';
    return g_strdup_printf("%" G_GINT64_FORMAT "%s%s %s", amount / SCALE,
                           *decimals != '\0' ? COEX_DECIMAL_POINT : "", decimals, currency);
}

typedef struct {
    char currency[4];
    gint64 sum;
} Total;

typedef struct {
    GString *lines;
    GArray *totals;    /* Total, in the order in which the currencies came up */
    gboolean is_whole; /* so that it can be summed */
} Table;

static void
add_total(Table *table, const char *currency, gint64 amount)
{
    Total total = { "", amount };

    for (guint i = 0; i < table->totals->len; i++) {
        Total *known = &g_array_index(table->totals, Total, i);

        if (strcmp(known->currency, currency) == 0) {
            known->sum += amount;
            table->is_whole &= known->sum <= AMOUNT_MAX;
            return;
        }
    }
    g_strlcpy(total.currency, currency, sizeof total.currency);
    g_array_append_val(table->totals, total);
}

static void
add_item(Table *table, const CoexJsonAt *item, gboolean is_shown)
{
    const char *quantity = coex_json_member_text(item, "quantity");
    const char *price = coex_json_member_text(item, "item_price");
    const char *currency = coex_json_member_text(item, "currency");
    const char *sku = coex_json_member_text(item, "product_retailer_id");
    g_autofree char *name = coex_text_excerpt(sku != NULL ? sku : "?", SHOWN_MAX);
    gint64 count = 0;
    gint64 amount = 0;
    gboolean is_exact = read_amount(quantity, &count) && count % SCALE == 0 &&
                        read_amount(price, &amount) && is_currency(currency) &&
                        (amount == 0 || count / SCALE <= AMOUNT_MAX / amount);
    GString *line = g_string_new(NULL);

    if (is_exact) {
        g_autofree char *one = dup_amount(amount, currency);
        g_autofree char *all = dup_amount(count / SCALE * amount, currency);

        add_total(table, currency, count / SCALE * amount);
        /* Translators: how many, a product's number, the price of one, and of all */
        coex_say_more(line, _("%" PRId64 " x %s at %s = %s"), count / SCALE, name, one, all);
    } else {
        g_autofree char *n = coex_text_excerpt(quantity != NULL ? quantity : "?", SHOWN_MAX);
        g_autofree char *told = coex_text_excerpt(price != NULL ? price : "", SHOWN_MAX);
        g_autofree char *unit = coex_text_excerpt(currency != NULL ? currency : "", SHOWN_MAX);

        g_autofree char *priced = g_strconcat(told, *unit != '\0' ? " " : "", unit, NULL);

        table->is_whole = FALSE;
        if (*told != '\0')
            /* Translators: how many, a product's number, and the price of one */
            coex_say_more(line, _("%s x %s at %s"), n, name, priced);
        else
            coex_say_more(line, "%s x %s", n, name);
    }
    if (is_shown)
        g_string_append_printf(table->lines, "%s%s", table->lines->len > 0 ? "\n" : "", line->str);
    g_string_free(line, TRUE);
}

static void
add_totals(Table *table)
{
    g_autoptr(GString) sums = g_string_new(NULL);

    if (!table->is_whole || table->totals->len == 0 || table->totals->len > TOTALS_MAX)
        return;
    for (guint i = 0; i < table->totals->len; i++) {
        const Total *total = &g_array_index(table->totals, Total, i);
        g_autofree char *sum = dup_amount(total->sum, total->currency);

        g_string_append_printf(sums, "%s%s", i > 0 ? " + " : "", sum);
    }
    g_string_append_c(table->lines, '\n');
    coex_say_more(table->lines, _("Total: %s"), sums->str);
}

char *
coex_content_order_dup_lines(const CoexJsonAt *order)
{
    CoexJsonAt items = coex_json_member(order, "product_items");
    const char *text = coex_json_member_text(order, "text");
    guint n = coex_json_length(&items);
    g_autoptr(GArray) totals = g_array_new(FALSE, FALSE, sizeof(Total));
    Table table = { g_string_new(NULL), totals, TRUE };

    for (guint i = 0; i < n; i++) {
        CoexJsonAt item = coex_json_element(&items, i);

        add_item(&table, &item, i < ITEMS_MAX);
    }
    if (n > ITEMS_MAX) {
        g_string_append_c(table.lines, '\n');
        g_string_append_printf(table.lines, _("and %u more"), n - ITEMS_MAX);
    }
    add_totals(&table);
    if (text != NULL && *text != '\0')
        g_string_append_printf(table.lines, "%s%s", table.lines->len > 0 ? "\n" : "", text);
    return g_string_free(table.lines, table.lines->len == 0);
}

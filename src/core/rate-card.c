// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/rate-card.h"

#include "core/country.h"
#include "core/error.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define DECIMALS 6
#define WHOLE_DIGITS_MAX 6
#define EXCERPT 20
#define FIELDS_MAX 64

typedef enum {
    COUNTRY,
    CATEGORY,
    CURRENCY,
    PRICE,
    N_COLUMNS,
} Column;

static const char *const names[] = { "country", "category", "currency", "price" };
static const char *const categories[] = { "marketing",
                                          "marketing_lite",
                                          "utility",
                                          "authentication",
                                          "authentication-international",
                                          "service",
                                          NULL };

typedef struct {
    char currency[4];
    gint64 price;
    guint line;
} Price;

struct CoexRateCard {
    GHashTable *prices; /* "DE marketing" -> Price */
};

CoexRateCard *
coex_rate_card_ref(CoexRateCard *card)
{
    return g_atomic_rc_box_acquire(card);
}

static void
clear(gpointer data)
{
    g_hash_table_unref(((CoexRateCard *)data)->prices);
}

void
coex_rate_card_unref(CoexRateCard *card)
{
    if (card != NULL)
        g_atomic_rc_box_release_full(card, clear);
}

/* ---- lines and fields ---- */

typedef struct {
    const char *at;
    const char *end;
    guint line;           /* that of the row which is being read */
    char separator;       /* as the first line has it */
    GPtrArray *row;       /* char * */
    int place[N_COLUMNS]; /* of each column in a row */
    CoexRateCard *card;
} Reader;

G_GNUC_PRINTF(3, 4)
static gboolean
refuse(const Reader *reader, GError **error, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_autofree char *what = coex_say_args(format, args);
    va_end(args);
    coex_error_say(error, COEX_ERROR_INVALID_INPUT, _("line %u: %s"), reader->line, what);
    return FALSE;
}

static gboolean
is_line_end(char c)
{
    return c == '\n' || c == '\r';
}

/* What is in quotes, @reader->at behind the first of them; two of them are one. */
static gboolean
read_quoted(Reader *reader, GString *field, GError **error)
{
    while (reader->at < reader->end && !is_line_end(*reader->at)) {
        char c = *reader->at++;

        if (c == '"' && (reader->at == reader->end || *reader->at != '"'))
            return TRUE;
        reader->at += c == '"';
        g_string_append_c(field, c);
    }
    return refuse(reader, error, _("a quotation mark is not closed in it."));
}

static gboolean
read_field(Reader *reader, GError **error)
{
    g_autoptr(GString) field = g_string_new(NULL);

    while (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    if (reader->at < reader->end && *reader->at == '"') {
        reader->at++;
        if (!read_quoted(reader, field, error))
            return FALSE;
    }
    while (reader->at < reader->end && !is_line_end(*reader->at) &&
           *reader->at != reader->separator) {
        if (*reader->at == '\0')
            return refuse(reader, error, _("this is no text. Save the table as CSV in UTF-8."));
        g_string_append_c(field, *reader->at++);
    }
    if (reader->row->len == FIELDS_MAX)
        return refuse(
            reader, error,
            COEX_PLURAL("it has more than %d field.", "it has more than %d fields.", FIELDS_MAX),
            FIELDS_MAX);
    g_ptr_array_add(reader->row, g_strstrip(g_string_free(g_steal_pointer(&field), FALSE)));
    return TRUE;
}

/* Fields into @reader->row, which stays empty for a blank line. */
static gboolean
read_row(Reader *reader, GError **error)
{
    g_ptr_array_set_size(reader->row, 0);
    reader->line++;
    do {
        if (reader->row->len > 0)
            reader->at++;
        if (!read_field(reader, error))
            return FALSE;
    } while (reader->at < reader->end && *reader->at == reader->separator);
    if (reader->at < reader->end && *reader->at++ == '\r' && reader->at < reader->end &&
        *reader->at == '\n')
        reader->at++;
    for (guint i = 0; i < reader->row->len; i++)
        if (*(char *)g_ptr_array_index(reader->row, i) != '\0')
            return TRUE;
    g_ptr_array_set_size(reader->row, 0);
    return TRUE;
}

/* ---- the first line ---- */

static char
find_separator(const Reader *reader)
{
    for (const char *p = reader->at; p < reader->end && !is_line_end(*p); p++)
        if (strchr(";\t,", *p) != NULL && *p != '\0')
            return *p;
    return ',';
}

static gboolean
read_names(Reader *reader, GError **error)
{
    reader->separator = find_separator(reader);
    if (!read_row(reader, error))
        return FALSE;
    for (guint column = 0; column < N_COLUMNS; column++) {
        reader->place[column] = -1;
        for (guint i = 0; i < reader->row->len; i++)
            if (g_ascii_strcasecmp(names[column], g_ptr_array_index(reader->row, i)) == 0)
                reader->place[column] = (int)i;
        if (reader->place[column] < 0)
            return refuse(reader, error,
                          _("it has to name the columns country, category, currency and price, and "
                            "there is no “%s”."),
                          names[column]);
    }
    return TRUE;
}

/* ---- the others ---- */

/* Within a sentence of ours. Free with g_free(). */
static char *
dup_shown(const char *field)
{
    g_autofree char *valid = g_utf8_make_valid(field, -1);

    return coex_text_excerpt(valid, EXCERPT);
}

static const char *
get_field(const Reader *reader, Column column)
{
    guint place = (guint)reader->place[column];

    return place < reader->row->len ? g_ptr_array_index(reader->row, place) : "";
}

/* A decimal point; a comma where that does not end the field. With another mark it would be a
 * thousand as likely. */
static gboolean
read_price(const Reader *reader, gint64 *ret_price, GError **error)
{
    const char *field = get_field(reader, PRICE);
    gsize n_whole = strspn(field, "0123456789");
    char mark = field[n_whole];
    const char *rest = mark != '\0' ? field + n_whole + 1 : "";
    gsize n_rest = strspn(rest, "0123456789");
    g_autofree char *shown = dup_shown(field);
    gint64 price = 0;

    if (mark == ',' && reader->separator == ',')
        return refuse(reader, error,
                      _("the price “%s” has a comma, which may be one of a thousand. Write it with "
                        "a point, as in 0.0691, or separate the columns by semicolons."),
                      shown);
    if (n_whole == 0 || n_whole > WHOLE_DIGITS_MAX || n_rest > DECIMALS || rest[n_rest] != '\0' ||
        (mark != '\0' && ((mark != '.' && mark != ',') || n_rest == 0)))
        return refuse(reader, error,
                      _("“%s” is no price. It takes digits with a point, as in 0.0691, six behind "
                        "it at most."),
                      shown);
    for (gsize i = 0; i < n_whole; i++)
        price = price * 10 + (field[i] - '0');
    for (gsize i = 0; i < DECIMALS; i++)
        price = price * 10 + (i < n_rest ? rest[i] - '0' : 0);
    *ret_price = price;
    return TRUE;
}

static gboolean
check_currency(const Reader *reader, GError **error)
{
    const char *field = get_field(reader, CURRENCY);
    g_autofree char *shown = dup_shown(field);

    if (strlen(field) == 3 && g_ascii_isalpha(field[0]) && g_ascii_isalpha(field[1]) &&
        g_ascii_isalpha(field[2]))
        return TRUE;
    return refuse(reader, error, _("“%s” is no currency. It takes three letters, as in EUR."),
                  shown);
}

static gboolean
take_row(Reader *reader, GError **error)
{
    g_autofree char *country = g_ascii_strup(get_field(reader, COUNTRY), -1);
    g_autofree char *category = g_ascii_strdown(get_field(reader, CATEGORY), -1);
    g_autofree char *currency = g_ascii_strup(get_field(reader, CURRENCY), -1);
    g_autofree char *key = g_strconcat(country, " ", category, NULL);
    g_autofree char *shown = dup_shown(get_field(reader, COUNTRY));
    g_autofree char *shown_category = dup_shown(get_field(reader, CATEGORY));
    const Price *other = g_hash_table_lookup(reader->card->prices, key);
    Price price = { .line = reader->line };

    if (!coex_country_is_known(country))
        return refuse(reader, error,
                      _("“%s” is no country. It takes the two letters of ISO 3166, as in DE."),
                      shown);
    if (!g_strv_contains(categories, category))
        return refuse(reader, error,
                      _("“%s” is no category. There are marketing, utility, authentication, "
                        "authentication-international and service."),
                      shown_category);
    if (other != NULL)
        return refuse(reader, error, _("%s and %s stand in line %u, too."), country, category,
                      other->line);
    if (!check_currency(reader, error) || !read_price(reader, &price.price, error))
        return FALSE;
    memcpy(price.currency, currency, sizeof price.currency);
    g_hash_table_insert(reader->card->prices, g_steal_pointer(&key),
                        g_memdup2(&price, sizeof price));
    return TRUE;
}

static gboolean
read_all(Reader *reader, GError **error)
{
    if (!read_names(reader, error))
        return FALSE;
    while (reader->at < reader->end)
        if (!read_row(reader, error) || (reader->row->len > 0 && !take_row(reader, error)))
            return FALSE;
    return g_hash_table_size(reader->card->prices) > 0 ||
           refuse(reader, error, _("no price follows it."));
}

CoexRateCard *
coex_rate_card_parse(const char *bytes, gsize length, GError **error)
{
    g_autoptr(CoexRateCard) card = g_atomic_rc_box_new0(CoexRateCard);
    g_autoptr(GPtrArray) row = g_ptr_array_new_with_free_func(g_free);
    Reader reader = { .at = bytes, .end = bytes + length, .row = row, .card = card };

    card->prices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (length > COEX_RATE_CARD_BYTES_MAX) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("it is larger than %d KB, so it is no table of prices."),
                    COEX_RATE_CARD_BYTES_MAX / 1024);
        return NULL;
    }
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0)
        reader.at += 3;
    return read_all(&reader, error) ? g_steal_pointer(&card) : NULL;
}

/* ---- prices ---- */

gboolean
coex_rate_card_find(const CoexRateCard *card, const char *country, const char *category,
                    const char **ret_currency, gint64 *ret_price)
{
    g_autofree char *key = g_strconcat(country, " ", category, NULL);
    const Price *price = g_hash_table_lookup(card->prices, key);

    if (price == NULL)
        return FALSE;
    *ret_currency = price->currency;
    *ret_price = price->price;
    return TRUE;
}

char *
coex_rate_card_dup_price(const char *currency, gint64 price)
{
    g_autofree char *decimals = g_strdup_printf("%06" G_GINT64_FORMAT, price % COEX_RATE_CARD_UNIT);

    for (gsize n = DECIMALS; n > 2 && decimals[n - 1] == '0'; n--)
        decimals[n - 1] = '\0';
    return g_strdup_printf("%s %" G_GINT64_FORMAT "%s%s", currency, price / COEX_RATE_CARD_UNIT,
                           COEX_DECIMAL_POINT, decimals);
}

char *
coex_rate_card_dup_sum(const char *currency, gint64 price)
{
    const gint64 cent = COEX_RATE_CARD_UNIT / 100;

    return coex_rate_card_dup_price(currency, (price + cent / 2) / cent * cent);
}

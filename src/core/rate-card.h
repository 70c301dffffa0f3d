// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What a message costs, by country and category, as the business keeps it in a table of its own: a
 * CSV with the columns country, category, currency and price. Immutable, counted, for any thread.
 */

typedef struct CoexRateCard CoexRateCard;

#define COEX_RATE_CARD_BYTES_MAX (256 * 1024)
/* Of what prices are whole numbers. */
#define COEX_RATE_CARD_UNIT 1000000

/* Reads @length bytes. NULL and COEX_ERROR_INVALID_INPUT with a sentence that names the line. */
CoexRateCard *coex_rate_card_parse(const char *bytes, gsize length, GError **error);
CoexRateCard *coex_rate_card_ref(CoexRateCard *card);
void coex_rate_card_unref(CoexRateCard *card);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexRateCard, coex_rate_card_unref)

/* @country: two letters; @category: as WhatsApp tells it, "marketing". FALSE: it is not there.
 * @ret_currency: three letters, borrowed. */
gboolean coex_rate_card_find(const CoexRateCard *card, const char *country, const char *category,
                             const char **ret_currency, gint64 *ret_price);

/* "EUR 0.1131", and rounded "EUR 3.52". Free with g_free(). */
char *coex_rate_card_dup_price(const char *currency, gint64 price);
char *coex_rate_card_dup_sum(const char *currency, gint64 price);

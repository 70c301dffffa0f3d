// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/webhook-pricing.h"

#include "core/json.h"
#include "core/message.h"
#include <string.h>

#define WORD_MAX 40

/* In small letters; what is no word of theirs is one that is not known. */
static char *
dup_word(const char *word)
{
    gsize length = strlen(word);

    if (length == 0 || length > WORD_MAX)
        return g_strdup("other");
    for (const char *p = word; *p != '\0'; p++)
        if (!g_ascii_isalnum(*p) && *p != '_' && *p != '-')
            return g_strdup("other");
    return g_ascii_strdown(word, -1);
}

/* Before there was a type, `billable` alone told it, which is to go. */
static const char *
guess_type(const CoexJsonAt *pricing)
{
    const char *billable = coex_json_member_text(pricing, "billable");

    return g_strcmp0(billable, "false") == 0 ? "free_customer_service" : "regular";
}

void
coex_webhook_pricing_read(const CoexJsonAt *pricing, CoexStatus *status)
{
    const char *category = coex_json_member_text(pricing, "category");
    const char *type = coex_json_member_text(pricing, "type");

    if (category == NULL)
        return;
    status->category = dup_word(category);
    status->pricing_type = dup_word(type != NULL ? type : guess_type(pricing));
}

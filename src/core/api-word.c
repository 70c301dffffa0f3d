// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/api-word.h"

#include "core/text.h"
#include "core/words.h"

#define WORD_MAX 60 /* characters of one that is not known */

typedef struct {
    const char *word;
    const char *text; /* for _(), or "" */
} Word;

static const Word qualities[] = {
    { "GREEN", N_("high (green)") },
    { "YELLOW", N_("medium (yellow): some people blocked or reported messages") },
    { "RED",
      N_("low (red): many people blocked or reported messages, and WhatsApp may limit them") },
    { "UNKNOWN", N_("not known yet") },
    { "NA", N_("not known yet") },
    { NULL, NULL },
};

static const Word limits[] = {
    { "TIER_50", N_("50 people in 24 hours outside their windows") },
    { "TIER_250", N_("250 people in 24 hours outside their windows") },
    { "TIER_1K", N_("1,000 people in 24 hours outside their windows") },
    { "TIER_2K", N_("2,000 people in 24 hours outside their windows") },
    { "TIER_10K", N_("10,000 people in 24 hours outside their windows") },
    { "TIER_100K", N_("100,000 people in 24 hours outside their windows") },
    { "TIER_UNLIMITED", N_("no limit") },
    { NULL, NULL },
};

static const Word levels[] = {
    { "STANDARD", N_("80 messages a second") },
    { "HIGH", N_("1,000 messages a second") },
    { "NOT_APPLICABLE", N_("not told") },
    { NULL, NULL },
};

/* What stands behind the name. */
static const Word reviews[] = {
    { "APPROVED", "" },
    { "AVAILABLE_WITHOUT_REVIEW", "" },
    { "NONE", "" },
    { "DECLINED", N_("Meta has declined this name: choose another in WhatsApp Manager") },
    { "EXPIRED", N_("its approval has expired: see WhatsApp Manager") },
    { "PENDING_REVIEW", N_("Meta looks at this name") },
    { NULL, NULL },
};

static const Word healths[] = {
    { "AVAILABLE", N_("messages can be sent") },
    { "LIMITED", N_("limited") },
    { "BLOCKED", N_("nothing can be sent") },
    { NULL, NULL },
};

static const Word entities[] = {
    { "PHONE_NUMBER", N_("The number") },     { "WABA", N_("The WhatsApp account") },
    { "BUSINESS", N_("The business") },       { "APP", N_("The app") },
    { "MESSAGE_TEMPLATE", N_("A template") }, { NULL, NULL },
};

static const Word states[] = {
    { "CONNECTED", N_("connected") },
    { "PENDING", N_("not set up to the end: see WhatsApp Manager") },
    { "LINKED", N_("connected") },
    { "UNLINKED", N_("not connected: connect it again at the provider") },
    { "DISCONNECTED", N_("not connected: connect it again at the provider") },
    { "OFFLINE", N_("not connected: connect it again at the provider") },
    { "UNVERIFIED", N_("not verified: see WhatsApp Manager") },
    { "FLAGGED", N_("rated low: see its quality in WhatsApp Manager") },
    { "RATE_LIMITED", N_("limited for now: too much was sent") },
    { "RESTRICTED", N_("restricted: see WhatsApp Manager for the reason") },
    { "BANNED", N_("banned: see WhatsApp Manager for how to appeal") },
    { "MIGRATED", N_("moved to another business account") },
    { "DELETED", N_("deleted") },
    { "UNKNOWN", N_("not known yet") },
    { NULL, NULL },
};

/* As the WhatsApp Business app calls them. */
static const Word verticals[] = {
    { "ALCOHOL", N_("Alcoholic beverages") },
    { "APPAREL", N_("Clothing and apparel") },
    { "AUTO", N_("Automotive service") },
    { "BEAUTY", N_("Beauty, spa and salon") },
    { "EDU", N_("Education") },
    { "ENTERTAIN", N_("Entertainment") },
    { "EVENT_PLAN", N_("Event planning and service") },
    { "FINANCE", N_("Finance and banking") },
    { "GOVT", N_("Public service") },
    { "GROCERY", N_("Food and grocery") },
    { "HEALTH", N_("Medical and health") },
    { "HOTEL", N_("Hotel and lodging") },
    { "MATRIMONY_SERVICE", N_("Matrimonial service") },
    { "NONPROFIT", N_("Non-profit organisation") },
    { "NOT_A_BIZ", N_("Not a business") },
    { "ONLINE_GAMBLING", N_("Online gambling and gaming") },
    { "OTC_DRUGS", N_("Over-the-counter drugs") },
    { "OTHER", N_("Other business") },
    { "PHYSICAL_GAMBLING", N_("Gambling and gaming, not online") },
    { "PROF_SERVICES", N_("Professional service") },
    { "RESTAURANT", N_("Restaurant") },
    { "RETAIL", N_("Shopping and retail") },
    { "TRAVEL", N_("Travel and transportation") },
    { "UNDEFINED", N_("not told") },
    { NULL, NULL },
};

static const Word restrictions[] = {
    { "RESTRICTED_ADD_PHONE_NUMBER_ACTION", N_("no numbers can be added") },
    { "RESTRICTED_BIZ_INITIATED_MESSAGING", N_("nobody can be written to first") },
    { "RESTRICTED_CUSTOMER_INITIATED_MESSAGING", N_("who writes cannot be answered") },
    { NULL, NULL },
};

static const Word severities[] = {
    { "CRITICAL", N_("grave") },
    { "WARNING", N_("a warning") },
    { "INFORMATIONAL", N_("for information") },
    { NULL, NULL },
};

static const Word rejections[] = {
    { "ABUSIVE_CONTENT", N_("its content is abusive") },
    { "CATEGORY_NOT_AVAILABLE", N_("its category cannot be had in this country") },
    { "INCORRECT_CATEGORY", N_("it belongs to another category") },
    { "INVALID_FORMAT", N_("its variables or its form are not as they must be") },
    { "PROMOTIONAL", N_("it advertises") },
    { "SCAM", N_("it looks like a scam") },
    { "TAG_CONTENT_MISMATCH", N_("its text does not fit its language or category") },
    { NULL, NULL },
};

static const Word *const tables[] = {
    [COEX_API_WORD_QUALITY] = qualities,
    [COEX_API_WORD_LIMIT] = limits,
    [COEX_API_WORD_LEVEL] = levels,
    [COEX_API_WORD_REVIEW] = reviews,
    [COEX_API_WORD_HEALTH] = healths,
    [COEX_API_WORD_ENTITY] = entities,
    [COEX_API_WORD_STATE] = states,
    [COEX_API_WORD_VERTICAL] = verticals,
    [COEX_API_WORD_RESTRICTION] = restrictions,
    [COEX_API_WORD_SEVERITY] = severities,
    [COEX_API_WORD_REJECTION] = rejections,
};

char *
coex_api_word_dup(CoexApiWordKind kind, const char *word)
{
    if (!word)
        return NULL;
    for (const Word *known = tables[kind]; known->word; known++) {
        if (g_ascii_strcasecmp(known->word, word) == 0)
            return g_strdup(*known->text ? _(known->text) : "");
    }
    return coex_text_excerpt(word, WORD_MAX);
}

const char *
coex_api_word_get(CoexApiWordKind kind, guint index)
{
    const Word *known = tables[kind];

    for (guint i = 0; known->word && i < index; i++)
        known++;
    return known->word;
}

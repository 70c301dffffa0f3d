// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/message.h"
#include "core/webhook.h"

#include <string.h>

/* What an event of the account says to people. */

static GPtrArray *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *events = coex_webhook_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    g_assert_cmpuint(events->len, >, 0);
    return events;
}

static void
test_lines(void)
{
    static const char *const rows[][3] = {
        { "account_update", "{\"event\":\"SOMETHING_NEW\"}", "does not know: SOMETHING_NEW" },
        { "account_update", "{\"event\":\"ACCOUNT_DELETED\"}", "was deleted" },
        { "account_update",
          "{\"event\":\"ACCOUNT_VIOLATION\",\"violation_info\":{"
          "\"violation_type\":\"SCAM\"}}",
          "SCAM" },
        { "account_alerts",
          "{\"alert_info\":{\"alert_type\":\"OBA\",\"alert_description\":"
          "\"a\\nb\"}}",
          "OBA: a b" },
        { "security", "{\"event\":\"PIN_CHANGED\"}", "PIN of this number was changed" },
        { "message_template_status_update",
          "{\"event\":\"PAUSED\",\"message_template_name\":\"hello\",\"reason\":\"NONE\"}",
          "The template hello was paused" },
        { "message_template_status_update",
          "{\"event\":\"REJECTED\",\"message_template_name\":\"hello\",\"reason\":\"ABUSIVE\"}",
          "ABUSIVE." },
        { "message_template_status_update",
          "{\"event\":\"REJECTED\",\"message_template_name\":\"hello\",\"reason\":\"SCAM\"}",
          "hello was rejected by WhatsApp: it looks like a scam." },
        { "phone_number_quality_update", "{\"event\":\"UPGRADE\",\"current_limit\":\"TIER_10K\"}",
          "in a day (10,000 people in 24 hours outside their windows)." },
        { "phone_number_quality_update", "{\"event\":\"UPGRADE\",\"current_limit\":\"TIER_7\"}",
          "in a day (TIER_7)." },
        { "account_update",
          "{\"event\":\"ACCOUNT_RESTRICTION\",\"restriction_info\":[{\"restriction_type\":"
          "\"RESTRICTED_BIZ_INITIATED_MESSAGING\",\"expiration\":1795348800}]}",
          "account: nobody can be written to first until 2026-11-22" },
        { "account_alerts",
          "{\"alert_info\":{\"alert_type\":\"OBA\",\"alert_severity\":\"CRITICAL\"}}",
          "alerts (grave): OBA" },
        { "user_preferences",
          "{\"user_preferences\":[{\"user_id\":\"US.1\",\"category\":\"x\",\"detail\":\"No x\"}]}",
          "US.1: No x" },
        { "calls",
          "{\"calls\":[{\"from\":\"12025550147\",\"event\":\"terminate\",\"direction\":"
          "\"USER_INITIATED\",\"status\":\"FAILED\"}]}",
          "Missed call from +12025550147" },
        { "calls",
          "{\"calls\":[{\"from\":\"12025550147\",\"event\":\"terminate\",\"duration\":\"170\"}]}",
          "Call from +12025550147, 3 min." },
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *text = g_strdup_printf(
            "{\"entry\":[{\"id\":\"1\",\"changes\":[{\"field\":\"%s\",\"value\":%s}]}]}",
            rows[i][0], rows[i][1]);
        g_autoptr(GPtrArray) events = parse(text);
        const CoexEvent *event = events->pdata[0];

        g_assert_nonnull(event->line);
        g_assert_nonnull(strstr(event->line, rows[i][2]));
        g_assert_true(event->keep_raw);
    }
}

/* An account event's own WABA, where the entry's id is the partner's. */
static void
test_partner_waba(void)
{
    g_autoptr(GPtrArray) events =
        parse("{\"entry\":[{\"id\":\"999\",\"changes\":[{\"field\":\"account_update\",\"value\":{"
              "\"event\":\"PARTNER_REMOVED\",\"waba_info\":{\"waba_id\":\"215\"}}}]}]}");
    const CoexEvent *event = events->pdata[0];

    g_assert_cmpstr(event->waba_id, ==, "215");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/account-event/lines", test_lines);
    g_test_add_func("/account-event/partner-waba", test_partner_waba);
    return g_test_run();
}

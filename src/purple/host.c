// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/words.h"
#include "purple/host.h"

#include <purple.h>

/* Pidgin takes 100 tags, but other plugins may add some; and a line of ours has 4096 bytes, of
 * which time and font need some. */
#define PIDGIN_TAGS 80
#define PIDGIN_LINE 3500

static const CoexHost hosts[] = {
    { .ui = "gtk-gaim",
      .label = "Pidgin",
      .max_tags = PIDGIN_TAGS,
      .max_line = PIDGIN_LINE,
      .shows_pictures = TRUE,
      .runs_links = TRUE,
      .strikes = TRUE,
      .has_commands = TRUE,
      .has_own_conversation = TRUE,
      .ends_conversations = TRUE,
      .tells_seen = TRUE,
      .splits_options = TRUE,
      .labels_options = TRUE,
      .flat_lists = TRUE,
      .has_mnemonics = TRUE,
      .shares_windows = TRUE,
      .typing_pref = "/purple/conversations/im/send_typing",
      .shows_transfers = TRUE },
    { .ui = "gnt-purple",
      .label = "Finch",
      .has_commands = TRUE,
      .has_own_conversation = TRUE,
      .ends_conversations = TRUE,
      .tells_seen = TRUE,
      .lacks_dates = TRUE,
      .breaks_words = TRUE,
      .splits_options = TRUE,
      .labels_options = TRUE,
      .clips_forms = TRUE,
      .hides_retries = TRUE,
      .chooses_badly = TRUE,
      .opens_behind = TRUE,
      .shares_windows = TRUE,
      .typing_pref = "/finch/conversations/notify_typing",
      .shows_transfers = TRUE },
    { .ui = "coex-headless",
      .label = "coex-headless",
      .labels_options = TRUE,
      .max_tags = PIDGIN_TAGS,
      .max_line = PIDGIN_LINE,
      .strikes = TRUE,
      .has_commands = TRUE,
      .has_own_conversation = TRUE,
      .ends_conversations = TRUE,
      .tells_seen = TRUE,
      .shares_windows = TRUE,
      .typing_pref = "/purple/conversations/im/send_typing",
      .shows_transfers = TRUE },
    { .ui = "BitlBee",
      .label = "BitlBee",
      .notice = COEX_NOTICE_IM,
      .hides_sent = TRUE,
      .serves_others = TRUE,
      .forgets_list = TRUE,
      .makes_nicks = TRUE,
      .loses_lines = TRUE,
      .splits_values = TRUE,
      .reads_buttons = TRUE,
      .cuts_lines = TRUE,
      .has_account_line = TRUE },
    { .ui = "chatty-ui", .label = "Chatty", .lacks_forms = TRUE },
    /* Says yes to a form and cancels it by itself. */
    { .ui = "haze",
      .label = "telepathy-haze",
      .notice = COEX_NOTICE_MESSAGE,
      .lacks_forms = TRUE,
      .temporary_folder = TRUE },
    { .ui = NULL, .label = N_("another chat program"), .notice = COEX_NOTICE_MESSAGE },
};

const CoexHost *
coex_host_get(void)
{
    const char *ui = purple_core_get_ui();
    const CoexHost *host = hosts;

    while (host->ui != NULL && g_strcmp0(host->ui, ui) != 0)
        host++;
    return host;
}

gboolean
coex_host_has_forms(void)
{
    const PurpleRequestUiOps *ops = purple_request_get_ui_ops();

    return ops != NULL && ops->request_fields != NULL && !coex_host_get()->lacks_forms;
}

gboolean
coex_host_opens_files(void)
{
    const CoexHost *host = coex_host_get();

    return host->ui != NULL && !host->serves_others;
}

const char *
coex_host_get_mark(void)
{
    return coex_host_get()->has_commands ? "/" : "!";
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/opt-out.h"

#include "account/account.h"
#include "account/lines.h"
#include "account/tell.h"
#include "core/message.h"
#include "core/opt-out.h"
#include "core/text.h"
#include "core/words.h"
#include "store/batch.h"
#include "store/rows.h"
#include "store/store.h"

#define EXCERPT 40

static void
hint(CoexAccount *account, const CoexPerson *person, const char *key, const char *word)
{
    CoexBatch *batch = coex_account_batch(account);
    g_autofree char *excerpt = coex_text_excerpt(word, EXCERPT);
    g_autofree char *line = coex_say(
        _("“%s” is one of the opt-out words: perhaps they want no more messages. Nothing was "
          "changed by it. Marketing ends where they tell WhatsApp so, and a line says it then."),
        excerpt);

    coex_account_note_setting(account, batch, key, "1");
    coex_account_put_notice(account, batch, person, line);
    coex_store_commit(account->store, batch, coex_account_take_lines, coex_account_ref(account));
}

void
coex_opt_out_note(CoexAccount *account, const CoexPerson *person, const CoexMessage *message)
{
    g_autofree char *key = g_strdup_printf("opt-out-%" G_GINT64_FORMAT, person->id);
    gboolean is_told = coex_account_get_setting(account, key) != NULL;
    g_autofree char *word = NULL;

    if (*account->opt_out_words == '\0')
        return;
    word = coex_opt_out_find(account->opt_out_words, message->content.kind, message->content.text);
    if (word != NULL && !is_told)
        hint(account, person, key, word);
    else if (word == NULL && is_told)
        coex_account_put_setting(account, key, NULL);
}

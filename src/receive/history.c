// SPDX-License-Identifier: GPL-2.0-or-later
#include "receive/history.h"

#include "account/account.h"
#include "account/forgotten.h"
#include "account/nicks.h"
#include "account/people.h"
#include "account/person.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/message.h"
#include "core/words.h"
#include "receive/sender.h"
#include "send/outbox.h"
#include "store/batch.h"
#include "store/rows.h"

/* Setting: percent told last, and when. */
#define TOLD_SETTING "history-told"
#define STEP_PERCENT 25
/* What comes so long after the end is another history: of a number that was connected anew. */
#define QUIET_S (60 * 60)
#define OVER_S (24 * 60 * 60)

typedef struct {
    CoexAccount *account;
    gint64 person_id;
} Touched;

struct CoexHistorySlice {
    GArray *touched; /* Touched, those of whom something may be news to the lists */
};

static void
clear_touched(gpointer data)
{
    coex_account_unref(((Touched *)data)->account);
}

CoexHistorySlice *
coex_history_slice_new(void)
{
    CoexHistorySlice *slice = g_new0(CoexHistorySlice, 1);

    slice->touched = g_array_new(FALSE, FALSE, sizeof(Touched));
    g_array_set_clear_func(slice->touched, clear_touched);
    return slice;
}

gboolean
coex_history_slice_is_quiet(const CoexHistorySlice *slice)
{
    return slice->touched->len == 0;
}

/* Whose it is, NULL: nobody's, or the number's own notes. */
static CoexPerson *
learn(CoexHistorySlice *slice, CoexAccount *account, CoexBatch *batch, const CoexMessage *message,
      gint64 time)
{
    gboolean changed = FALSE;
    CoexPerson *person = coex_people_learn(account->people, &message->peer, time, FALSE, &changed);
    Touched touched = { account, 0 };

    if (person == NULL)
        return NULL;
    coex_outbox_doubt(account->outbox, person);
    coex_outbox_unite(account->outbox);
    if (person->alias == NULL)
        changed |= coex_person_note_profile(person, message->profile_name);
    if (!changed && !person->unsaved && time <= person->active_at)
        return person;
    coex_person_note_unsaved(person, FALSE);
    coex_person_note_active(person, time);
    coex_account_give_nick(account, person);
    coex_batch_put_person(batch, person);
    coex_account_ref(account);
    touched.person_id = person->id;
    g_array_append_val(slice->touched, touched);
    return person;
}

gboolean
coex_history_apply(CoexHistorySlice *slice, CoexAccount *account, CoexBatch *batch,
                   const CoexEvent *event, gint64 age_s)
{
    const CoexMessage *message = event->message;
    gint64 came_at = coex_account_now(account) - age_s;
    gint64 time = message->time > 0 ? MIN(message->time, came_at) : came_at;
    guint n_united = coex_outbox_get_united(account->outbox)->len;
    const CoexPerson *person;

    if (coex_sender_is_self(account, &message->peer))
        return TRUE;
    if (coex_forgotten_covers(account, &message->peer, message->time))
        return FALSE;
    coex_batch_set_account(batch, account->id);
    person = learn(slice, account, batch, message, time);
    coex_batch_add_past(batch, person != NULL ? person->id : 0, message, time);
    coex_outbox_unite_again(account->outbox, batch, n_united);
    return TRUE;
}

void
coex_history_applied(CoexHistorySlice *slice, const GError *error)
{
    for (guint i = 0; i < slice->touched->len; i++) {
        const Touched *touched = &g_array_index(slice->touched, Touched, i);
        CoexAccount *account = touched->account;
        CoexPerson *person = coex_people_by_id(account->people, touched->person_id);

        if (error != NULL) {
            coex_person_note_unsaved(person, TRUE);
            coex_account_tell_store_error(account, error);
        } else if (account->state != COEX_ACCOUNT_ENDED) {
            coex_views_tell(account, person);
        }
    }
    g_array_unref(slice->touched);
    g_free(slice);
}

/* ---- how far it has come ---- */

/* Chunks come in any order, and some after the one that says 100. */
static gboolean
is_news(const char *told, int percent, gint64 now)
{
    char *end = NULL;
    gint64 before = told != NULL ? g_ascii_strtoll(told, &end, 10) : -1;
    gint64 at = end != NULL ? g_ascii_strtoll(end, NULL, 10) : 0;

    if (told == NULL)
        return TRUE;
    if (now - at > OVER_S && percent < 100 && before == 100)
        return TRUE;
    return percent > before && (percent == 100 || percent / STEP_PERCENT > before / STEP_PERCENT);
}

gboolean
coex_history_is_complete(const CoexAccount *account)
{
    const char *told = coex_account_get_setting(account, TOLD_SETTING);
    char *end = NULL;

    return told != NULL && (g_ascii_strtoll(told, &end, 10) == 100 ||
                            coex_account_now(account) - g_ascii_strtoll(end, NULL, 10) > QUIET_S);
}

char *
coex_history_note_progress(CoexAccount *account, CoexBatch *batch, int percent)
{
    gint64 now = coex_account_now(account);
    g_autofree char *told = NULL;

    if (percent < 0 || !is_news(coex_account_get_setting(account, TOLD_SETTING), percent, now))
        return NULL;
    told = g_strdup_printf("%d %" G_GINT64_FORMAT, percent, now);
    coex_account_note_setting(account, batch, TOLD_SETTING, told);
    if (percent < 100)
        return g_strdup_printf(
            _("WhatsApp is sending this number's earlier chats: %d %% have arrived."), percent);
    return g_strdup_printf(_("All of this number's earlier chats have arrived. %chistory shows the "
                             "last lines with somebody."),
                           account->verb_mark);
}

void
coex_history_forget_progress(CoexAccount *account)
{
    g_hash_table_remove(account->settings, TOLD_SETTING);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "media/get.h"

#include "account/account.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "core/which.h"
#include "core/words.h"
#include "media/fetch.h"
#include "media/files.h"
#include "store/store.h"

typedef struct {
    CoexAccount *account;
    gint64 person_id;
    CoexLineFlags flags; /* of the line that names the file */
    gboolean is_theirs;  /* by its place among theirs */
    CoexMediaRow row;    /* that was found */
} Question;

static void
question_free(Question *question)
{
    coex_account_unref(question->account);
    coex_media_free(question->row.media);
    g_free(question->row.path);
    g_free(question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

static CoexPerson *
find_asker(const Question *question)
{
    CoexPeople *people = question->account->people;

    return coex_people_now(people, coex_people_by_id(people, question->person_id));
}

static void
show_again(const Question *question, const CoexFileFacts *facts)
{
    CoexAccount *account = question->account;
    const CoexMediaRow *row = &question->row;
    CoexBatch *batch = coex_account_batch(account);
    g_autofree char *label =
        coex_files_dup_title(row->media, row->message_id, facts, account->verb_mark);

    coex_batch_add_file(batch, find_asker(question)->id, label, row->path, question->flags,
                        coex_account_now(account));
    coex_store_commit(account->store, batch, coex_account_take_lines, coex_account_ref(account));
}

static void
on_slow(gpointer data)
{
    const Question *question = data;

    if (question->account->state != COEX_ACCOUNT_ENDED)
        coex_fetch_tell_slow(question->account, find_asker(question), &question->row);
}

static void
on_measured(GObject *source, GAsyncResult *result, gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    CoexFileFacts facts;
    gboolean is_here = coex_files_measure_finish(result, &facts);

    if (question->account->state == COEX_ACCOUNT_ENDED)
        return;
    if (is_here)
        show_again(question, &facts);
    else
        coex_fetch_ask(question->account, &question->row, question->flags);
}

/* Takes @question. */
static void
measure(Question *question)
{
    coex_files_measure_async(question->row.path, on_slow, on_measured, question);
}

static void
on_found(GPtrArray *rows, const GError *error, gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    CoexAccount *account = question->account;
    const CoexMediaRow *row;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        return;
    }
    if (rows->len == 0) {
        coex_account_tell_notice(account, find_asker(question), "%s",
                                 question->is_theirs
                                     ? _("They have sent no such file. One of ours is named by the "
                                         "number of its line, as in #17.")
                                     : _("There is no such file in this conversation."));
        return;
    }
    row = g_ptr_array_index(rows, 0);
    question->row = *row;
    question->row.media = coex_media_copy(row->media);
    question->row.path = g_strdup(row->path);
    if (row->media->id == NULL)
        coex_account_tell_notice(
            account, find_asker(question),
            _("WhatsApp told nothing by which this file could be fetched. Look at the phone."));
    else if (row->state == COEX_MEDIA_HERE && row->path != NULL)
        measure(g_steal_pointer(&question));
    else
        coex_fetch_ask(account, row, question->flags);
}

void
coex_get_file(CoexAccount *account, CoexPerson *person, const char *words, gboolean play)
{
    g_autoptr(GError) error = NULL;
    g_auto(CoexWhich) which = { 0 };
    CoexMediaQuery query;
    Question *question;

    if (!coex_fetch_is_on(account) || !coex_which_parse(words, &which, &error)) {
        coex_account_tell_notice(account, person, "%s",
                                 error != NULL ? error->message : _("Files are not fetched here."));
        return;
    }
    query = (CoexMediaQuery){ account->id, person->id, which };
    question = g_new0(Question, 1);
    question->account = coex_account_ref(account);
    question->person_id = person->id;
    question->is_theirs = which.number == 0 && which.minute < 0 && which.words == NULL;
    question->flags = COEX_LINE_ASKED | (play ? COEX_LINE_PLAY : 0);
    coex_store_read_media(account->store, &query, on_found, question);
}

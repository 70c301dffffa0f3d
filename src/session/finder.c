// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/finder.h"

#include "account/account.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/feed.h"
#include "core/person-view.h"
#include "core/text.h"
#include "core/words.h"
#include "store/rows.h"
#include "store/store.h"

#define LINES_AT_ONCE 20
#define WORDS_SHOWN 80 /* characters */

struct CoexFinder {
    char *words; /* NULL: nothing was looked for */
    gint64 before;
    gint64 before_id;
};

CoexFinder *
coex_finder_new(void)
{
    return g_new0(CoexFinder, 1);
}

void
coex_finder_free(CoexFinder *finder)
{
    g_free(finder->words);
    g_free(finder);
}

typedef struct {
    CoexAccount *account;
    gint64 person_id; /* in whose conversation, 0: the account's */
    char *words;
    gboolean again;
} Question;

static void
question_free(Question *question)
{
    coex_account_unref(question->account);
    g_free(question->words);
    g_free(question);
}

/* With whom each is. */
static GPtrArray *
name_lines(CoexAccount *account, const GPtrArray *lines)
{
    GPtrArray *named = g_ptr_array_new_with_free_func((GDestroyNotify)coex_feed_item_unref);

    for (guint i = 0; i < lines->len; i++) {
        const CoexFeedItem *line = g_ptr_array_index(lines, i);
        CoexPerson *person = coex_people_by_id(account->people, line->person_id);
        g_autofree char *title =
            person != NULL
                ? coex_account_dup_title(account, coex_people_now(account->people, person))
                : NULL;

        g_ptr_array_add(named, coex_feed_item_copy(line, title));
    }
    return named;
}

/* A sentence, and another where not all was looked at. Takes @line; NULL: there is nothing to say.
 */
static char *
finish_line(char *line, gboolean whole)
{
    g_autofree char *begun = line;
    const char *rest = _("Not all messages have been looked at: ask again in a while.");

    if (whole)
        return g_steal_pointer(&begun);
    return begun != NULL ? g_strjoin(" ", begun, rest, NULL) : g_strdup(rest);
}

static void
tell_found(const Question *question, const CoexPerson *place, const GPtrArray *lines,
           gboolean whole)
{
    CoexAccount *account = question->account;
    g_autofree char *words = coex_text_excerpt(question->words, WORDS_SHOWN);
    const CoexFeedItem *last = g_ptr_array_index(lines, lines->len - 1);
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_FOUND);

    account->finder->before = last->time;
    account->finder->before_id = last->message_id;
    event->text = coex_say(_("Found for “%s”, the newest first:"), words);
    event->lines = name_lines(account, lines);
    if (lines->len == LINES_AT_ONCE)
        event->detail = g_strdup_printf(_("%csearch alone shows more."), account->verb_mark);
    event->detail = finish_line(event->detail, whole);
    if (place != NULL)
        event->person = coex_person_view_ref(coex_views_get(account, place));
    coex_account_tell_in_turn(account, event);
}

static void
tell_nothing(const Question *question, const CoexPerson *place, gboolean whole)
{
    g_autofree char *words = coex_text_excerpt(question->words, WORDS_SHOWN);
    g_autofree char *line =
        finish_line(coex_say(question->again ? _("Nothing more was found for “%s”.")
                                             : _("Nothing was found for “%s”."),
                             words),
                    whole);

    coex_account_tell_notice(question->account, place, "%s", line);
}

static void
on_found(GPtrArray *lines, gboolean whole, const GError *error, gpointer user_data)
{
    Question *question = user_data;
    CoexAccount *account = question->account;

    if (account->state != COEX_ACCOUNT_ENDED) {
        const CoexPerson *place = coex_people_by_id(account->people, question->person_id);

        if (error != NULL)
            coex_account_tell_store_error(account, error);
        else if (lines->len > 0)
            tell_found(question, place, lines, whole);
        else
            tell_nothing(question, place, whole);
    }
    question_free(question);
}

void
coex_finder_ask(CoexAccount *account, const CoexPerson *person, const char *words)
{
    CoexFinder *finder = account->finder;
    gboolean again = coex_text_is_blank(words);
    Question *question;

    if (again && finder->words == NULL) {
        coex_account_tell_notice(account, person,
                                 _("What are you looking for? %csearch and one or more words, all "
                                   "of which must be in the message."),
                                 account->verb_mark);
        return;
    }
    if (!again) {
        g_free(finder->words);
        *finder = (CoexFinder){ g_strdup(words), G_MAXINT64, G_MAXINT64 };
    }
    question = g_new(Question, 1);
    *question = (Question){ coex_account_ref(account), person != NULL ? person->id : 0,
                            g_strdup(finder->words), again };
    coex_store_search(account->store,
                      &(CoexSearchQuery){ account->id, finder->words, finder->before,
                                          finder->before_id, LINES_AT_ONCE },
                      on_found, question);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "account/account.h"
#include "account/lines.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/broadcast-id.h"
#include "core/error.h"
#include "core/person-view.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "send/broadcast-plan.h"
#include "send/broadcast-private.h"
#include "send/broadcast-record.h"
#include "store/store.h"

/* What became of a broadcast, as the store knows it. */

#define TITLES_MAX 300 /* of those to whom the same happened */

typedef struct {
    CoexAccount *account;
    CoexBroadcastRecord *record;
    gint64 person_id; /* in whose conversation; 0: the account's */
    gboolean is_end;  /* only the line of its end */
} Question;

static void
question_free(Question *question)
{
    coex_account_unref(question->account);
    coex_broadcast_record_free(question->record);
    g_free(question);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Question, question_free)

static const CoexPerson *
find_place(const Question *question)
{
    return question->person_id > 0
               ? coex_people_by_id(question->account->people, question->person_id)
               : NULL;
}

/* By person, as they are now. */
typedef struct {
    guint n[COEX_STATE_UNKNOWN + 1]; /* by CoexState */
    guint n_left_out;                /* at their turn */
    guint n_not;                     /* to whom nothing was sent */
    GPtrArray *groups;               /* CoexBroadcastGroup */
} Report;

/* What became of those who have got it, in the order in which it happens. */
enum { SENT, DELIVERED, READ, N_FATES };
/* Translators: each stands before the names of those to whom it applies. */
static const char *const fates[N_FATES] = { N_("Sent"), N_("Delivered"), N_("Read") };

/* What failed with one code stands together, whatever else was said of each. Free with g_free(). */
static char *
dup_fate(const CoexSend *send)
{
    switch (send->state) {
    case COEX_STATE_READ:
    case COEX_STATE_PLAYED:
        return g_strdup(_(fates[READ]));
    case COEX_STATE_DELIVERED:
        return g_strdup(_(fates[DELIVERED]));
    case COEX_STATE_UNCONFIRMED:
        return g_strdup(_("Not confirmed, may have arrived"));
    case COEX_STATE_FAILED:
        return send->error_code > 0 || send->why == NULL
                   ? coex_graph_code_explain(send->error_code, NULL, NULL, TRUE)
                   : g_strdup(send->why);
    case COEX_STATE_PENDING:
    case COEX_STATE_SENT:
    case COEX_STATE_UNKNOWN:
        break;
    }
    return g_strdup(_(fates[SENT]));
}

static gboolean
was_left_out(const CoexSend *send)
{
    return send->state == COEX_STATE_FAILED && send->error_code == COEX_BROADCAST_LEFT_OUT;
}

static GHashTable *
index_sends(CoexAccount *account, GPtrArray *sends)
{
    GHashTable *by_person = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (guint i = 0; i < sends->len; i++) {
        CoexSend *send = g_ptr_array_index(sends, i);
        CoexPerson *person = coex_people_by_id(account->people, send->person_id);

        if (person != NULL)
            g_hash_table_replace(by_person, &coex_people_now(account->people, person)->id, send);
    }
    return by_person;
}

/* Two of them may be one by now. */
static void
fill(Report *report, const Question *question, GHashTable *by_person)
{
    CoexAccount *account = question->account;
    const CoexBroadcastRecord *record = question->record;
    g_autoptr(GHashTable) counted = g_hash_table_new(g_int64_hash, g_int64_equal);

    for (guint i = 0; i < record->people->len; i++) {
        CoexPerson *person =
            coex_people_by_id(account->people, g_array_index(record->people, gint64, i));
        g_autofree char *title = NULL;
        g_autofree char *fate = NULL;
        const CoexSend *send;

        if (person == NULL || person->forgotten)
            continue;
        person = coex_people_now(account->people, person);
        if (!g_hash_table_add(counted, &person->id))
            continue;
        title = coex_account_dup_title(account, person);
        send = g_hash_table_lookup(by_person, &person->id);
        if (send == NULL)
            report->n_not++;
        else if (was_left_out(send))
            report->n_left_out++;
        else
            report->n[MIN((guint)send->state, COEX_STATE_UNKNOWN)]++;
        fate = send != NULL ? dup_fate(send)
                            : g_strdup(record->end != NULL ? _("Not sent") : _("Still to go"));
        coex_broadcast_group_add(report->groups, fate, title, TITLES_MAX);
    }
}

/* Where all have had it, nobody has stopped it: its end could not be written down. */
static const char *
get_end(const CoexBroadcastRecord *record, const Report *report)
{
    guint n_open = report->n_not + report->n[COEX_STATE_UNCONFIRMED];

    return n_open == 0 && g_strcmp0(record->end, COEX_BROADCAST_STOPPED) == 0 ? "" : record->end;
}

static const char *
get_end_words(const char *end)
{
    return g_str_equal(end, COEX_BROADCAST_STOPPED) ? _("It was stopped.") : end;
}

G_GNUC_PRINTF(3, 4)
static void
add_count(GString *list, guint n, const char *format, ...)
{
    g_autofree char *words = NULL;
    va_list args;

    va_start(args, format);
    words = coex_say_args(format, args);
    va_end(args);
    if (n > 0)
        coex_text_list_add(list, "%s", words);
}

/* Who has not got it, for all that is known. */
static void
add_others(GString *list, const Report *report, gboolean is_over)
{
    guint n_unconfirmed = report->n[COEX_STATE_UNCONFIRMED];
    guint n_failed = report->n[COEX_STATE_FAILED];
    guint n_left_out = report->n_left_out;
    guint n_not = report->n_not;

    add_count(list, n_unconfirmed,
              /* Translators: this and the next ones count people. */
              COEX_PLURAL("%u not confirmed", "%u not confirmed", n_unconfirmed), n_unconfirmed);
    add_count(list, n_failed, COEX_PLURAL("%u failed", "%u failed", n_failed), n_failed);
    add_count(list, n_left_out, COEX_PLURAL("%u left out", "%u left out", n_left_out), n_left_out);
    if (is_over)
        add_count(list, n_not, COEX_PLURAL("%u not sent", "%u not sent", n_not), n_not);
    else
        add_count(list, n_not, COEX_PLURAL("%u still to go", "%u still to go", n_not), n_not);
}

static char *
dup_line(const CoexBroadcastRecord *record, const Report *report)
{
    g_autofree char *at = coex_window_dup_known_time(record->at);
    g_autoptr(GString) list = g_string_new(NULL);
    GString *text = g_string_new(NULL);
    guint n = record->people->len;
    guint n_read = report->n[COEX_STATE_READ] + report->n[COEX_STATE_PLAYED];
    guint n_delivered = report->n[COEX_STATE_DELIVERED];
    guint n_sent =
        report->n[COEX_STATE_PENDING] + report->n[COEX_STATE_SENT] + report->n[COEX_STATE_UNKNOWN];

    coex_text_list_add(list, COEX_PLURAL("%u person", "%u people", n), n);
    /* Translators: these count people. */
    add_count(list, n_read, COEX_PLURAL("%u read it", "%u read it", n_read), n_read);
    add_count(list, n_delivered, COEX_PLURAL("%u delivered", "%u delivered", n_delivered),
              n_delivered);
    add_count(list, n_sent, COEX_PLURAL("%u sent", "%u sent", n_sent), n_sent);
    add_others(list, report, record->end != NULL);
    /* Translators: a template, a group, a day and time, a list: “3 people, 2 read it”. */
    coex_say_more(text, _("Broadcast of %s to “%s”, %s: %s."), record->template_name, record->group,
                  at, list->str);
    if (record->end == NULL)
        g_string_append_printf(text, " %s", _("It still runs."));
    else if (*get_end(record, report) != '\0')
        g_string_append_printf(text, " %s", get_end_words(record->end));
    return g_string_free(text, FALSE);
}

/* For how many of them it was taken, and what befell the others. */
static char *
dup_counts(const CoexBroadcastRecord *record, const Report *report)
{
    guint n = record->people->len;
    guint n_taken = 0;
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < G_N_ELEMENTS(report->n); i++)
        if (i != COEX_STATE_FAILED && i != COEX_STATE_UNCONFIRMED)
            n_taken += report->n[i];
    g_string_printf(text,
                    /* Translators: the plural is of the second number. */
                    COEX_PLURAL("WhatsApp has taken it for %u of %u person",
                                "WhatsApp has taken it for %u of %u people", n),
                    n_taken, n);
    add_others(text, report, TRUE);
    return g_string_free(text, FALSE);
}

/* @counts: a sentence's end. Free with g_free(). */
static char *
dup_end_line(const CoexAccount *account, const CoexBroadcastRecord *record, const char *end,
             const char *counts)
{
    if (*end == '\0')
        return coex_say(
            /* Translators: a template's name, the name of a group, and counts of people. */
            _("The broadcast of %s to “%s” is done: %s. %cbroadcast lists them."),
            record->template_name, record->group, counts, account->verb_mark);
    if (g_str_equal(end, COEX_BROADCAST_STOPPED))
        return coex_say(_("The broadcast of %s to “%s” was stopped: %s. %cbroadcast lists "
                          "them, and the same command sends it to the others alone."),
                        record->template_name, record->group, counts, account->verb_mark);
    return coex_say(
        _("The broadcast of %s to “%s” has ended early: %s. %s\n%cbroadcast lists them. Once that "
          "is mended, the same command sends it to the others alone."),
        record->template_name, record->group, counts, end, account->verb_mark);
}

static void
tell_end(const Question *question, const char *end, const char *counts)
{
    CoexAccount *account = question->account;
    g_autofree char *line = dup_end_line(account, question->record, end, counts);

    coex_account_tell_notice(account, find_place(question), "%s", line);
}

/* Those who have not got it, and why, come first. */
static gint
compare_groups(gconstpointer a, gconstpointer b)
{
    const CoexBroadcastGroup *const groups[] = { *(CoexBroadcastGroup *const *)a,
                                                 *(CoexBroadcastGroup *const *)b };
    guint rank[] = { 0, 0 };

    for (guint i = 0; i < G_N_ELEMENTS(groups); i++)
        for (guint j = 0; j < N_FATES; j++)
            if (g_str_equal(groups[i]->reason, _(fates[j])))
                rank[i] = j + 1;
    return (rank[0] > rank[1]) - (rank[0] < rank[1]);
}

static char **
dup_facts(const Report *report)
{
    g_autoptr(GStrvBuilder) facts = g_strv_builder_new();

    g_ptr_array_sort(report->groups, compare_groups);
    for (guint i = 0; i < report->groups->len; i++) {
        const CoexBroadcastGroup *group = g_ptr_array_index(report->groups, i);
        g_autofree char *titles = coex_broadcast_group_dup_titles(group, TITLES_MAX);

        g_strv_builder_add(facts, group->reason);
        g_strv_builder_add(facts, titles);
    }
    return g_strv_builder_end(facts);
}

static void
tell(const Question *question, const Report *report)
{
    CoexAccount *account = question->account;
    const CoexPerson *person = find_place(question);
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_BROADCAST);

    event->person = person != NULL
                        ? coex_person_view_ref((CoexPersonView *)coex_views_get(account, person))
                        : NULL;
    event->text = dup_line(question->record, report);
    event->facts = dup_facts(report);
    coex_account_tell_in_turn(account, event);
}

static void
on_sends(const CoexFigures *figures, const GError *error, gpointer user_data)
{
    g_autoptr(Question) question = user_data;
    g_autoptr(GHashTable) by_person = NULL;
    Report report = { 0 };

    if (question->account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(question->account, error);
        if (question->is_end)
            tell_end(question, question->record->end,
                     _("who has got it cannot be read from the disk now"));
        return;
    }
    by_person = index_sends(question->account, figures->sends);
    report.groups = g_ptr_array_new_with_free_func(coex_broadcast_group_free);
    fill(&report, question, by_person);
    if (question->is_end) {
        g_autofree char *counts = dup_counts(question->record, &report);

        tell_end(question, get_end(question->record, &report), counts);
    } else {
        tell(question, &report);
    }
    g_ptr_array_unref(report.groups);
}

/* Takes @record. */
static void
read_sends(CoexAccount *account, CoexBroadcastRecord *record, const CoexPerson *person,
           gboolean is_end)
{
    g_autofree char *prefix = coex_broadcast_dup_prefix(record->id);
    Question *question = g_new(Question, 1);

    *question =
        (Question){ coex_account_ref(account), record, person != NULL ? person->id : 0, is_end };
    coex_store_read_broadcast(account->store, account->id, prefix, 0, on_sends, question);
}

void
coex_broadcast_tell_end(CoexAccount *account, const CoexPerson *person, CoexBroadcastRecord *record)
{
    read_sends(account, record, person, TRUE);
}

void
coex_broadcast_report(CoexAccount *account, const CoexPerson *person)
{
    CoexBroadcastRecord *record = coex_broadcast_record_load(account);

    if (record != NULL)
        read_sends(account, record, person, FALSE);
    else
        coex_account_tell_notice(account, person,
                                 _("No broadcast was sent yet. %cbroadcast GROUP TEMPLATE value | "
                                   "value sends a template to everybody in a group of the buddy "
                                   "list; {name} in a value stands for each one's name."),
                                 account->verb_mark);
}

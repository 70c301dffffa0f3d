// SPDX-License-Identifier: GPL-2.0-or-later
#include "send/broadcast-plan.h"

#include "account/account.h"
#include "account/people.h"
#include "account/person.h"
#include "account/views.h"
#include "core/costs.h"
#include "core/broadcast-id.h"
#include "core/country.h"
#include "core/error.h"
#include "core/template.h"
#include "core/text.h"
#include "core/window.h"
#include "core/words.h"
#include "send/block.h"
#include "send/broadcast-order.h"
#include "send/broadcast-record.h"
#include "store/batch.h"
#include "store/rows.h"
#include <string.h>

#define TITLES_MAX 12 /* of those who are left out for one reason */
#define FULL_STOPS ".。।۔"

/* ---- people for one reason ---- */

void
coex_broadcast_group_free(gpointer data)
{
    CoexBroadcastGroup *group = data;

    g_free(group->reason);
    g_string_free(group->titles, TRUE);
    g_free(group);
}

/* Reasons are few. */
void
coex_broadcast_group_add(GPtrArray *groups, const char *reason, const char *title, guint titles_max)
{
    CoexBroadcastGroup *group = NULL;

    for (guint i = 0; i < groups->len && group == NULL; i++)
        if (g_str_equal(((CoexBroadcastGroup *)groups->pdata[i])->reason, reason))
            group = groups->pdata[i];
    if (group == NULL) {
        group = g_new0(CoexBroadcastGroup, 1);
        group->reason = g_strdup(reason);
        group->titles = g_string_new(NULL);
        g_ptr_array_add(groups, group);
    }
    if (group->n++ < titles_max)
        coex_text_list_add(group->titles, "%s", title);
}

char *
coex_broadcast_group_dup_titles(const CoexBroadcastGroup *group, guint titles_max)
{
    return coex_text_list_end(group->titles->str, group->n - MIN(group->n, titles_max));
}

/* ---- whom it reaches ---- */

void
coex_broadcast_plan_free(CoexBroadcastPlan *plan)
{
    g_clear_pointer(&plan->record, coex_broadcast_record_free);
    coex_template_unref(plan->template_);
    g_ptr_array_unref(plan->left_out);
    g_ptr_array_unref(plan->again);
    g_hash_table_unref(plan->prices);
    g_free(plan->first);
    g_free(plan);
}

static gboolean
is_marketing(const char *category)
{
    return g_str_equal(category, "MARKETING");
}

const char *
coex_broadcast_get_obstacle(const CoexAccount *account, const CoexPerson *person,
                            const char *category, gint64 asked_at)
{
    if (person == NULL || person->forgotten)
        /* Translators: a reason, as the next ones; it stands in parentheses or after a colon. */
        return _("nothing is known of them any more");
    if (!coex_peer_is_addressable(&person->peer))
        return _("no address of theirs is known any more");
    if (person->in_doubt || person->renewed_at > asked_at)
        return _("this may be somebody else now");
    if (coex_blocks_has(account, person))
        return C_("reason", "blocked");
    if (is_marketing(category) && person->no_marketing)
        return _("want no marketing");
    if (is_marketing(category) && person->peer.wa_id != NULL && *person->peer.wa_id == '1')
        return _("no marketing reaches +1");
    return NULL;
}

typedef struct {
    CoexAccount *account;
    CoexBroadcastPlan *plan;
    GHashTable *had; /* gint64 -> CoexSend, who got the same, or must not get it again */
    GHashTable
        *lately; /* gint64 -> CoexSend, who got another of the template, or the same before */
    GHashTable *counted; /* gint64: ids of people who are in it, or left out, already */
    CoexBatch *newcomers;
} Planning;

static void
leave_out(CoexBroadcastPlan *plan, const char *title, const char *reason)
{
    coex_broadcast_group_add(plan->left_out, reason, title, TITLES_MAX);
}

/* What failed may be sent once more, unless the reason is the person's and lasts. */
static gboolean
is_over(const CoexSend *send, gint64 now)
{
    gint64 wait_s = coex_graph_code_get_wait_s(send->error_code);

    if (send->state != COEX_STATE_FAILED)
        return TRUE;
    if (send->error_code == 0 ||
        coex_graph_code_lookup(send->error_code)->meaning != COEX_ERROR_RECIPIENT)
        return FALSE;
    return wait_s == COEX_WAIT_FOR_EVER || send->time + wait_s > now;
}

static void
index_send(Planning *planning, CoexSend *send)
{
    CoexAccount *account = planning->account;
    CoexPerson *person = coex_people_by_id(account->people, send->person_id);
    gint64 now = coex_account_now(account);
    gboolean is_same = send->local_id != NULL &&
                       coex_broadcast_says_the_same(send->local_id, planning->plan->record->id) &&
                       send->time >= now - COEX_BROADCAST_DAY_S;

    if (person == NULL)
        return;
    person = coex_people_now(account->people, person);
    if (is_same && is_over(send, now))
        g_hash_table_replace(planning->had, &person->id, send);
    else if (!is_same && send->state != COEX_STATE_FAILED)
        g_hash_table_replace(planning->lately, &person->id, send);
}

/* Free with g_free(); NULL: it can go. */
static char *
dup_obstacle(const Planning *planning, const CoexPerson *person)
{
    const CoexBroadcastRecord *record = planning->plan->record;
    const CoexSend *had = g_hash_table_lookup(planning->had, &person->id);
    gint64 now = coex_account_now(planning->account);
    g_autofree char *at = NULL;

    if (had == NULL)
        return g_strdup(
            coex_broadcast_get_obstacle(planning->account, person, record->category, record->at));
    at = coex_window_describe_time(had->time, now);
    if (had->desk != NULL && *had->desk != '\0')
        return coex_say(had->state == COEX_STATE_FAILED
                            /* Translators: the name of a desk, and a time, or a day and a time. */
                            ? _("WhatsApp refused the same from the desk “%s” for them at %s")
                            : _("got the same from the desk “%s” at %s"),
                        had->desk, at);
    return coex_say(had->state == COEX_STATE_FAILED
                        /* Translators: %s is a time, or a day and a time. */
                        ? _("WhatsApp refused the same for them at %s")
                        : _("got the same at %s"),
                    at);
}

static void
count_price(Planning *planning, const CoexPerson *person)
{
    CoexBroadcastPlan *plan = planning->plan;
    CoexAccount *account = planning->account;
    char *price = NULL;
    guint n;

    if (person->free_until > coex_account_now(account)) {
        plan->n_free++;
        return;
    }
    if (account->costs != NULL)
        price = coex_costs_dup_price(account->costs, coex_country_of_peer(&person->peer),
                                     plan->record->category);
    if (price == NULL)
        price = g_strdup("");
    n = GPOINTER_TO_UINT(g_hash_table_lookup(plan->prices, price));
    g_hash_table_replace(plan->prices, price, GUINT_TO_POINTER(n + 1));
}

static void
note_first(CoexBroadcastPlan *plan, const char *title, const char *const *values)
{
    g_autofree char *text = NULL;

    if (plan->first != NULL)
        return;
    text = coex_template_preview(plan->template_, values);
    /* Translators: a person's name, and the message that they will read. */
    plan->first = coex_say(_("To %s:\n%s"), title, text);
}

static void
add_person(Planning *planning, const CoexPerson *person, const char *alias)
{
    CoexAccount *account = planning->account;
    CoexBroadcastPlan *plan = planning->plan;
    g_autofree char *title = coex_account_dup_title(account, person);
    g_autofree char *obstacle = dup_obstacle(planning, person);
    const char *known = coex_person_get_name(person);
    const char *name = known != NULL ? known : alias;
    const CoexSend *lately;
    g_auto(GStrv) filled = NULL;
    g_auto(GStrv) checked = NULL;
    g_autoptr(GError) error = NULL;

    if (obstacle != NULL) {
        leave_out(plan, title, obstacle);
        return;
    }
    filled = coex_broadcast_record_fill(plan->record, name);
    if (filled == NULL) {
        leave_out(plan, title, _("no name is known"));
        return;
    }
    checked = coex_template_check_values(plan->template_, (const char *const *)filled,
                                         coex_account_now(account), NULL, &error);
    if (checked == NULL) {
        leave_out(plan, title, error->message);
        return;
    }
    note_first(plan, title, (const char *const *)checked);
    lately = g_hash_table_lookup(planning->lately, &person->id);
    if (lately != NULL)
        coex_broadcast_group_add(plan->again, lately->desk != NULL ? lately->desk : "", title,
                                 TITLES_MAX);
    coex_broadcast_record_add(plan->record, person->id, name);
    count_price(planning, person);
}

/* Who is new is stored at once: the record names people by their ids. */
static CoexPerson *
find_person(Planning *planning, const char *name)
{
    CoexAccount *account = planning->account;
    CoexPerson *person = coex_people_find_named(account->people, name);
    g_auto(CoexPeer) peer = { 0 };

    if (person == NULL && coex_peer_parse(name, &peer, NULL) &&
        !coex_number_is_same(peer.wa_id, account->number)) {
        person = coex_people_learn(account->people, &peer, 0, FALSE, NULL);
        if (person != NULL)
            coex_batch_put_person(planning->newcomers, person);
    }
    return person != NULL ? coex_people_now(account->people, person) : NULL;
}

/* Several buddies may be one person. */
static void
add_buddy(Planning *planning, const char *name, const char *alias)
{
    CoexPerson *person = find_person(planning, name);

    if (person == NULL)
        leave_out(planning->plan, *alias != '\0' ? alias : name, _("no number"));
    else if (g_hash_table_add(planning->counted, &person->id))
        add_person(planning, person, alias);
}

/* ---- whether it can be sent at all ---- */

static gboolean
check_count(const CoexTemplate *template_, const char *const *values, GError **error)
{
    guint n_values = g_strv_length((char **)values);
    guint max = template_->variables->len;

    if (n_values <= max)
        return TRUE;
    if (max == 0)
        coex_error_say(error, COEX_ERROR_INVALID_INPUT, _("the template “%s” takes no values."),
                       template_->name);
    else
        coex_error_say(error, COEX_ERROR_INVALID_INPUT,
                       COEX_PLURAL("the template “%s” takes %u value, not %u.",
                                   "the template “%s” takes %u values, not %u.", max),
                       template_->name, max, n_values);
    return FALSE;
}

static gboolean
check_template(const CoexTemplate *template_, const char *const *values, GError **error)
{
    if (template_->obstacle != NULL) {
        coex_error_say(error, COEX_ERROR_INVALID_INPUT, _("%s cannot be sent: %s"), template_->name,
                       template_->obstacle);
        return FALSE;
    }
    if (!check_count(template_, values, error))
        return FALSE;
    for (guint i = 0; i < template_->variables->len && values[i] != NULL; i++) {
        const CoexTemplateVariable *variable = g_ptr_array_index(template_->variables, i);

        if (variable->kind != COEX_VALUE_FILE || g_str_has_prefix(values[i], "https://"))
            continue;
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("A broadcast takes a file by its address, which begins with https://, from "
                      "which WhatsApp "
                      "fetches it."));
        return FALSE;
    }
    return TRUE;
}

/* Some reasons are sentences: how long one is without its full stop. */
static gsize
get_reason_length(const char *reason)
{
    const char *end = reason + strlen(reason);
    const char *last = g_utf8_find_prev_char(reason, end);

    if (last == NULL || g_utf8_strchr(FULL_STOPS, -1, g_utf8_get_char(last)) == NULL)
        last = end;
    return (gsize)(last - reason);
}

static void
append_left_out(const CoexBroadcastPlan *plan, GString *text)
{
    for (guint i = 0; i < plan->left_out->len; i++) {
        const CoexBroadcastGroup *group = g_ptr_array_index(plan->left_out, i);
        g_autofree char *titles = coex_broadcast_group_dup_titles(group, TITLES_MAX);
        g_autofree char *reason = g_strndup(group->reason, get_reason_length(group->reason));

        g_string_append_c(text, '\n');
        /* Translators: the reason why, and a list of names. */
        coex_say_more(text, _("Left out (%s): %s."), reason, titles);
    }
}

/* Where all have the same reason, it is said alone. */
static void
set_nobody(const CoexBroadcastPlan *plan, GError **error)
{
    const CoexBroadcastGroup *only =
        plan->left_out->len == 1 ? g_ptr_array_index(plan->left_out, 0) : NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    if (plan->left_out->len == 0)
        coex_say_more(text, _("nobody in “%s” is of this account."), plan->record->group);
    else if (only == NULL)
        coex_say_more(text, _("nobody of “%s” would get it."), plan->record->group);
    else if (only->reason[get_reason_length(only->reason)] != '\0')
        g_string_assign(text, only->reason);
    else
        coex_say_more(text, _("nobody of “%s” would get it: %s."), plan->record->group,
                      only->reason);
    if (only == NULL)
        append_left_out(plan, text);
    g_set_error_literal(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT, text->str);
}

CoexBroadcastPlan *
coex_broadcast_plan_new(CoexAccount *account, const CoexBroadcastOrder *order, GPtrArray *sends,
                        GError **error)
{
    g_autoptr(GHashTable) had = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GHashTable) lately = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(GHashTable) counted = g_hash_table_new(g_int64_hash, g_int64_equal);
    g_autoptr(CoexBatch) newcomers = NULL;
    g_autoptr(CoexBroadcastPlan) plan = NULL;
    Planning planning;

    if (!check_template(order->template_, order->values, error))
        return NULL;
    newcomers = coex_account_batch(account);
    plan = g_new0(CoexBroadcastPlan, 1);
    plan->record = coex_broadcast_record_new(order->group, order->template_, order->values,
                                             coex_account_now(account));
    plan->template_ = coex_template_ref(order->template_);
    plan->left_out = g_ptr_array_new_with_free_func(coex_broadcast_group_free);
    plan->prices = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    plan->again = g_ptr_array_new_with_free_func(coex_broadcast_group_free);
    planning = (Planning){ account, plan, had, lately, counted, newcomers };
    for (guint i = 0; i < sends->len; i++)
        index_send(&planning, g_ptr_array_index(sends, i));
    for (guint i = 0; order->buddies[i] != NULL && order->buddies[i + 1] != NULL; i += 2)
        add_buddy(&planning, order->buddies[i], order->buddies[i + 1]);
    if (!coex_batch_is_empty(newcomers))
        coex_account_commit(account, g_steal_pointer(&newcomers));
    if (plan->record->people->len > 0)
        return g_steal_pointer(&plan);
    set_nobody(plan, error);
    return NULL;
}

/* ---- what there is to know before ---- */

char *
coex_broadcast_plan_dup_question(const CoexBroadcastPlan *plan)
{
    guint n = plan->record->people->len;

    return coex_say(
        /* Translators: a template's name and language, how many people, and the name of their
           group */
        COEX_PLURAL("Send %s (%s) to %u person of “%s”?", "Send %s (%s) to %u people of “%s”?", n),
        plan->template_->name, plan->template_->language, n, plan->record->group);
}

static const char *
get_billing(const char *category)
{
    if (is_marketing(category))
        return _("Each is billed as marketing.");
    if (g_str_equal(category, "UTILITY"))
        return _("Each is billed as utility.");
    if (g_str_equal(category, "AUTHENTICATION"))
        return _("Each is billed as authentication.");
    return _("Each is billed.");
}

/* They get it all the same: what was sent to them may have said something else. */
static void
append_again(const CoexBroadcastPlan *plan, GString *text)
{
    for (guint i = 0; i < plan->again->len; i++) {
        const CoexBroadcastGroup *group = g_ptr_array_index(plan->again, i);
        g_autofree char *titles = coex_broadcast_group_dup_titles(group, TITLES_MAX);
        const char *name = plan->template_->name;

        g_string_append_c(text, '\n');
        if (*group->reason == '\0')
            coex_say_more(
                text,
                COEX_PLURAL("%u of them got %s in the last three days, and gets it again: %s.",
                            "%u of them got %s in the last three days, and get it again: %s.",
                            group->n),
                group->n, name, titles);
        else
            coex_say_more(
                text,
                COEX_PLURAL("%u of them got %s from the desk “%s” in the last three days, and gets "
                            "it again: %s.",
                            "%u of them got %s from the desk “%s” in the last three days, and get "
                            "it again: %s.",
                            group->n),
                group->n, name, group->reason, titles);
    }
}

static void
append_costs(const CoexBroadcastPlan *plan, GString *text)
{
    g_autoptr(GList) prices =
        g_list_sort(g_hash_table_get_keys(plan->prices), (GCompareFunc)strcmp);
    g_autoptr(GString) list = g_string_new(NULL);

    g_string_append(text, get_billing(plan->record->category));
    for (const GList *link = prices; link != NULL; link = link->next) {
        guint n = GPOINTER_TO_UINT(g_hash_table_lookup(plan->prices, link->data));

        if (*(const char *)link->data != '\0')
            /* Translators: how many messages, and the price of each. */
            coex_text_list_add(list, COEX_PLURAL("%u at %s", "%u at %s", n), n,
                               (const char *)link->data);
    }
    if (plan->n_free > 0)
        coex_text_list_add(list,
                           COEX_PLURAL("%u free, inside the free entry point",
                                       "%u free, inside the free entry point", plan->n_free),
                           plan->n_free);
    if (list->len > 0) {
        g_string_append_c(text, ' ');
        /* Translators: %s is a list such as “2 at EUR 0.1131, 1 free, inside …”. */
        coex_say_more(text, _("Prices: %s."), list->str);
    }
}

/* @n_s: seconds that all of it takes. */
static void
append_duration(GString *text, guint n_s, char verb_mark)
{
    guint n_min = n_s / 60 + 1;

    if (n_s < 90)
        g_string_append_printf(text, _("It takes about %u s; %cbroadcast stop ends it."), n_s,
                               verb_mark);
    else
        g_string_append_printf(text,
                               COEX_PLURAL("It takes about %u minute; %cbroadcast stop ends it.",
                                           "It takes about %u minutes; %cbroadcast stop ends it.",
                                           n_min),
                               n_min, verb_mark);
}

char *
coex_broadcast_plan_dup_details(const CoexBroadcastPlan *plan, const CoexAccount *account)
{
    GString *text = g_string_new(NULL);

    append_costs(plan, text);
    append_left_out(plan, text);
    append_again(plan, text);
    g_string_append_c(text, '\n');
    append_duration(text, plan->record->people->len / COEX_BROADCAST_PER_S + 1, account->verb_mark);
    g_string_append_printf(text, "\n%s", plan->first);
    return g_string_free(text, FALSE);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/session.h"

#include "core/text.h"
#include "session/account.h"
#include "session/news.h"
#include <string.h>

/* The main half: a mirror of what the user sees, commands down, events up. */
struct CoexSession {
    const CoexSessionObserver *observer;
    gpointer user_data;
    CoexHub *hub;
    CoexMailbox *mailbox;
    CoexAccount *account; /* the engine's; only named in commands here */
    GHashTable *views;    /* name -> CoexPersonView */
    CoexCatalogue *catalogue;
    gint64 (*clock)(gpointer clock_data);
    gpointer clock_data;
    CoexClock system_clock; /* where there is no other */
    gint64 skew;
    const CoexFeedItem *showing; /* the observer has it right now */
};

/* ---- news ---- */

CoexNews *
coex_news_new(CoexNewsKind kind, CoexSession *session)
{
    CoexNews *news = g_new0(CoexNews, 1);

    news->kind = kind;
    news->session = session;
    return news;
}

void
coex_news_free(CoexNews *news)
{
    g_clear_pointer(&news->person, coex_person_view_unref);
    g_clear_pointer(&news->item, coex_feed_item_unref);
    g_clear_pointer(&news->lines, g_ptr_array_unref);
    g_clear_pointer(&news->catalogue, coex_catalogue_unref);
    g_clear_error(&news->error);
    g_free(news->text);
    g_free(news->detail);
    g_free(news);
}

static void
deliver_person(CoexSession *session, const CoexPersonView *view)
{
    /* The key lives in the view, so it is replaced with it. */
    g_hash_table_replace(session->views, view->name, coex_person_view_ref(view));
    if (session->observer->person != NULL)
        session->observer->person(view, session->user_data);
}

static void
mark_shown(CoexSession *session)
{
    const CoexFeedItem *item = g_steal_pointer(&session->showing);

    if (item != NULL)
        coex_hub_mark_shown(session->hub, item->account_id, item->seq);
}

/* The mark follows the display at once: a kill between the two repeats one line, nothing more. When
 * the observer ends the session, that sets the mark. */
static void
deliver_feed(CoexSession *session, const CoexNews *news)
{
    CoexMailbox *mailbox = session->mailbox;

    session->showing = news->item;
    if (session->observer->feed != NULL)
        session->observer->feed(news->item, news->person, session->user_data);
    if (!coex_mailbox_is_closed(mailbox))
        mark_shown(session);
}

static void
deliver_notice(CoexSession *session, const CoexNews *news)
{
    CoexMailbox *mailbox = session->mailbox;

    if (session->observer->notice != NULL)
        session->observer->notice(news->person, news->text, session->user_data);
    if (news->is_report && !coex_mailbox_is_closed(mailbox))
        coex_hub_forget_report(session->hub);
}

static void
deliver_catalogue(CoexSession *session, const CoexNews *news)
{
    if (news->catalogue != NULL) {
        g_clear_pointer(&session->catalogue, coex_catalogue_unref);
        session->catalogue = coex_catalogue_ref(news->catalogue);
    }
    if (session->observer->catalogue != NULL)
        session->observer->catalogue(session->catalogue, news->error, session->user_data);
}

void
coex_session_deliver(CoexNews *news)
{
    CoexSession *session = news->session;
    const CoexSessionObserver *observer = session->observer;
    gpointer data = session->user_data;

    switch (news->kind) {
    case COEX_NEWS_PROGRESS:
        if (observer->progress != NULL)
            observer->progress(news->text, news->step, news->n_steps, data);
        break;
    case COEX_NEWS_ONLINE:
        if (observer->online != NULL)
            observer->online(data);
        break;
    case COEX_NEWS_FAILED:
        if (observer->failed != NULL)
            observer->failed(news->error, data);
        break;
    case COEX_NEWS_PERSON:
        deliver_person(session, news->person);
        break;
    case COEX_NEWS_FEED:
        deliver_feed(session, news);
        break;
    case COEX_NEWS_PROMPT:
        if (observer->prompt != NULL)
            observer->prompt(news->person, news->text, news->detail, data);
        break;
    case COEX_NEWS_PROMPT_OVER:
        if (observer->prompt_over != NULL)
            observer->prompt_over(news->person, data);
        break;
    case COEX_NEWS_NOTICE:
        deliver_notice(session, news);
        break;
    case COEX_NEWS_CATALOGUE:
        deliver_catalogue(session, news);
        break;
    case COEX_NEWS_ASK_WEBHOOK:
        if (observer->ask_webhook != NULL)
            observer->ask_webhook(news->text, news->detail, data);
        break;
    case COEX_NEWS_PAST:
        if (observer->past != NULL)
            observer->past(news->person, news->lines, news->asked, data);
        break;
    case COEX_NEWS_SKEW:
        session->skew = news->skew;
        break;
    }
}

/* ---- life ---- */

static void
on_mailbox_drained(gpointer data)
{
    coex_hub_wake(data);
}

CoexSession *
coex_session_new(const CoexSessionConfig *config, const CoexSessionObserver *observer,
                 gpointer user_data)
{
    CoexSession *session = g_new0(CoexSession, 1);

    session->observer = observer;
    session->user_data = user_data;
    session->clock = config->clock;
    session->clock_data = config->clock_data;
    coex_clock_start(&session->system_clock);
    session->hub = coex_hub_join(config->database, config->program);
    session->mailbox = coex_mailbox_new(on_mailbox_drained, session->hub);
    session->views = g_hash_table_new_full(g_str_hash, g_str_equal, NULL,
                                           (GDestroyNotify)coex_person_view_unref);
    session->account =
        coex_account_new(session->hub, config, (CoexTarget){ session->mailbox, session });
    return session;
}

static void
close_account(gpointer data)
{
    CoexAccount *account = data;

    coex_account_close(account);
    coex_account_unref(account);
}

void
coex_session_free(CoexSession *session)
{
    mark_shown(session);
    coex_mailbox_close(session->mailbox);
    coex_engine_call(coex_hub_get_engine(session->hub), close_account, session->account, NULL);
    coex_hub_leave(session->hub);
    coex_mailbox_unref(session->mailbox);
    g_hash_table_unref(session->views);
    g_clear_pointer(&session->catalogue, coex_catalogue_unref);
    g_free(session);
}

/* ---- commands ---- */

typedef struct Command Command;
struct Command {
    CoexAccount *account;
    void (*run)(Command *command, CoexPerson *person);
    void (*act)(CoexOutbox *outbox, CoexPerson *person); /* of run_outbox() */
    gboolean whole_account;                              /* needs no person */
    gboolean makes_person;
    gboolean outlives; /* what was typed is kept, also when the account has just failed */
    char *name;
    char *text;
    gboolean flag;
    guint limit;
    gint64 before;
    CoexSendWay way;
    CoexTemplate *template_;
    char **values;
};

static void
command_free(Command *command)
{
    g_clear_pointer(&command->template_, coex_template_unref);
    g_strfreev(command->values);
    g_free(command->name);
    g_free(command->text);
    g_free(command);
}

/* Who is new is not stored here, but with what makes the person known. */
static CoexPerson *
command_person(Command *command)
{
    CoexAccount *account = command->account;
    g_auto(CoexPeer) peer = { 0 };
    CoexPerson *person = coex_people_find_name(account->people, command->name);

    if (person != NULL || !command->makes_person)
        return person;
    if (!coex_peer_parse(command->name, &peer, NULL))
        return NULL;
    return coex_people_learn(account->people, &peer, 0, FALSE, NULL);
}

static void
command_run(gpointer data)
{
    Command *command = data;
    const CoexAccount *account = command->account;
    CoexPerson *person = NULL;

    if ((account->dead || !account->online) && !(command->outlives && account->outbox != NULL))
        return;
    if (command->name != NULL)
        person = command_person(command);
    if (person != NULL || command->whole_account) {
        command->run(command, person);
        return;
    }
    g_autofree char *title = coex_peer_dup_name_display(command->name);
    coex_account_tell_notice(command->account, NULL, "Nothing is known of %s.", title);
}

static Command *
command_new(CoexSession *session, const char *name, void (*run)(Command *, CoexPerson *))
{
    Command *command = g_new0(Command, 1);

    command->account = session->account;
    command->run = run;
    command->name = g_strdup(name);
    return command;
}

static void
command_post(CoexSession *session, Command *command)
{
    coex_engine_call(coex_hub_get_engine(session->hub), command_run, command,
                     (GDestroyNotify)command_free);
}

static void
login_call(gpointer data)
{
    coex_account_login(data);
}

void
coex_session_start(CoexSession *session)
{
    coex_engine_call(coex_hub_get_engine(session->hub), login_call, session->account, NULL);
}

static void
run_send(Command *command, CoexPerson *person)
{
    coex_outbox_send_text(command->account->outbox, person, command->text, command->way);
}

/* A buddy's name, also one that is no address, or what leads to somebody. */
static gboolean
is_somebody(CoexSession *session, const char *name, GError **error)
{
    g_auto(CoexPeer) peer = { 0 };

    return coex_session_find_person(session, name) != NULL || coex_peer_parse(name, &peer, error);
}

static gboolean
post_text(CoexSession *session, const char *name, const char *markup, CoexSendWay way,
          GError **error)
{
    g_autofree char *text = coex_text_from_markup(markup);
    Command *command;

    if (!is_somebody(session, name, error))
        return FALSE;
    if (coex_text_is_blank(g_strstrip(text))) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    "There is no text in this message. Type one.");
        return FALSE;
    }
    command = command_new(session, name, run_send);
    command->makes_person = TRUE;
    command->outlives = TRUE;
    command->text = g_steal_pointer(&text);
    command->way = way;
    command_post(session, command);
    return TRUE;
}

gboolean
coex_session_send(CoexSession *session, const char *name, const char *markup, GError **error)
{
    return post_text(session, name, markup, COEX_SEND_TYPED, error);
}

gboolean
coex_session_send_shown(CoexSession *session, const char *name, const char *markup, GError **error)
{
    return post_text(session, name, markup, COEX_SEND_SHOWN, error);
}

gboolean
coex_session_hold_text(CoexSession *session, const char *name, const char *markup, GError **error)
{
    return post_text(session, name, markup, COEX_SEND_HELD, error);
}

static void
run_send_template(Command *command, CoexPerson *person)
{
    coex_outbox_send_template(command->account->outbox, person, command->template_,
                              (const char *const *)command->values);
}

gboolean
coex_session_send_template(CoexSession *session, const char *name, const CoexTemplate *template_,
                           const char *const *values, GError **error)
{
    g_auto(GStrv) checked = NULL;
    Command *command;

    if (!is_somebody(session, name, error))
        return FALSE;
    checked = coex_template_check_values(template_, values, NULL, error);
    if (checked == NULL)
        return FALSE;
    command = command_new(session, name, run_send_template);
    command->makes_person = TRUE;
    command->template_ = coex_template_ref(template_);
    command->values = g_steal_pointer(&checked);
    command_post(session, command);
    return TRUE;
}

static void
run_outbox(Command *command, CoexPerson *person)
{
    command->act(command->account->outbox, person);
}

static void
post_outbox(CoexSession *session, const char *name, void (*act)(CoexOutbox *, CoexPerson *))
{
    Command *command = command_new(session, name, run_outbox);

    /* Only what is held can be asked of everybody. */
    command->whole_account = name == NULL && act == coex_outbox_list_held;
    command->act = act;
    command_post(session, command);
}

void
coex_session_hold(CoexSession *session, const char *name)
{
    post_outbox(session, name, coex_outbox_hold);
}

void
coex_session_cancel(CoexSession *session, const char *name)
{
    post_outbox(session, name, coex_outbox_cancel);
}

void
coex_session_resend(CoexSession *session, const char *name)
{
    post_outbox(session, name, coex_outbox_resend);
}

void
coex_session_discard(CoexSession *session, const char *name)
{
    post_outbox(session, name, coex_outbox_discard);
}

void
coex_session_list_held(CoexSession *session, const char *name)
{
    post_outbox(session, name, coex_outbox_list_held);
}

static void
run_recall(Command *command, CoexPerson *person)
{
    coex_recall_ask(command->account, person, command->limit, command->before, command->flag);
}

void
coex_session_recall(CoexSession *session, const char *name, guint limit, gint64 before,
                    gboolean on_demand)
{
    Command *command = command_new(session, name, run_recall);

    command->limit = limit;
    command->before = before > 0 ? before : G_MAXINT64;
    command->flag = on_demand;
    command_post(session, command);
}

static void
run_keep_line(Command *command, CoexPerson *person)
{
    CoexAccount *account = command->account;
    CoexBatch *batch;

    if (person == NULL) {
        coex_account_keep_line(account, command->text);
        return;
    }
    batch = coex_account_batch(account);
    coex_batch_add_line(batch, person->id, COEX_FEED_NOTICE, command->text, NULL,
                        coex_account_now(account));
    coex_account_commit(account, batch);
}

void
coex_session_keep_line(CoexSession *session, const char *name, const char *text)
{
    Command *command = command_new(session, name, run_keep_line);

    command->outlives = TRUE;
    command->whole_account = name == NULL;
    command->text = g_strdup(text);
    command_post(session, command);
}

static void
run_forget_recalled(Command *command, CoexPerson *person)
{
    if (person != NULL)
        g_hash_table_remove(command->account->views.recalled, &person->id);
}

void
coex_session_forget_recalled(CoexSession *session, const char *name)
{
    Command *command = command_new(session, name, run_forget_recalled);

    command->whole_account = TRUE; /* who is unknown needs nothing */
    command_post(session, command);
}

static void
run_mark_seen(Command *command, CoexPerson *person)
{
    coex_waiting_note_seen(command->account, person);
    if (command->account->receipts == COEX_RECEIPTS_SEEN)
        coex_receipts_mark_read(command->account, person);
}

void
coex_session_mark_seen(CoexSession *session, const char *name)
{
    if (coex_session_find_person(session, name) != NULL)
        command_post(session, command_new(session, name, run_mark_seen));
}

static void
run_mark_unseen(Command *command, CoexPerson *person)
{
    coex_waiting_note_unread(command->account, person, command->before);
    coex_views_tell(command->account, person);
}

void
coex_session_mark_unseen(CoexSession *session, const char *name, gint64 time)
{
    const CoexPersonView *view = coex_session_find_person(session, name);
    Command *command;

    if (view == NULL || view->unread_since > 0)
        return;
    command = command_new(session, name, run_mark_unseen);
    command->before = time;
    command_post(session, command);
}

static void
run_list(Command *command, CoexPerson *person)
{
    person->pinned = command->flag;
    person->hidden = !command->flag;
    coex_account_store_person(command->account, person);
    coex_views_tell(command->account, person);
}

static void
post_list(CoexSession *session, const char *name, gboolean listed)
{
    Command *command = command_new(session, name, run_list);

    command->makes_person = listed;
    command->flag = listed;
    command_post(session, command);
}

void
coex_session_pin(CoexSession *session, const char *name)
{
    post_list(session, name, TRUE);
}

void
coex_session_unlist(CoexSession *session, const char *name)
{
    post_list(session, name, FALSE);
}

static void
run_take_nick(Command *command, CoexPerson *person)
{
    coex_account_take_nick(command->account, person, command->text);
}

void
coex_session_take_nick(CoexSession *session, const char *name, const char *nick)
{
    Command *command = command_new(session, name, run_take_nick);

    command->text = g_strdup(nick);
    command_post(session, command);
}

static void
run_refresh(Command *command, CoexPerson *person)
{
    coex_templates_refresh(command->account, TRUE);
}

void
coex_session_refresh_templates(CoexSession *session)
{
    Command *command = command_new(session, NULL, run_refresh);

    command->whole_account = TRUE;
    command_post(session, command);
}

static void
run_answer_webhook(Command *command, CoexPerson *person)
{
    coex_registration_answer(command->account, command->text, command->flag);
}

void
coex_session_answer_webhook(CoexSession *session, const char *registered_url, gboolean yes)
{
    Command *command = command_new(session, NULL, run_answer_webhook);

    command->whole_account = TRUE;
    command->text = g_strdup(registered_url);
    command->flag = yes;
    command_post(session, command);
}

static void
run_register_webhook(Command *command, CoexPerson *person)
{
    coex_registration_check(command->account, TRUE);
}

void
coex_session_register_webhook(CoexSession *session)
{
    Command *command = command_new(session, NULL, run_register_webhook);

    command->whole_account = TRUE;
    command_post(session, command);
}

/* ---- the mirror ---- */

CoexCatalogue *
coex_session_get_catalogue(CoexSession *session)
{
    return session->catalogue;
}

gboolean
coex_session_is_catalogue_stale(CoexSession *session)
{
    return session->catalogue == NULL ||
           coex_session_get_time(session) - coex_catalogue_get_fetched_at(session->catalogue) >
               COEX_CATALOGUE_FRESH_S;
}

const CoexPersonView *
coex_session_find_person(CoexSession *session, const char *name)
{
    const CoexPersonView *view = g_hash_table_lookup(session->views, name);
    g_auto(CoexPeer) peer = { 0 };
    g_autofree char *key = NULL;

    if (view != NULL || !coex_peer_parse(name, &peer, NULL))
        return view;
    key = coex_peer_dup_name(&peer);
    return g_hash_table_lookup(session->views, key);
}

gint64
coex_session_get_time(CoexSession *session)
{
    gint64 now = session->clock != NULL ? session->clock(session->clock_data)
                                        : coex_clock_get(&session->system_clock);

    return now + session->skew;
}

char *
coex_session_describe_window(CoexSession *session, const char *name)
{
    const CoexPersonView *view = coex_session_find_person(session, name);
    CoexWindow window = { 0 };

    if (view != NULL)
        window = view->window;
    return coex_window_describe(window, coex_session_get_time(session));
}

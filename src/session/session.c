// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/session.h"

#include "account/mailbox.h"
#include "core/costs.h"
#include "core/error.h"
#include "core/payload.h"
#include "core/template.h"
#include "core/text.h"
#include "core/words.h"
#include "session/command.h"
#include "session/hub.h"
#include "session/life.h"
#include "session/login.h"
#include "session/mirror.h"
#include "session/naming.h"
#include "session/options.h"
#include <string.h>

/* The main half: a mirror of what the user sees, commands down, events up. */
struct CoexSession {
    CoexSessionObserver observer;
    gpointer user_data;
    CoexHub *hub;
    CoexMailbox *mailbox;
    CoexAccount *account; /* the engine's; only named in commands here */
    GHashTable *people;   /* the mirror of session/mirror.h */
    CoexCatalogue *catalogue;
    char **recent; /* templates, sent here since; NULL: none */
    gint64 (*clock)(gpointer clock_data);
    gpointer clock_data;
    CoexClock system_clock; /* where there is no other */
    CoexOptionNamer dup_option_name;
    gint64 skew;
    CoexCosts *costs;            /* NULL: not told yet */
    const CoexFeedItem *showing; /* the observer has it right now */
};

/* ---- events ---- */

/* What the mirror has of it. */
static void
keep(CoexSession *session, const CoexSessionEvent *event)
{
    coex_mirror_take(session->people, event);
    if (event->kind == COEX_SESSION_CATALOGUE && event->catalogue != NULL) {
        g_clear_pointer(&session->catalogue, coex_catalogue_unref);
        session->catalogue = coex_catalogue_ref(event->catalogue);
    } else if (event->kind == COEX_SESSION_FEED) {
        session->showing = event->item;
    } else if (event->kind == COEX_SESSION_COSTS) {
        g_clear_pointer(&session->costs, coex_costs_unref);
        session->costs = coex_costs_ref(event->costs);
    } else if (event->kind == COEX_SESSION_SKEW) {
        session->skew = event->skew;
    }
}

static void
mark_shown(CoexSession *session)
{
    const CoexFeedItem *item = g_steal_pointer(&session->showing);

    if (item != NULL)
        coex_hub_mark_shown(session->hub, item->account_id, item->seq);
}

static void
deliver_one(CoexSession *session, const CoexSessionEvent *event)
{
    keep(session, event);
    if (event->kind != COEX_SESSION_COSTS && event->kind != COEX_SESSION_SKEW)
        session->observer(event, session->user_data);
}

/* Until the observer ends the session. */
static void
deliver_people(CoexSession *session, const GPtrArray *people)
{
    CoexMailbox *mailbox = session->mailbox;

    for (guint i = 0; i < people->len && !coex_mailbox_is_closed(mailbox); i++) {
        CoexSessionEvent event = { .kind = COEX_SESSION_PERSON,
                                   .session = session,
                                   .person = g_ptr_array_index(people, i) };

        deliver_one(session, &event);
    }
}

/* The mark follows the display at once: a kill between the two repeats one line, nothing more. When
 * the observer ends the session, that sets the mark. */
static void
deliver(gpointer letter)
{
    CoexSessionEvent *event = letter;
    CoexSession *session = event->session;
    CoexMailbox *mailbox = session->mailbox;

    coex_naming_write(event, session->dup_option_name);
    if (event->kind == COEX_SESSION_PEOPLE)
        deliver_people(session, event->people);
    else
        deliver_one(session, event);
    if (coex_mailbox_is_closed(mailbox))
        return;
    mark_shown(session);
    if (event->is_report)
        coex_hub_forget_report(session->hub);
}

/* ---- life ---- */

static void
on_mailbox_drained(gpointer data)
{
    coex_hub_wake(data);
}

gboolean
coex_session_check_options(const CoexSessionConfig *config, GError **error)
{
    return coex_options_check_config(config, error);
}

CoexSession *
coex_session_new(const CoexSessionConfig *config, CoexSessionObserver observer, gpointer user_data)
{
    CoexSession *session = g_new0(CoexSession, 1);

    session->observer = observer;
    session->user_data = user_data;
    session->clock = config->clock;
    session->clock_data = config->clock_data;
    session->dup_option_name = config->dup_option_name;
    coex_clock_start(&session->system_clock);
    session->hub = coex_hub_join(config->database, config->program);
    session->mailbox = coex_mailbox_new(on_mailbox_drained, session->hub);
    session->people = coex_mirror_new();
    session->account =
        coex_account_new(session->hub, config, (CoexTarget){ session->mailbox, deliver, session });
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
    g_hash_table_unref(session->people);
    g_clear_pointer(&session->catalogue, coex_catalogue_unref);
    g_clear_pointer(&session->costs, coex_costs_unref);
    g_strfreev(session->recent);
    g_free(session);
}

/* ---- commands ---- */

static void
run_call(gpointer data)
{
    coex_command_run(data);
}

static void
post(CoexSession *session, CoexCommand *command)
{
    coex_engine_call(coex_hub_get_engine(session->hub), run_call, command,
                     (GDestroyNotify)coex_command_free);
}

static void
post_verb(CoexSession *session, CoexCommandKind kind, const char *name)
{
    post(session, coex_command_new(kind, session->account, name));
}

static void
post_flag(CoexSession *session, CoexCommandKind kind, const char *name, const char *words,
          gboolean flag)
{
    CoexCommand *command = coex_command_new(kind, session->account, name);

    command->text = g_strdup(words);
    command->flag = flag;
    post(session, command);
}

static void
post_words(CoexSession *session, CoexCommandKind kind, const char *name, const char *words)
{
    post_flag(session, kind, name, words, FALSE);
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
    CoexCommand *command;

    if (!is_somebody(session, name, error))
        return FALSE;
    if (coex_text_is_blank(g_strstrip(text))) {
        g_set_error(error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
                    _("There is no text in this message. Type one."));
        return FALSE;
    }
    command = coex_command_new(COEX_COMMAND_SEND, session->account, name);
    command->text = g_steal_pointer(&text);
    command->way = way;
    post(session, command);
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

/* NULL: it cannot be sent so. */
static CoexCommand *
make_file_command(CoexSession *session, const char *name, const char *path, const char *caption,
                  GError **error)
{
    g_autofree char *text = g_utf8_make_valid(caption != NULL ? caption : "", -1);
    CoexCommand *command;

    if (!is_somebody(session, name, error))
        return NULL;
    if (g_utf8_strlen(g_strstrip(text), -1) > COEX_MEDIA_CAPTION_MAX) {
        g_set_error(
            error, COEX_ERROR, COEX_ERROR_INVALID_INPUT,
            COEX_PLURAL(
                "The words beside a file have at most %d character. Send them as a message.",
                "The words beside a file have at most %d characters. Send them as a message.",
                COEX_MEDIA_CAPTION_MAX),
            COEX_MEDIA_CAPTION_MAX);
        return NULL;
    }
    command = coex_command_new(COEX_COMMAND_SEND_FILE, session->account, name);
    command->path = g_strdup(path);
    command->text = *text != '\0' ? g_steal_pointer(&text) : NULL;
    return command;
}

gboolean
coex_session_send_file(CoexSession *session, const char *name, const char *path,
                       const char *caption, guint transfer, GError **error)
{
    CoexCommand *command = make_file_command(session, name, path, caption, error);

    if (command == NULL)
        return FALSE;
    command->transfer = transfer;
    post(session, command);
    return TRUE;
}

/* Takes @command; NULL: there is none. */
static gboolean
post_picture(CoexSession *session, CoexCommand *command, GBytes *content, CoexSendWay way)
{
    if (command == NULL)
        return FALSE;
    command->content = g_bytes_ref(content);
    command->way = way;
    post(session, command);
    return TRUE;
}

gboolean
coex_session_send_voice(CoexSession *session, const char *name, const char *path, guint transfer,
                        GError **error)
{
    CoexCommand *command = make_file_command(session, name, path, NULL, error);

    if (command == NULL)
        return FALSE;
    command->as_voice = TRUE;
    command->transfer = transfer;
    post(session, command);
    return TRUE;
}

gboolean
coex_session_send_picture(CoexSession *session, const char *name, const char *file_name,
                          GBytes *content, const char *caption, GError **error)
{
    return post_picture(session, make_file_command(session, name, file_name, caption, error),
                        content, COEX_SEND_TYPED);
}

gboolean
coex_session_send_picture_shown(CoexSession *session, const char *name, const char *file_name,
                                GBytes *content, const char *caption, GError **error)
{
    return post_picture(session, make_file_command(session, name, file_name, caption, error),
                        content, COEX_SEND_SHOWN);
}

gboolean
coex_session_hold_picture(CoexSession *session, const char *name, const char *file_name,
                          GBytes *content, const char *caption, GError **error)
{
    return post_picture(session, make_file_command(session, name, file_name, caption, error),
                        content, COEX_SEND_HELD);
}

void
coex_session_cancel_file(CoexSession *session, guint transfer)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_CANCEL_FILE, session->account, NULL);

    command->transfer = transfer;
    post(session, command);
}

static void
note_recent(CoexSession *session, const CoexTemplate *template_)
{
    g_autofree char *name = coex_catalogue_dup_recent_name(template_);
    char **recent = coex_catalogue_add_recent(coex_session_get_recent_templates(session), name);

    g_strfreev(session->recent);
    session->recent = recent;
}

gboolean
coex_session_send_template(CoexSession *session, const char *name, const CoexTemplate *template_,
                           const char *const *values, GError **error)
{
    g_auto(GStrv) checked = NULL;
    CoexCommand *command;

    if (!is_somebody(session, name, error))
        return FALSE;
    checked =
        coex_template_check_values(template_, values, coex_session_get_time(session), NULL, error);
    if (checked == NULL)
        return FALSE;
    command = coex_command_new(COEX_COMMAND_SEND_TEMPLATE, session->account, name);
    note_recent(session, template_);
    command->template_ = coex_template_ref(template_);
    command->values = g_steal_pointer(&checked);
    post(session, command);
    return TRUE;
}

void
coex_session_reply(CoexSession *session, const char *name, const char *words)
{
    post_words(session, COEX_COMMAND_REPLY, name, words);
}

gboolean
coex_session_send_payload(CoexSession *session, const char *name, const CoexPayload *payload,
                          GError **error)
{
    CoexCommand *command;

    if (!is_somebody(session, name, error))
        return FALSE;
    command = coex_command_new(COEX_COMMAND_SEND_PAYLOAD, session->account, name);
    command->payload = coex_payload_copy(payload);
    post(session, command);
    return TRUE;
}

void
coex_session_forward(CoexSession *session, const char *name, const char *which, const char *target)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_FORWARD, session->account, name);

    command->text = g_strdup(which);
    command->target = g_strdup(target);
    post(session, command);
}

void
coex_session_react(CoexSession *session, const char *name, const char *words)
{
    post_words(session, COEX_COMMAND_REACT, name, words);
}

void
coex_session_unreact(CoexSession *session, const char *name, const char *words)
{
    post_words(session, COEX_COMMAND_UNREACT, name, words);
}

void
coex_session_hold(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_HOLD, name);
}

void
coex_session_cancel(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_CANCEL, name);
}

void
coex_session_resend(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_RESEND, name);
}

void
coex_session_discard(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_DISCARD, name);
}

void
coex_session_list_held(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_LIST_HELD, name);
}

void
coex_session_change_held(CoexSession *session, const char *name, const char *words)
{
    post_words(session, COEX_COMMAND_CHANGE_HELD, name, words);
}

void
coex_session_recall(CoexSession *session, const char *name, guint limit, gint64 before,
                    gboolean on_demand)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_RECALL, session->account, name);

    command->limit = limit;
    command->before = before > 0 ? before : G_MAXINT64;
    command->flag = on_demand;
    post(session, command);
}

void
coex_session_examine(CoexSession *session, gboolean go_on)
{
    post_flag(session, COEX_COMMAND_EXAMINE, NULL, NULL, go_on);
}

void
coex_session_describe(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_DESCRIBE, name);
}

void
coex_session_list_sends(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_STATUS, name);
}

void
coex_session_keep_line(CoexSession *session, const char *name, const char *text)
{
    post_words(session, COEX_COMMAND_KEEP_LINE, name, text);
}

void
coex_session_note_open(CoexSession *session, const char *name, gboolean open)
{
    post_flag(session, COEX_COMMAND_NOTE_OPEN, name, NULL, open);
}

void
coex_session_plan_broadcast(CoexSession *session, const char *name, const char *group,
                            const CoexTemplate *template_, const char *const *values,
                            char **buddies)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_PLAN_BROADCAST, session->account, name);

    command->text = g_strdup(group);
    command->template_ = coex_template_ref(template_);
    command->values = g_strdupv((char **)values);
    command->buddies = buddies;
    post(session, command);
}

void
coex_session_broadcast(CoexSession *session, const char *name, CoexBroadcastStep step,
                       const char *id)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_BROADCAST, session->account, name);

    command->limit = step;
    command->text = g_strdup(id);
    post(session, command);
}

void
coex_session_block(CoexSession *session, const char *name, gboolean block)
{
    post_flag(session, COEX_COMMAND_BLOCK, name, NULL, block);
}

static void
post_if_known(CoexSession *session, CoexCommandKind kind, const char *name)
{
    if (coex_session_find_person(session, name) != NULL)
        post_verb(session, kind, name);
}

void
coex_session_note_typing(CoexSession *session, const char *name)
{
    post_if_known(session, COEX_COMMAND_TYPING, name);
}

void
coex_session_mark_seen(CoexSession *session, const char *name)
{
    post_if_known(session, COEX_COMMAND_MARK_SEEN, name);
}

void
coex_session_mark_unseen(CoexSession *session, const char *name, gint64 time)
{
    const CoexPersonView *view = coex_session_find_person(session, name);
    CoexCommand *command;

    if (view == NULL || view->unread_since > 0)
        return;
    command = coex_command_new(COEX_COMMAND_MARK_UNSEEN, session->account, name);
    command->before = time;
    post(session, command);
}

void
coex_session_pin(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_PIN, name);
}

void
coex_session_unlist(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_UNLIST, name);
}

void
coex_session_forget(CoexSession *session, const char *name)
{
    post_verb(session, COEX_COMMAND_FORGET, name);
}

void
coex_session_forgotten(CoexSession *session, const char *name)
{
    post_words(session, COEX_COMMAND_FORGOTTEN, NULL, name);
}

void
coex_session_take_nick(CoexSession *session, const char *name, const char *nick)
{
    post_words(session, COEX_COMMAND_TAKE_NICK, name, nick);
}

void
coex_session_get_file(CoexSession *session, const char *name, const char *which, gboolean play)
{
    post_flag(session, COEX_COMMAND_GET_FILE, name, which, play);
}

void
coex_session_cancel_fetch(CoexSession *session, guint transfer)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_CANCEL_FETCH, session->account, NULL);

    command->transfer = transfer;
    post(session, command);
}

void
coex_session_refresh_templates(CoexSession *session)
{
    post_verb(session, COEX_COMMAND_REFRESH_TEMPLATES, NULL);
}

void
coex_session_log_next(CoexSession *session, CoexLogStep step, gint64 time)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_LOG_NEXT, session->account, NULL);

    command->limit = step;
    command->before = time;
    post(session, command);
}

void
coex_session_search(CoexSession *session, const char *name, const char *words)
{
    post_words(session, COEX_COMMAND_SEARCH, name, words);
}

void
coex_session_synchronise(CoexSession *session, gboolean sure)
{
    post_flag(session, COEX_COMMAND_SYNCHRONISE, NULL, NULL, sure);
}

void
coex_session_change_profile(CoexSession *session, const char *const *changes)
{
    CoexCommand *command = coex_command_new(COEX_COMMAND_CHANGE_PROFILE, session->account, NULL);

    command->values = g_strdupv((char **)changes);
    post(session, command);
}

void
coex_session_answer_webhook(CoexSession *session, const char *registered_url, gboolean yes)
{
    post_flag(session, COEX_COMMAND_ANSWER_WEBHOOK, NULL, registered_url, yes);
}

void
coex_session_register_webhook(CoexSession *session)
{
    post_verb(session, COEX_COMMAND_REGISTER_WEBHOOK, NULL);
}

/* ---- the mirror ---- */

CoexCatalogue *
coex_session_get_catalogue(CoexSession *session)
{
    return session->catalogue;
}

const char *const *
coex_session_get_recent_templates(CoexSession *session)
{
    if (session->recent != NULL)
        return (const char *const *)session->recent;
    return session->catalogue != NULL ? coex_catalogue_get_recent(session->catalogue) : NULL;
}

gboolean
coex_session_is_catalogue_stale(CoexSession *session)
{
    return session->catalogue == NULL ||
           ABS(coex_session_get_time(session) - coex_catalogue_get_fetched_at(session->catalogue)) >
               COEX_CATALOGUE_FRESH_S;
}

const CoexPersonView *
coex_session_find_person(CoexSession *session, const char *name)
{
    return coex_mirror_find(session->people, name);
}

gint64
coex_session_get_time(CoexSession *session)
{
    gint64 now = session->clock != NULL ? session->clock(session->clock_data)
                                        : coex_clock_get(&session->system_clock);

    return now + session->skew;
}

const CoexCosts *
coex_session_get_costs(CoexSession *session)
{
    return session->costs;
}

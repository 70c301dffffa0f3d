// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/command.h"

#include "account/account.h"
#include "account/nicks.h"
#include "account/people.h"
#include "account/person.h"
#include "account/recall.h"
#include "account/tell.h"
#include "account/views.h"
#include "account/waiting.h"
#include "core/feed.h"
#include "core/nick.h"
#include "core/payload.h"
#include "core/receipts.h"
#include "core/template.h"
#include "core/words.h"
#include "media/fetch.h"
#include "media/get.h"
#include "media/outgoing.h"
#include "receive/intake.h"
#include "session/doctor.h"
#include "session/facts.h"
#include "session/finder.h"
#include "session/forget.h"
#include "session/hub.h"
#include "session/login.h"
#include "session/page.h"
#include "session/past-log.h"
#include "send/block.h"
#include "session/profile.h"
#include "send/broadcast-order.h"
#include "send/broadcast.h"
#include "send/receipts.h"
#include "session/registration.h"
#include "session/sends.h"
#include "session/synchronise.h"
#include "send/templates.h"
#include "store/batch.h"

/* All of this runs in the engine thread. */

/* ---- nicks ---- */

/* So that it is not claimed back with the next change of the one who had it. */
static void
forget_nick(CoexAccount *account, const char *owner, const char *nick)
{
    g_auto(GStrv) ids = g_strsplit(owner, ":", 2);
    CoexAccount *other = coex_intake_find_account(coex_hub_get_intake(account->hub),
                                                  g_ascii_strtoll(ids[0], NULL, 10));
    CoexPerson *person =
        other != NULL ? coex_people_by_id(other->people, g_ascii_strtoll(ids[1], NULL, 10)) : NULL;

    if (person == NULL || person->nick == NULL || !coex_nick_is_same(person->nick, nick))
        return;
    coex_person_set_nick(person, NULL);
    coex_account_store_person(other, person);
}

static void
take_nick(CoexAccount *account, CoexPerson *person, const char *nick)
{
    g_autofree char *owner = coex_nick_dup_owner(account->id, person->id);
    const char *before = coex_nicks_get_owner(account->nicks, nick);

    if (account->nick_style == COEX_NICKS_NONE || g_strcmp0(person->nick, nick) == 0 ||
        !g_utf8_validate(nick, -1, NULL) || *nick == '\0')
        return;
    if (before != NULL && g_strcmp0(before, owner) != 0)
        forget_nick(account, before, nick);
    coex_nicks_take(account->nicks, nick, owner);
    coex_person_set_nick(person, nick);
    coex_account_store_person(account, person);
    coex_views_tell(account, person);
}

/* Who is new is not stored here, but with what makes the person known. */
static CoexPerson *
find_or_make(CoexAccount *account, const char *name)
{
    g_auto(CoexPeer) peer = { 0 };
    CoexPerson *person = coex_people_find_named(account->people, name);

    if (person != NULL || !coex_peer_parse(name, &peer, NULL))
        return person;
    return coex_people_learn(account->people, &peer, 0, FALSE, NULL);
}

static void tell_blocked(const CoexCommand *command, const CoexPerson *person,
                         const CoexPerson *target);

/* ---- what each does ---- */

/* What is typed for somebody who turned out to be another stands in no line of that one's. */
static void
run_send(CoexCommand *command, CoexPerson *person)
{
    CoexAccount *account = command->account;
    const CoexPerson *named = coex_people_find_named(account->people, command->name);
    gboolean elsewhere = named != NULL && named != person && command->way != COEX_SEND_HELD;

    coex_outbox_send_text(account->outbox, person, command->text,
                          elsewhere ? COEX_SEND_ELSEWHERE : command->way);
}

static void
run_send_template(CoexCommand *command, CoexPerson *person)
{
    coex_outbox_send_template(command->account->outbox, person, command->template_,
                              (const char *const *)command->values);
}

static void
run_send_file(CoexCommand *command, CoexPerson *person)
{
    const CoexOriginal file = { command->path, command->content, command->as_voice };

    coex_outbox_send_file(command->account->outbox, person, &file, command->text, command->way,
                          command->transfer);
}

static void
run_cancel_file(CoexCommand *command, CoexPerson *person)
{
    coex_outbox_cancel_file(command->account->outbox, command->transfer);
}

static void
run_recall(CoexCommand *command, CoexPerson *person)
{
    coex_recall_ask(command->account, person, command->limit, command->before, command->flag);
}

static void
run_describe(CoexCommand *command, CoexPerson *person)
{
    if (person != NULL)
        coex_facts_ask(command->account, person);
    else
        coex_page_ask(command->account);
}

static void
run_keep_line(CoexCommand *command, CoexPerson *person)
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

static void
run_note_open(CoexCommand *command, CoexPerson *person)
{
    if (!command->flag)
        coex_recall_forget(command->account, person);
    coex_broadcast_note_open(command->account, person, command->flag);
}

static void
run_mark_seen(CoexCommand *command, CoexPerson *person)
{
    person = coex_people_now(command->account->people, person);
    coex_waiting_note_seen(command->account, person);
    if (command->account->receipts == COEX_RECEIPTS_SEEN)
        coex_receipts_mark_read(command->account, person);
}

static void
run_mark_unseen(CoexCommand *command, CoexPerson *person)
{
    person = coex_people_now(command->account->people, person);
    coex_waiting_note_unread(command->account, person, command->before);
    coex_views_tell(command->account, person);
}

static void
list(CoexAccount *account, CoexPerson *person, gboolean listed)
{
    coex_person_list(person, listed);
    coex_account_store_person(account, person);
    coex_views_tell(account, person);
}

static void
run_pin(CoexCommand *command, CoexPerson *person)
{
    list(command->account, person, TRUE);
}

static void
run_unlist(CoexCommand *command, CoexPerson *person)
{
    list(command->account, person, FALSE);
}

static void
run_take_nick(CoexCommand *command, CoexPerson *person)
{
    take_nick(command->account, person, command->text);
}

static void
run_forget(CoexCommand *command, CoexPerson *person)
{
    coex_forget_wish(command->account, person);
}

static void
run_forgotten(CoexCommand *command, CoexPerson *person)
{
    coex_forget_finish(command->account, command->text);
}

static void
run_get_file(CoexCommand *command, CoexPerson *person)
{
    coex_get_file(command->account, person, command->text, command->flag);
}

static void
run_cancel_fetch(CoexCommand *command, CoexPerson *person)
{
    coex_fetch_cancel(command->account, command->transfer);
}

static void
run_refresh(CoexCommand *command, CoexPerson *person)
{
    coex_templates_refresh(command->account, TRUE);
}

static void
run_answer_webhook(CoexCommand *command, CoexPerson *person)
{
    coex_registration_answer(command->account, command->text, command->flag);
}

static void
run_register_webhook(CoexCommand *command, CoexPerson *person)
{
    coex_registration_check(command->account, TRUE);
}

static void
run_log_next(CoexCommand *command, CoexPerson *person)
{
    coex_past_log_next(command->account, (CoexLogStep)command->limit, command->before);
}

static void
run_search(CoexCommand *command, CoexPerson *person)
{
    coex_finder_ask(command->account, person, command->text);
}

static void
run_send_payload(CoexCommand *command, CoexPerson *person)
{
    coex_outbox_send_payload(command->account->outbox, person, command->payload);
}

static void
run_forward(CoexCommand *command, CoexPerson *person)
{
    CoexAccount *account = command->account;
    CoexPerson *target = find_or_make(account, command->target);

    if (target == NULL)
        return;
    target = coex_people_now(account->people, target);
    if (coex_blocks_has(account, target))
        tell_blocked(command, person, target);
    else
        coex_outbox_forward(account->outbox, person, command->text, target);
}

static void
run_block(CoexCommand *command, CoexPerson *person)
{
    coex_blocks_change(command->account, person, command->flag);
}

static void
run_status(CoexCommand *command, CoexPerson *person)
{
    coex_sends_list(command->account, person);
}

static void
run_plan_broadcast(CoexCommand *command, CoexPerson *person)
{
    const CoexBroadcastOrder order = { command->text, command->template_,
                                       (const char *const *)command->values,
                                       (const char *const *)command->buddies };

    coex_broadcast_plan(command->account, person, &order);
}

static void
run_broadcast(CoexCommand *command, CoexPerson *person)
{
    switch ((CoexBroadcastStep)command->limit) {
    case COEX_BROADCAST_BEGIN:
        coex_broadcast_begin(command->account, person, command->text);
        break;
    case COEX_BROADCAST_CANCEL:
        coex_broadcast_cancel(command->account, person, command->text);
        break;
    case COEX_BROADCAST_STOP:
        coex_broadcast_stop(command->account, person);
        break;
    case COEX_BROADCAST_REPORT:
        coex_broadcast_report(command->account, person);
        break;
    }
}

static void
run_typing(CoexCommand *command, CoexPerson *person)
{
    person = coex_people_now(command->account->people, person);
    coex_receipts_show_typing(command->account, person);
}

static void
run_synchronise(CoexCommand *command, CoexPerson *person)
{
    coex_synchronise(command->account, command->flag);
}

static void
run_examine(CoexCommand *command, CoexPerson *person)
{
    if (command->flag)
        coex_examination_begin(command->account);
    else
        coex_examination_end(command->account);
}

static void
run_change_profile(CoexCommand *command, CoexPerson *person)
{
    coex_profile_change(command->account, (const char *const *)command->values);
}

/* ---- the table ---- */

static const struct {
    void (*act)(CoexOutbox *outbox, CoexPerson *person);                   /* or: */
    void (*say)(CoexOutbox *outbox, CoexPerson *person, const char *text); /* or: */
    void (*run)(CoexCommand *command, CoexPerson *person);
    gboolean alone;   /* goes without a person, too */
    gboolean quiet;   /* who is not known needs nothing */
    gboolean of_name; /* about the entry of that name, not whom it turned out to be */
    gboolean makes_person;
    gboolean outlives; /* is kept or done, also when the account has just failed */
    gboolean early;    /* also before, and without, a login */
    gboolean sends;    /* nothing to who is blocked */
} verbs[] = {
    [COEX_COMMAND_SEND] = { .run = run_send,
                            .makes_person = TRUE,
                            .outlives = TRUE,
                            .sends = TRUE },
    [COEX_COMMAND_SEND_TEMPLATE] = { .run = run_send_template,
                                     .makes_person = TRUE,
                                     .outlives = TRUE,
                                     .sends = TRUE },
    [COEX_COMMAND_SEND_FILE] = { .run = run_send_file,
                                 .makes_person = TRUE,
                                 .outlives = TRUE,
                                 .sends = TRUE },
    [COEX_COMMAND_CANCEL_FILE] = { .run = run_cancel_file, .alone = TRUE, .outlives = TRUE },
    [COEX_COMMAND_HOLD] = { .act = coex_outbox_hold },
    [COEX_COMMAND_CANCEL] = { .act = coex_outbox_cancel },
    [COEX_COMMAND_RESEND] = { .act = coex_outbox_resend },
    [COEX_COMMAND_DISCARD] = { .act = coex_outbox_discard },
    [COEX_COMMAND_LIST_HELD] = { .act = coex_outbox_list_held, .alone = TRUE },
    [COEX_COMMAND_RECALL] = { .run = run_recall },
    [COEX_COMMAND_NOTE_OPEN] = { .run = run_note_open, .quiet = TRUE, .of_name = TRUE },
    [COEX_COMMAND_DESCRIBE] = { .run = run_describe, .alone = TRUE, .of_name = TRUE },
    [COEX_COMMAND_KEEP_LINE] = { .run = run_keep_line,
                                 .alone = TRUE,
                                 .outlives = TRUE,
                                 .of_name = TRUE },
    [COEX_COMMAND_MARK_SEEN] = { .run = run_mark_seen, .quiet = TRUE, .of_name = TRUE },
    [COEX_COMMAND_MARK_UNSEEN] = { .run = run_mark_unseen, .of_name = TRUE },
    [COEX_COMMAND_PIN] = { .run = run_pin, .makes_person = TRUE, .of_name = TRUE },
    [COEX_COMMAND_UNLIST] = { .run = run_unlist, .quiet = TRUE, .of_name = TRUE },
    [COEX_COMMAND_FORGET] = { .run = run_forget },
    [COEX_COMMAND_FORGOTTEN] = { .run = run_forgotten, .alone = TRUE, .outlives = TRUE },
    [COEX_COMMAND_TAKE_NICK] = { .run = run_take_nick, .of_name = TRUE },
    [COEX_COMMAND_GET_FILE] = { .run = run_get_file },
    [COEX_COMMAND_CANCEL_FETCH] = { .run = run_cancel_fetch, .alone = TRUE },
    [COEX_COMMAND_REFRESH_TEMPLATES] = { .run = run_refresh, .alone = TRUE },
    [COEX_COMMAND_ANSWER_WEBHOOK] = { .run = run_answer_webhook, .alone = TRUE },
    [COEX_COMMAND_REGISTER_WEBHOOK] = { .run = run_register_webhook, .alone = TRUE },
    [COEX_COMMAND_SEARCH] = { .run = run_search, .alone = TRUE, .of_name = TRUE },
    [COEX_COMMAND_LOG_NEXT] = { .run = run_log_next, .alone = TRUE },
    [COEX_COMMAND_REPLY] = { .say = coex_outbox_reply, .outlives = TRUE, .sends = TRUE },
    [COEX_COMMAND_REACT] = { .say = coex_outbox_react, .outlives = TRUE, .sends = TRUE },
    [COEX_COMMAND_UNREACT] = { .say = coex_outbox_unreact, .outlives = TRUE, .sends = TRUE },
    [COEX_COMMAND_SEND_PAYLOAD] = { .run = run_send_payload,
                                    .makes_person = TRUE,
                                    .outlives = TRUE,
                                    .sends = TRUE },
    [COEX_COMMAND_FORWARD] = { .run = run_forward, .outlives = TRUE },
    [COEX_COMMAND_CHANGE_HELD] = { .say = coex_outbox_change_held, .outlives = TRUE },
    [COEX_COMMAND_STATUS] = { .run = run_status },
    [COEX_COMMAND_BLOCK] = { .run = run_block, .makes_person = TRUE },
    [COEX_COMMAND_PLAN_BROADCAST] = { .run = run_plan_broadcast, .alone = TRUE, .of_name = TRUE },
    [COEX_COMMAND_BROADCAST] = { .run = run_broadcast, .alone = TRUE, .of_name = TRUE },
    [COEX_COMMAND_TYPING] = { .run = run_typing, .quiet = TRUE, .of_name = TRUE },
    [COEX_COMMAND_CHANGE_PROFILE] = { .run = run_change_profile, .alone = TRUE },
    [COEX_COMMAND_SYNCHRONISE] = { .run = run_synchronise, .alone = TRUE },
    [COEX_COMMAND_EXAMINE] = { .run = run_examine, .alone = TRUE, .early = TRUE },
};

/* What comes by itself when a conversation opens stays with it, too. */
static gboolean
is_of_name(const CoexCommand *command)
{
    return verbs[command->kind].of_name || (command->kind == COEX_COMMAND_RECALL && !command->flag);
}

static CoexPerson *
find_person(const CoexCommand *command)
{
    return verbs[command->kind].makes_person
               ? find_or_make(command->account, command->name)
               : coex_people_find_named(command->account->people, command->name);
}

/* To whom the person turned out to be: what is typed for the one is the other's. */
static CoexPerson *
lead_on(CoexAccount *account, CoexPerson *person)
{
    CoexPerson *now = coex_people_now(account->people, person);
    g_autofree char *title = coex_account_dup_title(account, now);

    if (now != person)
        coex_account_tell_notice(
            account, person, _("This goes on in the conversation with %s, who is the same person."),
            title);
    return now;
}

static void
tell_unknown(const CoexCommand *command)
{
    g_autofree char *title = coex_peer_dup_name_display(command->name);

    if (!verbs[command->kind].quiet)
        coex_account_tell_notice(command->account, NULL, _("Nothing is known of %s."), title);
}

/* What would have been sent; NULL: nothing. Free with g_free(). */
static char *
dup_unsent(const CoexCommand *command)
{
    const char *text = command->text != NULL ? command->text : "";
    g_autofree char *file =
        command->path != NULL ? g_filename_display_basename(command->path) : NULL;

    switch ((guint)command->kind) {
    case COEX_COMMAND_SEND:
    case COEX_COMMAND_REPLY:
    case COEX_COMMAND_REACT:
    case COEX_COMMAND_CHANGE_HELD:
        return g_strdup(text);
    case COEX_COMMAND_SEND_FILE:
        return g_strconcat(file, *text != '\0' ? ": " : "", text, NULL);
    case COEX_COMMAND_SEND_PAYLOAD:
        return coex_payload_dup_line(command->payload);
    case COEX_COMMAND_UNREACT:
        return g_strdup(_("taking back a reaction"));
    case COEX_COMMAND_SEND_TEMPLATE:
        return coex_template_preview(command->template_, (const char *const *)command->values);
    case COEX_COMMAND_FORWARD:
        return coex_say(_("what was to be passed on, “%s”"), text);
    default:
        return NULL;
    }
}

/* Before anything is known of the account: there is nowhere to keep it. */
static void
tell_too_early(const CoexCommand *command)
{
    g_autofree char *unsent = dup_unsent(command);

    if (unsent != NULL)
        coex_account_tell_notice(command->account, NULL,
                                 _("Not sent, since the account was not online yet: %s"), unsent);
}

/* Told to @person, in whose conversation it was typed; @target: who is blocked. */
static void
tell_blocked(const CoexCommand *command, const CoexPerson *person, const CoexPerson *target)
{
    g_autofree char *unsent = dup_unsent(command);
    g_autofree char *why = coex_blocks_dup_objection(command->account, target);
    gboolean describes =
        command->kind == COEX_COMMAND_UNREACT || command->kind == COEX_COMMAND_FORWARD;

    coex_account_tell_notice(command->account, person,
                             describes ? _("Not sent: %s. %s") : _("Not sent: “%s”. %s"), unsent,
                             why);
    if (command->transfer != 0) {
        CoexSessionEvent *event = coex_account_event_new(command->account, COEX_SESSION_TRANSFER);

        event->transfer = command->transfer;
        event->state = COEX_TRANSFER_FAILED;
        coex_account_tell(command->account, event);
    }
}

void
coex_command_run(CoexCommand *command)
{
    CoexAccount *account = command->account;
    gboolean outlives =
        verbs[command->kind].early || (verbs[command->kind].outlives && account->outbox != NULL);
    CoexPerson *person;

    if (account->state != COEX_ACCOUNT_ONLINE && !outlives) {
        tell_too_early(command);
        return;
    }
    person = command->name != NULL ? find_person(command) : NULL;
    if (person != NULL && !is_of_name(command))
        person = lead_on(account, person);
    if (person == NULL && (command->name != NULL || !verbs[command->kind].alone))
        tell_unknown(command);
    else if (verbs[command->kind].sends && coex_blocks_has(account, person))
        tell_blocked(command, person, person);
    else if (verbs[command->kind].act != NULL)
        verbs[command->kind].act(account->outbox, person);
    else if (verbs[command->kind].say != NULL)
        verbs[command->kind].say(account->outbox, person, command->text);
    else
        verbs[command->kind].run(command, person);
}

CoexCommand *
coex_command_new(CoexCommandKind kind, CoexAccount *account, const char *name)
{
    CoexCommand *command = g_new0(CoexCommand, 1);

    command->kind = kind;
    command->account = account;
    command->name = g_strdup(name);
    return command;
}

void
coex_command_free(CoexCommand *command)
{
    g_clear_pointer(&command->template_, coex_template_unref);
    g_strfreev(command->values);
    g_strfreev(command->buddies);
    coex_payload_free(command->payload);
    g_free(command->target);
    g_free(command->name);
    g_free(command->text);
    g_free(command->path);
    g_clear_pointer(&command->content, g_bytes_unref);
    g_free(command);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/message.h"
#include "store/rows.h"
#include <glib.h>

/* What is typed, from the keyboard to WhatsApp's acceptance: a queue for each person, on disk
 * before anything leaves, paced, retried where that is safe, waiting where a person or a status
 * must decide. Engine thread. */

typedef struct CoexAccount CoexAccount;
typedef struct CoexBatch CoexBatch;
typedef struct CoexOriginal CoexOriginal;
typedef struct CoexOutbox CoexOutbox;
typedef struct CoexPayload CoexPayload;
typedef struct CoexResult CoexResult;
typedef struct CoexTemplate CoexTemplate;

/* NULL error: the access is good. */
typedef void (*CoexAccessChecked)(CoexAccount *account, const GError *error);

/* What the rooms above learn of it, or do for it; static. */
typedef struct {
    /* A send came to its end: echoes may have waited for that. */
    void (*settled)(CoexAccount *account);
    /* No webhook told of an accepted send: tells @symptom and what is to be done. */
    void (*silent)(CoexAccount *account, const char *symptom);
    /* A send was refused with AUTH: checks the access, and calls @done once. */
    void (*check_access)(CoexAccount *account, CoexAccessChecked done);
} CoexOutboxEvents;

/* @account owns it; @rows (CoexOutboxRow) are copied. Free with coex_outbox_free(). */
CoexOutbox *coex_outbox_new(CoexAccount *account, GPtrArray *rows, const CoexOutboxEvents *events);
void coex_outbox_free(CoexOutbox *outbox);
/* No timer and no callback does anything any more. */
void coex_outbox_stop(CoexOutbox *outbox);
/* After going online: looks at what the last session left. */
void coex_outbox_start(CoexOutbox *outbox);
/* Before that: where this desk was put back from a backup, the relay tells what of it has left
 * since then. Nothing of it leaves before coex_outbox_caught_up(). */
void coex_outbox_catch_up(CoexOutbox *outbox);
/* All of that is applied. */
void coex_outbox_caught_up(CoexOutbox *outbox);
typedef enum {
    COEX_SEND_TYPED,
    COEX_SEND_SHOWN,     /* its line stands in the conversation already */
    COEX_SEND_ELSEWHERE, /* typed in another conversation, which leads to this one */
    COEX_SEND_HELD,      /* until the person writes, whatever the window is */
} CoexSendWay;

/* A text for the person: it is queued, parked where the window is closed, or held on demand. */
void coex_outbox_send_text(CoexOutbox *outbox, CoexPerson *person, const char *text,
                           CoexSendWay way);
/* A file for the person: it is copied, and then queued, or held where the window is closed.
 * @caption: NULL for none. @way: any but ELSEWHERE. @transfer: names it in COEX_SESSION_TRANSFER,
 * 0: nobody asks. */
void coex_outbox_send_file(CoexOutbox *outbox, CoexPerson *person, const CoexOriginal *file,
                           const char *caption, CoexSendWay way, guint transfer);
/* Drops it, unless it is being sent already. */
void coex_outbox_cancel_file(CoexOutbox *outbox, guint transfer);
/* Anything else, which is no mark: it is queued, or held where the window is closed. */
void coex_outbox_send_payload(CoexOutbox *outbox, CoexPerson *person, const CoexPayload *payload);
/* A text that quotes the message with which @words begin, as in core/which.h: else their last one.
 * It is looked for; a line says why it cannot be done. */
void coex_outbox_reply(CoexOutbox *outbox, CoexPerson *person, const char *words);
/* The same with an emoji, of their messages only; @words of the second name the message. */
void coex_outbox_react(CoexOutbox *outbox, CoexPerson *person, const char *words);
void coex_outbox_unreact(CoexOutbox *outbox, CoexPerson *person, const char *words);
/* Sends a message of the conversation with @person, as @which names it, also to @target. */
void coex_outbox_forward(CoexOutbox *outbox, CoexPerson *person, const char *which,
                         CoexPerson *target);
/* A template with checked values; ends what is parked for the person. */
void coex_outbox_send_template(CoexOutbox *outbox, CoexPerson *person,
                               const CoexTemplate *template_, const char *const *values);
/* The user's verbs on the person's parked texts, or on the last that failed; each answers with a
 * notice when there is nothing to do. Only @person of list_held may be NULL: everybody. */
void coex_outbox_hold(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_cancel(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_resend(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_discard(CoexOutbox *outbox, CoexPerson *person);
void coex_outbox_list_held(CoexOutbox *outbox, CoexPerson *person);
/* It was told what waits to leave: its end is told, too. */
void coex_outbox_note_told(CoexOutbox *outbox, CoexPerson *person);
/* What has that number in the list: @words are "2 edit TEXT", "2 drop" or "2 send". */
void coex_outbox_change_held(CoexOutbox *outbox, CoexPerson *person, const char *words);
/* As of @at the number is, or is no longer, connected with the API: what is queued waits meanwhile,
 * also over logins. FALSE: that is so already, or something newer is known. */
gboolean coex_outbox_set_link(CoexOutbox *outbox, CoexLink link, gint64 at);
/* Something of @at shows that it is connected: as above where that was thought to be over. */
gboolean coex_outbox_prove_link(CoexOutbox *outbox, gint64 at);
/* Since when it is not, 0: it is. */
gint64 coex_outbox_get_unlinked_at(const CoexAccount *account);
/* Tells in each conversation what waits for a good key. */
void coex_outbox_tell_kept(CoexOutbox *outbox);
/* The person's texts in that state. */
guint coex_outbox_count(CoexOutbox *outbox, gint64 person_id, CoexOutboxState state);
/* How many coex_outbox_resend() would send again now. */
guint coex_outbox_count_resend(CoexAccount *account, const CoexPerson *person);
/* Whether an unanswered send to the person has this text. */
gboolean coex_outbox_is_pending(CoexOutbox *outbox, gint64 person_id, const char *text);
/* A status that carries a local id of ours came, before or instead of the answer: adds the
 * acceptance to @batch. TRUE when the row was known; then coex_outbox_settled() tells the batch's
 * end. */
gboolean coex_outbox_settle(CoexOutbox *outbox, CoexBatch *batch, const CoexStatus *status);
/* The same of a copy for the other desks that this one made before it was put back from a backup.
 */
gboolean coex_outbox_settle_copy(CoexOutbox *outbox, CoexBatch *batch, const CoexMessage *copy);
/* That batch is on disk, or, with @error, is not: then it is written again later. @failed: what the
 * status told was that it failed. */
void coex_outbox_settled(CoexOutbox *outbox, const CoexBatch *batch, const char *local_id,
                         gboolean failed, const GError *error);
/* The person wrote, so that the window is open now: releases what is held. */
void coex_outbox_window_opened(CoexOutbox *outbox, CoexPerson *person);
/* The clock was corrected: whose window is open after all gets what was held before they wrote, and
 * what waits for a choice can be sent again. */
void coex_outbox_recheck_windows(CoexOutbox *outbox);
/* Who turned out to be somebody else (coex_people_next_joined()): all that waits for them, in
 * memory and on disk, is that one's from now on, and the conversation says so. */
void coex_outbox_unite(CoexOutbox *outbox);
/* Those of this login, in the order in which it was done. Borrowed CoexPerson. */
const GPtrArray *coex_outbox_get_united(const CoexOutbox *outbox);
/* For those beyond the first @n of them: something may have been put under the old id, and this
 * batch comes after that of the union. */
void coex_outbox_unite_again(const CoexOutbox *outbox, CoexBatch *batch, guint n);
/* Where the person is in_doubt, says so, once: what was to leave by itself is asked about. */
void coex_outbox_doubt(CoexOutbox *outbox, CoexPerson *person);
/* Whether something for the person may be at WhatsApp, and what became of it is not known yet. */
gboolean coex_outbox_has_on_its_way(CoexOutbox *outbox, const CoexPerson *person);
/* All that waits for the person or failed is gone, in memory. */
void coex_outbox_forget(CoexOutbox *outbox, const CoexPerson *person);
/* The times of all that is kept. */
void coex_outbox_put_back_times(CoexOutbox *outbox, CoexBatch *batch, const CoexPutBack *back);
/* What failed by its status, whenever that came, is kept for /resend from @batch's commit on. */
void coex_outbox_take_failures(CoexOutbox *outbox, const CoexBatch *batch);
/* What the status with the result @proof is about has arrived: if it was told as failed or not
 * confirmed, neither it nor a copy that is not on its way is sent. */
void coex_outbox_prove(CoexOutbox *outbox, CoexPerson *person, const CoexResult *proof);
/* Any status came: webhooks do arrive. */
void coex_outbox_note_status(CoexOutbox *outbox);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What an account tells: one value from the engine thread to the chat program's side. A new event
 * is a kind here and a case there. */

typedef struct CoexCatalogue CoexCatalogue;
typedef struct CoexCosts CoexCosts;
typedef struct CoexFeedItem CoexFeedItem;
typedef struct CoexPersonView CoexPersonView;
typedef struct CoexProfile CoexProfile;
typedef struct CoexSession CoexSession;

/* Each with the members that it has beside the kind; a person is always meant by `person`. */
typedef enum {
    /* A step of the login: `text`, `step` of `n_steps`. */
    COEX_SESSION_PROGRESS,
    /* Logged in: receiving and sending. The people known so far (PERSON) came before; what was not
     * shown yet (FEED) follows. */
    COEX_SESSION_ONLINE,
    /* The login failed, or the credentials died later: nothing more will come. The text of `error`
     * is a sentence for the user, in which options are marked (core/option-name.h). AUTH: the key;
     * INVALID_INPUT: an option; NETWORK, LOCKED, LISTEN:
     * try again; STORE, PROTOCOL. */
    COEX_SESSION_FAILED,
    /* A person is new, or something of the view changed. */
    COEX_SESSION_PERSON,
    /* The same of many, `people`: the session makes a PERSON of each. */
    COEX_SESSION_PEOPLE,
    /* The next line of the person's conversation, `item`, in order. Once it was told the line
     * counts as shown, for ever. */
    COEX_SESSION_FEED,
    /* A send met a closed window: `text` (all parked texts of the person, a line each) waits for a
     * choice. `detail`: why, one sentence. Comes again with all texts when more join. */
    COEX_SESSION_PROMPT,
    /* The person's parked texts are gone (sent, held, cancelled): a prompt still open is without
     * object. */
    COEX_SESSION_PROMPT_OVER,
    /* A passing line, `text`: in the conversation with the person, or for the account (NULL). */
    COEX_SESSION_NOTICE,
    /* How far what was sent to the person has come, `text`: shown where the conversation stands
     * already, without a sound, and kept nowhere. */
    COEX_SESSION_TICK,
    /* Earlier `lines` with the person. Not `asked`: they come right before the first message of
     * this person since the login or the end of their conversation, with which one may open. */
    COEX_SESSION_PAST,
    /* The phone's earlier chats have come: `lines` with the person of one day, in order, are to be
     * written into the log, or, without lines, coex_session_log_next() asks for them. `detail`,
     * NULL for none: of that buddy the log that begins at `log_at` is a half that was left. */
    COEX_SESSION_PAST_LOG,
    /* COEX_LOG_BEGIN is on disk. */
    COEX_SESSION_PAST_LOG_BEGUN,
    /* What coex_session_search() found: under the words `text`, `lines` whose `detail` is with whom
     * each is, and under them `detail`, NULL: nothing. In the person's conversation, or for the
     * account (NULL). */
    COEX_SESSION_FOUND,
    /* What coex_session_describe() asked for, `facts`, of the person or of the account (NULL). */
    COEX_SESSION_FACTS,
    /* A line of coex_session_examine(), `text`; after the last one `detail`: all of them. */
    COEX_SESSION_EXAMINED,
    /* The template catalogue was loaded or refreshed; `error` when a refresh the user asked for
     * failed (then the old `catalogue` stays). */
    COEX_SESSION_CATALOGUE,
    /* Another address, `text`, is registered for webhooks, or ours with a secret that somebody else
     * registered (then both are the same): may ours, `detail`, replace it? Answer with
     * coex_session_answer_webhook(). */
    COEX_SESSION_ASK_WEBHOOK,
    /* May WhatsApp be asked for the phone's contacts and history? `text`: what that means. Answer
     * yes with coex_session_synchronise(). */
    COEX_SESSION_ASK_SYNC,
    /* Whether the `person` is blocked at WhatsApp (its view says so), after it was asked to change
     * that, or, without one, who is: all of `names`, which are buddies' or addresses of who is not
     * known here, and nobody else. */
    COEX_SESSION_BLOCKS,
    /* May the broadcast `id` begin? `text`: the question, `detail`: at which cost, who is left out
     * and why, and how it looks. Of the person in whose conversation it was ordered, NULL: for the
     * account. Answer with coex_session_broadcast(). */
    COEX_SESSION_ASK_BROADCAST,
    /* What became of the last broadcast: the line `text`, and `facts`, of each fate what it is and
     * whose. Of the person as above. */
    COEX_SESSION_BROADCAST,
    /* The person `text` is forgotten from here on, whom also all of `names` lead to: the chat
     * program forgets what it has of them. Then coex_session_forgotten(); until then it comes again
     * at each login. */
    COEX_SESSION_FORGET,
    /* Of the file that was given as `transfer`: `state`, and while it runs `step` of `n_steps`
     * bytes. After SENT and FAILED nothing more comes of it, after KEPT only one of these. */
    COEX_SESSION_TRANSFER,
    /* Of a file of the person's that is being fetched for more than two seconds: `state`, where
     * SENT is that it is here, `step` of `n_steps` bytes, 0: not told, and `text`, "video #17, 12
     * of 48 MB". `detail`: while it runs "video #17", then the path of the file, NULL where it is
     * not here. `asked`: by the user. `transfer` names it. After SENT and FAILED it may begin anew.
     * Before all that KEPT may come for one that keeps the person's new message waiting for more
     * than a second, whose `text` is a line: "[video #17, loading]". */
    COEX_SESSION_FETCH,
    /* Customers see the business as `text`. */
    COEX_SESSION_NAME,
    /* The business's own picture is `content`, anybody's bytes; NULL: it has none (any more). */
    COEX_SESSION_PICTURE,
    /* What messages cost, `costs`: as that below the session's own. */
    COEX_SESSION_COSTS,
    /* The provider's clock minus ours, `skew`: the session keeps it to itself. */
    COEX_SESSION_SKEW,
} CoexSessionEventKind;

typedef enum {
    COEX_TRANSFER_RUNS,
    COEX_TRANSFER_SENT,   /* WhatsApp has accepted it */
    COEX_TRANSFER_KEPT,   /* it leaves later, by itself, unless cancelled; a line says so */
    COEX_TRANSFER_FAILED, /* a line says why */
} CoexTransferState;

/* What the user wants of a broadcast. */
typedef enum {
    COEX_BROADCAST_BEGIN,  /* yes to a question */
    COEX_BROADCAST_CANCEL, /* no to it */
    COEX_BROADCAST_STOP,   /* the one that runs */
    COEX_BROADCAST_REPORT, /* what became of the last */
} CoexBroadcastStep;

/* What the chat program does about a day of the phone's earlier chats. */
typedef enum {
    COEX_LOG_ASK,     /* is there one? */
    COEX_LOG_BEGIN,   /* its log is going to begin at that time */
    COEX_LOG_WRITTEN, /* it is in the log; is there another? */
    COEX_LOG_SKIP,    /* this person's are not logged (any more); is there one of another's? */
} CoexLogStep;

/* Immutable once it is told. Members a kind does not use are NULL or 0; all but the session are
 * owned, so borrowed by whom it is told. */
typedef struct CoexSessionEvent {
    CoexSessionEventKind kind;
    CoexSession *session; /* alive while its mailbox is open */
    CoexPersonView *person;
    GPtrArray *people; /* CoexPersonView */
    CoexFeedItem *item;
    GPtrArray *lines;     /* CoexFeedItem, oldest first */
    char **facts;         /* a label, a text, and so on */
    CoexProfile *profile; /* of the account, with FACTS of it; NULL: not known */
    char **names;         /* of buddies, and addresses */
    gboolean asked;
    gboolean is_report; /* of a rescue: stays in the store until it was shown */
    CoexCatalogue *catalogue;
    GBytes *content;
    CoexCosts *costs;
    GError *error;
    char *id; /* of a question */
    char *text;
    char *detail;
    guint step;
    guint n_steps;
    guint transfer;
    CoexTransferState state;
    gint64 skew;   /* seconds */
    gint64 log_at; /* seconds since 1970 */
} CoexSessionEvent;

void coex_session_event_free(CoexSessionEvent *event);

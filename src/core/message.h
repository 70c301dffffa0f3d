// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "core/peer.h"
#include <glib.h>

/* The values that cross threads: messages, statuses and the other events of a webhook. Immutable
 * after they are built and counted, so that any thread may hold one. The numbers of the enums below
 * are kept on disk: append only. */

typedef struct CoexMedia CoexMedia;

typedef enum {
    COEX_INBOUND,  /* from the customer */
    COEX_OUTBOUND, /* sent here through the API */
    COEX_ECHO,     /* sent from the phone app */
} CoexDirection;

typedef enum {
    COEX_CONTENT_TEXT,
    COEX_CONTENT_MEDIA,
    COEX_CONTENT_LOCATION,
    COEX_CONTENT_CONTACTS,
    COEX_CONTENT_REACTION,
    COEX_CONTENT_BUTTON,
    COEX_CONTENT_INTERACTIVE,
    COEX_CONTENT_ORDER,
    COEX_CONTENT_SYSTEM,
    COEX_CONTENT_WELCOME, /* request_welcome */
    COEX_CONTENT_EDIT,
    COEX_CONTENT_REVOKE,
    COEX_CONTENT_PLACEHOLDER, /* 131060: the content may come later under the same id */
    COEX_CONTENT_UNSUPPORTED,
    COEX_CONTENT_UNKNOWN, /* a type this version does not know */
} CoexContentKind;

/* What a message lacks; kept on disk. A version that lacks less takes its place under the same id.
 */
typedef enum {
    COEX_LACKS_NOTHING,
    COEX_LACKS_MEANING, /* a type this version does not know: only what texts were found in it */
    COEX_LACKS_CONTENT, /* no content of its own: a placeholder, unsupported, empty */
} CoexLack;

/* What it is, and beside it `text`, the words that every host can show. The member of the union is
 * the one named by the kind, whatever was told of it; the other kinds are in their words. */
typedef struct CoexContent CoexContent;
struct CoexContent {
    CoexContentKind kind;
    CoexLack lacks;
    char *type; /* WhatsApp's name of the type, as it came */
    char *text; /* body of a text, after [labels] of what it is about; for every other kind a label
                   for people and each text it has, whose own line breaks stay; NULL: nothing to
                   show */
    union {
        CoexMedia *media; /* never NULL */
        CoexMedia *cards; /* of contacts: all of them as one file, NULL: they tell nothing */
        struct {
            char *target; /* wamid of the message that it is a mark on, NULL */
            char *emoji;  /* NULL: the mark is taken back */
        } reaction;
        struct {
            char *target;     /* wamid of the message that is changed, NULL */
            CoexContent *now; /* what stands there from now on, NULL */
        } edit;
        struct {
            char *target; /* wamid of the message that is taken back, NULL */
        } revoke;
    };
};

/* Whether it is about another message (a reaction, an edit, a withdrawal), and then into
 * @ret_wamid, unless NULL, that one's id: borrowed, NULL where it is not told. */
gboolean coex_content_get_target(const CoexContent *content, const char **ret_wamid);

/* Order of merging: a state never goes back (pending < sent < delivered < read < played;
 * failed only from pending or sent, and what arrived all the same has not failed). The numbers
 * stand on disk. */
typedef enum {
    COEX_STATE_PENDING, /* WhatsApp accepted it */
    COEX_STATE_SENT,
    COEX_STATE_DELIVERED,
    COEX_STATE_READ,
    COEX_STATE_PLAYED,
    COEX_STATE_FAILED,
    COEX_STATE_UNCONFIRMED, /* of ours: whether it was accepted is not known, and not waited for */
    COEX_STATE_UNKNOWN, /* told in a word that this version does not know, or not at all; and of a
                           customer's message, which no status is about */
} CoexState;

const char *coex_state_get_name(CoexState state); /* as WhatsApp calls it, "sent" …; static */
/* Whether @next replaces @current; a failure gives way to the proof of arrival only. */
gboolean coex_state_advances(CoexState current, CoexState next);

/* One message, identified by (conversation, token). */
typedef struct CoexMessage {
    char *wamid;
    char *token; /* inner token of the wamid, or the whole wamid where it does not decode */
    CoexPeer peer;
    CoexPeer new_peer; /* of a change of number or BSUID: the addresses from now on; else empty */
    gboolean number_gone; /* the same: the former number is not theirs, and no new one is told */
    CoexDirection direction;
    gint64 time;          /* seconds since 1970, 0 when it came without a usable one */
    char *profile_name;   /* of the customer, NULL if not told */
    char *context_wamid;  /* the quoted message, NULL */
    char *group_id;       /* NULL */
    char *desk;           /* of an echo: ours that sent it through the API, NULL */
    char *local_id;       /* with that, of one that many got: how that desk calls it; NULL */
    char *send_id;        /* with that, of any other: likewise */
    char *template_name;  /* with that, NULL */
    gboolean from_ad;     /* came with a referral */
    char *ad_click;       /* of that, by which the business's ad manager knows it; NULL */
    gboolean in_standby;  /* an agent of WhatsApp's holds the chat */
    CoexState past_state; /* of the phone's history: what was known of it there */
    CoexContent content;
} CoexMessage;

/* Zeroed, with one reference: fill it, then treat it as immutable. */
CoexMessage *coex_message_new(void);
CoexMessage *coex_message_ref(const CoexMessage *message);
void coex_message_unref(CoexMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexMessage, coex_message_unref)

/* What @content lacks, whoever made it: its kind alone may say so. */
CoexLack coex_content_get_lack(const CoexContent *content);

/* What stands before the text of an echo that no person wrote. */
#define COEX_BY_AGENT "[by the Business Agent] "
#define COEX_BY_BOT "[by a bot] "
/* And before that of one that another desk sent: this, its name, and "] ". */
#define COEX_BY_DESK "[desk "
/* The one of the first two with which the text of an echo begins, NULL: none. Static. */
const char *coex_echo_get_author(const char *text);
/* Any of the three, 0: it is from the phone. Bytes. */
gsize coex_echo_get_mark_length(const char *text);
/* The desk that the third one names; NULL: it is not there. Free with g_free(). */
char *coex_echo_dup_desk(const char *text);

/* Whether a message of this kind from the customer opens the customer service window: all but edit,
 * revoke and system. */
gboolean coex_content_opens_window(CoexContentKind kind);

typedef struct CoexStatus {
    char *wamid;
    char *token;
    CoexState state;
    char *state_name; /* as it came: an unknown one is kept with state PENDING */
    gint64 time;
    CoexPeer peer;
    char *profile_name;
    char *opaque;      /* biz_opaque_callback_data, NULL */
    int error_code;    /* Graph's, on failed; 0 */
    char *error_title; /* NULL */
    char *error_details;
    char *category;          /* of its price, "service"; NULL: not told */
    char *pricing_type;      /* with that: "regular", "free_customer_service", "free_entry_point" */
    gint64 free_entry_until; /* conversation.expiration_timestamp of a free entry point, 0 */
} CoexStatus;

CoexStatus *coex_status_new(void); /* as coex_message_new() */
CoexStatus *coex_status_ref(const CoexStatus *status);
void coex_status_unref(CoexStatus *status);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexStatus, coex_status_unref)

/* Inner token of a wamid: the second ASCII part of its Base64; the whole
 * string when it does not decode. Never NULL for a non-NULL argument. Free with g_free(). */
char *coex_wamid_dup_token(const char *wamid);

typedef enum {
    COEX_EVENT_MESSAGE,
    COEX_EVENT_STATUS,
    COEX_EVENT_HISTORY,        /* how far the phone's history has come */
    COEX_EVENT_CONTACT_CHANGE, /* of the phone's address book: smb_app_state_sync */
    COEX_EVENT_TEMPLATE,       /* a template changed: the catalogue is stale */
    COEX_EVENT_ACCOUNT,        /* account_update and relatives */
    COEX_EVENT_UNKNOWN,
    COEX_EVENT_PREFERENCE, /* somebody wants no marketing messages, or takes them again */
    COEX_EVENT_PAST,       /* a message of the phone's history, which nobody is told of as new */
} CoexEventKind;

/* Whether the number can be used through the API. */
typedef enum {
    COEX_LINK_SAME, /* not told */
    COEX_LINK_LOST,
    COEX_LINK_BACK,
} CoexLink;

/* One thing that a webhook tells. */
typedef struct CoexEvent {
    CoexEventKind kind;
    GRefString *field;                /* as it came or guessed; shared, as the following */
    GRefString *waba_id;              /* entry.id, NULL */
    GRefString *phone_number_id;      /* NULL on account-level fields */
    GRefString *display_phone_number; /* digits, NULL */
    gint64 time;       /* of what is no message and no status: when it was, 0 not told */
    gboolean keep_raw; /* this version does not apply all of it: the raw delivery stays */
    char *line;    /* for kinds but message and status: one line for the account, NULL: nothing for
                      people */
    CoexPeer peer; /* whom it is about: the line stands in their conversation; else empty */
    CoexLink link; /* COEX_EVENT_ACCOUNT */
    gboolean no_marketing; /* COEX_EVENT_PREFERENCE */
    char *name;           /* COEX_EVENT_CONTACT_CHANGE: what the book calls them, NULL: not in it */
    int history_progress; /* 0..100 on COEX_EVENT_HISTORY, -1 unknown */
    CoexMessage *message; /* COEX_EVENT_MESSAGE and COEX_EVENT_PAST, else NULL */
    CoexStatus *status;   /* COEX_EVENT_STATUS, else NULL */
} CoexEvent;

CoexEvent *coex_event_new(CoexEventKind kind); /* empty, history_progress -1 */
void coex_event_free(CoexEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexEvent, coex_event_free)

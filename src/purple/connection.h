// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* An account between log on and log off: what the chat program's connection and the session below
 * know of each other, and by which names each calls a person. This room runs in the main thread
 * alone, unless a function says otherwise. */

typedef struct CoexConnection CoexConnection;
typedef struct CoexPastDay CoexPastDay;
typedef struct CoexProfile CoexProfile;
typedef struct CoexSession CoexSession;
typedef struct CoexTemplateFace CoexTemplateFace;
typedef struct CoexUnseen CoexUnseen;

struct CoexConnection {
    guint refs;
    PurpleConnection *gc;
    PurpleAccount *account;
    CoexSession *session;
    char *language;               /* preferred for templates */
    const CoexTemplateFace *face; /* how templates are asked for here */
    GHashTable *contacts;         /* name -> CoexContact */
    /* FALSE and why, where the account could not log in with its options */
    gboolean (*check_options)(CoexConnection *connection, GError **error);
    gboolean typed;          /* the next line was typed, and none of a plugin's */
    CoexUnseen *unseen;      /* NULL where nothing shown is lost */
    gint64 line_at;          /* time of the feed's line that is being shown, 0 */
    gboolean opening;        /* a conversation, by ourselves */
    GHashTable *transfers;   /* guint -> PurpleXfer; NULL before the first */
    GHashTable *fetches;     /* the same of files that come */
    GQueue due;              /* CoexContact (borrowed) that the buddy list is to show, or to lose */
    guint roster_timer;      /* 0: nothing to do */
    guint review_timer;      /* 0: none */
    char *registered_url;    /* the webhook that may be replaced, while we ask */
    gboolean may_ask;        /* in a window of its own: the user has just told us to register it */
    guint privacy_timer;     /* 0: nothing is to be taken off the block list */
    char *denied_stranger;   /* who that is */
    GPtrArray *notices;      /* CoexFeedItem, what was told of the account; NULL: nothing was */
    CoexPastDay *past_day;   /* being written into the log; NULL: none */
    GHashTable *past_times;  /* gint64, of the logs of whose days are written; NULL: nobody's */
    char *past_name;         /* who that is */
    gboolean hides_failures; /* of what WhatsApp had accepted */
    CoexProfile *profile;    /* as it was told last; NULL: it was not */
    CoexProfile *edited;     /* what the form was filled from; NULL: none was opened */
    gboolean wants_profile;  /* the user does, and nothing else of the account */
    char *broadcast_id;      /* that may begin, while we ask; NULL */
    char *asked_in;          /* where the verb was typed that may open a form; NULL: a menu did */
    gboolean tell_catalogue; /* the user waits for a refresh */
    gboolean setting_icon;   /* by ourselves */
    gboolean examines;       /* first; the login follows */
    gboolean online;
    gboolean over; /* failed or logging off: nothing may be told to the user interface */
};

/* Any call into libpurple may call another plugin, which may end the connection, or remove the
 * buddy or conversation at hand. A reference keeps its memory and its contacts; then `over` says
 * that it has ended, and nothing else of it may be used: session, connection and account may be
 * gone. */
CoexConnection *coex_connection_ref(CoexConnection *connection);
void coex_connection_unref(CoexConnection *connection);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexConnection, coex_connection_unref)

/* NULL unless the account is connected, so that its user interface may be talked to. */
CoexConnection *coex_connection_of(PurpleConnection *gc);
CoexConnection *coex_connection_of_account(PurpleAccount *account);

/* Fetches the templates again, told to by the user, who hears what came of it. */
void coex_connection_refresh_templates(CoexConnection *connection);
/* Asks what is known of the account; its page follows (purple/page.h). */
void coex_connection_describe(CoexConnection *connection);
/* Registers the webhook anew, told to by the user: only then may a window ask whether to take it
 * from another system. */
void coex_connection_register_webhook(CoexConnection *connection);

/* ---- names ---- */

/* The person's buddy name for anything a chat program calls one: "+49 30 …" or another's address of
 * the same person. Text that is no address comes back as it is. Free with g_free(). */
char *coex_connection_dup_name(CoexConnection *connection, const char *who);

/* What to call a person in a sentence: the alias, else the number; where several numbers are ours,
 * with what tells this one from the others (purple/own-number.h). Free with g_free(). */
char *coex_connection_dup_title(CoexConnection *connection, const char *name);
/* The same without that. Free with g_free(). */
char *coex_connection_dup_alias(CoexConnection *connection, const char *name);

/* A name for what others read: the phone's book's or the profile's, and the user's own alias, which
 * is none of their business, only where there is no other; NULL: none is known. Free with g_free().
 */
char *coex_connection_dup_given(CoexConnection *connection, const char *name);

/* The name by which the chat program knows the person: the buddy's, as it was typed. Borrowed. */
const char *coex_connection_get_buddy_name(CoexConnection *connection, const char *name);

/* The protocol's `normalize`: one spelling for whatever names an account or a person; in a static
 * buffer, as libpurple wants. */
const char *coex_connection_normalize(const PurpleAccount *account, const char *who);

/* Whether @who, in any spelling, is the account's own number. It is no buddy, and what comes from
 * it or goes to it is told as a notice. */
gboolean coex_connection_is_own(CoexConnection *connection, const char *who);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "session/session.h"
#include <purple.h>

/* An account between log on and log off: what the chat program's connection and the session below
 * know of each other. Hides the options, the session's observer and what each error means to
 * libpurple. */

typedef struct CoexUnseen CoexUnseen;

typedef struct {
    guint refs;
    PurpleConnection *gc;
    PurpleAccount *account;
    CoexSession *session;
    char *language;          /* preferred for templates */
    GHashTable *contacts;    /* name -> CoexContact */
    gboolean typed;          /* the next line was typed, and none of a plugin's */
    CoexUnseen *unseen;      /* NULL where nothing shown is lost */
    gint64 line_at;          /* time of the feed's line that is being shown, 0 */
    gboolean opening;        /* a conversation, by ourselves */
    GQueue due;              /* CoexContact (borrowed) that the buddy list is to show, or to lose */
    guint roster_timer;      /* 0: nothing to do */
    guint review_timer;      /* 0: none */
    char *registered_url;    /* the webhook that may be replaced, while we ask */
    gboolean may_ask;        /* in a window of its own: the user has just told us to register it */
    GQueue *notices;         /* what was told of the account; only notice.c looks into it */
    gboolean tell_catalogue; /* the user waits for a refresh */
    gboolean online;
    gboolean over; /* failed or logging off: nothing may be told to the user interface */
} CoexConnection;

/* The protocol's `login` and `close`. */
void coex_login_open(PurpleAccount *account);
void coex_login_close(PurpleConnection *gc);

/* Any call into libpurple may call another plugin, which may end the login, or remove the buddy or
 * conversation at hand. A reference keeps the login's memory and its tables; then `over` says that
 * it has ended, and nothing else of it may be used: session, connection and account may be gone. */
CoexConnection *coex_login_ref(CoexConnection *login);
void coex_login_unref(CoexConnection *login);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexConnection, coex_login_unref)

/* NULL unless the account is connected, so that its user interface may be talked to. */
CoexConnection *coex_login_of(PurpleConnection *gc);
CoexConnection *coex_login_of_account(PurpleAccount *account);

/* The person's buddy name for anything a chat program calls one: "+49 30 …" or another's address of
 * the same person. Text that is no address comes back as it is. Free with g_free(). */
char *coex_login_dup_name(CoexConnection *login, const char *who);

/* What to call a person in a sentence: the alias, else the number. Free with g_free(). */
char *coex_login_dup_title(CoexConnection *login, const char *name);

/* Tells one line (plain text) about the account. */
void coex_login_notice(CoexConnection *login, const char *text);
/* Registers the webhook anew, told to by the user: only then may a window ask whether to take it
 * from another system. */
void coex_login_register_webhook(CoexConnection *login);

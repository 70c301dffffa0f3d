// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* What the chat program around us can show and ask, by the name it gives itself: libpurple accepts
 * every call and silently drops what its user interface does not know. */

typedef enum {
    COEX_NOTICE_SYSTEM,  /* a system line in the conversation */
    COEX_NOTICE_IM,      /* the same is invisible; a system line that comes like a message is not */
    COEX_NOTICE_MESSAGE, /* nothing but plain messages is seen */
} CoexNoticeWay;

typedef struct CoexHost {
    const char *ui;    /* what purple_core_get_ui() says; NULL: any other */
    const char *label; /* for people */
    CoexNoticeWay notice;
    guint max_tags; /* of a line; with more it is shown as other HTML. 0: no bound, nor the next */
    guint max_line; /* bytes of HTML of a line of ours; what is beyond is not shown */
    gboolean shows_pictures;   /* in a conversation */
    gboolean runs_links;       /* a plugin's own, in a conversation */
    gboolean strikes;          /* shows text struck through */
    gboolean has_commands;     /* lines that begin with / are commands, not messages */
    gboolean lacks_forms;      /* even where libpurple says that there are some */
    gboolean lacks_dates;      /* yesterday's lines look like today's */
    gboolean breaks_words;     /* a long line of a notice is broken anywhere */
    gboolean splits_options;   /* its form for an account has room for what a login needs only */
    gboolean labels_options;   /* an option is known by its label, not by its key */
    gboolean clips_forms;      /* what is higher or broader than the screen cannot be seen */
    gboolean flat_lists;       /* a list in a form is two rows high unless it has pictures */
    gboolean reads_buttons;    /* knows a yes and a no by their buttons' English labels */
    gboolean has_mnemonics;    /* _ in a field's label marks a key */
    gboolean hides_sent;       /* shows lines of ours only when they were typed elsewhere */
    gboolean tells_seen;       /* says when a conversation is looked at */
    gboolean forgets_list;     /* a saved buddy list is lost or only grows */
    gboolean serves_others;    /* its users are none of this computer's */
    gboolean temporary_folder; /* purple_user_dir() is another one in each run */
    gboolean makes_nicks;      /* a person's alias becomes a nick, anew at each login */
    gboolean splits_values;    /* an option is typed, and ends at a blank unless it is quoted */
    gboolean cuts_lines;       /* an IRC client cuts what is too long for one line of it */
    gboolean has_own_conversation; /* takes lines in a conversation with the account's own number */
    gboolean ends_conversations;   /* outlives it when we end one with a person */
    gboolean has_account_line;     /* purple_connection_notice() is seen */
    gboolean hides_retries;        /* never says why it connects again and again */
    gboolean loses_lines;          /* its client may be gone without its knowing */
    gboolean chooses_badly; /* of a chosen file it tells the name without the folder, and cancels */
    gboolean shows_transfers; /* files that come or go stand in a window, with their progress */
    gboolean opens_behind;    /* a form that no key opened stands behind the window in front */
    gboolean shares_windows;  /* who stand in one contact write into one window */
    const char *typing_pref; /* of libpurple's, which must be on for us to hear of it; NULL: none */
} CoexHost;

/* The row of the running chat program. Static. */
const CoexHost *coex_host_get(void);

/* Whether a form with fields will be shown and answered. */
gboolean coex_host_has_forms(void);

/* Whether who types is whose computer this is: no path is closed to them. Else, and in a chat
 * program that is not known, a path leads only below purple_user_dir(). */
gboolean coex_host_opens_files(void);

/* What a verb of ours begins with: "/" or "!". Static. */
const char *coex_host_get_mark(void);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Who somebody is: the addresses under which WhatsApp knows one person (Meta:
 * business-scoped-user-ids). Hides what a number or a business-scoped user id (BSUID) may look
 * like. No interface of the project passes a bare string for a person. */

typedef struct CoexPeer {
    char *wa_id;          /* digits of the number, without +; NULL when withheld */
    char *other_wa_id;    /* the same number in the other form in which it came too, or NULL */
    char *user_id;        /* BSUID, `DE.9051…` */
    char *parent_user_id; /* BSUID of linked portfolios */
    char *username;       /* without @; display only, never a key */
} CoexPeer;

/* Frees and empties the members. */
void coex_peer_clear(CoexPeer *peer);
/* Deep copy over @ret_copy, whose former members are not freed. */
void coex_peer_copy(CoexPeer *ret_copy, const CoexPeer *peer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CoexPeer, coex_peer_clear)

/* Whether there is any address to reach the person. */
gboolean coex_peer_is_addressable(const CoexPeer *peer);

/* Sets the addresses that webhooks and answers carry; each may be NULL, empty or malformed, then
 * the one that @peer has stays; a leading @ of the username goes, `+`, blanks and punctuation of a
 * number go. */
void coex_peer_set(CoexPeer *peer, const char *number, const char *user_id,
                   const char *parent_user_id);
void coex_peer_set_username(CoexPeer *peer, const char *username);

/* What a user typed or a buddy's name: "+49 30 …", digits, or a BSUID. FALSE and
 * COEX_ERROR_INVALID_INPUT with a remedy otherwise; @ret_peer is then empty. */
gboolean coex_peer_parse(const char *text, CoexPeer *ret_peer, GError **error);

/* The buddy name: bare digits, or the BSUID; safe as a file name. NULL if not addressable. Free
 * with g_free(). */
char *coex_peer_dup_name(const CoexPeer *peer);

/* For people's eyes: "+493023125017", else the username with @, else the BSUID. Never NULL. Free
 * with g_free(). */
char *coex_peer_dup_display(const CoexPeer *peer);

/* For people's eyes, of what was typed or a buddy's name: a number as "+493023125017", anything
 * else as it is. Free with g_free(). */
char *coex_peer_dup_name_display(const char *name);

/* A number as typed, to its digits with country code: 7 to 15 of them, the first no zero; "00" and
 * "(0)" go. NULL and COEX_ERROR_INVALID_INPUT otherwise. Free with g_free(). */
char *coex_number_normalize(const char *text, GError **error);

/* The other ways in which the same number, digits with country code, is written: mobiles of Brazil,
 * Mexico and Argentina have one or two. None for any other number. Free with g_strfreev(). */
char **coex_number_list_forms(const char *number);

/* Whether two numbers are one, in whichever of these ways. FALSE for NULL. */
gboolean coex_number_is_same(const char *one, const char *other);

/* Whether @text is a BSUID: `[A-Z]{2}\.[A-Za-z0-9.]{1,140}` without `..`. */
gboolean coex_user_id_is_valid(const char *text);

// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A relay on loopback, in a thread of its own: takes webhooks at its URL, and hands them out to
 * desks with the key, honestly or not. Shares no code with the plugin.
 */
#pragma once

#include <glib.h>

typedef struct CoexSimRelay CoexSimRelay;

typedef enum {
    COEX_SIM_RELAY_HONEST,
    COEX_SIM_RELAY_AWAY,    /* 503 to desks; webhooks are taken */
    COEX_SIM_RELAY_REFUSES, /* 401, whatever the key */
    COEX_SIM_RELAY_LOST,    /* 404 */
    COEX_SIM_RELAY_PAGE,    /* a page of HTML in the place of deliveries */
    COEX_SIM_RELAY_REDIRECTS,
    COEX_SIM_RELAY_REPEATS, /* the same sequence twice */
    COEX_SIM_RELAY_LONG_LINE,
    COEX_SIM_RELAY_LONG_BODY, /* is said to be */
    COEX_SIM_RELAY_WRONG_LENGTH,
    COEX_SIM_RELAY_TOO_MANY, /* in one batch */
    COEX_SIM_RELAY_ENDLESS,
    COEX_SIM_RELAY_BEYOND,     /* the next place is behind what it has */
    COEX_SIM_RELAY_GOES_ON,    /* behind its last line */
    COEX_SIM_RELAY_BREAKS_OFF, /* in the middle of the last body */
    COEX_SIM_RELAY_HASTY,      /* waits for nothing, and promises more than it has */
    COEX_SIM_RELAY_FULL,       /* takes no copies of what desks sent; is honest otherwise */
    COEX_SIM_RELAY_PICKY,      /* will never take them */
    COEX_SIM_RELAY_DEAF,       /* takes them, and does not say so */
} CoexSimRelayMood;

/* At http://127.0.0.1:<port>/bakery. */
CoexSimRelay *coex_sim_relay_new(const char *key);
void coex_sim_relay_free(CoexSimRelay *relay);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CoexSimRelay, coex_sim_relay_free)
/* Lives for ever. */
const char *coex_sim_relay_get_url(const CoexSimRelay *relay);

/* From the next answer on; who waits is answered so at once. */
void coex_sim_relay_set_mood(CoexSimRelay *relay, CoexSimRelayMood mood);
/* Ends and begins again at the same port, with what it has. */
void coex_sim_relay_kill(CoexSimRelay *relay);
void coex_sim_relay_restart(CoexSimRelay *relay);
/* Its log is gone, and another begins. */
void coex_sim_relay_begin_anew(CoexSimRelay *relay);
/* The oldest @n are gone. */
void coex_sim_relay_drop(CoexSimRelay *relay, guint n);
/* Puts @body, as it came with @header (NULL: none), into the log. */
void coex_sim_relay_put(CoexSimRelay *relay, const char *header, const char *value, GBytes *body);
/* The same with @copy as what a desk sent, whoever did. */
void coex_sim_relay_put_send(CoexSimRelay *relay, const char *copy);
/* The copy number @index of those that desks sent, from 0; NULL: it has none. Free with g_free().
 */
char *coex_sim_relay_dup_send(CoexSimRelay *relay, guint index);
/* How many questions of desks came, and how many copies of what they sent it has. */
guint coex_sim_relay_n_asked(CoexSimRelay *relay);
guint coex_sim_relay_n_sends(CoexSimRelay *relay);

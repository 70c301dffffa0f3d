// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <glib.h>

/* Looks at a number's whole connection, from the provider to the disk, a check after the other, and
 * says of each what it found (core/doctor.h). Asks and tries, and changes nothing: not at the
 * provider, not here. A check has ten seconds. Knows no account: any program that receives can use
 * it. */

typedef struct CoexCase CoexCase;
typedef struct CoexDoctor CoexDoctor;
typedef struct CoexFacts CoexFacts;
typedef struct CoexProxy CoexProxy;
typedef struct CoexReceiver CoexReceiver;

#define COEX_DOCTOR_CHECK_S 10

typedef struct {
    CoexCase *c;            /* taken */
    const CoexFacts *facts; /* borrowed until the doctor is freed, with what it points to */
    const CoexProxy *proxy; /* the way to the provider, and to the public address; NULL: none */
    const char *folder;     /* of the database */
    gboolean is_new;        /* it need not be there yet */
    const char *files;      /* the folder for files of messages, borrowed likewise; "": none come */
    gboolean for_group;     /* its group is to read them */
    gconstpointer receiver_data; /* who it is at its own receiver */
} CoexDoctorSpec;

/* Who listens at the case's address. */
typedef enum {
    COEX_LISTENER_NOBODY, /* the doctor does meanwhile, and answers deliveries 503 */
    COEX_LISTENER_OURS,
    COEX_LISTENER_OTHERS, /* which is not tried */
    COEX_LISTENER_SOON,   /* ours, after a login that is under way */
} CoexDoctorListener;

/* Of the one who waits. */
typedef struct {
    gint64 (*now)(gpointer user_data); /* by this computer's clock */
    /* What is so now. @ret_receiver: borrowed, ours until the doctor is freed, that of others until
     * the caller returns; NULL: none. */
    CoexDoctorListener (*find)(CoexReceiver **ret_receiver, gpointer user_data);
    /* The doctor listens for itself from now on, or no longer. */
    void (*own)(gboolean listens, gpointer user_data);
    void (*line)(const char *line, gpointer user_data); /* borrowed */
    void (*over)(gpointer user_data); /* the last line was told; frees it, maybe */
} CoexDoctorFace;

/* Begins, in the thread's default context; @face is borrowed, and none of it runs before this
 * returns, nor after coex_doctor_free(), which stops at any moment. */
CoexDoctor *coex_doctor_new(const CoexDoctorSpec *spec, const CoexDoctorFace *face,
                            gpointer user_data);
void coex_doctor_free(CoexDoctor *doctor);

/* Somebody wants to listen: where the doctor does so itself it ends that at once, and goes on with
 * what can be checked without. */
void coex_doctor_leave(CoexDoctor *doctor);

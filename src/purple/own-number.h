// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <purple.h>

/* Which number of ours somebody is a customer of, where several accounts of this protocol are
 * enabled in one chat program: the same customer may stand in the list for each, and lists, tabs
 * and questions show names alone. Hides what tells one account from another. */

/* @name, and behind it what tells the account from the other enabled ones, "Ada Lovelace [Berlin]":
 * the alias that the user gave it, unless another has the same, else the end of its number. Nothing
 * while it is the only one. Free with g_free(). */
char *coex_own_number_mark(PurpleAccount *account, const char *name);

/* Whether both are one name but for such a mark. Accepts NULL. */
gboolean coex_own_number_is_same(const char *one, const char *other);

/* The account in a question, "+493023120000 (Berlin)". Free with g_free(). */
char *coex_own_number_dup_title(PurpleAccount *account);

// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "event.h"

/* libpurple's request dialogs without a screen: each that opens is told as one event, and the verbs
 * fill in and press what a user would. They act on the newest open one. Hides the differences
 * between a host that has forms and BitlBee, which has questions with yes and no only. */

typedef void (*FormsTell)(HostEvent *event); /* takes the event */

/* Puts the request operations into libpurple. With @bitlbee there are no forms with fields, choices
 * or files, and an action is answered by "yes" or "no", as its root user does.
 *
 * An event's text is "title | primary | secondary"; its extra names the fields in order and then
 * the buttons, one on each line:
 *     field ID TYPE LABEL = VALUE
 *     row ID LABEL             (of a list; "row* " if selected)
 *     button LABEL
 */
void forms_init(gboolean bitlbee, FormsTell tell);

/* Each returns NULL, or why that cannot be done (static or interned text). */

/* Selects the first row that contains @row in the first list of the form. */
const char *forms_select(const char *row);
/* @field is the field's id, or its label. Lists take a row, booleans "1" or "0". */
const char *forms_set(const char *field, const char *value);
/* Presses a button by its label ("OK", "Send"); an underscore in the label does not count. For an
 * input, the pressed OK gives what forms_set() put in (field "input"). */
const char *forms_press(const char *label);

/* Open ones. */
guint forms_count(void);

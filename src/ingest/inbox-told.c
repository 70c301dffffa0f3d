// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/words.h"
#include "ingest/inbox-source-private.h"

void
coex_inbox_tell(CoexInboxSource *inbox, const char *format, ...)
{
    g_autofree char *line = NULL;
    va_list args;

    va_start(args, format);
    line = coex_say_args(format, args);
    va_end(args);
    inbox->spec.tell(line, inbox->spec.source.data);
}

static void
explain(CoexInboxSource *inbox, CoexInboxTrouble trouble, const char *why)
{
    switch (trouble) {
    case COEX_INBOX_WELL:
        break;
    case COEX_INBOX_AWAY:
        coex_inbox_tell(
            inbox,
            /* Translators: the Inbox is a product of 360dialog; %s is a sentence: why */
            _("The Inbox cannot be asked: %s What comes for this number waits there, "
              "and is fetched as soon as that works."),
            why);
        break;
    case COEX_INBOX_STRANGE:
        coex_inbox_tell(inbox,
                        /* Translators: inbox-url and inbox-token are typed so: leave them */
                        _("What answers at the option {@inbox-url} is no Inbox, or a broken one: "
                          "%s. Nothing of "
                          "that was taken. Look there, or correct the option and log in again."),
                        why);
        break;
    case COEX_INBOX_WRONG_TOKEN:
        coex_inbox_tell(
            inbox,
            _("The Inbox %s refuses the option {@inbox-token}, so nothing comes from it. "
              "Copy the token of a user of the Inbox, not the API key, and log in "
              "again; what came meanwhile waits there."),
            inbox->host);
        break;
    case COEX_INBOX_WRONG_URL:
        coex_inbox_tell(inbox,
                        _("There is no Inbox at the option {@inbox-url} (%s). Open the Inbox at "
                          "360dialog, copy its address from the browser, as in "
                          "https://acme1.inbox.getchat.360dialog.io, and log in again."),
                        inbox->host);
        break;
    case COEX_INBOX_OTHER_NUMBER:
        coex_inbox_tell(
            inbox,
            _("The Inbox %s is that of +%s, but the account is named +%s, so nothing was taken "
              "from it. Correct the options {@inbox-url} and {@inbox-token}, and log in again."),
            inbox->host, why, inbox->number);
        break;
    case COEX_INBOX_NO_LIST:
        coex_inbox_tell(inbox,
                        _("The Inbox %s does not list the messages of all conversations together "
                          "(%s), so nothing comes from it. Report the lines of the doctor, and "
                          "receive by webhook meanwhile."),
                        inbox->host, why);
        break;
    }
}

void
coex_inbox_tell_trouble(CoexInboxSource *inbox, CoexInboxTrouble trouble, const char *why)
{
    if (!coex_trouble_note(&inbox->trouble, trouble, g_get_monotonic_time()))
        return;
    inbox->was_away |= trouble == COEX_INBOX_AWAY;
    explain(inbox, trouble, why);
}

void
coex_inbox_tell_back(CoexInboxSource *inbox)
{
    coex_trouble_end(&inbox->trouble);
    if (!inbox->was_away)
        return;
    inbox->was_away = FALSE;
    if (inbox->n_meanwhile == 0)
        coex_inbox_tell(inbox, _("The Inbox answers again. Nothing came meanwhile."));
    else
        coex_inbox_tell(inbox, _("The Inbox answers again. What came meanwhile is here."));
    inbox->n_meanwhile = 0;
}

void
coex_inbox_tell_left_out(CoexInboxSource *inbox, const CoexInboxPage *page)
{
    if (page->n_foreign > 0 && !inbox->told_foreign)
        coex_inbox_tell(inbox, _("The Inbox has messages of another number, which were not taken. "
                                 "Look at the option {@inbox-url}, and at the Inbox."));
    if (page->n_unreadable > 0 && !inbox->told_unreadable)
        coex_inbox_tell(inbox, _("The Inbox has a message without an id, which cannot be taken. "
                                 "Look at the phone for what is missing here."));
    inbox->told_foreign |= page->n_foreign > 0;
    inbox->told_unreadable |= page->n_unreadable > 0;
}

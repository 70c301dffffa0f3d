// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/doctor.h"

#include "core/report.h"
#include "core/text.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/host.h"
#include "purple/notice.h"
#include "purple/options.h"
#include "purple/set-up.h"
#include "purple/unseen.h"
#include "session/session.h"
#include <string.h>

static void stop_earlier(const PurpleAccount *account);

/* What is said of words that are none of it; NULL: they are. Free with g_free(). */
static char *
dup_refusal(const char *words)
{
    if (*words == '\0' || strcmp(words, "stop") == 0)
        return NULL;
    return coex_say(_("Nothing was checked: type %sdoctor to check the whole connection, or "
                      "%sdoctor stop to end that."),
                    coex_host_get_mark(), coex_host_get_mark());
}

void
coex_doctor_run(CoexConnection *connection, const char *words)
{
    gboolean goes_on = strcmp(words, "stop") != 0;
    g_autofree char *refusal = dup_refusal(words);
    g_autofree char *line = coex_say(
        _("Checking the whole connection; nothing is changed by it. %sdoctor stop ends it."),
        coex_host_get_mark());

    if (refusal != NULL) {
        coex_unseen_tell(connection, refusal);
        return;
    }
    if (goes_on)
        coex_unseen_tell(connection, line);
    else
        stop_earlier(connection->account);
    if (!connection->over)
        coex_session_examine(connection->session, goes_on);
}

/* On a terminal the end is what is seen. */
static char *
dup_wrong_last(const char *report)
{
    g_auto(GStrv) lines = g_strsplit(report, "\n", -1);
    guint n_lines = g_strv_length(lines);
    guint n_end = MIN(n_lines, 2); /* how many of each, and what it was */
    g_autoptr(GString) all = g_string_new(NULL);

    for (guint pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < n_lines - n_end; i++)
            if (coex_report_is_wrong(lines[i]) == (pass == 1))
                g_string_append_printf(all, "%s\n", lines[i]);
    }
    for (guint i = n_lines - n_end; i < n_lines; i++)
        g_string_append_printf(all, "%s%s", lines[i], i + 1 < n_lines ? "\n" : "");
    return g_string_free(g_steal_pointer(&all), FALSE);
}

/* A window of its own, from which it can be copied. @handle: at whose end it is closed. */
static void
show_page(gpointer handle, PurpleAccount *account, const char *report)
{
    g_auto(GStrv) lines = g_strsplit(report, "\n", -1);
    g_autoptr(GString) html = g_string_new(NULL);
    const char *title = _("Check of the connection");

    for (guint i = 0; lines[i] != NULL; i++) {
        g_autofree char *line = coex_text_escape(lines[i]);
        gboolean wrong = coex_report_is_wrong(line);

        g_string_append_printf(html, "%s%s%s%s", i > 0 ? "<br>" : "", wrong ? "<b>" : "", line,
                               wrong ? "</b>" : "");
    }
    purple_notify_formatted(handle, title, title, purple_account_get_username(account), html->str,
                            NULL, NULL);
}

void
coex_doctor_show(CoexConnection *connection, const CoexSessionEvent *event)
{
    const CoexHost *host = coex_host_get();
    g_autofree char *report = event->detail != NULL ? dup_wrong_last(event->detail) : NULL;

    if (host->has_account_line) {
        coex_unseen_tell(connection, event->text);
    } else if (event->detail != NULL && host->has_own_conversation && host->clips_forms) {
        coex_unseen_tell(connection, report);
        if (!connection->over)
            coex_notice_open(connection);
    } else if (event->detail != NULL) {
        show_page(connection->account, connection->account, event->detail);
    }
}

/* ---- before a login ---- */

static GHashTable *examined; /* names of accounts; NULL: none */

static void
forget_examined(PurpleAccount *account, gpointer user_data)
{
    g_hash_table_remove(examined, purple_account_get_username(account));
}

gboolean
coex_doctor_is_due(PurpleAccount *account)
{
    if (strcmp(coex_options_get(account, "doctor"), "yes") != 0)
        return FALSE;
    if (examined == NULL) {
        examined = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
        purple_signal_connect(purple_accounts_get_handle(), "account-disabled", &examined,
                              PURPLE_CALLBACK(forget_examined), NULL);
    }
    return g_hash_table_add(examined, g_strdup(purple_account_get_username(account)));
}

/* ---- who is not connected ---- */

typedef struct {
    PurpleAccount *account;
    char *name; /* of the conversation */
    CoexSession *session;
} Offline;

static GPtrArray *offline; /* Offline; NULL: none */

static void
offline_free(gpointer data)
{
    Offline *exam = data;

    coex_session_free(exam->session);
    g_free(exam->name);
    g_free(exam);
}

static void
stop_offline(void)
{
    purple_signals_disconnect_by_handle(&offline);
    g_clear_pointer(&offline, g_ptr_array_unref);
}

static Offline *
find_offline(const PurpleAccount *account)
{
    for (guint i = 0; offline != NULL && i < offline->len; i++) {
        Offline *exam = g_ptr_array_index(offline, i);

        if (exam->account == account)
            return exam;
    }
    return NULL;
}

/* One from before the login may still run. */
static void
stop_earlier(const PurpleAccount *account)
{
    Offline *exam = find_offline(account);

    if (exam != NULL)
        coex_session_examine(exam->session, FALSE);
}

static void
end_offline(const PurpleAccount *account)
{
    Offline *exam = find_offline(account);

    if (exam != NULL)
        g_ptr_array_remove(offline, exam);
    if (offline != NULL && offline->len == 0)
        stop_offline();
}

static void
on_account_removed(PurpleAccount *account, gpointer user_data)
{
    end_offline(account);
}

static void
write_offline(PurpleAccount *account, const char *name, const char *text)
{
    g_autofree char *html = coex_text_escape(text);
    g_auto(GStrv) lines = g_strsplit(html, "\n", -1);
    g_autofree char *all = g_strjoinv("<br>", lines);
    PurpleConversation *conv =
        purple_find_conversation_with_account(PURPLE_CONV_TYPE_IM, name, account);

    if (conv != NULL)
        purple_conversation_write(conv, NULL, all, PURPLE_MESSAGE_SYSTEM | PURPLE_MESSAGE_NO_LOG,
                                  time(NULL));
}

static void
on_offline(const CoexSessionEvent *event, gpointer user_data)
{
    Offline *exam = user_data;
    PurpleAccount *account = exam->account;
    g_autofree char *name = NULL;

    if (event->kind != COEX_SESSION_EXAMINED || event->detail == NULL)
        return;
    name = g_strdup(exam->name);
    g_autofree char *report = g_strdup(event->detail);
    g_autofree char *sorted = dup_wrong_last(report);
    end_offline(account);
    if (coex_host_get()->clips_forms)
        write_offline(account, name, sorted);
    else
        show_page(account, account, report);
}

static CoexSession *
make_session(Offline *exam, GError **error)
{
    PurpleAccount *account = exam->account;
    g_auto(CoexSetUp) set_up = { 0 };

    if (!coex_set_up_read(account, purple_account_get_password(account), &set_up, error))
        return NULL;
    return coex_session_new(&set_up.config, on_offline, exam);
}

static void
begin_offline(PurpleConversation *conv)
{
    PurpleAccount *account = purple_conversation_get_account(conv);
    const char *name = purple_conversation_get_name(conv);
    Offline *exam = g_new0(Offline, 1);
    g_autoptr(GError) error = NULL;

    exam->account = account;
    exam->session = make_session(exam, &error);
    if (exam->session == NULL) {
        g_autofree char *line = coex_options_dup_remedy(account, error->message);

        g_free(exam);
        write_offline(account, name, line);
        return;
    }
    exam->name = g_strdup(name);
    if (offline == NULL) {
        offline = g_ptr_array_new_with_free_func(offline_free);
        purple_signal_connect(purple_accounts_get_handle(), "account-removed", &offline,
                              PURPLE_CALLBACK(on_account_removed), NULL);
    }
    g_ptr_array_add(offline, exam);
    coex_session_examine(exam->session, TRUE);
    write_offline(account, name,
                  _("Checking the connection as far as it can be without a login; nothing is "
                    "changed by it. /doctor stop ends it."));
}

void
coex_doctor_run_offline(PurpleConversation *conv, const char *words)
{
    PurpleAccount *account = purple_conversation_get_account(conv);
    Offline *exam = find_offline(account);
    gboolean goes_on = strcmp(words, "stop") != 0;
    g_autofree char *refusal = dup_refusal(words);

    if (refusal != NULL)
        write_offline(account, purple_conversation_get_name(conv), refusal);
    else if (exam != NULL)
        coex_session_examine(exam->session, goes_on);
    else if (goes_on && purple_account_is_connecting(account))
        write_offline(account, purple_conversation_get_name(conv),
                      _("The account connects just now: check when it is connected, or when that "
                        "has failed."));
    else if (goes_on)
        begin_offline(conv);
}

void
coex_doctor_stop(void)
{
    stop_offline();
    purple_signals_disconnect_by_handle(&examined);
    g_clear_pointer(&examined, g_hash_table_unref);
}

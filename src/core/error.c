// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"

#include "core/text.h"
#include "core/words.h"
#include <stdlib.h>
#include <string.h>

/* Graph's own words can be long; a line in a conversation should not. */
#define DETAILS_MAX 300

typedef struct {
    int graph_code;
    gboolean of_certificate;
} CoexErrorPrivate;

static void
coex_error_private_init(CoexErrorPrivate *priv)
{
    priv->graph_code = 0;
    priv->of_certificate = FALSE;
}

static void
coex_error_private_copy(const CoexErrorPrivate *src, CoexErrorPrivate *dest)
{
    *dest = *src;
}

static void
coex_error_private_clear(CoexErrorPrivate *priv)
{
}

G_DEFINE_EXTENDED_ERROR(CoexError, coex_error)

#define ROW(code, meaning, retry, what, remedy)                                                    \
    {                                                                                              \
        code, COEX_ERROR_##meaning, COEX_RETRY_##retry, what, remedy                               \
    }

/* Meta: support/error-codes, sorted by code; only the codes with a retry kind repeat by themselves.
 * The 131000 of a send leaves open whether the message went. */
// clang-format off
static const CoexGraphCode graph_codes[] = {
    ROW(0, AUTH, NEVER,
        N_("The access token or API key was not accepted."),
        N_("Enter a valid one as the account's password.")),
    ROW(1, PROTOCOL, NEVER,
        N_("WhatsApp had a problem with this request."),
        N_("Try again in a moment.")),
    ROW(2, RETRY, BACKOFF,
        N_("WhatsApp has a temporary problem."),
        N_("Try again in a moment.")),
    ROW(3, AUTH, NEVER,
        N_("The access token lacks a permission."),
        N_("Give it whatsapp_business_messaging and whatsapp_business_management, then log in again.")),
    ROW(4, RATE_LIMITED, QUOTA,
        N_("The app has used up its requests for now."),
        N_("Try again in some minutes.")),
    ROW(10, AUTH, NEVER,
        N_("The access token lacks a permission, or it was withdrawn."),
        N_("Give it whatsapp_business_messaging and whatsapp_business_management, then log in again.")),
    ROW(33, INVALID_INPUT, NEVER,
        N_("The phone number id or WABA id is wrong, or the access token may not use it."),
        N_("Compare the ids in the account's options with WhatsApp Manager.")),
    ROW(100, INVALID_INPUT, NEVER,
        N_("WhatsApp does not accept a part of this request."),
        N_("Check the text and the number; if that does not help, report this line to the makers of this plugin.")),
    ROW(190, AUTH, NEVER,
        N_("The access token was not accepted: it is mistyped, has expired or was withdrawn."),
        N_("Enter a valid one as the account's password.")),
    ROW(200, AUTH, NEVER,
        N_("The access token has no access to this number."),
        N_("Assign the WhatsApp account to the token's user in Meta Business Settings.")),
    ROW(368, PROTOCOL, NEVER,
        N_("Meta has restricted this account for breaking its policies."),
        N_("Look at Account quality in WhatsApp Manager.")),
    ROW(803, INVALID_INPUT, NEVER,
        N_("Meta does not know an id that was asked for, or the access token may not see it."),
        N_("Compare the ids in the account's options with WhatsApp Manager.")),
    ROW(1013, RECIPIENT, NEVER,
        N_("This number does not use WhatsApp."),
        N_("Check the number.")),
    ROW(80007, RATE_LIMITED, QUOTA,
        N_("The WhatsApp account has used up its requests for now."),
        N_("Try again in some minutes.")),
    ROW(130429, RATE_LIMITED, BACKOFF,
        N_("The number sends faster than WhatsApp allows."),
        N_("Send more slowly.")),
    ROW(130472, RECIPIENT, NEVER,
        N_("Not delivered: Meta keeps this person out of marketing messages for an experiment."),
        N_("Answer from the phone, or wait until this person writes.")),
    ROW(130497, RECIPIENT, NEVER,
        N_("The account may not write to people in this country."),
        N_("Reach the person another way.")),
    ROW(131000, UNCERTAIN, NEVER,
        N_("WhatsApp failed for a reason it does not name."),
        N_("Look at the phone whether the message is there before you send it again.")),
    ROW(131005, AUTH, NEVER,
        N_("WhatsApp denied access: a permission is missing."),
        N_("Give the token whatsapp_business_messaging, then log in again.")),
    ROW(131008, PROTOCOL, NEVER,
        N_("A required part of the request is missing."),
        N_("Please report this line to the makers of this plugin.")),
    ROW(131009, INVALID_INPUT, NEVER,
        N_("WhatsApp does not accept a value in this message."),
        N_("Check the text and the number, or answer from the phone.")),
    ROW(131016, RETRY, BACKOFF,
        N_("WhatsApp is overloaded."),
        N_("Try again in a moment.")),
    ROW(131020, PROTOCOL, NEVER,
        N_("This group cannot be used through the API."),
        N_("Use the phone for groups.")),
    ROW(131021, RECIPIENT, NEVER,
        N_("A number cannot write to itself."),
        N_("Write to another number.")),
    ROW(131026, RECIPIENT, NEVER,
        N_("It could not be delivered: perhaps this person is not on WhatsApp, uses a very old version or has not accepted the terms."),
        N_("Check the number, or reach the person another way.")),
    ROW(131030, RECIPIENT, NEVER,
        N_("A test number may only write to people on its list."),
        N_("Add this person under API Setup in Meta's app dashboard.")),
    ROW(131031, PROTOCOL, NEVER,
        N_("The WhatsApp account is locked."),
        N_("Look at Account quality in WhatsApp Manager.")),
    ROW(131037, PROTOCOL, NEVER,
        N_("The number's display name is not approved yet."),
        N_("Have it approved in WhatsApp Manager.")),
    ROW(131041, PROTOCOL, NEVER,
        N_("This group cannot be used through the API."),
        N_("Use the phone for groups.")),
    ROW(131042, PROTOCOL, NEVER,
        N_("There is a problem with the payment for this account: without a payment method WhatsApp delivers no more than a month's free messages."),
        N_("Add or check the payment method in WhatsApp Manager.")),
    ROW(131045, PROTOCOL, NEVER,
        N_("The number is not registered properly."),
        N_("It has to be connected again by the provider.")),
    ROW(131047, WINDOW_CLOSED, NEVER,
        N_("The 24-hour window is closed."),
        N_("Send a template, or answer from the phone.")),
    ROW(131048, RATE_LIMITED, NEVER,
        N_("WhatsApp limits this number, because people blocked or reported earlier messages."),
        N_("Wait some hours before you send it again.")),
    ROW(131049, RECIPIENT, NEVER,
        N_("Meta did not deliver this marketing message, because the person has received many of them."),
        N_("Wait at least a day before you send it again.")),
    ROW(131050, RECIPIENT, NEVER,
        N_("This person does not want marketing messages from you."),
        N_("Do not send it again.")),
    ROW(131051, INVALID_INPUT, NEVER,
        N_("WhatsApp does not support this type of message here."),
        N_("Use the phone for it.")),
    ROW(131052, PROTOCOL, NEVER,
        N_("The file from this person could not be fetched; it may be over 100 MB."),
        N_("Look at it on the phone, or ask for it another way.")),
    ROW(131053, INVALID_INPUT, NEVER,
        N_("WhatsApp does not accept this kind of file."),
        N_("Convert it to a common format first.")),
    ROW(131055, PROTOCOL, NEVER,
        N_("This way of sending is not allowed for the account."),
        N_("Ask the provider what it may send, or answer from the phone.")),
    ROW(131056, RATE_LIMITED, PAIR,
        N_("Too many messages to this person in a short time."),
        N_("Wait a minute before you write more.")),
    ROW(131057, RETRY, BACKOFF,
        N_("The account is in maintenance at Meta."),
        N_("Try again in a moment.")),
    ROW(131059, PROTOCOL, NEVER,
        N_("This group cannot be used through the API."),
        N_("Use the phone for groups.")),
    ROW(131060, PROTOCOL, NEVER,
        N_("WhatsApp does not hand this message to the API."),
        N_("Look at it on the phone.")),
    ROW(131062, RECIPIENT, NEVER,
        N_("This cannot be sent to a person whose phone number is hidden."),
        N_("Ask the person for the phone number.")),
    ROW(131063, TEMPLATE, NEVER,
        N_("Marketing messages are switched off for this way of sending."),
        N_("Change the setting for marketing messages in WhatsApp Manager.")),
    ROW(131064, RATE_LIMITED, NEVER,
        N_("The limit for messages without a template is reached."),
        N_("Send a template, or wait.")),
    ROW(131200, PROTOCOL, NEVER,
        N_("This group cannot be used through the API."),
        N_("Use the phone for groups.")),
    ROW(132000, TEMPLATE, NEVER,
        N_("The template needs another number of values."),
        N_("Refresh the list of templates and fill in every field.")),
    ROW(132001, TEMPLATE, NEVER,
        N_("The template does not exist in this language, or it is not approved any more."),
        N_("Refresh the list of templates and choose again.")),
    ROW(132005, TEMPLATE, NEVER,
        N_("The template is too long with these values."),
        N_("Shorten the values.")),
    ROW(132007, TEMPLATE, NEVER,
        N_("The template breaks one of WhatsApp's content rules."),
        N_("Choose another template.")),
    ROW(132012, TEMPLATE, NEVER,
        N_("A value has the wrong form for this template."),
        N_("Check the values.")),
    ROW(132015, TEMPLATE, NEVER,
        N_("Meta has paused this template."),
        N_("Choose another one, or try it again in some hours.")),
    ROW(132016, TEMPLATE, NEVER,
        N_("Meta has disabled this template for good."),
        N_("Choose another template.")),
    ROW(132018, TEMPLATE, NEVER,
        N_("A value holds line breaks, tabs or many blanks."),
        N_("Write the values on one line.")),
    ROW(132068, TEMPLATE, NEVER,
        N_("The form of this template is blocked."),
        N_("Choose another template.")),
    ROW(132069, RATE_LIMITED, NEVER,
        N_("The form of this template was sent too often in the last hour."),
        N_("Choose another template, or wait an hour.")),
    ROW(133000, PROTOCOL, NEVER,
        N_("An earlier removal of the number is not finished."),
        N_("The number has to be connected again by the provider.")),
    ROW(133004, RETRY, BACKOFF,
        N_("WhatsApp is not available right now."),
        N_("Try again in a moment.")),
    ROW(133005, PROTOCOL, NEVER,
        N_("The PIN of the number is wrong."),
        N_("The number has to be connected again by the provider.")),
    ROW(133006, PROTOCOL, NEVER,
        N_("The number has to be verified again."),
        N_("The number has to be connected again by the provider.")),
    ROW(133008, PROTOCOL, NEVER,
        N_("The PIN of the number was tried too often."),
        N_("Wait, then ask the provider.")),
    ROW(133009, PROTOCOL, NEVER,
        N_("The PIN of the number was tried too fast."),
        N_("Wait, then ask the provider.")),
    ROW(133010, PROTOCOL, NEVER,
        N_("The number is not registered for the API."),
        N_("Check its connection in the WhatsApp Business app, or ask the provider.")),
    ROW(133015, PROTOCOL, NEVER,
        N_("The number was just removed."),
        N_("Wait five minutes, then try again.")),
    ROW(133016, PROTOCOL, NEVER,
        N_("The number was connected and removed too often."),
        N_("Wait, then ask the provider.")),
    ROW(134011, PROTOCOL, NEVER,
        N_("The terms for payments are not accepted."),
        N_("Accept them in WhatsApp Manager.")),
    ROW(134100, TEMPLATE, NEVER,
        N_("Only marketing templates can be sent this way."),
        N_("Choose another template.")),
    ROW(134101, TEMPLATE, NEVER,
        N_("The template is being prepared at Meta."),
        N_("Try it again in ten minutes.")),
    ROW(134102, TEMPLATE, NEVER,
        N_("The template is not available for this way of sending."),
        N_("Choose another template.")),
    ROW(135000, PROTOCOL, NEVER,
        N_("WhatsApp does not accept this message and gives no reason."),
        N_("Write it differently, or answer from the phone.")),
    ROW(137000, RECIPIENT, NEVER,
        N_("This person's security code has changed."),
        N_("Make sure that you are writing to the right person.")),
    ROW(139100, PROTOCOL, NEVER,
        N_("This person could not be blocked or unblocked."),
        N_("Use the phone for it.")),
    ROW(139101, PROTOCOL, NEVER,
        N_("The list of blocked people is full."),
        N_("Unblock somebody first.")),
    ROW(139102, RATE_LIMITED, NEVER,
        N_("The list of blocked people is being changed elsewhere."),
        N_("Try again in a moment.")),
    ROW(139103, PROTOCOL, NEVER,
        N_("The list of blocked people could not be changed."),
        N_("Use the phone for it.")),
    ROW(139200, INVALID_INPUT, NEVER,
        N_("This message cannot be sent without a template."),
        N_("Send a template.")),
    ROW(141002, TEMPLATE, NEVER,
        N_("The template is not approved."),
        N_("Choose another template.")),
    ROW(2388318, INVALID_INPUT, NEVER,
        N_("This message cannot be sent without a template."),
        N_("Send a template.")),
    ROW(2388330, INVALID_INPUT, NEVER,
        N_("This message cannot be sent without a template."),
        N_("Send a template.")),
    ROW(2494100, RATE_LIMITED, NEVER,
        N_("The account is in maintenance at Meta."),
        N_("Send it again in some minutes.")),
    ROW(2593107, PROTOCOL, NEVER,
        N_("Contacts and history were already asked for once."),
        N_("To get them again, connect the number again in the WhatsApp Business app.")),
    ROW(2593108, PROTOCOL, NEVER,
        N_("Contacts and history can only be asked for within 24 hours after connecting the number."),
        N_("To get them, connect the number again in the WhatsApp Business app.")),
    ROW(2593109, PROTOCOL, NEVER,
        N_("The business chose not to share its earlier chats."),
        N_("To share them, connect the number again in the WhatsApp Business app.")),
};

static const CoexGraphCode unlisted = ROW(COEX_GRAPH_CODE_UNLISTED, PROTOCOL, NEVER,
                                          N_("WhatsApp refused the request."),
                                          N_("Try again later, or use the phone."));
static const CoexGraphCode no_code = ROW(COEX_GRAPH_CODE_UNLISTED, PROTOCOL, NEVER,
                                         N_("WhatsApp could not deliver it."),
                                         N_("Send it again, or answer from the phone."));
// clang-format on

static int
compare_code(const void *key, const void *row)
{
    int code = *(const int *)key;
    int other = ((const CoexGraphCode *)row)->code;

    return (code > other) - (code < other);
}

const CoexGraphCode *
coex_graph_code_lookup(int code)
{
    const CoexGraphCode *row;

    if (code >= 200 && code <= 299)
        code = 200;
    else if (code >= 131200 && code <= 131299)
        code = 131200;
    row =
        bsearch(&code, graph_codes, G_N_ELEMENTS(graph_codes), sizeof graph_codes[0], compare_code);
    return row ? row : &unlisted;
}

#define MINUTE_S 60
#define HOUR_S (60 * MINUTE_S)

/* The codes whose sentence tells to wait, or not to send the same again at all. */
static const struct {
    int code;
    gint64 wait_s;
} waits[] = {
    { 130472, COEX_WAIT_FOR_EVER }, { 131021, COEX_WAIT_FOR_EVER },
    { 131048, 4 * HOUR_S },         { 131049, 24 * HOUR_S },
    { 131050, COEX_WAIT_FOR_EVER }, { 131064, 1 * HOUR_S },
    { 132015, 3 * HOUR_S },         { 132016, COEX_WAIT_FOR_EVER },
    { 132068, COEX_WAIT_FOR_EVER }, { 132069, 1 * HOUR_S },
    { 133008, 1 * HOUR_S },         { 133009, 1 * HOUR_S },
    { 133015, 5 * MINUTE_S },       { 133016, 1 * HOUR_S },
    { 134101, 10 * MINUTE_S },      { COEX_GRAPH_FILE_REFUSED, COEX_WAIT_FOR_EVER },
};

gint64
coex_graph_code_get_wait_s(int code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(waits); i++) {
        if (waits[i].code == code)
            return waits[i].wait_s;
    }
    return 0;
}

gboolean
coex_graph_code_is_of_file(int code)
{
    return code == 100 || code == COEX_GRAPH_NO_OBJECT || code == 131009 || code == 131052 ||
           code == COEX_GRAPH_FILE_REFUSED;
}

gboolean
coex_graph_code_wants_template(int code)
{
    const CoexGraphCode *row = coex_graph_code_lookup(code);

    return row->meaning == COEX_ERROR_WINDOW_CLOSED || row->meaning == COEX_ERROR_TEMPLATE ||
           code == 131064 || code == 132069 || code == 139200 || code == 2388318 || code == 2388330;
}

/* Graph's words on one bounded line without the "(#131047) " in front; NULL when they say nothing.
 */
static char *
tidy_details(const char *details)
{
    const char *end = details && g_str_has_prefix(details, "(#") ? strchr(details, ')') : NULL;
    g_autofree char *line = coex_text_excerpt(end ? end + 1 : details, DETAILS_MAX);

    return *line ? g_steal_pointer(&line) : NULL;
}

/* Whether the row speaks of the number or the account, not of one message to be sent. */
static gboolean
concerns_account(const CoexGraphCode *row)
{
    switch (row->code) {
    case 1:
    case 33:
    case 368:
    case 803:
    case 131008:
    case 131031:
    case 131037:
    case 131042:
    case 131045:
    case COEX_GRAPH_FILE_REFUSED:
    case 134011:
        return TRUE;
    default:
        return row->meaning == COEX_ERROR_AUTH || (row->code >= 133000 && row->code < 134000) ||
               row->code == 139101 || row->code == 139102 ||
               (row->code >= 2593107 && row->code <= 2593109);
    }
}

/* What helps where nothing was to be sent: no advice on a message that never was. */
static const char *
get_remedy(const CoexGraphCode *row, gboolean is_send)
{
    if (is_send || concerns_account(row))
        return _(row->remedy);
    if (row->meaning == COEX_ERROR_RETRY || row->meaning == COEX_ERROR_UNCERTAIN)
        return _("Try again in a moment.");
    if (row->meaning == COEX_ERROR_RATE_LIMITED)
        return _("Try again in some minutes.");
    if (row->meaning == COEX_ERROR_INVALID_INPUT)
        return _("Check the ids and addresses in the account's options; if that does not help, "
                 "report this line to the makers of this plugin.");
    return _("Try again later, or ask the provider.");
}

static GString *
start_sentence(const CoexGraphCode *row, const char *details, gboolean is_send)
{
    GString *text = g_string_new(NULL);
    g_autofree char *tidy = tidy_details(details);

    g_string_printf(text, "%s %s", _(row->what), get_remedy(row, is_send));
    if (!tidy || coex_text_contains(text->str, tidy))
        return text;
    g_string_append_c(text, ' ');
    /* Translators: %s is what WhatsApp says, in English as a rule */
    coex_say_more(text, _("WhatsApp says: %s"), tidy);
    if (!strchr(".!?", tidy[strlen(tidy) - 1]) && !g_str_has_suffix(tidy, "…"))
        g_string_append_c(text, '.');
    return text;
}

void
coex_error_set_graph(GError **error, int graph_code, const char *details, const char *trace_id,
                     gboolean is_send)
{
    const CoexGraphCode *row = coex_graph_code_lookup(graph_code);
    g_autofree char *trace = tidy_details(trace_id);
    g_autoptr(GString) text = NULL;
    GError *graph_error;

    if (!error)
        return;
    text = start_sentence(row, details, is_send);
    if (trace)
        /* Translators: %s is one or more sentences; trace: an id by which Meta finds the request */
        graph_error = g_error_new(COEX_ERROR, row->meaning, _("%s (code %d, trace %s)"), text->str,
                                  graph_code, trace);
    else
        /* Translators: %s is one or more sentences */
        graph_error =
            g_error_new(COEX_ERROR, row->meaning, _("%s (code %d)"), text->str, graph_code);
    coex_error_get_private(graph_error)->graph_code = graph_code;
    g_propagate_error(error, graph_error);
}

int
coex_error_get_graph_code(const GError *error)
{
    if (!error || error->domain != COEX_ERROR)
        return 0;
    return coex_error_get_private(error)->graph_code;
}

GError *
coex_error_mark_certificate(GError *error)
{
    coex_error_get_private(error)->of_certificate = TRUE;
    return error;
}

gboolean
coex_error_is_of_certificate(const GError *error)
{
    return error && error->domain == COEX_ERROR && coex_error_get_private(error)->of_certificate;
}

char *
coex_graph_code_explain(int graph_code, const char *title, const char *details, gboolean is_send)
{
    const CoexGraphCode *row = graph_code ? coex_graph_code_lookup(graph_code)
                               : is_send  ? &no_code
                                          : &unlisted;
    g_autofree char *tidy = tidy_details(details);
    /* A title is Meta's short name of a listed code, but the only hint at an unlisted one. */
    gboolean use_title = !tidy && row->code == COEX_GRAPH_CODE_UNLISTED;
    GString *text = start_sentence(row, use_title ? title : details, is_send);
    char *coded;

    if (!graph_code)
        return g_string_free(text, FALSE);
    coded = coex_say(_("%s (code %d)"), text->str, graph_code);
    g_string_free(text, TRUE);
    return coded;
}

void
coex_error_say(GError **error, CoexErrorCode code, const char *format, ...)
{
    g_autofree char *sentence = NULL;
    va_list args;

    va_start(args, format);
    sentence = coex_say_args(format, args);
    va_end(args);
    g_set_error_literal(error, COEX_ERROR, (int)code, sentence);
}

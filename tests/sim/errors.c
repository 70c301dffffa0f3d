// SPDX-License-Identifier: GPL-2.0-or-later
#include "sim-private.h"

/* Meta: support/error-codes; the words of `details` are our own. */
static const SimError errors[] = {
    { 0, 401, "AuthException", "The access token could not be authenticated." },
    { 1, 400, "API Unknown", "Invalid request or possible server error." },
    { 2, 503, "API Service", "Temporary downtime or overload." },
    { 3, 500, "API Method", "Capability or permission problem." },
    { 4, 400, "API Too Many Calls", "The app has reached its call limit." },
    { 10, 403, "API Permission Denied", "The permission is missing or was withdrawn." },
    { 33, 400, "Parameter value is not valid", "The business phone number has been deleted." },
    { 100, 400, "Invalid parameter", "One of the parameters is not valid." },
    { 190, 401, "Error validating access token", "The access token has expired." },
    { 200, 403, "API Permission", "The token has no access to this object." },
    { 368, 403, "Temporarily blocked for policies violations",
      "The account is restricted for a policy violation." },
    { 803, 400, "Unknown object", "An id of the request does not exist." },
    { 1013, 400, "User is not valid", "Not a valid WhatsApp user." },
    { 80007, 400, "Rate limit issues",
      "The WhatsApp Business Account has reached its call limit." },
    { 130429, 400, "Rate limit hit", "Message throughput of this number is used up." },
    { 130472, 400, "User's number is part of an experiment",
      "The message was not sent as part of an experiment." },
    { 130497, 403, "Business account is restricted from messaging users in this country",
      "Country restriction." },
    { 131000, 500, "Something went wrong", "The message could not be sent for an unknown reason." },
    { 131005, 403, "Access denied", "The permission is not granted or was removed." },
    { 131008, 400, "Required parameter is missing", "The request lacks a required parameter." },
    { 131009, 400, "Parameter value is not valid", "One or more parameter values are not valid." },
    { 131016, 500, "Service unavailable", "A service is temporarily unavailable." },
    { 131020, 400, "Group error", "The group is not available." },
    { 131021, 400, "Recipient cannot be sender", "Sender and recipient number are the same." },
    { 131026, 400, "Message undeliverable",
      "The recipient is not a WhatsApp number, has not accepted the current terms or uses an old "
      "version." },
    { 131030, 400, "Recipient phone number not in allowed list",
      "Add the recipient to the list of test numbers." },
    { 131031, 403, "Account has been locked", "The business account is locked." },
    { 131037, 400, "Display name approval is needed", "The display name is not approved yet." },
    { 131041, 400, "Group error", "The group request failed." },
    { 131042, 400, "Business eligibility payment issue",
      "There is a problem with the payment method." },
    { 131045, 500, "Incorrect certificate", "The number must be registered again." },
    { 131047, 400, "Re-engagement message",
      "Message failed to send because more than 24 hours have passed since the customer last "
      "replied to this "
      "number." },
    { 131048, 400, "Spam rate limit hit", "Too many earlier messages were blocked or reported." },
    { 131049, 400, "This message was not delivered to maintain healthy ecosystem engagement",
      "The message was held back to keep engagement healthy." },
    { 131050, 400, "User has stopped marketing messages",
      "The user opted out of marketing messages." },
    { 131051, 400, "Message type unknown", "Message type is currently not supported." },
    { 131052, 400, "Media download error", "The media file could not be downloaded." },
    { 131053, 400, "Media upload error", "The media file has an unsupported type." },
    { 131055, 400, "Method not allowed", "Only another API takes this." },
    { 131056, 400, "(Business Account, Consumer Account) pair rate limit hit",
      "Too many messages to this recipient in a short time." },
    { 131057, 500, "Account in maintenance mode", "The account is in maintenance." },
    { 131059, 400, "Group error", "The group is suspended." },
    { 131060, 400, "This message is unavailable.", "This message is currently unavailable." },
    { 131062, 400, "Business-scoped user ID not allowed", "This message needs a phone number." },
    { 131063, 400, "Marketing messages are disabled", "Use the API for marketing messages." },
    { 131064, 400, "Limit reached", "The limit for direct messages is reached." },
    { 131201, 206, "Group error", "Part of the group request failed." },
    { 131207, 403, "Group error", "The business may not use groups." },
    { 131208, 429, "Group error", "Too many group requests." },
    { 132000, 400, "Number of parameters does not match the expected number of params",
      "The number of values differs from the template's." },
    { 132001, 404, "Template name does not exist in the translation",
      "The template does not exist in this language or is not approved." },
    { 132005, 400, "Hydrated text too long",
      "The text is too long once its values are filled in." },
    { 132007, 400, "Template format character policy violated",
      "The template violates a content policy." },
    { 132012, 400, "Parameter format does not match format in the created template",
      "A value has the wrong format." },
    { 132015, 400, "Template is paused", "The template is paused because of its low quality." },
    { 132016, 400, "Template is disabled",
      "The template was paused too often and is disabled for good." },
    { 132018, 400, "Template parameter content is not valid",
      "Param text cannot have new-line/tab characters or more than 4 consecutive spaces." },
    { 132068, 400, "Flow is blocked", "The flow is in blocked state." },
    { 132069, 400, "Flow is throttled", "Ten messages with this flow were sent in the last hour." },
    { 133000, 500, "Incomplete deregistration", "An earlier deregistration is incomplete." },
    { 133004, 503, "Server temporarily unavailable", "The server is temporarily unavailable." },
    { 133005, 400, "Two step verification PIN mismatch", "The PIN is wrong." },
    { 133006, 400, "Phone number re-verification needed", "The number must be verified." },
    { 133008, 400, "Too many PIN guesses", "Too many wrong PINs." },
    { 133009, 400, "PIN guessed too fast", "The PIN was entered too quickly." },
    { 133010, 400, "Phone number not registered", "The number is not registered." },
    { 133015, 400, "Wait a few minutes", "The number was deleted just now." },
    { 133016, 400, "Registration attempts exceeded", "Too many registrations of this number." },
    { 134011, 400, "WhatsApp Business Payments terms not accepted",
      "The payments terms are not accepted." },
    { 134100, 400, "Only marketing messages supported", "This API takes marketing templates." },
    { 134101, 400, "Template is syncing", "The template is syncing, ten minutes at most." },
    { 134102, 500, "Template unavailable", "The template cannot be used here." },
    { 135000, 400, "Generic user error",
      "The request failed for an unknown reason in its parameters." },
    { 137000, 400, "Recipient identity key hash mismatch",
      "The recipient's identity has changed." },
    { 139100, 400, "Failed to block", "Some users could not be blocked." },
    { 139101, 400, "Blocklist limit reached", "The block list is full." },
    { 139102, 400, "Blocklist concurrent update", "The block list was changed meanwhile." },
    { 139103, 500, "Blocklist internal error", "The block list could not be changed." },
    { 139200, 400, "Direct send refused", "The content needs a template." },
    { 141002, 400, "Template is not approved", "The template is not approved." },
    { 2388318, 400, "Direct send refused", "The content needs a template." },
    { 2388330, 400, "Direct send refused", "The account is not set up for it." },
    { 2494100, 400, "Maintenance", "The account is in maintenance." },
    { 2593107, 400, "Synchronization request limit exceeded",
      "The sync of this type was requested before." },
    { 2593108, 400, "Synchronization request made outside of allowed time window",
      "More than 24 hours have passed since onboarding." },
    { 2593109, 400, "History sharing declined", "The business did not share its history." },
};

const SimError *
sim_error(int code)
{
    static const SimError generic = { 0, 400, "Some other error", "No further details." };

    for (guint i = 0; i < G_N_ELEMENTS(errors); i++)
        if (errors[i].code == code)
            return &errors[i];
    return &generic;
}

/* The gateway answers for the key itself, in its own shape; its inner number is wrong in its own
 * example too. */
static char *
gateway_refusal(void)
{
    JsonObject *meta = sim_strings("developer_message", "Invalid api key", "360dialog_trace_id",
                                   "MadeUpTrace0001", NULL);
    JsonObject *root = json_object_new();

    json_object_set_boolean_member(meta, "success", FALSE);
    json_object_set_int_member(meta, "http_code", 404);
    json_object_set_object_member(root, "meta", meta);
    return sim_print(root);
}

char *
sim_error_body(CoexSim *sim, int code, const char *details)
{
    const SimError *known = sim_error(code);
    JsonObject *root = json_object_new();
    JsonObject *error;
    gboolean expired = code == 190 && sim->token_expired;
    g_autofree char *message =
        expired ? g_strdup("Error validating access token: Session has expired on Sunday, "
                           "22-Nov-26 08:00:00 PST.")
                : g_strdup_printf("(#%d) %s", code, known->message);
    g_autofree char *trace = g_strdup_printf("A%dxMadeUpTrace00", code);

    if (sim->provider == COEX_SIM_360DIALOG && (code == 0 || code == 190)) {
        json_object_unref(root);
        return gateway_refusal();
    }
    error = sim_strings("message", message, "type", "OAuthException", NULL);
    json_object_set_int_member(error, "code", code);
    if (expired)
        json_object_set_int_member(error, "error_subcode", 463);
    if (code != 190)
        json_object_set_object_member(error, "error_data",
                                      sim_strings("messaging_product", "whatsapp", "details",
                                                  details ? details : known->details, NULL));
    /* documented as left out, and seen all the same */
    if (sim->provider == COEX_SIM_META && code == 100 && details != NULL &&
        g_str_has_prefix(details, "Object with this ID"))
        json_object_set_int_member(error, "error_subcode", 33);
    json_object_set_string_member(error, "fbtrace_id", trace);
    json_object_set_object_member(root, "error", error);
    return sim_print(root);
}

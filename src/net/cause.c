// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/words.h"
#include "net/cause.h"

#include <libsoup/soup.h>

const char *
coex_cause_explain_certificate(GTlsCertificateFlags flags)
{
    if (flags & G_TLS_CERTIFICATE_EXPIRED)
        /* Translators: these are what is wrong with a certificate */
        return _("it has expired");
    if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
        return _("it is not valid yet");
    if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
        return _("it belongs to another host");
    if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
        return _("its issuer is not trusted");
    if (flags & G_TLS_CERTIFICATE_REVOKED)
        return _("it was revoked");
    return _("it is not valid");
}

const char *
coex_cause_explain(const GError *cause)
{
    if (cause == NULL)
        /* Translators: these are why a host was not reached, and follow a colon */
        return _("it broke off");
    if (g_error_matches(cause, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND))
        return _("host name not found");
    if (cause->domain == G_RESOLVER_ERROR)
        return _("the name server does not answer");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
        return _("connection refused");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_NETWORK_UNREACHABLE) ||
        g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_HOST_UNREACHABLE))
        return _("there is no way to it");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        return _("no answer in time");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
        g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
        g_error_matches(cause, G_TLS_ERROR, G_TLS_ERROR_EOF))
        return _("the connection was closed");
    if (g_error_matches(cause, SOUP_SESSION_ERROR, SOUP_SESSION_ERROR_PARSING))
        return _("what it said makes no sense");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_PROXY_NEED_AUTH))
        return _("the proxy asks for a user name and a password");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_PROXY_AUTH_FAILED))
        return _("the proxy does not accept the user name and the password");
    if (g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_PROXY_NOT_ALLOWED))
        return _("the proxy does not allow this connection");
    return cause->message;
}

const char *
coex_cause_advise(const GError *cause)
{
    return g_error_matches(cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED)
               ? _("Nothing answers at that address: check it, and whether what belongs there "
                   "runs.")
               : _("Check the network.");
}

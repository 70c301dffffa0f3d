// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/doctor.h"

#include "core/backend.h"
#include "core/doctor-private.h"
#include "core/report.h"
#include "core/text.h"
#include "core/words.h"
#include <string.h>

#define SERVER_MAX_CHARS 60
#define DISK_MIN (64 * 1024 * 1024)
#define MB (1024 * 1024)

/* ---- our own listener ---- */

void
coex_doctor_judge_no_listener(const CoexCase *c, const GError *error, CoexReport *report)
{
    if (error != NULL)
        coex_report_add(report, COEX_FINDING_WRONG, _("Nothing can arrive: %s"), error->message);
    else if (coex_doctor_has_only_inbox(c))
        coex_report_add(
            report, COEX_FINDING_OK,
            _("Nothing listens on this computer (option {@listen}): what comes is fetched "
              "from the Inbox."));
    else if (*c->relay != '\0')
        coex_report_add(report, COEX_FINDING_OK,
                        _("Nothing listens on this computer (option {@listen}): the relay does."));
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("Receiving is switched off (option {@listen}), so nothing arrives: set "
                          "listen to 127.0.0.1:8480, and log in again."));
}

void
coex_doctor_judge_challenge(const CoexCase *c, const CoexTrial *trial, const char *challenge,
                            CoexReport *report)
{
    if (trial->status == 200 && g_strcmp0(trial->body, challenge) == 0)
        coex_report_add(report, COEX_FINDING_OK,
                        /* Translators: here and below, %s%s is an address of this computer and
                         * a path */
                        _("The challenge is answered at %s%s, with the verify token."), c->listen,
                        c->webhook_path);
    else if (trial->status == 0)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The challenge is not answered at %s%s: %s Log in again."), c->listen,
                        c->webhook_path, trial->error);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The challenge is answered with HTTP %u at %s%s: does another program "
                          "listen there? Choose another port in the option {@listen}."),
                        trial->status, c->listen, c->webhook_path);
}

void
coex_doctor_judge_delivery(const CoexCase *c, const CoexTrial *trial, CoexReport *report)
{
    const char *option = c->endpoint.backend->secret_option;

    if (trial->status == 200 && trial->arrived && trial->verdict == COEX_VERDICT_GENUINE)
        coex_report_add(report, COEX_FINDING_OK,
                        _("A delivery, proved as %s proves them, is taken at %s%s."),
                        c->endpoint.backend->label, c->listen, c->webhook_path);
    else if (trial->status == 0)
        coex_report_add(report, COEX_FINDING_WRONG, _("Nothing can be delivered to %s%s: %s"),
                        c->listen, c->webhook_path, trial->error);
    else if (!trial->arrived)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("At %s another program answers, with HTTP %u: end it, or choose another "
                          "port in the option {@listen}."),
                        c->listen, trial->status);
    else if (trial->verdict == COEX_VERDICT_UNSET)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("No delivery can be accepted: the option {@%s} is empty, or is none. Fill "
              "it in, and log in again."),
            option);
    else
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("A delivery is turned away at %s%s with HTTP %u, though it is proved "
                          "with the option {@%s}: log in again."),
                        c->listen, c->webhook_path, trial->status, option);
}

/* ---- the public address ---- */

const char *
coex_doctor_get_address(const CoexCase *c, CoexReport *report)
{
    const char *address = *c->public_url != '\0' ? c->public_url : c->in_force;
    g_autoptr(GUri) uri = NULL;
    const char *host;

    if (address == NULL || *address == '\0') {
        coex_report_add(report, COEX_FINDING_UNCHECKED,
                        _("The way from the internet: neither the option {@public-url} nor the "
                          "provider tells an address."));
        return NULL;
    }
    uri = g_uri_parse(address, G_URI_FLAGS_NONE, NULL);
    host = uri != NULL ? g_uri_get_host(uri) : NULL;
    if (host != NULL && *host != '\0' &&
        (g_str_equal(g_uri_get_scheme(uri), "https") || coex_api_is_loopback(host)))
        return address;
    coex_report_add(report, COEX_FINDING_WRONG,
                    _("%s delivers to addresses that begin with https://, and not to “%s”: enter "
                      "in the option {@public-url} that of a proxy or tunnel with a certificate."),
                    c->endpoint.backend->label, address);
    return NULL;
}

static const char *
get_address(const CoexCase *c)
{
    return *c->public_url != '\0' ? c->public_url : c->in_force;
}

static void
judge_unreached(const CoexCase *c, const CoexTrial *trial, CoexReport *report)
{
    coex_report_add(
        report, COEX_FINDING_WRONG, "%s: %s %s", get_address(c), trial->error,
        trial->certificate
            ? _("WhatsApp delivers to no such address: renew the certificate at the proxy or "
                "tunnel, from a public authority.")
            : _("Is the proxy or tunnel running, and does the name lead to it? If only this "
                "network cannot reach it, test it from another (README, “The way of the "
                "webhooks”)."));
}

/* As the server calls itself, NULL: it does not. Free with g_free(). */
static char *
dup_server(const CoexTrial *trial)
{
    g_autofree char *name =
        coex_text_excerpt(trial->server != NULL ? trial->server : "", SERVER_MAX_CHARS);

    return *name != '\0' ? g_steal_pointer(&name) : NULL;
}

/* A sentence. Free with g_free(). */
static char *
dup_stranger(const CoexCase *c, const CoexTrial *trial)
{
    g_autofree char *server = dup_server(trial);

    if (server == NULL)
        return coex_say(
            _("%s is not answered by this program, but by somebody else, with HTTP %u."),
            get_address(c), trial->status);
    /* Translators: an address in the web, and the name of a web server */
    return coex_say(_("%s is not answered by this program, but by somebody else (it calls "
                      "itself “%s”), with HTTP %u."),
                    get_address(c), server, trial->status);
}

/* Somebody in front of us answered. */
static void
judge_stranger(const CoexCase *c, const CoexTrial *trial, CoexReport *report)
{
    static const struct {
        guint from, to;
        const char *meaning;
    } meanings[] = {
        { 200, 299,
          N_("Whatever comes there is taken and never arrives: messages are lost, for nobody "
             "repeats what was answered so. Lead the address to the listener, or switch off what "
             "answers in its place.") },
        { 300, 399,
          N_("It leads on to another address, and WhatsApp does not follow: register the last "
             "one.") },
        { 401, 403,
          N_("Something in front asks for a login or keeps strangers out: let this path "
             "through.") },
        { 404, 405,
          N_("It has no such path: that of the address and that of the proxy's location differ.") },
        { 413, 413,
          N_("It takes no long deliveries: allow 8 MB (nginx: client_max_body_size 8m).") },
        { 502, 504,
          N_("It runs, but behind it nobody listens: lead it to the address of the option "
             "{@listen}.") },
        { 0, 999, N_("Look at the log of the proxy or tunnel.") },
    };
    g_autofree char *stranger = dup_stranger(c, trial);
    guint i = 0;

    while (trial->status < meanings[i].from || trial->status > meanings[i].to)
        i++;
    coex_report_add(report, COEX_FINDING_WRONG, "%s %s", stranger, _(meanings[i].meaning));
}

static void
judge_arrived(const CoexCase *c, const CoexTrial *trial, const char *header, CoexReport *report)
{
    if (trial->verdict == COEX_VERDICT_MISSING)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("%s leads here, but on the way the header %s is lost, so that every delivery is "
              "turned away: the proxy or tunnel must hand on every header."),
            get_address(c), header);
    else
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("%s leads here, but on the way a delivery is changed, so that its signature is "
              "wrong: the proxy or tunnel must hand on the body as it is."),
            get_address(c));
}

gboolean
coex_doctor_judge_outside(const CoexCase *c, const CoexTrial *trial, gboolean is_stranger,
                          gboolean listens, CoexReport *report)
{
    gboolean is_header = c->endpoint.backend->proof == COEX_PROOF_HEADER;
    g_autoptr(CoexVerifier) verifier = coex_verifier_new(
        c->endpoint.backend->proof, is_header ? c->webhook_header : c->endpoint.app_secret);
    const char *header = coex_verifier_get_header(verifier);

    gboolean is_path = g_strcmp0(trial->path, c->webhook_path) == 0;
    gboolean spoilt = trial->verdict == COEX_VERDICT_MISSING ||
                      (!is_stranger && trial->verdict == COEX_VERDICT_WRONG);

    if (trial->status == 0)
        judge_unreached(c, trial, report);
    if (trial->status == 0 || !listens)
        return trial->status != 0;
    if (trial->arrived && !is_path)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("%s leads here, but arrives as %s, and webhooks are awaited at %s: set "
                          "{@webhook-path} to that, or correct the proxy."),
                        get_address(c), trial->path, c->webhook_path);
    else if (!trial->arrived || (is_stranger && trial->status < 300))
        judge_stranger(c, trial, report);
    else if (spoilt)
        judge_arrived(c, trial, header, report);
    else
        return TRUE;
    return FALSE;
}

void
coex_doctor_tell_outside(const CoexCase *c, gboolean listens, CoexReport *report)
{
    if (listens)
        coex_report_add(
            report, COEX_FINDING_OK,
            _("%s leads here: what was sent there arrived, whole, and this program answered."),
            get_address(c));
    else
        coex_report_add(
            report, COEX_FINDING_UNCHECKED,
            _("Whether %s leads here: somebody answers there, but nobody listens here."),
            get_address(c));
}

/* ---- the disk ---- */

void
coex_doctor_judge_disk(const CoexCase *c, const char *folder, guint64 free_bytes,
                       const GError *error, CoexReport *report)
{
    if (error != NULL)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("The disk of the database cannot be written to, so nothing is taken "
                          "(503): %s. Make room, or the folder %s writable."),
                        error->message, folder);
    else if (free_bytes < DISK_MIN)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("The disk of the database is almost full, %" PRIu64
              " MB are free: make room in %s; when it is full nothing is taken any more."),
            free_bytes / MB, folder);
    else
        coex_report_add(report, COEX_FINDING_OK,
                        _("The database's disk takes what is written, %" PRIu64 " MB are free."),
                        free_bytes / MB);
}

void
coex_doctor_tell_slow_disk(const char *folder, guint seconds, gboolean is_files, CoexReport *report)
{
    if (is_files)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            COEX_PLURAL("The disk that files are put on does not answer within %u second: they are "
                        "kept waiting. Look at the disk, or at the server that it is on (%s).",
                        "The disk that files are put on does not answer within %u seconds: they "
                        "are kept waiting. Look at the disk, or at the server that it is on (%s).",
                        seconds),
            seconds, folder);
    else
        coex_report_add(
            report, COEX_FINDING_WRONG,
            COEX_PLURAL("The disk of the database does not answer within %u second: what "
                        "arrives has to wait for it, and the provider gives up after 5. Look "
                        "at the disk, or at the server that it is on (%s).",
                        "The disk of the database does not answer within %u seconds: what "
                        "arrives has to wait for it, and the provider gives up after 5. Look "
                        "at the disk, or at the server that it is on (%s).",
                        seconds),
            seconds, folder);
}

void
coex_doctor_judge_files(const char *folder, const char *closed, const GError *error,
                        CoexReport *report)
{
    if (error != NULL)
        coex_report_add(report, COEX_FINDING_WRONG,
                        _("Files that come cannot be put into %s: %s. Make it writable, or choose "
                          "another folder with the option {@media-folder}."),
                        folder, error->message);
    else if (closed != NULL)
        coex_report_add(
            report, COEX_FINDING_WRONG,
            _("Files that come are for the group of %s, too (option {@media-mode}), but "
              "nobody of it gets through %s: make it, if it is not there, and let them "
              "through, as with chmod o+x."),
            folder, closed);
    else
        coex_report_add(report, COEX_FINDING_OK, _("Files that come can be put into %s."), folder);
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "relay/status.h"

#include "relay/config.h"
#include "relay/counts.h"
#include <sys/statvfs.h>

#define MB (1024.0 * 1024)

static void
clear_desk(gpointer data)
{
    g_free(((CoexDeskFigures *)data)->desk);
}

GArray *
coex_desk_figures_new(void)
{
    GArray *desks = g_array_new(FALSE, FALSE, sizeof(CoexDeskFigures));

    g_array_set_clear_func(desks, clear_desk);
    return desks;
}

static void
clear_tenant(gpointer data)
{
    g_clear_pointer(&((CoexTenantStatus *)data)->desks, g_array_unref);
}

CoexRelayStatus *
coex_relay_status_new(const CoexRelayConfig *config)
{
    CoexRelayStatus *status = g_new0(CoexRelayStatus, 1);

    status->config = config;
    status->now = g_get_real_time() / G_USEC_PER_SEC;
    status->tenants = g_array_new(FALSE, FALSE, sizeof(CoexTenantStatus));
    g_array_set_clear_func(status->tenants, clear_tenant);
    return status;
}

void
coex_relay_status_free(CoexRelayStatus *status)
{
    g_array_unref(status->tenants);
    coex_cluster_figures_clear(&status->cluster);
    g_free(status);
}

void
coex_relay_status_add(CoexRelayStatus *status, const CoexTenantStatus *tenant)
{
    g_array_append_val(status->tenants, *tenant);
}

static const CoexTenantStatus *
get_tenant(const CoexRelayStatus *status, guint index)
{
    return &g_array_index(status->tenants, CoexTenantStatus, index);
}

/* Of the disk that the database is on; FALSE: not known. */
static gboolean
get_free_bytes(const CoexRelayStatus *status, guint64 *ret_bytes)
{
    g_autofree char *folder = g_path_get_dirname(status->config->database);
    struct statvfs room;

    if (statvfs(folder, &room) != 0)
        return FALSE;
    *ret_bytes = (guint64)room.f_bavail * room.f_frsize;
    return TRUE;
}

static gint64
get_bytes(const CoexRelayStatus *status)
{
    gint64 bytes = 0;

    for (guint i = 0; i < status->tenants->len; i++)
        bytes += get_tenant(status, i)->log.bytes;
    return bytes;
}

static gint64
count_kept(const CoexTenantStatus *tenant)
{
    return tenant->log.n_kept;
}

/* Where a failing disk cannot be asked, nothing is counted. */
void
coex_relay_status_count(CoexRelayStatus *status, CoexLog *log)
{
    g_autoptr(GArray) counts = g_array_new(FALSE, FALSE, sizeof(CoexLogCount));
    g_autoptr(GPtrArray) desks = g_ptr_array_new();

    for (guint i = 0; i < status->tenants->len; i++) {
        const CoexTenantStatus *tenant = get_tenant(status, i);

        for (guint k = 0; tenant->desks != NULL && k < tenant->desks->len; k++) {
            CoexDeskFigures *desk = &g_array_index(tenant->desks, CoexDeskFigures, k);
            const CoexLogCount count = { .tenant = i, .after = desk->after };

            if (desk->asked_at == 0)
                continue;
            g_ptr_array_add(desks, desk);
            g_array_append_val(counts, count);
        }
    }
    if (!coex_log_count(log, (CoexLogCount *)(gpointer)counts->data, counts->len, &status->waiting,
                        NULL))
        return;
    for (guint i = 0; i < desks->len; i++)
        ((CoexDeskFigures *)g_ptr_array_index(desks, i))->n_behind =
            g_array_index(counts, CoexLogCount, i).ret_n;
}

/* ---- for people ---- */

static char *
dup_time(gint64 at)
{
    g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(at);

    return time != NULL ? g_date_time_format(time, "%Y-%m-%d %H:%M UTC") : g_strdup("an odd time");
}

static char *
dup_ago(gint64 seconds)
{
    if (seconds < 120)
        return g_strdup_printf("%d seconds ago", (int)MAX(seconds, 0));
    if (seconds < 2 * 3600)
        return g_strdup_printf("%d minutes ago", (int)(seconds / 60));
    if (seconds < 48 * 3600)
        return g_strdup_printf("%d hours ago", (int)(seconds / 3600));
    return g_strdup_printf("%" G_GINT64_FORMAT " days ago", seconds / (24 * 3600));
}

static const struct {
    CoexCount what;
    const char *reason; /* a label */
    const char *words;
} refusals[] = {
    { COEX_COUNT_NO_PROOF, "no-proof", "without the provider's proof" },
    { COEX_COUNT_WRONG_PROOF, "wrong-proof", "with another proof" },
    { COEX_COUNT_NO_JSON, "no-json", "no JSON" },
    { COEX_COUNT_DESK_KEY, "desk-key", "of desks with another key" },
    { COEX_COUNT_NO_ROOM, "no-room", "for want of room under disk-limit-mb" },
    { COEX_COUNT_BUSY, "busy", "since too much waited for the disk" },
    { COEX_COUNT_DISK, "disk", "since the disk did not take them" },
};

static void
print_counts(GString *text, CoexCounts *counts)
{
    g_string_append_printf(
        text,
        "  accepted: %" G_GUINT64_FORMAT ", and %" G_GUINT64_FORMAT " copies of what desks sent\n",
        coex_count_get(counts, COEX_COUNT_ACCEPTED), coex_count_get(counts, COEX_COUNT_SENDS));
    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++) {
        guint64 n = coex_count_get(counts, refusals[i].what);

        if (n > 0)
            g_string_append_printf(text, "  %s: %" G_GUINT64_FORMAT " %s\n",
                                   refusals[i].what < COEX_COUNT_NO_ROOM ? "refused"
                                                                         : "left to be sent again",
                                   n, refusals[i].words);
    }
}

static void
print_desk(GString *text, const CoexRelayStatus *status, const CoexDeskFigures *desk)
{
    g_autofree char *ago = dup_ago(status->now - desk->asked_at);

    g_string_append_printf(text, "  desk %s: ", desk->desk[0] != '\0' ? desk->desk : "(any)");
    if (desk->asked_at == 0)
        g_string_append(text, "did not ask yet\n");
    else
        g_string_append_printf(text, "%s, %" G_GINT64_FORMAT " it does not have\n",
                               desk->n_waiting > 0 ? "waits" : ago, desk->n_behind);
}

static void
print_tenant(GString *text, const CoexRelayStatus *status, const CoexTenantStatus *tenant)
{
    g_autofree char *oldest = dup_time(tenant->log.oldest_at / 1000);

    g_string_append_printf(text, "\n%s\n  kept: %" G_GINT64_FORMAT ", %.1f MB", tenant->name,
                           count_kept(tenant), (double)tenant->log.bytes / MB);
    if (count_kept(tenant) > 0)
        g_string_append_printf(text, ", the oldest of %s", oldest);
    g_string_append_c(text, '\n');
    if (tenant->counts != NULL)
        print_counts(text, tenant->counts);
    for (guint i = 0; tenant->desks != NULL && i < tenant->desks->len; i++)
        print_desk(text, status, &g_array_index(tenant->desks, CoexDeskFigures, i));
}

static void
print_cluster(GString *text, const CoexRelayStatus *status)
{
    const CoexClusterFigures *cluster = &status->cluster;
    g_autofree char *oldest = dup_time(status->waiting.oldest_at / 1000);

    if (status->config->nats == NULL)
        return;
    if (cluster->trouble != NULL)
        g_string_append_printf(text, "Brokers: %s\n", cluster->trouble);
    else if (cluster->broker != NULL)
        g_string_append_printf(text, "Brokers: %s answers, %s.\n", cluster->broker,
                               cluster->is_there ? "and all that they have is here"
                                                 : "and what they have is read");
    else if (status->began_at != 0)
        g_string_append(text, "Brokers: none answered yet.\n");
    g_string_append_printf(text, "Not in their log yet: %" G_GINT64_FORMAT, status->waiting.n);
    if (status->waiting.n > 0)
        g_string_append_printf(text, ", the oldest of %s", oldest);
    g_string_append(text, ".\n");
}

char *
coex_relay_status_dup_text(const CoexRelayStatus *status)
{
    GString *text = g_string_new(NULL);
    g_autofree char *began = dup_time(status->began_at);
    g_autofree char *end = dup_time(status->certificate_end);
    guint64 free_bytes = 0;

    if (status->began_at != 0)
        g_string_append_printf(text, "Receives on %s since %s.\n", status->config->listen, began);
    else
        g_string_append(text, "It does not run.\n");
    g_string_append_printf(text, "Disk: %.1f of %u MB", (double)get_bytes(status) / MB,
                           status->config->disk_limit_mb);
    if (get_free_bytes(status, &free_bytes))
        g_string_append_printf(text, ", %.0f MB are free there", (double)free_bytes / MB);
    g_string_append(text, ".\n");
    if (status->certificate_end != 0)
        g_string_append_printf(text, "The certificate ends on %s.\n", end);
    print_cluster(text, status);
    for (guint i = 0; i < status->tenants->len; i++)
        print_tenant(text, status, get_tenant(status, i));
    return g_string_free(text, FALSE);
}

/* ---- for Prometheus ---- */

static void
begin_metric(GString *text, const char *name, const char *type, const char *help)
{
    g_string_append_printf(text, "# HELP coex_relay_%s %s\n# TYPE coex_relay_%s %s\n", name, help,
                           name, type);
}

/* A label's value: \, " and the end of a line are written with a \. */
static char *
dup_label(const char *value)
{
    GString *label = g_string_new(value);

    g_string_replace(label, "\\", "\\\\", 0);
    g_string_replace(label, "\"", "\\\"", 0);
    g_string_replace(label, "\n", "\\n", 0);
    return g_string_free(label, FALSE);
}

typedef gint64 (*Look)(const CoexTenantStatus *tenant);

static gint64
look_accepted(const CoexTenantStatus *tenant)
{
    return (gint64)coex_count_get(tenant->counts, COEX_COUNT_ACCEPTED);
}

static gint64
look_sends(const CoexTenantStatus *tenant)
{
    return (gint64)coex_count_get(tenant->counts, COEX_COUNT_SENDS);
}

static gint64
look_bytes(const CoexTenantStatus *tenant)
{
    return tenant->log.bytes;
}

static gint64
look_oldest(const CoexTenantStatus *tenant)
{
    return tenant->log.oldest_at / 1000;
}

static gint64
look_waiting(const CoexTenantStatus *tenant)
{
    gint64 n = 0;

    for (guint i = 0; tenant->desks != NULL && i < tenant->desks->len; i++)
        n += g_array_index(tenant->desks, CoexDeskFigures, i).n_waiting;
    return n;
}

static const struct {
    const char *name, *type, *help;
    Look look;
} of_tenants[] = {
    { "accepted_total", "counter", "Deliveries that were answered 200.", look_accepted },
    { "sends_total", "counter", "Copies of what desks sent.", look_sends },
    { "stored", "gauge", "Entries that are kept.", count_kept },
    { "stored_bytes", "gauge", "Their size.", look_bytes },
    { "oldest_seconds", "gauge", "When the oldest of them came, since 1970; 0: none is kept.",
      look_oldest },
    { "desks_waiting", "gauge", "Requests of desks that wait.", look_waiting },
};

static void
print_refusals(GString *text, const CoexTenantStatus *tenant)
{
    g_autofree char *name = dup_label(tenant->name);

    for (guint i = 0; i < G_N_ELEMENTS(refusals); i++)
        g_string_append_printf(
            text, "coex_relay_refused_total{tenant=\"%s\",reason=\"%s\"} %" G_GUINT64_FORMAT "\n",
            name, refusals[i].reason, coex_count_get(tenant->counts, refusals[i].what));
}

/* Per desk what it does not have yet, of those that asked. */
static void
print_behind(GString *text, const CoexTenantStatus *tenant)
{
    g_autofree char *name = dup_label(tenant->name);

    for (guint i = 0; tenant->desks != NULL && i < tenant->desks->len; i++) {
        const CoexDeskFigures *desk = &g_array_index(tenant->desks, CoexDeskFigures, i);
        g_autofree char *label = dup_label(desk->desk);

        if (desk->asked_at != 0)
            g_string_append_printf(
                text, "coex_relay_desk_behind{tenant=\"%s\",desk=\"%s\"} %" G_GINT64_FORMAT "\n",
                name, label, desk->n_behind);
    }
}

static void
print_common(GString *text, const CoexRelayStatus *status)
{
    guint64 free_bytes;

    if (get_free_bytes(status, &free_bytes)) {
        begin_metric(text, "disk_free_bytes", "gauge", "Free where the database is.");
        g_string_append_printf(text, "coex_relay_disk_free_bytes %" G_GUINT64_FORMAT "\n",
                               free_bytes);
    }
    if (status->certificate_end != 0) {
        begin_metric(text, "certificate_end_seconds", "gauge",
                     "When the certificate ends, since 1970.");
        g_string_append_printf(text, "coex_relay_certificate_end_seconds %" G_GINT64_FORMAT "\n",
                               status->certificate_end);
    }
}

static const struct {
    const char *name, *help;
} of_clusters[] = {
    { "brokers_up", "Whether a broker answers, and all that it has is here." },
    { "unforwarded", "Entries that are not in the brokers' log yet." },
    { "unforwarded_oldest_seconds", "When the oldest of them came, since 1970; 0: there is none." },
};

static void
print_cluster_metrics(GString *text, const CoexRelayStatus *status)
{
    const gint64 values[] = { status->cluster.is_there, status->waiting.n,
                              status->waiting.oldest_at / 1000 };

    for (guint i = 0; status->config->nats != NULL && i < G_N_ELEMENTS(of_clusters); i++) {
        begin_metric(text, of_clusters[i].name, "gauge", of_clusters[i].help);
        g_string_append_printf(text, "coex_relay_%s %" G_GINT64_FORMAT "\n", of_clusters[i].name,
                               values[i]);
    }
}

char *
coex_relay_status_dup_metrics(const CoexRelayStatus *status)
{
    GString *text = g_string_new(NULL);

    for (guint k = 0; k < G_N_ELEMENTS(of_tenants); k++) {
        begin_metric(text, of_tenants[k].name, of_tenants[k].type, of_tenants[k].help);
        for (guint i = 0; i < status->tenants->len; i++) {
            g_autofree char *name = dup_label(get_tenant(status, i)->name);

            g_string_append_printf(text, "coex_relay_%s{tenant=\"%s\"} %" G_GINT64_FORMAT "\n",
                                   of_tenants[k].name, name,
                                   of_tenants[k].look(get_tenant(status, i)));
        }
    }
    begin_metric(text, "refused_total", "counter", "What was not accepted, by the reason.");
    for (guint i = 0; i < status->tenants->len; i++)
        print_refusals(text, get_tenant(status, i));
    begin_metric(text, "desk_behind", "gauge", "Entries that the desk does not have yet.");
    for (guint i = 0; i < status->tenants->len; i++)
        print_behind(text, get_tenant(status, i));
    print_common(text, status);
    print_cluster_metrics(text, status);
    return g_string_free(text, FALSE);
}

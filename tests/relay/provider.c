// SPDX-License-Identifier: GPL-2.0-or-later
#include "provider.h"

#include <string.h>

#define BEGIN "{\"id\":\""
#define END "\"}"

typedef struct {
    Provider *provider;
    guint number;
    GThread *thread;
} Part;

struct Provider {
    ProviderSpec spec;
    Part parts[PROVIDER_THREADS_MAX];
    GMutex lock;
    GCond changed;
    GHashTable *acknowledged; /* ids */
    gboolean over;
};

gboolean
provider_is_over(Provider *provider)
{
    gboolean over;

    g_mutex_lock(&provider->lock);
    over = provider->over;
    g_mutex_unlock(&provider->lock);
    return over;
}

guint
provider_count(Provider *provider)
{
    guint count;

    g_mutex_lock(&provider->lock);
    count = g_hash_table_size(provider->acknowledged);
    g_mutex_unlock(&provider->lock);
    return count;
}

static void
deliver(const Part *part, const char *body)
{
    const ProviderSpec *spec = &part->provider->spec;
    guint at = part->number;

    while (rig_deliver(spec->relays[at++ % spec->n_relays], "/bakery", body) != 200 &&
           !provider_is_over(part->provider))
        g_thread_yield();
}

static gpointer
provide(gpointer data)
{
    const Part *part = data;
    Provider *provider = part->provider;

    for (guint i = 0; !provider_is_over(provider); i++) {
        g_autofree char *id = g_strdup_printf("%u-%u", part->number, i);
        g_autofree char *body = g_strconcat(BEGIN, id, END, NULL);

        deliver(part, body);
        if (provider_is_over(provider))
            break;
        g_mutex_lock(&provider->lock);
        g_hash_table_add(provider->acknowledged, g_steal_pointer(&id));
        g_cond_broadcast(&provider->changed);
        g_mutex_unlock(&provider->lock);
        if (provider->spec.pause_ms > 0)
            g_poll(NULL, 0, (int)provider->spec.pause_ms);
    }
    return NULL;
}

Provider *
provider_new(const ProviderSpec *spec)
{
    Provider *provider = g_new0(Provider, 1);

    g_assert_cmpuint(spec->n_threads, <=, PROVIDER_THREADS_MAX);
    provider->spec = *spec;
    g_mutex_init(&provider->lock);
    g_cond_init(&provider->changed);
    provider->acknowledged = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    for (guint i = 0; i < spec->n_threads; i++) {
        provider->parts[i] = (Part){ .provider = provider, .number = i };
        provider->parts[i].thread = g_thread_new("provider", provide, &provider->parts[i]);
    }
    return provider;
}

void
provider_free(Provider *provider)
{
    g_hash_table_unref(provider->acknowledged);
    g_mutex_clear(&provider->lock);
    g_cond_clear(&provider->changed);
    g_free(provider);
}

void
provider_wait(Provider *provider, guint count)
{
    gint64 until = g_get_monotonic_time() + RIG_PATIENCE_S * G_USEC_PER_SEC;

    g_mutex_lock(&provider->lock);
    count += g_hash_table_size(provider->acknowledged);
    while (g_hash_table_size(provider->acknowledged) < count)
        g_assert_true(g_cond_wait_until(&provider->changed, &provider->lock, until));
    g_mutex_unlock(&provider->lock);
}

void
provider_end(Provider *provider)
{
    g_mutex_lock(&provider->lock);
    provider->over = TRUE;
    g_mutex_unlock(&provider->lock);
    for (guint i = 0; i < provider->spec.n_threads; i++)
        g_thread_join(provider->parts[i].thread);
}

gboolean
provider_has_all(Provider *provider, GHashTable *seen)
{
    GHashTableIter each;
    gpointer id;
    gboolean all = TRUE;

    g_mutex_lock(&provider->lock);
    g_hash_table_iter_init(&each, provider->acknowledged);
    while (all && g_hash_table_iter_next(&each, &id, NULL))
        all = g_hash_table_contains(seen, id);
    g_mutex_unlock(&provider->lock);
    return all;
}

char *
provider_dup_id(const Entry *entry)
{
    return g_strndup(entry->body + strlen(BEGIN), entry->length - strlen(BEGIN END));
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "session/forget.h"

#include "account/account.h"
#include "account/events.h"
#include "account/forgotten.h"
#include "account/nicks.h"
#include "account/people.h"
#include "account/tell.h"
#include "account/views.h"
#include "core/words.h"
#include "media/fetch.h"
#include "media/files.h"
#include "core/media.h"
#include "core/nick.h"
#include "receive/intake.h"
#include "send/block.h"
#include "send/desk-sends.h"
#include "send/outbox.h"
#include "session/hub.h"
#include "store/store.h"
#include <string.h>

#define WISHES "forget-"  /* and the id: since when; goes with the rows */
#define SINCE_MIN 1000000 /* earlier versions kept no time */

/* Translators: %s is a person's name. */
#define NOT_YET                                                                                    \
    _("%s was not forgotten: a text is on its way to them, and what became of it is not known "    \
      "yet. Once that is told, ask again.")

typedef struct {
    CoexAccount *account;
    gint64 person_id;
} Wish;

static Wish *
wish_new(CoexAccount *account, const CoexPerson *person)
{
    Wish *wish = g_new(Wish, 1);

    *wish = (Wish){ coex_account_ref(account), person->id };
    return wish;
}

static void
wish_free(Wish *wish)
{
    coex_account_unref(wish->account);
    g_free(wish);
}

static char *
dup_key(gint64 person_id)
{
    return g_strdup_printf(WISHES "%" G_GINT64_FORMAT, person_id);
}

/* ---- that it is wished ---- */

static void
drop_nick(CoexAccount *account, const CoexPerson *person)
{
    g_autofree char *owner = coex_nick_dup_owner(account->id, person->id);

    if (person->nick != NULL)
        coex_nicks_drop(account->nicks, person->nick, owner);
}

/* When it was wished. */
static gint64
get_since(const CoexAccount *account, gint64 person_id)
{
    g_autofree char *key = dup_key(person_id);
    const char *value = coex_account_get_setting(account, key);
    gint64 since = value != NULL ? g_ascii_strtoll(value, NULL, 10) : 0;

    return since > SINCE_MIN ? since : coex_account_now(account);
}

/* From here on whoever comes from their addresses is somebody new. */
static void
begin(CoexAccount *account, CoexPerson *person)
{
    const GPtrArray *others = coex_people_get_entry(account->people, person->id)->others;
    CoexSessionEvent *event = coex_account_event_new(account, COEX_SESSION_FORGET);
    gboolean blocked = coex_blocks_has(account, person);

    drop_nick(account, person);
    for (guint i = 0; others != NULL && i < others->len; i++)
        drop_nick(account, others->pdata[i]);
    coex_outbox_forget(account->outbox, person);
    coex_desk_sends_forget(account, person);
    coex_forgotten_note(account, person, get_since(account, person->id));
    event->text = g_strdup(person->name);
    event->names = coex_people_forget(account->people, person);
    coex_fetch_forget(account);
    coex_views_tell(account, person);
    coex_account_tell(account, event);
    if (blocked)
        coex_blocks_tell(account);
}

static void
on_wished(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autofree Wish *wish = user_data;
    g_autoptr(CoexAccount) account = wish->account;
    CoexPerson *person = coex_people_by_id(account->people, wish->person_id);
    g_autofree char *key = dup_key(wish->person_id);
    g_autofree char *title = NULL;

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        g_hash_table_remove(account->settings, key);
        coex_account_tell_store_error(account, error);
        return;
    }
    if (!coex_outbox_has_on_its_way(account->outbox, person)) {
        begin(account, person);
        return;
    }
    title = coex_account_dup_title(account, person);
    coex_account_put_setting(account, key, NULL);
    coex_account_tell_notice(account, person, NOT_YET, title);
}

void
coex_forget_wish(CoexAccount *account, CoexPerson *person)
{
    g_autofree char *key = dup_key(person->id);
    g_autofree char *title = coex_account_dup_title(account, person);
    g_autofree char *since = g_strdup_printf("%" G_GINT64_FORMAT, coex_account_now(account));
    CoexBatch *batch;

    if (coex_account_get_setting(account, key) != NULL)
        return;
    if (coex_outbox_has_on_its_way(account->outbox, person)) {
        coex_account_tell_notice(account, person, NOT_YET, title);
        return;
    }
    batch = coex_account_batch(account);
    coex_account_note_setting(account, batch, key, since);
    /* what came before the wish does not come after it */
    coex_intake_release(coex_hub_get_intake(account->hub));
    coex_store_commit(account->store, batch, on_wished, wish_new(account, person));
}

/* Of all that are wished. */
static GPtrArray *
list_wished(CoexAccount *account)
{
    GPtrArray *people = g_ptr_array_new();
    GHashTableIter iter;
    gpointer key;

    g_hash_table_iter_init(&iter, account->settings);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        CoexPerson *person = NULL;

        if (g_str_has_prefix(key, WISHES))
            person = coex_people_by_id(account->people,
                                       g_ascii_strtoll((char *)key + strlen(WISHES), NULL, 10));
        if (person != NULL)
            g_ptr_array_add(people, person);
    }
    return people;
}

char *
coex_forget_go_on(CoexAccount *account)
{
    g_autoptr(GPtrArray) people = list_wished(account);
    GString *lines = g_string_new(NULL);

    for (guint i = 0; i < people->len; i++) {
        CoexPerson *person = people->pdata[i];
        g_autofree char *key = dup_key(person->id);
        g_autofree char *title = coex_account_dup_title(account, person);

        if (!coex_outbox_has_on_its_way(account->outbox, person)) {
            begin(account, person);
            continue;
        }
        coex_account_put_setting(account, key, NULL);
        if (lines->len > 0)
            g_string_append_c(lines, '\n');
        g_string_append_printf(lines, NOT_YET, title);
    }
    return g_string_free(lines, lines->len == 0);
}

/* ---- files and rows ---- */

static void
on_forgotten(CoexBatch *batch, const GError *error, gpointer user_data)
{
    g_autofree Wish *wish = user_data;
    g_autoptr(CoexAccount) account = wish->account;
    g_autofree char *key = dup_key(wish->person_id);

    if (account->state == COEX_ACCOUNT_ENDED)
        return;
    if (error != NULL) {
        coex_account_tell_store_error(account, error);
        return;
    }
    g_hash_table_remove(account->settings, key);
    /* Without a name: this line is logged, too. */
    coex_account_tell_notice(account, NULL,
                             _("The person is forgotten here, with messages, files and logs. "
                               "WhatsApp and the phone still have the chat: delete it there, too. "
                               "Webhooks that tell of others as well are kept for 30 days."));
}

static void
on_files_removed(GObject *source, GAsyncResult *result, gpointer user_data)
{
    Wish *wish = user_data;
    CoexAccount *account = wish->account;
    CoexBatch *batch;

    if (account->state == COEX_ACCOUNT_ENDED) {
        wish_free(wish);
        return;
    }
    batch = coex_account_batch(account);
    coex_batch_forget_person(batch, wish->person_id, account->endpoint.phone_number_id,
                             get_since(account, wish->person_id));
    coex_store_commit(account->store, batch, on_forgotten, wish);
}

static void
on_files(GPtrArray *rows, const GError *error, gpointer user_data)
{
    Wish *wish = user_data;
    g_autoptr(GStrvBuilder) paths = g_strv_builder_new();
    g_auto(GStrv) all = NULL;

    if (wish->account->state == COEX_ACCOUNT_ENDED || error != NULL) {
        if (error != NULL)
            coex_account_tell_store_error(wish->account, error);
        wish_free(wish);
        return;
    }
    for (guint i = 0; i < rows->len; i++)
        g_strv_builder_add(paths, ((CoexMediaRow *)g_ptr_array_index(rows, i))->path);
    all = g_strv_builder_end(paths);
    coex_files_remove_async((const char *const *)all, on_files_removed, wish);
}

void
coex_forget_finish(CoexAccount *account, const char *name)
{
    g_autoptr(GPtrArray) people = list_wished(account);

    for (guint i = 0; i < people->len; i++) {
        const CoexPerson *person = people->pdata[i];
        const CoexMediaQuery files = { .account_id = account->id, .person_id = person->id };

        if (person->forgotten && g_str_equal(person->name, name))
            coex_store_read_media(account->store, &files, on_files, wish_new(account, person));
    }
}

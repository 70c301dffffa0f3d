// SPDX-License-Identifier: GPL-2.0-or-later
#include "purple/nick.h"

#include "core/text.h"
#include "core/words.h"
#include "purple/connection.h"
#include "purple/contact.h"
#include "purple/host.h"
#include "purple/notice.h"
#include "session/session.h"
#include <dlfcn.h>

/* Nobody's; for the moment in which we look at what BitlBee makes of it. */
#define PROBE_HANDLE "10000000000000"
#define PROBE_NAME "Co\xc3\xa9x Probe"

/* ---- BitlBee's own functions ---- */

typedef struct im_connection BeeConnection;
typedef struct bee_user BeeUser;

typedef struct {
    BeeConnection *(*connection)(PurpleAccount *account);
    void (*add)(BeeConnection *ic, const char *handle, const char *group);
    void (*remove)(BeeConnection *ic, const char *handle, char *group);
    void (*rename)(BeeConnection *ic, const char *handle, const char *full_name);
    BeeUser *(*find)(BeeConnection *ic, const char *handle);
    char *(*get_nick)(BeeUser *user); /* static */
    void (*set_nick)(BeeUser *user, const char *nick);
    int (*has_nick)(BeeUser *user); /* of the user's choice, or set by us */
} Bee;

static gboolean
bind(void *ret_function, const char *name)
{
    void *function = dlsym(RTLD_DEFAULT, name);

    memcpy(ret_function, &function, sizeof function);
    return function != NULL;
}

/* NULL in another chat program, or where it hides them. */
static const Bee *
get_bee(void)
{
    static Bee bee;
    static gboolean looked, found;

    if (!looked)
        found = coex_host_get()->makes_nicks && bind(&bee.connection, "purple_ic_by_pa") &&
                bind(&bee.add, "imcb_add_buddy") && bind(&bee.remove, "imcb_remove_buddy") &&
                bind(&bee.rename, "imcb_rename_buddy") && bind(&bee.find, "imcb_buddy_by_handle") &&
                bind(&bee.get_nick, "nick_get") && bind(&bee.set_nick, "nick_set") &&
                bind(&bee.has_nick, "nick_saved");
    looked = TRUE;
    return found ? &bee : NULL;
}

static BeeUser *
find_or_add(const Bee *bee, BeeConnection *ic, const char *name)
{
    if (bee->find(ic, name) == NULL)
        bee->add(ic, name, NULL);
    return bee->find(ic, name);
}

/* ---- what the user has set ---- */

static CoexNickStyle
judge_probe(const char *nick)
{
    if (g_ascii_strncasecmp(nick, "co", 2) != 0)
        return COEX_NICKS_NUMBERS;
    return strstr(nick, "\xc3\xa9") != NULL ? COEX_NICKS_NAMES_UTF8 : COEX_NICKS_NAMES;
}

CoexNickStyle
coex_nick_style(PurpleAccount *account)
{
    const Bee *bee = get_bee();
    BeeConnection *ic = bee != NULL ? bee->connection(account) : NULL;
    CoexNickStyle style = COEX_NICKS_NAMES;
    BeeUser *user;

    if (!coex_host_get()->makes_nicks)
        return COEX_NICKS_NONE;
    if (ic == NULL)
        return style;

    bee->add(ic, PROBE_HANDLE, NULL);
    bee->rename(ic, PROBE_HANDLE, PROBE_NAME);
    user = bee->find(ic, PROBE_HANDLE);
    if (user != NULL)
        style = judge_probe(bee->get_nick(user));
    bee->remove(ic, PROBE_HANDLE, NULL);
    return style;
}

/* ---- who is called what ---- */

/* What BitlBee calls the person stands, whatever we would have said. */
static void
learn(CoexConnection *connection, const CoexPersonView *person, const char *nick)
{
    CoexContact *contact = coex_contact_of(connection, person->name);

    if (strcmp(nick, person->nick) == 0 || g_strcmp0(contact->nick, nick) == 0)
        return;
    g_free(contact->nick);
    contact->nick = g_strdup(nick);
    coex_session_take_nick(connection->session, person->name, nick);
}

static gboolean
is_shown(CoexConnection *connection, const char *name)
{
    PurpleBuddy *buddy = purple_find_buddy(connection->account, name);

    return buddy != NULL && purple_presence_is_online(purple_buddy_get_presence(buddy));
}

static void
look_for_rename(CoexConnection *connection, const Bee *bee, BeeConnection *ic,
                const CoexPersonView *person)
{
    gboolean is_new = bee->find(ic, person->name) == NULL;
    BeeUser *user = find_or_add(bee, ic, person->name);
    gboolean renamed =
        user != NULL && bee->has_nick(user) && strcmp(bee->get_nick(user), person->nick) != 0;

    if (renamed)
        learn(connection, person, bee->get_nick(user));
    else if (is_new)
        bee->remove(ic, person->name, NULL);
}

void
coex_nick_start(CoexConnection *connection)
{
    const Bee *bee = get_bee();
    BeeConnection *ic = bee != NULL ? bee->connection(connection->account) : NULL;

    if (ic == NULL)
        return;
    for (GList *l = connection->due.head; l != NULL; l = l->next) {
        const CoexPersonView *person = ((CoexContact *)l->data)->due;

        if (person != NULL && person->nick != NULL && person->listed)
            look_for_rename(connection, bee, ic, person);
    }
}

/* A nick that is set counts from the contact's next birth. */
static BeeUser *
call_by_nick(const Bee *bee, BeeConnection *ic, BeeUser *user, const CoexPersonView *person)
{
    if (bee->has_nick(user))
        return user;
    bee->set_nick(user, person->nick);
    bee->remove(ic, person->name, NULL);
    return find_or_add(bee, ic, person->name);
}

void
coex_nick_settle(CoexConnection *connection, const CoexPersonView *person)
{
    const Bee *bee = get_bee();
    BeeConnection *ic = bee != NULL ? bee->connection(connection->account) : NULL;
    BeeUser *user;
    gboolean is_new;

    if (ic == NULL || person->nick == NULL)
        return;
    user = bee->find(ic, person->name);
    is_new = user == NULL;
    if (user != NULL && is_shown(connection, person->name)) {
        if (bee->has_nick(user))
            learn(connection, person, bee->get_nick(user));
        return;
    }

    user = find_or_add(bee, ic, person->name);
    user = user != NULL ? call_by_nick(bee, ic, user, person) : NULL;
    if (user == NULL)
        return;
    g_autofree char *nick = g_strdup(bee->get_nick(user));
    bee->set_nick(user, nick);
    learn(connection, person, nick);
    /* Who is not in the list is BitlBee's to show as it does such. */
    if (is_new && !person->listed && purple_find_buddy(connection->account, person->name) == NULL)
        bee->remove(ic, person->name, NULL);
}

/* A window may be open under the nick they have: it is the user who changes that. */
static void
tell_has_nick(CoexConnection *connection, const char *nick, const char *typed)
{
    g_autofree char *line = NULL;

    if (strcmp(nick, typed) == 0)
        return;
    /* Translators: rename and what follows it is typed in BitlBee */
    line = coex_say(
        _("This is somebody whom you have already, as %s. To call them %s, type: rename %s %s"),
        nick, typed, nick, typed);
    coex_notice_tell(connection, line);
}

void
coex_nick_move(CoexConnection *connection, const char *spelling, const char *name)
{
    const Bee *bee = get_bee();
    BeeConnection *ic = bee != NULL ? bee->connection(connection->account) : NULL;
    BeeUser *user = ic != NULL ? bee->find(ic, spelling) : NULL;

    if (user == NULL)
        return;
    g_autofree char *nick = bee->has_nick(user) ? g_strdup(bee->get_nick(user)) : NULL;
    bee->remove(ic, spelling, NULL);
    user = name != NULL ? find_or_add(bee, ic, name) : NULL;
    if (user == NULL || nick == NULL)
        return;
    if (bee->has_nick(user)) {
        tell_has_nick(connection, bee->get_nick(user), nick);
        return;
    }
    bee->set_nick(user, nick);
    bee->remove(ic, name, NULL);
    find_or_add(bee, ic, name);
}

/* ---- where the alias makes the nick ---- */

static gsize
common_length(const char *a, const char *b)
{
    gsize n = 0;

    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

/* What of the nick is of the person's number: "" where it is none. */
static const char *
find_tail(const CoexPersonView *person, const char *letters)
{
    const char *tail = person->nick + common_length(letters, person->nick);

    tail += *letters == '\0' && *tail == '_';
    return g_str_has_suffix(person->name, tail) ? tail : "";
}

char *
coex_nick_dup_alias(CoexConnection *connection, const CoexPersonView *person)
{
    if (!coex_host_get()->makes_nicks || get_bee() != NULL || person->alias == NULL ||
        person->nick == NULL)
        return g_strdup(person->alias);

    g_autofree char *letters = coex_nick_letters(COEX_NICKS_NAMES, person->alias);
    if (strcmp(letters, person->nick) == 0)
        return g_strdup(person->alias);

    const char *tail = find_tail(person, letters);
    gsize head_length = strlen(person->nick) - strlen(tail);
    if (*tail == '\0' || (*letters != '\0' && head_length < strlen(letters)))
        return g_strdup(person->nick);
    g_autofree char *words = coex_text_excerpt(person->alias, COEX_NICK_MAX);
    return g_strdup_printf("%s %s", words, tail);
}

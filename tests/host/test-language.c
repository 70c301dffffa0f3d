// SPDX-License-Identifier: GPL-2.0-or-later
#include "world.h"
#include <glib/gi18n-lib.h>
#include <locale.h>

/* The plugin in a language of the user's: in those that there are, and in some that nobody speaks,
 * in whose letters nothing English can hide. */

#define COMMANDS                                                                                   \
    "info", "window", "status", "costs", "held", "history 3", "log", "search bread", "search rye", \
        "profile", "doctor", "hold Tomorrow", "held", "held 1 drop", "discard", "resend", "reply", \
        "react x", "react :thumbsup:", "unreact", "send", "send /nowhere", "location",             \
        "location 91 1", "contact Zoe", "forward", "buttons x", "list x", "broadcast",             \
        "broadcast Zoe x", "forget", "get", "play", "voice", "caption", "synchronise"

/* What the simulated people, business and templates are called and say, what C.UTF-8 calls days and
 * months, and what is the same in any language. */
#define NAMES                                                                                      \
    "ada|ben|nora|cloud|api|lovelace|radhaus|mitte|zoe|rye|you|have|bread|tomorrow|hello|"         \
    "whatsapp|meta|"                                                                               \
    "mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|"                 \
    "dialog|http|https|webhook|nowhere|bicycles|and|repairs|invalidenstr|berlin|workshop|mail|"    \
    "hallo|example|retail|"                                                                        \
    "appointment|dear|courier|the|way|collect|your|door|login|code|verification|order|update|ihr|" \
    "auftrag|ist|ready|"                                                                           \
    "pickup|dein|rad|table|confirmed|see|day|guest|name|track|parcel|its|autumn|bikes|new|this|"   \
    "rate|how|was|visit|"                                                                          \
    "miss|wir|haben|lange|nichts|von|ihnen|not|heard|from|for|while|weekend|offer|off|all|tyres|"  \
    "shop|window|spring|sale|"                                                                     \
    "january|february|march|april|june|july|august|september|october|november|december"

/* Whoever reads this process's labels reads those of the plugin in @folder. */
static void
read_labels(const char *language, const char *folder)
{
    g_autofree char *catalogues =
        g_build_filename(g_getenv("COEX_BUILD_DIR"), folder, "locale", NULL);

    g_setenv("LANGUAGE", language, TRUE);
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, catalogues);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
}

static void
speak(World *world, const char *language, const char *folder)
{
    g_autofree char *plugin =
        g_build_filename(g_getenv("COEX_BUILD_DIR"), folder, "libcoex.so", NULL);

    read_labels(language, folder);
    host_load_plugin(world->host, plugin, "prpl-coex");
}

/* What is told with that sentence, whatever is put in. */
static void
wait_told(World *world, const char *kind, const char *sentence)
{
    g_autoptr(GRegex) formats = g_regex_new("%[0-9$]*[a-z]", 0, 0, NULL);
    g_autofree char *inside = g_regex_replace_literal(formats, sentence, -1, 0, "*", 0, NULL);
    g_autofree char *pattern = g_strconcat("*", inside, "*", NULL);

    host_wait_for(world->host, kind, NULL, pattern);
}

static void
type_commands(World *world)
{
    static const char *const commands[] = { COMMANDS };

    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        g_autofree char *line = g_strconcat("/", commands[i], NULL);
        host_type(world->host, ADA, line);
    }
}

/* Refused, a reaction that is still under way would be told with the words of the API. */
static void
block_after_all_left(World *world)
{
    const char *last = "You have bread tomorrow";
    gboolean is_last = FALSE;

    host_type(world->host, ADA, last);
    while (!is_last) {
        CoexSimRequest *sent = world_next_sent(world);

        is_last = g_strcmp0(sent->text, last) == 0;
        coex_sim_request_free(sent);
    }
    host_type(world->host, ADA, "/block");
    host_type(world->host, ADA, "/unblock");
}

static void
say_everything(World *world, const char *language)
{
    static const char *const actions[] = {
        N_("Refresh templates"),      N_("Show held texts"),      N_("Check the connection"),
        N_("Account information..."), N_("Costs of this month"),  N_("Show account messages"),
        N_("More options..."),        N_("Options for files..."),
    };

    speak(world, language, "pseudo");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Do you have bread?");
    host_type(world->host, ADA, "We do");
    coex_sim_request_free(world_next_sent(world));
    type_commands(world);
    block_after_all_left(world);
    host_type(world->host, NORA, "Hello");
    host_wait_for(world->host, EVENT_REQUEST, NULL, "*");
    host_request_press(world->host, _("Cancel"));
    for (guint i = 0; i < G_N_ELEMENTS(actions); i++)
        host_pick_action(world->host, _(actions[i]));
    wait_told(world, EVENT_REQUEST, _("Account: %s"));
    wait_told(world, EVENT_NOTICE, _("Check of the connection"));
    host_wait_tooltip(world->host, ADA, "*");
    host_touch(world->host, "info", ADA);
    world_settle(world);
    host_sync(world->host);
    host_assert_words(world->host, NAMES);
}

static void
speaks_tr(World *world)
{
    say_everything(world, "tr");
}

static void
speaks_hi(World *world)
{
    say_everything(world, "hi");
}

static void
speaks_ar(World *world)
{
    say_everything(world, "ar");
}

/* BitlBee has no language but English, and its users type what is said. */
static void
stays_english(World *world)
{
    speak(world, "tr", "pseudo");
    host_go_online(world->host);
    world_customer_writes(world, "ada", ADA, "Hello");
    host_type(world->host, ADA, "!window");
    host_wait_for(world->host, EVENT_MESSAGE, ADA, "*The window is open until *");
}

static gboolean
is_english(void)
{
    return g_str_equal(_("Refresh templates"), "Refresh templates");
}

/* One of the test's own. FALSE: the machine has nothing to make it of. */
static gboolean
make_locale(void)
{
    g_autofree char *folder = g_dir_make_tmp("coex-locale-XXXXXX", NULL);
    g_autofree char *path = g_build_filename(folder, "en_US.UTF-8", NULL);
    const char *const command[] = { "localedef", "-i", "en_US", "-f", "UTF-8", path, NULL };
    int status = -1;

    if (!g_spawn_sync(NULL, (char **)command, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL,
                      &status, NULL) ||
        status != 0)
        return FALSE;
    g_setenv("LOCPATH", folder, TRUE);
    g_setenv("LC_ALL", "en_US.UTF-8", TRUE);
    return TRUE;
}

static void
say_none(void)
{
    g_test_skip("no locale in which anything is translated, and none could be made");
}

static void
add_all(void)
{
    read_labels("tr", "pseudo");
    /* Newer C libraries speak English alone in C.UTF-8, and there may be no other locale. */
    if (is_english() && make_locale())
        read_labels("tr", "pseudo");
    if (is_english()) {
        g_test_add_func("/host/no-english-is-left", say_none);
        return;
    }
    world_add("no-english-is-left/tr", NULL, speaks_tr);
    world_add_at(COEX_SIM_META, "no-english-is-left/hi", NULL, speaks_hi);
    world_add_at(COEX_SIM_META, "no-english-is-left/ar", NULL, speaks_ar);
    world_add_at(COEX_SIM_META, "bitlbee-stays-english", "BitlBee", stays_english);
}

int
main(int argc, char **argv)
{
    return world_main(argc, argv, add_all);
}

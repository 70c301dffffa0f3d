// SPDX-License-Identifier: GPL-2.0-or-later
#include "console.h"

#include <stdio.h>
#include <string.h>

typedef struct {
    const char *words; /* what the line begins with */
    const char *usage;
    void (*run)(CoexSim *sim, const char *rest);
} Command;

static void
say(const char *text)
{
    fputs(text, stdout);
    fputc('\n', stdout);
    fflush(stdout);
}

static gboolean
is_known(CoexSim *sim, const char *who)
{
    if (*who && coex_sim_has_customer(sim, who))
        return TRUE;
    say("? nobody of that name; \"people\" lists them");
    return FALSE;
}

/* Cuts the first word off; the rest begins at its first non-blank. */
static char *
take_word(const char **rest)
{
    const char *start = *rest;
    gsize length = strcspn(start, " ");

    *rest = start + length + strspn(start + length, " ");
    return g_strndup(start, length);
}

/* --- commands
 * ----------------------------------------------------------------------------------------- */

static void run_phone(CoexSim *sim, const char *rest);

static void
run_close(CoexSim *sim, const char *rest)
{
    if (is_known(sim, rest))
        coex_sim_close_window(sim, rest);
}

static void
run_open(CoexSim *sim, const char *rest)
{
    if (is_known(sim, rest))
        coex_sim_open_window(sim, rest);
}

static void
run_fail_async(CoexSim *sim, const char *rest)
{
    coex_sim_fail_next_async(sim, (int)g_ascii_strtoll(rest, NULL, 10));
}

static void
run_fail_http(CoexSim *sim, const char *rest)
{
    g_autofree char *status = take_word(&rest);

    coex_sim_fail_next_http(sim, (guint)g_ascii_strtoull(status, NULL, 10), rest);
}

static void
run_fail(CoexSim *sim, const char *rest)
{
    coex_sim_fail_next(sim, (int)g_ascii_strtoll(rest, NULL, 10));
}

static void
run_drop(CoexSim *sim, const char *rest)
{
    coex_sim_drop_next(sim, g_str_equal(rest, "accepted"));
}

static void
run_delay(CoexSim *sim, const char *rest)
{
    coex_sim_delay_next(sim, (guint)g_ascii_strtoull(rest, NULL, 10));
}

static void
run_aim(CoexSim *sim, const char *rest)
{
    coex_sim_aim(sim, g_str_equal(rest, "any") ? NULL : rest);
}

static void
run_down(CoexSim *sim, const char *rest)
{
    coex_sim_set_down(sim, TRUE);
}

static void
run_up(CoexSim *sim, const char *rest)
{
    coex_sim_set_down(sim, FALSE);
}

static void
run_revoke(CoexSim *sim, const char *rest)
{
    coex_sim_revoke_token(sim);
}

static void
run_restore(CoexSim *sim, const char *rest)
{
    coex_sim_restore_token(sim);
}

/* "25h": seconds; FALSE and said so if it is none. */
static gboolean
read_span(const char *text, gint64 *ret_seconds)
{
    static const struct {
        char letter;
        gint64 seconds;
    } units[] = { { 's', 1 }, { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 } };
    char *end = NULL;
    gint64 amount = g_ascii_strtoll(text, &end, 10);

    for (guint i = 0; i < G_N_ELEMENTS(units); i++)
        if (*end == units[i].letter || (*end == '\0' && units[i].seconds == 1)) {
            *ret_seconds = amount * units[i].seconds;
            return TRUE;
        }
    say("? a time is 25h (s, m, h or d)");
    return FALSE;
}

static void
run_clock(CoexSim *sim, const char *rest)
{
    gint64 seconds;

    if (read_span(rest, &seconds))
        coex_sim_advance_clock(sim, seconds);
}

static void
run_history(CoexSim *sim, const char *rest)
{
    g_autofree char *who = take_word(&rest);
    g_autofree char *age = take_word(&rest);
    gint64 seconds;

    if (is_known(sim, who) && read_span(age, &seconds))
        coex_sim_tell_history(sim, who, seconds, rest);
}

static void
run_hold(CoexSim *sim, const char *rest)
{
    coex_sim_hold(sim);
}

static void
run_release(CoexSim *sim, const char *rest)
{
    coex_sim_release(sim, g_str_equal(rest, "reversed") ? COEX_SIM_REVERSED : COEX_SIM_IN_ORDER);
}

static void
run_duplicate(CoexSim *sim, const char *rest)
{
    coex_sim_duplicate_next(sim, (guint)g_ascii_strtoull(rest, NULL, 10));
}

static void
run_again(CoexSim *sim, const char *rest)
{
    g_autoptr(GBytes) last = coex_sim_last_body(sim);

    if (last)
        coex_sim_redeliver_last(sim);
}

static void
run_status(CoexSim *sim, const char *rest)
{
    g_autofree char *who = take_word(&rest);
    g_autofree char *status = take_word(&rest);
    g_autofree char *wamid = is_known(sim, who) ? coex_sim_dup_last_sent(sim, who) : NULL;

    if (wamid && g_str_equal(status, "failed"))
        coex_sim_status_failed(sim, wamid, (int)g_ascii_strtoll(rest, NULL, 10), NULL, NULL);
    else if (wamid && *status)
        coex_sim_status(sim, wamid, status);
    else
        say("? nothing was sent to them");
}

static void
run_auto(CoexSim *sim, const char *rest)
{
    coex_sim_set_auto_status(sim, g_str_equal(rest, "on"));
}

static void
run_window_async(CoexSim *sim, const char *rest)
{
    coex_sim_set_async_window(sim, g_str_equal(rest, "on"));
}

static void
run_add(CoexSim *sim, const char *rest)
{
    g_autofree char *who = take_word(&rest);
    g_autofree char *address = take_word(&rest);
    gboolean number = *address == '+';

    if (!*who || !*address || coex_sim_has_customer(sim, who))
        say("? add WHO +NUMBER|BSUID NAME");
    else
        coex_sim_add_customer(sim, who, number ? address : NULL, number ? NULL : address,
                              *rest ? rest : who);
}

static void
run_people(CoexSim *sim, const char *rest)
{
    g_autofree char *people = coex_sim_dup_people(sim);

    say(people);
}

static void
run_files(CoexSim *sim, const char *rest)
{
    static const struct {
        const char *name;
        CoexSimFileState state;
    } states[] = { { "good", COEX_SIM_FILE_GOOD },
                   { "slow", COEX_SIM_FILE_SLOW },
                   { "stalled", COEX_SIM_FILE_STALLED },
                   { "gone", COEX_SIM_FILE_GONE } };

    for (guint i = 0; i < G_N_ELEMENTS(states); i++)
        if (g_str_equal(rest, states[i].name))
            coex_sim_set_file_state(sim, states[i].state);
}

static void
run_pause(CoexSim *sim, const char *rest)
{
    coex_sim_pause_template(sim, rest);
}

static void
run_remove(CoexSim *sim, const char *rest)
{
    coex_sim_remove_template(sim, rest);
}

static void
run_webhook(CoexSim *sim, const char *rest)
{
    coex_sim_set_webhook(sim, rest);
}

static void
run_save(CoexSim *sim, const char *rest)
{
    g_autoptr(GBytes) content = coex_sim_get_upload(sim);
    gsize length = 0;
    const char *bytes = content ? g_bytes_get_data(content, &length) : "";

    if (!content)
        say("? nothing was uploaded");
    else
        say(g_file_set_contents(rest, bytes, (gssize)length, NULL) ? "saved" : "? no such place");
}

static void
run_complaints(CoexSim *sim, const char *rest)
{
    g_auto(GStrv) complaints = coex_sim_take_complaints(sim);
    g_autofree char *text = g_strjoinv("\n", complaints);

    say(*text ? text : "no complaints");
}

static void
run_sync(CoexSim *sim, const char *rest)
{
    say(coex_sim_wait_delivered(sim, 10000) ? "all delivered" : "? not all delivered");
}

/* A file of this computer's. */
static void
run_picture(CoexSim *sim, const char *rest)
{
    g_autofree char *mime = take_word(&rest);
    g_autofree char *url = NULL;
    g_autoptr(GBytes) bytes = NULL;
    char *read = NULL;
    gsize length = 0;

    if (g_str_equal(mime, "none")) {
        coex_sim_set_picture(sim, "");
        return;
    }
    if (!g_file_get_contents(rest, &read, &length, NULL)) {
        say("? no such file");
        return;
    }
    bytes = g_bytes_new_take(read, length);
    url = coex_sim_add_picture(sim, mime, bytes);
    coex_sim_set_picture(sim, url);
}

static void run_help(CoexSim *sim, const char *rest);

/* Longer beginnings stand before their shorter ones. */
static const Command commands[] = {
    { "phone", "phone to WHO: TEXT             the business writes on its phone", run_phone },
    { "close", "close WHO                      their window closed an hour ago", run_close },
    { "open", "open WHO                       their window is open", run_open },
    { "fail next async", "fail next async CODE           accept the next send, fail it by status",
      run_fail_async },
    { "fail next http", "fail next http STATUS [BODY]   answer the next send like this",
      run_fail_http },
    { "fail next", "fail next CODE                 refuse the next send with a Graph code",
      run_fail },
    { "drop next", "drop next [accepted]           cut the next send's connection", run_drop },
    { "delay next", "delay next MS                  answer the next send late", run_delay },
    { "aim", "aim WHAT|any                   which call the faults hit (messages, templates, ...)",
      run_aim },
    { "down", "down                           refuse connections", run_down },
    { "up", "up                             accept them again", run_up },
    { "revoke", "revoke                         the key is dead", run_revoke },
    { "restore", "restore                        the key lives again", run_restore },
    { "clock", "clock +25h                     move the simulated clock", run_clock },
    { "history", "history WHO AGE TEXT           what they wrote before, in the phone's history",
      run_history },
    { "hold", "hold                           keep deliveries back", run_hold },
    { "release", "release [reversed]             let them go", run_release },
    { "duplicate", "duplicate N                    deliver the next one N more times",
      run_duplicate },
    { "again", "again                          deliver the last one once more", run_again },
    { "status", "status WHO NAME [CODE]         a status for the last send to them", run_status },
    { "auto status", "auto status on|off             statuses by themselves", run_auto },
    { "async window", "async window on|off            free text outside the window fails by status",
      run_window_async },
    { "add", "add WHO +NUMBER|BSUID NAME     another customer", run_add },
    { "people", "people                         who there is", run_people },
    { "files", "files good|slow|stalled|gone   how those come that are brought from now on",
      run_files },
    { "picture", "picture MIME PATH|none         the business's own, from the next login on",
      run_picture },
    { "pause", "pause TEMPLATE                 pause a template", run_pause },
    { "remove", "remove TEMPLATE                remove a template", run_remove },
    { "webhook", "webhook URL                    where deliveries go", run_webhook },
    { "complaints", "complaints                     what the client did wrong so far",
      run_complaints },
    { "save", "save PATH                      the file that was uploaded last", run_save },
    { "sync", "sync                           wait until everything is delivered", run_sync },
    { "help", "help                           this list", run_help },
};

/* --- people as subjects
 * ------------------------------------------------------------------------------- */

/* The last message that @about wrote; NULL and said so if there is none. */
static char *
last_of(CoexSim *sim, CoexSimAuthor about, const char *who)
{
    char *wamid = coex_sim_dup_last(sim, about, who);

    if (!wamid)
        say("? there is no such message");
    return wamid;
}

/* What the other side wrote last. */
static char *
last_of_other(CoexSim *sim, CoexSimAuthor author, const char *who)
{
    return last_of(sim, author == COEX_SIM_CUSTOMER ? COEX_SIM_NUMBER : COEX_SIM_CUSTOMER, who);
}

static void
says(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_free(author == COEX_SIM_CUSTOMER ? coex_sim_customer_sends(sim, who, rest)
                                       : coex_sim_phone_sends(sim, who, rest));
}

static void
quotes(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_autofree char *wamid = last_of_other(sim, author, who);

    if (wamid)
        g_free(author == COEX_SIM_CUSTOMER ? coex_sim_customer_replies(sim, who, rest, wamid)
                                           : coex_sim_phone_replies(sim, who, rest, wamid));
}

static void
reacts(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_autofree char *wamid = last_of_other(sim, author, who);

    if (wamid)
        g_free(coex_sim_reacts(sim, author, who, wamid, *rest ? rest : NULL));
}

static void
edits(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_autofree char *wamid = last_of(sim, author, who);

    if (wamid)
        g_free(coex_sim_edits(sim, author, who, wamid, rest));
}

static void
deletes(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_autofree char *wamid = last_of(sim, author, who);

    if (wamid)
        g_free(coex_sim_deletes(sim, author, who, wamid));
}

static void
is_other(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    if (is_known(sim, rest) && !coex_sim_unite(sim, who, rest))
        say("? both need a BSUID");
}

static void
taps(CoexSim *sim, CoexSimAuthor author, const char *who, const char *label)
{
    g_autofree char *last = coex_sim_dup_last_sent(sim, who);
    g_autofree char *wamid = last ? coex_sim_customer_taps(sim, who, last, label) : NULL;

    if (!wamid)
        say("? nothing was sent to them");
}

static void
sends(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_autofree char *type = take_word(&rest);
    g_autofree char *wamid = NULL;

    if (*type)
        wamid = coex_sim_customer_sends_type(sim, who, type, *rest ? rest : NULL);
}

static void
reads(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    coex_sim_customer_reads(sim, who);
}

/* A file of this computer's. */
static void
brings(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest)
{
    g_autofree char *mime = take_word(&rest);
    g_autofree char *path = take_word(&rest);
    g_autofree char *name = g_path_get_basename(path);
    g_autofree char *content = NULL;
    g_autofree char *wamid = NULL;
    g_autoptr(GBytes) bytes = NULL;
    const char *type = g_str_has_prefix(mime, "image/")   ? "image"
                       : g_str_has_prefix(mime, "video/") ? "video"
                       : g_str_has_prefix(mime, "audio/") ? "audio"
                                                          : "document";
    gboolean named = g_str_equal(type, "document");
    char *read = NULL;
    gsize length = 0;

    if (!g_file_get_contents(path, &read, &length, NULL)) {
        say("? no such file");
        return;
    }
    bytes = g_bytes_new_take(read, length);
    content = coex_sim_add_file(sim, mime, named ? name : NULL, *rest ? rest : NULL, bytes);
    wamid = coex_sim_customer_sends_type(sim, who, type, content);
}

#define BY_CUSTOMER (1U << COEX_SIM_CUSTOMER)
#define BY_PHONE (1U << COEX_SIM_PHONE)
#define BY_BOTH (BY_CUSTOMER | BY_PHONE)

typedef struct {
    const char *word;
    const char *usage;
    guint authors; /* bits of CoexSimAuthor */
    void (*run)(CoexSim *sim, CoexSimAuthor author, const char *who, const char *rest);
} Verb;

static const Verb verbs[] = {
    { "says", "WHO says TEXT                  a customer writes", BY_CUSTOMER, says },
    { "quotes", "WHO quotes TEXT                a customer answers the number's last message",
      BY_BOTH, quotes },
    { "reacts", "WHO reacts [EMOJI]             a customer reacts to it, or takes that back",
      BY_BOTH, reacts },
    { "edits", "WHO edits TEXT                 a customer changes their last message", BY_BOTH,
      edits },
    { "deletes", "WHO deletes                    a customer takes it back", BY_BOTH, deletes },
    { "sends", "WHO sends TYPE JSON            a customer sends another type", BY_CUSTOMER, sends },
    { "brings", "WHO brings MIME PATH [CAPTION] a customer sends a file of this computer",
      BY_CUSTOMER, brings },
    { "taps", "WHO taps LABEL                 a customer taps a button of the last message",
      BY_CUSTOMER, taps },
    { "reads", "WHO reads                      a customer reads everything", BY_CUSTOMER, reads },
    { "is", "WHO is OTHER                   a customer turns out to be another, known by BSUID",
      BY_CUSTOMER, is_other },
    { "to", "phone quotes|reacts|edits|deletes WHO: TEXT  the same on the phone", BY_PHONE, says },
};

static const Verb *
find_verb(const char *word, CoexSimAuthor author)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (g_str_equal(verbs[i].word, word) && (verbs[i].authors & 1U << author))
            return &verbs[i];
    return NULL;
}

/* "to WHO: TEXT" */
static void
run_phone(CoexSim *sim, const char *rest)
{
    g_autofree char *word = take_word(&rest);
    const Verb *verb = find_verb(word, COEX_SIM_PHONE);
    const char *colon = strchrnul(rest, ':');
    g_autofree char *who = g_strndup(rest, (gsize)(colon - rest));

    if (!verb)
        say("? \"help\" lists what the phone does");
    else if (is_known(sim, who))
        verb->run(sim, COEX_SIM_PHONE, who, *colon ? colon + 1 + strspn(colon + 1, " ") : "");
}

static gboolean
run_person(CoexSim *sim, const char *line)
{
    const char *rest = line;
    g_autofree char *who = take_word(&rest);
    g_autofree char *word = take_word(&rest);
    const Verb *verb = coex_sim_has_customer(sim, who) ? find_verb(word, COEX_SIM_CUSTOMER) : NULL;

    if (verb)
        verb->run(sim, COEX_SIM_CUSTOMER, who, rest);
    return verb != NULL;
}

static void
run_help(CoexSim *sim, const char *rest)
{
    for (guint i = 0; i < G_N_ELEMENTS(verbs); i++)
        say(verbs[i].usage);
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++)
        say(commands[i].usage);
    say("quit                           end");
}

static const char *
after_words(const char *line, const char *words)
{
    gsize length = strlen(words);

    if (!g_str_has_prefix(line, words) || (line[length] != '\0' && line[length] != ' '))
        return NULL;
    return line + length + strspn(line + length, " ");
}

gboolean
coex_sim_console_run(CoexSim *sim, const char *line)
{
    g_autofree char *text = g_strstrip(g_strdup(line));

    if (g_str_equal(text, "quit"))
        return FALSE;
    if (!*text || run_person(sim, text))
        return TRUE;
    for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
        const char *rest = after_words(text, commands[i].words);

        if (rest) {
            commands[i].run(sim, rest);
            return TRUE;
        }
    }
    say("? unknown; \"help\" lists the commands");
    return TRUE;
}

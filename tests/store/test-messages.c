// SPDX-License-Identifier: GPL-2.0-or-later
#include "fixture.h"

#include <time.h>

#define ADA "491701"
#define BEN "491702"

/* An account with Ada (person 1) and Ben (person 2). */
static Fixture *
open_with_people(gint64 *ret_account_id)
{
    Fixture *f = fixture_new();
    fixture_open(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_autoptr(CoexPerson) ada = test_person(1, ADA, "DE.ada");
    g_autoptr(CoexPerson) ben = test_person(2, BEN, NULL);
    CoexBatch *batch = test_batch(snapshot->account_id);
    coex_batch_put_person(batch, ada);
    coex_batch_put_person(batch, ben);
    g_autoptr(Committed) committed = fixture_commit(f, batch, 0);
    g_assert_no_error(committed->error);
    *ret_account_id = snapshot->account_id;
    return f;
}

static Committed *
commit_message(Fixture *f, gint64 account_id, gint64 person_id, CoexMessage *message)
{
    g_autoptr(CoexMessage) owned = message;
    CoexBatch *batch = test_batch(account_id);
    coex_batch_add_message(batch, person_id, owned, TEST_NOW);
    Committed *committed = fixture_commit(f, batch, 1);
    g_assert_no_error(committed->error);
    return committed;
}

static Committed *
commit_status(Fixture *f, gint64 account_id, CoexStatus *status, const char *explanation)
{
    g_autoptr(CoexStatus) owned = status;
    CoexBatch *batch = test_batch(account_id);
    coex_batch_apply_status(batch, owned, explanation);
    Committed *committed = fixture_commit(f, batch, 1);
    g_assert_no_error(committed->error);
    return committed;
}

static Committed *
commit_accepted(Fixture *f, gint64 account_id, gint64 person_id, const char *peer,
                const char *token)
{
    g_autoptr(CoexOutboxRow) row = test_outbox_row(1, person_id, token, "typed text");
    g_autofree char *wamid = test_wamid(peer, token);
    CoexBatch *batch = test_batch(account_id);
    coex_batch_outbox_accepted(batch, row, wamid, TEST_NOW);
    Committed *committed = fixture_commit(f, batch, 1);
    g_assert_no_error(committed->error);
    return committed;
}

static void
expect(Committed *committed, CoexOutcome outcome)
{
    g_autoptr(Committed) owned = committed;
    g_assert_cmpint(committed_outcome(owned, 0), ==, outcome);
}

static void
test_message_once(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(Committed) first =
        commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "3A01", "hello"));
    g_autoptr(Committed) again =
        commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "3A01", "hello"));
    /* Another id of the same message, built with another peer (the layout of a wamid). */
    g_autoptr(Committed) by_token =
        commit_message(f, account, 1, test_message(COEX_INBOUND, "DE.ada", "3A01", "hello"));
    /* The same token in another conversation is another message. */
    g_autoptr(Committed) other =
        commit_message(f, account, 2, test_message(COEX_INBOUND, BEN, "3A01", "hi"));
    g_autoptr(Committed) silent =
        commit_message(f, account, 2, test_message(COEX_ECHO, BEN, "3A02", NULL));
    g_autoptr(Committed) echo =
        commit_message(f, account, 2, test_message(COEX_ECHO, BEN, "3A03", "from the phone"));

    g_assert_cmpint(committed_outcome(first, 0), ==, COEX_ADDED);
    g_assert_cmpuint(first->feed->len, ==, 1);
    committed_assert_feed(first, 0, COEX_FEED_INBOUND, "hello");
    g_assert_cmpint(committed_outcome(again, 0), ==, COEX_DUPLICATE);
    g_assert_cmpuint(again->feed->len, ==, 0);
    g_assert_cmpint(committed_outcome(by_token, 0), ==, COEX_DUPLICATE);
    g_assert_cmpint(committed_outcome(other, 0), ==, COEX_ADDED);
    g_assert_cmpint(committed_outcome(silent, 0), ==, COEX_ADDED);
    g_assert_cmpuint(silent->feed->len, ==, 0);
    committed_assert_feed(echo, 0, COEX_FEED_ECHO, "from the phone");
}

static CoexMessage *
placeholder(void)
{
    CoexMessage *message = test_message(COEX_INBOUND, ADA, "3A01", NULL);
    message->content.kind = COEX_CONTENT_PLACEHOLDER;
    return message;
}

static void
test_placeholder(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(Committed) empty = commit_message(f, account, 1, placeholder());
    g_autoptr(Committed) empty_again = commit_message(f, account, 1, placeholder());
    g_autoptr(Committed) content =
        commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "3A01", "now it came"));
    g_autoptr(Committed) late = commit_message(f, account, 1, placeholder());

    g_assert_cmpint(committed_outcome(empty, 0), ==, COEX_ADDED);
    g_assert_cmpuint(empty->feed->len, ==, 0);
    g_assert_cmpint(committed_outcome(empty_again, 0), ==, COEX_DUPLICATE);
    g_assert_cmpint(committed_outcome(content, 0), ==, COEX_REPLACED);
    committed_assert_feed(content, 0, COEX_FEED_INBOUND, "now it came");
    g_assert_cmpint(committed_outcome(late, 0), ==, COEX_DUPLICATE);
}

static CoexMessage *
lacking(CoexDirection direction, CoexContentKind kind, CoexLack lacks, const char *text)
{
    CoexMessage *message = test_message(direction, ADA, "3A01", text);
    message->content.kind = kind;
    message->content.lacks = lacks;
    return message;
}

/* Whatever the first version was, what lacks less takes its place, once; after that nothing does.
 */
static void
test_lacking(void)
{
    static const struct {
        CoexContentKind kind;
        CoexLack lacks;
    } firsts[] = {
        { COEX_CONTENT_PLACEHOLDER, COEX_LACKS_CONTENT },
        { COEX_CONTENT_UNSUPPORTED, COEX_LACKS_CONTENT },
        { COEX_CONTENT_UNKNOWN, COEX_LACKS_MEANING },
        { COEX_CONTENT_MEDIA, COEX_LACKS_CONTENT },
        { COEX_CONTENT_EDIT, COEX_LACKS_CONTENT },
    };
    static const CoexDirection ways[] = { COEX_INBOUND, COEX_ECHO };

    for (guint i = 0; i < G_N_ELEMENTS(firsts) * G_N_ELEMENTS(ways); i++) {
        CoexDirection way = ways[i % G_N_ELEMENTS(ways)];
        gint64 account = 0;
        g_autoptr(Fixture) f = open_with_people(&account);
        expect(commit_message(f, account, 1,
                              lacking(way, firsts[i / 2].kind, firsts[i / 2].lacks, "[look]")),
               COEX_ADDED);
        fixture_reopen(f);
        expect(commit_message(f, account, 1,
                              lacking(way, firsts[i / 2].kind, firsts[i / 2].lacks, "[look]")),
               COEX_DUPLICATE);
        g_autoptr(Committed) content =
            commit_message(f, account, 1, test_message(way, ADA, "3A01", "now it came"));
        g_assert_cmpint(committed_outcome(content, 0), ==, COEX_REPLACED);
        committed_assert_feed(content, 0, way == COEX_ECHO ? COEX_FEED_ECHO : COEX_FEED_INBOUND,
                              "now it came");
        expect(commit_message(f, account, 1, test_message(way, ADA, "3A01", "and again")),
               COEX_DUPLICATE);
    }
}

static CoexMessage *
picture(const char *token, const char *id)
{
    CoexMessage *message = test_message(COEX_INBOUND, ADA, token, "[image]");
    CoexMedia *media = g_new0(CoexMedia, 1);
    media->kind = COEX_MEDIA_IMAGE;
    media->id = g_strdup(id);
    media->url = g_strdup("https://example.org/1");
    media->mime = g_strdup("image/jpeg");
    media->sha256 = g_strdup("c3Vt");
    media->size = 4711;
    media->name = g_strdup("bike.jpg");
    media->caption = g_strdup("My bike");
    media->animated = TRUE;
    message->content.kind = COEX_CONTENT_MEDIA;
    message->content.media = media;
    return message;
}

static void
assert_picture(GPtrArray *feed, guint index, const char *id)
{
    const CoexFeedItem *item = g_ptr_array_index(feed, index);
    g_assert_cmpint(item->message_id, >, 0);
    g_assert_nonnull(item->media);
    g_assert_cmpint(item->media->kind, ==, COEX_MEDIA_IMAGE);
    g_assert_cmpstr(item->media->id, ==, id);
    g_assert_cmpstr(item->media->url, ==, "https://example.org/1");
    g_assert_cmpstr(item->media->mime, ==, "image/jpeg");
    g_assert_cmpstr(item->media->sha256, ==, "c3Vt");
    g_assert_cmpint(item->media->size, ==, 4711);
    g_assert_cmpstr(item->media->name, ==, "bike.jpg");
    g_assert_cmpstr(item->media->caption, ==, "My bike");
    g_assert_true(item->media->animated && !item->media->voice);
}

/* What is needed to fetch a file stays with its message: for the line that waits, and for the one
 * that came before as a placeholder; and it goes with it. */
static void
test_media(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(Committed) first = commit_message(f, account, 1, picture("3A02", "991"));
    assert_picture(first->feed, 0, "991");
    g_autoptr(Committed) text =
        commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "3A03", "no file"));
    g_assert_null(((CoexFeedItem *)g_ptr_array_index(text->feed, 0))->media);
    expect(commit_message(f, account, 1, placeholder()), COEX_ADDED);
    g_autoptr(Committed) later = commit_message(f, account, 1, picture("3A01", "992"));
    assert_picture(later->feed, 0, "992");

    fixture_reopen(f);
    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->feed->len, ==, 3);
    assert_picture(snapshot->feed, 0, "991");
    g_assert_null(((CoexFeedItem *)g_ptr_array_index(snapshot->feed, 1))->media);
    assert_picture(snapshot->feed, 2, "992");
    fixture_close(f);
    fixture_exec_raw(f, "DELETE FROM messages WHERE token = '3A02'");
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM media"), ==, 1);
}

/* A customer's message under the token of one of ours is another message, in either order; what
 * the phone tells of ours is not. */
static void
test_token_both_ways(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    expect(commit_accepted(f, account, 1, ADA, "AA"), COEX_ADDED);
    g_autoptr(Committed) theirs =
        commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "AA", "the same token"));
    g_assert_cmpint(committed_outcome(theirs, 0), ==, COEX_ADDED);
    committed_assert_feed(theirs, 0, COEX_FEED_INBOUND, "the same token");
    expect(commit_message(f, account, 1, test_message(COEX_ECHO, ADA, "AA", "typed text")),
           COEX_DUPLICATE);
    expect(commit_status(f, account, test_status(ADA, "AA", COEX_STATE_DELIVERED), NULL),
           COEX_CHANGED);
    expect(commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "BB", "first")),
           COEX_ADDED);
    expect(commit_accepted(f, account, 1, ADA, "BB"), COEX_ADDED);
}

/* The phone's echo came first and told nothing: the answer knows what was sent. */
static void
test_lacking_echo_of_ours(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(CoexMessage) echo =
        lacking(COEX_ECHO, COEX_CONTENT_UNSUPPORTED, COEX_LACKS_CONTENT, "[look]");
    g_autofree char *token = g_strdup(echo->token);
    expect(commit_message(f, account, 1, coex_message_ref(echo)), COEX_ADDED);
    expect(commit_accepted(f, account, 1, ADA, token), COEX_DUPLICATE);
    g_autoptr(Committed) failed =
        commit_status(f, account, test_status(ADA, token, COEX_STATE_FAILED), "gone");
    g_assert_cmpstr(g_ptr_array_index(failed->texts, 0), ==, "typed text");
}

static void
test_status_ranks(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(Committed) accepted = commit_accepted(f, account, 1, ADA, "AA");
    g_autoptr(Committed) delivered =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_DELIVERED), NULL);
    g_autoptr(Committed) sent =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_SENT), NULL);
    g_autoptr(Committed) failed =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_FAILED), "too late");
    g_autoptr(Committed) read =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_READ), NULL);

    g_assert_cmpint(committed_outcome(accepted, 0), ==, COEX_ADDED);
    g_assert_cmpuint(accepted->feed->len, ==, 0);
    g_assert_cmpint(committed_outcome(delivered, 0), ==, COEX_CHANGED);
    g_assert_cmpint(g_array_index(delivered->people, gint64, 0), ==, 1);
    g_assert_cmpstr(g_ptr_array_index(delivered->texts, 0), ==, "typed text");
    g_assert_cmpint(committed_outcome(sent, 0), ==, COEX_DUPLICATE);
    g_assert_cmpstr(g_ptr_array_index(sent->texts, 0), ==, "typed text");
    g_assert_cmpint(committed_outcome(failed, 0), ==, COEX_DUPLICATE);
    g_assert_cmpuint(failed->feed->len, ==, 0);
    g_assert_cmpint(committed_outcome(read, 0), ==, COEX_CHANGED);
}

static void
test_status_failed(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    expect(commit_accepted(f, account, 1, ADA, "AA"), COEX_ADDED);
    g_autoptr(Committed) failed =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_FAILED), "not on WhatsApp");
    g_autoptr(Committed) again =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_FAILED), "not on WhatsApp");

    g_assert_cmpint(committed_outcome(failed, 0), ==, COEX_CHANGED);
    g_assert_cmpuint(failed->feed->len, ==, 1);
    committed_assert_feed(failed, 0, COEX_FEED_FAILED, "typed text");
    const CoexFeedItem *item = g_ptr_array_index(failed->feed, 0);
    g_assert_cmpstr(item->detail, ==, "not on WhatsApp");
    g_assert_cmpint(item->person_id, ==, 1);
    g_assert_cmpint(committed_outcome(again, 0), ==, COEX_DUPLICATE);
    g_assert_cmpuint(again->feed->len, ==, 0);

    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT error_code FROM messages"), ==, 131026);
}

/* A word that nobody knows yet changes nothing, neither now nor when the message comes. */
static void
test_unknown_status(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    expect(commit_status(f, account, test_status(ADA, "AA", COEX_STATE_UNKNOWN), NULL),
           COEX_UNKNOWN);
    expect(commit_accepted(f, account, 1, ADA, "AA"), COEX_ADDED);
    expect(commit_status(f, account, test_status(ADA, "AA", COEX_STATE_UNKNOWN), NULL),
           COEX_DUPLICATE);
    expect(commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "BB", "theirs")),
           COEX_ADDED);
    expect(commit_message(f, account, 1, test_message(COEX_ECHO, ADA, "CC", "from the phone")),
           COEX_ADDED);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM early_statuses"), ==, 0);
    g_assert_cmpint(fixture_query_raw(f, "SELECT state FROM messages WHERE token = 'AA'"), ==,
                    COEX_STATE_PENDING);
    g_assert_cmpint(fixture_query_raw(f, "SELECT state FROM messages WHERE token = 'BB'"), ==,
                    COEX_STATE_UNKNOWN);
    g_assert_cmpint(fixture_query_raw(f, "SELECT state FROM messages WHERE token = 'CC'"), ==,
                    COEX_STATE_SENT);
}

static void
test_status_before_message(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(Committed) failed =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_FAILED), "why");
    g_autoptr(Committed) sent =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_SENT), NULL);
    g_autoptr(Committed) sent_again =
        commit_status(f, account, test_status(ADA, "AA", COEX_STATE_SENT), NULL);
    g_autoptr(Committed) read =
        commit_status(f, account, test_status(BEN, "BB", COEX_STATE_READ), NULL);
    g_assert_cmpint(committed_outcome(failed, 0), ==, COEX_UNKNOWN);
    g_assert_cmpint(committed_outcome(sent, 0), ==, COEX_UNKNOWN);
    g_assert_cmpint(committed_outcome(sent_again, 0), ==, COEX_UNKNOWN);
    g_assert_cmpint(committed_outcome(read, 0), ==, COEX_UNKNOWN);
    fixture_reopen(f);

    g_autoptr(Committed) accepted = commit_accepted(f, account, 1, ADA, "AA");
    g_assert_cmpint(committed_outcome(accepted, 0), ==, COEX_ADDED);
    g_assert_cmpuint(accepted->feed->len, ==, 1);
    committed_assert_feed(accepted, 0, COEX_FEED_FAILED, "typed text");
    const CoexFeedItem *item = g_ptr_array_index(accepted->feed, 0);
    g_assert_cmpstr(item->detail, ==, "why");

    g_autoptr(Committed) echo =
        commit_message(f, account, 2, test_message(COEX_ECHO, BEN, "BB", "echo"));
    g_assert_cmpint(committed_outcome(echo, 0), ==, COEX_ADDED);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT state FROM messages WHERE token = 'AA'"), ==,
                    COEX_STATE_FAILED);
    g_assert_cmpint(fixture_query_raw(f, "SELECT state FROM messages WHERE token = 'BB'"), ==,
                    COEX_STATE_READ);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM early_statuses"), ==, 0);
}

/* delivered and failed both waited: failed after delivered does not count. */
static void
test_early_order(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    expect(commit_status(f, account, test_status(ADA, "AA", COEX_STATE_FAILED), "why"),
           COEX_UNKNOWN);
    expect(commit_status(f, account, test_status(ADA, "AA", COEX_STATE_DELIVERED), NULL),
           COEX_UNKNOWN);
    g_autoptr(Committed) accepted = commit_accepted(f, account, 1, ADA, "AA");
    g_assert_cmpuint(accepted->feed->len, ==, 0);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT state FROM messages"), ==, COEX_STATE_DELIVERED);
}

/* Processor time of 100 accepted sends in one batch. */
static clock_t
accept_hundred(Fixture *f, gint64 account, const char *prefix)
{
    CoexBatch *batch = test_batch(account);
    for (guint i = 0; i < 100; i++) {
        g_autofree char *token = g_strdup_printf("%s%u", prefix, i);
        g_autofree char *wamid = test_wamid(ADA, token);
        g_autoptr(CoexOutboxRow) row = test_outbox_row(i, 1, token, "typed text");
        coex_batch_outbox_accepted(batch, row, wamid, TEST_NOW);
    }
    clock_t before = clock();
    g_autoptr(Committed) committed = fixture_commit(f, batch, 100);
    g_assert_no_error(committed->error);
    return clock() - before;
}

/* Statuses of what another program sends by the same number are kept by the ten thousand. */
static void
test_many_early(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    clock_t alone = accept_hundred(f, account, "A");
    CoexBatch *batch = test_batch(account);
    for (guint i = 0; i < 10000; i++) {
        g_autofree char *token = g_strdup_printf("E%u", i);
        g_autoptr(CoexStatus) status = test_status(ADA, token, COEX_STATE_SENT);
        coex_batch_apply_status(batch, status, NULL);
    }
    g_autoptr(Committed) kept = fixture_commit(f, batch, 10000);
    g_assert_no_error(kept->error);
    clock_t among_many = accept_hundred(f, account, "B");
    g_test_message("%ld and %ld us", (long)alone, (long)among_many);
    g_assert_cmpint(among_many, <, 10 * alone + CLOCKS_PER_SEC / 20);
}

static void
test_status_by_token(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    expect(commit_accepted(f, account, 1, ADA, "AA"), COEX_ADDED);
    g_autoptr(Committed) unique =
        commit_status(f, account, test_status("DE.ada", "AA", COEX_STATE_SENT), NULL);
    g_assert_cmpint(committed_outcome(unique, 0), ==, COEX_CHANGED);

    /* The token in two conversations: only a status that names its person finds one. */
    expect(commit_message(f, account, 2, test_message(COEX_ECHO, BEN, "AA", "to ben")), COEX_ADDED);
    g_autoptr(Committed) vague =
        commit_status(f, account, test_status("xx", "AA", COEX_STATE_DELIVERED), NULL);
    g_assert_cmpint(committed_outcome(vague, 0), ==, COEX_UNKNOWN);
    CoexStatus *status = test_status("yy", "AA", COEX_STATE_READ);
    status->peer.user_id = g_strdup("DE.ada");
    g_autoptr(Committed) named = commit_status(f, account, status, NULL);
    g_assert_cmpint(committed_outcome(named, 0), ==, COEX_CHANGED);
    g_assert_cmpint(g_array_index(named->people, gint64, 0), ==, 1);

    /* A customer's message has no status. */
    expect(commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "CC", "in")), COEX_ADDED);
    g_autoptr(Committed) none =
        commit_status(f, account, test_status(ADA, "CC", COEX_STATE_READ), NULL);
    g_assert_cmpint(committed_outcome(none, 0), ==, COEX_UNKNOWN);
}

static void
test_accepted_after_echo(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(CoexOutboxRow) row = test_outbox_row(1, 1, "AA", "typed text");
    CoexBatch *batch = test_batch(account);
    coex_batch_put_outbox(batch, row, FALSE, TEST_NOW);
    g_autoptr(Committed) queued = fixture_commit(f, batch, 0);
    g_assert_no_error(queued->error);
    expect(commit_message(f, account, 1, test_message(COEX_ECHO, ADA, "AA", "typed text")),
           COEX_ADDED);
    g_autoptr(Committed) accepted = commit_accepted(f, account, 1, ADA, "AA");
    g_assert_cmpint(committed_outcome(accepted, 0), ==, COEX_DUPLICATE);

    g_autoptr(CoexSnapshot) snapshot = fixture_load(f, "4930");
    g_assert_cmpuint(snapshot->outbox->len, ==, 0);
    fixture_close(f);
    g_assert_cmpint(fixture_query_raw(f, "SELECT count(*) FROM messages"), ==, 1);
}

static void
test_accounts_apart(void)
{
    gint64 account = 0;
    g_autoptr(Fixture) f = open_with_people(&account);
    g_autoptr(CoexSnapshot) other = fixture_load(f, "4940");
    g_assert_cmpint(other->account_id, !=, account);
    g_assert_cmpuint(other->people->len, ==, 0);

    g_autoptr(Committed) here =
        commit_message(f, account, 1, test_message(COEX_INBOUND, ADA, "3A01", "hello"));
    g_autoptr(Committed) there =
        commit_message(f, other->account_id, 1, test_message(COEX_INBOUND, ADA, "3A01", "hello"));
    g_autoptr(Committed) accepted = commit_accepted(f, account, 1, ADA, "AA");
    g_autoptr(Committed) status =
        commit_status(f, other->account_id, test_status(ADA, "AA", COEX_STATE_SENT), NULL);
    g_assert_cmpint(committed_outcome(here, 0), ==, COEX_ADDED);
    g_assert_cmpint(committed_outcome(there, 0), ==, COEX_ADDED);
    g_assert_cmpint(committed_outcome(accepted, 0), ==, COEX_ADDED);
    g_assert_cmpint(committed_outcome(status, 0), ==, COEX_UNKNOWN);

    g_autoptr(CoexSnapshot) first = fixture_load(f, "4930");
    g_autoptr(CoexSnapshot) second = fixture_load(f, "4940");
    g_assert_cmpuint(first->feed->len, ==, 1);
    g_assert_cmpuint(second->feed->len, ==, 1);
    g_assert_cmpuint(first->people->len, ==, 2);
    g_assert_cmpuint(second->people->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/store/messages/once", test_message_once);
    g_test_add_func("/store/messages/placeholder", test_placeholder);
    g_test_add_func("/store/messages/lacking", test_lacking);
    g_test_add_func("/store/messages/media", test_media);
    g_test_add_func("/store/messages/token-both-ways", test_token_both_ways);
    g_test_add_func("/store/messages/lacking-echo-of-ours", test_lacking_echo_of_ours);
    g_test_add_func("/store/messages/status-ranks", test_status_ranks);
    g_test_add_func("/store/messages/status-failed", test_status_failed);
    g_test_add_func("/store/messages/unknown-status", test_unknown_status);
    g_test_add_func("/store/messages/status-before-message", test_status_before_message);
    g_test_add_func("/store/messages/early-order", test_early_order);
    g_test_add_func("/store/messages/many-early", test_many_early);
    g_test_add_func("/store/messages/status-by-token", test_status_by_token);
    g_test_add_func("/store/messages/accepted-after-echo", test_accepted_after_echo);
    g_test_add_func("/store/messages/accounts-apart", test_accounts_apart);
    return g_test_run();
}

// SPDX-License-Identifier: GPL-2.0-or-later
#include "core/error.h"
#include "core/json.h"
#include "core/json-tree.h"

#include <json-glib/json-glib.h>
#include <pthread.h>
#include <string.h>

#define SMALL_STACK (256 * 1024)
#define REFUSED "(refused)"

/* ---- documents ------------------------------------------------------------------------------- */

typedef struct {
    const char *name;
    const char *bytes;
    gsize length;
    const char *a; /* the text of member "a", or REFUSED; NULL: accepted, and "a" is no text */
} Edge;

#define EDGE(name, bytes, a)                                                                       \
    {                                                                                              \
        name, bytes, sizeof(bytes) - 1, a                                                          \
    }

static const Edge edges[] = {
    EDGE("plain", "{\"a\":\"x\"}", "x"),
    EDGE("empty", "", REFUSED),
    EDGE("blanks", "   \n", REFUSED),
    EDGE("bad byte", "{\"a\":\"x\xff\xfe\"}", "x\xef\xbf\xbd\xef\xbf\xbd"),
    EDGE("overlong", "{\"a\":\"\xc0\xaf\"}", "\xef\xbf\xbd\xef\xbf\xbd"),
    EDGE("CESU surrogate", "{\"a\":\"\xed\xa0\x80\"}", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"),
    EDGE("cut character", "{\"a\":\"\xc3\"}", "\xef\xbf\xbd"),
    EDGE("bad byte outside", "{\"a\":1}\xff", REFUSED),
    EDGE("escaped NUL", "{\"a\":\"x\\u0000y\"}", "x\xef\xbf\xbdy"),
    EDGE("raw NUL", "{\"a\":\"x\0y\"}", "x\xef\xbf\xbdy"),
    EDGE("NUL after", "{\"a\":\"x\"}\0{", REFUSED),
    EDGE("lone high", "{\"a\":\"\\ud800\"}", "\xef\xbf\xbd"),
    EDGE("lone low", "{\"a\":\"\\udc00z\"}", "\xef\xbf\xbdz"),
    EDGE("high then letter", "{\"a\":\"\\ud83d\\u0041\"}",
         "\xef\xbf\xbd"
         "A"),
    EDGE("high twice", "{\"a\":\"\\ud83d\\ud83d\\ude00\"}", "\xef\xbf\xbd\xf0\x9f\x98\x80"),
    EDGE("high at the end", "{\"a\":\"\\ud83d\\", REFUSED),
    EDGE("good pair", "{\"a\":\"\\ud83d\\ude00\"}", "\xf0\x9f\x98\x80"),
    EDGE("lone high in a key", "{\"\\ud800\":1,\"a\":\"x\"}", "x"),
    EDGE("raw newline", "{\"a\":\"x\ny\"}", "x\ny"),
    EDGE("raw controls", "{\n\t\"k\x01\": \"\\\\\", \"a\":\"\x01\t\\\"\r\x1f\\ud800\n\"\n}",
         "\x01\t\"\r\x1f\xef\xbf\xbd\n"),
    EDGE("all escapes", "{\"a\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\"}", "\"\\/\b\f\n\r\t\xc3\xbc"),
    EDGE("unknown escape", "{\"a\":\"\\q\"}", REFUSED),
    EDGE("short escape", "{\"a\":\"\\u12\"}", REFUSED),
    EDGE("single quotes", "{'a':'x'}", REFUSED),
    EDGE("comment", "/* c */{\"a\":1}", REFUSED),
    EDGE("comment inside", "{\"a\":/**/1}", REFUSED),
    EDGE("# comment", "# c\n{\"a\":1}", REFUSED),
    EDGE("trailing comma", "{\"a\":1,}", REFUSED),
    EDGE("trailing comma in array", "[1,]", REFUSED),
    EDGE("leading comma", "[,1]", REFUSED),
    EDGE("no comma", "[1 2]", REFUSED),
    EDGE("comma for colon", "{\"a\",1}", REFUSED),
    EDGE("wrong bracket", "{\"a\":[1}]", REFUSED),
    EDGE("trailing garbage", "{\"a\":1}xyz", REFUSED),
    EDGE("two roots", "{\"a\":1}{\"a\":2}", REFUSED),
    EDGE("duplicate key", "{\"a\":1,\"a\":2}", "2"),
    EDGE("int64 max", "{\"a\":9223372036854775807}", "9223372036854775807"),
    EDGE("int64 max + 1", "{\"a\":9223372036854775808}", "9223372036854775807"),
    EDGE("int overflow", "{\"a\":92233720368547758080}", "9223372036854775807"),
    EDGE("int underflow", "{\"a\":-92233720368547758080}", "-9223372036854775807"),
    EDGE("huge exponent", "{\"a\":1e999}", "1e+308"),
    EDGE("huge negative", "{\"a\":-9E+308}", "-1e+308"),
    EDGE("tiny exponent", "{\"a\":1e-999}", "0"),
    EDGE("fraction", "{\"a\":12.5}", "12.5"),
    EDGE("long fraction", "{\"a\":51.50344}", "51.50344"),
    EDGE("zero", "{\"a\":0}", "0"),
    EDGE("zero fraction", "{\"a\":0.5e1}", "5"),
    EDGE("minus zero", "{\"a\":-0}", "0"),
    EDGE("hex number", "{\"a\":0x10}", REFUSED),
    EDGE("leading zero", "{\"a\":0123}", REFUSED),
    EDGE("leading zero in fraction", "{\"a\":00.5}", REFUSED),
    EDGE("no digits after point", "{\"a\":1.}", REFUSED),
    EDGE("no digits before point", "{\"a\":.5}", REFUSED),
    EDGE("empty exponent", "{\"a\":1e}", REFUSED),
    EDGE("NaN", "{\"a\":NaN}", REFUSED),
    EDGE("Infinity", "{\"a\":Infinity}", REFUSED),
    EDGE("var", "var a = {\"a\":1};", REFUSED),
    EDGE("BOM", "\xef\xbb\xbf{\"a\":1}", "1"),
    EDGE("leading plus", "{\"a\":+1}", REFUSED),
    EDGE("minus only", "{\"a\":-}", REFUSED),
    EDGE("unterminated", "{\"a\":\"x", REFUSED),
    EDGE("unterminated after backslash", "{\"a\":\"x\\", REFUSED),
    EDGE("number at the end", "{\"a\":12", REFUSED),
    EDGE("true", "{\"a\":true}", "true"),
    EDGE("True", "{\"a\":True}", REFUSED),
    EDGE("truex", "{\"a\":truex}", REFUSED),
    EDGE("null", "{\"a\":null}", NULL),
    EDGE("array", "[1]", NULL),
    EDGE("empty array", "[]", NULL),
    EDGE("empty object", " { } ", NULL),
    EDGE("top level string", "\"x\"", REFUSED),
    EDGE("top level number", "1", REFUSED),
    EDGE("top level null", "null", REFUSED),
    EDGE("only a bracket", "]", REFUSED),
};

/* In a block of exactly its length, so that a sanitizer sees a byte read too far. */
static CoexJson *
parse_exact(const char *bytes, gsize length, GError **error)
{
    g_autofree char *exact = g_memdup2(bytes, length);

    return coex_json_parse(exact, length, error);
}

static void
test_edge(gconstpointer data)
{
    const Edge *edge = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(CoexJson) doc = parse_exact(edge->bytes, edge->length, &error);
    CoexJsonAt root, a;

    if (g_strcmp0(edge->a, REFUSED) == 0) {
        g_assert_null(doc);
        g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
        return;
    }
    g_assert_no_error(error);
    root = coex_json_root(doc);
    g_assert_true(coex_json_at_is_object(&root) || coex_json_at_is_array(&root));
    a = coex_json_member(&root, "a");
    g_assert_cmpstr(coex_json_text(&a), ==, edge->a);
    g_assert_true(edge->a == NULL || g_utf8_validate(coex_json_text(&a), -1, NULL));
}

static char *
repeat(const char *head, const char *unit, guint n, const char *tail)
{
    GString *text = g_string_new(head);

    for (guint i = 0; i < n; i++)
        g_string_append(text, unit);
    g_string_append(text, tail);
    return g_string_free(text, FALSE);
}

static gboolean
parses(const char *text)
{
    g_autoptr(CoexJson) doc = coex_json_parse(text, strlen(text), NULL);

    return doc != NULL;
}

static gboolean
prints_back(const char *text)
{
    g_autoptr(CoexJson) doc = coex_json_parse(text, strlen(text), NULL);
    CoexJsonAt root = coex_json_root(doc);
    g_autofree char *printed = coex_json_dup(&root);

    return strcmp(printed, text) == 0;
}

/* Threads of some hosts and libraries have little room. */
static void
run_on_small_stack(void *(*body)(void *))
{
    pthread_attr_t attributes;
    pthread_t thread;

    g_assert_cmpint(pthread_attr_init(&attributes), ==, 0);
    g_assert_cmpint(pthread_attr_setstacksize(&attributes, SMALL_STACK), ==, 0);
    g_assert_cmpint(pthread_create(&thread, &attributes, body, NULL), ==, 0);
    pthread_attr_destroy(&attributes);
    pthread_join(thread, NULL);
}

static void *
parse_depths(void *data)
{
    g_autofree char *closing = repeat("", "]", COEX_JSON_MAX_DEPTH, "");
    g_autofree char *deepest = repeat("", "[", COEX_JSON_MAX_DEPTH, closing);
    g_autofree char *objects = repeat("", "{\"a\":", COEX_JSON_MAX_DEPTH - 1, "[]");
    g_autofree char *braces = repeat("", "}", COEX_JSON_MAX_DEPTH - 1, "");
    g_autofree char *nested = g_strconcat(objects, braces, NULL);
    g_autofree char *one_more = g_strconcat("[", deepest, "]", NULL);

    g_assert_true(parses(deepest));
    g_assert_true(parses(nested));
    g_assert_true(prints_back(deepest));
    g_assert_false(parses(one_more));
    for (guint n = 10000; n <= 1000000; n *= 10) {
        g_autofree char *arrays = repeat("", "[", n, "");
        g_autofree char *keys = repeat("", "{\"a\":", n, "");

        g_assert_false(parses(arrays));
        g_assert_false(parses(keys));
    }
    return NULL;
}

static void
test_depth(void)
{
    run_on_small_stack(parse_depths);
}

static void *
parse_many(void *data)
{
    g_autofree char *objects = repeat("[{}", ",{}", COEX_JSON_MAX_NODES / 3, "]");
    g_autofree char *three_megabytes = repeat("[{}", ",{}", 1000 * 1000, "]");
    g_autofree char *numbers = repeat("[1", ",1", COEX_JSON_MAX_NODES, "]");
    g_autofree char *fewer = repeat("[1", ",1", COEX_JSON_MAX_NODES / 10, "]");
    g_autofree char *long_string = repeat("[\"", "\\u00e9", 500000, "\"]");

    g_assert_false(parses(objects));
    g_assert_false(parses(three_megabytes));
    g_assert_false(parses(numbers));
    g_assert_true(parses(fewer));
    g_assert_true(parses(long_string));
    return NULL;
}

static void
test_nodes(void)
{
    run_on_small_stack(parse_many);
}

/* An object of @n_keys keys, different or all the same. */
static char *
make_object(guint n_keys, gboolean are_same)
{
    GString *text = g_string_new("{");

    for (guint i = 0; i < n_keys; i++)
        g_string_append_printf(text, "%s\"k%u\":%u", i > 0 ? "," : "", are_same ? 0 : i, i);
    g_string_append_c(text, '}');
    return g_string_free(text, FALSE);
}

/* The limit is that of one object: neither of those beside it nor of those inside count. */
static void
test_keys(void)
{
    for (int are_same = 0; are_same <= 1; are_same++) {
        g_autofree char *full = make_object(COEX_JSON_MAX_KEYS, are_same);
        g_autofree char *over = make_object(COEX_JSON_MAX_KEYS + 1, are_same);
        g_autofree char *far_over = make_object(160000, are_same);
        g_autofree char *nested = g_strdup_printf("[%s,{\"a\":%s,\"b\":%s}]", full, full, full);

        g_assert_true(parses(full));
        g_assert_true(parses(nested));
        g_assert_false(parses(over));
        g_assert_false(parses(far_over));
    }
}

/* It is read in a copy; the caller's bytes, which are hashed and kept, stay as they are. */
static void
test_input_untouched(void)
{
    const char text[] = "{\"a\":\"\\ud800\\u0000\",\"b\":92233720368547758080,\"c\":1e999}";
    g_autofree char *copy = g_strdup(text);

    g_assert_true(parses(copy));
    g_assert_cmpstr(copy, ==, text);
}

static void
test_problem_is_told(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(coex_json_parse("{\"a\":01}", 8, &error));
    g_assert_cmpstr(error->message, ==, "This is not readable as JSON: no JSON number (byte 7).");
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct {
    const char *string, *text, *number_text;
    gint64 number, number_in_string, too_fine;
    double degrees, degrees_in_string;
    gboolean flag;
    CoexJsonAt object, array, any, absent;
} Sample;

static const CoexJsonField sample_fields[] = {
    { "string", COEX_JSON_STRING, offsetof(Sample, string), COEX_JSON_REQUIRED },
    { "text", COEX_JSON_TEXT, offsetof(Sample, text), COEX_JSON_OPTIONAL },
    { "number", COEX_JSON_TEXT, offsetof(Sample, number_text), COEX_JSON_OPTIONAL },
    { "number", COEX_JSON_INT, offsetof(Sample, number), COEX_JSON_STRICT },
    { "number_in_string", COEX_JSON_INT, offsetof(Sample, number_in_string), COEX_JSON_OPTIONAL },
    { "degrees", COEX_JSON_INT, offsetof(Sample, too_fine), COEX_JSON_OPTIONAL },
    { "degrees", COEX_JSON_DOUBLE, offsetof(Sample, degrees), COEX_JSON_OPTIONAL },
    { "degrees_in_string", COEX_JSON_DOUBLE, offsetof(Sample, degrees_in_string),
      COEX_JSON_OPTIONAL },
    { "flag", COEX_JSON_BOOL, offsetof(Sample, flag), COEX_JSON_OPTIONAL },
    { "object", COEX_JSON_OBJECT, offsetof(Sample, object), COEX_JSON_OPTIONAL },
    { "array", COEX_JSON_ARRAY, offsetof(Sample, array), COEX_JSON_OPTIONAL },
    { "flag", COEX_JSON_ANY, offsetof(Sample, any), COEX_JSON_OPTIONAL },
    { "absent", COEX_JSON_OBJECT, offsetof(Sample, absent), COEX_JSON_OPTIONAL },
    COEX_JSON_END,
};

static CoexJson *
parse(const char *text)
{
    g_autoptr(GError) error = NULL;
    CoexJson *doc = coex_json_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    return doc;
}

static void
test_read(void)
{
    g_autoptr(CoexJson) doc =
        parse("{\"string\":\"s\",\"text\":\"t\",\"number\":-7,\"number_in_string\":\"1795339200\","
              "\"degrees\":51.5,\"degrees_in_string\":\"-0.25\",\"flag\":true,"
              "\"object\":{\"x\":1},\"array\":[1,2,3]}");
    CoexJsonAt root = coex_json_root(doc);
    Sample sample = { .too_fine = 99 };
    g_autoptr(GError) error = NULL;

    g_assert_true(coex_json_read(&root, sample_fields, &sample, &error));
    g_assert_no_error(error);
    g_assert_cmpstr(sample.string, ==, "s");
    g_assert_cmpstr(sample.text, ==, "t");
    g_assert_cmpstr(sample.number_text, ==, "-7");
    g_assert_cmpint(sample.number, ==, -7);
    g_assert_cmpint(sample.number_in_string, ==, 1795339200);
    g_assert_cmpint(sample.too_fine, ==, 99);
    g_assert_cmpfloat(sample.degrees, ==, 51.5);
    g_assert_cmpfloat(sample.degrees_in_string, ==, -0.25);
    g_assert_true(sample.flag);
    g_assert_true(coex_json_at_is_object(&sample.object));
    g_assert_cmpuint(coex_json_length(&sample.array), ==, 3);
    g_assert_cmpstr(coex_json_text(&sample.any), ==, "true");
    g_assert_false(coex_json_at_exists(&sample.absent));
}

/* Whatever stands there, a lenient member keeps what it had. */
static void
test_read_wrong_types(void)
{
    static const char *const wrong[] = { "null", "[]", "{}", "\"x y\"", "true", "\"\"", "1.5" };

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *text =
            g_strdup_printf("{\"string\":\"s\",\"number_in_string\":%s,\"flag\":%s,\"object\":%s,"
                            "\"degrees_in_string\":%s}",
                            wrong[i], i == 4 ? "1" : wrong[i], i == 2 ? "[]" : wrong[i],
                            i == 6 ? "\"0x10\"" : wrong[i]);
        g_autoptr(CoexJson) doc = parse(text);
        CoexJsonAt root = coex_json_root(doc);
        Sample sample = { .number_in_string = 5, .flag = 2, .degrees_in_string = 0.5 };

        g_assert_true(coex_json_read(&root, sample_fields, &sample, NULL));
        g_assert_cmpint(sample.number_in_string, ==, 5);
        g_assert_cmpint(sample.flag, ==, 2);
        g_assert_cmpfloat(sample.degrees_in_string, ==, 0.5);
        g_assert_false(coex_json_at_exists(&sample.object));
    }
}

static void
assert_read_error(const char *text, const char *message)
{
    g_autoptr(CoexJson) doc = parse(text);
    CoexJsonAt root = coex_json_root(doc);
    CoexJsonAt entries = coex_json_member(&root, "entry");
    CoexJsonAt entry = coex_json_element(&entries, 1);
    CoexJsonAt value = coex_json_member(&entry, "value");
    Sample sample = { 0 };
    g_autoptr(GError) error = NULL;

    g_assert_false(coex_json_read(&value, sample_fields, &sample, &error));
    g_assert_error(error, COEX_ERROR, COEX_ERROR_PROTOCOL);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_read_errors(void)
{
    const char *missing = "entry[1].value.string: missing";

    assert_read_error("{\"entry\":[0,{\"value\":{}}]}", missing);
    assert_read_error("{\"entry\":[0,{\"value\":{\"string\":null}}]}", missing);
    assert_read_error("{\"entry\":[0,{}]}", missing);
    assert_read_error("{\"entry\":7}", missing);
    assert_read_error("{}", missing);
    assert_read_error("{\"entry\":[0,{\"value\":{\"string\":1}}]}",
                      "entry[1].value.string: of a wrong type");
    assert_read_error("{\"entry\":[0,{\"value\":{\"string\":\"s\",\"number\":\"x\"}}]}",
                      "entry[1].value.number: of a wrong type");
}

/* An absent object still tells where it would have been. */
static void
test_read_error_in_absent(void)
{
    g_autoptr(CoexJson) doc = parse("{\"string\":\"s\"}");
    CoexJsonAt root = coex_json_root(doc);
    Sample sample = { 0 }, inner = { 0 };
    g_autoptr(GError) error = NULL;

    g_assert_true(coex_json_read(&root, sample_fields, &sample, NULL));
    g_assert_false(coex_json_read(&sample.absent, sample_fields, &inner, &error));
    g_assert_cmpstr(error->message, ==, "absent.string: missing");
}

static void
test_cursors(void)
{
    g_autoptr(CoexJson) doc = parse("{\"z\":1,\"a\":[10,\"20\",30.0,0.5],\"m\":{}}");
    CoexJsonAt root = coex_json_root(doc);
    CoexJsonAt array = coex_json_member(&root, "a");
    CoexJsonAt nothing = coex_json_element(&array, 4);
    CoexJsonAt deeper = coex_json_member(&nothing, "x");
    g_autofree const char **keys = coex_json_keys(&root);
    g_autofree const char **no_keys = coex_json_keys(&array);
    g_autofree char *again = coex_json_dup(&array);
    g_autofree char *null = coex_json_dup(&deeper);
    const gint64 expected[] = { 10, 20, 30, -1 };

    g_assert_cmpstr(keys[0], ==, "z");
    g_assert_cmpstr(keys[1], ==, "a");
    g_assert_cmpstr(keys[2], ==, "m");
    g_assert_null(keys[3]);
    g_assert_null(no_keys[0]);
    g_assert_false(coex_json_at_exists(&nothing));
    g_assert_false(coex_json_at_exists(&deeper));
    g_assert_cmpuint(coex_json_length(&deeper), ==, 0);
    g_assert_null(coex_json_text(&deeper));
    g_assert_null(coex_json_text(&array));
    g_assert_cmpint(coex_json_int(&nothing, 42), ==, 42);
    for (guint i = 0; i < G_N_ELEMENTS(expected); i++) {
        CoexJsonAt element = coex_json_element(&array, i);

        g_assert_cmpint(coex_json_int(&element, -1), ==, expected[i]);
    }
    g_assert_cmpstr(again, ==, "[10,\"20\",30.0,0.5]");
    g_assert_cmpstr(null, ==, "null");
}

/* ---- writing --------------------------------------------------------------------------------- */

static void
test_writer(void)
{
    CoexJsonWriter *writer = coex_json_writer_new();
    g_autofree char *text = NULL;

    coex_json_writer_string(writer, "s", "a\"b\\c\n\xc3\xbc\x01");
    coex_json_writer_string(writer, "none", NULL);
    coex_json_writer_array(writer, "list");
    coex_json_writer_string(writer, NULL, "bad \xff");
    coex_json_writer_object(writer, NULL);
    coex_json_writer_bool(writer, "yes", TRUE);
    coex_json_writer_end(writer);
    coex_json_writer_array(writer, NULL);
    coex_json_writer_end(writer);
    coex_json_writer_end(writer);
    coex_json_writer_object(writer, "open");
    coex_json_writer_bool(writer, "no", FALSE);
    text = coex_json_writer_finish(writer);
    g_assert_cmpstr(text, ==,
                    "{\"s\":\"a\\\"b\\\\c\\n\xc3\xbc\\u0001\","
                    "\"list\":[\"bad \xef\xbf\xbd\",{\"yes\":true},[]],"
                    "\"open\":{\"no\":false}}");
    g_assert_true(parses(text));
}

static void
test_append(void)
{
    static const char value[] = "a\"b\\c\n\x7f\xc3\xbc\x01 bad \xff";
    g_autoptr(GString) text = g_string_new("{\"s\":");
    g_autoptr(CoexJson) doc = NULL;
    CoexJsonAt root;

    coex_json_append_string(text, value);
    g_string_append_c(text, '}');
    g_assert_cmpstr(text->str, ==,
                    "{\"s\":\"a\\\"b\\\\c\\u000a\x7f\xc3\xbc\\u0001 bad \xef\xbf\xbd\"}");
    doc = coex_json_parse(text->str, text->len, NULL);
    g_assert_nonnull(doc);
    root = coex_json_root(doc);
    g_assert_cmpstr(coex_json_member_text(&root, "s"), ==,
                    "a\"b\\c\n\x7f\xc3\xbc\x01 bad \xef\xbf\xbd");
}

/* What is written can be read again, whatever the text. */
static void
test_round_trip(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(7);

    for (guint n = 0; n < 2000; n++) {
        g_autoptr(GString) string = g_string_new(NULL);
        CoexJsonWriter *writer = coex_json_writer_new();
        g_autoptr(CoexJson) doc = NULL;
        g_autofree char *text = NULL;
        CoexJsonAt root, member;

        for (gint32 i = g_rand_int_range(rand, 0, 20); i > 0; i--) {
            gunichar c = (gunichar)g_rand_int_range(rand, 1, i % 2 ? 0x100 : 0x11000);

            g_string_append_unichar(string, g_unichar_validate(c) ? c : '?');
        }
        coex_json_writer_string(writer, "a", string->str);
        text = coex_json_writer_finish(writer);
        doc = parse(text);
        root = coex_json_root(doc);
        member = coex_json_member(&root, "a");
        g_assert_cmpstr(coex_json_text(&member), ==, string->str);
    }
}

/* ---- beside json-glib ------------------------------------------------------------------------ */

#define DOCUMENTS 2000
#define DEPTH 5

static void
add_random_string(GString *json, GRand *rand)
{
    static const char *const parts[] = {
        "a",   "k",    " ",       "}",   "\xc3\xa9",         "\\\"",          "\\u00e9",
        "\\n", "\\\\", "\\u0041", "1e5", "\xf0\x9f\x98\x80", "\\ud83d\\ude00"
    };

    g_string_append_c(json, '"');
    for (gint32 n = g_rand_int_range(rand, 1, 4); n > 0; n--)
        g_string_append(json, parts[g_rand_int_range(rand, 0, G_N_ELEMENTS(parts))]);
    g_string_append_c(json, '"');
}

static void add_random_value(GString *json, GRand *rand, guint depth);

/* Few names, so that some come again. */
static void
add_random_container(GString *json, GRand *rand, guint depth)
{
    gboolean is_object = g_rand_boolean(rand);
    gint32 n = g_rand_int_range(rand, 0, 6);

    g_string_append(json, is_object ? "{ " : "[");
    for (gint32 i = 0; i < n; i++) {
        if (i > 0)
            g_string_append(json, g_rand_boolean(rand) ? "," : "\n, ");
        if (is_object) {
            add_random_string(json, rand);
            g_string_append(json, g_rand_boolean(rand) ? ":" : " :\t");
        }
        add_random_value(json, rand, depth);
    }
    g_string_append(json, is_object ? "}" : " ]");
}

static void
add_random_value(GString *json, GRand *rand, guint depth)
{
    static const char *const others[] = { "true",  "false", "null", "0",     "-7",     "12.5",
                                          "-0.25", "1e10",  "2E-3", "0.5e1", "123456", "-1e2" };

    if (depth > 0 && g_rand_int_range(rand, 0, 3) > 0)
        add_random_container(json, rand, depth - 1);
    else if (g_rand_boolean(rand))
        add_random_string(json, rand);
    else
        g_string_append(json, others[g_rand_int_range(rand, 0, G_N_ELEMENTS(others))]);
}

static void assert_same(const CoexJsonAt *at, JsonNode *node);

static void
assert_same_members(const CoexJsonAt *at, JsonObject *object)
{
    g_autofree const char **keys = coex_json_keys(at);
    g_autoptr(GList) members = json_object_get_members(object);
    gsize n = 0;

    for (GList *item = members; item != NULL; item = item->next, n++) {
        CoexJsonAt member = coex_json_member(at, item->data);

        g_assert_cmpstr(keys[n], ==, item->data);
        assert_same(&member, json_object_get_member(object, item->data));
    }
    g_assert_null(keys[n]);
    g_assert_true(coex_json_at_is_empty(at) == (n == 0));
}

static void
assert_same(const CoexJsonAt *at, JsonNode *node)
{
    GType type = JSON_NODE_HOLDS_VALUE(node) ? json_node_get_value_type(node) : G_TYPE_INVALID;

    g_assert_true(coex_json_at_exists(at) == !JSON_NODE_HOLDS_NULL(node));
    g_assert_true(coex_json_at_is_object(at) == JSON_NODE_HOLDS_OBJECT(node));
    g_assert_true(coex_json_at_is_array(at) == JSON_NODE_HOLDS_ARRAY(node));
    if (JSON_NODE_HOLDS_OBJECT(node))
        assert_same_members(at, json_node_get_object(node));
    if (JSON_NODE_HOLDS_ARRAY(node))
        g_assert_cmpuint(coex_json_length(at), ==,
                         json_array_get_length(json_node_get_array(node)));
    for (guint i = 0; i < coex_json_length(at); i++) {
        CoexJsonAt element = coex_json_element(at, i);

        assert_same(&element, json_array_get_element(json_node_get_array(node), i));
    }
    if (type == G_TYPE_STRING)
        g_assert_cmpstr(coex_json_text(at), ==, json_node_get_string(node));
    else if (type == G_TYPE_BOOLEAN)
        g_assert_cmpstr(coex_json_text(at), ==, json_node_get_boolean(node) ? "true" : "false");
    else if (type == G_TYPE_INT64)
        g_assert_cmpint(coex_json_int(at, G_MININT64), ==, json_node_get_int(node));
    else if (type == G_TYPE_DOUBLE)
        g_assert_cmpfloat(g_ascii_strtod(coex_json_text(at), NULL), ==, json_node_get_double(node));
}

/* Whatever a document holds, another reader finds the same in it. */
static void
test_as_another_reader(void)
{
    g_autoptr(GRand) rand = g_rand_new_with_seed(4711);

    for (guint i = 0; i < DOCUMENTS; i++) {
        g_autoptr(GString) json = g_string_new(NULL);
        g_autoptr(JsonParser) parser = json_parser_new();
        g_autoptr(CoexJson) doc = NULL;
        g_autofree char *printed = NULL;
        g_autofree char *expected = NULL;
        CoexJsonAt root;

        add_random_container(json, rand, DEPTH);
        g_test_message("%s", json->str);
        doc = coex_json_parse(json->str, json->len, NULL);
        g_assert_nonnull(doc);
        g_assert_true(json_parser_load_from_data(parser, json->str, (gssize)json->len, NULL));
        root = coex_json_root(doc);
        assert_same(&root, json_parser_get_root(parser));
        printed = coex_json_dup(&root);
        expected = json_to_string(json_parser_get_root(parser), FALSE);
        g_assert_cmpstr(printed, ==, expected);
    }
}

/* What is kept can be read again, also where json-glib's own writing cannot. */
static void
test_great_numbers(void)
{
    static const char *const numbers[] = { "1e20",  "-1e308", "1e-10",  "9.5e30",
                                           "1e999", "12.5",   "1e-999", "123456789012345678.0" };

    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_autofree char *json = g_strdup_printf(
            "{\"a\":%s,\"b\":[%s,1.0],\"c\":\"2e+20.0 \\\"e+1.0\"}", numbers[i], numbers[i]);
        g_autoptr(CoexJson) doc = coex_json_parse(json, strlen(json), NULL);
        CoexJsonAt root = coex_json_root(doc);
        g_autofree char *kept = coex_json_dup(&root);
        g_autoptr(CoexJson) again = coex_json_parse(kept, strlen(kept), NULL);
        CoexJsonAt before = coex_json_member(&root, "a"), after, text;

        g_test_message("%s", kept);
        g_assert_nonnull(again);
        root = coex_json_root(again);
        after = coex_json_member(&root, "a");
        text = coex_json_member(&root, "c");
        g_assert_cmpstr(coex_json_text(&before), ==, coex_json_text(&after));
        g_assert_cmpstr(coex_json_text(&text), ==, "2e+20.0 \"e+1.0");
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(edges); i++) {
        g_autofree char *path = g_strdup_printf("/json/edge/%s", edges[i].name);

        g_test_add_data_func(path, &edges[i], test_edge);
    }
    g_test_add_func("/json/depth", test_depth);
    g_test_add_func("/json/nodes", test_nodes);
    g_test_add_func("/json/keys", test_keys);
    g_test_add_func("/json/input-untouched", test_input_untouched);
    g_test_add_func("/json/problem-is-told", test_problem_is_told);
    g_test_add_func("/json/read", test_read);
    g_test_add_func("/json/read-wrong-types", test_read_wrong_types);
    g_test_add_func("/json/read-errors", test_read_errors);
    g_test_add_func("/json/read-error-in-absent", test_read_error_in_absent);
    g_test_add_func("/json/cursors", test_cursors);
    g_test_add_func("/json/writer", test_writer);
    g_test_add_func("/json/append", test_append);
    g_test_add_func("/json/round-trip", test_round_trip);
    g_test_add_func("/json/great-numbers", test_great_numbers);
    g_test_add_func("/json/as-another-reader", test_as_another_reader);
    return g_test_run();
}

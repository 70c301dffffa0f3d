#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The linter finds each kind of breach, and nothing in code that only looks like one."""

import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
SPDX = "// SPDX-License-Identifier: GPL-2.0-or-later\n"


def function(body, head="static void\nfoo(void)"):
    return f"{head}\n{{\n{body}}}\n"


def nested(levels):
    """Blocks inside blocks, as many as asked for."""
    text = "".join("    " * (n + 1) + "if (a) {\n" for n in range(levels))
    return text + "".join("    " * (n + 1) + "}\n" for n in reversed(range(levels)))


# name, path, text, the part of the line that must come (None: no breach at all)
SAMPLES = [
    ("core sees net", "src/core/a.c", '#include "net/http.h"\n', "src/core may not see net"),
    ("net sees store", "src/net/a.c", '#include "store/store.h"\n', "src/net may not see store"),
    ("ingest sees session", "src/ingest/a.c", '#include "session/hub.h"\n', "src/ingest may not see session"),
    ("account sees send", "src/account/a.c", '#include "send/outbox.h"\n', "src/account may not see send"),
    ("send sees receive", "src/send/a.c", '#include "receive/inbox.h"\n', "src/send may not see receive"),
    ("receive sees session", "src/receive/a.c", '#include "session/hub.h"\n', "src/receive may not see session"),
    ("session sees purple", "src/session/a.c", '#include "purple/x.h"\n', "may not see purple"),
    ("include by neighbour", "src/core/a.c", '#include "peer.h"\n', "written from src/"),
    ("include by ..", "tests/unit/a.c", '#include "../src/core/peer.h"\n', "written from src/"),
    ("a unit test sees the session", "tests/unit/a.c", '#include "session/session.h"\n', "may not see"),
    ("the simulator sees core", "tests/sim/a.c", '#include "core/peer.h"\n', "may not see core"),
    ("purple in session", "src/session/a.c", "#include <purple.h>\n", "libpurple is for"),
    ("a header of libpurple", "src/session/a.c", "#include <account.h>\n", "libpurple is for"),
    ("a type of libpurple", "src/session/a.c", "PurpleAccount *account;\n", "libpurple is for"),
    ("libsoup in session", "src/session/a.c", "#include <libsoup/soup.h>\n", "libsoup is for"),
    ("a type of libsoup", "src/core/a.c", "SoupMessage *coex_x(void);\n", "libsoup is for"),
    ("libmicrohttpd in purple", "src/purple/a.c", "#include <microhttpd.h>\n", "libmicrohttpd"),
    ("sqlite in net", "src/net/a.c", "#include <sqlite3.h>\n", "SQLite is for"),
    ("sqlite's name in session", "src/session/a.c", "sqlite3 *db;\n", "SQLite is for"),
    ("libwebp in session", "src/session/a.c", "#include <webp/decode.h>\n", "libwebp is for"),
    ("json-glib in webhook", "src/core/webhook.c", "#include <json-glib/json-glib.h>\n", "json-glib is"),
    ("json_object_get", "src/core/api.c", function("    json_object_get_member(o, a);\n"), "JSON is read"),
    ("gio in core", "src/core/a.c", "#include <gio/gio.h>\n", "does no I/O"),
    ("a clock in core", "src/core/a.c", function("    now = g_get_real_time();\n"), "no clock"),
    ("a log line in core", "src/core/a.c", function('    g_warning("x");\n'), "does not log"),
    ("a variable in core", "src/core/a.c", "static int counter;\n", "no variables"),
    ("a table that can be written", "src/core/a.c", "static Row rows[] = {\n};\n", "no variables"),
    ("a person's field", "src/send/a.c", function("    person->active_at = at;\n"), "written through account/person.h"),
    ("a flag of a person", "src/receive/a.c", function("    person->hidden |= TRUE;\n"), "a person's record"),
    ("a person's record read", "src/send/a.c", function("    if (person->active_at == at)\n        send(a);\n"), None),
    ("goto", "src/net/a.c", function("    goto out;\n"), "no goto"),
    ("printf", "src/net/a.c", function('    printf("x");\n'), "printf()"),
    ("g_print", "src/purple/a.c", function('    g_print("x");\n'), "g_print()"),
    ("strcpy", "src/net/a.c", function("    strcpy(a, b);\n"), "strcpy()"),
    ("sprintf", "tests/net/a.c", function("    sprintf(a, b);\n"), "sprintf()"),
    ("atoi", "src/net/a.c", function("    n = atoi(a);\n"), "atoi()"),
    ("malloc", "src/net/a.c", function("    a = malloc(3);\n"), "malloc()"),
    ("free", "src/net/a.c", function("    free(a);\n"), "free()"),
    ("g_error", "src/store/a.c", function('    g_error("x");\n'), "g_error()"),
    ("abort", "src/store/a.c", function("    abort();\n"), "abort()"),
    ("system", "src/store/a.c", function("    system(a);\n"), "system()"),
    ("a sleep in a test", "tests/session/test-a.c", function("    g_usleep(5);\n"), "g_usleep()"),
    ("61 lines", "src/net/a.c", function("    x++;\n" * 61), "foo() has 61 lines"),
    ("7 parameters", "src/net/a.c", function("", "void\nfoo(int a, int b, int c, int d, int e,\n    int f, int g)"),
     "7 parameters"),
    ("a prototype of 7", "src/net/a.h", "#pragma once\nvoid foo(int a, int b, int c, int d, int e, int f, int g);\n",
     "7 parameters"),
    ("5 levels", "src/net/a.c", function(nested(5)), "nested 5 deep"),
    ("701 lines", "src/net/a.c", "\n".join(f"int a{n};" for n in range(700)) + "\n", "701 lines"),
    ("unfinished", "src/net/a.c", "// TO" "DO: more\n", "unfinished"),
    ("a machine's path", "src/net/a.c", 'const char *a = "/ho' 'me/ann/x";\n', "one machine"),
    ("a tab", "src/net/a.c", "int\ta;\n", "a tab"),
    ("blanks at the end", "src/net/a.c", "int a; \n", "blanks at the end"),
    ("a header twice", "src/net/a.h", "int coex_a(void);\n", "#pragma once"),
    ("broken python", "tests/e2e/a.py", "def x(:\n", "python:"),
    ("broken shell", "tests/run/a.sh", "if true; then\n", "sh:"),
    ("nothing wrong: 60 lines, 6 parameters, 4 levels", "src/net/a.c",
     function("    x++;\n" * 52 + nested(4), "void\nfoo(int a, int b, int c, int d, int e, int f)"), None),
    ("nothing wrong: words in text and comments", "src/core/a.c",
     "/* goto the sqlite3 page of libsoup: SoupServer, printf() and free() */\n"
     'static const char *const names[] = { "goto", "MHD_x", "purple_x", "json_object_get_x()" };\n', None),
    ("nothing wrong: names that contain others", "src/session/a.c",
     function("    coex_outbox_free(o);\n    ops->free(o);\n    g_free(o);\n    coex_purple_x(o);\n"), None),
    ("nothing wrong: values in braces are no levels", "src/net/a.c",
     function("    const Field fields[] = { { 1, { { { { 2 } } } } } };\n    foo((X){ { { { { 1 } } } } });\n"),
     None),
    ("nothing wrong: a case label's block", "src/net/a.c",
     function("    switch (a) {\n    case 1: {\n" + nested(3) + "    }\n    }\n"), None),
    ("nothing wrong: a long table", "src/core/a.c",
     "static const Row rows[] = {\n" + "    { 1 },\n" * 900 + "};\n", None),
    ("nothing wrong: libmicrohttpd's callback", "src/net/a.c",
     function("", "static enum MHD_Result\non_access(void *a, int b, int c, int d, int e, int f, int g, int h)"),
     None),
    ("nothing wrong: libpurple's callback", "src/purple/a.c",
     "/* the signature is libpurple's */\n"
     + function("", "static void *\nfoo(int a, int b, int c, int d, int e, int f, int g)"), None),
    ("nothing wrong: purple's own layer", "src/purple/a.c",
     '#include "session/session.h"\n#include <purple.h>\n'
     + function("    purple_x(a);\n    serv_got_im(a);\n"), None),
]


PEER = "#pragma once\ntypedef struct CoexPeer {\n    int a;\n} CoexPeer;\ntypedef enum { COEX_A } CoexKind;\n"


def header(text, *includes):
    return "#pragma once\n" + "".join(f'#include "{one}"\n' for one in includes) + text


# name, files by path, the part of the line that must come (None: no breach at all)
TREES = [
    ("a circle of two", {"src/net/a.h": header("extern B b;\n", "net/b.h"),
                         "src/net/b.h": header("typedef int B;\n"), "src/net/b.c": '#include "net/a.h"\n'}, "a circle of files: a -> b -> a"),
    ("a circle of three", {"src/net/a.c": '#include "net/b.h"\n', "src/net/b.h": header(""),
                           "src/net/b.c": '#include "net/c.h"\n', "src/net/c.h": header(""),
                           "src/net/c.c": '#include "net/a.h"\n', "src/net/a.h": header("")},
     "a circle of files: a -> b -> c -> a"),
    ("a circle beside", {"tests/host/a.h": header("", "b.h"), "tests/host/b.h": header("", "a.h")},
     "a circle of files: a -> b -> a"),
    ("nothing wrong: a file's own headers", {"src/net/a.h": header(""),
                                             "src/net/a-private.h": header("struct A { int b; };\n", "net/a.h"),
                                             "src/net/a.c": '#include "net/a-private.h"\n'}, None),
    ("a header for a pointer", {"src/core/peer.h": PEER,
                                "src/new/a.h": header("typedef int (*A)(const CoexPeer *peer);\n", "core/peer.h")},
     "core/peer.h is not embedded"),
    ("a header for nothing", {"src/core/peer.h": PEER, "src/new/a.h": header("", "core/peer.h")},
     "core/peer.h is not embedded"),
    ("a header for a declaration", {"src/core/peer.h": PEER,
                                    "src/new/a.h": header("typedef struct CoexPeer CoexPeer;\n", "core/peer.h")},
     "core/peer.h is not embedded"),
    ("nothing wrong: a member", {"src/core/peer.h": PEER,
                                 "src/new/a.h": header("typedef struct {\n    CoexPeer peer;\n} A;\n",
                                                       "core/peer.h")}, None),
    ("nothing wrong: an enum", {"src/core/peer.h": PEER,
                                "src/new/a.h": header("typedef int (*A)(CoexKind kind);\n", "core/peer.h")}, None),
    ("nothing wrong: an enum's value", {"src/core/peer.h": PEER,
                                        "src/new/a.h": header("#define A COEX_A\n", "core/peer.h")}, None),
    ("seven headers", {f"src/core/h{n}.h": header(f"typedef int A{n};\n") for n in range(7)}
     | {"src/new/a.h": header("".join(f"extern A{n} a{n};\n" for n in range(7)),
                              *(f"core/h{n}.h" for n in range(7)))}, "7 of ours"),
    ("its own file only", {"src/net/a.h": header("int coex_a(void);\n"),
                           "src/net/a.c": function("    return coex_a();\n", "int\ncoex_a(void)")},
     "shown for nobody: coex_a()"),
    ("nothing wrong: another file's", {"src/net/a.h": header("int coex_a(void);\n"),
                                       "src/net/a.c": function("", "int\ncoex_a(void)"),
                                       "src/net/b.c": function("    coex_a();\n")}, None),
]


def breaches(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            file = Path(root) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text((SPDX if path.endswith((".c", ".h")) else SPDX.replace("//", "#")) + text)
        done = subprocess.run([sys.executable, str(HERE / "lint.py"), root], capture_output=True,
                              text=True, check=False)
        if done.returncode not in (0, 1) or done.stderr:
            raise RuntimeError(done.stderr)
        return done.stdout


def main():
    samples = [(name, {path: text}, want) for name, path, text, want in SAMPLES] + TREES
    print(f"1..{len(samples) + 1}")
    failed = 0
    for number, (name, files, want) in enumerate(samples, 1):
        said = breaches(files)
        good = said == "" if want is None else want in said and said.count("\n") == 1
        failed += not good
        print(f"{'ok' if good else 'not ok'} {number} - {name}")
        if not good:
            print("# said: " + (said or "nothing\n").replace("\n", "\n# "))
    said = subprocess.run([sys.executable, str(HERE / "lint.py")], capture_output=True, text=True, check=False)
    print(f"{'not ok' if said.stdout or said.returncode else 'ok'} {len(samples) + 1} - this tree")
    for line in said.stdout.splitlines():
        print("# " + line, file=sys.stderr)
    return 1 if failed or said.returncode else 0


sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""lint.py [ROOT]: the project's own rules, those that no compiler and no formatter knows.

Prints one line for each breach, `file:line: what and why`, and ends with status 1 if there was one.
It relies on the layout that clang-format enforces: a function's braces stand alone in column 0.
"""

import ast
import re
import subprocess
import sys
from pathlib import Path

MAX_FUNCTION_LINES = 60
MAX_PARAMETERS = 6
MAX_NESTING = 4
MAX_FILE_LINES = 700
MAX_HEADERS = 6

# What a folder may include of ours: includes go down only.
BELOW = {
    "src/core": {"core"},
    "src/net": {"core", "net"},
    "src/store": {"core", "store"},
    "src/ingest": {"core", "net", "store", "ingest"},
    "src/account": {"core", "net", "store", "account"},
    "src/media": {"core", "net", "store", "account", "media"},
    "src/send": {"core", "store", "account", "media", "send"},
    "src/receive": {"core", "store", "account", "media", "send", "receive"},
    "src/session": {"core", "net", "store", "ingest", "account", "media", "send", "receive",
                    "session"},
    "src/purple": {"core", "session", "purple"},
    "src/relay": {"core", "net", "store", "ingest", "relay"},
    "tests/sim": {"sim"},
    "tests/unit": {"core", "unit"},
    "tests/store": {"core", "store"},
    "tests/net": {"core", "net", "sim"},
    "tests/session": {"core", "net", "store", "session", "sim"},
    "tests/host": {"sim", "host", "relay"},
    "tests/relay": {"sim", "relay"},
}
OURS = {"core", "net", "store", "ingest", "account", "media", "send", "receive", "session", "purple", "relay", "sim", "host"}

LIBPURPLE = (
    r"<(libpurple/.*|(account|accountopt|blist|buddyicon|certificate|cipher|circbuffer|cmds|connection|"
    r"conversation|core|dbus-\w+|debug|desktopitem|dnsquery|dnssrv|eventloop|ft|idle|imgstore|log|media|"
    r"mediamanager|mime|nat-pmp|network|notify|ntlm|plugin|pluginpref|pounce|prefs|privacy|proxy|prpl|"
    r"purple(-\w+)?|request|roomlist|savedstatuses|server|signals|smiley|sound|sslconn|status|stringref|"
    r"stun|theme|upnp|util|value|version|whiteboard|xfer|xmlnode)\.h)>"
)

# pattern, the only places where it may stand, what to say. Places are prefixes of paths.
RULES_INCLUDE = [
    (LIBPURPLE, ("src/purple/", "tests/host/", "tests/bench/", "tests/fuzz/test-display.c"), "libpurple is for src/purple alone"),
    (r"<libsoup/", ("src/net/", "tests/"), "libsoup is for src/net alone"),
    (r"<microhttpd\.h>", ("src/net/", "tests/"), "libmicrohttpd is for src/net alone"),
    (r"<sqlite3\.h>", ("src/store/", "tests/store/", "tests/session/", "tests/bench/"),
     "SQLite is for src/store alone"),
    (r"<gnutls/", ("src/core/digest.c", "src/net/certificate", "tests/sim/certificate.c", "tests/bench/"),
     "GnuTLS is for src/core/digest.c and src/net/certificate.c alone"),
    (r"<nats/", ("src/relay/broker", "tests/relay/"), "libnats is for src/relay/broker alone"),
    (r"<webp/", ("src/media/webp.c", "tests/session/"), "libwebp is for src/media/webp.c alone"),
    (r"<json-glib/", ("src/core/json.c", "tests/"), "json-glib is for src/core/json.c alone"),
]

JSON_GLIB = (
    r"\b(json_(node|object|array|parser|builder|generator|reader|path|from|to)_\w+"
    r"|Json(Node|Object|Array|Parser|Builder|Generator|Reader|Path)\w*)\b"
)

RULES_WORD = [
    (r"\b(purple_(?!init_plugin)\w+|Purple[A-Z]\w*|serv_got_\w+)",
     ("src/purple/", "tests/host/", "tests/bench/", "tests/fuzz/test-display.c"),
     "libpurple is for src/purple alone"),
    (r"\b(soup_\w+|Soup[A-Z]\w*)", ("src/net/", "tests/"), "libsoup is for src/net alone"),
    (r"\bMHD_\w+", ("src/net/", "tests/"), "libmicrohttpd is for src/net alone"),
    (r"\bsqlite3(_\w+)?\b", ("src/store/", "tests/store/", "tests/session/", "tests/bench/"),
     "SQLite is for src/store alone"),
    (JSON_GLIB, ("src/core/json.c", "tests/"), "JSON is read and written through core/json.h"),
    (r"\bperson->\w+(\.\w+)? ([|&+-]?=) ", ("src/account/people.c", "src/account/person.c", "src/store/", "tests/"),
     "a person's record is written through account/person.h and account/people.h"),
    (r"\bgoto\b", (), "no goto: return early, let g_autoptr clean up"),
]

# function names: a call or a mention as a value is meant, never a member of the same name
RULES_CALL = [
    (r"strcpy|strncpy|strcat|strncat|sprintf|vsprintf|gets|strtok|strtok_r|atoi|atol|atoll|atof", (),
     "unsafe or locale-bound: use GLib's"),
    (r"malloc|calloc|realloc|free|strdup|strndup|asprintf", (), "allocate and free with GLib"),
    (r"abort|exit|_exit|g_error|raise", ("tests/",), "a plugin never ends its host"),
    (r"system|popen|g_spawn_\w+", ("tests/", "src/purple/play.c", "src/media/convert.c"),
     "no shells, and no children but one that the user asks for"),
    (r"sleep|usleep|nanosleep|g_usleep", (), "wait for a condition, not for time"),
    (r"printf|fprintf|vprintf|vfprintf|puts|fputs|putchar|perror|g_print|g_printerr|g_message",
     ("tests/", "src/relay/main.c"), "standard output may be the IRC stream: return an error or use g_debug"),
]

# core takes bytes and a time, gives values
RULES_CORE = [
    (r"\b(g_get_(real|monotonic)_time|g_date_time_new_now\w*|time|clock_gettime|gettimeofday)\s*\(",
     "core has no clock: `now` is passed in"),
    (r"\b(g_debug|g_info|g_message|g_warning|g_critical|g_log\w*)\s*\(", "core does not log"),
    (r"\b(g_file_\w+|g_getenv|g_random_\w+|g_timeout_add\w*|g_idle_add\w*|fopen|open|read|write|socket)\s*\(",
     "core does no I/O"),
]
CORE_HEADERS = (
    r"<(glib|glib-object|glib/g\w[\w-]*|json-glib/json-glib|gnutls/crypto|string|stdlib|stdint|stddef|stdbool|limits|errno|math|ctype|"
    r"inttypes|stdarg|locale)\.h>"
)

KEYWORDS = {"if", "for", "while", "switch", "return", "sizeof", "do", "else", "case", "defined"}


class Breaches(list):
    def add(self, path, line, what):
        self.append(f"{path}:{line}: {what}")


def blank(text):
    """The text with comments and the inside of literals as blanks, of the same length and lines."""
    pattern = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)

    def fill(match):
        piece = match.group(0)
        if piece[0] in "\"'":
            return piece[0] + " " * (len(piece) - 2) + piece[0]
        return re.sub(r"[^\n]", " ", piece)

    return pattern.sub(fill, text)


def allowed(path, places):
    return any(path.startswith(place) for place in places)


def folder(path):
    return "/".join(path.split("/")[:2])


def check_includes(path, text, out):
    below = BELOW.get(folder(path))
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*(<[^>]*>|"[^"]*")', line)
        if not match:
            continue
        what = match.group(1)
        for pattern, places, why in RULES_INCLUDE:
            if re.match(pattern, what) and not allowed(path, places):
                out.add(path, number, f"{what}: {why}")
        if what[0] == "<":
            if path.startswith("src/core/") and not re.match(CORE_HEADERS, what):
                out.add(path, number, f"{what}: core uses GLib, json-glib and GnuTLS only, and does no I/O")
            continue
        first = what[1:-1].split("/")[0]
        if what.startswith('"..') or (path.startswith("src/") and first not in OURS):
            out.add(path, number, f'{what}: written from src/, as in "core/peer.h"')
        elif "/" in what and first in OURS and below is not None and first not in below:
            out.add(path, number, f"{what}: {folder(path)} may not see {first}; includes go down only")


def check_words(path, code, out):
    for number, line in enumerate(code.split("\n"), 1):
        if re.match(r"\s*#\s*include", line):
            continue
        for pattern, places, why in RULES_WORD:
            match = re.search(pattern, line)
            if match and not allowed(path, places):
                out.add(path, number, f"{match.group(0)}: {why}")
        for names, places, why in RULES_CALL:
            match = re.search(rf"(?<![\w.>])({names})\s*\(", line)
            if match and not allowed(path, places):
                out.add(path, number, f"{match.group(1)}(): {why}")
        if path.startswith("src/core/"):
            for pattern, why in RULES_CORE:
                match = re.search(r"(?<![\w.>])" + pattern, line)
                if match:
                    out.add(path, number, f"{match.group(0)}): {why}")
            if re.match(r"static (?!.*\bconst\b)[\w *]+(\[\w*\])*( = .*)?[;{]$", line):
                out.add(path, number, "core has no variables outside of functions")


def split_top(text):
    """The parts of a parameter list between its outermost commas."""
    depth, parts, part = 0, [], ""
    for char in text:
        depth += (char in "([{") - (char in ")]}")
        if char == "," and depth == 0:
            parts.append(part)
            part = ""
        else:
            part += char
    return [p.strip() for p in parts + [part] if p.strip() and p.strip() != "void"]


def matching(text, start):
    depth = 0
    for at in range(start, len(text)):
        depth += (text[at] == "(") - (text[at] == ")")
        if depth == 0:
            return at
    return -1


def check_parameters(path, text, code, out):
    """Definitions and prototypes in column 0; a comment "the signature is libpurple's" lifts the limit."""
    for match in re.finditer(r"^(?![#{}/ ]|typedef\b|G_[A-Z_]+\()[^\n;={}()]*?\b(\w+)\(", code, re.M):
        end = matching(code, match.end() - 1)
        if end < 0 or match.group(1) in KEYWORDS:
            continue
        count = len(split_top(code[match.end():end]))
        before = text[:match.start()]
        lead = before[max(before.rfind("}\n"), before.rfind(";\n"), before.rfind("\n\n"), 0):]
        foreign = re.search(r"signature is \S+'s", lead) or "MHD_Result" in lead
        if count > MAX_PARAMETERS and not foreign:
            line = code.count("\n", 0, match.start(1)) + 1
            out.add(path, line, f"{match.group(1)}() takes {count} parameters, more than {MAX_PARAMETERS}; "
                                "if a library fixes them, say above: the signature is NAME's")


def block_depth(body, on_depth):
    """Walks the braces of a function's body, telling the depth of statement blocks, not of values."""
    stack = []
    for match in re.finditer(r"[{}]", body):
        if match.group(0) == "}":
            if stack:
                stack.pop()
            continue
        before = body[:match.start()]
        head = before.rstrip()
        statement = (head.endswith(")") and before != head) or re.search(r"\b(else|do)$", head) \
            or head == "" or (head[-1] in ";}:{" and not (stack and not stack[-1]))
        # a bare block after a case label is the label's, not one more level
        stack.append(bool(statement) and head[-1:] != ":")
        on_depth(match.start(), sum(stack))


def check_functions(path, code, out):
    lines = code.split("\n")
    begin = None
    for number, line in enumerate(lines, 1):
        if line.rstrip() == "{":
            begin = number
        elif line.rstrip() == "}" and begin is not None:
            check_function(path, lines, begin, number, out)
            begin = None


def check_function(path, lines, begin, end, out):
    at = begin - 1
    while at > 0 and not re.match(r"\w+\(", lines[at]):
        at -= 1
    name = lines[at].split("(")[0]
    if end - begin - 1 > MAX_FUNCTION_LINES:
        out.add(path, at + 1, f"{name}() has {end - begin - 1} lines, more than {MAX_FUNCTION_LINES}")
    body = "\n".join(lines[begin:end - 1])
    worst = [0, 0]

    def on_depth(offset, depth):
        if depth > worst[0]:
            worst[:] = [depth, begin + 1 + body.count("\n", 0, offset)]

    block_depth(body, on_depth)
    if worst[0] > MAX_NESTING:
        out.add(path, worst[1], f"{name}() is nested {worst[0]} deep, more than {MAX_NESTING}")


def check_length(path, code, out):
    """Tables (`static const X y[] = {` to `};`, both in column 0) and includes do not count."""
    count, table = 0, False
    for line in code.split("\n"):
        table = table or bool(re.match(r"\S.*\] = \{$", line.rstrip()))
        count += not (table or line.startswith("#include "))
        table = table and line.rstrip() != "};"
    if count - 1 > MAX_FILE_LINES:
        out.add(path, 1, f"{count - 1} lines, more than {MAX_FILE_LINES} (tables and includes not counted)")


def check_text(path, text, out):
    """What holds for every file of ours, whatever its language."""
    lines = text.split("\n")
    if not any("SPDX-License-Identifier: GPL-2.0-or-later" in line for line in lines[:3]):
        out.add(path, 1, "no SPDX line at the top")
    for number, line in enumerate(lines, 1):
        if re.search(r"\b(TO" r"DO|FIX" r"ME|not implement" r"ed)\b", line):
            out.add(path, number, "unfinished: finish it, or write what is so")
        if re.search(r"(?<![\w.])/(home|Users|work|root)/\w", line):
            out.add(path, number, "the path of one machine")
        if line != line.rstrip():
            out.add(path, number, "blanks at the end")
        if "\t" in line and not path.endswith("Makefile"):
            out.add(path, number, "a tab")
    if not text.endswith("\n"):
        out.add(path, len(lines), "no newline at the end")


def check_c(path, text, out):
    code = blank(text)
    check_includes(path, text, out)
    check_words(path, code, out)
    check_parameters(path, text, code, out)
    check_functions(path, code, out)
    check_length(path, code, out)
    if path.endswith(".h") and "#pragma once" not in text:
        out.add(path, 1, "a header without #pragma once")


def check_script(path, text, out):
    if path.endswith(".py"):
        try:
            ast.parse(text)
        except SyntaxError as error:
            out.add(path, error.lineno or 1, f"python: {error.msg}")
        return
    shell = "bash" if "bash" in text.split("\n")[0] else "sh"
    done = subprocess.run([shell, "-n"], input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        out.add(path, 1, f"{shell}: {done.stderr.strip()}")


# ---- what only all files together show ----


def include_of(path, what, paths):
    """The path of what `#include "what"` in @path means, None if it is not of ours."""
    beside = path.rsplit("/", 1)[0] + "/" + what
    return next((p for p in ("src/" + what, "tests/" + what, beside) if p in paths), None)


def own_includes(path, text, paths):
    """(line, path of the header) for each header of ours that @text includes."""
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r'\s*#\s*include\s*"([^"]*)"', line)
        header = match and include_of(path, match.group(1), paths)
        if header:
            yield number, header


def stem(path):
    """X.c, X.h and X-private.h are one file in two or three parts."""
    return re.sub(r"(-private)?\.[ch]$", "", path)


def find_circle(arrows, start):
    """The shortest way from @start back to it, [] when there is none."""
    ways = [[start]]
    seen = set()
    for way in ways:
        for to in sorted(arrows.get(way[-1], ())):
            if to == start:
                return way + [to]
            if to not in seen:
                seen.add(to)
                ways.append(way + [to])
    return []


def check_circles(texts, out):
    arrows, places = {}, {}
    for path, text in texts.items():
        for number, header in own_includes(path, text, texts):
            a, b = stem(path), stem(header)
            if a != b and folder(path) == folder(header):
                arrows.setdefault(a, set()).add(b)
                places.setdefault((a, b), (path, number))
    told = set()
    for start in sorted(arrows):
        way = find_circle(arrows, start)
        if way and start not in told:
            told.update(way)
            names = " -> ".join(one.rsplit("/", 1)[1] for one in way)
            out.add(*places[way[0], way[1]], f"a circle of files: {names}")


def declarations(code):
    """The outermost declarations of a header without its comments and directives."""
    depth, one = 0, ""
    for char in re.sub(r"^(\s*#(.*\\\n)*.*|G_DEFINE_\w+\(.*\))$", "", code, flags=re.M):
        depth += (char == "{") - (char == "}")
        one += char
        if depth == 0 and (char == ";" or (char == "}" and one.lstrip().startswith("static"))):
            yield one.strip()
            one = ""


def names_given(code):
    """What a header declares: name -> whether who only points at it can do with a declaration."""
    names = {name: False for name in re.findall(r"^\s*#\s*define\s+(\w+)", code, re.M)}
    for one in declarations(code):
        record = re.match(r"(typedef\s+)?(struct|union)\b", one)
        if one.startswith("typedef"):
            function = None if "{" in one else re.search(r"\(\*\s*(\w+)\)", one)
            name = function or re.search(r"(\w+)\s*;$", one)
        else:
            name = re.match(r"[^={}()]*?\b(\w+)\(", one)
        if name:
            names[name.group(1)] = bool(record)
        if re.match(r"(typedef\s+)?enum\b", one) and "{" in one:
            values = one[one.index("{") + 1:one.rindex("}")].split(",")
            names.update((m.group(1), False) for m in (re.match(r"\s*(\w+)", v) for v in values) if m)
    return names


def embeds(code, names):
    """Whether a header needs one of @names whole, and does not just point at it."""
    code = re.sub(r"\btypedef struct (\w+) \1;", "", code)
    return any(not (names[match.group()] and re.match(r"\s*\*", code[match.end():]))
               for match in re.finditer(r"\w+", code) if match.group() in names)


# What a room shows to those above, who see nothing else of it: what its functions take and give is
# theirs to know whole.
FACES = {"src/session/session.h"}


def check_headers(texts, out):
    codes = {path: blank(text) for path, text in texts.items() if path.endswith(".h")}
    given = {path: names_given(code) for path, code in codes.items()}
    for path, code in codes.items():
        if not path.startswith("src/"):
            continue
        body = re.sub(r"^\s*#\s*include.*$", "", code, flags=re.M)
        includes = list(own_includes(path, texts[path], texts))
        if len(includes) > MAX_HEADERS:
            out.add(path, includes[-1][0], f"a loose header: {len(includes)} of ours, more than {MAX_HEADERS}")
        for number, header in includes:
            loose = path not in FACES and stem(path) != stem(header)
            if loose and not embeds(body, given[header]):
                out.add(path, number, f"a loose header: {header} is not embedded; declare what is pointed "
                                      "at, as in `typedef struct CoexPeer CoexPeer;`")


def check_exports(texts, out):
    """Functions that a header of src shows, and nobody else uses. Members of a table do not count."""
    codes = {path: blank(text) for path, text in texts.items()}
    users = {}
    for path, code in codes.items():
        for word in set(re.findall(r"\w+", code)):
            users.setdefault(word, set()).add(path)
    for path, code in codes.items():
        if not (path.startswith("src/") and path.endswith(".h")):
            continue
        for one in declarations(code):
            match = re.match(r"[^={}()]*?\b(\w+)\(", one)
            if not match or re.match(r"typedef|static|G_[A-Z_]+\(", one):
                continue
            name = match.group(1)
            home = {p for p in users[name] if p == path or re.search(rf"^{name}\(", codes[p], re.M)}
            if len(home) > 1 and users[name] == home and len(re.findall(rf"\b{name}\b", code)) == 1:
                line = code.count("\n", 0, code.index(name)) + 1
                out.add(path, line, f"shown for nobody: {name}() is used in its own file only")


def sources(root):
    for pattern in ("Makefile", ".clang-format", ".editorconfig", ".ci/run", "icons/*.svg", "src/**/*",
                    "tests/**/*"):
        for path in sorted(root.glob(pattern)):
            name = path.relative_to(root).as_posix()
            source = path.suffix in (".c", ".h", ".py", ".sh") or "/" not in name
            if path.is_file() and (source or name == ".ci/run" or path.suffix == ".svg"):
                yield name, path


def lint(root):
    out = Breaches()
    texts = {}
    for name, path in sources(root):
        text = path.read_text(encoding="utf-8")
        check_text(name, text, out)
        if path.suffix in (".c", ".h"):
            texts[name] = text
            check_c(name, text, out)
        elif path.suffix in (".py", ".sh") or name == ".ci/run":
            check_script(name, text, out)
    check_circles(texts, out)
    check_headers(texts, out)
    check_exports(texts, out)
    return out


def main():
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    breaches = lint(root)
    print("\n".join(breaches), end="\n" if breaches else "")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""catalogues.py write|check: the template src/po/purple-coex.pot and the catalogue of each language of src/po/LINGUAS.

write brings them up to what the sources say; what is new stands there untranslated, and what has changed as fuzzy.
check tells what is not true: a template that is not that of the sources, a sentence that is missing or fuzzy in a
language, one that lost what it must keep: formats, commands as they are typed, line breaks.
"""

import glob
import os
import re
import subprocess
import sys
import tempfile

PO = "src/po"
DOMAIN = "purple-coex"
TEMPLATE = f"{PO}/{DOMAIN}.pot"
WIDTH = "--width=100"
# What a translation keeps as it is, since it is typed or pasted: a command with its mark, an address, an option.
KEPT = re.compile(r"\{@[a-z-]+\}|(?<![\w%])[!/][a-z]{2,}\b|https?://[^\s,;”)…]*[^\s,;”)….]|\b(?:webhook|verify|app|relay|inbox|media|rate|desk|public|api|phone-number|waba)"
                  r"-[a-z]+(?:-[a-z]+)*\b")


def run(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def languages() -> list[str]:
    with open(f"{PO}/LINGUAS", encoding="utf-8") as file:
        return file.read().split()


def sources() -> list[str]:
    """The relay's console is for administrators, and in English like its log."""
    return sorted(path for path in glob.glob("src/*/*.[ch]") if not path.startswith("src/relay/"))


def make_template() -> str:
    with open("Makefile", encoding="utf-8") as file:
        version = re.search(r"^VERSION := (.*)$", file.read(), re.M).group(1)
    text = run("xgettext", "--from-code=UTF-8", "--language=C", "--keyword", "--keyword=_", "--keyword=N_",
               "--keyword=C_:1c,2", "--keyword=NC_:1c,2", "--keyword=COEX_PLURAL:1,2", "--add-comments=Translators:",
               "--add-location=file", "--sort-by-file", WIDTH, f"--package-name={DOMAIN}",
               f"--package-version={version}", "--output=-", *sources())
    text = text.replace("SOME DESCRIPTIVE TITLE.", f"What {DOMAIN} says.", 1)
    text = text.replace("charset=CHARSET", "charset=UTF-8", 1)
    # A day in it would make it another file each day.
    text = re.sub(r'^"POT-Creation-Date:.*\n', "", text, flags=re.M)
    return re.sub(r"^# (Copyright|This file is distributed|FIRST AUTHOR).*\n", "", text, flags=re.M)


def read(path: str) -> str:
    try:
        with open(path, encoding="utf-8") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def merge(path: str) -> str:
    return run("msgmerge", "--quiet", "--add-location=file", WIDTH, path, TEMPLATE)


def write() -> int:
    with open(TEMPLATE, "w", encoding="utf-8") as file:
        file.write(make_template())
    for language in languages():
        path = f"{PO}/{language}.po"
        if os.path.exists(path):
            text = merge(path)
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
        else:
            run("msginit", "--no-translator", f"--locale={language}", WIDTH, f"--input={TEMPLATE}",
                f"--output-file={path}")
    return 0


def unquote(lines: str) -> str:
    """The text of a PO string, which may go on over lines."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"', lines)
    return "".join(parts).replace('\\"', '"').replace("\\n", "\n").replace("\\\\", "\\")


def entries(path: str):
    """(msgid, [its translations]) of each sentence."""
    for block in read(path).split("\n\n"):
        block = re.sub(r"^#.*\n", "", block, flags=re.M)
        fields = re.findall(r'^(msg\w+(?:\[\d\])?) ((?:"(?:[^"\\]|\\.)*"\n?)+)', block, re.M)
        texts = {name: unquote(lines) for name, lines in fields}
        if texts.get("msgid"):
            yield texts["msgid"], [text for name, text in texts.items() if name.startswith("msgstr")]


def check_sentence(msgid: str, text: str) -> str | None:
    for token in set(KEPT.findall(msgid)):
        if token not in text:
            return f"“{token}” is typed or pasted, and is missing"
    for name, pattern in (("blank or line break", r"^\s*"), ("blank or line break", r"\s*$")):
        if re.search(pattern, msgid).group() != re.search(pattern, text).group():
            return f"another {name} at its begin or end"
    if msgid.count("\n") != text.count("\n"):
        return "another number of lines"
    return None


def check() -> int:
    faults = []
    if read(TEMPLATE) != make_template():
        faults.append(f"{TEMPLATE} is not that of the sources: `make po` writes it anew")
    for msgid, _ in entries(TEMPLATE):
        if "://…" in msgid:
            faults.append(f"Pidgin makes a link of the address in “{msgid}”, which is none")
    there = sorted(os.path.basename(path)[:-3] for path in glob.glob(f"{PO}/*.po"))
    if there != languages():
        faults.append(f"{PO}/LINGUAS names {' '.join(languages())}, there are {' '.join(there)}")
    for language in there:
        path = f"{PO}/{language}.po"
        with tempfile.TemporaryDirectory() as folder:
            result = subprocess.run(["msgfmt", "--check", f"--output-file={folder}/mo", path], check=False,
                                    capture_output=True, text=True)
            if result.returncode != 0:
                faults.append(result.stderr.strip())
            if merge(path) != read(path):
                faults.append(f"{path} is not up to the template: `make po` merges it")
        for what in ("--untranslated", "--only-fuzzy"):
            open_ones = run("msgattrib", what, "--no-obsolete", path).count("\nmsgid ")
            if open_ones > 0:
                faults.append(f"{path}: {open_ones - 1} sentences are {what.lstrip('-')}")
        for msgid, translations in entries(path):
            for text in translations:
                fault = check_sentence(msgid, text) if text else None
                if fault:
                    faults.append(f"{path}: {fault} in the translation of “{msgid}”")
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:] not in (["write"], ["check"]):
        sys.exit(__doc__)
    sys.exit(write() if sys.argv[1] == "write" else check())

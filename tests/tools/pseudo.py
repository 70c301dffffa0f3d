#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""pseudo.py tr|hi|ar <TEMPLATE >CATALOGUE: a language that nobody speaks, in letters of that one, for tests.

Whatever is shown in Latin letters then has not gone through the catalogue. Formats and line breaks stay; a letter
takes as many bytes and columns as those of that script do, and those of `ar` run from right to left.
"""

import re
import sys

PLURALS = {"tr": "nplurals=2; plural=(n > 1);", "hi": "nplurals=2; plural=(n > 1);",
           "ar": "nplurals=6; plural=n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5;"}
# From a to z. One of Devanagari has a mark of no width above it.
LETTERS = {
    "tr": "å ƀ ç đ é ƒ ğ ħ ı ĵ ķ ł ɱ ñ ö þ ɋ ř ş ŧ ü ṽ ŵ ẋ ý ž".split(),
    "hi": "अ ब च दं ए फ ग ह इ ज क ल म न ओ प ख र स त उ व ठ ष य झ".split(),
    "ar": "ا ب چ د ه ف غ ح ي ج ك ل م ن و پ ق ر س ت ع ڤ ء خ ى ز".split(),
}
# A format, and an escape of the file's.
KEPT = re.compile(r'%(?:\d+\$)?[-+ 0#\']*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:<PRI\w+>|hh|h|ll|l|z|j|t)?[a-zA-Z%]|%<PRI\w+>|\\.')


def change(text: str, language: str) -> str:
    letters = LETTERS[language]

    def letter(char: str) -> str:
        return letters[ord(char.lower()) - ord("a")] if char.isascii() and char.isalpha() else char

    parts, last = [], 0
    for kept in KEPT.finditer(text):
        parts += [letter(char) for char in text[last:kept.start()]] + [kept.group()]
        last = kept.end()
    return "".join(parts + [letter(char) for char in text[last:]])


def main(language: str) -> None:
    n_forms = int(re.search(r"nplurals=(\d)", PLURALS[language]).group(1))
    for number, block in enumerate(sys.stdin.read().strip().split("\n\n")):
        if number == 0:
            head = block.rstrip().replace("Language: ", f"Language: {language}", 1)
            print(re.sub(r'\n"Plural-Forms:.*', "", head))
            print(f'"Plural-Forms: {PLURALS[language]}\\n"')
            print()
            continue
        head, _, _ = block.partition("\nmsgstr")
        field = "msgid_plural" if "\nmsgid_plural " in head else "msgid"
        lines = re.search(rf'^{field} ((?:"(?:[^"\\]|\\.)*"\n?)+)', head + "\n", re.M).group(1)
        text = "".join(change(line[1:-1], language) for line in lines.strip().split("\n"))
        print(head)
        if field == "msgid_plural":
            for form in range(n_forms):
                print(f'msgstr[{form}] "{text}"')
        else:
            print(f'msgstr "{text}"')
        print()


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in PLURALS:
        sys.exit(__doc__)
    main(sys.argv[1])

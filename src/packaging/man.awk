# SPDX-License-Identifier: GPL-2.0-or-later
# awk -f man.awk README.md PAGE: the manual page, its options and commands from the README's tables.

# Text of the README in troff's words. A bar in a table's cell is written \| there.
function words(text,    out, at, piece) {
  gsub(/\\\|/, "|", text)
  gsub(/\\/, "\\e", text)
  gsub(/-/, "\\-", text)
  text = unlinked(text)
  out = ""
  while (match(text, /`[^`]*`|\*\*[^*]+\*\*|\*[^*]+\*/)) {
    piece = substr(text, RSTART, RLENGTH)
    out = out substr(text, 1, RSTART - 1) marked(piece)
    text = substr(text, RSTART + RLENGTH)
  }
  return out text
}

function marked(piece) {
  if (piece ~ /^`/) return "\\fB" substr(piece, 2, length(piece) - 2) "\\fR"
  if (piece ~ /^\*\*/) return "\\fB" substr(piece, 3, length(piece) - 4) "\\fR"
  return "\\fI" substr(piece, 2, length(piece) - 2) "\\fR"
}

# Of a link its words.
function unlinked(text,    label) {
  while (match(text, /\[[^]]*\]\([^)]*\)/)) {
    label = substr(text, RSTART + 1, index(substr(text, RSTART), "](") - 2)
    text = substr(text, 1, RSTART - 1) label substr(text, RSTART + RLENGTH)
  }
  return text
}

function entry(head, text) {
  return ".TP\n" words(head) "\n" (text ~ /^['.]/ ? "\\&" : "") words(text) "\n"
}

# Cells begin at 2: the line begins with a bar.
function cells(line, cell,    n) {
  gsub(/\\\|/, "\001", line)
  n = split(line, cell, / *\| */)
  for (; n > 0; n--) gsub(/\001/, "\\|", cell[n])
}

NR == FNR {
  if ($0 !~ /^\|/) table = ""
  else if (/^\| option \| default \|/) table = "options"
  else if (/^\| Pidgin, Finch \| BitlBee \|/) table = "commands"
  else if (table != "" && !/^\|---/) {
    cells($0, cell)
    if (table == "options") options = options entry(cell[2] (cell[3] != "" ? " (default: " cell[3] ")" : ""), cell[4])
    else commands = commands entry(cell[2] (cell[2] != "" ? "; in BitlBee " : "In BitlBee ") cell[3], cell[4])
  }
  next
}

/^\.\\"/ { next }
$0 == "@OPTIONS@" || $0 == "@COMMANDS@" {
  table = $0 == "@OPTIONS@" ? options : commands
  if (table == "") { print "man.awk: the README has no table for " $0 >"/dev/stderr"; exit 1 }
  printf "%s", table
  next
}
{ print }

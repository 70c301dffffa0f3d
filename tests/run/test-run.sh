#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# make run without a display and a terminal plays a conversation, ends well and leaves nothing; a
# number's profile is private, and its key is told to nobody.
set -u
cd "$COEX_SOURCE_DIR" || exit 1
n=0 failed=0
ok() { # ok STATUS NAME [FILE...]: the files say why, when it failed
  n=$((n + 1))
  if [ "$1" = 0 ]; then
    echo "ok $n - $2"
    return
  fi
  echo "not ok $n - $2"
  failed=1
  shift 2
  [ $# = 0 ] || sed 's/^/# /' "$@" >&2
}

echo 1..18
out=$HOME/out
for provider in 360dialog meta; do
  PROVIDER=$provider make --no-print-directory run </dev/null >"$out" 2>&1
  ok $? "the simulated conversation at $provider ends with status 0" "$out"
  [ "$(wc -l <"$out")" -ge 5 ]
  ok $? "and can be read" "$out"
  [ -z "$(ls "$TMPDIR")" ]
  ok $? "and leaves no profile behind"
done

! NUMBER=+4930123456 make --no-print-directory run </dev/null >"$out" 2>&1 && grep -q COEX_KEY "$out"
ok $? "a number without a key and without a terminal is refused" "$out"

! make --no-print-directory run NUMBER=+4930123456 COEX_KEY=secret-one </dev/null >"$out" 2>&1 &&
  [ ! -e "$XDG_DATA_HOME/purple-coex/+4930123456/accounts.xml" ]
ok $? "a key on the command line is refused" "$out"

# Nobody listens at port 9: the login fails, the profile stays.
echo quit | NUMBER='+49 30 123456' COEX_KEY='secret|&\1<' API_URL=http://127.0.0.1:9 LISTEN=off \
  make --no-print-directory run >"$out" 2>&1
profile=$XDG_DATA_HOME/purple-coex/+4930123456
[ "$(stat -c %a "$profile")" = 700 ] && [ "$(stat -c %a "$profile/accounts.xml")" = 600 ]
ok $? "the profile of a real number is kept, for its owner only" "$out"
grep -q "$profile" "$out"
ok $? "its place is printed" "$out"
sed -n "/<pref name='pidgin'>/,\$p" "$profile/prefs.xml" >"$HOME/prefs"
grep -q list_visible "$HOME/prefs" && ! grep -Eq "docklet|sound" "$HOME/prefs"
ok $? "its Pidgin shows the list, and has the sound and the tray icon of every other" "$HOME/prefs"
! grep -q 'secret|' "$out"
ok $? "the key is not" "$out"

echo quit | NUMBER=+4930123456 COEX_KEY=secret-two API_URL=http://127.0.0.1:9 LISTEN=127.0.0.1:9 \
  make --no-print-directory run >"$out" 2>&1
grep -q 'not taken over: listen$' "$out"
ok $? "an option that comes after the account was set up is named, and one that stands there is not" \
  "$out"

! NUMBER=12x make --no-print-directory run </dev/null >"$out" 2>&1
ok $? "what is no number is refused" "$out"
# A Finch that only says what it was given.
mkdir "$HOME/bin"
cat >"$HOME/bin/finch" <<'EOF'
#!/bin/sh
echo "TERM $TERM"
sed -n "s|.*<setting name='listen' type='string'>[^<]*:\([0-9]*\)<.*|LISTEN \1|p" "$2/accounts.xml"
grep sound "$2/prefs.xml"
echo LANGUAGES $(ls "$2/plugins/locale")
EOF
chmod +x "$HOME/bin/finch"
CLIENT=finch TERM=tmux-256color PATH=$HOME/bin:$PATH make --no-print-directory run \
  </dev/null >"$out" 2>&1
grep -q '^TERM screen' "$out"
ok $? "Finch in tmux is given a terminal whose arrow keys it knows" "$out"
port=$(sed -n 's/^LISTEN //p' "$out")
[ -n "$port" ] && [ "$port" -lt "$(cut -f1 /proc/sys/net/ipv4/ip_local_port_range)" ]
ok $? "webhooks arrive at a port that no outgoing connection takes by itself" "$out"
grep -q "'none'" "$out"
ok $? "the simulation makes no sound" "$out"
grep -q "^LANGUAGES $(paste -s -d ' ' src/po/LINGUAS)$" "$out"
ok $? "it speaks every language that there is" "$out"
exit $failed

#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# run.sh: what `make run` does. Settings come from the environment, where make puts its variables:
#   NUMBER      the real number, +49...; without it everything is simulated and thrown away at the end
#   PROVIDER    360dialog (default) or meta
#   CLIENT      pidgin, finch or headless, instead of what fits this terminal
#   COEX_KEY    the API key or access token of NUMBER; asked for when it is not there
#   COEX_APP_SECRET COEX_VERIFY_TOKEN COEX_WEBHOOK_HEADER PHONE_NUMBER_ID WABA_ID
#   LISTEN PUBLIC_URL API_URL
#               the account options of these names, when the account of NUMBER is set up
set -eu
cd "$(dirname "$0")/../.."
build=build/plain
make=${MAKE:-make}
number=${NUMBER:-} provider=${PROVIDER:-360dialog} client=${CLIENT:-}
key=${COEX_KEY:-}
# What runs from here on has no use for the key, but for the headless client, which gets it back.
unset COEX_KEY
umask 077

die() {
  echo "make run: $*" >&2
  exit 1
}

check_settings() {
  case $provider in
  360dialog | meta) ;;
  *) die "PROVIDER is 360dialog or meta, not $provider" ;;
  esac
  if [ -n "$number" ]; then
    number=+$(printf %s "$number" | tr -d '+ ()/.-')
    case $number in
    + | *[!+0-9]*) die "NUMBER is the business number with its country code, as in +4930123456" ;;
    esac
  fi
  # Pidgin 2 is an X program: in a Wayland session it needs Xwayland, which sets DISPLAY.
  if [ -z "$client" ]; then
    if [ -n "${DISPLAY:-}" ]; then
      client=pidgin
    elif [ -t 0 ] && [ -t 1 ]; then
      client=finch
    else
      client=headless
    fi
  fi
  case $client in
  pidgin | finch | headless) ;;
  *) die "CLIENT is pidgin, finch or headless, not $client" ;;
  esac
}

prepare() {
  case $client in
  headless) tests/tools/deps.sh build ;;
  *) tests/tools/deps.sh build "$client" ;;
  esac
  # All processors, unless make was told how many.
  case ${MAKEFLAGS:-} in *-j*) jobs='' ;; *) jobs=-j$(nproc) ;; esac
  (umask 022 && "$make" -s --no-print-directory ${jobs:+"$jobs"} "$build/libcoex.so" catalogues \
    "$build/coex-sim" "$build/coex-headless")
}

# Below those that outgoing connections take by themselves: it stays free until it is used.
free_port() {
  perl -MIO::Socket::INET -e '
    for (1 .. 100) {
      my $port = 12000 + int rand 20000;
      my $probe = IO::Socket::INET->new(Listen => 1, LocalAddr => "127.0.0.1", LocalPort => $port);
      if ($probe) { print $port; exit 0 }
    }
    exit 1' 2>/dev/null || echo $((12000 + $$ % 20000))
}

xml() {
  printf %s "$1" | sed "s/&/\&amp;/g; s/</\&lt;/g; s/>/\&gt;/g; s/\"/\&quot;/g; s/'/\&apos;/g"
}

# The options that have a value, one `key=value` a line.
options() {
  printf '%s\n' "provider=$provider" "api-url=${API_URL:-}" "listen=${LISTEN:-}" \
    "public-url=${PUBLIC_URL:-}" "webhook-header=${COEX_WEBHOOK_HEADER:-}" \
    "app-secret=${COEX_APP_SECRET:-}" "verify-token=${COEX_VERIFY_TOKEN:-}" \
    "phone-number-id=${PHONE_NUMBER_ID:-}" "waba-id=${WABA_ID:-}" | grep -v '=$'
}

write_account() {
  {
    echo "<?xml version='1.0' encoding='UTF-8' ?>"
    echo "<account version='1.0'><account><protocol>prpl-coex</protocol>"
    # not echo, which takes a backslash in a key for an escape
    printf '<name>%s</name><password>%s</password>\n' "$(xml "$number")" "$(xml "$key")"
    echo "<statuses><status type='available' name='Available' active='true'><attributes/></status>"
    echo "</statuses><settings>"
    options | while IFS= read -r option; do
      printf "<setting name='%s' type='string'>%s</setting>\n" "${option%%=*}" "$(xml "${option#*=}")"
    done
    echo "</settings>"
    for ui in gtk-gaim gnt-purple; do
      echo "<settings ui='$ui'><setting name='auto-login' type='bool'>1</setting></settings>"
    done
    echo "</account></account>"
  } >"$profile/accounts.xml"
}

# Pidgin comes up with its buddy list, as it does not by itself beside a tray icon.
write_prefs() { # write_prefs [PREF...]: further ones below /pidgin
  cat >"$profile/prefs.xml" <<EOF
<?xml version='1.0' encoding='UTF-8' ?>
<pref version='1' name='/'><pref name='pidgin'>
 <pref name='blist'><pref name='list_visible' type='bool' value='1'/></pref>
$*
</pref></pref>
EOF
}

# What is looked at for some minutes makes no sound, and no tray icon hides its list.
write_quiet_prefs() {
  write_prefs "<pref name='docklet'><pref name='show' type='string' value='never'/></pref>" \
    "<pref name='sound'><pref name='method' type='string' value='none'/></pref>"
}

simulator='' profile='' temporary=''
clean_up() {
  status=$?
  trap - EXIT INT TERM HUP
  if [ -n "$simulator" ]; then
    kill "$simulator" 2>/dev/null || :
    wait "$simulator" 2>/dev/null || :
  fi
  [ -z "$temporary" ] || rm -rf "$temporary"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# Starts the simulated number; leaves its process in $simulator and its settings in the variables.
start_simulator() {
  LISTEN=127.0.0.1:$(free_port)
  PUBLIC_URL=http://$LISTEN/webhook
  set -- --provider "$provider" --demo --ready-file "$temporary/ready" \
    --webhook "$PUBLIC_URL"
  if [ "$client" = pidgin ] && [ -t 0 ]; then
    # The terminal is free: it is the simulator's console.
    exec 3<&0
    "$build/coex-sim" "$@" <&3 &
  else
    "$build/coex-sim" "$@" </dev/null >"$temporary/sim.log" 2>&1 &
  fi
  simulator=$!
  tries=0
  until [ -e "$temporary/ready" ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ] || ! kill -0 "$simulator" 2>/dev/null; then
      cat "$temporary/sim.log" >&2 2>/dev/null || :
      die "the simulated number did not start"
    fi
    sleep 0.1
  done
  while IFS='=' read -r name value; do
    case $name in
    API_URL) API_URL=$value ;;
    NUMBER) number=$value ;;
    KEY) key=$value ;;
    APP_SECRET) COEX_APP_SECRET=$value ;;
    VERIFY_TOKEN) COEX_VERIFY_TOKEN=$value ;;
    WEBHOOK_HEADER) COEX_WEBHOOK_HEADER=$value ;;
    PHONE_NUMBER_ID) PHONE_NUMBER_ID=$value ;;
    WABA_ID) WABA_ID=$value ;;
    esac
  done <"$temporary/ready"
}

ask_key() {
  [ -z "$key" ] || return 0
  [ -t 0 ] || die "the key of $number is needed: put it into the environment as COEX_KEY"
  case $provider in
  meta) printf 'Access token of %s at Meta, not shown: ' "$number" ;;
  *) printf 'API key of %s at 360dialog, not shown: ' "$number" ;;
  esac
  stty -echo
  trap 'stty echo; exit 130' INT
  IFS= read -r key || :
  stty echo
  trap 'exit 130' INT
  echo
  [ -n "$key" ] || die "no key, no account"
}

# A throw-away profile for the simulated number.
set_up_simulation() {
  temporary=$(mktemp -d "${TMPDIR:-/tmp}/purple-coex.XXXXXX")
  profile=$temporary/profile
  mkdir "$profile"
  start_simulator
  write_account
  write_quiet_prefs
}

# Options that were given, but stand otherwise in the account.
tell_ignored() {
  ignored=$(options | while IFS= read -r option; do
    grep -qF "<setting name='${option%%=*}' type='string'>$(xml "${option#*=}")</setting>" \
      "$profile/accounts.xml" || printf ' %s' "${option%%=*}"
  done)
  [ -z "$ignored" ] || cat <<EOF
The account is set up already, so this was not taken over:$ignored
Change it in the chat program: Accounts, this number, Modify.
EOF
}

# A profile that stays, for the real number. Once it is there, the chat program looks after it.
set_up_number() {
  profile=${XDG_DATA_HOME:-$HOME/.local/share}/purple-coex/$number
  mkdir -p "$profile"
  chmod 700 "$profile"
  echo "The profile of $number is kept in"
  echo "  $profile"
  [ ! -e "$profile/accounts.xml" ] || tell_ignored
  if [ -e "$profile/accounts.xml" ] && [ -z "$key" ]; then
    [ "$client" != headless ] || ask_key
    return
  fi
  ask_key
  if [ ! -e "$profile/accounts.xml" ]; then
    write_account
    [ -e "$profile/prefs.xml" ] || write_prefs
    if [ -z "${PUBLIC_URL:-}" ] && [ "${LISTEN:-}" != off ]; then
      echo "Webhooks are awaited at http://${LISTEN:-127.0.0.1:8480}/webhook. Lead a tunnel or a proxy"
      echo "there, and enter its address in the account as public URL (README, Connecting a number)."
    fi
  else
    password=$(xml "$key" | sed 's/[\\&|]/\\&/g')
    # From a file: an argument would show the key to every user of this machine.
    printf '%s\n' "s|<password>[^<]*</password>|<password>$password</password>|" >"$profile/.edit"
    sed -f "$profile/.edit" "$profile/accounts.xml" >"$profile/accounts.xml.new"
    rm "$profile/.edit"
    mv "$profile/accounts.xml.new" "$profile/accounts.xml"
  fi
  chmod 600 "$profile/accounts.xml"
}

# The options stand in the profile, not here: a secret among the arguments is a secret told.
run_headless() {
  set -- --plugin "$build/libcoex.so" --profile "$profile" --number "$number" \
    --password-env COEX_KEY
  [ -z "$simulator" ] || set -- "$@" --demo
  COEX_KEY=$key "$build/coex-headless" "$@"
}

# Finch takes the whole terminal and has no word of help on it.
introduce_finch() {
  [ -t 0 ] || return 0
  cat <<'EOF'

Finch comes up in this terminal. Its keys:
  Alt+1, Alt+2   the windows as the bar at the bottom has them; Alt+w lists them
  Alt+n, Alt+c   the next window, close this one
  Tab, Enter     the next field or button, press it; Enter also opens a list
  F10, F11       in the buddy list: its menu, the menu of a person
  Alt+q          the end
EOF
  [ -z "$simulator" ] || cat <<'EOF'
Ada, Ben and Carla write in a moment. Write to Dana to meet the templates;
/help in a conversation lists the commands.
EOF
  printf 'Enter to begin: '
  read -r _ || :
}

run_client() {
  case $client in
  headless)
    run_headless
    ;;
  pidgin)
    [ -z "$simulator" ] || [ ! -t 0 ] || echo "Pidgin comes up. This is the simulator's console: try help."
    pidgin -m -c "$profile" 2>"$profile/pidgin.log"
    ;;
  finch)
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
    *[Uu][Tt][Ff]*) ;;
    *) export LC_ALL=C.UTF-8 ;;
    esac
    # Finch knows the arrow keys of screen, and takes those of tmux for text.
    case ${TERM:-} in
    tmux*) export TERM=screen-256color ;;
    esac
    introduce_finch
    finch -c "$profile" 2>"$profile/finch.log"
    ;;
  esac
}

check_settings
prepare
if [ -n "$number" ]; then
  set_up_number
else
  set_up_simulation
fi
mkdir -p "$profile/plugins"
cp -R "$build/libcoex.so" "$build/locale" "$profile/plugins"
run_client

#!/usr/bin/env bash
# Every key of the table does something that can be seen, where there is something for it to do.
set -u
# shellcheck source=tests/lib/window.bash
. "$(dirname "$0")/lib/window.bash"

key() { xdotool key "$@"; }

opens run --size 1280x720 --provider model small

# What X calls a key of the table.
x_name() {
    local k=$1
    case $k in
    *+) k=${k%+}plus ;;
    esac
    k=${k/Ctrl+/ctrl+} k=${k/Shift+/shift+}
    case $k in
    *-) k=${k%-}minus ;;
    *=) k=${k%=}equal ;;
    *Enter) k=${k%Enter}Return ;;
    *Backspace) k=${k%Backspace}BackSpace ;;
    *PageDown) k=${k%PageDown}Next ;;
    *PageUp) k=${k%PageUp}Prior ;;
    *Space) k=${k%Space}space ;;
    '?') k=question ;;
    '/') k=slash ;;
    ':') k='colon' ;;
    ';') k=semicolon ;;
    '<') k=less ;;
    '>') k=greater ;;
    '.') k=period ;;
    ',') k=comma ;;
    '[') k=bracketleft ;;
    ']') k=bracketright ;;
    esac
    echo "$k"
}
seen() { tail -n 1 "$dir/told"; import -window root -resize 25% rgb:- | md5sum; }
# Brings about that the key has something to do.
ready() {
    case $1 in
    Escape) key question ;;
    x | Backspace | PageUp | PageDown | Enter | Shift+Home)
        key x 1
        sleep 1
        key Return Return
        sleep 0.5
        ;;
    Home | h | Left | Shift+h | Shift+Left | Ctrl+Left) key End ;;
    Ctrl+z | Ctrl+Shift+z)
        key Home
        sleep 1
        key End
        [[ $1 == Ctrl+z ]] || { sleep 1; key ctrl+z; }
        ;;
    F1) key F2 ;;
    ';') key Home shift+Right shift+Right shift+Right ;;
    l | Right | Shift+l | Shift+Right | Ctrl+Right | Space) key Home ;;
    [1-9]) key x ;;
    Shift+Enter) # the lesson on size classes has several variants
        key x 8
        sleep 1
        ;;
    Shift+Down | Shift+Up | Ctrl+Down | Ctrl+Up) key End g ;;
    Shift+y) key Home less End greater ;;
    Ctrl+h)
        key x ctrl+shift+p
        sleep 0.3
        xdotool type --delay 40 challenges
        key Return
        sleep 1
        ;;
    esac
}
none=
while read -r name; do
    ready "$name"
    sleep 0.35
    before=$(seen)
    key "$(x_name "$name")"
    changed=1
    for _ in 1 2 3 4 5; do
        sleep 0.12
        [[ $(seen) != "$before" ]] && { changed=0; break; }
    done
    [[ $changed == 0 ]] || none+=" $name"
    key Escape Escape
done < <("$build/arenascope" keys --lang en | awk '
    /^  / { line = substr($0, 3, 24); n = split(line, k, " "); for (i = 1; i <= n; i++) print k[i] }' |
    grep -vE '^(q|Ctrl\+q|palette|mouse|((Shift|Ctrl)\+)+Page(Up|Down))$') # scrolling needs something long
[[ ! $none ]]
check "keys that change nothing:$none" $?
key q
closes
check 'q quits with status 0' $?

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

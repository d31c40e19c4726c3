#!/usr/bin/env bash
# A real window on a virtual display, for scripts that use it as a person does: keys pressed and the
# pointer moved by xdotool; the program tells its state (--tell), and pictures of the screen are
# compared. Preferences are nobody's. To be sourced.
build=${BUILD:-build}
dir=$(mktemp -d)
display=
pids=()
cleanup() {
    kill "${pids[@]}" 2>/dev/null
    wait 2>/dev/null
    rm -rf "$dir"
}
trap cleanup EXIT
passed=0 failed=0

check() { # NAME STATUS
    if [[ $2 == 0 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $1; state: $(tail -n 1 "$dir/told")"
    fi
}

for n in $(seq 90 120); do
    [[ -e /tmp/.X$n-lock ]] && continue
    Xvfb ":$n" -screen 0 1280x720x24 -nolisten tcp >"$dir/xvfb" 2>&1 &
    pids+=($!)
    for _ in $(seq 50); do
        sleep 0.1
        kill -0 "${pids[-1]}" 2>/dev/null || break # somebody else has that number
        DISPLAY=:$n xdotool getdisplaygeometry >/dev/null 2>&1 && display=:$n && break 2
    done
done
[[ $display ]] || { echo "not ok no virtual display"; exit 1; }
export DISPLAY=$display XDG_CONFIG_HOME=$dir/config XDG_STATE_HOME=$dir/state
unset SDL_VIDEODRIVER WAYLAND_DISPLAY

# opens ARGUMENT...: runs arenascope with them; $app is its process, $window its window.
opens() {
    "$build/arenascope" "$@" --tell >"$dir/told" 2>"$dir/errors" &
    pids+=($!)
    app=$!
    window=
    for _ in $(seq 200); do
        window=$(xdotool search --name '^arenascope$' 2>/dev/null | head -n 1)
        [[ $window ]] && break
        sleep 0.1
    done
    [[ $window ]] || { echo "not ok no window; $(cat "$dir/errors")"; exit 1; }
    xdotool windowfocus "$window" windowmove "$window" 0 0
    sleep 1
}
# closes: waits until the app has ended, and returns its status.
closes() {
    for _ in $(seq 50); do kill -0 "$app" 2>/dev/null || break; sleep 0.1; done
    wait "$app"
}

state() { tail -n 1 "$dir/told" | tr ' ' '\n' | sed -n "s/^$1=//p"; }
shot() { import -window root "$dir/$1.png"; }
differ() { # A B: the pictures differ in at least a thousand pixels
    local n
    n=$(compare -metric AE "$dir/$1.png" "$dir/$2.png" null: 2>&1)
    awk -v n="$n" 'BEGIN { exit !(n + 0 >= 1000) }'
}
# waits NAME TEST...: until the test is true, twenty seconds at most
waits() {
    local name=$1
    shift
    for _ in $(seq 200); do
        if "$@"; then check "$name" 0; return; fi
        sleep 0.1
    done
    check "$name" 1
}
is() { [[ $(state "$1") == "$2" ]]; }
other() { [[ $(state "$1") != "$2" ]]; }
fits() { [[ $(state map | cut -d, -f2) -lt $1 ]]; }
above() { [[ $(state "$1") -gt $2 ]]; }

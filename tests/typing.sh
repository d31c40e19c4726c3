#!/usr/bin/env bash
# The lines that are typed into and the pointer's gestures do what they say, and what was set is found
# again.
set -u
# shellcheck source=tests/lib/window.bash
. "$(dirname "$0")/lib/window.bash"

key() { xdotool key "$@"; }
types() { xdotool type --delay 40 "$1"; }

# --- Lines that are typed into ---

opens run --size 1280x720 --provider model small
key End
waits 'the end' above event 70000
end=$(state event)

key ctrl+shift+p
waits 'Ctrl+Shift+P opens the palette' is prompt 1
types 'q'
sleep 0.3
kill -0 "$app"
check 'letters go to the line, not to commands' $?
key BackSpace
types 'peak'
key Return
waits 'Enter does what is chosen' is prompt 0
waits 'the peak is before the end' other event "$end"
key ctrl+shift+p Down Up Escape
waits 'Escape closes it' is prompt 0

types '/'
waits '/ opens the search' is prompt 2
types 'collection'
key shift+Return
sleep 0.3
first=$(state event)
check 'a collection is found' "$([[ $first != "$end" ]]; echo $?)"
key shift+Return
waits 'Shift+Enter: the one before' other event "$first"
key Return
waits 'Enter: the next one' is event "$first"
pinned=$(state pinned)
key ctrl+u
types '48 B'
key Return
waits 'a size pins a span' other pinned "$pinned"
pinned=$(state pinned)
key Escape
waits 'the search is closed' is prompt 0
key ctrl+g
waits 'Ctrl+G: the next span' other pinned "$pinned"
key ctrl+shift+g
waits 'and back: the same' is pinned "$pinned"
before=$(state event)
types ','
waits ', goes to what happened to it before' other event "$before"
sleep 1
before=$(state event)
types ','
waits 'and to what happened before that' other event "$before"
types '.'
waits '. goes on again' is event "$before"
sleep 1
key Home
waits 'elsewhere' is event 0
key ctrl+z
waits 'Ctrl+Z goes back' is event "$before"
key ctrl+shift+z
waits 'Ctrl+Shift+Z goes forward' is event 0
key ctrl+z
waits 'and back again' is event "$before"
key Escape

types 'M'
waits 'M begins a note' is prompt 3
xdotool type --delay 200 '看 here'
key Return
waits 'and Enter keeps it' is notes 1
key Home
waits 'elsewhere' is event 0
key ctrl+m
waits 'Ctrl+M goes to the note' is event "$before"

types ':'
waits ': opens the console' is prompt 4
types 'x = alloc 48'
key Return
waits 'the line runs after the end' above count "$end"
waits 'and is played' is event "$(state count)"
types 'drop nobody'
key Return Escape
waits 'the console is closed' is prompt 0
key ctrl+s
waits 'Ctrl+S asks for a name' is prompt 5
key ctrl+u
types "$dir/kept.arec"
key Return
waits 'and saves' test -s "$dir/kept.arec"
for kind in picture.png spans.csv trace.json; do
    key ctrl+s
    waits 'Ctrl+S opens the line' is prompt 5
    key ctrl+u
    types "$dir/$kind"
    key Return
    waits "and saves $kind" test -s "$dir/$kind"
done

# --- The pointer ---

key v Escape
waits 'the map' is centre 2
map=$(state map)
xdotool mousemove 640 520 keydown ctrl click 4 click 4 click 4 keyup ctrl
waits 'Ctrl+wheel zooms' other map "$map"
sleep 0.5
map=$(state map)
xdotool click 5 click 5 click 5
waits 'the wheel pans' other map "$map"
sleep 0.5
map=$(state map)
xdotool mousedown 2 mousemove 560 500 mouseup 2
waits 'a middle drag pans' other map "$map"
sleep 0.5
pinned=$(state pinned)
xdotool mousemove 640 520 click 1
waits 'a click pins' other pinned "$pinned"
xdotool click 3
waits 'the right button unpins' is pinned 0:0x0
map=$(state map)
sleep 0.6
xdotool click --repeat 2 --delay 60 1
waits 'a double click zooms to the thing' other map "$map"
xdotool click 3
waits 'unpinned' is pinned 0:0x0
xdotool click 3
waits 'the right button goes back where nothing is pinned' other pinned 0:0x0

# --- What was set is found again ---

theme=$(state theme)
key t
waits 'another theme' other theme "$theme"
theme=$(state theme)
key ctrl+q
closes
check 'Ctrl+Q quits with status 0' $?
check "nothing on standard error: $(head -n 3 "$dir/errors")" "$([[ ! -s $dir/errors ]]; echo $?)"
echo 'nonsense here' >>"$XDG_CONFIG_HOME/arenascope/preferences"
opens run "$dir/kept.arec"
waits 'the theme is found again' is theme "$theme"
waits 'the file has the note' is notes 1
grep -q 'preferences:[0-9]*: .*nonsense' "$dir/errors"
check 'a line that cannot be is told' $?
key q
closes

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

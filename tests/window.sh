#!/usr/bin/env bash
# The window itself, as a person uses it: a real window on a virtual display, keys pressed and the pointer
# moved by xdotool; the program tells its state (--tell), and pictures of the screen are compared.
set -u
# shellcheck source=tests/lib/window.bash
. "$(dirname "$0")/lib/window.bash"

opens run --size 1280x720 small

waits 'it starts at event 0' is event 0
shot start
xdotool mousemove 321 378 click 1
waits 'a click on hint 0 takes it' is taken 1
xdotool mousemove 321 378 click 1
waits 'and another gives it back' is taken 0
xdotool mousemove 640 660
for _ in 1 2 3; do xdotool key Right; done
waits 'three steps forward' is event 3
xdotool key Left
waits 'a step back' is event 2
xdotool key shift+Right shift+Right
waits 'operations forward' is step 'done'
shot init
differ start init
check 'the picture follows' $?
xdotool key End
waits 'to the end' above live 1000000
shot end
differ init end
check 'the picture of the end is another' $?
ops=$(state ops) live64=$(state live)
xdotool key m
waits 'm: 32-bit' is platform linux/386
waits 'at the same point of the workload' is ops "$ops"
shot end32
differ end end32
check 'and another picture' $?
xdotool key m
waits 'm again: 64-bit' is live "$live64"
xdotool key Home
waits 'back to the beginning' is event 0
xdotool key space
waits 'space plays' is playing 1
waits 'and time goes on' above event 5
xdotool key space
waits 'space pauses' is playing 0
xdotool key r
waits 'all hints refused' is taken 128
waits 'in the simulated space' is provider simulated
xdotool key End
waits 'the 32-bit plan serves a 64-bit program' above live 1000000
xdotool key Home r
waits 'all hints free' is taken 0
xdotool key End
sleep 0.3
shot dark
xdotool key v ctrl+1
waits 'Ctrl+1: the map of the whole space' is map 0x0,140737488355328
xdotool key ctrl+5
waits 'Ctrl+5: the arena' is map 0xc420000000,6291456
xdotool mousemove 640 500 key w w
waits 'w zooms in, at the pointer' fits 3500000
before=$(state map)
xdotool mousemove 640 500 mousedown 1 mousemove 640 480 mousemove 640 440 mouseup 1
waits 'dragging moves the map' other map "$before"
xdotool key 0
waits '0: all of the arena' is map 0xc420000000,6291456
xdotool keydown ctrl mousemove 450 480 mousedown 1 mousemove 500 485 mousemove 560 490 mouseup 1 keyup ctrl
waits 'Ctrl and dragging zooms to the rectangle' fits 2000000
xdotool key 0
waits 'and back' is map 0xc420000000,6291456
xdotool key t
waits 't: the next theme' is theme light
shot light
differ dark light
check 'looks different' $?
xdotool key u
waits 'u: the other language' is language zh
shot chinese
differ light chinese
check 'in other words' $?
xdotool key u
waits 'u again: the first one' is language en
sleep 0.3
shot english
! differ light english
check 'in the same words as before' $?
xdotool type '?'
waits '? shows the keys' is help 1
shot help
differ light help
check 'over the window' $?
xdotool key Escape
waits 'Escape closes them' is help 0
xdotool mousemove 640 690 mousedown 1 mousemove 700 690 mouseup 1
waits 'dragging the timeline seeks' above event 100
before=$(state event)
xdotool mousemove 300 690 click 1
waits 'and back' test "$(state event)" -lt "$before"
xdotool key 1
waits '1 opens lesson 1' is lesson 1.1
shot lesson
xdotool key Return
waits 'Enter: its next step' is lesson 1.2
xdotool windowsize "$window" 960 600
sleep 0.5
kill -0 "$app"
check 'it survives a smaller window' $?
xdotool key q
closes
check 'q quits with status 0' $?
[[ ! -s $dir/errors ]]
check "nothing on standard error: $(head -n 3 "$dir/errors")" $?

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

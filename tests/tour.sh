#!/usr/bin/env bash
# The guided tour, which `make run` gives where there is no display: a picture of every lesson's every
# step, and its words.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
export LC_ALL=C.UTF-8 LANGUAGE=en XDG_CONFIG_HOME=/nonexistent XDG_STATE_HOME=/nonexistent

check() { # NAME STATUS
    if [[ $2 == 0 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $1: $(tail -n 2 "$dir/said")"
    fi
}

is_png() { [[ $(head -c 4 "$1" | tail -c 3) == PNG ]]; }

env -u DISPLAY -u WAYLAND_DISPLAY "$build/arenascope" tour --size 960x600 "$dir/tour" \
    >"$dir/told" 2>"$dir/said"
check 'it ends well' $?
[[ ! -s $dir/said ]]
check 'nothing is wrong on the way' $?
steps=$(cat lessons/en/[0-9]*.md | grep -c '^## ')
[[ $steps -gt 100 && $(grep -c '^Lesson [0-9]*, step [0-9]* of ' "$dir/told") == "$steps" ]]
check "each of $steps steps is told" $?
mapfile -t pictures < <(sed -n 's/^  \[\(.*\.png\)\]$/\1/p' "$dir/told")
for picture in "${pictures[@]}"; do is_png "$picture" || break; done
[[ ${#pictures[@]} == "$steps" && $(find "$dir/tour" -name 'lesson-*-step-*.png' | wc -l) == "$steps" ]] &&
    is_png "$picture"
check 'and each is in a picture, named where it is told' $?
[[ $(tail -n 1 "$dir/told") == "$steps pictures are in $dir/tour/."* ]]
check 'the last line says where they are' $?
! grep -v '^  \[' "$dir/told" | head -n -1 | grep -q '.\{81\}'
check 'the words fit a terminal' $?

# refuses PATTERN DIR: exit 2 and one line on standard error, which matches PATTERN.
refuses() {
    "$build/arenascope" tour --size 960x600 "$2" >/dev/null 2>"$dir/said"
    [[ $? == 2 && $(wc -l <"$dir/said") == 1 && $(<"$dir/said") =~ $1 ]]
    check "$2" $?
}
refuses '/dev/null/x: cannot make the directory: Not a directory' /dev/null/x
refuses '/proc/self/lesson-1-step-01.png: cannot write: ' /proc/self

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

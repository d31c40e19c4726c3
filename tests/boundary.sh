#!/usr/bin/env bash
# Holds the parts of the project apart: sim/ runs without the window and its libraries, the window
# draws replicas and never the heap, includes run one way, and the top of the repository is tidy.
# tests/boundary.sh [TOP]: of another tree than this one. $BUILD is where it was built.
set -u
shopt -s lastpipe nullglob globstar
cd "${1:-$(dirname "$0")/..}" || exit 2
build=${BUILD:-build}
bad=0

# holds RULE: reads what offends; nothing may.
holds() {
    local offenders
    offenders=$(cat)
    if [[ -z $offenders ]]; then
        echo "ok $1"
    else
        echo "not ok $1"
        echo "${offenders//$'\n'/$'\n'    }" | sed '1s/^/    /'
        bad=1
    fi
}

# includes PATTERN FILE...: the lines that include a path which starts with PATTERN.
includes() {
    local pattern=$1
    shift
    grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]+[\"<]($pattern)" "$@" /dev/null
}

window='SDL|TTF_|IMG_|Fc[A-Z]|(set|init)_linebreaks'

grep -rnE '\bSDL|\b(TTF|IMG)_|\bviz/' sim tests/sim | holds "sim/ names neither SDL nor viz/"

for object in "$build/libsim.a" "$build/obj/sim/main.o" "$build/arenasim"; do
    [[ -f $object ]] || echo "$object is not built"
done | holds "there is a build to look at"
nm -Au "$build/libsim.a" "$build/obj/sim/main.o" | grep -E " U ($window)" |
    holds "objects of sim/ call nothing of the window's libraries"
ldd "$build/arenasim" | grep -iE 'sdl|fontconfig|freetype|unibreak|libx11|wayland' |
    holds "arenasim is not linked with the window's libraries"

drawing=()
for file in viz/**/*.[ch]; do
    [[ $file =~ ^viz/(app[^/]*|main)\.[ch]$ ]] || drawing+=("$file")
done
includes 'sim/heap/|\.\./' "${drawing[@]}" |
    holds "viz/ includes nothing of sim/heap/, but for what starts workloads (app*.c, main.c)"

# sim/work -> sim/heap -> sim/os, and sim/heap -> sim/trace; all may use sim/base.
includes 'sim/(os|trace|heap|work)/|\.\./' sim/base/*.[ch] | holds "sim/base/ stands alone"
includes 'sim/(os|heap|work)/|\.\./' sim/trace/*.[ch] | holds "sim/trace/ knows no heap"
includes 'sim/(trace|heap|work)/|\.\./' sim/os/*.[ch] | holds "sim/os/ knows no heap"
includes 'sim/(work|lesson)/|\.\./' sim/heap/*.[ch] | holds "sim/heap/ does not know what runs on it"
includes 'sim/lesson/|\.\./' sim/work/*.[ch] | holds "sim/work/ knows no lessons"

for entry in *; do
    case $entry in
    sim | viz | lessons | tests | assets | Makefile | README.md | LICENSE | "${build%%/*}") ;;
    *) echo "$entry" ;;
    esac
done | holds "nothing else stands at the top"

exit $bad

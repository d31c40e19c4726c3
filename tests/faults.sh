#!/usr/bin/env bash
# Files, memory and libraries fail: a command is run again and again while the n-th call of a kind
# fails (tests/faults/preload.c), for n = 1, 2, 3, ... until it goes through. However it fails: one
# line on standard error and exit status 2, never a signal or a leak; or all is well and the output
# is what it always is. The file it was to replace is the old one or the new one, whole, and of the
# attempt nothing is left, unless memory ran out: then FILE.part may be.
#
# FAULTS_ALL=1 takes every n; else n grows in steps.
set -u
build=$(cd "${BUILD:-build}" && pwd) || exit 2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0 walked=0 libraries="" all=${FAULTS_ALL:-0}
file=$dir/new # which the command is to replace
[[ -e $build/tests/faults.so ]] || { echo "0 passed, 1 failed: no $build/tests/faults.so"; exit 1; }
export ARENASCOPE_DATA=${ARENASCOPE_DATA:-$PWD} LC_ALL=C.UTF-8 SDL_VIDEODRIVER=dummy
export XDG_CONFIG_HOME=$dir/config XDG_STATE_HOME=$dir/state
export ASAN_OPTIONS=${ASAN_OPTIONS:-}:verify_asan_link_order=0
timeout=60 # seconds a run may take

bad() { # WHAT: says it, and what the program said
    failed=$((failed + 1))
    echo "not ok $*"
    head -n 5 "$dir/said" | sed 's/^/    /'
}

echo old >"$dir/old"
# once FAULT COMMAND...: runs it; status in $status, its words in $dir/out and $dir/said
once() {
    local fault=$1
    shift
    rm -f "$dir/count" "$file"*
    mkdir -p "${file%/*}"
    cp "$dir/old" "$file"
    timeout "$timeout" env ${libraries:+FAULT_LIBRARIES=1} FAULT="$fault" FAULT_COUNT="$dir/count" \
        LD_PRELOAD="$build/tests/faults.so" "$@" >"$dir/out" 2>"$dir/said" </dev/null
    status=$?
}

# Did the run end for want of the machine's memory? Its recording is whole all the same.
ended_early() {
    grep -q 'this machine has no room for' "$dir/said" && "$sim" run "$file" >"$dir/again" 2>&1 &&
        ! grep -q 'stops short' "$dir/again"
}

# judge KIND N NAME: is this an end that may be?
judge() {
    local what="$3: $1 number $2 fails: " left
    left=$(find "${file%/*}" -name "${file##*/}?*" | wc -l)
    if [[ $status == 2 ]]; then
        [[ $(wc -l <"$dir/said") == 1 || ($2 == *later && $1 == f* && $3 == window*) ]] ||
            { bad "$what not one line"; return; } # preferences are told of first, and it goes on
        cmp -s "$file" "$dir/right.new" || cmp -s "$file" "$dir/old" || ended_early ||
            { bad "$what the old file is not whole"; return; }
    elif [[ $status == 0 && $3 == "window, saved"* && $(tail -n 1 "$dir/out") != *prompt=0* ]] && cmp -s "$file" "$dir/old"; then
        : # the line where its name was typed is still open, with the reason below it
    elif [[ $status == 0 && $(wc -l <"$dir/said") == 1 ]] && cmp -s "$file" "$dir/old"; then
        : # the window opens all the same, and says what it does not know and will not write over
    elif [[ $status == 0 && $1 == mmap ]] && grep -q 'Go ended the program' "$dir/out"; then
        : # the program under study has found no memory: that is a result
    elif [[ $status == 1 && $1 == mmap && $3 == verify ]]; then
        : # Go had memory here, we have not: that differs
    elif [[ $status == 0 && $1 == TTF_* ]] && head -c 4 "$file" | grep -aq PNG; then
        : # words are in another font, as where that one is not installed; or letters are blank
    elif [[ $status == 0 ]]; then
        cmp -s "$file" "$dir/right.new" ||
            { bad "$what it says that all is well, and the file differs"; return; }
        cmp -s "$dir/out" "$dir/right.out" ||
            { bad "$what it says that all is well, and its output differs"; return; }
    else
        bad "$what status $status"
        return
    fi
    [[ $left == 0 || $1 == memory* ]] || { bad "$what of the attempt $left files are left"; return; }
    passed=$((passed + 1))
}

# walk NAME KINDS COMMAND...
walk() {
    local name=$1 kinds=$2 kind n count
    shift 2
    once none:0 "$@"
    [[ $status == 0 ]] || { bad "$name: status $status without a fault"; return; }
    cp "$file" "$dir/right.new"
    cp "$dir/out" "$dir/right.out"
    for kind in $kinds; do
        once "$kind:0" "$@"
        count=$(cat "$dir/count")
        for ((n = 1; n <= count; n += all ? 1 : 1 + n)); do
            once "$kind:$n" "$@"
            judge "$kind" "$n" "$name"
            once "$kind:$n:for-good" "$@"
            judge "$kind" "$n and later" "$name"
            walked=$((walked + 2))
        done
    done
}

files="fopen fread fgets fwrite fprintf fputs fflush fsync fclose rename opendir mmap"
[[ $build == *asan* || $build == *tsan* ]] || files+=" memory"
sim=$build/arenasim scope=$build/arenascope
printf 'keep r 4\nphase "A"\nrepeat 40\nr[] = alloc 48\nend\nalloc 5000\ndrop r\ncollect\n' \
    >"$dir/few.arena"
"$sim" run --provider model --record "$dir/few.arec" "$dir/few.arena" >/dev/null

walk "run --record" "$files" "$sim" run --provider model --record "$dir/new" "$dir/few.arena"
printf 'ps 3\ninterleave 1\nrepeat 20\nalloc 48\nend\n' >"$dir/ps.arena"
printf 'phase "A"\nrepeat 9000\nalloc 16\nend\n' >"$dir/many.arena"
some=$all all=1 # it takes few
walk "run --record, in several pieces" "fwrite fflush" "$sim" run --provider model --record "$dir/new" \
    "$dir/many.arena"
all=$some
walk "run with several P's" pthread_create "$sim" run --provider model "$dir/ps.arena"
walk "run a recording" "$files" "$sim" run --events "$dir/few.arec"
walk "export" "$files" "$sim" export --chrome -o "$dir/new" "$dir/few.arec"
walk "export to standard output" "fputs fflush" "$sim" export --csv samples "$dir/few.arec"
walk "verify" "$files" "$sim" verify tests/data/transcripts/init-386.txt.gz
# full COMMAND...: the disk is full, and the file cannot even be closed: the first reason is told.
full() {
    rm -f "$file"*
    cp "$dir/old" "$file"
    # shellcheck disable=SC2016 # the inner shell expands it, and becomes the program
    FAULT=fclose:1:for-good env LD_PRELOAD="$build/tests/faults.so" \
        sh -c 'for part in "$0.part" "$0.$$.part"; do ln -s /dev/full "$part"; done; exec "$@"' \
        "$file" "$@" >"$dir/out" 2>"$dir/said" </dev/null
    status=$?
    if [[ $status == 2 && $(<"$dir/said") == *"/new: cannot write: No space left on device" ]] &&
        cmp -s "$file" "$dir/old"; then
        passed=$((passed + 1))
    else
        bad "$2, on a full disk: status $status"
    fi
}
full "$sim" run --provider model --record "$dir/new" "$dir/few.arena"
full "$sim" export --chrome -o "$dir/new" "$dir/few.arec"
# Each of the few that libraries ask for on the way.
libraries=yes all=1
[[ $files != *memory* ]] || for name in record:"run --provider model --record $dir/new $dir/few.arena" \
    open:"run $dir/few.arec" verify:"verify tests/data/transcripts/init-386.txt.gz"; do
    read -ra words <<<"${name#*:}"
    walk "${name%%:*}, memory of libraries:" memory "$sim" "${words[@]}"
done
libraries="" all=$some
walk "lesson" "fopen fread fputs fflush opendir" "$sim" lesson 1
walk "render" "fopen fread fwrite fflush fsync fclose rename opendir TTF_Init TTF_OpenFontIndex \
FcInitLoadConfigAndFonts FcFontMatch IMG_SavePNG_RW SDL_CreateRGBSurfaceWithFormatFrom SDL_AllocRW" \
    "$scope" render --provider model --size 640x400 -o "$dir/new" "$dir/few.arena"
all=0 # a call for every letter and for memory would take hours
walk "render" "TTF_RenderGlyph32_Blended ${files#*mmap}" \
    "$scope" render --provider model --size 640x400 -o "$dir/new" "$dir/few.arena"

# The window: somebody looks at a lesson, turns the theme, and goes. What is kept of it is written.
export FAULT_TYPED=t
window="SDL_Init SDL_CreateWindow SDL_GetWindowSurface SDL_UpdateWindowSurface IMG_Load"
kept="fopen fread fwrite fflush fsync fclose rename mkdir"
file=$XDG_STATE_HOME/arenascope/progress
walk "window and progress" "$window $kept" "$scope" --provider model --size 960x600 lesson 1
file=$XDG_CONFIG_HOME/arenascope/preferences
echo '# mine' >"$dir/old"
walk "window and preferences" "$kept" "$scope" --provider model --size 960x600 run "$dir/few.arena"

# Ctrl+S, what is put behind the name that is offered, and Enter.
for suffix in "" .csv .json .png; do
    file=$dir/run.arec$suffix
    export FAULT_TYPED=$suffix$'\n'
    walk "window, saved as .arec$suffix" "fwrite fflush fsync fclose rename" env -C "$dir" \
        "$scope" --provider model --size 960x600 --tell --do save run few.arena
done

echo "# $walked runs with a fault"
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

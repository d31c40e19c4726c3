#!/usr/bin/env bash
# fuzz.sh [SECONDS [TARGET...]]: gives bytes to everything that reads files, and to the heap.
#
# Without SECONDS, each target of tests/fuzz/ goes through its seeds, through what was found once
# (tests/data/fuzz/TARGET/), and through changed copies of both. With SECONDS, programs linked with
# libFuzzer ($BUILD is that build) look for more, so long each; what they learn stays in
# $BUILD/corpus/, and what they find is $BUILD/found/TARGET-*.
#
# Bounds, beyond which it is a finding: 2 GiB of memory in all or in one piece, 20 seconds an input
# (60 here, where machines may be slow).
#
# The seeds are made of tests/data, the built-in workloads and the lessons.
set -u
cd "$(dirname "$0")/.." || exit 2

BUILD=${BUILD:-build}
seconds=${1-}
shift $(($# > 0))
targets=("$@")
[[ $# != 0 ]] || for f in tests/fuzz/*.c; do
    f=$(basename "$f" .c)
    [[ $f =~ ^(fuzz|replay|seeds)$ ]] || targets+=("$f")
done
if [[ $seconds ]]; then
    seeds=$BUILD/seeds
    rm -rf "$seeds"
else
    seeds=$(mktemp -d)
    trap 'rm -rf "$seeds"' EXIT
fi
mkdir -p "$seeds"/{script,operations,transcript,importer,lesson,expression,settings,recording,heap}

# part FROM LINES TO: the first lines of a packed file.
part() { zcat "$1" 2>/dev/null | head -n "$2" >"$3"; }

make_seeds() {
    local f name
    cp sim/work/workloads/*.arena "$seeds/script"
    printf 'x = alloc 8\n\001y = alloc 16|32\nx = y\ncollect\n' >"$seeds/script/console"
    for f in lessons/*/{01,22,23}-*.md; do
        name=${f#lessons/}
        cp "$f" "$seeds/lesson/${name/\//-}"
    done
    for f in tests/data/transcripts/{init,tiny,lazy,graph,hints3,fallback2,mix}-*.txt.gz; do
        name=$(basename "$f" .txt.gz)
        part "$f" 60 "$seeds/transcript/$name"
        { head -n 2 "$seeds/transcript/$name"; zcat "$f" | grep '^> ' | head -n 60; } \
            >"$seeds/operations/$name" 2>/dev/null
    done
    printf 'platform linux/386\nlimit 300MiB\ntake 0x10000000\n> init\n> a 1 4096\n> p 2 16 3 8 1\n> st 2 0 1 8\n> g\n> u 1\n' \
        >"$seeds/operations/world"
    for f in tests/data/traces/*.gz; do
        part "$f" 150 "$seeds/importer/$(basename "$f" .gz)"
        zcat "$f" 2>/dev/null | grep -E '^trace(alloc|free|gc)' | head -n 150 \
            >"$seeds/importer/$(basename "$f" .gz).short"
    done
    # Of lessons, their expressions and questions, each by itself.
    grep -ohE '\{[^}]*\}' lessons/en/*.md | sort -u | head -n 60 | tr -d '{}' |
        (cd "$seeds/expression" && split -l 1 - expr)
    awk -v to="$seeds/expression/question" '
        /^```/ { open = /^```question/; n += open; next }
        open { print > (to n) }' lessons/en/*.md
    cp assets/themes/*.theme "$seeds/settings"
    printf '# mine\ntheme dark\nlanguage zh\nscale 1.5\nwindow 1280x720\nspeed 2K\n' \
        >"$seeds/settings/preferences"
    printf '01-a.md 1 seen\n01-a.md 2 wrong\n02-b.md 3 right\n' >"$seeds/settings/progress"
    gzip -nc "$seeds/settings/preferences" >"$seeds/settings/preferences.gz"
}

# The short form: a line a target.
replay() {
    local target=$1 copies=$2 out
    shift 2
    [[ ! -d tests/data/fuzz/$target ]] || set -- "$@" "tests/data/fuzz/$target"
    if out=$("$BUILD/tests/fuzz/$target" "$copies" "$@" 2>&1); then
        echo "ok - $target: $(tail -n 1 <<<"$out")"
    else
        echo "not ok - $target: $(grep ', copy ' <<<"$out" | tail -n 1)"
        grep -v ', copy ' <<<"$out" | head -n 30
        return 1
    fi
}

hunt() {
    local target=$1 found=$BUILD/found/$1- corpus=$BUILD/corpus/$1 known=tests/data/fuzz/$1
    mkdir -p "$corpus" "$BUILD/found"
    [[ -d $known ]] || known=
    "$BUILD/tests/fuzz/$target" -max_total_time="$seconds" -rss_limit_mb=2048 -timeout=20 \
        -max_len=8192 -artifact_prefix="$found" -print_final_stats=1 -verbosity=1 \
        "$corpus" "$seeds/$target" ${known:+"$known"} >"$BUILD/found/$target.log" 2>&1
    local status=$?
    awk -v target="$target" -v status=$status '
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
        /number_of_executed_units/ { runs = $2 } /average_exec_per_sec/ { rate = $2 }
        END { printf "%s - %s: %d runs, %d a second, %d edges\n", status ? "not ok" : "ok", target, runs, rate, edges }' \
        "$BUILD/found/$target.log"
    [[ $status == 0 ]] || grep -E -A12 'ERROR|BUG|arenascope:|runtime error|SUMMARY' \
        "$BUILD/found/$target.log" | head -n 40
    return $status
}

make_seeds
"$BUILD/tests/fuzz/seeds" "$seeds" || exit
failed=0
for target in "${targets[@]}"; do
    if [[ $seconds ]]; then
        hunt "$target" || failed=1
    else
        # Where an input takes longer, fewer copies.
        copies=200
        [[ $target == expression ]] && copies=40 # there are many
        [[ $target =~ ^(heap|operations|transcript|lesson)$ ]] && copies=16
        replay "$target" "$copies" "$seeds/$target" || failed=1
    fi
done
exit $failed

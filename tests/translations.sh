#!/usr/bin/env bash
# Every word that the sources mark is in every catalogue, translated and beyond doubt, and the
# programs say it. Without gettext's tools (xgettext, msgcmp, ...) there is nothing to compare with.
set -u
cd "$(dirname "$0")/.." || exit 2
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
bad=0

holds() { # RULE STATUS FILE: says what is in the file if the rule does not hold
    if [[ $2 == 0 ]]; then
        echo "ok $1"
    else
        echo "not ok $1"
        sed 's/^/    /' "$3" | head -n 40
        bad=1
    fi
}

if command -v xgettext >/dev/null && command -v msgcmp >/dev/null; then
    make --no-print-directory -s pot POT="$dir/words.pot" >"$dir/said" 2>&1
    holds "the marked words can be collected" $? "$dir/said"
    for po in assets/po/*.po; do
        msgcmp "$po" "$dir/words.pot" >"$dir/said" 2>&1
        holds "$po has every marked word; what it lacks, \`make po\` adds" $? "$dir/said"
        msgfmt --check -o /dev/null "$po" >"$dir/said" 2>&1
        holds "$po keeps the directives of printf, and plurals" $? "$dir/said"
        msgattrib --only-fuzzy --no-obsolete "$po" >"$dir/said"
        ! [[ -s $dir/said ]]
        holds "$po has nothing doubtful" $? "$dir/said"
    done
else
    echo "not ok words and catalogues # SKIP gettext's tools are not here"
fi

# says LANGUAGE LOCALE WORDS: does the program tell a start in those words?
says() {
    LANGUAGE=$1 LC_ALL=$2 "$build/arenasim" run --events --provider model small 2>&1 |
        grep -m 1 mallocinit >"$dir/said"
    grep -qF "$3" "$dir/said"
    holds "LANGUAGE=$1 LC_ALL=$2 says: $3" $? "$dir/said"
}
says '' C 'The runtime starts'
says '' C.UTF-8 'The runtime starts'
says zh_CN C 'The runtime starts' # as gettext has it
says zh_CN C.UTF-8 '运行时启动'
says de:zh C.UTF-8 '运行时启动'
says '' zh_CN.UTF-8 '运行时启动' # whether or not the machine has that locale
says en zh_CN.UTF-8 'The runtime starts'

# Chinese has no spaces between its own words and marks, whatever is put into a sentence.
LANGUAGE=zh LC_ALL=C.UTF-8 "$build/arenasim" run --events --provider model small |
    LC_ALL=C.UTF-8 grep -m 5 -P '[\p{Han}，。：；、] [\p{Han}，。：；、]' >"$dir/said"
! [[ -s $dir/said ]]
holds "the story of a run in Chinese has no stray spaces" $? "$dir/said"

# A program without its catalogues speaks English.
cp "$build/arenasim" "$dir/alone"
ARENASCOPE_DATA=$dir LANGUAGE=zh LC_ALL=C.UTF-8 "$dir/alone" quux >"$dir/said" 2>&1
grep -qF "unknown command" "$dir/said"
holds "without catalogues it speaks English" $? "$dir/said"

exit $bad

#!/usr/bin/env bash
# Installed programs work away from the sources: `make install` into an empty directory, the programs
# run from another one, the manual and completions are sound, and `make uninstall` leaves nothing of
# ours and all of others'.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0
unset ARENASCOPE_DATA

check() { # NAME STATUS [DETAIL]
    if [[ $2 == 0 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $1: ${3-}"
    fi
}

# quiet NAME COMMAND...: succeeds and says nothing.
quiet() {
    local name=$1 said
    shift
    said=$("$@" 2>&1) && [[ -z $said ]]
    check "$name" $? "$said"
}

# has COMMAND: is it there to check with?
has() { command -v "$1" >/dev/null; }

case $build in
*/asan | */coverage | */debug | */tsan) mode=${build##*/} top=${build%/*} ;;
*) mode=release top=$build ;;
esac
make_quietly() {
    make --no-print-directory -s "$@" MODE="$mode" BUILD="$top" PREFIX=/usr DESTDIR="$dir/a place" >/dev/null
}
usr="$dir/a place/usr"
mkdir -p "$usr/bin" "$dir/elsewhere"
echo other >"$usr/bin/other"
make_quietly install
check 'make install' $?
cd "$dir/elsewhere" || exit 1

# --- The programs ---

[[ $("$usr/bin/arenasim" run --provider model small) =~ 'operations, '.*' objects' ]]
check 'arenasim runs a built-in workload' $?
[[ $("$usr/bin/arenasim" run --provider model real64) =~ 'understood'.*'operations, '.*' objects' ]]
check "arenasim runs a real program's log" $?
[[ $("$usr/bin/arenasim" workloads leak) == 'A leak'* ]]
check 'arenasim tells what to look for' $?
[[ $(printf '? treap\n' | "$usr/bin/arenasim" lesson 1) == *'| treap: '* ]]
check 'arenasim explains a word' $?
"$usr/bin/arenascope" render --size 960x600 --theme light --at 40 -o workload.png trees
check 'arenascope draws a workload' $?
"$usr/bin/arenascope" render --size 960x600 --lang zh -o lesson.png lesson:1.3
check 'arenascope draws a lesson, with its translations' $?
[[ $(head -c 4 workload.png | tail -c 3)$(head -c 4 lesson.png | tail -c 3) == PNGPNG ]]
check 'both are PNG files' $?
cmp -s "$usr/share/arenascope/sim/heap/malloc.c" "$OLDPWD/sim/heap/malloc.c"
check 'the sources to be shown are there' $?

# --- The manual ---

format_page() { man --warnings -E UTF-8 -l "$1" >/dev/null; }

for program in arenascope arenasim; do
    page=$usr/share/man/man1/$program.1
    has mandoc && quiet "mandoc has nothing against $program.1" mandoc -T lint -W warning "$page"
    has mandb && quiet "man has nothing against $program.1" format_page "$page"
    text=$(sed 's/\\-/-/g' "$page")
    for option in $("$usr/bin/$program" help | grep -oE '^ +-(-[a-z]+|[a-z])\>'); do
        [[ $text == *"\\fB$option\\fR"* ]]
        check "$program.1 tells of $option" $?
    done
    grep -q '@' "$page"
    check "$program.1 is filled in" $((!$?))
done
page=$(sed "s/\\\\-/-/g; s/\\\\&//g; s/\\\\(aq/'/g" "$usr/share/man/man1/arenascope.1")
keys=0
while IFS= read -r line; do
    help=${line##*  } # the last column
    [[ $page == *$'\n'"$help."$'\n'* ]] || { check "arenascope.1 tells: $help" 1; }
    keys=$((keys + 1))
done < <("$usr/bin/arenascope" keys | grep '^  ')
[[ $keys -gt 30 ]]
check 'arenascope.1 has all keys' $? "only $keys"

# --- Completions ---

bash_dir=$usr/share/bash-completion/completions
for program in arenascope arenasim; do
    quiet "bash reads the completions of $program" bash -n "$bash_dir/$program"
    has zsh && quiet "zsh reads the completions of $program" \
        zsh -n "$usr/share/zsh/site-functions/_$program"
    has fish && quiet "fish reads the completions of $program" \
        fish -n "$usr/share/fish/vendor_completions.d/$program.fish"
    # shellcheck disable=SC1090
    . "$bash_dir/$program"
done

# completes PROGRAM "WORDS... BEGINNING" EXPECTED: what bash offers there, sorted.
completes() {
    local offered
    # shellcheck disable=SC2034
    read -ra COMP_WORDS <<<"$1 $2"
    [[ $2 != *' ' && $2 ]] || COMP_WORDS+=('')
    # shellcheck disable=SC2034
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    COMPREPLY=()
    "_$1"
    offered=$(printf '%s\n' "${COMPREPLY[@]}" | LC_ALL=C sort | tr '\n' ' ')
    [[ $offered == "$3 " ]]
    check "$1 $2" $? "offers $offered, expected $3"
}
touch trees.log
completes arenascope 're' 'render'
completes arenascope '--theme ' 'contrast dark light'
completes arenascope 'run --platform linux/a' 'linux/amd64 linux/arm linux/arm64'
completes arenascope 'run tr' 'trees trees.log'
completes arenascope 'run --pr' '--provider'
completes arenascope 'render -o les' 'lesson.png'
completes arenasim 'st' 'stress'
completes arenasim 'verify --' '--help --replica'
completes arenasim 'run --e' '--events'
completes arenasim 'soak --e' ''
completes arenasim 'completions z' 'zsh'
if has fish; then
    offered=$(fish -c "source '$usr/share/fish/vendor_completions.d/arenasim.fish'
        complete -C 'arenasim run --provider '" | cut -f 1 | tr '\n' ' ')
    [[ $offered == 'host model ' ]]
    check 'fish completes' $? "offers $offered"
fi

# --- The desktop ---

for entry in "$usr"/share/applications/*.desktop; do
    has desktop-file-validate && quiet "${entry##*/} is valid" desktop-file-validate "$entry"
done
has xmllint && quiet 'the kinds of files are well told' xmllint --noout "$usr/share/mime/packages/arenascope.xml"
[[ $(head -c 4 "$usr/share/icons/hicolor/256x256/apps/arenascope.png" | tail -c 3) == PNG ]]
check 'the icon is a PNG file' $?

# --- And away again ---

cd "$OLDPWD" || exit 1
make_quietly uninstall
check 'make uninstall' $?
left=$(find "$usr" -type f; find "$usr" -path '*arenascope*')
[[ $left == "$usr/bin/other" ]]
check 'uninstalling leaves what is not ours, and nothing else' $? "$left"

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

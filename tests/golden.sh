#!/usr/bin/env bash
# Golden pictures: the window at chosen moments must look as it did when somebody last looked at it.
#
#   tests/golden.sh          compares; pictures that differ are left in $BUILD/golden/ to be looked at
#   tests/golden.sh update   makes them anew (`make golden`): look at every one before committing
#
# All are made in the simulated space, so that no kernel's choice of addresses shows.
set -u
export XDG_CONFIG_HOME=/nonexistent XDG_STATE_HOME=/nonexistent # nobody's preferences
build=${BUILD:-build}
golden=tests/data/golden
out=$build/golden
passed=0 failed=0

# NAME WHAT OPTIONS...
pictures() {
    cat <<'LIST'
start-64                 small       --at 0
start-32-zh              trees       --at 30 --platform linux/386 --theme light --lang zh
hints-refused-64         small       --at 520 --taken 128 --path
limit-32                 trees       --at 40 --platform linux/386 --limit 420MiB --path
failed-32                trees       --at end --platform linux/386 --limit 100MiB
arm64-hints              small       --at 24 --platform linux/arm64 --taken 2
map-64                   small       --at 9000
map-32-zh                trees       --at 26000 --platform linux/386 --theme light --lang zh
map-space-64             strings     --at 6000 --do go-space --theme light
map-slots-64             strings     --at 62000 --map 0xc420018000,32KiB
map-words-32-zh          trees       --at 26000 --platform linux/386 --map 0x18402000,64 --theme light --lang zh
map-1080                 strings     --at 6000 --theme light --size 1920x1080
map-contrast             trees       --at end --platform linux/386 --theme contrast
map-960                  huge        --at end --size 960x600
caches-64                workers     --at 20104 --do caches
caches-32-zh             small       --at 60000 --do caches --platform linux/386 --theme light --lang zh
waste-64                 small       --at 60000 --do waste --theme light
waste-32-zh              small       --at 60000 --do waste --platform linux/386 --lang zh
range-64                 strings     --at 9000 --do range-from --do end --do range-to --do range
range-32-zh              trees       --at 9000 --do range-from --do end --do range-to --do range --platform linux/386 --theme light --lang zh
why-64                   small       --at 320 --do why --theme light
why-32-zh                small       --at 320 --do why --platform linux/386 --lang zh
world-64-zh              small       --at 9000 --do world --lang zh --theme light
world-32                 small       --at 9000 --do world --platform linux/386
compare                  small       --at end --do compare
compare-zh               trees       --at 30 --do compare --theme light --lang zh
help                     small       --do help
help-zh                  small       --do help --theme light --lang zh
lesson                   lesson:3.3
lesson-answered          lesson:9.2  --do answer=1
lesson-zh                lesson:9.2  --theme light --lang zh
LIST
}

render() { # FILE WHAT OPTIONS...
    local file=$1 what=$2
    shift 2
    "$build/arenascope" render --provider model "$@" -o "$file" "$what"
}

mkdir -p "$out" "$golden"
while read -r name what options; do
    if [[ ${1-} == update ]]; then
        # shellcheck disable=SC2086 # options are words
        render "$golden/$name.png" "$what" $options || exit 1
        continue
    fi
    # shellcheck disable=SC2086
    if ! render "$out/$name.png" "$what" $options; then
        failed=$((failed + 1))
        echo "not ok $name: cannot be rendered"
        continue
    fi
    # How many pixels are visibly different; a hundredth of a percent is a matter of font versions.
    pixels=$(identify -format '%[fx:w*h]' "$golden/$name.png")
    differ=$(compare -metric AE -fuzz 6% "$golden/$name.png" "$out/$name.png" null: 2>&1)
    if awk -v d="$differ" -v p="$pixels" 'BEGIN { exit !(d ~ /^[0-9.e+]+$/ && d + 0 <= p / 10000) }'; then
        passed=$((passed + 1))
        rm -f "$out/$name.png"
    else
        failed=$((failed + 1))
        echo "not ok $name: $differ of $pixels pixels differ; see $out/$name.png"
    fi
done < <(pictures)

[[ ${1-} == update ]] && exit 0
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

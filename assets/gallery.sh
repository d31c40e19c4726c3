#!/bin/sh
# gallery.sh [DIR]: makes the README's pictures anew, in assets/gallery (or DIR). Look at every one.
set -eu
cd "$(dirname "$0")/.."
scope=${BUILD:-build}/arenascope
out=${1:-assets/gallery}
mkdir -p "$out"

# NAME WHAT OPTIONS...
while read -r name what options; do
    # shellcheck disable=SC2086 # options are words
    "$scope" render --provider model $options -o "$out/$name.png" "$what"
done <<'LIST'
map-64          strings    --at 62000 --map 0xc420018000,32KiB
hints-32-zh     trees      --at 47 --platform linux/386 --limit 560MiB --path --lang zh --theme light
hints-64        small      --at 60 --taken 3 --path
compare         small      --at end --do compare --theme light
caches-64       workers    --at 21000 --do caches
waste-32-zh     small      --at 60000 --platform linux/386 --do waste --lang zh
why-64          small      --at 320 --do why --theme light
words-32-zh     trees      --at 26000 --platform linux/386 --lang zh --theme light --map 0x18402000,256
lesson-zh       lesson:9.2 --lang zh --theme light
LIST

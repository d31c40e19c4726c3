#!/usr/bin/env bash
# Bad input of every kind gets one clear line on standard error and exit status 2; good input works.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

result() { # OK? NAME [DETAIL]
    if [[ $1 == 0 ]]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "not ok $2: ${3-}"
    fi
}

# refuses PATTERN COMMAND...: exit 2, exactly one line on standard error, which matches PATTERN.
refuses() {
    local pattern=$1 out status
    shift
    out=$("$@" 2>&1 >/dev/null </dev/null)
    status=$?
    [[ $status == 2 && $(wc -l <<<"$out") == 1 && $out =~ $pattern ]]
    result $? "$*" "status $status, said: $out (expected 2 and: $pattern)"
}

# accepts PATTERN COMMAND...: exit 0, and standard output matches PATTERN.
accepts() {
    local pattern=$1 out status
    shift
    out=$("$@" 2>/dev/null </dev/null)
    status=$?
    [[ $status == 0 && $out =~ $pattern ]]
    result $? "$*" "status $status, said: ${out:0:300} (expected 0 and: $pattern)"
}

sim=$build/arenasim scope=$build/arenascope

refuses 'unknown command .quux.' "$sim" quux
refuses 'verify: FILE... is missing' "$sim" verify
refuses 'unknown option .--x.' "$sim" verify --x
refuses '/nonexistent/t: cannot open' "$sim" verify /nonexistent/t
refuses 'platform: .linux/pdp11. cannot be' "$sim" run --platform linux/pdp11 small
refuses 'provider: .x. cannot be' "$sim" run --provider x small
refuses 'run: WORKLOAD is missing' "$sim" run
refuses '/nonexistent/w' "$sim" run /nonexistent/w
refuses 'is a directory' "$sim" run "$dir"
refuses 'transcript: WORKLOAD is missing' "$sim" transcript
refuses 'unknown option .--x.' "$sim" soak --x
refuses 'seed: N is missing after it' "$sim" soak --seed
refuses 'seed: .x. cannot be, expected a number' "$sim" soak --seed x
refuses 'threads: .9. cannot be, expected a number from 1 to 8' "$sim" stress --threads 9
refuses 'threads: .0. cannot be, expected a number from 1 to 8' "$sim" stress --threads 0
refuses 'seconds: .90000. cannot be, expected a number from 0 to 86400' "$sim" soak --seconds 90000
refuses 'replica is no option here, it is one of: verify' "$sim" run --replica small
refuses 'events takes no value' "$sim" run --events=yes small
refuses 'trees. is one word too many' "$sim" run small trees
refuses 'no completions for .tcsh.' "$sim" completions tcsh
refuses '/nonexistent/w' "$sim" soak /nonexistent/w

printf 'x = alloc 16\ny = frobnicate 3\n' >"$dir/bad.arena"
refuses 'bad.arena:2: ' "$sim" run "$dir/bad.arena"
refuses 'bad.arena:2: ' "$scope" render -o "$dir/p.png" "$dir/bad.arena"
printf 'x = alloc 16\nx.5 = x\n' >"$dir/word.arena"
refuses 'word.arena:2: ' "$sim" run "$dir/word.arena"
printf 'tracealloc(0xc000010000, nonsense)\n' >"$dir/broken.log"
refuses 'broken.log:1: ' "$sim" run "$dir/broken.log"
printf '\0\1\2\3binary' >"$dir/binary"
refuses 'binary' "$sim" run "$dir/binary"
printf 'platform linux/386\n> init\n> a 1 100\n> x 1\n> g\n' >"$dir/ops"
printf '> init\n> a 1\n' >"$dir/bad.ops"
refuses 'bad.ops:2: ' "$sim" run "$dir/bad.ops"
printf 'platform linux/386\nx = alloc 8\ndrop x\ndrop x\n' >"$dir/twice.arena"
refuses 'twice.arena:4: ' "$sim" soak "$dir/twice.arena"
printf 'platform linux/386\nimage 0x1000\n' >"$dir/image.arena"
refuses 'image.arena: image_end 0x1000 is not possible' "$sim" soak "$dir/image.arena"

refuses 'unknown command .quux.' "$scope" quux
refuses 'unknown option .--x.' "$scope" --x
refuses 'size: WxH is missing after it' "$scope" --size
refuses 'size: .12.' "$scope" render --size 12 small
refuses 'scale: .huge.' "$scope" render --scale huge small
refuses 'at: .soon.' "$scope" render --at soon small
refuses 'taken: .129.' "$scope" render --taken 129 small
refuses 'limit: .much.' "$scope" render --limit much small
refuses 'map: .0x,1. cannot be, expected an address' "$scope" render --map 0x,1 small
refuses 'map: 0xffffffffffffff is beyond the address space of linux/amd64' \
    "$scope" render --map 0xffffffffffffff small
refuses 'do: .nothing. cannot be, expected a name' "$scope" render --do nothing small
refuses 'lang: .xx. cannot be, expected en or zh' "$scope" --lang xx keys
refuses 'no theme .pink.' "$scope" render --theme pink small
refuses 'no lesson 99' "$scope" render lesson:99
refuses 'lesson 2 has no step 99, expected one of 1 to ' "$scope" render lesson:2.99
refuses 'names no lesson' "$scope" render lesson:x
refuses 'cannot write' "$scope" render -o /nonexistent/p.png small
refuses 'render: WORKLOAD.* is missing' "$scope" render
refuses 'no window can be opened' env -u DISPLAY -u WAYLAND_DISPLAY -u SDL_VIDEODRIVER "$scope"
refuses 'no window can be opened' env -u WAYLAND_DISPLAY SDL_VIDEODRIVER=x11 DISPLAY=:4711 "$scope"
refuses 'there is no theme' env ARENASCOPE_DATA=/nonexistent "$scope" render small

# A failed write leaves the old file whole.
echo old >"$dir/keep.png"
chmod a-w "$dir"
if [[ $(id -u) != 0 ]]; then
    refuses 'cannot write' "$scope" render -o "$dir/keep.png" small
fi
[[ $(cat "$dir/keep.png") == old ]]
result $? 'the old file is whole'
chmod u+w "$dir"

printf 'keep r 4\nrepeat 4\nr[] = alloc 48\nend\nalloc 5000\ndrop r\nr[] = alloc 5\ncollect\n' \
    >"$dir/few.arena"
accepts 'verify' "$sim" help
accepts 'linux/mipsle' "$sim" platforms
accepts 'operations, .* objects' "$sim" run small
accepts 'on simulated' "$sim" run --platform linux/386 trees
accepts 'P. waits for the lock of mcentral 2 KiB, which P. holds' "$sim" run --events workers
accepts $'\nNumGC  *1\n.*\nBySize.4.  *Size 48, Mallocs 4, Frees 4\n' \
    "$sim" run --memstats "$dir/few.arena"
accepts $'\ntreap ' "$sim" run --dump strings
accepts 'real64 +A real program' "$sim" workloads
accepts 'A leak.*The timeline saws' "$sim" workloads leak
refuses 'no built-in workload .nope.' "$sim" workloads nope
accepts 'of a 32-bit program' "$sim" run --platform linux/386 real32
accepts 'bitmap  0x' "$sim" lesson 1
refuses 'there is no lesson 99, expected one of: 1–' "$sim" lesson 99
accepts $'\n 25 .* min  Challenges' "$sim" lesson
accepts $'minutes +declared\n.* in all' "$sim" lesson --times
refuses '--times takes no lesson' "$sim" lesson --times 1
refuses 'no/such.md' "$sim" lesson no/such.md
accepts 'linux/386 .*host model' "$sim" completions bash
accepts 'dark light contrast.*en zh' "$scope" completions bash
accepts 'pan-left .*open-part' "$scope" completions zsh
accepts '.' "$sim" run --provider host small
accepts '4 operations' "$sim" soak "$dir/ops"
accepts 'alloc 1 0x' "$sim" transcript "$dir/ops"
accepts 'programs from seed 3' "$sim" soak --seed 3 --runs 2 --platform linux/arm
accepts 'render' "$scope" help
accepts 'Space' "$scope" keys
accepts 'linux/386 on' "$sim" --platform=linux/386 run --provider=model -- small
accepts '^$' "$scope" render --at 5 --size 960x600 -o "$dir/p.png" trees
[[ $(head -c 8 "$dir/p.png" | od -An -tx1) == ' 89 50 4e 47 0d 0a 1a 0a' ]]
result $? 'render writes a PNG'

# A real program's log: whole, and cut in the middle of a line.
log=tests/data/traces/go1.10-json-amd64.allocfreetrace.gz
accepts '20205 understood' "$sim" run "$log"
gzip -dc "$log" | head -c 1000003 >"$dir/cut.log"
accepts 'stops short' "$sim" run "$dir/cut.log"
head -c 300000 "$log" >"$dir/cut.gz"
accepts 'stops short' "$sim" run "$dir/cut.gz"

# A recording opens again, wherever it is cut; what is none is refused.
accepts '2 operations' "$sim" run --provider model --record "$dir/run.arec" <(printf '> init\n> a 1 100\n')
accepts 'on simulated: 2 operations' "$sim" run "$dir/run.arec"
head -c 600 "$dir/run.arec" >"$dir/cut.arec"
accepts 'stops short' "$sim" run "$dir/cut.arec"
printf 'arenascope recording 99 0\n' >"$dir/late.arec"
refuses 'late.arec: is a recording of another version' "$sim" run "$dir/late.arec"
refuses 'nowhere/x.arec: cannot write' "$sim" run --record "$dir/nowhere/x.arec" small

# What is larger than can be is read up to the limit, whether it stands so or unpacks to it.
head -c 20M /dev/zero | tr '\0' '\n' >"$dir/long.arena"
gzip -c "$dir/long.arena" >"$dir/bomb.arena.gz"
refuses '/long.arena: is larger than 16 MiB' "$sim" run "$dir/long.arena"
refuses '/bomb.arena.gz: is larger than 16 MiB' "$sim" run "$dir/bomb.arena.gz"
refuses '/bomb.arena.gz: is larger than 1 MiB' "$sim" lesson "$dir/bomb.arena.gz"

# Exports: tables, and JSON that others can read.
accepts '^event,heap_live' "$sim" export --csv samples "$dir/run.arec"
accepts '^span,base.*in use' "$sim" export --csv spans --at 5000 small
refuses 'expected one of --chrome and --csv' "$sim" export small
refuses '/nonexistent/w: cannot open' "$sim" export --chrome /nonexistent/w
refuses '/nonexistent/out: cannot write' "$sim" export --chrome -o /nonexistent/out small
refuses '/nonexistent/w: cannot open' "$sim" transcript /nonexistent/w
refuses 'is a recording: it has no heap to ask' "$sim" run --memstats "$dir/run.arec"
refuses '--seconds: .x. cannot be' "$sim" stress --seconds x
accepts '1 passed, 0 failed' "$sim" stress --threads 2 --seconds 1

# What Go says is told, and that it is its end; a recording that says something else is a failure.
printf 'platform linux/386\nlimit memory 60MiB\nalloc 100MiB\n' >"$dir/end.arena"
accepts 'Go: fatal error: .*Go ended the program with status 2' \
    "$sim" run --provider model "$dir/end.arena"
printf 'type box = it:ptr\nx = new box\ny = alloc 40000\nx.it = y\nroot x\ndrop y\ncollect\nprecise on\ncollect\n' \
    >"$dir/dangling.arena"
accepts $'\nGo: runtime: pointer .* to unallocated span .* span.limit=0x[0-9a-f]* span.state=3\nGo: runtime: found' \
    "$sim" run --provider model "$dir/dangling.arena"
printf 'ps 2\non 2\n' >"$dir/late.arena"
refuses 'late.arena:2: there is no P2, expected one below 2' "$sim" run "$dir/late.arena"
refuses 'late.arena:2: there is no P2, expected one below 2' "$sim" export --chrome "$dir/late.arena"
zcat tests/data/transcripts/init-386.txt.gz | sed 's/spans_cap=[0-9]*/spans_cap=7/' >"$dir/wrong.txt"
"$sim" verify "$dir/wrong.txt" >"$dir/out" 2>&1
[[ $? == 1 ]] && grep -q 'spans_cap=7' "$dir/out" && grep -q '^0 passed, 1 failed' "$dir/out"
result $? 'verify tells what differs' "$(head -3 "$dir/out")"
"$sim" platforms >/dev/full 2>"$dir/out"
[[ $? == 2 ]] && grep -q 'standard output: cannot write: No space left' "$dir/out"
result $? 'output that cannot be written' "$(head -3 "$dir/out")"
refuses 'no table .x., expected samples, spans or classes' "$sim" export --csv x small
# A program without its translations speaks English, and says so where another language is asked for.
mkdir "$dir/alone"
cp "$sim" "$scope" "$dir/alone"
accepts 'runs random programs' env LC_ALL=C.UTF-8 LANGUAGE=zh "$dir/alone/arenasim" help
refuses 'there is no catalogue of translations share/locale/zh_CN/LC_MESSAGES/arenascope.mo, expected' \
    "$dir/alone/arenascope" keys --lang zh
# Sanitizers need more addresses than any limit for themselves.
if [[ $build != *asan* && $build != *tsan* ]]; then
    (ulimit -v 200000 && "$sim" stress --platform darwin/arm64 --seconds 0) >"$dir/out" 2>&1
    [[ $? == 1 && $(<"$dir/out") == "stress of 4 threads, seed 1: darwin/arm64: this machine does not give "*$'\n0 passed, 1 failed' ]]
    result $? 'stress where there is no room for a simulated space' "$(<"$dir/out")"
fi
if command -v python3 >/dev/null; then
    "$sim" export --chrome -o "$dir/run.json" strings && python3 -m json.tool "$dir/run.json" >/dev/null
    result $? 'export --chrome: python3 reads it'
fi

echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

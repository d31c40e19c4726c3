#!/usr/bin/env bash
# Killed at any moment: `arenasim run --record` leaves FILE.part, which opens up to its last whole
# piece and says that it stops short, with the events that the whole run has there; an export leaves
# the old file or the new one. KILLS=N kills N times each.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
sim=$build/arenasim kills=${KILLS:-25}
passed=0 failed=0 opened=0 empty=0 whole=0 fewest="" most=0

result() { # OK? NAME
    if [[ $1 == 0 ]]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        echo "not ok $2"
    fi
}

now() { date +%s%N; }

# killed NANOSECONDS COMMAND...: starts it and kills it after a random part of that time
killed() {
    local most=$1 part
    shift
    part=$(((RANDOM * 32768 + RANDOM) % most))
    "$@" >/dev/null 2>&1 </dev/null &
    sleep "$(printf '0.%09d' $((part % 1000000000)))"
    kill -KILL $! 2>/dev/null
    wait $! 2>/dev/null
}

events_of() { sed -n 's/.* \([0-9]*\) events$/\1/p' "$1"; }

printf 'keep r 500\nrepeat 12000\nr[] = alloc ~96\nend\ncollect\n' >"$dir/long.arena"
record=("$sim" run --provider model --record "$dir/run.arec" "$dir/long.arena")
"${record[@]}" >"$dir/all"
begin=$(now)
"${record[@]}" >"$dir/all"
took=$(($(now) - begin))
[[ $took -lt 1000000000 ]] || took=999999999
"$sim" run --events "$dir/run.arec" >"$dir/all.events"
all=$(events_of "$dir/all")

# The events that the file tells are the first of the whole run's.
is_beginning() {
    "$sim" run --events "$dir/run.arec.part" >"$dir/events" 2>&1
    local n
    n=$(events_of "$dir/events")
    cmp -s <(grep -a '^ *[0-9][0-9]*  ' "$dir/events") \
        <(grep -a '^ *[0-9][0-9]*  ' "$dir/all.events" | head -n "$n")
}

for ((i = 1; i <= kills; i++)); do
    rm -f "$dir"/run.arec*
    killed "$took" "${record[@]}"
    part=$dir/run.arec.part
    if [[ -e $dir/run.arec ]]; then # it was done
        whole=$((whole + 1))
        "$sim" run "$dir/run.arec" 2>&1 | grep -q " $all events"
        result $? "kill $i: the whole file opens"
    elif [[ ! -s $part ]]; then # nothing was written yet
        empty=$((empty + 1))
        result 0 ''
    else
        "$sim" run "$part" >"$dir/said" 2>&1
        status=$? n=$(events_of "$dir/said")
        [[ $status == 0 && $n -le $all ]] && { [[ $n == "$all" ]] || grep -q 'stops short' "$dir/said"; }
        result $? "kill $i: status $status: $(head -n 2 "$dir/said")"
        if ((i % 5 == 0)); then
            is_beginning
            result $? "kill $i: what is there is the run's beginning"
        fi
        opened=$((opened + 1))
        [[ -n $fewest && $fewest -le $n ]] || fewest=$n
        [[ $most -ge $n ]] || most=$n
    fi
done

"$sim" export --chrome -o "$dir/right" "$dir/long.arena"
for ((i = 1; i <= kills; i++)); do
    echo old >"$dir/file"
    killed "$took" "$sim" export --chrome -o "$dir/file" "$dir/long.arena"
    [[ $(cat "$dir/file") == old ]] || cmp -s "$dir/file" "$dir/right"
    result $? "kill $i: the exported file is the old or the new one"
done

echo "# $kills recorders killed: $opened files cut ($fewest to $most of $all events)," \
    "$empty not begun, $whole whole"
echo "$passed passed, $failed failed"
[[ $failed == 0 ]]

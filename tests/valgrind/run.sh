#!/usr/bin/env bash
# Under valgrind's memcheck: programs and unit tests. It sees what the sanitizers do not: memory that
# is read and was never written, in this program and inside the libraries; and, unlike them, it takes
# the programs as they are built for use, whose heap is real memory at real addresses.
#
# An error, a leak or another end than the usual is a failure, in a child, too. tests/valgrind/memcheck.supp has what is
# somebody else's, each with its reason. VALGRIND_TESTS="NAME ..." takes those unit tests alone.
set -u
build=${BUILD:-build}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export ARENASCOPE_DATA=${ARENASCOPE_DATA:-$PWD} LC_ALL=C.UTF-8 SDL_VIDEODRIVER=dummy UNDER_VALGRIND=1
limit=${SUITE_SECONDS:-900} # may one of them take
memcheck=(timeout -k 5 "$limit" valgrind -q --error-exitcode=99 --leak-check=full --show-leak-kinds=definite
    --errors-for-leak-kinds=definite --num-callers=30 "--suppressions=tests/valgrind/memcheck.supp")

# clean STATUS NAME COMMAND...: it ends with that status, and memcheck has nothing to say.
clean() {
    local expected=$1 name=$2 status begun=$SECONDS mine
    mine=$(mktemp -d -p "$dir")
    shift 2
    "${memcheck[@]}" "$@" >"$mine/out" 2>"$mine/said" </dev/null
    status=$?
    if [[ $status == "$expected" ]] && ! grep -q '^==[0-9]*==' "$mine/said"; then
        echo "ok $name ($((SECONDS - begun)) s)"
    else
        echo "not ok $name: status $status after $((SECONDS - begun)) s"
        grep -v '^\[\|^ok' "$mine/said" | head -n 60 | sed 's/^/    /'
    fi >"$mine/told"
    cat "$mine/told"
    cat "$mine/told" >>"$dir/told"
    rm -r "$mine"
}

sim=$build/arenasim scope=$build/arenascope
printf 'keep r 50\nrepeat 400\nr[] = alloc ~200\nend\ncollect\nalloc 40KiB\ndrop r\ncollect\n' >"$dir/some.arena"
head -c 500 tests/data/transcripts/init-386.txt.gz >"$dir/cut.gz"
commands() {
    for provider in host model; do
        for platform in linux/amd64 linux/386; do
            clean 0 "run on $platform, $provider" \
                "$sim" run --platform $platform --provider $provider "$dir/some.arena"
        done
    done
    clean 0 "events" "$sim" run --events workers
    clean 0 "memstats" "$sim" run --memstats "$dir/some.arena"
    clean 0 "record" "$sim" run --record "$dir/run.arec" "$dir/some.arena"
    clean 0 "open a recording" "$sim" run --dump "$dir/run.arec"
    clean 0 "export for Perfetto" "$sim" export --chrome "$dir/run.arec"
    clean 0 "export tables" "$sim" export --csv spans "$dir/run.arec"
    clean 0 "verify" "$sim" verify --replica tests/data/transcripts/init-{386,amd64}.txt.gz
    clean 2 "a file cut short" "$sim" verify "$dir/cut.gz"
    clean 2 "bad input" "$sim" run README.md
    clean 0 "a lesson" "$sim" lesson 9
    clean 0 "soak" "$sim" soak --seed 7 --runs 20
    clean 0 "stress" "$sim" stress --threads 2 --seconds 2
    clean 0 "a log" "$sim" run tests/data/traces/go1.10-json-amd64.allocfreetrace.gz
    clean 0 "a picture" "$scope" render --size 960x600 -o "$dir/p.png" trees
    clean 0 "a picture of a lesson" "$scope" render --size 960x600 --lang zh -o "$dir/p.png" lesson:9.2
}
[[ -n ${VALGRIND_TESTS-} ]] || commands

# All unit tests, but those of random things and of many pictures take less of them: all takes some
# thirty times as long here. Left out is test_host: it asks the kernel, in whose place valgrind
# answers.
export LAYOUT_DRAWS=${LAYOUT_DRAWS:-1} LAYOUT_EVERY=${LAYOUT_EVERY:-16}
export MONKEY_SECONDS=${MONKEY_SECONDS:-20} CORRUPT_ROUNDS=${CORRUPT_ROUNDS:-100}
left_out=' test_host '
for test in ${VALGRIND_TESTS:-$(find tests/sim tests/viz -name 'test_*.c' | sort)}; do
    test=${test%.c}
    [[ -z ${VALGRIND_TESTS-} && $left_out == *" ${test##*/} "* ]] && continue
    # As many at once as there are processors.
    while [[ $(jobs -rp | wc -l) -ge $(nproc) ]]; do wait -n; done
    clean 0 "$test" "$build/$test" &
done
wait

failed=$(grep -c '^not ok ' "$dir/told")
echo "$(grep -c '^ok ' "$dir/told") passed, $failed failed"
[[ $failed == 0 ]]

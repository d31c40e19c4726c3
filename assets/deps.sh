#!/bin/sh
# deps.sh run|test|m32|fuzz|bench|coverage|lint|analyse: makes sure that what building, testing, 32-bit programs
# (with their tests), fuzzing, comparing with other allocators, measuring coverage, or linting needs is
# there.
#
# If it is, says and does nothing. Otherwise installs what is missing, by name, with apt-get: as
# root, or through sudo where that asks nothing or a person is there to be asked. Where it cannot
# or may not install (INSTALL=no in the environment forbids it), it names the packages and exits 2.
set -eu

goal=${1:-run}
CC=${CC:-gcc}
M32_FLAGS=${M32_FLAGS:--m32} # the compiler's flags for 32-bit programs

# For which goal | the test that it is there | its names: Debian, Fedora, Arch, Homebrew (-: none)
# shellcheck disable=SC2016 # names in it are replaced later
table='
run  | has $CC                | $compiler          gcc                  gcc              gcc
run  | header stdio.h         | libc6-dev          glibc-devel          glibc            -
run  | has pkg-config         | pkg-config         pkgconf              pkgconf          pkgconf
run  | has msgfmt             | gettext            gettext              gettext          gettext
run  | header zlib.h          | zlib1g-dev         zlib-devel           zlib             zlib
run  | header stddef.h zstd.h | libzstd-dev        libzstd-devel        zstd             zstd
run  | library sdl2           | libsdl2-dev        SDL2-devel           sdl2             sdl2
run  | library SDL2_ttf       | libsdl2-ttf-dev    SDL2_ttf-devel       sdl2_ttf         sdl2_ttf
run  | library SDL2_image     | libsdl2-image-dev  SDL2_image-devel     sdl2_image       sdl2_image
run  | library fontconfig     | libfontconfig-dev  fontconfig-devel     fontconfig       fontconfig
run  | header md4c.h          | libmd4c-dev        md4c-devel           md4c             md4c
run  | library libunibreak    | libunibreak-dev    libunibreak-devel    libunibreak      libunibreak
run  | has fc-list            | fontconfig         fontconfig           fontconfig       fontconfig
run  | font DejaVuSans        | fonts-dejavu-core  dejavu-sans-fonts    ttf-dejavu       font-dejavu
run  | font DejaVuSansMono    | fonts-dejavu-core  dejavu-sans-mono-fonts ttf-dejavu     font-dejavu
run  | font :lang=zh-cn       | fonts-wqy-microhei wqy-microhei-fonts   wqy-microhei     -
test | font WenQuanYiMicroHei | fonts-wqy-microhei wqy-microhei-fonts   wqy-microhei     -
test | header setjmp.h stdarg.h stddef.h stdint.h cmocka.h | libcmocka-dev libcmocka-devel cmocka cmocka
test | sanitizers             | $sanitizers        libasan&libubsan     gcc              gcc
test | has nm                 | binutils           binutils             binutils         binutils
test | has Xvfb               | xvfb               xorg-x11-server-Xvfb xorg-server-xvfb xquartz
test | has xauth              | xauth              xorg-x11-xauth       xorg-xauth       xquartz
test | has xdotool            | xdotool            xdotool              xdotool          xdotool
test | has compare            | imagemagick        ImageMagick          imagemagick      imagemagick
m32  | runs_32                | $multilib          glibc-devel.i686&libgcc.i686 lib32-gcc-libs -
m32  | runs_32 -lz zlib.h     | lib32z1-dev        zlib-devel.i686      lib32-zlib       -
m32  | runs_32 -lzstd zstd.h  | libzstd-dev:i386   libzstd-devel.i686   lib32-zstd       -
m32  | runs_32 -lmd4c md4c.h  | libmd4c-dev:i386 md4c-devel.i686      -                -
m32  | runs_32 -lcmocka setjmp.h stdarg.h stddef.h stdint.h cmocka.h | libcmocka-dev:i386 libcmocka-devel.i686 -            -
fuzz | has clang              | clang              clang                clang            llvm
fuzz | fuzzer                 | $sanitizers        compiler-rt          compiler-rt      llvm
bench| preload jemalloc       | libjemalloc2       jemalloc             jemalloc         -
bench| preload mimalloc       | libmimalloc2.0     mimalloc             mimalloc         -
bench| preload tcmalloc_minimal | libtcmalloc-minimal4 gperftools-libs  gperftools       -
bench| has go                 | golang-go          golang               go               go
bench| has gnuplot            | gnuplot-nox        gnuplot              gnuplot          gnuplot
cov  | has gcovr             | gcovr              gcovr                gcovr            gcovr
lint | has clang              | clang              clang                clang            llvm
lint | has clang-tidy         | clang-tidy         clang-tools-extra    clang            llvm
lint | has clang-format       | clang-format       clang-tools-extra    clang            clang-format
lint | has shellcheck         | shellcheck         ShellCheck           shellcheck       shellcheck
lint | has cppcheck           | cppcheck           cppcheck             cppcheck         cppcheck
analy| has valgrind           | valgrind           valgrind             valgrind         -
'

has() { command -v "$1"; }
library() { pkg-config --exists "$1"; }
font() { [ -n "$(fc-list "$1")" ]; }
header() { printf '#include <%s>\n' "$@" | $CC -E -x c -; }
# Where a library cannot be put in front, the loader says so and goes on.
preload() {
    for name in /usr/lib/*/lib"$1".so.* /usr/lib*/lib"$1".so.*; do
        [ -e "$name" ] && [ -z "$(LD_PRELOAD=$name env 2>&1 >/dev/null)" ] && return
    done
    return 1
}

sanitizers() {
    case $($CC -print-file-name=libasan.so) in */*) return ;; esac # gcc: saves linking
    echo 'int main(void) { return 0; }' | $CC -fsanitize=address,undefined -x c -o /dev/null -
}

fuzzer() {
    echo 'int LLVMFuzzerTestOneInput(void *at, long len) { return !at && len; }' |
        $CC -fsanitize=fuzzer,address,undefined -x c -o /dev/null -
}

# runs_32 [-lLIBRARY HEADER...]: can 32-bit programs (that use it) be built, and do they run here?
runs_32() {
    program=$(mktemp) library=${1-}
    [ $# = 0 ] || shift
    # shellcheck disable=SC2086 # flags and the library, if any, are words
    { [ $# = 0 ] || printf '#include <%s>\n' "$@"; echo 'int main(void) { return 0; }'; } |
        $CC $M32_FLAGS -x c -o "$program" - $library && "$program" && rm "$program" && return
    rm -f "$program"
    return 1
}

# Prints the names of what is missing in column $1, without doubles.
missing() {
    echo "$table" | while IFS='|' read -r whose probe names; do
        case $goal:$whose in
        run:run* | test:run* | test:test* | m32:m32* | fuzz:[rf]* | bench:bench* | coverage:[rtc]* | lint:[rtl]* | analyse:[rta]*)
            eval "$probe" >/dev/null 2>&1 ||
                echo "$names" | awk -v n="$1" '$n != "-" { print $n }'
            ;;
        esac
    done | sort -u | tr '&\n' '  '
}

debian_names() {
    case $CC in *clang*) compiler=clang ;; *) compiler=gcc ;; esac
    major=$($CC -dumpversion 2>/dev/null | sed 's/[.].*//') || major=
    # Not gcc-multilib, which does not go with cross compilers.
    gcc=$($CC -print-file-name=crtbegin.o 2>/dev/null | sed -n 's,.*/\([0-9]*\)/crtbegin.o$,-\1,p')
    missing 1 | sed "s/[$]compiler/$compiler/; s/[$]sanitizers/libclang-rt-$major-dev/
        s/[$]multilib/gcc$gcc-multilib/"
}

give_up() {
    {
        echo "arenascope: $1. Still missing (Debian and Ubuntu names):"
        echo "    $(debian_names)"
        has dnf >/dev/null && echo "here: sudo dnf install $(missing 2)"
        has pacman >/dev/null && echo "here: sudo pacman -S --needed $(missing 3)"
        has brew >/dev/null && echo "here: brew install $(missing 4)"
        [ "$goal" != m32 ] || echo "on Debian after: sudo dpkg --add-architecture i386; sudo apt-get update"
        echo "Install these and try again."
    } >&2
    [ -z "$added" ] || as_root dpkg --remove-architecture i386 2>/dev/null || true
    exit 2
}

# Runs a command as root, or fails without asking where nobody could answer.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif [ "$person" ]; then
        sudo "$@"
    else
        sudo -n "$@"
    fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get -qq -o DPkg::Lock::Timeout=120 "$@" </dev/null >/dev/null
}

added=
if [ "$goal" = m32 ] && [ "$(uname -sm)" != 'Linux x86_64' ]; then
    echo "arenascope: 32-bit programs are for Linux on x86_64; this is $(uname -sm)" >&2
    exit 2
fi
if [ -t 0 ]; then person=yes; else person=; fi
names=$(debian_names)
[ -n "$names" ] || exit 0
[ "${INSTALL:-yes}" != no ] || give_up "INSTALL=no forbids installing packages"
has apt-get >/dev/null || give_up "no apt-get here to install packages with"
[ "$(id -u)" = 0 ] || has sudo >/dev/null || give_up "installing packages needs root, and there is no sudo"

echo "arenascope: installing $names"
case $names in *:i386*)
    if ! dpkg --print-foreign-architectures | grep -qx i386; then
        echo "arenascope: adding the architecture i386, whose packages some of these are"
        as_root dpkg --add-architecture i386 && added=yes
    fi ;;
esac
# shellcheck disable=SC2086 # the names are words
{
    # The package lists of a fresh machine may be absent or stale.
    apt-get -s install $names >/dev/null 2>&1 || apt update || true
    apt install --no-install-recommends --no-remove -y $names ||
        { apt update && apt install --no-install-recommends --no-remove -y $names; } ||
        give_up "apt-get could not install everything"
}
[ -z "$(debian_names)" ] || give_up "apt-get installed, yet not everything is found"

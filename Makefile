# Builds arenascope. `make help` says what can be asked for.

ifeq ($(origin CC),default)
CC := gcc
endif
MODE   ?= release
BUILD  ?= build
WERROR ?= -Werror
PREFIX ?= /usr/local

# M32=1: 32-bit x86 programs, without the window. Floating point is SSE's, as Go's is; the image
# lies where Go's 32-bit programs have theirs; asm/ and zconf.h are those of the 64-bit libraries.
M32_COMPILE := -m32 -msse2 -mfpmath=sse -fno-pie -D_FILE_OFFSET_BITS=64 -Wno-psabi \
               -idirafter /usr/include/x86_64-linux-gnu
M32_LINK    := -m32 -no-pie
# TRACE=0: an allocator without hooks (sim/heap/heap_internal.h).
TOP         := $(BUILD)$(if $(M32),/m32)$(if $(filter 0,$(TRACE)),/untraced)

OUT.release   := $(TOP)
OUT.debug     := $(TOP)/debug
OUT.asan      := $(TOP)/asan
OUT.tsan      := $(TOP)/tsan
OUT.fuzz      := $(TOP)/fuzz
OUT.coverage  := $(TOP)/coverage
FLAGS.release := -O2 -g
# The heap's files call each other for every object: a release's programs take them as one. Tests
# link the same objects file by file, which is quicker.
ifeq ($(MODE)$(findstring clang,$(shell $(CC) --version 2>/dev/null)),release)
LTO_COMPILE := -flto -ffat-lto-objects
LTO_LINK    := -flto=auto
NO_LTO      := -fno-lto
endif
FLAGS.debug   := -O0 -g -DHEAP_CHECK=1
FLAGS.asan    := -O1 -g -DHEAP_CHECK=1 -fno-omit-frame-pointer \
                 -fsanitize=address,undefined -fno-sanitize-recover=all
FLAGS.tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
FLAGS.fuzz    := -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all \
                 -fsanitize=fuzzer-no-link,address,undefined
# A branch of C is a branch of the program only where nothing is optimised. What a child does counts,
# so it ends as programs do.
FLAGS.coverage := -O0 -g --coverage -fprofile-update=atomic -DALWAYS_INLINE=inline -D_exit=exit
OUT := $(or $(OUT.$(MODE)),$(error MODE is $(MODE); expected release, debug, asan, tsan, fuzz or coverage))

# Programs built elsewhere find lessons, themes and workloads here all the same.
ifneq ($(filter /% ../% ~%,$(BUILD)),)
export ARENASCOPE_DATA ?= $(CURDIR)
endif

BASE    = -std=c11 -D_GNU_SOURCE -I. -Wall -Wextra -Wpedantic $(WERROR)
COMPILE = $(CC) $(BASE) $(if $(M32),$(M32_COMPILE)) $(if $(TRACE),-DTRACE=$(TRACE)) $(FLAGS.$(MODE)) $(CFLAGS)
LINK    = $(CC) $(if $(M32),$(M32_LINK)) $(FLAGS.$(MODE)) $(LTO_LINK) $(CFLAGS) $(LDFLAGS)
LIBS    = -lz -lzstd -lmd4c -lpthread -lm

# The window's libraries: for objects of viz alone. Asked for when first used, and once, because
# `make deps` may bring them after this file was read.
WINDOW_PKGS   := sdl2 SDL2_ttf SDL2_image fontconfig libunibreak
WINDOW_CFLAGS  = $(eval WINDOW_CFLAGS := $(call packages,--cflags))$(WINDOW_CFLAGS)
WINDOW_LIBS    = $(eval WINDOW_LIBS := $(call packages,--libs))$(WINDOW_LIBS)
packages       = $(or $(shell pkg-config $(1) $(WINDOW_PKGS) | sed 's/-I/-isystem /g'),\
                 $(error the window needs $(WINDOW_PKGS): `make deps` installs them))

# tests/**/test_*.c is a program each; other C files there are shared by the tests of their side.
SIM      := $(wildcard sim/*.c sim/*/*.c)
VIZ      := $(wildcard viz/*.c viz/*/*.c)
SIM_TEST := $(wildcard tests/sim/*.c tests/sim/*/*.c)
VIZ_TEST := $(wildcard tests/viz/*.c tests/viz/*/*.c)
BENCH    := $(wildcard tests/bench/*.c)
FUZZ     := $(wildcard tests/fuzz/*.c)
SOURCES  := $(SIM) $(VIZ) $(SIM_TEST) $(VIZ_TEST) $(BENCH) $(FUZZ)
HEADERS  := $(wildcard sim/*/*.h viz/*.h viz/*/*.h tests/*/*.h tests/*/*/*.h)
objects   = $(patsubst %.c,$(OUT)/obj/%.o,$(1))
tests     = $(foreach f,$(1),$(if $(filter test_%,$(notdir $(f))),$(f)))
programs  = $(patsubst %.c,$(OUT)/%,$(call tests,$(1)))
shared    = $(call objects,$(filter-out $(call tests,$(1)),$(1)))

# Targets of tests/fuzz/, whose main is libFuzzer's, or replay.c.
FUZZ_TARGETS  := $(filter-out fuzz replay seeds,$(basename $(notdir $(FUZZ))))
FUZZ_PROGRAMS := $(addprefix $(OUT)/tests/fuzz/,$(FUZZ_TARGETS) seeds)
FUZZ_MAIN     := $(if $(filter fuzz,$(MODE)),,$(OUT)/obj/tests/fuzz/replay.o)

all: $(OUT)/arenasim $(if $(M32),,$(OUT)/arenascope) catalogues
tests: $(if $(M32),,$(OUT)/tests/faults.so $(FUZZ_PROGRAMS)) catalogues $(call programs,$(SIM_TEST) $(if $(M32),,$(VIZ_TEST)))

$(OUT)/libsim.a: $(call objects,$(filter-out sim/main.c,$(SIM)))
$(OUT)/libviz.a: $(call objects,$(filter-out viz/main.c,$(VIZ)))
$(OUT)/lib%.a:
	@rm -f $@
	@ar rcs $@ $^

$(FUZZ_PROGRAMS): $(OUT)/tests/fuzz/%: $(OUT)/obj/tests/fuzz/%.o $(OUT)/obj/tests/fuzz/fuzz.o $(OUT)/libsim.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(LINK) $(if $(FUZZ_MAIN)$(filter seeds,$(@F)),,-fsanitize=fuzzer) $(filter-out %/libsim.a,$^) \
		$(OUT)/libsim.a $(LIBS) -o $@
$(filter-out %/seeds,$(FUZZ_PROGRAMS)): $(FUZZ_MAIN)
$(OUT)/tests/fuzz/settings: $(OUT)/libviz.a
$(OUT)/tests/fuzz/settings: private LIBS += $(WINDOW_LIBS)

# Neither arenasim nor the tests of sim/ are linked with the window's libraries.
$(OUT)/arenasim: $(OUT)/obj/sim/main.o $(OUT)/libsim.a
$(call programs,$(SIM_TEST)): $(OUT)/%: $(OUT)/obj/%.o $(call shared,$(SIM_TEST)) $(OUT)/libsim.a
$(OUT)/arenascope: $(OUT)/obj/viz/main.o $(OUT)/libviz.a $(OUT)/libsim.a
$(call programs,$(VIZ_TEST)): $(OUT)/%: $(OUT)/obj/%.o $(call shared,$(VIZ_TEST)) \
                              $(OUT)/libviz.a $(OUT)/libsim.a
$(OUT)/arenascope $(call programs,$(VIZ_TEST)): private LIBS += $(WINDOW_LIBS)
$(call programs,$(SIM_TEST) $(VIZ_TEST)): private LIBS += -lcmocka
$(FUZZ_PROGRAMS) $(call programs,$(SIM_TEST) $(VIZ_TEST)): private LTO_LINK := $(NO_LTO)
$(OUT)/arenasim $(OUT)/arenascope $(call programs,$(SIM_TEST) $(VIZ_TEST)):
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(LINK) $^ $(LIBS) -o $@

$(OUT)/obj/viz/%.o $(OUT)/obj/tests/viz/%.o $(OUT)/obj/tests/bench/view.o: private BASE += $(WINDOW_CFLAGS)
$(OUT)/obj/sim/heap/%.o $(patsubst %,$(OUT)/obj/tests/bench/%.o,driver heap plain): private BASE += $(LTO_COMPILE)
$(OUT)/obj/%.o: %.c $(OUT)/flags
	@echo "  CC   $<"
	@mkdir -p $(@D)
	@$(COMPILE) -MMD -MP -c $< -o $@

# Translations: words marked in the sources -> assets/po/LANGUAGE.po -> share/locale beside the programs.
PO         := $(wildcard assets/po/*.po)
CATALOGUES := $(patsubst assets/po/%.po,$(OUT)/share/locale/%/LC_MESSAGES/arenascope.mo,$(PO))
XGETTEXT    = xgettext --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --keyword=C_:1c,2 --sort-by-file \
              --no-location --package-name=arenascope --add-comments=TRANSLATORS
catalogues: $(CATALOGUES)
$(OUT)/share/locale/%/LC_MESSAGES/arenascope.mo: assets/po/%.po
	@echo "  MO   $<"
	@mkdir -p $(@D)
	@msgfmt --check -o $@ $<
POT ?= $(TOP)/arenascope.pot
pot:
	@mkdir -p $(dir $(POT))
	@$(XGETTEXT) -o $(POT) $(sort $(SIM) $(VIZ) $(filter sim/% viz/%,$(HEADERS)))
po: pot
	@for po in $(PO); do msgmerge --quiet --update --backup=none --no-fuzzy-matching --previous \
		$$po $(POT) && echo "$$po: $$(msgfmt --statistics -o /dev/null $$po 2>&1)"; done

# The manual and the completions of the shells: what the programs themselves say of their options.
MAN         := $(OUT)/man/arenascope.1 $(OUT)/man/arenasim.1
COMPLETIONS := $(foreach p,arenascope arenasim,$(addprefix $(OUT)/completions/,$(p) _$(p) $(p).fish))
$(OUT)/man/%.1: assets/man/%.1.in $(OUT)/% $(OUT)/prefix
	@mkdir -p $(@D)
	@LC_ALL=C $(OUT)/$* manual > $@.part
	@sed -e '/^@REFERENCE@$$/{r $@.part' -e 'd;}' -e 's,@DATA@,$(PREFIX)/share/arenascope,' $< > $@
$(OUT)/completions/_%: shell = zsh
$(OUT)/completions/%.fish: shell = fish
$(COMPLETIONS): $(OUT)/arenascope $(OUT)/arenasim
	@mkdir -p $(@D)
	@LC_ALL=C $(OUT)/$(patsubst _%,%,$(basename $(@F))) completions $(or $(shell),bash) > $@

# For tests/faults.sh: lets calls of a program fail. A sanitizer keeps memory for itself.
$(OUT)/tests/faults.so: tests/faults/preload.c $(OUT)/flags
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(CC) $(filter-out -Wpedantic,$(BASE)) -std=gnu11 -O1 -g -fPIC -shared \
		$(if $(filter asan tsan,$(MODE)),-DMEMORY=0) $< -ldl -o $@

# Another compiler or other flags: everything is built again.
$(OUT)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(COMPILE) $(LINK)' | cmp -s - $@ || echo '$(COMPILE) $(LINK)' > $@
$(OUT)/prefix: FORCE
	@echo '$(PREFIX)' | cmp -s - $@ || echo '$(PREFIX)' > $@

-include $(patsubst %.c,$(OUT)/obj/%.d,$(SOURCES))

help:
	@echo 'make             build $(BUILD)/arenasim and $(BUILD)/arenascope'
	@echo 'make run         install what is missing, build, open the window; without a display,'
	@echo '                 render the guided tour and tell it in words'
	@echo 'make test        install what is missing, build, run every test, then again with sanitizers'
	@echo 'make check T=tests/sim/os/test_model     one test alone (a tests/*.sh, too)'
	@echo 'make verify      all recordings of Go through the allocator and its replica'
	@echo 'make soak        random programs through heap, checker and replica: 10 minutes, or SOAK_SECONDS='
	@echo 'make monkey      acts by lot in the window, with sanitizers: 10 minutes, or MONKEY_SECONDS='
	@echo 'make layout      texts of the window in thousands of pictures: none cut, none over another'
	@echo 'make fuzz        bytes by lot for whatever reads files, guided by coverage: FUZZ_SECONDS=60 each'
	@echo 'make faults      every call to the system, to files and for memory fails once; kills; damaged files'
	@echo 'make coverage    which branches and lines the tests take: a table, and pages in $(OUT.coverage)/report/'
	@echo 'make tsan        the threads of heaps and recordings under the thread sanitizer (a minute)'
	@echo 'make install     ... below PREFIX=/usr/local (DESTDIR= before it); make uninstall removes it again'
	@echo 'make bench       how fast the heap is, beside other allocators (`assets/deps.sh bench` installs them);'
	@echo '                 BENCH_ROUNDS=7, TRACES= logs of Go programs (GODEBUG=allocfreetrace=1) to replay'
	@echo 'make bench-growth  how its costs grow, to 10 GiB and a million spans: pictures in $(BUILD)/bench/'
	@echo 'make bench-view  how fast the window is, with heaps of up to 10 million objects'
	@echo 'make bench-record  what recording a run costs, and hooks that nobody listens to'
	@echo 'make golden      make the golden pictures of the tests anew'
	@echo 'make deps        install what building and testing need'
	@echo 'make po          collect the words to translate into assets/po/*.po, and count what is missing'
	@echo 'make format      clang-format every source; format-check only looks'
	@echo 'make lint        clang-tidy, clang, cppcheck and shellcheck over everything that changed since'
	@echo 'make analyse     gcc -fanalyzer over everything that changed since, and valgrind'
	@echo 'make clean       remove $(BUILD)/'
	@echo 'With any of them: MODE=release|debug|asan|tsan|fuzz|coverage  BUILD=dir  CC=gcc|clang  CFLAGS=  LDFLAGS=  WERROR='
	@echo 'With M32=1: 32-bit programs, without the window; `make deps M32=1` installs what they need'

deps:
	@CC='$(CC)' assets/deps.sh test
	$(if $(M32),@$(M32_DEPS))

# A make of its own, for what was not there when this one began.
MAKE_ALL  = $(MAKE) --no-print-directory $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$$(nproc))
BUILD_ALL = +@$(MAKE_ALL)
M32_DEPS  = CC='$(CC)' M32_FLAGS='$(M32_COMPILE) $(M32_LINK)' assets/deps.sh m32

run:
	@CC='$(CC)' assets/deps.sh run
	$(BUILD_ALL) all
	@if [ "$$DISPLAY$$WAYLAND_DISPLAY" ]; then $(OUT)/arenascope; else (exit 2); fi; s=$$?; \
	if [ $$s = 2 ]; then $(OUT)/arenascope tour $(OUT)/tour; else exit $$s; fi

test: deps
	$(BUILD_ALL) MODE=release all tests
	$(BUILD_ALL) MODE=asan all tests
	+@dirs='$(OUT.release) $(OUT.asan)'; [ '$(M32)' ] || \
	if $(M32_DEPS); then \
		$(MAKE_ALL) M32=1 MODE=release all tests && dirs="$$dirs $(BUILD)/m32" || exit; \
	else echo 'arenascope: skipping the 32-bit build'; fi; \
	tests/run $$dirs

# What is installed, FILE:PLACE below PREFIX. All data is below share/arenascope.
TO       = $(DESTDIR)$(PREFIX)
DATA    := $(wildcard lessons/*/*.md assets/themes/*.theme assets/arenascope.png sim/work/workloads/*) \
           $(filter-out sim/main.c,$(SIM)) $(wildcard sim/*/*.h)
PLACES   = $(foreach p,arenascope arenasim,$(OUT)/$(p):bin/$(p) $(OUT)/man/$(p).1:share/man/man1/$(p).1 \
               $(OUT)/completions/$(p):share/bash-completion/completions/$(p) \
               $(OUT)/completions/_$(p):share/zsh/site-functions/_$(p) \
               $(OUT)/completions/$(p).fish:share/fish/vendor_completions.d/$(p).fish) \
           $(foreach d,arenascope arenascope-open,assets/$(d).desktop:share/applications/$(d).desktop) \
           assets/arenascope.xml:share/mime/packages/arenascope.xml \
           assets/arenascope.svg:share/icons/hicolor/scalable/apps/arenascope.svg \
           assets/arenascope.png:share/icons/hicolor/256x256/apps/arenascope.png \
           $(foreach m,$(CATALOGUES),$(m):$(patsubst $(OUT)/%,%,$(m))) \
           $(foreach f,$(DATA),$(f):share/arenascope/$(f))
# What desktops keep about such files; a package does this by itself.
REFRESH  = [ '$(DESTDIR)' ] || for c in 'update-desktop-database -q $(TO)/share/applications' \
               'update-mime-database $(TO)/share/mime' 'gtk-update-icon-cache -q $(TO)/share/icons/hicolor'; do \
               $$c >/dev/null 2>&1 || true; done
install: all $(MAN) $(COMPLETIONS)
	@for p in $(PLACES); do \
		file=$${p%%:*} to='$(TO)'/$${p#*:}; mode=644; [ ! -x "$$file" ] || mode=755; \
		mkdir -p "$${to%/*}" && install -m $$mode "$$file" "$$to" || exit; \
	done
	@$(REFRESH)
	@echo 'installed below $(TO)'
uninstall:
	@for p in $(PLACES); do rm -f '$(TO)'/$${p#*:} || exit; done
	@rm -rf '$(TO)/share/arenascope'
	@$(REFRESH)
	@echo 'removed from $(TO)'

check:
	$(if $(T),,$(error say which: make check T=tests/sim/os/test_model))
	$(BUILD_ALL) $(if $(filter %.sh,$(T)),all,$(OUT)/$(T:.c=))
	@BUILD=$(OUT) $(if $(filter %.sh,$(T)),,$(OUT)/)$(T:.c=)

verify: $(OUT)/arenasim
	$(OUT)/arenasim verify --replica tests/data/transcripts/*.txt.gz

SOAK_SECONDS ?= 600
soak: $(OUT)/arenasim
	$(OUT)/arenasim soak --seconds $(SOAK_SECONDS)

# Somebody plays about in the window by lot, with sanitizers; and every panel is drawn in every way.
MONKEY_SECONDS ?= 600
monkey:
	$(BUILD_ALL) MODE=asan catalogues $(OUT.asan)/tests/viz/test_monkey
	LSAN_OPTIONS=suppressions=tests/lsan.supp:print_suppressions=0 MONKEY_SECONDS=$(MONKEY_SECONDS) \
		$(OUT.asan)/tests/viz/test_monkey
LAYOUT_DRAWS ?= 400
layout:
	$(BUILD_ALL) catalogues $(OUT)/tests/viz/test_layout
	LAYOUT_DRAWS=$(LAYOUT_DRAWS) $(OUT)/tests/viz/test_layout

# Every target of tests/fuzz/ (or FUZZ_TARGETS=), under libFuzzer; `make test` has a short form that
# needs no clang.
FUZZ_SECONDS ?= 60
fuzz:
	@CC=clang assets/deps.sh fuzz
	$(BUILD_ALL) CC=clang MODE=fuzz $(addprefix $(OUT.fuzz)/tests/fuzz/,$(FUZZ_TARGETS) seeds) $(OUT.fuzz)/arenasim
	BUILD=$(OUT.fuzz) tests/fuzz.sh $(FUZZ_SECONDS) $(FUZZ_TARGETS)

# All that can fail, at every call: the system, files, memory; kills; damaged files. A quarter of an hour.
faults: deps
	$(BUILD_ALL) all tests
	FAULTS_ALL=1 $(OUT)/tests/sim/work/test_faults
	CORRUPT_ROUNDS=20000 $(OUT)/tests/sim/work/test_corrupt
	BUILD=$(OUT) FAULTS_ALL=1 tests/faults.sh
	BUILD=$(OUT) KILLS=400 tests/kill.sh

# What the tests reach. A line that says INVARIANT or BUG has a branch for bugs, which is never taken;
# so has one with a comment `never: WHY`, for what cannot happen.
COVERAGE_ONLY ?= SUITE_SECONDS=1800 tests/run $(OUT.coverage)
GCOVR = gcovr --root . --object-directory $(OUT.coverage)/obj $(OUT.coverage)/obj --gcov-ignore-parse-errors \
        --exclude-branches-by-pattern '.*(\bINVARIANT\(|\bBUG\(|/\* never: ).*'
coverage:
	@CC='$(CC)' assets/deps.sh coverage
	$(BUILD_ALL) MODE=coverage all tests
	@find $(OUT.coverage)/obj -name '*.gcda' -delete
	-$(COVERAGE_ONLY)
	@$(MAKE) --no-print-directory coverage-report
coverage-report:
	@mkdir -p $(OUT.coverage)/report
	@$(GCOVR) --filter sim/ --branches --print-summary --html-details $(OUT.coverage)/report/sim.html --json $(OUT.coverage)/report/sim.json --txt
	@$(GCOVR) --filter viz/ --print-summary --html-details $(OUT.coverage)/report/viz.html --txt

# What runs threads, where a race would be seen.
TSAN_TESTS := tests/sim/heap/test_threads tests/sim/heap/test_sched tests/sim/work/test_stress \
              tests/sim/trace/test_clerk tests/sim/trace/test_recording
tsan:
	$(BUILD_ALL) MODE=tsan $(addprefix $(OUT.tsan)/,arenasim $(TSAN_TESTS))
	@for t in $(TSAN_TESTS); do $(OUT.tsan)/$$t || exit; done
	$(OUT.tsan)/arenasim stress --threads 4 --seconds 8
	$(OUT.tsan)/arenasim stress --threads 8 --seconds 8 --platform linux/386 --seed 2

# How fast the heap is, beside other allocators: bench runs the drivers.
DRIVERS      := $(addprefix $(OUT)/tests/bench/,heap plain)
BENCH_ROUNDS ?= 7
TRACES       ?= $(wildcard tests/data/traces/*)
$(OUT)/tests/bench/bench: $(addprefix $(OUT)/obj/tests/bench/,bench.o report.o) $(OUT)/libsim.a
$(OUT)/tests/bench/growth: $(addprefix $(OUT)/obj/tests/bench/,growth.o report.o) $(OUT)/libsim.a
$(DRIVERS): $(OUT)/tests/bench/%: $(OUT)/obj/tests/bench/%.o $(OUT)/obj/tests/bench/driver.o
$(OUT)/tests/bench/heap: $(OUT)/libsim.a
$(OUT)/tests/bench/plain: private LIBS = -lpthread
$(OUT)/tests/bench/bench $(OUT)/tests/bench/growth $(DRIVERS):
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(LINK) $^ $(LIBS) -o $@
$(OUT)/tests/bench/rival: tests/bench/rival.go
	@echo "  GO   $@"
	@mkdir -p $(@D)
	@GO111MODULE=off GOCACHE='$(abspath $(OUT))/go' go build -o $@ $<
bench:
	$(BUILD_ALL) $(DRIVERS) $(OUT)/tests/bench/bench
	+@if command -v go >/dev/null; then $(MAKE_ALL) $(OUT)/tests/bench/rival; fi
	$(OUT)/tests/bench/bench --json $(OUT)/bench.json --rounds $(BENCH_ROUNDS) $(TRACES)

# How costs grow with the heap: a picture of each in $(OUT)/bench/.
bench-growth:
	$(BUILD_ALL) $(OUT)/tests/bench/growth
	@mkdir -p $(OUT)/bench
	+@s=0; $(OUT)/tests/bench/growth $(OUT)/bench || s=$$?; \
	if command -v gnuplot >/dev/null; then gnuplot $(OUT)/bench/plots.gp && ls $(OUT)/bench/*.png; \
	else echo 'no pictures: gnuplot is not here (package gnuplot-nox)'; fi; exit $$s

# How fast the window is, on a virtual display: figures beside their goals, and as JSON.
$(OUT)/tests/bench/view: $(addprefix $(OUT)/obj/tests/bench/,view.o report.o) $(OUT)/libviz.a $(OUT)/libsim.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(LINK) $^ $(LIBS) $(WINDOW_LIBS) -o $@
bench-view:
	@CC='$(CC)' assets/deps.sh test
	$(BUILD_ALL) $(OUT)/tests/bench/view
	ARENASCOPE_DATA='$(CURDIR)' xvfb-run -a -s '-screen 0 1920x1080x24' \
		$(OUT)/tests/bench/view --json $(OUT)/bench-view.json

# What recording costs: figures beside their goals, and as JSON; against a build without hooks, too.
$(OUT)/tests/bench/record: $(addprefix $(OUT)/obj/tests/bench/,record.o report.o) $(OUT)/libsim.a
	@echo "  LINK $@"
	@mkdir -p $(@D)
	@$(LINK) $^ $(LIBS) -o $@
bench-record:
	$(BUILD_ALL) $(OUT)/tests/bench/record
	$(BUILD_ALL) TRACE=0 $(BUILD)/untraced/tests/bench/record
	$(OUT)/tests/bench/record --json $(OUT)/bench-record.json --without $(BUILD)/untraced/tests/bench/record

golden: all
	BUILD=$(OUT) tests/golden.sh update

format:
	clang-format -i $(SOURCES) $(HEADERS)
format-check:
	@clang-format --dry-run -Werror $(SOURCES) $(HEADERS)

# What checkers have found good, a file and a checker each, until the file or a header of its changes.
CHECKED    := $(TOP)/checked
checked     = $(patsubst %.c,$(CHECKED)/%.$(1),$(2))
CHECK_ALL   = $(MAKE_ALL) --keep-going
$(CHECKED)/viz/% $(CHECKED)/tests/viz/% $(CHECKED)/tests/bench/%: private BASE += $(WINDOW_CFLAGS)
$(CHECKED)/%.tidy: %.c .clang-tidy $(CHECKED)/tools
	@echo "  TIDY $<"
	@mkdir -p $(@D)
	@clang $(BASE) -fsyntax-only -MMD -MP -MT $@ -MF $@.d $<
	@clang-tidy --quiet $< -- $(BASE) 2>$@.said || { cat $@.said; exit 1; }
	@touch $@
# It follows every path through a function, and sees most at -O1.
$(CHECKED)/%.gcc: %.c $(CHECKED)/tools
	@echo "  GCC  $<"
	@mkdir -p $(@D)
	@$(GCC) $(BASE) $(UNFOUNDED) -O1 -fanalyzer -MMD -MP -MT $@ -MF $@.d -c $< -o /dev/null
	@touch $@
# What it finds and is none: recfile_read closes the file that read_name opened; gcc loses sight of it.
$(CHECKED)/sim/trace/recfile_read.gcc: private UNFOUNDED := -Wno-analyzer-file-leak -Wno-analyzer-malloc-leak
$(CHECKED)/tools: FORCE
	@mkdir -p $(@D)
	@{ echo '$(BASE)'; clang-tidy --version; $(GCC) --version; } 2>&1 | cmp -s - $@ || \
		{ echo '$(BASE)'; clang-tidy --version; $(GCC) --version; } >$@ 2>&1
-include $(patsubst %,%.d,$(call checked,tidy,$(SOURCES)) $(call checked,gcc,$(SIM) $(VIZ)))
GCC := $(if $(findstring clang,$(CC)),gcc,$(CC))

CPPCHECK = cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability -j$$(nproc) \
           -I. -D_GNU_SOURCE -D__GNUC__=12 -D__linux__ -DTRACE=1 --error-exitcode=1 \
           --suppressions-list=tests/cppcheck.supp --cppcheck-build-dir=$(CHECKED)/cppcheck \
           --template='{file}:{line}: {message} [{id}]'
lint:
	@CC='$(CC)' assets/deps.sh lint
	+@$(MAKE) --no-print-directory format-check
	@shellcheck -x -a assets/*.sh tests/run tests/*.sh tests/*/*.sh .ci/run
	@mkdir -p $(CHECKED)/cppcheck
	@$(CPPCHECK) sim viz tests
	+@$(CHECK_ALL) $(call checked,tidy,$(SOURCES))

# What lint does not do: gcc's analyzer (a minute), and valgrind, which alone sees memory being read that
# was never written (twenty minutes).
analyse:
	@CC='$(CC)' assets/deps.sh analyse
	+@$(CHECK_ALL) $(call checked,gcc,$(SIM) $(VIZ))
	$(BUILD_ALL) all tests
	BUILD=$(OUT) tests/valgrind/run.sh

clean:
	rm -rf $(BUILD)

.PHONY: all install uninstall tests catalogues pot po help deps run test check verify soak fuzz monkey layout tsan bench bench-growth bench-view bench-record golden format format-check lint analyse faults coverage coverage-report clean FORCE
.DELETE_ON_ERROR:

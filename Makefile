# SPDX-License-Identifier: GPL-2.0-or-later
# One non-recursive Makefile. Everything built goes to build/<variant>/; `make help` lists the targets.

VERSION := 0.1.0
VARIANT ?= plain
B := build/$(VARIANT)

AR ?= ar
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-8s%s\n' '$(1)' '$(2)')
CFLAGS ?= $(CFLAGS_$(VARIANT))
CFLAGS_plain = -O2 -g -fstack-protector-strong -D_FORTIFY_SOURCE=2 $(HARDENING)
CFLAGS_clang = $(CFLAGS_plain)
CFLAGS_asan := -O1 -g -fno-omit-frame-pointer
SANITIZE_asan := -fsanitize=address,undefined -fno-sanitize-recover=all
CFLAGS_valgrind := -O1 -g
# How many times as long anything may take: the patience of the tests.
SLOWNESS_valgrind := 20
# The dictionaries do what tracing comparisons would, at twice the speed.
CFLAGS_fuzz := -O2 -g -fno-omit-frame-pointer
SANITIZE_fuzz := $(SANITIZE_asan) -fsanitize=fuzzer-no-link -fno-sanitize-coverage=trace-cmp
ifneq ($(filter clang fuzz,$(VARIANT)),)
CC := clang
endif
ifeq ($(CFLAGS_$(VARIANT)),)
$(error VARIANT=$(VARIANT) is unknown; there are plain, clang, asan, valgrind and fuzz)
endif

# What not every compiler takes for every machine; asked once.
ifneq ($(filter plain clang,$(VARIANT)),)
HARDENING := $(foreach f,-fstack-clash-protection -fcf-protection,\
  $(shell $(CC) -Werror $(f) -x c -c /dev/null -o /dev/null 2>/dev/null && echo $(f)))
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
  -Wwrite-strings -Wformat=2 -Wno-unused-parameter $(if $(WERROR),-Werror)
DEFINES := -D_GNU_SOURCE -DG_LOG_DOMAIN='"coex"' -DCOEX_VERSION='"$(VERSION)"' -DGETTEXT_PACKAGE='"purple-coex"' \
  -DGLIB_VERSION_MIN_REQUIRED=GLIB_VERSION_2_74 -DGLIB_VERSION_MAX_ALLOWED=GLIB_VERSION_2_74
COMPILE = $(CC) -std=gnu11 $(WARNINGS) $(DEFINES) $(CPPFLAGS) $(CFLAGS) $(SANITIZE_$(VARIANT)) \
  -fPIC -fvisibility=hidden -MMD -MP
LINK = $(CC) $(CFLAGS) $(SANITIZE_$(VARIANT)) $(LDFLAGS)

# Where things go: beside libpurple's own, or below PREFIX when one is given.
ifdef PREFIX
PLUGINDIR ?= $(PREFIX)/lib/purple-2
DATADIR ?= $(PREFIX)/share
else
PLUGINDIR ?= $(shell pkg-config --variable=plugindir purple)
DATADIR ?= $(shell pkg-config --variable=datadir purple)
endif
PIXMAPDIR ?= $(DATADIR)/pixmaps/pidgin/protocols
LOCALEDIR ?= $(DATADIR)/locale
ICON_SIZES := 16 22 48
METAINFO := im.pidgin.Pidgin.Plugin.Coex.metainfo.xml

# ---- what is here: a file is found by standing in its folder -------------------------------------

LAYERS := core net store ingest account media send receive session purple relay
LANGUAGES := $(shell cat src/po/LINGUAS)
# What each links may need what follows it.
LINK_ORDER := session receive send media account ingest net store core
$(foreach l,$(LAYERS),$(eval SRC_$(l) := $(sort $(wildcard src/$(l)/*.c))))
SRC_sim := $(sort $(filter-out tests/sim/main.c,$(wildcard tests/sim/*.c)))

C_SUITES := unit fuzz store net session host relay
$(foreach s,$(C_SUITES),$(eval TESTSRC_$(s) := $(sort $(wildcard tests/$(s)/test-*.c))))
$(foreach s,$(C_SUITES),$(eval SRC_$(s)_support := \
  $(sort $(filter-out tests/$(s)/test-%.c tests/host/coex-headless.c,$(wildcard tests/$(s)/*.c)))))
$(foreach s,$(C_SUITES),$(eval TESTS_$(s) := $(TESTSRC_$(s):%.c=$(B)/%)))
TESTS_e2e := $(sort $(wildcard tests/e2e/test-*.py))
TESTS_torture := $(sort $(wildcard tests/torture/test-*.py))
TESTS_torture_only := $(sort $(wildcard tests/torture/test-*.sh))
TESTS_tools := $(sort $(wildcard tests/tools/test-*.sh tests/tools/test-*.py tests/run/test-*.sh))

obj = $(patsubst %.c,$(B)/obj/%.o,$(1))
have = $(if $(SRC_$(1)),$(B)/lib$(1).a)

C_FILES := $(sort $(wildcard src/*/*.[ch] tests/*/*.[ch]))

# ---- flags: what a layer may use is what it can see ----------------------------------------------

PKG_core := glib-2.0 gobject-2.0 json-glib-1.0 gnutls
PKG_net := $(PKG_core) gio-2.0 libsoup-3.0 libmicrohttpd
PKG_store := $(PKG_core) sqlite3
PKG_media := $(PKG_core) libwebp libwebpdemux
PKG_relay := $(PKG_core) libnats
PKG_purple := glib-2.0 purple
PKG_sim := glib-2.0 gobject-2.0 gio-2.0 json-glib-1.0 libsoup-3.0 libmicrohttpd gnutls
PKG_host := $(PKG_purple) $(PKG_sim)
PKG_bench := $(PKG_net) $(PKG_purple) sqlite3

# Goals that compile nothing must work before the compiler and the libraries are there.
BARE_GOALS := help clean deps run check check-deb check-debian check-valgrind deb dist fuzz icons format po \
  uninstall uninstall-relay
# The relay needs no chat program.
RELAY_GOALS := relay install-relay
ifneq ($(filter-out $(BARE_GOALS),$(or $(MAKECMDGOALS),all)),)
PKG_HOST := $(if $(filter-out $(RELAY_GOALS),$(or $(MAKECMDGOALS),all)),media purple host)
PKG_ALL := $(sort $(PKG_net) $(PKG_store) $(PKG_relay) $(PKG_sim) $(if $(PKG_HOST),$(PKG_media) $(PKG_purple)))
PKG_MISSING := $(shell pkg-config --print-errors --exists $(PKG_ALL) 2>&1 || echo "pkg-config failed")
ifneq ($(PKG_MISSING),)
$(info $(PKG_MISSING))
$(error Libraries are missing: `make deps` installs them, or install $(shell tests/tools/deps.sh --list build))
endif
external = $(patsubst -I%,-isystem %,$(shell pkg-config --cflags $(1)))
$(foreach s,core net store relay sim $(PKG_HOST),$(eval CFLAGS_PKG_$(s) := $$(call external,$(PKG_$(s)))))
$(foreach s,core net store relay sim $(PKG_HOST),$(eval LIBS_$(s) := $$(shell pkg-config --libs $(PKG_$(s)))))
$(foreach l,ingest account send receive session,$(eval CFLAGS_PKG_$(l) := $(CFLAGS_PKG_core)))
endif

# Each folder's own flags. From ingest to session our headers below are seen, but no library of theirs; the
# simulated number sees nothing of ours: it is the other side.
$(foreach l,$(LAYERS),$(eval FLAGS_src/$(l) = -Isrc $$(CFLAGS_PKG_$(l))))
FLAGS_src/purple += -DCOEX_LOCALEDIR='"$(LOCALEDIR)"'
TEST_FLAGS := -Itests -DTEST_SLOWNESS=$(or $(SLOWNESS_$(VARIANT)),1)
FLAGS_tests/sim = $(TEST_FLAGS) $(CFLAGS_PKG_sim)
FLAGS_tests/unit = -Isrc $(TEST_FLAGS) $(CFLAGS_PKG_core)
FLAGS_tests/fuzz = $(FLAGS_tests/unit) $(CFLAGS_PKG_purple)
FLAGS_tests/store = -Isrc $(TEST_FLAGS) $(CFLAGS_PKG_store)
FLAGS_tests/net = -Isrc $(TEST_FLAGS) $(CFLAGS_PKG_net)
FLAGS_tests/session = -Isrc $(TEST_FLAGS) $(CFLAGS_PKG_net) $(CFLAGS_PKG_store) $(CFLAGS_PKG_media)
FLAGS_tests/host = $(TEST_FLAGS) $(CFLAGS_PKG_host)
FLAGS_tests/relay = $(TEST_FLAGS) $(CFLAGS_PKG_sim)
FLAGS_tests/bench = -Isrc $(TEST_FLAGS) $(call external,$(PKG_bench))
FLAGS_tests/tools = $(TEST_FLAGS) $(CFLAGS_PKG_core)

ARCHIVES_unit := $(call have,core)
ARCHIVES_fuzz := $(call have,core)
ARCHIVES_store := $(call have,store) $(call have,core)
ARCHIVES_net := $(call have,net) $(call have,core) $(call have,sim)
ARCHIVES_session := $(foreach l,$(LINK_ORDER) sim,$(call have,$(l)))
ARCHIVES_host := $(call have,sim)
ARCHIVES_relay := $(call have,sim)
LINKLIBS_unit = $(LIBS_core)
LINKLIBS_fuzz = $(LIBS_core)
LINKLIBS_store = $(LIBS_store)
LINKLIBS_net = $(LIBS_net)
LINKLIBS_session = $(LIBS_net) $(LIBS_store) $(LIBS_media)
LINKLIBS_host = $(LIBS_host)
LINKLIBS_relay = $(LIBS_sim)

# ---- building ------------------------------------------------------------------------------------

.DELETE_ON_ERROR:
.SUFFIXES:
.SECONDARY:
.DEFAULT_GOAL := all

PLUGIN := $(if $(SRC_purple),$(B)/libcoex.so)
PAGES := $(B)/purple-coex.7 $(B)/$(METAINFO)
CATALOGUES := $(LANGUAGES:%=$(B)/locale/%/LC_MESSAGES/purple-coex.mo)
RELAY := $(if $(SRC_relay),$(B)/coex-relay)
SIM := $(if $(wildcard tests/sim/main.c),$(B)/coex-sim)
HEADLESS := $(if $(wildcard tests/host/coex-headless.c),$(B)/coex-headless)
TORTURE_CLOCK := $(if $(wildcard tests/torture/clock.c),$(B)/torture-clock.so)
LIB_ARCHIVES := $(foreach l,$(LINK_ORDER),$(call have,$(l)))

all: $(LIB_ARCHIVES) $(PLUGIN) $(RELAY) $(CATALOGUES) $(PAGES) ## build the plugin, build/plain/libcoex.so, and coex-relay (default)

# Written anew only when the text changes, so that other flags or a vanished file rebuild what they touch.
# Several makes may run in one folder: each has a new file of its own.
keep = mkdir -p $(@D) && printf '%s\n' '$(subst ','\'',$(1))' >$@.$$$$ && \
  if cmp -s $@.$$$$ $@; then rm $@.$$$$; else mv $@.$$$$ $@; fi
$(B)/.flags: FORCE
	@$(call keep,$(COMPILE) $(LINK))
$(B)/.files: FORCE
	@$(call keep,$(C_FILES))
$(B)/.localedir: FORCE
	@$(call keep,$(LOCALEDIR))

$(B)/obj/%.o: %.c Makefile $(B)/.flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(COMPILE) $(FLAGS_$(patsubst %/,%,$(dir $<))) -c $< -o $@

define archive
$(B)/lib$(1).a: $(call obj,$(SRC_$(1))) $(B)/.files
	$$(call say,AR,$$@)
	$$(Q)rm -f $$@ && $(AR) rcsD $$@ $$(filter %.o,$$^)
endef
$(foreach l,$(LINK_ORDER) sim,$(if $(SRC_$(l)),$(eval $(call archive,$(l)))))

$(B)/plugin.map: Makefile
	@mkdir -p $(@D)
	@echo '{ global: purple_init_plugin; local: *; };' >$@

$(B)/libcoex.so: $(call obj,$(SRC_purple)) $(LIB_ARCHIVES) $(B)/plugin.map $(B)/.files
	$(call say,LINK,$@)
	$(Q)$(LINK) -shared -Wl,-soname,libcoex.so -Wl,--version-script=$(B)/plugin.map -Wl,-z,nodelete \
	  -Wl,-z,defs -Wl,-z,now -Wl,-z,relro -Wl,--no-undefined -o $@ $(filter %.o %.a,$^) \
	  $(LIBS_net) $(LIBS_store) $(LIBS_media) $(LIBS_purple)

# The plugin finds its catalogues beside itself, in `locale`, or where they are installed.
$(B)/obj/src/purple/plugin.o: $(B)/.localedir
$(B)/locale/%/LC_MESSAGES/purple-coex.mo: src/po/%.po
	@mkdir -p $(@D)
	$(call say,MSGFMT,$@)
	$(Q)msgfmt --check -o $@ $<

catalogues: $(CATALOGUES)

# The plugin in languages that nobody speaks: what a test sees in Latin letters has not gone through a catalogue.
PSEUDO := $(foreach l,tr hi ar,$(B)/pseudo/locale/$(l)/LC_MESSAGES/purple-coex.mo) $(B)/pseudo/libcoex.so
$(B)/pseudo/locale/%/LC_MESSAGES/purple-coex.mo: src/po/purple-coex.pot tests/tools/pseudo.py
	@mkdir -p $(@D)
	$(call say,MSGFMT,$@)
	$(Q)tests/tools/pseudo.py $* <$< >$@.po && msgfmt --check-format -o $@ $@.po
$(B)/pseudo/libcoex.so:
	@mkdir -p $(@D) && ln -sf ../libcoex.so $@

# It needs no chat program, and so no library of one.
$(B)/coex-relay: $(call obj,$(SRC_relay)) $(foreach l,ingest net store core,$(call have,$(l))) $(B)/.files
	$(call say,LINK,$@)
	$(Q)$(LINK) -Wl,-z,now -Wl,-z,relro -o $@ $(filter %.o %.a,$^) $(LIBS_net) $(LIBS_store) $(LIBS_relay)

FILL := src/packaging/fill.sh
FILLED_FROM := $(FILL) src/packaging/changes src/packaging/web tests/tools/deps.sh
$(B)/purple-coex.7: README.md src/packaging/man.awk src/packaging/purple-coex.7.in $(FILLED_FROM)
	@mkdir -p $(@D)
	$(Q)$(FILL) src/packaging/purple-coex.7.in | LC_ALL=C awk -f src/packaging/man.awk README.md - >$@
$(B)/$(METAINFO): src/packaging/metainfo.xml.in $(FILLED_FROM)
	@mkdir -p $(@D)
	$(Q)$(FILL) $< >$@

$(B)/coex-sim: $(call obj,tests/sim/main.c) $(call have,sim)
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $^ $(LIBS_sim)

define suite
$(TESTS_$(1)): $(B)/%: $(B)/obj/%.o $(call obj,$(SRC_$(1)_support)) $(ARCHIVES_$(1))
	@mkdir -p $$(@D)
	$$(call say,LINK,$$@)
	$$(Q)$$(LINK) -o $$@ $$(MORE) $$(filter-out $$(MORE),$$^) $$(LINKLIBS_$(1)) $$(MORE_LIBS)
endef
$(foreach s,$(C_SUITES),$(if $(TESTS_$(s)),$(eval $(call suite,$(s)))))

$(B)/coex-headless: $(call obj,tests/host/coex-headless.c $(SRC_host_support)) $(call have,sim)
	$(call say,LINK,$@)
	$(Q)$(LINK) -Wl,--export-dynamic-symbol=irc_connection_list -o $@ $^ $(LIBS_host)

$(B)/torture-clock.so: $(call obj,tests/torture/clock.c)
	$(call say,LINK,$@)
	$(Q)$(LINK) -shared -o $@ $^ -ldl

# What the chat programs make of our HTML is judged by what libpurple makes of it.
DISPLAY_TESTS := $(B)/tests/fuzz/test-display $(B)/fuzz-display
$(DISPLAY_TESTS): MORE := $(call obj,src/purple/display.c)
$(DISPLAY_TESTS): MORE_LIBS = $(LIBS_purple)
$(DISPLAY_TESTS): $(call obj,src/purple/display.c)

# What a chat program makes of the real relay.
$(B)/tests/host/test-relay: MORE := $(call obj,tests/relay/rig.c)
$(B)/tests/host/test-relay: $(call obj,tests/relay/rig.c)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)

# ---- testing -------------------------------------------------------------------------------------

# The longest first, so that none of them runs alone at the end.
ALL_TESTS = $(foreach s,e2e torture $(C_SUITES) tools,$(TESTS_$(s)))
# Most of the time a test waits, for a disk, a timer or a chat program: twice as many as there are processors run at once,
# but fewer where they are slowed down by what watches them. What matches no rule (it builds here itself) runs after them,
# alone.
TEST_JOBS = $(if $(filter asan valgrind,$(VARIANT)),$(shell expr 1 + $$(nproc)),$(shell expr 2 '*' $$(nproc)))
PROVE = $(Q)COEX_BUILD_DIR=$(abspath $(B)) COEX_VARIANT=$(VARIANT) \
  prove --exec tests/tools/run-test.sh -j$(TEST_JOBS) --timer \
  $(foreach t,tests/e2e tests/torture build,--rules='par=$(t)/**')

check: ## install what the tests need, build, and run every test
	@tests/tools/deps.sh build check
	@$(MAKE) --no-print-directory check-installed

build-all: $(PLUGIN) $(CATALOGUES) $(PSEUDO) $(RELAY) $(SIM) $(HEADLESS) $(TORTURE_CLOCK) $(foreach s,$(C_SUITES),$(TESTS_$(s)))

check-installed: build-all
	$(PROVE) $(ALL_TESTS)

check-unit: ## only tests/unit; T=test-peer picks one program (so with the others)
check-fuzz: ## only tests/fuzz, over the kept corpora
check-store: ## only tests/store
check-net: ## only tests/net, against the simulated number
check-session: ## only tests/session, against the simulated number
check-host: ## only tests/host: real libpurple with the built plugin
check-relay: ## only tests/relay: the real relay, and desks
check-e2e: ## only tests/e2e: real Pidgin, Finch and BitlBee
check-torture: ## only tests/torture, one pass of each: crashes, faults, a bad network, hostile clients
check-tools: ## only the tests of lint, install and run
check-host check-e2e check-torture check-tools: $(PLUGIN) $(CATALOGUES) $(SIM) $(HEADLESS)
check-host check-e2e: $(PSEUDO)
check-host check-relay: $(RELAY)
check-relay check-torture: $(TORTURE_CLOCK)
check-valgrind: ## every test that is a C program once more, under valgrind's memcheck (needs a quiet machine)
	@tests/tools/deps.sh build valgrind
	@$(MAKE) --no-print-directory VARIANT=valgrind check-c

# Another Debian than the machine's: its libraries, in a folder of its own.
RELEASE ?= trixie
check-debian: ## as root: `make check` inside of another Debian, in build/debian-trixie (RELEASE=trixie)
	@tests/tools/debian.sh $(RELEASE) sh -c 'tests/tools/deps.sh build && make check'

check-deb: ## as root: the Debian packages, built, installed, upgraded, removed in a Debian of their own (RELEASE=trixie)
	@tests/package/check.sh $(RELEASE)

BELOW_HOST := $(foreach s,unit fuzz store net session,$(TESTS_$(s)))
build-below-host: $(BELOW_HOST)
check-below-host: build-below-host
	$(PROVE) $(BELOW_HOST)

# What waits and what computes, side by side.
C_TESTS := $(TESTS_host) $(BELOW_HOST) $(TESTS_relay)
check-c: build-all ## every test that is a C program, with VARIANT=asan under the sanitizers
	$(PROVE) $(C_TESTS)

define check_suite
check-$(1): $(TESTS_$(1))
	$$(PROVE) $$(if $$(T),$$(filter %/$$(T) %/$$(T).py %/$$(T).sh,$(TESTS_$(1))),$(TESTS_$(1)))
endef
$(foreach s,$(C_SUITES) e2e torture tools,$(eval $(call check_suite,$(s))))

# Each crash TIMES times, KILLS random ones, five times TIMES of each that the relay or its desks suffer, every n-th call of
# every fault, ten minutes of each storm. As root also what takes another Debian.
TIMES ?= 20
KILLS ?= 1000
TORTURE := $(TESTS_torture) $(TESTS_torture_only)
torture: build-all ## tests/torture in full and in figures (an hour); TIMES=20 KILLS=1000 T=test-steps
	@tests/tools/deps.sh check
	$(Q)COEX_BUILD_DIR=$(abspath $(B)) COEX_TORTURE=$(TIMES) KILLS=$(KILLS) COEX_TEST_TIMEOUT=7200 \
	  prove --exec tests/tools/run-test.sh --comments --timer \
	  $(if $(T),$(filter %/$(T).py %/$(T).sh,$(TORTURE)),$(TORTURE))

# ---- fuzzing -------------------------------------------------------------------------------------

FUZZ_SECONDS ?= 60
FUZZERS := $(TESTSRC_fuzz:tests/fuzz/test-%.c=$(B)/fuzz-%)

$(FUZZERS): $(B)/fuzz-%: $(B)/obj/tests/fuzz/test-%.o $(B)/obj/tests/fuzz/fuzz.o $(call have,core)
	$(call say,LINK,$@)
	$(Q)$(LINK) -fsanitize=fuzzer -o $@ $(MORE) $(filter-out $(MORE),$^) $(LIBS_core) $(MORE_LIBS)

build-fuzzers: $(FUZZERS)

fuzz: ## hunt for inputs that break core: FUZZ_SECONDS (60) for each target; T=test-typed-line picks one
	@tests/tools/deps.sh build fuzz
	@$(MAKE) --no-print-directory VARIANT=fuzz build-fuzzers
	@tests/fuzz/run.sh build/fuzz $(FUZZ_SECONDS) $(patsubst test-%,%,$(or $(T),$(notdir \
	  $(basename $(TESTSRC_fuzz)))))

# ---- measuring -----------------------------------------------------------------------------------

# The chat program and the bare receiver are programs of their own: what they weigh is measured.
BENCH := $(B)/bench
BENCH_PROGRAMS := $(addprefix $(BENCH)/,bench base-ingest purple-host slowsync.so)
BENCH_OTHERS := $(addprefix tests/bench/,base-ingest.c purple-host.c slowsync.c)
link_bench = @mkdir -p $(@D) && $(LINK) -o $@ $^

bench: $(PLUGIN) $(RELAY) $(BENCH_PROGRAMS) ## measure speed and size against base rates (6 minutes); S="ack send" picks sections
	@$(BENCH)/bench $(S)

$(BENCH)/bench: $(call obj,$(filter-out $(BENCH_OTHERS),$(wildcard tests/bench/*.c))) \
  $(call have,net) $(call have,store) $(call have,core) $(call have,sim)
	$(link_bench) $(LIBS_net) $(LIBS_store) $(LIBS_sim) -lgnutls
$(BENCH)/base-ingest: $(call obj,tests/bench/base-ingest.c)
	$(link_bench) -lmicrohttpd -lsqlite3 -lgnutls $(LIBS_core)
$(BENCH)/purple-host: $(call obj,tests/bench/purple-host.c)
	$(link_bench) $(LIBS_purple)
$(BENCH)/slowsync.so: $(call obj,tests/bench/slowsync.c)
	$(link_bench) -shared -ldl

# ---- style ---------------------------------------------------------------------------------------

# A header is compiled too: it must stand alone, with the flags of its own folder.
SYNTAX := $(addprefix lint-syntax/,$(C_FILES))
$(SYNTAX): lint-syntax/%:
	$(Q)clang -std=gnu11 -fsyntax-only $(WARNINGS) -Werror $(DEFINES) $(FLAGS_$(patsubst %/,%,$(dir $*))) \
	  $(if $(filter %.h,$*),-Wno-pragma-once-outside-header -Wno-unused-function) $*

# Its own rules stand in .clang-tidy. Minutes for all of src: what has not changed is not looked at again.
TIDY := $(patsubst %.c,$(B)/tidy/%.done,$(foreach l,$(LAYERS),$(SRC_$(l))))
$(TIDY): $(B)/tidy/%.done: %.c $(B)/obj/%.o .clang-tidy
	@mkdir -p $(@D)
	$(Q)clang-tidy --quiet $< -- -std=gnu11 $(DEFINES) $(FLAGS_$(patsubst %/,%,$(dir $<))) 2>$@.err || \
	  { cat $@.err >&2; exit 1; }
	@touch $@

SCRIPTS := .ci/run $(sort $(wildcard src/*/*.sh tests/*/*.sh))

lint: $(PLUGIN) ## check layers, style, formatting and the plugin's symbols
	$(Q)tests/tools/lint.py
	$(Q)tests/tools/catalogues.py check
	$(Q)clang-format --dry-run -Werror $(C_FILES)
	$(Q)$(MAKE) --no-print-directory -j$(shell nproc) $(SYNTAX) $(TIDY)
	$(Q)shellcheck $(SCRIPTS)
	$(Q)cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
	  --library=gtk --inline-suppr --suppressions-list=tests/tools/cppcheck.txt -j2 \
	  --cppcheck-build-dir=$(shell mkdir -p $(B)/cppcheck && echo $(B)/cppcheck) -Isrc src
	$(if $(PLUGIN),$(Q)tests/tools/symbols.sh $(PLUGIN))

po: ## bring src/po up to what the sources say: the template, and each language's catalogue
	@tests/tools/deps.sh build
	$(Q)tests/tools/catalogues.py write

format: ## rewrite the sources in the project's format
	$(Q)clang-format -i $(C_FILES)

# ---- running, installing -------------------------------------------------------------------------

# Under another name, so that `make -n run` only prints.
make_command := $(MAKE)

run: ## try it: a simulated number and a chat program; NUMBER=+49... for the real API
	$(if $(filter command,$(firstword $(origin COEX_KEY))),$(error Not on the command line, where every \
	  user of this machine can read it: put COEX_KEY into the environment, or be asked))
	@MAKE='$(make_command)' tests/run/run.sh

# Each language's catalogue below the folder $(1).
install_catalogues = $(foreach l,$(LANGUAGES),install -D -m 644 $(B)/locale/$(l)/LC_MESSAGES/purple-coex.mo \
  "$(1)/$(l)/LC_MESSAGES/purple-coex.mo" &&) true

install: $(PLUGIN) $(PAGES) $(CATALOGUES) ## install the plugin, its languages, icons and manual page (DESTDIR, PREFIX)
	install -D -m 644 $(PLUGIN) '$(DESTDIR)$(PLUGINDIR)/libcoex.so'
	@$(call install_catalogues,$(DESTDIR)$(LOCALEDIR))
	@install -D -m 644 $(B)/purple-coex.7 '$(DESTDIR)$(DATADIR)/man/man7/purple-coex.7'
	@install -D -m 644 $(B)/$(METAINFO) '$(DESTDIR)$(DATADIR)/metainfo/$(METAINFO)'
	@$(foreach n,$(ICON_SIZES),install -D -m 644 icons/coex-$(n).png \
	  '$(DESTDIR)$(PIXMAPDIR)/$(n)/coex.png' &&) \
	install -D -m 644 icons/coex.svg '$(DESTDIR)$(PIXMAPDIR)/scalable/coex.svg'

uninstall: ## remove what install put there (same DESTDIR, PREFIX)
	$(if $(PLUGINDIR),,$(error Where to? pkg-config does not know purple; give PREFIX))
	rm -f '$(DESTDIR)$(PLUGINDIR)/libcoex.so' '$(DESTDIR)$(PIXMAPDIR)/scalable/coex.svg' \
	  '$(DESTDIR)$(DATADIR)/man/man7/purple-coex.7' '$(DESTDIR)$(DATADIR)/metainfo/$(METAINFO)' \
	  $(foreach n,$(ICON_SIZES),'$(DESTDIR)$(PIXMAPDIR)/$(n)/coex.png') \
	  $(foreach l,$(LANGUAGES),'$(DESTDIR)$(LOCALEDIR)/$(l)/LC_MESSAGES/purple-coex.mo')

install-user: $(PLUGIN) $(CATALOGUES) ## install the plugin for this user alone, in ~/.purple/plugins
	install -D -m 644 $(PLUGIN) "$$HOME/.purple/plugins/libcoex.so"
	@$(call install_catalogues,$$HOME/.purple/plugins/locale)

relay: $(RELAY) ## build coex-relay alone, for which no chat program is needed

# Beside the system's own, or below PREFIX.
RELAY_PREFIX = $(or $(PREFIX),/usr/local)
RELAY_FILES := bin/coex-relay lib/systemd/system/coex-relay.service lib/systemd/user/coex-relay.service \
  share/doc/coex-relay/examples/relay.conf share/man/man8/coex-relay.8
install_filled = $(FILL) $(1).in | sed 's|@BINDIR@|$(RELAY_PREFIX)/bin|; s|@DATADIR@|$(RELAY_PREFIX)/share|' | \
  install -D -m 644 /dev/stdin '$(DESTDIR)$(RELAY_PREFIX)/$(2)'

install-relay: $(RELAY) ## install coex-relay, its services, manual page and an example (DESTDIR, PREFIX)
	install -D -m 755 $(RELAY) '$(DESTDIR)$(RELAY_PREFIX)/bin/coex-relay'
	$(call install_filled,src/relay/coex-relay.service,lib/systemd/system/coex-relay.service)
	$(call install_filled,src/relay/coex-relay-user.service,lib/systemd/user/coex-relay.service)
	$(call install_filled,src/packaging/coex-relay.8,share/man/man8/coex-relay.8)
	install -D -m 644 src/relay/relay.conf '$(DESTDIR)$(RELAY_PREFIX)/share/doc/coex-relay/examples/relay.conf'

uninstall-relay: ## remove what install-relay put there (same DESTDIR, PREFIX)
	rm -f $(foreach f,$(RELAY_FILES),'$(DESTDIR)$(RELAY_PREFIX)/$(f)')

icons: ## render icons/*.png anew from the drawings, icons/*.svg
	@tests/tools/deps.sh icons
	$(Q)$(foreach n,$(ICON_SIZES),rsvg-convert -w $(n) -h $(n) -o icons/coex-$(n).png \
	  $(or $(wildcard icons/coex-$(n).svg),icons/coex.svg) &&) true

screenshots: $(PLUGIN) $(SIM) ## take the README's pictures anew, from real runs
	@tests/tools/deps.sh check pictures
	$(Q)COEX_BUILD_DIR=$(abspath $(B)) tests/tools/run-test.sh $(abspath tests/e2e/screenshots.py)

dist: ## make build/dist: a tarball of the sources, always of the same bytes, and a spec and a PKGBUILD for it
	$(Q)src/packaging/dist.sh build/dist

deb: ## make build/deb: the Debian source package, and the binary package for this machine's release
	@tests/tools/deps.sh build package
	@src/packaging/deb.sh build/deb

deps: ## install what building needs
	@tests/tools/deps.sh build

clean: ## remove build/
	rm -rf build

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

FORCE:
.PHONY: all catalogues build-all build-below-host build-fuzzers check check-installed check-below-host check-c \
  check-deb check-debian check-valgrind fuzz $(foreach s,$(C_SUITES) e2e torture tools,check-$(s)) torture lint \
  $(SYNTAX) format run install uninstall install-user relay install-relay uninstall-relay icons bench screenshots deb dist deps clean help FORCE

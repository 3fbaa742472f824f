# xtape: programs in build/bin, one archive per directory of lib in build/lib.
#
#   make                     everything, optimised, in build/
#   make SAN=address,undefined [CC=clang]     the same under build/san-...
#   make test | unit | lint | bench | fuzz T=60 | install | uninstall | deb | clean

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share/xtape
MANDIR  ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR  ?= $(PREFIX)/share/zsh/vendor-completions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
VERSION := 0.2.0

# A directory per way of building, so that flags never mix.
comma := ,
B := build$(if $(SAN),/san-$(subst $(comma),-,$(SAN))-$(notdir $(CC)))$(if $(VARIANT),/$(VARIANT))

CFLAGS ?= -O2 -g
WARN := -Wall -Wextra -Wformat=2 -Wconversion -Wsign-conversion -Wshadow -Wno-missing-field-initializers \
	-Wimplicit-fallthrough -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wvla -Werror=format-security -Werror=implicit \
	-Werror=incompatible-pointer-types -Werror=int-conversion $(WERROR)
# OpenSSF hardening, all that gcc 12 and clang 14 both take.
HARDEN := $(if $(SAN),,-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3) \
	-fstack-clash-protection -fstack-protector-strong \
	-fno-delete-null-pointer-checks -fno-strict-overflow \
	-fno-strict-aliasing -fPIE $(if $(filter x86_64,$(shell uname -m)),-fcf-protection=full)
HARDEN_LD := -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen -Wl,--as-needed
SANFLAGS := $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer)

PKGS := sqlite3 libpq libxxhash libzstd libcrypto libdeflate zlib
ALL_CFLAGS = -std=gnu11 -D_GNU_SOURCE -DXTAPE_VERSION='"$(VERSION)"' -Ilib \
	-ffile-prefix-map=$(CURDIR)=. $(WARN) $(HARDEN) $(SANFLAGS) \
	$(shell pkg-config --cflags $(PKGS)) $(CFLAGS) $(EXTRA_CFLAGS)
ALL_LDFLAGS = $(HARDEN_LD) $(SANFLAGS) $(LDFLAGS)
# libpq is loaded when it is needed: lib/sql/libpq.h.
LDLIBS := $(shell pkg-config --libs $(filter-out libpq,$(PKGS))) -lcsv -pthread

# In the order of the arrows: an archive may use only those after it.
LIBS := app backtest pnl cli wire format archive log parquet ledgerdb sql sim match feed book gen quality ledger bars calendar tape io base
ARCHIVES := $(foreach l,$(LIBS),$(if $(wildcard lib/$l/*.c),$B/lib/$l.a))

PROGRAMS := $(patsubst cmd/%.c,%,$(wildcard cmd/*.c))
UNITS := $(patsubst tests/unit/%.c,$B/unit/%,$(wildcard tests/unit/*.c))
FUZZERS := $(filter-out replay,$(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c)))
# Those that call whole programs.
FUZZERS_WHOLE := archive ledger_database programs resume

all: $(PROGRAMS:%=$B/bin/%) $B/share/xtape/calendars $B/share/xtape/conditions

# Programs look for calendars beside their directory.
$B/share/xtape/calendars:
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR)/lib/calendar/data $@
$B/share/xtape/conditions:
	@mkdir -p $(@D)
	@ln -sfn $(CURDIR)/lib/bars/data $@

# Changing the compiler or a flag rebuilds what it touches.
$B/.flags: FORCE
	@mkdir -p $B
	@echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' | cmp -s - $@ || \
		echo '$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS)' > $@

$B/obj/%.o: %.c $B/.flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

define archive
$B/lib/$1.a: $$(patsubst %.c,$B/obj/%.o,$$(wildcard lib/$1/*.c))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(AR) rcs $$@ $$^
endef
$(foreach l,$(LIBS),$(eval $(call archive,$l)))

# The dialects of ximport become part of lib/format.
build/gen/dialects.c: scripts/embed $(wildcard lib/format/dialects/*)
	@mkdir -p $(@D)
	scripts/embed $(sort $(wildcard lib/format/dialects/*)) > $@
$B/lib/format.a: $B/obj/build/gen/dialects.o

$B/bin/%: $B/obj/cmd/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVES) $(LDLIBS)

$B/unit/%: $B/obj/tests/unit/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVES) $(LDLIBS)

unit-programs: $(UNITS)

list-units:
	@echo $(UNITS)

unit: $(UNITS)
	@for t in $(UNITS); do $$t || exit 1; done

# Small programs that the tests and "make man" use.
TOOLS := $(patsubst tests/tools/%.c,$B/tools/%,$(wildcard tests/tools/*.c))
$B/tools/%: $B/obj/tests/tools/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVES) $(LDLIBS)

# What tests preload into programs, of any build.
PRELOADS := $(patsubst tests/preload/%.c,build/preload/%.so,$(wildcard tests/preload/*.c))
build/preload/%.so: tests/preload/%.c $(wildcard tests/preload/*.h)
	@mkdir -p $(@D)
	$(CC) -std=gnu11 -D_GNU_SOURCE $(WARN) -O2 -fPIC -shared -o $@ $<

tools: $(TOOLS) $(PRELOADS)

# The generated parts of tape(5).
man: $B/tools/fields $B/tools/example
	scripts/fill man/tape.5 fields $B/tools/fields
	scripts/fill man/tape.5 hexdump $B/tools/example mdoc

test:
	scripts/test

lint:
	scripts/lint

# Fuzzers are clang's libFuzzer; the replay of their corpora needs no engine.
FUZZ_SAN := address,undefined -fno-sanitize-recover=all
FUZZ_OBJECTS := $(patsubst %.c,build/fuzz/obj/%.o,$(wildcard lib/*/*.c) build/gen/dialects.c)
build/fuzz/obj/%.o: %.c
	@mkdir -p $(@D)
	clang -std=gnu11 -D_GNU_SOURCE -DXTAPE_VERSION='"$(VERSION)"' -Ilib -O1 -g \
		-fsanitize=fuzzer-no-link,$(FUZZ_SAN) $(FUZZ_MAIN) \
		$(shell pkg-config --cflags $(PKGS)) -MMD -MP -c -o $@ $<

# Whole programs in one, each main under the name of its program.
FUZZ_PROGRAMS := $(PROGRAMS:%=build/fuzz/obj/cmd/%.o)
build/fuzz/obj/cmd/%.o: FUZZ_MAIN = -Dmain=$(*F)_main -Wno-missing-prototypes
$(FUZZERS_WHOLE:%=build/fuzz/%): $(FUZZ_PROGRAMS)

build/fuzz/%: build/fuzz/obj/tests/fuzz/%.o $(FUZZ_OBJECTS)
	clang -fsanitize=fuzzer,$(FUZZ_SAN) -o $@ $^ $(LDLIBS)

fuzz: $(FUZZERS:%=build/fuzz/%)
	@for f in $(FUZZERS); do mkdir -p build/fuzz/corpus/$$f && \
		echo "$$f: $(or $(T),60) s" && \
		build/fuzz/$$f -max_total_time=$(or $(T),60) -timeout=60 \
			-rss_limit_mb=2048 -print_final_stats=1 \
			-artifact_prefix=$(CURDIR)/build/fuzz/ \
			build/fuzz/corpus/$$f tests/fuzz/corpus/$$f || exit 1; done

$B/obj/main/%.o: cmd/%.c $B/.flags
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -Dmain=$(*F)_main -Wno-missing-prototypes -MMD -MP -c -o $@ $<

$(FUZZERS_WHOLE:%=$B/fuzz-replay/%): $(PROGRAMS:%=$B/obj/main/%.o)
$B/fuzz-replay/%: $B/obj/tests/fuzz/%.o $B/obj/tests/fuzz/replay.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(ARCHIVES) $(LDLIBS)

# What the engine calls has no header, and not every target uses every helper.
# Private, or .flags would change with them and everything be built anew.
$B/obj/tests/fuzz/%.o: private EXTRA_CFLAGS += -Wno-missing-prototypes \
	-Wno-unused-function

fuzz-replay: $(FUZZERS:%=$B/fuzz-replay/%)
	@for f in $(FUZZERS); do $B/fuzz-replay/$$f tests/fuzz/corpus/$$f/* || \
		exit 1; done

# What is measured; see scripts/bench --help.
BENCHES := $(patsubst tests/bench/%.c,$B/bench/%,$(wildcard tests/bench/*.c))
$B/bench/%: $B/obj/tests/bench/%.o $(ARCHIVES)
	@mkdir -p $(@D)
	$(CC) $(ALL_LDFLAGS) -o $@ $< $(ARCHIVES) $(LDLIBS)

bench-programs: $(BENCHES)

bench: all bench-programs
	scripts/bench

install: all
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 \
		$(DESTDIR)$(MANDIR)/man5 $(DESTDIR)$(MANDIR)/man7 $(DESTDIR)$(COMPDIR) \
		$(DESTDIR)$(ZSHDIR) $(DESTDIR)$(FISHDIR) $(DESTDIR)$(DATADIR)/calendars \
		$(DESTDIR)$(DATADIR)/conditions
	install -m 755 $(PROGRAMS:%=$B/bin/%) $(DESTDIR)$(BINDIR)
	install -m 755 scripts/xtape-plot $(DESTDIR)$(BINDIR)
	install -m 644 lib/calendar/data/* $(DESTDIR)$(DATADIR)/calendars
	install -m 644 lib/bars/data/* $(DESTDIR)$(DATADIR)/conditions
	for m in man/*.[157]; do install -m 644 $$m \
		$(DESTDIR)$(MANDIR)/man$${m##*.}; done
	for p in $(PROGRAMS); do install -m 644 scripts/completion.bash \
		$(DESTDIR)$(COMPDIR)/$$p; done
	for p in $(PROGRAMS); do install -m 644 scripts/completion.fish \
		$(DESTDIR)$(FISHDIR)/$$p.fish; done
	install -m 644 scripts/completion.zsh $(DESTDIR)$(ZSHDIR)/_xtape

uninstall:
	rm -rf $(DESTDIR)$(DATADIR)/calendars $(DESTDIR)$(DATADIR)/conditions
	rm -f $(DESTDIR)$(BINDIR)/xtape-plot
	rm -f $(PROGRAMS:%=$(DESTDIR)$(BINDIR)/%) $(PROGRAMS:%=$(DESTDIR)$(COMPDIR)/%) \
		$(PROGRAMS:%=$(DESTDIR)$(FISHDIR)/%.fish) $(DESTDIR)$(ZSHDIR)/_xtape
	for m in man/*.[157]; do rm -f \
		$(DESTDIR)$(MANDIR)/man$${m##*.}/$${m##*/}; done

deb: all
	scripts/deb

clean:
	rm -rf build

-include $(shell find $B/obj build/fuzz -name '*.d' 2>/dev/null)

.PHONY: all bench-programs unit-programs list-units man tools unit test lint fuzz fuzz-replay bench install uninstall deb clean FORCE
.DELETE_ON_ERROR:
.SECONDARY:

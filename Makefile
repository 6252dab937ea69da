# SPDX-License-Identifier: GPL-2.0-only
# gupcheck: the face. 'make help' lists the targets.

KDIR ?=
M ?=
ARCH ?=
OUT ?=
JOBS ?=
LAUNCH ?=
MODE ?= report
COCCI ?=
SOURCE ?= linux-source-6.1
SUPPRESS ?=
BASELINE ?=
POLICY ?=
SPARSE ?=
OTHER_ARCHS ?=
FAIL_ON ?=
JSON ?=
AUDIT ?=
STRATEGY ?=
SARIF ?=
TREE ?=
FIXES ?=

# The clang that the checker is built for: clang-14, clang-16, clang-19, ...
CLANG ?= clang-19
# And another, Debian's default, for which 'make check' tries it as well.
SECOND_CLANG ?= clang-14

# Debian's own interpreter: its libraries come with the distribution's packages.
PYTHON := /usr/bin/python3
export PYTHONDONTWRITEBYTECODE := 1

# As they were typed, quotes and dollars and all; report/ reads them from there.
export GUP_KDIR := $(value KDIR)
export GUP_MODULE := $(value M)
export GUP_ARCH := $(value ARCH)
export GUP_OUT := $(value OUT)
export GUP_JOBS := $(value JOBS)
export GUP_LAUNCH := $(value LAUNCH)
export GUP_SOURCE := $(value SOURCE)
export GUP_SUPPRESS := $(value SUPPRESS)
export GUP_BASELINE := $(value BASELINE)
export GUP_POLICY := $(value POLICY)
export GUP_SPARSE := $(value SPARSE)
export GUP_OTHER_ARCHS := $(value OTHER_ARCHS)
export GUP_FAIL_ON := $(value FAIL_ON)
export GUP_JSON := $(value JSON)
export GUP_AUDIT := $(value AUDIT)
export GUP_STRATEGY := $(value STRATEGY)
export GUP_FIXES := $(value FIXES)
export GUP_COCCI := $(value COCCI)
export GUP_MODE := $(value MODE)
export GUP_BUILD := $(value BUILD)
export GUP_N := $(value N)
export GUP_CLASSES := $(value CLASSES)
export GUP_FACTS := $(value FACTS)
export GUP_SARIF := $(value SARIF)
export GUP_TREE := $(value TREE)
export GUP_DIRECTORIES := $(value DIRECTORIES)
export GUP_CLANG := $(value CLANG)
export GUP_SMATCH := $(value SMATCH)

# Where make install puts things; a package builder sets DESTDIR.
DESTDIR ?=
PREFIX ?= /usr/local
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
HOME_DIR = $(PREFIX)/lib/gupcheck
LIBRARY := build/web/report/node_modules/tabulator-tables

ifeq ($(origin CC),default)
CC := gcc
endif
CFLAGS ?= -O2 -g
GUP_CFLAGS := -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -Wshadow
INVENTORY := $(wildcard inventory/*.c)

help:
	@echo 'make audit [KDIR=linux] [M=part] [ARCH=arm64] [OUT=dir]  audit a kernel; without KDIR: Debian'"'"'s 6.1'
	@echo '     [SUPPRESS=file] [BASELINE=old.sarif] [FAIL_ON=new-error,...] [JSON=1] [POLICY=entry] [SPARSE=1] [OTHER_ARCHS=no]'
	@echo 'make fixes KDIR=linux [OUT=dir] [STRATEGY=callers|entry] [AUDIT=audit.sarif]  a patch series'
	@echo 'make fixes-verify KDIR=linux [FIXES=dir]    does the series apply, build, and do what it says'
	@echo 'make coccicheck COCCI=file [MODE=report|context|org|patch] KDIR=linux [M=part]'
	@echo 'make plugin [CLANG=clang-19]                the checker, a clang plugin'
	@echo 'make check                                  all tests'
	@echo 'make check-kernel                           the long tests on real kernel trees'
	@echo 'make new-rule RULE=id [LEVEL=warning]        the skeleton of a rule of the checker'
	@echo 'make bench-seeded KDIR=linux BUILD=its-clang-build [N=400] [CLASSES="pin-leak rewrite"] [FACTS=dir] [OUT=dir]  bugs put into it: how many are found'
	@echo 'make bench-peers KDIR=linux BUILD=its-clang-build [N=52] [CLASSES=rules] [OUT=dir] [SMATCH=program]  the same through other analysers'
	@echo 'make bench-speed KDIR=linux BUILD=its-clang-build [N=40] [OUT=dir] [AUDIT=audit.sarif]  the parts beside yardsticks'
	@echo 'make bench-cost KDIR=linux BUILD=its-clang-build [N=40] [OUT=file]  what the plugin adds to compilations'
	@echo 'make bench-builds KDIR=linux BUILD=its-clang-build [N=1000] [DIRECTORIES="mm fs"] [OUT=file]  does it leave builds alone'
	@echo 'make verdicts SARIF=audit.sarif [TREE=6.1] [FAIL_ON=unread,stale]  findings against the readings of bench/verdicts'
	@echo 'make bench KDIR=linux BUILD=its-clang-build [OUT=dir]  bench-seeded, bench-peers and bench-speed, below OUT'
	@echo 'make deps                                   install everything from the distribution'
	@echo 'make install [PREFIX=/usr/local] [DESTDIR=dir] | uninstall | deb   commands, manual pages, completion'
	@echo 'make all | clean'

all: build/gup-inventory

build/gup-inventory: $(INVENTORY) $(wildcard inventory/*.h)
	@scripts/deps build
	@mkdir -p build
	$(CC) $(GUP_CFLAGS) $(CPPFLAGS) $(CFLAGS) $(LDFLAGS) -o $@.tmp $(INVENTORY) -lpthread
	@mv $@.tmp $@

plugin:
	@CLANG='$(CLANG)' scripts/deps build plugin
	@$(MAKE) -C clang-plugin CLANG='$(CLANG)' all

deps:
	@CLANG='$(CLANG)' scripts/deps build audit plugin source check long bench

audit: all
	@scripts/deps audit $(if $(KDIR),,source) $(if $(filter 1,$(SPARSE)),sparse)
	@CLANG='$(CLANG)' scripts/deps plugin checker && $(MAKE) -s --no-print-directory plugin || \
		echo 'gupcheck: no clang plugin, see above: the audit goes on without the checker' >&2
	@$(PYTHON) -m report.command audit

fixes: all
	@scripts/deps audit fixes
	@$(PYTHON) -m report.command fixes

fixes-verify: all
	@CLANG='$(CLANG)' scripts/deps audit plugin fixes long
	@GUP_COMPILERS='gcc $(CLANG)' $(PYTHON) -m report.command fixes-verify

# The layout of the source tree, as far as the commands need it, below one directory, and
# links to them: an installed gupcheck finds its parts as one in its source tree does. Of the
# clangs, those for which all was built: 'make check' leaves the plugin alone of another one.
install: all plugin
	@scripts/deps page
	install -d $(addprefix '$(DESTDIR)$(HOME_DIR)'/,api bin build cocci docs/rules report/templates/page \
		$(LIBRARY)/dist/js $(LIBRARY)/dist/css) $(addprefix '$(DESTDIR)$(PREFIX)'/,bin share/man/man1 \
		share/doc/gupcheck share/bash-completion/completions) '$(DESTDIR)$(ZSHDIR)'
	install -m 644 VERSION '$(DESTDIR)$(HOME_DIR)'
	install -m 644 api/*.json '$(DESTDIR)$(HOME_DIR)/api'
	install -m 644 cocci/*.cocci '$(DESTDIR)$(HOME_DIR)/cocci'
	install -m 644 docs/rules/*.md '$(DESTDIR)$(HOME_DIR)/docs/rules'
	install -m 644 report/*.py report/*.mk '$(DESTDIR)$(HOME_DIR)/report'
	install -m 644 report/templates/*.html '$(DESTDIR)$(HOME_DIR)/report/templates'
	install -m 644 report/templates/page/* '$(DESTDIR)$(HOME_DIR)/report/templates/page'
	install -m 644 $(addprefix $(LIBRARY)/,package.json LICENSE) '$(DESTDIR)$(HOME_DIR)/$(LIBRARY)'
	install -m 644 $(LIBRARY)/dist/js/tabulator.min.js '$(DESTDIR)$(HOME_DIR)/$(LIBRARY)/dist/js'
	install -m 644 $(LIBRARY)/dist/css/tabulator_simple.min.css '$(DESTDIR)$(HOME_DIR)/$(LIBRARY)/dist/css'
	install -m 755 build/gup-inventory '$(DESTDIR)$(HOME_DIR)/build'
	install -m 755 bin/gupcheck bin/gupcheck-cc '$(DESTDIR)$(HOME_DIR)/bin'
	set -e; for major in $$(ls clang-plugin/build | grep -x '[0-9]*'); do \
		[ -x clang-plugin/build/$$major/gupcheck-facts ] || continue; \
		to='$(DESTDIR)$(HOME_DIR)'/clang-plugin/build/$$major; install -d "$$to"; \
		install -m 644 clang-plugin/build/$$major/gupcheck.so "$$to"; \
		install -m 755 clang-plugin/build/$$major/gupcheck-facts "$$to"; done
	ln -sf ../lib/gupcheck/bin/gupcheck '$(DESTDIR)$(PREFIX)/bin/gupcheck'
	ln -sf ../lib/gupcheck/bin/gupcheck-cc '$(DESTDIR)$(PREFIX)/bin/gupcheck-cc'
	install -m 644 man/*.1 '$(DESTDIR)$(PREFIX)/share/man/man1'
	install -m 644 README.md docs/*.md docs/*.svg '$(DESTDIR)$(PREFIX)/share/doc/gupcheck'
	bin/gupcheck completion bash > '$(DESTDIR)$(PREFIX)/share/bash-completion/completions/gupcheck'
	bin/gupcheck completion zsh > '$(DESTDIR)$(ZSHDIR)/_gupcheck'

uninstall:
	rm -rf '$(DESTDIR)$(HOME_DIR)' '$(DESTDIR)$(PREFIX)/share/doc/gupcheck'
	rm -f $(addprefix '$(DESTDIR)$(PREFIX)'/,bin/gupcheck bin/gupcheck-cc share/man/man1/gupcheck.1 \
		share/man/man1/gupcheck-cc.1 share/bash-completion/completions/gupcheck) '$(DESTDIR)$(ZSHDIR)/_gupcheck'

# A package of what is here, into the directory above, as dpkg-buildpackage does.
deb:
	@CLANG='$(CLANG)' scripts/deps build audit plugin page deb
	dpkg-buildpackage -us -uc -b

coccicheck:
	@scripts/deps audit
	@$(PYTHON) -m report.command coccicheck

new-rule:
	@scripts/new-rule '$(RULE)' '$(or $(LEVEL),warning)'

check: all plugin
	@CLANG='$(CLANG)' scripts/deps build audit plugin checker source check bench
	@$(MAKE) -C clang-plugin CLANG='$(CLANG)' check asan fuzz
	@CLANG='$(SECOND_CLANG)' scripts/deps plugin
	@$(MAKE) -C clang-plugin CLANG='$(SECOND_CLANG)' cases
	@CLANG='$(SECOND_CLANG)' $(PYTHON) -m pytest -q -p no:cacheprovider tests/test_plugin.py::test_a_clang_of_another_version
	@$(PYTHON) -m pytest -q -p no:cacheprovider tests --ignore=tests/long

check-kernel: all plugin
	@CLANG='$(CLANG)' scripts/deps build audit plugin source check long sparse slurm
	@$(MAKE) -C clang-plugin CLANG='$(CLANG)' valgrind
	@$(PYTHON) -m pytest -q -p no:cacheprovider -s tests/long

# What the checker finds of bugs that are put into a kernel: docs/benchmarks.md.
bench-seeded: export GUP_OUT := $(if $(filter file,$(origin OUT)),gup-seeded,$(value OUT))
bench-seeded: plugin
	@scripts/deps audit bench
	@$(PYTHON) -m bench.seeded

# Findings against the readings of bench/verdicts: how many are true, which nobody has read.
verdicts:
	@scripts/deps audit
	@$(PYTHON) -m bench.verdicts

# The same bugs through the analysers that a user has: docs/benchmarks.md.
bench-peers: export GUP_OUT := $(if $(filter file,$(origin OUT)),gup-peers,$(value OUT))
bench-peers: plugin
	@scripts/deps audit bench
	@$(PYTHON) -m bench.peers

# The parts beside yardsticks, and a picture of it: docs/benchmarks.md.
bench-speed: export GUP_OUT := $(if $(filter file,$(origin OUT)),gup-speed,$(value OUT))
bench-speed: all plugin
	@scripts/deps audit bench
	@$(PYTHON) -m bench.speed

bench: export GUP_OUT := $(if $(filter file,$(origin OUT)),gup-bench,$(value OUT))
bench:
	@for part in seeded peers speed; do \
		$(MAKE) -s --no-print-directory bench-$$part OUT="$$GUP_OUT/$$part" || exit 1; done

# What the plugin costs, and that it leaves builds as they are: docs/benchmarks.md.
bench-cost bench-builds: bench-%: plugin
	@scripts/deps audit
	@$(PYTHON) -m bench.$*

clean:
	rm -rf build
	$(MAKE) -C clang-plugin clean

.PHONY: help new-rule all plugin deps audit fixes fixes-verify coccicheck check check-kernel install uninstall deb \
	bench-seeded bench-cost bench-builds verdicts clean
.DELETE_ON_ERROR:

# SPDX-License-Identifier: GPL-2.0
#
#   make              the module, for KDIR, and the userspace
#   make module       the module only; "make user", "make selftests", "make man" likewise
#   make install      the module, the userspace and its man pages, below PREFIX and DESTDIR;
#                     install-module and install-user are its parts; see user/Makefile
#   make deb          Debian packages, in build/deb: scripts/deb
#   make demo         the incident, before and after, in a virtual machine
#   make check        all tests, on the host and in virtual machines
#   make check-all    the same with every kernel, flavour and LRU; this takes hours
#   make bench        cost of the module in instructions, as a table
#   make bench-short  the same in four minutes, compared with the committed figures
#   make bench-incident  what becomes of a service in five incidents, with nothing, earlyoom,
#                     systemd-oomd, oomd and Headroom, in virtual machines; this takes hours
#   make check-rt     the tests of stalls on kernels with PREEMPT_RT
#   make check-debug  tests on kernels with lockdep and KASAN, which are built first;
#                     KERNEL=6.12 or KERNEL=7.3 selects one
#   make check-actions  what headroomd does to cgroups, what it kills and what it does not, on 6.12
#                     and 7.3; KERNEL=6.12 or KERNEL=7.3 selects one
#   make check-scale  dumps of 5,000 cgroups while others come and go; 70,000 cgroups that
#                     come and go; 1,000 loads and unloads under reclaim; shares of a table of
#                     65,536 entries; 4,000 tasks in reclaim at once; ten minutes of headroomd
#                     that are replayed. This takes hours
#   make check-fleet  rules and dashboard in a real Prometheus, fed from a guest
#   make bench-sizing how headroomd, and the rules of TMO and Katalyst, find a working set; an hour
#   make bench-daemon headroomd beside oomd and systemd-oomd: instructions, wakeups, memory
#   make guess-table  how often older kernels would name another target of reclaim; on 7.3
#   make probe-times  the longest time that each probe takes; in emulated instructions
#   make check-packages  Debian packages: build, install, upgrade, purge; in virtual machines
#   make check-style  coding style, words, and the length of functions
#   make clean        removes build/
#   make help         this list
#
# KDIR is the directory of the kernel's headers, by default those of the running
# kernel, else the newest installed. KERNEL=7.3-rt means the newest installed of that
# line and flavour instead (scripts/find-kernel). The module is
# build/RELEASE/headroom.ko, so that a tree can be built for several kernels.

running	:= /lib/modules/$(shell uname -r)/build
newest	:= $(lastword $(shell ls -dv /usr/src/linux-headers-*-amd64 2>/dev/null | grep -v -e -rt- -e -cloud-))
ifdef KERNEL
KDIR	:= $(shell scripts/find-kernel headers $(KERNEL))
endif
KDIR	?= $(if $(wildcard $(running)/Makefile),$(running),$(newest))
release	:= $(shell sed -n 's/.*UTS_RELEASE "\(.*\)".*/\1/p' $(KDIR)/include/generated/utsrelease.h 2>/dev/null)
stage	:= build/$(release)
# The module for scripts/guess-table has a directory of its own
ifdef GUESS
stage	:= $(stage)-guess
override KFLAGS += CONFIG_HEADROOM_GUESS=y
endif
# So has the module for scripts/probe-times
ifdef TIMES
stage	:= $(stage)-times
override KFLAGS += CONFIG_HEADROOM_PROBE_TIMES=y
endif

# The tools of the headers in the Debian 13 root directory run only there, and so do those of a
# 7.3 from scripts/debug-kernel
cache		:= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/headroom
debian_root	:= $(cache)/trixie
inside		:= $(if $(filter $(debian_root)/% $(cache)/debug-kernel/7.%,$(KDIR)),scripts/in-root)

# Kbuild puts objects next to sources, so each kernel gets a tree of links
module: check-kdir
	@mkdir -p $(stage)
	@cp -rlf Kbuild VERSION kernel include $(stage)/
	$(inside) $(MAKE) -C $(KDIR:$(debian_root)%=%) M=$(CURDIR)/$(stage) $(KFLAGS) modules
	@echo "built $(stage)/headroom.ko"

check-kdir:
	@test -n "$(release)" || { echo "no kernel headers$(if $(KDIR), in $(KDIR)): run scripts/setup, or set KDIR" >&2; exit 1; }

user:
	$(MAKE) -C user

selftests: user
	$(MAKE) -C selftests

# Always rebuilt, because make does not know which files a page includes
pages := $(patsubst Documentation/man/%.rst,build/man/%,$(wildcard Documentation/man/*.rst))
man: $(pages)
$(pages): build/man/%: Documentation/man/%.rst FORCE
	@mkdir -p $(@D)
	rst2man --halt=warning $< $@
FORCE:

install: install-module install-user

install-user: user man
	$(MAKE) -C user install

# The index of modules is made where there is a kernel: not in a directory that becomes a package
PREFIX ?= /usr/local
modules := $(DESTDIR)/lib/modules/$(release)
install-module: module
	@test -z "$(inside)" || { echo "$(release) is in the Debian 13 root directory: install the module on a machine with that kernel" >&2; exit 1; }
	$(MAKE) -C $(KDIR) M=$(CURDIR)/$(stage) INSTALL_MOD_PATH=$(DESTDIR) INSTALL_MOD_DIR=updates $(KFLAGS) modules_install
	install -D -m 644 etc/modules-load.d/headroom.conf $(DESTDIR)$(PREFIX)/lib/modules-load.d/headroom.conf
	test -e $(DESTDIR)/etc/modprobe.d/headroom.conf || install -D -m 644 -t $(DESTDIR)/etc/modprobe.d etc/modprobe.d/headroom.conf
	$(if $(wildcard $(modules)/modules.builtin),depmod $(if $(DESTDIR),-b $(DESTDIR)) $(release))

deb:
	scripts/setup --packages
	scripts/deb

all: module user

demo:
	scripts/setup --host
	scripts/demo

check:
	scripts/setup
	scripts/check

check-all:
	scripts/setup --all
	scripts/check --all

check-rt:
	scripts/setup --rt
	scripts/check --rt

check-debug:
	scripts/setup --debug
	scripts/check --debug $(KERNEL)

check-actions:
	scripts/setup
	scripts/check --actions $(KERNEL)

bench:
	scripts/setup --host
	scripts/bench

bench-short:
	scripts/setup --host
	scripts/bench --short --compare Documentation/performance.json

bench-daemon:
	scripts/setup --host
	$(MAKE) module KERNEL=6.12
	$(MAKE) user selftests
	scripts/bench-daemon

bench-sizing:
	scripts/setup
	scripts/bench-sizing --document

bench-incident:
	scripts/setup --host
	scripts/bench-incident --document

check-fleet:
	scripts/setup --host
	$(MAKE) module KERNEL=6.12
	$(MAKE) user
	scripts/vm --kernel 6.12 --scratch 600M --timeout 1200 -- selftests/fleet

check-scale: module selftests
	scripts/vm --kernel $(release) --mem 2G --scratch 600M --swap 1G --timeout 7200 -- \
		env HEADROOM_SCALE=full HEADROOM_LOADS=1000 HEADROOM_CGROUPS=70000 \
		HEADROOM_TASKS=4000 HEADROOM_SECONDS=600 \
		selftests/run --lru mglru test_dump.scale test_load.many_times_under_load \
		test_load.cgroups_with_reused_numbers test_share test_crowd test_replay

guess-table:
	scripts/setup
	$(MAKE) selftests
	$(MAKE) module KERNEL=7.3 GUESS=y
	scripts/vm --kernel 7.3 --scratch 600M --swap 1G --timeout 1200 -- scripts/guess-table

probe-times:
	scripts/setup --host
	$(MAKE) selftests
	$(MAKE) module KERNEL=$(or $(KERNEL),6.12) TIMES=y
	scripts/vm --icount --kernel $(or $(KERNEL),6.12) --mem 2G --scratch 600M --swap 1G \
		--timeout 3600 -- scripts/probe-times

check-packages:
	scripts/setup --packages
	scripts/check-packages

check-style:
	scripts/check-style

clean:
	rm -rf build

help:
	@sed -n '/^#  /s/^# //p; /^# KDIR/,/^$$/s/^# *//p' $(firstword $(MAKEFILE_LIST))

.PHONY: all module check-kdir user selftests man install install-module install-user deb FORCE demo check check-all check-rt check-debug check-actions check-fleet check-scale check-packages guess-table probe-times bench bench-short bench-daemon bench-sizing bench-incident check-style clean help
.DEFAULT_GOAL := all

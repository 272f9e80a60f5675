# SPDX-License-Identifier: GPL-2.0
#
#   make              the module, for KDIR, and the userspace
#   make module       the module only; "make user", "make selftests", "make man" likewise
#   make install      the userspace with its man pages; see user/Makefile
#   make demo         the incident, before and after, in a virtual machine
#   make check        all tests, on the host and in virtual machines
#   make check-all    the same with every kernel, flavour and LRU; this takes hours
#   make bench        cost of the module in instructions, as a table
#   make bench-short  the same in three minutes, compared with the committed figures
#   make check-rt     the tests of stalls on kernels with PREEMPT_RT
#   make check-debug  tests on kernels with lockdep and KASAN, which are built first;
#                     KERNEL=6.12 or KERNEL=7.3 selects one
#   make check-scale  dumps of 5,000 cgroups while others come and go; 70,000 cgroups that
#                     come and go; 1,000 loads and unloads under reclaim; shares of a table of
#                     65,536 entries; 4,000 tasks in reclaim at once. This takes hours
#   make guess-table  how often older kernels would name another target of reclaim; on 7.3
#   make probe-times  the longest time that each probe takes; in emulated instructions
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

install: user man
	$(MAKE) -C user install

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

bench:
	scripts/setup --host
	scripts/bench

bench-short:
	scripts/setup --host
	scripts/bench --short --compare Documentation/performance.json

check-scale: module selftests
	scripts/vm --kernel $(release) --mem 2G --scratch 600M --swap 1G --timeout 7200 -- \
		env HEADROOM_SCALE=full HEADROOM_LOADS=1000 HEADROOM_CGROUPS=70000 \
		HEADROOM_TASKS=4000 \
		selftests/run --lru mglru test_dump.scale test_load.many_times_under_load \
		test_load.cgroups_with_reused_numbers test_share test_crowd

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

check-style:
	scripts/check-style

clean:
	rm -rf build

help:
	@sed -n '/^#  /s/^# //p; /^# KDIR/,/^$$/s/^# *//p' $(firstword $(MAKEFILE_LIST))

.PHONY: all module check-kdir user selftests man install FORCE demo check check-all check-rt check-debug check-scale guess-table probe-times bench bench-short check-style clean help
.DEFAULT_GOAL := all

# SPDX-License-Identifier: GPL-2.0
#
# What a person types. How the module is compiled is in Kbuild, how the tool is in tools/Makefile; the guests, which need
# nothing of the machine's own kernel, are in tests/vm.

KDIR   ?= /lib/modules/$(shell uname -r)/build
PREFIX ?= /usr/local

sudo   := $(shell [ "$$(id -u)" -eq 0 ] || echo sudo)
kbuild  = $(MAKE) -C $(KDIR) M=$(CURDIR)

# Can the running kernel take the module, and can it be compiled for it? If not, says why.
why_not = $(if $(filter file,$(origin KDIR)),$(if $(wildcard /proc/modules),,the running kernel takes no modules))
why_not := $(or $(why_not),$(if $(wildcard $(KDIR)/Makefile),,there are no kernel headers in $(KDIR)))

all: module tool

help:
	@echo 'make              compile the module for the running kernel (KDIR=... for another one), and the tool'
	@echo 'make load         load the module       make unload    remove it'
	@echo 'make demo         see it work in a virtual machine, whatever kernel runs here'
	@echo 'make check        every check and test; STEPS="static net" for some of them, V=1 to see all of it'
	@echo 'make check-long   most tests in kernels that look for faults (an hour and a quarter, and half an hour once to compile them)'
	@echo 'make check-kernels  the module in the kernels that Debian has (an hour, and 12 GB of cache)'
	@echo 'make coverage     which lines of the module its tests run, and which they do not'
	@echo 'make bench        measure it and its peers (nftables, ipset, iptables); BENCH_ROUNDS=N for more rounds'
	@echo 'make install      install both (PREFIX=$(PREFIX), DESTDIR=)'
	@echo 'make clean        remove what was compiled'

deps:
	@if command -v apt-get >/dev/null; then tests/vm/deps.sh tool headers; fi

module: deps
ifeq ($(why_not),)
	$(kbuild) modules
else
	@echo 'No module was compiled: $(why_not).'
	@echo 'To see it work in a virtual machine: make demo'
endif

tool: deps
	$(MAKE) -C tools

load: all
ifeq ($(why_not),)
	$(sudo) insmod portclass.ko
else
	@exit 1
endif

unload:
	$(sudo) rmmod portclass

demo:
	tests/vm/net.sh tests/net/demo.sh

check:
	@tests/vm/check.sh $(STEPS)

check-long:
	@tests/vm/check.sh $(or $(STEPS),long)

check-kernels:
	@tests/vm/check.sh kernels_all

bench:
	@tests/bench/run.sh

coverage:
	@tests/vm/coverage.sh

install: all
ifeq ($(why_not),)
	$(kbuild) modules_install $(if $(DESTDIR),INSTALL_MOD_PATH=$(DESTDIR))
	$(if $(DESTDIR),,depmod)
endif
	$(MAKE) -C tools install PREFIX=$(PREFIX) DESTDIR=$(DESTDIR)

clean:
	$(MAKE) -C tools clean
	find kmod . tests/kunit -maxdepth 1 \( -name '*.o' -o -name '*.ko' -o -name '*.mod' -o -name '*.mod.c' \
		-o -name '.*.cmd' -o -name Module.symvers -o -name modules.order \) -delete
	rm -rf .build

.PHONY: all help deps module tool load unload demo check check-long check-kernels bench coverage install clean

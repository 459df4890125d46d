# SPDX-License-Identifier: GPL-2.0
#
# What all that is fed by libFuzzer has in common; for the Makefiles here and in tools.

# Coverage and sanitizers come with clang, mostly; where they don't, the checks do without.
has_fuzzer = $(wildcard $(shell clang -print-file-name=libclang_rt.fuzzer-$(shell uname -m).a 2>/dev/null))

# fuzz_passes WHAT,LOG,COMMAND: a result in TAP, that the fuzzer finds nothing.
define fuzz_passes
@$(3) 2>$(2) || { tail -n 50 $(2); echo "not ok - $(1)"; exit 1; }
@echo "ok - $(1)"
endef

# fuzz_finds WHAT,LOG,COMMAND: a result in TAP, that the fuzzer finds the fault that is planted, and not just ends.
define fuzz_finds
@if $(3) >$(2) 2>&1 || ! grep -qE 'SUMMARY: (Address|Undefined|libFuzzer: deadly)' $(2); then \
	tail -n 20 $(2); echo "not ok - $(1)"; exit 1; \
fi
@echo "ok - $(1)"
endef

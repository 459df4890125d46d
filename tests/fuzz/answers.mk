# SPDX-License-Identifier: GPL-2.0
#
# The command, against a kernel whose answers are wrong. Part of the Makefile here.

tools := $(src)/../../tools
tool_code := $(wildcard $(tools)/*.[ch] $(tools)/Makefile $(src)/../cli/kernel_*.[ch])
answers_code := $(src)/fuzz_answers.c $(src)/fuzz_answers.h
sanitize := -g -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
flags = $(shell $(MAKE) -s -C $(tools) print-flags) -I$(tools) -I$(src)/../cli -I$(src)
libs := $(shell pkg-config --libs libnl-genl-3.0 libkmod json-c)
fuzz_link = clang $(flags) $(sanitize) -fsanitize=fuzzer -rdynamic -Dfuzz_one_input=LLVMFuzzerTestOneInput -o $@ \
	$(filter %.c,$^) $(out)/clang/whole.a $(libs)

$(out)/clang/whole.a: $(tool_code)
	$(MAKE) -s -C $(tools) O=$(@D) CC=clang CFLAGS='$(sanitize)' $@

$(out)/gcc/whole.a: $(tool_code)
	$(MAKE) -s -C $(tools) O=$(@D) CC=gcc CFLAGS='-g -O1' $@

$(out)/fuzz_answers: $(answers_code) $(out)/clang/whole.a
	$(fuzz_link)

# For valgrind: what is told need not have been initialised, and no sanitizer that libnl can do without would say so.
$(out)/answers: $(src)/answers.c $(answers_code) $(out)/gcc/whole.a
	gcc $(flags) -g -O1 -rdynamic -DFUZZ_PRINTED -o $@ $(filter %.c,$^) $(out)/gcc/whole.a $(libs)

# What a kernel answers that is right.
$(out)/right: $(out)/answers
	rm -rf $@ && mkdir -p $@ && $< --record $@

# A number that has no name, a control character, and memory that is not initialised.
answer_plants := name control
answer_plant_name := client_parse.c s/value < names->count/value <= names->count/
answer_plant_control := client_exchange.c s/text\[i\] >= . . .*;/text[i];/
answer_plant_memory := memory.c s/calloc(count ? count : 1, size)/malloc((count ?: 1) * size)/

$(out)/planted/answers_%.c: $(tool_code) $(src)/answers.mk
	@mkdir -p $(@D)
	@sed '$(wordlist 2,99,$(answer_plant_$*))' $(tools)/$(firstword $(answer_plant_$*)) >$@

$(out)/answers_planted_%: $(out)/planted/answers_%.c $(answers_code) $(out)/clang/whole.a
	$(fuzz_link)

$(out)/answers_memory: $(out)/planted/answers_memory.c $(src)/answers.c $(answers_code) $(out)/gcc/whole.a
	gcc $(flags) -g -O1 -rdynamic -DFUZZ_PRINTED -o $@ $(filter %.c,$^) $(out)/gcc/whole.a $(libs)

run_answers = $(1) -max_total_time=$(2) -max_len=16384 -timeout=20 -rss_limit_mb=1024 -artifact_prefix=$(out)/ $(3) \
	$(out)/right
follow = valgrind -q --error-exitcode=9 --exit-on-first-error=yes $(1)

check-answers: $(out)/fuzz_answers $(out)/right
	@mkdir -p $(out)/corpus-answers
	$(call fuzz_passes,fuzz_answers: $(CHECK_FUZZ_SECONDS) seconds,$<.log,\
		$(call run_answers,$<,$(CHECK_FUZZ_SECONDS),$(out)/corpus-answers))

# All that is right, and some of what the fuzzer has found.
check-printed: $(out)/answers check-answers
	@$(call follow,$<) $(out)/right/* $$(ls -t $(out)/corpus-answers/* | head -n 100) >$(out)/answers.log 2>&1 || \
		{ tail -n 50 $(out)/answers.log; echo "not ok - nothing is printed that is not initialised"; exit 1; }
	@echo "ok - nothing is printed that is not initialised"

$(answer_plants:%=check-answers-%): check-answers-%: $(out)/answers_planted_% $(out)/right
	@mkdir -p $(out)/corpus-answers-$*
	$(call fuzz_finds,fuzz_answers finds what is planted: $*,$<.log,\
		$(call run_answers,$<,60,$(out)/corpus-answers-$*))

check-printed-memory: $(out)/answers_memory $(out)/right
	@! $(call follow,$<) $(out)/right/* >$(out)/answers_memory.log 2>&1 && grep -q ninitialised $(out)/answers_memory.log || \
		{ tail -n 20 $(out)/answers_memory.log; echo "not ok - planted fault: memory"; exit 1; }
	@echo "ok - valgrind finds what is planted: memory"

fuzz-answers: $(out)/fuzz_answers $(out)/right
	@mkdir -p $(out)/corpus-answers
	$(call run_answers,$<,$(FUZZ_SECONDS),$(out)/corpus-answers)

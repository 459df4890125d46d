// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU that looks at what a packet does between the two marks of
 * bench_push.c: how many instructions on each processor, in what functions, and
 * what cache lines one processor writes that the other one touches.
 *
 * A third mark starts a section, a fourth one ends it, and prints a line about it:
 *
 *	section N cpu0 COUNT PACKETS cpu1 COUNT PACKETS shared LINES
 *
 * COUNT is the most frequent number of instructions of a packet. A line for each
 * of the shared cache lines follows, "line ADDRESS by PC", and for each instruction
 * "pc ADDRESS TIMES". Argument: to=PATH, to write these to.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "plugin.h"

#define CPUS		2
#define COUNT_MAX	65536	/* instructions of a packet */
#define SLOTS		(0x40000)	/* of a hash table; a power of two */

enum mark { MARK_NONE, MARK_BEGIN, MARK_END, MARK_START, MARK_STOP };

struct line {
	__u64 address;	/* 0: free */
	__u64 writer;	/* the program counter of a store */
	__u8 written;	/* bit by processor */
	__u8 touched;
};

struct executed {
	__u64 pc;		/* 0: free */
	__u64 times;
};

QEMU_EXPORT int qemu_plugin_version = 1;

static __u64 plugin;
static FILE *out;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* all of below */
static unsigned int section;
static bool looking;
static struct line lines[SLOTS];
static struct executed code[SLOTS];
static unsigned int counts[CPUS][COUNT_MAX];

static const __u8 cpu_bit[CPUS] = { 1, 2 };

/* A processor's own, so without a lock. */
static bool inside[CPUS];
static unsigned int count[CPUS];

static size_t slot_of(__u64 value)
{
	return (value * 0x9e3779b97f4a7c15ull) >> 46;
}

static struct line *line_of(__u64 address)
{
	size_t slot = slot_of(address);

	while (lines[slot].address && lines[slot].address != address)
		slot = (slot + 1) % SLOTS;
	lines[slot].address = address;
	return &lines[slot];
}

static void on_memory(unsigned int cpu, __u32 info, __u64 address,
		      void *pc)
{
	struct line *line;

	if (cpu >= CPUS || !inside[cpu])
		return;

	pthread_mutex_lock(&lock);
	line = line_of(address & ~63ull);
	line->touched |= cpu_bit[cpu];
	if (qemu_plugin_mem_is_store(info)) {
		line->written |= cpu_bit[cpu];
		line->writer = (uintptr_t)pc;
	}
	pthread_mutex_unlock(&lock);
}

static void on_instruction(unsigned int cpu, void *pc)
{
	size_t slot = slot_of((uintptr_t)pc);

	if (cpu >= CPUS || !inside[cpu])
		return;

	count[cpu]++;
	pthread_mutex_lock(&lock);
	while (code[slot].pc && code[slot].pc != (uintptr_t)pc)
		slot = (slot + 1) % SLOTS;
	code[slot].pc = (uintptr_t)pc;
	code[slot].times++;
	pthread_mutex_unlock(&lock);
}

static void print_section(void)
{
	unsigned int cpu, i, shared = 0;

	for (i = 0; i < SLOTS; i++)
		shared += lines[i].written && lines[i].touched == 3;
	fprintf(out, "section %u", section);
	for (cpu = 0; cpu < CPUS; cpu++) {
		unsigned int most = 0, packets = 0;

		for (i = 0; i < COUNT_MAX; i++) {
			packets += counts[cpu][i];
			if (counts[cpu][i] > counts[cpu][most])
				most = i;
		}
		fprintf(out, " cpu%u %u %u", cpu, most, packets);
	}
	fprintf(out, " shared %u\n", shared);
	for (i = 0; i < SLOTS; i++)
		if (lines[i].written && lines[i].touched == 3)
			fprintf(out, "line %llx by %llx\n",
				(unsigned long long)lines[i].address,
				(unsigned long long)lines[i].writer);
	for (i = 0; i < SLOTS; i++)
		if (code[i].pc)
			fprintf(out, "pc %llx %llu\n",
				(unsigned long long)code[i].pc,
				(unsigned long long)code[i].times);
	fflush(out);
}

static void look(__u64 id);

static void on_mark(unsigned int cpu, void *mark)
{
	if (cpu >= CPUS)
		return;

	switch ((uintptr_t)mark) {
	case MARK_BEGIN:
		inside[cpu] = looking;
		count[cpu] = 0;
		break;
	case MARK_END:
		if (!inside[cpu])
			break;
		inside[cpu] = false;
		pthread_mutex_lock(&lock);
		counts[cpu][count[cpu] < COUNT_MAX ? count[cpu] : 0]++;
		pthread_mutex_unlock(&lock);
		break;
	case MARK_START:
		pthread_mutex_lock(&lock);
		memset(lines, 0, sizeof(lines));
		memset(code, 0, sizeof(code));
		memset(counts, 0, sizeof(counts));
		section++;
		/* What is compiled already knows nothing of us: once more. */
		if (!looking)
			qemu_plugin_reset(plugin, look);
		looking = true;
		pthread_mutex_unlock(&lock);
		break;
	case MARK_STOP:
		pthread_mutex_lock(&lock);
		print_section();
		pthread_mutex_unlock(&lock);
		break;
	}
}

/* nopw DISPLACEMENT(%rax), with a displacement of ours. */
static enum mark mark_of(const struct qemu_plugin_insn *insn)
{
	static const struct {
		__u8 code[8];
		enum mark mark;
	} marks[] = {
		{ { 0x66, 0x0f, 0x1f, 0x80, 0x31, 0x42, 0x43, 0x50 }, MARK_BEGIN },
		{ { 0x66, 0x0f, 0x1f, 0x80, 0x32, 0x45, 0x43, 0x50 }, MARK_END },
		{ { 0x66, 0x0f, 0x1f, 0x80, 0x33, 0x53, 0x43, 0x50 }, MARK_START },
		{ { 0x66, 0x0f, 0x1f, 0x80, 0x34, 0x53, 0x43, 0x50 }, MARK_STOP },
	};
	size_t i;

	if (qemu_plugin_insn_size(insn) != sizeof(marks[0].code))
		return MARK_NONE;
	for (i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (!memcmp(qemu_plugin_insn_data(insn), marks[i].code,
			    sizeof(marks[i].code)))
			return marks[i].mark;
	return MARK_NONE;
}

static void watch(struct qemu_plugin_insn *insn, plugin_executed cb, void *data)
{
	qemu_plugin_register_vcpu_insn_exec_cb(insn, cb, QEMU_PLUGIN_CB_NO_REGS,
					       data);
}

static void on_translation(__u64 id, struct qemu_plugin_tb *tb)
{
	size_t i, length = qemu_plugin_tb_n_insns(tb);

	for (i = 0; i < length; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		enum mark mark = mark_of(insn);
		void *pc = (void *)(uintptr_t)qemu_plugin_insn_vaddr(insn);

		if (mark != MARK_NONE) {
			watch(insn, on_mark, (void *)(uintptr_t)mark);
			continue;
		}
		/* The kernel's half of the addresses. */
		if (!looking || !((uintptr_t)pc >> 63))
			continue;
		watch(insn, on_instruction, pc);
		qemu_plugin_register_vcpu_mem_cb(insn, on_memory,
						 QEMU_PLUGIN_CB_NO_REGS,
						 QEMU_PLUGIN_MEM_RW, pc);
	}
}

static void look(__u64 id)
{
	qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
}

QEMU_EXPORT int qemu_plugin_install(__u64 id, const void *info, int argc,
				    char **argv)
{
	plugin = id;
	if (argc != 1 || strncmp(argv[0], "to=", 3))
		return -1;
	out = fopen(argv[0] + 3, "w");
	if (!out)
		return -1;
	look(id);
	return 0;
}

/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _BENCH_PLUGIN_H
#define _BENCH_PLUGIN_H

#include <stdbool.h>
#include <stddef.h>
#include <linux/types.h>
#include <stdint.h>

/*
 * What of QEMU's plugin interface, version 1, is used here: Debian's package has
 * the interface, but no header for it.
 */
#define QEMU_EXPORT	__attribute__((visibility("default")))

enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

enum qemu_plugin_mem_rw { QEMU_PLUGIN_MEM_RW = 3 };

struct qemu_plugin_tb;
struct qemu_plugin_insn;

typedef void (*plugin_done)(__u64 id);
typedef void (*plugin_translated)(__u64 id, struct qemu_plugin_tb *tb);
typedef void (*plugin_executed)(unsigned int cpu, void *data);
typedef void (*plugin_accessed)(unsigned int cpu, __u32 info, __u64 address,
				void *data);

void qemu_plugin_reset(__u64 id, plugin_done done);
void qemu_plugin_register_vcpu_tb_trans_cb(__u64 id, plugin_translated cb);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    plugin_executed cb,
					    enum qemu_plugin_cb_flags flags,
					    void *data);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *insn,
				      plugin_accessed cb,
				      enum qemu_plugin_cb_flags flags,
				      enum qemu_plugin_mem_rw rw, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *
qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t number);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
__u64 qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
bool qemu_plugin_mem_is_store(__u32 info);

#endif /* _BENCH_PLUGIN_H */

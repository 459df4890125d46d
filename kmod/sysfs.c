// SPDX-License-Identifier: GPL-2.0
/*
 * /sys/kernel/portclass: a read-only summary of the initial namespace, one
 * value a file. Documented in sysfs-kernel-portclass beside this.
 */
#include <linux/kobject.h>
#include <linux/slab.h>
#include <linux/sysfs.h>

#include "netns.h"
#include "sysfs.h"
#include "version.h"

static struct kobject *root;
static struct kobject *proto_dirs[PORTCLASS_PROTOS];
static struct kobject *class_dirs[PORTCLASS_PROTOS][PORTCLASS_CLASSES];

static const char * const proto_names[] = { "tcp", "udp" };
static const char * const class_names[] = {
	"well_known", "registered", "dynamic"
};

static ssize_t version_show(struct kobject *kobj, struct kobj_attribute *attr,
			    char *buf)
{
	return sysfs_emit(buf, "%s\n", PORTCLASS_VERSION);
}

static ssize_t mode_show(struct kobject *kobj, struct kobj_attribute *attr,
			 char *buf)
{
	const struct portclass_net *pn = portclass_net_of(&init_net);
	bool observe;

	rcu_read_lock();
	observe = rcu_dereference(pn->table)->mode == PORTCLASS_MODE_OBSERVE;
	rcu_read_unlock();

	return sysfs_emit(buf, "%s\n", observe ? "observe" : "enforce");
}

static ssize_t track_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	const struct portclass_net *pn = portclass_net_of(&init_net);
	bool none;

	rcu_read_lock();
	none = rcu_dereference(pn->table)->track == PORTCLASS_TRACK_NONE;
	rcu_read_unlock();

	return sysfs_emit(buf, "%s\n", none ? "none" : "conntrack");
}

static struct kobj_attribute version_attr = __ATTR_RO(version);
static struct kobj_attribute mode_attr = __ATTR_RO(mode);
static struct kobj_attribute track_attr = __ATTR_RO(track);

static const struct attribute *root_attrs[] = {
	&version_attr.attr,
	&mode_attr.attr,
	&track_attr.attr,
	NULL
};

/*
 * A counter's file; which counter is said by its place in the struct. What is
 * counted by way is told as the sum of both.
 */
struct stats_attr {
	struct kobj_attribute kattr;
	size_t offset;
	size_t ways;
};

/* Sum of one counter over the scopes. */
static ssize_t stats_show(struct kobject *kobj, struct kobj_attribute *attr,
			  char *buf)
{
	const struct portclass_net *pn = portclass_net_of(&init_net);
	const struct stats_attr *what;
	struct portclass_path_stats *stats;
	unsigned int i, scope;
	u64 sum = 0;

	stats = kmalloc(sizeof(*stats), GFP_KERNEL);
	if (!stats)
		return -ENOMEM;

	what = container_of(attr, struct stats_attr, kattr);
	for (i = 0; i < PORTCLASS_PROTOS * PORTCLASS_CLASSES; i++) {
		unsigned int p = i / PORTCLASS_CLASSES;
		unsigned int c = i % PORTCLASS_CLASSES;

		/* Others come and go, one after the other, at load and unload. */
		if (kobj != READ_ONCE(class_dirs[p][c]))
			continue;
		for (scope = 0; scope < PORTCLASS_SCOPES; scope++) {
			const u64 *value;

			portclass_counters_sum(pn->counters, scope, p, stats);
			value = (void *)&stats->class[c] + what->offset;
			sum += value[0] + (what->ways > 1 ? value[1] : 0);
		}
	}
	kfree(stats);

	return sysfs_emit(buf, "%llu\n", sum);
}

#define STATS_ATTR(name, field, ways)					\
	{ __ATTR(name, 0444, stats_show, NULL),				\
	  offsetof(struct portclass_stats, field), (ways) }

static struct stats_attr stats_attrs[] = {
	STATS_ATTR(flows, flows, 1),
	STATS_ATTR(packets, packets, PORTCLASS_WAYS),
	STATS_ATTR(bytes, bytes, PORTCLASS_WAYS),
	STATS_ATTR(denied_flows, denied_flows, 1),
	STATS_ATTR(denied_packets, denied_packets, 1),
	STATS_ATTR(denied_bytes, denied_bytes, 1),
};

static int dir_add(struct kobject **dir, const char *name,
		   struct kobject *parent)
{
	WRITE_ONCE(*dir, kobject_create_and_add(name, parent));
	return *dir ? 0 : -ENOMEM;
}

static int class_dir_add(unsigned int p, unsigned int c)
{
	unsigned int i;
	int err;

	err = dir_add(&class_dirs[p][c], class_names[c], proto_dirs[p]);
	for (i = 0; !err && i < ARRAY_SIZE(stats_attrs); i++)
		err = sysfs_create_file(class_dirs[p][c],
					&stats_attrs[i].kattr.attr);
	return err;
}

/**
 * portclass_sysfs_create() - make /sys/kernel/portclass
 *
 * Context: process, may sleep; the initial namespace is active.
 * Return: 0; -ENOMEM and what sysfs_create_file() returns, and nothing is left.
 */
int portclass_sysfs_create(void)
{
	unsigned int p, c;
	int err;

	err = dir_add(&root, "portclass", kernel_kobj);
	if (!err)
		err = sysfs_create_files(root, root_attrs);
	for (p = 0; !err && p < PORTCLASS_PROTOS; p++) {
		err = dir_add(&proto_dirs[p], proto_names[p], root);
		for (c = 0; !err && c < PORTCLASS_CLASSES; c++)
			err = class_dir_add(p, c);
	}

	if (err)
		portclass_sysfs_remove();
	return err;
}

static void dir_remove(struct kobject **dir)
{
	/* Its files go with it; waits for who is reading one. */
	kobject_del(*dir);
	kobject_put(*dir);
	WRITE_ONCE(*dir, NULL);
}

/**
 * portclass_sysfs_remove() - remove what portclass_sysfs_create() has made
 *
 * Context: process, may sleep. No reader is in our code when it returns.
 */
void portclass_sysfs_remove(void)
{
	unsigned int p, c;

	for (p = 0; p < PORTCLASS_PROTOS; p++) {
		for (c = 0; c < PORTCLASS_CLASSES; c++)
			dir_remove(&class_dirs[p][c]);
		dir_remove(&proto_dirs[p]);
	}
	dir_remove(&root);
}

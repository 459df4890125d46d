// SPDX-License-Identifier: GPL-2.0
/*
 * The benchmark in the kernel. A file in debugfs takes a command, and gives back
 * its result to whoever reads it:
 *
 *	run FD PATH FAMILY KIND LOW PORTS FLOWS PACKETS
 *	open FD PATH FAMILY KIND LOW PORTS FLOWS PACKETS
 *	hook FD		an empty hook
 *	track FD	connection tracking
 *	sink FD PORT	a UDP port that swallows what it is sent
 *	forget FD	no connection is known any more
 *	quiet ...	as run, without interrupts
 *	start FD, stop FD	a section, for plugin.c; the namespace doesn't matter
 *
 * FD is the namespace's, of the writer. The result of "run" is a line with
 * nanoseconds, ticks, and the numbers of packets that were accepted and dropped;
 * it is kept by whoever has the file open.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "bench.h"

static struct dentry *file;
static DEFINE_MUTEX(lock); /* protects what bench_held.c has */

static const char * const paths[] = { "in", "tracked", "receive" };
static const char * const kinds[] = { "udp", "syn", "synack", "ack", "flood" };

static int forget_all(struct nf_conn *ct, void *data)
{
	return 1;
}

static int forget(struct net *net)
{
	const struct nf_ct_iter_data data = { .net = net };

	nf_ct_iterate_cleanup_net(forget_all, &data);
	return 0;
}

static int job_read(const char *words, struct net *net, struct bench_job *job)
{
	unsigned int family, low;
	char path[16], kind[16];
	int found;

	memset(job, 0, sizeof(*job));
	job->net = net;
	if (sscanf(words, "%15s %u %15s %u %u %u %u", path, &family, kind, &low,
		   &job->ports, &job->flows, &job->packets) != 7)
		return -EINVAL;

	found = match_string(paths, ARRAY_SIZE(paths), path);
	if (found < 0)
		return found;
	job->path = found;
	found = match_string(kinds, ARRAY_SIZE(kinds), kind);
	if (found < 0)
		return found;
	job->kind = found;
	if (family != 4 && family != 6)
		return -EINVAL;
	job->family = family == 4 ? NFPROTO_IPV4 : NFPROTO_IPV6;
	job->low = low;
	if (!job->ports || low + job->ports > 65536 || !job->flows ||
	    job->flows > 32000)
		return -EINVAL;
	return 0;
}

static int job_do(const char *verb, const char *words, struct net *net,
		  struct bench_result *result)
{
	struct bench_job job;
	int err;

	err = job_read(words, net, &job);
	if (err)
		return err;
	job.quiet = !strcmp(verb, "quiet");

	job.dev = dev_get_by_name(net, BENCH_DEVICE);
	if (!job.dev)
		return -ENODEV;
	if (!strcmp(verb, "open"))
		err = bench_push_open(&job);
	else
		err = bench_push(&job, result);
	dev_put(job.dev);
	return err;
}

static int hold(const char *verb, const char *words, struct net *net)
{
	u16 port;

	if (!strcmp(verb, "hook"))
		return bench_held_hook(net);
	if (!strcmp(verb, "track"))
		return bench_held_track(net);
	if (!strcmp(verb, "sink") && !kstrtou16(skip_spaces(words), 10, &port))
		return bench_held_sink(net, port);
	return -EINVAL;
}

static int command(const char *words, struct bench_result *result)
{
	struct net *net;
	char verb[16];
	int fd, at, err = 0;

	if (sscanf(words, "%15s %d%n", verb, &fd, &at) != 2)
		return -EINVAL;
	net = get_net_ns_by_fd(fd);
	if (IS_ERR(net))
		return PTR_ERR(net);

	words += at;
	if (!strcmp(verb, "run") || !strcmp(verb, "quiet") ||
	    !strcmp(verb, "open")) {
		err = job_do(verb, words, net, result);
	} else if (!strcmp(verb, "start") || !strcmp(verb, "stop")) {
		bench_push_section(!strcmp(verb, "start"));
	} else if (!strcmp(verb, "forget")) {
		err = forget(net);
	} else {
		mutex_lock(&lock);
		err = hold(verb, words, net);
		mutex_unlock(&lock);
	}
	put_net(net);
	return err;
}

static ssize_t bench_write(struct file *filp, const char __user *from,
			   size_t length, loff_t *pos)
{
	char *words;
	int err;

	if (length > 200)
		return -EINVAL;
	words = memdup_user_nul(from, length);
	if (IS_ERR(words))
		return PTR_ERR(words);

	err = command(words, filp->private_data);
	kfree(words);
	return err ?: length;
}

static ssize_t bench_read(struct file *filp, char __user *to, size_t length,
			  loff_t *pos)
{
	const struct bench_result *result = filp->private_data;
	char line[100];
	int size;

	size = scnprintf(line, sizeof(line), "%llu %llu %u %u\n", result->ns,
			 result->ticks, result->accepted, result->dropped);
	return simple_read_from_buffer(to, length, pos, line, size);
}

static int bench_open(struct inode *inode, struct file *filp)
{
	struct bench_result *result = kzalloc(sizeof(*result), GFP_KERNEL);

	filp->private_data = result;
	return result ? 0 : -ENOMEM;
}

static int bench_release(struct inode *inode, struct file *filp)
{
	kfree(filp->private_data);
	return 0;
}

static const struct file_operations bench_fops = {
	.owner = THIS_MODULE,
	.open = bench_open,
	.release = bench_release,
	.read = bench_read,
	.write = bench_write,
	.llseek = default_llseek,
};

static int __init bench_init(void)
{
	file = debugfs_create_file("portclass_bench", 0600, NULL, NULL,
				   &bench_fops);
	return PTR_ERR_OR_ZERO(file);
}

static void __exit bench_exit(void)
{
	debugfs_remove(file);
	bench_held_release();
}

module_init(bench_init);
module_exit(bench_exit);

MODULE_DESCRIPTION("Packets through the hooks of a namespace, to measure them");
MODULE_LICENSE("GPL");

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
 *
 * FD is the namespace's, of the writer. The result of "run" is a line with
 * nanoseconds, ticks, and the numbers of packets that were accepted and dropped.
 */
#include <linux/debugfs.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/uaccess.h>
#include <net/netfilter/nf_conntrack_core.h>

#include "bench.h"

static struct dentry *file;
static DEFINE_MUTEX(lock); /* protects result, and what bench_held.c has */
static struct bench_result result;

static const char * const paths[] = { "in", "tracked", "receive" };
static const char * const kinds[] = { "udp", "syn", "synack", "ack" };

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

static int job_do(bool open, const char *words, struct net *net)
{
	struct bench_job job;
	int err;

	err = job_read(words, net, &job);
	if (err)
		return err;

	job.dev = dev_get_by_name(net, BENCH_DEVICE);
	if (!job.dev)
		return -ENODEV;
	err = open ? bench_push_open(&job) : bench_push(&job, &result);
	dev_put(job.dev);
	return err;
}

static int command(const char *words)
{
	struct net *net;
	char verb[16];
	int fd, err, at;
	u16 port;

	if (sscanf(words, "%15s %d%n", verb, &fd, &at) != 2)
		return -EINVAL;
	net = get_net_ns_by_fd(fd);
	if (IS_ERR(net))
		return PTR_ERR(net);

	words += at;
	if (!strcmp(verb, "run"))
		err = job_do(false, words, net);
	else if (!strcmp(verb, "open"))
		err = job_do(true, words, net);
	else if (!strcmp(verb, "hook"))
		err = bench_held_hook(net);
	else if (!strcmp(verb, "track"))
		err = bench_held_track(net);
	else if (!strcmp(verb, "forget"))
		err = forget(net);
	else if (!strcmp(verb, "sink") && !kstrtou16(skip_spaces(words), 10, &port))
		err = bench_held_sink(net, port);
	else
		err = -EINVAL;
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

	mutex_lock(&lock);
	err = command(words);
	mutex_unlock(&lock);
	kfree(words);
	return err ?: length;
}

static ssize_t bench_read(struct file *filp, char __user *to, size_t length,
			  loff_t *pos)
{
	char line[100];
	int size;

	mutex_lock(&lock);
	size = scnprintf(line, sizeof(line), "%llu %llu %u %u\n", result.ns,
			 result.ticks, result.accepted, result.dropped);
	mutex_unlock(&lock);
	return simple_read_from_buffer(to, length, pos, line, size);
}

static const struct file_operations bench_fops = {
	.owner = THIS_MODULE,
	.open = simple_open,
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

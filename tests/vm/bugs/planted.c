// SPDX-License-Identifier: GPL-2.0
/*
 * A bug to order: insmod planted.ko bug=NAME. The kernel that is to find the
 * bugs of portclass has to report each of these, or its guest would say for
 * ever that all is well. Loading it fails when the bug has been and gone.
 */
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/percpu.h>
#include <linux/random.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/timer.h>
#include <linux/vmalloc.h>

static char *bug = "";
module_param(bug, charp, 0);
MODULE_PARM_DESC(bug, "which one");

#define SIZE	24

static int sink;

/* What the compiler is not to know. */
static int unknown(int number)
{
	OPTIMIZER_HIDE_VAR(number);
	return number;
}

static void slab_out_of_bounds(void)
{
	char *p = kzalloc(SIZE, GFP_KERNEL);

	if (p)
		sink = READ_ONCE(p[unknown(SIZE)]);
	kfree(p);
}

static void vmalloc_out_of_bounds(void)
{
	char *p = vzalloc(PAGE_SIZE);

	if (p)
		sink = READ_ONCE(p[unknown(PAGE_SIZE)]);
	vfree(p);
}

static void use_after_free(void)
{
	char *p = kzalloc(SIZE, GFP_KERNEL);

	kfree(p);
	if (p)
		sink = READ_ONCE(*p);
}

static void leak(void)
{
	char *p = kmalloc(SIZE, GFP_KERNEL);

	if (p)
		memset(p, 1, SIZE);
}

static DEFINE_SPINLOCK(first_lock);
static DEFINE_SPINLOCK(second_lock);

static void sleep_in_atomic(void)
{
	spin_lock(&first_lock);
	kfree(kmalloc(SIZE, GFP_KERNEL));
	spin_unlock(&first_lock);
}

/* Nobody has to be unlucky: that both orders are there is enough. */
static void lock_order(void)
{
	spin_lock(&first_lock);
	spin_lock(&second_lock);
	spin_unlock(&second_lock);
	spin_unlock(&first_lock);

	spin_lock(&second_lock);
	spin_lock(&first_lock);
	spin_unlock(&first_lock);
	spin_unlock(&second_lock);
}

static void timer_locks(struct timer_list *unused)
{
	spin_lock(&first_lock);
	spin_unlock(&first_lock);
}

static DEFINE_TIMER(timer, timer_locks);

/* The timer could come between. */
static void lock_in_softirq(void)
{
	mod_timer(&timer, jiffies + 1);
	msleep(100);
	del_timer_sync(&timer);

	spin_lock(&first_lock);
	spin_unlock(&first_lock);
}

static int __rcu *shared;

static void rcu_without_lock(void)
{
	sink = !!rcu_dereference(shared);
}

static void shift(void)
{
	sink = 1 << unknown(70);
}

static void array_index(void)
{
	static int array[16];

	array[0] = 1;
	sink = array[unknown(16)];
}

static void double_add(void)
{
	static struct list_head entry;
	static LIST_HEAD(list);

	list_add(&entry, &list);
	list_add(&entry, &list);
}

static void free_active_timer(void)
{
	struct timer_list *t = kzalloc(sizeof(*t), GFP_KERNEL);

	if (!t)
		return;
	timer_setup(t, timer_locks, 0);
	mod_timer(t, jiffies + 1000 * HZ);
	kfree(t);
}

static void processor_that_may_change(void)
{
	sink = smp_processor_id();
}

static u64 raced;
static int ready;

/* For some seconds, on the other processor, while @ours is done on this one. */
static void meanwhile(int (*theirs)(void *), int (*ours)(void *))
{
	unsigned long end = jiffies + 5 * HZ;
	struct task_struct *task;

	task = kthread_run(theirs, NULL, "planted");
	if (IS_ERR(task))
		return;
	while (time_before(jiffies, end)) {
		ours(NULL);
		cond_resched();
	}
	kthread_stop(task);
}

static noinline int race_add(void *unused)
{
	raced++;
	return 0;
}

static int race_adder(void *unused)
{
	while (!kthread_should_stop()) {
		race_add(unused);
		cond_resched();
	}
	return 0;
}

static void race(void)
{
	meanwhile(race_adder, race_add);
}

/* What writes is the kernel's, and not watched. */
static int race_writer(void *unused)
{
	while (!kthread_should_stop()) {
		get_random_bytes(&raced, sizeof(raced));
		cond_resched();
	}
	return 0;
}

static noinline int race_read(void *unused)
{
	return raced;
}

static void race_with_kernel(void)
{
	meanwhile(race_writer, race_read);
}

/* Done before the other one is told, but for the barrier in between. */
static noinline int race_publish(void *unused)
{
	int i;

	if (READ_ONCE(ready))
		return 0;
	raced++;
	WRITE_ONCE(ready, 1);
	/* For as long as this takes, it may be seen too late. */
	for (i = 0; i < 100 && READ_ONCE(ready); i++)
		cpu_relax();
	return 0;
}

static noinline int race_take(void *unused)
{
	/* Behind what the other one did, if only he said so in time. */
	if (!smp_load_acquire(&ready))
		return 0;
	raced++;
	/* This side keeps the order. */
	smp_store_release(&ready, 0);
	return 0;
}

static int race_taker(void *unused)
{
	while (!kthread_should_stop()) {
		race_take(unused);
		cond_resched();
	}
	return 0;
}

static void missing_barrier(void)
{
	meanwhile(race_taker, race_publish);
}

static const struct {
	const char *name;
	void (*plant)(void);
} bugs[] = {
	{ "slab-out-of-bounds", slab_out_of_bounds },
	{ "vmalloc-out-of-bounds", vmalloc_out_of_bounds },
	{ "use-after-free", use_after_free },
	{ "leak", leak },
	{ "sleep-in-atomic", sleep_in_atomic },
	{ "lock-order", lock_order },
	{ "lock-in-softirq", lock_in_softirq },
	{ "rcu-without-lock", rcu_without_lock },
	{ "shift", shift },
	{ "index", array_index },
	{ "double-add", double_add },
	{ "free-active-timer", free_active_timer },
	{ "processor-that-may-change", processor_that_may_change },
	{ "data-race", race },
	{ "data-race-with-kernel", race_with_kernel },
	{ "missing-barrier", missing_barrier },
};

static int __init planted_init(void)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(bugs); i++) {
		if (strcmp(bug, bugs[i].name))
			continue;
		bugs[i].plant();
		return -ECANCELED;
	}
	return -EINVAL;
}
module_init(planted_init);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Bugs, for the self-test of the guests with kernels that look for them");

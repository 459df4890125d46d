// SPDX-License-Identifier: GPL-2.0
/* The kernel module itself. The only user of libkmod. */

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <libkmod.h>
#include <sys/utsname.h>

#include "module.h"

#define NAME "portclass"

enum {
	UNLOAD_TRIES = 50,
	UNLOAD_PAUSE = 100,	/* milliseconds */
};

/* libkmod writes to stderr what is said better here. */
static void quiet(void *data, int priority, const char *file, int line, const char *function,
		  const char *format, va_list args)
{
	(void)data, (void)priority, (void)file, (void)line, (void)function, (void)format;
	(void)args;
}

static struct kmod_ctx *open_kmod(char *why, size_t size)
{
	struct kmod_ctx *ctx = kmod_new(NULL, NULL);

	if (ctx)
		kmod_set_log_fn(ctx, quiet, NULL);
	else
		snprintf(why, size, "libkmod does not start");
	return ctx;
}

static bool is_loaded(const struct kmod_module *module)
{
	int state = kmod_module_get_initstate(module);

	return state == KMOD_MODULE_LIVE || state == KMOD_MODULE_BUILTIN;
}

/* Copy a fact that stands in the module's file. Return: whether it is there. */
static bool get_info(const struct kmod_module *module, const char *key, char *out, size_t size)
{
	struct kmod_list *list = NULL, *entry;
	bool found = false;

	if (kmod_module_get_info(module, &list) < 0)
		return false;
	kmod_list_foreach(entry, list)
		if (!found && !strcmp(kmod_module_info_get_key(entry), key)) {
			snprintf(out, size, "%s", kmod_module_info_get_value(entry));
			found = true;
		}
	kmod_module_info_free_list(list);
	return found;
}

/* The kernel says only "Exec format error" to a module that was built for another one. */
static void explain_format(const struct kmod_module *module, const char *what, char *why,
			   size_t size)
{
	struct utsname kernel;
	char magic[128];

	uname(&kernel);
	if (get_info(module, "vermagic", magic, sizeof(magic))) {
		magic[strcspn(magic, " ")] = '\0';
		if (strcmp(magic, kernel.release)) {
			snprintf(why, size, "%s was built for kernel %s, this one is %s", what,
				 magic, kernel.release);
			return;
		}
	}
	snprintf(why, size, "%s is no module that this kernel takes (see: dmesg)", what);
}

static void explain(const struct kmod_module *module, const char *what, int error, char *why,
		    size_t size)
{
	switch (error) {
	case ENOEXEC:
		explain_format(module, what, why, size);
		break;
	case EPERM:
	case EACCES:
		snprintf(why, size, "%s: not permitted\n  %s", what,
			 geteuid() ? "needs CAP_SYS_MODULE (try sudo)" :
				     "the kernel may be locked down, or take no modules any more");
		break;
	case ENOENT:
		snprintf(why, size, "%s uses something that this kernel lacks (see: dmesg)", what);
		break;
	case EBUSY:
		snprintf(why, size, "%s is being loaded or unloaded by someone else", what);
		break;
	case ENOKEY:
	case EKEYREJECTED:
	case EBADMSG:
		snprintf(why, size, "%s has no signature that this kernel trusts", what);
		break;
	default:
		snprintf(why, size, "%s: %s", what, strerror(error));
	}
}

/* Load all that goes by a name, with what it depends on. Return: 0 or an errno. */
static int probe(struct kmod_ctx *ctx, const char *name)
{
	struct kmod_list *list = NULL, *entry;
	int err = kmod_module_new_from_lookup(ctx, name, &list);

	if (!err && !list)
		err = -ENOENT;
	kmod_list_foreach(entry, list) {
		struct kmod_module *module = kmod_module_get_module(entry);

		if (!err)
			err = kmod_module_probe_insert_module(module, 0, NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
	}
	kmod_module_unref_list(list);
	return err < 0 ? -err : 0;
}

/* A file that modules.dep doesn't know says itself what has to be there first. */
static int load_needed(struct kmod_ctx *ctx, const struct kmod_module *module, const char *path,
		       char *why, size_t size)
{
	char names[512], *name, *place;
	bool before = false;
	int err;

	if (get_info(module, "depends", names, sizeof(names)))
		for (name = strtok_r(names, ",", &place); name;
		     name = strtok_r(NULL, ",", &place)) {
			err = probe(ctx, name);
			if (!err)
				continue;
			snprintf(why, size, "%s needs the module %s: %s", path, name,
				 strerror(err));
			return -1;
		}
	/* What is only good to have: "pre: NAME... post: NAME...". */
	if (get_info(module, "softdep", names, sizeof(names)))
		for (name = strtok_r(names, " ", &place); name;
		     name = strtok_r(NULL, " ", &place)) {
			if (name[strlen(name) - 1] == ':')
				before = !strcmp(name, "pre:");
			else if (before)
				probe(ctx, name);
		}
	return 0;
}

static int insert(struct kmod_ctx *ctx, struct kmod_module *module, const char *path, char *why,
		  size_t size)
{
	char name[64] = "";
	int err;

	/* kmod goes by the file's name; the kernel by what is in it. */
	if (!get_info(module, "name", name, sizeof(name))) {
		snprintf(why, size, "%s is no kernel module", path);
		return -1;
	}
	if (strcmp(name, NAME)) {
		snprintf(why, size, "%s is another module: %s", path, name);
		return -1;
	}
	if (load_needed(ctx, module, path, why, size))
		return -1;
	err = -kmod_module_insert_module(module, 0, NULL);
	if (!err || err == EEXIST)
		return 0;
	explain(module, path, err, why, size);
	return -1;
}

static int load_file(struct kmod_ctx *ctx, const char *path, char *why, size_t size)
{
	struct kmod_module *module;
	int err;

	if (access(path, R_OK)) {
		snprintf(why, size, "cannot read %s: %s", path, strerror(errno));
		return -1;
	}
	err = -kmod_module_new_from_path(ctx, path, &module);
	if (err) {
		snprintf(why, size, "%s: %s", path, strerror(err));
		return -1;
	}
	err = insert(ctx, module, path, why, size);
	kmod_module_unref(module);
	return err;
}

static int load_name(struct kmod_ctx *ctx, struct kmod_module *module, char *why, size_t size)
{
	struct utsname kernel;
	int err = probe(ctx, NAME);

	if (!err || err == EEXIST)
		return 0;
	/* The file is in no list, or it is and was not found: the same to people. */
	if (err == ENOENT) {
		uname(&kernel);
		snprintf(why, size, "there is no module " NAME " in /lib/modules/%s\n"
			 "  give its file: portclassctl load FILE.ko", kernel.release);
	} else {
		explain(module, "the module " NAME, err, why, size);
	}
	return -1;
}

/**
 * module_load() - Load the module, unless it is loaded
 * @path: its file, NULL for the one that belongs to this kernel
 * @why: what went wrong, if anything did
 * @size: of @why
 *
 * Return: 0, or -1.
 */
int module_load(const char *path, char *why, size_t size)
{
	struct kmod_ctx *ctx = open_kmod(why, size);
	struct kmod_module *module = NULL;
	int err = -1;

	if (!ctx)
		return -1;
	if (kmod_module_new_from_name(ctx, NAME, &module) < 0)
		snprintf(why, size, "out of memory");
	else if (is_loaded(module))
		err = 0;
	else if (path)
		err = load_file(ctx, path, why, size);
	else
		err = load_name(ctx, module, why, size);
	kmod_module_unref(module);
	kmod_unref(ctx);
	return err;
}

/* Who still asks it something holds it, but not for long. */
static int remove_patiently(struct kmod_module *module)
{
	struct timespec pause = { .tv_nsec = UNLOAD_PAUSE * 1000000L };
	int err = 0;

	for (int i = 0; i < UNLOAD_TRIES; i++) {
		err = -kmod_module_remove_module(module, 0);
		if (err != EBUSY && err != EAGAIN)
			break;
		nanosleep(&pause, NULL);
	}
	return err;
}

/**
 * module_unload() - Unload the module
 * @why: what went wrong, if anything did
 * @size: of @why
 *
 * Return: 0, or -1.
 */
int module_unload(char *why, size_t size)
{
	struct kmod_ctx *ctx = open_kmod(why, size);
	struct kmod_module *module = NULL;
	int err = ENOMEM, state;

	if (!ctx)
		return -1;
	if (!kmod_module_new_from_name(ctx, NAME, &module)) {
		state = kmod_module_get_initstate(module);
		err = state == KMOD_MODULE_BUILTIN ? EINVAL : state < 0 ? ENOENT :
		      remove_patiently(module);
	}
	kmod_module_unref(module);
	kmod_unref(ctx);
	if (!err)
		return 0;
	if (err == ENOENT)
		snprintf(why, size, "the portclass module is not loaded");
	else if (err == EINVAL)
		snprintf(why, size, "portclass is built into this kernel");
	else if (err == EBUSY || err == EAGAIN)
		snprintf(why, size, "the portclass module is still in use");
	else
		explain(NULL, "the portclass module", err, why, size);
	return -1;
}

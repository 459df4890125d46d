// SPDX-License-Identifier: GPL-2.0
/*
 * The whole command, against a kernel that answers with random datagrams: it ends, says so if it
 * failed, and prints nothing that a terminal would obey.
 */

#include <getopt.h>
#include <linux/genetlink.h>
#include <linux/portclass.h>

#include "fuzz_answers.h"
#include "kernel_fake.h"
#include "memory.h"
#include "sources.h"

static char *const commands[FUZZ_COMMANDS][6] = {
	{ "portclassctl", "show" },
	{ "portclassctl", "--json", "show" },
	{ "portclassctl", "save" },
	{ "portclassctl", "stats" },
	{ "portclassctl", "--json", "stats" },
	{ "portclassctl", "stats", "--by", "port", "--all" },
	{ "portclassctl", "--json", "stats", "--by", "port" },
	{ "portclassctl", "explain", "tcp/23" },
	{ "portclassctl", "--json", "explain", "tcp/23" },
	{ "portclassctl", "history" },
	{ "portclassctl", "--json", "history" },
	{ "portclassctl", "shadow" },
	{ "portclassctl", "allow", "tcp/23", "udp/5-9" },
	{ "portclassctl", "deny", "--force", "tcp/23" },
};

/*
 * What is left of the input: datagrams, before each its length in two bytes. The highest bit of
 * these ends the answer to a request.
 */
static const unsigned char *input;
static size_t left;

enum { LENGTH = 0x7fff, LAST = 0x8000 };

static void check(bool ok)
{
	if (!ok)
		abort();
}

/* As the kernel does, all of them are for who has asked, mostly; the rest is as it comes. */
static void queue(const unsigned char *data, size_t length)
{
	char *copy = memory_get(1, length);
	struct nlmsghdr *hdr = (struct nlmsghdr *)copy;

	memcpy(copy, data, length);
	if (length >= sizeof(*hdr)) {
		hdr->nlmsg_seq += fake.request->nlmsg_seq;
		hdr->nlmsg_pid += fake.request->nlmsg_pid;
	}
	fake_queue(copy, length);
	free(copy);
}

static void answer(void)
{
	unsigned int head = 0;
	size_t length;

	while (left >= 2 && !(head & LAST)) {
		head = input[0] | input[1] << 8;
		input += 2;
		left -= 2;
		length = (head & LENGTH) < left ? head & LENGTH : left;
		queue(input, length);
		input += length;
		left -= length;
	}
}

static void check_printable(const char *text)
{
	for (; *text; text++) {
		check((*text & 0xe0 || *text == '\n') && *text != 0x7f);
		/* A control character that takes two bytes. */
		check(text[0] != '\xc2' || (text[1] & 0xe0) != 0x80);
	}
}

/**
 * fuzz_command() - Run a command
 * @index: which, of FUZZ_COMMANDS
 * @out: what it has printed, to be freed
 *
 * Return: its exit status.
 */
int fuzz_command(unsigned int index, char **out)
{
	FILE *saved_out = stdout, *saved_err = stderr;
	char *words[6], *err;
	size_t size;
	int count = 0, status;

	for (; commands[index][count]; count++)
		words[count] = commands[index][count];
	words[count] = NULL;
	stdout = open_memstream(out, &size);
	stderr = open_memstream(&err, &size);
	check(stdout && stderr);
	optind = 0;
	status = portclassctl_main(count, words);
	fclose(stdout);
	fclose(stderr);
	stdout = saved_out;
	stderr = saved_err;
	sources_forget();
	check(status == 0 || status == 1);
	check(!status == !*err);
	check_printable(err);
	/* JSON is for programs, which need every character. */
	if (strcmp(commands[index][1], "--json"))
		check_printable(*out);
	free(err);
	return status;
}

int fuzz_one_input(const unsigned char *data, size_t size)
{
	char *out;

	if (!size)
		return 0;
	input = data + 1;
	left = size - 1;
	fake_reset(answer);
	fuzz_command(data[0] % FUZZ_COMMANDS, &out);
	fuzz_printed(out);
	free(out);
	fake_reset(NULL);
	return 0;
}

// SPDX-License-Identifier: GPL-2.0
/*
 * answers --record FOLDER: writes inputs for fuzz_answers, of a kernel that answers rightly.
 * answers FILE...: goes through inputs, for valgrind to look on.
 */

#include <sys/socket.h>
#include <unistd.h>
#include <linux/genetlink.h>
#include <linux/portclass.h>

#include "fuzz_answers.h"
#include "kernel_answers.h"
#include "kernel_fake.h"

static FILE *record;

static void answer_rightly(void)
{
	struct genlmsghdr *hdr = (struct genlmsghdr *)(fake.request + 1);

	switch (hdr->cmd) {
	case PORTCLASS_CMD_GET:
	case PORTCLASS_CMD_RULE_GET:
		answer_all();
		break;
	case PORTCLASS_CMD_STATS_GET:
		answer_stats();
		break;
	case PORTCLASS_CMD_PORT_STATS_GET:
		answer_ports();
		break;
	case PORTCLASS_CMD_EXPLAIN:
		answer_explanation();
		break;
	case PORTCLASS_CMD_HISTORY_GET:
		answer_history();
		break;
	default:
		answer_refusal();
		break;
	}
}

/* Each datagram goes once round the queue, and is written on its way. */
static void answer_and_record(void)
{
	static char data[64][16384];
	struct sockaddr_storage from;
	size_t length[64];
	int count = 0;

	answer_rightly();
	for (; count < 64; count++) {
		struct iovec part = { data[count], sizeof(data[count]) };
		struct msghdr msg = { .msg_name = &from, .msg_iov = &part, .msg_iovlen = 1 };
		ssize_t got = recvmsg(0, &msg, 0);

		if (got < 0)
			break;
		length[count] = got;
	}
	for (int i = 0; i < count; i++) {
		struct nlmsghdr hdr;

		fake_queue(data[i], length[i]);
		fputc(length[i] & 0xff, record);
		fputc(length[i] >> 8 | (i + 1 == count ? 0x80 : 0), record);
		memcpy(&hdr, data[i], sizeof(hdr));
		hdr.nlmsg_seq = 0;
		hdr.nlmsg_pid = 0;
		fwrite(&hdr, sizeof(hdr), 1, record);
		fwrite(data[i] + sizeof(hdr), length[i] - sizeof(hdr), 1, record);
	}
}

static bool record_one(const char *folder, unsigned int index, unsigned int sources, int error)
{
	char name[4096], *out;

	snprintf(name, sizeof(name), "%s/%02u-%u-%d", folder, index, sources, -error);
	record = fopen(name, "w");
	if (!record)
		return false;
	fputc(index, record);
	answer_sources = sources;
	answer_shadow = true;
	answer_error = error;
	answer_text = error ? "no such thing" : NULL;
	answer_offset = error ? 60 : 0;
	fake_reset(answer_and_record);
	fuzz_command(index, &out);
	free(out);
	fake_reset(NULL);
	return !fclose(record);
}

static bool record_all(const char *folder)
{
	answer_source_size = 16;
	answer_source_length = 64;
	answer_source_action = PORTCLASS_ACTION_ALLOW;
	for (unsigned int i = 0; i < FUZZ_COMMANDS; i++)
		if (!record_one(folder, i, 0, 0) || !record_one(folder, i, 3, -22))
			return false;
	return true;
}

/* Not all are to be read; but of all of them, somebody may have asked for what isn't there. */
void fuzz_printed(const char *text)
{
	static int null = -1;

	if (null < 0)
		null = dup(STDERR_FILENO);
	if (write(null, text, strlen(text)) < 0)
		exit(1);
}

static bool replay(const char *name)
{
	static unsigned char data[1 << 20];
	FILE *in = fopen(name, "r");
	unsigned char *copy;
	size_t size;

	if (!in)
		return false;
	size = fread(data, 1, sizeof(data), in);
	fclose(in);
	copy = malloc(size + 1);
	memcpy(copy, data, size);
	fuzz_one_input(copy, size);
	free(copy);
	return true;
}

int main(int argc, char **argv)
{
	bool ok = true;

	if (argc == 3 && !strcmp(argv[1], "--record"))
		return !record_all(argv[2]);
	for (int i = 1; i < argc; i++)
		ok = replay(argv[i]) && ok;
	return !ok;
}

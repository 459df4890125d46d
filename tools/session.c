// SPDX-License-Identifier: GPL-2.0
/*
 * The TCP ports that the session comes in by which a command is typed in, and from where: as sshd
 * tells its children, and, since sudo keeps that from them, by the sockets that
 * the ancestors of a process hold.
 */

#include <dirent.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <netinet/tcp.h>

#include "address.h"
#include "memory.h"
#include "session.h"

/* Deeper than any session; a loop of parents can only be seen while they change. */
enum { ANCESTORS_MAX = 64 };

/* A list of inodes of sockets that grows. */
struct inodes {
	unsigned long *list;
	size_t count;
	size_t room;
};

/* One bit for each port that somebody listens on. */
struct listeners {
	unsigned char bits[PORTS / 8];
};

/* A line of the kernel's list of TCP sockets. */
struct entry {
	struct address local, peer;
	unsigned int port;
	unsigned int state;
	unsigned long inode;
};

static bool same(const struct address *a, const struct address *b)
{
	return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static void add(struct session *session, __u16 port, const struct address *peer)
{
	for (size_t i = 0; i < session->count; i++)
		if (session->list[i].port == port && same(&session->list[i].peer, peer))
			return;
	if (session->count < SESSION_ENTRANCES)
		session->list[session->count++] = (struct entrance){ port, *peer };
}

/* An IPv4 address in an IPv6 one is what packets have. */
static void unmap(struct address *address)
{
	static const unsigned char mapped[12] = { [10] = 0xff, [11] = 0xff };

	if (address->family != AF_INET6 || memcmp(address->bytes, mapped, sizeof(mapped)))
		return;
	memmove(address->bytes, address->bytes + sizeof(mapped), 4);
	memset(address->bytes + 4, 0, sizeof(mapped));
	address->family = AF_INET;
}

static bool read_address(const char *text, struct address *address)
{
	char plain[64];

	snprintf(plain, sizeof(plain), "%s", text);
	plain[strcspn(plain, "%")] = '\0';
	*address = (struct address){ .family = strchr(plain, ':') ? AF_INET6 : AF_INET };
	if (inet_pton(address->family, plain, address->bytes) != 1)
		return false;
	unmap(address);
	return true;
}

/*
 * "PEER PORT ADDRESS PORT". What comes from here comes by the loopback device,
 * which is never judged; what came to somewhere else is none of this namespace's.
 */
static void read_ssh(struct session *session, const char *ssh)
{
	char peer[64], local[64];
	struct address from, to;
	unsigned int port;

	if (!ssh || sscanf(ssh, "%63s %*u %63s %u", peer, local, &port) != 3 || port >= PORTS)
		return;
	if (read_address(peer, &from) && read_address(local, &to) && address_is_ours(&to) &&
	    !address_is_ours(&from))
		add(session, port, &from);
}

/* By the last bracket: a command may have any of its own. Return: 0 if there is no parent. */
static pid_t parent_of(const char *proc, pid_t pid)
{
	char path[128], text[512];
	const char *behind;
	int parent = 0;
	size_t got;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%d/stat", proc, pid);
	in = fopen(path, "re");
	if (!in)
		return 0;
	got = fread(text, 1, sizeof(text) - 1, in);
	fclose(in);
	text[got] = '\0';
	behind = strrchr(text, ')');
	return behind && sscanf(behind, ") %*c %d", &parent) == 1 ? parent : 0;
}

static void add_sockets(struct inodes *inodes, const char *proc, pid_t pid)
{
	char path[128], to[64];
	struct dirent *entry;
	unsigned long inode;
	ssize_t length;
	DIR *fds;

	snprintf(path, sizeof(path), "%s/%d/fd", proc, pid);
	fds = opendir(path);
	while (fds && (entry = readdir(fds))) {
		length = readlinkat(dirfd(fds), entry->d_name, to, sizeof(to) - 1);
		if (length < 0)
			continue;
		to[length] = '\0';
		if (sscanf(to, "socket:[%lu]", &inode) != 1)
			continue;
		inodes->list = memory_grow(inodes->list, &inodes->room, inodes->count,
					   sizeof(*inodes->list));
		inodes->list[inodes->count++] = inode;
	}
	if (fds)
		closedir(fds);
}

/* As many hexadecimal words as an address has, each in the machine's own byte order. */
static bool read_hex(const char *text, struct address *address)
{
	size_t words = strlen(text) / 8;
	char digits[9] = "";

	*address = (struct address){ .family = words == 1 ? AF_INET : AF_INET6 };
	if (words != 1 && words != 4)
		return false;
	for (size_t i = 0; i < words; i++) {
		__u32 word;

		memcpy(digits, text + 8 * i, 8);
		word = strtoul(digits, NULL, 16);
		memcpy(address->bytes + 4 * i, &word, sizeof(word));
	}
	unmap(address);
	return true;
}

static bool read_entry(const char *line, struct entry *entry)
{
	char local[33], peer[33];

	return sscanf(line,
		      " %*u: %32[0-9A-F]:%x %32[0-9A-F]:%*x %x %*x:%*x %*x:%*x %*x %*u %*u %lu",
		      local, &entry->port, peer, &entry->state, &entry->inode) == 5 &&
	       entry->port < PORTS && read_hex(local, &entry->local) &&
	       read_hex(peer, &entry->peer);
}

/* The sockets of the network namespace that this process is in, whoever holds them. */
static void read_entries(const char *proc, void (*take)(const struct entry *entry, void *arg),
			 void *arg)
{
	static const char *const names[] = { "tcp", "tcp6" };
	struct entry entry;
	char path[128], line[512];
	FILE *in;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "%s/self/net/%s", proc, names[i]);
		in = fopen(path, "re");
		while (in && fgets(line, sizeof(line), in))
			if (read_entry(line, &entry))
				take(&entry, arg);
		if (in)
			fclose(in);
	}
}

static void take_listener(const struct entry *entry, void *arg)
{
	struct listeners *listeners = arg;

	if (entry->state == TCP_LISTEN)
		listeners->bits[entry->port / 8] |= 1 << entry->port % 8;
}

/* What the sockets are looked for in, and where to put what is found. */
struct search {
	const struct inodes *inodes;
	const struct listeners *listeners;
	struct session *session;
};

static bool has(const struct inodes *inodes, unsigned long inode)
{
	for (size_t i = 0; i < inodes->count; i++)
		if (inodes->list[i] == inode)
			return true;
	return false;
}

/* Where nobody listens, the connection was dialled from here. */
static void take_connection(const struct entry *entry, void *arg)
{
	const struct search *search = arg;

	if (entry->state == TCP_ESTABLISHED && has(search->inodes, entry->inode) &&
	    search->listeners->bits[entry->port / 8] & 1 << entry->port % 8 &&
	    !address_is_ours(&entry->peer))
		add(search->session, entry->port, &entry->peer);
}

/**
 * session_find() - Find what the session of a process comes in by
 * @session: to be filled in
 * @proc: where the kernel tells of processes
 * @pid: the process
 * @ssh: what sshd says of the session, or NULL
 *
 * Only those of the network namespace that this process is in now: sockets have
 * one number, which is in no other namespace's list. What this user may not see is
 * not found.
 */
void session_find(struct session *session, const char *proc, pid_t pid, const char *ssh)
{
	struct listeners listeners = { 0 };
	struct inodes inodes = { 0 };
	struct search search = { &inodes, &listeners, session };

	*session = (struct session){ 0 };
	read_ssh(session, ssh);
	for (int i = 0; pid > 0 && i < ANCESTORS_MAX; i++) {
		add_sockets(&inodes, proc, pid);
		pid = parent_of(proc, pid);
	}
	if (inodes.count) {
		read_entries(proc, take_listener, &listeners);
		read_entries(proc, take_connection, &search);
	}
	free(inodes.list);
}

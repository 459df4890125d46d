// SPDX-License-Identifier: GPL-2.0
/* Who would be locked out: what a change does to a port, and by which port a session comes in. */

#include <fcntl.h>
#include <unistd.h>
#include <arpa/inet.h>
#include <sys/stat.h>

#include "guard.h"
#include "memory.h"
#include "session.h"
#include "sources.h"
#include "test.h"

#define UNSET		PORTCLASS_ACTION_UNSET
#define ALLOW		PORTCLASS_ACTION_ALLOW
#define DENY		PORTCLASS_ACTION_DENY
#define REJECT		PORTCLASS_ACTION_REJECT
#define ENFORCE		PORTCLASS_MODE_ENFORCE
#define OBSERVE		PORTCLASS_MODE_OBSERVE
#define CONNTRACK	PORTCLASS_TRACK_CONNTRACK
#define NONE		PORTCLASS_TRACK_NONE

/* In place of a mode or a tracking: none is asked for. */
enum { KEEP = -1 };

static struct explanation ssh_with(int rule, int policy, int mode, int track)
{
	return (struct explanation){
		.port = 22, .class = PORTCLASS_CLASS_WELL_KNOWN, .active = true, .mode = mode,
		.track = track, .policy = policy, .ruled = rule != UNSET,
		.rule = { .action = rule, .low = 20, .high = 30 },
	};
}

/* 203.0.113.2, by which all of them come in. */
static const struct address peer = { .family = AF_INET, .bytes = { 203, 0, 113, 2 } };

static bool locks_out(struct explanation now, struct change wanted, int mode, int track)
{
	const enum portclass_mode to_mode = mode;
	const enum portclass_track to_track = track;

	if (mode != KEEP)
		wanted.mode = &to_mode;
	if (track != KEEP)
		wanted.track = &to_track;
	return guard_locks_out(&now, &peer, &wanted);
}

/* A rule in a request. */
static bool by_rule(struct explanation now, struct rule rule)
{
	return locks_out(now, (struct change){ .rules = &rule, .rule_count = 1 }, KEEP, KEEP);
}

static void test_rules(void **state)
{
	const struct explanation open = ssh_with(UNSET, ALLOW, ENFORCE, CONNTRACK);
	const struct explanation allowed = ssh_with(ALLOW, DENY, ENFORCE, CONNTRACK);

	(void)state;
	assert_true(by_rule(open, (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
	assert_true(by_rule(open, (struct rule){ 0, 0, DENY, 0, 22, NULL, NULL }));
	assert_true(by_rule(open, (struct rule){ 0, 0, DENY, 22, 65535, NULL, NULL }));
	assert_false(by_rule(open, (struct rule){ 0, 0, DENY, 0, 21, NULL, NULL }));
	assert_false(by_rule(open, (struct rule){ 0, 0, DENY, 23, 65535, NULL, NULL }));
	assert_false(by_rule(open, (struct rule){ 0, 1, DENY, 22, 22, NULL, NULL }));
	assert_false(by_rule(open, (struct rule){ 1, 0, DENY, 22, 22, NULL, NULL }));
	assert_true(by_rule(open, (struct rule){ 0, 0, REJECT, 22, 22, NULL, NULL }));
	assert_false(by_rule(open, (struct rule){ 0, 0, ALLOW, 22, 22, NULL, NULL }));
	assert_false(by_rule(open, (struct rule){ 0, 0, UNSET, 22, 22, NULL, NULL }));
	assert_true(by_rule(allowed, (struct rule){ 0, 0, UNSET, 22, 22, NULL, NULL }));
	assert_true(by_rule(allowed, (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
	/* It was so before, or it doesn't matter. */
	assert_false(by_rule(ssh_with(UNSET, REJECT, ENFORCE, CONNTRACK),
			     (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
	assert_false(by_rule(ssh_with(DENY, ALLOW, ENFORCE, CONNTRACK),
			     (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
	assert_false(by_rule(ssh_with(UNSET, ALLOW, OBSERVE, CONNTRACK),
			     (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
	/* It goes on, but nobody gets in again. */
	assert_true(by_rule(ssh_with(UNSET, ALLOW, ENFORCE, NONE),
			    (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
}

static const struct sources *from(const char *network, unsigned int length)
{
	struct prefix prefix = { .family = AF_INET, .length = length };

	assert_int_equal(inet_pton(AF_INET, network, prefix.bytes), 1);
	return sources_make(&prefix, 1);
}

/* A port that is open to some is shut to all others. */
static void test_sources(void **state)
{
	const struct sources *ours = from("203.0.113.0", 24), *others = from("10.0.0.0", 8);
	struct explanation open = ssh_with(UNSET, ALLOW, ENFORCE, CONNTRACK);

	(void)state;
	assert_true(by_rule(open, (struct rule){ 0, 0, ALLOW, 22, 22, NULL, others }));
	assert_false(by_rule(open, (struct rule){ 0, 0, ALLOW, 22, 22, NULL, ours }));
	assert_false(by_rule(open, (struct rule){ 0, 0, ALLOW, 23, 23, NULL, others }));
	assert_false(by_rule(ssh_with(UNSET, ALLOW, OBSERVE, CONNTRACK),
			     (struct rule){ 0, 0, ALLOW, 22, 22, NULL, others }));
	/* Open to us alone: gone with the rule, unless the policy allows all. */
	open = ssh_with(ALLOW, DENY, ENFORCE, CONNTRACK);
	open.rule.from = ours;
	assert_true(by_rule(open, (struct rule){ 0, 0, UNSET, 22, 22, NULL, NULL }));
	assert_true(by_rule(open, (struct rule){ 0, 0, ALLOW, 22, 22, NULL, others }));
	assert_false(by_rule(open, (struct rule){ 0, 0, ALLOW, 22, 22, NULL, NULL }));
	assert_true(locks_out(open, (struct change){
		.flush = true, .rules = &(struct rule){ 0, 0, ALLOW, 0, 99, NULL, others },
		.rule_count = 1 }, KEEP, KEEP));
	assert_false(locks_out(open, (struct change){ .flush = true }, KEEP, KEEP));
	/* Shut to us before. */
	open.rule.from = others;
	assert_false(by_rule(open, (struct rule){ 0, 0, DENY, 22, 22, NULL, NULL }));
	assert_false(locks_out(open, (struct change){ .flush = true }, KEEP, KEEP));
	open.mode = OBSERVE;
	assert_true(locks_out(open, (struct change){ 0 }, ENFORCE, KEEP));
	assert_false(locks_out(open, (struct change){ .flush = true }, KEEP, KEEP));
	sources_forget();
}

static void test_order(void **state)
{
	const struct explanation open = ssh_with(UNSET, ALLOW, ENFORCE, CONNTRACK);
	const struct rule shut[] = {
		{ 0, 0, ALLOW, 22, 22, NULL, NULL }, { 0, 0, DENY, 0, 99, NULL, NULL },
	};
	const struct rule opened[] = {
		{ 0, 0, DENY, 0, 99, NULL, NULL }, { 0, 0, ALLOW, 22, 22, NULL, NULL },
	};
	const struct policy policies[] = {
		{ 0, 0, PORTCLASS_CLASS_WELL_KNOWN, DENY, NULL },
		{ 0, 0, PORTCLASS_CLASS_REGISTERED, ALLOW, NULL },
	};
	struct change change = { .rules = shut, .rule_count = 2 };

	(void)state;
	assert_true(locks_out(open, change, KEEP, KEEP));
	change.rules = opened;
	assert_false(locks_out(open, change, KEEP, KEEP));
	/* A rule decides, not the policy; it is enough to allow the port in the same request. */
	change.policies = policies;
	change.policy_count = 2;
	assert_false(locks_out(open, change, KEEP, KEEP));
	change.rule_count = 0;
	assert_true(locks_out(open, change, KEEP, KEEP));
	assert_false(locks_out(open, change, OBSERVE, KEEP));
	assert_false(locks_out(ssh_with(ALLOW, ALLOW, ENFORCE, CONNTRACK), change, KEEP, KEEP));
	/* Not so if the flush takes the rule that allowed it; and the flush itself is harmless. */
	change.flush = true;
	assert_true(locks_out(ssh_with(ALLOW, ALLOW, ENFORCE, CONNTRACK), change, KEEP, KEEP));
	assert_true(locks_out(ssh_with(UNSET, ALLOW, OBSERVE, CONNTRACK), change, KEEP, KEEP));
	change.policy_count = 0;
	assert_false(locks_out(ssh_with(DENY, DENY, OBSERVE, CONNTRACK), change, KEEP, KEEP));
}

static void test_other_policies(void **state)
{
	const struct explanation open = ssh_with(UNSET, ALLOW, ENFORCE, CONNTRACK);
	struct policy policy = { 0, 0, PORTCLASS_CLASS_WELL_KNOWN, DENY, NULL };
	const struct change change = { .policies = &policy, .policy_count = 1 };

	(void)state;
	assert_true(guard_locks_out(&open, &peer, &change));
	policy.action = REJECT;
	assert_true(guard_locks_out(&open, &peer, &change));
	policy.scope = PORTCLASS_SCOPE_OUT;
	assert_false(guard_locks_out(&open, &peer, &change));
	policy.scope = PORTCLASS_SCOPE_IN;
	policy.proto = PORTCLASS_PROTO_UDP;
	assert_false(guard_locks_out(&open, &peer, &change));
	policy.proto = PORTCLASS_PROTO_TCP;
	policy.class = PORTCLASS_CLASS_DYNAMIC;
	assert_false(guard_locks_out(&open, &peer, &change));
}

static void test_switches(void **state)
{
	const struct change nothing = { 0 };

	(void)state;
	assert_true(locks_out(ssh_with(DENY, ALLOW, OBSERVE, CONNTRACK), nothing, ENFORCE, KEEP));
	assert_true(locks_out(ssh_with(UNSET, DENY, OBSERVE, NONE), nothing, ENFORCE, KEEP));
	assert_false(locks_out(ssh_with(ALLOW, DENY, OBSERVE, CONNTRACK), nothing, ENFORCE, KEEP));
	assert_false(locks_out(ssh_with(DENY, ALLOW, ENFORCE, CONNTRACK), nothing, OBSERVE, KEEP));
	assert_true(locks_out(ssh_with(DENY, ALLOW, ENFORCE, NONE), nothing, KEEP, CONNTRACK));
	assert_false(locks_out(ssh_with(DENY, ALLOW, OBSERVE, NONE), nothing, KEEP, CONNTRACK));
	assert_false(locks_out(ssh_with(ALLOW, DENY, ENFORCE, NONE), nothing, KEEP, CONNTRACK));
	assert_false(locks_out(ssh_with(DENY, ALLOW, ENFORCE, CONNTRACK), nothing, KEEP, NONE));
}

static char folder[32];

static int make_folder(void **state)
{
	(void)state;
	strcat(folder, "/tmp/guard_test.XXXXXX");
	return !mkdtemp(folder);
}

static int remove_folder(void **state)
{
	char command[64];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void put_file(const char *name, const char *text)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
}

static void put_folder(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	mkdir(path, 0700);
}

/* A process with a socket. */
static void put_process(int pid, int parent, const char *command, const char *link)
{
	char name[64], text[128];

	snprintf(name, sizeof(name), "%d", pid);
	put_folder(name);
	snprintf(name, sizeof(name), "%d/stat", pid);
	snprintf(text, sizeof(text), "%d (%s) S %d 1 2 3\n", pid, command, parent);
	put_file(name, text);
	snprintf(name, sizeof(name), "%d/fd", pid);
	put_folder(name);
	snprintf(text, sizeof(text), "%s/%d/fd/5", folder, pid);
	unlink(text);
	assert_int_equal(symlink(link, text), 0);
}

static void assert_peer(const char *ssh, size_t index, const char *expected)
{
	char text[INET6_ADDRSTRLEN];
	struct session session;

	session_find(&session, folder, 300, ssh);
	assert_true(session.count > index);
	inet_ntop(session.list[index].peer.family, session.list[index].peer.bytes, text,
		  sizeof(text));
	assert_string_equal(text, expected);
}

static void assert_found(const char *ssh, int first, int second)
{
	struct session session;

	session_find(&session, folder, 300, ssh);
	assert_int_equal(session.count, (first >= 0) + (second >= 0));
	if (first >= 0)
		assert_int_equal(session.list[0].port, first);
	if (second >= 0)
		assert_int_equal(session.list[1].port, second);
}

#define TCP_LINE(local, peer, state, inode) \
	"   0: " local " " peer " " state \
	" 00000000:00000000 00:00000000 00000000     0        0 " inode \
	" 1 0000000000000000 100 0 0 10 0\n"

static const char heading[] = "  sl  local_address rem_address   st tx_queue rx_queue ...\n";

static void put_sockets(const char *tcp, const char *tcp6)
{
	char text[2048];

	put_folder("self");
	put_folder("self/net");
	snprintf(text, sizeof(text), "%s%s", heading, tcp);
	put_file("self/net/tcp", text);
	snprintf(text, sizeof(text), "%s%s", heading, tcp6);
	put_file("self/net/tcp6", text);
}

/* 203.0.113.1:22 is dialled by 203.0.113.2, and 22 is listened on. These are little-endian. */
#define ANY_V6		"00000000000000000000000000000000"
#define MAPPED_V6	"0000000000000000FFFF0000"
#define DOC_V6		"B80D01200000000000000000"

#define LISTEN_22	TCP_LINE("00000000:0016", "00000000:0000", "0A", "1")
#define INBOUND_22	TCP_LINE("017100CB:0016", "027100CB:C350", "01", "777")

static void test_ancestors(void **state)
{
	(void)state;
	put_process(300, 200, "portclassctl", "/dev/null");
	put_process(200, 100, "ba) S 9 (sh", "socket:[5]");
	put_process(100, 1, "sshd", "socket:[777]");
	put_process(1, 0, "init", "socket:[888]");
	put_sockets(LISTEN_22 INBOUND_22, "");
	assert_found(NULL, 22, -1);
	/* Also by a listener of IPv6, and as a connection of IPv6, of IPv4 in it or not. */
	put_sockets(INBOUND_22, TCP_LINE(ANY_V6 ":0016", ANY_V6 ":0000", "0A", "1"));
	assert_found(NULL, 22, -1);
	put_sockets(LISTEN_22, TCP_LINE(MAPPED_V6 "017100CB:0016", MAPPED_V6 "027100CB:C350",
					"01", "777"));
	assert_found(NULL, 22, -1);
	assert_peer(NULL, 0, "203.0.113.2");
	put_sockets(LISTEN_22, TCP_LINE(DOC_V6 "01000000:0016", DOC_V6 "02000000:C350",
					"01", "777"));
	assert_found(NULL, 22, -1);
	assert_peer(NULL, 0, "2001:db8::2");
	/* Of the first ancestor as of the last. */
	put_sockets(LISTEN_22 TCP_LINE("017100CB:0016", "027100CB:C350", "01", "888"), "");
	assert_found(NULL, 22, -1);
	put_sockets(LISTEN_22 TCP_LINE("017100CB:0016", "027100CB:C350", "01", "5"), "");
	assert_found(NULL, 22, -1);
}

static void test_other_sockets(void **state)
{
	(void)state;
	/* Dialled from here; somebody else's; not established; by the loopback device. */
	put_sockets(INBOUND_22, "");
	assert_found(NULL, -1, -1);
	put_sockets(LISTEN_22 TCP_LINE("017100CB:0016", "027100CB:C350", "01", "778"), "");
	assert_found(NULL, -1, -1);
	put_sockets(LISTEN_22 TCP_LINE("017100CB:0016", "027100CB:C350", "06", "777"), "");
	assert_found(NULL, -1, -1);
	put_sockets(LISTEN_22 TCP_LINE("0100007F:0016", "0100007F:C350", "01", "777"), "");
	assert_found(NULL, -1, -1);
	put_sockets("nonsense\n" TCP_LINE("0:0016", "0:C350", "01", "777"), "\n:::\n");
	assert_found(NULL, -1, -1);
	/* Nothing to read, and a loop. */
	put_sockets("", "");
	put_process(100, 300, "sshd", "socket:[777]");
	assert_found(NULL, -1, -1);
	put_process(100, 1, "sshd", "socket:[777]");
}

/* Each machine has 127.0.0.1, so here this is what was dialled from outside. */
static void test_ssh(void **state)
{
	(void)state;
	put_sockets("", "");
	assert_found("203.0.113.2 50000 127.0.0.1 22", 22, -1);
	assert_found("::ffff:203.0.113.2 50000 ::ffff:127.0.0.1 2222", 2222, -1);
	assert_found("fe80::1%eth0 50000 127.0.0.1 22", 22, -1);
	assert_found("203.0.113.2 50000 203.0.113.1 22", -1, -1);
	assert_found("127.0.0.1 50000 127.0.0.1 22", -1, -1);
	assert_found("203.0.113.2 50000 127.0.0.1 65536", -1, -1);
	assert_found("203.0.113.2 50000 127.0.0.1", -1, -1);
	assert_found("here 50000 there 22", -1, -1);
	assert_found("", -1, -1);
	put_sockets(LISTEN_22 INBOUND_22, "");
	assert_found("203.0.113.2 50000 127.0.0.1 22", 22, -1);
	assert_found("203.0.113.2 50000 127.0.0.1 2222", 2222, 22);
	assert_found("::ffff:203.0.113.2 50000 127.0.0.1 22", 22, -1);
	assert_found("203.0.113.3 50000 127.0.0.1 22", 22, 22);
	assert_peer("203.0.113.3 50000 127.0.0.1 22", 0, "203.0.113.3");
	assert_peer("203.0.113.3 50000 127.0.0.1 22", 1, "203.0.113.2");
	assert_peer("::ffff:203.0.113.4 50000 127.0.0.1 22", 0, "203.0.113.4");
	assert_peer("fe80::1%eth0 50000 127.0.0.1 22", 0, "fe80::1");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_sources),
		cmocka_unit_test(test_other_policies),
		cmocka_unit_test(test_switches),
		cmocka_unit_test(test_ancestors),
		cmocka_unit_test(test_other_sockets),
		cmocka_unit_test(test_ssh),
	};

	return cmocka_run_group_tests_name("guard", tests, make_folder, remove_folder);
}

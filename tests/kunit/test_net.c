// SPDX-License-Identifier: GPL-2.0
/* A device, addresses and sockets, set up as any program would. */
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/addrconf.h>
#include <net/netlink.h>
#include <net/sock.h>
#include <net/tcp.h>

#include "test_net.h"

#define DEVICE	"portclasstest"
#define SOCKETS	8

static struct net_device *device;
static bool loopback_was_down;
static struct socket *sockets[SOCKETS];

struct net_device *test_net_device(void)
{
	return device;
}

union nf_inet_addr test_net_address(u8 family, enum test_host host)
{
	union nf_inet_addr addr = {};

	if (family == NFPROTO_IPV4) {
		addr.ip = htonl(0xc0000200 + host);
	} else {
		addr.ip6[0] = htonl(0x20010db8);
		addr.ip6[3] = htonl(host);
	}
	return addr;
}

/* One rtnetlink request, and its answer. */
static int ask(struct sk_buff *request)
{
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	struct msghdr msg = { .msg_name = &kernel, .msg_namelen = sizeof(kernel) };
	struct kvec vec = { .iov_base = request->data, .iov_len = request->len };
	struct {
		struct nlmsghdr header;
		struct nlmsgerr error;
	} answer = {};
	struct socket *sock;
	int err;

	((struct nlmsghdr *)request->data)->nlmsg_len = request->len;
	err = sock_create_kern(&init_net, AF_NETLINK, SOCK_RAW, NETLINK_ROUTE, &sock);
	if (err)
		goto free;

	err = kernel_sendmsg(sock, &msg, &vec, 1, vec.iov_len);
	if (err < 0)
		goto close;
	vec.iov_base = &answer;
	vec.iov_len = sizeof(answer);
	err = kernel_recvmsg(sock, &msg, &vec, 1, sizeof(answer), MSG_DONTWAIT);
	if (err >= (int)sizeof(answer))
		err = answer.header.nlmsg_type == NLMSG_ERROR ? answer.error.error :
								-EBADMSG;
	else if (err >= 0)
		err = -EBADMSG;
close:
	sock_release(sock);
free:
	nlmsg_free(request);
	return err;
}

static struct sk_buff *request(int type, int flags, void **header, unsigned int len)
{
	struct sk_buff *skb = nlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	struct nlmsghdr *nlh;

	if (!skb)
		return NULL;
	nlh = nlmsg_put(skb, 0, 1, type, len, NLM_F_REQUEST | NLM_F_ACK | flags);
	*header = nlmsg_data(nlh);
	memset(*header, 0, len);
	return skb;
}

static int make_device(void)
{
	struct ifinfomsg *link;
	struct nlattr *info;
	struct sk_buff *skb;

	skb = request(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, (void **)&link,
		      sizeof(*link));
	if (!skb)
		return -ENOMEM;
	link->ifi_flags = IFF_UP;
	link->ifi_change = IFF_UP;
	nla_put_string(skb, IFLA_IFNAME, DEVICE);
	info = nla_nest_start(skb, IFLA_LINKINFO);
	nla_put_string(skb, IFLA_INFO_KIND, "dummy");
	nla_nest_end(skb, info);
	return ask(skb);
}

static int add_address(u8 family)
{
	union nf_inet_addr addr = test_net_address(family, TEST_US);
	unsigned int len = family == NFPROTO_IPV4 ? 4 : 16;
	struct ifaddrmsg *header;
	struct sk_buff *skb;

	skb = request(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, (void **)&header,
		      sizeof(*header));
	if (!skb)
		return -ENOMEM;
	header->ifa_family = family == NFPROTO_IPV4 ? AF_INET : AF_INET6;
	header->ifa_prefixlen = family == NFPROTO_IPV4 ? 24 : 64;
	header->ifa_flags = IFA_F_NODAD;
	header->ifa_index = device->ifindex;
	nla_put(skb, IFA_LOCAL, len, &addr);
	nla_put(skb, IFA_ADDRESS, len, &addr);
	return ask(skb);
}

static int set_loopback(bool up)
{
	struct net_device *lo = init_net.loopback_dev;
	int err;

	rtnl_lock();
	err = dev_change_flags(lo, up ? lo->flags | IFF_UP : lo->flags & ~IFF_UP, NULL);
	rtnl_unlock();
	return err;
}

int test_net_up(struct kunit_suite *suite)
{
	int err;

	err = make_device();
	if (err)
		return err;
	device = dev_get_by_name(&init_net, DEVICE);
	if (!device)
		return -ENODEV;
	dev_put(device);

	loopback_was_down = !(init_net.loopback_dev->flags & IFF_UP);
	if (loopback_was_down)
		err = set_loopback(true);
	return err ?: add_address(NFPROTO_IPV4) ?: add_address(NFPROTO_IPV6);
}

void test_net_down(struct kunit_suite *suite)
{
	struct ifinfomsg *link;
	struct sk_buff *skb;

	if (!device)
		return;
	skb = request(RTM_DELLINK, 0, (void **)&link, sizeof(*link));
	if (WARN_ON(!skb))
		return;
	link->ifi_index = device->ifindex;
	device = NULL;
	WARN_ON(ask(skb));
	if (loopback_was_down)
		WARN_ON(set_loopback(false));
}

/* Addresses of IPv4 are written the IPv6 way for sockets of IPv6. */
static int name_of(struct sockaddr_storage *name, int socket, u8 family,
		   enum test_host host, u16 port)
{
	union nf_inet_addr addr = test_net_address(family, host);
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)name;
	struct sockaddr_in *in = (struct sockaddr_in *)name;

	memset(name, 0, sizeof(*name));
	name->ss_family = socket;
	if (socket == AF_INET) {
		in->sin_port = htons(port);
		if (host)
			in->sin_addr = addr.in;
		return sizeof(*in);
	}
	in6->sin6_port = htons(port);
	if (host && family == NFPROTO_IPV6)
		in6->sin6_addr = addr.in6;
	else if (host)
		ipv6_addr_set_v4mapped(addr.ip, &in6->sin6_addr);
	return sizeof(*in6);
}

static void remember(struct kunit *test, struct socket *sock)
{
	unsigned int i;

	for (i = 0; i < SOCKETS && sockets[i]; i++)
		;
	if (i == SOCKETS)
		sock_release(sock);
	KUNIT_ASSERT_LT(test, i, SOCKETS);
	sockets[i] = sock;
}

struct socket *test_socket(struct kunit *test, int family, enum test_socket kind,
			   enum test_host host, u16 port)
{
	bool udp = kind == TEST_UDP;
	struct sockaddr_storage name;
	struct socket *sock;
	int err, len;

	err = sock_create_kern(&init_net, family, udp ? SOCK_DGRAM : SOCK_STREAM,
			       udp ? IPPROTO_UDP : IPPROTO_TCP, &sock);
	KUNIT_ASSERT_EQ(test, err, 0);
	remember(test, sock);
	sock_set_reuseaddr(sock->sk);
	if (!udp)
		sock_no_linger(sock->sk);

	len = name_of(&name, family, family == AF_INET ? NFPROTO_IPV4 : NFPROTO_IPV6,
		      host, port);
	err = kernel_bind(sock, (struct sockaddr *)&name, len);
	KUNIT_ASSERT_EQ(test, err, 0);
	if (kind == TEST_TCP_LISTENS)
		KUNIT_ASSERT_EQ(test, kernel_listen(sock, 8), 0);
	return sock;
}

static void dial(struct kunit *test, struct socket *sock, u8 family,
		 enum test_host host, u16 port, int flags)
{
	unsigned long end = jiffies + 5 * HZ;
	struct sockaddr_storage name;
	int err, len;

	len = name_of(&name, sock->sk->sk_family, family, host, port);
	do {
		err = kernel_connect(sock, (struct sockaddr *)&name, len, flags);
		if (err == -EINPROGRESS)
			err = 0;
		/* The route to an IPv6 address comes a moment after it. */
		if (err)
			schedule_timeout_uninterruptible(1);
	} while (err && time_before(jiffies, end));
	KUNIT_ASSERT_EQ(test, err, 0);
}

void test_socket_connect(struct kunit *test, struct socket *sock, u8 family,
			 enum test_host host, u16 port)
{
	dial(test, sock, family, host, port, 0);
}

void test_socket_dial(struct kunit *test, struct socket *sock, u8 family,
		      enum test_host host, u16 port)
{
	dial(test, sock, family, host, port, O_NONBLOCK);
}

struct socket *test_socket_accept(struct kunit *test, struct socket *sock)
{
	struct socket *accepted;
	int err;

	err = kernel_accept(sock, &accepted, 0);
	KUNIT_ASSERT_EQ(test, err, 0);
	remember(test, accepted);
	sock_no_linger(accepted->sk);
	return accepted;
}

void test_socket_close(struct kunit *test, struct socket *sock)
{
	unsigned int i;

	for (i = 0; i < SOCKETS; i++) {
		if (sockets[i] != sock)
			continue;
		sock_release(sock);
		sockets[i] = NULL;
	}
}

void test_sockets_close(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < SOCKETS; i++)
		if (sockets[i])
			test_socket_close(test, sockets[i]);
}

/* SPDX-License-Identifier: MIT
 *
 * What the kernel can do, tried in a child, in namespaces that go with it.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "file.h"
#include "net.h"

static int try_veth(struct net *a, struct net *b, struct err *err)
{
	static const uint8_t mac[] = {2, 0, 0, 0, 0, 1};

	return net_add_veth(a, "veth", mac, b, "veth", mac, err);
}

static int try_bridge(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return net_add_bridge(a, "bridge", err);
}

static int try_netem(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return net_impair(a, "lo", &(struct net_impairment){.delay_ns = 1000000}, err);
}

static int try_filter(struct net *net, const struct net_filter *filter, struct err *err)
{
	int id;

	return net_add_filter(net, filter, &id, err);
}

static int try_nft(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return try_filter(a, &(struct net_filter){.hook = NET_FILTER_FORWARD, .count = 1}, err);
}

static int try_nft_bridge(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return try_filter(a, &(struct net_filter){.hook = NET_FILTER_BRIDGE, .count = 1}, err);
}

static int try_nft_reject(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return try_filter(a,
			  &(struct net_filter){.hook = NET_FILTER_FORWARD,
					       .verdict = NET_FILTER_REJECT_ICMP,
					       .ip_version = 4,
					       .icmp_code = 1},
			  err);
}

static int try_nat(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return net_add_masquerade(a, "lo", err);
}

static int try_conntrack(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return net_flush_conntrack(a, err);
}

static int try_ipv6(struct net *a, struct net *b, struct err *err)
{
	(void)b;
	return net_add_address(a, "lo", "fd00::1", 128, err);
}

static const struct {
	size_t ability; /* offset in struct net_abilities */
	int (*attempt)(struct net *a, struct net *b, struct err *err);
	const char *name, *remedy;
} attempts[] = {
#define ABILITY(field) offsetof(struct net_abilities, field), try_##field, #field
	{ABILITY(veth), "needs CONFIG_VETH; as root: modprobe veth"},
	{ABILITY(bridge), "needs CONFIG_BRIDGE; as root: modprobe bridge"},
	{ABILITY(netem), "needs CONFIG_NET_SCH_NETEM; as root: modprobe sch_netem"},
	{ABILITY(nft), "needs CONFIG_NF_TABLES_INET and CONFIG_NFT_NUMGEN, and halfopen-nft"},
	{ABILITY(nft_bridge), "needs CONFIG_NF_TABLES_BRIDGE"},
	{ABILITY(nft_reject), "needs CONFIG_NFT_REJECT_INET"},
	{ABILITY(nat), "needs CONFIG_NFT_MASQ"},
	{ABILITY(conntrack), "needs CONFIG_NF_CT_NETLINK; as root: modprobe nf_conntrack_netlink"},
	{ABILITY(ipv6), "needs CONFIG_IPV6, not disabled at boot (ipv6.disable)"},
#undef ABILITY
};

/* A namespace to start from: the caller's own user's, or else a new user's, who is its root
 * (a program that is executed by anyone else loses the capabilities). */
static int enter_own(void)
{
	char map[2][32];
	int ret;

	snprintf(map[0], sizeof(map[0]), "0 %u 1", geteuid());
	snprintf(map[1], sizeof(map[1]), "0 %u 1", getegid());
	if (unshare(CLONE_NEWNET) == 0)
		return 0;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) < 0)
		return -errno;
	file_set(AT_FDCWD, "/proc/self/setgroups",
		 "deny"); /* where it is not needed, it is not there */
	ret = file_set(AT_FDCWD, "/proc/self/uid_map", map[0]);
	return ret ? ret : file_set(AT_FDCWD, "/proc/self/gid_map", map[1]);
}

static void note(struct net_abilities *abilities, const char *name, const struct err *err,
		 const char *remedy)
{
	if (!abilities->reason[0])
		snprintf(abilities->reason, sizeof(abilities->reason), "%s: %.100s (%.130s)", name,
			 err->text, remedy);
}

/* In the child. */
static void try_all(struct net_abilities *abilities)
{
	struct net *a = NULL, *b = NULL;
	struct err err = {0};
	int ret = enter_own();

	if (ret)
		err_sys(&err, ret, "cannot create a network namespace");
	else if (!(ret = net_new("probe", &a, &err)))
		ret = net_new("probe-peer", &b, &err);
	abilities->namespaces = !ret;
	if (ret)
		note(abilities, "namespaces", &err,
		     "be root, or set sysctl user.max_user_namespaces=1000, "
		     "kernel.unprivileged_userns_clone=1, or apparmor's restriction to 0");
	for (size_t i = 0; !ret && i < sizeof(attempts) / sizeof(attempts[0]); i++) {
		bool *ability = (bool *)((char *)abilities + attempts[i].ability);

		*ability = !attempts[i].attempt(a, b, &err);
		if (!*ability)
			note(abilities, attempts[i].name, &err, attempts[i].remedy);
	}
	net_free(a);
	net_free(b);
}

int net_probe(struct net_abilities *ret_abilities, struct err *err)
{
	struct net_abilities abilities = {0};
	int ends[2], status;
	ssize_t n;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return err_sys(err, errno, "probe: cannot make a pipe");
	pid = fork();
	if (pid < 0) {
		int ret = err_sys(err, errno, "probe: cannot fork");

		close(ends[0]);
		close(ends[1]);
		return ret;
	}
	if (pid == 0) {
		try_all(&abilities);
		n = write(ends[1], &abilities, sizeof(abilities));
		_exit(n == sizeof(abilities) ? 0 : 1);
	}
	close(ends[1]);
	do {
		n = read(ends[0], &abilities, sizeof(abilities));
	} while (n < 0 && errno == EINTR);
	close(ends[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n != sizeof(abilities))
		return err_set(err, EIO, "probe: the child died");
	*ret_abilities = abilities;
	return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * What netem's files share: the namespace and its rtnetlink socket. Not for users of netem.
 *
 * A request is one libnl-3 message that is sent and answered within two system calls: no
 * libnl socket (it peeks, so it receives twice, and turns errno into codes of its own), no
 * libnl-route objects and caches (every page that they touch is paid for at each boot).
 */
#ifndef HALFOPEN_NETEM_NET_H
#define HALFOPEN_NETEM_NET_H

#include <netlink/attr.h>
#include <netlink/msg.h>

#include "netem.h"

struct net {
	int ns;      /* the namespace */
	int rtnl;    /* NETLINK_ROUTE, opened inside */
	int filters; /* ever added; numbers them */
	char name[32];
	struct {
		char name[16];
		int index;
	} link[8];     /* that were asked for last */
	int next_link; /* which of them is forgotten first */
};

/* The link of that name goes, or is another one from now on. */
void link_forget(struct net *net, const char *name);

/* Like net_enter(), but *ret_back tells net_return() where the process was. No system call
 * when it is there already. */
int net_visit(const struct net *net, int *ret_back, struct err *err);
int net_return(int back, struct err *err);

/* A file as NET's namespace shows it; the process is where it was again. -errno: ERR calls it WHAT.
 */
int net_open_file(const struct net *net, const char *path, int flags, const char *what,
		  struct err *err);

/* A netlink socket in the namespace that the process is in, or -errno; and one in NET's. */
int netlink_open(int protocol);
int netlink_open_in(const struct net *net, int protocol, struct err *err);

/* A request with its fixed HEADER (ifinfomsg, ...). NULL: no memory. It has room for a page of
 * attributes, much more than anything here puts in, so the nla_put()s are not checked. */
struct nl_msg *netlink_message(int type, int flags, const void *header, size_t size);

/* Sends MESSAGE (NULL: -ENOMEM) and frees it; takes the kernel's answer. On failure ERR is
 * "NET: WHAT...: the kernel's reason". *ret_answer (may be NULL) gets the first SIZE bytes of
 * the answer's payload. */
int netlink_request(int fd, struct nl_msg *message, void *ret_answer, size_t size,
		    const struct net *net, struct err *err, const char *what, ...)
	__attribute__((format(printf, 7, 8)));

/* The same for a request of which each answer is for TAKE, until the kernel says that it was the
 * last. */
int netlink_dump(int fd, struct nl_msg *message, void (*take)(void *arg, struct nlmsghdr *answer),
		 void *arg, const struct net *net, struct err *err, const char *what);

/* The link's header, as it is now. */
struct ifinfomsg;
int link_get(struct net *net, const char *name, struct ifinfomsg *ret_link, struct err *err);

struct address {
	int family, size;
	uint8_t bytes[16];
};
/* -EINVAL: TEXT is no IPv4 or IPv6 address. */
int address_parse(const char *text, struct address *ret_address, struct err *err);

#endif

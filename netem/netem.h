/* SPDX-License-Identifier: MIT
 *
 * netem: hosts and networks out of network namespaces, over netlink.
 *
 * A namespace is a descriptor; it lives as long as someone holds it or runs in it, so a
 * process that is killed leaves nothing. A `struct net` is a namespace with the netlink
 * socket that was opened inside it: every function that takes one acts in that namespace,
 * whatever namespace the caller is in. Interfaces are named within their namespace.
 *
 * Knows nothing of cases. Functions return 0 or -errno with the story in ERR. Where the
 * kernel lacks a feature they return -EOPNOTSUPP and ERR names it.
 */
#ifndef HALFOPEN_NETEM_H
#define HALFOPEN_NETEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct net; /* opaque: descriptor, rtnetlink socket, name for messages */

/* A new, empty network namespace, its `lo` up, IPv6 duplicate address detection, router
 * solicitations and automatic link-local addresses off for links to come (sysctl
 * net.ipv6.conf.default).
 * (A router that is to find IPv6 neighbours by itself wants a link-local address,
 * net_add_address(): its solicitations for what it forwards come from no other.) The caller's own
 * namespace is unchanged after the call. Needs CAP_SYS_ADMIN. */
int net_new(const char *name, struct net **ret_net, struct err *err);
/* The namespace that the process started in, made ready in the same way: for a host that has a
 * kernel of its own. Its links are there already: net_set_quiet() for each, before it is set up. */
int net_here(const char *name, struct net **ret_net, struct err *err);
/* IPv6 on LINK as net_new() sets it for links to come. Without IPv6 there is nothing to do. */
int net_set_quiet(struct net *net, const char *link, struct err *err);
void net_free(struct net *net);    /* NULL is fine; the namespace goes when its last user does */
int net_fd(const struct net *net); /* for setns(2); owned by the net */

/* Enters the namespace (setns(2)); net_leave() goes back to where the process started.
 * For opening sockets inside. */
int net_enter(struct net *net, struct err *err);
int net_leave(struct err *err);

/* A veth pair (drivers/net/veth.c), one end in each namespace, both down. MACs: 6 bytes. */
int net_add_veth(struct net *a, const char *name_a, const uint8_t *mac_a, struct net *b,
		 const char *name_b, const uint8_t *mac_b, struct err *err);
/* A bridge without spanning tree and multicast snooping, up at once, forwarding at once. */
int net_add_bridge(struct net *net, const char *name, struct err *err);
int net_set_bridge(struct net *net, const char *port, const char *bridge, struct err *err);
int net_delete_link(struct net *net, const char *name, struct err *err);
int net_set_link(struct net *net, const char *name, bool up, struct err *err);
/* Waits until the link has carrier and the kernel has acted on it: attached its queue, opened its
 * bridge port. A work queue does that, some time after both ends were set up; what is sent before
 * is lost on the host itself. -ETIMEDOUT after 10 s. */
int net_wait_carrier(struct net *net, const char *name, struct err *err);
int net_set_mtu(struct net *net, const char *name, int mtu, struct err *err);
int net_set_mac(struct net *net, const char *name, const uint8_t *mac, struct err *err);
/* The interface's index (> 0), or -errno. */
int net_link_index(struct net *net, const char *name, struct err *err);

/* ADDRESS as text, IPv4 or IPv6 by its form; usable at once (IFA_F_NODAD). */
int net_add_address(struct net *net, const char *name, const char *address, int prefix,
		    struct err *err);
/* Waits until ADDRESS is the host's own, for its packets too: an IPv6 address becomes that in a
 * work queue. -ETIMEDOUT after 10 s. */
int net_wait_address(struct net *net, const char *address, struct err *err);
int net_delete_address(struct net *net, const char *name, const char *address, int prefix,
		       struct err *err);
/* One that comes and goes beside the first, as VRRP's virtual address: what the host begins itself
 * has the first as its source. */
int net_add_second_address(struct net *net, const char *name, const char *address, struct err *err);
int net_delete_second_address(struct net *net, const char *name, const char *address,
			      struct err *err);
/* Tells all on NAME's segment that ADDRESS is there: gratuitous ARP (RFC 5227, 2.3: a request for
 * it with itself as its sender), in IPv6 an unsolicited neighbour advertisement that overrides
 * (RFC 4861, 7.2.6). Whoever knows the address takes the MAC; who does not learns nothing. */
int net_announce(struct net *net, const char *name, const char *address, struct err *err);
/* A default route via GATEWAY. */
int net_add_default_route(struct net *net, const char *gateway, struct err *err);
int net_delete_default_route(struct net *net, const char *gateway, struct err *err);
/* That the way to TO, a neighbour on NAME, takes IP packets of at most MTU bytes: larger ones are
 * fragmented, or refused with that number (ip_dst_mtu_maybe_forward()). */
int net_add_route_mtu(struct net *net, const char *name, const char *to, int mtu, struct err *err);
/* A permanent neighbour entry (ARP, or IPv6 ND). */
int net_add_neighbour(struct net *net, const char *name, const char *address, const uint8_t *mac,
		      struct err *err);

/* tc-netem(8) as the interface's root qdisc; replaces what netem was there. A zero field is
 * off. Percentages 0..100. SEED makes random choices repeatable where the kernel can
 * (TCA_NETEM_PRNG_SEED, 6.7); 0: the kernel's own. */
struct net_impairment {
	int64_t delay_ns, jitter_ns;
	double loss, duplicate, reorder, corrupt;
	int64_t rate;  /* bit/s */
	int64_t limit; /* packets; 0: 1000 */
	uint64_t seed;
};
int net_impair(struct net *net, const char *name, const struct net_impairment *impairment,
	       struct err *err);
int net_unimpair(struct net *net, const char *name, struct err *err);

/* Bands (sch_prio) in place of one netem: what leaves through NAME is impaired by who sent it. Band
 * 0 is for all whom net_sort() did not give another, 1..COUNT-1. At most 16. */
int net_add_bands(struct net *net, const char *name, int count, struct err *err);
int net_impair_band(struct net *net, const char *name, int band,
		    const struct net_impairment *impairment, struct err *err);
/* What is forwarded by a bridge from its port IN, or if that is NULL, comes from the IP address
 * FROM, and leaves through OUT, is of BAND. */
int net_sort(struct net *net, const char *in, const char *from, const char *out, int band,
	     struct err *err);

/* Filters, through libnftables, in a table of their own ("halfopen"). `where` bridge: in a
 * namespace whose bridge forwards (family bridge, hook forward; input and output interfaces
 * are bridge ports); forward: in a router (family inet, hook forward). */
enum net_filter_hook { NET_FILTER_BRIDGE, NET_FILTER_FORWARD };
enum net_filter_verdict { NET_FILTER_DROP, NET_FILTER_REJECT_ICMP, NET_FILTER_REJECT_RST };
struct net_filter {
	enum net_filter_hook hook;
	enum net_filter_verdict verdict;
	const char *in, *out;  /* interface names; NULL: any */
	int ip_version;        /* of packets meant: 4, 6; 0: any, ARP included (bridge only) */
	int flags_mask, flags; /* TCP: (flags & mask) == flags; mask 0: any packet */
	int ecn; /* TCP, with ip_version: any of 1 << the IP header's field; 0: any packet */
	struct net_option {   /* TCP whose option says FROM..TO */
		bool asked;   /* false: any packet */
		int from, to; /* -1: without that option */
	} mss, scale;
	int64_t longer_than;          /* bytes of IP packet; 0: any */
	int port, from_port, to_port; /* TCP: either one, source, destination; 0: any */
	/* Of those that match all of this only these, from 1; NULL: each. Not beside count. */
	const struct net_nth {
		int64_t from, to;
	} * which;
	int which_count;
	int64_t count; /* only the next so many that match (nft quota cannot: see the
			  implementation); 0: all */
	int icmp_code; /* NET_FILTER_REJECT_ICMP: code of destination unreachable (IPv4
			  type 3, IPv6 type 1), any number that fits the protocol */
};
/* Adds one filter; *ret_id (> 0) names it for net_delete_filter(). */
int net_add_filter(struct net *net, const struct net_filter *filter, int *ret_id, struct err *err);
int net_delete_filter(struct net *net, int id, struct err *err);
/* From here on the filter lets pass what goes from IN to OUT (NULL: any). */
int net_except_filter(struct net *net, int id, const char *in, const char *out, struct err *err);
/* Source NAT (masquerade) of what leaves through OUT. */
int net_add_masquerade(struct net *net, const char *out, struct err *err);
/* Destination NAT: each new connection to TO goes to the next of BACKENDS in turn, the first one
 * first; to none: it is this host's own matter. NUMBER: which of such; what it was before is no
 * more. Connections that are known stay where they are. Addresses of TO's IP version. */
struct net_endpoint {
	const char *address;
	int port;
};
int net_set_backends(struct net *net, int number, struct net_endpoint to,
		     const struct net_endpoint *backend, int count, struct err *err);
/* The same by IPVS, in turn (rr) and with masquerading, for an address that the namespace has: it
 * knows a connection by itself, not by conntrack. A server that is removed stays that of the
 * connections which it has. -EOPNOTSUPP: the kernel has no IPVS, or not for us. */
int net_add_balancer(struct net *net, struct net_endpoint to, struct err *err);
int net_add_server(struct net *net, struct net_endpoint to, struct net_endpoint server,
		   struct err *err);
int net_remove_server(struct net *net, struct net_endpoint to, struct net_endpoint server,
		      struct err *err);
enum net_refusal { NET_REFUSE_DROP, NET_REFUSE_RST, NET_REFUSE_ICMP };
/* A firewall that knows connections: a TCP segment that belongs to none, and begins none, is
 * dropped, or refused with a RST or an error of ICMP (administratively prohibited) to its sender;
 * so is one for the router itself, where addresses are translated. How long a connection is known:
 * net.netfilter.nf_conntrack_tcp_timeout_established, which is there from here on. */
int net_add_firewall(struct net *net, enum net_refusal refusal, struct err *err);
/* A SYN proxy (nft_synproxy.c): it answers each SYN itself, and connects to whom it is for when the
 * sender has acknowledged that. */
int net_add_syn_proxy(struct net *net, struct err *err);
/* Filters are set by a helper program, halfopen-nft. PATH (not copied) says where it is; NULL or
 * never called: beside the running program, or else where it is installed. */
void net_set_nft_helper(const char *path);
/* Forgets all tracked connections (ctnetlink IPCTNL_MSG_CT_DELETE without a tuple). */
int net_flush_conntrack(struct net *net, struct err *err);
struct net_tuple { /* who sends to whom; addresses in the network's order, of IPv4 four bytes */
	uint8_t src[16], dst[16];
	int sport, dport;
};
struct net_tracked {
	struct net_tuple original, reply; /* as the first packet had it; as answers have it */
	int state;                        /* enum tcp_conntrack */
	bool replied, assured;
	uint32_t left_s; /* until it is forgotten, if no packet comes; whole seconds of it */
};
/* Tells TAKE each connection of TCP of that family that NET tracks, in no order. -EOPNOTSUPP: the
 * kernel has no ctnetlink. */
int net_dump_conntrack(struct net *net, int family,
		       void (*take)(void *arg, const struct net_tracked *tracked), void *arg,
		       struct err *err);
/* What NET's tracking has counted, of all processors, by CTA_STATS_*; 0: it has no such. The same.
 */
#define NET_CONNTRACK_STATS 32
int net_conntrack_stats(struct net *net, uint64_t ret[NET_CONNTRACK_STATS], struct err *err);
/* The same of IPVS: what answers come from is the server, and whether there were any it does not
 * say. -EOPNOTSUPP: the kernel has none. */
int net_dump_balancer(struct net *net, int family,
		      void (*take)(void *arg, const struct net_tracked *tracked), void *arg,
		      struct err *err);
/* What it has counted: IPVS_STATS_ATTR_CONNS and the four after it. */
#define NET_BALANCER_STATS 5
int net_balancer_stats(struct net *net, uint64_t ret[NET_BALANCER_STATS], struct err *err);

/* /proc/sys of the namespace, NAME with dots ("net.ipv4.tcp_retries2"; dots inside interface
 * names as '/'). -ENOENT: the kernel has no such sysctl. VALUE without a newline. */
int net_set_sysctl(struct net *net, const char *name, const char *value, struct err *err);
int net_get_sysctl(struct net *net, const char *name, char *value, size_t size, struct err *err);

/* What this kernel can do, found by trying it in namespaces of the probe's own. */
struct net_abilities {
	bool namespaces; /* may create them at all */
	bool veth, bridge, netem, nft, nft_bridge, nft_reject, nat, conntrack, ipv6;
	char reason[256]; /* of the first thing that is missing, and how to get it */
};
int net_probe(struct net_abilities *ret_abilities, struct err *err);

#endif

/* SPDX-License-Identifier: MIT
 *
 * Filters. Each is a base chain of its own with one rule, in the table "halfopen" of its
 * family, so that it comes and goes without regard to the others. Its number says which
 * family it is in: odd ones filter in a bridge, even ones in a router.
 */
#include <ctype.h>
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net.h"
#include "nft.h"
#include "text.h"

static const char *family_of(int id)
{
	return id % 2 ? "bridge" : "inet";
}

/* A name that nft takes as it is, between quotes: without wildcard, escape, quote. */
static int check_interface(const char *name, struct err *err)
{
	size_t size = name ? strlen(name) : 1;

	if (!size || size >= IFNAMSIZ)
		return err_set(err, EINVAL, "filter: \"%s\" is not the name of an interface", name);
	for (; name && *name; name++)
		if (!isgraph((unsigned char)*name) || strchr("*\\\"", *name))
			return err_set(err, EINVAL, "filter: '%c' in the name of an interface",
				       *name);
	return 0;
}

/* The rule counts with numgen, which gives 0, 1, 2, ... to the packets that come that far
 * (nft_numgen.c); it starts again after this many. */
static const int64_t count_max = UINT32_MAX - 1;

static int check_option(const struct net_option *option, int most, struct err *err)
{
	bool is_none = option->from == -1 && option->to == -1;

	if (!option->asked || is_none ||
	    (option->from >= 0 && option->from <= option->to && option->to <= most))
		return 0;
	return err_set(err, EINVAL, "filter: an option of %d..%d", option->from, option->to);
}

static int check_filter(const struct net_filter *f, struct err *err)
{
	int ret = check_interface(f->in, err);

	if (!ret)
		ret = check_interface(f->out, err);
	if (!ret)
		ret = check_option(&f->mss, 65535, err);
	if (!ret)
		ret = check_option(&f->scale, 255, err);
	if (ret)
		return ret;
	if (f->ip_version != 0 && f->ip_version != 4 && f->ip_version != 6)
		return err_set(err, EINVAL, "filter: IP version %d", f->ip_version);
	if (f->ecn < 0 || f->ecn > 15 || (f->ecn && !f->ip_version))
		return err_set(err, EINVAL, "filter: ECN needs an IP version and some of 4 bits");
	if (f->count < 0 || f->count > count_max)
		return err_set(err, EINVAL, "filter: count %lld is not within 0..%lld",
			       (long long)f->count, (long long)count_max);
	if (f->which_count && f->count)
		return err_set(err, EINVAL, "filter: both which and how many");
	if (f->longer_than < 0 || f->longer_than > UINT32_MAX)
		return err_set(err, EINVAL, "filter: length %lld", (long long)f->longer_than);
	if (f->verdict == NET_FILTER_DROP)
		return 0;
	if (f->hook == NET_FILTER_BRIDGE)
		return err_set(err, EINVAL, "filter: a bridge only drops, it cannot reject");
	if (f->verdict == NET_FILTER_REJECT_ICMP &&
	    (!f->ip_version || f->icmp_code < 0 || f->icmp_code > 255))
		return err_set(err, EINVAL,
			       "filter: a reject needs an IP version and an ICMP code "
			       "within 0..255");
	return 0;
}

/* What asks for a value asks for the option too: without it the rule ends (nft_exthdr.c,
 * nft_exthdr_tcp_eval()). */
static void add_option(struct text *text, const char *name, const char *value,
		       const struct net_option *option)
{
	if (option->asked && option->from < 0)
		text_add(text, " tcp option %s missing", name);
	else if (option->asked && option->from == option->to)
		text_add(text, " tcp option %s %s %d", name, value, option->from);
	else if (option->asked)
		text_add(text, " tcp option %s %s %d-%d", name, value, option->from, option->to);
}

static void add_matches(struct text *text, const struct net_filter *f)
{
	if (f->in)
		text_add(text, " iifname \"%s\"", f->in);
	if (f->out)
		text_add(text, " oifname \"%s\"", f->out);
	if (f->ip_version)
		text_add(text, " meta protocol %s", f->ip_version == 4 ? "ip" : "ip6");
	if (f->flags_mask || f->ecn || f->mss.asked || f->scale.asked ||
	    f->verdict == NET_FILTER_REJECT_RST)
		text_add(text, " meta l4proto tcp");
	if (f->flags_mask)
		text_add(text, " tcp flags & %d == %d", f->flags_mask, f->flags);
	for (int field = 0, more = 0; field < 4 && f->ecn; field++)
		if (f->ecn & 1 << field)
			text_add(text, "%s%d",
				 more++               ? ", "
				 : f->ip_version == 4 ? " ip ecn { "
						      : " ip6 ecn { ",
				 field);
	if (f->ecn)
		text_put(text, " }");
	add_option(text, "maxseg", "size", &f->mss);
	add_option(text, "window", "count", &f->scale);
	/* At these hooks a packet begins with its IP header. */
	if (f->longer_than)
		text_add(text, " meta protocol != arp meta length > %lld",
			 (long long)f->longer_than);
	if (f->from_port)
		text_add(text, " tcp sport %d", f->from_port);
	if (f->to_port)
		text_add(text, " tcp dport %d", f->to_port);
	if (f->count) /* the last match: counts what all others let through */
		text_add(text, " numgen inc mod %lld < %lld", (long long)count_max + 1,
			 (long long)f->count);
}

static void add_verdict(struct text *text, const struct net_filter *f)
{
	switch (f->verdict) {
	case NET_FILTER_DROP:
		text_add(text, " drop");
		break;
	case NET_FILTER_REJECT_ICMP:
		text_add(text, " reject with %s %d", f->ip_version == 4 ? "icmp" : "icmpv6",
			 f->icmp_code);
		break;
	case NET_FILTER_REJECT_RST:
		text_add(text, " reject with tcp reset");
		break;
	}
}

/* The kernel's answer to an expression or a family that it does not have. */
static int explain(int ret, const char *what, struct err *err)
{
	return ret == -ENOENT || ret == -EOPNOTSUPP
		       ? err_add(err, EOPNOTSUPP, "the kernel has no %s in nf_tables", what)
		       : ret;
}

int net_add_filter(struct net *net, const struct net_filter *filter, int *ret_id, struct err *err)
{
	AUTO_TEXT struct text text = {0};
	int id = 2 * (net->filters + 1) + (filter->hook == NET_FILTER_BRIDGE);
	const char *family = family_of(id);
	int ret = check_filter(filter, err);

	if (ret)
		return ret;
	text_add(&text, "add table %s halfopen; ", family);
	/* "filter" is -200 in a bridge, before br_netfilter. That takes each IP packet out of the
	 * hook and puts it back in behind all chains of priority 0 (br_nf_hook_thresh(), seen in
	 * 6.1), so that none of ours would see it. */
	text_add(&text, "add chain %s halfopen f%d { type filter hook forward priority filter; }; ",
		 family, id);
	/* Who has it at neither end is not meant: for that the chain is over. Sets of two,
	 * since nft makes one comparison of both ports of two single ones, which is another. */
	if (filter->port)
		text_add(
			&text,
			"add rule %s halfopen f%d meta l4proto != tcp accept; add rule %s halfopen "
			"f%d tcp sport != { 0, %d } tcp dport != { 0, %d } accept; ",
			family, id, family, id, filter->port, filter->port);
	if (filter->which_count) {
		/* A packet's number goes with it to the rules that ask for it. */
		text_add(&text, "add rule %s halfopen f%d", family, id);
		add_matches(&text, filter);
		text_add(&text, " meta mark set numgen inc mod %lld offset 1; ",
			 (long long)count_max);
	}
	for (int i = 0; i < filter->which_count || i == 0; i++) {
		text_add(&text, "add rule %s halfopen f%d", family, id);
		add_matches(&text, filter);
		if (filter->which_count)
			text_add(&text, " meta mark >= %lld meta mark <= %lld",
				 (long long)filter->which[i].from, (long long)filter->which[i].to);
		add_verdict(&text, filter);
		text_put(&text, "; ");
	}
	ret = nft_run(net, text_string(&text), err);
	if (ret)
		return explain(ret, "such filter", err);
	net->filters++;
	*ret_id = id;
	return 0;
}

int net_delete_filter(struct net *net, int id, struct err *err)
{
	AUTO_TEXT struct text text = {0};

	text_add(&text, "delete chain %s halfopen f%d", family_of(id), id);
	return nft_run(net, text_string(&text), err);
}

int net_except_filter(struct net *net, int id, const char *in, const char *out, struct err *err)
{
	const struct net_filter except = {.in = in, .out = out};
	AUTO_TEXT struct text text = {0};
	int ret = check_filter(&except, err);

	if (ret)
		return ret;
	text_add(&text, "insert rule %s halfopen f%d", family_of(id), id);
	add_matches(&text, &except);
	text_add(&text, " accept");
	return nft_run(net, text.bytes, err);
}

int net_sort(struct net *net, const char *in, const char *from, const char *out, int band,
	     struct err *err)
{
	AUTO_TEXT struct text text = {0};
	int ret = check_interface(in, err);

	if (!ret)
		ret = check_interface(out, err);
	if (ret)
		return ret;
	text_add(&text, "add table bridge halfopen; add chain bridge halfopen bands "
			"{ type filter hook forward priority -210; }; ");
	text_add(&text, "add rule bridge halfopen bands oifname \"%s\" ", out);
	if (in)
		text_add(&text, "iifname \"%s\"", in);
	else
		text_add(&text, "%s saddr %s", strchr(from, ':') ? "ip6" : "ip", from);
	/* sch_prio takes the band from there when the major number is its own (prio_classify). */
	text_add(&text, " meta priority set 1:%x", (unsigned)band + 1);
	return explain(nft_run(net, text.bytes, err), "such rule", err);
}

int net_add_masquerade(struct net *net, const char *out, struct err *err)
{
	AUTO_TEXT struct text text = {0};
	int ret = check_interface(out, err);

	if (ret)
		return ret;
	text_add(&text, "add table inet halfopen; add chain inet halfopen nat "
			"{ type nat hook postrouting priority 100; }; ");
	text_add(&text, "add rule inet halfopen nat oifname \"%s\" masquerade", out);
	return explain(nft_run(net, text_string(&text), err), "address translation", err);
}

int net_set_backends(struct net *net, int number, struct net_endpoint to,
		     const struct net_endpoint *backend, int count, struct err *err)
{
	const char *ip = strchr(to.address, ':') ? "ip6" : "ip";
	AUTO_TEXT struct text text = {0};

	text_add(&text,
		 "add table inet halfopen; add chain inet halfopen backends%d "
		 "{ type nat hook prerouting priority -100; }; ",
		 number);
	text_add(&text, "flush chain inet halfopen backends%d; ", number);
	if (count)
		text_add(&text,
			 "add rule inet halfopen backends%d %s daddr %s tcp dport %d dnat %s to "
			 "numgen inc mod %d map { ",
			 number, ip, to.address, to.port, ip, count);
	for (int i = 0; i < count; i++)
		text_add(&text, "%s%d : %s . %d", i ? ", " : "", i, backend[i].address,
			 backend[i].port);
	/* Without a rule that asks for it the kernel tracks no connection, and translates nothing
	 * of those that it knew (nf_ct_netns_put()). */
	text_add(&text, "%sadd rule inet halfopen backends%d ct state new accept",
		 count ? " }; " : "", number);
	return explain(nft_run(net, text_string(&text), err), "address translation", err);
}

int net_add_firewall(struct net *net, enum net_refusal refusal, struct err *err)
{
	static const char *const verdict[] = {
		[NET_REFUSE_DROP] = "drop",
		[NET_REFUSE_RST] = "reject with tcp reset",
		[NET_REFUSE_ICMP] = "reject with icmpx admin-prohibited"};
	static const char *const hooks[] = {"forward", "input"};
	AUTO_TEXT struct text text = {0};

	text_add(&text, "add table inet halfopen; ");
	for (size_t i = 0; i < sizeof(hooks) / sizeof(*hooks); i++)
		/* A new connection that does not begin with a SYN is one that was forgotten:
		 * conntrack takes such up from the middle (nf_conntrack_proto_tcp.c, tcp_new(),
		 * tcp_loose). */
		text_add(
			&text,
			"add chain inet halfopen firewall-%s { type filter hook %s priority 10; }; "
			"add rule inet halfopen firewall-%s meta l4proto tcp ct state "
			"invalid,untracked,new tcp flags & (fin|syn|rst|ack) != syn %s; ",
			hooks[i], hooks[i], hooks[i], verdict[refusal]);
	return explain(nft_run(net, text_string(&text), err), "connection tracking", err);
}

int net_add_syn_proxy(struct net *net, struct err *err)
{
	/* Conntrack does not see the SYN, and takes up nothing from the middle: so what completes
	 * the handshake is invalid, and the proxy's (nf_synproxy_core.c). */
	int ret = nft_run(
		net,
		"add table inet halfopen; "
		"add chain inet halfopen syn-raw { type filter hook prerouting priority raw; }; "
		"add rule inet halfopen syn-raw tcp flags & (fin|syn|rst|ack) == syn notrack; "
		"add chain inet halfopen syn-proxy { type filter hook forward priority filter; }; "
		"add rule inet halfopen syn-proxy meta l4proto tcp ct state invalid,untracked "
		"synproxy mss 1460 wscale 7 timestamp sack-perm; "
		"add rule inet halfopen syn-proxy meta l4proto tcp ct state invalid drop",
		err);

	if (!ret)
		ret = net_set_sysctl(net, "net.netfilter.nf_conntrack_tcp_loose", "0", err);
	return explain(ret, "SYN proxy", err);
}

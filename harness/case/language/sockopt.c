/* SPDX-License-Identifier: MIT
 *
 * The socket options that setsockopt knows: those that change how a connection dies.
 */
#include <limits.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "decode.h"
#include "duration.h"
#include "value.h"

const struct option option_table[] = {
	{"SO_KEEPALIVE", SOL_SOCKET, SO_KEEPALIVE, 0, 0, OPTION_SWITCH,
	 "probe a peer that has been silent"},
	{"TCP_KEEPIDLE", IPPROTO_TCP, TCP_KEEPIDLE, 0, 0, OPTION_SECONDS,
	 "silence before the first probe"},
	{"TCP_KEEPINTVL", IPPROTO_TCP, TCP_KEEPINTVL, 0, 0, OPTION_SECONDS, "time between probes"},
	{"TCP_KEEPCNT", IPPROTO_TCP, TCP_KEEPCNT, 0, 0, OPTION_NUMBER, "probes before giving up"},
	{"TCP_USER_TIMEOUT", IPPROTO_TCP, TCP_USER_TIMEOUT, 0, 0, OPTION_MILLISECONDS,
	 "how long sent data may stay unacknowledged"},
	{"SO_LINGER", SOL_SOCKET, SO_LINGER, 0, 0, OPTION_LINGER,
	 "what close() does with unsent data"},
	{"TCP_LINGER2", IPPROTO_TCP, TCP_LINGER2, 0, 0, OPTION_SECONDS, "how long FIN_WAIT2 lasts"},
	{"TCP_NODELAY", IPPROTO_TCP, TCP_NODELAY, 0, 0, OPTION_SWITCH, "no Nagle algorithm"},
	{"TCP_CORK", IPPROTO_TCP, TCP_CORK, 0, 0, OPTION_SWITCH, "full segments only"},
	{"TCP_QUICKACK", IPPROTO_TCP, TCP_QUICKACK, 0, 0, OPTION_SWITCH,
	 "no delayed ACKs, for now"},
	{"TCP_SYNCNT", IPPROTO_TCP, TCP_SYNCNT, 0, 0, OPTION_NUMBER,
	 "SYN retransmissions of connect"},
	{"TCP_DEFER_ACCEPT", IPPROTO_TCP, TCP_DEFER_ACCEPT, 0, 0, OPTION_SECONDS,
	 "accept only once data came"},
	{"TCP_MAXSEG", IPPROTO_TCP, TCP_MAXSEG, 0, 0, OPTION_NUMBER, "largest segment, in bytes"},
	{"TCP_THIN_LINEAR_TIMEOUTS", IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS, 0, 0, OPTION_SWITCH,
	 "no exponential backoff for thin streams"},
	{"SO_SNDBUF", SOL_SOCKET, SO_SNDBUF, 0, 0, OPTION_SIZE,
	 "send buffer (the kernel doubles it)"},
	{"SO_RCVBUF", SOL_SOCKET, SO_RCVBUF, 0, 0, OPTION_SIZE,
	 "receive buffer (the kernel doubles it)"},
	{"SO_RCVTIMEO", SOL_SOCKET, SO_RCVTIMEO, 0, 0, OPTION_TIMEVAL, "how long recv blocks"},
	{"SO_SNDTIMEO", SOL_SOCKET, SO_SNDTIMEO, 0, 0, OPTION_TIMEVAL,
	 "how long send and connect block"},
	{"SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 0, 0, OPTION_SWITCH,
	 "bind although TIME_WAIT sockets have the port"},
	{"SO_REUSEPORT", SOL_SOCKET, SO_REUSEPORT, 0, 0, OPTION_SWITCH,
	 "several sockets listen on one port, and share its connections by their hash"},
	{"TCP_FASTOPEN", IPPROTO_TCP, TCP_FASTOPEN, 0, 0, OPTION_NUMBER,
	 "a listening socket takes data with a SYN: so many such connections at once"},
	{"TCP_FASTOPEN_CONNECT", IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 0, 0, OPTION_SWITCH,
	 "connect() returns, and the first data goes with the SYN, if there is a cookie"},
	{"IP_RECVERR", IPPROTO_IP, IP_RECVERR, IPPROTO_IPV6, IPV6_RECVERR, OPTION_SWITCH,
	 "ICMP errors at once, not only when all else failed"},
};
const int option_count = sizeof(option_table) / sizeof(*option_table);

const char *option_looks(const struct option *option)
{
	switch (option->unit) {
	case OPTION_SWITCH:
		return "0 or 1";
	case OPTION_NUMBER:
		return "a number";
	case OPTION_SECONDS:
		return "a time in whole seconds (10s)";
	case OPTION_MILLISECONDS:
		return "a time in whole milliseconds (500ms, 30s)";
	case OPTION_SIZE:
		return "a size in bytes (4K)";
	case OPTION_TIMEVAL:
		return "a time (500ms, 5s)";
	case OPTION_LINGER:
		return "a time (5s), off, or {on: 1, time: 5s}";
	}
	return "";
}

static bool decode_time(struct decoder *d, const struct node *node, int64_t unit, int64_t *ret)
{
	static const struct field field = {.type = TYPE_DURATION, .size = sizeof(int64_t)};
	char text[32];
	int64_t ns;

	/* As setsockopt() has it: in the option's own unit. */
	if (node->kind == NODE_SCALAR && strcmp(node->text, "0") != 0 && *node->text &&
	    node->text[strspn(node->text, "0123456789")] == '\0') {
		diag_help(d->diags,
			  node_error(d->diags, node, "'%.40s' has no unit of time", node->text),
			  "did you mean %.40s%s?", node->text, unit == 1000000 ? "ms" : "s");
		return false;
	}
	if (!field_decode(d, &field, node, &ns))
		return false;
	if (ns % unit) {
		diag_help(d->diags,
			  node_error(d->diags, node, "%s is no whole number of %s", node->text,
				     unit == NSEC_PER_SEC ? "seconds" : "milliseconds"),
			  "the kernel takes %s here: the next one is %s",
			  unit == NSEC_PER_SEC ? "seconds" : "milliseconds",
			  duration_format(ns + unit - ns % unit, text, sizeof(text)));
		return false;
	}
	*ret = ns / unit;
	return true;
}

struct linger_args {
	bool on;
	int64_t time_ns;
};

static const struct field linger_fields[] = {
	{"on", TYPE_BOOL, TO(struct linger_args, on), .help = "whether close() lingers"},
	{"time", TYPE_DURATION, TO(struct linger_args, time_ns),
	 .help = "for how long; 0: close() sends a RST"},
};
static const struct form linger_form = {.name = "SO_LINGER", FIELDS(linger_fields)};

static bool decode_linger(struct decoder *d, const struct node *node, struct peer_option *option)
{
	struct linger_args args = {.on = true};
	int64_t seconds = 0;

	if (node->kind == NODE_MAP) {
		const struct node *time = node_get(node, "time");
		int before = d->diags->errors;

		form_decode(d, &linger_form, node, &args);
		if (d->diags->errors > before ||
		    (time && !decode_time(d, time, NSEC_PER_SEC, &seconds)))
			return false;
	} else if (node->kind == NODE_SCALAR && strcmp(node->text, "off") == 0) {
		args.on = false;
	} else if (!decode_time(d, node, NSEC_PER_SEC, &seconds)) {
		return false;
	}
	option->value = args.on;
	option->value2 = (int32_t)seconds;
	option->size = sizeof(struct linger);
	return true;
}

static bool decode_value(struct decoder *d, const struct option *entry, const struct node *node,
			 struct peer_option *option)
{
	static const struct field types[] = {
		[OPTION_SWITCH] = {.type = TYPE_BOOL, .size = sizeof(int64_t)},
		[OPTION_NUMBER] = {.type = TYPE_NUMBER, .size = sizeof(int64_t), .max = INT_MAX},
		[OPTION_SIZE] = {.type = TYPE_SIZE, .size = sizeof(int64_t), .max = INT_MAX},
	};
	int64_t value = 0;

	switch (entry->unit) {
	case OPTION_SWITCH:
	case OPTION_NUMBER:
	case OPTION_SIZE:
		if (!field_decode(d, &types[entry->unit], node, &value))
			return false;
		break;
	case OPTION_SECONDS:
		if (!decode_time(d, node, NSEC_PER_SEC, &value))
			return false;
		break;
	case OPTION_MILLISECONDS:
		if (!decode_time(d, node, NSEC_PER_SEC / 1000, &value))
			return false;
		break;
	case OPTION_TIMEVAL: /* seconds and microseconds; the peer makes a struct timeval of it */
		if (!decode_time(d, node, 1000, &value))
			return false;
		option->value2 = (int32_t)(value % 1000000);
		option->value = (int32_t)(value / 1000000);
		option->size = sizeof(struct timeval);
		return true;
	case OPTION_LINGER:
		return decode_linger(d, node, option);
	}
	option->value = (int32_t)value;
	option->size = sizeof(int32_t);
	return true;
}

static const struct option *find_option(struct decoder *d, const struct node *key)
{
	struct known known;

	known_init(&known, key->text);
	for (int i = 0; i < option_count; i++) {
		if (strcmp(option_table[i].name, key->text) == 0)
			return &option_table[i];
		known_add(&known, option_table[i].name);
	}
	known_help(d->diags,
		   diag_error(d->diags, key->span, "unknown socket option '%.60s'", key->text),
		   &known, "the options are");
	return NULL;
}

bool decode_options(struct decoder *d, const struct node *node, void *peer_step)
{
	struct peer_step *step = peer_step;
	bool good = true;

	if (!want_map(d, node, "a mapping of socket options"))
		return false;
	if (!node->count || node->count > PEER_OPTIONS) {
		node_error(d->diags, node, "a setsockopt step sets 1 to %d options, not %d",
			   PEER_OPTIONS, node->count);
		return false;
	}
	for (const struct node *value = node->child; value; value = value->next) {
		const struct option *entry = find_option(d, value->key);
		struct peer_option *option = &step->option[step->option_count];
		bool six = d->plan->ip_version == 6 && entry && entry->level6;

		if (!entry || !decode_value(d, entry, value, option)) {
			good = false;
			continue;
		}
		option->level = six ? entry->level6 : entry->level;
		option->name = six ? entry->number6 : entry->number;
		step->option_count++;
	}
	return good;
}

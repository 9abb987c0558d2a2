/* SPDX-License-Identifier: MIT */
#include "names.h"

#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EWOULDBLOCK_NAME "EWOULDBLOCK" /* the other name of EAGAIN */

const char *const packet_kind_name[KIND_COUNT] = {
	[KIND_SYN] = "syn",
	[KIND_SYN_ACK] = "syn-ack",
	[KIND_ACK] = "ack",
	[KIND_DATA] = "data",
	[KIND_FIN] = "fin",
	[KIND_RST] = "rst",
	[KIND_RETRANSMISSION] = "retransmission",
	[KIND_KEEPALIVE_PROBE] = "keepalive-probe",
	[KIND_KEEPALIVE_ACK] = "keepalive-ack",
	[KIND_WINDOW_PROBE] = "window-probe",
	[KIND_ZERO_WINDOW] = "zero-window",
	[KIND_DUPLICATE_ACK] = "duplicate-ack",
	[KIND_TCP] = "tcp",
	[KIND_ICMP] = "icmp",
	[KIND_ARP_REQUEST] = "arp-request",
	[KIND_ARP_REPLY] = "arp-reply",
	[KIND_OTHER] = "other",
};

const char *const tcp_state_name[13] = {
	"none",  "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",    "TIME_WAIT",
	"CLOSE", "CLOSE_WAIT",  "LAST_ACK", "LISTEN",   "CLOSING",   "NEW_SYN_RECV",
};

/* NEW_SYN_RECV is the kernel's own affair: sock_diag calls it SYN_RECV. */
const struct word state_words[] = {
	{"none", 1 << 0, "no such socket"},
	{"ESTABLISHED", 1 << TCP_ESTABLISHED, NULL},
	{"SYN_SENT", 1 << TCP_SYN_SENT, NULL},
	{"SYN_RECV", 1 << TCP_SYN_RECV, NULL},
	{"FIN_WAIT1", 1 << TCP_FIN_WAIT1, NULL},
	{"FIN_WAIT2", 1 << TCP_FIN_WAIT2, NULL},
	{"TIME_WAIT", 1 << TCP_TIME_WAIT, NULL},
	{"CLOSE", 1 << TCP_CLOSE, NULL},
	{"CLOSE_WAIT", 1 << TCP_CLOSE_WAIT, NULL},
	{"LAST_ACK", 1 << TCP_LAST_ACK, NULL},
	{"LISTEN", 1 << TCP_LISTEN, NULL},
	{"CLOSING", 1 << TCP_CLOSING, NULL},
	{NULL, 0, NULL},
};

const struct word kind_words[] = {
	{"syn", 1 << KIND_SYN, NULL},
	{"syn-ack", 1 << KIND_SYN_ACK, NULL},
	{"ack", 1 << KIND_ACK, "no data, SYN, FIN or RST, and no probe"},
	{"data", 1 << KIND_DATA, "a segment with payload, retransmitted or not"},
	{"fin", 1 << KIND_FIN, "a segment with the flag, retransmitted or not"},
	{"rst", 1 << KIND_RST, NULL},
	{"retransmission", 1 << KIND_RETRANSMISSION, NULL},
	{"keepalive-probe", 1 << KIND_KEEPALIVE_PROBE, NULL},
	{"keepalive-ack", 1 << KIND_KEEPALIVE_ACK, NULL},
	{"window-probe", 1 << KIND_WINDOW_PROBE, NULL},
	{"zero-window", 1 << KIND_ZERO_WINDOW, NULL},
	{"duplicate-ack", 1 << KIND_DUPLICATE_ACK, NULL},
	{"tcp", 1 << KIND_TCP, "any TCP segment"},
	{"icmp", 1 << KIND_ICMP, NULL},
	{"arp-request", 1 << KIND_ARP_REQUEST, "or IPv6's neighbour solicitation"},
	{"arp-reply", 1 << KIND_ARP_REPLY, "or IPv6's neighbour advertisement"},
	{"other", 1 << KIND_OTHER, "background: MLD, router solicitations"},
	{NULL, 0, NULL},
};

const struct word event_words[] = {
	{"in", POLLIN, NULL},       {"out", POLLOUT, NULL},
	{"err", POLLERR, NULL},     {"hup", POLLHUP, NULL},
	{"rdhup", POLLRDHUP, NULL}, {"pri", POLLPRI, NULL},
	{"nval", POLLNVAL, NULL},   {NULL, 0, NULL},
};

const struct word flag_words[] = {
	{"syn", TH_SYN, NULL}, {"ack", TH_ACK, NULL},  {"fin", TH_FIN, NULL},
	{"rst", TH_RST, NULL}, {"psh", TH_PUSH, NULL}, {NULL, 0, NULL},
};

const struct word timer_words[] = {
	{"none", 0, NULL},      {"retransmission", 1, NULL}, {"keepalive", 2, NULL},
	{"time-wait", 3, NULL}, {"probe", 4, "zero window"}, {NULL, 0, NULL},
};

const char *errno_by_number(int number)
{
	const char *name = strerrorname_np(number);

	return name && *name == 'E' ? name : NULL;
}

int errno_by_name(const char *name)
{
	if (strcmp(name, EWOULDBLOCK_NAME) == 0)
		name = "EAGAIN";
	for (int i = 1; i <= ERRNO_LAST; i++) {
		const char *known = errno_by_number(i);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return -1;
}

const char *signal_by_number(int number, char buf[16])
{
	const char *name = sigabbrev_np(number);

	if (!name)
		return NULL;
	snprintf(buf, 16, "SIG%s", name);
	return buf;
}

bool signal_meant(const char *text, char ret_name[16])
{
	char *end;
	long number = strtol(text, &end, 10);

	for (int i = 1; i <= SIGNAL_LAST; i++)
		if (signal_by_number(i, ret_name) &&
		    (*end ? strcasecmp(ret_name + 3, text) == 0 : number == i))
			return true;
	return false;
}

int signal_by_name(const char *name)
{
	char buf[16];

	for (int i = 1; i <= SIGNAL_LAST; i++) {
		const char *known = signal_by_number(i, buf);

		if (known && strcmp(known, name) == 0)
			return i;
	}
	return -1;
}

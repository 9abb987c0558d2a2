/* SPDX-License-Identifier: MIT */
#include "tcp_words.h"

#include <assert.h>
#include <netinet/tcp.h>
#include <stddef.h>

#include "text.h"

static_assert(TCP_FIN == TH_FIN && TCP_SYN == TH_SYN && TCP_RST == TH_RST && TCP_PSH == TH_PUSH &&
		      TCP_ACK == TH_ACK,
	      "flags are those of the header");
static_assert(TCP_CLOSING + 2 == TCP_STATES, "states are the kernel's");

/* By state. */
const struct word tcp_state_words[] = {
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

const char *tcp_state_name(int state)
{
	if (state == TCP_STATES - 1)
		return "NEW_SYN_RECV";
	return state >= 0 && state < TCP_STATES ? tcp_state_words[state].name : "?";
}

bool tcp_is_full(int state, uint32_t rqueue, uint32_t wqueue)
{
	return state == TCP_LISTEN && rqueue > wqueue;
}

const struct word tcp_timer_words[] = {
	{"none", TIMER_NONE, NULL},
	{"retransmission", TIMER_RETRANSMISSION, NULL},
	{"keepalive", TIMER_KEEPALIVE, NULL},
	{"time-wait", TIMER_TIME_WAIT, NULL},
	{"probe", TIMER_PROBE, "zero window"},
	{NULL, 0, NULL},
};

const char *tcp_timer_name(int timer)
{
	return word_name(tcp_timer_words, timer);
}

const struct word tcp_flag_words[] = {
	{"syn", TCP_SYN, NULL}, {"ack", TCP_ACK, NULL}, {"fin", TCP_FIN, NULL},
	{"rst", TCP_RST, NULL}, {"psh", TCP_PSH, NULL}, {"ece", TCP_ECE, NULL},
	{"cwr", TCP_CWR, NULL}, {NULL, 0, NULL},
};

const struct word tcp_ecn_words[] = {
	{"not-ect", 1 << 0, NULL}, {"ect1", 1 << 1, NULL}, {"ect0", 1 << 2, NULL},
	{"ce", 1 << 3, NULL},      {NULL, 0, NULL},
};

const char *tcp_flags_said(int flags, char buf[24])
{
	static const struct word said[] = {
		{"SYN", TCP_SYN, NULL}, {"FIN", TCP_FIN, NULL}, {"RST", TCP_RST, NULL},
		{"ACK", TCP_ACK, NULL}, {NULL, 0, NULL},
	};
	struct text text = text_over(buf, 24);

	for (const struct word *flag = said; flag->name; flag++)
		if (flags & flag->value) {
			text_separate(&text, " ");
			text_put(&text, flag->name);
		}
	return buf;
}

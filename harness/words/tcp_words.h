/* SPDX-License-Identifier: MIT
 *
 * tcp_words: TCP's states, timers and flags, as the kernel numbers them.
 */
#ifndef HALFOPEN_TCP_WORDS_H
#define HALFOPEN_TCP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "word.h"

/* include/net/tcp_states.h: TCP_ESTABLISHED is 1; 0 is ours: no such socket. NEW_SYN_RECV, the
 * last, is the kernel's own affair: sock_diag calls it SYN_RECV. */
#define TCP_STATES 13
const char *tcp_state_name(int state);
/* Of a socket that listens sock_diag tells in its queues how many wait for accept, and how many may
 * (net/ipv4/tcp_diag.c). There is no room when there are more (sk_acceptq_is_full()). */
bool tcp_is_full(int state, uint32_t rqueue, uint32_t wqueue);
extern const struct word tcp_state_words[]; /* 1 << TCP_ESTABLISHED ...; none: 1 << 0 */

/* inet_diag_msg.idiag_timer (net/ipv4/inet_diag.c) */
enum tcp_timer {
	TIMER_NONE,
	TIMER_RETRANSMISSION, /* or the loss probe, or the delayed reordering */
	TIMER_KEEPALIVE,      /* or SYN_SENT's, of old */
	TIMER_TIME_WAIT,
	TIMER_PROBE /* the other side's window is 0 */
};
const char *tcp_timer_name(int timer);
extern const struct word tcp_timer_words[]; /* enum tcp_timer */

/* Of the header (RFC 9293 3.1). Of <netinet/tcp.h> and <linux/tcp.h> only one can be had. */
enum tcp_flag {
	TCP_FIN = 1,
	TCP_SYN = 2,
	TCP_RST = 4,
	TCP_PSH = 8,
	TCP_ACK = 16,
	TCP_ECE = 64,
	TCP_CWR = 128
};
extern const struct word tcp_flag_words[]; /* as authors write them */
extern const struct word tcp_ecn_words[];  /* 1 << the field of the IP header (RFC 3168, 5) */
/* "SYN ACK": those that tell a segment from others. Returns BUF. */
const char *tcp_flags_said(int flags, char buf[24]);

#endif

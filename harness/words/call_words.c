/* SPDX-License-Identifier: MIT */
#include "call_words.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

const struct word call_words[] = {
	{"connect", CALL_CONNECT, NULL},
	{"listen", CALL_LISTEN, NULL},
	{"accept", CALL_ACCEPT, "what it returns is the connection's descriptor"},
	{"send", CALL_SEND, "or write, writev, sendmsg, sendfile"},
	{"recv", CALL_RECV, "or read, readv, recvmsg"},
	{"shutdown", CALL_SHUTDOWN, NULL},
	{"close", CALL_CLOSE, NULL},
	{"setsockopt", CALL_SETSOCKOPT, NULL},
	{"getsockopt", CALL_GETSOCKOPT, "of SO_ERROR"},
	{NULL, 0, NULL},
};

#define NAMED(level, option)                                                                       \
	{                                                                                          \
		level, option, #option                                                             \
	}

static const struct {
	int level, option;
	const char *name;
} options[] = {
	NAMED(SOL_SOCKET, SO_KEEPALIVE),
	NAMED(SOL_SOCKET, SO_LINGER),
	NAMED(SOL_SOCKET, SO_SNDBUF),
	NAMED(SOL_SOCKET, SO_RCVBUF),
	NAMED(SOL_SOCKET, SO_RCVTIMEO),
	NAMED(SOL_SOCKET, SO_SNDTIMEO),
	NAMED(SOL_SOCKET, SO_REUSEADDR),
	NAMED(SOL_SOCKET, SO_REUSEPORT),
	NAMED(SOL_SOCKET, SO_ERROR),
	NAMED(SOL_SOCKET, SO_OOBINLINE),
	NAMED(SOL_SOCKET, SO_PRIORITY),
	NAMED(SOL_SOCKET, SO_INCOMING_CPU),
	NAMED(IPPROTO_TCP, TCP_NODELAY),
	NAMED(IPPROTO_TCP, TCP_MAXSEG),
	NAMED(IPPROTO_TCP, TCP_CORK),
	NAMED(IPPROTO_TCP, TCP_KEEPIDLE),
	NAMED(IPPROTO_TCP, TCP_KEEPINTVL),
	NAMED(IPPROTO_TCP, TCP_KEEPCNT),
	NAMED(IPPROTO_TCP, TCP_SYNCNT),
	NAMED(IPPROTO_TCP, TCP_LINGER2),
	NAMED(IPPROTO_TCP, TCP_DEFER_ACCEPT),
	NAMED(IPPROTO_TCP, TCP_WINDOW_CLAMP),
	NAMED(IPPROTO_TCP, TCP_QUICKACK),
	NAMED(IPPROTO_TCP, TCP_CONGESTION),
	NAMED(IPPROTO_TCP, TCP_THIN_LINEAR_TIMEOUTS),
	NAMED(IPPROTO_TCP, TCP_USER_TIMEOUT),
	NAMED(IPPROTO_TCP, TCP_FASTOPEN),
	NAMED(IPPROTO_TCP, TCP_FASTOPEN_CONNECT),
	NAMED(IPPROTO_TCP, TCP_NOTSENT_LOWAT),
	NAMED(IPPROTO_IP, IP_TOS),
	NAMED(IPPROTO_IP, IP_RECVERR),
	NAMED(IPPROTO_IPV6, IPV6_V6ONLY),
	NAMED(IPPROTO_IPV6, IPV6_TCLASS),
	NAMED(IPPROTO_IPV6, IPV6_RECVERR),
};

const char *sockopt_name(int level, int option)
{
	for (size_t i = 0; i < sizeof(options) / sizeof(options[0]); i++)
		if (options[i].level == level && options[i].option == option)
			return options[i].name;
	return NULL;
}

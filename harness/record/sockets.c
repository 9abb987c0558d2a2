/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <linux/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "parts.h"
#include "raw.h"
#include "tcp_words.h"

static char *endpoint(struct pool *pool, int family, const uint8_t *address, int port)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, address, text, sizeof(text));
	return pool_printf(pool, family == AF_INET6 ? "[%s]:%d" : "%s:%d", text, port);
}

#define INFO(info, size, field)                                                                    \
	((size) >= offsetof(struct tcp_info, field) + sizeof((info)->field)                        \
		 ? (int64_t)(info)->field                                                          \
		 : -1)

static void socket_info(struct record_socket *socket, const uint8_t *bytes, size_t size)
{
	struct tcp_info info = {0};

	socket->rto_ns = socket->rtt_ns = socket->unacked = socket->backoff = -1;
	socket->probes = socket->total_retrans = socket->last_data_sent_ns = -1;
	socket->last_ack_recv_ns = socket->snd_cwnd = -1;
	socket->bytes_acked = socket->bytes_received = -1;
	if (size == 0)
		return;
	/* Kernels add to its end: what this one does not give stays -1. */
	memcpy(&info, bytes, size < sizeof(info) ? size : sizeof(info));
	socket->rto_ns = INFO(&info, size, tcpi_rto) * 1000;
	socket->rtt_ns = INFO(&info, size, tcpi_rtt) * 1000;
	socket->unacked = INFO(&info, size, tcpi_unacked);
	socket->backoff = INFO(&info, size, tcpi_backoff);
	socket->probes = INFO(&info, size, tcpi_probes);
	socket->total_retrans = INFO(&info, size, tcpi_total_retrans);
	socket->last_data_sent_ns = INFO(&info, size, tcpi_last_data_sent) * 1000000;
	socket->last_ack_recv_ns = INFO(&info, size, tcpi_last_ack_recv) * 1000000;
	socket->snd_cwnd = INFO(&info, size, tcpi_snd_cwnd);
	socket->bytes_acked = INFO(&info, size, tcpi_bytes_acked);
	socket->bytes_received = INFO(&info, size, tcpi_bytes_received);
}

void socket_decode(struct pool *pool, const uint8_t *payload, size_t size,
		   struct record_socket *socket)
{
	struct raw_socket raw;

	memcpy(&raw, payload, sizeof(raw));
	socket->state = raw.state < TCP_STATES ? raw.state : 0;
	socket->family = raw.family;
	socket->local = endpoint(pool, raw.family, raw.src, raw.sport);
	socket->remote = endpoint(pool, raw.family, raw.dst, raw.dport);
	socket->local_port = raw.sport;
	socket->remote_port = raw.dport;
	socket->timer = raw.timer;
	socket->expires_ns = (int64_t)raw.expires_ms * 1000000;
	socket->retrans = raw.retrans;
	socket->rqueue = (int)raw.rqueue;
	socket->wqueue = (int)raw.wqueue;
	socket->orphan = raw.inode == 0;
	socket->cookie = (uint64_t)raw.cookie[1] << 32 | raw.cookie[0];
	size -= sizeof(raw);
	socket_info(socket, payload + sizeof(raw), raw.info_size < size ? raw.info_size : size);
}

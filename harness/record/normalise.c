/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define EPHEMERAL_FIRST 32768 /* net.ipv4.ip_local_port_range */
#define MOST_PORTS      4096

struct ports {
	int seen[MOST_PORTS];
	int count;
};

/* The n-th ephemeral port that appears becomes 50000 + n. */
static int port_normalise(struct ports *ports, int port)
{
	if (port < EPHEMERAL_FIRST)
		return port;
	for (int i = 0; i < ports->count; i++)
		if (ports->seen[i] == port)
			return 50000 + i;
	if (ports->count == MOST_PORTS)
		return 50000 + MOST_PORTS;
	ports->seen[ports->count] = port;
	return 50000 + ports->count++;
}

static char *endpoint_normalise(struct pool *pool, const char *endpoint, int port)
{
	const char *colon = strrchr(endpoint, ':');
	int length = (int)(colon ? (size_t)(colon - endpoint) : strlen(endpoint));

	return pool_printf(pool, "%.*s:%d", length, endpoint, port);
}

static void packet_normalise(struct ports *ports, struct record_packet *packet)
{
	packet->seq = packet->ack = 0;
	packet->ip_id = packet->ts_value = packet->ts_echo = 0;
	packet->sport = port_normalise(ports, packet->sport);
	packet->dport = port_normalise(ports, packet->dport);
}

static void socket_normalise(struct pool *pool, struct ports *ports, struct record_socket *socket)
{
	socket->cookie = 0;
	socket->local_port = port_normalise(ports, socket->local_port);
	socket->remote_port = port_normalise(ports, socket->remote_port);
	socket->local = endpoint_normalise(pool, socket->local, socket->local_port);
	socket->remote = endpoint_normalise(pool, socket->remote, socket->remote_port);
}

static void call_normalise(struct pool *pool, struct ports *ports, struct record_call *call)
{
	const char *colon = strrchr(call->detail, ':');
	int port = colon ? atoi(colon + 1) : 0;

	call->thread = 0;
	if (port)
		call->detail = endpoint_normalise(pool, call->detail, port_normalise(ports, port));
}

static void conntrack_normalise(struct ports *ports, struct record_conntrack *conntrack)
{
	conntrack->sport = port_normalise(ports, conntrack->sport);
	conntrack->dport = port_normalise(ports, conntrack->dport);
	conntrack->reply_sport = port_normalise(ports, conntrack->reply_sport);
	conntrack->reply_dport = port_normalise(ports, conntrack->reply_dport);
}

/* The kernel lists sockets in the order of a hash that is random in each boot. */
static int by_place(const void *a, const void *b)
{
	const struct record_socket *x = a, *y = b;
	int order = strcmp(x->local, y->local);

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	if (x->host != y->host || x->sample != y->sample)
		return x->host != y->host ? x->host - y->host : x->sample - y->sample;
	if (order == 0)
		order = strcmp(x->remote, y->remote);
	return order ? order : x->state - y->state;
}

void record_normalise(struct record *record)
{
	struct ports ports = {0};

	record->real_ns = record->wall_ns = 0;
	record->frame_count = 0; /* they are full of sequence numbers and checksums */
	for (int i = 0; i < record->packet_count; i++)
		packet_normalise(&ports, &record->packet[i]);
	for (int i = 0; i < record->step_count; i++)
		record->step[i].local_port = port_normalise(&ports, record->step[i].local_port);
	for (int i = 0; i < record->program_count; i++)
		record->program[i].pid = 0;
	for (int i = 0; i < record->call_count; i++)
		call_normalise(record->memory, &ports, &record->call[i]);
	for (int i = 0; i < record->socket_count; i++)
		socket_normalise(record->memory, &ports, &record->socket[i]);
	for (int i = 0; i < record->conntrack_count; i++)
		conntrack_normalise(&ports, &record->conntrack[i]);
	conntrack_sort(record);
	if (record->socket_count)
		qsort(record->socket, (size_t)record->socket_count, sizeof(*record->socket),
		      by_place);
}

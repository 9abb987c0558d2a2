/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pool.h"
#include "record.h"

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

	return pool_printf(pool, "%.*s:%d", (int)(colon - endpoint), endpoint, port);
}

static void packet_normalise(struct pool *pool, struct ports *ports, struct record_packet *packet)
{
	packet->seq = packet->ack = 0;
	packet->sport = port_normalise(ports, packet->sport);
	packet->dport = port_normalise(ports, packet->dport);
	/* An ICMP error's note has the ports that it quotes. */
	if (packet->note && strncmp(packet->note, "quotes ", 7) == 0)
		packet->note = pool_strdup(pool, "quotes a segment");
}

void record_normalise(struct record *record)
{
	struct ports ports = {0};

	record->real_ns = record->wall_ns = 0;
	record->frame_count = 0;
	for (int i = 0; i < record->packet_count; i++)
		packet_normalise(record->memory, &ports, &record->packet[i]);
	for (int i = 0; i < record->step_count; i++)
		record->step[i].local_port = port_normalise(&ports, record->step[i].local_port);
	for (int i = 0; i < record->program_count; i++)
		record->program[i].pid = 0;
	for (int i = 0; i < record->socket_count; i++) {
		struct record_socket *socket = &record->socket[i];

		socket->cookie = 0;
		socket->local_port = port_normalise(&ports, socket->local_port);
		socket->remote_port = port_normalise(&ports, socket->remote_port);
		socket->local =
		    endpoint_normalise(record->memory, socket->local, socket->local_port);
		socket->remote =
		    endpoint_normalise(record->memory, socket->remote, socket->remote_port);
	}
}

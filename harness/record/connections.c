/* SPDX-License-Identifier: MIT */
#include "connections.h"

void connections_find(const struct record *record, struct connections *ret)
{
	ret->count = 0;
	for (int i = 0; i < record->packet_count && ret->count < CONNECTIONS_MOST; i++) {
		const struct record_packet *packet = &record->packet[i];

		/* They begin in the order of their numbers. */
		if (packet->connection == ret->count + 1)
			ret->first[ret->count++] = packet;
	}
}

int connections_of_packet(const struct connections *connections, const struct record_packet *packet)
{
	bool known = packet->connection > 0 && packet->connection <= connections->count;

	return known && connections->count > 1 ? (int)packet->connection : 0;
}

/* A router that translates changes addresses; the ports stay as they are. */
static bool is_end(const struct record_packet *first, const struct record_socket *socket)
{
	if (first->from == socket->host && first->sport == socket->local_port)
		return first->dport == socket->remote_port;
	return first->to == socket->host && first->dport == socket->local_port &&
	       first->sport == socket->remote_port;
}

int connections_of_socket(const struct connections *connections, const struct record_socket *socket)
{
	int number = 0;

	if (connections->count < 2 || !socket->remote_port)
		return 0;
	/* Of those that there were between these ports one after the other, the last. */
	for (int i = 0; i < connections->count; i++) {
		const struct record_packet *first = connections->first[i];

		if (is_end(first, socket) && (!number || first->sent_ns <= socket->t_ns))
			number = i + 1;
	}
	return number;
}

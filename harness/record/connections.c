/* SPDX-License-Identifier: MIT */
#include "connections.h"

void connections_find(const struct record *record, struct connections *ret)
{
	*ret = (struct connections){0};
	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];
		int64_t number = packet->connection;

		/* They begin in the order of their numbers. */
		if (number == ret->count + 1 && ret->count < CONNECTIONS_MOST)
			ret->first[ret->count++] = packet;
		else if (number > 0 && number <= ret->count && !ret->answer[number - 1] &&
			 packet->from != ret->first[number - 1]->from)
			ret->answer[number - 1] = packet;
	}
}

int connections_of_packet(const struct connections *connections, const struct record_packet *packet)
{
	bool known = packet->connection > 0 && packet->connection <= connections->count;

	return known && connections->count > 1 ? (int)packet->connection : 0;
}

static bool has_sent(const struct record_packet *packet, const struct record_socket *socket)
{
	return packet && packet->from == socket->host && packet->sport == socket->local_port &&
	       packet->dport == socket->remote_port;
}

/* A router that translates changes addresses, and the port of a VIP. */
static bool is_end(const struct connections *connections, int i, const struct record_socket *socket)
{
	const struct record_packet *first = connections->first[i];

	return has_sent(first, socket) || has_sent(connections->answer[i], socket) ||
	       (first->to == socket->host && first->dport == socket->local_port &&
		first->sport == socket->remote_port);
}

int connections_of_socket(const struct connections *connections, const struct record_socket *socket)
{
	int number = 0;

	if (connections->count < 2 || !socket->remote_port)
		return 0;
	/* Of those that there were between these ports one after the other, the last. */
	for (int i = 0; i < connections->count; i++) {
		const struct record_packet *first = connections->first[i];

		if (is_end(connections, i, socket) && (!number || first->sent_ns <= socket->t_ns))
			number = i + 1;
	}
	return number;
}

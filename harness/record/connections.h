/* SPDX-License-Identifier: MIT
 *
 * connections: the TCP connections that a record's packets say they are of, and which one a socket
 * belongs to. Where there is more than one, pictures tell them apart.
 */
#ifndef HALFOPEN_CONNECTIONS_H
#define HALFOPEN_CONNECTIONS_H

#include "record.h"

#define CONNECTIONS_MOST 99 /* those that begin after so many are not told apart */

struct connections {
	/* Of each the first packet that was seen; number N is at N - 1. */
	const struct record_packet *first[CONNECTIONS_MOST];
	/* And the first of the other side; NULL: none. */
	const struct record_packet *answer[CONNECTIONS_MOST];
	int count;
};

void connections_find(const struct record *record, struct connections *ret_connections);

/* The number of a connection, if it is one of several; else 0. */
int connections_of_packet(const struct connections *connections,
			  const struct record_packet *packet);
int connections_of_socket(const struct connections *connections,
			  const struct record_socket *socket);

#endif

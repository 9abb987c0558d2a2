/* SPDX-License-Identifier: MIT
 *
 * A SYN proxy answers a client's SYN with a number of its own. What the server then sends it
 * renumbers, and what acknowledges that (net/netfilter/nf_conntrack_seqadj.c): so one connection
 * has two numberings, the client's and the server's, each on its side of the router. Both begin
 * with a SYN-ACK.
 */
#include <string.h>

#include "addresses.h"
#include "list.h"
#include "parts.h"
#include "tcp_words.h"

struct numbering { /* of a connection: where the answers to its SYN begin, on either side */
	char server[INET6_ADDRSTRLEN];
	uint16_t server_port, client_port; /* the client's address may be translated */
	bool by_proxy, by_server;          /* known */
	uint32_t proxy_isn, server_isn;
};

static struct numbering *numbering_of(struct renumbering *renumbering, const char *server,
				      uint16_t server_port, uint16_t client_port)
{
	for (int i = 0; i < renumbering->numbering_count; i++) {
		struct numbering *numbering = &renumbering->numbering[i];

		if (numbering->server_port == server_port &&
		    numbering->client_port == client_port && strcmp(numbering->server, server) == 0)
			return numbering;
	}
	return NULL;
}

static void note_answer(struct renumbering *renumbering, const struct decoded *packet, bool behind)
{
	struct numbering *numbering = numbering_of(renumbering, packet->src, packet->sport,
						   packet->dport);

	if (!numbering) {
		numbering = LIST_ADD(renumbering->pool, renumbering, numbering);
		memcpy(numbering->server, packet->src, sizeof(numbering->server));
		numbering->server_port = packet->sport;
		numbering->client_port = packet->dport;
	}
	if (behind) {
		numbering->by_server = true;
		numbering->server_isn = packet->seq;
	} else {
		/* The same ports again: what the server begins with is not known yet. */
		numbering->by_server = numbering->by_server && numbering->by_proxy &&
				       numbering->proxy_isn == packet->seq;
		numbering->by_proxy = true;
		numbering->proxy_isn = packet->seq;
	}
}

static bool is_host(const struct plan *plan, const char *address, int host)
{
	return strcmp(plan_host_address(plan, host), address) == 0;
}

void renumber(struct renumbering *renumbering, const struct plan *plan,
	      const struct record_frame *frame, struct decoded *packet)
{
	int host = frame->host >= 0 ? frame->host : -1 - frame->host;
	struct numbering *numbering;
	bool answers;

	if (packet->protocol != PACKET_TCP || host >= plan->host_count)
		return;
	if ((packet->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK))
		note_answer(renumbering, packet, is_host(plan, packet->src, host));
	if (!is_host(plan, packet->src, host) && !is_host(plan, packet->dst, host))
		return;
	numbering = numbering_of(renumbering, packet->src, packet->sport, packet->dport);
	answers = numbering;
	if (!numbering)
		numbering = numbering_of(renumbering, packet->dst, packet->dport, packet->sport);
	if (!numbering)
		return;
	if (!is_host(plan, numbering->server, host)) {
		packet->for_proxy = !answers && !numbering->by_server;
		return;
	}
	if (!numbering->by_proxy || !numbering->by_server)
		return;
	if (answers)
		packet->seq_shift = numbering->proxy_isn - numbering->server_isn;
	else if (packet->flags & TCP_ACK)
		packet->ack_shift = numbering->proxy_isn - numbering->server_isn;
	packet->seq += packet->seq_shift;
	packet->ack += packet->ack_shift;
}

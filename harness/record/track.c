/* SPDX-License-Identifier: MIT
 *
 * What each packet is depends on what its connection went through before: so this walks all
 * packets in time, each twice, when it is sent and when it arrives, and keeps for each side
 * of each connection what that side had sent and what it had been told.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "parts.h"
#include "ranges.h"
#include "strip_words.h"
#include "tcp_words.h"

struct side {
	char address[INET6_ADDRSTRLEN];
	uint16_t port;
	char vip[INET6_ADDRSTRLEN]; /* by which the other side knows it; "": its own */
	uint16_t vip_port;
	bool numbered; /* isn is known */
	uint32_t isn;
	uint32_t next; /* the highest sequence number sent, plus one */
	bool acked_known;
	uint32_t acked;      /* the highest acknowledgement that arrived here, with it */
	int scale;           /* offered in its SYN; -1: not */
	int64_t peer_window; /* as it last arrived here, in bytes; -1: not yet */
	bool acks;           /* it has sent an ACK, with: */
	uint32_t last_ack;
	int last_window;
	int keepalive_due; /* keepalive probes that arrived and were not answered */
	int probes;        /* probes sent in a row without an answer */
	struct ranges sent;
};

struct tracked {
	struct side side[2];
	int number; /* of the connection that is there now */
};

struct tracker {
	struct pool *pool;
	struct record *record;
	const struct plan *plan;
	const struct decoded *packets;
	struct tracked *connection;
	int connection_count;
	int numbers; /* that were given; those of new connections between old ports as well */
};

static bool is_side(const struct side *side, const char *address, uint16_t port)
{
	return (side->port == port && strcmp(side->address, address) == 0) ||
	       (side->vip_port == port && strcmp(side->vip, address) == 0);
}

static struct side side_new(const char *address, uint16_t port)
{
	struct side side = {.port = port, .scale = -1, .peer_window = -1};

	snprintf(side.address, sizeof(side.address), "%s", address);
	return side;
}

/* As good as new, in a connection of the same addresses. */
static struct side side_again(const struct side *side)
{
	struct side again = side_new(side->address, side->port);

	memcpy(again.vip, side->vip, sizeof(again.vip));
	again.vip_port = side->vip_port;
	return again;
}

/* Where a router translates, its outer address stands for the first host's: to the other side of
 * the connection it is that. */
static const char *untranslated(const struct plan *plan, const char *address)
{
	const struct plan_host *outer = &plan->host[plan->host_count - 1];

	if (!plan->nat)
		return address;
	return strcmp(address, outer->router4) == 0   ? plan->host[0].address4
	       : strcmp(address, outer->router6) == 0 ? plan->host[0].address6
						      : address;
}

static struct tracked *connection_between(struct tracker *tracker, const char *src, uint16_t sport,
					  const char *dst, uint16_t dport, int *ret_from)
{
	for (int i = tracker->connection_count - 1; i >= 0; i--)
		for (int from = 0; from < 2; from++)
			if (is_side(&tracker->connection[i].side[from], src, sport) &&
			    is_side(&tracker->connection[i].side[!from], dst, dport)) {
				*ret_from = from;
				return &tracker->connection[i];
			}
	return NULL;
}

/* SIDE was known by its VIP only, or by nothing. */
static void side_translate(struct side *side, const struct decoded *packet)
{
	memcpy(side->vip, packet->dst, sizeof(side->vip));
	side->vip_port = packet->dport;
	memcpy(side->address, packet->translated, sizeof(side->address));
	side->port = packet->translated_port;
}

/* The connection of a segment; *RET_FROM: which side sent it. What was sent to a VIP is of the
 * backend's, where it is known to whom the router sent it on; and else of the last one's that this
 * port of the client had to do with. */
static struct tracked *connection_find(struct tracker *tracker, const struct decoded *packet,
				       int *ret_from)
{
	const char *src = untranslated(tracker->plan, packet->src);
	const char *dst = untranslated(tracker->plan, packet->dst);
	bool is_translated = *packet->translated;
	struct tracked *connection = connection_between(
		tracker, src, packet->sport, is_translated ? packet->translated : dst,
		is_translated ? packet->translated_port : packet->dport, ret_from);

	if (connection)
		return connection;
	if (is_translated)
		connection = connection_between(tracker, src, packet->sport, dst, packet->dport,
						ret_from);
	/* With another backend, it is another connection. */
	if (!connection || *connection->side[!*ret_from].vip) {
		connection = LIST_ADD(tracker->pool, tracker, connection);
		connection->side[0] = side_new(src, packet->sport);
		connection->side[1] = side_new(dst, packet->dport);
		connection->number = ++tracker->numbers;
		*ret_from = 0;
	}
	if (is_translated)
		side_translate(&connection->side[!*ret_from], packet);
	return connection;
}

static bool is_probe(const struct side *side, const struct decoded *packet)
{
	/* net/ipv4/tcp_output.c, tcp_xmit_probe_skb(): one below what is next, and empty. */
	bool idle = side->acked_known && side->acked == side->next;

	if (!side->numbered || packet->flags & (TCP_SYN | TCP_FIN | TCP_RST) ||
	    packet->seq != side->next - 1)
		return false;
	/* Other stacks send one byte again that was acknowledged (RFC 9293, 3.8.4). */
	return packet->payload == 0 || (packet->payload == 1 && idle);
}

static void sent_syn(struct tracker *tracker, struct tracked *connection, int from,
		     const struct decoded *packet)
{
	struct side *side = &connection->side[from];

	if (side->numbered && side->isn == packet->seq)
		return;
	if (!(packet->flags & TCP_ACK)) { /* a new connection in an old one's place */
		struct side *other = &connection->side[!from];

		*other = side_again(other);
		if (side->numbered)
			connection->number = ++tracker->numbers;
	}
	*side = side_again(side);
	side->numbered = true;
	side->isn = packet->seq;
	side->next = packet->seq + 1;
	side->scale = tracker->plan->middlebox.strip & STRIP_WINDOW_SCALE ? -1 : packet->scale;
}

static void sent_probe(struct side *side, struct record_packet *record)
{
	bool closed = side->peer_window == 0;

	record->kinds |= 1u << (closed ? KIND_WINDOW_PROBE : KIND_KEEPALIVE_PROBE);
	record->attempt = ++side->probes;
}

static void sent_ack(struct side *side, const struct side *other, const struct decoded *packet,
		     struct record_packet *record)
{
	bool same = side->acks && side->last_ack == packet->ack;

	record->kinds |= 1u << KIND_ACK;
	if (same && side->keepalive_due > 0)
		record->kinds |= 1u << KIND_KEEPALIVE_ACK;
	else if (same && side->last_window == record->window && other->numbered &&
		 sequence_compare(other->next, packet->ack) > 0)
		record->kinds |= 1u << KIND_DUPLICATE_ACK;
}

static const char *reset_note(const struct plan *plan, const struct side *side,
			      const struct record_packet *record, const struct decoded *packet)
{
	if (record->from == PLACE_ROUTER)
		return plan->middlebox.idle_ns ? "RST: by the middlebox" : "RST: by the router";
	/* RFC 9293, 3.10.7.1: where there is no connection, a segment with ACK is answered with
	 * a RST that takes its number from there and has no ACK itself. So is in SYN_SENT and
	 * SYN_RECEIVED one that acknowledges what was never sent (3.10.7.3, 3.10.7.4). */
	if (!(packet->flags & TCP_ACK) && side->numbered &&
	    (sequence_compare(packet->seq, side->isn) <= 0 ||
	     sequence_compare(packet->seq, side->next) > 0))
		return "RST: answers an ACK that is out of its window";
	if (!(packet->flags & TCP_ACK))
		return "RST: no such connection here";
	if (!side->numbered)
		return "RST: nobody listens";
	return "RST: connection aborted";
}

/* What can be said of a segment by itself. */
static void describe_segment(struct record_packet *record, const struct decoded *packet)
{
	record->kinds |= 1u << KIND_TCP;
	if (packet->payload > 0)
		record->kinds |= 1u << KIND_DATA;
	if (packet->flags & TCP_FIN)
		record->kinds |= 1u << KIND_FIN;
	if (packet->flags & TCP_RST)
		record->kinds |= 1u << KIND_RST;
	else if (packet->flags & TCP_SYN)
		record->kinds |= 1u << (packet->flags & TCP_ACK ? KIND_SYN_ACK : KIND_SYN);
	else if (packet->window == 0)
		record->kinds |= 1u << KIND_ZERO_WINDOW;
}

static void describe_numbers(const struct side *side, const struct side *other,
			     struct record_packet *record, const struct decoded *packet)
{
	bool scaled = side->scale >= 0 && other->scale >= 0 && !(packet->flags & TCP_SYN);

	record->window = scaled ? packet->window << side->scale : packet->window;
	record->rel_seq = side->numbered ? (int64_t)(uint32_t)(packet->seq - side->isn) : -1;
	record->rel_ack = other->numbered && packet->flags & TCP_ACK
				  ? (int64_t)(uint32_t)(packet->ack - other->isn)
				  : -1;
}

/* What takes room in the sequence: data, SYN, FIN. */
static void sent_numbers(struct tracker *tracker, struct side *side, struct record_packet *record,
			 const struct decoded *packet)
{
	uint32_t end = packet->seq + (uint32_t)packet->payload + !!(packet->flags & TCP_FIN) +
		       !!(packet->flags & TCP_SYN);

	if (end == packet->seq || packet->flags & TCP_RST)
		return;
	/* A SYN proxy says what an end says as well, each for the first time. */
	if (!tracker->plan->middlebox.syn_proxy || record->from != PLACE_ROUTER)
		record->attempt = ranges_send(tracker->pool, &side->sent, packet->seq, end);
	if (record->attempt > 0)
		record->kinds |= 1u << KIND_RETRANSMISSION;
	if (!side->numbered || sequence_compare(end, side->next) > 0)
		side->next = end;
	if (!side->numbered) /* seen from its middle on: any number serves as the first */
		side->isn = packet->seq - 1;
	side->numbered = true;
}

static void sent_by_host(struct tracker *tracker, struct tracked *connection, int from,
			 struct record_packet *record, const struct decoded *packet)
{
	struct side *side = &connection->side[from], *other = &connection->side[!from];

	if (packet->flags & TCP_RST) {
		if (!record->note)
			record->note = pool_strdup(tracker->pool,
						   reset_note(tracker->plan, side, record, packet));
		describe_numbers(side, other, record, packet);
	} else if (packet->flags & TCP_SYN) {
		sent_syn(tracker, connection, from, packet);
		describe_numbers(side, other, record, packet);
		sent_numbers(tracker, side, record, packet);
	} else if (is_probe(side, packet)) {
		describe_numbers(side, other, record, packet);
		sent_probe(side, record);
	} else {
		describe_numbers(side, other, record, packet);
		if (packet->payload == 0 && !(packet->flags & TCP_FIN))
			sent_ack(side, other, packet, record);
		sent_numbers(tracker, side, record, packet);
	}
	if (packet->flags & TCP_ACK) {
		side->acks = true;
		side->last_ack = packet->ack;
		side->last_window = record->window;
	}
	side->keepalive_due = 0;
}

/* What is selectively acknowledged is numbered by the OTHER side. */
static void describe_options(struct tracker *tracker, const struct side *other,
			     struct record_packet *record, const struct decoded *packet)
{
	char said[256];
	struct text text = text_over(said, sizeof(said));

	tcp_options_say(&text, packet->options, packet->option_size, other->numbered, other->isn);
	if (*said)
		record->options = pool_strdup(tracker->pool, said);
	record->ts_value = packet->ts_value;
	record->ts_echo = packet->ts_echo;
}

static void sent(struct tracker *tracker, struct record_packet *record,
		 const struct decoded *packet)
{
	int from;
	struct tracked *connection = connection_find(tracker, packet, &from);
	const struct side *side = &connection->side[from], *other = &connection->side[!from];

	describe_segment(record, packet);
	describe_options(tracker, other, record, packet);
	if (record->made_on_way) /* nobody's doing: no retransmission, no probe */
		describe_numbers(side, other, record, packet);
	else
		sent_by_host(tracker, connection, from, record, packet);
	record->connection = connection->number;
}

static void arrived(struct tracker *tracker, const struct record_packet *record,
		    const struct decoded *packet)
{
	int from;
	struct tracked *connection = connection_find(tracker, packet, &from);
	struct side *side = &connection->side[!from]; /* who gets it */

	if (record->made_on_way)
		return;
	if (record->kinds & 1u << KIND_KEEPALIVE_PROBE)
		side->keepalive_due++;
	if (!(packet->flags & TCP_ACK) || packet->flags & TCP_RST)
		return;
	side->peer_window = record->window;
	side->probes = 0;
	if (!side->acked_known || sequence_compare(packet->ack, side->acked) > 0)
		side->acked = packet->ack;
	side->acked_known = true;
}

static const char *place_name(const struct plan *plan, const char *address, int64_t t_ns)
{
	int place = place_then(plan, address, t_ns);

	return place >= 0              ? plan->host[place].name
	       : place == PLACE_ROUTER ? PLACE_ROUTER_NAME
				       : address;
}

/* Of which segment an ICMP error speaks: "quotes client > server seq 5", and of which connection.
 */
static char *quote_note(struct tracker *tracker, const struct decoded *packet, int64_t t_ns,
			int64_t *ret_connection)
{
	bool is_masked = packet->translated_port != 0; /* its sender is behind the router */
	const char *quoted_src = is_masked ? packet->translated : packet->quoted_src;
	uint16_t quoted_sport = is_masked ? packet->translated_port : packet->quoted_sport;
	const char *src = place_name(tracker->plan, quoted_src, t_ns);
	const char *dst = place_name(tracker->plan, packet->quoted_dst, t_ns);

	for (int i = tracker->connection_count - 1; i >= 0; i--)
		for (int from = 0; from < 2; from++) {
			const struct side *side = &tracker->connection[i].side[from];
			const struct side *other = &tracker->connection[i].side[!from];

			if (side->numbered &&
			    is_side(side, untranslated(tracker->plan, quoted_src), quoted_sport) &&
			    is_side(other, untranslated(tracker->plan, packet->quoted_dst),
				    packet->quoted_dport)) {
				*ret_connection = tracker->connection[i].number;
				return pool_printf(tracker->pool, "quotes %s > %s seq %u", src, dst,
						   packet->quoted_seq - side->isn);
			}
		}
	return pool_printf(tracker->pool, "quotes %s > %s", src, dst);
}

static void describe_other(struct tracker *tracker, struct record_packet *record,
			   const struct decoded *packet)
{
	if (packet->neighbour_request)
		record->kinds |= 1u << KIND_ARP_REQUEST;
	else if (packet->neighbour_reply)
		record->kinds |= 1u << KIND_ARP_REPLY;
	else if (packet->protocol == PACKET_ICMP || packet->quotes ||
		 (packet->protocol == PACKET_ICMP6 &&
		  (packet->icmp_type < 128 || packet->icmp_type == 128 ||
		   packet->icmp_type == 129)))
		record->kinds |= 1u << KIND_ICMP;
	else
		record->kinds |= 1u << KIND_OTHER;
	if (packet->quotes)
		record->note = quote_note(tracker, packet, record->sent_ns, &record->connection);
}

struct passing { /* of a packet */
	int64_t t_ns;
	int phase; /* 0: arrival of what was sent earlier, 1: sending, 2: arrival at once */
	int index;
};

static int by_moment(const void *a, const void *b)
{
	const struct passing *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	if (x->phase != y->phase)
		return x->phase - y->phase;
	return x->index - y->index;
}

static void fill(struct tracker *tracker, int index)
{
	struct record_packet *record = &tracker->record->packet[index];
	const struct decoded *packet = &tracker->packets[index];

	record->src = pool_strdup(tracker->pool, packet->src);
	record->dst = pool_strdup(tracker->pool, packet->dst);
	record->sport = packet->sport;
	record->dport = packet->dport;
	record->seq = packet->seq - packet->seq_shift;
	record->ack = packet->ack - packet->ack_shift;
	record->rel_seq = record->rel_ack = -1;
	record->flags = packet->flags;
	record->window = packet->window;
	record->payload = packet->payload;
	record->icmp_type = packet->icmp_type;
	record->icmp_code = packet->icmp_code;
	record->ttl = packet->ttl;
	record->ecn = packet->ecn;
	record->ip_id = packet->ip_id;
}

void track_connections(struct pool *pool, struct record *record, const struct plan *plan,
		       const struct decoded *packets)
{
	struct tracker tracker = {.pool = pool, .record = record, .plan = plan, .packets = packets};
	struct passing *moment = calloc(2 * (size_t)record->packet_count + 1, sizeof(*moment));
	int count = 0;

	if (!moment)
		abort(); /* as pool_alloc() does */
	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];

		fill(&tracker, i);
		moment[count++] = (struct passing){packet->sent_ns, 1, i};
		if (packet->arrived_ns >= 0 && packets[i].protocol == PACKET_TCP)
			moment[count++] = (struct passing){
				packet->arrived_ns, packet->arrived_ns > packet->sent_ns ? 0 : 2,
				i};
	}
	qsort(moment, (size_t)count, sizeof(*moment), by_moment);
	for (int i = 0; i < count; i++) {
		struct record_packet *packet = &record->packet[moment[i].index];

		const struct decoded *said = &packets[moment[i].index];

		if (said->protocol != PACKET_TCP)
			describe_other(&tracker, packet, said);
		else if (moment[i].phase == 1)
			sent(&tracker, packet, said);
		else
			arrived(&tracker, packet, said);
	}
	free(moment);
}

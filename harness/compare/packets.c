/* SPDX-License-Identifier: MIT
 *
 * The packets that each host sent, and the router: of which kinds, how many, in which order; and
 * of those that are the same, when. A bulk transfer's segments and their ACKs are one entry: how
 * it is cut into segments is not the same twice even in virtual time. On a real clock no plain
 * ACK and no plain segment is held against another: they join and split with the machine's load.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "label.h"
#include "list.h"
#include "packet_words.h"

#define BULK 8 /* so many alike in a row, and more, are one entry */

#define KIND(name) (1u << KIND_##name)

struct entry {
	char *text; /* "SYN", "retransmission of data, 100 bytes, lost" */
	char *bulk; /* what it is in a row of many: "data"; NULL: nothing that comes in rows */
	const char *kind; /* what it does, whatever it carries: "retransmission" */
	int64_t sent_ns;
};

struct sent { /* by one sender */
	struct entry *entry;
	int entry_count;
};

/* With neighbours that are resolved, how long they count as reachable is random (RFC 4861,
 * 6.3.2), and with it who is asked for when, and how many of the packets that nobody gets are
 * still sent to where the neighbour was. */
static bool is_compared(const struct changes *changes, const struct record_packet *packet)
{
	uint32_t neighbours = KIND(ARP_REQUEST) | KIND(ARP_REPLY);
	uint32_t plain = KIND(TCP) | KIND(ACK) | KIND(DATA) | KIND(DUPLICATE_ACK);

	if (packet->kinds & KIND(OTHER))
		return false;
	if (changes->a->plan->neighbours_dynamic &&
	    (packet->kinds & neighbours || packet->arrived_ns < 0))
		return false;
	return !changes->tolerance.real || packet->kinds & ~plain;
}

static char *bulk_text(const struct record_packet *packet)
{
	static char data[] = "data, many in a row", ack[] = "ACK, many in a row";
	uint32_t kinds = packet->kinds & ~KIND(TCP);

	if (packet->arrived_ns < 0)
		return NULL;
	if (kinds == KIND(DATA))
		return data;
	return (kinds & ~KIND(DUPLICATE_ACK)) == KIND(ACK) ? ack : NULL;
}

static char *entry_text(struct changes *changes, const struct record_packet *packet)
{
	char *text = pool_strdup(changes->pool, "");

	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (packet->kinds & (1u << kind) && kind != KIND_TCP)
			text = pool_printf(changes->pool, "%s%s%s", text, *text ? " " : "",
					   packet_kind_name(kind));
	if (packet->icmp_type >= 0)
		text = pool_printf(changes->pool, "%s type %d code %d", text, packet->icmp_type,
				   packet->icmp_code);
	if (packet->payload && !changes->tolerance.real)
		text = pool_printf(changes->pool, "%s, %d bytes", text, packet->payload);
	return pool_printf(changes->pool, "%s to %s%s", *text ? text : "tcp",
			   label_host(changes->a->plan, packet->to),
			   packet->arrived_ns < 0 ? ", lost" : "");
}

/* One word for what a packet does, the most telling of its kinds. */
static const char *entry_kind(const struct record_packet *packet)
{
	static const enum packet_kind telling[] = {
		KIND_RETRANSMISSION, KIND_KEEPALIVE_PROBE, KIND_WINDOW_PROBE, KIND_RST,
		KIND_KEEPALIVE_ACK,  KIND_ZERO_WINDOW,     KIND_FIN,          KIND_DUPLICATE_ACK};

	if (packet->kinds & KIND(RETRANSMISSION) && packet->kinds & (KIND(SYN) | KIND(SYN_ACK)))
		return packet->kinds & KIND(SYN) ? "syn retransmission" : "syn-ack retransmission";
	for (size_t i = 0; i < sizeof(telling) / sizeof(telling[0]); i++)
		if (packet->kinds & 1u << telling[i])
			return packet_kind_name(telling[i]);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (packet->kinds & 1u << kind)
			return packet_kind_name(kind);
	return "packet";
}

/* Puts rows of BULK and more into one entry. */
static void rows_join(struct sent *sent)
{
	int to = 0;

	for (int from = 0, end; from < sent->entry_count; from = end) {
		const char *bulk = sent->entry[from].bulk;

		for (end = from + 1; bulk && end < sent->entry_count; end++)
			if (sent->entry[end].bulk != bulk)
				break;
		if (end - from >= BULK) {
			sent->entry[to] = sent->entry[from];
			sent->entry[to].text = sent->entry[to].bulk;
			to++;
			continue;
		}
		while (from < end)
			sent->entry[to++] = sent->entry[from++];
	}
	sent->entry_count = to;
}

static void sent_make(struct changes *changes, const struct record *record, int from,
		      struct sent *sent)
{
	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];
		struct entry *entry;

		if (packet->from != from || !is_compared(changes, packet))
			continue;
		entry = LIST_ADD(changes->pool, sent, entry);
		*entry = (struct entry){entry_text(changes, packet), bulk_text(packet),
					entry_kind(packet), packet->sent_ns};
	}
	if (sent->entry_count)
		rows_join(sent);
}

static int count_of(const struct sent *sent, const char *text)
{
	int count = 0;

	for (int i = 0; i < sent->entry_count; i++)
		count += strcmp(sent->entry[i].text, text) == 0;
	return count;
}

/* The NUMBER-th of SENT's like TEXT, from 0. */
static const struct entry *entry_of(const struct sent *sent, const char *text, int number)
{
	for (int i = 0; i < sent->entry_count; i++)
		if (strcmp(sent->entry[i].text, text) == 0 && number-- == 0)
			return &sent->entry[i];
	return NULL;
}

static bool seen_before(const struct sent *sent, int index)
{
	for (int i = 0; i < index; i++)
		if (strcmp(sent->entry[i].text, sent->entry[index].text) == 0)
			return true;
	return false;
}

/* Whether the numbers tell nothing: where there is chance one more or less falls on this side or
 * that of the moment at which an outage ends, and a transfer's losses are never the same twice. */
static bool same_count(const struct changes *changes, int before, int after)
{
	if (changes->by_chance && (abs(before - after) <= 1 || (before >= BULK && after >= BULK)))
		return true;
	return before == after;
}

static bool compare_count(struct changes *changes, const char *host, const char *text,
			  const struct sent *a, const struct sent *b)
{
	int before = count_of(a, text), after = count_of(b, text);
	bool fewer = after < before;
	const struct entry *first = entry_of(fewer ? a : b, text, fewer ? after : before);
	struct change *change;

	if (same_count(changes, before, after))
		return before != after;
	change = change_add(
		changes, CHANGE_PACKET, pool_printf(changes->pool, "%s sends %s", host, text),
		pool_printf(changes->pool, "%d", before), pool_printf(changes->pool, "%d", after),
		pool_printf(changes->pool, "%s: sent %s often", first->kind,
			    fewer ? "less" : "more"),
		first->sent_ns);
	change->delta = pool_printf(changes->pool, "%+d", after - before);
	return true;
}

/* Whether both sent the same, each as often. */
static bool compare_counts(struct changes *changes, const char *host, const struct sent *a,
			   const struct sent *b)
{
	bool differs = false;

	for (int i = 0; i < a->entry_count; i++) {
		const char *text = a->entry[i].text;

		if (!seen_before(a, i))
			differs |= compare_count(changes, host, text, a, b);
	}
	for (int i = 0; i < b->entry_count; i++) {
		const char *text = b->entry[i].text;

		if (!seen_before(b, i) && count_of(a, text) == 0)
			differs |= compare_count(changes, host, text, a, b);
	}
	return !differs;
}

/* Says the first that is not where it was; true: there is none. */
static bool compare_order(struct changes *changes, const char *host, const struct sent *a,
			  const struct sent *b)
{
	for (int i = 0; i < a->entry_count; i++) {
		if (strcmp(a->entry[i].text, b->entry[i].text) == 0)
			continue;
		change_add(changes, CHANGE_PACKET,
			   pool_printf(changes->pool,
				       "%s sends in another order, from packet %d on", host, i + 1),
			   a->entry[i].text, b->entry[i].text,
			   pool_printf(changes->pool, "%s: sent where %s was", b->entry[i].kind,
				       a->entry[i].kind),
			   earlier(a->entry[i].sent_ns, b->entry[i].sent_ns));
		return false;
	}
	return true;
}

/* The entry of B that is the same as A's INDEX-th, and as many of its kind come before it. */
static const struct entry *same_entry(const struct sent *a, const struct sent *b, int index)
{
	const char *text = a->entry[index].text;
	int before = 0;

	if (index < b->entry_count && strcmp(b->entry[index].text, text) == 0)
		return &b->entry[index];
	for (int i = 0; i < index; i++)
		before += strcmp(a->entry[i].text, text) == 0;
	return entry_of(b, text, before);
}

/* Of several of one kind that moved, the first tells. */
static void compare_sent_times(struct changes *changes, const char *host, const struct sent *a,
			       const struct sent *b)
{
	const char *told[64];
	int told_count = 0;

	for (int i = 0; i < a->entry_count; i++) {
		const struct entry *other = same_entry(a, b, i);
		bool is_told = told_count == 64;

		if (!other || same_time(changes, a->entry[i].sent_ns, other->sent_ns))
			continue;
		for (int k = 0; k < told_count && !is_told; k++)
			is_told = strcmp(told[k], a->entry[i].text) == 0;
		if (is_told)
			continue;
		told[told_count++] = a->entry[i].text;
		change_time(changes,
			    pool_printf(changes->pool, "%s sends %s", host, a->entry[i].text),
			    a->entry[i].sent_ns, other->sent_ns,
			    pool_printf(changes->pool, "%s: sent", a->entry[i].kind));
	}
}

void compare_packets(struct changes *changes)
{
	for (int from = PLACE_LEAST; from < changes->a->plan->host_count; from++) {
		const char *host = label_host(changes->a->plan, from);
		struct sent a = {0}, b = {0};

		sent_make(changes, changes->a->record, from, &a);
		sent_make(changes, changes->b->record, from, &b);
		if (!compare_counts(changes, host, &a, &b))
			continue;
		if (changes->by_chance || compare_order(changes, host, &a, &b))
			compare_sent_times(changes, host, &a, &b);
	}
}

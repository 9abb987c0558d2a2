/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "conntrack_words.h"
#include "parts.h"
#include "raw.h"

static char *address_of(struct pool *pool, int family, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN] = "?";

	inet_ntop(family, address, text, sizeof(text));
	return pool_strdup(pool, text);
}

void conntrack_decode(struct pool *pool, const struct raw_tracked *raw,
		      struct record_conntrack *conntrack)
{
	*conntrack = (struct record_conntrack){
		.state = raw->state < CONNTRACK_STATES ? raw->state : 0,
		.src = address_of(pool, raw->family, raw->original.src),
		.dst = address_of(pool, raw->family, raw->original.dst),
		.sport = raw->original.sport,
		.dport = raw->original.dport,
		.reply_src = address_of(pool, raw->family, raw->reply.src),
		.reply_dst = address_of(pool, raw->family, raw->reply.dst),
		.reply_sport = raw->reply.sport,
		.reply_dport = raw->reply.dport,
		.replied = raw->replied,
		.assured = raw->assured,
		.left_ns = raw->left_s * NSEC_PER_SEC};
}

static int by_who(const void *a, const void *b)
{
	const struct record_conntrack *x = a, *y = b;
	int order = strcmp(x->src, y->src);

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	if (order == 0)
		order = x->sport - y->sport;
	if (order == 0)
		order = strcmp(x->dst, y->dst);
	return order ? order : x->dport - y->dport;
}

/* One may have been told twice at one moment. */
void conntrack_sort(struct record *record)
{
	int kept = 0;

	if (!record->conntrack_count)
		return;
	qsort(record->conntrack, (size_t)record->conntrack_count, sizeof(*record->conntrack),
	      by_who);
	for (int i = 0; i < record->conntrack_count; i++)
		if (!kept || by_who(&record->conntrack[kept - 1], &record->conntrack[i]) != 0)
			record->conntrack[kept++] = record->conntrack[i];
	record->conntrack_count = kept;
}

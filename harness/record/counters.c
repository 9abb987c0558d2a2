/* SPDX-License-Identifier: MIT
 *
 * The kernel prints its counters in two ways (net/ipv4/proc.c, net/ipv6/proc.c): snmp and
 * netstat as pairs of lines "Tcp: names" and "Tcp: values", snmp6 as "name value".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "parts.h"

struct reading {
	struct pool *pool;
	struct record *record;
	int host;
	bool after;
	bool first; /* of this host: no name is there yet */
	int next;   /* where the next counter probably is: they come in the same order each time */
};

static bool is_read(const struct record *record, int host)
{
	for (int i = 0; i < record->counter_count; i++)
		if (record->counter[i].host == host)
			return true;
	return false;
}

static struct record_counter *counter_find(struct reading *reading, const char *name)
{
	struct record *record = reading->record;
	struct record_counter *counter;

	for (int tried = 0; !reading->first && tried < record->counter_count; tried++) {
		int i = (reading->next + tried) % record->counter_count;

		if (record->counter[i].host == reading->host &&
		    strcmp(record->counter[i].name, name) == 0) {
			reading->next = i + 1;
			return &record->counter[i];
		}
	}
	counter = LIST_ADD(reading->pool, record, counter);
	counter->host = reading->host;
	counter->name = pool_strdup(reading->pool, name);
	return counter;
}

static void counter_add(struct reading *reading, const char *name, int64_t value)
{
	struct record_counter *counter = counter_find(reading, name);

	/* A rebooted host begins anew: what its kernels counted adds up. Of one that was ended
	 * before it could tell, that is all that is known. */
	if (!reading->after) {
		counter->unread++; /* until it is */
		counter->begun = value;
		counter->is_open = true;
		return;
	}
	counter->unread -= counter->is_open;
	counter->before += counter->begun;
	counter->after += value;
	counter->begun = 0;
	counter->is_open = false;
}

static void pair_parse(struct reading *reading, char *names, char *values)
{
	char *names_at, *values_at, *name, *value, full[128];
	char *prefix = strtok_r(names, ": ", &names_at);

	if (!prefix || !strtok_r(values, " ", &values_at))
		return;
	while ((name = strtok_r(NULL, ": ", &names_at)) &&
	       (value = strtok_r(NULL, " ", &values_at))) {
		snprintf(full, sizeof(full), "%s%s", prefix, name);
		counter_add(reading, full, strtoll(value, NULL, 10));
	}
}

void counters_parse(struct pool *pool, struct record *record, int host, bool after,
		    const char *text, size_t size)
{
	struct reading reading = {.pool = pool, .record = record, .host = host, .after = after};
	char *copy = pool_strndup(pool, text, size), *at, *line, *names = NULL;

	reading.first = !is_read(record, host);
	for (line = strtok_r(copy, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
		char *colon = strchr(line, ':'), name[128];
		long long value;

		if (!colon && sscanf(line, "%127s %lld", name, &value) == 2) {
			counter_add(&reading, name, value);
		} else if (colon && names) {
			pair_parse(&reading, names, line);
			names = NULL;
		} else if (colon) {
			names = line;
		}
	}
}

static bool is_asked_for(const struct plan *plan, const struct record_counter *counter)
{
	for (int i = 0; i < plan->expect_count; i++)
		if (plan->expect[i].kind == EXPECT_COUNTER &&
		    plan->expect[i].counter.host == counter->host &&
		    strcmp(plan->expect[i].counter.name, counter->name) == 0)
			return true;
	return false;
}

static bool is_kept(const struct plan *plan, const struct record_counter *counter)
{
	return counter->before != counter->after || is_asked_for(plan, counter);
}

/* ICMP is counted by type, and the kernel prints a type only once it was counted. */
static bool is_printed_late(const char *name)
{
	static const char *const prefix[] = {"IcmpMsgInType", "IcmpMsgOutType", "Icmp6InType",
					     "Icmp6OutType"};

	for (size_t i = 0; i < sizeof(prefix) / sizeof(prefix[0]); i++)
		if (strncmp(name, prefix[i], strlen(prefix[i])) == 0)
			return true;
	return false;
}

/* As many as any of its host's counters says: one that is printed late was not there to be open. */
static int64_t unread_of(const struct record *record, int host)
{
	int64_t most = 0;

	for (int i = 0; i < record->counter_count; i++) {
		const struct record_counter *counter = &record->counter[i];

		if (counter->host == host && counter->unread > most)
			most = counter->unread;
	}
	return most;
}

void counters_settle(struct pool *pool, struct record *record, const struct plan *plan)
{
	int kept = 0;

	for (int i = 0; i < plan->expect_count; i++) {
		const struct expect_counter *expect = &plan->expect[i].counter;
		struct reading reading = {.pool = pool, .record = record, .host = expect->host};

		if (plan->expect[i].kind == EXPECT_COUNTER && is_printed_late(expect->name) &&
		    is_read(record, expect->host))
			counter_find(&reading, expect->name);
	}
	for (int i = 0; i < record->counter_count; i++)
		if (is_kept(plan, &record->counter[i]))
			record->counter[i].unread = unread_of(record, record->counter[i].host);
	for (int i = 0; i < record->counter_count; i++)
		if (is_kept(plan, &record->counter[i]))
			record->counter[kept++] = record->counter[i];
	record->counter_count = kept;
}

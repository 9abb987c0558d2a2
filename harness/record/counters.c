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

static void counter_add(struct pool *pool, struct record *record, int host, bool after,
			const char *name, int64_t value)
{
	struct record_counter *counter = NULL;

	for (int i = record->counter_count - 1; i >= 0 && !counter; i--)
		if (record->counter[i].host == host && strcmp(record->counter[i].name, name) == 0)
			counter = &record->counter[i];
	if (!counter) {
		counter = LIST_ADD(pool, record, counter);
		counter->host = host;
		counter->name = pool_strdup(pool, name);
	}
	/* A rebooted host begins anew: what its kernels counted adds up. */
	if (after)
		counter->after += value;
	else
		counter->before += value;
}

static void pair_parse(struct pool *pool, struct record *record, int host, bool after, char *names,
		       char *values)
{
	char *names_at, *values_at;
	char *prefix = strtok_r(names, " ", &names_at);
	char *name, *value, full[128];

	strtok_r(values, " ", &values_at);
	prefix[strlen(prefix) - 1] = '\0'; /* the colon */
	while ((name = strtok_r(NULL, " ", &names_at)) &&
	       (value = strtok_r(NULL, " ", &values_at))) {
		int64_t number = strtoll(value, NULL, 10);

		snprintf(full, sizeof(full), "%s%s", prefix, name);
		if (number != 0)
			counter_add(pool, record, host, after, full, number);
	}
}

void counters_parse(struct pool *pool, struct record *record, int host, bool after,
		    const char *text, size_t size)
{
	char *copy = pool_strndup(pool, text, size), *at, *line, *names = NULL;

	for (line = strtok_r(copy, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
		char *colon = strchr(line, ':'), name[128];
		long long value;

		if (!colon && sscanf(line, "%127s %lld", name, &value) == 2) {
			if (value != 0)
				counter_add(pool, record, host, after, name, value);
		} else if (colon && names) {
			pair_parse(pool, record, host, after, names, line);
			names = NULL;
		} else if (colon) {
			names = line;
		}
	}
}

void counters_settle(struct record *record)
{
	int kept = 0;

	for (int i = 0; i < record->counter_count; i++)
		if (record->counter[i].before != record->counter[i].after)
			record->counter[kept++] = record->counter[i];
	record->counter_count = kept;
}

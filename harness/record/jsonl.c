/* SPDX-License-Identifier: MIT
 *
 * The record as JSON Lines: a header line, then one object an observation, in time. One
 * table a kind of observation says its members; writing and reading both go by it.
 */
#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "pool.h"
#include "record.h"

enum member_type {
	MEMBER_INT,
	MEMBER_INT64,
	MEMBER_UINT32,
	MEMBER_UINT64,
	MEMBER_BOOL,
	MEMBER_TEXT,
	MEMBER_KINDS
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
};

#define MEMBER(type, of, name)                                                                     \
	{                                                                                          \
#name, MEMBER_##type, offsetof(struct of, name)                                    \
	}

static const struct member packet_members[] = {MEMBER(INT64, record_packet, sent_ns),
					       MEMBER(INT64, record_packet, port_ns),
					       MEMBER(INT64, record_packet, arrived_ns),
					       MEMBER(INT, record_packet, from),
					       MEMBER(INT, record_packet, to),
					       MEMBER(KINDS, record_packet, kinds),
					       MEMBER(INT, record_packet, attempt),
					       MEMBER(TEXT, record_packet, src),
					       MEMBER(TEXT, record_packet, dst),
					       MEMBER(INT, record_packet, sport),
					       MEMBER(INT, record_packet, dport),
					       MEMBER(UINT32, record_packet, seq),
					       MEMBER(UINT32, record_packet, ack),
					       MEMBER(INT64, record_packet, rel_seq),
					       MEMBER(INT64, record_packet, rel_ack),
					       MEMBER(INT, record_packet, window),
					       MEMBER(INT, record_packet, payload),
					       MEMBER(INT, record_packet, flags),
					       MEMBER(INT, record_packet, icmp_type),
					       MEMBER(INT, record_packet, icmp_code),
					       MEMBER(INT, record_packet, incarnation),
					       MEMBER(TEXT, record_packet, note),
					       {0}};

static const struct member step_members[] = {MEMBER(INT, record_step, program),
					     MEMBER(INT, record_step, step),
					     MEMBER(INT, record_step, incarnation),
					     MEMBER(INT64, record_step, start_ns),
					     MEMBER(INT64, record_step, end_ns),
					     MEMBER(INT64, record_step, ret),
					     MEMBER(INT64, record_step, bytes),
					     MEMBER(INT, record_step, err),
					     MEMBER(INT, record_step, revents),
					     MEMBER(INT, record_step, intact),
					     MEMBER(INT, record_step, local_port),
					     MEMBER(BOOL, record_step, caught_sigterm),
					     {0}};

static const struct member program_members[] = {MEMBER(INT, record_program, program),
						MEMBER(INT, record_program, incarnation),
						MEMBER(INT, record_program, pid),
						MEMBER(INT64, record_program, start_ns),
						MEMBER(INT64, record_program, end_ns),
						MEMBER(INT, record_program, exit_status),
						MEMBER(INT, record_program, signal),
						MEMBER(TEXT, record_program, output),
						{0}};

static const struct member socket_members[] = {MEMBER(INT64, record_socket, t_ns),
					       MEMBER(INT, record_socket, host),
					       MEMBER(BOOL, record_socket, sample),
					       MEMBER(INT, record_socket, state),
					       MEMBER(INT, record_socket, family),
					       MEMBER(TEXT, record_socket, local),
					       MEMBER(TEXT, record_socket, remote),
					       MEMBER(INT, record_socket, local_port),
					       MEMBER(INT, record_socket, remote_port),
					       MEMBER(INT, record_socket, timer),
					       MEMBER(INT64, record_socket, expires_ns),
					       MEMBER(INT, record_socket, retrans),
					       MEMBER(INT, record_socket, rqueue),
					       MEMBER(INT, record_socket, wqueue),
					       MEMBER(BOOL, record_socket, orphan),
					       MEMBER(UINT64, record_socket, cookie),
					       MEMBER(INT64, record_socket, rto_ns),
					       MEMBER(INT64, record_socket, rtt_ns),
					       MEMBER(INT64, record_socket, unacked),
					       MEMBER(INT64, record_socket, backoff),
					       MEMBER(INT64, record_socket, probes),
					       MEMBER(INT64, record_socket, total_retrans),
					       MEMBER(INT64, record_socket, last_data_sent_ns),
					       MEMBER(INT64, record_socket, last_ack_recv_ns),
					       MEMBER(INT64, record_socket, snd_cwnd),
					       MEMBER(INT64, record_socket, bytes_acked),
					       MEMBER(INT64, record_socket, bytes_received),
					       {0}};

static const struct member sampled_members[] = {
    MEMBER(INT64, record_sampled, t_ns), MEMBER(INT, record_sampled, host), {0}};

static const struct member fault_members[] = {MEMBER(INT, record_fault, fault),
					      MEMBER(INT64, record_fault, begun_ns),
					      MEMBER(INT64, record_fault, done_ns),
					      {0}};

static const struct member counter_members[] = {MEMBER(INT, record_counter, host),
						MEMBER(TEXT, record_counter, name),
						MEMBER(INT64, record_counter, before),
						MEMBER(INT64, record_counter, after),
						{0}};

static const struct member kernel_members[] = {
    MEMBER(TEXT, record_kernel, name),    MEMBER(TEXT, record_kernel, release),
    MEMBER(TEXT, record_kernel, machine), MEMBER(TEXT, record_kernel, kind),
    MEMBER(INT, record_kernel, hz),       MEMBER(BOOL, record_kernel, virtual_clock),
    MEMBER(BOOL, record_kernel, netem),   {0}};

static const struct member header_members[] = {
    MEMBER(INT, record, version),   MEMBER(INT, record, state),
    MEMBER(TEXT, record, reason),   MEMBER(TEXT, record, file),
    MEMBER(TEXT, record, source),   MEMBER(TEXT, record, variant),
    MEMBER(INT64, record, real_ns), MEMBER(INT64, record, end_ns),
    MEMBER(INT64, record, wall_ns), {0}};

struct kind {
	const char *ev;
	const struct member *members;
	size_t size;
	size_t list, count; /* offsets in struct record */
	size_t time;        /* offset in the element of what it is sorted by */
};

#define KIND(name, time)                                                                           \
	{                                                                                          \
#name, name##_members, sizeof(struct record_##name),                               \
		    offsetof(struct record, name), offsetof(struct record, name##_count),          \
		    offsetof(struct record_##name, time)                                           \
	}

/* In this order where the times are equal. */
static const struct kind kinds[] = {
    KIND(fault, begun_ns), KIND(program, start_ns), KIND(step, start_ns), KIND(packet, sent_ns),
    KIND(socket, t_ns),    KIND(sampled, t_ns),     KIND(counter, after) /* all at the end */};
#define KINDS         ((int)(sizeof(kinds) / sizeof(kinds[0])))
#define COUNTERS_KIND (KINDS - 1)

static json_t *kinds_write(uint32_t mask)
{
	json_t *array = json_array();

	for (int i = 0; i < KIND_COUNT; i++)
		if (mask & 1u << i)
			json_array_append_new(array, json_string(packet_kind_name[i]));
	return array;
}

static uint32_t kinds_read(const json_t *array)
{
	uint32_t mask = 0;
	size_t at;
	json_t *name;

	json_array_foreach(array, at, name)
	{
		for (int i = 0; i < KIND_COUNT; i++)
			if (json_is_string(name) &&
			    strcmp(json_string_value(name), packet_kind_name[i]) == 0)
				mask |= 1u << i;
	}
	return mask;
}

static json_t *member_write(const struct member *member, const void *of)
{
	const void *at = (const char *)of + member->offset;

	switch (member->type) {
	case MEMBER_INT:
		return json_integer(*(const int *)at);
	case MEMBER_INT64:
		return json_integer(*(const int64_t *)at);
	case MEMBER_UINT32:
		return json_integer(*(const uint32_t *)at);
	case MEMBER_UINT64: /* JSON's integers have a sign */
		return json_integer((json_int_t) * (const uint64_t *)at);
	case MEMBER_BOOL:
		return json_boolean(*(const bool *)at);
	case MEMBER_TEXT:
		return *(char *const *)at
			   ? json_stringn_nocheck(*(char *const *)at, strlen(*(char *const *)at))
			   : json_null();
	case MEMBER_KINDS:
		return kinds_write(*(const uint32_t *)at);
	}
	return NULL;
}

static void member_read(struct pool *pool, const struct member *member, const json_t *value,
			void *of)
{
	void *at = (char *)of + member->offset;

	switch (member->type) {
	case MEMBER_INT:
		*(int *)at = (int)json_integer_value(value);
		break;
	case MEMBER_INT64:
		*(int64_t *)at = json_integer_value(value);
		break;
	case MEMBER_UINT32:
		*(uint32_t *)at = (uint32_t)json_integer_value(value);
		break;
	case MEMBER_UINT64:
		*(uint64_t *)at = (uint64_t)json_integer_value(value);
		break;
	case MEMBER_BOOL:
		*(bool *)at = json_is_true(value);
		break;
	case MEMBER_TEXT:
		*(char **)at =
		    json_is_string(value) ? pool_strdup(pool, json_string_value(value)) : NULL;
		break;
	case MEMBER_KINDS:
		*(uint32_t *)at = kinds_read(value);
		break;
	}
}

static void members_write(json_t *object, const struct member *member, const void *of)
{
	for (; member->name; member++)
		json_object_set_new_nocheck(object, member->name, member_write(member, of));
}

static int members_read(struct pool *pool, const struct member *member, const json_t *object,
			void *of, struct err *err)
{
	for (; member->name; member++) {
		const json_t *value = json_object_get(object, member->name);

		if (!value)
			return err_set(err, EBADMSG, "\"%s\" is missing", member->name);
		member_read(pool, member, value, of);
	}
	return 0;
}

static json_t *header_write(const struct record *record, const struct plan *plan)
{
	json_t *header = json_object(), *kernel = json_object(), *names = json_array();

	json_object_set_new(header, "ev", json_string("run"));
	members_write(header, header_members, record);
	members_write(kernel, kernel_members, &record->kernel);
	json_object_set_new(header, "kernel", kernel);
	for (int i = 0; plan && i < plan->host_count; i++)
		json_array_append_new(names, json_string(plan->host[i].name));
	json_object_set_new(header, "hosts", names);
	names = json_array();
	for (int i = 0; plan && i < plan->program_count; i++)
		json_array_append_new(names, json_string(plan->program[i].name));
	json_object_set_new(header, "programs", names);
	names = json_array();
	for (char **sysctl = record->extra_sysctl; sysctl && *sysctl; sysctl++)
		json_array_append_new(names, json_string(*sysctl));
	json_object_set_new(header, "sysctl", names);
	return header;
}

static int header_read(struct record *record, const json_t *header, struct err *err)
{
	const json_t *sysctl = json_object_get(header, "sysctl");
	const char *ev = json_string_value(json_object_get(header, "ev"));
	struct pool *pool = record->memory;
	int ret;

	if (!ev || strcmp(ev, "run") != 0)
		return err_set(err, EBADMSG,
			       "not a record of halfopen: the first line is no header");
	ret = members_read(pool, header_members, header, record, err);
	if (ret == 0)
		ret = members_read(pool, kernel_members, json_object_get(header, "kernel"),
				   &record->kernel, err);
	if (ret == 0 && record->version != RECORD_VERSION)
		ret = err_set(err, EBADMSG, "a record of version %d; this program reads version %d",
			      record->version, RECORD_VERSION);
	if (ret == 0 && !record->source)
		ret = err_set(err, EBADMSG, "\"source\" is no string");
	record->extra_sysctl = pool_alloc(pool, (json_array_size(sysctl) + 1) * sizeof(char *));
	for (size_t i = 0; i < json_array_size(sysctl); i++)
		record->extra_sysctl[i] =
		    pool_strdup(pool, json_string_value(json_array_get(sysctl, i))
					  ? json_string_value(json_array_get(sysctl, i))
					  : "");
	return ret;
}

static int write_line(json_t *object, FILE *file, struct err *err)
{
	int ret = object ? json_dumpf(object, file, JSON_COMPACT) : -1;

	json_decref(object);
	if (ret < 0 || fputc('\n', file) == EOF)
		return err_sys(err, errno ? errno : EIO, "cannot write the record");
	return 0;
}

struct line {
	int64_t t_ns;
	int kind, index;
};

static int by_time(const void *a, const void *b)
{
	const struct line *x = a, *y = b;

	if (x->t_ns != y->t_ns)
		return x->t_ns < y->t_ns ? -1 : 1;
	return x->kind != y->kind ? x->kind - y->kind : x->index - y->index;
}

static int list_count(const struct record *record, int kind)
{
	return *(const int *)(const void *)((const char *)record + kinds[kind].count);
}

static const char *list_element(const struct record *record, int kind, int index)
{
	const char *list = *(char *const *)(const void *)((const char *)record + kinds[kind].list);

	return list + (size_t)index * kinds[kind].size;
}

static struct line *lines_sorted(const struct record *record, int *ret_count)
{
	struct line *line;
	int count = 0;

	for (int kind = 0; kind < KINDS; kind++)
		count += list_count(record, kind);
	line = calloc((size_t)count + 1, sizeof(*line));
	if (!line)
		return NULL;
	count = 0;
	for (int kind = 0; kind < KINDS; kind++)
		for (int i = 0; i < list_count(record, kind); i++) {
			const void *time = list_element(record, kind, i) + kinds[kind].time;

			line[count++] = (struct line){
			    kind == COUNTERS_KIND ? INT64_MAX : *(const int64_t *)time, kind, i};
		}
	qsort(line, (size_t)count, sizeof(*line), by_time);
	*ret_count = count;
	return line;
}

int record_write(const struct record *record, const struct plan *plan, FILE *file, struct err *err)
{
	int count = 0, ret = write_line(header_write(record, plan), file, err);
	struct line *line = lines_sorted(record, &count);

	if (!line)
		return err_sys(err, ENOMEM, "cannot write the record");
	for (int i = 0; i < count && ret == 0; i++) {
		json_t *object = json_object();

		json_object_set_new(object, "ev", json_string(kinds[line[i].kind].ev));
		members_write(object, kinds[line[i].kind].members,
			      list_element(record, line[i].kind, line[i].index));
		ret = write_line(object, file, err);
	}
	free(line);
	if (ret == 0 && fflush(file) == EOF)
		ret = err_sys(err, errno, "cannot write the record");
	return ret;
}

static int event_read(struct record *record, const json_t *object, struct err *err)
{
	const char *ev = json_string_value(json_object_get(object, "ev"));

	for (int kind = 0; ev && kind < KINDS; kind++)
		if (strcmp(ev, kinds[kind].ev) == 0) {
			void **list = (void **)(void *)((char *)record + kinds[kind].list);
			int *count = (int *)(void *)((char *)record + kinds[kind].count);

			return members_read(
			    record->memory, kinds[kind].members, object,
			    list_grow(record->memory, list, count, kinds[kind].size), err);
		}
	return err_set(err, EBADMSG, "unknown \"ev\": \"%s\"", ev ? ev : "");
}

static int lines_read(FILE *file, struct record *record, struct err *err)
{
	size_t room = 0;
	char *text = NULL;
	int ret = 0, number = 0;

	while (ret == 0 && getline(&text, &room, file) > 0) {
		json_error_t error;
		json_t *object = json_loads(text, 0, &error);

		number++;
		if (!object)
			ret = err_set(err, EBADMSG, "%s", error.text);
		else if (number == 1)
			ret = header_read(record, object, err);
		else
			ret = event_read(record, object, err);
		json_decref(object);
	}
	free(text);
	if (ret == 0 && number == 0)
		ret = err_set(err, EBADMSG, "the file is empty");
	return ret < 0 && number ? err_add(err, ret, "line %d", number) : ret;
}

int record_read(FILE *file, struct record **ret_record, struct err *err)
{
	struct pool *pool = pool_new();
	struct record *record = pool_alloc(pool, sizeof(*record));
	int ret;

	record->memory = pool;
	ret = lines_read(file, record, err);
	if (ret < 0) {
		record_free(record);
		return ret;
	}
	*ret_record = record;
	return 0;
}

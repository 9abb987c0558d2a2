/* SPDX-License-Identifier: MIT */
#include "members.h"

#include <errno.h>
#include <string.h>

#include "json.h"
#include "packet_words.h"
#include "record.h"

#define MOST_REAL_NS (INT64_C(1) << 62) /* the year 2116 */

#define MEMBER(type, of, name)                                                                     \
	{                                                                                          \
#name, MEMBER_##type, offsetof(struct of, name)                                    \
	}

const struct member packet_members[] = {MEMBER(INT64, record_packet, sent_ns),
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
					MEMBER(BOOL, record_packet, made_on_way),
					MEMBER(RARE_COUNT, record_packet, connection),
					MEMBER(RARE_COUNT, record_packet, frame_sent),
					MEMBER(RARE_COUNT, record_packet, frame_router_in),
					MEMBER(RARE_COUNT, record_packet, frame_router_out),
					MEMBER(RARE_COUNT, record_packet, frame_arrived),
					MEMBER(RARE_COUNT, record_packet, ttl),
					MEMBER(RARE_COUNT, record_packet, ecn),
					MEMBER(RARE_COUNT, record_packet, ip_id),
					MEMBER(RARE_COUNT, record_packet, ts_value),
					MEMBER(RARE_COUNT, record_packet, ts_echo),
					MEMBER(RARE_TEXT, record_packet, options),
					MEMBER(RARE_TEXT, record_packet, lost),
					MEMBER(OPTIONAL_TEXT, record_packet, note),
					{0}};

const struct member step_members[] = {MEMBER(INT, record_step, program),
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

const struct member program_members[] = {MEMBER(INT, record_program, program),
					 MEMBER(INT, record_program, incarnation),
					 MEMBER(INT, record_program, pid),
					 MEMBER(INT64, record_program, start_ns),
					 MEMBER(INT64, record_program, end_ns),
					 MEMBER(INT, record_program, exit_status),
					 MEMBER(INT, record_program, signal),
					 MEMBER(OPTIONAL_TEXT, record_program, output),
					 MEMBER(RARE_TIMES, record_program, output_ns),
					 {0}};

const struct member call_members[] = {MEMBER(INT, record_call, program),
				      MEMBER(INT, record_call, incarnation),
				      MEMBER(INT, record_call, thread),
				      MEMBER(INT64, record_call, start_ns),
				      MEMBER(INT64, record_call, end_ns),
				      MEMBER(INT, record_call, fd),
				      MEMBER(TEXT, record_call, name),
				      MEMBER(TEXT, record_call, detail),
				      MEMBER(INT64, record_call, ret),
				      MEMBER(INT, record_call, err),
				      {0}};

const struct member socket_members[] = {MEMBER(INT64, record_socket, t_ns),
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

const struct member sampled_members[] = {
	MEMBER(INT64, record_sampled, t_ns), MEMBER(INT, record_sampled, host), {0}};

const struct member conntrack_members[] = {
	MEMBER(INT64, record_conntrack, t_ns),     MEMBER(INT, record_conntrack, state),
	MEMBER(TEXT, record_conntrack, src),       MEMBER(INT, record_conntrack, sport),
	MEMBER(TEXT, record_conntrack, dst),       MEMBER(INT, record_conntrack, dport),
	MEMBER(TEXT, record_conntrack, reply_src), MEMBER(INT, record_conntrack, reply_sport),
	MEMBER(TEXT, record_conntrack, reply_dst), MEMBER(INT, record_conntrack, reply_dport),
	MEMBER(BOOL, record_conntrack, replied),   MEMBER(BOOL, record_conntrack, assured),
	MEMBER(INT64, record_conntrack, left_ns),  {0}};

const struct member host_members[] = {MEMBER(INT64, record_host, t_ns),
				      MEMBER(INT, record_host, host),
				      MEMBER(BOOL, record_host, up),
				      {0}};

const struct member spin_members[] = {MEMBER(INT64, record_spin, t_ns),
				      MEMBER(INT, record_spin, host),
				      MEMBER(BOOL, record_spin, exact),
				      MEMBER(TEXT, record_spin, text),
				      {0}};

const struct member fault_members[] = {MEMBER(INT, record_fault, fault),
				       MEMBER(INT64, record_fault, begun_ns),
				       MEMBER(INT64, record_fault, done_ns),
				       MEMBER(RARE_COUNT, record_fault, took_ns),
				       {0}};

const struct member counter_members[] = {
	MEMBER(INT, record_counter, host),          MEMBER(TEXT, record_counter, name),
	MEMBER(INT64, record_counter, before),      MEMBER(INT64, record_counter, after),
	MEMBER(RARE_COUNT, record_counter, unread), {0}};

const struct member kernel_members[] = {
	MEMBER(TEXT, record_kernel, name),    MEMBER(TEXT, record_kernel, release),
	MEMBER(TEXT, record_kernel, machine), MEMBER(TEXT, record_kernel, kind),
	MEMBER(INT, record_kernel, hz),       MEMBER(BOOL, record_kernel, virtual_clock),
	MEMBER(BOOL, record_kernel, netem),   {0}};

const struct member host_kernel_members[] = {MEMBER(INT, record_host_kernel, host),
					     MEMBER(TEXT, record_host_kernel, release),
					     MEMBER(INT, record_host_kernel, hz),
					     {0}};

const struct member header_members[] = {
	MEMBER(INT, record, version),          MEMBER(INT, record, state),
	MEMBER(OPTIONAL_TEXT, record, reason), MEMBER(TEXT, record, file),
	MEMBER(TEXT, record, source),          MEMBER(TEXT, record, variant),
	MEMBER(REAL_NS, record, real_ns),      MEMBER(INT64, record, end_ns),
	MEMBER(INT64, record, wall_ns),        MEMBER(RARE_COUNT, record, seed),
	MEMBER(RARE_COUNT, record, phase_ns),  {0}};

static json_t *kinds_write(uint32_t mask)
{
	json_t *array = json_array();

	for (int i = 0; i < KIND_COUNT; i++)
		if (mask & 1u << i)
			json_array_append_new(array, json_string(packet_kind_name(i)));
	return array;
}

static bool kinds_read(const json_t *array, uint32_t *ret_mask)
{
	uint32_t mask = 0;

	if (!json_is_array(array))
		return false;
	for (size_t at = 0; at < json_array_size(array); at++) {
		const char *name = json_string_value(json_array_get(array, at));
		const struct word *kind = word_find(packet_kind_words, name);

		if (!kind)
			return false;
		mask |= (uint32_t)kind->value;
	}
	*ret_mask = mask;
	return true;
}

static json_t *times_write(const struct record_times *times)
{
	json_t *array = json_array();

	for (int i = 0; i < times->count; i++)
		json_array_append_new(array, json_integer(times->ns[i]));
	return array;
}

static json_t *member_write(const struct member *member, const void *of)
{
	const void *at = (const char *)of + member->offset;

	switch (member->type) {
	case MEMBER_INT:
		return json_integer(*(const int *)at);
	case MEMBER_INT64:
	case MEMBER_REAL_NS:
	case MEMBER_RARE_COUNT:
		return json_integer(*(const int64_t *)at);
	case MEMBER_UINT32:
		return json_integer(*(const uint32_t *)at);
	case MEMBER_UINT64: /* JSON's integers have a sign */
		return json_integer((json_int_t) * (const uint64_t *)at);
	case MEMBER_BOOL:
		return json_boolean(*(const bool *)at);
	case MEMBER_TEXT:
	case MEMBER_OPTIONAL_TEXT:
	case MEMBER_RARE_TEXT:
		return json_text(*(char *const *)at);
	case MEMBER_KINDS:
		return kinds_write(*(const uint32_t *)at);
	case MEMBER_RARE_TIMES:
		return times_write(at);
	}
	return NULL;
}

static bool integer_read(const json_t *value, int64_t lo, int64_t hi, int64_t *ret)
{
	*ret = json_integer_value(value);
	return json_is_integer(value) && *ret >= lo && *ret <= hi;
}

static bool times_read(struct pool *pool, const json_t *array, struct record_times *times)
{
	if (!json_is_array(array))
		return false;
	times->ns = pool_alloc(pool, (json_array_size(array) + 1) * sizeof(*times->ns));
	for (size_t at = 0; at < json_array_size(array); at++)
		if (!integer_read(json_array_get(array, at), -MEMBER_MOST_INT64, MEMBER_MOST_INT64,
				  &times->ns[times->count++]))
			return false;
	return true;
}

/* False: VALUE is not what the member wants. */
static bool member_read(struct pool *pool, const struct member *member, const json_t *value,
			void *of)
{
	void *at = (char *)of + member->offset;
	int64_t number = 0;
	bool fits = false;

	switch (member->type) {
	case MEMBER_INT:
		fits = integer_read(value, -MEMBER_MOST_INT, MEMBER_MOST_INT, &number);
		*(int *)at = (int)number;
		break;
	case MEMBER_INT64:
		fits = integer_read(value, -MEMBER_MOST_INT64, MEMBER_MOST_INT64, &number);
		*(int64_t *)at = number;
		break;
	case MEMBER_RARE_COUNT:
		fits = integer_read(value, 0, MEMBER_MOST_INT64, &number);
		*(int64_t *)at = number;
		break;
	case MEMBER_REAL_NS:
		fits = integer_read(value, 0, MOST_REAL_NS, &number);
		*(int64_t *)at = number;
		break;
	case MEMBER_UINT32:
		fits = integer_read(value, 0, UINT32_MAX, &number);
		*(uint32_t *)at = (uint32_t)number;
		break;
	case MEMBER_UINT64:
		fits = integer_read(value, INT64_MIN, INT64_MAX, &number);
		*(uint64_t *)at = (uint64_t)number;
		break;
	case MEMBER_BOOL:
		fits = json_is_boolean(value);
		*(bool *)at = json_is_true(value);
		break;
	case MEMBER_OPTIONAL_TEXT:
		if (json_is_null(value))
			return true;
		/* fallthrough */
	case MEMBER_RARE_TEXT:
	case MEMBER_TEXT:
		fits = json_is_string(value);
		*(char **)at = fits ? pool_strdup(pool, json_string_value(value)) : NULL;
		break;
	case MEMBER_KINDS:
		fits = kinds_read(value, at);
		break;
	case MEMBER_RARE_TIMES:
		fits = times_read(pool, value, at);
		break;
	}
	return fits;
}

static bool is_rare(const struct member *member)
{
	return member->type == MEMBER_RARE_TEXT || member->type == MEMBER_RARE_TIMES ||
	       member->type == MEMBER_RARE_COUNT;
}

/* Whether the member is there only where it says something, and says nothing. */
static bool is_left_out(const struct member *member, const void *of)
{
	const void *at = (const char *)of + member->offset;

	return (member->type == MEMBER_RARE_TEXT && !*(char *const *)at) ||
	       (member->type == MEMBER_RARE_TIMES && !*(int64_t *const *)at) ||
	       (member->type == MEMBER_RARE_COUNT && !*(const int64_t *)at);
}

void members_write(json_t *object, const struct member *member, const void *of)
{
	for (; member->name; member++)
		if (!is_left_out(member, of))
			json_object_set_new_nocheck(object, member->name, member_write(member, of));
}

const char *members_beyond(const struct member *member, const void *of)
{
	for (; member->name; member++) {
		const void *at = (const char *)of + member->offset;
		int64_t most = member->type == MEMBER_INT ? MEMBER_MOST_INT : MEMBER_MOST_INT64;
		int64_t least = -most, number = 0;

		if (member->type == MEMBER_INT)
			number = *(const int *)at;
		if (member->type == MEMBER_INT64 || member->type == MEMBER_REAL_NS ||
		    member->type == MEMBER_RARE_COUNT)
			number = *(const int64_t *)at;
		if (member->type == MEMBER_REAL_NS) {
			least = 0;
			most = MOST_REAL_NS;
		}
		if (number < least || number > most)
			return member->name;
	}
	return NULL;
}

int members_read(struct pool *pool, const struct member *member, const json_t *object, void *of,
		 struct err *err)
{
	for (; member->name; member++) {
		const json_t *value = json_object_get(object, member->name);

		if (!value && is_rare(member))
			continue;
		if (!value)
			return err_set(err, EBADMSG, "\"%s\" is missing", member->name);
		if (!member_read(pool, member, value, of))
			return err_set(err, EBADMSG, "\"%s\" is not what it should be",
				       member->name);
	}
	return 0;
}

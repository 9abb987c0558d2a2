/* SPDX-License-Identifier: MIT */
#include "record_test.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "packet_words.h"
#include "tcp_words.h"

struct plan *test_plan(const char *source)
{
	struct diagnostics diagnostics;
	struct plan *plan = NULL;

	if (plan_load("test.yaml", source, strlen(source), "", NULL, &plan, &diagnostics) < 0)
		ck_abort_msg("%s", diagnostics.text);
	diagnostics_done(&diagnostics);
	return plan;
}

static void append(struct raw *raw, const void *bytes, size_t size)
{
	if (raw->size + size > raw->room) {
		raw->room = 2 * (raw->size + size);
		raw->bytes = realloc(raw->bytes, raw->room);
	}
	if (!raw->bytes)
		abort();
	if (size)
		memcpy(raw->bytes + raw->size, bytes, size);
	raw->size += size;
}

void raw_add(struct raw *raw, enum raw_type type, int who, int64_t t_ns, const void *head,
	     size_t head_size, const void *tail, size_t tail_size)
{
	struct raw_frame frame = {
		.type = type, .size = (uint32_t)(head_size + tail_size), .who = who, .t_ns = t_ns};

	append(raw, &frame, sizeof(frame));
	append(raw, head, head_size);
	append(raw, tail, tail_size);
}

void raw_begin(struct raw *raw)
{
	struct raw_start start = {.mono_ns = S,
				  .real_ns = 1000 * S,
				  .tick_ns = 4 * MS,
				  .has_netem = 1,
				  .virtual_clock = 1,
				  .release = "6.12.117",
				  .machine = "x86_64"};

	raw_add(raw, RAW_START, -1, 0, &start, sizeof(start), NULL, 0);
}

void raw_end(struct raw *raw, int64_t t_ns, uint32_t missed)
{
	struct raw_end end = {.t_ns = t_ns, .packets_missed = missed};

	raw_add(raw, RAW_END, -1, t_ns, &end, sizeof(end), NULL, 0);
}

void raw_text(struct raw *raw, enum raw_type type, int who, int64_t t_ns, const char *text)
{
	raw_add(raw, type, who, t_ns, text, strlen(text), NULL, 0);
}

void raw_step(struct raw *raw, int program, int step, int64_t t_ns, enum peer_phase phase,
	      int64_t ret, int err)
{
	struct peer_event event = {
		.step = (uint32_t)step, .phase = phase, .t_ns = t_ns, .ret = ret, .err = err};

	raw_add(raw, RAW_STEP, program, t_ns, &event, sizeof(event), NULL, 0);
}

void raw_started(struct raw *raw, int program, int incarnation, int64_t t_ns)
{
	struct raw_program started = {
		.state = RAW_PROGRAM_STARTED, .incarnation = incarnation, .pid = 7};

	raw_add(raw, RAW_PROGRAM, program, t_ns, &started, sizeof(started), NULL, 0);
}

void raw_exited(struct raw *raw, int program, int incarnation, int64_t t_ns, int status)
{
	struct raw_program exited = {.state = RAW_PROGRAM_EXITED,
				     .incarnation = incarnation,
				     .status = status,
				     .pid = 7};

	raw_add(raw, RAW_PROGRAM, program, t_ns, &exited, sizeof(exited), NULL, 0);
}

void raw_up(struct raw *raw, int host, int64_t t_ns, int up)
{
	struct raw_host raw_host = {.up = (uint8_t)up};

	raw_add(raw, RAW_HOST, host, t_ns, &raw_host, sizeof(raw_host), NULL, 0);
}

void raw_fault(struct raw *raw, int fault, int64_t t_ns, int32_t part)
{
	raw_add(raw, RAW_FAULT, fault, t_ns, &part, sizeof(part), NULL, 0);
}

void raw_counters(struct raw *raw, int host, uint32_t when, const char *text)
{
	raw_add(raw, RAW_COUNTERS, host, 0, &when, sizeof(when), text, strlen(text));
}

void raw_done(struct raw *raw)
{
	free(raw->bytes);
}

static void put16(uint8_t *at, unsigned int value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value >> 16);
	put16(at + 2, value & 0xffff);
}

static uint8_t *put_ip(uint8_t *at, const struct made_segment *segment, const char *src,
		       const char *dst, int length)
{
	if (!strchr(src, ':')) {
		at[0] = 0x45;
		put16(at + 2, (unsigned int)(20 + length));
		put16(at + 4, (unsigned int)segment->id);
		at[8] = (uint8_t)(segment->ttl ? segment->ttl : 64);
		at[9] = IPPROTO_TCP;
		inet_pton(AF_INET, src, at + 12);
		inet_pton(AF_INET, dst, at + 16);
		return at + 20;
	}
	at[0] = 0x60;
	put16(at + 4, (unsigned int)(length + (segment->hop_by_hop ? 8 : 0)));
	at[6] = segment->hop_by_hop ? IPPROTO_HOPOPTS : IPPROTO_TCP;
	at[7] = (uint8_t)(segment->ttl ? segment->ttl : 64);
	inet_pton(AF_INET6, src, at + 8);
	inet_pton(AF_INET6, dst, at + 24);
	if (segment->hop_by_hop)
		at[40] = IPPROTO_TCP;
	return at + (segment->hop_by_hop ? 48 : 40);
}

size_t segment_frame(const struct made_segment *segment, uint8_t frame[256])
{
	const char *src = segment->src ? segment->src : CLIENT;
	const char *dst = segment->dst ? segment->dst : SERVER;
	int header = 20 + (segment->scale ? 4 : 0) + (segment->stamp ? 12 : 0);
	int window = segment->window < 0 ? 0 : segment->window ? segment->window : 1000;
	uint8_t *at;

	memset(frame, 0, 256);
	put16(frame + 12, strchr(src, ':') ? 0x86dd : 0x0800);
	at = put_ip(frame + 14, segment, src, dst, header + segment->payload);
	put16(at, (unsigned int)(segment->sport ? segment->sport : 40000));
	put16(at + 2, (unsigned int)(segment->dport ? segment->dport : 8081));
	put32(at + 4, segment->seq);
	put32(at + 8, segment->ack);
	at[12] = (uint8_t)(header / 4 << 4);
	at[13] = (uint8_t)segment->flags;
	put16(at + 14, (unsigned int)window);
	at += 20;
	if (segment->scale) {
		memcpy(at, (uint8_t[]){1, 3, 3, (uint8_t)(segment->scale - 1)}, 4);
		at += 4;
	}
	if (segment->stamp) {
		memcpy(at, (uint8_t[]){1, 1, 8, 10}, 4);
		put32(at + 4, segment->stamp);
		at += 12;
	}
	return (size_t)(at - frame) + (size_t)(segment->payload < 32 ? segment->payload : 32);
}

void raw_packet(struct raw *raw, int64_t t_ns, int host, enum raw_tap tap, int outgoing,
		const uint8_t *frame, size_t size)
{
	struct raw_packet packet = {.host = host,
				    .tap = (uint8_t)tap,
				    .outgoing = (uint8_t)outgoing,
				    .length = (uint32_t)size};

	raw_add(raw, RAW_PACKET, -1, t_ns, &packet, sizeof(packet), frame, size);
}

void raw_send(struct raw *raw, int64_t t_ns, int from, int to, enum fate fate,
	      const struct made_segment *segment)
{
	uint8_t frame[256];
	size_t size = segment_frame(segment, frame);

	raw_packet(raw, t_ns, from, RAW_TAP_HOST, 1, frame, size);
	if (fate == LOST_IN_CABLE)
		return;
	raw_packet(raw, t_ns, from, RAW_TAP_PORT, 0, frame, size);
	if (fate == LOST_ON_WAY)
		return;
	raw_packet(raw, t_ns + MS, to, RAW_TAP_PORT, 1, frame, size);
	raw_packet(raw, t_ns + MS, to, RAW_TAP_HOST, 0, frame, size);
}

struct record *test_collect(const struct plan *plan, struct raw *raw, int64_t end_ns)
{
	struct record_kernel kernel = {.name = "linux", .kind = "uml"};
	struct record *record = NULL;
	struct err err;

	if (end_ns >= 0)
		raw_end(raw, end_ns, 0);
	if (record_collect(plan, &kernel, raw->bytes, raw->size, &record, &err) < 0)
		ck_abort_msg("%s", err.text);
	raw_done(raw);
	return record;
}

const char *kinds_of(const struct record *record, int index)
{
	static char text[512];
	size_t used = 0;

	ck_assert_int_lt(index, record->packet_count);
	text[0] = '\0';
	for (int i = 0; i < KIND_COUNT; i++)
		if (record->packet[index].kinds & 1u << i)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
						 used ? " " : "", packet_kind_name(i));
	return text;
}

struct raw raw_sample(void)
{
	struct raw_socket socket = {.family = 2, .state = 1, .info_size = 200};
	char info[200] = {0};
	struct raw raw = {0};

	raw_begin(&raw);
	raw_up(&raw, 0, 0, 1);
	raw_started(&raw, 0, 0, 0);
	raw_step(&raw, 0, 0, S, PEER_START, 0, 0);
	raw_send(&raw, S, 0, 1, ARRIVES,
		 &(struct made_segment){.flags = TCP_SYN, .scale = 8, .stamp = 1});
	raw_send(&raw, S, 1, 0, LOST_ON_WAY,
		 &(struct made_segment){.src = SERVER, .dst = CLIENT, .flags = TCP_RST | TCP_ACK});
	raw_step(&raw, 0, 0, 2 * S, PEER_END, -1, ECONNREFUSED);
	raw_add(&raw, RAW_SOCKET, 1, 2 * S, &socket, sizeof(socket), info, sizeof(info));
	raw_add(&raw, RAW_SAMPLED, 1, 2 * S, NULL, 0, NULL, 0);
	raw_fault(&raw, 0, 2 * S, 0);
	raw_counters(&raw, 0, 1, "Tcp: RetransSegs\nTcp: 5\nIp6InReceives 4\n");
	raw_exited(&raw, 0, 0, 3 * S, 9);
	raw_end(&raw, 9 * S, 0);
	return raw;
}

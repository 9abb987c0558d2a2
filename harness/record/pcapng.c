/* SPDX-License-Identifier: MIT
 *
 * The capture, as pcapng (draft-ietf-opsawg-pcapng): one interface a tap, nanosecond stamps,
 * the direction of each frame, and comments where something turns: the fault that was done
 * just before, and what became of a packet that was lost.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet.h"
#include "raw.h"
#include "record.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_IF_NAME = 2,
	OPTION_IF_TSRESOL = 9,
	OPTION_SHB_USERAPPL = 4,
	OPTION_EPB_FLAGS = 2
};
enum { LINKTYPE_ETHERNET = 1 };

#define MOST_CAPTURED 65536 /* bytes of one frame */

struct block { /* one block, as it grows */
	uint8_t bytes[MOST_CAPTURED + 4096];
	size_t size;
};

static void put(struct block *block, const void *bytes, size_t size)
{
	size_t padded = (size + 3) & ~(size_t)3;

	if (block->size + padded > sizeof(block->bytes))
		return;
	memset(block->bytes + block->size, 0, padded);
	if (size)
		memcpy(block->bytes + block->size, bytes, size);
	block->size += padded;
}

static void put32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

static void put_option(struct block *block, uint16_t code, const void *bytes, size_t size)
{
	uint16_t head[2] = {code, (uint16_t)size};

	put(block, head, sizeof(head));
	put(block, bytes, size);
}

static void block_begin(struct block *block, uint32_t type)
{
	block->size = 0;
	put32(block, type);
	put32(block, 0);
}

static int block_end(struct block *block, FILE *file)
{
	uint32_t total;

	put_option(block, OPTION_END, NULL, 0);
	total = (uint32_t)block->size + 4;
	memcpy(block->bytes + 4, &total, sizeof(total));
	put32(block, total);
	return fwrite(block->bytes, block->size, 1, file) == 1 ? 0 : -1;
}

static int write_section(FILE *file)
{
	static const char application[] = "halfopen";
	struct block block;
	uint16_t version[2] = {1, 0};
	int64_t length = -1;

	block_begin(&block, BLOCK_SECTION);
	put32(&block, 0x1a2b3c4d);
	put(&block, version, sizeof(version));
	put(&block, &length, sizeof(length));
	put_option(&block, OPTION_SHB_USERAPPL, application, strlen(application));
	return block_end(&block, file);
}

/* The taps in order: each host's own end and its port, then the router's interfaces. */
static int tap_number(const struct plan *plan, const struct record_frame *frame)
{
	int place = frame->host >= 0 ? frame->host : plan->host_count - 1 - frame->host;

	return place * 2 + frame->tap;
}

static int write_interface(const struct plan *plan, int tap, FILE *file)
{
	struct block block;
	uint16_t link[2] = {LINKTYPE_ETHERNET, 0};
	uint8_t nanoseconds = 9;
	char name[64];
	int place = tap / 2;

	if (place < plan->host_count)
		snprintf(name, sizeof(name), "%s%s", plan->host[place].name,
			 tap % 2 ? " port" : "");
	else
		snprintf(name, sizeof(name), "router to %s%s",
			 plan->host[place - plan->host_count].name, tap % 2 ? " port" : "");
	block_begin(&block, BLOCK_INTERFACE);
	put(&block, link, sizeof(link));
	put32(&block, 0);
	put_option(&block, OPTION_IF_NAME, name, strlen(name));
	put_option(&block, OPTION_IF_TSRESOL, &nanoseconds, 1);
	return block_end(&block, file);
}

struct comment {
	char text[1024];
	size_t used;
};

__attribute__((format(printf, 2, 3))) static void comment_add(struct comment *comment,
							      const char *fmt, ...)
{
	va_list ap;
	size_t room = sizeof(comment->text) - comment->used;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(comment->text + comment->used, room, fmt, ap);
	va_end(ap);
	comment->used += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* A fault has no frame of its own: the next one, or else the last, speaks of it. */
static void comment_faults(struct comment *comment, const struct record *record,
			   const struct plan *plan, int index)
{
	int64_t before_ns = index ? record->frame[index - 1].t_ns : INT64_MIN;
	bool last = index == record->frame_count - 1;

	for (int i = 0; i < record->fault_count; i++) {
		int64_t t_ns = record->fault[i].begun_ns;
		const char *text = plan->fault[record->fault[i].fault].text;

		if (t_ns > before_ns && t_ns <= record->frame[index].t_ns)
			comment_add(comment, "before this: %s. ", text);
		else if (last && t_ns > record->frame[index].t_ns)
			comment_add(comment, "after this: %s. ", text);
	}
}

/* Where its sender let it out it is told what the packet is and what became of it. */
static void comment_packet(struct comment *comment, const struct record *record,
			   const struct record_frame *frame)
{
	const struct record_packet *packet = &record->packet[frame->packet];

	if (frame->host != packet->from || frame->tap != RAW_TAP_HOST || !frame->outgoing)
		return;
	if (packet->attempt)
		comment_add(comment, "%s %d. ",
			    packet->kinds & 1u << KIND_RETRANSMISSION ? "retransmission" : "probe",
			    packet->attempt);
	if (packet->arrived_ns < 0 && packet->to != PLAN_ANY)
		comment_add(comment, "lost %s. ",
			    packet->port_ns < 0 ? "in its sender's cable" : "on the way");
}

static int write_frame(const struct record *record, const struct plan *plan, int index, FILE *file)
{
	const struct record_frame *frame = &record->frame[index];
	uint64_t stamp = (uint64_t)(record->real_ns + frame->t_ns);
	uint32_t flags = frame->outgoing ? 2 : 1; /* outbound, inbound */
	int captured = frame->captured < MOST_CAPTURED ? frame->captured : MOST_CAPTURED;
	struct block block;
	struct comment comment = {0};

	block_begin(&block, BLOCK_PACKET);
	put32(&block, (uint32_t)tap_number(plan, frame));
	put32(&block, (uint32_t)(stamp >> 32));
	put32(&block, (uint32_t)stamp);
	put32(&block, (uint32_t)captured);
	put32(&block, (uint32_t)frame->length);
	put(&block, frame->bytes, (size_t)captured);
	put_option(&block, OPTION_EPB_FLAGS, &flags, sizeof(flags));
	comment_faults(&comment, record, plan, index);
	if (frame->packet >= 0)
		comment_packet(&comment, record, frame);
	while (comment.used && comment.text[comment.used - 1] == ' ')
		comment.used--;
	if (comment.used)
		put_option(&block, OPTION_COMMENT, comment.text, comment.used);
	return block_end(&block, file);
}

int record_write_pcapng(const struct record *record, const struct plan *plan, FILE *file,
			struct err *err)
{
	/* The bridges between are no hosts: a router has as many interfaces as there are hosts. */
	int places = plan->host_count * (plan->network == NETWORK_ROUTER ? 2 : 1);
	int ret = write_section(file);

	for (int tap = 0; tap < 2 * places && ret == 0; tap++)
		ret = write_interface(plan, tap, file);
	for (int i = 0; i < record->frame_count && ret == 0; i++)
		ret = write_frame(record, plan, i, file);
	if (ret < 0 || fflush(file) == EOF)
		return err_sys(err, errno ? errno : EIO, "cannot write the capture");
	return 0;
}

/* SPDX-License-Identifier: MIT
 *
 * The capture, as pcapng (draft-ietf-opsawg-pcapng): one interface a tap, nanosecond stamps,
 * the direction of each frame, and comments where something turns: the fault that was done
 * just before, and what became of a packet that was lost.
 */
#include <errno.h>
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

struct block { /* one block, as it grows */
	uint8_t bytes[4096];
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
			 tap % 2 ? " (far end of its cable)" : "");
	else
		snprintf(name, sizeof(name), "router towards %s%s",
			 plan->host[place - plan->host_count].name,
			 tap % 2 ? " (far end of its cable)" : "");
	block_begin(&block, BLOCK_INTERFACE);
	put(&block, link, sizeof(link));
	put32(&block, 0);
	put_option(&block, OPTION_IF_NAME, name, strlen(name));
	put_option(&block, OPTION_IF_TSRESOL, &nanoseconds, 1);
	return block_end(&block, file);
}

/* What is to be said of this frame; "" for nothing. */
static const char *comment_of(const struct record *record, const struct plan *plan, int index,
			      char *text, size_t size)
{
	const struct record_frame *frame = &record->frame[index];
	int64_t before_ns = index ? record->frame[index - 1].t_ns : -1;
	size_t used = 0;

	text[0] = '\0';
	for (int i = 0; i < record->fault_count; i++)
		if (record->fault[i].begun_ns > before_ns &&
		    record->fault[i].begun_ns <= frame->t_ns)
			used += (size_t)snprintf(text + used, size - used, "before this: %s. ",
						 plan->fault[record->fault[i].fault].text);
	if (frame->packet >= 0 && used < size) {
		const struct record_packet *packet = &record->packet[frame->packet];

		if (packet->arrived_ns < 0 && packet->to != PLAN_ANY &&
		    frame->host == packet->from && frame->tap == RAW_TAP_HOST && frame->outgoing)
			used += (size_t)snprintf(text + used, size - used, "lost: %s. ",
						 packet->port_ns < 0 ? "it never left the cable"
								     : "on the way");
		if (packet->attempt && used < size)
			snprintf(text + used, size - used, "%s %d",
				 packet->kinds & 1u << KIND_RETRANSMISSION ? "retransmission"
									   : "probe",
				 packet->attempt);
	}
	return text;
}

static int write_frame(const struct record *record, const struct plan *plan, int index, FILE *file)
{
	const struct record_frame *frame = &record->frame[index];
	uint64_t stamp = (uint64_t)(record->real_ns + frame->t_ns);
	uint32_t flags = frame->outgoing ? 2 : 1; /* outbound, inbound */
	struct block block;
	char comment[1024];

	block_begin(&block, BLOCK_PACKET);
	put32(&block, (uint32_t)tap_number(plan, frame));
	put32(&block, (uint32_t)(stamp >> 32));
	put32(&block, (uint32_t)stamp);
	put32(&block, (uint32_t)frame->captured);
	put32(&block, (uint32_t)frame->length);
	put(&block, frame->bytes, (size_t)frame->captured);
	put_option(&block, OPTION_EPB_FLAGS, &flags, sizeof(flags));
	if (comment_of(record, plan, index, comment, sizeof(comment))[0])
		put_option(&block, OPTION_COMMENT, comment, strlen(comment));
	return block_end(&block, file);
}

int record_write_pcapng(const struct record *record, const struct plan *plan, FILE *file,
			struct err *err)
{
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

/* SPDX-License-Identifier: MIT
 *
 * A capture, as pcapng (draft-ietf-opsawg-pcapng): one interface a tap, nanosecond stamps,
 * the direction of each frame, and comments, one each: on the frames before and after a fault,
 * on the first sighting of a packet that is special or was lost, and the caller's remarks.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "label.h"
#include "parts.h"
#include "raw.h"
#include "text.h"

enum { BLOCK_SECTION = 0x0a0d0d0a, BLOCK_INTERFACE = 1, BLOCK_PACKET = 6 };
enum {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_IF_NAME = 2,
	OPTION_IF_DESCRIPTION = 3,
	OPTION_IF_TSRESOL = 9,
	OPTION_SHB_USERAPPL = 4,
	OPTION_EPB_FLAGS = 2
};
enum { LINKTYPE_ETHERNET = 1 };

#define MOST_CAPTURED  65536 /* bytes of one frame */
#define BLOCK_END_SIZE 16    /* an option's head and padding, the last option, the block's size */

struct block { /* one block, as it grows */
	uint8_t bytes[MOST_CAPTURED + 16384];
	size_t size;
};

static void put(struct block *block, const void *bytes, size_t size)
{
	size_t padded = (size + 3) & ~(size_t)3;

	assert(block->size + padded <= sizeof(block->bytes));
	memset(block->bytes + block->size, 0, padded);
	if (size)
		memcpy(block->bytes + block->size, bytes, size);
	block->size += padded;
}

static void put32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

/* One that does not fit is left out. */
static void put_option(struct block *block, uint16_t code, const void *bytes, size_t size)
{
	uint16_t head[2] = {code, (uint16_t)size};

	if (code != OPTION_END && block->size + size + BLOCK_END_SIZE > sizeof(block->bytes))
		return;
	put(block, head, sizeof(head));
	put(block, bytes, size);
}

static void block_begin(struct block *block, uint32_t type)
{
	block->size = 0;
	put32(block, type);
	put32(block, 0);
}

/* TEXT as a comment, at most 1 KiB of it, without half a character at the end. */
__attribute__((format(printf, 2, 3))) static void put_comment(struct block *block, const char *fmt,
							      ...)
{
	char text[1024];
	size_t size;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	size = strlen(text);
	if (size == sizeof(text) - 1) {
		while (size > 0 && (text[size - 1] & 0xc0) == 0x80)
			size--;
		size -= size > 0 && text[size - 1] & 0x80;
	}
	put_option(block, OPTION_COMMENT, text, size);
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

/* A host, or behind them all the router's interface towards it. */
static int place_of(const struct plan *plan, const struct record_frame *frame)
{
	return frame->host >= 0 ? frame->host : plan->host_count - 1 - frame->host;
}

/* The taps in order: each place's own end and its port. */
static int tap_number(const struct plan *plan, const struct record_frame *frame)
{
	return place_of(plan, frame) * 2 + frame->tap;
}

static int write_interface(const struct plan *plan, int tap, FILE *file)
{
	struct block block;
	uint16_t link[2] = {LINKTYPE_ETHERNET, 0};
	uint8_t nanoseconds = 9;
	static const char *const ends[] = {"its own end of its cable", "the far end of its cable"};
	char name[64], description[128];
	int place = tap / 2;
	bool router = place >= plan->host_count;

	if (!router)
		snprintf(name, sizeof(name), "%s%s", plan->host[place].name,
			 tap % 2 ? " port" : "");
	else
		snprintf(name, sizeof(name), "router to %s%s",
			 plan->host[place - plan->host_count].name, tap % 2 ? " port" : "");
	block_begin(&block, BLOCK_INTERFACE);
	put(&block, link, sizeof(link));
	put32(&block, 0);
	snprintf(description, sizeof(description), "%s: %s",
		 router ? PLACE_ROUTER_NAME : plan->host[place].name, ends[tap % 2]);
	put_option(&block, OPTION_IF_NAME, name, strlen(name));
	put_option(&block, OPTION_IF_DESCRIPTION, description, strlen(description));
	put_option(&block, OPTION_IF_TSRESOL, &nanoseconds, 1);
	return block_end(&block, file);
}

struct capture {
	const struct record *record;
	const struct plan *plan;
	const struct record_remark *remark;
	int remark_count;
	int first_tap, tap_count;
	const struct record_frame **frame; /* those of these taps */
	int frame_count;
	bool *told; /* by packet: it has been seen */
	FILE *file;
};

/* The bridges between are no hosts: a router has as many interfaces as there are hosts. */
int record_tap_count(const struct plan *plan)
{
	return plan->host_count * (plan->network == NETWORK_ROUTER ? 2 : 1);
}

static void choose_taps(struct capture *capture, int tap)
{
	bool all = tap == RECORD_ALL_TAPS;

	capture->first_tap = all ? 0 : 2 * tap + RAW_TAP_HOST;
	capture->tap_count = all ? 2 * record_tap_count(capture->plan) : 1;
	for (int i = 0; i < capture->record->frame_count; i++) {
		const struct record_frame *frame = &capture->record->frame[i];
		int number = tap_number(capture->plan, frame) - capture->first_tap;

		if (number >= 0 && number < capture->tap_count)
			capture->frame[capture->frame_count++] = frame;
	}
}

/* Which of PACKET's frames is one of the capture of PLACE; NULL: none. */
static int64_t *number_of(struct record_packet *packet, int place, int hosts)
{
	if (packet->from >= 0 && place == packet->from)
		return &packet->frame_sent;
	if (packet->to >= 0 && place == packet->to)
		return &packet->frame_arrived;
	if (packet->from >= 0 && place == hosts + packet->from)
		return &packet->frame_router_in;
	if (packet->to >= 0 && place == hosts + packet->to)
		return &packet->frame_router_out;
	return NULL;
}

void number_frames(struct record *record, const struct plan *plan)
{
	int seen[2 * HOSTS_MAX] = {0};

	for (int i = 0; i < record->frame_count; i++) {
		const struct record_frame *frame = &record->frame[i];
		int place = place_of(plan, frame);
		int64_t *number = NULL;

		if (frame->tap != RAW_TAP_HOST)
			continue;
		seen[place]++;
		if (frame->packet >= 0)
			number = number_of(&record->packet[frame->packet], place, plan->host_count);
		if (number && !*number)
			*number = seen[place];
	}
}

/* What run it is of; Wireshark shows that among the properties of the capture. */
static int write_section(const struct capture *capture)
{
	static const char application[] = "halfopen";
	const struct plan *plan = capture->plan;
	struct block block;
	uint16_t version[2] = {1, 0};
	int64_t length = -1;
	char claims[256];
	struct text text = text_over(claims, sizeof(claims));

	for (int i = 0; i < plan->claim_count; i++)
		text_add(&text, "%s%s", i ? ", " : "\nclaims: ", plan->claims[i]);
	block_begin(&block, BLOCK_SECTION);
	put32(&block, 0x1a2b3c4d);
	put(&block, version, sizeof(version));
	put(&block, &length, sizeof(length));
	put_comment(&block, "%s%s%s\n%s%s", plan->file, *plan->variant ? ":" : "", plan->variant,
		    plan->name, claims);
	put_option(&block, OPTION_SHB_USERAPPL, application, strlen(application));
	return block_end(&block, capture->file);
}

/* A fault has no frame of its own: those next to it speak of it. */
static void comment_moment(struct block *block, const struct capture *capture, int index,
			   int64_t t_ns, const char *text, const char *more)
{
	const struct record_frame *const *frame = &capture->frame[index];
	bool first = index == 0, last = index == capture->frame_count - 1;
	char time[32];

	duration_span(t_ns, time, sizeof(time));
	if (frame[0]->t_ns < t_ns && (last || frame[1]->t_ns >= t_ns))
		put_comment(block, "after this, at %s: %s%s", time, text, more);
	if (frame[0]->t_ns >= t_ns && (first || frame[-1]->t_ns < t_ns))
		put_comment(block, "before this, at %s: %s%s", time, text, more);
}

static void comment_faults(struct block *block, const struct capture *capture, int index)
{
	for (int i = 0; i < capture->record->fault_count; i++) {
		const struct record_fault *fault = &capture->record->fault[i];
		const char *text = capture->plan->fault[fault->fault].text;

		comment_moment(block, capture, index, fault->begun_ns, text, "");
		if (fault->done_ns != fault->begun_ns)
			comment_moment(block, capture, index, fault->done_ns, text, ": done");
	}
}

/* Where it is seen first it is told what the packet is and what became of it. */
static void comment_packet(struct block *block, const struct record_packet *packet)
{
	char what[512];

	if (*label_packet_note(packet, what, sizeof(what)))
		put_comment(block, "%s", what);
	if (packet->made_on_way)
		put_comment(block, "made on the way: no host sent it");
	if (packet->lost)
		put_comment(block, "lost: %s", packet->lost);
	else if (packet->arrived_ns < 0 && packet->to != PLAN_ANY)
		put_comment(block, "lost %s",
			    packet->from >= 0 && packet->port_ns < 0 && !packet->made_on_way
				    ? "in its sender's cable"
				    : "on the way");
}

static void comment_remarks(struct block *block, const struct capture *capture, int index)
{
	const struct record_frame *const *frame = &capture->frame[index];
	bool last = index == capture->frame_count - 1;

	for (int i = 0; i < capture->remark_count; i++) {
		const struct record_remark *remark = &capture->remark[i];

		if ((frame[0]->t_ns <= remark->t_ns || index == 0) &&
		    (last || frame[1]->t_ns > remark->t_ns))
			put_comment(block, "%s", remark->text);
	}
}

static int write_frame(struct capture *capture, int index)
{
	const struct record *record = capture->record;
	const struct record_frame *frame = capture->frame[index];
	uint64_t stamp = (uint64_t)(record->real_ns + frame->t_ns);
	uint32_t flags = frame->outgoing ? 2 : 1; /* outbound, inbound */
	int captured = frame->captured < MOST_CAPTURED ? frame->captured : MOST_CAPTURED;
	struct block block;

	block_begin(&block, BLOCK_PACKET);
	put32(&block, (uint32_t)(tap_number(capture->plan, frame) - capture->first_tap));
	put32(&block, (uint32_t)(stamp >> 32));
	put32(&block, (uint32_t)stamp);
	put32(&block, (uint32_t)captured);
	put32(&block, (uint32_t)frame->length);
	put(&block, frame->bytes, (size_t)captured);
	put_option(&block, OPTION_EPB_FLAGS, &flags, sizeof(flags));
	comment_faults(&block, capture, index);
	if (frame->packet >= 0 && !capture->told[frame->packet]) {
		capture->told[frame->packet] = true;
		comment_packet(&block, &record->packet[frame->packet]);
	}
	comment_remarks(&block, capture, index);
	return block_end(&block, capture->file);
}

int record_write_pcapng(const struct record *record, const struct plan *plan, int tap,
			const struct record_remark *remarks, int count, FILE *file, struct err *err)
{
	struct capture capture = {
		.record = record,
		.plan = plan,
		.remark = remarks,
		.remark_count = count,
		.frame = calloc((size_t)record->frame_count + 1, sizeof(struct record_frame *)),
		.told = calloc((size_t)record->packet_count + 1, sizeof(bool)),
		.file = file};
	int ret;

	if (!capture.told || !capture.frame)
		abort();
	choose_taps(&capture, tap);
	ret = write_section(&capture);
	for (int i = 0; i < capture.tap_count && ret == 0; i++)
		ret = write_interface(plan, capture.first_tap + i, file);
	for (int i = 0; i < capture.frame_count && ret == 0; i++)
		ret = write_frame(&capture, i);
	free(capture.frame);
	free(capture.told);
	if (ret < 0 || fflush(file) == EOF)
		return err_sys(err, errno ? errno : EIO, "cannot write the capture");
	return 0;
}

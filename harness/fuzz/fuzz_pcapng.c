/* SPDX-License-Identifier: MIT
 *
 * The capture of whatever a guest said, read back by libpcap and block by block. The input is as
 * fuzz_raw's; the remarks are made of its last bytes.
 */
#undef NDEBUG
#include <assert.h>
#include <pcap/pcap.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "cases.h"
#include "record.h"
#include "text.h"

#define REMARKS     3
#define REMARK_MOST 3000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct block {
	uint32_t type, size;
};

/* Every option lies within its block (draft-ietf-opsawg-pcapng, 3.5). */
static void check_options(const char *at, const char *end)
{
	uint16_t head[2];

	for (; at < end; at += sizeof(head) + ((head[1] + 3u) & ~3u)) {
		assert((size_t)(end - at) >= sizeof(head));
		memcpy(head, at, sizeof(head));
		assert(head[1] <= (size_t)(end - at) - sizeof(head));
		if (head[0] == 0)
			break;
	}
	assert(at + sizeof(head) == end);
}

static void check_block(const char *at, const struct block *block)
{
	enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, PACKET = 6 };
	const char *end = at + block->size - 4;
	uint32_t again, captured;

	memcpy(&again, end, sizeof(again));
	assert(again == block->size && block->size % 4 == 0);
	switch (block->type) {
	case SECTION:
		check_options(at + 24, end);
		return;
	case INTERFACE:
		check_options(at + 16, end);
		return;
	default:
		assert(block->type == PACKET);
		memcpy(&captured, at + 20, sizeof(captured));
		check_options(at + 28 + ((captured + 3) & ~3u), end);
	}
}

static void check(const struct text *text, int frames)
{
	char why[PCAP_ERRBUF_SIZE];
	struct block block;
	struct pcap_pkthdr *header;
	const u_char *bytes;
	pcap_t *pcap;
	int ret;

	for (size_t at = 0; at < text->size; at += block.size) {
		assert(text->size - at >= 12);
		memcpy(&block, text->bytes + at, sizeof(block));
		assert(block.size >= 12 && block.size <= text->size - at);
		check_block(text->bytes + at, &block);
	}
	pcap = pcap_fopen_offline(fmemopen(text->bytes, text->size, "r"), why);
	assert(pcap);
	while ((ret = pcap_next_ex(pcap, &header, &bytes)) == 1)
		frames--;
	if (ret != PCAP_ERROR_BREAK)
		fprintf(stderr, "%s\n", pcap_geterr(pcap));
	assert(ret == PCAP_ERROR_BREAK && frames == 0);
	pcap_close(pcap);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_kernel kernel = {0};
	struct record_remark remarks[REMARKS];
	char remark[REMARK_MOST + 1];
	struct text text = {0};
	const struct plan *plan;
	struct record *record;
	size_t length = size < REMARK_MOST ? size : REMARK_MOST;
	struct err err;
	FILE *out;

	if (size == 0)
		return 0;
	plan = cases_plan(data[0]);
	if (record_collect(plan, &kernel, data + 1, size - 1, &record, &err) < 0)
		return 0;
	memcpy(remark, data + size - length, length);
	remark[length] = '\0';
	for (int i = 0; i < REMARKS; i++)
		remarks[i] = (struct record_remark){i * 1000000000LL,
						    remark + (i < (int)length ? i : 0)};
	out = text_stream(&text);
	assert(record_write_pcapng(record, plan, RECORD_ALL_TAPS, remarks, size % (REMARKS + 1),
				   out, &err) == 0);
	text_stream_end(&text, out);
	check(&text, record->frame_count);
	text_done(&text);
	record_free(record);
	return 0;
}

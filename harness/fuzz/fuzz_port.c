/* SPDX-License-Identifier: MIT
 *
 * What the guests of a run with own kernels say by their control ports, in pieces: a byte that
 * chooses the case, and then again and again a host, a length of two bytes, and the bytes. What
 * comes of it is a record.
 */
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "fake_world.h"
#include "parts.h"
#include "record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void hear(struct play *play, const uint8_t *data, size_t size)
{
	while (size >= 3 && !play->failed) {
		int host = data[0] % play->host_count;
		size_t length = (size_t)data[1] | (size_t)data[2] << 8;
		uint8_t *copy;

		data += 3, size -= 3;
		length = length < size ? length : size;
		copy = malloc(length + !length);
		memcpy(copy, data, length);
		hear_bytes(play, host, play->world->now_ns, copy, length);
		free(copy);
		play->world->now_ns += 1000000;
		data += length, size -= length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world world = {.now_ns = PLAY_ZERO_NS};
	struct record_kernel kernel = {0};
	struct record *record;
	struct play play = {.world = &world, .end_ns = -1};
	struct err err;
	int ret;

	if (size == 0)
		return 0;
	play.plan = cases_plan(data[0]);
	play.host_count = play.plan->host_count + play_has_router(&play);
	play.fault = calloc((size_t)play.plan->fault_count + 1, sizeof(*play.fault));
	for (int i = 0; i < play.host_count; i++) {
		world.power[i] = WORLD_ON;
		world.card_host[i] = i;
		play.host[i].card = i;
	}
	hear(&play, data + 1, size - 1);
	ret = record_collect(play.plan, &kernel, text_string(&play.raw), play.raw.size, &record,
			     &err);
	assert(ret == 0 || ret == -EBADMSG);
	if (ret == 0)
		record_free(record);
	for (int i = 0; i < play.host_count; i++)
		text_done(&play.host[i].said);
	text_done(&play.raw);
	free(play.fault);
	return 0;
}

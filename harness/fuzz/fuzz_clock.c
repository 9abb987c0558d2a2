/* SPDX-License-Identifier: MIT
 *
 * A guest of a run with own kernels on the socket of its clock: what it says, what it writes into
 * the page, and what its owner does when he may.
 */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "script.h"
#include "time_travel.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int serve(struct time_travel *time, int guest)
{
	char heard[4096];
	struct err err;
	int ret = time_travel_serve(time, &err);

	while (recv(guest, heard, sizeof(heard), MSG_DONTWAIT) > 0)
		;
	return ret;
}

/* As the owner may: at its wish, and up to a later time. */
static int own(struct time_travel *time, struct script *script, uint8_t what)
{
	int64_t later_ns = (int64_t)(script_number(script, 4));
	struct err err;

	if (time->has_started)
		return time_travel_start(time, later_ns, &err);
	if (!time->page || !time_travel_is_told(time))
		return 0;
	if (!time->is_waiting) {
		int ret = time_travel_look(time, &err);

		return ret ? ret : time_travel_limit(time, time->now_ns + later_ns, &err);
	}
	if (what % 2 && time->wants_ns != TIME_NEVER)
		return time_travel_run(time, time->wants_ns,
				       time->wants_ns > INT64_MAX - later_ns
					       ? INT64_MAX
					       : time->wants_ns + later_ns,
				       &err);
	if (time->wants_ns - time->now_ns > later_ns)
		time_travel_stand_at(time, time->now_ns + later_ns);
	return time_travel_wish(time, &err);
}

static int act(struct time_travel *time, int guest, struct script *script)
{
	struct {
		uint32_t op, sequence;
		uint64_t time;
	} message;
	uint8_t what = (uint8_t)script_number(script, 1), bytes[64];
	size_t size;

	switch (what % 5) {
	case 0: /* what is well formed */
		message.op = what / 5 % 12;
		message.sequence = (uint32_t)script_number(script, 1);
		message.time = script_number(script, 4);
		return send(guest, &message, sizeof(message), MSG_NOSIGNAL | MSG_DONTWAIT) < 0
			       ? -1
			       : serve(time, guest);
	case 1: /* and what is not */
		size = script_bytes(script, bytes, sizeof(bytes));
		return size && send(guest, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT) < 0
			       ? -1
			       : serve(time, guest);
	case 2:
		size = script_number(script, 1) * 32;
		size += script_number(script, 1);
		if (time->page && size < 4096 + 100)
			script_bytes(script, (uint8_t *)time->page + size, 16);
		return 0;
	default:
		return own(time, script, what / 5);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct script script = {data, data + size};
	struct time_travel time;
	struct err err;
	int pair[2];

	assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair) == 0);
	time_travel_init(&time);
	assert(time_travel_connect(&time, pair[0], &err) == 0);
	while (!script_is_over(&script) && !time.has_ended && act(&time, pair[1], &script) >= 0)
		;
	close(pair[1]);
	time_travel_done(&time);
	return 0;
}

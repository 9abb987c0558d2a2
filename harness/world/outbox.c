/* SPDX-License-Identifier: MIT
 *
 * What a host did that is not the world's yet: a ring.
 */
#include <stdlib.h>

#include "parts.h"

bool outbox_is_empty(const struct outbox *outbox)
{
	return outbox->count == 0;
}

struct output *outbox_first(struct outbox *outbox)
{
	return &outbox->item[outbox->first];
}

void outbox_drop_first(struct outbox *outbox)
{
	outbox->bytes -= outbox_first(outbox)->size;
	outbox->first = (outbox->first + 1) % outbox->room;
	outbox->count--;
}

void outbox_add(struct outbox *outbox, struct output output)
{
	if (outbox->count == outbox->room) {
		size_t room = outbox->room ? 2 * outbox->room : 16;
		struct output *item = calloc(room, sizeof(*item));

		if (!item)
			abort();
		for (size_t i = 0; i < outbox->count; i++)
			item[i] = outbox->item[(outbox->first + i) % outbox->room];
		free(outbox->item);
		outbox->item = item;
		outbox->room = room;
		outbox->first = 0;
	}
	outbox->item[(outbox->first + outbox->count++) % outbox->room] = output;
	outbox->bytes += output.size;
}

void output_free(struct output *output)
{
	switch (output->kind) {
	case OUTPUT_PACKET:
		packet_free(output->what);
		break;
	case OUTPUT_REQUEST:
		disk_request_free(output->what);
		break;
	case OUTPUT_BYTES:
		free(output->what);
		break;
	case OUTPUT_END:
	case OUTPUT_REBOOT:
		break;
	}
}

void host_forget(struct host *host)
{
	while (!outbox_is_empty(&host->outbox)) {
		output_free(outbox_first(&host->outbox));
		outbox_drop_first(&host->outbox);
	}
}

/* SPDX-License-Identifier: MIT
 *
 * The world tells each packet when it leaves its card and when its fate is known. A tap on the
 * host's interface and one at the far end of its cable would have seen it at these moments; the
 * frames say so, and beside that, which packet it is and what it was lost by. So the record is made
 * of them as on any other kernel, but nothing has to be guessed.
 */
#include <string.h>

#include "clock.h"
#include "parts.h"
#include "strip_words.h"

static struct raw_packet sighting(const struct play *play, int card, enum raw_tap tap,
				  bool outgoing, uint64_t number, uint32_t size)
{
	int host = world_card_host(play->world, card);
	struct raw_packet packet = {.host = host,
				    .tap = tap,
				    .outgoing = outgoing,
				    .length = size,
				    .number = (uint32_t)number + 1};

	for (int i = 0; i < play->plan->host_count && play_has_router(play); i++)
		if (play->host[i].router_card == card)
			packet.host = -1 - i;
	return packet;
}

static void put(struct play *play, int64_t t_ns, int card, enum raw_tap tap, bool outgoing,
		uint64_t number, const uint8_t *frame, uint32_t size)
{
	struct raw_packet packet = sighting(play, card, tap, outgoing, number, size);

	play_frame(play, RAW_PACKET, -1, t_ns, &packet, sizeof(packet), frame,
		   size < RAW_SNAP ? size : RAW_SNAP);
}

void carry_sent(void *data, int card, uint64_t number, const uint8_t *frame, uint32_t size)
{
	struct play *play = data;
	int64_t t_ns = play_now_ns(play);

	put(play, t_ns, card, RAW_TAP_HOST, true, number, frame, size);
	if (world_carrier(play->world, card))
		put(play, t_ns, card, RAW_TAP_PORT, false, number, frame, size);
}

/* Did it come to the far end of the receiver's cable? */
static bool left_port(enum world_fate fate)
{
	switch (fate) {
	case WORLD_DELIVERED:
	case WORLD_NO_LIFE:
	case WORLD_NO_DRIVER:
	case WORLD_NO_BUFFER:
		return true;
	case WORLD_IN_FLIGHT:
	case WORLD_LOST:
	case WORLD_QUEUE_FULL:
	case WORLD_FILTERED:
	case WORLD_REJECTED:
	case WORLD_GIVEN_UP:
	case WORLD_SENDER_CARRIER:
	case WORLD_NO_CARRIER:
	case WORLD_NO_POWER:
	case WORLD_NOBODY:
	case WORLD_FATE_COUNT:
		return false;
	}
	return false;
}

static bool is_routers(const struct play *play, int card)
{
	return play_has_router(play) && card != WORLD_NONE &&
	       world_card_host(play->world, card) == play->plan->host_count;
}

static void put_lost(struct play *play, const struct world_packet *packet, int64_t t_ns)
{
	uint32_t number = (uint32_t)packet->number + 1;
	int to = packet->to == WORLD_NONE ? -1 : world_card_host(play->world, packet->to);
	const char *fate = world_fate_name[packet->fate];
	AUTO_TEXT struct text why = {0};

	if (packet->fate == WORLD_DELIVERED || packet->duplicate)
		return;
	if (strncmp(fate, WORLD_RECEIVER, strlen(WORLD_RECEIVER)) == 0 &&
	    is_routers(play, packet->to))
		text_add(&why, "the router%s", fate + strlen(WORLD_RECEIVER));
	else
		text_put(&why, fate);
	play_frame(play, RAW_LOST, to, t_ns, &number, sizeof(number), why.bytes, why.size);
}

void carry_stripped(void *data, uint64_t number, const struct frame_strip *did)
{
	uint32_t numbered = (uint32_t)number + 1;
	int bits = (did->ecn ? STRIP_ECN : 0) | (did->ecn_flags ? STRIP_ECN_FLAGS : 0);
	AUTO_TEXT struct text text = {0};

	for (const struct word *word = strip_words; word->name; word++)
		if (word->value & bits || strip_options((int)word->value) & did->options)
			text_add(&text, "%s%s",
				 text.size ? ", " : "the middlebox takes out: ", word->name);
	if (did->most_mss)
		text_add(&text, "%sthe middlebox lowers its MSS to %u", text.size ? "; " : "",
			 did->most_mss);
	play_frame(data, RAW_CHANGED, -1, play_now_ns(data), &numbered, sizeof(numbered),
		   text.bytes, text.size);
}

void carry_packet(void *data, const struct world_packet *packet)
{
	struct play *play = data;
	int64_t t_ns = packet->t_ns - play->zero_ns;

	put_lost(play, packet, t_ns);
	if (packet->to == WORLD_NONE || !left_port(packet->fate))
		return;
	put(play, t_ns, packet->to, RAW_TAP_PORT, true, packet->number, packet->frame,
	    packet->size);
	if (packet->fate == WORLD_DELIVERED)
		put(play, t_ns, packet->to, RAW_TAP_HOST, false, packet->number, packet->frame,
		    packet->size);
}

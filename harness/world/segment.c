/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <string.h>

#define MAC_SIZE   6
#define MAC_SOURCE 6 /* in an Ethernet header */

static bool is_group(const uint8_t *mac)
{
	return mac[0] & 1;
}

static int find(const struct segment *segment, const uint8_t *mac)
{
	for (int i = 0; i < segment->learned_count; i++)
		if (memcmp(segment->learned[i].mac, mac, MAC_SIZE) == 0)
			return i;
	return -1;
}

static void learn(struct segment *segment, int card, const uint8_t *mac)
{
	int at = find(segment, mac);

	if (is_group(mac))
		return;
	if (at < 0) {
		if (segment->learned_count == SEGMENT_LEARNED)
			memmove(segment->learned, segment->learned + 1,
				--segment->learned_count * sizeof(segment->learned[0]));
		at = segment->learned_count++;
		memcpy(segment->learned[at].mac, mac, MAC_SIZE);
	}
	segment->learned[at].card = card;
}

void segment_forget(struct segment *segment, int card)
{
	int kept = 0;

	for (int i = 0; i < segment->learned_count; i++)
		if (segment->learned[i].card != card)
			segment->learned[kept++] = segment->learned[i];
	segment->learned_count = kept;
}

bool segment_add(struct segment *segment, int card, const uint8_t mac[6])
{
	if (segment->card_count == (segment->is_cable ? 2 : SEGMENT_CARDS))
		return false;
	segment->card[segment->card_count++] = card;
	learn(segment, card, mac);
	return true;
}

int segment_route(struct segment *segment, int from, const uint8_t *frame,
		  int ret_to[SEGMENT_CARDS])
{
	int known = -1, count = 0;

	if (!segment->is_cable) {
		learn(segment, from, frame + MAC_SOURCE);
		known = is_group(frame) ? -1 : find(segment, frame);
	}
	for (int i = 0; i < segment->card_count; i++) {
		int card = segment->card[i];

		if (card != from && (known < 0 || segment->learned[known].card == card))
			ret_to[count++] = card;
	}
	return count;
}

int segment_far_end(const struct segment *segment, int card)
{
	if (!segment->is_cable || segment->card_count < 2)
		return -1;
	return segment->card[0] == card ? segment->card[1] : segment->card[0];
}

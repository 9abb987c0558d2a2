/* SPDX-License-Identifier: MIT
 *
 * The way of a packet: its card, the segment, the rules, the cable of each card that it goes to.
 * All of it is decided when it is sent, but for what the receiver is like when it arrives.
 */
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "middlebox.h"
#include "parts.h"

const char *const world_fate_name[WORLD_FATE_COUNT] = {
	[WORLD_DELIVERED] = "delivered",
	[WORLD_IN_FLIGHT] = "on its way at the end",
	[WORLD_LOST] = "lost by chance",
	[WORLD_QUEUE_FULL] = "the link's queue was full",
	[WORLD_FILTERED] = "dropped by a rule",
	[WORLD_REJECTED] = "rejected by a rule",
	[WORLD_GIVEN_UP] = "the middlebox has given its connection up",
	[WORLD_SENDER_CARRIER] = "the sender had no carrier",
	[WORLD_NO_CARRIER] = WORLD_RECEIVER " had no carrier",
	[WORLD_NO_POWER] = WORLD_RECEIVER " was off",
	[WORLD_NO_LIFE] = WORLD_RECEIVER " stood still",
	[WORLD_NO_DRIVER] = WORLD_RECEIVER "'s card was not set up",
	[WORLD_NO_BUFFER] = WORLD_RECEIVER "'s card had no buffer",
	[WORLD_NOBODY] = "nobody was there",
};

struct packet *packet_new(int from, const uint8_t *frame, uint32_t size)
{
	struct packet *packet = calloc(1, sizeof(*packet) + size);

	if (!packet)
		abort();
	packet->users = 1;
	packet->from = from;
	packet->size = size;
	memcpy(packet->bytes, frame, size);
	return packet;
}

void packet_free(struct packet *packet)
{
	if (packet && --packet->users == 0)
		free(packet);
}

static void flip(uint8_t *bytes, int32_t bit)
{
	bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
}

void network_tell(struct world *world, const struct packet *packet, int to, enum world_fate fate,
		  int rule, int32_t flipped_bit, bool duplicate)
{
	const struct world_observer *observer = &world->options.observer;
	struct world_packet told = {.number = packet->number,
				    .from = packet->from,
				    .to = to,
				    .sent_ns = packet->sent_ns,
				    .t_ns = world->now_ns,
				    .fate = fate,
				    .rule = rule,
				    .corrupted = flipped_bit >= 0,
				    .duplicate = duplicate,
				    .by_world = packet->by_world,
				    .frame = packet->bytes,
				    .size = packet->size};
	uint8_t *changed = NULL;

	if (!observer->packet)
		return;
	if (flipped_bit >= 0) {
		changed = malloc(packet->size);
		if (!changed)
			abort();
		memcpy(changed, packet->bytes, packet->size);
		flip(changed, flipped_bit);
		told.frame = changed;
	}
	observer->packet(observer->data, &told);
	free(changed);
}

static bool is_one(int asked, int is)
{
	return asked == WORLD_NONE || asked == is;
}

static bool is_excepted(const struct rule *rule, int from, int to)
{
	for (int i = 0; i < rule->exception_count; i++)
		if (is_one(rule->exception[i].from, from) && is_one(rule->exception[i].to, to))
			return true;
	return false;
}

static bool is_option(const struct world_option *asked, const struct frame_parts *parts, int is)
{
	return !asked->asked || (parts->tcp_at && is >= asked->from && is <= asked->to);
}

static bool matches(const struct world_rule *rule, const struct frame_parts *parts, int from,
		    int to)
{
	if (!is_one(rule->from, from) || !is_one(rule->to, to))
		return false;
	if (rule->flags_mask &&
	    (!parts->tcp_at || (parts->tcp_flags & rule->flags_mask) != rule->flags))
		return false;
	if (rule->ecn && (!parts->tcp_at || !(rule->ecn & 1 << parts->ecn)))
		return false;
	if (!is_option(&rule->mss, parts, parts->tcp_mss) ||
	    !is_option(&rule->scale, parts, parts->tcp_scale))
		return false;
	if ((rule->port || rule->from_port || rule->to_port) && !parts->tcp_at)
		return false;
	if ((rule->port && rule->port != parts->tcp_from && rule->port != parts->tcp_to) ||
	    (rule->from_port && rule->from_port != parts->tcp_from) ||
	    (rule->to_port && rule->to_port != parts->tcp_to))
		return false;
	return !rule->longer_than || (parts->ip_version && parts->ip_length > rule->longer_than);
}

/* Whether it is one of those by number that the rule means. */
static bool is_which(struct rule *rule)
{
	rule->seen++;
	for (int i = 0; i < rule->rule.which_count; i++)
		if (rule->seen >= rule->rule.which[i].from && rule->seen <= rule->rule.which[i].to)
			return true;
	return !rule->rule.which_count;
}

/* What the receiver is like now decides, from outside in. */
static enum world_fate obstacle(const struct world_card *card, uint32_t outages)
{
	const struct host *host = card->host;

	if (host->power == WORLD_OFF || host->is_dead)
		return WORLD_NO_POWER;
	if (!card->carrier || card->outages != outages)
		return WORLD_NO_CARRIER;
	if (host->power != WORLD_ON)
		return WORLD_NO_LIFE;
	return vhost_is_up(&card->card.vhost) ? WORLD_DELIVERED : WORLD_NO_DRIVER;
}

/* It is the receiver's own filter that refuses: one that is off, hung or suspended does not. */
static bool is_in_force(const struct rule *rule, const struct world_card *to)
{
	return rule->rule.verdict != WORLD_RULE_REJECT ||
	       obstacle(to, to->outages) == WORLD_DELIVERED;
}

/* The rule that decides about a packet, or NULL. */
static struct rule *rule_for(struct world *world, const struct packet *packet, int to)
{
	struct frame_parts parts;

	if (!world->rule_count)
		return NULL;
	parts = frame_parse(packet->bytes, packet->size);
	for (int i = 0; i < world->rule_count; i++)
		if (matches(&world->rule[i].rule, &parts, packet->from, to) &&
		    is_in_force(&world->rule[i], world->card[to]) &&
		    !is_excepted(&world->rule[i], packet->from, to) && is_which(&world->rule[i]))
			return &world->rule[i];
	return NULL;
}

static void count_down(struct world *world, struct rule *rule)
{
	int number = rule->number;

	if (rule->rule.count && --rule->rule.count == 0)
		world_remove_rule(world, number);
}

static bool is_sender(const struct world_sender *sender, const struct packet *packet)
{
	struct frame_parts parts;
	const uint8_t *ip;

	if (sender->card != WORLD_NONE)
		return sender->card == packet->from;
	parts = frame_parse(packet->bytes, packet->size);
	ip = packet->bytes + parts.ip_at;
	if (parts.ip_version != sender->ip_version)
		return false;
	return parts.ip_version == 4 ? memcmp(ip + 12, sender->address, 4) == 0
				     : memcmp(ip + 8, sender->address, 16) == 0;
}

static struct impaired_link *link_of(struct world_card *card, const struct packet *packet)
{
	for (int i = 0; i < card->sender_count; i++)
		if (is_sender(&card->sender[i].sender, packet))
			return &card->sender[i].link;
	return &card->link;
}

int64_t network_least_ns(const struct world_card *card)
{
	int64_t least_ns = impairment_least_ns(&card->link.how);

	for (int i = 0; i < card->sender_count; i++) {
		int64_t one_ns = impairment_least_ns(&card->sender[i].link.how);

		least_ns = one_ns < least_ns ? one_ns : least_ns;
	}
	return least_ns;
}

void network_reject(struct world *world, const struct packet *packet, int to, int type, int code)
{
	struct world_card *card = world->card[to];
	uint8_t bytes[FRAME_ANSWER_MOST];
	uint32_t size = frame_reject(packet->bytes, packet->size, type, code, bytes);
	struct packet *answer;

	if (!size)
		return;
	answer = packet_new(to, bytes, size);
	answer->by_world = true;
	answer->to = packet->from;
	agenda_add(&world->card[packet->from]->host->inbox,
		   (struct event){.t_ns = world->now_ns +
					  impairment_least_ns(&link_of(card, packet)->how),
				  .kind = EVENT_ANSWER,
				  .what = answer});
}

static void pass(struct world *world, struct packet *packet, int to)
{
	struct world_card *card = world->card[to];
	struct passage passage = impaired_link_pass(link_of(card, packet), world->now_ns,
						    packet->size);

	for (int i = 0; i < passage.copies; i++) {
		packet->users++;
		agenda_add(&card->host->inbox, (struct event){.t_ns = passage.arrives_ns[i],
							      .kind = EVENT_DELIVER,
							      .device = to,
							      .life = card->outages,
							      .extra = passage.flipped_bit[i],
							      .duplicate = i > 0,
							      .what = packet});
	}
	if (!passage.copies)
		network_tell(world, packet, to, passage.queue_full ? WORLD_QUEUE_FULL : WORLD_LOST,
			     WORLD_NONE, -1, false);
}

static void send_to(struct world *world, struct packet *packet, int to)
{
	struct rule *found = rule_for(world, packet, to);
	struct world_rule rule;
	int number;

	if (!found && middlebox_sees(world, packet, to)) {
		network_tell(world, packet, to, WORLD_GIVEN_UP, WORLD_NONE, -1, false);
		return;
	}
	if (!found) {
		pass(world, packet, to);
		return;
	}
	rule = found->rule;
	number = found->number;
	count_down(world, found);
	if (rule.verdict == WORLD_RULE_REJECT)
		network_reject(world, packet, to, rule.reject_type, rule.reject_code);
	network_tell(world, packet, to,
		     rule.verdict == WORLD_RULE_REJECT ? WORLD_REJECTED : WORLD_FILTERED, number,
		     -1, false);
}

void network_send(struct world *world, struct packet *packet)
{
	const struct world_observer *observer = &world->options.observer;
	struct world_card *card = world->card[packet->from];
	int to[SEGMENT_CARDS], count;

	packet->number = world->next_packet++;
	packet->sent_ns = world->now_ns;
	if (observer->sent)
		observer->sent(observer->data, packet->from, packet->number, packet->bytes,
			       packet->size);
	if (!card->carrier) {
		network_tell(world, packet, WORLD_NONE, WORLD_SENDER_CARRIER, WORLD_NONE, -1,
			     false);
	} else {
		count = segment_route(&world->segment[card->segment], packet->from, packet->bytes,
				      to);
		if (!count)
			network_tell(world, packet, WORLD_NONE, WORLD_NOBODY, WORLD_NONE, -1,
				     false);
		for (int i = 0; i < count; i++)
			send_to(world, packet, to[i]);
	}
	packet_free(packet);
}

/* No rule is asked about an answer of a rule. */
void network_answer(struct world *world, struct packet *packet)
{
	packet->number = world->next_packet++;
	packet->sent_ns = world->now_ns;
	pass(world, packet, packet->to);
	packet_free(packet);
}

static int hand_over(struct world_card *card, struct packet *packet, int32_t flipped_bit,
		     enum world_fate *ret_fate, struct err *err)
{
	static const enum world_fate fates[] = {[CARD_DELIVERED] = WORLD_DELIVERED,
						[CARD_NO_DRIVER] = WORLD_NO_DRIVER,
						[CARD_NO_BUFFER] = WORLD_NO_BUFFER};
	enum card_delivery delivery;
	int ret;

	host_stand(card->host);
	if (flipped_bit >= 0)
		flip(packet->bytes, flipped_bit);
	ret = card_deliver(&card->card, packet->bytes, packet->size, &delivery, err);
	if (flipped_bit >= 0)
		flip(packet->bytes, flipped_bit);
	*ret_fate = fates[delivery];
	if (ret < 0)
		return host_fails(card->host, ret, err);
	return host_interrupted(card->host, &card->card.vhost, err);
}

int network_deliver(struct world *world, const struct event *event, struct err *err)
{
	struct world_card *card = world->card[event->device];
	struct packet *packet = event->what;
	enum world_fate fate = obstacle(card, event->life);
	int ret = 0;

	if (fate == WORLD_NO_LIFE && card->host->power == WORLD_SUSPENDED && card->host->keep > 0) {
		card->host->keep--;
		agenda_add(&card->host->held, *event);
		return 0;
	}
	if (fate == WORLD_DELIVERED)
		ret = hand_over(card, packet, event->extra, &fate, err);
	if (ret == 0)
		network_tell(world, packet, event->device, fate, WORLD_NONE, event->extra,
			     event->duplicate);
	packet_free(packet);
	return ret;
}

static bool has_power(const struct host *host)
{
	return host->power != WORLD_OFF;
}

static bool carrier_of(const struct world *world, int index)
{
	const struct world_card *card = world->card[index];
	int far = segment_far_end(&world->segment[card->segment], index);

	if (!card->plugged || !has_power(card->host))
		return false;
	return far < 0 ? !world->segment[card->segment].is_cable
		       : world->card[far]->plugged && has_power(world->card[far]->host);
}

/* Once power or a plug has changed: who sees another carrier now. */
void network_look_at_carriers(struct world *world)
{
	const struct world_observer *observer = &world->options.observer;

	for (int i = 0; i < world->card_count; i++) {
		struct world_card *card = world->card[i];
		struct host *host = card->host;
		bool carrier = carrier_of(world, i);

		if (carrier == card->carrier)
			continue;
		card->carrier = card->card.carrier = carrier;
		card->outages += !carrier;
		if (!carrier)
			segment_forget(&world->segment[card->segment], i);
		if (!has_power(host))
			continue;
		agenda_add(&host->inbox, (struct event){.t_ns = host_soonest_ns(host),
							.kind = EVENT_CARRIER,
							.device = i,
							.life = (uint32_t)host->boot});
		if (observer->carrier)
			observer->carrier(observer->data, i, world->now_ns, carrier);
	}
}

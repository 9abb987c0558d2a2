/* SPDX-License-Identifier: MIT
 *
 * A box between two hosts, each with a card on a segment of its own. Packets are shown to it; its
 * answers lie in the inboxes of those from whose cards they set out.
 */
#include "middlebox.h"

#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "clock.h"
#include "parts.h"

#define IDLE_NS (10 * NSEC_PER_SEC)

enum { CLIENT, SERVER, TO_CLIENT, TO_SERVER, CARDS }; /* the last two are the router's */
enum { HOSTS = 3, ROUTER = 2, FRAME = 54 };

static struct world world;
static struct host host[HOSTS];
static struct world_card card[CARDS];

static void begin(const struct world_middlebox *how)
{
	static const int host_of[] = {CLIENT, SERVER, ROUTER, ROUTER}, segment_of[] = {0, 1, 0, 1};
	struct world_middlebox box = *how;

	memset(&world, 0, sizeof(world));
	memset(host, 0, sizeof(host));
	memset(card, 0, sizeof(card));
	for (int i = 0; i < HOSTS; i++)
		host[i].index = i;
	for (int i = 0; i < CARDS; i++) {
		card[i] = (struct world_card){
			.index = i, .host = &host[host_of[i]], .segment = segment_of[i]};
		world.card[i] = &card[i];
	}
	world.card_count = CARDS;
	world.now_ns = NSEC_PER_SEC;
	box.host = ROUTER;
	box.outside = WORLD_NONE;
	box.idle_ns = IDLE_NS;
	box.reject_type = -1;
	world_set_middlebox(&world, &box);
}

static void end(void)
{
	for (int i = 0; i < HOSTS; i++) {
		while (agenda_first_ns(&host[i].inbox) != AGENDA_NEVER)
			packet_free(agenda_take(&host[i].inbox).what);
		agenda_done(&host[i].inbox);
	}
	agenda_done(&world.calls);
	middlebox_free(world.middlebox);
}

/* Whether a segment with FLAGS from the client, or from the server, comes through. */
static bool passes(int from, uint8_t flags)
{
	uint8_t frame[FRAME] = {2,
				0,
				0,
				0,
				1,
				1,
				2,
				0,
				0,
				0,
				0,
				1,
				8,
				0,
				/* IP */ 0x45,
				0,
				0,
				40,
				0,
				0,
				0,
				0,
				64,
				6,
				0,
				0,
				10,
				0,
				1,
				1,
				10,
				0,
				2,
				1,
				/* TCP */ 0x12,
				0x34,
				0,
				80,
				0,
				0,
				0,
				100,
				0,
				0,
				0,
				200,
				0x50,
				flags};
	struct packet *packet;
	bool stopped;

	if (from == SERVER) {
		memcpy(frame + 26, (uint8_t[]){10, 0, 2, 1, 10, 0, 1, 1, 0, 80, 0x12, 0x34}, 12);
		memcpy(frame + 38, (uint8_t[]){0, 0, 0, 200, 0, 0, 0, 100}, 8);
	}
	packet = packet_new(from, frame, sizeof(frame));
	stopped = middlebox_sees(&world, packet, from == CLIENT ? TO_CLIENT : TO_SERVER);
	packet_free(packet);
	return !stopped;
}

/* How many answers have set out from the router to HOST's end; each is a RST. */
static int resets(int to)
{
	int count = 0;

	while (agenda_first_ns(&host[to].inbox) != AGENDA_NEVER) {
		struct packet *packet = agenda_take(&host[to].inbox).what;

		ck_assert_int_eq(packet->to, to);
		ck_assert(packet->by_world);
		ck_assert_uint_eq(packet->bytes[47], TH_RST);
		/* What its receiver waits for: what it last acknowledged (RFC 5961, 3.2). */
		ck_assert_uint_eq(packet->bytes[41], to == CLIENT ? 200 : 100);
		packet_free(packet);
		count++;
	}
	return count;
}

static void connection(void)
{
	ck_assert(passes(CLIENT, TH_SYN));
	ck_assert(passes(SERVER, TH_SYN | TH_ACK));
	ck_assert(passes(CLIENT, TH_ACK));
}

/* What world_at() was told is done, until then. */
static void pass_time(int64_t ns)
{
	int64_t until_ns = world.now_ns + ns;

	while (agenda_first_ns(&world.calls) <= until_ns) {
		struct event event = agenda_take(&world.calls);
		world_call_fn *call = (world_call_fn *)event.what;

		world.now_ns = event.t_ns;
		ck_assert_int_eq(call(&world, event.data, NULL), 0);
	}
	world.now_ns = until_ns;
}

START_TEST(who_sends_next_is_told)
{
	begin(&(struct world_middlebox){.answers = true});
	connection();
	pass_time(IDLE_NS - 1);
	ck_assert(passes(SERVER, TH_ACK)); /* which starts its time again */
	pass_time(IDLE_NS - 1);
	ck_assert(passes(CLIENT, TH_ACK));
	pass_time(IDLE_NS);
	ck_assert(!passes(CLIENT, TH_ACK));
	ck_assert(!passes(CLIENT, TH_ACK));
	ck_assert_int_eq(resets(CLIENT), 2);
	ck_assert_int_eq(resets(SERVER), 0);
	connection();
	end();
}
END_TEST

/* Data begins the time anew, and what has none does not. */
START_TEST(payload_alone_counts)
{
	begin(&(struct world_middlebox){.by_payload = true});
	ck_assert(passes(CLIENT, TH_SYN));
	world.now_ns += IDLE_NS / 2;
	ck_assert(passes(CLIENT, TH_ACK));
	world.now_ns += IDLE_NS / 2 - 1;
	ck_assert(passes(SERVER, TH_ACK));
	world.now_ns++;
	ck_assert(!passes(CLIENT, TH_ACK));
	end();
	begin(&(struct world_middlebox){.by_payload = true});
	ck_assert(passes(CLIENT, TH_SYN));
	world.now_ns += IDLE_NS / 2;
	ck_assert(passes(CLIENT, TH_FIN | TH_ACK));
	world.now_ns += IDLE_NS / 2;
	ck_assert(passes(SERVER, TH_ACK));
	end();
}
END_TEST

START_TEST(nobody_is_told)
{
	begin(&(struct world_middlebox){.answers = false});
	connection();
	pass_time(IDLE_NS);
	ck_assert(!passes(SERVER, TH_ACK));
	ck_assert_int_eq(resets(CLIENT) + resets(SERVER), 0);
	end();
}
END_TEST

START_TEST(both_are_told_at_once)
{
	begin(&(struct world_middlebox){.answers = true, .at_once = true});
	connection();
	pass_time(IDLE_NS / 2);
	ck_assert(passes(CLIENT, TH_ACK));
	pass_time(IDLE_NS - 1);
	ck_assert_int_eq(resets(CLIENT) + resets(SERVER), 0);
	pass_time(1);
	ck_assert_int_eq(resets(CLIENT), 1);
	ck_assert_int_eq(resets(SERVER), 1);
	/* It is not known any more, and the next one has a time of its own. */
	ck_assert(passes(CLIENT, TH_ACK));
	connection();
	pass_time(IDLE_NS);
	ck_assert_int_eq(resets(CLIENT), 1);
	end();
}
END_TEST

START_TEST(of_what_is_over_nobody_is_told)
{
	begin(&(struct world_middlebox){.answers = true, .at_once = true});
	connection();
	ck_assert(passes(CLIENT, TH_FIN | TH_ACK));
	ck_assert(passes(SERVER, TH_FIN | TH_ACK));
	ck_assert(passes(CLIENT, TH_ACK));
	pass_time(2 * IDLE_NS);
	connection();
	ck_assert(passes(SERVER, TH_RST));
	pass_time(2 * IDLE_NS);
	connection();
	world_middlebox_forget(&world);
	pass_time(2 * IDLE_NS);
	ck_assert_int_eq(resets(CLIENT) + resets(SERVER), 0);
	end();
}
END_TEST

START_TEST(what_it_does_not_know_it_leaves_alone)
{
	begin(&(struct world_middlebox){.answers = true});
	ck_assert(passes(CLIENT, TH_ACK));
	pass_time(2 * IDLE_NS);
	ck_assert(passes(CLIENT, TH_ACK));
	end();
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("middlebox");

	tcase_add_test(tests, who_sends_next_is_told);
	tcase_add_test(tests, nobody_is_told);
	tcase_add_test(tests, payload_alone_counts);
	tcase_add_test(tests, both_are_told_at_once);
	tcase_add_test(tests, of_what_is_over_nobody_is_told);
	tcase_add_test(tests, what_it_does_not_know_it_leaves_alone);
	return run_tests(tests);
}

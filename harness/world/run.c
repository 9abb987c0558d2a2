/* SPDX-License-Identifier: MIT
 *
 * Whose turn it is. Everything that happens is taken here, one at a time, by (time, kind, host,
 * number): calls, then what hosts did, then what reaches hosts. Only then do hosts run, each no
 * further than its horizon (world.h).
 */
#include <errno.h>
#include <stdlib.h>

#include "parts.h"

static int64_t least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t after(int64_t t_ns, int64_t by_ns)
{
	return t_ns > NEVER - by_ns ? NEVER : t_ns + by_ns;
}

/* So long after another did something may it reach HOST. */
int64_t world_lookahead(const struct world *world, const struct host *host)
{
	int64_t ahead_ns = world->reaction_ns;

	if (host->is_exact)
		return 0;
	for (int i = 0; i < host->card_count; i++)
		ahead_ns = least(ahead_ns, network_least_ns(world->card[host->card[i]]));
	return ahead_ns;
}

int64_t world_echo_ns(const struct world *world, const struct host *host)
{
	int64_t echo_ns = NEVER;

	for (int i = 0; i < world->host_count; i++)
		if (world->host[i] != host)
			echo_ns = least(echo_ns, world_lookahead(world, world->host[i]));
	return after(echo_ns, world_lookahead(world, host));
}

/* So long after HOST did something may it get an answer: from others, or from a disk of its own. */
static int64_t answer_ns(const struct world *world, const struct host *host)
{
	int64_t answer_ns = world_echo_ns(world, host);

	for (int i = 0; i < host->disk_count; i++)
		answer_ns = least(answer_ns, host->disk[i]->latency_ns);
	return answer_ns;
}

static int64_t outbox_first_ns(struct host *host)
{
	return outbox_is_empty(&host->outbox) ? NEVER : outbox_first(&host->outbox)->t_ns;
}

static int64_t horizon(const struct world *world, const struct host *host)
{
	int64_t ahead_ns = world_lookahead(world, host), t_ns = world->until_ns;

	t_ns = least(t_ns, agenda_first_ns(&world->calls));
	t_ns = least(t_ns, agenda_first_ns(&host->inbox));
	t_ns = least(t_ns, after(outbox_first_ns((struct host *)host), answer_ns(world, host)));
	for (int i = 0; i < world->host_count; i++) {
		struct host *other = world->host[i];

		if (other == host)
			continue;
		t_ns = least(t_ns, after(other->wants_ns, ahead_ns));
		t_ns = least(t_ns, after(outbox_first_ns(other), ahead_ns));
		t_ns = least(t_ns, after(agenda_first_ns(&other->inbox), ahead_ns));
	}
	return t_ns;
}

static void host_ended(struct host *host, int status)
{
	const struct world_observer *observer = &host->world->options.observer;
	int64_t t_ns = host->world->now_ns;
	enum world_end end = uml_end_of(status);

	host->power = end == WORLD_END_PANIC ? WORLD_HUNG : WORLD_OFF;
	network_look_at_carriers(host->world);
	if (observer->power)
		observer->power(observer->data, host->index, t_ns, host->power, host->boot, end,
				status);
}

static void begin_to_talk(struct world *world)
{
	bool first = !world->is_talking;

	world->is_talking = true;
	for (int i = 0; i < world->host_count && first && world_is_wide(world); i++)
		uml_move(&world->host[i]->uml, host_processor(world->host[i]));
}

static int do_output(struct host *host, struct err *err)
{
	struct world *world = host->world;
	const struct world_observer *observer = &world->options.observer;
	struct output output = *outbox_first(&host->outbox);

	(void)err;
	outbox_drop_first(&host->outbox);
	world->now_ns = output.t_ns;
	switch (output.kind) {
	case OUTPUT_PACKET:
		begin_to_talk(world);
		network_send(world, output.what);
		break;
	case OUTPUT_BYTES:
		if (observer->frame)
			observer->frame(observer->data, host->index, output.t_ns, output.what,
					output.size);
		free(output.what);
		break;
	case OUTPUT_REQUEST:
		disk_do(&host->disk[output.device]->disk, output.what);
		agenda_add(
			&host->inbox,
			(struct event){.t_ns = output.t_ns + host->disk[output.device]->latency_ns,
				       .kind = EVENT_FINISH,
				       .device = output.device,
				       .life = (uint32_t)host->boot,
				       .what = output.what});
		break;
	case OUTPUT_END:
		host_ended(host, output.status);
		break;
	case OUTPUT_REBOOT:
		if (observer->power)
			observer->power(observer->data, host->index, output.t_ns, WORLD_ON,
					host->boot, WORLD_END_REBOOT, 0);
		break;
	}
	return 0;
}

/* It was interrupted and has not run since: let it, so that it may be interrupted otherwise. What
 * comes next to it is still in its inbox, and it does not run beyond that. Returns 1 if it ran. */
static int let_run(struct host *host, struct err *err)
{
	int ret;

	if (host->wants_ns != host->world->now_ns)
		return 0;
	ret = host_run(host, horizon(host->world, host), err);
	if (ret == 0)
		ret = hosts_settle(host->world, err);
	return ret < 0 ? ret : 1;
}

static int wake(struct host *host, struct err *err)
{
	int ret = 1;

	host_stand(host);
	while (ret == 1) {
		ret = port_push(&host->port, err);
		if (ret < 0)
			return host_fails(host, ret, err);
		if (host_interrupted(host, &host->port.vhost, err) < 0)
			return -EPROTO;
		if (host->is_dead)
			return 0;
	}
	return 0;
}

static int finish(struct host *host, const struct event *event, struct err *err)
{
	int ret;

	host_stand(host);
	ret = disk_finish(&host->disk[event->device]->disk, event->what, err);
	if (ret < 0)
		return host_fails(host, ret, err);
	return host_interrupted(host, &host->disk[event->device]->disk.vhost, err);
}

static int say_sent(struct host *host, const struct event *event, struct err *err)
{
	struct card *card = &host->world->card[event->device]->card;
	int ret;

	host_stand(host);
	ret = card_sent(card, err);
	return ret < 0 ? host_fails(host, ret, err) : host_interrupted(host, &card->vhost, err);
}

static int say_carrier(struct host *host, const struct event *event, struct err *err)
{
	struct vhost *vhost = &host->world->card[event->device]->card.vhost;
	int ret;

	host_stand(host);
	ret = vhost_raise_config(vhost, err);
	return ret < 0 ? host_fails(host, ret, err) : host_interrupted(host, vhost, err);
}

/* The card or NULL that an event interrupts. */
static const struct vhost *interrupts(const struct world *world, const struct event *event)
{
	if (event->kind == EVENT_DELIVER || event->kind == EVENT_SENT ||
	    event->kind == EVENT_CARRIER)
		return &world->card[event->device]->card.vhost;
	return NULL;
}

static void event_drop(struct event *event)
{
	if (event->kind == EVENT_FINISH)
		disk_request_free(event->what);
}

static int do_own_event(struct host *host, struct event *event, struct err *err)
{
	int ret = 0;

	if (host->power == WORLD_SUSPENDED && event->life == (uint32_t)host->boot) {
		agenda_add(&host->held, *event);
		return 0;
	}
	if (host->power == WORLD_ON && host->has_begun && !host->is_dead &&
	    event->life == (uint32_t)host->boot) {
		if (event->kind == EVENT_SENT)
			ret = say_sent(host, event, err);
		else if (event->kind == EVENT_WAKE)
			ret = wake(host, err);
		else if (event->kind == EVENT_FINISH)
			ret = finish(host, event, err);
		else
			ret = say_carrier(host, event, err);
	}
	event_drop(event);
	return ret;
}

static int do_event(struct host *host, struct err *err)
{
	struct world *world = host->world;
	const struct event *first = agenda_first(&host->inbox);
	const struct vhost *vhost = interrupts(world, first);
	struct event event;

	world->now_ns = first->t_ns;
	if (host->power == WORLD_ON && !host->is_dead && vhost &&
	    !vhost_may_raise(vhost, first->kind == EVENT_CARRIER)) {
		int ret = let_run(host, err);

		if (ret)
			return ret < 0 ? ret : 0;
	}
	event = agenda_take(&host->inbox);
	if (event.kind == EVENT_DELIVER)
		return network_deliver(world, &event, err);
	if (event.kind == EVENT_ANSWER) {
		network_answer(world, event.what);
		return 0;
	}
	return do_own_event(host, &event, err);
}

static int do_call(struct world *world, struct err *err)
{
	struct event event = agenda_take(&world->calls);
	world_call_fn *call = (world_call_fn *)event.what;

	world->now_ns = event.t_ns;
	return call(world, event.data, err);
}

/* The next thing at T_NS, of which there is one. */
static int do_next(struct world *world, int64_t t_ns, struct err *err)
{
	if (agenda_first_ns(&world->calls) == t_ns)
		return do_call(world, err);
	for (int i = 0; i < world->host_count; i++)
		if (outbox_first_ns(world->host[i]) == t_ns)
			return do_output(world->host[i], err);
	for (int i = 0; i < world->host_count; i++)
		if (agenda_first_ns(&world->host[i]->inbox) == t_ns)
			return do_event(world->host[i], err);
	return 0;
}

static int64_t next_thing_ns(const struct world *world)
{
	int64_t t_ns = agenda_first_ns(&world->calls);

	for (int i = 0; i < world->host_count; i++) {
		t_ns = least(t_ns, outbox_first_ns(world->host[i]));
		t_ns = least(t_ns, agenda_first_ns(&world->host[i]->inbox));
	}
	return t_ns;
}

static int64_t next_wish_ns(const struct world *world)
{
	int64_t t_ns = NEVER;

	for (int i = 0; i < world->host_count; i++)
		t_ns = least(t_ns, world->host[i]->wants_ns);
	return t_ns;
}

/* The first of those that want to run, and all whose wish is before their horizon. All horizons are
 * taken before anybody runs: so they do not depend on who is faster. */
static int run_hosts(struct world *world, int64_t t_ns, struct err *err)
{
	int64_t horizons[WORLD_HOSTS] = {0};
	bool first = true;
	int ret = 0;

	world->now_ns = t_ns;
	for (int i = 0; i < world->host_count; i++)
		horizons[i] = horizon(world, world->host[i]);
	for (int i = 0; i < world->host_count && ret == 0; i++) {
		struct host *host = world->host[i];
		bool is_first = first && host->wants_ns == t_ns;

		if (host->wants_ns == NEVER || (!is_first && host->wants_ns >= horizons[i]))
			continue;
		first = first && !is_first;
		ret = host_run(host, horizons[i], err);
	}
	return ret < 0 ? ret : hosts_settle(world, err);
}

int world_run(struct world *world, int64_t until_ns, struct err *err)
{
	int ret = world_begin(world, err);

	world->until_ns = until_ns;
	world->is_stopping = false;
	while (ret == 0 && !world->is_stopping) {
		int64_t thing_ns = next_thing_ns(world), wish_ns = next_wish_ns(world);

		if (least(thing_ns, wish_ns) >= until_ns) {
			world->now_ns = until_ns;
			break;
		}
		ret = thing_ns <= wish_ns ? do_next(world, thing_ns, err)
					  : run_hosts(world, wish_ns, err);
	}
	return ret < 0 ? ret : 0;
}

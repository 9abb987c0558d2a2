/* SPDX-License-Identifier: MIT */
#include "world.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "list.h"
#include "middlebox.h"
#include "parts.h"

#define PATIENCE_NS    (20 * NSEC_PER_SEC)
#define REACTION_NS    NSEC_PER_MSEC /* where no link has a delay */
#define WALL_NS        (CLOCK_EPOCH_S * NSEC_PER_SEC)
#define MEMORY_MIB     64
#define LATENCY_NS     (100 * 1000)
#define DIR_NUMBER     200 /* of the run's folder, as a descriptor: 200, or the next that is free */
#define SEED_OF_DISK   1000 /* chance_seed(): cards come first */
#define SEED_OF_SENDER 2000

const char *const world_end_name[] = {
	[WORLD_END_POWER_LOSS] = "power loss", [WORLD_END_POWER_OFF] = "power off",
	[WORLD_END_REBOOT] = "reboot",         [WORLD_END_PANIC] = "panic",
	[WORLD_END_KILLED] = "killed",         [WORLD_END_FAILED] = "failed",
};

/* By a number that is the same in each run. */
static int dir_open(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, DIR_NUMBER);
}

int world_new(const struct world_options *options, struct world **ret_world, struct err *err)
{
	struct world *world = calloc(1, sizeof(*world));

	if (!world)
		abort();
	world->options = *options;
	if (!world->options.real_ns)
		world->options.real_ns = WALL_NS;
	if (!world->options.patience_ns)
		world->options.patience_ns = PATIENCE_NS;
	world->dir = text_copy(options->dir);
	world->options.dir = world->dir;
	world->options.tmpdir = options->tmpdir ? text_copy(options->tmpdir) : NULL;
	world->processor = -1;
	world->dir_fd = -1;
	world->epoll = epoll_create1(EPOLL_CLOEXEC);
	world->dir_fd = dir_open(world->dir);
	if (world->epoll < 0 || world->dir_fd < 0) {
		int error = errno;

		world_free(world);
		return err_sys(err, error, "%s", options->dir);
	}
	snprintf(world->where, sizeof(world->where), "/proc/self/fd/%d", world->dir_fd);
	*ret_world = world;
	return 0;
}

/* ---- building ---- */

static void config_copy(struct world_host_config *to, const struct world_host_config *from)
{
	char **args = NULL;
	int count = 0;

	*to = *from;
	to->name = text_copy(from->name);
	to->kernel = text_copy(from->kernel);
	to->init = text_copy(from->init);
	for (char *const *arg = from->args; arg && *arg; arg++)
		list_add_string(&args, &count, *arg);
	*LIST_ADD_TO(NULL, args, count) = NULL;
	to->args = args;
	if (!to->memory_mib)
		to->memory_mib = MEMORY_MIB;
}

static void config_done(struct world_host_config *config)
{
	for (char *const *arg = config->args; *arg; arg++)
		free(*arg);
	free((void *)config->args);
	free((char *)config->name);
	free((char *)config->kernel);
	free((char *)config->init);
}

int world_add_host(struct world *world, const struct world_host_config *config, struct err *err)
{
	struct host *host;

	if (world->host_count == WORLD_HOSTS)
		return err_set(err, E2BIG, "a run has at most %d hosts", WORLD_HOSTS);
	host = calloc(1, sizeof(*host));
	if (!host)
		abort();
	host->world = world;
	host->index = world->host_count;
	config_copy(&host->config, config);
	host->boot = -1;
	host->is_dead = true;
	host->wants_ns = NEVER;
	uml_init(&host->uml);
	time_travel_init(&host->time);
	port_init(&host->port);
	world->host[world->host_count++] = host;
	return host->index;
}

int world_add_segment(struct world *world, enum world_segment kind, struct err *err)
{
	if (world->segment_count == WORLD_CARDS)
		return err_set(err, E2BIG, "a run has at most %d segments", WORLD_CARDS);
	world->segment[world->segment_count].is_cable = kind == WORLD_CABLE;
	return world->segment_count++;
}

int world_add_card(struct world *world, int host, int segment, const uint8_t mac[6],
		   const struct impairment *towards, struct err *err)
{
	struct host *of = world->host[host];
	struct world_card *card;
	int index = world->card_count;

	assert(!world->has_begun);
	if (of->card_count == HOST_CARDS || index == WORLD_CARDS)
		return err_set(err, E2BIG, "host %s has at most %d cards", of->config.name,
			       HOST_CARDS);
	if (!segment_add(&world->segment[segment], index, mac))
		return err_set(err, E2BIG, "host %s: no more cards fit its %s", of->config.name,
			       world->segment[segment].is_cable ? "cable" : "switch");
	card = calloc(1, sizeof(*card));
	if (!card)
		abort();
	card_init(&card->card, mac);
	card->index = index;
	card->host = of;
	card->segment = segment;
	card->plugged = true;
	if (towards)
		card->plain = *towards;
	impaired_link_init(&card->link, towards, world->options.seed, (uint64_t)index);
	of->card[of->card_count++] = index;
	world->card[world->card_count++] = card;
	return index;
}

int world_add_disk(struct world *world, int host, const struct world_disk_config *config,
		   struct err *err)
{
	static const enum disk_loss losses[] = {
		[WORLD_DISK_LOSES_UNSYNCED] = DISK_LOSES_UNSYNCED,
		[WORLD_DISK_LOSES_RANDOM] = DISK_LOSES_RANDOM,
		[WORLD_DISK_LOSES_FLUSHED] = DISK_LOSES_FLUSHED,
	};
	struct host *of = world->host[host];
	struct host_disk *disk;
	uint64_t which = SEED_OF_DISK + (uint64_t)host * HOST_DISKS + (uint64_t)of->disk_count;
	int ret;

	assert(!world->has_begun);
	if (of->disk_count == HOST_DISKS)
		return err_set(err, E2BIG, "host %s has at most %d disks", of->config.name,
			       HOST_DISKS);
	disk = calloc(1, sizeof(*disk));
	if (!disk)
		abort();
	of->disk[of->disk_count++] = disk;
	disk->latency_ns = config->latency_ns ? config->latency_ns : LATENCY_NS;
	ret = disk_open(&disk->disk, config->path, config->read_only, losses[config->loses],
			world->options.seed, which, err);
	return ret < 0 ? host_fails(of, ret, err) : of->disk_count - 1;
}

int world_add_watch(struct world *world, int fd, int (*ready)(void *data, int fd, struct err *err),
		    void *data, struct err *err)
{
	struct watch *watch = calloc(1, sizeof(*watch));
	struct epoll_event event = {.events = EPOLLIN};

	if (!watch)
		abort();
	*watch = (struct watch){.endpoint = {.kind = ENDPOINT_WATCH, .device = world->watch_count},
				.fd = fd,
				.ready = ready,
				.data = data};
	event.data.ptr = &watch->endpoint;
	if (world->watch_count == (int)(sizeof(world->watch) / sizeof(world->watch[0])) ||
	    epoll_ctl(world->epoll, EPOLL_CTL_ADD, fd, &event) < 0) {
		free(watch);
		return err_set(err, EINVAL, "a descriptor that cannot be watched");
	}
	world->watch[world->watch_count++] = watch;
	return 0;
}

/* ---- its beginning and end ---- */

/* UMLs, what they trace and the world take turns and hardly ever compute at once: on one processor
 * a turn costs half (harness/kernel/uml.c), and 30 MiB between two hosts took half the time that
 * they took with one for each. Others are for other runs, or for the while in which hosts have
 * nothing to do with each other (host_processor()). The one that we are on. */
static void choose_processor(struct world *world)
{
	cpu_set_t set;

	world->processor = sched_getcpu();
	if (world->processor < 0 || world->processor >= CPU_SETSIZE)
		return;
	if (sched_getaffinity(0, sizeof(world->affinity), &world->affinity) < 0)
		return;
	CPU_ZERO(&set);
	CPU_SET(world->processor, &set);
	world->has_affinity = sched_setaffinity(0, sizeof(set), &set) == 0;
}

bool world_is_wide(const struct world *world)
{
	return world->has_affinity && world->options.processors_free;
}

int world_begin(struct world *world, struct err *err)
{
	int ret = 0;

	if (world->has_begun)
		return 0;
	world->has_begun = true;
	world->reaction_ns = world->options.reaction_ns;
	for (int i = 0; i < world->card_count && !world->options.reaction_ns; i++) {
		int64_t least_ns = impairment_least_ns(&world->card[i]->plain);

		if (least_ns && (!world->reaction_ns || least_ns < world->reaction_ns))
			world->reaction_ns = least_ns;
	}
	if (!world->reaction_ns)
		world->reaction_ns = REACTION_NS;
	choose_processor(world);
	for (int i = 0; i < world->host_count && ret == 0; i++)
		ret = host_open(world->host[i], err);
	return ret;
}

static void event_free(const struct event *event)
{
	if (event->kind == EVENT_DELIVER || event->kind == EVENT_ANSWER)
		packet_free(event->what);
	else if (event->kind == EVENT_FINISH)
		disk_request_free(event->what);
}

/* What is on its way stays so. */
static void tell_the_rest(struct world *world, struct agenda *agenda)
{
	while (agenda_first_ns(agenda) != AGENDA_NEVER) {
		struct event event = agenda_take(agenda);

		if (event.kind == EVENT_DELIVER)
			network_tell(world, event.what, event.device, WORLD_IN_FLIGHT, WORLD_NONE,
				     event.extra, event.duplicate);
		event_free(&event);
	}
}

static void host_free(struct world *world, struct host *host)
{
	tell_the_rest(world, &host->held);
	tell_the_rest(world, &host->inbox);
	for (int i = 0; i < host->socket_count; i++)
		if (host->socket[i])
			unlink(host->socket[i]);
	host_done(host);
	for (int i = 0; i < host->disk_count; i++) {
		disk_done(&host->disk[i]->disk);
		free(host->disk[i]);
	}
	config_done(&host->config);
	list_free_strings(host->socket, host->socket_count);
	free(host);
}

static void card_free(struct world_card *card)
{
	for (int i = 0; i < card->sender_count; i++)
		impaired_link_done(&card->sender[i].link);
	impaired_link_done(&card->link);
	free(card->sender);
	free(card);
}

void world_free(struct world *world)
{
	if (!world)
		return;
	for (int i = 0; i < world->host_count; i++)
		uml_kill_soon(&world->host[i]->uml, world_is_wide(world) ? &world->affinity : NULL);
	for (int i = 0; i < world->host_count; i++)
		host_free(world, world->host[i]);
	for (int i = 0; i < world->card_count; i++)
		card_free(world->card[i]);
	for (int i = 0; i < world->watch_count; i++)
		free(world->watch[i]);
	agenda_done(&world->calls);
	middlebox_free(world->middlebox);
	for (int i = 0; i < world->rule_count; i++)
		free(world->rule[i].exception);
	free(world->rule);
	if (world->epoll >= 0)
		close(world->epoll);
	if (world->dir_fd >= 0)
		close(world->dir_fd);
	if (world->has_affinity)
		sched_setaffinity(0, sizeof(world->affinity), &world->affinity);
	free(world->dir);
	free((char *)world->options.tmpdir);
	free(world);
}

/* ---- time ---- */

int64_t world_now(const struct world *world)
{
	return world->now_ns;
}

void world_stop(struct world *world)
{
	world->is_stopping = true;
}

void world_at(struct world *world, int64_t t_ns, world_call_fn *call, void *data)
{
	agenda_add(&world->calls,
		   (struct event){.t_ns = t_ns < world->now_ns ? world->now_ns : t_ns,
				  .kind = EVENT_CALL,
				  .what = (void *)call,
				  .data = data});
}

void world_set_exact(struct world *world, int host, bool exact)
{
	world->host[host]->is_exact = exact;
}

/* ---- power ---- */

static void tell_power(const struct host *host, enum world_end end, int status)
{
	const struct world_observer *observer = &host->world->options.observer;

	if (observer->power)
		observer->power(observer->data, host->index, host->world->now_ns, host->power,
				host->boot, end, status);
}

int world_power_on(struct world *world, int index, struct err *err)
{
	struct host *host = world->host[index];
	int ret = world_begin(world, err);

	if (ret < 0)
		return ret;
	if (host->power != WORLD_OFF)
		return err_set(err, EBUSY, "host %s is on already", host->config.name);
	ret = host_start(host, err);
	if (ret < 0)
		return ret;
	host->power = WORLD_ON;
	network_look_at_carriers(world);
	tell_power(host, WORLD_END_POWER_LOSS, 0);
	return 0;
}

void world_reset(struct world *world, int index)
{
	struct host *host = world->host[index];

	if (host->power == WORLD_OFF)
		return;
	host_kill(host);
	host->power = WORLD_OFF;
	network_look_at_carriers(world);
	tell_power(host, WORLD_END_POWER_LOSS, 0);
}

void world_power_off(struct world *world, int index)
{
	struct host *host = world->host[index];

	for (int i = 0; i < host->disk_count && host->power != WORLD_OFF; i++)
		disk_lose_power(&host->disk[i]->disk);
	world_reset(world, index);
}

void world_hang(struct world *world, int index)
{
	struct host *host = world->host[index];

	if (host->power != WORLD_ON && host->power != WORLD_SUSPENDED)
		return;
	host_forget(host);
	host->power = WORLD_HUNG;
	host->wants_ns = NEVER;
	tell_power(host, WORLD_END_POWER_LOSS, 0);
}

void world_suspend(struct world *world, int index, int keep)
{
	struct host *host = world->host[index];

	if (host->power != WORLD_ON || host->is_dead)
		return;
	host->stopped_ns = host_now(host) > world->now_ns ? host_now(host) : world->now_ns;
	host->keep = keep;
	host->power = WORLD_SUSPENDED;
	host->wanted_ns = host->wants_ns;
	host->wants_ns = NEVER;
	tell_power(host, WORLD_END_POWER_LOSS, 0);
}

/* Its clock goes on where it stood: what it and its devices had under way is that much later. */
void world_resume(struct world *world, int index)
{
	struct host *host = world->host[index];
	int64_t by_ns = world->now_ns - host->stopped_ns;

	if (host->power != WORLD_SUSPENDED)
		return;
	if (by_ns < 0)
		by_ns = 0;
	host->power = WORLD_ON;
	host->zero_ns += by_ns;
	if (host->is_dead)
		return;
	host->wants_ns = host->wanted_ns == NEVER ? NEVER : host->wanted_ns + by_ns;
	while (agenda_first_ns(&host->held) != AGENDA_NEVER) {
		struct event event = agenda_take(&host->held);

		event.t_ns = event.kind == EVENT_FINISH || event.kind == EVENT_SENT
				     ? event.t_ns + by_ns
				     : world->now_ns;
		if (event.t_ns < host_now(host))
			event.t_ns = host_now(host);
		agenda_add(&host->inbox, event);
	}
	tell_power(host, WORLD_END_POWER_LOSS, 0);
}

/* ---- cables, rules, messages ---- */

void world_plug(struct world *world, int card, bool plugged)
{
	world->card[card]->plugged = plugged;
	network_look_at_carriers(world);
}

static bool is_same_sender(const struct world_sender *a, const struct world_sender *b)
{
	if (a->card != WORLD_NONE || b->card != WORLD_NONE)
		return a->card == b->card;
	return a->ip_version == b->ip_version &&
	       memcmp(a->address, b->address, sizeof(a->address)) == 0;
}

/* SENDER's own, from now on. */
static struct impaired_link *link_of_sender(struct world *world, struct world_card *card,
					    const struct world_sender *sender)
{
	struct sender_link *added;

	for (int i = 0; i < card->sender_count; i++)
		if (is_same_sender(&card->sender[i].sender, sender))
			return &card->sender[i].link;
	added = LIST_ADD(NULL, card, sender);
	added->sender = *sender;
	impaired_link_init(&added->link, NULL, world->options.seed,
			   SEED_OF_SENDER + (uint64_t)card->index * WORLD_CARDS +
				   (uint64_t)card->sender_count);
	return &added->link;
}

void world_impair(struct world *world, int index, const struct world_sender *sender,
		  const struct impairment *towards)
{
	struct world_card *card = world->card[index];

	if (!towards)
		towards = &card->plain;
	if (sender) {
		impaired_link_set(link_of_sender(world, card, sender), towards);
		return;
	}
	impaired_link_set(&card->link, towards);
	for (int i = 0; i < card->sender_count; i++)
		impaired_link_set(&card->sender[i].link, towards);
}

int world_tell(struct world *world, int index, const void *bytes, size_t size, struct err *err)
{
	struct host *host = world->host[index];
	int ret;

	if (host->power == WORLD_OFF || host->is_dead)
		return 0;
	ret = port_tell(&host->port, bytes, size, err);
	if (ret < 0)
		return host_fails(host, ret, err);
	agenda_add(&host->inbox, (struct event){.t_ns = host_soonest_ns(host),
						.kind = EVENT_WAKE,
						.life = (uint32_t)host->boot});
	return 0;
}

int world_add_rule(struct world *world, const struct world_rule *rule, struct err *err)
{
	struct rule *added;

	if (rule->verdict == WORLD_RULE_REJECT && rule->reject_type > UINT8_MAX)
		return err_set(err, EINVAL, "ICMP has no type %d", rule->reject_type);
	added = LIST_ADD(NULL, world, rule);
	added->rule = *rule;
	added->number = world->next_rule++;
	return added->number;
}

void world_remove_rule(struct world *world, int number)
{
	int kept = 0;

	for (int i = 0; i < world->rule_count; i++)
		if (world->rule[i].number != number)
			world->rule[kept++] = world->rule[i];
		else
			free(world->rule[i].exception);
	world->rule_count = kept;
}

void world_except_rule(struct world *world, int number, int from, int to)
{
	for (int i = 0; i < world->rule_count; i++)
		if (world->rule[i].number == number)
			*LIST_ADD(NULL, &world->rule[i], exception) = (struct exception){from, to};
}

/* ---- asking ---- */

enum world_power world_power(const struct world *world, int host)
{
	return world->host[host]->power;
}

bool world_carrier(const struct world *world, int card)
{
	return world->card[card]->carrier;
}

int world_card_host(const struct world *world, int card)
{
	return world->card[card]->host->index;
}

const char *world_console(const struct world *world, int host)
{
	return host < world->host_count ? world->host[host]->uml.tail : "";
}

struct world_cost world_cost(const struct world *world)
{
	struct world_cost cost = {.runs = world->runs};

	for (int i = 0; i < world->host_count; i++) {
		struct host *host = world->host[i];
		const struct vhost *vhost;

		cost.messages += host->time.messages;
		cost.waits += host->time.waits;
		for (int d = 0; (vhost = host_device(host, d)); d++) {
			cost.kicks += vhost->kicks;
			cost.interrupts += vhost->interrupts;
		}
	}
	return cost;
}

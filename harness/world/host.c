/* SPDX-License-Identifier: MIT
 *
 * One host: its process, its power, its devices, and what it did that is not the world's yet (its
 * outbox).
 */
#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "list.h"
#include "parts.h"

#define OUTBOX_ITEMS_MOST 500000
#define OUTBOX_BYTES_MOST (256u << 20)

int host_fails(const struct host *host, int code, struct err *err)
{
	return err_add(err, code, "host %s", host->config.name);
}

/* One that there is. */
static struct vhost *device_of(struct host *host, int device)
{
	if (device == 0)
		return &host->port.vhost;
	device--;
	if (device < host->card_count)
		return &host->world->card[host->card[device]]->card.vhost;
	return &host->disk[device - host->card_count]->disk.vhost;
}

struct vhost *host_device(struct host *host, int device)
{
	return device < 1 + host->card_count + host->disk_count ? device_of(host, device) : NULL;
}

int64_t host_now(const struct host *host)
{
	return host->is_dead ? host->last_ns : host->zero_ns + host->time.now_ns;
}

/* A guest tells its time when it kicks, and then goes on by itself as far as its limit lets it.
 * What comes from outside may not come before that (arch/um/kernel/time.c: time_travel_set_time()
 * panics). */
int64_t host_soonest_ns(const struct host *host)
{
	int64_t t_ns = host->limit_ns < host->wants_ns ? host->limit_ns : host->wants_ns;

	if (t_ns < host_now(host))
		t_ns = host_now(host);
	return t_ns > host->world->now_ns ? t_ns : host->world->now_ns;
}

/* ---- what its devices give us, while it kicks ---- */

static void limit(struct host *host, int64_t t_ns)
{
	if (t_ns < host->limit_ns)
		host->limit_ns = t_ns;
}

int64_t host_look(struct host *host)
{
	time_travel_look(&host->time, NULL);
	return host_now(host);
}

static int output(struct host *host, enum output_kind kind, int device, void *what, size_t size,
		  int64_t back_ns, struct err *err)
{
	int64_t t_ns = host_look(host);

	outbox_add(
		&host->outbox,
		(struct output){
			.t_ns = t_ns, .kind = kind, .device = device, .what = what, .size = size});
	limit(host, back_ns > NEVER - t_ns ? NEVER : t_ns + back_ns);
	if (host->outbox.count > OUTBOX_ITEMS_MOST || host->outbox.bytes > OUTBOX_BYTES_MOST)
		return err_set(err, EPROTO, "it floods the world: %zu things in no time",
			       host->outbox.count);
	return 0;
}

static int card_sends(struct card *card, const uint8_t *frame, uint32_t size, struct err *err)
{
	struct world_card *of = card->owner;
	struct host *host = of->host;

	return output(host, OUTPUT_PACKET, of->index, packet_new(of->index, frame, size), size,
		      world_echo_ns(host->world, host), err);
}

/* Something of its own is to happen at its present time. */
static void at_once(struct host *host, enum event_kind kind, int device)
{
	int64_t t_ns = host_look(host);

	agenda_add(&host->inbox, (struct event){.t_ns = t_ns,
						.kind = kind,
						.device = device,
						.life = (uint32_t)host->boot});
	limit(host, t_ns);
}

static void card_has_sent(struct card *card)
{
	struct world_card *of = card->owner;

	at_once(of->host, EVENT_SENT, of->index);
}

static int port_writes(struct port *port, const void *bytes, size_t size, struct err *err)
{
	struct host *host = port->owner;
	void *copy = malloc(size + 1);

	if (!copy)
		abort();
	memcpy(copy, bytes, size);
	return output(host, OUTPUT_BYTES, 0, copy, size,
		      host->is_exact ? 0 : host->world->reaction_ns, err);
}

static void port_wakes(struct port *port)
{
	at_once(port->owner, EVENT_WAKE, 0);
}

static int disk_requests(struct disk *disk, struct disk_request *request, struct err *err)
{
	struct host *host = disk->owner;
	int index = 0;

	while (&host->disk[index]->disk != disk)
		index++;
	return output(host, OUTPUT_REQUEST, index, request, request->size,
		      host->disk[index]->latency_ns, err);
}

/* ---- sockets ---- */

int host_endpoint(struct host *host, struct endpoint *endpoint, enum endpoint_kind kind, int device,
		  int fd, struct err *err)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = endpoint};

	*endpoint = (struct endpoint){.kind = kind, .host = host, .device = device};
	if (epoll_ctl(host->world->epoll, EPOLL_CTL_ADD, fd, &event) < 0)
		return err_sys(err, errno, "epoll");
	return 0;
}

/* Where it finds its N-th device of a kind, or its clock. */
static const char *socket_name(struct host *host, const char *kind, int n)
{
	*LIST_ADD(NULL, host, socket) = text_format("%s/h%d.%s%d", host->world->where, host->index,
						    kind, n);
	return host->socket[host->socket_count - 1];
}

static int device_open(struct host *host, int device, const char *kind, int n, struct err *err)
{
	struct vhost *vhost = device_of(host, device);
	int ret = vhost_listen(vhost, socket_name(host, kind, n), err);

	vhost->sealed = host->config.sealed;
	if (ret == 0)
		ret = host_endpoint(host, &host->device[device].listener, ENDPOINT_DEVICE_LISTENER,
				    device, vhost->listener, err);
	return ret;
}

int host_open(struct host *host, struct err *err)
{
	int ret, device = 1;

	ret = time_travel_listen(&host->time, socket_name(host, "time", 0), err);
	if (ret == 0)
		ret = host_endpoint(host, &host->time_listener, ENDPOINT_TIME_LISTENER, 0,
				    host->time.listener, err);
	host->port.owner = host;
	host->port.written = port_writes;
	host->port.wake = port_wakes;
	if (ret == 0)
		ret = device_open(host, 0, "port", 0, err);
	for (int i = 0; i < host->card_count && ret == 0; i++) {
		struct world_card *card = host->world->card[host->card[i]];

		card->card.owner = card;
		card->card.send = card_sends;
		card->card.sent = card_has_sent;
		ret = device_open(host, device++, "card", i, err);
	}
	for (int i = 0; i < host->disk_count && ret == 0; i++) {
		host->disk[i]->disk.owner = host;
		host->disk[i]->disk.request = disk_requests;
		ret = device_open(host, device++, "disk", i, err);
	}
	*LIST_ADD(NULL, host, socket) = NULL;
	return ret < 0 ? host_fails(host, ret, err) : 0;
}

static void disconnect(struct host *host)
{
	struct vhost *vhost;

	time_travel_disconnect(&host->time);
	for (int i = 0; (vhost = host_device(host, i)); i++)
		vhost_disconnect(vhost);
}

static int launch_prepare(struct host *host, struct err *err)
{
	const struct world_launcher *launcher = host->config.launcher;

	if (!launcher || !launcher->prepare)
		return 0;
	return launcher->prepare(host->config.launcher_data, host->config.kernel,
				 (const char *const *)host->socket, err);
}

static int launch_begin(struct host *host, struct err *err)
{
	const struct world_launcher *launcher = host->config.launcher;
	int fd = -1, ret = 0;

	host->is_launched = launcher;
	if (launcher && launcher->begin)
		ret = launcher->begin(host->config.launcher_data, host->uml.pid, &fd, err);
	if (ret == 0 && fd >= 0)
		ret = host_endpoint(host, &host->launcher, ENDPOINT_LAUNCHER, 0, fd, err);
	return ret;
}

static void launch_end(struct host *host)
{
	const struct world_launcher *launcher = host->config.launcher;

	if (host->is_launched && launcher->end)
		launcher->end(host->config.launcher_data);
	host->is_launched = false;
}

void host_has_ended(struct host *host)
{
	host->is_running = false;
	host->is_dead = true;
	host->wants_ns = NEVER;
	launch_end(host);
	disconnect(host);
}

void host_kill(struct host *host)
{
	host->last_ns = host_now(host);
	uml_kill(&host->uml);
	host_has_ended(host);
	host_forget(host);
}

/* ---- power ---- */

int host_processor(const struct host *host)
{
	const struct world *world = host->world;
	int processor = world->processor;

	for (int i = 0; i < host->index && world->has_affinity && !world->is_talking; i++)
		do
			processor = (processor + 1) % CPU_SETSIZE;
		while (!CPU_ISSET(processor, &world->affinity));
	return processor;
}

int host_start(struct host *host, struct err *err)
{
	struct world *world = host->world;
	char *tmpdir = text_format("TMPDIR=%s",
				   world->options.tmpdir ? world->options.tmpdir : world->dir);
	char *envp[] = {tmpdir, "HOME=/", "TERM=linux", NULL};
	struct boot_line line = {0};
	struct uml_start start = {.path = host->config.kernel,
				  .argv = line.argv,
				  .envp = envp,
				  .processor = host_processor(host),
				  .keep = world->dir_fd,
				  .launcher = host->config.launcher,
				  .launcher_data = host->config.launcher_data};
	int ret;

	host->boot++;
	host->is_dead = host->has_begun = host->has_devices = false;
	host->zero_ns = host->wants_ns = host->limit_ns = world->now_ns;
	host->time.wall_ns = world->options.real_ns + world->now_ns + host->config.wall_error_ns;
	boot_line_make(host, &line);
	ret = launch_prepare(host, err);
	if (ret == 0)
		ret = uml_start(&host->uml, &start, err);
	boot_line_done(&line);
	free(tmpdir);
	if (ret == 0)
		ret = host_endpoint(host, &host->process, ENDPOINT_PROCESS, 0, host->uml.pid_fd,
				    err);
	if (ret == 0)
		ret = host_endpoint(host, &host->console, ENDPOINT_CONSOLE, 0, host->uml.console,
				    err);
	if (ret == 0)
		ret = launch_begin(host, err);
	return ret < 0 ? host_fails(host, ret, err) : 0;
}

void host_done(struct host *host)
{
	struct vhost *vhost;

	host_kill(host);
	time_travel_done(&host->time);
	for (int i = 0; (vhost = host_device(host, i)); i++)
		vhost_done(vhost);
	port_done(&host->port);
	agenda_done(&host->inbox);
	agenda_done(&host->held);
	free(host->outbox.item);
}

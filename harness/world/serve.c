/* SPDX-License-Identifier: MIT
 *
 * What hosts say, while they run: on their clocks, by their devices, on their consoles. Three
 * sockets and the process tell of an end in any order: only the process counts (serve_process()).
 *
 * A kick is answered once the host knows how far it may still run. One with the page of shared
 * memory knows at once; an older one must have acknowledged it, and the kick waits for that.
 */
#include <assert.h>
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "clock.h"
#include "parts.h"

#define EVENTS        16
#define LOOK_ROUND_MS 500   /* how often a run that stands is looked at */
#define LOOK_ROUND    10000 /* or after how many wakeups */

/* Whether it has connected, or its launcher for it. */
static bool is_its_own(const struct host *host, pid_t peer)
{
	return peer == host->uml.pid || (host->config.launcher && peer == getpid());
}

/* ---- time ---- */

static void has_stopped(struct host *host)
{
	host->is_running = false;
	host->wants_ns = host->time.wants_ns == TIME_NEVER ? NEVER
							   : host->zero_ns + host->time.wants_ns;
}

static int begin(struct host *host, struct err *err)
{
	host->has_begun = true;
	return time_travel_start(&host->time, host->limit_ns - host->zero_ns, err);
}

int host_run(struct host *host, int64_t limit_ns, struct err *err)
{
	struct vhost *vhost;
	int ret = 0;

	host->is_running = true;
	host->limit_ns = limit_ns;
	host->seen_real_ns = 0;
	for (int i = 0; (vhost = host_device(host, i)); i++)
		vhost_has_run(vhost);
	host->world->runs++;
	if (host->has_begun)
		ret = time_travel_run(&host->time, host->wants_ns - host->zero_ns,
				      limit_ns - host->zero_ns, err);
	else if (host->time.has_started)
		ret = begin(host, err);
	return ret < 0 ? host_fails(host, ret, err) : 0;
}

static int answer_kicks(struct host *host, struct err *err)
{
	struct vhost *vhost;
	int ret = 0;

	for (int i = 0; (vhost = host_device(host, i)) && ret == 0; i++)
		if (vhost->is_kicking)
			ret = vhost_answer_kick(vhost, err);
	return ret;
}

static int serve_time(struct host *host, struct err *err)
{
	bool was_telling = !time_travel_is_told(&host->time);
	int ret = time_travel_serve(&host->time, err);

	if (host->time.has_ended) { /* the process says the rest */
		close(host->time.fd);
		host->time.fd = -1;
		return 0;
	}
	if (ret == 0 && host->time.has_started && host->is_running)
		ret = begin(host, err);
	if (ret == 0 && host->is_running && host->time.is_waiting)
		has_stopped(host);
	if (ret == 0 && was_telling && time_travel_is_told(&host->time))
		ret = answer_kicks(host, err);
	return ret;
}

/* Its kernel has executed itself again, in the same process. It does not close its sockets. */
static void has_rebooted(struct host *host, int64_t t_ns)
{
	struct vhost *vhost;

	for (int i = 0; (vhost = host_device(host, i)); i++)
		vhost_disconnect(vhost);
	outbox_add(&host->outbox, (struct output){.t_ns = t_ns, .kind = OUTPUT_REBOOT});
	host->boot++;
	host->has_begun = false;
	host->zero_ns = t_ns;
	host->time.wall_ns = host->world->options.real_ns + t_ns + host->config.wall_error_ns;
}

static int accept_time(struct host *host, struct err *err)
{
	bool again = host->has_begun;
	int64_t t_ns = again ? host_look(host) : 0;
	int ret = time_travel_accept(&host->time, err);

	if (ret <= 0)
		return ret;
	if (!is_its_own(host, host->time.peer))
		return err_set(err, EPROTO, "a stranger connects to its clock");
	if (again)
		has_rebooted(host, t_ns);
	return host_endpoint(host, &host->time_endpoint, ENDPOINT_TIME, 0, host->time.fd, err);
}

/* ---- devices ---- */

static int device_fails(const struct vhost *vhost, int code, struct err *err)
{
	return err_add(err, code, "its %s", vhost->kind->name);
}

static int kicked(struct host *host, struct err *err)
{
	int64_t limit_ns = host->limit_ns - host->zero_ns;
	int ret;

	if (!host->is_running)
		return err_set(err, EPROTO, "it kicks while it waits for its time");
	ret = time_travel_look(&host->time, err);
	if (ret == 0 && limit_ns < host->time.limit_ns)
		ret = time_travel_limit(&host->time, limit_ns, err);
	if (ret == 0 && time_travel_is_told(&host->time))
		ret = answer_kicks(host, err);
	return ret;
}

static void look_for_devices(struct host *host)
{
	struct vhost *vhost;

	host->has_devices = true;
	for (int i = 0; (vhost = host_device(host, i)); i++)
		host->has_devices &= vhost_is_up(vhost);
	if (host->has_devices)
		uml_move(&host->uml, host_processor(host));
}

static int serve_device(struct host *host, int device, struct err *err)
{
	struct vhost *vhost = host_device(host, device);
	int back = vhost->back, ret = vhost_serve(vhost, err);

	if (ret == 0 && vhost->back >= 0 && back < 0)
		ret = host_endpoint(host, &host->device[device].back, ENDPOINT_DEVICE_BACK, device,
				    vhost->back, err);
	if (ret == 0 && vhost->is_kicking)
		ret = kicked(host, err);
	if (ret == 0 && world_is_wide(host->world) && !host->has_devices)
		look_for_devices(host);
	return ret < 0 ? device_fails(vhost, ret, err) : 0;
}

static int accept_device(struct host *host, int device, struct err *err)
{
	struct vhost *vhost = host_device(host, device);
	int ret = vhost_accept(vhost, err);

	if (ret <= 0)
		return ret;
	uml_move(&host->uml, host->world->processor);
	if (!is_its_own(host, vhost->peer))
		ret = err_set(err, EPROTO, "a stranger connects");
	else
		ret = host_endpoint(host, &host->device[device].connected, ENDPOINT_DEVICE, device,
				    vhost->fd, err);
	return ret < 0 ? device_fails(vhost, ret, err) : 0;
}

void host_stand(struct host *host)
{
	assert(!host->is_running && host_now(host) <= host->world->now_ns);
	time_travel_stand_at(&host->time, host->world->now_ns - host->zero_ns);
}

/* ---- all of them ---- */

static void serve_process(struct host *host)
{
	int64_t t_ns = host_look(host);

	if (t_ns < host->world->now_ns)
		t_ns = host->world->now_ns;
	host->last_ns = t_ns;
	outbox_add(
		&host->outbox,
		(struct output){.t_ns = t_ns, .kind = OUTPUT_END, .status = uml_reap(&host->uml)});
	host_has_ended(host);
}

static int serve_host(const struct endpoint *endpoint, struct err *err)
{
	struct host *host = endpoint->host;
	struct vhost *vhost = host_device(host, endpoint->device);

	switch (endpoint->kind) {
	case ENDPOINT_TIME:
		return host->time.fd < 0 ? 0 : serve_time(host, err);
	case ENDPOINT_TIME_LISTENER:
		return accept_time(host, err);
	case ENDPOINT_DEVICE:
		return vhost->fd < 0 ? 0 : serve_device(host, endpoint->device, err);
	case ENDPOINT_DEVICE_LISTENER:
		return accept_device(host, endpoint->device, err);
	case ENDPOINT_DEVICE_BACK:
		if (vhost->back >= 0 && vhost_serve_back(vhost, err) < 0)
			return device_fails(vhost, EPROTO, err);
		return 0;
	case ENDPOINT_PROCESS:
		if (host->uml.pid)
			serve_process(host);
		return 0;
	case ENDPOINT_CONSOLE:
		if (host->uml.pid && !uml_read_console(&host->uml))
			epoll_ctl(host->world->epoll, EPOLL_CTL_DEL, host->uml.console, NULL);
		return 0;
	case ENDPOINT_LAUNCHER:
		if (host->is_launched)
			host->config.launcher->serve(host->config.launcher_data);
		return 0;
	case ENDPOINT_WATCH:
		break;
	}
	return 0;
}

static int serve(struct world *world, const struct endpoint *endpoint, struct err *err)
{
	int ret;

	if (endpoint->kind == ENDPOINT_WATCH) {
		struct watch *watch = world->watch[endpoint->device];

		return watch->ready(watch->data, watch->fd, err);
	}
	ret = serve_host(endpoint, err);
	return ret < 0 ? host_fails(endpoint->host, ret, err) : 0;
}

/* Real time may pass only as long as the clock of who runs moves. */
static int look_for_hangs(struct world *world, struct err *err)
{
	int64_t real_ns = clock_now_ns();

	for (int i = 0; i < world->host_count; i++) {
		struct host *host = world->host[i];
		int64_t t_ns;

		if (!host->uml.pid || host->power != WORLD_ON)
			continue;
		t_ns = host_look(host);
		if (!host->seen_real_ns || t_ns != host->seen_at_ns) {
			host->seen_real_ns = real_ns;
			host->seen_at_ns = t_ns;
		}
		if (host->is_running && real_ns - host->seen_real_ns > world->options.patience_ns)
			return err_set(err, ETIMEDOUT,
				       "host %s computes without end: its clock has stood at "
				       "%lld.%09lld s for %lld s",
				       host->config.name, (long long)(t_ns / NSEC_PER_SEC),
				       (long long)(t_ns % NSEC_PER_SEC),
				       (long long)((real_ns - host->seen_real_ns) / NSEC_PER_SEC));
	}
	return 0;
}

static int serve_some(struct world *world, struct err *err)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(world->epoll, events, EVENTS, LOOK_ROUND_MS), ret = 0;

	if (count < 0 && errno != EINTR)
		return err_sys(err, errno, "epoll");
	if (count <= 0 || ++world->wakeups % LOOK_ROUND == 0)
		ret = look_for_hangs(world, err);
	for (int i = 0; i < count && ret == 0; i++)
		ret = serve(world, events[i].data.ptr, err);
	return ret;
}

static bool anybody_runs(const struct world *world)
{
	for (int i = 0; i < world->host_count; i++)
		if (world->host[i]->is_running)
			return true;
	return false;
}

int hosts_settle(struct world *world, struct err *err)
{
	int ret = 0;

	while (ret == 0 && anybody_runs(world))
		ret = serve_some(world, err);
	return ret;
}

int host_interrupted(struct host *host, struct vhost *vhost, struct err *err)
{
	int64_t since_ns = 0;
	int ret = 0;

	while (ret == 0 && vhost->is_interrupting && !host->is_dead) {
		ret = serve_some(host->world, err);
		if (!since_ns)
			since_ns = clock_now_ns();
		else if (clock_now_ns() - since_ns > host->world->options.patience_ns)
			return err_set(err, ETIMEDOUT, "host %s does not take an interrupt",
				       host->config.name);
	}
	if (ret < 0 || host->is_dead)
		return ret;
	ret = time_travel_wish(&host->time, err);
	if (ret < 0)
		return host_fails(host, ret, err);
	has_stopped(host);
	return 0;
}

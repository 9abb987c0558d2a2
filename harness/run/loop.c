/* SPDX-License-Identifier: MIT */
#include "loop.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "file.h"
#include "tap.h"

#define LOOK_TICKS       4 /* between looks at what may go by itself */
#define SHORTEST_REST_NS (NSEC_PER_MSEC)
#define LONGEST_REST_NS  (8 * NSEC_PER_MSEC)
#define MANY_FRAMES      256 /* at one time, of all taps */

static bool is_ready(const struct loop *loop, int wait)
{
	return loop->waits[wait].revents != 0;
}

/* The timer wheel fires late, by up to an eighth: then look every few ticks. On a grid, so that the
 * nanoseconds that reading the clock costs do not add up. */
static int64_t look_due_ns(const struct loop *loop, int64_t after_ns)
{
	const int64_t grid_ns = LOOK_TICKS * loop->tick_ns;
	int64_t due_ns = after_ns + loop->now_ns + (after_ns ? loop->tick_ns : grid_ns);

	due_ns -= due_ns % grid_ns;
	return due_ns > loop->now_ns ? due_ns : due_ns + grid_ns;
}

/* What a segment without SYN, FIN and RST may change is looked at when one comes. Of namespaces the
 * taps see each. */
static int listen_for_acks(struct loop *loop, bool every, struct err *err)
{
	int ret = every == loop->every_rings ? 0 : bell_set(loop->stage.wire_bell, every, err);

	if (ret == 0)
		loop->every_rings = every;
	return ret;
}

static int look_at(struct loop *loop, int host, bool sample, struct err *err)
{
	struct stage *stage = &loop->stage;
	struct sockets *sockets = stage->sockets[host];
	int64_t after_ns;
	int ret;

	loop->due_ns[host] = -1;
	if (!sockets)
		return 0;
	ret = sockets_look(sockets, loop->now_ns, sample, stage->out, err);
	if (ret == 0 && stage->options->alone)
		ret = listen_for_acks(loop, !sockets_are_settled(sockets), err);
	after_ns = sockets_due_ns(sockets);
	if (after_ns >= 0)
		loop->due_ns[host] = look_due_ns(loop, after_ns);
	return ret;
}

int loop_look(struct loop *loop, bool sample, struct err *err)
{
	int ret = 0;

	loop->now_ns = out_now(loop->stage.out);
	for (int i = 0; i < loop->stage.plan->host_count && ret == 0; i++)
		ret = look_at(loop, i, sample, err);
	if (ret == 0 && sample)
		ret = stage_tell_tracked(&loop->stage, loop->now_ns, err);
	return ret;
}

/* What a scripted peer does it tells, and what comes to its host its tap sees. Others nobody sees;
 * nor what it was that ended, or came while the taps were left alone. */
static bool has_news(const struct loop *loop, int host)
{
	const struct stage *stage = &loop->stage;

	if (loop->resting || stage->options->alone || is_ready(loop, WAIT_SIGNAL) ||
	    is_ready(loop, WAIT_WATCH) || is_ready(loop, WAIT_BELL) ||
	    is_ready(loop, WAIT_TAPS + host) || is_ready(loop, WAIT_SOCKETS + host) ||
	    (loop->due_ns[host] >= 0 && loop->due_ns[host] <= loop->now_ns) ||
	    stage_has_command(stage, host))
		return true;
	for (int i = 0; i < stage->plan->program_count; i++)
		if (stage->plan->program[i].host == host && is_ready(loop, WAIT_PROGRAMS + i))
			return true;
	return false;
}

static int look_for_news(struct loop *loop, struct err *err)
{
	int ret = 0;

	loop->now_ns = out_now(loop->stage.out);
	for (int i = 0; i < loop->stage.plan->host_count && ret == 0; i++)
		if (has_news(loop, i))
			ret = look_at(loop, i, false, err);
	return ret;
}

static void reap(struct stage *stage)
{
	int status, pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		stage_reaped(stage, pid, status);
}

static void fault_due(struct stage *stage, int index, int64_t at_ns)
{
	stage->fault_ns[index] = at_ns;
	agenda_add(stage, at_ns, AGENDA_FAULT, index);
}

/* Who waits for what is so by now starts, or goes on; and faults have their moment. */
static int wake_waiting(struct stage *stage, struct err *err)
{
	uint32_t is_so = stage_is_so(stage);
	int ret = 0;

	for (int i = 0; i < stage->plan->fault_count && !stage->options->alone; i++)
		if (plan_fault_is_due(&stage->plan->fault[i], is_so) && stage->fault_ns[i] < 0)
			fault_due(stage, i, stage_now(stage) + stage->plan->fault[i].then_ns);
	for (int i = 0; i < stage->plan->program_count && ret == 0; i++)
		ret = stage->waiting[i] ? stage_start(stage, i, err)
					: program_tell(&stage->program[i], is_so, err);
	return ret;
}

static void order_take(struct loop *loop, const struct raw_order *order)
{
	struct stage *stage = &loop->stage;

	switch ((enum raw_order_type)order->type) {
	case RAW_ORDER_READY:
		stage->ready |= 1u << order->who;
		return;
	case RAW_ORDER_STARTED:
		stage->program[order->who].ended = false;
		stage->ready &= ~plan_ready_of(stage->plan, order->who);
		return;
	case RAW_ORDER_ENDED:
		stage->program[order->who].ended = true;
		return;
	case RAW_ORDER_FAULT:
		fault_due(stage, order->who, order->t_ns);
		return;
	case RAW_ORDER_END:
		loop->end_ns = order->t_ns;
		return;
	case RAW_ORDER_LATE:
		stage->late_ns = order->t_ns;
		return;
	}
}

/* How many there are of what its number is. */
static int order_most(const struct plan *plan, const struct raw_order *order)
{
	return order->type == RAW_ORDER_READY   ? plan->ready_count
	       : order->type == RAW_ORDER_FAULT ? plan->fault_count
						: plan->program_count;
}

static int orders_take(struct loop *loop, struct err *err)
{
	struct pollfd orders = {.fd = loop->stage.options->alone->orders, .events = POLLIN};
	struct raw_order order;

	/* Frames go the other way through it, and that may block. */
	while (poll(&orders, 1, 0) > 0) {
		int ret = file_read_all(orders.fd, &order, sizeof(order));

		if (ret < 0)
			return err_sys(err, ret, "orders");
		if (order.who < 0 || order.who >= order_most(loop->stage.plan, &order))
			return err_set(err, EPROTO, "an order that is none");
		order_take(loop, &order);
	}
	return 0;
}

/* A wake-up for each packet costs more than the packet: at 100 Mbit/s each has a moment of its own.
 * What waits in the taps has its time, so while connections only carry data they are left alone for
 * a while; what could change a socket's state rings the wire's bell. On a real clock others may be
 * late as well. */
static void rest(struct loop *loop, int frames)
{
	const struct stage *stage = &loop->stage;
	bool settled = stage->wire_bell >= 0 && frames > 0;

	for (int i = 0; i < stage->plan->host_count && settled; i++)
		settled = !stage->sockets[i] || sockets_are_settled(stage->sockets[i]);
	/* Far from filling a tap's buffer, whatever the rate. */
	if (frames > MANY_FRAMES)
		loop->rest_ns /= 2;
	else if (loop->rest_ns < LONGEST_REST_NS)
		loop->rest_ns *= 2;
	if (!settled || loop->rest_ns < SHORTEST_REST_NS)
		loop->rest_ns = SHORTEST_REST_NS;
	loop->rested_until_ns = settled && frames <= MANY_FRAMES * 8 ? loop->now_ns + loop->rest_ns
								     : 0;
}

/* Returns how many frames there were, or -errno. */
static int taps_drain(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	int ret = 0, total = 0;

	if (loop->resting)
		return stage_drain_taps(stage, err);
	if (is_ready(loop, WAIT_BELL))
		bell_drain(stage->wire_bell);
	if (is_ready(loop, WAIT_WIRE))
		ret = stage_drain_tap(stage, STAGE_WIRE, err);
	total += ret;
	if (ret >= 0 && is_ready(loop, WAIT_ROUTER))
		ret = stage_drain_tap(stage, STAGE_ROUTER, err);
	for (int i = 0; i < stage->plan->host_count && ret >= 0; i++) {
		total += ret;
		ret = is_ready(loop, WAIT_TAPS + i) ? stage_drain_tap(stage, i, err) : 0;
	}
	return ret < 0 ? ret : total + ret;
}

static int programs_drain(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	struct signalfd_siginfo info[4];
	struct epoll_event ended[8];
	uint64_t expirations;

	for (int i = 0; i < stage->plan->program_count; i++) {
		if (is_ready(loop, WAIT_LISTENERS + i))
			program_listen(&stage->program[i]);
		if (is_ready(loop, WAIT_LISTENERS + i) || is_ready(loop, WAIT_PROGRAMS + i) ||
		    is_ready(loop, WAIT_CALLS + i))
			stage_drain_program(stage, i);
	}
	if (is_ready(loop, WAIT_WATCH))
		epoll_wait(stage->watch_fd, ended, sizeof(ended) / sizeof(ended[0]), 0);
	if (is_ready(loop, WAIT_SIGNAL) && read(loop->signal_fd, info, sizeof(info)) > 0)
		reap(stage);
	if (!is_ready(loop, WAIT_TIMER))
		return 0;
	loop->armed_ns = 0;
	if (read(loop->timer_fd, &expirations, sizeof(expirations)) < 0 && errno != EAGAIN)
		return err_sys(err, errno, "timerfd");
	return 0;
}

int loop_take(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	int frames = taps_drain(loop, err), ret = frames;

	for (int i = 0; i < stage->plan->host_count; i++)
		if (is_ready(loop, WAIT_SOCKETS + i))
			sockets_drain(stage->sockets[i]);
	if (ret >= 0)
		ret = programs_drain(loop, err);
	if (ret >= 0 && is_ready(loop, WAIT_ORDERS))
		ret = orders_take(loop, err);
	if (ret >= 0)
		ret = look_for_news(loop, err);
	if (ret < 0)
		return ret;
	rest(loop, frames);
	return wake_waiting(stage, err);
}

static void timer_arm(struct loop *loop)
{
	const struct stage *stage = &loop->stage;
	int64_t next_ns = stage->agenda[0].at_ns;
	struct itimerspec spec = {0};

	if (loop->end_ns >= 0 && loop->end_ns < next_ns)
		next_ns = loop->end_ns;
	next_ns -= stage->late_ns; /* the rest is of our own clock */
	for (int i = 0; i < stage->plan->host_count; i++)
		if (loop->due_ns[i] >= 0 && loop->due_ns[i] < next_ns)
			next_ns = loop->due_ns[i];
	if (loop->resting && loop->rested_until_ns < next_ns)
		next_ns = loop->rested_until_ns;
	next_ns += stage->out->t0_ns;
	if (next_ns == loop->armed_ns)
		return;
	loop->armed_ns = next_ns;
	spec.it_value = clock_timespec(next_ns);
	timerfd_settime(loop->timer_fd, TFD_TIMER_ABSTIME, &spec, NULL);
}

static void wait_for(struct loop *loop, int wait, int fd)
{
	loop->waits[wait] = (struct pollfd){.fd = fd, .events = POLLIN};
}

int loop_await(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	const struct conduct_host *alone = stage->options->alone;

	loop->resting = loop->rested_until_ns > loop->now_ns;
	timer_arm(loop);
	for (int i = 0; i < WAIT_COUNT; i++)
		wait_for(loop, i, -1);
	wait_for(loop, WAIT_TIMER, loop->timer_fd);
	wait_for(loop, WAIT_SIGNAL, loop->signal_fd);
	wait_for(loop, WAIT_WATCH, stage->watch_fd);
	wait_for(loop, WAIT_BELL, stage->wire_bell);
	wait_for(loop, WAIT_WIRE, loop->resting ? -1 : stage->wire_tap);
	wait_for(loop, WAIT_ROUTER, loop->resting ? -1 : stage->router_tap);
	wait_for(loop, WAIT_ORDERS, alone ? alone->orders : -1);
	for (int i = 0; i < stage->plan->host_count; i++) {
		if (!stage->sockets[i])
			continue;
		wait_for(loop, WAIT_TAPS + i, loop->resting ? -1 : stage->tap[i]);
		wait_for(loop, WAIT_SOCKETS + i, sockets_fd(stage->sockets[i]));
	}
	for (int i = 0; i < stage->plan->program_count; i++) {
		wait_for(loop, WAIT_PROGRAMS + i, stage->program[i].fd);
		wait_for(loop, WAIT_CALLS + i, stage->program[i].calls_fd);
		wait_for(loop, WAIT_LISTENERS + i, stage->program[i].listen_fd);
	}
	/* A command may keep time from passing, until somebody kills it all: what was told until
	 * then is out. Peers do not. */
	if (alone || (stage->out->news && stage_has_command(stage, PLAN_ANY)))
		out_flush(stage->out);
	return poll(loop->waits, WAIT_LISTENERS + (nfds_t)stage->plan->program_count, -1) < 0 &&
			       errno != EINTR
		       ? err_sys(err, errno, "poll")
		       : 0;
}

/* SPDX-License-Identifier: MIT */
#include "conductor.h"

#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"
#include "counters.h"
#include "loop.h"
#include "rootfs.h"
#include "spin.h"
#include "tap.h"
#include "tracked.h"

/* The kernel's tick: CLOCK_MONOTONIC_COARSE counts in it (kernel/time/posix-timers.c,
 * posix_get_coarse_res()). */
static int64_t tick_ns(void)
{
	struct timespec ts;

	clock_getres(CLOCK_MONOTONIC_COARSE, &ts);
	return ts.tv_nsec;
}

static bool lacks_mptcp(const struct plan *plan)
{
	bool wanted = false;
	int fd;

	for (int i = 0; i < plan->program_count; i++)
		for (int j = 0; j < plan->program[i].step_count; j++)
			wanted = wanted || plan->program[i].step[j].peer.flags & PEER_MPTCP;
	if (!wanted)
		return false;
	fd = socket(plan->ip_version == 6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
		    IPPROTO_MPTCP);
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

/* What the plan needs and this kernel has not, or 0. */
static int needs_check(const struct stage *stage, struct err *err)
{
	const struct kernel_facts facts = topology_facts(&stage->topology);
	const struct plan *plan = stage->plan;
	const char *lacking = condition_lacking(plan->needs.term, plan->needs.count, &facts);
	bool netem = plan->link_explicit;
	char wanting[256];

	if (!stage->options->alone && plan_wants_own_kernels(plan, wanting, sizeof(wanting)))
		return err_set(err, EOPNOTSUPP, PLAN_OWN_KERNELS ": %s", wanting);
	if (plan->needs_files && !rootfs_is_machines())
		return err_set(err, EOPNOTSUPP,
			       "the machine's files, of which an initramfs has only the "
			       "executables that a case names, with their libraries");
	if (lacks_mptcp(plan))
		return err_set(err, EOPNOTSUPP, "Multipath TCP (CONFIG_MPTCP)");
	for (int i = 0; plan->needed_program && plan->needed_program[i]; i++) {
		const char *package = plan->needed_package[i];

		if (!launch_finds(plan->needed_program[i]))
			return err_set(
				err, EOPNOTSUPP, "the program %s, which is not installed%s%s%s",
				plan->needed_program[i], package ? " (Debian's package " : "",
				package ? package : "", package ? ")" : "");
	}
	if (lacking && strncmp(lacking, "kernel ", 7) == 0)
		return err_set(err, EOPNOTSUPP, "%s; this is %s", lacking, facts.release);
	for (int i = 0; i < plan->fault_count; i++)
		netem = netem || plan->fault[i].op == FAULT_IMPAIR;
	if (!lacking && netem && !facts.netem)
		lacking = "netem";
	return lacking ? err_set(err, EOPNOTSUPP, "%s", condition_in_words(lacking)) : 0;
}

/* When it was switched on, by the run's clock: its own began then. All were before the run. */
static int64_t alone_since_ns(const struct conduct_host *alone)
{
	return alone->incarnation ? -alone->zero_ns : 0;
}

/* What the router does at a moment is done before anything starts at that moment, as where one
 * kernel does both in turn. A rule takes it 10 us. */
#define ROUTER_NS 100000

static int64_t after_router_ns(const struct stage *stage, int64_t at_ns)
{
	const struct plan *plan = stage->plan;

	for (int i = 0; i < plan->fault_count; i++)
		if (plan->fault[i].at_ns == at_ns && !plan_fault_waits(&plan->fault[i]) &&
		    !fault_is_here(stage, i) &&
		    (plan->fault[i].kind->doer == DOER_ROUTER ||
		     plan->fault[i].kind->doer == DOER_BOTH))
			return at_ns + ROUTER_NS;
	return at_ns;
}

/* What it was told before a reboot nobody says again. */
static void inputs_skip(struct program *program, int64_t until_ns)
{
	const struct plan_program *plan = program->plan;

	while (program->next_input < plan->input_count &&
	       plan->input[program->next_input].at_ns < until_ns)
		program->next_input++;
}

static void inputs_add(struct stage *stage, int index, int64_t from_ns)
{
	const struct plan_program *plan = &stage->plan->program[index];

	for (int i = 0; i < plan->input_count && stage_has(stage, plan->host); i++)
		if (plan->input[i].at_ns >= from_ns)
			agenda_add(stage, after_router_ns(stage, plan->input[i].at_ns),
				   AGENDA_INPUT, index);
}

/* A reboot starts again what had been started, and nothing before its time. */
static void start_add(struct stage *stage, int index, int64_t from_ns)
{
	const struct conduct_host *alone = stage->options->alone;
	int64_t start_ns = stage->plan->program[index].start_ns;

	if (start_ns < from_ns) {
		if (!alone->start || stage->plan->program[index].stays_down) {
			stage->program[index].ended = true;
			return;
		}
		stage->program[index].incarnation = plan_restarts(stage->plan, index, from_ns);
		inputs_skip(&stage->program[index], from_ns);
		start_ns = from_ns;
	} else {
		start_ns = after_router_ns(stage, start_ns);
	}
	agenda_add(stage, start_ns, AGENDA_START, index);
}

/* Nobody can read what a kernel counted once the world has ended it. It is told before; how long
 * before leaves time for the readings of the clock that it takes, and is less than any link does.
 */
#define LAST_LOOK_NS (NSEC_PER_MSEC / 10)

static void last_looks_add(struct stage *stage, int64_t from_ns)
{
	for (int i = 0; i < stage->plan->fault_count; i++) {
		const struct plan_fault *fault = &stage->plan->fault[i];

		if (fault_ends_kernel(stage, i) && !plan_fault_waits(fault) &&
		    fault->at_ns - LAST_LOOK_NS > from_ns)
			agenda_add(stage, fault->at_ns - LAST_LOOK_NS, AGENDA_LAST_LOOK, i);
	}
}

/* What is to come from FROM_NS on, which is 0, or when this host came up again. */
static void agenda_fill(struct stage *stage, int64_t from_ns)
{
	const struct plan *plan = stage->plan;

	for (int i = 0; i < plan->sample_count; i++)
		if (plan->sample_ns[i] > from_ns || !from_ns)
			agenda_add(stage, plan->sample_ns[i], AGENDA_SAMPLE, 0);
	for (int i = 0; i < plan->fault_count; i++)
		if (plan->fault[i].at_ns >= from_ns && !plan_fault_waits(&plan->fault[i]) &&
		    fault_is_here(stage, i))
			agenda_add(stage, plan->fault[i].at_ns, AGENDA_FAULT, i);
	last_looks_add(stage, from_ns);
	for (int i = 0; i < plan->program_count; i++)
		if (stage_has(stage, plan->program[i].host))
			start_add(stage, i, from_ns);
	for (int i = 0; i < plan->program_count; i++)
		inputs_add(stage, i, from_ns);
	agenda_add(stage, plan->until_ns ? plan->until_ns : RUN_MAX_NS, AGENDA_END, 0);
}

/* Timers of up to two hours are rounded up to 8^5 ticks (kernel/time/timer.c, level 5). */
#define WHEEL_TICKS 32768

/* Every run in virtual time starts one second after the boot, whatever the network took to
 * build, or whole turns of the timer wheel's slowest hand later: so the wheel's phase is always
 * the same, links and addresses are in force, and the kernel has switched to high-resolution
 * timers (it does at its first tick; until then netem's 1 ms lasts a tick). */
static int64_t aligned_start(int64_t wheel_tick_ns)
{
	int64_t start_ns = NSEC_PER_SEC, settled_ns = clock_now_ns() + NSEC_PER_SEC / 2;

	while (start_ns < settled_ns)
		start_ns += WHEEL_TICKS * wheel_tick_ns;
	return start_ns;
}

/* A machine that serves many runs has a wall clock from before: each run is to begin at the same
 * date. Set before the network is there, so that what is captured before the run's zero has stamps
 * of this clock, and again in the rare case that building it took until another turn of the wheel.
 */
static void set_wall_clock(int64_t start_ns)
{
	int64_t wall_ns = (CLOCK_EPOCH_S + 1) * NSEC_PER_SEC - (start_ns - clock_now_ns());
	int64_t off_ns = clock_read_ns(CLOCK_REALTIME) - wall_ns;
	struct timespec wall = clock_timespec(wall_ns);

	if (off_ns < -NSEC_PER_MSEC || off_ns > NSEC_PER_MSEC)
		clock_settime(CLOCK_REALTIME, &wall);
}

static void start_aligned(int64_t wheel_tick_ns)
{
	int64_t start_ns = aligned_start(wheel_tick_ns);

	set_wall_clock(start_ns);
	clock_sleep_until(start_ns);
}

/* A run of several kernels starts for all of them when its zero comes. */
static void start_together(int64_t zero_ns)
{
	if (zero_ns > 0)
		clock_sleep_until(zero_ns);
}

static void start_clock(struct loop *loop)
{
	struct stage *stage = &loop->stage;
	const struct conduct_host *alone = stage->options->alone;
	struct raw_start start = {.tick_ns = loop->tick_ns,
				  .has_netem = stage->topology.has_netem,
				  .virtual_clock = stage->options->virtual_clock};
	struct utsname uts;
	int64_t before_ns;

	uname(&uts);
	snprintf(start.release, sizeof(start.release), "%s", uts.release);
	snprintf(start.machine, sizeof(start.machine), "%s", uts.machine);
	snprintf(start.version, sizeof(start.version), "%s", uts.version);
	if (alone)
		start_together(alone->zero_ns);
	else if (stage->options->virtual_clock)
		start_aligned(loop->tick_ns);
	out_start_clock(stage->out);
	if (alone)
		stage->out->t0_ns = alone->zero_ns;
	/* The two clocks at one moment: the real one is read in the middle of two readings of
	 * the other. Where hosts have kernels of their own, time stands still meanwhile, but the
	 * run may have begun long before this boot. */
	before_ns = alone ? out_now(stage->out) : 0;
	stage->real_ns = clock_read_ns(CLOCK_REALTIME);
	stage->real_ns -= alone ? before_ns : out_now(stage->out) / 2;
	start.mono_ns = stage->out->t0_ns;
	start.real_ns = stage->real_ns;
	out_frame(stage->out, RAW_START, alone ? alone->host : -1, 0, &start, sizeof(start), NULL,
		  0);
}

static int network_set_up(struct stage *stage, struct err *err)
{
	const struct conduct_host *alone = stage->options->alone;
	struct topology *topology = &stage->topology;
	int ret = 0;

	if (alone)
		topology_open_here(topology, stage->plan, alone_since_ns(alone));
	else
		ret = topology_open(topology, stage->plan, stage->options->virtual_clock, err);
	if (ret == 0)
		ret = needs_check(stage, err);
	if (ret == 0)
		ret = alone ? topology_build_here(topology, alone->host, alone->carriers, err)
			    : topology_build(topology, err);
	if (ret < 0 || alone)
		return ret;
	if (!stage->options->virtual_clock)
		ret = topology_wait(topology, err);
	if (ret == 0)
		ret = stage->wire_tap = tap_open(topology->wire, err);
	if (ret >= 0 && stage->options->virtual_clock)
		ret = stage->wire_bell = bell_open(topology->wire, err);
	if (ret >= 0 && topology->router)
		ret = stage->router_tap = tap_open(topology->router, err);
	return ret < 0 ? ret : 0;
}

static int set_up(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	const struct conduct_host *alone = stage->options->alone;
	sigset_t signals;
	int ret;

	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	sigdelset(&signals, SIGPIPE);
	sigaddset(&signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	loop->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
	loop->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	loop->tick_ns = tick_ns();
	if (stage->options->virtual_clock && !alone)
		set_wall_clock(aligned_start(loop->tick_ns));
	stage->watch_fd = epoll_create1(EPOLL_CLOEXEC);
	if (loop->signal_fd < 0 || loop->timer_fd < 0 || stage->watch_fd < 0)
		return err_sys(err, errno, "signalfd, timerfd, epoll");
	ret = network_set_up(stage, err);
	if (ret == 0)
		ret = restriction_new(!alone && stage_has_command(stage, PLAN_ANY),
				      &stage->restriction, err);
	for (int i = 0; i < stage->plan->host_count && ret == 0; i++)
		if (stage_has(stage, i))
			ret = stage_power_on(stage, i, err);
	if (ret < 0)
		return ret;
	start_clock(loop);
	agenda_fill(stage, alone ? alone_since_ns(alone) : 0);
	for (int i = 0; i < stage->plan->host_count && ret == 0; i++)
		if (stage_has(stage, i))
			ret = stage_watch(stage, i, err);
	return ret < 0 ? ret : stage_watch_router(stage, err);
}

static int agenda_do(struct loop *loop, const struct agenda_entry *entry, struct err *err)
{
	struct stage *stage = &loop->stage;

	switch (entry->what) {
	case AGENDA_SAMPLE:
		return loop_look(loop, true, err);
	case AGENDA_LAST_LOOK:
		return stage_look_last(stage, err);
	case AGENDA_FAULT:
		return fault_begin(stage, entry->index, err);
	case AGENDA_FAULT_GOES_ON:
		return fault_go_on(stage, entry->index, err);
	case AGENDA_START:
		return stage_start(stage, entry->index, err);
	case AGENDA_INPUT:
		return program_feed(&stage->program[entry->index], entry->at_ns, err);
	case AGENDA_END:
		loop->end_ns = entry->at_ns;
		return 0;
	}
	return 0;
}

static int agenda_work(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	bool acted = false;

	while (stage->agenda_count && stage->agenda[0].at_ns <= loop->now_ns + stage->late_ns) {
		struct agenda_entry entry = stage->agenda[0];
		int ret;

		memmove(stage->agenda, stage->agenda + 1,
			(size_t)--stage->agenda_count * sizeof(*stage->agenda));
		ret = agenda_do(loop, &entry, err);
		if (ret < 0)
			return ret;
		acted = acted || entry.what > AGENDA_LAST_LOOK;
		if (!stage->options->virtual_clock)
			loop->now_ns = out_now(stage->out);
	}
	return acted ? loop_look(loop, false, err) : 0;
}

static bool all_are_over(const struct stage *stage)
{
	uint32_t over = 0, so = stage_is_so(stage), awaits[PROGRAMS_MAX], faults = 0;

	for (int i = 0; i < stage->plan->program_count; i++) {
		const struct program *program = &stage->program[i];
		bool is_off = !program->pid && !stage->topology.host[program->plan->host].net;

		awaits[i] = program->awaits;
		if (stage->waiting[i])
			awaits[i] |= plan_awaited_by(stage->plan, i);
		if (program->ended || program->idle || (is_off && !awaits[i]))
			over |= 1u << i;
		awaits[i] &= ~so;
	}
	for (int i = 0; i < stage->plan->fault_count; i++)
		if (plan_fault_waits(&stage->plan->fault[i]) && stage->fault_ns[i] < 0)
			faults |= 1u << stage->plan->fault[i].after;
	return plan_all_over(stage->plan, over, awaits, faults);
}

static void end_find(struct loop *loop)
{
	struct stage *stage = &loop->stage;

	if (loop->end_ns >= 0 || stage->plan->until_ns || stage->agenda_count > 1 ||
	    stage->options->alone || !all_are_over(stage))
		return;
	loop->end_ns = plan_end_ns(stage->plan, loop->now_ns);
}

static int run(struct loop *loop, struct err *err)
{
	struct stage *stage = &loop->stage;
	int ret;

	loop->now_ns = out_now(stage->out);
	for (;;) {
		ret = agenda_work(loop, err);
		if (ret < 0)
			return ret;
		end_find(loop);
		if (stage->is_off)
			return 0;
		if (loop->end_ns >= 0 && loop->now_ns + stage->late_ns >= loop->end_ns)
			break;
		if (stage->agenda_count) {
			ret = loop_await(loop, err);
		}
		if (ret == 0)
			ret = loop_take(loop, err);
		if (ret < 0)
			return ret;
	}
	ret = loop_look(loop, true, err);
	return ret < 0 ? ret : stage_count(stage, loop->now_ns, err);
}

static void take_down(struct loop *loop)
{
	struct stage *stage = &loop->stage;
	struct raw_end end = {.t_ns = loop->end_ns, .packets_missed = stage->missed};

	for (int i = 0; i < stage->plan->program_count; i++)
		program_finish(&stage->program[i], stage->out);
	for (int i = 0; i < stage->plan->host_count; i++)
		if (stage->tap[i] >= 0)
			end.packets_missed += tap_missed(stage->tap[i]);
	if (stage->wire_tap >= 0)
		end.packets_missed += tap_missed(stage->wire_tap);
	if (stage->router_tap >= 0)
		end.packets_missed += tap_missed(stage->router_tap);
	if (stage->options->virtual_clock)
		spin_tell(stage->options->alone ? stage->options->alone->host : -1, stage->out);
	out_frame(stage->out, RAW_END, -1, out_now(stage->out), &end, sizeof(end), NULL, 0);
	out_flush(stage->out);
	/* Whoever played the others switches this one off, too, when all have said this: nothing
	 * need be taken down. */
	while (stage->options->alone && !stage->is_off)
		pause();
	for (int i = 0; i < stage->plan->host_count; i++) {
		stage_kill(stage, i);
		container_free(stage->container[i]);
		sockets_free(stage->sockets[i]);
	}
	restriction_free(stage->restriction);
	if (stage->watch_fd >= 0)
		close(stage->watch_fd);
	if (stage->wire_bell >= 0)
		close(stage->wire_bell);
	topology_done(&stage->topology);
	free(stage->agenda);
	free(stage->filter);
}

void conduct(const struct plan *plan, const struct conduct_options *options, struct out *out)
{
	static struct loop loop;
	struct err err = {0};
	int ret;

	loop = (struct loop){.stage = {.plan = plan,
				       .options = options,
				       .out = out,
				       .wire_tap = -1,
				       .watch_fd = -1,
				       .wire_bell = -1,
				       .router_tap = -1},
			     .timer_fd = -1,
			     .signal_fd = -1,
			     .end_ns = -1};
	for (int i = 0; i < HOSTS_MAX; i++)
		loop.stage.tap[i] = loop.due_ns[i] = -1;
	for (int i = 0; i < plan->fault_count; i++)
		loop.stage.fault_ns[i] = plan_fault_waits(&plan->fault[i]) ? -1
									   : plan->fault[i].at_ns;
	for (int i = 0; i < plan->program_count; i++) {
		loop.stage.program[i].of = plan;
		loop.stage.program[i].starts = options->alone ? options->alone->starts[i] : 0;
		loop.stage.program[i].plan = &plan->program[i];
		loop.stage.program[i].index = i;
		loop.stage.program[i].fd = loop.stage.program[i].stdin_fd = -1;
		loop.stage.program[i].listen_fd = loop.stage.program[i].calls_fd = -1;
	}
	ret = set_up(&loop, &err);
	if (ret == 0)
		ret = run(&loop, &err);
	if (ret < 0) {
		loop.end_ns = out->t0_ns ? out_now(out) : 0;
		out_text(out, ret == -EOPNOTSUPP ? RAW_SKIP : RAW_ERROR, err.text);
	}
	take_down(&loop);
}

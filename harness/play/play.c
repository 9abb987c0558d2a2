/* SPDX-License-Identifier: MIT */
#include "play.h"

#include <errno.h>
#include <inttypes.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "duration.h"
#include "parts.h"
#include "scratch.h"
#include "strip_words.h"

#define REACTION_NS 1000000LL /* what a guest says is heard elsewhere so much later at most */
#define SEED        0x68616c666f70656eULL /* "halfopen" */

const char *play_host_name(const struct play *play, int host)
{
	return plan_host_name(play->plan, host);
}

void play_frame(struct play *play, enum raw_type type, int who, int64_t t_ns, const void *head,
		size_t head_size, const void *tail, size_t tail_size)
{
	struct raw_frame frame = {
		.type = type, .size = (uint32_t)(head_size + tail_size), .who = who, .t_ns = t_ns};

	text_put_n(&play->raw, (const char *)&frame, sizeof(frame));
	text_put_n(&play->raw, head, head_size);
	text_put_n(&play->raw, tail, tail_size);
}

void play_fail(struct play *play, int code, const char *fmt, ...)
{
	va_list ap;

	if (play->failed)
		return;
	va_start(ap, fmt);
	vsnprintf(play->failure.text, sizeof(play->failure.text), fmt, ap);
	va_end(ap);
	play->failed = code;
	world_stop(play->world);
}

/* --- power --- */

/* Has HOST a carrier at its end of host I's cable? At the start all cables are in, but the other
 * end's power may be on only later at this moment. */
static bool has_carrier(const struct play *play, int host, int i)
{
	const struct play_host *of = &play->host[i];

	return play->host[host].boots == 1 ||
	       world_carrier(play->world,
			     host == play->plan->host_count ? of->router_card : of->card);
}

int play_boot(struct play *play, int host, bool start, struct err *err)
{
	struct play_host *self = &play->host[host];
	struct raw_boot boot = {.host = host,
				.incarnation = self->boots++,
				.zero_ns = play->zero_ns - world_now(play->world),
				.start = start,
				.size = (uint32_t)play->job->plan_size,
				.files_size = self->files ? (uint32_t)strlen(self->files) : 0};
	int ret;

	if (host < play->plan->host_count)
		act_rules_lost(play, host);
	for (int i = 0; i < play->plan->program_count; i++)
		boot.starts[i] = play->program[i].starts;
	text_shrink(&self->said, 0);
	self->done = self->ends_by_plan = self->panics = self->shuts_down = false;
	self->late_ns = 0;
	self->pause_count = 0;
	for (int i = 0; i < play->plan->program_count; i++)
		if (start && play->plan->program[i].host == host &&
		    !play->plan->program[i].stays_down)
			hear_program_new(play, i);
	ret = world_power_on(play->world, host, err);
	for (int i = 0; i < play->plan->host_count; i++)
		boot.carriers |= has_carrier(play, host, i) ? 1u << i : 0;
	if (ret >= 0)
		ret = world_tell(play->world, host, &boot, sizeof(boot), err);
	if (ret >= 0)
		ret = world_tell(play->world, host, play->job->plan, play->job->plan_size, err);
	if (ret >= 0 && self->files)
		ret = world_tell(play->world, host, self->files, boot.files_size, err);
	return ret < 0 ? ret : hear_tell_all(play, host, err);
}

void play_host_off(struct play *play, int host)
{
	play->host[host].shuts_down = false;
	for (int i = 0; i < play->plan->program_count; i++)
		if (play->plan->program[i].host == host && play->program[i].running)
			hear_program_ended(play, i);
	hear_set_exact(play);
	play_end_find(play);
}

int64_t play_time_of(const struct play *play, int host, int64_t t_ns)
{
	const struct play_host *self = &play->host[host];

	for (int i = self->pause_count - 1; i >= 0; i--)
		if (t_ns >= self->pause[i].since_ns)
			return t_ns + self->pause[i].late_ns;
	return t_ns;
}

/* What a program of root can do to its machine. Exact are only the moments that the world knows
 * before: so it is the timeline's matter. */
static const char *fault_for(const struct play *play, int host, enum world_end end)
{
	if (host >= play->plan->host_count || !plan_has_command(play->plan, host))
		return NULL;
	return end == WORLD_END_REBOOT      ? "reboot"
	       : end == WORLD_END_POWER_OFF ? "shutdown"
	       : end == WORLD_END_PANIC     ? "panic"
					    : NULL;
}

static void on_power(void *data, int host, int64_t t_ns, enum world_power power, int boot,
		     enum world_end end, int status)
{
	struct play *play = data;
	struct play_host *self = &play->host[host];
	const char *fault = fault_for(play, host, end);

	(void)t_ns, (void)boot;
	if (power == WORLD_HUNG && end == WORLD_END_PANIC && self->panics) {
		act_host_lost(play, host);
		return;
	}
	if (end == WORLD_END_POWER_LOSS)
		return;
	if (!self->done && !self->ends_by_plan) {
		play_fail(play, ECHILD, "host %s: its kernel ended by itself: %s%s%s%s%s",
			  play_host_name(play, host), world_end_name[end],
			  WIFSIGNALED(status) ? ", " : "",
			  WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : "",
			  fault ? "; if a program there wanted that, let the timeline do it: " : "",
			  fault ? fault : "");
		return;
	}
	play_host_off(play, host);
}

/* --- the end --- */

/* A host that stands still when the timeline is over does so for good. */
static bool all_are_over(const struct play *play)
{
	uint32_t over = 0, so = hear_is_so(play), awaits[PROGRAMS_MAX];

	for (int i = 0; i < play->plan->program_count; i++) {
		const struct play_program *program = &play->program[i];

		if (world_power(play->world, play->plan->program[i].host) != WORLD_ON ||
		    (program->running ? program->idle : program->ended))
			over |= 1u << i;
		awaits[i] = program->awaits;
		if (!program->running && hear_is_waiting(play, i))
			awaits[i] = plan_awaited_by(play->plan, i);
		awaits[i] &= ~so;
	}
	return plan_all_over(play->plan, over, awaits, act_awaits(play));
}

static bool anybody_shuts_down(const struct play *play)
{
	for (int i = 0; i < play->host_count; i++)
		if (play->host[i].shuts_down)
			return true;
	return false;
}

static bool all_have_said_all(const struct play *play)
{
	for (int i = 0; i < play->host_count; i++)
		if (!play->host[i].done && world_power(play->world, i) == WORLD_ON)
			return false;
	return true;
}

int play_look_for_end(struct world *world, void *data, struct err *err)
{
	(void)world, (void)err;
	play_end_find(data);
	return 0;
}

void play_end_find(struct play *play)
{
	struct raw_order order = {.type = RAW_ORDER_END};
	int64_t now_ns = play_now_ns(play);

	if (play->end_ns >= 0 && now_ns >= play->end_ns && all_have_said_all(play))
		world_stop(play->world);
	if (play->end_ns >= 0 || now_ns < play->last_ns || play->reboots ||
	    anybody_shuts_down(play) || !all_are_over(play))
		return;
	play->end_ns = order.t_ns = plan_end_ns(play->plan, now_ns);
	for (int i = 0; i < play->host_count; i++)
		if (world_power(play->world, i) == WORLD_ON)
			world_tell(play->world, i, &order, sizeof(order), NULL);
	world_at(play->world, play->zero_ns + play->end_ns, play_look_for_end, play);
}

static int64_t last_of_plan_ns(const struct plan *plan)
{
	int64_t last_ns = 0;

	for (int i = 0; i < plan->fault_count; i++)
		last_ns = plan->fault[i].at_ns > last_ns ? plan->fault[i].at_ns : last_ns;
	for (int i = 0; i < plan->program_count; i++) {
		const struct plan_program *program = &plan->program[i];

		last_ns = program->start_ns > last_ns ? program->start_ns : last_ns;
		if (program->input_count &&
		    program->input[program->input_count - 1].at_ns > last_ns)
			last_ns = program->input[program->input_count - 1].at_ns;
	}
	if (plan->sample_count && plan->sample_ns[plan->sample_count - 1] > last_ns)
		last_ns = plan->sample_ns[plan->sample_count - 1];
	return last_ns;
}

/* --- from the plan to a world --- */

/* Host I's card, on SEGMENT. */
static int card_add(struct play *play, int i, int segment, struct err *err)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(i + 1)};
	struct impairment towards = act_impairment(&play->plan->link);

	return play->host[i].card = world_add_card(play->world, i, segment, mac, &towards, err);
}

/* As with bridges (run/topology.h): what goes to a host is delayed, what goes to the router is
 * not. */
static int router_card_add(struct play *play, int i, int segment, struct err *err)
{
	const uint8_t mac[6] = {2, 0, 0, 0, 1, (uint8_t)(i + 1)};

	return play->host[i].router_card = world_add_card(play->world, play->plan->host_count,
							  segment, mac, NULL, err);
}

static int network_add(struct play *play, struct err *err)
{
	const struct plan *plan = play->plan;
	bool cable = plan->network == NETWORK_CABLE && plan->host_count == 2;
	int segment = -1, ret = 0;

	for (int i = 0; i < plan->host_count && ret >= 0; i++) {
		if (segment < 0 || play_has_router(play))
			segment = ret = world_add_segment(play->world,
							  cable ? WORLD_CABLE : WORLD_SWITCH, err);
		if (ret >= 0)
			ret = card_add(play, i, segment, err);
		if (ret >= 0 && play_has_router(play))
			ret = router_card_add(play, i, segment, err);
	}
	return ret < 0 ? ret : 0;
}

/* What the router does beside what its kernel does (run/router.c). */
static void middlebox_add(struct play *play)
{
	const struct plan *plan = play->plan;
	const struct plan_middlebox *box = &plan->middlebox;
	struct world_middlebox how = {.host = plan->host_count,
				      .outside = WORLD_NONE,
				      .idle_ns = box->then ? box->idle_ns : 0,
				      .strip = {.options = strip_options(box->strip),
						.ecn = box->strip & STRIP_ECN,
						.ecn_flags = box->strip & STRIP_ECN_FLAGS,
						.most_mss = (uint16_t)box->mss},
				      .by_payload = box->by_payload,
				      .at_once = box->to == TOLD_BOTH,
				      .answers = box->then != REFUSAL_DROP,
				      .reject_type = -1};

	if (!box->then && !box->strip && !box->mss)
		return;
	if (plan->nat)
		how.outside = play->host[plan->host_count - 1].router_card;
	if (box->then == REFUSAL_ICMP) {
		how.reject_type = plan->ip_version == 4 ? ICMP_DEST_UNREACH : ICMP6_DST_UNREACH;
		how.reject_code = plan->ip_version == 4 ? ICMP_PKT_FILTERED
							: ICMP6_DST_UNREACH_ADMIN;
	}
	world_set_middlebox(play->world, &how);
}

/* Of those on HOST that may still run: "program client", "programs a, b"; "no program". */
static void programs_of(const struct play *play, int host, struct text *text)
{
	int count = 0;

	for (int i = 0; i < play->plan->program_count; i++)
		if (play->plan->program[i].host == host && !play->program[i].ended)
			count++;
	text_add(text, "%s", count > 1 ? "programs " : count ? "program " : "no program");
	for (int i = 0, shown = 0; i < play->plan->program_count; i++)
		if (play->plan->program[i].host == host && !play->program[i].ended)
			text_add(text, "%s%s", shown++ ? ", " : "", play->plan->program[i].name);
}

/* Who has the processor, or had it for the longest time. */
static int out_of_patience(void *data, int fd, struct err *err)
{
	const struct play *play = data;
	struct world_load most = {0};
	int64_t now_ns = play_now_ns(play);
	char clock[32], cpu[32], stood[32];
	struct text text = {0};
	int host = -1;

	(void)fd;
	for (int i = 0; i < play->host_count; i++) {
		struct world_load load = world_load(play->world, i);

		if (host >= 0 &&
		    (load.computes == most.computes ? load.cpu_ns <= most.cpu_ns : most.computes))
			continue;
		most = load;
		host = i;
	}
	text_add(&text, "no end within the limit of real time: at %s of the run %s %s ",
		 duration_clock(now_ns > 0 ? now_ns : 0, clock, sizeof(clock)),
		 host < play->plan->host_count ? "host" : "the", play_host_name(play, host));
	text_add(&text, "%s (", most.computes ? "computes" : "has computed most");
	programs_of(play, host, &text);
	text_add(&text, "; %d process%s, %s of the processor", most.processes,
		 most.processes == 1 ? "" : "es", duration_round(most.cpu_ns, cpu, sizeof(cpu)));
	if (most.stood_ns >= NSEC_PER_SEC)
		text_add(&text, "; its clock has stood for %s",
			 duration_round(most.stood_ns, stood, sizeof(stood)));
	err_set(err, ETIMEDOUT, "%s)", text.bytes);
	text_done(&text);
	return -ETIMEDOUT;
}

static int limit_add(struct play *play, int64_t limit_ns, int *ret_fd, struct err *err)
{
	struct itimerspec limit = {.it_value = clock_timespec(limit_ns)};

	*ret_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (*ret_fd < 0 || timerfd_settime(*ret_fd, 0, &limit, NULL) < 0)
		return err_sys(err, errno, "timerfd");
	return world_add_watch(play->world, *ret_fd, out_of_patience, play, err);
}

static int begin(struct world *world, void *data, struct err *err)
{
	(void)world, (void)err;
	hear_set_exact(data);
	return 0;
}

/* Whoever starts later may have to wait, too. */
static void starts_add(struct play *play)
{
	world_at(play->world, play->zero_ns, begin, play);
	for (int i = 0; i < play->plan->program_count; i++)
		if (play->plan->program[i].start_ns > 0)
			world_at(play->world, play->zero_ns + play->plan->program[i].start_ns,
				 begin, play);
}

static int build(struct play *play, const struct kernel *const *kernel, struct err *err)
{
	int ret = 0;

	for (int i = 0; i < play->host_count && ret >= 0; i++) {
		play->host[i].card = WORLD_NONE;
		ret = play_host_add(play, i, kernel[i], err);
	}
	if (ret >= 0)
		ret = network_add(play, err);
	middlebox_add(play);
	if (ret >= 0)
		ret = act_plan(play, err);
	if (ret < 0)
		return ret;
	starts_add(play);
	/* What ends a run with it can have come too early, by a host's own clock. */
	world_at(play->world, play->zero_ns + play->last_ns, play_look_for_end, play);
	for (int i = 0; i < play->host_count && ret >= 0; i++)
		ret = play_boot(play, i, false, err);
	return ret;
}

/* --- the run --- */

/* What this machine lacks for PLAN, in words; NULL: nothing. */
static const char *lacking(const struct plan *plan)
{
	for (int i = 0; i < plan->host_count; i++)
		if (plan->host[i].disk.size && !play_disk_can())
			return "mke2fs, for a disk (Debian's package e2fsprogs)";
	return NULL;
}

/* A run that is not made. */
static void skip(struct play *play, const char *needs)
{
	struct raw_end end = {0};

	play_frame(play, RAW_SKIP, -1, 0, needs, strlen(needs), NULL, 0);
	play_frame(play, RAW_END, -1, 0, &end, sizeof(end), NULL, 0);
}

/* What its programs did then was not their doing. */
static int lose_none(const struct play *play, struct err *err)
{
	for (int i = 0; i < play->host_count; i++) {
		const char *loss = cage_loss(world_console(play->world, i));

		if (loss)
			return err_set(
				err, ECHILD,
				"host %s: one of its processes was killed from outside: %.*s",
				play_host_name(play, i), (int)strcspn(loss, "\n"), loss);
	}
	return 0;
}

static int run(struct play *play, struct err *err)
{
	struct raw_end end = {0};
	int ret = world_run(play->world, play->zero_ns + RUN_MAX_NS, err);

	if (play->failed)
		ret = err_set(err, play->failed, "%s", play->failure.text);
	if (ret == 0)
		ret = lose_none(play, err);
	end.t_ns = play->end_ns >= 0 ? play->end_ns : play_now_ns(play);
	if (end.t_ns < 0) /* a guest would not begin */
		end.t_ns = 0;
	if (ret == 0)
		play_frame(play, RAW_END, -1, end.t_ns, &end, sizeof(end), NULL, 0);
	return ret;
}

static void consoles_take(const struct play *play, struct kernel_result *result)
{
	struct text text = text_over(result->console, sizeof(result->console));

	for (int i = 0; i < play->host_count; i++) {
		AUTO_FREE char *console = strdup(world_console(play->world, i));

		if (console)
			cage_quieten(console);
		if (console && *console)
			text_add(&text, "%s:\n%s\n", play_host_name(play, i), console);
	}
}

/* Somebody else may want them a moment later: what is lost then is a few turns that cost more. */
static bool processors_are_free(void)
{
	FILE *file = fopen("/proc/loadavg", "re");
	int run = INT_MAX; /* we do, too */

	if (file && fscanf(file, "%*f %*f %*f %d/", &run) != 1)
		run = INT_MAX;
	if (file)
		fclose(file);
	return run < sysconf(_SC_NPROCESSORS_ONLN);
}

static int play_in(struct play *play, const struct kernel *const *kernel,
		   const struct kernel_job *job, struct kernel_result *result, struct err *err)
{
	int64_t limit_ns = job->wall_limit_ns ? job->wall_limit_ns : KERNEL_WALL_LIMIT_NS;
	struct world_options options = {.dir = play->dir,
					.tmpdir = cage_memory(play->dir),
					.seed = SEED ^ play->seed,
					.reaction_ns = REACTION_NS,
					.real_ns = CLOCK_EPOCH_S * NSEC_PER_SEC -
						   (play->zero_ns - PLAY_ZERO_NS),
					.patience_ns = limit_ns,
					.processors_free = processors_are_free(),
					.observer = {.data = play,
						     .sent = carry_sent,
						     .packet = carry_packet,
						     .stripped = carry_stripped,
						     .power = on_power,
						     .frame = hear_bytes}};
	AUTO_CLOSE int limit = -1;
	int ret;

	ret = world_new(&options, &play->world, err);
	if (ret < 0)
		return ret;
	ret = limit_add(play, limit_ns, &limit, err);
	if (ret >= 0)
		ret = build(play, kernel, err);
	if (ret >= 0)
		ret = run(play, err);
	consoles_take(play, result);
	world_free(play->world);
	return ret < 0 ? ret : 0;
}

int play_run(const struct plan *plan, const struct kernel *const *kernel,
	     const struct kernel_job *job, const struct play_chance *chance,
	     struct kernel_result *ret_result, struct err *err)
{
	struct play play = {.plan = plan,
			    .job = job,
			    .zero_ns = PLAY_ZERO_NS + chance->phase_ns,
			    .seed = chance->seed,
			    .host_count = plan->host_count + (plan->network == NETWORK_ROUTER),
			    .last_ns = last_of_plan_ns(plan),
			    .end_ns = plan->until_ns ? plan->until_ns : -1};
	int64_t begun_ns = clock_now_ns();
	AUTO_FREE char *dir = text_format("%s/run.XXXXXX", job->scratch),
		       *init = kernel_guest_inside(kernel[0], job->guest);
	const char *needs;
	int ret;

	*ret_result = (struct kernel_result){0};
	if (!mkdtemp(dir))
		return err_sys(err, errno, "%s", dir);
	play.dir = dir;
	play.init = init;
	needs = lacking(plan);
	if (needs)
		skip(&play, needs);
	ret = needs ? 0 : play_in(&play, kernel, job, ret_result, err);
	scratch_remove(dir);
	for (int i = 0; i < play.host_count; i++) {
		text_done(&play.host[i].said);
		free(play.host[i].root);
		free(play.host[i].files);
		free(play.host[i].pause);
	}
	free(play.fault);
	ret_result->raw_size = play.raw.size;
	ret_result->raw = text_take(&play.raw);
	ret_result->wall_ns = clock_now_ns() - begun_ns;
	return ret < 0 ? err_add(err, ret, "kernel %s", kernel[0]->path) : 0;
}

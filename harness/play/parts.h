/* SPDX-License-Identifier: MIT
 *
 * What play's files share. Times are of the run's clock, but for those of world.h.
 */
#ifndef HALFOPEN_PLAY_PARTS_H
#define HALFOPEN_PLAY_PARTS_H

#include "bounds.h"
#include "cage.h"
#include "clock.h"
#include "play.h"
#include "raw.h"
#include "text.h"
#include "world.h"

#define PLAY_ZERO_NS NSEC_PER_SEC /* of the world's clock, or by the run's phase later */

struct play_pause {
	int64_t since_ns; /* from this time of its own clock on */
	int64_t late_ns;  /* it is so far behind the run's */
};

/* A host of the plan, or the router, which is the last. The index is the world's as well. */
struct play_host {
	int card;        /* its own */
	int router_card; /* of the router, on this host's side */
	int boots;
	bool plugged;
	bool done;                         /* has said all that it had to say */
	bool ends_by_plan;                 /* a power-off by itself is what the plan wants */
	bool panics;                       /* and a panic */
	const struct plan_fault *boots_by; /* it is to come up again by that; or NULL */
	bool shuts_down;                   /* it is to power off, and has not yet */
	int64_t late_ns;                   /* its clock, since it was suspended, */
	struct play_pause *pause;          /* each time */
	int pause_count;
	struct text said; /* of a frame that is not whole yet */
	char *root;       /* the folder of its files; NULL: it needs none */
	char *files;      /* files.h */
	struct cage_options confined;
	struct cage cage; /* while it is on */
};

struct play_program {
	bool running, ended, idle;
	uint32_t awaits; /* in an after step: which of the plan's list, as a bit */
	int next;        /* step */
	int starts;      /* so far */
};

static_assert(WORLD_HOSTS >= HOSTS_MAX + 1, "a plan's hosts and its router");
static_assert(RAW_PROGRAMS == PROGRAMS_MAX, "a count for each program");

struct play_fault { /* of the plan, as what the world calls back with */
	struct play *play;
	int index;
	int rule; /* of the world, that it added; or WORLD_NONE */
	bool due; /* what it waited for is so */
};

struct play {
	const struct plan *plan;
	const struct kernel_job *job;
	int64_t zero_ns; /* the run's, by the world's clock */
	uint64_t seed;
	const char *dir;  /* of this run */
	const char *init; /* where a guest finds its process 1 */
	struct world *world;
	struct text raw; /* frames */
	struct play_host host[WORLD_HOSTS];
	int host_count; /* with the router */
	struct play_program program[PROGRAMS_MAX];
	struct play_fault *fault;
	int reboots;      /* that have begun and are not over */
	int64_t last_ns;  /* the last thing that the plan begins */
	int64_t end_ns;   /* -1: not known yet */
	uint32_t ready;   /* of the plan's list, what is so */
	uint32_t started; /* 1 << host: its RAW_START is out, one is enough */
	int failed;       /* errno; 0: not */
	struct err failure;
};

static inline int64_t play_now_ns(const struct play *play)
{
	return world_now(play->world) - play->zero_ns;
}

static inline bool play_has_router(const struct play *play)
{
	return play->plan->network == NETWORK_ROUTER;
}

void play_frame(struct play *play, enum raw_type type, int who, int64_t t_ns, const void *head,
		size_t head_size, const void *tail, size_t tail_size);

/* play.c: for messages. */
const char *play_host_name(const struct play *play, int host);
/* Ends the run, which is an error. */
void play_fail(struct play *play, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* Switches HOST on; START: what ran before is started again. */
int play_boot(struct play *play, int host, bool start, struct err *err);
/* HOST is off from now on: what others wait for on it does not come. */
void play_host_off(struct play *play, int host);
/* The run's time at which it is T_NS by HOST's clock. */
int64_t play_time_of(const struct play *play, int host, int64_t t_ns);
/* Ends the run if nothing is left to wait for. */
void play_end_find(struct play *play);
int play_look_for_end(struct world *world, void *data, struct err *err); /* for world_at() */

/* launch.c: confines the kernel of a host, which is its data. */
extern const struct world_launcher play_launcher;

/* host.c: HOST, or the router, with KERNEL. */
int play_host_add(struct play *play, int host, const struct kernel *kernel, struct err *err);

/* files.c: of what the root of a host is made whose files lie in ROOT; free() it. */
int play_files(const struct play *play, const char *root, char **ret_text, struct err *err);

/* disk.c: whether a disk can be made here. The disk of HOST, in the run's folder: its path, to be
 * free()d. */
bool play_disk_can(void);
int play_disk_make(const struct play *play, int host, char **ret_path, struct err *err);

/* act.c: puts the plan's faults into the world's calendar. */
int act_plan(struct play *play, struct err *err);
/* Schedules what waited for what is so by now. */
void act_after(struct play *play);
/* Which of the plan's list faults wait for, as bits. */
uint32_t act_awaits(const struct play *play);
/* HOST does nothing more: what ran there has ended, and nobody there can say so. */
void act_host_lost(struct play *play, int host);
/* HOST boots: what it refused by itself, without a router, was a filter in its kernel's memory. */
void act_rules_lost(struct play *play, int host);
struct impairment act_impairment(const struct plan_impairment *plan);

/* carry.c: the world's packets, as frames. */
void carry_sent(void *data, int card, uint64_t number, const uint8_t *frame, uint32_t size);
void carry_stripped(void *data, uint64_t number, const struct frame_strip *did);
void carry_packet(void *data, const struct world_packet *packet);

/* hear.c: what a guest says. */
void hear_bytes(void *data, int host, int64_t t_ns, const void *bytes, size_t size);
/* Tells HOST, which has just come up, what those elsewhere have done, and who has ended. */
int hear_tell_all(struct play *play, int host, struct err *err);
/* A host may not run ahead while somebody there waits for a program of another. */
void hear_set_exact(struct play *play);
bool hear_is_waiting(const struct play *play, int program);
/* Which of the plan's list are so, as bits. */
uint32_t hear_is_so(const struct play *play);
/* It starts anew: what it has done before is no more. */
void hear_program_new(struct play *play, int program);
/* It was killed with its host, or said so. */
void hear_program_ended(struct play *play, int program);

#endif

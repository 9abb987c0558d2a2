/* SPDX-License-Identifier: MIT
 *
 * world: clock and network of one run, outside of all kernels. Each host is a User-Mode Linux of
 * its own in virtual time (`time-travel=ext`); the world says who may run until when, is the other
 * end of their cards, disks and control ports, carries packets between them, and has their power
 * in its hand. It knows no case, no plan and no record: whoever makes a run of a plan acts through
 * the functions below and is told what was seen.
 *
 * Processes. The world is no process. It lives in the one that calls world_run(), and each host is
 * a child of it: a UML in a process group of its own, which the kernel kills when this process
 * dies (but for the child with which a UML tries ptrace as it starts: kernel/descendants.h). There
 * are no threads. A host reaches the world by Unix sockets only, one for time (um_timetravel.h) and
 * one for each device (vhost-user), in `dir`. On each of them it asks and waits: while we answer,
 * that host stands still, so its memory can be read and written as if it were ours.
 *
 * Who tells whom what.
 *   1. A host that has nothing to do says WAIT and when it wants to go on. The world says RUN with
 *      exactly that time, and how far the host may then go by itself (its horizon).
 *   2. While it runs, it kicks: a frame to send, a request to its disk, bytes for the world. We
 *      copy what it gives, stamp it with that host's time, put it last in the host's outbox, take
 *      the horizon back to the earliest time at which this can come back to it, and only then
 *      answer.
 *   3. Once all hosts that were told to run wait again, the earliest thing of all is taken: of what
 *      is scheduled (world_at()), what lies in an outbox, and what is on its way into a host. It is
 *      done at its time, which is world_now() then: links decide about a packet, a callback is
 *      called, a card gets a packet and an interrupt (the host is in WAIT and asks to run at once).
 *   4. When nothing is earlier than the first host that wants to run, that host runs, and with it
 *      every other one whose wish is before its own horizon.
 *
 * Why it can't race. A host's horizon is the least of: what is scheduled, what is on its way to
 * itself, what lies in its own outbox plus the least time of an answer (a disk's latency, a
 * packet's way there and back), and for each other host, what that one wants, has in its outbox or
 * will get, plus the least time from there to here (the delay of the links; what the caller does
 * about a frame comes after reaction_ns). So nothing can reach a host before the time that it has
 * come to, however fast or slow each of them computes, side by side or in turn. Things of the same
 * time are taken in a fixed order: scheduled ones, then by host, then by number. Chance has its own
 * generator for each card, asked only in that order. Two runs with the same calls are the same, to
 * the byte.
 *
 * Lookahead. Hosts run ahead of the world by up to the delay of their links. So within a callback
 * about a packet or a frame of time t, other hosts may have come to t + reaction_ns already. What
 * is done to one there is done at once as far as it can be: power that is cut at t takes back what
 * the host did later; what must reach the host (a message, its carrier) reaches it at the first
 * moment that is left. In a callback of world_at() nobody is further than its time. Where it must
 * be exact for a host in all callbacks, world_set_exact() keeps that one from running ahead of the
 * others, for a while or for good; it costs more switches.
 *
 * A host that lies, floods or computes without end is an error of world_run(), which names it.
 * One that dies is none: it is told as `power`, and the others go on.
 *
 * Times are nanoseconds of the world's clock: 0 when it was made. A host's own clock
 * (CLOCK_MONOTONIC) is 0 when it is switched on, and stands still while it is suspended.
 */
#ifndef HALFOPEN_WORLD_H
#define HALFOPEN_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "frame.h"
#include "impairment.h"

#define WORLD_HOSTS 9 /* eight of a plan, and its router */
#define WORLD_CARDS 64
#define WORLD_NONE  (-1)

/* Where a guest finds the port through which it and the world speak: whoever has it open has it
 * alone. */
#define WORLD_CONTROL_PORT "/dev/vport0p0"

struct world;

enum world_power {
	WORLD_OFF,       /* never switched on, or gone */
	WORLD_ON,        /* it runs, or waits for its time */
	WORLD_HUNG,      /* hung or panicked: never run again, answers nothing; its carrier stays */
	WORLD_SUSPENDED, /* its time stands still */
};

enum world_end {                       /* how a host's kernel came to its end */
		 WORLD_END_POWER_LOSS, /* world_power_off() */
		 WORLD_END_POWER_OFF,  /* by itself: reboot(RB_POWER_OFF), halt */
		 WORLD_END_REBOOT,     /* by itself: it is on again, as another boot */
		 WORLD_END_PANIC,      /* arch/um/os-Linux/util.c, os_dump_core(): it aborts; as a
					  machine it stands, WORLD_HUNG */
		 WORLD_END_KILLED,     /* by a signal that was not ours: status */
		 WORLD_END_FAILED,     /* it exited with another status, or never started: see its
					  console */
};
extern const char *const world_end_name[]; /* "power loss", "panic" ... */

enum world_fate {                       /* what became of a packet */
		  WORLD_DELIVERED,      /* handed to the card's driver */
		  WORLD_IN_FLIGHT,      /* on its way when the run ended */
		  WORLD_LOST,           /* by chance: the impairment's `loss` */
		  WORLD_QUEUE_FULL,     /* of the link */
		  WORLD_FILTERED,       /* by a rule */
		  WORLD_REJECTED,       /* by a rule that answers */
		  WORLD_GIVEN_UP,       /* by the middlebox, for being idle too long */
		  WORLD_SENDER_CARRIER, /* the sender's cable was out */
		  WORLD_NO_CARRIER,     /* the receiver's cable was out when it arrived */
		  WORLD_NO_POWER,       /* the receiver was off */
		  WORLD_NO_LIFE,        /* it was hung or suspended */
		  WORLD_NO_DRIVER,      /* its card is not set up (yet) */
		  WORLD_NO_BUFFER,      /* its driver gave the card too few buffers */
		  WORLD_NOBODY, /* no card on this segment has the address, and none is asked for
				   all */
		  WORLD_FATE_COUNT
};
#define WORLD_RECEIVER "the receiver" /* names of fates that are its doing begin so */
extern const char *const world_fate_name[WORLD_FATE_COUNT];

/* One packet on its way to one card: told once, when its fate is known. What goes to several cards
 * is told for each, with the same number. */
struct world_packet {
	uint64_t number;       /* from 0, in the order of sending */
	int from, to;          /* cards; WORLD_NONE: it never was on its way to one */
	int64_t sent_ns, t_ns; /* t: delivered, or dropped */
	enum world_fate fate;
	int rule;             /* filtered, rejected: which one */
	bool corrupted;       /* `frame` is what arrives */
	bool duplicate;       /* a copy that the link made */
	bool by_world;        /* a rule's answer */
	const uint8_t *frame; /* from the Ethernet header on; only while told */
	uint32_t size;
};

/* What is told, in the order of time. Any of them may be NULL. All may act upon the world. */
struct world_observer {
	void *data;
	/* A packet leaves its card, before links and rules decide about it. */
	void (*sent)(void *data, int card, uint64_t number, const uint8_t *frame, uint32_t size);
	void (*packet)(void *data, const struct world_packet *packet);
	/* The middlebox has taken DID out of it. */
	void (*stripped)(void *data, uint64_t number, const struct frame_strip *did);
	/* BOOT counts from 0. END: only where power is WORLD_OFF, HUNG, or ON after a reboot by
	 * itself; STATUS: as waitpid() has it. */
	void (*power)(void *data, int host, int64_t t_ns, enum world_power power, int boot,
		      enum world_end end, int status);
	void (*carrier)(void *data, int card, int64_t t_ns, bool carrier);
	/* One write() of the guest to its control port: T is the host's time at it. */
	void (*frame)(void *data, int host, int64_t t_ns, const void *bytes, size_t size);
};

struct world_options {
	/* The run's own folder: there, writable. Hosts know it as /proc/self/fd/N: its name would
	 * be part of their boot lines, and with these of their random numbers. */
	const char *dir;
	const char *tmpdir;   /* for the hosts' memory: a tmpfs, best; NULL: dir */
	uint64_t seed;        /* of all chance */
	int64_t real_ns;      /* the wall clock at 0: hosts ask for it when they boot; 0: 2026 */
	int64_t reaction_ns;  /* see above; 0: the least delay of any link */
	int64_t patience_ns;  /* of real time, for a host to answer or to let time pass; 0: 20 s */
	bool processors_free; /* nobody else wants them: hosts begin beside each other */
	struct world_observer observer;
};

/* How a UML becomes one, for who wants it confined. NULL where a world_launcher is asked for:
 * execve() behind a seccomp filter that denies it getrandom(). Whoever confines it must deny that
 * as well: without, no two runs are the same. */
struct world_launcher {
	/* Before fork(). SOCKETS: what it will connect to, or have the process that called
	 * world_run() connect to for it, by these names, each once a boot, the clock's first; NULL
	 * at the end. May be NULL. */
	int (*prepare)(void *data, const char *path, const char *const *sockets, struct err *err);
	/* In the child, with its process group, PDEATHSIG, personality, processor and descriptors 0
	 * to 2 set, all others CLOEXEC. Only returns on failure, with -errno. */
	int (*exec)(void *data, pid_t parent, const char *path, char *const argv[],
		    char *const envp[]);
	/* In the parent, with the child. *RET_FD: SERVE is called whenever it can be read, until
	 * the process is gone; -1: never. May be NULL. */
	int (*begin)(void *data, pid_t pid, int *ret_fd, struct err *err);
	void (*serve)(void *data);
	/* The process is gone. May be NULL. */
	void (*end)(void *data);
};

struct world_host_config {
	const char *name;      /* for messages and file names: letters, digits, '-' */
	const char *kernel;    /* a UML executable with virtio */
	const char *init;      /* path of process 1, as the guest sees it */
	int memory_mib;        /* 0: 64 */
	char *const *args;     /* more of the boot line, NULL at the end; or NULL */
	int64_t wall_error_ns; /* its wall clock is wrong by so much */
	bool sealed; /* its memory must be a sealed file (F_SEAL_SHRINK): no other is mapped */
	const struct world_launcher *launcher;
	void *launcher_data;
};

enum world_disk_loss { /* what a power loss does to writes that were not flushed */
		       WORLD_DISK_LOSES_UNSYNCED, /* all are gone */
		       WORLD_DISK_LOSES_RANDOM,   /* some are, sector by sector, by the world's seed
						   */
		       WORLD_DISK_LOSES_FLUSHED,  /* the disk lies: a flush keeps nothing */
};

struct world_disk_config {
	const char *path; /* the image: what is safe; a multiple of 512 bytes, written in place */
	enum world_disk_loss loses;
	int64_t latency_ns; /* of each request; 0: 100 us */
	bool read_only;
};

enum world_segment { WORLD_CABLE /* two cards */, WORLD_SWITCH };

/* Everything returns 0, or an index, or -errno with ERR. */

int world_new(const struct world_options *options, struct world **ret_world, struct err *err);
/* Kills all hosts, waits for them, removes the sockets. NULL is fine. */
void world_free(struct world *world);

/* Building, before the first world_run(). Each returns an index, from 0. */
int world_add_host(struct world *world, const struct world_host_config *config, struct err *err);
int world_add_segment(struct world *world, enum world_segment kind, struct err *err);
/* The next card of HOST (eth0, eth1 ...) on SEGMENT. TOWARDS: what its cable does to packets on the
 * way to it; NULL: nothing. */
int world_add_card(struct world *world, int host, int segment, const uint8_t mac[6],
		   const struct impairment *towards, struct err *err);
/* The next disk of HOST (vda, vdb ...). */
int world_add_disk(struct world *world, int host, const struct world_disk_config *config,
		   struct err *err);
/* FD is served whenever the world waits for hosts: READY is called while it can be read. What it
 * returns other than 0 ends the run. */
int world_add_watch(struct world *world, int fd, int (*ready)(void *data, int fd, struct err *err),
		    void *data, struct err *err);

/* Time passes until UNTIL_NS, or world_stop(). 0, or -errno: the run is an error, and ERR says
 * whose. It may be called again with a later time. */
int world_run(struct world *world, int64_t until_ns, struct err *err);
/* From a callback: world_run() returns once it is done. */
void world_stop(struct world *world);
int64_t world_now(const struct world *world);
/* Calls CALL at T_NS, which is not before now: nothing of any host is later then. */
typedef int world_call_fn(struct world *world, void *data, struct err *err);
void world_at(struct world *world, int64_t t_ns, world_call_fn *call, void *data);
/* HOST runs ahead of no other: what a callback does to it takes effect at its very time. */
void world_set_exact(struct world *world, int host, bool exact);

/* Acting, from callbacks or between runs, at world_now(). */
int world_power_on(struct world *world, int host, struct err *err);
/* SIGKILL to the whole process group. Nothing if it is off. */
void world_power_off(struct world *world, int host);
/* The same, but that its disks have power all the time: they forget nothing. */
void world_reset(struct world *world, int host);
void world_hang(struct world *world, int host);
/* Packets that come while it is suspended: the card keeps the first KEEP. */
void world_suspend(struct world *world, int host, int keep);
void world_resume(struct world *world, int host);
/* A host's cable at its own end. On a cable, the far end loses its carrier as well: as it does when
 * the host loses power. Behind a switch it doesn't. */
void world_plug(struct world *world, int card, bool plugged);
/* Whose packets are treated otherwise than those of others. */
struct world_sender {
	int card;            /* what came into the segment by it; or WORLD_NONE: */
	uint8_t ip_version;  /* IP packets of that version, 4 or 6, */
	uint8_t address[16]; /* from there: the sender behind a router */
};
/* What becomes of packets of SENDER on the way to CARD, which have a line of their own from then
 * on; SENDER NULL: of all of them, whoever has one. TOWARDS NULL: as the card was added. */
void world_impair(struct world *world, int card, const struct world_sender *sender,
		  const struct impairment *towards);
/* Bytes to read from HOST's control port. They wait if it is not open yet; power loss loses them.
 */
int world_tell(struct world *world, int host, const void *bytes, size_t size, struct err *err);

enum world_rule_verdict { WORLD_RULE_DROP, WORLD_RULE_REJECT };
struct world_rule {   /* what it leaves open, it matches */
	int from, to; /* cards of one segment, or WORLD_NONE: any */
	enum world_rule_verdict verdict;
	/* Only TCP segments with (flags & mask) == flags; mask 0: any packet, of any protocol. */
	uint8_t flags_mask, flags;
	uint8_t ecn;          /* only TCP segments with any of 1 << ECN; 0: any */
	struct world_option { /* only TCP segments whose option says FROM..TO; */
		bool asked;   /* false: any; -1..-1: that have no such option */
		int64_t from, to;
	} mss, scale;
	uint32_t longer_than;              /* only IP packets with more bytes; 0: any */
	uint16_t port, from_port, to_port; /* TCP: either one, source, destination; 0: any */
	uint64_t count;                    /* only the next so many; 0: all */
	struct { /* of those that match all of this only these, from 1; which_count 0: each */
		uint64_t from, to;
	} which[8];
	int which_count;
	/* Rejected: the answer comes from the packet's destination, as from a packet filter there.
	 * ICMP (by the packet's IP version) type and code; type -1: RST. */
	int reject_type, reject_code;
};
/* Returns its number. Rules are asked in the order in which they were added; the first that
 * matches decides. */
int world_add_rule(struct world *world, const struct world_rule *rule, struct err *err);
void world_remove_rule(struct world *world, int rule);
/* What goes FROM one card TO another (WORLD_NONE: any) it does not mean any more. */
void world_except_rule(struct world *world, int rule, int from, int to);

struct world_middlebox { /* middlebox.h */
	int host;        /* it is part of: a router */
	int outside;     /* its card towards where its own addresses are seen; WORLD_NONE: it
			  * translates none */
	struct frame_strip strip; /* out of each TCP segment */
	int64_t idle_ns; /* without a packet for so long a connection is given up; 0: never, */
	bool by_payload; /* and what has none begins that anew only with a SYN or FIN */
	bool at_once;    /* and both ends are told then; false: who sends next, by each packet */
	bool answers;    /* false: nobody is */
	int reject_type, reject_code; /* as of a rule */
};
/* Before the first world_run(), at most one. */
void world_set_middlebox(struct world *world, const struct world_middlebox *how);
/* It knows no connection any more. Nothing if there is none. */
void world_middlebox_forget(struct world *world);

/* Asking. */
enum world_power world_power(const struct world *world, int host);
bool world_carrier(const struct world *world, int card);
int world_card_host(const struct world *world, int card);
/* The last of what the host's kernel wrote to its console, this boot and those before; "" of one
 * that was not added. */
const char *world_console(const struct world *world, int host);

/* For messages: it reads all of /proc. */
struct world_load { /* of a host, this boot */
	bool computes;
	int processes;    /* of its guest */
	int64_t cpu_ns;   /* the machine's processor time */
	int64_t stood_ns; /* of one that computes: so long its clock has not moved, of real time */
};
struct world_load world_load(const struct world *world, int host);

struct world_cost { /* of all hosts so far */
	uint64_t runs, interrupts, kicks, messages, waits;
};
struct world_cost world_cost(const struct world *world);

#endif

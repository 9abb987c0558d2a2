/* SPDX-License-Identifier: MIT
 *
 * plan: what one run is to do and what it is to show: a case with one value for each axis
 * of its matrix, every default filled in, every name resolved to an index.
 *
 * Plain data: made by plan_load() (load.h) from the case's text, read by harness/run, which
 * makes it happen, and by harness/verdict, which compares. The guest gets the case's text
 * and the variant's name and makes the same plan again, as does `halfopen judge`: there is
 * one form of a plan outside memory, and it is the case itself.
 *
 * Everything in it belongs to the plan and goes with plan_free(). Times are nanoseconds of
 * the run's clock, which is 0 when the programs are started.
 */
#ifndef HALFOPEN_PLAN_H
#define HALFOPEN_PLAN_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bounds.h"
#include "clock.h"
#include "err.h"
#include "packet_words.h"
#include "peer.h" /* fixtures: what a scripted step is */
#include "place.h"

#define PLAN_ANY (-1) /* a host, program or port that the case left open */
static_assert(PLAN_ANY == PLACE_UNKNOWN, "who is asked for is a place");

/* Where in the case file. */
struct plan_place {
	int line, column; /* from 1 */
};

/* lo == hi: a single time that the author gave alone, to be widened by the tolerance. */
struct plan_range {
	bool set;
	int64_t lo, hi; /* inclusive; hi INT64_MAX: no limit */
};

enum plan_network { NETWORK_CABLE, NETWORK_SWITCH, NETWORK_ROUTER };

/* What a kernel must be or have (condition.h); no terms: any kernel will do. */
struct plan_condition {
	char **term; /* "netem", "virtual-clock", "kernel >= 6.5" */
	int count;
	char *because; /* why kernels differ in it; NULL where nothing is said */
};

struct plan_sysctl {
	char *name; /* "net.ipv4.tcp_retries2" */
	char *value;
	struct plan_condition on; /* on other kernels it is not set */
	bool optional;            /* a kernel that refuses it does without */
	struct plan_place place;
};

/* What a link does to packets (tc-netem(8)). A zero field is off. */
struct plan_impairment {
	int64_t delay_ns, jitter_ns;
	double loss, duplicate, reorder, corrupt; /* per cent */
	int64_t rate;                             /* bit/s */
	int64_t limit;                            /* packets; 0: 1000 */
	int64_t size_over;
};

/* A router that knows connections, and lets nothing pass of those that it does not (any more). */
struct plan_middlebox {
	int64_t idle_ns; /* without a packet for so long a connection is forgotten; 0: no such box
			  */
	/* What the sender of a packet gets to see whose connection is not known; what becomes of
	 * one that was idle for too long. */
	enum plan_refusal {
		REFUSAL_UNSAID, /* unknown: not in a plan; then: it is not known any more */
		REFUSAL_DROP,
		REFUSAL_RST,
		REFUSAL_ICMP /* administratively prohibited */
	} unknown,
		then;
	bool by_payload; /* idle: without payload */
	bool syn_proxy;
	int strip;   /* of each TCP segment: bits of enum stripped */
	int64_t mss; /* a larger one in a SYN becomes this; 0: none does */
	enum plan_told { TOLD_SENDER = 1, TOLD_BOTH } to; /* who sends next; both ends, at once */
	int like; /* who makes such ones, middlebox.c's; 0: nobody */
};

/* What somebody reported that the case shows: for people who look for what they see. */
struct plan_outage {
	char *symptom;  /* one of outage_symptoms (outage.c's words); NULL: no report */
	char **reports; /* "redis-py#1527" */
	int report_count;
	char *saw;  /* what people saw, in a sentence */
	char *cost; /* what the cure costs; NULL */
};

struct plan_disk {
	int64_t size; /* bytes; 0: none */
	char *mount;  /* where it is seen; NULL: the whole root lies on it */
	/* What a power loss does to what was written and not flushed (world.h). */
	enum disk_loses { LOSES_UNSYNCED, LOSES_RANDOM, LOSES_FLUSHED } loses;
};

struct plan_host {
	char *name;
	char *kernel; /* the name of one of its own; NULL: as the command line says */
	struct plan_place kernel_place;
	char *root; /* the folder that its files are in, from the case's; NULL: the machine's */
	struct plan_place root_place;
	int64_t memory; /* bytes; 0: as much as it is thought to need */
	struct plan_disk disk;
	int mtu, path_mtu; /* of its interface, and of the way to it as the router knows it; 0: 1500
			    */
	struct plan_sysctl *sysctl;
	int sysctl_count;
	char address4[16], address6[46];
	char link_local[46];           /* has it where neighbours are dynamic */
	char router4[16], router6[46]; /* of the router, on this host's side; "": there is none */
	struct plan_place place;
};

struct plan_backend {
	int host, port;
};

/* A port of an address that the router translates. */
struct plan_vip_port {
	int port;
	struct plan_backend backend[BACKENDS_MAX]; /* to begin with, in their turn */
	int backend_count;
};

/* An address beside the hosts' own: who has it may change, or it is a VIP of the router. */
struct plan_address {
	char *name;
	char address4[24], address6[46];
	int host; /* that has it first; PLAN_ANY: nobody */
	struct plan_vip_port *vip_port;
	int vip_port_count; /* 0: it is no VIP */
	struct plan_place place;
};

/* Of the router, on every side. */
#define PLAN_ROUTER_LINK_LOCAL "fe80::fe"

/* What is to be known of each kind of step, beside how it is written and done. */
struct step_kind {
	enum step_needs {
		NEEDS_NOTHING = 1,
		NEEDS_LISTENER,
		NEEDS_CONNECTION,
		NEEDS_EITHER
	} needs;        /* what a step before it must have made */
	bool returns;   /* what it returns is worth a look when it went well */
	bool receives;  /* bytes that should be those of the pattern */
	bool tells_end; /* by 0, that the other side sends no more */
};

struct plan_step {
	struct peer_step peer; /* addr is filled in: address by ip version */
	const struct step_kind *kind;
	char *name;         /* "recv", "recv#2", or the author's `as` */
	char *text;         /* "setsockopt SO_KEEPALIVE=1", for people */
	int target_program; /* connect, relay: the program that listens there, or PLAN_ANY */
	struct plan_place place;
};

/* What a command finds on its host's disk (run/rootfs.h). */
struct plan_disk_file {
	char *path; /* absolute */
	char *text;
};

/* What comes to a command's stdin, and when. */
struct plan_input {
	int64_t at_ns;
	char *text; /* NULL: the end */
};

/* What a program may have done when another one starts or goes on. */
struct plan_ready {
	int program;
	enum plan_ready_what { READY_LISTENS, READY_LINE, READY_STEP, READY_EXIT } what;
	int port;   /* on which it listens */
	int step;   /* that is over, whatever it returned */
	char *line; /* what is in a line that it wrote */
};
#define READY_MAX 32 /* they are bits of a uint32_t */

struct plan_program {
	char *name; /* the host's name when the host has only this one */
	int host;
	int64_t start_ns;
	int after;     /* and not before this, of the plan's list; -1: no matter */
	int connected; /* the same: that where its first connect goes somebody listens */
	bool start_said;
	bool stays_down; /* when its host comes up again it is not started */
	struct plan_restart {
		bool always; /* whenever it has ended: its host starts it again, */
		int64_t after_ns;
	} restart;
	char *command;    /* instead of steps: what is executed, for people; or NULL */
	char **argv;      /* of it, ended by NULL: the shell and its text, or a list without one */
	char **env;       /* "NAME=value", ended by NULL; or NULL: no more than every command has */
	char *cwd;        /* NULL: /root */
	char *stdin_text; /* there from the beginning, and then the end; NULL: see input */
	struct plan_disk_file *file;
	int file_count;
	struct plan_input *input; /* by at_ns; none, and no stdin_text: /dev/null */
	int input_count;
	char *user; /* whom a command runs as; NULL: root, or what there is of it */
	struct plan_place user_place;
	bool traced; /* what a command does with its sockets is told */
	struct plan_step *step;
	int step_count;
	struct plan_place place;
};

#define OFF_FOR_GOOD (INT64_MAX / 4) /* a router without a successor: later than any run's end */

enum fault_op {
	FAULT_KILL,      /* program: SIGKILL */
	FAULT_TERMINATE, /* program: SIGTERM */
	FAULT_START,     /* program: again, if it does not run */
	FAULT_STOP,      /* program: SIGSTOP */
	FAULT_CONTINUE,  /* program: SIGCONT */
	FAULT_CRASH,     /* host: wire cut, processes killed, kernel state gone */
	FAULT_REBOOT,    /* host: a crash, and after down_ns the same addresses and MAC again */
	FAULT_SHUTDOWN,  /* host: SIGTERM, grace_ns, SIGKILL, then off the network */
	FAULT_PULL,      /* host: its cable */
	FAULT_PLUG,
	FAULT_BLACKHOLE,   /* from -> to: dropped silently on the path */
	FAULT_REJECT,      /* from -> to: the router answers */
	FAULT_IMPAIR,      /* from -> to: netem on the way into `to` */
	FAULT_DROP,        /* from -> to: what matches the filter, or the next `count` that do */
	FAULT_HEAL,        /* undoes blackhole, reject, drop and impair between from and to */
	FAULT_FORGET,      /* the router's connection tracking is flushed */
	FAULT_ADD_BACKEND, /* `backend`, of a port of an address of the router */
	FAULT_REMOVE_BACKEND,
	FAULT_MOVE,   /* an address, from who has it to host `to` */
	FAULT_IFDOWN, /* host: its interface, or what of it `takes` says */
	FAULT_IFUP,
	FAULT_FAILOVER, /* the router: down_ns later one has its addresses and MACs, or never */
	FAULT_PANIC,    /* host: its kernel; after down_ns it boots again, unless that is 0 */
	FAULT_HANG,     /* host: it answers nothing any more; its carrier stays */
	FAULT_SUSPEND,  /* host: its time stands still */
	FAULT_RESUME,
	FAULT_STEP, /* host: its wall clock goes by step_ns */
	FAULT_OP_COUNT
};

/* What is to be known of each kind of fault, beside how it is written and done. */
struct fault_kind {
	enum fault_effect {
		EFFECT_PROGRAM = 1, /* on `program` alone */
		EFFECT_OFF,         /* `host` has no power from then on, or from a little later */
		EFFECT_OFF_AND_ON,  /* and again after down_ns; one that is off only comes up */
		EFFECT_CABLE,       /* of `host` */
		EFFECT_WORSE,       /* the path, until it is healed */
		EFFECT_HEALED,
		EFFECT_ROUTER,
		EFFECT_BACKEND,
		EFFECT_ADDRESS,   /* an address goes to `to`; `host` tells */
		EFFECT_INTERFACE, /* of `host` */
		/* These need a kernel for each host. */
		EFFECT_STILL, /* `host` has power, and does nothing */
		EFFECT_RESUMED,
		EFFECT_CLOCK
	} effect;
	enum fault_doer { /* where each host is a kernel of its own; else all is one guest's */
			  DOER_HOST,   /* the guest of the host, or of the program's */
			  DOER_ROUTER, /* the router's guest; without a router the world */
			  DOER_WORLD,  /* from outside of all of them */
			  DOER_BOTH    /* what of it is the router's, and the world */
	} doer;
};

/* Which packets FAULT_DROP and FAULT_REJECT mean; all when empty. */
struct plan_filter {
	int flags_mask, flags;        /* TCP flags: (th_flags & mask) == flags */
	int ecn;                      /* of TCP segments, any of 1 << ECN; 0: any packet */
	struct plan_range mss, scale; /* of TCP segments' options; -1: they have none */
	int64_t longer_than;          /* bytes of IP packet; 0: any */
	int port, from_port, to_port; /* of TCP: either one, the sender's, the receiver's; 0: any */
	int64_t count;                /* only the next so many; 0: all */
	/* Of those that all of this means, the first, second ... (from 1); none: each. */
	struct plan_range which[WHICH_MAX];
	int which_count;
};

struct plan_fault {
	enum fault_op op;
	const struct fault_kind *kind;
	int64_t at_ns; /* of one with `after`: that of the one above it */
	int after; /* number in the plan's list of what it waits for; -1: for its moment alone */
	int64_t then_ns;             /* so long after that */
	int program;                 /* kill .. continue */
	int host;                    /* crash .. plug */
	int from, to;                /* hosts, PLAN_ANY: every one */
	int64_t down_ns;             /* reboot, failover: how long it is off; OFF_FOR_GOOD */
	bool start_again;            /* reboot, panic: start its programs again */
	int64_t keep;                /* suspend: packets that its card keeps meanwhile */
	int64_t forward_ns, back_ns; /* step: one of them */
	bool router_end;             /* pull, plug: not the host's end, the router's */
	int64_t grace_ns;            /* shutdown */
	int address;                 /* move, backends: which */
	int vip_port;                /* backends: which port of it */
	struct plan_backend backend;
	bool announce, both, same_mac;                                          /* move */
	enum fault_takes { TAKES_INTERFACE, TAKES_ADDRESS, TAKES_ROUTE } takes; /* ifdown, ifup */
	char *reject_with;            /* nft's word: "host-unreachable", "tcp reset", or "code N" */
	int reject_type, reject_code; /* ICMP or ICMPv6 type and code; type -1: RST */
	struct plan_filter filter;
	struct plan_impairment impairment;
	char *text; /* "crash server", for people */
	struct plan_place place;
};

enum expect_kind {
	EXPECT_STEP,
	EXPECT_PROGRAM, /* how a program ended */
	EXPECT_OUTPUT,  /* lines that a command wrote */
	EXPECT_CALLS,   /* what it did with its sockets */
	EXPECT_SOCKET,
	EXPECT_CONNTRACK,
	EXPECT_WIRE,
	EXPECT_ORDER,
	EXPECT_COUNTER,
	EXPECT_SILENCE
};

enum expect_outcome { OUTCOME_ANY, OUTCOME_DONE, OUTCOME_BLOCKED, OUTCOME_NOT_STARTED };

struct expect_step {
	int program, step;
	int incarnation; /* 0: the first start; 1: after a reboot */
	enum expect_outcome outcome;
	struct plan_range returns; /* of plain numbers */
	bool errno_set;
	int err;                /* errno; 0 for success */
	int or_err[ERRNOS_MAX]; /* or one of these; 0: no more */
	struct plan_range at, took;
	struct plan_range bytes;
	int intact;  /* 1: every byte the pattern's; 0: not; -1: not asked */
	int revents; /* exact set of poll events; -1: not asked */
};

struct expect_program {
	int program;
	int incarnation;
	enum expect_outcome outcome; /* OUTCOME_BLOCKED: still running at the end */
	int status;                  /* exit status; -1: not asked */
	int signal;                  /* that killed it; 0: none; -1: not asked */
	struct plan_range at;
};

struct expect_output {
	int program;
	int incarnation;
	char *line;               /* what is in each of the lines that are meant */
	struct plan_range count;  /* of plain numbers; not set: at least one */
	struct plan_range at;     /* when the first of them was written */
	struct plan_range within; /* when they were written; not set: the whole run */
};

struct expect_calls {
	int program;
	int incarnation;
	int call;                    /* enum socket_call */
	char *with;                  /* is in what it was told or what it gave; NULL: no matter */
	enum expect_outcome outcome; /* OUTCOME_BLOCKED: those that never returned */
	bool errno_set;
	int err;                   /* errno; 0 for success */
	int or_err[ERRNOS_MAX];    /* or one of these; 0: no more */
	struct plan_range returns; /* of plain numbers */
	struct plan_range count;   /* the same; not set: at least one */
	struct plan_range at;      /* when the first of them returned, */
	struct plan_range took;    /* after so long */
	struct plan_range within;  /* when they returned; not set: the whole run */
};

struct expect_socket {
	int host;
	int64_t at_ns;               /* INT64_MAX: at the end */
	int local_port, remote_port; /* PLAN_ANY */
	uint32_t states; /* bit mask of 1 << TCP_ESTABLISHED ...; bit 0: no such socket. A
			    listening socket counts only where LISTEN is in the mask */
	int count;       /* exactly so many in one of the states; PLAN_ANY: at least one, and all
			    of the selected sockets are in one of them */
	int timer;       /* as raw_socket.timer; -1: not asked */
	struct plan_range expires, retransmits, backoff, probes, rqueue, wqueue, rto, unacked;
	int orphan; /* -1: not asked */
};

struct expect_conntrack { /* connections that the router knows */
	int64_t at_ns;    /* INT64_MAX: at the end */
	struct plan_end { /* host PLAN_ANY, port 0: whoever */
		int host, port;
		int address; /* instead of a host's, one of the plan's; PLAN_ANY */
	} from, to, backend; /* who began it, with whom, and to whom that is translated */
	uint32_t states;     /* 1 << TCP_CONNTRACK_SYN_SENT ...; bit 0: no such entry */
	int count; /* exactly so many in one of the states; PLAN_ANY: at least one, and all that are
		      selected are */
	struct plan_range expires;
	int replied, assured; /* -1: not asked */
};

enum expect_seen { SEEN_SENT /* left the sender's interface */, SEEN_DELIVERED, SEEN_LOST };

struct expect_wire {
	int from, to;   /* hosts; PLAN_ANY; from PLACE_ROUTER */
	uint32_t kinds; /* bit mask of 1 << enum packet_kind: any of them */
	uint32_t not_kinds;
	enum expect_seen seen;
	struct plan_range within;      /* when; not set: the whole run */
	struct plan_range count;       /* of plain numbers; not set: at least one */
	struct plan_range every;       /* spacing of neighbours */
	struct plan_range first, last; /* when the first and the last were sent */
	struct plan_range length;      /* of TCP payload, each */
	struct plan_range mss, scale;  /* of the options of that name, each; -1: it has none */
	int flags;                     /* TCP flags that all of them have */
	int ecn;                       /* of the IP header, any of 1 << ECN; 0: any */
	int port;                      /* at either end; 0: any */
	int icmp_type, icmp_code;      /* PLAN_ANY */
};

struct expect_order_item {
	int from;
	uint32_t kinds; /* all of them */
};

struct expect_order {
	struct plan_range within;
	struct expect_order_item *item;
	int item_count;
};

struct expect_counter {
	int host;   /* or PLACE_ROUTER */
	char *name; /* "TcpExtTCPAbortOnTimeout" */
	struct plan_range change;
};

struct expect_silence { /* no packet but background, no step begun or ended, no state changed */
	struct plan_range within;
	int host; /* PLAN_ANY */
};

struct plan_expect {
	enum expect_kind kind;
	union {
		struct expect_step step;
		struct expect_program program;
		struct expect_output output;
		struct expect_calls calls;
		struct expect_socket socket;
		struct expect_conntrack conntrack;
		struct expect_wire wire;
		struct expect_order order;
		struct expect_counter counter;
		struct expect_silence silence;
	};
	struct plan_condition on; /* on other kernels it is not judged */
	struct plan_place place;
};

struct plan {
	char *file;   /* as the user named it */
	char *source; /* the whole text of the case file */
	char *name;   /* `case:` */
	char *about;
	char *variant; /* "ip=4,timers=short"; "" without a matrix */
	char **claims;
	int claim_count;
	struct plan_outage outage;
	bool must_fail;   /* the case says `verdict: fail`: it is here to fail */
	char *fails_with; /* what the failure's message must contain; or NULL */

	int ip_version; /* 4 or 6 */
	enum plan_network network;
	struct plan_host router;     /* network router: its name and its sysctls, no more */
	struct plan_impairment link; /* default: delay 1 ms */
	bool link_explicit;          /* the author asked for this link: no netem, no run */
	bool neighbours_dynamic; /* `neighbours: dynamic`: entries are resolved, not permanent */
	bool nat;                /* router: all but the last host are behind its address */
	enum plan_balancer { BALANCER_DNAT, BALANCER_IPVS } balancer; /* who translates its VIPs */
	struct plan_middlebox middlebox;                              /* what else the router is */
	struct plan_condition needs; /* on other kernels the run is skipped */
	char **needed_program;       /* and where one of these is not installed; ended by NULL */
	char **needed_package;       /* of Debian's that has each; NULL where that is not said */
	bool needs_files; /* and where the machine's files are not seen, but for executables */

	struct plan_host *host;
	int host_count;
	struct plan_address *address;
	int address_count;
	struct plan_program *program;
	int program_count;
	struct plan_ready *ready; /* what others wait for before they start or go on */
	int ready_count;
	struct plan_fault *fault; /* in order of at_ns; those of the same as they were written */
	int fault_count;
	struct plan_expect *expect;
	int expect_count;

	int64_t until_ns;     /* the run ends then; 0: when all is over that it awaits */
	int64_t last_ns;      /* latest moment that a fault or an expectation speaks of */
	int64_t tolerance_ns; /* for times given alone */
	int64_t *sample_ns;   /* moments of socket expectations, ascending, each once */
	int sample_count;

	void *memory; /* what plan_free() gives back */
};

/* What PLAN asks for that hosts which are namespaces of one kernel cannot have or do, in words: the
 * first of it. RET_WORDS may be NULL. False: nothing. */
bool plan_wants_own_kernels(const struct plan *plan, char *ret_words, size_t size);
/* What a run lacks then that is made on one for all. */
#define PLAN_OWN_KERNELS "a kernel for each host (UML, without --one-kernel)"
/* What is said of a case that expects nothing, before its runs and of them. */
#define PLAN_EXPECTS_NOTHING "nothing is expected: runs are drawn, and have no verdict"

/* Whether it is one that a network has not: kernel.panic. */
bool plan_sysctl_is_machines(const char *name);

/* Whether a command runs on HOST: then it has files, and other users than itself. */
bool plan_has_command(const struct plan *plan, int host);
/* Of a host, or of the router, which has the number behind them. */
const char *plan_host_name(const struct plan *plan, int host);
/* Where HOST's root is, which it has: its path, from the folder of the case. free() it. */
char *plan_root_path(const struct plan *plan, int host);

/* Whether the router knows connections: by conntrack, or its IPVS does; never both. */
bool plan_router_tracks(const struct plan *plan);
bool plan_router_balances(const struct plan *plan);
/* Whether its host comes up again by it, after down_ns. */
bool plan_fault_boots(const struct plan_fault *fault);
/* FAULT takes the power or the kernel of a host that is yet to come up by BOOTS: in an order that
 * only the run knows, or the case would have been refused. Whatever came of it would be chance.
 * -EBUSY, and ERR names both. */
int plan_fault_too_early(const struct plan_fault *fault, const struct plan_fault *boots,
			 struct err *err);

/* Whether its moment is not known beforehand; then whether that has come when so much of the plan's
 * list is so. */
static inline bool plan_fault_waits(const struct plan_fault *fault)
{
	return fault->after >= 0;
}
static inline bool plan_fault_is_due(const struct plan_fault *fault, uint32_t is_so)
{
	return fault->after >= 0 && is_so & 1u << fault->after;
}

/* How often reboots start a program again until then, by the timeline alone. The start that it was
 * to make while its host was off, or that is still to come, is its first. */
int plan_restarts(const struct plan *plan, int program, int64_t until_ns);

/* Without `until`, a run ends a little after all that its plan speaks of is over: what nobody asks
 * about, as a server that waits for one more client, may wait for ever. Whether all that must be
 * over are, when those of OVER (bits 1 << program) do nothing more by themselves, and each other
 * waits for one of what AWAITS says (bits of the plan's list), or goes on, and the timeline for
 * what FAULTS says; and when the run ends that has nothing left to wait for since OVER_NS. */
bool plan_all_over(const struct plan *plan, uint32_t over, const uint32_t awaits[],
		   uint32_t faults);
int64_t plan_end_ns(const struct plan *plan, int64_t over_ns);

/* Line NUMBER (from 1) of the case's text, which does not end there: RET_SIZE bytes. */
const char *plan_source_line(const struct plan *plan, int number, int *ret_size);

void plan_free(struct plan *plan); /* NULL is fine */

/* Whether it may start otherwise than by the timeline alone: then its starts are counted as they
 * come, and plan_restarts() does not know how many there are. */
bool plan_counts_starts(const struct plan *plan, int program);

/* Which of the plan's list, as bits, are so when STEP of PROGRAM has returned RET. */
uint32_t plan_ready_by_step(const struct plan *plan, int program, int step, int64_t ret);
/* Which of it PROGRAM does. */
uint32_t plan_ready_of(const struct plan *plan, int program);
/* Which of it PROGRAM waits for before it starts; in its steps from number STEP on. */
uint32_t plan_awaited_by(const struct plan *plan, int program);
uint32_t plan_awaited_from(const struct plan *plan, int program, int step);
/* Which of it are so because the program has ENDED, one of the bits 1 << program. */
uint32_t plan_ready_by_end(const struct plan *plan, uint32_t ended);

#endif

/* SPDX-License-Identifier: MIT
 *
 * record: everything observed in one run, in memory; and its form on disk, JSON Lines
 * (docs/record.md) beside a pcapng. The only thing that leaves a run.
 *
 * record_collect() makes it from the guest's raw frames: it decodes each packet, says what
 * it is (harness/record/packet.c) and pairs the sightings of one packet at several taps.
 * record_write() and record_read() are each other's inverse, so a verdict can be made again
 * from the file alone. Pure but for the files that it is handed.
 */
#ifndef HALFOPEN_RECORD_H
#define HALFOPEN_RECORD_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "err.h"
#include "plan.h"

#define RECORD_VERSION 2

enum record_state { /* how the run came out, before any judgement */
		    RECORD_COMPLETE,
		    RECORD_SKIPPED, /* the kernel lacks something: `reason` */
		    RECORD_BROKEN   /* the harness or the kernel failed: `reason` */
};

struct record_kernel {
	char *name;    /* "live", or the path of the executable */
	char *release; /* uname -r */
	char *machine;
	char *kind; /* "live", "uml", "qemu" */
	int hz;
	bool virtual_clock;
	bool netem;
};

/* One packet, at the first place where it was seen, with what became of it. */
struct record_packet {
	int64_t sent_ns;    /* at the sender's own interface (or where it was first seen) */
	int64_t port_ns;    /* at the far end of the sender's cable; -1: never got there */
	int64_t arrived_ns; /* at the receiver's interface; -1: lost */
	int from, to;       /* places (place.h); unknown: or broadcast */
	uint32_t kinds;     /* 1 << enum packet_kind */
	int attempt;        /* retransmission or probe number n, from 1; 0: neither */
	char *src, *dst;    /* addresses as text */
	int sport, dport;
	uint32_t seq, ack;        /* raw */
	int64_t rel_seq, rel_ack; /* relative to each side's initial number; -1: not known */
	int window;               /* scaled, in bytes */
	int payload;              /* TCP payload, bytes */
	int flags;                /* TCP flags, as in the header */
	int icmp_type, icmp_code; /* -1: not ICMP */
	int incarnation;          /* of the sending host: 0, then 1 after a reboot ... */
	bool made_on_way;         /* no host sent it: netem's duplicate, or corrupted */
	/* Each from 1; 0: none. A frame is of the capture of one interface (record_write_pcapng):
	 * its sender's, the router's towards its sender and its receiver, and its receiver's. */
	int64_t connection, frame_sent, frame_router_in, frame_router_out, frame_arrived;
	int64_t ttl, ecn, ip_id, ts_value, ts_echo; /* 0: it has none */
	char *options; /* "MSS 1460, window scale 7"; NULL: none but timestamps */
	char *lost; /* why it never arrived: "the receiver was off"; NULL: it did, or nobody knows
		     */
	char *note; /* "RST: no such connection here", "quotes client > server seq 5"; or NULL */
};

struct record_frame { /* one sighting, for the capture */
	int64_t t_ns;
	int host, tap; /* enum raw_tap; host -1 - n: the router's n-th interface */
	bool outgoing;
	int packet;      /* index in packets[], or -1 */
	int order;       /* as it was captured: of one interface, that is how it happened */
	uint32_t number; /* of its packet, as who carried it counts; 0: nobody knows */
	int length, captured;
	uint8_t *bytes;
};

struct record_step {
	int program, step, incarnation;
	int64_t start_ns, end_ns; /* -1: never started; never ended */
	int64_t ret, bytes;
	int err, revents, intact;
	int local_port;
	bool caught_sigterm;
};

struct record_program {
	int program, incarnation, pid;
	int64_t start_ns, end_ns; /* end -1: ran until the end */
	int exit_status;          /* -1: not by exit */
	int signal;               /* 0: not by a signal */
	char *output;             /* of a command; or NULL */
	struct record_times {
		int64_t *ns;
		int count;
	} output_ns; /* when each line of it was whole; -1: that which says what is left out */
};

struct record_printed { /* of what a command wrote */
	int64_t t_ns;
	int program, incarnation;
	bool gap;   /* here something is left out, and the text says how much */
	char *text; /* without its end */
};

struct record_call { /* what a command that is traced did with a socket of TCP */
	int program, incarnation, thread;
	int64_t start_ns, end_ns; /* -1: never ended */
	int fd;
	char *name;   /* call_words: "recv"; "" where calls are left out: ret says how many */
	char *detail; /* "server:6379", "TCP_NODELAY=1"; or "" */
	int64_t ret;
	int err;
};

struct record_socket { /* a change of state, or how it was at a sampled moment */
	int64_t t_ns;
	int host;
	bool sample;
	int state; /* TCP_ESTABLISHED ...; 0: gone */
	int family;
	char *local, *remote; /* "10.0.0.1:40000", "[fd00::1]:40000" */
	int local_port, remote_port;
	int timer;          /* 0 none, 1 retransmission, 2 keepalive, 3 TIME_WAIT, 4 probe */
	int64_t expires_ns; /* until the timer's due time */
	int retrans, rqueue, wqueue;
	bool orphan;
	uint64_t cookie;
	/* of tcp_info; -1 where the kernel gave none (TIME_WAIT, SYN_RECV) */
	int64_t rto_ns, rtt_ns, unacked, backoff, probes, total_retrans, last_data_sent_ns,
		last_ack_recv_ns, snd_cwnd, bytes_acked, bytes_received;
};

struct record_fault {
	int fault; /* index in the plan's timeline */
	int64_t begun_ns, done_ns;
	int64_t took_ns; /* on a real clock: until it was in effect, of its two moments the longer
			  */
};

struct record_counter {
	int host;   /* or PLACE_ROUTER */
	char *name; /* "TcpExtTCPAbortOnTimeout" */
	int64_t before, after;
	int64_t unread; /* how many boots ended before what they had counted was read */
	int64_t begun;  /* while it is collected: what a kernel began with that has not told more */
	bool is_open;   /* the same: there is such a kernel */
};

struct record_sampled { /* at t all of the host's sockets were looked at; PLACE_ROUTER: or all
			   connections that it knows */
	int64_t t_ns;
	int host;
};

struct record_conntrack { /* a connection that the router knew then */
	int64_t t_ns;
	int state;       /* enum tcp_conntrack */
	char *src, *dst; /* as who began it has them */
	int sport, dport;
	char *reply_src, *reply_dst; /* as the answers have them: who it is translated to */
	int reply_sport, reply_dport;
	bool replied, assured;
	int64_t left_ns; /* until it is forgotten, if nothing comes; whole seconds */
};

struct record_host { /* lost its power, or came up again; they all begin up */
	int64_t t_ns;
	int host;
	bool up;
};

struct record_host_kernel { /* where each host has one of its own */
	int host;           /* the plan's host_count: the router */
	char *release;
	int hz;
};

struct record_spin {  /* in virtual time a program did not let time pass: so it crept */
	int64_t t_ns; /* since then */
	int host;     /* whose kernel; -1: that of all */
	bool exact;   /* false: how long it took came from the machine that the run was made on */
	char *text;   /* "nc[57] does not sleep" */
};

#define LIST(type, name)                                                                           \
	type *name;                                                                                \
	int name##_count
struct record {
	int version;
	enum record_state state;
	char *reason;
	char *file, *source, *variant; /* the case: plan_load() makes the plan again */
	char **extra_sysctl;           /* ended by NULL; or NULL */
	struct record_kernel kernel;   /* of all; or the first host's */
	LIST(struct record_host_kernel, host_kernel);
	int64_t seed, phase_ns;             /* what the user gave; 0: nothing */
	int64_t real_ns;                    /* CLOCK_REALTIME at the run's zero: for the capture */
	int64_t end_ns;                     /* when observation ended */
	int64_t wall_ns;                    /* what the run cost, host time */
	LIST(struct record_packet, packet); /* by sent_ns */
	LIST(struct record_frame, frame);   /* as it happened; not in the JSON Lines */
	LIST(struct record_step, step);
	LIST(struct record_program, program);
	LIST(struct record_call, call);
	LIST(struct record_socket, socket); /* by t_ns */
	LIST(struct record_sampled, sampled);
	LIST(struct record_conntrack, conntrack); /* by t_ns and who */
	LIST(struct record_host, host);
	LIST(struct record_spin, spin);
	LIST(struct record_fault, fault);
	LIST(struct record_printed, line);    /* by t_ns; made of the programs' output */
	LIST(struct record_counter, counter); /* those that moved or the plan asks for */
	void *memory;                         /* what record_free() gives back */
};
#undef LIST

/* Decodes the guest's frames in RAW (a file's whole content; what is cut off at its end is
 * ignored). KERNEL's strings are copied. A guest that wrote RAW_SKIP or RAW_ERROR, or whose
 * frames end without RAW_END, gives the state and the reason, not an error. The caller sets
 * wall_ns and extra_sysctl. Returns 0 and *ret_record (record_free), or -EBADMSG: what is in
 * RAW never came from a guest. */
int record_collect(const struct plan *plan, const struct record_kernel *kernel, const void *raw,
		   size_t size, struct record **ret_record, struct err *err);

int record_write(const struct record *record, const struct plan *plan, FILE *file, struct err *err);
/* A record that was cut off, or lacks lines, is RECORD_BROKEN with what there is of it. -EBADMSG:
 * something in it is none, or a number in it is too large to calculate with. */
int record_read(FILE *file, struct record **ret_record, struct err *err);

struct record_remark { /* on the run, for the capture */
	int64_t t_ns;  /* when what it speaks of was so */
	char *text;
};

#define RECORD_ALL_TAPS (-1)

/* What all taps saw, or what a tcpdump on the one interface of TAP would have: a host's, or, behind
 * the hosts, the router's towards each of them. Each of the COUNT REMARKS becomes a comment of the
 * frame that was there last by its time, or else of the first one. */
int record_write_pcapng(const struct record *record, const struct plan *plan, int tap,
			const struct record_remark *remarks, int count, FILE *file,
			struct err *err);

/* How many such interfaces there are. */
int record_tap_count(const struct plan *plan);

/* The STEP of PROGRAM, and PROGRAM itself, as it was started for the INCARNATION's time (from 0);
 * NULL: it was not. */
struct record_step *record_find_step(const struct record *record, int program, int step,
				     int incarnation);
struct record_program *record_find_program(const struct record *record, int program,
					   int incarnation);

/* Makes the list of lines, once. */
void record_make_lines(struct record *record);

/* The kernel of HOST, which may be its own. */
const char *record_release_of(const struct record *record, int host);
int record_hz_of(const struct record *record, int host);
/* Whether HOST had power at that moment. */
bool record_host_is_up(const struct record *record, int host, int64_t t_ns);

/* It is RECORD_BROKEN from now on, with a copy of REASON. */
void record_break(struct record *record, const char *reason);
void record_free(struct record *record); /* NULL is fine */

/* Whether RECORD can be of PLAN: every host, program, step and fault in it exists, every
 * state has a name. A file may say anything: ask before indexing the plan by the record. */
bool record_fits(const struct record *record, const struct plan *plan);

/* Replaces what is random in every run by what it means: sequence numbers by relative ones,
 * ephemeral ports by the order of their appearance, cookies, process ids and the wall clock
 * by 0. Two runs in virtual time are then the same but for how often the kernel read its clock,
 * 256 ns each time. The frames are dropped. */
void record_normalise(struct record *record);

#endif

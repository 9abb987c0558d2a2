/* SPDX-License-Identifier: MIT
 *
 * raw: what the guest side hands out: a file of frames, written as things happen.
 *
 * Each frame is a struct raw_frame and `size` bytes of payload, unpadded, in host byte
 * order. The guest judges nothing and decodes nothing; harness/record turns the frames
 * into the record. A file that ends without RAW_END comes from a guest that died.
 */
#ifndef HALFOPEN_RAW_H
#define HALFOPEN_RAW_H

#include <stdint.h>

enum raw_type {
	RAW_START,       /* who: host, or -1: the kernel is that of all; struct raw_start */
	RAW_HOST,        /* struct raw_host: a host (re)appeared */
	RAW_PACKET,      /* struct raw_packet, then the first bytes of the Ethernet frame */
	RAW_LOST,        /* who: where it does not arrive: a host, the router, or -1: nowhere;
			    uint32: a packet's number; text: why */
	RAW_CHANGED,     /* uint32 and text as well: what the way did to it */
	RAW_STEP,        /* who: program; struct peer_event (fixtures/peer.h) */
	RAW_PROGRAM,     /* who: program; struct raw_program: started, exited */
	RAW_OUTPUT,      /* who: program; bytes that a command wrote to stdout or stderr */
	RAW_OUTPUT_LOST, /* who: program; uint64: so many more came here and were not kept */
	RAW_CALL,        /* who: program; struct raw_call: what a command does with a socket */
	RAW_READY,       /* who: program; int32: of the plan's list, what a command has done */
	RAW_SOCKET,      /* who: host; struct raw_socket: appeared, changed state, or gone */
	RAW_SAMPLE,   /* who: host; struct raw_socket: as it was at a moment the plan asked for */
	RAW_SAMPLED,  /* who: host; empty: all of the host's sockets at this t were given; of the
			 router (the plan's host_count): of its connections */
	RAW_TRACKED,  /* who: the router; struct raw_tracked: a connection that it knew then */
	RAW_FAULT,    /* who: index in the plan's timeline; int32: enum raw_fault_part */
	RAW_COUNTERS, /* who: host; uint32: 0 at the start, 1 at the end (or before a crash);
			 then text of /proc/net/snmp, netstat and snmp6, as it is; of the router
			 what its tracking counted, "conntrack_invalid 1" */
	RAW_SPIN,  /* who: host, or -1: the kernel is that of all; text: what the kernel said of a
		      program that does not let time pass; t: since when */
	RAW_SKIP,  /* text: what the kernel lacks; no more frames but RAW_END */
	RAW_ERROR, /* text: what the harness could not do */
	RAW_END    /* struct raw_end */
};

enum raw_fault_part {
	RAW_FAULT_BEGUN,
	RAW_FAULT_DONE,  /* its second moment: a host is up again */
	RAW_FAULT_TAKEN, /* real clock: what the frame before this one began has taken effect */
};

struct raw_frame {
	uint32_t type; /* enum raw_type */
	uint32_t size; /* of the payload that follows */
	int32_t who;
	int32_t reserved;
	int64_t t_ns; /* the run's clock: 0 when the programs were started */
};

struct raw_start {
	int64_t mono_ns;   /* CLOCK_MONOTONIC at the run's zero */
	int64_t real_ns;   /* CLOCK_REALTIME at the run's zero */
	int64_t tick_ns;   /* 1/HZ */
	int32_t has_netem; /* links are delayed */
	int32_t virtual_clock;
	char release[65]; /* uname -r */
	char machine[65];
	char version[65];
};

struct raw_host {
	char name[16];
	char addr[48]; /* as text, of the plan's IP version */
	uint8_t mac[6];
	uint8_t up; /* 0: it went away */
	uint8_t reserved;
};

enum raw_tap {
	RAW_TAP_HOST /* the host's own interface */,
	RAW_TAP_PORT /* the far end of its cable */
};

/* Bytes kept of each frame: Ethernet, IPv6 and the longest TCP header, and for an ICMP
 * error what it quotes. */
#define RAW_SNAP 192

struct raw_packet {
	int32_t host;     /* whose cable; -1 - n: the router's n-th interface */
	uint8_t tap;      /* enum raw_tap */
	uint8_t outgoing; /* leaving the interface the tap is on */
	uint16_t reserved;
	uint32_t length; /* on the wire, with the Ethernet header */
	/* Of whom a world carries packets (world.h): which one it is, from 1, wherever it is seen
	 * between two hosts or a host and the router. 0: nobody knows. */
	uint32_t number;
};

enum raw_program_state { RAW_PROGRAM_STARTED, RAW_PROGRAM_EXITED };

struct raw_program {
	uint32_t state;      /* enum raw_program_state */
	int32_t incarnation; /* 0, then 1 after a reboot that started it again ... */
	int32_t status;      /* exited: as waitpid() gives it */
	int32_t pid;
};

enum raw_call_phase {
	RAW_CALL_BEGUN, /* it may take time */
	RAW_CALL_ENDED, /* the last that its thread had begun */
	RAW_CALL_DONE,  /* begun and ended at once */
	RAW_CALLS_LOST  /* ret: so many that moved bytes are not told here, since there are too many
			 */
};

struct raw_call {
	int64_t t_ns;
	int64_t ret;    /* -1: as err says */
	uint32_t phase; /* enum raw_call_phase */
	uint32_t kind;  /* enum socket_call (call_words.h) */
	int32_t fd, thread;
	int32_t err;           /* errno */
	int32_t level, option; /* setsockopt, getsockopt; shutdown: option is how */
	uint32_t size;         /* of what there is of bytes */
	uint8_t bytes[28];     /* a struct sockaddr, or the option's value */
};

/* One TCP socket, as sock_diag told it (include/uapi/linux/inet_diag.h, linux/tcp.h). */
struct raw_socket {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t state;  /* TCP_ESTABLISHED ...; 0: gone */
	uint8_t timer;  /* 0 none, 1 retransmission, 2 keepalive, 3 TIME_WAIT, 4 probe */
	uint8_t retrans;
	uint16_t sport, dport; /* host order */
	uint32_t expires_ms;   /* of the timer */
	uint32_t rqueue, wqueue;
	uint32_t inode; /* 0: orphan */
	uint32_t cookie[2];
	uint8_t src[16], dst[16];
	uint32_t info_size; /* bytes of struct tcp_info that follow */
};

/* An entry of conntrack, as ctnetlink told it (linux/netfilter/nfnetlink_conntrack.h). */
struct raw_tracked {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t state;  /* enum tcp_conntrack */
	uint8_t replied, assured;
	uint32_t left_s; /* until it is forgotten */
	struct raw_tuple {
		uint16_t sport, dport; /* host order */
		uint8_t src[16], dst[16];
	} original, reply;
};

#define RAW_PROGRAMS 16 /* as many as a plan may have */

/* The first that a host with a kernel of its own is told, and then the handover (handover.h) and
 * what its files are (files.h). */
struct raw_boot {
	int32_t host;                 /* which one it is; the plan's host_count: the router */
	int32_t incarnation;          /* 0; 1 after a reboot ... */
	int64_t zero_ns;              /* its CLOCK_MONOTONIC at the run's zero */
	int32_t starts[RAW_PROGRAMS]; /* of each of its programs, so far */
	uint32_t start;               /* 1: what ran before the reboot is started again */
	uint32_t size;                /* of the handover */
	uint32_t files_size;          /* 0: no command runs there */
	uint32_t carriers; /* bit n: the cable of host n is in, at its or the router's end */
};

/* What the world tells a host that has a kernel of its own, by the port through which that sends
 * its frames. */
enum raw_order_type {
	RAW_ORDER_READY,   /* who: of the plan's list, what a program of another host has done */
	RAW_ORDER_STARTED, /* who: such a program has started, and has done nothing yet */
	RAW_ORDER_ENDED,   /* who: such a program has ended */
	RAW_ORDER_FAULT, /* who: of the timeline, whose moment is t_ns, and was not known before */
	RAW_ORDER_END,   /* the run ends at t_ns */
	RAW_ORDER_LATE   /* its clock is t_ns behind the run's, since it was suspended */
};

struct raw_order {
	uint32_t type; /* enum raw_order_type */
	int32_t who;
	int64_t t_ns; /* the run's clock */
};

struct raw_end {
	int64_t t_ns;
	uint32_t packets_missed; /* the taps' own drops: not 0 means the record has holes */
	uint32_t reserved;
};

#endif

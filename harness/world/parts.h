/* SPDX-License-Identifier: MIT
 *
 * parts: what the files of the world share among themselves: its hosts, cards and what is under
 * way. world.h is for others.
 *
 *     world.c    building, and the functions that act
 *     run.c      whose turn it is: the order of everything
 *     host.c     one host: its process, its power, what it does
 *     serve.c    what hosts say while they run
 *     outbox.c   what it did that is not the world's yet
 *     boot_line.c what its kernel is told
 *     network.c  a packet's way from card to card
 *     load.c     what a host costs the machine
 *     middlebox.c  a box on that way that knows connections
 */
#ifndef HALFOPEN_PARTS_H
#define HALFOPEN_PARTS_H

#include "agenda.h"
#include "card.h"
#include "disk.h"
#include "impairment.h"
#include "port.h"
#include "segment.h"
#include "text.h"
#include "time_travel.h"
#include "uml.h"
#include "world.h"

#include <sched.h>

#define HOST_CARDS 8
#define HOST_DISKS 4
#define NEVER      INT64_MAX

/* Shared by all its copies on the way. */
struct packet {
	int users;
	uint64_t number;
	int from;
	int64_t sent_ns;
	bool by_world;
	int to; /* by_world: the only one */
	uint32_t size;
	uint8_t bytes[];
};

enum output_kind {
	OUTPUT_PACKET,
	OUTPUT_BYTES,
	OUTPUT_REQUEST,
	OUTPUT_END,    /* its kernel is gone by itself */
	OUTPUT_REBOOT, /* its kernel has executed itself again */
};

/* What a host did, in the order in which it did it. */
struct output {
	int64_t t_ns;
	enum output_kind kind;
	int device; /* card of the world, disk of the host */
	int status;
	void *what; /* packet, disk_request, or bytes */
	size_t size;
};

struct outbox {
	struct output *item; /* a ring */
	size_t room, first, count, bytes;
};

/* What epoll points at. */
struct endpoint {
	enum endpoint_kind {
		ENDPOINT_TIME,
		ENDPOINT_TIME_LISTENER,
		ENDPOINT_DEVICE,
		ENDPOINT_DEVICE_LISTENER,
		ENDPOINT_DEVICE_BACK,
		ENDPOINT_PROCESS,
		ENDPOINT_CONSOLE,
		ENDPOINT_LAUNCHER,
		ENDPOINT_WATCH,
	} kind;
	struct host *host;
	int device; /* host_device() */
};

struct device_endpoints {
	struct endpoint listener, connected, back;
};

struct host_disk {
	struct disk disk;
	int64_t latency_ns;
};

struct host {
	struct world *world;
	int index;
	struct world_host_config config; /* its strings are the host's */
	char **socket; /* what it connects to: its clock, then its devices; NULL at the end */
	int socket_count;
	enum world_power power;
	int boot; /* counts from 0; -1: never */
	struct uml uml;

	struct time_travel time;
	int64_t zero_ns;                  /* where its clock's 0 lies in the world's */
	bool is_running;                  /* it computes, or is to start */
	bool has_begun;                   /* it was let out of START */
	bool is_dead;                     /* its process is gone, and the outbox tells */
	int64_t last_ns;                  /* how far it came, when it is dead */
	int64_t wants_ns;                 /* NEVER also while it runs not, whatever it wants */
	int64_t wanted_ns;                /* suspended: what it wants once it goes on */
	int64_t limit_ns;                 /* how far it may run; may shrink while it runs */
	int64_t stopped_ns;               /* suspended: since when */
	int keep;                         /* suspended: packets that its cards still keep */
	int64_t seen_at_ns, seen_real_ns; /* its clock, when it was last seen to move */

	struct port port;
	int card[HOST_CARDS], card_count;
	struct host_disk *disk[HOST_DISKS];
	int disk_count;

	struct agenda inbox, held; /* held: while it is suspended */
	struct outbox outbox;

	struct endpoint time_endpoint, time_listener, process, console, launcher;
	bool has_devices; /* all of them are up */
	bool is_exact;    /* nobody may do anything to it later than when it was done */
	bool is_launched; /* its launcher is to be told of its end */
	struct device_endpoints device[1 + HOST_CARDS + HOST_DISKS];
};

struct sender_link {
	struct world_sender sender;
	struct impaired_link link;
};

struct world_card {
	struct card card;
	int index;
	struct host *host;
	int segment;
	struct impairment plain;    /* as it was added */
	struct impaired_link link;  /* towards it */
	struct sender_link *sender; /* those that have one of their own */
	int sender_count;
	bool plugged, carrier;
	uint32_t outages; /* how often its carrier went */
};

struct watch {
	struct endpoint endpoint;
	int fd;
	int (*ready)(void *data, int fd, struct err *err);
	void *data;
};

struct exception {
	int from, to;
};

struct rule {
	struct world_rule rule;
	int number;
	uint64_t seen; /* that it matches, but for `which` */
	struct exception *exception;
	int exception_count;
};

struct world {
	struct world_options options;
	char *dir;
	int dir_fd;
	char where[32]; /* the same, as hosts see it */
	int epoll;
	int64_t now_ns;
	bool is_stopping, has_begun;
	int64_t reaction_ns, until_ns;
	bool is_talking;    /* a packet was sent */
	int processor;      /* where all take turns; -1: anywhere */
	cpu_set_t affinity; /* our own of before */
	bool has_affinity;

	struct host *host[WORLD_HOSTS];
	int host_count;
	struct world_card *card[WORLD_CARDS];
	int card_count;
	struct segment segment[WORLD_CARDS];
	int segment_count;
	struct rule *rule;
	int rule_count, next_rule;
	struct middlebox *middlebox; /* or NULL */
	struct watch *watch[8];
	int watch_count;

	struct agenda calls;
	uint64_t next_packet;
	uint64_t runs;
	uint64_t wakeups; /* of our own */
};

/* host.c */
int host_open(struct host *host, struct err *err);
void host_done(struct host *host);
struct vhost *host_device(struct host *host, int device);
/* The world's time that it has come to. */
int64_t host_now(const struct host *host);
/* The same, with its clock brought up to date while it runs. A wrong one is told by the port. */
int64_t host_look(struct host *host);
/* When something may reach one that does not run, from now on. */
int64_t host_soonest_ns(const struct host *host);
/* Where it computes. Until one sends a packet they do it beside each other: they boot and, where
 * processors are free, begin their programs, but for when they ask for their devices. From then on
 * they take turns (world.c, choose_processor()). */
int host_processor(const struct host *host);
int host_start(struct host *host, struct err *err);
/* Its process is killed, its sockets closed, what it did after now is forgotten. */
void host_kill(struct host *host);
/* There is no process any more: of what it had, nothing is open. */
void host_has_ended(struct host *host);
/* FD is served from now on. */
int host_endpoint(struct host *host, struct endpoint *endpoint, enum endpoint_kind kind, int device,
		  int fd, struct err *err);
int host_fails(const struct host *host, int code, struct err *err);

/* serve.c */
/* It waits: let it run from its wish to LIMIT_NS. */
int host_run(struct host *host, int64_t limit_ns, struct err *err);
/* Serves all hosts until each that runs waits, or is gone. */
int hosts_settle(struct world *world, struct err *err);
/* It waits: its clock stands at now, for what comes from outside. */
void host_stand(struct host *host);
/* Then: until it has taken the interrupt that VHOST may have raised. */
int host_interrupted(struct host *host, struct vhost *vhost, struct err *err);

/* boot_line.c */
#define ARGUMENTS_MOST 128
struct boot_line {
	char *argv[ARGUMENTS_MOST + 1];
	int count;
};
void boot_line_make(struct host *host, struct boot_line *ret_line);
void boot_line_done(struct boot_line *line);

/* outbox.c */
bool outbox_is_empty(const struct outbox *outbox);
struct output *outbox_first(struct outbox *outbox);
void outbox_drop_first(struct outbox *outbox);
void outbox_add(struct outbox *outbox, struct output output);
void output_free(struct output *output);
/* All that HOST did and that is not the world's is undone. */
void host_forget(struct host *host);

/* world.c */
/* Whether it may take more than one processor. */
bool world_is_wide(const struct world *world);
int world_begin(struct world *world, struct err *err);

/* run.c */
int64_t world_lookahead(const struct world *world, const struct host *host);
/* When what HOST does may come back to it at the earliest: so long after. */
int64_t world_echo_ns(const struct world *world, const struct host *host);

/* network.c */
struct packet *packet_new(int from, const uint8_t *frame, uint32_t size);
void packet_free(struct packet *packet);
void network_send(struct world *world, struct packet *packet);
void network_answer(struct world *world, struct packet *packet);
/* PACKET, on its way to the card TO, is answered from where it would have arrived, when it would
 * have, by an error of ICMP or (type -1) a RST. */
void network_reject(struct world *world, const struct packet *packet, int to, int type, int code);
int network_deliver(struct world *world, const struct event *event, struct err *err);
void network_tell(struct world *world, const struct packet *packet, int to, enum world_fate fate,
		  int rule, int32_t flipped_bit, bool duplicate);
void network_look_at_carriers(struct world *world);
/* The least time from anybody to CARD. */
int64_t network_least_ns(const struct world_card *card);

#endif

/* SPDX-License-Identifier: MIT
 *
 * vhost: our side of a vhost-user device of a guest (QEMU's docs/interop/vhost-user.rst, as
 * arch/um/drivers/virtio_uml.c speaks it), whatever the device is. Notifications go in the
 * sockets themselves (INBAND_NOTIFICATIONS), both with an answer: so a guest that kicks stands
 * still until we are done with it, and we know when it has taken an interrupt.
 *
 * A kick is handed to the device's kind at once; the guest's answer is held back until its owner
 * calls vhost_answer_kick(): first the guest must know how far it may run. An interrupt may be
 * raised only while the guest waits for its time; it is taken once vhost.is_interrupting is false
 * again, and done once the guest has run.
 *
 * Queues are those of virtio 1.2: split, no indirect descriptors, no event index.
 */
#ifndef HALFOPEN_VHOST_H
#define HALFOPEN_VHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "err.h"
#include "memory.h"
#include "queue.h"

#define VHOST_QUEUES       4
#define VHOST_CONFIG_MOST  256
#define VHOST_MESSAGE_MOST (12 + 12 + VHOST_CONFIG_MOST)
#define VHOST_PASSED_MOST  8

struct vhost;

/* What a device is. */
struct vhost_kind {
	const char *name; /* "card" */
	int device_id;    /* include/uapi/linux/virtio_ids.h */
	uint64_t features;
	int queue_count;
	uint32_t quiet; /* a bit for each queue that the guest fills without telling */
	/* Fills in its configuration space: how many bytes it has. */
	size_t (*config)(const struct vhost *vhost, uint8_t bytes[VHOST_CONFIG_MOST]);
	/* The guest has put something into QUEUE, and waits. 0 or -EPROTO. */
	int (*kick)(struct vhost *vhost, int queue, struct err *err);
	/* The guest's driver has let go of it, or is gone. */
	void (*reset)(struct vhost *vhost);
};

struct vhost {
	const struct vhost_kind *kind;
	bool sealed; /* memory.h */
	int listener, fd;
	int back; /* where we ask: SET_SLAVE_REQ_FD */
	pid_t peer;

	struct memory memory;
	struct queue queue[VHOST_QUEUES];
	uint64_t features; /* what the driver took of them */

	bool is_kicking;      /* the guest waits for vhost_answer_kick() */
	bool is_interrupting; /* and we for its answer */
	uint32_t raised;      /* queues with an interrupt since the guest last ran */
	bool config_raised;

	uint8_t message[VHOST_MESSAGE_MOST];
	size_t have;
	int passed[VHOST_PASSED_MOST], passed_count;
	uint8_t reply[20]; /* read from `back` */
	size_t have_reply;
	uint64_t kicks, interrupts;
};

void vhost_init(struct vhost *vhost, const struct vhost_kind *kind);
void vhost_done(struct vhost *vhost);
int vhost_listen(struct vhost *vhost, const char *path, struct err *err);
/* 1: a driver has connected, in the place of the one before; 0: nobody. */
int vhost_accept(struct vhost *vhost, struct err *err);
/* Of a connected socket that is there already; it is taken over. */
void vhost_connect(struct vhost *vhost, int fd);
void vhost_disconnect(struct vhost *vhost);

/* Reads and answers what the driver has said. */
int vhost_serve(struct vhost *vhost, struct err *err);
/* Reads what it has answered to an interrupt. */
int vhost_serve_back(struct vhost *vhost, struct err *err);
int vhost_answer_kick(struct vhost *vhost, struct err *err);

/* Whether its driver can be told anything. */
bool vhost_is_up(const struct vhost *vhost);
/* The guest waits. Says that QUEUE has something, if the driver wants to know and was not told
 * since it last ran. */
int vhost_interrupt(struct vhost *vhost, int queue, struct err *err);
/* The same for its configuration. Linux forgets one of two of the different kinds between two runs
 * (vu_req_interrupt()): vhost_may_raise() first, and let it run if not. */
int vhost_raise_config(struct vhost *vhost, struct err *err);
bool vhost_may_raise(const struct vhost *vhost, bool config);
/* The guest runs again: what was raised is done. */
void vhost_has_run(struct vhost *vhost);

#endif

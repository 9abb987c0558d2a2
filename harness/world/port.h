/* SPDX-License-Identifier: MIT
 *
 * port: a guest's channel to the world: a virtio-console with one port, /dev/vport0p0, named
 * "halfopen". What the guest writes there comes out at its exact time, each write() whole up to 32
 * KiB (drivers/char/virtio_console.c, port_fops_write()). Only one process may have it open: where
 * process 1 keeps it, programs cannot reach it.
 *
 * What is for the guest waits here until it has opened the port.
 */
#ifndef HALFOPEN_PORT_H
#define HALFOPEN_PORT_H

#include "text.h"
#include "vhost.h"

#define PORT_NAME         "halfopen"
#define PORT_WRITE_MOST   (64 << 10)
#define PORT_CONTROL_MOST 16
#define PORT_WAITING_MOST (8 << 20) /* bytes that the guest has not read */

struct port {
	struct vhost vhost;
	bool is_open; /* by the guest */
	struct text waiting;
	struct port_control {
		uint16_t event, value;
	} control[PORT_CONTROL_MOST];
	int control_count;
	void *owner;
	/* During a kick. BYTES: only while called. */
	int (*written)(struct port *port, const void *bytes, size_t size, struct err *err);
	/* During a kick: port_push() is to be called at the guest's present time. */
	void (*wake)(struct port *port);
};

void port_init(struct port *port);
void port_done(struct port *port);
/* -ENOBUFS: it does not read what it was told before. */
int port_tell(struct port *port, const void *bytes, size_t size, struct err *err);
/* The guest waits: hands over what it has room for. 1: there is more, for when it has taken the
 * interrupt. */
int port_push(struct port *port, struct err *err);

static inline struct port *port_of(struct vhost *vhost)
{
	return (struct port *)vhost;
}

#endif

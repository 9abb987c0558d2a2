/* SPDX-License-Identifier: MIT */
#include "port.h"

#include <assert.h>
#include <errno.h>
#include <linux/virtio_console.h>
#include <linux/virtio_ids.h>
#include <stddef.h>
#include <string.h>

enum { QUEUE_IN, QUEUE_OUT, QUEUE_CONTROL_IN, QUEUE_CONTROL_OUT, QUEUE_COUNT };

static_assert(offsetof(struct port, vhost) == 0, "port_of()");

static size_t port_config(const struct vhost *vhost, uint8_t bytes[VHOST_CONFIG_MOST])
{
	struct virtio_console_config config = {.max_nr_ports = 1};

	(void)vhost;
	memcpy(bytes, &config, sizeof(config));
	return sizeof(config);
}

static int control_add(struct port *port, uint16_t event, uint16_t value, struct err *err)
{
	if (port->control_count == PORT_CONTROL_MOST)
		return err_set(err, EPROTO, "it asks for more answers than it takes");
	port->control[port->control_count++] = (struct port_control){.event = event,
								     .value = value};
	return 0;
}

/* virtio 1.2, 5.3.6.2, with one port. */
static int control_heard(struct port *port, const struct virtio_console_control *control,
			 struct err *err)
{
	int ret = 0;

	switch (control->event) {
	case VIRTIO_CONSOLE_DEVICE_READY:
		return control_add(port, VIRTIO_CONSOLE_PORT_ADD, 1, err);
	case VIRTIO_CONSOLE_PORT_READY:
		ret = control_add(port, VIRTIO_CONSOLE_PORT_NAME, 1, err);
		return ret < 0 ? ret : control_add(port, VIRTIO_CONSOLE_PORT_OPEN, 1, err);
	case VIRTIO_CONSOLE_PORT_OPEN:
		port->is_open = control->value;
		return 0;
	default:
		return 0;
	}
}

static int control_read(struct port *port, struct err *err)
{
	struct queue *queue = &port->vhost.queue[QUEUE_CONTROL_OUT];
	struct chain chain;
	int ret;

	while ((ret = queue_take(queue, &port->vhost.memory, &chain, err)) > 0) {
		struct virtio_console_control control = {.event = UINT16_MAX};

		chain_read(&chain, 0, &control, sizeof(control));
		queue_give(queue, chain.head, 0);
		ret = control_heard(port, &control, err);
		if (ret < 0)
			return ret;
	}
	return ret;
}

static int port_read(struct port *port, struct err *err)
{
	struct queue *queue = &port->vhost.queue[QUEUE_OUT];
	static char bytes[PORT_WRITE_MOST];
	struct chain chain;
	int ret;

	while ((ret = queue_take(queue, &port->vhost.memory, &chain, err)) > 0) {
		size_t size = chain_read(&chain, 0, bytes, sizeof(bytes));

		if (chain.readable_size > sizeof(bytes))
			return err_set(err, EPROTO, "%llu bytes at once",
				       (unsigned long long)chain.readable_size);
		queue_give(queue, chain.head, 0);
		ret = port->written(port, bytes, size, err);
		if (ret < 0)
			return ret;
	}
	return ret;
}

static bool has_something(const struct port *port)
{
	return port->control_count || (port->is_open && port->waiting.size);
}

static int port_kick(struct vhost *vhost, int queue, struct err *err)
{
	struct port *port = port_of(vhost);
	int ret = 0;

	if (queue == QUEUE_OUT)
		ret = port_read(port, err);
	else if (queue == QUEUE_CONTROL_OUT)
		ret = control_read(port, err);
	if (ret == 0 && has_something(port))
		port->wake(port);
	return ret;
}

/* What it was to be told goes with it: the next driver is of another life. */
static void port_reset(struct vhost *vhost)
{
	struct port *port = port_of(vhost);

	port->is_open = false;
	port->control_count = 0;
	text_done(&port->waiting);
}

static const struct vhost_kind port_kind = {
	.name = "port",
	.device_id = VIRTIO_ID_CONSOLE,
	.features = 1ULL << VIRTIO_CONSOLE_F_MULTIPORT,
	.queue_count = QUEUE_COUNT,
	/* Linux fills them buffer by buffer, 512 of them, with a kick for each. */
	.quiet = 1u << QUEUE_IN | 1u << QUEUE_CONTROL_IN,
	.config = port_config,
	.kick = port_kick,
	.reset = port_reset,
};

void port_init(struct port *port)
{
	vhost_init(&port->vhost, &port_kind);
}

void port_done(struct port *port)
{
	vhost_done(&port->vhost);
	text_done(&port->waiting);
}

int port_tell(struct port *port, const void *bytes, size_t size, struct err *err)
{
	if (port->waiting.size + size > PORT_WAITING_MOST)
		return err_set(err, ENOBUFS, "it does not read what it is told");
	text_put_n(&port->waiting, bytes, size);
	return 0;
}

static int push_control(struct port *port, struct err *err)
{
	struct queue *queue = &port->vhost.queue[QUEUE_CONTROL_IN];
	struct chain chain;
	int done = 0, ret = 0;

	for (; done < port->control_count; done++) {
		struct port_control *next = &port->control[done];
		struct virtio_console_control control = {.event = next->event,
							 .value = next->value};
		uint32_t size = sizeof(control);

		ret = queue_take(queue, &port->vhost.memory, &chain, err);
		if (ret <= 0)
			break;
		chain_write(&chain, 0, &control, sizeof(control));
		if (next->event == VIRTIO_CONSOLE_PORT_NAME)
			size += (uint32_t)chain_write(&chain, size, PORT_NAME, strlen(PORT_NAME));
		queue_give(queue, chain.head, size);
	}
	memmove(port->control, port->control + done,
		(size_t)(port->control_count - done) * sizeof(port->control[0]));
	port->control_count -= done;
	if (ret < 0 || !done)
		return ret;
	return vhost_interrupt(&port->vhost, QUEUE_CONTROL_IN, err);
}

static int push_bytes(struct port *port, struct err *err)
{
	struct queue *queue = &port->vhost.queue[QUEUE_IN];
	struct text *waiting = &port->waiting;
	struct chain chain;
	size_t done = 0;
	int ret = 0;

	while (port->is_open && done < waiting->size) {
		size_t part;

		ret = queue_take(queue, &port->vhost.memory, &chain, err);
		if (queue_is_ready(queue))
			queue_set_kicks(queue, ret == 0); /* then it has no room, and says when */
		if (ret <= 0)
			break;
		part = chain_write(&chain, 0, waiting->bytes + done, waiting->size - done);
		queue_give(queue, chain.head, (uint32_t)part);
		done += part;
	}
	if (!done)
		return ret < 0 ? ret : 0;
	memmove(waiting->bytes, waiting->bytes + done, waiting->size - done);
	text_shrink(waiting, waiting->size - done);
	return ret < 0 ? ret : vhost_interrupt(&port->vhost, QUEUE_IN, err);
}

int port_push(struct port *port, struct err *err)
{
	int ret;

	if (!port->control_count)
		return push_bytes(port, err);
	ret = push_control(port, err);
	return ret < 0 ? ret : port->is_open && port->waiting.size;
}

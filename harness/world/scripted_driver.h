/* SPDX-License-Identifier: MIT
 *
 * scripted_driver: the guest's side of a device, by hand, over a pair of sockets, for tests: what
 * virtio_uml.c would say. One card, one port and one disk; the driver is the card's until use().
 */
#ifndef HALFOPEN_WORLD_SCRIPTED_DRIVER_H
#define HALFOPEN_WORLD_SCRIPTED_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "card.h"
#include "disk.h"
#include "port.h"
#include "scripted_guest.h"
#include "vhost.h"

enum { GET_FEATURES = 1, SET_FEATURES, SET_OWNER, RESET_OWNER, SET_MEM_TABLE };
enum { SET_VRING_NUM = 8, SET_VRING_ADDR, SET_VRING_BASE };
enum { GET_PROTOCOL_FEATURES = 15, SET_PROTOCOL_FEATURES, SET_VRING_ENABLE = 18 };
enum { SET_SLAVE_REQ_FD = 21, GET_CONFIG = 24, SET_CONFIG, VRING_KICK = 35 };
#define PROTOCOL (1 << 3 | 1 << 5 | 1 << 9 | 1 << 14)
#define BASICS   (1ULL << 32 | 1ULL << 30)
#define BUFFER   (GUEST_AT + GUEST_BUFFER)

struct message {
	uint32_t request, flags, size;
	union {
		uint64_t number;
		uint32_t word[60];
		uint8_t bytes[240];
	};
} __attribute__((packed));

struct memory_table {
	uint32_t count, padding;
	uint64_t region[2][4];
};

#define NEED_REPLY 8

extern struct scripted_guest guest;
extern struct vhost *vhost; /* the device that is driven */
extern struct err err;
extern int driver, back; /* the guest's ends */
extern const uint8_t mac[6];
extern struct card card;
extern struct port port;
extern struct disk disk;

/* What the devices gave to their owners. */
struct given {
	uint8_t frame[4096];
	uint32_t size;
	int frames, sent, woken, requests;
	char bytes[65536];
	size_t byte_count;
	struct disk_request *request[8];
};
extern struct given given;

/* Fixtures. */
void driver_set_up(void);
void driver_tear_down(void);
/* OTHER takes the place of the device that is driven. */
void use(struct vhost *other);

void say(uint32_t request, uint32_t flags, const void *payload, uint32_t size, const int *fds,
	 int count);
struct message hear(int fd);
bool is_silent(int fd);
int serve(void);
/* Says it, is answered with success. */
void tell(uint32_t request, const void *payload, uint32_t size, const int *fds, int count);
uint64_t ask(uint32_t request);
/* The first SIZE bytes of the device's configuration. */
void config_get(uint32_t size, void *ret_config);
void memory_set(void);
/* As virtio_uml.c does it: trace-messages of a start-up. */
void come_up(void);
/* Kicks, and is not answered before the owner says so. */
void kick(uint32_t queue);
int kick_fails(uint32_t queue);
/* The interrupt that was raised, and its answer. */
void take_interrupt(uint32_t request, uint32_t queue);

#endif

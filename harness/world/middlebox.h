/* SPDX-License-Identifier: MIT
 *
 * middlebox: a box on the path that knows connections by the packets that it sees of them, gives up
 * those that were idle for too long, and then tells their ends, or does not. Of a connection whose
 * SYN it has not seen it knows nothing, and leaves it alone.
 *
 * It is part of a host that is a router, and sees each packet on the way to one of its cards. Where
 * that translates addresses, a connection has two names: the box has that of the inner side, and
 * sees what goes either way there.
 */
#ifndef HALFOPEN_WORLD_MIDDLEBOX_H
#define HALFOPEN_WORLD_MIDDLEBOX_H

#include <stdbool.h>

struct err;
struct middlebox;
struct packet;
struct world;

void middlebox_free(struct middlebox *box); /* NULL is fine */
/* PACKET is on its way to the card TO. True: it comes no further. */
bool middlebox_sees(struct world *world, struct packet *packet, int to);

#endif

/* SPDX-License-Identifier: MIT
 *
 * attack: what a hostile command of a case would try. An attack is made in a process of its own, by
 * every way that is known, one after the other; each that gets through is told. Nothing that is
 * tried does harm if it succeeds, and it is undone.
 */
#ifndef HALFOPEN_ATTACK_H
#define HALFOPEN_ATTACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct attack {
	const char *name;
	void (*make)(void);
};

/* {0} ends each. */
extern const struct attack attacks_on_files[], attacks_on_devices[], attacks_on_processes[],
	attacks_on_rights[], attacks_on_network[], attacks_on_bounds[];

/* What of the machine is there to be attacked; NULL: nothing was said. */
const char *key(const char *name);
int key_number(const char *name); /* 0: nothing was said */

/* One way was tried; THROUGH: it worked. What it was is told then. Returns THROUGH. */
bool tried(bool through, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void try_open(const char *path, int flags); /* of NULL: nothing is tried */

/* Is what DO does done? In a process of its own, which then is gone. */
bool in_a_child(bool (*act)(long what), long what);

/* Calls TRY for each name in FOLDER but "." and "..". */
void each(const char *folder, void (*try)(const char *path, const char *name));

#endif

/* SPDX-License-Identifier: MIT
 *
 * confine_parts: what the two sides of confine.h share. Internal to them.
 */
#ifndef HALFOPEN_CONFINE_PARTS_H
#define HALFOPEN_CONFINE_PARTS_H

/* Folders and files of the system that may be read, in every confinement. */
extern const char *const confine_readable[];

/* May be read and written in every confinement, too: a console wants it. */
#define CONFINE_NULL "/dev/null"

#endif

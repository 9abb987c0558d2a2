/* SPDX-License-Identifier: MIT
 *
 * handover: what a guest is told of its run, as the bytes of the file `plan`: written outside,
 * read by process 1 of the run. Every text has its length before it: a case's name and a setting
 * may hold whatever bytes a file's name and an option can.
 */
#ifndef HALFOPEN_HANDOVER_H
#define HALFOPEN_HANDOVER_H

#include <stdbool.h>
#include <stddef.h>

#define HANDOVER_MOST (16U << 20) /* bytes: the case's text and what the command line set */

struct handover {
	const char *file, *variant;
	const char *helpers;       /* the folder of peer and nft, as the guest sees it */
	const char *shown;         /* a folder of the machine's that commands may read; "": none */
	const char *const *sysctl; /* "name=value" each, for all hosts; ended by NULL; or NULL */
	bool virtual_clock;
	const char *source; /* the case's text */
	size_t source_size;
};

/* free() the bytes. */
char *handover_write(const struct handover *handover, size_t *ret_size);

/* *RET points into BYTES, which stay with the caller; handover_done() it. -EBADMSG: they are no
 * handover of this version; there is nothing to give back. */
int handover_read(const char *bytes, size_t size, struct handover *ret);
void handover_done(struct handover *handover);

#endif

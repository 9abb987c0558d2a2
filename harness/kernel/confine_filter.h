/* SPDX-License-Identifier: MIT
 *
 * confine_filter: the system calls that a confined process may make, as a seccomp filter.
 * Internal to confine.c.
 */
#ifndef HALFOPEN_CONFINE_FILTER_H
#define HALFOPEN_CONFINE_FILTER_H

/* What the process that is above is asked about; what is not asked is allowed. */
enum confine_asking {
	CONFINE_ASK_WRITES = 1, /* to open for writing; to connect */
	CONFINE_ASK_OPENS = 2,  /* to open at all */
	CONFINE_ASK_KILLS = 4,  /* to send a signal */
	CONFINE_CONNECTS = 8,   /* not asked, but allowed: to connect to any unix socket */
	CONFINE_NO_RANDOM = 16  /* not asked, and not there: getrandom() */
};

/* Puts the calling process, which has no_new_privs, under the filter. ASKING: enum confine_asking,
 * or 0. Returns the descriptor that the questions come to, or 0 where nobody is asked; or -errno:
 * -EBUSY: another listener is above us, as in some containers. */
int confine_filter_enter(unsigned asking);

#endif

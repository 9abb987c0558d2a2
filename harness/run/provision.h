/* SPDX-License-Identifier: MIT
 *
 * provision: what a case puts on a host's disk before its commands start: files, and the folders
 * that they work in.
 *
 * A file may lie among the machine's (/etc/redis.conf), which are only to be read. Then the folders
 * on its way are the host's own, with a link to each of the machine's that lies beside it; those
 * are mounted at /.machine. So nothing is ever written to but the host's disk.
 */
#ifndef HALFOPEN_PROVISION_H
#define HALFOPEN_PROVISION_H

#include <stdbool.h>
#include <sys/types.h>

#include "err.h"
#include "plan.h"

#define PROVISION_MACHINE ".machine"

/* Does the case put something beneath PATH ("etc") on HOST? */
bool provision_is_beneath(const struct plan *plan, int host, const char *path);

/* Not bound by the umask; one that is there is of an earlier boot, and stays. */
int provision_folder(const char *path, mode_t mode, uid_t owner, struct err *err);
/* PATH, and what leads to it, of mode 0755. */
int provision_folders(const char *path, uid_t owner, struct err *err);

/* In the folder that will be the root directory: makes PATH a folder of the host's own, with links
 * to what lies in PROVISION_MACHINE "/PATH". */
int provision_split(const struct plan *plan, int host, const char *path, uid_t owner,
		    struct err *err);

/* In the host's own root directory. A file of an earlier boot stays as it is. OWNER: of all that is
 * made. */
int provision_write(const struct plan *plan, int host, uid_t owner, struct err *err);

#endif

/* SPDX-License-Identifier: MIT
 *
 * store: the kernels that a user knows by name, a folder each below
 * ${XDG_CACHE_HOME:-~/.cache}/halfopen/kernels:
 *
 *     NAME/linux    a UML kernel that build-kernel left here
 *     NAME/kernel   a symbolic link: a kernel that was added, and stays where it is
 *     NAME/config   its configuration, where that is known
 *     NAME/info     what build-kernel made it of, a "key: value" a line
 *     .default      a symbolic link to the NAME that runs happen on if nothing is said
 *
 * Only files are looked at; what kind of kernel one is, kernel_find() tells of its path.
 */
#ifndef HALFOPEN_STORE_H
#define HALFOPEN_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct err;

/* What a kernel can do for a run, as its configuration says: bits of store_entry.can. */
struct store_ability {
	const char *name, *option, *help; /* "netem", "CONFIG_NET_SCH_NETEM", "delay, loss" */
	bool of_uml;                      /* no other kind of kernel needs it */
};
#define STORE_ABILITIES 7
extern const struct store_ability store_ability[STORE_ABILITIES];

struct store_entry {
	char *name;
	char *path;      /* of the kernel itself */
	char *describe;  /* what `git describe` said of its tree; NULL: nothing */
	bool added;      /* it is ours only by name */
	bool configured; /* its configuration is known: then */
	int hz;          /* ticks a second */
	uint32_t can;    /* 1 << index in store_ability[] */
};

struct store {
	struct store_entry *entry; /* by name */
	int count;
};

/* All of them; none at all is no error. */
int store_read(struct store *ret_store, struct err *err);
void store_done(struct store *store);

/* The kernel called NAME, or the only one whose name begins so: a version with whole numbers, 6.1
 * not 6.12. Free *ret_path. -ENOENT: there is none; -EINVAL: several begin so. */
int store_find(const char *name, char **ret_path, struct err *err);

/* What runs happen on if nothing is said: the name that store_use() was given last, which may be
 * "live", or that of a kernel that is gone. NULL: none was given. free() it. */
char *store_default(void);
/* NAME as store_find(), or "live". */
int store_use(const char *name, struct err *err);

/* Gives the kernel at PATH (a file, or a folder with one) a NAME, and remembers the
 * configuration that lies beside it as `config`, `.config` or `config-RELEASE`. -EINVAL: NAME
 * cannot be one; -EEXIST: it is taken. */
int store_add(const char *name, const char *path, const char *release, struct err *err);

/* A built kernel goes, of an added one its name; as default as well. -ENOENT: there is none of just
 * that name. */
int store_remove(const char *name, struct err *err);

#endif

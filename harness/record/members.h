/* SPDX-License-Identifier: MIT
 *
 * members: the form of each kind of observation in JSON: what its members are called, of
 * which type they are, and where they are in the struct. Writing and reading go by it.
 */
#ifndef HALFOPEN_RECORD_MEMBERS_H
#define HALFOPEN_RECORD_MEMBERS_H

#include <jansson.h>
#include <stddef.h>

#include "err.h"
#include "pool.h"

enum member_type {
	MEMBER_INT,
	MEMBER_INT64,
	MEMBER_REAL_NS, /* since 1970 */
	MEMBER_UINT32,
	MEMBER_UINT64,
	MEMBER_BOOL,
	MEMBER_TEXT,
	MEMBER_OPTIONAL_TEXT, /* may be NULL */
	MEMBER_RARE_TEXT,     /* may be NULL, and is not there then */
	MEMBER_RARE_COUNT,    /* an int64_t; may be 0, and is not there then; never less */
	MEMBER_RARE_TIMES,    /* struct record_times; of none, the same */
	MEMBER_KINDS
};

struct member {
	const char *name;
	enum member_type type;
	size_t offset;
};

extern const struct member packet_members[], step_members[], program_members[], call_members[],
	socket_members[], sampled_members[], conntrack_members[], host_members[], spin_members[],
	fault_members[], counter_members[], kernel_members[], host_kernel_members[],
	header_members[];

/* Sets OBJECT's members from the struct at OF. */
void members_write(json_t *object, const struct member *member, const void *of);

/* No number of a record is further from 0, but for MEMBER_REAL_NS: any two of them can be added and
 * subtracted. As nanoseconds they are 36 years. */
#define MEMBER_MOST_INT   (1 << 30)
#define MEMBER_MOST_INT64 (INT64_C(1) << 60)

/* The name of the first member of the struct at OF whose number is further from 0 than that; NULL:
 * there is none. */
const char *members_beyond(const struct member *member, const void *of);

/* The other way. -EBADMSG: a member is missing, is of another type than the table says, or is
 * beyond. Texts are copied into POOL. */
int members_read(struct pool *pool, const struct member *member, const json_t *object, void *of,
		 struct err *err);

#endif

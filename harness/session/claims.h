/* SPDX-License-Identifier: MIT
 *
 * claims: docs/claims.yaml, the list of what is said and what the kernel makes of it.
 */
#ifndef HALFOPEN_CLAIMS_H
#define HALFOPEN_CLAIMS_H

#include "err.h"

struct claim {
	char *id, *text, *verdict, *because; /* because: "" where there is nothing to add */
};

struct claims {
	struct claim *claim;
	int count;
};

/* Reads PATH: a YAML sequence of mappings with id, claim, verdict and because. */
int claims_load(const char *path, struct claims *ret_claims, struct err *err);
void claims_done(struct claims *claims);

#endif

/* SPDX-License-Identifier: MIT
 *
 * load: from the text of a case file to its plans. Pure: no sockets, no clock.
 *
 * case_parse() reads and checks the whole file, for every variant of its matrix, and tells
 * all that is wrong with it; plan_load() then makes the plan of one variant.
 */
#ifndef HALFOPEN_LOAD_H
#define HALFOPEN_LOAD_H

#include "diagnostics.h"
#include "err.h"
#include "plan.h"

struct case_file {
	char *file, *source;
	char *name, *about;
	char **claims;
	int claim_count;
	char *symptom;  /* of `outage:`; NULL: there is none */
	char **variant; /* "ip=4,timers=short" ...; one "" without a matrix */
	int variant_count;
	void *memory;
};

/* Reads FILE's SOURCE (NUL-terminated, SIZE bytes; both are copied). Returns 0 and
 * *ret_case (case_file_free), or -EINVAL with what is wrong in *diagnostics (always
 * initialised; diagnostics_done). */
int case_parse(const char *file, const char *source, size_t size, struct case_file **ret_case,
	       struct diagnostics *diagnostics);
void case_file_free(struct case_file *case_file);

/* The plan of one variant, by its name. EXTRA_SYSCTL (may be NULL): "k=v" strings set on all
 * hosts before the case's own, ended by NULL. Returns 0 and *ret_plan (plan_free), or
 * -EINVAL with the diagnostics as text in ERR's stead. */
int plan_load(const char *file, const char *source, size_t size, const char *variant,
	      const char *const *extra_sysctl, struct plan **ret_plan,
	      struct diagnostics *diagnostics);

#endif

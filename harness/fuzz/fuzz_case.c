/* SPDX-License-Identifier: MIT
 *
 * Everything between a case file and its plans. That an input takes long is a finding as well:
 * hostile files must be refused quickly.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"

#define VARIANTS 4 /* plans made of one input */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void load_variant(const char *source, size_t size, const char *variant)
{
	struct diagnostics diagnostics;
	struct plan *plan;

	/* What case_parse() took is right in every variant. */
	if (plan_load("fuzz.yaml", source, size, variant, NULL, &plan, &diagnostics) < 0)
		abort();
	plan_free(plan);
	diagnostics_done(&diagnostics);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct diagnostics diagnostics;
	struct case_file *made = NULL;
	char *source = malloc(size + 1);

	memcpy(source, data, size);
	source[size] = '\0';
	if (case_parse("fuzz.yaml", source, size, &made, &diagnostics) == 0) {
		int most = getenv("FUZZ_ONE_USE") ? 1 : VARIANTS;

		for (int i = 0; i < made->variant_count && i < most; i++)
			load_variant(source, size,
				     made->variant[((size_t)i + size) % made->variant_count]);
		case_file_free(made);
	} else if (!diagnostics.errors || !*diagnostics.text) {
		abort();
	}
	diagnostics_done(&diagnostics);
	free(source);
	return 0;
}

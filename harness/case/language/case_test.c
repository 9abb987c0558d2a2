/* SPDX-License-Identifier: MIT */
#include "case_test.h"

#include <stdlib.h>
#include <string.h>

struct plan *load_variant(const char *source, const char *variant)
{
	struct diagnostics diagnostics;
	struct case_file *made = NULL;
	struct plan *plan = NULL;

	case_parse("test.yaml", source, strlen(source), &made, &diagnostics);
	ck_assert_msg(made != NULL, "%s", diagnostics.text);
	diagnostics_done(&diagnostics);
	case_file_free(made);
	plan_load("test.yaml", source, strlen(source), variant, NULL, &plan, &diagnostics);
	ck_assert_msg(plan != NULL, "%s", diagnostics.text);
	diagnostics_done(&diagnostics);
	return plan;
}

struct plan *load(const char *source)
{
	return load_variant(source, "");
}

void must_refuse(const char *source, const char *text)
{
	struct diagnostics diagnostics;
	struct case_file *made = NULL;

	ck_assert_int_lt(case_parse("test.yaml", source, strlen(source), &made, &diagnostics), 0);
	ck_assert_ptr_null(made);
	ck_assert_int_gt(diagnostics.errors, 0);
	ck_assert_msg(strstr(diagnostics.text, text) != NULL, "'%s' is not in:\n%s", text,
		      diagnostics.text);
	diagnostics_done(&diagnostics);
}

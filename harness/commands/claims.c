/* SPDX-License-Identifier: MIT
 *
 * halfopen claims: docs/claims.md, from the list of claims and a folder of results.
 *
 * The numbers are what the calls showed in the runs: for each case and each call whose error
 * or time it expects, the error and when it came, over all the case's runs.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "claims.h"
#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "results.h"
#include "shipped.h"
#include "visible.h"

struct page {
	const char *folder;
	json_t *results;
	struct claims claims;
	struct calls calls;
};

static bool has_claim(const json_t *result, const char *id)
{
	size_t at;
	json_t *claim;

	json_array_foreach(json_object_get(result, "claims"), at, claim)
	{
		if (strcasecmp(json_string_value(claim), id) == 0)
			return true;
	}
	return false;
}

/* "cases/keepalive/crash.yaml" as a page in docs/ links to it. */
static const char *short_name(const char *file)
{
	const char *cases = strstr(file, "cases/");

	return cases ? cases : file;
}

static void print_numbers(const struct page *page, const char *file)
{
	char span[160];

	for (int i = 0; i < page->calls.call_count; i++) {
		const struct call_result *call = &page->calls.call[i];

		if (call->kind == CALL_ERROR && strcmp(call->file, file) == 0)
			printf("; %s after %s", call->what, call_span(call, span, sizeof(span)));
	}
}

/* One case's runs with this claim. Returns how many failed. */
static int print_case(const struct page *page, const char *id, const char *file)
{
	int runs = 0, passed = 0;
	const char *name = "";
	size_t at;
	json_t *result;

	json_array_foreach(page->results, at, result)
	{
		if (strcmp(result_string(result, "file"), file) != 0 || !has_claim(result, id))
			continue;
		runs++;
		passed += strcmp(result_string(result, "verdict"), "pass") == 0;
		name = result_string(result, "case");
	}
	fputs("- [", stdout);
	visible_print(short_name(file), true, stdout);
	fputs("](../", stdout);
	visible_print(short_name(file), true, stdout);
	fputs("): ", stdout);
	visible_print(name, true, stdout);
	printf(" (%d of %d runs", passed, runs);
	print_numbers(page, file);
	puts(")");
	return runs - passed;
}

static void print_claim(const struct page *page, const struct claim *claim)
{
	const char *last = "";
	int failed = 0, cases = 0;
	size_t at;
	json_t *result;

	printf("\n## %s\n\n> %s\n\n", claim->id, claim->text);
	json_array_foreach(page->results, at, result)
		failed += has_claim(result, claim->id) &&
			  strcmp(result_string(result, "verdict"), "fail") == 0;
	printf("**%s.**%s%s\n\n", failed ? "A case of this claim failed" : claim->verdict,
	       *claim->because ? " " : "", claim->because);
	json_array_foreach(page->results, at, result)
	{
		const char *file = result_string(result, "file");

		if (!has_claim(result, claim->id) || strcmp(file, last) == 0)
			continue;
		print_case(page, claim->id, file);
		last = file;
		cases++;
	}
	if (!cases)
		puts("- no case was run");
}

static void print_page(const struct page *page)
{
	const json_t *kernel = json_object_get(json_array_get(page->results, 0), "kernel");
	AUTO_FREE char *release = visible_copy(result_string(kernel, "release"), true);

	printf("# The claims\n\n"
	       "What four often-read texts say about a TCP connection whose other side goes away, "
	       "and "
	       "what a\nreal Linux kernel does. Made by `halfopen claims` from `docs/claims.yaml` "
	       "and "
	       "the results of\nall cases on Linux %s, HZ %d. Times are counted from the first "
	       "fault "
	       "of a case, over all its runs.\n\n| claim | verdict |\n| --- | --- |\n",
	       release, (int)json_integer_value(json_object_get(kernel, "hz")));
	for (int i = 0; i < page->claims.count; i++)
		printf("| [%s](#%s) | %s |\n", page->claims.claim[i].id, page->claims.claim[i].id,
		       page->claims.claim[i].verdict);
	for (int i = 0; i < page->claims.count; i++)
		print_claim(page, &page->claims.claim[i]);
}

static int page_load(struct page *page, struct err *err)
{
	char claims[PATH_MAX];
	int ret = shipped_find("claims.yaml", claims, err);

	if (ret == 0)
		ret = claims_load(claims, &page->claims, err);
	if (ret < 0)
		return ret;
	ret = results_load(page->folder, &page->results, err);
	if (ret < 0)
		return ret;
	return calls_collect(&page->calls, page->folder, page->results, NULL, CALLS_FROM_FAULT,
			     err);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct page *page = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (page->folder)
			argp_error(state, "one folder of results at a time");
		page->folder = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		argp_error(state, "name a folder that `halfopen run --out` made");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp claims_argp = {NULL,
				 parse_option,
				 "FOLDER",
				 "Prints what became of each claim, with the numbers and the "
				 "cases, from a folder of results, as Markdown. A claim is "
				 "something that is said of a TCP connection whose other "
				 "side goes away; a case names those that it is evidence "
				 "for.\vExamples:\n\n    halfopen claims out",
				 NULL,
				 NULL,
				 NULL};

int cmd_claims(int argc, char **argv)
{
	struct page page = {0};
	struct err err = {0};
	int ret;

	cmd_parse(&claims_argp, argc, argv, &page);
	ret = page_load(&page, &err);
	if (ret < 0)
		cmd_complain("claims", &err);
	else
		print_page(&page);
	calls_done(&page.calls);
	claims_done(&page.claims);
	json_decref(page.results);
	return ret < 0 ? EXIT_USAGE : EXIT_HELD;
}

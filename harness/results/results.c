/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "beneath.h"
#include "cleanup.h"
#include "file.h"
#include "folder.h"
#include "json.h"
#include "label.h"
#include "outcome.h"
#include "place.h"
#include "sha256.h"
#include "text.h"

static const char *const for_writers_only[] = {"text", "ladder", "screen", RESULT_SEEN,
					       RESULT_LAST};

const char *result_string(const json_t *result, const char *key)
{
	const char *text = json_string_value(json_object_get(result, key));

	return text ? text : "";
}

double result_number(const json_t *result, const char *key)
{
	return json_number_value(json_object_get(result, key));
}

enum verdict result_verdict(const json_t *result)
{
	const char *name = result_string(result, "verdict");

	for (int i = 0; i < VERDICT_COUNT; i++)
		if (strcmp(name, verdict_name[i]) == 0)
			return (enum verdict)i;
	return VERDICT_ERROR;
}

bool result_failed(const json_t *result)
{
	enum verdict verdict = result_verdict(result);

	return verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
}

void result_fail(json_t *result, const char *reason)
{
	json_object_set_new(result, "verdict", json_string(verdict_name[VERDICT_ERROR]));
	json_object_set_new(result, "reason", json_text(reason));
	json_object_set_new(result, "failures", json_array());
}

char *result_run(const json_t *result)
{
	const char *variant = result_string(result, "variant");

	return text_format("%s%s%s", result_string(result, "file"), *variant ? ":" : "", variant);
}

char *result_name(const json_t *result)
{
	const char *repetition = result_string(result, "repetition");
	AUTO_FREE char *run = result_run(result);

	return text_format("%s%s%s", run, *repetition ? " " : "", repetition);
}

/* NULL: there is to be no such member. */
static json_t *if_any(const char *text)
{
	return text ? json_text(text) : NULL;
}

static json_t *kernel_json(const struct record_kernel *kernel, const char *sha256)
{
	return json_pack("{s:o, s:o, s:o, s:i, s:b, s:b, s:o*}", "name", json_text(kernel->name),
			 "kind", json_text(kernel->kind), "release",
			 json_text(kernel->release ? kernel->release : ""), "hz", kernel->hz,
			 "virtual_clock", kernel->virtual_clock, "netem", kernel->netem, "sha256",
			 if_any(sha256));
}

/* What did not hold, unless the case says that it is there to fail. */
static json_t *failures_json(const struct result_facts *facts)
{
	const struct judgement *judgement = facts->judgement;
	bool failed = facts->verdict == VERDICT_FAIL || facts->verdict == VERDICT_ERROR;
	json_t *failures = json_array();

	for (int i = 0; failed && judgement && i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];
		const struct plan_place *place = &facts->plan->expect[finding->expect].place;

		if (finding->holding != HOLDS)
			json_array_append_new(
				failures, json_pack("{s:i, s:i, s:I, s:o, s:o, s:o}", "line",
						    place->line, "column", place->column, "t_ns",
						    (json_int_t)finding->t_ns, "expected",
						    json_text(finding->expected), "observed",
						    json_text(finding->observed), "difference",
						    json_text(finding->difference)));
	}
	return failures;
}

/* Of each host, where it has one of its own; else NULL. */
static json_t *host_kernels_json(const struct result_facts *facts)
{
	const struct record *record = facts->record;
	const struct plan *plan = facts->plan;
	json_t *kernels;

	if (!record || !plan || !record->host_kernel_count)
		return NULL;
	kernels = json_array();
	for (int i = 0; i < record->host_kernel_count; i++) {
		const struct record_host_kernel *kernel = &record->host_kernel[i];
		bool is_host = kernel->host >= 0 && kernel->host < plan->host_count;

		json_array_append_new(kernels,
				      json_pack("{s:o, s:o, s:i}", "host",
						json_text(is_host ? plan->host[kernel->host].name
								  : PLACE_ROUTER_NAME),
						"release", json_text(kernel->release), "hz",
						kernel->hz));
	}
	return kernels;
}

/* NULL: there is to be no such member. */
static json_t *if_not_0(int64_t number)
{
	return number ? json_integer(number) : NULL;
}

json_t *result_attempt(enum verdict verdict, const char *reason)
{
	return json_pack("{s:s, s:o}", "verdict", verdict_name[verdict], "reason",
			 json_text(reason ? reason : ""));
}

struct result_facts result_facts_of(const struct plan *plan, const struct record *record,
				    const struct judgement *judgement)
{
	return (struct result_facts){.name = plan->name,
				     .sysctl = (const char *const *)record->extra_sysctl,
				     .file = record->file,
				     .variant = record->variant,
				     .claims = plan->claims,
				     .claim_count = plan->claim_count,
				     .kernel = &record->kernel,
				     .record = record,
				     .seed = record->seed,
				     .phase_ns = record->phase_ns,
				     .end_ns = record->end_ns,
				     .wall_ns = record->wall_ns,
				     .verdict = judgement->verdict,
				     .reason = judgement->reason,
				     .plan = plan,
				     .judgement = judgement};
}

/* Of a run that could not be made or judged all that is known is why. */
static char *seen(const struct result_facts *facts)
{
	if (facts->record && facts->judgement && facts->record->state == RECORD_COMPLETE &&
	    record_fits(facts->record, facts->plan))
		return outcome_text(facts->plan, facts->record, facts->judgement);
	return text_format("verdict: %s%s%s\n", verdict_name[facts->verdict],
			   facts->reason ? ": " : "", facts->reason ? facts->reason : "");
}

static int64_t last_call_ns(const struct record *record)
{
	int64_t last_ns = 0;

	for (int i = 0; i < record->step_count; i++)
		if (record->step[i].end_ns > last_ns)
			last_ns = record->step[i].end_ns;
	return last_ns;
}

/* Whether two are the same is all that it is to tell. */
static json_t *outcome_json(const char *text)
{
	char hash[SHA256_TEXT];
	struct sha256 sha;

	sha256_init(&sha);
	sha256_add(&sha, text, strlen(text));
	sha256_text(&sha, hash);
	return json_stringn(hash, 12);
}

json_t *result_make(const struct result_facts *facts)
{
	AUTO_FREE char *text = seen(facts);
	json_t *claims = json_array(), *sysctls = json_array();

	for (int i = 0; i < facts->claim_count; i++)
		json_array_append_new(claims, json_text(facts->claims[i]));
	for (const char *const *sysctl = facts->sysctl; sysctl && *sysctl; sysctl++)
		json_array_append_new(sysctls, json_text(*sysctl));
	return json_pack(
		"{s:o, s:o, s:o*, s:o, s:o*, s:o*, s:o, s:o, s:o*, s:o*, s:o*, s:o, s:s, s:o, "
		"s:o, s:o, s:f, s:f, s:O*, s:o*, s:o*, s:o*, s:o*, s:o*}",
		"case", json_text(facts->name), "file", json_text(facts->file), "case_sha256",
		if_any(facts->case_sha256), "variant", json_text(facts->variant), "repetition",
		if_any(facts->repetition), "folder", if_any(facts->folder), "claims", claims,
		"kernel", kernel_json(facts->kernel, facts->kernel_sha256), "kernels",
		host_kernels_json(facts), "seed", if_not_0(facts->seed), "phase_ns",
		if_not_0(facts->phase_ns), "sysctl", sysctls, "verdict",
		verdict_name[facts->verdict], "reason", json_text(facts->reason), "outcome",
		outcome_json(text), "failures", failures_json(facts), "simulated_s",
		(double)facts->end_ns / 1e9, "wall_s", (double)facts->wall_ns / 1e9, "retried",
		facts->retried, "text", if_any(facts->text), "ladder", if_any(facts->ladder),
		"screen", if_any(facts->screen), RESULT_SEEN,
		facts->repetition ? json_text(text) : NULL, RESULT_LAST,
		facts->repetition && facts->record ? json_integer(last_call_ns(facts->record))
						   : NULL);
}

bool result_kernels_differ(const json_t *result)
{
	const json_t *kernels = json_object_get(result, "kernels"), *kernel;
	const json_t *first = json_array_get(kernels, 0);
	size_t at;

	json_array_foreach(kernels, at, kernel)
	{
		if (strcmp(result_string(kernel, "release"), result_string(first, "release")) !=
			    0 ||
		    result_number(kernel, "hz") != result_number(first, "hz"))
			return true;
	}
	return false;
}

char *result_kernel(const json_t *result, bool whole)
{
	const json_t *kernel = json_object_get(result, "kernel");
	const char *path = result_string(kernel, "name"),
		   *release = result_string(kernel, "release");
	char name[256];
	struct text text = {0};
	json_t *sysctl, *own;
	size_t at;

	label_kernel(path, name, sizeof(name));
	if (*release)
		text_add(&text, "Linux %s", release);
	if (whole ? strcmp(path, "live") != 0 : *name != '\0')
		text_add(&text, "%s(%s)", text.size ? " " : "", whole ? path : name);
	text_separate(&text, ", ");
	text_put(&text, result_string(kernel, "kind"));
	if (result_number(kernel, "hz") > 0)
		text_add(&text, ", HZ %d, %s clock", (int)result_number(kernel, "hz"),
			 json_is_true(json_object_get(kernel, "virtual_clock")) ? "virtual"
										: "real");
	if (result_kernels_differ(result))
		json_array_foreach(json_object_get(result, "kernels"), at, own)
		{
			text_add(&text, ", %s: Linux %s, HZ %d", result_string(own, "host"),
				 result_string(own, "release"), (int)result_number(own, "hz"));
		}
	json_array_foreach(json_object_get(result, "sysctl"), at, sysctl)
	{
		if (json_is_string(sysctl))
			text_add(&text, ", %s", json_string_value(sysctl));
	}
	return text_take(&text);
}

double results_simulated_s(json_t *const *results, int count)
{
	double sum = 0;

	for (int i = 0; i < count; i++)
		sum += result_number(results[i], "simulated_s");
	return sum;
}

static void for_publication(json_t *result)
{
	for (size_t i = 0; i < sizeof(for_writers_only) / sizeof(for_writers_only[0]); i++)
		json_object_del(result, for_writers_only[i]);
}

json_t *results_published(json_t *const *results, int count)
{
	json_t *array = json_array();

	for (int i = 0; i < count; i++) {
		json_t *copy = json_copy(results[i]);

		for_publication(copy);
		json_array_append_new(array, copy);
	}
	return array;
}

/* As it stands within an array: the array of it alone, without what is around it. */
static void element_print(json_t *result, FILE *out)
{
	json_t *array = json_array();
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	if (!file)
		abort();
	json_array_append(array, result);
	json_print(array, file, JSON_INDENT(1));
	fclose(file);
	fwrite(text + strlen("["), 1, size - strlen("[\n]"), out);
	free(text);
	json_decref(array);
}

void results_print(const struct outcomes *outcomes, FILE *out)
{
	fputc('[', out);
	for (int i = 0; i < outcomes->count; i++) {
		json_t *whole = outcomes_get(outcomes, i), *result = json_copy(whole);

		for_publication(result);
		fputs(i ? "," : "", out);
		element_print(result, out);
		json_decref(result);
		json_decref(whole);
	}
	fputs(outcomes->count ? "\n]" : "]", out);
}

int results_save(const struct outcomes *outcomes, const char *out, const char *begun,
		 struct err *err)
{
	AUTO_FREE char *from = text_format("%s/%s", out, begun);
	AUTO_FREE char *whole = text_format("%s/" RESULTS_FILE, out);
	FILE *file = beneath_create(out, begun, err);
	int ret = -EIO;

	if (file) {
		results_print(outcomes, file);
		ret = file_close(file, from, err);
	}
	if (ret == 0 && rename(from, whole) < 0)
		ret = err_sys(err, errno, "%s", whole);
	return ret;
}

/* That somebody else can have written it is why it is looked at: a run's folder lies within that
 * of the results, and who says that it held or failed has a record to show. */
static int result_check(const char *folder, const char *name, json_t *result, struct err *err)
{
	const char *said = result_string(result, "folder");
	enum verdict verdict = result_verdict(result);
	const json_t *claim;
	size_t at;

	if (!json_is_object(result))
		return err_set(err, EBADMSG, "%s/%s: not a list of results", folder, name);
	json_array_foreach(json_object_get(result, "claims"), at, claim)
	{
		if (!json_is_string(claim))
			return err_set(err, EBADMSG, "%s/%s: a claim is no text", folder, name);
	}
	for_publication(result);
	if (*said && !beneath_is_name(said))
		return err_set(err, EBADMSG, "%s/%s: the folder '%s' of a run is not within it",
			       folder, name, said);
	if (verdict == VERDICT_PASS || verdict == VERDICT_FAIL) {
		AUTO_FREE char *record = result_file(result, RECORD_FILE);

		if (!beneath_has(folder, record)) {
			AUTO_FREE char *reason = text_format(
				"it is said to be a %s, but it has no record",
				verdict_name[verdict]);

			result_fail(result, reason);
		}
	}
	return 0;
}

int results_check(const char *folder, const char *name, json_t *results, struct err *err)
{
	json_t *result;
	size_t at;
	int ret = 0;

	if (!json_is_array(results))
		return err_set(err, EBADMSG, "%s/%s: not a list of results", folder, name);
	json_array_foreach(results, at, result)
	{
		if (ret == 0)
			ret = result_check(folder, name, result, err);
	}
	return ret;
}

int results_are_no_case(const char *name, struct err *err)
{
	return *case_ending(name)
		       ? err_set(err, EINVAL, "%s: a case; `halfopen run --out DIR %s` runs it",
				 name, name)
		       : 0;
}

int results_load(const char *folder, json_t **ret_results, struct err *err)
{
	json_error_t error;
	json_t *results;
	struct stat st;
	FILE *file;
	int ret = 0;

	if (stat(folder, &st) < 0)
		return err_sys(err, errno, "%s", folder);
	if (!S_ISDIR(st.st_mode))
		return results_are_no_case(folder, err) < 0 ? -EINVAL
							    : err_sys(err, ENOTDIR, "%s", folder);
	file = beneath_stream(folder, RESULTS_FILE, &ret, err);
	if (ret == -ENOENT)
		return err_set(err, ENOENT,
			       "%s: no results.json in this folder; `halfopen run --out` makes one",
			       folder);
	if (!file)
		return ret;
	results = json_loadf(file, 0, &error);
	fclose(file);
	if (!results)
		return err_set(err, EBADMSG, "%s/" RESULTS_FILE ":%d:%d: %s", folder, error.line,
			       error.column, error.text);
	ret = results_check(folder, RESULTS_FILE, results, err);
	if (ret < 0)
		json_decref(results);
	else
		*ret_results = results;
	return ret;
}

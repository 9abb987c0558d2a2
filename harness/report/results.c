/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "text.h"

static const char *const for_writers_only[] = {"text", "ladder", "screen"};

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

char *result_name(const json_t *result)
{
	const char *variant = result_string(result, "variant");

	return text_format("%s%s%s", result_string(result, "file"), *variant ? ":" : "", variant);
}

static json_t *kernel_json(const struct record_kernel *kernel)
{
	return json_pack("{s:s, s:s, s:s, s:i, s:b, s:b}", "name", kernel->name, "kind",
			 kernel->kind, "release", kernel->release ? kernel->release : "", "hz",
			 kernel->hz, "virtual_clock", kernel->virtual_clock, "netem",
			 kernel->netem);
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
			json_array_append_new(failures,
					      json_pack("{s:i, s:i, s:I, s:s, s:s, s:s}", "line",
							place->line, "column", place->column,
							"t_ns", (json_int_t)finding->t_ns,
							"expected", finding->expected, "observed",
							finding->observed, "difference",
							finding->difference));
	}
	return failures;
}

json_t *result_make(const struct result_facts *facts)
{
	json_t *claims = json_array(), *sysctls = json_array();

	for (int i = 0; i < facts->claim_count; i++)
		json_array_append_new(claims, json_string(facts->claims[i]));
	for (const char *const *sysctl = facts->sysctl; sysctl && *sysctl; sysctl++)
		json_array_append_new(sysctls, json_string(*sysctl));
	return json_pack(
		"{s:s, s:s, s:s, s:s*, s:o, s:o, s:o, s:s, s:s?, s:o, s:f, s:f, s:s*, s:s*, s:s*}",
		"case", facts->name, "file", facts->file, "variant", facts->variant, "folder",
		facts->folder, "claims", claims, "kernel", kernel_json(facts->kernel), "sysctl",
		sysctls, "verdict", verdict_name[facts->verdict], "reason", facts->reason,
		"failures", failures_json(facts), "simulated_s", (double)facts->end_ns / 1e9,
		"wall_s", (double)facts->wall_ns / 1e9, "text", facts->text, "ladder",
		facts->ladder, "screen", facts->screen);
}

double results_simulated_s(json_t *const *results, int count)
{
	double sum = 0;

	for (int i = 0; i < count; i++)
		sum += result_number(results[i], "simulated_s");
	return sum;
}

json_t *results_published(json_t *const *results, int count)
{
	json_t *array = json_array();

	for (int i = 0; i < count; i++) {
		json_t *copy = json_copy(results[i]);

		for (size_t k = 0; k < sizeof(for_writers_only) / sizeof(for_writers_only[0]); k++)
			json_object_del(copy, for_writers_only[k]);
		json_array_append_new(array, copy);
	}
	return array;
}

int results_save(json_t *const *results, int count, const char *out, struct err *err)
{
	json_t *array = results_published(results, count);
	char path[4096], whole[4096];
	int ret = 0;

	snprintf(path, sizeof(path), "%s/" RESULTS_BEGUN, out);
	snprintf(whole, sizeof(whole), "%s/" RESULTS_FILE, out);
	if (json_dump_file(array, path, JSON_INDENT(1)) < 0 || rename(path, whole) < 0)
		ret = err_sys(err, errno ? errno : EIO, "%s", whole);
	json_decref(array);
	return ret;
}

int results_load(const char *folder, json_t **ret_results, struct err *err)
{
	char path[4096];
	json_error_t error;
	json_t *results;
	struct stat st;

	snprintf(path, sizeof(path), "%s/" RESULTS_FILE, folder);
	if (stat(folder, &st) < 0)
		return err_sys(err, errno, "%s", folder);
	if (!S_ISDIR(st.st_mode))
		return err_sys(err, ENOTDIR, "%s", folder);
	if (access(path, F_OK) < 0)
		return err_set(err, ENOENT,
			       "%s: no results.json in this folder; `halfopen run --out` makes one",
			       folder);
	if (access(path, R_OK) < 0)
		return err_sys(err, errno, "%s", path);
	results = json_load_file(path, 0, &error);
	if (!results)
		return err_set(err, EBADMSG, "%s:%d:%d: %s", path, error.line, error.column,
			       error.text);
	if (!json_is_array(results)) {
		json_decref(results);
		return err_set(err, EBADMSG, "%s: not a list of results", path);
	}
	*ret_results = results;
	return 0;
}

/* The last PARTS parts of a path, without what leads out of a folder ("../a.yaml"). */
static const char *path_tail(const char *path, int parts)
{
	const char *tail = path + strlen(path);

	for (; tail > path; tail--)
		if (tail[-1] == '/' && --parts == 0)
			break;
	while (*tail == '/' || strncmp(tail, "./", 2) == 0 || strncmp(tail, "../", 3) == 0)
		tail = strchr(tail, '/') + 1;
	return tail;
}

/* Without ".yaml". A "../" in the middle is no way out either. */
static char *folder_of_tail(const char *tail)
{
	const char *dot = strrchr(tail, '.');
	char *folder = strndup(tail, dot && dot > tail ? (size_t)(dot - tail) : strlen(tail));

	if (!folder)
		abort();
	for (char *up = folder; (up = strstr(up, "/../"));)
		memcpy(up + 1, "__", 2);
	return folder;
}

static char *case_folder(const char *file)
{
	return folder_of_tail(path_tail(file, 2));
}

static int path_parts(const char *path)
{
	int parts = 1;

	for (; (path = strchr(path, '/')); path++)
		parts++;
	return parts;
}

/* How many parts of FILE[AT]'s path tell it from all others; no more than it has. */
static int parts_needed(const char *const *file, int count, int at)
{
	int parts = 2, most = path_parts(file[at]);

	for (int i = 0; i < count && parts < most; i++) {
		char *mine = folder_of_tail(path_tail(file[at], parts));
		char *other = folder_of_tail(path_tail(file[i], parts));

		if (strcmp(file[i], file[at]) != 0 && strcmp(mine, other) == 0) {
			parts++;
			i = -1;
		}
		free(mine);
		free(other);
	}
	return parts;
}

void results_case_folders(const char *const *file, int count, char **ret)
{
	for (int i = 0; i < count; i++) {
		char *plain = folder_of_tail(path_tail(file[i], parts_needed(file, count, i)));
		char *folder = text_copy(plain);

		for (int k = 0, number = 1; k < i; k++) {
			if (strcmp(ret[k], folder) != 0 || strcmp(file[k], file[i]) == 0)
				continue;
			free(folder);
			folder = text_format("%s-%d", plain, ++number);
			k = -1;
		}
		free(plain);
		ret[i] = folder;
	}
}

char *results_run_folder(const char *folder, const char *variant)
{
	return text_format("%s%s%s", folder, *variant ? "/" : "", variant);
}

char *result_folder(const char *out, const json_t *result)
{
	const char *said = result_string(result, "folder");
	char *of_case = *said ? NULL : case_folder(result_string(result, "file"));
	char *below = of_case ? results_run_folder(of_case, result_string(result, "variant"))
			      : text_copy(said);
	char *folder = text_format("%s/%s", out, below);

	free(of_case);
	free(below);
	return folder;
}

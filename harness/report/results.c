/* SPDX-License-Identifier: MIT */
#include "results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

const char *result_string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? text : "";
}

double result_number(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

void result_print(const json_t *result, const char *name, FILE *out)
{
	static const char *const words[][2] = {
		{"pass", "PASS"}, {"fail", "FAIL"}, {"skip", "SKIP"}, {"error", "ERROR"}};
	const char *verdict = result_string(result, "verdict"),
		   *reason = result_string(result, "reason");
	const char *word = "ERROR";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(verdict, words[i][0]) == 0)
			word = words[i][1];
	fprintf(out, "%-5s %s", word, name);
	if (result_number(result, "wall_s") > 0)
		fprintf(out, "  (%.1f s simulated in %.2f s)", result_number(result, "simulated_s"),
			result_number(result, "wall_s"));
	fprintf(out, "%s%s\n", *reason ? ": " : "", reason);
	fputs(result_string(result, "text"), out);
}

void results_print_kernel(json_t *const *results, int count, FILE *out)
{
	for (int i = 0; i < count; i++) {
		const json_t *kernel = json_object_get(results[i], "kernel");

		if (result_number(kernel, "hz") == 0)
			continue;
		fprintf(out, "kernel: %s, Linux %s, HZ %d, %s clock%s\n",
			result_string(kernel, "name"), result_string(kernel, "release"),
			(int)result_number(kernel, "hz"),
			json_is_true(json_object_get(kernel, "virtual_clock")) ? "virtual" : "real",
			json_is_true(json_object_get(kernel, "netem"))
				? ""
				: ", without netem: links have no delay");
		return;
	}
	for (int i = 0; i < count; i++) {
		const json_t *kernel = json_object_get(results[i], "kernel");

		if (*result_string(kernel, "release")) {
			fprintf(out, "kernel: %s, Linux %s\n", result_string(kernel, "name"),
				result_string(kernel, "release"));
			return;
		}
	}
}

double results_simulated_s(json_t *const *results, int count)
{
	double sum = 0;

	for (int i = 0; i < count; i++)
		sum += result_number(results[i], "simulated_s");
	return sum;
}

int results_save(json_t *const *results, int count, const char *out, struct err *err)
{
	json_t *array = json_array();
	char path[4096], whole[4096];
	int ret = 0;

	for (int i = 0; i < count; i++) {
		json_t *copy = json_copy(results[i]);

		json_object_del(copy, "text");
		json_array_append_new(array, copy);
	}
	snprintf(path, sizeof(path), "%s/.results.json.new", out);
	snprintf(whole, sizeof(whole), "%s/results.json", out);
	if (json_dump_file(array, path, JSON_INDENT(1)) < 0 || rename(path, whole) < 0)
		ret = err_sys(err, errno ? errno : EIO, "%s", whole);
	json_decref(array);
	return ret;
}

char *results_run_folder(const char *out, const char *file, const char *variant)
{
	const char *story = file, *slash;
	char *folder;
	int size;

	/* The last two parts of the path: the story and the case. */
	while ((slash = strchr(story, '/')) && strchr(slash + 1, '/'))
		story = slash + 1;
	/* "../a.yaml" does not lead out of the folder. */
	while (*story == '/' || strncmp(story, "./", 2) == 0 || strncmp(story, "../", 3) == 0)
		story = strchr(story, '/') + 1;
	size = (int)(strrchr(story, '.') && strrchr(story, '.') > story
			     ? strrchr(story, '.') - story
			     : (long)strlen(story));
	if (asprintf(&folder, "%s/%.*s%s%s", out, size, story, *variant ? "/" : "", variant) < 0)
		abort();
	return folder;
}

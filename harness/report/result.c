/* SPDX-License-Identifier: MIT */
#include "result.h"

#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

void result_done(struct result *result)
{
	free(result->kernel);
	free(result->reason);
	free(result->explanation);
	result->kernel = result->reason = result->explanation = NULL;
}

static json_t *text_or_null(const char *text)
{
	json_t *string = text ? json_string(text) : NULL;

	/* A command's output may be anything, and a reason may quote it. */
	if (text && !string)
		string = json_string("(not UTF-8)");
	return string ? string : json_null();
}

static char *copy_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? strdup(text) : NULL;
}

static int dump(json_t *json, FILE *out, size_t flags, struct err *err)
{
	int ret = json && json_dumpf(json, out, flags) == 0
		      ? 0
		      : err_set(err, EIO, "a result cannot be written");

	json_decref(json);
	return ret;
}

int result_send(const struct result *result, FILE *out, struct err *err)
{
	return dump(json_pack("{s:i, s:I, s:I, s:o, s:o, s:o}", "verdict", (int)result->verdict,
			      "simulated_ns", (json_int_t)result->simulated_ns, "wall_ns",
			      (json_int_t)result->wall_ns, "kernel", text_or_null(result->kernel),
			      "reason", text_or_null(result->reason), "explanation",
			      text_or_null(result->explanation)),
		    out, JSON_COMPACT, err);
}

int result_receive(const char *data, size_t size, struct result *result, struct err *err)
{
	json_error_t error;
	json_t *json = json_loadb(data, size, 0, &error);
	json_int_t simulated_ns, wall_ns;
	int verdict;

	if (!json || json_unpack(json, "{s:i, s:I, s:I}", "verdict", &verdict, "simulated_ns",
				 &simulated_ns, "wall_ns", &wall_ns) < 0) {
		json_decref(json);
		return err_set(err, EBADMSG, "the run's process left no result");
	}
	result->verdict = (enum verdict)verdict;
	result->simulated_ns = simulated_ns;
	result->wall_ns = wall_ns;
	result->kernel = copy_of(json, "kernel");
	result->reason = copy_of(json, "reason");
	result->explanation = copy_of(json, "explanation");
	json_decref(json);
	return 0;
}

static json_t *result_object(const struct result *result)
{
	json_t *claims = json_array();

	for (int i = 0; i < result->claim_count; i++)
		json_array_append_new(claims, json_string(result->claims[i]));
	return json_pack(
	    "{s:o, s:s, s:s, s:o, s:o, s:s, s:o, s:f, s:f}", "case",
	    text_or_null(result->case_name), "file", result->file, "variant", result->variant,
	    "claims", claims, "kernel", text_or_null(result->kernel), "verdict",
	    verdict_name[result->verdict], "reason", text_or_null(result->reason), "simulated_s",
	    (double)result->simulated_ns / 1e9, "wall_s", (double)result->wall_ns / 1e9);
}

int results_write(const struct result *results, int count, FILE *out, struct err *err)
{
	json_t *array = json_array();
	int ret;

	for (int i = 0; i < count; i++)
		json_array_append_new(array, result_object(&results[i]));
	ret = dump(array, out, JSON_INDENT(1) | JSON_REAL_PRECISION(15), err);
	fputc('\n', out);
	return ret;
}

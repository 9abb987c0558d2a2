/* SPDX-License-Identifier: MIT
 *
 * TAP version 13, which its readers of today and of before take: the plan first, then each run
 * when it is finished, so that a consumer can follow. The diagnostics are YAML of the plainest
 * kind, without flow mappings and literal blocks: TAP::Parser, behind prove(1), knows no other.
 */
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "json.h"
#include "repetitions.h"
#include "results.h"
#include "visible.h"
#include "writer.h"

static void begin(const struct listing *listing, FILE *out)
{
	fprintf(out, "TAP version 13\n1..%d\n", listing->count);
}

/* In a description # and \ have a meaning. */
static void put_escaped(int character, FILE *out)
{
	if (character == '#' || character == '\\')
		fputc('\\', out);
	fputc(character, out);
}

static void put(int character, FILE *out)
{
	fputc(character, out);
}

static void put_indent(int indent, FILE *out)
{
	fprintf(out, "%*s", indent, "");
}

/* A string of JSON is one of YAML. */
static void put_scalar(const json_t *value, FILE *out)
{
	json_print(value, out, JSON_ENCODE_ANY);
	fputc('\n', out);
}

static void put_member(const char *key, const json_t *value, int indent, FILE *out);

/* The members one below the other; the first follows what is already in its line. */
static void put_object(const json_t *object, int indent, FILE *out)
{
	const char *key;
	json_t *value;
	bool first = true;

	json_object_foreach((json_t *)object, key, value)
	{
		put_indent(first ? 0 : indent, out);
		put_member(key, value, indent, out);
		first = false;
	}
}

static void put_member(const char *key, const json_t *value, int indent, FILE *out)
{
	const json_t *item;
	size_t at;

	visible_each(key, true, put, out);
	fputc(':', out);
	if (json_is_object(value)) {
		fputc('\n', out);
		put_indent(indent + 2, out);
		put_object(value, indent + 2, out);
	} else if (json_array_size(value)) {
		fputc('\n', out);
		json_array_foreach(value, at, item)
		{
			put_indent(indent + 2, out);
			fputs("- ", out);
			if (json_is_object(item))
				put_object(item, indent + 4, out);
			else
				put_scalar(item, out);
		}
	} else {
		fputc(' ', out);
		put_scalar(value, out);
	}
}

/* A list of its lines. */
static json_t *lines_of(const char *text)
{
	json_t *lines = json_array();

	while (*text) {
		size_t size = strcspn(text, "\n");

		json_array_append_new(lines, json_stringn(text, size));
		text += size + (text[size] == '\n');
	}
	return lines;
}

static void put_diagnostics(const json_t *result, FILE *out)
{
	static const char *const members[] = {"case",   "file",        "variant",  "claims",
					      "kernel", "kernels",     "seed",     "phase_ns",
					      "reason", "simulated_s", "failures", NULL};
	static const char *const texts[] = {"text", "ladder", NULL};

	fputs("  ---\n", out);
	fprintf(out, "  severity: %s\n", result_verdict(result) == VERDICT_FAIL ? "fail" : "error");
	for (const char *const *member = members; *member; member++) {
		if (!json_object_get(result, *member))
			continue;
		put_indent(2, out);
		put_member(*member, json_object_get(result, *member), 2, out);
	}
	for (const char *const *text = texts; *text; text++) {
		json_t *lines = lines_of(result_string(result, *text));

		if (json_array_size(lines)) {
			put_indent(2, out);
			put_member(*text, lines, 2, out);
		}
		json_decref(lines);
	}
	fputs("  ...\n", out);
}

static void one(const json_t *result, const struct listing *listing, int number, FILE *out)
{
	enum verdict verdict = result_verdict(result);
	bool failed = verdict == VERDICT_FAIL || verdict == VERDICT_ERROR;
	char *name = result_name(result);

	(void)listing;
	fprintf(out, "%sok %d - ", failed ? "not " : "", number);
	visible_each(name, true, put_escaped, out);
	if (verdict == VERDICT_SKIP) {
		fputs(" # SKIP ", out);
		visible_each(result_string(result, "reason"), true, put, out);
	}
	fputc('\n', out);
	if (failed)
		put_diagnostics(result, out);
	free(name);
}

static void end(const struct listing *listing, FILE *out)
{
	AUTO_FREE char *text = listing->repeated ? repetitions_text(listing, false) : NULL;

	for (const char *line = text; line && *line; line += strcspn(line, "\n") + 1) {
		AUTO_FREE char *one_line = strndup(line, strcspn(line, "\n"));

		fputs("# ", out);
		visible_each(one_line, true, put_escaped, out);
		fputc('\n', out);
	}
}

const struct writer writer_tap = {
	.name = "tap", .help = "Test Anything Protocol 13", .begin = begin, .one = one, .end = end};

/* SPDX-License-Identifier: MIT */
#include "repetitions.h"

#include <stdlib.h>
#include <string.h>

#include "cleanup.h"
#include "duration.h"
#include "list.h"
#include "results.h"
#include "text.h"

#define MOST_LINES 3 /* of what an outcome has that the first has not */
#define SAME_NS    1000000LL

struct kind { /* of outcome */
	json_t *first;
	int count;
};

/* A run, as far as it was told. */
struct group {
	char *name;
	struct kind *kind;
	int kind_count, count;
	json_t *earliest, *latest; /* by when the last call returned */
};

struct telling {
	struct text text;
	bool brief;
	int runs, differing;
};

static void group_add(struct group *group, json_t *result)
{
	const char *outcome = result_string(result, "outcome");
	int at = 0;

	while (at < group->kind_count &&
	       strcmp(result_string(group->kind[at].first, "outcome"), outcome) != 0)
		at++;
	if (at == group->kind_count)
		LIST_ADD(NULL, group, kind)->first = json_incref(result);
	group->kind[at].count++;
	group->count++;
	if (!group->earliest ||
	    result_number(result, RESULT_LAST) < result_number(group->earliest, RESULT_LAST)) {
		json_decref(group->earliest);
		group->earliest = json_incref(result);
	}
	if (!group->latest ||
	    result_number(result, RESULT_LAST) > result_number(group->latest, RESULT_LAST)) {
		json_decref(group->latest);
		group->latest = json_incref(result);
	}
}

static void group_done(struct group *group)
{
	for (int i = 0; i < group->kind_count; i++)
		json_decref(group->kind[i].first);
	json_decref(group->earliest);
	json_decref(group->latest);
	free(group->kind);
	free(group->name);
}

static bool has_line(const char *text, const char *line, size_t size)
{
	for (; *text; text += strcspn(text, "\n") + (text[strcspn(text, "\n")] != '\0'))
		if (strcspn(text, "\n") == size && memcmp(text, line, size) == 0)
			return true;
	return false;
}

static void tell_difference(struct text *text, const char *first, const char *other)
{
	int told = 0, more = 0;

	for (size_t size; *other; other += size + (other[size] != '\0')) {
		size = strcspn(other, "\n");
		if (has_line(first, other, size))
			continue;
		if (told == MOST_LINES) {
			more++;
			continue;
		}
		text_add(text, "        %.*s\n", (int)size, other);
		told++;
	}
	if (more)
		text_add(text, "        and %d more\n", more);
}

static void tell_span(struct text *text, const struct group *group)
{
	int64_t first_ns = (int64_t)result_number(group->earliest, RESULT_LAST),
		last_ns = (int64_t)result_number(group->latest, RESULT_LAST);
	char first[32], last[32];

	if (last_ns - first_ns < SAME_NS)
		return;
	text_add(text, "; the last call returns between %s (%s) and %s (%s)",
		 duration_clock(first_ns, first, sizeof(first)),
		 result_string(group->earliest, "repetition"),
		 duration_clock(last_ns, last, sizeof(last)),
		 result_string(group->latest, "repetition"));
}

static void group_tell(struct telling *telling, const struct group *group)
{
	struct text *text = &telling->text;
	const struct kind *first = group->kind;

	if (!group->count)
		return;
	telling->runs++;
	telling->differing += group->kind_count > 1;
	if (telling->brief && group->kind_count == 1)
		return;
	text_add(text, "%s: %d repetition%s, ", group->name, group->count,
		 group->count == 1 ? "" : "s");
	if (group->kind_count == 1)
		text_add(text, "1 outcome: %s", result_string(first->first, "verdict"));
	else
		text_add(text, "%d outcomes", group->kind_count);
	tell_span(text, group);
	text_put(text, "\n");
	for (int i = 0; group->kind_count > 1 && i < group->kind_count; i++) {
		const struct kind *kind = &group->kind[i];

		text_add(text, "  %4d %s, as %s\n", kind->count,
			 result_string(kind->first, "verdict"),
			 result_string(kind->first, "repetition"));
		if (i)
			tell_difference(text, result_string(first->first, RESULT_SEEN),
					result_string(kind->first, RESULT_SEEN));
	}
}

char *repetitions_text(const struct listing *listing, bool brief)
{
	struct telling telling = {.brief = brief};
	struct group group = {0};

	for (int i = 0; i < listing->count; i++) {
		json_auto_t *result = outcomes_get(listing->outcomes, i);
		char *name = result_run(result);

		if (!group.name || strcmp(group.name, name) != 0) {
			group_tell(&telling, &group);
			group_done(&group);
			group = (struct group){.name = text_copy(name)};
		}
		free(name);
		if (*result_string(result, "repetition"))
			group_add(&group, result);
	}
	group_tell(&telling, &group);
	group_done(&group);
	text_add(&telling.text, "%d run%s repeated, %d with more than one outcome\n", telling.runs,
		 telling.runs == 1 ? "" : "s", telling.differing);
	return text_take(&telling.text);
}

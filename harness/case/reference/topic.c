/* SPDX-License-Identifier: MIT
 *
 * One topic of the reference: the sections that are called so, or, of a key or an option, the rows
 * of the tables that tell of it, below what they stand under, and the tables of the keys that it
 * has itself.
 */
#include <errno.h>
#include <string.h>

#include "cleanup.h"
#include "known.h"
#include "reference.h"
#include "text.h"

#define MOST_KNOWN 320
#define NAME_MOST  64

/* How deep the heading LINE is; 0: it is none. */
static size_t depth_of(const char *line)
{
	size_t depth = strspn(line, "#");

	return line[depth] == ' ' ? depth : 0;
}

/* "Keys of `restart`:", before a table. */
static bool is_caption(const char *line)
{
	return strncmp(line, "Keys ", 5) == 0;
}

static size_t line_size(const char *line)
{
	return strcspn(line, "\n") + (strchr(line, '\n') != NULL);
}

/* The line behind LINE, or behind the example that it begins: a remark in YAML is no heading. */
static const char *line_after(const char *line)
{
	const char *end = strncmp(line, "```", 3) == 0 ? strstr(line + 3, "\n```") : NULL;

	line = end ? end + 1 : line;
	return line + line_size(line);
}

#define KEYS_OF "Keys of `"

/* Into NAME what LINE is about: a heading, a table of its keys, or the first column of one. */
static bool name_of(const char *line, char *name, size_t size)
{
	size_t depth = depth_of(line), length;
	const char *start = depth                          ? line + depth + 1
			    : strncmp(line, "| `", 3) == 0 ? line + 3
			    : strncmp(line, KEYS_OF, sizeof(KEYS_OF) - 1) == 0
				    ? line + sizeof(KEYS_OF) - 1
				    : NULL;

	if (!start)
		return false;
	if (strncmp(start, "PROGRAM: ", 9) == 0)
		start += 9;
	length = strcspn(start, depth ? "\n" : "`\n");
	if (length >= size)
		return false;
	memcpy(name, start, length);
	name[length] = '\0';
	return true;
}

static void put_section(struct text *text, const char *section)
{
	size_t depth = depth_of(section);
	const char *end = line_after(section);

	while (*end && (!depth_of(end) || depth_of(end) > depth))
		end = line_after(end);
	text_put_n(text, section, (size_t)(end - section));
}

/* The caption of a table, and that. */
static void put_table(struct text *text, const char *line)
{
	const char *end = line_after(line_after(line));

	while (*end == '|')
		end = line_after(end);
	text_put_n(text, line, (size_t)(end - line));
}

/* What LINE stands under, if that was not told before. */
static void put_above(struct text *text, const char *above, const char **told)
{
	if (above && above != *told)
		text_put_n(text, above, line_size(above));
	*told = above;
}

static void find_sections(struct text *text, const char *whole, const char *topic)
{
	char name[NAME_MOST];

	for (const char *line = whole; *line; line = line_after(line))
		if (depth_of(line) && name_of(line, name, sizeof(name)) &&
		    strcasecmp(name, topic) == 0)
			put_section(text, line);
}

static void find_rows(struct text *text, const char *whole, const char *topic)
{
	const char *heading = NULL, *told_heading = NULL, *caption = NULL, *told_caption = NULL;
	char name[NAME_MOST];

	for (const char *line = whole; *line; line = line_after(line)) {
		bool about = name_of(line, name, sizeof(name)) && strcasecmp(name, topic) == 0;

		if (depth_of(line)) {
			heading = line;
			caption = NULL;
			continue;
		}
		if (is_caption(line))
			caption = line;
		if (!about)
			continue;
		put_above(text, heading, &told_heading);
		if (caption == line) {
			put_table(text, line);
			told_caption = line;
			continue;
		}
		put_above(text, caption, &told_caption);
		text_put_n(text, line, line_size(line));
	}
}

static int no_topic(const char *whole, const char *topic, struct err *err)
{
	static char name[MOST_KNOWN][NAME_MOST];
	struct known known;
	const char *nearest;
	int count = 0;

	known_init(&known, topic);
	for (const char *line = whole; *line && count < MOST_KNOWN; line = line_after(line))
		if (name_of(line, name[count], NAME_MOST))
			known_add(&known, name[count++]);
	nearest = known_nearest(&known);
	return err_set(err, ENOENT, "nothing in the reference is called '%s'%s%s%s", topic,
		       nearest ? "; did you mean '" : "", nearest ? nearest : "",
		       nearest ? "'?" : "");
}

int case_reference_topic(const char *topic, char **ret_text, struct err *err)
{
	AUTO_FREE char *whole = case_reference_markdown();
	struct text text = {0};

	find_sections(&text, whole, topic);
	if (!text.size)
		find_rows(&text, whole, topic);
	if (!text.size)
		return no_topic(whole, topic, err);
	*ret_text = text_take(&text);
	return 0;
}

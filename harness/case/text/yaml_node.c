/* SPDX-License-Identifier: MIT
 *
 * node_parse(): from libyaml's events to the tree.
 *
 * What libyaml says about a syntax error is true and hard to understand; the table below
 * says it again in the words of someone who writes a case.
 */
#include <string.h>
#include <yaml.h>

#include "node.h"
#include "source.h"
#include "utf8.h"

#define YAML_TAG_PREFIX "tag:yaml.org,2002:"

struct parse {
	yaml_parser_t yaml;
	struct pool *pool;
	struct diags *diags;
	int nodes;
};

static const struct complaint {
	const char *problem; /* libyaml's, src/scanner.c and src/parser.c */
	const char *text, *help;
	bool at_start; /* better pointed at where it started than where it was noticed */
} complaints[] = {
	{"mapping values are not allowed in this context", "a ': ' in the middle of a value",
	 "a text that contains ': ' needs quotes; a key needs a line of its own, or { }", false},
	{"did not find expected key", "this does not line up with what is above",
	 "keys of one mapping start in the same column, and so do items of one list", false},
	{"did not find expected '-' indicator", "this does not line up with the items above",
	 "items of one list start with '- ' in the same column", false},
	{"block sequence entries are not allowed in this context", "a list cannot start here",
	 "the first '- ' of a list stands on a line of its own", false},
	{"could not find expected ':'", "no ':' after this key", NULL, false},
	{"did not find expected ',' or ']'", "expected ',' or ']' here", NULL, false},
	{"did not find expected ',' or '}'", "expected ',' or '}' here", NULL, false},
	{"found unexpected end of stream", "a text in quotes without an end", NULL, true},
	{"found unexpected document indicator", "a text in quotes without an end", NULL, true},
	{"found unknown escape character", "unknown escape after '\\'",
	 "texts in single quotes have no escapes", false},
	{"found character that cannot start any token", "a value cannot start with this character",
	 "put the value in quotes", false},
	{"did not find expected node content", "expected a value here", NULL, false},
	{"did not find expected <document start>", "text after the end of the case", NULL, false},
};

/* What libyaml was about: where that started is another place to look at. */
static const struct {
	const char *context, *text;
} contexts[] = {
	{"while parsing a block mapping", "the mapping starts here"},
	{"while parsing a block collection", "the list starts here"},
	{"while parsing a flow mapping", "of the mapping that starts here"},
	{"while parsing a flow sequence", "of the list that starts here"},
	{"while scanning a simple key", "the key starts here"},
	{"while scanning a quoted scalar", "the text starts here"},
};

static struct span span_of(yaml_mark_t start, yaml_mark_t end)
{
	return (struct span){(int)start.line + 1, (int)start.column + 1, (int)end.line + 1,
			     (int)end.column + 1};
}

static struct span span_at(yaml_mark_t mark)
{
	return span_of(mark, mark);
}

/* The text of line number LINE. */
static const char *line_at(const struct diags *diags, int line, int *ret_length)
{
	const char *s = diags->source, *end = s + diags->size;
	size_t n = 0;

	for (; line > 1 && s < end; s += n ? n : 1) {
		n = source_break(s, (size_t)(end - s));
		line -= n > 0;
	}
	for (n = 0; s + n < end && !source_break(s + n, (size_t)(end - s) - n);)
		n++;
	*ret_length = (int)n;
	return s;
}

/* Tabs in the indentation give all kinds of errors, most of them about something else. */
static bool tab_in_indentation(const struct diags *diags, int line, struct span *ret_at)
{
	int length, column = 1;
	const char *s = line_at(diags, line, &length), *end = s + length;

	for (; s < end && (*s == ' ' || *s == '\t'); s++, column++) {
		if (*s == '\t') {
			*ret_at = (struct span){0, column, 0, column + 1};
			return true;
		}
	}
	return false;
}

/* "case x" or "-{at: 5s}" on a line of its own becomes the start of a text that goes on with
 * the next lines, until there is a ':' in it; or has one itself. */
static bool missing_colon(struct diags *diags, const yaml_parser_t *yaml)
{
	int line = (int)yaml->problem_mark.line + 1, length, indent = 0;
	const char *text = line_at(diags, line, &length), *colon;
	struct diag *diag;

	if (!yaml->problem || strcmp(yaml->problem, complaints[0].problem) != 0)
		return false;
	while (indent < length && text[indent] == ' ')
		indent++;
	if (indent + 1 < length && text[indent] == '-' && text[indent + 1] != ' ') {
		diag = diag_error(diags, (struct span){line, indent + 1, line, indent + 2},
				  "no space after the '-' of an item");
		diag_help(diags, diag, "write it as '- %.*s'",
			  length - indent - 1 < 40 ? length - indent - 1 : 40, text + indent + 1);
		return true;
	}
	/* The ':' of this line's first word is right; the line before has none. */
	if (memchr(text + indent, ' ', (size_t)((int)yaml->problem_mark.column - indent)))
		return false;
	do
		text = line_at(diags, --line, &length);
	while (line > 1 && !length);
	if (line < 1 || !length)
		return false;
	colon = memchr(text, ':', (size_t)length);
	if (colon && (colon == text + length - 1 || colon[1] == ' '))
		return false;
	if (colon) {
		int column = (int)(colon - text) + 1;

		diag = diag_error(diags, (struct span){line, column, line, column + 1},
				  "no space after the ':' of a key");
		diag_help(diags, diag, "a key and its value are written 'key: value'");
		return true;
	}
	for (indent = 0; indent < length && text[indent] == ' ';)
		indent++;
	diag = diag_error(diags, (struct span){line, indent + 1, line, length + 1},
			  "a line with neither a ':' nor a '- '");
	diag_help(diags, diag, "a key and its value are written 'key: value', an item '- item'");
	return true;
}

static void explain(struct parse *parse)
{
	const yaml_parser_t *yaml = &parse->yaml;
	struct span at = span_at(yaml->problem_mark), tab;
	const struct complaint *complaint = NULL;
	const char *context = NULL;
	struct diag *diag;

	if (tab_in_indentation(parse->diags, at.line, &tab)) {
		tab.line = tab.end_line = at.line;
		diag = diag_error(parse->diags, tab, "a tab in the indentation");
		diag_help(parse->diags, diag, "YAML indents with spaces only");
		return;
	}
	if (missing_colon(parse->diags, yaml))
		return;
	for (size_t i = 0; i < sizeof(complaints) / sizeof(*complaints); i++)
		if (yaml->problem && strcmp(complaints[i].problem, yaml->problem) == 0)
			complaint = &complaints[i];
	if (complaint && complaint->at_start)
		at = span_at(yaml->context_mark);
	diag = diag_error(parse->diags, at, "%s",
			  complaint       ? complaint->text
			  : yaml->problem ? yaml->problem
					  : "this is not YAML");
	if (complaint && complaint->help)
		diag_help(parse->diags, diag, "%s", complaint->help);
	for (size_t i = 0; i < sizeof(contexts) / sizeof(*contexts); i++)
		if (yaml->context && strcmp(contexts[i].context, yaml->context) == 0)
			context = contexts[i].text;
	if (context && !(complaint && complaint->at_start) &&
	    (yaml->context_mark.line != yaml->problem_mark.line ||
	     yaml->context_mark.column != yaml->problem_mark.column))
		diag_note(parse->diags, diag, span_at(yaml->context_mark), "%s", context);
}

static bool next_event(struct parse *parse, yaml_event_t *event)
{
	if (yaml_parser_parse(&parse->yaml, event))
		return true;
	explain(parse);
	return false;
}

static const char *anchor_of(const yaml_event_t *event)
{
	const yaml_char_t *anchor = NULL;

	if (event->type == YAML_SCALAR_EVENT)
		anchor = event->data.scalar.anchor;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		anchor = event->data.sequence_start.anchor;
	if (event->type == YAML_MAPPING_START_EVENT)
		anchor = event->data.mapping_start.anchor;
	return (const char *)anchor;
}

static const char *tag_of(const yaml_event_t *event)
{
	const yaml_char_t *tag = NULL;

	if (event->type == YAML_SCALAR_EVENT)
		tag = event->data.scalar.tag;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		tag = event->data.sequence_start.tag;
	if (event->type == YAML_MAPPING_START_EVENT)
		tag = event->data.mapping_start.tag;
	/* What was written as !!str comes as this. */
	if (tag && strncmp((const char *)tag, YAML_TAG_PREFIX, strlen(YAML_TAG_PREFIX)) == 0)
		tag += strlen(YAML_TAG_PREFIX);
	return (const char *)tag;
}

/* What YAML has and the case language has not. */
static bool refuse_extras(struct parse *parse, const yaml_event_t *event)
{
	struct span at = span_of(event->start_mark, event->end_mark);
	struct diag *diag = NULL;

	if (event->type == YAML_ALIAS_EVENT)
		diag = diag_error(parse->diags, at,
				  "alias '*%s': a case has no anchors and aliases",
				  event->data.alias.anchor);
	else if (anchor_of(event))
		diag = diag_error(parse->diags, at,
				  "anchor '&%s': a case has no anchors and aliases",
				  anchor_of(event));
	else if (tag_of(event))
		diag = diag_error(parse->diags, at, "tag '%s': a case has no tags", tag_of(event));
	else
		return true;
	if (!tag_of(event) || anchor_of(event))
		diag_help(parse->diags, diag, "write it out, or make it a variable of the matrix");
	return false;
}

static struct node *parse_value(struct parse *parse, yaml_event_t *event, int depth);

static struct node *node_new(struct parse *parse, const yaml_event_t *event, int depth)
{
	struct span at = span_of(event->start_mark, event->end_mark);
	struct node *node;

	if (depth > NODE_DEPTH) {
		diag_error(parse->diags, at, "nested more than %d deep", NODE_DEPTH);
		return NULL;
	}
	if (++parse->nodes > NODE_COUNT) {
		diag_error(parse->diags, at, "more than %d values in one case", NODE_COUNT);
		return NULL;
	}
	node = pool_alloc(parse->pool, sizeof(*node));
	node->span = at;
	return node;
}

static struct node *parse_list(struct parse *parse, struct node *list, int depth)
{
	struct node **link = &list->child, *item;
	yaml_event_t event;

	list->kind = NODE_LIST;
	for (;;) {
		if (!next_event(parse, &event))
			return NULL;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			break;
		item = parse_value(parse, &event, depth + 1);
		if (!item)
			return NULL;
		*link = item;
		link = &item->next;
		list->count++;
	}
	list->span.end_line = (int)event.end_mark.line + 1;
	list->span.end_column = (int)event.end_mark.column + 1;
	yaml_event_delete(&event);
	return list;
}

/* Whether KEY can be one of MAP's. *ret_again: it is there already, and what follows is
 * read, but does not become part of the tree. */
static bool check_key(struct parse *parse, const struct node *map, const struct node *key,
		      bool *ret_again)
{
	const struct node *earlier;
	struct diag *diag;

	if (key->kind != NODE_SCALAR) {
		diag_error(parse->diags, key->span, "a key is a word, not %s",
			   node_describe(parse->pool, key));
		return false;
	}
	if (map->count >= NODE_KEYS) {
		diag_error(parse->diags, key->span, "more than %d keys in one mapping", NODE_KEYS);
		return false;
	}
	earlier = node_get(map, key->text);
	*ret_again = earlier != NULL;
	if (earlier) {
		diag = diag_error(parse->diags, key->span, "key '%.60s' given twice", key->text);
		diag_note(parse->diags, diag, earlier->key->span, "it was given here first");
	}
	return true;
}

static struct node *parse_map(struct parse *parse, struct node *map, int depth)
{
	struct node **link = &map->child, *key, *value;
	yaml_event_t event;
	bool again;

	map->kind = NODE_MAP;
	for (;;) {
		if (!next_event(parse, &event))
			return NULL;
		if (event.type == YAML_MAPPING_END_EVENT)
			break;
		key = parse_value(parse, &event, depth + 1);
		if (!key || !check_key(parse, map, key, &again) || !next_event(parse, &event))
			return NULL;
		value = parse_value(parse, &event, depth + 1);
		if (!value)
			return NULL;
		if (again)
			continue;
		value->key = key;
		*link = value;
		link = &value->next;
		map->count++;
	}
	map->span.end_line = (int)event.end_mark.line + 1;
	map->span.end_column = (int)event.end_mark.column + 1;
	yaml_event_delete(&event);
	return map;
}

/* EVENT is used up. */
static struct node *parse_value(struct parse *parse, yaml_event_t *event, int depth)
{
	struct node *node = NULL;
	yaml_event_type_t type = event->type;

	if (refuse_extras(parse, event))
		node = node_new(parse, event, depth);
	if (node && type == YAML_SCALAR_EVENT) {
		node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
		node->text = pool_strndup(parse->pool, (const char *)event->data.scalar.value,
					  event->data.scalar.length);
		/* "\0" in double quotes is the one way to get a NUL in. */
		if (strlen(node->text) != event->data.scalar.length) {
			diag_error(parse->diags, node->span, "a NUL character in a text");
			node = NULL;
		}
	}
	yaml_event_delete(event);
	if (!node)
		return NULL;
	if (!node->text)
		node->text = "";
	if (type == YAML_SEQUENCE_START_EVENT)
		return parse_list(parse, node, depth);
	if (type == YAML_MAPPING_START_EVENT)
		return parse_map(parse, node, depth);
	return node;
}

static bool expect_event(struct parse *parse, yaml_event_type_t type)
{
	struct span at;
	yaml_event_t event;
	bool right;

	if (!next_event(parse, &event))
		return false;
	right = event.type == type;
	at = span_of(event.start_mark, event.end_mark);
	if (!right && event.type == YAML_STREAM_END_EVENT)
		diag_help(parse->diags,
			  diag_error(parse->diags, (struct span){1, 1, 1, 1},
				     "there is no case in this file"),
			  "it starts with 'case: what it shows'");
	else if (!right)
		diag_help(parse->diags,
			  diag_error(parse->diags, at, "a second document starts here"),
			  "a case file holds one case: make it a file of its own");
	yaml_event_delete(&event);
	return right;
}

static struct node *parse_stream(struct parse *parse)
{
	struct node *root;
	yaml_event_t event;

	if (!expect_event(parse, YAML_STREAM_START_EVENT) ||
	    !expect_event(parse, YAML_DOCUMENT_START_EVENT) || !next_event(parse, &event))
		return NULL;
	root = parse_value(parse, &event, 1);
	if (!root || !expect_event(parse, YAML_DOCUMENT_END_EVENT) ||
	    !expect_event(parse, YAML_STREAM_END_EVENT))
		return NULL;
	if (root->kind == NODE_MAP)
		return root;
	diag_help(parse->diags,
		  diag_error(parse->diags, root->span, "a case is a mapping, not %s",
			     node_describe(parse->pool, root)),
		  "it starts with 'case: what it shows'");
	return NULL;
}

static bool check_characters(struct diags *diags)
{
	const char *s = diags->source;
	struct span at = {1, 1, 1, 2};
	uint32_t character;
	size_t n;

	if (diags->size > SOURCE_MAX) {
		diag_error(diags, (struct span){0},
			   "the file has %zu bytes: a case has at most 1 MiB", diags->size);
		return false;
	}
	for (size_t i = 0; i < diags->size; i += n) {
		n = source_break(s + i, diags->size - i);
		if (n) {
			at = (struct span){at.line + 1, 1, at.line + 1, 2};
			continue;
		}
		n = utf8_decode(s + i, diags->size - i, &character);
		if (!n) {
			struct diag *diag = diag_error(diags, at, "byte 0x%02x is not UTF-8 text",
						       (unsigned char)s[i]);

			diag_help(diags, diag,
				  "case files are UTF-8: convert it, or mend the editor's setting");
			return false;
		}
		if (source_is_control(character)) {
			diag_error(diags, at,
				   "control character 0x%02x in the text: is this a text file?",
				   character);
			return false;
		}
		at.column++;
		at.end_column++;
	}
	return true;
}

struct node *node_parse(struct pool *pool, struct diags *diags)
{
	struct parse parse = {.pool = pool, .diags = diags};
	struct node *root;

	if (!check_characters(diags))
		return NULL;
	if (!yaml_parser_initialize(&parse.yaml)) {
		diag_error(diags, (struct span){0}, "out of memory");
		return NULL;
	}
	/* No encoding is set: libyaml then skips a byte order mark. That of UTF-16 was refused. */
	yaml_parser_set_input_string(&parse.yaml, (const unsigned char *)diags->source,
				     diags->size);
	root = parse_stream(&parse);
	yaml_parser_delete(&parse.yaml);
	return root;
}

/* SPDX-License-Identifier: MIT
 *
 * A program that is a command: what is executed, and what it finds.
 */
#include <string.h>

#include "decode.h"
#include "list.h"

#define COMMAND_MAX 4096       /* characters of a command or of one of a list's texts */
#define TEXTS_MAX   64         /* of args, env, files, stdin */
#define STDIN_MAX   (32 << 10) /* so that a pipe takes it all */

static bool check_length(struct decoder *d, const struct node *node, size_t length, size_t most,
			 const char *what)
{
	if (length > most)
		node_error(d->diags, node, "%s has at most %zu characters", what, most);
	return length <= most;
}

static bool check_count(struct decoder *d, const struct node *list)
{
	if (list->count > TEXTS_MAX)
		diag_error(d->diags, list->key->span, "more than %d of '%s'", TEXTS_MAX,
			   list->key->text);
	return list->count <= TEXTS_MAX;
}

static bool refuse_nothing(struct decoder *d, const struct node *node)
{
	diag_help(d->diags, node_error(d->diags, node, "a command of nothing"),
		  "for example: args: [redis-server, --port, \"6379\"]");
	return false;
}

bool decode_command(struct decoder *d, const struct node *node, void *ret)
{
	static char shell[] = "/bin/sh", minus_c[] = "-c";
	struct plan_program *program = ret;

	if (node->kind == NODE_LIST) {
		diag_help(d->diags,
			  diag_error(d->diags, node->key->span,
				     "'command' takes a text for the shell, not a list"),
			  "as a list, without a shell: args: [redis-server, --port, \"6379\"]");
		return false;
	}
	if (!want_scalar(d, node, "a command, as a text"))
		return false;
	if (!*node->text)
		return refuse_nothing(d, node);
	program->command = pool_strdup(d->pool, node->text);
	program->argv = pool_alloc(d->pool, sizeof(char *) * 4);
	program->argv[0] = shell;
	program->argv[1] = minus_c;
	program->argv[2] = program->command;
	return check_length(d, node, strlen(node->text), COMMAND_MAX, "a command");
}

bool decode_args(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_program *program = ret;
	char *text = NULL;
	int count = 0;

	if (!want_list(d, node, "a list: the program, and what it is told") ||
	    !check_count(d, node))
		return false;
	if (!node->count || (node->child->kind == NODE_SCALAR && !*node->child->text))
		return refuse_nothing(d, node);
	program->argv = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	for (const struct node *item = node->child; item; item = item->next) {
		/* An empty one is one, but no program has no name. */
		if ((!count || item->kind != NODE_SCALAR) &&
		    !want_scalar(d, item, "one argument, as a text"))
			return false;
		if (!check_length(d, item, strlen(item->text), COMMAND_MAX, "an argument"))
			return false;
		program->argv[count++] = pool_strdup(d->pool, item->text);
		text = text ? pool_printf(d->pool, "%s %s", text, item->text)
			    : pool_strdup(d->pool, item->text);
	}
	program->command = text;
	return true;
}

bool decode_env(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_program *program = ret;
	int count = 0;

	if (!want_map(d, node, "a mapping of names to texts") || !check_count(d, node))
		return false;
	program->env = pool_alloc(d->pool, sizeof(char *) * (size_t)(node->count + 1));
	for (const struct node *value = node->child; value; value = value->next) {
		const char *name = value->key->text;

		if (!*name || strchr(name, '=')) {
			diag_error(d->diags, value->key->span,
				   "'%.60s' is no name of an environment variable", name);
			return false;
		}
		if (value->kind != NODE_SCALAR && !want_scalar(d, value, "a text"))
			return false;
		program->env[count++] = pool_printf(d->pool, "%s=%s", name, value->text);
	}
	return true;
}

static bool check_path(struct decoder *d, const struct node *node, const char *path)
{
	const char *wrong = path_fault(path);

	if (wrong)
		diag_error(d->diags, node->span, "the path '%.60s' %s", path, wrong);
	return !wrong;
}

bool decode_cwd(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_program *program = ret;

	if (!want_scalar(d, node, "a path") || !check_path(d, node, node->text))
		return false;
	program->cwd = pool_strdup(d->pool, node->text);
	return true;
}

/* What is not of a disk, and what is made of the case. */
static bool check_place(struct decoder *d, const struct node *key)
{
	static const char *const taken[] = {"/proc", "/sys", "/dev", "/etc/hosts", "/etc/hostname"};

	for (size_t i = 0; i < sizeof(taken) / sizeof(*taken); i++) {
		if (!path_is_in(key->text, taken[i]))
			continue;
		diag_help(
			d->diags,
			diag_error(d->diags, key->span, "no file can be put at '%.60s'", key->text),
			i < 3 ? "that is the kernel's" : "the case's hosts are in it already");
		return false;
	}
	return check_path(d, key, key->text);
}

/* One disk has one file of a name. */
static bool check_new(struct decoder *d, const struct plan_program *program, const struct node *key)
{
	for (const struct plan_program *other = d->plan->program; other < program; other++)
		for (int i = 0; other->host == program->host && i < other->file_count; i++)
			if (strcmp(other->file[i].path, key->text) == 0) {
				diag_error(d->diags, key->span,
					   "program '%s' of the same host has that file already",
					   other->name);
				return false;
			}
	return true;
}

bool decode_files(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_program *program = ret;

	if (!want_map(d, node, "a mapping of paths to texts") || !check_count(d, node))
		return false;
	program->file = pool_alloc(d->pool, sizeof(*program->file) * (size_t)(node->count + 1));
	for (const struct node *value = node->child; value; value = value->next) {
		if (!check_place(d, value->key))
			return false;
		if (value->kind != NODE_SCALAR && !want_scalar(d, value, "the file's text"))
			return false;
		if (!check_new(d, program, value->key))
			return false;
		program->file[program->file_count++] = (struct plan_disk_file){
			pool_strdup(d->pool, value->key->text), pool_strdup(d->pool, value->text)};
	}
	return true;
}

struct stdin_args {
	int64_t at_ns;
	char *text;
	bool end;
};

static const struct field stdin_fields[] = {
	{"at", TYPE_MOMENT, TO(struct stdin_args, at_ns), .required = true,
	 .help = "when it is there; before the command has started, then"},
	{"text", TYPE_TEXT, TO(struct stdin_args, text),
	 .help = "what comes, with the end of its line (\"PING\\n\")"},
	{"end", TYPE_BOOL, TO(struct stdin_args, end), .help = "no more comes"},
};
const struct form stdin_form = {.name = "an item of stdin", FIELDS(stdin_fields)};

static bool decode_input(struct decoder *d, const struct node *item, struct plan_program *program,
			 size_t *size)
{
	struct plan_input *input = &program->input[program->input_count];
	const struct plan_input *before = program->input_count ? input - 1 : NULL;
	struct stdin_args args = {0};
	const struct node *text;

	if (!want_map(d, item, "a mapping of at and text, or of at and end"))
		return false;
	form_decode(d, &stdin_form, item, &args);
	text = node_get(item, "text");
	if (!text == !node_get(item, "end")) {
		diag_help(d->diags, node_error(d->diags, item, "it is either a text or the end"),
			  "for example: {at: 5s, text: \"PING\\n\"}");
		return false;
	}
	*size += text ? strlen(text->text) : 0;
	*input = (struct plan_input){args.at_ns, args.text};
	program->input_count++;
	if (!before || (before->text && before->at_ns <= args.at_ns))
		return check_length(d, item, *size, STDIN_MAX, "stdin");
	node_error(d->diags, item,
		   before->text ? "it comes before the one above it" : "it comes after the end");
	return false;
}

bool decode_stdin(struct decoder *d, const struct node *node, void *ret)
{
	struct plan_program *program = ret;
	size_t size = 0;

	if (node->kind == NODE_SCALAR) {
		program->stdin_text = pool_strdup(d->pool, node->text);
		return check_length(d, node, strlen(node->text), STDIN_MAX, "stdin");
	}
	if (!want_list(d, node, "a text, or a list of texts and their moments") ||
	    !check_count(d, node))
		return false;
	if (!node->count) {
		diag_help(d->diags, node_error(d->diags, node, "a stdin of nothing"),
			  "if nothing is said of it, it is at its end at once");
		return false;
	}
	program->input = pool_alloc(d->pool, sizeof(*program->input) * (size_t)(node->count + 1));
	for (const struct node *item = node->child; item; item = item->next)
		if (!decode_input(d, item, program, &size))
			return false;
	return true;
}

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "claims.h"
#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "completion.h"
#include "file.h"
#include "known.h"
#include "list.h"
#include "manual.h"
#include "pager.h"
#include "reference.h"
#include "runs.h"
#include "shipped.h"
#include "store.h"
#include "text.h"

typedef char *reference_fn(void);

enum { KEY_MAN = 256, KEY_COMPLETION, KEY_COMPLETE, KEY_ALL };

#define MOST_PAGES 64

struct options {
	reference_fn *reference; /* NULL: `words` are to be completed */
	const char *const *words;
	int word_count;
	const char *page;   /* a man page instead */
	const char *topic;  /* a part of the reference */
	const char *folder; /* or all of it, into files */
};

static char *bash_script(void)
{
	return text_copy(completion_bash);
}

static char *zsh_script(void)
{
	return text_copy(completion_zsh);
}

static char *fish_script(void)
{
	return text_copy(completion_fish);
}

static const struct {
	const char *name;
	reference_fn *script;
	const char *path; /* below share */
} shells[] = {{"bash", bash_script, "bash-completion/completions/halfopen"},
	      {"zsh", zsh_script, "zsh/site-functions/_halfopen"},
	      {"fish", fish_script, "fish/vendor_completions.d/halfopen.fish"}};
#define SHELLS (sizeof(shells) / sizeof(shells[0]))

static const struct argp_option argp_options[] = {
	{"markdown", 'm', NULL, 0, "as Markdown (the default)", 0},
	{"schema", 's', NULL, 0, "as a JSON Schema, for editors", 0},
	{"man", KEY_MAN, "PAGE", 0,
	 "a man page instead: halfopen, halfopen-COMMAND as halfopen-run, or "
	 "halfopen-case",
	 0},
	{"complete", KEY_COMPLETE, NULL, OPTION_HIDDEN, "what these scripts ask", 0},
	{"completion", KEY_COMPLETION, "bash|zsh|fish", 0,
	 "what a shell needs to complete commands", 0},
	{"all", KEY_ALL, "DIR", 0,
	 "write the schema, all man pages and completions below DIR, as they are installed below "
	 "PREFIX/share",
	 0},
	{0}};

static reference_fn *shell_named(const char *name)
{
	for (size_t i = 0; i < SHELLS; i++)
		if (strcmp(name, shells[i].name) == 0)
			return shells[i].script;
	return NULL;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case 'm':
		options->reference = case_reference_markdown;
		return 0;
	case 's':
		options->reference = case_reference_schema;
		return 0;
	case KEY_MAN:
		options->page = arg;
		return 0;
	case KEY_COMPLETION:
		options->reference = shell_named(arg);
		if (!options->reference)
			argp_error(state, "--completion takes bash, zsh or fish, not '%s'", arg);
		return 0;
	case KEY_COMPLETE:
		options->reference = NULL;
		return 0;
	case ARGP_KEY_ARG:
		if (!options->reference) /* all of them at once, below */
			return ARGP_ERR_UNKNOWN;
		if (options->topic)
			argp_error(state, "one topic at a time");
		options->topic = arg;
		return 0;
	case ARGP_KEY_ARGS:
		options->words = (const char *const *)state->argv + state->next;
		options->word_count = state->argc - state->next;
		return 0;
	case KEY_ALL:
		options->folder = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp reference_argp = {
	argp_options,
	parse_option,
	"[TOPIC]",
	"Prints the reference of the case language, made from the tables that the parser goes by, "
	"or "
	"what it says of TOPIC: a step, a fault, an expectation, a key, a socket option; "
	"or the program's man pages and completions, made from its own.\v"
	"Examples:\n\n"
	"    halfopen reference setsockopt\n"
	"    halfopen reference TCP_USER_TIMEOUT\n"
	"    halfopen reference recipes",
	NULL,
	NULL,
	NULL};

/* Writes TEXT, which it frees, to FOLDER/BELOW, and makes the folders that this needs. */
static int write_below(const char *folder, const char *below, char *text, struct err *err)
{
	AUTO_FREE char *path = text_format("%s/%s", folder, below), *owned = text;
	char *slash = strrchr(path, '/');
	int ret;

	if (!owned)
		return err_sys(err, ENOMEM, "%s", path);
	*slash = '\0';
	ret = file_make_folder(path);
	if (ret < 0)
		return err_sys(err, ret, "%s", path);
	*slash = '/';
	return file_write(path, owned, strlen(owned), err);
}

static int write_all(const char *folder, struct err *err)
{
	char name[64], path[128];
	int section, ret = write_below(folder, "halfopen/case.schema.json", case_reference_schema(),
				       err);

	for (size_t i = 0; ret == 0 && i < SHELLS; i++)
		ret = write_below(folder, shells[i].path, shells[i].script(), err);
	for (int i = 0; ret == 0 && (section = manual_name(command_table, i, name, sizeof(name)));
	     i++) {
		snprintf(path, sizeof(path), "man/man%d/%s.%d", section, name, section);
		ret = write_below(folder, path, manual_page(command_table, name), err);
	}
	return ret;
}

static int no_such_page(const char *page)
{
	char name[MOST_PAGES][64];
	struct known known;

	known_init(&known, page);
	for (int i = 0; i < MOST_PAGES && manual_name(command_table, i, name[i], sizeof(name[i]));
	     i++)
		known_add(&known, name[i]);
	fprintf(stderr, "halfopen reference: there is no man page '%s'", page);
	if (known_nearest(&known))
		fprintf(stderr, "; did you mean '%s'?", known_nearest(&known));
	fputc('\n', stderr);
	return EXIT_USAGE;
}

/* FILE:VARIANT of the file in WORD, which has a colon behind it. What is no valid case has none. */
static void runs_of(const char *word, struct runs *runs)
{
	const char *colon = strrchr(word, ':');
	AUTO_FREE char *file = colon ? strndup(word, (size_t)(colon - word)) : NULL;
	char *names[] = {file, NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct err err;

	if (!colon || null < 0)
		return;
	dup2(null, STDERR_FILENO); /* a shell waits: nothing is told */
	close(null);
	runs_collect(names, runs, &err);
}

static int complete(const char *const *words, int count)
{
	struct store store = {0};
	struct claims claims = {0};
	struct runs runs = {0};
	struct err err = {0};
	const char **kernels = NULL, **ids = NULL, **names = NULL;
	int kernel_count = 0, id_count = 0, name_count = 0;
	char path[PATH_MAX];

	store_read(&store, &err); /* without them, if they can't be had */
	if (shipped_find("claims.yaml", path, &err) == 0)
		claims_load(path, &claims, &err);
	if (count)
		runs_of(words[count - 1], &runs);
	*LIST_ADD_TO(NULL, kernels, kernel_count) = "live";
	for (int i = 0; i < store.count; i++)
		*LIST_ADD_TO(NULL, kernels, kernel_count) = store.entry[i].name;
	for (int i = 0; i < claims.count; i++)
		*LIST_ADD_TO(NULL, ids, id_count) = claims.claim[i].id;
	for (int i = 0; i < runs.run_count; i++)
		*LIST_ADD_TO(NULL, names, name_count) = runs.run[i].name;
	*LIST_ADD_TO(NULL, kernels, kernel_count) = NULL;
	*LIST_ADD_TO(NULL, ids, id_count) = NULL;
	*LIST_ADD_TO(NULL, names, name_count) = NULL;
	completion_print(command_table, &(struct completion_lists){kernels, ids, names}, words,
			 count, stdout);
	free(kernels);
	free(ids);
	free(names);
	runs_done(&runs);
	claims_done(&claims);
	store_done(&store);
	return EXIT_HELD;
}

int cmd_reference(int argc, char **argv)
{
	struct options options = {.reference = case_reference_markdown};
	struct err err = {0};
	char *text;

	cmd_parse(&reference_argp, argc, argv, &options);
	if (options.folder) {
		if (write_all(options.folder, &err) == 0)
			return EXIT_HELD;
		cmd_complain("reference", &err);
		return EXIT_COULD_NOT;
	}
	if (!options.reference && !options.page)
		return complete(options.words, options.word_count);
	if (options.topic) {
		if (case_reference_topic(options.topic, &text, &err) < 0) {
			cmd_complain("reference", &err);
			return EXIT_USAGE;
		}
		pager_begin();
		fputs(text, stdout);
		free(text);
		return EXIT_HELD;
	}
	text = options.page ? manual_page(command_table, options.page) : options.reference();
	if (!text)
		return options.page ? no_such_page(options.page) : EXIT_COULD_NOT;
	if (options.reference == case_reference_markdown)
		pager_begin();
	fputs(text, stdout);
	free(text);
	return EXIT_HELD;
}

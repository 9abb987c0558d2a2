/* SPDX-License-Identifier: MIT
 *
 * halfopen kernel build, list, use, add, remove: a table of commands below a command.
 */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "json.h"
#include "kernel_names.h"
#include "known.h"
#include "store.h"
#include "visible.h"

#define MOST_FRAGMENTS 32

enum { KEY_HZ = 256, KEY_CONFIG, KEY_PATCH, KEY_KEEP, KEY_KEY, KEY_CALLED, KEY_NAME, KEY_JSON };

/* What the script of `build` is given. */
static const char *const script_option[] = {
	[KEY_HZ - KEY_HZ] = "--hz",       [KEY_CONFIG - KEY_HZ] = "--config",
	[KEY_PATCH - KEY_HZ] = "--patch", [KEY_KEEP - KEY_HZ] = "--keep",
	[KEY_KEY - KEY_HZ] = "--key",     [KEY_CALLED - KEY_HZ] = "--name"};

struct options {
	const char *argument; /* the tree, path or name; NULL: not given */
	const char *name;
	char *script[2 * MOST_FRAGMENTS + 4]; /* for build: its options as they are */
	int scripts;
	bool json;
};

static int fail(const char *command, int status, const struct err *err)
{
	fprintf(stderr, "halfopen kernel %s: ", command);
	visible_print(err->text, false, stderr);
	fputc('\n', stderr);
	return status;
}

/* One option of the script's with its value, if it has one; it checks them itself. */
static void pass_on(struct options *options, const char *option, char *value,
		    struct argp_state *state)
{
	if (options->scripts + 4 > (int)(sizeof(options->script) / sizeof(*options->script)))
		argp_error(state, "too many options");
	options->script[options->scripts++] = (char *)option;
	if (value)
		options->script[options->scripts++] = value;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_HZ:
	case KEY_CONFIG:
	case KEY_PATCH:
	case KEY_KEEP:
	case KEY_KEY:
	case KEY_CALLED:
		pass_on(options, script_option[key - KEY_HZ], arg, state);
		return 0;
	case KEY_NAME:
		options->name = arg;
		return 0;
	case KEY_JSON:
		options->json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->argument)
			argp_error(state, "one argument too many: '%s'", arg);
		options->argument = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* Becomes a script that lies among the helpers, and in ci/: there is one way to do this. COMMAND is
 * the one below `kernel`. */
static int become(const char *command, const char *script, struct options *options)
{
	char *helpers = NULL, path[PATH_MAX], *argv[2 * MOST_FRAGMENTS + 8] = {path};
	char called[64];
	struct err err = {0};
	int argc = 1;

	if (kernel_find_helpers(&helpers, &err) < 0)
		return fail(command, EXIT_COULD_NOT, &err);
	snprintf(path, sizeof(path), "%s/%s", helpers, script);
	free(helpers);
	for (int i = 0; i < options->scripts; i++)
		argv[argc++] = options->script[i];
	if (options->argument) {
		argv[argc++] = (char *)"--";
		argv[argc++] = (char *)options->argument;
	}
	/* A script says it again as it is. */
	for (int i = 1; i < argc; i++) {
		AUTO_FREE char *seen = visible_copy(argv[i], true);

		if (seen && strcmp(seen, argv[i]) != 0) {
			err_set(&err, EINVAL, "'%s': not with such characters", seen);
			return fail(command, EXIT_USAGE, &err);
		}
	}
	snprintf(called, sizeof(called), "halfopen kernel %s", command);
	setenv("HALFOPEN_COMMAND", called, 1);
	execv(path, argv);
	err_sys(&err, errno, "%s", path);
	return fail(command, EXIT_COULD_NOT, &err);
}

static int kernel_build(struct options *options)
{
	return become("build", "build-kernel", options);
}

static int kernel_fetch(struct options *options)
{
	return become("fetch", "fetch-kernel", options);
}

/* "netem nft ... (no nat)" */
static void print_abilities(const struct store_entry *entry, const struct kernel *kernel)
{
	const char *between = "", *before = " (no ";

	if (!entry->configured) {
		fputs("not known: no configuration lies beside it", stdout);
		return;
	}
	for (int i = 0; i < STORE_ABILITIES; i++)
		if (entry->can & 1u << i) {
			printf("%s%s", between, store_ability[i].name);
			between = " ";
		}
	for (int i = 0; i < STORE_ABILITIES; i++)
		if (!(entry->can & 1u << i) &&
		    (!store_ability[i].of_uml || kernel->kind == KERNEL_UML)) {
			printf("%s%s", before, store_ability[i].name);
			before = ", ";
		}
	if (before[0] == ',')
		fputc(')', stdout);
}

static void print_entry(const struct store_entry *entry, const struct kernel *kernel, int width,
			bool is_default)
{
	AUTO_FREE char *name = visible_copy(entry->name, true);
	AUTO_FREE char *release = visible_copy(kernel ? kernel->release : "?", true);
	char hz[16] = "?";

	if (entry->hz)
		snprintf(hz, sizeof(hz), "%d", entry->hz);
	printf("%c %-*s  %-5s  %-12s  %4s  ", is_default ? '*' : ' ', width, name,
	       kernel ? kernel_kind_name(kernel->kind) : "?", release, hz);
	if (kernel)
		print_abilities(entry, kernel);
	else
		printf("cannot be used: see halfopen run --kernel %s", name);
	if (entry->describe) {
		fputs(", of ", stdout);
		visible_print(entry->describe, true, stdout);
	}
	putchar('\n');
}

static json_t *entry_json(const struct store_entry *entry, const struct kernel *kernel,
			  bool is_default)
{
	json_t *can = json_array();

	for (int i = 0; i < STORE_ABILITIES; i++)
		if (entry->can & 1u << i)
			json_array_append_new(can, json_string(store_ability[i].name));
	if (!entry->configured) {
		json_decref(can);
		can = json_null();
	}
	return json_pack("{s:s, s:s, s:b, s:s?, s:s?, s:i, s:o, s:b, s:s?}", "name", entry->name,
			 "path", entry->path, "added", entry->added, "kind",
			 kernel ? kernel_kind_name(kernel->kind) : NULL, "release",
			 kernel ? kernel->release : NULL, "hz", entry->hz, "can", can, "default",
			 is_default, "describe", entry->describe);
}

static int kernel_list(struct options *options)
{
	struct kernel chosen = {0}, kernel;
	json_t *array = json_array();
	struct err err = {0};
	bool has_default;
	struct store store;
	int width = 4;

	if (store_read(&store, &err) < 0)
		return fail("list", EXIT_COULD_NOT, &err);
	has_default = kernel_find(kernel_of_environment(), &chosen, NULL) == 0;
	for (int i = 0; i < store.count; i++)
		if ((int)strlen(store.entry[i].name) > width)
			width = (int)strlen(store.entry[i].name);
	if (!options->json)
		printf("  %-*s  %-5s  %-12s  %4s  %s\n", width, "name", "kind", "version", "HZ",
		       "can");
	for (int i = 0; i < store.count; i++) {
		const struct store_entry *entry = &store.entry[i];
		bool usable = kernel_find(entry->path, &kernel, NULL) == 0;
		bool is_default = usable && kernel.path && chosen.path &&
				  strcmp(kernel.path, chosen.path) == 0;

		if (options->json)
			json_array_append_new(
				array, entry_json(entry, usable ? &kernel : NULL, is_default));
		else
			print_entry(entry, usable ? &kernel : NULL, width, is_default);
		if (usable)
			kernel_done(&kernel);
	}
	if (options->json) {
		json_print(array, stdout, JSON_INDENT(1));
		putchar('\n');
	} else if (kernel_find("live", &kernel, NULL) == 0) {
		printf("%c %-*s  %-5s  %-12s  %4s  real time; `halfopen doctor` tells what it "
		       "can\n",
		       has_default && !chosen.path ? '*' : ' ', width, "live", "live",
		       kernel.release, "");
		kernel_done(&kernel);
	}
	json_decref(array);
	store_done(&store);
	kernel_done(&chosen);
	return EXIT_HELD;
}

static int kernel_add(struct options *options)
{
	const char *path = options->argument;
	struct kernel kernel = {0};
	struct err err = {0};
	int ret = access(path, F_OK) < 0 ? err_sys(&err, errno, "%s", path)
					 : kernel_find(path, &kernel, &err);
	const char *name = options->name ? options->name : kernel.release;

	if (ret == 0 && !*name)
		ret = err_set(&err, EINVAL, "%s does not tell its version: give it a --name", path);
	if (ret == 0)
		ret = store_add(name, path, kernel.release, &err);
	if (ret == -EEXIST && !options->name)
		err_set(&err, EEXIST,
			"there is a kernel called '%s' already: give this one another --name",
			name);
	if (ret == 0)
		printf("%s: %s, Linux %s\n", name, kernel_kind_name(kernel.kind), kernel.release);
	kernel_done(&kernel);
	return ret == 0 ? EXIT_HELD : fail("add", EXIT_USAGE, &err);
}

static int kernel_use(struct options *options)
{
	const char *name = options->argument;
	AUTO_FREE char *chosen = NULL;
	struct err err = {0};
	int ret = store_use(name, &err);

	if (ret == -ENOENT)
		kernel_names_suggest(name, true, &err);
	if (ret < 0)
		return fail("use", ret == -ENOENT || ret == -EINVAL ? EXIT_USAGE : EXIT_COULD_NOT,
			    &err);
	chosen = store_default();
	printf("runs happen on %s\n", chosen ? chosen : "");
	if (kernel_of_environment()) {
		fputs("but here, where HALFOPEN_UML names ", stdout);
		visible_print(kernel_of_environment(), true, stdout);
		putchar('\n');
	}
	return EXIT_HELD;
}

static int kernel_remove(struct options *options)
{
	const char *name = options->argument;
	struct err err = {0};
	int ret = strcmp(name, kernel_kind_name(KERNEL_LIVE)) == 0
			  ? err_set(&err, EINVAL, "the live kernel stays")
			  : store_remove(name, &err);

	if (ret == 0)
		return EXIT_HELD;
	if (ret == -ENOENT)
		kernel_names_suggest(name, false, &err);
	return fail("remove", ret == -ENOENT || ret == -EINVAL ? EXIT_USAGE : EXIT_COULD_NOT, &err);
}

static const struct argp_option build_options[] = {
	{"hz", KEY_HZ, "100|250|300|1000", 0, "ticks a second (default: 250)", 0},
	{"config", KEY_CONFIG, "FRAGMENT", 0,
	 "options over halfopen's own, as CONFIG_NAME=y, a line each; may be repeated", 0},
	{"patch", KEY_PATCH, "FILE", 0, "apply this to the copy of the tree; may be repeated", 0},
	{"keep", KEY_KEEP, NULL, 0,
	 "keep the copy, so that the next build from there compiles only what has changed", 0},
	{"key", KEY_KEY, NULL, 0,
	 "build nothing; print what a CI can keep the kernel under: a hash of what it is made of",
	 0},
	{"name", KEY_CALLED, "NAME", 0, "what to call it; the one that was called so before goes",
	 0},
	{0}};
static const struct argp_option list_options[] = {
	{"json", KEY_JSON, NULL, 0, "as a JSON array, one object a kernel", 0}, {0}};
static const struct argp_option add_options[] = {
	{"name", KEY_NAME, "NAME", 0, "what to call it (default: its version)", 0}, {0}};
static const struct argp_option no_options[] = {{0}};

static const struct {
	struct command command;
	int (*run)(struct options *options);
	enum { TAKES_NONE, TAKES_OPTIONAL, TAKES_ONE } takes;
} commands[] = {
	{{"build", NULL, "make a UML kernel from a Linux tree",
	  &(const struct argp){
		  build_options, parse_option, "[VERSION | TREE | TREE@COMMIT | TARBALL]",
		  "Makes a User-Mode Linux kernel, from Linux 5.10 on, and keeps it by a name of "
		  "its version, HZ and a key. VERSION, as 6.1, is one that Debian has, in "
		  "whichever "
		  "of its suites. A tree is copied, not touched, and a commit or tag of its git is "
		  "not checked out. Without any: $HALFOPEN_LINUX, or Debian's 6.12. The last line "
		  "is the kernel's path.\v"
		  "It takes a few minutes, once: the same again is found by its key. `run` takes "
		  "it when --kernel or `halfopen kernel use` names it.\n\nExamples:\n\n"
		  "    halfopen kernel build\n"
		  "    halfopen kernel build --patch fix.patch --name fixed 6.1\n"
		  "    halfopen kernel build --hz 1000 ~/linux",
		  NULL, NULL, NULL},
	  NULL},
	 kernel_build,
	 TAKES_OPTIONAL},
	{{"fetch", NULL, "download a Debian kernel, to run it in QEMU",
	  &(const struct argp){
		  no_options, parse_option, "[VERSION | PACKAGE]",
		  "Downloads and unpacks a Debian kernel package, as "
		  "linux-image-6.1.0-56-cloud-amd64, with apt, and keeps it by that name. "
		  "VERSION, as 7.3: the newest cloud kernel of it, from whichever of Debian's "
		  "suites. "
		  "Nothing is installed. Without any: the newest of 6.12, or that there is. The "
		  "last "
		  "line is its folder.\vExamples:\n\n"
		  "    halfopen kernel fetch 6.1\n"
		  "    halfopen kernel fetch linux-image-6.1.0-56-cloud-amd64",
		  NULL, NULL, NULL},
	  NULL},
	 kernel_fetch,
	 TAKES_OPTIONAL},
	{{"list", NULL, "what is there, its version, HZ, and what it can do",
	  &(const struct argp){list_options, parse_option, NULL,
			       "Lists the kernels that --kernel knows by name. A star marks the "
			       "one that `run` takes if "
			       "not told otherwise.\vExamples:\n\n"
			       "    halfopen kernel list\n"
			       "    halfopen kernel list --json",
			       NULL, NULL, NULL},
	  NULL},
	 kernel_list,
	 TAKES_NONE},
	{{"use", NULL, "choose the one that runs happen on",
	  &(const struct argp){no_options, parse_option, "NAME",
			       "Chooses the kernel that runs happen on if neither --kernel nor "
			       "$HALFOPEN_UML names one: NAME, or the one whose name begins so, or "
			       "`live`. Nothing else changes it, but to remove that kernel.\v"
			       "Examples:\n\n"
			       "    halfopen kernel use 6.12\n"
			       "    halfopen kernel use live",
			       NULL, NULL, NULL},
	  NULL},
	 kernel_use,
	 TAKES_ONE},
	{{"add", NULL, "give a kernel that is elsewhere a name",
	  &(const struct argp){
		  add_options, parse_option, "PATH",
		  "Gives the kernel at PATH a name for --kernel. It stays where it is. Its "
		  "configuration "
		  "is "
		  "remembered, if it lies beside it as config, .config or config-VERSION. It is "
		  "a UML kernel, a bzImage, or a folder with one and its modules, as "
		  "`dpkg-deb -x` unpacks Debian's packages.\vExamples:\n\n"
		  "    halfopen kernel add ~/linux/linux\n"
		  "    halfopen kernel add --name mine /boot/vmlinuz",
		  NULL, NULL, NULL},
	  NULL},
	 kernel_add,
	 TAKES_ONE},
	{{"remove", NULL, "forget a kernel; one that was built is deleted",
	  &(const struct argp){no_options, parse_option, "NAME",
			       "Deletes a kernel that was built, and forgets one that was added.\v"
			       "Examples:\n\n"
			       "    halfopen kernel remove mine",
			       NULL, NULL, NULL},
	  NULL},
	 kernel_remove,
	 TAKES_ONE},
};
#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

const struct command *kernel_command(int i)
{
	return i < (int)COMMANDS ? &commands[i].command : NULL;
}

static void usage(FILE *to)
{
	fputs("Usage: halfopen kernel COMMAND [ARGUMENT...]\nThe kernels that runs can happen on, "
	      "by name.\n\n",
	      to);
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].command.name, commands[i].command.help);
	fputs("\n`halfopen kernel COMMAND --help` says more about each.\n\nExamples:\n\n"
	      "    halfopen kernel build\n"
	      "    halfopen kernel list\n"
	      "    halfopen kernel use 6.12\n",
	      to);
}

static int unknown(const char *name)
{
	AUTO_FREE char *seen = visible_copy(name, true);
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < COMMANDS; i++)
		known_add(&known, commands[i].command.name);
	fprintf(stderr, "halfopen kernel: there is no command '%s'", seen);
	if (known_nearest(&known))
		fprintf(stderr, "; did you mean '%s'?", known_nearest(&known));
	fputs("\n`halfopen kernel --help` lists them.\n", stderr);
	return EXIT_USAGE;
}

int cmd_kernel(int argc, char **argv)
{
	struct options options = {0};
	char name[64];

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-?") == 0) {
		usage(argc < 2 ? stderr : stdout);
		return argc < 2 ? EXIT_USAGE : EXIT_HELD;
	}
	for (size_t i = 0; i < COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].command.name) != 0)
			continue;
		snprintf(name, sizeof(name), "halfopen kernel %s", commands[i].command.name);
		argv[1] = name; /* what argp puts before its messages */
		cmd_parse(commands[i].command.argp, argc - 1, argv + 1, &options);
		if ((!options.argument && commands[i].takes == TAKES_ONE) ||
		    (options.argument && commands[i].takes == TAKES_NONE)) {
			fprintf(stderr, "%s: it takes %s%s\n", name,
				commands[i].takes == TAKES_NONE ? "no argument" : "one argument, ",
				commands[i].takes == TAKES_NONE
					? ""
					: commands[i].command.argp->args_doc);
			return EXIT_USAGE;
		}
		return commands[i].run(&options);
	}
	return unknown(argv[1]);
}

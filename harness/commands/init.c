/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "file.h"
#include "known.h"
#include "reference.h"
#include "text.h"

struct options {
	const struct case_template *template;
	const char *file; /* NULL: called as the template */
};

static void template_find(struct options *options, const char *name, struct argp_state *state)
{
	struct known known;
	const char *nearest;

	known_init(&known, name);
	for (const struct case_template *one = case_templates; one->name; one++) {
		known_add(&known, one->name);
		if (strcmp(one->name, name) == 0)
			options->template = one;
	}
	nearest = known_nearest(&known);
	if (!options->template)
		argp_error(state, "there is no template '%s'%s%s%s", name,
			   nearest ? "; did you mean '" : "", nearest ? nearest : "",
			   nearest ? "'?" : "; `halfopen init` lists them");
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *options = state->input;

	if (key != ARGP_KEY_ARG)
		return ARGP_ERR_UNKNOWN;
	if (!options->template)
		template_find(options, arg, state);
	else if (!options->file)
		options->file = arg;
	else
		argp_error(state, "one file at a time");
	return 0;
}

const struct argp init_argp = {
	NULL,
	parse_option,
	"[crash|keepalive|blackhole|nat|reboot|own-program [FILE]]",
	"Writes a case to begin with, one that runs, with remarks: to FILE, or to the template's "
	"name with .yaml. A file that is there stays as it is. Without a template, lists them.\v"
	"Examples:\n\n"
	"    halfopen init crash\n"
	"    halfopen run --out out crash.yaml\n"
	"    halfopen init nat mine.yaml",
	NULL,
	NULL,
	NULL};

static int list(void)
{
	for (const struct case_template *one = case_templates; one->name; one++)
		printf("%-12s %s\n", one->name, one->help);
	return EXIT_HELD;
}

static int write_new(const struct case_template *template, const char *file, struct err *err)
{
	AUTO_CLOSE int fd = open(file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	int ret;

	if (fd < 0 && errno == EEXIST)
		return err_set(err, EEXIST,
			       "%s is there already; name another: halfopen init %s FILE", file,
			       template->name);
	ret = fd < 0 ? -errno : file_write_all(fd, template->text, *template->size);
	if (ret == 0 && close(TAKE_FD(fd)) < 0)
		ret = -errno;
	return ret < 0 ? err_sys(err, ret, "%s", file) : 0;
}

int cmd_init(int argc, char **argv)
{
	struct options options = {0};
	AUTO_FREE char *own = NULL;
	struct err err = {0};
	int ret;

	cmd_parse(&init_argp, argc, argv, &options);
	if (!options.template)
		return list();
	own = text_format("%s.yaml", options.template->name);
	if (!options.file)
		options.file = own;
	ret = write_new(options.template, options.file, &err);
	if (ret < 0) {
		cmd_complain("init", &err);
		return ret == -EEXIST ? EXIT_USAGE : EXIT_COULD_NOT;
	}
	printf("%s: %s\nhalfopen run --out out %s\n", options.file, options.template->help,
	       options.file);
	return EXIT_HELD;
}

/* SPDX-License-Identifier: MIT */
#include "outputs.h"

#include <argp.h>
#include <errno.h>
#include <signal.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commandline.h"
#include "known.h"
#include "results.h"
#include "text.h"

enum { KEY_FORMAT = 0x1100 };

static const struct argp_option argp_options[] = {
	{"format", KEY_FORMAT, "FORMAT[=FILE]", 0,
	 "text, json, junit, tap, github, codequality or markdown, to a file or else to standard "
	 "output; the text then "
	 "goes to standard error; may be repeated",
	 0},
	{0}};

static void output_add(struct outputs *outputs, const struct writer *writer, const char *path)
{
	struct results_file *output = &outputs->output[outputs->count++];

	output->writer = writer;
	output->path = path;
}

static void refuse(const char *arg, size_t size, struct argp_state *state)
{
	char name[64];
	struct known known;

	snprintf(name, sizeof(name), "%.*s", (int)size, arg);
	known_init(&known, name);
	for (const struct writer *const *writer = writers; *writer; writer++)
		known_add(&known, (*writer)->name);
	if (known_nearest(&known))
		argp_error(state, "there is no format '%s'; did you mean '%s'?", name,
			   known_nearest(&known));
	argp_error(state, "there is no format '%s'", name);
}

/* Who writes to standard output, if anybody was told to; -1: nobody. */
static int on_standard_output(const struct outputs *outputs)
{
	for (int i = 0; i < outputs->count; i++)
		if (!outputs->output[i].path)
			return i;
	return -1;
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct outputs *outputs = state->input;
	int taken = on_standard_output(outputs);
	size_t size;
	const struct writer *writer;
	const char *path;

	if (key != KEY_FORMAT)
		return ARGP_ERR_UNKNOWN;
	size = strcspn(arg, "=");
	writer = writer_find(arg, size);
	path = arg[size] && strcmp(arg + size, "=-") != 0 ? arg + size + 1 : NULL;
	if (!writer)
		refuse(arg, size, state);
	else if (arg[size] && !arg[size + 1])
		argp_error(state, "--format %s: a file's name is missing", arg);
	else if (outputs->count == MOST_OUTPUTS - 3)
		argp_error(state, "more than %d formats", MOST_OUTPUTS - 3);
	else if (!path && taken >= 0)
		argp_error(state,
			   "two formats for standard output, %s and %s: name a file, as in "
			   "--format %s=FILE",
			   outputs->output[taken].writer->name, writer->name, writer->name);
	else
		output_add(outputs, writer, path);
	return 0;
}

const struct argp outputs_argp = {argp_options, parse_option, NULL, NULL, NULL, NULL, NULL};

/* The current folder as seen from the top of the workspace, as "sub/", or "": GitHub and GitLab
 * want to know where in the repository a file is. NULL: it is elsewhere. */
static char *folder_of_workspace(void)
{
	const char *github = getenv("GITHUB_WORKSPACE");
	const char *workspace = github ? github : getenv("CI_PROJECT_DIR");
	char *top = workspace ? realpath(workspace, NULL) : NULL, *here = realpath(".", NULL);
	char *folder = NULL;
	size_t size = top ? strlen(top) : 0;

	if (top && here && strncmp(here, top, size) == 0 &&
	    (here[size] == '/' || here[size] == '\0'))
		folder = text_format("%s%s", here + size + (here[size] == '/'),
				     here[size] == '/' ? "/" : "");
	free(top);
	free(here);
	return folder;
}

static void outputs_close(struct outputs *outputs)
{
	for (int i = 0; i < outputs->count; i++)
		if (outputs->output[i].path && outputs->output[i].file)
			fclose(outputs->output[i].file);
	free(outputs->folder);
	outputs->folder = NULL;
}

int outputs_open(struct outputs *outputs, struct err *err)
{
	const char *actions = getenv("GITHUB_ACTIONS");
	const char *summary = getenv("GITHUB_STEP_SUMMARY");
	bool annotate = actions && strcmp(actions, "true") == 0;
	int taken = on_standard_output(outputs);

	/* Who reads no more of one of them, as head(1), does not end the others. */
	signal(SIGPIPE, SIG_IGN);
	if (summary && *summary) {
		output_add(outputs, &writer_markdown, summary);
		outputs->output[outputs->count - 1].append = true;
	}
	outputs->people = stdout;
	for (int i = 0; i < outputs->count; i++) {
		struct results_file *output = &outputs->output[i];

		annotate = annotate && output->writer != &writer_github;
		output->file = output->path ? fopen(output->path, output->append ? "ae" : "we")
					    : stdout;
		if (!output->file) {
			int error = errno;

			outputs_close(outputs);
			return err_sys(err, error, "--format %s=%s", output->writer->name,
				       output->path);
		}
	}
	if (taken < 0 || outputs->output[taken].writer != &writer_text) {
		outputs->people = taken < 0 ? stdout : stderr;
		output_add(outputs, &writer_text, NULL);
		outputs->output[outputs->count - 1].file = outputs->people;
	}
	if (annotate) {
		output_add(outputs, &writer_github, NULL);
		outputs->output[outputs->count - 1].file = outputs->people;
	}
	outputs->folder = folder_of_workspace();
	outputs->listing = (struct listing){.version = program_version, .folder = outputs->folder};
	return 0;
}

/* What first goes wrong is kept, to be told at the end. */
static void output_flush(struct results_file *output)
{
	errno = 0;
	if ((fflush(output->file) == EOF || ferror(output->file)) && !output->error)
		output->error = errno ? errno : EIO;
}

/* That standard output failed is told once. */
static void output_forget(FILE *file)
{
	__fpurge(file);
	clearerr(file);
}

void outputs_begin(struct outputs *outputs, const struct outcomes *outcomes)
{
	outputs->listing.outcomes = outcomes;
	outputs->listing.count = outcomes->count;
	outputs->listing.begun = time(NULL);
	for (int i = 0; i < outputs->count; i++) {
		struct results_file *output = &outputs->output[i];

		if (output->writer->begin)
			output->writer->begin(&outputs->listing, output->file);
		output_flush(output);
	}
}

void outputs_one(struct outputs *outputs, const json_t *result)
{
	outputs->listing.tally[result_verdict(result)]++;
	outputs->listing.for_own_kernels += result_verdict(result) == VERDICT_SKIP &&
					    strstr(result_string(result, "reason"),
						   PLAN_OWN_KERNELS) != NULL;
	outputs->listing.repeated |= json_object_get(result, "repetition") != NULL;
	outputs->listing.simulated_s += result_number(result, "simulated_s");
	for (int i = 0; i < outputs->count; i++) {
		struct results_file *output = &outputs->output[i];

		output->told++;
		if (output->writer->one)
			output->writer->one(result, &outputs->listing, output->told, output->file);
		/* Others are started in between, who must not write it once more. */
		output_flush(output);
	}
}

int outputs_end(struct outputs *outputs, double took_s, struct err *err)
{
	int ret = 0;

	outputs->listing.took_s = took_s;
	for (int i = 0; i < outputs->count; i++) {
		struct results_file *output = &outputs->output[i];
		int error;

		if (output->writer->end)
			output->writer->end(&outputs->listing, output->file);
		output_flush(output);
		error = output->error;
		if (output->path && fclose(output->file) == EOF && !error)
			error = errno;
		else if (!output->path && error)
			output_forget(output->file);
		output->file = NULL;
		if (error && ret == 0)
			ret = err_sys(err, error, "cannot write the results as %s",
				      output->writer->name);
	}
	free(outputs->folder);
	outputs->folder = NULL;
	return ret;
}

int outputs_status(const struct outputs *outputs)
{
	const int *tally = outputs->listing.tally;

	if (tally[VERDICT_ERROR])
		return EXIT_COULD_NOT;
	if (tally[VERDICT_FAIL])
		return EXIT_FAILED;
	return tally[VERDICT_PASS] ? EXIT_HELD : EXIT_SKIPPED;
}

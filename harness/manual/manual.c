/* SPDX-License-Identifier: MIT */
#include "manual.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commandline.h"
#include "options.h"
#include "reference.h"
#include "roff.h"
#include "text.h"

#define PROGRAM   "halfopen"
#define CASE_PAGE "halfopen-case"
#define ABOUT     "what a TCP connection really does when the other side dies"

struct item {
	const char *name, *help;
};

static const struct item environment[] = {
	{"HALFOPEN_UML", "the kernel that runs happen on if --kernel does not say: `live`, a path, "
			 "or a name that `halfopen kernel list` shows; else what "
			 "`halfopen kernel use` chose"},
	{"HALFOPEN_LINUX", "the Linux tree or tarball from which `halfopen kernel build` makes a "
			   "kernel if none is named"},
	{"XDG_CACHE_HOME", "below it, or else below ~/.cache, kernels are kept in "
			   "halfopen/kernels"},
	{"PATH", "where qemu-system-x86_64 is looked for, which runs a bzImage"},
	{"TMPDIR",
	 "where runs have their scratch files, if not in /tmp; for root one that others may enter"},
	{"HALFOPEN_SHARD", "which part of the runs `run --shard auto` takes, as 3/10"},
	{"HALFOPEN_SHARDS", "how many shards there are, where the scheduler does not say"},
	{"PAGER", "what long output goes through on a terminal, if not `less`; empty: nothing"},
	{"GITHUB_ACTIONS", "if it is `true`, results are told as GitHub's annotations as well"},
	{"GITHUB_WORKSPACE", "the folder that the annotations' paths start from"},
	{"CI_PROJECT_DIR", "the same at GitLab"},
	{"GITHUB_STEP_SUMMARY", "the file that a summary in Markdown is written to"},
	{"NO_COLOR", "if it is set, no colours unless `--color=always`"},
	{"TERM", "if it is `dumb`, no colours either"},
	{0}};

static const struct item files[] = {
	{"PREFIX/share/halfopen/cases", "the cases that ship, a folder a story; good to begin "
					"one's own from"},
	{"PREFIX/share/halfopen/case.schema.json", "the JSON Schema of cases, for editors"},
	{"PREFIX/share/halfopen/claims.yaml", "the claims that cases name, and whether each holds"},
	{"PREFIX/share/cmake/Halfopen", "find_package(Halfopen) and halfopen_add_cases(), which "
					"make runs of cases CTest's tests"},
	{"~/.cache/halfopen/kernels", "the kernels that were built or added"},
	{0}};

static const struct item examples[] = {
	{"halfopen doctor", "what can this machine do?"},
	{"halfopen run", "run every case that ships"},
	{"halfopen run --out out mine.yaml", "run one's own, and keep the results"},
	{"halfopen show out/mine", "what happened?"},
	{"halfopen report out", "make pages for a browser: out/report/index.html"},
	{0}};

static void print_items(FILE *out, const char *heading, const struct item *item)
{
	fprintf(out, ".SH %s\n", heading);
	for (; item->name; item++) {
		fputs(".TP\n", out);
		roff_code(out, item->name);
		fputc('\n', out);
		roff_text(out, item->help);
		fputc('\n', out);
	}
}

static void print_head(FILE *out, const char *name, int section, const char *about)
{
	fputs(".\\\" Made by `halfopen reference` from the program's own tables.\n.TH \"", out);
	fprintf(out, "%s\" %d \"\" \"%s\" \"\"\n.SH NAME\n%s \\- ", name, section,
		argp_program_version, name);
	roff_text(out, about);
	fputc('\n', out);
}

/* "--format=FORMAT[=FILE]", "-j, --jobs=N" */
static void print_option(FILE *out, const struct argp_option *option)
{
	const char *equals = option->arg ? "=" : "";
	char text[128], letter = option_letter(option);

	fputs(".TP\n", out);
	if (letter) {
		snprintf(text, sizeof(text), "-%c", letter);
		roff_code(out, text);
		fputs(", ", out);
	}
	snprintf(text, sizeof(text), "--%s%s", option->name, equals);
	roff_code(out, text);
	fprintf(out, "\\fI%s\\fR\n", option->arg ? option->arg : "");
	roff_text(out, option->doc);
	fputc('\n', out);
}

static void print_options(FILE *out, const struct argp *argp)
{
	struct options_list list;

	options_collect(argp, &list);
	for (int i = 0; i < list.count; i++)
		print_option(out, list.option[i]);
}

/* "halfopen run [OPTION...] [FILE]..." */
static void print_synopsis(FILE *out, const char *words, const struct argp *argp)
{
	roff_code(out, words);
	fprintf(out, " [\\fIOPTION\\fR...] %s\n", argp->args_doc ? argp->args_doc : "");
}

/* What argp prints before the options, and what it prints after them. */
static void print_doc(FILE *out, const struct argp *argp, bool after)
{
	const char *split = strchr(argp->doc, '\v');
	char *before = strndup(argp->doc, split ? (size_t)(split - argp->doc) : strlen(argp->doc));

	if (!after && before)
		roff_markdown(out, before);
	if (after && split)
		roff_markdown(out, split + 1);
	free(before);
}

static void print_see_also(FILE *out, const struct command *commands, const char *but)
{
	char name[64];
	const char *between = "";
	int section;

	fputs(".SH SEE ALSO\n.nh\n", out);
	for (int i = 0; (section = manual_name(commands, i, name, sizeof(name))); i++) {
		if (strcmp(name, but) == 0)
			continue;
		fputs(between, out);
		roff_code(out, name);
		fprintf(out, "(%d)", section);
		between = ",\n";
	}
	fputc('\n', out);
}

static void print_overview(FILE *out, const struct command *commands)
{
	print_head(out, PROGRAM, 1, ABOUT);
	fputs(".SH SYNOPSIS\n\\fBhalfopen\\fR \\fICOMMAND\\fR [\\fIARGUMENT\\fR...]\n"
	      ".SH DESCRIPTION\n",
	      out);
	roff_markdown(out,
		      "`halfopen` shows and checks what a TCP connection does when the other "
		      "side goes away. A case is a YAML file that says which hosts there are, "
		      "what runs on them, what breaks and when, and what must come out. Every "
		      "run happens on a real Linux kernel: on the one that is running, or on "
		      "one in User-Mode Linux, where no rights are needed and time is virtual.");
	fputs(".SH COMMANDS\n", out);
	for (const struct command *command = commands; command->name; command++) {
		fputs(".TP\n", out);
		roff_code(out, command->name);
		fputc('\n', out);
		roff_text(out, command->help);
		fprintf(out, "; see\n.BR halfopen\\-%s (1)\n", command->name);
	}
	print_items(out, "EXAMPLES", examples);
	fputs(".SH EXIT STATUS\n", out);
	roff_markdown(out, exit_status_text);
	print_items(out, "ENVIRONMENT", environment);
	print_items(out, "FILES", files);
}

/* A command that has others below it: all of them in one page. */
static void print_below(FILE *out, const struct command *command)
{
	const struct command *below;
	char words[64];

	fprintf(out, ".SH SYNOPSIS\n");
	for (int i = 0; (below = command->below(i)); i++) {
		snprintf(words, sizeof(words), "halfopen %s %s", command->name, below->name);
		fputs(i ? ".br\n" : "", out);
		print_synopsis(out, words, below->argp);
	}
	fputs(".SH COMMANDS\n", out);
	for (int i = 0; (below = command->below(i)); i++) {
		fprintf(out, ".SS \"halfopen %s %s\"\n", command->name, below->name);
		print_doc(out, below->argp, false);
		print_options(out, below->argp);
		fputs(".PP\n", out);
		print_doc(out, below->argp, true);
	}
}

static void print_command(FILE *out, const struct command *command)
{
	char words[64];

	snprintf(words, sizeof(words), "halfopen-%s", command->name);
	print_head(out, words, 1, command->help);
	if (command->below) {
		print_below(out, command);
		return;
	}
	fputs(".SH SYNOPSIS\n", out);
	snprintf(words, sizeof(words), "halfopen %s", command->name);
	print_synopsis(out, words, command->argp);
	fputs(".SH DESCRIPTION\n", out);
	print_doc(out, command->argp, false);
	fputs(".SH OPTIONS\n", out);
	print_options(out, command->argp);
	if (strchr(command->argp->doc, '\v')) {
		fputs(".SH NOTES\n", out);
		print_doc(out, command->argp, true);
	}
}

static void print_case(FILE *out)
{
	char *markdown = case_reference_markdown();

	print_head(out, CASE_PAGE, 5, "what a case of halfopen is written in");
	fputs(".SH DESCRIPTION\n", out);
	if (markdown)
		roff_markdown(out, markdown);
	free(markdown);
}

int manual_name(const struct command *commands, int i, char *ret_name, size_t size)
{
	if (i == 0) {
		snprintf(ret_name, size, PROGRAM);
		return 1;
	}
	for (const struct command *command = commands; command->name; command++)
		if (--i == 0) {
			snprintf(ret_name, size, PROGRAM "-%s", command->name);
			return 1;
		}
	if (i != 1)
		return 0;
	snprintf(ret_name, size, CASE_PAGE);
	return 5;
}

/* Prints the page if there is one of that name. */
static bool print_page(FILE *out, const struct command *commands, const char *name)
{
	size_t prefix = strlen(PROGRAM "-");

	if (strcmp(name, PROGRAM) == 0) {
		print_overview(out, commands);
		return true;
	}
	if (strcmp(name, CASE_PAGE) == 0) {
		print_case(out);
		return true;
	}
	if (strncmp(name, PROGRAM "-", prefix) != 0)
		return false;
	for (const struct command *command = commands; command->name; command++)
		if (strcmp(name + prefix, command->name) == 0) {
			print_command(out, command);
			return true;
		}
	return false;
}

char *manual_page(const struct command *commands, const char *name)
{
	struct text text = {0};
	FILE *out = text_stream(&text);
	bool found = print_page(out, commands, name);

	if (found)
		print_see_also(out, commands, name);
	text_stream_end(&text, out);
	if (found)
		return text_take(&text);
	text_done(&text);
	return NULL;
}

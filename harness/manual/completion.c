/* SPDX-License-Identifier: MIT
 *
 * What a value or an argument is completed with goes by the word that stands for it in the help:
 * FOLDER, KERNEL. Each shell has its own way to say "a folder".
 */
#include "completion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "commandline.h"
#include "manual.h"
#include "options.h"
#include "writer.h"

enum kind { NOTHING, FOLDERS, FILES, CASES, KERNELS, WORDS, KINDS };

/* By kind: bash's function (with the words after it), and zsh's. */
static const struct {
	const char *bash, *zsh;
} action[KINDS] = {
	[NOTHING] = {":", ""},
	[FOLDERS] = {"_halfopen_folders", "_files -/"},
	[FILES] = {"_halfopen_files", "_files"},
	[CASES] = {"_halfopen_cases", "_files -g \"*.yaml(-.)\""},
	[KERNELS] = {"_halfopen_kernels", "_halfopen_kernels"},
	[WORDS] = {"_halfopen_words", ""},
};

struct meaning {
	const char *word;
	enum kind kind;
};

/* What an option's value is, by the word in its table. What is not here is not completed. */
static const struct meaning value_meaning[] = {
	{"DIR", FOLDERS},    {"REPORT", FOLDERS},        {"FILE", FILES},     {"PATH", FILES},
	{"FRAGMENT", FILES}, {"NAME=VALUE|FILE", FILES}, {"KERNEL", KERNELS}, {0}};

/* What a command's arguments are, by the first of these that its table has. */
static const struct meaning argument_meaning[] = {
	{"RECORD", FILES}, {"FILE", CASES},   {"FOLDER", FOLDERS},
	{"DIR", FOLDERS},  {"A B", FOLDERS},  {"TARBALL", FILES},
	{"PATH", FILES},   {"NAME", KERNELS}, {0}};

static const char bash_head[] =
	"# bash completion of halfopen. Made by `halfopen reference --completion bash`.\n"
	"\n"
	"_halfopen_words() { mapfile -t COMPREPLY < <(compgen -W \"$1\" -- \"$cur\"); }\n"
	"_halfopen_kernels() {\n"
	"\t_halfopen_words \"$(\"$program\" kernel list 2>/dev/null | sed -n '2,$s/^..\\([^ ]*\\) "
	".*/\\1/p')\"\n"
	"}\n"
	"_halfopen_paths() {\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"\tmapfile -t COMPREPLY < <(compgen \"$@\" -- \"$cur\")\n"
	"}\n"
	"_halfopen_folders() { _halfopen_paths -d; }\n"
	"_halfopen_files() { _halfopen_paths -f; }\n"
	"_halfopen_cases() {\n"
	"\tlocal folders\n"
	"\t_halfopen_paths -d\n"
	"\tfolders=(\"${COMPREPLY[@]}\")\n"
	"\t_halfopen_paths -f -X '!*.yaml'\n"
	"\tCOMPREPLY+=(\"${folders[@]}\")\n"
	"}\n"
	"\n"
	"_halfopen() {\n"
	"\tlocal program=$1 cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal command=${COMP_WORDS[1]}\n"
	"\tCOMPREPLY=()\n"
	"\t# --option=value is three words to bash\n"
	"\tif [ \"$cur\" = = ]; then\n"
	"\t\tcur=\n"
	"\telif [ \"$prev\" = = ]; then\n"
	"\t\tprev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	"\tfi\n"
	"\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	"\t\tcommand=\n";

static const char zsh_head[] =
	"#compdef halfopen\n"
	"# zsh completion of halfopen. Made by `halfopen reference --completion zsh`.\n"
	"\n"
	"_halfopen_kernels() {\n"
	"\tlocal -a names\n"
	"\tnames=(${(f)\"$(_call_program kernels $program kernel list 2>/dev/null |\n"
	"\t\tsed -n '2,$s/^..\\([^ ]*\\) .*/\\1/p')\"})\n"
	"\t_describe kernel names || _files\n"
	"}\n"
	"\n"
	"_halfopen() {\n"
	"\tlocal program=$words[1] command=$words[2] ret=1\n";

static enum kind argument_kind(const char *args_doc)
{
	const struct meaning *meaning = argument_meaning;

	while (args_doc && meaning->word && !strstr(args_doc, meaning->word))
		meaning++;
	return args_doc ? meaning->kind : NOTHING;
}

/* Writes the words that a value may be to WORDS, if there are words for it. */
static enum kind value_kind(const struct command *commands, const struct argp_option *option,
			    FILE *words)
{
	const struct meaning *meaning = value_meaning;

	if (strcmp(option->arg, "WHEN") == 0) {
		fputs("auto always never", words);
		return WORDS;
	}
	if (strncmp(option->arg, "FORMAT", 6) == 0) {
		for (const struct writer *const *writer = writers; *writer; writer++)
			fprintf(words, "%s%s", writer == writers ? "" : " ", (*writer)->name);
		return WORDS;
	}
	if (strcmp(option->arg, "PAGE") == 0) {
		char name[64];

		for (int i = 0; manual_name(commands, i, name, sizeof(name)); i++)
			fprintf(words, "%s%s", i ? " " : "", name);
		return WORDS;
	}
	while (meaning->word && strcmp(option->arg, meaning->word) != 0)
		meaning++;
	if (meaning->word)
		return meaning->kind;
	if (!strchr(option->arg, '|') || strpbrk(option->arg, "ABCDEFGHIJKLMNOPQRSTUVWXYZ="))
		return NOTHING;
	for (const char *c = option->arg; *c; c++) /* "text|json" */
		fputc(*c == '|' ? ' ' : *c, words);
	return WORDS;
}

/* What follows `--option`, a line of a case */
static void bash_value(FILE *out, const struct command *commands, const char *command,
		       const struct argp_option *option)
{
	char *words = NULL, letter = option_letter(option);
	size_t size = 0;
	FILE *list = open_memstream(&words, &size);
	enum kind kind;

	if (!list)
		return;
	kind = value_kind(commands, option, list);
	fclose(list);
	fprintf(out, "\t'%s --%s'", command, option->name);
	if (letter)
		fprintf(out, " | '%s -%c'", command, letter);
	fprintf(out, ") %s", action[kind].bash);
	if (kind == WORDS)
		fprintf(out, " '%s'", words);
	fputs("; return ;;\n", out);
	free(words);
}

#define MOST_COMMANDS 64

struct named {
	char words[64]; /* "kernel add" */
	const struct argp *argp;
};

/* Every command that has options. Their number. */
static int collect(const struct command *commands, struct named named[MOST_COMMANDS])
{
	const struct command *below;
	int count = 0;

	for (const struct command *command = commands; command->name; command++) {
		if (command->argp) {
			snprintf(named[count].words, sizeof(named->words), "%s", command->name);
			named[count++].argp = command->argp;
			continue;
		}
		for (int i = 0; (below = command->below(i)); i++) {
			snprintf(named[count].words, sizeof(named->words), "%s %s", command->name,
				 below->name);
			named[count++].argp = below->argp;
		}
	}
	return count;
}

/* The commands, and for each that has some the commands below it. */
static void bash_commands(FILE *out, const struct command *commands)
{
	const struct command *below;

	fputs("\t\t_halfopen_words '", out);
	for (const struct command *command = commands; command->name; command++)
		fprintf(out, "%s ", command->name);
	fputs("--help --version'\n\t\treturn\n\tfi\n\tcase $command in\n", out);
	for (const struct command *command = commands; command->name; command++) {
		if (!command->below)
			continue;
		fprintf(out, "\t%s)\n\t\tif [ \"$COMP_CWORD\" = 2 ]; then\n\t\t\t_halfopen_words '",
			command->name);
		for (int i = 0; (below = command->below(i)); i++)
			fprintf(out, "%s ", below->name);
		fputs("--help'\n\t\t\treturn\n\t\tfi\n\t\tcommand+=\" ${COMP_WORDS[2]}\" ;;\n",
		      out);
	}
	fputs("\tesac\n", out);
}

static void bash_options(FILE *out, const struct named *named)
{
	struct options_list list;

	options_collect(named->argp, &list);
	fprintf(out, "\t'%s -'*) _halfopen_words '", named->words);
	for (int i = 0; i < list.count; i++)
		fprintf(out, "%s--%s%s", i ? " " : "", list.option[i]->name,
			list.option[i]->arg ? "=" : "");
	fputs("' ;;\n", out);
}

char *completion_bash(const struct command *commands)
{
	struct named named[MOST_COMMANDS];
	struct options_list list;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int count = collect(commands, named);

	if (!out)
		return NULL;
	fputs(bash_head, out);
	bash_commands(out, commands);
	fputs("\tcase \"$command $prev\" in\n", out);
	for (int i = 0; i < count; i++) {
		options_collect(named[i].argp, &list);
		for (int j = 0; j < list.count; j++)
			if (list.option[j]->arg)
				bash_value(out, commands, named[i].words, list.option[j]);
	}
	fputs("\tesac\n\tcase \"$command $cur\" in\n", out);
	for (int i = 0; i < count; i++)
		bash_options(out, &named[i]);
	for (int i = 0; i < count; i++)
		fprintf(out, "\t'%s '*) %s ;;\n", named[i].words,
			action[argument_kind(named[i].argp->args_doc)].bash);
	fputs("\tesac\n"
	      "\t# what is to be followed by its value\n"
	      "\t[[ ${COMPREPLY[0]-} != --*= ]] || compopt -o nospace 2>/dev/null\n"
	      "}\n"
	      "complete -F _halfopen halfopen\n",
	      out);
	fclose(out);
	return text;
}

/* TEXT inside '...' of an _arguments specification, where colons and brackets mean something */
static void zsh_text(FILE *out, const char *text)
{
	for (; *text; text++)
		if (*text == '\'')
			fputs("'\\''", out);
		else
			fprintf(out, "%s%c", strchr(":[]\\", *text) ? "\\" : "", *text);
}

static void zsh_option(FILE *out, const struct command *commands, const struct argp_option *option)
{
	char letter = option_letter(option), *words = NULL;
	const char *equals = option->arg ? "=" : "";
	size_t size = 0;
	FILE *list = open_memstream(&words, &size);
	enum kind kind = NOTHING;

	if (!list)
		return;
	if (option->arg)
		kind = value_kind(commands, option, list);
	fclose(list);
	fputs(" \\\n\t\t\t'*'", out);
	if (letter)
		fprintf(out, "{'-%c%s','--%s%s'}'[", letter, option->arg ? "+" : "", option->name,
			equals);
	else
		fprintf(out, "'--%s%s[", option->name, equals);
	zsh_text(out, option->doc);
	fputc(']', out);
	if (option->arg) {
		fputc(':', out);
		zsh_text(out, option->arg);
		fprintf(out, kind == WORDS ? ":(%s)" : ":%s",
			kind == WORDS ? words : action[kind].zsh);
	}
	fputc('\'', out);
	free(words);
}

static void zsh_described(FILE *out, const char *name, const char *help)
{
	fprintf(out, "\t\t\t'%s:", name);
	zsh_text(out, help);
	fputs("'\n", out);
}

static void zsh_commands(FILE *out, const struct command *commands)
{
	const struct command *below;

	fputs("\tlocal -a commands\n\tif (( CURRENT == 2 )); then\n\t\tcommands=(\n", out);
	for (const struct command *command = commands; command->name; command++)
		zsh_described(out, command->name, command->help);
	fputs("\t\t)\n\t\t_describe command commands\n\t\treturn\n\tfi\n", out);
	for (const struct command *command = commands; command->name; command++) {
		if (!command->below)
			continue;
		fprintf(out,
			"\tif [[ $command = %s ]]; then\n\t\tif (( CURRENT == 3 )); then\n"
			"\t\t\tcommands=(\n",
			command->name);
		for (int i = 0; (below = command->below(i)); i++)
			zsh_described(out, below->name, below->help);
		fputs("\t\t\t)\n\t\t\t_describe command commands\n\t\t\treturn\n\t\tfi\n"
		      "\t\tcommand+=\" $words[3]\"\n\t\tshift words\n\t\t(( CURRENT-- ))\n\tfi\n",
		      out);
	}
}

char *completion_zsh(const struct command *commands)
{
	struct named named[MOST_COMMANDS];
	struct options_list list;
	char *text = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&text, &size);
	int count = collect(commands, named);

	if (!out)
		return NULL;
	fputs(zsh_head, out);
	zsh_commands(out, commands);
	fputs("\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n", out);
	for (int i = 0; i < count; i++) {
		const char *args_doc = named[i].argp->args_doc;

		fprintf(out, "\t'%s')\n\t\t_arguments -s -S", named[i].words);
		options_collect(named[i].argp, &list);
		for (int j = 0; j < list.count; j++)
			zsh_option(out, commands, list.option[j]);
		if (args_doc) {
			fputs(" \\\n\t\t\t'*:", out);
			zsh_text(out, args_doc);
			fprintf(out, ":%s'", action[argument_kind(args_doc)].zsh);
		}
		fputs(" && ret=0 ;;\n", out);
	}
	fputs("\tesac\n\treturn ret\n}\n\n_halfopen \"$@\"\n", out);
	fclose(out);
	return text;
}

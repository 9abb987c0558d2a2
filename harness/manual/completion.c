/* SPDX-License-Identifier: MIT
 *
 * What a value or an argument is completed with goes by the word that stands for it in the help:
 * FOLDER, KERNEL.
 */
#include "completion.h"

#include <stdbool.h>
#include <string.h>

#include "commandline.h"
#include "manual.h"
#include "options.h"
#include "reference.h"
#include "writer.h"

const char completion_bash[] =
	"# bash completion of halfopen: the program itself says what may come.\n"
	"_halfopen() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} said words=() word whole=''\n"
	"\t[[ $cur != [=:] ]] || cur=\n"
	"\t# Bash takes FILE:AXIS=VALUE apart at each : and =.\n"
	"\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD}\"; do\n"
	"\t\tif [[ ${#words[@]} -gt 0 && ( $word == : || ${words[-1]} == *.yaml:* ) ]]; then\n"
	"\t\t\twords[-1]+=$word whole=${words[-1]}\n"
	"\t\telse\n"
	"\t\t\twords+=(\"$word\") whole=''\n"
	"\t\tfi\n"
	"\tdone\n"
	"\tmapfile -t said < <(\"$1\" reference --complete -- \"${words[@]}\" 2>/dev/null)\n"
	"\tCOMPREPLY=(\"${said[@]%%$'\\t'*}\")\n"
	"\t[ -z \"$whole\" ] || COMPREPLY=(\"${COMPREPLY[@]#\"${whole%\"$cur\"}\"}\")\n"
	"\tcase ${said-} in\n"
	"\t:folders) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") ;;\n"
	"\t:files) mapfile -t COMPREPLY < <(compgen -f -- \"$cur\") ;;\n"
	"\t:cases) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\"; compgen -f -X '!*.yaml' -- "
	"\"$cur\") ;;\n"
	"\t*=) compopt -o nospace 2>/dev/null ;;\n"
	"\tesac\n"
	"\t[[ ${said-} != :* ]] || compopt -o filenames 2>/dev/null\n"
	"}\n"
	"complete -F _halfopen halfopen\n";

const char completion_zsh[] =
	"#compdef halfopen\n"
	"# zsh completion of halfopen: the program itself says what may come.\n"
	"_halfopen() {\n"
	"\tlocal tab=$'\\t'\n"
	"\tlocal -a said valued plain\n"
	"\tsaid=(${(f)\"$($words[1] reference --complete -- ${(Q)words[2,CURRENT-1]} "
	"\"${(Q)PREFIX}\" 2>/dev/null)\"})\n"
	"\t[[ $PREFIX != --*=* ]] || compset -P '*='\n"
	"\t[[ $said[1] == :* ]] || said=(\"${(@)said//:/\\\\:}\")\n"
	"\tcase $said[1] in\n"
	"\t:folders) _files -/; return ;;\n"
	"\t:files) _files; return ;;\n"
	"\t:cases) _files -g '*.yaml(-.)'; return ;;\n"
	"\tesac\n"
	"\tvalued=(${${(M)said:#--*=$tab*}/$tab/:})\n"
	"\tplain=(${${said:#--*=$tab*}/$tab/:})\n"
	"\t_describe option valued -S '' -- plain\n"
	"}\n"
	"_halfopen \"$@\"\n";

const char completion_fish[] =
	"# fish completion of halfopen: the program itself says what may come.\n"
	"function __halfopen_complete\n"
	"\tset -l words (commandline -opc) (commandline -ct)\n"
	"\tset -l said ($words[1] reference --complete -- $words[2..-1] 2>/dev/null)\n"
	"\tset -l option (string match -r -- '^--[^=]*=' $words[-1]; or echo)\n"
	"\tswitch \"$said[1]\"\n"
	"\t\tcase :folders\n"
	"\t\t\tprintf '%s\\n' $option(__fish_complete_directories (string replace -r -- "
	"'^--[^=]*=' '' "
	"$words[-1]))\n"
	"\t\tcase :files\n"
	"\t\t\t__fish_complete_path $words[-1]\n"
	"\t\tcase :cases\n"
	"\t\t\t__fish_complete_suffix .yaml\n"
	"\t\tcase '*'\n"
	"\t\t\tprintf '%s\\n' $option$said\n"
	"\tend\n"
	"end\n"
	"complete -c halfopen -f -a '(__halfopen_complete)'\n";

enum kind { NOTHING, FOLDERS, FILES, CASES, KERNELS, CLAIMS, TEMPLATES };

struct meaning {
	const char *word;
	enum kind kind;
};

/* What an option's value is, by the word in its table. What is not here is not completed. */
static const struct meaning value_meaning[] = {
	{"DIR", FOLDERS},    {"REPORT", FOLDERS}, {"FILE", FILES},
	{"PATH", FILES},     {"FRAGMENT", FILES}, {"NAME=VALUE|FILE", FILES},
	{"KERNEL", KERNELS}, {"ID", CLAIMS},      {0}};

/* What a command's arguments are, by the first of these that its table has. */
static const struct meaning argument_meaning[] = {{"[crash|", TEMPLATES}, {"RECORD", FILES},
						  {"FILE", CASES},        {"FOLDER", FOLDERS},
						  {"DIR", FOLDERS},       {"A B", FOLDERS},
						  {"TARBALL", FILES},     {"PATH", FILES},
						  {"NAME", KERNELS},      {0}};

struct asked {
	const struct command *commands;
	const struct completion_lists *lists;
	const char *begun; /* what the word begins with */
	FILE *out;
};

/* The word BEFORE NAME BEHIND, if it begins so. HELP may be NULL. */
static void offer(const struct asked *asked, const char *name, const char *behind, const char *help)
{
	if (strncmp(name, asked->begun, strlen(asked->begun)) == 0)
		fprintf(asked->out, "%s%s%s%s\n", name, behind, help ? "\t" : "", help ? help : "");
}

static void offer_all(const struct asked *asked, const char *const *names)
{
	for (; *names; names++)
		offer(asked, *names, "", NULL);
}

static void offer_kind(const struct asked *asked, enum kind kind)
{
	static const char *const lines[] = {
		[FOLDERS] = ":folders", [FILES] = ":files", [CASES] = ":cases"};

	if (kind == KERNELS)
		offer_all(asked, asked->lists->kernels);
	else if (kind == CLAIMS)
		offer_all(asked, asked->lists->claims);
	else if (kind == CASES && *asked->lists->runs)
		offer_all(asked, asked->lists->runs);
	else if (kind == TEMPLATES)
		for (const struct case_template *one = case_templates; one->name; one++)
			offer(asked, one->name, "", one->help);
	else if (kind != NOTHING)
		fprintf(asked->out, "%s\n", lines[kind]);
}

/* "text|json" */
static void offer_choices(const struct asked *asked, const char *choices)
{
	char word[64];

	if (!strchr(choices, '|') || strpbrk(choices, "ABCDEFGHIJKLMNOPQRSTUVWXYZ="))
		return;
	for (size_t length; *choices; choices += length + (choices[length] == '|')) {
		length = strcspn(choices, "|");
		snprintf(word, sizeof(word), "%.*s", (int)length, choices);
		offer(asked, word, "", NULL);
	}
}

static void offer_value(const struct asked *asked, const char *value)
{
	const struct meaning *meaning = value_meaning;
	char page[64];

	while (meaning->word && strcmp(value, meaning->word) != 0)
		meaning++;
	if (meaning->word)
		offer_kind(asked, meaning->kind);
	else if (strcmp(value, "WHEN") == 0)
		offer_choices(asked, "auto|always|never");
	else if (strncmp(value, "FORMAT", 6) == 0)
		for (const struct writer *const *writer = writers; *writer; writer++)
			offer(asked, (*writer)->name, "", NULL);
	else if (strcmp(value, "PAGE") == 0)
		for (int i = 0; manual_name(asked->commands, i, page, sizeof(page)); i++)
			offer(asked, page, "", NULL);
	else
		offer_choices(asked, value);
}

static void offer_argument(const struct asked *asked, const char *args_doc)
{
	const struct meaning *meaning = argument_meaning;

	while (args_doc && meaning->word && !strstr(args_doc, meaning->word))
		meaning++;
	if (args_doc && meaning->word)
		offer_kind(asked, meaning->kind);
}

/* WORD, of which only LENGTH count, is OPTION: --out or -o. */
static bool is_option(const struct argp_option *option, const char *word, size_t length)
{
	if (strncmp(word, "--", 2) == 0)
		return strlen(option->name) == length - 2 &&
		       strncmp(word + 2, option->name, length - 2) == 0;
	return word[0] == '-' && length == 2 && word[1] && word[1] == option_letter(option);
}

/* The option of LIST whose value the last word is; NULL: it is none's. Of `--out=x` in a word only
 * the x is begun then. */
static const struct argp_option *option_before(struct asked *asked, const struct options_list *list,
					       const char *const *words, int count)
{
	const char *word = count > 1 ? words[count - 2] : "", *equals;
	size_t length = strlen(word);

	if (strcmp(asked->begun, "=") == 0)
		asked->begun = "";
	else if (strcmp(word, "=") == 0 && count > 2)
		length = strlen(word = words[count - 3]);
	else if (strncmp(asked->begun, "--", 2) == 0 && (equals = strchr(asked->begun, '='))) {
		word = asked->begun;
		length = (size_t)(equals - word);
		asked->begun = equals + 1;
	}
	for (int i = 0; i < list->count; i++)
		if (list->option[i]->arg && is_option(list->option[i], word, length))
			return list->option[i];
	return NULL;
}

static void offer_option(const struct asked *asked, const struct argp_option *option)
{
	char name[64];

	snprintf(name, sizeof(name), "--%s", option->name);
	offer(asked, name, option->arg ? "=" : "", option->doc);
}

/* What stands where a command's name does. */
static void offer_command(const struct asked *asked, const struct command *command)
{
	offer(asked, command->name, "", command->help);
}

static void offer_common(const struct asked *asked, bool below)
{
	offer(asked, "--help", "", common_options[0].doc);
	if (!below)
		offer(asked, "--version", "", common_options[2].doc);
}

void completion_print(const struct command *commands, const struct completion_lists *lists,
		      const char *const *words, int count, FILE *out)
{
	struct asked asked = {commands, lists, count ? words[count - 1] : "", out};
	const struct command *command = commands, *below = NULL;
	const struct argp_option *option;
	struct options_list list;

	if (count < 2) {
		for (; command->name; command++)
			offer_command(&asked, command);
		offer_common(&asked, false);
		return;
	}
	while (command->name && strcmp(command->name, words[0]) != 0)
		command++;
	if (command->name && command->below) {
		for (int i = 0; (below = command->below(i)); i++)
			if (count == 2)
				offer_command(&asked, below);
			else if (strcmp(below->name, words[1]) == 0)
				break;
		if (count == 2)
			offer_common(&asked, true);
		command = below;
	}
	if (!command || !command->argp)
		return;
	options_collect(command->argp, &list);
	option = option_before(&asked, &list, words, count);
	if (option)
		offer_value(&asked, option->arg);
	else if (asked.begun[0] == '-')
		for (int i = 0; i < list.count; i++)
			offer_option(&asked, list.option[i]);
	else
		offer_argument(&asked, command->argp->args_doc);
}

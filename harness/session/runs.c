/* SPDX-License-Identifier: MIT */
#include "runs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "folder.h"
#include "list.h"
#include "results.h"
#include "shipped.h"
#include "text.h"
#include "visible.h"

#define MOST_BYTES (4u << 20) /* more than any case may have: that is said with a place */

/* What the shell put into /dev/fd is as good as a file; a pipe that nobody writes to ends at once,
 * opened so. */
static int source_read(struct case_text *text, struct err *err)
{
	AUTO_CLOSE int fd = open(text->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT)
		return path_missing(text->path, err);
	if (fd < 0 || fcntl(fd, F_SETFL, 0) < 0)
		return err_sys(err, errno, "%s", text->path);
	return file_read_fd(fd, text->path, MOST_BYTES, &text->source, &text->size, err);
}

/* What is meant twice is still one run. */
static void run_add(struct runs *runs, const struct case_text *text, const char *variant)
{
	char *name = text_format("%s%s%s", text->path, *variant ? ":" : "", variant);

	if (names_add(&runs->names, name, strlen(name)) < runs->run_count) {
		free(name);
		return;
	}
	*LIST_ADD(NULL, runs, run) = (struct run){.text = text, .variant = variant, .name = name};
}

/* Whether every part of WANTED, "ip=4" or "ip=4,timers=short", is one of VARIANT's. */
static bool variant_has(const char *variant, const char *wanted)
{
	for (;;) {
		size_t size = strcspn(wanted, ",");
		const char *part = variant;

		while (strcspn(part, ",") != size || strncmp(part, wanted, size) != 0) {
			part += strcspn(part, ",");
			if (!*part++)
				return false;
		}
		if (!wanted[size])
			return true;
		wanted += size + 1;
	}
}

static bool plan_has_line(const struct plan *plan, int line)
{
	for (int i = 0; i < plan->program_count; i++) {
		const struct plan_program *program = &plan->program[i];

		for (int k = 0; k < program->step_count; k++)
			if (program->step[k].place.line == line)
				return true;
	}
	for (int i = 0; i < plan->fault_count; i++)
		if (plan->fault[i].place.line == line)
			return true;
	for (int i = 0; i < plan->expect_count; i++)
		if (plan->expect[i].place.line == line)
			return true;
	return false;
}

/* Whether a step, a fault or an expectation at LINE takes part in the variant. */
static bool variant_has_line(const struct case_text *text, const char *variant, int line)
{
	struct diagnostics diagnostics;
	struct plan *plan = NULL;
	bool has = plan_load(text->path, text->source, text->size, variant, NULL, &plan,
			     &diagnostics) == 0 &&
		   plan_has_line(plan, line);

	plan_free(plan);
	diagnostics_done(&diagnostics);
	return has;
}

/* The line that WHAT begins with, as in "31" or "31:5: this did not hold"; 0: none. */
static int line_of(const char *what)
{
	char *end = NULL;
	long line = what ? strtol(what, &end, 10) : 0;

	return end && end > what && (!*end || *end == ':') && line > 0 && line < INT_MAX ? (int)line
											 : 0;
}

/* Adds those of TEXT's runs that WHAT means; how many that are, added before or not. */
static int variants_add(struct runs *runs, const struct case_text *text, const char *what)
{
	int line = line_of(what), count = 0;

	for (int i = 0; i < text->parsed->variant_count; i++) {
		const char *variant = text->parsed->variant[i];

		if (what &&
		    !(line ? variant_has_line(text, variant, line) : variant_has(variant, what)))
			continue;
		run_add(runs, text, variant);
		count++;
	}
	return count;
}

/* Parses PATH and adds its runs; WHAT: a variant or a line, those only. */
static int file_add(struct runs *runs, const char *path, const char *what, struct err *err)
{
	struct case_text *text = calloc(1, sizeof(*text));
	struct diagnostics diagnostics;
	struct sha256 sha;
	int ret;

	if (!text)
		abort();
	*LIST_ADD(NULL, runs, text) = text;
	text->path = text_copy(path);
	ret = source_read(text, err);
	if (ret < 0)
		return ret;
	sha256_init(&sha);
	sha256_add(&sha, text->source, text->size);
	sha256_text(&sha, text->sha256);
	ret = case_parse(path, text->source, text->size, &text->parsed, &diagnostics);
	visible_print(diagnostics.text, false, stderr);
	diagnostics_done(&diagnostics);
	if (ret < 0)
		return err_set(err, -ret, "%s is no valid case", path);
	if (variants_add(runs, text, what) > 0)
		return 0;
	if (line_of(what))
		return err_set(err, ENOENT, "%s: no step, fault or expectation at line %s", path,
			       what);
	return err_set(err, ENOENT, "%s has no variant '%s'; `halfopen list %s` shows them", path,
		       what, path);
}

/* The folders that were looked into, of one that the user named: links may make a circle, or lead
 * to the same one a thousand times. */
struct seen {
	struct seen_folder {
		dev_t dev;
		ino_t ino;
	} * folder;
	int folder_count;
};

static bool seen_before(struct seen *seen, const struct stat *st)
{
	for (int i = 0; i < seen->folder_count; i++)
		if (seen->folder[i].dev == st->st_dev && seen->folder[i].ino == st->st_ino)
			return true;
	*LIST_ADD(NULL, seen, folder) = (struct seen_folder){st->st_dev, st->st_ino};
	return false;
}

static bool is_case_name(const char *name)
{
	return *case_ending(name);
}

bool runs_is_case(const char *name)
{
	return name[0] != '.' && is_case_name(name);
}

static int is_meant(const struct dirent *entry)
{
	if (entry->d_name[0] == '.' || strcmp(entry->d_name, "broken") == 0)
		return 0;
	return entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN ||
	       is_case_name(entry->d_name);
}

static int folder_add(struct runs *runs, const char *folder, struct seen *seen, struct err *err);

/* PATH is in a folder that is looked through. */
static int entry_add(struct runs *runs, const char *path, struct seen *seen, struct err *err)
{
	struct stat st;

	if (stat(path, &st) < 0)
		return err_sys(err, errno, "%s", path);
	if (S_ISDIR(st.st_mode))
		return seen_before(seen, &st) ? 0 : folder_add(runs, path, seen, err);
	if (!is_case_name(path))
		return 0;
	if (!S_ISREG(st.st_mode))
		return err_set(err, EINVAL, "%s: not a regular file", path);
	return file_add(runs, path, NULL, err);
}

static int folder_add(struct runs *runs, const char *folder, struct seen *seen, struct err *err)
{
	struct dirent **entries;
	int count = scandir(folder, &entries, is_meant, alphasort), ret = 0;

	if (count < 0)
		return err_sys(err, errno, "%s", folder);
	for (int i = 0; i < count; i++) {
		char *path = text_format("%s/%s", folder, entries[i]->d_name);
		int one = entry_add(runs, path, seen, err); /* all diagnostics, not just one's */

		ret = ret < 0 ? ret : one;
		free(path);
		free(entries[i]);
	}
	free(entries);
	return ret;
}

static int path_add(struct runs *runs, const char *path, struct err *err)
{
	const char *colon = strchr(path, ':');
	struct seen seen = {0};
	struct stat st;
	char *file;
	int ret;

	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		seen_before(&seen, &st);
		ret = folder_add(runs, path, &seen, err);
		free(seen.folder);
		return ret;
	}
	if (stat(path, &st) == 0)
		return file_add(runs, path, NULL, err);
	if (!colon)
		return errno == ENOENT ? path_missing(path, err) : err_sys(err, errno, "%s", path);
	file = strndup(path, (size_t)(colon - path));
	if (!file)
		abort();
	ret = file_add(runs, file, colon + 1, err);
	free(file);
	return ret;
}

/* The cases that ship; named from the working directory where they are below it. */
static int shipped_add(struct runs *runs, struct err *err)
{
	char path[PATH_MAX], cwd[PATH_MAX];
	size_t above;
	int ret = shipped_find("cases", path, err);

	if (ret < 0)
		return ret;
	above = getcwd(cwd, sizeof(cwd)) ? strlen(cwd) : 0;
	if (above > 1 && strncmp(path, cwd, above) == 0 && path[above] == '/')
		return path_add(runs, path + above + 1, err);
	return path_add(runs, path, err);
}

static void folders_give(struct runs *runs)
{
	size_t count = (size_t)runs->text_count;
	const char **file = calloc(count + 1, sizeof(*file));
	char **folder = calloc(count + 1, sizeof(*folder));

	if (!file || !folder)
		abort();
	for (size_t i = 0; i < count; i++)
		file[i] = runs->text[i]->path;
	results_case_folders(file, runs->text_count, folder);
	for (size_t i = 0; i < count; i++)
		runs->text[i]->folder = folder[i];
	for (int i = 0; i < runs->run_count; i++)
		runs->run[i].folder = results_run_folder(runs->run[i].text->folder,
							 runs->run[i].variant);
	free(file);
	free(folder);
}

int runs_collect(char *const *names, struct runs *ret_runs, struct err *err)
{
	int ret = 0;

	*ret_runs = (struct runs){0};
	if (!names || !*names)
		ret = shipped_add(ret_runs, err);
	for (; names && *names; names++) {
		int before = ret_runs->text_count, one = path_add(ret_runs, *names, err);

		if (one == 0 && ret_runs->text_count == before)
			one = err_set(err, ENOENT, "%s: no case in this folder (*.yaml)", *names);
		ret = ret < 0 ? ret : one;
	}
	folders_give(ret_runs);
	return ret;
}

void run_done(struct run *run)
{
	free(run->repetition);
	free(run->name);
	free(run->folder);
}

void runs_done(struct runs *runs)
{
	for (int i = 0; i < runs->run_count; i++)
		run_done(&runs->run[i]);
	for (int i = 0; i < runs->text_count; i++) {
		case_file_free(runs->text[i]->parsed);
		free(runs->text[i]->path);
		free(runs->text[i]->folder);
		free(runs->text[i]->source);
		free(runs->text[i]);
	}
	names_done(&runs->names);
	free(runs->run);
	free(runs->text);
}

static bool has_claim(const struct case_file *parsed, const char *claim)
{
	for (int i = 0; i < parsed->claim_count; i++)
		if (strcasecmp(parsed->claims[i], claim) == 0)
			return true;
	return false;
}

void runs_keep(struct runs *runs, const bool *keep)
{
	int kept = 0;

	for (int i = 0; i < runs->run_count; i++)
		if (keep[i])
			runs->run[kept++] = runs->run[i];
		else
			run_done(&runs->run[i]);
	runs->run_count = kept;
}

static bool has_symptom(const struct case_file *parsed, const char *symptom)
{
	return parsed->symptom && strcmp(parsed->symptom, symptom) == 0;
}

void runs_select(struct runs *runs, const char *filter, const char *claim, const char *symptom)
{
	AUTO_FREE char *anywhere = text_format("*%s*", filter ? filter : "");
	AUTO_FREE bool *keep = calloc((size_t)runs->run_count + 1, sizeof(*keep));

	if (!keep)
		abort();
	for (int i = 0; i < runs->run_count; i++) {
		const struct run *run = &runs->run[i];

		keep[i] = fnmatch(anywhere, run->name, 0) == 0 &&
			  (!claim || has_claim(run->text->parsed, claim)) &&
			  (!symptom || has_symptom(run->text->parsed, symptom));
	}
	runs_keep(runs, keep);
}

static void latest(int64_t *at_ns, const struct plan_range *range)
{
	int64_t end_ns = !range->set ? 0 : range->hi != INT64_MAX ? range->hi : range->lo;

	if (end_ns > *at_ns)
		*at_ns = end_ns;
}

int64_t plan_duration_ns(const struct plan *plan)
{
	int64_t at_ns = plan->last_ns;

	if (plan->until_ns)
		return plan->until_ns;
	for (int i = 0; i < plan->expect_count; i++)
		if (plan->expect[i].kind == EXPECT_STEP) {
			latest(&at_ns, &plan->expect[i].step.at);
			latest(&at_ns, &plan->expect[i].step.took);
		} else if (plan->expect[i].kind == EXPECT_PROGRAM)
			latest(&at_ns, &plan->expect[i].program.at);
	/* What the programs wait for of their own accord. */
	for (int i = 0; i < plan->program_count; i++) {
		int64_t end_ns = plan->program[i].start_ns;

		for (int j = 0; j < plan->program[i].step_count; j++) {
			const struct peer_step *step = &plan->program[i].step[j].peer;

			if (step->op == PEER_WAIT && step->time_ns > end_ns)
				end_ns = step->time_ns;
			else if (step->op == PEER_SLEEP || step->op == PEER_HEARTBEAT)
				end_ns += step->time_ns;
		}
		if (end_ns > at_ns)
			at_ns = end_ns;
	}
	return at_ns;
}

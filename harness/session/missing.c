/* SPDX-License-Identifier: MIT */
#include "missing.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beneath.h"
#include "cleanup.h"
#include "diag.h"
#include "diagnostics.h"
#include "kernel_names.h"
#include "known.h"
#include "play.h"
#include "store.h"
#include "text.h"

struct search {
	const struct run *run;
	const struct plan *plan;
	struct diags diags;
	struct err *err; /* the first */
};

static int kernel_of_host(const struct worker_options *options, const struct plan *plan, int i,
			  struct host_kernels *kernels, struct err *err)
{
	const char *name = plan_host_name(plan, i);
	struct kernel *own = &kernels->own[i];

	kernels->of[i] = options->kernel;
	for (const struct worker_kernel_of *of = options->kernel_of; of && of->host; of++)
		if (strcmp(of->host, name) == 0) {
			kernels->of[i] = &of->kernel;
			return 0;
		}
	if (i == plan->host_count || !plan->host[i].kernel)
		return 0;
	kernels->of[i] = own;
	if (kernel_named(plan->host[i].kernel, own, err) < 0)
		return err_add(err, ENOENT, "host %s", name);
	return kernel_for_host(own, err) < 0 ? err_add(err, EINVAL, "host %s", name) : 0;
}

/* The value at PLACE: to where it ends there, or a letter where that cannot be told. */
static struct span span_of(const struct search *search, struct plan_place place)
{
	const char *source = search->run->text->source, *at = source;
	struct span span = {place.line, place.column, place.line, place.column + 1};
	size_t size = search->run->text->size;

	for (int line = 1; line < place.line && at < source + size; at++) {
		size_t n = source_break(at, size - (size_t)(at - source));

		line += n > 0;
		at += n > 1 ? n - 1 : 0;
	}
	if (strnlen(at, size - (size_t)(at - source)) < (size_t)place.column)
		return span;
	at += place.column - 1;
	if (*at == '"' || *at == '\'')
		span.end_column += (int)strcspn(at + 1, *at == '"' ? "\"\n" : "'\n") + 1;
	else
		span.end_column += (int)strcspn(at + 1, " ,}\r\n");
	return span;
}

static struct diag *complain(struct search *search, struct plan_place place, const struct err *err)
{
	if (search->diags.errors == 0)
		err_set(search->err, ENOENT, "%s", err->text);
	return diag_error(&search->diags, span_of(search, place), "%s", err->text);
}

/* Those that a host can have. */
static void help_with_kernels(struct search *search, struct diag *diag)
{
	struct text names = {0};
	struct store store;

	if (store_read(&store, NULL) < 0)
		return;
	for (int i = 0; i < store.count; i++) {
		struct kernel kernel = {0};

		if (kernel_find(store.entry[i].name, &kernel, NULL) == 0 &&
		    kernel.kind == KERNEL_UML)
			text_add(&names, "%s%s", names.size ? ", " : "", store.entry[i].name);
		kernel_done(&kernel);
	}
	diag_help(&search->diags, diag, "%s%s; `halfopen kernel build` makes %s",
		  names.size ? "there are " : "there is none yet", names.size ? names.bytes : "",
		  names.size ? "others" : "one");
	text_done(&names);
	store_done(&store);
}

static void look_for_kernel(struct search *search, const struct worker_options *options, int host,
			    struct host_kernels *kernels)
{
	struct err err = {""};

	if (kernel_of_host(options, search->plan, host, kernels, &err) < 0)
		help_with_kernels(search,
				  complain(search, search->plan->host[host].kernel_place, &err));
}

static void look_for_root(struct search *search, int host)
{
	AUTO_FREE char *root = NULL;
	struct err err = {""};

	if (play_image_find(search->plan, host, &root, &err) == 0)
		return;
	err_add(&err, ENOENT, "the root of host %s", search->plan->host[host].name);
	diag_help(&search->diags, complain(search, search->plan->host[host].root_place, &err),
		  "a folder that an image was unpacked to, by its path from the case's folder");
}

/* Whether a program of its host, as root, or a file of the case may give it other users. */
static bool may_be_made(const struct plan *plan, const struct plan_program *of)
{
	for (int i = 0; i < plan->program_count; i++) {
		const struct plan_program *program = &plan->program[i];

		if (program->host != of->host || !program->command)
			continue;
		if (program != of && (!program->user || strcmp(program->user, "root") == 0))
			return true;
		for (int file = 0; file < program->file_count; file++)
			if (strcmp(program->file[file].path, "/etc/passwd") == 0)
				return true;
	}
	return false;
}

/* Of the machine, or of the image, which may be anybody's. NULL: there is none, or a link, which
 * leads elsewhere for the host; its own kernel will tell. */
static FILE *passwd_open(const struct plan *plan, int host)
{
	AUTO_FREE char *image = plan->host[host].root ? plan_root_path(plan, host) : NULL;

	return beneath_stream(image ? image : "/", "etc/passwd", NULL, NULL);
}

static void look_for_user(struct search *search, const struct plan_program *program)
{
	const struct plan_host *host = &search->plan->host[program->host];
	AUTO_FCLOSE FILE *file = passwd_open(search->plan, program->host);
	struct pool pool = {0};
	struct passwd *entry;
	struct known known;
	struct err err;
	struct diag *diag;
	bool is_there = !file;

	known_init(&known, program->user);
	while (file && (entry = fgetpwent(file))) {
		is_there = is_there || strcmp(entry->pw_name, program->user) == 0;
		known_add(&known, pool_strdup(&pool, entry->pw_name));
	}
	if (!is_there) {
		err_set(&err, ENOENT, "program %s: its user '%s' is not in %s/etc/passwd",
			program->name, program->user, host->root ? host->root : "");
		diag = complain(search, program->user_place, &err);
		if (known_nearest(&known))
			diag_help(&search->diags, diag, "did you mean '%s'?",
				  known_nearest(&known));
		else
			diag_help(&search->diags, diag,
				  "a host has the users of %s; another program of it can make "
				  "one before, as root",
				  host->root ? "its root"
					     : "this machine, or of a `root` of its own");
	}
	pool_done(&pool);
}

int missing_find(const struct run *run, const struct plan *plan,
		 const struct worker_options *options, struct host_kernels *ret_kernels,
		 char **ret_text, struct err *err)
{
	struct search search = {.run = run, .plan = plan, .err = err};
	struct diagnostics diagnostics;
	int ret = 0;

	if (!options->own_kernels)
		return 0;
	diags_init(&search.diags, run->text->path, run->text->source, run->text->size);
	for (int i = 0; i <= plan->host_count; i++)
		look_for_kernel(&search, options, i, ret_kernels);
	for (int i = 0; i < plan->host_count; i++)
		if (plan->host[i].root)
			look_for_root(&search, i);
	for (int i = 0; i < plan->program_count; i++)
		if (plan->program[i].user && !may_be_made(plan, &plan->program[i]))
			look_for_user(&search, &plan->program[i]);
	if (search.diags.errors) {
		diags_print(&search.diags, &diagnostics);
		*ret_text = text_copy(diagnostics.text);
		diagnostics_done(&diagnostics);
		ret = -ENOENT;
	}
	diags_done(&search.diags);
	return ret;
}

void host_kernels_done(struct host_kernels *kernels)
{
	for (int i = 0; i <= HOSTS_MAX; i++)
		kernel_done(&kernels->own[i]);
}

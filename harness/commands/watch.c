/* SPDX-License-Identifier: MIT
 *
 * What is watched are folders: an editor writes a new file and gives it the old one's name. The run
 * is a process of its own, as if the user had typed it; Ctrl-C reaches both, and it cleans up.
 */
#include "watch.h"

#include <errno.h>
#include <libgen.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "commandline.h"
#include "list.h"
#include "results.h"
#include "runs.h"
#include "scratch.h"
#include "text.h"
#include "verdict.h"

#define SETTLED_MS 50 /* an editor writes several times */

struct watched {
	char *folder, *file; /* file NULL: all of the folder's cases */
	int descriptor;
};

struct watching {
	int inotify;
	struct watched *watched;
	int watched_count;
};

static volatile sig_atomic_t ended;

static void on_signal(int number)
{
	(void)number;
	ended = 1;
}

static int watched_add(struct watching *watch, const char *name, struct err *err)
{
	struct watched *one = LIST_ADD(NULL, watch, watched);
	AUTO_FREE char *path = text_copy(name), *again = NULL;
	struct stat st;

	if (stat(path, &st) < 0 && strrchr(path, ':')) /* FILE:VARIANT, FILE:LINE */
		*strrchr(path, ':') = '\0';
	again = text_copy(path);
	*one = (struct watched){0};
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		one->folder = text_copy(path);
	} else {
		one->folder = text_copy(dirname(path));
		one->file = text_copy(basename(again));
	}
	one->descriptor = inotify_add_watch(watch->inotify, one->folder,
					    IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE);
	return one->descriptor < 0 ? err_sys(err, errno, "--watch: %s", one->folder) : 0;
}

static bool is_meant(const struct watching *watch, const struct inotify_event *event)
{
	for (int i = 0; event->len && i < watch->watched_count; i++) {
		const struct watched *one = &watch->watched[i];

		if (one->descriptor == event->wd &&
		    (one->file ? strcmp(one->file, event->name) == 0 : runs_is_case(event->name)))
			return true;
	}
	return false;
}

/* Whether one of the files changed, of all that is told now. */
static bool changes_read(const struct watching *watch)
{
	char buf[16384] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t size = read(watch->inotify, buf, sizeof(buf));
	const struct inotify_event *event;
	bool meant = false;

	for (char *at = buf; size > 0 && at < buf + size; at += sizeof(*event) + event->len) {
		event = (const struct inotify_event *)at;
		meant = meant || is_meant(watch, event);
	}
	return meant;
}

/* Until one of the files has changed, and for a moment none more; false: it is over. SIGNALS are
 * let in only while it waits. */
static bool change_wait(const struct watching *watch, const sigset_t *signals)
{
	struct pollfd fd = {.fd = watch->inotify, .events = POLLIN};
	bool changed = false;

	while (!ended) {
		const struct timespec settled = {.tv_nsec = SETTLED_MS * 1000000L};
		int ready = ppoll(&fd, 1, changed ? &settled : NULL, signals);

		if (ready == 0)
			return true;
		if (ready > 0 && changes_read(watch))
			changed = true;
	}
	return false;
}

/* Its exit status. */
static int command_run(char *const *argv, const sigset_t *signals)
{
	int status = 0;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		sigprocmask(SIG_SETMASK, signals, NULL);
		execv("/proc/self/exe", argv);
		_exit(EXIT_COULD_NOT);
	}
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_COULD_NOT;
}

/* The first run that did not hold; or else the first. NULL: there is none. */
static char *run_to_draw(const char *out)
{
	json_t *results;
	struct err err;
	char *folder = NULL;
	size_t drawn = 0;

	if (results_load(out, &results, &err) < 0)
		return NULL;
	for (size_t i = json_array_size(results); i-- > 0;)
		if (strcmp(result_string(json_array_get(results, i), "verdict"),
			   verdict_name[VERDICT_PASS]) != 0)
			drawn = i;
	if (json_array_size(results))
		folder = result_folder(out, json_array_get(results, drawn));
	json_decref(results);
	return folder;
}

static void show_run(const char *folder, const struct terminal *terminal, const sigset_t *signals)
{
	const char *argv[8] = {"halfopen", "show"};
	int count = 2;

	if (terminal->ascii)
		argv[count++] = "--ascii";
	if (terminal->when) {
		argv[count++] = "--color";
		argv[count++] = terminal->when;
	}
	argv[count++] = folder;
	command_run((char *const *)argv, signals);
}

static void once(char *const *run, const char *out, const struct terminal *terminal,
		 const sigset_t *signals)
{
	AUTO_FREE char *folder = NULL;
	int status;

	fputs(isatty(STDOUT_FILENO) ? "\033[H\033[2J" : "", stdout);
	status = command_run(run, signals);
	/* Of a case that is wrong now, the ladder of before says nothing. */
	folder = ended || status == EXIT_USAGE ? NULL : run_to_draw(out);
	if (folder)
		show_run(folder, terminal, signals);
}

/* ARGV without --watch, with --out if it is not among it; what `show` draws is drawn once. To
 * free(). */
static char **run_arguments(char *const *argv, const char *out, bool out_is_ours)
{
	static char halfopen[] = "halfopen", run[] = "run", option[] = "--out",
		    undrawn[] = "--undrawn";
	char **more = NULL;
	int count = 0;

	*LIST_ADD_TO(NULL, more, count) = halfopen;
	*LIST_ADD_TO(NULL, more, count) = run;
	*LIST_ADD_TO(NULL, more, count) = undrawn;
	if (out_is_ours) {
		*LIST_ADD_TO(NULL, more, count) = option;
		*LIST_ADD_TO(NULL, more, count) = (char *)out;
	}
	for (int i = 1; argv[i]; i++)
		if (strcmp(argv[i], "--watch") != 0)
			*LIST_ADD_TO(NULL, more, count) = argv[i];
	*LIST_ADD_TO(NULL, more, count) = NULL;
	return more;
}

static int watch_all(struct watching *watch, char *const *names, struct err *err)
{
	int ret = 0;

	watch->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (watch->inotify < 0)
		return err_sys(err, errno, "--watch");
	for (; ret == 0 && *names; names++)
		ret = watched_add(watch, *names, err);
	return ret;
}

int watch_runs(char *const *argv, char *const *names, const char *out,
	       const struct terminal *terminal)
{
	char own[SCRATCH_PATH_MAX];
	struct watching watch = {.inotify = -1};
	struct err err = {0};
	char **run;
	sigset_t mask, before;
	int ret = watch_all(&watch, names, &err);

	if (ret == 0 && !out)
		ret = scratch_name(own, &err);
	if (ret == 0 && !out)
		ret = scratch_make(own, &err);
	run = run_arguments(argv, own, !out);
	sigemptyset(&mask);
	sigaddset(&mask, SIGINT);
	sigaddset(&mask, SIGTERM);
	sigprocmask(SIG_BLOCK, &mask, &before);
	signal(SIGINT, on_signal);
	signal(SIGTERM, on_signal);
	setenv("PAGER", "cat", 1); /* nobody is to leave a pager first */
	while (ret == 0 && !ended) {
		once(run, out ? out : own, terminal, &before);
		fputs("\nwaits for a change; Ctrl-C ends it\n", stdout);
		fflush(stdout);
		if (!change_wait(&watch, &before))
			break;
	}
	if (ret < 0)
		cmd_complain("run", &err);
	else if (!out)
		scratch_remove(own);
	for (int i = 0; i < watch.watched_count; i++) {
		free(watch.watched[i].folder);
		free(watch.watched[i].file);
	}
	free(watch.watched);
	free(run);
	close(watch.inotify);
	return ret < 0 ? EXIT_USAGE : EXIT_HELD;
}

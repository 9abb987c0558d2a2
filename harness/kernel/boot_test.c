/* SPDX-License-Identifier: MIT
 *
 * Boots with a process 1 that behaves well or badly: boot_test live, boot_test uml. The
 * UML is HALFOPEN_UML, or what `halfopen kernel use` chose.
 */
#include "kernel.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base_test.h"
#include "descendants.h"
#include "err.h"
#include "scratch.h"

#define LIMIT_NS  3000000000LL /* of who will not end */
#define ENOUGH_NS (TEST_PATIENCE_S * 900000000LL)

static struct kernel kernel;
static char dir[] = "/tmp/halfopen-test.XXXXXX";

static int64_t limit_ns = ENOUGH_NS;

static int run(const char *plan, struct kernel_result *ret_result, struct err *err)
{
	struct kernel_job job = {.guest = TEST_GUEST,
				 .scratch = dir,
				 .plan = plan,
				 .plan_size = strlen(plan),
				 .wall_limit_ns = limit_ns};

	return kernel_run(&kernel, &job, ret_result, err);
}

static void expect_clean(void)
{
	DIR *stream = opendir(dir);
	int entries = 0;

	while (readdir(stream))
		entries++;
	closedir(stream);
	ck_assert_int_eq(entries, 2);
}

START_TEST(runs_and_runs_again)
{
	struct kernel_result result;
	struct err err = {""};

	for (int i = 0; i < 3; i++) {
		ck_assert_msg(run("ok, this comes back", &result, &err) == 0, "%s", err.text);
		ck_assert_uint_eq(result.raw_size, 19);
		ck_assert(memcmp(result.raw, "ok, this comes back", 19) == 0);
		ck_assert(result.wall_ns > 0 && result.wall_ns < ENOUGH_NS);
		kernel_result_done(&result);
		expect_clean();
	}
}
END_TEST

static const struct bad {
	const char *plan;
	int error;
	const char *live, *uml; /* words of the error */
} bad[] = {
	{"silent", ECHILD, "left no record", "left no record"},
	{"fifo", ECHILD, "left no record", "left no record"},
	{"fail", ECHILD, "status 3; its last lines: about to fail", "Kernel panic"},
	{"hang", ETIMEDOUT, "no end within 3 s", "its last lines: about to hang"},
	{"spin", ETIMEDOUT, "no end within 3 s", "no end within 3 s"},
	{"brood", ETIMEDOUT, "no end within 3 s", "no end within 3 s"},
	{"talk", ECHILD, "line 1999 of what nobody reads|about to fail", "Kernel panic"},
};

START_TEST(bad_guests_are_errors)
{
	const char *word = kernel.kind == KERNEL_UML ? bad[_i].uml : bad[_i].live;
	struct kernel_result result;
	struct err err = {""};

	if (bad[_i].error == ETIMEDOUT)
		limit_ns = LIMIT_NS;
	ck_assert_int_eq(run(bad[_i].plan, &result, &err), -bad[_i].error);
	limit_ns = ENOUGH_NS;
	ck_assert_msg(strstr(err.text, word), "%s", err.text);
	ck_assert_msg(!strchr(err.text, '\n') && !strchr(err.text, '\r'), "%s", err.text);
	kernel_result_done(&result);
	expect_clean();
	ck_assert_int_eq(run("ok", &result, &err), 0);
	kernel_result_done(&result);
}
END_TEST

/* The first process, this one apart, whose parent is PARENT, waiting until there is one. */
static pid_t wait_for_child_of(pid_t parent)
{
	const struct timespec pause = {.tv_nsec = 1000000};
	struct dirent *entry;
	pid_t found = 0;

	while (!found) {
		DIR *proc = opendir("/proc");

		while (!found && (entry = readdir(proc))) {
			char path[64], text[128] = "";
			int ppid = 0;
			FILE *stat;

			snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
			stat = fopen(path, "re");
			if (stat && fgets(text, sizeof(text), stat) && strrchr(text, ')') &&
			    sscanf(strrchr(text, ')'), ") %*c %d", &ppid) == 1 && ppid == parent &&
			    atoi(entry->d_name) != getpid())
				found = atoi(entry->d_name);
			if (stat)
				fclose(stat);
		}
		closedir(proc);
		nanosleep(&pause, NULL);
	}
	return found;
}

START_TEST(killed_from_outside)
{
	struct kernel_result result;
	struct err err = {""};
	pid_t killer, me = getpid();

	killer = fork();
	if (killer == 0) {
		kill(wait_for_child_of(me), SIGKILL);
		_exit(0);
	}
	ck_assert_int_eq(run("hang", &result, &err), -ECHILD);
	ck_assert_msg(strstr(err.text, "signal 9") || strstr(err.text, "it died before"), "%s",
		      err.text);
	waitpid(killer, NULL, 0);
	kernel_result_done(&result);
	expect_clean();
}
END_TEST

static void write_at(const char *folder, const char *name, mode_t mode)
{
	char path[256];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	ck_assert(file && fputs("as it was", file) >= 0 && fclose(file) == 0 &&
		  chmod(path, mode) == 0);
}

static int entries_of(const char *path)
{
	DIR *stream = opendir(path);
	int entries = -2;

	while (readdir(stream))
		entries++;
	closedir(stream);
	return entries;
}

/* The guest's root, with all rights that there are in its kernel, changes nothing here, reads
 * nothing that is not shown, and talks to nobody. */
START_TEST(root_of_the_guest_stays_inside)
{
	char around[] = "/tmp/halfopen-test.XXXXXX", plan[128], path[256];
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct kernel_result result;
	struct err err = {""};
	struct stat st;

	if (kernel.kind != KERNEL_UML)
		return;
	ck_assert(mkdtemp(around) && chmod(around, 0777) == 0);
	write_at(around, "public", 0666);
	write_at(around, "secret", 0600);
	snprintf(path, sizeof(path), "%s/writable", around);
	ck_assert(mkdir(path, 0777) == 0 && chmod(path, 0777) == 0);
	write_at(path, "file", 0666);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/listener", around);
	ck_assert(bind(listening, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		  listen(listening, 1) == 0 && chmod(address.sun_path, 0777) == 0);

	snprintf(plan, sizeof(plan), "attack %s", around);
	ck_assert_msg(run(plan, &result, &err) == 0, "%s: %s", err.text, result.console);
	ck_assert_str_eq(result.raw, "0 got through, passwd is read");
	kernel_result_done(&result);

	ck_assert_int_eq(entries_of(around), 4);
	ck_assert_int_eq(entries_of(path), 1);
	snprintf(path, sizeof(path), "%s/public", around);
	ck_assert(stat(path, &st) == 0 && st.st_size == 9 && (st.st_mode & 0777) == 0666);
	close(listening);
	scratch_remove(around);
}
END_TEST

/* Who calls kernel_run() is killed: what the supervisor does then gets everything. */
START_TEST(starter_killed)
{
	struct kernel_result result;
	const struct timespec delay = {.tv_nsec = _i * 3000000L};
	struct pollfd ended;
	int alive[2];
	pid_t pid;

	ck_assert(pipe(alive) == 0); /* not close-on-exec: the kernel holds it, too */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	pid = fork();
	if (pid == 0) {
		close(alive[0]);
		run("brood", &result, NULL);
		_exit(0);
	}
	close(alive[1]);
	wait_for_child_of(pid);
	nanosleep(&delay, NULL);
	kill(pid, SIGKILL);
	descendants_kill();
	ended = (struct pollfd){.fd = alive[0], .events = POLLIN};
	ck_assert_msg(poll(&ended, 1, 0) == 1, "processes are left");
	close(alive[0]);
}
END_TEST

/* A probe is supervised: killed, it leaves nothing at all. */
START_TEST(probe_killed)
{
	const struct timespec delay = {.tv_nsec = _i * 1000000L};
	struct pollfd ended = {.events = POLLIN};
	int alive[2];
	pid_t pid;

	ck_assert(pipe(alive) == 0 && setenv("TMPDIR", dir, 1) == 0);
	pid = fork();
	if (pid == 0) {
		close(alive[0]);
		kernel_probe(&kernel, NULL);
		_exit(0);
	}
	close(alive[1]);
	nanosleep(&delay, NULL);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	ended.fd = alive[0];
	ck_assert_msg(poll(&ended, 1, TEST_PATIENCE_S * 900) == 1, "processes are left");
	close(alive[0]);
	expect_clean();
}
END_TEST

static void set_up(void)
{
	const struct kernel_machine machine = {
		.helpers = TEST_FOLDER, .scratch = dir, .parallel = 1};
	struct err err = {""};

	strcpy(strrchr(dir, '.'), ".XXXXXX");
	ck_assert(mkdtemp(dir));
	ck_assert_msg(kernel_open(&kernel, &machine, &err) == 0, "%s", err.text);
}

static void tear_down(void)
{
	scratch_remove(dir);
}

static int skip(const char *reason)
{
	printf("skipped: %s\n", reason);
	return 77;
}

int main(int argc, char **argv)
{
	const char *uml = getenv("HALFOPEN_UML");
	int want_uml = argc > 1 && strcmp(argv[1], "uml") == 0, ret;
	TCase *all = tcase_create("all");
	struct err err = {""};

	if (kernel_find(want_uml ? uml && *uml ? uml : NULL : "live", &kernel, &err))
		return skip(err.text);
	if (want_uml && kernel.kind != KERNEL_UML)
		return skip("no UML kernel: HALFOPEN_UML or `halfopen kernel use` name one");
	if (kernel_probe(&kernel, &err))
		return skip(err.text);
	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_test(all, runs_and_runs_again);
	tcase_add_loop_test(all, bad_guests_are_errors, 0, sizeof(bad) / sizeof(bad[0]));
	tcase_add_test(all, killed_from_outside);
	tcase_add_test(all, root_of_the_guest_stays_inside);
	tcase_add_loop_test(all, starter_killed, 0, 20);
	tcase_add_loop_test(all, probe_killed, 0, 40);
	ret = run_tests(all);
	kernel_done(&kernel);
	return ret;
}

/* SPDX-License-Identifier: MIT
 *
 * Every process of a supervised tree holds the writing end of one pipe: end-of-file there
 * says that all of them are gone, without looking for any. TMPDIR is a folder of our own,
 * which must be empty then.
 */
#include "supervisor.h"

#include <check.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base_test.h"
#include "err.h"
#include "scratch.h"
#include "test_descriptors.h"

enum { FRONT, BACK, WORK, VICTIMS };

#define ROUNDS 20

static char tmpdir[] = "/tmp/halfopen-test.XXXXXX";
static int alive[2];  /* held open by all of the tree */
static int report[2]; /* work says who the three processes are */

static int nothing_in_tmpdir(void)
{
	DIR *dir = opendir(tmpdir);
	int entries = 0;

	while (readdir(dir))
		entries++;
	closedir(dir);
	return entries == 2;
}

static void expect_nothing_left(void)
{
	struct pollfd fd = {.fd = alive[0], .events = POLLIN};

	close(alive[1]);
	ck_assert_msg(poll(&fd, 1, TEST_PATIENCE_S * 900) == 1, "processes are left");
	ck_assert_msg(fd.revents & POLLHUP, "processes are left");
	ck_assert_msg(nothing_in_tmpdir(), "files are left in %s", tmpdir);
	close(alive[0]);
}

static void make_pipes(void)
{
	ck_assert(pipe(alive) == 0 && pipe(report) == 0);
}

/* A front in a process group of its own; its status is what a shell would see. */
static pid_t start(int (*work)(void *arg, const char *scratch), void *arg)
{
	pid_t pid;

	make_pipes();
	pid = fork();
	ck_assert(pid >= 0);
	if (pid == 0) {
		struct err err;
		int status;

		close(alive[0]);
		setpgid(0, 0);
		signal(SIGINT, SIG_DFL); /* Check has handlers, which kill the test */
		signal(SIGTERM, SIG_DFL);
		status = supervise(work, arg, &err);
		_exit(status < 0 ? 3 : status);
	}
	close(report[1]);
	return pid;
}

static int status_of(pid_t pid)
{
	int status;

	ck_assert(waitpid(pid, &status, 0) == pid);
	return status;
}

static int work_returns(void *arg, const char *scratch)
{
	struct stat st;

	if (stat(scratch, &st) < 0 || (st.st_mode & 07777) != 0700)
		return 99;
	return *(int *)arg;
}

static int work_raises(void *arg, const char *scratch)
{
	(void)scratch;
	raise(*(int *)arg);
	return 99;
}

/* Folders in folders, one of them closed to its owner, and a link that leads out. */
static int work_litters(void *arg, const char *scratch)
{
	(void)arg;
	if (chdir(scratch) < 0 || mkdir("a", 0700) < 0 || mkdir("a/b", 0700) < 0 ||
	    mkdir("a/b/c", 0) < 0 || symlink(scratch, "a/b/link") < 0 || chmod("a/b", 0) < 0)
		return 99;
	return 0;
}

/* A process that is another one every half millisecond, each an orphan in its own session. */
static void flee(void)
{
	const struct timespec pause_time = {.tv_nsec = 500000};

	signal(SIGTERM, SIG_IGN);
	for (int generation = 0; generation < 4000; generation++) {
		setsid();
		if (fork() > 0)
			_exit(0);
		nanosleep(&pause_time, NULL);
	}
	for (;;)
		pause();
}

/* Workers whose children leave them, in sessions of their own. */
static int work_breeds(void *arg, const char *scratch)
{
	pid_t pids[VICTIMS] = {[BACK] = getppid(), [WORK] = getpid()};

	(void)arg;
	if (work_litters(NULL, scratch))
		return 99;
	if (write(report[1], pids, sizeof(pids)) != sizeof(pids))
		return 99;
	for (int i = 0; i < 3; i++) {
		if (fork() == 0) {
			for (int n = 0; n < 4; n++)
				if (fork() == 0)
					flee();
			pause();
		}
	}
	for (;;)
		pause();
}

static void sleep_at_random(int up_to_us)
{
	struct timespec time = {.tv_nsec = (rand() % up_to_us) * 1000L};

	nanosleep(&time, NULL);
}

START_TEST(status_is_the_works)
{
	int wanted = _i;
	pid_t pid = start(work_returns, &wanted);
	int status = status_of(pid);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), wanted);
	expect_nothing_left();
}
END_TEST

START_TEST(crash_of_the_work)
{
	int sig = SIGKILL;
	pid_t pid = start(work_raises, &sig);
	int status = status_of(pid);

	ck_assert(WIFEXITED(status));
	ck_assert_int_eq(WEXITSTATUS(status), 128 + SIGKILL);
	expect_nothing_left();
}
END_TEST

START_TEST(closed_folders_are_removed)
{
	int status = status_of(start(work_litters, NULL));

	ck_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	expect_nothing_left();
}
END_TEST

START_TEST(killed_at_any_moment)
{
	pid_t pids[VICTIMS], pid;

	srand(_i);
	pid = start(work_breeds, NULL);
	if (_i % VICTIMS != FRONT)
		ck_assert(read(report[0], pids, sizeof(pids)) == sizeof(pids));
	pids[FRONT] = pid;
	sleep_at_random(20000);
	kill(pids[_i % VICTIMS], SIGKILL);
	status_of(pid);
	expect_nothing_left();
}
END_TEST

START_TEST(killed_group)
{
	pid_t pids[VICTIMS], pid = start(work_breeds, NULL);

	ck_assert(read(report[0], pids, sizeof(pids)) == sizeof(pids));
	kill(-pid, SIGKILL); /* as a CI runner or a shell does it */
	status_of(pid);
	expect_nothing_left();
}
END_TEST

/* Ctrl-C: the front dies of the signal itself, so that a shell's loop ends, too. */
START_TEST(signal_handed_on)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	pid_t pids[VICTIMS], pid = start(work_breeds, NULL);
	int status;

	ck_assert(read(report[0], pids, sizeof(pids)) == sizeof(pids));
	kill(-pid, signals[_i]);
	status = status_of(pid);
	ck_assert(WIFSIGNALED(status));
	ck_assert_int_eq(WTERMSIG(status), signals[_i]);
	expect_nothing_left();
}
END_TEST

static int work_ignores(void *arg, const char *scratch)
{
	(void)arg;
	(void)scratch;
	signal(SIGTERM, SIG_IGN);
	if (write(report[1], "", 1) != 1)
		return 99;
	for (;;)
		pause();
}

START_TEST(deaf_work_is_killed)
{
	pid_t pid = start(work_ignores, NULL);
	char byte;
	int status;

	ck_assert(read(report[0], &byte, 1) == 1);
	kill(pid, SIGTERM);
	status = status_of(pid);
	ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	expect_nothing_left();
}
END_TEST

START_TEST(no_place_for_the_folder)
{
	char reason[sizeof(((struct err *)0)->text)];
	int zero = 0, ret;
	struct err err;

	ck_assert(setenv("TMPDIR", "/nowhere/at/all", 1) == 0);
	ret = supervise(work_returns, &zero, &err);
	ck_assert_int_lt(ret, 0);
	memcpy(reason, err.text, sizeof(reason));
	ck_assert_msg(strstr(reason, "/nowhere/at/all"), "%s", reason);
}
END_TEST

START_TEST(too_few_descriptors)
{
	int zero = 0, before = descriptors();
	struct err err;

	descriptors_leave(_i);
	ck_assert_int_lt(supervise(work_returns, &zero, &err), 0);
	descriptors_leave(100);
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

static void set_up(void)
{
	strcpy(strrchr(tmpdir, '.'), ".XXXXXX");
	ck_assert(mkdtemp(tmpdir));
	setenv("TMPDIR", tmpdir, 1);
}

static void tear_down(void)
{
	scratch_remove(tmpdir);
}

int main(void)
{
	TCase *all = tcase_create("all");

	tcase_add_checked_fixture(all, set_up, tear_down);
	tcase_add_loop_test(all, status_is_the_works, 0, 3);
	tcase_add_test(all, crash_of_the_work);
	tcase_add_test(all, closed_folders_are_removed);
	tcase_add_loop_test(all, killed_at_any_moment, 0, ROUNDS * VICTIMS);
	tcase_add_test(all, killed_group);
	tcase_add_loop_test(all, signal_handed_on, 0, 3);
	tcase_add_test(all, deaf_work_is_killed);
	tcase_add_test(all, no_place_for_the_folder);
	tcase_add_loop_test(all, too_few_descriptors, 0, 5);
	return run_tests(all);
}

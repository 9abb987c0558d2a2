/* SPDX-License-Identifier: MIT */
#include "jobs.h"

#include <check.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "test_descriptors.h"

#define JOBS     40
#define BIG_SIZE (3 << 20)

struct seen {
	int started, finished, ticks;
	int running, most_running;
	int error[JOBS];
	size_t size[JOBS];
	char text[JOBS][64];
	bool big_intact;
	struct err err[JOBS];
};

enum { JOB_FAILS = 3, JOB_CRASHES, JOB_EXITS, JOB_IS_BIG, JOB_LEAVES_A_CHILD, JOB_ORDINARY };

static int work(void *arg, int index, FILE *out, struct err *err)
{
	(void)arg;
	switch (index) {
	case JOB_FAILS:
		fputs("before", out);
		return err_set(err, EIO, "wrong on purpose");
	case JOB_CRASHES:
		raise(SIGKILL);
		break;
	case JOB_EXITS:
		_exit(0);
	case JOB_IS_BIG:
		for (int i = 0; i < BIG_SIZE; i++)
			fputc(i % 251, out);
		return 0;
	case JOB_LEAVES_A_CHILD: /* which holds the pipe open */
		if (fork() == 0) {
			sleep(20);
			_exit(0);
		}
		raise(SIGKILL);
		break;
	}
	fprintf(out, "job %d", index);
	return 0;
}

static void started(void *arg, int index)
{
	struct seen *seen = arg;

	ck_assert_int_eq(index, seen->started);
	seen->started++;
	seen->running++;
	if (seen->running > seen->most_running)
		seen->most_running = seen->running;
}

static void finished(void *arg, const struct job_result *result)
{
	struct seen *seen = arg;
	size_t size = result->size;

	seen->finished++;
	seen->running--;
	seen->error[result->index] = result->error;
	seen->err[result->index] = result->err;
	seen->size[result->index] = size;
	if (size && size < sizeof(seen->text[0]))
		memcpy(seen->text[result->index], result->data, size);
	if (result->index == JOB_IS_BIG) {
		seen->big_intact = true;
		for (size_t i = 0; i < size; i++)
			seen->big_intact &= (unsigned char)result->data[i] == i % 251;
	}
}

static void tick(void *arg)
{
	((struct seen *)arg)->ticks++;
}

START_TEST(each_gives_its_own)
{
	static struct seen seen;
	struct jobs jobs = {.count = JOBS,
			    .parallel = _i,
			    .work = work,
			    .started = started,
			    .finished = finished,
			    .tick = tick,
			    .arg = &seen};
	struct err err;
	char text[64];

	ck_assert_int_eq(jobs_run(&jobs, &err), 0);
	ck_assert_int_eq(seen.started, JOBS);
	ck_assert_int_eq(seen.finished, JOBS);
	ck_assert_int_le(seen.most_running, _i);
	ck_assert_int_gt(seen.ticks, 0);
	for (int i = JOB_ORDINARY; i < JOBS; i++) {
		snprintf(text, sizeof(text), "job %d", i);
		ck_assert_int_eq(seen.error[i], 0);
		ck_assert_str_eq(seen.text[i], text);
	}
	ck_assert_int_eq(seen.error[JOB_FAILS], -EIO);
	ck_assert_str_eq(seen.text[JOB_FAILS], "before");
	ck_assert_str_eq(seen.err[JOB_FAILS].text, "wrong on purpose");
	ck_assert_int_eq(seen.error[JOB_CRASHES], -ECHILD);
	ck_assert(strstr(seen.err[JOB_CRASHES].text, "Killed"));
	ck_assert_int_eq(seen.error[JOB_EXITS], -ECHILD);
	ck_assert_int_eq(seen.error[JOB_LEAVES_A_CHILD], -ECHILD);
	ck_assert_int_eq(seen.size[JOB_IS_BIG], BIG_SIZE);
	ck_assert(seen.big_intact);
}
END_TEST

static int work_little(void *arg, int index, FILE *out, struct err *err)
{
	(void)arg;
	(void)err;
	fprintf(out, "%d", index);
	return 0;
}

static void count_descriptors(void *arg, const struct job_result *result)
{
	int now = descriptors(), *most = arg;

	ck_assert_int_eq(result->error, 0);
	if (now > *most)
		*most = now;
}

START_TEST(many_jobs_need_few_descriptors)
{
	int before = descriptors(), most = 0;
	struct jobs jobs = {.count = 400,
			    .parallel = 4,
			    .work = work_little,
			    .finished = count_descriptors,
			    .arg = &most};
	struct err err = {0};

	descriptors_leave(20);
	ck_assert_msg(jobs_run(&jobs, &err) == 0, "%s", err.text);
	ck_assert_int_le(most, before + jobs.parallel + 1); /* their pipes, and the signals */
	ck_assert_int_eq(descriptors(), before);
}
END_TEST

/* In a session of its own, and nobody's child. */
static int work_and_leave(void *arg, int index, FILE *out, struct err *err)
{
	int *alive = arg;

	(void)index, (void)out, (void)err;
	if (fork() == 0) {
		if (fork() == 0) {
			setsid();
			if (fork() == 0)
				for (;;)
					pause();
			for (;;)
				pause();
		}
		_exit(0);
	}
	close(alive[0]);
	return 0;
}

static void look_for_life(void *arg, const struct job_result *result)
{
	int *alive = arg;
	struct pollfd ended = {.fd = alive[0], .events = POLLIN};

	if (result->index > 0)
		return;
	close(alive[1]);
	ck_assert_msg(poll(&ended, 1, TEST_PATIENCE_S * 900) == 1, "processes of a job are left");
}

START_TEST(a_job_leaves_no_process)
{
	int alive[2]; /* whoever lives holds it open */
	struct jobs jobs = {.count = 1,
			    .parallel = 1,
			    .work = work_and_leave,
			    .finished = look_for_life,
			    .arg = alive};

	ck_assert(pipe(alive) == 0);
	ck_assert_int_eq(jobs_run(&jobs, NULL), 0);
}
END_TEST

START_TEST(no_jobs)
{
	struct jobs jobs = {.count = 0, .parallel = 2, .work = work, .finished = finished};

	ck_assert_int_eq(jobs_run(&jobs, NULL), 0);
}
END_TEST

int main(void)
{
	static const int parallel[] = {1, 2, 64};
	TCase *all = tcase_create("all");

	for (size_t i = 0; i < sizeof(parallel) / sizeof(parallel[0]); i++)
		tcase_add_loop_test(all, each_gives_its_own, parallel[i], parallel[i] + 1);
	tcase_add_test(all, many_jobs_need_few_descriptors);
	tcase_add_test(all, a_job_leaves_no_process);
	tcase_add_test(all, no_jobs);
	return run_tests(all);
}

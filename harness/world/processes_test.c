/* SPDX-License-Identifier: MIT
 *
 * Hosts as processes of this machine: which of them computes when and where, and what is left of
 * them. With the kernels of boot_fixture.h.
 */
#include <dirent.h>
#include <fcntl.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base_test.h"
#include "boot_fixture.h"
#include "cleanup.h"
#include "file.h"

/* Of a /proc/PID/FILE, with blanks for NULs. */
static void proc_read(const char *pid, const char *file, char *buf, size_t size)
{
	char path[300];
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	buf[0] = '\0';
	got = file_read_small(AT_FDCWD, path, buf, size);
	for (ssize_t i = 0; i < got; i++)
		if (!buf[i])
			buf[i] = ' ';
}

/* Adds where the processes may compute of whose command lines PART is a part. */
static void where(const char *part, cpu_set_t *processors)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");

	while ((entry = readdir(proc))) {
		char line[8192];
		cpu_set_t set;

		proc_read(entry->d_name, "cmdline", line, sizeof(line));
		if (strstr(line, part) &&
		    sched_getaffinity(atoi(entry->d_name), sizeof(set), &set) == 0)
			CPU_OR(processors, processors, &set);
	}
	closedir(proc);
}

START_TEST(two_runs_are_the_same_to_the_byte)
{
	char *first;

	/* With everything that asks for random numbers by itself. */
	char *const client[] = {"me=1", "arp=1", "role=connect", NULL};
	char *const server[] = {"me=2", "arp=1", "role=serve", NULL};

	two_hosts(WORLD_SWITCH, client, server);
	at(5 * SEC, "crash");
	at(8 * SEC, "boot");
	run(30 * SEC);
	first = text_copy(text_string(&seen));
	options.processors_free = true;
	begin_again();
	two_hosts(WORLD_SWITCH, client, server);
	at(5 * SEC, "crash");
	at(8 * SEC, "boot");
	run(30 * SEC);
	ck_assert_str_eq(first, text_string(&seen));
	free(first);
}
END_TEST

static cpu_set_t silent, talking; /* before and after the first packet */

static void packet_shows_where(void *part, const struct world_packet *packet)
{
	(void)packet;
	where(part, &talking);
}

static void frame_shows_where(void *part, int host, int64_t t_ns, const void *bytes, size_t size)
{
	(void)host, (void)t_ns, (void)bytes, (void)size;
	if (!CPU_COUNT(&talking))
		where(part, &silent);
}

/* They begin beside each other, and take turns as soon as they talk, with what they trace. */
START_TEST(where_processors_are_free_hosts_begin_beside_each_other)
{
	static char mark[40];
	char *const client[] = {"me=1", "role=connect", "ipv6.disable=1", mark, NULL};
	char *const server[] = {"me=2", "role=serve", "ipv6.disable=1", mark, NULL};

	snprintf(mark, sizeof(mark), "mark=%d", getpid());
	options.processors_free = true;
	options.observer.data = mark;
	options.observer.packet = packet_shows_where;
	options.observer.frame = frame_shows_where;
	begin_again();
	two_hosts(WORLD_SWITCH, client, server);
	run(5 * SEC);
	ck_assert_int_eq(CPU_COUNT(&talking), 1);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		ck_assert_int_eq(CPU_COUNT(&silent), HOSTS);
}
END_TEST

/* It has run ahead by what the cable takes, and is told of the end at no time that it is beyond. */
START_TEST(who_computes_sees_the_other_end)
{
	char *const computes[] = {"me=1", "role=compute", "us=10000", "ipv6.disable=1", NULL};
	char *const ends[] = {"me=2", "role=off", "after=5", "ipv6.disable=1", NULL};

	two_hosts(WORLD_CABLE, computes, ends);
	run(SEC);
	ck_assert(was_seen("power 1 0 boot 0 power off"));
	ck_assert_msg(was_seen("host 0: computed"), "%s", text_string(&seen));
}
END_TEST

/* Where build-kernel made it, time creeps while a program spins, and nothing is without end. */
static bool time_creeps(void)
{
	AUTO_FREE char *path = text_copy(getenv("HALFOPEN_UML"));
	AUTO_FREE char *folder = text_copy(dirname(path));
	AUTO_FREE char *info = text_format("%s/info", folder);
	AUTO_FREE char *text = NULL;

	return file_read(info, 1 << 16, &text, NULL, NULL) == 0 && strstr(text, "patch: creep");
}

START_TEST(who_computes_without_end_is_named)
{
	static const char *const roles[] = {"role=spin", "role=flood"};
	char *const server[] = {"me=2", (char *)roles[_i], NULL};

	two_hosts(WORLD_SWITCH, idles, server);
	if (world_run(world, SEC, &err) < 0)
		ck_assert_ptr_nonnull(strstr(err.text, "host server"));
	else
		ck_assert(time_creeps());
}
END_TEST

/* Processes whose command line has PART in it. A UML that has just started a child, to try ptrace
 * with it (arch/um/os-Linux/start_up.c, start_ptraced_child()), may leave it behind, stopped. It
 * comes to who reaps orphans: in a run that is kernel/supervisor.h, here it is us; and if it asks
 * to be traced only then, by us. */
static int processes_named(const char *part)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int count = 0;

	while ((entry = readdir(proc))) {
		char line[8192], stat[512], state = '?';
		int parent = 0;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		proc_read(entry->d_name, "cmdline", line, sizeof(line));
		if (!strstr(line, part))
			continue;
		proc_read(entry->d_name, "stat", stat, sizeof(stat));
		if (strrchr(stat, ')'))
			sscanf(strrchr(stat, ')'), ") %c %d", &state, &parent);
		if ((state == 'T' || state == 't') && parent == getpid())
			kill(atoi(entry->d_name), SIGKILL);
		count++;
	}
	closedir(proc);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return count;
}

START_TEST(nothing_is_left_when_the_world_is_killed)
{
	static const int delays_us[] = {1000, 10000, 30000, 100000, 300000};
	char mark[40];
	pid_t child;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	snprintf(mark, sizeof(mark), "mark=%d.%d", getpid(), _i);
	child = fork();
	if (child == 0) {
		char *const args[] = {"me=1", "role=connect", "pings=1000000", mark, NULL};
		char *const other[] = {"me=2", "role=serve", mark, NULL};

		two_hosts(WORLD_SWITCH, args, other);
		world_run(world, 100000 * SEC, &err);
		_exit(1);
	}
	usleep((useconds_t)delays_us[_i]);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	for (int i = 0; i < TEST_PATIENCE_S * 100 && processes_named(mark); i++)
		usleep(10000);
	ck_assert_int_eq(processes_named(mark), 0);
	for (int i = 0; i < HOSTS; i++) { /* the sockets lie in the run's folder, which goes */
		static const char *const names[] = {"time0", "port0", "card0"};

		for (int n = 0; n < COUNT(names); n++) {
			char path[128];

			snprintf(path, sizeof(path), "%s/h%d.%s", dir, i, names[n]);
			unlink(path);
		}
	}
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("processes");

	tcase_add_test(tests, two_runs_are_the_same_to_the_byte);
	tcase_add_test(tests, where_processors_are_free_hosts_begin_beside_each_other);
	tcase_add_test(tests, who_computes_sees_the_other_end);
	tcase_add_loop_test(tests, who_computes_without_end_is_named, 0, 2);
	tcase_add_loop_test(tests, nothing_is_left_when_the_world_is_killed, 0, 5);
	return boot_tests(tests);
}

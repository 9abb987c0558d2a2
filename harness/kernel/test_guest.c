/* SPDX-License-Identifier: MIT
 *
 * test_guest: a process 1 for the tests: small, static, and as well or badly behaved as the
 * first word of the plan says. "ok" writes the plan back as its raw frames.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char plan[4096];
static ssize_t plan_size;

static int copy_plan(const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/plan", dir);
	fd = open(path, O_RDONLY);
	plan_size = fd < 0 ? -1 : read(fd, plan, sizeof(plan) - 1);
	return plan_size < 0 ? -1 : 0;
}

static void ok(const char *dir)
{
	char path[4096];
	int fd;

	snprintf(path, sizeof(path), "%s/raw", dir);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	if (fd < 0 || write(fd, plan, plan_size) != plan_size)
		perror(path);
	close(fd);
}

static void silent(const char *dir)
{
	(void)dir;
}

static void fifo(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/raw", dir);
	if (mkfifo(path, 0600) < 0)
		perror(path);
}

static void fail(const char *dir)
{
	(void)dir;
	puts("about to fail");
	exit(3); /* process 1: a booted kernel panics */
}

static void hang(const char *dir)
{
	(void)dir;
	puts("about to hang");
	for (;;)
		pause();
}

static void spin(const char *dir)
{
	(void)dir;
	for (;;)
		;
}

/* Children that would outlive it, in sessions of their own. */
static void brood(const char *dir)
{
	for (int i = 0; i < 5; i++) {
		if (fork() == 0) {
			setsid();
			if (fork() == 0)
				setsid();
			hang(dir);
		}
	}
	hang(dir);
}

static void talk(const char *dir)
{
	for (int i = 0; i < 2000; i++)
		printf("line %d of what nobody reads\n", i);
	fflush(stdout);
	fail(dir);
}

static const struct behaviour {
	const char *word;
	void (*act)(const char *dir);
} behaviours[] = {
	{"ok", ok},     {"silent", silent}, {"fail", fail},   {"fifo", fifo},
	{"hang", hang}, {"spin", spin},     {"brood", brood}, {"talk", talk},
};

int main(int argc, char **argv)
{
	const char *booted = getenv("halfopen_dir");
	const char *dir = booted ? booted : argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (booted && mount("none", dir, "hostfs", 0, dir) < 0)
		perror("hostfs");
	if (copy_plan(dir) < 0)
		perror("plan");
	for (size_t i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++)
		if (strncmp(plan, behaviours[i].word, strlen(behaviours[i].word)) == 0)
			behaviours[i].act(dir);
	if (booted)
		reboot(RB_POWER_OFF);
	return 0;
}

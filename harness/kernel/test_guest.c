/* SPDX-License-Identifier: MIT
 *
 * test_guest: a process 1 for the tests: small, static, and as well or badly behaved as the
 * first word of the plan says. "ok" writes the plan back as its raw frames.
 *
 * As a host of a world it has no plan: the boot line's `attacked=FOLDER` is as "attack FOLDER", and
 * `reboots=1` says that it is up, and boots again.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
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

static char attacked[4096];

static const char *in_host(const char *name)
{
	static char path[8200];

	snprintf(path, sizeof(path), "/sys%s/%s", attacked, name);
	return path;
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.100s", path);
	return connect(fd, (struct sockaddr *)&address, sizeof(address));
}

static int send_to_host(void)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons(9),
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	return sendto(fd, "x", 1, 0, (struct sockaddr *)&address, sizeof(address)) == 1 ? 0 : -1;
}

/* With all that the guest's root may do: what comes of it is for the host to see. Returns how many
 * got through. */
static int attack_all(void)
{
	int through = 0;

	if (mount("none", "/sys", "hostfs", 0, "/") < 0)
		perror("hostfs");
	through += open(in_host("public"), O_WRONLY) >= 0;
	through += open(in_host("public"), O_RDWR | O_TRUNC) >= 0;
	through += open(in_host("writable/new"), O_WRONLY | O_CREAT, 0666) >= 0;
	through += truncate(in_host("public"), 0) == 0;
	through += unlink(in_host("writable/file")) == 0;
	through += mknod(in_host("writable/fifo"), S_IFIFO | 0666, 0) == 0;
	through += mknod(in_host("writable/device"), S_IFBLK | 0666, makedev(8, 0)) == 0;
	through += symlink("/", in_host("writable/symlink")) == 0;
	through += chmod(in_host("public"), 0600) == 0;
	through += chown(in_host("public"), 0, 0) == 0;
	mkdir(in_host("writable/folder"), 0777);
	through += open(in_host("secret"), O_RDONLY) >= 0;
	through += open(in_host("public"), O_RDONLY) >= 0;
	through += open("/sys/etc/shadow", O_RDONLY) >= 0;
	through += open("/sys/proc/self/mem", O_RDWR) >= 0;
	through += open("/sys/proc/1/environ", O_RDONLY) >= 0;
	through += connect_to(in_host("listener")) == 0;
	return through + (send_to_host() == 0);
}

/* What is there for it to read is said. */
static void attack_say(int fd, int through)
{
	char text[64];

	snprintf(text, sizeof(text), "%d got through, passwd %s", through,
		 open("/sys/etc/passwd", O_RDONLY) >= 0 ? "is read" : "is not read");
	if (write(fd, text, strlen(text)) < 0)
		perror("what got through");
}

/* "attack FOLDER" */
static void attack(const char *dir)
{
	char path[4096];
	int raw, through;

	sscanf(plan, "attack %4000s", attacked);
	snprintf(path, sizeof(path), "%s/raw", dir);
	raw = open(path, O_WRONLY);
	through = attack_all();
	/* The frames' file, once more: by another mount it is another inode. */
	snprintf(path, sizeof(path), "/sys%s/raw", getenv("halfopen_dir"));
	through += open(path, O_WRONLY) >= 0;
	attack_say(raw, through);
	close(raw);
}

static void attack_from_world(const char *port)
{
	int fd;

	if (mount("devtmpfs", "/dev", "devtmpfs", 0, NULL) < 0)
		perror("/dev");
	fd = open(port, O_RDWR);
	if (getenv("reboots")) {
		if (write(fd, "up", 2) != 2)
			perror(port);
		reboot(RB_AUTOBOOT);
	}
	snprintf(attacked, sizeof(attacked), "%s", getenv("attacked"));
	/* Nobody else may have the port. */
	attack_say(fd, attack_all() + (open(port, O_RDWR) >= 0));
	reboot(RB_POWER_OFF);
}

static const struct behaviour {
	const char *word;
	void (*act)(const char *dir);
} behaviours[] = {
	{"attack", attack}, {"ok", ok},     {"silent", silent}, {"fail", fail}, {"fifo", fifo},
	{"hang", hang},     {"spin", spin}, {"brood", brood},   {"talk", talk},
};

int main(int argc, char **argv)
{
	const char *booted = getenv("halfopen_dir");
	const char *dir = booted ? booted : argc > 1 ? argv[1] : "";

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (getenv("halfopen_port"))
		attack_from_world(getenv("halfopen_port"));
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

/* SPDX-License-Identifier: MIT
 *
 * Devices, and the kernel behind them: its settings, memory, log, clock and power.
 */
#include "attack.h"

#include <fcntl.h>
#include <linux/random.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

static void foreign_device(const char *path, const char *name)
{
	static const char *const own[] = {"null", "zero", "full", "random", "urandom", "tty"};
	struct stat st;

	for (size_t i = 0; i < COUNT(own); i++)
		if (strcmp(name, own[i]) == 0)
			return;
	if (lstat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		tried(true, "sees %s", path);
}

/* Of its own it has none as long as it opens none. */
static void foreign_terminal(const char *path, const char *name)
{
	if (strcmp(name, "ptmx") != 0)
		tried(true, "sees %s", path);
}

static void devices(void)
{
	each("/dev", foreign_device);
	each("/dev/pts", foreign_terminal);
	tried(false, "others than these");
}

/* More than its bytes: Landlock since Linux 6.10. */
static void device_ask(void)
{
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC), bits;

	if (key_number("landlock") >= 5)
		tried(ioctl(fd, RNDGETENTCNT, &bits) == 0, "ioctl of /dev/random");
	close(fd);
}

static void device_make(void)
{
	static const char *const folders[] = {"/tmp", "/root", "/var/tmp", "/dev/shm", "/run", "/"};
	static const struct {
		const char *name;
		mode_t mode;
		int major, minor;
	} kinds[] = {{"mem", S_IFCHR, 1, 1}, {"disk", S_IFBLK, 8, 0}};
	char path[64];

	for (size_t i = 0; i < COUNT(folders); i++)
		for (size_t k = 0; k < COUNT(kinds); k++) {
			snprintf(path, sizeof(path), "%s/%s", folders[i], kinds[k].name);
			if (tried(mknod(path, kinds[k].mode | 0600,
					makedev(kinds[k].major, kinds[k].minor)) == 0,
				  "mknod %s", path))
				unlink(path);
		}
}

static void writable(const char *path, const char *name)
{
	struct stat st;

	/* Of processes it sees its own only, and those may be written to. */
	if ((name[0] >= '0' && name[0] <= '9') || strcmp(name, "self") == 0 ||
	    strcmp(name, "thread-self") == 0 || lstat(path, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		each(path, writable);
	else if (S_ISREG(st.st_mode)) /* what is masked is /dev/null */
		try_open(path, O_WRONLY);
}

static void settings(void)
{
	try_open("/proc/sys/kernel/core_pattern", O_WRONLY);
	each("/proc", writable);
}

static void is_there(const char *path, const char *name)
{
	(void)name;
	tried(true, "sees %s", path);
}

static void sys(void)
{
	each("/sys", is_there);
	tried(false, "something in it");
}

/* What is masked can be opened, and is empty. */
static void try_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char byte;

	tried(fd >= 0 && read(fd, &byte, 1) == 1, "read %s", path);
	if (fd >= 0)
		close(fd);
}

static void kernel_memory(void)
{
	static const char *const masked[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list"};

	for (size_t i = 0; i < COUNT(masked); i++)
		try_read(masked[i]);
	try_open("/proc/kmsg", O_RDONLY);
	try_open("/dev/mem", O_RDONLY);
	try_open("/dev/kmsg", O_RDONLY);
	try_open("/proc/1/mem", O_RDONLY);
	tried(syscall(SYS_syslog, 10, NULL, 0) >= 0, "syslog()"); /* SYSLOG_ACTION_SIZE_BUFFER */
}

static void clock_and_power(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	tried(clock_settime(CLOCK_REALTIME, &now) == 0, "clock_settime()");
	tried(sethostname("a", 1) == 0, "sethostname()"); /* as it is */
	tried(reboot(RB_DISABLE_CAD) == 0, "reboot()");
}

const struct attack attacks_on_devices[] = {
	{"see devices", devices},
	{"ask a device", device_ask},
	{"make a device", device_make},
	{"write kernel.core_pattern, or any other setting", settings},
	{"see /sys", sys},
	{"read the kernel's memory or log", kernel_memory},
	{"clock, host name, power", clock_and_power},
	{0},
};

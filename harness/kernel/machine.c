/* SPDX-License-Identifier: MIT
 *
 * The clock is QEMU's count of instructions, a nanosecond each (-icount shift=0), and jumps to the
 * next timer when the CPU is idle (sleep=off). The real-time clock counts the same (-rtc
 * clock=vm). Nothing but the port may make the machine wait for us: while it waits, time flies.
 */
#include "machine.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "clock.h"
#include "err.h"
#include "file.h"
#include "kept.h"
#include "kernel.h"
#include "pipe.h"

#define QEMU "qemu-system-x86_64"

int machine_probe(struct err *err)
{
	const char *path = getenv("PATH");
	char program[4096];

	for (path = path ? path : "/usr/bin"; *path; path += *path == ':') {
		int length = (int)strcspn(path, ":");

		snprintf(program, sizeof(program), "%.*s/" QEMU, length, path);
		if (access(program, X_OK) == 0)
			return 0;
		path += length;
	}
	return err_set(err, ENOENT,
		       "a bzImage runs in " QEMU ", which is not installed (Debian: "
		       "qemu-system-x86)");
}

static void machine_exec(const struct kernel *kernel, const char *initramfs, int console, int port,
			 pid_t parent)
{
	/* panic=-1 and -no-reboot: a panic ends QEMU. The rate of the time stamp counter is known
	 * under icount, and need not be measured. */
	static const char line[] = "console=ttyS0 quiet panic=-1 " SERVE_VARIABLE "=1";
	static const char virtual_line[] = " nokaslr tsc=reliable tsc_early_khz=1000000";
	char chardev[64], append[256];
	const char *argv[40] = {QEMU,
				"-nodefaults",
				"-no-user-config",
				"-display",
				"none",
				"-no-reboot",
				"-m",
				"384",
				"-kernel",
				kernel->path,
				"-initrd",
				initramfs,
				"-serial",
				"stdio",
				"-device",
				"virtio-serial-pci",
				"-device",
				"virtserialport,chardev=port",
				"-chardev",
				chardev,
				"-append",
				append,
				"-accel",
				"tcg"};
	static const char *const virtual_argv[] = {"-icount", "shift=0,sleep=off", "-rtc",
						   "base=utc,clock=vm"};
	size_t argc = 0;

	snprintf(chardev, sizeof(chardev), "socket,id=port,fd=%d", port);
	snprintf(append, sizeof(append), "%s%s", line, kernel->real_time ? "" : virtual_line);
	while (argv[argc])
		argc++;
	if (!kernel->real_time)
		memcpy(argv + argc, virtual_argv, sizeof(virtual_argv));
	fcntl(port, F_SETFD, 0);
	if (guest_prepare_child(console) == 0 && getppid() == parent) {
		execvp(QEMU, (char **)argv);
		dprintf(2, QEMU ": %s\n", strerror(errno));
	}
	_exit(126);
}

static int machine_start(struct machine *machine, const struct kernel *kernel,
			 const char *initramfs, struct err *err)
{
	AUTO_PIPE struct pipe console = NO_PIPE, port = NO_PIPE;
	pid_t pid, parent = getpid();
	int ret;

	if ((ret = pipe_open(&console)) || (ret = pipe_open_sockets(SOCK_STREAM, &port)))
		return err_sys(err, ret, "the machine's console and port");
	pid = fork();
	if (pid == 0)
		machine_exec(kernel, initramfs, console.in, port.in, parent);
	if (pid < 0)
		return err_sys(err, errno, "fork");
	fcntl(console.out, F_SETFL, O_NONBLOCK);
	machine->pid = pid;
	machine->console = TAKE_FD(console.out);
	machine->port = TAKE_FD(port.out);
	return 0;
}

void machine_stop(struct machine *machine)
{
	if (!machine->pid)
		return;
	kill(machine->pid, SIGKILL);
	while (waitpid(machine->pid, NULL, 0) < 0 && errno == EINTR)
		;
	tail_read(&machine->said, machine->console);
	close(machine->console);
	close(machine->port);
	machine->pid = 0;
}

/* SIZE bytes from the port, while what the console says is kept. */
static int port_read(struct machine *machine, void *bytes, size_t size, int64_t deadline_ns,
		     struct err *err)
{
	struct pollfd fds[] = {{.fd = machine->port, .events = POLLIN},
			       {.fd = machine->console, .events = POLLIN}};
	size_t done = 0;
	ssize_t n;

	while (done < size) {
		int64_t left_ns = deadline_ns - clock_now_ns();

		if (left_ns <= 0)
			return err_set(err, ETIMEDOUT, "no end within the limit of real time");
		if (poll(fds, 2, (int)(left_ns / 1000000) + 1) < 0 && errno != EINTR)
			return err_sys(err, errno, "poll");
		if (fds[1].revents && tail_read(&machine->said, machine->console))
			fds[1].fd = -1;
		if (!fds[0].revents)
			continue;
		n = read(machine->port, (char *)bytes + done, size - done);
		if (n <= 0)
			return err_set(err, ECHILD, "the machine died");
		done += (size_t)n;
	}
	return 0;
}

static void said_forget(struct machine *machine)
{
	machine->said = (struct tail){.text = machine->text, .size = sizeof(machine->text) - 1};
}

int machine_boot(struct machine *machine, const struct kernel *kernel, const char *initramfs,
		 struct err *err)
{
	struct serve_raw ready;
	int ret;

	said_forget(machine);
	ret = machine_start(machine, kernel, initramfs, err);
	if (ret < 0)
		return ret;
	ret = port_read(machine, &ready, sizeof(ready), clock_now_ns() + MACHINE_BOOT_LIMIT_NS,
			err);
	if (ret == 0 && ready.magic != SERVE_MAGIC)
		ret = err_set(err, EPROTO, "the machine's port says something else");
	if (ret < 0) {
		machine_stop(machine);
		return err_add(err, ret, "the boot");
	}
	return 0;
}

static int plan_send(const struct machine *machine, const char *dir, struct err *err)
{
	struct serve_plan head = {.magic = SERVE_MAGIC};
	char path[4096], bytes[65536];
	AUTO_CLOSE int fd = -1;
	struct stat st;
	ssize_t n = -1;

	snprintf(path, sizeof(path), "%s/plan", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(err, errno, "%s", path);
	head.size = (uint32_t)st.st_size;
	if (send(machine->port, &head, sizeof(head), MSG_NOSIGNAL) == sizeof(head))
		while ((n = read(fd, bytes, sizeof(bytes))) > 0)
			if (send(machine->port, bytes, (size_t)n, MSG_NOSIGNAL) != n)
				break;
	return n == 0 ? 0 : err_set(err, ECHILD, "the machine takes no plan");
}

static int raw_receive(struct machine *machine, const char *dir, uint64_t size, int64_t deadline_ns,
		       struct err *err)
{
	char path[4096], bytes[65536];
	AUTO_CLOSE int fd = -1;
	int ret = 0, error;

	snprintf(path, sizeof(path), "%s/raw", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return err_sys(err, errno, "%s", path);
	while (size && ret == 0) {
		size_t part = size < sizeof(bytes) ? size : sizeof(bytes);

		ret = port_read(machine, bytes, part, deadline_ns, err);
		if (ret == 0 && (error = file_write_all(fd, bytes, part)) < 0)
			ret = err_sys(err, error, "%s", path);
		size -= part;
	}
	return ret;
}

int machine_run(struct machine *machine, const char *dir, int64_t limit_ns, struct err *err)
{
	int64_t deadline_ns = clock_now_ns() + limit_ns;
	struct serve_raw head;
	int ret;

	said_forget(machine);
	ret = plan_send(machine, dir, err);
	if (ret == 0)
		ret = port_read(machine, &head, sizeof(head), deadline_ns, err);
	if (ret == 0 && head.magic != SERVE_MAGIC)
		ret = err_set(err, EPROTO, "the machine's port says something else");
	if (ret == 0)
		ret = raw_receive(machine, dir, head.size, deadline_ns, err);
	if (ret < 0) {
		machine_stop(machine);
		return ret;
	}
	if (WIFSIGNALED(head.status))
		return err_set(err, ECHILD, "the guest was killed by signal %d (%s)",
			       WTERMSIG(head.status), strsignal(WTERMSIG(head.status)));
	if (head.status)
		return err_set(err, ECHILD, "the guest ended with status %d",
			       WEXITSTATUS(head.status));
	return 0;
}

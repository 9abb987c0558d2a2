/* SPDX-License-Identifier: MIT
 *
 * test_attacker: what is put in a UML's place by confine_test: tries all that a confined process
 * must not be able to do, and says what got through. Usage: test_attacker FOLDER VICTIM, where
 * confine_test has laid out what there is to reach, and VICTIM is a process of the same user.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

static const char *folder;
static pid_t victim;

static const char *at(const char *name)
{
	static char path[4][4096];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[0]), "%s/%s", folder, name);
	return path[next];
}

static bool opens(const char *path, int flags)
{
	return open(path, flags, 0666) >= 0;
}

static bool is_there(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static bool connects(const char *path, size_t abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path + abstract, sizeof(address.sun_path) - abstract, "%s", path);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address,
				  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + abstract +
					      strlen(path) + !abstract)) == 0;
}

static bool binds(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", at("writable/bound"));
	return fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool has_socket(int domain, int type)
{
	return socket(domain, type, 0) >= 0;
}

static bool clones(unsigned long flags)
{
	long pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid == 0)
		_exit(0);
	return pid > 0;
}

static bool executes(const char *path)
{
	char *argv[] = {(char *)path, NULL}, *env[] = {NULL};
	pid_t pid = fork();
	int status = -1;

	if (pid == 0) {
		execve(path, argv, env);
		_exit(99);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool reads_victim(void)
{
	char byte[8];
	struct iovec to = {byte, sizeof(byte)}, from = {(void *)at, sizeof(byte)};

	return process_vm_readv(victim, &to, 1, &from, 1, 0) > 0;
}

static const char *of_victim(const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", victim, name);
	return path;
}

/* More than is allowed is written, and less is said to have been. */
static bool fills_a_disk(void)
{
	int fd = (int)syscall(SYS_memfd_create, "large", 0);

	return fd >= 0 && ftruncate(fd, 1LL << 40) == 0;
}

#define TRY(what)                                                                                  \
	{                                                                                          \
#what, what                                                                        \
	}

static int attack_all(void)
{
	const struct {
		const char *name;
		bool through;
	} tried[] = {
		/* writing */
		TRY(opens(at("public"), O_WRONLY)),
		TRY(opens(at("public"), O_RDWR)),
		TRY(opens(at("public"), O_RDONLY | O_TRUNC)),
		TRY(opens(at("public"), O_WRONLY | O_APPEND)),
		TRY(opens(at("writable/new"), O_RDONLY | O_CREAT)),
		TRY(opens(at("writable"), O_RDWR | O_TMPFILE)),
		TRY(opens(at("output"), O_WRONLY)), /* it was given already */
		TRY(opens(at("link-to-public"), O_WRONLY)),
		TRY(opens("/dev/shm/halfopen-attack", O_RDWR | O_CREAT)),
		TRY(syscall(SYS_creat, at("writable/created"), 0666) >= 0),
		TRY(truncate(at("public"), 0) == 0),
		TRY(unlink(at("writable/file")) == 0),
		TRY(rename(at("writable/file"), at("writable/other")) == 0),
		TRY(link(at("public"), at("writable/link")) == 0),
		TRY(symlink("/", at("writable/symlink")) == 0),
		TRY(chmod(at("own"), 0777) == 0),
		TRY(fchmodat(AT_FDCWD, at("own"), 0777, 0) == 0),
		TRY(chown(at("own"), getuid(), getgid()) == 0),
		TRY(utimensat(AT_FDCWD, at("own"), NULL, 0) == 0),
		TRY(setxattr(at("own"), "user.x", "y", 1, 0) == 0),
		TRY((mkdir(at("writable/folder"), 0777), is_there(at("writable/folder")))),
		TRY(mkdirat(AT_FDCWD, at("writable/folder"), 0777) == 0),
		TRY(rmdir(at("writable/empty")) == 0),
		TRY(mknod(at("writable/fifo"), S_IFIFO | 0666, 0) == 0),
		TRY(mknod(at("writable/device"), S_IFBLK | 0666, makedev(8, 0)) == 0),
		TRY(fills_a_disk()),
		/* reading */
		TRY(opens(at("secret"), O_RDONLY)),
		TRY(opens(at("unlisted"), O_RDONLY)),
		TRY(opens(at("shown/link-to-unlisted"), O_RDONLY)),
		TRY(opens(at("shown/../unlisted"), O_RDONLY)),
		TRY(opens("/etc/shadow", O_RDONLY)),
		TRY(opens("/proc/self/mem", O_RDWR)),
		TRY(opens("/proc/self/mem", O_RDONLY)),
		TRY(opens("/proc/self/environ", O_RDONLY)),
		TRY(opens("/proc/1/environ", O_RDONLY)),
		TRY(opens(of_victim("mem"), O_RDONLY)),
		TRY(opens(of_victim("environ"), O_RDONLY)),
		TRY(opens("/dev/kmsg", O_RDONLY)),
		TRY(opens("/dev/ptmx", O_RDWR)),
		TRY(opens("/sys/kernel/notes", O_RDONLY)),
		/* talking */
		TRY(has_socket(AF_INET, SOCK_STREAM)),
		TRY(has_socket(AF_INET, SOCK_DGRAM)),
		TRY(has_socket(AF_INET6, SOCK_STREAM)),
		TRY(has_socket(AF_INET6, SOCK_DGRAM)),
		TRY(has_socket(AF_INET, SOCK_RAW)),
		TRY(has_socket(AF_NETLINK, SOCK_RAW)),
		TRY(has_socket(AF_PACKET, SOCK_RAW)),
		TRY(has_socket(AF_VSOCK, SOCK_STREAM)),
		TRY(has_socket(AF_ALG, SOCK_SEQPACKET)),
		TRY(has_socket(AF_UNIX, SOCK_DGRAM)),
		TRY(has_socket(AF_UNIX, SOCK_SEQPACKET)),
		TRY(connects(at("listener"), 0)),
		TRY(connects(at("allowed"), 0)), /* it was connected to already */
		TRY(connects("halfopen-test-abstract", 1)),
		TRY(binds()),
		/* other processes */
		TRY(kill(victim, 0) == 0),
		TRY(kill(victim, SIGCONT) == 0),
		TRY(syscall(SYS_tgkill, victim, victim, 0) == 0),
		TRY(syscall(SYS_tkill, victim, 0) == 0),
		TRY(ptrace(PTRACE_ATTACH, victim, 0, 0) == 0),
		TRY(ptrace(PTRACE_SEIZE, victim, 0, 0) == 0),
		TRY(reads_victim()),
		TRY(syscall(SYS_pidfd_open, victim, 0) >= 0),
		TRY(syscall(SYS_process_madvise, -1, NULL, 0, 0, 0) == 0 || errno != EPERM),
		TRY(prlimit(victim, RLIMIT_NOFILE, NULL, &(struct rlimit){0, 0}) == 0),
		TRY(setpriority(PRIO_PROCESS, (id_t)victim, 10) == 0),
		TRY(executes("/bin/true")),
		/* more rights, other kernels' parts */
		TRY(setuid(0) == 0 && getuid() == 0),
		TRY(unshare(CLONE_NEWUSER) == 0),
		TRY(unshare(CLONE_NEWNS) == 0),
		TRY(clones(CLONE_NEWUSER)),
		TRY(clones(CLONE_NEWNET)),
		TRY(setns(0, 0) == 0 || errno != EPERM),
		TRY(mount("none", "/tmp", "tmpfs", 0, NULL) == 0),
		TRY(chroot("/") == 0),
		TRY(personality(READ_IMPLIES_EXEC) >= 0),
		TRY(prctl(PR_SET_DUMPABLE, 1) == 0),
		TRY(syscall(SYS_bpf, 0, NULL, 0) >= 0 || errno != EPERM),
		TRY(syscall(SYS_perf_event_open, NULL, 0, -1, -1, 0) >= 0 || errno != EPERM),
		TRY(syscall(SYS_io_uring_setup, 1, NULL) >= 0 || errno != EPERM),
		TRY(syscall(SYS_userfaultfd, 1) >= 0 || errno != EPERM),
		TRY(syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -4, 1) >= 0 || errno != EPERM),
		TRY(syscall(SYS_openat2, AT_FDCWD, "/", NULL, 0) >= 0 || errno != EPERM),
		TRY(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0),
		TRY(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0),
		TRY(msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0),
	};
	const int count = (int)(sizeof(tried) / sizeof(tried[0]));

	for (int i = 0; i < count; i++)
		if (tried[i].through)
			printf("through: %s\n", tried[i].name);
	printf("%d attacks\n", count);
	return 0;
}

/* What it may do: without that the rest says nothing. */
static void say_what_works(void)
{
	int output = open(at("output"), O_RDWR);
	char byte;

	printf("works: %s%s%s%s%s%s%s\n", write(output, "frames", 6) == 6 ? "output " : "",
	       opens(at("shown/file"), O_RDONLY) ? "shown " : "",
	       opens("/etc/passwd", O_RDONLY) ? "system " : "",
	       open(at("memory"), O_RDWR | O_EXCL | O_CLOEXEC | O_TMPFILE, 0700) >= 0 ? "memory "
										      : "",
	       opens("/dev/null", O_RDWR) ? "null " : "", clones(CLONE_PARENT) ? "sibling " : "",
	       connects(at("allowed"), 0) ? "socket " : "");
	if (read(0, &byte, 1) != 0)
		puts("through: stdin");
	printf("uid %d\n", (int)getuid());
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	if (fcntl(9, F_GETFD) >= 0)
		puts("through: a descriptor that the starter left open");
	folder = argv[1];
	victim = (pid_t)atoi(argv[2]);
	say_what_works();
	return attack_all();
}

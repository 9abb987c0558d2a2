/* SPDX-License-Identifier: MIT
 *
 * test_attacker: what is put in a UML's place by confine_test: tries all that a confined process
 * must not be able to do, and says what got through. Usage: test_attacker FOLDER VICTIM ADDRESS,
 * where confine_test has laid out what there is to reach, and VICTIM is a process of the same user,
 * who has something to be read at ADDRESS. Without a VICTIM, 0, it asks its starter for something
 * harmless, often.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <netinet/in.h>
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
static void *memory; /* something of his that can be read */

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
	return socket(domain, type, type == SOCK_RAW && domain == AF_INET ? IPPROTO_ICMP : 0) >= 0;
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
	struct iovec to = {byte, sizeof(byte)}, from = {memory, sizeof(byte)};

	return process_vm_readv(victim, &to, 1, &from, 1, 0) > 0;
}

/* And lets go of him. */
static bool traces(int request)
{
	if (ptrace(request, victim, 0, 0) < 0)
		return false;
	if (request == PTRACE_SEIZE)
		ptrace(PTRACE_INTERRUPT, victim, 0, 0);
	waitpid(victim, NULL, __WALL);
	ptrace(PTRACE_DETACH, victim, 0, 0);
	return true;
}

/* Whoever owns a descriptor is sent signals about it. */
static bool owns_for_victim(void)
{
	struct f_owner_ex owner = {F_OWNER_PID, victim};

	return fcntl(0, F_SETOWN, victim) == 0 || fcntl(0, F_SETOWN_EX, &owner) == 0;
}

/* Others who want to write to it wait. */
static bool locks(int command)
{
	struct flock lock = {.l_type = F_RDLCK};
	int fd = open(at("shown/file"), O_RDONLY);

	return fd >= 0 && (command == F_SETLEASE ? fcntl(fd, command, F_RDLCK)
						 : fcntl(fd, command, &lock)) == 0;
}

/* Of the real, the effective and the saved ones, and of the groups. */
static bool is_root_somehow(void)
{
	uid_t uid[3];
	gid_t gid[3], groups[64];
	int count = getgroups(64, groups);

	if (getresuid(&uid[0], &uid[1], &uid[2]) < 0 || getresgid(&gid[0], &gid[1], &gid[2]) < 0) {
		uid[0] = uid[1] = uid[2] = geteuid();
		gid[0] = gid[1] = gid[2] = getegid();
	}
	for (int i = 0; i < count; i++)
		if (groups[i] == 0)
			return true;
	return !uid[0] || !uid[1] || !uid[2] || !gid[0] || !gid[1] || !gid[2];
}

/* Nobody who has none can take one away. */
static bool has_a_right(void)
{
	for (int cap = 0; cap < 41; cap++)
		if (prctl(PR_CAPBSET_READ, cap) == 1 && prctl(PR_CAPBSET_DROP, cap) == 0)
			return true;
	return false;
}

/* What they make is taken away again. */
static bool makes_memory(void)
{
	int id = shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600);

	return id >= 0 && shmctl(id, IPC_RMID, NULL) == 0;
}

static bool makes_semaphore(void)
{
	int id = semget(IPC_PRIVATE, 1, IPC_CREAT | 0600);

	return id >= 0 && semctl(id, 0, IPC_RMID) == 0;
}

static bool makes_queue(void)
{
	int id = msgget(IPC_PRIVATE, IPC_CREAT | 0600);

	return id >= 0 && msgctl(id, IPC_RMID, NULL) == 0;
}

static bool may_more_than(int resource, rlim_t most)
{
	struct rlimit limit;

	return prlimit(0, resource, NULL, &limit) == 0 && limit.rlim_max > most;
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
		TRY(opens("/dev/shm/halfopen-attack", O_RDWR | O_CREAT) &&
		    unlink("/dev/shm/halfopen-attack") == 0),
		TRY(syscall(SYS_creat, at("writable/created"), 0666) >= 0),
		TRY(truncate(at("public"), 0) == 0),
		TRY(unlink(at("writable/file")) == 0),
		TRY(rename(at("writable/second"), at("writable/other")) == 0),
		TRY(link(at("public"), at("writable/link")) == 0),
		TRY(symlink("/", at("writable/symlink")) == 0),
		TRY(chmod(at("own"), 0777) == 0),
		TRY(fchmodat(AT_FDCWD, at("own"), 0777, 0) == 0),
		TRY(chown(at("own"), getuid(), getgid()) == 0),
		TRY(utimensat(AT_FDCWD, at("own"), NULL, 0) == 0),
		TRY(setxattr(at("own"), "user.x", "y", 1, 0) == 0),
		TRY((mkdir(at("writable/folder"), 0777), is_there(at("writable/folder")))),
		TRY(mkdirat(AT_FDCWD, at("writable/another"), 0777) == 0),
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
		TRY(opens("/proc/1/cmdline", O_RDONLY)),
		TRY(opens("/proc/self/maps", O_RDONLY)),
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
		TRY(connects(folder, 1)),
		TRY(binds()),
		/* other processes */
		TRY(kill(victim, 0) == 0),
		TRY(kill(victim, SIGCONT) == 0),
		TRY(syscall(SYS_tgkill, victim, victim, 0) == 0),
		TRY(syscall(SYS_tkill, victim, 0) == 0),
		TRY(traces(PTRACE_ATTACH)),
		TRY(traces(PTRACE_SEIZE)),
		TRY(reads_victim()),
		TRY(syscall(SYS_pidfd_open, victim, 0) >= 0),
		TRY(syscall(SYS_process_madvise, -1, NULL, 0, 0, 0) == 0 || errno != EPERM),
		TRY(prlimit(victim, RLIMIT_NOFILE, NULL, &(struct rlimit){0, 0}) == 0),
		TRY(setpriority(PRIO_PROCESS, (id_t)victim, 10) == 0),
		TRY(owns_for_victim()),
		TRY(locks(F_SETLEASE)),
		TRY(locks(F_SETLK)),
		TRY(executes("/bin/true")),
		/* more rights, other kernels' parts */
		TRY(is_root_somehow()),
		TRY(has_a_right()),
		TRY(may_more_than(RLIMIT_FSIZE, 256 << 20)),
		TRY(may_more_than(RLIMIT_NOFILE, 4096)),
		TRY(may_more_than(RLIMIT_CORE, 1)),
		TRY(setuid(0) == 0 && getuid() == 0),
		TRY(clones(CLONE_NEWUSER)),
		TRY(unshare(CLONE_NEWUSER) == 0),
		TRY(unshare(CLONE_NEWNS) == 0),
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
		TRY(makes_memory()),
		TRY(makes_semaphore()),
		TRY(makes_queue()),
	};
	const int count = (int)(sizeof(tried) / sizeof(tried[0]));

	for (int i = 0; i < count; i++)
		printf("%s: %s\n", tried[i].through ? "through" : "held", tried[i].name);
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

/* Each time it must get what it asks for. */
static int ask_often(void)
{
	for (int i = 0; i < 20000; i++) {
		int fd = open("/dev/null", O_RDWR);

		if (fd <= 2)
			return printf("the %d. time it got %d: %s\n", i + 1, fd, strerror(errno));
		close(fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	if (atoi(argv[2]) == 0)
		return ask_often();
	sscanf(argv[3], "%p", &memory);
	if (fcntl(9, F_GETFD) >= 0)
		puts("through: a descriptor that the starter left open");
	folder = argv[1];
	victim = (pid_t)atoi(argv[2]);
	say_what_works();
	return attack_all();
}

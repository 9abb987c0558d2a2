/* SPDX-License-Identifier: MIT
 *
 * attack: what a hostile command of a case would try, one after the other. For each that gets
 * through it says so; its exit status is whether one did. Nothing that it tries does harm if it
 * succeeds.
 *
 *     attack [KEY=VALUE...]
 *
 * The keys say what of the machine is there to be attacked: file (world-writable), secret (readable
 * by its owner only), socket, abstract, port, pid, shm, msg, key, case (a file of the case's
 * folder); and landlock: Landlock's version there.
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/keyctl.h>
#include <linux/random.h>
#include <linux/sched.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char **keys;
static char what[PATH_MAX + 200]; /* the part of an attack that got through */

static const char *key(const char *name)
{
	size_t length = strlen(name);

	for (char **at = keys; *at; at++)
		if (strncmp(*at, name, length) == 0 && (*at)[length] == '=')
			return *at + length + 1;
	return NULL;
}

static bool __attribute__((format(printf, 1, 2))) got(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	return true;
}

static bool opens(const char *path, int flags)
{
	int fd = path ? open(path, flags | O_CLOEXEC | O_NONBLOCK) : -1;

	if (fd >= 0)
		close(fd);
	return fd >= 0 && got("opened %s", path);
}

/* Calls TRY for each name in FOLDER until it gets through. */
static bool each(const char *folder, bool (*try)(const char *path, const char *name))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	char path[PATH_MAX];
	bool through = false;

	while (dir && !through && (entry = readdir(dir))) {
		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		through = try(path, entry->d_name);
	}
	if (dir)
		closedir(dir);
	return through;
}

/* -- files -- */

static bool host_file(void)
{
	return opens(key("file"), O_WRONLY) || opens(key("file"), O_RDONLY) ||
	       opens(key("secret"), O_RDONLY);
}

static bool through_root(const char *path, const char *name)
{
	static const char *const ways[] = {"root", "cwd", "root/../..", "cwd/../.."};
	char target[2 * PATH_MAX];

	if (name[0] < '0' || name[0] > '9')
		return false;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		snprintf(target, sizeof(target), "%s/%s%s", path, ways[i], key("file"));
		if (opens(target, O_RDONLY) || opens(target, O_WRONLY))
			return true;
	}
	return false;
}

static bool processes_files(void)
{
	return key("file") && each("/proc", through_root);
}

static bool change(const char *path)
{
	struct stat st;

	if (!path || stat(path, &st) < 0)
		return false;
	if (chmod(path, st.st_mode & 07777) == 0)
		return got("chmod %s", path);
	if (chown(path, st.st_uid, st.st_gid) == 0)
		return got("chown %s", path);
	if (utimensat(AT_FDCWD, path, NULL, 0) == 0)
		return got("touch %s", path);
	if (S_ISREG(st.st_mode) && truncate(path, st.st_size) == 0)
		return got("truncate %s", path);
	return false;
}

static bool machine_files_change(void)
{
	static const char *const paths[] = {"/usr",        "/usr/bin/env",
					    "/bin/sh",     "/etc",
					    "/etc/passwd", "/etc/hosts",
					    "/opt",        "/dev/null",
					    "/dev/tty",    "/proc/sys/kernel/random/boot_id"};

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (change(paths[i]))
			return true;
	return change(key("case"));
}

static bool machine_files_make(void)
{
	static const char *const folders[] = {"/usr", "/usr/bin", "/etc", "/opt",
					      "/dev", "/sys",     "/proc"};
	const char *file = key("case");
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/attack", folders[i]);
		if (mkdir(path, 0700) == 0)
			return got("made %s", path);
	}
	if (!file)
		return false;
	snprintf(path, sizeof(path), "%s.attack", file);
	return link(file, path) == 0 || rename(file, path) == 0 || symlink("/", path) == 0;
}

/* A program that its owner lent his rights to. */
static bool set_user_id(void)
{
	static const char *const folders[] = {"/",    "/usr", "/etc",    "/opt",
					      "/tmp", "/run", "/dev/shm"};
	struct statvfs fs;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (statvfs(folders[i], &fs) == 0 &&
		    (!(fs.f_flag & ST_NOSUID) || !(fs.f_flag & ST_NODEV)))
			return got("%s is mounted without nosuid and nodev", folders[i]);
	return false;
}

static bool shadow(void)
{
	return opens("/etc/shadow", O_RDONLY) || opens("/etc/shadow", O_WRONLY);
}

static bool other_folders(void)
{
	static const char *const own[] = {"bin",   "dev",    "etc",   "home", "lib",  "lib32",
					  "lib64", "libx32", "media", "mnt",  "nix",  "gnu",
					  "opt",   "proc",   "root",  "run",  "sbin", "srv",
					  "sys",   "tmp",    "usr",   "var"};
	DIR *dir = opendir("/");
	struct dirent *entry;
	bool through = false;
	char first[64] = "";

	if (key("case")) /* its own place, and the folders on the way there */
		snprintf(first, sizeof(first), "%.*s", (int)strcspn(key("case") + 1, "/"),
			 key("case") + 1);
	while (dir && !through && (entry = readdir(dir))) {
		bool known = entry->d_name[0] == '.' || strcmp(entry->d_name, first) == 0;

		for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
			known = known || strcmp(own[i], entry->d_name) == 0;
		if (!known)
			through = got("sees /%s", entry->d_name);
	}
	if (dir)
		closedir(dir);
	return through;
}

/* -- devices, settings -- */

static bool is_foreign_device(const char *path, const char *name)
{
	static const char *const own[] = {"null", "zero", "full", "random", "urandom", "tty"};
	struct stat st;

	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (strcmp(name, own[i]) == 0)
			return false;
	return lstat(path, &st) == 0 && (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) &&
	       got("sees %s", path);
}

static bool devices(void)
{
	return each("/dev", is_foreign_device);
}

/* More than its bytes: Landlock since Linux 6.10. */
static bool device_ask(void)
{
	int fd = open("/dev/random", O_RDONLY | O_CLOEXEC), bits;
	bool known = key("landlock") && atoi(key("landlock")) >= 5,
	     through = known && ioctl(fd, RNDGETENTCNT, &bits) == 0;

	close(fd);
	return through;
}

static bool device_make(void)
{
	static const char *const folders[] = {"/tmp", "/root", "/var/tmp", "/dev/shm", "/run", "/"};
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/device", folders[i]);
		if (mknod(path, S_IFCHR | 0600, makedev(1, 1)) == 0 ||
		    mknod(path, S_IFBLK | 0600, makedev(8, 0)) == 0)
			return got("made %s", path);
	}
	return false;
}

static bool is_writable(const char *path, const char *name)
{
	struct stat st;

	/* Of processes it sees its own only, and those may be written to. */
	if ((name[0] >= '0' && name[0] <= '9') || strcmp(name, "self") == 0 ||
	    strcmp(name, "thread-self") == 0 || lstat(path, &st) < 0)
		return false;
	if (S_ISDIR(st.st_mode))
		return each(path, is_writable);
	/* What is masked is /dev/null. */
	return S_ISREG(st.st_mode) && opens(path, O_WRONLY);
}

static bool settings(void)
{
	return opens("/proc/sys/kernel/core_pattern", O_WRONLY) || each("/proc", is_writable) ||
	       each("/sys", is_writable);
}

static bool sys_is_there(const char *path, const char *name)
{
	(void)name;
	return got("sees %s", path);
}

static bool sys(void)
{
	return each("/sys", sys_is_there);
}

static bool kernel_memory(void)
{
	return opens("/proc/kmsg", O_RDONLY) || opens("/dev/mem", O_RDONLY) ||
	       opens("/dev/kmsg", O_RDONLY) || opens("/proc/1/mem", O_RDONLY);
}

static bool clock_and_power(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	if (clock_settime(CLOCK_REALTIME, &now) == 0)
		return got("set the clock");
	if (sethostname("attack", 6) == 0)
		return got("changed the host's name");
	if (reboot(RB_DISABLE_CAD) == 0)
		return got("reboot()");
	return syscall(SYS_syslog, 10, NULL, 0) >= 0 && got("syslog()");
}

/* -- processes -- */

static bool is_foreign_process(const char *path, const char *name)
{
	char file[PATH_MAX + 16], text[4096];
	ssize_t n;
	int fd;

	if (name[0] < '0' || name[0] > '9' || strcmp(name, "1") == 0)
		return false;
	snprintf(file, sizeof(file), "%s/cmdline", path);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	/* Its shell and itself. */
	return n > 0 && !strstr(text, "attack") && strcmp(text, "/bin/sh") != 0 &&
	       strcmp(text, "sh") != 0 && got("sees a process: %s", text);
}

static bool others(void)
{
	return each("/proc", is_foreign_process);
}

/* Also those that are not shown. */
static bool host_signal(void)
{
	char path[32];

	if (key("pid") && kill(atoi(key("pid")), 0) == 0)
		return got("the machine's");
	for (int pid = 2; pid < 4000; pid++) {
		snprintf(path, sizeof(path), "/proc/%d", pid);
		if ((kill(pid, 0) == 0 || errno != ESRCH) && access(path, F_OK) < 0)
			return got("process %d, which is not seen", pid);
	}
	return false;
}

static bool init_trace(void)
{
	static const char *const files[] = {"/proc/1/root/",   "/proc/1/cwd/",   "/proc/1/mem",
					    "/proc/1/environ", "/proc/1/ns/mnt", "/proc/1/fd/0",
					    "/proc/1/fd/1",    "/proc/1/exe"};
	char byte;
	struct iovec local = {&byte, 1}, remote = {(void *)0x400000, 1};
	int fd;

	if (ptrace(PTRACE_ATTACH, 1, 0, 0) == 0) {
		waitpid(1, NULL, __WALL);
		ptrace(PTRACE_DETACH, 1, 0, 0);
		return got("ptrace");
	}
	if (ptrace(PTRACE_SEIZE, 1, 0, 0) == 0)
		return got("ptrace");
	if (process_vm_readv(1, &local, 1, &remote, 1, 0) > 0)
		return got("process_vm_readv");
	fd = (int)syscall(SYS_pidfd_open, 1, 0);
	for (int i = 0; fd >= 0 && i < 20; i++)
		if (syscall(SYS_pidfd_getfd, fd, i, 0) >= 0)
			return got("pidfd_getfd");
	if (fd >= 0)
		close(fd);
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (opens(files[i], O_RDONLY))
			return true;
	return false;
}

static bool is_foreign_descriptor(const char *path, const char *name)
{
	char target[PATH_MAX] = "";

	(void)name;
	if (readlink(path, target, sizeof(target) - 1) < 0)
		return false;
	return strcmp(target, "/dev/null") != 0 && strncmp(target, "pipe:", 5) != 0 &&
	       strncmp(target, "/proc/", 6) != 0 && got("holds %s", target);
}

static bool descriptors(void)
{
	char target[PATH_MAX] = "";

	if (readlink("/proc/self/fd/0", target, sizeof(target) - 1) < 0 ||
	    strcmp(target, "/dev/null") != 0)
		return got("0 is %s", target);
	for (int fd = 4; fd < 1024; fd++) /* 3 is the folder that is read */
		if (fcntl(fd, F_GETFD) >= 0)
			return got("more than three descriptors");
	return each("/proc/self/fd", is_foreign_descriptor);
}

/* -- rights -- */

static bool namespaces(void)
{
	static const int flags[] = {CLONE_NEWUSER, CLONE_NEWNS,  CLONE_NEWNET,   CLONE_NEWPID,
				    CLONE_NEWIPC,  CLONE_NEWUTS, CLONE_NEWCGROUP};
	struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
	long pid;

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (unshare(flags[i]) == 0)
			return got("unshare");
		pid = syscall(SYS_clone, flags[i] | SIGCHLD, NULL, NULL, NULL, NULL);
		if (pid == 0)
			_exit(0);
		if (pid > 0)
			return got("clone");
	}
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(0);
	return pid > 0 && got("clone3");
}

static bool mounts(void)
{
	if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0)
		return got("a tmpfs");
	if (mount(NULL, "/usr", NULL, MS_REMOUNT | MS_BIND, NULL) == 0)
		return got("/usr writable");
	if (mount("/", "/mnt", NULL, MS_BIND, NULL) == 0 || umount2("/usr", MNT_DETACH) == 0 ||
	    umount2("/proc/sys", MNT_DETACH) == 0)
		return got("bind, umount");
	if (syscall(SYS_fsopen, "tmpfs", 0) >= 0 || syscall(SYS_open_tree, AT_FDCWD, "/", 1) >= 0)
		return got("the new calls");
	return chroot("/tmp") == 0 && got("chroot");
}

static bool rights(void)
{
	char line[200];
	bool none = false, no_new = false;
	FILE *file = fopen("/proc/self/status", "re");

	while (file && fgets(line, sizeof(line), file)) {
		none = none || strcmp(line, "CapEff:\t0000000000000000\n") == 0;
		no_new = no_new || strcmp(line, "NoNewPrivs:\t1\n") == 0;
	}
	if (file)
		fclose(file);
	if (!none || !no_new)
		return got("has capabilities, or may get some");
	return (setuid(1) == 0 || setgid(1) == 0 || setresuid(65534, 65534, 65534) == 0) &&
	       got("became another user");
}

static bool calls(void)
{
	char attr[128] = {0}, params[256] = {0};

	if (syscall(SYS_bpf, 0, attr, sizeof(attr)) >= 0 || errno != EPERM)
		return got("bpf");
	if (syscall(SYS_perf_event_open, attr, 0, -1, -1, 0) >= 0 || errno != EPERM)
		return got("perf_event_open");
	if (syscall(SYS_userfaultfd, 0) >= 0 || errno != EPERM)
		return got("userfaultfd");
	if (syscall(SYS_io_uring_setup, 4, params) >= 0 || errno != EPERM)
		return got("io_uring_setup");
	if (syscall(SYS_name_to_handle_at, AT_FDCWD, "/", attr, params, 0) >= 0 || errno != EPERM)
		return got("name_to_handle_at");
	return (syscall(SYS_setns, 0, 0) >= 0 || errno != EPERM) && got("setns");
}

static bool keyrings(void)
{
	char text[100];

	if (key("key") &&
	    syscall(SYS_keyctl, KEYCTL_READ, atoi(key("key")), text, sizeof(text)) > 0)
		return got("read a key of the machine's");
	if (key("key") && syscall(SYS_keyctl, KEYCTL_REVOKE, atoi(key("key"))) == 0)
		return got("revoked a key of the machine's");
	if (syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "attack", 0) > 0)
		return got("found a key in the session");
	return syscall(SYS_add_key, "user", "a", "b", 1, KEY_SPEC_SESSION_KEYRING) > 0 &&
	       got("made a key");
}

/* The old way into the kernel, past a filter that knows only the new one. */
static bool other_abi(void)
{
#ifdef __x86_64__
	int status;
	pid_t pid;

	pid = fork();
	if (pid == 0) {
		long ret = 20; /* getpid() */

		__asm__ volatile("int $0x80" : "+a"(ret) : : "memory", "r8", "r9", "r10", "r11");
		_exit(ret > 0);
	}
	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 1;
#else
	return false;
#endif
}

static bool terminal(void)
{
	int fd = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
	bool through = fd >= 0 && ioctl(fd, TIOCSTI, "x") == 0;

	if (fd >= 0)
		close(fd);
	return through;
}

/* -- network, IPC -- */

static bool connects(const char *name, bool abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool through;

	if (!name)
		return false;
	snprintf(address.sun_path + abstract, sizeof(address.sun_path) - abstract, "%s", name);
	through = connect(fd, (struct sockaddr *)&address,
			  (socklen_t)(offsetof(struct sockaddr_un, sun_path) + abstract +
				      strlen(name))) == 0;
	close(fd);
	return through && got("connected to %s", name);
}

static bool sockets(void)
{
	return connects(key("socket"), false) || connects(key("abstract"), true) ||
	       connects("/run/systemd/private", false) || connects("/run/docker.sock", false) ||
	       connects("/run/dbus/system_bus_socket", false);
}

static bool network(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(key("port") ? atoi(key("port")) : 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct if_nameindex *list = if_nameindex();
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return got("connected to the machine's 127.0.0.1");
	/* What a kernel puts into each network namespace is down. */
	for (int i = 0; list && list[i].if_name; i++) {
		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", list[i].if_name);
		if (strcmp(list[i].if_name, "lo") != 0 && strcmp(list[i].if_name, "eth0") != 0 &&
		    ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP))
			return got("sees the interface %s", list[i].if_name);
	}
	close(fd);
	return false;
}

static bool families(void)
{
	static const int refused[] = {AF_VSOCK, AF_PACKET, AF_ALG, AF_BLUETOOTH, AF_TIPC, AF_CAN};

	if (socket(AF_INET, SOCK_RAW, IPPROTO_ICMP) >= 0)
		return got("a raw socket");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (socket(refused[i], SOCK_STREAM, 0) >= 0 || (errno != EAFNOSUPPORT))
			return got("a socket of another family");
	return false;
}

static bool ipc(void)
{
	struct shmid_ds ds;
	int id = key("shm") ? atoi(key("shm")) : -1;

	struct msqid_ds queue;
	int msg = key("msg") ? atoi(key("msg")) : -1;

	if (id >= 0 && (shmctl(id, IPC_STAT, &ds) == 0 || shmctl(id, IPC_RMID, NULL) == 0))
		return got("a shared memory");
	return msg >= 0 && msgctl(msg, IPC_STAT, &queue) == 0 && got("a message queue");
}

/* And leaves the same for the next. */
static bool earlier_run(void)
{
	static const char *const folders[] = {"/",    "/bin", "/etc", "/usr",      "/opt",
					      "/tmp", "/run", "/var", "/dev/shm",  "/root",
					      "/sys", "/dev", "/lib", "/halfopen", "/modules"};
	char path[64];
	int fd;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		snprintf(path, sizeof(path), "%s/left-by-an-attack", folders[i]);
		if (access(path, F_OK) == 0)
			return got("%s", path);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd >= 0)
			close(fd);
	}
	return shmget(0x686f, 4096, IPC_CREAT | IPC_EXCL | 0666) < 0 && got("a System V segment");
}

static bool cgroups(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];
	bool through = false;

	while (file && !through && fgets(line, sizeof(line), file)) {
		char *path = strrchr(line, ':');

		through = path && strcmp(path, ":/\n") != 0 && got("is in %s", line);
	}
	if (file)
		fclose(file);
	return through;
}

/* -- bounds -- */

static bool processes_many(void)
{
	int count = 0;
	pid_t pid;

	while (count < 5000 && (pid = fork()) >= 0) {
		if (pid == 0) {
			pause();
			_exit(0);
		}
		count++;
	}
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM); /* a process group of its own */
	while (wait(NULL) > 0)
		;
	return count > 1024 && got("more than 1,024 processes");
}

static bool memory_much(void)
{
	const size_t piece = 64 << 20;
	struct sysinfo info;
	unsigned long long most, all = 0;

	sysinfo(&info);
	most = (unsigned long long)info.totalram * info.mem_unit / 4;
	most = most < 1ULL << 30 ? 1ULL << 30 : most;
	while (all <= most &&
	       mmap(NULL, piece, PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0) != MAP_FAILED)
		all += piece;
	return all > most && got("more than a quarter of the memory");
}

static bool disk_much(void)
{
	static const char *const folders[] = {"/", "/tmp", "/run", "/dev/shm"};
	unsigned long long all = 0;
	struct statvfs fs;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (statvfs(folders[i], &fs) == 0)
			all += (unsigned long long)fs.f_blocks * fs.f_frsize;
	return all > 1100ULL << 20;
}

static bool core_dump(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_CORE, &limit);
	return limit.rlim_max > 1;
}

/* Without CAP_SYS_RESOURCE nobody can keep it from that: it can be like all others when memory is
 * short, and not more. */
static bool spared(void)
{
	int fd = open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC);
	char text[16] = "";

	if (fd < 0 || read(fd, text, sizeof(text) - 1) <= 0 || atoi(text) < 900)
		return true;
	if (write(fd, "-1", 2) == 2)
		return true;
	if (key("resource") && write(fd, "0", 1) == 1)
		return true;
	close(fd);
	return false;
}

static const struct {
	const char *name;
	bool (*through)(void);
} attacks[] = {
	{"read or write a file of the machine's", host_file},
	{"a file of the machine's through /proc/PID/root", processes_files},
	{"change files of the machine's", machine_files_change},
	{"make files among the machine's", machine_files_make},
	{"a program with its owner's rights", set_user_id},
	{"read /etc/shadow", shadow},
	{"see other folders of the machine's", other_folders},
	{"see devices", devices},
	{"ask a device", device_ask},
	{"make a device", device_make},
	{"write kernel.core_pattern, or any other setting", settings},
	{"see /sys", sys},
	{"read the kernel's memory or log", kernel_memory},
	{"clock, host name, power", clock_and_power},
	{"see processes of others", others},
	{"signal a process of the machine's", host_signal},
	{"trace process 1", init_trace},
	{"inherited descriptors", descriptors},
	{"new namespaces", namespaces},
	{"mounts", mounts},
	{"capabilities, other users", rights},
	{"system calls", calls},
	{"keyrings", keyrings},
	{"system calls of another architecture", other_abi},
	{"type into a terminal", terminal},
	{"unix sockets of the machine's", sockets},
	{"the machine's network", network},
	{"other families of sockets", families},
	{"System V IPC of the machine's", ipc},
	{"what an earlier run left", earlier_run},
	{"see the machine's cgroups", cgroups},
	{"a fork bomb", processes_many},
	{"memory without end", memory_much},
	{"disk without end", disk_much},
	{"a core dump", core_dump},
	{"be spared when memory is short", spared},
};

int main(int argc, char **argv)
{
	char name[64] = "";
	int through = 0;

	(void)argc;
	keys = argv + 1;
	gethostname(name, sizeof(name) - 1);
	if (strcmp(name, "a") != 0 || (getpgrp() != getpid() && setpgid(0, 0) < 0)) {
		fputs("attack: not on a host of a case that is called \"a\"\n", stderr);
		return 2;
	}
	for (size_t i = 0; i < sizeof(attacks) / sizeof(attacks[0]); i++) {
		what[0] = '\0';
		if (!attacks[i].through())
			continue;
		printf("through: %s%s%s\n", attacks[i].name, what[0] ? ": " : "", what);
		through++;
	}
	printf("%zu attacks, %d got through\n", sizeof(attacks) / sizeof(attacks[0]), through);
	return through ? 1 : 0;
}

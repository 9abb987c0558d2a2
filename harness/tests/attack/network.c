/* SPDX-License-Identifier: MIT
 *
 * Sockets, what else programs speak by, and what one run may leave for another.
 */
#include "attack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <mqueue.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/msg.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void try_connect(const char *name, bool abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd;

	if (!name)
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	snprintf(address.sun_path + abstract, sizeof(address.sun_path) - abstract, "%s", name);
	tried(connect(fd, (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + abstract +
				  strlen(name))) == 0,
	      "connect to %s", name);
	close(fd);
}

static void sockets(void)
{
	try_connect(key("socket"), false);
	try_connect(key("abstract"), true);
	try_connect("/run/systemd/private", false);
	try_connect("/run/docker.sock", false);
	try_connect("/run/dbus/system_bus_socket", false);
}

static void network(void)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)(key("port") ? key_number("port") : 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct if_nameindex *list = if_nameindex();
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	tried(connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0,
	      "connect to the machine's 127.0.0.1");
	/* What a kernel puts into each network namespace is down. */
	for (int i = 0; list && list[i].if_name; i++) {
		snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", list[i].if_name);
		if (strcmp(list[i].if_name, "lo") != 0 && strcmp(list[i].if_name, "eth0") != 0 &&
		    ioctl(fd, SIOCGIFFLAGS, &request) == 0 && (request.ifr_flags & IFF_UP))
			tried(true, "sees the interface %s", list[i].if_name);
	}
	close(fd);
}

static void families(void)
{
	static const struct {
		const char *name;
		int family;
	} refused[] = {{"vsock", AF_VSOCK}, {"packet", AF_PACKET}, {"alg", AF_ALG},
		       {"tipc", AF_TIPC},   {"can", AF_CAN},       {"bluetooth", AF_BLUETOOTH},
		       {"rds", AF_RDS},     {"xdp", AF_XDP}};
	int fd = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);

	if (tried(fd >= 0, "a raw socket"))
		close(fd);
	for (size_t i = 0; i < COUNT(refused); i++) {
		fd = socket(refused[i].family, SOCK_STREAM, 0);
		tried(fd >= 0 || errno != EAFNOSUPPORT, "%s", refused[i].name);
		if (fd >= 0)
			close(fd);
	}
}

/* No attack takes away what the next needs. */
static void ipc(void)
{
	int shm = key_number("shm"), msg = key_number("msg");
	struct shmid_ds ds;
	struct msqid_ds queue;
	mqd_t posix;

	if (key("shm")) {
		void *at = shmat(shm, NULL, SHM_RDONLY);

		tried(shmctl(shm, IPC_STAT, &ds) == 0, "look at a shared memory");
		if (tried(at != (void *)-1, "attach a shared memory"))
			shmdt(at);
		tried(shmctl(shm, IPC_SET, &ds) == 0, "change a shared memory");
	}
	if (key("msg"))
		tried(msgctl(msg, IPC_STAT, &queue) == 0, "look at a message queue");
	if (!key("queue"))
		return;
	posix = mq_open(key("queue"), O_RDONLY);
	if (tried(posix != (mqd_t)-1, "open a message queue of POSIX"))
		mq_close(posix);
}

/* And leaves the same for the next. */
static void earlier_run(void)
{
	static const char *const folders[] = {"/",    "/bin", "/etc", "/usr",      "/opt",
					      "/tmp", "/run", "/var", "/dev/shm",  "/root",
					      "/sys", "/dev", "/lib", "/halfopen", "/modules"};
	char path[64];
	int fd;

	for (size_t i = 0; i < COUNT(folders); i++) {
		snprintf(path, sizeof(path), "%s/left-by-an-attack", folders[i]);
		tried(access(path, F_OK) == 0, "%s", path);
		fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
		if (fd >= 0)
			close(fd);
	}
	tried(shmget(0x686f, 4096, IPC_CREAT | IPC_EXCL | 0666) < 0 && errno == EEXIST,
	      "a System V segment");
}

static void cgroups(void)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[PATH_MAX];

	while (file && fgets(line, sizeof(line), file)) {
		char *path = strrchr(line, ':');

		tried(path && strcmp(path, ":/\n") != 0, "is in %s", line);
	}
	if (file)
		fclose(file);
}

const struct attack attacks_on_network[] = {
	{"unix sockets of the machine's", sockets},
	{"the machine's network", network},
	{"other families of sockets", families},
	{"IPC of the machine's", ipc},
	{"what an earlier run left", earlier_run},
	{"see the machine's cgroups", cgroups},
	{0},
};

/* SPDX-License-Identifier: MIT
 *
 * test_init: process 1 of a host in the tests of the world: small, static, and what the boot line
 * says (which becomes its environment):
 *
 *     me=N    10.0.0.N on eth0; role=...  what it does, below
 *
 * What it has to say goes to the control port, one line each.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/reboot.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_PORT "/dev/vport0p0"
#define PORT         5000
#define DISK         "/dev/vda"

static int control = -1;

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	char line[256];
	va_list ap;
	int size;

	va_start(ap, fmt);
	size = vsnprintf(line, sizeof(line) - 1, fmt, ap);
	va_end(ap);
	line[size++] = '\n';
	if (write(control, line, (size_t)size) != size)
		_exit(3);
}

static void nap(long ms)
{
	struct timespec time = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&time, NULL);
}

static int number(const char *name, int otherwise)
{
	const char *value = getenv(name);

	return value ? atoi(value) : otherwise;
}

static void control_open(void)
{
	mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
	while (control < 0) {
		control = open(CONTROL_PORT, O_RDWR);
		if (control < 0)
			nap(1);
	}
}

static struct sockaddr_in address(int host, int port)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

	in.sin_addr.s_addr = htonl(0x0a000000 | (uint32_t)host);
	return in;
}

static void neighbour(int fd, int host)
{
	struct arpreq arp = {.arp_flags = ATF_COM | ATF_PERM, .arp_dev = "eth0"};
	uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)host};
	struct sockaddr_in in = address(host, 0);

	memcpy(&arp.arp_pa, &in, sizeof(in));
	arp.arp_ha.sa_family = ARPHRD_ETHER;
	memcpy(arp.arp_ha.sa_data, mac, sizeof(mac));
	ioctl(fd, SIOCSARP, &arp);
}

/* Until linkwatch has run, a packet vanishes in the noop qdisc. */
static void network(int me)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "eth0"};
	struct sockaddr_in in = address(me, 0);

	memcpy(&request.ifr_addr, &in, sizeof(in));
	if (ioctl(fd, SIOCSIFADDR, &request) < 0)
		say("no eth0: %s", strerror(errno));
	in.sin_addr.s_addr = htonl(0xffffff00);
	memcpy(&request.ifr_netmask, &in, sizeof(in));
	ioctl(fd, SIOCSIFNETMASK, &request);
	ioctl(fd, SIOCGIFFLAGS, &request);
	request.ifr_flags |= IFF_UP;
	ioctl(fd, SIOCSIFFLAGS, &request);
	for (int i = 0; i < 2000; i++) {
		ioctl(fd, SIOCGIFFLAGS, &request);
		if (request.ifr_flags & IFF_RUNNING)
			break;
		nap(1);
	}
	if (!getenv("arp"))
		for (int host = 1; host < 4; host++)
			if (host != me)
				neighbour(fd, host);
	close(fd);
}

static void serve(void)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sockaddr_in in = address(0, PORT);
	static char bytes[1 << 17];
	struct pollfd fds[2] = {{.fd = listener, .events = POLLIN}, {.fd = -1, .events = POLLIN}};
	long total = 0;

	in.sin_addr.s_addr = 0;
	if (bind(listener, (struct sockaddr *)&in, sizeof(in)) < 0 || listen(listener, 8) < 0)
		say("listen: %s", strerror(errno));
	say("listens");
	for (;;) {
		poll(fds, 2, -1);
		if (fds[0].revents)
			fds[1].fd = accept(listener, NULL, NULL);
		if (fds[1].revents) {
			ssize_t got = read(fds[1].fd, bytes, sizeof(bytes));

			if (got > 0)
				total += got;
			if (got > 0 && !getenv("sink") &&
			    write(fds[1].fd, bytes, (size_t)got) != got)
				say("write: %s", strerror(errno));
			if (got <= 0) {
				say("read %ld in all", total);
				close(fds[1].fd);
				fds[1].fd = -1;
			}
		}
	}
}

static int dial(void)
{
	struct sockaddr_in in = address(number("peer", 2), PORT);

	for (;;) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0)
			return fd;
		say("connect: %s", strerror(errno));
		close(fd);
		nap(100);
	}
}

/* Keepalive 10, 3, 5. */
static void connect_and_wait(void)
{
	int fd = dial(), on = 1, idle = 10, interval = 3, count = 5;
	char bytes[100];

	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof(interval));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &count, sizeof(count));
	if (write(fd, "hello", 5) != 5 || read(fd, bytes, sizeof(bytes)) != 5)
		say("hello: %s", strerror(errno));
	say("connected");
	for (int i = 0; i < number("pings", 0); i++)
		if (write(fd, "hello", 5) != 5 || read(fd, bytes, sizeof(bytes)) != 5)
			say("ping: %s", strerror(errno));
	if (read(fd, bytes, sizeof(bytes)) < 0)
		say("read: %s", strerror(errno));
	else
		say("read: end");
}

static void bulk(void)
{
	static char bytes[65536];
	long todo = (long)number("mb", 10) << 20;
	int fd = dial();

	while (todo > 0) {
		ssize_t sent = write(fd, bytes, sizeof(bytes));

		if (sent < 0)
			break;
		todo -= sent;
	}
	shutdown(fd, SHUT_WR);
	say("sent");
	if (read(fd, bytes, 1) == 0)
		say("done");
}

static void panic_at(void)
{
	int fd;

	mount("proc", "/proc", "proc", 0, NULL);
	fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);
	nap(number("after", 1000));
	if (write(fd, "c", 1) != 1)
		say("sysrq: %s", strerror(errno));
}

static void repeat_what_is_told(void)
{
	char bytes[256];

	for (;;) {
		ssize_t got = read(control, bytes, sizeof(bytes) - 1);

		if (got <= 0) {
			say("told nothing: %zd", got);
			return;
		}
		bytes[got] = '\0';
		say("told %s", bytes);
	}
}

/* Two sectors, of which the first is synced; and what was there before. */
static void disk(void)
{
	static char first[4096], second[4096];
	int fd = open(DISK, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		say("%s: %s", DISK, strerror(errno));
	if (pread(fd, first, sizeof(first), 0) != sizeof(first) ||
	    pread(fd, second, sizeof(second), 65536) != sizeof(second))
		say("read: %s", strerror(errno));
	say("found %c and %c", first[0] ? first[0] : '-', second[0] ? second[0] : '-');
	memset(first, 'a', sizeof(first));
	memset(second, 'b', sizeof(second));
	if (pwrite(fd, first, sizeof(first), 0) != sizeof(first) || fsync(fd) < 0)
		say("write: %s", strerror(errno));
	say("synced");
	sync_file_range(fd, 0, 0, 0);
	if (pwrite(fd, second, sizeof(second), 65536) != sizeof(second) ||
	    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE | SYNC_FILE_RANGE_WAIT_AFTER) < 0)
		say("write: %s", strerror(errno));
	say("written");
	if (number("disk_then", 0) == 1)
		reboot(RB_AUTOBOOT);
}

/* For so many microseconds. Each look at the clock takes 256 ns of it. */
static void compute(long us)
{
	struct timespec now;
	int64_t end_ns;

	clock_gettime(CLOCK_MONOTONIC, &now);
	end_ns = now.tv_sec * 1000000000LL + now.tv_nsec + us * 1000;
	while (now.tv_sec * 1000000000LL + now.tv_nsec < end_ns)
		clock_gettime(CLOCK_MONOTONIC, &now);
}

/* Computes on while the disk writes. */
static void write_and_compute(void)
{
	static char bytes[4096];
	int fd = open(DISK, O_RDWR | O_CLOEXEC);

	for (int i = 0; i < 100; i++) {
		bytes[0] = (char)i;
		if (pwrite(fd, bytes, sizeof(bytes), 0) != sizeof(bytes) ||
		    sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE) < 0)
			say("write: %s", strerror(errno));
		compute(number("us", 300));
	}
	say("written");
}

static void spin(void)
{
	for (;;)
		;
}

static void carrier(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = {.ifr_name = "eth0"};
	int before = 1;

	for (;;) {
		ioctl(fd, SIOCGIFFLAGS, &request);
		if (!!(request.ifr_flags & IFF_RUNNING) != before) {
			before = !before;
			say("carrier %d", before);
		}
		nap(10);
	}
}

static void flood(void)
{
	for (;;)
		say("%0200d", 0);
}

int main(void)
{
	const char *role = getenv("role");

	if (role && strcmp(role, "fail") == 0)
		return 3;
	control_open();
	if (role && strcmp(role, "end") == 0)
		reboot(RB_POWER_OFF);
	if (getenv("me"))
		network(number("me", 1));
	if (role && strcmp(role, "spin") == 0)
		spin();
	say("up");
	if (!role)
		role = "";
	if (strcmp(role, "serve") == 0)
		serve();
	if (strcmp(role, "connect") == 0)
		connect_and_wait();
	if (strcmp(role, "bulk") == 0)
		bulk();
	if (strcmp(role, "panic") == 0)
		panic_at();
	if (strcmp(role, "told") == 0)
		repeat_what_is_told();
	if (strcmp(role, "disk") == 0)
		disk();
	if (strcmp(role, "write") == 0)
		write_and_compute();
	if (strcmp(role, "compute") == 0) {
		compute(number("us", 100000));
		say("computed");
	}
	if (strcmp(role, "carrier") == 0)
		carrier();
	if (strcmp(role, "flood") == 0)
		flood();
	if (strcmp(role, "reboot") == 0) {
		nap(number("after", 1000));
		reboot(RB_AUTOBOOT);
	}
	if (strcmp(role, "off") == 0)
		nap(number("after", 1000));
	if (strcmp(role, "idle") == 0)
		for (;;)
			pause();
	if (!getenv("stay"))
		reboot(RB_POWER_OFF);
	for (;;)
		pause();
}

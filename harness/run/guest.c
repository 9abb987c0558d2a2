/* SPDX-License-Identifier: MIT
 *
 * halfopen-guest: process 1 of a run, on every kernel.
 *
 * Live, it is started in new user, mount, pid and network namespaces with the run's folder
 * as its argument. Under UML it is the init of the kernel, with the folder in
 * `halfopen_dir=` on the kernel's command line, which lands in its environment; the root
 * file system is the host's own, read-only, and the results go out through a second, writable
 * hostfs mount of that folder alone, in which one file can be opened, once. In QEMU the init of the
 * machine is serve.h, and each run begins as it does live. It reads FOLDER/plan, writes FOLDER/raw,
 * and ends: live by exiting, which takes its pid namespace along; under UML by powering off.
 *
 * It is static and small, since every page that it touches is paid for at each boot.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/random.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bounds.h"
#include "conductor.h"
#include "file.h"
#include "handover.h"
#include "kept.h"
#include "load.h"
#include "netem.h"
#include "serve.h"

/* The one folder besides /proc and /dev that every root file system has and no run reads:
 * under UML the results' hostfs is mounted over it. */
#define RESULTS_MOUNT "/sys"

static struct out out = {.fd = -1};

extern char __data_start[], end[];

static void populate(const char *from, const char *to)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), at = (uintptr_t)from & ~(page - 1);

	madvise((void *)at, (uintptr_t)to - at, MADV_POPULATE_WRITE);
}

/* A page that is touched costs a UML three turns with the process that it runs (ptrace); all that
 * this one will touch, asked for at once, a few. What its file has is there from the beginning
 * (fixtures/kernel/patches/populate.patch). Kernels before 5.14 know nothing of it. */
static void pages_take(void)
{
	char *heap = malloc(1);

	populate(__data_start, end);
	populate(heap, sbrk(0));
	free(heap);
}

static int fail(const char *what)
{
	fprintf(stderr, "halfopen-guest: %s: %s\n", what, strerror(errno));
	return 1;
}

/* Hosts that join a multicast group say so once, not again after a random time (RFC 3810,
 * 9.14.1): two runs of a case are to be the same. Not of one namespace, so for a kernel of our
 * own only. */
static void group_reports_once(void)
{
	file_set(AT_FDCWD, "/proc/sys/net/ipv6/mld_qrv", "1");
}

/* Every 5 s a kernel looks after neighbours that somebody told it to keep (NTF_MANAGED,
 * since 5.16). Nobody does here, and in virtual time looking is most of what an idle kernel costs.
 */
static void no_managed_neighbours(void)
{
	static const char day_ms[] = "86400000";

	file_set(AT_FDCWD, "/proc/sys/net/ipv4/neigh/default/interval_probe_time_ms", day_ms);
	file_set(AT_FDCWD, "/proc/sys/net/ipv6/neigh/default/interval_probe_time_ms", day_ms);
}

/* Before 6.2 a kernel does not trust what its machine gives it of randomness, and whoever asks it
 * for some (python, as it starts) waits for a second of the run until it has made its own, of
 * timers. Bytes that are said to be random will do: what the machine gave is mixed in. */
static void randomness_credit(void)
{
	enum { BYTES = 32 };
	_Alignas(struct rand_pool_info) char pool[sizeof(struct rand_pool_info) + BYTES] = {0};
	struct rand_pool_info *info = (struct rand_pool_info *)pool;
	int fd = open("/dev/urandom", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	info->entropy_count = 8 * BYTES;
	info->buf_size = BYTES;
	if (ioctl(fd, RNDADDENTROPY, info) < 0)
		errno = 0; /* then they wait */
	close(fd);
}

/* New namespaces get small socket tables of their own: looking at all sockets then does not
 * mean walking the host's hundreds of thousands of buckets (since Linux 6.1). */
static void socket_tables_shrink(void)
{
	file_set(AT_FDCWD, "/proc/sys/net/ipv4/tcp_child_ehash_entries", "512");
}

static void conduct_handover(const struct handover *handover, const struct conduct_host *alone)
{
	struct conduct_options options = {.helpers = handover->helpers,
					  .shown = handover->shown,
					  .virtual_clock = handover->virtual_clock,
					  .alone = alone};
	struct diagnostics diagnostics;
	struct plan *plan = NULL;
	char nft[4096];

	snprintf(nft, sizeof(nft), "%s/halfopen-nft", handover->helpers);
	net_set_nft_helper(nft);
	if (plan_load(handover->file, handover->source, handover->source_size, handover->variant,
		      handover->sysctl, &plan, &diagnostics) < 0) {
		out_text(&out, RAW_ERROR, diagnostics.text);
		out_flush(&out);
		return;
	}
	conduct(plan, &options, &out);
	out_flush(&out);
	plan_free(plan);
	diagnostics_done(&diagnostics);
}

/* Process 1 of a run. TEXT, the handover, is given away. The frames go to out.fd. */
static int guest(char *text, size_t size, const struct conduct_host *alone)
{
	struct handover handover;

	if (handover_read(text, size, &handover) < 0) {
		errno = EBADMSG;
		return fail("plan");
	}
	if (handover.virtual_clock) {
		group_reports_once();
		no_managed_neighbours();
		randomness_credit();
	}
	socket_tables_shrink();
	conduct_handover(&handover, alone);
	if (close(out.fd) < 0)
		return fail("frames");
	handover_done(&handover);
	free(text);
	return 0;
}

/* All hosts are namespaces: FOLDER has the plan, RESULTS gets the frames. */
static int guest_of_all(const char *folder, const char *results)
{
	bool booted = strcmp(folder, results) != 0;
	char path[4096];
	struct err err;
	size_t size;
	char *text;

	snprintf(path, sizeof(path), "%s/plan", folder);
	if (file_read(path, HANDOVER_MOST, &text, &size, &err) < 0) {
		fprintf(stderr, "halfopen-guest: %s\n", err.text);
		return 1;
	}
	snprintf(path, sizeof(path), "%s/raw", results);
	out.fd = open(path, O_WRONLY | (booted ? 0 : O_CREAT | O_TRUNC) | O_CLOEXEC, 0600);
	if (out.fd < 0)
		return fail(path);
	/* What is open stays so; nobody else comes near it. */
	if (booted && umount2(results, MNT_DETACH) < 0)
		return fail(results);
	return guest(text, size, NULL);
}

/* This kernel is one host's: PORT leads out of it, both ways. */
static int guest_alone(const char *port)
{
	struct raw_boot boot;
	struct conduct_host alone;
	char *text, *files;
	int ret;

	out.fd = open(port, O_RDWR | O_CLOEXEC);
	if (out.fd < 0 || file_read_all(out.fd, &boot, sizeof(boot)) < 0)
		return fail(port);
	text = malloc((size_t)boot.size + 1);
	files = calloc(1, (size_t)boot.files_size + 1);
	if (!text || !files || file_read_all(out.fd, text, boot.size) < 0 ||
	    file_read_all(out.fd, files, boot.files_size) < 0)
		return fail(port);
	alone = (struct conduct_host){.host = boot.host,
				      .orders = out.fd,
				      .zero_ns = boot.zero_ns,
				      .incarnation = boot.incarnation,
				      .start = boot.start,
				      .carriers = boot.carriers,
				      .starts = boot.starts,
				      .files = files};
	ret = guest(text, boot.size, &alone);
	free(files);
	return ret;
}

int main(int argc, char **argv)
{
	const char *folder = getenv("halfopen_dir"), *port = getenv("halfopen_port");
	int ret;

	umask(0077);
	/* A process that becomes a command has our memory until its execve(), and is by then who
	 * the other commands of its host are: they must not look into it. */
	prctl(PR_SET_DUMPABLE, 0);
	if (getenv(SERVE_VARIABLE) && getpid() == 1) {
		serve(SERVE_HELPERS "/halfopen-guest");
		reboot(RB_POWER_OFF);
		return 1;
	}
	if (argc == 2 && !folder) {
		/* Where an outer /proc is partly covered, as in most containers, a new one is
		 * refused. The outer one serves as well: it knows us by our outer number. */
		if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
			errno = 0;
		return guest_of_all(argv[1], argv[1]);
	}
	if ((!folder && !port) || getpid() != 1) {
		fprintf(stderr, "halfopen-guest: process 1 of a run; halfopen starts it\n");
		return 2;
	}
	pages_take();
	ret = mount("proc", "/proc", "proc", 0, NULL) < 0 ? fail("/proc") : 0;
	if (ret == 0 && port)
		ret = guest_alone(port);
	else if (ret == 0 && mount("none", RESULTS_MOUNT, "hostfs", 0, folder) < 0)
		ret = fail("mount of the run's folder");
	else if (ret == 0)
		ret = guest_of_all(folder, RESULTS_MOUNT);
	reboot(RB_POWER_OFF);
	return ret;
}

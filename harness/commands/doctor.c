/* SPDX-License-Identifier: MIT */
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cleanup.h"
#include "commandline.h"
#include "commands.h"
#include "confine.h"
#include "kernel.h"
#include "kernel_names.h"
#include "netem.h"
#include "visible.h"

static void tell(const char *what, bool there, const char *remedy)
{
	AUTO_FREE char *seen = visible_copy(what, true);

	printf("  %-36s %s\n", seen, there ? "yes" : "no");
	if (!there && remedy && *remedy) {
		fputs("      ", stdout);
		visible_print(remedy, false, stdout);
		putchar('\n');
	}
}

static bool doctor_helpers(char **ret_folder)
{
	static const char *const names[] = {"halfopen-guest", "halfopen-peer", "halfopen-nft"};
	struct err err = {0};
	bool all = kernel_find_helpers(ret_folder, &err) == 0;

	puts("halfopen's own programs:");
	if (!all)
		tell("the folder with them", false, err.text);
	for (size_t i = 0; all && i < sizeof(names) / sizeof(names[0]); i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", *ret_folder, names[i]);
		tell(path, access(path, X_OK) == 0,
		     "install halfopen again, or build it: cmake --build build");
		all = all && access(path, X_OK) == 0;
	}
	return all;
}

/* What holds a UML, and what it means when a part is missing (docs/security.md). */
static void doctor_confinement(void)
{
	const struct confine_means *has = confine_probe();
	char line[80] = "it is confined: Landlock";

	if (has->landlock)
		snprintf(line, sizeof(line), "it is confined: Landlock (%d)", has->landlock);
	tell(line, has->landlock,
	     "a kernel from 5.13 on that has it in lsm=; without, each file "
	     "that a kernel opens is asked for, which is slower");
	tell("  seccomp", has->seccomp,
	     "a kernel with CONFIG_SECCOMP_FILTER; without, a guest's "
	     "root has sockets and processes of this machine's");
	tell("  its questions", has->questions,
	     "Linux 5.9 and no other listener, as some containers have one; without, a guest's "
	     "root "
	     "can change its own record, and fill the folder of temporary files");
	if (geteuid() == 0)
		tell("  as another user than root", has->other_uid,
		     "CAP_SETUID, CAP_SETGID, CAP_KILL, CAP_CHOWN and user 65534; without, it "
		     "reads "
		     "what root owns, in the folders that are shown");
}

/* As harness/kernel/uml.c wants it, where nobody can be asked for memory. */
static bool shm_has_room(void)
{
	struct statvfs fs;

	return statvfs("/dev/shm", &fs) == 0 && access("/dev/shm", W_OK) == 0 &&
	       (unsigned long long)fs.f_bavail * fs.f_bsize >= 1024ULL << 20;
}

static bool doctor_uml(void)
{
	const char *chosen = kernel_of_environment();
	struct kernel kernel = {0};
	struct err err = {0};
	bool boots = false;

	puts("virtual time (a User-Mode Linux kernel, or a bzImage in QEMU; needs no rights at "
	     "all):");
	if (kernel_find(chosen, &kernel, &err) < 0) {
		tell(chosen ? "what HALFOPEN_UML names" : "a kernel is chosen", false, err.text);
	} else if (!kernel_clock_is_virtual(&kernel)) {
		tell("a kernel with virtual time is chosen", false,
		     "`halfopen kernel build` makes one, once, in about five minutes; `halfopen "
		     "kernel use` chooses");
	} else {
		char line[512];

		snprintf(line, sizeof(line), "%s (Linux %s)", kernel.path, kernel.release);
		tell(line, true, NULL);
		boots = kernel_probe(&kernel, &err) == 0;
		tell("it can be started here", boots, err.text);
		if (kernel.kind == KERNEL_UML)
			doctor_confinement();
		if (kernel.kind == KERNEL_UML && !confine_probe()->questions)
			tell("room for its memory in /dev/shm", shm_has_room(),
			     "1 GiB is wanted; without, it goes to TMPDIR, which is slower");
	}
	kernel_done(&kernel);
	kernel = (struct kernel){.kind = KERNEL_QEMU};
	tell("QEMU, for distributions' kernels", kernel_probe(&kernel, &err) == 0, err.text);
	return boots;
}

#ifdef HALFOPEN_SECCOMP
#define HAS_LIBSECCOMP true
#else
#define HAS_LIBSECCOMP false
#endif

/* What holds a case's commands beside namespaces: docs/security.md. */
static void doctor_locks(void)
{
	long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0,
				LANDLOCK_CREATE_RULESET_VERSION);
	bool seccomp = prctl(PR_GET_SECCOMP) >= 0;
	char line[80] = "Landlock, for a case's commands";

	tell("seccomp, for a case's commands", seccomp && HAS_LIBSECCOMP,
	     seccomp ? "install libseccomp-dev and build halfopen again; without, they may make "
		       "every system call"
		     : "a kernel with CONFIG_SECCOMP_FILTER; without, a case's commands may make "
		       "every system call");
	if (landlock > 0)
		snprintf(line, sizeof(line), "Landlock, for a case's commands (%ld)", landlock);
	tell(line, landlock > 0,
	     "a kernel with CONFIG_SECURITY_LANDLOCK, booted with lsm=landlock,...; "
	     "docs/security.md says what it adds");
}

static bool doctor_live(void)
{
	static char live[] = "live";
	struct net_abilities can = {0};
	struct kernel kernel = {0};
	struct err err = {0};
	bool runs;

	puts("the live kernel (real time):");
	runs = kernel_find(live, &kernel, &err) == 0 && kernel_probe(&kernel, &err) == 0;
	tell("namespaces may be made", runs, err.text);
	kernel_done(&kernel);
	if (!runs)
		return false;
	if (net_probe(&can, &err) < 0) {
		tell("it can be probed", false, err.text);
		return false;
	}
	tell("networks may be made in them", can.namespaces, can.reason);
	if (!can.namespaces)
		return false;
	doctor_locks();
	tell("veth, the cables", can.veth, "modprobe veth");
	tell("bridge, the switches", can.bridge, "modprobe bridge");
	tell("IPv6", can.ipv6, "boot without ipv6.disable=1");
	tell("nftables on the bridge (blackhole)", can.nft_bridge, "modprobe nf_tables");
	tell("nftables' reject (router answers)", can.nft_reject, "modprobe nft_reject_inet");
	tell("address translation, its memory", can.nat && can.conntrack,
	     "modprobe nft_chain_nat nf_conntrack_netlink");
	tell("netem (delay, loss; else skipped)", can.netem,
	     "modprobe sch_netem; or run those cases on the UML kernel, which has it");
	return can.veth && can.bridge;
}

static error_t no_option(int key, char *arg, struct argp_state *state)
{
	(void)key, (void)arg, (void)state;
	return ARGP_ERR_UNKNOWN;
}

const struct argp doctor_argp = {
	NULL,
	no_option,
	NULL,
	"Tells what this machine can do for halfopen, what is missing, and how to get it. "
	"Changes nothing. Exit status 3: no case can be run at all.\vExamples:\n\n    halfopen "
	"doctor",
	NULL,
	NULL,
	NULL};

int cmd_doctor(int argc, char **argv)
{
	char *folder = NULL;
	bool helpers, uml, live;

	cmd_parse(&doctor_argp, argc, argv, NULL);
	helpers = doctor_helpers(&folder);
	uml = doctor_uml();
	live = doctor_live();
	free(folder);
	if (!helpers || (!uml && !live)) {
		puts("No case can be run here as it is.");
		return EXIT_COULD_NOT;
	}
	printf("Cases run here: %s%s%s.\n", uml ? "in virtual time" : "",
	       uml && live ? " and " : "", live ? "on the live kernel" : "");
	return EXIT_HELD;
}

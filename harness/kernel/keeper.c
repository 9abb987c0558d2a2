/* SPDX-License-Identifier: MIT */
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "err.h"
#include "initramfs.h"
#include "kept.h"
#include "kernel.h"
#include "list.h"
#include "machine.h"
#include "package.h"
#include "pipe.h"
#include "text.h"

/* What runs may need of a kernel that has it as modules. br_netfilter takes a packet that is on the
 * way from its socket (setup_pre_routing()): what netem delays there would else be in its sender's
 * queue still, and TCP does not send such a segment again (skb_still_in_host_queue()). */
static const char *const modules[] = {"virtio_pci",
				      "virtio_console",
				      "tcp_diag",
				      "inet_diag",
				      "af_packet",
				      "ipv6",
				      "veth",
				      "bridge",
				      "br_netfilter",
				      "sch_netem",
				      "sch_prio",
				      "nf_tables",
				      "nf_conntrack",
				      "nf_nat",
				      "nft_ct",
				      "nft_limit",
				      "nft_numgen",
				      "nft_quota",
				      "nft_masq",
				      "nft_nat",
				      "nft_chain_nat",
				      "nft_reject",
				      "nft_reject_ipv4",
				      "nft_reject_ipv6",
				      "nft_reject_inet",
				      "nft_reject_bridge",
				      "nft_synproxy",
				      "nft_meta_bridge",
				      "nft_counter",
				      "nfnetlink",
				      "nf_conntrack_netlink",
				      NULL};

struct ask {
	int64_t limit_ns;
	char dir[PATH_MAX];
};

struct answer {
	int ret;
	struct err err;
	char console[4096];
};

struct keeper {
	const struct kernel *kernel;
	const struct kernel_machine *options;
	struct machine machine;
	char **program; /* in the initramfs beside the helpers */
	int programs;
};

static int add_modules(struct initramfs *initramfs, const struct kernel *kernel, struct err *err)
{
	char **file = NULL, name[PATH_MAX], source[PATH_MAX];
	AUTO_TEXT struct text list = {0};
	int count = 0, ret = 0;

	if (kernel->modules)
		ret = package_list_modules(kernel->modules, modules, &file, &count, err);
	for (int i = 0; i < count; i++) {
		snprintf(source, sizeof(source), "%s/%s", kernel->modules, file[i]);
		snprintf(name, sizeof(name), "modules/%s", strrchr(source, '/') + 1);
		if (ret == 0)
			ret = initramfs_add_file(initramfs, name, source, err);
		text_add(&list, "/%s\n", name);
	}
	list_free_strings(file, count);
	if (ret < 0)
		return ret;
	return initramfs_add_bytes(initramfs, &SERVE_MODULES[1], text_string(&list), list.size,
				   err);
}

static int add_helpers(struct initramfs *initramfs, const char *folder, struct err *err)
{
	static const char *const helpers[] = {"halfopen-guest", "halfopen-peer", "halfopen-nft"};
	char name[PATH_MAX], source[PATH_MAX];
	int ret = 0;

	for (size_t i = 0; i < sizeof(helpers) / sizeof(helpers[0]) && ret == 0; i++) {
		snprintf(source, sizeof(source), "%s/%s", folder, helpers[i]);
		snprintf(name, sizeof(name), SERVE_HELPERS "/%s", helpers[i]);
		ret = initramfs_add_program(initramfs, source, err); /* for its libraries */
		if (ret == 0)
			ret = initramfs_add_file(initramfs, name + 1, source, err);
	}
	snprintf(source, sizeof(source), "%s/halfopen-guest", folder);
	return ret ? ret : initramfs_add_file(initramfs, "init", source, err);
}

static int initramfs_make(const struct keeper *keeper, const char *path, struct err *err)
{
	static const char *const folders[] = {"dev", "proc", "sys", "run", "tmp", "root"};
	struct initramfs initramfs;
	int closed, ret = initramfs_open(&initramfs, path, err);

	if (ret < 0)
		return ret;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]) && ret == 0; i++)
		ret = initramfs_add_folder(&initramfs, folders[i], err);
	if (ret == 0)
		ret = add_helpers(&initramfs, keeper->options->helpers, err);
	if (ret == 0)
		ret = add_modules(&initramfs, keeper->kernel, err);
	for (int i = 0; i < keeper->programs && ret == 0; i++)
		ret = initramfs_add_program(&initramfs, keeper->program[i], err);
	closed = initramfs_close(&initramfs, ret ? NULL : err);
	return ret ? ret : closed;
}

/* As it is unpacked it is in memory twice, and may then take half of it (init_mount_tree()). */
#define LARGEST_INITRAMFS (128L << 20)

struct wanted {
	char **name;
	int count;
};

static void programs_forget(struct keeper *keeper, int from)
{
	while (keeper->programs > from)
		free(keeper->program[--keeper->programs]);
}

static void programs_want(struct keeper *keeper, const struct wanted *wanted)
{
	for (int i = 0; i < wanted->count; i++)
		if (!list_has_string(keeper->program, keeper->programs, wanted->name[i]))
			list_add_string(&keeper->program, &keeper->programs, wanted->name[i]);
}

static long size_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (long)st.st_size : 0;
}

/* With the programs of earlier runs, if there is room for them. */
static int keeper_boot(struct keeper *keeper, const struct wanted *wanted, struct err *err)
{
	char path[PATH_MAX];
	int ret;

	snprintf(path, sizeof(path), "%s/initramfs.%d", keeper->options->scratch, getpid());
	ret = initramfs_make(keeper, path, err);
	if (ret == 0 && size_of(path) > LARGEST_INITRAMFS) {
		programs_forget(keeper, 0);
		programs_want(keeper, wanted);
		ret = initramfs_make(keeper, path, err);
	}
	if (ret == 0 && size_of(path) > LARGEST_INITRAMFS)
		ret = err_set(
			err, EFBIG,
			"the run's programs and their libraries are %ld MiB, and a machine in "
			"QEMU has room for %ld: run it on a UML kernel",
			size_of(path) >> 20, LARGEST_INITRAMFS >> 20);
	if (ret == 0)
		ret = machine_boot(&keeper->machine, keeper->kernel, path, err);
	unlink(path);
	return ret;
}

static int wanted_read(const char *dir, struct wanted *ret_wanted, struct err *err)
{
	char path[PATH_MAX + 16];
	AUTO_FREE char *name = NULL;
	AUTO_FCLOSE FILE *file = NULL;
	size_t room = 0;

	snprintf(path, sizeof(path), "%s/programs", dir);
	file = fopen(path, "re");
	if (!file)
		return err_sys(err, errno, "%s", path);
	while (getdelim(&name, &room, '\0', file) >= 0)
		list_add_string(&ret_wanted->name, &ret_wanted->count, name);
	return 0;
}

/* With new programs the next boot is now. One that fails may fail because of them: the next run
 * does without. */
static int keeper_get_ready(struct keeper *keeper, const char *dir, struct err *err)
{
	struct wanted wanted = {0};
	int before = keeper->programs, ret = wanted_read(dir, &wanted, err);

	programs_want(keeper, &wanted);
	if (keeper->programs > before)
		machine_stop(&keeper->machine);
	if (ret == 0 && !keeper->machine.pid)
		ret = keeper_boot(keeper, &wanted, err);
	if (ret < 0)
		programs_forget(keeper, before < keeper->programs ? before : 0);
	list_free_strings(wanted.name, wanted.count);
	return ret;
}

static void keeper_serve(struct keeper *keeper, const struct ask *ask, struct answer *answer)
{
	struct machine *machine = &keeper->machine;

	answer->ret = keeper_get_ready(keeper, ask->dir, &answer->err);
	if (answer->ret == 0)
		answer->ret = machine_run(machine, ask->dir, ask->limit_ns, &answer->err);
	if (machine->pid)
		tail_read(&machine->said, machine->console);
	tail_finish(&machine->said);
	snprintf(answer->console, sizeof(answer->console), "%s", machine->text);
}

/* A descriptor in a message, aligned as CMSG_FIRSTHDR() takes it to be. */
union passed {
	struct cmsghdr head;
	char bytes[CMSG_SPACE(sizeof(int))];
};

static int ask_receive(int service, struct ask *ret_ask)
{
	union passed control;
	struct iovec iov = {ret_ask, sizeof(*ret_ask)};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(service, &message, MSG_CMSG_CLOEXEC);
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int fd;

	if (n != sizeof(*ret_ask) || !head || head->cmsg_type != SCM_RIGHTS)
		return -1;
	memcpy(&fd, CMSG_DATA(head), sizeof(fd));
	return fd;
}

static void keeper_main(const struct kernel *kernel, const struct kernel_machine *options,
			int service, pid_t parent)
{
	static struct answer answer;
	static struct ask ask;
	static struct keeper keeper;
	int fd;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	keeper.kernel = kernel;
	keeper.options = options;
	if (getppid() != parent)
		_exit(0);
	keeper.machine.said = (struct tail){.text = keeper.machine.text};
	while ((fd = ask_receive(service, &ask)) >= 0) {
		memset(&answer, 0, sizeof(answer));
		keeper_serve(&keeper, &ask, &answer);
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			errno = 0; /* who asked is gone */
		close(fd);
	}
	machine_stop(&keeper.machine);
	_exit(0);
}

int keepers_start(const struct kernel *kernel, const struct kernel_machine *machine,
		  int *ret_service, struct err *err)
{
	AUTO_PIPE struct pipe service = NO_PIPE;
	pid_t pid, parent = getpid();
	int ret = pipe_open_sockets(SOCK_SEQPACKET, &service);

	if (ret < 0)
		return err_sys(err, ret, "socketpair");
	for (int i = 0; i < machine->parallel; i++) {
		fflush(NULL);
		pid = fork();
		if (pid < 0)
			return err_sys(err, errno, "fork");
		if (pid == 0) {
			close(service.in);
			keeper_main(kernel, machine, service.out, parent);
		}
	}
	*ret_service = TAKE_FD(service.in);
	return 0;
}

static int ask_send(int service, const struct ask *ask, int fd)
{
	union passed control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
					 .cmsg_level = SOL_SOCKET,
					 .cmsg_type = SCM_RIGHTS}};
	struct iovec iov = {(void *)ask, sizeof(*ask)};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};

	memcpy(CMSG_DATA(&control.head), &fd, sizeof(fd));
	return sendmsg(service, &message, MSG_NOSIGNAL) == sizeof(*ask) ? 0 : -errno;
}

int keeper_ask(int service, const char *dir, int64_t limit_ns, char *console, size_t console_size,
	       struct err *err)
{
	static struct answer answer;
	AUTO_PIPE struct pipe reply = NO_PIPE;
	struct ask ask = {.limit_ns = limit_ns};
	int ret = pipe_open_sockets(SOCK_SEQPACKET, &reply);
	ssize_t n;

	if (ret < 0)
		return err_sys(err, ret, "socketpair");
	snprintf(ask.dir, sizeof(ask.dir), "%s", dir);
	ret = ask_send(service, &ask, reply.in);
	pipe_close_in(&reply); /* then its end is the keeper's */
	n = ret == 0 ? recv(reply.out, &answer, sizeof(answer), 0) : 0;
	if (n != sizeof(answer))
		return err_set(err, ECHILD, "the process that keeps the machine died");
	snprintf(console, console_size, "%s", answer.console);
	return answer.ret ? err_set(err, answer.ret, "%s", answer.err.text) : 0;
}

/* SPDX-License-Identifier: MIT
 *
 * The order in the child matters. What is to be read is looked up before rights are dropped, since
 * root's folders cannot be entered afterwards. Becoming another user clears PR_SET_PDEATHSIG, so
 * that comes after it. Landlock's own calls are not in the filter, so the filter is last; what
 * tells the parent (sendmsg) is.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cleanup.h"
#include "confine_filter.h"
#include "confine_parts.h"
#include "descriptors.h"
#include "err.h"
#include "landlock.h"

#define MOST_DESCRIPTORS 4096

const char *const confine_readable[] = {"/usr",    "/lib",          "/lib64", "/lib32", "/bin",
					"/libx32", "/sbin",         "/etc",   "/opt",   "/nix",
					"/gnu",    "/proc/cpuinfo", NULL};

/* What the dynamic loader of a program for x86-64 is called (ELF's PT_INTERP). */
#define LOADER "/lib64/ld-linux-x86-64.so.2"

static struct confine_means means;
static bool means_known;

static bool has_capability(cap_t caps, cap_value_t cap)
{
	cap_flag_value_t value = CAP_CLEAR;

	return caps && cap_get_flag(caps, cap, CAP_EFFECTIVE, &value) == 0 && value == CAP_SET;
}

/* The id must exist in our user namespace, and we must be able to kill what we have made, and to
 * give it its output. */
static bool can_become_other(void)
{
	cap_t caps = cap_get_proc();
	bool can = has_capability(caps, CAP_SETUID) && has_capability(caps, CAP_SETGID) &&
		   has_capability(caps, CAP_KILL) && has_capability(caps, CAP_CHOWN);
	pid_t pid;
	int status = -1;

	cap_free(caps);
	if (!can)
		return false;
	pid = fork();
	if (pid == 0)
		_exit(setgroups(0, NULL) < 0 ||
		      setresgid(CONFINE_UID, CONFINE_UID, CONFINE_UID) < 0 ||
		      setresuid(CONFINE_UID, CONFINE_UID, CONFINE_UID) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool action_is_known(unsigned action)
{
	return syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

/* A descriptor can be handed over since 5.9; there is no other way to see it than to ask for one.
 */
static bool kernel_is_at_least(int major, int minor)
{
	struct utsname name;
	int has[2] = {0, 0};

	uname(&name);
	sscanf(name.release, "%d.%d", &has[0], &has[1]);
	return has[0] > major || (has[0] == major && has[1] >= minor);
}

/* Whether a filter with a listener can be set here: not so below another one's. */
static bool questions_can_be_asked(void)
{
	int status = -1;
	pid_t pid;

	if (!kernel_is_at_least(5, 9) || !action_is_known(SECCOMP_RET_USER_NOTIF))
		return false;
	pid = fork();
	if (pid == 0)
		_exit(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
		      confine_filter_enter(CONFINE_ASK_WRITES) < 0);
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

const struct confine_means *confine_probe(void)
{
	if (means_known)
		return &means;
	means.landlock = landlock_abi();
	means.seccomp = action_is_known(SECCOMP_RET_ERRNO);
	means.questions = means.seccomp && questions_can_be_asked();
	means.other_uid = geteuid() == 0 && can_become_other();
	means_known = true;
	return &means;
}

void confine_pretend(const struct confine_means *pretended)
{
	means_known = pretended;
	if (pretended)
		means = *pretended;
}

/* By the bits for others, of each folder on the way and of what stands at its end. */
bool confine_can_reach(const char *path, int wanted)
{
	mode_t bits = (wanted & R_OK ? S_IROTH : 0) | (wanted & X_OK ? S_IXOTH : 0);
	AUTO_FREE char *real = realpath(path, NULL);
	struct stat st;

	if (geteuid() != 0 || !confine_probe()->other_uid)
		return access(path, wanted) == 0;
	if (!real || stat(real, &st) < 0 || (st.st_mode & bits) != bits)
		return false;
	for (char *slash = strrchr(real, '/'); slash && slash != real; slash = strrchr(real, '/')) {
		*slash = '\0';
		if (stat(real, &st) < 0 || !(st.st_mode & S_IXOTH))
			return false;
	}
	return true;
}

static unsigned asking(const struct confinement *rules)
{
	const struct confine_means *has = confine_probe();

	const unsigned random = rules->no_random ? CONFINE_NO_RANDOM : 0;

	if (!has->questions)
		return random | (rules->sockets && rules->sockets[0] ? CONFINE_CONNECTS : 0);
	return random | CONFINE_ASK_WRITES | (has->landlock ? 0 : CONFINE_ASK_OPENS) |
	       (has->landlock < LANDLOCK_ABI_SIGNALS ? CONFINE_ASK_KILLS : 0);
}

int confine_open(struct confiner *confiner, const char *program, const struct confinement *rules,
		 struct err *err)
{
	int ret;

	*confiner = (struct confiner){
		.rules = rules, .channel = {-1, -1}, .program = -1, .listener = -1};
	confine_probe();
	confiner->program = open(program, O_PATH | O_CLOEXEC);
	if (confiner->program < 0)
		return err_sys(err, errno, "%s", program);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, confiner->channel) == 0)
		return 0;
	ret = err_sys(err, errno, "socketpair");
	confine_close(confiner);
	return ret;
}

void confine_close(struct confiner *confiner)
{
	int *const all[] = {&confiner->channel[0], &confiner->channel[1], &confiner->program,
			    &confiner->listener};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (*all[i] >= 0)
			close(TAKE_FD(*all[i]));
}

/* --- the child --- */

static int add_list(int set, const char *const *list, uint64_t rights, struct err *err)
{
	int ret = 0;

	for (; list && *list && ret == 0; list++)
		ret = landlock_add(set, *list, rights, err);
	return ret;
}

/* Where nobody can be asked, the output and the memory must be allowed for good. */
static int add_writes(int set, const struct confinement *rules, struct err *err)
{
	const char *const writable[] = {rules->output, NULL}, *const memory[] = {rules->memory,
										 NULL};
	int ret;

	ret = landlock_add(set, CONFINE_NULL, LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE, err);
	if (ret || confine_probe()->questions)
		return ret;
	ret = add_list(set, writable, LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE, err);
	if (ret == 0)
		ret = add_list(set, memory, LANDLOCK_WRITE_FILE | LANDLOCK_READ_FILE, err);
	if (ret == 0 && confine_probe()->landlock >= LANDLOCK_ABI_SOCKETS)
		ret = add_list(set, rules->sockets, LANDLOCK_RESOLVE_UNIX, err);
	return ret;
}

static int make_rules(const struct confiner *confiner, struct err *err)
{
	static const char *const loader[] = {LOADER, NULL}, *const root[] = {"/", NULL};
	const uint64_t reads = LANDLOCK_READ_FILE | LANDLOCK_READ_DIR,
		       runs = LANDLOCK_READ_FILE | LANDLOCK_EXECUTE;
	const struct confinement *rules = confiner->rules;
	AUTO_CLOSE int set = -1;
	int ret = landlock_open(confine_probe()->landlock, err);

	if (ret < 0)
		return ret;
	set = ret;
	ret = add_list(set, confine_readable, reads, err);
	if (ret == 0)
		ret = add_list(set, root, LANDLOCK_READ_DIR, err); /* `ls /` works */
	if (ret == 0)
		ret = add_list(set, rules->readable, reads, err);
	if (ret == 0)
		ret = add_list(set, rules->executable, runs, err);
	if (ret == 0)
		ret = add_list(set, loader, runs, err);
	if (ret == 0)
		ret = landlock_add_fd(set, confiner->program, runs, err);
	if (ret == 0)
		ret = add_writes(set, rules, err);
	return ret < 0 ? ret : TAKE_FD(set);
}

static void limit(int resource, rlim_t most)
{
	struct rlimit now = {0, 0}, lower = {most, most};

	getrlimit(resource, &now);
	if (now.rlim_max < most)
		lower.rlim_cur = lower.rlim_max = now.rlim_max;
	setrlimit(resource, &lower);
}

static void limit_resources(const struct confinement *rules)
{
	limit(RLIMIT_FSIZE, rules->largest);
#ifndef __SANITIZE_ADDRESS__ /* whose own memory counts as data until the kernel is started */
	limit(RLIMIT_DATA, rules->largest);
#endif
	limit(RLIMIT_NOFILE, MOST_DESCRIPTORS);
	limit(RLIMIT_CORE, 1); /* at 0 a program that takes them is called */
	limit(RLIMIT_MEMLOCK, 0);
	limit(RLIMIT_MSGQUEUE, 0);
	limit(RLIMIT_NICE, 0);
	limit(RLIMIT_RTPRIO, 0);
	signal(SIGXFSZ, SIG_IGN); /* a guest that fills a file gets EFBIG, and its kernel goes on */
}

/* The bounding set too: exec must give nothing back. */
static int drop_rights(struct err *err)
{
	cap_t none = cap_init();
	int ret = 0;

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		prctl(PR_CAPBSET_DROP, cap, 0, 0, 0);
	if (confine_probe()->other_uid &&
	    (setgroups(0, NULL) < 0 || setresgid(CONFINE_UID, CONFINE_UID, CONFINE_UID) < 0 ||
	     setresuid(CONFINE_UID, CONFINE_UID, CONFINE_UID) < 0))
		ret = err_sys(err, errno, "cannot become user %d", CONFINE_UID);
	else if (!none || cap_set_proc(none) < 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		ret = err_sys(err, errno, "cannot give up its rights");
	cap_free(none);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	return ret;
}

/* The last word to the parent: the error, or the listener if there is one. */
static void tell(int channel, const struct err *err, int listener)
{
	char control[CMSG_SPACE(sizeof(listener))] = "";
	struct iovec text = {(void *)err, sizeof(*err)};
	struct msghdr message = {.msg_iov = &text, .msg_iovlen = 1};
	struct cmsghdr *head;

	if (listener > 0) {
		message.msg_control = control;
		message.msg_controllen = sizeof(control);
		head = CMSG_FIRSTHDR(&message);
		*head = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(listener)),
					 .cmsg_level = SOL_SOCKET,
					 .cmsg_type = SCM_RIGHTS};
		memcpy(CMSG_DATA(head), &listener, sizeof(listener));
	}
	if (sendmsg(channel, &message, MSG_NOSIGNAL) != sizeof(*err))
		_exit(125);
}

/* The folder by whose number the sockets are known, where nobody connects for it; or -1. */
static int folder_kept(const struct confinement *rules)
{
	const char *first = rules->sockets ? rules->sockets[0] : NULL;
	int fd = -1;

	return !first || confine_probe()->questions || sscanf(first, "/proc/self/fd/%d/", &fd) != 1
		       ? -1
		       : fd;
}

/* All that is open but 0, 1, 2 and KEPT goes at exec. */
static void close_the_rest(int kept)
{
	descriptors_close_at_exec(3);
	if (kept >= 0)
		fcntl(kept, F_SETFD, 0);
}

static int enter(const struct confiner *confiner, struct err *err)
{
	int rules = confine_probe()->landlock ? make_rules(confiner, err) : 0, ret;

	if (rules < 0)
		return rules;
	close_the_rest(folder_kept(confiner->rules));
	limit_resources(confiner->rules);
	ret = drop_rights(err);
	if (ret == 0 && rules)
		ret = landlock_enter(rules, err);
	if (ret == 0 && confine_probe()->seccomp) {
		ret = confine_filter_enter(asking(confiner->rules));
		if (ret < 0)
			err_sys(err, ret, "seccomp");
	}
	return ret;
}

void confine_exec(struct confiner *confiner, pid_t parent, char *const argv[], char *const env[])
{
	struct err err = {""};
	int ret = enter(confiner, &err);

	if (getppid() == parent)
		tell(confiner->channel[1], &err, ret);
	if (ret >= 0 && getppid() == parent) {
		syscall(SYS_execveat, confiner->program, "", argv, env, AT_EMPTY_PATH);
		dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	}
	_exit(126);
}

/* --- the parent --- */

int confine_begin(struct confiner *confiner, pid_t pid, struct err *err)
{
	char control[CMSG_SPACE(sizeof(int))];
	struct err told = {""};
	struct iovec text = {&told, sizeof(told)};
	struct msghdr message = {.msg_iov = &text,
				 .msg_iovlen = 1,
				 .msg_control = control,
				 .msg_controllen = sizeof(control)};
	struct cmsghdr *head;
	ssize_t n;

	confiner->pid = pid;
	close(TAKE_FD(confiner->channel[1]));
	close(TAKE_FD(confiner->program));
	do
		n = recvmsg(confiner->channel[0], &message, MSG_CMSG_CLOEXEC | MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	close(TAKE_FD(confiner->channel[0]));
	if (n != sizeof(told))
		return err_set(err, ECHILD, "it died before it was confined");
	if (told.text[0])
		return err_set(err, EPERM, "it cannot be confined: %s", told.text);
	head = CMSG_FIRSTHDR(&message);
	if (head && head->cmsg_type == SCM_RIGHTS)
		memcpy(&confiner->listener, CMSG_DATA(head), sizeof(int));
	return 0;
}

int confine_fd(const struct confiner *confiner)
{
	return confiner->listener;
}

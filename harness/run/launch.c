/* SPDX-License-Identifier: MIT */
#include "launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "descriptors.h"
#include "listener.h"
#include "tracer.h"
#include "user.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#endif

#define NO_LISTENER      "cannot say that it listens"
#define NO_USER          "is not in /etc/passwd"
#define MOST_ENVIRONMENT 80 /* variables, with those that every command has */

static char searched[] = "PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin",
	    roots_home[] = "HOME=/root";
static char *every_environment[] = {searched, roots_home, NULL};

struct attempt {
	const struct launch *launch;
	char **env;
	int err; /* errno of what failed; 0 */
	const char *what;
};

static int launch_fails(struct attempt *attempt, const char *what)
{
	attempt->err = errno;
	attempt->what = what;
	_exit(127);
}

/* Nothing else than what is said is open. */
static int descriptors_set(const struct launch *launch)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC), fd, watch;

	if (null < 0 || dup2(launch->stdin_fd >= 0 ? launch->stdin_fd : null, 0) < 0)
		return -1;
	if (launch->plan) {
		if (dup2(launch->fd, 1) < 0 || dup2(launch->fd, 2) < 0)
			return -1;
		descriptors_close_at_exec(3);
		return 0;
	}
	/* Out of each other's way first: either may have the number of the other. */
	fd = fcntl(launch->fd, F_DUPFD, PEER_WATCH + 1);
	watch = fcntl(launch->place->watch, F_DUPFD, PEER_WATCH + 1);
	if (fd < 0 || watch < 0 || dup2(fd, PEER_FD) < 0 || dup2(watch, PEER_WATCH) < 0)
		return -1;
	descriptors_close_at_exec(PEER_WATCH + 1);
	return 0;
}

/* What every command has, but for what the case says; then that. */
static void environment_make(const struct plan_program *plan, char *const *common, char **env)
{
	char **of_case = plan ? plan->env : NULL;
	size_t count = 0;

	for (; *common; common++) {
		size_t length = 1 + strcspn(*common, "=");
		bool said = false;

		for (char **own = of_case; own && *own && !said; own++)
			said = strncmp(*own, *common, length) == 0;
		if (!said)
			env[count++] = *common;
	}
	for (char **own = of_case; own && *own && count < MOST_ENVIRONMENT - 1; own++)
		env[count++] = *own;
	env[count] = NULL;
}

/* On a machine of its own it has what its user has, and nothing is taken from it. */
static void launch_on_machine(struct attempt *attempt)
{
	const struct launch *launch = attempt->launch;
	char *common[1 + USER_VARIABLES] = {searched};
	const struct plan_program *plan = launch->plan;
	struct user user;

	if (restrict_early(launch->oom_score) < 0)
		launch_fails(attempt, "cannot be marked");
	if (container_enter(launch->place->container) < 0)
		launch_fails(attempt, "cannot enter its host");
	if (setsid() < 0 || descriptors_set(launch) < 0)
		launch_fails(attempt, "cannot hand over its output");
	if (launch->listener >= 0 && listener_hand_over(launch->listener) < 0)
		launch_fails(attempt, NO_LISTENER);
	if (launch->tracer >= 0 && tracer_submit(launch->tracer) < 0)
		launch_fails(attempt, "cannot be traced");
	umask(022);
	if (user_become(plan->user ? plan->user : "root", &user) < 0)
		launch_fails(attempt, errno == ENOENT ? NO_USER : "cannot become its user");
	if (plan->cwd && chdir(plan->cwd) < 0)
		launch_fails(attempt, "cannot work in its folder");
	if (!plan->user)
		return;
	memcpy(common + 1, user.variable, sizeof(user.variable));
	environment_make(plan, common, attempt->env);
}

static void launch_command(struct attempt *attempt)
{
	const struct launch *launch = attempt->launch;
	const struct program_place *place = launch->place;

	if (restrict_early(launch->oom_score) < 0)
		launch_fails(attempt, "cannot be marked");
	if (container_enter(place->container) < 0)
		launch_fails(attempt, "cannot enter its host");
	if (restrict_lock() < 0 || container_become_user(place->container) < 0 || chdir("/") < 0)
		launch_fails(attempt, "cannot become its host's user");
	if (chdir(launch->plan->cwd ? launch->plan->cwd : "/root") < 0)
		launch_fails(attempt, "cannot work in its folder");
	if (setsid() < 0 || descriptors_set(launch) < 0)
		launch_fails(attempt, "cannot hand over its output");
	if (restrict_late(place->restriction) < 0)
		launch_fails(attempt, "cannot give up its rights");
	if (launch->listener >= 0 && listener_hand_over(launch->listener) < 0)
		launch_fails(attempt, NO_LISTENER);
	if (launch->tracer >= 0 && tracer_submit(launch->tracer) < 0)
		launch_fails(attempt, "cannot be traced");
}

static const char path_name[] = "PATH=";

/* What NAME is of the folders of PATH, from *PATH on, which goes on; false: none. */
static bool find_next(const char *name, const char **path, char *ret_file, size_t size)
{
	while (**path) {
		int length = (int)strcspn(*path, ":");

		snprintf(ret_file, size, "%.*s/%s", length, *path, name);
		*path += length + ((*path)[length] != '\0');
		if (access(ret_file, X_OK) == 0)
			return true;
	}
	return false;
}

/* As a shell finds it. */
static void execute(const struct attempt *attempt)
{
	char *const *argv = attempt->launch->argv;
	const char *file = argv[0], *path = "";
	char name[4096];

	if (strchr(file, '/')) {
		execve(file, argv, attempt->env);
		return;
	}
	for (char *const *env = attempt->env; *env; env++)
		if (strncmp(*env, path_name, strlen(path_name)) == 0)
			path = *env + strlen(path_name);
	errno = ENOENT;
	while (find_next(file, &path, name, sizeof(name)))
		execve(name, argv, attempt->env);
}

bool launch_finds(const char *name)
{
	const char *path = every_environment[0] + strlen(path_name);
	char file[4096];

	return find_next(name, &path, file, sizeof(file));
}

static int launch_child(void *arg)
{
	struct attempt *attempt = arg;
	const struct program_place *place = attempt->launch->place;
	sigset_t empty;

	if (setns(net_fd(place->net), CLONE_NEWNET) < 0)
		launch_fails(attempt, "cannot enter its host's network");
	if (attempt->launch->plan && container_is_machine(place->container))
		launch_on_machine(attempt);
	else if (attempt->launch->plan)
		launch_command(attempt);
	else if (descriptors_set(attempt->launch) < 0)
		launch_fails(attempt, "cannot hand over its socket");
	else if (restrict_lock() < 0 || restrict_capabilities(place->restriction) < 0)
		launch_fails(attempt, "cannot drop its capabilities");
	sigemptyset(&empty);
	sigprocmask(SIG_SETMASK, &empty, NULL);
	execute(attempt);
	return launch_fails(attempt, "cannot execute");
}

/* It came no further than to what ATTEMPT says. */
static int refused(pid_t pid, const struct attempt *attempt, struct err *err)
{
	waitpid(pid, NULL, 0);
	if (strcmp(attempt->what, NO_LISTENER) == 0)
		return err_set(err, EOPNOTSUPP,
			       "a kernel that tells when a command listens (seccomp user "
			       "notification, Linux 5.6)");
	if (strcmp(attempt->what, NO_USER) == 0)
		return err_set(err, attempt->err, "its user '%s' " NO_USER,
			       attempt->launch->plan->user ? attempt->launch->plan->user : "root");
	return err_sys(err, attempt->err, "%s: %s", attempt->launch->argv[0], attempt->what);
}

pid_t launch_run(const struct launch *launch, struct err *err)
{
	static char stack[32 * 1024] __attribute__((aligned(16)));
	char *env[MOST_ENVIRONMENT];
	struct attempt attempt = {.launch = launch, .env = env};
	pid_t pid;
	int ret = launch->plan ? container_adopt(launch->place->container) : 0;

	if (ret < 0)
		return err_sys(err, ret, "cannot enter its host");
	environment_make(launch->plan, every_environment, env);
#ifdef __SANITIZE_ADDRESS__
	/* Who called execve() there last returned from nothing, and left what was marked. */
	__asan_unpoison_memory_region(stack, sizeof(stack));
#endif
	pid = clone(launch_child, stack + sizeof(stack), CLONE_VM | CLONE_VFORK | SIGCHLD,
		    &attempt);
	if (pid < 0)
		ret = err_sys(err, errno, "cannot make a process");
	if (launch->plan && container_adopt(NULL) < 0)
		ret = err_sys(err, errno, "cannot come back from its host");
	if (ret < 0)
		return ret;
	return attempt.err ? refused(pid, &attempt, err) : pid;
}

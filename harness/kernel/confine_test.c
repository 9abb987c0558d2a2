/* SPDX-License-Identifier: MIT
 *
 * A process that tries everything is confined, in each way that there is: as root and as an
 * ordinary user, and as if this kernel had less than it has.
 */
#include "confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base_test.h"
#include "err.h"
#include "guest.h"
#include "scratch.h"

#define ORDINARY 1234
#define LIMIT_NS (TEST_PATIENCE_S * 900000000LL)

static char dir[64];
static pid_t victim;
static int listening[3];

static const char *at(const char *name)
{
	static char path[8][128];
	static int next;

	next = (next + 1) % 8;
	snprintf(path[next], sizeof(path[0]), "%s/%s", dir, name);
	return path[next];
}

static void make_file(const char *name, mode_t mode)
{
	int fd = open(at(name), O_WRONLY | O_CREAT, 0600);

	ck_assert(fd >= 0 && write(fd, "x", 1) == 1 && fchmod(fd, mode) == 0);
	close(fd);
}

static void make_folder(const char *name, mode_t mode)
{
	ck_assert(mkdir(at(name), 0700) == 0 && chmod(at(name), mode) == 0);
}

static int make_listener(const char *path, size_t abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path + abstract, sizeof(address.sun_path) - abstract, "%s", path);
	ck_assert(bind(fd, (struct sockaddr *)&address,
		       (socklen_t)(offsetof(struct sockaddr_un, sun_path) + abstract +
				   strlen(path) + !abstract)) == 0 &&
		  listen(fd, 8) == 0);
	ck_assert(abstract || chmod(path, 0777) == 0);
	return fd;
}

/* What there is to reach. */
static void lay_out(void)
{
	strcpy(dir, "/tmp/halfopen-test.XXXXXX");
	ck_assert(mkdtemp(dir) && chmod(dir, 0755) == 0);
	make_file("public", 0666);
	make_file("secret", 0600);
	make_file("unlisted", 0644);
	make_file("output", 0666);
	make_file("own", 0666);
	make_folder("writable", 0777);
	make_file("writable/file", 0666);
	make_file("writable/second", 0666);
	make_folder("writable/empty", 0777);
	make_folder("memory", 0777);
	make_folder("shown", 0755);
	make_file("shown/file", 0644);
	ck_assert(symlink("../unlisted", at("shown/link-to-unlisted")) == 0);
	ck_assert(symlink("public", at("link-to-public")) == 0);
	listening[0] = make_listener(at("listener"), 0);
	listening[1] = make_listener(at("allowed"), 0);
	listening[2] = make_listener(dir, 1);
}

static void become_user(uid_t uid)
{
	ck_assert(setgroups(0, NULL) == 0 && setresgid(uid, uid, uid) == 0 &&
		  setresuid(uid, uid, uid) == 0);
	prctl(PR_SET_DUMPABLE, 1);
}

static void make_victim(uid_t uid)
{
	victim = fork();
	if (victim == 0) {
		if (getuid() != uid)
			become_user(uid);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
}

static void tear_down(void)
{
	kill(victim, SIGKILL);
	for (int i = 0; i < 3; i++)
		close(listening[i]);
	scratch_remove(dir);
}

/* Where there is something to be read in the victim, who is our child. */
static char *memory_of_victim(void)
{
	static char address[32];

	snprintf(address, sizeof(address), "%p", (void *)dir);
	return address;
}

/* Runs the attacker; what it said in SAID, what it wrote to its output in WROTE. */
static void attack(const struct confinement *rules, const char *program, char *said, size_t size,
		   int *ret_ended)
{
	char number[16], *argv[] = {(char *)program, dir, number, memory_of_victim(), NULL},
			 *env[] = {NULL};
	struct confiner *confiner = calloc(1, sizeof(*confiner));
	struct guest guest = {.output = -1, .confiner = confiner};
	pid_t parent = getpid();
	struct err err = {""};
	int console[2];

	snprintf(number, sizeof(number), "%d", (int)victim);
	ck_assert(fcntl(1, F_DUPFD, 100) >= 100); /* left open: the program must not get it */
	ck_assert(pipe2(console, O_CLOEXEC) == 0);
	ck_assert_msg(confine_open(confiner, program, rules, &err) == 0, "%s", err.text);
	guest.pid = fork();
	if (guest.pid == 0 && guest_prepare_child(console[1]) == 0)
		confine_exec(confiner, parent, argv, env);
	close(console[1]);
	guest.console = console[0];
	ck_assert_msg(confine_begin(confiner, guest.pid, &err) == 0, "%s", err.text);
	*ret_ended = guest_wait(&guest, LIMIT_NS, said, size, &err);
	ck_assert_msg(*ret_ended == 0, "%s: %s", err.text, said);
}

/* Where nobody can be asked, it is a file, for good. */
#define OUTPUT_AGAIN "opens(at(\"output\"), O_WRONLY)\n"

/* Who is root reads what root owns, in the folders that are shown. */
#define ROOTS "opens(\"/etc/shadow\", O_RDONLY)\nis_root_somehow()\n"

enum lack { LANDLOCK = 1, QUESTIONS = 2, SECCOMP = 4, OTHER_UID = 8 };

static const struct way {
	const char *name;
	uid_t uid;
	unsigned lacks;
	const char *through; /* what gets through all the same; NULL: much, but no other file */
} ways[] = {
	{"root", 0, 0, ""},
	{"root without Landlock", 0, LANDLOCK, "executes(\"/bin/true\")\n"},
	{"root without questions", 0, QUESTIONS, OUTPUT_AGAIN},
	{"root without seccomp", 0, SECCOMP | QUESTIONS, NULL},
	{"root who stays it", 0, OTHER_UID, ROOTS},
	{"root who stays it, without Landlock", 0, OTHER_UID | LANDLOCK,
	 "opens(\"/etc/shadow\", O_RDONLY)\nexecutes(\"/bin/true\")\nis_root_somehow()\n"},
	{"user", ORDINARY, 0, ""},
	{"user without Landlock", ORDINARY, LANDLOCK, "executes(\"/bin/true\")\n"},
	{"user without questions", ORDINARY, QUESTIONS, OUTPUT_AGAIN},
	{"user without seccomp", ORDINARY, SECCOMP | QUESTIONS, NULL},
};
#define WAYS (int)(sizeof(ways) / sizeof(ways[0]))

static bool opens_a_file(const char *through)
{
	static const char *const calls[] = {"opens(",  "creat", "truncate(", "unlink(",
					    "rename(", "link(", "mkdir",     "rmdir(",
					    "mknod(",  "fills", "binds()",   "executes"};

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		if (strstr(through, calls[i]))
			return true;
	return false;
}

static void judge(const struct way *way, char *said)
{
	char through[4096] = "", *rest = said, *line;
	bool attacked = false, worked = false;
	const char *works = !(way->lacks & QUESTIONS)
				    ? "works: output shown system memory null sibling socket "
				    : "works: output shown system memory null sibling ";

	while ((line = strsep(&rest, "\n"))) {
		if (strncmp(line, "through: ", 9) == 0)
			snprintf(through + strlen(through), sizeof(through) - strlen(through),
				 "%s\n", line + 9);
		attacked |= strstr(line, " attacks") != NULL;
		worked |= strncmp(line, works, strlen(works)) == 0;
		if (strncmp(line, "uid ", 4) == 0 && !(way->lacks & OTHER_UID))
			ck_assert_int_ne(atoi(line + 4), 0);
	}
	ck_assert_msg(attacked && worked, "%s: the attacks were not made: %s", way->name, said);
	if (way->through)
		ck_assert_msg(strcmp(through, way->through) == 0, "%s, got through:\n%s", way->name,
			      through);
	else
		ck_assert_msg(strncmp(through, OUTPUT_AGAIN, strlen(OUTPUT_AGAIN)) == 0 &&
				      !opens_a_file(through + strlen(OUTPUT_AGAIN)),
			      "%s, got through:\n%s", way->name, through);
}

START_TEST(nothing_gets_through)
{
	const struct way *way = &ways[_i];
	static char shown[128], allowed[128], output[128], memory[128];
	const char *const readable[] = {shown, NULL}, *const sockets[] = {allowed, NULL};
	struct confinement rules = {.readable = readable,
				    .sockets = sockets,
				    .output = output,
				    .memory = memory,
				    .largest = 64 << 20};
	struct confine_means means;
	char said[16384], wrote[16];
	int ended;

	if (geteuid() != 0 && way->uid == 0)
		return;
	if (geteuid() == 0 && way->uid)
		become_user(way->uid);
	means = *confine_probe();
	if (!means.seccomp || !means.questions || !means.landlock)
		return; /* nothing can be left out where it is not there */
	means.landlock = way->lacks & LANDLOCK ? 0 : means.landlock;
	means.questions = !(way->lacks & QUESTIONS);
	means.seccomp = !(way->lacks & SECCOMP);
	means.other_uid = means.other_uid && !(way->lacks & OTHER_UID);
	confine_pretend(&means);
	lay_out();
	strcpy(shown, at("shown"));
	strcpy(allowed, at("allowed"));
	strcpy(output, at("output"));
	strcpy(memory, at("memory"));
	make_victim(means.other_uid ? CONFINE_UID : getuid());
	if (way->lacks & QUESTIONS)
		rules.sockets = NULL; /* that would be any */
	rules.output_fd = !(way->lacks & QUESTIONS) ? memfd_create("output", MFD_CLOEXEC)
						    : open(at("output"), O_RDWR | O_CLOEXEC);
	attack(&rules, TEST_ATTACKER, said, sizeof(said), &ended);
	judge(way, said);
	ck_assert(pread(rules.output_fd, wrote, sizeof(wrote), 0) == 6);
	close(rules.output_fd);
	tear_down();
}
END_TEST

/* The attacker as it is, as whoever we are: what it says. */
static void attack_freely(char *said, size_t size)
{
	char number[16], *argv[] = {(char *)TEST_ATTACKER, dir, number, memory_of_victim(), NULL},
			 *env[] = {NULL};
	int console[2];
	size_t used = 0;
	ssize_t n;
	pid_t pid;

	snprintf(number, sizeof(number), "%d", (int)victim);
	ck_assert(pipe2(console, O_CLOEXEC) == 0);
	pid = fork();
	if (pid == 0) {
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(console[1], 1);
		dup2(console[1], 2);
		dup2(console[1], 9);
		execve(argv[0], argv, env);
		_exit(1);
	}
	close(console[1]);
	while (used < size - 1 && (n = read(console[0], said + used, size - 1 - used)) > 0)
		used += (size_t)n;
	said[used] = '\0';
	close(console[0]);
	waitpid(pid, NULL, 0);
}

/* What a kernel may have been built without, or have switched off. */
static bool may_be_absent(const char *line)
{
	static const char *const parts[] = {"AF_INET6", "AF_VSOCK",   "AF_ALG",   "CLONE_NEWUSER",
					    "SYS_bpf",  "perf_event", "io_uring", "userfaultfd",
					    "keyctl",   "kmsg",       "notes",    "setxattr"};

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(line, parts[i]))
			return true;
	return false;
}

/* An attack that always fails shows nothing. */
START_TEST(each_attack_succeeds_where_nothing_confines)
{
	static char said[2][16384];
	char missed[8192] = "", *rest, *line;

	if (geteuid() != 0)
		return;
	lay_out();
	make_victim(0);
	attack_freely(said[0], sizeof(said[0]));
	tear_down();
	become_user(ORDINARY);
	lay_out();
	make_victim(ORDINARY);
	attack_freely(said[1], sizeof(said[1]));
	tear_down();
	ck_assert_msg(strstr(said[0], "through: ") && strstr(said[1], "through: "),
		      "%.1500s\n%.1500s", said[0], said[1]);
	rest = said[0];
	while ((line = strsep(&rest, "\n")))
		if (strncmp(line, "held: ", 6) == 0 && strstr(said[1], line) &&
		    !may_be_absent(line))
			snprintf(missed + strlen(missed), sizeof(missed) - strlen(missed), "%s\n",
				 line + 6);
	ck_assert_str_eq(missed, "");
}
END_TEST

/* Ctrl-Z and fg, again and again, as long as we live; less often as time goes by, so that a busy
 * machine's turn of us comes in between. */
static void disturb(pid_t whom)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (useconds_t us = 100;; us++) {
		kill(whom, SIGSTOP);
		usleep(20);
		kill(whom, SIGCONT);
		usleep(us);
	}
}

START_TEST(who_is_stopped_answers_all_the_same)
{
	static char shown[128];
	const char *const readable[] = {shown, NULL};
	const struct confinement rules = {
		.readable = readable, .output_fd = -1, .largest = 1 << 20};
	char said[1024];
	pid_t self = getpid(), pid;
	int ended;

	if (!confine_probe()->questions)
		return;
	lay_out();
	strcpy(shown, at("shown"));
	victim = 0;
	pid = fork();
	if (pid == 0)
		disturb(self);
	attack(&rules, TEST_ATTACKER, said, sizeof(said), &ended);
	ck_assert_str_eq(said, "");
	kill(pid, SIGKILL);
	kill(self, SIGCONT);
	for (int i = 0; i < 3; i++)
		close(listening[i]);
	scratch_remove(dir);
}
END_TEST

START_TEST(what_cannot_start_says_why)
{
	const struct confinement rules = {.output_fd = -1};
	struct confiner confiner;
	struct err err = {""};

	ck_assert_int_eq(confine_open(&confiner, "/nonexistent/kernel", &rules, &err), -ENOENT);
	ck_assert_str_eq(err.text, "/nonexistent/kernel: No such file or directory");
}
END_TEST

START_TEST(root_alone_cannot_be_reached)
{
	if (geteuid() != 0 || !confine_probe()->other_uid)
		return;
	lay_out();
	victim = 0;
	ck_assert(confine_can_reach(at("shown/file"), R_OK));
	ck_assert(!confine_can_reach(at("secret"), R_OK));
	ck_assert(chmod(at("shown"), 0700) == 0);
	ck_assert(!confine_can_reach(at("shown/file"), R_OK));
	for (int i = 0; i < 3; i++)
		close(listening[i]);
	scratch_remove(dir);
}
END_TEST

int main(void)
{
	TCase *all = tcase_create("all");

	tcase_add_loop_test(all, nothing_gets_through, 0, WAYS);
	tcase_add_test(all, each_attack_succeeds_where_nothing_confines);
	tcase_add_test(all, who_is_stopped_answers_all_the_same);
	tcase_add_test(all, what_cannot_start_says_why);
	tcase_add_test(all, root_alone_cannot_be_reached);
	return run_tests(all);
}

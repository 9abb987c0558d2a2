/* SPDX-License-Identifier: MIT
 *
 * Kernels of a world, confined as play confines them, with a process 1 that tries what it can: as
 * root and as an ordinary user, and as if this machine had less than it has.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base_test.h"
#include "file.h"
#include "parts.h"
#include "scratch.h"

#define SKIPPED     77
#define ORDINARY    1234
#define UP_OFTEN    "up\nup\nup\nup\nup\nup\n"
#define KERNEL_MOST (256 << 20)

static const char *kernel;
static char dir[64], port[] = "halfopen_port=" WORLD_CONTROL_PORT;
static struct text seen;
static struct world *world;

static void on_frame(void *data, int host, int64_t t_ns, const void *bytes, size_t size)
{
	(void)data, (void)host, (void)t_ns;
	text_put_n(&seen, bytes, size);
	text_add(&seen, "\n");
	if (seen.size >= strlen(UP_OFTEN))
		world_stop(world);
}

static const char *at(const char *name)
{
	static char path[4][256];
	static int next;

	next = (next + 1) % 4;
	snprintf(path[next], sizeof(path[0]), "%s/%s", dir, name);
	return path[next];
}

static void copy(const char *from, const char *to)
{
	char *bytes = NULL;
	size_t size = 0;
	struct err err = {""};

	ck_assert_msg(file_read(from, KERNEL_MOST, &bytes, &size, &err) == 0, "%s", err.text);
	ck_assert(file_write(to, bytes, size, &err) == 0 && chmod(to, 0755) == 0);
	free(bytes);
}

/* What there is to reach, and copies of what is needed where anybody can reach it. */
static void lay_out(void)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int listening = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct err err = {""};

	strcpy(dir, "/tmp/halfopen-test.XXXXXX");
	ck_assert(mkdtemp(dir) && chmod(dir, 0755) == 0);
	copy(kernel, at("linux"));
	ck_assert(mkdir(at("helpers"), 0755) == 0 && chmod(at("helpers"), 0755) == 0);
	copy(TEST_GUEST, at("helpers/guest"));
	ck_assert(mkdir(at("around"), 0700) == 0 && chmod(at("around"), 0777) == 0);
	ck_assert(mkdir(at("around/writable"), 0700) == 0 &&
		  chmod(at("around/writable"), 0777) == 0);
	ck_assert(file_write(at("around/public"), "as it was", 9, &err) == 0 &&
		  chmod(at("around/public"), 0666) == 0);
	ck_assert(file_write(at("around/secret"), "as it was", 9, &err) == 0 &&
		  chmod(at("around/secret"), 0600) == 0);
	ck_assert(file_write(at("around/writable/file"), "as it was", 9, &err) == 0 &&
		  chmod(at("around/writable/file"), 0666) == 0);
	snprintf(address.sun_path, sizeof(address.sun_path), "%s", at("around/listener"));
	ck_assert(bind(listening, (struct sockaddr *)&address, sizeof(address)) == 0 &&
		  listen(listening, 1) == 0 && chmod(address.sun_path, 0777) == 0);
}

static void give_away(uid_t uid)
{
	static const char *const names[] = {"",
					    "linux",
					    "helpers",
					    "helpers/guest",
					    "around",
					    "around/writable",
					    "around/public",
					    "around/secret",
					    "around/writable/file",
					    "around/listener"};

	for (int i = 0; i < COUNT(names); i++)
		ck_assert(chown(at(names[i]), uid, uid) == 0);
}

static const struct way {
	const char *name;
	uid_t uid;
	bool landlock, questions, confined;
} ways[] = {
	{"root", 0, true, true, true},
	{"root without Landlock", 0, false, true, true},
	{"root without questions", 0, true, false, true},
	{"user", ORDINARY, true, true, true},
	{"user without Landlock", ORDINARY, false, true, true},
	{"user without questions", ORDINARY, true, false, true},
	{"root, not confined", 0, true, true, false},
	{"user, not confined", ORDINARY, true, true, false},
};
#define WAYS (int)(sizeof(ways) / sizeof(ways[0]))

/* False: not here. */
static bool go(const struct way *way)
{
	struct confine_means means;

	if (geteuid() != 0 && way->uid == 0)
		return false;
	lay_out();
	if (geteuid() == 0 && way->uid) {
		give_away(way->uid);
		ck_assert(setgroups(0, NULL) == 0 && setresgid(way->uid, way->uid, way->uid) == 0 &&
			  setresuid(way->uid, way->uid, way->uid) == 0);
		prctl(PR_SET_DUMPABLE, 1);
	}
	means = *confine_probe();
	if (!means.seccomp || !means.questions || !means.landlock)
		return false; /* nothing can be left out where it is not there */
	means.landlock = way->landlock ? means.landlock : 0;
	means.questions = way->questions;
	confine_pretend(&means);
	return true;
}

/* A world of one host, whose boot line says ARG, until UNTIL_NS. */
static void run(const struct way *way, char *arg, int64_t until_ns)
{
	static struct play_host host;
	char *const args[] = {port, arg, NULL};
	struct world_options options = {.dir = at("run"), .observer = {.frame = on_frame}};
	struct world_host_config config = {.name = "host",
					   .kernel = at("linux"),
					   .init = at("helpers/guest"),
					   .args = args,
					   .sealed = way->confined && way->questions};
	struct err err = {""};

	host.confined = (struct cage_options){
		.kernel = config.kernel, .init = config.init, .folder = options.dir};
	if (way->confined) {
		config.launcher = &play_launcher;
		config.launcher_data = &host;
	}
	ck_assert(mkdir(options.dir, 0700) == 0);
	options.tmpdir = cage_memory(options.dir);
	ck_assert_msg(world_new(&options, &world, &err) == 0, "%s", err.text);
	ck_assert_msg(world_add_host(world, &config, &err) == 0, "%s", err.text);
	ck_assert_msg(world_power_on(world, 0, &err) == 0, "%s", err.text);
	ck_assert_msg(world_run(world, until_ns, &err) == 0, "%s: %s\n%s", way->name, err.text,
		      world_console(world, 0));
	ck_assert_msg(seen.size > 0, "%s: it said nothing: %s", way->name, world_console(world, 0));
	world_free(world);
}

START_TEST(root_of_a_host_stays_inside)
{
	const struct way *way = &ways[_i];
	struct stat st;
	char arg[128];
	int through;

	if (!go(way))
		return;
	snprintf(arg, sizeof(arg), "attacked=%s", at("around"));
	run(way, arg, 10 * NSEC_PER_SEC);
	ck_assert(sscanf(text_string(&seen), "%d got through", &through) == 1);
	if (way->confined) {
		ck_assert_str_eq(text_string(&seen), "0 got through, passwd is read\n");
		ck_assert(stat(at("around/public"), &st) == 0 && st.st_size == 9 &&
			  (st.st_mode & 0777) == 0666);
		ck_assert(access(at("around/writable/file"), F_OK) == 0);
	} else {
		/* The same attacks, and nothing in their way: then they are some. */
		ck_assert_msg(through >= 8, "%s", text_string(&seen));
	}
	text_done(&seen);
	scratch_remove(dir);
}
END_TEST

START_TEST(a_confined_kernel_boots_again)
{
	static char arg[] = "reboots=1";

	if (!go(&ways[_i]))
		return;
	run(&ways[_i], arg, NSEC_PER_SEC);
	ck_assert_msg(strcmp(text_string(&seen), UP_OFTEN) == 0, "%s: %s", ways[_i].name,
		      text_string(&seen));
	text_done(&seen);
	scratch_remove(dir);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("launch");

	kernel = getenv("HALFOPEN_UML");
	if (!kernel || access(kernel, X_OK) < 0) {
		printf("skipped: HALFOPEN_UML names no UML kernel; ci/build-kernel makes one\n");
		return SKIPPED;
	}
	tcase_add_loop_test(tests, root_of_a_host_stays_inside, 0, WAYS);
	tcase_add_loop_test(tests, a_confined_kernel_boots_again, 0, WAYS);
	return run_tests(tests);
}

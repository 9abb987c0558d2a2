/* SPDX-License-Identifier: MIT
 *
 * The world with real kernels in it: two of them, and test_init as their process 1. What is
 * expected of their TCP is docs/timers.md's arithmetic, at HZ=250.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base_test.h"
#include "cleanup.h"
#include "clock.h"
#include "file.h"
#include "scratch.h"
#include "text.h"
#include "world.h"

#define MS       NSEC_PER_MSEC
#define SEC      NSEC_PER_SEC
#define SKIPPED  77
#define TMPFS    "/dev/shm"
#define HOSTS    2
#define PATIENCE (2 * SEC) /* real */

static const char *kernel;
static struct world *world;
static struct err err;
static char dir[64];
static struct text seen; /* a line for each thing that the world tells */
static bool processors_free;
static const char *where_are;     /* what these have in their boot line, before and after: */
static cpu_set_t silent, talking; /* the first packet */
static char image[80];

/* Of a /proc/PID/FILE, with blanks for NULs. */
static void proc_read(const char *pid, const char *file, char *buf, size_t size)
{
	char path[300];
	ssize_t got;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	buf[0] = '\0';
	got = file_read_small(AT_FDCWD, path, buf, size);
	for (ssize_t i = 0; i < got; i++)
		if (!buf[i])
			buf[i] = ' ';
}

/* Adds where the processes may compute of whose command lines WHERE_ARE is a part. */
static void where(cpu_set_t *processors)
{
	struct dirent *entry;
	DIR *proc = where_are ? opendir("/proc") : NULL;

	while (proc && (entry = readdir(proc))) {
		char line[8192];
		cpu_set_t set;

		proc_read(entry->d_name, "cmdline", line, sizeof(line));
		if (strstr(line, where_are) &&
		    sched_getaffinity(atoi(entry->d_name), sizeof(set), &set) == 0)
			CPU_OR(processors, processors, &set);
	}
	if (proc)
		closedir(proc);
}

static void on_packet(void *data, const struct world_packet *packet)
{
	(void)data;
	where(&talking);
	text_add(&seen, "%" PRId64 " packet %" PRIu64 " %d>%d sent %" PRId64 " %s, %u bytes\n",
		 packet->t_ns, packet->number, packet->from, packet->to, packet->sent_ns,
		 world_fate_name[packet->fate], packet->size);
}

static void on_power(void *data, int host, int64_t t_ns, enum world_power power, int boot,
		     enum world_end end, int status)
{
	(void)data, (void)status;
	text_add(&seen, "%" PRId64 " power %d %d boot %d %s\n", t_ns, host, power, boot,
		 world_end_name[end]);
}

static void on_carrier(void *data, int card, int64_t t_ns, bool carrier)
{
	(void)data;
	text_add(&seen, "%" PRId64 " carrier %d %d\n", t_ns, card, carrier);
}

static void on_frame(void *data, int host, int64_t t_ns, const void *bytes, size_t size)
{
	(void)data;
	if (!CPU_COUNT(&talking))
		where(&silent);
	text_add(&seen, "%" PRId64 " host %d: ", t_ns, host);
	text_put_n(&seen, bytes, size);
}

static void setup(void)
{
	struct world_options options = {.dir = dir,
					.tmpdir = access(TMPFS, W_OK) == 0 ? TMPFS : NULL,
					.seed = 1,
					.patience_ns = PATIENCE,
					.processors_free = processors_free,
					.observer = {.packet = on_packet,
						     .power = on_power,
						     .carrier = on_carrier,
						     .frame = on_frame}};

	snprintf(dir, sizeof(dir), "%s/world_test.XXXXXX", options.tmpdir ? TMPFS : "/tmp");
	ck_assert_ptr_nonnull(mkdtemp(dir));
	ck_assert_msg(world_new(&options, &world, &err) == 0, "%s", err.text);
}

static void teardown(void)
{
	world_free(world);
	world = NULL;
	text_done(&seen);
	scratch_remove(dir);
}

/* Two hosts of what their boot lines say, a link of 1 ms between them; both are switched on. */
static void two_hosts(enum world_segment kind, char *const client[], char *const server[])
{
	char *const *args[HOSTS] = {client, server};
	struct impairment link = {.delay_ns = MS};
	int segment = world_add_segment(world, kind, &err);

	for (int i = 0; i < HOSTS; i++) {
		struct world_host_config config = {.name = i ? "server" : "client",
						   .kernel = kernel,
						   .init = TEST_INIT,
						   .args = args[i]};
		const uint8_t mac[6] = {2, 0, 0, 0, 0, (uint8_t)(i + 1)};

		ck_assert_int_eq(world_add_host(world, &config, &err), i);
		ck_assert_int_eq(world_add_card(world, i, segment, mac, &link, &err), i);
	}
	for (int i = 0; i < HOSTS; i++)
		ck_assert_msg(world_power_on(world, i, &err) == 0, "%s", err.text);
}

static char *const connects[] = {"me=1", "role=connect", "ipv6.disable=1", NULL};
static char *const serves[] = {"me=2", "role=serve", "ipv6.disable=1", NULL};
static char *const idles[] = {"me=2", "role=idle", "ipv6.disable=1", NULL};

static void run(int64_t until_ns)
{
	ck_assert_msg(world_run(world, until_ns, &err) == 0, "%s\n%s", err.text,
		      text_string(&seen));
}

/* Times of lines that contain WORDS, up to MOST. */
static int times_of(const char *words, int64_t *ret_ns, int most)
{
	int count = 0;

	for (const char *line = text_string(&seen); *line && count < most;) {
		const char *end = strchr(line, '\n'), *found = strstr(line, words);

		if (found && found < end)
			ret_ns[count++] = strtoll(line, NULL, 10);
		line = end + 1;
	}
	return count;
}

static int64_t time_of(const char *words)
{
	int64_t t_ns = -1;

	ck_assert_msg(times_of(words, &t_ns, 1) == 1, "no \"%s\" in:\n%s", words,
		      text_string(&seen));
	return t_ns;
}

static bool was_seen(const char *words)
{
	return strstr(text_string(&seen), words);
}

/* Within a microsecond: a clock that is read costs 256 ns. */
#define assert_at(NS, EXPECTED)                                                                    \
	ck_assert_msg((NS) >= (EXPECTED) && (NS) < (EXPECTED) + 3000,                              \
		      "%" PRId64 " instead of %" PRId64 " in:\n%s", (int64_t)(NS),                 \
		      (int64_t)(EXPECTED), text_string(&seen))

static int act(struct world *of, void *data, struct err *ret_err)
{
	const char *what = data;

	if (strcmp(what, "crash") == 0)
		world_power_off(of, 1);
	else if (strcmp(what, "hang") == 0)
		world_hang(of, 1);
	else if (strcmp(what, "boot") == 0)
		return world_power_on(of, 1, ret_err);
	else if (strcmp(what, "pull") == 0)
		world_plug(of, 0, false);
	else if (strcmp(what, "plug") == 0)
		world_plug(of, 0, true);
	else if (strcmp(what, "suspend") == 0)
		world_suspend(of, 1, 10);
	else if (strcmp(what, "resume") == 0)
		world_resume(of, 1);
	else if (strcmp(what, "tell") == 0)
		return world_tell(of, 0, "hello\n", 6, ret_err);
	else
		ck_abort_msg("%s", what);
	return 0;
}

static void at(int64_t t_ns, const char *what)
{
	world_at(world, t_ns, act, (void *)what);
}

/* Keepalive 10, 3, 5 after a last byte at 0.008 s: the timer wheel's levels make it 10.208, then
 * 3.072 apart, and the connection dies instead of a sixth probe. */
static const int64_t probes_ns[] = {10208 * MS, 13280 * MS, 16352 * MS,
				    19424 * MS, 22496 * MS, 25568 * MS};

static void keepalive_fails(const char *fate)
{
	char words[80];
	int64_t t_ns[10];
	int count;

	snprintf(words, sizeof(words), "%s, 66 bytes", fate);
	count = times_of(words, t_ns, 10);
	ck_assert_int_eq(count, COUNT(probes_ns));
	for (int i = 0; i < count; i++)
		assert_at(t_ns[i], probes_ns[i] + MS);
	assert_at(time_of("host 0: read: Connection timed out"), probes_ns[5]);
}

START_TEST(keepalive_finds_a_host_without_power)
{
	two_hosts(WORLD_SWITCH, connects, serves);
	at(5 * SEC, "crash");
	run(30 * SEC);
	assert_at(time_of("power 1 0"), 5 * SEC);
	keepalive_fails(world_fate_name[WORLD_NO_POWER]);
	ck_assert(!was_seen("carrier 0 0"));
}
END_TEST

START_TEST(keepalive_finds_a_host_that_hangs)
{
	two_hosts(WORLD_SWITCH, connects, serves);
	at(5 * SEC, "hang");
	run(30 * SEC);
	keepalive_fails(world_fate_name[WORLD_NO_LIFE]);
}
END_TEST

START_TEST(on_a_cable_the_carrier_goes_with_the_power)
{
	two_hosts(WORLD_CABLE, connects, serves);
	at(5 * SEC, "crash");
	run(30 * SEC);
	assert_at(time_of("carrier 0 0"), 5 * SEC);
	assert_at(time_of("host 0: read: Connection timed out"), probes_ns[5]);
	ck_assert(!was_seen(world_fate_name[WORLD_NO_POWER])); /* dropped at home */
}
END_TEST

START_TEST(a_host_that_booted_again_does_not_know_the_connection)
{
	two_hosts(WORLD_SWITCH, connects, serves);
	at(5 * SEC, "crash");
	at(8 * SEC, "boot");
	run(30 * SEC);
	assert_at(time_of("power 1 1 boot 1"), 8 * SEC);
	assert_at(time_of("host 0: read: Connection reset by peer"), probes_ns[0] + 2 * MS);
}
END_TEST

START_TEST(two_runs_are_the_same_to_the_byte)
{
	char *first;

	/* With everything that asks for random numbers by itself. */
	char *const client[] = {"me=1", "arp=1", "role=connect", NULL};
	char *const server[] = {"me=2", "arp=1", "role=serve", NULL};

	two_hosts(WORLD_SWITCH, client, server);
	at(5 * SEC, "crash");
	at(8 * SEC, "boot");
	run(30 * SEC);
	first = text_copy(text_string(&seen));
	teardown();
	processors_free = true;
	setup();
	two_hosts(WORLD_SWITCH, client, server);
	at(5 * SEC, "crash");
	at(8 * SEC, "boot");
	run(30 * SEC);
	ck_assert_str_eq(first, text_string(&seen));
	free(first);
}
END_TEST

/* They begin beside each other, and take turns as soon as they talk, with what they trace. */
START_TEST(where_processors_are_free_hosts_begin_beside_each_other)
{
	char mark[40];
	char *const client[] = {"me=1", "role=connect", "ipv6.disable=1", mark, NULL};
	char *const server[] = {"me=2", "role=serve", "ipv6.disable=1", mark, NULL};

	snprintf(mark, sizeof(mark), "mark=%d", getpid());
	teardown();
	processors_free = true;
	setup();
	two_hosts(WORLD_SWITCH, client, server);
	where_are = mark;
	run(5 * SEC);
	where_are = NULL;
	ck_assert_int_eq(CPU_COUNT(&talking), 1);
	if (sysconf(_SC_NPROCESSORS_ONLN) > 1)
		ck_assert_int_eq(CPU_COUNT(&silent), HOSTS);
}
END_TEST

START_TEST(the_carrier_is_seen_where_the_cable_is_pulled)
{
	char *const looks[] = {"me=1", "role=carrier", NULL};

	two_hosts(WORLD_SWITCH, looks, idles);
	at(2 * SEC, "pull");
	at(3 * SEC, "plug");
	run(5 * SEC);
	ck_assert_int_lt(time_of("host 0: carrier 0") - 2 * SEC, 30 * MS);
	ck_assert_int_lt(time_of("host 0: carrier 1") - 3 * SEC, 30 * MS);
	ck_assert(!was_seen("carrier 1 0"));
}
END_TEST

/* It has run ahead by what the cable takes, and is told of the end at no time that it is beyond. */
START_TEST(who_computes_sees_the_other_end)
{
	char *const computes[] = {"me=1", "role=compute", "us=10000", "ipv6.disable=1", NULL};
	char *const ends[] = {"me=2", "role=off", "after=5", "ipv6.disable=1", NULL};

	two_hosts(WORLD_CABLE, computes, ends);
	run(SEC);
	ck_assert(was_seen("power 1 0 boot 0 power off"));
	ck_assert_msg(was_seen("host 0: computed"), "%s", text_string(&seen));
}
END_TEST

START_TEST(ends_are_told_apart_and_the_other_host_goes_on)
{
	static const struct {
		const char *role, *seen;
		int64_t after_ns;
	} ends[] = {
		{"role=panic", "power 1 2 boot 0 panic", SEC},
		{"role=reboot", "power 1 1 boot 1 reboot", SEC},
		{"role=fail", "power 1 2 boot 0 panic", 0}, /* its process 1 has exited */
		{"role=end", "power 1 0 boot 0 power off", 0},
	};
	char *const server[] = {"me=2", (char *)ends[_i].role, "ipv6.disable=1", NULL};
	char *const told[] = {"me=1", "role=told", "ipv6.disable=1", NULL};

	two_hosts(WORLD_SWITCH, told, server);
	at(1500 * MS, "tell");
	run(2 * SEC);
	ck_assert_int_ge(time_of(ends[_i].seen), ends[_i].after_ns);
	ck_assert_int_lt(time_of(ends[_i].seen), ends[_i].after_ns + 20 * MS);
	assert_at(time_of("host 0: told hello"), 1500 * MS);
}
END_TEST

START_TEST(a_kernel_that_is_none_is_a_host_that_failed)
{
	struct world_host_config config = {
		.name = "odd", .kernel = "/bin/false", .init = TEST_INIT};

	ck_assert_int_eq(world_add_host(world, &config, &err), 0);
	ck_assert_int_eq(world_power_on(world, 0, &err), 0);
	run(SEC);
	ck_assert(was_seen("power 0 0 boot 0 failed"));
	config.kernel = "/nowhere";
	teardown();
	setup();
	ck_assert_int_eq(world_add_host(world, &config, &err), 0);
	ck_assert_int_eq(world_power_on(world, 0, &err), 0);
	run(SEC);
	ck_assert(was_seen("power 0 0 boot 0 failed"));
	ck_assert_ptr_nonnull(strstr(world_console(world, 0), "/nowhere: No such file"));
}
END_TEST

START_TEST(a_suspended_machine_goes_on_where_it_stood)
{
	two_hosts(WORLD_SWITCH, connects, serves);
	at(5 * SEC, "suspend");
	at(12 * SEC, "resume");
	run(15 * SEC);
	/* The probe that its card kept is answered at once. */
	ck_assert(was_seen("12000000000 packet 7 0>1 sent 1020800"));
	ck_assert(was_seen("12001000000 packet 8 1>0 sent 12000000000"));
	ck_assert(!was_seen("timed out"));
}
END_TEST

/* Where build-kernel made it, time creeps while a program spins, and nothing is without end. */
static bool time_creeps(void)
{
	AUTO_FREE char *path = text_copy(getenv("HALFOPEN_UML"));
	AUTO_FREE char *folder = text_copy(dirname(path));
	AUTO_FREE char *info = text_format("%s/info", folder);
	AUTO_FREE char *text = NULL;

	return file_read(info, 1 << 16, &text, NULL, NULL) == 0 && strstr(text, "patch: creep");
}

START_TEST(who_computes_without_end_is_named)
{
	static const char *const roles[] = {"role=spin", "role=flood"};
	char *const server[] = {"me=2", (char *)roles[_i], NULL};
	int64_t real_ns = clock_now_ns();

	two_hosts(WORLD_SWITCH, idles, server);
	if (world_run(world, 5 * SEC, &err) < 0)
		ck_assert_ptr_nonnull(strstr(err.text, "host server"));
	else
		ck_assert(time_creeps());
	ck_assert_int_lt(clock_now_ns() - real_ns, 30 * SEC);
}
END_TEST

static void disk_make(int number)
{
	snprintf(image, sizeof(image), "%s/image%d", dir, number);
	ck_assert_int_eq(file_write(image, "", 0, &err), 0);
	ck_assert_int_eq(truncate(image, 1 << 20), 0);
}

START_TEST(a_disk_keeps_what_was_synced_and_only_power_loses_the_rest)
{
	char *const client[] = {"role=disk", "disk_then=0", "stay=1", NULL};
	char *const reboots[] = {"role=disk", "disk_then=1", NULL};
	struct world_host_config config = {.name = "server",
					   .kernel = kernel,
					   .init = TEST_INIT,
					   .args = _i ? reboots : client};
	struct world_disk_config disk = {.path = image};

	disk_make(0);
	ck_assert_int_eq(world_add_host(world, &config, &err), 0);
	ck_assert_msg(world_add_disk(world, 0, &disk, &err) == 0, "%s", err.text);
	ck_assert_int_eq(world_power_on(world, 0, &err), 0);
	run(_i ? 10 * MS : SEC);
	ck_assert(was_seen("host 0: found - and -"));
	if (!_i) {
		ck_assert(was_seen("host 0: written"));
		world_power_off(world, 0);
		ck_assert_int_eq(world_power_on(world, 0, &err), 0);
		run(2 * SEC);
	}
	ck_assert_msg(was_seen(_i ? "host 0: found a and b" : "host 0: found a and -"), "%s",
		      text_string(&seen));
}
END_TEST

/* Each of them is let run now and then with a request that the world has not taken yet. */
START_TEST(a_disk_answers_who_computes_on)
{
	char *const writes[] = {"role=write", "us=300", "stay=1", NULL};
	char *const slower[] = {"role=write", "us=370", "stay=1", NULL};
	struct world_disk_config disk = {.path = image};

	for (int i = 0; i < HOSTS; i++) {
		struct world_host_config config = {.name = i ? "b" : "a",
						   .kernel = kernel,
						   .init = TEST_INIT,
						   .args = i ? slower : writes};

		disk_make(i);
		ck_assert_int_eq(world_add_host(world, &config, &err), i);
		ck_assert_msg(world_add_disk(world, i, &disk, &err) == 0, "%s", err.text);
	}
	for (int i = 0; i < HOSTS; i++)
		ck_assert_msg(world_power_on(world, i, &err) == 0, "%s", err.text);
	run(100 * MS);
	ck_assert_msg(was_seen("host 0: written"), "%s", text_string(&seen));
	ck_assert_msg(was_seen("host 1: written"), "%s", text_string(&seen));
}
END_TEST

/* Processes whose command line has PART in it. A UML that has just started a child, to try ptrace
 * with it (arch/um/os-Linux/start_up.c, start_ptraced_child()), may leave it behind, stopped. It
 * comes to who reaps orphans: in a run that is kernel/supervisor.h, here it is us; and if it asks
 * to be traced only then, by us. */
static int processes_named(const char *part)
{
	struct dirent *entry;
	DIR *proc = opendir("/proc");
	int count = 0;

	while ((entry = readdir(proc))) {
		char line[8192], stat[512], state = '?';
		int parent = 0;

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		proc_read(entry->d_name, "cmdline", line, sizeof(line));
		if (!strstr(line, part))
			continue;
		proc_read(entry->d_name, "stat", stat, sizeof(stat));
		if (strrchr(stat, ')'))
			sscanf(strrchr(stat, ')'), ") %c %d", &state, &parent);
		if ((state == 'T' || state == 't') && parent == getpid())
			kill(atoi(entry->d_name), SIGKILL);
		count++;
	}
	closedir(proc);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	return count;
}

START_TEST(nothing_is_left_when_the_world_is_killed)
{
	static const int delays_us[] = {1000, 10000, 30000, 100000, 300000};
	char mark[40];
	pid_t child;

	ck_assert_int_eq(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0), 0);
	snprintf(mark, sizeof(mark), "mark=%d.%d", getpid(), _i);
	child = fork();
	if (child == 0) {
		char *const args[] = {"me=1", "role=connect", "pings=1000000", mark, NULL};
		char *const other[] = {"me=2", "role=serve", mark, NULL};

		two_hosts(WORLD_SWITCH, args, other);
		world_run(world, 100000 * SEC, &err);
		_exit(1);
	}
	usleep((useconds_t)delays_us[_i]);
	kill(child, SIGKILL);
	ck_assert_int_eq(waitpid(child, NULL, 0), child);
	for (int i = 0; i < 200 && processes_named(mark); i++)
		usleep(10000);
	ck_assert_int_eq(processes_named(mark), 0);
	for (int i = 0; i < HOSTS; i++) { /* the sockets lie in the run's folder, which goes */
		static const char *const names[] = {"time0", "port0", "card0"};

		for (int n = 0; n < COUNT(names); n++) {
			char path[128];

			snprintf(path, sizeof(path), "%s/h%d.%s", dir, i, names[n]);
			unlink(path);
		}
	}
}
END_TEST

/* As ttnet did, with nobody ahead of anybody: the same in the end. */
START_TEST(without_lookahead_it_is_the_same)
{
	two_hosts(WORLD_SWITCH, connects, serves);
	for (int i = 0; i < HOSTS; i++)
		world_set_exact(world, i, true);
	at(5 * SEC, "crash");
	run(30 * SEC);
	keepalive_fails(world_fate_name[WORLD_NO_POWER]);
}
END_TEST

static bool has_virtio(void)
{
	char *config = NULL,
	     *path = text_format("%.*sconfig", (int)(strrchr(kernel, '/') + 1 - kernel), kernel);
	bool has = true;

	if (file_read(path, 10 << 20, &config, NULL, NULL) == 0)
		has = strstr(config, "CONFIG_VIRTIO_CONSOLE=y") != NULL;
	free(config);
	free(path);
	return has;
}

int main(void)
{
	TCase *tests = tcase_create("boot");

	kernel = getenv("HALFOPEN_UML");
	if (!kernel || access(kernel, X_OK) < 0 || !strchr(kernel, '/') || !has_virtio()) {
		printf("skipped: HALFOPEN_UML names no UML kernel with virtio; ci/build-kernel "
		       "makes "
		       "one\n");
		return SKIPPED;
	}
	tcase_set_timeout(tests, 120);
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, keepalive_finds_a_host_without_power);
	tcase_add_test(tests, keepalive_finds_a_host_that_hangs);
	tcase_add_test(tests, on_a_cable_the_carrier_goes_with_the_power);
	tcase_add_test(tests, a_host_that_booted_again_does_not_know_the_connection);
	tcase_add_test(tests, two_runs_are_the_same_to_the_byte);
	tcase_add_test(tests, where_processors_are_free_hosts_begin_beside_each_other);
	tcase_add_test(tests, the_carrier_is_seen_where_the_cable_is_pulled);
	tcase_add_test(tests, who_computes_sees_the_other_end);
	tcase_add_loop_test(tests, ends_are_told_apart_and_the_other_host_goes_on, 0, 4);
	tcase_add_test(tests, a_kernel_that_is_none_is_a_host_that_failed);
	tcase_add_test(tests, a_suspended_machine_goes_on_where_it_stood);
	tcase_add_loop_test(tests, who_computes_without_end_is_named, 0, 2);
	tcase_add_loop_test(tests, a_disk_keeps_what_was_synced_and_only_power_loses_the_rest, 0,
			    2);
	tcase_add_test(tests, a_disk_answers_who_computes_on);
	tcase_add_loop_test(tests, nothing_is_left_when_the_world_is_killed, 0, 5);
	tcase_add_test(tests, without_lookahead_it_is_the_same);
	return run_tests(tests);
}

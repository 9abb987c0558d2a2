/* SPDX-License-Identifier: MIT
 *
 * The world with real kernels in it: what happens to one, and what the other sees of it. What is
 * expected of their TCP is docs/timers.md's arithmetic, at HZ=250.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "boot_fixture.h"
#include "file.h"

static char image[80];

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
	begin_again();
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

int main(void)
{
	TCase *tests = tcase_create("boot");

	tcase_add_test(tests, keepalive_finds_a_host_without_power);
	tcase_add_test(tests, keepalive_finds_a_host_that_hangs);
	tcase_add_test(tests, on_a_cable_the_carrier_goes_with_the_power);
	tcase_add_test(tests, a_host_that_booted_again_does_not_know_the_connection);
	tcase_add_test(tests, the_carrier_is_seen_where_the_cable_is_pulled);
	tcase_add_loop_test(tests, ends_are_told_apart_and_the_other_host_goes_on, 0, 4);
	tcase_add_test(tests, a_kernel_that_is_none_is_a_host_that_failed);
	tcase_add_test(tests, a_suspended_machine_goes_on_where_it_stood);
	tcase_add_loop_test(tests, a_disk_keeps_what_was_synced_and_only_power_loses_the_rest, 0,
			    2);
	tcase_add_test(tests, a_disk_answers_who_computes_on);
	tcase_add_test(tests, without_lookahead_it_is_the_same);
	return boot_tests(tests);
}

/* SPDX-License-Identifier: MIT */
#include "boot_fixture.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base_test.h"
#include "file.h"
#include "scratch.h"

#define SKIPPED 77
#define TMPFS   "/dev/shm"

const char *kernel;
struct world *world;
struct err err;
char dir[64];
struct text seen;

static void on_packet(void *data, const struct world_packet *packet)
{
	(void)data;
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
	text_add(&seen, "%" PRId64 " host %d: ", t_ns, host);
	text_put_n(&seen, bytes, size);
}

struct world_options options = {
	.dir = dir,
	.seed = 1,
	.observer = {
		.packet = on_packet, .power = on_power, .carrier = on_carrier, .frame = on_frame}};

static void setup(void)
{
	options.tmpdir = access(TMPFS, W_OK) == 0 ? TMPFS : NULL;
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

void begin_again(void)
{
	teardown();
	setup();
}

void two_hosts(enum world_segment kind, char *const client[], char *const server[])
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

char *const connects[] = {"me=1", "role=connect", "ipv6.disable=1", NULL};
char *const serves[] = {"me=2", "role=serve", "ipv6.disable=1", NULL};
char *const idles[] = {"me=2", "role=idle", "ipv6.disable=1", NULL};

void run(int64_t until_ns)
{
	ck_assert_msg(world_run(world, until_ns, &err) == 0, "%s\n%s", err.text,
		      text_string(&seen));
}

int times_of(const char *words, int64_t *ret_ns, int most)
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

int64_t time_of(const char *words)
{
	int64_t t_ns = -1;

	ck_assert_msg(times_of(words, &t_ns, 1) == 1, "no \"%s\" in:\n%s", words,
		      text_string(&seen));
	return t_ns;
}

bool was_seen(const char *words)
{
	return strstr(text_string(&seen), words);
}

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

void at(int64_t t_ns, const char *what)
{
	world_at(world, t_ns, act, (void *)what);
}

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

int boot_tests(TCase *tests)
{
	kernel = getenv("HALFOPEN_UML");
	if (!kernel || access(kernel, X_OK) < 0 || !strchr(kernel, '/') || !has_virtio()) {
		printf("skipped: HALFOPEN_UML names no UML kernel with virtio; ci/build-kernel "
		       "makes "
		       "one\n");
		return SKIPPED;
	}
	tcase_add_checked_fixture(tests, setup, teardown);
	return run_tests(tests);
}

/* SPDX-License-Identifier: MIT
 *
 * What a guest that died or a disk that rotted leaves is refused, or taken as far as it goes;
 * never followed off its end. The inputs are the same in each run.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base_test.h"
#include "event.h"
#include "record_test.h"
#include "tcp_words.h"

/* Collects from a copy of exactly that size, so that valgrind and ASan see what is read. */
static void try_collect(const struct plan *plan, const uint8_t *bytes, size_t size)
{
	struct record_kernel kernel = {0};
	uint8_t *copy = malloc(size + !size);
	struct record *record = NULL;
	struct record_event *events;
	struct err err;
	char *text = NULL;
	size_t text_size;
	FILE *file = open_memstream(&text, &text_size);
	int ret, count;

	memcpy(copy, bytes, size);
	ret = record_collect(plan, &kernel, copy, size, &record, &err);
	ck_assert(ret == 0 || ret == -EBADMSG);
	if (ret == 0) {
		ck_assert(record_fits(record, plan));
		ck_assert_int_eq(record_write(record, plan, file, &err), 0);
		ck_assert_int_eq(
			record_write_pcapng(record, plan, RECORD_ALL_TAPS, NULL, 0, file, &err), 0);
		ck_assert_int_eq(record_events(plan, record, &events, &count), 0);
		free(events);
		record_normalise(record);
		record_free(record);
	}
	fclose(file);
	free(text);
	free(copy);
}

static struct plan *sample_plan(void)
{
	return test_plan(TWO_HOSTS "timeline: [{at: 2s, crash: server}]\n" EXPECTS);
}

START_TEST(test_cut)
{
	struct plan *plan = sample_plan();
	struct raw raw = raw_sample();

	for (size_t size = 0; size <= raw.size; size++)
		try_collect(plan, raw.bytes, size);
	raw_done(&raw);
	plan_free(plan);
}
END_TEST

static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*state >> 33);
}

START_TEST(test_changed)
{
	struct plan *plan = sample_plan();
	struct raw raw = raw_sample();
	uint64_t state = 1;

	for (int round = 0; round < 4000; round++) {
		uint8_t *copy = malloc(raw.size);

		memcpy(copy, raw.bytes, raw.size);
		for (int changes = 1 + (int)(next_random(&state) % 4); changes > 0; changes--)
			copy[next_random(&state) % raw.size] = (uint8_t)next_random(&state);
		try_collect(plan, copy, raw.size);
		free(copy);
	}
	raw_done(&raw);
	plan_free(plan);
}
END_TEST

static void try_read(const struct plan *plan, const char *text, size_t size)
{
	FILE *file = size ? fmemopen((char *)text, size, "r") : fopen("/dev/null", "r");
	struct record *record = NULL;
	struct record_event *events;
	struct err err;
	int count;

	if (record_read(file, &record, &err) == 0) {
		if (record_events(plan, record, &events, &count) == 0)
			free(events);
		record_normalise(record);
		record_free(record);
	}
	fclose(file);
}

START_TEST(test_text)
{
	struct plan *plan = sample_plan();
	struct raw raw = raw_sample();
	struct record *record = test_collect(plan, &raw, -1);
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);
	uint64_t state = 2;
	struct err err;

	ck_assert_int_eq(record_write(record, plan, file, &err), 0);
	fclose(file);
	for (size_t cut = 0; cut < size; cut += 7)
		try_read(plan, text, cut);
	for (int round = 0; round < 2000; round++) {
		char *copy = strndup(text, size);

		for (int changes = 1 + (int)(next_random(&state) % 3); changes > 0; changes--)
			copy[next_random(&state) % size] =
				"0123456789-{}[]\",:ntx"[next_random(&state) % 21];
		try_read(plan, copy, size);
		free(copy);
	}
	free(text);
	record_free(record);
	plan_free(plan);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("damage");

	tcase_add_test(tests, test_cut);
	tcase_add_test(tests, test_changed);
	tcase_add_test(tests, test_text);
	return run_tests(tests);
}

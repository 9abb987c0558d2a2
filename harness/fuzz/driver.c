/* SPDX-License-Identifier: MIT
 *
 * What runs a fuzzer where there is no libFuzzer: the same arguments, as far as ours go, the same
 * inputs each time, no coverage.
 *
 *   fuzz_record [-runs=N] [-max_total_time=SECONDS] [-max_len=BYTES] [-timeout=SECONDS] FILE |
 * FOLDER...
 *
 * Each input is tried as it is, and then changed ones until N were tried; without N, or with 0, it
 * stays at that. An input that kills the process, or takes longer than the time, is kept in the
 * present folder.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "list.h"
#include "text.h"

#define MOST_INPUT (1 << 20)
#define SOME       512

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	uint8_t *bytes;
	size_t size;
};

struct inputs {
	struct input *input;
	int count;
};

static struct {
	unsigned long runs, seconds, max_len, timeout;
} options = {.max_len = 65536, .timeout = 10};

static const uint8_t *present;
static size_t present_size;

/* Written from a signal handler. */
static void keep(int number)
{
	const char *name = number == SIGALRM ? "timeout-input" : "crash-input";
	int fd = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	static const char said[] = "\nthe input is kept in ";

	if (fd >= 0 && present && write(fd, present, present_size) == (ssize_t)present_size &&
	    write(2, said, sizeof(said) - 1) > 0 && write(2, name, strlen(name)) > 0)
		present_size = 0;
	signal(SIGABRT, SIG_DFL);
	if (number == SIGALRM)
		abort();
	signal(number, SIG_DFL);
	raise(number);
}

static void try_input(const uint8_t *bytes, size_t size)
{
	/* Of exactly that size, so that reading beyond it is seen. */
	uint8_t *copy = malloc(size + !size);

	if (size)
		memcpy(copy, bytes, size);
	present = copy;
	present_size = size;
	alarm((unsigned int)options.timeout);
	LLVMFuzzerTestOneInput(copy, size);
	alarm(0);
	present = NULL;
	free(copy);
}

static uint32_t chance(uint32_t below)
{
	static uint64_t state = 1;

	state = state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)((state >> 33) % below);
}

/* LENGTH bytes at AT become the SIZE ones of OTHER. */
static void replace(struct text *text, size_t at, size_t length, const char *other, size_t size)
{
	struct text made = {0};

	text_put_n(&made, text->bytes, at);
	text_put_n(&made, other, size);
	text_put_n(&made, text->bytes + at + length, text->size - at - length);
	text_done(text);
	*text = made;
}

static void change(struct text *text, const struct input *other)
{
	static const int64_t numbers[] = {0,         1,         -1,        127,
					  255,       256,       INT16_MAX, UINT16_MAX,
					  INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN};
	size_t at = text->size ? chance((uint32_t)text->size) : 0, left = text->size - at;
	size_t length = left ? 1 + chance((uint32_t)(left < 64 ? left : 64)) : 0;
	size_t from = other->size ? chance((uint32_t)other->size) : 0;
	size_t room = other->size - from < 256 ? other->size - from : 256;

	length = length > left ? left : length;
	switch (left ? chance(6) : 5) {
	case 0:
		text->bytes[at] = (char)chance(256);
		return;
	case 1:
		text->bytes[at] ^= (char)(1 << chance(8));
		return;
	case 2: {
		size_t width = (size_t)1 << chance(4);

		if (width <= left)
			memcpy(text->bytes + at,
			       &numbers[chance(sizeof(numbers) / sizeof(numbers[0]))], width);
		return;
	}
	case 3:
		replace(text, at, length, "", 0);
		return;
	case 4: /* twice */
		replace(text, at, 0, text->bytes + at, length);
		return;
	default:
		replace(text, at, chance(2) ? length : 0, (const char *)other->bytes + from, room);
		return;
	}
}

static void try_changed(const struct inputs *inputs)
{
	const struct input *input = &inputs->input[chance((uint32_t)inputs->count)];
	struct text text = {0};

	text_put_n(&text, (const char *)input->bytes, input->size);
	for (uint32_t i = 1 + chance(5); i > 0; i--)
		change(&text, &inputs->input[chance((uint32_t)inputs->count)]);
	if (text.size > options.max_len)
		text_shrink(&text, options.max_len);
	try_input((const uint8_t *)text.bytes, text.size);
	text_done(&text);
}

static void inputs_add(struct inputs *inputs, const char *path)
{
	DIR *dir = opendir(path);
	struct input input;
	struct dirent *entry;
	struct err err;

	if (!dir) {
		if (file_read(path, MOST_INPUT, (char **)&input.bytes, &input.size, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			exit(2);
		}
		*LIST_ADD_TO(NULL, inputs->input, inputs->count) = input;
		return;
	}
	while ((entry = readdir(dir))) {
		char *inside = text_format("%s/%s", path, entry->d_name);

		if (entry->d_name[0] != '.')
			inputs_add(inputs, inside);
		free(inside);
	}
	closedir(dir);
}

/* To begin with where there is nothing. */
static void inputs_add_some(struct inputs *inputs)
{
	struct input input = {malloc(SOME), SOME};

	for (size_t i = 0; i < SOME; i++)
		input.bytes[i] = (uint8_t)chance(256);
	*LIST_ADD_TO(NULL, inputs->input, inputs->count) = input;
}

static bool option_is(const char *argument, const char *name, unsigned long *ret_value)
{
	size_t size = strlen(name);

	if (strncmp(argument, name, size) != 0)
		return false;
	*ret_value = strtoul(argument + size, NULL, 10);
	return true;
}

int main(int argc, char **argv)
{
	struct inputs inputs = {0};
	unsigned long tried = 0;
	time_t begun = time(NULL);

	for (int i = 1; i < argc; i++)
		if (!option_is(argv[i], "-runs=", &options.runs) &&
		    !option_is(argv[i], "-max_total_time=", &options.seconds) &&
		    !option_is(argv[i], "-max_len=", &options.max_len) &&
		    !option_is(argv[i], "-timeout=", &options.timeout) && argv[i][0] != '-')
			inputs_add(&inputs, argv[i]);
	if (!inputs.count)
		inputs_add_some(&inputs);
	signal(SIGABRT, keep);
	signal(SIGSEGV, keep);
	signal(SIGALRM, keep);
	for (int i = 0; i < inputs.count; i++, tried++)
		try_input(inputs.input[i].bytes, inputs.input[i].size);
	for (; tried < options.runs || (!options.runs && options.seconds); tried++) {
		if (options.seconds && time(NULL) - begun >= (time_t)options.seconds)
			break;
		try_changed(&inputs);
	}
	printf("Done %lu runs\n", tried);
	for (int i = 0; i < inputs.count; i++)
		free(inputs.input[i].bytes);
	free(inputs.input);
	return 0;
}

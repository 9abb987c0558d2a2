/* SPDX-License-Identifier: MIT
 *
 * Writes into folders below FOLDER what the fuzzers of a guest's bytes begin with: a run as its
 * guest tells it, for each of their cases (cases.h).
 */
#include <stdio.h>
#include <stdlib.h>

#include "cases.h"
#include "file.h"
#include "handover.h"
#include "record_test.h"
#include "text.h"

static void save(const char *folder, int number, const char *kind, const struct text *text)
{
	char *inside = text_format("%s/%s", folder, kind);
	char *path = text_format("%s/%d", inside, number);
	struct err err;

	file_make_folder(inside);
	if (file_write(path, text->bytes, text->size, &err) < 0) {
		fprintf(stderr, "%s\n", err.text);
		exit(3);
	}
	free(path);
	free(inside);
}

static void save_handover(const char *folder)
{
	static const char *const sysctl[] = {"net.ipv4.tcp_sack=0", "a=b", NULL};
	const struct handover handover = {.file = "a.yaml",
					  .variant = "ip=4",
					  .helpers = "/helpers",
					  .shown = "/some/folder",
					  .source = "case: x\n",
					  .source_size = 8,
					  .sysctl = sysctl};
	struct text text = {0};
	size_t size;
	char *bytes = handover_write(&handover, &size);

	text_put_n(&text, bytes, size);
	save(folder, 0, "handover", &text);
	text_done(&text);
	free(bytes);
}

int main(int argc, char **argv)
{
	if (argc != 2 || file_make_folder(argv[1]) < 0) {
		fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
		return 2;
	}
	for (int i = 0; i < CASES; i++) {
		struct raw raw = raw_sample();
		struct text text = {0};
		size_t half = raw.size / 2;
		uint8_t number = (uint8_t)i;
		char piece[3] = {0, (char)half, (char)(half >> 8)};

		text_put_n(&text, (char *)&number, 1);
		text_put_n(&text, (char *)raw.bytes, raw.size);
		save(argv[1], i, "raw", &text);
		text_shrink(&text, 1);
		text_put_n(&text, piece, sizeof(piece));
		text_put_n(&text, (char *)raw.bytes, half);
		text_put_n(&text, piece, sizeof(piece));
		text_put_n(&text, (char *)raw.bytes + half, half);
		save(argv[1], i, "port", &text);
		text_done(&text);
		raw_done(&raw);
	}
	save_handover(argv[1]);
	return 0;
}

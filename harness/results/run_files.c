/* SPDX-License-Identifier: MIT */
#include "run_files.h"

#include <dirent.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cleanup.h"
#include "text.h"

static int is_ours(const struct dirent *entry)
{
	static const char *const patterns[] = {RECORD_FILE, VERDICT_FILE, CONSOLE_FILE,
					       CAPTURE_FILE, "capture-*.pcapng"};

	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		if (fnmatch(patterns[i], entry->d_name, 0) == 0)
			return 1;
	return 0;
}

int run_files_each(const char *out, const char *run,
		   int (*each)(void *arg, const char *out, const char *name, struct err *err),
		   void *arg, struct err *err)
{
	AUTO_FREE char *folder = text_format("%s/%s", out, run);
	struct dirent **entries;
	int count = scandir(folder, &entries, is_ours, alphasort), ret = 0;

	for (int i = 0; i < count; i++) {
		AUTO_FREE char *name = text_format("%s/%s", run, entries[i]->d_name);

		if (ret == 0)
			ret = each(arg, out, name, err);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return ret;
}

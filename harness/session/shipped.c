/* SPDX-License-Identifier: MIT */
#include "shipped.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int shipped_find(const char *name, char *ret_path, struct err *err)
{
	static const char *const below[] = {"", "/.."};
	char self[PATH_MAX], path[PATH_MAX + 256];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	if (n < 0)
		return err_sys(err, errno, "/proc/self/exe");
	self[n] = '\0';
	*strrchr(self, '/') = '\0';
	for (size_t i = 0; i < sizeof(below) / sizeof(below[0]); i++) {
		snprintf(path, sizeof(path), "%s%s/share/halfopen/%s", self, below[i], name);
		if (realpath(path, ret_path))
			return 0;
	}
	return err_set(err, ENOENT, "share/halfopen/%s is not near %s, where it belongs", name,
		       self);
}

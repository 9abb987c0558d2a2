/* SPDX-License-Identifier: MIT */
#include "outcomes.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cleanup.h"
#include "file.h"
#include "results.h"
#include "text.h"

/* Not every file system makes files without a name (O_TMPFILE). */
static int nameless(const char *folder)
{
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	AUTO_FREE char *name = NULL;

	if (fd >= 0)
		return fd;
	name = text_format("%s/.results.XXXXXX", folder);
	fd = mkostemp(name, O_CLOEXEC);
	if (fd >= 0)
		unlink(name);
	return fd;
}

int outcomes_open(const char *folder, int count, struct outcomes *ret_outcomes, struct err *err)
{
	struct outcomes outcomes = {.fd = nameless(folder), .count = count};

	if (outcomes.fd < 0)
		return err_sys(err, errno, "%s: a file for the results", folder);
	outcomes.place = calloc((size_t)count + 1, sizeof(*outcomes.place));
	if (!outcomes.place)
		abort();
	*ret_outcomes = outcomes;
	return 0;
}

struct outcomes outcomes_of(json_t *const *results, int count)
{
	return (struct outcomes){.whole = results, .fd = -1, .count = count};
}

void outcomes_close(struct outcomes *outcomes)
{
	if (outcomes->place)
		close(outcomes->fd);
	free(outcomes->place);
	*outcomes = (struct outcomes){.fd = -1};
}

int outcomes_put(struct outcomes *outcomes, int index, const json_t *result, struct err *err)
{
	AUTO_FREE char *text = json_dumps(result, JSON_COMPACT);
	size_t size = text ? strlen(text) : 0;
	int ret = size ? file_write_all(outcomes->fd, text, size) : -ENOMEM;

	if (ret < 0) {
		/* What was written of it is written over. */
		lseek(outcomes->fd, outcomes->end, SEEK_SET);
		return err_sys(err, ret, "cannot keep a result");
	}
	outcomes->place[index] = (struct outcomes_place){outcomes->end, size};
	outcomes->end += (int64_t)size;
	return 0;
}

json_t *outcomes_get(const struct outcomes *outcomes, int index)
{
	const struct outcomes_place *place;
	AUTO_FREE char *text = NULL;
	json_t *result = NULL;

	if (outcomes->whole)
		return json_incref(outcomes->whole[index]);
	place = &outcomes->place[index];
	text = malloc(place->size + 1);
	if (!text)
		abort();
	if (place->size &&
	    pread(outcomes->fd, text, place->size, (off_t)place->at) == (ssize_t)place->size)
		result = json_loadb(text, place->size, 0, NULL);
	if (!result) {
		result = json_object();
		result_fail(result, "its result could not be read again");
	}
	return result;
}

void outcomes_cut(struct outcomes *outcomes)
{
	int count = 0;

	for (int i = 0; i < outcomes->count; i++)
		if (outcomes->place[i].size)
			outcomes->place[count++] = outcomes->place[i];
	outcomes->count = count;
}

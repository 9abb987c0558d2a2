/* SPDX-License-Identifier: MIT
 *
 * What process 1 of a run is told. What was read is written and read again as the same.
 */
#undef NDEBUG
#include <assert.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "handover.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct handover handover, again;
	char *bytes, *more;
	size_t written, rewritten;

	if (handover_read((const char *)data, size, &handover) < 0)
		return 0;
	bytes = handover_write(&handover, &written);
	assert(handover_read(bytes, written, &again) == 0);
	assert(strcmp(handover.file, again.file) == 0);
	assert(strcmp(handover.helpers, again.helpers) == 0);
	assert(handover.source_size == again.source_size);
	assert(memcmp(handover.source, again.source, again.source_size) == 0);
	more = handover_write(&again, &rewritten);
	assert(rewritten == written && memcmp(more, bytes, written) == 0);
	handover_done(&again);
	handover_done(&handover);
	free(more);
	free(bytes);
	return 0;
}

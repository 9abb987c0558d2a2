/* SPDX-License-Identifier: MIT
 *
 * What a guest says: a byte that chooses the case, and raw frames (handover/raw.h).
 */
#undef NDEBUG
#include <assert.h>
#include <errno.h>
#include <stdint.h>

#include "cases.h"
#include "record.h"
#include "use.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct record_kernel kernel = {0};
	const struct plan *plan;
	struct record *record;
	struct err err;
	int ret;

	if (size == 0)
		return 0;
	use_choose(data, size);
	plan = cases_plan(data[0]);
	ret = record_collect(plan, &kernel, data + 1, size - 1, &record, &err);
	assert(ret == 0 || ret == -EBADMSG);
	if (ret < 0)
		return 0;
	assert(record_fits(record, plan));
	use_two_records(plan, record, plan, record);
	use_record(plan, record);
	record_free(record);
	return 0;
}

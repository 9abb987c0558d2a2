/* SPDX-License-Identifier: MIT */
#include "record.h"

#include "pool.h"

void record_free(struct record *record)
{
	if (record)
		pool_free(record->memory);
}

/* SPDX-License-Identifier: MIT
 *
 * summary: what is told of a run below its picture: why connections were given up, what was lost
 * and why, what was set, what was counted.
 */
#ifndef HALFOPEN_SUMMARY_H
#define HALFOPEN_SUMMARY_H

#include "record.h"

/* TELL gets one line after the other, without a newline. */
void summary_tell(const struct plan *plan, const struct record *record,
		  void (*tell)(void *arg, const char *line), void *arg);

#endif

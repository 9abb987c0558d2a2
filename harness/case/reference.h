/* SPDX-License-Identifier: MIT
 *
 * reference: what reference.c prints between its tables.
 */
#ifndef HALFOPEN_CASE_REFERENCE_H
#define HALFOPEN_CASE_REFERENCE_H

extern const char reference_intro[], reference_matrix[], reference_hosts[], reference_steps[],
	reference_options[], reference_timeline[], reference_expect[], reference_networks[];

#endif

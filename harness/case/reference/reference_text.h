/* SPDX-License-Identifier: MIT
 *
 * reference_text: what reference.c prints between its tables.
 */
#ifndef HALFOPEN_CASE_REFERENCE_TEXT_H
#define HALFOPEN_CASE_REFERENCE_TEXT_H

extern const char reference_intro[], reference_values[], reference_recipes[], reference_matrix[],
	reference_hosts[], reference_steps[], reference_options[], reference_timeline[],
	reference_expect[], reference_networks[];

#endif

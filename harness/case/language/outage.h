/* SPDX-License-Identifier: MIT
 *
 * outage: what people see who report an outage, in a few words, so that they find the case of it.
 */
#ifndef HALFOPEN_CASE_OUTAGE_H
#define HALFOPEN_CASE_OUTAGE_H

#include "word.h"

/* `symptom:` of an outage; the help is what somebody would say. */
extern const struct word outage_symptoms[];

#endif

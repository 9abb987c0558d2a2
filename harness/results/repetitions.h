/* SPDX-License-Identifier: MIT
 *
 * repetitions: of runs that were made several times (`run --repeat`, `--phases`): how many distinct
 * outcomes (outcome.h) there were, which repetition to look at for each, and what it has that the
 * first has not.
 */
#ifndef HALFOPEN_REPETITIONS_H
#define HALFOPEN_REPETITIONS_H

#include "writer.h"

/* In lines, the last of which tells of all. BRIEF: no lines for runs with one outcome. free() it.
 */
char *repetitions_text(const struct listing *listing, bool brief);

#endif

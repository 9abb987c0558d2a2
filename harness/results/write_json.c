/* SPDX-License-Identifier: MIT
 *
 * JSON: the array of the results, as in results.json (docs/results.schema.json).
 */
#include "results.h"
#include "writer.h"

static void end(const struct listing *listing, FILE *out)
{
	results_print(listing->outcomes, out);
	fputc('\n', out);
}

const struct writer writer_json = {
	.name = "json", .help = "an array of results, as in results.json", .end = end};

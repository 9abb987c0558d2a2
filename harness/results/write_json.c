/* SPDX-License-Identifier: MIT
 *
 * JSON: the array of the results, as in results.json (docs/results.schema.json).
 */
#include "json.h"
#include "results.h"
#include "writer.h"

static void end(const struct listing *listing, FILE *out)
{
	json_t *array = results_published(listing->results, listing->count);

	json_print(array, out, JSON_INDENT(1));
	fputc('\n', out);
	json_decref(array);
}

const struct writer writer_json = {
	.name = "json", .help = "an array of results, as in results.json", .end = end};

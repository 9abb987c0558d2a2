/* SPDX-License-Identifier: MIT
 *
 * script: a fuzzer's input, read as what is done one after the other.
 */
#ifndef HALFOPEN_FUZZ_SCRIPT_H
#define HALFOPEN_FUZZ_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct script {
	const uint8_t *at, *end;
};

static inline bool script_is_over(const struct script *script)
{
	return script->at == script->end;
}

/* Of SIZE bytes, or as many as there are. */
static inline uint64_t script_number(struct script *script, size_t size)
{
	uint64_t number = 0;

	for (size_t i = 0; i < size && script->at < script->end; i++)
		number |= (uint64_t)*script->at++ << 8 * i;
	return number;
}

/* A length, and so many bytes, at most MOST. */
static inline size_t script_bytes(struct script *script, void *bytes, size_t most)
{
	size_t size = script_number(script, 1), left = (size_t)(script->end - script->at);

	size = size < left ? size : left;
	size = size < most ? size : most;
	memcpy(bytes, script->at, size);
	script->at += size;
	return size;
}

#endif

/* SPDX-License-Identifier: MIT
 *
 * A magic word; then texts in a fixed order, each as a 32-bit length, its bytes, and a 0, so that
 * they can be used where they lie. Both ends are of one build and on one machine: numbers are in
 * the host's order.
 */
#include "handover.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static const char magic[16] = "halfopen-plan 2";

static void put(struct text *text, const char *bytes, size_t size)
{
	uint32_t length = (uint32_t)size;

	text_put_n(text, (const char *)&length, sizeof(length));
	text_put_n(text, bytes, size);
	text_put_n(text, "", 1);
}

static void put_string(struct text *text, const char *string)
{
	put(text, string, strlen(string));
}

char *handover_write(const struct handover *handover, size_t *ret_size)
{
	struct text text = {0};

	text_put_n(&text, magic, sizeof(magic));
	put_string(&text, handover->file);
	put_string(&text, handover->variant);
	put_string(&text, handover->helpers);
	put_string(&text, handover->shown);
	put_string(&text, handover->virtual_clock ? "virtual" : "real");
	put(&text, handover->source, handover->source_size);
	for (const char *const *at = handover->sysctl; at && *at; at++)
		put_string(&text, *at);
	*ret_size = text.size;
	return text_take(&text);
}

struct rest {
	const char *bytes;
	size_t size;
};

static bool take(struct rest *rest, const char **ret_bytes, size_t *ret_size)
{
	uint32_t length;

	if (rest->size < sizeof(length))
		return false;
	memcpy(&length, rest->bytes, sizeof(length));
	if (rest->size - sizeof(length) <= length || rest->bytes[sizeof(length) + length] != '\0')
		return false;
	*ret_bytes = rest->bytes + sizeof(length);
	*ret_size = length;
	rest->bytes += sizeof(length) + length + 1;
	rest->size -= sizeof(length) + length + 1;
	return true;
}

/* One without a 0 in it. */
static bool take_string(struct rest *rest, const char **ret)
{
	size_t size;

	return take(rest, ret, &size) && strlen(*ret) == size;
}

static bool take_sysctls(struct rest *rest, struct handover *handover)
{
	/* As many as there can be in so many bytes. */
	const char **sysctl = calloc(rest->size / (sizeof(uint32_t) + 1) + 1, sizeof(*sysctl));

	if (!sysctl)
		abort();
	handover->sysctl = sysctl;
	while (rest->size)
		if (!take_string(rest, sysctl++))
			return false;
	return true;
}

int handover_read(const char *bytes, size_t size, struct handover *ret)
{
	struct rest rest = {bytes + sizeof(magic), size - sizeof(magic)};
	struct handover handover = {0};
	const char *clock;

	if (size < sizeof(magic) || memcmp(bytes, magic, sizeof(magic)) != 0)
		return -EBADMSG;
	if (!take_string(&rest, &handover.file) || !take_string(&rest, &handover.variant) ||
	    !take_string(&rest, &handover.helpers) || !take_string(&rest, &handover.shown) ||
	    !take_string(&rest, &clock) || !take(&rest, &handover.source, &handover.source_size))
		return -EBADMSG;
	handover.virtual_clock = strcmp(clock, "virtual") == 0;
	if (!take_sysctls(&rest, &handover)) {
		handover_done(&handover);
		return -EBADMSG;
	}
	*ret = handover;
	return 0;
}

void handover_done(struct handover *handover)
{
	free((void *)handover->sysctl);
	handover->sysctl = NULL;
}

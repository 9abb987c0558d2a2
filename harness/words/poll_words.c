/* SPDX-License-Identifier: MIT */
#include "poll_words.h"

#include <poll.h>
#include <stddef.h>

const struct word poll_event_words[] = {
	{"in", POLLIN, NULL},       {"out", POLLOUT, NULL},
	{"err", POLLERR, NULL},     {"hup", POLLHUP, NULL},
	{"rdhup", POLLRDHUP, NULL}, {"pri", POLLPRI, NULL},
	{"nval", POLLNVAL, NULL},   {NULL, 0, NULL},
};

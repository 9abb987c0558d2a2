/* SPDX-License-Identifier: MIT */
#include "agenda.h"

#include <assert.h>
#include <stdlib.h>

#include "list.h"

void agenda_done(struct agenda *agenda)
{
	free(agenda->event);
	*agenda = (struct agenda){0};
}

static bool is_before(const struct event *a, const struct event *b)
{
	return a->t_ns != b->t_ns ? a->t_ns < b->t_ns : a->number < b->number;
}

void agenda_add(struct agenda *agenda, struct event event)
{
	int at = agenda->event_count;

	event.number = agenda->number++;
	LIST_ADD(NULL, agenda, event);
	while (at > 0 && is_before(&event, &agenda->event[(at - 1) / 2])) {
		agenda->event[at] = agenda->event[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	agenda->event[at] = event;
}

int64_t agenda_first_ns(const struct agenda *agenda)
{
	return agenda->event_count ? agenda->event[0].t_ns : AGENDA_NEVER;
}

const struct event *agenda_first(const struct agenda *agenda)
{
	assert(agenda->event_count > 0);
	return &agenda->event[0];
}

struct event agenda_take(struct agenda *agenda)
{
	struct event first = agenda->event[0], last;
	int at = 0, below;

	assert(agenda->event_count > 0);
	last = agenda->event[--agenda->event_count];
	while ((below = 2 * at + 1) < agenda->event_count) {
		if (below + 1 < agenda->event_count &&
		    is_before(&agenda->event[below + 1], &agenda->event[below]))
			below++;
		if (!is_before(&agenda->event[below], &last))
			break;
		agenda->event[at] = agenda->event[below];
		at = below;
	}
	if (agenda->event_count)
		agenda->event[at] = last;
	return first;
}

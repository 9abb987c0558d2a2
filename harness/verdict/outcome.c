/* SPDX-License-Identifier: MIT */
#include "outcome.h"

#include <stdlib.h>
#include <string.h>

#include "label.h"
#include "list.h"
#include "packet_words.h"
#include "place.h"
#include "pool.h"
#include "tcp_words.h"
#include "text.h"

#define EPHEMERAL_FIRST 32768 /* net.ipv4.ip_local_port_range */

struct lines {
	char **line;
	int line_count;
	struct pool *pool;
};

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_sort(struct lines *lines, int from)
{
	if (lines->line_count > from)
		qsort(lines->line + from, (size_t)(lines->line_count - from), sizeof(char *),
		      by_text);
}

static void findings(struct lines *lines, const struct plan *plan,
		     const struct judgement *judgement)
{
	for (int i = 0; i < judgement->finding_count; i++) {
		const struct finding *finding = &judgement->finding[i];

		if (finding->holding != HOLDS)
			*LIST_ADD(lines->pool, lines, line) = pool_printf(
				lines->pool, "line %d: %s",
				plan->expect[finding->expect].place.line,
				finding->holding == FAILS ? "does not hold" : "undecided");
	}
}

static char *start_of(struct pool *pool, int incarnation)
{
	return incarnation ? pool_printf(pool, " (start %d)", incarnation + 1)
			   : pool_strdup(pool, "");
}

static void programs(struct lines *lines, const struct plan *plan, const struct record *record)
{
	char label[256];

	for (int i = 0; i < record->program_count; i++) {
		const struct record_program *program = &record->program[i];

		*LIST_ADD(lines->pool, lines, line) = pool_printf(
			lines->pool, "%s%s %s", plan->program[program->program].name,
			start_of(lines->pool, program->incarnation),
			program->end_ns < 0
				? "runs on"
				: label_program(plan, program, false, label, sizeof(label)));
	}
}

static void steps(struct lines *lines, const struct plan *plan, const struct record *record)
{
	char label[512];

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];

		*LIST_ADD(lines->pool, lines, line) = pool_printf(
			lines->pool, "%s%s, step %d: %s", plan->program[step->program].name,
			start_of(lines->pool, step->incarnation), step->step + 1,
			label_step(plan, step, step->end_ns < 0 ? LABEL_WAITING : LABEL_WHOLE,
				   label, sizeof(label)));
	}
}

static char *port_text(struct pool *pool, int port)
{
	return port >= EPHEMERAL_FIRST ? pool_strdup(pool, "*") : pool_printf(pool, "%d", port);
}

/* One line for each, with its states in their order. */
static void sockets(struct lines *lines, const struct plan *plan, const struct record *record)
{
	struct pool *pool = lines->pool;
	bool *told = pool_alloc(pool, ((size_t)record->socket_count + 1) * sizeof(*told));

	for (int i = 0; i < record->socket_count; i++) {
		const struct record_socket *first = &record->socket[i];
		struct text text = {0};

		if (told[i] || first->sample)
			continue;
		text_add(&text, "%s: socket :%s to :%s:", label_host(plan, first->host),
			 port_text(pool, first->local_port), port_text(pool, first->remote_port));
		for (int k = i; k < record->socket_count; k++) {
			const struct record_socket *next = &record->socket[k];

			if (next->sample || next->host != first->host ||
			    strcmp(next->local, first->local) != 0 ||
			    strcmp(next->remote, first->remote) != 0)
				continue;
			text_add(&text, " %s", label_state(next));
			told[k] = true;
		}
		*LIST_ADD(pool, lines, line) = pool_strdup(pool, text.bytes);
		text_done(&text);
	}
}

static void kinds_add(struct text *text, const char *what, uint32_t kinds)
{
	if (!kinds)
		return;
	text_put(text, what);
	for (int kind = 0; kind < KIND_COUNT; kind++)
		if (kinds & 1u << kind)
			text_add(text, " %s", packet_kind_name(kind));
}

/* What went from each place to each. */
static void packets(struct lines *lines, const struct plan *plan, const struct record *record)
{
	struct pool *pool = lines->pool;
	bool *told = pool_alloc(pool, ((size_t)record->packet_count + 1) * sizeof(*told));

	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *first = &record->packet[i];
		uint32_t all = 0, lost = 0;
		struct text text = {0};

		for (int k = i; !told[i] && k < record->packet_count; k++) {
			const struct record_packet *packet = &record->packet[k];
			uint32_t kinds = packet->kinds & KINDS_BUT_BACKGROUND & ~(1u << KIND_TCP);

			if (packet->from != first->from || packet->to != first->to)
				continue;
			told[k] = k > i;
			all |= kinds;
			lost |= packet->arrived_ns < 0 ? kinds : 0;
		}
		if (!all)
			continue;
		text_add(&text, "%s to %s:", label_host(plan, first->from),
			 label_host(plan, first->to));
		kinds_add(&text, "", all);
		kinds_add(&text, ", lost", lost);
		*LIST_ADD(pool, lines, line) = pool_strdup(pool, text.bytes);
		text_done(&text);
	}
}

char *outcome_text(const struct plan *plan, const struct record *record,
		   const struct judgement *judgement)
{
	struct lines lines = {.pool = pool_new()};
	struct text text = {0};
	int from;

	*LIST_ADD(lines.pool, &lines, line) = pool_printf(lines.pool, "verdict: %s",
							  verdict_name[judgement->verdict]);
	findings(&lines, plan, judgement);
	for (int i = 0; i < record->fault_count; i++)
		*LIST_ADD(lines.pool, &lines,
			  line) = pool_strdup(lines.pool, plan->fault[record->fault[i].fault].text);
	from = lines.line_count;
	programs(&lines, plan, record);
	steps(&lines, plan, record);
	sockets(&lines, plan, record);
	packets(&lines, plan, record);
	lines_sort(&lines, from);
	for (int i = 0; i < lines.line_count; i++)
		text_add(&text, "%s\n", lines.line[i]);
	pool_free(lines.pool);
	return text_take(&text);
}

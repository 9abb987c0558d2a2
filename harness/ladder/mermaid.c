/* SPDX-License-Identifier: MIT */
#include "mermaid.h"

#include <string.h>

#include "duration.h"

/* What would end a statement, begin an entity or be markup is an entity: its number between # and
 * a semicolon. */
static void put_text(FILE *out, const char *text)
{
	for (; text && *text; text++) {
		if (strchr("#;<>&\"{}", *text) || (unsigned char)*text < ' ')
			fprintf(out, "#%d;", *text == '\n' ? ' ' : (unsigned char)*text);
		else
			fputc(*text, out);
	}
}

static void put_time(FILE *out, const struct row *row)
{
	char time[32];

	if (row->t_ns >= 0)
		fprintf(out, "%s ", duration_clock(row->t_ns, time, sizeof(time)));
}

static void note(FILE *out, int first, int last, const struct row *row, const char *before)
{
	fprintf(out, "    Note over h%d", first);
	if (last != first)
		fprintf(out, ",h%d", last);
	fputs(": ", out);
	if (row->kind != ROW_SILENCE && row->kind != ROW_FOLDED)
		put_time(out, row);
	fputs(before, out);
	put_text(out, row->text);
	fputc('\n', out);
}

/* From or to the router, or to nobody known: the host at the far side stands for it. */
static int host_of(const struct plan *plan, int place, int other)
{
	if (place >= 0 && place < plan->host_count)
		return place;
	return other == 0 ? plan->host_count - 1 : 0;
}

static void packet(FILE *out, const struct plan *plan, const struct record_packet *packet,
		   const struct row *row)
{
	int from = host_of(plan, packet->from, packet->to), to = host_of(plan, packet->to, from);

	fprintf(out, "    h%d%sh%d: ", from, packet->arrived_ns < 0 ? "-x" : "->>", to);
	put_time(out, row);
	if (packet->from == PLACE_ROUTER)
		fputs("router: ", out);
	put_text(out, row->text);
	if (row->note && row->note[0]) {
		fputs(", ", out);
		put_text(out, row->note);
	}
	if (row->fate) {
		fputs(", lost: ", out);
		put_text(out, row->fate);
	} else if (packet->arrived_ns < 0) {
		fputs(", lost", out);
	}
	fputc('\n', out);
}

void mermaid_print(const struct plan *plan, const struct record *record, const struct rows *rows,
		   FILE *out)
{
	int last = plan->host_count - 1;

	fputs("sequenceDiagram\n", out);
	for (int i = 0; i < plan->host_count; i++) {
		fprintf(out, "    participant h%d as ", i);
		put_text(out, plan->host[i].name);
		fputc('\n', out);
	}
	for (int i = 0; i < rows->count; i++) {
		const struct row *row = &rows->row[i];

		switch (row->kind) {
		case ROW_PROGRAM:
		case ROW_CALL:
		case ROW_LINE:
		case ROW_STEP:
		case ROW_SOCKET:
			note(out, row->host, row->host, row, "");
			break;
		case ROW_PACKET:
			packet(out, plan, &record->packet[row->index], row);
			break;
		case ROW_SILENCE:
			note(out, 0, last, row, "nothing for ");
			break;
		case ROW_FAULT:
		case ROW_FOLDED:
		case ROW_FINDING:
		case ROW_END:
			note(out, 0, last, row, "");
			break;
		}
	}
}

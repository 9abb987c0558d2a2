/* SPDX-License-Identifier: MIT */
#include "rows.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>

#include "bounds.h"
#include "connections.h"
#include "duration.h"
#include "fold.h"
#include "list.h"
#include "tcp_words.h"
#include "text.h"

#define SILENCE_NS NSEC_PER_SEC

struct making {
	const struct plan *plan;
	const struct record *record;
	const struct judgement *judgement;
	struct rows rows;
	unsigned up;        /* 1 << host, */
	int told;           /* after so many of its changes */
	unsigned with_port; /* 1 << host: several connections, whose states need a name */
	struct connections connections;
};

/* Which hosts are up now that it is T_NS. */
static void host_changes(struct making *making, int64_t t_ns)
{
	const struct record *record = making->record;

	for (; making->told < record->host_count; making->told++) {
		const struct record_host *change = &record->host[making->told];

		if (change->t_ns > t_ns)
			return;
		if (change->up)
			making->up |= 1u << change->host;
		else
			making->up &= ~(1u << change->host);
	}
}

/* A row of ROW's kind and place with the words TEXT (may be NULL), copied. */
static struct row *add(struct making *making, struct row row, const char *text)
{
	struct row *added = LIST_ADD_TO(NULL, making->rows.row, making->rows.count);

	host_changes(making, row.t_ns);
	*added = row;
	added->up = making->up;
	added->text = text ? text_copy(text) : NULL;
	return added;
}

/* The same, behind the number of its connection where there are several. */
static struct row *add_of_connection(struct making *making, struct row row, int number,
				     const char *text)
{
	char numbered[300];

	row.connection = number;
	if (number)
		snprintf(numbered, sizeof(numbered), "#%d %s", number, text);
	return add(making, row, number ? numbered : text);
}

static enum ink packet_ink(const struct record_packet *packet)
{
	const unsigned noted = 1u << KIND_RETRANSMISSION | 1u << KIND_KEEPALIVE_PROBE |
			       1u << KIND_WINDOW_PROBE | 1u << KIND_ICMP;

	if (packet->arrived_ns < 0 || packet->flags & TCP_RST)
		return INK_LOST;
	return packet->kinds & noted ? INK_NOTE : INK_NONE;
}

static void add_packet(struct making *making, struct row row)
{
	const struct record_packet *packet = &making->record->packet[row.index];
	char text[256], note[256];
	struct row *added;

	row.kind = ROW_PACKET;
	row.ink = packet_ink(packet);
	added = add_of_connection(making, row, connections_of_packet(&making->connections, packet),
				  label_packet(making->plan, packet, text, sizeof(text)));
	added->note = text_copy(label_packet_note(packet, note, sizeof(note)));
	added->fate = packet->lost ? text_copy(packet->lost) : NULL;
}

static void add_fault(struct making *making, struct row row)
{
	const struct record_fault *fault = &making->record->fault[row.index];

	row.kind = ROW_FAULT;
	row.ink = INK_FAULT;
	add(making, row, making->plan->fault[fault->fault].text);
}

static void add_host(struct making *making, struct row row)
{
	char text[64];

	row.kind = ROW_FAULT;
	row.ink = INK_FAULT;
	add(making, row,
	    label_host_change(making->plan, &making->record->host[row.index], text, sizeof(text)));
}

static void add_step(struct making *making, struct row row, enum label_part part)
{
	char text[512];

	row.kind = ROW_STEP;
	row.part = part;
	add(making, row,
	    label_step(making->plan, &making->record->step[row.index], part, text, sizeof(text)));
}

static void add_call(struct making *making, struct row row, enum label_part part)
{
	char text[512];

	row.kind = ROW_CALL;
	row.part = part;
	add(making, row,
	    label_call(making->plan, &making->record->call[row.index], part, text, sizeof(text)));
}

static void add_event(struct making *making, const struct record_event *event, bool whole)
{
	const struct record *record = making->record;
	struct row row = {.t_ns = event->t_ns, .host = event->host, .index = event->index};
	char text[512];

	switch (event->kind) {
	case EVENT_FAULT:
		add_fault(making, row);
		break;
	case EVENT_FAILOVER:
		row.kind = ROW_FAULT;
		row.ink = INK_FAULT;
		add(making, row, LABEL_FAILOVER);
		break;
	case EVENT_HOST:
		add_host(making, row);
		break;
	case EVENT_PROGRAM_START:
	case EVENT_PROGRAM_END:
		row.kind = ROW_PROGRAM;
		row.part = event->kind == EVENT_PROGRAM_START ? LABEL_START : LABEL_END;
		add(making, row,
		    label_program(making->plan, &record->program[row.index],
				  event->kind == EVENT_PROGRAM_START, text, sizeof(text)));
		break;
	case EVENT_STEP_START:
		add_step(making, row, whole ? LABEL_WHOLE : LABEL_START);
		break;
	case EVENT_STEP_END:
		add_step(making, row, LABEL_END);
		break;
	case EVENT_CALL_START:
		add_call(making, row, whole ? LABEL_WHOLE : LABEL_START);
		break;
	case EVENT_CALL_END:
		add_call(making, row, LABEL_END);
		break;
	case EVENT_LINE:
		row.kind = ROW_LINE;
		row.ink = record->line[row.index].gap ? INK_DIM : INK_NONE;
		add(making, row,
		    label_line(making->plan, &record->line[row.index], text, sizeof(text)));
		break;
	case EVENT_PACKET:
		add_packet(making, row);
		break;
	case EVENT_SOCKET:
		row.kind = ROW_SOCKET;
		row.ink = INK_STATE;
		add_of_connection(
			making, row,
			connections_of_socket(&making->connections, &record->socket[row.index]),
			label_socket(&record->socket[row.index], making->with_port & 1u << row.host,
				     text, sizeof(text)));
		break;
	}
}

static void add_silence(struct making *making, int64_t from_ns, int64_t until_ns)
{
	struct row row = {.kind = ROW_SILENCE,
			  .ink = INK_DIM,
			  .t_ns = from_ns,
			  .lasts_ns = until_ns - from_ns,
			  .host = -1};
	char text[32];

	if (row.lasts_ns >= SILENCE_NS)
		add(making, row, duration_span(row.lasts_ns, text, sizeof(text)));
}

static void add_folded(struct making *making, int64_t t_ns, int packets, const char *what,
		       int calls)
{
	struct row row = {
		.kind = ROW_FOLDED, .ink = INK_DIM, .t_ns = t_ns, .host = -1, .index = packets};
	char text[96], and_calls[32] = "";

	if (packets == 0 && calls == 0)
		return;
	if (calls)
		snprintf(and_calls, sizeof(and_calls), "%s%d calls", packets ? ", " : "", calls);
	if (packets)
		snprintf(text, sizeof(text), "... %d %s%s ...", packets, what, and_calls);
	else
		snprintf(text, sizeof(text), "... %s ...", and_calls);
	add(making, row, text);
}

static void add_folded_lines(struct making *making, int64_t t_ns, int lines)
{
	struct row row = {.kind = ROW_FOLDED, .ink = INK_DIM, .t_ns = t_ns, .host = -1};
	char text[64];

	if (lines == 0)
		return;
	snprintf(text, sizeof(text), "... %d more lines of output ...", lines);
	add(making, row, text);
}

static void add_finding(struct making *making, int index)
{
	const struct finding *finding = &making->judgement->finding[index];
	struct row row = {.kind = ROW_FINDING,
			  .ink = INK_BAD,
			  .t_ns = finding->t_ns < 0 ? -1 : finding->t_ns,
			  .host = -1,
			  .index = index};

	add(making, row, NULL)->text = text_format("line %d: expected: %s; observed: %s (%s)",
						   making->plan->expect[finding->expect].place.line,
						   finding->expected, finding->observed,
						   finding->difference);
}

/* The first finding that failed at a moment from FROM_NS, until UNTIL_NS; of those at FROM_NS the
 * first behind BEHIND. -1: none. */
static int next_finding(const struct judgement *judgement, int64_t from_ns, int64_t until_ns,
			int behind)
{
	int next = -1;

	for (int i = 0; judgement && i < judgement->finding_count; i++) {
		int64_t t_ns = judgement->finding[i].t_ns;

		if (judgement->finding[i].holding == HOLDS || t_ns < 0 || t_ns > until_ns ||
		    t_ns < from_ns || (t_ns == from_ns && i <= behind))
			continue;
		if (next < 0 || t_ns < judgement->finding[next].t_ns)
			next = i;
	}
	return next;
}

/* The findings from *LAST_NS, which was told, until UNTIL_NS, with the silence before each. */
static void add_findings(struct making *making, int64_t *last_ns, int64_t until_ns)
{
	int64_t from_ns = *last_ns;
	int finding = -1;

	while ((finding = next_finding(making->judgement, from_ns, until_ns, finding)) >= 0) {
		from_ns = making->judgement->finding[finding].t_ns;
		add_silence(making, *last_ns, from_ns);
		add_finding(making, finding);
		*last_ns = from_ns > *last_ns ? from_ns : *last_ns;
	}
}

static void add_end(struct making *making)
{
	const struct record *record = making->record;
	const struct judgement *judgement = making->judgement;
	struct row end = {.kind = ROW_END, .ink = INK_DIM, .t_ns = record->end_ns, .host = -1};

	for (int i = 0; i < record->step_count; i++) {
		const struct record_step *step = &record->step[i];
		const struct record_program *program = record_find_program(record, step->program,
									   step->incarnation);
		struct row row = {.t_ns = record->end_ns,
				  .host = making->plan->program[step->program].host,
				  .index = i};

		if (step->end_ns < 0 && program && program->end_ns < 0)
			add_step(making, row, LABEL_WAITING);
	}
	for (int i = 0; i < record->call_count; i++) {
		const struct record_call *call = &record->call[i];
		const struct record_program *program = record_find_program(record, call->program,
									   call->incarnation);
		struct row row = {.t_ns = record->end_ns,
				  .host = making->plan->program[call->program].host,
				  .index = i};

		if (call->end_ns < 0 && program && program->end_ns < 0)
			add_call(making, row, LABEL_WAITING);
	}
	add(making, end, "end");
	for (int i = 0; judgement && i < judgement->finding_count; i++)
		if (judgement->finding[i].holding != HOLDS && judgement->finding[i].t_ns < 0)
			add_finding(making, i);
}

static unsigned hosts_with_connections(const struct record *record)
{
	const struct record_socket *first[HOSTS_MAX] = {0};
	unsigned several = 0;

	for (int i = 0; i < record->socket_count; i++) {
		const struct record_socket *socket = &record->socket[i];

		if (!socket->remote_port || socket->host < 0 || socket->host >= HOSTS_MAX)
			continue;
		if (!first[socket->host])
			first[socket->host] = socket;
		else if (first[socket->host]->cookie != socket->cookie)
			several |= 1u << socket->host;
	}
	return several;
}

static void add_events(struct making *making, const struct record_event *events, int count,
		       const struct fold *folds)
{
	int64_t last_ns = 0;

	for (int i = 0; i < count; i++) {
		add_findings(making, &last_ns, events[i].t_ns - 1);
		if (!folds[i].inside)
			add_silence(making, last_ns, events[i].t_ns);
		add_folded(making, events[i].t_ns, folds[i].packets, "more segments",
			   folds[i].calls);
		add_folded(making, events[i].t_ns, folds[i].alike, "alike", 0);
		add_folded_lines(making, events[i].t_ns, folds[i].lines);
		if (!folds[i].hidden)
			add_event(making, &events[i], folds[i].whole);
		last_ns = events[i].t_ns;
	}
	add_findings(making, &last_ns, INT64_MAX);
	add_silence(making, last_ns, making->record->end_ns);
}

int rows_make(const struct plan *plan, const struct record *record,
	      const struct judgement *judgement, bool all, struct rows *ret_rows, struct err *err)
{
	struct making making = {.plan = plan,
				.record = record,
				.judgement = judgement,
				.up = (1u << plan->host_count) - 1,
				.with_port = hosts_with_connections(record)};
	struct record_event *events;
	struct fold *folds;
	int count, ret = record_events(plan, record, &events, &count);

	connections_find(record, &making.connections);
	if (ret < 0)
		return err_sys(err, -ret, "the rows of a ladder");
	folds = fold_events(plan, record, events, count, !all);
	if (folds) {
		add_events(&making, events, count, folds);
		add_end(&making);
	}
	free(events);
	if (!folds)
		return err_sys(err, ENOMEM, "the rows of a ladder");
	free(folds);
	*ret_rows = making.rows;
	return 0;
}

/* Whether a row is kept however many there are. */
static bool is_landmark(const struct row *row)
{
	return row->kind == ROW_FAULT || row->kind == ROW_FINDING || row->kind == ROW_END;
}

/* Marks in KEPT the rows that are at most NEAR rows from a landmark or from the beginning, and
 * returns how many rows are left when those between are one. */
static int mark_kept(const struct rows *rows, int near, bool *kept)
{
	int count = 0, last = 0; /* of a landmark */

	memset(kept, 0, (size_t)rows->count * sizeof(*kept));
	for (int i = 0; i < rows->count; i++) {
		if (is_landmark(&rows->row[i]))
			last = i;
		kept[i] = i - last <= near;
	}
	last = rows->count + near;
	for (int i = rows->count - 1; i >= 0; i--) {
		if (is_landmark(&rows->row[i]))
			last = i;
		kept[i] = kept[i] || last - i <= near;
	}
	for (int i = 0; i < rows->count; i++)
		count += kept[i] || i == 0 || kept[i - 1];
	return count;
}

void row_done(struct row *row)
{
	free(row->text);
	free(row->note);
	free(row->fate);
	row->text = row->note = row->fate = NULL;
}

/* Makes one row of the COUNT at ROW. */
static struct row folded(struct row *row, int count, const struct record *record)
{
	struct row one = *row;
	char from[32], to[32], of_them[32] = "";
	int packets = 0, lost = 0;

	for (int i = 0; i < count; i++) {
		if (row[i].kind == ROW_PACKET) {
			packets++;
			lost += record->packet[row[i].index].arrived_ns < 0;
		} else if (row[i].kind == ROW_FOLDED) {
			packets += row[i].index;
		}
	}
	duration_clock(row->t_ns, from, sizeof(from));
	duration_clock(row[count - 1].t_ns, to, sizeof(to));
	for (int i = 0; i < count; i++)
		row_done(&row[i]);
	one = (struct row){.kind = ROW_FOLDED,
			   .ink = INK_DIM,
			   .t_ns = one.t_ns,
			   .host = -1,
			   .index = packets,
			   .up = one.up};
	if (lost)
		snprintf(of_them, sizeof(of_them), ", %d of them lost", lost);
	one.text = text_format("... %s to %s: %d more segments%s ...", from, to, packets, of_them);
	return one;
}

int rows_thin(struct rows *rows, const struct record *record, int most, struct err *err)
{
	bool *kept;
	int count = 0;

	if (rows->count <= most)
		return 0;
	kept = calloc((size_t)rows->count, sizeof(*kept));
	if (!kept)
		return err_sys(err, ENOMEM, "the rows of a ladder");
	for (int near = most; mark_kept(rows, near, kept) > most && near > 0;)
		near = near * 3 / 4;
	for (int i = 0, to; i < rows->count; i = to) {
		for (to = i; to < rows->count && !kept[to];)
			to++;
		if (to - i > 1)
			rows->row[count++] = folded(&rows->row[i], to - i, record);
		else
			rows->row[count++] = rows->row[to = i];
		to += to == i;
	}
	rows->count = count;
	free(kept);
	return 0;
}

void rows_done(struct rows *rows)
{
	for (int i = 0; i < rows->count; i++)
		row_done(&rows->row[i]);
	free(rows->row);
	*rows = (struct rows){0};
}

/* SPDX-License-Identifier: MIT
 *
 * Sequence numbers over time, of each transfer: what was sent, what of it was lost or sent again,
 * and how far it was acknowledged.
 */
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "chart.h"
#include "label.h"
#include "list.h"
#include "page.h"

#define PLOT           220
#define MOST_TRANSFERS 3
#define MOST_POINTS    1500
#define TRANSFER       8     /* segments with data, */
#define TRANSFER_BYTES 10000 /* and so much of it, at least */

struct transfer { /* one direction of a connection */
	int from, to, sport, dport;
	int segments, again, lost;
	int64_t first_ns, last_ns, least, most; /* sequence numbers */
};

struct transfers {
	struct transfer *transfer;
	int count;
};

static bool is_of(const struct transfer *transfer, const struct record_packet *packet)
{
	return packet->from == transfer->from && packet->sport == transfer->sport &&
	       packet->dport == transfer->dport;
}

static bool is_answer(const struct transfer *transfer, const struct record_packet *packet)
{
	return packet->to == transfer->from && packet->sport == transfer->dport &&
	       packet->dport == transfer->sport && packet->arrived_ns >= 0 && packet->rel_ack > 0;
}

static bool is_data(const struct record_packet *packet)
{
	return packet->kinds & 1u << KIND_TCP && packet->payload > 0 && packet->rel_seq >= 0 &&
	       packet->from >= 0 && !packet->made_on_way;
}

static struct transfer *transfer_of(struct transfers *transfers, const struct record_packet *packet)
{
	struct transfer *transfer;

	for (int i = 0; i < transfers->count; i++)
		if (is_of(&transfers->transfer[i], packet))
			return &transfers->transfer[i];
	transfer = LIST_ADD_TO(NULL, transfers->transfer, transfers->count);
	*transfer = (struct transfer){.from = packet->from,
				      .to = packet->to,
				      .sport = packet->sport,
				      .dport = packet->dport,
				      .first_ns = packet->sent_ns,
				      .least = packet->rel_seq};
	return transfer;
}

static int by_bytes(const void *a, const void *b)
{
	const struct transfer *x = a, *y = b;
	int64_t bytes_x = x->most - x->least, bytes_y = y->most - y->least;

	return bytes_x != bytes_y ? (bytes_y > bytes_x) - (bytes_y < bytes_x)
				  : (x->first_ns > y->first_ns) - (x->first_ns < y->first_ns);
}

static void transfers_collect(const struct record *record, struct transfers *transfers)
{
	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];
		struct transfer *transfer;

		if (!is_data(packet))
			continue;
		transfer = transfer_of(transfers, packet);
		transfer->segments++;
		transfer->again += packet->kinds & 1u << KIND_RETRANSMISSION ? 1 : 0;
		transfer->lost += packet->arrived_ns < 0;
		transfer->last_ns = packet->sent_ns;
		if (packet->rel_seq < transfer->least)
			transfer->least = packet->rel_seq;
		if (packet->rel_seq + packet->payload > transfer->most)
			transfer->most = packet->rel_seq + packet->payload;
	}
	if (transfers->count)
		qsort(transfers->transfer, (size_t)transfers->count, sizeof(*transfers->transfer),
		      by_bytes);
}

static double height_of(const struct transfer *transfer, int64_t sequence)
{
	if (sequence < transfer->least)
		sequence = transfer->least;
	if (sequence > transfer->most)
		sequence = transfer->most;
	return AXIS_TOP + PLOT -
	       (double)(sequence - transfer->least) * PLOT /
		       (double)(transfer->most - transfer->least);
}

/* Data that arrived at once, that was sent again, that was lost: a path for each. */
enum fate { SENT, AGAIN, LOST };

static enum fate fate_of(const struct record_packet *packet)
{
	if (packet->arrived_ns < 0)
		return LOST;
	return packet->kinds & 1u << KIND_RETRANSMISSION ? AGAIN : SENT;
}

static void draw_segments(const struct time_axis *axis, const struct transfer *transfer,
			  enum fate fate, int every)
{
	static const char *const classes[] = {"seq", "seq again", "seq lost"};
	int number = 0;

	fprintf(axis->out, "<path class=\"%s\" d=\"", classes[fate]);
	for (int i = 0; i < axis->record->packet_count; i++) {
		const struct record_packet *packet = &axis->record->packet[i];

		if (!is_data(packet) || !is_of(transfer, packet) || fate_of(packet) != fate ||
		    number++ % every)
			continue;
		fprintf(axis->out, "M%.1f %.1fv%.1f", axis_x(axis, packet->sent_ns),
			height_of(transfer, packet->rel_seq) + 1,
			height_of(transfer, packet->rel_seq + packet->payload) -
				height_of(transfer, packet->rel_seq) - 2);
	}
	fputs("\"/>\n", axis->out);
}

static void draw_acks(const struct time_axis *axis, const struct transfer *transfer, int every)
{
	int64_t acked = -1;
	int number = 0;

	fputs("<path class=\"acked\" d=\"", axis->out);
	for (int i = 0; i < axis->record->packet_count; i++) {
		const struct record_packet *packet = &axis->record->packet[i];

		if (!is_answer(transfer, packet) || packet->rel_ack <= acked || number++ % every)
			continue;
		fprintf(axis->out, acked < 0 ? "M%.1f %.1f" : "H%.1fV%.1f",
			axis_x(axis, packet->arrived_ns), height_of(transfer, packet->rel_ack));
		acked = packet->rel_ack;
	}
	fprintf(axis->out, acked < 0 ? "\"/>\n" : "H%d\"/>\n", AXIS_RIGHT);
}

static void scale(const struct time_axis *axis, const struct transfer *transfer)
{
	for (int i = 0; i <= 4; i++) {
		int64_t sequence = transfer->least + (transfer->most - transfer->least) * i / 4;
		double y = height_of(transfer, sequence);

		fprintf(axis->out,
			"<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"small dim end\" "
			"x=\"%d\" y=\"%.1f\">%lld</text>\n",
			AXIS_LEFT, y, AXIS_RIGHT, AXIS_LEFT - 6, y + 4, (long long)sequence);
	}
}

static int before(const struct record *record, int64_t t_ns)
{
	int count = record->packet_count;

	while (count > 0 && record->packet[count - 1].sent_ns > t_ns)
		count--;
	return count;
}

/* On an axis of its own, which ends soon after the last segment. */
static void transfer_draw(const struct plan *plan, const struct record *record,
			  const struct transfer *transfer, int number, FILE *out)
{
	struct record part = *record;
	struct time_axis axis;
	char id[32], title[256];
	int every = transfer->segments / MOST_POINTS + 1;

	part.end_ns = transfer->last_ns + (transfer->last_ns - transfer->first_ns) / 20 + 1000000;
	part.end_ns = part.end_ns < record->end_ns ? part.end_ns : record->end_ns;
	part.packet_count = before(record, part.end_ns);
	part.socket_count = part.step_count = 0;
	while (part.fault_count && part.fault[part.fault_count - 1].begun_ns > part.end_ns)
		part.fault_count--;
	axis_init(&axis, plan, &part, NULL, out);
	snprintf(id, sizeof(id), "sequence-%d", number);
	snprintf(title, sizeof(title), "Sequence numbers of %s, port %d to port %d",
		 label_host(plan, transfer->from), transfer->sport, transfer->dport);
	fputs("<p>", out);
	page_printf(out,
		    "%s, port %d to port %d: %lld bytes in %d segment%s, %d of them again, %d lost",
		    label_host(plan, transfer->from), transfer->sport, transfer->dport,
		    (long long)(transfer->most - transfer->least), transfer->segments,
		    transfer->segments == 1 ? "" : "s", transfer->again, transfer->lost);
	fprintf(out, "%s.</p>\n<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"",
		every > 1 ? "; not all are drawn" : "");
	page_text(out, title);
	fputs("\">\n", out);
	axis_begin(&axis, id, title,
		   "From left to right in time, upward by sequence number. The table of events "
		   "below has the segments.",
		   PLOT);
	scale(&axis, transfer);
	draw_acks(&axis, transfer, every);
	for (int fate = SENT; fate <= LOST; fate++)
		draw_segments(&axis, transfer, (enum fate)fate,
			      fate == SENT ? every : 1 + every / 4);
	axis_end(&axis, PLOT);
	fputs("</div>\n", out);
}

bool chart_sequence(const struct plan *plan, const struct record *record, FILE *out)
{
	struct transfers transfers = {0};
	int drawn = 0;

	transfers_collect(record, &transfers);
	for (int i = 0; i < transfers.count && drawn < MOST_TRANSFERS; i++) {
		const struct transfer *transfer = &transfers.transfer[i];

		if (transfer->segments < TRANSFER ||
		    transfer->most - transfer->least < TRANSFER_BYTES)
			continue;
		if (out && drawn == 0)
			fputs("<section aria-labelledby=\"sequence\"><h2 id=\"sequence\">Sequence "
			      "numbers</h2>\n<ul class=\"keys\"><li><b class=\"seq-key\">|</b> a "
			      "segment, as long as its data</li><li><b class=\"again-key\">|</b> "
			      "sent "
			      "again</li><li><b class=\"lost-key\">|</b> lost</li><li><b "
			      "class=\"acked-key\">&#9472;</b> acknowledged so far, as the sender "
			      "knows</li></ul>\n",
			      out);
		if (out)
			transfer_draw(plan, record, transfer, drawn, out);
		drawn++;
	}
	if (out && drawn)
		fputs("</section>\n", out);
	free(transfers.transfer);
	return drawn > 0;
}

/* SPDX-License-Identifier: MIT */
#include "chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "axis.h"
#include "connections.h"
#include "duration.h"
#include "label.h"
#include "page.h"
#include "svg.h"
#include "tcp_words.h"

#define STRIP        26
#define MOST_STRIPS  24
#define PLOT         150
#define MOST_POINTS  400
#define SMALL_CHAR   7.1 /* of the font of 11.5 px */
#define STATE_LISTEN 10

/* ---- States ---- */

struct strip { /* a state that one socket was in */
	const struct record_socket *socket;
	int64_t until_ns;
	int row;
};

struct states {
	struct strip *strip;
	int count;
	const struct record_socket *first[MOST_STRIPS]; /* of each row */
	int rows, left_out;
};

static bool same_socket(const struct record_socket *a, const struct record_socket *b)
{
	return a->host == b->host && a->cookie == b->cookie;
}

/* The row of SOCKET's connection; -1: there are too many. */
static int row_of(struct states *states, const struct record_socket *socket)
{
	for (int i = 0; i < states->rows; i++)
		if (same_socket(states->first[i], socket))
			return i;
	if (states->rows == MOST_STRIPS) {
		states->left_out++;
		return -1;
	}
	states->first[states->rows] = socket;
	return states->rows++;
}

static void states_collect(const struct record *record, struct states *states)
{
	struct strip *last[MOST_STRIPS] = {0};

	states->strip = calloc((size_t)record->socket_count + 1, sizeof(*states->strip));
	if (!states->strip)
		abort();
	for (int i = 0; i < record->socket_count; i++) {
		const struct record_socket *socket = &record->socket[i];
		int row;

		if (socket->state == STATE_LISTEN || (!socket->remote_port && socket->state))
			continue;
		if (socket->state == 0 && !socket->remote_port)
			continue;
		row = row_of(states, socket);
		if (row < 0 || (last[row] && last[row]->socket->state == socket->state))
			continue;
		if (last[row])
			last[row]->until_ns = socket->t_ns;
		last[row] = &states->strip[states->count++];
		*last[row] = (struct strip){socket, record->end_ns, row};
	}
}

static const char *state_class(int state)
{
	if (state == 1)
		return "strip open";
	return state == 2 || state == 3 || state == 12 ? "strip begin" : "strip ending";
}

static void draw_strip(const struct time_axis *axis, const struct strip *strip, int y)
{
	const char *name = tcp_state_name(strip->socket->state);
	double from = axis_x(axis, strip->socket->t_ns), to = axis_x(axis, strip->until_ns);
	char at[32], lasted[32];

	if (to - from < 2)
		to = from + 2;
	fprintf(axis->out, "<g><title>%s from %s, for %s</title>", name,
		duration_clock(strip->socket->t_ns, at, sizeof(at)),
		duration_round(strip->until_ns - strip->socket->t_ns, lasted, sizeof(lasted)));
	fprintf(axis->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/>",
		state_class(strip->socket->state), from, y, to - from, STRIP - 4);
	if (to - from > SMALL_CHAR * (double)strlen(name) + 8)
		fprintf(axis->out, "<text class=\"small\" x=\"%.1f\" y=\"%d\">%s</text>", from + 5,
			y + 15, name);
	fputs("</g>\n", axis->out);
}

/* Whose it is, and where a host has several, of which connection. */
static void name_strip(const struct time_axis *axis, const struct record_socket *first, int y)
{
	const char *host = axis->plan->host[first->host].name;
	struct connections connections;
	char class[8];
	int number;

	connections_find(axis->record, &connections);
	number = connections_of_socket(&connections, first);
	fprintf(axis->out, "<text class=\"end%s\" x=\"%d\" y=\"%d\">",
		svg_connection(number, class), AXIS_LEFT - 8, y + 16);
	if (number)
		page_printf(axis->out, "%.9s #%d", host, number);
	else
		page_printf(axis->out, "%.13s", host);
	fputs("</text>\n", axis->out);
}

static void states_table(const struct time_axis *axis, const struct states *states)
{
	fputs("<details><summary>The same as a table</summary><div class=\"wide\" "
	      "tabindex=\"0\"><table>"
	      "<thead><tr><th scope=\"col\">host</th><th scope=\"col\">connection</th>"
	      "<th scope=\"col\">state</th><th scope=\"col\" class=\"n\">from</th>"
	      "<th scope=\"col\" class=\"n\">for</th></tr></thead><tbody>\n",
	      axis->out);
	for (int i = 0; i < states->count; i++) {
		const struct strip *strip = &states->strip[i];
		const struct record_socket *first = states->first[strip->row];
		char at[32], lasted[32];

		fputs("<tr><td>", axis->out);
		page_text(axis->out, axis->plan->host[strip->socket->host].name);
		fputs("</td><td>", axis->out);
		page_printf(axis->out, "%s - %s", first->local, first->remote);
		fprintf(axis->out,
			"</td><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
			strip->socket->state ? tcp_state_name(strip->socket->state) : "gone",
			duration_clock(strip->socket->t_ns, at, sizeof(at)),
			strip->socket->state ? duration_round(strip->until_ns - strip->socket->t_ns,
							      lasted, sizeof(lasted))
					     : "");
	}
	fputs("</tbody></table></div></details>\n", axis->out);
}

/* Where each connection's strip is: those of one host stand together. */
static void rows_order(const struct plan *plan, const struct states *states, int place[])
{
	int next = 0;

	for (int host = 0; host < plan->host_count; host++)
		for (int row = 0; row < states->rows; row++)
			if (states->first[row]->host == host)
				place[row] = next++;
}

void chart_states(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, FILE *out)
{
	struct time_axis axis;
	struct states states = {0};
	int place[MOST_STRIPS] = {0};

	axis_init(&axis, plan, record, judgement, out);
	states_collect(record, &states);
	rows_order(plan, &states, place);
	fputs("<section aria-labelledby=\"states\"><h2 id=\"states\">States of the sockets</h2>\n",
	      out);
	if (states.rows == 0)
		fputs("<p>No connection was seen on either side.</p>\n", out);
	else {
		fputs("<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"States of "
		      "the sockets\">\n",
		      out);
		axis_begin(&axis, "strips", "States of the sockets",
			   "A strip for each connection of each host, from left to right in time. "
			   "The table below has the same.",
			   states.rows * STRIP + 8);
		for (int row = 0; row < states.rows; row++)
			name_strip(&axis, states.first[row], AXIS_TOP + 4 + place[row] * STRIP);
		for (int i = 0; i < states.count; i++)
			if (states.strip[i].socket->state)
				draw_strip(&axis, &states.strip[i],
					   AXIS_TOP + 4 + place[states.strip[i].row] * STRIP);
		axis_end(&axis, states.rows * STRIP + 8);
		fputs("</div>\n", out);
		if (states.left_out)
			fprintf(out,
				"<p class=\"more\">More connections than these %d are not "
				"drawn.</p>\n",
				MOST_STRIPS);
		states_table(&axis, &states);
	}
	fputs("</section>\n", out);
	free(states.strip);
}

/* ---- Timers ---- */

struct point { /* something that a timer did, or was seen to be about to do */
	int64_t t_ns, wait_ns;
	int host;
	const struct record_packet *packet; /* or */
	const struct record_socket *socket;
};

struct timers {
	struct point *point;
	int count;
	int64_t least_ns, most_ns;
};

static const unsigned timed = 1u << KIND_RETRANSMISSION | 1u << KIND_KEEPALIVE_PROBE |
			      1u << KIND_WINDOW_PROBE;

static void point_add(struct timers *timers, struct point point)
{
	if (point.wait_ns <= 0)
		return;
	if (!timers->count || point.wait_ns < timers->least_ns)
		timers->least_ns = point.wait_ns;
	if (!timers->count || point.wait_ns > timers->most_ns)
		timers->most_ns = point.wait_ns;
	timers->point[timers->count++] = point;
}

/* When HOST last sent or got a segment of the connection of PACKET before it; -1: never. */
static int64_t last_segment(const struct record *record, int packet)
{
	const struct record_packet *this = &record->packet[packet];

	for (int i = packet - 1; i >= 0 && i > packet - 1000; i--) {
		const struct record_packet *other = &record->packet[i];

		if (!(other->kinds & 1u << KIND_TCP) || other->made_on_way)
			continue;
		if (other->from == this->from && other->sport == this->sport &&
		    other->dport == this->dport)
			return other->sent_ns;
		if (other->to == this->from && other->arrived_ns >= 0 &&
		    other->arrived_ns <= this->sent_ns && other->sport == this->dport &&
		    other->dport == this->sport)
			return other->arrived_ns;
	}
	return -1;
}

static void timers_collect(const struct record *record, struct timers *timers)
{
	timers->point = calloc((size_t)(record->packet_count + record->socket_count) + 1,
			       sizeof(*timers->point));
	if (!timers->point)
		abort();
	for (int i = 0; i < record->packet_count; i++) {
		const struct record_packet *packet = &record->packet[i];
		int64_t last_ns;

		if (!(packet->kinds & timed) || packet->made_on_way || packet->from < 0)
			continue;
		last_ns = last_segment(record, i);
		if (last_ns >= 0)
			point_add(timers, (struct point){packet->sent_ns, packet->sent_ns - last_ns,
							 packet->from, packet, NULL});
	}
	for (int i = 0; i < record->socket_count; i++) {
		const struct record_socket *socket = &record->socket[i];

		if (socket->state && socket->state != STATE_LISTEN &&
		    (socket->timer == 1 || socket->timer == 2 || socket->timer == 4))
			point_add(timers, (struct point){socket->t_ns, socket->expires_ns,
							 socket->host, NULL, socket});
	}
}

static int by_time(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return x->t_ns != y->t_ns ? (x->t_ns > y->t_ns) - (x->t_ns < y->t_ns) : x->host - y->host;
}

/* A tenth, one, ten seconds: as high as their logarithm. */
static double height_of(const struct timers *timers, int64_t ns)
{
	double low = log10((double)timers->least_ns) - 0.15;
	double high = log10((double)timers->most_ns) + 0.15;

	return (PLOT - 10) * (log10((double)ns) - low) / (high - low);
}

static void scale(const struct time_axis *axis, const struct timers *timers, int bottom)
{
	static const int64_t marks_ms[] = {1,     10,     100,    200,     500,
					   1000,  2000,   5000,   10000,   30000,
					   60000, 120000, 600000, 1800000, 7200000};
	double last = 1e9;
	char text[32];

	for (size_t i = 0; i < sizeof(marks_ms) / sizeof(marks_ms[0]); i++) {
		int64_t ns = marks_ms[i] * 1000000;
		double y = bottom - height_of(timers, ns);

		if (y > bottom || y < bottom - PLOT + 14 || last - y < 16)
			continue;
		last = y;
		fprintf(axis->out, "<path class=\"grid\" d=\"M%d %.1fH%d\"/>", AXIS_LEFT, y,
			AXIS_RIGHT);
		fprintf(axis->out, "<text class=\"small dim end\" x=\"%d\" y=\"%.1f\">%s</text>\n",
			AXIS_LEFT - 6, y + 4, duration_round(ns, text, sizeof(text)));
	}
}

static const char *point_text(const struct point *point, char *buf, size_t size)
{
	int timer = point->packet ? TIMER_NONE : point->socket->timer;
	char note[256], wait[32];

	duration_round(point->wait_ns, wait, sizeof(wait));
	if (point->packet)
		snprintf(buf, size, "%s after %s%s",
			 label_packet_note(point->packet, note, sizeof(note)), wait,
			 point->packet->arrived_ns < 0 ? ", lost" : "");
	else
		snprintf(buf, size, "%s timer due in %s",
			 timer == TIMER_PROBE ? "window probe" : tcp_timer_name(timer), wait);
	return buf;
}

static void draw_point(const struct time_axis *axis, const struct timers *timers,
		       const struct point *point, int bottom)
{
	double x = axis_x(axis, point->t_ns), y = bottom - height_of(timers, point->wait_ns);
	char text[320];

	fputs("<g><title>", axis->out);
	page_text(axis->out, point_text(point, text, sizeof(text)));
	fputs("</title>", axis->out);
	if (point->packet)
		fprintf(axis->out,
			"<path class=\"stem\" d=\"M%.1f %dV%.1f\"/><circle class=\"probe%s\" "
			"cx=\"%.1f\" cy=\"%.1f\" r=\"4.5\"/>",
			x, bottom, y, point->packet->arrived_ns < 0 ? " lost" : "", x, y);
	else
		fprintf(axis->out,
			"<path class=\"due\" d=\"M%.1f %.1fH%.1f\"/><rect class=\"rto\" x=\"%.1f\" "
			"y=\"%.1f\" width=\"7\" height=\"7\"/>",
			x, y, fmin(axis_x(axis, point->t_ns + point->wait_ns), AXIS_RIGHT), x - 3.5,
			y - 3.5);
	fputs("</g>\n", axis->out);
}

static void timers_table(const struct time_axis *axis, const struct timers *timers, int every)
{
	fputs("<details><summary>The same as a table</summary><div class=\"wide\" "
	      "tabindex=\"0\"><table>"
	      "<thead><tr><th scope=\"col\" class=\"n\">at</th><th scope=\"col\">host</th>"
	      "<th scope=\"col\">what</th><th scope=\"col\" class=\"n\">RTO</th>"
	      "<th scope=\"col\" class=\"n\">backoff</th></tr></thead><tbody>\n",
	      axis->out);
	for (int i = 0; i < timers->count; i += every) {
		const struct point *point = &timers->point[i];
		char at[32], text[320];

		fprintf(axis->out, "<tr><td class=\"n\">%s</td><td>",
			duration_clock(point->t_ns, at, sizeof(at)));
		page_text(axis->out, axis->plan->host[point->host].name);
		fputs("</td><td>", axis->out);
		page_text(axis->out, point_text(point, text, sizeof(text)));
		if (point->socket && point->socket->rto_ns > 0)
			fprintf(axis->out, "</td><td class=\"n\">%s</td><td class=\"n\">%lld",
				duration_round(point->socket->rto_ns, text, sizeof(text)),
				(long long)point->socket->backoff);
		else
			fputs("</td><td></td><td>", axis->out);
		fputs("</td></tr>\n", axis->out);
	}
	fputs("</tbody></table></div></details>\n", axis->out);
}

static bool host_has(const struct timers *timers, int host)
{
	for (int i = 0; i < timers->count; i++)
		if (timers->point[i].host == host)
			return true;
	return false;
}

static void draw_timers(const struct time_axis *axis, const struct timers *timers, int every)
{
	const struct plan *plan = axis->plan;
	int plots = 0, bottom = AXIS_TOP;

	for (int host = 0; host < plan->host_count; host++)
		plots += host_has(timers, host);
	axis_begin(axis, "timers", "Retransmissions and probes",
		   "From left to right in time; the higher, the longer it was waited. The table "
		   "below has the same.",
		   plots * PLOT);
	for (int host = 0; host < plan->host_count; host++) {
		if (!host_has(timers, host))
			continue;
		bottom += PLOT;
		fprintf(axis->out,
			"<path class=\"life\" d=\"M%d %dH%d\"/><text class=\"b\" x=\"4\" y=\"%d\">",
			AXIS_LEFT, bottom, AXIS_RIGHT, bottom - PLOT + 14);
		page_printf(axis->out, "%.13s", plan->host[host].name);
		fputs("</text>\n", axis->out);
		scale(axis, timers, bottom);
		for (int i = 0; i < timers->count; i += every)
			if (timers->point[i].host == host)
				draw_point(axis, timers, &timers->point[i], bottom);
	}
	axis_end(axis, plots * PLOT);
}

bool chart_has_timers(const struct record *record)
{
	struct timers timers = {0};

	timers_collect(record, &timers);
	free(timers.point);
	return timers.count > 0;
}

void chart_timers(const struct plan *plan, const struct record *record,
		  const struct judgement *judgement, FILE *out)
{
	struct time_axis axis;
	struct timers timers = {0};
	int every;

	axis_init(&axis, plan, record, judgement, out);
	timers_collect(record, &timers);
	qsort(timers.point, (size_t)timers.count, sizeof(*timers.point), by_time);
	every = timers.count / MOST_POINTS + 1;
	fputs("<section aria-labelledby=\"timers\"><h2 id=\"timers\">RTO and probe timers</h2>\n",
	      out);
	fputs("<ul class=\"keys\"><li><b class=\"mono\">&#9679;</b> a retransmission or "
	      "probe: "
	      "as high as it was waited for since the connection's last segment</li>"
	      "<li><b class=\"mono\">&#9633;&#8212;</b> a timer that was seen to run, and "
	      "until when</li>"
	      "</ul>\n<div class=\"figure\" tabindex=\"0\" role=\"group\" aria-label=\"RTO "
	      "and "
	      "probe timers\">\n",
	      out);
	draw_timers(&axis, &timers, every);
	fputs("</div>\n", out);
	if (every > 1)
		fprintf(out, "<p class=\"more\">One of %d is shown.</p>\n", every);
	timers_table(&axis, &timers, every);
	fputs("</section>\n", out);
	free(timers.point);
}

/* SPDX-License-Identifier: MIT
 *
 * The states that each socket went through. Sockets are told apart by their addresses, without
 * the ephemeral ports, which are random; of several alike, those that lived alike are held
 * together first, and then the rest in the order of their appearance.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "label.h"
#include "list.h"
#include "tcp_words.h"

#define EPHEMERAL_FIRST 32768 /* net.ipv4.ip_local_port_range */

struct life { /* of one socket */
	const struct record_socket *first;
	char *key, *label, *states;
	int *at; /* its lines in the record */
	int at_count;
	bool matched;
};

struct lives {
	struct life *life;
	int life_count;
};

static bool is_same_socket(const struct record_socket *a, const struct record_socket *b)
{
	return a->host == b->host && strcmp(a->local, b->local) == 0 &&
	       strcmp(a->remote, b->remote) == 0;
}

static char *port_text(struct pool *pool, int port)
{
	return port >= EPHEMERAL_FIRST ? pool_strdup(pool, "*") : pool_printf(pool, "%d", port);
}

static int address_length(const char *endpoint)
{
	const char *colon = strrchr(endpoint, ':');

	return (int)(colon ? colon - endpoint : (long)strlen(endpoint));
}

static struct life *life_of(struct changes *changes, struct lives *lives, const struct plan *plan,
			    const struct record_socket *socket)
{
	struct pool *pool = changes->pool;
	struct life *life;
	char *local = port_text(pool, socket->local_port);
	char *remote = port_text(pool, socket->remote_port);

	for (int i = 0; i < lives->life_count; i++)
		if (is_same_socket(lives->life[i].first, socket))
			return &lives->life[i];
	life = LIST_ADD(pool, lives, life);
	life->first = socket;
	life->states = pool_strdup(pool, "");
	life->key = pool_printf(pool, "%d %.*s:%s %.*s:%s", socket->host,
				address_length(socket->local), socket->local, local,
				address_length(socket->remote), socket->remote, remote);
	life->label = socket->remote_port
			      ? pool_printf(pool, "%s: socket :%s to :%s",
					    label_host(plan, socket->host), local, remote)
			      : pool_printf(pool, "%s: socket :%s", label_host(plan, socket->host),
					    local);
	return life;
}

/* On a real clock a state that is left at once is seen or not, as the observer gets to look. */
static bool is_left_at_once(const struct changes *changes, const struct compare_side *side, int at)
{
	const struct record_socket *socket = &side->record->socket[at];

	if (!changes->tolerance.real || !socket->state)
		return false;
	for (int i = at + 1; i < side->record->socket_count; i++) {
		const struct record_socket *next = &side->record->socket[i];

		if (!next->sample && is_same_socket(socket, next))
			return next->t_ns - socket->t_ns <= changes->tolerance.fixed_ns;
	}
	return false;
}

static void lives_make(struct changes *changes, const struct compare_side *side,
		       struct lives *lives)
{
	for (int i = 0; i < side->record->socket_count; i++) {
		const struct record_socket *socket = &side->record->socket[i];
		struct life *life;
		int *at;

		if (socket->sample || is_left_at_once(changes, side, i))
			continue;
		life = life_of(changes, lives, side->plan, socket);
		at = LIST_ADD(changes->pool, life, at);
		*at = i;
		life->states = pool_printf(changes->pool, "%s%s%s", life->states,
					   *life->states ? " " : "", label_state(socket));
	}
}

static bool same_times(const struct changes *changes, const struct life *a, const struct life *b)
{
	for (int i = 0; i < a->at_count; i++)
		if (!same_time(changes, changes->a->record->socket[a->at[i]].t_ns,
			       changes->b->record->socket[b->at[i]].t_ns))
			return false;
	return true;
}

/* Of those like A the one that is most like it: 0: states and times, 1: states, 2: any. */
static struct life *twin_of(const struct changes *changes, const struct life *a,
			    const struct lives *lives, int round)
{
	for (int i = 0; i < lives->life_count; i++) {
		struct life *b = &lives->life[i];

		if (b->matched || strcmp(a->key, b->key) != 0)
			continue;
		if (round < 2 && strcmp(a->states, b->states) != 0)
			continue;
		if (round < 1 && !same_times(changes, a, b))
			continue;
		return b;
	}
	return NULL;
}

/* When a timer that was set then is due; -1: there is none, or one that round trips move. */
static int64_t due_ns(const struct record_socket *socket)
{
	if (!socket->state ||
	    (socket->timer != TIMER_KEEPALIVE && socket->timer != TIMER_TIME_WAIT))
		return -1;
	return socket->t_ns + socket->expires_ns;
}

/* The kernel tells it in whole ticks: two that are less than a tick apart may be one apart. */
static bool same_due(const struct changes *changes, const struct record_socket *a,
		     const struct record_socket *b)
{
	int64_t tick_ns = changes->a->record->kernel.hz > 0
				  ? NSEC_PER_SEC / changes->a->record->kernel.hz
				  : 0;
	int64_t x = due_ns(a), y = due_ns(b);

	return same_time(changes, x, y) ||
	       (x >= 0 && y >= 0 &&
		(same_time(changes, x, y + tick_ns) || same_time(changes, x + tick_ns, y)));
}

static void compare_due(struct changes *changes, const char *what, const struct record_socket *a,
			const struct record_socket *b)
{
	int before = changes->change_count;

	if (!same_due(changes, a, b))
		change_time(changes, pool_printf(changes->pool, "%s: its timer is due", what),
			    due_ns(a), due_ns(b),
			    pool_printf(changes->pool, "%s: its timer is due", label_state(a)));
	if (changes->change_count > before)
		changes->change[before].at_ns = earlier(a->t_ns, b->t_ns);
}

static void compare_times(struct changes *changes, const struct life *a, const struct life *b)
{
	for (int i = 0; i < a->at_count; i++) {
		const struct record_socket *x = &changes->a->record->socket[a->at[i]];
		const struct record_socket *y = &changes->b->record->socket[b->at[i]];

		char *what = pool_printf(changes->pool, "%s: %s", a->label, label_state(x));

		change_time(changes, what, x->t_ns, y->t_ns,
			    pool_printf(changes->pool, "a socket is %s", label_state(x)));
		if (!changes->tolerance.real)
			compare_due(changes, what, x, y);
	}
}

/* ---- As they were at the moments that the case asks for ---- */

static char *sample_text(struct changes *changes, const struct record_socket *socket)
{
	static const char *const timers[] = {"no timer", "retransmission timer", "keepalive timer",
					     "TIME_WAIT timer", "probe timer"};
	int count = sizeof(timers) / sizeof(timers[0]);
	char *text = pool_printf(changes->pool, "%s%s, %s", label_state(socket),
				 socket->orphan ? ", orphan" : "",
				 socket->timer >= 0 && socket->timer < count ? timers[socket->timer]
									     : "another timer");

	if (socket->retrans)
		text = pool_printf(changes->pool, "%s, sent again %d times", text, socket->retrans);
	if (socket->backoff > 0)
		text = pool_printf(changes->pool, "%s, backoff %lld", text,
				   (long long)socket->backoff);
	if (socket->probes > 0)
		text = pool_printf(changes->pool, "%s, %lld probes", text,
				   (long long)socket->probes);
	return text;
}

static void samples_make(struct changes *changes, const struct compare_side *side,
			 struct lives *samples)
{
	for (int i = 0; i < side->record->socket_count; i++) {
		const struct record_socket *socket = &side->record->socket[i];
		struct lives one = {0};
		struct life *sample;

		if (!socket->sample)
			continue;
		sample = LIST_ADD(changes->pool, samples, life);
		*sample = *life_of(changes, &one, side->plan, socket);
		*(int *)LIST_ADD(changes->pool, sample, at) = i;
		sample->states = sample_text(changes, socket);
	}
}

/* A sample of the end may be of another time. */
static struct life *sample_twin(const struct changes *changes, const struct life *a,
				const struct lives *samples, bool exactly)
{
	for (int i = 0; i < samples->life_count; i++) {
		struct life *b = &samples->life[i];

		if (!b->matched && strcmp(a->key, b->key) == 0 &&
		    same_time(changes, a->first->t_ns, b->first->t_ns) &&
		    (!exactly ||
		     (strcmp(a->states, b->states) == 0 && same_due(changes, a->first, b->first))))
			return b;
	}
	return NULL;
}

static void compare_sample(struct changes *changes, const struct life *a, const struct life *b)
{
	char *what = pool_printf(changes->pool, "%s, when looked at", a->label);

	if (strcmp(a->states, b->states) != 0)
		change_add(changes, CHANGE_STATE, what, a->states, b->states,
			   pool_printf(changes->pool, "a socket is %s instead of %s", b->states,
				       a->states),
			   a->first->t_ns);
	else
		compare_due(changes, what, a->first, b->first);
}

static void compare_samples(struct changes *changes)
{
	struct lives a = {0}, b = {0};

	samples_make(changes, changes->a, &a);
	samples_make(changes, changes->b, &b);
	for (int exactly = 1; exactly >= 0; exactly--)
		for (int i = 0; i < a.life_count; i++) {
			struct life *twin = a.life[i].matched
						    ? NULL
						    : sample_twin(changes, &a.life[i], &b, exactly);

			if (!twin)
				continue;
			a.life[i].matched = twin->matched = true;
			compare_sample(changes, &a.life[i], twin);
		}
}

/* What is left of a socket that was gone at once is nothing to hold against another. */
static void lives_drop(struct lives *lives)
{
	int to = 0;

	for (int i = 0; i < lives->life_count; i++)
		if (strcmp(lives->life[i].states, "gone") != 0)
			lives->life[to++] = lives->life[i];
	lives->life_count = to;
}

/* Two that went through other states: the first that differs is what tells them apart. */
static void change_states(struct changes *changes, const struct life *a, const struct life *b)
{
	const struct record_socket *x = NULL, *y = NULL;

	for (int i = 0; i < a->at_count || i < b->at_count; i++) {
		x = i < a->at_count ? &changes->a->record->socket[a->at[i]] : NULL;
		y = i < b->at_count ? &changes->b->record->socket[b->at[i]] : NULL;
		if (!x || !y || x->state != y->state)
			break;
	}
	change_add(changes, CHANGE_STATE, a->label, a->states, b->states,
		   pool_printf(changes->pool, "a socket comes to %s instead of %s",
			       y ? label_state(y) : "nothing more",
			       x ? label_state(x) : "nothing more"),
		   earlier(x ? x->t_ns : -1, y ? y->t_ns : -1));
}

void compare_sockets(struct changes *changes)
{
	struct lives a = {0}, b = {0};

	lives_make(changes, changes->a, &a);
	lives_make(changes, changes->b, &b);
	lives_drop(&a);
	lives_drop(&b);
	for (int round = 0; round < 3; round++)
		for (int i = 0; i < a.life_count; i++) {
			struct life *twin = a.life[i].matched
						    ? NULL
						    : twin_of(changes, &a.life[i], &b, round);

			if (!twin)
				continue;
			a.life[i].matched = twin->matched = true;
			if (strcmp(a.life[i].states, twin->states) == 0)
				compare_times(changes, &a.life[i], twin);
			else
				change_states(changes, &a.life[i], twin);
		}
	for (int i = 0; i < a.life_count; i++)
		if (!a.life[i].matched)
			change_add(changes, CHANGE_STATE, a.life[i].label, a.life[i].states,
				   "no such socket",
				   pool_strdup(changes->pool, "a socket is never there"),
				   a.life[i].first->t_ns);
	for (int i = 0; i < b.life_count; i++)
		if (!b.life[i].matched)
			change_add(changes, CHANGE_STATE, b.life[i].label, "no such socket",
				   b.life[i].states,
				   pool_strdup(changes->pool, "a socket more is there"),
				   b.life[i].first->t_ns);
	if (!changes->by_chance && changes->tolerance.step_hz == 0)
		compare_samples(changes);
}

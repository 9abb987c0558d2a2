/* SPDX-License-Identifier: MIT
 *
 * Expectations of a program's steps and of its end.
 */
#include <stdlib.h>
#include <string.h>

#include "errno_words.h"
#include "expect.h"
#include "poll_words.h"
#include "signal_words.h"
#include "value.h"

#define STEP(member) TO(struct expect_step, member)

static bool is_errno(const char *text)
{
	return errno_by_name(text) > 0;
}

/* One word or number for the whole: ETIMEDOUT, eof, ok, blocked, not started, 100. */
static bool decode_outcome(struct decoder *d, const struct node *node, void *ret)
{
	struct expect_step *step = ret;
	struct plan_range returns;
	struct why why = {0};
	struct known known;

	if (!want_scalar(d, node, "an outcome (ETIMEDOUT, eof, ok, blocked, not started, 100)"))
		return false;
	step->outcome = OUTCOME_DONE;
	if (value_range(node->text, value_number, INT64_MIN, &returns, &why)) {
		step->returns = returns;
		return true;
	}
	if (is_errno(node->text)) {
		step->errno_set = true;
		step->err = errno_by_name(node->text);
	} else if (strcmp(node->text, "ok") == 0) {
		step->errno_set = true;
	} else if (strcmp(node->text, "eof") == 0) {
		step->returns = (struct plan_range){true, 0, 0};
	} else if (strcmp(node->text, "blocked") == 0) {
		step->outcome = OUTCOME_BLOCKED;
	} else if (strcmp(node->text, "not started") == 0) {
		step->outcome = OUTCOME_NOT_STARTED;
	} else {
		known_init(&known, node->text);
		known_add(&known, "ok");
		known_add(&known, "eof");
		known_add(&known, "blocked");
		known_add(&known, "not started");
		errno_help(
			d,
			node_error(d->diags, node, "'%.60s' is no outcome of a step", node->text),
			&known,
			"outcomes are a number, ok, eof, blocked, not started, or an error: ");
		return false;
	}
	return true;
}

bool decode_errnos(struct decoder *d, const struct node *node, int *ret_err, int *ret_or_err)
{
	static const struct field field = {.type = TYPE_ERRNO, .size = sizeof(int)};
	int count = -1;

	if (node->kind != NODE_LIST)
		return field_decode(d, &field, node, ret_err);
	if (node->count < 1 || node->count > ERRNOS_MAX + 1) {
		node_error(d->diags, node, "a list of 1 to %d errors", ERRNOS_MAX + 1);
		return false;
	}
	for (const struct node *item = node->child; item; item = item->next, count++) {
		int *err = count < 0 ? ret_err : &ret_or_err[count];

		if (!field_decode(d, &field, item, err))
			return false;
		if (!*err) {
			diag_help(
				d->diags, node_error(d->diags, item, "success among errors"),
				"a step of which either may come is expected by what else it did");
			return false;
		}
	}
	return true;
}

static bool decode_errno(struct decoder *d, const struct node *node, void *ret)
{
	struct expect_step *step = ret;

	step->errno_set = decode_errnos(d, node, &step->err, step->or_err);
	return step->errno_set;
}

static const struct word blocked_words[] = {{"true", OUTCOME_BLOCKED, NULL}, {NULL, 0, NULL}};

static const struct field step_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_outcome,
	 .looks = "ETIMEDOUT, eof, ok, blocked, not started, or a number",
	 .schema = "{\"type\": [\"string\", \"integer\"]}",
	 .help = "short for the errno; returns: 0; errno: 0; blocked: true; it never began; "
		 "returns"},
	{"returns", TYPE_NUMBERS, STEP(returns), .min = INT64_MIN, .max = INT64_MAX,
	 .help = "what the call returned, -1 for an error; bytes in all for send and recv"},
	{"errno", TYPE_CUSTOM, .decode = decode_errno,
	 .looks = "an error's name (ETIMEDOUT), a list of them, or 0",
	 .schema = "{\"anyOf\": [{\"$ref\": \"#/$defs/errno\"}, {\"type\": \"array\", \"items\": "
		   "{\"$ref\": \"#/$defs/errno\"}}]}",
	 .help = "it failed with that, or one of them; 0: it succeeded"},
	{"at", TYPE_MOMENTS, STEP(at), .help = "when it ended"},
	{"took", TYPE_DURATIONS, STEP(took), .help = "for how long it ran"},
	{"blocked", TYPE_WORD, STEP(outcome), .words = blocked_words,
	 .help = "it began and never ended"},
	{"bytes", TYPE_SIZES, STEP(bytes), .help = "transferred, also when it then failed"},
	{"intact", TYPE_BOOL, STEP(intact),
	 .help = "recv: every byte was the one that the other side's pattern has there"},
	{"events", TYPE_WORDS, STEP(revents), .words = poll_event_words, .min = -1,
	 .help = "poll, select: exactly these"},
};
const struct form expect_step_form = {
	.name = "a step's expectation", FIELDS(step_fields), .bare = 1, .beside = &condition_form};

static bool decode_end(struct decoder *d, const struct node *node, void *ret)
{
	static const struct field status = {.type = TYPE_NUMBER, .size = sizeof(int), .max = 255};
	static const struct field signal = {.type = TYPE_SIGNAL, .size = sizeof(int)};
	struct expect_program *program = ret;
	struct known known;
	char meant[16];

	if (!want_scalar(d, node, "an end (0, SIGKILL, running)"))
		return false;
	if (strcmp(node->text, "running") == 0) {
		program->outcome = OUTCOME_BLOCKED;
		return true;
	}
	if (strchr("-0123456789", *node->text))
		return field_decode(d, &status, node, &program->status);
	if (strncasecmp(node->text, "SIG", 3) == 0 || signal_meant(node->text, meant))
		return field_decode(d, &signal, node, &program->signal);
	known_init(&known, node->text);
	known_add(&known, "running");
	known_help(d->diags,
		   node_error(d->diags, node, "'%.60s' is no end of a program", node->text), &known,
		   "ends are a status, a signal's name, or");
	return false;
}

static const struct field exit_fields[] = {
	{NULL, TYPE_CUSTOM, .decode = decode_end,
	 .looks = "a status (0), a signal (SIGKILL), or running",
	 .schema = "{\"type\": [\"string\", \"integer\"]}",
	 .help = "short for the status or the signal; running: it never ended"},
	{"status", TYPE_NUMBER, TO(struct expect_program, status), .max = 255,
	 .help = "its exit status"},
	{"signal", TYPE_SIGNAL, TO(struct expect_program, signal),
	 .help = "the signal that killed it"},
	{"at", TYPE_MOMENTS, TO(struct expect_program, at), .help = "when it ended"},
};
const struct form expect_exit_form = {
	.name = "'exit'", FIELDS(exit_fields), .bare = 1, .beside = &condition_form};

/* "recv@1": the step after its program's first restart. *ret_name: without that. */
static bool parse_incarnation(struct decoder *d, const struct node *key, int program,
			      const char **ret_name, int *ret_incarnation)
{
	const char *at = strchr(key->text, '@');
	int restarts = plan_restarts(d->plan, program, INT64_MAX);
	int64_t number = 0;
	struct why why;

	if (at &&
	    (!value_number(at + 1, strlen(at + 1), &number, &why) || number < 0 || number > 1000)) {
		diag_help(d->diags,
			  diag_error(d->diags, key->span, "'%.60s' names no start of the program",
				     at),
			  "write recv@1 for the recv after the first reboot");
		return false;
	}
	if (number > restarts && !plan_counts_starts(d->plan, program)) {
		const char *host = d->plan->host[d->plan->program[program].host].name;
		const char *name = d->plan->program[program].name;
		struct diag *diag = restarts
					    ? diag_error(d->diags, key->span,
							 "the last start of program '%s' is @%d",
							 name, restarts)
					    : diag_error(d->diags, key->span,
							 "program '%s' is started only once", name);

		diag_help(d->diags, diag,
			  "reboots of host '%s' start again what ran before, unless they say "
			  "programs: none",
			  host);
		return false;
	}
	*ret_name = at ? pool_strndup(d->pool, key->text, (size_t)(at - key->text)) : key->text;
	*ret_incarnation = (int)number;
	return true;
}

static bool is_verb(const struct plan_step *step, const char *verb)
{
	size_t length = strlen(verb);

	return strncmp(step->text, verb, length) == 0 &&
	       (!step->text[length] || step->text[length] == ' ');
}

/* The step called NAME. `recv#2` is the second recv even when others have names of their own. */
static int find_step(struct decoder *d, const struct node *key, const struct plan_program *program,
		     const char *name)
{
	struct known known;
	struct diag *diag;

	known_init(&known, name);
	for (int i = 0; i < program->step_count; i++) {
		if (strcmp(program->step[i].name, name) == 0)
			return i;
		known_add(&known, program->step[i].name);
	}
	if (d->steps_missing)
		return -1;
	diag = diag_error(d->diags, key->span, "program '%s' has no step '%.60s'", program->name,
			  name);
	for (int i = 0; i < program->step_count; i++)
		if (is_verb(&program->step[i], name)) {
			diag_note(d->diags, diag, span_of_place(program->step[i].place, "-"),
				  "this %s is called '%s'", name, program->step[i].name);
			return -1;
		}
	if (program->command)
		diag_help(
			d->diags, diag,
			"it is a command: its 'exit', its 'output' and, with 'trace', its 'calls' "
			"can be expected");
	else
		known_help(d->diags, diag, &known, "its steps are");
	return -1;
}

static void check_step(struct decoder *d, const struct node *node, const struct expect_step *step)
{
	if (step->outcome == OUTCOME_BLOCKED &&
	    (step->returns.set || step->errno_set || step->at.set || step->took.set ||
	     step->bytes.set || step->intact >= 0 || step->revents >= 0))
		diag_error(d->diags, node_get(node, "blocked")->key->span,
			   "a step that is blocked has not returned anything");
	if (step->errno_set && step->err && step->returns.set && step->returns.lo >= 0)
		diag_help(d->diags,
			  diag_error(d->diags, node_get(node, "returns")->key->span,
				     "a step that fails with an errno returns -1"),
			  "'bytes' tells what was transferred before");
}

static void decode_one(struct decoder *d, const struct node *node, const struct node *key,
		       int program, const char *name, int incarnation)
{
	struct plan_expect *expect;
	int step = -1;

	if (strcmp(name, "exit") != 0 &&
	    (step = find_step(d, key, &d->plan->program[program], name)) < 0)
		return;
	expect = expect_add(d, node, step < 0 ? EXPECT_PROGRAM : EXPECT_STEP);
	if (!expect)
		return;
	if (step < 0) {
		expect->program = (struct expect_program){.program = program,
							  .incarnation = incarnation,
							  .outcome = OUTCOME_DONE,
							  .status = -1,
							  .signal = -1};
		form_decode(d, &expect_exit_form, node, &expect->program);
		if (expect->program.status >= 0 && expect->program.signal > 0)
			node_error(d->diags, node,
				   "a program ends by a status or by a signal, not by both");
		return;
	}
	expect->step = (struct expect_step){.program = program,
					    .step = step,
					    .incarnation = incarnation,
					    .outcome = OUTCOME_DONE,
					    .intact = -1,
					    .revents = -1};
	form_decode(d, &expect_step_form, node, &expect->step);
	if (node->kind == NODE_MAP)
		check_step(d, node, &expect->step);
}

/* Whoever writes [ETIMEDOUT, ECONNRESET] means one of them; but all of a list must hold. */
static void check_alternatives(struct decoder *d, const struct node *first, const struct node *item)
{
	if (item == first || item->kind != NODE_SCALAR || first->kind != NODE_SCALAR)
		return;
	diag_help(
		d->diags,
		node_error(d->diags, item, "'%.60s' as well as '%.60s': all of a list must hold",
			   item->text, first->text),
		"one of several errors is errno: [ETIMEDOUT, ECONNRESET]; what depends on the run "
		"is a mapping with a 'when' or an 'on'");
}

void expect_program(struct decoder *d, const struct node *map)
{
	int program = find_program(d, map->key, map->key->text), incarnation;
	const char *name;

	if (!want_map(d, map, "a mapping of steps to what is expected of them"))
		return;
	for (const struct node *value = map->child; value; value = value->next) {
		if (!parse_incarnation(d, value->key, program, &name, &incarnation))
			continue;
		if (strcmp(name, "output") == 0) {
			expect_output(d, value, program, incarnation);
			continue;
		}
		if (strcmp(name, "calls") == 0) {
			expect_calls(d, value, program, incarnation);
			continue;
		}
		/* A list: several, each with its `when`. */
		for (const struct node *item = node_first(value); item;
		     item = node_next(value, item)) {
			check_alternatives(d, node_first(value), item);
			decode_one(d, item, value->key, program, name, incarnation);
		}
	}
}

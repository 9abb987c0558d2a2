/* SPDX-License-Identifier: MIT
 *
 * field: the tables that know every key of the case language, and the decoder that reads a
 * mapping through one. From the same tables come the messages about what is wrong, the
 * reference documentation and the JSON Schema.
 */
#ifndef HALFOPEN_CASE_FIELD_H
#define HALFOPEN_CASE_FIELD_H

#include "bounds.h"
#include "node.h"
#include "plan.h"
#include "word.h"

/* What one variant's decoding needs to know. */
struct decoder {
	struct pool *pool;
	struct diags *diags;
	struct plan *plan;
	const struct node *root;
	const struct plan_program *program; /* whose steps are being decoded */
	const char *const *extra_sysctl;    /* "k=v" of the command line, or NULL */
	bool steps_missing;    /* some step was wrong: names in expectations cannot be checked */
	bool programs_missing; /* so was some key of a host: programs' names cannot */
	/* Steps that wait for a program, which may stand below (after.c). */
	struct decoder_wait {
		int program, step;
		const struct node *node;
	} * wait;
	int wait_count;
};

/* What a value is, and what C type it goes to. Numbers and words go to any integer. */
enum type {
	TYPE_TEXT,      /* char * */
	TYPE_BOOL,      /* integer or bool */
	TYPE_NUMBER,    /* integer, min..max */
	TYPE_NUMBERS,   /* struct plan_range, min..max */
	TYPE_SIZE,      /* integer, min..max */
	TYPE_SIZES,     /* struct plan_range */
	TYPE_RATE,      /* int64_t */
	TYPE_PERCENT,   /* double */
	TYPE_DURATION,  /* int64_t, min..max (max 0: no limit) */
	TYPE_DURATIONS, /* struct plan_range */
	TYPE_MOMENT,    /* int64_t: a time of the run's clock; end: INT64_MAX where max is that */
	TYPE_MOMENTS,   /* struct plan_range */
	TYPE_WORD,      /* integer, one of `words` */
	TYPE_WORDS,     /* uint32_t, one or a list of `words`, their values or-ed */
	TYPE_HOST,      /* int; min PLACE_UNKNOWN: or `any`; PLACE_ROUTER: or that as well */
	TYPE_PROGRAM,   /* int */
	TYPE_ERRNO,     /* int */
	TYPE_SIGNAL,    /* int */
	TYPE_FORM,      /* what `form` decodes to */
	TYPE_CUSTOM,    /* what `decode` makes of it */
	TYPE_COUNT
};

struct form;
struct field {
	const char *key; /* NULL: there is no key for it, it is only written bare */
	enum type type;
	unsigned offset, size; /* of where it goes */
	const char *help;
	bool required;
	int64_t min, max;
	const struct word *words;
	const struct form *form;
	bool (*decode)(struct decoder *d, const struct node *node, void *ret);
	const char *looks;  /* how a TYPE_CUSTOM value looks, for people */
	const char *schema; /* the same for a JSON Schema; NULL: anything */
};

/* For the tables: where a field of STRUCT goes. */
#define TO(structure, member)                                                                      \
	.offset = offsetof(structure, member), .size = sizeof(((structure *)NULL)->member)

/* A mapping with known keys. */
struct form {
	const char *name; /* "link": for messages */
	const struct field *field;
	int count;
	int bare; /* 1 + the index of the field that a value without a mapping stands for */
	const char *example;       /* of one that is always a mapping, or NULL */
	const struct form *beside; /* keys that may stand there too; their values are not decoded
				      by form_decode() */
};
#define FIELDS(array) .field = (array), .count = (int)(sizeof(array) / sizeof(*(array)))

/* Decodes NODE, a mapping or a bare value, to OUT, which holds the defaults. Returns a mask
 * of the fields that were given (1 << index); wrong ones are reported and left out. */
uint32_t form_decode(struct decoder *d, const struct form *form, const struct node *node,
		     void *out);

/* One field's value; false when it was wrong. */
bool field_decode(struct decoder *d, const struct field *field, const struct node *node, void *out);

/* How a value of the field looks, for people and for JSON Schema. */
const char *field_looks(const struct field *field);
const char *field_schema(const struct field *field);

/* One thing that a case can ask for by a verb: a step, a fault. */
struct verb {
	const char *name;
	int op;
	const char *help;
	const char *example; /* "connect: server:8081" */
	enum { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_REQUIRED } argument;
	const struct form *form; /* of the argument */
	/* Puts together what was decoded; GIVEN as of form_decode(). */
	void (*finish)(struct decoder *d, const struct node *argument, uint32_t given, void *args);
};
struct verb_table {
	const char *what; /* "step" */
	const struct verb *verb;
	int count;
	const struct form *modifiers; /* keys that stand beside the verb; their values are not
					 decoded by verb_pick() */
	const char *either[2];        /* of which there is one; NULL: it does not matter */
};

/* The verb of NODE, a word or a mapping with one verb, and its argument (NULL: none). NULL,
 * reported, when there is not exactly one, or its argument is missing or too much. */
const struct verb *verb_pick(struct decoder *d, const struct verb_table *table,
			     const struct node *node, const struct node **ret_argument);

/* Reports a problem of WHY's kind; for custom decoders. */
struct why;
bool refuse_why(struct decoder *d, const struct node *node, const struct why *why);
/* False, reported, when NODE is no scalar with something in it. LOOKS: what was expected. */
bool want_scalar(struct decoder *d, const struct node *node, const char *looks);
bool want_list(struct decoder *d, const struct node *node, const char *looks);
bool want_map(struct decoder *d, const struct node *node, const char *looks);

/* Index of the host or program of that name; -1, reported. */
int find_host(struct decoder *d, const struct node *node, const char *name, int64_t least);
int find_program(struct decoder *d, const struct node *node, const char *name);
/* Says so if the NAME that is no program's is a host's. */
void host_help(struct decoder *d, struct diag *diag, const char *name);

/* Adds all errors to KNOWN and says which one was meant: the nearest, that of this number, of
 * strerror()'s text; or OTHERS and the usual ones. */
void errno_help(struct decoder *d, struct diag *diag, struct known *known, const char *others);

/* The value of WORDS that NODE names; false, reported. */
bool find_word(struct decoder *d, const struct word *words, const struct node *node,
	       int64_t *ret_value);

struct plan_place place_of(const struct node *node);
/* The other way, for a place where WORD stands. */
struct span span_of_place(struct plan_place place, const char *word);

/* FIELD's place in OUT gets VALUE, whatever integer it is. */
void field_store(const struct field *field, void *out, int64_t value);

/* A time of the run's clock, which is checked against the run's end and remembered as one
 * that the run must reach; false, reported. */
bool moment_check(struct decoder *d, const struct node *node, int64_t ns);

#endif

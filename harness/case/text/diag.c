/* SPDX-License-Identifier: MIT */
#include "diag.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "diagnostics.h"
#include "text.h"

struct remark { /* a help line, or a note with a place */
	struct remark *next;
	struct span at;
	char *text;
};

struct diag {
	struct diag *next;
	struct span at;
	bool warning;
	char *text;
	struct remark *remark, *last_remark;
	int order;           /* among those of the same place */
	int round;           /* when it was said last */
	int variants;        /* that get it; 0: it is not about variants */
	const char *variant; /* the first of them */
};

void diags_init(struct diags *diags, const char *file, const char *source, size_t size)
{
	*diags = (struct diags){.file = file, .source = source, .size = size};
}

void diags_done(struct diags *diags)
{
	pool_done(&diags->pool);
}

static struct diag *append(struct diags *diags, struct span at, bool warning, const char *fmt,
			   va_list ap) __attribute__((format(printf, 4, 0)));
static void add_remark(struct diags *diags, struct diag *diag, struct span at, const char *fmt,
		       va_list ap) __attribute__((format(printf, 4, 0)));

static struct diag *find_same(const struct diags *diags, struct span at, bool warning,
			      const char *text)
{
	for (struct diag *diag = diags->first; diag; diag = diag->next)
		if (diag->at.line == at.line && diag->at.column == at.column &&
		    diag->warning == warning && strcmp(diag->text, text) == 0)
			return diag;
	return NULL;
}

/* NULL for what was said before: no one need think of help for it again. */
static struct diag *append(struct diags *diags, struct span at, bool warning, const char *fmt,
			   va_list ap)
{
	struct diag *diag;
	char text[512];

	vsnprintf(text, sizeof(text), fmt, ap);
	if (!warning)
		diags->errors++;
	diag = find_same(diags, at, warning, text);
	if (diag) {
		diag->variants += diag->variants && diag->round != diags->rounds;
		diag->round = diags->rounds;
		return NULL;
	}
	if (diags->kept >= DIAGS_KEPT) {
		diags->dropped += !warning;
		return NULL;
	}
	diag = pool_alloc(&diags->pool, sizeof(*diag));
	diag->at = at;
	diag->warning = warning;
	diag->text = pool_strdup(&diags->pool, text);
	diag->round = diags->rounds;
	if (diags->last)
		diags->last->next = diag;
	else
		diags->first = diag;
	diags->last = diag;
	diag->order = diags->kept++;
	return diag;
}

struct diag *diag_error(struct diags *diags, struct span at, const char *fmt, ...)
{
	struct diag *diag;
	va_list ap;

	va_start(ap, fmt);
	diag = append(diags, at, false, fmt, ap);
	va_end(ap);
	return diag;
}

struct diag *diag_warning(struct diags *diags, struct span at, const char *fmt, ...)
{
	struct diag *diag;
	va_list ap;

	va_start(ap, fmt);
	diag = append(diags, at, true, fmt, ap);
	va_end(ap);
	return diag;
}

static void add_remark(struct diags *diags, struct diag *diag, struct span at, const char *fmt,
		       va_list ap)
{
	struct remark *remark;
	char text[512];

	if (!diag)
		return;
	remark = pool_alloc(&diags->pool, sizeof(*remark));
	remark->at = at;
	vsnprintf(text, sizeof(text), fmt, ap);
	remark->text = pool_strdup(&diags->pool, text);
	if (diag->last_remark)
		diag->last_remark->next = remark;
	else
		diag->remark = remark;
	diag->last_remark = remark;
}

void diag_help(struct diags *diags, struct diag *diag, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_remark(diags, diag, (struct span){0}, fmt, ap);
	va_end(ap);
}

void diag_note(struct diags *diags, struct diag *diag, struct span at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_remark(diags, diag, at, fmt, ap);
	va_end(ap);
}

void diags_end_file(struct diags *diags)
{
	diags->closed = diags->last;
}

void diags_end_variant(struct diags *diags, const char *variant)
{
	struct diag *diag = diags->closed ? diags->closed->next : diags->first;

	for (; diag; diag = diag->next) {
		diag->variants = 1;
		diag->variant = pool_strdup(&diags->pool, variant);
	}
	diags->closed = diags->last;
	diags->rounds++;
}

static int by_place(const void *a, const void *b)
{
	const struct diag *x = *(struct diag *const *)a, *y = *(struct diag *const *)b;

	if (x->at.line != y->at.line)
		return x->at.line < y->at.line ? -1 : 1;
	if (x->at.column != y->at.column)
		return x->at.column < y->at.column ? -1 : 1;
	return x->order - y->order;
}

static void print_message(const struct diags *diags, FILE *out, struct span at, const char *kind,
			  const char *text)
{
	if (!at.line) {
		fprintf(out, "%s: %s: %s\n", diags->file, kind, text);
		return;
	}
	fprintf(out, "%s:%d:%d: %s: %s\n", diags->file, at.line, at.column, kind, text);
	source_print_span(out, diags->source, diags->size, at);
}

static void print_diag(const struct diags *diags, FILE *out, const struct diag *diag)
{
	print_message(diags, out, diag->at, diag->warning ? "warning" : "error", diag->text);
	for (const struct remark *remark = diag->remark; remark; remark = remark->next)
		if (!remark->at.line)
			fprintf(out, "      = help: %s\n", remark->text);
	if (diag->variants && diag->variants < diags->rounds) {
		fprintf(out, "      = note: in variant %s", diag->variant);
		if (diag->variants > 1)
			fprintf(out, " and %d more of %d", diag->variants - 1, diags->rounds);
		fputc('\n', out);
	}
	for (const struct remark *remark = diag->remark; remark; remark = remark->next)
		if (remark->at.line)
			print_message(diags, out, remark->at, "note", remark->text);
}

void diags_print(struct diags *diags, struct diagnostics *ret_diagnostics)
{
	struct diag **sorted;
	struct text text = {0};
	int count = 0, printed;
	FILE *out;

	*ret_diagnostics = (struct diagnostics){0};
	sorted = pool_alloc(&diags->pool, sizeof(struct diag *) * (size_t)(diags->kept + 1));
	for (struct diag *diag = diags->first; diag; diag = diag->next) {
		sorted[count++] = diag;
		ret_diagnostics->errors += !diag->warning;
		ret_diagnostics->warnings += diag->warning;
	}
	ret_diagnostics->errors += diags->dropped;
	out = text_stream(&text);
	qsort(sorted, (size_t)count, sizeof(*sorted), by_place);
	printed = count < DIAGS_PRINTED ? count : DIAGS_PRINTED;
	for (int i = 0; i < printed; i++)
		print_diag(diags, out, sorted[i]);
	if (count + diags->dropped > printed)
		fprintf(out, "%s: and %d more like these\n", diags->file,
			count + diags->dropped - printed);
	text_stream_end(&text, out);
	ret_diagnostics->text = text_take(&text);
}

void diagnostics_done(struct diagnostics *diagnostics)
{
	free(diagnostics->text);
	*diagnostics = (struct diagnostics){0};
}

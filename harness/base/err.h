/* SPDX-License-Identifier: MIT
 *
 * err: one error, with its whole story in a sentence.
 *
 * Functions that can fail return 0 or -errno and take a `struct err *` last. Whoever knows
 * the cause calls err_set(); callers on the way up may put their context in front with
 * err_add(). Nothing here prints: main() does, once. A NULL `struct err *` is allowed.
 */
#ifndef HALFOPEN_ERR_H
#define HALFOPEN_ERR_H

struct err {
	char text[1024]; /* "outermost context: ...: cause", no newline */
};

/* Replaces the text. CODE is a positive or negative errno; returns it negative. */
int err_set(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* As err_set(), with ": " and strerror(CODE) appended. */
int err_sys(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "FMT...: " in front of the text. Returns CODE negative. */
int err_add(struct err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts FMT behind the text. */
void err_more(struct err *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif

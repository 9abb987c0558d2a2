/* SPDX-License-Identifier: MIT */
#include "err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void err_more(struct err *err, const char *fmt, ...)
{
	size_t used = err ? strlen(err->text) : 0;
	va_list ap;

	va_start(ap, fmt);
	if (err)
		vsnprintf(err->text + used, sizeof(err->text) - used, fmt, ap);
	va_end(ap);
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
	}
	return -abs(code);
}

int err_sys(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (err) {
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
		err_more(err, ": %s", strerror(abs(code)));
	}
	return -abs(code);
}

int err_add(struct err *err, int code, const char *fmt, ...)
{
	char cause[sizeof(err->text)];
	va_list ap;

	if (err) {
		memcpy(cause, err->text, sizeof(cause));
		va_start(ap, fmt);
		vsnprintf(err->text, sizeof(err->text), fmt, ap);
		va_end(ap);
		err_more(err, ": %s", cause);
	}
	return -abs(code);
}

/* SPDX-License-Identifier: MIT
 *
 * What ASan and UBSan are told in a sanitized build, in each of its programs: most have no
 * environment of ours, and their standard error goes nowhere. Sanitizer.cmake compiles and links
 * it.
 *
 * A finding ends the process by SIGABRT, which whoever waits for it sees, and is kept in
 * FINDINGS/report.PROGRAM.PID, which `ci/sanitize` looks for: a finding in a program that a case
 * kills anyway is not lost either.
 */
#include <dlfcn.h>
#include <errno.h>
#include <sanitizer/lsan_interface.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);
void __wrap__exit(int status) __attribute__((noreturn));
void __real__exit(int status) __attribute__((noreturn));

#define KEPT "abort_on_error=1:log_path=" FINDINGS "/report:log_exe_name=1:"

const char *__asan_default_options(void)
{
	return KEPT "malloc_context_size=12";
}

const char *__ubsan_default_options(void)
{
	return KEPT "print_stacktrace=1";
}

/* gcc's UBSan is a library of its own, which does not heed log_path when ASan is there as well. */
static __attribute__((constructor)) void tell_ubsan(void)
{
	void *library = dlopen("libubsan.so.1", RTLD_LAZY | RTLD_NOLOAD);
	void (*set_path)(const char *path) = NULL;

	if (library)
		*(void **)&set_path = dlsym(library, "__sanitizer_set_report_path");
	if (set_path)
		set_path(FINDINGS "/report");
}

/* The search for leaks stops all threads from another process, by ptrace(2), and looks at /proc: of
 * a child in another pid namespace than that of its /proc, it can see nothing. */
static bool can_look(void)
{
	char link[16];
	ssize_t n = readlink("/proc/self", link, sizeof(link) - 1);

	if (n <= 0)
		return false;
	link[n] = '\0';
	return atoi(link) == getpid() && prctl(PR_SET_DUMPABLE, 1) == 0;
}

/* Only exit() looks for leaks by itself, and most of our processes end by _exit(). Not after an
 * error: a child between vfork() and exec has the memory of its parent. Nor in tests, of which some
 * do nothing else than to make processes and end them. */
void __wrap__exit(int status)
{
	if (status == 0 && strncmp(program_invocation_short_name, "halfopen", 8) == 0 && can_look())
		__lsan_do_leak_check();
	__real__exit(status);
}

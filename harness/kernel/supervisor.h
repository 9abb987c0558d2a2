/* SPDX-License-Identifier: MIT
 *
 * supervisor: does work in such a way that a kill -9 at any moment leaves nothing behind.
 *
 * Three processes:
 *   front   the one that the user started and sees. It only waits, and hands SIGINT, SIGTERM
 *           and SIGHUP on.
 *   back    its child, in a session of its own, so that no terminal and no kill of a process
 *           group reaches both at once. It only watches: the work, and a pipe that says
 *           end-of-file when the front is gone.
 *   work    the back's child, in which work() runs and everything else is started.
 * Front and back are child subreapers: whoever loses his parent below them comes to them.
 * Killed is:
 *   work    the back kills and reaps all that descends from it and removes the folder.
 *   front   the back sees end-of-file and does the same.
 *   back    work dies with it (PR_SET_PDEATHSIG), what is left comes to the front, which does
 *           the same: it chose the folder's name before there was a back.
 * Namespaces, links, mounts and sysctls of a run belong to its processes and go with them.
 */
#ifndef HALFOPEN_SUPERVISOR_H
#define HALFOPEN_SUPERVISOR_H

struct err;

/* Runs work(ARG, SCRATCH) in a process of its own; SCRATCH is a folder with mode 0700 that is
 * removed afterwards, whatever happens. Returns work()'s exit status, or 128 + N when it died
 * of signal N, or -errno with ERR if it was not even begun or its watcher was killed. When a
 * SIGINT, SIGTERM or SIGHUP was what ended it, this process dies of the same signal.
 * Work gets the signal first and has a second to end as it likes.
 *
 * All children that the calling process has are killed: call it from main() before others are
 * made. Buffered output is flushed before, and not again. */
int supervise(int (*work)(void *arg, const char *scratch), void *arg, struct err *err);

#endif

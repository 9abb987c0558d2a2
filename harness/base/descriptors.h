/* SPDX-License-Identifier: MIT
 *
 * descriptors: what a program that is started must not find open.
 */
#ifndef HALFOPEN_DESCRIPTORS_H
#define HALFOPEN_DESCRIPTORS_H

/* All descriptors from FIRST on go at exec. Safe in a child that shares our memory. Before 5.11
 * close_range(2) knows no CLOSE_RANGE_CLOEXEC, and those that /proc/self/fd lists are marked; where
 * there is no /proc, each that there may be. */
void descriptors_close_at_exec(int first);

#endif

/* SPDX-License-Identifier: MIT
 *
 * counter_words: what the network's counters are called in /proc, on the kernels that we know.
 * Others may have more.
 */
#ifndef HALFOPEN_COUNTER_WORDS_H
#define HALFOPEN_COUNTER_WORDS_H

extern const char *const counter_names[]; /* "TcpExtListenDrops"; ended by NULL */

#endif

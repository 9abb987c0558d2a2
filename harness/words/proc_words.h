/* SPDX-License-Identifier: MIT
 *
 * proc_words: what counters and sysctls, of the network and of the machine, are called in /proc, on
 * the kernels that we know. Others may have more.
 */
#ifndef HALFOPEN_PROC_WORDS_H
#define HALFOPEN_PROC_WORDS_H

extern const char *const counter_names[];        /* "TcpExtListenDrops"; ended by NULL */
extern const char *const sysctl_names[];         /* "net.ipv4.tcp_retries2" */
extern const char *const machine_sysctl_names[]; /* "vm.overcommit_memory" */

#endif

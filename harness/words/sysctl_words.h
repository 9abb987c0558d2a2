/* SPDX-License-Identifier: MIT
 *
 * sysctl_words: what sysctls are called, of the network and of the machine, on the kernels that we
 * know. Others may have more.
 */
#ifndef HALFOPEN_SYSCTL_WORDS_H
#define HALFOPEN_SYSCTL_WORDS_H

extern const char *const sysctl_names[];         /* "net.ipv4.tcp_retries2"; ended by NULL */
extern const char *const machine_sysctl_names[]; /* "vm.overcommit_memory"; the same */

#endif

/* SPDX-License-Identifier: MIT
 *
 * spin: who did not let time pass. In virtual time a program that computes until something else
 * happens would compute for ever; our kernels let time creep then, and say so
 * (fixtures/kernel/patches/creep-*.patch). Other kernels say nothing.
 */
#ifndef HALFOPEN_SPIN_H
#define HALFOPEN_SPIN_H

struct out;

/* Writes RAW_SPIN for each kind of it that this kernel, which is HOST's, has seen. */
void spin_tell(int host, struct out *out);

#endif

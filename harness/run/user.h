/* SPDX-License-Identifier: MIT
 *
 * user: a user of a machine's, as login(1) makes one of a process.
 */
#ifndef HALFOPEN_RUN_USER_H
#define HALFOPEN_RUN_USER_H

#define USER_VARIABLES 5

/* NAME and what its machine's /etc/passwd says of it, as variables of the environment. */
struct user {
	char *variable[USER_VARIABLES]; /* HOME=, USER=, LOGNAME=, SHELL=, and NULL */
};

/* Becomes NAME, with its groups, in its home if it can go there, and else in /. Where there is no
 * /etc/passwd, root is known nevertheless. What RET_USER points to lasts until the next call. 0, or
 * -1 with errno: ENOENT: there is no such user. */
int user_become(const char *name, struct user *ret_user);

#endif

/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <linux/netlink.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net.h"

int netlink_open(int protocol)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	int one = 1;

	if (fd < 0)
		return -errno;
	/* The kernel's own words on what was wrong; kernels before 4.12 have none. */
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	return fd;
}

int netlink_open_in(const struct net *net, int protocol, struct err *err)
{
	int back, fd, ret = net_visit(net, &back, err);

	if (ret)
		return ret;
	fd = netlink_open(protocol);
	ret = net_return(back, err);
	if (fd < 0)
		return err_sys(err, fd, "%s: cannot open a netlink socket", net->name);
	if (ret)
		close(fd);
	return ret ? ret : fd;
}

struct nl_msg *netlink_message(int type, int flags, const void *header, size_t size)
{
	struct nl_msg *message = nlmsg_alloc_simple(type, NLM_F_REQUEST | flags);

	if (message && nlmsg_append(message, (void *)header, size, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(message);
		return NULL;
	}
	return message;
}

/* The text that follows an error (NETLINK_EXT_ACK), behind the request that it may repeat. */
static const char *kernel_words(struct nlmsghdr *answer)
{
	struct nlmsgerr *error = nlmsg_data(answer);
	size_t skip = sizeof(*error);
	struct nlattr *words;

	if (!(answer->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (!(answer->nlmsg_flags & NLM_F_CAPPED))
		skip += error->msg.nlmsg_len - NLMSG_HDRLEN;
	words = nlmsg_find_attr(answer, (int)skip, NLMSGERR_ATTR_MSG);
	return words ? nla_get_string(words) : NULL;
}

/* The answer to SEQ, into BUFFER: a message of any kind but an ack with error 0, for which
 * *ret_answer is NULL. */
static int receive(int fd, uint32_t seq, void *buffer, size_t size, struct nlmsghdr **ret_answer)
{
	for (;;) {
		ssize_t n = recv(fd, buffer, size, 0);
		struct nlmsghdr *answer = buffer;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n < NLMSG_HDRLEN || answer->nlmsg_seq != seq)
			continue;
		if (answer->nlmsg_len > (size_t)n)
			answer->nlmsg_len = n; /* the tail of a long answer: not needed */
		*ret_answer = answer;
		if (answer->nlmsg_type != NLMSG_ERROR)
			return 0;
		return ((struct nlmsgerr *)nlmsg_data(answer))->error;
	}
}

int netlink_request(int fd, struct nl_msg *message, void *ret_answer, size_t size,
		    const struct net *net, struct err *err, const char *what, ...)
{
	static uint32_t seq;
	char buffer[4096] __attribute__((aligned(NLMSG_ALIGNTO)));
	char prefix[256];
	const char *words = NULL;
	struct nlmsghdr *answer = NULL;
	va_list ap;
	int ret = -ENOMEM;

	if (message) {
		struct nlmsghdr *request = nlmsg_hdr(message);

		request->nlmsg_seq = ++seq;
		if (!ret_answer)
			request->nlmsg_flags |= NLM_F_ACK;
		ret = send(fd, request, request->nlmsg_len, 0) < 0 ? -errno : 0;
		nlmsg_free(message);
		if (!ret)
			ret = receive(fd, seq, buffer, sizeof(buffer), &answer);
	}
	if (!ret) {
		if (ret_answer && (size_t)nlmsg_datalen(answer) >= size)
			memcpy(ret_answer, nlmsg_data(answer), size);
		return 0;
	}
	va_start(ap, what);
	vsnprintf(prefix, sizeof(prefix), what, ap);
	va_end(ap);
	if (answer)
		words = kernel_words(answer);
	return words ? err_set(err, ret, "%s: %s: %s (%s)", net->name, prefix, strerror(-ret),
			       words)
		     : err_sys(err, ret, "%s: %s", net->name, prefix);
}

/* One datagram of a dump. Returns 1 after the last answer, 0 before it. */
static int dump_take(struct nlmsghdr *answer, int size, uint32_t seq,
		     void (*take)(void *arg, struct nlmsghdr *answer), void *arg)
{
	for (; nlmsg_ok(answer, size); answer = nlmsg_next(answer, &size)) {
		if (answer->nlmsg_seq != seq)
			continue;
		if (answer->nlmsg_type == NLMSG_DONE)
			return 1;
		if (answer->nlmsg_type == NLMSG_ERROR)
			return ((struct nlmsgerr *)nlmsg_data(answer))->error;
		take(arg, answer);
	}
	return 0;
}

int netlink_dump(int fd, struct nl_msg *message, void (*take)(void *arg, struct nlmsghdr *answer),
		 void *arg, const struct net *net, struct err *err, const char *what)
{
	static union {
		struct nlmsghdr first;
		char bytes[32 * 1024];
	} answers;
	uint32_t seq = 1;
	int ret = -ENOMEM;

	if (message) {
		struct nlmsghdr *request = nlmsg_hdr(message);

		request->nlmsg_seq = seq;
		request->nlmsg_flags |= NLM_F_DUMP;
		ret = send(fd, request, request->nlmsg_len, 0) < 0 ? -errno : 0;
		nlmsg_free(message);
	}
	while (ret == 0) {
		ssize_t n = recv(fd, &answers, sizeof(answers), 0);

		if (n < 0 && errno != EINTR)
			ret = -errno;
		else if (n > 0)
			ret = dump_take(&answers.first, (int)n, seq, take, arg);
	}
	return ret < 0 ? err_sys(err, ret, "%s: %s", net->name, what) : 0;
}

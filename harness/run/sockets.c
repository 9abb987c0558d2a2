/* SPDX-License-Identifier: MIT */
#include "sockets.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "list.h"
#include "tap.h"
#include "tcp_words.h"

#define ALL_STATES 0xffff

struct known_socket {
	struct raw_socket socket;
	bool seen; /* in the look that goes on */
};

struct sockets {
	int fd;        /* for dumps */
	int events_fd; /* for destroyed sockets */
	int host;
	uint8_t family;
	bool commands;
	struct known_socket *tracked;
	int tracked_count;
	int64_t due_ns;
};

static int diag_open(int groups)
{
	struct sockaddr_nl local = {.nl_family = AF_NETLINK, .nl_groups = (uint32_t)groups};
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd >= 0 && bind(fd, (struct sockaddr *)&local, sizeof(local)) < 0) {
		int cause = errno;

		close(fd);
		errno = cause;
		return -1;
	}
	return fd;
}

int sockets_open(struct net *net, int host, int family, bool commands, struct sockets **ret_sockets,
		 struct err *err)
{
	struct sockets *sockets = calloc(1, sizeof(*sockets));
	int groups = 1 << (SKNLGRP_INET_TCP_DESTROY - 1) | 1 << (SKNLGRP_INET6_TCP_DESTROY - 1);
	int ret, cause;

	if (!sockets)
		return err_sys(err, ENOMEM, "sock_diag");
	sockets->host = host;
	sockets->family = (uint8_t)family;
	sockets->commands = commands;
	sockets->due_ns = -1;
	ret = net_enter(net, err);
	if (ret < 0) {
		free(sockets);
		return ret;
	}
	sockets->fd = diag_open(0);
	cause = errno;
	sockets->events_fd = diag_open(groups);
	cause = sockets->fd < 0 ? cause : errno;
	ret = net_leave(err);
	if (ret == 0 && (sockets->fd < 0 || sockets->events_fd < 0))
		ret = err_sys(err, cause, "cannot open sock_diag");
	if (ret < 0) {
		sockets_free(sockets);
		return ret;
	}
	*ret_sockets = sockets;
	return 0;
}

void sockets_free(struct sockets *sockets)
{
	if (!sockets)
		return;
	if (sockets->fd >= 0)
		close(sockets->fd);
	if (sockets->events_fd >= 0)
		close(sockets->events_fd);
	free(sockets->tracked);
	free(sockets);
}

int sockets_fd(const struct sockets *sockets)
{
	return sockets->events_fd;
}

void sockets_drain(struct sockets *sockets)
{
	bell_drain(sockets->events_fd);
}

/* What is unsent or unacknowledged. An ACK that another processor takes in meanwhile makes it
 * negative (net/ipv4/tcp_diag.c, tcp_diag_get_info(): for the other queue it is seen to). */
static uint32_t waiting(const struct inet_diag_msg *msg)
{
	/* A SYN that waits for data, with TCP_FASTOPEN_CONNECT, has its number already, and nothing
	 * to count from (tcp_v4_connect(): tcp_connect() sets snd_una). */
	if (msg->idiag_state == TCP_SYN_SENT && !msg->idiag_timer)
		return 0;
	return (int32_t)msg->idiag_wqueue < 0 ? 0 : msg->idiag_wqueue;
}

static struct raw_socket socket_of(const struct inet_diag_msg *msg)
{
	struct raw_socket socket = {.family = msg->idiag_family,
				    .state = msg->idiag_state,
				    .timer = msg->idiag_timer,
				    .retrans = msg->idiag_retrans,
				    .sport = ntohs(msg->id.idiag_sport),
				    .dport = ntohs(msg->id.idiag_dport),
				    .expires_ms = msg->idiag_expires,
				    .rqueue = msg->idiag_rqueue,
				    .wqueue = waiting(msg),
				    .inode = msg->idiag_inode};

	memcpy(socket.cookie, msg->id.idiag_cookie, sizeof(socket.cookie));
	memcpy(socket.src, msg->id.idiag_src, sizeof(socket.src));
	memcpy(socket.dst, msg->id.idiag_dst, sizeof(socket.dst));
	return socket;
}

static bool same_socket(const struct raw_socket *a, const struct raw_socket *b)
{
	return a->sport == b->sport && a->dport == b->dport &&
	       memcmp(a->src, b->src, sizeof(a->src)) == 0 &&
	       memcmp(a->dst, b->dst, sizeof(a->dst)) == 0;
}

static bool is_full(const struct raw_socket *socket)
{
	return tcp_is_full(socket->state, socket->rqueue, socket->wqueue);
}

static struct known_socket *tracked_find(struct sockets *sockets, const struct raw_socket *socket)
{
	for (int i = 0; i < sockets->tracked_count; i++)
		if (!sockets->tracked[i].seen && same_socket(&sockets->tracked[i].socket, socket))
			return &sockets->tracked[i];
	return LIST_ADD(NULL, sockets, tracked);
}

static void note_due(struct sockets *sockets, const struct raw_socket *socket)
{
	int64_t due = (int64_t)socket->expires_ms * 1000000;

	bool retransmits = socket->timer == TIMER_RETRANSMISSION || socket->timer == TIMER_PROBE;

	/* Others tell by a packet, a call, SKNLGRP_INET_TCP_DESTROY, or to whom they belong. */
	if (socket->timer != TIMER_TIME_WAIT && socket->state != TCP_SYN_RECV &&
	    !(sockets->commands && retransmits))
		return;
	if (sockets->due_ns < 0 || due < sockets->due_ns)
		sockets->due_ns = due;
}

static void take(struct sockets *sockets, const struct nlmsghdr *nlh, int64_t t_ns, bool sample,
		 struct out *out)
{
	const struct inet_diag_msg *msg = NLMSG_DATA(nlh);
	struct raw_socket socket = socket_of(msg);
	struct known_socket *known = tracked_find(sockets, &socket);
	struct rtattr *attr = (struct rtattr *)(void *)((char *)NLMSG_DATA(nlh) +
							NLMSG_ALIGN(sizeof(*msg)));
	int left = (int)nlh->nlmsg_len - (int)NLMSG_LENGTH(sizeof(*msg));
	const void *info = NULL;

	for (; RTA_OK(attr, left); attr = RTA_NEXT(attr, left))
		if (attr->rta_type == INET_DIAG_INFO) {
			info = RTA_DATA(attr);
			socket.info_size = (uint32_t)RTA_PAYLOAD(attr);
		}
	if (known->socket.state != socket.state || is_full(&known->socket) != is_full(&socket))
		out_frame(out, RAW_SOCKET, sockets->host, t_ns, &socket, sizeof(socket), info,
			  socket.info_size);
	if (sample)
		out_frame(out, RAW_SAMPLE, sockets->host, t_ns, &socket, sizeof(socket), info,
			  socket.info_size);
	known->socket = socket;
	known->seen = true;
	note_due(sockets, &socket);
}

static void gone(struct sockets *sockets, int64_t t_ns, struct out *out)
{
	int kept = 0;

	for (int i = 0; i < sockets->tracked_count; i++) {
		struct known_socket *known = &sockets->tracked[i];

		if (!known->seen) {
			known->socket.state = 0;
			known->socket.info_size = 0;
			out_frame(out, RAW_SOCKET, sockets->host, t_ns, &known->socket,
				  sizeof(known->socket), NULL, 0);
			continue;
		}
		known->seen = false;
		sockets->tracked[kept++] = *known;
	}
	sockets->tracked_count = kept;
}

static int dump_request(struct sockets *sockets, struct err *err)
{
	struct {
		struct nlmsghdr nlh;
		struct inet_diag_req_v2 req;
	} msg = {.nlh = {.nlmsg_len = sizeof(msg),
			 .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			 .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		 .req = {.sdiag_family = sockets->family,
			 .sdiag_protocol = IPPROTO_TCP,
			 .idiag_ext = 1 << (INET_DIAG_INFO - 1),
			 .idiag_states = ALL_STATES}};

	if (send(sockets->fd, &msg, sizeof(msg), 0) < 0)
		return err_sys(err, errno, "cannot ask sock_diag");
	return 0;
}

/* Returns 1 after the last of a dump, 0 before it. */
static int reply_take(struct sockets *sockets, const struct nlmsghdr *nlh, size_t size,
		      int64_t t_ns, bool sample, struct out *out, struct err *err)
{
	for (; NLMSG_OK(nlh, size); nlh = NLMSG_NEXT(nlh, size)) {
		if (nlh->nlmsg_type == NLMSG_DONE)
			return 1;
		if (nlh->nlmsg_type == NLMSG_ERROR)
			return err_set(err, EIO, "sock_diag refuses the dump (INET_DIAG)");
		take(sockets, nlh, t_ns, sample, out);
	}
	return 0;
}

int sockets_look(struct sockets *sockets, int64_t t_ns, bool sample, struct out *out,
		 struct err *err)
{
	/* What there is, and a second message that says that this was all. */
	enum { AT_ONCE = 2 };
	static union {
		struct nlmsghdr nlh;
		char bytes[32 * 1024];
	} reply[AT_ONCE];
	struct iovec iov[AT_ONCE];
	struct mmsghdr messages[AT_ONCE];
	int ret = dump_request(sockets, err);

	for (int i = 0; i < AT_ONCE; i++) {
		iov[i] = (struct iovec){&reply[i], sizeof(reply[i])};
		messages[i] = (struct mmsghdr){.msg_hdr = {.msg_iov = &iov[i], .msg_iovlen = 1}};
	}
	sockets->due_ns = -1;
	while (ret == 0) {
		int n = recvmmsg(sockets->fd, messages, AT_ONCE, MSG_WAITFORONE, NULL);

		if (n < 0)
			return err_sys(err, errno, "cannot read from sock_diag");
		for (int i = 0; i < n && ret == 0; i++)
			ret = reply_take(sockets, &reply[i].nlh, messages[i].msg_len, t_ns, sample,
					 out, err);
	}
	if (ret < 0)
		return ret;
	gone(sockets, t_ns, out);
	if (sample)
		out_frame(out, RAW_SAMPLED, sockets->host, t_ns, NULL, 0, NULL, 0);
	return 0;
}

void sockets_forget(struct sockets *sockets, int64_t t_ns, struct out *out)
{
	for (int i = 0; i < sockets->tracked_count; i++)
		sockets->tracked[i].seen = false;
	gone(sockets, t_ns, out);
}

int64_t sockets_due_ns(const struct sockets *sockets)
{
	return sockets->due_ns;
}

bool sockets_are_settled(const struct sockets *sockets)
{
	static const uint32_t settled = 1u << TCP_ESTABLISHED | 1u << TCP_LISTEN |
					1u << TCP_TIME_WAIT | 1u << TCP_CLOSE_WAIT |
					1u << TCP_FIN_WAIT2;

	for (int i = 0; i < sockets->tracked_count; i++) {
		const struct raw_socket *socket = &sockets->tracked[i].socket;

		/* Data ends FIN_WAIT2 that nobody would read (tcp_rcv_state_process()). */
		if (!(settled & 1u << socket->state) ||
		    (socket->state == TCP_FIN_WAIT2 && !socket->inode))
			return false;
	}
	return true;
}

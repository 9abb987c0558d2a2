/* SPDX-License-Identifier: MIT */
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "clock.h"

#define TAP_BATCH  16
#define TAP_BUFFER (16 << 20)

static int packet_socket(struct net *net, struct err *err)
{
	int fd, cause, ret = net_enter(net, err);

	if (ret < 0)
		return ret;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, htons(ETH_P_ALL));
	cause = errno;
	ret = net_leave(err);
	if (fd < 0)
		return err_sys(err, cause, "cannot open a packet socket (CAP_NET_RAW)");
	if (ret < 0) {
		close(fd);
		return ret;
	}
	return fd;
}

int tap_open(struct net *net, struct err *err)
{
	int one = 1, room = TAP_BUFFER, fd = packet_socket(net, err);

	if (fd < 0)
		return fd;
	if (setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &one, sizeof(one)) < 0) {
		int ret = err_sys(err, errno, "cannot have packets stamped");

		close(fd);
		return ret;
	}
	/* Forced where we may; else what net.core.rmem_max grants, and losses are counted. */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0)
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	return fd;
}

int bell_set(int fd, bool every, struct err *err)
{
	enum { TYPE = 12, IP = 14, FLAGS = 13, LOUD = 7 /* FIN, SYN, RST */ };
	enum { PREFIX = 3 }; /* that which makes it ring for whatever comes in */
	static const struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 1),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IP, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IP + 9),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 9),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, IP),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, IP + FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JA, 4, 0, 0),
		/* Without extension headers; with them it rings. */
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 5),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IP + 6),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, IP + 40 + FLAGS),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, LOUD, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, 1),
	};
	const int skipped = every ? 0 : PREFIX;
	const struct sock_fprog filter = {
		(unsigned short)((int)(sizeof(code) / sizeof(code[0])) - skipped),
		(struct sock_filter *)code + skipped};

	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) < 0)
		return err_sys(err, errno, "cannot filter packets");
	return 0;
}

int bell_ignore_own(int fd, struct err *err)
{
	int one = 1;

	return setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) < 0
		       ? err_sys(err, errno, "cannot ignore packets that are sent")
		       : 0;
}

int bell_open(struct net *net, struct err *err)
{
	int fd = packet_socket(net, err), ret = fd < 0 ? fd : bell_set(fd, false, err);

	if (fd >= 0 && ret < 0)
		close(fd);
	return ret < 0 ? ret : fd;
}

void bell_drain(int fd)
{
	enum { AT_ONCE = 16 };
	struct mmsghdr dropped[AT_ONCE] = {0};

	while (recvmmsg(fd, dropped, AT_ONCE, MSG_DONTWAIT, NULL) == AT_ONCE)
		;
}

static int64_t stamp_of(struct msghdr *msg)
{
	struct timespec ts = {0};

	for (struct cmsghdr *c = CMSG_FIRSTHDR(msg); c; c = CMSG_NXTHDR(msg, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_TIMESTAMPNS)
			memcpy(&ts, CMSG_DATA(c), sizeof(ts));
	return clock_ns_of(ts);
}

int tap_drain(int fd, int64_t real_minus_run_ns, tap_interface_fn *interface, const void *arg,
	      struct out *out)
{
	static unsigned char bytes[TAP_BATCH][RAW_SNAP];
	/* Aligned as CMSG_FIRSTHDR() takes it to be. */
	static union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(struct timespec))];
	} control[TAP_BATCH];
	struct mmsghdr msgs[TAP_BATCH];
	struct sockaddr_ll from[TAP_BATCH];
	struct iovec iov[TAP_BATCH];
	int n, total = 0;

	do {
		for (int i = 0; i < TAP_BATCH; i++) {
			iov[i] = (struct iovec){bytes[i], RAW_SNAP};
			msgs[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
							  .msg_namelen = sizeof(from[i]),
							  .msg_iov = &iov[i],
							  .msg_iovlen = 1,
							  .msg_control = &control[i],
							  .msg_controllen = sizeof(control[i])};
		}
		n = recvmmsg(fd, msgs, TAP_BATCH, MSG_DONTWAIT | MSG_TRUNC, NULL);
		for (int i = 0; i < n; i++) {
			struct raw_packet packet = {.outgoing = from[i].sll_pkttype ==
								PACKET_OUTGOING,
						    .length = msgs[i].msg_len};

			if (!interface(arg, from[i].sll_ifindex, &packet))
				continue;
			out_frame(out, RAW_PACKET, -1,
				  stamp_of(&msgs[i].msg_hdr) - real_minus_run_ns, &packet,
				  sizeof(packet), bytes[i],
				  packet.length < RAW_SNAP ? packet.length : RAW_SNAP);
			total++;
		}
	} while (n == TAP_BATCH);
	return n < 0 && errno != EAGAIN ? -errno : total;
}

uint32_t tap_missed(int fd)
{
	struct tpacket_stats stats = {0};
	socklen_t size = sizeof(stats);

	if (getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) < 0)
		return 0;
	return stats.tp_drops;
}

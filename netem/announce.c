/* SPDX-License-Identifier: MIT
 *
 * Where an address is now, told to all who are on the segment: a frame that is made by hand, since
 * the kernel sends it only when a sysctl (arp_notify, ndisc_notify) and a link's going up ask for
 * it.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checksum.h"
#include "net.h"

struct gratuitous_arp {
	struct ether_header ether;
	struct ether_arp arp;
} __attribute__((packed));

struct unsolicited_advertisement {
	struct ether_header ether;
	struct ip6_hdr ip;
	struct nd_neighbor_advert advert;
	struct nd_opt_hdr option;
	uint8_t mac[6];
} __attribute__((packed));

static struct gratuitous_arp arp_of(const uint8_t *mac, const struct address *address)
{
	struct gratuitous_arp frame = {.ether.ether_type = htons(ETHERTYPE_ARP),
				       .arp.ea_hdr = {.ar_hrd = htons(ARPHRD_ETHER),
						      .ar_pro = htons(ETHERTYPE_IP),
						      .ar_hln = ETH_ALEN,
						      .ar_pln = 4,
						      .ar_op = htons(ARPOP_REQUEST)}};

	memset(frame.ether.ether_dhost, 0xff, ETH_ALEN);
	memcpy(frame.ether.ether_shost, mac, ETH_ALEN);
	memcpy(frame.arp.arp_sha, mac, ETH_ALEN);
	memcpy(frame.arp.arp_spa, address->bytes, 4);
	memcpy(frame.arp.arp_tpa, address->bytes, 4);
	return frame;
}

static uint16_t checksum(const struct unsolicited_advertisement *frame)
{
	const size_t size = sizeof(*frame) - offsetof(struct unsolicited_advertisement, advert);
	uint32_t sum = IPPROTO_ICMPV6 + (uint32_t)size;

	sum = checksum_add(sum, &frame->ip.ip6_src, 32);
	return htons(checksum_end(checksum_add(sum, &frame->advert, size)));
}

static struct unsolicited_advertisement advertisement_of(const uint8_t *mac,
							 const struct address *address)
{
	static const uint8_t all_nodes[] = {0x33, 0x33, 0, 0, 0, 1};
	struct unsolicited_advertisement frame = {
		.ether.ether_type = htons(ETHERTYPE_IPV6),
		.ip = {.ip6_flow = htonl(6u << 28), .ip6_nxt = IPPROTO_ICMPV6, .ip6_hlim = 255},
		.advert = {.nd_na_type = ND_NEIGHBOR_ADVERT,
			   .nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE},
		.option = {.nd_opt_type = ND_OPT_TARGET_LINKADDR, .nd_opt_len = 1}};

	memcpy(frame.ether.ether_dhost, all_nodes, ETH_ALEN);
	memcpy(frame.ether.ether_shost, mac, ETH_ALEN);
	frame.ip.ip6_plen = htons(sizeof(frame) -
				  offsetof(struct unsolicited_advertisement, advert));
	memcpy(&frame.ip.ip6_src, address->bytes, 16);
	inet_pton(AF_INET6, "ff02::1", &frame.ip.ip6_dst);
	memcpy(&frame.advert.nd_na_target, address->bytes, 16);
	memcpy(frame.mac, mac, ETH_ALEN);
	frame.advert.nd_na_cksum = checksum(&frame);
	return frame;
}

static int send_frame(int fd, const char *name, const struct address *address)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET};
	struct ifreq request = {0};
	struct unsolicited_advertisement advertisement;
	struct gratuitous_arp arp;
	const void *frame = &arp;
	size_t size = sizeof(arp);
	uint8_t mac[ETH_ALEN];

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", name);
	if (ioctl(fd, SIOCGIFINDEX, &request) < 0)
		return -errno;
	to.sll_ifindex = request.ifr_ifindex;
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		return -errno;
	memcpy(mac, request.ifr_hwaddr.sa_data, ETH_ALEN);
	if (address->family == AF_INET) {
		arp = arp_of(mac, address);
	} else {
		advertisement = advertisement_of(mac, address);
		frame = &advertisement;
		size = sizeof(advertisement);
	}
	return sendto(fd, frame, size, 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
}

int net_announce(struct net *net, const char *name, const char *text, struct err *err)
{
	struct address address;
	int back, fd, ret = address_parse(text, &address, err);

	if (!ret)
		ret = net_visit(net, &back, err);
	if (ret)
		return ret;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	ret = fd < 0 ? -errno : send_frame(fd, name, &address);
	if (fd >= 0)
		close(fd);
	if (ret < 0)
		err_sys(err, -ret, "%s: cannot announce %s on %s", net->name, text, name);
	return net_return(back, ret < 0 ? NULL : err) < 0 ? -EPERM : ret;
}

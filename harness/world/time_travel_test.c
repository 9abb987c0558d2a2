/* SPDX-License-Identifier: MIT */
#include "time_travel.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base_test.h"

/* The protocol again, as arch/um/kernel/time.c has it: the test must not believe the code. */
enum { ACK, START, REQUEST, WAIT, GET, UPDATE, RUN, FREE_UNTIL, GET_TOD, BROADCAST };
struct message {
	uint32_t op, sequence;
	uint64_t time;
};
struct page {
	union {
		struct {
			uint32_t version, length;
			uint64_t free_until, current_time;
			uint16_t running_id, max_clients;
		};
		char header[4096];
	};
	struct {
		uint32_t capa, flags;
		uint64_t req_time, name;
		char reserved[104];
	} clients[];
};

static struct time_travel time_;
static struct err err;
static int guest = -1, page_fd = -1;
static struct page *page;
static int id;

static void setup(void)
{
	int pair[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair),
			 0);
	guest = pair[1];
	time_travel_init(&time_);
	time_.wall_ns = 1000000;
	ck_assert_int_eq(time_travel_connect(&time_, pair[0], &err), 0);
}

static void teardown(void)
{
	time_travel_done(&time_);
	close(guest);
}

static void say(uint32_t op, uint32_t sequence, uint64_t value)
{
	struct message message = {op, sequence, value};

	ck_assert_int_eq(send(guest, &message, sizeof(message), 0), sizeof(message));
}

static int serve(void)
{
	err.text[0] = '\0';
	return time_travel_serve(&time_, &err);
}

static struct message hear(void)
{
	struct message message = {.op = UINT32_MAX};
	ssize_t got = recv(guest, &message, sizeof(message), MSG_DONTWAIT);

	ck_assert(got == sizeof(message) || (got < 0 && errno == EAGAIN));
	return message;
}

#define assert_heard(OP, SEQUENCE, TIME)                                                           \
	do {                                                                                       \
		struct message heard_ = hear();                                                    \
		ck_assert_uint_eq(heard_.op, OP);                                                  \
		ck_assert_uint_eq(heard_.sequence, SEQUENCE);                                      \
		ck_assert_uint_eq(heard_.time, TIME);                                              \
	} while (0)
#define assert_silence() ck_assert_uint_eq(hear().op, UINT32_MAX)

/* The answer to START, with its two descriptors; SHARED: the guest uses the first. */
static void begin(bool shared, int64_t limit_ns)
{
	struct message message;
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(2 * sizeof(int))];
	struct iovec part = {&message, sizeof(message)};
	struct msghdr header = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof(control)};
	struct cmsghdr *passed;
	int fds[2];

	say(START, 1, 77);
	ck_assert_int_eq(serve(), 0);
	ck_assert(time_.has_started);
	assert_silence();
	ck_assert_int_eq(time_travel_start(&time_, limit_ns, &err), 0);
	ck_assert_int_eq(recvmsg(guest, &header, 0), sizeof(message));
	ck_assert_uint_eq(message.op, ACK);
	ck_assert_uint_eq(message.sequence, 1);
	id = message.time & 0xffff;
	passed = CMSG_FIRSTHDR(&header);
	ck_assert_ptr_nonnull(passed);
	ck_assert_uint_eq(passed->cmsg_len, CMSG_LEN(sizeof(fds)));
	memcpy(fds, CMSG_DATA(passed), sizeof(fds));
	page_fd = fds[0];
	if (limit_ns)
		ck_assert_uint_eq(hear().op, FREE_UNTIL);
	if (!shared)
		return;
	page = mmap(NULL, 4096 + 128 * (size_t)(id + 1), PROT_READ | PROT_WRITE, MAP_SHARED,
		    page_fd, 0);
	ck_assert_ptr_ne(page, MAP_FAILED);
	ck_assert_uint_eq(page->version, 2);
	ck_assert_uint_ge(page->length, 4096 + 128 * (size_t)(id + 1));
	ck_assert_int_gt(page->max_clients, id);
	ck_assert_uint_eq(page->running_id, id);
	ck_assert_uint_eq(page->current_time, 0);
	ck_assert_uint_eq(page->free_until, (uint64_t)limit_ns);
	ck_assert_uint_eq(page->clients[0].capa, 1);
	page->clients[id].capa |= 1;
}

static void wish_in_page(uint64_t value)
{
	page->clients[id].flags |= 1;
	page->clients[id].req_time = value;
}

START_TEST(with_the_page_only_wait_and_run_are_said)
{
	begin(true, 1000);
	page->current_time = 900;
	wish_in_page(5000);
	say(WAIT, 2, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	assert_silence();
	ck_assert(time_.is_waiting);
	ck_assert_int_eq(time_.now_ns, 900);
	ck_assert_int_eq(time_.wants_ns, 5000);
	ck_assert_int_eq(time_travel_run(&time_, 5000, 7000, &err), 0);
	ck_assert(!time_.is_waiting);
	ck_assert_uint_eq(hear().op, RUN);
	assert_silence();
	ck_assert_uint_eq(page->current_time, 5000);
	ck_assert_uint_eq(page->running_id, id);
	ck_assert_uint_eq(page->free_until, 7000);
	/* It kicks at 5100, and may then go less far. */
	page->clients[id].flags = 0;
	page->current_time = 5100;
	ck_assert_int_eq(time_travel_look(&time_, &err), 0);
	ck_assert_int_eq(time_.now_ns, 5100);
	ck_assert_int_eq(time_travel_limit(&time_, 6000, &err), 0);
	ck_assert(time_travel_is_told(&time_));
	assert_silence();
	ck_assert_uint_eq(page->free_until, 6000);
	say(WAIT, 3, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	ck_assert_int_eq(time_.wants_ns, TIME_NEVER);
	/* An interrupt: the wish is in the page. */
	time_travel_stand_at(&time_, 5500);
	ck_assert_uint_eq(page->current_time, 5500);
	ck_assert_uint_eq(page->running_id, 0);
	wish_in_page(5500);
	ck_assert_int_eq(time_travel_wish(&time_, &err), 0);
	ck_assert_int_eq(time_.wants_ns, 5500);
}
END_TEST

START_TEST(the_page_cannot_be_made_shorter)
{
	begin(true, 1000);
	ck_assert_int_eq(ftruncate(page_fd, 0), -1);
	ck_assert_int_eq(ftruncate(page_fd, 1 << 20), -1);
}
END_TEST

START_TEST(without_it_everything_is_said_and_acknowledged)
{
	begin(false, 1000);
	say(ACK, 1, 0); /* of FREE_UNTIL */
	ck_assert_int_eq(serve(), 0);
	say(GET_TOD, 2, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 2, 1000000);
	say(REQUEST, 3, 4000);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 3, 0);
	say(WAIT, 4, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 4, 0);
	ck_assert(time_.is_waiting);
	ck_assert_int_eq(time_.wants_ns, 4000);

	/* It forgets FREE_UNTIL at each WAIT: it is told before RUN. */
	ck_assert_int_eq(time_travel_run(&time_, 4000, 9000, &err), 0);
	ck_assert_uint_eq(hear().op, FREE_UNTIL);
	ck_assert_uint_eq(hear().op, RUN);
	say(UPDATE, 5, 4500);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 5, 0);
	ck_assert_int_eq(time_.now_ns, 4500);

	/* It kicks: what it is told now it must have read before it goes on. */
	ck_assert_int_eq(time_travel_limit(&time_, 6500, &err), 0);
	ck_assert(!time_travel_is_told(&time_));
	{
		struct message told = hear();

		ck_assert_uint_eq(told.op, FREE_UNTIL);
		ck_assert_uint_eq(told.time, 6500);
		say(ACK, told.sequence - 1, 0); /* a late one of another */
		ck_assert_int_eq(serve(), 0);
		ck_assert(!time_travel_is_told(&time_));
		say(ACK, told.sequence, 0);
		ck_assert_int_eq(serve(), 0);
	}
	ck_assert(time_travel_is_told(&time_));

	/* An interrupt while it waits: it asks for the time, and to run then. */
	say(WAIT, 6, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 6, 0);
	ck_assert_int_eq(time_.wants_ns, TIME_NEVER);
	time_travel_stand_at(&time_, 5000);
	say(GET, 7, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 7, 5000);
	say(REQUEST, 8, 5000);
	ck_assert_int_eq(serve(), 0);
	assert_heard(ACK, 8, 0);
	ck_assert_int_eq(time_travel_wish(&time_, &err), 0);
	ck_assert_int_eq(time_.wants_ns, 5000);
}
END_TEST

START_TEST(a_message_may_come_in_parts)
{
	struct message message = {START, 1, 0};

	for (size_t i = 0; i < sizeof(message); i++) {
		ck_assert(!time_.has_started);
		ck_assert_int_eq(send(guest, (char *)&message + i, 1, 0), 1);
		ck_assert_int_eq(serve(), 0);
	}
	ck_assert(time_.has_started);
}
END_TEST

START_TEST(forever_is_never)
{
	begin(false, 0);
	say(REQUEST, 2, INT64_MAX);
	ck_assert_int_eq(serve(), 0);
	ck_assert_int_eq(time_.wants_ns, TIME_NEVER);
	say(REQUEST, 3, UINT64_MAX);
	ck_assert_int_eq(serve(), 0);
	ck_assert_int_eq(time_.wants_ns, TIME_NEVER);
}
END_TEST

static void start_twice(void)
{
	say(START, 9, 0);
}
static void unknown(void)
{
	say(12345, 9, 0);
}
static void runs(void)
{
	say(RUN, 9, 0);
}
static void past_wish(void)
{
	say(UPDATE, 8, 500);
	ck_assert_int_eq(serve(), 0);
	say(REQUEST, 9, 499);
}
static void past_claim(void)
{
	say(UPDATE, 8, 500);
	ck_assert_int_eq(serve(), 0);
	say(UPDATE, 9, 499);
}
static void claim_beyond(void)
{
	say(UPDATE, 9, 1001);
}
static void claim_huge(void)
{
	say(UPDATE, 9, UINT64_MAX);
}
static void wait_twice(void)
{
	say(WAIT, 8, 0);
	ck_assert_int_eq(serve(), 0);
	say(WAIT, 9, 0);
}
static void page_from_the_past(void)
{
	page->clients[id].capa |= 1;
	page->current_time = 500;
	say(WAIT, 8, 0);
	ck_assert_int_eq(serve(), 0);
	ck_assert_int_eq(time_travel_run(&time_, 600, 1000, &err), 0);
	page->current_time = 100;
	say(WAIT, 9, 0);
}
static void page_beyond(void)
{
	page->clients[id].capa |= 1;
	page->current_time = 1001;
	say(WAIT, 8, 0);
}
static void page_wish_past(void)
{
	page->clients[id].capa |= 1;
	page->current_time = 500;
	wish_in_page(499);
	say(WAIT, 8, 0);
}
static void descriptor(void)
{
	struct message message = {REQUEST, 8, 0};
	_Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {0};
	struct iovec part = {&message, sizeof(message)};
	struct msghdr header = {.msg_iov = &part,
				.msg_iovlen = 1,
				.msg_control = control,
				.msg_controllen = sizeof(control)};
	struct cmsghdr *pass = CMSG_FIRSTHDR(&header);

	pass->cmsg_level = SOL_SOCKET;
	pass->cmsg_type = SCM_RIGHTS;
	pass->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(pass), &guest, sizeof(int));
	ck_assert_int_eq(sendmsg(guest, &header, 0), sizeof(message));
}

static void (*const lies[])(void) = {
	start_twice,        unknown,      runs,           past_wish,
	past_claim,         claim_beyond, claim_huge,     wait_twice,
	page_from_the_past, page_beyond,  page_wish_past, descriptor,
};

START_TEST(a_guest_that_lies_is_refused)
{
	begin(true, 1000);
	page->clients[id].capa = 0;
	lies[_i]();
	ck_assert_int_eq(serve(), -EPROTO);
	ck_assert_str_ne(err.text, "");
}
END_TEST

START_TEST(nothing_is_answered_before_the_start)
{
	say(GET, 1, 0);
	ck_assert_int_eq(serve(), -EPROTO);
}
END_TEST

START_TEST(a_guest_that_does_not_read_is_an_error_and_no_wait)
{
	int ret = 0;

	begin(false, 0);
	for (int i = 0; i < 100000 && ret == 0; i++) {
		say(GET, (uint32_t)i, 0);
		ret = serve();
	}
	ck_assert_int_eq(ret, -EPROTO);
}
END_TEST

START_TEST(a_guest_that_is_gone_is_no_error)
{
	begin(false, 0);
	say(GET, 2, 0);
	close(guest);
	guest = -1;
	ck_assert_int_eq(serve(), 0);
	ck_assert_int_eq(serve(), 0);
	ck_assert(time_.has_ended);
}
END_TEST

int main(void)
{
	TCase *tests = tcase_create("time_travel");

	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, with_the_page_only_wait_and_run_are_said);
	tcase_add_test(tests, the_page_cannot_be_made_shorter);
	tcase_add_test(tests, without_it_everything_is_said_and_acknowledged);
	tcase_add_test(tests, a_message_may_come_in_parts);
	tcase_add_test(tests, forever_is_never);
	tcase_add_loop_test(tests, a_guest_that_lies_is_refused, 0, COUNT(lies));
	tcase_add_test(tests, nothing_is_answered_before_the_start);
	tcase_add_test(tests, a_guest_that_does_not_read_is_an_error_and_no_wait);
	tcase_add_test(tests, a_guest_that_is_gone_is_no_error);
	return run_tests(tests);
}

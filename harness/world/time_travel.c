/* SPDX-License-Identifier: MIT */
#include "time_travel.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cleanup.h"
#include "connection.h"

/* include/uapi/linux/um_timetravel.h; its copy in a machine's headers may be older. */
enum time_travel_op {
	OP_ACK,
	OP_START,
	OP_REQUEST,
	OP_WAIT,
	OP_GET,
	OP_UPDATE,
	OP_RUN,
	OP_FREE_UNTIL,
	OP_GET_TOD,
	OP_BROADCAST,
};

struct time_travel_message {
	uint32_t op, sequence;
	uint64_t time;
};

#define PAGE_VERSION   2
#define PAGE_HEADER    4096
#define CAP_TIME_SHARE 1
#define FLAG_REQ_RUN   1
enum { CLIENT_WORLD, CLIENT_GUEST, CLIENT_COUNT };

union time_travel_client {
	struct {
		uint32_t capabilities, flags;
		uint64_t wants, name;
	};
	char reserved[128];
};

struct time_travel_page {
	union {
		struct {
			uint32_t version, size;
			uint64_t free_until, now;
			uint16_t running, client_count;
		};
		char header[PAGE_HEADER];
	};
	union time_travel_client client[CLIENT_COUNT];
};

#define PAGE_SIZE sizeof(struct time_travel_page)

void time_travel_init(struct time_travel *time)
{
	*time = (struct time_travel){
		.listener = -1, .fd = -1, .page_fd = -1, .wants_ns = TIME_NEVER};
}

void time_travel_disconnect(struct time_travel *time)
{
	int listener = time->listener;
	int64_t wall_ns = time->wall_ns;
	uint64_t messages = time->messages, waits = time->waits;

	if (time->fd >= 0)
		close(time->fd);
	if (time->page)
		munmap(time->page, PAGE_SIZE);
	if (time->page_fd >= 0)
		close(time->page_fd);
	time_travel_init(time);
	time->listener = listener;
	time->wall_ns = wall_ns;
	time->messages = messages;
	time->waits = waits;
}

void time_travel_done(struct time_travel *time)
{
	time_travel_disconnect(time);
	if (time->listener >= 0)
		close(time->listener);
	time->listener = -1;
}

int time_travel_listen(struct time_travel *time, const char *path, struct err *err)
{
	int fd = connection_listen(path, err);

	if (fd < 0)
		return fd;
	time->listener = fd;
	return 0;
}

/* The guest can neither grow it nor make it shorter. */
static int page_make(struct time_travel *time, struct err *err)
{
	struct time_travel_page *page;

	time->page_fd = memfd_create("time", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (time->page_fd < 0 || ftruncate(time->page_fd, (off_t)PAGE_SIZE) < 0 ||
	    fcntl(time->page_fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return err_sys(err, errno, "memory for a guest's clock");
	page = mmap(NULL, PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, time->page_fd, 0);
	if (page == MAP_FAILED)
		return err_sys(err, errno, "memory for a guest's clock");
	page->version = PAGE_VERSION;
	page->size = (uint32_t)PAGE_SIZE;
	page->client_count = CLIENT_COUNT;
	page->client[CLIENT_WORLD].capabilities = CAP_TIME_SHARE;
	time->page = page;
	return 0;
}

int time_travel_connect(struct time_travel *time, int fd, struct err *err)
{
	time_travel_disconnect(time);
	time->fd = fd;
	return page_make(time, err);
}

int time_travel_accept(struct time_travel *time, struct err *err)
{
	pid_t peer = 0;
	int fd = connection_accept(time->listener, &peer), ret;

	if (fd == -EAGAIN)
		return 0;
	if (fd < 0)
		return err_sys(err, fd, "accept");
	ret = time_travel_connect(time, fd, err);
	time->peer = peer;
	return ret < 0 ? ret : 1;
}

static int tell(struct time_travel *time, enum time_travel_op op, uint32_t sequence, int64_t value,
		struct err *err)
{
	struct time_travel_message message = {
		.op = op, .sequence = sequence, .time = (uint64_t)value};

	return connection_send(time->fd, &message, sizeof(message), NULL, 0, err);
}

/* Its end may be gone already: who watches the process knows why. */
static int tell_if_there(struct time_travel *time, enum time_travel_op op, uint32_t sequence,
			 int64_t value, struct err *err)
{
	int ret = tell(time, op, sequence, value, err);

	if (ret == -EPIPE)
		time->has_ended = true;
	return ret == -EPIPE ? 0 : ret;
}

int time_travel_start(struct time_travel *time, int64_t limit_ns, struct err *err)
{
	struct time_travel_message message = {
		.op = OP_ACK, .sequence = time->start_sequence, .time = CLIENT_GUEST};
	AUTO_CLOSE int log = open("/dev/null", O_WRONLY | O_CLOEXEC);
	int fds[] = {time->page_fd, log}, ret;

	if (log < 0)
		return err_sys(err, errno, "/dev/null");
	time->has_started = time->is_waiting = false;
	time->limit_ns = limit_ns;
	time->page->now = 0;
	time->page->free_until = (uint64_t)limit_ns;
	time->page->running = CLIENT_GUEST;
	/* Always both: 6.12 uses what it finds in their place otherwise. 6.1 drops them. */
	ret = connection_send(time->fd, &message, sizeof(message), fds, 2, err);
	if (ret == -EPIPE)
		time->has_ended = true;
	/* One without the page reads this while it waits for its next answer; until then it asks
	 * for each step. One with it ignores this. Nothing waits for the ACK. */
	if (ret == 0 && limit_ns > 0)
		ret = tell_if_there(time, OP_FREE_UNTIL, ++time->next_sequence, limit_ns, err);
	return ret == -EPIPE ? 0 : ret;
}

static bool uses_page(const struct time_travel *time)
{
	return __atomic_load_n(&time->page->client[CLIENT_GUEST].capabilities, __ATOMIC_ACQUIRE) &
	       CAP_TIME_SHARE;
}

static int claim(struct time_travel *time, uint64_t value, struct err *err)
{
	if (value < (uint64_t)time->now_ns || value > (uint64_t)time->limit_ns)
		return err_set(err, EPROTO,
			       "it says that its clock is at %llu ns; it was at %lld and may go to "
			       "%lld",
			       (unsigned long long)value, (long long)time->now_ns,
			       (long long)time->limit_ns);
	time->now_ns = (int64_t)value;
	return 0;
}

static int wish(struct time_travel *time, uint64_t value, struct err *err)
{
	if (value >= TIME_NEVER) {
		time->wants_ns = TIME_NEVER;
		return 0;
	}
	if ((int64_t)value < time->now_ns)
		return err_set(err, EPROTO, "it asks to run at %llu ns, and its clock is at %lld",
			       (unsigned long long)value, (long long)time->now_ns);
	time->wants_ns = (int64_t)value;
	return 0;
}

int time_travel_look(struct time_travel *time, struct err *err)
{
	if (!time->is_shared || time->is_waiting)
		return 0;
	return claim(time, __atomic_load_n(&time->page->now, __ATOMIC_ACQUIRE), err);
}

int time_travel_wish(struct time_travel *time, struct err *err)
{
	const union time_travel_client *client = &time->page->client[CLIENT_GUEST];

	if (!time->is_shared)
		return 0;
	if (!(__atomic_load_n(&client->flags, __ATOMIC_ACQUIRE) & FLAG_REQ_RUN)) {
		time->wants_ns = TIME_NEVER;
		return 0;
	}
	return wish(time, __atomic_load_n(&client->wants, __ATOMIC_ACQUIRE), err);
}

static int waits(struct time_travel *time, const struct time_travel_message *message,
		 struct err *err)
{
	int ret;

	if (time->is_waiting || time->start_sequence == 0)
		return err_set(err, EPROTO, "it waits, and did not run");
	ret = time_travel_look(time, err);
	if (ret == 0)
		ret = time_travel_wish(time, err);
	if (ret == 0 && !time->is_shared)
		ret = tell_if_there(time, OP_ACK, message->sequence, 0, err);
	time->is_waiting = true;
	time->waits++;
	return ret;
}

static int answer(struct time_travel *time, const struct time_travel_message *message,
		  struct err *err)
{
	int64_t value = 0;
	int ret = 0;

	switch (message->op) {
	case OP_ACK:
		if (time->is_telling && message->sequence == time->told_sequence)
			time->is_telling = false;
		return 0;
	case OP_START:
		if (time->start_sequence)
			return err_set(err, EPROTO, "it starts twice");
		time->has_started = true;
		time->start_sequence = message->sequence ? message->sequence : 1;
		return 0;
	case OP_WAIT:
		return waits(time, message, err);
	case OP_REQUEST:
		ret = wish(time, message->time, err);
		break;
	case OP_UPDATE:
		ret = claim(time, message->time, err);
		break;
	case OP_GET:
		ret = time_travel_look(time, err);
		value = time->now_ns;
		break;
	case OP_GET_TOD:
		ret = time_travel_look(time, err);
		value = time->wall_ns + time->now_ns;
		break;
	case OP_BROADCAST:
		break;
	default:
		return err_set(err, EPROTO, "message %u on its time socket", message->op);
	}
	if (ret == 0 && !time->start_sequence)
		ret = err_set(err, EPROTO, "it asks for the time before it starts");
	return ret < 0 ? ret : tell_if_there(time, OP_ACK, message->sequence, value, err);
}

int time_travel_serve(struct time_travel *time, struct err *err)
{
	struct time_travel_message message;
	int passed[1], passed_count = 0;
	ssize_t got = connection_receive(time->fd, time->message + time->have,
					 sizeof(message) - time->have, passed, &passed_count, 1);

	if (passed_count)
		close(passed[0]);
	if (got == -EAGAIN)
		return 0;
	if (passed_count || got == -EPROTO)
		return err_set(err, EPROTO, "descriptors on its time socket");
	if (got < 0)
		return err_sys(err, (int)got, "its time socket");
	if (got == 0) {
		time->has_ended = true;
		return 0;
	}
	time->have += (unsigned)got;
	if (time->have < sizeof(message))
		return 0;
	time->have = 0;
	time->messages++;
	memcpy(&message, time->message, sizeof(message));
	time->is_shared = uses_page(time);
	return answer(time, &message, err);
}

int time_travel_limit(struct time_travel *time, int64_t limit_ns, struct err *err)
{
	time->limit_ns = limit_ns;
	if (uses_page(time)) {
		time->is_shared = true;
		__atomic_store_n(&time->page->free_until, (uint64_t)limit_ns, __ATOMIC_SEQ_CST);
		return 0;
	}
	time->told_sequence = ++time->next_sequence;
	time->is_telling = true;
	return tell_if_there(time, OP_FREE_UNTIL, time->told_sequence, limit_ns, err);
}

int time_travel_run(struct time_travel *time, int64_t now_ns, int64_t limit_ns, struct err *err)
{
	int ret;

	time->now_ns = now_ns;
	time->limit_ns = limit_ns;
	time->wants_ns = TIME_NEVER;
	time->is_waiting = false;
	time->page->now = (uint64_t)now_ns;
	time->page->running = CLIENT_GUEST;
	if (time->is_shared) {
		__atomic_store_n(&time->page->free_until, (uint64_t)limit_ns, __ATOMIC_SEQ_CST);
	} else {
		/* It reads them in this order while it waits for RUN. */
		ret = tell_if_there(time, OP_FREE_UNTIL, ++time->next_sequence, limit_ns, err);
		if (ret < 0)
			return ret;
	}
	return tell_if_there(time, OP_RUN, ++time->next_sequence, now_ns, err);
}

void time_travel_stand_at(struct time_travel *time, int64_t now_ns)
{
	time->now_ns = now_ns;
	/* We run: it may put its wish into the page. It compares it with free_until. */
	time->page->running = CLIENT_WORLD;
	time->page->now = (uint64_t)now_ns;
	__atomic_store_n(&time->page->free_until, (uint64_t)now_ns, __ATOMIC_SEQ_CST);
}

/* SPDX-License-Identifier: MIT */
#include "program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "call_words.h"
#include "cleanup.h"
#include "file.h"
#include "listener.h"
#include "tracer.h"

#define AT_ONCE      (64 << 10)
#define IN_A_PIPE    (1 << 20) /* fcntl(2), F_SETPIPE_SZ */
#define LONGEST_LINE (8 << 10) /* in which something is looked for */

/* When the machine's memory is full, commands go first. And by the number, which is inherited, and
 * which nobody changes who has not got that in mind, all that a command started is told from what
 * others did: in whatever session it is, and whoever its parent is now. */
static int oom_score(const struct program *program)
{
	return 1000 - program->index;
}

/* In few calls: each costs a UML two turns with the process that it runs. */
static int script_send(const struct program *program, const struct out *out, struct err *err)
{
	const struct plan_program *plan = program->plan;
	struct peer_script script = {.t0_ns = out->t0_ns, .step_count = (uint32_t)plan->step_count};
	int count = 1 + plan->step_count, sent = 0;
	AUTO_FREE struct iovec *part = calloc((size_t)count, sizeof(*part));
	AUTO_FREE struct mmsghdr *message = calloc((size_t)count, sizeof(*message));

	if (!part || !message)
		return err_sys(err, ENOMEM, "a script");
	for (int i = 0; i < count; i++) {
		part[i] = i == 0 ? (struct iovec){&script, sizeof(script)}
				 : (struct iovec){(void *)&plan->step[i - 1].peer,
						  sizeof(struct peer_step)};
		message[i].msg_hdr.msg_iov = &part[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
	while (sent < count) {
		int n = sendmmsg(program->fd, message + sent, (unsigned)(count - sent),
				 MSG_NOSIGNAL);

		if (n < 0)
			return err_sys(err, errno, "cannot hand over the script");
		sent += n;
	}
	fcntl(program->fd, F_SETFL, O_NONBLOCK);
	return 0;
}

static int start_peer(struct program *program, const struct program_place *place, struct out *out,
		      struct err *err)
{
	char path[4096];
	char *argv[] = {path, NULL};
	struct launch launch = {
		.place = place, .stdin_fd = -1, .listener = -1, .tracer = -1, .argv = argv};
	int pair[2];

	snprintf(path, sizeof(path), "%s/halfopen-peer", place->helpers);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, errno, "socketpair");
	launch.fd = pair[1];
	program->pid = launch_run(&launch, err);
	close(pair[1]);
	program->fd = pair[0];
	if (program->pid < 0)
		return program->pid;
	return script_send(program, out, err);
}

static void descriptor_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static bool is_awaited_to_listen(const struct program *program)
{
	const struct plan *plan = program->of;

	for (int i = 0; i < plan->ready_count; i++)
		if (plan->ready[i].program == program->index &&
		    plan->ready[i].what == READY_LISTENS)
			return true;
	return false;
}

static void note_listen(struct program *program, int port)
{
	const struct plan *plan = program->of;

	for (int i = 0; i < plan->ready_count && port > 0; i++)
		if (plan->ready[i].program == program->index &&
		    plan->ready[i].what == READY_LISTENS && plan->ready[i].port == port)
			program->ready |= 1u << i;
}

void program_listen(struct program *program)
{
	int port = listener_serve(program->listen_fd);

	if (port < 0)
		descriptor_close(&program->listen_fd);
	note_listen(program, port);
}

int program_tell(struct program *program, uint32_t is_so, struct err *err)
{
	is_so &= plan_awaited_from(program->of, program->index, 0);
	if (program->pid <= 0 || program->fd < 0 || is_so == program->told)
		return 0;
	program->told = is_so;
	/* One that has just ended hears nothing. */
	if (send(program->fd, &is_so, sizeof(is_so), MSG_NOSIGNAL) < 0 && errno != EPIPE &&
	    errno != ECONNRESET)
		return err_sys(err, errno, "program %s", program->plan->name);
	return 0;
}

/* Never more than its pipe takes (case/language/command.c), unless nobody reads for several starts.
 * SIGPIPE is blocked: that nobody reads any more is no matter. */
static int stdin_write(const struct program *program, const char *text, struct err *err)
{
	size_t size = strlen(text);

	if (write(program->stdin_fd, text, size) != (ssize_t)size && errno != EPIPE)
		return err_sys(err, errno, "the stdin of program %s", program->plan->name);
	return 0;
}

static int stdin_open(struct program *program, int *ret_fd, struct err *err)
{
	const struct plan_program *plan = program->plan;
	int pair[2], ret = 0;

	descriptor_close(&program->stdin_fd);
	if (!plan->stdin_text && !plan->input_count)
		return 0;
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	*ret_fd = pair[0];
	program->stdin_fd = pair[1];
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	if (plan->stdin_text) {
		ret = stdin_write(program, plan->stdin_text, err);
		descriptor_close(&program->stdin_fd);
	}
	return ret;
}

int program_feed(struct program *program, int64_t now_ns, struct err *err)
{
	const struct plan_program *plan = program->plan;
	int ret = 0;

	while (ret == 0 && program->pid > 0 && program->next_input < plan->input_count &&
	       plan->input[program->next_input].at_ns <= now_ns) {
		const struct plan_input *input = &plan->input[program->next_input++];

		if (!input->text)
			descriptor_close(&program->stdin_fd);
		else if (program->stdin_fd >= 0)
			ret = stdin_write(program, input->text, err);
	}
	return ret;
}

static int start_command(struct program *program, const struct program_place *place,
			 struct err *err)
{
	struct launch launch = {.place = place,
				.oom_score = oom_score(program),
				.plan = program->plan,
				.argv = program->plan->argv};
	AUTO_CLOSE int input = -1, ours = -1, theirs = -1, submit = -1;
	struct tracer tracer;
	int pair[2], ret;

	if (stdin_open(program, &input, err) < 0)
		return -EIO;
	/* What is traced tells that as well. */
	if (!program->plan->traced && is_awaited_to_listen(program)) {
		if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair) < 0)
			return err_sys(err, errno, "socketpair");
		ours = pair[0];
		theirs = pair[1];
	}
	if (program->plan->traced) {
		ret = tracer_start(&tracer, err);
		if (ret < 0)
			return ret;
		descriptor_close(&program->calls_fd);
		submit = tracer.submit;
		program->calls_fd = tracer.calls;
	}
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, errno, "pipe");
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	launch.tracer = submit;
	launch.listener = theirs;
	launch.stdin_fd = input;
	launch.fd = pair[1];
	program->pid = launch_run(&launch, err);
	close(pair[1]);
	program->fd = pair[0];
	if (program->pid < 0)
		return program->pid;
	descriptor_close(&program->listen_fd);
	if (ours >= 0)
		program->listen_fd = listener_take(ours);
	return 0;
}

int program_start(struct program *program, const struct program_place *place, struct out *out,
		  struct err *err)
{
	struct raw_program started = {.state = RAW_PROGRAM_STARTED,
				      .incarnation = program->incarnation};
	int64_t t_ns = out_now(out);
	int ret;

	program->ended = program->idle = false;
	program->ready = program->awaits = program->told = 0;
	text_shrink(&program->line, 0);
	if (program->plan->command)
		ret = start_command(program, place, err);
	else
		ret = start_peer(program, place, out, err);
	if (ret < 0) {
		program->pid = 0;
		err_add(err, ret, "program %s", program->plan->name);
		return program->plan->user ? err_add(err, ret, "%s:%d", program->of->file,
						     program->plan->user_place.line)
					   : ret;
	}
	started.pid = program->pid;
	out_frame(out, RAW_PROGRAM, program->index, t_ns, &started, sizeof(started), NULL, 0);
	return 0;
}

static void note_step(struct program *program, const struct peer_event *event)
{
	uint32_t op = program->plan->step[event->step].peer.op;

	if (event->phase == PEER_END)
		program->ready |= plan_ready_by_step(program->of, program->index, (int)event->step,
						     event->ret);
	program->idle = event->phase == PEER_START && op == PEER_PAUSE;
	program->awaits = event->phase == PEER_START && op == PEER_AFTER
				  ? 1u << program->plan->step[event->step].peer.amount
				  : 0;
}

/* In what there is of a line by now, which is one that others wait for. */
static void look_in_line(struct program *program)
{
	const struct plan *plan = program->of;

	for (int i = 0; i < plan->ready_count; i++)
		if (plan->ready[i].program == program->index && plan->ready[i].what == READY_LINE &&
		    strstr(text_string(&program->line), plan->ready[i].line))
			program->ready |= 1u << i;
}

static void look_for_lines(struct program *program, const char *bytes, size_t size)
{
	const char *end = bytes + size;

	if (!plan_ready_of(program->of, program->index))
		return;
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		size_t part = (size_t)((newline ? newline : end) - bytes);

		if (program->line.size < LONGEST_LINE)
			text_put_n(&program->line, bytes, part);
		look_in_line(program);
		if (newline)
			text_shrink(&program->line, 0);
		bytes += part + (newline != NULL);
	}
}

static void event_take(struct program *program, struct peer_event event, struct out *out)
{
	if (event.step >= (uint32_t)program->plan->step_count)
		return;
	event.t_ns -= out->t0_ns;
	note_step(program, &event);
	out_frame(out, RAW_STEP, program->index, event.t_ns, &event, sizeof(event), NULL, 0);
}

/* Some of what a peer has told. Returns its size; 0: it has ended; -1: no more, as errno says. */
static ssize_t events_take(struct program *program, struct out *out)
{
	enum { AT_MOST = 16 };
	struct peer_event event[AT_MOST];
	struct iovec part[AT_MOST];
	struct mmsghdr message[AT_MOST] = {0};
	int n;

	for (int i = 0; i < AT_MOST; i++) {
		part[i] = (struct iovec){&event[i], sizeof(event[i])};
		message[i].msg_hdr.msg_iov = &part[i];
		message[i].msg_hdr.msg_iovlen = 1;
	}
	n = recvmmsg(program->fd, message, AT_MOST, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		if (message[i].msg_len == 0)
			return 0;
		if (message[i].msg_len == sizeof(event[i]))
			event_take(program, event[i], out);
	}
	if (n == AT_MOST)
		return sizeof(event);
	if (n >= 0)
		errno = EAGAIN;
	return -1;
}

/* Some of what a command has printed; the same. */
static ssize_t output_read(struct program *program, bool *ret_more, struct out *out)
{
	static char chunk[4096];
	ssize_t n = read(program->fd, chunk, sizeof(chunk));

	if (n > 0)
		look_for_lines(program, chunk, (size_t)n);
	if (n > 0)
		*ret_more = output_take(&program->output, program->index, chunk, (size_t)n, out);
	return n;
}

static void call_take(struct program *program, struct raw_call call, struct out *out)
{
	struct sockaddr_in6 address; /* the port is at the same place in a sockaddr_in */

	memcpy(&address, call.bytes, sizeof(address));
	if (call.kind == CALL_LISTEN && call.ret == 0)
		note_listen(program, ntohs(address.sin6_port));
	call.t_ns -= out->t0_ns;
	out_frame(out, RAW_CALL, program->index, call.t_ns, &call, sizeof(call), NULL, 0);
}

/* All that waits there: its tracer never tells more than the pipe holds. */
static void calls_drain(struct program *program, struct out *out)
{
	struct raw_call call[16];
	ssize_t n;

	while (program->calls_fd >= 0 && (n = read(program->calls_fd, call, sizeof(call))) >= 0) {
		if (n == 0)
			descriptor_close(&program->calls_fd);
		for (size_t i = 0; i < (size_t)n / sizeof(*call); i++)
			call_take(program, call[i], out);
	}
}

/* At most MOST bytes: who writes faster than we read must not keep us from all the rest. */
static void drain(struct program *program, size_t most, struct out *out)
{
	bool more = true;
	ssize_t n = 0;

	if (program->fd < 0)
		return;
	for (size_t done = 0; more && done < most; done += (size_t)n) {
		n = program->plan->command ? output_read(program, &more, out)
					   : events_take(program, out);
		if (n <= 0)
			break;
	}
	if (!more || n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
		close(program->fd);
		program->fd = -1;
	}
}

void program_drain(struct program *program, struct out *out)
{
	drain(program, AT_ONCE, out);
	calls_drain(program, out);
}

void program_finish(struct program *program, struct out *out)
{
	drain(program, IN_A_PIPE, out);
	calls_drain(program, out);
	if (program->plan->command)
		output_finish(&program->output, program->index, out);
}

/* Returns how many there were. */
static int signal_marked(int mark, int signal)
{
	DIR *dir = opendir("/proc");
	struct dirent *entry;
	int count = 0;

	while (dir && (entry = readdir(dir))) {
		char path[300], text[16];

		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		snprintf(path, sizeof(path), "/proc/%s/oom_score_adj", entry->d_name);
		if (file_read_small(AT_FDCWD, path, text, sizeof(text)) > 0 && atoi(text) == mark &&
		    kill(atoi(entry->d_name), signal) == 0)
			count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

void program_signal(const struct program *program, int signal)
{
	if (program->pid <= 0)
		return;
	if (!program->plan->command) {
		kill(program->pid, signal);
		return;
	}
	/* None may be born while they are killed. */
	for (int before = 0, now = 1; signal == SIGKILL && now > before;) {
		before = now;
		now = signal_marked(oom_score(program), SIGSTOP);
	}
	signal_marked(oom_score(program), signal);
}

void program_ended(struct program *program, int status, struct out *out)
{
	struct raw_program ended = {.state = RAW_PROGRAM_EXITED,
				    .incarnation = program->incarnation,
				    .status = status,
				    .pid = program->pid};

	program_finish(program, out);
	out_frame(out, RAW_PROGRAM, program->index, out_now(out), &ended, sizeof(ended), NULL, 0);
	descriptor_close(&program->fd);
	descriptor_close(&program->stdin_fd);
	text_done(&program->line);
	program->pid = 0;
	program->awaits = 0;
	program->ended = true;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ending a process: one that the kernel doesn't let go is waited for by nobody,
 * and reaped later. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/clock.h"
#include "monitor/offspring/offspring.h"

static bool
there(pid_t pid)
{
	return kill(pid, 0) == 0;
}

/* On a busy machine it may be left to the next one that is started. */
static bool
gone_soon(pid_t was)
{
	for (int i = 0; i < 100 && there(was); i++) {
		pid_t next = offspring_spawn("_sleep", NULL, NULL, 0);

		assert_true(next > 0);
		offspring_end(&next);
	}
	return !there(was);
}

static void
who_is_ended_is_gone(void **state)
{
	pid_t pid = offspring_spawn("_sleep", NULL, NULL, 0), was = pid;

	(void)state;
	assert_true(pid > 0);
	offspring_end(&pid);
	assert_int_equal(pid, 0);
	assert_true(gone_soon(was));
}

/* Its parent can't reap what somebody traces, as little as what waits for a
 * disk. Whoever ends the tracer frees it. */
static pid_t
trace(pid_t pid)
{
	int ready[2];
	char byte = 0;
	pid_t tracer;

	assert_int_equal(pipe(ready), 0);
	tracer = fork();
	if (tracer == 0) {
		byte = ptrace(PTRACE_SEIZE, pid, NULL, NULL) == 0;
		if (write(ready[1], &byte, 1) == 1)
			pause();
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	if (byte == 1)
		return tracer;
	kill(tracer, SIGKILL);
	waitpid(tracer, NULL, 0);
	return 0;
}

static void
who_is_held_holds_nobody_up(void **state)
{
	pid_t pid = offspring_spawn("_sleep", NULL, NULL, 0), was = pid;
	pid_t tracer = trace(pid);
	int64_t begun = clock_mono_us();

	(void)state;
	if (tracer == 0) {
		offspring_end(&pid);
		skip(); /* ptrace is not permitted here */
	}
	offspring_end(&pid);
	assert_int_equal(pid, 0);
	assert_true(clock_mono_us() - begun < 20 * US_PER_S);
	assert_true(there(was));
	kill(tracer, SIGKILL);
	assert_int_equal(waitpid(tracer, NULL, 0), tracer);
	assert_true(gone_soon(was));
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_ended_is_gone),
		cmocka_unit_test(who_is_held_holds_nobody_up),
	};

	if (argc > 1 && strcmp(argv[1], "_sleep") == 0)
		return pause();
	alarm(60); /* where it waits after all */
	return cmocka_run_group_tests(tests, NULL, NULL);
}

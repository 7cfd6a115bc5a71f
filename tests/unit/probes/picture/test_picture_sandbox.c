/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children of the test enter the sandbox and try what it forbids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probes/picture/sandbox.h"

#define MIB ((size_t)1 << 20)

/* Each returns true when the sandbox held. */
static bool
no_open(void)
{
	return open("/etc/passwd", O_RDONLY) < 0 && errno == ENOSYS &&
	       open("/tmp/x", O_WRONLY | O_CREAT, 0600) < 0;
}

static bool
no_socket(void)
{
	int pair[2];

	return socket(AF_INET, SOCK_STREAM, 0) < 0 && errno == ENOSYS &&
	       socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0;
}

static bool
no_exec(void)
{
	char *const argv[] = { (char *)(uintptr_t) "true", NULL };

	return execv("/bin/true", argv) < 0 && errno == ENOSYS;
}

static bool
no_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid < 0;
}

static bool
no_code(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
}

static bool
no_kill(void)
{
	return kill(getppid(), 0) < 0;
}

static bool
memory_works(void)
{
	for (size_t n = 1; n <= 64 * MIB; n *= 4) {
		uint8_t *p = malloc(n);

		if (p == NULL)
			return false;
		memset(p, 1, n);
		free(p);
	}
	return true;
}

static bool
memory_is_bounded(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#else
	return mmap(NULL, 600 * MIB, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED;
#endif
}

static bool
not_root(void)
{
	/* getuid is shut too; a file of the process says it no more. What is
	 * left is the right to give a descriptor back: write to a pipe. */
	return setuid(0) < 0;
}

static const struct {
	const char *name;
	bool (*holds)(void);
} trials[] = {
	{ "open", no_open },
	{ "socket", no_socket },
	{ "execve", no_exec },
	{ "fork", no_fork },
	{ "executable memory", no_code },
	{ "kill", no_kill },
	{ "setuid", not_root },
	{ "malloc", memory_works },
	{ "address space", memory_is_bounded },
};

static void
sandbox_holds(void **state)
{
	const struct sandbox_config cfg = { .memory_bytes = 400 * MIB };

	(void)state;
	for (size_t i = 0; i < sizeof(trials) / sizeof(trials[0]); i++) {
		pid_t pid = fork();
		int status;

		assert_true(pid >= 0);
		if (pid == 0) {
			if (sandbox_enter(&cfg) != NULL)
				_exit(2);
			_exit(trials[i].holds() ? 0 : 1);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		print_message("%s\n", trials[i].name);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sandbox_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

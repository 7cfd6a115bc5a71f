/* SPDX-License-Identifier: GPL-3.0-or-later */
/* inject PID: makes a running process execute system calls and tells what the
 * kernel answered, as if its own code had been taken over. By ptrace, as root:
 * the programs have no door for it.
 *
 * Each line of standard input is one call: its name, then its arguments: a
 * number, "a text" (without blanks), =HEX: those bytes. A line of standard
 * output for each: the result, or "no call" for a name that this machine
 * doesn't have. Ends with 77 where ptrace isn't permitted.
 */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <seccomp.h>

#define SCRATCH 8192 /* below the stack; the red zone is 128 bytes */
#define SKIPPED 77

static pid_t target;
static struct user_regs_struct before;
static uint64_t instruction; /* of a `syscall` */

static void
fail(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(1);
}

static bool
copy_out(uint64_t at, void *to, size_t n)
{
	struct iovec here = { to, n }, there = { (void *)(uintptr_t)at, n };

	return process_vm_readv(target, &here, 1, &there, 1, 0) == (ssize_t)n;
}

static void
copy_in(uint64_t at, void *from, size_t n)
{
	struct iovec here = { from, n }, there = { (void *)(uintptr_t)at, n };

	if (process_vm_writev(target, &here, 1, &there, 1, 0) != (ssize_t)n)
		fail("writing to its stack");
}

/* The vdso has a `syscall` in every process. */
static void
find_instruction(void)
{
	static const char call[] = { 0x0f, 0x05 };
	static char page[64 << 10];
	char path[64], line[512], *found;
	unsigned long long from, to;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/maps", target);
	f = fopen(path, "re");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		if (strstr(line, "[vdso]") == NULL ||
		    sscanf(line, "%llx-%llx", &from, &to) != 2 ||
		    to - from > sizeof(page) ||
		    !copy_out(from, page, (size_t)(to - from)))
			continue;
		found = memmem(page, (size_t)(to - from), call, sizeof(call));
		if (found != NULL)
			instruction = from + (uint64_t)(found - page);
	}
	if (f != NULL)
		fclose(f);
	if (instruction == 0)
		fail("no vdso");
}

static void
attach(void)
{
	int status;

	if (ptrace(PTRACE_SEIZE, target, NULL, NULL) != 0) {
		fprintf(stderr, "inject: %s\n", strerror(errno));
		exit(errno == ESRCH ? 1 : SKIPPED);
	}
	if (ptrace(PTRACE_INTERRUPT, target, NULL, NULL) != 0 ||
	    waitpid(target, &status, __WALL) != target || !WIFSTOPPED(status) ||
	    ptrace(PTRACE_GETREGS, target, NULL, &before) != 0)
		fail("stopping it");
	find_instruction();
}

/* Over the one instruction. A signal that came meanwhile is given back. */
static int64_t
call(int number, const uint64_t args[6])
{
	struct user_regs_struct r = before;
	int status, waiting = 0;

	r.rip = instruction;
	r.rax = (uint64_t)number;
	r.orig_rax = (uint64_t)-1; /* nothing is restarted meanwhile */
	r.rdi = args[0];
	r.rsi = args[1];
	r.rdx = args[2];
	r.r10 = args[3];
	r.r8 = args[4];
	r.r9 = args[5];
	r.rsp = (before.rsp - 2 * SCRATCH) & ~(uint64_t)15;
	if (ptrace(PTRACE_SETREGS, target, NULL, &r) != 0)
		fail("its registers");
	do {
		if (ptrace(PTRACE_SINGLESTEP, target, NULL, NULL) != 0 ||
		    waitpid(target, &status, __WALL) != target)
			fail("one step");
		if (!WIFSTOPPED(status)) {
			printf("it ended\n");
			exit(0);
		}
		if (WSTOPSIG(status) != SIGTRAP)
			waiting = WSTOPSIG(status);
		if (ptrace(PTRACE_GETREGS, target, NULL, &r) != 0)
			fail("its registers");
	} while (r.rip == instruction);
	if (ptrace(PTRACE_SETREGS, target, NULL, &before) != 0)
		fail("its registers");
	if (waiting != 0)
		kill(target, waiting);
	return (int64_t)r.rax;
}

static size_t
bytes_of_hex(const char *hex, uint8_t *out)
{
	size_t n = 0;
	unsigned value;

	for (; sscanf(hex, "%2x", &value) == 1; hex += 2)
		out[n++] = (uint8_t)value;
	return n;
}

/* *at is where the next bytes go. */
static uint64_t
argument(const char *word, uint64_t *at)
{
	static uint8_t bytes[1024];
	size_t n;

	memset(bytes, 0, sizeof(bytes));
	if (word[0] == '"') {
		n = strcspn((char *)memcpy(bytes, word + 1, strlen(word + 1)),
		    "\"");
		bytes[n++] = '\0';
	} else if (word[0] == '=')
		n = bytes_of_hex(word + 1, bytes);
	else
		return strtoull(word, NULL, 0);
	*at -= (n + 15) & ~(size_t)15;
	copy_in(*at, bytes, n);
	return *at;
}

static void
do_line(char *line)
{
	uint64_t at = (before.rsp - 256) & ~(uint64_t)15, args[6] = { 0 };
	char *save, *word = strtok_r(line, " \n", &save);
	int number = word != NULL ? seccomp_syscall_resolve_name(word) : -1;

	for (int i = 0; i < 6 && word != NULL; i++) {
		word = strtok_r(NULL, " \n", &save);
		if (word != NULL)
			args[i] = argument(word, &at);
	}
	if (number < 0)
		puts("no call");
	else
		printf("%lld\n", (long long)call(number, args));
}

int
main(int argc, char **argv)
{
	char line[1024];

	if (argc != 2 || (target = atoi(argv[1])) <= 0) {
		fprintf(stderr, "usage: inject PID < calls\n");
		return 2;
	}
	attach();
	while (fgets(line, sizeof(line), stdin) != NULL)
		do_line(line);
	ptrace(PTRACE_DETACH, target, NULL, NULL);
	return 0;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/picture/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <seccomp.h>

#define NOBODY 65534

/* Unknown calls fail with ENOSYS rather than EPERM: libraries then take their
 * older way instead of giving up. */
static const int allowed[] = {
	SCMP_SYS(read),
	SCMP_SYS(readv),
	SCMP_SYS(recvfrom),
	SCMP_SYS(recvmsg),
	SCMP_SYS(write),
	SCMP_SYS(writev),
	SCMP_SYS(sendto),
	SCMP_SYS(sendmsg),
	SCMP_SYS(close),
	SCMP_SYS(epoll_ctl),
	SCMP_SYS(epoll_wait),
	SCMP_SYS(epoll_pwait),
	SCMP_SYS(poll),
	SCMP_SYS(ppoll),
	SCMP_SYS(brk),
	SCMP_SYS(munmap),
	SCMP_SYS(mremap),
	SCMP_SYS(madvise),
	SCMP_SYS(futex),
	SCMP_SYS(clock_gettime),
	SCMP_SYS(gettimeofday),
	SCMP_SYS(clock_nanosleep),
	SCMP_SYS(nanosleep),
	SCMP_SYS(setitimer),
	SCMP_SYS(getrandom),
	SCMP_SYS(getpid),
	SCMP_SYS(gettid),
	SCMP_SYS(sched_yield),
	SCMP_SYS(rt_sigreturn),
	SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(sigaltstack),
	SCMP_SYS(restart_syscall),
	SCMP_SYS(exit),
	SCMP_SYS(exit_group),
};

static bool
fill_filter(scmp_filter_ctx ctx)
{
	/* Memory, but none that is executable. */
	const struct scmp_arg_cmp no_exec =
	    SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp anonymous =
	    SCMP_A3(SCMP_CMP_MASKED_EQ, MAP_ANONYMOUS, MAP_ANONYMOUS);

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0) != 0)
			return false;
	return seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2, no_exec,
		   anonymous) == 0 &&
	       seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
		   no_exec) == 0;
}

static const char *
lock_syscalls(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	const char *why = NULL;

	if (ctx == NULL)
		return "seccomp is not to be had";
	if (!fill_filter(ctx))
		why = "the seccomp filter can't be built";
	else if (seccomp_load(ctx) != 0)
		why = "the kernel refuses the seccomp filter";
	seccomp_release(ctx);
	return why;
}

static const char *
drop_root(void)
{
	if (geteuid() != 0)
		return NULL;
	if (setgroups(0, NULL) != 0 || setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
	    setresuid(NOBODY, NOBODY, NOBODY) != 0)
		return "root's rights can't be dropped";
	return NULL;
}

#if !defined(__SANITIZE_ADDRESS__)
static size_t
mapped_bytes(void)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");

	if (f != NULL) {
		if (fscanf(f, "%lu", &pages) != 1)
			pages = 0;
		fclose(f);
	}
	return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static const char *
bound_memory(size_t more)
{
	size_t most = mapped_bytes() + more;
	struct rlimit limit = { most, most };

	return setrlimit(RLIMIT_AS, &limit) == 0 ? NULL
						 : "memory can't be bounded";
}
#else
static const char *
bound_memory(size_t more)
{
	(void)more; /* the sanitizer maps terabytes of shadow */
	return NULL;
}
#endif

const char *
sandbox_enter(const struct sandbox_config *config)
{
	/* 1: no core file, and none through a pipe either (core(5)). */
	struct rlimit none = { 1, 1 };
	const char *why = drop_root();

	if (why == NULL)
		why = bound_memory(config->memory_bytes);
	if (why != NULL)
		return why;
	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return "core dumps can't be switched off";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "new privileges can't be ruled out";
	return lock_syscalls();
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/stream/sandbox.h"

#include <errno.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <seccomp.h>

#include "common/log.h"

#define NOBODY 65534

static bool
is_off(void)
{
#if defined(__SANITIZE_ADDRESS__)
	return true;
#else
	return getenv("CAMWARDEN_NO_SANDBOX") != NULL;
#endif
}

void
sandbox_drop(void)
{
	struct rlimit files, core = { 0, 0 };

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		setrlimit(RLIMIT_NOFILE, &files);
	}
	setrlimit(RLIMIT_CORE, &core);
	if (is_off())
		return;
	if (geteuid() == 0 && (setgroups(0, NULL) != 0 ||
				  setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
				  setresuid(NOBODY, NOBODY, NOBODY) != 0))
		log_warn("stream", "can't drop privileges: %s",
		    strerror(errno));
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

void
sandbox_enter(void)
{
	static const int allowed[] = { SCMP_SYS(epoll_wait),
		SCMP_SYS(epoll_pwait), SCMP_SYS(epoll_pwait2),
		SCMP_SYS(epoll_ctl), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg),
		SCMP_SYS(recvmmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
		SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv),
		SCMP_SYS(writev), SCMP_SYS(socket), SCMP_SYS(connect),
		SCMP_SYS(bind), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
		SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(shutdown),
		SCMP_SYS(close), SCMP_SYS(fcntl), SCMP_SYS(ioctl),
		SCMP_SYS(poll), SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
		SCMP_SYS(clock_nanosleep), SCMP_SYS(timerfd_settime),
		SCMP_SYS(getrandom), SCMP_SYS(mmap), SCMP_SYS(munmap),
		SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mprotect),
		SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(getpid),
		SCMP_SYS(gettid), SCMP_SYS(getrusage), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigaction),
		SCMP_SYS(sigaltstack), SCMP_SYS(restart_syscall),
		SCMP_SYS(rseq), SCMP_SYS(tgkill), SCMP_SYS(exit),
		SCMP_SYS(exit_group) };

	if (is_off())
		return;

	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	int bad = filter == NULL;

	for (size_t i = 0; !bad && i < sizeof(allowed) / sizeof(allowed[0]);
	     i++)
		bad = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
	if (!bad)
		bad = seccomp_load(filter);
	if (bad)
		log_warn("stream", "can't lock this process in (seccomp)");
	seccomp_release(filter);
}

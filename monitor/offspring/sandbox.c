/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "monitor/offspring/sandbox.h"

#include <errno.h>
#include <stddef.h>
#include <sys/prctl.h>

#include <seccomp.h>

/* Refused with an error rather than a kill: a call that some library makes in
 * vain must not end the process; the call itself does not happen either way.
 */
static bool
load(scmp_filter_ctx ctx, bool good)
{
	good = good && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       seccomp_load(ctx) == 0;
	seccomp_release(ctx);
	return good;
}

static const int serving[] = { SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv),
	SCMP_SYS(writev), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg),
	SCMP_SYS(recvfrom), SCMP_SYS(sendto), SCMP_SYS(sendfile),
	SCMP_SYS(accept4), SCMP_SYS(accept), SCMP_SYS(shutdown),
	SCMP_SYS(close), SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
	SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_create1),
	SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(getsockname),
	SCMP_SYS(getpeername), SCMP_SYS(getsockopt), SCMP_SYS(setsockopt),
	SCMP_SYS(fcntl), SCMP_SYS(ioctl), SCMP_SYS(fstat), SCMP_SYS(newfstatat),
	SCMP_SYS(lseek), SCMP_SYS(pread64), SCMP_SYS(mmap), SCMP_SYS(munmap),
	SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mprotect), SCMP_SYS(brk),
	SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
	SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
	SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime),
	SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
	SCMP_SYS(tgkill), SCMP_SYS(getrusage), SCMP_SYS(futex),
	SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask),
	SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack), SCMP_SYS(exit),
	SCMP_SYS(exit_group), SCMP_SYS(sched_yield),
	SCMP_SYS(restart_syscall) };

/* For those who also call out. */
static const int calling[] = { SCMP_SYS(socket), SCMP_SYS(connect),
	SCMP_SYS(bind) };

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool
allow(scmp_filter_ctx ctx, const int *calls, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (seccomp_rule_add(ctx, SCMP_ACT_ALLOW, calls[i], 0) != 0)
			return false;
	return true;
}

bool
sandbox_web(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

	return load(ctx, ctx != NULL && allow(ctx, serving, COUNT(serving)));
}

bool
sandbox_calling(void)
{
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

	return load(ctx, ctx != NULL && allow(ctx, serving, COUNT(serving)) &&
			     allow(ctx, calling, COUNT(calling)));
}

bool
sandbox_computing(void)
{
	static const int computing[] = { SCMP_SYS(read), SCMP_SYS(write),
		SCMP_SYS(recvmsg), SCMP_SYS(sendmsg), SCMP_SYS(close),
		SCMP_SYS(epoll_wait), SCMP_SYS(epoll_pwait),
		SCMP_SYS(epoll_pwait2), SCMP_SYS(epoll_ctl),
		SCMP_SYS(timerfd_settime), SCMP_SYS(mmap), SCMP_SYS(munmap),
		SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(mprotect),
		SCMP_SYS(mlock), SCMP_SYS(munlock), SCMP_SYS(brk),
		SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday),
		SCMP_SYS(getrandom), SCMP_SYS(getpid), SCMP_SYS(gettid),
		SCMP_SYS(tgkill), SCMP_SYS(futex), SCMP_SYS(rt_sigaction),
		SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
		SCMP_SYS(sigaltstack), SCMP_SYS(sched_yield), SCMP_SYS(exit),
		SCMP_SYS(exit_group), SCMP_SYS(restart_syscall) };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));

	return load(ctx,
	    ctx != NULL && allow(ctx, computing, COUNT(computing)));
}

bool
sandbox_reader(void)
{
	static const int refused[] = { SCMP_SYS(socket), SCMP_SYS(socketpair),
		SCMP_SYS(connect), SCMP_SYS(bind), SCMP_SYS(listen),
		SCMP_SYS(accept), SCMP_SYS(accept4), SCMP_SYS(execve),
		SCMP_SYS(execveat), SCMP_SYS(fork), SCMP_SYS(vfork),
		SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
		SCMP_SYS(process_vm_writev), SCMP_SYS(unlink),
		SCMP_SYS(unlinkat), SCMP_SYS(rename), SCMP_SYS(renameat),
		SCMP_SYS(renameat2), SCMP_SYS(mount), SCMP_SYS(bpf),
		SCMP_SYS(io_uring_setup), SCMP_SYS(userfaultfd), SCMP_SYS(kill),
		SCMP_SYS(pidfd_open), SCMP_SYS(pidfd_getfd) };
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	bool good = ctx != NULL;

	for (size_t i = 0; good && i < sizeof(refused) / sizeof(refused[0]);
	     i++)
		good = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i],
			   0) == 0;
	return load(ctx, good);
}

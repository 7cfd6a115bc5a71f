/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/confine_calls.h"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "common/confine.h"

#define ACCEPT CONFINE_ACCEPT
#define CONNECT CONFINE_CONNECT
#define LISTEN CONFINE_LISTEN
#define LOCAL CONFINE_LOCAL
#define READ CONFINE_READ
#define WRITE CONFINE_WRITE
#define THREADS CONFINE_THREADS
#define START CONFINE_START
#define PEERS (ACCEPT | CONNECT | LISTEN | LOCAL)
#define FILES (READ | WRITE | START)

#define CALL(name) SCMP_SYS(name)
/* Conditions: argument i is that; has none of those bits; its bits of a mask
 * are that. */
#define IS(i, value)                                                           \
	{                                                                      \
		(i), SCMP_CMP_EQ, (value), 0                                   \
	}
#define NONE_OF(i, bits)                                                       \
	{                                                                      \
		(i), SCMP_CMP_MASKED_EQ, (bits), 0                             \
	}
#define BITS(i, mask, value)                                                   \
	{                                                                      \
		(i), SCMP_CMP_MASKED_EQ, (mask), (value)                       \
	}

#define SOCKET(may, family, type)                                              \
	{                                                                      \
		CALL(socket), may, 2,                                          \
		{                                                              \
			IS(0, family), BITS(1, 0xf, type)                      \
		}                                                              \
	}
#define FCNTL(may, command)                                                    \
	{                                                                      \
		CALL(fcntl), may, 1,                                           \
		{                                                              \
			IS(1, command)                                         \
		}                                                              \
	}
#define IOCTL(may, request)                                                    \
	{                                                                      \
		CALL(ioctl), may, 1,                                           \
		{                                                              \
			IS(1, request)                                         \
		}                                                              \
	}
#define PRCTL(may, option)                                                     \
	{                                                                      \
		CALL(prctl), may, 1,                                           \
		{                                                              \
			IS(0, option)                                          \
		}                                                              \
	}

#define NOT_TO_WRITE (O_ACCMODE | O_CREAT | O_TRUNC)
#define NEW_NAMESPACES                                                         \
	(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER |           \
	    CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWCGROUP)
#define OF_INPUT 0x4500 /* 'E', for reading: linux/input.h */

static const struct confine_call calls[] = {
	/* On what is open. */
	{ CALL(read), 0 },
	{ CALL(readv), 0 },
	{ CALL(write), 0 },
	{ CALL(writev), 0 },
	{ CALL(recvfrom), 0 },
	{ CALL(recvmsg), 0 },
	{ CALL(recvmmsg), PEERS },
	{ CALL(sendto), 0 },
	{ CALL(sendmsg), 0 },
	{ CALL(sendmmsg), PEERS },
	{ CALL(close), 0 },
	{ CALL(lseek), 0 },
	{ CALL(fstat), 0 },
	{ CALL(newfstatat), 0, 1, { BITS(3, AT_EMPTY_PATH, AT_EMPTY_PATH) } },
	/* Not F_SETOWN, which sends signals to others. */
	FCNTL(0, F_GETFD),
	FCNTL(0, F_SETFD),
	FCNTL(0, F_GETFL),
	FCNTL(0, F_SETFL),
	FCNTL(0, F_DUPFD),
	FCNTL(0, F_DUPFD_CLOEXEC),
	IOCTL(0, FIONREAD),
	IOCTL(0, FIONBIO),
	IOCTL(0, TCGETS),
	IOCTL(0, SIOCOUTQ),
	IOCTL(LOCAL, SIOCGIFNAME),
	IOCTL(LOCAL, SIOCGIFINDEX),
	/* Waiting, the time. */
	{ CALL(epoll_create1), 0 },
	{ CALL(epoll_ctl), 0 },
	{ CALL(epoll_wait), 0 },
	{ CALL(epoll_pwait), 0 },
	{ CALL(epoll_pwait2), 0 },
	{ CALL(poll), 0 },
	{ CALL(ppoll), 0 },
	{ CALL(eventfd2), 0 },
	{ CALL(timerfd_create), 0 },
	{ CALL(timerfd_settime), 0 },
	{ CALL(setitimer), 0 },
	{ CALL(clock_gettime), 0 },
	{ CALL(clock_getres), 0 },
	{ CALL(gettimeofday), 0 },
	{ CALL(time), 0 },
	{ CALL(clock_nanosleep), 0 },
	{ CALL(nanosleep), 0 },
	{ CALL(sched_yield), 0 },
	{ CALL(futex), 0 },
	/* Memory; none that is executable. */
	{ CALL(brk), 0 },
	{ CALL(munmap), 0 },
	{ CALL(mremap), 0 },
	{ CALL(madvise), 0 },
	{ CALL(mlock), 0 },
	{ CALL(munlock), 0 },
	{ CALL(mmap), 0, 1, { NONE_OF(2, PROT_EXEC) } },
	{ CALL(mprotect), 0, 1, { NONE_OF(2, PROT_EXEC) } },
	/* Itself. */
	{ CALL(getrandom), 0 },
	{ CALL(getpid), 0 },
	{ CALL(getppid), 0 },
	{ CALL(gettid), 0 },
	{ CALL(getuid), 0 },
	{ CALL(geteuid), 0 },
	{ CALL(getgid), 0 },
	{ CALL(getegid), 0 },
	{ CALL(getrusage), 0 },
	{ CALL(prlimit64), 0, 2, { IS(0, 0), IS(2, 0) } }, /* to ask */
	{ CALL(uname), 0 },
	{ CALL(sysinfo), 0 },
	{ CALL(rt_sigaction), 0 },
	{ CALL(rt_sigprocmask), 0 },
	{ CALL(rt_sigreturn), 0 },
	{ CALL(sigaltstack), 0 },
	{ CALL(restart_syscall), 0 },
	{ CALL(exit), 0 },
	{ CALL(exit_group), 0 },
	/* Peers. */
	{ CALL(accept), ACCEPT | LISTEN },
	{ CALL(accept4), ACCEPT | LISTEN },
	{ CALL(shutdown), PEERS },
	{ CALL(getsockname), PEERS },
	{ CALL(getpeername), PEERS },
	{ CALL(getsockopt), PEERS },
	{ CALL(setsockopt), PEERS },
	{ CALL(sendfile), PEERS },
	{ CALL(connect), CONNECT | LOCAL },
	{ CALL(bind), CONNECT | LISTEN | LOCAL },
	{ CALL(listen), LISTEN },
	/* No raw ones. */
	SOCKET(CONNECT | LISTEN, AF_INET, SOCK_STREAM),
	SOCKET(CONNECT | LISTEN, AF_INET6, SOCK_STREAM),
	SOCKET(CONNECT, AF_INET, SOCK_DGRAM),
	SOCKET(CONNECT, AF_INET6, SOCK_DGRAM),
	SOCKET(LOCAL, AF_UNIX, SOCK_STREAM),
	SOCKET(LOCAL, AF_UNIX, SOCK_DGRAM),
	{ CALL(socket), LOCAL, 2, { IS(0, AF_NETLINK), IS(2, NETLINK_ROUTE) } },
	{ CALL(socketpair), PEERS | START, 1, { IS(0, AF_UNIX) } },
	/* Files. */
	{ CALL(open), READ | START, 1, { NONE_OF(1, NOT_TO_WRITE) } },
	{ CALL(openat), READ | START, 1, { NONE_OF(2, NOT_TO_WRITE) } },
	{ CALL(stat), FILES },
	{ CALL(lstat), FILES },
	{ CALL(newfstatat), FILES },
	{ CALL(statx), FILES },
	{ CALL(access), FILES },
	{ CALL(faccessat), FILES },
	{ CALL(faccessat2), FILES },
	{ CALL(readlink), FILES },
	{ CALL(readlinkat), FILES },
	{ CALL(getdents64), FILES },
	{ CALL(getcwd), FILES },
	{ CALL(statfs), FILES },
	{ CALL(fstatfs), FILES },
	{ CALL(pread64), FILES | PEERS },
	{ CALL(fadvise64), FILES },
	{ CALL(flock), FILES },
	FCNTL(FILES, F_GETLK),
	FCNTL(FILES, F_SETLK),
	FCNTL(FILES, F_SETLKW),
	{ CALL(open), WRITE },
	{ CALL(openat), WRITE },
	{ CALL(mkdir), WRITE },
	{ CALL(mkdirat), WRITE },
	{ CALL(rmdir), WRITE },
	{ CALL(unlink), WRITE },
	{ CALL(unlinkat), WRITE },
	{ CALL(rename), WRITE },
	{ CALL(renameat), WRITE },
	{ CALL(renameat2), WRITE },
	{ CALL(link), WRITE },
	{ CALL(linkat), WRITE },
	{ CALL(chmod), WRITE },
	{ CALL(fchmod), WRITE },
	{ CALL(fchmodat), WRITE },
	{ CALL(fchown), WRITE },
	{ CALL(umask), WRITE },
	{ CALL(utimensat), WRITE },
	{ CALL(ftruncate), WRITE },
	{ CALL(fallocate), WRITE },
	{ CALL(pwrite64), WRITE },
	{ CALL(fsync), WRITE },
	{ CALL(fdatasync), WRITE },
	/* Threads. */
	{ CALL(clone), THREADS, 1,
	    { BITS(0, CLONE_THREAD | NEW_NAMESPACES, CLONE_THREAD) } },
	{ CALL(set_robust_list), THREADS | START },
	{ CALL(rseq), THREADS | START },
	{ CALL(sched_getaffinity), THREADS | START },
	{ CALL(sched_getparam), THREADS | START },
	{ CALL(sched_getscheduler), THREADS | START },
	PRCTL(THREADS | START, PR_SET_NAME),
	/* Programs, and what they do until they lock themselves in. */
	{ CALL(clone), START, 1, { NONE_OF(0, NEW_NAMESPACES) } },
	{ CALL(fork), START },
	{ CALL(vfork), START },
	{ CALL(execve), START },
	{ CALL(wait4), START },
	{ CALL(waitid), START },
	{ CALL(kill), START },
	{ CALL(tgkill), START },
	{ CALL(pidfd_open), START },
	{ CALL(setpgid), START },
	{ CALL(getpgrp), START },
	{ CALL(dup), START },
	{ CALL(dup2), START },
	{ CALL(dup3), START },
	{ CALL(close_range), START },
	{ CALL(pipe), START },
	{ CALL(pipe2), START },
	{ CALL(memfd_create), START },
	{ CALL(signalfd4), START },
	{ CALL(arch_prctl), START },
	{ CALL(set_tid_address), START },
	{ CALL(prlimit64), START, 1, { IS(0, 0) } },
	{ CALL(getrlimit), START },
	{ CALL(setrlimit), START },
	{ CALL(setpriority), START, 2, { IS(0, PRIO_PROCESS), IS(1, 0) } },
	{ CALL(ioprio_set), START, 2, { IS(0, 1), IS(1, 0) } },
	{ CALL(mmap), START, 1, { NONE_OF(2, PROT_WRITE) } },
	PRCTL(START, PR_SET_DUMPABLE),
	PRCTL(START, PR_SET_PDEATHSIG),
	PRCTL(START, PR_SET_NO_NEW_PRIVS),
	PRCTL(START, PR_CAP_AMBIENT),
	{ CALL(seccomp), START },
	{ CALL(clock_adjtime), START }, /* without the right: to ask */
	{ CALL(adjtimex), START },
	{ CALL(landlock_create_ruleset), START },
	{ CALL(landlock_add_rule), START },
	{ CALL(landlock_restrict_self), START },
	{ CALL(capget), START },
	{ CALL(capset), START },
	{ CALL(setgroups), START },
	{ CALL(setresuid), START },
	{ CALL(setresgid), START },
	/* Asking an input device what it is. */
	{ CALL(ioctl), CONFINE_DEVICES, 1, { BITS(1, 0xff00, OF_INPUT) } },
};

const struct confine_call *
confine_calls(size_t i)
{
	return i < sizeof(calls) / sizeof(calls[0]) ? &calls[i] : NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/console/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#define NOBODY 65534
#define BIT(n) (1u << (n))

/* A list of what is shut: glibc's resolver, OpenSSL and the libraries of the
 * sources use too much else, and change it with every release. */
static const int denied[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(pidfd_getfd),
	SCMP_SYS(creat),
	SCMP_SYS(openat2),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(unlink),
	SCMP_SYS(unlinkat),
	SCMP_SYS(rename),
	SCMP_SYS(renameat),
	SCMP_SYS(renameat2),
	SCMP_SYS(mkdir),
	SCMP_SYS(mkdirat),
	SCMP_SYS(rmdir),
	SCMP_SYS(link),
	SCMP_SYS(linkat),
	SCMP_SYS(symlink),
	SCMP_SYS(symlinkat),
	SCMP_SYS(mknod),
	SCMP_SYS(mknodat),
	SCMP_SYS(chmod),
	SCMP_SYS(fchmod),
	SCMP_SYS(fchmodat),
	SCMP_SYS(chown),
	SCMP_SYS(fchown),
	SCMP_SYS(lchown),
	SCMP_SYS(fchownat),
	SCMP_SYS(truncate),
	SCMP_SYS(ftruncate),
	SCMP_SYS(setxattr),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(chroot),
	SCMP_SYS(pivot_root),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(unshare),
	SCMP_SYS(setns),
	SCMP_SYS(bpf),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(io_uring_setup),
	SCMP_SYS(keyctl),
	SCMP_SYS(add_key),
	SCMP_SYS(request_key),
	SCMP_SYS(init_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(kexec_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(sethostname),
	SCMP_SYS(personality),
	SCMP_SYS(setuid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setresgid),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
};

static bool
deny(scmp_filter_ctx f, int call, unsigned count, struct scmp_arg_cmp a)
{
	/* Calls that this machine doesn't have are no loss. */
	int rc =
	    seccomp_rule_add_array(f, SCMP_ACT_ERRNO(EPERM), call, count, &a);

	return rc == 0 || rc == -EDOM || rc == -EFAULT;
}

static bool
fill_filter(scmp_filter_ctx f)
{
	static const unsigned write_flags[] = { O_WRONLY, O_RDWR, O_CREAT,
		O_TRUNC };
	const struct scmp_arg_cmp none = { 0 };
	bool ok = true;

	for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++)
		ok &= deny(f, denied[i], 0, none);
	for (size_t i = 0; i < sizeof(write_flags) / sizeof(write_flags[0]);
	     i++) {
		unsigned w = write_flags[i];

		ok &= deny(f, SCMP_SYS(open), 1,
		    SCMP_A1(SCMP_CMP_MASKED_EQ, w, w));
		ok &= deny(f, SCMP_SYS(openat), 1,
		    SCMP_A2(SCMP_CMP_MASKED_EQ, w, w));
	}
	/* Threads (the resolver's), no processes; clone3 hides its flags:
	 * glibc then clones. */
	ok &= deny(f, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	ok &= seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3),
		  0) == 0;
	ok &= deny(f, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_PACKET));
	return ok;
}

static const char *
lock_syscalls(void)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ALLOW);
	const char *why = NULL;

	if (f == NULL)
		return "seccomp is not to be had";
	if (!fill_filter(f))
		why = "the seccomp filter can't be built";
	else if (seccomp_load(f) != 0)
		why = "the kernel refuses the seccomp filter";
	seccomp_release(f);
	return why;
}

/* Of the rights it has, keeps those in `wanted`. */
static bool
keep(uint32_t wanted)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3
	};
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) != 0)
		return false;
	data[0].permitted &= wanted;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	memset(&data[1], 0, sizeof(data[1]));
	return syscall(SYS_capset, &head, data) == 0;
}

static const char *
drop_rights(bool wayland)
{
	uint32_t wanted = BIT(CAP_DAC_READ_SEARCH);

	if (wayland)
		wanted |= BIT(CAP_DAC_OVERRIDE);
	if (geteuid() == 0) {
		if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0 ||
		    setgroups(0, NULL) != 0 ||
		    setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
		    setresuid(NOBODY, NOBODY, NOBODY) != 0)
			return "root's rights can't be dropped";
	}
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return keep(wanted) ? NULL : "rights can't be dropped";
}

static bool
limit(int what, rlim_t most)
{
	struct rlimit r;

	if (getrlimit(what, &r) != 0)
		return false;
	if (r.rlim_max < most)
		most = r.rlim_max;
	r.rlim_cur = r.rlim_max = most;
	return setrlimit(what, &r) == 0;
}

const char *
sandbox_enter(bool wayland)
{
	const char *why = drop_rights(wayland);

	if (why != NULL)
		return why;
	/* The token is in memory: no core file, none through a pipe either
	 * (core(5): a limit of 1), no look into /proc/self/mem. */
	if (!limit(RLIMIT_CORE, 1) || !limit(RLIMIT_NOFILE, 256) ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return "core dumps can't be switched off";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "new privileges can't be ruled out";
	return lock_syscalls();
}

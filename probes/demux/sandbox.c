/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "probes/demux/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/landlock.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#define NOBODY 65534

/* A list of what is shut, not of what is open: glibc's resolver, GnuTLS and
 * libsrt use too much, and change it with every release. */
static const int denied[] = {
	SCMP_SYS(execve),
	SCMP_SYS(execveat),
	SCMP_SYS(fork),
	SCMP_SYS(vfork),
	SCMP_SYS(ptrace),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(kcmp),
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
	SCMP_SYS(fallocate),
	SCMP_SYS(setxattr),
	SCMP_SYS(lsetxattr),
	SCMP_SYS(fsetxattr),
	SCMP_SYS(chdir),
	SCMP_SYS(fchdir),
	SCMP_SYS(chroot),
	SCMP_SYS(pivot_root),
	SCMP_SYS(mount),
	SCMP_SYS(umount2),
	SCMP_SYS(move_mount),
	SCMP_SYS(fsopen),
	SCMP_SYS(open_tree),
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
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(reboot),
	SCMP_SYS(swapon),
	SCMP_SYS(swapoff),
	SCMP_SYS(acct),
	SCMP_SYS(settimeofday),
	SCMP_SYS(clock_settime),
	SCMP_SYS(adjtimex),
	SCMP_SYS(sethostname),
	SCMP_SYS(quotactl),
	SCMP_SYS(syslog),
	SCMP_SYS(personality),
	SCMP_SYS(setuid),
	SCMP_SYS(setresuid),
	SCMP_SYS(setgid),
	SCMP_SYS(setresgid),
	SCMP_SYS(kill),
	SCMP_SYS(tkill),
	SCMP_SYS(shmget),
	SCMP_SYS(memfd_create),
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
no_raw(scmp_filter_ctx f, unsigned family)
{
	return seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 2,
		   SCMP_A0(SCMP_CMP_EQ, family),
		   SCMP_A1(SCMP_CMP_MASKED_EQ, 0xf, SOCK_RAW)) == 0;
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
	/* Threads, no processes; clone3 hides its flags: glibc then clones. */
	ok &= deny(f, SCMP_SYS(clone), 1,
	    SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, 0));
	ok &= seccomp_rule_add(f, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3),
		  0) == 0;
	ok &= deny(f, SCMP_SYS(socket), 1, SCMP_A0(SCMP_CMP_EQ, AF_PACKET));
	/* Not for netlink, whose sockets are raw: the resolver asks it. */
	ok &= no_raw(f, AF_INET) && no_raw(f, AF_INET6);
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

static bool
let_read(int rules, const char *path)
{
	struct landlock_path_beneath_attr a = {
		.allowed_access =
		    LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR,
		.parent_fd = open(path, O_PATH | O_CLOEXEC)
	};
	long rc;

	if (a.parent_fd < 0)
		return errno == ENOENT;
	rc = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
	    &a, 0);
	close(a.parent_fd);
	return rc == 0;
}

/* Only these folders can be read, where the kernel has landlock. */
static const char *
lock_files(void)
{
	static const char *const readable[] = { "/etc", "/usr/share",
		"/usr/lib", "/usr/local/share", "/lib", "/lib64", "/run",
		"/sys/devices/system/cpu" };
	const struct landlock_ruleset_attr all = { .handled_access_fs =
						       (1u << 13) - 1 };
	int rules =
	    (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	bool ok = true;

	if (rules < 0)
		return NULL; /* an older kernel: seccomp has to do */
	for (size_t i = 0; i < sizeof(readable) / sizeof(readable[0]); i++)
		ok &= let_read(rules, readable[i]);
	ok &= syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return ok ? NULL : "landlock can't be set up";
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

const char *
sandbox_enter(void)
{
	/* 1: no core file, and none through a pipe either (core(5)). */
	const struct rlimit core = { 1, 1 };
	const char *why = drop_root();

	if (why != NULL)
		return why;
	if (setrlimit(RLIMIT_CORE, &core) != 0)
		return "core dumps can't be switched off";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "new privileges can't be ruled out";
	why = lock_files();
	return why != NULL ? why : lock_syscalls();
}

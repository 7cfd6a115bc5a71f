/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Children of the test lock themselves in, each with another permission, and
 * try everything: what works is what the permission says, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/input.h>
#include <linux/netlink.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/confine.h"
#include "common/confine_calls.h"

#define MIB ((size_t)1 << 20)

static char folder[64];
static pid_t parent;
static int listening;

static bool
made(int fd)
{
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool
tcp(void)
{
	return made(socket(AF_INET, SOCK_STREAM, 0));
}

static bool
udp(void)
{
	return made(socket(AF_INET6, SOCK_DGRAM, 0)) ||
	       made(socket(AF_INET, SOCK_DGRAM, 0));
}

static bool
raw(void)
{
	return made(socket(AF_INET, SOCK_RAW, 1)) ||
	       made(socket(AF_PACKET, SOCK_DGRAM, 0)) ||
	       made(socket(AF_NETLINK, SOCK_RAW, NETLINK_NETFILTER));
}

static bool
local(void)
{
	return made(socket(AF_UNIX, SOCK_STREAM, 0)) &&
	       made(socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE));
}

static bool
listens(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool good = fd >= 0 && listen(fd, 1) == 0;

	return made(fd) && good;
}

static bool
accepts(void)
{
	return made(accept(listening, NULL, NULL)) || errno == EAGAIN;
}

static bool
reads(void)
{
	return made(open("/usr/share/zoneinfo/UTC", O_RDONLY));
}

static bool
reads_elsewhere(void)
{
	return made(open("/proc/self/mem", O_RDONLY)) ||
	       made(open("/proc/1/maps", O_RDONLY)) ||
	       made(open("/etc/passwd", O_RDONLY));
}

static bool
writes(void)
{
	char path[80];

	snprintf(path, sizeof(path), "%s/x", folder);
	return made(open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600)) &&
	       unlink(path) == 0;
}

static bool
writes_elsewhere(void)
{
	return made(open("/tmp/camwarden-confine", O_WRONLY | O_CREAT, 0600)) ||
	       made(open("/dev/null", O_RDWR)) ||
	       mkdir("/tmp/camwarden-confined", 0700) == 0 ||
	       rename(folder, "/tmp/camwarden-confined") == 0;
}

static void *
nothing(void *arg)
{
	return arg;
}

static bool
threads(void)
{
	pthread_t t;

	return pthread_create(&t, NULL, nothing, NULL) == 0 &&
	       pthread_join(t, NULL) == 0;
}

static bool
forks(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	return pid > 0 && waitpid(pid, &status, 0) == pid;
}

static bool
runs(const char *path, const char *word)
{
	char *const argv[] = { (char *)(uintptr_t)path, (char *)(uintptr_t)word,
		NULL };
	int status;
	pid_t pid = vfork();

	if (pid == 0) {
		execv(path, argv);
		_exit(127);
	}
	return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static bool
runs_itself(void)
{
	return runs("/proc/self/exe", "--nothing");
}

static bool
runs_others(void)
{
	return runs("/bin/true", NULL);
}

static bool
kills(void)
{
	return kill(parent, 0) == 0;
}

static bool
thread_kills(void)
{
	return syscall(SYS_tgkill, parent, parent, 0) == 0;
}

static bool
owns(void)
{
	return fcntl(listening, F_SETOWN, parent) == 0;
}

static bool
limits_others(void)
{
	struct rlimit r;

	return prlimit(parent, RLIMIT_NOFILE, NULL, &r) == 0 ||
	       getpriority(PRIO_PROCESS, (id_t)parent) != -1 ||
	       setpriority(PRIO_PROCESS, (id_t)parent, 1) == 0;
}

static bool
executable_memory(void)
{
	void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return p == MAP_FAILED ||
	       mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED ||
	       mprotect(p, 4096, PROT_READ | PROT_EXEC) == 0;
}

static bool
device(void)
{
	int version = 0;

	errno = 0;
	return ioctl(listening, EVIOCGVERSION, &version) == 0 ||
	       errno != ENOSYS;
}

static bool
terminal(void)
{
	return ioctl(2, TIOCSTI, "x") == 0 || errno != ENOSYS;
}

/* A call that nobody makes: without arguments that would let it work. */
static bool
any(long number)
{
	errno = 0;
	syscall(number, -1L, 0L, 0L, 0L, 0L, 0L);
	return errno != ENOSYS;
}

static bool
into_others(void)
{
	return any(SYS_ptrace) || any(SYS_process_vm_readv) ||
	       any(SYS_process_vm_writev) || any(SYS_pidfd_getfd) ||
	       any(SYS_kcmp) || any(SYS_process_madvise);
}

static bool
into_kernel(void)
{
	return any(SYS_bpf) || any(SYS_perf_event_open) ||
	       any(SYS_userfaultfd) || any(SYS_io_uring_setup) ||
	       any(SYS_keyctl) || any(SYS_add_key) || any(SYS_init_module) ||
	       any(SYS_finit_module) || any(SYS_kexec_load) || any(SYS_mount) ||
	       any(SYS_move_mount) || any(SYS_fsopen) || any(SYS_open_tree) ||
	       any(SYS_unshare) || any(SYS_setns) || any(SYS_chroot) ||
	       any(SYS_pivot_root) || any(SYS_reboot) || any(SYS_swapon) ||
	       any(SYS_clock_settime) || any(SYS_settimeofday) ||
	       any(SYS_personality) || any(SYS_open_by_handle_at) ||
	       any(SYS_openat2) || any(SYS_clone3) || any(SYS_shmat) ||
	       any(SYS_quotactl);
}

static bool
memory(void)
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

#define NOBODY_MAY 0
#define EVERYBODY (~0u)

static const struct {
	const char *name;
	bool (*works)(void);
	unsigned may; /* any of these lets it work */
} trials[] = {
	{ "memory", memory, EVERYBODY },
	{ "a socket of TCP", tcp, CONFINE_CONNECT | CONFINE_LISTEN },
	{ "a socket of UDP", udp, CONFINE_CONNECT },
	{ "raw sockets", raw, NOBODY_MAY },
	{ "local sockets", local, CONFINE_LOCAL },
	{ "listening", listens, CONFINE_LISTEN },
	{ "accepting", accepts, CONFINE_ACCEPT | CONFINE_LISTEN },
	{ "reading", reads, CONFINE_READ | CONFINE_WRITE | CONFINE_START },
	{ "reading elsewhere", reads_elsewhere, NOBODY_MAY },
	{ "writing", writes, CONFINE_WRITE },
	{ "writing elsewhere", writes_elsewhere, NOBODY_MAY },
	{ "threads", threads, CONFINE_THREADS | CONFINE_START },
	{ "processes", forks, CONFINE_START },
	{ "itself as a program", runs_itself, CONFINE_START },
	{ "other programs", runs_others, NOBODY_MAY },
	{ "signals to others", kills, NOBODY_MAY },
	{ "signals to others' threads", thread_kills, NOBODY_MAY },
	{ "signals by a descriptor", owns, NOBODY_MAY },
	{ "others' limits", limits_others, NOBODY_MAY },
	{ "executable memory", executable_memory, NOBODY_MAY },
	{ "input devices", device, CONFINE_DEVICES },
	{ "typing into a terminal", terminal, NOBODY_MAY },
	{ "other processes", into_others, NOBODY_MAY },
	{ "the kernel", into_kernel, NOBODY_MAY },
};
#define TRIALS (sizeof(trials) / sizeof(trials[0]))

static bool
needs_landlock(const char *name)
{
	return strstr(name, "elsewhere") != NULL ||
	       strstr(name, "signals to") != NULL ||
	       strcmp(name, "other programs") == 0;
}

/* In the child: how many went otherwise than the role says. */
static int
try_all(unsigned may)
{
	const struct confine role = { .may = may,
		.reads = { "/usr/share" },
		.writes = { folder },
		.nobody = true };
	int wrong = 0;

	if (!confine_enter(&role, "test"))
		return 100;
	for (size_t i = 0; i < TRIALS; i++) {
		bool should =
		    (trials[i].may & may) != 0 || trials[i].may == EVERYBODY;

		if (needs_landlock(trials[i].name) && confine_landlock() < 6 &&
		    may != 0)
			continue;
		if (trials[i].works() == should)
			continue;
		fprintf(stderr, "may %#x: %s %s: %s\n", may, trials[i].name,
		    should ? "fails" : "works", strerror(errno));
		wrong++;
	}
	return wrong;
}

static void
each_permission_gives_what_it_says(void **state)
{
	(void)state;
	for (int g = -1; g <= CONFINE_GROUPS; g++) {
		unsigned may = g < 0 ? 0 : 1u << g;
		int status;
		pid_t pid;

		if (g == CONFINE_GROUPS)
			may = (1u << CONFINE_GROUPS) - 1;
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			_exit(try_all(may));
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
}

/* --- names */

static bool
put(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);

	return made(fd);
}

/* An /etc of its own, in which another process puts a new file in the place of
 * an old one, as those do who write resolv.conf. */
static int
try_names(void)
{
	const struct confine role = { .may = CONFINE_READ,
		.reads = { CONFINE_NAMES },
		.nobody = true };
	int go[2], done[2];
	char byte = 0;

	if (unshare(CLONE_NEWNS) != 0 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", "/etc", "tmpfs", 0, "mode=755") != 0)
		return 77;
	if (!put("/etc/resolv.conf") || pipe(go) != 0 || pipe(done) != 0)
		return 1;
	if (fork() == 0) {
		bool good = read(go[0], &byte, 1) == 1 &&
			    put("/etc/new.conf") &&
			    rename("/etc/new.conf", "/etc/resolv.conf") == 0 &&
			    write(done[1], &byte, 1) == 1;

		_exit(good ? 0 : 1);
	}
	confine_load_names();
	if (!confine_enter(&role, "test"))
		return 2;
	if (confine_names_lost())
		return 3;
	if (write(go[1], &byte, 1) != 1 || read(done[0], &byte, 1) != 1)
		return 4;
	return confine_names_lost() ? 0 : 5;
}

static void
a_replaced_file_of_names_is_noticed(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_names());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77 || confine_landlock() == 0)
		skip(); /* no mounts here, or nothing that shuts a file */
	assert_int_equal(WEXITSTATUS(status), 0);
}

static int
try_limits(void)
{
	const struct confine role = { .memory_bytes = 100 * MIB, .files = 20 };
	int last = -1, fd;

	if (!confine_enter(&role, "test"))
		return 1;
	while ((fd = fcntl(listening, F_DUPFD, 3)) >= 0)
		last = fd;
	if (last != 19)
		return 2;
	if (mmap(NULL, 200 * MIB, PROT_READ | PROT_WRITE,
		MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED)
		return 3;
	/* What it may not ask any more, its parent asks. */
	raise(SIGSTOP);
	return 0;
}

static void
limits_hold_and_nothing_is_dumped(void **state)
{
	int status;
	pid_t pid = fork();
	struct rlimit core;
	char path[64];
	struct stat st;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(try_limits());
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	assert_true(WIFSTOPPED(status));
	assert_int_equal(prlimit(pid, RLIMIT_CORE, NULL, &core), 0);
	assert_int_equal(core.rlim_max, 1);
	/* What isn't dumpable belongs to root in /proc. */
	snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_uid, 0);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, &status, 0), pid);
}

static int
begin(void **state)
{
	(void)state;
	parent = getpid();
	strcpy(folder, "/tmp/camwarden-confine-XXXXXX");
	listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	return mkdtemp(folder) == NULL || chmod(folder, 0777) != 0 ||
	       listen(listening, 1) != 0;
}

static int
end(void **state)
{
	(void)state;
	close(listening);
	return rmdir(folder);
}

/* Whatever any role may call, for the test of the units. */
static int
print_calls(void)
{
	const struct confine_call *c;

	for (size_t i = 0; (c = confine_calls(i)) != NULL; i++) {
		char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE,
		    c->number);

		if (name != NULL)
			puts(name);
		free(name);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_permission_gives_what_it_says),
		cmocka_unit_test(a_replaced_file_of_names_is_noticed),
		cmocka_unit_test(limits_hold_and_nothing_is_dumped),
	};

	if (argc > 1 && strcmp(argv[1], "--calls") == 0)
		return print_calls();
	if (argc > 1) /* what a child runs */
		_exit(0);
	return cmocka_run_group_tests(tests, begin, end);
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "common/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <link.h>
#include <linux/landlock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <seccomp.h>

#include "common/confine_calls.h"
#include "common/log.h"

#define NOBODY 65534

/* AddressSanitizer maps terabytes of shadow, reads /proc of itself and of whom
 * it starts, and at the end looks for leaks in a thread that traces the
 * others. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED true
#else
#define SANITIZED false
#endif

/* Of kernels newer than the headers we build with. */
struct ruleset {
	uint64_t files, net, scoped;
};
#define ALL_OF_FILES(abi) ((1ull << ((abi) < 2 ? 13 : (abi) < 3 ? 14 : 15)) - 1)
#define NET_BIND_TCP (1u << 0)
#define NET_CONNECT_TCP (1u << 1)
#define SCOPE_SIGNAL (1u << 1)

#define READING (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define RUNNING (READING | LANDLOCK_ACCESS_FS_EXECUTE)

/* --- files, ports, signals: landlock */

int
confine_landlock(void)
{
	long abi = syscall(SYS_landlock_create_ruleset, NULL, 0,
	    LANDLOCK_CREATE_RULESET_VERSION);

	return abi > 0 ? (int)abi : 0;
}

/* What a folder can be given but a file can't is left out for files. */
static bool
let(int rules, const char *path, uint64_t access)
{
	const uint64_t of_files = LANDLOCK_ACCESS_FS_READ_FILE |
				  LANDLOCK_ACCESS_FS_WRITE_FILE |
				  LANDLOCK_ACCESS_FS_EXECUTE | (1u << 14);
	struct landlock_path_beneath_attr a = { .allowed_access = access,
		.parent_fd = open(path, O_PATH | O_CLOEXEC) };
	bool good;

	if (a.parent_fd < 0)
		return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
	good = syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH,
		   &a, 0) == 0;
	a.allowed_access &= of_files;
	if (!good && errno == EINVAL)
		good = syscall(SYS_landlock_add_rule, rules,
			   LANDLOCK_RULE_PATH_BENEATH, &a, 0) == 0;
	close(a.parent_fd);
	return good;
}

static bool
let_all(int rules, const char *const paths[CONFINE_PATHS], uint64_t access)
{
	bool good = true;

	for (int i = 0; i < CONFINE_PATHS && paths[i] != NULL; i++)
		good = good && let(rules, paths[i], access);
	return good;
}

/* Folders rather than files: an upgrade replaces those. */
static bool
let_folder_of(int rules, const char *file, uint64_t access)
{
	char path[PATH_MAX], *slash;

	if (realpath(file, path) == NULL ||
	    (slash = strrchr(path, '/')) == NULL || slash == path)
		return true;
	*slash = '\0';
	return let(rules, path, access);
}

/* The program's loader is run, each of its libraries read. */
static int
let_loaded(struct dl_phdr_info *info, size_t size, void *arg)
{
	const int *rules = arg;
	bool good = info->dlpi_name == NULL || info->dlpi_name[0] != '/' ||
		    let_folder_of(*rules, info->dlpi_name, READING);

	(void)size;
	for (int i = 0; i < info->dlpi_phnum; i++)
		if (info->dlpi_phdr[i].p_type == PT_INTERP)
			good = good &&
			       let_folder_of(*rules,
				   (const char *)(info->dlpi_addr +
						  info->dlpi_phdr[i].p_vaddr),
				   RUNNING);
	return good ? 0 : 1;
}

/* What it takes to start the same program again. */
static bool
let_own(int rules)
{
	return let(rules, "/proc/self/exe", RUNNING) &&
	       let(rules, "/etc/ld.so.cache", READING) &&
	       dl_iterate_phdr(let_loaded, &rules) == 0;
}

static const char *
lock_files(const struct confine *role)
{
	int abi = confine_landlock();
	const uint64_t all = ALL_OF_FILES(abi);
	struct ruleset set = { .files = all };
	size_t size = abi < 4 ? 8 : abi < 6 ? 16 : 24;
	int rules;
	bool good;

	if (abi == 0)
		return NULL; /* an older kernel: seccomp has to do */
	if (!(role->may & CONFINE_CONNECT))
		set.net |= NET_CONNECT_TCP;
	if (!(role->may & CONFINE_LISTEN))
		set.net |= NET_BIND_TCP;
	set.scoped = SCOPE_SIGNAL;
	rules = (int)syscall(SYS_landlock_create_ruleset, &set, size, 0);
	if (rules < 0)
		return "landlock is not to be had";
	if (SANITIZED)
		let(rules, "/proc", READING);
	good = let_all(rules, role->reads, READING) &&
	       let_all(rules, role->writes,
		   all & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE) &&
	       let_all(rules, role->runs, RUNNING) &&
	       (!(role->may & CONFINE_START) || let_own(rules)) &&
	       syscall(SYS_landlock_restrict_self, rules, 0) == 0;
	close(rules);
	return good ? NULL : "landlock can't be set up";
}

/* --- system calls: seccomp */

static bool
let_sanitizer(scmp_filter_ctx f)
{
	static const int calls[] = { SCMP_SYS(clone), SCMP_SYS(ptrace),
		SCMP_SYS(wait4), SCMP_SYS(prctl), SCMP_SYS(openat),
		SCMP_SYS(open), SCMP_SYS(getdents), SCMP_SYS(getdents64),
		SCMP_SYS(readlink), SCMP_SYS(process_vm_readv),
		SCMP_SYS(sched_getaffinity), SCMP_SYS(rt_sigtimedwait),
		SCMP_SYS(getrlimit), SCMP_SYS(prlimit64), SCMP_SYS(tgkill) };
	bool good = true;

	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++)
		good = good &&
		       seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	return good;
}

static bool
fill(scmp_filter_ctx f, unsigned may)
{
	const struct confine_call *c;

	if (SANITIZED && !let_sanitizer(f))
		return false;
	for (size_t i = 0; (c = confine_calls(i)) != NULL; i++) {
		int rc = 0;

		if (c->may == 0 || (c->may & may) != 0)
			rc = seccomp_rule_add_array(f, SCMP_ACT_ALLOW,
			    c->number, c->count, c->when);
		/* Calls that this machine doesn't have are no loss. */
		if (rc != 0 && rc != -EDOM && rc != -EFAULT)
			return false;
	}
	/* Itself only, but for who starts others: they inherit this. */
	return (may & CONFINE_START) != 0 ||
	       seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(tgkill), 1,
		   SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid())) == 0;
}

static const char *
lock_calls(unsigned may)
{
	scmp_filter_ctx f = seccomp_init(SCMP_ACT_ERRNO(ENOSYS));
	const char *why = NULL;

	if (f == NULL)
		return "seccomp is not to be had";
	if (seccomp_attr_set(f, SCMP_FLTATR_CTL_OPTIMIZE, 2) != 0 ||
	    !fill(f, may))
		why = "the seccomp filter can't be built";
	else if (seccomp_load(f) != 0)
		why = "the kernel refuses the seccomp filter";
	seccomp_release(f);
	return why;
}

/* --- who it is */

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
	/* A unit that gave none may have taken this call, too. */
	if ((data[0].permitted & ~wanted) == 0 && data[1].permitted == 0)
		return true;
	data[0].permitted &= wanted;
	data[0].effective = data[0].permitted;
	data[0].inheritable = 0;
	memset(&data[1], 0, sizeof(data[1]));
	return syscall(SYS_capset, &head, data) == 0;
}

static const char *
become(bool nobody, uint32_t rights)
{
	if (nobody && geteuid() == 0 &&
	    ((rights != 0 && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) != 0) ||
		setgroups(0, NULL) != 0 ||
		setresgid(NOBODY, NOBODY, NOBODY) != 0 ||
		setresuid(NOBODY, NOBODY, NOBODY) != 0))
		return "root's rights can't be dropped";
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return keep(rights) ? NULL : "rights can't be dropped";
}

/* --- how much it may take */

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

static bool
limit_memory(size_t more)
{
	unsigned long pages = 0;
	FILE *f = fopen("/proc/self/statm", "re");
	bool known = f != NULL && fscanf(f, "%lu", &pages) == 1;

	if (f != NULL)
		fclose(f);
	return known &&
	       limit(RLIMIT_AS, pages * (size_t)sysconf(_SC_PAGESIZE) + more);
}

static const char *
set_limits(const struct confine *role)
{
	/* 1: no core file, and none through a pipe either (core(5)). */
	if (!limit(RLIMIT_CORE, 1) || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return "core dumps can't be switched off";
	if (!limit(RLIMIT_NOFILE,
		role->files != 0 ? role->files : RLIM_INFINITY))
		return "descriptors can't be bounded";
	if (!SANITIZED && !(role->may & (CONFINE_THREADS | CONFINE_START)) &&
	    !limit(RLIMIT_NPROC, 0))
		return "processes can't be ruled out";
	if (!SANITIZED && role->memory_bytes != 0 &&
	    !limit_memory(role->memory_bytes))
		return "memory can't be bounded";
	return NULL;
}

static const char *
enter(const struct confine *role)
{
	const char *why = become(role->nobody, role->rights);

	if (why == NULL)
		why = set_limits(role);
	if (why == NULL && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		why = "new privileges can't be ruled out";
	if (why == NULL)
		why = lock_files(role);
	return why != NULL ? why : lock_calls(role->may);
}

bool
confine_let_read(struct confine *role, const char *path)
{
	for (int i = 0; i < CONFINE_PATHS; i++)
		if (role->reads[i] == NULL) {
			role->reads[i] = path;
			return true;
		}
	return false;
}

bool
confine_enter(const struct confine *role, const char *room)
{
	const char *why = enter(role);

	if (why != NULL)
		log_error(room, "no sandbox, no work: %s", why);
	return why == NULL;
}

/* SPDX-License-Identifier: GPL-3.0-or-later */
/* shim.h: a VFS that passes everything on to the system's. A test puts its own
 * calls into shim_methods and shim_vfs between shim_make and shim_register.
 */
#ifndef TEST_STORE_SHIM_H
#define TEST_STORE_SHIM_H

#include <sqlite3.h>

struct shim_file {
	sqlite3_file base;
	sqlite3_file *real;
	const char *name; /* SQLite's, until it is closed; may be NULL */
};

static sqlite3_vfs *shim_system, shim_vfs;

#define SHIM_REAL(f) (((struct shim_file *)(f))->real)
#define SHIM_NAME(f) (((struct shim_file *)(f))->name)
#define SHIM_PASS(name, call, ...)                                             \
	static int shim_##name(sqlite3_file *f, ##__VA_ARGS__)                 \
	{                                                                      \
		return SHIM_REAL(f)->pMethods->call;                           \
	}

SHIM_PASS(close, xClose(SHIM_REAL(f)))
SHIM_PASS(read, xRead(SHIM_REAL(f), p, n, at), void *p, int n, sqlite3_int64 at)
SHIM_PASS(write, xWrite(SHIM_REAL(f), p, n, at), const void *p, int n,
    sqlite3_int64 at)
SHIM_PASS(truncate, xTruncate(SHIM_REAL(f), n), sqlite3_int64 n)
SHIM_PASS(sync, xSync(SHIM_REAL(f), flags), int flags)
SHIM_PASS(size, xFileSize(SHIM_REAL(f), n), sqlite3_int64 *n)
SHIM_PASS(lock, xLock(SHIM_REAL(f), k), int k)
SHIM_PASS(unlock, xUnlock(SHIM_REAL(f), k), int k)
SHIM_PASS(reserved, xCheckReservedLock(SHIM_REAL(f), k), int *k)
SHIM_PASS(control, xFileControl(SHIM_REAL(f), op, arg), int op, void *arg)
SHIM_PASS(sector, xSectorSize(SHIM_REAL(f)))
SHIM_PASS(device, xDeviceCharacteristics(SHIM_REAL(f)))
SHIM_PASS(shm_map, xShmMap(SHIM_REAL(f), k, n, w, p), int k, int n, int w,
    void volatile **p)
SHIM_PASS(shm_lock, xShmLock(SHIM_REAL(f), k, n, flags), int k, int n,
    int flags)
SHIM_PASS(shm_unmap, xShmUnmap(SHIM_REAL(f), k), int k)

static void
shim_barrier(sqlite3_file *f)
{
	SHIM_REAL(f)->pMethods->xShmBarrier(SHIM_REAL(f));
}

static sqlite3_io_methods shim_methods = { 2, shim_close, shim_read, shim_write,
	shim_truncate, shim_sync, shim_size, shim_lock, shim_unlock,
	shim_reserved, shim_control, shim_sector, shim_device, shim_shm_map,
	shim_shm_lock, shim_barrier, shim_shm_unmap, NULL, NULL };

static int
shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags,
    int *out)
{
	struct shim_file *s = (struct shim_file *)f;

	(void)vfs;
	s->real = (sqlite3_file *)(s + 1);
	s->name = name;
	s->base.pMethods = NULL;
	int rc = shim_system->xOpen(shim_system, name, s->real, flags, out);

	if (s->real->pMethods != NULL)
		s->base.pMethods = &shim_methods;
	return rc;
}

static inline void
shim_make(const char *name)
{
	shim_system = sqlite3_vfs_find(NULL);
	shim_vfs = *shim_system;
	shim_vfs.zName = name;
	shim_vfs.szOsFile =
	    (int)sizeof(struct shim_file) + shim_system->szOsFile;
	shim_vfs.xOpen = shim_open;
}

static inline int
shim_register(void)
{
	return sqlite3_vfs_register(&shim_vfs, 0);
}

#endif

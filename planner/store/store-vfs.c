/* SPDX-License-Identifier: EUPL-1.2 */
/* How SQLite writes our files: pages on their way to a database file are cleaned of what no longer counts. */
#include "store/store-vfs.h"

#include <glib.h>
#include <sqlite3.h>

#include "store/store-clean-page.h"

#define VFS_NAME "planner"
/* A page number beyond this could begin like a b-tree page. */
#define MAX_CLEAN_BYTES (G_GINT64_CONSTANT (4096) << 25)

/* The unix VFS with one method changed: pages on their way to the database file are cleaned. */
static sqlite3_vfs clean_vfs;
static sqlite3_vfs *unix_vfs;
static sqlite3_io_methods clean_methods;
static const sqlite3_io_methods *unix_methods;
static GMutex vfs_lock;

static gboolean
is_page (int n_bytes, sqlite3_int64 offset)
{
  return n_bytes >= 512 && n_bytes <= 65536 && (n_bytes & (n_bytes - 1)) == 0 &&
         offset % n_bytes == 0 && offset < MAX_CLEAN_BYTES;
}

static int
write_clean (sqlite3_file *file, const void *data, int n_bytes, sqlite3_int64 offset)
{
  g_autofree guint8 *page = NULL;

  if (!is_page (n_bytes, offset))
    return unix_methods->xWrite (file, data, n_bytes, offset);
  page = g_memdup2 (data, (gsize) n_bytes);
  store_clean_page (page, (gsize) n_bytes, offset == 0 ? 100 : 0);
  return unix_methods->xWrite (file, page, n_bytes, offset);
}

static int
open_clean (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  int code = unix_vfs->xOpen (unix_vfs, name, file, flags, out_flags);

  if (code != SQLITE_OK || (flags & SQLITE_OPEN_MAIN_DB) == 0)
    return code;
  g_mutex_lock (&vfs_lock);
  if (unix_methods == NULL)
    {
      unix_methods = file->pMethods;
      clean_methods = *unix_methods;
      clean_methods.xWrite = write_clean;
    }
  if (file->pMethods == unix_methods)
    file->pMethods = &clean_methods;
  g_mutex_unlock (&vfs_lock);
  return code;
}

/**
 * store_vfs_ensure:
 *
 * Returns: (transfer none): name of the VFS to open a database with. Any thread.
 */
const char *
store_vfs_ensure (void)
{
  g_mutex_lock (&vfs_lock);
  if (unix_vfs == NULL)
    {
      unix_vfs = sqlite3_vfs_find ("unix");
      clean_vfs = *unix_vfs;
      clean_vfs.zName = VFS_NAME;
      clean_vfs.pNext = NULL;
      clean_vfs.xOpen = open_clean;
      sqlite3_vfs_register (&clean_vfs, 0);
    }
  g_mutex_unlock (&vfs_lock);
  return VFS_NAME;
}

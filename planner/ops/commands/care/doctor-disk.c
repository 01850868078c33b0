/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether what is flushed stays: file system, mount options, the time of a flush, room, permissions. */
#include "ops/commands/care/doctor-disk.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "ops/commands/care/admin-doctor.h"

#define N_FLUSHES      21
#define SLOW_FLUSH_US  20000
#define QUICK_FLUSH_US 20
#define LEAST_MB       64
#define GOOD_MB        1024
#define MB             (1024 * 1024)
#define MAX_LOG_BYTES  (1024 * (guint64) MB)
#define XFS_MAGIC      0x58465342

/* clang-format off */
static const struct
{
  guint32 magic;
  const char *name;
  DoctorLevel level;
  const char *advice;
} file_systems[] = {
  { EXT4_SUPER_MAGIC, "ext4", DOCTOR_OK, "" },
  { XFS_MAGIC, "xfs", DOCTOR_OK, "" },
  { BTRFS_SUPER_MAGIC, "btrfs", DOCTOR_OK, "" },
  { 0x2fc12fc1, "zfs", DOCTOR_OK, "" },
  { TMPFS_MAGIC, "tmpfs", DOCTOR_FAIL, "it is lost at the next restart of the machine: move it to a disk" },
  { RAMFS_MAGIC, "ramfs", DOCTOR_FAIL, "it is lost at the next restart of the machine: move it to a disk" },
  { OVERLAYFS_SUPER_MAGIC, "overlay", DOCTOR_WARN, "a container's own layer goes with the container: put the database on a volume" },
  { NFS_SUPER_MAGIC, "nfs", DOCTOR_FAIL, "locks and the shared memory of the log do not work over the network: move it to a local disk" },
  { 0xff534d42, "cifs", DOCTOR_FAIL, "locks and the shared memory of the log do not work over the network: move it to a local disk" },
  { FUSE_SUPER_MAGIC, "fuse", DOCTOR_WARN, "what a flush means there, only its maker knows: ask for a local disk" },
};

static const struct
{
  const char *option;
  const char *why;
} bad_options[] = {
  { "nobarrier", "a flush does not reach the disk" },
  { "barrier=0", "a flush does not reach the disk" },
  { "data=writeback", "after a power cut a file may hold what was deleted before" },
  { "ro", "nothing can be written" },
};
/* clang-format on */

static void
check_file_system (AdminCall *call, const char *folder)
{
  struct statfs facts;

  if (statfs (folder, &facts) != 0)
    {
      doctor_add (call, "file-system", DOCTOR_FAIL, "make the folder", "cannot look at %s", folder);
      return;
    }
  for (guint i = 0; i < G_N_ELEMENTS (file_systems); i++)
    if ((guint32) facts.f_type == file_systems[i].magic)
      {
        doctor_add (call, "file-system", file_systems[i].level, file_systems[i].advice,
                    "the database lies on %s", file_systems[i].name);
        return;
      }
  doctor_add (call, "file-system", DOCTOR_WARN, "ext4 and xfs are known to keep what is flushed",
              "the database lies on a file system that is not known here (%lx)",
              (gulong) facts.f_type);
}

/* The options of the mount that holds the folder: the longest mount point that begins it. */
static char *
dup_mount_options (const char *folder)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autofree char *found = NULL;
  gsize longest = 0;

  if (!g_file_get_contents ("/proc/self/mounts", &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) words = g_strsplit (lines[i], " ", 5);
      gsize length = g_strv_length (words) < 4 ? 0 : strlen (words[1]);

      if (length < longest || length == 0 || !g_str_has_prefix (folder, words[1]) ||
          (length > 1 && folder[length] != '/' && folder[length] != '\0'))
        continue;
      longest = length;
      g_free (found);
      found = g_strdup (words[3]);
    }
  return g_steal_pointer (&found);
}

static void
check_mount (AdminCall *call, const char *folder)
{
  g_autofree char *real = realpath (folder, NULL);
  g_autofree char *options = real == NULL ? NULL : dup_mount_options (real);
  g_auto (GStrv) words = options == NULL ? NULL : g_strsplit (options, ",", -1);

  if (words == NULL)
    return;
  for (guint i = 0; i < G_N_ELEMENTS (bad_options); i++)
    if (g_strv_contains ((const char *const *) words, bad_options[i].option))
      {
        doctor_add (call, "mount", DOCTOR_FAIL, "mount it without that option",
                    "the disk is mounted with %s: %s", bad_options[i].option, bad_options[i].why);
        return;
      }
  doctor_add (call, "mount", DOCTOR_OK, "", "mounted with %s", options);
}

static int
compare_times (gconstpointer a, gconstpointer b)
{
  gint64 left = *(const gint64 *) a;
  gint64 right = *(const gint64 *) b;

  return left < right ? -1 : left > right;
}

/* Microseconds of a page and its flush, the middle of some; -1 when it cannot be written. */
static gint64
measure_flush (const char *folder)
{
  g_autofree char *path = g_build_filename (folder, ".doctor-XXXXXX", NULL);
  g_autoptr (GArray) times = g_array_new (FALSE, FALSE, sizeof (gint64));
  char page[4096] = "";
  int descriptor = g_mkstemp_full (path, O_RDWR | O_CLOEXEC, 0600);
  gboolean ok = descriptor >= 0;

  for (guint i = 0; ok && i < N_FLUSHES; i++)
    {
      gint64 started_us = clock_monotonic_us ();
      gint64 took_us;

      ok = pwrite (descriptor, page, sizeof page, i * sizeof page) == sizeof page &&
           fdatasync (descriptor) == 0;
      took_us = clock_monotonic_us () - started_us;
      g_array_append_val (times, took_us);
    }
  if (descriptor >= 0)
    {
      close (descriptor);
      (void) g_unlink (path);
    }
  g_array_sort (times, compare_times);
  return ok ? g_array_index (times, gint64, N_FLUSHES / 2) : -1;
}

static void
check_flush (AdminCall *call, const char *folder)
{
  gint64 took_us = measure_flush (folder);

  if (took_us < 0)
    doctor_add (call, "flush", DOCTOR_FAIL, "run it as plannerd's user; look at the disk",
                "nothing can be written in %s", folder);
  else if (took_us > SLOW_FLUSH_US)
    doctor_add (call, "flush", DOCTOR_WARN, "every booking waits that long: use a faster disk",
                "a flush takes %.1f ms", (double) took_us / 1000);
  else if (took_us < QUICK_FLUSH_US)
    doctor_add (call, "flush", DOCTOR_WARN,
                "no disk is so quick: look for a cache that says done before it is",
                "a flush takes %.3f ms", (double) took_us / 1000);
  else
    doctor_add (call, "flush", DOCTOR_OK, "", "a flush takes %.2f ms", (double) took_us / 1000);
}

static void
check_room (AdminCall *call, const char *folder)
{
  struct statvfs facts;
  GStatBuf database = { 0 };
  guint64 free_mb;
  guint64 wanted_mb;

  if (statvfs (folder, &facts) != 0)
    return;
  (void) g_stat (call->database, &database);
  free_mb = (guint64) facts.f_bavail * facts.f_frsize / MB;
  wanted_mb = GOOD_MB + 2 * (guint64) database.st_size / MB;
  if (free_mb < LEAST_MB)
    doctor_add (call, "room", DOCTOR_FAIL, "make room: changes are answered busy",
                "%" G_GUINT64_FORMAT " MB are free", free_mb);
  else if (free_mb < wanted_mb)
    doctor_add (
      call, "room", DOCTOR_WARN, "make room: a backup and an upgrade need as much as the database",
      "%" G_GUINT64_FORMAT " MB are free, %" G_GUINT64_FORMAT " would be good", free_mb, wanted_mb);
  else
    doctor_add (call, "room", DOCTOR_OK, "", "%" G_GUINT64_FORMAT " MB are free", free_mb);
}

/* Citizens' numbers stand in all of them. */
static void
check_modes (AdminCall *call)
{
  static const char *const parts[] = { "", "-wal", ".lock", ".socket" };
  gboolean is_private = TRUE;

  for (guint i = 0; i < G_N_ELEMENTS (parts); i++)
    {
      g_autofree char *path = g_strconcat (call->database, parts[i], NULL);
      GStatBuf facts;

      if (g_stat (path, &facts) != 0)
        continue;
      if ((facts.st_mode & 077) != 0)
        {
          is_private = FALSE;
          doctor_add (call, "permissions", DOCTOR_FAIL, "chmod 600 it, and ask who has read it",
                      "%s may be opened by others (mode %o)", path, facts.st_mode & 0777);
        }
      if (i == 1 && (guint64) facts.st_size > MAX_LOG_BYTES)
        doctor_add (call, "log-size", DOCTOR_WARN,
                    "something reads for hours and keeps it from being folded in: end that",
                    "the write-ahead log has %u MB", (guint) (facts.st_size / MB));
    }
  if (is_private)
    doctor_add (call, "permissions", DOCTOR_OK, "", "the database is its owner's alone");
}

/**
 * doctor_disk_check:
 *
 * Writes a small file beside the database and removes it.
 */
void
doctor_disk_check (AdminCall *call)
{
  g_autofree char *folder = g_path_get_dirname (call->database);

  check_file_system (call, folder);
  check_mount (call, folder);
  check_flush (call, folder);
  check_room (call, folder);
  check_modes (call);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* A database of the same shape in a folder for passing files: what is in it is gone when the program ends. */
#include "health/track-standby.h"

#include <glib/gstdio.h>

struct _TrackStandby
{
  char *folder;
  char *path;
  TrackDatabase *database;
  TrackNoticeSender *sender;
  gboolean is_stopped;
};

/**
 * track_standby_new:
 * @schema_dir: migrations of registry.db
 * @carrier: (nullable): copied
 *
 * Errors: of the folder for passing files, and as track_database_open(). Loop thread; blocks.
 *
 * Returns: (transfer full): stop it before it is freed
 */
TrackStandby *
track_standby_new (GMainContext *context,
                   const char *schema_dir,
                   const TrackNoticeCarrier *carrier,
                   GError **error)
{
  TrackStandby *standby = g_new0 (TrackStandby, 1);
  TrackDatabaseSettings settings = { .context = context, .schema_dir = schema_dir };

  standby->folder = g_dir_make_tmp ("switchtrackd-XXXXXX", error);
  if (standby->folder != NULL)
    {
      standby->path = g_build_filename (standby->folder, "messages.db", NULL);
      settings.path = standby->path;
      standby->database = track_database_open (&settings, error);
    }
  if (standby->database == NULL)
    {
      track_standby_free (standby);
      return NULL;
    }
  if (carrier != NULL)
    standby->sender = track_notice_sender_new (context, standby->database, carrier);
  return standby;
}

/**
 * track_standby_get_database:
 *
 * Returns: (transfer none)
 */
TrackDatabase *
track_standby_get_database (TrackStandby *standby)
{
  return standby->database;
}

/**
 * track_standby_get_sender:
 *
 * Returns: (transfer none) (nullable)
 */
TrackNoticeSender *
track_standby_get_sender (TrackStandby *standby)
{
  return standby->sender;
}

/**
 * track_standby_stop:
 *
 * Sends nothing more. Harmless when repeated. Loop thread; blocks.
 */
void
track_standby_stop (TrackStandby *standby)
{
  if (standby->is_stopped)
    return;
  standby->is_stopped = TRUE;
  if (standby->sender != NULL)
    track_notice_sender_stop (standby->sender);
  track_database_stop (standby->database);
}

/**
 * track_standby_free:
 *
 * Removes its files. NULL is ignored.
 */
void
track_standby_free (TrackStandby *standby)
{
  static const char *const ends[] = { "", "-wal", "-shm" };

  if (standby == NULL)
    return;
  if (standby->database != NULL)
    track_standby_stop (standby);
  g_clear_pointer (&standby->sender, track_notice_sender_free);
  g_clear_pointer (&standby->database, track_database_free);
  for (guint i = 0; standby->path != NULL && i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (standby->path, ends[i], NULL);

      (void) g_unlink (path);
    }
  if (standby->folder != NULL)
    (void) g_rmdir (standby->folder);
  g_free (standby->path);
  g_free (standby->folder);
  g_free (standby);
}

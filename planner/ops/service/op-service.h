/* SPDX-License-Identifier: EUPL-1.2 */
/* What the parts of the service share: its members. */
#pragma once

#include "base/timer.h"
#include "ops/admin/admin.h"
#include "ops/call/op-inquiry.h"
#include "ops/service/op-worker.h"
#include "ops/service/uptime-tally.h"

/**
 * OpService:
 * @feed: the writer thread's once that runs, as are @checkpointed_us and @has_reloaded
 * @tally: has a lock of its own
 * @day: local day that the index was made for
 * @retention_is_unfinished: the bulk thread's while @is_retaining
 * @retention_day: local day whose deletion job has been done
 * @write_lock: held while a thread waits for its write
 * @wants_reload: atomic: the next group makes what goes by the day anew
 * @has_reloaded: the group that is being committed did
 *
 * All else is the loop's.
 */
struct _OpService
{
  GMainContext *context;
  char *database_path;
  char *schema_dir;
  char *data_dir;
  gboolean ignores_clock;
  Executor *executor;
  IndexFeed *feed;
  IndexView view;
  Timer *expiry;
  Timer *upkeep;
  Timer *beat;
  UptimeTally *tally;
  GPtrArray *waiting_notes;
  guint n_notes_lost;
  gboolean is_keeping_up;
  gboolean is_retaining;
  gboolean retention_is_unfinished;
  gint64 retention_day;
  gint64 day;
  int wants_reload;
  gboolean has_reloaded;
  gint64 checkpointed_us;
  GMutex write_lock;
  OpWatch watch;
  gpointer watch_data;
  OpInquire inquire;
  gpointer inquire_data;
  OpCommitted committed;
  gpointer committed_data;
};

void op_service_flush_notes (OpService *service);

/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads that are due: once a day for a municipality, and of citizens with a meeting ahead. */
#pragma once

#include "store/store.h"

/**
 * ReadTask:
 * @done_us: 0: never
 * @problem: (nullable): of the last try, when it failed; owned
 */
typedef struct
{
  gint64 tried_us;
  gint64 done_us;
  gint64 n_failures;
  char *problem;
} ReadTask;

void read_task_clear (ReadTask *task);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ReadTask, read_task_clear)
gboolean task_store_find (StoreSession *session,
                          gint64 tenant_id,
                          const char *name,
                          ReadTask *out_task,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writer. @problem: (nullable): NULL: done. */
gboolean task_store_put (StoreSession *session,
                         gint64 tenant_id,
                         const char *name,
                         const char *problem,
                         gint64 now_us,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/**
 * TaskDue:
 * @now_us: wall clock
 * @before_us: those that were not read since
 */
typedef struct
{
  gint64 tenant_id;
  gint64 now_us;
  gint64 before_us;
  guint max_citizens;
} TaskDue;

/* Citizens with a meeting or an open deadline ahead, whose meetings with an a-kasse are to be read. */
gboolean task_store_list_due_citizens (StoreSession *session,
                                       const TaskDue *due,
                                       GArray *out_ids, /* of gint64 */
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

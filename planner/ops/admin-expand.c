/* SPDX-License-Identifier: EUPL-1.2 */
/* One resource at a time: read, computed without a session, written by the writer. */
#include "ops/admin-expand.h"

#include "base/error.h"
#include "ops/promotion.h"

#define RESOURCES_PER_LIST 64
#define MAX_TRIES          3

typedef struct
{
  const AdminCall *call;
  const Expansion *expansion;
} Laying;

/* Where busy time went, a meeting that had only stood in its way is tried again as exclusive. Writer
 * only. */
static gboolean
write_laid_out (const AdminCall *call,
                StoreSession *session,
                const Expansion *expansion,
                GError **error)
{
  const OpCaller caller = { .name = (char *) call->actor };
  const OpCall promoting = { .caller = &caller,
                             .request_id = call->call_id,
                             .tenant_id = expansion->tenant_id,
                             .now_us = call->now_us,
                             .session = session };
  Period ahead = { call->now_us, expansion->window.end_us };

  return expansion_write (session, expansion, error) &&
         (period_is_empty (ahead) ||
          promotion_run (&promoting, expansion->resource_id, ahead, error));
}

static gboolean
write_one (StoreSession *session, gpointer data, GError **error)
{
  const Laying *laying = data;
  return write_laid_out (laying->call, session, laying->expansion, error);
}

/**
 * admin_expand_resource:
 * @session: the write's own
 *
 * Lays a resource's time out anew in the transaction that changed a source of it, so that nobody is
 * offered the old time a moment longer: one resource's calendars are read in a few milliseconds.
 *
 * Errors: as expansion_load() and expansion_write(). Writer only.
 */
gboolean
admin_expand_resource (const AdminCall *call,
                       StoreSession *session,
                       const ResourceRecord *resource,
                       GError **error)
{
  g_autoptr (Expansion) expansion = expansion_load (
    session, resource->tenant_id, resource->resource_id, expansion_window (call->now_us), error);

  if (expansion == NULL)
    return FALSE;
  expansion_compute (expansion);
  return write_laid_out (call, session, expansion, error);
}

/* Sources that change underneath are read again; after that somebody else's expansion will do. */
static gboolean
expand_one (AdminCall *call,
            gint64 tenant_id,
            gint64 resource_id,
            guint *out_n_faults,
            GError **error)
{
  for (guint i = 1;; i++)
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (Expansion) expansion = expansion_load (call->session, tenant_id, resource_id,
                                                        expansion_window (call->now_us), error);
      Laying laying = { .call = call };

      if (expansion == NULL)
        return FALSE;
      expansion_compute (expansion);
      *out_n_faults = expansion->n_faults;
      laying.expansion = expansion;
      if (call->runner.run_write (call->runner.runner, write_one, &laying, &local_error))
        return TRUE;
      if (i == MAX_TRIES || !g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
    }
}

/**
 * admin_expand_due:
 *
 * After an import, and now and then from the background. Worker thread; blocks.
 */
gboolean
admin_expand_due (AdminCall *call, GError **error)
{
  guint n_expanded = 0;
  guint n_all_faults = 0;

  for (;;)
    {
      g_autoptr (GArray) due =
        expansion_list_due (call->session, call->now_us, RESOURCES_PER_LIST, error);

      if (due == NULL)
        return FALSE;
      if (due->len == 0)
        break;
      for (guint i = 0; i < due->len; i += 2)
        {
          guint n_faults = 0;
          if (!expand_one (call, g_array_index (due, gint64, i), g_array_index (due, gint64, i + 1),
                           &n_faults, error))
            return FALSE;
          n_expanded++;
          admin_progress (call, "calendars", n_expanded, 0);
          n_all_faults += n_faults;
        }
    }
  json_object_set_int_member (call->result, "expanded", n_expanded);
  json_object_set_int_member (call->result, "expansion_faults", n_all_faults);
  return TRUE;
}

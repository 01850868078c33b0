/* SPDX-License-Identifier: EUPL-1.2 */
/* One resource at a time: read, computed without a session, written by the writer. */
#include "ops/service/admin-expand.h"

#include "base/error.h"
#include "ops/booking/promotion.h"

#define RESOURCES_PER_LIST 64
#define MAX_TRIES          3

/* So many spans are written by one job of the writer, which others wait for. */
#define SPANS_PER_WRITE 200

typedef struct
{
  const AdminCall *call;
  const Expansion *expansion;
  guint first; /* of the changes that are to be written */
} Laying;

/* Where busy time went, a meeting that had only stood in its way is tried again as exclusive. Writer
 * only. */
static gboolean
promote (const AdminCall *call, StoreSession *session, const Expansion *expansion, GError **error)
{
  const OpCaller caller = { .name = (char *) call->actor };
  const OpCall promoting = { .caller = &caller,
                             .request_id = call->call_id,
                             .tenant_id = expansion->tenant_id,
                             .now_us = call->now_us,
                             .session = session };
  Period ahead = { call->now_us, expansion->window.end_us };

  return period_is_empty (ahead) ||
         promotion_run (&promoting, expansion->resource_id, ahead, error);
}

/* AdminWrite. */
static gboolean
write_some (StoreSession *session, gpointer data, GError **error)
{
  const Laying *laying = data;
  return expansion_write_changes (session, laying->expansion, laying->first, SPANS_PER_WRITE,
                                  error);
}

/* AdminWrite. */
static gboolean
write_end (StoreSession *session, gpointer data, GError **error)
{
  const Laying *laying = data;
  return expansion_finish (session, laying->expansion, error) &&
         promote (laying->call, session, laying->expansion, error);
}

/**
 * admin_expand_resource:
 * @session: the write's own
 *
 * Lays a resource's time out anew in the transaction that changed a source of it, so that nobody is
 * offered the old time a moment longer. What is laid out already is not read again.
 *
 * Errors: as expansion_load() and expansion_write(). Writer only.
 */
gboolean
admin_expand_resource (const AdminCall *call,
                       StoreSession *session,
                       const ResourceRecord *resource,
                       GError **error)
{
  g_autoptr (Expansion) expansion =
    expansion_load (session, resource->tenant_id, resource->resource_id,
                    expansion_window (call->now_us), EXPANSION_DUE, error);

  if (expansion == NULL)
    return FALSE;
  expansion_compute (expansion);
  return expansion_write (session, expansion, error) && promote (call, session, expansion, error);
}

static gboolean
write_laid_out (AdminCall *call, const Expansion *expansion, GError **error)
{
  Laying laying = { .call = call, .expansion = expansion };

  for (; laying.first < expansion_n_changes (expansion); laying.first += SPANS_PER_WRITE)
    if (!call->runner.run_write (call->runner.runner, write_some, &laying, error))
      return FALSE;
  return call->runner.run_write (call->runner.runner, write_end, &laying, error);
}

/* Sources that change underneath are read again. When they do not come to rest (a calendar is being pulled for the
 * first time), the next round will do. */
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
      g_autoptr (Expansion) expansion =
        expansion_load (call->session, tenant_id, resource_id, expansion_window (call->now_us),
                        EXPANSION_DUE, error);

      if (expansion == NULL)
        return FALSE;
      expansion_compute (expansion);
      *out_n_faults = expansion->n_faults;
      if (!expansion_compare (call->session, expansion, error))
        return FALSE;
      if (write_laid_out (call, expansion, &local_error))
        return TRUE;
      if (!g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_BUSY))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (i == MAX_TRIES)
        {
          g_debug ("%s", local_error->message);
          return TRUE;
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
  gint64 last_id = 0;

  for (;;)
    {
      g_autoptr (GArray) due =
        expansion_list_due (call->session, call->now_us, last_id, RESOURCES_PER_LIST, error);

      if (due == NULL)
        return FALSE;
      if (due->len == 0)
        break;
      for (guint i = 0; i < due->len; i += 2)
        {
          guint n_faults = 0;

          last_id = g_array_index (due, gint64, i + 1);
          if (!expand_one (call, g_array_index (due, gint64, i), last_id, &n_faults, error))
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

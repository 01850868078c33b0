/* SPDX-License-Identifier: EUPL-1.2 */
/* Import rows of connections to calendars: everything of them but the secret, which stays a file's name. */
#include "base/error.h"
#include "ops/import/binding-check.h"
#include "ops/import/import-run.h"

static const char *const ways_in[] = { "basic", "digest", "bearer", "certificate", "none", NULL };
static const char *const directions[] = { "both", "in", "out", NULL };

static gint64
direction_of (const char *word)
{
  return word == NULL ? 0 : g_str_equal (word, "in") ? 1 : g_str_equal (word, "out") ? 2 : 3;
}

static SyncBinding *
read_row (const ImportRun *run, ImportRow *row, const ResourceRecord *resource)
{
  g_autoptr (SyncBinding) binding = g_new0 (SyncBinding, 1);

  binding->tenant_id = run->tenant_id;
  binding->resource_id = resource == NULL ? 0 : resource->resource_id;
  binding->url = g_strdup (import_row_need (row, "url", 1000));
  binding->auth = g_strdup (import_row_word (row, "auth", ways_in, FALSE));
  binding->user_name = g_strdup (import_row_text (row, "user", 255));
  binding->secret = g_strdup (import_row_text (row, "secret", 64));
  binding->certificate = g_strdup (import_row_text (row, "certificate", 64));
  binding->direction = direction_of (import_row_word (row, "direction", directions, TRUE));
  binding->limit_minutes =
    import_row_int (row, "limit_minutes", 0, BINDING_MIN_LIMIT, BINDING_MAX_LIMIT);
  binding->health = g_strdup ("new");
  binding->created_us = run->now_us;
  return g_steal_pointer (&binding);
}

/* Its address is what names it among its owner's. */
static SyncBinding *
find_stored (const GPtrArray *stored, const SyncBinding *binding)
{
  for (guint i = 0; i < stored->len; i++)
    {
      SyncBinding *one = stored->pdata[i];
      if (g_str_equal (one->url, binding->url))
        return one;
    }
  return NULL;
}

static gboolean
is_same (const SyncBinding *one, const SyncBinding *other)
{
  return g_strcmp0 (one->auth, other->auth) == 0 &&
         g_strcmp0 (one->user_name, other->user_name) == 0 &&
         g_strcmp0 (one->secret, other->secret) == 0 &&
         g_strcmp0 (one->certificate, other->certificate) == 0 &&
         one->direction == other->direction && one->limit_minutes == other->limit_minutes;
}

static void
take_over (SyncBinding *stored, const SyncBinding *wanted)
{
  g_free (stored->auth);
  g_free (stored->user_name);
  g_free (stored->secret);
  g_free (stored->certificate);
  stored->auth = g_strdup (wanted->auth);
  stored->user_name = g_strdup (wanted->user_name);
  stored->secret = g_strdup (wanted->secret);
  stored->certificate = g_strdup (wanted->certificate);
  stored->direction = wanted->direction;
  stored->limit_minutes = wanted->limit_minutes;
}

static gboolean
put (ImportRun *run,
     SyncBinding *wanted,
     SyncBinding *stored,
     PutOutcome *out_outcome,
     GError **error)
{
  if (stored == NULL)
    {
      *out_outcome = PUT_ADDED;
      return sync_binding_store_add (run->session, wanted, error);
    }
  *out_outcome = is_same (stored, wanted) ? PUT_SAME : PUT_CHANGED;
  if (*out_outcome == PUT_SAME)
    return TRUE;
  take_over (stored, wanted);
  return sync_binding_store_change (run->session, stored, error);
}

/* A pause is carried over; an empty field is no order to go on. */
static gboolean
carry_pause (ImportRun *run,
             const SyncBinding *binding,
             const char *why,
             PutOutcome *out_outcome,
             GError **error)
{
  if (why == NULL || (binding->state == SYNC_BINDING_PAUSED && g_strcmp0 (binding->why, why) == 0))
    return TRUE;
  *out_outcome = MAX (*out_outcome, PUT_CHANGED);
  return sync_binding_store_set_state (run->session, binding->binding_id, SYNC_BINDING_PAUSED, why,
                                       error);
}

/**
 * import_sync_binding:
 *
 * A connection is named by its owner and its address. What is new is not asked here whether it opens: the
 * first run says so, and until then nothing of its owner is offered.
 */
gboolean
import_sync_binding (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  const ResourceRecord *resource = import_run_need_resource (run, row, "resource");
  const char *why = import_row_text (row, "paused", 255);
  g_autoptr (SyncBinding) wanted = read_row (run, row, resource);
  g_autoptr (GPtrArray) stored = NULL;
  g_autoptr (GError) fault = NULL;
  g_autofree char *name = NULL;
  SyncBinding *before;

  if (row->is_refused)
    return TRUE;
  name = g_strdup_printf ("%s %s", resource->resource_key, wanted->url);
  stored = sync_binding_store_list (run->session, run->tenant_id, resource->resource_id, error);
  if (stored == NULL)
    return FALSE;
  before = find_stored (stored, wanted);
  wanted->binding_id = before == NULL ? 0 : before->binding_id;
  wanted->calendar_key = binding_make_key (stored);
  if (!binding_check (wanted, &fault) || !binding_check_others (wanted, stored, &fault))
    import_row_refuse (row, "%s", fault->message);
  if (row->is_refused || !import_run_claim (run, row, "connection", name))
    return TRUE;
  if (put (run, wanted, before, out_outcome, &fault))
    return carry_pause (run, before == NULL ? wanted : before, why, out_outcome, error);
  if (!g_error_matches (fault, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID))
    {
      g_propagate_error (error, g_steal_pointer (&fault));
      return FALSE;
    }
  import_row_refuse (row, "%s", fault->message);
  return TRUE;
}

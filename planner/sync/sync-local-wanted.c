/* SPDX-License-Identifier: EUPL-1.2 */
/* Which meetings should be in the calendar, and which are there and should not. */
#include <string.h>

#include "sync/sync-local-private.h"

/* What is over may still have a request without an answer: its meeting is wanted as long as that. */
#define PAST_US (G_GINT64_CONSTANT (35) * PERIOD_US_PER_DAY)

/* In a run's order: the shapes of what was sent, and of what is being sent. */
static void
take_link (CalsyncWanted *wanted, const SyncLink *link)
{
  wanted->state = (CalsyncLinkState) link->state;
  wanted->create_sequence = (guint) link->create_sequence;
  wanted->event_sequence = (guint) link->event_sequence;
  wanted->uid = g_strdup (link->uid);
  wanted->key = g_strdup (link->key);
  wanted->version = g_strdup (link->version);
  wanted->base = sync_shape_to_calsync (&link->base);
  wanted->seen = sync_shape_to_calsync (&link->seen);
  wanted->awaits_feed = link->awaits_feed != 0;
  wanted->n_putbacks = (guint) link->n_putbacks;
  wanted->in_flight = (CalsyncPushVerb) link->in_flight;
  wanted->in_flight_uid = g_strdup (link->in_flight_uid);
  wanted->in_flight_key = g_strdup (link->in_flight_key);
  wanted->in_flight_create_sequence = (guint) link->in_flight_create_sequence;
  wanted->in_flight_event_sequence = (guint) link->in_flight_event_sequence;
  wanted->in_flight_shape = sync_shape_to_calsync (&link->in_flight_shape);
  wanted->not_before_us = link->not_before_us;
}

static CalsyncWanted *
new_live (const SyncLocal *local, const SyncMeeting *meeting)
{
  CalsyncWanted *wanted = g_new0 (CalsyncWanted, 1);

  wanted->reference =
    sync_reference_new (local->instance, meeting->session_id != 0, meeting->identifier);
  wanted->is_live = TRUE;
  wanted->start_us = meeting->period.start_us;
  wanted->end_us = meeting->period.end_us;
  wanted->zone = calsync_zone_lookup (meeting->zone, NULL);
  if (wanted->zone == NULL)
    wanted->zone = local->zone;
  wanted->summary = sync_rules_dup_summary (&local->rules, meeting->offer_title);
  wanted->is_private = local->rules.is_private;
  return wanted;
}

/* Cancelled, moved to somebody else, or removed with its citizen. */
static CalsyncWanted *
new_dead (const SyncLocal *local, const SyncLink *link)
{
  CalsyncWanted *wanted = g_new0 (CalsyncWanted, 1);

  wanted->reference = g_strdup (link->reference);
  wanted->start_us = link->base.start_us;
  wanted->end_us = link->base.end_us;
  wanted->zone = local->zone;
  wanted->summary = sync_rules_dup_summary (&local->rules, NULL);
  wanted->is_private = local->rules.is_private;
  return wanted;
}

/* A meeting that comes back to a calendar gets a UID that was never there. */
static gboolean
take_tombstone (const SyncLocal *local, CalsyncWanted *wanted, GError **error)
{
  gint64 create_sequence = 0;

  if (!sync_tombstone_find (local->place->session, local->binding->binding_id, wanted->reference,
                            &create_sequence, error))
    return FALSE;
  wanted->create_sequence = (guint) create_sequence;
  return TRUE;
}

static GHashTable *
index_links (const GPtrArray *links)
{
  GHashTable *by_reference = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < links->len; i++)
    g_hash_table_insert (by_reference, ((SyncLink *) links->pdata[i])->reference, links->pdata[i]);
  return by_reference;
}

/* A question about a meeting that nobody answered before it was over: its event stands at a time that never was. */
static gboolean
is_left_elsewhere (const SyncLink *link)
{
  return link->state == CALSYNC_LINK_CONFLICT && link->key != NULL && link->seen.flags == 0 &&
         link->seen.start_us != 0 &&
         (link->seen.start_us != link->base.start_us || link->seen.end_us != link->base.end_us);
}

static gboolean
add_live (const SyncLocal *local,
          const GPtrArray *meetings,
          GHashTable *links,
          GPtrArray *all,
          GError **error)
{
  for (guint i = 0; i < meetings->len; i++)
    {
      const SyncMeeting *meeting = meetings->pdata[i];
      g_autoptr (CalsyncWanted) wanted = new_live (local, meeting);
      SyncLink *link = g_hash_table_lookup (links, wanted->reference);

      gboolean is_over = meeting->period.end_us <= local->now_us;

      if (is_over && (link == NULL || (link->in_flight == 0 && !is_left_elsewhere (link))))
        continue;
      if (link != NULL)
        {
          take_link (wanted, link);
          if (is_over && is_left_elsewhere (link))
            wanted->state = CALSYNC_LINK_LINKED; /* it is put back */
          g_hash_table_remove (links, wanted->reference);
        }
      else if (!take_tombstone (local, wanted, error))
        return FALSE;
      g_ptr_array_add (all, g_steal_pointer (&wanted));
    }
  return TRUE;
}

/* @left: links that belong to no live meeting here. */
static void
add_dead (const SyncLocal *local, const GPtrArray *links, GHashTable *left, GPtrArray *all)
{
  for (guint i = 0; i < links->len; i++)
    {
      const SyncLink *link = links->pdata[i];
      CalsyncWanted *wanted;

      if (!g_hash_table_contains (left, link->reference) ||
          (link->base.end_us <= local->now_us && link->in_flight == 0))
        continue;
      wanted = new_dead (local, link);
      take_link (wanted, link);
      g_ptr_array_add (all, wanted);
    }
}

static gboolean
list (SyncLocal *local, GPtrArray *all, GError **error)
{
  StoreSession *session = local->place->session;
  const SyncBinding *binding = local->binding;
  Period window = { local->now_us, G_MAXINT64 };
  g_autoptr (GPtrArray) links = sync_link_store_list (session, binding->binding_id, local->now_us,
                                                      local->now_us - 24 * SYNC_HOUR_US, error);
  g_autoptr (GHashTable) left = links == NULL ? NULL : index_links (links);
  g_autoptr (GPtrArray) meetings = NULL;

  for (guint i = 0; links != NULL && i < links->len; i++)
    if (((SyncLink *) links->pdata[i])->in_flight != 0 || is_left_elsewhere (links->pdata[i]))
      window.start_us = local->now_us - PAST_US;
  if (links != NULL)
    meetings =
      sync_meeting_list (session, binding->binding_id, binding->resource_id, window, error);
  if (meetings == NULL || !add_live (local, meetings, left, all, error))
    return FALSE;
  add_dead (local, links, left, all);
  return TRUE;
}

static int
compare_references (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(const CalsyncWanted *const *) a)->reference,
                 (*(const CalsyncWanted *const *) b)->reference);
}

/**
 * sync_local_list_wanted:
 *
 * Returns: (transfer full) (element-type CalsyncWanted): by reference; NULL with @error set.
 */
GPtrArray *
sync_local_list_wanted (CalsyncLocal *port, GError **error)
{
  SyncLocal *local = (SyncLocal *) port;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func ((GDestroyNotify) calsync_wanted_free);
  gboolean is_own = FALSE;
  gboolean ok;

  if (!sync_local_begin (local, &is_own, error))
    return NULL;
  ok = list (local, all, error);
  sync_local_end (local, is_own);
  g_ptr_array_sort (all, compare_references);
  return ok ? g_steal_pointer (&all) : NULL;
}

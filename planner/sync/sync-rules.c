/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the dated settings sync-… of a resource's first unit, or of its municipality. */
#include "sync/sync-rules.h"

#include <string.h>

#include "calsync-booking.h"
#include "ops/facts/expansion.h"

#define PREFIX          "sync-"
#define DEFAULT_SUMMARY "Samtale (Kommunal Planner)"

static void
apply (SyncRules *rules, const char *key, const char *value)
{
  if (g_str_equal (key, "sync-on-move"))
    rules->on_move = g_str_equal (value, "propose") ? CALSYNC_ON_MOVE_PROPOSE
                     : g_str_equal (value, "ask")   ? CALSYNC_ON_MOVE_ASK
                                                    : CALSYNC_ON_MOVE_PUT_BACK;
  else if (g_str_equal (key, "sync-on-delete"))
    rules->on_delete =
      g_str_equal (value, "ask") ? CALSYNC_ON_DELETE_ASK : CALSYNC_ON_DELETE_PUT_BACK;
  else if (g_str_equal (key, "sync-private"))
    rules->is_private = g_str_equal (value, "yes");
  else if (g_str_equal (key, "sync-fresh-minutes"))
    rules->fresh_minutes = g_ascii_strtoll (value, NULL, 10);
  else if (g_str_equal (key, "sync-summary") && *value != '\0')
    {
      g_free (rules->summary);
      rules->summary = g_strdup (value);
    }
}

/**
 * sync_rules_load:
 *
 * Settings come in an order in which the later one wins: the municipality's before the unit's, older before
 * newer ones.
 */
gboolean
sync_rules_load (SyncRules *rules,
                 StoreSession *session,
                 gint64 resource_id,
                 gint64 now_us,
                 GError **error)
{
  const CalsyncZone *zone = expansion_find_zone (session, resource_id);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  *rules = (SyncRules){ .summary = g_strdup (DEFAULT_SUMMARY) };
  if (!store_query (session, &query, error, SQL_SYNC_SETTINGS, "ii", resource_id,
                    calsync_zone_local_day (zone, now_us)))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    apply (rules, store_text (&query, 0), store_text (&query, 1));
  return step == STORE_END;
}

/**
 * sync_rules_clear:
 */
void
sync_rules_clear (SyncRules *rules)
{
  g_clear_pointer (&rules->summary, g_free);
}

/**
 * sync_rules_dup_summary:
 * @offer_title: (nullable): of an offer, so no person's words about a citizen
 *
 * Returns: (transfer full): what the meeting is called in the advisor's calendar; the usual words when the
 *   title makes a text that is not written there, so that the meeting is.
 */
char *
sync_rules_dup_summary (const SyncRules *rules, const char *offer_title)
{
  g_auto (GStrv) parts = g_strsplit (rules->summary, SYNC_SUMMARY_OFFER, -1);
  g_autofree char *text = g_strjoinv (offer_title == NULL ? "" : offer_title, parts);

  g_strstrip (text);
  if (*text == '\0' || !calsync_booking_is_summary (text))
    return g_strdup (DEFAULT_SUMMARY);
  return g_steal_pointer (&text);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Joins what several units say blocks time, and reads it for one resource. */
#include "ops/facts/block-rules.h"

#include <string.h>

#include "calsync-timezone.h"

/**
 * block_rules_begin:
 *
 * Returns: rules that no unit has been added to.
 */
BlockRules
block_rules_begin (void)
{
  BlockRules rules = { .has_unit = FALSE };

  calsync_policy_init (&rules.policy);
  return rules;
}

/**
 * block_rules_add:
 *
 * The stricter word of each rule holds.
 */
void
block_rules_add (BlockRules *rules, const CalsyncPolicy *unit)
{
  if (rules->has_unit)
    calsync_policy_make_stricter (&rules->policy, unit);
  else
    rules->policy = *unit;
  rules->has_unit = TRUE;
}

/**
 * block_rules_end:
 *
 * Returns: the joined policy; the defaults when no unit was added.
 */
CalsyncPolicy
block_rules_end (const BlockRules *rules)
{
  return rules->policy;
}

static CalsyncClass
class_of (const BusySpan *span)
{
  CalsyncClass busy_class;

  return calsync_class_parse (span->class_name, &busy_class) ? busy_class : CALSYNC_CLASS_UNKNOWN;
}

/**
 * block_rules_get:
 *
 * Returns: which meetings a stored span blocks. Any thread.
 */
CalsyncBlocks
block_rules_get (const CalsyncPolicy *policy, const BusySpan *span)
{
  return calsync_policy_get (policy, class_of (span), span->is_all_day);
}

/**
 * block_rules_let_block:
 *
 * Returns: whether a stored span blocks such a meeting. Any thread.
 */
gboolean
block_rules_let_block (const CalsyncPolicy *policy, const BusySpan *span, CalsyncMeeting meeting)
{
  return calsync_policy_blocks (policy, class_of (span), span->is_all_day, meeting);
}

/* Rows of unit, zone, rule, value and first date, unit by unit, in the order in which they overrule each other;
 * a unit without settings has one row without a rule. */
static gboolean
read_units (StoreQuery *query, gint64 now_us, BlockRules *rules, GError **error)
{
  CalsyncPolicy unit;
  gint64 unit_id = 0;
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    {
      const CalsyncZone *zone = calsync_zone_lookup (store_text (query, 1), NULL);

      if (unit_id != 0 && store_int (query, 0) != unit_id)
        block_rules_add (rules, &unit);
      if (store_int (query, 0) != unit_id)
        calsync_policy_init (&unit);
      unit_id = store_int (query, 0);
      if (!store_is_null (query, 2) && zone != NULL &&
          store_int (query, 4) <= calsync_zone_local_day (zone, now_us))
        (void) !calsync_policy_set (&unit, store_text (query, 2) + strlen (BLOCK_RULE_SETTING),
                                    store_text (query, 3));
    }
  if (unit_id != 0)
    block_rules_add (rules, &unit);
  return step != STORE_FAILED;
}

static gboolean
read_own (StoreQuery *query, CalsyncPolicy *policy, GError **error)
{
  StoreStep step;

  while ((step = store_step (query, error)) == STORE_ROW)
    (void) !calsync_policy_set (policy, store_text (query, 0), store_text (query, 1));
  return step != STORE_FAILED;
}

/**
 * block_rules_load:
 *
 * Says what the catalogue says of the resource. Any thread with a session.
 */
gboolean
block_rules_load (StoreSession *session,
                  gint64 resource_id,
                  gint64 now_us,
                  CalsyncPolicy *out_policy,
                  GError **error)
{
  BlockRules rules = block_rules_begin ();
  CalsyncPolicy policy;
  g_auto (StoreQuery) units = { 0 };
  g_auto (StoreQuery) own = { 0 };

  if (!store_query (session, &units, error, SQL_BLOCK_RULES_OF_UNITS, "i", resource_id) ||
      !read_units (&units, now_us, &rules, error))
    return FALSE;
  policy = block_rules_end (&rules);
  if (!store_query (session, &own, error, SQL_BLOCK_RULE_LIST, "i", resource_id) ||
      !read_own (&own, &policy, error))
    return FALSE;
  *out_policy = policy;
  return TRUE;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Which time of a calendar blocks which meetings: defaults, rules by name, the stricter of two. */
#include "calsync-policy.h"

#define N_VALUES 3

/* Words by what they are stored as. A class that has no row cannot be changed. */
static const struct
{
  const char *name;
  CalsyncClass busy_class; /* CALSYNC_CLASS_FREE: whole days */
  const char *values;
  const char *words[N_VALUES];
} rules[CALSYNC_N_RULES] = {
  { "tentative",
    CALSYNC_CLASS_TENTATIVE,
    "all, in-person or none",
    { "all", "in-person", "none" } },
  { "away", CALSYNC_CLASS_AWAY, "all, in-person or none", { "all", "in-person", "none" } },
  { "elsewhere",
    CALSYNC_CLASS_ELSEWHERE,
    "all, in-person or none",
    { "all", "in-person", "none" } },
  { "all-day", CALSYNC_CLASS_FREE, "yes, as-marked or no", { "yes", "as-marked", "no" } },
};

/**
 * calsync_policy_init:
 * @policy: (out): filled with the defaults: everything blocks but free time, and work elsewhere
 *   blocks meetings in person only; whole days as they are marked
 *
 * Any thread.
 */
void
calsync_policy_init (CalsyncPolicy *policy)
{
  for (guint i = 0; i < CALSYNC_N_CLASSES; i++)
    policy->blocks[i] = CALSYNC_BLOCKS_ALL;
  policy->blocks[CALSYNC_CLASS_FREE] = CALSYNC_BLOCKS_NOTHING;
  policy->blocks[CALSYNC_CLASS_ELSEWHERE] = CALSYNC_BLOCKS_IN_PERSON;
  policy->all_day = CALSYNC_ALL_DAY_AS_MARKED;
}

/**
 * calsync_policy_get:
 * @busy_class: what the time is taken as
 * @is_all_day: it is whole days
 *
 * Any thread.
 *
 * Returns: what such time blocks; a class that does not exist blocks everything
 */
CalsyncBlocks
calsync_policy_get (const CalsyncPolicy *policy, CalsyncClass busy_class, gboolean is_all_day)
{
  if ((guint) busy_class >= CALSYNC_N_CLASSES || busy_class == CALSYNC_CLASS_UNKNOWN)
    return CALSYNC_BLOCKS_ALL;
  if (is_all_day && policy->all_day == CALSYNC_ALL_DAY_YES)
    return CALSYNC_BLOCKS_ALL;
  if (is_all_day && policy->all_day == CALSYNC_ALL_DAY_NO && busy_class != CALSYNC_CLASS_AWAY)
    return CALSYNC_BLOCKS_NOTHING;
  if (busy_class == CALSYNC_CLASS_FREE || busy_class == CALSYNC_CLASS_BUSY)
    return busy_class == CALSYNC_CLASS_FREE ? CALSYNC_BLOCKS_NOTHING : CALSYNC_BLOCKS_ALL;
  return (CalsyncBlocks) policy->blocks[busy_class];
}

/**
 * calsync_policy_blocks:
 * @policy: a policy
 * @busy_class: what the time is taken as
 * @is_all_day: it is whole days
 * @meeting: what it is wanted for
 *
 * Any thread.
 *
 * Returns: whether that time may not be offered
 */
gboolean
calsync_policy_blocks (const CalsyncPolicy *policy,
                       CalsyncClass busy_class,
                       gboolean is_all_day,
                       CalsyncMeeting meeting)
{
  CalsyncBlocks blocks = calsync_policy_get (policy, busy_class, is_all_day);

  return blocks == CALSYNC_BLOCKS_ALL ||
         (blocks == CALSYNC_BLOCKS_IN_PERSON && meeting != CALSYNC_MEETING_REMOTE);
}

/**
 * calsync_policy_make_stricter:
 * @policy: (inout): blocks afterwards whatever either blocked
 *
 * Any thread.
 */
void
calsync_policy_make_stricter (CalsyncPolicy *policy, const CalsyncPolicy *than)
{
  for (guint i = 0; i < CALSYNC_N_CLASSES; i++)
    policy->blocks[i] = MIN (policy->blocks[i], than->blocks[i]);
  policy->all_day = MIN (policy->all_day, than->all_day);
}

/**
 * calsync_policy_get_rule_name:
 * @rule: less than CALSYNC_N_RULES
 *
 * Returns: (transfer none): the rule's name: a class of time, or all-day
 */
const char *
calsync_policy_get_rule_name (guint rule)
{
  g_return_val_if_fail (rule < CALSYNC_N_RULES, NULL);
  return rules[rule].name;
}

/**
 * calsync_policy_get_rule_values:
 * @rule: less than CALSYNC_N_RULES
 *
 * Returns: (transfer none): what it may be set to, for people
 */
const char *
calsync_policy_get_rule_values (guint rule)
{
  g_return_val_if_fail (rule < CALSYNC_N_RULES, NULL);
  return rules[rule].values;
}

static guint8 *
field_of (CalsyncPolicy *policy, guint rule)
{
  return rules[rule].busy_class == CALSYNC_CLASS_FREE ? &policy->all_day
                                                      : &policy->blocks[rules[rule].busy_class];
}

/**
 * calsync_policy_set:
 * @rule: a rule's name
 * @value: one of its values
 *
 * Any thread.
 *
 * Returns: whether there is such a rule and such a value; if not, @policy is as it was
 */
gboolean
calsync_policy_set (CalsyncPolicy *policy, const char *rule, const char *value)
{
  for (guint i = 0; i < CALSYNC_N_RULES; i++)
    for (guint j = 0; j < N_VALUES; j++)
      if (g_strcmp0 (rule, rules[i].name) == 0 && g_strcmp0 (value, rules[i].words[j]) == 0)
        {
          *field_of (policy, i) = (guint8) j;
          return TRUE;
        }
  return FALSE;
}

/**
 * calsync_policy_format:
 * @rule: less than CALSYNC_N_RULES
 *
 * Returns: (transfer none): the rule's value, as calsync_policy_set() takes it
 */
const char *
calsync_policy_format (const CalsyncPolicy *policy, guint rule)
{
  CalsyncPolicy copy = *policy;

  g_return_val_if_fail (rule < CALSYNC_N_RULES, NULL);
  return rules[rule].words[MIN (*field_of (&copy, rule), N_VALUES - 1)];
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizen rules as three-valued logic: a fact that is not known refuses nobody. */
#include "rules/citizen-match.h"

static CitizenMatch
match_id (const int *demanded, gboolean is_known, int id)
{
  if (demanded == NULL)
    return CITIZEN_MATCHES;
  if (!is_known)
    return CITIZEN_UNKNOWN;
  for (guint i = 0; demanded[i] != 0; i++)
    if (demanded[i] == id)
      return CITIZEN_MATCHES;
  return CITIZEN_CONTRADICTS;
}

static CitizenMatch
match_marks (char *const *demanded, gboolean is_known, char *const *marks)
{
  if (demanded == NULL)
    return CITIZEN_MATCHES;
  if (!is_known)
    return CITIZEN_UNKNOWN;
  for (guint i = 0; marks != NULL && marks[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) demanded, marks[i]))
      return CITIZEN_MATCHES;
  return CITIZEN_CONTRADICTS;
}

/**
 * offer_match_citizen:
 * @rules: an offer's citizen rules
 * @facts: what is known of the citizen. In GetSelfbookInterviewOptions everything is known, also that
 *   a category or marks are missing; in later calls what was remembered
 *
 * Any thread, never blocks.
 *
 * Returns: contradicts if one demand is not met by a known fact; else unknown if one demanded fact is
 *   not known; else matches
 */
CitizenMatch
offer_match_citizen (const OfferCitizenRules *rules, const CitizenFacts *facts)
{
  CitizenMatch group =
    match_id (rules->contact_groups, facts->contact_group_known, facts->contact_group);
  CitizenMatch category = match_id (rules->categories, facts->category_known, facts->category);
  CitizenMatch marks = match_marks (rules->marks, facts->marks_known, facts->marks);

  return MAX (group, MAX (category, marks)); /* the enum ascends from yes over unknown to no */
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Does a citizen, as far as facts are known, meet an offer's citizen rules. */
#pragma once

#include "rules/offer.h"

/**
 * CitizenMatch:
 * @CITIZEN_MATCHES: every demand is met by a known fact
 * @CITIZEN_UNKNOWN: nothing contradicts, but a demanded fact is not known
 * @CITIZEN_CONTRADICTS: a known fact does not meet a demand
 */
typedef enum
{
  CITIZEN_MATCHES,
  CITIZEN_UNKNOWN,
  CITIZEN_CONTRADICTS,
} CitizenMatch;

/**
 * CitizenFacts:
 * @contact_group: id; meaningful when known; 0 when known to have none
 * @category: id; meaningful when known; 0 when known to have none
 * @marks: NULL-terminated lower-case GUIDs, nullable for none; meaningful when known
 * @unemployment_fund: (nullable): a-kasse code; NULL when not known
 */
typedef struct
{
  gboolean contact_group_known;
  int contact_group;
  gboolean category_known;
  int category;
  gboolean marks_known;
  char **marks;
  const char *unemployment_fund;
} CitizenFacts;

CitizenMatch offer_match_citizen (const OfferCitizenRules *rules, const CitizenFacts *facts);

/* SPDX-License-Identifier: EUPL-1.2 */
/* Citizens by surrogate id, and what others have told us about them. */
#pragma once

#include "store/store.h"

/**
 * CitizenSummary:
 * @busy_until_us: latest end of a live booking or expiry of a hold; 0 when there is none; G_MAXINT64
 *   for a number that the citizen had before
 */
typedef struct
{
  gint64 citizen_id;
  gint64 tenant_id;
  char cpr[11];
  gint64 busy_until_us;
} CitizenSummary;

/**
 * CitizenFact:
 * @kind: "contact-group", "category", "mark", "unemployment-fund" or "unit"
 * @value: the id, code or lower-case GUID; "" for "known to have none"
 */
typedef struct
{
  char *kind;
  char *value;
} CitizenFact;

/**
 * CitizenFactSource:
 * @name: who says it; everything this source said before goes
 */
typedef struct
{
  const char *name;
  gint64 seen_us;
} CitizenFactSource;

void citizen_fact_free (CitizenFact *fact);
char *citizen_dup_masked (const char *text);
char *citizen_dup_without_cpr (const char *text, const char *cpr);
gint64 citizen_store_find (StoreSession *session, gint64 tenant_id, const char *cpr, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gint64 citizen_store_put (StoreSession *session, gint64 tenant_id, const char *cpr, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
GArray *citizen_store_list_former (StoreSession *session,
                                   gint64 tenant_id,
                                   const char *cpr,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *citizen_store_list_facts (StoreSession *session,
                                     gint64 citizen_id,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citizen_store_put_facts (StoreSession *session,
                                  gint64 tenant_id,
                                  gint64 citizen_id,
                                  const CitizenFactSource *source,
                                  const GPtrArray *facts,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean citizen_store_load_summary (StoreSession *session,
                                     gint64 citizen_id,
                                     CitizenSummary *out_summary,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *citizen_store_list_summaries (StoreSession *session,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

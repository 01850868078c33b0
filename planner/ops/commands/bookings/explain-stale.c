/* SPDX-License-Identifier: EUPL-1.2 */
/* One sentence of the calendar that has been too old for longest. */
#include "ops/commands/bookings/explain-stale.h"

#define MINUTE_US G_GINT64_CONSTANT (60000000)
#define STATUS    "plannerctl sync status says what is wrong"

/* In the unit that a person would use. */
static char *
dup_age (gint64 age_us)
{
  gint64 minutes = age_us / MINUTE_US;

  if (minutes < 120)
    return g_strdup_printf ("%" G_GINT64_FORMAT " minutes", minutes);
  if (minutes < 48 * 60)
    return g_strdup_printf ("%" G_GINT64_FORMAT " hours", minutes / 60);
  return g_strdup_printf ("%" G_GINT64_FORMAT " days", minutes / 60 / 24);
}

static char *
dup_text (StoreQuery *query, gint64 now_us)
{
  gint64 pulled_us = store_int (query, 0);
  const char *state = store_text (query, 1);
  const char *why = store_text (query, 2);
  const char *health = store_text (query, 3);
  g_autofree char *age = dup_age (now_us - (pulled_us != 0 ? pulled_us : store_int (query, 4)));

  if (state == NULL)
    return g_strdup_printf ("what is known of a calendar of theirs has been too old for %s", age);
  if (g_str_equal (state, "paused"))
    return g_strdup_printf (
      "their calendar is not kept in step: paused%s%s; plannerctl sync resume "
      "lets it go on",
      why == NULL ? "" : ", ", why == NULL ? "" : why);
  if (pulled_us == 0)
    return g_strdup_printf ("their calendar has never been read whole (%s): " STATUS, health);
  return g_strdup_printf ("what is known of their calendar is %s old (%s): " STATUS, age, health);
}

/**
 * explain_stale_dup_text:
 *
 * Blocks.
 *
 * Returns: (transfer full) (nullable): the sentence
 */
char *
explain_stale_dup_text (StoreSession *session, gint64 resource_id, gint64 now_us, GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_SYNC_STALE_FIND, "ii", resource_id, now_us) ||
      store_step (&query, error) != STORE_ROW)
    return NULL;
  return dup_text (&query, now_us);
}

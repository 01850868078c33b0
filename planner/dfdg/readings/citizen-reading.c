/* SPDX-License-Identifier: EUPL-1.2 */
/* Which service tells what; of GetIndkaldelser only the a-kasse's own meetings are kept, for ours are our own. */
#include "dfdg/readings/citizen-reading.h"

#include "base/clock.h"
#include "base/error.h"
#include "dfdg/services/frist-client.h"
#include "dfdg/services/indkaldelse-client.h"
#include "dfdg/services/visitering-client.h"
#include "ops/admin/admin-format.h"
#include "ops/booking/ledger.h"

#define ZONE "Europe/Copenhagen"
/* Meetings with an a-kasse of which no message comes: cv interview, jobsamtale, rådighed (dossier 2.7). */
#define FUND_TYPES      "10,7,15"
#define FUND_DAYS_AHEAD 366

/**
 * citizen_reading_clear:
 */
void
citizen_reading_clear (CitizenReading *reading)
{
  g_clear_pointer (&reading->spans, g_array_unref);
  g_clear_pointer (&reading->deadlines, g_ptr_array_unref);
  g_clear_pointer (&reading->interviews, g_ptr_array_unref);
}

/**
 * citizen_reading_today:
 *
 * Returns: the Danish day, days since 1970-01-01. Any thread.
 */
gint64
citizen_reading_today (void)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);

  return zone == NULL ? clock_now_us () / PERIOD_US_PER_DAY
                      : calsync_zone_local_day (zone, clock_now_us ());
}

/**
 * citizen_reading_is_possible:
 *
 * Returns: whether the configuration names the service that tells.
 */
gboolean
citizen_reading_is_possible (const DfdgSettings *settings, Reading reading)
{
  static const DfdgService services[N_READINGS] = {
    [READING_CONTACT_GROUP] = DFDG_SERVICE_VISITERING,
    [READING_CATEGORY] = DFDG_SERVICE_VISITERING,
    [READING_DEADLINE] = DFDG_SERVICE_FRIST,
    [READING_FUND_INTERVIEW] = DFDG_SERVICE_INDKALDELSE,
  };

  return dfdg_settings_get_url (settings, services[reading]) != NULL;
}

static gboolean
is_kept (const DfdgIndkaldelse *record, gint64 fund_type)
{
  return record->maker_type == fund_type && !record->is_cancelled && record->identifier != NULL;
}

static FundInterview *
interview_of (const DfdgIndkaldelse *record)
{
  FundInterview *interview = g_new0 (FundInterview, 1);

  *interview = (FundInterview){ .identifier = g_strdup (record->identifier),
                                .interview_type = record->interview_type,
                                .contact_type = record->contact_type,
                                .core = record->core,
                                .fund = g_strdup (record->maker_code) };
  return interview;
}

static GPtrArray *
list_interviews (DfdgClient *client,
                 const char *cpr,
                 gint64 today,
                 GCancellable *cancellable,
                 GError **error)
{
  g_autofree char *from = admin_format_date (today);
  g_autofree char *to = admin_format_date (today + FUND_DAYS_AHEAD);
  IndkaldelseSearch search = { cpr, NULL, from, to, FUND_TYPES };
  gint64 fund_type = dfdg_client_get_settings (client)->client->fund_organisation_type;
  g_autoptr (GPtrArray) records = indkaldelse_list (client, &search, cancellable, error);
  GPtrArray *interviews;

  if (records == NULL)
    return NULL;
  interviews = g_ptr_array_new_with_free_func ((GDestroyNotify) fund_interview_free);
  for (guint i = 0; i < records->len; i++)
    if (is_kept (records->pdata[i], fund_type))
      g_ptr_array_add (interviews, interview_of (records->pdata[i]));
  return interviews;
}

/**
 * citizen_reading_ask:
 *
 * Errors: those of the services; PLANNER_ERROR_UNKNOWN_CITIZEN when DFDG does not know the citizen. Never an empty
 * reading for an answer that did not come.
 */
gboolean
citizen_reading_ask (DfdgClient *client,
                     Reading reading,
                     const char *cpr,
                     CitizenReading *out_reading,
                     GCancellable *cancellable,
                     GError **error)
{
  CitizenReading found = { .reading = reading, .today = citizen_reading_today () };

  if (reading == READING_DEADLINE)
    found.deadlines = frist_list_history (client, cpr, cancellable, error);
  else if (reading == READING_FUND_INTERVIEW)
    found.interviews = list_interviews (client, cpr, found.today, cancellable, error);
  else
    found.spans = visitering_list_all (client, reading, cpr, found.today, cancellable, error);
  if (found.spans == NULL && found.deadlines == NULL && found.interviews == NULL)
    return FALSE;
  *out_reading = found;
  return TRUE;
}

/**
 * citizen_reading_write:
 */
gboolean
citizen_reading_write (StoreSession *session,
                       const CitizenReading *reading,
                       const ReadingOf *of,
                       GError **error)
{
  if (reading->deadlines != NULL)
    return reading_store_put_deadlines (session, of, reading->deadlines, error);
  if (reading->interviews != NULL)
    return reading_store_put_interviews (session, of, reading->interviews, error);
  return reading_store_put_spans (session, of, reading->spans, reading->today, error) &&
         ledger_note_citizen (session, of->tenant_id, of->citizen_id, error);
}

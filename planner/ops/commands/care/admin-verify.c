/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks for everything that must not be: broken seals, claims without bookings, spans without sources. */
#include "ops/commands/care/admin-verify.h"

#include "base/error.h"
#include "ops/facts/expansion.h"
#include "store/calendar-store.h"
#include "store/journal-store.h"
#include "store/resource-store.h"

/* A fault seldom comes alone; the first ones tell enough. */
#define MAX_NAMES 20

/* clang-format off */
static const struct
{
  StoreStatement statement;
  gboolean has_instant;
  const char *name;
  const char *sentence;
} checks[] = {
  { SQL_VERIFY_BOOKING_UNCLAIMED, TRUE, "booking-unclaimed", "a booking whose advisor's time is not claimed" },
  { SQL_VERIFY_ROOM_UNCLAIMED, TRUE, "room-unclaimed", "a booking whose room is not claimed" },
  { SQL_VERIFY_CANCELLED_CLAIMED, FALSE, "cancelled-claimed", "a cancelled booking that still claims time" },
  { SQL_VERIFY_SESSION_UNCLAIMED, TRUE, "session-unclaimed", "a group meeting whose advisor's time is not claimed" },
  { SQL_VERIFY_SESSION_OVERFULL, FALSE, "session-overfull", "a group meeting with more seats taken than it has" },
  { SQL_VERIFY_BOOKING_UNSEATED, TRUE, "booking-unseated", "a booking of a group meeting without a seat" },
  { SQL_VERIFY_CANCELLED_SEATED, FALSE, "cancelled-seated", "a cancelled booking that still has a seat" },
  { SQL_VERIFY_CLAIMS_OVERLAP, TRUE, "claims-overlap", "two exclusive claims of one resource at one time" },
  { SQL_VERIFY_CLAIM_ASTRAY, TRUE, "claim-astray", "a claim that is not where its booking is" },
  { SQL_VERIFY_HOLD_UNCLAIMED, TRUE, "hold-unclaimed", "a reservation whose time is not claimed" },
  { SQL_VERIFY_SEAT_ASTRAY, FALSE, "seat-astray", "a seat whose booking or reservation is of another group meeting" },
  { SQL_VERIFY_BOOKING_UNJOURNALED, FALSE, "booking-unjournaled", "a booking that the journal does not know" },
  { SQL_VERIFY_SYNC_OWN_BLOCKS, FALSE, "sync-own-blocks", "one of our own events in a calendar that takes time by itself" },
  { SQL_VERIFY_SYNC_ITEM_ASTRAY, FALSE, "sync-item-astray", "an appointment of a connected calendar that the calendar does not hold" },
  { SQL_VERIFY_SYNC_CALENDAR_UNBOUND, FALSE, "sync-calendar-unbound", "a connected calendar without its connection" },
  { SQL_VERIFY_SYNC_LINK_ASTRAY, FALSE, "sync-link-astray", "what was sent of a meeting to a calendar is kept twice, or for somebody else" },
  { SQL_VERIFY_SYNC_SENT_TWICE, FALSE, "sync-sent-twice", "two events of one meeting in one calendar" },
  { SQL_VERIFY_OTHER_TENANT, FALSE, "other-tenant", "a booking that names another municipality's unit or advisor" },
};
/* clang-format on */

static void
add_fault (JsonArray *faults, const char *name, const char *text, const char *subject)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "check", name);
  json_object_set_string_member (object, "text", text);
  json_object_set_string_member (object, "subject", subject);
  json_array_add_object_element (faults, object);
}

static gboolean
run_check (AdminCall *call, gint64 tenant_id, guint number, JsonArray *faults, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;
  gboolean ok =
    checks[number].has_instant
      ? store_query (call->session, &query, error, checks[number].statement, "ii", tenant_id,
                     call->now_us)
      : store_query (call->session, &query, error, checks[number].statement, "i", tenant_id);

  if (!ok)
    return FALSE;
  for (guint i = 0; (step = store_step (&query, error)) == STORE_ROW; i++)
    if (i < MAX_NAMES)
      add_fault (faults, checks[number].name, checks[number].sentence, store_text (&query, 0));
  return step == STORE_END;
}

/* A seal that does not fit is a finding; anything else that goes wrong is an error. */
static gboolean
check_journal (AdminCall *call, JsonArray *faults, GError **error)
{
  g_autoptr (GError) local_error = NULL;
  guint64 n_rows = 0;

  if (!store_check (call->session, &local_error))
    add_fault (faults, "database", "the database file is damaged", local_error->message);
  g_clear_error (&local_error);
  if (!journal_store_verify (call->session, &n_rows, &local_error))
    {
      if (!g_error_matches (local_error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      add_fault (faults, "journal", "the journal was changed after it was sealed",
                 local_error->message);
    }
  json_object_set_int_member (call->result, "journal_rows", (gint64) n_rows);
  return TRUE;
}

/* How far all of the resource's calendars are laid out; 0 when it has none or one waits. */
static gboolean
find_trusted_until (AdminCall *call,
                    const ResourceRecord *resource,
                    gint64 *out_until_us,
                    GError **error)
{
  g_autoptr (GPtrArray) calendars =
    calendar_list (call->session, resource->tenant_id, resource->resource_id, error);

  if (calendars == NULL)
    return FALSE;
  *out_until_us = calendars->len == 0 ? 0 : G_MAXINT64;
  for (guint i = 0; i < calendars->len; i++)
    *out_until_us =
      MIN (*out_until_us, ((CalendarRecord *) calendars->pdata[i])->expanded_until_us);
  return TRUE;
}

static gboolean
check_spans (AdminCall *call, const ResourceRecord *resource, JsonArray *faults, GError **error)
{
  Period window = { call->now_us, 0 };
  g_autoptr (Expansion) expansion = NULL;
  gboolean is_same = TRUE;

  if (!find_trusted_until (call, resource, &window.end_us, error))
    return FALSE;
  if (period_is_empty (window))
    return TRUE;
  expansion = expansion_load (call->session, resource->tenant_id, resource->resource_id, window,
                              EXPANSION_ALL, error);
  if (expansion == NULL)
    return FALSE;
  expansion_compute (expansion);
  if (!expansion_check_stored (call->session, expansion, call->now_us, &is_same, error))
    return FALSE;
  if (!is_same)
    add_fault (faults, "spans", "working or busy time is not what the calendars say",
               resource->resource_key);
  return TRUE;
}

static gboolean
check_all_spans (AdminCall *call, gint64 tenant_id, JsonArray *faults, GError **error)
{
  g_autoptr (GPtrArray) resources = resource_list (call->session, tenant_id, error);

  for (guint i = 0; resources != NULL && i < resources->len; i++)
    {
      admin_progress (call, "calendars", i, resources->len);
      if (!check_spans (call, resources->pdata[i], faults, error))
        return FALSE;
    }
  return resources != NULL;
}

static gboolean
verify_tenant (AdminCall *call, gint64 tenant_id, JsonArray *faults, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (checks); i++)
    {
      admin_progress (call, "checks", i, G_N_ELEMENTS (checks));
      if (!run_check (call, tenant_id, i, faults, error))
        return FALSE;
    }
  return check_all_spans (call, tenant_id, faults, error);
}

/* The one that is named, or all. */
static gboolean
verify_tenants (AdminCall *call, JsonArray *faults, GError **error)
{
  const char *key = NULL;
  g_autoptr (TenantRecord) named = NULL;
  g_autoptr (GPtrArray) tenants = NULL;

  if (!admin_get_text (call, "tenant", &key, error))
    return FALSE;
  if (key != NULL)
    {
      named = admin_load_tenant (call, call->session, error);
      return named != NULL && verify_tenant (call, named->tenant_id, faults, error);
    }
  tenants = tenant_list (call->session, error);
  for (guint i = 0; tenants != NULL && i < tenants->len; i++)
    if (!verify_tenant (call, ((TenantRecord *) tenants->pdata[i])->tenant_id, faults, error))
      return FALSE;
  return tenants != NULL;
}

/**
 * admin_verify:
 *
 * Arguments: tenant (all of them). Result: sound, journal_rows, faults (check, text, subject). Reads
 * the whole journal and lays out every calendar anew: takes a while on a large database.
 *
 * Errors: PLANNER_ERROR_CONFLICT when anything is found; the result tells what.
 */
gboolean
admin_verify (AdminCall *call, GError **error)
{
  JsonArray *faults = json_array_new ();
  guint n_faults;

  json_object_set_array_member (call->result, "faults", faults);
  if (!check_journal (call, faults, error) || !verify_tenants (call, faults, error))
    return FALSE;
  n_faults = json_array_get_length (faults);
  json_object_set_boolean_member (call->result, "sound", n_faults == 0);
  if (n_faults > 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT, "%u faults were found", n_faults);
  return n_faults == 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Shows a unit, a team, a resource, an offer or a booking with what hangs on it. */
#include "ops/commands/records/admin-show.h"

#include "base/error.h"
#include "base/ids.h"
#include "ops/commands/records/admin-noun.h"
#include "ops/facts/block-rules.h"
#include "store/calendar-store.h"
#include "store/truth-store.h"

#define CLOSING_DAYS_AHEAD 366

static gboolean
add_settings (AdminCall *call, const UnitRecord *unit, JsonObject *object, GError **error)
{
  g_autoptr (GPtrArray) settings = setting_list (call->session, unit->tenant_id, error);
  JsonArray *list;

  if (settings == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      g_autofree char *date = admin_format_date (setting->valid_from_date);
      JsonObject *row;

      if (setting->unit_id != 0 && setting->unit_id != unit->unit_id)
        continue;
      row = json_object_new ();
      json_object_set_string_member (row, "key", setting->key);
      json_object_set_string_member (row, "value", setting->value);
      json_object_set_string_member (row, "valid_from", setting->valid_from_date == 0 ? "" : date);
      json_array_add_object_element (list, row);
    }
  json_object_set_array_member (object, "settings", list);
  return TRUE;
}

static gboolean
add_closing_days (AdminCall *call, const UnitRecord *unit, JsonObject *object, GError **error)
{
  const CalsyncZone *zone = calsync_zone_lookup (unit->zone, error);
  gint64 today = zone == NULL ? 0 : calsync_zone_local_day (zone, call->now_us);
  g_autoptr (GPtrArray) days =
    zone == NULL ? NULL
                 : closing_day_list (call->session, unit, today, today + CLOSING_DAYS_AHEAD, error);
  JsonArray *list;

  if (days == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < days->len; i++)
    {
      const ClosingDay *day = days->pdata[i];
      g_autofree char *date = admin_format_date (day->closed_date);
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "date", date);
      json_object_set_string_member (row, "name", day->name);
      json_array_add_object_element (list, row);
    }
  json_object_set_array_member (object, "closing_days", list);
  return TRUE;
}

/* clang-format off */
const AdminArgument admin_show_unit_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_WORD, "KEY", "the unit's code" },
  { NULL },
};
/* clang-format on */

/**
 * admin_show_unit:
 *
 * Arguments: tenant, unit. Result: the unit, its settings, its closing days of the next year.
 */
gboolean
admin_show_unit (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  const UnitRecord *unit;
  const char *key = NULL;
  JsonObject *object;

  if (catalogue == NULL || !admin_need_text (call, "unit", &key, error))
    return FALSE;
  unit = admin_catalogue_find_unit (catalogue, key, error);
  if (unit == NULL)
    return FALSE;
  object = admin_unit_to_json (catalogue, unit);
  noun_set_version (object);
  json_object_set_object_member (call->result, "unit", object);
  return add_settings (call, unit, object, error) && add_closing_days (call, unit, object, error);
}

static gboolean
is_member (const ResourceRecord *resource, gint64 team_id)
{
  for (guint i = 0; i < resource->team_ids->len; i++)
    if (g_array_index (resource->team_ids, gint64, i) == team_id)
      return TRUE;
  return FALSE;
}

/* Those who are retired as well, with the day. */
static void
add_members (const NounView *view, JsonObject *object)
{
  const GPtrArray *resources = view->catalogue->resources;
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < resources->len; i++)
    {
      const ResourceRecord *resource = resources->pdata[i];
      JsonObject *row;

      if (!is_member (resource, view->id))
        continue;
      row = json_object_new ();
      json_object_set_string_member (row, "resource", resource->resource_key);
      json_object_set_string_member (row, "name", resource->name);
      if (resource->retired_us != 0)
        admin_set_time (row, "retired_from", view->zone, resource->retired_us);
      json_array_add_object_element (list, row);
    }
  json_object_set_array_member (object, "advisors", list);
}

/* clang-format off */
const AdminArgument admin_show_team_arguments[] = {
  { "team", ADMIN_TEXT, ADMIN_WORD, "KEY", "the team's key" },
  { NULL },
};
/* clang-format on */

/**
 * admin_show_team:
 *
 * Arguments: tenant, team. Result: the team and its advisors.
 */
gboolean
admin_show_team (AdminCall *call, GError **error)
{
  g_auto (NounView) view = { 0 };
  const char *key = NULL;

  if (!admin_need_text (call, "team", &key, error) ||
      !noun_view_load (&view, call, call->session, &nouns[NOUN_TEAM], key, error) ||
      !noun_view_need (&view, error))
    return FALSE;
  noun_set_version (view.record);
  add_members (&view, view.record);
  json_object_set_object_member (call->result, "team", json_object_ref (view.record));
  return TRUE;
}

static gboolean
add_calendars (AdminCall *call,
               const ResourceRecord *resource,
               const CalsyncZone *zone,
               JsonObject *object,
               GError **error)
{
  g_autoptr (GPtrArray) calendars =
    calendar_list (call->session, resource->tenant_id, resource->resource_id, error);
  JsonArray *list;

  if (calendars == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < calendars->len; i++)
    {
      const CalendarRecord *calendar = calendars->pdata[i];
      JsonObject *row = json_object_new ();

      json_object_set_string_member (row, "calendar", calendar->calendar_key);
      json_object_set_string_member (row, "origin", calendar->origin);
      admin_set_time (row, "expanded_until", zone, calendar->expanded_until_us);
      if (calendar->fresh_until_us != 0)
        admin_set_time (row, "fresh_until", zone, calendar->fresh_until_us);
      json_array_add_object_element (list, row);
    }
  json_object_set_array_member (object, "calendars", list);
  return TRUE;
}

static gboolean
add_flagged (AdminCall *call, const ResourceRecord *resource, JsonObject *object, GError **error)
{
  g_autoptr (GPtrArray) objects =
    calendar_object_list (call->session, resource->tenant_id, resource->resource_id, error);
  JsonArray *notes;

  if (objects == NULL)
    return FALSE;
  notes = json_array_new ();
  for (guint i = 0; i < objects->len; i++)
    if (((CalendarObject *) objects->pdata[i])->note != NULL)
      json_array_add_string_element (notes, ((CalendarObject *) objects->pdata[i])->note);
  json_object_set_int_member (object, "calendar_objects", objects->len);
  json_object_set_array_member (object, "calendar_notes", notes);
  return TRUE;
}

/* What blocks the resource's time today, be it the units' word or its own. */
static gboolean
add_rules (AdminCall *call, const ResourceRecord *resource, JsonObject *object, GError **error)
{
  JsonArray *list = json_array_new ();
  CalsyncPolicy policy;

  json_object_set_array_member (object, "blocks_now", list);
  if (!block_rules_load (call->session, resource->resource_id, call->now_us, &policy, error))
    return FALSE;
  for (guint i = 0; i < CALSYNC_N_RULES; i++)
    {
      g_autofree char *text = g_strconcat (calsync_policy_get_rule_name (i), "=",
                                           calsync_policy_format (&policy, i), NULL);
      json_array_add_string_element (list, text);
    }
  return TRUE;
}

/* clang-format off */
const AdminArgument admin_show_advisor_arguments[] = {
  { "resource", ADMIN_TEXT, ADMIN_WORD, "KEY", "key or e-mail address" },
  { NULL },
};
/* clang-format on */

/**
 * admin_show_advisor:
 *
 * Arguments: tenant, resource (key or e-mail address; rooms too). Result: the resource, its
 * calendars, and what a person should know about their objects.
 */
gboolean
admin_show_advisor (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  const ResourceRecord *resource;
  const char *key = NULL;
  const CalsyncZone *zone;
  JsonObject *object;

  if (catalogue == NULL || !admin_need_text (call, "resource", &key, error))
    return FALSE;
  resource = admin_catalogue_find_resource (catalogue, key, error);
  if (resource == NULL)
    return FALSE;
  zone = admin_zone_of (catalogue->units, resource->unit_ids->len == 0
                                            ? 0
                                            : g_array_index (resource->unit_ids, gint64, 0));
  object = admin_resource_to_json (catalogue, resource);
  noun_set_version (object);
  json_object_set_object_member (call->result, "resource", object);
  return add_rules (call, resource, object, error) &&
         add_calendars (call, resource, zone, object, error) &&
         add_flagged (call, resource, object, error);
}

/* clang-format off */
const AdminArgument admin_show_offer_arguments[] = {
  { "offer", ADMIN_TEXT, ADMIN_WORD, "ID", "identifier of an offer, or its beginning" },
  { NULL },
};
/* clang-format on */

/**
 * admin_show_offer:
 *
 * Arguments: tenant, offer (identifier or the beginning of one). Result: the offer.
 */
gboolean
admin_show_offer (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (GPtrArray) offers = NULL;
  const OfferRecord *offer;
  const char *identifier = NULL;
  JsonObject *object;

  if (catalogue == NULL || !admin_need_text (call, "offer", &identifier, error))
    return FALSE;
  offers = offer_list (call->session, catalogue->tenant->tenant_id, error);
  if (offers == NULL)
    return FALSE;
  offer = admin_find_offer (offers, identifier, error);
  if (offer == NULL)
    return FALSE;
  object = admin_offer_to_json (catalogue, offer);
  noun_set_version (object);
  json_object_set_object_member (call->result, "offer", object);
  return TRUE;
}

/* clang-format off */
const AdminArgument admin_show_booking_arguments[] = {
  { "booking", ADMIN_TEXT, ADMIN_WORD, "ID", "identifier of a booking" },
  { NULL },
};
/* clang-format on */

static gboolean
add_participants (AdminCall *call, const Booking *booking, GError **error)
{
  g_autoptr (GPtrArray) participants =
    participant_store_list (call->session, booking->booking_id, error);
  JsonArray *list;

  if (participants == NULL || participants->len == 0)
    return participants != NULL;
  list = json_array_new ();
  json_object_set_array_member (call->result, "participants", list);
  for (guint i = 0; i < participants->len; i++)
    {
      const Participant *one = participants->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "name", one->name);
      admin_set_text (object, "contact", one->contact);
      admin_set_text (object, "telephone", one->telephone);
      admin_set_text (object, "email", one->email);
      if (one->organisation_type >= 0)
        json_object_set_int_member (object, "organisation_type", one->organisation_type);
      admin_set_text (object, "organisation_code", one->organisation_code);
      json_array_add_object_element (list, object);
    }
  return TRUE;
}

/**
 * admin_show_booking:
 *
 * Arguments: tenant, booking (identifier). Result: the booking, without its citizen; participants, when authorities
 * take part.
 */
gboolean
admin_show_booking (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (Booking) booking = NULL;
  g_autofree char *folded = NULL;
  const char *identifier = NULL;

  if (catalogue == NULL || !admin_need_text (call, "booking", &identifier, error))
    return FALSE;
  folded = ids_fold_guid (identifier);
  booking = booking_store_find (call->session, catalogue->tenant->tenant_id, folded, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (booking == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no booking %s",
                   identifier);
      return FALSE;
    }
  json_object_set_object_member (call->result, "booking",
                                 admin_booking_to_json (catalogue, booking));
  return add_participants (call, booking, error);
}

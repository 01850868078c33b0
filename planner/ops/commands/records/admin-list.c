/* SPDX-License-Identifier: EUPL-1.2 */
/* Lists of units, teams, resources, offers and bookings; each result has one member, the list. */
#include "ops/commands/records/admin-list.h"

#include "base/error.h"
#include "ops/commands/admin-records.h"

#define MAX_BOOKINGS 500
#define DEFAULT_DAYS 31

/* clang-format off */
const AdminArgument admin_list_nouns_arguments[] = {
  { "all", ADMIN_FLAG, ADMIN_OPTION, NULL, "retired ones too" },
  { NULL },
};
/* clang-format on */

/* What is retired is listed only when it is asked for. */
static gboolean
is_listed (AdminCall *call, gint64 retired_us)
{
  return retired_us == 0 || retired_us > call->now_us || admin_get_flag (call, "all");
}

/**
 * admin_list_units:
 *
 * Arguments: tenant, all. Result: units.
 */
gboolean
admin_list_units (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  JsonArray *list;

  if (catalogue == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < catalogue->units->len; i++)
    if (is_listed (call, ((UnitRecord *) catalogue->units->pdata[i])->retired_us))
      json_array_add_object_element (list,
                                     admin_unit_to_json (catalogue, catalogue->units->pdata[i]));
  json_object_set_array_member (call->result, "units", list);
  return TRUE;
}

/**
 * admin_list_teams:
 *
 * Arguments: tenant, all. Result: teams.
 */
gboolean
admin_list_teams (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  JsonArray *list;

  if (catalogue == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < catalogue->teams->len; i++)
    if (is_listed (call, ((TeamRecord *) catalogue->teams->pdata[i])->retired_us))
      json_array_add_object_element (list,
                                     admin_team_to_json (catalogue, catalogue->teams->pdata[i]));
  json_object_set_array_member (call->result, "teams", list);
  return TRUE;
}

static gboolean
list_resources (AdminCall *call, const char *kind, const char *member, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  JsonArray *list;

  if (catalogue == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < catalogue->resources->len; i++)
    {
      const ResourceRecord *resource = catalogue->resources->pdata[i];
      if (g_str_equal (resource->kind, kind) && is_listed (call, resource->retired_us))
        json_array_add_object_element (list, admin_resource_to_json (catalogue, resource));
    }
  json_object_set_array_member (call->result, member, list);
  return TRUE;
}

/**
 * admin_list_advisors:
 *
 * Arguments: tenant, all. Result: advisors.
 */
gboolean
admin_list_advisors (AdminCall *call, GError **error)
{
  return list_resources (call, "advisor", "advisors", error);
}

/**
 * admin_list_rooms:
 *
 * Arguments: tenant, all. Result: rooms.
 */
gboolean
admin_list_rooms (AdminCall *call, GError **error)
{
  return list_resources (call, "room", "rooms", error);
}

/**
 * admin_list_equipment:
 *
 * Arguments: tenant, all. Result: equipment.
 */
gboolean
admin_list_equipment (AdminCall *call, GError **error)
{
  return list_resources (call, "equipment", "equipment", error);
}

/**
 * admin_list_tenants:
 *
 * Result: tenants: every municipality of the database.
 */
gboolean
admin_list_tenants (AdminCall *call, GError **error)
{
  g_autoptr (GPtrArray) tenants = tenant_list (call->session, error);
  JsonArray *list;

  if (tenants == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < tenants->len; i++)
    {
      const TenantRecord *tenant = tenants->pdata[i];
      JsonObject *object = json_object_new ();

      json_object_set_string_member (object, "tenant", tenant->tenant_key);
      json_object_set_string_member (object, "name", tenant->name);
      json_array_add_object_element (list, object);
    }
  json_object_set_array_member (call->result, "tenants", list);
  return TRUE;
}

/**
 * admin_list_offers:
 *
 * Arguments: tenant, all. Result: offers.
 */
gboolean
admin_list_offers (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  g_autoptr (GPtrArray) offers = NULL;
  JsonArray *list;

  if (catalogue == NULL)
    return FALSE;
  offers = offer_list (call->session, catalogue->tenant->tenant_id, error);
  if (offers == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < offers->len; i++)
    if (is_listed (call, ((OfferRecord *) offers->pdata[i])->retired_us))
      json_array_add_object_element (list, admin_offer_to_json (catalogue, offers->pdata[i]));
  json_object_set_array_member (call->result, "offers", list);
  return TRUE;
}

/* clang-format off */
const AdminArgument admin_list_bookings_arguments[] = {
  { "unit", ADMIN_TEXT, ADMIN_OPTION, "KEY", "bookings of this unit" },
  { "advisor", ADMIN_TEXT, ADMIN_OPTION, "KEY", "bookings of this advisor" },
  { "from", ADMIN_DATE, ADMIN_OPTION, "DATE", "bookings from this day (today)" },
  { "to", ADMIN_DATE, ADMIN_OPTION, "DATE", "bookings to this day, itself included (a month)" },
  { "cancelled", ADMIN_FLAG, ADMIN_OPTION, NULL, "cancelled bookings too" },
  { NULL },
};
/* clang-format on */

/* Whose bookings: an advisor's, a unit's, or those of the tenant's only unit. */
static gboolean
find_subject (AdminCall *call, const AdminCatalogue *catalogue, BookingPage *page, GError **error)
{
  const char *advisor = NULL;
  const char *unit = NULL;
  const ResourceRecord *resource;
  const UnitRecord *record;

  if (!admin_get_text (call, "advisor", &advisor, error) ||
      !admin_get_text (call, "unit", &unit, error))
    return FALSE;
  if (advisor != NULL)
    {
      resource = admin_catalogue_find_resource (catalogue, advisor, error);
      page->selector = BOOKINGS_OF_ADVISOR;
      page->subject_id = resource == NULL ? 0 : resource->resource_id;
      return resource != NULL;
    }
  if (unit == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                           "name a unit or an advisor");
      return FALSE;
    }
  record = admin_catalogue_find_unit (catalogue, unit, error);
  page->selector = BOOKINGS_OF_UNIT;
  page->subject_id = record == NULL ? 0 : record->unit_id;
  return record != NULL;
}

static gboolean
find_interval (AdminCall *call, const AdminCatalogue *catalogue, BookingPage *page, GError **error)
{
  const UnitRecord *unit = catalogue->units->len == 0 ? NULL : catalogue->units->pdata[0];
  const CalsyncZone *zone = admin_zone_of (catalogue->units, unit == NULL ? 0 : unit->unit_id);
  gint64 first_date = 0;
  gint64 last_date = 0;

  if (!admin_get_date (call, "from", calsync_zone_local_day (zone, call->now_us), &first_date,
                       error) ||
      !admin_get_date (call, "to", first_date + DEFAULT_DAYS, &last_date, error))
    return FALSE;
  page->interval.start_us = calsync_zone_midnight (zone, first_date);
  page->interval.end_us = calsync_zone_midnight (zone, last_date + 1);
  return TRUE;
}

/**
 * admin_list_bookings:
 *
 * Arguments: tenant; advisor or unit; from and to (dates, both included; from today, a month);
 * cancelled. Result: bookings, at most 500, by id; more when there are more. No citizen is named.
 */
gboolean
admin_list_bookings (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = admin_catalogue_load (call, error);
  BookingPage page = { .with_cancelled = admin_get_flag (call, "cancelled"),
                       .max_count = MAX_BOOKINGS };
  g_autoptr (GPtrArray) bookings = NULL;
  JsonArray *list;

  if (catalogue == NULL || !find_subject (call, catalogue, &page, error) ||
      !find_interval (call, catalogue, &page, error))
    return FALSE;
  bookings = booking_store_list_page (call->session, &page, error);
  if (bookings == NULL)
    return FALSE;
  list = json_array_new ();
  for (guint i = 0; i < bookings->len; i++)
    json_array_add_object_element (list, admin_booking_to_json (catalogue, bookings->pdata[i]));
  json_object_set_array_member (call->result, "bookings", list);
  json_object_set_boolean_member (call->result, "more", bookings->len == MAX_BOOKINGS);
  return TRUE;
}

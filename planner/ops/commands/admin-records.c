/* SPDX-License-Identifier: EUPL-1.2 */
/* Names what records refer to, and lays them out as JSON. */
#include "ops/commands/admin-records.h"

#include "base/error.h"
#include "base/ids.h"

/**
 * admin_catalogue_free:
 */
void
admin_catalogue_free (AdminCatalogue *catalogue)
{
  if (catalogue == NULL)
    return;
  g_clear_pointer (&catalogue->tenant, tenant_record_free);
  g_clear_pointer (&catalogue->units, g_ptr_array_unref);
  g_clear_pointer (&catalogue->teams, g_ptr_array_unref);
  g_clear_pointer (&catalogue->resources, g_ptr_array_unref);
  g_free (catalogue);
}

/**
 * admin_catalogue_load:
 *
 * Returns: (transfer full)
 */
AdminCatalogue *
admin_catalogue_load (AdminCall *call, GError **error)
{
  g_autoptr (AdminCatalogue) catalogue = g_new0 (AdminCatalogue, 1);

  catalogue->tenant = admin_load_tenant (call, call->session, error);
  if (catalogue->tenant == NULL)
    return NULL;
  catalogue->units = unit_list (call->session, catalogue->tenant->tenant_id, error);
  if (catalogue->units == NULL)
    return NULL;
  catalogue->teams = team_list (call->session, catalogue->tenant->tenant_id, error);
  if (catalogue->teams == NULL)
    return NULL;
  catalogue->resources = resource_list (call->session, catalogue->tenant->tenant_id, error);
  return catalogue->resources == NULL ? NULL : g_steal_pointer (&catalogue);
}

/**
 * admin_catalogue_get_resource:
 *
 * Returns: (nullable): borrowed
 */
const ResourceRecord *
admin_catalogue_get_resource (const AdminCatalogue *catalogue, gint64 id)
{
  for (guint i = 0; i < catalogue->resources->len; i++)
    if (((ResourceRecord *) catalogue->resources->pdata[i])->resource_id == id)
      return catalogue->resources->pdata[i];
  return NULL;
}

/**
 * admin_catalogue_find_resource:
 *
 * Returns: borrowed
 */
const ResourceRecord *
admin_catalogue_find_resource (const AdminCatalogue *catalogue, const char *key, GError **error)
{
  for (guint i = 0; i < catalogue->resources->len; i++)
    {
      const ResourceRecord *resource = catalogue->resources->pdata[i];
      if (g_str_equal (resource->resource_key, key) ||
          g_ascii_strcasecmp (resource->email, key) == 0)
        return resource;
    }
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no resource %s", key);
  return NULL;
}

/**
 * admin_catalogue_find_unit:
 *
 * Returns: borrowed
 */
const UnitRecord *
admin_catalogue_find_unit (const AdminCatalogue *catalogue, const char *key, GError **error)
{
  for (guint i = 0; i < catalogue->units->len; i++)
    if (g_str_equal (((UnitRecord *) catalogue->units->pdata[i])->organisation_key, key))
      return catalogue->units->pdata[i];
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no unit %s", key);
  return NULL;
}

static void
set_unit (JsonObject *object, const char *member, const AdminCatalogue *catalogue, gint64 unit_id)
{
  const UnitRecord *unit = admin_find_unit (catalogue->units, unit_id);
  admin_set_text (object, member, unit == NULL ? NULL : unit->organisation_key);
}

/**
 * admin_unit_to_json:
 *
 * Returns: (transfer full)
 */
JsonObject *
admin_unit_to_json (const AdminCatalogue *catalogue, const UnitRecord *unit)
{
  JsonObject *object = json_object_new ();
  guint n_advisors = 0;

  for (guint i = 0; i < catalogue->resources->len; i++)
    {
      const ResourceRecord *resource = catalogue->resources->pdata[i];
      for (guint k = 0; k < resource->unit_ids->len && g_str_equal (resource->kind, "advisor"); k++)
        n_advisors += g_array_index (resource->unit_ids, gint64, k) == unit->unit_id;
    }
  json_object_set_string_member (object, "unit", unit->organisation_key);
  json_object_set_string_member (object, "name", unit->name);
  json_object_set_int_member (object, "organisation_type", unit->organisation_type);
  set_unit (object, "main_unit", catalogue, unit->parent_unit_id);
  json_object_set_string_member (object, "zone", unit->zone);
  admin_set_text (object, "address", unit->address);
  admin_set_text (object, "telephone", unit->telephone);
  json_object_set_int_member (object, "advisors", n_advisors);
  if (unit->retired_us != 0)
    admin_set_time (object, "retired_from", admin_zone_of (catalogue->units, unit->unit_id),
                    unit->retired_us);
  return object;
}

/**
 * admin_team_to_json:
 *
 * Returns: (transfer full)
 */
JsonObject *
admin_team_to_json (const AdminCatalogue *catalogue, const TeamRecord *team)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "team", team->team_key);
  json_object_set_string_member (object, "name", team->name);
  json_object_set_string_member (object, "unit", team->unit_key);
  json_object_set_int_member (object, "members", team->n_members);
  if (team->retired_us != 0)
    admin_set_time (object, "retired_from", admin_zone_of (catalogue->units, team->unit_id),
                    team->retired_us);
  return object;
}

static JsonArray *
unit_keys (const AdminCatalogue *catalogue, const GArray *ids)
{
  JsonArray *keys = json_array_new ();

  for (guint i = 0; i < ids->len; i++)
    {
      const UnitRecord *unit = admin_find_unit (catalogue->units, g_array_index (ids, gint64, i));
      if (unit != NULL)
        json_array_add_string_element (keys, unit->organisation_key);
    }
  return keys;
}

static JsonArray *
team_keys (const AdminCatalogue *catalogue, const GArray *ids)
{
  JsonArray *keys = json_array_new ();

  for (guint i = 0; i < ids->len; i++)
    for (guint k = 0; k < catalogue->teams->len; k++)
      {
        const TeamRecord *team = catalogue->teams->pdata[k];
        if (team->team_id == g_array_index (ids, gint64, i))
          json_array_add_string_element (keys, team->team_key);
      }
  return keys;
}

static JsonArray *
values_of_kind (const GArray *pairs, const char *kind)
{
  JsonArray *values = json_array_new ();

  for (guint i = 0; i < pairs->len; i++)
    if (g_str_equal (g_array_index (pairs, RecordPair, i).kind, kind))
      json_array_add_string_element (values, g_array_index (pairs, RecordPair, i).value);
  return values;
}

static JsonArray *
block_rules_to_json (const GArray *pairs)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; i < pairs->len; i++)
    {
      const RecordPair *pair = &g_array_index (pairs, RecordPair, i);
      g_autofree char *text = g_strconcat (pair->kind, "=", pair->value, NULL);
      json_array_add_string_element (list, text);
    }
  return list;
}

/**
 * admin_resource_to_json:
 *
 * Returns: (transfer full)
 */
JsonObject *
admin_resource_to_json (const AdminCatalogue *catalogue, const ResourceRecord *resource)
{
  JsonObject *object = json_object_new ();
  gint64 unit_id = resource->unit_ids->len == 0 ? 0 : g_array_index (resource->unit_ids, gint64, 0);

  json_object_set_string_member (object, "resource", resource->resource_key);
  json_object_set_string_member (object, "kind", resource->kind);
  json_object_set_string_member (object, "name", resource->name);
  json_object_set_string_member (object, "email", resource->email);
  admin_set_text (object, "telephone", resource->telephone);
  json_object_set_array_member (object, "units", unit_keys (catalogue, resource->unit_ids));
  json_object_set_array_member (object, "teams", team_keys (catalogue, resource->team_ids));
  json_object_set_array_member (object, "competences",
                                values_of_kind (resource->tags, "competence"));
  json_object_set_array_member (object, "languages", values_of_kind (resource->tags, "language"));
  json_object_set_array_member (object, "blocks", block_rules_to_json (resource->block_rules));
  json_object_set_boolean_member (object, "may_be_summoned", resource->may_be_summoned);
  if (resource->retired_us != 0)
    admin_set_time (object, "retired_from", admin_zone_of (catalogue->units, unit_id),
                    resource->retired_us);
  return object;
}

static void
set_date (JsonObject *object, const char *member, const CalsyncZone *zone, gint64 unix_us)
{
  g_autofree char *text = admin_format_date (calsync_zone_local_day (zone, unix_us));
  json_object_set_string_member (object, member, text);
}

static void
set_offer_times (JsonObject *object, const OfferRecord *offer, const CalsyncZone *zone)
{
  g_autofree char *release = admin_format_minute (offer->release_minute);

  json_object_set_int_member (object, "duration", offer->duration_minutes);
  json_object_set_int_member (object, "grid", offer->grid_minutes);
  json_object_set_string_member (object, "grid_anchor", offer->grid_anchor);
  json_object_set_int_member (object, "before", offer->before_minutes);
  json_object_set_int_member (object, "after", offer->after_minutes);
  json_object_set_boolean_member (object, "share_buffers", offer->may_share_buffers != 0);
  json_object_set_int_member (object, "lead_minutes", offer->lead_minutes);
  json_object_set_int_member (object, "horizon_days", offer->horizon_days);
  json_object_set_string_member (object, "release", release);
  if (offer->valid_from_us > 0)
    set_date (object, "valid_from", zone, offer->valid_from_us);
  if (offer->valid_until_us < G_GINT64_CONSTANT (9000000000000000))
    set_date (object, "valid_until", zone, offer->valid_until_us - 1);
  if (offer->retired_us != 0)
    admin_set_time (object, "retired_from", zone, offer->retired_us);
}

static void
set_offer_rules (JsonObject *object, const OfferRecord *offer)
{
  json_object_set_int_member (object, "seats", offer->seats);
  json_object_set_boolean_member (object, "rebook", offer->rebook_possible != 0);
  json_object_set_int_member (object, "rebook_deadline_minutes", offer->rebook_deadline_minutes);
  json_object_set_boolean_member (object, "cancel", offer->cancel_possible != 0);
  json_object_set_int_member (object, "cancel_deadline_minutes", offer->cancel_deadline_minutes);
  json_object_set_boolean_member (object, "compulsory", offer->compulsory != 0);
  json_object_set_boolean_member (object, "should_accept", offer->should_accept != 0);
  json_object_set_boolean_member (object, "shared_with_sub_units",
                                  offer->shared_with_sub_units != 0);
  json_object_set_array_member (object, "contact_groups",
                                values_of_kind (offer->rules, "contact-group"));
  json_object_set_array_member (object, "categories", values_of_kind (offer->rules, "category"));
  json_object_set_array_member (object, "marks", values_of_kind (offer->rules, "mark"));
}

static JsonArray *
resource_names (const AdminCatalogue *catalogue, const GArray *ids, gboolean are_advisors)
{
  JsonArray *names = json_array_new ();

  for (guint i = 0; i < ids->len; i++)
    {
      const ResourceRecord *resource =
        admin_catalogue_get_resource (catalogue, g_array_index (ids, gint64, i));
      if (resource != NULL && g_str_equal (resource->kind, "advisor") == are_advisors)
        json_array_add_string_element (names, resource->resource_key);
    }
  return names;
}

static void
add_weekdays (JsonObject *object, gint64 bits)
{
  static const char *const names[] = { "mon", "tue", "wed", "thu", "fri", "sat", "sun" };
  JsonArray *days = json_array_new ();

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    if ((bits & (1 << i)) != 0)
      json_array_add_string_element (days, names[i]);
  json_object_set_array_member (object, "weekdays", days);
}

static JsonArray *
windows_to_json (const GArray *windows)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < windows->len; i++)
    {
      const OfferWindowRecord *window = &g_array_index (windows, OfferWindowRecord, i);
      g_autofree char *first = admin_format_date (window->first_date);
      g_autofree char *last = admin_format_date (window->end_date - 1);
      g_autofree char *start = admin_format_minute (window->start_minute);
      g_autofree char *end = admin_format_minute (window->end_minute);
      JsonObject *object = json_object_new ();

      admin_set_text (object, "unemployment_fund", window->unemployment_fund);
      json_object_set_int_member (object, "number", i + 1);
      json_object_set_string_member (object, "first_date", first);
      json_object_set_string_member (object, "last_date", last);
      add_weekdays (object, window->weekdays);
      json_object_set_string_member (object, "start", start);
      json_object_set_string_member (object, "end", end);
      json_object_set_int_member (object, "capacity", window->capacity);
      json_array_add_object_element (array, object);
    }
  return array;
}

/**
 * admin_offer_to_json:
 *
 * Members are the columns of offers.csv. Returns: (transfer full)
 */
JsonObject *
admin_offer_to_json (const AdminCatalogue *catalogue, const OfferRecord *offer)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "identifier", offer->identifier);
  set_unit (object, "unit", catalogue, offer->unit_id);
  json_object_set_string_member (object, "title", offer->title);
  json_object_set_int_member (object, "interview_type", offer->interview_type);
  json_object_set_string_member (object, "form", offer->form);
  admin_set_numbers (object, "contact_types", offer->contact_types);
  admin_set_text (object, "description", offer->description);
  admin_set_text (object, "location", offer->location);
  admin_set_text (object, "address", offer->address);
  admin_set_text (object, "telephone", offer->telephone);
  admin_set_text (object, "meeting_link", offer->meeting_link);
  set_offer_times (object, offer, admin_zone_of (catalogue->units, offer->unit_id));
  set_offer_rules (object, offer);
  json_object_set_array_member (object, "advisors",
                                resource_names (catalogue, offer->resource_ids, TRUE));
  json_object_set_array_member (object, "rooms",
                                resource_names (catalogue, offer->resource_ids, FALSE));
  json_object_set_int_member (object, "room_before", offer->room_before_minutes);
  json_object_set_int_member (object, "room_after", offer->room_after_minutes);
  json_object_set_array_member (object, "windows", windows_to_json (offer->windows));
  return object;
}

static void
set_booking_texts (JsonObject *object, const Booking *booking)
{
  admin_set_text (object, "title", booking->title);
  admin_set_text (object, "description", booking->description);
  admin_set_text (object, "location", booking->location);
  admin_set_text (object, "address", booking->address);
  admin_set_text (object, "telephone", booking->telephone);
  admin_set_text (object, "meeting_link", booking->meeting_link);
  admin_set_text (object, "contact_options", booking->contact_options);
  admin_set_text (object, "group", booking->group_identifier);
}

static void
set_booking_rules (JsonObject *object, const Booking *booking, const CalsyncZone *zone)
{
  json_object_set_boolean_member (object, "self_booked", booking->self_booked);
  json_object_set_boolean_member (object, "compulsory", booking->compulsory);
  json_object_set_boolean_member (object, "accepted", booking->accepted);
  json_object_set_boolean_member (object, "conflict", booking->conflict);
  json_object_set_boolean_member (object, "rebook", booking->rebook_possible);
  if (booking->rebook_deadline_us != 0)
    admin_set_time (object, "rebook_deadline", zone, booking->rebook_deadline_us);
  json_object_set_boolean_member (object, "cancel", booking->cancel_possible);
  if (booking->cancel_deadline_us != 0)
    admin_set_time (object, "cancel_deadline", zone, booking->cancel_deadline_us);
  admin_set_time (object, "created", zone, booking->created_us);
  admin_set_time (object, "changed", zone, booking->changed_us);
}

/**
 * admin_booking_to_json:
 *
 * Returns: (transfer full)
 */
JsonObject *
admin_booking_to_json (const AdminCatalogue *catalogue, const Booking *booking)
{
  const ResourceRecord *advisor = admin_catalogue_get_resource (catalogue, booking->advisor_id);
  const ResourceRecord *room = admin_catalogue_get_resource (catalogue, booking->room_id);
  const CalsyncZone *zone = admin_zone_of (catalogue->units, booking->unit_id);
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "booking", booking->identifier);
  set_unit (object, "unit", catalogue, booking->unit_id);
  json_object_set_string_member (object, "state", booking_state_to_text (booking->state));
  json_object_set_string_member (object, "origin", booking_origin_to_text (booking->origin));
  admin_set_time (object, "start", zone, booking->core.start_us);
  admin_set_time (object, "end", zone, booking->core.end_us);
  admin_set_text (object, "advisor",
                  advisor == NULL ? booking->foreign_advisor : advisor->resource_key);
  admin_set_text (object, "advisor_name", advisor == NULL ? NULL : advisor->name);
  admin_set_text (object, "room", room == NULL ? NULL : room->resource_key);
  json_object_set_int_member (object, "interview_type", booking->interview_type);
  json_object_set_int_member (object, "contact_type", booking->contact_type);
  json_object_set_int_member (object, "revision", booking->revision);
  set_booking_texts (object, booking);
  set_booking_rules (object, booking, zone);
  return object;
}

/**
 * admin_find_offer:
 * @offers: (element-type OfferRecord)
 * @identifier: of an offer, or a beginning of it that only one has
 *
 * Errors: PLANNER_ERROR_NOT_FOUND, PLANNER_ERROR_NOT_VALID.
 */
const OfferRecord *
admin_find_offer (const GPtrArray *offers, const char *identifier, GError **error)
{
  g_autofree char *folded = ids_fold_guid (identifier);
  const OfferRecord *found = NULL;

  for (guint i = 0; i < offers->len; i++)
    {
      if (!g_str_has_prefix (((OfferRecord *) offers->pdata[i])->identifier, folded))
        continue;
      if (found != NULL)
        {
          g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID,
                       "several offers begin with %s", identifier);
          return NULL;
        }
      found = offers->pdata[i];
    }
  if (found == NULL)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no offer %s", identifier);
  return found;
}

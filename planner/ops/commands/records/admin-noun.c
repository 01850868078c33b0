/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds a record of any noun and turns it into the row that an import would have made it from. */
#include "ops/commands/records/admin-noun.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "ops/text/import-json.h"

#define VERSION_LETTERS 16

/* clang-format off */
const Noun nouns[N_NOUNS] = {
  [NOUN_UNIT]      = { "unit",      NULL,        IMPORT_UNITS,     "unit",     "unit",       SQL_UNIT_RETIRE },
  [NOUN_TEAM]      = { "team",      NULL,        IMPORT_TEAMS,     "team",     "team",       SQL_TEAM_RETIRE },
  [NOUN_ADVISOR]   = { "advisor",   "advisor",   IMPORT_RESOURCES, "resource", "resource",   SQL_RESOURCE_RETIRE },
  [NOUN_ROOM]      = { "room",      "room",      IMPORT_RESOURCES, "resource", "resource",   SQL_RESOURCE_RETIRE },
  [NOUN_EQUIPMENT] = { "equipment", "equipment", IMPORT_RESOURCES, "resource", "resource",   SQL_RESOURCE_RETIRE },
  [NOUN_OFFER]     = { "offer",     NULL,        IMPORT_OFFERS,    "offer",    "identifier", SQL_OFFER_RETIRE },
};
/* clang-format on */

/**
 * noun_view_clear:
 */
void
noun_view_clear (NounView *view)
{
  g_clear_pointer (&view->catalogue, admin_catalogue_free);
  g_clear_pointer (&view->offers, g_ptr_array_unref);
  g_clear_pointer (&view->key, g_free);
  g_clear_pointer (&view->record, json_object_unref);
}

static void
take (NounView *view, gint64 id, gint64 unit_id, gint64 retired_us, JsonObject *record)
{
  view->id = id;
  view->unit_id = unit_id;
  view->retired_us = retired_us;
  view->zone = admin_zone_of (view->catalogue->units, unit_id);
  view->record = record;
}

static void
find_unit (NounView *view)
{
  for (guint i = 0; i < view->catalogue->units->len; i++)
    {
      const UnitRecord *unit = view->catalogue->units->pdata[i];
      if (g_str_equal (unit->organisation_key, view->key))
        {
          take (view, unit->unit_id, unit->unit_id, unit->retired_us,
                admin_unit_to_json (view->catalogue, unit));
          return;
        }
    }
}

static void
find_team (NounView *view)
{
  for (guint i = 0; i < view->catalogue->teams->len; i++)
    {
      const TeamRecord *team = view->catalogue->teams->pdata[i];
      if (g_str_equal (team->team_key, view->key))
        {
          take (view, team->team_id, team->unit_id, team->retired_us,
                admin_team_to_json (view->catalogue, team));
          return;
        }
    }
}

/* By key, or by e-mail address. */
static gboolean
find_resource (NounView *view, GError **error)
{
  const ResourceRecord *resource = admin_catalogue_find_resource (view->catalogue, view->key, NULL);
  gint64 unit_id;

  if (resource == NULL)
    return TRUE;
  if (!g_str_equal (resource->kind, view->noun->resource_kind))
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "resource %s is of the kind %s",
                   view->key, resource->kind);
      return FALSE;
    }
  unit_id = resource->unit_ids->len == 0 ? 0 : g_array_index (resource->unit_ids, gint64, 0);
  g_free (view->key);
  view->key = g_strdup (resource->resource_key);
  take (view, resource->resource_id, unit_id, resource->retired_us,
        admin_resource_to_json (view->catalogue, resource));
  return TRUE;
}

/* By identifier, or by the beginning of one that no other has. */
static gboolean
find_offer (NounView *view, GError **error)
{
  g_autofree char *folded = ids_fold_guid (view->key);
  const OfferRecord *found = NULL;
  guint n_found = 0;

  view->offers = offer_list (view->call.session, view->catalogue->tenant->tenant_id, error);
  if (view->offers == NULL)
    return FALSE;
  for (guint i = 0; i < view->offers->len; i++)
    if (g_str_has_prefix (((OfferRecord *) view->offers->pdata[i])->identifier, folded))
      {
        found = view->offers->pdata[i];
        n_found++;
      }
  if (n_found > 1)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "several offers begin with %s",
                   view->key);
      return FALSE;
    }
  if (found == NULL)
    return TRUE;
  g_free (view->key);
  view->key = g_strdup (found->identifier);
  take (view, found->offer_id, found->unit_id, found->retired_us,
        admin_offer_to_json (view->catalogue, found));
  return TRUE;
}

/**
 * noun_view_load:
 * @session: of the transaction in which it is looked at
 */
gboolean
noun_view_load (NounView *view,
                const AdminCall *call,
                StoreSession *session,
                const Noun *noun,
                const char *key,
                GError **error)
{
  view->call = *call;
  view->call.session = session;
  view->noun = noun;
  view->catalogue = admin_catalogue_load (&view->call, error);
  if (view->catalogue == NULL)
    return FALSE;
  view->key = g_strdup (key);
  view->zone = admin_zone_of (view->catalogue->units, 0);
  if (noun->table == IMPORT_OFFERS)
    return find_offer (view, error);
  if (noun->resource_kind != NULL)
    return find_resource (view, error);
  if (noun->table == IMPORT_TEAMS)
    find_team (view);
  else
    find_unit (view);
  return TRUE;
}

/**
 * noun_view_need:
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
noun_view_need (const NounView *view, GError **error)
{
  if (view->id == 0)
    g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no %s %s",
                 view->noun->name, view->key);
  return view->id != 0;
}

static void
fill_windows (ImportSource *source, JsonArray *windows, const char *offer)
{
  for (guint i = 0; i < json_array_get_length (windows); i++)
    {
      JsonObject *window = json_array_get_object_element (windows, i);
      ImportRow *row = admin_rows_add (source, IMPORT_OFFER_WINDOWS);
      g_autoptr (GList) members = json_object_get_members (window);

      import_row_set (row, "offer", offer);
      for (GList *at = members; at != NULL; at = at->next)
        if (import_table_has_column (IMPORT_OFFER_WINDOWS, at->data))
          import_row_set_json (row, at->data, json_object_get_member (window, at->data));
    }
}

/* When it is retired is not the row's to say: see admin_noun_retire(). */
static gboolean
is_column (const Noun *noun, const char *member)
{
  return import_table_has_column (noun->table, member) && !g_str_equal (member, "retired_from");
}

/**
 * noun_view_fill_row:
 *
 * Does nothing for a record that is not there.
 */
void
noun_view_fill_row (const NounView *view, ImportSource *source, ImportRow *row)
{
  g_autoptr (GList) members = NULL;

  if (view->record == NULL)
    return;
  members = json_object_get_members (view->record);
  for (GList *at = members; at != NULL; at = at->next)
    if (is_column (view->noun, at->data))
      import_row_set_json (row, at->data, json_object_get_member (view->record, at->data));
  if (json_object_has_member (view->record, "windows"))
    fill_windows (source, json_object_get_array_member (view->record, "windows"), view->key);
}

/**
 * noun_dup_version:
 *
 * Returns: (transfer full)
 */
char *
noun_dup_version (JsonObject *record)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *text = NULL;
  g_autofree char *digest = NULL;

  json_node_set_object (node, record);
  text = json_to_string (node, FALSE);
  digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
  return g_strndup (digest, VERSION_LETTERS);
}

/**
 * noun_set_version:
 *
 * Adds the member version, of all that stands before it.
 */
void
noun_set_version (JsonObject *record)
{
  g_autofree char *version = noun_dup_version (record);
  json_object_set_string_member (record, "version", version);
}

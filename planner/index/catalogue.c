/* SPDX-License-Identifier: EUPL-1.2 */
/* Holds one picture of units, resources and offers; built once, then read by any thread. */
#include "index/catalogue.h"

typedef struct
{
  gint64 tenant_id;
  const char *text;
} Key;

struct _Catalogue
{
  GHashTable *tenants;       /* key → id */
  CodeList *interview_types; /* NULL when not given */
  GPtrArray *units;
  GPtrArray *resources;
  GPtrArray *retired; /* CatalogueResource */
  GPtrArray *offers;
  GPtrArray *windows;
  GHashTable *units_by_id;
  GHashTable *units_by_key;
  GHashTable *resources_by_id;
  GHashTable *resources_by_key;
  GHashTable *retired_by_id;
  GHashTable *offers_by_id;
  GHashTable *offers_by_identifier;
  GHashTable *offers_by_unit; /* unit id → GPtrArray, by offer id */
};

static guint
key_hash (gconstpointer value)
{
  const Key *key = value;
  return g_str_hash (key->text) ^ (guint) key->tenant_id * 2654435761u;
}

static gboolean
key_equal (gconstpointer a, gconstpointer b)
{
  const Key *left = a, *right = b;
  return left->tenant_id == right->tenant_id && g_str_equal (left->text, right->text);
}

static void
catalogue_unit_free (CatalogueUnit *unit)
{
  g_free (unit->key);
  g_free (unit->name);
  g_free (unit->address);
  g_free (unit->telephone);
  g_array_unref (unit->closed);
  g_clear_pointer (&unit->holidays, g_hash_table_unref);
  g_clear_pointer (&unit->remote_types, g_array_unref);
  g_hash_table_unref (unit->funds_by_mark);
  g_free (unit);
}

static void
catalogue_resource_free (CatalogueResource *resource)
{
  g_free (resource->key);
  g_free (resource->email);
  g_free (resource->name);
  g_free (resource->telephone);
  g_array_unref (resource->units);
  g_free (resource);
}

/**
 * catalogue_offer_free:
 *
 * Frees an offer that was not added; NULL is ignored.
 */
void
catalogue_offer_free (CatalogueOffer *offer)
{
  if (offer == NULL)
    return;
  offer_free (offer->rules);
  g_free (offer->title);
  g_free (offer->description);
  g_free (offer->location);
  g_free (offer->address);
  g_free (offer->telephone);
  g_free (offer->meeting_link);
  g_array_unref (offer->contact_types);
  g_free (offer);
}

/**
 * catalogue_new:
 *
 * Returns: (transfer full): an empty catalogue to be filled by one thread.
 */
Catalogue *
catalogue_new (void)
{
  Catalogue *catalogue = g_atomic_rc_box_new0 (Catalogue);

  catalogue->tenants = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  catalogue->units = g_ptr_array_new_with_free_func ((GDestroyNotify) catalogue_unit_free);
  catalogue->resources = g_ptr_array_new_with_free_func ((GDestroyNotify) catalogue_resource_free);
  catalogue->retired = g_ptr_array_new_with_free_func ((GDestroyNotify) catalogue_resource_free);
  catalogue->offers = g_ptr_array_new_with_free_func ((GDestroyNotify) catalogue_offer_free);
  catalogue->windows = g_ptr_array_new_with_free_func ((GDestroyNotify) service_window_free);
  catalogue->units_by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  catalogue->resources_by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  catalogue->retired_by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  catalogue->offers_by_id = g_hash_table_new (g_int64_hash, g_int64_equal);
  catalogue->units_by_key = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  catalogue->resources_by_key = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  catalogue->offers_by_identifier = g_hash_table_new_full (key_hash, key_equal, g_free, NULL);
  catalogue->offers_by_unit =
    g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  return catalogue;
}

static void
catalogue_clear (Catalogue *catalogue)
{
  g_hash_table_unref (catalogue->tenants);
  g_clear_pointer (&catalogue->interview_types, code_list_free);
  g_hash_table_unref (catalogue->units_by_id);
  g_hash_table_unref (catalogue->units_by_key);
  g_hash_table_unref (catalogue->resources_by_id);
  g_hash_table_unref (catalogue->resources_by_key);
  g_hash_table_unref (catalogue->retired_by_id);
  g_hash_table_unref (catalogue->offers_by_id);
  g_hash_table_unref (catalogue->offers_by_identifier);
  g_hash_table_unref (catalogue->offers_by_unit);
  g_ptr_array_unref (catalogue->units);
  g_ptr_array_unref (catalogue->resources);
  g_ptr_array_unref (catalogue->retired);
  g_ptr_array_unref (catalogue->offers);
  g_ptr_array_unref (catalogue->windows);
}

/**
 * catalogue_ref:
 *
 * Any thread.
 */
Catalogue *
catalogue_ref (Catalogue *catalogue)
{
  return g_atomic_rc_box_acquire (catalogue);
}

/**
 * catalogue_unref:
 *
 * Any thread.
 */
void
catalogue_unref (Catalogue *catalogue)
{
  g_atomic_rc_box_release_full (catalogue, (GDestroyNotify) catalogue_clear);
}

static void
insert_by_key (GHashTable *table, gint64 tenant_id, const char *text, gpointer value)
{
  Key *key = g_new (Key, 1);

  key->tenant_id = tenant_id;
  key->text = text;
  g_hash_table_insert (table, key, value);
}

static gpointer
find_by_key (GHashTable *table, gint64 tenant_id, const char *text)
{
  Key key = { tenant_id, text };
  return text == NULL ? NULL : g_hash_table_lookup (table, &key);
}

/**
 * catalogue_add_tenant:
 *
 * Adds a municipality by its short name.
 */
void
catalogue_add_tenant (Catalogue *catalogue, gint64 tenant_id, const char *key)
{
  g_hash_table_insert (catalogue->tenants, g_strdup (key),
                       g_memdup2 (&tenant_id, sizeof tenant_id));
}

/**
 * catalogue_take_interview_types:
 * @types: (transfer full): the code list with its validity dates
 */
void
catalogue_take_interview_types (Catalogue *catalogue, CodeList *types)
{
  g_clear_pointer (&catalogue->interview_types, code_list_free);
  catalogue->interview_types = types;
}

/**
 * catalogue_take_windows:
 * @windows: (transfer full)
 */
void
catalogue_take_windows (Catalogue *catalogue, GPtrArray *windows)
{
  g_ptr_array_unref (catalogue->windows);
  catalogue->windows = windows;
}

/**
 * catalogue_get_windows:
 *
 * Returns: (transfer none): planned service windows of every tenant; any of them may be over by now
 */
const GPtrArray *
catalogue_get_windows (const Catalogue *catalogue)
{
  return catalogue->windows;
}

/**
 * catalogue_unit_get_meeting:
 *
 * Returns: by telephone or video when the unit's municipality lists the contact type as such. Any
 *   thread.
 */
CalsyncMeeting
catalogue_unit_get_meeting (const CatalogueUnit *unit, gint64 contact_type)
{
  guint n_types = unit->remote_types == NULL ? 0 : unit->remote_types->len;

  for (guint i = 0; i < n_types; i++)
    if (g_array_index (unit->remote_types, gint64, i) == contact_type)
      return CALSYNC_MEETING_REMOTE;
  return CALSYNC_MEETING_IN_PERSON;
}

/**
 * catalogue_may_plan:
 *
 * A type that the code list knows, but not on that day, has ended or has not begun. One that it
 * does not know at all is let pass: only ids that a public source shows are listed (dossier 8, 19).
 *
 * Returns: BOOKING_MAY or BOOKING_TYPE_CLOSED
 */
BookingDecision
catalogue_may_plan (const Catalogue *catalogue,
                    const CatalogueUnit *unit,
                    int interview_type,
                    gint32 date)
{
  const CodeList *types = catalogue->interview_types;

  if (types != NULL && code_list_find_any (types, interview_type) != NULL &&
      code_list_find (types, interview_type, date) == NULL)
    return BOOKING_TYPE_CLOSED;
  return interview_type_may_plan (&unit->types, interview_type, date);
}

/**
 * catalogue_add_unit:
 * @unit: (transfer full): by ascending id
 */
void
catalogue_add_unit (Catalogue *catalogue, CatalogueUnit *unit)
{
  g_ptr_array_add (catalogue->units, unit);
  g_hash_table_insert (catalogue->units_by_id, &unit->unit_id, unit);
  insert_by_key (catalogue->units_by_key, unit->tenant_id, unit->key, unit);
}

/**
 * catalogue_add_resource:
 * @resource: (transfer full): by ascending id
 */
void
catalogue_add_resource (Catalogue *catalogue, CatalogueResource *resource)
{
  g_ptr_array_add (catalogue->resources, resource);
  g_hash_table_insert (catalogue->resources_by_id, &resource->resource_id, resource);
  insert_by_key (catalogue->resources_by_key, resource->tenant_id, resource->key, resource);
}

/**
 * catalogue_add_retired:
 * @resource: (transfer full)
 */
void
catalogue_add_retired (Catalogue *catalogue, CatalogueResource *resource)
{
  g_ptr_array_add (catalogue->retired, resource);
  g_hash_table_insert (catalogue->retired_by_id, &resource->resource_id, resource);
}

/**
 * catalogue_add_offer:
 * @offer: (transfer full): by ascending id
 */
void
catalogue_add_offer (Catalogue *catalogue, CatalogueOffer *offer)
{
  GPtrArray *of_unit = g_hash_table_lookup (catalogue->offers_by_unit, &offer->rules->unit_id);

  g_ptr_array_add (catalogue->offers, offer);
  g_hash_table_insert (catalogue->offers_by_id, &offer->rules->offer_id, offer);
  insert_by_key (catalogue->offers_by_identifier, offer->rules->tenant_id, offer->rules->identifier,
                 offer);
  if (of_unit == NULL)
    {
      of_unit = g_ptr_array_new ();
      g_hash_table_insert (catalogue->offers_by_unit, &offer->rules->unit_id, of_unit);
    }
  g_ptr_array_add (of_unit, offer);
}

/**
 * catalogue_find_tenant:
 *
 * Returns: the municipality's id; 0 when there is none of that short name.
 */
gint64
catalogue_find_tenant (const Catalogue *catalogue, const char *key)
{
  const gint64 *tenant_id = g_hash_table_lookup (catalogue->tenants, key);
  return tenant_id == NULL ? 0 : *tenant_id;
}

/**
 * catalogue_get_unit:
 *
 * Returns: (transfer none) (nullable): by id.
 */
CatalogueUnit *
catalogue_get_unit (const Catalogue *catalogue, gint64 unit_id)
{
  return g_hash_table_lookup (catalogue->units_by_id, &unit_id);
}

/**
 * catalogue_find_unit:
 *
 * Returns: (transfer none) (nullable): by the organisation key, today a jobcenter code; a retired unit
 *   is not there.
 */
CatalogueUnit *
catalogue_find_unit (const Catalogue *catalogue, gint64 tenant_id, const char *key)
{
  CatalogueUnit *unit = find_by_key (catalogue->units_by_key, tenant_id, key);
  return unit != NULL && unit->is_retired ? NULL : unit;
}

/**
 * catalogue_get_resource:
 *
 * Returns: (transfer none) (nullable): by id; retired ones are not there.
 */
CatalogueResource *
catalogue_get_resource (const Catalogue *catalogue, gint64 resource_id)
{
  return g_hash_table_lookup (catalogue->resources_by_id, &resource_id);
}

/**
 * catalogue_name_resource:
 *
 * Returns: (transfer none) (nullable): by id, also one that is retired: who met the citizen stays in
 *   the booking's details. For nothing else.
 */
const CatalogueResource *
catalogue_name_resource (const Catalogue *catalogue, gint64 resource_id)
{
  const CatalogueResource *resource = catalogue_get_resource (catalogue, resource_id);
  return resource != NULL ? resource : g_hash_table_lookup (catalogue->retired_by_id, &resource_id);
}

/**
 * catalogue_find_resource:
 *
 * Returns: (transfer none) (nullable): by CaseWorkerIdentifier or the room's key.
 */
CatalogueResource *
catalogue_find_resource (const Catalogue *catalogue, gint64 tenant_id, const char *key)
{
  return find_by_key (catalogue->resources_by_key, tenant_id, key);
}

/**
 * catalogue_get_offer:
 *
 * Returns: (transfer none) (nullable): by id.
 */
CatalogueOffer *
catalogue_get_offer (const Catalogue *catalogue, gint64 offer_id)
{
  return g_hash_table_lookup (catalogue->offers_by_id, &offer_id);
}

/**
 * catalogue_find_offer:
 *
 * Returns: (transfer none) (nullable): by InterviewOptionIdentifier in lower case.
 */
CatalogueOffer *
catalogue_find_offer (const Catalogue *catalogue, gint64 tenant_id, const char *identifier)
{
  return find_by_key (catalogue->offers_by_identifier, tenant_id, identifier);
}

static void
append_offers (const Catalogue *catalogue,
               gint64 unit_id,
               gboolean shared_only,
               gint64 now_us,
               GPtrArray *offers)
{
  const GPtrArray *of_unit = g_hash_table_lookup (catalogue->offers_by_unit, &unit_id);

  for (guint i = 0; of_unit != NULL && i < of_unit->len; i++)
    {
      CatalogueOffer *offer = of_unit->pdata[i];
      if (offer->rules->valid_until_us > now_us && (!shared_only || offer->shared_with_sub_units))
        g_ptr_array_add (offers, offer);
    }
}

/**
 * catalogue_list_offers:
 *
 * A sub-centre with offers of its own shows those and what its main centre shares; one without
 * shows the main centre's (design, Citizens). An offer that has ended is nobody's: none is ever removed.
 *
 * Returns: (transfer container) (element-type CatalogueOffer): the unit's own first, by id.
 */
GPtrArray *
catalogue_list_offers (const Catalogue *catalogue, const CatalogueUnit *unit, gint64 now_us)
{
  GPtrArray *offers = g_ptr_array_new ();

  append_offers (catalogue, unit->unit_id, FALSE, now_us, offers);
  if (unit->parent_unit_id != 0)
    append_offers (catalogue, unit->parent_unit_id, offers->len > 0, now_us, offers);
  return offers;
}

/**
 * catalogue_get_resources:
 *
 * Returns: (transfer none) (element-type CatalogueResource): all, by id.
 */
const GPtrArray *
catalogue_get_resources (const Catalogue *catalogue)
{
  return catalogue->resources;
}

/**
 * catalogue_get_units:
 *
 * Returns: (transfer none) (element-type CatalogueUnit): all, by id.
 */
const GPtrArray *
catalogue_get_units (const Catalogue *catalogue)
{
  return catalogue->units;
}

/**
 * catalogue_get_offers:
 *
 * Returns: (transfer none) (element-type CatalogueOffer): all, by id.
 */
const GPtrArray *
catalogue_get_offers (const Catalogue *catalogue)
{
  return catalogue->offers;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds what needs a record: meetings by identifier and time, offers, members, sub-units. */
#include "ops/commands/records/admin-noun-retire.h"
#include "store/group-store.h"

#define FAR_US G_GINT64_CONSTANT (9000000000000000)

typedef struct
{
  const NounView *view;
  NounBlockers *blockers;
  gint64 from_us;
} Search;

/**
 * noun_blockers_clear:
 */
void
noun_blockers_clear (NounBlockers *blockers)
{
  g_clear_pointer (&blockers->list, g_ptr_array_unref);
}

static JsonObject *
add (Search *search, const char *what, const char *member, const char *value)
{
  JsonObject *object = json_object_new ();

  json_object_set_string_member (object, "what", what);
  json_object_set_string_member (object, member, value);
  g_ptr_array_add (search->blockers->list, object);
  return object;
}

static void
add_meeting (Search *search, const char *what, const char *identifier, Period core)
{
  JsonObject *object = add (search, what, "identifier", identifier);

  admin_set_time (object, "start", search->view->zone, core.start_us);
  admin_set_time (object, "end", search->view->zone, core.end_us);
  search->blockers->n_meetings++;
  search->blockers->until_us = MAX (search->blockers->until_us, core.end_us);
}

/* Whatever claims the resource's time: a hold has no name that an admin could use. */
static gboolean
find_claims (Search *search, GError **error)
{
  gint64 now_us = search->view->call.now_us;
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (search->view->call.session, &query, error, SQL_SCHEDULE, "iiii",
                    search->view->id, MAX (search->from_us, now_us), FAR_US, now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      Period core = { store_int (&query, 2), store_int (&query, 3) };
      const char *identifier = store_text (&query, 5);

      if (core.end_us > search->from_us)
        add_meeting (search, store_text (&query, 4), identifier == NULL ? "" : identifier, core);
    }
  return step == STORE_END;
}

static gint64
end_of (const OfferRecord *offer)
{
  return offer->retired_us == 0 ? offer->valid_until_us
                                : MIN (offer->valid_until_us, offer->retired_us);
}

static const ResourceRecord *
get_resource (const Search *search, gint64 id)
{
  return admin_catalogue_get_resource (search->view->catalogue, id);
}

static gboolean
is_live (const Search *search, const ResourceRecord *resource)
{
  return resource != NULL && (resource->retired_us == 0 || resource->retired_us > search->from_us);
}

/* Of the kind that counts, advisors or the rest: is another one left for the offer? */
static gboolean
has_another (const Search *search, const OfferRecord *offer)
{
  gboolean is_advisor = g_str_equal (search->view->noun->resource_kind, "advisor");
  gboolean is_in_it = FALSE;
  guint n_others = 0;

  for (guint i = 0; i < offer->resource_ids->len; i++)
    {
      gint64 id = g_array_index (offer->resource_ids, gint64, i);
      const ResourceRecord *resource = get_resource (search, id);

      if (id == search->view->id)
        is_in_it = TRUE;
      else if (is_live (search, resource) && g_str_equal (resource->kind, "advisor") == is_advisor)
        n_others++;
    }
  return !is_in_it || n_others > 0;
}

static void
add_offer (Search *search, const OfferRecord *offer)
{
  JsonObject *object = add (search, "offer", "identifier", offer->identifier);
  json_object_set_string_member (object, "title", offer->title);
}

static gboolean
find_for_resource (Search *search, GError **error)
{
  g_autoptr (GPtrArray) offers =
    offer_list (search->view->call.session, search->view->catalogue->tenant->tenant_id, error);

  if (offers == NULL || !find_claims (search, error))
    return FALSE;
  for (guint i = 0; i < offers->len; i++)
    if (end_of (offers->pdata[i]) > search->from_us && !has_another (search, offers->pdata[i]))
      add_offer (search, offers->pdata[i]);
  return TRUE;
}

static gboolean
find_bookings (Search *search, StoreStatement statement, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  g_autoptr (GArray) ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  StoreStep step;

  if (!store_query (search->view->call.session, &query, error, statement, "iii",
                    search->view->catalogue->tenant->tenant_id, search->view->id,
                    MAX (search->from_us, search->view->call.now_us)))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 id = store_int (&query, 0);
      g_array_append_val (ids, id);
    }
  if (step == STORE_FAILED)
    return FALSE;
  for (guint i = 0; i < ids->len; i++)
    {
      g_autoptr (Booking) booking =
        booking_store_load (search->view->call.session, g_array_index (ids, gint64, i), error);
      if (booking == NULL)
        return FALSE;
      add_meeting (search, "booking", booking->identifier, booking->core);
    }
  return TRUE;
}

static gboolean
find_holds (Search *search, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (search->view->call.session, &query, error, SQL_HELD_OF_OFFER, "iii",
                    search->view->id, search->from_us, search->view->call.now_us))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    add_meeting (search, "hold", "", (Period){ store_int (&query, 1), store_int (&query, 2) });
  return step == STORE_END;
}

static gboolean
find_for_offer (Search *search, GError **error)
{
  g_autoptr (GPtrArray) groups =
    group_store_list (search->view->call.session, search->view->id,
                      MAX (search->from_us, search->view->call.now_us), error);

  if (groups == NULL || !find_bookings (search, SQL_BOOKED_OF_OFFER, error) ||
      !find_holds (search, error))
    return FALSE;
  for (guint i = 0; i < groups->len; i++)
    {
      const GroupSession *group = groups->pdata[i];
      add_meeting (search, "group", group->identifier, group->core);
    }
  return TRUE;
}

static void
add_members (Search *search, gboolean (*is_member) (const Search *, const ResourceRecord *))
{
  const GPtrArray *resources = search->view->catalogue->resources;

  for (guint i = 0; i < resources->len; i++)
    {
      const ResourceRecord *resource = resources->pdata[i];
      if (is_live (search, resource) && is_member (search, resource))
        add (search, resource->kind, "resource", resource->resource_key);
    }
}

static gboolean
is_in_team (const Search *search, const ResourceRecord *resource)
{
  for (guint i = 0; i < resource->team_ids->len; i++)
    if (g_array_index (resource->team_ids, gint64, i) == search->view->id)
      return TRUE;
  return FALSE;
}

/* One that serves another unit that stays as well may stay. */
static gboolean
serves_only (const Search *search, const ResourceRecord *resource)
{
  gboolean serves = FALSE;

  for (guint i = 0; i < resource->unit_ids->len; i++)
    {
      gint64 unit_id = g_array_index (resource->unit_ids, gint64, i);
      const UnitRecord *unit = admin_find_unit (search->view->catalogue->units, unit_id);

      if (unit_id == search->view->id)
        serves = TRUE;
      else if (unit != NULL && unit->retired_us == 0)
        return FALSE;
    }
  return serves;
}

static void
find_sub_units_and_teams (Search *search)
{
  const AdminCatalogue *catalogue = search->view->catalogue;

  for (guint i = 0; i < catalogue->units->len; i++)
    {
      const UnitRecord *unit = catalogue->units->pdata[i];
      if (unit->parent_unit_id == search->view->id &&
          (unit->retired_us == 0 || unit->retired_us > search->from_us))
        add (search, "unit", "unit", unit->organisation_key);
    }
  for (guint i = 0; i < catalogue->teams->len; i++)
    {
      const TeamRecord *team = catalogue->teams->pdata[i];
      if (team->unit_id == search->view->id &&
          (team->retired_us == 0 || team->retired_us > search->from_us))
        add (search, "team", "team", team->team_key);
    }
}

static gboolean
find_for_unit (Search *search, GError **error)
{
  g_autoptr (GPtrArray) offers =
    offer_list (search->view->call.session, search->view->catalogue->tenant->tenant_id, error);

  if (offers == NULL || !find_bookings (search, SQL_BOOKED_OF_UNIT, error))
    return FALSE;
  find_sub_units_and_teams (search);
  add_members (search, serves_only);
  for (guint i = 0; i < offers->len; i++)
    if (((OfferRecord *) offers->pdata[i])->unit_id == search->view->id &&
        end_of (offers->pdata[i]) > search->from_us)
      add_offer (search, offers->pdata[i]);
  return TRUE;
}

/**
 * noun_blockers_find:
 * @blockers: empty; cleared by the caller
 */
gboolean
noun_blockers_find (const NounView *view, gint64 from_us, NounBlockers *blockers, GError **error)
{
  Search search = { view, blockers, from_us };

  blockers->list = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  if (view->noun->resource_kind != NULL)
    return find_for_resource (&search, error);
  if (view->noun->table == IMPORT_OFFERS)
    return find_for_offer (&search, error);
  if (view->noun->table == IMPORT_UNITS)
    return find_for_unit (&search, error);
  add_members (&search, is_in_team);
  return TRUE;
}

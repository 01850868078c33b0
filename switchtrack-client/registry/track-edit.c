/* SPDX-License-Identifier: EUPL-1.2 */
/* Edits records by their tables; a unit's rows by writing over a stretch of time. */
#include "registry/track-edit.h"

#include "base/error.h"

static TrackUnit *
copy_unit (const TrackUnit *unit)
{
  const TrackShape *shape = track_shape_get (TRACK_SHAPE_UNIT);
  g_autoptr (JsonNode) node = track_record_write (shape, unit);

  return track_record_read (shape, json_node_get_object (node), NULL);
}

/* Bookings were migrated where the row began; where it goes on after the stretch they are not once more. */
static void
forget_takeover (TrackUnit *unit)
{
  g_strfreev (unit->takes_over);
  unit->takes_over = g_new0 (char *, 1);
}

/* Keeps of @unit what lies before and behind the stretch. */
static void
keep_rest (GPtrArray *units, TrackUnit *unit, const TrackUnitEdit *edit)
{
  if (unit->until_us > edit->until_us)
    {
      TrackUnit *behind = copy_unit (unit);

      behind->from_us = edit->until_us;
      if (unit->from_us < edit->from_us)
        forget_takeover (behind);
      g_ptr_array_add (units, behind);
    }
  if (unit->from_us < edit->from_us)
    {
      unit->until_us = edit->from_us;
      g_ptr_array_add (units, unit);
    }
  else
    track_unit_free (unit);
}

static void
cut_rows (TrackRegistry *registry, const TrackUnitEdit *edit)
{
  g_autoptr (GPtrArray) old = registry->units;

  registry->units = g_ptr_array_new_with_free_func ((GDestroyNotify) track_unit_free);
  g_ptr_array_set_free_func (old, NULL);
  for (guint i = 0; i < old->len; i++)
    {
      TrackUnit *unit = g_ptr_array_index (old, i);
      gboolean is_cut = g_str_equal (unit->code, edit->code) && unit->from_us < edit->until_us &&
                        unit->until_us > edit->from_us;

      if (is_cut)
        keep_rest (registry->units, unit, edit);
      else
        g_ptr_array_add (registry->units, unit);
    }
}

/* Who serves the code when the row begins: its own row, its main centre's, or the default's; as calls are routed. */
static const TrackUnit *
find_server (const TrackRegistry *registry, const char *code, gint64 at_us)
{
  const TrackUnit *unit = track_registry_find_unit (registry, code, at_us);
  g_autofree char *main_centre = g_strdup_printf ("%.3s00", code);

  if (unit == NULL)
    unit = track_registry_find_unit (registry, main_centre, at_us);
  if (unit == NULL)
    unit = track_registry_find_unit (registry, TRACK_UNIT_DEFAULT, at_us);
  if (unit != NULL && unit->alias_of != NULL)
    unit = track_registry_find_unit (registry, unit->alias_of, at_us);
  return unit;
}

static TrackUnit *
make_row (const TrackRegistry *registry, const TrackUnitEdit *edit)
{
  const TrackUnit *before = find_server (registry, edit->code, edit->from_us);
  const TrackUnit *own = track_registry_find_unit (registry, edit->code, edit->from_us);
  TrackUnit *row = track_shape_new_record (track_shape_get (TRACK_SHAPE_UNIT));

  row->code = g_strdup (edit->code);
  row->endpoint = g_strdup (edit->endpoint);
  row->alias_of = g_strdup (edit->alias_of);
  row->name = g_strdup (edit->name != NULL ? edit->name : own != NULL ? own->name : NULL);
  row->from_us = edit->from_us;
  row->until_us = edit->until_us;
  if (edit->moves_bookings && before != NULL && g_strcmp0 (before->endpoint, edit->endpoint) != 0)
    {
      g_strfreev (row->takes_over);
      row->takes_over = g_new0 (char *, 2);
      row->takes_over[0] = g_strdup (before->endpoint);
    }
  return row;
}

/**
 * track_edit_unit:
 *
 * Writes over the unit's rows between two instants; what was before and behind stays.
 *
 * Errors: PLANNER_ERROR_NOT_FOUND when there is nothing to be removed.
 */
gboolean
track_edit_unit (TrackRegistry *registry, const TrackUnitEdit *edit, GError **error)
{
  TrackUnit *row = NULL;

  if (edit->endpoint != NULL || edit->alias_of != NULL)
    row = make_row (registry, edit);
  else if (track_registry_find_unit (registry, edit->code, edit->from_us) == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "unit %s has no row then",
                   edit->code);
      return FALSE;
    }
  cut_rows (registry, edit);
  if (row != NULL)
    g_ptr_array_add (registry->units, row);
  track_registry_sort (registry);
  return TRUE;
}

static guint
find_position (const GPtrArray *records, const TrackShape *shape, const char *key)
{
  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *other = track_shape_dup_key (shape, g_ptr_array_index (records, i));

      if (g_str_equal (other, key))
        return i;
    }
  return records->len;
}

/**
 * track_edit_record:
 * @members: of the record, its key among them; what is not named stays as it was
 *
 * Changes the record of that key, or adds one.
 */
gboolean
track_edit_record (TrackRegistry *registry,
                   TrackShapeKind kind,
                   JsonObject *members,
                   GError **error)
{
  const TrackShape *shape = track_shape_get (kind);
  GPtrArray *records = track_shape_get_array (shape, registry);
  g_autoptr (GList) names = json_object_get_members (members);
  gpointer record = track_record_read (shape, members, NULL);
  g_autofree char *key = NULL;
  g_autoptr (JsonNode) node = NULL;
  JsonObject *object;
  guint position;

  if (record == NULL)
    record = track_shape_new_record (shape);
  if (kind == TRACK_SHAPE_ENDPOINT && ((TrackEndpoint *) record)->name == NULL)
    ((TrackEndpoint *) record)->name = g_strdup (json_object_get_string_member (members, "name"));
  key = track_shape_dup_key (shape, record);
  position = find_position (records, shape, key);
  node = position < records->len ? track_record_write (shape, g_ptr_array_index (records, position))
                                 : json_node_init_object (json_node_alloc (), members);
  shape->free (record);
  object = json_node_get_object (node);
  for (GList *at = names; at != NULL && object != members; at = at->next)
    json_object_set_member (object, at->data,
                            json_node_copy (json_object_get_member (members, at->data)));
  record = track_record_read (shape, object, error);
  if (record == NULL)
    return FALSE;
  if (position < records->len)
    g_ptr_array_remove_index (records, position);
  g_ptr_array_add (records, record);
  track_registry_sort (registry);
  return TRUE;
}

/**
 * track_edit_remove:
 * @key: as track_shape_dup_key() gives it
 *
 * Errors: PLANNER_ERROR_NOT_FOUND.
 */
gboolean
track_edit_remove (TrackRegistry *registry, TrackShapeKind kind, const char *key, GError **error)
{
  const TrackShape *shape = track_shape_get (kind);
  GPtrArray *records = track_shape_get_array (shape, registry);
  guint position = find_position (records, shape, key);

  if (position == records->len)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND, "there is no %s %s", shape->what,
                   key);
      return FALSE;
    }
  g_ptr_array_remove_index (records, position);
  return TRUE;
}

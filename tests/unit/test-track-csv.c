/* SPDX-License-Identifier: EUPL-1.2 */
/* What is exported is imported as the same, for random registries; broken files are refused; large ones take no time. */
#include "ctl/track-csv.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "registry/track-registry-check.h"
#include "testlib.h"

#define ORIGIN_S 1800000000

/* Any text that a document may hold: separators, quotes, blanks at its ends, letters of several bytes; no bar in a list. */
static char *
random_text (GRand *rand, gboolean may_have_bars)
{
  static const char *const pieces[] = { "a",  "B", "7", " ",  ",",    ";", "\"",  "#", "=",
                                        "\\", "'", "ø", "名", "\"\"", "{", "%7C", ".", "|" };
  g_autoptr (GString) text = g_string_new (NULL);
  gint n = g_rand_int_range (rand, 1, 12);

  for (gint i = 0; i < n; i++)
    g_string_append (
      text, pieces[g_rand_int_range (rand, 0, G_N_ELEMENTS (pieces) - (may_have_bars ? 0 : 1))]);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static JsonNode *
random_value (GRand *rand, const TrackField *field)
{
  g_autofree char *text = random_text (rand, TRUE);
  g_autofree char *instant = NULL;
  g_autoptr (JsonArray) array = NULL;

  switch (field->kind)
    {
    case TRACK_FIELD_TEXTS:
      array = json_array_new ();
      for (gint i = g_rand_int_range (rand, 0, 4); i > 0; i--)
        {
          g_autofree char *element = random_text (rand, FALSE);
          g_autofree char *filled = g_strconcat ("x", element, NULL);

          json_array_add_string_element (array, filled);
        }
      return json_node_init_array (json_node_alloc (), array);
    case TRACK_FIELD_COUNT:
      return json_node_init_int (json_node_alloc (),
                                 g_rand_int_range (rand, field->min, field->max + 1));
    case TRACK_FIELD_FLAG:
      return json_node_init_boolean (json_node_alloc (), g_rand_boolean (rand));
    case TRACK_FIELD_STATE:
      return json_node_init_string (json_node_alloc (),
                                    track_state_word (g_rand_int_range (rand, 0, TRACK_N_STATES)));
    case TRACK_FIELD_FROM:
    case TRACK_FIELD_UNTIL:
      instant = track_instant_dup_text (
        (gint64) (ORIGIN_S + g_rand_int_range (rand, 0, 100000000)) * G_USEC_PER_SEC);
      return json_node_init_string (json_node_alloc (), instant);
    case TRACK_FIELD_TEXT:
    case TRACK_FIELD_PART:
    default:
      return json_node_init_string (json_node_alloc (), text);
    }
}

/* (transfer full): members at random, but those that are needed. */
static JsonObject *
random_object (GRand *rand, const TrackShape *shape)
{
  JsonObject *object = json_object_new ();

  for (guint i = 0; i < shape->n_fields; i++)
    {
      const TrackField *field = &shape->fields[i];

      if (field->kind == TRACK_FIELD_PART && g_rand_boolean (rand))
        json_object_set_object_member (object, field->name, random_object (rand, field->part));
      else if (field->kind != TRACK_FIELD_PART && (field->is_needed || g_rand_boolean (rand)))
        json_object_set_member (object, field->name, random_value (rand, field));
    }
  return object;
}

static void
add_random (GRand *rand, TrackRegistry *registry, TrackShapeKind kind)
{
  const TrackShape *shape = track_shape_get (kind);
  gint n = g_rand_int_range (rand, 0, 8);

  for (gint i = 0; i < n; i++)
    {
      g_autoptr (JsonObject) object = random_object (rand, shape);
      gpointer record = track_record_read (shape, object, NULL);

      /* A needed text may have come out as blanks alone. */
      if (record != NULL)
        g_ptr_array_add (track_shape_get_array (shape, registry), record);
    }
}

/* As CSV: both lists are written, read into an empty registry, and say the same. */
static void
assert_round_trip (TrackRegistry *registry)
{
  const TrackShape *units = track_shape_get (TRACK_SHAPE_UNIT);
  const TrackShape *endpoints = track_shape_get (TRACK_SHAPE_ENDPOINT);
  g_autofree char *before = track_registry_dup_json (registry);
  g_autofree char *units_csv = track_csv_write (units, registry);
  g_autofree char *endpoints_csv = track_csv_write (endpoints, registry);
  g_autoptr (TrackRegistry) as_json = NULL;
  g_autoptr (TrackRegistry) as_csv = track_registry_new ();
  g_autofree char *after_json = NULL;
  g_autofree char *after_csv = NULL;
  g_autoptr (GError) error = NULL;

  as_json = track_registry_parse (before, strlen (before), &error);
  g_assert_no_error (error);
  after_json = track_registry_dup_json (as_json);
  g_assert_cmpstr (before, ==, after_json);
  g_ptr_array_set_size (registry->windows, 0);
  g_ptr_array_set_size (registry->freezes, 0);
  g_free (g_steal_pointer (&before));
  before = track_registry_dup_json (registry);
  g_assert_true (track_csv_read (units, units_csv, as_csv, &error));
  g_assert_true (track_csv_read (endpoints, endpoints_csv, as_csv, &error));
  g_assert_no_error (error);
  after_csv = track_registry_dup_json (as_csv);
  g_assert_cmpstr (before, ==, after_csv);
}

static void
test_round_trip (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("track-csv");
  guint n_records = 0;

  for (guint64 i = 0; i < n_rounds; i++)
    {
      g_autoptr (TrackRegistry) registry = track_registry_new ();

      for (guint kind = 0; kind < TRACK_N_SHAPES; kind++)
        add_random (rand, registry, kind);
      track_registry_sort (registry);
      n_records += registry->units->len + registry->endpoints->len;
      assert_round_trip (registry);
    }
  g_assert_cmpuint (n_records, >, n_rounds * 3);
}

/* Bytes are changed, dropped and doubled: a file is read or refused by a line, and what is read can be written. */
static void
test_mutated (void)
{
  g_autoptr (GRand) rand = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("track-csv");
  const TrackShape *shape = track_shape_get (TRACK_SHAPE_UNIT);
  guint n_refused = 0;

  for (guint64 i = 0; i < n_rounds; i++)
    {
      g_autoptr (TrackRegistry) registry = track_registry_new ();
      g_autoptr (TrackRegistry) read = track_registry_new ();
      g_autofree char *text = NULL;
      g_autoptr (GError) error = NULL;

      add_random (rand, registry, TRACK_SHAPE_UNIT);
      text = track_csv_write (shape, registry);
      for (gint k = g_rand_int_range (rand, 1, 5); k > 0; k--)
        text[g_rand_int_range (rand, 0, (gint) strlen (text))] =
          (char) g_rand_int_range (rand, 1, 256);
      if (track_csv_read (shape, text, read, &error))
        g_free (track_registry_dup_json (read));
      else
        {
          g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
          g_assert_true (g_utf8_validate (error->message, -1, NULL));
          n_refused++;
        }
    }
  g_assert_cmpuint (n_refused, >, n_rounds / 4);
}

static void
add_many (TrackRegistry *registry, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      TrackEndpoint *endpoint = track_shape_new_record (track_shape_get (TRACK_SHAPE_ENDPOINT));
      TrackUnit *unit = track_shape_new_record (track_shape_get (TRACK_SHAPE_UNIT));

      endpoint->name = g_strdup_printf ("planner-%05u", i);
      endpoint->contract = g_strdup ("3");
      endpoint->owner = g_strdup ("IT");
      g_strfreev (endpoint->urls);
      endpoint->urls = g_new0 (char *, 21);
      for (guint k = 0; k < 20; k++)
        endpoint->urls[k] = g_strdup_printf ("https://h%u.example/%u", i, k);
      unit->code = g_strdup_printf ("%05u", 10000 + i);
      unit->endpoint = g_strdup (endpoint->name);
      g_ptr_array_add (registry->endpoints, endpoint);
      g_ptr_array_add (registry->units, unit);
    }
  track_registry_sort (registry);
}

/* As many records as may be are checked at once, one more is refused at the door. The time is a figure to look at. */
static void
test_large (void)
{
  const TrackCheckSettings settings = { .now_us = (gint64) ORIGIN_S * G_USEC_PER_SEC };
  const TrackShape *shape = track_shape_get (TRACK_SHAPE_UNIT);
  g_autoptr (TrackRegistry) registry = track_registry_new ();
  g_autoptr (TrackRegistry) nothing = track_registry_new ();
  g_autoptr (TrackRegistry) more = track_registry_new ();
  g_autoptr (GPtrArray) findings = NULL;
  g_autoptr (GPtrArray) steps = NULL;
  g_autofree char *csv = NULL;
  g_autoptr (GError) error = NULL;
  gint64 start_us = clock_monotonic_us ();

  add_many (registry, TRACK_REGISTRY_MAX_RECORDS);
  findings = track_registry_check (registry, &settings);
  steps = track_registry_check_change (nothing, registry, &settings);
  g_test_message ("%d endpoints with 20 addresses each and as many units: %.0f ms",
                  TRACK_REGISTRY_MAX_RECORDS, (clock_monotonic_us () - start_us) / 1000.0);
  g_assert_false (track_findings_have_error (findings));
  g_assert_false (track_findings_have_error (steps));
  add_many (more, TRACK_REGISTRY_MAX_RECORDS + 1);
  csv = track_csv_write (shape, more);
  g_assert_false (track_csv_read (shape, csv, nothing, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
  g_assert_nonnull (strstr (error->message, "5001 lines"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-csv/round-trip", test_round_trip);
  g_test_add_func ("/track-csv/mutated", test_mutated);
  g_test_add_func ("/track-csv/large", test_large);
  return g_test_run ();
}

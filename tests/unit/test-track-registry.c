/* SPDX-License-Identifier: EUPL-1.2 */
/* The registry as a value and as a document. Also tests: track-shape, track-registry-json. */
#include "registry/track-registry-json.h"

#include <string.h>

#include "base/error.h"

#include "testlib.h"

static void
test_words (void)
{
  for (TrackState state = 0; state < TRACK_N_STATES; state++)
    {
      TrackState parsed = TRACK_N_STATES;

      g_assert_true (track_state_parse (track_state_word (state), &parsed));
      g_assert_cmpint (parsed, ==, state);
    }
  g_assert_false (track_state_parse ("resting", &(TrackState){ 0 }));
}

static TrackUnit *
make_unit (const char *code, gint64 from_us, gint64 until_us)
{
  TrackUnit *unit = g_new0 (TrackUnit, 1);

  unit->code = g_strdup (code);
  unit->from_us = from_us;
  unit->until_us = until_us;
  return unit;
}

/* Intervals are half-open: at the instant of a change the new row is in force. */
static void
test_find_unit (void)
{
  g_autoptr (TrackRegistry) registry = track_registry_new ();

  g_ptr_array_add (registry->units, make_unit ("10100", 100, G_MAXINT64));
  g_ptr_array_add (registry->units, make_unit ("10100", G_MININT64, 100));
  g_ptr_array_add (registry->units, make_unit ("10101", 50, 60));
  track_registry_sort (registry);
  g_assert_cmpint (track_registry_find_unit (registry, "10100", 99)->until_us, ==, 100);
  g_assert_cmpint (track_registry_find_unit (registry, "10100", 100)->from_us, ==, 100);
  g_assert_null (track_registry_find_unit (registry, "10101", 49));
  g_assert_nonnull (track_registry_find_unit (registry, "10101", 50));
  g_assert_null (track_registry_find_unit (registry, "10101", 60));
  g_assert_null (track_registry_find_unit (registry, "10102", 55));
}

static const char document[] =
  "{\"format\":\"switch-track-registry-1\",\"endpoints\":[{\"name\":\"own\",\"urls\":"
  "[\"https://a.example/v3\",\"https://b.example/"
  "v3\"],\"contract\":\"3\",\"owner\":\"IT\",\"state\":"
  "\"drain\",\"max_parallel\":7,\"probe_unit\":\"10100\"},{\"name\":\"late\",\"urls\":"
  "[\"https://c.example/v3\"],\"contract\":\"3\",\"owner\":\"IT\"}],\"units\":[{\"code\":\"10100\","
  "\"endpoint\":\"own\",\"from\":\"2027-01-01T00:00:00+01:00\",\"canary\":{\"endpoint\":\"late\","
  "\"permille\":5,\"is_disjoint\":true},\"shadow\":{\"endpoint\":\"late\"}}],\"windows\":[{"
  "\"endpoint\":"
  "\"own\",\"from\":\"2027-01-01T00:00:00Z\",\"until\":\"2027-01-01T01:00:00Z\",\"text_da\":"
  "\"Nyt\","
  "\"text_en\":\"New\",\"is_closed\":true}],\"freezes\":[{\"from\":\"2026-12-20T00:00:00Z\","
  "\"until\":"
  "\"2027-01-04T00:00:00Z\",\"reason\":\"Jul\"}]}";

/* What is written is read as the same, and the second writing is the first, byte for byte. */
static void
test_document (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TrackRegistry) registry = track_registry_parse (document, strlen (document), &error);
  g_autoptr (TrackRegistry) copy = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  const TrackEndpoint *own;
  const TrackUnit *unit;

  g_assert_no_error (error);
  own = track_registry_find_endpoint (registry, "own");
  g_assert_cmpstr (own->urls[1], ==, "https://b.example/v3");
  g_assert_cmpint (own->state, ==, TRACK_STATE_DRAIN);
  g_assert_cmpuint (own->max_parallel, ==, 7);
  g_assert_cmpuint (own->timeout_ms, ==, 6000);
  g_assert_cmpuint (g_strv_length (own->pins), ==, 0);
  unit = g_ptr_array_index (registry->units, 0);
  g_assert_cmpint (unit->from_us, ==, G_GINT64_CONSTANT (1798758000000000));
  g_assert_cmpint (unit->until_us, ==, G_MAXINT64);
  g_assert_true (unit->canary->is_disjoint);
  g_assert_cmpuint (unit->shadow->permille, ==, 0);
  first = track_registry_dup_json (registry);
  copy = track_registry_copy (registry);
  second = track_registry_dup_json (copy);
  g_assert_cmpstr (first, ==, second);
  g_assert_nonnull (strstr (first, "\"from\" : \"2026-12-31T23:00:00Z\""));
}

/* Each replaces one piece of the document; the error names what is wrong. */
static void
test_broken (void)
{
  static const struct
  {
    const char *piece, *by, *says;
  } cases[] = {
    { "registry-1", "registry-2", "format must be" },
    { "\"owner\"", "\"owners\"", "no member owners" },
    { "\"owner\"", "\"aøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøøø\"", "no member aøø" },
    { "\"name\":\"own\",", "", "name is missing" },
    { "[\"https://c.example/v3\"]", "[]", "urls is missing" },
    { "[\"https://c.example/v3\"]", "\"https://c.example/v3\"", "urls must be a list" },
    { "[\"https://c.example/v3\"]", "[\"\"]", "empty text" },
    { "\"drain\"", "\"resting\"", "active, drain or maintenance" },
    { "\"max_parallel\":7", "\"max_parallel\":0", "from 1 to 10000" },
    { "\"max_parallel\":7", "\"max_parallel\":\"7\"", "from 1 to 10000" },
    { "+01:00", "", "write it with an offset" },
    { "\"is_disjoint\":true", "\"is_disjoint\":1", "true or false" },
    { "\"permille\":5", "\"permille\":1001", "from 0 to 1000" },
    { "\"Jul\"", "\"Ju\\nl\"", "one line" },
    { "\"Jul\"}]", "\"Jul\"},7]", "objects only" },
    { "\"freezes\":[", "\"freezers\":[", "no member freezers" },
    { "\"reason\":\"Jul\"", "\"cause\":\"Jul\"", "freeze has no member cause" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_auto (GStrv) halves = g_strsplit (document, cases[i].piece, 2);
      g_autofree char *broken = g_strjoinv (cases[i].by, halves);
      g_autoptr (GError) error = NULL;

      g_assert_cmpuint (g_strv_length (halves), ==, 2);
      g_assert_null (track_registry_parse (broken, strlen (broken), &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      g_assert_true (g_utf8_validate (error->message, -1, NULL));
      if (strstr (error->message, cases[i].says) == NULL)
        g_error ("%s: %s", cases[i].says, error->message);
    }
}

/* A document that ends anywhere else than at its end is refused, and nothing is read beyond. */
static void
test_cut (void)
{
  for (gsize length = 0; length < strlen (document); length++)
    {
      g_autofree char *exact = g_memdup2 (document, MAX (length, 1));
      g_autoptr (GError) error = NULL;

      g_assert_null (track_registry_parse (exact, length, &error));
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/track-registry/words", test_words);
  g_test_add_func ("/track-registry/find-unit", test_find_unit);
  g_test_add_func ("/track-registry/document", test_document);
  g_test_add_func ("/track-registry/broken", test_broken);
  g_test_add_func ("/track-registry/cut", test_cut);
  return g_test_run ();
}

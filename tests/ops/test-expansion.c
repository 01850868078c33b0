/* SPDX-License-Identifier: EUPL-1.2 */
/* Laying out in small steps: nothing taken is free in between, what changed underneath is noticed, the rest is left alone. */
#include "ops/facts/expansion.h"

#include <gio/gio.h>
#include <stdlib.h>

#include "admin-harness.h"
#include "base/error.h"
#include "store/busy-span-store.h"
#include "store/calendar-store.h"

#define HOUR G_GINT64_CONSTANT (3600000000)
#define DAY  (24 * HOUR)

typedef struct
{
  AdminHarness harness;
  Period window;
  guint n_objects;
} Scene;

static void
scene_init (Scene *scene)
{
  g_autoptr (GError) error = NULL;

  admin_harness_init (&scene->harness);
  scene->window = expansion_window (HARNESS_NOW_US);
  g_assert_true (store_run_script (
    scene->harness.session,
    "INSERT INTO tenant VALUES (1, 'demo', 'Demo');"
    "INSERT INTO unit (unit_id, tenant_id, organisation_type, organisation_key, name) "
    "VALUES (1, 1, 8, '89000', 'Demo');"
    "INSERT INTO resource (resource_id, tenant_id, kind, resource_key, email, name) VALUES "
    "(1, 1, 'advisor', 'RID-1', 'v1@demo.example', 'Vejleder 01');"
    "INSERT INTO resource_unit (resource_id, unit_id, tenant_id) VALUES (1, 1, 1);"
    "INSERT INTO calendar (calendar_id, tenant_id, resource_id, calendar_key, origin) VALUES "
    "(1, 1, 1, 'sync', 'sync'), (2, 1, 1, 'planner', 'planner');",
    &error));
  g_assert_no_error (error);
}

static void
scene_clear (Scene *scene)
{
  admin_harness_clear (&scene->harness);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Scene, scene_clear)

/* An hour or, with @days, so many whole days. */
static void
put (Scene *scene, gint64 calendar_id, guint number, gint64 start_us, int days)
{
  g_autofree char *uid = g_strdup_printf ("u%u", number);
  g_autoptr (GDateTime) start = g_date_time_new_from_unix_utc (start_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) end =
    days > 0 ? g_date_time_add_days (start, days) : g_date_time_add_hours (start, 1);
  const char *format = days > 0 ? ";VALUE=DATE:%Y%m%d" : ":%Y%m%dT%H%M%SZ";
  g_autofree char *from = g_date_time_format (start, format);
  g_autofree char *to = g_date_time_format (end, format);
  g_autofree char *text =
    g_strdup_printf ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:%"
                     "s\r\nDTSTART%s\r\nDTEND%s\r\n"
                     "X-PLANNER-CLASS:busy\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
                     uid, from, to);
  CalendarObject object = {
    .tenant_id = 1, .calendar_id = calendar_id, .uid_hash = uid, .text = text
  };
  g_autoptr (GError) error = NULL;
  PutOutcome outcome;

  g_assert_true (calendar_object_put (scene->harness.session, &object, &outcome, &error));
  g_assert_no_error (error);
}

static Expansion *
load (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  Expansion *expansion =
    expansion_load (scene->harness.session, 1, 1, scene->window, EXPANSION_DUE, &error);

  g_assert_no_error (error);
  expansion_compute (expansion);
  g_assert_true (expansion_compare (scene->harness.session, expansion, &error));
  g_assert_no_error (error);
  return expansion;
}

static GArray *
stored (Scene *scene)
{
  g_autoptr (GError) error = NULL;
  GArray *spans = busy_span_list (scene->harness.session, 1, scene->window, &error);

  g_assert_no_error (error);
  return spans;
}

static gboolean
has (const GArray *spans, const BusySpan *span)
{
  return bsearch (span, spans->data, spans->len, sizeof (BusySpan), busy_spans_compare) != NULL;
}

static gint64
trust_of (Scene *scene, gint64 calendar_id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) calendars = calendar_list (scene->harness.session, 1, 1, &error);

  g_assert_no_error (error);
  for (guint i = 0; i < calendars->len; i++)
    if (((CalendarRecord *) calendars->pdata[i])->calendar_id == calendar_id)
      return ((CalendarRecord *) calendars->pdata[i])->expanded_until_us;
  return -1;
}

/* After every step, all that is busy before and after is busy. */
static void
write_in_steps (Scene *scene, Expansion *expansion, guint step)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) before = stored (scene);
  g_autoptr (GArray) after = NULL;

  for (guint first = 0; first < expansion_n_changes (expansion); first += step)
    {
      g_autoptr (GArray) now = NULL;

      g_assert_true (
        expansion_write_changes (scene->harness.session, expansion, first, step, &error));
      now = stored (scene);
      for (guint i = 0; i < before->len; i++)
        if (has (expansion->busy, &g_array_index (before, BusySpan, i)))
          g_assert_true (has (now, &g_array_index (before, BusySpan, i)));
      for (guint i = 0; first + step > expansion->missing->len && i < expansion->busy->len; i++)
        g_assert_true (has (now, &g_array_index (expansion->busy, BusySpan, i)));
    }
  g_assert_cmpint (trust_of (scene, 1), <, scene->window.end_us);
  g_assert_true (expansion_finish (scene->harness.session, expansion, &error));
  g_assert_no_error (error);
  after = stored (scene);
  g_assert_cmpuint (after->len, ==, expansion->busy->len);
  g_assert_cmpint (trust_of (scene, 1), ==, scene->window.end_us);
}

static void
test_steps (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GRand) rand = testlib_random_new ();
  g_autoptr (GError) error = NULL;

  scene_init (&scene);
  for (int round = 0; round < 6; round++)
    {
      g_autoptr (Expansion) expansion = NULL;

      for (guint i = 0; i < 60; i++)
        if (g_rand_boolean (rand))
          put (&scene, 1, i, HARNESS_NOW_US + g_rand_int_range (rand, 0, 2000) * HOUR, 0);
      g_assert_true (expansion_invalidate (scene.harness.session, 1, 1, &error));
      expansion = load (&scene);
      write_in_steps (&scene, expansion, (guint) g_rand_int_range (rand, 1, 20));
    }
  g_assert_no_error (error);
}

/* Half written, an object changes: the rest is refused, and another round ends right. */
static void
test_changed_underneath (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Expansion) first = NULL;
  g_autoptr (Expansion) second = NULL;

  scene_init (&scene);
  for (guint i = 0; i < 20; i++)
    put (&scene, 1, i, HARNESS_NOW_US + i * DAY, 0);
  first = load (&scene);
  g_assert_true (expansion_write_changes (scene.harness.session, first, 0, 5, &error));
  put (&scene, 1, 3, HARNESS_NOW_US + 50 * DAY, 0);
  g_assert_false (expansion_write_changes (scene.harness.session, first, 5, 5, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  g_assert_false (expansion_finish (scene.harness.session, first, &error));
  g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_BUSY);
  g_clear_error (&error);
  second = load (&scene);
  write_in_steps (&scene, second, 3);
}

/* Blocked time changes: what a synchronised calendar holds is neither read nor trusted otherwise. */
static void
test_own_alone (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Expansion) all = NULL;
  g_autoptr (Expansion) own = NULL;
  g_autoptr (GArray) spans = NULL;

  scene_init (&scene);
  for (guint i = 0; i < 100; i++)
    put (&scene, 1, i, HARNESS_NOW_US + i * DAY, 0);
  all = load (&scene);
  g_assert_cmpuint (all->objects->len, ==, 100);
  write_in_steps (&scene, all, 1000);
  put (&scene, 2, 500, HARNESS_NOW_US + 3 * DAY, 2);
  g_assert_true (expansion_invalidate_own (scene.harness.session, 1, 1, &error));
  g_assert_cmpint (trust_of (&scene, 2), ==, 0);
  own = load (&scene);
  g_assert_cmpuint (own->objects->len, ==, 1);
  g_assert_cmpuint (expansion_n_changes (own), ==, 2);
  put (&scene, 1, 600, HARNESS_NOW_US + 4 * DAY, 0); /* somebody else's change is not in the way */
  g_assert_true (expansion_write (scene.harness.session, own, &error));
  g_assert_no_error (error);
  g_assert_cmpint (trust_of (&scene, 2), ==, scene.window.end_us);
  spans = stored (&scene);
  g_assert_cmpuint (spans->len, ==, 102);
}

/* A leave that began long ago is the same the next day: only what is new is written. */
static void
test_nothing_new (void)
{
  g_auto (Scene) scene = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (Expansion) first = NULL;
  g_autoptr (Expansion) again = NULL;
  g_autoptr (Expansion) later = NULL;

  scene_init (&scene);
  put (&scene, 1, 1, HARNESS_NOW_US - 30 * DAY, 90);
  first = load (&scene);
  write_in_steps (&scene, first, 1000);
  g_assert_true (expansion_invalidate (scene.harness.session, 1, 1, &error));
  again = load (&scene);
  g_assert_cmpuint (expansion_n_changes (again), ==, 0);
  scene.window = expansion_window (HARNESS_NOW_US + 10 * DAY);
  later = load (&scene);
  g_assert_cmpuint (later->objects->len, ==, 1);
  g_assert_cmpuint (expansion_n_changes (later), ==, 0);
  g_assert_no_error (error);
}

/* Entries of one object at one time are one span that no rule passes by when they differ. */
static void
test_equal_times (void)
{
  g_autoptr (GArray) spans = busy_spans_new ();
  const char *text =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    "BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\n"
    "RRULE:FREQ=DAILY;COUNT=2\r\nX-PLANNER-CLASS:tentative\r\nEND:VEVENT\r\n"
    "BEGIN:VEVENT\r\nUID:u\r\nRECURRENCE-ID:20261202T090000Z\r\nDTSTART:20261201T090000Z\r\n"
    "DTEND:20261201T100000Z\r\nX-PLANNER-CLASS:elsewhere\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";

  g_assert_true (expansion_compute_object (text, 7, calsync_zone_utc (),
                                           expansion_window (HARNESS_NOW_US), spans));
  g_assert_cmpuint (spans->len, ==, 1);
  g_assert_cmpstr (g_array_index (spans, BusySpan, 0).class_name, ==, "busy");
  g_assert_cmpint (g_array_index (spans, BusySpan, 0).object_id, ==, 7);
}

/* A rule that nobody can follow is unknown time, whatever it is marked as. */
static void
test_not_expandable (void)
{
  g_autoptr (GArray) spans = busy_spans_new ();
  const char *text =
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n"
    "BEGIN:VEVENT\r\nUID:u\r\nDTSTART:20261201T090000Z\r\nDTEND:20261201T100000Z\r\n"
    "RRULE:FREQ=DAILY;RSCALE=HEBREW\r\nX-PLANNER-CLASS:tentative\r\nEND:VEVENT\r\n"
    "END:VCALENDAR\r\n";

  (void) expansion_compute_object (text, 7, calsync_zone_utc (), expansion_window (HARNESS_NOW_US),
                                   spans);
  g_assert_cmpuint (spans->len, >, 1);
  for (guint i = 0; i < spans->len; i++)
    g_assert_cmpstr (g_array_index (spans, BusySpan, i).class_name, ==, "unknown");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/expansion/steps", test_steps);
  g_test_add_func ("/expansion/changed-underneath", test_changed_underneath);
  g_test_add_func ("/expansion/own-alone", test_own_alone);
  g_test_add_func ("/expansion/nothing-new", test_nothing_new);
  g_test_add_func ("/expansion/equal-times", test_equal_times);
  g_test_add_func ("/expansion/not-expandable", test_not_expandable);
  return g_test_run ();
}

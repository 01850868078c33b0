/* SPDX-License-Identifier: EUPL-1.2 */
/* What must be true: at each of our writes, and at the end. Shares no code with the library. */
#include "converge-world.h"

#include <string.h>

void
converge_fail (ConvergeWorld *world, const char *format, ...)
{
  va_list args;

  if (world->failure != NULL)
    return;
  va_start (args, format);
  world->failure = g_strdup_vprintf (format, args);
  va_end (args);
}

void
converge_say (ConvergeWorld *world, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  if (!world->is_loud)
    return;
  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  g_test_message ("%s", text);
}

static gboolean
is_linked_at (ConvergeWorld *world, guint n, const ModelItem *item)
{
  g_autofree char *key = world->planner->functions->dup_key (world->planner, n);

  return g_strcmp0 (key, item->key) == 0;
}

/* Notes of the advisor stay through all our changes. */
static void
check_notes (ConvergeWorld *world, const char *before, const char *after)
{
  for (const char *at = strstr (before, "\nX-NOTE"); at != NULL; at = strstr (at + 1, "\nX-NOTE"))
    {
      g_autofree char *line = g_strndup (at, strcspn (at + 1, "\n") + 1);

      if (strstr (after, line) == NULL)
        converge_fail (world, "a note was lost: %s", line);
    }
}

static char *
format_times (const ConvergeSight *sight)
{
  return g_strdup_printf ("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT, sight->start_us, sight->end_us);
}

/* An edit of the advisor that we write over, or remove, is in the record. */
static void
check_recorded (ConvergeWorld *world, const ModelItem *item, const ConvergeSight *sight)
{
  g_autofree char *now = format_times (sight);
  const char *ours = g_hash_table_lookup (world->written, item->uid);

  if (g_strcmp0 (now, ours) != 0 &&
      !world->planner->functions->has_conflict (world->planner, (guint) sight->booking,
                                                sight->start_us, sight->end_us))
    converge_fail (world, "an edit of booking %d was lost without a record", sight->booking);
}

static void
check_change (ConvergeWorld *world, ModelItem *item, const CalsyncWrite *write)
{
  const ConvergeSight before = converge_look (world, item);
  const ConvergeBooking *booking = &world->bookings[before.booking];

  if (before.is_series || before.has_people)
    converge_fail (world, "a series or meeting was written over");
  check_recorded (world, item, &before);
  if (write != NULL)
    check_notes (world, item->text, write->text);
  else if (booking->is_live && !booking->is_away)
    converge_fail (world, "the event of booking %d was removed without a cause", before.booking);
}

static void
check_creation (ConvergeWorld *world, const ModelItem *made, const ConvergeSight *sight)
{
  ConvergeBooking *booking = &world->bookings[sight->booking];
  g_autoptr (GPtrArray) list = model_remote_list (world->remote);

  if (!booking->is_live || booking->is_away)
    converge_fail (world, "an event was made for booking %d, which is not live", sight->booking);
  if (booking->is_deletion_open &&
      !world->planner->functions->has_conflict (world->planner, (guint) sight->booking, 0, 0))
    converge_fail (world, "a deletion of booking %d was lost without a record", sight->booking);
  booking->is_deletion_open = FALSE;
  for (guint i = 0; i < list->len; i++)
    {
      const ModelItem *item = g_ptr_array_index (list, i);
      const ConvergeSight other = converge_look (world, item);

      if (item != made && other.booking == sight->booking && !other.is_copy)
        converge_fail (world, "booking %d was written twice", sight->booking);
    }
}

static char *
format_edit (gint booking, gint64 start_us, gint64 end_us)
{
  return g_strdup_printf ("%d %" G_GINT64_FORMAT " %" G_GINT64_FORMAT, booking, start_us, end_us);
}

void
converge_follow (ConvergeWorld *world)
{
  const ConvergePlannerFunctions *functions = world->planner->functions;

  for (guint n = 0; functions->find_times != NULL && n < CONVERGE_N_BOOKINGS; n++)
    {
      ConvergeBooking *booking = &world->bookings[n];
      gint64 start_us = booking->start_us, end_us = booking->end_us;
      g_autofree char *edit = NULL;

      if (booking->is_live)
        functions->find_times (world->planner, n, &start_us, &end_us);
      if (start_us == booking->start_us && end_us == booking->end_us)
        continue;
      edit = format_edit ((gint) n, start_us, end_us);
      converge_say (world, "  booking %u follows the calendar", n);
      if (!g_hash_table_contains (world->edits, edit) || booking->is_away ||
          end_us - start_us != booking->end_us - booking->start_us)
        converge_fail (world, "booking %u was moved to where nobody asked for", n);
      booking->start_us = start_us;
      booking->end_us = end_us;
      world->n_followed++;
    }
}

/* A #ModelWriteFunc: each of our writes, before it is done. */
void
converge_on_write (ModelRemote *remote, ModelItem *item, const CalsyncWrite *write, gpointer data)
{
  ConvergeWorld *world = data;
  ModelItem sent = { 0 };
  ConvergeSight sight;

  (void) remote;
  converge_follow (world);
  converge_say (world, "  we %s %s",
                item == NULL    ? "create"
                : write == NULL ? "remove"
                                : "update",
                write == NULL ? item->key : write->key);
  if (item != NULL && converge_look (world, item).booking < 0)
    converge_fail (world, "somebody else's event was written over");
  else if (item != NULL)
    check_change (world, item, write);
  if (write == NULL)
    return;
  sent.text = (char *) write->text;
  sent.uid = g_strndup (strstr (write->text, "\nUID:") + 5,
                        strcspn (strstr (write->text, "\nUID:") + 5, "\r\n"));
  sight = converge_look (world, &sent);
  if (item == NULL && sight.booking >= 0)
    check_creation (world, NULL, &sight);
  if (sight.booking >= 0)
    world->bookings[sight.booking].is_back = FALSE;
  if (strstr (write->text, "ATTENDEE") != NULL || strstr (write->text, "ORGANIZER") != NULL)
    converge_fail (world, "people were written");
  g_hash_table_replace (world->written, sent.uid, format_times (&sight));
}

static void
add_span (GArray *spans, gint64 start_us, gint64 end_us, CalsyncClass busy_class)
{
  const CalsyncSpan span = { start_us, end_us, busy_class, 0 };

  if (busy_class != CALSYNC_CLASS_FREE)
    g_array_append_val (spans, span);
}

static void
add_foreign (GArray *spans, const ConvergeForeign *foreign)
{
  for (gint i = 0; i < (gint) foreign->n_instances; i++)
    {
      gint64 start_us = foreign->start_us + i * foreign->step_days * DAY;

      if (i == foreign->excluded)
        continue;
      if (i == foreign->moved)
        start_us += foreign->moved_by_us;
      add_span (spans, start_us, start_us + foreign->length_us, foreign->busy_class);
    }
}

static gint
compare_spans (gconstpointer one, gconstpointer other)
{
  const CalsyncSpan *a = one, *b = other;

  if (a->start_us != b->start_us)
    return a->start_us < b->start_us ? -1 : 1;
  if (a->end_us != b->end_us)
    return a->end_us < b->end_us ? -1 : 1;
  return (gint) a->busy_class - (gint) b->busy_class;
}

/* The advisor's own events, and copies of ours that no booking stands behind. */
static GArray *
list_expected (ConvergeWorld *world)
{
  GArray *spans = g_array_new (FALSE, FALSE, sizeof (CalsyncSpan));
  g_autoptr (GPtrArray) list = model_remote_list (world->remote);

  for (guint i = 0; i < world->foreign->len; i++)
    add_foreign (spans, g_ptr_array_index (world->foreign, i));
  for (guint i = 0; i < list->len; i++)
    {
      const ModelItem *item = g_ptr_array_index (list, i);
      const ConvergeSight sight = converge_look (world, item);

      if (!sight.is_copy ||
          (sight.booking >= 0 && is_linked_at (world, (guint) sight.booking, item)))
        continue;
      for (gint k = 0; k < (sight.is_series ? 3 : 1); k++)
        add_span (spans, sight.start_us + k * DAY, sight.end_us + k * DAY,
                  sight.is_free ? CALSYNC_CLASS_FREE : CALSYNC_CLASS_BUSY);
    }
  g_array_sort (spans, compare_spans);
  return spans;
}

static void
check_spans (ConvergeWorld *world)
{
  g_autoptr (GArray) expected = list_expected (world);
  g_autoptr (GArray) actual = world->planner->functions->list_spans (world->planner);

  if (expected->len != actual->len)
    {
      converge_fail (world, "%u spans instead of %u", actual->len, expected->len);
      return;
    }
  g_array_sort (actual, compare_spans);
  for (guint i = 0; i < expected->len; i++)
    {
      if (compare_spans (&g_array_index (expected, CalsyncSpan, i),
                         &g_array_index (actual, CalsyncSpan, i)) != 0)
        converge_fail (world,
                       "span %u is at %" G_GINT64_FORMAT " class %d instead of %" G_GINT64_FORMAT
                       " class %d",
                       i, g_array_index (actual, CalsyncSpan, i).start_us,
                       g_array_index (actual, CalsyncSpan, i).busy_class,
                       g_array_index (expected, CalsyncSpan, i).start_us,
                       g_array_index (expected, CalsyncSpan, i).busy_class);
    }
}

static void
check_booking (ConvergeWorld *world, guint n)
{
  const ConvergeBooking *booking = &world->bookings[n];
  g_autoptr (GPtrArray) list = model_remote_list (world->remote);
  guint n_there = 0;

  for (guint i = 0; i < list->len; i++)
    {
      const ModelItem *item = g_ptr_array_index (list, i);
      const ConvergeSight sight = converge_look (world, item);

      if (sight.booking != (gint) n || (sight.is_copy && !is_linked_at (world, n, item)))
        continue;
      n_there++;
      if (sight.start_us != booking->start_us || sight.end_us != booking->end_us)
        converge_fail (world, "the event of booking %u is at another time", n);
    }
  if (n_there != (booking->is_live && !booking->is_away))
    converge_fail (world, "booking %u has %u events", n, n_there);
}

void
converge_note_edit (ConvergeWorld *world, gint booking, gint64 start_us, gint64 end_us)
{
  g_hash_table_add (world->edits, format_edit (booking, start_us, end_us));
}

/* What a record says of the advisor, the advisor did. */
void
converge_check_conflict (ConvergeWorld *world, const CalsyncConflict *conflict)
{
  g_autofree char *edit = NULL;
  gint booking = -1;

  if (conflict->kind != CALSYNC_CONFLICT_MOVED && conflict->kind != CALSYNC_CONFLICT_DELETED &&
      conflict->kind != CALSYNC_CONFLICT_BOTH_MOVED && conflict->kind != CALSYNC_CONFLICT_STORM)
    return;
  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    {
      if (g_strcmp0 (world->planner->functions->get_reference (world->planner, n),
                     conflict->reference) == 0)
        booking = (gint) n;
    }
  edit = format_edit (booking, conflict->theirs.start_us, conflict->theirs.end_us);
  if (!g_hash_table_contains (world->edits, edit))
    converge_fail (world, "a record tells of an edit of booking %d that nobody made", booking);
}

/* When all has settled: bookings, busy time, and nothing else. */
void
converge_check_end (ConvergeWorld *world)
{
  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    check_booking (world, n);
  check_spans (world);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The advisor: makes, moves and deletes events of his own, and does all sorts of things to ours. */
#include "converge-world.h"

#include <stdio.h>
#include <string.h>

void
converge_foreign_free (gpointer data)
{
  ConvergeForeign *foreign = data;

  g_free (foreign->key);
  g_free (foreign->uid);
  g_free (foreign);
}

static void
append_time (GString *text, const char *name, gint64 unix_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (unix_us / S);
  g_autofree char *value = g_date_time_format (time, "%Y%m%dT%H%M%SZ");

  g_string_append_printf (text, "%s:%s\r\n", name, value);
}

static const char *
class_lines (CalsyncClass busy_class)
{
  if (busy_class == CALSYNC_CLASS_FREE)
    return "TRANSP:TRANSPARENT\r\n";
  return busy_class == CALSYNC_CLASS_TENTATIVE ? "STATUS:TENTATIVE\r\n" : "";
}

static gint64
instance_us (const ConvergeForeign *foreign, gint i)
{
  return foreign->start_us + i * foreign->step_days * DAY;
}

static void
store_foreign (ConvergeWorld *world, const ConvergeForeign *foreign)
{
  g_autoptr (GString) text = g_string_new ("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n");

  g_string_append_printf (text, "UID:%s\r\nSUMMARY:Tandl\xC3\xA6ge %u\r\n%s", foreign->uid,
                          foreign->n_touched, class_lines (foreign->busy_class));
  append_time (text, "DTSTART", foreign->start_us);
  append_time (text, "DTEND", foreign->start_us + foreign->length_us);
  if (foreign->n_instances > 1)
    g_string_append_printf (text, "RRULE:FREQ=DAILY;INTERVAL=%u;COUNT=%u\r\n", foreign->step_days,
                            foreign->n_instances);
  if (foreign->excluded >= 0)
    append_time (text, "EXDATE", instance_us (foreign, foreign->excluded));
  g_string_append (text, "END:VEVENT\r\n");
  if (foreign->moved >= 0)
    {
      gint64 start_us = instance_us (foreign, foreign->moved) + foreign->moved_by_us;

      g_string_append_printf (text, "BEGIN:VEVENT\r\nUID:%s\r\n%s", foreign->uid,
                              class_lines (foreign->busy_class));
      append_time (text, "RECURRENCE-ID", instance_us (foreign, foreign->moved));
      append_time (text, "DTSTART", start_us);
      append_time (text, "DTEND", start_us + foreign->length_us);
      g_string_append (text, "END:VEVENT\r\n");
    }
  g_string_append (text, "END:VCALENDAR\r\n");
  (void) model_remote_put (world->remote, foreign->key, text->str);
}

static void
shape_foreign (ConvergeForeign *foreign, guint32 a, guint32 b)
{
  foreign->start_us = CONVERGE_NOW_US + (1 + a % 40) * DAY + (b % 96) * 900 * S;
  foreign->length_us = (1 + b / 96 % 24) * 300 * S;
  foreign->n_instances = a / 64 % 3 == 0 ? 2 + b % 6 : 1;
  foreign->step_days = 1 + b % 7;
  foreign->excluded =
    foreign->n_instances > 2 && a / 256 % 2 == 0 ? (gint) (b % foreign->n_instances) : -1;
  foreign->moved =
    foreign->n_instances > 2 && a / 512 % 2 == 0 ? (gint) (a % foreign->n_instances) : -1;
  if (foreign->moved == foreign->excluded)
    foreign->moved = -1;
  foreign->moved_by_us = (1 + b % 11) * 1200 * S;
  foreign->busy_class = b / 7 % 8 == 0   ? CALSYNC_CLASS_FREE
                        : b / 7 % 8 == 1 ? CALSYNC_CLASS_TENTATIVE
                                         : CALSYNC_CLASS_BUSY;
}

static void
make_foreign (ConvergeWorld *world, guint32 a, guint32 b)
{
  ConvergeForeign *foreign = g_new0 (ConvergeForeign, 1);

  foreign->uid = g_strdup_printf ("privat-%u", world->n_names++);
  foreign->key = g_strdup_printf ("/cal/%s.ics", foreign->uid);
  shape_foreign (foreign, a, b);
  g_ptr_array_add (world->foreign, foreign);
  converge_say (world, "the advisor makes %s", foreign->key);
  store_foreign (world, foreign);
}

static void
change_foreign (ConvergeWorld *world, guint32 what, guint32 a, guint32 b)
{
  guint index = world->foreign->len == 0 ? 0 : a % world->foreign->len;
  ConvergeForeign *foreign;

  if (world->foreign->len == 0)
    return;
  foreign = g_ptr_array_index (world->foreign, index);
  converge_say (world, "the advisor does %u to %s", what, foreign->key);
  if (what == 0)
    {
      model_remote_delete (world->remote, model_remote_find (world->remote, foreign->key));
      g_ptr_array_remove_index (world->foreign, index);
      return;
    }
  foreign->n_touched++;
  if (what == 1)
    shape_foreign (foreign, a, b);
  store_foreign (world, foreign);
}

static char *
read_line (const char *text, const char *name)
{
  g_autofree char *needle = g_strdup_printf ("\n%s", name);
  const char *event = strstr (text, "BEGIN:VEVENT");
  const char *at = event == NULL ? NULL : strstr (event, needle);

  return at == NULL ? NULL
                    : g_strndup (at + strlen (needle), strcspn (at + strlen (needle), "\r\n"));
}

/* A time of our event: in UTC, or on the clock of Copenhagen. 0: neither. */
static gint64
read_time (const char *text, const char *name)
{
  g_autofree char *value = read_line (text, name);
  g_autoptr (GTimeZone) zone = NULL;
  g_autoptr (GDateTime) time = NULL;
  gboolean is_utc = value != NULL && g_str_has_suffix (value, "Z");
  gint y, mo, d, h, mi, s;

  if (value == NULL || strrchr (value, ':') == NULL ||
      sscanf (strrchr (value, ':'), ":%4d%2d%2dT%2d%2d%2d", &y, &mo, &d, &h, &mi, &s) != 6 ||
      (!is_utc && strstr (value, "TZID=Europe/Copenhagen") == NULL))
    return 0;
  zone = is_utc ? g_time_zone_new_utc () : g_time_zone_new_identifier ("Europe/Copenhagen");
  time = g_date_time_new (zone, y, mo, d, h, mi, s);
  return g_date_time_to_unix (time) * S;
}

ConvergeSight
converge_look (ConvergeWorld *world, const ModelItem *item)
{
  ConvergeSight sight = { .booking = -1 };

  for (guint n = 0; n < CONVERGE_N_BOOKINGS; n++)
    {
      const char *reference = world->planner->functions->get_reference (world->planner, n);
      g_autofree char *line = g_strdup_printf ("\nX-PLANNER-REF:%s\r", reference);
      g_autofree char *uid =
        reference == NULL ? NULL : g_strdup_printf ("%s-", strrchr (reference, ':') + 1);

      if (reference != NULL &&
          (strstr (item->text, line) != NULL || g_str_has_prefix (item->uid, uid)))
        sight.booking = (gint) n;
    }
  sight.is_copy = g_str_has_prefix (item->uid, "copy-");
  sight.is_series = strstr (item->text, "\nRRULE") != NULL;
  sight.has_people = strstr (item->text, "\nATTENDEE") != NULL;
  sight.is_free = strstr (item->text, "\nTRANSP:TRANSPARENT") != NULL;
  sight.start_us = read_time (item->text, "DTSTART");
  sight.end_us = read_time (item->text, "DTEND");
  return sight;
}

static ModelItem *
pick_own (ConvergeWorld *world, guint32 a)
{
  g_autoptr (GPtrArray) list = model_remote_list (world->remote);
  g_autoptr (GPtrArray) own = g_ptr_array_new ();

  for (guint i = 0; i < list->len; i++)
    {
      const ConvergeSight sight = converge_look (world, g_ptr_array_index (list, i));

      if (sight.booking >= 0)
        g_ptr_array_add (own, g_ptr_array_index (list, i));
    }
  return own->len == 0 ? NULL : g_ptr_array_index (own, a % own->len);
}

/* One line of the event in place of another, or in addition. */
static void
edit (ConvergeWorld *world, ModelItem *item, const char *name, const char *line)
{
  g_auto (GStrv) lines = g_strsplit (item->text, "\r\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  gboolean is_event = FALSE;

  for (guint i = 0; lines[i] != NULL; i++)
    {
      gboolean is_it = is_event && name != NULL && g_str_has_prefix (lines[i], name);

      is_event |= g_strcmp0 (lines[i], "BEGIN:VEVENT") == 0;

      if (is_it || g_strcmp0 (lines[i], "END:VEVENT") == 0)
        g_string_append (text, (is_it || name == NULL) && line != NULL ? line : "");
      if (!is_it && *lines[i] != '\0')
        g_string_append_printf (text, "%s\r\n", lines[i]);
    }
  (void) model_remote_put (world->remote, item->key, text->str);
}

static void
set_times (ConvergeWorld *world, ModelItem *item, gint64 start_us, gint64 end_us)
{
  g_autoptr (GString) start = g_string_new (NULL), end = g_string_new (NULL);

  append_time (start, "DTSTART", start_us);
  append_time (end, "DTEND", end_us);
  edit (world, item, "DTSTART", start->str);
  edit (world, item, "DTEND", end->str);
}

/* To another time, as long as it was. */
static void
drag (ConvergeWorld *world, ModelItem *item, gint64 start_us)
{
  const ConvergeSight sight = converge_look (world, item);
  gint64 end_us = start_us + sight.end_us - sight.start_us;

  converge_note_edit (world, sight.booking, start_us, end_us);
  set_times (world, item, start_us, end_us);
}

static void
delete_own (ConvergeWorld *world, ModelItem *item)
{
  const ConvergeSight sight = converge_look (world, item);
  g_autofree char *key = world->planner->functions->dup_key (world->planner, (guint) sight.booking);

  converge_say (world, "the advisor deletes %s of booking %d, which is linked to %s", item->key,
                sight.booking, key);
  converge_note_edit (world, sight.booking, 0, 0);
  /* While we may be removing it ourselves, nobody can tell whose doing it is that it is gone. */
  if (g_strcmp0 (key, item->key) == 0 && world->bookings[sight.booking].is_live &&
      !world->bookings[sight.booking].is_back)
    world->bookings[sight.booking].is_deletion_open = TRUE;
  model_remote_delete (world->remote, item);
}

static void
copy_own (ConvergeWorld *world, ModelItem *item)
{
  g_autofree char *uid = g_strdup_printf ("copy-%u", world->n_names++);
  g_autofree char *key = g_strdup_printf ("/cal/%s.ics", uid);
  g_autofree char *line = g_strdup_printf ("UID:%s\r\n", uid);
  ModelItem *copy = model_remote_put (world->remote, key, item->text);

  edit (world, copy, "UID:", line);
  converge_note_edit (world, converge_look (world, item).booking,
                      converge_look (world, item).start_us, converge_look (world, item).end_us);
  if (g_hash_table_contains (world->written, item->uid)) /* no edit so far */
    g_hash_table_replace (world->written, g_strdup (uid),
                          g_strdup (g_hash_table_lookup (world->written, item->uid)));
}

static void
change_own (ConvergeWorld *world, guint32 what, guint32 a, guint32 b)
{
  ModelItem *item = pick_own (world, a);
  g_autofree char *name = g_strdup_printf ("%u", world->n_names++);
  g_autofree char *note = g_strdup_printf ("X-NOTE:%s\r\n", name);
  g_autofree char *key = g_strdup_printf ("/cal/renamed-%s.ics", name);
  gint64 start_us = CONVERGE_NOW_US + (30 + a % 20) * DAY + (b % 90) * 900 * S + 300 * S;

  if (item == NULL)
    return;
  converge_say (world, "the advisor does %u to %s of booking %d", what, item->key,
                converge_look (world, item).booking);
  switch (what)
    {
    case 0:
    case 1:
      if (b / 8 % 4 != 0)
        {
          drag (world, item, start_us);
          break;
        }
      converge_note_edit (world, converge_look (world, item).booking, start_us,
                          start_us + (1 + b / 90 % 8) * 900 * S);
      set_times (world, item, start_us, start_us + (1 + b / 90 % 8) * 900 * S);
      break;
    case 2:
      delete_own (world, item);
      break;
    case 3:
      edit (world, item, NULL, note);
      break;
    case 4:
      edit (world, item, "TRANSP", b % 2 == 0 ? "TRANSP:TRANSPARENT\r\n" : "TRANSP:OPAQUE\r\n");
      edit (world, item, "X-MICROSOFT", NULL);
      break;
    case 5:
      copy_own (world, item);
      break;
    case 6:
      if (strstr (item->text, "RRULE") == NULL)
        edit (world, item, NULL, "RRULE:FREQ=DAILY;COUNT=3\r\n");
      break;
    case 7:
      model_remote_rename (world->remote, item, key);
      break;
    case 8:
      if (strstr (item->text, "ATTENDEE") == NULL)
        edit (world, item, NULL, "ATTENDEE:mailto:nogen@kommune.example\r\n");
      break;
    default:
      copy_own (world, item); /* cut and paste, as some clients do it */
      delete_own (world, item);
      break;
    }
}

/* One doing of the advisor. */
void
converge_user_step (ConvergeWorld *world, guint32 what, guint32 a, guint32 b)
{
  if (what % 18 < 4)
    make_foreign (world, a, b);
  else if (what % 18 < 8)
    change_foreign (world, what % 18 - 5, a, b);
  else
    change_own (world, world->planner->moves_mostly && b % 8 != 0 ? 0 : what % 18 - 8, a, b);
}

/* In the end the advisor takes back what only a person could settle. */
void
converge_user_mend (ConvergeWorld *world)
{
  g_autoptr (GPtrArray) list = model_remote_list (world->remote);

  for (guint i = 0; i < list->len; i++)
    {
      ModelItem *item = g_ptr_array_index (list, i);
      const ConvergeSight sight = converge_look (world, item);

      if (sight.booking >= 0 && (sight.is_series || sight.has_people))
        delete_own (world, item);
    }
}

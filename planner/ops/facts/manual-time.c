/* SPDX-License-Identifier: EUPL-1.2 */
/* Blocked time is an object of the planner's own calendar, opened time an availability of its own. */
#include "ops/facts/manual-time.h"

#include <string.h>

#include "base/error.h"
#include "ops/facts/expansion.h"
#include "store/availability-store.h"
#include "store/calendar-store.h"

/* The calendar that every laid-out resource has (ops/facts/expansion). */
#define OWN_CALENDAR "planner"

/**
 * manual_time_free:
 *
 * Frees the record; NULL is ignored.
 */
void
manual_time_free (ManualTime *time)
{
  if (time == NULL)
    return;
  calsync_stretch_free (time->stretch);
  g_free (time);
}

/* The resource's own calendar; 0 when it has none yet. */
static gboolean
find_calendar (StoreSession *session, const ManualTime *of, gint64 *out_calendar_id, GError **error)
{
  g_autoptr (GPtrArray) calendars = calendar_list (session, of->tenant_id, of->resource_id, error);

  *out_calendar_id = 0;
  for (guint i = 0; calendars != NULL && i < calendars->len; i++)
    {
      const CalendarRecord *calendar = calendars->pdata[i];
      if (g_str_equal (calendar->calendar_key, OWN_CALENDAR) &&
          g_str_equal (calendar->origin, "planner"))
        *out_calendar_id = calendar->calendar_id;
    }
  return calendars != NULL;
}

static gboolean
add (GPtrArray *list, const ManualTime *of, gint64 object_id, const char *text, GError **error)
{
  ManualTime *time = g_new0 (ManualTime, 1);

  *time = *of;
  time->object_id = object_id;
  time->stretch = calsync_stretch_parse (text, error);
  g_ptr_array_add (list, time);
  return time->stretch != NULL;
}

static int
compare (gconstpointer a, gconstpointer b)
{
  const CalsyncStretch *left = (*(ManualTime *const *) a)->stretch;
  const CalsyncStretch *right = (*(ManualTime *const *) b)->stretch;

  if (left->start_us != right->start_us)
    return left->start_us < right->start_us ? -1 : 1;
  return strcmp (left->uid, right->uid);
}

/**
 * manual_time_list:
 *
 * Returns: (transfer full) (element-type ManualTime): all of the resource's, by first start.
 */
GPtrArray *
manual_time_list (StoreSession *session, gint64 tenant_id, gint64 resource_id, GError **error)
{
  const ManualTime of = { .tenant_id = tenant_id, .resource_id = resource_id };
  g_autoptr (GPtrArray) list = g_ptr_array_new_with_free_func ((GDestroyNotify) manual_time_free);
  g_autoptr (GPtrArray) opened = availability_list (session, tenant_id, resource_id, error);
  g_autoptr (GPtrArray) objects =
    opened == NULL ? NULL : calendar_object_list (session, tenant_id, resource_id, error);
  gint64 calendar_id = 0;

  if (objects == NULL || !find_calendar (session, &of, &calendar_id, error))
    return NULL;
  for (guint i = 0; i < opened->len; i++)
    {
      const AvailabilityRecord *record = opened->pdata[i];
      if (g_str_has_prefix (record->uid, MANUAL_TIME_OPENED) &&
          !add (list, &of, 0, record->text, error))
        return NULL;
    }
  for (guint i = 0; i < objects->len; i++)
    {
      const CalendarObject *object = objects->pdata[i];
      if (object->calendar_id == calendar_id &&
          !add (list, &of, object->object_id, object->text, error))
        return NULL;
    }
  g_ptr_array_sort (list, compare);
  return g_steal_pointer (&list);
}

static char *
dup_opened_uid (const CalsyncStretch *stretch)
{
  return g_strconcat (MANUAL_TIME_OPENED, stretch->uid, NULL);
}

static gboolean
put_object (StoreSession *session,
            ManualTime *time,
            char *text,
            PutOutcome *out_outcome,
            GError **error)
{
  CalendarRecord calendar = { .tenant_id = time->tenant_id,
                              .resource_id = time->resource_id,
                              .calendar_key = OWN_CALENDAR,
                              .origin = "planner" };
  CalendarObject object = { .tenant_id = time->tenant_id,
                            .uid_hash = time->stretch->uid,
                            .text = text };
  PutOutcome unused;

  if (!calendar_put (session, &calendar, &unused, error))
    return FALSE;
  object.calendar_id = calendar.calendar_id;
  if (!calendar_object_put (session, &object, out_outcome, error))
    return FALSE;
  time->object_id = object.object_id;
  return TRUE;
}

/**
 * manual_time_put:
 * @time: its object_id is filled in
 *
 * Adds the stretch, or changes the one of the same uid. The resource's time has to be laid out
 * again. Writer only. Errors: PLANNER_ERROR_NOT_VALID for a stretch that cannot be written.
 */
gboolean
manual_time_put (StoreSession *session, ManualTime *time, PutOutcome *out_outcome, GError **error)
{
  const CalsyncZone *zone = expansion_find_zone (session, time->resource_id);
  g_autoptr (GError) local_error = NULL;
  g_autofree char *text = calsync_stretch_write (time->stretch, zone, &local_error);
  g_autofree char *uid = NULL;
  AvailabilityRecord record = { .tenant_id = time->tenant_id, .resource_id = time->resource_id };

  if (text == NULL)
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, local_error->message);
      return FALSE;
    }
  if (time->stretch->kind == CALSYNC_STRETCH_BLOCKED)
    return put_object (session, time, text, out_outcome, error);
  uid = dup_opened_uid (time->stretch);
  record.uid = uid;
  record.text = text;
  return availability_put (session, &record, out_outcome, error);
}

/**
 * manual_time_remove:
 *
 * Takes the stretch away. The resource's time has to be laid out again. Writer only.
 */
gboolean
manual_time_remove (StoreSession *session, const ManualTime *time, GError **error)
{
  g_autofree char *uid = dup_opened_uid (time->stretch);
  AvailabilityRecord record = { .tenant_id = time->tenant_id,
                                .resource_id = time->resource_id,
                                .uid = uid };

  /* The spans go with the object, so that laying out anew finds nothing to change: it is told. */
  if (time->stretch->kind == CALSYNC_STRETCH_BLOCKED)
    return calendar_object_remove (session, time->object_id, error) &&
           expansion_invalidate_own (session, time->tenant_id, time->resource_id, error);
  return availability_remove (session, &record, error);
}

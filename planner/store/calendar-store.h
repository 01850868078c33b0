/* SPDX-License-Identifier: EUPL-1.2 */
/* Calendars of resources and their reduced objects. Laid-out time: busy-span-store. */
#pragma once

#include "base/period.h"
#include "store/put-outcome.h"

/**
 * CalendarRecord:
 * @origin: planner, sync or import
 * @fresh_until_us: from then on too old to be offered; 0 when it does not go stale
 * @expanded_until_us: nothing is offered at or past it
 * @revision: one more at every change of its objects
 */
typedef struct
{
  gint64 calendar_id;
  gint64 tenant_id;
  gint64 resource_id;
  const char *calendar_key;
  const char *origin;
  gint64 fresh_until_us;
  gint64 expanded_until_us;
  gint64 revision;
} CalendarRecord;

void calendar_record_free (CalendarRecord *calendar);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalendarRecord, calendar_record_free)

/**
 * CalendarObject:
 * @uid_hash: hash of the UID, or ours for an object without one
 * @etag: (nullable)
 * @text: reduced iCalendar text: what is expanded again
 * @note: (nullable): why it is flagged
 */
typedef struct
{
  gint64 object_id;
  gint64 tenant_id;
  gint64 calendar_id;
  char *uid_hash;
  char *etag;
  char *text;
  char *note;
} CalendarObject;

void calendar_object_free (CalendarObject *object);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalendarObject, calendar_object_free)

gboolean calendar_put (StoreSession *session,
                       CalendarRecord *calendar,
                       PutOutcome *out_outcome,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *calendar_list (StoreSession *session,
                          gint64 tenant_id,
                          gint64 resource_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calendar_set_expanded (StoreSession *session,
                                gint64 calendar_id,
                                gint64 expanded_until_us,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type gint64): tenant and resource in turn, of calendars expanded to before @until_us. */
GArray *calendar_list_due (StoreSession *session,
                           gint64 until_us,
                           gint64 after_resource_id,
                           guint max_resources,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean calendar_object_put (StoreSession *session,
                              CalendarObject *object,
                              PutOutcome *out_outcome,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Under another name, with the text that goes with it. */
gboolean calendar_object_rename (StoreSession *session,
                                 const CalendarObject *object,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calendar_object_remove (StoreSession *session,
                                 gint64 object_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calendar_object_set_note (StoreSession *session,
                                   gint64 object_id,
                                   const char *note,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *calendar_object_list_of (StoreSession *session,
                                    const CalendarRecord *calendar,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of all calendars of the resource. */
GPtrArray *calendar_object_list (StoreSession *session,
                                 gint64 tenant_id,
                                 gint64 resource_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

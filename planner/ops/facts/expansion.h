/* SPDX-License-Identifier: EUPL-1.2 */
/* Working and busy time of a resource laid out over the window: read, computed apart, written at once. */
#pragma once

#include "base/period.h"
#include "calsync-recurrence.h"
#include "store/store.h"

/**
 * Expansion:
 * @availabilities: (element-type AvailabilityRecord): as read
 * @calendars: (element-type CalendarRecord): those that are laid out, as they were when they were read
 * @objects: (element-type CalendarObject): theirs, as read
 * @work: (element-type Period): normal list
 * @busy: (element-type BusySpan): normal
 * @missing: (element-type BusySpan): what has to be put; @extra: what has to be removed
 * @n_faults: texts that could not be expanded
 *
 * One resource's. Reading and comparing need a session, computing none, writing the writer.
 */
typedef struct
{
  gint64 tenant_id;
  gint64 resource_id;
  const CalsyncZone *zone;
  Period window;
  GPtrArray *availabilities;
  GPtrArray *calendars;
  GPtrArray *objects;
  GArray *work;
  GArray *busy;
  GArray *missing;
  GArray *extra;
  guint n_faults;
} Expansion;

Period expansion_window (gint64 now_us);
const CalsyncZone *expansion_find_zone (StoreSession *session, gint64 resource_id);
CalsyncWindow expansion_calsync_window (const CalsyncZone *zone, Period window);

typedef enum
{
  EXPANSION_DUE, /* calendars that are not laid out far enough, and the resource's own */
  EXPANSION_ALL,
} ExpansionScope;

Expansion *expansion_load (StoreSession *session,
                           gint64 tenant_id,
                           gint64 resource_id,
                           Period window,
                           ExpansionScope scope,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void expansion_free (Expansion *expansion);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Expansion, expansion_free)
gboolean expansion_compute_object (const char *text,
                                   gint64 object_id,
                                   const CalsyncZone *zone,
                                   Period window,
                                   GArray *spans);
/* Touches nothing but @expansion. */
void expansion_compute (Expansion *expansion);
gboolean expansion_compare (StoreSession *session,
                            Expansion *expansion,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The writer's part, in transactions as small as one likes; then the end. */
guint expansion_n_changes (const Expansion *expansion);
gboolean expansion_write_changes (StoreSession *session,
                                  const Expansion *expansion,
                                  guint first,
                                  guint n_changes,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean expansion_finish (StoreSession *session,
                           const Expansion *expansion,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All of it in one. */
gboolean expansion_write (StoreSession *session,
                          Expansion *expansion,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the stored spans say the same about the expansion's window. */
gboolean expansion_check_stored (StoreSession *session,
                                 const Expansion *expansion,
                                 gint64 now_us,
                                 gboolean *out_is_same,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The sources changed: nothing is offered until the spans are written anew. */
gboolean expansion_invalidate (StoreSession *session,
                               gint64 tenant_id,
                               gint64 resource_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Only working time, or blocked time of the planner's own calendar, changed. */
gboolean expansion_invalidate_own (StoreSession *session,
                                   gint64 tenant_id,
                                   gint64 resource_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type gint64): tenant and resource in turn: whose expansion does not reach far enough. */
GArray *expansion_list_due (StoreSession *session,
                            gint64 now_us,
                            gint64 after_resource_id,
                            guint max_resources,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

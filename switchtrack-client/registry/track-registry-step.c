/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules over the step from one registry to the next: whom each code goes to, instant by instant, before and after. */
#include "registry/track-registry-check.h"
#include "registry/track-registry-index.h"
#include "registry/track-shape.h"

#define MAIN_LENGTH 3 /* of a code: what its main centre shares with it */

typedef struct
{
  const TrackRegistry *before;
  const TrackRegistry *after;
  const TrackRegistryIndex *before_index;
  const TrackRegistryIndex *after_index;
  const TrackCheckSettings *settings;
  GPtrArray *findings;
} Step;

/* A code leaves one endpoint for another. @is_known: the registry before says so too. */
typedef struct
{
  const char *where;
  gint64 at_us;
  const TrackUnit *from;
  const TrackUnit *to;
  gboolean is_known;
} Switch;

static const char *
endpoint_of (const TrackUnit *unit)
{
  return unit == NULL ? NULL : unit->endpoint;
}

static void
check_drain (const Step *step, const Switch *taken)
{
  const TrackEndpoint *to =
    track_registry_index_find_endpoint (step->after_index, endpoint_of (taken->to));
  const TrackEndpoint *was =
    track_registry_index_find_endpoint (step->before_index, endpoint_of (taken->to));
  gboolean is_old = taken->is_known && was != NULL && was->state == TRACK_STATE_DRAIN;

  if (to != NULL && to->state == TRACK_STATE_DRAIN)
    track_findings_add (step->findings, !is_old, taken->where,
                        "endpoint %s is draining: no unit is switched to it", to->name);
  else if (to != NULL && to->state == TRACK_STATE_MAINTENANCE && !taken->is_known)
    track_findings_add (step->findings, FALSE, taken->where, "endpoint %s is in maintenance",
                        to->name);
}

static void
check_freeze (const Step *step, const Switch *taken)
{
  const TrackFreeze *freeze = track_registry_find_freeze (step->after, taken->at_us);
  gboolean is_old =
    taken->is_known && track_registry_find_freeze (step->before, taken->at_us) != NULL;

  if (taken->at_us > step->settings->now_us && freeze != NULL)
    track_findings_add (step->findings, !is_old, taken->where, "takes effect during a freeze (%s)",
                        freeze->reason);
}

static void
check_bookings (const Step *step, const Switch *taken)
{
  if (taken->is_known || taken->from == NULL)
    return;
  if (taken->to == NULL)
    track_findings_add (step->findings, FALSE, taken->where, "goes nowhere from then on");
  else if (!g_strv_contains ((const char *const *) taken->to->takes_over, taken->from->endpoint))
    track_findings_add (step->findings, FALSE, taken->where,
                        "bookings that %s issued stay there: a citizen has two Planners until they "
                        "are held or migrated",
                        taken->from->endpoint);
}

static void
check_instant (const Step *step, const char *code, gint64 at_us, gboolean is_now)
{
  g_autofree char *instant = is_now ? g_strdup ("") : track_instant_dup_text (at_us);
  g_autofree char *where =
    g_strdup_printf ("unit %s%s%s", code, *instant == '\0' ? "" : " at ", instant);
  Switch taken = { .where = where, .at_us = at_us };

  taken.to = track_registry_index_find_server (step->after_index, code, at_us);
  taken.from = is_now ? track_registry_index_find_server (step->before_index, code, at_us)
                      : track_registry_index_find_server (step->after_index, code, at_us - 1);
  if (g_strcmp0 (endpoint_of (taken.from), endpoint_of (taken.to)) == 0)
    return;
  if (!is_now)
    taken.is_known =
      g_strcmp0 (endpoint_of (taken.to), endpoint_of (track_registry_index_find_server (
                                           step->before_index, code, at_us))) == 0 &&
      g_strcmp0 (endpoint_of (taken.from), endpoint_of (track_registry_index_find_server (
                                             step->before_index, code, at_us - 1))) == 0;
  check_drain (step, &taken);
  check_freeze (step, &taken);
  check_bookings (step, &taken);
}

static void
add_instant (const Step *step, GArray *instants, gint64 at_us)
{
  if (at_us > step->settings->now_us && at_us != G_MAXINT64)
    g_array_append_val (instants, at_us);
}

/* @depth: an alias may lead to one more code, and no further. */
static void
add_instants (const Step *step, GArray *instants, const char *code, guint depth)
{
  guint n_rows = 0;
  const TrackUnit *const *rows = track_registry_index_get_rows (step->after_index, code, &n_rows);

  for (guint i = 0; i < n_rows; i++)
    {
      add_instant (step, instants, rows[i]->from_us);
      add_instant (step, instants, rows[i]->until_us);
      if (rows[i]->alias_of != NULL && depth == 0)
        add_instants (step, instants, rows[i]->alias_of, 1);
    }
}

static int
compare_instants (gconstpointer a, gconstpointer b)
{
  const gint64 *one = a, *other = b;

  return (*one > *other) - (*one < *other);
}

static void
check_code (const Step *step, const char *code)
{
  g_autoptr (GArray) instants = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autofree char *main_centre = g_strdup_printf ("%.*s00", MAIN_LENGTH, code);

  add_instants (step, instants, code, 0);
  add_instants (step, instants, main_centre, 0);
  add_instants (step, instants, TRACK_UNIT_DEFAULT, 0);
  g_array_sort (instants, compare_instants);
  check_instant (step, code, step->settings->now_us, TRUE);
  for (guint i = 0; i < instants->len; i++)
    if (i == 0 || g_array_index (instants, gint64, i) != g_array_index (instants, gint64, i - 1))
      check_instant (step, code, g_array_index (instants, gint64, i), FALSE);
}

/* Every code of either registry once: @others are looked at for codes that @units lacks. */
static void
check_codes (const Step *step, const GPtrArray *units, const TrackRegistryIndex *others)
{
  const char *before = NULL;

  for (guint i = 0; i < units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (units, i);
      guint n_rows = 0;

      if (others != NULL)
        track_registry_index_get_rows (others, unit->code, &n_rows);
      if (n_rows == 0 && g_strcmp0 (before, unit->code) != 0)
        check_code (step, unit->code);
      before = unit->code;
    }
}

static void
check_gone_endpoints (const Step *step)
{
  for (guint i = 0; i < step->before->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = g_ptr_array_index (step->before->endpoints, i);

      if (track_registry_index_find_endpoint (step->after_index, endpoint->name) == NULL)
        track_findings_add (step->findings, FALSE, "registry",
                            "endpoint %s is gone: calls by an identifier that it issued find "
                            "nobody, unless a unit takes them over",
                            endpoint->name);
    }
}

static gboolean
has_row (const TrackRegistryIndex *index, const TrackUnit *unit)
{
  guint n_rows = 0;
  const TrackUnit *const *rows = track_registry_index_get_rows (index, unit->code, &n_rows);

  for (guint i = 0; i < n_rows; i++)
    if (rows[i]->from_us == unit->from_us)
      return TRUE;
  return FALSE;
}

/* Bookings are migrated at an instant: what their old Planner shows after it has come since. So that instant may not
 * have passed while the old Planner goes on issuing. */
static void
check_takeover (const Step *step, const TrackUnit *unit)
{
  const TrackUnit *now =
    track_registry_index_find_server (step->before_index, unit->code, step->settings->now_us);
  g_autofree char *where = g_strdup_printf ("unit %s", unit->code);

  if (unit->from_us == G_MININT64)
    track_findings_add (step->findings, TRUE, where,
                        "takes_over needs from: when the bookings were migrated");
  else if (unit->from_us <= step->settings->now_us && now != NULL &&
           g_strv_contains ((const char *const *) unit->takes_over, now->endpoint))
    track_findings_add (step->findings, TRUE, where,
                        "bookings were to be migrated at an instant that has passed, and %s has "
                        "issued more since: name one that is still to come",
                        now->endpoint);
}

static void
check_takeovers (const Step *step)
{
  for (guint i = 0; i < step->after->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (step->after->units, i);

      if (*unit->takes_over != NULL && !has_row (step->before_index, unit))
        check_takeover (step, unit);
    }
}

/**
 * track_registry_check_change:
 * @before: in force
 * @after: without errors of its own, see track_registry_check()
 *
 * Follows each code through time, now and at every planned instant: nobody is switched to an endpoint that drains, and
 * nobody during a freeze, by whichever row, its end, an alias, or a fall back to the default. What was so before is told
 * and not refused. Any thread.
 *
 * Returns: (transfer full) (element-type TrackFinding)
 */
GPtrArray *
track_registry_check_change (const TrackRegistry *before,
                             const TrackRegistry *after,
                             const TrackCheckSettings *settings)
{
  g_autoptr (TrackRegistryIndex) before_index = track_registry_index_new (before);
  g_autoptr (TrackRegistryIndex) after_index = track_registry_index_new (after);
  Step step = {
    before,      after,    before_index,
    after_index, settings, g_ptr_array_new_with_free_func ((GDestroyNotify) track_finding_free)
  };

  check_codes (&step, after->units, NULL);
  check_codes (&step, before->units, after_index);
  check_gone_endpoints (&step);
  check_takeovers (&step);
  return step.findings;
}

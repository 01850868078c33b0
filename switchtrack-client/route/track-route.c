/* SPDX-License-Identifier: EUPL-1.2 */
/* One table of all hundred thousand codes, so that a call is routed by two looks into memory. */
#include "route/track-route.h"

#include <string.h>

#define N_CODES              100000
#define CODE_NOBODY          99999 /* DFDG's placeholder */
#define CODE_MALFORMED       (-1)
#define NO_GROUP             0
#define MAIN_CENTRE_OF(code) ((code) / 100 * 100)

/* A row of the registry with its names looked up. */
typedef struct
{
  gint64 from_us;
  gint64 until_us;
  const TrackUnit *unit;
  const TrackEndpoint *endpoint; /* NULL: an alias */
  gint alias_of;                 /* code, or CODE_MALFORMED */
} Row;

/* The rows of one code, by from_us. */
typedef struct
{
  guint first;
  guint n_rows;
} Group;

/* groups[0] is nobody's, groups[default_group] the default's. */
struct _TrackRoutes
{
  gatomicrefcount n_refs;
  TrackRegistry *registry;
  guint32 *group_of_code;
  GArray *groups;
  GArray *rows;
  guint default_group;
};

static const char *const how_words[TRACK_N_HOW] = {
  [TRACK_HOW_EXACT] = "exact",     [TRACK_HOW_MAIN] = "main",
  [TRACK_HOW_ALIAS] = "alias",     [TRACK_HOW_DEFAULT] = "default",
  [TRACK_HOW_BOOKING] = "booking", [TRACK_HOW_RESERVATION] = "reservation",
  [TRACK_HOW_OPTION] = "option",   [TRACK_HOW_CITIZEN] = "citizen",
  [TRACK_HOW_CANARY] = "canary",   [TRACK_HOW_NONE] = "none",
};

/**
 * track_how_word:
 *
 * Returns: the stable word for log, metric and database. Any thread.
 */
const char *
track_how_word (TrackHow how)
{
  g_return_val_if_fail (how < TRACK_N_HOW, "");
  return how_words[how];
}

/* Exactly five digits; anything else is CODE_MALFORMED. */
static gint
parse_code (const char *code)
{
  gint value = 0;

  for (guint i = 0; i < TRACK_CODE_LENGTH; i++)
    {
      if (!g_ascii_isdigit (code[i]))
        return CODE_MALFORMED;
      value = value * 10 + (code[i] - '0');
    }
  return code[TRACK_CODE_LENGTH] == '\0' ? value : CODE_MALFORMED;
}

/* The group of @unit's code: the last one made, as rows come sorted by code, or a new one. */
static Group *
open_group (TrackRoutes *routes, const TrackUnit *unit, gboolean is_new)
{
  gint code = parse_code (unit->code);
  Group group = { routes->rows->len, 0 };

  if (!is_new)
    return &g_array_index (routes->groups, Group, routes->groups->len - 1);
  g_array_append_val (routes->groups, group);
  if (g_str_equal (unit->code, TRACK_UNIT_DEFAULT))
    routes->default_group = routes->groups->len - 1;
  else if (code != CODE_MALFORMED && code != CODE_NOBODY)
    routes->group_of_code[code] = routes->groups->len - 1;
  return &g_array_index (routes->groups, Group, routes->groups->len - 1);
}

static void
add_row (TrackRoutes *routes, const TrackUnit *unit, gboolean is_new)
{
  Group *group = open_group (routes, unit, is_new);
  Row row = { .from_us = unit->from_us,
              .until_us = unit->until_us,
              .unit = unit,
              .endpoint = track_registry_find_endpoint (routes->registry, unit->endpoint),
              .alias_of = unit->alias_of == NULL ? CODE_MALFORMED : parse_code (unit->alias_of) };

  g_array_append_val (routes->rows, row);
  group->n_rows++;
}

/**
 * track_routes_new:
 * @registry: kept by a reference; sorted, see track_registry_sort()
 *
 * Compiles a registry, which takes less than a millisecond for a whole country. A registry that did not pass its
 * checks is no danger: a row whose endpoint is unknown leads nowhere.
 *
 * Returns: (transfer full). Any thread.
 */
TrackRoutes *
track_routes_new (TrackRegistry *registry)
{
  TrackRoutes *routes = g_new0 (TrackRoutes, 1);
  const Group nobody = { 0, 0 };
  const char *before = NULL;

  g_atomic_ref_count_init (&routes->n_refs);
  routes->registry = track_registry_ref (registry);
  routes->group_of_code = g_new0 (guint32, N_CODES);
  routes->groups = g_array_new (FALSE, FALSE, sizeof (Group));
  routes->rows = g_array_new (FALSE, FALSE, sizeof (Row));
  g_array_append_val (routes->groups, nobody);
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      add_row (routes, unit, before == NULL || !g_str_equal (before, unit->code));
      before = unit->code;
    }
  return routes;
}

TrackRoutes *
track_routes_ref (TrackRoutes *routes)
{
  g_atomic_ref_count_inc (&routes->n_refs);
  return routes;
}

void
track_routes_unref (TrackRoutes *routes)
{
  if (!g_atomic_ref_count_dec (&routes->n_refs))
    return;
  g_array_unref (routes->groups);
  g_array_unref (routes->rows);
  g_free (routes->group_of_code);
  track_registry_unref (routes->registry);
  g_free (routes);
}

/**
 * track_routes_get_registry:
 *
 * Returns: (transfer none): what was compiled. Any thread.
 */
TrackRegistry *
track_routes_get_registry (const TrackRoutes *routes)
{
  return routes->registry;
}

/* The row of a group that is in force; hardly ever are there more than two. */
static const Row *
find_row (const TrackRoutes *routes, guint group_index, gint64 now_us)
{
  const Group *group = &g_array_index (routes->groups, Group, group_index);

  for (guint i = 0; i < group->n_rows; i++)
    {
      const Row *row = &g_array_index (routes->rows, Row, group->first + i);

      if (row->from_us <= now_us && now_us < row->until_us)
        return row;
    }
  return NULL;
}

/* exact code → 00 code → default */
static const Row *
find_for_code (const TrackRoutes *routes, gint code, gint64 now_us, TrackHow *out_how)
{
  const Row *row = find_row (routes, routes->group_of_code[code], now_us);

  *out_how = TRACK_HOW_EXACT;
  if (row != NULL)
    return row;
  *out_how = TRACK_HOW_MAIN;
  row = find_row (routes, routes->group_of_code[MAIN_CENTRE_OF (code)], now_us);
  if (row != NULL)
    return row;
  *out_how = TRACK_HOW_DEFAULT;
  return find_row (routes, routes->default_group, now_us);
}

/**
 * track_routes_resolve:
 * @code: (nullable): as the call carries it
 * @out_unit: the row that decided; of an alias the row of the unit that serves it
 * @out_endpoint: where to
 *
 * A sub-centre goes where its own row says, else where its main centre (…00) goes, else to the default. An alias goes
 * where the code goes that it names; an alias of an alias goes nowhere. 99999 and what is not five digits go nowhere.
 * Some tens of nanoseconds; any thread.
 *
 * Returns: how; %TRACK_HOW_NONE: nowhere, and nothing is set.
 */
TrackHow
track_routes_resolve (const TrackRoutes *routes,
                      const char *code,
                      gint64 now_us,
                      const TrackUnit **out_unit,
                      const TrackEndpoint **out_endpoint)
{
  gint number = code == NULL ? CODE_MALFORMED : parse_code (code);
  TrackHow how = TRACK_HOW_NONE, ignored;
  const Row *row;

  if (number == CODE_MALFORMED || number == CODE_NOBODY)
    return TRACK_HOW_NONE;
  row = find_for_code (routes, number, now_us, &how);
  if (row != NULL && row->alias_of != CODE_MALFORMED)
    {
      how = TRACK_HOW_ALIAS;
      row = row->alias_of == CODE_NOBODY ? NULL
                                         : find_for_code (routes, row->alias_of, now_us, &ignored);
    }
  if (row == NULL || row->endpoint == NULL)
    return TRACK_HOW_NONE;
  *out_unit = row->unit;
  *out_endpoint = row->endpoint;
  return how;
}

/* All rows of the code that decided, the past ones too. */
static const Group *
group_of (const TrackRoutes *routes, const TrackUnit *unit)
{
  gint code = parse_code (unit->code);
  guint index = code == CODE_MALFORMED ? routes->default_group : routes->group_of_code[code];

  return &g_array_index (routes->groups, Group, index);
}

/**
 * track_routes_find_issuer:
 * @endpoint: name of the endpoint that issued an identifier
 * @code: (nullable): the code under which it was issued
 *
 * Who keeps what @endpoint issued: it itself, unless a row of the unit that has begun says that its bookings were
 * migrated; and so on from there, row by row. Any thread.
 *
 * Returns: (nullable): NULL when the registry no longer knows the keeper
 */
const TrackEndpoint *
track_routes_find_issuer (const TrackRoutes *routes,
                          const char *endpoint,
                          const char *code,
                          gint64 now_us)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *now_there = NULL;
  const char *keeper = endpoint;
  const Group *group;

  if (code == NULL ||
      track_routes_resolve (routes, code, now_us, &unit, &now_there) == TRACK_HOW_NONE)
    return track_registry_find_endpoint (routes->registry, endpoint);
  group = group_of (routes, unit);
  for (guint i = 0; i < group->n_rows; i++)
    {
      const TrackUnit *row = g_array_index (routes->rows, Row, group->first + i).unit;

      if (row->from_us <= now_us && row->endpoint != NULL && row->takes_over != NULL &&
          g_strv_contains ((const char *const *) row->takes_over, keeper))
        keeper = row->endpoint;
    }
  return track_registry_find_endpoint (routes->registry, keeper);
}

/**
 * track_routes_is_closed:
 * @out_until_us: when it is over; 0 when nobody knows
 *
 * Returns: whether calls to @endpoint are to be answered with maintenance. Any thread.
 */
gboolean
track_routes_is_closed (const TrackRoutes *routes,
                        const TrackEndpoint *endpoint,
                        gint64 now_us,
                        gint64 *out_until_us)
{
  const TrackWindow *window = NULL;

  if (routes->registry->windows->len > 0)
    window = track_registry_find_window (routes->registry, endpoint->name, now_us);
  if (window != NULL && window->is_closed)
    *out_until_us = window->until_us;
  else if (endpoint->state == TRACK_STATE_MAINTENANCE)
    *out_until_us = 0;
  else
    return FALSE;
  return TRUE;
}

static gint64
sooner (gint64 best_us, gint64 instant_us, gint64 now_us)
{
  return instant_us > now_us && instant_us < best_us ? instant_us : best_us;
}

/**
 * track_routes_next_change_us:
 *
 * Returns: the next instant at which a row, a service window or a freeze begins or ends by itself; G_MAXINT64: never.
 */
gint64
track_routes_next_change_us (const TrackRoutes *routes, gint64 now_us)
{
  const TrackRegistry *registry = routes->registry;
  gint64 best_us = G_MAXINT64;

  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      best_us = sooner (best_us, unit->from_us, now_us);
      best_us = sooner (best_us, unit->until_us, now_us);
    }
  for (guint i = 0; i < registry->windows->len; i++)
    {
      const TrackWindow *window = g_ptr_array_index (registry->windows, i);

      best_us = sooner (best_us, window->from_us, now_us);
      best_us = sooner (best_us, window->until_us, now_us);
    }
  for (guint i = 0; i < registry->freezes->len; i++)
    {
      const TrackFreeze *freeze = g_ptr_array_index (registry->freezes, i);

      best_us = sooner (best_us, freeze->from_us, now_us);
      best_us = sooner (best_us, freeze->until_us, now_us);
    }
  return best_us;
}

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

/* groups[0] is nobody's, groups[default_group] the default's. Names are the registry's own strings. */
struct _TrackRoutes
{
  gatomicrefcount n_refs;
  TrackRegistry *registry;
  guint32 *group_of_code;
  GArray *groups;
  GArray *rows;
  guint default_group;
  GHashTable *endpoints; /* name to TrackEndpoint */
  GHashTable *windows;   /* name to GPtrArray of TrackWindow */
  GPtrArray *moves;      /* TrackUnit that took bookings over, by from_us */
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

/* (nullable) */
static const TrackEndpoint *
find_endpoint (const TrackRoutes *routes, const char *name)
{
  return name == NULL ? NULL : g_hash_table_lookup (routes->endpoints, name);
}

static void
add_row (TrackRoutes *routes, const TrackUnit *unit, gboolean is_new)
{
  Group *group = open_group (routes, unit, is_new);
  Row row = { .from_us = unit->from_us,
              .until_us = unit->until_us,
              .unit = unit,
              .endpoint = find_endpoint (routes, unit->endpoint),
              .alias_of = unit->alias_of == NULL ? CODE_MALFORMED : parse_code (unit->alias_of) };

  g_array_append_val (routes->rows, row);
  group->n_rows++;
  if (row.endpoint != NULL && unit->takes_over != NULL && *unit->takes_over != NULL)
    g_ptr_array_add (routes->moves, (gpointer) unit);
}

static int
compare_moves (gconstpointer a, gconstpointer b)
{
  const TrackUnit *const *one = a, *const *other = b;

  return ((*one)->from_us > (*other)->from_us) - ((*one)->from_us < (*other)->from_us);
}

/* The first of a name counts, as track_registry_find_endpoint() has it. */
static void
index_endpoints (TrackRoutes *routes)
{
  const GPtrArray *endpoints = routes->registry->endpoints;

  routes->endpoints = g_hash_table_new (g_str_hash, g_str_equal);
  for (guint i = endpoints->len; i > 0; i--)
    {
      TrackEndpoint *endpoint = g_ptr_array_index (endpoints, i - 1);

      g_hash_table_replace (routes->endpoints, endpoint->name, endpoint);
    }
}

static void
index_windows (TrackRoutes *routes)
{
  const GPtrArray *windows = routes->registry->windows;

  routes->windows =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) g_ptr_array_unref);
  for (guint i = 0; i < windows->len; i++)
    {
      TrackWindow *window = g_ptr_array_index (windows, i);
      GPtrArray *list = g_hash_table_lookup (routes->windows, window->endpoint);

      if (list == NULL)
        {
          list = g_ptr_array_new ();
          g_hash_table_insert (routes->windows, window->endpoint, list);
        }
      g_ptr_array_add (list, window);
    }
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
  routes->moves = g_ptr_array_new ();
  g_array_append_val (routes->groups, nobody);
  index_endpoints (routes);
  index_windows (routes);
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      add_row (routes, unit, before == NULL || !g_str_equal (before, unit->code));
      before = unit->code;
    }
  g_ptr_array_sort (routes->moves, compare_moves);
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
  g_ptr_array_unref (routes->moves);
  g_hash_table_unref (routes->endpoints);
  g_hash_table_unref (routes->windows);
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
 * What comes to the default's row on any of these ways is said to: who may not use the default must be able to tell.
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
  TrackHow how = TRACK_HOW_NONE, there = TRACK_HOW_NONE;
  const Row *row;

  if (number == CODE_MALFORMED || number == CODE_NOBODY)
    return TRACK_HOW_NONE;
  row = find_for_code (routes, number, now_us, &how);
  if (row != NULL && row->alias_of != CODE_MALFORMED)
    {
      row =
        row->alias_of == CODE_NOBODY ? NULL : find_for_code (routes, row->alias_of, now_us, &there);
      how = how == TRACK_HOW_DEFAULT || there == TRACK_HOW_DEFAULT ? TRACK_HOW_DEFAULT
                                                                   : TRACK_HOW_ALIAS;
    }
  if (row == NULL || row->endpoint == NULL)
    return TRACK_HOW_NONE;
  *out_unit = row->unit;
  *out_endpoint = row->endpoint;
  return how;
}

/* Whether it was @row that took the code's bookings over: it served the code when it began. */
static gboolean
served (const TrackRoutes *routes, const TrackUnit *row, const char *code)
{
  const TrackUnit *unit = NULL;
  const TrackEndpoint *endpoint = NULL;

  return track_routes_resolve (routes, code, row->from_us, &unit, &endpoint) != TRACK_HOW_NONE &&
         unit == row;
}

/**
 * track_routes_find_issuer:
 * @endpoint: name of the endpoint that issued an identifier
 * @code: (nullable): the code under which it was issued
 * @seen_us: when @endpoint last showed it
 *
 * Who keeps what @endpoint issued: it itself, unless the row that served the code from an instant after @seen_us on says
 * that its bookings were migrated then; and so on from there, in the order of time. What @endpoint has shown since is
 * still with it: a unit that went away with its bookings and came back without them has new ones. A row that began at no
 * instant counts whenever it was seen. Any thread.
 *
 * Returns: (nullable): NULL when the registry no longer knows the keeper
 */
const TrackEndpoint *
track_routes_find_issuer (const TrackRoutes *routes,
                          const char *endpoint,
                          const char *code,
                          gint64 seen_us,
                          gint64 now_us)
{
  const char *keeper = endpoint;

  for (guint i = 0; code != NULL && i < routes->moves->len; i++)
    {
      const TrackUnit *row = g_ptr_array_index (routes->moves, i);

      if (row->from_us > now_us)
        break;
      if ((row->from_us > seen_us || row->from_us == G_MININT64) &&
          g_strv_contains ((const char *const *) row->takes_over, keeper) &&
          served (routes, row, code))
        keeper = row->endpoint;
    }
  return find_endpoint (routes, keeper);
}

static gboolean
speaks_our_contract (const TrackEndpoint *endpoint)
{
  return endpoint->contract == NULL || strcmp (endpoint->contract, TRACK_CONTRACT_KNOWN) == 0;
}

/**
 * track_routes_is_closed:
 * @out_until_us: when it is over; 0 when nobody knows
 *
 * Returns: whether calls to @endpoint are to be answered with maintenance; also when it speaks a contract that
 *   this program does not know, which only the registry of a later one can say. Any thread.
 */
gboolean
track_routes_is_closed (const TrackRoutes *routes,
                        const TrackEndpoint *endpoint,
                        gint64 now_us,
                        gint64 *out_until_us)
{
  const GPtrArray *windows = g_hash_table_lookup (routes->windows, endpoint->name);

  for (guint i = 0; windows != NULL && i < windows->len; i++)
    {
      const TrackWindow *window = g_ptr_array_index (windows, i);

      if (!window->is_closed || now_us < window->from_us || now_us >= window->until_us)
        continue;
      *out_until_us = window->until_us;
      return TRUE;
    }
  if (endpoint->state != TRACK_STATE_MAINTENANCE && speaks_our_contract (endpoint))
    return FALSE;
  *out_until_us = 0;
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

/* SPDX-License-Identifier: EUPL-1.2 */
/* Counts what calls told of each address, decides which may be used, and announces states that do not flap. */
#include "health/track-health.h"

#include <string.h>

#define SECOND_US G_USEC_PER_SEC

const TrackHealthSettings track_health_defaults = {
  .fall = 3,
  .rise = 2,
  .quick_fall_us = 10 * SECOND_US,
  .settle_us = 3 * SECOND_US,
  .guard_us = 10 * SECOND_US,
  .busy_us = 30 * SECOND_US,
  .hold_off_us = 30 * SECOND_US,
  .max_hold_off_us = 600 * SECOND_US,
  .forgive_us = 600 * SECOND_US,
  .damp_us = 300 * SECOND_US,
};

/* An announced state. */
typedef struct
{
  TrackHealthState state;
  gint64 since_us;
  gint64 down_changed_us; /* last change to or from down */
} Damped;

typedef struct
{
  char *url;
  guint n_bad; /* on end, as are the next three */
  guint n_refused_live;
  guint n_ill;
  guint n_good;
  gint64 bad_since_us;
  gint64 busy_at_us[TRACK_HEALTH_N_BUSY]; /* newest first */
  gint64 last_live_ok_us;
  gint64 last_ok_us;
  gint64 last_failure_us;
  TrackOutcome last_outcome;
  gboolean is_down;
  gboolean is_ill;
  gboolean is_out;
  gint64 held_until_us;
  gint64 next_hold_off_us;
  gint64 back_us; /* in service since */
  Damped damped;
} Address;

typedef struct
{
  char *name;
  GPtrArray *addresses;
  Damped damped;
} Endpoint;

struct _TrackHealth
{
  TrackHealthSettings settings;
  TrackHealthTell tell;
  gpointer data;
  GHashTable *endpoints; /* name → Endpoint */
  GPtrArray *in_order;   /* by name */
};

static const char *const words[] = { "up", "busy", "ill", "down" };

/**
 * track_health_state_word:
 *
 * Returns: up, busy, ill or down: for pages, metrics and the log. Any thread.
 */
const char *
track_health_state_word (TrackHealthState state)
{
  g_return_val_if_fail (state < G_N_ELEMENTS (words), "");
  return words[state];
}

static void
address_free (Address *address)
{
  g_free (address->url);
  g_free (address);
}

static void
endpoint_free (Endpoint *endpoint)
{
  g_free (endpoint->name);
  g_ptr_array_unref (endpoint->addresses);
  g_free (endpoint);
}

/**
 * track_health_new:
 * @settings: copied; times in microseconds
 * @tell: (nullable): of each change of an announced state, from within note and advance
 *
 * The times that it is given must not go back. One thread.
 */
TrackHealth *
track_health_new (const TrackHealthSettings *settings, TrackHealthTell tell, gpointer data)
{
  TrackHealth *health = g_new0 (TrackHealth, 1);

  health->settings = *settings;
  health->tell = tell;
  health->data = data;
  health->endpoints =
    g_hash_table_new_full (g_str_hash, g_str_equal, NULL, (GDestroyNotify) endpoint_free);
  health->in_order = g_ptr_array_new ();
  return health;
}

/**
 * track_health_free:
 *
 * NULL is ignored.
 */
void
track_health_free (TrackHealth *health)
{
  if (health == NULL)
    return;
  g_ptr_array_unref (health->in_order);
  g_hash_table_unref (health->endpoints);
  g_free (health);
}

static Address *
find_address (const Endpoint *endpoint, const char *url)
{
  for (guint i = 0; url != NULL && i < endpoint->addresses->len; i++)
    {
      Address *address = endpoint->addresses->pdata[i];

      if (strcmp (address->url, url) == 0)
        return address;
    }
  return NULL;
}

static Address *
address_new (TrackHealth *health, const char *url)
{
  Address *address = g_new0 (Address, 1);

  address->url = g_strdup (url);
  address->next_hold_off_us = health->settings.hold_off_us;
  return address;
}

/* What is known of an address outlives a change of the others. */
static GPtrArray *
take_over_addresses (TrackHealth *health, Endpoint *endpoint, const char *const *urls)
{
  GPtrArray *all = g_ptr_array_new_with_free_func ((GDestroyNotify) address_free);

  for (guint i = 0; urls[i] != NULL; i++)
    {
      guint at = 0;
      Address *known = endpoint->addresses != NULL ? find_address (endpoint, urls[i]) : NULL;

      if (known != NULL && g_ptr_array_find (endpoint->addresses, known, &at))
        g_ptr_array_add (all, g_ptr_array_steal_index (endpoint->addresses, at));
      else
        g_ptr_array_add (all, address_new (health, urls[i]));
    }
  return all;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp ((*(Endpoint *const *) a)->name, (*(Endpoint *const *) b)->name);
}

static void
sort_endpoints (TrackHealth *health)
{
  GHashTableIter iter;
  gpointer endpoint;

  g_ptr_array_set_size (health->in_order, 0);
  g_hash_table_iter_init (&iter, health->endpoints);
  while (g_hash_table_iter_next (&iter, NULL, &endpoint))
    g_ptr_array_add (health->in_order, endpoint);
  g_ptr_array_sort (health->in_order, compare_names);
}

/**
 * track_health_set_endpoint:
 * @urls: (array zero-terminated=1): addresses of the same Planner, the preferred first; at least one
 *
 * Makes an endpoint known, or changes its addresses; what was learned of those that stay is kept.
 */
void
track_health_set_endpoint (TrackHealth *health, const char *name, const char *const *urls)
{
  Endpoint *endpoint = g_hash_table_lookup (health->endpoints, name);
  GPtrArray *addresses;

  g_return_if_fail (urls != NULL && urls[0] != NULL);
  if (endpoint == NULL)
    {
      endpoint = g_new0 (Endpoint, 1);
      endpoint->name = g_strdup (name);
      g_hash_table_insert (health->endpoints, endpoint->name, endpoint);
    }
  addresses = take_over_addresses (health, endpoint, urls);
  g_clear_pointer (&endpoint->addresses, g_ptr_array_unref);
  endpoint->addresses = addresses;
  sort_endpoints (health);
}

/**
 * track_health_keep_only:
 * @names: (array zero-terminated=1): of the endpoints that there still are
 *
 * Forgets the others.
 */
void
track_health_keep_only (TrackHealth *health, const char *const *names)
{
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, health->endpoints);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    if (!g_strv_contains (names, name))
      g_hash_table_iter_remove (&iter);
  sort_endpoints (health);
}

/* Taking out -------------------------------------------------------------------------------------- */

/* A peer that says no is there no more; a silent one may only be slow. */
static gboolean
is_refusal (TrackOutcome outcome)
{
  return outcome == TRACK_OUTCOME_NO_DNS || outcome == TRACK_OUTCOME_REFUSED ||
         outcome == TRACK_OUTCOME_TLS || outcome == TRACK_OUTCOME_CERTIFICATE ||
         outcome == TRACK_OUTCOME_OWN_CERTIFICATE || outcome == TRACK_OUTCOME_PIN;
}

static gboolean
is_guarded (const TrackHealthSettings *settings, const Address *address, gint64 now_us)
{
  return address->last_live_ok_us != 0 && now_us - address->last_live_ok_us < settings->guard_us;
}

static gboolean
has_fallen (const TrackHealthSettings *settings, const Address *address, gint64 now_us)
{
  gboolean is_old = now_us - address->bad_since_us >= settings->quick_fall_us;

  if (address->n_bad < MIN (2, settings->fall) || (address->n_bad < settings->fall && !is_old))
    return FALSE;
  return address->n_refused_live >= settings->fall || !is_guarded (settings, address, now_us);
}

static void
hold_off (const TrackHealthSettings *settings, Address *address, gint64 now_us)
{
  if (!address->is_out && now_us - address->back_us >= settings->forgive_us)
    address->next_hold_off_us = settings->hold_off_us;
  address->is_out = TRUE;
  address->held_until_us = now_us + address->next_hold_off_us;
  address->next_hold_off_us = MIN (2 * address->next_hold_off_us, settings->max_hold_off_us);
}

/* What time alone brings: a guard that ends, a hold-off that ends. */
static void
weigh (const TrackHealthSettings *settings, Address *address, gint64 now_us)
{
  if (!address->is_down && has_fallen (settings, address, now_us))
    {
      address->is_down = TRUE;
      hold_off (settings, address, now_us);
    }
  /* A lone success does not end a hold-off: its time must be over, and the last calls must all have gone well. */
  if (address->is_out && !address->is_down && now_us >= address->held_until_us &&
      address->n_good >= settings->rise)
    {
      address->is_out = FALSE;
      address->held_until_us = 0;
      address->back_us = now_us;
    }
}

/* Announcing -------------------------------------------------------------------------------------- */

static TrackHealthState
see (const TrackHealthSettings *settings, const Address *address, gint64 now_us)
{
  gint64 third_us = address->busy_at_us[TRACK_HEALTH_N_BUSY - 1];

  if (address->is_down)
    return TRACK_HEALTH_DOWN;
  if (address->is_ill)
    return TRACK_HEALTH_ILL;
  if (third_us != 0 && now_us - third_us < settings->busy_us)
    return TRACK_HEALTH_BUSY;
  return TRACK_HEALTH_UP;
}

/* The best of its addresses. */
static TrackHealthState
see_endpoint (const TrackHealthSettings *settings, const Endpoint *endpoint, gint64 now_us)
{
  TrackHealthState best = TRACK_HEALTH_DOWN;

  for (guint i = 0; i < endpoint->addresses->len; i++)
    best = MIN (best, see (settings, endpoint->addresses->pdata[i], now_us));
  return best;
}

static gboolean
is_settled (const TrackHealthSettings *settings, const Endpoint *endpoint, gint64 now_us)
{
  for (guint i = 0; i < endpoint->addresses->len; i++)
    {
      const Address *address = endpoint->addresses->pdata[i];

      if (now_us - address->bad_since_us < settings->settle_us)
        return FALSE;
    }
  return TRUE;
}

/* Going down is announced at once, unless it was down a moment ago; everything else waits until the last change is old. */
static gboolean
may_change (const TrackHealthSettings *settings,
            const Damped *damped,
            TrackHealthState to,
            gint64 now_us)
{
  gint64 last_us = to == TRACK_HEALTH_DOWN ? damped->down_changed_us : damped->since_us;

  return last_us == 0 || now_us - last_us >= settings->damp_us;
}

static void
announce (TrackHealth *health, Damped *damped, const TrackHealthChange *wanted)
{
  TrackHealthChange change = *wanted;

  change.from = damped->state;
  if (change.from == change.to || !may_change (&health->settings, damped, change.to, change.at_us))
    return;
  damped->since_us = change.at_us;
  if (change.from == TRACK_HEALTH_DOWN || change.to == TRACK_HEALTH_DOWN)
    damped->down_changed_us = change.at_us;
  damped->state = change.to;
  if (health->tell != NULL)
    health->tell (&change, health->data);
}

static void
advance_endpoint (TrackHealth *health, Endpoint *endpoint, gint64 now_us)
{
  const TrackHealthSettings *settings = &health->settings;
  TrackHealthChange change = { .endpoint = endpoint->name, .at_us = now_us };

  for (guint i = 0; i < endpoint->addresses->len; i++)
    {
      Address *address = endpoint->addresses->pdata[i];

      weigh (settings, address, now_us);
      change.url = address->url;
      change.to = see (settings, address, now_us);
      if (change.to != TRACK_HEALTH_DOWN || now_us - address->bad_since_us >= settings->settle_us)
        announce (health, &address->damped, &change);
    }
  change.url = NULL;
  change.to = see_endpoint (settings, endpoint, now_us);
  if (change.to != TRACK_HEALTH_DOWN || is_settled (settings, endpoint, now_us))
    announce (health, &endpoint->damped, &change);
}

/* Records ----------------------------------------------------------------------------------------- */

static void
note_busy (Address *address, gint64 now_us)
{
  memmove (address->busy_at_us + 1, address->busy_at_us,
           sizeof address->busy_at_us - sizeof *address->busy_at_us);
  address->busy_at_us[0] = now_us;
}

static void
note_alive (TrackHealth *health, Address *address, gboolean is_live, gint64 now_us)
{
  address->n_bad = 0;
  address->n_refused_live = 0;
  address->n_good = MIN (address->n_good + 1, health->settings.rise);
  address->last_ok_us = now_us;
  if (is_live)
    address->last_live_ok_us = now_us;
  if (address->n_good >= health->settings.rise)
    address->is_down = FALSE;
}

static void
note_well (TrackHealth *health, Address *address)
{
  address->n_ill = 0;
  if (address->n_good >= health->settings.rise)
    address->is_ill = FALSE;
}

/* It answers, and so there is contact; but no success in a row of those that make it well. */
static void
note_ill (TrackHealth *health, Address *address, gboolean is_live, gint64 now_us)
{
  note_alive (health, address, is_live, now_us);
  address->last_failure_us = now_us;
  address->n_ill = MIN (address->n_ill + 1, health->settings.fall);
  if (address->n_ill >= health->settings.fall)
    {
      address->is_ill = TRUE;
      address->n_good = 0;
    }
}

static void
note_bad (TrackHealth *health, Address *address, const TrackRecord *record, gint64 now_us)
{
  gboolean is_live = !record->is_probe && !record->is_shadow;
  gint64 longest_us = 6 * health->settings.quick_fall_us;

  if (address->n_bad == 0)
    address->bad_since_us = CLAMP (record->at_us, now_us - longest_us, now_us);
  address->n_bad = MIN (address->n_bad + 1, health->settings.fall);
  address->n_good = 0;
  address->last_failure_us = now_us;
  if (is_live && is_refusal (record->outcome))
    address->n_refused_live = MIN (address->n_refused_live + 1, health->settings.fall);
  if (!is_refusal (record->outcome) && is_guarded (&health->settings, address, now_us))
    note_busy (address, now_us);
}

/**
 * track_health_note:
 * @record: of a live call, a probe or a shadow; others than those of a known address are ignored
 * @now_us: when it ended
 *
 * What one call told. Shadows count as probes: nobody waits for them.
 */
void
track_health_note (TrackHealth *health, const TrackRecord *record, gint64 now_us)
{
  gboolean is_live = !record->is_probe && !record->is_shadow;
  Endpoint *endpoint =
    record->endpoint != NULL ? g_hash_table_lookup (health->endpoints, record->endpoint) : NULL;
  Address *address = endpoint != NULL ? find_address (endpoint, record->url) : NULL;

  if (address == NULL || record->outcome == TRACK_OUTCOME_MAINTENANCE ||
      track_outcome_class (record->outcome) == TRACK_CLASS_OURS)
    return;
  address->last_outcome = record->outcome;
  switch (track_outcome_class (record->outcome))
    {
    case TRACK_CLASS_BUSY:
      note_busy (address, now_us);
      note_alive (health, address, is_live, now_us);
      break;
    case TRACK_CLASS_ALIVE:
    case TRACK_CLASS_PLANNED:
      note_alive (health, address, is_live, now_us);
      note_well (health, address);
      break;
    case TRACK_CLASS_ILL:
      note_ill (health, address, is_live, now_us);
      break;
    case TRACK_CLASS_NO_CONTACT:
    case TRACK_CLASS_BROKEN:
      note_bad (health, address, record, now_us);
      break;
    case TRACK_CLASS_OURS:
    case TRACK_N_CLASSES:
      break;
    }
  advance_endpoint (health, endpoint, now_us);
}

/**
 * track_health_advance:
 *
 * Lets time pass: guards, hold-offs and damped changes end. Call it about once a second.
 */
void
track_health_advance (TrackHealth *health, gint64 now_us)
{
  for (guint i = 0; i < health->in_order->len; i++)
    advance_endpoint (health, health->in_order->pdata[i], now_us);
}

/* Questions --------------------------------------------------------------------------------------- */

/* None is in service: one that answered lately, better one that answers again. */
static gboolean
is_likelier (const Address *address, const Address *than)
{
  if (address->is_down != than->is_down)
    return !address->is_down;
  return address->last_ok_us > than->last_ok_us;
}

/**
 * track_health_pick_url:
 *
 * The first address that is in service. When none is, the likeliest: the last one is never taken out.
 *
 * Returns: (nullable): valid until the endpoint's addresses change; NULL when the endpoint is not known
 */
const char *
track_health_pick_url (TrackHealth *health, const char *endpoint, gint64 now_us)
{
  const Endpoint *one = g_hash_table_lookup (health->endpoints, endpoint);
  Address *best = NULL;

  for (guint i = 0; one != NULL && i < one->addresses->len; i++)
    {
      Address *address = one->addresses->pdata[i];

      weigh (&health->settings, address, now_us);
      if (!address->is_out)
        return address->url;
      if (best == NULL || is_likelier (address, best))
        best = address;
    }
  return best != NULL ? best->url : NULL;
}

/**
 * track_health_get:
 * @out_view: (out): of the endpoint as a whole, without a URL
 *
 * Returns: FALSE when the endpoint is not known
 */
gboolean
track_health_get (TrackHealth *health,
                  const char *endpoint,
                  gint64 now_us,
                  TrackHealthView *out_view)
{
  const Endpoint *one = g_hash_table_lookup (health->endpoints, endpoint);
  TrackHealthView view = { 0 };

  if (one == NULL)
    return FALSE;
  view.state = one->damped.state;
  view.since_us = one->damped.since_us;
  view.seen = see_endpoint (&health->settings, one, now_us);
  view.is_in_service = TRUE;
  for (guint i = 0; i < one->addresses->len; i++)
    {
      const Address *address = one->addresses->pdata[i];

      view.last_ok_us = MAX (view.last_ok_us, address->last_ok_us);
      if (address->last_failure_us >= view.last_failure_us)
        view.last_outcome = address->last_outcome;
      view.last_failure_us = MAX (view.last_failure_us, address->last_failure_us);
    }
  *out_view = view;
  return TRUE;
}

/**
 * track_health_list_addresses:
 * @out_views: (array length=max_views): filled in the order of the registry
 *
 * Returns: how many were filled in
 */
guint
track_health_list_addresses (TrackHealth *health,
                             const char *endpoint,
                             TrackHealthView *out_views,
                             guint max_views)
{
  const Endpoint *one = g_hash_table_lookup (health->endpoints, endpoint);
  guint n = one != NULL ? MIN (one->addresses->len, max_views) : 0;

  for (guint i = 0; i < n; i++)
    {
      const Address *address = one->addresses->pdata[i];
      gint64 newest_us = MAX (address->last_ok_us, address->last_failure_us);

      out_views[i] = (TrackHealthView){ .url = address->url,
                                        .state = address->damped.state,
                                        .since_us = address->damped.since_us,
                                        .seen = see (&health->settings, address, newest_us),
                                        .is_in_service = !address->is_out,
                                        .held_until_us = address->held_until_us,
                                        .last_ok_us = address->last_ok_us,
                                        .last_failure_us = address->last_failure_us,
                                        .last_outcome = address->last_outcome };
    }
  return n;
}

/**
 * track_health_is_failing:
 *
 * Returns: whether any address has failed since it last answered: it is probed sooner then
 */
gboolean
track_health_is_failing (TrackHealth *health, const char *endpoint)
{
  const Endpoint *one = g_hash_table_lookup (health->endpoints, endpoint);

  for (guint i = 0; one != NULL && i < one->addresses->len; i++)
    {
      const Address *address = one->addresses->pdata[i];

      if (address->n_bad > 0 || address->is_down)
        return TRUE;
    }
  return FALSE;
}

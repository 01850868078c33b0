/* SPDX-License-Identifier: EUPL-1.2 */
/* One table of what may be the matter with DFDG: how it is seen, and what to do about it. */
#include "dfdg/care/dfdg-state.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/period.h"
#include "dfdg/outbox/dfdg-switch.h"
#include "dfdg/readings/code-refresh.h"
#include "dfdg/wire/dfdg-certificate.h"
#include "store/task-store.h"
#include "store/unit-store.h"

#define CERTIFICATE_DAYS  14
#define SUBSCRIPTION_DAYS 7
/* One call that failed is tried again by itself. */
#define DOWN_US (PERIOD_US_PER_MINUTE)
/* Refusals of who we are. */
#define N_FORBIDDEN 3
/* What has waited that long did not get through in some tries. */
#define LATE_US (PERIOD_US_PER_HOUR)
/* A nightly comparison that has not been for two nights. */
#define COMPARED_US (50 * PERIOD_US_PER_HOUR)

static gboolean
is_off (const DfdgState *state)
{
  return state->settings == NULL || *state->settings->client->indkaldelse_url == '\0';
}

static gboolean
is_uncertain (const DfdgState *state)
{
  return !is_off (state) &&
         (state->certificate_problem != NULL ||
          (state->certificate_end_us != 0 && state->certificate_end_us <= state->now_us));
}

static gboolean
is_unreachable (const DfdgState *state)
{
  return state->contact.problem != NULL && !state->contact.is_forbidden &&
         state->now_us - state->contact.since_us >= DOWN_US;
}

static gboolean
is_forbidden (const DfdgState *state)
{
  return state->forbidden != NULL;
}

static gboolean
has_refused (const DfdgState *state)
{
  return state->outbox.n[OUTBOX_REFUSED] > 0;
}

static gboolean
has_flagged (const DfdgState *state)
{
  return state->echoes.n_flagged > 0;
}

static gboolean
has_parked (const DfdgState *state)
{
  return state->inbox.n_parked > 0;
}

static gboolean
has_unsent (const DfdgState *state)
{
  return state->letters.n_refused > 0;
}

static gboolean
is_held (const DfdgState *state)
{
  return state->subscribed != NULL && state->subscribed->problem != NULL;
}

/* Where nobody here subscribes, another system may. */
static gboolean
is_unsubscribed (const DfdgState *state)
{
  return !is_off (state) && state->settings->client->carrier == CONFIG_CARRIER_WSB &&
         state->subscribed != NULL &&
         state->subscribed_until_us <= state->now_us + SUBSCRIPTION_DAYS * PERIOD_US_PER_DAY;
}

static gboolean
is_old (gint64 then_us, gint64 now_us)
{
  return then_us != 0 && now_us - then_us > LATE_US;
}

static gboolean
is_late (const DfdgState *state)
{
  return is_old (state->inbox.oldest_us, state->now_us) ||
         is_old (state->outbox.oldest_us, state->now_us) ||
         is_old (state->letters.oldest_us, state->now_us);
}

static gboolean
is_different (const DfdgState *state)
{
  return state->n_differences > 0;
}

static gboolean
is_not_compared (const DfdgState *state)
{
  return !is_off (state) && state->settings->client->reconcile_hour >= 0 &&
         (state->compared_us == 0 ? state->compare_problem != NULL
                                  : state->now_us - state->compared_us > COMPARED_US);
}

static gboolean
has_old_codes (const DfdgState *state)
{
  return state->code_problem != NULL;
}

static gboolean
is_ending (const DfdgState *state)
{
  return state->certificate_end_us != 0 &&
         state->certificate_end_us - state->now_us < CERTIFICATE_DAYS * PERIOD_US_PER_DAY;
}

static gboolean
has_unknown (const DfdgState *state)
{
  return state->inbox.n_unknown > 0;
}

/* clang-format off */
static const DfdgStateWord words[] = {
  { "certificate",  TRUE,  "our certificate has ended or cannot be read: put a valid one in its place, then systemctl reload plannerd", is_uncertain },
  { "forbidden",    TRUE,  "DFDG will not have us: certificate or rights; plannerctl dfdg test; what waits goes on by itself when we are let in", is_forbidden },
  { "unreachable",  TRUE,  "DFDG does not answer: what waits is sent when it does; plannerctl dfdg test says what is wrong", is_unreachable },
  { "refused",      TRUE,  "DFDG would not take changes of ours: plannerctl dfdg status --changes shows why; put it right, then plannerctl dfdg retry or give up", has_refused },
  { "flagged",      TRUE,  "citizens' bookings that DFDG asked for and does not have: plannerctl dfdg echoes shows which; decide each", has_flagged },
  { "parked",       TRUE,  "messages of DFDG that cannot be applied: plannerctl dfdg parked shows why; put it right, then plannerctl dfdg retry", has_parked },
  { "unsent",       TRUE,  "DFDG would not take messages of ours to citizens or authorities: plannerctl message list shows why; then plannerctl message retry or drop", has_unsent },
  { "unsubscribed", TRUE,  "DFDG does not send us its messages, or soon will not: plannerctl dfdg subscribe", is_unsubscribed },
  { "subscribing",  FALSE, "the subscriptions could not be brought up to date: plannerctl dfdg subscribe says why", is_held },
  { "late",         TRUE,  "something has waited for more than an hour: plannerctl dfdg status --changes, plannerctl dfdg test", is_late },
  { "different",    FALSE, "the nightly comparison found bookings that differ: plannerctl dfdg reconcile UNIT FROM TO shows them, --mend mends them", is_different },
  { "uncompared",   FALSE, "the nightly comparison has not gone well for two nights: plannerctl dfdg reconcile UNIT FROM TO says why", is_not_compared },
  { "codes",        FALSE, "code lists could not be brought up to date: plannerctl dfdg refresh-codes says why", has_old_codes },
  { "ending",       FALSE, "our certificate ends within two weeks: order the next one now", is_ending },
  { "unknown",      FALSE, "messages of a kind that is not known here: plannerctl dfdg parked --unknown; set entity-… of the configuration, then plannerctl dfdg retry", has_unknown },
  { "off",          FALSE, "DFDG is told nothing: the configuration has no indkaldelse-url in [dfdg-client …]", is_off },
};
/* clang-format on */

/**
 * dfdg_state_list_words:
 *
 * Returns: (array length=out_n_words): every word of the column STATE but ok.
 */
const DfdgStateWord *
dfdg_state_list_words (guint *out_n_words)
{
  *out_n_words = G_N_ELEMENTS (words);
  return words;
}

/**
 * dfdg_state_dup_cause:
 *
 * Returns: (transfer full) (nullable)
 */
char *
dfdg_state_dup_cause (const DfdgState *state, const DfdgStateWord *word)
{
  if (word->applies == is_uncertain && state->certificate_problem != NULL)
    return g_strdup (state->certificate_problem);
  if (word->applies == is_unreachable)
    return g_strdup (state->contact.problem);
  if (word->applies == has_old_codes)
    return g_strdup (state->code_problem);
  if (word->applies == is_forbidden)
    return g_strdup (state->forbidden);
  if (word->applies == has_refused)
    return g_strdup_printf ("%d", (int) state->outbox.n[OUTBOX_REFUSED]);
  if (word->applies == has_flagged)
    return g_strdup_printf ("%d", (int) state->echoes.n_flagged);
  if (word->applies == has_parked)
    return g_strdup_printf ("%d", (int) state->inbox.n_parked);
  if (word->applies == has_unsent)
    return g_strdup_printf ("%d", (int) state->letters.n_refused);
  if (word->applies == has_unknown)
    return g_strdup_printf ("%d", (int) state->inbox.n_unknown);
  if (word->applies == is_held)
    return g_strdup (state->subscribed->problem);
  if (word->applies == is_different)
    return g_strdup_printf ("%u", state->n_differences);
  return word->applies == is_not_compared ? g_strdup (state->compare_problem) : NULL;
}

/* One of somebody else's citizens is refused, too: some in a row are needed, and a while. */
static void
find_forbidden (const char *tenant_key, DfdgState *state)
{
  static const char *const names[DFDG_N_SERVICES] = {
    [DFDG_SERVICE_INDKALDELSE] = "IndkaldelseService",
    [DFDG_SERVICE_ABONNEMENT] = "AbonnementService",
    [DFDG_SERVICE_WSRM] = "WSRM",
    [DFDG_SERVICE_FRIST] = "FristService",
    [DFDG_SERVICE_VISITERING] = "PersonVisiteringService",
    [DFDG_SERVICE_BESKED] = "BorgerBeskedService",
    [DFDG_SERVICE_KODELISTE] = "CodeListService",
  };

  for (guint i = 0; state->forbidden == NULL && i < DFDG_N_SERVICES; i++)
    {
      g_auto (DfdgContact) contact = { 0 };

      dfdg_contact_get (tenant_key, (DfdgService) i, &contact);
      if (contact.is_forbidden && contact.n_in_row >= N_FORBIDDEN &&
          state->now_us - contact.since_us >= DOWN_US)
        state->forbidden = g_strdup_printf ("%s: %s", names[i], contact.problem);
    }
}

static void
read_certificate (DfdgState *state)
{
  g_autoptr (GError) error = NULL;

  if (state->settings == NULL || *state->settings->client->certificate == '\0')
    return;
  if (!dfdg_certificate_find_end (state->settings->client->certificate, &state->certificate_end_us,
                                  &error))
    state->certificate_problem = g_strdup (error->message);
}

static gboolean
load_subscriptions (StoreSession *session, gint64 tenant_id, DfdgState *state, GError **error)
{
  g_autoptr (GPtrArray) all = subscription_store_list (session, tenant_id, error);
  g_autoptr (GPtrArray) errands =
    all == NULL ? NULL : errand_store_list (session, tenant_id, "subscribe", error);

  if (errands == NULL)
    return FALSE;
  state->n_subscriptions = all->len;
  for (guint i = 0; i < all->len; i++)
    {
      gint64 end_us = ((const Subscription *) all->pdata[i])->end_us;

      if (i == 0 || end_us < state->subscribed_until_us)
        state->subscribed_until_us = end_us;
    }
  if (errands->len > 0)
    state->subscribed = g_ptr_array_steal_index (errands, 0);
  return TRUE;
}

static guint
count_differences (const Errand *errand)
{
  g_autoptr (JsonNode) node =
    errand->detail == NULL ? NULL : json_from_string (errand->detail, NULL);

  if (node == NULL || !JSON_NODE_HOLDS_OBJECT (node))
    return 0;
  return (guint) json_object_get_int_member_with_default (json_node_get_object (node),
                                                          "differences", 0);
}

/* Nobody compares a unit that is none any more: what was found last would stand for ever. */
static gboolean
is_compared (const GPtrArray *units, gint64 unit_id, gint64 now_us)
{
  for (guint i = 0; i < units->len; i++)
    {
      const UnitRecord *unit = units->pdata[i];

      if (unit->unit_id == unit_id)
        return unit->retired_us == 0 || unit->retired_us > now_us;
    }
  return unit_id == 0;
}

static gboolean
load_comparisons (StoreSession *session, gint64 tenant_id, DfdgState *state, GError **error)
{
  g_autoptr (GPtrArray) units = unit_list (session, tenant_id, error);
  g_autoptr (GPtrArray) errands =
    units == NULL ? NULL : errand_store_list (session, tenant_id, "reconcile", error);

  for (guint i = 0; errands != NULL && i < errands->len; i++)
    {
      const Errand *errand = errands->pdata[i];

      if (!is_compared (units, errand->unit_id, state->now_us))
        continue;
      state->n_differences += count_differences (errand);
      if (errand->done_us != 0 && (state->compared_us == 0 || errand->done_us < state->compared_us))
        state->compared_us = errand->done_us;
      if (errand->problem != NULL && state->compare_problem == NULL)
        state->compare_problem = g_strdup (errand->problem);
    }
  return errands != NULL;
}

static gboolean
load_codes (StoreSession *session, gint64 tenant_id, DfdgState *state, GError **error)
{
  g_auto (ReadTask) task = { 0 };

  if (!task_store_find (session, tenant_id, CODE_REFRESH_TASK, &task, error))
    return FALSE;
  if (task.n_failures > 0)
    state->code_problem = g_steal_pointer (&task.problem);
  return TRUE;
}

/**
 * dfdg_state_load:
 * @settings: (nullable): a reference is taken
 * @out_state: to be cleared also after a failure
 *
 * Any thread with a session for reading; a file is read too.
 */
gboolean
dfdg_state_load (StoreSession *session,
                 const DfdgSettings *settings,
                 gint64 tenant_id,
                 gint64 now_us,
                 DfdgState *out_state,
                 GError **error)
{
  gint64 limit_us = settings == NULL ? 0 : settings->client->echo_limit_min * PERIOD_US_PER_MINUTE;

  *out_state = (DfdgState){ .now_us = now_us };
  if (settings != NULL)
    {
      out_state->settings = dfdg_settings_ref (settings);
      dfdg_contact_get (settings->client->tenant, DFDG_SERVICE_INDKALDELSE, &out_state->contact);
      find_forbidden (settings->client->tenant, out_state);
    }
  read_certificate (out_state);
  return inbox_store_count (session, tenant_id, &out_state->inbox, error) &&
         outbox_store_count (session, tenant_id, &out_state->outbox, error) &&
         echo_store_count (session, tenant_id, now_us - limit_us, &out_state->echoes, error) &&
         message_lane_store_count (session, tenant_id, &out_state->letters, error) &&
         dfdg_switch_count_past (session, tenant_id, &out_state->n_past, error) &&
         load_codes (session, tenant_id, out_state, error) &&
         load_subscriptions (session, tenant_id, out_state, error) &&
         load_comparisons (session, tenant_id, out_state, error);
}

/**
 * dfdg_state_clear:
 */
void
dfdg_state_clear (DfdgState *state)
{
  g_clear_pointer (&state->settings, dfdg_settings_unref);
  dfdg_contact_clear (&state->contact);
  g_clear_pointer (&state->forbidden, g_free);
  g_clear_pointer (&state->code_problem, g_free);
  g_clear_pointer (&state->certificate_problem, g_free);
  g_clear_pointer (&state->subscribed, errand_free);
  g_clear_pointer (&state->compare_problem, g_free);
}

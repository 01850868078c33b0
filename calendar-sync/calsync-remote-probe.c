/* SPDX-License-Identifier: EUPL-1.2 */
/* The connection test up to the calendar: name, connection, certificate, login, which calendar. */
#include "calsync-remote-probe.h"

#include "calsync-key.h"
#include "calsync-remote-caldav.h"
#include "calsync-remote-probe-private.h"

#include <string.h>

static const char *const step_words[CALSYNC_PROBE_N_STEPS] = {
  "name",    "connection", "certificate", "login",   "home",    "calendar",
  "reading", "writing",    "events",      "changes", "keeping",
};

static const char *const outcome_words[] = { "skipped", "ok", "warning", "failed" };

/**
 * calsync_probe_step_format:
 * @step: a step
 *
 * Returns: (transfer none): its word: name, connection, certificate, login, home, calendar, reading,
 *   writing, events, changes or keeping
 */
const char *
calsync_probe_step_format (CalsyncProbeStep step)
{
  return (guint) step < CALSYNC_PROBE_N_STEPS ? step_words[step] : "unknown";
}

/**
 * calsync_probe_outcome_format:
 * @outcome: an outcome
 *
 * Returns: (transfer none): its word: skipped, ok, warning or failed
 */
const char *
calsync_probe_outcome_format (CalsyncProbeOutcome outcome)
{
  return (guint) outcome < G_N_ELEMENTS (outcome_words) ? outcome_words[outcome] : "unknown";
}

/* What came of a step; the worse of two stays. */
void
calsync_probe_set (CalsyncProbe *probe,
                   CalsyncProbeStep step,
                   CalsyncProbeOutcome outcome,
                   const char *format,
                   ...)
{
  CalsyncProbeResult *result = &probe->steps[step];
  va_list arguments;

  if (outcome < result->outcome)
    return;
  g_free (result->text);
  result->outcome = outcome;
  va_start (arguments, format);
  result->text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
}

/* --- the server ------------------------------------------------------------------------------- */

/* How far one gets before an error of that code can come: the steps before it went well. */
static const struct
{
  gint code;
  CalsyncProbeStep step;
} failing_rows[] = {
  { CALSYNC_REMOTE_ERROR_UNREACHABLE, CALSYNC_PROBE_CONNECT },
  { CALSYNC_REMOTE_ERROR_CANCELLED, CALSYNC_PROBE_CONNECT },
  { CALSYNC_REMOTE_ERROR_UNTRUSTED, CALSYNC_PROBE_TLS },
  { CALSYNC_REMOTE_ERROR_DENIED, CALSYNC_PROBE_LOGIN },
};

static char *
dup_host (const CalsyncProbePlan *plan)
{
  g_autofree char *hint = NULL;
  g_autoptr (GPtrArray) contexts =
    calsync_discovery_list_contexts (plan->discovery.address, NULL, NULL, &hint);
  g_autoptr (GUri) uri =
    contexts->len > 0 ? g_uri_parse (contexts->pdata[0], G_URI_FLAGS_ENCODED, NULL) : NULL;

  return uri != NULL ? g_strdup (g_uri_get_host (uri)) : NULL;
}

/* Looks the name up once more, to tell a wrong name from a server that is down. */
static gboolean
is_name_known (const CalsyncProbePlan *plan, const char *host, GCancellable *cancellable)
{
  g_autoptr (GResolver) resolver = g_resolver_get_default ();
  GList *addresses;

  if (plan->discovery.http->proxy != NULL)
    return TRUE;
  addresses = g_resolver_lookup_by_name (resolver, host, cancellable, NULL);
  g_resolver_free_addresses (addresses);
  return addresses != NULL;
}

static void
set_transport (CalsyncProbe *probe, const CalsyncProbePlan *plan, CalsyncProbeStep before)
{
  const gboolean is_plain = g_str_has_prefix (plan->discovery.address, "http:");

  if (before > CALSYNC_PROBE_NAME)
    calsync_probe_set (probe, CALSYNC_PROBE_NAME, CALSYNC_PROBE_OK, "The server's name is known.");
  if (before > CALSYNC_PROBE_CONNECT)
    calsync_probe_set (probe, CALSYNC_PROBE_CONNECT, CALSYNC_PROBE_OK, "The server answers.");
  if (before > CALSYNC_PROBE_TLS && is_plain)
    calsync_probe_set (probe, CALSYNC_PROBE_TLS, CALSYNC_PROBE_WARN,
                       "The connection is not encrypted: everybody on the way can read it.");
  else if (before > CALSYNC_PROBE_TLS)
    calsync_probe_set (probe, CALSYNC_PROBE_TLS, CALSYNC_PROBE_OK,
                       "The server's certificate is trusted.");
}

static void
set_search_failed (CalsyncProbe *probe,
                   const CalsyncProbePlan *plan,
                   const GError *error,
                   GCancellable *cancellable)
{
  g_autofree char *host = dup_host (plan);
  CalsyncProbeStep step = CALSYNC_PROBE_HOME;

  for (guint i = 0; i < G_N_ELEMENTS (failing_rows); i++)
    {
      if (failing_rows[i].code == error->code)
        step = failing_rows[i].step;
    }
  if (step == CALSYNC_PROBE_CONNECT && error->code == CALSYNC_REMOTE_ERROR_UNREACHABLE &&
      host != NULL && !is_name_known (plan, host, cancellable))
    step = CALSYNC_PROBE_NAME;
  /* an address that cannot be used at all was never tried */
  if (error->code != CALSYNC_REMOTE_ERROR_ASTRAY || probe->discovery.hint != NULL)
    set_transport (probe, plan, step);
  calsync_probe_set (probe, step, CALSYNC_PROBE_FAIL, "%s", error->message);
  if (probe->discovery.hint != NULL && strcmp (probe->discovery.hint, error->message) != 0)
    calsync_probe_set (probe, step, CALSYNC_PROBE_FAIL, "%s %s", error->message,
                       probe->discovery.hint);
}

static void
set_search_done (CalsyncProbe *probe, const CalsyncProbePlan *plan)
{
  const CalsyncDiscovery *found = &probe->discovery;

  set_transport (probe, plan, CALSYNC_PROBE_LOGIN);
  calsync_probe_set (probe, CALSYNC_PROBE_LOGIN, CALSYNC_PROBE_OK, "%s",
                     plan->discovery.http->auth == CALSYNC_AUTH_NONE
                       ? "The server asks for no name."
                       : "The server takes the name and password.");
  if (found->is_calendar)
    calsync_probe_set (probe, CALSYNC_PROBE_HOME, CALSYNC_PROBE_OK,
                       "The address is that of a calendar itself.");
  else
    calsync_probe_set (
      probe, CALSYNC_PROBE_HOME, CALSYNC_PROBE_OK,
      "Calendars that take events: %u; passed over (tasks, boxes, subscriptions): %u.",
      found->calendars->len, found->n_other);
}

/* --- which calendar --------------------------------------------------------------------------- */

static gboolean
is_same_place (const char *uri, const char *wanted)
{
  g_autofree char *a = calsync_key_normalise (uri);
  g_autofree char *b = calsync_key_normalise (wanted);

  return strchr (wanted, '/') != NULL && strcmp (a, b) == 0;
}

static gboolean
is_wanted (const CalsyncDiscovered *calendar, const char *wanted)
{
  return wanted == NULL || g_strcmp0 (calendar->display_name, wanted) == 0 ||
         is_same_place (calendar->uri, wanted);
}

static char *
dup_names (const GPtrArray *calendars)
{
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; i < calendars->len; i++)
    {
      const CalsyncDiscovered *calendar = calendars->pdata[i];

      g_string_append_printf (names, "%s“%s” (%s%s)", i > 0 ? ", " : "",
                              calendar->display_name != NULL ? calendar->display_name : "",
                              calendar->uri, calendar->can_write ? "" : ", read only");
    }
  return g_string_free (g_steal_pointer (&names), FALSE);
}

static void
choose_calendar (CalsyncProbe *probe, const CalsyncProbePlan *plan)
{
  const GPtrArray *calendars = probe->discovery.calendars;
  g_autofree char *names = dup_names (calendars);
  const CalsyncDiscovered *chosen = NULL;
  guint n_wanted = 0;

  for (guint i = 0; i < calendars->len; i++)
    {
      if (!is_wanted (calendars->pdata[i], plan->calendar))
        continue;
      chosen = calendars->pdata[i];
      n_wanted++;
    }
  if (probe->discovery.is_elsewhere && plan->calendar == NULL)
    calsync_probe_set (
      probe, CALSYNC_PROBE_CALENDAR, CALSYNC_PROBE_FAIL,
      "There is no calendar at that address. The account has: %s. Give the address of "
      "the one that is meant.",
      names);
  else if (n_wanted == 1)
    {
      probe->calendar = chosen;
      calsync_probe_set (probe, CALSYNC_PROBE_CALENDAR, CALSYNC_PROBE_OK, "“%s” at %s.",
                         chosen->display_name != NULL ? chosen->display_name : "", chosen->uri);
    }
  else if (n_wanted == 0)
    calsync_probe_set (probe, CALSYNC_PROBE_CALENDAR, CALSYNC_PROBE_FAIL,
                       "There is no calendar “%s”. There are: %s.", plan->calendar, names);
  else
    calsync_probe_set (
      probe, CALSYNC_PROBE_CALENDAR, CALSYNC_PROBE_FAIL,
      "There are several calendars: %s. Name the one that is meant, by its address.", names);
}

static void
try_chosen (CalsyncProbe *probe, const CalsyncProbePlan *plan, GCancellable *cancellable)
{
  CalsyncHttpSettings settings = *plan->discovery.http;
  g_autoptr (CalsyncRemote) remote = NULL;
  g_autoptr (GError) error = NULL;

  settings.base_uri = probe->calendar->uri;
  remote =
    calsync_remote_caldav_new (&settings, probe->calendar->uri, CALSYNC_TIER_UNKNOWN, &error);
  if (remote == NULL)
    calsync_probe_set (probe, CALSYNC_PROBE_READ, CALSYNC_PROBE_FAIL, "%s", error->message);
  else
    calsync_probe_try_calendar (probe, plan, remote, cancellable);
}

/**
 * calsync_remote_probe:
 * @plan: whom to ask and what for
 * @cancellable: (nullable): ends the waiting
 *
 * Goes through the steps until one fails. Blocks; a wrong password is tried once.
 *
 * Returns: (transfer full): what came of every step
 */
CalsyncProbe *
calsync_remote_probe (const CalsyncProbePlan *plan, GCancellable *cancellable)
{
  CalsyncProbe *probe = g_new0 (CalsyncProbe, 1);
  g_autoptr (GError) error = NULL;

  if (!calsync_discover (&plan->discovery, &probe->discovery, cancellable, &error))
    {
      set_search_failed (probe, plan, error, cancellable);
      return probe;
    }
  set_search_done (probe, plan);
  choose_calendar (probe, plan);
  if (probe->calendar != NULL)
    try_chosen (probe, plan, cancellable);
  probe->is_usable = probe->calendar != NULL;
  for (guint i = 0; i < CALSYNC_PROBE_N_STEPS; i++)
    probe->is_usable &= probe->steps[i].outcome != CALSYNC_PROBE_FAIL;
  return probe;
}

void
calsync_probe_free (CalsyncProbe *probe)
{
  if (probe == NULL)
    return;
  for (guint i = 0; i < CALSYNC_PROBE_N_STEPS; i++)
    g_free (probe->steps[i].text);
  calsync_discovery_clear (&probe->discovery);
  calsync_remote_facts_clear (&probe->facts);
  g_free (probe);
}

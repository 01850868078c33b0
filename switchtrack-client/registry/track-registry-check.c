/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules over a whole registry document, and over the step from one to the next. */
#include "registry/track-registry-check.h"

#include <string.h>

#include "registry/track-shape.h"
#include "store/citizen-store.h"

#define MAX_NAME_BYTES 40
#define PIN_PREFIX     "sha256//"
#define PIN_BYTES      32
#define NOBODY         "99999"
#define KNOWN_CONTRACT "3"

typedef struct
{
  const TrackRegistry *registry;
  const TrackCheckSettings *settings;
  GPtrArray *findings;
  const char *where; /* of the record that is looked at */
} Check;

/**
 * track_finding_free:
 * @finding: (transfer full)
 */
void
track_finding_free (TrackFinding *finding)
{
  g_free (finding->text);
  g_free (finding);
}

static void G_GNUC_PRINTF (3, 4)
  add_finding (Check *check, gboolean is_error, const char *format, ...)
{
  TrackFinding *finding = g_new0 (TrackFinding, 1);
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  finding->is_error = is_error;
  finding->text = g_strdup_printf ("%s: %s", check->where, text);
  g_ptr_array_add (check->findings, finding);
}

static gboolean
is_code (const char *text)
{
  return strlen (text) == TRACK_CODE_LENGTH && strspn (text, "0123456789") == TRACK_CODE_LENGTH &&
         !g_str_equal (text, NOBODY);
}

static gboolean
is_name (const char *text)
{
  return strspn (text, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (text) &&
         strlen (text) <= MAX_NAME_BYTES && *text != '-';
}

static gboolean
is_this_machine (const char *host)
{
  return g_str_equal (host, "127.0.0.1") || g_str_equal (host, "::1") ||
         g_str_equal (host, "localhost");
}

/* (nullable): what is wrong with an address that calls are sent to. */
static const char *
find_url_fault (const Check *check, const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  const char *host = uri == NULL ? NULL : g_uri_get_host (uri);

  if (host == NULL || *host == '\0')
    return "is no address";
  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return "must have neither user nor fragment";
  if (g_str_equal (g_uri_get_scheme (uri), "https"))
    return NULL;
  if (!g_str_equal (g_uri_get_scheme (uri), "http"))
    return "must begin with https";
  if (is_this_machine (host) || check->settings->allows_plain_http)
    return NULL;
  return "must begin with https: citizens' numbers pass over it";
}

static gboolean
is_pin (const char *text)
{
  g_autofree guchar *bytes = NULL;
  g_autofree char *again = NULL;
  gsize n_bytes = 0;

  if (!g_str_has_prefix (text, PIN_PREFIX))
    return FALSE;
  bytes = g_base64_decode (text + strlen (PIN_PREFIX), &n_bytes);
  again = g_base64_encode (bytes, n_bytes);
  return n_bytes == PIN_BYTES && g_str_equal (again, text + strlen (PIN_PREFIX));
}

static gboolean
is_mail_address (const char *text)
{
  const char *at = strchr (text, '@');
  return at != NULL && at != text && strchr (at + 1, '@') == NULL && strchr (at, '.') != NULL &&
         strpbrk (text, " \t<>,;\"") == NULL;
}

/* Names of roles and notes of people: no place for a citizen. */
static void
check_texts (Check *check, const TrackShape *shape, gconstpointer record)
{
  for (guint i = 0; i < shape->n_fields; i++)
    {
      g_autofree char *value = track_field_dup_value (&shape->fields[i], record);
      g_autofree char *masked = citizen_dup_masked (value);

      if (shape->fields[i].kind <= TRACK_FIELD_TEXTS && !g_str_equal (value, masked) &&
          !g_str_equal (shape->fields[i].name, "pins"))
        add_finding (check, TRUE, "%s holds what looks like a citizen's number: leave it out",
                     shape->fields[i].name);
    }
}

static void
check_lists (Check *check, const TrackEndpoint *endpoint)
{
  for (guint i = 0; endpoint->urls[i] != NULL; i++)
    {
      const char *fault = find_url_fault (check, endpoint->urls[i]);

      if (fault != NULL)
        add_finding (check, TRUE, "%s %s", endpoint->urls[i], fault);
    }
  for (guint i = 0; endpoint->webhooks[i] != NULL; i++)
    {
      const char *fault = find_url_fault (check, endpoint->webhooks[i]);

      if (fault != NULL)
        add_finding (check, TRUE, "webhook %u %s", i + 1, fault);
    }
  for (guint i = 0; endpoint->pins[i] != NULL; i++)
    if (!is_pin (endpoint->pins[i]))
      add_finding (check, TRUE,
                   "pin %u must be sha256// and the base64 of the public key's 32 bytes", i + 1);
  for (guint i = 0; endpoint->contacts[i] != NULL; i++)
    if (!is_mail_address (endpoint->contacts[i]))
      add_finding (check, TRUE, "contact %u is no mail address", i + 1);
}

/* Two endpoints with one address would be two names for one Planner: bookings would be looked for at a stranger. */
static void
check_shared_urls (Check *check, const TrackEndpoint *endpoint, guint position)
{
  for (guint i = 0; i < position; i++)
    {
      const TrackEndpoint *other = g_ptr_array_index (check->registry->endpoints, i);

      for (guint k = 0; endpoint->urls[k] != NULL; k++)
        if (g_strv_contains ((const char *const *) other->urls, endpoint->urls[k]))
          add_finding (check, TRUE, "%s is an address of endpoint %s too", endpoint->urls[k],
                       other->name);
      if (g_str_equal (other->name, endpoint->name))
        add_finding (check, TRUE, "the name is there twice");
    }
}

static gboolean
is_used (const TrackRegistry *registry, const char *name)
{
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (registry->units, i);

      if (g_strcmp0 (unit->endpoint, name) == 0)
        return TRUE;
    }
  return FALSE;
}

static void
check_endpoint (Check *check, const TrackEndpoint *endpoint, guint position)
{
  if (!is_name (endpoint->name))
    add_finding (check, TRUE, "a name has small letters, digits and hyphens, at most %d",
                 MAX_NAME_BYTES);
  if (!g_str_equal (endpoint->contract, KNOWN_CONTRACT))
    add_finding (check, TRUE, "contract %s is not known here: only %s is", endpoint->contract,
                 KNOWN_CONTRACT);
  if (endpoint->probe_unit != NULL && !is_code (endpoint->probe_unit))
    add_finding (check, TRUE, "probe_unit must be a code of five digits");
  if (endpoint->connect_ms > endpoint->timeout_ms)
    add_finding (check, TRUE, "connect_ms is longer than timeout_ms");
  if (*endpoint->contacts == NULL)
    add_finding (check, FALSE, "has no contacts: nobody is told when it fails");
  if (!is_used (check->registry, endpoint->name))
    add_finding (check, FALSE, "no unit goes there");
  check_lists (check, endpoint);
  check_shared_urls (check, endpoint, position);
  check_texts (check, track_shape_get (TRACK_SHAPE_ENDPOINT), endpoint);
}

/* The rows of the code that an alias names must be there for as long as the alias is. */
static void
check_alias (Check *check, const TrackUnit *alias)
{
  gint64 until_us = alias->from_us;

  if (!is_code (alias->alias_of) || g_str_equal (alias->alias_of, alias->code))
    {
      add_finding (check, TRUE, "alias_of must be another code of five digits");
      return;
    }
  for (guint i = 0; i < check->registry->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (check->registry->units, i);

      if (!g_str_equal (unit->code, alias->alias_of))
        continue;
      if (unit->alias_of != NULL && unit->from_us < alias->until_us &&
          unit->until_us > alias->from_us)
        add_finding (check, TRUE, "alias_of %s is an alias itself", alias->alias_of);
      if (unit->from_us <= until_us && unit->until_us > until_us)
        until_us = unit->until_us;
    }
  if (until_us < alias->until_us)
    add_finding (check, TRUE, "alias_of %s has no row for the whole time of the alias",
                 alias->alias_of);
}

static void
check_candidate (Check *check, const TrackUnit *unit, const char *what, const char *name)
{
  if (track_registry_find_endpoint (check->registry, name) == NULL)
    add_finding (check, TRUE, "%s: there is no endpoint %s", what, name);
  if (g_strcmp0 (name, unit->endpoint) == 0)
    add_finding (check, TRUE, "%s: %s is the unit's own endpoint", what, name);
  if (unit->alias_of != NULL || g_str_equal (unit->code, TRACK_UNIT_DEFAULT))
    add_finding (check, TRUE, "%s: only a unit of its own can have one", what);
}

static void
check_target (Check *check, const TrackUnit *unit)
{
  if ((unit->alias_of == NULL) == (unit->endpoint == NULL))
    add_finding (check, TRUE, "has either an endpoint or alias_of");
  else if (unit->alias_of != NULL)
    check_alias (check, unit);
  else if (track_registry_find_endpoint (check->registry, unit->endpoint) == NULL)
    add_finding (check, TRUE, "there is no endpoint %s", unit->endpoint);
  for (guint i = 0; unit->takes_over[i] != NULL; i++)
    {
      if (track_registry_find_endpoint (check->registry, unit->takes_over[i]) == NULL)
        add_finding (check, FALSE, "takes_over: there is no endpoint %s any longer",
                     unit->takes_over[i]);
      if (g_strcmp0 (unit->takes_over[i], unit->endpoint) == 0)
        add_finding (check, TRUE, "takes_over names the unit's own endpoint");
    }
  if (unit->alias_of != NULL && *unit->takes_over != NULL)
    add_finding (check, TRUE, "an alias takes nothing over");
}

static void
check_unit (Check *check, const TrackUnit *unit, guint position)
{
  const TrackUnit *next = position + 1 < check->registry->units->len
                            ? g_ptr_array_index (check->registry->units, position + 1)
                            : NULL;

  if (!is_code (unit->code) && !g_str_equal (unit->code, TRACK_UNIT_DEFAULT))
    add_finding (check, TRUE, "a code has five digits, is not " NOBODY ", or is \"default\"");
  if (unit->from_us >= unit->until_us)
    add_finding (check, TRUE, "ends before it begins");
  if (next != NULL && g_str_equal (next->code, unit->code) && next->from_us < unit->until_us)
    add_finding (check, TRUE, "two rows of this code are in force at the same time");
  check_target (check, unit);
  if (unit->canary != NULL)
    {
      check_candidate (check, unit, "canary", unit->canary->endpoint);
      if (!unit->canary->is_disjoint)
        add_finding (check, TRUE,
                     "canary: only where no advisor is in both Planners; declare is_disjoint");
    }
  if (unit->shadow != NULL)
    check_candidate (check, unit, "shadow", unit->shadow->endpoint);
  check_texts (check, track_shape_get (TRACK_SHAPE_UNIT), unit);
}

static void
check_window (Check *check, const TrackWindow *window, guint position)
{
  if (track_registry_find_endpoint (check->registry, window->endpoint) == NULL)
    add_finding (check, TRUE, "there is no such endpoint");
  if (window->from_us >= window->until_us)
    add_finding (check, TRUE, "ends before it begins");
  check_texts (check, track_shape_get (TRACK_SHAPE_WINDOW), window);
}

static void
check_freeze (Check *check, const TrackFreeze *freeze, guint position)
{
  if (freeze->from_us >= freeze->until_us)
    add_finding (check, TRUE, "ends before it begins");
  check_texts (check, track_shape_get (TRACK_SHAPE_FREEZE), freeze);
}

typedef void (*CheckRecord) (Check *check, gconstpointer record, guint position);

static void
check_records (Check *check, TrackShapeKind kind, CheckRecord function)
{
  const TrackShape *shape = track_shape_get (kind);
  const GPtrArray *records = track_shape_get_array (shape, check->registry);

  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *key = track_shape_dup_key (shape, g_ptr_array_index (records, i));
      g_autofree char *where = g_strdup_printf ("%s %s", shape->what, key);

      check->where = where;
      function (check, g_ptr_array_index (records, i), i);
    }
  check->where = "registry";
}

/**
 * track_registry_check:
 *
 * Holds a document against the rules that need no other document. Any thread.
 *
 * Returns: (transfer full) (element-type TrackFinding): in the document's order
 */
GPtrArray *
track_registry_check (const TrackRegistry *registry, const TrackCheckSettings *settings)
{
  Check check = { registry, settings,
                  g_ptr_array_new_with_free_func ((GDestroyNotify) track_finding_free),
                  "registry" };

  check_records (&check, TRACK_SHAPE_ENDPOINT, (CheckRecord) check_endpoint);
  check_records (&check, TRACK_SHAPE_UNIT, (CheckRecord) check_unit);
  check_records (&check, TRACK_SHAPE_WINDOW, (CheckRecord) check_window);
  check_records (&check, TRACK_SHAPE_FREEZE, (CheckRecord) check_freeze);
  if (track_registry_find_unit (registry, TRACK_UNIT_DEFAULT, settings->now_us) == NULL)
    add_finding (&check, FALSE, "no default: a code without a row of its own goes nowhere");
  return check.findings;
}

static gboolean
leads_there (const TrackRegistry *registry, const TrackUnit *unit)
{
  for (guint i = 0; i < registry->units->len; i++)
    {
      const TrackUnit *other = g_ptr_array_index (registry->units, i);

      if (g_str_equal (other->code, unit->code) && other->from_us == unit->from_us &&
          g_strcmp0 (other->endpoint, unit->endpoint) == 0 &&
          g_strcmp0 (other->alias_of, unit->alias_of) == 0)
        return TRUE;
    }
  return FALSE;
}

/* A row that was not there before, in this code, from this instant, to this endpoint. */
static void
check_new_route (Check *check, const TrackRegistry *before, const TrackUnit *unit)
{
  const TrackEndpoint *endpoint = track_registry_find_endpoint (check->registry, unit->endpoint);
  const TrackUnit *old = track_registry_find_unit (before, unit->code, check->settings->now_us);
  const TrackFreeze *freeze = track_registry_find_freeze (check->registry, unit->from_us);
  gboolean stays = old != NULL && g_strcmp0 (old->endpoint, unit->endpoint) == 0;

  if (endpoint != NULL && endpoint->state == TRACK_STATE_DRAIN && !stays)
    add_finding (check, TRUE, "endpoint %s is draining: no unit is switched to it", unit->endpoint);
  if (endpoint != NULL && endpoint->state == TRACK_STATE_MAINTENANCE && !stays)
    add_finding (check, FALSE, "endpoint %s is in maintenance", unit->endpoint);
  if (unit->from_us > check->settings->now_us && freeze != NULL)
    add_finding (check, TRUE, "takes effect during a freeze (%s)", freeze->reason);
  if (old != NULL && old->endpoint != NULL && unit->endpoint != NULL && !stays &&
      !g_strv_contains ((const char *const *) unit->takes_over, old->endpoint))
    add_finding (check, FALSE,
                 "bookings that %s issued stay there: a citizen has two Planners until they are "
                 "held or migrated",
                 old->endpoint);
}

static void
check_gone_endpoints (Check *check, const TrackRegistry *before)
{
  for (guint i = 0; i < before->endpoints->len; i++)
    {
      const TrackEndpoint *endpoint = g_ptr_array_index (before->endpoints, i);

      if (track_registry_find_endpoint (check->registry, endpoint->name) == NULL)
        add_finding (check, FALSE,
                     "endpoint %s is gone: calls by an identifier that it issued are answered "
                     "990036, unless a unit takes them over",
                     endpoint->name);
    }
}

/**
 * track_registry_check_change:
 * @before: what is in force
 *
 * Holds the step from one document to the next against the rules: nobody is switched to an endpoint that drains, and
 * nothing takes effect by itself during a freeze. Any thread.
 *
 * Returns: (transfer full) (element-type TrackFinding)
 */
GPtrArray *
track_registry_check_change (const TrackRegistry *before,
                             const TrackRegistry *after,
                             const TrackCheckSettings *settings)
{
  Check check = { after, settings,
                  g_ptr_array_new_with_free_func ((GDestroyNotify) track_finding_free),
                  "registry" };

  for (guint i = 0; i < after->units->len; i++)
    {
      const TrackUnit *unit = g_ptr_array_index (after->units, i);
      g_autofree char *where = g_strdup_printf ("unit %s", unit->code);

      check.where = where;
      if (!leads_there (before, unit))
        check_new_route (&check, before, unit);
    }
  check.where = "registry";
  check_gone_endpoints (&check, before);
  return check.findings;
}

/**
 * track_findings_have_error:
 * @findings: (element-type TrackFinding)
 */
gboolean
track_findings_have_error (const GPtrArray *findings)
{
  for (guint i = 0; i < findings->len; i++)
    if (((const TrackFinding *) g_ptr_array_index (findings, i))->is_error)
      return TRUE;
  return FALSE;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Rules over a whole registry document, and over the step from one to the next. */
#include "registry/track-registry-check.h"

#include <string.h>

#include "registry/track-registry-index.h"
#include "registry/track-shape.h"
#include "store/citizen-store.h"

#define MAX_NAME_BYTES 40
#define PIN_PREFIX     "sha256//"
#define PIN_BYTES      32
#define NOBODY         "99999"
/* Every step from one document to the next looks at all rows of a code. */
#define MAX_ROWS 100

typedef struct
{
  const TrackRegistry *registry;
  const TrackRegistryIndex *index;
  const TrackCheckSettings *settings;
  GPtrArray *findings;
  GHashTable *urls;  /* in one spelling, to the endpoint that has it */
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

/**
 * track_findings_add:
 * @findings: (element-type TrackFinding)
 * @where: of the record
 */
void
track_findings_add (GPtrArray *findings,
                    gboolean is_error,
                    const char *where,
                    const char *format,
                    ...)
{
  TrackFinding *finding = g_new0 (TrackFinding, 1);
  g_autofree char *text = NULL;
  va_list values;

  va_start (values, format);
  text = g_strdup_vprintf (format, values);
  va_end (values);
  finding->is_error = is_error;
  finding->text = g_strdup_printf ("%s: %s", where, text);
  g_ptr_array_add (findings, finding);
}

#define add_finding(check, is_error, ...) \
  track_findings_add ((check)->findings, is_error, (check)->where, __VA_ARGS__)

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

/* One spelling of all that lead to the same place; as it is when it is no address. */
static char *
dup_plain_url (const char *text)
{
  g_autoptr (GUri) uri = g_uri_parse (text, G_URI_FLAGS_NONE, NULL);
  g_autofree char *host = NULL;
  gint port;

  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return g_strdup (text);
  host = g_ascii_strdown (g_uri_get_host (uri), -1);
  port = g_uri_get_port (uri);
  if (port == -1)
    port = g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
  return g_strdup_printf ("%s:%d%s?%s", host, port,
                          *g_uri_get_path (uri) == '\0' ? "/" : g_uri_get_path (uri),
                          g_uri_get_query (uri) == NULL ? "" : g_uri_get_query (uri));
}

/* Two endpoints with one address would be two names for one Planner: bookings would be looked for at a stranger. */
static void
check_shared_urls (Check *check, const TrackEndpoint *endpoint, guint position)
{
  const TrackEndpoint *before =
    position == 0 ? NULL : g_ptr_array_index (check->registry->endpoints, position - 1);

  for (guint k = 0; endpoint->urls[k] != NULL; k++)
    {
      char *url = dup_plain_url (endpoint->urls[k]);
      const TrackEndpoint *other = g_hash_table_lookup (check->urls, url);

      if (other != NULL && other != endpoint)
        add_finding (check, TRUE, "%s is an address of endpoint %s too", endpoint->urls[k],
                     other->name);
      g_hash_table_replace (check->urls, url, (gpointer) endpoint);
    }
  if (before != NULL && g_str_equal (before->name, endpoint->name))
    add_finding (check, TRUE, "the name is there twice");
}

/* What stands in a cell of CSV must come back as it was. */
static void
check_bars (Check *check, const TrackShape *shape, gconstpointer record)
{
  for (guint i = 0; i < shape->n_fields; i++)
    {
      char **texts = shape->fields[i].kind != TRACK_FIELD_TEXTS
                       ? NULL
                       : G_STRUCT_MEMBER (char **, record, shape->fields[i].offset);

      for (; texts != NULL && *texts != NULL; texts++)
        if (strchr (*texts, '|') != NULL)
          add_finding (check, TRUE, "%s holds a bar, which parts texts in CSV: write %%7C",
                       shape->fields[i].name);
    }
}

static void
check_endpoint (Check *check, const TrackEndpoint *endpoint, guint position)
{
  if (!is_name (endpoint->name))
    add_finding (check, TRUE, "a name has small letters, digits and hyphens, at most %d",
                 MAX_NAME_BYTES);
  if (!g_str_equal (endpoint->contract, TRACK_CONTRACT_KNOWN))
    add_finding (check, TRUE, "contract %s is not known here: only %s is", endpoint->contract,
                 TRACK_CONTRACT_KNOWN);
  if (endpoint->probe_unit != NULL && !is_code (endpoint->probe_unit))
    add_finding (check, TRUE, "probe_unit must be a code of five digits");
  if (endpoint->connect_ms > endpoint->timeout_ms)
    add_finding (check, TRUE, "connect_ms is longer than timeout_ms");
  if (*endpoint->contacts == NULL)
    add_finding (check, FALSE, "has no contacts: nobody is told when it fails");
  if (!track_registry_index_is_used (check->index, endpoint->name))
    add_finding (check, FALSE, "no unit goes there");
  else if (endpoint->state == TRACK_STATE_DRAIN)
    add_finding (check, FALSE,
                 "drains, but units still go there, with citizens who have nothing there yet");
  check_bars (check, track_shape_get (TRACK_SHAPE_ENDPOINT), endpoint);
  check_lists (check, endpoint);
  check_shared_urls (check, endpoint, position);
  check_texts (check, track_shape_get (TRACK_SHAPE_ENDPOINT), endpoint);
}

/* The rows of the code that an alias names must be there for as long as the alias is. */
static void
check_alias (Check *check, const TrackUnit *alias)
{
  gint64 until_us = alias->from_us;
  guint n_rows = 0;
  const TrackUnit *const *rows =
    track_registry_index_get_rows (check->index, alias->alias_of, &n_rows);

  if (!is_code (alias->alias_of) || g_str_equal (alias->alias_of, alias->code))
    {
      add_finding (check, TRUE, "alias_of must be another code of five digits");
      return;
    }
  for (guint i = 0; i < n_rows; i++)
    {
      const TrackUnit *unit = rows[i];

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
  const TrackEndpoint *endpoint = track_registry_index_find_endpoint (check->index, name);

  if (endpoint == NULL)
    add_finding (check, TRUE, "%s: there is no endpoint %s", what, name);
  else if (endpoint->state != TRACK_STATE_ACTIVE)
    add_finding (check, FALSE, "%s: %s is %s: nobody new goes there", what, name,
                 track_state_word (endpoint->state));
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
  else if (track_registry_index_find_endpoint (check->index, unit->endpoint) == NULL)
    add_finding (check, TRUE, "there is no endpoint %s", unit->endpoint);
  if (unit->alias_of != NULL && g_str_equal (unit->code, TRACK_UNIT_DEFAULT))
    add_finding (check, TRUE, "the default is no alias: name its endpoint");
  for (guint i = 0; unit->takes_over[i] != NULL; i++)
    {
      if (track_registry_index_find_endpoint (check->index, unit->takes_over[i]) == NULL)
        add_finding (check, FALSE, "takes_over: there is no endpoint %s any longer",
                     unit->takes_over[i]);
      if (g_strcmp0 (unit->takes_over[i], unit->endpoint) == 0)
        add_finding (check, TRUE, "takes_over names the unit's own endpoint");
    }
  if (unit->alias_of != NULL && *unit->takes_over != NULL)
    add_finding (check, TRUE,
                 "an alias takes nothing over: name the endpoint where its bookings are");
}

static void
check_unit (Check *check, const TrackUnit *unit, guint position)
{
  const TrackUnit *next = position + 1 < check->registry->units->len
                            ? g_ptr_array_index (check->registry->units, position + 1)
                            : NULL;
  guint n_rows = 0;

  if (!is_code (unit->code) && !g_str_equal (unit->code, TRACK_UNIT_DEFAULT))
    add_finding (check, TRUE, "a code has five digits, is not " NOBODY ", or is \"default\"");
  if (unit->from_us >= unit->until_us)
    add_finding (check, TRUE, "ends before it begins");
  track_registry_index_get_rows (check->index, unit->code, &n_rows);
  if (n_rows > MAX_ROWS && (next == NULL || !g_str_equal (next->code, unit->code)))
    add_finding (check, TRUE,
                 "has %u rows, at most %d may be: remove those whose bookings are over", n_rows,
                 MAX_ROWS);
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
  if (track_registry_index_find_endpoint (check->index, window->endpoint) == NULL)
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
  g_autoptr (TrackRegistryIndex) index = track_registry_index_new (registry);
  g_autoptr (GHashTable) urls = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  Check check = { .registry = registry,
                  .index = index,
                  .settings = settings,
                  .findings = g_ptr_array_new_with_free_func ((GDestroyNotify) track_finding_free),
                  .urls = urls,
                  .where = "registry" };

  check_records (&check, TRACK_SHAPE_ENDPOINT, (CheckRecord) check_endpoint);
  check_records (&check, TRACK_SHAPE_UNIT, (CheckRecord) check_unit);
  check_records (&check, TRACK_SHAPE_WINDOW, (CheckRecord) check_window);
  check_records (&check, TRACK_SHAPE_FREEZE, (CheckRecord) check_freeze);
  if (track_registry_find_unit (registry, TRACK_UNIT_DEFAULT, settings->now_us) == NULL)
    add_finding (&check, FALSE, "no default: a code without a row of its own goes nowhere");
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

/* SPDX-License-Identifier: EUPL-1.2 */
/* One rule a column name: a text column without one stops the export. */
#include "ops/export/pseudonym.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "calsync-timezone.h"
#include "store/citizen-store.h"

#define KEY_BYTES 32
/* Days, months and years 58 to 99 with a seventh digit of 5 to 8: born before 1900. */
#define N_NUMBERS 5644800

typedef enum
{
  KEEP,   /* a code or a word of our own; anything like a citizen's number is masked */
  NUMBER, /* another number, of nobody */
  GUID,   /* another GUID */
  HASH,   /* another hash */
  EMAIL,
  TELEPHONE,
  ROLE, /* what it is, and the row's id */
  KEY,  /* the row's id */
  TEXT, /* a word in its place */
  LINK,
  CALENDAR, /* times and classes only */
  NOTHING,
} Treatment;

/* clang-format off */
static const struct
{
  const char *column;
  Treatment treatment;
} rules[] = {
  { "address", TEXT }, { "call_id", GUID }, { "calendar_key", KEEP }, { "class", KEEP }, { "contact_options", NOTHING },
  { "cpr", NUMBER }, { "description", TEXT }, { "email", EMAIL }, { "etag", NOTHING }, { "foreign_advisor", TEXT },
  { "form", KEEP }, { "grid_anchor", KEEP }, { "group_identifier", GUID }, { "identifier", GUID }, { "key", KEEP },
  { "kind", KEEP }, { "list", KEEP }, { "location", TEXT }, { "meeting_link", LINK }, { "month", KEEP }, { "name", ROLE },
  { "note", NOTHING }, { "organisation_key", KEEP }, { "origin", KEEP }, { "reason", KEEP }, { "resource_key", KEY },
  { "source", KEEP }, { "start_local", KEEP }, { "state", KEEP }, { "team_key", KEY }, { "telephone", TELEPHONE },
  { "tenant_key", KEEP }, { "text", CALENDAR }, { "title", TEXT }, { "tzdata", KEEP }, { "uid", HASH },
  { "uid_hash", HASH }, { "unemployment_fund", KEEP }, { "value", KEEP }, { "zone", KEEP },
};

/* Lines of a calendar that say when, and how it blocks; every other line is left out. */
static const char *const calendar_lines[] = {
  "BEGIN", "END", "VERSION", "DTSTART", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE", "RECURRENCE-ID", "PRIORITY",
  "BUSYTYPE", "TRANSP", "STATUS", "TZOFFSETFROM", "TZOFFSETTO", "X-PLANNER-CLASS", NULL,
};
/* clang-format on */

struct _Pseudonyms
{
  guint8 key[KEY_BYTES];
  GHashTable *taken; /* indexes of numbers that are given */
  GHashTable *given; /* number → its pseudonym */
};

/**
 * pseudonyms_new:
 *
 * Returns: (transfer full): with a key of its own, which is never written anywhere.
 */
Pseudonyms *
pseudonyms_new (void)
{
  Pseudonyms *pseudonyms = g_new0 (Pseudonyms, 1);

  ids_random_bytes (pseudonyms->key, KEY_BYTES);
  pseudonyms->taken = g_hash_table_new (NULL, NULL);
  pseudonyms->given = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  return pseudonyms;
}

/**
 * pseudonyms_free:
 */
void
pseudonyms_free (Pseudonyms *pseudonyms)
{
  if (pseudonyms == NULL)
    return;
  memset (pseudonyms->key, 0, KEY_BYTES);
  g_hash_table_unref (pseudonyms->taken);
  g_hash_table_unref (pseudonyms->given);
  g_free (pseudonyms);
}

static char *
dup_hash (const Pseudonyms *pseudonyms, const char *text)
{
  return g_compute_hmac_for_string (G_CHECKSUM_SHA256, pseudonyms->key, KEY_BYTES, text, -1);
}

static gboolean
passes_modulus_11 (const char *number)
{
  static const guint weights[] = { 4, 3, 2, 7, 6, 5, 4, 3, 2, 1 };
  guint sum = 0;

  for (guint i = 0; i < G_N_ELEMENTS (weights); i++)
    sum += weights[i] * (guint) g_ascii_digit_value (number[i]);
  return sum % 11 == 0;
}

static char *
number_at (guint n)
{
  char *number =
    g_strdup_printf ("%02u%02u%02u%u%02u1", n % 28 + 1, n / 28 % 12 + 1, 58 + n / (28 * 12) % 42,
                     5 + n / (28 * 12 * 42) % 4, n / (28 * 12 * 42 * 4) % 100);

  if (passes_modulus_11 (number))
    number[9] = '2';
  return number;
}

static char *
dup_number (Pseudonyms *pseudonyms, const char *number)
{
  g_autofree char *hash = dup_hash (pseudonyms, number);
  const char *known = g_hash_table_lookup (pseudonyms->given, number);
  guint n;

  if (known != NULL)
    return g_strdup (known);
  hash[8] = '\0';
  n = (guint) (g_ascii_strtoull (hash, NULL, 16) % N_NUMBERS);
  while (!g_hash_table_add (pseudonyms->taken, GUINT_TO_POINTER (n)))
    n = (n + 1) % N_NUMBERS;
  g_hash_table_insert (pseudonyms->given, g_strdup (number), number_at (n));
  return number_at (n);
}

static char *
dup_guid (const Pseudonyms *pseudonyms, const char *text)
{
  g_autofree char *hash = dup_hash (pseudonyms, text);
  return g_strdup_printf ("%.8s-%.4s-4%.3s-8%.3s-%.12s", hash, hash + 8, hash + 12, hash + 15,
                          hash + 18);
}

/* A zone that the system knows keeps its name; another one's may say anything. */
static char *
dup_zone (const Pseudonyms *pseudonyms, const char *name)
{
  g_autofree char *hash = dup_hash (pseudonyms, name);

  return calsync_zone_lookup (name, NULL) != NULL ? g_strdup (name)
                                                  : g_strdup_printf ("Zone-%.8s", hash);
}

static void
append_calendar_line (const Pseudonyms *pseudonyms, GString *text, const char *line)
{
  g_autofree char *name = g_strndup (line, strcspn (line, ":;"));
  const char *value = strchr (line, ':');
  const char *zone = strstr (line, ";TZID=");
  g_autofree char *zone_name = NULL;
  g_autofree char *other = NULL;

  if (value == NULL)
    return;
  if (g_str_equal (name, "UID"))
    {
      other = dup_hash (pseudonyms, value + 1);
      g_string_append_printf (text, "UID:%s\r\n", other);
    }
  else if (g_str_equal (name, "TZID"))
    {
      other = dup_zone (pseudonyms, value + 1);
      g_string_append_printf (text, "TZID:%s\r\n", other);
    }
  else if (g_str_equal (name, "PRODID"))
    g_string_append (text, "PRODID:-//Kommunal Planner//NONSGML v1//DA\r\n");
  else if (g_str_equal (name, "DTSTAMP"))
    g_string_append (text, "DTSTAMP:19700101T000000Z\r\n");
  else if (g_strv_contains (calendar_lines, name) && zone != NULL && zone < value)
    {
      zone_name = g_strndup (zone + 6, strcspn (zone + 6, ":;"));
      other = dup_zone (pseudonyms, zone_name);
      g_string_append_printf (text, "%s;TZID=%s%s\r\n", name, other, value);
    }
  else if (g_strv_contains (calendar_lines, name))
    g_string_append_printf (text, "%s\r\n", line);
}

static char *
dup_calendar (const Pseudonyms *pseudonyms, const char *text)
{
  g_autoptr (GString) whole = g_string_new (text);
  g_autoptr (GString) out = g_string_new (NULL);
  g_auto (GStrv) lines = NULL;

  g_string_replace (whole, "\r\n", "\n", 0);
  g_string_replace (whole, "\n ", "", 0);
  lines = g_strsplit (whole->str, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    append_calendar_line (pseudonyms, out, lines[i]);
  return g_string_free (g_steal_pointer (&out), FALSE);
}

/* Names are roles and the row that they stand for. */
static char *
dup_role (const char *table, gint64 id)
{
  static const struct
  {
    const char *table;
    const char *role;
  } roles[] = { { "tenant", "Testkommune" }, { "unit", "Jobcenter" },       { "team", "Team" },
                { "resource", "Vejleder" },  { "closing_day", "Lukkedag" }, { "code", "Kode" } };

  for (guint i = 0; i < G_N_ELEMENTS (roles); i++)
    if (g_str_equal (roles[i].table, table))
      return g_strdup_printf ("%s %02" G_GINT64_FORMAT, roles[i].role, id);
  return g_strdup ("Navn");
}

static char *
dup_replacement (Pseudonyms *pseudonyms,
                 Treatment treatment,
                 const char *table,
                 gint64 id,
                 const char *text)
{
  switch (treatment)
    {
    case KEEP:
      return citizen_dup_masked (text);
    case NUMBER:
      return dup_number (pseudonyms, text);
    case GUID:
      return dup_guid (pseudonyms, text);
    case HASH:
      return dup_hash (pseudonyms, text);
    case EMAIL:
      return g_strdup_printf ("resource-%" G_GINT64_FORMAT "@test.example", id);
    case TELEPHONE:
      return g_strdup ("00000000");
    case ROLE:
      return dup_role (table, id);
    case KEY:
      return g_strdup_printf ("TEST-%02" G_GINT64_FORMAT, id);
    case TEXT:
      return g_strdup ("Tekst");
    case LINK:
      return g_strdup ("https://moede.example/");
    case CALENDAR:
      return dup_calendar (pseudonyms, text);
    case NOTHING:
    default:
      return NULL;
    }
}

static gboolean
find_rule (const char *table, const char *column, Treatment *out_treatment, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rules[i].column, column))
      {
        *out_treatment = rules[i].treatment;
        return TRUE;
      }
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_INTERNAL,
               "%s.%s has no rule in ops/export/pseudonym.c: nothing is exported", table, column);
  return FALSE;
}

/**
 * pseudonyms_replace:
 *
 * Numbers and instants stay; a text is replaced by its column's rule.
 *
 * Errors: PLANNER_ERROR_INTERNAL for a column without a rule: nothing may be exported then.
 */
gboolean
pseudonyms_replace (Pseudonyms *pseudonyms,
                    const char *table,
                    const char *column,
                    gint64 id,
                    StoreValue *value,
                    GError **error)
{
  Treatment treatment = KEEP;
  char *replacement;

  if (value->type == 'i' || value->type == 'n')
    return TRUE;
  if (!find_rule (table, column, &treatment, error))
    return FALSE;
  replacement =
    value->type == 's' ? dup_replacement (pseudonyms, treatment, table, id, value->text) : NULL;
  store_value_clear (value);
  *value = (StoreValue){ .type = replacement == NULL ? 'n' : 's', .text = replacement };
  return TRUE;
}

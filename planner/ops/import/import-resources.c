/* SPDX-License-Identifier: EUPL-1.2 */
/* Import rows of advisors, rooms and equipment. */
#include <string.h>

#include "calsync-policy.h"
#include "ops/admin/admin-format.h"
#include "ops/facts/expansion.h"
#include "ops/import/import-run.h"

/* The pattern EmailAddressIdentifierType of the published schema. */
static gboolean
is_email (const char *text)
{
  static const char forbidden[] = "><()[]\\,;: \t\n";
  const char *at = strchr (text, '@');

  return at != NULL && strpbrk (text, forbidden) == NULL && at - text <= 191 &&
         strchr (at + 1, '@') == NULL && at[1] != '\0' && strlen (at + 1) <= 64;
}

static void
check_email (ImportRun *run, ImportRow *row, const ResourceRecord *resource)
{
  const ResourceRecord *other;

  if (!is_email (resource->email))
    {
      import_row_refuse (row, "email is no e-mail address");
      return;
    }
  other = import_run_find_resource (run, resource->email);
  if (other != NULL && !g_str_equal (other->resource_key, resource->resource_key))
    import_row_refuse (row, "resource %s has that e-mail address", other->resource_key);
}

static void
read_units (ImportRun *run, ImportRow *row, ResourceRecord *resource)
{
  g_auto (GStrv) keys = import_row_list (row, "units");

  for (guint i = 0; keys[i] != NULL; i++)
    {
      UnitRecord *unit = g_hash_table_lookup (run->units, keys[i]);
      if (unit == NULL)
        import_row_refuse (row, "units: there is no unit %s", keys[i]);
      else
        g_array_append_val (resource->unit_ids, unit->unit_id);
    }
  if (keys[0] == NULL)
    import_row_refuse (row, "units is missing");
}

static void
read_teams (ImportRun *run, ImportRow *row, ResourceRecord *resource)
{
  g_auto (GStrv) keys = import_row_list (row, "teams");

  for (guint i = 0; keys[i] != NULL; i++)
    {
      TeamRecord *team = import_run_find_team (run, row, keys[i]);
      if (team != NULL)
        g_array_append_val (resource->team_ids, team->team_id);
    }
}

static void
read_tags (ImportRow *row, const char *column, const char *kind, GArray *tags)
{
  g_auto (GStrv) values = import_row_list (row, column);

  for (guint i = 0; values[i] != NULL; i++)
    record_pairs_add (tags, kind, values[i]);
}

/* A folder that does not speak of it leaves an advisor's own rules alone. */
static void
keep_blocks (const ImportRun *run, ResourceRecord *resource)
{
  const ResourceRecord *before = resource->resource_key == NULL
                                   ? NULL
                                   : g_hash_table_lookup (run->resources, resource->resource_key);
  guint n_rules = before == NULL ? 0 : before->block_rules->len;

  for (guint i = 0; i < n_rules; i++)
    {
      const RecordPair *pair = &g_array_index (before->block_rules, RecordPair, i);
      record_pairs_add (resource->block_rules, pair->kind, pair->value);
    }
}

static gboolean
has_rule (const GArray *pairs, const char *rule)
{
  for (guint i = 0; i < pairs->len; i++)
    if (g_str_equal (g_array_index (pairs, RecordPair, i).kind, rule))
      return TRUE;
  return FALSE;
}

static void
refuse_rule (ImportRow *row, const char *text)
{
  g_autoptr (GString) known = g_string_new (NULL);

  for (guint i = 0; i < CALSYNC_N_RULES; i++)
    g_string_append_printf (known, "%s%s=%s", i == 0 ? "" : "; ", calsync_policy_get_rule_name (i),
                            calsync_policy_get_rule_values (i));
  import_row_refuse (row, "blocks: \"%s\" is no rule: there are %s", text, known->str);
}

/* rule=value, as the settings calendar-blocks:RULE of a unit have them. */
static void
read_blocks (ImportRun *run, ImportRow *row, ResourceRecord *resource)
{
  g_auto (GStrv) texts = import_row_list (row, "blocks");
  CalsyncPolicy unused;

  calsync_policy_init (&unused);
  if (!import_row_has (row, "blocks"))
    keep_blocks (run, resource);
  for (guint i = 0; texts[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (texts[i], "=", 2);

      if (g_strv_length (parts) != 2 || !calsync_policy_set (&unused, parts[0], parts[1]))
        refuse_rule (row, texts[i]);
      else if (has_rule (resource->block_rules, parts[0]))
        import_row_refuse (row, "blocks: %s is said twice", parts[0]);
      else
        record_pairs_add (resource->block_rules, parts[0], parts[1]);
    }
}

static gint64
read_retired (ImportRun *run, ImportRow *row, const ResourceRecord *resource)
{
  const ResourceRecord *before = resource->resource_key == NULL
                                   ? NULL
                                   : g_hash_table_lookup (run->resources, resource->resource_key);
  const char *text = import_row_text (row, "retired_from", 32);
  gint64 retired_us = 0;
  /* An export says the very instant. */
  gboolean is_instant = text != NULL && strlen (text) > 10 &&
                        admin_parse_time (calsync_zone_utc (), text, &retired_us, NULL);
  gint64 date =
    is_instant ? IMPORT_DATE_MAX : import_row_date (row, "retired_from", IMPORT_DATE_MAX);
  GHashTableIter iter;
  gpointer unit;

  /* A folder that does not speak of it does not bring back whom an admin retired. */
  if (!import_row_has (row, "retired_from"))
    return before == NULL ? 0 : before->retired_us;

  if (is_instant)
    return retired_us;
  if (date == IMPORT_DATE_MAX || resource->unit_ids->len == 0)
    return 0;
  g_hash_table_iter_init (&iter, run->units);
  while (g_hash_table_iter_next (&iter, NULL, &unit))
    if (((UnitRecord *) unit)->unit_id == g_array_index (resource->unit_ids, gint64, 0))
      return calsync_zone_midnight (calsync_zone_lookup (((UnitRecord *) unit)->zone, NULL), date);
  return 0;
}

static void
check_units_serve (ImportRun *run, ImportRow *row, const ResourceRecord *resource)
{
  g_auto (GStrv) keys = import_row_list (row, "units");

  for (guint i = 0; keys[i] != NULL; i++)
    {
      const UnitRecord *unit = g_hash_table_lookup (run->units, keys[i]);
      if (unit == NULL || unit->retired_us == 0)
        return;
    }
  if (keys[0] != NULL && resource->retired_us == 0)
    import_row_refuse (row,
                       "units: %s is retired: name a unit that is served, or bring it back "
                       "with restore first",
                       keys[0]);
}

static void
check_kind (ImportRun *run, ImportRow *row, const ResourceRecord *resource)
{
  const ResourceRecord *before = g_hash_table_lookup (run->resources, resource->resource_key);

  if (before != NULL && !g_str_equal (before->kind, resource->kind))
    import_row_refuse (row, "kind of resource %s is %s and stays so", resource->resource_key,
                       before->kind);
}

static gboolean
has_id (const GArray *ids, gint64 id)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index (ids, gint64, i) == id)
      return TRUE;
  return FALSE;
}

/* Its zone hangs on its units: nothing else of it says where its time lies. */
static gboolean
has_other_units (const ImportRun *run, const ResourceRecord *resource)
{
  const ResourceRecord *before = g_hash_table_lookup (run->resources, resource->resource_key);

  if (before == NULL || before->unit_ids->len != resource->unit_ids->len)
    return TRUE;
  for (guint i = 0; i < resource->unit_ids->len; i++)
    if (!has_id (before->unit_ids, g_array_index (resource->unit_ids, gint64, i)))
      return TRUE;
  return FALSE;
}

/**
 * import_resource:
 */
gboolean
import_resource (ImportRun *run, ImportRow *row, PutOutcome *out_outcome, GError **error)
{
  static const char *const kinds[] = { "advisor", "room", "equipment", NULL };
  g_autoptr (ResourceRecord) resource = resource_record_new ();

  resource->tenant_id = run->tenant_id;
  resource->resource_key = g_strdup (import_row_need (row, "resource", 255));
  resource->kind = g_strdup (import_row_word (row, "kind", kinds, TRUE));
  resource->name = g_strdup (import_row_need (row, "name", 140));
  resource->email = g_strdup (import_row_need (row, "email", 256));
  resource->telephone = g_strdup (import_row_telephone (row));
  resource->may_be_summoned = import_row_flag (row, "may_be_summoned", TRUE);
  read_units (run, row, resource);
  read_teams (run, row, resource);
  read_tags (row, "competences", "competence", resource->tags);
  read_tags (row, "languages", "language", resource->tags);
  read_blocks (run, row, resource);
  resource->retired_us = read_retired (run, row, resource);
  if (resource->resource_key != NULL && resource->email != NULL)
    {
      check_email (run, row, resource);
      check_kind (run, row, resource);
    }
  check_units_serve (run, row, resource);
  if (row->is_refused || !import_run_claim (run, row, "resource", resource->resource_key))
    return TRUE;
  if (!resource_put (run->session, resource, out_outcome, error))
    return FALSE;
  if (*out_outcome != PUT_SAME && has_other_units (run, resource) &&
      !expansion_invalidate (run->session, run->tenant_id, resource->resource_id, error))
    return FALSE;
  import_run_remember_resource (run, g_steal_pointer (&resource));
  return TRUE;
}

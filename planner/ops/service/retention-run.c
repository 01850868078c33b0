/* SPDX-License-Identifier: EUPL-1.2 */
/* The deletion job: looks on a reading session, removes in short writes, and proves each in the same transaction. */
#include "ops/service/retention-run.h"

#include <string.h>

#include "base/clock.h"
#include "base/period.h"
#include "calsync-timezone.h"
#include "ops/admin/admin-format.h"
#include "store/journal-store.h"
#include "store/retention-store.h"
#include "store/unit-store.h"

#define ZONE "Europe/Copenhagen"
/* A writer job stays under 5 ms (design.md 6); its commit comes on top. */
#define MAX_WRITE_US 2500

/* One class of one unit, as it is gone through. */
typedef struct
{
  AdminCall *call;
  const RetentionWish *wish;
  const RetentionClass *class;
  const RetentionRule *rule;
  RetentionProof proof;
  gint64 days;
} Pass;

/* One write: keys from @first on, as many as fit into it. */
typedef struct
{
  Pass *pass;
  GPtrArray *keys;
  guint first;
  guint n_done;
  gint64 n_removed;
  GBytes *digest;
  gboolean is_last;
} Chunk;

/**
 * retention_today:
 *
 * Returns: the local date, days since 1970-01-01.
 */
gint64
retention_today (gint64 now_us)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);

  return calsync_zone_local_day (zone != NULL ? zone : calsync_zone_utc (), now_us);
}

/**
 * retention_days:
 *
 * Returns: the unit's own term, else the tenant's, else the class's default: of each the latest that
 *   is in force.
 */
gint64
retention_days (const GPtrArray *settings, const RetentionClass *class, gint64 unit_id, gint64 date)
{
  g_autofree char *key = retention_dup_setting (class);
  const SettingRecord *best = NULL;

  for (guint i = 0; i < settings->len; i++)
    {
      const SettingRecord *setting = settings->pdata[i];
      gboolean is_meant =
        setting->unit_id == 0 || (class->is_per_unit && setting->unit_id == unit_id);

      if (!is_meant || setting->valid_from_date > date || !g_str_equal (setting->key, key) ||
          !retention_is_term (class, setting->value))
        continue;
      if (best == NULL || (best->unit_id == 0 && setting->unit_id != 0) ||
          (best->unit_id == setting->unit_id && setting->valid_from_date >= best->valid_from_date))
        best = setting;
    }
  return best == NULL ? class->default_days : g_ascii_strtoll (best->value, NULL, 10);
}

/* SHA-256 over the digest before and the keys of the rows that went: a backup can be held against it. */
static void
digest_key (GChecksum *checksum, const RetentionKey *key)
{
  g_autofree char *text =
    key->text != NULL ? g_strdup (key->text) : g_strdup_printf ("%" G_GINT64_FORMAT, key->id);

  g_checksum_update (checksum, (const guchar *) text, (gssize) strlen (text) + 1);
}

static GBytes *
end_digest (GChecksum *checksum)
{
  guint8 digest[32];
  gsize size = sizeof digest;

  g_checksum_get_digest (checksum, digest, &size);
  return g_bytes_new (digest, size);
}

static gboolean
remove_some (StoreSession *session, Chunk *chunk, GChecksum *checksum, GError **error)
{
  const Pass *pass = chunk->pass;
  gint64 start_us = clock_monotonic_us ();

  for (guint i = chunk->first; i < chunk->keys->len; i++)
    {
      const RetentionKey *key = chunk->keys->pdata[i];
      gboolean is_removed = FALSE;

      if (i > chunk->first && clock_monotonic_us () - start_us > MAX_WRITE_US)
        break;
      if (!retention_store_remove (session, pass->rule, &pass->proof.scope, key, &is_removed,
                                   error))
        return FALSE;
      chunk->n_done++;
      if (!is_removed)
        continue;
      chunk->n_removed++;
      digest_key (checksum, key);
    }
  return TRUE;
}

/* AdminWrite: may be run again, and starts from what the pass held before. */
static gboolean
write_chunk (StoreSession *session, gpointer data, GError **error)
{
  Chunk *chunk = data;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  RetentionProof proof = chunk->pass->proof;

  chunk->n_done = 0;
  chunk->n_removed = 0;
  g_clear_pointer (&chunk->digest, g_bytes_unref);
  g_checksum_update (checksum, g_bytes_get_data (proof.digest, NULL),
                     (gssize) g_bytes_get_size (proof.digest));
  if (chunk->keys != NULL && !remove_some (session, chunk, checksum, error))
    return FALSE;
  chunk->digest = chunk->n_removed > 0 ? end_digest (checksum) : g_bytes_ref (proof.digest);
  proof.digest = chunk->digest;
  proof.n_rows += chunk->n_removed;
  proof.finished_us = chunk->is_last ? clock_now_us () : 0;
  return retention_store_put_proof (session, &proof, error);
}

static gboolean
run_chunk (Pass *pass, Chunk *chunk, GError **error)
{
  AdminRunner *runner = &pass->call->runner;
  gboolean ok = runner->run_write (runner->runner, write_chunk, chunk, error);

  if (ok)
    {
      pass->proof.n_rows += chunk->n_removed;
      g_bytes_unref (pass->proof.digest);
      pass->proof.digest = g_bytes_ref (chunk->digest);
    }
  g_clear_pointer (&chunk->digest, g_bytes_unref);
  return ok;
}

static gboolean
remove_all (Pass *pass, GPtrArray *keys, GError **error)
{
  Chunk chunk = { .pass = pass, .keys = keys };

  while (chunk.first < keys->len)
    {
      if (!run_chunk (pass, &chunk, error))
        return FALSE;
      chunk.first += chunk.n_done;
    }
  return TRUE;
}

static GPtrArray *
look (Pass *pass, const RetentionKey *after, GError **error)
{
  StoreSession *session = pass->call->session;
  GPtrArray *keys;

  if (!store_begin (session, STORE_READ, error))
    return NULL;
  keys = retention_store_find (session, pass->rule, &pass->proof.scope, after, error);
  store_rollback (session);
  return keys;
}

static gboolean
is_out_of_time (const RetentionWish *wish)
{
  return wish->until_us != 0 && clock_monotonic_us () > wish->until_us;
}

static gboolean
run_rule (Pass *pass, gboolean *out_is_complete, GError **error)
{
  g_autoptr (GPtrArray) keys = NULL;
  RetentionKey after = { 0 };

  while (!is_out_of_time (pass->wish))
    {
      g_autoptr (GPtrArray) before = g_steal_pointer (&keys);

      keys = look (pass, &after, error);
      if (keys == NULL)
        return FALSE;
      if (keys->len == 0)
        return TRUE;
      after = *(RetentionKey *) keys->pdata[keys->len - 1];
      if (pass->wish->is_counted_only)
        pass->proof.n_rows += keys->len;
      else if (!remove_all (pass, keys, error))
        return FALSE;
      admin_progress (pass->call, pass->class->name, (guint64) pass->proof.n_rows, 0);
    }
  *out_is_complete = FALSE;
  return TRUE;
}

static void
report (const Pass *pass, const UnitRecord *unit)
{
  const CalsyncZone *zone = calsync_zone_lookup (ZONE, NULL);
  JsonArray *list = json_object_get_array_member (pass->call->result, "classes");
  JsonObject *row = json_object_new ();

  json_object_set_string_member (row, "class", pass->class->name);
  json_object_set_string_member (row, "unit", unit == NULL ? "" : unit->organisation_key);
  if (pass->class->term == RETENTION_BY_TERM)
    {
      json_object_set_int_member (row, "days", pass->days);
      admin_set_time (row, "cutoff", zone, pass->proof.scope.cutoff_us);
    }
  json_object_set_int_member (row, "rows", pass->proof.n_rows);
  json_array_add_object_element (list, row);
}

static gboolean
run_pass (Pass *pass, gboolean *out_is_complete, GError **error)
{
  Chunk end = { .pass = pass, .is_last = TRUE };

  for (const RetentionRule *rule = retention_rule_next (NULL, pass->class->name); rule != NULL;
       rule = retention_rule_next (rule, pass->class->name))
    {
      pass->rule = rule;
      if (!run_rule (pass, out_is_complete, error))
        return FALSE;
    }
  return pass->wish->is_counted_only || run_chunk (pass, &end, error);
}

/* Rows that name no unit belong to the whole tenant: @unit is NULL for them. */
static gboolean
run_class (AdminCall *call,
           const RetentionWish *wish,
           const RetentionClass *class,
           const UnitRecord *unit,
           const GPtrArray *settings,
           GError **error)
{
  gint64 unit_id = unit == NULL ? 0 : unit->unit_id;
  Pass pass = { .call = call, .wish = wish, .class = class };
  gboolean is_complete = TRUE;
  gboolean ok;

  pass.days = retention_days (settings, class, unit_id, retention_today (call->now_us));
  pass.proof = (RetentionProof){
    .run_id = call->call_id,
    .class_name = class->name,
    .scope = { wish->tenant_id, unit_id, call->now_us - pass.days * PERIOD_US_PER_DAY },
    .started_us = call->now_us,
    .digest = g_bytes_new (NULL, 0),
  };
  ok = run_pass (&pass, &is_complete, error);
  g_bytes_unref (pass.proof.digest);
  if (!ok)
    return FALSE;
  if (!is_complete)
    json_object_set_boolean_member (call->result, "complete", FALSE);
  report (&pass, unit);
  return TRUE;
}

static gboolean
run_units (AdminCall *call,
           const RetentionWish *wish,
           const RetentionClass *class,
           const GPtrArray *units,
           const GPtrArray *settings,
           GError **error)
{
  for (guint i = 0; class->is_per_unit && i < units->len; i++)
    if (!run_class (call, wish, class, units->pdata[i], settings, error))
      return FALSE;
  return run_class (call, wish, class, NULL, settings, error);
}

/* AdminWrite: one journal row a run, so that the proof itself is under the seals. */
static gboolean
write_journal (StoreSession *session, gpointer data, GError **error)
{
  const Pass *pass = data;
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  g_autofree char *payload = NULL;
  JournalEntry entry = { .tenant_id = pass->wish->tenant_id,
                         .at_us = pass->call->now_us,
                         .actor = pass->call->actor,
                         .call_id = pass->call->call_id,
                         .kind = "retention-run",
                         .subject = pass->call->call_id };

  json_node_set_object (node, pass->call->result);
  payload = json_to_string (node, FALSE);
  entry.payload = payload;
  return journal_store_add (session, &entry, error);
}

/**
 * retention_run:
 *
 * Each write removes what fits into a few milliseconds and is a job of its own, so calls go between;
 * cut short at any point, the next run goes on where this one was, and the proof tells what went.
 */
gboolean
retention_run (AdminCall *call, const RetentionWish *wish, GError **error)
{
  g_autoptr (GPtrArray) units = unit_list (call->session, wish->tenant_id, error);
  g_autoptr (GPtrArray) settings =
    units == NULL ? NULL : setting_list (call->session, wish->tenant_id, error);
  Pass journal = { .call = call, .wish = wish };
  guint n_classes = 0;
  const RetentionClass *classes = retention_list_classes (&n_classes);

  if (settings == NULL)
    return FALSE;
  json_object_set_array_member (call->result, "classes", json_array_new ());
  json_object_set_boolean_member (call->result, "complete", TRUE);
  for (guint i = 0; i < n_classes; i++)
    if (classes[i].term != RETENTION_KEPT &&
        (wish->only_class == NULL || g_str_equal (wish->only_class, classes[i].name)) &&
        !run_units (call, wish, &classes[i], units, settings, error))
      return FALSE;
  return wish->is_counted_only ||
         call->runner.run_write (call->runner.runner, write_journal, &journal, error);
}

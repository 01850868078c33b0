/* SPDX-License-Identifier: EUPL-1.2 */
/* One row a rule: how to find what is past its term, and the statements that remove it, children first. */
#include "store/retention-store.h"

#include <string.h>

#include "store/claim-store.h"

#define MAX_REMOVALS 14

/* Parameters of a statement, a letter each: t tenant, c cut-off, u unit, i id, k key's text. */
typedef struct
{
  StoreStatement statement;
  const char *takes;
} Step;

/**
 * RetentionRule:
 * @find: its last parameter is the key to go on behind
 * @is_looked_at_again: the row may have changed since it was found, and no removal asks
 * @change: what the index must be told, if @has_change
 * @removals: the last one is the row itself
 */
struct _RetentionRule
{
  const char *class_name;
  Step find;
  gboolean is_looked_at_again;
  gboolean has_change;
  ChangeKind change;
  Step removals[MAX_REMOVALS];
};

/* clang-format off */
static const RetentionRule rules[] = {
  { "hold", { SQL_RETENTION_FIND_USED_HOLDS, "tck" }, FALSE, FALSE, 0, { { SQL_USED_HOLD_REMOVE, "tk" } } },
  { "stored-answer", { SQL_RETENTION_FIND_ANSWERS, "tck" }, FALSE, FALSE, 0, { { SQL_ANSWER_REMOVE, "tk" } } },
  { "calendar", { SQL_RETENTION_FIND_OBJECTS, "tci" }, TRUE, FALSE, 0, { { SQL_OBJECT_REMOVE, "i" } } },
  { "calendar", { SQL_RETENTION_FIND_SPANS, "tci" }, FALSE, FALSE, 0,
    { { SQL_BUSY_SPAN_REMOVE_BEFORE, "ic" }, { SQL_WORK_SPAN_REMOVE_BEFORE, "ic" } } },
  { "booking", { SQL_RETENTION_FIND_BOOKINGS, "tcui" }, TRUE, FALSE, 0,
    { { SQL_BOOKING_COUNT_REMOVED, "i" }, { SQL_JOURNAL_PAYLOAD_ERASE_BY_BOOKING, "i" },
      { SQL_ANSWER_REMOVE_BY_BOOKING, "i" }, { SQL_USED_HOLD_REMOVE_BY_BOOKING, "i" },
      { SQL_OUTBOX_REMOVE_BY_BOOKING, "i" }, { SQL_ECHO_REMOVE_BY_BOOKING, "i" }, { SQL_SEAT_REMOVE_BY_BOOKING, "i" },
      { SQL_CLAIM_REMOVE_BY_BOOKING, "i" }, { SQL_SYNC_CHANGES_REMOVE_BY_BOOKING, "i" },
      { SQL_SYNC_CONFLICTS_REMOVE_BY_BOOKING, "i" }, { SQL_BOOKING_REMOVE, "i" } } },
  { "booking", { SQL_RETENTION_FIND_SESSIONS, "tcui" }, TRUE, FALSE, 0,
    { { SQL_CLAIM_REMOVE_BY_SESSION, "i" }, { SQL_SYNC_CHANGES_REMOVE_BY_SESSION, "i" },
      { SQL_SYNC_CONFLICTS_REMOVE_BY_SESSION, "i" }, { SQL_SESSION_REMOVE, "i" } } },
  { "journal-payload", { SQL_RETENTION_FIND_PAYLOADS, "tci" }, FALSE, FALSE, 0, { { SQL_JOURNAL_PAYLOAD_ERASE, "i" } } },
  { "outbox", { SQL_RETENTION_FIND_OUTBOX, "tci" }, FALSE, FALSE, 0, { { SQL_OUTBOX_REMOVE, "i" } } },
  { "outbox", { SQL_RETENTION_FIND_ECHOES, "tci" }, FALSE, FALSE, 0, { { SQL_ECHO_REMOVE, "i" } } },
  { "inbox", { SQL_RETENTION_FIND_INBOX, "tci" }, FALSE, FALSE, 0, { { SQL_INBOX_REMOVE, "i" } } },
  { "inbox", { SQL_RETENTION_FIND_EVENTS, "tci" }, FALSE, FALSE, 0, { { SQL_DFDG_EVENT_REMOVE, "i" } } },
  { "message", { SQL_RETENTION_FIND_MESSAGES, "tci" }, FALSE, FALSE, 0, { { SQL_MESSAGE_REMOVE, "i" } } },
  { "message-draft", { SQL_RETENTION_FIND_DRAFTS, "tci" }, FALSE, FALSE, 0, { { SQL_MESSAGE_REMOVE, "i" } } },
  { "empty-answer", { SQL_RETENTION_FIND_EMPTY_ANSWERS, "tcui" }, FALSE, FALSE, 0, { { SQL_EMPTY_ANSWER_REMOVE, "i" } } },
  { "citizen-facts", { SQL_RETENTION_FIND_FACTS, "tci" }, FALSE, TRUE, CHANGE_CITIZEN,
    { { SQL_CITIZEN_FACTS_REMOVE_BEFORE, "ic" } } },
  { "citizen-facts", { SQL_RETENTION_FIND_READINGS, "tci" }, FALSE, FALSE, 0,
    { { SQL_SPANS_REMOVE_BEFORE, "ic" }, { SQL_DEADLINES_REMOVE_BEFORE, "ic" }, { SQL_FUND_INTERVIEWS_REMOVE_BEFORE, "ic" },
      { SQL_READS_REMOVE_BEFORE, "ic" } } },
  { "former-number", { SQL_RETENTION_FIND_FORMER_NUMBERS, "tci" }, FALSE, TRUE, CHANGE_CITIZEN,
    { { SQL_CITIZEN_REMOVE_FORMER, "i" } } },
  { "citizen", { SQL_RETENTION_FIND_CITIZENS, "ti" }, FALSE, TRUE, CHANGE_CITIZEN,
    { { SQL_CHANGES_ADD_OF_FORMERS, "i" }, { SQL_CITIZEN_FORMERS_REMOVE, "i" }, { SQL_CITIZEN_REMOVE_EMPTY, "i" } } },
  { "employee", { SQL_RETENTION_FIND_SYNC_ITEMS, "tci" }, TRUE, FALSE, 0, { { SQL_SYNC_ITEM_REMOVE, "i" } } },
  { "employee", { SQL_RETENTION_FIND_RESOURCES, "tci" }, TRUE, TRUE, CHANGE_CATALOGUE,
    { { SQL_RESOURCE_OFFERS_CLEAR, "i" }, { SQL_RESOURCE_UNIT_CLEAR, "i" }, { SQL_RESOURCE_TEAM_CLEAR, "i" },
      { SQL_RESOURCE_TAG_CLEAR, "i" }, { SQL_BLOCK_RULE_CLEAR, "i" }, { SQL_BUSY_SPANS_REMOVE_OF_RESOURCE, "i" },
      { SQL_WORK_SPANS_REMOVE_OF_RESOURCE, "i" }, { SQL_SYNC_BINDINGS_REMOVE_OF_RESOURCE, "i" },
      { SQL_OBJECTS_REMOVE_OF_RESOURCE, "i" },
      { SQL_CALENDARS_REMOVE_OF_RESOURCE, "i" }, { SQL_AVAILABILITY_REMOVE_OF_RESOURCE, "i" },
      { SQL_RESOURCE_REMOVE, "i" } } },
  { "sync-run", { SQL_RETENTION_FIND_SYNC_CHANGES, "tci" }, FALSE, FALSE, 0, { { SQL_SYNC_RUN_CHANGE_REMOVE, "i" } } },
  { "sync-run", { SQL_RETENTION_FIND_SYNC_RUNS, "tci" }, FALSE, FALSE, 0, { { SQL_SYNC_RUN_REMOVE, "i" } } },
  { "sync", { SQL_RETENTION_FIND_SYNC_CONFLICTS, "tci" }, TRUE, FALSE, 0, { { SQL_SYNC_CONFLICT_REMOVE, "i" } } },
  { "sync", { SQL_RETENTION_FIND_SYNC_LINKS, "tci" }, TRUE, FALSE, 0, { { SQL_SYNC_LINK_REMOVE, "i" } } },
  { "sync-run", { SQL_RETENTION_FIND_TOMBSTONES, "tci" }, FALSE, FALSE, 0, { { SQL_SYNC_TOMBSTONE_REMOVE, "i" } } },
  { "availability", { SQL_RETENTION_FIND_WINDOWS, "tci" }, FALSE, FALSE, 0,
    { { SQL_WINDOW_UNITS_REMOVE, "i" }, { SQL_WINDOW_REMOVE, "i" } } },
  { "availability", { SQL_RETENTION_FIND_RUNS, "tci" }, FALSE, FALSE, 0, { { SQL_SPAN_REMOVE, "i" } } },
  { "availability", { SQL_RETENTION_FIND_HOURS, "tci" }, FALSE, FALSE, 0, { { SQL_COUNTS_REMOVE, "ti" } } },
  { "ledger", { SQL_RETENTION_FIND_OWNERS, "ti" }, FALSE, FALSE, 0, { { SQL_OWNER_REMOVE_UNUSED, "i" } } },
};
/* clang-format on */

/**
 * retention_key_free:
 *
 * Frees a key; NULL is ignored.
 */
void
retention_key_free (RetentionKey *key)
{
  if (key == NULL)
    return;
  g_free (key->text);
  g_free (key);
}

/**
 * retention_store_list_rules:
 *
 * Returns: (array length=out_n_rules): all rules, those of a class in the order in which they must run.
 */
const RetentionRule *
retention_store_list_rules (guint *out_n_rules)
{
  *out_n_rules = G_N_ELEMENTS (rules);
  return rules;
}

/**
 * retention_rule_get_class:
 */
const char *
retention_rule_get_class (const RetentionRule *rule)
{
  return rule->class_name;
}

/**
 * retention_rule_next:
 * @rule: (nullable): NULL for the first
 *
 * Returns: (nullable): the class's next rule.
 */
const RetentionRule *
retention_rule_next (const RetentionRule *rule, const char *class_name)
{
  for (guint i = rule == NULL ? 0 : (guint) (rule - rules) + 1; i < G_N_ELEMENTS (rules); i++)
    if (g_str_equal (rules[i].class_name, class_name))
      return &rules[i];
  return NULL;
}

static gint64
value_of (char letter, const RetentionScope *scope, gint64 id)
{
  switch (letter)
    {
    case 't':
      return scope->tenant_id;
    case 'c':
      return scope->cutoff_us;
    case 'u':
      return scope->unit_id;
    default:
      return id;
    }
}

static gboolean
start (StoreSession *session,
       StoreQuery *query,
       const Step *step,
       const RetentionScope *scope,
       const RetentionKey *after,
       GError **error)
{
  gint64 values[4] = { 0 };
  gsize n_values = strlen (step->takes);

  for (gsize i = 0; i < n_values; i++)
    values[i] = value_of (step->takes[i], scope, after->id);
  if (step->takes[n_values - 1] == 'k')
    return store_query (session, query, error, step->statement, "iis", values[0], values[1],
                        after->text == NULL ? "" : after->text);
  if (n_values == 2)
    return store_query (session, query, error, step->statement, "ii", values[0], values[1]);
  if (n_values == 3)
    return store_query (session, query, error, step->statement, "iii", values[0], values[1],
                        values[2]);
  return store_query (session, query, error, step->statement, "iiii", values[0], values[1],
                      values[2], values[3]);
}

/**
 * retention_store_find:
 * @after: the last key of the look before; zeroed for the first
 *
 * Returns: (transfer full) (element-type RetentionKey): what is past its term, in order of its keys; not all of it,
 *   but none when there is nothing more.
 */
GPtrArray *
retention_store_find (StoreSession *session,
                      const RetentionRule *rule,
                      const RetentionScope *scope,
                      const RetentionKey *after,
                      GError **error)
{
  g_autoptr (GPtrArray) keys = g_ptr_array_new_with_free_func ((GDestroyNotify) retention_key_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!start (session, &query, &rule->find, scope, after, error))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      RetentionKey *key = g_new0 (RetentionKey, 1);
      key->id = store_int (&query, 0);
      if (store_n_columns (&query) > 1)
        key->text = g_strdup (store_text (&query, 1));
      g_ptr_array_add (keys, key);
    }
  return step == STORE_END ? g_steal_pointer (&keys) : NULL;
}

/* The first row that the rule finds from this one on is this one. */
static gboolean
is_still_due (StoreSession *session,
              const RetentionRule *rule,
              const RetentionScope *scope,
              const RetentionKey *key,
              gboolean *out_is_due,
              GError **error)
{
  const RetentionKey before = { .id = key->id - 1 };
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!start (session, &query, &rule->find, scope, &before, error))
    return FALSE;
  step = store_step (&query, error);
  *out_is_due = step == STORE_ROW && store_int (&query, 0) == key->id;
  return step != STORE_FAILED;
}

static gboolean
run_removal (StoreSession *session,
             const Step *removal,
             const RetentionScope *scope,
             const RetentionKey *key,
             GError **error)
{
  if (g_str_equal (removal->takes, "tk"))
    return store_run (session, error, removal->statement, "is", scope->tenant_id, key->text);
  if (g_str_equal (removal->takes, "ti"))
    return store_run (session, error, removal->statement, "ii", scope->tenant_id, key->id);
  if (g_str_equal (removal->takes, "ic"))
    return store_run (session, error, removal->statement, "ii", key->id, scope->cutoff_us);
  return store_run (session, error, removal->statement, "i", key->id);
}

static gboolean
run_removals (StoreSession *session,
              const RetentionRule *rule,
              const RetentionScope *scope,
              const RetentionKey *key,
              GError **error)
{
  for (guint i = 0; i < MAX_REMOVALS && rule->removals[i].takes != NULL; i++)
    if (!run_removal (session, &rule->removals[i], scope, key, error))
      return FALSE;
  return TRUE;
}

/**
 * retention_store_remove:
 * @out_is_removed: FALSE when it was no longer past its term, or something has come to point to it
 *
 * In a write transaction.
 */
gboolean
retention_store_remove (StoreSession *session,
                        const RetentionRule *rule,
                        const RetentionScope *scope,
                        const RetentionKey *key,
                        gboolean *out_is_removed,
                        GError **error)
{
  Change change = { .tenant_id = scope->tenant_id,
                    .kind = rule->change,
                    .subject_id = rule->change == CHANGE_CATALOGUE ? 0 : key->id };
  gboolean is_due = TRUE;

  *out_is_removed = FALSE;
  if (rule->is_looked_at_again && !is_still_due (session, rule, scope, key, &is_due, error))
    return FALSE;
  if (!is_due)
    return TRUE;
  store_forget_log (session);
  if (!run_removals (session, rule, scope, key, error))
    return FALSE;
  *out_is_removed = store_n_changed (session) > 0;
  return !rule->has_change || !*out_is_removed || change_store_add (session, &change, error);
}

/**
 * retention_store_remove_booking:
 *
 * Removes a booking with all that hangs on it, whatever its age; it is counted. What it claimed must be told to the
 * index by the caller.
 */
gboolean
retention_store_remove_booking (StoreSession *session, gint64 booking_id, GError **error)
{
  const RetentionKey key = { .id = booking_id };
  const RetentionScope scope = { 0 };

  store_forget_log (session);
  return run_removals (session, retention_rule_next (NULL, "booking"), &scope, &key, error);
}

/**
 * retention_store_put_proof:
 *
 * Writes the proof of what a run has removed so far, in the transaction of the removal.
 */
gboolean
retention_store_put_proof (StoreSession *session, const RetentionProof *proof, GError **error)
{
  return store_run (session, error, SQL_RETENTION_RUN_PUT, "sisiiiiib", proof->run_id,
                    proof->scope.tenant_id, proof->class_name, proof->scope.unit_id,
                    proof->started_us, proof->finished_us, proof->scope.cutoff_us, proof->n_rows,
                    proof->digest);
}

/**
 * retention_store_find_last:
 * @out_started_us: 0 when there was no run yet
 */
gboolean
retention_store_find_last (StoreSession *session,
                           gint64 tenant_id,
                           gint64 *out_started_us,
                           GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_RETENTION_RUN_LAST, "i", tenant_id) ||
      store_step (&query, error) != STORE_ROW)
    return FALSE;
  *out_started_us = store_int (&query, 0);
  return TRUE;
}

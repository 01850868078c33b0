/* SPDX-License-Identifier: EUPL-1.2 */
/* Writes journal rows, seals each group of commits, and checks seals and payloads. */
#include "store/journal-store.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"

#define SALT_BYTES   16
#define DIGEST_BYTES 32

static GBytes *
digest_payload (GBytes *salt, const char *payload)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[DIGEST_BYTES];
  gsize size = sizeof digest;

  g_checksum_update (checksum, g_bytes_get_data (salt, NULL), g_bytes_get_size (salt));
  g_checksum_update (checksum, (const guchar *) payload, -1);
  g_checksum_get_digest (checksum, digest, &size);
  return g_bytes_new (digest, size);
}

/**
 * journal_store_add:
 *
 * Appends one row with its payload. The row keeps a salted digest only, so that erasing payload and
 * salt leaves nothing that could be guessed back.
 */
gboolean
journal_store_add (StoreSession *session, const JournalEntry *entry, GError **error)
{
  guint8 salt_bytes[SALT_BYTES];
  g_autoptr (GBytes) salt = NULL;
  g_autoptr (GBytes) digest = NULL;

  ids_random_bytes (salt_bytes, sizeof salt_bytes);
  salt = g_bytes_new (salt_bytes, sizeof salt_bytes);
  digest = digest_payload (salt, entry->payload);
  return store_run (session, error, SQL_JOURNAL_ADD, "iissssb", entry->tenant_id, entry->at_us,
                    entry->actor, entry->call_id, entry->kind, entry->subject, digest) &&
         store_run (session, error, SQL_JOURNAL_PAYLOAD_ADD, "ibs", store_last_id (session), salt,
                    entry->payload);
}

static void
hash_int (GChecksum *checksum, gint64 value)
{
  gint64 big_endian = GINT64_TO_BE (value);
  g_checksum_update (checksum, (const guchar *) &big_endian, sizeof big_endian);
}

static void
hash_text (GChecksum *checksum, const char *text)
{
  hash_int (checksum, strlen (text));
  g_checksum_update (checksum, (const guchar *) text, strlen (text));
}

/* SHA-256 (previous seal, then every row's columns and digest), lengths before texts. */
static GBytes *
hash_rows (StoreQuery *query, GBytes *previous, guint64 *out_n_rows, GError **error)
{
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 seal[DIGEST_BYTES];
  gsize size = sizeof seal;
  guint64 n_rows = 0;
  StoreStep step;

  g_checksum_update (checksum, g_bytes_get_data (previous, NULL), g_bytes_get_size (previous));
  while ((step = store_step (query, error)) == STORE_ROW)
    {
      g_autoptr (GBytes) digest = store_dup_bytes (query, 7);
      for (int i = 0; i < 3; i++)
        hash_int (checksum, store_int (query, i));
      for (int i = 3; i < 7; i++)
        hash_text (checksum, store_text (query, i));
      g_checksum_update (checksum, g_bytes_get_data (digest, NULL), g_bytes_get_size (digest));
      n_rows++;
    }
  if (step != STORE_END)
    return NULL;
  g_checksum_get_digest (checksum, seal, &size);
  *out_n_rows = n_rows;
  return g_bytes_new (seal, size);
}

static GBytes *
seal_rows (StoreSession *session,
           GBytes *previous,
           gint64 after,
           gint64 last,
           guint64 *out_n_rows,
           GError **error)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_JOURNAL_ROWS_AFTER, "ii", after, last))
    return NULL;
  return hash_rows (&query, previous, out_n_rows, error);
}

static gint64
last_sequence (StoreSession *session)
{
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, NULL, SQL_JOURNAL_LAST_SEQUENCE, "") ||
      store_step (&query, NULL) != STORE_ROW)
    return -1;
  return store_int (&query, 0);
}

/**
 * journal_store_seal:
 *
 * Seals the rows that no seal covers yet; nothing to do is success. The writer calls it once per
 * group, inside the transaction.
 */
gboolean
journal_store_seal (StoreSession *session, GError **error)
{
  g_autoptr (GBytes) previous = NULL;
  g_autoptr (GBytes) seal = NULL;
  gint64 sealed_until = 0;
  gint64 last = last_sequence (session);
  guint64 n_rows = 0;
  g_auto (StoreQuery) query = { 0 };

  if (!store_query (session, &query, error, SQL_JOURNAL_LAST_SEAL, ""))
    return FALSE;
  if (store_step (&query, error) == STORE_ROW)
    {
      sealed_until = store_int (&query, 0);
      previous = store_dup_bytes (&query, 1);
    }
  store_query_end (&query);
  if (last <= sealed_until)
    return last >= 0;
  if (previous == NULL)
    previous = g_bytes_new (NULL, 0);
  seal = seal_rows (session, previous, sealed_until, last, &n_rows, error);
  return seal != NULL && store_run (session, error, SQL_JOURNAL_SEAL_ADD, "iibb", last,
                                    sealed_until + 1, previous, seal);
}

/**
 * journal_store_erase:
 *
 * Removes a row's payload and salt; the row, its digest and all seals stay.
 */
gboolean
journal_store_erase (StoreSession *session, gint64 sequence, GError **error)
{
  return store_run (session, error, SQL_JOURNAL_PAYLOAD_ERASE, "i", sequence);
}

static gboolean
fail_at (GError **error, const char *what, gint64 sequence)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_CONFLICT,
               "journal: %s at sequence %" G_GINT64_FORMAT, what, sequence);
  return FALSE;
}

static gboolean
verify_seals (StoreSession *session, guint64 *out_n_rows, GError **error)
{
  g_autoptr (GBytes) previous = g_bytes_new (NULL, 0);
  g_auto (StoreQuery) query = { 0 };
  gint64 sealed_until = 0;
  StoreStep step;

  if (!store_query (session, &query, error, SQL_JOURNAL_SEALS, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      gint64 last = store_int (&query, 0);
      g_autoptr (GBytes) stated = store_dup_bytes (&query, 3);
      guint64 n_rows = 0;
      g_autoptr (GBytes) computed =
        seal_rows (session, previous, sealed_until, last, &n_rows, error);

      if (computed == NULL)
        return FALSE;
      if (!g_bytes_equal (stated, computed))
        return fail_at (error, "a seal does not match its rows", last);
      if (n_rows != (guint64) (last - sealed_until))
        return fail_at (error, "rows are missing", last);
      sealed_until = last;
      *out_n_rows += n_rows;
      g_bytes_unref (previous);
      previous = g_steal_pointer (&stated);
    }
  if (step == STORE_END && last_sequence (session) != sealed_until)
    return fail_at (error, "rows without a seal", sealed_until);
  return step == STORE_END;
}

static gboolean
verify_payloads (StoreSession *session, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_JOURNAL_PAYLOADS, ""))
    return FALSE;
  while ((step = store_step (&query, error)) == STORE_ROW)
    {
      g_autoptr (GBytes) stated = store_dup_bytes (&query, 1);
      g_autoptr (GBytes) salt = store_dup_bytes (&query, 2);
      g_autoptr (GBytes) computed = digest_payload (salt, store_text (&query, 3));
      if (!g_bytes_equal (stated, computed))
        return fail_at (error, "a payload does not match its digest", store_int (&query, 0));
    }
  return step == STORE_END;
}

/**
 * journal_store_verify:
 * @out_n_rows: rows that seals cover
 *
 * Walks all seals and all payloads that are still there. Errors: PLANNER_ERROR_CONFLICT naming the
 * first sequence number that does not fit. Blocks for long on a large journal.
 */
gboolean
journal_store_verify (StoreSession *session, guint64 *out_n_rows, GError **error)
{
  *out_n_rows = 0;
  return verify_seals (session, out_n_rows, error) && verify_payloads (session, error);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Stored answers: keyed, digested, replayed byte for byte while what the call made still stands. */
#include "ops/call/op-memory.h"

#include <string.h>

#include "base/error.h"
#include "store/answer-store.h"
#include "store/citizen-store.h"

#define ANSWER_LIFE_DAYS 30

/* Stands in stored text where the citizen's number was; no XML text can hold it. */
#define CPR_MARK "\x02"

typedef struct
{
  OpKeyKind kind;
  const char *key;
} MemoryKey;

static const char *const kind_prefixes[] = {
  [OP_KEY_RESERVATION] = "reservation:",
  [OP_KEY_IDENTIFIER] = "identifier:",
  [OP_KEY_DIGEST] = "digest:",
  [OP_KEY_PLACEMENT] = "placement:",
};

/**
 * op_memory_digest:
 * @citizen_id: stands in the digest for the citizen's number, which would otherwise be guessable
 * @cpr: the number to be cut out
 *
 * Returns: (transfer full): SHA-256 over operation, citizen and the request in canonical form. Errors:
 * PLANNER_ERROR_NOT_VALID when it has none: a time whose offset is no whole minute (before 1894).
 */
GBytes *
op_memory_digest (const OpCall *call, gint64 citizen_id, const char *cpr, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) local_error = NULL;
  g_autoptr (GChecksum) checksum = g_checksum_new (G_CHECKSUM_SHA256);
  guint8 digest[32];
  gsize size = sizeof digest;

  if (!contract_body_write_request (NULL, call->operation, call->request, text, &local_error))
    {
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, local_error->message);
      return NULL;
    }
  g_string_replace (text, cpr, CPR_MARK, 0);
  g_string_append_printf (text, "%" G_GINT64_FORMAT, citizen_id);
  g_checksum_update (checksum, (const guchar *) text->str, text->len);
  g_checksum_get_digest (checksum, digest, &size);
  return g_bytes_new (digest, size);
}

static char *
full_key (OpKeyKind kind, const char *key)
{
  return g_strconcat (kind_prefixes[kind], key, NULL);
}

static char *
digest_text (GBytes *digest)
{
  static const char digits[] = "0123456789abcdef";
  gsize size = 0;
  const guint8 *data = g_bytes_get_data (digest, &size);
  char *text = g_malloc (2 * size + 1);

  for (gsize i = 0; i < size; i++)
    {
      text[2 * i] = digits[data[i] >> 4];
      text[2 * i + 1] = digits[data[i] & 15];
    }
  text[2 * size] = '\0';
  return text;
}

static void
replay (OpCall *call, const StoredAnswer *answer, const char *cpr)
{
  if (call->body == NULL)
    call->body = g_string_new (NULL);
  g_string_assign (call->body, answer->body);
  g_string_replace (call->body, CPR_MARK, cpr, 0);
  call->is_replay = TRUE;
}

static OpMemoryVerdict
refuse_used (OpKeyKind kind, const StoredAnswer *answer, GError **error)
{
  g_set_error (error, PLANNER_ERROR,
               kind == OP_KEY_RESERVATION ? PLANNER_ERROR_RESERVATION_USED
                                          : PLANNER_ERROR_STATE_CHANGED,
               "the answer no longer stands: booking %s was moved or cancelled since",
               answer->booking_identifier);
  return OP_MEMORY_FAILED;
}

static OpMemoryVerdict
judge (OpCall *call, OpKeyKind kind, const StoredAnswer *answer, GBytes *digest, GError **error)
{
  if (!g_bytes_equal (answer->request_digest, digest))
    {
      if (kind == OP_KEY_PLACEMENT)
        return OP_MEMORY_NEW;
      g_set_error_literal (error, PLANNER_ERROR, PLANNER_ERROR_KEY_REUSED,
                           "the same identifier came before with other content");
      return OP_MEMORY_FAILED;
    }
  if (answer->placement == answer->placement_now)
    return OP_MEMORY_REPLAY;
  if (kind == OP_KEY_DIGEST || kind == OP_KEY_PLACEMENT)
    return OP_MEMORY_NEW;
  return refuse_used (kind, answer, error);
}

/* (element-type GBytes) (transfer full): the request as it would have been digested when the citizen was
 * another row: two rows become one when a citizen's number changes to one that we know too. */
static GPtrArray *
list_former_digests (const OpCall *call, const char *cpr, GError **error)
{
  g_autoptr (GPtrArray) digests = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (GArray) ids = citizen_store_list_former (call->session, call->tenant_id, cpr, error);

  for (guint i = 0; ids != NULL && i < ids->len; i++)
    {
      GBytes *digest = op_memory_digest (call, g_array_index (ids, gint64, i), cpr, error);
      if (digest == NULL)
        return NULL;
      g_ptr_array_add (digests, digest);
    }
  return ids == NULL ? NULL : g_steal_pointer (&digests);
}

static StoredAnswer *
find_answer (OpCall *call, OpKeyKind kind, const char *key, GBytes *digest, GError **error)
{
  g_autofree char *own_key = kind == OP_KEY_DIGEST ? digest_text (digest) : NULL;
  g_autofree char *stored_key = full_key (kind, own_key != NULL ? own_key : key);

  return answer_store_find (call->session, call->tenant_id, stored_key, error);
}

/* Under this digest, else under one of the citizen's former rows; *digest is then that one's. */
static StoredAnswer *
find_any (OpCall *call, const MemoryKey *wanted, const char *cpr, GBytes **digest, GError **error)
{
  GError *local_error = NULL;
  g_autoptr (GPtrArray) former = NULL;
  g_autoptr (StoredAnswer) answer =
    find_answer (call, wanted->kind, wanted->key, *digest, &local_error);

  if (local_error == NULL && (answer == NULL ? wanted->kind == OP_KEY_DIGEST
                                             : !g_bytes_equal (answer->request_digest, *digest)))
    former = list_former_digests (call, cpr, &local_error);
  for (guint i = 0; former != NULL && local_error == NULL && i < former->len; i++)
    {
      if (wanted->kind == OP_KEY_DIGEST && answer == NULL)
        answer = find_answer (call, wanted->kind, NULL, former->pdata[i], &local_error);
      if (answer == NULL || !g_bytes_equal (answer->request_digest, former->pdata[i]))
        continue;
      g_bytes_unref (*digest);
      *digest = g_bytes_ref (former->pdata[i]);
      break;
    }
  if (local_error == NULL)
    return g_steal_pointer (&answer);
  g_propagate_error (error, local_error);
  return NULL;
}

/**
 * op_memory_recall:
 * @key: (nullable): identifier in lower case; NULL for OP_KEY_DIGEST
 * @request_digest: of this request
 * @cpr: put back into a replayed answer
 *
 * Looks for the answer of an earlier, equal call (design, Idempotency). What no longer stands under
 * a key that may be used again is forgotten. What was answered about another's unit is as if it were
 * not there. A citizen whose number changed is the same citizen: a repeat under the old number and
 * one under the new get the answer with the number that they carry.
 */
OpMemoryVerdict
op_memory_recall (OpCall *call,
                  OpKeyKind kind,
                  const char *key,
                  GBytes *request_digest,
                  const char *cpr,
                  GError **error)
{
  const MemoryKey wanted = { kind, key };
  g_autoptr (GBytes) digest = g_bytes_ref (request_digest);
  g_autoptr (StoredAnswer) answer = NULL;
  GError *local_error = NULL;
  OpMemoryVerdict verdict = OP_MEMORY_NEW;

  answer = find_any (call, &wanted, cpr, &digest, &local_error);
  if (local_error != NULL)
    {
      g_propagate_error (error, local_error);
      return OP_MEMORY_FAILED;
    }
  if (answer == NULL ||
      !op_caller_may_use_unit (call, catalogue_get_unit (call->view.catalogue, answer->unit_id)))
    return OP_MEMORY_NEW;
  if (answer->expiry_us > call->now_us)
    verdict = judge (call, kind, answer, digest, error);
  if (verdict == OP_MEMORY_REPLAY)
    replay (call, answer, cpr);
  if (verdict == OP_MEMORY_NEW &&
      !answer_store_remove (call->session, call->tenant_id, answer->key, error))
    return OP_MEMORY_FAILED;
  return verdict;
}

/**
 * op_memory_set:
 * @booking: as it stands after this call
 *
 * Says under which key op_run() stores the answer.
 */
void
op_memory_set (OpCall *call,
               OpKeyKind kind,
               const char *key,
               GBytes *digest,
               const Booking *booking)
{
  g_autofree char *own_key = kind == OP_KEY_DIGEST ? digest_text (digest) : NULL;

  call->memory.key = full_key (kind, own_key != NULL ? own_key : key);
  call->memory.digest = g_bytes_ref (digest);
  call->memory.booking_id = booking->booking_id;
  call->memory.placement = booking->placement;
  g_strlcpy (call->memory.cpr, booking->cpr, sizeof call->memory.cpr);
}

/**
 * op_memory_store:
 *
 * Stores the answer if op_memory_set() was called; the citizen's number is cut out of the text.
 */
gboolean
op_memory_store (OpCall *call, GError **error)
{
  g_autoptr (GString) body = NULL;
  StoredAnswer answer = { .tenant_id = call->tenant_id,
                          .key = call->memory.key,
                          .request_digest = call->memory.digest,
                          .booking_id = call->memory.booking_id,
                          .placement = call->memory.placement,
                          .expiry_us = call->now_us + ANSWER_LIFE_DAYS * PERIOD_US_PER_DAY };

  if (call->memory.key == NULL)
    return TRUE;
  body = g_string_new_len (call->body->str, call->body->len);
  g_string_replace (body, call->memory.cpr, CPR_MARK, 0);
  answer.body = body->str;
  return answer_store_put (call->session, &answer, error);
}

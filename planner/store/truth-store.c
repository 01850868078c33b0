/* SPDX-License-Identifier: EUPL-1.2 */
/* One row a meeting for what was applied last, and its participants as a whole. */
#include "store/truth-store.h"

/**
 * truth_mark_clear:
 */
void
truth_mark_clear (TruthMark *mark)
{
  g_clear_pointer (&mark->version_id, g_free);
  g_clear_pointer (&mark->caused_version, g_free);
}

/**
 * participant_free:
 *
 * Frees a participant; NULL is ignored.
 */
void
participant_free (Participant *participant)
{
  if (participant == NULL)
    return;
  g_free (participant->participant_id);
  g_free (participant->name);
  g_free (participant->contact);
  g_free (participant->telephone);
  g_free (participant->email);
  g_free (participant->organisation_code);
  g_free (participant);
}

/**
 * truth_store_find:
 * @out_mark: zeroed when DFDG has said nothing of it yet
 */
gboolean
truth_store_find (StoreSession *session, gint64 booking_id, TruthMark *out_mark, GError **error)
{
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  *out_mark = (TruthMark){ NULL, 0, NULL };
  if (!store_query (session, &query, error, SQL_TRUTH_FIND, "i", booking_id))
    return FALSE;
  step = store_step (&query, error);
  if (step == STORE_ROW)
    *out_mark = (TruthMark){ g_strdup (store_text (&query, 0)), store_int (&query, 1),
                             g_strdup (store_text (&query, 2)) };
  return step != STORE_FAILED;
}

/**
 * truth_store_put_caused:
 * @version: (nullable): that DFDG's answer names
 *
 * DFDG has done what we called for. Writer, in the transaction in which that is written down.
 */
gboolean
truth_store_put_caused (StoreSession *session,
                        gint64 tenant_id,
                        gint64 booking_id,
                        const char *version,
                        gint64 now_us,
                        GError **error)
{
  return store_run (session, error, SQL_TRUTH_PUT_CAUSED, "iisi", booking_id, tenant_id,
                    version == NULL ? "" : version, now_us);
}

/**
 * truth_store_put:
 *
 * Writer, in the transaction in which it is applied.
 */
gboolean
truth_store_put (StoreSession *session,
                 gint64 tenant_id,
                 gint64 booking_id,
                 const TruthMark *mark,
                 gint64 now_us,
                 GError **error)
{
  return store_run (session, error, SQL_TRUTH_PUT, "iisii", booking_id, tenant_id, mark->version_id,
                    mark->changed_us, now_us);
}

static Participant *
read_participant (StoreQuery *query)
{
  Participant *participant = g_new0 (Participant, 1);

  *participant = (Participant){ .participant_id = g_strdup (store_text (query, 0)),
                                .name = g_strdup (store_text (query, 1)),
                                .contact = g_strdup (store_text (query, 2)),
                                .telephone = g_strdup (store_text (query, 3)),
                                .email = g_strdup (store_text (query, 4)),
                                .organisation_type = store_int (query, 5),
                                .organisation_code = g_strdup (store_text (query, 6)) };
  return participant;
}

/**
 * participant_store_list:
 *
 * Returns: (transfer full) (element-type Participant): by id.
 */
GPtrArray *
participant_store_list (StoreSession *session, gint64 booking_id, GError **error)
{
  g_autoptr (GPtrArray) participants =
    g_ptr_array_new_with_free_func ((GDestroyNotify) participant_free);
  g_auto (StoreQuery) query = { 0 };
  StoreStep step;

  if (!store_query (session, &query, error, SQL_PARTICIPANTS, "i", booking_id))
    return NULL;
  while ((step = store_step (&query, error)) == STORE_ROW)
    g_ptr_array_add (participants, read_participant (&query));
  return step == STORE_END ? g_steal_pointer (&participants) : NULL;
}

/**
 * participant_store_set:
 * @participants: (element-type Participant): all that there are now; no two of one id
 *
 * Writer.
 */
gboolean
participant_store_set (StoreSession *session,
                       gint64 tenant_id,
                       gint64 booking_id,
                       const GPtrArray *participants,
                       GError **error)
{
  if (!store_run (session, error, SQL_PARTICIPANTS_CLEAR, "i", booking_id))
    return FALSE;
  for (guint i = 0; i < participants->len; i++)
    {
      const Participant *one = participants->pdata[i];

      if (!store_run (session, error, SQL_PARTICIPANT_ADD, "isissssis", booking_id,
                      one->participant_id, tenant_id, one->name, one->contact, one->telephone,
                      one->email, one->organisation_type, one->organisation_code))
        return FALSE;
    }
  return TRUE;
}

static gboolean
is_same (const Participant *a, const Participant *b)
{
  return g_strcmp0 (a->participant_id, b->participant_id) == 0 &&
         g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->contact, b->contact) == 0 &&
         g_strcmp0 (a->telephone, b->telephone) == 0 && g_strcmp0 (a->email, b->email) == 0 &&
         a->organisation_type == b->organisation_type &&
         g_strcmp0 (a->organisation_code, b->organisation_code) == 0;
}

/**
 * participant_list_is_equal:
 * @a: (element-type Participant): by id; likewise @b
 *
 * Any thread.
 */
gboolean
participant_list_is_equal (const GPtrArray *a, const GPtrArray *b)
{
  if (a->len != b->len)
    return FALSE;
  for (guint i = 0; i < a->len; i++)
    if (!is_same (a->pdata[i], b->pdata[i]))
      return FALSE;
  return TRUE;
}

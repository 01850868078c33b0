/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG said last of a meeting: its version, and the authorities that take part. */
#pragma once

#include "store/store.h"

/**
 * TruthMark:
 * @version_id: (nullable)
 * @changed_us: aendretTidspunkt; 0: nothing was applied yet
 * @caused_version: (nullable): what DFDG called the outcome of our last call; empty: its answer named none; NULL: what it has
 *   said since was applied
 */
typedef struct
{
  char *version_id;
  gint64 changed_us;
  char *caused_version;
} TruthMark;

/**
 * Participant:
 * @participant_id: DFDG's
 * @contact: (nullable); likewise @telephone, @email, @organisation_code
 * @organisation_type: -1 unknown
 *
 * An authority that takes part in a meeting (myndighedsdeltager).
 */
typedef struct
{
  char *participant_id;
  char *name;
  char *contact;
  char *telephone;
  char *email;
  gint64 organisation_type;
  char *organisation_code;
} Participant;

void truth_mark_clear (TruthMark *mark);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TruthMark, truth_mark_clear)
void participant_free (Participant *participant);

gboolean truth_store_find (StoreSession *session,
                           gint64 booking_id,
                           TruthMark *out_mark,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean truth_store_put (StoreSession *session,
                          gint64 tenant_id,
                          gint64 booking_id,
                          const TruthMark *mark,
                          gint64 now_us,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean truth_store_put_caused (StoreSession *session,
                                 gint64 tenant_id,
                                 gint64 booking_id,
                                 const char *version,
                                 gint64 now_us,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *participant_store_list (StoreSession *session,
                                   gint64 booking_id,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean participant_store_set (StoreSession *session,
                                gint64 tenant_id,
                                gint64 booking_id,
                                const GPtrArray *participants,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean participant_list_is_equal (const GPtrArray *a, const GPtrArray *b);

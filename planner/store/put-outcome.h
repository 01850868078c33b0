/* SPDX-License-Identifier: EUPL-1.2 */
/* What a put did, and the sets that hang on a record. */
#pragma once

#include "store/store.h"

/**
 * PutOutcome:
 * @PUT_SAME: the record stood there already, word for word; nothing was written
 * @PUT_ADDED: it is new
 * @PUT_CHANGED: something in it, or in a set that hangs on it, is different now
 */
typedef enum
{
  PUT_SAME,
  PUT_ADDED,
  PUT_CHANGED,
} PutOutcome;

PutOutcome put_outcome_of (gint64 old_id, gint64 n_changed);
PutOutcome put_outcome_with (PutOutcome outcome, gboolean set_changed);

/**
 * RecordPair:
 *
 * A kind and a value, such as a competence of a resource or a citizen rule of an offer.
 */
typedef struct
{
  char *kind;
  char *value;
} RecordPair;

GArray *record_pairs_new (void);
void record_pairs_add (GArray *pairs, const char *kind, const char *value);

/**
 * RecordSet:
 * @list: gives the members of owner $1 in order
 * @add: adds one: (tenant $1,) owner, member
 * @clear: removes all of owner $1
 * @has_tenant: @add takes the tenant first
 */
typedef struct
{
  StoreStatement list;
  StoreStatement add;
  StoreStatement clear;
  gboolean has_tenant;
} RecordSet;

/**
 * RecordOwner:
 *
 * The record that a set hangs on, and its tenant.
 */
typedef struct
{
  gint64 tenant_id;
  gint64 id;
} RecordOwner;

GArray *record_set_list_ids (StoreSession *session,
                             const RecordSet *set,
                             gint64 owner_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *record_set_list_pairs (StoreSession *session,
                               const RecordSet *set,
                               gint64 owner_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @statement: one of UNIT_RETIRE, TEAM_RETIRE, RESOURCE_RETIRE, OFFER_RETIRE; @retired_us: 0 for never. */
gboolean record_retire (StoreSession *session,
                        StoreStatement statement,
                        gint64 id,
                        gint64 retired_us,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @ids: (element-type gint64), @pairs: (element-type RecordPair): any order, repeats count once. */
gboolean record_set_replace_ids (StoreSession *session,
                                 const RecordSet *set,
                                 RecordOwner owner,
                                 const GArray *ids,
                                 gboolean *out_changed,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean record_set_replace_pairs (StoreSession *session,
                                   const RecordSet *set,
                                   RecordOwner owner,
                                   const GArray *pairs,
                                   gboolean *out_changed,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

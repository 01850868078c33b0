/* SPDX-License-Identifier: EUPL-1.2 */
/* The interval ledger: who has which resource when, and the change rows that feed the index. */
#pragma once

#include "base/period.h"
#include "store/store.h"

/**
 * Claim:
 * @core: the meeting itself
 * @before_us: buffer in front, >= 0; @after_us: behind
 * @hold_id: exactly one of @hold_id, @booking_id and @session_id is not 0
 * @expires_us: when the claim belongs to a hold, the instant at which it ends; else G_MAXINT64
 */
typedef struct
{
  gint64 tenant_id;
  gint64 resource_id;
  Period core;
  gint64 before_us;
  gint64 after_us;
  gboolean may_share_buffers;
  gboolean exclusive;
  gint64 owner_id;
  gint64 hold_id;
  gint64 booking_id;
  gint64 session_id;
  gint64 expires_us;
} Claim;

typedef enum
{
  CLAIMS_OF_HOLD,
  CLAIMS_OF_BOOKING,
  CLAIMS_OF_SESSION,
} ClaimHolder;

typedef enum
{
  CHANGE_RESOURCE,
  CHANGE_OFFER,
  CHANGE_CITIZEN,
  CHANGE_CATALOGUE,
} ChangeKind;

/**
 * Change:
 * @subject_id: resource, offer or citizen; 0 for the catalogue
 * @interval: what was touched; only for resources
 */
typedef struct
{
  gint64 change_id;
  gint64 tenant_id;
  ChangeKind kind;
  gint64 subject_id;
  Period interval;
} Change;

gint64 claim_store_new_owner (StoreSession *session,
                              gint64 tenant_id,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean claim_store_add (StoreSession *session,
                          const Claim *claim,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Claims whose widened time overlaps a stretch come from SQL_CLAIM_OVERLAPPING, by start of the core. */
Claim claim_store_read (StoreQuery *query);
gboolean claim_store_pass_to_booking (StoreSession *session,
                                      gint64 hold_id,
                                      gint64 booking_id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean claim_store_remove (StoreSession *session,
                             gint64 tenant_id,
                             ClaimHolder holder,
                             gint64 holder_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean change_store_add (StoreSession *session,
                           const Change *change,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
GArray *change_store_list_after (StoreSession *session,
                                 gint64 change_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gint64 change_store_last (StoreSession *session);
gboolean
change_store_trim (StoreSession *session, gint64 n_kept, GError **error) G_GNUC_WARN_UNUSED_RESULT;

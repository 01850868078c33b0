/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows that are past their term, class by class: finding them, removing them, and proof of it. */
#pragma once

#include "store/store.h"

/* One of the rules that make up a class; a class may have several, in this order. */
typedef struct _RetentionRule RetentionRule;

/**
 * RetentionScope:
 * @unit_id: whose rows; for classes without terms of units 0
 * @cutoff_us: older than this goes
 */
typedef struct
{
  gint64 tenant_id;
  gint64 unit_id;
  gint64 cutoff_us;
} RetentionScope;

/**
 * RetentionKey:
 * @id: 0 where the key is @text
 * @text: (nullable)
 */
typedef struct
{
  gint64 id;
  char *text;
} RetentionKey;

/**
 * RetentionProof:
 * @run_id: of all classes of one run
 * @finished_us: 0 while it goes on
 * @digest: chained over the keys that were removed
 */
typedef struct
{
  const char *run_id;
  const char *class_name;
  RetentionScope scope;
  gint64 started_us;
  gint64 finished_us;
  gint64 n_rows;
  GBytes *digest;
} RetentionProof;

void retention_key_free (RetentionKey *key);
const RetentionRule *retention_store_list_rules (guint *out_n_rules);
const char *retention_rule_get_class (const RetentionRule *rule);
GPtrArray *retention_store_find (StoreSession *session,
                                 const RetentionRule *rule,
                                 const RetentionScope *scope,
                                 const RetentionKey *after,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean retention_store_remove (StoreSession *session,
                                 const RetentionRule *rule,
                                 const RetentionScope *scope,
                                 const RetentionKey *key,
                                 gboolean *out_is_removed,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean retention_store_remove_booking (StoreSession *session,
                                         gint64 booking_id,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
const RetentionRule *retention_rule_next (const RetentionRule *rule, const char *class_name);
gboolean retention_store_put_proof (StoreSession *session,
                                    const RetentionProof *proof,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean retention_store_find_last (StoreSession *session,
                                    gint64 tenant_id,
                                    gint64 *out_started_us,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

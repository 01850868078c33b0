/* SPDX-License-Identifier: EUPL-1.2 */
/* What was arranged with DFDG: the messages that it is to send us, and how errands that are run by the day went. */
#pragma once

#include "store/store.h"

/**
 * Subscription:
 * @organisation_type: of the authority whose messages they are; 8: a jobcenter
 * @organisation_code: such as "44000"
 * @entity_type: EntitetstypeId
 * @webhook: path of our address that they are sent to
 * @end_us: they are sent from @start_us until then
 */
typedef struct
{
  gint64 organisation_type;
  char *organisation_code;
  gint64 entity_type;
  char *webhook;
  gint64 start_us;
  gint64 end_us;
} Subscription;

void subscription_free (Subscription *subscription);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Subscription, subscription_free)

/* Returns: (transfer full) (element-type Subscription): as DFDG accepted them last */
GPtrArray *subscription_store_list (StoreSession *session,
                                    gint64 tenant_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @all: (element-type Subscription): in the place of those that are there. On the writer. */
gboolean subscription_store_set (StoreSession *session,
                                 gint64 tenant_id,
                                 const GPtrArray *all,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Errand:
 * @name: "subscribe" or "reconcile"
 * @unit_id: 0: of the whole municipality
 * @tried_us: when it was run last; @done_us: when it went well last, 0: never
 * @problem: (nullable): why it did not go well the last time
 * @detail: (nullable): JSON object of what it found when it went well last; names no citizen
 */
typedef struct
{
  gint64 tenant_id;
  char *name;
  gint64 unit_id;
  gint64 tried_us;
  gint64 done_us;
  char *problem;
  char *detail;
} Errand;

void errand_free (Errand *errand);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Errand, errand_free)

/* Returns: (transfer full) (element-type Errand): by unit; those of units that are there */
GPtrArray *errand_store_list (StoreSession *session,
                              gint64 tenant_id,
                              const char *name,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* With a problem, time and detail of the last success stay. On the writer. */
gboolean errand_store_put (StoreSession *session,
                           const Errand *errand,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

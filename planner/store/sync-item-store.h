/* SPDX-License-Identifier: EUPL-1.2 */
/* What was seen in a bound calendar: items by the hash of their key, and the reduced objects of foreign ones. */
#pragma once

#include "store/calendar-store.h"

/**
 * SyncItem:
 * @key_hash: keyed hash of the normalised key
 * @key: (nullable): of one of ours only
 * @version: (nullable)
 * @reference: (nullable): our marker; on a copy of one of ours too
 * @is_own: linked to the meeting of its reference: takes no time by itself
 * @last_end_us: read only: end of its meeting when it is ours, else of its last time that is laid out; 0: none
 */
typedef struct
{
  gint64 item_id, tenant_id, binding_id;
  char *key_hash, *key, *version, *reference;
  gboolean is_own, is_unreadable;
  gint64 last_end_us;
} SyncItem;

void sync_item_free (SyncItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncItem, sync_item_free)

/* NULL without @error: not known. */
SyncItem *sync_item_store_find (StoreSession *session,
                                gint64 binding_id,
                                const char *key_hash,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type SyncItem) by hash. */
GPtrArray *sync_item_store_list (StoreSession *session,
                                 gint64 binding_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Binding and hash decide which one it is; its id is filled in. */
gboolean sync_item_store_put (StoreSession *session,
                              SyncItem *item,
                              PutOutcome *out_outcome,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* With its objects and their time. */
gboolean sync_item_store_remove (StoreSession *session,
                                 gint64 item_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (element-type CalendarObject) by id. */
GPtrArray *sync_item_store_list_objects (StoreSession *session,
                                         gint64 item_id,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @object->uid_hash as it stands in the calendar: see sync_object_name(). */
gboolean sync_item_store_put_object (StoreSession *session,
                                     const SyncItem *item,
                                     CalendarObject *object,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Two items may bear one UID: each has an object of its own. */
char *sync_object_name (const SyncItem *item, const char *uid_hash);

/* SPDX-License-Identifier: EUPL-1.2 */
/* Bindings: which calendar on somebody else's server belongs to which advisor or room, and how it is doing. */
#pragma once

#include "store/store.h"

typedef enum
{
  SYNC_BINDING_ACTIVE,
  SYNC_BINDING_PAUSED,  /* a person said so: no run but a preview */
  SYNC_BINDING_GUARDED, /* disappearances wait for a person's word; everything known stands */
} SyncBindingState;

/**
 * SyncBinding:
 * @calendar_id: of the calendar row that holds its time; made by sync_binding_store_add()
 * @calendar_key: its name among the resource's calendars
 * @auth: none, basic, digest, bearer or certificate
 * @secret: (nullable): name of the secret, never the secret; @certificate likewise, with its key
 * @direction: 1 busy time in, 2 bookings out, 3 both
 * @why: (nullable): why it is not active
 * @limit_minutes: how old it may grow; 0: as the unit says
 * @pulled_us: last whole pull that was stored; 0: never pulled whole
 * @looks_first: after a restore: a full preview goes before anything is written
 * @gone_us: last time that something disappeared
 * @n_lost: how often in a row its server forgot the cursor
 * @health: a word; @health_text: (nullable): a sentence of ours
 * @n_failures: in a row
 * @fresh_until_us: of its calendar; 0: does not go stale
 * @n_items: known in the calendar, ours too; @n_own: ours; @n_unreadable: that nobody can read; counted by sync_binding_store_list() only
 */
typedef struct
{
  gint64 binding_id, tenant_id, resource_id, calendar_id;
  char *calendar_key, *url, *auth, *user_name, *secret, *certificate;
  gint64 direction;
  SyncBindingState state;
  char *why;
  gint64 limit_minutes;
  gint64 tier;
  char *identity, *cursor;
  gint64 cursor_us, pulled_us, full_due_us;
  gboolean looks_first;
  gint64 gone_us;
  gint64 n_lost;
  char *health, *health_text;
  gint64 n_failures;
  gint64 next_try_us, last_try_us, last_success_us;
  gint64 created_us;
  gint64 fresh_until_us;
  gint64 n_items, n_own, n_unreadable;
} SyncBinding;

/* From then on nobody asks it what has changed: the listing says it in one request less. */
#define SYNC_LOST_LIMIT 2

void sync_binding_free (SyncBinding *binding);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SyncBinding, sync_binding_free)
const char *sync_binding_state_format (SyncBindingState state);

/* Makes its calendar too; fills in both ids. */
gboolean sync_binding_store_add (StoreSession *session,
                                 SyncBinding *binding,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
SyncBinding *sync_binding_store_load (StoreSession *session,
                                      gint64 binding_id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* (element-type SyncBinding) by resource and id; @resource_id 0: of all. */
GPtrArray *sync_binding_store_list (StoreSession *session,
                                    gint64 tenant_id,
                                    gint64 resource_id,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* What an admin decides: address, way in, direction, limit. Another address forgets the cursor, not the identity. */
gboolean sync_binding_store_change (StoreSession *session,
                                    const SyncBinding *binding,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_binding_store_set_state (StoreSession *session,
                                       gint64 binding_id,
                                       SyncBindingState state,
                                       const char *why,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The next pull from @due_us on is a full one; 0: now. */
gboolean sync_binding_store_ask_full (StoreSession *session,
                                      gint64 binding_id,
                                      gint64 due_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Cursor, tier, identity, times of the last pull. */
gboolean sync_binding_store_set_pulled (StoreSession *session,
                                        const SyncBinding *binding,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_binding_store_set_gone (StoreSession *session,
                                      gint64 binding_id,
                                      gint64 gone_us,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Health, failures, tries. */
gboolean sync_binding_store_set_health (StoreSession *session,
                                        const SyncBinding *binding,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How long its calendar may be trusted; 0: for good. */
gboolean sync_binding_store_set_fresh (StoreSession *session,
                                       const SyncBinding *binding,
                                       gint64 fresh_until_us,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* At most @max_items of its items go; the binding and its calendar with the last of them. */
gboolean sync_binding_store_remove_some (StoreSession *session,
                                         const SyncBinding *binding,
                                         guint max_items,
                                         gboolean *out_is_gone,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Of the tenant's bindings: all that pull, and those where something disappeared since @since_us. */
gboolean sync_binding_store_count_gone (StoreSession *session,
                                        gint64 tenant_id,
                                        gint64 since_us,
                                        guint *out_n_all,
                                        guint *out_n_gone,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* (transfer full): 32 bytes; NULL without @error when the tenant has none yet. */
GBytes *sync_hash_key_find (StoreSession *session,
                            gint64 tenant_id,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_hash_key_add (StoreSession *session, gint64 tenant_id, GBytes *bytes, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;

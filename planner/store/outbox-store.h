/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG is to be told: rows of changes, in order per citizen, until it knows or a person decides. */
#pragma once

#include "store/store.h"

/* The reason of what stands refused by us, not by DFDG: what a restore held back. */
#define RESTORED_HELD_BACK "not sent: it may have been sent before the database was restored"

/**
 * OutboxState:
 * @OUTBOX_WAITING: to be sent, not before its time
 * @OUTBOX_SENT: DFDG knows
 * @OUTBOX_REFUSED: DFDG would not take it, or a restore holds it back: waits for a person
 * @OUTBOX_HELD: waits behind a refused row of the same booking
 * @OUTBOX_DROPPED: needed no call, or was given up by a person; its reason says which
 */
typedef enum
{
  OUTBOX_WAITING,
  OUTBOX_SENT,
  OUTBOX_REFUSED,
  OUTBOX_HELD,
  OUTBOX_DROPPED,
  OUTBOX_N_STATES,
} OutboxState;

/**
 * OutboxItem:
 * @kind: "register", "update" or "delete"
 * @subject: the booking's identifier
 * @attempts: calls begun
 * @first_try_us: of this @request_id; 0: never; likewise @last_try_us
 * @reason: (nullable): of the last failure; masked
 */
typedef struct
{
  gint64 outbox_id;
  gint64 tenant_id;
  gint64 citizen_id;
  char *kind;
  char *subject;
  gint64 revision;
  char *request_id;
  OutboxState state;
  gint64 attempts;
  gint64 not_before_us;
  gint64 added_us;
  gint64 first_try_us;
  gint64 last_try_us;
  char *reason;
} OutboxItem;

void outbox_item_free (OutboxItem *item);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (OutboxItem, outbox_item_free)
const char *outbox_state_to_text (OutboxState state);

/**
 * OutboxQuestion:
 * @now_us: wall clock
 * @limit: at most so many citizens
 */
typedef struct
{
  gint64 tenant_id;
  gint64 now_us;
  guint limit;
} OutboxQuestion;

/* Lanes, for the pump. */
gboolean outbox_store_list_due (StoreSession *session,
                                const OutboxQuestion *question,
                                GArray *out_citizens,
                                gint64 *out_next_us,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Returns: (transfer full) (element-type OutboxItem): the citizen's first that wait, in order */
GPtrArray *outbox_store_list_lane (StoreSession *session,
                                   gint64 tenant_id,
                                   gint64 citizen_id,
                                   guint limit,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* @lane: of outbox_store_list_lane(), with at least one row: appended to: those of @subject that stand behind it. */
gboolean outbox_store_complete_lane (StoreSession *session,
                                     GPtrArray *lane,
                                     const char *subject,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether DFDG has not been told of a change of the booking yet: waiting, refused or held. */
gboolean outbox_store_is_waiting (StoreSession *session,
                                  gint64 tenant_id,
                                  const char *subject,
                                  gboolean *out_is_waiting,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_has_unsent (StoreSession *session,
                                  gint64 tenant_id,
                                  const char *subject,
                                  gboolean *out_has_unsent,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What becomes of a row. On the writer. */
gboolean outbox_store_try (StoreSession *session, gint64 outbox_id, gint64 now_us, GError **error)
  G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_finish (StoreSession *session,
                              gint64 outbox_id,
                              OutboxState state,
                              const char *reason,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_put_off (StoreSession *session,
                               gint64 outbox_id,
                               gint64 not_before_us,
                               const char *reason,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_renew (StoreSession *session,
                             gint64 outbox_id,
                             const char *request_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_set_registered (StoreSession *session,
                                      gint64 outbox_id,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_refuse (StoreSession *session,
                              const OutboxItem *item,
                              const char *reason,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What a person sees and decides. @subject: (nullable): a booking's identifier; NULL: all of the tenant. */
GPtrArray *outbox_store_list (StoreSession *session,
                              gint64 tenant_id,
                              const char *subject,
                              gint64 after_id,
                              guint limit,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;
OutboxItem *outbox_store_find (StoreSession *session,
                               gint64 tenant_id,
                               gint64 outbox_id,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_retry (StoreSession *session,
                             const OutboxItem *item,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean outbox_store_give_up (StoreSession *session,
                               const OutboxItem *item,
                               const char *reason,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * OutboxCounts:
 * @oldest_us: when the oldest row was added that DFDG has not been told of and no person is asked about; 0: none
 */
typedef struct
{
  gint64 n[OUTBOX_N_STATES];
  gint64 oldest_us;
} OutboxCounts;

gboolean outbox_store_count (StoreSession *session,
                             gint64 tenant_id,
                             OutboxCounts *out_counts,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

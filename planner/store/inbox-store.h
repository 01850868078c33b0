/* SPDX-License-Identifier: EUPL-1.2 */
/* What DFDG told of its registrations: kept once, in order per citizen, until it is done or a person must look. */
#pragma once

#include "store/store.h"

typedef enum
{
  DFDG_CARRIER_WSB,    /* pushed */
  DFDG_CARRIER_WSRM,   /* pulled */
  DFDG_CARRIER_LEGACY, /* pulled, in the form of BookingWsrmMessageService */
} DfdgCarrier;

typedef enum
{
  DFDG_EVENT_NEW,
  DFDG_EVENT_DONE,
  DFDG_EVENT_PARKED,  /* cannot be applied as it is: a person looks, and has it tried again */
  DFDG_EVENT_UNKNOWN, /* of a type that nobody here takes */
} DfdgEventState;

/**
 * DfdgEvent:
 * @event_id: ours, in the order of arrival; likewise @tenant_id, @citizen_id (0: nobody that we could tell)
 * @message_id: DFDG's; the same twice is kept once
 * @entity_type: EntitetstypeId; -1 unknown
 * @entity_name: (nullable): EntitetstypeNavn, or the service that it was pulled from
 * @change_type: 1 made, 2 changed, 3 gone; 0 unknown
 * @external_id: (nullable): of the thing; NULL for the zero GUID
 * @cpr: (nullable): of the citizen, ten digits; @old_cpr: (nullable): the one before a change of number
 * @event_us: HaendelsesTid; 0 unknown
 * @system_id: of the system that caused it, -1 unknown; likewise @organisation_type, @hint
 * @detail: (nullable): JSON object of what else it said, without a citizen's number; NULL once it is done
 * @not_before_us: not tried again before
 * @reason: (nullable): of the last failure, or how it was done: a word, then perhaps a sentence of ours
 *
 * One message of either carrier.
 */
typedef struct
{
  gint64 event_id;
  gint64 tenant_id;
  gint64 citizen_id;
  DfdgCarrier carrier;
  DfdgEventState state;
  char *message_id;
  char *environment;
  gint64 entity_type;
  char *entity_name;
  int change_type;
  char *external_id;
  char *version_id;
  char *cpr;
  char *old_cpr;
  gint64 event_us;
  gint64 received_us;
  gint64 system_id;
  gint64 organisation_type;
  char *organisation_code;
  char *correlation_id;
  gint64 hint;
  char *detail;
  gint64 attempts;
  gint64 not_before_us;
  char *reason;
} DfdgEvent;

/**
 * InboxCounts:
 * @oldest_us: when the oldest new one came; 0 when there is none
 */
typedef struct
{
  gint64 n_new;
  gint64 n_waiting; /* of the new ones: tried, and to be tried again later */
  gint64 n_parked;
  gint64 n_unknown;
  gint64 oldest_us;
} InboxCounts;

void dfdg_event_free (DfdgEvent *event);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgEvent, dfdg_event_free)

/* Writers. @out_is_new: FALSE for one that was there already. */
gboolean inbox_store_add (StoreSession *session,
                          const DfdgEvent *event,
                          gboolean *out_is_new,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_store_set_done (StoreSession *session,
                               gint64 event_id,
                               const char *outcome,
                               gint64 now_us,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_store_set_later (StoreSession *session,
                                const DfdgEvent *event,
                                gint64 not_before_us,
                                const char *reason,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_store_park (StoreSession *session,
                           gint64 event_id,
                           const char *reason,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_store_retry (StoreSession *session,
                            gint64 tenant_id,
                            gint64 event_id,
                            gint64 *out_n_events,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Readers. */
GArray *inbox_store_list_lanes (StoreSession *session,
                                gint64 tenant_id,
                                gint64 now_us,
                                guint max_lanes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_store_find_next_us (StoreSession *session,
                                   gint64 tenant_id,
                                   gint64 now_us,
                                   gint64 *out_next_us,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *inbox_store_list_lane (StoreSession *session,
                                  gint64 tenant_id,
                                  gint64 citizen_id,
                                  gint64 now_us,
                                  guint max_events,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
DfdgEvent *inbox_store_find (StoreSession *session,
                             gint64 tenant_id,
                             gint64 event_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
GPtrArray *inbox_store_list (StoreSession *session,
                             gint64 tenant_id,
                             DfdgEventState state,
                             gint64 after_event_id,
                             guint max_events,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean inbox_store_count (StoreSession *session,
                            gint64 tenant_id,
                            InboxCounts *out_counts,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a message of that thing's end came that is no older. */
gboolean inbox_store_find_end (StoreSession *session,
                               const DfdgEvent *event,
                               gboolean *out_has_ended,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *dfdg_event_state_to_text (DfdgEventState state);
const char *dfdg_carrier_to_text (DfdgCarrier carrier);

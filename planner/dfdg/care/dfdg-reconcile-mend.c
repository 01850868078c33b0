/* SPDX-License-Identifier: EUPL-1.2 */
/* Mends a difference as if the change had just come about: by the outbox, by the inbox, or by asking a person. */
#include <json-glib/json-glib.h>

#include "base/error.h"
#include "base/ids.h"
#include "dfdg/care/dfdg-reconcile.h"
#include "ops/booking/booking-journal.h"
#include "store/echo-store.h"
#include "store/inbox-store.h"
#include "store/journal-store.h"
#include "store/outbox-store.h"

#define ERRAND "reconcile"

typedef struct
{
  const DfdgErrandWork *work;
  const DfdgDifference *difference;
  char message_id[sizeof "reconcile-" + IDS_GUID_LENGTH];
} Mending;

static const char *
kind_of_change (const DfdgDifference *difference)
{
  return difference->kind == DFDG_MISSING_THERE    ? "register"
         : difference->kind == DFDG_CANCELLED_HERE ? "delete"
                                                   : "update";
}

static gboolean
send_ours (const Mending *mending, StoreSession *session, GError **error)
{
  const DfdgErrandWork *work = mending->work;
  OpCaller caller = { .name = (char *) work->actor, .tenant_key = work->settings->client->tenant };
  const OpCall call = { .session = session,
                        .caller = &caller,
                        .request_id = work->call_id,
                        .tenant_id = work->tenant_id,
                        .now_us = work->now_us };

  return booking_tell_dfdg (&call, kind_of_change (mending->difference),
                            mending->difference->own.booking, error);
}

/* A message as DFDG would have sent it: whoever applies it asks DFDG once more. */
static gboolean
apply_theirs (const Mending *mending, StoreSession *session, GError **error)
{
  const DfdgErrandWork *work = mending->work;
  const DfdgDifference *difference = mending->difference;
  const Booking *booking = difference->own.booking;
  const DfdgEvent event = {
    .tenant_id = work->tenant_id,
    .carrier = DFDG_CARRIER_WSB,
    .state = DFDG_EVENT_NEW,
    .message_id = (char *) mending->message_id,
    .environment = work->settings->client->environment,
    .entity_type = work->settings->client->entity_indkaldelse,
    .change_type = difference->kind == DFDG_MISSING_HERE      ? 1
                   : difference->kind == DFDG_CANCELLED_THERE ? 3
                                                              : 2,
    .external_id = difference->identifier,
    .cpr = difference->record->cpr != NULL ? difference->record->cpr
           : booking != NULL               ? booking->cpr
                                           : NULL,
    .received_us = work->now_us,
    .system_id = -1,
    .organisation_type = -1,
    .hint = -1,
  };
  gboolean is_new;

  return inbox_store_add (session, &event, &is_new, error);
}

/* It stands in dfdg echoes until a person has decided. */
static gboolean
flag (const Mending *mending, StoreSession *session, GError **error)
{
  const DfdgDifference *difference = mending->difference;
  const Booking *booking = difference->own.booking;
  const EchoWatch wanted = { .tenant_id = mending->work->tenant_id,
                             .citizen_id = booking->citizen_id,
                             .subject = booking->identifier,
                             .revision = booking->revision,
                             .added_us = mending->work->now_us };
  g_autoptr (EchoWatch) watch = NULL;

  if (!echo_store_add (session, &wanted, error))
    return FALSE;
  watch = echo_store_find (session, wanted.tenant_id, wanted.subject, error);
  return watch != NULL &&
         echo_store_flag (session, watch, dfdg_difference_kind_to_text (difference->kind), error);
}

static gboolean
check_unchanged (const Mending *mending, StoreSession *session, GError **error)
{
  const DfdgDifference *difference = mending->difference;
  GError *cause = NULL;
  g_autoptr (Booking) now =
    booking_store_find (session, mending->work->tenant_id, difference->identifier, &cause);
  const Booking *then = difference->own.booking;
  gboolean has_unsent = FALSE;

  if (cause != NULL)
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  if (!outbox_store_has_unsent (session, mending->work->tenant_id, difference->identifier,
                                &has_unsent, error))
    return FALSE;
  if (!has_unsent && (now == NULL) == (then == NULL) &&
      (now == NULL || now->revision == then->revision))
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_STATE_CHANGED,
               "booking %s was changed meanwhile: compare again", difference->identifier);
  return FALSE;
}

static gboolean
journal (const Mending *mending, StoreSession *session, GError **error)
{
  const DfdgErrandWork *work = mending->work;
  const DfdgDifference *difference = mending->difference;
  g_autofree char *payload = g_strdup_printf (
    "{\"difference\":\"%s\",\"members\":\"%s\",\"mend\":\"%s\"}",
    dfdg_difference_kind_to_text (difference->kind),
    difference->names == NULL ? "" : difference->names, dfdg_mend_to_text (difference->mend));
  const JournalEntry entry = { .tenant_id = work->tenant_id,
                               .at_us = work->now_us,
                               .actor = work->actor,
                               .call_id = work->call_id,
                               .kind = "dfdg-reconciled",
                               .subject = difference->identifier,
                               .payload = payload };

  return journal_store_add (session, &entry, error);
}

/* AdminWrite. */
static gboolean
write_mend (StoreSession *session, gpointer data, GError **error)
{
  static gboolean (*const ways[]) (const Mending *, StoreSession *, GError **) = {
    [DFDG_MEND_SEND] = send_ours, [DFDG_MEND_APPLY] = apply_theirs, [DFDG_MEND_FLAG] = flag
  };
  const Mending *mending = data;

  return check_unchanged (mending, session, error) &&
         ways[mending->difference->mend](mending, session, error) &&
         journal (mending, session, error);
}

/**
 * dfdg_reconcile_mend:
 */
gboolean
dfdg_reconcile_mend (const DfdgErrandWork *work, const DfdgDifference *difference, GError **error)
{
  Mending mending = { work, difference, "reconcile-" };

  ids_new_guid (mending.message_id + sizeof "reconcile-" - 1);
  return work->runner.run_write (work->runner.runner, write_mend, &mending, error);
}

/* AdminWrite. */
static gboolean
write_note (StoreSession *session, gpointer data, GError **error)
{
  return errand_store_put (session, data, error);
}

/**
 * dfdg_reconcile_note:
 */
gboolean
dfdg_reconcile_note (const DfdgErrandWork *work,
                     gint64 unit_id,
                     const DfdgComparison *comparison,
                     const char *problem,
                     GError **error)
{
  g_autofree char *detail =
    comparison == NULL ? NULL
                       : g_strdup_printf ("{\"compared\":%u,\"under_way\":%u,\"differences\":%u}",
                                          comparison->n_compared, comparison->n_under_way,
                                          comparison->differences->len);
  Errand errand = { .tenant_id = work->tenant_id,
                    .name = (char *) ERRAND,
                    .unit_id = unit_id,
                    .tried_us = work->now_us,
                    .problem = (char *) problem,
                    .detail = detail };

  return work->runner.run_write (work->runner.runner, write_note, &errand, error);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Versions tell: DFDG names one in each answer. What is neither of ours nor applied, and not older, is somebody else's. */
#include "dfdg/services/indkaldelse-look.h"

#include "base/clock.h"
#include "store/inbox-search.h"

#define QUESTION "unseen:"
#define ORIGIN   "unseen change"
#define CHANGED  2

/**
 * indkaldelse_look_clear:
 */
void
indkaldelse_look_clear (IndkaldelseLook *look)
{
  truth_mark_clear (&look->mark);
}

/* One a row: whatever came of it, it is not asked again. */
static char *
dup_message_id (const OutboxItem *item)
{
  return g_strconcat (QUESTION, item->request_id, NULL);
}

/**
 * indkaldelse_look_load:
 * @item: that is to be told
 *
 * In the transaction in which @booking was read. Any thread.
 */
gboolean
indkaldelse_look_load (StoreSession *session,
                       const Booking *booking,
                       const OutboxItem *item,
                       IndkaldelseLook *out_look,
                       GError **error)
{
  g_autofree char *message_id = dup_message_id (item);
  g_autoptr (DfdgEvent) event = NULL;
  GError *local_error = NULL;

  if (!truth_store_find (session, booking->booking_id, &out_look->mark, error))
    return FALSE;
  event = inbox_search_message (session, booking->tenant_id, message_id, &local_error);
  out_look->was_asked = event != NULL;
  out_look->is_asked = event != NULL && event->state == DFDG_EVENT_NEW;
  if (local_error == NULL)
    return TRUE;
  g_propagate_error (error, local_error);
  return FALSE;
}

/**
 * indkaldelse_look_is_possible:
 *
 * Returns: whether it is known what DFDG should hold: not before it has answered a call of ours or told of the booking, and
 *   not when it names no versions
 */
gboolean
indkaldelse_look_is_possible (const IndkaldelseLook *look)
{
  const char *caused = look->mark.caused_version;

  return caused != NULL ? *caused != '\0' : look->mark.version_id != NULL;
}

static gboolean
is_version (const char *known, const char *version)
{
  return known != NULL && g_ascii_strcasecmp (known, version) == 0;
}

/**
 * indkaldelse_look_is_unseen:
 * @look: indkaldelse_look_is_possible()
 *
 * What is older than what was applied is a reading side that is behind. Pure.
 */
gboolean
indkaldelse_look_is_unseen (const IndkaldelseLook *look, const DfdgIndkaldelse *theirs)
{
  const TruthMark *mark = &look->mark;

  if (theirs->version == NULL || is_version (mark->caused_version, theirs->version) ||
      is_version (mark->version_id, theirs->version))
    return FALSE;
  return mark->changed_us == 0 || theirs->changed_us == 0 || theirs->changed_us >= mark->changed_us;
}

/**
 * indkaldelse_look_ask:
 *
 * The message of the change may be late or lost: the citizen's own messages are told to look, in their order. Writer.
 */
gboolean
indkaldelse_look_ask (StoreSession *session,
                      const DfdgSettings *settings,
                      const Booking *booking,
                      const OutboxItem *item,
                      GError **error)
{
  g_autofree char *message_id = dup_message_id (item);
  DfdgEvent event = {
    .tenant_id = booking->tenant_id,
    .carrier = DFDG_CARRIER_WSB,
    .message_id = message_id,
    .environment = settings->client->environment,
    .entity_type = settings->client->entity_indkaldelse,
    .entity_name = (char *) ORIGIN,
    .change_type = CHANGED,
    .external_id = booking->identifier,
    .cpr = booking->cpr,
    .received_us = clock_now_us (),
    .system_id = -1,
    .organisation_type = -1,
    .hint = -1,
  };
  gboolean is_new = FALSE;

  return inbox_store_add (session, &event, &is_new, error);
}

/**
 * indkaldelse_look_is_question:
 */
gboolean
indkaldelse_look_is_question (const DfdgEvent *event)
{
  return event->system_id == -1 && g_str_has_prefix (event->message_id, QUESTION);
}

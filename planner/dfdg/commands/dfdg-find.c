/* SPDX-License-Identifier: EUPL-1.2 */
/* Looks a word up in bookings, outbox, inbox and watches. */
#include "dfdg/commands/dfdg-find.h"

#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "store/inbox-search.h"

#define MAX_ROWS 100

/**
 * dfdg_found_clear:
 */
void
dfdg_found_clear (DfdgFound *found)
{
  g_clear_pointer (&found->subject, g_free);
  g_clear_pointer (&found->booking, booking_free);
  g_clear_pointer (&found->changes, g_ptr_array_unref);
  g_clear_pointer (&found->events, g_ptr_array_unref);
  g_clear_pointer (&found->watch, echo_watch_free);
}

static gboolean
is_number (const char *word)
{
  gsize n = strspn (word, "0123456789");

  return n > 0 && n < 18 && word[n] == '\0';
}

/* NULL is no error, unless @cause is set. */
static gboolean
pass (GError *cause, GError **error)
{
  if (cause != NULL)
    g_propagate_error (error, cause);
  return cause == NULL;
}

/* A number is that of one change; nothing else of its booking is meant. */
static gboolean
find_change (const DfdgTask *task,
             StoreSession *session,
             const char *word,
             DfdgFound *found,
             GError **error)
{
  GError *cause = NULL;
  OutboxItem *item =
    outbox_store_find (session, task->tenant->tenant_id, g_ascii_strtoll (word, NULL, 10), &cause);

  if (item != NULL)
    {
      found->subject = g_strdup (item->subject);
      g_ptr_array_add (found->changes, item);
    }
  return pass (cause, error);
}

static gboolean
find_message (const DfdgTask *task,
              StoreSession *session,
              const char *word,
              DfdgFound *found,
              GError **error)
{
  GError *cause = NULL;
  DfdgEvent *event = inbox_search_message (session, task->tenant->tenant_id, word, &cause);

  if (event != NULL)
    {
      found->subject = g_strdup (event->external_id);
      g_ptr_array_add (found->events, event);
    }
  return pass (cause, error);
}

static gboolean
find_booking (const DfdgTask *task,
              StoreSession *session,
              const char *word,
              DfdgFound *found,
              GError **error)
{
  gint64 tenant_id = task->tenant->tenant_id;
  GError *cause = NULL;

  found->booking = booking_store_find (session, tenant_id, word, &cause);
  if (cause == NULL)
    found->watch = echo_store_find (session, tenant_id, word, &cause);
  if (cause != NULL)
    return pass (cause, error);
  g_ptr_array_unref (found->changes);
  found->changes = outbox_store_list (session, tenant_id, word, 0, MAX_ROWS, error);
  g_ptr_array_unref (found->events);
  found->events =
    found->changes == NULL ? NULL : inbox_search_thing (session, tenant_id, word, MAX_ROWS, error);
  found->subject = g_strdup (word);
  return found->events != NULL;
}

static gboolean
is_empty (const DfdgFound *found)
{
  return found->booking == NULL && found->watch == NULL && found->changes->len == 0 &&
         found->events->len == 0;
}

/**
 * dfdg_find:
 * @word: digits are a change's number, if there is one; anything else, and they too, a message's id or a booking's
 *   identifier, which are DFDG's and may look like anything
 * @out_found: to be cleared also after a failure
 */
gboolean
dfdg_find (const DfdgTask *task,
           StoreSession *session,
           const char *word,
           DfdgFound *out_found,
           GError **error)
{
  g_autofree char *folded = ids_fold_guid (word);
  g_autofree char *masked = dfdg_dup_masked (word);
  gboolean ok;

  *out_found = (DfdgFound){
    .changes = g_ptr_array_new_with_free_func ((GDestroyNotify) outbox_item_free),
    .events = g_ptr_array_new_with_free_func ((GDestroyNotify) dfdg_event_free),
  };
  ok = !is_number (word) || find_change (task, session, word, out_found, error);
  if (ok && is_empty (out_found))
    ok = find_message (task, session, word, out_found, error);
  if (ok && is_empty (out_found) && strcmp (folded, word) != 0)
    ok = find_message (task, session, folded, out_found, error);
  if (ok && is_empty (out_found))
    ok = find_booking (task, session, folded, out_found, error);
  if (!ok || !is_empty (out_found))
    return ok;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_FOUND,
               "there is no change, no message and no booking %s", masked);
  return FALSE;
}

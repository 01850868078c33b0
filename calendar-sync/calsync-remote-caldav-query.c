/* SPDX-License-Identifier: EUPL-1.2 */
/* Texts of a whole CalDAV calendar by one calendar-query, which says what some items hold and never that one is gone. */
#include "calsync-remote-caldav-private.h"

/*
 * Some servers answer with a part of their items only, so nothing follows from what is not in it, or is
 * called gone. A server that has no texts for a part of the properties is asked anew at once.
 */
static gboolean
take_found (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  CalsyncCaldavFetch *fetch = data;

  if (response->status >= 400)
    return TRUE;
  if (!calsync_caldav_take_response (response, fetch, error))
    return FALSE;
  if (!fetch->lacks_data || fetch->scope == CALSYNC_DAV_WHOLE)
    return TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                       "The server gives its events whole or not at all.");
  return FALSE;
}

static gboolean
ask_all (CalsyncCaldavFetch *fetch, GError **error)
{
  g_auto (CalsyncCaldavQuestion) question = {
    .method = "REPORT",
    .depth = "1",
    .body = calsync_dav_make_query (fetch->scope),
    .what = "Reading the whole calendar",
    .func = take_found,
    .data = fetch,
    .is_bulk = TRUE,
  };

  fetch->lacks_data = FALSE;
  return calsync_caldav_ask (fetch->self, &question, fetch->cancellable, error);
}

/* Errors that any other request would meet as well, and that more requests make worse. */
static gboolean
is_final (const GError *cause)
{
  return g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED) ||
         g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED) ||
         g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
}

/**
 * calsync_caldav_query_all:
 * @fetch: a fetching of most of the calendar
 * @error: return location for %CALSYNC_REMOTE_ERROR_DENIED, %CALSYNC_REMOTE_ERROR_UNTRUSTED,
 *   %CALSYNC_REMOTE_ERROR_CANCELLED, or for what the caller's function set
 *
 * calendar-query (RFC 4791 section 7.8) for everything, handed over as it comes. What the server does not give,
 * because it refuses, breaks off or leaves out, stays wanted. Blocks.
 *
 * Returns: whether the rest may be asked for in other ways
 */
gboolean
calsync_caldav_query_all (CalsyncCaldavFetch *fetch, GError **error)
{
  GError *cause = NULL;
  gboolean is_read = ask_all (fetch, &cause);

  if (!is_read && !fetch->is_refused && fetch->lacks_data && fetch->scope != CALSYNC_DAV_WHOLE)
    {
      g_clear_error (&cause);
      fetch->scope = CALSYNC_DAV_WHOLE;
      fetch->self->lacks_partial = TRUE;
      is_read = ask_all (fetch, &cause);
    }
  if (is_read)
    return TRUE;
  if (fetch->is_refused || is_final (cause))
    {
      g_propagate_error (error, cause);
      return FALSE;
    }
  g_error_free (cause);
  return TRUE;
}

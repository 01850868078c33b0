/* SPDX-License-Identifier: EUPL-1.2 */
/* Creating, changing and removing items on a CalDAV server, each on condition of what is there. */
#include "calsync-remote-caldav-private.h"

#include <string.h>

#define WRITING  "Writing an event to the calendar"
#define REMOVING "Removing an event from the calendar"

/* What a multistatus says about a write: Xandikos answers 207 to one that failed. */
typedef struct
{
  guint status; /* the worst; 0: nothing wrong */
  const char *precondition;
} Outcome;

static gboolean
take_outcome (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Outcome *outcome = data;
  guint status = MAX (response->status, response->worst_status);

  if (status >= 400 && status > outcome->status)
    {
      outcome->status = status;
      outcome->precondition = response->precondition;
    }
  return TRUE;
}

/* A server that will not have this text says 400 or 422 where others name a precondition. */
static void
set_write_error (const CalsyncReply *reply, const char *what, GError **error)
{
  GError *cause = NULL;

  calsync_http_set_status_error (reply, what, &cause);
  if ((reply->status == 400 || reply->status == 422) &&
      g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_FAILED))
    cause->code = CALSYNC_REMOTE_ERROR_REFUSED;
  g_propagate_error (error, cause);
}

static gboolean
judge_multistatus (const CalsyncReply *reply, const char *what, GError **error)
{
  Outcome outcome = { 0 };
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (take_outcome, &outcome);
  g_auto (CalsyncReply) inner = { 0 };

  if (reply->body == NULL ||
      !calsync_dav_reader_push (reply->body->str, reply->body->len, reader, error) ||
      !calsync_dav_reader_finish (reader, error))
    {
      if (error != NULL && *error == NULL)
        g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                             "The server does not say what became of the event.");
      return FALSE;
    }
  if (outcome.status == 0)
    return TRUE;
  inner.status = outcome.status;
  if (outcome.precondition != NULL)
    {
      inner.body = g_string_new (NULL);
      g_string_printf (inner.body, "<%s/>", outcome.precondition);
    }
  set_write_error (&inner, what, error);
  return FALSE;
}

static gboolean
send_write (CalsyncCaldav *self,
            const CalsyncRequest *request,
            CalsyncReply *reply,
            GCancellable *cancellable,
            GError **error)
{
  const char *what = strcmp (request->method, "PUT") == 0 ? WRITING : REMOVING;

  if (!calsync_http_send (self->http, request, reply, cancellable, error))
    return FALSE;
  if (reply->status == 207)
    return judge_multistatus (reply, what, error);
  if (reply->status < 300)
    return TRUE;
  set_write_error (reply, what, error);
  return FALSE;
}

static gboolean
put (CalsyncCaldav *self,
     const CalsyncWrite *write,
     char **out_version,
     GCancellable *cancellable,
     GError **error)
{
  g_autofree char *target = calsync_caldav_dup_target (self, write->key);
  const CalsyncRequest request = { .method = "PUT",
                                   .target = target,
                                   .if_match = write->version,
                                   .if_none = write->version == NULL,
                                   .content_type = "text/calendar; charset=utf-8",
                                   .body = write->text,
                                   .n_body = strlen (write->text) };
  g_auto (CalsyncReply) reply = { 0 };

  if (!send_write (self, &request, &reply, cancellable, error))
    return FALSE;
  *out_version = calsync_caldav_dup_version (reply.etag);
  return TRUE;
}

/* An ETag with its quotes, or `*`. Without a condition nothing is overwritten. */
static gboolean
check_version (const char *version, GError **error)
{
  if (version != NULL && (*version == '"' || strcmp (version, "*") == 0))
    return TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CHANGED,
                       "It is not known which version of the event is there; read it again first.");
  return FALSE;
}

/**
 * calsync_caldav_create:
 * @remote: a CalDAV remote
 * @write: key and text
 * @out_version: (out) (nullable): the new version
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * See calsync_remote_create(). PUT with If-None-Match: * (RFC 4791 section 5.3.2).
 *
 * Returns: whether the item was made
 */
gboolean
calsync_caldav_create (CalsyncRemote *remote,
                       const CalsyncWrite *write,
                       char **out_version,
                       GCancellable *cancellable,
                       GError **error)
{
  const CalsyncWrite creation = { .key = write->key, .text = write->text };

  return put ((CalsyncCaldav *) remote, &creation, out_version, cancellable, error);
}

/**
 * calsync_caldav_update:
 * @remote: a CalDAV remote
 * @write: key, version and text
 * @out_version: (out) (nullable): the new version
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR
 *
 * See calsync_remote_update(). PUT with If-Match. A version `*` asks only that the item be there: for
 * servers without ETags, by callers that have just read and compared it.
 *
 * Returns: whether the item was written
 */
gboolean
calsync_caldav_update (CalsyncRemote *remote,
                       const CalsyncWrite *write,
                       char **out_version,
                       GCancellable *cancellable,
                       GError **error)
{
  return check_version (write->version, error) &&
         put ((CalsyncCaldav *) remote, write, out_version, cancellable, error);
}

/**
 * calsync_caldav_remove:
 * @remote: a CalDAV remote
 * @key: which item
 * @version: the version that must be there, or `*`
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; GONE: 404 or 410
 *
 * See calsync_remote_remove(). DELETE with If-Match.
 *
 * Returns: whether the item was removed
 */
gboolean
calsync_caldav_remove (CalsyncRemote *remote,
                       const char *key,
                       const char *version,
                       GCancellable *cancellable,
                       GError **error)
{
  CalsyncCaldav *self = (CalsyncCaldav *) remote;
  g_autofree char *target = calsync_caldav_dup_target (self, key);
  const CalsyncRequest request = { .method = "DELETE", .target = target, .if_match = version };
  g_auto (CalsyncReply) reply = { 0 };

  return check_version (version, error) && send_write (self, &request, &reply, cancellable, error);
}

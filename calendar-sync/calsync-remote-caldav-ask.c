/* SPDX-License-Identifier: EUPL-1.2 */
/* One question to a CalDAV calendar, and what all its answers have in common: keys, versions, inner statuses. */
#include "calsync-remote-caldav-private.h"

#include "calsync-key.h"

#include <string.h>

#define READING "Reading the calendar"

/**
 * calsync_caldav_question_clear:
 * @question: a question
 *
 * Frees what it holds.
 */
void
calsync_caldav_question_clear (CalsyncCaldavQuestion *question)
{
  g_clear_pointer (&question->body, g_free);
  g_clear_pointer (&question->token, g_free);
}

/* An answer that is no multistatus of whatever status. */
static void
set_status_error (CalsyncCaldavQuestion *question, const CalsyncReply *reply, GError **error)
{
  if (reply->body != NULL)
    question->precondition = calsync_dav_find_precondition (reply->body->str, reply->body->len);
  calsync_http_set_status_error (reply, question->what, error);
}

/**
 * calsync_caldav_ask:
 * @self: a calendar
 * @question: (inout): what is asked; may be asked again when its answers are cleared
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR, or what the question's function set
 *
 * Blocks.
 *
 * Returns: whether a complete multistatus came
 */
gboolean
calsync_caldav_ask (CalsyncCaldav *self,
                    CalsyncCaldavQuestion *question,
                    GCancellable *cancellable,
                    GError **error)
{
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (question->func, question->data);
  const CalsyncRequest request = { .method = question->method,
                                   .target =
                                     question->target == NULL ? self->uri : question->target,
                                   .depth = question->depth,
                                   .content_type = "application/xml; charset=utf-8",
                                   .body = question->body,
                                   .n_body = strlen (question->body),
                                   .is_safe = TRUE,
                                   .is_bulk = question->is_bulk,
                                   .body_func = calsync_dav_reader_push,
                                   .body_data = reader };
  g_auto (CalsyncReply) reply = { 0 };

  question->status = 0;
  question->precondition = NULL;
  g_clear_pointer (&question->token, g_free);
  if (!calsync_http_send (self->http, &request, &reply, cancellable, error))
    return FALSE;
  question->status = reply.status;
  if (reply.status >= 300)
    {
      set_status_error (question, &reply, error);
      return FALSE;
    }
  if (!calsync_dav_reader_finish (reader, error))
    return FALSE;
  question->token = g_strdup (calsync_dav_reader_get_sync_token (reader));
  return TRUE;
}

/**
 * calsync_caldav_set_inner_error:
 * @status: of a response inside a multistatus, 400 or more
 * @precondition: (nullable): what it names
 * @what: what was tried, as the start of a sentence
 * @error: return location
 *
 * The error that the same status would be by itself.
 */
void
calsync_caldav_set_inner_error (guint status,
                                const char *precondition,
                                const char *what,
                                GError **error)
{
  g_auto (CalsyncReply) reply = { .status = status };

  if (precondition != NULL)
    {
      reply.body = g_string_new (NULL);
      g_string_printf (reply.body, "<%s/>", precondition);
    }
  calsync_http_set_status_error (&reply, what, error);
}

/**
 * calsync_caldav_get_text:
 * @response: a response
 * @property: a property
 *
 * Returns: (nullable): its text when the server gives it
 */
const char *
calsync_caldav_get_text (const CalsyncDavResponse *response, CalsyncDavProperty property)
{
  return response->values[property].text;
}

/* --- keys and versions ------------------------------------------------------------------------ */

/**
 * calsync_caldav_is_self:
 * @self: a calendar
 * @href: an address in an answer
 *
 * Returns: whether it is the calendar's own, or a folder's: no item's
 */
gboolean
calsync_caldav_is_self (const CalsyncCaldav *self, const char *href)
{
  g_autofree char *key = calsync_key_normalise (href);

  return g_str_has_suffix (key, "/") || strcmp (key, self->self_key) == 0;
}

/**
 * calsync_caldav_dup_key:
 * @self: a calendar
 * @href: an item's address in an answer
 *
 * A server may name another host than the one that we asked (behind a proxy it knows itself by
 * another name); we go on asking the one that we know.
 *
 * Returns: (transfer full): its path in the server's spelling
 */
char *
calsync_caldav_dup_key (const CalsyncCaldav *self, const char *href)
{
  const char *authority = strstr (href, "://");

  if (authority != NULL && authority < href + strcspn (href, "/?#"))
    {
      const char *path = strchr (authority + 3, '/');

      return g_strdup (path == NULL ? "/" : path);
    }
  return *href == '/' ? g_strdup (href) : g_strconcat (self->path, href, NULL);
}

/**
 * calsync_caldav_dup_target:
 * @self: a calendar
 * @key: an item's path in the server's spelling
 *
 * Returns: (transfer full): its absolute address; what may not stand in one is escaped
 */
char *
calsync_caldav_dup_target (const CalsyncCaldav *self, const char *key)
{
  GString *target = g_string_new (self->origin);

  for (const char *at = key; *at != '\0'; at++)
    {
      gboolean is_escape = *at == '%' && g_ascii_isxdigit (at[1]) && g_ascii_isxdigit (at[2]);

      if (is_escape || g_ascii_isalnum (*at) || strchr ("-._~/!$&'()*+,;=:@", *at) != NULL)
        g_string_append_c (target, *at);
      else
        g_string_append_printf (target, "%%%02X", (guint8) *at);
    }
  return g_string_free (target, FALSE);
}

/**
 * calsync_caldav_dup_version:
 * @etag: (nullable): an ETag as a server gave it
 *
 * Weak ones are of no use in conditions (RFC 9110 section 13.1.1). Apache's mod_deflate and Jetty mark
 * the ETags of what they compressed, and do not know them again in a condition: the mark is taken
 * off. Some servers leave out the quotes.
 *
 * Returns: (transfer full) (nullable): what a condition may name, with quotes
 */
char *
calsync_caldav_dup_version (const char *etag)
{
  static const char *const marks[] = { "--gzip", "-gzip", ";gzip", "-br", "-deflate" };
  g_autofree char *bare = NULL;
  gsize n;

  if (etag == NULL || *etag == '\0' || g_ascii_strncasecmp (etag, "W/", 2) == 0)
    return NULL;
  n = strlen (etag);
  bare =
    n >= 2 && etag[0] == '"' && etag[n - 1] == '"' ? g_strndup (etag + 1, n - 2) : g_strdup (etag);
  if (strpbrk (bare, "\"\r\n") != NULL)
    return NULL;
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    {
      if (g_str_has_suffix (bare, marks[i]) && strlen (bare) > strlen (marks[i]))
        {
          bare[strlen (bare) - strlen (marks[i])] = '\0';
          break;
        }
    }
  return g_strdup_printf ("\"%s\"", bare);
}

/* --- the calendar itself ---------------------------------------------------------------------- */

typedef struct
{
  gboolean is_there;
  char *stamp;
} Stamp;

static gboolean
take_stamp (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Stamp *stamp = data;
  const char *text = calsync_caldav_get_text (response, CALSYNC_DAV_CTAG);

  if (response->status >= 400)
    {
      calsync_caldav_set_inner_error (response->status, response->precondition, READING, error);
      return FALSE;
    }
  if (text == NULL)
    text = calsync_caldav_get_text (response, CALSYNC_DAV_SYNC_TOKEN);
  stamp->is_there = TRUE;
  if (stamp->stamp == NULL)
    stamp->stamp = g_strdup (text);
  return TRUE;
}

/**
 * calsync_caldav_ask_stamp:
 * @self: a calendar
 * @out_stamp: (out) (nullable) (optional): what changes whenever anything in it does; %NULL: it has none
 * @cancellable: (nullable): ends the waiting
 * @error: return location for any code of %CALSYNC_REMOTE_ERROR; GONE: the calendar itself is
 *
 * Blocks; one request.
 *
 * Returns: whether the calendar can be read
 */
gboolean
calsync_caldav_ask_stamp (CalsyncCaldav *self,
                          char **out_stamp,
                          GCancellable *cancellable,
                          GError **error)
{
  static const CalsyncDavProperty properties[] = { CALSYNC_DAV_CTAG, CALSYNC_DAV_SYNC_TOKEN,
                                                   CALSYNC_DAV_RESOURCE_TYPE };
  Stamp stamp = { 0 };
  g_auto (CalsyncCaldavQuestion) question = {
    .method = "PROPFIND",
    .depth = "0",
    .body = calsync_dav_make_propfind (properties, G_N_ELEMENTS (properties)),
    .what = READING,
    .func = take_stamp,
    .data = &stamp,
  };
  gboolean is_read = calsync_caldav_ask (self, &question, cancellable, error);

  if (is_read && !stamp.is_there)
    {
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                           "The server says nothing about the calendar; check its address.");
      is_read = FALSE;
    }
  if (is_read && out_stamp != NULL)
    *out_stamp = g_steal_pointer (&stamp.stamp);
  g_free (stamp.stamp);
  return is_read;
}

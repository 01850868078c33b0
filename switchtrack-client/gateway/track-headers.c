/* SPDX-License-Identifier: EUPL-1.2 */
/* Which header fields of a call pass on to its Planner. */
#include <string.h>

#include "gateway/track-passage.h"

#define REQUEST_ID "x-requestId"

/* What a SOAP call needs; names beginning with x- pass too, but for those below. */
static const char *const passed[] = { "content-type", "soapaction", "accept", "accept-language",
                                      "traceparent",  "tracestate", NULL };

/* What proxies say of a client: from outside it could be anybody's word. */
static const char *const kept_back[] = { "x-forwarded",   "x-real-ip", "x-client", "x-ssl",
                                         "x-arr",         "x-tls",     "x-cert",   REQUEST_ID,
                                         "x-http-method", NULL };

static gboolean
begins_with (const char *name, gsize n_bytes, const char *beginning)
{
  gsize n = strlen (beginning);

  return n_bytes >= n && g_ascii_strncasecmp (name, beginning, n) == 0;
}

/* Of these one was read, the first; a second could be read by the Planner. */
static gboolean
is_another (const ListenerRequest *request, const char *name, gsize n_bytes, const char *value)
{
  static const char *const single[] = { "content-type", "soapaction", NULL };

  for (guint i = 0; single[i] != NULL; i++)
    if (strlen (single[i]) == n_bytes && begins_with (name, n_bytes, single[i]))
      return value != listener_request_find_header (request, single[i]);
  return FALSE;
}

static gboolean
holds_word (const char *list, const char *name, gsize n_bytes)
{
  while (*list != '\0')
    {
      gsize n = strcspn (list, ", \t");

      if (n == n_bytes && g_ascii_strncasecmp (list, name, n) == 0)
        return TRUE;
      list += n;
      list += strspn (list, ", \t");
    }
  return FALSE;
}

/* What Connection names is for us alone (RFC 9110 section 7.6.1); but a call is nothing without its media type. */
static gboolean
is_for_us (const ListenerRequest *request, const char *name, gsize n_bytes)
{
  const char *field;
  const char *value;
  gsize n;

  if (!begins_with (name, n_bytes, "x-"))
    return FALSE;
  for (guint i = 0; (field = listener_request_get_header (request, i, &n, &value)) != NULL; i++)
    if (n == strlen ("connection") && begins_with (field, n, "connection") &&
        holds_word (value, name, n_bytes))
      return TRUE;
  return FALSE;
}

static gboolean
is_passed (const char *name, gsize n_bytes)
{
  for (guint i = 0; passed[i] != NULL; i++)
    if (strlen (passed[i]) == n_bytes && begins_with (name, n_bytes, passed[i]))
      return TRUE;
  for (guint i = 0; kept_back[i] != NULL; i++)
    if (begins_with (name, n_bytes, kept_back[i]))
      return FALSE;
  return begins_with (name, n_bytes, "x-");
}

/**
 * track_headers_take_id:
 *
 * The caller's x-requestId when it is a GUID: that can be no citizen's number, and may stand in logs. Else a new one.
 */
void
track_headers_take_id (const ListenerRequest *request, char out_id[IDS_GUID_LENGTH + 1])
{
  const char *given = listener_request_find_header (request, REQUEST_ID);

  if (given != NULL && ids_is_guid (given))
    memcpy (out_id, given, IDS_GUID_LENGTH + 1);
  else
    ids_new_guid (out_id);
}

static char *
dup_line (const char *name, gsize n_name, const char *value)
{
  gsize n_value = strlen (value);
  char *line = g_malloc (n_name + 2 + n_value + 1);

  memcpy (line, name, n_name);
  memcpy (line + n_name, ": ", 2);
  memcpy (line + n_name + 2, value, n_value + 1);
  return line;
}

/**
 * track_headers_dup_passed:
 * @request_id: what x-requestId is to be when the caller gave none
 *
 * Compressed answers are never asked for: what passes must be read. Hop-by-hop fields, cookies, credentials and the
 * words of proxies stay here.
 *
 * Returns: (transfer full) (array zero-terminated=1): lines `Name: value`
 */
char **
track_headers_dup_passed (const ListenerRequest *request, const char *request_id)
{
  GPtrArray *lines = g_ptr_array_new ();
  const char *given = listener_request_find_header (request, REQUEST_ID);
  const char *name;
  const char *value;
  gsize n_bytes;

  for (guint i = 0; (name = listener_request_get_header (request, i, &n_bytes, &value)) != NULL;
       i++)
    if (is_passed (name, n_bytes) && !is_another (request, name, n_bytes, value) &&
        !is_for_us (request, name, n_bytes))
      g_ptr_array_add (lines, dup_line (name, n_bytes, value));
  g_ptr_array_add (lines,
                   dup_line (REQUEST_ID, strlen (REQUEST_ID), given != NULL ? given : request_id));
  g_ptr_array_add (lines, NULL);
  return (char **) g_ptr_array_free (lines, FALSE);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The strict reading of a request's head: everything that two readers might read differently is refused. */

#include "listener-request-private.h"

#include <string.h>

/*
 * libmicrohttpd 0.9.75 parses a head in place: line ends and colons become NUL, the strings that it hands
 * out point between them. What it forgives without telling (bare LF, NUL in a value, folded lines, several
 * spaces in the request line) leaves gaps of another size between those strings. So each string must begin
 * exactly where the one before it, its two line-end bytes counted, ended.
 */
typedef struct
{
  ListenerHead *head;
  const char *expected; /* where the next field must begin; NULL after a gap */
  guint max_fields;
  guint n_hosts;
  guint n_lengths;
  guint n_codings;
  gboolean good_host;
  gboolean good_length;
  gboolean good_coding;
  gboolean good_expectation;
  gboolean good_bytes;
} Scan;

enum
{
  IN_NAME = 1,  /* a field name's or method's byte, RFC 9110 §5.6.2 */
  IN_VALUE = 2, /* a field value's byte: no control characters but tabs */
};

#define NAME  (IN_NAME | IN_VALUE)
#define VALUE IN_VALUE

/* clang-format off */
static const guint8 classes[256] = {
  ['\t'] = VALUE, [' '] = VALUE, ['"'] = VALUE, ['('] = VALUE, [')'] = VALUE, [','] = VALUE, ['/'] = VALUE,
  [':' ... '@'] = VALUE, ['[' ... ']'] = VALUE, ['{'] = VALUE, ['}'] = VALUE, [0x80 ... 0xff] = VALUE,
  ['!'] = NAME, ['#' ... '\''] = NAME, ['*'] = NAME, ['+'] = NAME, ['-'] = NAME, ['.'] = NAME,
  ['0' ... '9'] = NAME, ['A' ... 'Z'] = NAME, ['^' ... 'z'] = NAME, ['|'] = NAME, ['~'] = NAME,
};
/* clang-format on */

static gboolean
is_all (const char *text, gsize n_bytes, guint8 class)
{
  for (gsize i = 0; i < n_bytes; i++)
    if ((classes[(guchar) text[i]] & class) == 0)
      return FALSE;
  return TRUE;
}

static gboolean
is_token (const char *text, gsize n_bytes)
{
  return n_bytes > 0 && is_all (text, n_bytes, IN_NAME);
}

/* A host name or address and a port; nothing that a proxy could take for a path, a user or a second host. */
static gboolean
is_host (const char *text, gsize n_bytes)
{
  for (gsize i = 0; i < n_bytes; i++)
    if (!g_ascii_isalnum (text[i]) && strchr ("-._~:[]", text[i]) == NULL)
      return FALSE;
  return n_bytes > 0;
}

static gboolean
parse_length (const char *text, gsize n_bytes, guint64 *out_length)
{
  guint64 length = 0;

  if (n_bytes == 0 || n_bytes > 19)
    return FALSE;
  for (gsize i = 0; i < n_bytes; i++)
    {
      if (!g_ascii_isdigit (text[i]))
        return FALSE;
      length = length * 10 + (guint64) (text[i] - '0');
    }
  *out_length = length;
  return TRUE;
}

static gboolean
is_text (const ListenerField *field, const char *value)
{
  return field->value_bytes == strlen (value) &&
         g_ascii_strncasecmp (field->value, value, field->value_bytes) == 0;
}

static gboolean
is_named (const ListenerField *field, const char *name)
{
  return g_ascii_strncasecmp (field->name, name, field->name_bytes) == 0;
}

/* The lengths of the four names differ, and hardly any other field shares them. */
static void
note_special (Scan *scan, const ListenerField *field)
{
  switch (field->name_bytes)
    {
    case 4:
      if (is_named (field, "Host"))
        {
          scan->n_hosts++;
          scan->good_host = is_host (field->value, field->value_bytes);
        }
      break;
    case 6:
      if (is_named (field, "Expect"))
        {
          scan->good_expectation = is_text (field, "100-continue");
          scan->head->expects_continue = TRUE;
        }
      break;
    case 14:
      if (is_named (field, "Content-Length"))
        {
          scan->n_lengths++;
          scan->good_length =
            parse_length (field->value, field->value_bytes, &scan->head->content_length);
        }
      break;
    case 17:
      if (is_named (field, "Transfer-Encoding"))
        {
          scan->n_codings++;
          /* The library compares with the blanks after it, and would take the body for endless. */
          scan->good_coding = g_ascii_strcasecmp (field->value, "chunked") == 0;
          scan->head->chunked = TRUE;
        }
      break;
    default:
      break;
    }
}

static void
trim_end (ListenerField *field)
{
  while (field->value_bytes > 0 && (field->value[field->value_bytes - 1] == ' ' ||
                                    field->value[field->value_bytes - 1] == '\t'))
    field->value_bytes--;
}

static enum MHD_Result
on_field (void *cls,
          enum MHD_ValueKind kind,
          const char *name,
          size_t name_bytes,
          const char *value,
          size_t value_bytes)
{
  Scan *scan = cls;
  ListenerField *field = &scan->head->fields[scan->head->n_fields];

  if (value == NULL || name != scan->expected)
    {
      scan->expected = NULL;
      return MHD_NO;
    }
  scan->expected = value + value_bytes + 2;
  if (scan->head->n_fields++ >= scan->max_fields)
    return MHD_NO;
  *field = (ListenerField){ name, value, name_bytes, value_bytes };
  trim_end (field);
  if (!is_token (name, name_bytes) || !is_all (field->value, field->value_bytes, IN_VALUE))
    scan->good_bytes = FALSE;
  else
    note_special (scan, field);
  return MHD_YES;
}

static gboolean
refuse (ListenerHead *head, guint status, ListenerRefusal refusal)
{
  head->status = status;
  head->refusal = refusal;
  return FALSE;
}

static gboolean
judge_framing (const Scan *scan, ListenerHead *head, gboolean is_1_1)
{
  gboolean has_body = head->chunked || head->content_length > 0;

  if (scan->n_codings + scan->n_lengths > 1 || !scan->good_coding || !scan->good_length ||
      (head->chunked && !is_1_1))
    return refuse (head, MHD_HTTP_BAD_REQUEST, LISTENER_REFUSED_FRAMING);
  if (scan->n_hosts > 1 || !scan->good_host || (scan->n_hosts == 0 && is_1_1))
    return refuse (head, MHD_HTTP_BAD_REQUEST, LISTENER_REFUSED_HOST);
  if (has_body && head->method != LISTENER_METHOD_POST)
    return refuse (head, MHD_HTTP_BAD_REQUEST, LISTENER_REFUSED_FRAMING);
  if (!scan->good_expectation)
    return refuse (head, MHD_HTTP_EXPECTATION_FAILED, LISTENER_REFUSED_EXPECTATION);
  return TRUE;
}

static gboolean
read_method (const char *text, ListenerMethod *out_method)
{
  if (strcmp (text, "POST") == 0)
    *out_method = LISTENER_METHOD_POST;
  else if (strcmp (text, "GET") == 0)
    *out_method = LISTENER_METHOD_GET;
  else if (strcmp (text, "HEAD") == 0)
    *out_method = LISTENER_METHOD_HEAD;
  else
    return FALSE;
  return TRUE;
}

/* Begins @head; where the first field must begin, or %NULL when the request line is not as it must be. */
static const char *
scan_request_line (ListenerHead *head,
                   const ListenerConnection *connection,
                   const char *method,
                   const char *version)
{
  const char *target = method + strlen (method) + 1;

  if (!connection->target_ok || connection->target != target ||
      version != target + connection->target_bytes + 1 || !is_token (method, strlen (method)))
    return NULL;
  return version + strlen ("HTTP/1.1") + 2;
}

static void
scan_fields (Scan *scan, const ListenerConnection *connection)
{
  ListenerHead *head = scan->head;

  if (scan->expected != NULL)
    MHD_get_connection_values_n (connection->mhd, MHD_HEADER_KIND, on_field, scan);
  if (scan->expected != head->start + head->n_bytes - 2)
    scan->expected = NULL;
}

/*
 * Reads the head that the library has just parsed for @connection. Returns %FALSE with status and refusal in
 * @head when the request is not to be served; chunked, content_length and expects_continue are set as far as
 * they could be read, for whether a body follows.
 *
 * Source: RFC 9112 §§2.2, 3, 5, 6.3, 11.2.
 */
gboolean
listener_head_scan (ListenerHead *head,
                    ListenerConnection *connection,
                    const char *method,
                    const char *version)
{
  const ListenerSettings *settings = &connection->listener->settings;
  const union MHD_ConnectionInfo *info =
    MHD_get_connection_info (connection->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  Scan scan = { .head = head,
                .max_fields = settings->max_headers,
                .good_host = TRUE,
                .good_length = TRUE,
                .good_coding = TRUE,
                .good_expectation = TRUE,
                .good_bytes = TRUE };
  gboolean is_1_1 = strcmp (version, "HTTP/1.1") == 0;

  head->start = method;
  head->n_bytes = info->header_size;
  head->n_fields = 0;
  head->chunked = head->expects_continue = FALSE;
  head->content_length = 0;
  scan.expected = scan_request_line (head, connection, method, version);
  scan_fields (&scan, connection);
  if (head->n_fields > settings->max_headers || head->n_bytes > settings->max_head_bytes)
    return refuse (head, MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE, LISTENER_REFUSED_HEAD_SIZE);
  if (scan.expected == NULL || !scan.good_bytes)
    return refuse (head, MHD_HTTP_BAD_REQUEST, LISTENER_REFUSED_MALFORMED);
  if (!is_1_1 && strcmp (version, "HTTP/1.0") != 0)
    return refuse (head, MHD_HTTP_HTTP_VERSION_NOT_SUPPORTED, LISTENER_REFUSED_MALFORMED);
  if (!read_method (method, &head->method))
    return refuse (head, MHD_HTTP_METHOD_NOT_ALLOWED, LISTENER_REFUSED_METHOD);
  if (!judge_framing (&scan, head, is_1_1))
    return FALSE;
  if (head->content_length > settings->max_body_bytes)
    return refuse (head, MHD_HTTP_CONTENT_TOO_LARGE, LISTENER_REFUSED_BODY_SIZE);
  return TRUE;
}

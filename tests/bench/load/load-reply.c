/* SPDX-License-Identifier: EUPL-1.2 */
/* Where an HTTP answer ends, by its length or its chunks, and the reservation that it names. */
#include "load.h"

#include <string.h>

#define HEAD_END    "\r\n\r\n"
#define TOKEN_START "<ReservationIdentifier>"
#define BASE_HEX    16

static gssize
chunked_length (const GString *gathered, gsize at)
{
  while (at < gathered->len)
    {
      const char *line = gathered->str + at;
      const char *end = strstr (line, "\r\n");
      gsize n_bytes;

      if (end == NULL)
        return 0;
      n_bytes = (gsize) g_ascii_strtoull (line, NULL, BASE_HEX);
      at = (gsize) (end - gathered->str) + 2 + n_bytes + 2;
      if (n_bytes == 0)
        return at <= gathered->len ? (gssize) at : 0;
    }
  return 0;
}

/* The value of the field NAME (with its colon) in the head that ends at END, or NULL. */
static const char *
find_field (const char *head, const char *end, const char *name)
{
  gsize length = strlen (name);

  for (const char *line = strstr (head, "\r\n"); line != NULL && line < end;
       line = strstr (line + 2, "\r\n"))
    if (g_ascii_strncasecmp (line + 2, name, length) == 0)
      return line + 2 + length;
  return NULL;
}

gssize
load_reply_length (const GString *gathered, int *out_status)
{
  const char *end = strstr (gathered->str, HEAD_END);
  const char *value;
  gsize head_length, length;

  if (end == NULL)
    return 0;
  if (!g_str_has_prefix (gathered->str, "HTTP/1.1 "))
    return -1;
  *out_status = (int) g_ascii_strtoll (gathered->str + strlen ("HTTP/1.1 "), NULL, 10);
  head_length = (gsize) (end - gathered->str) + strlen (HEAD_END);
  value = find_field (gathered->str, end, "Content-Length:");
  if (value == NULL)
    return find_field (gathered->str, end, "Transfer-Encoding:") == NULL
             ? -1
             : chunked_length (gathered, head_length);
  length = head_length + (gsize) g_ascii_strtoull (value, NULL, 10);
  return length <= gathered->len ? (gssize) length : 0;
}

gboolean
load_reply_find_token (const GString *reply, char token[LOAD_TOKEN_LENGTH])
{
  const char *found = strstr (reply->str, TOKEN_START);

  if (found == NULL || strlen (found) < strlen (TOKEN_START) + LOAD_TOKEN_LENGTH)
    return FALSE;
  memcpy (token, found + strlen (TOKEN_START), LOAD_TOKEN_LENGTH);
  return TRUE;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads the two extensions that tie a certificate to its part of a revocation list: RFC 5280 §4.2.1.13, §5.2.5, §6.3.3. */

#include "listener-scope-private.h"

#include <string.h>

/* Tags as they stand in the bytes: both extensions use implicit ones of one byte. */
enum
{
  SEQUENCE = 0x30,
  POINT = 0xa0,                /* [0] distributionPoint, in both */
  FULL_NAME = 0xa0,            /* [0] within a point's name; [1] is a name relative to the issuer */
  URI = 0x86,                  /* [6] of a GeneralName */
  ONLY_USERS = 0x81,           /* [1] */
  ONLY_AUTHORITIES = 0x82,     /* [2] */
  ONLY_SOME_REASONS = 0x83,    /* [3] */
  INDIRECT = 0x84,             /* [4] */
  ONLY_ATTRIBUTE_CERTS = 0x85, /* [5] */
};

/* What is left to read; borrowed. */
typedef struct
{
  const guint8 *bytes;
  gsize n_bytes;
} Span;

/* The content of the next element, of whatever tag; DER: definite and shortest lengths only. */
static gboolean
take (Span *span, guint8 *out_tag, Span *out_content)
{
  gsize n_length = 0;
  gsize length;

  if (span->n_bytes < 2)
    return FALSE;
  length = span->bytes[1];
  if (length >= 0x80)
    {
      n_length = length & 0x7f;
      if (n_length == 0 || n_length > 3 || span->n_bytes < 2 + n_length)
        return FALSE;
      length = 0;
      for (gsize i = 0; i < n_length; i++)
        length = length << 8 | span->bytes[2 + i];
      if (length < 0x80 || span->bytes[2] == 0)
        return FALSE;
    }
  if (span->n_bytes - 2 - n_length < length)
    return FALSE;
  *out_tag = span->bytes[0];
  *out_content = (Span){ span->bytes + 2 + n_length, length };
  span->bytes += 2 + n_length + length;
  span->n_bytes -= 2 + n_length + length;
  return TRUE;
}

/* The content of the next element, which must have @tag. */
static gboolean
take_tagged (Span *span, guint8 tag, Span *out_content)
{
  guint8 found;

  return take (span, &found, out_content) && found == tag;
}

/* Nothing else is an address: no blanks, no line ends, nothing that a log or a metric would have to hide. */
static gboolean
is_address (Span text)
{
  for (gsize i = 0; i < text.n_bytes; i++)
    if (text.bytes[i] <= 0x20 || text.bytes[i] >= 0x7f)
      return FALSE;
  return text.n_bytes > 0;
}

/* Adds the addresses of a DistributionPointName to @points; names of other kinds are passed over. */
static gboolean
read_points (Span name, GPtrArray *points)
{
  Span names, one;
  guint8 tag;

  if (!take_tagged (&name, FULL_NAME, &names) || name.n_bytes > 0)
    return FALSE;
  while (names.n_bytes > 0)
    {
      if (!take (&names, &tag, &one))
        return FALSE;
      if (tag == URI && is_address (one))
        g_ptr_array_add (points, g_strndup ((const char *) one.bytes, one.n_bytes));
    }
  return TRUE;
}

/* FALSE is the default, which DER leaves out; some authorities write it nevertheless. */
static gboolean
read_boolean (Span content, gboolean *out_value)
{
  if (content.n_bytes != 1 || (content.bytes[0] != 0 && content.bytes[0] != 0xff))
    return FALSE;
  *out_value = content.bytes[0] != 0;
  return TRUE;
}

/* The words for what keeps a list out of use; %NULL when @tag does not. */
static const char *
read_field (ListenerScope *scope, guint8 tag, Span content)
{
  static const char broken[] = "its issuing distribution point cannot be read";
  gboolean is_indirect = FALSE, is_attributes = FALSE;

  switch (tag)
    {
    case POINT:
      scope->points = g_ptr_array_new_with_free_func (g_free);
      if (!read_points (content, scope->points))
        return broken;
      return scope->points->len > 0 ? NULL : "its issuing distribution point has no address";
    case ONLY_USERS:
      return read_boolean (content, &scope->only_users) ? NULL : broken;
    case ONLY_AUTHORITIES:
      return read_boolean (content, &scope->only_authorities) ? NULL : broken;
    case ONLY_SOME_REASONS:
      return "it names certificates revoked for some reasons only";
    case INDIRECT:
      if (!read_boolean (content, &is_indirect))
        return broken;
      return is_indirect ? "it names certificates of other issuers (indirect)" : NULL;
    case ONLY_ATTRIBUTE_CERTS:
      if (!read_boolean (content, &is_attributes))
        return broken;
      return is_attributes ? "it names attribute certificates only" : NULL;
    default:
      return broken;
    }
}

/*
 * The scope of a list whose IssuingDistributionPoint is @der; %NULL, with the reason for the operator, when the list
 * does not tell all about some certificates, or cannot be understood.
 */
ListenerScope *
listener_scope_read (const guint8 *der, gsize n_bytes, const char **out_problem)
{
  g_autoptr (ListenerScope) scope = g_new0 (ListenerScope, 1);
  Span outer = { der, n_bytes };
  Span fields, content;
  const char *problem = NULL;
  guint8 tag = 0, last_tag = 0;

  if (!take_tagged (&outer, SEQUENCE, &fields) || outer.n_bytes > 0)
    problem = "its issuing distribution point cannot be read";
  while (problem == NULL && fields.n_bytes > 0)
    {
      /* Each at most once, in their order. */
      if (!take (&fields, &tag, &content) || (last_tag != 0 && (tag & 0x1f) <= (last_tag & 0x1f)))
        problem = "its issuing distribution point cannot be read";
      else
        problem = read_field (scope, tag, content);
      last_tag = tag;
    }
  if (problem == NULL && scope->only_users && scope->only_authorities)
    problem = "its issuing distribution point contradicts itself";
  if (problem == NULL)
    return g_steal_pointer (&scope);
  *out_problem = problem;
  return NULL;
}

void
listener_scope_free (ListenerScope *scope)
{
  g_clear_pointer (&scope->points, g_ptr_array_unref);
  g_free (scope);
}

/* @scope in words, the same for the same; %NULL when it is everything. */
char *
listener_scope_dup_text (const ListenerScope *scope)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; scope->points != NULL && i < scope->points->len; i++)
    g_string_append_printf (text, "%s%s", i > 0 ? " " : "", (char *) scope->points->pdata[i]);
  if (scope->only_users || scope->only_authorities)
    g_string_append_printf (text, "%s(%s)", text->len > 0 ? " " : "",
                            scope->only_users ? "users" : "authorities");
  return text->len > 0 ? g_string_free (g_steal_pointer (&text), FALSE) : NULL;
}

static gboolean
share_point (const GPtrArray *ones, const GPtrArray *others)
{
  for (guint i = 0; i < ones->len; i++)
    for (guint j = 0; j < others->len; j++)
      if (strcmp (ones->pdata[i], others->pdata[j]) == 0)
        return TRUE;
  return FALSE;
}

/*
 * Whether a DistributionPoint of a certificate is one of @points. One that has reasons is a part of the truth, one that
 * has another issuer's name points to an indirect list: both are none. %FALSE also for what cannot be read.
 */
static gboolean
is_at (Span point, const GPtrArray *points)
{
  g_autoptr (GPtrArray) own = g_ptr_array_new_with_free_func (g_free);
  Span name;

  return take_tagged (&point, POINT, &name) && point.n_bytes == 0 && read_points (name, own) &&
         share_point (own, points);
}

/*
 * Whether a list of @scope answers for a certificate with the CRLDistributionPoints @points_der (0 bytes: it has none),
 * an authority's or not. Addresses are compared byte by byte: RFC 5280 §7.4 would have authorities write one in one way,
 * and a list too few refuses, which shows.
 */
gboolean
listener_scope_covers (const ListenerScope *scope,
                       const guint8 *points_der,
                       gsize n_bytes,
                       gboolean is_authority)
{
  Span outer = { points_der, n_bytes };
  Span points, point;

  if ((scope->only_users && is_authority) || (scope->only_authorities && !is_authority))
    return FALSE;
  if (scope->points == NULL)
    return TRUE;
  if (!take_tagged (&outer, SEQUENCE, &points) || outer.n_bytes > 0)
    return FALSE;
  while (points.n_bytes > 0)
    {
      if (!take_tagged (&points, SEQUENCE, &point))
        return FALSE;
      if (is_at (point, scope->points))
        return TRUE;
    }
  return FALSE;
}

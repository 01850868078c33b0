/* SPDX-License-Identifier: EUPL-1.2 */
/* Issuing distribution points: what is accepted means the same when it is written again, and answers for its own points. */
#include <string.h>

#include "fuzz.h"
#include "listener-scope-private.h"

/* @content behind its tag and its length, in the shortest form. */
static void
append (GByteArray *out, guint8 tag, const guint8 *content, gsize n_bytes)
{
  const guint8 lengths[] = { 0x83, (guint8) (n_bytes >> 16), (guint8) (n_bytes >> 8),
                             (guint8) n_bytes };
  const guint8 two[] = { 0x82, lengths[2], lengths[3] };
  const guint8 one[] = { 0x81, lengths[3] };

  g_byte_array_append (out, &tag, 1);
  if (n_bytes < 0x80)
    g_byte_array_append (out, lengths + 3, 1);
  else if (n_bytes < 0x100)
    g_byte_array_append (out, one, sizeof one);
  else if (n_bytes < 0x10000)
    g_byte_array_append (out, two, sizeof two);
  else
    g_byte_array_append (out, lengths, sizeof lengths);
  g_byte_array_append (out, content, (guint) n_bytes);
}

static GByteArray *
wrap (guint8 tag, GByteArray *content)
{
  GByteArray *out = g_byte_array_new ();

  append (out, tag, content->data, content->len);
  g_byte_array_unref (content);
  return out;
}

/* A distributionPoint field with the addresses from @first on. */
static GByteArray *
write_points (const ListenerScope *scope, guint first)
{
  GByteArray *names = g_byte_array_new ();

  for (guint i = first; i < scope->points->len; i++)
    append (names, 0x86, scope->points->pdata[i], strlen (scope->points->pdata[i]));
  return wrap (0xa0, wrap (0xa0, names));
}

static void
check_again (const ListenerScope *scope)
{
  g_autoptr (GByteArray) whole = NULL;
  g_autoptr (ListenerScope) again = NULL;
  g_autofree char *text = listener_scope_dup_text (scope);
  g_autofree char *text_again = NULL;
  GByteArray *fields = scope->points == NULL ? g_byte_array_new () : write_points (scope, 0);
  const char *problem = NULL;
  const guint8 yes = 0xff;

  if (scope->only_users)
    append (fields, 0x81, &yes, 1);
  if (scope->only_authorities)
    append (fields, 0x82, &yes, 1);
  whole = wrap (0x30, fields);
  again = listener_scope_read (whole->data, whole->len, &problem);
  g_assert_nonnull (again);
  text_again = listener_scope_dup_text (again);
  g_assert_cmpstr (text, ==, text_again);
}

/* The certificate names one of the list's addresses, behind a point that is of no use. */
static void
check_own_points (const ListenerScope *scope)
{
  static const guint8 useless[] = { 0x30, 0x00 };
  g_autoptr (GByteArray) whole = NULL;
  GByteArray *points = g_byte_array_new ();
  g_autoptr (GByteArray) point = wrap (0x30, write_points (scope, scope->points->len - 1));

  g_byte_array_append (points, useless, sizeof useless);
  g_byte_array_append (points, point->data, point->len);
  whole = wrap (0x30, points);
  g_assert_true (listener_scope_covers (scope, whole->data, whole->len, scope->only_authorities));
  g_assert_false (
    listener_scope_covers (scope, whole->data, whole->len - 1, scope->only_authorities));
  g_assert_false (listener_scope_covers (scope, NULL, 0, scope->only_authorities));
}

/* The first byte says where a certificate's points begin behind the list's. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  const char *problem = NULL;
  gsize n_scope = n_bytes == 0 ? 0 : MIN ((gsize) data[0], n_bytes - 1);
  g_autofree guint8 *bytes = g_memdup2 (data + 1, n_scope);
  g_autofree guint8 *points = g_memdup2 (data + 1 + n_scope, n_bytes - MIN (n_bytes, 1) - n_scope);
  g_autoptr (ListenerScope) scope = listener_scope_read (bytes, n_scope, &problem);

  g_assert_true ((scope == NULL) == (problem != NULL));
  if (scope == NULL)
    return 0;
  check_again (scope);
  if (scope->points != NULL)
    check_own_points (scope);
  listener_scope_covers (scope, points, n_bytes - 1 - n_scope, FALSE);
  listener_scope_covers (scope, points, n_bytes - 1 - n_scope, TRUE);
  return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Which certificates a revocation list speaks of, and where a certificate says that its lists are. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of an IssuingDistributionPoint extension, RFC 5280 §5.2.5; all empty for a whole list. */
typedef struct
{
  GPtrArray *points; /* of char*: addresses where this list is; NULL: certificates of every point */
  gboolean only_users;
  gboolean only_authorities;
} ListenerScope;

/* listener-scope.c */
ListenerScope *listener_scope_read (const guint8 *der,
                                    gsize n_bytes,
                                    const char **out_problem) G_GNUC_WARN_UNUSED_RESULT;
void listener_scope_free (ListenerScope *scope);
char *listener_scope_dup_text (const ListenerScope *scope);
gboolean listener_scope_covers (const ListenerScope *scope,
                                const guint8 *points_der,
                                gsize n_bytes,
                                gboolean is_authority);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ListenerScope, listener_scope_free)

G_END_DECLS

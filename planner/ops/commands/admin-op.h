/* SPDX-License-Identifier: EUPL-1.2 */
/* What admin commands that change bookings share: a dry run, and a call of an operation in our own name. */
#pragma once

#include "ops/admin/admin.h"
#include "ops/call/op.h"

/**
 * AdminOp:
 * @call: as an operation's, but for session, request and row
 *
 * A caller of every unit of the tenant who may do what an indkalder may.
 */
typedef struct
{
  TenantRecord *tenant;
  Catalogue *catalogue;
  OpCaller caller;
  OpCall call;
} AdminOp;

/* Runs @write as a transaction of its own; with @is_dry_run it is undone, however well it went. */
gboolean admin_write (AdminCall *call,
                      AdminWrite write,
                      gpointer data,
                      gboolean is_dry_run,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean admin_op_init (AdminOp *op, AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void admin_op_clear (AdminOp *op);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (AdminOp, admin_op_clear)

/* Borrowed from the catalogue. An offer by its identifier or the beginning of one, a resource by key or
 * e-mail address; PLANNER_ERROR_NOT_FOUND. */
const CatalogueOffer *admin_op_find_offer (const AdminOp *op,
                                           const char *identifier,
                                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
const CatalogueResource *admin_op_find_resource (const AdminOp *op,
                                                 const char *key,
                                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* In a write: the operation's handler, its answer and its memory. The response lives until the next. */
gconstpointer admin_op_run (AdminOp *op,
                            StoreSession *session,
                            const char *operation,
                            gconstpointer request,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A person's words for our books: no citizen's number in them. PLANNER_ERROR_NOT_VALID. */
gboolean admin_check_prose (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The citizen that the argument cpr names; 0 when it is absent or nobody we know. */
gboolean admin_find_citizen (AdminCall *call,
                             gint64 tenant_id,
                             const char *purpose,
                             gint64 *out_citizen_id,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands over a program's unix socket: what a request says, and what it is answered. */
#pragma once

#include "base/ids.h"
#include "listener-request.h"
#include "ops/admin/admin.h"

#define FACE_ADMIN_PREFIX "/admin/v1/"

/**
 * FaceAdminRequest:
 * @arguments: (transfer full)
 * @call_id: the caller's own, by which the call's progress can be asked for; else a new one
 */
typedef struct
{
  const AdminCommand *command;
  JsonObject *arguments;
  char call_id[IDS_GUID_LENGTH + 1];
} FaceAdminRequest;

gboolean face_admin_read (ListenerRequest *request, FaceAdminRequest *out_request);
void
face_admin_reply (ListenerRequest *request, guint status, JsonObject *result, const GError *error);
void face_admin_reply_done (ListenerRequest *request, JsonObject *result, const GError *error);

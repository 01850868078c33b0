/* SPDX-License-Identifier: EUPL-1.2 */
/* From what is known of an account to somebody who can be asked: secrets read, connections used again. */
#pragma once

#include "calsync-remote-http.h"
#include "sync/sync-secret.h"

/**
 * SyncAccount:
 * @url: (nullable): of the calendar; NULL while it is looked for, and then no base_uri is given
 * @auth: none, basic, digest, bearer or certificate
 * @user: (nullable)
 * @secret: (nullable): name of the file with the password or token
 * @certificate: (nullable): name of the file with a client certificate and its key, PEM
 * @tier: how the calendar told changes last time
 *
 * What a binding says of its calendar and of the way in. Nothing of it is kept.
 */
typedef struct
{
  const char *url;
  const char *auth;
  const char *user;
  const char *secret;
  const char *certificate;
  CalsyncTier tier;
} SyncAccount;

/**
 * SyncHttp:
 * @http: for calsync_http_new(); lives as long as the rest
 *
 * An account with its secrets in memory; clearing it overwrites them.
 */
typedef struct
{
  CalsyncHttpSettings http;
  SyncSecret secret;
  char *certificate_file;
  char *origin;
} SyncHttp;

CalsyncRemote *sync_remote_new (const SyncSettings *settings,
                                const SyncAccount *account,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean sync_http_load (const SyncSettings *settings,
                         const SyncAccount *account,
                         SyncHttp *out_http,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sync_http_clear (SyncHttp *http);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (SyncHttp, sync_http_clear)
SyncPool *sync_remote_new_pool (const PlannerConfig *config);

/* SPDX-License-Identifier: EUPL-1.2 */
/* A calendar on a CalDAV server (RFC 4791) behind the port of calsync-remote.h. */
#pragma once

#include "calsync-remote-http.h"
#include "calsync-remote.h"

G_BEGIN_DECLS

/**
 * CalsyncCaldavPlace:
 * @http: (transfer full): a client of the calendar's account
 * @release: (nullable): takes @http back when the remote is freed; %NULL: calsync_http_free()
 * @data: for @release
 * @calendar_uri: the calendar's absolute address, of the client's origin
 * @tier: how it told changes last time; %CALSYNC_TIER_UNKNOWN: to be found out
 *
 * Where a calendar is and by whom it is asked.
 */
typedef struct
{
  CalsyncHttp *http;
  void (*release) (CalsyncHttp *http, gpointer data);
  gpointer data;
  const char *calendar_uri;
  CalsyncTier tier;
} CalsyncCaldavPlace;

CalsyncRemote *calsync_remote_caldav_new (const CalsyncHttpSettings *settings,
                                          const char *calendar_uri,
                                          CalsyncTier tier,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
CalsyncRemote *calsync_remote_caldav_new_over (const CalsyncCaldavPlace *place,
                                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

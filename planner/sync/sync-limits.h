/* SPDX-License-Identifier: EUPL-1.2 */
/* Whom not to ask now: a server that fails, an account that was refused, and how long to wait after a failure. */
#pragma once

#include "calsync-remote.h"

/* Wide, so that an hour of them is, too. */
#define SYNC_SECOND_US G_GINT64_CONSTANT (1000000)

/**
 * SyncHost:
 * @n_users: bindings
 * @n_failed: in a row
 * @failed_binding: whose run failed last
 * @open_until_us: until then it gets no request; 0: closed, all is well. Behind that instant one
 *   request tries it
 * @open_us: how long it was last opened for
 *
 * The circuit breaker of one server (calendar-sync.md 2.8). Instants are monotonic.
 */
typedef struct
{
  guint n_users;
  guint n_running;
  guint n_failed;
  gint64 failed_binding;
  gint64 open_until_us;
  gint64 open_us;
} SyncHost;

/* What a run tells of its server. @retry_after_us: what it asked for, 0: nothing */
typedef struct
{
  gint64 binding_id;
  gboolean is_failure;
  CalsyncRemoteError code;
  gint64 retry_after_us;
} SyncHostNews;

/**
 * SyncAccountLimit:
 * @n_users: bindings
 * @n_denied: refusals of name or password in a row; the second stops it
 * @has_worked: since the start
 * @blocked_until_us: until then it is not used
 *
 * One name at one server, of one calendar or of a thousand.
 */
typedef struct
{
  guint n_users;
  guint n_running;
  guint n_denied;
  gboolean has_worked;
  gint64 blocked_until_us;
} SyncAccountLimit;

/* Of bindings that the planner pauses by itself, and that one person's word about their account resumes. */
#define SYNC_WHY_DENIED \
  "the server refused name or password twice; put the secret right, then resume"

char *sync_limits_dup_host (const char *url);
char *sync_limits_dup_account (const char *url, const char *user, const char *secret);
void sync_host_note (SyncHost *host, const SyncHostNews *news, gint64 now_us);
gboolean sync_host_is_open (const SyncHost *host, gint64 now_us);
gboolean sync_host_may_start (const SyncHost *host, guint n_most, gint64 now_us);
gboolean sync_limits_is_host_failure (CalsyncRemoteError code);
gint64 sync_limits_back_off_us (guint n_failures);
guint32 sync_limits_random (guint32 below);

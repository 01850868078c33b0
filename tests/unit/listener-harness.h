/* SPDX-License-Identifier: EUPL-1.2 */
/* A listener with an echoing handler, and raw clients that run in the same thread as it. */
#pragma once

#include "listener.h"

G_BEGIN_DECLS

/*
 * The handler's paths: /echo answers the body, /large?N N bytes, /later keeps the request in @held, /drop keeps
 * nothing and does not reply, /twice replies twice, /end?… replies and closes, others get 404 with their path.
 */
typedef struct
{
  GMainContext *context;
  Listener *listener;
  GPtrArray *held; /* of ListenerRequest */
  ListenerSettings settings;
  const ListenerIdentity *identity; /* of the latest request, while it is held */
} Harness;

typedef struct
{
  Harness *harness;
  int fd;
  GString *received;
  gboolean closed;
  gboolean reset; /* closed by the server without a regular end */
} Client;

/* A busy machine stands still for seconds: how long to wait for what must come. */
#define PATIENCE_MS 60000

void harness_init (Harness *harness);
void harness_start (Harness *harness);
void harness_clear (Harness *harness);
void harness_run_ms (Harness *harness, guint duration_ms);
const ListenerCounters *harness_counters (Harness *harness);

Client *client_new (Harness *harness);
void client_free (Client *client);
void client_send (Client *client, const char *data, gssize n_bytes);
gboolean client_wait_closed (Client *client, guint limit_ms);
gboolean client_wait_text (Client *client, const char *text, guint limit_ms);
guint client_status (Client *client);
guint client_count (Client *client, const char *text);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Client, client_free)

G_END_DECLS

/* SPDX-License-Identifier: EUPL-1.2 */
/* A path of the DFDG face that takes pushed messages: between the face and who understands them. */
#pragma once

#include <glib.h>

/* Loop thread, once for each call. @retry_after_s: 0: no such header. @words: static. */
typedef void (*PlannerWebhookReply) (gpointer reply_data,
                                     guint status,
                                     guint retry_after_s,
                                     const char *words);

/**
 * PlannerWebhookCall:
 * @tenant_key: the caller's municipality; @caller: its name in the allow-list
 * @bytes: (array length=n_bytes): the body; valid until the reply
 */
typedef struct
{
  const char *tenant_key;
  const char *caller;
  const char *bytes;
  gsize n_bytes;
  PlannerWebhookReply reply;
  gpointer reply_data;
} PlannerWebhookCall;

/**
 * PlannerWebhook:
 * @take: loop thread; does not block; replies now or later
 */
typedef struct
{
  const char *path;
  void (*take) (gpointer data, const PlannerWebhookCall *call);
  gpointer data;
} PlannerWebhook;

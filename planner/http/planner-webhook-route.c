/* SPDX-License-Identifier: EUPL-1.2 */
/* DFDG alone pushes; the media type is not looked at, for a refusal would hold up all that follows of the citizen. */
#include "http/planner-webhook-route.h"

#include <string.h>

#include "http/planner-media.h"

#define TEXT_TYPE "text/plain; charset=utf-8"

typedef struct
{
  ListenerRequest *request;
} Reply;

static void
reply_words (ListenerRequest *request, guint status, const char *words)
{
  char *text = g_strconcat (words, "\n", NULL);

  listener_request_reply_take (request, status, TEXT_TYPE, text, strlen (text));
}

static void
on_reply (gpointer data, guint status, guint retry_after_s, const char *words)
{
  g_autofree Reply *reply = data;
  g_autofree char *seconds = g_strdup_printf ("%u", retry_after_s);

  if (retry_after_s > 0)
    listener_request_add_reply_header (reply->request, "Retry-After", seconds);
  reply_words (reply->request, status, words);
  listener_request_unref (reply->request);
}

/**
 * planner_webhook_is_at:
 * @webhook: its path NULL: nobody takes messages
 */
gboolean
planner_webhook_is_at (const PlannerWebhook *webhook, ListenerRequest *request)
{
  return webhook->path != NULL && strcmp (listener_request_get_path (request), webhook->path) == 0;
}

/**
 * planner_webhook_handle:
 * @request: for the webhook's path; a reference is taken
 *
 * Replies once, perhaps later. Loop thread; does not block.
 */
void
planner_webhook_handle (const PlannerWebhook *webhook,
                        ListenerRequest *request,
                        const OpCaller *caller)
{
  PlannerWebhookCall call = { .tenant_key = caller->tenant_key,
                              .caller = caller->name,
                              .reply = on_reply };
  Reply *reply;

  if (listener_request_get_method (request) != LISTENER_METHOD_POST)
    {
      listener_request_add_reply_header (request, "Allow", "POST");
      reply_words (request, 405, "This path takes another method.");
      return;
    }
  if ((caller->roles & OP_ROLE_DFDG) == 0)
    {
      reply_words (request, 403, "Messages are taken from DFDG only.");
      return;
    }
  if (!planner_media_is_plain (listener_request_find_header (request, "Content-Encoding")))
    {
      reply_words (request, 415, "Messages are taken that are not packed.");
      return;
    }
  reply = g_new0 (Reply, 1);
  reply->request = listener_request_ref (request);
  call.reply_data = reply;
  call.bytes = listener_request_get_body (request, &call.n_bytes);
  webhook->take (webhook->data, &call);
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* AbonnementService's one call. Sending the same again costs nothing, so it is sent whenever somebody looks (decision 0030). */
#include "dfdg/services/dfdg-subscribe.h"

#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "store/journal-store.h"

#define PATH   "v1/Abonnementer"
#define ERRAND "subscribe"

static const char *const outcomes[] = {
  [DFDG_SUBSCRIBED] = "agreed",       [DFDG_SUBSCRIBE_NOTHING] = "nothing",
  [DFDG_SUBSCRIBE_HELD] = "held",     [DFDG_SUBSCRIBE_WRONG] = "refused",
  [DFDG_SUBSCRIBE_FAILED] = "failed",
};

typedef struct
{
  const DfdgErrandWork *work;
  const DfdgSubscribing *subscribing;
} Writing;

/**
 * dfdg_subscribed_to_text:
 *
 * Returns: (transfer none): a word; docs/dfdg.md says what to do
 */
const char *
dfdg_subscribed_to_text (DfdgSubscribed outcome)
{
  return outcomes[outcome];
}

/**
 * dfdg_subscribing_clear:
 */
void
dfdg_subscribing_clear (DfdgSubscribing *subscribing)
{
  dfdg_wish_clear (&subscribing->wish);
  dfdg_answer_clear (&subscribing->answer);
  g_clear_pointer (&subscribing->accepted, g_ptr_array_unref);
  g_clear_pointer (&subscribing->problem, g_free);
}

static void
set_held (DfdgSubscribing *subscribing)
{
  subscribing->outcome = DFDG_SUBSCRIBE_HELD;
  subscribing->problem = g_strdup_printf (
    "%u subscriptions are not wished any more; DFDG would drop what waits for "
    "them: plannerctl dfdg subscribe --dry-run shows them, --agree %s lets them go",
    subscribing->wish.dropped->len, subscribing->wish.word);
}

/* Whether DFDG is to be asked. */
static gboolean
prepare (const DfdgErrandWork *work,
         const char *agreed_word,
         DfdgSubscribing *subscribing,
         gboolean *out_is_wanted,
         GError **error)
{
  DfdgWish *wish = &subscribing->wish;

  *out_is_wanted = FALSE;
  subscribing->accepted = subscription_store_list (work->session, work->tenant_id, error);
  if (subscribing->accepted == NULL ||
      !dfdg_wish_init (wish, work->settings, subscribing->accepted, work->now_us, error))
    return FALSE;
  if (wish->wished->len == 0 && wish->dropped->len == 0)
    subscribing->outcome = DFDG_SUBSCRIBE_NOTHING;
  else if (wish->word != NULL &&
           (agreed_word == NULL || g_ascii_strcasecmp (agreed_word, wish->word) != 0))
    set_held (subscribing);
  else
    *out_is_wanted = TRUE;
  return TRUE;
}

/**
 * dfdg_subscribe_preview:
 */
gboolean
dfdg_subscribe_preview (const DfdgErrandWork *work,
                        const char *agreed_word,
                        DfdgSubscribing *out_subscribing,
                        GError **error)
{
  gboolean is_wanted;

  return prepare (work, agreed_word, out_subscribing, &is_wanted, error);
}

static void
take_answer (DfdgSubscribing *subscribing)
{
  g_autoptr (GError) error = NULL;

  if (subscribing->answer.verdict == DFDG_DONE || subscribing->answer.verdict == DFDG_REPEATED)
    {
      subscribing->outcome = DFDG_SUBSCRIBED;
      return;
    }
  dfdg_answer_set_error (&subscribing->answer, "AbonnementService", &error);
  subscribing->problem = g_strdup (error->message);
  subscribing->outcome =
    subscribing->answer.verdict == DFDG_LATER ? DFDG_SUBSCRIBE_FAILED : DFDG_SUBSCRIBE_WRONG;
}

static void
ask (const DfdgErrandWork *work, DfdgSubscribing *subscribing)
{
  g_autoptr (DfdgClient) client = dfdg_client_take (work->settings);
  g_autofree char *body = dfdg_wish_dup_body (&subscribing->wish, work->settings);
  const DfdgRequest request = { .service = DFDG_SERVICE_ABONNEMENT,
                                .method = "PUT",
                                .path = PATH,
                                .body = body,
                                .n_body = strlen (body) };
  g_autoptr (GError) error = NULL;

  if (dfdg_client_send (client, &request, &subscribing->answer, work->cancellable, &error))
    {
      take_answer (subscribing);
      return;
    }
  subscribing->outcome = DFDG_SUBSCRIBE_FAILED;
  subscribing->problem = g_strdup (error->message);
}

static gboolean
has_changed (const DfdgWish *wish)
{
  return wish->n_added > 0 || wish->n_renewed > 0 || wish->dropped->len > 0;
}

static gboolean
journal (const Writing *writing, StoreSession *session, GError **error)
{
  const DfdgErrandWork *work = writing->work;
  g_autofree char *body = dfdg_wish_dup_body (&writing->subscribing->wish, work->settings);
  g_autofree char *payload = g_strdup_printf ("{\"after\":%s}", body);
  const JournalEntry entry = { .tenant_id = work->tenant_id,
                               .at_us = work->now_us,
                               .actor = work->actor,
                               .call_id = work->call_id,
                               .kind = "dfdg-subscribed",
                               .subject = work->settings->client->tenant,
                               .payload = payload };

  return journal_store_add (session, &entry, error);
}

/* AdminWrite. */
static gboolean
write_outcome (StoreSession *session, gpointer data, GError **error)
{
  const Writing *writing = data;
  const DfdgSubscribing *subscribing = writing->subscribing;
  Errand errand = { .tenant_id = writing->work->tenant_id,
                    .name = (char *) ERRAND,
                    .tried_us = writing->work->now_us,
                    .problem = subscribing->problem };

  if (!errand_store_put (session, &errand, error))
    return FALSE;
  if (subscribing->outcome != DFDG_SUBSCRIBED || !has_changed (&subscribing->wish))
    return TRUE;
  return subscription_store_set (session, writing->work->tenant_id, subscribing->wish.wished,
                                 error) &&
         journal (writing, session, error);
}

/**
 * dfdg_subscribe:
 *
 * On a waiting thread; blocks.
 */
gboolean
dfdg_subscribe (const DfdgErrandWork *work,
                const char *agreed_word,
                DfdgSubscribing *out_subscribing,
                GError **error)
{
  Writing writing = { work, out_subscribing };
  gboolean is_wanted = FALSE;

  if (!prepare (work, agreed_word, out_subscribing, &is_wanted, error))
    return FALSE;
  if (is_wanted)
    ask (work, out_subscribing);
  return work->runner.run_write (work->runner.runner, write_outcome, &writing, error);
}

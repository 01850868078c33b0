/* SPDX-License-Identifier: EUPL-1.2 */
/* Has DFDG send us what the configuration wishes, all of it or nothing, and writes down what it agreed to. */
#pragma once

#include "dfdg/services/dfdg-subscription.h"
#include "dfdg/wire/dfdg-http.h"
#include "ops/admin/admin.h"

/**
 * DfdgErrandWork:
 * @session: for reading
 * @actor: for the journal; likewise @call_id
 *
 * What errands with DFDG need, whoever runs them: a command, or the program by itself.
 */
typedef struct
{
  const DfdgSettings *settings;
  gint64 tenant_id;
  StoreSession *session;
  AdminRunner runner;
  gint64 now_us;
  const char *actor;
  const char *call_id;
  GCancellable *cancellable;
} DfdgErrandWork;

typedef enum
{
  DFDG_SUBSCRIBED,        /* DFDG agreed */
  DFDG_SUBSCRIBE_NOTHING, /* none is wished, and none was agreed on */
  DFDG_SUBSCRIBE_HELD,    /* something would be given up: a person must say so */
  DFDG_SUBSCRIBE_WRONG,   /* DFDG lists faults, and changed nothing */
  DFDG_SUBSCRIBE_FAILED,  /* DFDG did not answer, or asks to wait: tried again */
} DfdgSubscribed;

/**
 * DfdgSubscribing:
 * @wish: what was to be agreed on
 * @accepted: (element-type Subscription): before
 * @outcome: how it ended; with @answer, unless DFDG was not asked
 * @problem: (nullable): a sentence for a person
 */
typedef struct
{
  GPtrArray *accepted;
  DfdgWish wish;
  DfdgSubscribed outcome;
  DfdgAnswer answer;
  char *problem;
} DfdgSubscribing;

void dfdg_subscribing_clear (DfdgSubscribing *subscribing);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgSubscribing, dfdg_subscribing_clear)
const char *dfdg_subscribed_to_text (DfdgSubscribed outcome);

/* @agreed_word: (nullable): what a person said. FALSE when our own side failed. */
gboolean dfdg_subscribe (const DfdgErrandWork *work,
                         const char *agreed_word,
                         DfdgSubscribing *out_subscribing,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The same without asking DFDG and without a trace. */
gboolean dfdg_subscribe_preview (const DfdgErrandWork *work,
                                 const char *agreed_word,
                                 DfdgSubscribing *out_subscribing,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether DFDG holds a change of another system that nobody has told us of: it is not overwritten unseen (decision 0026). */
#pragma once

#include "dfdg/services/indkaldelse-record.h"
#include "dfdg/wire/dfdg-settings.h"
#include "store/inbox-store.h"
#include "store/outbox-store.h"
#include "store/truth-store.h"

/**
 * IndkaldelseLook:
 * @mark: what was applied last, and what DFDG called the outcome of our last call
 * @was_asked: the citizen's messages were told to look; @is_asked: they have not looked yet
 */
typedef struct
{
  TruthMark mark;
  gboolean was_asked;
  gboolean is_asked;
} IndkaldelseLook;

void indkaldelse_look_clear (IndkaldelseLook *look);
gboolean indkaldelse_look_load (StoreSession *session,
                                const Booking *booking,
                                const OutboxItem *item,
                                IndkaldelseLook *out_look,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean indkaldelse_look_is_possible (const IndkaldelseLook *look);
gboolean indkaldelse_look_is_unseen (const IndkaldelseLook *look, const DfdgIndkaldelse *theirs);
gboolean indkaldelse_look_ask (StoreSession *session,
                               const DfdgSettings *settings,
                               const Booking *booking,
                               const OutboxItem *item,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether a message is such a question of ours. */
gboolean indkaldelse_look_is_question (const DfdgEvent *event);

/* SPDX-License-Identifier: EUPL-1.2 */
/* How one municipality stands with DFDG, and what of that wants a person: for commands, health and metrics alike. */
#pragma once

#include "dfdg/wire/dfdg-contact.h"
#include "store/echo-store.h"
#include "store/errand-store.h"
#include "store/inbox-store.h"
#include "store/message-lane-store.h"
#include "store/outbox-store.h"

/**
 * DfdgState:
 * @settings: (nullable): NULL when it does not talk with DFDG
 * @contact: of IndkaldelseService
 * @forbidden: (nullable): which service refuses us, and how
 * @certificate_end_us: 0: there is none, or @certificate_problem says why it cannot be read
 * @letters: messages to citizens and authorities
 * @subscribed: (nullable): how the last try went; likewise @reconciled, added up over units
 * @subscribed_until_us: when the first of the @n_subscriptions ends; 0: there is none
 * @code_problem: (nullable): why code lists are as they were
 * @n_past: changes that were ended when it was switched on
 * @n_differences: that the last comparisons found; @compared_us: when the oldest of them was, 0: never
 *
 * A picture of one moment.
 */
typedef struct
{
  DfdgSettings *settings;
  gint64 now_us;
  DfdgContact contact;
  char *forbidden;
  gint64 certificate_end_us;
  char *certificate_problem;
  InboxCounts inbox;
  OutboxCounts outbox;
  EchoCounts echoes;
  MessageCounts letters;
  Errand *subscribed;
  guint n_subscriptions;
  gint64 subscribed_until_us;
  guint n_differences;
  gint64 compared_us;
  char *compare_problem;
  gint64 n_past;
  char *code_problem;
} DfdgState;

gboolean dfdg_state_load (StoreSession *session,
                          const DfdgSettings *settings,
                          gint64 tenant_id,
                          gint64 now_us,
                          DfdgState *out_state,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
void dfdg_state_clear (DfdgState *state);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgState, dfdg_state_clear)

/**
 * DfdgStateWord:
 * @word: as the column STATE shows it; docs/dfdg.md says the same
 * @is_ill: /health/dfdg is not well while it stands
 * @remedy: what to do, in a sentence
 * @applies: pure
 */
typedef struct
{
  const char *word;
  gboolean is_ill;
  const char *remedy;
  gboolean (*applies) (const DfdgState *state);
} DfdgStateWord;

/* Those that want a person first. */
const DfdgStateWord *dfdg_state_list_words (guint *out_n_words);
/* What lies behind the word, in a few words; NULL: nothing more. */
char *dfdg_state_dup_cause (const DfdgState *state, const DfdgStateWord *word);

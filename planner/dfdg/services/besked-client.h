/* SPDX-License-Identifier: EUPL-1.2 */
/* The calls of BorgerBeskedService. On a waiting thread; each blocks. */
#pragma once

#include "dfdg/services/besked-message.h"
#include "dfdg/wire/dfdg-http.h"

/**
 * BeskedOutcome:
 * @identifier: (nullable): of what was made, where DFDG's answer names it
 *
 * What became of a write.
 */
typedef struct
{
  DfdgAnswer answer;
  char *identifier;
} BeskedOutcome;

void besked_outcome_clear (BeskedOutcome *outcome);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (BeskedOutcome, besked_outcome_clear)

/*
 * Writes give TRUE when DFDG answered, whatever it said: @out_outcome->answer.verdict tells. Reads give TRUE, or what
 * was asked for, when the question is answered. Errors as of indkaldelse-client.h: none holds a number or a word of a
 * message.
 */
gboolean besked_create (DfdgClient *client,
                        const DfdgCallHead *head,
                        const BeskedDraft *draft,
                        BeskedOutcome *out_outcome,
                        GCancellable *cancellable,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * BeskedWrite:
 * @text: of a reply
 * @status: of a change of status
 * @mark: of a mark; @at_us: 0: now
 *
 * A write about the message, or the reply, @identifier.
 */
typedef struct
{
  const char *identifier;
  const char *text;
  BeskedStatus status;
  BeskedMark mark;
  gint64 at_us;
} BeskedWrite;

typedef gboolean (*BeskedWriteFunc) (DfdgClient *client,
                                     const DfdgCallHead *head,
                                     const BeskedWrite *write,
                                     BeskedOutcome *out_outcome,
                                     GCancellable *cancellable,
                                     GError **error);

gboolean besked_reply (DfdgClient *client,
                       const DfdgCallHead *head,
                       const BeskedWrite *write,
                       BeskedOutcome *out_outcome,
                       GCancellable *cancellable,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean besked_set_status (DfdgClient *client,
                            const DfdgCallHead *head,
                            const BeskedWrite *write,
                            BeskedOutcome *out_outcome,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean besked_set_reply_status (DfdgClient *client,
                                  const DfdgCallHead *head,
                                  const BeskedWrite *write,
                                  BeskedOutcome *out_outcome,
                                  GCancellable *cancellable,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean besked_set_mark (DfdgClient *client,
                          const DfdgCallHead *head,
                          const BeskedWrite *write,
                          BeskedOutcome *out_outcome,
                          GCancellable *cancellable,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @out_besked: (transfer full): NULL when DFDG has none (404). */
gboolean besked_get (DfdgClient *client,
                     const DfdgCallHead *head,
                     const char *identifier,
                     Besked **out_besked,
                     GCancellable *cancellable,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  BESKED_WITH_REPLIES,
  BESKED_WITHOUT_REPLIES,
} BeskedListing;

/* @head: names the citizen. Returns: (transfer full) (element-type Besked) */
GPtrArray *besked_list (DfdgClient *client,
                        const DfdgCallHead *head,
                        BeskedListing listing,
                        GCancellable *cancellable,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
GBytes *besked_get_document (DfdgClient *client,
                             const DfdgCallHead *head,
                             const char *identifier,
                             GCancellable *cancellable,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

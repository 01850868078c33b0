/* SPDX-License-Identifier: EUPL-1.2 */
/* Reads plain XML, which nearly every message is, without a parser; what is not quite plain is left to one. */

#pragma once

#include "contract-parser.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractPlainState:
 * @CONTRACT_PLAIN_MORE: well-formed as far as it is there, and more must come
 * @CONTRACT_PLAIN_WHOLE: one whole well-formed document; only white space may follow
 * @CONTRACT_PLAIN_LEFT: not plain, or not XML: a parser must say
 * @CONTRACT_PLAIN_REFUSED: a handler wants no more
 */
typedef enum
{
  CONTRACT_PLAIN_MORE,
  CONTRACT_PLAIN_WHOLE,
  CONTRACT_PLAIN_LEFT,
  CONTRACT_PLAIN_REFUSED,
} ContractPlainState;

#define CONTRACT_PLAIN_DEPTH    32
#define CONTRACT_PLAIN_BINDINGS 16
#define CONTRACT_PLAIN_TEXT     1024
#define CONTRACT_PLAIN_NAME     128

/* A prefix and its namespace; both lie in the texts, the prefix empty for the default one. */
typedef struct
{
  guint depth;
  const char *prefix;
  gsize prefix_bytes;
  const char *uri;
} ContractPlainBinding;

/* An open element: where its name lies in the message. */
typedef struct
{
  gsize at;
  gsize n_bytes;
} ContractPlainOpen;

/**
 * ContractPlain:
 * @n_tags: start and end events that the handlers were told of
 *
 * A reading under way; set up by contract_plain_init(), with nothing to free.
 */
typedef struct
{
  ContractLimits limits;
  const ContractEvents *events;
  gpointer state;
  gsize at;      /* of the first byte that is not understood yet */
  gsize checked; /* bytes that were looked at for control characters */
  guint64 n_tags;
  guint depth;
  guint n_bindings;
  gsize n_texts;
  gboolean has_high; /* bytes beyond ASCII */
  gboolean is_begun;
  gboolean is_whole;
  ContractPlainOpen open[CONTRACT_PLAIN_DEPTH];
  ContractPlainBinding bindings[CONTRACT_PLAIN_BINDINGS];
  char
    texts[CONTRACT_PLAIN_TEXT]; /* only grows: a namespace keeps its address through the message */
} ContractPlain;

void contract_plain_init (ContractPlain *plain,
                          const ContractLimits *limits,
                          const ContractEvents *events,
                          gpointer state);
ContractPlainState contract_plain_read (ContractPlain *plain,
                                        const char *bytes,
                                        gsize length_bytes,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

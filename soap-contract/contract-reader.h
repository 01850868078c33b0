/* SPDX-License-Identifier: EUPL-1.2 */
/* A message read from events into its struct, by its table. */

#pragma once

#include "contract-envelope.h"
#include "contract-message.h"
#include "contract-parser.h"

#include <glib.h>

G_BEGIN_DECLS

#define CONTRACT_READER_MAX_DEPTH 16

/* One open element. */
typedef struct
{
  const ContractType *type;     /* or NULL */
  const ContractSimple *simple; /* or NULL */
  char *memory;                 /* the struct, or where the value goes */
  guint16 name;
  guint position; /* field that the next child is held against first */
  guint count;    /* children at that field */
  guint capacity; /* room in its list */
  gboolean is_nil;
  gboolean *presence; /* set when a value came; or NULL */
} ContractFrame;

/* A reading; members are its own business. */
typedef struct
{
  ContractArena *arena;
  const ContractMapping *mapping;
  ContractTimeResolver resolve_time;
  gpointer resolver_data;
  GString *text;
  guint n_frames;
  ContractFrame frames[CONTRACT_READER_MAX_DEPTH];
} ContractReader;

void contract_reader_init (ContractReader *reader,
                           ContractArena *arena,
                           const ContractMapping *mapping,
                           ContractTimeResolver resolve_time,
                           gpointer resolver_data);
void contract_reader_clear (ContractReader *reader);
gpointer contract_reader_begin (ContractReader *reader,
                                guint16 name,
                                const ContractElement *element,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_reader_start (ContractReader *reader,
                                const ContractElement *element,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_reader_end (ContractReader *reader, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_reader_text (ContractReader *reader,
                               const char *text,
                               gsize length_bytes,
                               ContractTextKind kind,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

gboolean contract_reader_fail (const ContractReader *reader,
                               const char *what,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_reader_read_attributes (ContractReader *reader,
                                          const ContractElement *element,
                                          gboolean is_nillable,
                                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
ContractLimits contract_read_limits (const ContractReadOptions *options);
void contract_read_init (ContractReader *reader,
                         const ContractReadOptions *options,
                         ContractArena *arena);

G_END_DECLS

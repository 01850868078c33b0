/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2 as a source of three events, fed piece by piece: for a message that is passed on while it comes. */

#pragma once

#include "contract-parser.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractStream:
 *
 * A parse under way.
 */
typedef struct _ContractStream ContractStream;

ContractStream *
contract_stream_new (const ContractLimits *limits, const ContractEvents *events, gpointer state);
gboolean contract_stream_feed (ContractStream *stream,
                               const char *bytes,
                               gsize length_bytes,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_stream_end (ContractStream *stream, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void contract_stream_free (ContractStream *stream);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractStream, contract_stream_free)

G_END_DECLS

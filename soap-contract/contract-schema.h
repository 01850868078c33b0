/* SPDX-License-Identifier: EUPL-1.2 */
/* libxml2's own verdict on a message: for tests, and for a paranoid mode on live messages. */

#pragma once

#include "contract-mapping.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractSchema:
 *
 * The schema of a mapping as libxml2 understands it. Immutable; shared by all threads.
 */
typedef struct _ContractSchema ContractSchema;

ContractSchema *contract_schema_new (const ContractMapping *mapping,
                                     GError **error) G_GNUC_WARN_UNUSED_RESULT;
void contract_schema_free (ContractSchema *schema);
gboolean contract_schema_check (const ContractSchema *schema,
                                const char *bytes,
                                gsize length_bytes,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_schema_check_envelope (const ContractSchema *schema,
                                         const char *bytes,
                                         gsize length_bytes,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ContractSchema, contract_schema_free)

G_END_DECLS

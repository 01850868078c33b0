/* SPDX-License-Identifier: EUPL-1.2 */
/* Any message by its table: check a struct, and write it as XML. */

#pragma once

#include "contract-arena.h"
#include "contract-mapping.h"
#include "contract-table.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractTimeResolver:
 * @time: (inout): a wall-clock reading without offset; to be made an instant with its offset
 * @data: what was given with the function
 *
 * Turns a wall-clock time that came without offset into an instant, by the zone rules of the
 * caller (Europe/Copenhagen). Called on the thread that reads.
 *
 * Returns: %FALSE when there is no such instant: the message is then refused
 */
typedef gboolean (*ContractTimeResolver) (ContractTime *time, gpointer data);

gboolean contract_message_check (ContractTypeId type,
                                 gconstpointer message,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean contract_message_check_rules (const ContractType *type,
                                       gconstpointer message,
                                       const char *path,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
void contract_message_write (const ContractMapping *mapping,
                             guint16 root_name,
                             gconstpointer message,
                             GString *out);
gboolean contract_message_write_checked (const ContractMapping *mapping,
                                         guint16 root_name,
                                         gconstpointer message,
                                         GString *out,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

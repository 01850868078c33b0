/* SPDX-License-Identifier: EUPL-1.2 */
/* What a Planner answered: the message of an operation, or a fault, out of its envelope. */

#pragma once

#include "contract-envelope.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractReply:
 * @version: SOAP version of the answer
 * @response: (nullable): `ContractXResponse` of the operation; %NULL for a fault
 * @fault: (nullable): detail of a fault; %NULL when the fault has none of the contract
 * @is_fault: whether it is a soap:Fault
 *
 * An answer that was read; its members lie in the arena that was given.
 */
typedef struct
{
  ContractSoapVersion version;
  gconstpointer response;
  const ContractPlannerFault *fault;
  gboolean is_fault;
} ContractReply;

gboolean contract_reply_parse (ContractReply *out_reply,
                               const ContractReadOptions *options,
                               const ContractOperation *operation,
                               GBytes *bytes,
                               ContractArena *arena,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS

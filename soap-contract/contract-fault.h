/* SPDX-License-Identifier: EUPL-1.2 */
/* soap:Fault with our detail, in both SOAP versions. */

#pragma once

#include "contract-envelope.h"

#include <glib.h>

G_BEGIN_DECLS

/**
 * ContractFaultSide:
 *
 * Whose fault it is, as SOAP says it (1.1: Client and Server, 1.2: Sender and Receiver).
 */
typedef enum
{
  CONTRACT_FAULT_SENDER,
  CONTRACT_FAULT_RECEIVER,
  CONTRACT_FAULT_MUST_UNDERSTAND,
  CONTRACT_FAULT_VERSION_MISMATCH,
} ContractFaultSide;

/**
 * ContractFault:
 * @side: whose fault it is
 * @code: error code of the contract
 * @text: explanation without personal data; cut at 2000 characters
 * @request_id: (nullable): key of the call in the log
 * @cause_code: of a gateway's fault: why it has no answer; 0: none
 *
 * A fault to be written.
 */
typedef struct
{
  ContractFaultSide side;
  gint64 code;
  const char *text;
  const char *request_id;
  gint64 cause_code;
} ContractFault;

void contract_fault_write (const ContractMapping *mapping,
                           ContractSoapVersion version,
                           const ContractFault *fault,
                           GString *out);
guint contract_fault_http_status (ContractSoapVersion version, ContractFaultSide side);

G_END_DECLS

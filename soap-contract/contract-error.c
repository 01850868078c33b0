/* SPDX-License-Identifier: EUPL-1.2 */
/* The error domain of the contract. */

#include "contract-error.h"

G_DEFINE_QUARK (contract_error, contract_error)

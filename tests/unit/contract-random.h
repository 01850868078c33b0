/* SPDX-License-Identifier: EUPL-1.2 */
/* Random messages of the contract, made and compared by its tables. */

#pragma once

#include "contract-arena.h"
#include "contract-table.h"

#include <glib.h>

/* Members are the maker's own but for the first three. */
typedef struct
{
  GRand *random;
  ContractArena *arena;
  guint max_items; /* in a list whose bound is higher */
} ContractRandom;

gpointer contract_random_message (ContractRandom *maker, ContractTypeId type);
const char *contract_random_string (ContractRandom *maker, const ContractSimple *simple);
gboolean contract_random_is_equal (ContractTypeId type, gconstpointer left, gconstpointer right);
gboolean contract_random_break (ContractRandom *maker, ContractTypeId type, gpointer message);

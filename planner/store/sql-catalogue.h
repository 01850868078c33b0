/* SPDX-License-Identifier: EUPL-1.2 */
/* Statements about tenants, units, settings, resources and offers. */
#pragma once

/* clang-format off */
#define STORE_SQL_CATALOGUE(X) \
  X (TENANT_BY_KEY, "SELECT tenant_id FROM tenant WHERE tenant_key = $1") \
  X (TENANT_ADD, "INSERT INTO tenant (tenant_key, name) VALUES ($1, $2)")
/* clang-format on */

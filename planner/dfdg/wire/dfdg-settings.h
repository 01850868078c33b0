/* SPDX-License-Identifier: EUPL-1.2 */
/* One municipality's way to DFDG: its group [dfdg-client TENANT], held by whoever works by it. */
#pragma once

#include "planner-config.h"

/**
 * DfdgService:
 *
 * DFDG's services that we call, each with its own base address.
 */
typedef enum
{
  DFDG_SERVICE_INDKALDELSE,
  DFDG_SERVICE_ABONNEMENT,
  DFDG_SERVICE_WSRM,
  DFDG_SERVICE_FRIST,
  DFDG_SERVICE_VISITERING,
  DFDG_SERVICE_BESKED,
  DFDG_SERVICE_KODELISTE,
  DFDG_N_SERVICES,
} DfdgService;

/**
 * DfdgSettings:
 * @client: every key of the group; texts are never NULL, an empty one means: not set
 *
 * Reference-counted, constant. Work under way keeps the settings that it began with.
 */
typedef struct
{
  const PlannerConfig *config;
  const ConfigDfdgClient *client;
} DfdgSettings;

DfdgSettings *dfdg_settings_new (const PlannerConfig *config, const ConfigDfdgClient *client);
DfdgSettings *dfdg_settings_ref (const DfdgSettings *settings);
void dfdg_settings_unref (DfdgSettings *settings);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgSettings, dfdg_settings_unref)

const char *dfdg_settings_get_url (const DfdgSettings *settings, DfdgService service);
GPtrArray *dfdg_settings_list (const PlannerConfig *config);

/* The program's own: set at start and at a reload, asked for by commands and threads. */
void dfdg_settings_set_current (GPtrArray *all);
DfdgSettings *dfdg_settings_dup_current (const char *tenant_key);

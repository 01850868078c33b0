/* SPDX-License-Identifier: EUPL-1.2 */
/* plannerd's configuration: one table of keys, one constant struct of values, and who may call. */
#pragma once

#include "planner-config-dfdg.h"
#include "planner-config-peer.h"

typedef enum
{
  CONFIG_LOG_LOGFMT,
  CONFIG_LOG_JSON,
} ConfigLogFormat;

/**
 * ConfigSocketMode:
 * @CONFIG_SOCKET_GROUP: the owner and the group may open it
 * @CONFIG_SOCKET_OWNER: the owner alone
 *
 * Nobody else ever: who opens it says who the clients are.
 */
typedef enum
{
  CONFIG_SOCKET_GROUP,
  CONFIG_SOCKET_OWNER,
} ConfigSocketMode;

/**
 * ConfigMissingList:
 * @CONFIG_MISSING_REFUSE: no list of its issuer, no access
 * @CONFIG_MISSING_ACCEPT: counted, and let in
 */
typedef enum
{
  CONFIG_MISSING_REFUSE,
  CONFIG_MISSING_ACCEPT,
} ConfigMissingList;

/**
 * ConfigCaller:
 * @peer: its name, actor in journal and log, and its certificate
 * @tenant: key of the municipality
 * @roles: bits in the order of config_role_names
 * @units: (nullable): organisation keys; NULL for every unit of the tenant
 * @system: client system code, -1 for none
 *
 * One entry of the allow-list.
 */
typedef struct
{
  ConfigPeer peer;
  char *tenant;
  guint roles;
  char **units;
  gint64 system;
} ConfigCaller;

/**
 * PlannerConfig:
 * @callers: (element-type ConfigCaller): in the order of the file
 * @dfdg_clients: (element-type ConfigDfdgClient): likewise
 *
 * Every key of the table, named after it: `[dfdg] port` is @dfdg_port. Texts are never NULL; an
 * empty one means: not set. Reference-counted, constant once loaded. What each key means stands in
 * the table, which planner_config_print_sample() prints.
 */
typedef struct
{
  char *database_path;
  char *database_schema_dir;
  char *database_data_dir;
  char *database_codes_dir;
  gint64 database_ignore_clock;
  char *dfdg_address;
  gint64 dfdg_port;
  char *dfdg_certificate;
  char *dfdg_key;
  char *dfdg_trust;
  char *dfdg_crl;
  gint64 dfdg_crl_missing;
  gint64 dfdg_crl_grace_h;
  gint64 dfdg_crl_check_s;
  gint64 dfdg_resumption_s;
  char *proxied_socket;
  gint64 proxied_mode;
  char *proxied_group;
  char *plain_address;
  gint64 plain_port;
  char *plain_caller;
  char *health_address;
  gint64 health_port;
  gint64 health_semantic_s;
  char *admin_socket;
  char *contract_mapping;
  char *contract_public_url;
  gint64 contract_validate_live;
  gint64 contract_require_active_organisation;
  gint64 contract_require_request_user_metadata;
  gint64 limits_max_connections;
  gint64 limits_max_connections_per_peer;
  gint64 limits_max_body_bytes;
  gint64 limits_max_head_bytes;
  gint64 limits_request_timeout_ms;
  gint64 limits_idle_timeout_ms;
  gint64 limits_reply_timeout_ms;
  gint64 limits_workers;
  gint64 limits_max_queued;
  gint64 limits_max_group;
  gint64 limits_stop_timeout_s;
  gint64 limits_stop_grace_ms;
  gint64 sync_enabled;
  char *sync_secrets_dir;
  char *sync_ca_file;
  char *sync_proxy;
  gint64 sync_allow_plain_http;
  gint64 sync_parallel;
  gint64 sync_parallel_per_account;
  gint64 sync_interval_s;
  gint64 sync_busy_interval_s;
  gint64 sync_idle_interval_s;
  gint64 sync_fresh_min;
  gint64 sync_connect_timeout_s;
  gint64 sync_answer_timeout_s;
  gint64 sync_total_timeout_s;
  gint64 sync_max_answer_bytes;
  gint64 sync_metrics_per_calendar;
  gint64 log_format;
  char *log_level;
  gint64 process_core_dumps;
  GPtrArray *callers;
  GPtrArray *dfdg_clients;
} PlannerConfig;

extern const char *const config_role_names[];

PlannerConfig *planner_config_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PlannerConfig *planner_config_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
PlannerConfig *planner_config_ref (const PlannerConfig *config);
void planner_config_unref (PlannerConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (PlannerConfig, planner_config_unref)

char *planner_config_dup_sample (void);
char *planner_config_dup_manual (void);
char *planner_config_list_fixed_changes (const PlannerConfig *running, const PlannerConfig *wanted);
const ConfigDfdgClient *planner_config_find_dfdg_client (const PlannerConfig *config,
                                                         const char *tenant);

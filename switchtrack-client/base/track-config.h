/* SPDX-License-Identifier: EUPL-1.2 */
/* switchtrackd's configuration: one table of keys, one constant struct of values, and who may call. */
#pragma once

#include "planner-config-peer.h"

/**
 * TrackConfig:
 * @callers: (element-type ConfigPeer): in the order of the file. Who may call may call for every unit: the Planner
 *   judges the call
 *
 * Every key of the table, named after it: `[service] port` is @service_port. Texts are never NULL; an empty one
 * means: not set. Lists may be NULL. Reference-counted, constant once loaded. What each key means stands in the
 * table, which track_config_dup_sample() prints.
 */
typedef struct
{
  char *service_address;
  gint64 service_port;
  char *service_certificate;
  char *service_key;
  char *service_trust;
  char *service_crl;
  gint64 service_crl_missing;
  gint64 service_crl_grace_h;
  gint64 service_crl_check_s;
  gint64 service_resumption_s;
  char *plain_address;
  gint64 plain_port;
  char *plain_caller;
  char *status_address;
  gint64 status_port;
  char *admin_socket;
  char *admin_group;
  char **people_approvers;
  char *registry_path;
  char *registry_schema_dir;
  gint64 registry_check_s;
  char *learned_key_file;
  gint64 learned_reservation_days;
  gint64 learned_booking_days;
  gint64 learned_citizen_days;
  gint64 learned_wait_ms;
  char *calls_path;
  char *calls_schema_dir;
  char *calls_lines_dir;
  gint64 calls_days;
  char *upstream_certificate;
  char *upstream_key;
  char *upstream_trust;
  gint64 upstream_max_connections;
  gint64 upstream_max_idle;
  gint64 upstream_idle_ms;
  gint64 upstream_life_s;
  gint64 upstream_max_answer_bytes;
  gint64 upstream_hold_bytes;
  gint64 upstream_allow_plain_http;
  gint64 probe_interval_s;
  char *probe_citizen;
  char *escalation_steps;
  char **escalation_webhooks;
  char **escalation_mails;
  char *escalation_trust;
  gint64 escalation_confirm_failures;
  gint64 escalation_cap_per_hour;
  gint64 escalation_window_notice_h;
  gint64 escalation_keep_days;
  char *mail_url;
  char *mail_from;
  char *mail_user;
  char *mail_password_file;
  char *mail_trust;
  gint64 mail_needs_tls;
  char *contract_mapping;
  gint64 limits_max_connections;
  gint64 limits_max_connections_per_peer;
  gint64 limits_max_request_bytes;
  gint64 limits_max_buffered_bytes;
  gint64 limits_max_head_bytes;
  gint64 limits_request_timeout_ms;
  gint64 limits_idle_timeout_ms;
  gint64 limits_reply_timeout_ms;
  gint64 limits_stop_timeout_s;
  gint64 limits_stop_grace_ms;
  gint64 log_format;
  char *log_level;
  gint64 process_core_dumps;
  GPtrArray *callers;
} TrackConfig;

TrackConfig *track_config_load (const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackConfig *track_config_parse (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
TrackConfig *track_config_ref (const TrackConfig *config);
void track_config_unref (TrackConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TrackConfig, track_config_unref)

char *track_config_dup_sample (void);
char *track_config_dup_manual (void);
char *track_config_list_fixed_changes (const TrackConfig *running, const TrackConfig *wanted);
gboolean track_config_may_approve (const TrackConfig *config, const char *person);

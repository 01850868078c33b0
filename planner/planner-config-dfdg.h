/* SPDX-License-Identifier: EUPL-1.2 */
/* How a municipality calls DFDG, as the configuration says. */
#pragma once

#include <glib.h>

/**
 * ConfigCarrier:
 *
 * How DFDG's messages come: pushed to our webhook, fetched from its queue, or not at all.
 */
typedef enum
{
  CONFIG_CARRIER_NONE,
  CONFIG_CARRIER_WSB,
  CONFIG_CARRIER_WSRM,
} ConfigCarrier;

/**
 * ConfigDfdgClient:
 * @subscription_codes: (nullable): NULL: @organisation_code alone
 * @tenant: of the group `[dfdg-client TENANT]`: key of the municipality
 *
 * How one municipality calls DFDG. What each key means stands in the table.
 */
typedef struct
{
  char *tenant;
  char *environment;
  gint64 carrier;
  char *indkaldelse_url;
  char *abonnement_url;
  char *wsrm_url;
  char *frist_url;
  char *visitering_url;
  char *besked_url;
  char *kodeliste_url;
  char *certificate;
  char *key;
  char *ca_file;
  char *proxy;
  gint64 allow_plain_http;
  gint64 organisation_type;
  char *organisation_code;
  gint64 user_organisation_type;
  char *user_organisation_code;
  gint64 user_type;
  char *user_name;
  char *user_identifier;
  char *user_email;
  char *system_identifier;
  gint64 system;
  gint64 fund_organisation_type;
  gint64 parallel;
  gint64 echo_limit_min;
  gint64 wsrm_interval_s;
  char *wsrm_namespace;
  gint64 connect_timeout_s;
  gint64 answer_timeout_s;
  gint64 total_timeout_s;
  gint64 entity_indkaldelse;
  gint64 entity_frist;
  gint64 entity_contact_group;
  gint64 entity_fund_membership;
  gint64 entity_person_category;
  gint64 entity_cpr_change;
  gint64 legacy;
  gint64 messages;
  gint64 message_type;
  char **subscription_codes;
  gint64 subscription_days;
  gint64 reconcile_hour;
  gint64 reconcile_days;
  gint64 kss_services;
  gint64 placement_max_age_h;
  gint64 judge_placement;
  gint64 fund_interviews;
  gint64 code_lists;
} ConfigDfdgClient;

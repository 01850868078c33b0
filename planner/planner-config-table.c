/* SPDX-License-Identifier: EUPL-1.2 */
/* Every configuration key: a row is the whole change. Reader, sample file and manual page walk it. */
#include "planner-config-table.h"

#include "base/error.h"
#include "config.h"
#include "planner-config.h"

#define NONE           G_MININT64
#define CONFIG(member) G_STRUCT_OFFSET (PlannerConfig, member)
#define CALLER(member) G_STRUCT_OFFSET (ConfigCaller, member)
#define PEER(member)   CALLER (peer.member)
#define CLIENT(member) G_STRUCT_OFFSET (ConfigDfdgClient, member)
#define MS_PER_DAY     86400000

/* clang-format off */
const ConfigKey config_keys[] = {
  { "database", "path",                     CONFIG_TEXT, CONFIG (database_path),          NULL,                            NONE, NONE,       "file",    FALSE, "The SQLite database; needed." },
  { "database", "schema-dir",               CONFIG_TEXT, CONFIG (database_schema_dir),    PLANNER_DATA_DIR "/schema/sqlite", NONE, NONE,    "folder",  FALSE, "Numbered migrations." },
  { "database", "data-dir",                 CONFIG_TEXT, CONFIG (database_data_dir),      PLANNER_DATA_DIR,                NONE, NONE,       "folder",  FALSE, "Code lists and holidays." },
  { "database", "codes-dir",                CONFIG_TEXT, CONFIG (database_codes_dir),     "",                              NONE, NONE,       "folder",  FALSE, "Where code lists that are read from DFDG are kept, plannerd's own; they go before those of data-dir. Empty: the folder codes beside the database." },
  { "database", "ignore-clock",             CONFIG_BOOL, CONFIG (database_ignore_clock),  "false",                         NONE, NONE,       "",        FALSE, "Start although the newest journal entry lies in the future." },
  { "dfdg",     "address",                  CONFIG_TEXT, CONFIG (dfdg_address),           "::",                            NONE, NONE,       "address", FALSE, "Where the DFDG face listens, TLS with client certificates; :: serves IPv4 too." },
  { "dfdg",     "port",                     CONFIG_INT,  CONFIG (dfdg_port),              "8443",                          0,    65535,      "port",    FALSE, "0: this face is closed." },
  { "dfdg",     "certificate",              CONFIG_TEXT, CONFIG (dfdg_certificate),       "",                              NONE, NONE,       "file",    FALSE, "PEM: our certificate and its intermediates; read again on SIGHUP." },
  { "dfdg",     "key",                      CONFIG_TEXT, CONFIG (dfdg_key),               "",                              NONE, NONE,       "file",    FALSE, "PEM: its key, mode 0600; read again on SIGHUP." },
  { "dfdg",     "trust",                    CONFIG_TEXT, CONFIG (dfdg_trust),             "",                              NONE, NONE,       "file",    FALSE, "PEM: authorities that client certificates must chain to; read again on SIGHUP." },
  { "dfdg",     "crl",                      CONFIG_TEXT, CONFIG (dfdg_crl),               "",                              NONE, NONE,       "path",    FALSE, "Revocation lists, a file or a folder of them, PEM or DER; read again on SIGHUP and when they change. Empty: revocation is not looked at." },
  { "dfdg",     "crl-missing",              CONFIG_CHOICE, CONFIG (dfdg_crl_missing),     "refuse",                        NONE, NONE,       "refuse accept", FALSE, "A certificate whose issuer has no valid list here." },
  { "dfdg",     "crl-grace-h",              CONFIG_INT,  CONFIG (dfdg_crl_grace_h),       "72",                            0,    8760,       "h",       FALSE, "How long a list is used after its next one was due, with an alarm in the metrics; then its issuer's certificates are refused." },
  { "dfdg",     "crl-check-s",              CONFIG_INT,  CONFIG (dfdg_crl_check_s),       "10",                            1,    86400,      "s",       FALSE, "How often the files of the lists are looked at." },
  { "dfdg",     "resumption-s",             CONFIG_INT,  CONFIG (dfdg_resumption_s),      "3600",                          0,    86400,      "s",       FALSE, "How long a TLS session may be resumed; 0: never." },
  { "proxied",  "socket",                   CONFIG_TEXT, CONFIG (proxied_socket),         "",                              NONE, NONE,       "path",    FALSE, "Unix socket for a proxy that ends TLS and hands on the client certificate, judged here again by [dfdg] trust and crl. Empty: this face is closed." },
  { "proxied",  "mode",                     CONFIG_CHOICE, CONFIG (proxied_mode),         "0660",                          NONE, NONE,       "0660 0600", FALSE, "Permissions of the socket. Who may open it can pretend to be any caller." },
  { "proxied",  "group",                    CONFIG_TEXT, CONFIG (proxied_group),          "",                              NONE, NONE,       "name",    FALSE, "Group of the socket, such as www-data; empty: that of plannerd." },
  { "plain",    "address",                  CONFIG_TEXT, CONFIG (plain_address),          "127.0.0.1",                     NONE, NONE,       "address", FALSE, "Where the same face listens in plain HTTP; a loopback address." },
  { "plain",    "port",                     CONFIG_INT,  CONFIG (plain_port),             "0",                             0,    65535,      "port",    FALSE, "0: this face is closed. For demonstrations only: everybody on the machine may call." },
  { "plain",    "caller",                   CONFIG_TEXT, CONFIG (plain_caller),           "",                              NONE, NONE,       "name",    TRUE,  "The [caller NAME] that every call of the plain face is taken for." },
  { "health",   "address",                  CONFIG_TEXT, CONFIG (health_address),         "127.0.0.1",                     NONE, NONE,       "address", FALSE, "Where health and metrics are served in plain HTTP; a loopback address." },
  { "health",   "port",                     CONFIG_INT,  CONFIG (health_port),            "9464",                          0,    65535,      "port",    FALSE, "0: this face is closed." },
  { "health",   "semantic-s",               CONFIG_INT,  CONFIG (health_semantic_s),      "5",                             0,    3600,       "s",       TRUE,  "How long a result of /health/semantic is kept." },
  { "admin",    "socket",                   CONFIG_TEXT, CONFIG (admin_socket),           "",                              NONE, NONE,       "path",    FALSE, "Unix socket for plannerctl, mode 0600; empty: the database path with .socket behind it." },
  { "contract", "mapping",                  CONFIG_TEXT, CONFIG (contract_mapping),       "",                              NONE, NONE,       "file",    FALSE, "Names of the wire; empty: those of our schema." },
  { "contract", "public-url",               CONFIG_TEXT, CONFIG (contract_public_url),    "",                              NONE, NONE,       "URL",     TRUE,  "Address that the WSDL names, without the path; empty: as the caller wrote it." },
  { "contract", "validate-live",            CONFIG_BOOL, CONFIG (contract_validate_live), "false",                         NONE, NONE,       "",        TRUE,  "Hold every live message, in and out, to libxml2's verdict too." },
  { "contract", "require-active-organisation",   CONFIG_BOOL, CONFIG (contract_require_active_organisation),   "false", NONE, NONE,          "",        TRUE,  "Refuse calls without the security header ActiveOrganisation." },
  { "contract", "require-request-user-metadata", CONFIG_BOOL, CONFIG (contract_require_request_user_metadata), "false", NONE, NONE,          "",        TRUE,  "Refuse calls without the security header RequestUserMetadata." },
  { "limits",   "max-connections",          CONFIG_INT,  CONFIG (limits_max_connections), "1000",                          1,    100000,     "",        FALSE, "Connections per face." },
  { "limits",   "max-connections-per-peer", CONFIG_INT,  CONFIG (limits_max_connections_per_peer), "0",                    0,    100000,     "",        FALSE, "Per client address; 0: no limit, as behind a proxy." },
  { "limits",   "max-body-bytes",           CONFIG_INT,  CONFIG (limits_max_body_bytes),  "1048576",                       1024, 16777216,   "bytes",   FALSE, "Longest request body, chunked or not." },
  { "limits",   "max-head-bytes",           CONFIG_INT,  CONFIG (limits_max_head_bytes),  "8192",                          1024, 65536,      "bytes",   FALSE, "Longest request line and header fields together." },
  { "limits",   "request-timeout-ms",       CONFIG_INT,  CONFIG (limits_request_timeout_ms), "15000",                      100,  600000,     "ms",      FALSE, "From the first byte to the last of a request, TLS handshake included." },
  { "limits",   "idle-timeout-ms",          CONFIG_INT,  CONFIG (limits_idle_timeout_ms), "60000",                         100,  MS_PER_DAY, "ms",      FALSE, "How long a connection may rest between requests." },
  { "limits",   "reply-timeout-ms",         CONFIG_INT,  CONFIG (limits_reply_timeout_ms), "30000",                        100,  600000,     "ms",      FALSE, "How long a client may take to fetch its reply." },
  { "limits",   "workers",                  CONFIG_INT,  CONFIG (limits_workers),         "2",                             1,    64,         "threads", FALSE, "Threads that read the database." },
  { "limits",   "max-queued",               CONFIG_INT,  CONFIG (limits_max_queued),      "2000",                          1,    1000000,    "calls",   FALSE, "Calls waiting for workers, and as many for the writer; more are answered busy." },
  { "limits",   "max-group",                CONFIG_INT,  CONFIG (limits_max_group),       "256",                           1,    10000,      "calls",   FALSE, "Changes that share one commit." },
  { "limits",   "stop-timeout-s",           CONFIG_INT,  CONFIG (limits_stop_timeout_s),  "20",                            1,    600,        "s",       FALSE, "How long a clean stop waits for calls under way." },
  { "limits",   "stop-grace-ms",            CONFIG_INT,  CONFIG (limits_stop_grace_ms),   "1000",                          0,    60000,      "ms",      FALSE, "How long, at a clean stop, a connection at rest may still bring a request; less than stop-timeout-s." },
  { "sync",     "enabled",                  CONFIG_BOOL, CONFIG (sync_enabled),           "true",                          NONE, NONE,       "",        TRUE,  "Keep the connected calendars in step. false: no server is asked, and an advisor whose calendar is not fresh any more is not offered." },
  { "sync",     "secrets-dir",              CONFIG_TEXT, CONFIG (sync_secrets_dir),       "",                              NONE, NONE,       "folder",  TRUE,  "Passwords, tokens, certificates and keys for calendar servers, a file each, plannerd's own, mode 0600; read at each use. Empty: the credentials of the service manager (LoadCredential)." },
  { "sync",     "ca-file",                  CONFIG_TEXT, CONFIG (sync_ca_file),           "",                              NONE, NONE,       "file",    TRUE,  "PEM: authorities that calendar servers' certificates must chain to; empty: those of the system." },
  { "sync",     "proxy",                    CONFIG_TEXT, CONFIG (sync_proxy),             "",                              NONE, NONE,       "URL",     TRUE,  "http://host:port that calendar servers are reached through; empty: none, whatever the environment says." },
  { "sync",     "allow-plain-http",         CONFIG_BOOL, CONFIG (sync_allow_plain_http),  "false",                         NONE, NONE,       "",        TRUE,  "Talk without TLS to other machines too: passwords and appointments can be read on the way." },
  { "sync",     "parallel",                 CONFIG_INT,  CONFIG (sync_parallel),          "16",                            1,    64,         "threads", FALSE, "Calendars asked at the same time." },
  { "sync",     "parallel-per-account",     CONFIG_INT,  CONFIG (sync_parallel_per_account), "4",                          1,    64,         "calendars", TRUE, "Of them with the same name at the same server; of one advisor always one." },
  { "sync",     "interval-s",               CONFIG_INT,  CONFIG (sync_interval_s),        "300",                           1,    86400,      "s",       TRUE,  "How often a calendar is asked." },
  { "sync",     "busy-interval-s",          CONFIG_INT,  CONFIG (sync_busy_interval_s),   "60",                            1,    86400,      "s",       TRUE,  "How often while its advisor has bookings within a day, or something waits to be sent." },
  { "sync",     "idle-interval-s",          CONFIG_INT,  CONFIG (sync_idle_interval_s),   "900",                           1,    86400,      "s",       TRUE,  "How often when nothing has changed in it for a day." },
  { "sync",     "fresh-min",                CONFIG_INT,  CONFIG (sync_fresh_min),         "60",                            1,    10080,      "min",     TRUE,  "How old what is known of a calendar may be; beyond it the advisor is not offered. A unit (setting sync-fresh-minutes) or a calendar may have a limit of its own." },
  { "sync",     "connect-timeout-s",        CONFIG_INT,  CONFIG (sync_connect_timeout_s), "10",                            1,    600,        "s",       TRUE,  "How long a calendar server may take to be connected." },
  { "sync",     "answer-timeout-s",         CONFIG_INT,  CONFIG (sync_answer_timeout_s),  "30",                            1,    600,        "s",       TRUE,  "How long it may be silent." },
  { "sync",     "total-timeout-s",          CONFIG_INT,  CONFIG (sync_total_timeout_s),   "300",                           1,    3600,       "s",       TRUE,  "How long one request with its whole answer may take." },
  { "sync",     "max-answer-bytes",         CONFIG_INT,  CONFIG (sync_max_answer_bytes),  "67108864",                      65536, 1073741824, "bytes",  TRUE,  "Longest answer that is read." },
  { "sync",     "metrics-per-calendar",     CONFIG_BOOL, CONFIG (sync_metrics_per_calendar), "false",                      NONE, NONE,       "",        TRUE,  "Show the age of each calendar in /metrics, by the advisor's key: a line for each." },
  { "log",      "format",                   CONFIG_CHOICE, CONFIG (log_format),           "logfmt",                        NONE, NONE,       "logfmt json", FALSE, "Lines of the log on stderr." },
  { "log",      "level",                    CONFIG_TEXT, CONFIG (log_level),              "info",                          NONE, NONE,       "",        TRUE,  "Least level that is logged: debug, info, warning or error." },
  { "process",  "core-dumps",               CONFIG_BOOL, CONFIG (process_core_dumps),     "false",                         NONE, NONE,       "",        FALSE, "Allow core dumps, which hold citizens' numbers." },
};

const ConfigKey config_caller_keys[] = {
  { "caller",   "tenant",                   CONFIG_TEXT, CALLER (tenant),                 NULL,                            NONE, NONE,       "key",     TRUE,  "The municipality whose data the caller meets; needed." },
  { "caller",   "roles",                    CONFIG_ROLES, CALLER (roles),                 NULL,                            NONE, NONE,       "dfdg indkalder kss", TRUE, "What the caller may do, separated by ;. Needed." },
  { "caller",   "units",                    CONFIG_LIST, CALLER (units),                  "",                              NONE, NONE,       "keys",    TRUE,  "Organisation keys separated by ;. Empty: every unit of the tenant." },
  CONFIG_PEER_KEYS (PEER),
  { "caller",   "system",                   CONFIG_INT,  CALLER (system),                 "-1",                            -1,   99999999,   "code",    TRUE,  "Client system code that it acts as; -1: none." },
};

const ConfigKey config_dfdg_client_keys[] = {
  { "dfdg-client", "environment",            CONFIG_TEXT,   CLIENT (environment),             "",                  NONE, NONE,     "name",      TRUE,  "Name of DFDG's environment, as its messages say in Miljoe; needed for a carrier. A message of another one is refused." },
  { "dfdg-client", "carrier",                CONFIG_CHOICE, CLIENT (carrier),                 "none",              NONE, NONE,     "none wsb wsrm", TRUE,  "How DFDG's messages come: wsb is pushed to our webhook, wsrm is fetched from its queue." },
  { "dfdg-client", "indkaldelse-url",        CONFIG_TEXT,   CLIENT (indkaldelse_url),         "",                  NONE, NONE,     "URL",       TRUE,  "Base address of IndkaldelseService, before /v1/Indkaldelse. Empty: DFDG is told nothing, and what it is to be told waits." },
  { "dfdg-client", "abonnement-url",         CONFIG_TEXT,   CLIENT (abonnement_url),          "",                  NONE, NONE,     "URL",       TRUE,  "Base address of AbonnementService." },
  { "dfdg-client", "wsrm-url",               CONFIG_TEXT,   CLIENT (wsrm_url),                "",                  NONE, NONE,     "URL",       TRUE,  "Where sequences of the queue are opened; needed for carrier wsrm." },
  { "dfdg-client", "frist-url",              CONFIG_TEXT,   CLIENT (frist_url),               "",                  NONE, NONE,     "URL",       TRUE,  "Base address of FristService." },
  { "dfdg-client", "visitering-url",         CONFIG_TEXT,   CLIENT (visitering_url),          "",                  NONE, NONE,     "URL",       TRUE,  "Base address of PersonVisiteringService." },
  { "dfdg-client", "besked-url",             CONFIG_TEXT,   CLIENT (besked_url),              "",                  NONE, NONE,     "URL",       TRUE,  "Base address of BorgerBeskedService." },
  { "dfdg-client", "kodeliste-url",          CONFIG_TEXT,   CLIENT (kodeliste_url),           "",                  NONE, NONE,     "URL",       TRUE,  "Base address of CodeListService." },
  { "dfdg-client", "certificate",            CONFIG_TEXT,   CLIENT (certificate),             "",                  NONE, NONE,     "file",      TRUE,  "PEM: our function certificate and its intermediates." },
  { "dfdg-client", "key",                    CONFIG_TEXT,   CLIENT (key),                     "",                  NONE, NONE,     "file",      TRUE,  "PEM: its key, mode 0600, plannerd's own; empty: in certificate." },
  { "dfdg-client", "ca-file",                CONFIG_TEXT,   CLIENT (ca_file),                 "",                  NONE, NONE,     "file",      TRUE,  "PEM: authorities that DFDG's certificate must chain to; empty: those of the system." },
  { "dfdg-client", "proxy",                  CONFIG_TEXT,   CLIENT (proxy),                   "",                  NONE, NONE,     "URL",       TRUE,  "http://host:port that DFDG is reached through; empty: none, whatever the environment says." },
  { "dfdg-client", "allow-plain-http",       CONFIG_BOOL,   CLIENT (allow_plain_http),        "false",             NONE, NONE,     "",          TRUE,  "Call other machines without TLS too: for a simulator in a closed network alone." },
  { "dfdg-client", "organisation-type",      CONFIG_INT,    CLIENT (organisation_type),       "8",                 0,    9999,     "code",      TRUE,  "Type of the organisation on whose behalf calls are made: 8 is a jobcenter." },
  { "dfdg-client", "organisation-code",      CONFIG_TEXT,   CLIENT (organisation_code),       "",                  NONE, NONE,     "code",      TRUE,  "Its code where a call is about no unit, such as 44000; needed when indkaldelse-url is set." },
  { "dfdg-client", "user-organisation-type", CONFIG_INT,    CLIENT (user_organisation_type),  "8",                 0,    9999,     "code",      TRUE,  "Type of the organisation of the user that calls name." },
  { "dfdg-client", "user-organisation-code", CONFIG_TEXT,   CLIENT (user_organisation_code),  "",                  NONE, NONE,     "code",      TRUE,  "Its code; empty: organisation-code." },
  { "dfdg-client", "user-type",              CONFIG_INT,    CLIENT (user_type),               "3",                 1,    99,       "code",      TRUE,  "Type of the user that calls name: 3 is a system." },
  { "dfdg-client", "user-name",              CONFIG_TEXT,   CLIENT (user_name),               "Kommunal Planner",  NONE, NONE,     "name",      TRUE,  "Full name of that user, 1 to 140 letters." },
  { "dfdg-client", "user-identifier",        CONFIG_TEXT,   CLIENT (user_identifier),         "",                  NONE, NONE,     "text",      TRUE,  "Its identifier, such as CVR:…-UUID:… of the certificate; needed when indkaldelse-url is set." },
  { "dfdg-client", "user-email",             CONFIG_TEXT,   CLIENT (user_email),              "",                  NONE, NONE,     "address",   TRUE,  "Its e-mail address; empty: none is told." },
  { "dfdg-client", "system-identifier",      CONFIG_TEXT,   CLIENT (system_identifier),       "",                  NONE, NONE,     "GUID",      TRUE,  "What AbonnementService knows this system as." },
  { "dfdg-client", "system",                 CONFIG_INT,    CLIENT (system),                  "-1",                -1,   99999999, "code",      TRUE,  "Client system code that DFDG knows this system as; -1: not known." },
  { "dfdg-client", "fund-organisation-type", CONFIG_INT,    CLIENT (fund_organisation_type),  "5",                 0,    9999,     "code",      TRUE,  "Organisation type of a-kasser." },
  { "dfdg-client", "parallel",               CONFIG_INT,    CLIENT (parallel),                "8",                 1,    64,       "citizens",  FALSE, "Citizens whose changes are sent at the same time, and as many whose messages are worked." },
  { "dfdg-client", "echo-limit-min",         CONFIG_INT,    CLIENT (echo_limit_min),          "15",                1,    10080,    "min",       TRUE,  "How long the echo of what DFDG asked for may take, before DFDG is asked whether it has it." },
  { "dfdg-client", "wsrm-interval-s",        CONFIG_INT,    CLIENT (wsrm_interval_s),         "600",               1,    86400,    "s",         TRUE,  "How often the queue is looked into." },
  { "dfdg-client", "wsrm-namespace",         CONFIG_TEXT,   CLIENT (wsrm_namespace),          "urn:dfdg:wsrm:v3",  NONE, NONE,     "URI",       TRUE,  "Namespace of the queue's messages." },
  { "dfdg-client", "connect-timeout-s",      CONFIG_INT,    CLIENT (connect_timeout_s),       "10",                1,    600,      "s",         TRUE,  "How long DFDG may take to be connected." },
  { "dfdg-client", "answer-timeout-s",       CONFIG_INT,    CLIENT (answer_timeout_s),        "30",                1,    600,      "s",         TRUE,  "How long it may be silent." },
  { "dfdg-client", "total-timeout-s",        CONFIG_INT,    CLIENT (total_timeout_s),         "60",                1,    3600,     "s",         TRUE,  "How long one call with its whole answer may take." },
  { "dfdg-client", "entity-indkaldelse",     CONFIG_INT,    CLIENT (entity_indkaldelse),      "90000",             0,    99999999, "code",      TRUE,  "EntitetstypeId of summonses." },
  { "dfdg-client", "entity-frist",           CONFIG_INT,    CLIENT (entity_frist),            "90001",             0,    99999999, "code",      TRUE,  "EntitetstypeId of deadlines; 0: not taken." },
  { "dfdg-client", "entity-contact-group",   CONFIG_INT,    CLIENT (entity_contact_group),    "100008",            0,    99999999, "code",      TRUE,  "EntitetstypeId of contact groups; 0: not taken." },
  { "dfdg-client", "entity-fund-membership", CONFIG_INT,    CLIENT (entity_fund_membership),  "60010",             0,    99999999, "code",      TRUE,  "EntitetstypeId of memberships of a-kasser; 0: not taken." },
  { "dfdg-client", "entity-person-category", CONFIG_INT,    CLIENT (entity_person_category),  "100009",            0,    99999999, "code",      TRUE,  "EntitetstypeId of person categories, which is not public; 0: not taken." },
  { "dfdg-client", "entity-cpr-change",      CONFIG_INT,    CLIENT (entity_cpr_change),       "100010",            0,    99999999, "code",      TRUE,  "EntitetstypeId of changed citizens' numbers, which is not public; 0: not taken." },
  { "dfdg-client", "legacy",                 CONFIG_BOOL,   CLIENT (legacy),                  "false",             NONE, NONE,     "",          TRUE,  "Take the older BookingService form of the queue's messages too." },
  { "dfdg-client", "messages",               CONFIG_BOOL,   CLIENT (messages),                "false",             NONE, NONE,     "",          TRUE,  "Send citizens messages through BorgerBeskedService, in the cases that the municipality's settings message-… switch on. DFDG sends receipts by itself." },
  { "dfdg-client", "message-type",           CONFIG_INT,    CLIENT (message_type),            "1",                 0,    9999,     "code",      TRUE,  "Message type (beskedtype) of messages that name none; the list of types is not public." },
  { "dfdg-client", "subscription-codes",     CONFIG_LIST,   CLIENT (subscription_codes),      "",                  NONE, NONE,     "codes",     TRUE,  "Codes of all jobcenters whose messages are subscribed to, separated by ;. Empty: organisation-code." },
  { "dfdg-client", "subscription-days",      CONFIG_INT,    CLIENT (subscription_days),       "365",               0,    3650,     "days",      TRUE,  "How long subscriptions are made for; renewed when a third is left. 0: nothing is subscribed to but by plannerctl dfdg subscribe, for a year." },
  { "dfdg-client", "reconcile-hour",         CONFIG_INT,    CLIENT (reconcile_hour),          "3",                 -1,   23,       "hour",      TRUE,  "Local hour of the nightly comparison with DFDG's bookings, which only reports; -1: none." },
  { "dfdg-client", "reconcile-days",         CONFIG_INT,    CLIENT (reconcile_days),          "60",                1,    366,      "days",      TRUE,  "How many days ahead it looks." },
  { "dfdg-client", "kss-services",           CONFIG_BOOL,   CLIENT (kss_services),            "false",             NONE, NONE,     "",          TRUE,  "Whether this system may ask GetPersonkategorier, which is published for case systems; messages of contact groups and person categories are switched off with entity-contact-group=0 and entity-person-category=0." },
  { "dfdg-client", "judge-placement",        CONFIG_CHOICE, CLIENT (judge_placement),         "needed",            NONE, NONE,     "never needed always", TRUE,  "When PersonVisiteringService is asked before an indkalder's registration: never, when a rule goes by the contact group, or always." },
  { "dfdg-client", "placement-max-age-h",    CONFIG_INT,    CLIENT (placement_max_age_h),     "24",                0,    8760,     "h",         TRUE,  "How old a citizen's contact group may be, before it is asked for anew." },
  { "dfdg-client", "fund-interviews",        CONFIG_BOOL,   CLIENT (fund_interviews),         "true",              NONE, NONE,     "",          TRUE,  "Read once a day which meetings with an a-kasse a citizen with a meeting ahead has." },
  { "dfdg-client", "code-lists",             CONFIG_BOOL,   CLIENT (code_lists),              "true",              NONE, NONE,     "",          TRUE,  "Read the code lists once a day, when kodeliste-url is set." },
};
/* clang-format on */

const guint config_n_keys = G_N_ELEMENTS (config_keys);
const guint config_n_caller_keys = G_N_ELEMENTS (config_caller_keys);
const guint config_n_dfdg_client_keys = G_N_ELEMENTS (config_dfdg_client_keys);

/* Bits of ConfigCaller.roles, in this order; the same as OpRole. */
const char *const config_role_names[] = { "dfdg", "indkalder", "kss", NULL };

/**
 * config_fail:
 * @key: (nullable): NULL when the group as a whole is wrong
 * @what: the rest of the sentence
 *
 * Sets PLANNER_ERROR_NOT_VALID as "[group] key what".
 *
 * Returns: FALSE
 */
gboolean
config_fail (GError **error, const char *group, const char *key, const char *what)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "[%s]%s%s %s", group,
               key == NULL ? "" : " ", key == NULL ? "" : key, what);
  return FALSE;
}

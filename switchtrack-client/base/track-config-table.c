/* SPDX-License-Identifier: EUPL-1.2 */
/* Every configuration key of switchtrackd: a row is the whole change. */
#include "base/track-config-table.h"

#include "base/track-config.h"
#include "config.h"

#define NONE           G_MININT64
#define CONFIG(member) G_STRUCT_OFFSET (TrackConfig, member)
#define CALLER(member) G_STRUCT_OFFSET (ConfigPeer, member)
#define MS_PER_DAY     86400000

/* clang-format off */
const ConfigKey track_config_keys[] = {
  { "service",  "address",                  CONFIG_TEXT, CONFIG (service_address),        "::",                            NONE, NONE,       "address", FALSE, "Where callers are served, TLS with client certificates; :: serves IPv4 too." },
  { "service",  "port",                     CONFIG_INT,  CONFIG (service_port),           "8444",                          0,    65535,      "port",    FALSE, "0: this face is closed." },
  { "service",  "certificate",              CONFIG_TEXT, CONFIG (service_certificate),    "",                              NONE, NONE,       "file",    FALSE, "PEM: our certificate and its intermediates; read again on SIGHUP." },
  { "service",  "key",                      CONFIG_TEXT, CONFIG (service_key),            "",                              NONE, NONE,       "file",    FALSE, "PEM: its key, mode 0600; read again on SIGHUP." },
  { "service",  "trust",                    CONFIG_TEXT, CONFIG (service_trust),          "",                              NONE, NONE,       "file",    FALSE, "PEM: authorities that client certificates must chain to; read again on SIGHUP." },
  { "service",  "crl",                      CONFIG_TEXT, CONFIG (service_crl),            "",                              NONE, NONE,       "path",    FALSE, "Revocation lists, a file or a folder of them, PEM or DER; read again on SIGHUP and when they change. Empty: revocation is not looked at." },
  { "service",  "crl-missing",              CONFIG_CHOICE, CONFIG (service_crl_missing),  "refuse",                        NONE, NONE,       "refuse accept", FALSE, "A certificate whose issuer has no valid list here." },
  { "service",  "crl-grace-h",              CONFIG_INT,  CONFIG (service_crl_grace_h),    "72",                            0,    8760,       "h",       FALSE, "How long a list is used after its next one was due." },
  { "service",  "crl-check-s",              CONFIG_INT,  CONFIG (service_crl_check_s),    "10",                            1,    86400,      "s",       FALSE, "How often the files of the lists are looked at." },
  { "service",  "resumption-s",             CONFIG_INT,  CONFIG (service_resumption_s),   "3600",                          0,    86400,      "s",       FALSE, "How long a TLS session may be resumed; 0: never." },
  { "plain",    "address",                  CONFIG_TEXT, CONFIG (plain_address),          "127.0.0.1",                     NONE, NONE,       "address", FALSE, "Where the same face listens in plain HTTP; a loopback address." },
  { "plain",    "port",                     CONFIG_INT,  CONFIG (plain_port),             "0",                             0,    65535,      "port",    FALSE, "0: this face is closed. For demonstrations and measurements only: everybody on the machine may call." },
  { "plain",    "caller",                   CONFIG_TEXT, CONFIG (plain_caller),           "",                              NONE, NONE,       "name",    TRUE,  "The [caller NAME] that every call of the plain face is taken for." },
  { "status",   "address",                  CONFIG_TEXT, CONFIG (status_address),         "127.0.0.1",                     NONE, NONE,       "address", FALSE, "Where status, health and metrics are served in plain HTTP; a loopback address." },
  { "status",   "port",                     CONFIG_INT,  CONFIG (status_port),            "9465",                          0,    65535,      "port",    FALSE, "0: this face is closed." },
  { "admin",    "socket",                   CONFIG_TEXT, CONFIG (admin_socket),           "",                              NONE, NONE,       "path",    FALSE, "Unix socket for switchtrackctl, mode 0660; empty: the registry's path with .socket behind it." },
  { "admin",    "group",                    CONFIG_TEXT, CONFIG (admin_group),            "",                              NONE, NONE,       "name",    FALSE, "Group whose members may open it; empty: that of switchtrackd." },
  { "people",   "approvers",                CONFIG_LIST, CONFIG (people_approvers),       "",                              NONE, NONE,       "user names", TRUE, "Who may approve another's change of the registry, separated by ;. Nobody approves his own." },
  { "registry", "path",                     CONFIG_TEXT, CONFIG (registry_path),          NULL,                            NONE, NONE,       "file",    FALSE, "The SQLite database of registry, learned identifiers and disturbances; needed." },
  { "registry", "schema-dir",               CONFIG_TEXT, CONFIG (registry_schema_dir),    PLANNER_DATA_DIR "/schema/track-registry", NONE, NONE, "folder", FALSE, "Its numbered migrations." },
  { "registry", "check-s",                  CONFIG_INT,  CONFIG (registry_check_s),       "5",                             1,    3600,       "s",       FALSE, "How often the database is asked whether it has a newer revision than the one in use." },
  { "learned",  "key-file",                 CONFIG_TEXT, CONFIG (learned_key_file),       "",                              NONE, NONE,       "file",    FALSE, "Key of the hashes of what is learned, mode 0600, made at the first start; empty: the registry's path with .key behind it." },
  { "learned",  "reservation-days",         CONFIG_INT,  CONFIG (learned_reservation_days), "2",                           1,    3650,       "days",    TRUE,  "How long after it was last seen it is known who issued a reservation." },
  { "learned",  "booking-days",             CONFIG_INT,  CONFIG (learned_booking_days),   "400",                           1,    3650,       "days",    TRUE,  "Likewise a booking or an interview option." },
  { "learned",  "citizen-days",             CONFIG_INT,  CONFIG (learned_citizen_days),   "400",                           1,    3650,       "days",    TRUE,  "Likewise the jobcenter code of a citizen's last call." },
  { "learned",  "wait-ms",                  CONFIG_INT,  CONFIG (learned_wait_ms),        "250",                           0,    5000,       "ms",      TRUE,  "How long the end of an answer is kept back until what it teaches is on disk." },
  { "calls",    "path",                     CONFIG_TEXT, CONFIG (calls_path),             NULL,                            NONE, NONE,       "file",    FALSE, "The SQLite database of the call log; needed." },
  { "calls",    "schema-dir",               CONFIG_TEXT, CONFIG (calls_schema_dir),       PLANNER_DATA_DIR "/schema/track-log", NONE, NONE,  "folder",  FALSE, "Its numbered migrations." },
  { "calls",    "lines-dir",                CONFIG_TEXT, CONFIG (calls_lines_dir),        "",                              NONE, NONE,       "folder",  FALSE, "Where the call log is written as JSON lines too, a file a day; empty: nowhere." },
  { "calls",    "days",                     CONFIG_INT,  CONFIG (calls_days),             "90",                            1,    3650,       "days",    TRUE,  "How long calls are kept, in the database and as lines." },
  { "upstream", "certificate",              CONFIG_TEXT, CONFIG (upstream_certificate),   "",                              NONE, NONE,       "file",    FALSE, "PEM: the client certificate that Planners are shown; read again on SIGHUP. Empty: none." },
  { "upstream", "key",                      CONFIG_TEXT, CONFIG (upstream_key),           "",                              NONE, NONE,       "file",    FALSE, "PEM: its key, mode 0600; read again on SIGHUP." },
  { "upstream", "trust",                    CONFIG_TEXT, CONFIG (upstream_trust),         "",                              NONE, NONE,       "file",    FALSE, "PEM: authorities that Planners' certificates must chain to; read again on SIGHUP. Empty: those of the system." },
  { "upstream", "max-connections",          CONFIG_INT,  CONFIG (upstream_max_connections), "2000",                        1,    100000,     "",        FALSE, "Connections to all Planners together." },
  { "upstream", "max-idle",                 CONFIG_INT,  CONFIG (upstream_max_idle),      "100",                           0,    10000,      "",        FALSE, "Connections kept at rest." },
  { "upstream", "idle-ms",                  CONFIG_INT,  CONFIG (upstream_idle_ms),       "30000",                         100,  3600000,    "ms",      FALSE, "How long they are kept; less than the Planners' own time." },
  { "upstream", "life-s",                   CONFIG_INT,  CONFIG (upstream_life_s),        "300",                           0,    86400,      "s",       FALSE, "How long a connection is used: then name, address and certificate are looked at again; 0: as long as it holds." },
  { "upstream", "max-answer-bytes",         CONFIG_INT,  CONFIG (upstream_max_answer_bytes), "16777216",                   65536, 1073741824, "bytes",  FALSE, "Longest answer that is passed on." },
  { "upstream", "hold-bytes",               CONFIG_INT,  CONFIG (upstream_hold_bytes),    "65536",                         4096, 16777216,   "bytes",   TRUE,  "How much of an answer is held until it is known to be one." },
  { "upstream", "allow-plain-http",         CONFIG_BOOL, CONFIG (upstream_allow_plain_http), "false",                      NONE, NONE,       "",        FALSE, "Let the registry name addresses without TLS on other machines too." },
  { "probe",    "interval-s",               CONFIG_INT,  CONFIG (probe_interval_s),       "10",                            0,    3600,       "s",       TRUE,  "How often each address of an endpoint is asked by ourselves; 0: never of ourselves." },
  { "probe",    "citizen",                  CONFIG_TEXT, CONFIG (probe_citizen),          "0000000000",                    NONE, NONE,       "ten digits", FALSE, "Whom probes ask for: a number that nobody can have." },
  { "escalation", "steps",                  CONFIG_TEXT, CONFIG (escalation_steps),       "0:webhook,5:mail1,30:mail2",    NONE, NONE,       "steps",   TRUE,  "Who is told of a disturbance: MINUTES:webhook, MINUTES:mail or with a number behind (mail1), in order of time, with commas between." },
  { "escalation", "webhooks",               CONFIG_LIST, CONFIG (escalation_webhooks),    "",                              NONE, NONE,       "addresses", TRUE, "The operator's, separated by ;: told of endpoints that have none, and of the gateway itself." },
  { "escalation", "mails",                  CONFIG_LIST, CONFIG (escalation_mails),       "",                              NONE, NONE,       "addresses", TRUE, "Likewise mail addresses." },
  { "escalation", "trust",                  CONFIG_TEXT, CONFIG (escalation_trust),       "",                              NONE, NONE,       "file",    FALSE, "PEM: authorities that webhooks must chain to; empty: those of the system." },
  { "escalation", "confirm-failures",       CONFIG_INT,  CONFIG (escalation_confirm_failures), "5",                        1,    100000,     "calls",   TRUE,  "Calls that must fail before people are told, unless the endpoint is down or ill before." },
  { "escalation", "cap-per-hour",           CONFIG_INT,  CONFIG (escalation_cap_per_hour), "20",                           1,    10000,      "",        TRUE,  "Messages to one receiver; what is more becomes one summary at the end of the hour." },
  { "escalation", "window-notice-h",        CONFIG_INT,  CONFIG (escalation_window_notice_h), "24",                        0,    8760,       "h",       TRUE,  "How long ahead a service window is told; 0: not at all." },
  { "escalation", "keep-days",              CONFIG_INT,  CONFIG (escalation_keep_days),   "1825",                          1,    36500,      "days",    TRUE,  "How long closed disturbances and sent messages are kept." },
  { "mail",     "url",                      CONFIG_TEXT, CONFIG (mail_url),               "",                              NONE, NONE,       "address", FALSE, "The mail server: smtp://HOST:PORT or smtps://HOST:PORT; empty: mail waits." },
  { "mail",     "from",                     CONFIG_TEXT, CONFIG (mail_from),              "",                              NONE, NONE,       "address", FALSE, "Sender of mail." },
  { "mail",     "user",                     CONFIG_TEXT, CONFIG (mail_user),              "",                              NONE, NONE,       "name",    FALSE, "For the mail server; empty: none is given." },
  { "mail",     "password-file",            CONFIG_TEXT, CONFIG (mail_password_file),     "",                              NONE, NONE,       "file",    FALSE, "Its password, mode 0600." },
  { "mail",     "trust",                    CONFIG_TEXT, CONFIG (mail_trust),             "",                              NONE, NONE,       "file",    FALSE, "PEM: authorities that the mail server must chain to; empty: those of the system." },
  { "mail",     "needs-tls",                CONFIG_BOOL, CONFIG (mail_needs_tls),         "true",                          NONE, NONE,       "",        FALSE, "Refuse a server of smtp:// that does not change to TLS." },
  { "contract", "mapping",                  CONFIG_TEXT, CONFIG (contract_mapping),       "",                              NONE, NONE,       "file",    FALSE, "Names of the wire; empty: those of our schema." },
  { "limits",   "max-connections",          CONFIG_INT,  CONFIG (limits_max_connections), "12000",                         1,    100000,     "",        FALSE, "Connections per face." },
  { "limits",   "max-connections-per-peer", CONFIG_INT,  CONFIG (limits_max_connections_per_peer), "0",                    0,    100000,     "",        FALSE, "Per client address; 0: no limit." },
  { "limits",   "max-request-bytes",        CONFIG_INT,  CONFIG (limits_max_request_bytes), "1048576",                     1024, 16777216,   "bytes",   FALSE, "Longest request body, chunked or not; it is held whole." },
  { "limits",   "max-buffered-bytes",       CONFIG_INT,  CONFIG (limits_max_buffered_bytes), "268435456",                  1048576, 17179869184, "bytes", FALSE, "Request bodies held at the same time; one more is refused." },
  { "limits",   "max-head-bytes",           CONFIG_INT,  CONFIG (limits_max_head_bytes),  "8192",                          1024, 65536,      "bytes",   FALSE, "Longest request line and header fields together." },
  { "limits",   "request-timeout-ms",       CONFIG_INT,  CONFIG (limits_request_timeout_ms), "15000",                      100,  600000,     "ms",      FALSE, "From the first byte to the last of a request, TLS handshake included." },
  { "limits",   "idle-timeout-ms",          CONFIG_INT,  CONFIG (limits_idle_timeout_ms), "60000",                         100,  MS_PER_DAY, "ms",      FALSE, "How long a connection may rest between requests." },
  { "limits",   "reply-timeout-ms",         CONFIG_INT,  CONFIG (limits_reply_timeout_ms), "30000",                        100,  600000,     "ms",      FALSE, "How long a client may take to fetch its reply." },
  { "limits",   "stop-timeout-s",           CONFIG_INT,  CONFIG (limits_stop_timeout_s),  "20",                            1,    600,        "s",       FALSE, "How long a clean stop waits for calls under way." },
  { "limits",   "stop-grace-ms",            CONFIG_INT,  CONFIG (limits_stop_grace_ms),   "1000",                          0,    60000,      "ms",      FALSE, "How long, at a clean stop, a connection at rest may still bring a request; less than stop-timeout-s." },
  { "log",      "format",                   CONFIG_CHOICE, CONFIG (log_format),           "logfmt",                        NONE, NONE,       "logfmt json", FALSE, "Lines of the log on stderr." },
  { "log",      "level",                    CONFIG_TEXT, CONFIG (log_level),              "info",                          NONE, NONE,       "",        TRUE,  "Least level that is logged: debug, info, warning or error. A line for each call is info." },
  { "process",  "core-dumps",               CONFIG_BOOL, CONFIG (process_core_dumps),     "false",                         NONE, NONE,       "",        FALSE, "Allow core dumps, which hold citizens' numbers." },
};

const ConfigKey track_config_caller_keys[] = {
  CONFIG_PEER_KEYS (CALLER),
};
/* clang-format on */

const guint track_config_n_keys = G_N_ELEMENTS (track_config_keys);
const guint track_config_n_caller_keys = G_N_ELEMENTS (track_config_caller_keys);

/* SPDX-License-Identifier: EUPL-1.2 */
/* The table of configuration keys, and the reader that knows no key but by it. */
#include "planner-config.h"

#include <string.h>

#include "base/error.h"
#include "config.h"
#include "planner-config-table.h"

/* Bits of ConfigCaller.roles, in this order; the same as OpRole. */
const char *const config_role_names[] = { "dfdg", "indkalder", "kss", NULL };

#define NONE           G_MININT64
#define CONFIG(member) G_STRUCT_OFFSET (PlannerConfig, member)
#define CALLER(member) G_STRUCT_OFFSET (ConfigCaller, member)
#define MS_PER_DAY     86400000

/* clang-format off */
static const ConfigKey config_keys[] = {
  { "database", "path",                     CONFIG_TEXT, CONFIG (database_path),          NULL,                            NONE, NONE,       "file",    FALSE, "The SQLite database; needed." },
  { "database", "schema-dir",               CONFIG_TEXT, CONFIG (database_schema_dir),    PLANNER_DATA_DIR "/schema/sqlite", NONE, NONE,    "folder",  FALSE, "Numbered migrations." },
  { "database", "data-dir",                 CONFIG_TEXT, CONFIG (database_data_dir),      PLANNER_DATA_DIR,                NONE, NONE,       "folder",  FALSE, "Code lists and holidays." },
  { "database", "ignore-clock",             CONFIG_BOOL, CONFIG (database_ignore_clock),  "false",                         NONE, NONE,       "",        FALSE, "Start although the newest journal entry lies in the future." },
  { "dfdg",     "address",                  CONFIG_TEXT, CONFIG (dfdg_address),           "::",                            NONE, NONE,       "address", FALSE, "Where the DFDG face listens, TLS with client certificates; :: serves IPv4 too." },
  { "dfdg",     "port",                     CONFIG_INT,  CONFIG (dfdg_port),              "8443",                          0,    65535,      "port",    FALSE, "0: this face is closed." },
  { "dfdg",     "certificate",              CONFIG_TEXT, CONFIG (dfdg_certificate),       "",                              NONE, NONE,       "file",    FALSE, "PEM: our certificate and its intermediates; read again on SIGHUP." },
  { "dfdg",     "key",                      CONFIG_TEXT, CONFIG (dfdg_key),               "",                              NONE, NONE,       "file",    FALSE, "PEM: its key, mode 0600; read again on SIGHUP." },
  { "dfdg",     "trust",                    CONFIG_TEXT, CONFIG (dfdg_trust),             "",                              NONE, NONE,       "file",    FALSE, "PEM: authorities that client certificates must chain to; read again on SIGHUP." },
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
  { "limits",   "max-head-bytes",           CONFIG_INT,  CONFIG (limits_max_head_bytes),  "16384",                         1024, 65536,      "bytes",   FALSE, "Longest request line and header fields together." },
  { "limits",   "request-timeout-ms",       CONFIG_INT,  CONFIG (limits_request_timeout_ms), "15000",                      100,  600000,     "ms",      FALSE, "From the first byte to the last of a request, TLS handshake included." },
  { "limits",   "idle-timeout-ms",          CONFIG_INT,  CONFIG (limits_idle_timeout_ms), "60000",                         100,  MS_PER_DAY, "ms",      FALSE, "How long a connection may rest between requests." },
  { "limits",   "reply-timeout-ms",         CONFIG_INT,  CONFIG (limits_reply_timeout_ms), "30000",                        100,  600000,     "ms",      FALSE, "How long a client may take to fetch its reply." },
  { "limits",   "workers",                  CONFIG_INT,  CONFIG (limits_workers),         "2",                             1,    64,         "threads", FALSE, "Threads that read the database." },
  { "limits",   "max-queued",               CONFIG_INT,  CONFIG (limits_max_queued),      "2000",                          1,    1000000,    "calls",   FALSE, "Calls waiting for workers, and as many for the writer; more are answered busy." },
  { "limits",   "max-group",                CONFIG_INT,  CONFIG (limits_max_group),       "256",                           1,    10000,      "calls",   FALSE, "Changes that share one commit." },
  { "limits",   "stop-timeout-s",           CONFIG_INT,  CONFIG (limits_stop_timeout_s),  "20",                            1,    600,        "s",       FALSE, "How long a clean stop waits for calls under way." },
  { "log",      "format",                   CONFIG_CHOICE, CONFIG (log_format),           "logfmt",                        NONE, NONE,       "logfmt json", FALSE, "Lines of the log on stderr." },
  { "log",      "level",                    CONFIG_TEXT, CONFIG (log_level),              "info",                          NONE, NONE,       "",        TRUE,  "Least level that is logged: debug, info, warning or error." },
  { "process",  "core-dumps",               CONFIG_BOOL, CONFIG (process_core_dumps),     "false",                         NONE, NONE,       "",        FALSE, "Allow core dumps, which hold citizens' numbers." },
};

static const ConfigKey caller_keys[] = {
  { "caller",   "tenant",                   CONFIG_TEXT, CALLER (tenant),                 NULL,                            NONE, NONE,       "key",     TRUE,  "The municipality whose data the caller meets; needed." },
  { "caller",   "roles",                    CONFIG_ROLES, CALLER (roles),                 NULL,                            NONE, NONE,       "dfdg indkalder kss", TRUE, "What the caller may do, separated by ;. Needed." },
  { "caller",   "units",                    CONFIG_LIST, CALLER (units),                  "",                              NONE, NONE,       "keys",    TRUE,  "Organisation keys separated by ;. Empty: every unit of the tenant." },
  { "caller",   "fingerprint",              CONFIG_TEXT, CALLER (fingerprint),            "",                              NONE, NONE,       "SHA-256", TRUE,  "Of the client certificate's DER form, in hex; colons may stand between." },
  { "caller",   "issuer",                   CONFIG_TEXT, CALLER (issuer),                 "",                              NONE, NONE,       "RFC 4514", TRUE, "The client certificate's issuer; goes with subject-serial." },
  { "caller",   "subject-serial",           CONFIG_TEXT, CALLER (subject_serial),         "",                              NONE, NONE,       "text",    TRUE,  "Its subject's serialNumber: CVR:…-FID:… in OCES2, UI:DK-O:G:… in OCES3." },
  { "caller",   "system",                   CONFIG_INT,  CALLER (system),                 "-1",                            -1,   99999999,   "code",    TRUE,  "Client system code that it acts as; -1: none." },
};
/* clang-format on */

static gboolean
fail (GError **error, const char *group, const char *key, const char *what)
{
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "[%s]%s%s %s", group,
               key == NULL ? "" : " ", key == NULL ? "" : key, what);
  return FALSE;
}

static gboolean
set_number (const ConfigKey *key, const char *group, const char *text, gint64 *out, GError **error)
{
  g_autofree char *what = NULL;
  gint64 number;

  if (g_ascii_string_to_signed (text, 10, key->minimum, key->maximum, &number, NULL))
    {
      *out = number;
      return TRUE;
    }
  what = g_strdup_printf ("must be a whole number from %" G_GINT64_FORMAT " to %" G_GINT64_FORMAT,
                          key->minimum, key->maximum);
  return fail (error, group, key->name, what);
}

static gboolean
set_choice (const ConfigKey *key, const char *group, const char *text, gint64 *out, GError **error)
{
  g_auto (GStrv) words = g_strsplit (key->kind == CONFIG_BOOL ? "false true" : key->unit, " ", 0);
  g_autofree char *what =
    g_strdup_printf ("must be one of: %s", key->kind == CONFIG_BOOL ? "true false" : key->unit);

  for (guint i = 0; words[i] != NULL; i++)
    if (strcmp (words[i], text) == 0)
      {
        *out = i;
        return TRUE;
      }
  return fail (error, group, key->name, what);
}

static char **
dup_list (const char *text)
{
  g_auto (GStrv) words = g_strsplit (text, ";", 0);
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  guint n_words = 0;

  for (guint i = 0; words[i] != NULL; i++)
    if (*g_strstrip (words[i]) != '\0')
      {
        g_strv_builder_add (builder, words[i]);
        n_words++;
      }
  return n_words == 0 ? NULL : g_strv_builder_end (builder);
}

static gboolean
set_roles (const ConfigKey *key, const char *group, const char *text, guint *out, GError **error)
{
  g_auto (GStrv) words = dup_list (text);
  guint roles = 0;

  for (guint i = 0; words != NULL && words[i] != NULL; i++)
    {
      guint role = 0;
      while (config_role_names[role] != NULL && strcmp (config_role_names[role], words[i]) != 0)
        role++;
      if (config_role_names[role] == NULL)
        return fail (error, group, key->name, "names a role that there is not");
      roles |= 1u << role;
    }
  if (roles == 0)
    return fail (error, group, key->name, "must name at least one role");
  *out = roles;
  return TRUE;
}

static gboolean
set_value (const ConfigKey *key,
           const char *group,
           gpointer values,
           const char *text,
           GError **error)
{
  gpointer at = (char *) values + key->offset;

  switch (key->kind)
    {
    case CONFIG_INT:
      return set_number (key, group, text, at, error);
    case CONFIG_BOOL:
    case CONFIG_CHOICE:
      return set_choice (key, group, text, at, error);
    case CONFIG_ROLES:
      return set_roles (key, group, text, at, error);
    case CONFIG_LIST:
      *(char ***) at = dup_list (text);
      return TRUE;
    case CONFIG_TEXT:
    default:
      g_free (*(char **) at);
      *(char **) at = g_strdup (text);
      return TRUE;
    }
}

static void
clear_values (const ConfigKey *keys, guint n_keys, gpointer values)
{
  for (guint i = 0; i < n_keys; i++)
    {
      gpointer at = (char *) values + keys[i].offset;
      if (keys[i].kind == CONFIG_TEXT)
        g_free (*(char **) at);
      else if (keys[i].kind == CONFIG_LIST)
        g_strfreev (*(char ***) at);
    }
}

static gboolean
read_key (const ConfigKey *key, GKeyFile *file, const char *group, gpointer values, GError **error)
{
  g_autofree char *text = g_key_file_get_string (file, group, key->name, NULL);

  if (text == NULL && key->fallback == NULL)
    return fail (error, group, key->name, "is missing");
  return set_value (key, group, values, text == NULL ? key->fallback : g_strstrip (text), error);
}

static gboolean
is_known (const ConfigKey *keys, guint n_keys, const char *group, const char *name)
{
  for (guint i = 0; i < n_keys; i++)
    if ((group == NULL || strcmp (keys[i].group, group) == 0) &&
        (name == NULL || strcmp (keys[i].name, name) == 0))
      return TRUE;
  return FALSE;
}

static gboolean
check_names (const ConfigKey *keys,
             guint n_keys,
             GKeyFile *file,
             const char *group,
             const char *table_group,
             GError **error)
{
  g_auto (GStrv) names = g_key_file_get_keys (file, group, NULL, error);

  if (names == NULL)
    return FALSE;
  for (guint i = 0; names[i] != NULL; i++)
    if (!is_known (keys, n_keys, table_group, names[i]))
      return fail (error, group, names[i], "is not a key that plannerd knows");
  return TRUE;
}

static void
caller_free (gpointer data)
{
  ConfigCaller *caller = data;

  clear_values (caller_keys, G_N_ELEMENTS (caller_keys), caller);
  g_free (caller->name);
  g_free (caller);
}

static gboolean
check_fingerprint (ConfigCaller *caller, const char *group, GError **error)
{
  g_autoptr (GString) digits = g_string_new (NULL);

  for (const char *c = caller->fingerprint; *c != '\0'; c++)
    if (g_ascii_isxdigit (*c))
      g_string_append_c (digits, g_ascii_tolower (*c));
    else if (*c != ':' && *c != ' ')
      return fail (error, group, "fingerprint", "has characters that are not hex digits");
  if (digits->len != 0 && digits->len != 64)
    return fail (error, group, "fingerprint", "must have 64 hex digits");
  g_free (caller->fingerprint);
  caller->fingerprint = g_string_free (g_steal_pointer (&digits), FALSE);
  if ((*caller->issuer == '\0') != (*caller->subject_serial == '\0'))
    return fail (error, group, NULL, "needs issuer and subject-serial together, or neither");
  return TRUE;
}

static gboolean
read_caller (PlannerConfig *config, GKeyFile *file, const char *group, GError **error)
{
  ConfigCaller *caller = g_new0 (ConfigCaller, 1);

  g_ptr_array_add (config->callers, caller);
  caller->name = g_strstrip (g_strdup (group + strlen ("caller ")));
  if (*caller->name == '\0')
    return fail (error, group, NULL, "has no name");
  for (guint i = 0; i < G_N_ELEMENTS (caller_keys); i++)
    if (!read_key (&caller_keys[i], file, group, caller, error))
      return FALSE;
  return check_names (caller_keys, G_N_ELEMENTS (caller_keys), file, group, NULL, error) &&
         check_fingerprint (caller, group, error);
}

static gboolean
read_groups (PlannerConfig *config, GKeyFile *file, GError **error)
{
  g_auto (GStrv) groups = g_key_file_get_groups (file, NULL);

  for (guint i = 0; groups[i] != NULL; i++)
    {
      if (g_str_has_prefix (groups[i], "caller "))
        {
          if (!read_caller (config, file, groups[i], error))
            return FALSE;
        }
      else if (!is_known (config_keys, G_N_ELEMENTS (config_keys), groups[i], NULL))
        return fail (error, groups[i], NULL, "is not a group that plannerd knows");
      else if (!check_names (config_keys, G_N_ELEMENTS (config_keys), file, groups[i], groups[i],
                             error))
        return FALSE;
    }
  return TRUE;
}

/* What one key cannot say alone. */
static gboolean
check_whole (const PlannerConfig *config, GError **error)
{
  static const char *const levels[] = { "debug", "info", "warning", "error", NULL };

  if (config->dfdg_port != 0 && (*config->dfdg_certificate == '\0' || *config->dfdg_key == '\0' ||
                                 *config->dfdg_trust == '\0'))
    return fail (error, "dfdg", NULL, "needs certificate, key and trust, or port = 0");
  if (config->plain_port != 0 && planner_config_find_caller (config, config->plain_caller) == NULL)
    return fail (error, "plain", "caller", "must name a [caller NAME] when the face is open");
  if (!g_strv_contains (levels, config->log_level))
    return fail (error, "log", "level", "must be debug, info, warning or error");
  for (guint i = 0; i < config->callers->len; i++)
    for (guint j = 0; j < i; j++)
      {
        const ConfigCaller *one = config->callers->pdata[i];
        const ConfigCaller *other = config->callers->pdata[j];
        if (*one->fingerprint != '\0' && strcmp (one->fingerprint, other->fingerprint) == 0)
          return fail (error, one->name, "fingerprint", "stands in two callers");
      }
  return TRUE;
}

static void
config_clear (gpointer data)
{
  PlannerConfig *config = data;

  clear_values (config_keys, G_N_ELEMENTS (config_keys), config);
  g_ptr_array_unref (config->callers);
}

static PlannerConfig *
read_file (GKeyFile *file, GError **error)
{
  g_autoptr (PlannerConfig) config = g_atomic_rc_box_new0 (PlannerConfig);

  config->callers = g_ptr_array_new_with_free_func (caller_free);
  for (guint i = 0; i < G_N_ELEMENTS (config_keys); i++)
    if (!read_key (&config_keys[i], file, config_keys[i].group, config, error))
      return NULL;
  if (*config->admin_socket == '\0')
    {
      g_free (config->admin_socket);
      config->admin_socket = g_strconcat (config->database_path, ".socket", NULL);
    }
  if (!read_groups (config, file, error) || !check_whole (config, error))
    return NULL;
  return g_steal_pointer (&config);
}

/**
 * planner_config_parse:
 * @text: a key file, UTF-8
 *
 * Errors: PLANNER_ERROR_NOT_VALID naming group and key: unknown, missing, or out of its limits;
 * G_KEY_FILE_ERROR when it is no key file.
 *
 * Returns: (transfer full): all values, defaults filled in
 */
PlannerConfig *
planner_config_parse (const char *text, GError **error)
{
  g_autoptr (GKeyFile) file = g_key_file_new ();

  if (!g_key_file_load_from_data (file, text, strlen (text), G_KEY_FILE_NONE, error))
    return NULL;
  return read_file (file, error);
}

/**
 * planner_config_load:
 * @path: a key file
 *
 * As planner_config_parse(); G_FILE_ERROR when it cannot be read. Blocks.
 */
PlannerConfig *
planner_config_load (const char *path, GError **error)
{
  g_autoptr (PlannerConfig) config = NULL;
  g_autofree char *text = NULL;

  if (!g_file_get_contents (path, &text, NULL, error))
    return NULL;
  config = planner_config_parse (text, error);
  if (config == NULL)
    g_prefix_error (error, "%s: ", path);
  return g_steal_pointer (&config);
}

/**
 * planner_config_ref:
 *
 * Any thread.
 */
PlannerConfig *
planner_config_ref (const PlannerConfig *config)
{
  return g_atomic_rc_box_acquire ((gpointer) config);
}

/**
 * planner_config_unref:
 *
 * Any thread.
 */
void
planner_config_unref (PlannerConfig *config)
{
  g_atomic_rc_box_release_full (config, config_clear);
}

/**
 * planner_config_find_caller:
 *
 * Returns: (nullable) (transfer none): the entry of that name
 */
const ConfigCaller *
planner_config_find_caller (const PlannerConfig *config, const char *name)
{
  for (guint i = 0; i < config->callers->len; i++)
    {
      const ConfigCaller *caller = config->callers->pdata[i];
      if (strcmp (caller->name, name) == 0)
        return caller;
    }
  return NULL;
}

static void
append_sample (GString *text, const ConfigKey *key)
{
  g_string_append_printf (text, "# %s", key->sentence);
  if (key->kind == CONFIG_INT)
    g_string_append_printf (text, " (%" G_GINT64_FORMAT " to %" G_GINT64_FORMAT "%s%s)",
                            key->minimum, key->maximum, *key->unit == '\0' ? "" : ", ", key->unit);
  else if (key->kind == CONFIG_CHOICE)
    g_string_append_printf (text, " (%s)", key->unit);
  g_string_append_printf (text, "%s\n%s%s=%s\n", key->may_reload ? " Read again on SIGHUP." : "",
                          key->fallback == NULL ? "" : "#", key->name,
                          key->fallback == NULL ? "" : key->fallback);
}

/**
 * planner_config_dup_sample:
 *
 * Returns: (transfer full): a file with every key, its meaning and its default
 */
char *
planner_config_dup_sample (void)
{
  GString *text = g_string_new ("# Configuration of plannerd. A # before a key: the default.\n");
  const char *group = "";

  for (guint i = 0; i < G_N_ELEMENTS (config_keys); i++)
    {
      if (strcmp (group, config_keys[i].group) != 0)
        g_string_append_printf (text, "\n[%s]\n", config_keys[i].group);
      group = config_keys[i].group;
      append_sample (text, &config_keys[i]);
    }
  g_string_append (text, "\n# One group for each caller; NAME stands in journal and log.\n"
                         "[caller NAME]\n");
  for (guint i = 0; i < G_N_ELEMENTS (caller_keys); i++)
    append_sample (text, &caller_keys[i]);
  return g_string_free (text, FALSE);
}

static gboolean
differs (const ConfigKey *key, const PlannerConfig *one, const PlannerConfig *other)
{
  gconstpointer a = (const char *) one + key->offset;
  gconstpointer b = (const char *) other + key->offset;

  if (key->kind == CONFIG_TEXT)
    return strcmp (*(char *const *) a, *(char *const *) b) != 0;
  return *(const gint64 *) a != *(const gint64 *) b;
}

/**
 * planner_config_list_fixed_changes:
 * @running: what plannerd was started with
 * @wanted: what the file says now
 *
 * Returns: (transfer full) (nullable): the keys that differ and take a restart; NULL when none does
 */
char *
planner_config_list_fixed_changes (const PlannerConfig *running, const PlannerConfig *wanted)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; i < G_N_ELEMENTS (config_keys); i++)
    if (!config_keys[i].may_reload && differs (&config_keys[i], running, wanted))
      g_string_append_printf (text, "%s[%s] %s", text->len == 0 ? "" : ", ", config_keys[i].group,
                              config_keys[i].name);
  return text->len == 0 ? NULL : g_string_free (g_steal_pointer (&text), FALSE);
}

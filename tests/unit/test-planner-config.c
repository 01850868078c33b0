/* SPDX-License-Identifier: EUPL-1.2 */
/* The configuration: defaults, limits, unknown keys, callers, sample and manual, what takes a restart. */
/* Also tests: dfdg-settings, planner-config-clients, planner-config-peer, planner-config-reader, planner-config-table, planner-config-text. */
#include "base/error.h"
#include "dfdg/wire/dfdg-settings.h"
#include "planner-config.h"
#include "testlib.h"

#define LEAST   "[database]\npath=/tmp/.x/planner.db\n[dfdg]\nport=0\n"
#define CALLER  "[caller a]\ntenant=demo\nroles=dfdg;kss\n"
#define OTHER64 "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OCES    "issuer=CN=Den Danske Stat OCES,O=Demo,C=DK\n"
#define DFDG    "[dfdg-client demo]\n"
#define USER    "organisation-code=89000\nuser-identifier=CVR:12345678-UUID:" UUID "\n"
#define UUID    "5d6a3c1e-0b5f-4a7e-9a43-89000000aa01"
#define TWIN    "[caller b]\ntenant=demo\nroles=dfdg\n"
#define HEX64   "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
test_defaults (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (LEAST, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (config->admin_socket, ==, "/tmp/.x/planner.db.socket");
  g_assert_cmpint (config->plain_port, ==, 0);
  g_assert_cmpint (config->health_port, ==, 9464);
  g_assert_cmpstr (config->health_address, ==, "127.0.0.1");
  g_assert_cmpint (config->process_core_dumps, ==, 0);
  g_assert_cmpint (config->log_format, ==, CONFIG_LOG_LOGFMT);
  g_assert_cmpint (config->sync_enabled, ==, TRUE);
  g_assert_cmpint (config->sync_parallel, ==, 16);
  g_assert_cmpint (config->sync_fresh_min, ==, 60);
  g_assert_cmpuint (config->callers->len, ==, 0);
}

typedef struct
{
  const char *text;
  const char *complaint; /* must stand in the error */
} Wrong;

static const Wrong wrongs[] = {
  { "[dfdg]\nport=0\n", "[database] path is missing" },
  { LEAST "[limits]\nworkers=0\n", "[limits] workers must be a whole number from 1 to 64" },
  { LEAST "[limits]\nworkers=2x\n", "[limits] workers" },
  { LEAST "[limits]\nworker=2\n", "[limits] worker is not a key" },
  { LEAST "[limit]\nworkers=2\n", "[limit] is not a group" },
  { LEAST "[log]\nformat=xml\n", "[log] format must be one of: logfmt json" },
  { LEAST "[log]\nlevel=loud\n", "[log] level" },
  { LEAST "[limits]\nworkers=3\\\n", "[limits] workers must be" },
  { LEAST "[limits]\nworkers=\\3\\\n", "[limits] workers must be" },
  { LEAST "[health]\naddress=\xe6\n", "[health] address is not UTF-8" },
  { LEAST "[contract]\nvalidate-live=maybe\n", "must be one of: true false" },
  { "[database]\npath=x\n", "[dfdg] needs certificate" },
  { LEAST "[sync]\nbusy-interval-s=400\n", "[sync] needs busy-interval-s <= interval-s" },
  { LEAST "[sync]\nidle-interval-s=200\n", "interval-s <= idle-interval-s" },
  { LEAST "[sync]\nfresh-min=29\n", "[sync] fresh-min must be at least twice" },
  { LEAST "[sync]\nparallel=65\n", "[sync] parallel must be a whole number from 1 to 64" },
  { LEAST "[sync]\nproxy=proxy.example:3128\n", "[sync] proxy must be http://host:port" },
  { LEAST "[dfdg-client ]\n", "names no tenant" },
  { LEAST DFDG "colour=red\n", "[dfdg-client demo] colour is not a key" },
  { LEAST DFDG "carrier=post\n", "[dfdg-client demo] carrier must be one of: none wsb wsrm" },
  { LEAST DFDG "carrier=wsb\n", "[dfdg-client demo] environment is missing" },
  { LEAST DFDG "carrier=wsb\nenvironment=test\n", "indkaldelse-url is missing" },
  { LEAST DFDG "carrier=wsrm\nenvironment=test\nindkaldelse-url=https://dfdg.example\n" USER,
    "wsrm-url is missing" },
  { LEAST DFDG "indkaldelse-url=https://dfdg.example\n", "organisation-code is missing" },
  { LEAST DFDG "frist-url=https://dfdg.example\norganisation-code=89000\n",
    "user-identifier is missing" },
  { LEAST DFDG "besked-url=https://dfdg.example\nuser-name=\n" USER, "user-name must have" },
  { LEAST DFDG "indkaldelse-url=dfdg.example\n" USER, "must begin with https://" },
  { LEAST DFDG "indkaldelse-url=http://dfdg.example\n" USER, "can be read on the way" },
  { LEAST DFDG "indkaldelse-url=http://127.0.0.1.example\n" USER, "can be read on the way" },
  { LEAST DFDG "proxy=proxy.example:3128\n", "proxy must be http://host:port" },
  { LEAST DFDG "key=/tmp/.x/key.pem\n", "certificate is missing" },
  { LEAST DFDG "system-identifier=7\n", "system-identifier must be a GUID" },
  { LEAST DFDG "answer-timeout-s=90\n", "total-timeout-s must be at least" },
  { LEAST DFDG "[dfdg-client  demo]\n", "two groups dfdg-client" },
  { LEAST "[plain]\nport=8080\ncaller=b\n" CALLER, "[plain] caller must name" },
  { LEAST "[caller a]\ntenant=demo\n", "[caller a] roles is missing" },
  { LEAST "[caller a]\ntenant=demo\nroles=boss\n", "names a role that there is not" },
  { LEAST "[caller a]\ntenant=demo\nroles=;\n", "at least one role" },
  { LEAST "[caller ]\ntenant=demo\nroles=dfdg\n", "has no name" },
  { LEAST CALLER "fingerprint=abc\n", "64 hex digits" },
  { LEAST CALLER "fingerprint=" HEX64 "zz\n", "not hex digits" },
  { LEAST CALLER "issuer=CN=x\n", "issuer and subject-serial together" },
  { LEAST CALLER "fingerprint=" HEX64 ";abc\n", "64 hex digits" },
  { LEAST CALLER "issuer=Somebody\nsubject-serial=1\n", "must be a name such as" },
  { LEAST CALLER OCES "cvr=1234567\nfid=1\n", "cvr must have 8 digits" },
  { LEAST CALLER OCES "cvr=12345678\n", "cvr and fid together" },
  { LEAST CALLER OCES "fid=1\n", "cvr and fid together" },
  { LEAST CALLER OCES "cvr=12345678\nfid=1x\n", "fid must have digits" },
  { LEAST CALLER OCES "cvr=12345678\nuuid=5d6a3c1e\n", "must be a UUID" },
  { LEAST CALLER OCES "cvr=12345678\nfid=1\nuuid=" UUID "\n", "only one of them" },
  { LEAST CALLER OCES "cvr=12345678\nfid=1\nsubject-serial=x\n", "keep one of them" },
  { LEAST CALLER "cvr=12345678\nfid=1\n", "needs issuer" },
  { LEAST CALLER OCES "cvr=12345678\nfid=1\n" TWIN OCES "cvr=12345678\nfid=1\n",
    "stands in two callers, a and b" },
  { LEAST CALLER OCES "cvr=12345678\nfid=1\n" TWIN OCES "subject-serial=CVR:12345678-FID:1\n",
    "stands in two callers, a and b" },
  { LEAST CALLER OCES "cvr=12345678\nuuid=" UUID "\n" TWIN OCES "subject-serial=UI:DK-O:G:" UUID
                      "\n",
    "stands in two callers, a and b" },
  { LEAST CALLER "fingerprint=" OTHER64 ";" HEX64 "\n" TWIN "fingerprint=" HEX64 "\n",
    "stands in two callers, a and b" },
  { LEAST CALLER "[caller  a]\ntenant=demo\nroles=dfdg\n", "is there twice" },
  { LEAST CALLER "colour=red\n", "[caller a] colour is not a key" },
  { LEAST "[caller a]\ntenant=demo\nroles=dfdg\nfingerprint=" HEX64
          "\n[caller b]\ntenant=demo\nroles=dfdg\nfingerprint=" HEX64 "\n",
    "stands in two callers" },
};

static void
test_wrong_files_are_refused (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (wrongs); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (PlannerConfig) config = planner_config_parse (wrongs[i].text, &error);

      g_assert_null (config);
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID);
      if (strstr (error->message, wrongs[i].complaint) == NULL)
        g_error ("\"%s\" does not say \"%s\"", error->message, wrongs[i].complaint);
    }
}

static void
test_no_key_file (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (planner_config_parse ("hello\n", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  g_assert_null (planner_config_load ("/nonexistent/planner.conf", &error));
  g_assert_error (error, G_FILE_ERROR, G_FILE_ERROR_NOENT);
}

static void
test_callers (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (
    LEAST CALLER "units= 89000 ; 89001;\nsystem=12\nfingerprint=01:23:45:67:89:AB:CD:EF:"
                 "0123456789abcdef0123456789abcdef0123456789abcdef\n",
    &error);
  const ConfigCaller *caller;

  g_assert_no_error (error);
  caller = (const ConfigCaller *) config_peer_find (config->callers, "a");
  g_assert_nonnull (caller);
  g_assert_null (config_peer_find (config->callers, "b"));
  g_assert_cmpuint (caller->roles, ==, 1 << 0 | 1 << 2);
  g_assert_cmpuint (g_strv_length (caller->units), ==, 2);
  g_assert_cmpstr (caller->units[1], ==, "89001");
  g_assert_cmpint (caller->system, ==, 12);
  g_assert_cmpstr (caller->peer.fingerprints[0], ==, HEX64);
}

static void
test_dfdg_clients (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (
    LEAST DFDG "environment=test\ncarrier=wsb\nindkaldelse-url=http://127.0.0.1:1/dfdg\n" USER
               "[dfdg-client other]\nparallel=3\n",
    &error);
  g_autoptr (DfdgSettings) settings = NULL;
  g_autoptr (GPtrArray) all = NULL;
  const ConfigDfdgClient *client;

  g_assert_no_error (error);
  g_assert_null (planner_config_find_dfdg_client (config, "none"));
  client = planner_config_find_dfdg_client (config, "other");
  g_assert_cmpint (client->parallel, ==, 3);
  g_assert_cmpint (client->carrier, ==, CONFIG_CARRIER_NONE);
  client = planner_config_find_dfdg_client (config, "demo");
  g_assert_cmpint (client->carrier, ==, CONFIG_CARRIER_WSB);
  g_assert_cmpint (client->echo_limit_min, ==, 15);
  g_assert_cmpint (client->entity_indkaldelse, ==, 90000);
  all = dfdg_settings_list (config);
  g_assert_cmpuint (all->len, ==, 2);
  g_assert_null (dfdg_settings_dup_current ("demo"));
  dfdg_settings_set_current (all);
  g_assert_null (dfdg_settings_dup_current ("none"));
  settings = dfdg_settings_dup_current ("demo");
  g_assert_cmpstr (dfdg_settings_get_url (settings, DFDG_SERVICE_INDKALDELSE), ==,
                   "http://127.0.0.1:1/dfdg");
  g_assert_null (dfdg_settings_get_url (settings, DFDG_SERVICE_FRIST));
  dfdg_settings_set_current (NULL);
}

/* Every default of the sample must be what the program takes when the key is left out. */
static void
test_sample_is_a_configuration (void)
{
  g_autofree char *sample = planner_config_dup_sample ();
  g_autoptr (GString) text = g_string_new (sample);
  g_autoptr (GString) all = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = NULL;
  g_autoptr (PlannerConfig) explicit = NULL;
  g_autofree char *changes = NULL;

  g_string_replace (text, "\npath=", "\npath=/tmp/.x/planner.db", 1);
  g_string_replace (text, "\ntenant=", "\ntenant=demo", 1);
  g_string_replace (text, "\nroles=", "\nroles=dfdg", 1);
  g_string_replace (text, "#port=8443", "port=0", 1);
  config = planner_config_parse (text->str, &error);
  g_assert_no_error (error);
  all = g_string_new (text->str);
  g_string_replace (all, "\n#", "\n", 0);
  g_string_replace (all, "\n ", "\n# ", 0);
  g_string_replace (all, "#Configuration", "# Configuration", 0);
  explicit = planner_config_parse (all->str, &error);
  g_assert_no_error (error);
  changes = planner_config_list_fixed_changes (config, explicit);
  g_assert_cmpstr (changes, ==, NULL);
}

static void
test_manual_names_every_key (void)
{
  g_autofree char *sample = planner_config_dup_sample ();
  g_autofree char *manual = planner_config_dup_manual ();
  g_auto (GStrv) lines = g_strsplit (sample, "\n", -1);
  guint n_keys = 0;
  guint n_entries = 0;

  for (guint i = 0; lines[i] != NULL; i++)
    n_keys += strchr (lines[i], '=') != NULL && strchr ("# ", lines[i][lines[i][0] == '#']) == NULL;
  for (const char *at = manual; (at = strstr (at, "\n.TP\n.B ")) != NULL; at++)
    n_entries++;
  g_assert_cmpuint (n_entries, ==, n_keys);
  g_assert_nonnull (strstr (manual, ".SS [caller NAME]"));
  g_assert_nonnull (strstr (manual, ".B max\\-body\\-bytes\n"));
}

static void
test_fixed_changes (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) one = planner_config_parse (LEAST CALLER, &error);
  g_autoptr (PlannerConfig) other =
    planner_config_parse (LEAST "[limits]\nworkers=3\n[log]\nlevel=debug\n", &error);
  g_autofree char *changes = planner_config_list_fixed_changes (one, other);
  g_autofree char *none = planner_config_list_fixed_changes (one, one);

  g_assert_cmpstr (changes, ==, "[limits] workers");
  g_assert_null (none);
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-config/defaults", test_defaults);
  g_test_add_func ("/planner-config/wrong-files", test_wrong_files_are_refused);
  g_test_add_func ("/planner-config/no-key-file", test_no_key_file);
  g_test_add_func ("/planner-config/callers", test_callers);
  g_test_add_func ("/planner-config/dfdg-clients", test_dfdg_clients);
  g_test_add_func ("/planner-config/sample", test_sample_is_a_configuration);
  g_test_add_func ("/planner-config/manual", test_manual_names_every_key);
  g_test_add_func ("/planner-config/fixed-changes", test_fixed_changes);
  return g_test_run ();
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What doctor finds in the configuration: certificates, revocation lists, limits; and how findings are printed. */
#include <gio/gunixsocketaddress.h>
#include <stdio.h>
#include <string.h>

#include "ctl/ctl.h"
#include "http/planner-faces.h"
#include "ops/commands/care/admin-doctor.h"

#define WARN_CERTIFICATE_US (30 * 86400 * (gint64) G_USEC_PER_SEC)
/* Beside connections: database, log, sockets, and what libraries keep open. */
#define SPARE_FILES 100

static gint64
days_until (const AdminCall *call, gint64 at_us)
{
  return (at_us - call->now_us) / (86400 * (gint64) G_USEC_PER_SEC);
}

static guint
count_certificates (const char *path)
{
  g_autofree char *text = NULL;
  guint n_certificates = 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return 0;
  for (const char *at = text; (at = strstr (at, "BEGIN CERTIFICATE")) != NULL; at++)
    n_certificates++;
  return n_certificates;
}

static void
check_certificate (AdminCall *call, const PlannerConfig *config, const PlannerCredentials *found)
{
  gint64 left_us = found->expiry_unix_us - call->now_us;

  if (left_us <= 0)
    doctor_add (call, "certificate", DOCTOR_FAIL, "put a new one there and send SIGHUP",
                "%s has expired", config->dfdg_certificate);
  else
    doctor_add (call, "certificate", left_us < WARN_CERTIFICATE_US ? DOCTOR_WARN : DOCTOR_OK,
                left_us < WARN_CERTIFICATE_US ? "order a new one now" : "",
                "%s and its key fit; %" G_GINT64_FORMAT " days left", config->dfdg_certificate,
                days_until (call, found->expiry_unix_us));
  if (count_certificates (config->dfdg_certificate) < 2)
    doctor_add (call, "chain", DOCTOR_WARN,
                "append the intermediate certificates, unless a root signed it itself",
                "%s holds one certificate and no intermediates", config->dfdg_certificate);
  else
    doctor_add (call, "chain", DOCTOR_OK, "", "our certificate comes with intermediates");
}

static void
check_lists (AdminCall *call, const PlannerConfig *config, const PlannerCredentials *found)
{
  const ListenerCrlInfo *list;
  guint i = 0;

  if (*config->dfdg_crl == '\0')
    doctor_add (call, "revocation", DOCTOR_WARN, "set [dfdg] crl",
                "nobody looks whether a client's certificate was revoked");
  for (; (list = listener_trust_get_crl (found->trust, i)) != NULL; i++)
    if (list->problem != NULL)
      doctor_add (call, "revocation", DOCTOR_FAIL, "fetch it again", "%s: %s", list->file,
                  list->problem);
    else if (list->next_update_unix_us < call->now_us)
      doctor_add (call, "revocation", DOCTOR_WARN, "see why it is not fetched any more",
                  "%s is overdue: its next one was due %" G_GINT64_FORMAT " days ago", list->file,
                  -days_until (call, list->next_update_unix_us));
    else
      doctor_add (call, "revocation", DOCTOR_OK, "", "%s: %u revoked", list->file, list->n_revoked);
  if (i == 0 && *config->dfdg_crl != '\0')
    doctor_add (call, "revocation", DOCTOR_FAIL, "fetch the authority's lists",
                "there is no revocation list in %s", config->dfdg_crl);
}

/* The process behind the admin socket; 0 when nobody listens there. */
static int
find_pid (const char *socket_path)
{
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (socket_path);
  g_autoptr (GSocketConnection) connection =
    g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);
  g_autoptr (GCredentials) peer =
    connection == NULL
      ? NULL
      : g_socket_get_credentials (g_socket_connection_get_socket (connection), NULL);

  return peer == NULL ? 0 : (int) g_credentials_get_unix_pid (peer, NULL);
}

/* "Max open files 1024 1048576 files", of the process itself: what started it decides. */
static void
check_limits (AdminCall *call, const PlannerConfig *config)
{
  int pid = find_pid (config->admin_socket);
  g_autofree char *path = g_strdup_printf ("/proc/%d/limits", pid);
  g_autofree char *text = NULL;
  const char *line;
  int n_files = 0;
  gint64 n_wanted = config->limits_max_connections + SPARE_FILES;

  if (pid == 0 || !g_file_get_contents (path, &text, NULL, NULL))
    {
      doctor_add (call, "limits", DOCTOR_WARN, "start plannerd and ask again",
                  "nobody listens on %s", config->admin_socket);
      return;
    }
  line = strstr (text, "Max open files");
  if (line == NULL || sscanf (line, "Max open files %d", &n_files) != 1)
    return;
  doctor_add (call, "limits", n_files < n_wanted ? DOCTOR_FAIL : DOCTOR_OK,
              n_files < n_wanted ? "raise LimitNOFILE of the service, or lower max-connections"
                                 : "",
              "plannerd may open %d files; max-connections is %d", n_files,
              (int) config->limits_max_connections);
}

/**
 * ctl_doctor_prepare:
 * @call: its database becomes that of the configuration
 *
 * Looks at what the argument config names, if it is there, before the command itself runs.
 */
void
ctl_doctor_prepare (AdminCall *call, PlannerConfig **out_config)
{
  const char *path = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (PlannerCredentials) found = { 0 };

  if (!admin_get_text (call, "config", &path, NULL) || path == NULL)
    return;
  *out_config = planner_config_load (path, &error);
  if (*out_config == NULL)
    {
      doctor_add (call, "configuration", DOCTOR_FAIL, "correct it", "%s", error->message);
      return;
    }
  doctor_add (call, "configuration", DOCTOR_OK, "", "%s is read", path);
  call->database = (*out_config)->database_path;
  call->data_dir = (*out_config)->database_data_dir;
  if (!planner_credentials_load (&found, *out_config, &error))
    doctor_add (call, "certificate", DOCTOR_FAIL, "correct the files that [dfdg] names", "%s",
                error->message);
  else if (found.tls != NULL)
    {
      check_certificate (call, *out_config, &found);
      check_lists (call, *out_config, &found);
    }
  check_limits (call, *out_config);
}

/**
 * ctl_doctor_print:
 */
void
ctl_doctor_print (JsonObject *result)
{
  JsonArray *findings = json_object_has_member (result, "findings")
                          ? json_object_get_array_member (result, "findings")
                          : NULL;

  for (guint i = 0; findings != NULL && i < json_array_get_length (findings); i++)
    {
      JsonObject *finding = json_array_get_object_element (findings, i);
      const char *advice = json_object_get_string_member (finding, "advice");

      printf ("%-4s  %-13s  %s\n", json_object_get_string_member (finding, "level"),
              json_object_get_string_member (finding, "check"),
              json_object_get_string_member (finding, "text"));
      if (*advice != '\0')
        printf ("      %-13s  -> %s\n", "", advice);
    }
}

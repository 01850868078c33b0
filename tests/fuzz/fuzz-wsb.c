/* SPDX-License-Identifier: EUPL-1.2 */
/* Pushed messages: what is taken holds only what may be kept, and is read equal when it is written plainly. */
#include <json-glib/json-glib.h>
#include <string.h>

#include "base/error.h"
#include "dfdg/forms/wsb-message.h"
#include "fuzz.h"

static void
add (JsonObject *object, const char *name, const char *text)
{
  if (text != NULL)
    json_object_set_string_member (object, name, text);
}

static char *
dup_plain (const DfdgEvent *event)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_OBJECT);
  JsonObject *object = json_object_new ();

  add (object, "BeskedIdentifier", event->message_id);
  add (object, "Miljoe", event->environment);
  add (object, "KorrelationsIdentifier", event->correlation_id);
  add (object, "EntitetstypeNavn", event->entity_name);
  add (object, "EksternIdentifier", event->external_id);
  add (object, "VersionIdentifier", event->version_id);
  add (object, "Identifikation", event->cpr);
  add (object, "TidligereIdentifikation", event->old_cpr);
  json_object_set_int_member (object, "AendringstypeId", event->change_type);
  if (event->hint < 100000000000000000 && event->hint > -10000000000000000)
    json_object_set_int_member (object, "Indkaldelsehaendelsestype", event->hint);
  json_node_take_object (node, object);
  return json_to_string (node, FALSE);
}

static void
check_text (const char *text, gsize max_bytes)
{
  g_assert_true (text == NULL ||
                 (*text != '\0' && strlen (text) <= max_bytes && g_utf8_validate (text, -1, NULL)));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DfdgEvent) event = wsb_message_read ((const char *) data, n_bytes, &error);
  g_autoptr (DfdgEvent) again = NULL;
  g_autofree char *plain = NULL;

  if (event == NULL)
    {
      g_assert_error (error, PLANNER_ERROR, PLANNER_ERROR_MALFORMED);
      return 0;
    }
  g_assert_no_error (error);
  g_assert_nonnull (event->message_id);
  check_text (event->message_id, 64);
  check_text (event->external_id, 64);
  check_text (event->version_id, 64);
  check_text (event->organisation_code, 64);
  check_text (event->entity_name, 64);
  check_text (event->detail, 8192);
  g_assert_true (event->cpr == NULL || dfdg_is_cpr (event->cpr));
  g_assert_true (event->old_cpr == NULL || dfdg_is_cpr (event->old_cpr));
  g_assert_true (event->change_type >= 0 && event->change_type <= 3);
  plain = dup_plain (event);
  again = wsb_message_read (plain, strlen (plain), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->message_id, ==, event->message_id);
  g_assert_cmpstr (again->environment, ==, event->environment);
  g_assert_cmpstr (again->external_id, ==, event->external_id);
  g_assert_cmpstr (again->version_id, ==, event->version_id);
  g_assert_cmpstr (again->cpr, ==, event->cpr);
  g_assert_cmpstr (again->old_cpr, ==, event->old_cpr);
  g_assert_cmpint (again->change_type, ==, event->change_type);
  return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Content types and actions as SOAP stacks send them, and as nobody should. */
#include "http/planner-media.h"
#include "testlib.h"

typedef struct
{
  const char *content_type;
  const char *soap_action;
  gboolean is_soap;
  const char *action;
} Case;

static const Case cases[] = {
  { "text/xml", NULL, TRUE, NULL },
  { "text/xml; charset=utf-8", "\"urn:x/CreateBooking\"", TRUE, "\"urn:x/CreateBooking\"" },
  { "TEXT/XML;CHARSET=\"UTF-8\"", "", TRUE, "" },
  { "text/xml ; charset = us-ascii ; x=y", "a", TRUE, "a" },
  { "application/soap+xml; charset=utf-8; action=\"urn:x/CreateBooking\"", "other", TRUE,
    "urn:x/CreateBooking" },
  { "application/soap+xml; action=urn:x", NULL, TRUE, "urn:x" },
  { "application/soap+xml; action=\"a\\\"b;c\"; charset=utf-8", NULL, TRUE, "a\"b;c" },
  { "application/soap+xml", "other", TRUE, NULL },
  { "text/xml; charset=", NULL, FALSE, NULL },
  { "text/xml; charset=iso-8859-1", NULL, FALSE, NULL },
  { "application/soap+xml; charset=utf-16", NULL, TRUE, NULL },
  { "application/soap+xml; charset=utf-32", NULL, FALSE, NULL },
  { "text/xmlx", NULL, FALSE, NULL },
  { "text/plain", NULL, FALSE, NULL },
  { "application/json", NULL, FALSE, NULL },
  { "multipart/related; type=\"text/xml\"", NULL, FALSE, NULL },
  { "", NULL, FALSE, NULL },
  { ";", NULL, FALSE, NULL },
  { "text/xml;;;", NULL, TRUE, NULL },
  { "text/xml; charset=\"utf-8", NULL, TRUE, NULL },
  { NULL, "a", FALSE, NULL },
};

static void
test_table (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *action = NULL;
      gboolean is_soap = planner_media_read (cases[i].content_type, cases[i].soap_action, &action);

      g_test_message ("%s", cases[i].content_type);
      g_assert_cmpint (is_soap, ==, cases[i].is_soap);
      g_assert_cmpstr (action, ==, cases[i].action);
    }
}

static void
test_packed (void)
{
  g_assert_true (planner_media_is_plain (NULL));
  g_assert_true (planner_media_is_plain (""));
  g_assert_true (planner_media_is_plain ("Identity"));
  g_assert_false (planner_media_is_plain ("gzip"));
  g_assert_false (planner_media_is_plain ("identity, gzip"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-media/table", test_table);
  g_test_add_func ("/planner-media/packed", test_packed);
  return g_test_run ();
}

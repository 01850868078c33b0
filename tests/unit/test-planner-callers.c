/* SPDX-License-Identifier: EUPL-1.2 */
/* The allow-list: by fingerprint, by issuer and subject serial number, and nobody else. */
#include "http/planner-callers.h"
#include "testlib.h"

#define FINGER "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define OTHER  "1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define ISSUER "CN=Den Danske Stat OCES,O=Demo,C=DK"
#define SERIAL "UI:DK-O:G:5d6a3c1e-0b5f-4a7e-9a43-89000000aa01"

static const char text[] =
  "[database]\npath=x\n[dfdg]\nport=0\n[plain]\nport=1\ncaller=both\n"
  "[caller finger]\ntenant=demo\nroles=dfdg\nunits=89000\nfingerprint=" FINGER "\n"
  "[caller oces]\ntenant=demo\nroles=kss\nissuer=" ISSUER "\nsubject-serial=" SERIAL "\n"
  "[caller both]\ntenant=other\nroles=dfdg;indkalder;kss\n";

static PlannerCallers *
make (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (text, &error);

  g_assert_no_error (error);
  return planner_callers_new (config);
}

static const char *
name_of (PlannerCallers *callers, const ListenerIdentity *identity)
{
  const OpCaller *caller = planner_callers_find (callers, identity);

  return caller == NULL ? NULL : caller->name;
}

static void
test_certificates (void)
{
  g_autoptr (PlannerCallers) callers = make ();
  ListenerIdentity identity = { .verified = TRUE, .fingerprint_sha256 = (char *) FINGER };

  g_assert_cmpstr (name_of (callers, &identity), ==, "finger");
  g_assert_cmpstr (planner_callers_find (callers, &identity)->unit_keys[0], ==, "89000");
  identity.verified = FALSE;
  g_assert_cmpstr (name_of (callers, &identity), ==, NULL);
  identity = (ListenerIdentity){ .verified = TRUE,
                                 .fingerprint_sha256 = (char *) OTHER,
                                 .issuer = (char *) ISSUER,
                                 .subject_serial_number = (char *) SERIAL };
  g_assert_cmpstr (name_of (callers, &identity), ==, "oces");
  g_assert_cmpuint (planner_callers_find (callers, &identity)->roles, ==, OP_ROLE_KSS);
  identity.issuer = (char *) "CN=Somebody else";
  g_assert_cmpstr (name_of (callers, &identity), ==, NULL);
  identity.issuer = (char *) ISSUER;
  identity.subject_serial_number = NULL;
  g_assert_cmpstr (name_of (callers, &identity), ==, NULL);
  g_assert_cmpstr (name_of (callers, NULL), ==, NULL);
}

/* An entry without any certificate is met by no certificate, not even one that lacks everything. */
static void
test_entry_without_certificate (void)
{
  g_autoptr (PlannerCallers) callers = make ();
  ListenerIdentity nobody = { .verified = TRUE,
                              .fingerprint_sha256 = (char *) "",
                              .issuer = (char *) "",
                              .subject_serial_number = (char *) "" };

  g_assert_cmpstr (name_of (callers, &nobody), ==, NULL);
  g_assert_cmpstr (planner_callers_get_plain (callers)->name, ==, "both");
  g_assert_cmpstr (planner_callers_get_plain (callers)->tenant_key, ==, "other");
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-callers/certificates", test_certificates);
  g_test_add_func ("/planner-callers/entry-without-certificate", test_entry_without_certificate);
  return g_test_run ();
}

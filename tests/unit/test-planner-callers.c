/* SPDX-License-Identifier: EUPL-1.2 */
/* The allow-list: by fingerprint, by issuer and subject, and nobody else. */
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
  const OpCaller *caller = planner_callers_find (callers, identity, NULL);

  return caller == NULL ? NULL : caller->name;
}

static void
test_certificates (void)
{
  g_autoptr (PlannerCallers) callers = make ();
  ListenerIdentity identity = { .verified = TRUE, .fingerprint_sha256 = (char *) FINGER };

  g_assert_cmpstr (name_of (callers, &identity), ==, "finger");
  g_assert_cmpstr (planner_callers_find (callers, &identity, NULL)->unit_keys[0], ==, "89000");
  identity.verified = FALSE;
  g_assert_cmpstr (name_of (callers, &identity), ==, NULL);
  identity = (ListenerIdentity){ .verified = TRUE,
                                 .fingerprint_sha256 = (char *) OTHER,
                                 .issuer = (char *) ISSUER,
                                 .subject_serial_number = (char *) SERIAL };
  g_assert_cmpstr (name_of (callers, &identity), ==, "oces");
  g_assert_cmpuint (planner_callers_find (callers, &identity, NULL)->roles, ==, OP_ROLE_KSS);
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

static const char oces_text[] =
  "[database]\npath=x\n[dfdg]\nport=0\n"
  "[caller oces2]\ntenant=demo\nroles=dfdg\nissuer=" ISSUER "\ncvr=00000000\nfid=12345678\n"
  "[caller oces3]\ntenant=demo\nroles=kss\nissuer=" ISSUER
  "\ncvr=00000000\nuuid=5D6A3C1E-0b5f-4a7e-9a43-89000000aa01\n"
  "[caller renewed]\ntenant=demo\nroles=dfdg\nfingerprint=" FINGER " ; " OTHER "\n";

/* A row is one certificate; the identities are of OCES2's and OCES3's shape. */
static void
test_oces (void)
{
  static const struct
  {
    const char *issuer, *serial, *organisation, *fingerprint, *caller, *other;
  } rows[] = {
    { ISSUER, "CVR:00000000-FID:12345678", NULL, "", "oces2", NULL },
    { ISSUER, "CVR:00000001-FID:12345678", NULL, "", NULL, NULL },
    { ISSUER, "CVR:00000000-FID:12345679", NULL, "", NULL, NULL },
    { ISSUER, "CVR:00000000-UID:12345678", NULL, "", NULL, NULL },
    { "CN=TRUST2408", "CVR:00000000-FID:12345678", NULL, "", NULL, NULL },
    { ISSUER, SERIAL, "NTRDK-00000000", "", "oces3", NULL },
    { ISSUER, SERIAL, "NTRDK-00000001", "", NULL, NULL },
    { ISSUER, SERIAL, "NTRSE-00000000", "", NULL, NULL },
    { ISSUER, SERIAL, NULL, "", NULL, NULL },
    { "CN=Den Danske Stat OCES", SERIAL, "NTRDK-00000000", "", NULL, NULL },
    { "CN=x", NULL, NULL, FINGER, "renewed", NULL },
    { "CN=x", NULL, NULL, OTHER, "renewed", NULL },
    { ISSUER, SERIAL, "NTRDK-00000000", OTHER, NULL, "oces3" },
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (PlannerConfig) config = planner_config_parse (oces_text, &error);
  g_autoptr (PlannerCallers) callers = NULL;

  g_assert_no_error (error);
  callers = planner_callers_new (config);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      ListenerIdentity identity = { .verified = TRUE,
                                    .issuer = (char *) rows[i].issuer,
                                    .subject_serial_number = (char *) rows[i].serial,
                                    .organization_identifier = (char *) rows[i].organisation,
                                    .fingerprint_sha256 = (char *) rows[i].fingerprint };
      const OpCaller *other = NULL;
      const OpCaller *caller = planner_callers_find (callers, &identity, &other);

      g_test_message ("row %u", (guint) i);
      g_assert_cmpstr (caller == NULL ? NULL : caller->name, ==, rows[i].caller);
      g_assert_cmpstr (other == NULL ? NULL : other->name, ==, rows[i].other);
    }
}

/* Names that are not ASCII, as openssl writes them and as they are; and a comma within. */
static void
test_issuer_spellings (void)
{
  static const char *const issuers[] = { "CN=Pr\\C3\\B8ve\\, A,C=DK", "CN=Pr\303\270ve\\, A,C=DK" };

  for (gsize i = 0; i < G_N_ELEMENTS (issuers); i++)
    {
      g_autofree char *config_text =
        g_strdup_printf ("[database]\npath=x\n[dfdg]\nport=0\n[caller a]\ntenant=demo\nroles=dfdg\n"
                         "issuer=%s\nsubject-serial=7\n",
                         issuers[i]);
      g_autoptr (GError) error = NULL;
      g_autoptr (PlannerConfig) config = planner_config_parse (config_text, &error);
      g_autoptr (PlannerCallers) callers = NULL;
      ListenerIdentity identity = { .verified = TRUE,
                                    .issuer = (char *) "CN=Pr\303\270ve\\, A,C=DK",
                                    .subject_serial_number = (char *) "7" };

      g_assert_no_error (error);
      callers = planner_callers_new (config);
      g_assert_cmpstr (name_of (callers, &identity), ==, "a");
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/planner-callers/certificates", test_certificates);
  g_test_add_func ("/planner-callers/entry-without-certificate", test_entry_without_certificate);
  g_test_add_func ("/planner-callers/oces", test_oces);
  g_test_add_func ("/planner-callers/issuer-spellings", test_issuer_spellings);
  return g_test_run ();
}

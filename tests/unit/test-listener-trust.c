/* SPDX-License-Identifier: EUPL-1.2 */
/* Revocation: the decisions by list, on new, open and resumed connections, and what becomes of bad lists. */
/* Also tests: listener-crl, listener-identity. */

#include "listener-certificates.h"
#include "testlib.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#define HOST        "Host: planner.example\r\n"
#define GET(target) "GET " target " HTTP/1.1\r\n" HOST "\r\n"
#define DAY_S       (24 * 3600)
#define GRACE_S     (20 * 3600)

/* Extensions of lists, whole, in hex: which part a list is. */
#define AT_1          "30280603551d1c0101ff041e301ca01aa0188616" URI_1
#define AT_1_LAX      "30250603551d1c041e301ca01aa0188616" URI_1 /* not critical */
#define AT_2          "30280603551d1c0101ff041e301ca01aa0188616" URI_2
#define AT_BOTH_USERS "30430603551d1c0101ff04393037a032a0308616" URI_2 "8616" URI_1 "8101ff"
#define USERS         "300f0603551d1c0101ff040530038101ff"
#define AUTHORITIES   "300f0603551d1c0101ff040530038201ff"
#define SOME_REASONS  "302c0603551d1c0101ff04223020a01aa0188616" URI_1 "83020160"
#define INDIRECT      "302b0603551d1c0101ff0421301fa01aa0188616" URI_1 "8401ff"
#define DELTA_LAX     "300a0603551d1b0403020101"
#define STRANGE       "300c06032a03040101ff04020500" /* 1.2.3.4, critical */
#define STRANGE_LAX   "300906032a030404020500"
#define POINT_1       "http://a.example/1.crl"
#define POINT_2       "http://a.example/2.crl"
#define URI_1         "687474703a2f2f612e6578616d706c652f312e63726c"
#define URI_2         "687474703a2f2f612e6578616d706c652f322e63726c"

static Certificate *root;
static Certificate *intermediate;
static Certificate *other_root;
static Certificate *server_certificate;
static Certificate *good;   /* of the intermediate */
static Certificate *bad;    /* of the intermediate, revoked */
static Certificate *direct; /* of the root */
static Certificate *one;    /* of the intermediate, with POINT_1 */
static Certificate *two;    /* of the intermediate, with POINT_2 */
static char *folder;
static char *lists;      /* the folder of the lists */
static char *trust_file; /* the root alone */
static char *both_file;  /* root and intermediate */
static char *server_file;
static char *server_key_file;

static Certificate *
make_client (const Certificate *issuer, const char *name, const char *point)
{
  return certificate_new (&(CertificatePlan){
    .common_name = name, .issuer = issuer, .purpose = GNUTLS_KP_TLS_WWW_CLIENT, .point = point });
}

static void
make_material (void)
{
  folder = testlib_make_folder ();
  lists = g_build_filename (folder, "lists", NULL);
  root = certificate_new (&(CertificatePlan){ .common_name = "Root", .authority = TRUE });
  other_root = certificate_new (&(CertificatePlan){ .common_name = "Root", .authority = TRUE });
  intermediate = certificate_new (
    &(CertificatePlan){ .common_name = "Issuing", .authority = TRUE, .issuer = root });
  server_certificate = certificate_new (&(CertificatePlan){
    .common_name = "localhost", .issuer = root, .purpose = GNUTLS_KP_TLS_WWW_SERVER });
  good = make_client (intermediate, "Good", NULL);
  bad = make_client (intermediate, "Bad", NULL);
  direct = make_client (root, "Direct", NULL);
  one = make_client (intermediate, "One", POINT_1);
  two = make_client (intermediate, "Two", POINT_2);
  trust_file = certificate_save (root, folder, "root.pem");
  server_file = certificate_save (server_certificate, folder, "server.pem");
  server_key_file = certificate_save_key (server_certificate, folder, "server.key");
}

static void
make_both_file (void)
{
  g_autofree char *issuing = certificate_save (intermediate, folder, "issuing.pem");
  g_autofree char *first = NULL, *other = NULL, *text = NULL;

  g_assert_true (g_file_get_contents (trust_file, &first, NULL, NULL));
  g_assert_true (g_file_get_contents (issuing, &other, NULL, NULL));
  text = g_strconcat (first, other, NULL);
  both_file = g_build_filename (folder, "both.pem", NULL);
  g_assert_true (g_file_set_contents (both_file, text, -1, NULL));
}

static void
free_material (void)
{
  Certificate *all[] = { root,   intermediate, other_root, server_certificate, good, bad,
                         direct, one,          two };
  char *texts[] = { folder, lists, trust_file, both_file, server_file, server_key_file };

  for (gsize i = 0; i < G_N_ELEMENTS (all); i++)
    certificate_free (all[i]);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++)
    g_free (texts[i]);
}

/* An empty folder for the next lists. */
static void
clear_lists (void)
{
  g_autoptr (GDir) dir = NULL;
  const char *name;

  g_mkdir_with_parents (lists, 0700);
  dir = g_dir_open (lists, 0, NULL);
  while ((name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (lists, name, NULL);
      g_assert_cmpint (g_unlink (path), ==, 0);
    }
}

static void
put (const char *name, const CrlPlan *plan)
{
  g_autofree char *path = crl_save (plan, lists, name);
  g_assert_nonnull (path);
}

static void
put_good_lists (void)
{
  const Certificate *revoked[] = { bad, NULL };

  clear_lists ();
  put ("root.crl", &(CrlPlan){ .issuer = root });
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .revoked = revoked, .der = TRUE });
}

static ListenerTrust *
make_trust (const char *file, gboolean accepts_missing)
{
  g_autoptr (GError) error = NULL;
  ListenerTrust *trust =
    listener_trust_new (&(ListenerTrustSettings){ .trust_file = file,
                                                  .crl_path = lists,
                                                  .crl_grace_s = GRACE_S,
                                                  .accepts_missing = accepts_missing },
                        &error);

  g_assert_no_error (error);
  return trust;
}

static void
start (Harness *harness, ListenerTrust *trust, guint resumption_s)
{
  ListenerTlsSettings settings = { .certificate_file = server_file,
                                   .key_file = server_key_file,
                                   .trust = trust,
                                   .client_certificate = LISTENER_CLIENT_CERTIFICATE_REQUIRED,
                                   .resumption_s = resumption_s };
  guint8 key[LISTENER_TICKET_KEY_BYTES] = "a key that nobody can guess";
  g_autoptr (GError) error = NULL;
  g_autoptr (ListenerTls) tls = listener_tls_new (&settings, &error);

  g_assert_no_error (error);
  listener_tls_set_ticket_key (tls, key);
  harness_init (harness);
  harness->settings.tls = tls;
  harness_start (harness);
}

/* The alert that a client gets, -1 when it is let in. */
static int
try_chain (Harness *harness, const Certificate *const *chain, const char *priority)
{
  g_autoptr (TlsClient) client = tls_client_new (harness, root, chain, priority);

  tls_client_send (client, GET ("/echo"), -1);
  if (tls_client_wait_text (client, "HTTP/1.1 200 OK", PATIENCE_MS))
    return -1;
  g_assert_cmpint (client->failure, ==, GNUTLS_E_FATAL_ALERT_RECEIVED);
  g_assert_null (strstr (client->plain->received->str, "HTTP"));
  return (int) gnutls_alert_get (client->session);
}

typedef struct
{
  const char *name;
  CrlPlan plans[4];
  const Certificate *chain[3];
  gboolean names_both; /* the trust file names the intermediate too */
  gboolean accepts_missing;
  int alert; /* -1: let in */
  ListenerVerdict verdict;
} Row;

static void
check_row (const Row *row)
{
  g_autoptr (ListenerTrust) trust = NULL;
  const ListenerTrustCounters *counters;
  Harness harness;

  g_test_message ("%s", row->name);
  clear_lists ();
  for (guint i = 0; i < 4 && row->plans[i].issuer != NULL; i++)
    {
      const char name[] = { (char) ('a' + i), '\0' };
      put (name, &row->plans[i]);
    }
  trust = make_trust (row->names_both ? both_file : trust_file, row->accepts_missing);
  counters = listener_trust_get_counters (trust);
  start (&harness, trust, 0);
  for (guint i = 0; i < 2; i++)
    g_assert_cmpint (
      try_chain (&harness, row->chain,
                 i == 0 ? "NORMAL:-VERS-ALL:+VERS-TLS1.2" : "NORMAL:-VERS-ALL:+VERS-TLS1.3"),
      ==, row->alert);
  if (row->alert >= 0)
    g_assert_cmpuint (counters->n_refused[row->verdict], ==, 2);
  else if (row->verdict == LISTENER_VERDICT_LIST_STALE)
    g_assert_cmpuint (counters->n_accepted_stale, >=, 2);
  else if (row->verdict == LISTENER_VERDICT_LIST_MISSING)
    g_assert_cmpuint (counters->n_accepted_missing, >=, 2);
  else
    g_assert_cmpuint (counters->n_accepted_stale + counters->n_accepted_missing, ==, 0);
  harness_clear (&harness);
}

static void
test_decisions (void)
{
  const Certificate *of_bad[] = { bad, NULL };
  const Certificate *of_intermediate[] = { intermediate, NULL };
  const CrlPlan by_root = { .issuer = root };
  const CrlPlan by_issuing = { .issuer = intermediate, .revoked = of_bad };
  const CrlPlan late = { .issuer = intermediate,
                         .made_in_s = -2 * DAY_S,
                         .lasts_s = 2 * DAY_S - 60 };
  const CrlPlan stale = { .issuer = intermediate, .made_in_s = -3 * DAY_S, .lasts_s = 2 * DAY_S };
  const CrlPlan stale_bad = {
    .issuer = intermediate, .revoked = of_bad, .made_in_s = -3 * DAY_S, .lasts_s = 2 * DAY_S
  };
  const CrlPlan forged = { .issuer = intermediate, .signer = other_root };
  const CrlPlan late_forged = {
    .issuer = intermediate, .signer = other_root, .made_in_s = -2 * DAY_S, .lasts_s = 2 * DAY_S - 60
  };
  const CrlPlan future = { .issuer = intermediate, .made_in_s = DAY_S };
  const CrlPlan namesake = { .issuer = other_root };
  const CrlPlan root_revokes = { .issuer = root, .revoked = of_intermediate };
  const int unknown = GNUTLS_A_CERTIFICATE_UNKNOWN, revoked = GNUTLS_A_CERTIFICATE_REVOKED;
  /* clang-format off */
  const Row rows[] = {
    { "good",                                    { by_root, by_issuing },        { good, intermediate }, FALSE, FALSE, -1,      0 },
    { "revoked leaf",                            { by_root, by_issuing },        { bad, intermediate },  FALSE, FALSE, revoked, LISTENER_VERDICT_REVOKED },
    { "revoked intermediate",                    { root_revokes, by_issuing },   { good, intermediate }, FALSE, FALSE, revoked, LISTENER_VERDICT_REVOKED },
    { "revoked intermediate that is trusted",    { root_revokes, by_issuing },   { good },               TRUE,  FALSE, revoked, LISTENER_VERDICT_REVOKED },
    { "no list of the leaf's issuer",            { by_root },                    { good, intermediate }, FALSE, FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
    { "the same, accepted",                      { by_root },                    { good, intermediate }, FALSE, TRUE,  -1,      LISTENER_VERDICT_LIST_MISSING },
    { "no list of the intermediate's issuer",    { by_issuing },                 { good, intermediate }, FALSE, FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
    { "revoked, though lists are missing",       { by_issuing },                 { bad, intermediate },  FALSE, TRUE,  revoked, LISTENER_VERDICT_REVOKED },
    { "list in its grace",                       { by_root, late },              { good, intermediate }, FALSE, FALSE, -1,      LISTENER_VERDICT_LIST_STALE },
    { "stale list",                              { by_root, stale },             { good, intermediate }, FALSE, FALSE, unknown, LISTENER_VERDICT_LIST_STALE },
    { "stale list, missing ones accepted",       { by_root, stale },             { good, intermediate }, FALSE, TRUE,  unknown, LISTENER_VERDICT_LIST_STALE },
    { "stale list that names it",                { by_root, stale_bad },         { bad, intermediate },  FALSE, FALSE, revoked, LISTENER_VERDICT_REVOKED },
    { "a newer list beside a stale one",         { by_root, stale, by_issuing }, { good, intermediate }, FALSE, FALSE, -1,      0 },
    { "list of the future",                      { by_root, future },            { good, intermediate }, TRUE,  FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
    { "bad signature",                           { by_root, forged },            { good, intermediate }, FALSE, FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
    { "bad signature and late",                  { by_root, late_forged },       { good, intermediate }, FALSE, FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
    { "bad signature, known issuer",             { by_root, forged },            { good },               TRUE,  FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
    { "list of another issuer of the same name", { by_issuing, namesake },       { direct },             FALSE, FALSE, unknown, LISTENER_VERDICT_LIST_MISSING },
  };
  /* clang-format on */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check_row (&rows[i]);
}

/* Lists that are parts of what their issuer has to say: RFC 5280 §6.3.3, without reasons and indirect ones. */
static void
test_scopes (void)
{
  const Certificate *of_one[] = { one, NULL };
  const Certificate *of_two[] = { two, NULL };
  const Certificate *of_intermediate[] = { intermediate, NULL };
  const CrlPlan by_root = { .issuer = root };
  const CrlPlan whole = { .issuer = intermediate };
  const CrlPlan whole_1 = { .issuer = intermediate, .revoked = of_one };
  const CrlPlan at_1 = { .issuer = intermediate, .extension = AT_1 };
  const CrlPlan at_1_lax = { .issuer = intermediate, .extension = AT_1_LAX };
  const CrlPlan at_2 = { .issuer = intermediate, .extension = AT_2 };
  const CrlPlan at_2_newer = { .issuer = intermediate, .extension = AT_2, .made_in_s = 60 };
  const CrlPlan at_1_of_one = { .issuer = intermediate, .extension = AT_1, .revoked = of_one };
  const CrlPlan at_1_late = {
    .issuer = intermediate, .extension = AT_1, .made_in_s = -3 * DAY_S, .lasts_s = 2 * DAY_S
  };
  const CrlPlan at_2_of_two = { .issuer = intermediate, .extension = AT_2, .revoked = of_two };
  const CrlPlan both = { .issuer = intermediate, .extension = AT_BOTH_USERS, .revoked = of_two };
  const CrlPlan forged = { .issuer = intermediate, .signer = other_root, .extension = AT_1 };
  const CrlPlan users = { .issuer = intermediate, .extension = USERS };
  const CrlPlan authorities = { .issuer = intermediate, .extension = AUTHORITIES };
  const CrlPlan root_users = { .issuer = root, .extension = USERS };
  const CrlPlan root_authorities = { .issuer = root,
                                     .extension = AUTHORITIES,
                                     .revoked = of_intermediate };
  const CrlPlan root_authorities_good = { .issuer = root, .extension = AUTHORITIES };
  const CrlPlan some_reasons = { .issuer = intermediate, .extension = SOME_REASONS };
  const CrlPlan indirect = { .issuer = intermediate, .extension = INDIRECT };
  const CrlPlan delta = { .issuer = intermediate, .extension = DELTA_LAX };
  const CrlPlan strange = { .issuer = intermediate, .extension = STRANGE };
  const CrlPlan strange_lax = { .issuer = intermediate, .extension = STRANGE_LAX };
  const int unknown = GNUTLS_A_CERTIFICATE_UNKNOWN, revoked = GNUTLS_A_CERTIFICATE_REVOKED;
  const ListenerVerdict missing = LISTENER_VERDICT_LIST_MISSING, is_bad = LISTENER_VERDICT_REVOKED;
  const ListenerVerdict stale = LISTENER_VERDICT_LIST_STALE;
  /* clang-format off */
  const Row rows[] = {
    { "its part",                             { by_root, at_1 },                     { one, intermediate },  FALSE, FALSE, -1,      0 },
    { "its part, which names it",             { by_root, at_1_of_one },              { one, intermediate },  FALSE, FALSE, revoked, is_bad },
    { "another part",                         { by_root, at_2 },                     { one, intermediate },  FALSE, FALSE, unknown, missing },
    { "another part, accepted",               { by_root, at_2 },                     { one, intermediate },  FALSE, TRUE,  -1,      missing },
    { "a part that is not critical",          { by_root, at_1_lax },                 { two, intermediate },  FALSE, FALSE, unknown, missing },
    { "certificate without a point",          { by_root, at_1, at_2 },               { good, intermediate }, FALSE, FALSE, unknown, missing },
    { "two parts, the first",                 { by_root, at_1, at_2_of_two },        { one, intermediate },  FALSE, FALSE, -1,      0 },
    { "two parts, the second",                { by_root, at_1, at_2_of_two },        { two, intermediate },  FALSE, FALSE, revoked, is_bad },
    { "a newer list of another part",         { by_root, at_1_of_one, at_2_newer },  { one, intermediate },  FALSE, FALSE, revoked, is_bad },
    { "a part at two points, users'",         { by_root, both },                     { one, intermediate },  FALSE, FALSE, -1,      0 },
    { "a part at two points, the other",      { by_root, both },                     { two, intermediate },  FALSE, FALSE, revoked, is_bad },
    { "its part, forged",                     { by_root, forged, at_2 },             { one, intermediate },  FALSE, FALSE, unknown, missing },
    { "the whole, and a part that is stale",  { by_root, whole, at_1_late },         { one, intermediate },  FALSE, FALSE, -1,      0 },
    { "the part alone is stale",              { by_root, at_1_late, at_2 },          { one, intermediate },  FALSE, FALSE, unknown, stale },
    { "the whole names it, the part not yet", { by_root, whole_1, at_1 },            { one, intermediate },  FALSE, FALSE, revoked, is_bad },
    { "the part names it, the whole not",     { by_root, whole, at_1_of_one },       { one, intermediate },  FALSE, FALSE, revoked, is_bad },
    { "users only",                           { by_root, users },                    { good, intermediate }, FALSE, FALSE, -1,      0 },
    { "authorities only, for a user",         { by_root, authorities },              { good, intermediate }, FALSE, FALSE, unknown, missing },
    { "users only, for an authority",         { root_users, whole },                 { good, intermediate }, FALSE, FALSE, unknown, missing },
    { "authorities only, for an authority",   { root_authorities_good, whole },      { good, intermediate }, FALSE, FALSE, -1,      0 },
    { "authorities only, which names it",     { root_authorities, whole },           { good, intermediate }, FALSE, FALSE, revoked, is_bad },
    { "the root's in two parts",              { root_users, root_authorities, whole }, { good, intermediate }, FALSE, FALSE, revoked, is_bad },
    { "some reasons only",                    { by_root, some_reasons },             { one, intermediate },  FALSE, FALSE, unknown, missing },
    { "indirect",                             { by_root, indirect },                 { one, intermediate },  FALSE, FALSE, unknown, missing },
    { "delta, not critical",                  { by_root, delta },                    { good, intermediate }, FALSE, FALSE, unknown, missing },
    { "strange and critical",                 { by_root, strange },                  { good, intermediate }, FALSE, FALSE, unknown, missing },
    { "strange and not critical",             { by_root, strange_lax },              { good, intermediate }, FALSE, FALSE, -1,      0 },
  };
  /* clang-format on */

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    check_row (&rows[i]);
}

/* The trust file names the issuing authority alone, and the client sends the root along: nobody asks for the root's list. */
static void
test_root_sent_along (void)
{
  g_autofree char *issuing = certificate_save (intermediate, folder, "issuing-alone.pem");
  const Certificate *whole[] = { good, intermediate, root, NULL };
  const Certificate *own[] = { good, NULL };
  const Certificate *revoked[] = { bad, intermediate, root, NULL };
  const Certificate *of_bad[] = { bad, NULL };
  g_autoptr (ListenerTrust) trust = NULL;
  Harness harness;

  clear_lists ();
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .revoked = of_bad });
  trust = make_trust (issuing, FALSE);
  start (&harness, trust, 0);
  g_assert_cmpint (try_chain (&harness, own, NULL), ==, -1);
  g_assert_cmpint (try_chain (&harness, whole, NULL), ==, -1);
  g_assert_cmpint (try_chain (&harness, revoked, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  harness_clear (&harness);
}

/* What is not read is said. */
static void
test_too_many_files (void)
{
  g_autoptr (ListenerTrust) trust = NULL;
  const ListenerCrlInfo *crl;
  guint n_lists = 0, n_bad = 0;

  put_good_lists ();
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *name = g_strdup_printf ("%s/zz-%03u", lists, i);
      g_assert_true (g_file_set_contents (name, "x", 1, NULL));
    }
  trust = make_trust (trust_file, FALSE);
  for (; (crl = listener_trust_get_crl (trust, n_lists)) != NULL; n_lists++)
    n_bad += crl->problem != NULL ? 1 : 0;
  g_assert_cmpuint (n_lists, ==, 257);
  g_assert_cmpuint (n_bad, ==, 255);
  g_assert_nonnull (strstr (listener_trust_get_crl (trust, 256)->problem, "too many"));
  clear_lists ();
}

/* A list of the future is read again when its time comes, though its file stays as it is. */
static void
test_future_comes (void)
{
  const Certificate *chain[] = { direct, NULL };
  g_autoptr (ListenerTrust) trust = NULL;
  g_autoptr (GError) error = NULL;
  guint64 generation;
  Harness harness;

  clear_lists ();
  /* Ten minutes are forgiven. */
  put ("root.crl", &(CrlPlan){ .issuer = root, .made_in_s = 600 + 3 });
  trust = make_trust (trust_file, FALSE);
  start (&harness, trust, 0);
  generation = listener_trust_get_generation (trust);
  g_assert_nonnull (strstr (listener_trust_get_crl (trust, 0)->problem, "future"));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_UNKNOWN);
  for (guint i = 0; i < 300 && listener_trust_get_generation (trust) == generation; i++)
    {
      harness_run_ms (&harness, 100);
      listener_trust_refresh_behind (trust, harness.context);
    }
  g_assert_cmpuint (listener_trust_get_generation (trust), ==, generation + 1);
  g_assert_null (listener_trust_get_crl (trust, 0)->problem);
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpuint (listener_trust_get_generation (trust), ==, generation + 1);
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, -1);
  harness_clear (&harness);
}

/* A fifo would hold the reader up for ever. */
static void
test_no_file (void)
{
  g_autofree char *fifo = g_build_filename (folder, "fifo", NULL);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (mkfifo (fifo, 0600), ==, 0);
  g_assert_null (listener_trust_new (
    &(ListenerTrustSettings){ .trust_file = trust_file, .crl_path = fifo }, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE);
}

/* Parts that vanish leave each its last good list in force, and a newer one replaces its own part alone. */
static void
test_parts_that_change (void)
{
  const Certificate *first[] = { one, intermediate, NULL };
  const Certificate *second[] = { two, intermediate, NULL };
  const Certificate *of_one[] = { one, NULL };
  g_autofree char *file = g_build_filename (lists, "1", NULL);
  g_autoptr (ListenerTrust) trust = NULL;
  g_autoptr (GError) error = NULL;
  const ListenerCrlInfo *crl;
  guint n_lists = 0;
  Harness harness;

  clear_lists ();
  put ("root", &(CrlPlan){ .issuer = root });
  put ("1", &(CrlPlan){ .issuer = intermediate, .extension = AT_1, .revoked = of_one });
  put ("2", &(CrlPlan){ .issuer = intermediate, .extension = AT_2 });
  trust = make_trust (trust_file, FALSE);
  start (&harness, trust, 0);
  g_assert_cmpint (try_chain (&harness, first, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  g_assert_cmpint (g_unlink (file), ==, 0);
  put ("2", &(CrlPlan){ .issuer = intermediate, .extension = AT_2, .made_in_s = 1 });
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, first, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  g_assert_cmpint (try_chain (&harness, second, NULL), ==, -1);
  put ("1", &(CrlPlan){ .issuer = intermediate, .extension = AT_1, .made_in_s = 2 });
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, first, NULL), ==, -1);
  put ("1", &(CrlPlan){ .issuer = intermediate, .extension = AT_1, .made_in_s = 3 });
  for (guint i = 0; i < 4; i++)
    {
      g_assert_true (listener_trust_reload (trust, &error));
      g_assert_cmpint (try_chain (&harness, first, NULL), ==, -1);
    }
  while ((crl = listener_trust_get_crl (trust, n_lists)) != NULL)
    n_lists++;
  /* The three, and at most the one before of each that had been found good. */
  g_assert_cmpuint (n_lists, <=, 5);
  g_assert_cmpstr (listener_trust_get_crl (trust, 0)->scope, ==, POINT_1);
  g_assert_null (listener_trust_get_crl (trust, 2)->scope);
  harness_clear (&harness);
}

/* An issuer that the trust file does not name: a forged list of later date does not push the good one out. */
static void
test_forged_heir (void)
{
  const Certificate *chain[] = { bad, intermediate, NULL };
  g_autoptr (ListenerTrust) trust = NULL;
  g_autoptr (GError) error = NULL;
  Harness harness;

  put_good_lists ();
  trust = make_trust (trust_file, TRUE);
  start (&harness, trust, 0);
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .signer = other_root, .made_in_s = 5 });
  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (listener_trust_reload (trust, &error));
      g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
    }
  harness_clear (&harness);
}

/* A connection that was let in, when the list comes that names it: the next request is the last. */
static void
test_open_connection (void)
{
  const Certificate *chain[] = { good, intermediate, NULL };
  const Certificate *revoked[] = { good, NULL };
  g_autoptr (ListenerTrust) trust = NULL;
  guint64 generation;
  Harness harness;

  put_good_lists ();
  trust = make_trust (trust_file, FALSE);
  start (&harness, trust, 0);
  {
    g_autoptr (TlsClient) open = tls_client_new (&harness, root, chain, NULL);
    g_autoptr (GError) error = NULL;

    g_assert_true (tls_client_send (open, GET ("/echo"), -1));
    g_assert_true (tls_client_wait_text (open, "HTTP/1.1 200 OK", PATIENCE_MS));
    generation = listener_trust_get_generation (trust);
    g_assert_true (listener_trust_refresh (trust, &error));
    g_assert_cmpuint (listener_trust_get_generation (trust), ==, generation);
    put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .revoked = revoked, .made_in_s = 1 });
    g_assert_true (listener_trust_refresh (trust, &error));
    g_assert_cmpuint (listener_trust_get_generation (trust), ==, generation + 1);
    g_assert_true (tls_client_send (open, GET ("/echo"), -1));
    g_assert_true (tls_client_wait_text (open, "HTTP/1.1 403 Forbidden", PATIENCE_MS));
    g_assert_true (tls_client_wait_end (open, PATIENCE_MS));
    g_assert_cmpuint (listener_trust_get_counters (trust)->n_refused[LISTENER_VERDICT_REVOKED], ==,
                      1);
    g_assert_cmpuint (harness_counters (&harness)->n_requests, ==, 1);
  }
  harness_clear (&harness);
}

/* Reads what the server still sends, so that a TLS 1.3 ticket has come. */
static void
take_ticket (TlsClient *client, gnutls_datum_t *out_ticket)
{
  tls_client_wait_text (client, "never", 50);
  g_assert_cmpint (gnutls_session_get_data2 (client->session, out_ticket), ==, 0);
}

static void
test_resumed (gconstpointer priority)
{
  const Certificate *chain[] = { good, intermediate, NULL };
  const Certificate *revoked[] = { good, NULL };
  g_autoptr (ListenerTrust) trust = NULL;
  gnutls_datum_t ticket = { 0 };
  g_autoptr (GError) error = NULL;
  Harness harness;

  put_good_lists ();
  trust = make_trust (trust_file, FALSE);
  start (&harness, trust, 3600);
  {
    g_autoptr (TlsClient) first = tls_client_new (&harness, root, chain, priority);

    g_assert_true (tls_client_send (first, GET ("/echo"), -1));
    g_assert_true (tls_client_wait_text (first, "200 OK", PATIENCE_MS));
    take_ticket (first, &ticket);
  }
  tls_client_ticket = &ticket;
  for (guint i = 0; i < 3; i++)
    {
      g_autoptr (TlsClient) again = tls_client_new (&harness, root, chain, priority);
      const ListenerIdentity *identity;

      g_assert_true (gnutls_session_is_resumed (again->session));
      if (i == 1)
        {
          put ("issuing.crl",
               &(CrlPlan){ .issuer = intermediate, .revoked = revoked, .made_in_s = 1 });
          g_assert_true (listener_trust_refresh (trust, &error));
        }
      g_assert_true (tls_client_send (again, GET ("/later"), -1));
      if (i > 0)
        {
          g_assert_true (tls_client_wait_text (again, "HTTP/1.1 403 Forbidden", PATIENCE_MS));
          continue;
        }
      while (harness.held->len == 0)
        harness_run_ms (&harness, 1);
      identity = listener_request_get_identity (harness.held->pdata[0]);
      g_assert_true (identity->verified);
      g_assert_cmpstr (identity->common_name, ==, "Good");
    }
  g_assert_cmpuint (harness_counters (&harness)->n_resumed, ==, 3);
  {
    /* Under another key the ticket is nothing: a whole handshake, in which the certificate is refused. */
    guint8 key[LISTENER_TICKET_KEY_BYTES] = "another";

    listener_tls_set_ticket_key (harness.settings.tls, key);
    g_assert_cmpint (try_chain (&harness, chain, priority), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  }
  tls_client_ticket = NULL;
  gnutls_free (ticket.data);
  harness_clear (&harness);
}

/* Lists that vanish, break or turn older: the last good one stays in force. */
static void
test_bad_lists_change_nothing (void)
{
  const Certificate *chain[] = { bad, intermediate, NULL };
  g_autofree char *file = g_build_filename (lists, "issuing.crl", NULL);
  g_autoptr (ListenerTrust) trust = NULL;
  g_autoptr (GError) error = NULL;
  Harness harness;

  put_good_lists ();
  trust = make_trust (both_file, FALSE);
  start (&harness, trust, 0);
  g_assert_cmpint (g_unlink (file), ==, 0);
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  g_assert_true (g_file_set_contents (file, "half a li", -1, NULL));
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .signer = other_root });
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .made_in_s = -7200 });
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  clear_lists ();
  g_assert_false (listener_trust_refresh (trust, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE);
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .made_in_s = 2 });
  g_clear_error (&error);
  g_assert_true (listener_trust_refresh (trust, &error));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, -1);
  harness_clear (&harness);
}

static void
wait_generation (Harness *harness, ListenerTrust *trust, guint64 wanted)
{
  for (guint i = 0; i < 5000 && listener_trust_get_generation (trust) != wanted; i++)
    harness_run_ms (harness, 1);
  g_assert_cmpuint (listener_trust_get_generation (trust), ==, wanted);
}

/* The same, read on another thread; nothing to read, something bad, and the trust gone before it has been read. */
static void
test_behind (void)
{
  const Certificate *chain[] = { good, intermediate, NULL };
  const Certificate *revoked[] = { good, NULL };
  ListenerTrust *trust = NULL;
  guint64 generation;
  Harness harness;

  put_good_lists ();
  trust = make_trust (trust_file, FALSE);
  generation = listener_trust_get_generation (trust);
  start (&harness, trust, 0);
  listener_trust_refresh_behind (trust, harness.context);
  harness_run_ms (&harness, 50);
  g_assert_cmpuint (listener_trust_get_generation (trust), ==, generation);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .revoked = revoked, .made_in_s = 1 });
  listener_trust_refresh_behind (trust, harness.context);
  listener_trust_refresh_behind (trust, harness.context);
  wait_generation (&harness, trust, generation + 1);
  g_assert_null (listener_trust_get_problem (trust));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  clear_lists ();
  listener_trust_refresh_behind (trust, harness.context);
  for (guint i = 0; i < 5000 && listener_trust_get_problem (trust) == NULL; i++)
    harness_run_ms (&harness, 1);
  g_assert_nonnull (strstr (listener_trust_get_problem (trust), lists));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, GNUTLS_A_CERTIFICATE_REVOKED);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .made_in_s = 2 });
  listener_trust_refresh_behind (trust, harness.context);
  wait_generation (&harness, trust, generation + 2);
  g_assert_null (listener_trust_get_problem (trust));
  g_assert_cmpint (try_chain (&harness, chain, NULL), ==, -1);
  put ("issuing.crl", &(CrlPlan){ .issuer = intermediate, .made_in_s = 3 });
  listener_trust_refresh_behind (trust, harness.context);
  {
    g_autoptr (GMainContext) context = g_main_context_ref (harness.context);

    harness_clear (&harness);
    listener_trust_unref (trust);
    for (gint64 end_us = g_get_monotonic_time () + 200000; g_get_monotonic_time () < end_us;)
      g_main_context_iteration (context, FALSE);
  }
}

static void
test_infos (void)
{
  g_autoptr (ListenerTrust) trust = NULL;
  const ListenerCrlInfo *crl;

  put_good_lists ();
  put ("worse.crl", &(CrlPlan){ .issuer = root, .signer = good });
  trust = make_trust (trust_file, FALSE);
  crl = listener_trust_get_crl (trust, 0);
  g_assert_true (g_str_has_suffix (crl->file, "/issuing.crl"));
  g_assert_cmpstr (crl->issuer, ==, "CN=Issuing");
  g_assert_cmpuint (crl->n_revoked, ==, 1);
  g_assert_cmpint (crl->next_update_unix_us - crl->this_update_unix_us, ==, G_TIME_SPAN_DAY);
  g_assert_null (crl->problem);
  g_assert_null (listener_trust_get_crl (trust, 1)->problem);
  g_assert_nonnull (strstr (listener_trust_get_crl (trust, 2)->problem, "not signed"));
  g_assert_null (listener_trust_get_crl (trust, 3));
}

static void
test_nothing_to_start_with (void)
{
  g_autoptr (GError) error = NULL;

  clear_lists ();
  g_assert_null (listener_trust_new (
    &(ListenerTrustSettings){ .trust_file = trust_file, .crl_path = lists }, &error));
  g_assert_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE);
  g_assert_nonnull (strstr (error->message, lists));
}

int
main (int argc, char **argv)
{
  int status;

  testlib_init (&argc, &argv);
  make_material ();
  make_both_file ();
  g_test_add_func ("/listener-trust/decisions", test_decisions);
  g_test_add_func ("/listener-trust/scopes", test_scopes);
  g_test_add_func ("/listener-trust/parts-that-change", test_parts_that_change);
  g_test_add_func ("/listener-trust/forged-heir", test_forged_heir);
  g_test_add_func ("/listener-trust/root-sent-along", test_root_sent_along);
  g_test_add_func ("/listener-trust/too-many-files", test_too_many_files);
  g_test_add_func ("/listener-trust/future-comes", test_future_comes);
  g_test_add_func ("/listener-trust/no-file", test_no_file);
  g_test_add_func ("/listener-trust/open-connection", test_open_connection);
  g_test_add_data_func ("/listener-trust/resumed-1.2", "NORMAL:-VERS-ALL:+VERS-TLS1.2",
                        test_resumed);
  g_test_add_data_func ("/listener-trust/resumed-1.3", "NORMAL:-VERS-ALL:+VERS-TLS1.3",
                        test_resumed);
  g_test_add_func ("/listener-trust/bad-lists-change-nothing", test_bad_lists_change_nothing);
  g_test_add_func ("/listener-trust/behind", test_behind);
  g_test_add_func ("/listener-trust/infos", test_infos);
  g_test_add_func ("/listener-trust/nothing-to-start-with", test_nothing_to_start_with);
  status = g_test_run ();
  free_material ();
  return status;
}

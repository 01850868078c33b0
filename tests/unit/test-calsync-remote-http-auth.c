/* SPDX-License-Identifier: EUPL-1.2 */
/* Who we are and whom we trust: one attempt for a password, whatever the server says; certificates of both sides. */
/* Also tests: calsync-remote-http-trust. */
#include "calsync-remote-http.h"
#include "fake-http.h"
#include "listener-certificates.h"
#include "testlib.h"

#include <string.h>

#define SECRET "hemmelig-7f3a"
#define OK     "HTTP/1.1 207 Multi-Status\r\nContent-Length: 2\r\n\r\nok"

/* What the server wants. */
typedef struct
{
  const char *challenges; /* header lines of a 401 */
  const char *basic;      /* (nullable): user:password that it takes */
  const char *bearer;     /* (nullable) */
  const char *digest;     /* (nullable): user:password that it takes */
  guint n_stale;          /* so many right digests are called stale first */
} Guard;

static char *
dup_parameter (const char *header, const char *name)
{
  g_autofree char *start = g_strdup_printf ("%s=", name);
  const char *at = strstr (header, start);

  if (at == NULL)
    return NULL;
  at += strlen (start);
  return *at == '"' ? g_strndup (at + 1, strcspn (at + 1, "\""))
                    : g_strndup (at, strcspn (at, ", "));
}

static char *md5 (const char *format, ...) G_GNUC_PRINTF (1, 2);

static char *
md5 (const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list arguments;

  va_start (arguments, format);
  text = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  return g_compute_checksum_for_string (G_CHECKSUM_MD5, text, -1);
}

/* RFC 2617 3.2.2, worked out here once more. */
static gboolean
is_right_digest (const FakeRequest *request, const char *header, const char *pair)
{
  g_autofree char *realm = dup_parameter (header, "realm");
  g_autofree char *nonce = dup_parameter (header, "nonce");
  g_autofree char *count = dup_parameter (header, "nc");
  g_autofree char *client = dup_parameter (header, "cnonce");
  g_autofree char *uri = dup_parameter (header, "uri");
  g_autofree char *given = dup_parameter (header, "response");
  g_auto (GStrv) words = g_strsplit (pair, ":", 2);
  g_autofree char *first = md5 ("%s:%s:%s", words[0], realm, words[1]);
  g_autofree char *second = md5 ("%s:%s", request->method, request->target);
  g_autofree char *expected = md5 ("%s:%s:%s:%s:auth:%s", first, nonce, count, client, second);

  g_assert_cmpstr (uri, ==, request->target);
  return g_strcmp0 (given, expected) == 0;
}

static gboolean
is_let_in (Guard *guard, const FakeRequest *request, gboolean *out_stale)
{
  g_autofree char *header = fake_request_dup_header (request, "Authorization");
  g_autofree char *basic = NULL;

  if (header == NULL)
    return FALSE;
  if (guard->basic != NULL)
    {
      g_autofree char *encoded =
        g_base64_encode ((const guchar *) guard->basic, strlen (guard->basic));

      basic = g_strconcat ("Basic ", encoded, NULL);
    }
  if (g_strcmp0 (header, basic) == 0)
    return TRUE;
  if (guard->bearer != NULL && g_str_has_prefix (header, "Bearer "))
    return g_str_equal (header + 7, guard->bearer);
  if (guard->digest == NULL || !g_str_has_prefix (header, "Digest ") ||
      !is_right_digest (request, header, guard->digest))
    return FALSE;
  *out_stale = guard->n_stale > 0;
  guard->n_stale -= *out_stale ? 1 : 0;
  return !*out_stale;
}

static void
on_guarded (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  Guard *guard = data;
  gboolean is_stale = FALSE;

  if (is_let_in (guard, request, &is_stale))
    fake_peer_say (peer, OK, -1);
  else if (is_stale)
    fake_peer_answer (
      peer, "401 Unauthorized",
      "WWW-Authenticate: Digest realm=\"cal\", nonce=\"n2\", qop=\"auth\", stale=TRUE\r\n", "");
  else
    fake_peer_answer (peer, "401 Unauthorized", guard->challenges, "<html>no</html>");
}

#define BASIC "WWW-Authenticate: Basic realm=\"cal, endar\"\r\n"
#define DIGEST \
  "WWW-Authenticate: Digest realm=\"cal\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n"
#define SHA256 \
  "WWW-Authenticate: Digest realm=\"cal\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256\r\n"
#define BOTH \
  "WWW-Authenticate: Digest realm=\"cal\", nonce=\"n1\", qop=\"auth\", Basic realm=\"cal\"\r\n"
#define BEARER "WWW-Authenticate: Bearer realm=\"cal\"\r\n"
#define OTHERS "WWW-Authenticate: Negotiate\r\nWWW-Authenticate: NTLM\r\n" DIGEST
#define RIGHT  "vejleder07:" SECRET
#define WRONG  "vejleder07:other"

/* clang-format off */
static const struct
{
  const char *name;
  CalsyncAuth auth;
  Guard guard;
  gboolean is_in;
  guint n_first;   /* requests that the first needs */
  guint n_further; /* and the second */
} rows[] = {
  { "nobody asks",          CALSYNC_AUTH_NONE,   { NULL },                          FALSE, 1, 0 },
  { "basic",                CALSYNC_AUTH_BASIC,  { BASIC, .basic = RIGHT },         TRUE,  1, 1 },
  { "basic, wrong",         CALSYNC_AUTH_BASIC,  { BASIC, .basic = WRONG },         FALSE, 1, 0 },
  { "both, wrong",          CALSYNC_AUTH_BASIC,  { BOTH, .basic = WRONG, .digest = WRONG }, FALSE, 1, 0 },
  { "no challenge",         CALSYNC_AUTH_BASIC,  { "", .basic = WRONG },            FALSE, 1, 0 },
  { "basic, digest only",   CALSYNC_AUTH_BASIC,  { DIGEST, .digest = RIGHT },       TRUE,  2, 1 },
  { "among others",         CALSYNC_AUTH_BASIC,  { OTHERS, .digest = RIGHT },       TRUE,  2, 1 },
  { "digest",               CALSYNC_AUTH_DIGEST, { DIGEST, .digest = RIGHT },       TRUE,  2, 1 },
  { "digest of both",       CALSYNC_AUTH_DIGEST, { BOTH, .basic = RIGHT, .digest = RIGHT }, TRUE, 2, 1 },
  { "digest, wrong",        CALSYNC_AUTH_DIGEST, { DIGEST, .digest = WRONG },       FALSE, 2, 0 },
  { "digest, stale",        CALSYNC_AUTH_DIGEST, { DIGEST, .digest = RIGHT, .n_stale = 1 }, TRUE, 3, 1 },
  { "digest, always stale", CALSYNC_AUTH_DIGEST, { DIGEST, .digest = RIGHT, .n_stale = 99 }, FALSE, 3, 0 },
  { "digest, not offered",  CALSYNC_AUTH_DIGEST, { BASIC, .basic = RIGHT },         FALSE, 1, 0 },
  { "digest, unknown kind", CALSYNC_AUTH_DIGEST, { SHA256 },                        FALSE, 1, 0 },
  { "bearer",               CALSYNC_AUTH_BEARER, { BEARER, .bearer = SECRET },      TRUE,  1, 1 },
  { "bearer, wrong",        CALSYNC_AUTH_BEARER, { BEARER, .bearer = "x" },         FALSE, 1, 0 },
  { "bearer wanted",        CALSYNC_AUTH_BASIC,  { BEARER, .bearer = "x" },         FALSE, 1, 0 },
};
/* clang-format on */

static void
check_send (CalsyncHttp *http, gboolean is_in)
{
  const CalsyncRequest request = {
    .method = "PROPFIND", .target = "/c/?q=1", .body = "<x/>", .n_body = 4, .is_safe = TRUE
  };
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (calsync_http_send (http, &request, &reply, NULL, &error), ==, is_in);
  if (is_in)
    {
      g_assert_no_error (error);
      g_assert_cmpuint (reply.status, ==, 207);
      return;
    }
  g_test_message ("%s", error->message);
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED);
  g_assert_null (strstr (error->message, SECRET));
}

/* Counted at the server: no account is ever locked by us. */
static void
test_attempts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      Guard guard = rows[i].guard;
      g_autoptr (FakeHttp) server = fake_http_new (on_guarded, &guard);
      g_autofree char *uri = fake_http_dup_uri (server, "127.0.0.1", "/");
      const CalsyncHttpSettings settings = { .base_uri = uri,
                                             .auth = rows[i].auth,
                                             .user = "vejleder07",
                                             .secret = SECRET,
                                             .max_retries = 2 };
      g_autoptr (GError) error = NULL;
      g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, &error);

      g_assert_no_error (error);
      if (guard.challenges == NULL)
        guard.challenges = BASIC;
      g_test_message ("%s", rows[i].name);
      check_send (http, rows[i].is_in);
      g_assert_cmpuint (fake_http_count (server), ==, rows[i].n_first);
      check_send (http, rows[i].is_in);
      check_send (http, rows[i].is_in);
      g_assert_cmpuint (fake_http_count (server), ==, rows[i].n_first + 2 * rows[i].n_further);
      g_assert_cmpuint (fake_http_count_connections (server), ==, 1);
    }
}

/* A password for Digest only never goes over the wire. */
static void
test_digest_hides (void)
{
  Guard guard = { BASIC, .basic = RIGHT };
  g_autoptr (FakeHttp) server = fake_http_new (on_guarded, &guard);
  g_autofree char *uri = fake_http_dup_uri (server, "127.0.0.1", "/");
  const CalsyncHttpSettings settings = {
    .base_uri = uri, .auth = CALSYNC_AUTH_DIGEST, .user = "vejleder07", .secret = SECRET
  };
  g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, NULL);
  g_autofree char *header = NULL;

  check_send (http, FALSE);
  g_assert_null (header = fake_request_dup_header (fake_http_get (server, 0), "Authorization"));
}

static void
on_ok (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_say (peer, OK, -1);
}

typedef struct
{
  const char *host;
  const char *server;  /* whose certificate the server shows */
  const char *ca;      /* (nullable): whom we trust */
  const char *demands; /* (nullable): whom the server trusts */
  const char *shows;   /* (nullable): our certificate */
  const char *says;    /* (nullable): what the error must say; NULL: it works */
  gboolean is_cut;     /* the server says nothing, it just leaves */
} TlsRow;

/* clang-format off */
static const TlsRow tls_rows[] = {
  { "localhost", "server",  "ca",  NULL, NULL,     NULL },
  { "localhost", "server",  NULL,  NULL, NULL,     "is not trusted here" },
  { "localhost", "server",  "other-ca", NULL, NULL, "is not trusted here" },
  { "localhost", "expired", "ca",  NULL, NULL,     "has expired" },
  { "localhost", "early",   "ca",  NULL, NULL,     "is not valid yet" },
  { "127.0.0.1", "server",  "ca",  NULL, NULL,     "is not made out for this host" },
  { "localhost", "server",  "ca",  "ca", NULL,     "wants a client certificate: give one" },
  { "localhost", "server",  "ca",  "ca", "client", NULL },
  { "localhost", "server",  "ca",  "ca", "foreign", "it may not accept our certificate", TRUE },
};
/* clang-format on */

static char *
dup_path (const char *folder, const char *name, const char *suffix)
{
  g_autofree char *file = name != NULL ? g_strconcat (name, suffix, NULL) : NULL;

  return file != NULL ? g_build_filename (folder, file, NULL) : NULL;
}

static void
save (Certificate *certificate, const char *folder, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".pem", NULL);
  g_autofree char *key_file = g_strconcat (name, ".key", NULL);

  g_free (certificate_save (certificate, folder, file));
  g_free (certificate_save_key (certificate, folder, key_file));
}

static void
make_certificates (const char *folder)
{
  g_autoptr (Certificate) ca =
    certificate_new (&(CertificatePlan){ .common_name = "Authority", .authority = TRUE });
  g_autoptr (Certificate) other =
    certificate_new (&(CertificatePlan){ .common_name = "Other authority", .authority = TRUE });
  g_autoptr (Certificate) server =
    certificate_new (&(CertificatePlan){ .common_name = "localhost", .issuer = ca });
  g_autoptr (Certificate) expired = certificate_new (&(CertificatePlan){
    .common_name = "localhost", .issuer = ca, .begins_in_s = -3 * 86400, .lasts_s = 86400 });
  g_autoptr (Certificate) early = certificate_new (
    &(CertificatePlan){ .common_name = "localhost", .issuer = ca, .begins_in_s = 2 * 86400 });
  g_autoptr (Certificate) client =
    certificate_new (&(CertificatePlan){ .common_name = "planner", .issuer = ca });
  g_autoptr (Certificate) foreign =
    certificate_new (&(CertificatePlan){ .common_name = "planner", .issuer = other });

  save (ca, folder, "ca");
  save (other, folder, "other-ca");
  save (server, folder, "server");
  save (expired, folder, "expired");
  save (early, folder, "early");
  save (client, folder, "client");
  save (foreign, folder, "foreign");
}

static FakeHttp *
start_tls (const TlsRow *row, const char *folder)
{
  g_autofree char *certificate = dup_path (folder, row->server, ".pem");
  g_autofree char *key = dup_path (folder, row->server, ".key");
  g_autofree char *demands = dup_path (folder, row->demands, ".pem");
  FakeHttp *server = fake_http_new (on_ok, NULL);

  fake_http_use_tls (server, certificate, key);
  if (demands != NULL)
    fake_http_demand_certificate (server, demands);
  return server;
}

static void
check_tls (const TlsRow *row, const char *folder)
{
  g_autoptr (FakeHttp) server = start_tls (row, folder);
  g_autofree char *uri = fake_http_dup_uri (server, row->host, "/");
  g_autofree char *ca = dup_path (folder, row->ca, ".pem");
  g_autofree char *certificate = dup_path (folder, row->shows, ".pem");
  g_autofree char *key = dup_path (folder, row->shows, ".key");
  const CalsyncHttpSettings settings = { .base_uri = uri,
                                         .auth = CALSYNC_AUTH_BASIC,
                                         .user = "u",
                                         .secret = SECRET,
                                         .ca_file = ca,
                                         .certificate_file = certificate,
                                         .key_file = key };
  const CalsyncRequest request = { .method = "REPORT", .target = "/", .is_safe = TRUE };
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, &error);
  const gint code = row->is_cut ? CALSYNC_REMOTE_ERROR_UNREACHABLE : CALSYNC_REMOTE_ERROR_UNTRUSTED;
  gboolean is_answered;

  g_assert_no_error (error);
  is_answered = calsync_http_send (http, &request, &reply, NULL, &error) &&
                calsync_http_send (http, &request, &reply, NULL, &error);
  g_test_message ("%s", error != NULL ? error->message : "fine");
  g_assert_cmpint (is_answered, ==, row->says == NULL);
  g_assert_cmpuint (fake_http_count (server), ==, row->says == NULL ? 2 : 0);
  if (row->says == NULL)
    {
      g_assert_cmpuint (fake_http_count_connections (server), ==, 1);
      return;
    }
  g_assert_error (error, CALSYNC_REMOTE_ERROR, code);
  g_assert_nonnull (strstr (error->message, row->says));
}

static void
test_tls (void)
{
  g_autofree char *folder = testlib_make_folder ();

  make_certificates (folder);
  for (guint i = 0; i < G_N_ELEMENTS (tls_rows); i++)
    check_tls (&tls_rows[i], folder);
}

/* Two clients share what was read of a file; a file that changed is read again. */
static void
test_renewed_authorities (void)
{
  static const TlsRow trusted = { "localhost", "server", "renewed", NULL, NULL, NULL };
  static const TlsRow refused = {
    "localhost", "server", "renewed", NULL, NULL, "not trusted here"
  };
  static const char *const authorities[] = { "ca", "other-ca", "ca" };
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *renewed = dup_path (folder, "renewed", ".pem");

  make_certificates (folder);
  for (guint i = 0; i < G_N_ELEMENTS (authorities); i++)
    {
      g_autofree char *path = dup_path (folder, authorities[i], ".pem");
      g_autofree char *pem = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_get_contents (path, &pem, NULL, &error));
      g_assert_true (g_file_set_contents (renewed, pem, -1, &error));
      g_assert_no_error (error);
      check_tls (i == 1 ? &refused : &trusted, folder);
      check_tls (i == 1 ? &refused : &trusted, folder);
    }
}

/* https to a port that speaks plain HTTP, and back from https to http. */
static void
test_mixed (void)
{
  g_autoptr (FakeHttp) server = fake_http_new (on_ok, NULL);
  g_autofree char *plain = fake_http_dup_uri (server, "127.0.0.1", "/");
  g_autofree char *uri = g_strconcat ("https", plain + strlen ("http"), NULL);
  const CalsyncHttpSettings settings = { .base_uri = uri };
  const CalsyncRequest request = { .method = "REPORT", .target = "/", .is_safe = TRUE };
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncHttp) http = calsync_http_new (&settings, &error);

  fake_http_greet (server, "HTTP/1.1 400 Bad Request\r\n\r\n");
  g_assert_false (calsync_http_send (http, &request, &reply, NULL, &error));
  g_test_message ("%s", error->message);
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED);
}

static void
on_downgrade (FakePeer *peer, const FakeRequest *request, gpointer data)
{
  fake_peer_answer (peer, "302 Found", "Location: http://localhost:1/\r\n", "");
}

static void
test_downgrade (void)
{
  static const TlsRow row = { "localhost", "server", "ca", NULL, NULL, NULL };
  g_autofree char *folder = testlib_make_folder ();
  g_autofree char *certificate = dup_path (folder, "server", ".pem");
  g_autofree char *key = dup_path (folder, "server", ".key");
  g_autofree char *ca = dup_path (folder, row.ca, ".pem");
  g_autoptr (FakeHttp) server = fake_http_new (on_downgrade, NULL);
  g_autofree char *uri = NULL;
  CalsyncHttpSettings settings = { .ca_file = ca };
  const CalsyncRequest request = { .method = "REPORT", .target = "/", .is_safe = TRUE };
  g_auto (CalsyncReply) reply = { 0 };
  g_autoptr (GError) error = NULL;
  g_autoptr (CalsyncHttp) http = NULL;

  make_certificates (folder);
  fake_http_use_tls (server, certificate, key);
  settings.base_uri = uri = fake_http_dup_uri (server, "localhost", "/");
  http = calsync_http_new (&settings, &error);
  g_assert_no_error (error);
  g_assert_false (calsync_http_send (http, &request, &reply, NULL, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY);
  g_assert_nonnull (strstr (error->message, "without https"));
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-remote-http-auth/attempts", test_attempts);
  g_test_add_func ("/calsync-remote-http-auth/digest-hides", test_digest_hides);
  g_test_add_func ("/calsync-remote-http-auth/tls", test_tls);
  g_test_add_func ("/calsync-remote-http-auth/renewed-authorities", test_renewed_authorities);
  g_test_add_func ("/calsync-remote-http-auth/mixed", test_mixed);
  g_test_add_func ("/calsync-remote-http-auth/downgrade", test_downgrade);
  return g_test_run ();
}

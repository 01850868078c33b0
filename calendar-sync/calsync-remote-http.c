/* SPDX-License-Identifier: EUPL-1.2 */
/* HTTP for one account on one server: what is sent, sent again, sent elsewhere, and what is not. */
#include "calsync-remote-http-private.h"

#include <string.h>

#define CONNECT_TIMEOUT_S 10
#define ANSWER_TIMEOUT_S  30
#define TOTAL_TIMEOUT_S   300
#define BULK_FACTOR       6
#define MAX_ANSWER_BYTES  (64 * 1024 * 1024)
#define MAX_REDIRECTS     5
/* Basic, then Digest, then Digest with a fresh nonce */
#define MAX_ATTEMPTS       3
#define FIRST_BACK_OFF_US  (1 * G_USEC_PER_SEC)
#define MAX_BACK_OFF_SHIFT 9
#define USER_AGENT         "calendar-sync"

static void
set_astray (GError **error, const char *text)
{
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY, text);
}

/* Whether it is this machine, so that nobody listens on the way. */
static gboolean
is_loopback (const char *host)
{
  g_autoptr (GInetAddress) address = g_inet_address_new_from_string (host);

  return address != NULL ? g_inet_address_get_is_loopback (address)
                         : g_ascii_strcasecmp (host, "localhost") == 0;
}

static GUri *
parse_base (const CalsyncHttpSettings *settings, GError **error)
{
  g_autoptr (GUri) uri = settings->base_uri != NULL
                           ? g_uri_parse (settings->base_uri, CALSYNC_HTTP_URI_FLAGS, NULL)
                           : NULL;
  const char *problem = NULL;
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  if (uri == NULL || g_uri_get_host (uri) == NULL || *g_uri_get_host (uri) == '\0' ||
      (!g_str_equal (scheme, "https") && !g_str_equal (scheme, "http")))
    problem = "The address of the calendar must be like https://host/path.";
  else if (g_uri_get_userinfo (uri) != NULL)
    problem = "The address of the calendar may hold no user name: give it by itself.";
  else if (g_str_equal (scheme, "http") && !settings->allows_plain &&
           !is_loopback (g_uri_get_host (uri)))
    problem = "The address of the calendar must start with https: everybody on the way could read "
              "the password and the calendar.";
  if (problem == NULL)
    return g_steal_pointer (&uri);
  set_astray (error, problem);
  return NULL;
}

static GProxyResolver *
make_proxy (const char *proxy, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (proxy, CALSYNC_HTTP_URI_FLAGS, NULL);

  if (uri != NULL && g_str_equal (g_uri_get_scheme (uri), "http") && g_uri_get_host (uri) != NULL &&
      g_uri_get_userinfo (uri) == NULL)
    return g_simple_proxy_resolver_new (proxy, NULL);
  set_astray (error, "The proxy must be like http://host:port, without a user name.");
  return NULL;
}

/* Its timer would run where nobody looks, and close a connection under the request that takes it up. */
static SoupSession *
new_session (guint connect_timeout_s, GProxyResolver *proxy, const char *user_agent)
{
  SoupSession *session = soup_session_new_with_options (
    "timeout", connect_timeout_s, "idle-timeout", 0, "max-conns", 1, "max-conns-per-host", 1, NULL);

  /* NULL too: else the environment names one */
  soup_session_set_proxy_resolver (session, proxy);
  soup_session_set_user_agent (session, user_agent);
  /* The one would answer a 401 again by itself, the other takes a cut answer for whole. */
  soup_session_remove_feature_by_type (session, SOUP_TYPE_AUTH_MANAGER);
  soup_session_remove_feature_by_type (session, SOUP_TYPE_CONTENT_DECODER);
  return session;
}

/* Another one for one that holds a request which it has forgotten: what the old one still has is never freed. */
static void
replace_session (CalsyncHttp *http)
{
  g_autoptr (SoupSession) spoilt = http->session;

  soup_session_abort (spoilt);
  http->session =
    new_session (soup_session_get_timeout (spoilt), soup_session_get_proxy_resolver (spoilt),
                 soup_session_get_user_agent (spoilt));
  soup_session_set_tls_database (http->session, soup_session_get_tls_database (spoilt));
  g_clear_object (&http->socket);
  http->is_spoilt = FALSE;
}

static gboolean
set_up_session (CalsyncHttp *http, const CalsyncHttpSettings *settings, GError **error)
{
  g_autoptr (GProxyResolver) proxy = NULL;
  const guint connect_timeout_s =
    settings->connect_timeout_s > 0 ? settings->connect_timeout_s : CONNECT_TIMEOUT_S;

  if (settings->proxy != NULL && (proxy = make_proxy (settings->proxy, error)) == NULL)
    return FALSE;
  http->session = new_session (connect_timeout_s, proxy,
                               settings->user_agent != NULL ? settings->user_agent : USER_AGENT);
  return calsync_http_load_trust (http, settings, error);
}

/**
 * calsync_http_new:
 * @settings: whom to speak to, and how; copied
 * @error: return location for %CALSYNC_REMOTE_ERROR: ASTRAY for an address that cannot be used, DENIED
 *   for a missing name or secret, UNTRUSTED for files that cannot be read
 *
 * Connects to nobody yet. No environment variable has a say. To be used by one thread at a time.
 *
 * Returns: (transfer full): a client
 */
CalsyncHttp *
calsync_http_new (const CalsyncHttpSettings *settings, GError **error)
{
  g_autoptr (GUri) base = parse_base (settings, error);
  g_autoptr (CalsyncHttp) http = NULL;
  gboolean is_set_up;

  if (base == NULL || !calsync_http_check_auth (settings, error))
    return NULL;
  http = g_new0 (CalsyncHttp, 1);
  http->context = g_main_context_new ();
  http->polled = g_array_new (FALSE, FALSE, sizeof (GPollFD));
  http->base = g_steal_pointer (&base);
  http->auth = settings->auth;
  http->user = g_strdup (settings->user);
  http->secret = g_strdup (settings->secret);
  http->is_behind_proxy = settings->proxy != NULL;
  http->answer_timeout_s =
    settings->answer_timeout_s > 0 ? settings->answer_timeout_s : ANSWER_TIMEOUT_S;
  http->total_timeout_s =
    settings->total_timeout_s > 0 ? settings->total_timeout_s : TOTAL_TIMEOUT_S;
  http->max_answer_bytes =
    settings->max_answer_bytes > 0 ? settings->max_answer_bytes : MAX_ANSWER_BYTES;
  http->max_retries = settings->max_retries;
  if (settings->environment != NULL)
    http->environment = *settings->environment;
  g_main_context_push_thread_default (http->context);
  is_set_up = set_up_session (http, settings, error);
  g_main_context_pop_thread_default (http->context);
  return is_set_up ? g_steal_pointer (&http) : NULL;
}

void
calsync_http_free (CalsyncHttp *http)
{
  if (http == NULL)
    return;
  g_main_context_push_thread_default (http->context);
  if (http->session != NULL)
    soup_session_abort (http->session);
  while (g_main_context_iteration (http->context, FALSE))
    ;
  g_clear_object (&http->session);
  while (g_main_context_iteration (http->context, FALSE))
    ;
  g_main_context_pop_thread_default (http->context);
  g_clear_object (&http->socket);
  g_clear_object (&http->digest);
  g_clear_object (&http->certificate);
  g_clear_pointer (&http->base, g_uri_unref);
  g_clear_pointer (&http->context, g_main_context_unref);
  g_clear_pointer (&http->polled, g_array_unref);
  g_free (http->user);
  calsync_http_forget (http->secret);
  g_free (http);
}

static gint
get_port (GUri *uri)
{
  const gint port = g_uri_get_port (uri);

  return port != -1 ? port : g_str_equal (g_uri_get_scheme (uri), "https") ? 443 : 80;
}

/* Whether both are of the same scheme, host and port (RFC 6454). */
gboolean
calsync_http_is_same_origin (GUri *a, GUri *b)
{
  return g_strcmp0 (g_uri_get_scheme (a), g_uri_get_scheme (b)) == 0 &&
         g_uri_get_host (a) != NULL && g_uri_get_host (b) != NULL &&
         g_ascii_strcasecmp (g_uri_get_host (a), g_uri_get_host (b)) == 0 &&
         get_port (a) == get_port (b);
}

static gboolean
is_header_safe (const char *value)
{
  for (const char *p = value; p != NULL && *p != '\0'; p++)
    {
      if ((guchar) *p < ' ' || *p == '\x7f')
        return FALSE;
    }
  return TRUE;
}

static gboolean
are_headers_safe (const CalsyncRequest *request)
{
  for (const CalsyncHeader *own = request->headers; own != NULL && own->name != NULL; own++)
    if (!is_header_safe (own->value))
      return FALSE;
  return TRUE;
}

static GUri *
parse_target (CalsyncHttp *http, const CalsyncRequest *request, GError **error)
{
  g_autoptr (GUri) uri = NULL;

  if (!are_headers_safe (request))
    {
      set_astray (error, "A header of the request holds what no header may hold.");
      return NULL;
    }
  if (is_header_safe (request->target) && is_header_safe (request->if_match))
    uri = g_uri_parse_relative (http->base, request->target, CALSYNC_HTTP_URI_FLAGS, NULL);
  if (uri != NULL && calsync_http_is_same_origin (uri, http->base))
    return g_steal_pointer (&uri);
  set_astray (error, uri == NULL ? "The server named a place that cannot be asked for."
                                 : "The server named a place on another server, which is not asked "
                                   "with this account.");
  return NULL;
}

static void
on_cancelled (GCancellable *cancellable, gpointer data)
{
  g_cancellable_cancel (data);
}

/* Where a request that was begun stands: it and all that follows from it. */
typedef struct
{
  CalsyncHttp *http;
  const CalsyncRequest *request;
  CalsyncReply *reply;
  GCancellable *cancellable;
  gint64 deadline_us;
  gboolean may_repeat; /* the last exchange failed, and may be tried again */
} Course;

/*
 * A write that libsoup sent twice, because the first connection had been closed, and that now meets
 * its own trace: nobody knows which of the two was done.
 */
static gboolean
is_own_trace (const CalsyncExchange *exchange, const CalsyncReply *reply)
{
  return exchange->n_starts > 1 && !exchange->request->is_safe &&
         (reply->status == 412 || reply->status == 404 || reply->status == 410);
}

/* One exchange at @uri, and another for each challenge that can be answered. */
static gboolean
run_attempt (Course *course, GUri *uri, gboolean *out_again, GError **error)
{
  CalsyncHttp *http = course->http;
  g_auto (CalsyncExchange) exchange = { 0 };
  char *authorization = NULL;
  gulong id = 0;
  gboolean is_answered;

  if (http->is_spoilt)
    replace_session (http);
  calsync_exchange_init (&exchange, http, course->request, uri);
  exchange.deadline_us = course->deadline_us;
  authorization = calsync_http_dup_authorization (http, exchange.message);
  if (course->cancellable != NULL)
    id =
      g_cancellable_connect (course->cancellable, G_CALLBACK (on_cancelled), exchange.stop, NULL);
  is_answered = calsync_exchange_run (&exchange, authorization, course->reply, error);
  calsync_http_forget (authorization);
  if (course->cancellable != NULL)
    g_cancellable_disconnect (course->cancellable, id);
  course->may_repeat = !is_answered && exchange.may_pass && !exchange.has_answer &&
                       (exchange.n_starts == 0 || course->request->is_safe);
  if (!is_answered)
    return FALSE;
  http->retry_after_s = course->reply->retry_after_s;
  if (is_own_trace (&exchange, course->reply))
    {
      g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNREACHABLE,
                           "The connection broke off while something was written: read it again.");
      return FALSE;
    }
  *out_again =
    course->reply->status == 401 && calsync_http_answer_challenge (http, exchange.message);
  if (course->reply->status != 401 || *out_again)
    return TRUE;
  calsync_http_set_denied (http, exchange.message, error);
  return FALSE;
}

/* What was stopped already asks nothing: GIO 2.74 looks the name up all the same, and leaks an error. */
static gboolean
check_stop (Course *course, GError **error)
{
  if (!g_cancellable_is_cancelled (course->cancellable))
    return TRUE;
  course->may_repeat = FALSE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED,
                       "The request was cancelled.");
  return FALSE;
}

static gboolean
run_attempts (Course *course, GUri *uri, GError **error)
{
  gboolean again = TRUE;

  for (guint i = 0; i < MAX_ATTEMPTS && again; i++)
    {
      if (!check_stop (course, error) || !run_attempt (course, uri, &again, error))
        return FALSE;
    }
  if (!again)
    return TRUE;
  course->http->is_denied = TRUE;
  g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED,
                       "The server asks for a name and password again and again.");
  return FALSE;
}

/* Full jitter: anything from nothing to the whole step, so that many do not come back together. */
static gboolean
wait_before_retry (Course *course, guint n_tries)
{
  const CalsyncHttpEnvironment *environment = &course->http->environment;
  const guint64 step_us = (guint64) FIRST_BACK_OFF_US << MIN (n_tries, MAX_BACK_OFF_SHIFT);
  const guint32 random =
    environment->get_random != NULL ? environment->get_random (environment->data) : G_MAXUINT32;
  const guint64 wait_us = (step_us * random) >> 32;

  if (environment->wait == NULL)
    return FALSE;
  if (course->deadline_us != 0 &&
      environment->get_monotonic_us (environment->data) + (gint64) wait_us >= course->deadline_us)
    return FALSE;
  return environment->wait (wait_us, course->cancellable, environment->data);
}

/* At one place, again when the network failed in a way that may be over (calendar-sync.md 2.8). */
static gboolean
run_persistently (Course *course, GUri *uri, GError **error)
{
  for (guint n_tries = 0;; n_tries++)
    {
      g_autoptr (GError) cause = NULL;

      if (run_attempts (course, uri, &cause))
        return TRUE;
      if (!course->may_repeat || n_tries >= course->http->max_retries ||
          !wait_before_retry (course, n_tries))
        {
          g_propagate_error (error, g_steal_pointer (&cause));
          return FALSE;
        }
    }
}

static gboolean
is_redirect (guint status)
{
  return (status >= 301 && status <= 303) || status == 307 || status == 308;
}

/* Where a redirect leads; NULL with *error where it may not be followed. */
static GUri *
follow (Course *course, GUri *from, GError **error)
{
  const CalsyncHttp *http = course->http;
  const char *location = course->reply->location;
  g_autoptr (GUri) to =
    location != NULL ? g_uri_parse (location, CALSYNC_HTTP_URI_FLAGS, NULL) : NULL;
  const char *scheme = to != NULL ? g_uri_get_scheme (to) : "";
  const gboolean is_secret = http->auth != CALSYNC_AUTH_NONE || http->certificate != NULL ||
                             course->request->headers != NULL;

  if (to == NULL || (!g_str_equal (scheme, "http") && !g_str_equal (scheme, "https")))
    set_astray (error, "The server sends us on without saying where to.");
  else if (g_str_equal (g_uri_get_scheme (from), "https") && g_str_equal (scheme, "http"))
    set_astray (error, "The server sends us on to an address without https: its set-up is wrong.");
  else if (!calsync_http_is_same_origin (to, http->base) &&
           (is_secret || !course->request->is_safe))
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_ASTRAY,
                 "The server sends us on to %s://%s:%d, which gets neither name nor password: if "
                 "it is the right one, give it as the address.",
                 scheme, g_uri_get_host (to), get_port (to));
  else
    return g_steal_pointer (&to);
  return NULL;
}

static gboolean
is_final (Course *course)
{
  const CalsyncReply *reply = course->reply;
  g_autoptr (GUri) to = NULL;

  if (!is_redirect (reply->status))
    return TRUE;
  if (!course->request->answers_redirect || reply->location == NULL)
    return FALSE;
  to = g_uri_parse (reply->location, CALSYNC_HTTP_URI_FLAGS, NULL);
  return to != NULL && !calsync_http_is_same_origin (to, course->http->base);
}

/* Redirects keep method and body, 301 to 303 too: PROPFIND turned into GET is of no use to anybody. */
static gboolean
run_course (Course *course, GUri *start, GError **error)
{
  g_autoptr (GUri) uri = g_uri_ref (start);

  for (guint i = 0; i <= MAX_REDIRECTS; i++)
    {
      g_autoptr (GUri) next = NULL;

      if (!run_persistently (course, uri, error))
        return FALSE;
      if (is_final (course))
        return TRUE;
      next = follow (course, uri, error);
      if (next == NULL)
        return FALSE;
      g_uri_unref (uri);
      uri = g_steal_pointer (&next);
    }
  set_astray (error, "The server sends us round in a circle: check the address.");
  return FALSE;
}

static gboolean
finish (Course *course, gboolean is_answered, GError **error)
{
  CalsyncReply *reply = course->reply;

  if (is_answered && reply->status == 407)
    {
      calsync_http_set_status_error (reply, "The request", error);
      is_answered = FALSE;
    }
  if (!is_answered)
    calsync_reply_clear (reply);
  else if (reply->status / 100 == 2 && course->request->body_func != NULL)
    {
      g_string_free (reply->body, TRUE);
      reply->body = NULL;
    }
  return is_answered;
}

/**
 * calsync_http_send:
 * @http: a client
 * @request: what to ask
 * @out_reply: (out caller-allocates): zeroes, or an earlier reply, which is freed; holds nothing after
 *   an error
 * @cancellable: (nullable): ends the waiting
 * @error: return location for %CALSYNC_REMOTE_ERROR: DENIED after a 401 (from then on at once, for
 *   every request of @http) or a 407, ASTRAY for a redirect that cannot be followed, UNREACHABLE,
 *   UNTRUSTED, NONSENSE, TOO_LARGE, CANCELLED; or for what the request's body_func set
 *
 * Blocks until the whole answer is there. A request that is_safe is tried again when the connection
 * failed before any answer, every other one only when it was never sent. Half an answer is an error; but
 * a chunked one without gzip that is cut between two chunks looks whole to libsoup 3.2: who reads must know the
 * end of what is read.
 *
 * Returns: whether there is an answer, of whatever status
 */
gboolean
calsync_http_send (CalsyncHttp *http,
                   const CalsyncRequest *request,
                   CalsyncReply *out_reply,
                   GCancellable *cancellable,
                   GError **error)
{
  Course course = { http, request, out_reply, cancellable, 0, FALSE };
  g_autoptr (GUri) uri = parse_target (http, request, error);
  gboolean is_answered;

  calsync_reply_clear (out_reply);
  http->retry_after_s = 0;
  if (uri == NULL)
    return FALSE;
  if (http->is_denied)
    {
      g_set_error_literal (
        error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_DENIED,
        "The server refused the name or password before; it is not asked again.");
      return FALSE;
    }
  if (http->environment.get_monotonic_us != NULL)
    course.deadline_us =
      http->environment.get_monotonic_us (http->environment.data) +
      (gint64) http->total_timeout_s * G_USEC_PER_SEC * (request->is_bulk ? BULK_FACTOR : 1);
  g_main_context_push_thread_default (http->context);
  is_answered = run_course (&course, uri, error);
  g_main_context_pop_thread_default (http->context);
  return finish (&course, is_answered, error);
}

/**
 * calsync_http_get_retry_after_s:
 * @http: a client
 *
 * Returns: how long the last answer asked to wait, at most an hour; 0: it did not say
 */
gint64
calsync_http_get_retry_after_s (const CalsyncHttp *http)
{
  return http->retry_after_s;
}

/**
 * calsync_http_get_cost:
 * @http: a client
 * @out_cost: (out): requests and bytes since calsync_http_new() or calsync_http_renew(), heads and bodies as they went over the
 *   wire within TLS
 *
 * Any thread, between requests.
 */
void
calsync_http_get_cost (const CalsyncHttp *http, CalsyncCost *out_cost)
{
  *out_cost = http->cost;
}

/**
 * calsync_http_renew:
 * @http: a client that has rested, its connections with it
 *
 * Begins to count anew, and forgets a refusal: whether to ask once more is the caller's to decide.
 */
void
calsync_http_renew (CalsyncHttp *http)
{
  http->cost = (CalsyncCost){ 0 };
  http->retry_after_s = 0;
  http->is_denied = FALSE;
}

/**
 * calsync_reply_clear:
 * @reply: what calsync_http_send() filled, or zeroes
 *
 * Frees what @reply holds and makes it zeroes.
 */
void
calsync_reply_clear (CalsyncReply *reply)
{
  g_free (reply->etag);
  g_free (reply->content_type);
  g_free (reply->location);
  g_free (reply->dav);
  g_free (reply->allow);
  g_free (reply->uri);
  if (reply->body != NULL)
    g_string_free (reply->body, TRUE);
  *reply = (CalsyncReply){ 0 };
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* What went wrong between us and a server, as a sentence that says what to do: network, TLS, statuses. */
#include "calsync-remote-http-private.h"

#include <string.h>

#define RETRY_AFTER_MAX_S     3600
#define RETRY_AFTER_UNKNOWN_S 300

/* libsoup gives up on longer heads with the error of a cut connection. */
#define HEAD_SUSPECT_BYTES (64 * 1024)

/* clang-format off */
static const struct
{
  GTlsCertificateFlags flag;
  const char *text;
} certificate_rows[] = {
  { G_TLS_CERTIFICATE_BAD_IDENTITY, "is not made out for this host: check the address" },
  { G_TLS_CERTIFICATE_EXPIRED,      "has expired: its owner must renew it" },
  { G_TLS_CERTIFICATE_NOT_ACTIVATED, "is not valid yet: check the clocks of both machines" },
  { G_TLS_CERTIFICATE_REVOKED,      "was revoked: its owner must renew it" },
  { G_TLS_CERTIFICATE_INSECURE,     "uses an algorithm that is not secure: its owner must renew it" },
  { G_TLS_CERTIFICATE_UNKNOWN_CA,   "is signed by an authority that is not trusted here: name a file with that authority's certificate (ca-file)" },
};

static const struct
{
  gint code;
  gboolean may_pass;
  const char *text;
} io_rows[] = {
  { G_IO_ERROR_TIMED_OUT,           FALSE, "did not answer in time: try later, or look at the network between" },
  { G_IO_ERROR_CONNECTION_REFUSED,  TRUE,  "refuses the connection: check the port, and that the server is running" },
  { G_IO_ERROR_HOST_UNREACHABLE,    TRUE,  "cannot be reached: look at the network and the firewall" },
  { G_IO_ERROR_NETWORK_UNREACHABLE, TRUE,  "cannot be reached: look at the network and the firewall" },
  { G_IO_ERROR_HOST_NOT_FOUND,      FALSE, "is not a known name: check the address" },
  { G_IO_ERROR_CONNECTION_CLOSED,   TRUE,  "broke the connection off: try again" },
  { G_IO_ERROR_PARTIAL_INPUT,       TRUE,  "closed the connection without an answer: try again" },
  { G_IO_ERROR_PROXY_FAILED,        FALSE, "cannot be reached by way of the proxy: look at the proxy" },
  { G_IO_ERROR_PROXY_AUTH_FAILED,   FALSE, "cannot be reached: the proxy refuses us" },
  { G_IO_ERROR_PROXY_NEED_AUTH,     FALSE, "cannot be reached: the proxy wants a name, which cannot be given here" },
  { G_IO_ERROR_PROXY_NOT_ALLOWED,   FALSE, "cannot be reached: the proxy does not allow it" },
};

/* DAV and CalDAV preconditions (RFC 3744 7.1.1, 4331 6, 4791 5.3.2.1, 6578 3.2). */
static const struct
{
  const char *name;
  CalsyncRemoteError code;
  const char *text;
} precondition_rows[] = {
  { "valid-sync-token",              CALSYNC_REMOTE_ERROR_CURSOR,    "it no longer knows where we were; everything is listed anew" },
  { "need-privileges",               CALSYNC_REMOTE_ERROR_FORBIDDEN, "the account lacks a right: its owner must give it" },
  { "quota-not-exceeded",            CALSYNC_REMOTE_ERROR_FULL,      "the account's quota is used up: make room" },
  { "sufficient-disk-space",         CALSYNC_REMOTE_ERROR_FULL,      "its disk is full" },
  { "no-uid-conflict",               CALSYNC_REMOTE_ERROR_CHANGED,   "an event of that UID is there already" },
  { "unique-scheduling-object-resource", CALSYNC_REMOTE_ERROR_CHANGED, "an event of that UID is there already" },
  { "lock-token-submitted",          CALSYNC_REMOTE_ERROR_BUSY,      "somebody holds a lock on it: try later" },
  { "no-conflicting-lock",           CALSYNC_REMOTE_ERROR_BUSY,      "somebody holds a lock on it: try later" },
  { "number-of-matches-within-limits", CALSYNC_REMOTE_ERROR_TOO_LARGE, "it was asked for more than it gives at once" },
  { "valid-calendar-data",           CALSYNC_REMOTE_ERROR_REFUSED,   "it holds the event for malformed" },
  { "valid-calendar-object-resource", CALSYNC_REMOTE_ERROR_REFUSED,  "it does not take such an event" },
  { "supported-calendar-data",       CALSYNC_REMOTE_ERROR_REFUSED,   "it does not take iCalendar 2.0" },
  { "supported-calendar-component",  CALSYNC_REMOTE_ERROR_REFUSED,   "this calendar takes no events: choose another" },
  { "max-resource-size",             CALSYNC_REMOTE_ERROR_REFUSED,   "the event is too large for it" },
  { "min-date-time",                 CALSYNC_REMOTE_ERROR_REFUSED,   "the event lies too far back for it" },
  { "max-date-time",                 CALSYNC_REMOTE_ERROR_REFUSED,   "the event lies too far ahead for it" },
  { "max-instances",                 CALSYNC_REMOTE_ERROR_REFUSED,   "the series is too long for it" },
  { "calendar-collection-location-ok", CALSYNC_REMOTE_ERROR_REFUSED, "nothing may be put at that place" },
};

static const struct
{
  guint status;
  CalsyncRemoteError code;
  const char *text;
} status_rows[] = {
  { 401, CALSYNC_REMOTE_ERROR_DENIED,    "the user name or the password is wrong" },
  { 403, CALSYNC_REMOTE_ERROR_FORBIDDEN, "the account may not do that: whoever owns the calendar must give it the right" },
  { 404, CALSYNC_REMOTE_ERROR_GONE,      "there is nothing at that place" },
  { 407, CALSYNC_REMOTE_ERROR_DENIED,    "the proxy wants a name, which cannot be given here" },
  { 409, CALSYNC_REMOTE_ERROR_CHANGED,   "something else stands in the way" },
  { 410, CALSYNC_REMOTE_ERROR_GONE,      "it was removed" },
  { 412, CALSYNC_REMOTE_ERROR_CHANGED,   "somebody changed it meanwhile" },
  { 413, CALSYNC_REMOTE_ERROR_REFUSED,   "it is too large for the server" },
  { 415, CALSYNC_REMOTE_ERROR_REFUSED,   "the server does not take such content" },
  { 423, CALSYNC_REMOTE_ERROR_BUSY,      "somebody holds a lock on it: try later" },
  { 429, CALSYNC_REMOTE_ERROR_BUSY,      "the server wants us to ask less often" },
  { 503, CALSYNC_REMOTE_ERROR_BUSY,      "the server is overloaded or under repair: try later" },
  { 507, CALSYNC_REMOTE_ERROR_FULL,      "the server has no room: make room" },
};
/* clang-format on */

static void
set_untrusted (const CalsyncExchange *exchange, const GError *cause, GError **error)
{
  const char *host = g_uri_get_host (exchange->uri);

  for (guint i = 0; i < G_N_ELEMENTS (certificate_rows); i++)
    {
      if (exchange->tls_errors & certificate_rows[i].flag)
        {
          g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED,
                       "The certificate of %s %s.", host, certificate_rows[i].text);
          return;
        }
    }
  if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_CERTIFICATE_REQUIRED))
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED,
                 "%s wants a client certificate: %s.", host,
                 exchange->http->certificate != NULL ? "it does not accept ours" : "give one");
  else if (g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_NOT_TLS))
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED,
                 "%s does not speak TLS at this port: check the address.", host);
  else
    g_set_error (
      error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNTRUSTED,
      "No secure connection to %s: it does not speak TLS at this port (check the address), "
      "it and we agree on no version of it, or %s.",
      host,
      exchange->http->certificate != NULL ? "it does not accept our certificate"
                                          : "its certificate cannot be checked");
}

/* Nothing was begun to be sent: it is the proxy that was connected to, or could not be. */
static gboolean
is_proxys_fault (const CalsyncExchange *exchange, const GError *cause)
{
  return exchange->http->is_behind_proxy && exchange->n_starts == 0 &&
         (cause->domain == G_RESOLVER_ERROR || cause->domain == G_IO_ERROR) &&
         !(cause->domain == G_IO_ERROR && cause->code >= G_IO_ERROR_PROXY_FAILED &&
           cause->code <= G_IO_ERROR_PROXY_NOT_ALLOWED);
}

static void
set_unreachable (CalsyncExchange *exchange, const GError *cause, GError **error)
{
  const char *host = g_uri_get_host (exchange->uri);
  const char *text = "cannot be reached: look at the network and the firewall";

  for (guint i = 0; cause->domain == G_IO_ERROR && i < G_N_ELEMENTS (io_rows); i++)
    {
      if (cause->code == io_rows[i].code)
        {
          text = io_rows[i].text;
          exchange->may_pass = io_rows[i].may_pass;
        }
    }
  if (cause->domain == G_RESOLVER_ERROR)
    {
      text = "is not a known name: check the address, or the machine's name servers";
      exchange->may_pass = cause->code == G_RESOLVER_ERROR_TEMPORARY_FAILURE;
    }
  else if (cause->domain == G_TLS_ERROR)
    {
      text = "broke the connection off: try again";
      exchange->may_pass = TRUE;
    }
  if (exchange->may_pass && exchange->http->certificate != NULL && exchange->n_starts > 0)
    text = "broke the connection off: it may not accept our certificate";
  g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNREACHABLE, "%s%s %s.",
               is_proxys_fault (exchange, cause) ? "The proxy on the way to " : "", host, text);
}

static gboolean
is_head_too_long (const CalsyncExchange *exchange)
{
  SoupMessageMetrics *metrics = soup_message_get_metrics (exchange->message);

  return !exchange->has_answer && metrics != NULL &&
         soup_message_metrics_get_response_header_bytes_received (metrics) > HEAD_SUSPECT_BYTES;
}

/* What libsoup and GIO report while a request is sent or its answer read. */
void
calsync_http_set_network_error (CalsyncExchange *exchange, const GError *cause, GError **error)
{
  const char *host = g_uri_get_host (exchange->uri);
  const gboolean is_cut = g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT) ||
                          g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
                          g_error_matches (cause, G_TLS_ERROR, G_TLS_ERROR_EOF);
  const gboolean is_text = cause->domain == SOUP_SESSION_ERROR ||
                           g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_INVALID_DATA);

  if (exchange->is_late)
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_UNREACHABLE,
                 "%s took too long for its whole answer: try later.", host);
  else if (g_error_matches (cause, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    g_set_error_literal (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED,
                         "The request was cancelled.");
  else if (is_head_too_long (exchange))
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_TOO_LARGE,
                 "The head of the answer of %s is too long.", host);
  else if (exchange->has_answer && is_cut)
    g_set_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
                 "The answer of %s broke off before its end.", host);
  else if (is_text)
    g_set_error (
      error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE,
      "%s answers with something that is no whole HTTP answer: check the address and the port.",
      host);
  else if (cause->domain == G_TLS_ERROR && cause->code != G_TLS_ERROR_EOF)
    set_untrusted (exchange, cause, error);
  else
    set_unreachable (exchange, cause, error);
}

/* Whether the body holds an element of that name, whatever its prefix. */
static gboolean
names_element (const char *body, const char *name)
{
  const gsize n_name = strlen (name);

  for (const char *at = strstr (body, name); at != NULL; at = strstr (at + 1, name))
    {
      const char *start = at;

      if (at > body && at[-1] == ':')
        {
          for (start = at - 1; start > body && g_ascii_isalnum (start[-1]);)
            start--;
        }
      if (start > body && start[-1] == '<' && strchr ("/> \t\r\n", at[n_name]) != NULL)
        return TRUE;
    }
  return FALSE;
}

static gboolean
set_precondition_error (const CalsyncReply *reply, const char *what, GError **error)
{
  for (guint i = 0; reply->body != NULL && i < G_N_ELEMENTS (precondition_rows); i++)
    {
      if (names_element (reply->body->str, precondition_rows[i].name))
        {
          g_set_error (error, CALSYNC_REMOTE_ERROR, precondition_rows[i].code,
                       "%s failed with status %u (%s): %s.", what, reply->status,
                       precondition_rows[i].name, precondition_rows[i].text);
          return TRUE;
        }
    }
  return FALSE;
}

/**
 * calsync_http_set_status_error:
 * @reply: an answer with a status of 300 or more
 * @what: what was tried, as the start of a sentence: "Reading the calendar"
 * @error: return location for the code of %CALSYNC_REMOTE_ERROR that the status stands for, or the
 *   DAV precondition that the body names
 *
 * Any thread.
 */
void
calsync_http_set_status_error (const CalsyncReply *reply, const char *what, GError **error)
{
  if (set_precondition_error (reply, what, error))
    return;
  for (guint i = 0; i < G_N_ELEMENTS (status_rows); i++)
    {
      if (status_rows[i].status == reply->status)
        {
          g_set_error (error, CALSYNC_REMOTE_ERROR, status_rows[i].code,
                       "%s failed with status %u: %s.", what, reply->status, status_rows[i].text);
          return;
        }
    }
  g_set_error (error, CALSYNC_REMOTE_ERROR,
               reply->status < 400 ? CALSYNC_REMOTE_ERROR_ASTRAY : CALSYNC_REMOTE_ERROR_FAILED,
               "%s failed with status %u: look at the server's own log.", what, reply->status);
}

/*
 * Retry-After in seconds or as a date (RFC 9110 10.2.3). A date is held against the Date of the same
 * answer, so that nobody's clock matters; without one it is five minutes.
 */
gint64
calsync_http_parse_retry_after (const char *retry_after, const char *date)
{
  g_autoptr (GDateTime) until = NULL;
  g_autoptr (GDateTime) now = NULL;
  guint64 seconds;

  if (retry_after == NULL)
    return 0;
  if (g_ascii_string_to_unsigned (retry_after, 10, 0, G_MAXUINT64, &seconds, NULL))
    return (gint64) MIN (seconds, RETRY_AFTER_MAX_S);
  if (*retry_after != '\0' && strspn (retry_after, "0123456789") == strlen (retry_after))
    return RETRY_AFTER_MAX_S;
  until = soup_date_time_new_from_http_string (retry_after);
  if (until == NULL)
    return 0;
  now = date != NULL ? soup_date_time_new_from_http_string (date) : NULL;
  if (now == NULL)
    return RETRY_AFTER_UNKNOWN_S;
  return CLAMP (g_date_time_difference (until, now) / G_TIME_SPAN_SECOND, 0, RETRY_AFTER_MAX_S);
}

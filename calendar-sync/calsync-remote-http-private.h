/* SPDX-License-Identifier: EUPL-1.2 */
/* What the files of the HTTP client share. */
#pragma once

#include "calsync-remote-http.h"

#include <libsoup/soup.h>

G_BEGIN_DECLS

/* Of an answer that is no success, so much is kept. */
#define CALSYNC_HTTP_MAX_ERROR_BYTES (64 * 1024)

/* Paths and queries keep the server's own spelling (libsoup writes the digits after % as capitals). */
#define CALSYNC_HTTP_URI_FLAGS \
  (G_URI_FLAGS_ENCODED | G_URI_FLAGS_SCHEME_NORMALIZE | G_URI_FLAGS_PARSE_RELAXED)

struct _CalsyncHttp
{
  SoupSession *session;
  GSocket *socket;       /* (nullable): of the newest connection */
  GArray *polled;        /* (element-type GPollFD): room for a turn of the context */
  GMainContext *context; /* the session's: iterated in calsync_http_send() only */
  GUri *base;
  GTlsCertificate *certificate; /* (nullable) */
  CalsyncAuth auth;
  char *user;
  char *secret;
  SoupAuth *digest; /* (nullable): once the server asked for it */
  gboolean is_denied;
  gboolean is_spoilt; /* the session holds a request that it has forgotten */
  gboolean is_behind_proxy;
  guint answer_timeout_s;
  guint total_timeout_s;
  gsize max_answer_bytes;
  guint max_retries;
  CalsyncHttpEnvironment environment;
  CalsyncCost cost;
  gint64 retry_after_s;
};

/* One request as it goes out once, and what became of it. */
typedef struct
{
  CalsyncHttp *http;
  const CalsyncRequest *request;
  GUri *uri;
  SoupMessage *message;
  GCancellable *stop;
  gint64 deadline_us; /* 0: none */
  guint answer_timeout_s;
  GTlsCertificateFlags tls_errors;
  gsize n_body;       /* of the answer, as it is read */
  guint n_starts;     /* how often it was begun to be sent: libsoup repeats it on a connection that
                         had been closed */
  gboolean is_late;   /* the total time is over */
  gboolean is_halted; /* ended by us */
  gboolean is_given_up; /* libsoup tells nothing of it any more */
  gboolean has_answer;
  gboolean may_pass; /* failed in a way that may be over in a moment */
} CalsyncExchange;

void calsync_exchange_init (CalsyncExchange *exchange,
                            CalsyncHttp *http,
                            const CalsyncRequest *request,
                            GUri *uri);
gboolean calsync_exchange_run (CalsyncExchange *exchange,
                               const char *authorization,
                               CalsyncReply *reply,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_exchange_clear (CalsyncExchange *exchange);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncExchange, calsync_exchange_clear)

gboolean calsync_http_check_auth (const CalsyncHttpSettings *settings,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean calsync_http_load_trust (CalsyncHttp *http,
                                  const CalsyncHttpSettings *settings,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_http_forget (char *text);
char *calsync_http_dup_authorization (CalsyncHttp *http, SoupMessage *message);
gboolean calsync_http_answer_challenge (CalsyncHttp *http, SoupMessage *message);
void calsync_http_set_denied (CalsyncHttp *http, SoupMessage *message, GError **error);

void
calsync_http_set_network_error (CalsyncExchange *exchange, const GError *cause, GError **error);
gint64 calsync_http_parse_retry_after (const char *retry_after, const char *date);
gboolean calsync_http_is_same_origin (GUri *a, GUri *b);

G_END_DECLS

/* SPDX-License-Identifier: EUPL-1.2 */
/* HTTP for one account on one server: authentication, redirects, time-outs, caps, repeats, cost. */
#pragma once

#include "calsync-remote.h"

G_BEGIN_DECLS

/**
 * CalsyncAuth:
 * @CALSYNC_AUTH_NONE: no name (a client certificate may still speak for us)
 * @CALSYNC_AUTH_BASIC: name and password; Basic with the first request, Digest when the server wants it
 * @CALSYNC_AUTH_DIGEST: name and password, Digest only: the password is never sent
 * @CALSYNC_AUTH_BEARER: a token
 */
typedef enum
{
  CALSYNC_AUTH_NONE,
  CALSYNC_AUTH_BASIC,
  CALSYNC_AUTH_DIGEST,
  CALSYNC_AUTH_BEARER
} CalsyncAuth;

/**
 * CalsyncHttpEnvironment:
 * @get_monotonic_us: a clock that only goes forward
 * @wait: (nullable): sleeps; FALSE when @cancellable ended it; %NULL: nothing is tried again
 * @get_random: (nullable): 32 random bits, for the length of a wait
 * @data: for all three
 *
 * What a library may not take from the machine by itself.
 */
typedef struct
{
  gint64 (*get_monotonic_us) (gpointer data);
  gboolean (*wait) (guint64 wait_us, GCancellable *cancellable, gpointer data);
  guint32 (*get_random) (gpointer data);
  gpointer data;
} CalsyncHttpEnvironment;

/* Nothing of it is used after calsync_http_new() but the environment's functions and data. */
typedef struct
{
  const char
    *base_uri; /* http(s)://host[:port]/…; http only to this machine or with allows_plain */
  CalsyncAuth auth;
  const char *user;             /* (nullable) */
  const char *secret;           /* (nullable): password or bearer token */
  const char *certificate_file; /* (nullable): PEM, our own */
  const char *key_file;         /* (nullable): PEM; %NULL: in certificate_file */
  const char *ca_file;          /* (nullable): PEM, who is trusted; %NULL: whom the system trusts */
  const char *proxy; /* (nullable): http://host:port; %NULL: none, whatever the environment says */
  gboolean allows_plain;
  guint connect_timeout_s; /* 0: 10 */
  guint answer_timeout_s;  /* 0: 30: the longest silence */
  guint
    total_timeout_s; /* 0: 300: one request with its whole answer, redirects and authentication */
  gsize max_answer_bytes; /* 0: 64 MiB, of the decoded body */
  guint max_retries;      /* of safe requests, and of requests that were never sent; 0: none */
  const char *user_agent; /* (nullable) */
  const CalsyncHttpEnvironment
    *environment; /* (nullable): no total time-out, nothing is tried again */
} CalsyncHttpSettings;

/* Takes pieces of a body with a status of 200 to 299, decoded; FALSE ends with *error. */
typedef gboolean (*CalsyncBodyFunc) (const char *bytes,
                                     gsize n_bytes,
                                     gpointer data,
                                     GError **error);

/* A header of the caller's own. Of an array, the last has a name of %NULL. */
typedef struct
{
  const char *name;
  const char *value; /* (nullable): not sent */
} CalsyncHeader;

typedef struct
{
  const char *method;
  const char *target; /* path, relative to the base; an absolute one must be of the base's origin */
  const char *depth;  /* (nullable) */
  const char *if_match;         /* (nullable): ETag with its quotes */
  gboolean if_none;             /* If-None-Match: * */
  const char *content_type;     /* (nullable) */
  const CalsyncHeader *headers; /* (nullable): more headers; no other origin is told them */
  const char *body;             /* (nullable) (array length=n_body) */
  gsize n_body;
  gsize max_bytes;  /* of the answer; 0: the settings' */
  gboolean is_safe; /* may be repeated without harm, whatever became of it */
  gboolean is_bulk; /* much is asked for: the longest silence is the total time-out, and all of it
                                may take six times as long */
  gboolean answers_redirect; /* a redirect to another origin is the answer, not an error */
  CalsyncBodyFunc body_func; /* (nullable): the reply keeps the body */
  gpointer body_data;
} CalsyncRequest;

typedef struct
{
  guint status;
  char *etag;           /* (nullable): as sent */
  char *content_type;   /* (nullable): without parameters, in small letters */
  char *location;       /* (nullable): absolute */
  char *dav;            /* (nullable): the DAV header, all lines of it */
  char *allow;          /* (nullable) */
  char *uri;            /* where the answer came from, after redirects; no query */
  gint64 retry_after_s; /* 0: none; a date is turned into seconds; at most an hour */
  GString *body;        /* (nullable): what no CalsyncBodyFunc took; of an error at most 64 KiB */
} CalsyncReply;

typedef struct _CalsyncHttp CalsyncHttp;

CalsyncHttp *calsync_http_new (const CalsyncHttpSettings *settings,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_http_free (CalsyncHttp *http);
gboolean calsync_http_send (CalsyncHttp *http,
                            const CalsyncRequest *request,
                            CalsyncReply *out_reply,
                            GCancellable *cancellable,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_http_set_status_error (const CalsyncReply *reply, const char *what, GError **error);
gint64 calsync_http_get_retry_after_s (const CalsyncHttp *http);
void calsync_http_get_cost (const CalsyncHttp *http, CalsyncCost *out_cost);
void calsync_http_renew (CalsyncHttp *http);
void calsync_reply_clear (CalsyncReply *reply);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncHttp, calsync_http_free)
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncReply, calsync_reply_clear)

G_END_DECLS

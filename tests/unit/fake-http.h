/* SPDX-License-Identifier: EUPL-1.2 */
/* An HTTP server of the test's own that says byte by byte what it is told to, on a thread for every connection. */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeHttp FakeHttp;
typedef struct _FakePeer FakePeer;

typedef struct
{
  char *method;
  char *target;
  char *head; /* all of it, with its first line */
  char *body;
  guint connection; /* 1: of the first connection */
} FakeRequest;

/* Answers one request, on a thread of its own. */
typedef void (*FakeHandler) (FakePeer *peer, const FakeRequest *request, gpointer data);

FakeHttp *fake_http_new (FakeHandler handler, gpointer data);
void fake_http_use_tls (FakeHttp *server, const char *certificate_file, const char *key_file);
void fake_http_demand_certificate (FakeHttp *server, const char *ca_file);
void fake_http_greet (FakeHttp *server, const char *greeting);
void fake_http_free (FakeHttp *server);
char *fake_http_dup_uri (FakeHttp *server, const char *host, const char *path);
guint fake_http_count (FakeHttp *server);
guint fake_http_count_connections (FakeHttp *server);
const FakeRequest *fake_http_get (FakeHttp *server, guint i);
char *fake_request_dup_header (const FakeRequest *request, const char *name);

gboolean fake_peer_say (FakePeer *peer, const char *bytes, gssize n_bytes);
void fake_peer_answer (FakePeer *peer, const char *status, const char *headers, const char *body);
void fake_peer_end (FakePeer *peer);
void fake_peer_wait_for_end (FakePeer *peer);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeHttp, fake_http_free)

G_END_DECLS

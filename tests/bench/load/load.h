/* SPDX-License-Identifier: EUPL-1.2 */
/* The generator's parts: what to send, over what, when, and what was seen. */
#pragma once

#include <glib.h>

#include <gnutls/gnutls.h>

#define LOAD_TOKEN_LENGTH 36 /* a GUID */

/* What the command line says. */
typedef struct
{
  int port, first, connections, duration_ms, rate, writes_percent, first_write, idle;
  char *path, *bodies, *writes, *trust, *certificate, *key;
  gboolean once, pairs, reconnect, resume;
  char **pids; /* the server's processes */
} LoadOptions;

/* Lines of a file, each the body of a call. */
typedef struct
{
  GMappedFile *file;
  GArray *starts; /* gsize; one more than there are lines */
  guint at;
  gboolean once; /* ends after the last line, instead of beginning again */
} LoadBodies;

gboolean load_bodies_open (LoadBodies *bodies, const char *path, int first, gboolean once);
gboolean load_bodies_next (LoadBodies *bodies, const char **out_body, gsize *out_length);
void load_bodies_close (LoadBodies *bodies);

/* Where calls go. */
typedef struct
{
  int port;
  gnutls_certificate_credentials_t credentials; /* NULL: plain */
  gboolean resume;
  gnutls_datum_t session; /* of the newest ticket */
  guint n_resumed;
} LoadTarget;

typedef enum
{
  LOAD_WIRE_DONE,
  LOAD_WIRE_AGAIN,
  LOAD_WIRE_FAILED,
} LoadWireState;

typedef struct
{
  int fd; /* -1: closed */
  gnutls_session_t tls;
} LoadWire;

gboolean load_target_init (LoadTarget *target, const LoadOptions *options);
void load_target_clear (LoadTarget *target);
gboolean load_wire_open (LoadWire *wire, LoadTarget *target);
LoadWireState load_wire_shake (LoadWire *wire, LoadTarget *target);
gboolean load_wire_send (LoadWire *wire, const char *bytes, gsize n_bytes);
LoadWireState load_wire_read (LoadWire *wire, LoadTarget *target, GString *into);
void load_wire_close (LoadWire *wire);

/* The answer that GATHERED begins with: its length with its head, 0 while it is not whole; -1 when it is none. */
gssize load_reply_length (const GString *gathered, int *out_status);
gboolean load_reply_find_token (const GString *reply, char token[LOAD_TOKEN_LENGTH]);

/* Figures of one window. */
typedef struct
{
  GArray *latencies[2]; /* guint32, tenths of a microsecond: reads, writes */
  guint n_in_window, n_bad, n_errors, n_unanswered;
  guint64 n_bytes;
  char *first_bad;
  gboolean is_exhausted;
  double us;               /* of the window */
  double began_us, all_us; /* until the last answer */
  double server_us, generator_us, busy_us, calibration_us;
} LoadSeen;

void load_seen_init (LoadSeen *seen);
void load_seen_begin (LoadSeen *seen, char **pids);
void load_seen_stop (LoadSeen *seen);
void load_seen_end (LoadSeen *seen, char **pids);
void load_seen_print (LoadSeen *seen, const LoadTarget *target);
void load_seen_clear (LoadSeen *seen);
double load_now_us (void);

/* Runs one window; FALSE when no connection could be made. */
gboolean load_run (const LoadOptions *options, LoadTarget *target, LoadSeen *seen);
/* Opens connections and keeps them until stdin ends. */
gboolean load_keep_idle (const LoadOptions *options, LoadTarget *target);

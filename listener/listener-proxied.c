/* SPDX-License-Identifier: EUPL-1.2 */
/* Client certificates that a proxy hands on in a header, judged here again by the same trust as our own TLS. */

#include "listener-proxied-private.h"
#include "listener-trust-private.h"

#include <gnutls/x509.h>
#include <string.h>

#define CERTIFICATE_HEADER "X-Client-Certificate"
#define ADDRESS_HEADER     "X-Client-Address"
/* A handful of callers; more than these are judged at each request, or whoever comes after makes room. */
#define MAX_JUDGED 64
/* Less is no certificate, and GLib's decoder wants some bytes. */
#define MIN_BYTES 16

/* One certificate as the proxy wrote it, and what became of it. */
typedef struct
{
  ListenerVerdict verdict;
  guint64 generation;
  gint64 judged_us;
  ListenerIdentity *identity; /* NULL when unreadable */
} Judged;

static void
judged_free (gpointer data)
{
  Judged *judged = data;

  g_clear_pointer (&judged->identity, listener_identity_unref);
  g_free (judged);
}

/* The field's value; %FALSE when it stands twice, for then one of them is not the proxy's. */
static gboolean
find_once (const ListenerRequest *request, const char *name, const char **out_value)
{
  const char *value = NULL;

  for (guint i = 0; i < request->n_fields; i++)
    if (request->fields[i].name_bytes == strlen (name) &&
        g_ascii_strncasecmp (request->fields[i].name, name, strlen (name)) == 0)
      {
        if (value != NULL)
          return FALSE;
        value = request->fields[i].value;
      }
  *out_value = value;
  return TRUE;
}

/* nginx writes PEM with percent signs ($ssl_client_escaped_cert), HAProxy DER in base64 (ssl_c_der,base64). */
static int
import (const char *value, gnutls_x509_crt_t **out_certificates, guint *out_n)
{
  gnutls_x509_crt_fmt_t format = GNUTLS_X509_FMT_PEM;
  g_autofree char *text = g_uri_unescape_string (value, NULL);
  gnutls_datum_t data;
  gsize n_bytes;

  n_bytes = text != NULL ? strlen (text) : 0;
  if (n_bytes < MIN_BYTES)
    return GNUTLS_E_PARSING_ERROR;
  if (!g_str_has_prefix (text, "-----BEGIN "))
    {
      format = GNUTLS_X509_FMT_DER;
      g_base64_decode_inplace (text, &n_bytes);
    }
  data = (gnutls_datum_t){ .data = (guchar *) text, .size = (guint) n_bytes };
  return gnutls_x509_crt_list_import2 (out_certificates, out_n, &data, format, 0);
}

static void
judge_chain (Judged *judged, ListenerTrust *trust, gnutls_x509_crt_t *certificates, guint n)
{
  gnutls_datum_t chain[LISTENER_MAX_CHAIN] = { 0 };
  guint n_exported = 0;

  while (n <= LISTENER_MAX_CHAIN && n_exported < n &&
         gnutls_x509_crt_export2 (certificates[n_exported], GNUTLS_X509_FMT_DER,
                                  &chain[n_exported]) == 0)
    n_exported++;
  judged->verdict =
    n_exported == n && n > 0 ? listener_trust_judge (trust, chain, n) : LISTENER_VERDICT_UNREADABLE;
  if (n_exported > 0)
    judged->identity = listener_identity_new (&chain[0], judged->verdict);
  for (guint i = 0; i < n_exported; i++)
    gnutls_free (chain[i].data);
}

static Judged *
judge (ListenerTrust *trust, const char *value)
{
  Judged *judged = g_new0 (Judged, 1);
  gnutls_x509_crt_t *certificates = NULL;
  guint n_certificates = 0;

  judged->generation = listener_trust_get_generation (trust);
  judged->judged_us = g_get_monotonic_time ();
  judged->verdict = LISTENER_VERDICT_UNREADABLE;
  if (import (value, &certificates, &n_certificates) < 0)
    return judged;
  judge_chain (judged, trust, certificates, n_certificates);
  for (guint i = 0; i < n_certificates; i++)
    gnutls_x509_crt_deinit (certificates[i]);
  gnutls_free (certificates);
  return judged;
}

/* The verdict on file, or a fresh one when there is none or it is out of date. */
static const Judged *
look_up (Listener *listener, const char *value)
{
  ListenerTrust *trust = listener->settings.proxied_trust;
  Judged *judged;

  if (listener->judged == NULL)
    listener->judged = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, judged_free);
  judged = g_hash_table_lookup (listener->judged, value);
  if (judged != NULL &&
      !listener_trust_must_judge_again (trust, judged->generation, judged->judged_us))
    return judged;
  if (judged == NULL && g_hash_table_size (listener->judged) >= MAX_JUDGED)
    g_hash_table_remove_all (listener->judged);
  judged = judge (trust, value);
  g_hash_table_replace (listener->judged, g_strdup (value), judged);
  return judged;
}

static gboolean
refuse (ListenerHead *head, guint status, ListenerRefusal refusal)
{
  head->status = status;
  head->refusal = refusal;
  return FALSE;
}

/*
 * Gives @request the identity and the address that the proxy names. %FALSE, with status and reason in @head, when the
 * certificate is missing, unreadable or not good, or one of the fields stands twice.
 */
gboolean
listener_proxied_admit (ListenerRequest *request, ListenerHead *head)
{
  static const Judged nothing = { .verdict = LISTENER_VERDICT_NONE_SHOWN };
  Listener *listener = request->connection->listener;
  const Judged *judged = &nothing;
  const char *certificate, *address;

  if (!find_once (request, CERTIFICATE_HEADER, &certificate) ||
      !find_once (request, ADDRESS_HEADER, &address))
    return refuse (head, MHD_HTTP_BAD_REQUEST, LISTENER_REFUSED_MALFORMED);
  if (address != NULL && g_hostname_is_ip_address (address))
    {
      g_ref_string_release (request->peer_text);
      request->peer_text = g_ref_string_new (address);
    }
  if (certificate != NULL && *certificate != '\0')
    judged = look_up (listener, certificate);
  if (judged->verdict != LISTENER_VERDICT_GOOD)
    {
      listener_trust_refuse (listener->settings.proxied_trust, judged->verdict, judged->identity,
                             request->peer_text);
      return refuse (head, MHD_HTTP_FORBIDDEN, LISTENER_REFUSED_CERTIFICATE);
    }
  request->identity = g_atomic_rc_box_acquire (judged->identity);
  return TRUE;
}

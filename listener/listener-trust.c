/* SPDX-License-Identifier: EUPL-1.2 */
/* The verdict over a client's certificate chain: authorities, dates, purpose, strength, revocation. */

#include "listener-error.h"
#include "listener-trust-private.h"

#include <string.h>

/* Certificates and lists run out while a connection stays open. */
#define JUDGED_AGAIN_US (60 * G_TIME_SPAN_SECOND)
/* Of an authority's clock that runs ahead of ours. */
#define FUTURE_US (10 * G_TIME_SPAN_MINUTE)

/* Lists that another thread reads; it touches nothing but this until it is done. */
typedef struct
{
  ListenerTrust *trust; /* loop thread; NULL when nobody waits any more */
  GMainContext *context;
  char *path;
  GPtrArray *crls;
  char *stamp;
  GError *error;
} Reading;

struct _ListenerTrust
{
  grefcount references;
  ListenerTrustSettings settings;
  gnutls_x509_crt_t *authorities;
  guint n_authorities;
  gnutls_x509_trust_list_t list; /* borrows the authorities */
  GPtrArray *crls;               /* of ListenerCrl; NULL when revocation is not looked at */
  char *crl_stamp;
  gint64
    future_unix_us; /* of the first list that is not used for its date alone; 0: there is none */
  guint64 generation;
  ListenerTrustCounters counters;
  ListenerRefusedFunc refused_func;
  gpointer refused_data;
  Reading *reading; /* under way behind the loop */
  char *problem;    /* of the last reading behind the loop */
};

static const struct
{
  const char *name;
  const char *sentence;
} verdicts[LISTENER_N_VERDICTS] = {
  { "good", "" },
  { "no-certificate", "no certificate was shown" },
  { "unreadable", "the certificate cannot be read, or its key is of no kind or size in use" },
  { "unknown-issuer", "the issuer is unknown: the chain does not lead to the trust file" },
  { "expired", "a certificate of the chain has expired" },
  { "not-yet-valid", "a certificate of the chain is not yet valid" },
  { "purpose", "the certificate is not meant for TLS clients" },
  { "weak", "a key or signature of the chain is too weak" },
  { "invalid", "the chain is not valid" },
  { "revoked", "a certificate of the chain has been revoked" },
  { "no-revocation-list", "there is no valid revocation list of an issuer of the chain" },
  { "stale-revocation-list", "the revocation list of an issuer of the chain is out of date" },
};

static gboolean
fail (GError **error, const char *path, int code)
{
  g_set_error (error, LISTENER_ERROR, LISTENER_ERROR_CERTIFICATE, "cannot use trust file %s: %s",
               path, gnutls_strerror (code));
  return FALSE;
}

static gboolean
load_authorities (ListenerTrust *trust, GError **error)
{
  const char *path = trust->settings.trust_file;
  g_autofree char *text = NULL;
  gnutls_datum_t data;
  gsize n_bytes;
  int code;

  if (path == NULL || !g_file_get_contents (path, &text, &n_bytes, NULL))
    return fail (error, path != NULL ? path : "(none)", GNUTLS_E_FILE_ERROR);
  data = (gnutls_datum_t){ .data = (guchar *) text, .size = (guint) n_bytes };
  code = gnutls_x509_crt_list_import2 (&trust->authorities, &trust->n_authorities, &data,
                                       GNUTLS_X509_FMT_PEM, 0);
  if (code < 0)
    return fail (error, path, code);
  code = gnutls_x509_trust_list_init (&trust->list, 0);
  if (code >= 0)
    code =
      gnutls_x509_trust_list_add_cas (trust->list, trust->authorities, trust->n_authorities, 0);
  return code > 0 || fail (error, path, code == 0 ? GNUTLS_E_NO_CERTIFICATE_FOUND : code);
}

/* Lists whose issuer stands in the trust file are held to its signature now, for the operator to hear of it. */
static void
check_signature (ListenerTrust *trust, ListenerCrl *crl)
{
  gboolean is_known = FALSE;

  for (guint i = 0; i < trust->n_authorities; i++)
    if (listener_crl_is_of (crl, trust->authorities[i]))
      {
        is_known = TRUE;
        if (listener_crl_is_signed_by (crl, trust->authorities[i]))
          return;
      }
  if (is_known)
    listener_crl_reject (crl, "it is not signed by the authority whose name it bears");
}

static void
check_crls (ListenerTrust *trust)
{
  gint64 latest_us = g_get_real_time () + FUTURE_US;

  trust->future_unix_us = 0;
  for (guint i = 0; i < trust->crls->len; i++)
    {
      ListenerCrl *crl = trust->crls->pdata[i];

      check_signature (trust, crl);
      if (crl->info.problem == NULL && crl->info.this_update_unix_us > latest_us)
        {
          listener_crl_reject (crl, "it is from the future: compare the clocks");
          if (trust->future_unix_us == 0 || crl->info.this_update_unix_us < trust->future_unix_us)
            trust->future_unix_us = crl->info.this_update_unix_us;
        }
    }
}

/*
 * Whether @crl may take the place of @old. A name alone does not: who is not in the trust file is held to its signature
 * when the first of its certificates comes, and a forged list must not push out one that was found good.
 */
static gboolean
is_heir (const ListenerCrl *crl, const ListenerCrl *old)
{
  return crl->info.problem == NULL && g_strcmp0 (crl->info.issuer, old->info.issuer) == 0 &&
         g_strcmp0 (crl->info.scope, old->info.scope) == 0 &&
         (!old->is_verified || (crl->is_verified && memcmp (crl->verified_by, old->verified_by,
                                                            sizeof old->verified_by) == 0));
}

static gboolean
has_newer (GPtrArray *crls, const ListenerCrl *old)
{
  for (guint i = 0; i < crls->len; i++)
    {
      ListenerCrl *crl = crls->pdata[i];

      /* What was found out about the same list holds. */
      if (old->is_verified && memcmp (crl->digest, old->digest, sizeof old->digest) == 0)
        {
          memcpy (crl->verified_by, old->verified_by, sizeof old->verified_by);
          crl->is_verified = TRUE;
        }
      if (is_heir (crl, old) && crl->info.this_update_unix_us >= old->info.this_update_unix_us)
        return TRUE;
    }
  return FALSE;
}

/* A list that was good stays in use until a newer good one of its scope is there, even when its file is gone. */
static void
carry_over (ListenerTrust *trust, const ListenerTrust *old)
{
  for (guint i = 0; old->crls != NULL && i < old->crls->len; i++)
    {
      ListenerCrl *crl = old->crls->pdata[i];

      if (crl->info.problem == NULL && !has_newer (trust->crls, crl))
        g_ptr_array_add (trust->crls, g_rc_box_acquire (crl));
    }
}

static gboolean
load_crls (ListenerTrust *trust, const ListenerTrust *old, GError **error)
{
  if (trust->settings.crl_path == NULL)
    return TRUE;
  trust->crls = listener_crl_read (trust->settings.crl_path, &trust->crl_stamp, error);
  if (trust->crls == NULL)
    return FALSE;
  check_crls (trust);
  if (old != NULL)
    carry_over (trust, old);
  return TRUE;
}

static void
clear_material (ListenerTrust *trust)
{
  if (trust->list != NULL)
    gnutls_x509_trust_list_deinit (trust->list, 0);
  for (guint i = 0; i < trust->n_authorities; i++)
    gnutls_x509_crt_deinit (trust->authorities[i]);
  gnutls_free (trust->authorities);
  g_clear_pointer (&trust->crls, g_ptr_array_unref);
  g_free (trust->crl_stamp);
}

/* Replaces the lists of @trust by @crls, and by those of before that are still the newest. */
static void
put_crls (ListenerTrust *trust, GPtrArray *crls, char *stamp)
{
  ListenerTrust old = { .crls = trust->crls };

  trust->crls = crls;
  g_free (trust->crl_stamp);
  trust->crl_stamp = stamp;
  check_crls (trust);
  carry_over (trust, &old);
  g_ptr_array_unref (old.crls);
  trust->generation++;
}

/**
 * listener_trust_new:
 * @settings: files and rules; copied.
 * @error: %LISTENER_ERROR_CERTIFICATE, naming the file and what is wrong with it.
 *
 * Reads files; blocks. A list that has run out is no error: it is for its grace to say what follows.
 *
 * Returns: (transfer full) (nullable): what to judge client certificates by. Loop thread.
 */
ListenerTrust *
listener_trust_new (const ListenerTrustSettings *settings, GError **error)
{
  g_autoptr (ListenerTrust) trust = g_new0 (ListenerTrust, 1);

  g_ref_count_init (&trust->references);
  trust->settings = *settings;
  trust->settings.trust_file = g_strdup (settings->trust_file);
  trust->settings.crl_path = g_strdup (settings->crl_path);
  trust->generation = 1;
  if (!load_authorities (trust, error) || !load_crls (trust, NULL, error))
    return NULL;
  return g_steal_pointer (&trust);
}

/**
 * listener_trust_ref:
 * @trust: what to judge by.
 *
 * Returns: (transfer full): @trust. Loop thread.
 */
ListenerTrust *
listener_trust_ref (ListenerTrust *trust)
{
  g_ref_count_inc (&trust->references);
  return trust;
}

/**
 * listener_trust_unref:
 * @trust: (transfer full): what to judge by. Loop thread.
 */
void
listener_trust_unref (ListenerTrust *trust)
{
  if (!g_ref_count_dec (&trust->references))
    return;
  if (trust->reading != NULL)
    trust->reading->trust = NULL;
  clear_material (trust);
  g_free (trust->problem);
  g_free ((char *) trust->settings.trust_file);
  g_free ((char *) trust->settings.crl_path);
  g_free (trust);
}

/**
 * listener_trust_reload:
 * @trust: what to judge by.
 * @error: %LISTENER_ERROR_CERTIFICATE; everything then stays as it was.
 *
 * Reads the trust file and the lists again. Of each issuer the newest good list is kept, from memory too, so that a
 * list that went missing or bad leaves the last good one in force. Open connections are judged again at their next
 * request. Blocks. Loop thread.
 *
 * Returns: whether what the files say is in force.
 */
gboolean
listener_trust_reload (ListenerTrust *trust, GError **error)
{
  ListenerTrust fresh = { .settings = trust->settings, .generation = trust->generation + 1 };

  if (!load_authorities (&fresh, error) || !load_crls (&fresh, trust, error))
    {
      clear_material (&fresh);
      return FALSE;
    }
  fresh.counters = trust->counters;
  fresh.references = trust->references;
  fresh.refused_func = trust->refused_func;
  fresh.refused_data = trust->refused_data;
  fresh.reading = trust->reading;
  g_free (trust->problem);
  clear_material (trust);
  *trust = fresh;
  return TRUE;
}

/*
 * Whether there is something to read: other files, or a list whose time has come. A machine that starts with its clock
 * in the past finds all lists in the future, and would refuse everybody until the next ones are made.
 */
static gboolean
is_outdated (const ListenerTrust *trust)
{
  g_autofree char *stamp = listener_crl_dup_stamp (trust->settings.crl_path);

  return g_strcmp0 (stamp, trust->crl_stamp) != 0 ||
         (trust->future_unix_us != 0 && trust->future_unix_us <= g_get_real_time () + FUTURE_US);
}

/**
 * listener_trust_refresh:
 * @trust: what to judge by.
 * @error: as listener_trust_reload(); then tried again at the next call.
 *
 * As listener_trust_reload(), when the files of the lists have changed; costs a look at them else. See
 * listener_trust_get_generation() for whether it did. Loop thread.
 *
 * Returns: FALSE only when they have changed and cannot be used.
 */
gboolean
listener_trust_refresh (ListenerTrust *trust, GError **error)
{
  return trust->settings.crl_path == NULL || !is_outdated (trust) ||
         listener_trust_reload (trust, error);
}

static void
reading_free (Reading *reading)
{
  g_clear_pointer (&reading->crls, g_ptr_array_unref);
  g_clear_error (&reading->error);
  g_main_context_unref (reading->context);
  g_free (reading->path);
  g_free (reading->stamp);
  g_free (reading);
}

/* Puts in force what was read; loop thread. */
static gboolean
on_read (gpointer data)
{
  Reading *reading = data;
  ListenerTrust *trust = reading->trust;

  if (trust != NULL)
    {
      trust->reading = NULL;
      g_clear_pointer (&trust->problem, g_free);
      if (reading->crls == NULL)
        trust->problem = g_strdup (reading->error->message);
      else
        put_crls (trust, g_steal_pointer (&reading->crls), g_steal_pointer (&reading->stamp));
    }
  reading_free (reading);
  return G_SOURCE_REMOVE;
}

static gpointer
read_behind (gpointer data)
{
  Reading *reading = data;

  g_autoptr (GSource) done = g_idle_source_new ();

  reading->crls = listener_crl_read (reading->path, &reading->stamp, &reading->error);
  /* Not g_main_context_invoke(): it runs the function here when the loop happens to be between two turns. */
  g_source_set_priority (done, G_PRIORITY_DEFAULT);
  g_source_set_callback (done, on_read, reading, NULL);
  g_source_attach (done, reading->context);
  return NULL;
}

/**
 * listener_trust_refresh_behind:
 * @trust: what to judge by.
 * @context: (nullable): the loop's; what was read is put in force when it is iterated.
 *
 * As listener_trust_refresh(), on a thread of its own: a national authority's list takes some tenths of a second. Calls
 * while one reads do nothing. See listener_trust_get_problem() for how the last one ended. Loop thread; does not block.
 */
void
listener_trust_refresh_behind (ListenerTrust *trust, GMainContext *context)
{
  Reading *reading;

  if (trust->settings.crl_path == NULL || trust->reading != NULL || !is_outdated (trust))
    return;
  reading = g_new0 (Reading, 1);
  reading->trust = trust;
  reading->context = g_main_context_ref (context != NULL ? context : g_main_context_default ());
  reading->path = g_strdup (trust->settings.crl_path);
  trust->reading = reading;
  g_thread_unref (g_thread_new ("revocation", read_behind, reading));
}

/**
 * listener_trust_get_problem:
 * @trust: what to judge by.
 *
 * Returns: (transfer none) (nullable): why the last listener_trust_refresh_behind() that had something to read changed
 *   nothing; %NULL when it did. Loop thread.
 */
const char *
listener_trust_get_problem (const ListenerTrust *trust)
{
  return trust->problem;
}

/**
 * listener_trust_set_refused_func:
 * @trust: what to judge by.
 * @func: (nullable) (scope forever): called with each refusal.
 * @user_data: for @func.
 *
 * Loop thread.
 */
void
listener_trust_set_refused_func (ListenerTrust *trust, ListenerRefusedFunc func, gpointer user_data)
{
  trust->refused_func = func;
  trust->refused_data = user_data;
}

/**
 * listener_trust_get_generation:
 * @trust: what to judge by.
 *
 * Returns: a number that grows whenever the files were read again. Loop thread.
 */
guint64
listener_trust_get_generation (const ListenerTrust *trust)
{
  return trust->generation;
}

/**
 * listener_trust_get_crl:
 * @trust: what to judge by.
 * @index: from 0.
 *
 * Returns: (transfer none) (nullable): a list, in use or not, until the next reload; %NULL behind the last one.
 */
const ListenerCrlInfo *
listener_trust_get_crl (const ListenerTrust *trust, guint index)
{
  if (trust->crls == NULL || index >= trust->crls->len)
    return NULL;
  return &((const ListenerCrl *) trust->crls->pdata[index])->info;
}

/**
 * listener_trust_get_counters:
 * @trust: what to judge by.
 *
 * Returns: (transfer none): what was refused, and what was let in without certainty. Loop thread.
 */
const ListenerTrustCounters *
listener_trust_get_counters (const ListenerTrust *trust)
{
  return &trust->counters;
}

/**
 * listener_verdict_get_name:
 * @verdict: a verdict.
 *
 * Returns: (transfer none): its name for a metric's label. Any thread.
 */
const char *
listener_verdict_get_name (ListenerVerdict verdict)
{
  g_return_val_if_fail (verdict < LISTENER_N_VERDICTS, NULL);
  return verdicts[verdict].name;
}

/**
 * listener_verdict_get_sentence:
 * @verdict: a verdict.
 *
 * Returns: (transfer none): it in words, without personal data. Any thread.
 */
const char *
listener_verdict_get_sentence (ListenerVerdict verdict)
{
  g_return_val_if_fail (verdict < LISTENER_N_VERDICTS, NULL);
  return verdicts[verdict].sentence;
}

gnutls_x509_crt_t *
listener_trust_get_authorities (ListenerTrust *trust, guint *out_n)
{
  *out_n = trust->n_authorities;
  return trust->authorities;
}

/* Whether a verdict of @judged_us under @generation has to be given anew. */
gboolean
listener_trust_must_judge_again (const ListenerTrust *trust, guint64 generation, gint64 judged_us)
{
  return generation != trust->generation || g_get_monotonic_time () - judged_us > JUDGED_AGAIN_US;
}

/* Counts a refusal, and tells of it. */
void
listener_trust_refuse (ListenerTrust *trust,
                       ListenerVerdict verdict,
                       const ListenerIdentity *identity,
                       const char *peer)
{
  trust->counters.n_refused[verdict]++;
  if (trust->refused_func != NULL)
    trust->refused_func (identity, verdict, peer, trust->refused_data);
}

typedef struct
{
  ListenerTrust *trust;
  gnutls_x509_crt_t certificates[LISTENER_MAX_CHAIN];
  guint n_certificates;
} Chain;

static ListenerVerdict
name_status (guint status)
{
  if (status == 0)
    return LISTENER_VERDICT_GOOD;
  if ((status & (GNUTLS_CERT_SIGNER_NOT_FOUND | GNUTLS_CERT_SIGNER_NOT_CA)) != 0)
    return LISTENER_VERDICT_UNKNOWN_ISSUER;
  if ((status & GNUTLS_CERT_EXPIRED) != 0)
    return LISTENER_VERDICT_EXPIRED;
  if ((status & GNUTLS_CERT_NOT_ACTIVATED) != 0)
    return LISTENER_VERDICT_NOT_YET;
  if ((status & GNUTLS_CERT_PURPOSE_MISMATCH) != 0)
    return LISTENER_VERDICT_PURPOSE;
  if ((status & GNUTLS_CERT_INSECURE_ALGORITHM) != 0)
    return LISTENER_VERDICT_WEAK;
  return LISTENER_VERDICT_INVALID;
}

static ListenerVerdict
judge_path (Chain *chain)
{
  gnutls_typed_vdata_st purpose = { .type = GNUTLS_DT_KEY_PURPOSE_OID,
                                    .data = (void *) GNUTLS_KP_TLS_WWW_CLIENT };
  guint status = 0;

  if (gnutls_x509_trust_list_verify_crt2 (
        chain->trust->list, chain->certificates, chain->n_certificates, &purpose, 1,
        GNUTLS_PROFILE_TO_VFLAGS (GNUTLS_PROFILE_MEDIUM), &status, NULL) < 0)
    return LISTENER_VERDICT_INVALID;
  return name_status (status);
}

static gboolean
is_signed_by (gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer)
{
  guint status = 0;

  return gnutls_x509_crt_check_issuer (certificate, issuer) != 0 &&
         gnutls_x509_crt_verify (certificate, &issuer, 1, GNUTLS_VERIFY_DISABLE_TIME_CHECKS,
                                 &status) == 0 &&
         status == 0;
}

static gboolean
is_authority (const ListenerTrust *trust, gnutls_x509_crt_t certificate)
{
  for (guint i = 0; i < trust->n_authorities; i++)
    if (gnutls_x509_crt_equals (trust->authorities[i], certificate) != 0)
      return TRUE;
  return FALSE;
}

/*
 * Who signed @certificate: of the trust file first, then of what the client sent. Above a certificate of the trust file
 * the client has no say: one that sends the root along, which the file need not name, would be asked for that one's list.
 */
static gnutls_x509_crt_t
find_issuer (Chain *chain, gnutls_x509_crt_t certificate)
{
  for (guint i = 0; i < chain->trust->n_authorities; i++)
    if (is_signed_by (certificate, chain->trust->authorities[i]))
      return chain->trust->authorities[i];
  for (guint i = 1; !is_authority (chain->trust, certificate) && i < chain->n_certificates; i++)
    if (is_signed_by (certificate, chain->certificates[i]))
      return chain->certificates[i];
  return NULL;
}

/* Puts @crl among @found, where one of the same scope makes room for it when it is newer. */
static void
keep_newest (GPtrArray *found, ListenerCrl *crl)
{
  for (guint i = 0; i < found->len; i++)
    {
      const ListenerCrl *other = found->pdata[i];

      if (g_strcmp0 (crl->info.scope, other->info.scope) != 0)
        continue;
      if (crl->info.this_update_unix_us > other->info.this_update_unix_us)
        found->pdata[i] = crl;
      return;
    }
  g_ptr_array_add (found, crl);
}

/* The lists that answer for @certificate, the newest of each scope; it may stand on a whole one and on a part. */
static GPtrArray *
find_crls (ListenerTrust *trust, gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; i < trust->crls->len; i++)
    {
      ListenerCrl *crl = trust->crls->pdata[i];

      /* The signature last: it is the dear one. */
      if (crl->info.problem == NULL && listener_crl_is_of (crl, issuer) &&
          listener_crl_covers (crl, certificate) && listener_crl_is_signed_by (crl, issuer))
        keep_newest (found, crl);
    }
  return found;
}

/* Revoked stays revoked, however old the list is that says so; of several the one that lasts longest gives the date. */
static ListenerVerdict
judge_revocation (ListenerTrust *trust, gnutls_x509_crt_t certificate, gnutls_x509_crt_t issuer)
{
  g_autoptr (GPtrArray) crls = find_crls (trust, certificate, issuer);
  gint64 next_update_unix_us = 0;
  gint64 late_us;

  if (crls->len == 0)
    {
      if (!trust->settings.accepts_missing)
        return LISTENER_VERDICT_LIST_MISSING;
      trust->counters.n_accepted_missing++;
      return LISTENER_VERDICT_GOOD;
    }
  for (guint i = 0; i < crls->len; i++)
    {
      const ListenerCrl *crl = crls->pdata[i];

      if (listener_crl_has (crl, certificate))
        return LISTENER_VERDICT_REVOKED;
      next_update_unix_us = MAX (next_update_unix_us, crl->info.next_update_unix_us);
    }
  late_us = g_get_real_time () - next_update_unix_us;
  if (late_us > (gint64) trust->settings.crl_grace_s * G_USEC_PER_SEC)
    return LISTENER_VERDICT_LIST_STALE;
  if (late_us > 0)
    trust->counters.n_accepted_stale++;
  return LISTENER_VERDICT_GOOD;
}

/*
 * Every certificate from the client's up to the one that signs itself, past an intermediate that the trust file names
 * too: such a one may be revoked as well.
 */
static ListenerVerdict
judge_revocations (Chain *chain)
{
  gnutls_x509_crt_t certificate = chain->certificates[0];

  for (guint depth = 0; depth < LISTENER_MAX_CHAIN; depth++)
    {
      gnutls_x509_crt_t issuer;
      ListenerVerdict verdict;

      if (is_authority (chain->trust, certificate) &&
          gnutls_x509_crt_check_issuer (certificate, certificate) != 0)
        return LISTENER_VERDICT_GOOD;
      issuer = find_issuer (chain, certificate);
      if (issuer == NULL)
        return is_authority (chain->trust, certificate) ? LISTENER_VERDICT_GOOD
                                                        : LISTENER_VERDICT_UNKNOWN_ISSUER;
      verdict = judge_revocation (chain->trust, certificate, issuer);
      if (verdict != LISTENER_VERDICT_GOOD)
        return verdict;
      certificate = issuer;
    }
  return LISTENER_VERDICT_UNKNOWN_ISSUER;
}

static gboolean
import_chain (Chain *chain, const gnutls_datum_t *certificates, guint n_certificates)
{
  while (chain->n_certificates < n_certificates)
    {
      gnutls_x509_crt_t *certificate = &chain->certificates[chain->n_certificates];

      if (gnutls_x509_crt_init (certificate) < 0)
        return FALSE;
      chain->n_certificates++;
      if (gnutls_x509_crt_import (*certificate, &certificates[chain->n_certificates - 1],
                                  GNUTLS_X509_FMT_DER) < 0)
        return FALSE;
    }
  return TRUE;
}

/*
 * The verdict over @chain: DER, the client's own certificate first, as many as it sent. Nothing is counted but what is
 * let in without certainty.
 */
ListenerVerdict
listener_trust_judge (ListenerTrust *trust, const gnutls_datum_t *certificates, guint n)
{
  Chain chain = { .trust = trust };
  ListenerVerdict verdict = LISTENER_VERDICT_UNREADABLE;

  if (certificates == NULL || n == 0)
    return LISTENER_VERDICT_NONE_SHOWN;
  if (n <= LISTENER_MAX_CHAIN && import_chain (&chain, certificates, n))
    {
      verdict = judge_path (&chain);
      if (verdict == LISTENER_VERDICT_GOOD && trust->crls != NULL)
        verdict = judge_revocations (&chain);
    }
  for (guint i = 0; i < chain.n_certificates; i++)
    gnutls_x509_crt_deinit (chain.certificates[i]);
  return verdict;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Sends one call with the headers that DFDG wants, and reads its faults without keeping a citizen's number. */
#include "dfdg/wire/dfdg-http.h"

#include "config.h"

#include <errno.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "calsync-remote-http.h"
#include "dfdg/wire/dfdg-contact.h"
#include "dfdg/wire/dfdg-object.h"

#define STATUS_DENIED    401
#define MAX_ANSWER_BYTES (4 * 1024 * 1024)
#define MAX_TEXT_BYTES   500
#define MAX_RETRIES      1
/* Servers close a connection at rest after five seconds to a minute. */
#define MAX_IDLE_US (20 * G_USEC_PER_SEC)
#define MAX_IDLE    64

/* Their spelling is ours: a real one that differs is put right here. docs/dfdg-wire.md 1. */
typedef enum
{
  HEAD_REQUEST_ID,
  HEAD_CPR,
  HEAD_ACTIVE_TYPE,
  HEAD_ACTIVE_CODE,
  HEAD_USER_NAME,
  HEAD_USER_TYPE,
  HEAD_USER_IDENTIFIER,
  HEAD_USER_EMAIL,
  HEAD_USER_ORGANISATION_TYPE,
  HEAD_USER_ORGANISATION_CODE,
  HEAD_CORRELATION_ID,
  N_HEADS,
} Head;

static const char *const head_names[N_HEADS] = {
  [HEAD_REQUEST_ID] = "x-requestId",
  [HEAD_CPR] = "x-civilregistrationIdentifier",
  [HEAD_ACTIVE_TYPE] = "x-activeOrganisationTypeIdentifier",
  [HEAD_ACTIVE_CODE] = "x-activeOrganisationCode",
  [HEAD_USER_NAME] = "x-requestUserFullName",
  [HEAD_USER_TYPE] = "x-requestUserTypeIdentifier",
  [HEAD_USER_IDENTIFIER] = "x-requestUserIdentifier",
  [HEAD_USER_EMAIL] = "x-requestUserEmail",
  [HEAD_USER_ORGANISATION_TYPE] = "x-requestOrganisationTypeIdentifier",
  [HEAD_USER_ORGANISATION_CODE] = "x-requestOrganisationCode",
  [HEAD_CORRELATION_ID] = "x-correlationId",
};

struct _DfdgClient
{
  DfdgSettings *settings;
  CalsyncHttp *https[DFDG_N_SERVICES];
  gint64 rested_us;
};

typedef struct
{
  CalsyncHeader headers[N_HEADS + 1];
  char *values[N_HEADS];
  char request_id[IDS_GUID_LENGTH + 1];
} Heads;

static GMutex idle_lock;
static GQueue idle = G_QUEUE_INIT; /* of DfdgClient, the one that has rested longest first */

static gint64
get_monotonic_us (gpointer data)
{
  return clock_monotonic_us ();
}

static gboolean
wait_us (guint64 us, GCancellable *cancellable, gpointer data)
{
  return clock_wait_us (us, cancellable);
}

static guint32
get_random (gpointer data)
{
  guint32 bits;

  ids_random_bytes ((guint8 *) &bits, sizeof bits);
  return bits;
}

static const CalsyncHttpEnvironment environment = { get_monotonic_us, wait_us, get_random, NULL };

static void
client_free (DfdgClient *client)
{
  for (guint i = 0; i < DFDG_N_SERVICES; i++)
    g_clear_pointer (&client->https[i], calsync_http_free);
  dfdg_settings_unref (client->settings);
  g_free (client);
}

/* Under the lock: one that has rested too long, or is one too many. */
static DfdgClient *
pop_surplus (guint max_idle)
{
  DfdgClient *oldest = g_queue_peek_head (&idle);

  if (oldest == NULL || (g_queue_get_length (&idle) <= max_idle &&
                         clock_monotonic_us () - oldest->rested_us < MAX_IDLE_US))
    return NULL;
  return g_queue_pop_head (&idle);
}

/* Closing may take a moment: the lock is not held meanwhile. */
static void
close_surplus (guint max_idle)
{
  DfdgClient *surplus;

  do
    {
      g_mutex_lock (&idle_lock);
      surplus = pop_surplus (max_idle);
      g_mutex_unlock (&idle_lock);
      if (surplus != NULL)
        client_free (surplus);
    }
  while (surplus != NULL);
}

/**
 * dfdg_client_take:
 * @settings: a reference is taken
 *
 * Any thread. Connects to nobody yet.
 *
 * Returns: (transfer full): give it back with dfdg_client_give()
 */
DfdgClient *
dfdg_client_take (const DfdgSettings *settings)
{
  DfdgClient *found = NULL;

  close_surplus (MAX_IDLE);
  g_mutex_lock (&idle_lock);
  for (GList *at = idle.tail; at != NULL && found == NULL; at = at->prev)
    if (((DfdgClient *) at->data)->settings == settings)
      {
        found = at->data;
        g_queue_delete_link (&idle, at);
        break;
      }
  g_mutex_unlock (&idle_lock);
  if (found == NULL)
    {
      found = g_new0 (DfdgClient, 1);
      found->settings = dfdg_settings_ref (settings);
    }
  return found;
}

/**
 * dfdg_client_give:
 * @client: (nullable) (transfer full)
 *
 * Puts its connections to rest for the next who calls. Any thread.
 */
void
dfdg_client_give (DfdgClient *client)
{
  if (client == NULL)
    return;
  client->rested_us = clock_monotonic_us ();
  for (guint i = 0; i < DFDG_N_SERVICES; i++)
    if (client->https[i] != NULL)
      calsync_http_renew (client->https[i]);
  g_mutex_lock (&idle_lock);
  g_queue_push_tail (&idle, client);
  g_mutex_unlock (&idle_lock);
  close_surplus (MAX_IDLE);
}

/**
 * dfdg_client_close_idle:
 *
 * Closes all that rest: at the end of the program, and after a certificate was renewed. Any thread.
 */
void
dfdg_client_close_idle (void)
{
  close_surplus (0);
}

/**
 * dfdg_client_get_settings:
 *
 * Returns: (transfer none)
 */
const DfdgSettings *
dfdg_client_get_settings (const DfdgClient *client)
{
  return client->settings;
}

static const char *
or_null (const char *text)
{
  return *text == '\0' ? NULL : text;
}

static gboolean
check_key (const char *path, GError **error)
{
  struct stat status;

  if (*path == '\0')
    return TRUE;
  if (stat (path, &status) != 0)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE, "key file %s: %s", path,
                   g_strerror (errno));
      return FALSE;
    }
  if ((status.st_mode & 0077) == 0)
    return TRUE;
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
               "key file %s can be read by others: chmod 600", path);
  return FALSE;
}

/* Another try may cure all of them: a network, a certificate, a file that a person puts right. */
static gboolean
take_transport_error (GError *cause, GError **error)
{
  gboolean is_stop = g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED);
  g_autofree char *text = dfdg_dup_masked (cause->message);

  g_set_error (error, PLANNER_ERROR, is_stop ? PLANNER_ERROR_BUSY : PLANNER_ERROR_UNAVAILABLE,
               "DFDG: %s", text);
  g_error_free (cause);
  return FALSE;
}

/* Paths are relative to the folder that the base address names. */
static CalsyncHttp *
make_http (const DfdgSettings *settings, const char *url, GError **error)
{
  const ConfigDfdgClient *client = settings->client;
  g_autofree char *base = g_strconcat (url, g_str_has_suffix (url, "/") ? "" : "/", NULL);
  const char *key = *client->key != '\0' ? client->key : client->certificate;
  CalsyncHttpSettings http = { .base_uri = base,
                               .certificate_file = or_null (client->certificate),
                               .key_file = or_null (client->key),
                               .ca_file = or_null (client->ca_file),
                               .proxy = or_null (client->proxy),
                               .allows_plain = client->allow_plain_http != 0,
                               .connect_timeout_s = (guint) client->connect_timeout_s,
                               .answer_timeout_s = (guint) client->answer_timeout_s,
                               .total_timeout_s = (guint) client->total_timeout_s,
                               .max_answer_bytes = MAX_ANSWER_BYTES,
                               .max_retries = MAX_RETRIES,
                               .user_agent = "kommunal-planner/" PLANNER_VERSION,
                               .environment = &environment };
  GError *cause = NULL;
  CalsyncHttp *made;

  if (!check_key (key, error))
    return NULL;
  made = calsync_http_new (&http, &cause);
  if (made == NULL)
    take_transport_error (cause, error);
  return made;
}

static CalsyncHttp *
get_http (DfdgClient *client, DfdgService service, GError **error)
{
  const char *url = dfdg_settings_get_url (client->settings, service);

  if (client->https[service] != NULL)
    return client->https[service];
  if (url == NULL)
    {
      g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_UNAVAILABLE,
                   "[dfdg-client %s] names no address of that service of DFDG",
                   client->settings->client->tenant);
      return NULL;
    }
  client->https[service] = make_http (client->settings, url, error);
  return client->https[service];
}

/* What is not ASCII travels as %XX of its UTF-8. */
static char *
encode_header (const char *text)
{
  GString *encoded = g_string_new (NULL);

  for (const guchar *at = (const guchar *) text; *at != '\0'; at++)
    if (*at < 0x20 || *at >= 0x7f || *at == '%')
      g_string_append_printf (encoded, "%%%02X", *at);
    else
      g_string_append_c (encoded, (char) *at);
  return g_string_free (encoded, FALSE);
}

static void
set_head (Heads *heads, Head head, const char *value)
{
  heads->values[head] = value == NULL || *value == '\0' ? NULL : encode_header (value);
}

static void
set_number (Heads *heads, Head head, gint64 number)
{
  heads->values[head] = g_strdup_printf ("%" G_GINT64_FORMAT, number);
}

static const char *
either (const char *wanted, const char *fallback)
{
  return wanted != NULL ? wanted : fallback;
}

static void
fill_heads (Heads *heads, const ConfigDfdgClient *client, const DfdgCallHead *head)
{
  const char *user_code = *client->user_organisation_code != '\0' ? client->user_organisation_code
                                                                  : client->organisation_code;

  ids_new_guid (heads->request_id);
  set_head (heads, HEAD_REQUEST_ID, either (head->request_id, heads->request_id));
  set_head (heads, HEAD_CPR, head->cpr);
  set_number (heads, HEAD_ACTIVE_TYPE, client->organisation_type);
  set_head (heads, HEAD_ACTIVE_CODE, either (head->unit_code, client->organisation_code));
  set_head (heads, HEAD_USER_NAME, either (head->user_name, client->user_name));
  set_number (heads, HEAD_USER_TYPE, head->user_type != 0 ? head->user_type : client->user_type);
  set_head (heads, HEAD_USER_IDENTIFIER, either (head->user_identifier, client->user_identifier));
  set_head (heads, HEAD_USER_EMAIL,
            either (head->user_email, head->user_name == NULL ? client->user_email : NULL));
  set_number (heads, HEAD_USER_ORGANISATION_TYPE, client->user_organisation_type);
  set_head (heads, HEAD_USER_ORGANISATION_CODE, user_code);
  set_head (heads, HEAD_CORRELATION_ID, head->correlation_id);
  for (guint i = 0; i < N_HEADS; i++)
    heads->headers[i] = (CalsyncHeader){ head_names[i], heads->values[i] };
}

static void
heads_clear (Heads *heads)
{
  for (guint i = 0; i < N_HEADS; i++)
    g_free (heads->values[i]);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Heads, heads_clear)

static DfdgVerdict
judge (guint status)
{
  static const struct
  {
    guint status;
    DfdgVerdict verdict;
  } rows[] = {
    { 404, DFDG_ABSENT },   { 408, DFDG_LATER }, { 409, DFDG_CLASH }, { 410, DFDG_ABSENT },
    { 412, DFDG_REPEATED }, { 425, DFDG_LATER }, { 429, DFDG_LATER },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].status == status)
      return rows[i].verdict;
  if (status / 100 == 2)
    return DFDG_DONE;
  return status / 100 == 5 ? DFDG_LATER : DFDG_REFUSED;
}

/* Ten digits, in one piece or parted behind the sixth, with no digit around. */
static gsize
number_length (const char *text, char before)
{
  gsize n_digits = 0;
  gsize i = 0;

  for (; g_ascii_isdigit (text[i]) ||
         (n_digits == 6 && i == 6 && text[i] != '\0' && strchr ("- ", text[i]) != NULL);
       i++)
    n_digits += g_ascii_isdigit (text[i]);
  return n_digits == 10 && !g_ascii_isdigit (before) ? i : 0;
}

/**
 * dfdg_dup_masked:
 * @text: what DFDG said; any bytes
 *
 * Stricter than citizen_dup_masked(): DFDG's texts name citizens, and no ten digits in them are worth keeping.
 *
 * Returns: (transfer full): valid UTF-8 on one line, at most 500 bytes, with stars for every ten digits
 */
char *
dfdg_dup_masked (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *masked = g_string_new (valid);

  for (gsize i = 0; i < masked->len; i++)
    {
      gsize length = number_length (masked->str + i, i == 0 ? ' ' : masked->str[i - 1]);

      memset (masked->str + i, '*', length);
      i += length > 0 ? length - 1 : 0;
      if (g_ascii_iscntrl (masked->str[i]))
        masked->str[i] = ' ';
    }
  if (masked->len > MAX_TEXT_BYTES)
    g_string_truncate (
      masked,
      (gsize) (g_utf8_find_prev_char (masked->str, masked->str + MAX_TEXT_BYTES) - masked->str));
  return g_string_free (masked, FALSE);
}

/* Of one answer: a server that goes astray does not fill our memory. */
#define MAX_FAULTS 1000

typedef struct
{
  DfdgAnswer *answer;
  GString *texts;
} Faults;

static void
take_fault (JsonArray *list, guint index, JsonNode *node, gpointer data)
{
  Faults *all = data;
  JsonObject *fault = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  JsonNode *code = fault == NULL ? NULL : json_object_get_member (fault, "kode");
  JsonNode *text = fault == NULL ? NULL : json_object_get_member (fault, "tekst");
  g_autoptr (GString) whole = g_string_new (NULL);

  if (index >= MAX_FAULTS)
    return;
  if (code != NULL && json_node_get_value_type (code) == G_TYPE_INT64)
    {
      gint64 number = json_node_get_int (code);
      g_array_append_val (all->answer->codes, number);
      g_string_append_printf (whole, "%" G_GINT64_FORMAT " ", number);
    }
  if (text != NULL && json_node_get_value_type (text) == G_TYPE_STRING)
    {
      g_string_append_printf (all->texts, "%s%s", all->texts->len == 0 ? "" : "; ",
                              json_node_get_string (text));
      g_string_append (whole, json_node_get_string (text));
    }
  if (whole->len > 0)
    g_ptr_array_add (all->answer->faults, dfdg_dup_masked (whole->str));
}

/* DFDG's own answers are objects or nothing; a page is of something on the way, which does not know the service. */
static gboolean
is_page (const GString *body)
{
  const char *at = body == NULL ? "" : body->str;

  while (g_ascii_isspace (*at))
    at++;
  return *at != '\0' && *at != '{';
}

/**
 * dfdg_answer_read_faults:
 * @answer: without codes, text and faults; gets them
 * @body: (nullable): whatever came beside a status that is no success
 *
 * What is no list of faults says nothing. Any thread.
 */
void
dfdg_answer_read_faults (DfdgAnswer *answer, const GString *body)
{
  g_autoptr (JsonParser) parser = dfdg_object_parse (body);
  g_autoptr (GString) texts = g_string_new (NULL);
  Faults all = { answer, texts };
  JsonNode *faults = NULL;

  answer->codes = g_array_new (FALSE, FALSE, sizeof (gint64));
  answer->faults = g_ptr_array_new_with_free_func (g_free);
  if (parser == NULL)
    return;
  faults = json_object_get_member (json_node_get_object (json_parser_get_root (parser)), "fejl");
  if (faults == NULL || !JSON_NODE_HOLDS_ARRAY (faults))
    return;
  json_array_foreach_element (json_node_get_array (faults), take_fault, &all);
  if (texts->len > 0)
    answer->text = dfdg_dup_masked (texts->str);
}

/* Of a change 403 is said of this citizen or this booking, and a person must know. A question changes nothing: it may be
 * asked again when the certificate or the rights are put right. */
static gboolean
is_forbidden (const CalsyncRequest *call, guint status)
{
  return status == STATUS_DENIED || (status == 403 && call->is_safe);
}

static void
take_reply (const CalsyncRequest *call, CalsyncReply *reply, DfdgAnswer *answer)
{
  *answer = (DfdgAnswer){ .status = reply->status,
                          .verdict = judge (reply->status),
                          .retry_after_s = reply->retry_after_s,
                          .is_forbidden = is_forbidden (call, reply->status) };
  if (answer->is_forbidden)
    answer->verdict = DFDG_LATER;
  if (answer->verdict == DFDG_ABSENT && is_page (reply->body))
    answer->verdict = DFDG_LATER;
  if (answer->verdict == DFDG_DONE)
    answer->body = g_steal_pointer (&reply->body);
  else
    dfdg_answer_read_faults (answer, reply->body);
}

/* Our own stop says nothing of DFDG. */
static void
note_silence (const DfdgClient *client, DfdgService service, const GError *cause)
{
  g_autofree char *text = dfdg_dup_masked (cause->message);

  if (!g_error_matches (cause, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_CANCELLED))
    dfdg_contact_note (client->settings->client->tenant, service, text);
}

static void
note_answer (const DfdgClient *client, DfdgService service, const DfdgAnswer *answer)
{
  g_autofree char *text =
    answer->verdict == DFDG_LATER ? g_strdup_printf ("DFDG answered %u", answer->status) : NULL;

  if (answer->is_forbidden)
    dfdg_contact_note_forbidden (client->settings->client->tenant, service, text);
  else
    dfdg_contact_note (client->settings->client->tenant, service, text);
}

/* 401. Connections that were denied ask no more, so that no account is locked; who has a certificate has no account, and
 * asks again with others. */
static gboolean
take_denial (DfdgClient *client, DfdgService service, GError *cause, DfdgAnswer *out_answer)
{
  *out_answer =
    (DfdgAnswer){ .status = STATUS_DENIED, .verdict = DFDG_LATER, .is_forbidden = TRUE };
  g_clear_pointer (&client->https[service], calsync_http_free);
  note_answer (client, service, out_answer);
  g_error_free (cause);
  return TRUE;
}

/**
 * dfdg_client_send:
 * @out_answer: cleared first
 *
 * One call and its whole answer. On a waiting thread; blocks. Errors: PLANNER_ERROR_UNAVAILABLE when no answer came:
 * nobody knows whether it was carried out; PLANNER_ERROR_BUSY when @cancellable ended it.
 *
 * Returns: whether DFDG answered, whatever it said
 */
gboolean
dfdg_client_send (DfdgClient *client,
                  const DfdgRequest *request,
                  DfdgAnswer *out_answer,
                  GCancellable *cancellable,
                  GError **error)
{
  static const DfdgCallHead nobody = { 0 };
  g_auto (Heads) heads = { 0 };
  g_auto (CalsyncReply) reply = { 0 };
  CalsyncHttp *http = get_http (client, request->service, error);
  CalsyncRequest call = { .method = request->method,
                          .target = request->path,
                          .headers = heads.headers,
                          .body = request->body,
                          .n_body = request->n_body,
                          .max_bytes = request->max_bytes,
                          .is_safe = g_str_equal (request->method, "GET") };
  GError *cause = NULL;

  dfdg_answer_clear (out_answer);
  if (http == NULL)
    return FALSE;
  fill_heads (&heads, client->settings->client, request->head == NULL ? &nobody : request->head);
  if (request->body != NULL)
    call.content_type = either (request->content_type, "application/json");
  if (!calsync_http_send (http, &call, &reply, cancellable, &cause))
    {
      if (cause->code == CALSYNC_REMOTE_ERROR_DENIED)
        return take_denial (client, request->service, cause, out_answer);
      out_answer->silence = cause->code;
      note_silence (client, request->service, cause);
      return take_transport_error (cause, error);
    }
  take_reply (&call, &reply, out_answer);
  note_answer (client, request->service, out_answer);
  return TRUE;
}

/**
 * dfdg_answer_clear:
 */
void
dfdg_answer_clear (DfdgAnswer *answer)
{
  g_clear_pointer (&answer->codes, g_array_unref);
  g_clear_pointer (&answer->text, g_free);
  g_clear_pointer (&answer->faults, g_ptr_array_unref);
  if (answer->body != NULL)
    g_string_free (answer->body, TRUE);
  *answer = (DfdgAnswer){ 0 };
}

/**
 * dfdg_answer_set_error:
 * @answer: anything but DFDG_DONE
 * @what: begins the sentence, such as "GetIndkaldelse"
 *
 * PLANNER_ERROR_UNAVAILABLE when another try may go well, PLANNER_ERROR_ACCESS_DENIED when it may as soon as we are let in,
 * PLANNER_ERROR_NOT_FOUND for DFDG_ABSENT, else PLANNER_ERROR_NOT_VALID. The text names status, codes and the masked reasons.
 */
void
dfdg_answer_set_error (const DfdgAnswer *answer, const char *what, GError **error)
{
  g_autoptr (GString) codes = g_string_new (NULL);
  PlannerError code = PLANNER_ERROR_NOT_VALID;

  for (guint i = 0; answer->codes != NULL && i < answer->codes->len; i++)
    g_string_append_printf (codes, " %" G_GINT64_FORMAT, g_array_index (answer->codes, gint64, i));
  if (answer->verdict == DFDG_LATER)
    code = answer->is_forbidden ? PLANNER_ERROR_ACCESS_DENIED : PLANNER_ERROR_UNAVAILABLE;
  else if (answer->verdict == DFDG_ABSENT)
    code = PLANNER_ERROR_NOT_FOUND;
  g_set_error (error, PLANNER_ERROR, code, "%s: DFDG answered %u%s%s%s", what, answer->status,
               codes->str, answer->text == NULL ? "" : ": ",
               answer->text == NULL ? "" : answer->text);
}

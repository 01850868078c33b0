/* SPDX-License-Identifier: EUPL-1.2 */
/* DFDG's rules of a message, looked at before it is sent: docs/dfdg-wire.md 9. No error repeats a word of it. */
#include "dfdg/services/besked-message.h"

#include <string.h>

#include "base/error.h"

#define PDF            "application/pdf"
#define XML            "application/xml"
#define CODE_DIGITS    5
#define MAX_CODE_BYTES 16

/* Types that only a-kasser make: their recommendation of an offer, and met in a control action. */
static const gint64 fund_types[] = { 11, 12 };

static const struct
{
  gint64 channel;
  const char *word;
  glong max_letters;
} channels[] = {
  { BESKED_SMS, "sms", 160 },
  { BESKED_MAIL, "mail", 2000 },
  { BESKED_NOTIFICATION, "notification", 500 },
  { BESKED_AUTHORITY, "authority", 2000 },
};

/* clang-format off */
static const char *const statuses[] = { "unknown", "open", "closed", "mistaken" };
/* clang-format on */

/**
 * besked_channel_to_text:
 *
 * Returns: (transfer none): "sms", "mail", "notification", "authority", or "other"
 */
const char *
besked_channel_to_text (gint64 channel)
{
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (channels[i].channel == channel)
      return channels[i].word;
  return "other";
}

/**
 * besked_status_to_text:
 *
 * Returns: (transfer none): "open", "closed", "mistaken", or "unknown"
 */
const char *
besked_status_to_text (gint64 status)
{
  return statuses[status > 0 && status < (gint64) G_N_ELEMENTS (statuses) ? status : 0];
}

/**
 * besked_is_from_fund:
 *
 * Returns: whether only an a-kasse may make messages of that type
 */
gboolean
besked_is_from_fund (gint64 type)
{
  for (guint i = 0; i < G_N_ELEMENTS (fund_types); i++)
    if (fund_types[i] == type)
      return TRUE;
  return FALSE;
}

static const char *
find_media_type (GBytes *content)
{
  gsize n_bytes = 0;
  const char *bytes = g_bytes_get_data (content, &n_bytes);

  if (n_bytes >= 5 && memcmp (bytes, "%PDF-", 5) == 0)
    return PDF;
  if (n_bytes >= 8 && memcmp (bytes, "\xef\xbb\xbf<?xml", 8) == 0)
    return XML;
  return n_bytes >= 5 && memcmp (bytes, "<?xml", 5) == 0 ? XML : NULL;
}

/**
 * besked_document_new:
 * @content: a reference is taken
 *
 * Its media type is what the first bytes say; NULL for what is neither PDF nor XML.
 *
 * Returns: (transfer full)
 */
BeskedDocument *
besked_document_new (const char *file_name, GBytes *content)
{
  BeskedDocument *document = g_new0 (BeskedDocument, 1);

  document->file_name = g_strdup (file_name);
  document->media_type = g_strdup (find_media_type (content));
  document->content = g_bytes_ref (content);
  return document;
}

/**
 * besked_document_free:
 */
void
besked_document_free (BeskedDocument *document)
{
  if (document == NULL)
    return;
  g_free (document->identifier);
  g_free (document->file_name);
  g_free (document->media_type);
  g_clear_pointer (&document->content, g_bytes_unref);
  g_free (document);
}

G_GNUC_PRINTF (3, 4)
static gboolean
refuse (GError **error, gint64 code, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list words;

  va_start (words, format);
  text = g_strdup_vprintf (format, words);
  va_end (words);
  g_set_error (error, PLANNER_ERROR, PLANNER_ERROR_NOT_VALID, "%" G_GINT64_FORMAT ": %s", code,
               text);
  return FALSE;
}

/* Jobnet shows [text](http…) as a link; with anything between the brackets it shows the brackets. */
static gboolean
has_torn_link (const char *text)
{
  for (const char *at = strchr (text, ']'); at != NULL; at = strchr (at + 1, ']'))
    {
      const char *next = at + 1 + strspn (at + 1, " \t\r\n");

      if (next > at + 1 &&
          (g_str_has_prefix (next, "(http:") || g_str_has_prefix (next, "(https:")))
        return TRUE;
    }
  return FALSE;
}

/* DFDG may count as UTF-16 does: a letter beyond its first 65,536 (an emoji) is two. What is short enough so is short
 * enough however it is counted. */
static glong
count_letters (const char *text)
{
  glong n = 0;

  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    n += g_utf8_get_char (at) > 0xffff ? 2 : 1;
  return n;
}

/* What a terminal or a mail program would obey. */
static gboolean
has_control (const char *text, const char *allowed)
{
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
    if (g_unichar_iscntrl (g_utf8_get_char (at)) && strchr (allowed, *at) == NULL)
      return TRUE;
  return FALSE;
}

static gboolean
check_words (const char *text, glong max_letters, GError **error)
{
  if (text == NULL || *text == '\0')
    return refuse (error, BESKED_NO_SUCH_VALUE, "the message has no text");
  if (!g_utf8_validate (text, -1, NULL))
    return refuse (error, BESKED_NO_SUCH_VALUE, "the text is not UTF-8");
  if (count_letters (text) > max_letters)
    return refuse (error, BESKED_TOO_LONG,
                   "the text has %ld letters; this channel takes %ld: shorten it",
                   count_letters (text), max_letters);
  if (has_control (text, "\n\t"))
    return refuse (error, BESKED_NO_SUCH_VALUE, "the text holds control characters: take them out");
  if (has_torn_link (text))
    return refuse (error, BESKED_NO_SUCH_VALUE,
                   "a link is written [text](http…): take out what stands between ] and (");
  return TRUE;
}

static gboolean
check_channel (const BeskedDraft *draft, GError **error)
{
  for (guint i = 0; i < G_N_ELEMENTS (channels); i++)
    if (channels[i].channel == draft->channel)
      return check_words (draft->text, channels[i].max_letters, error);
  return refuse (error, BESKED_NO_SUCH_VALUE, "there is no such channel");
}

static gboolean
check_title (const char *title, GError **error)
{
  if (title == NULL || *title == '\0')
    return refuse (error, BESKED_NO_SUCH_VALUE, "the message has no title");
  if (!g_utf8_validate (title, -1, NULL))
    return refuse (error, BESKED_NO_SUCH_VALUE, "the title is not UTF-8");
  if (count_letters (title) > BESKED_MAX_TITLE)
    return refuse (error, BESKED_TOO_LONG, "the title has more than %d letters: shorten it",
                   BESKED_MAX_TITLE);
  if (has_control (title, ""))
    return refuse (error, BESKED_NO_SUCH_VALUE,
                   "the title holds control characters: take them out");
  return TRUE;
}

static gboolean
check_type (const BeskedDraft *draft, GError **error)
{
  if (draft->channel == BESKED_SMS && draft->sender_type != BESKED_STAR)
    return refuse (error, BESKED_SMS_IS_STARS, "only STAR may send SMS: use mail or notification");
  if (besked_is_from_fund (draft->type))
    return refuse (error, BESKED_NO_SUCH_VALUE,
                   "messages of types 11 and 12 are made by a-kasser alone");
  return TRUE;
}

static gboolean
is_main_centre (const char *code)
{
  return strlen (code) == CODE_DIGITS && strspn (code, "0123456789") == CODE_DIGITS &&
         (g_str_has_suffix (code, "00") || g_str_equal (code, BESKED_OWN_CENTRE));
}

static gboolean
is_code (const char *code)
{
  gsize n = 0;

  while (g_ascii_isalnum (code[n]))
    n++;
  return n > 0 && n <= MAX_CODE_BYTES && code[n] == '\0';
}

static gboolean
check_receiver (const BeskedDraft *draft, GError **error)
{
  if (draft->channel != BESKED_AUTHORITY)
    return draft->receiver_code == NULL ||
           refuse (error, BESKED_NO_SUCH_VALUE,
                   "only the channel of authorities has an authority as its receiver");
  if (draft->receiver_code == NULL || *draft->receiver_code == '\0')
    return refuse (error, BESKED_NO_SUCH_VALUE, "the channel of authorities needs a receiver");
  if (!is_code (draft->receiver_code))
    return refuse (error, BESKED_NO_SUCH_VALUE,
                   "the receiver is named by its code: 1 to %d letters and digits", MAX_CODE_BYTES);
  if (draft->receiver_type == BESKED_JOBCENTER && !is_main_centre (draft->receiver_code))
    return refuse (error, BESKED_WRONG_CENTRE,
                   "a jobcenter is written to by the code of its main centre, which ends in "
                   "00; " BESKED_OWN_CENTRE " is the citizen's own");
  return TRUE;
}

static gboolean
check_documents (const GPtrArray *documents, GError **error)
{
  gsize n_bytes = 0;

  for (guint i = 0; documents != NULL && i < documents->len; i++)
    {
      const BeskedDocument *document = documents->pdata[i];

      n_bytes += g_bytes_get_size (document->content);
      if (document->media_type == NULL)
        return refuse (error, BESKED_NO_SUCH_VALUE, "attachment %u is neither PDF nor XML", i + 1);
      if (document->file_name == NULL || *document->file_name == '\0' ||
          strlen (document->file_name) > 255 || !g_utf8_validate (document->file_name, -1, NULL) ||
          has_control (document->file_name, ""))
        return refuse (error, BESKED_NO_SUCH_VALUE,
                       "attachment %u needs a name of 1 to 255 bytes without control characters",
                       i + 1);
    }
  if (documents != NULL && documents->len > BESKED_MAX_DOCUMENTS)
    return refuse (error, BESKED_NO_SUCH_VALUE, "a message takes %d attachments",
                   BESKED_MAX_DOCUMENTS);
  return n_bytes <= BESKED_MAX_DOCUMENT_BYTES ||
         refuse (error, BESKED_TOO_LONG,
                 "the attachments have %" G_GSIZE_FORMAT " bytes together; a message takes %d",
                 n_bytes, BESKED_MAX_DOCUMENT_BYTES);
}

/**
 * besked_check_draft:
 *
 * What DFDG would refuse, refused with its code before anything leaves: 8143, 9014, 9310, 1014. That a jobcenter is the
 * citizen's only DFDG knows. Any thread.
 *
 * Errors: PLANNER_ERROR_NOT_VALID; the text begins with the code.
 */
gboolean
besked_check_draft (const BeskedDraft *draft, GError **error)
{
  if (draft->cpr == NULL || *draft->cpr == '\0')
    return refuse (error, BESKED_NO_SUCH_VALUE, "the message is about nobody");
  return check_channel (draft, error) && check_title (draft->title, error) &&
         check_type (draft, error) && check_receiver (draft, error) &&
         check_documents (draft->documents, error);
}

/**
 * besked_check_reply:
 *
 * Errors: as besked_check_draft().
 */
gboolean
besked_check_reply (const char *text, GError **error)
{
  return check_words (text, BESKED_MAX_REPLY, error);
}

/* The end of [text](http…) that begins at @at; NULL: it is no link. */
static const char *
find_link_end (const char *at, const char **out_bracket)
{
  const char *bracket = strpbrk (at + 1, "[]\n");
  const char *end;

  if (bracket == NULL || *bracket != ']' ||
      !(g_str_has_prefix (bracket, "](http:") || g_str_has_prefix (bracket, "](https:")))
    return NULL;
  end = strpbrk (bracket + 2, "()\n \t");
  *out_bracket = bracket;
  return end != NULL && *end == ')' ? end : NULL;
}

static void
append_shown (GString *shown, const char *text, const char *end)
{
  for (const char *at = text; at < end; at = g_utf8_next_char (at))
    if (*at == '\n' || !g_unichar_iscntrl (g_utf8_get_char (at)))
      g_string_append_unichar (shown, g_utf8_get_char (at));
}

/**
 * besked_dup_for_people:
 *
 * Returns: (transfer full): with links as text <address>, and nothing that a terminal would obey
 */
char *
besked_dup_for_people (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  GString *shown = g_string_new (NULL);

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      const char *bracket = NULL;
      const char *end = *at == '[' ? find_link_end (at, &bracket) : NULL;

      if (end != NULL)
        {
          append_shown (shown, at + 1, bracket);
          g_string_append (shown, " <");
          append_shown (shown, bracket + 2, end);
          g_string_append_c (shown, '>');
          at = end;
        }
      else
        append_shown (shown, at, g_utf8_next_char (at));
    }
  return g_string_free (shown, FALSE);
}

/**
 * besked_party_free:
 */
void
besked_party_free (BeskedParty *party)
{
  g_free (party->organisation_code);
  g_free (party);
}

/**
 * besked_reply_free:
 */
void
besked_reply_free (BeskedReply *reply)
{
  g_free (reply->identifier);
  g_free (reply->text);
  g_free (reply->sender.organisation_code);
  g_free (reply);
}

/**
 * besked_new:
 *
 * Returns: (transfer full)
 */
Besked *
besked_new (void)
{
  Besked *besked = g_new0 (Besked, 1);

  besked->receivers = g_ptr_array_new_with_free_func ((GDestroyNotify) besked_party_free);
  besked->replies = g_ptr_array_new_with_free_func ((GDestroyNotify) besked_reply_free);
  besked->documents = g_ptr_array_new_with_free_func ((GDestroyNotify) besked_document_free);
  return besked;
}

/**
 * besked_free:
 */
void
besked_free (Besked *besked)
{
  if (besked == NULL)
    return;
  g_free (besked->identifier);
  g_free (besked->cpr);
  g_free (besked->title);
  g_free (besked->text);
  g_free (besked->sender.organisation_code);
  g_ptr_array_unref (besked->receivers);
  g_ptr_array_unref (besked->replies);
  g_ptr_array_unref (besked->documents);
  g_free (besked);
}

/**
 * besked_hide:
 *
 * What DFDG shows to those whom it does not concern is no title and no text.
 */
void
besked_hide (Besked *besked)
{
  besked->is_hidden = TRUE;
  g_clear_pointer (&besked->title, g_free);
  g_clear_pointer (&besked->text, g_free);
  g_ptr_array_set_size (besked->replies, 0);
  g_ptr_array_set_size (besked->documents, 0);
}

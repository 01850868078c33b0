/* SPDX-License-Identifier: EUPL-1.2 */
/* Rows on hostile XML: refused quickly, nothing of it carried out, and the endpoint answers others afterwards. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

#include "base/clock.h"

#define OPERATION CONTRACT_OPERATION_GET_SELFBOOK_INTERVIEW_OPTIONS
#define NAMESPACE CONTRACT_NAMESPACE_DEFAULT
#define SOAP_1_1  "http://schemas.xmlsoap.org/soap/envelope/"

/* A refusal that takes longer than this ties up an endpoint. */
#define REFUSAL_MAX_US (5 * G_USEC_PER_SEC)

#define HEAD "<s:Envelope xmlns:s=\"" SOAP_1_1 "\">"
#define QUESTION(unit)                                                                       \
  "<GetSelfbookInterviewOptions xmlns=\"" NAMESPACE "\"><PersonCivilRegistrationIdentifier>" \
  "0000000000</PersonCivilRegistrationIdentifier><JobCenterCode>" unit "</JobCenterCode>"    \
  "<ContactGroupTypeIdentifier>1</ContactGroupTypeIdentifier></GetSelfbookInterviewOptions>"
#define BODY(unit)     "<s:Body>" QUESTION (unit) "</s:Body></s:Envelope>"
#define GOOD           HEAD BODY ("99999")
#define BLOCK(content) HEAD "<s:Header>" content "</s:Header>" BODY ("99999")

typedef GString *(*Make) (void);

typedef struct
{
  Make make;
  const char *text; /* when there is no @make */
  const char *content_type;
  gint64 codes[4];
} Attack;

static const char xml_type[] = "text/xml; charset=utf-8";

static void
repeat (GString *text, const char *piece, guint n_times)
{
  for (guint i = 0; i < n_times; i++)
    g_string_append (text, piece);
}

static GString *
make_entity_bomb (void)
{
  GString *text = g_string_new ("<!DOCTYPE a [<!ENTITY e0 \"ha\">");
  for (guint i = 1; i < 30; i++)
    {
      g_string_append_printf (text, "<!ENTITY e%u \"", i);
      for (guint k = 0; k < 10; k++)
        g_string_append_printf (text, "&e%u;", i - 1);
      g_string_append (text, "\">");
    }
  g_string_append (text, "]>" HEAD BODY ("&e29;"));
  return text;
}

static GString *
make_depth (void)
{
  GString *text = g_string_new (HEAD "<s:Header>");
  repeat (text, "<a>", 20000);
  repeat (text, "</a>", 20000);
  g_string_append (text, "</s:Header>" BODY ("99999"));
  return text;
}

static GString *
make_long_name (void)
{
  GString *text = g_string_new (HEAD "<s:Header><");
  repeat (text, "abcdefghij", 6000);
  g_string_append (text, " xmlns=\"urn:other\"/></s:Header>" BODY ("99999"));
  return text;
}

static GString *
make_attributes (void)
{
  GString *text = g_string_new (HEAD "<s:Header><h:Other xmlns:h=\"urn:other\"");
  for (guint i = 0; i < 5000; i++)
    g_string_append_printf (text, " a%u=\"x\"", i);
  g_string_append (text, "/></s:Header>" BODY ("99999"));
  return text;
}

static GString *
make_large (void)
{
  GString *text = g_string_new (HEAD "<s:Header><h:Other xmlns:h=\"urn:other\">");
  repeat (text, "0123456789abcdef", 200 * 1024);
  g_string_append (text, "</h:Other></s:Header>" BODY ("99999"));
  return text;
}

static GString *
make_nul (void)
{
  GString *text = g_string_new (HEAD BODY ("99999"));
  g_string_insert_len (text, (gssize) (strstr (text->str, "99999") - text->str) + 2, "\0", 1);
  return text;
}

/* Two bytes a character, and a label that says one. */
static GString *
make_utf16 (void)
{
  static const char good[] = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>" GOOD;
  GString *text = g_string_new_len ("\xff\xfe", 2);
  for (gsize i = 0; i + 1 < sizeof good; i++)
    {
      g_string_append_c (text, good[i]);
      g_string_append_len (text, "\0", 1);
    }
  return text;
}

/* Any of these: a fault with one of the codes, an HTTP refusal, or the connection ended. */
static gboolean
is_refused (TrackRehearse *rehearse,
            const Attack *attack,
            const TrackWireAnswer *answer,
            GError **error)
{
  ContractReply reply;
  g_autoptr (GError) local_error = NULL;
  if (answer->status >= 400 && answer->status < 500 && answer->status != 400)
    return TRUE;
  if (track_rehearse_read (rehearse, OPERATION, answer, &reply, &local_error))
    return track_rehearse_is_fault (&reply, attack->codes, error);
  if (answer->status == 400)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

static gboolean
attack_once (TrackRehearse *rehearse, const Attack *attack, GError **error)
{
  g_autoptr (GString) body = attack->make != NULL ? attack->make () : g_string_new (attack->text);
  g_auto (TrackWireAnswer) answer = { 0 };
  g_autoptr (GError) local_error = NULL;
  const char *type = attack->content_type != NULL ? attack->content_type : xml_type;
  if (track_rehearse_post (rehearse, type, "\"\"", body, &answer, &local_error))
    return is_refused (rehearse, attack, &answer, error);
  if (g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
      g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local_error));
  return FALSE;
}

/* A machine that stood still for a moment is no slow endpoint: what takes long must do so twice. */
static gboolean
run_attack (TrackRehearse *rehearse, gconstpointer data, GError **error)
{
  gint64 took_us = REFUSAL_MAX_US + 1;
  for (guint i = 0; i < 2 && took_us > REFUSAL_MAX_US; i++)
    {
      gint64 start_us = clock_monotonic_us ();
      g_clear_pointer (&rehearse->wire, track_wire_close);
      if (!attack_once (rehearse, data, error))
        return FALSE;
      took_us = clock_monotonic_us () - start_us;
    }
  if (took_us > REFUSAL_MAX_US)
    return track_rehearse_wrong (error, "it took %d ms to refuse it, the second time too",
                                 (int) (took_us / 1000));
  return track_rehearse_is_alive (rehearse, error);
}

#define DTD(internal) "<!DOCTYPE s:Envelope" internal ">"
#define MALFORMED \
  {               \
    990026        \
  }
#define LARGE      \
  {                \
    990028, 990026 \
  }
/* clang-format off */
static const Attack doctype    = { NULL, DTD ("") GOOD, NULL, MALFORMED };
static const Attack external   = { NULL, DTD (" [<!ENTITY b SYSTEM \"file:///etc/hostname\">]") HEAD BODY ("&b;"), NULL, MALFORMED };
static const Attack parameter  = { NULL, DTD (" [<!ENTITY % b SYSTEM \"http://127.0.0.1:1/x\">%b;]") GOOD, NULL, MALFORMED };
static const Attack bomb       = { make_entity_bomb, NULL, NULL, LARGE };
static const Attack depth      = { make_depth, NULL, NULL, LARGE };
static const Attack long_name  = { make_long_name, NULL, NULL, LARGE };
static const Attack attributes = { make_attributes, NULL, NULL, LARGE };
static const Attack large      = { make_large, NULL, NULL, LARGE };
static const Attack nul        = { make_nul, NULL, NULL, MALFORMED };
static const Attack utf7       = { NULL, "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" "+ADw-s:Envelope+AD4-", NULL, MALFORMED };
static const Attack utf16      = { make_utf16, NULL, NULL, { 990026, 990029, 990010 } };
static const Attack truncated  = { NULL, HEAD "<s:Body><GetSelfbookInterviewOptions xmlns=\"" NAMESPACE "\"><PersonCivilRegistrationIdentifier>00000", NULL, MALFORMED };
static const Attack media      = { NULL, "{\"a\": 1}", "application/json", MALFORMED };
static const Attack include    = { NULL, HEAD BODY ("<x:include xmlns:x=\"http://www.w3.org/2001/XInclude\" href=\"file:///etc/hostname\" parse=\"text\"/>"), NULL, { 1014, 990026 } };

#define FREE    TRACK_REHEARSE_NEEDS_NOTHING
#define REFUSED "refused within 5 s; an ordinary call is answered afterwards"
#define LIMITS  "contract.md, How to call: Limits"
const TrackRehearseRow track_rehearse_hostile[] = {
  { "doctype",          "a document type declaration",               REFUSED, LIMITS, FREE, run_attack, &doctype },
  { "external-entity",  "an entity that names a file",               REFUSED, LIMITS, FREE, run_attack, &external },
  { "parameter-entity", "a parameter entity that names an address",  REFUSED, LIMITS, FREE, run_attack, &parameter },
  { "entity-bomb",      "entities that unfold to 10^29 words",       REFUSED, LIMITS, FREE, run_attack, &bomb },
  { "depth",            "20,000 elements inside each other",         REFUSED, LIMITS, FREE, run_attack, &depth },
  { "long-name",        "a name of 60,000 bytes",                    REFUSED, LIMITS, FREE, run_attack, &long_name },
  { "attributes",       "5,000 attributes",                          REFUSED, LIMITS, FREE, run_attack, &attributes },
  { "large",            "a message of 3.2 MB",                       REFUSED, LIMITS, FREE, run_attack, &large },
  { "nul",              "a NUL within a value",                      REFUSED, LIMITS, FREE, run_attack, &nul },
  { "utf-7",            "a message in UTF-7",                        REFUSED, LIMITS, FREE, run_attack, &utf7 },
  { "utf-16-label",     "UTF-16 that calls itself UTF-8",            "a fault; an ordinary call is answered afterwards", LIMITS, FREE, run_attack, &utf16 },
  { "truncated",        "a message that breaks off",                 REFUSED, LIMITS, FREE, run_attack, &truncated },
  { "media-type",       "JSON",                                      REFUSED, LIMITS, FREE, run_attack, &media },
  { "xinclude",         "an XInclude of a file",                     REFUSED, LIMITS, FREE, run_attack, &include },
  { NULL },
};
/* clang-format on */

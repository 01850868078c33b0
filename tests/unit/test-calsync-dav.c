/* SPDX-License-Identifier: EUPL-1.2 */
/* Multistatus answers: what is read of each, that cutting changes nothing, that half an answer is never whole. */
#include "calsync-dav-body.h"
#include "calsync-dav.h"
#include "calsync-remote.h"
#include "dav-answers.h"
#include "testlib.h"

#include <string.h>
#include <sys/resource.h>

/* Also tests: calsync-dav-names, calsync-dav-body. */

typedef struct
{
  GString *text;
  guint n_responses;
  gsize n_data;
} Seen;

static const char *const names[CALSYNC_DAV_N_PROPERTIES] = {
  [CALSYNC_DAV_ETAG] = "etag",
  [CALSYNC_DAV_RESOURCE_TYPE] = "type",
  [CALSYNC_DAV_SYNC_TOKEN] = "token",
  [CALSYNC_DAV_CTAG] = "ctag",
  [CALSYNC_DAV_DISPLAY_NAME] = "name",
  [CALSYNC_DAV_RESOURCE_ID] = "id",
  [CALSYNC_DAV_OWNER] = "owner",
  [CALSYNC_DAV_PRINCIPAL] = "principal",
  [CALSYNC_DAV_PRINCIPAL_URL] = "principal-url",
  [CALSYNC_DAV_HOME_SET] = "home",
  [CALSYNC_DAV_ADDRESS_SET] = "addresses",
  [CALSYNC_DAV_COMPONENTS] = "components",
  [CALSYNC_DAV_PRIVILEGES] = "privileges",
  [CALSYNC_DAV_REPORTS] = "reports",
  [CALSYNC_DAV_TIMEZONE] = "timezone",
  [CALSYNC_DAV_TIMEZONE_ID] = "timezone-id",
  [CALSYNC_DAV_MAX_SIZE] = "size",
  [CALSYNC_DAV_TRANSPARENCY] = "transparency",
};

/* One response as a line: `href [status] {property=status:text+marks} [data] [!precondition]`. */
static gboolean
note_response (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  Seen *seen = data;

  seen->n_responses++;
  seen->n_data += response->n_data;
  if (seen->text == NULL)
    return TRUE;
  g_string_append (seen->text, response->href == NULL ? "-" : response->href);
  if (response->status != 0)
    g_string_append_printf (seen->text, " %u", response->status);
  for (guint i = 0; i < CALSYNC_DAV_N_PROPERTIES; i++)
    {
      const CalsyncDavValue *value = &response->values[i];

      if (value->status == 0 || names[i] == NULL)
        continue;
      g_string_append_printf (seen->text, " %s=%u", names[i], value->status);
      if (value->text != NULL)
        g_string_append_printf (seen->text, ":%s", value->text);
      if (value->marks != 0)
        g_string_append_printf (seen->text, "+%x", value->marks);
    }
  if (response->data != NULL)
    g_string_append_printf (seen->text, " [%s]", response->data);
  if (response->is_data_cut)
    g_string_append (seen->text, " cut");
  if (response->precondition != NULL)
    g_string_append_printf (seen->text, " !%s", response->precondition);
  g_string_append_c (seen->text, '\n');
  return TRUE;
}

/* Reads @answer in pieces of @piece bytes; the lines, the token last, or %NULL with the error. */
static char *
read_in_pieces (const char *answer, gsize n_answer, gsize piece, GError **error)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Seen seen = { .text = text };
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (note_response, &seen);

  for (gsize at = 0; at < n_answer; at += piece)
    {
      /* A copy of exactly its size: reading beyond a piece is seen. */
      g_autofree char *copy = g_memdup2 (answer + at, MIN (piece, n_answer - at));

      if (!calsync_dav_reader_push (copy, MIN (piece, n_answer - at), reader, error))
        return NULL;
    }
  if (!calsync_dav_reader_finish (reader, error))
    return NULL;
  if (calsync_dav_reader_get_sync_token (reader) != NULL)
    g_string_append_printf (text, "token %s\n", calsync_dav_reader_get_sync_token (reader));
  return g_strdup (text->str);
}

static const struct
{
  const char *name;
  const char *answer;
  const char *expected;
} answers[] = {
  { "nothing", MULTI (""), "" },
  { "one", MULTI (PLAIN ("/c/a.ics", "\"1\"")), "/c/a.ics etag=200:\"1\"\n" },
  { "default namespace",
    "<multistatus "
    "xmlns='DAV:'><response><href>/c/a.ics</href><propstat><prop><getetag>&quot;1&quot;"
    "</getetag></prop><status>HTTP/1.1 200 OK</status></propstat></response></multistatus>",
    "/c/a.ics etag=200:\"1\"\n" },
  { "feed",
    MULTI (PLAIN ("/c/a.ics", "\"1\"") RESPONSE (HREF ("/c/b.ics") STATUS ("404 Not Found"))
             RESPONSE (HREF ("/c/") STATUS (
               "507 Insufficient Storage") "<D:error>"
                                           "<D:number-of-matches-within-limits/></"
                                           "D:error>") "<D:sync-token> http://x.example/2 "
                                                       "</D:sync-token>"),
    "/c/a.ics etag=200:\"1\"\n/c/b.ics 404\n/c/ 507 !number-of-matches-within-limits\n"
    "token http://x.example/2\n" },
  { "several propstats",
    MULTI (RESPONSE (HREF ("/c/a.ics") STAT ("<D:displayname/><S:getctag/>", "404 Not Found")
                       STAT (ETAG ("\"1\""), "200 OK") STAT ("<D:owner/>", "403 Forbidden"))),
    "/c/a.ics etag=200:\"1\" ctag=404 name=404 owner=403\n" },
  { "one property twice",
    MULTI (RESPONSE (HREF ("/c/a.ics") STAT (ETAG ("\"1\""), "200 OK")
                       STAT (ETAG ("\"2\""), "404 Not Found"))
             RESPONSE (HREF ("/c/b.ics") STAT (ETAG (""), "404 Not Found")
                         STAT (ETAG ("\"3\""), "200 OK"))),
    "/c/a.ics etag=200:\"1\"\n/c/b.ics etag=200:\"3\"\n" },
  { "no href", MULTI (RESPONSE (STAT (ETAG ("\"1\""), "200 OK"))), "- etag=200:\"1\"\n" },
  { "empty href", MULTI (RESPONSE ("<D:href> </D:href>" STATUS ("200 OK"))), "- 200\n" },
  { "several hrefs",
    MULTI (RESPONSE (HREF ("/c/a.ics") HREF ("/c/b.ics") STATUS ("404 Not Found"))),
    "/c/a.ics 404\n/c/b.ics 404\n" },
  { "blanks",
    MULTI (RESPONSE ("<D:href>\n  /c/a.ics\n</D:href>" STAT (ETAG ("\n \"1\" "), "200 OK"))),
    "/c/a.ics etag=200:\"1\"\n" },
  { "status forms",
    MULTI (RESPONSE (HREF ("/a") "<D:status>\n HTTP/2 404</D:status>")
             RESPONSE (HREF ("/b") "<D:status>410 Gone</D:status>") RESPONSE (
               HREF ("/c") "<D:status>fine</D:status>") RESPONSE (HREF ("/d") "<D:status/>")),
    "/a 404\n/b 410\n/c 500\n/d 500\n" },
  { "propstat without status",
    MULTI (RESPONSE (HREF ("/a") "<D:propstat><D:prop>" ETAG ("\"1\"") "</D:prop></D:propstat>")),
    "/a etag=500\n" },
  { "unknown names",
    MULTI ("<x:y xmlns:x='urn:z'><D:response>" HREF ("/no") "</D:response></x:y>" RESPONSE (
      HREF ("/a") "<e:href xmlns:e='urn:e'>/no</e:href><nowhere:href>/no</nowhere:href>" STAT (
        "<e:getetag xmlns:e='urn:e'>no</e:getetag>" ETAG ("\"1\"") "<D:getlastmodified>x"
                                                                   "</D:getlastmodified>",
        "200 OK"))),
    "/a etag=200:\"1\"\n" },
  { "comments and instructions",
    MULTI ("<!-- a --><?b c?>" RESPONSE (HREF ("/a<!-- -->b<?x?>c") STATUS ("2<!---->04 x"))),
    "/abc 204\n" },
  { "data",
    MULTI (RESPONSE (
      HREF ("/a") STAT (ETAG ("\"1\"") CALENDAR_DATA ("BEGIN:&amp;&#13;\nEND:&lt;"), "200 OK"))),
    "/a etag=200:\"1\" [BEGIN:&\r\nEND:<]\n" },
  { "CDATA",
    MULTI (RESPONSE (HREF ("<![CDATA[/a&b]]>")
                       STAT (CALENDAR_DATA ("<![CDATA[BEGIN:<&>]]>\n<![CDATA[END]]>"), "200 OK"))),
    "/a&b [BEGIN:<&>\nEND]\n" },
  { "data that is not there",
    MULTI (RESPONSE (HREF ("/a") STAT (CALENDAR_DATA ("no"), "404 Not Found")) RESPONSE (
      HREF ("/b") STAT (CALENDAR_DATA ("no"), "500 Oops") STAT (CALENDAR_DATA ("yes"), "200 OK"))
             RESPONSE (HREF ("/c") STAT (CALENDAR_DATA ("yes"), "200 OK")
                         STAT (CALENDAR_DATA ("no"), "404 Not Found")) RESPONSE (HREF ("/d"))),
    "/a\n/b [yes]\n/c [yes]\n/d\n" },
  { "empty data", MULTI (RESPONSE (HREF ("/a") STAT ("<C:calendar-data/>", "200 OK"))), "/a []\n" },
  { "letters",
    MULTI (PLAIN ("/m\xc3\xb8"
                  "de",
                  "\"\xe2\x82\xac\"")),
    "/m\xc3\xb8"
    "de etag=200:\"\xe2\x82\xac\"\n" },
  { "Latin-1",
    "<?xml version='1.0' encoding='iso-8859-1'?><multistatus xmlns='DAV:'><response><href>/m\xf8"
    "de</href><status>HTTP/1.1 404</status></response></multistatus>",
    "/m\xc3\xb8"
    "de 404\n" },
  { "calendar",
    MULTI (RESPONSE (HREF ("/c/") STAT (
      "<D:resourcetype><D:collection/><C:calendar/></D:resourcetype><D:displayname>Min "
      "kalender</D:displayname><D:owner><D:href>/p/07/</D:href></D:owner><D:resource-id>"
      "<D:href>urn:uuid:1</D:href></D:resource-id><C:supported-calendar-component-set><C:comp "
      "name=\"VTODO\"/><C:comp name='VEVENT'/></C:supported-calendar-component-set>"
      "<D:current-user-privilege-set><D:privilege><D:read/></D:privilege><D:privilege>"
      "<D:write-content/></D:privilege></D:current-user-privilege-set><D:supported-report-set>"
      "<D:supported-report><D:report><D:sync-collection/></D:report></D:supported-report>"
      "<D:supported-report><D:report><C:calendar-multiget/></D:report></D:supported-report>"
      "</D:supported-report-set><D:sync-token>t1</D:sync-token><S:getctag>c1</S:getctag>"
      "<C:max-resource-size>100</C:max-resource-size>",
      "200 OK"))),
    "/c/ type=200+3 token=200:t1 ctag=200:c1 name=200:Min kalender id=200:urn:uuid:1 "
    "owner=200:/p/07/ components=200+20 privileges=200+c0 reports=200+1800 size=200:100\n" },
  { "several addresses",
    MULTI (RESPONSE (
      HREF ("/") STAT ("<C:calendar-home-set>\n <D:href>/h/1/</D:href>\n <D:href> /h/2/ "
                       "</D:href>\n</C:calendar-home-set>"
                       "<D:current-user-principal><D:unauthenticated/></D:current-user-principal>",
                       "200 OK"))),
    "/ principal=200 home=200:/h/1/\n/h/2/\n" },
  { "precondition inside",
    MULTI (RESPONSE (HREF ("/a") STATUS ("409 Conflict") "<D:error><D:other/><C:no-uid-conflict>"
                                                         "<D:href>/b</D:href></C:no-uid-conflict>"
                                                         "</D:error>")),
    "/a 409 !no-uid-conflict\n" },
  { "precondition that we do not know",
    MULTI (RESPONSE (HREF ("/a") STATUS ("403 No") "<D:error><secret/></D:error>")), "/a 403\n" },
};

/* Whole, byte by byte and in odd pieces: the same. */
static void
test_answers (void)
{
  static const gsize pieces[] = { G_MAXINT, 1, 2, 3, 7, 64 };

  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    for (guint j = 0; j < G_N_ELEMENTS (pieces); j++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *text =
          read_in_pieces (answers[i].answer, strlen (answers[i].answer), pieces[j], &error);

        g_test_message ("%s, pieces of %zu", answers[i].name, pieces[j]);
        g_assert_no_error (error);
        g_assert_cmpstr (text, ==, answers[i].expected);
      }
}

/* However much of an answer came: as long as its end is missing, it is none. */
static void
test_cuts (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (answers); i++)
    for (gsize n = 0; n < strlen (answers[i].answer); n++)
      {
        g_autoptr (GError) error = NULL;
        g_autofree char *text = read_in_pieces (answers[i].answer, n, 11, &error);

        g_assert_null (text);
        g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
        g_assert_nonnull (strstr (error->message, "The server"));
      }
}

#define NEST_8  "<a><a><a><a><a><a><a><a>"
#define NEST_64 NEST_8 NEST_8 NEST_8 NEST_8 NEST_8 NEST_8 NEST_8 NEST_8

static void
test_nonsense (void)
{
  static const struct
  {
    const char *answer;
    const char *part;
  } cases[] = {
    { "", "XML" },
    { " ", "XML" },
    { "garbage", "XML" },
    { "\xff\xfe\x00", "XML" },
    { "{\"error\":1}", "XML" },
    { "<!DOCTYPE html><html><body>Log in</body></html>", "log-in page" },
    { "<html><body><p>Log in<br></body></html>", "log-in page" },
    { "<html><body/></html>", "log-in page" },
    { "<multistatus/>", "something other" },
    { "<multistatus xmlns='urn:x'/>", "something other" },
    { "<error xmlns='DAV:'><need-privileges/></error>", "something other" },
    { "<!DOCTYPE a [<!ENTITY a 'b'>]><multistatus xmlns='DAV:'/>", "XML" },
    { "<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'><!ENTITY c "
      "'&b;&b;&b;&b;&b;&b;&b;&b;'>]><multistatus xmlns='DAV:'><response><href>&c;</href></response>"
      "</multistatus>",
      "XML" },
    { "<!DOCTYPE a SYSTEM 'file:///etc/hostname'><multistatus xmlns='DAV:'/>", "XML" },
    { MULTI (RESPONSE (HREF ("&file;"))), "XML" },
    { MULTI (RESPONSE (HREF ("/a\x01"))), "XML" },
    { MULTI (RESPONSE (HREF ("/a\xff"))), "XML" },
    { MULTI (RESPONSE (HREF ("/a&#0;"))), "XML" },
    { MULTI ("<D:response>"), "XML" },
    { MULTI ("") MULTI (""), "XML" },
    { MULTI ("") "x", "XML" },
    { MULTI (NEST_64), "shaped" },
    { MULTI ("<x a='' b='' c='' d='' e='' f='' g='' h='' i='' j='' k='' l='' m='' n='' o='' p='' "
             "q='' r='' s='' t='' u='' v='' w='' x='' y='' z='' A='' B='' C='' D='' E='' F='' "
             "G=''/>"),
      "shaped" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (GError) again = NULL;
      gsize n = i == 3 ? 3 : strlen (cases[i].answer);
      g_autofree char *text = read_in_pieces (cases[i].answer, n, G_MAXINT, &error);
      g_autofree char *slow = read_in_pieces (cases[i].answer, n, 1, &again);

      g_test_message ("case %u", i);
      g_assert_null (text);
      g_assert_null (slow);
      g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
      g_assert_error (again, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
      g_assert_nonnull (strstr (error->message, cases[i].part));
    }
}

/* --- limits ----------------------------------------------------------------------------------- */

static gboolean
push (CalsyncDavReader *reader, const char *text, GError **error)
{
  return calsync_dav_reader_push (text, strlen (text), reader, error);
}

/* Pushes @n_times a piece of @n_piece bytes; FALSE as soon as the reader will not have more. */
static gboolean
push_often (CalsyncDavReader *reader, char byte, gsize n_piece, guint n_times, GError **error)
{
  g_autofree char *piece = g_malloc (n_piece);

  memset (piece, byte, n_piece);
  for (guint i = 0; i < n_times; i++)
    {
      if (!calsync_dav_reader_push (piece, n_piece, reader, error))
        return FALSE;
    }
  return TRUE;
}

/* An item too long to hold is one item that cannot be read; the rest of the answer can. */
static void
test_long_item (void)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Seen seen = { .text = text };
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (note_response, &seen);
  g_autoptr (GError) error = NULL;

  g_assert_true (push (reader,
                       "<D:multistatus xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>"
                       "<D:response>" HREF ("/a") "<D:propstat><D:prop><C:calendar-data>",
                       &error));
  g_assert_true (push_often (reader, 'x', 65536, 200, &error));
  g_assert_true (push (reader,
                       "</C:calendar-data></D:prop>" STATUS (
                         "200 OK") "</D:propstat>"
                                   "</D:response>" RESPONSE (HREF ("/b") STAT (
                                     CALENDAR_DATA ("x"), "200 OK")) "</D:multistatus>",
                       &error));
  g_assert_true (calsync_dav_reader_finish (reader, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (text->str, ==, "/a cut\n/b [x]\n");
}

/* What must be known in full and is not ends the reading; a name that is only shown is left out. */
static void
test_long_values (void)
{
  g_autofree char *long_text = g_strnfill (10000, 'x');
  g_autofree char *href = g_strdup_printf (MULTI (RESPONSE (HREF ("/%s"))), long_text);
  g_autofree char *token = g_strdup_printf (MULTI ("<D:sync-token>%s</D:sync-token>"), long_text);
  g_autofree char *name = g_strdup_printf (
    MULTI (RESPONSE (HREF ("/a") STAT ("<D:displayname>%s</D:displayname>" ETAG ("%s"), "200 OK"))),
    long_text, long_text);
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;

  g_assert_null (read_in_pieces (href, strlen (href), 100, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
  g_clear_error (&error);
  g_assert_null (read_in_pieces (token, strlen (token), 100, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
  g_clear_error (&error);
  text = read_in_pieces (name, strlen (name), 100, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (text, ==, "/a etag=200 name=200\n");
}

/* A tag, a comment or a stream of new names without end is stopped before it is all kept. */
static void
test_endless (void)
{
  static const struct
  {
    const char *start;
    char byte;
  } cases[] = { { "<D:multistatus xmlns:D='DAV:' a='", 'a' },
                { "<D:multistatus xmlns:D='DAV:'><!--", 'a' },
                { "<D:multistatus xmlns:D='DAV:'><", 'a' },
                { "<D:multistatus xmlns:D='DAV:'><?x ", 'a' },
                { "<D:multistatus xmlns:D='DAV:'>&", 'a' } };
  g_autoptr (GString) many = g_string_new ("<D:multistatus xmlns:D='DAV:'>");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      Seen seen = { 0 };
      g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (note_response, &seen);
      g_autoptr (GError) endless = NULL;

      g_test_message ("%s", cases[i].start);
      g_assert_true (push (reader, cases[i].start, &endless));
      g_assert_false (push_often (reader, cases[i].byte, 1000, 200, &endless));
      g_assert_error (endless, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
    }
  for (guint i = 0; i < 10000; i++)
    g_string_append_printf (many, "<n%u/>", i);
  g_string_append (many, "</D:multistatus>");
  g_assert_null (read_in_pieces (many->str, many->len, 4096, &error));
  g_assert_error (error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
}

#if defined(__SANITIZE_ADDRESS__)
#define IS_WATCHED TRUE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_WATCHED TRUE
#endif
#endif
#ifndef IS_WATCHED
#define IS_WATCHED FALSE
#endif

/* 48 MiB of responses: memory follows one of them. */
static void
test_memory (void)
{
  static const char one[] = RESPONSE (HREF ("/c/0123456789abcdef0123456789abcdef.ics") STAT (
    ETAG ("\"0123456789abcdef0123456789abcdef\"") CALENDAR_DATA ("BEGIN:VCALENDAR&#13;\n"),
    "200 OK"));
  const guint n = 48 * 1024 * 1024 / sizeof (one);
  Seen seen = { 0 };
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (note_response, &seen);
  g_autoptr (GError) error = NULL;
  struct rusage before, after;

  g_assert_true (push (
    reader, "<D:multistatus xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'>", &error));
  g_assert_cmpint (getrusage (RUSAGE_SELF, &before), ==, 0);
  for (guint i = 0; i < n; i++)
    g_assert_true (push (reader, one, &error));
  g_assert_true (push (reader, "</D:multistatus>", &error));
  g_assert_true (calsync_dav_reader_finish (reader, &error));
  g_assert_cmpint (getrusage (RUSAGE_SELF, &after), ==, 0);
  g_assert_cmpuint (seen.n_responses, ==, n);
  g_test_message ("%u responses, %ld kB more", n, after.ru_maxrss - before.ru_maxrss);
  if (!IS_WATCHED)
    g_assert_cmpint (after.ru_maxrss - before.ru_maxrss, <, 4096);
}

static gboolean
refuse_response (const CalsyncDavResponse *response, gpointer data, GError **error)
{
  guint *n = data;

  (*n)++;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE, "full");
  return FALSE;
}

/* The function's own error ends the reading, and stays. */
static void
test_refusal (void)
{
  static const char answer[] = MULTI (PLAIN ("/a", "\"1\"") PLAIN ("/b", "\"2\""));
  guint n = 0;
  g_autoptr (CalsyncDavReader) reader = calsync_dav_reader_new (refuse_response, &n);
  g_autoptr (GError) first = NULL;
  g_autoptr (GError) second = NULL;
  g_autoptr (GError) third = NULL;

  g_assert_false (push (reader, answer, &first));
  g_assert_error (first, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (push (reader, answer, &second));
  g_assert_error (second, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_false (calsync_dav_reader_finish (reader, &third));
  g_assert_error (third, G_IO_ERROR, G_IO_ERROR_NO_SPACE);
  g_assert_cmpuint (n, ==, 1);
}

/* --- chance ----------------------------------------------------------------------------------- */

/* A feed of @n members; its lines are what a complete reading must give. */
static GString *
make_feed (GRand *random, guint n, GString *lines)
{
  GString *feed = g_string_new ("<?xml version=\"1.0\"?><D:multistatus xmlns:D=\"DAV:\">");

  for (guint i = 0; i < n; i++)
    {
      guint32 etag = g_rand_int (random);

      g_string_append_printf (feed, PLAIN ("/c/%u.ics", "&quot;%u&quot;") "\n", i, etag);
      g_string_append_printf (lines, "/c/%u.ics etag=200:\"%u\"\n", i, etag);
    }
  g_string_append (feed, "<D:sync-token>t</D:sync-token></D:multistatus>");
  g_string_append (lines, "token t\n");
  return feed;
}

static guint
count_members (const char *lines)
{
  guint n = 0;

  for (const char *at = lines; (at = strstr (at, " etag=")) != NULL; at++)
    n++;
  return n;
}

/* Cut anywhere, or with one byte changed on the way: never a complete listing that lacks a member. */
static void
test_chance (void)
{
  g_autoptr (GRand) random = testlib_random_new ();
  guint64 n_rounds = testlib_budget ("calsync-dav");

  for (guint64 round = 0; round < n_rounds; round++)
    {
      g_autoptr (GString) lines = g_string_new (NULL);
      guint n = (guint) g_rand_int_range (random, 1, 20);
      g_autoptr (GString) feed = make_feed (random, n, lines);
      gsize cut = (gsize) g_rand_int_range (random, 0, (gint) feed->len);
      gsize piece = (gsize) g_rand_int_range (random, 1, 300);
      g_autoptr (GError) whole_error = NULL;
      g_autoptr (GError) cut_error = NULL;
      g_autoptr (GError) mutated_error = NULL;
      g_autofree char *whole = read_in_pieces (feed->str, feed->len, piece, &whole_error);
      g_autofree char *half = read_in_pieces (feed->str, cut, piece, &cut_error);
      g_autofree char *mutated = NULL;

      g_assert_no_error (whole_error);
      g_assert_cmpstr (whole, ==, lines->str);
      g_assert_null (half);
      g_assert_error (cut_error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
      feed->str[cut] = (char) g_rand_int_range (random, 0, 256);
      mutated = read_in_pieces (feed->str, feed->len, piece, &mutated_error);
      if (mutated == NULL)
        g_assert_error (mutated_error, CALSYNC_REMOTE_ERROR, CALSYNC_REMOTE_ERROR_NONSENSE);
      else
        g_assert_cmpuint (count_members (mutated), ==, n);
    }
}

/* --- preconditions and requests --------------------------------------------------------------- */

static void
test_preconditions (void)
{
  static const struct
  {
    const char *body;
    const char *expected;
  } cases[] = {
    { "<error xmlns='DAV:'><need-privileges><resource/></need-privileges></error>",
      "need-privileges" },
    { "<?xml version='1.0'?>\n<D:error xmlns:D='DAV:'><D:valid-sync-token/></D:error>",
      "valid-sync-token" },
    { "<D:error xmlns:D='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><D:x/><C:no-uid-conflict/>"
      "</D:error>",
      "no-uid-conflict" },
    { "<D:error xmlns:D='DAV:'><D:valid-sync-token/>", "valid-sync-token" },
    { "<D:error xmlns:D='DAV:'><D:no-uid-conflict/></D:error>", NULL },
    { "<error><need-privileges/></error>", NULL },
    { "<html><body>need-privileges</body></html>", NULL },
    { "need-privileges", NULL },
    { "", NULL },
    { NULL, NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpstr (calsync_dav_find_precondition (
                       cases[i].body, cases[i].body == NULL ? 0 : strlen (cases[i].body)),
                     ==, cases[i].expected);
}

/* What a server would find in a request: its own kind of text is escaped, and nothing personal is asked for. */
static void
test_bodies (void)
{
  static const CalsyncDavProperty asked[] = { CALSYNC_DAV_ETAG, CALSYNC_DAV_CTAG,
                                              CALSYNC_DAV_HOME_SET };
  static const char *const hrefs[] = { "/c/a&b.ics", "/c/<x>.ics" };
  static const char *const personal[] = { "SUMMARY", "DESCRIPTION", "LOCATION",  "ORGANIZER",
                                          "COMMENT", "CATEGORIES",  "VALARM",    "CONTACT",
                                          "URL",     "GEO",         "RESOURCES", "ATTACH" };
  g_autofree char *propfind = calsync_dav_make_propfind (asked, G_N_ELEMENTS (asked));
  g_autofree char *first = calsync_dav_make_sync (NULL);
  g_autofree char *next = calsync_dav_make_sync ("a&b</sync-token>");
  g_autofree char *whole = calsync_dav_make_multiget (hrefs, 2, CALSYNC_DAV_WHOLE);
  g_autofree char *times = calsync_dav_make_multiget (hrefs, 1, CALSYNC_DAV_TIMES);
  g_autofree char *all = calsync_dav_make_query (CALSYNC_DAV_WHOLE);
  g_autofree char *all_times = calsync_dav_make_query (CALSYNC_DAV_TIMES);
  g_autoptr (GError) error = NULL;
  g_autofree char *canonical = testlib_dup_canonical_xml (times, -1, &error);

  testlib_assert_xml_equal (
    propfind, "<propfind xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav' xmlns:S='http://"
              "calendarserver.org/ns/'><prop><getetag/><S:getctag/><C:calendar-home-set/></prop>"
              "</propfind>");
  testlib_assert_xml_equal (first, "<sync-collection xmlns='DAV:'><sync-token/><sync-level>1"
                                   "</sync-level><prop><getetag/></prop></sync-collection>");
  testlib_assert_xml_equal (next,
                            "<sync-collection xmlns='DAV:'><sync-token>a&amp;b&lt;/sync-token>"
                            "</sync-token><sync-level>1</sync-level><prop><getetag/></prop>"
                            "</sync-collection>");
  testlib_assert_xml_equal (
    whole, "<C:calendar-multiget xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop>"
           "<getetag/><C:calendar-data/></prop><href>/c/a&amp;b.ics</href><href>/c/&lt;x&gt;.ics"
           "</href></C:calendar-multiget>");
  g_assert_no_error (error);
  g_assert_nonnull (strstr (canonical, "\"DTSTART\""));
  testlib_assert_xml_equal (
    all, "<C:calendar-query xmlns='DAV:' xmlns:C='urn:ietf:params:xml:ns:caldav'><prop><getetag/>"
         "<C:calendar-data/></prop><C:filter><C:comp-filter name='VCALENDAR'/></C:filter>"
         "</C:calendar-query>");
  g_assert_nonnull (strstr (all_times, "\"DTSTART\""));
  for (guint i = 0; i < G_N_ELEMENTS (personal); i++)
    {
      g_assert_null (strstr (times, personal[i]));
      g_assert_null (strstr (all_times, personal[i]));
    }
}

int
main (int argc, char **argv)
{
  testlib_init (&argc, &argv);
  g_test_add_func ("/calsync-dav/answers", test_answers);
  g_test_add_func ("/calsync-dav/cuts", test_cuts);
  g_test_add_func ("/calsync-dav/nonsense", test_nonsense);
  g_test_add_func ("/calsync-dav/long-item", test_long_item);
  g_test_add_func ("/calsync-dav/long-values", test_long_values);
  g_test_add_func ("/calsync-dav/endless", test_endless);
  g_test_add_func ("/calsync-dav/memory", test_memory);
  g_test_add_func ("/calsync-dav/refusal", test_refusal);
  g_test_add_func ("/calsync-dav/chance", test_chance);
  g_test_add_func ("/calsync-dav/preconditions", test_preconditions);
  g_test_add_func ("/calsync-dav/bodies", test_bodies);
  return g_test_run ();
}

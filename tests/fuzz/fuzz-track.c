/* SPDX-License-Identifier: EUPL-1.2 */
/* Any bytes as a call and as an answer of the gateway: it reads what plannerd reads, and a cut changes nothing. */
#include <libxml/parser.h>

#include "contract-envelope.h"
#include "contract-error.h"
#include "fuzz.h"
#include "route/track-answer.h"

static gboolean
is_well_formed (const char *bytes, gsize n_bytes)
{
  xmlDoc *document = xmlReadMemory (bytes, (int) n_bytes, NULL, NULL,
                                    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
  gboolean is_one = document != NULL;

  xmlFreeDoc (document);
  return is_one;
}

/* What the Planner takes must not be refused here, nor be read as another operation. */
static void
check_call (const char *bytes, gsize n_bytes)
{
  const ContractReadOptions options = { 0 };
  g_autoptr (ContractEnvelope) envelope = contract_envelope_new ();
  g_autoptr (GError) error = NULL;
  TrackCall call;
  gboolean is_call =
    track_call_scan (&call, bytes, n_bytes, contract_mapping_get_default (), &error);

  g_assert_true (is_call == (error == NULL));
  if (contract_envelope_parse (envelope, &options, bytes, n_bytes, NULL, NULL))
    {
      g_assert_no_error (error);
      g_assert_true (call.contract == envelope->operation);
      g_assert_cmpint (call.version, ==, envelope->version);
      g_assert_false (call.has_bad_code);
    }
}

static gboolean
read_answer (TrackAnswer *answer, const char *bytes, gsize n_bytes, gsize n_piece, int *out_code)
{
  g_autoptr (GError) error = NULL;
  gboolean ok = TRUE;

  for (gsize at = 0; at < n_bytes && ok; at += n_piece)
    ok = track_answer_feed (answer, bytes + at, MIN (n_piece, n_bytes - at), &error);
  ok = ok && track_answer_end (answer, &error);
  *out_code = ok ? -1 : error->code;
  return ok;
}

static void
check_answer (const char *bytes, gsize n_bytes)
{
  TrackCall call = { .contract = contract_operation_find ("GetBookings") };
  g_autoptr (TrackAnswer) whole = track_answer_new (&call, contract_mapping_get_default ());
  g_autoptr (TrackAnswer) pieces = track_answer_new (&call, contract_mapping_get_default ());
  int whole_code;
  int pieces_code;
  gboolean ok = read_answer (whole, bytes, n_bytes, MAX (n_bytes, 1), &whole_code);
  guint n_whole;
  guint n_pieces;

  g_assert_true (ok == read_answer (pieces, bytes, n_bytes, n_bytes % 13 + 1, &pieces_code));
  if (!ok)
    return;
  track_answer_get_ids (whole, &n_whole);
  track_answer_get_ids (pieces, &n_pieces);
  g_assert_cmpuint (n_whole, ==, n_pieces);
  g_assert_cmpint (track_answer_get_kind (whole), ==, track_answer_get_kind (pieces));
  g_assert_true (is_well_formed (bytes, n_bytes));
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize n_bytes)
{
  /* A copy of exactly this size: reading beyond it is seen. */
  g_autofree char *bytes = g_memdup2 (data, n_bytes);

  check_call (n_bytes == 0 ? "" : bytes, n_bytes);
  check_answer (n_bytes == 0 ? "" : bytes, n_bytes);
  return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Many calls at once, each on a connection of its own, and what was answered to them in words. */
#include "rehearse/track-rehearse-private.h"

#include <string.h>

static gint64
code_of (const ContractReply *reply)
{
  return reply->fault != NULL ? reply->fault->code : 0;
}

static guint
count_alike (const ContractReply *replies, guint n_replies, const ContractReply *reply)
{
  guint n_alike = 0;
  for (guint i = 0; i < n_replies; i++)
    n_alike += replies[i].is_fault == reply->is_fault && code_of (&replies[i]) == code_of (reply);
  return n_alike;
}

/**
 * track_rehearse_dup_tally:
 *
 * Returns: (transfer full): such as "1 accepted, 19 refused with 990001"
 */
char *
track_rehearse_dup_tally (const ContractReply *replies, guint n_replies)
{
  g_autoptr (GString) text = g_string_new (NULL);
  for (guint i = 0; i < n_replies; i++)
    {
      const ContractReply *reply = &replies[i];
      if (count_alike (replies, i, reply) > 0)
        continue;
      g_string_append_printf (text, "%s%u ", text->len > 0 ? ", " : "",
                              count_alike (replies, n_replies, reply));
      if (!reply->is_fault)
        g_string_append (text, "accepted");
      else if (reply->fault == NULL)
        g_string_append (text, "refused without a code");
      else
        g_string_append_printf (text, "refused with %" G_GINT64_FORMAT, reply->fault->code);
    }
  return g_string_free (g_steal_pointer (&text), FALSE);
}

static gboolean
open_all (TrackRehearse *rehearse, guint n_wires, GPtrArray *wires, GError **error)
{
  for (guint i = 0; i < n_wires; i++)
    {
      TrackWire *wire = track_wire_open (rehearse->target, error);
      if (wire == NULL)
        {
          g_prefix_error (error, "no contact on connection %u of %u: ", i + 1, n_wires);
          return FALSE;
        }
      g_ptr_array_add (wires, wire);
    }
  return TRUE;
}

static gboolean
write_all (TrackRehearse *rehearse, GPtrArray *bodies, GPtrArray *wires, GError **error)
{
  for (guint i = 0; i < bodies->len; i++)
    {
      const GString *body = bodies->pdata[i];
      g_autoptr (GString) text =
        track_wire_dup_post (rehearse->target, contract_soap_content_type (CONTRACT_SOAP_1_1),
                             "\"\"", body->str, body->len);
      if (!track_wire_write (wires->pdata[i], text->str, text->len, NULL, error))
        {
          g_prefix_error (error, "request %u of %u was not taken: ", i + 1, bodies->len);
          return FALSE;
        }
    }
  return TRUE;
}

static gboolean
read_all (TrackRehearse *rehearse,
          ContractOperationId operation,
          GPtrArray *wires,
          ContractReply *out_replies,
          GError **error)
{
  for (guint i = 0; i < wires->len; i++)
    {
      g_auto (TrackWireAnswer) answer = { 0 };
      if (!track_wire_read (wires->pdata[i], NULL, &answer, error) ||
          !track_rehearse_read (rehearse, operation, &answer, &out_replies[i], error))
        {
          g_autofree char *tally = track_rehearse_dup_tally (out_replies, i);
          g_prefix_error (error, "answer %u of %u (before it: %s): ", i + 1, wires->len,
                          i > 0 ? tally : "none");
          return FALSE;
        }
    }
  return TRUE;
}

/**
 * track_rehearse_shoot:
 * @bodies: (element-type GString): envelopes, each for a connection of its own
 * @out_replies: (array): as many
 *
 * Opens all connections, then writes all requests, then reads the answers: the endpoint has them
 * all before it can answer the last. Afterwards those that were busy are asked again, one after the
 * other.
 */
gboolean
track_rehearse_shoot (TrackRehearse *rehearse,
                      ContractOperationId operation,
                      GPtrArray *bodies,
                      ContractReply *out_replies,
                      GError **error)
{
  g_autoptr (GPtrArray) wires = g_ptr_array_new_with_free_func ((GDestroyNotify) track_wire_close);
  return open_all (rehearse, bodies->len, wires, error) &&
         write_all (rehearse, bodies, wires, error) &&
         read_all (rehearse, operation, wires, out_replies, error) &&
         track_rehearse_settle (rehearse, operation, (const GString *const *) bodies->pdata,
                                out_replies, bodies->len, error);
}

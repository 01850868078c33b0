/* SPDX-License-Identifier: EUPL-1.2 */
/* Connections that have called once and then say nothing, until stdin ends. */
#include "load.h"

#include <string.h>
#include <unistd.h>

#define HEALTH "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

gboolean
load_keep_idle (const LoadOptions *options, LoadTarget *target)
{
  g_autofree LoadWire *wires = g_new0 (LoadWire, options->idle);
  g_autoptr (GString) reply = g_string_new (NULL);
  char byte;
  int n_open = 0, status;

  while (n_open < options->idle && load_wire_open (&wires[n_open], target))
    {
      gssize length = 0;

      /* One call each: so far the server has set up everything that a kept connection has. */
      g_string_truncate (reply, 0);
      if (!load_wire_send (&wires[n_open], HEALTH, strlen (HEALTH)))
        break;
      while (length == 0 && load_wire_read (&wires[n_open], target, reply) != LOAD_WIRE_FAILED)
        length = load_reply_length (reply, &status);
      if (length <= 0)
        break;
      n_open++;
    }
  g_print ("%d\n", n_open);
  /* Whoever started us reads a pipe. */
  close (STDOUT_FILENO);
  while (n_open == options->idle && read (STDIN_FILENO, &byte, 1) > 0)
    continue;
  for (int i = 0; i < n_open; i++)
    load_wire_close (&wires[i]);
  return n_open == options->idle;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The floor that calls are measured against: libmicrohttpd alone, one epoll thread, a fixed reply of the size asked for. */
#include <microhttpd.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_ARGUMENTS 3

static enum MHD_Result
on_request (void *data,
            struct MHD_Connection *connection,
            const char *url,
            const char *method,
            const char *version,
            const char *bytes,
            size_t *n_bytes,
            void **state)
{
  (void) url, (void) method, (void) version, (void) bytes;
  if (*state == NULL)
    {
      *state = data;
      return MHD_YES;
    }
  if (*n_bytes > 0)
    {
      *n_bytes = 0;
      return MHD_YES;
    }
  return MHD_queue_response (connection, MHD_HTTP_OK, data);
}

int
main (int argc, char **argv)
{
  size_t size = argc == N_ARGUMENTS ? strtoul (argv[2], NULL, 10) : 0;
  unsigned long port = argc == N_ARGUMENTS ? strtoul (argv[1], NULL, 10) : 0;
  char *text = size == 0 ? NULL : malloc (size);
  struct MHD_Response *response;
  struct MHD_Daemon *daemon;

  if (text == NULL)
    {
      fprintf (stderr, "usage: bare-microhttpd PORT BYTES\n");
      return 2;
    }
  memset (text, 'x', size);
  response = MHD_create_response_from_buffer (size, text, MHD_RESPMEM_MUST_FREE);
  MHD_add_response_header (response, "Content-Type", "text/xml; charset=utf-8");
  daemon = MHD_start_daemon (MHD_USE_EPOLL_INTERNAL_THREAD, (unsigned short) port, NULL, NULL,
                             on_request, response, MHD_OPTION_END);
  if (daemon == NULL)
    return 1;
  pause ();
  MHD_stop_daemon (daemon);
  MHD_destroy_response (response);
  return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The floor of what stands on libmicrohttpd: one epoll thread, a fixed reply of the size asked for, plain or TLS. */
#include <microhttpd.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N_LEAST     3
#define N_TLS       5
#define N_MUTUAL    6
#define MOST_IN_PEM 65536

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

/* A whole PEM file; kept for the life of the program. */
static char *
read_pem (const char *path)
{
  char *text = calloc (1, MOST_IN_PEM);
  FILE *file = fopen (path, "r");

  if (text == NULL || file == NULL || fread (text, 1, MOST_IN_PEM - 1, file) == 0)
    {
      perror (path);
      exit (1);
    }
  fclose (file);
  return text;
}

static struct MHD_Response *
make_response (size_t size)
{
  char *text = malloc (size);
  struct MHD_Response *response;

  if (text == NULL)
    exit (1);
  memset (text, 'x', size);
  response = MHD_create_response_from_buffer (size, text, MHD_RESPMEM_MUST_FREE);
  MHD_add_response_header (response, "Content-Type", "text/xml; charset=utf-8");
  return response;
}

int
main (int argc, char **argv)
{
  struct MHD_OptionItem options[] = { { MHD_OPTION_END, 0, NULL },
                                      { MHD_OPTION_END, 0, NULL },
                                      { MHD_OPTION_END, 0, NULL },
                                      { MHD_OPTION_END, 0, NULL } };
  unsigned int flags = MHD_USE_EPOLL_INTERNAL_THREAD | (argc >= N_TLS ? MHD_USE_TLS : 0);
  struct MHD_Daemon *daemon;

  if (argc < N_LEAST)
    {
      fprintf (stderr, "usage: bare-microhttpd PORT BYTES [CERTIFICATE KEY [AUTHORITY]]\n");
      return 2;
    }
  if (argc >= N_TLS)
    {
      options[0] =
        (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_CERT, 0, read_pem (argv[N_LEAST]) };
      options[1] =
        (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_KEY, 0, read_pem (argv[N_LEAST + 1]) };
    }
  if (argc >= N_MUTUAL)
    options[2] = (struct MHD_OptionItem){ MHD_OPTION_HTTPS_MEM_TRUST, 0, read_pem (argv[N_TLS]) };
  daemon = MHD_start_daemon (flags, (unsigned short) strtoul (argv[1], NULL, 10), NULL, NULL,
                             on_request, make_response (strtoul (argv[2], NULL, 10)),
                             MHD_OPTION_ARRAY, options, MHD_OPTION_END);
  if (daemon == NULL)
    return 1;
  pause ();
  return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* Prints the status page of a JSON status on standard input: LANGUAGE [SEARCH [troubled]]; "policy" prints its policy. */
#include <stdio.h>
#include <string.h>

#include "status/track-status-page.h"

int
main (int argc, char **argv)
{
  g_autoptr (JsonParser) parser = json_parser_new ();
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) error = NULL;
  char bytes[4096];
  size_t n;

  if (argc < 2)
    return 2;
  if (strcmp (argv[1], "policy") == 0)
    {
      g_autofree char *policy = track_status_page_dup_policy ();
      printf ("%s", policy);
      return 0;
    }
  while ((n = fread (bytes, 1, sizeof bytes, stdin)) > 0)
    g_string_append_len (text, bytes, (gssize) n);
  if (!json_parser_load_from_data (parser, text->str, (gssize) text->len, &error))
    {
      fprintf (stderr, "%s\n", error->message);
      return 2;
    }
  TrackStatusView view = {
    .language = strcmp (argv[1], "en") == 0 ? TRACK_STATUS_EN : TRACK_STATUS_DA,
    .search = argc > 2 ? argv[2] : NULL,
    .only_troubled = argc > 3 && strcmp (argv[3], "troubled") == 0,
  };
  g_autofree char *page =
    track_status_page_dup (json_node_get_object (json_parser_get_root (parser)), &view);
  printf ("%s", page);
  return 0;
}

/* SPDX-License-Identifier: EUPL-1.2 */
/* The user account behind a Unix socket: who proposes and who approves is told by the kernel, not by the caller. */
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "ctl/track-admin.h"

#define PEER_PREFIX "unix:"
#define BUFFER      16384

static char *
dup_name (guint64 uid)
{
  g_autofree char *buffer = g_malloc (BUFFER);
  struct passwd entry;
  struct passwd *found = NULL;

  if (getpwuid_r ((uid_t) uid, &entry, buffer, BUFFER, &found) == 0 && found != NULL)
    return g_strdup (entry.pw_name);
  return g_strdup_printf ("uid-%" G_GUINT64_FORMAT, uid);
}

/**
 * track_person_dup_name:
 * @peer: of listener_request_get_peer()
 *
 * Returns: (transfer full): the account's name, uid-N when it has none; "nobody-known" when the peer is none of this
 *   machine's. Any thread.
 */
char *
track_person_dup_name (const char *peer)
{
  guint64 uid = 0;

  if (!g_str_has_prefix (peer, PEER_PREFIX) ||
      !g_ascii_string_to_unsigned (peer + strlen (PEER_PREFIX), 10, 0, G_MAXUINT32, &uid, NULL))
    return g_strdup ("nobody-known");
  return dup_name (uid);
}

/**
 * track_person_dup_own_name:
 *
 * Returns: (transfer full): the account that runs this process. Any thread.
 */
char *
track_person_dup_own_name (void)
{
  return dup_name (getuid ());
}

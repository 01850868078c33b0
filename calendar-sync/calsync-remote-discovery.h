/* SPDX-License-Identifier: EUPL-1.2 */
/* Finds the calendars of an account from as little as a host name or a mail address (RFC 6764, 5397, 4791). */
#pragma once

#include "calsync-remote-http.h"

G_BEGIN_DECLS

/* A calendar that an account can see. Its name is shown to who connects it, and goes nowhere else. */
typedef struct
{
  char *uri;          /* absolute */
  char *display_name; /* (nullable) */
  gboolean can_read;
  gboolean can_write;
  gboolean holds_events;
  CalsyncTier tier; /* what the server says of itself; it may be wrong; UNKNOWN: not asked */
} CalsyncDiscovered;

/**
 * CalsyncDiscovery:
 * @server_uri: (nullable): where the server was found
 * @principal_uri: (nullable): who the account is
 * @calendars: (element-type CalsyncDiscovered): in the server's order, each once
 * @n_homes: calendar homes that were listed
 * @n_other: collections that were passed over: no events, boxes, subscriptions, notifications
 * @hint: (nullable): a sentence about something that a person must decide: an address on another server
 * @is_calendar: the address was a calendar itself
 * @is_elsewhere: nothing was at the address itself; the calendars were found at another of its server
 *
 * What was found, also when the search failed half-way.
 */
typedef struct
{
  char *server_uri;
  char *principal_uri;
  GPtrArray *calendars;
  guint n_homes;
  guint n_other;
  char *hint;
  gboolean is_calendar;
  gboolean is_elsewhere;
} CalsyncDiscovery;

/**
 * CalsyncDiscoveryPlan:
 * @address: URL, host name or mail address
 * @http: how to speak to the server; its base_uri is not looked at
 * @skips_dns: SRV and TXT records are not asked for
 */
typedef struct
{
  const char *address;
  const CalsyncHttpSettings *http;
  gboolean skips_dns;
} CalsyncDiscoveryPlan;

gboolean calsync_discover (const CalsyncDiscoveryPlan *plan,
                           CalsyncDiscovery *out_discovery,
                           GCancellable *cancellable,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void calsync_discovery_clear (CalsyncDiscovery *discovery);
void calsync_discovered_free (CalsyncDiscovered *calendar);
GPtrArray *calsync_discovery_list_contexts (const char *address,
                                            GList *targets,
                                            const char *path,
                                            char **out_hint);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (CalsyncDiscovery, calsync_discovery_clear)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CalsyncDiscovered, calsync_discovered_free)

G_END_DECLS

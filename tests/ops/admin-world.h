/* SPDX-License-Identifier: EUPL-1.2 */
/* Admin commands beside calls, in a municipality of one advisor and one room. */
#pragma once

#include <json-glib/json-glib.h>

#include "ops-world.h"

/* Individual and group offer of advisor RID-1; 30 minutes, three seats. */
#define OFFER "10000000-0000-4000-8000-000000000001"
#define GROUP "10000000-0000-4000-8000-000000000002"

extern const char admin_world_municipality[]; /* an import of it again */

/* Monday 23 November 2026, 08:00 UTC; the advisor works 09-12 local time, the room is always open. */
World *admin_world_new (void);
/* The result is there also when the command refuses; the index is told as the service tells it. */
JsonObject *
admin_world_run (World *world, const char *command, const char *arguments, GError **error);
JsonObject *admin_world_ask (World *world, const char *command, const char *arguments);
/* Starts that a citizen is offered between two instants, HH:MM UTC parted by blanks. */
char *admin_world_dup_offered (World *world, const char *offer, const char *from, const char *to);
void admin_world_book (World *world, guint citizen, const char *offer, const char *start);

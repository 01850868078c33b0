/* SPDX-License-Identifier: EUPL-1.2 */
/* How switchtrackctl runs a command: in the running switchtrackd, or on its database when there is none. */
#pragma once

#include "ops/admin/admin.h"

/* Read when it may be read and --config names no other. */
#define TRACK_CTL_DEFAULT_CONFIG "/etc/switchtrack/switchtrackd.conf"
/* Where an installation has it. Approvers may open this socket, and need not be able to read the configuration. */
#define TRACK_CTL_DEFAULT_SOCKET "/run/switchtrack/admin.socket"

/**
 * TrackCtl:
 * @config, @socket, @registry, @schema_dir: (nullable): paths; what is not given stands in the configuration
 * @is_json: results as JSON
 *
 * The options that stand before the command.
 */
typedef struct
{
  char *config;
  char *socket;
  char *registry;
  char *schema_dir;
  gboolean is_json;
} TrackCtl;

void track_ctl_clear (TrackCtl *ctl);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (TrackCtl, track_ctl_clear)

int track_ctl_run (const TrackCtl *ctl, const AdminCommand *command, JsonObject *arguments);

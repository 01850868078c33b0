/* SPDX-License-Identifier: EUPL-1.2 */
/* `switchtrackctl rehearse`: runs in the command itself, so that it needs no switchtrackd. */
#pragma once

int track_ctl_rehearse (int argc, char **argv);

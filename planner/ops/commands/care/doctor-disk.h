/* SPDX-License-Identifier: EUPL-1.2 */
/* Whether what is flushed stays: file system, mount options, the time of a flush, room, permissions. */
#pragma once

#include "ops/admin/admin.h"

void doctor_disk_check (AdminCall *call);

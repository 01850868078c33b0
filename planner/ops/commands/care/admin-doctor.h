/* SPDX-License-Identifier: EUPL-1.2 */
/* The command that looks at everything a planner rests on: clock, disk, database, zones, codes, backups. */
#pragma once

#include "ops/admin/admin.h"

extern const AdminArgument admin_doctor_arguments[];

gboolean admin_doctor (AdminCall *call, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum
{
  DOCTOR_OK,
  DOCTOR_WARN,
  DOCTOR_FAIL,
} DoctorLevel;

/* Adds a finding to the result; @advice: what to do, "" for nothing. */
void doctor_add (AdminCall *call,
                 const char *check,
                 DoctorLevel level,
                 const char *advice,
                 const char *format,
                 ...) G_GNUC_PRINTF (5, 6);

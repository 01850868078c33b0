/* SPDX-License-Identifier: EUPL-1.2 */
/* GetSelfbookTimeslots with nothing around it: body in, body out. */
#pragma once

#include <glib.h>

typedef struct _BareOp BareOp;

BareOp *bare_op_new (const char *path);
gboolean bare_op_run (BareOp *op, const char *request, gsize n_bytes, GString *answer);

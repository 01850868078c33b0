/* SPDX-License-Identifier: EUPL-1.2 */
/* Changes a message in ways that its schema may or may not forgive. */

#pragma once

#include <glib.h>

char *contract_mutate (GRand *random, const char *message, gboolean *out_is_deliberate);
char *contract_trim_numbers (const char *message);

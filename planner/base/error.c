/* SPDX-License-Identifier: EUPL-1.2 */
/* The quark of the planner's error domain. */
#include "base/error.h"

G_DEFINE_QUARK (planner_error, planner_error)

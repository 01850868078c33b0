/* SPDX-License-Identifier: EUPL-1.2 */
/* The error domain of the listener. */

#include "listener-error.h"

/**
 * listener_error_quark:
 *
 * Returns: the domain of #ListenerError. Any thread.
 */
G_DEFINE_QUARK (listener - error - quark, listener_error)

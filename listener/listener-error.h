/* SPDX-License-Identifier: EUPL-1.2 */
/* The errors that setting up a listener can end with. */

#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define LISTENER_ERROR (listener_error_quark ())

/**
 * ListenerError:
 * @LISTENER_ERROR_SETTINGS: the settings contradict themselves or a limit; correct them.
 * @LISTENER_ERROR_ADDRESS: the address cannot be bound: not ours, in use, or not permitted.
 * @LISTENER_ERROR_CERTIFICATE: a certificate, key or trust file is missing, unreadable, too open or
 *   wrong; nothing was changed.
 * @LISTENER_ERROR_RESOURCES: the system has no descriptors or memory to start with.
 *
 * Every code means: not started. Nothing that happens to a single client is an error of the listener;
 * that is counted instead, see #ListenerCounters.
 */
typedef enum
{
  LISTENER_ERROR_SETTINGS,
  LISTENER_ERROR_ADDRESS,
  LISTENER_ERROR_CERTIFICATE,
  LISTENER_ERROR_RESOURCES,
} ListenerError;

GQuark listener_error_quark (void);

G_END_DECLS

/* SPDX-License-Identifier: EUPL-1.2 */
/* The tests of contract-message over another schema, with all that the generator understands. */

#include "test-contract-message.c"

G_STATIC_ASSERT (sizeof (CONTRACT_NAMESPACE_DEFAULT) == sizeof ("urn:other"));

/* SPDX-License-Identifier: EUPL-1.2 */
/* Two Planners' answers to one question: alike, alike but for noise, or different; told by kind and path, never by value. */
#pragma once

#include "contract-reply.h"

/**
 * TrackVerdict:
 * @TRACK_VERDICT_EXPLAINED: they differ in order, identifiers or texts only
 */
typedef enum
{
  TRACK_VERDICT_EQUAL,
  TRACK_VERDICT_EXPLAINED,
  TRACK_VERDICT_DIFFERENT,
  TRACK_N_VERDICTS,
} TrackVerdict;

/* @kind: order, ids or text when explained; missing, extra, value or fault when not. */
typedef void (*TrackCompareTell) (const char *kind, const char *path, gpointer data);

TrackVerdict track_compare (const ContractOperation *operation,
                            const ContractReply *current,
                            const ContractReply *candidate,
                            TrackCompareTell tell,
                            gpointer data);

/* SPDX-License-Identifier: EUPL-1.2 */
/* What --check-config says of the files that a configuration names: each that is wrong, by its path, never its content. */
#pragma once

#include "face/face-set.h"

typedef struct _FaceCheck FaceCheck;

FaceCheck *face_check_new (void);
void face_check_pair (FaceCheck *check, const char *certificate_file, const char *key_file);
void face_check_authorities (FaceCheck *check, const char *file);
void face_check_trust (FaceCheck *check, const FaceCredentials *files);
void face_check_secret (FaceCheck *check, const char *file);
gboolean
face_check_end (FaceCheck *check, char **out_notes, GError **error) G_GNUC_WARN_UNUSED_RESULT;

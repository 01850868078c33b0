/* SPDX-License-Identifier: EUPL-1.2 */
/* One call of a REST service of DFDG: its headers, its answer, and what that means for another try. */
#pragma once

#include <gio/gio.h>

#include "dfdg/wire/dfdg-settings.h"

#define DFDG_REQUEST_ID_MAX 46

/**
 * DfdgCallHead:
 * @request_id: (nullable): x-requestId; NULL: one is made. A write that is tried again keeps its own
 * @cpr: (nullable): the citizen's number; goes into a header, never into a path
 * @unit_code: (nullable): on whose behalf, such as "44000"; NULL: organisation-code of the settings
 * @user_name, @user_identifier, @user_email: (nullable): NULL: the system that the settings name
 * @user_type: 2 caseworker, 3 system; 0: as the settings say
 * @correlation_id: (nullable): ours, opaque
 */
typedef struct
{
  const char *request_id;
  const char *cpr;
  const char *unit_code;
  const char *user_name;
  const char *user_identifier;
  const char *user_email;
  gint64 user_type;
  const char *correlation_id;
} DfdgCallHead;

/**
 * DfdgRequest:
 * @path: below the service's base address, such as "v1/Indkaldelse/…"; every part escaped
 * @body: (nullable) (array length=n_body)
 * @content_type: (nullable): NULL: application/json
 * @max_bytes: of the answer; 0: 4 MiB
 */
typedef struct
{
  DfdgService service;
  const char *method;
  const char *path;
  const char *content_type;
  const char *body;
  gsize n_body;
  gsize max_bytes;
  const DfdgCallHead *head;
} DfdgRequest;

/**
 * DfdgVerdict:
 * @DFDG_DONE: 2xx
 * @DFDG_REPEATED: 412: it has had this x-requestId before
 * @DFDG_ABSENT: 404
 * @DFDG_CLASH: 409
 * @DFDG_LATER: 408, 425, 429, 5xx, 401, and 403 to a question: another try may go well
 * @DFDG_REFUSED: any other: it will not take this content, whoever tries
 */
typedef enum
{
  DFDG_DONE,
  DFDG_REPEATED,
  DFDG_ABSENT,
  DFDG_CLASH,
  DFDG_LATER,
  DFDG_REFUSED,
} DfdgVerdict;

/**
 * DfdgAnswer:
 * @codes: (nullable) (element-type gint64): of all faults listed
 * @text: (nullable): the faults' texts, cut to 500 bytes, whatever looks like a citizen's number masked
 * @faults: (nullable) (element-type utf8): each of them, so masked and cut, behind its code
 * @retry_after_s: 0: nothing was asked for
 * @body: (nullable): of a 2xx answer
 * @silence: a CalsyncRemoteError when no answer came
 * @is_forbidden: of DFDG_LATER: what is refused is who we are, perhaps: certificate, rights, or this citizen
 *
 * Not logged raw: @body holds whatever DFDG said.
 */
typedef struct
{
  guint status;
  DfdgVerdict verdict;
  GArray *codes;
  char *text;
  GPtrArray *faults;
  gint64 retry_after_s;
  GString *body;
  int silence;
  gboolean is_forbidden;
} DfdgAnswer;

/**
 * DfdgClient:
 *
 * Connections of one municipality. One thread at a time.
 */
typedef struct _DfdgClient DfdgClient;

/* Connections rest for a while after they are given back; any thread takes them up again. */
DfdgClient *dfdg_client_take (const DfdgSettings *settings);
void dfdg_client_give (DfdgClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (DfdgClient, dfdg_client_give)
void dfdg_client_close_idle (void);
const DfdgSettings *dfdg_client_get_settings (const DfdgClient *client);

gboolean dfdg_client_send (DfdgClient *client,
                           const DfdgRequest *request,
                           DfdgAnswer *out_answer,
                           GCancellable *cancellable,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void dfdg_answer_clear (DfdgAnswer *answer);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (DfdgAnswer, dfdg_answer_clear)
void dfdg_answer_read_faults (DfdgAnswer *answer, const GString *body);
void dfdg_answer_set_error (const DfdgAnswer *answer, const char *what, GError **error);
char *dfdg_dup_masked (const char *text);

/* SPDX-License-Identifier: EUPL-1.2 */
/* Messages of BorgerBeskedService: what is sent, what must hold before, and what is read. */
#pragma once

#include <gio/gio.h>

#define BESKED_MAX_TITLE 255
#define BESKED_MAX_REPLY 2000
/* All documents of a message. DFDG says 15 MB, and not whose megabytes. */
#define BESKED_MAX_DOCUMENT_BYTES 15000000
#define BESKED_MAX_DOCUMENTS      20
/* DFDG puts in the main jobcenter, or the a-kasse, of the citizen whom the message is about. */
#define BESKED_OWN_CENTRE "99999"
/* Organisation types. The number of STAR is our own: it is not published. */
#define BESKED_JOBCENTER 8
#define BESKED_STAR      1

/* DFDG's codes of what it would refuse. */
#define BESKED_TOO_LONG      8143
#define BESKED_SMS_IS_STARS  9014
#define BESKED_WRONG_CENTRE  9310
#define BESKED_NO_SUCH_VALUE 1014

/**
 * BeskedChannel:
 * @BESKED_NOTIFICATION: the message tray of Jobnet
 * @BESKED_AUTHORITY: a thread between authorities; all others go to the citizen, one way
 */
typedef enum
{
  BESKED_SMS = 1,
  BESKED_MAIL,
  BESKED_NOTIFICATION,
  BESKED_AUTHORITY,
} BeskedChannel;

/* Of a message or a reply. */
typedef enum
{
  BESKED_OPEN = 1,
  BESKED_CLOSED,
  BESKED_MISTAKEN,
} BeskedStatus;

typedef enum
{
  BESKED_SHOWN = 1,
  BESKED_READ,
} BeskedMark;

/**
 * BeskedDocument:
 * @identifier: (nullable): DFDG's, of one that is read
 * @content: (nullable): of one that is to be sent
 */
typedef struct
{
  char *identifier;
  char *file_name;
  char *media_type;
  GBytes *content;
} BeskedDocument;

BeskedDocument *besked_document_new (const char *file_name, GBytes *content);
void besked_document_free (BeskedDocument *document);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BeskedDocument, besked_document_free)

/**
 * BeskedDraft:
 * @sender_type: organisation type on whose behalf it is sent
 * @cpr: whom it is about; the receiver of every channel but the fourth
 * @receiver_type, @receiver_code: of channel 4
 * @reply_kind: 0: it allows no reply
 * @documents: (nullable) (element-type BeskedDocument)
 *
 * Borrows all of it.
 */
typedef struct
{
  gint64 sender_type;
  const char *cpr;
  gint64 channel;
  gint64 type;
  const char *title;
  const char *text;
  gint64 reply_kind;
  gint64 receiver_type;
  const char *receiver_code;
  const GPtrArray *documents;
} BeskedDraft;

gboolean besked_check_draft (const BeskedDraft *draft, GError **error) G_GNUC_WARN_UNUSED_RESULT;
gboolean besked_check_reply (const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const char *besked_channel_to_text (gint64 channel);
const char *besked_status_to_text (gint64 status);
gboolean besked_is_from_fund (gint64 type);
char *besked_dup_for_people (const char *text);

typedef struct
{
  gint64 organisation_type;
  char *organisation_code;
} BeskedParty;

typedef struct
{
  char *identifier;
  char *text;
  BeskedParty sender;
  gint64 status;
  gint64 at_us;
} BeskedReply;

/**
 * Besked:
 * @cpr: (nullable): whom it is about, where DFDG says so
 * @title, @text: NULL when @is_hidden: what DFDG puts in their place is never taken for them
 * @receivers: (element-type BeskedParty): authorities alone
 * @replies: (element-type BeskedReply); @documents: (element-type BeskedDocument): without content
 * @created_us: 0 when DFDG does not say; likewise @shown_us and @read_us: the latest mark of each
 *
 * A message as DFDG tells it.
 */
typedef struct
{
  char *identifier;
  char *cpr;
  gint64 channel;
  gint64 type;
  char *title;
  char *text;
  gboolean is_hidden;
  gint64 reply_kind;
  gint64 status;
  BeskedParty sender;
  GPtrArray *receivers;
  GPtrArray *replies;
  GPtrArray *documents;
  gint64 created_us;
  gint64 shown_us;
  gint64 read_us;
} Besked;

Besked *besked_new (void);
void besked_free (Besked *besked);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Besked, besked_free)
void besked_party_free (BeskedParty *party);
void besked_reply_free (BeskedReply *reply);
void besked_hide (Besked *besked);

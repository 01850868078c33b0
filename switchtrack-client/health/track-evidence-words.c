/* SPDX-License-Identifier: EUPL-1.2 */
/* The words of the evidence in Danish and English: outcomes, headings, and what cannot be known. */
#include "health/track-evidence-private.h"

/* clang-format off */
static const char *const outcome_words[TRACK_N_OUTCOMES][TRACK_N_LANGUAGES] = {
  [TRACK_OUTCOME_OK] =              { "Besvaret", "Answered" },
  [TRACK_OUTCOME_BUSY] =            { "Planneren svarede, at den har for travlt", "The Planner answered that it is too busy" },
  [TRACK_OUTCOME_CLOSED] =          { "Planneren svarede, at den er lukket for planlagt service", "The Planner answered that it is closed for planned service" },
  [TRACK_OUTCOME_FAULTY] =          { "Planneren svarede, at den har en fejl hos sig selv", "The Planner answered that it has a fault of its own" },
  [TRACK_OUTCOME_NO_DNS] =          { "Plannerens navn kunne ikke slås op", "The Planner's name could not be looked up" },
  [TRACK_OUTCOME_REFUSED] =         { "Planneren tog ikke imod forbindelsen", "The Planner did not accept the connection" },
  [TRACK_OUTCOME_CONNECT_TIMEOUT] = { "Der kom ingen forbindelse inden for fristen", "No connection came about within the time limit" },
  [TRACK_OUTCOME_TLS] =             { "Den sikre forbindelse kunne ikke oprettes", "The secure connection could not be set up" },
  [TRACK_OUTCOME_CERTIFICATE] =     { "Plannerens certifikat er udløbet, ukendt eller en andens", "The Planner's certificate has expired, is not trusted or is another's" },
  [TRACK_OUTCOME_OWN_CERTIFICATE] = { "Skiftesporets eget certifikat er udløbet, og Planneren afviste forbindelsen", "The switch-track's own certificate has expired, and the Planner refused the connection" },
  [TRACK_OUTCOME_PIN] =             { "Plannerens nøgle er ikke den, der er aftalt", "The Planner's key is not the one agreed upon" },
  [TRACK_OUTCOME_RESET] =           { "Forbindelsen blev afbrudt uden svar", "The connection ended without an answer" },
  [TRACK_OUTCOME_TIMEOUT] =         { "Planneren svarede ikke inden for fristen", "The Planner did not answer within the time limit" },
  [TRACK_OUTCOME_HTTP] =            { "Der kom et svar, som ikke er fra en Planner", "An answer came that is not a Planner's" },
  [TRACK_OUTCOME_XML] =             { "Svaret kunne ikke læses", "The answer could not be read" },
  [TRACK_OUTCOME_CONTRACT] =        { "Svaret passede ikke til kaldet", "The answer did not fit the call" },
  [TRACK_OUTCOME_CUT] =             { "Svaret blev afbrudt, før det var slut", "The answer broke off before its end" },
  [TRACK_OUTCOME_TOO_LARGE] =       { "Svaret var for stort", "The answer was too large" },
  [TRACK_OUTCOME_LIMIT] =           { "Ikke sendt: for mange kald på én gang", "Not sent: too many calls at once" },
  [TRACK_OUTCOME_NO_ROUTE] =        { "Ikke sendt: ingen modtager kendt", "Not sent: no receiver known" },
  [TRACK_OUTCOME_MAINTENANCE] =     { "Ikke sendt: lukket for planlagt service", "Not sent: closed for planned service" },
  [TRACK_OUTCOME_REFUSED_CALL] =    { "Ikke sendt: kaldet var ikke gyldigt", "Not sent: the call was not valid" },
  [TRACK_OUTCOME_GONE] =            { "Kalderen gik, før der kom svar", "The caller left before the answer" },
};

static const char *const told_words[TRACK_N_CLASSES][TRACK_N_LANGUAGES] = {
  [TRACK_CLASS_ALIVE] =      { "Plannerens eget svar", "The Planner's own answer" },
  [TRACK_CLASS_BUSY] =       { "Plannerens eget svar", "The Planner's own answer" },
  [TRACK_CLASS_PLANNED] =    { "990034: lukket for planlagt service", "990034: closed for planned service" },
  [TRACK_CLASS_ILL] =        { "Plannerens eget fejlsvar", "The Planner's own fault" },
  [TRACK_CLASS_NO_CONTACT] = { "4769 (9018): der er ikke kontakt til kommunens kalender", "4769 (9018): no contact with the municipality's calendar" },
  [TRACK_CLASS_BROKEN] =     { "9303 (9329): kommunens kalender gav ikke et gyldigt svar", "9303 (9329): the municipality's calendar gave no valid answer" },
  [TRACK_CLASS_OURS] =       { "Skiftesporets eget svar", "The switch-track's own answer" },
};

static const char *const words[EVIDENCE_N_WORDS][TRACK_N_LANGUAGES] = {
  [EVIDENCE_TITLE] =           { "Dokumentation for driftsforstyrrelse", "Evidence of a disturbance" },
  [EVIDENCE_SUMMARY_OPEN] =    { "Kald til Planneren %s slår fejl siden %s. Forstyrrelsen er ikke slut.", "Calls to the Planner %s have been failing since %s. The disturbance is not over." },
  [EVIDENCE_SUMMARY_OVER] =    { "Kald til Planneren %s slog fejl fra %s til %s.", "Calls to the Planner %s failed from %s to %s." },
  [EVIDENCE_PLANNED] =         { "Den begyndte i et varslet servicevindue og regnes som planlagt.", "It began in an announced service window and counts as planned." },
  [EVIDENCE_FROM] =            { "Første fejl", "First failure" },
  [EVIDENCE_UNTIL] =           { "Første svar efter sidste fejl", "First answer after the last failure" },
  [EVIDENCE_NOT_OVER] =        { "ikke slut", "not over" },
  [EVIDENCE_LASTED] =          { "Varighed", "Lasted" },
  [EVIDENCE_ENDPOINT] =        { "Planner", "Planner" },
  [EVIDENCE_OWNER] =           { "Ansvarlig", "Answerable" },
  [EVIDENCE_FOUND_BY] =        { "Opdaget ved", "Found by" },
  [EVIDENCE_BY_CALL] =         { "et kald fra en bruger", "a user's call" },
  [EVIDENCE_BY_PROBE] =        { "skiftesporets eget prøvekald", "a probe of the switch-track" },
  [EVIDENCE_CALLS_FAILED] =    { "Kald, der slog fejl", "Calls that failed" },
  [EVIDENCE_CALLS_ANSWERED] =  { "Kald, der blev besvaret i samme tid", "Calls answered in the same time" },
  [EVIDENCE_PROBES_FAILED] =   { "Prøvekald, der slog fejl", "Probes that failed" },
  [EVIDENCE_PROBES_ANSWERED] = { "Prøvekald, der blev besvaret", "Probes that were answered" },
  [EVIDENCE_UNITS] =           { "Hvem det ramte", "Whom it touched" },
  [EVIDENCE_UNIT] =            { "Enhed", "Unit" },
  [EVIDENCE_NAME] =            { "Navn", "Name" },
  [EVIDENCE_FAILURES] =        { "Hvad der slog fejl", "What failed" },
  [EVIDENCE_OPERATION] =       { "Kald", "Call" },
  [EVIDENCE_WHAT] =            { "Hvad der skete", "What happened" },
  [EVIDENCE_TOLD] =            { "Hvad kalderen fik at vide", "What the caller was told" },
  [EVIDENCE_NUMBER] =          { "Antal", "Number" },
  [EVIDENCE_STEPS] =           { "Forløb", "Course of events" },
  [EVIDENCE_TIME] =            { "Tid", "Time" },
  [EVIDENCE_SAMPLES] =         { "Enkelte kald", "Single calls" },
  [EVIDENCE_REQUEST] =         { "Kaldets nummer i loggen", "Number of the call in the log" },
  [EVIDENCE_NOT_KNOWN] =       { "Hvad der ikke vides", "What is not known" },
  [EVIDENCE_DIGEST] =          { "SHA-256 af oplysningerne", "SHA-256 of the facts" },
  [EVIDENCE_OTHERS] =          { "øvrige", "others" },
  [EVIDENCE_NONE] =            { "Ingen.", "None." },
  [EVIDENCE_FACTS] =           { "Kort fortalt", "In short" },
};

static const char *const always_unknown[][TRACK_N_LANGUAGES] = {
  { "Om fejlen lå i Planneren, i dens netværk eller på vejen dertil, kan ikke ses herfra: kun at kaldene ikke blev besvaret, som de skulle.",
    "Whether the fault was in the Planner, in its network or on the way there cannot be seen from here: only that the calls were not answered as they should be." },
  { "Hvor mange borgere det ramte, vides ikke: kald tælles, og ingen person registreres. En borger kan stå bag flere kald.",
    "How many citizens it touched is not known: calls are counted, and no person is recorded. One citizen may be behind several calls." },
  { "Kald, der ikke gik gennem skiftesporet, er ikke talt med.",
    "Calls that did not pass through the switch-track are not counted." },
  { "Tiderne er dem, kald og prøvekald viste: fejlen kan være begyndt lidt før den første og være ophørt lidt før det første svar.",
    "The times are those that calls and probes showed: the fault may have begun a little before the first and ended a little before the first answer." },
};

static const char *const own_known[TRACK_N_LANGUAGES] = {
  "Skiftesporets eget klientcertifikat var udløbet. Den del af forstyrrelsen skyldes ikke Planneren.",
  "The switch-track's own client certificate had expired. That part of the disturbance is not the Planner's doing.",
};

static const char *const write_unknown[TRACK_N_LANGUAGES] = {
  "%" G_GUINT64_FORMAT " kald, der skulle ændre noget, fik intet gyldigt svar. Om Planneren alligevel udførte dem, vides ikke herfra.",
  "%" G_GUINT64_FORMAT " calls that were to change something got no valid answer. Whether the Planner carried them out all the same is not known here.",
};

static const char *const gap_unknown[TRACK_N_LANGUAGES] = {
  "Fra %s til %s så skiftesporet intet: det var ikke i drift.",
  "From %s until %s the switch-track saw nothing: it was not running.",
};

static const char *const samples_unknown[TRACK_N_LANGUAGES] = {
  "Kun de første %u kald er vist enkeltvis. De øvrige er talt med og kan findes i skiftesporets log, så længe den gemmes.",
  "Only the first %u calls are shown one by one. The others are counted, and can be found in the switch-track's log as long as it is kept.",
};

static const char *const end_unknown[TRACK_N_LANGUAGES] = {
  "Forstyrrelsen var ikke slut, da dette blev skrevet. Tallene er dem, der kendes indtil nu.",
  "The disturbance was not over when this was written. The figures are those known so far.",
};
/* clang-format on */

/**
 * track_evidence_outcome_words:
 *
 * Returns: what happened, for somebody who knows no computers. Any thread.
 */
const char *
track_evidence_outcome_words (TrackOutcome outcome, TrackLanguage language)
{
  g_return_val_if_fail ((guint) outcome < TRACK_N_OUTCOMES && language < TRACK_N_LANGUAGES, "");
  return outcome_words[outcome][language];
}

/**
 * track_evidence_told_words:
 *
 * Returns: what the caller got, with the contract's codes. Any thread.
 */
const char *
track_evidence_told_words (TrackOutcome outcome, TrackLanguage language)
{
  g_return_val_if_fail ((guint) outcome < TRACK_N_OUTCOMES && language < TRACK_N_LANGUAGES, "");
  return told_words[track_outcome_class (outcome)][language];
}

/**
 * track_evidence_word:
 *
 * Any thread.
 */
const char *
track_evidence_word (EvidenceWord word, TrackLanguage language)
{
  g_return_val_if_fail (word < EVIDENCE_N_WORDS && language < TRACK_N_LANGUAGES, "");
  return words[word][language];
}

/* A failed change whose request may have arrived; what was never connected to was not carried out. */
static gboolean
may_have_been_done (const TrackFailureCount *count)
{
  gboolean is_read = count->operation != NULL && g_str_has_prefix (count->operation, "Get");

  return !is_read &&
         (track_outcome_class (count->outcome) == TRACK_CLASS_BROKEN ||
          count->outcome == TRACK_OUTCOME_RESET || count->outcome == TRACK_OUTCOME_TIMEOUT);
}

static guint64
count_doubtful (const GPtrArray *counts)
{
  guint64 n = 0;

  for (guint i = 0; i < counts->len; i++)
    {
      const TrackFailureCount *count = counts->pdata[i];

      n += may_have_been_done (count) ? count->n : 0;
    }
  return n;
}

/* Also when only probes saw it. */
static gboolean
has_own_fault (const TrackDisturbance *disturbance)
{
  for (guint i = 0; i < disturbance->counts->len; i++)
    if (((const TrackFailureCount *) disturbance->counts->pdata[i])->outcome ==
        TRACK_OUTCOME_OWN_CERTIFICATE)
      return TRUE;
  for (guint i = 0; i < disturbance->samples->len; i++)
    if (((const TrackFailureSample *) disturbance->samples->pdata[i])->outcome ==
        TRACK_OUTCOME_OWN_CERTIFICATE)
      return TRUE;
  return FALSE;
}

/**
 * track_evidence_list_unknown:
 *
 * Returns: (transfer full) (element-type utf8)
 */
GPtrArray *
track_evidence_list_unknown (const TrackDisturbance *disturbance, TrackLanguage language)
{
  GPtrArray *all = g_ptr_array_new_with_free_func (g_free);
  guint64 n_doubtful = count_doubtful (disturbance->counts);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
  if (disturbance->closed_us == 0)
    g_ptr_array_add (all, g_strdup (end_unknown[language]));
  if (has_own_fault (disturbance))
    g_ptr_array_add (all, g_strdup (own_known[language]));
  if (n_doubtful > 0)
    g_ptr_array_add (all, g_strdup_printf (write_unknown[language], n_doubtful));
  for (guint i = 0; i < disturbance->steps->len; i++)
    {
      const TrackStep *step = disturbance->steps->pdata[i];
      g_autofree char *from = track_evidence_dup_utc (step->at_us);
      g_autofree char *until = track_evidence_dup_utc (step->until_us);

      if (g_str_equal (step->what, "unwatched"))
        g_ptr_array_add (all, g_strdup_printf (gap_unknown[language], from, until));
    }
  if (disturbance->n_failed + disturbance->n_probes_failed > disturbance->samples->len)
    g_ptr_array_add (all, g_strdup_printf (samples_unknown[language], disturbance->samples->len));
#pragma GCC diagnostic pop
  for (guint i = 0; i < G_N_ELEMENTS (always_unknown); i++)
    g_ptr_array_add (all, g_strdup (always_unknown[i][language]));
  return all;
}

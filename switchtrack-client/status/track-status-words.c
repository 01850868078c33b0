/* SPDX-License-Identifier: EUPL-1.2 */
/* Words beside colours, and a style that reflows: a table becomes a list of cards where it does not fit. */
#include "status/track-status-words.h"

/* clang-format off */
const char *const track_status_words[N_WORDS][TRACK_STATUS_N_LANGUAGES] = {
  [WORD_TITLE]           = { "Skiftesporet: status", "The switch-track: status" },
  [WORD_SKIP]            = { "Gå til indholdet", "Skip to the content" },
  [WORD_LANGUAGES]       = { "Sprog", "Language" },
  [WORD_AS_OF]           = { "Opgjort", "As of" },
  [WORD_ALL_WELL]        = { "Alle Plannere svarer.", "All Planners answer." },
  [WORD_TROUBLE]         = { "Ikke alle Plannere svarer, som de skal.", "Not all Planners answer as they should." },
  [WORD_ALARM]           = { "Om skiftesporet selv", "About the switch-track itself" },
  [WORD_DISTURBANCES]    = { "Åbne forstyrrelser", "Open disturbances" },
  [WORD_NO_DISTURBANCES] = { "Der er ingen åbne forstyrrelser.", "There are no open disturbances." },
  [WORD_PLANNERS]        = { "Plannere", "Planners" },
  [WORD_UNITS]           = { "Enheder", "Units" },
  [WORD_NO_UNITS]        = { "Ingen enheder passer til filteret.", "No units match the filter." },
  [WORD_WINDOWS]         = { "Servicevinduer", "Service windows" },
  [WORD_NO_WINDOWS]      = { "Der er ingen varslede servicevinduer.", "No service windows are announced." },
  [WORD_FILTER]          = { "Filtrér enheder", "Filter units" },
  [WORD_SEARCH]          = { "Kode, navn eller Planner", "Code, name or Planner" },
  [WORD_ONLY_TROUBLED]   = { "Kun enheder med problemer", "Only units with problems" },
  [WORD_SHOW]            = { "Vis", "Show" },
  [WORD_PLANNER]         = { "Planner", "Planner" },
  [WORD_OWNER]           = { "Ejer", "Owner" },
  [WORD_STATE]           = { "Tilstand", "State" },
  [WORD_SUCCESS]         = { "Besvaret", "Answered" },
  [WORD_CALLS]           = { "Kald", "Calls" },
  [WORD_P50]             = { "Svartid, halvdelen", "Response time, half" },
  [WORD_P99]             = { "Svartid, 99 %", "Response time, 99 %" },
  [WORD_CERTIFICATE]     = { "Certifikat", "Certificate" },
  [WORD_CODE]            = { "Kode", "Code" },
  [WORD_NAME]            = { "Navn", "Name" },
  [WORD_FROM]            = { "Fra", "From" },
  [WORD_UNTIL]           = { "Til", "Until" },
  [WORD_LAST_FAILURE]    = { "Seneste fejl", "Last failure" },
  [WORD_FAILED]          = { "Fejlede kald", "Failed calls" },
  [WORD_PLANNED]         = { "Varslet", "Announced" },
  [WORD_YES]             = { "Ja", "Yes" },
  [WORD_NO]              = { "Nej", "No" },
  [WORD_TEXT]            = { "Besked", "Message" },
  [WORD_CLOSED]          = { "Lukket imens", "Closed meanwhile" },
  [WORD_DAYS]            = { "dage", "days" },
  [WORD_NO_FIGURE]       = { "ingen tal", "no figures" },
  [WORD_ALIAS_OF]        = { "deler jobcenter med", "shares its job centre with" },
  [WORD_CANARY]          = { "nye borgere også til", "new citizens also to" },
  [WORD_REVISION]        = { "register, udgave", "registry, revision" },
  [WORD_HOUR]            = { "Tal er for den seneste time; tider er dansk tid.", "Figures are of the last hour; times are Danish time." },
  [WORD_CANARIES]        = { "Prøveskift", "Canaries" },
  [WORD_NO_CANARIES]     = { "Ingen enhed prøver en anden Planner.", "No unit tries another Planner." },
  [WORD_CANDIDATE]       = { "Ny Planner", "New Planner" },
  [WORD_SHARE]           = { "Andel af nye borgere", "Share of new citizens" },
  [WORD_SINCE]           = { "Siden", "Since" },
  [WORD_WHO]             = { "Af hvem", "By whom" },
  [WORD_GUARD]           = { "skiftesporet selv", "the switch-track itself" },
  [WORD_REASON]          = { "Hvorfor", "Why" },
  [WORD_UNIT]            = { "Enhed", "Unit" },
  [WORD_OWN_CERTIFICATES] = { "Skiftesporets egne certifikater", "Certificates of the switch-track itself" },
  [WORD_HOLDER]          = { "Certifikat", "Certificate" },
  [WORD_HOLDER_CLIENT]   = { "Over for Plannere (klient)", "Towards Planners (client)" },
  [WORD_HOLDER_SERVER]   = { "Over for dem, der kalder (server)", "Towards callers (server)" },
  [WORD_DAYS_LEFT]       = { "Dage tilbage", "Days left" },
  [WORD_NO_CERTIFICATES] = { "Skiftesporet viser intet certifikat.", "The switch-track shows no certificate." },
};

static const struct
{
  const char *state;
  const char *words[TRACK_STATUS_N_LANGUAGES];
} states[] = {
  { "up",      { "Svarer", "Answers" } },
  { "busy",    { "Svarer, men har travlt", "Answers, but busy" } },
  { "ill",     { "Svarer med egne fejl", "Answers with faults of its own" } },
  { "down",    { "Svarer ikke", "Does not answer" } },
  { "closed",  { "Lukket for service", "Closed for service" } },
  { "unknown", { "Ikke set endnu", "Not seen yet" } },
};

static const struct
{
  const char *state;
  const char *words[TRACK_STATUS_N_LANGUAGES];
} canary_states[] = {
  { "running", { "I gang", "Running" } },
  { "tripped", { "Standset: den nye Planner slog oftere fejl", "Stopped: the new Planner failed more often" } },
  { "stopped", { "Standset af en person", "Stopped by a person" } },
};

const char track_status_style[] =
  ":root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--line:#767676;--link:#003d99;--good:#0a5c1f;--bad:#9b0000;--mid:#6b4400}"
  "@media(prefers-color-scheme:dark){:root{--ink:#f0f0f0;--paper:#161616;--line:#9a9a9a;--link:#9ec5ff;--good:#8fe3a4;--bad:#ffb0a8;--mid:#ffd08a}}"
  "*{box-sizing:border-box}"
  "body{margin:0;padding:0 1rem 2rem;font:1rem/1.5 system-ui,sans-serif;color:var(--ink);background:var(--paper);overflow-wrap:anywhere}"
  "main,header{max-width:75rem;margin:0 auto}a{color:var(--link)}"
  "a:focus-visible,input:focus-visible,button:focus-visible,main:focus-visible{outline:3px solid var(--link);outline-offset:2px}"
  ".skip{position:absolute;left:-99rem}.skip:focus{position:static}"
  "nav ul{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:1rem;margin:.5rem 0}nav a{display:inline-block;padding:.25rem 0}"
  "table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}caption{text-align:left;padding:.25rem 0}"
  "th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}"
  ".up,.running{color:var(--good)}.down,.ill,.tripped{color:var(--bad);font-weight:bold}.busy,.closed,.stopped{color:var(--mid);font-weight:bold}"
  ".summary{border:2px solid var(--line);padding:.5rem 1rem}"
  "form{display:flex;flex-wrap:wrap;gap:1rem;align-items:end}fieldset{border:1px solid var(--line);min-width:0;margin:0}"
  "label{display:block}input[type=search]{font:inherit;padding:.3rem;max-width:100%;width:16rem}"
  "input[type=checkbox]{width:1.5rem;height:1.5rem;vertical-align:middle}button{font:inherit;padding:.4rem 1rem;min-height:2rem}"
  "@media(max-width:50rem){thead{position:absolute;left:-99rem}table,tbody,tr,th,td,caption{display:block;width:auto}"
  "tr{border:2px solid var(--line);margin:0 0 1rem}th,td{border:0}td::before{content:attr(data-label) \": \";font-weight:bold}}"
  "@media(forced-colors:active){.up,.down,.ill,.busy,.closed,.running,.tripped,.stopped{color:CanvasText}}";
/* clang-format on */

/**
 * track_status_state_words:
 *
 * Returns: what a state means to people
 */
const char *
track_status_state_words (const char *state, TrackStatusLanguage language)
{
  for (guint i = 0; i < G_N_ELEMENTS (states); i++)
    if (g_strcmp0 (state, states[i].state) == 0)
      return states[i].words[language];
  return states[G_N_ELEMENTS (states) - 1].words[language];
}

/**
 * track_status_canary_words:
 *
 * Returns: what a canary's state means to people
 */
const char *
track_status_canary_words (const char *state, TrackStatusLanguage language)
{
  for (guint i = 0; i < G_N_ELEMENTS (canary_states); i++)
    if (g_strcmp0 (state, canary_states[i].state) == 0)
      return canary_states[i].words[language];
  return state != NULL ? state : "";
}

# SPDX-License-Identifier: EUPL-1.2
# CodeListService: the code lists whose ids are published, and one new code a test can add.
"""Names of codes that are not public are marked as our own numbers."""

from calls import Route

LISTS = {
    "Samtaletype": {4: "Opfølgningssamtale", 7: "Jobsamtale", 8: "Henvisning", 9: "Informationsmøde", 10: "CV-samtale", 11: "Formidlingssamtale",
                    12: "Anden samtale", 13: "Informationsmøde uden mødepligt", 15: "Rådighedssamtale", 17: "Fælles jobsamtale", 19: "Fælles jobsamtale med dagpengemodtager", 20: "A-kasse forsøgssamtale"},
    "Samtaleform": {1: "Personligt fremmøde (eget nummer)", 2: "Telefon (eget nummer)", 6: "Møde direkte på arbejde", 8: "Digitalt møde"},
    "MoedeGruppeType": {1: "Individuel (eget nummer)", 2: "Fælles (eget nummer)"},
    "Kontaktgruppe": {1: "Dagpengemodtager", 2: "Kontanthjælpsmodtager", 4: "Revalidering", 5: "Forrevalidering", 7: "Fleksjobvisiteret (ledig)", 8: "Uden ydelse", 10: "Fleksjobansat", 13: "Jobafklaring",
                      21: "Voksenelever", 22: "Jobrotation", 23: "Seniorjob",
                      25: "Sygedagpengemodtager fra ledighed"},
    "Organisationstype": {4: "Anden aktør", 5: "A-kasse (eget nummer)", 7: "Kommune", 8: "Jobcenter", 24: "Virksomhed"},
    "Klientsystem": {1: "Andet", 30: "DFDG", 32: "Jobnet"},
}


def get(dfdg, call):
    """GET /v1/Kodelister."""
    del call
    more = dfdg.more_codes
    names = {**LISTS, **{name: {**LISTS.get(name, {}), **(codes or {})} for name, codes in more.items()}}
    names = {name: codes for name, codes in names.items() if more.get(name, {}) is not None}
    return 200, {
        "kodelister": [
            {"navn": name, "koder": [{"kode": code, "tekst": text, "startdato": "2016-01-01", "slutdato": None} for code, text in sorted(codes.items()) if text is not None]}
            for name, codes in names.items()
        ]
    }


ROUTES = [Route("GetKodelister", "GET", "/v1/Kodelister", get)]

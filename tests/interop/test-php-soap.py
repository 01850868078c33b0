# SPDX-License-Identifier: EUPL-1.2
# The whole booking flow with PHP's own SoapClient, in SOAP 1.1 over mutual TLS; every message judged by xmllint.

import interop_world
import testlib


def test_flow():
    with interop_world.start() as planner:
        walk = interop_world.Walk(planner, 3)
        walk.run_client(["php", interop_world.FOLDER / "flow.php"])
        walk.judge()


testlib.run(globals())

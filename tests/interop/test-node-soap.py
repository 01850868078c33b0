# SPDX-License-Identifier: EUPL-1.2
# The whole booking flow with Node's `soap` package, in SOAP 1.1 over mutual TLS; every message judged by xmllint.

import interop_world
import testlib


def test_flow():
    folder = interop_world.FOLDER / "node"
    if not (folder / "node_modules" / "soap").is_dir():
        raise testlib.Skip("node's soap is not installed: deploy/install.sh test")
    with interop_world.start() as planner:
        walk = interop_world.Walk(planner, 4)
        walk.run_client(["node", folder / "flow.js"])
        walk.judge()


testlib.run(globals())

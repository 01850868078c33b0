-- SPDX-License-Identifier: EUPL-1.2
-- wrk: posts the lines of a file in rotation from BENCH_FIRST on, and prints what came back.
local bodies, at = {}, 0

function init(args)
  for line in io.lines(os.getenv("BENCH_BODIES")) do bodies[#bodies + 1] = line end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "text/xml; charset=utf-8"
  at = tonumber(os.getenv("BENCH_FIRST") or "0")
end

function request()
  at = at + 1
  return wrk.format(nil, nil, nil, bodies[(at - 1) % #bodies + 1])
end

function done(summary, latency, requests)
  io.write(string.format('{"requests":%d,"us":%d,"errors":%d,"bad":%d,"p50":%d,"p99":%d}\n', summary.requests,
    summary.duration, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout,
    summary.errors.status, latency:percentile(50), latency:percentile(99)))
end

-- SPDX-License-Identifier: GPL-3.0-or-later
-- wrk: GET /api/v2/timelines/{id} with ids drawn at random from the file $THREADLINE_IDS, one a line. Every answer that is
-- not 200 is counted and said at the end.
local requests = {}
local token = os.getenv("THREADLINE_BENCH_TOKEN")

local function encode(id)
  return (id:gsub("[^%w%-%._~]", function(c) return string.format("%%%02X", c:byte()) end))
end

function init(args)
  local headers = {}
  if token then headers["Authorization"] = "Bearer " .. token end
  for id in io.lines(os.getenv("THREADLINE_IDS")) do
    requests[#requests + 1] = wrk.format("GET", "/api/v2/timelines/" .. encode(id), headers)
  end
  math.randomseed(os.time())
end

function request()
  return requests[math.random(#requests)]
end

function done(summary, latency, _)
  io.write(string.format("FIGURES %.0f %.3f %.3f %d %d\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    summary.errors.status, summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout))
end

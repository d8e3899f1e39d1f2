-- For wrk: sends the requests of the files that are named after `--`, in turn; says what came of it in a line of JSON.
local requests, at = {}, 0

function init(files)
  for _, name in ipairs(files) do
    local file = assert(io.open(name, "rb"))
    requests[#requests + 1] = file:read("*a")
    file:close()
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  local form = '{"requests":%d,"seconds":%f,"p50_ms":%f,"p99_ms":%f,"refused":%d,"broken":%d}\n'
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format(form, summary.requests, summary.duration / 1e6,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status, broken))
end

-- What waits in a shard. ARGV: shift
-- Returns {conversations in, oldest in (ms), conversations out, oldest out (ms), dead letters}.
local now = now_ms()
local most = 50

-- The oldest entry of the conversations that come first: exact while few wait, near enough while many do.
local function oldest_ms(lane)
  local oldest = now
  for _, set in ipairs({due(lane), leases(lane)}) do
    for _, conversation in ipairs(redis.call('ZRANGE', set, 0, most - 1)) do
      local head = redis.call('XRANGE', entries(lane, conversation), '-', '+', 'COUNT', 1)[1]
      if head then oldest = math.min(oldest, tonumber(string.match(head[1], '^(%d+)'))) end
    end
  end
  return now - oldest
end

local function waiting(lane) return redis.call('ZCARD', due(lane)) + redis.call('ZCARD', leases(lane)) end

return {waiting('in'), oldest_ms('in'), waiting('out'), oldest_ms('out'), redis.call('XLEN', root .. ':dead')}

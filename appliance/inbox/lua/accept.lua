-- Claim the message's id, append it sealed, and say when its conversation may be taken: one step.
-- ARGV: shift, conversation, sid, body, quiet_ms, most_ms, immediate (0|1), sid_ttl_ms, most pending in the
-- conversation, most conversations waiting in the shard, most messages of the shard in a minute, most messages of
-- the sender in a burst, length of a burst in ms, most messages of the sender in a day, eager (0|1)
-- Returns 'new', 'duplicate', 'full' (nothing was kept), 'told' (kept, and the sender is to hear of the limit), or
-- 'limited' (the sender has heard of it; nothing was kept).
local conversation, sid, body = ARGV[2], ARGV[3], ARGV[4]
local quiet_ms, most_ms, urgent = tonumber(ARGV[5]), tonumber(ARGV[6]), ARGV[7] == '1'
local claimed, own = name('sid', sid), state('in', conversation)
local now = now_ms()

-- Counts one more in the window of this name; the count. A clock that was set back begins a new window.
local function counted(key, window, length_ms)
  local began, count = unpack(redis.call('HMGET', key, window .. ':began', window))
  began, count = tonumber(began or now), tonumber(count or 0) + 1
  if now - began >= length_ms or now < began then began, count = now, 1 end
  redis.call('HSET', key, window .. ':began', began, window, count)
  if redis.call('PTTL', key) < length_ms then redis.call('PEXPIRE', key, length_ms) end
  return count
end

if redis.call('EXISTS', claimed) == 1 then return 'duplicate' end

local rate, told = name('rate', conversation), false
local minute = counted(root .. ':rate', 'minute', 60 * 1000)
-- An emergency passes every limit.
if not urgent then
  if minute > tonumber(ARGV[11]) then return 'full' end
  local waits = redis.call('ZSCORE', due('in'), conversation) or redis.call('ZSCORE', leases('in'), conversation)
  local waiting = redis.call('ZCARD', due('in')) + redis.call('ZCARD', leases('in'))
  if not waits and waiting >= tonumber(ARGV[10]) then return 'full' end
  if redis.call('XLEN', entries('in', conversation)) >= tonumber(ARGV[9]) then return 'full' end

  local burst = counted(rate, 'burst', tonumber(ARGV[13]))
  local day = counted(rate, 'day', 24 * 3600 * 1000)
  if burst <= tonumber(ARGV[12]) and day <= tonumber(ARGV[14]) then
    redis.call('HDEL', rate, 'told')
  elseif redis.call('HSETNX', rate, 'told', 1) == 1 then
    told = true
  else
    redis.call('SET', claimed, conversation, 'PX', ARGV[8])
    return 'limited'
  end
end

redis.call('SET', claimed, conversation, 'PX', ARGV[8])
redis.call('XADD', entries('in', conversation), '*', 'sid', sid, 'body', body, 'told', told and 1 or 0)

-- The window of a burst: a while after its last message, but bounded from its first. An emergency closes it, and is
-- due before everything that waits.
-- A message that comes alone, nothing before it for a while, may be read at once if that is wanted: who reads it
-- holds it until the window is over when it is only the beginning of something.
local pace, alone = name('pace', conversation), false
if ARGV[15] == '1' and quiet_ms > 0 then
  local before = tonumber(redis.call('GET', pace) or -math.huge)
  alone = (now - before >= quiet_ms or now < before) and redis.call('XLEN', entries('in', conversation)) == 1
  redis.call('SET', pace, now, 'PX', quiet_ms)
end
if urgent then redis.call('HSET', own, 'urgent', 1) end
redis.call('HSETNX', own, 'first', now)
local at = math.min(now + quiet_ms, tonumber(redis.call('HGET', own, 'first')) + most_ms)
if redis.call('HEXISTS', own, 'urgent') == 1 then at = 0 end
redis.call('HSET', own, 'window', at)
if alone then at = math.min(at, now) end

if redis.call('ZSCORE', leases('in'), conversation) then
  redis.call('HSET', own, 'due', at)
else
  redis.call('ZADD', due('in'), at, conversation)
end
return told and 'told' or 'new'

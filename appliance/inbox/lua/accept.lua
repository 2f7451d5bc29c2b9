-- Claim the message's id, append it sealed, and say when its conversation may be taken: one step.
-- ARGV: shift, conversation, sid, body, quiet_ms, most_ms, immediate (0|1), sid_ttl_ms, most_pending
-- Returns 'new', 'duplicate', or 'full'.
local conversation, sid, body = ARGV[2], ARGV[3], ARGV[4]
local quiet_ms, most_ms = tonumber(ARGV[5]), tonumber(ARGV[6])
local claimed, own = name('sid', sid), state('in', conversation)
local now = now_ms()

if redis.call('EXISTS', claimed) == 1 then return 'duplicate' end
if redis.call('XLEN', entries('in', conversation)) >= tonumber(ARGV[9]) then return 'full' end
redis.call('SET', claimed, conversation, 'PX', ARGV[8])
redis.call('XADD', entries('in', conversation), '*', 'sid', sid, 'body', body)

-- The window of a burst: a while after its last message, but bounded from its first; closed at once if urgent.
if ARGV[7] == '1' then redis.call('HSET', own, 'urgent', 1) end
redis.call('HSETNX', own, 'first', now)
local at = math.min(now + quiet_ms, tonumber(redis.call('HGET', own, 'first')) + most_ms)
if redis.call('HEXISTS', own, 'urgent') == 1 then at = now end

if redis.call('ZSCORE', leases('in'), conversation) then
  redis.call('HSET', own, 'due', at)
else
  redis.call('ZADD', due('in'), at, conversation)
end
return 'new'

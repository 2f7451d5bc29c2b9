-- Give a conversation back unanswered. ARGV: shift, conversation, lane, token, reason, delay_ms, try (0|1)
-- Returns the number of tries so far, or -1 when the lease is stale.
local conversation, lane = ARGV[2], ARGV[3]
local own = state(lane, conversation)
if not holds(lane, conversation, ARGV[4]) then return -1 end
if ARGV[5] ~= '' then redis.call('HSET', own, 'reason', ARGV[5]) end
release(lane, conversation, now_ms() + tonumber(ARGV[6]))
return redis.call('HINCRBY', own, 'tries', ARGV[7])

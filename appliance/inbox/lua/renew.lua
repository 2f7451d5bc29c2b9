-- Prolong a lease. ARGV: shift, conversation, lane, token, lease_ms. Returns 1, or 0 when it is stale.
local conversation, lane = ARGV[2], ARGV[3]
if not holds(lane, conversation, ARGV[4]) then return 0 end
redis.call('ZADD', leases(lane), 'XX', now_ms() + tonumber(ARGV[5]), conversation)
return 1

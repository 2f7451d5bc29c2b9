-- Record that a reply is about to be sent. ARGV: shift, conversation, token. Returns 1, or 0 when stale.
local own = state('out', ARGV[2])
if not holds('out', ARGV[2], ARGV[3]) then return 0 end
redis.call('HINCRBY', own, 'attempts', 1)
-- The first unconfirmed attempt is the one that a look-up must go back to.
redis.call('HSETNX', own, 'attempted', now_ms())
return 1

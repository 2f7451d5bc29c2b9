-- Record that a reply is about to be sent. ARGV: shift, conversation, token. Returns 1, or 0 when stale.
local own, now = state('out', ARGV[2]), now_ms()
if not holds('out', ARGV[2], ARGV[3]) then return 0 end
redis.call('HINCRBY', own, 'attempts', 1)
-- From the first unconfirmed attempt on the provider may list the reply; since the last it may yet come to do so.
redis.call('HSETNX', own, 'attempted', now)
redis.call('HSET', own, 'last', now)
return 1

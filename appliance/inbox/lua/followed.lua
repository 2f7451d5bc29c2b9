-- Whether the sender wrote more since the lease was taken.
-- ARGV: shift, conversation, token. Returns 1 or 0; 0 also when stale.
local conversation = ARGV[2]
if not holds('in', conversation, ARGV[3]) then return 0 end
local upto = redis.call('HGET', state('in', conversation), 'upto')
return #redis.call('XRANGE', entries('in', conversation), '(' .. upto, '+', 'COUNT', 1)

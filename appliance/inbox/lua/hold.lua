-- Give back what reads as the beginning of something: it is due, with what follows, when its burst is over. No try.
-- ARGV: shift, conversation, token. Returns 1, or 0 when stale.
local conversation = ARGV[2]
local own = state('in', conversation)
if not holds('in', conversation, ARGV[3]) then return 0 end
local began = redis.call('HGET', own, 'began')
if began then redis.call('HSET', own, 'first', began) end
local at = redis.call('HGET', own, 'due') or redis.call('HGET', own, 'window') or now_ms()
redis.call('HDEL', own, 'upto', 'due', 'began')
release('in', conversation, tonumber(at))
return 1

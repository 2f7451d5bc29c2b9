-- Give back what is only the beginning of something: it is due, with what follows, when its burst is over. No try.
-- ARGV: shift, conversation, token, most_ms. Returns 1, or 0 when stale.
local conversation, most_ms = ARGV[2], tonumber(ARGV[4])
local own = state('in', conversation)
if not holds('in', conversation, ARGV[3]) then return 0 end
local began = redis.call('HGET', own, 'began')
local at = tonumber(redis.call('HGET', own, 'due') or redis.call('HGET', own, 'window') or now_ms())
-- What followed was counted from itself: the burst is bounded from its very first message.
if began then
  redis.call('HSET', own, 'first', began)
  at = math.min(at, tonumber(began) + most_ms)
end
redis.call('HSET', own, 'window', at)
redis.call('HDEL', own, 'upto', 'due', 'began')
release('in', conversation, at)
return 1

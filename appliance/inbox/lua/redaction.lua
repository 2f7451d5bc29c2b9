-- A redaction is done, or is to be tried at another time. ARGV: shift, conversation, provider's id, then 'done',
-- 'soon' (now, if it was due later) or a delay in ms.
local message = ARGV[2] .. ' ' .. ARGV[3]
if ARGV[4] == 'done' then
  redis.call('HDEL', redact_tries, message)
  return redis.call('ZREM', due('redact'), message)
elseif ARGV[4] == 'soon' then
  return redis.call('ZADD', due('redact'), 'XX', 'LT', 'CH', now_ms(), message)
end
return redis.call('ZADD', due('redact'), 'XX', 'CH', now_ms() + tonumber(ARGV[4]), message)

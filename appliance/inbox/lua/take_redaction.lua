-- Lease the message whose redaction is due first. ARGV: shift, lease_ms
-- Returns {conversation and provider's id, tries}, or {idle_ms} when nothing is due. There is no token: to empty a
-- body twice does no harm.
local now = now_ms()
bring_back('redact', now)
local message = redis.call('ZRANGEBYSCORE', due('redact'), '-inf', now, 'LIMIT', 0, 1)[1]
if not message then return {idle_ms('redact', now)} end
redis.call('ZADD', due('redact'), now + tonumber(ARGV[2]), message)
return {message, redis.call('HINCRBY', redact_tries, message, 1)}

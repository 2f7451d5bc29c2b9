-- Lease the conversation that is due first, with all its pending messages and its session.
-- ARGV: shift, lease_ms, most_messages
-- Returns {conversation, token, tries, reason, {{id, {…}} …}, session position, session body, milliseconds that
-- the window of its burst is still open},
-- or {idle_ms} when nothing is due.
local now = now_ms()
while true do
  local conversation, token = claim('in', now, tonumber(ARGV[2]))
  if not conversation then return {idle_ms('in', now)} end
  local own, session = state('in', conversation), name('session', conversation)
  -- A turn that is tried again holds the messages that it held before: those that came since wait their turn.
  local upto = redis.call('HGET', own, 'upto') or '+'
  local pending = redis.call('XRANGE', entries('in', conversation), '-', upto, 'COUNT', ARGV[3])
  if #pending > 0 then
    redis.call('HSET', own, 'upto', pending[#pending][1])
    local first = redis.call('HGET', own, 'first')
    if first then redis.call('HSET', own, 'began', first) end
    redis.call('HDEL', own, 'first', 'urgent', 'due')
    local open_ms = math.max(0, tonumber(redis.call('HGET', own, 'window') or now) - now)
    local expires = redis.call('HGET', session, 'expires')
    if expires and tonumber(expires) <= now then redis.call('DEL', session) end
    return {
      conversation, token, redis.call('HGET', own, 'tries') or '0', redis.call('HGET', own, 'reason') or '',
      pending, redis.call('HGET', session, 'position') or '', redis.call('HGET', session, 'body') or '',
      open_ms,
    }
  end
  redis.call('ZREM', leases('in'), conversation)
  redis.call('DEL', own)
end

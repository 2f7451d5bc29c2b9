-- Lease the conversation whose oldest reply is due to be sent. ARGV: shift, lease_ms
-- Returns {conversation, token, id, position, body, attempts, first unconfirmed attempt in ms or '',
-- ms since the last attempt, ms since the reply was written, provider's ids of the replies before},
-- or {idle_ms} when nothing is due.
local now = now_ms()
while true do
  local conversation, token = claim('out', now, tonumber(ARGV[2]))
  if not conversation then return {idle_ms('out', now)} end
  local own = state('out', conversation)
  local head = redis.call('XRANGE', entries('out', conversation), '-', '+', 'COUNT', 1)[1]
  if head then
    local reply = fields(head)
    local last = tonumber(redis.call('HGET', own, 'last') or now)
    local written = tonumber(string.match(head[1], '^%d+'))
    return {
      conversation, token, head[1], reply.position, reply.body,
      redis.call('HGET', own, 'attempts') or '0', redis.call('HGET', own, 'attempted') or '',
      math.max(now - last, 0), math.max(now - written, 0), redis.call('ZRANGE', taken(conversation), 0, -1),
    }
  end
  redis.call('ZREM', leases('out'), conversation)
  redis.call('DEL', own)
end

-- Lease the conversation whose oldest reply is due to be sent. ARGV: shift, lease_ms
-- Returns {conversation, token, id, position, body, attempts, last unconfirmed attempt in ms or ''},
-- or {idle_ms} when nothing is due.
local now = now_ms()
while true do
  local conversation, token = claim('out', now, tonumber(ARGV[2]))
  if not conversation then return {idle_ms('out', now)} end
  local own = state('out', conversation)
  local head = redis.call('XRANGE', entries('out', conversation), '-', '+', 'COUNT', 1)[1]
  if head then
    local reply = fields(head)
    return {
      conversation, token, head[1], reply.position, reply.body,
      redis.call('HGET', own, 'attempts') or '0', redis.call('HGET', own, 'attempted') or '',
    }
  end
  redis.call('ZREM', leases('out'), conversation)
  redis.call('DEL', own)
end

-- A reply has left, or never will: take it away and go on with the next. With a reason it becomes a dead letter.
-- ARGV: shift, conversation, token, id, reason, provider's id or '', ms until its redaction or ''.
-- Returns {1 when more is pending}, or {-1} when stale.
local conversation, token, reason, provider_sid = ARGV[2], ARGV[3], ARGV[5], ARGV[6]
local queue, now = entries('out', conversation), now_ms()
if settled('out', conversation, token) then return {0} end
if not holds('out', conversation, token) then return {-1} end
local entry = redis.call('XRANGE', queue, ARGV[4], ARGV[4])[1]
if entry and reason ~= '' then
  local reply = fields(entry)
  to_dead_letters('out', conversation, reply.position, reply.body, reason, now)
end
if provider_sid ~= '' then remember_taken(conversation, provider_sid, now) end
if provider_sid ~= '' and ARGV[7] ~= '' then to_redact(conversation, provider_sid, now + tonumber(ARGV[7])) end
redis.call('XDEL', queue, ARGV[4])
return {settle('out', conversation, token, now)}

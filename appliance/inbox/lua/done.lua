-- A turn is answered: write the session, append the replies, take the messages away, end the lease: one step.
-- ARGV: shift, conversation, token, reason, session ('keep'|'drop'|'set'), position, body, session_ttl_ms,
-- redact (0|1), urgent (0|1): sent before everything that waits, replies, then position and body of each reply. With
-- a reason, the messages become dead letters.
-- Returns {1 when more is pending}, or {-1} when the lease is stale.
local conversation, token, reason = ARGV[2], ARGV[3], ARGV[4]
local session, now = name('session', conversation), now_ms()
if settled('in', conversation, token) then return {0} end
if not holds('in', conversation, token) then return {-1} end

local upto = redis.call('HGET', state('in', conversation), 'upto')
for _, entry in ipairs(redis.call('XRANGE', entries('in', conversation), '-', upto)) do
  local message = fields(entry)
  if reason ~= '' then to_dead_letters('in', conversation, message.sid, message.body, reason, now) end
  if ARGV[9] == '1' then to_redact(conversation, message.sid, now) end
  redis.call('XDEL', entries('in', conversation), entry[1])
end

if ARGV[5] == 'drop' then
  redis.call('DEL', session)
elseif ARGV[5] == 'set' then
  redis.call('HSET', session, 'position', ARGV[6], 'body', ARGV[7], 'expires', now + tonumber(ARGV[8]))
  redis.call('PEXPIRE', session, ARGV[8])
end

for i = 1, tonumber(ARGV[11]) do
  append_reply(conversation, ARGV[10 + 2 * i], ARGV[11 + 2 * i], ARGV[10] == '1' and 0 or now)
end
return {settle('in', conversation, token, now)}

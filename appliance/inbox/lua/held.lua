-- All that is kept of one conversation, sealed as it is. ARGV: shift, conversation
-- Returns {pending messages, pending replies, session position, session body, dead letters}.
local conversation = ARGV[2]
local session, letters = name('session', conversation), {}
local expires = redis.call('HGET', session, 'expires')
if expires and tonumber(expires) <= now_ms() then redis.call('DEL', session) end
for _, entry in ipairs(redis.call('XRANGE', root .. ':dead', '-', '+')) do
  if fields(entry).conversation == conversation then letters[#letters + 1] = entry end
end
return {
  redis.call('XRANGE', entries('in', conversation), '-', '+'),
  redis.call('XRANGE', entries('out', conversation), '-', '+'),
  redis.call('HGET', session, 'position') or '', redis.call('HGET', session, 'body') or '', letters,
}

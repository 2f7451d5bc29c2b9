-- Put a dead letter back ('retry') or throw it away ('discard'). ARGV: shift, id, what
-- Returns 1, or 0 when there is no such letter.
local entry = redis.call('XRANGE', dead, ARGV[2], ARGV[2])[1]
if not entry then return 0 end
local letter, now = fields(entry), now_ms()
if ARGV[3] == 'retry' and letter.lane == 'out' then
  append_reply(letter.conversation, letter.position, letter.body, now)
elseif ARGV[3] == 'retry' then
  redis.call('XADD', entries('in', letter.conversation), '*', 'sid', letter.position, 'body', letter.body)
  if not redis.call('ZSCORE', leases('in'), letter.conversation) then
    redis.call('ZADD', due('in'), 'NX', now, letter.conversation)
  end
end
redis.call('XDEL', dead, ARGV[2])
return 1

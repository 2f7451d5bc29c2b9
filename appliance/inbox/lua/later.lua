-- Send a reply later. ARGV: shift, conversation, token, delay_ms, unconfirmed (0|1). Returns 1, or 0 when stale.
local conversation = ARGV[2]
if not holds('out', conversation, ARGV[3]) then return 0 end
if ARGV[5] == '0' then redis.call('HDEL', state('out', conversation), 'attempted') end
release('out', conversation, now_ms() + tonumber(ARGV[4]))
return 1

#!lua flags=allow-oom
-- Move a delivery forward only, and say once that it has arrived. KEYS[1]: the receipt.
-- ARGV: status, rank, final (0|1), ttl_s, rank of delivered, then what the sender knows, or nothing:
-- conversation, since when the patient waits (ms since 1970), urgent (0|1)
-- Returns {1 when the status was taken}, and if the message is known to have arrived for the first time:
-- {…, conversation, how long the patient waited (ms), urgent}.
local receipt = KEYS[1]
if ARGV[6] then redis.call('HSET', receipt, 'conversation', ARGV[6]) end
if ARGV[7] then redis.call('HSET', receipt, 'since', ARGV[7], 'urgent', ARGV[8]) end
redis.call('EXPIRE', receipt, ARGV[4])
local rank, final = unpack(redis.call('HMGET', receipt, 'rank', 'final'))
local taken = not (final == '1' or (rank and tonumber(rank) >= tonumber(ARGV[2])))
if taken then
  redis.call('HSET', receipt, 'status', ARGV[1], 'rank', ARGV[2], 'final', ARGV[3])
  redis.call('EXPIRE', receipt, ARGV[4])
end
-- The callback may come before the send has returned: whoever is second completes the picture.
local known = redis.call('HMGET', receipt, 'rank', 'conversation', 'since', 'urgent', 'arrived')
if known[3] and not known[5] and tonumber(known[1]) >= tonumber(ARGV[5]) then
  redis.call('HSET', receipt, 'arrived', 1)
  local time = redis.call('TIME')
  local now = tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
  return {taken and 1 or 0, known[2], math.max(now - tonumber(known[3]), 0), tonumber(known[4])}
end
return {taken and 1 or 0}

-- Move a delivery forward only. KEYS[1]: the receipt. ARGV: status, rank, final (0|1), conversation or '', ttl_s
-- Returns 1 when the status was taken.
local receipt = KEYS[1]
if ARGV[4] ~= '' then redis.call('HSET', receipt, 'conversation', ARGV[4]) end
redis.call('EXPIRE', receipt, ARGV[5])
local rank, final = unpack(redis.call('HMGET', receipt, 'rank', 'final'))
if final == '1' or (rank and tonumber(rank) >= tonumber(ARGV[2])) then return 0 end
redis.call('HSET', receipt, 'status', ARGV[1], 'rank', ARGV[2], 'final', ARGV[3])
redis.call('EXPIRE', receipt, ARGV[5])
return 1

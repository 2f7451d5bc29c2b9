-- Claim a message that was answered without the inbox, so that no repetition of it is taken in.
-- ARGV: shift, conversation, sid, sid_ttl_ms. Returns 1, or 0 when it was claimed before.
return redis.call('SET', name('sid', ARGV[3]), ARGV[2], 'PX', ARGV[4], 'NX') and 1 or 0

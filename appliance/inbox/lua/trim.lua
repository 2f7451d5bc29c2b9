-- Drop a shard's dead letters from before a time. ARGV: shift, time in ms. Returns how many went.
return redis.call('XTRIM', root .. ':dead', 'MINID', ARGV[2])

-- The dead letters of a shard, oldest first. ARGV: shift, exclusive start or '-', most
return redis.call('XRANGE', dead, ARGV[2], '+', 'COUNT', ARGV[3])

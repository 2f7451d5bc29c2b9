-- Take away what waits for nobody: the session and the dead letters. ARGV: shift, conversation. Returns how many.
local conversation = ARGV[2]
local gone = redis.call('DEL', name('session', conversation))
for _, entry in ipairs(redis.call('XRANGE', root .. ':dead', '-', '+')) do
  if fields(entry).conversation == conversation then
    gone = gone + redis.call('XDEL', root .. ':dead', entry[1])
  end
end
return gone

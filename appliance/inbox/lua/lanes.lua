-- What the scripts share; it is put before each of them.
--
-- KEYS[1] is the root of a shard, which is a hash tag. Every other name is built from it, so that all that one
-- script touches is in one slot of a Redis Cluster. ARGV[1] shifts the clock (milliseconds; 0 but in tests).
--
-- A lane is `in` (messages to answer), `out` (replies to send) or `redact` (messages to empty at the provider, which
-- are leased by being due later). In the first two, a conversation is in one of three
-- places: nowhere (nothing to do), in `due` (score: when it may be taken), or in `leases` (score: when the lease
-- ends). Its state holds the token of the lease, which is what fences off a holder that is late.

local root = KEYS[1]

local function now_ms()
  local time = redis.call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000) + tonumber(ARGV[1])
end

local function name(kind, conversation)
  return root .. ':' .. kind .. ':' .. conversation
end

local function due(lane) return root .. ':' .. lane .. ':due' end
local function leases(lane) return root .. ':' .. lane .. ':leases' end
local function state(lane, conversation) return name(lane .. ':state', conversation) end
local function entries(lane, conversation) return name(lane .. ':entries', conversation) end

-- The provider's ids of the newest replies of a conversation, by the time when each was taken.
local function taken(conversation) return name('taken', conversation) end

-- A later reply may have the same words: a look-up must not take an earlier one for it.
local function remember_taken(conversation, provider_sid, now)
  redis.call('ZADD', taken(conversation), now, provider_sid)
  redis.call('ZREMRANGEBYRANK', taken(conversation), 0, -101)
  redis.call('EXPIRE', taken(conversation), 2 * 24 * 3600)
end

local dead = root .. ':dead'
local redact_tries = root .. ':redact:tries'
-- Nothing is ever put off for longer: what is due later than that was written before the clock was set back.
local LONGEST_PAUSE_MS = {['in'] = 90 * 1000, out = 360 * 1000, redact = 2 * 3600 * 1000}

-- After the clock was set back, what would be due only when it has caught up is due now.
local function bring_back(lane, now)
  for _, set in ipairs({due(lane), leases(lane)}) do
    local latest = redis.call('ZRANGE', set, -1, -1, 'WITHSCORES')
    if latest[2] and tonumber(latest[2]) > now + LONGEST_PAUSE_MS[lane] then
      for _, conversation in ipairs(redis.call('ZRANGE', set, 0, -1)) do
        redis.call('ZADD', set, 'LT', now, conversation)
      end
    end
  end
end

-- Milliseconds until something in the lane will need a worker, or -1 when nothing will.
local function idle_ms(lane, now)
  local soonest = nil
  for _, set in ipairs({due(lane), leases(lane)}) do
    local score = redis.call('ZRANGE', set, 0, 0, 'WITHSCORES')[2]
    if score and (not soonest or tonumber(score) < soonest) then soonest = tonumber(score) end
  end
  return soonest and math.max(soonest - now, 0) or -1
end

-- What was in hand when its holder died twice is not taken all at once again: one of them may be what kills, and
-- the others should not die with it a third time.
local function apart_ms(lane, conversation, tries)
  if lane ~= 'in' or tries < 2 then return 0 end
  return (string.byte(conversation, 1) * 7 + string.byte(conversation, -1)) % 16 * 200
end

-- Lease the conversation that is due first: its id and a new token, or nil.
local function claim(lane, now, lease_ms)
  bring_back(lane, now)
  -- Leases that ended are due again. Their holder died or hangs, perhaps because of what it held: that is a try.
  for _, conversation in ipairs(redis.call('ZRANGEBYSCORE', leases(lane), '-inf', now, 'LIMIT', 0, 100)) do
    local tries = redis.call('HINCRBY', state(lane, conversation), 'tries', 1)
    redis.call('ZREM', leases(lane), conversation)
    redis.call('ZADD', due(lane), now + apart_ms(lane, conversation, tries), conversation)
    redis.call('HDEL', state(lane, conversation), 'token')
    redis.call('HSET', state(lane, conversation), 'reason', 'the worker did not come back')
  end
  local conversation = redis.call('ZRANGEBYSCORE', due(lane), '-inf', now, 'LIMIT', 0, 1)[1]
  if not conversation then return nil end
  local token = redis.call('INCR', root .. ':token')
  redis.call('ZREM', due(lane), conversation)
  redis.call('ZADD', leases(lane), now + lease_ms, conversation)
  redis.call('HSET', state(lane, conversation), 'token', token)
  return conversation, token
end

-- Whether the lease of this token still holds.
local function holds(lane, conversation, token)
  return redis.call('HGET', state(lane, conversation), 'token') == token
end

-- Whether this token's lease ended with success, so that a repeated call can be told from a late one.
local function settled(lane, conversation, token)
  return redis.call('GET', name(lane .. ':settled', conversation)) == token
end

-- End the lease; the conversation is due again at the given time.
local function release(lane, conversation, at)
  redis.call('ZREM', leases(lane), conversation)
  redis.call('HDEL', state(lane, conversation), 'token')
  redis.call('ZADD', due(lane), at, conversation)
end

-- End the lease with success. What is left is due again; 1 when something is.
local function settle(lane, conversation, token, now)
  local next_ms = tonumber(redis.call('HGET', state(lane, conversation), 'due') or now)
  redis.call('SET', name(lane .. ':settled', conversation), token, 'EX', 3600)
  redis.call('ZREM', leases(lane), conversation)
  if redis.call('XLEN', entries(lane, conversation)) == 0 then
    redis.call('DEL', state(lane, conversation), entries(lane, conversation))
    return 0
  end
  redis.call('HDEL', state(lane, conversation), 'token', 'tries', 'reason', 'upto', 'attempts', 'attempted',
    'last', 'began', 'window')
  redis.call('ZADD', due(lane), next_ms, conversation)
  return 1
end

-- Keep what could not be handled, sealed as it is, for somebody to look at.
local function to_dead_letters(lane, conversation, position, body, reason, now)
  redis.call('XADD', dead, '*', 'lane', lane, 'conversation', conversation, 'position', position,
    'body', body, 'reason', reason, 'at', now)
end

-- Have a message emptied at the provider.
local function to_redact(conversation, provider_sid, at)
  redis.call('ZADD', due('redact'), 'NX', at, conversation .. ' ' .. provider_sid)
end

-- Put a reply into the outbox, to be sent from `at` on. A conversation that waits for its next attempt goes on
-- waiting: order is kept.
local function append_reply(conversation, position, body, at)
  redis.call('XADD', entries('out', conversation), '*', 'position', position, 'body', body)
  if not redis.call('ZSCORE', leases('out'), conversation) then
    redis.call('ZADD', due('out'), 'NX', at, conversation)
  end
end

-- A stream entry's fields as a table.
local function fields(entry)
  local found = {}
  for i = 1, #entry[2], 2 do found[entry[2][i]] = entry[2][i + 1] end
  return found
end

-- KEYS: the event, the counter. ARGV: the quantity. What is left; -2 when the event is known, for as
-- long as a late window; -1 when the limit stops it.
local limit = 1000000000000
local late_seconds = 35 * 86400
if not redis.call('SET', KEYS[1], 1, 'NX', 'EX', late_seconds) then return -2 end
local n = tonumber(ARGV[1])
local used = tonumber(redis.call('GET', KEYS[2]) or '0')
if used + n > limit then
    redis.call('DEL', KEYS[1])
    return -1
end
return limit - redis.call('INCRBY', KEYS[2], n)

"""What the rate limiter does inside Redis, in Lua: each script is one step that nothing comes between."""

SPACING = 1.005  # of the exact interval, so that jitter can't squeeze one slot too many into a second
RECOVERY_S = 60.0  # from nothing back to the set rate, after the ITSP asked for less
NUMBER_WAITS_MOST_S = 60.0  # for its next slot; one that seems to wait for longer had its clock set back
BACK_OFF_S = (1.0, 60.0)  # first and longest pause where the ITSP does not say how long; doubled in between

# 'at' is when something was written last: if that is still to come, the clock was set back by so much.
_PREAMBLE = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local function load(key)
  local state = redis.call('HMGET', key, 'next', 'paused_until', 'slowed', 'slowed_at', 'rate', 'at')
  local back = tonumber(state[6] or now) - now
  if back <= 0 then return state end
  for place, name in pairs({[1] = 'next', [2] = 'paused_until', [4] = 'slowed_at', [6] = 'at'}) do
    if state[place] then
      state[place] = string.format('%.0f', state[place] - back)
      redis.call('HSET', key, name, state[place])
    end
  end
  return state
end
local function write(key, name, moment)
  redis.call('HSET', key, name, string.format('%.0f', moment), 'at', string.format('%.0f', now))
end
"""

# 'slowed' is the rate that an ITSP's "too fast" left us at 'slowed_at'; it grows back by the second.
_RATE = f"""
local function effective(state, rate)
  local slowed, at = tonumber(state[3]), tonumber(state[4])
  if not slowed then return rate end
  return math.min(rate, slowed + math.max(0, now - at) / {RECOVERY_S * 1_000_000:.0f} * rate)
end
"""

# ARGV: rate, horizon, then for each text: its slots, the index of its number's key (0: none), that rate.
RESERVE = (
    _PREAMBLE
    + _RATE
    + f"""
local state, rate = load(KEYS[1]), tonumber(ARGV[1])
local interval = {SPACING * 1_000_000:.0f} / effective(state, rate)
local horizon = now + tonumber(ARGV[2])
-- A memory that is lost may have granted slots up to now: nothing is granted for a second.
local next = tonumber(state[1] or now + 1000000)
-- A long text holds its slots at the rate of then; what is left of them is held at the raised one.
local rate_was = tonumber(state[5] or rate)
if rate > rate_was and next > now then
  next = now + (next - now) * effective(state, rate_was) / effective(state, rate)
end
local slot = math.max(next, tonumber(state[2] or 0), now)
local slots = {{now}}
-- A number with a rate of its own takes a slot of the channel's only when its own next one has come.
local function number_waits(key)
  local free_at = tonumber(redis.call('GET', key) or 0)
  if free_at > now + {NUMBER_WAITS_MOST_S * 1_000_000:.0f} then
    free_at = now + 1000000
    redis.call('SET', key, string.format('%.0f', free_at), 'EX', 3600)
  end
  return free_at > slot
end
for i = 3, #ARGV, 3 do
  local size, number_key = tonumber(ARGV[i]), KEYS[tonumber(ARGV[i + 1])]
  if slot > horizon or (number_key and number_waits(number_key)) then
    slots[#slots + 1] = 0  -- not now; it stays in the queue
  else
    slots[#slots + 1] = slot
    if number_key then
      local number_next = slot + size * {SPACING * 1_000_000:.0f} / tonumber(ARGV[i + 2])
      redis.call('SET', number_key, string.format('%.0f', number_next), 'EX', 3600)
    end
    slot = slot + size * interval
  end
end
write(KEYS[1], 'next', slot)
redis.call('HSET', KEYS[1], 'rate', rate)
return slots
"""
)

# ARGV: seconds, or 0 for a back-off that doubles at each refusal, of which ARGV[2] (0.5 to 1) is taken.
PAUSE = (
    _PREAMBLE
    + f"""
local paused_until = tonumber(load(KEYS[1])[2] or 0)
-- Of several refusals at once only the first doubles the back-off.
local wait = tonumber(ARGV[1])
if wait == 0 then
  if paused_until > now then return end
  local refusals = redis.call('HINCRBY', KEYS[1], 'refusals', 1)
  wait = math.min({BACK_OFF_S[0]} * 2 ^ (refusals - 1), {BACK_OFF_S[1]}) * tonumber(ARGV[2])
end
paused_until = math.max(paused_until, now + wait * 1000000)
write(KEYS[1], 'paused_until', paused_until)
"""
)

# Half of what it is, once a second however many texts are refused at once. ARGV: rate.
SLOW_DOWN = (
    _PREAMBLE
    + _RATE
    + """
local state = load(KEYS[1])
if state[4] and now - tonumber(state[4]) < 1000000 then return end
local slowed = math.max(effective(state, tonumber(ARGV[1])) / 2, 0.1)
redis.call('HSET', KEYS[1], 'slowed', slowed)
write(KEYS[1], 'slowed_at', now)
"""
)

STATE = (
    _PREAMBLE
    + _RATE
    + """
local states = {}
for i = 1, #KEYS do
  local state = load(KEYS[i])
  local rate = tonumber(ARGV[i])
  states[#states + 1] = tostring(tonumber(state[1] or now) - now)
  states[#states + 1] = tostring(tonumber(state[2] or now) - now)
  states[#states + 1] = tostring(effective(state, rate))
end
return states
"""
)

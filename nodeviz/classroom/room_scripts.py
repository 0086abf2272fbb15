"""What does Redis do at once, or not at all? The scripts of `room_store.py`, and the keys that they work on.

A script decides nothing but what only Redis can know at that instant: is the state still the one that was decided on, is the name free, does the step still
take answers, is there an answer already. Every script that changes something says so in the room's stream, and counts it there without holes (`n`), so that a
reader notices what it missed.
"""

from __future__ import annotations

ROOMS_KEY = "nodeviz:rooms"
"""Sorted set: code of each room that is not over -> when it dies, in ms of Redis' clock."""

PARTS = ("", ":stream", ":people", ":names", ":answers", ":questions", ":here")
"""What a room consists of. "": a hash of `about` (fixed), `seq`, `state`, `open` and `poll` (which steps take answers), `n`, `asked`, `ended`.
people: `<person>:key`, `:name`, `:lost`, `:roaming`, `:fork`, `:asked`. names: folded nickname -> person. answers: `<step>:<person>` -> JSON.
questions: id -> JSON, of those that are open. here: sorted set, `<person> <socket>` -> until when it is believed to be there, in ms of Redis' clock."""


def own_rooms_key(address: str) -> str:
    """Set: codes of the rooms that were opened from there."""
    return f"nodeviz:rooms:of:{address}"


def keys_of(code: str) -> list[str]:
    """All keys of a room, and the index."""
    return [*(f"nodeviz:room:{code}{part}" for part in PARTS), ROOMS_KEY]


# KEYS: keys_of(code). ARGV[1]: code, ARGV[2]: how long a room lives after its last command, in ms. A room lives on with every command; it is
# written down at most once a minute, because each time is a line in Redis' file.
COMMON = """
local room, stream, people, names, answers, questions, here, rooms = unpack(KEYS)
local code, ttl = ARGV[1], tonumber(ARGV[2])
if redis.call('EXISTS', room) == 0 then return 'gone' end
local function touch()
  for i = 1, 7 do
    local left = redis.call('PTTL', KEYS[i])
    if left ~= -2 and left < ttl - 60000 then redis.call('PEXPIRE', KEYS[i], ttl) end
    if i == 1 and left < ttl - 60000 then
      local now = redis.call('TIME')
      redis.call('ZADD', rooms, 'XX', tostring(now[1] * 1000 + ttl), code)
    end
  end
end
local function say(kind, text)
  local n = redis.call('HINCRBY', room, 'n', 1)
  local id = redis.call('XADD', stream, 'MAXLEN', '~', '2000', '*', 'n', tostring(n), 'k', kind, 'm', text)
  touch()
  return id, n
end
local function forget(person)
  for _, field in ipairs({'key', 'name', 'lost', 'roaming', 'fork', 'asked'}) do redis.call('HDEL', people, person .. ':' .. field) end
  for _, name in ipairs(redis.call('HKEYS', names)) do
    if redis.call('HGET', names, name) == person then redis.call('HDEL', names, name) end
  end
  for _, answer in ipairs(redis.call('HKEYS', answers)) do
    if string.match(answer, ':(.*)') == person then redis.call('HDEL', answers, answer) end
  end
  for _, id in ipairs(redis.call('HKEYS', questions)) do
    if cjson.decode(redis.call('HGET', questions, id)).person == person then redis.call('HDEL', questions, id) end
  end
  for _, member in ipairs(redis.call('ZRANGE', here, 0, -1)) do
    if string.match(member, '[^ ]+') == person then redis.call('ZREM', here, member) end
  end
  say('removed', person)
end
"""

# What changes nothing of a room that is over.
OPEN = (
    COMMON
    + """
if redis.call('HEXISTS', room, 'ended') == 1 then return 'gone' end
"""
)

# KEYS[9]: the rooms that were opened from an address. ARGV: code, ttl, how many there may be, about, seq, state, how many of one address, how long a room
# lives until somebody is in it. 'full': too many rooms; 'taken': somebody has this code.
CREATE = """
local room, rooms, own = KEYS[1], KEYS[8], KEYS[9]
local now = redis.call('TIME')
local now_ms = now[1] * 1000
redis.call('ZREMRANGEBYSCORE', rooms, '-inf', tostring(now_ms))
for _, code in ipairs(redis.call('SMEMBERS', own)) do
  if not redis.call('ZSCORE', rooms, code) then redis.call('SREM', own, code) end
end
if redis.call('ZCARD', rooms) >= tonumber(ARGV[3]) or redis.call('SCARD', own) >= tonumber(ARGV[7]) then return 'full' end
if redis.call('HSETNX', room, 'about', ARGV[4]) == 0 then return 'taken' end
redis.call('HSET', room, 'seq', ARGV[5], 'state', ARGV[6], 'open', '', 'poll', '', 'n', '0', 'asked', '0')
redis.call('PEXPIRE', room, ARGV[8])
redis.call('ZADD', rooms, tostring(now_ms + tonumber(ARGV[8])), ARGV[1])
redis.call('SADD', own, ARGV[1])
redis.call('PEXPIRE', own, ARGV[2])
return 'ok'
"""

# ARGV: code, ttl, seq it was decided on, new seq, new state, open step, open poll, kind, text for the stream, person who must be known or '', what is
# forgotten (letters of p, a, q, with it all that was said; o: the named one; r: that it roams), 1 if the room is over. 'changed': it is not that state any
# more; else the time.
CHANGE = (
    COMMON
    + """
if redis.call('HGET', room, 'seq') ~= ARGV[3] then return 'changed' end
if ARGV[10] ~= '' and redis.call('HEXISTS', people, ARGV[10] .. ':key') == 0 then return 'nobody' end
redis.call('HSET', room, 'seq', ARGV[4], 'state', ARGV[5], 'open', ARGV[6], 'poll', ARGV[7])
if string.find(ARGV[11], 'p') then redis.call('DEL', people, names, here) end
if string.find(ARGV[11], 'a') then redis.call('DEL', answers) end
if string.find(ARGV[11], 'q') then redis.call('DEL', questions) redis.call('HSET', room, 'asked', '0') end
local id, n = say(ARGV[8], ARGV[9])
if ARGV[11] == 'o' then
  forget(ARGV[10])
elseif ARGV[11] == 'r' then
  if redis.call('HDEL', people, ARGV[10] .. ':roaming') == 1 then say('person', cjson.encode({person = ARGV[10], roaming = false})) end
elseif ARGV[11] ~= '' then
  -- Trimming would leave what was said in the memory of the stream, marked as deleted.
  redis.call('DEL', stream)
  redis.call('XADD', stream, id, 'n', tostring(n), 'k', ARGV[8], 'm', ARGV[9])
  touch()
end
if ARGV[12] == '1' then
  redis.call('ZREM', rooms, code)
  redis.call('HSET', room, 'ended', '1')
end
return redis.call('TIME')
"""
)

# ARGV: code, ttl, most people, person, hash of the key, nickname, nickname folded. Answers the nickname as it was given. When the room is full, somebody who
# is not there, has not answered and has not the wheel makes place.
JOIN = (
    OPEN
    + """
if redis.call('HLEN', names) >= tonumber(ARGV[3]) then
  local now, stays = redis.call('TIME'), {[cjson.decode(redis.call('HGET', room, 'state')).driver] = true}
  for _, member in ipairs(redis.call('ZRANGEBYSCORE', here, tostring(now[1] * 1000), '+inf')) do stays[string.match(member, '[^ ]+')] = true end
  for _, answer in ipairs(redis.call('HKEYS', answers)) do stays[string.match(answer, ':(.*)')] = true end
  local goes = nil
  for _, person in ipairs(redis.call('HVALS', names)) do
    if not stays[person] then goes = person end
  end
  if not goes then return 'full' end
  forget(goes)
end
local nickname, folded, number = ARGV[6], ARGV[7], 1
while redis.call('HSETNX', names, folded, ARGV[4]) == 0 do
  number = number + 1
  nickname, folded = ARGV[6] .. ' ' .. number, ARGV[7] .. ' ' .. number
end
redis.call('HSET', people, ARGV[4] .. ':key', ARGV[5], ARGV[4] .. ':name', nickname)
say('person', cjson.encode({person = ARGV[4], nickname = nickname}))
return {'ok', nickname}
"""
)

# ARGV: code, ttl, person, step, answer, entry. 'closed': no answers are taken there; otherwise the answer that is kept, which an earlier one stays.
ANSWER = (
    OPEN
    + """
local open = redis.call('HMGET', room, 'open', 'poll')
if redis.call('HEXISTS', people, ARGV[3] .. ':key') == 0 then return 'nobody' end
local field = ARGV[4] .. ':' .. ARGV[3]
if open[1] ~= ARGV[4] and open[2] ~= ARGV[4] then
  local kept = redis.call('HGET', answers, field)
  return kept and {'ok', kept} or 'closed'
end
if redis.call('HSETNX', answers, field, ARGV[5]) == 1 then say('answer', ARGV[6]) end
return {'ok', redis.call('HGET', answers, field)}
"""
)

# ARGV: code, ttl, person, field, value ('' takes it back), entry.
SIGNAL = (
    OPEN
    + """
if redis.call('HEXISTS', people, ARGV[3] .. ':key') == 0 then return 'nobody' end
local field = ARGV[3] .. ':' .. ARGV[4]
if (redis.call('HGET', people, field) or '') == ARGV[5] then return 'ok' end
if ARGV[5] == '' then redis.call('HDEL', people, field) else redis.call('HSET', people, field, ARGV[5]) end
say('person', ARGV[6])
return 'ok'
"""
)

# ARGV: code, ttl, person, text, most open questions, most of one person.
QUESTION = (
    OPEN
    + """
if redis.call('HEXISTS', people, ARGV[3] .. ':key') == 0 then return 'nobody' end
if redis.call('HLEN', questions) >= tonumber(ARGV[5]) then return 'full' end
if tonumber(redis.call('HGET', people, ARGV[3] .. ':asked') or '0') >= tonumber(ARGV[6]) then return 'full' end
local id = redis.call('HINCRBY', room, 'asked', 1)
redis.call('HINCRBY', people, ARGV[3] .. ':asked', 1)
local nickname = redis.call('HGET', people, ARGV[3] .. ':name')
local entry = cjson.encode({id = id, person = ARGV[3], nickname = nickname, text = ARGV[4]})
redis.call('HSET', questions, tostring(id), entry)
say('question', entry)
return 'ok'
"""
)

# ARGV: code, ttl, id, entry.
DONE = (
    OPEN
    + """
local entry = redis.call('HGET', questions, ARGV[3])
if not entry then return 'nobody' end
redis.call('HDEL', questions, ARGV[3])
redis.call('HINCRBY', people, cjson.decode(entry).person .. ':asked', -1)
say('question', ARGV[4])
return 'ok'
"""
)

# ARGV: code, ttl. Somebody is in the room, if nobody of the class.
TOUCH = (
    OPEN
    + """
touch()
return 'ok'
"""
)

# ARGV: code, ttl, until when in ms, then for each socket: '<person> <socket>'. Those that were not there yet are said to have come; whom the room does not
# know is not there.
STAY = (
    OPEN
    + """
for i = 4, #ARGV do
  local is_known = redis.call('HEXISTS', people, string.match(ARGV[i], '[^ ]+') .. ':key') == 1
  if is_known and redis.call('ZADD', here, ARGV[3], ARGV[i]) == 1 then say('here', ARGV[i]) end
end
return 'ok'
"""
)
# ARGV: code, ttl, '<person> <socket>'.
LEAVE = (
    OPEN
    + """
if redis.call('ZREM', here, ARGV[3]) == 1 then say('left', ARGV[3]) end
return 'ok'
"""
)

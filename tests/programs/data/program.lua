local words, n = {}, 0
for line in io.lines('words.txt') do for w in line:gmatch('%a+') do words[w] = (words[w] or 0) + 1; n = n + 1 end end
local keys = {} for k in pairs(words) do keys[#keys + 1] = k end table.sort(keys)
for _, k in ipairs(keys) do io.write(k, '=', words[k], ' ') end print(n)
print(math.pi, 7 // 2, -7 // 2, 7 % -3, 2 ^ 0.5, 1 / 0, 0x7fffffffffffffff + 1, 3 | 4, ~5, 1 << 62, 10 / 2)
print(string.format('%5.2f|%d|%s|%q|%x|%g', 3.14159, 42, nil, 'a\n"b"', 255, 1e100))
print(('momonga'):rep(3, '-'), ('hello world'):gsub('o', '0'), ('abc'):byte(1, -1))
local co = coroutine.wrap(function(a) for i = 1, 3 do a = coroutine.yield(a * i) end return 'done' end)
print(co(10), co(20), co(30), co(40))
local mt = { __index = function(t, k) return k .. '!' end, __add = function(a, b) return a.v + b.v end, __tostring = function() return 'object' end }
local a, b = setmetatable({ v = 1 }, mt), setmetatable({ v = 2 }, mt) print(a + b, a.missing, tostring(a))
print(pcall(function() error({ code = 7 }) end), select('#', pcall(error)), (select(2, pcall(function() return nil + 1 end))))
print(string.pack('>I4d', 7, 1.5):gsub('.', function(c) return ('%02x'):format(c:byte()) end), string.unpack('<i2', '\255\127'))
local function fib(k) return k < 2 and k or fib(k - 1) + fib(k - 2) end print(fib(22))
local t = {} for i = 1, 20000 do t[i] = (i * 7919) % 20011 end table.sort(t, function(x, y) return x > y end) print(t[1], t[10000], #t)
collectgarbage() print(collectgarbage('count') > 0, os.date('!%F', 0), math.tointeger(3.0), utf8.char(0x2603, 65), #utf8.char(0x10ffff))
print(load('return 1 + 1')(), os.getenv('TZ'), io.popen('echo popen'):read('a'))
os.exit(6)

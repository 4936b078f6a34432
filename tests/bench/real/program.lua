-- Tables, strings, closures and numbers.
local seed = 42
local function random(n) seed = (seed * 1103515245 + 12345) % 2147483648 return seed // 65536 % n end
local words, counts = {}, {}
for i = 1, 200 do local t = {} for j = 1, 3 + random(6) do t[j] = string.char(97 + random(26)) end words[i] = table.concat(t) end
for i = 1, 120000 do local w = words[1 + random(200)] counts[w] = (counts[w] or 0) + 1 end
local keys = {} for k in pairs(counts) do keys[#keys + 1] = k end table.sort(keys)
local out = {} for i, k in ipairs(keys) do out[i] = k .. counts[k] end
local text = table.concat(out, ' ') local sum = 0
for a, n in text:gmatch('(%a+)(%d+)') do sum = sum + #a * tonumber(n) end
local function fib(n) if n < 2 then return n end return fib(n - 1) + fib(n - 2) end
local point = {} point.__index = point
function point.new(x, y) return setmetatable({ x = x, y = y }, point) end
function point:add(o) return point.new(self.x + o.x, self.y + o.y) end
local p = point.new(0, 0) for i = 1, 300000 do p = p:add(point.new(i, 0.5)) end
local grid = {} for i = 1, 120 do grid[i] = {} for j = 1, 120 do grid[i][j] = (i * j) % 7 end end
for r = 1, 12 do for i = 2, 119 do local g = grid[i] for j = 2, 119 do g[j] = (g[j - 1] + g[j + 1] + grid[i - 1][j] + grid[i + 1][j]) % 11 end end end
print(sum, fib(25), p.x, p.y, grid[60][60], (text:gsub('%d', ''):upper():sub(1, 20)))

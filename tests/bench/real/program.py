# Dictionaries, strings, classes, comprehensions, json and regular expressions.
import json, re, hashlib
seed = 42
def random(n):
    global seed
    seed = (seed * 1103515245 + 12345) & 0x7fffffff
    return (seed >> 16) % n
class Point:
    __slots__ = ('x', 'y')
    def __init__(self, x, y): self.x, self.y = x, y
    def add(self, other): return Point(self.x + other.x, self.y + other.y)
words = [''.join(chr(97 + random(26)) for _ in range(3 + random(6))) for _ in range(200)]
counts = {}
for _ in range(60000):
    word = words[random(200)]
    counts[word] = counts.get(word, 0) + 1
text = ' '.join(f'{k}{counts[k]}' for k in sorted(counts))
total = sum(len(a) * int(n) for a, n in re.findall(r'([a-z]+)(\d+)', text * 20))
p = Point(0, 0.0)
for i in range(60000): p = p.add(Point(i, 0.5))
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
data = [{'id': i, 'name': words[i % 200], 'values': list(range(i % 10)), 'half': i / 2} for i in range(4000)]
again = json.loads(json.dumps(data))
sieve = bytearray([1]) * 200000
for i in range(2, 448):
    if sieve[i]: sieve[i * i::i] = bytes(len(range(i * i, 200000, i)))
big = pow(3, 20000) % (10 ** 50)
print(total, p.x, p.y, fib(20), again == data, sum(sieve), big, hashlib.sha256(text.encode()).hexdigest()[:16], sorted(set(words))[:5])

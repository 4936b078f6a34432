import asyncio, base64, collections, ctypes, datetime, decimal, fractions, hashlib, io, itertools, json, math, os, pickle, random, re, socket, sqlite3, struct, sys, tempfile, threading, zlib, lzma, bz2
words = collections.Counter(open('words.txt').read().split())
print(words.most_common(5), sys.byteorder == sys.byteorder, sys.maxsize)
print(json.dumps(json.load(open('data.json')), sort_keys=True)[:200])
print([hashlib.new(n, b'momonga').hexdigest()[:16] for n in ('md5', 'sha1', 'sha256', 'sha512', 'sha3_256', 'blake2b')])
print(struct.pack('>hIqdf', -2, 3, -4, 1.5, -2.25).hex(), struct.unpack('<Q', b'12345678'), zlib.crc32(b'abc'), zlib.adler32(b'abc'))
data = open('bytes.bin', 'rb').read()
for module in (zlib, bz2, lzma): print(module.__name__, module.decompress(module.compress(data)) == data)
print(math.factorial(30), math.gamma(4.5), math.fsum([.1] * 10), 2 ** 200 % 1000007, -7 // 2, -7 % 3, round(2.5), 1e16 + 1, float('1e-320'))
print(decimal.Decimal(1) / 7, fractions.Fraction(3, 9), datetime.datetime(2024, 2, 29) + datetime.timedelta(days=366), (0.1).hex(), repr(0.1 + 0.2))
random.seed(42); print(random.random(), random.randrange(10 ** 20), random.sample(range(100), 5), random.gauss(0, 1))
lock, total = threading.Lock(), 0
def add():
    global total
    for _ in range(1000):
        with lock: total += 1
threads = [threading.Thread(target=add) for _ in range(8)]
[t.start() for t in threads]; [t.join() for t in threads]; print(total)
async def tick(n): await asyncio.sleep(0.01 * n); return n
async def both(): return await asyncio.gather(*(tick(n) for n in (3, 1, 2)))
print(asyncio.run(both()))
db = sqlite3.connect(':memory:'); db.execute('create table t(a, b)'); db.executemany('insert into t values(?, ?)', [(i, i * i) for i in range(100)])
print(db.execute('select sum(b), avg(a), count(*) from t where a % 3 = 0').fetchall())
a, b = socket.socketpair(); a.sendall(b'ping'); print(b.recv(10))
pid = os.fork()
if pid == 0: os._exit(9)
print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), re.findall(r'(\w+)@(\w+)', 'a@b c@d'), pickle.loads(pickle.dumps({1: {2, 3}})))
print(ctypes.CDLL(None).strlen(b'momonga'), base64.b85encode(b'abcdef'), list(itertools.islice(itertools.permutations('abc'), 4)))
callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_int), ctypes.POINTER(ctypes.c_int))(lambda x, y: x[0] - y[0])
numbers = (ctypes.c_int * 5)(5, 3, 1, 4, 2); ctypes.CDLL(None).qsort(numbers, 5, 4, callback); print(list(numbers))
try: [].pop()
except IndexError as error: print('caught', error)
class P:
    def __init__(self, x): self.x = x
    def __eq__(self, o): return self.x == o.x
    def __hash__(self): return hash(self.x)
print(len({P(i % 7) for i in range(100)}), sum(i * i for i in range(10000)), sorted('momonga'), f'{3.14159:>10.2f}|{255:#x}|{"x":^5}')
sys.exit(8)

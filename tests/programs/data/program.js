// What a JavaScript engine does: compiled code, garbage, regular expressions, workers, sockets.
'use strict';
const { Worker, isMainThread, parentPort, workerData } = require('worker_threads');
const { createHash } = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const readline = require('readline');
const zlib = require('zlib');

const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2));

function matrix(n) {
  const a = Float64Array.from({ length: n * n }, (_, i) => (i % 7) + 0.5);
  const b = Float64Array.from({ length: n * n }, (_, i) => (i % 11) - 0.25);
  let sum = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) for (let k = 0; k < n; k++) sum += a[i * n + k] * b[k * n + j];
  return sum;
}

function numbers() {
  console.log(fib(24), matrix(60), 2n ** 200n % 1000000007n);
  console.log(Math.hypot(3, 4), Math.sin(1), Math.fround(1.1), (0.1 + 0.2).toFixed(20), 1 / 3);
  console.log(parseFloat('1e-320'), ~~-1.7, 5e9 | 0, NaN | 0, -1 >>> 0, 1e21);
}

function texts() {
  const text = 'the quick brown fox jumps over the lazy dog '.repeat(200);
  console.log(text.match(/\b(\w)\w*\1\b/g), [...text.matchAll(/o[a-z]/g)].length);
  console.log(text.replace(/(?<word>\w+) (\w+)/g, '$2 $<word>').slice(0, 60));
  console.log(new Intl.NumberFormat('de-DE').format(1234567.891), 'ä'.localeCompare('z', 'de'));
  console.log(createHash('sha256').update(text).digest('hex'));
  console.log(zlib.gunzipSync(zlib.gzipSync(text)).toString() === text);
}

function objects() {
  const object = { a: [1, 2, { b: 'ü€😀' }], d: new Date(86400e3), n: 1e21, m: -0, u: undefined };
  const json = JSON.stringify(object);
  console.log(json, JSON.parse(json));
  const items = JSON.parse(JSON.stringify(Array.from({ length: 5000 }, (_, i) => ({ i, s: `${i}` }))));
  console.log(items.filter((item) => item.i % 999 === 0));
  const map = new Map();
  for (let i = 0; i < 50000; i++) map.set(`k${i}`, { i });
  console.log([...map.values()].reduce((sum, item) => sum + item.i, 0));
  class Counter {
    #value = 1;
    get value() {
      return this.#value;
    }
    static *all() {
      yield* [1, 2, 3];
    }
  }
  console.log(new Counter().value, [...Counter.all()]);
}

function errors() {
  try {
    null.x;
  } catch (error) {
    console.log(error.message);
  }
  const forever = () => forever() + 1;
  try {
    forever();
  } catch (error) {
    console.log(error.constructor.name);
  }
}

// (module (func (export "add") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add))
function wasm() {
  const bytes = '0061736d0100000001070160027f7f017f030201000707010361646400000a09010700200020016a0b';
  const module = new WebAssembly.Module(Buffer.from(bytes, 'hex'));
  console.log(new WebAssembly.Instance(module).exports.add(40, 2));
}

function serve() {
  return new Promise((resolve) => {
    const server = http.createServer((request, response) => response.end(`hello ${request.url}`));
    server.listen(0, '127.0.0.1', () => {
      http.get({ host: '127.0.0.1', port: server.address().port, path: '/x' }, async (response) => {
        for await (const chunk of response) console.log(chunk.toString());
        server.close(resolve);
      });
    });
  });
}

function work(n, counter) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: { n, counter } });
    worker.on('message', resolve);
    worker.on('error', reject);
  });
}

async function main() {
  console.log(process.version, os.platform(), process.uptime() > 0);
  numbers();
  texts();
  objects();
  errors();
  wasm();
  await new Promise((resolve) => setTimeout(resolve, 5));
  const counter = new Int32Array(new SharedArrayBuffer(4));
  console.log(await Promise.all([1, 2, 3].map((n) => work(n, counter))), Atomics.load(counter, 0));
  await serve();
  const lines = readline.createInterface({ input: fs.createReadStream(__filename) });
  for await (const line of lines) if (line.startsWith('async')) console.log(line);
  process.on('exit', (code) => console.log('exit', code));
}

if (isMainThread) {
  main();
} else {
  for (let i = 0; i < 10000; i++) Atomics.add(workerData.counter, 0, 1);
  parentPort.postMessage([workerData.n, fib(18 + workerData.n)]);
}
